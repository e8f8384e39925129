using Assay.Evidence;

namespace Assay.Assessment.Checks;

/// <summary>Every service that is on has a reason in the service table.</summary>
public sealed class ServiceJustification() : Check("service-justification", 1, Polarity.Refute, CoverageScope.Declaration,
    "a reason for every service of IXIT 13-SoftServ that is on", "IXIT 13-SoftServ with its field Justification filled", "5.6-5-1a")
{
    public override IEnumerable<Answer> Look(Examined examined)
    {
        var rows = examined.Rows(13).ToList();
        if (rows.Count == 0) return [Open(Units[0], "IXIT 13-SoftServ was not handed over")];
        var without = rows.Where(r => Wording.IsEmpty(Papers.Field(r.Row, "Justification")) || Declarations.Placeholder.Is(Papers.Field(r.Row, "Justification"))).ToList();
        return without.Count > 0
            ? without.Select(r => Refutes(Units[0], $"{Shortened.Visible(r.Row.Id)} has no reason for being there", r.Row.Location))
            : [Supports(Units[0], $"all {rows.Count} service(s) give a reason")];
    }
}
