using Assay.Assessment.Verdicts;
using Assay.Evidence;

namespace Assay.Assessment.Checks;

/// <summary>The update table promises a signature: is there one in the package or image?</summary>
public sealed class UpdateSignature() : Check("update-signature", 1, Polarity.Support, CoverageScope.Files,
    "the signature that the update table promises, in the update package", "the update package as it is sent to devices", "5.3-9-1a", "5.3-10-1a")
{
    public override IEnumerable<Answer> Look(Examined examined)
    {
        var updates = examined.Of(FindingKind.Update).ToList();
        var signed = updates.Where(f => f.Has(Traits.Signed)).ToList();
        if (signed.Count > 0) return Units.Select(u => Supports(u, "the package carries a signature; that the device checks it cannot be seen from here", signed));
        var bare = updates.FirstOrDefault(f => f.Has(Traits.WithoutVerification));
        var promise = examined.Rows(7).FirstOrDefault(r => Promises(r.Row));
        if (bare is null || promise.Row is null) return Silence(examined);
        var contradiction = new Contradiction("whether updates are signed", Papers.Says(promise.Table, promise.Row, "promises a signature"), Papers.Seen(bare));
        return Units.Select(u => Contradicts(u, contradiction, bare));
    }

    private static bool Promises(Declarations.IxitRow row)
    {
        var says = Papers.Whole(row);
        return (Wording.Names(says, "signature") && !Wording.Denies(says, "signature")) || (Wording.Names(says, "signed") && !Wording.Denies(says, "signed"));
    }
}
