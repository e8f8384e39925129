using Assay.Evidence;

namespace Assay.Assessment.Checks;

/// <summary>An update channel in a capture or image, and an update table without a row for a network update.</summary>
public sealed class UndeclaredUpdate() : Check("undeclared-update", 1, Polarity.Refute, CoverageScope.Capture,
    "an update over the network that IXIT 7-UpdMech does not list", "IXIT 7-UpdMech, and a capture of an update by every mechanism", "5.3-10-1c")
{
    public override IEnumerable<Answer> Look(Examined examined)
    {
        var updates = examined.Of(FindingKind.Update).Where(f => f.Has(Traits.UpdateDownload) || f.Has(Traits.UpdateQuery)).ToList();
        if (updates.Count == 0) return Silence(examined);
        var rows = examined.Rows(7).ToList();
        if (rows.Count == 0) return [Open(Units[0], "updates over the network were seen, but IXIT 7-UpdMech was not handed over to compare with", "IXIT 7-UpdMech", updates)];
        var network = rows.Any(r => Words.Any(w => Wording.Names(Papers.Whole(r.Row), w)));
        return network ? [Supports(Units[0], "IXIT 7-UpdMech lists an update over the network", updates)] : Refutes("an update over the network was seen, and no row of IXIT 7-UpdMech lists one", updates).NotIn(7);
    }

    private static readonly string[] Words = ["network", "internet", "http", "https", "ota", "over-the-air", "online", "cloud", "server", "download"];
}
