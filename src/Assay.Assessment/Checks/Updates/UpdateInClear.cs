using Assay.Evidence;

namespace Assay.Assessment.Checks;

/// <summary>An update's payload downloaded without encryption and without any sign of a signature. A question about versions is no download.</summary>
public sealed class UpdateInClear() : Check("update-in-clear", 1, Polarity.Refute, CoverageScope.Capture,
    "an update package that is downloaded in clear text and carries no signature", "a capture of a whole update, and the package's signature", "5.3-2-2b", "5.3-1-2a")
{
    public override IEnumerable<Answer> Look(Examined examined)
    {
        var updates = examined.Of(FindingKind.Update).ToList();
        var downloads = updates.Where(f => f.Has(Traits.ClearText) && f.Has(Traits.UpdateDownload)).ToList();
        if (downloads.Count == 0)
        {
            var queries = updates.Where(f => f.Has(Traits.UpdateQuery)).ToList();
            return queries.Count > 0 ? Units.Select(u => Open(u, "only questions about versions were captured, no package", toSettle: null, queries)) : Silence(examined);
        }
        var signed = updates.Where(f => f.Has(Traits.Signed)).ToList();
        return signed.Count > 0
            ? Units.Select(u => Open(u, "packages come in clear text, but a signature was seen; whether the device refuses a changed package cannot be seen",
                "the device's answer to a package with one changed byte", [.. downloads, .. signed]))
            : Refutes($"{downloads.Count} update package(s) were downloaded in clear text, and no signature was seen", downloads);
    }
}
