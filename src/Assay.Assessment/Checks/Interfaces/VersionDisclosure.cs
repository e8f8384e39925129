using Assay.Evidence;

namespace Assay.Assessment.Checks;

/// <summary>A version told to anybody who asks, without a row that says so.</summary>
public sealed class VersionDisclosure() : Check("version-disclosure", 2, Polarity.Refute, CoverageScope.Capture,
    "software versions that are told before a log-in and that no table lists as disclosed", "a capture of every service's first answer, before a log-in", "5.6-2-2a")
{
    public override IEnumerable<Answer> Look(Examined examined)
    {
        var told = examined.Of(FindingKind.Disclosure).Where(f => f.Has(Traits.VersionDisclosed)).ToList();
        var rows = examined.Rows(15, 28).Select(r => Papers.Field(r.Row, "Disclosed")).OfType<string>().ToList();
        if (told.Count == 0) return Silence(examined);
        if (rows.Count == 0) return [Open(Units[0], "versions are told before a log-in, but no table of disclosed information was handed over", "IXIT 15-Intf with its field on disclosed information", told)];
        // "without disclosing versions" lists none.
        var listed = rows.Any(d => Listing.Any(w => Wording.Names(d, w) && !Wording.Denies(d, w)));
        return listed ? [Supports(Units[0], "what was told before a log-in is listed", told)] : Refutes($"{told.Count} answer(s) tell a version that no table lists", told).NotIn(15, 28);
    }

    private static readonly string[] Listing = ["version", "versions", "banner", "banners", "release", "build number", "firmware revision", "software revision", "software level"];
}
