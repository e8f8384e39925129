using Assay.Evidence;

namespace Assay.Assessment.Checks;

/// <summary>Every service that is on has a reason in the service table. One answer a row; a service that is declared off asks for none.</summary>
public sealed class ServiceJustification() : Check("service-justification", 3, Polarity.Refute, CoverageScope.Declaration,
    "a reason for every service of IXIT 13-SoftServ that is on", "IXIT 13-SoftServ with its field Justification filled", "5.6-5-1a")
{
    public override IEnumerable<Answer> Look(Examined examined) => Judge(examined).OfPapers(examined);

    private IEnumerable<Answer> Judge(Examined examined)
    {
        var rows = examined.Rows(13).ToList();
        if (rows.Count == 0) yield return Open(Units[0], "IXIT 13-SoftServ was not handed over");
        foreach (var of in rows)
        {
            var reason = Papers.Field(of.Row, "Justification", "Purpose", "Necessity", "Reason");
            var filled = Fields.Of(reason);
            var id = Shortened.Visible(of.Row.Id);
            if (InterfaceStatus.Of(of.Row) == Switched.Off) yield return Supports(Units[0], $"{id} is declared off and needs no reason for being on").For(of);
            else if (filled == Filled.Words) yield return Supports(Units[0], $"{id} gives a reason").For(of);
            else if (filled == Filled.Missing) yield return Open(Units[0], $"{id} has no field for the reason why it is on", $"the reason for {id}").For(of);
            else yield return Refutes(Units[0], $"the reason for {id} {Fields.Shown(reason)}", of.Row.At("Justification")).For(of);
        }
    }
}
