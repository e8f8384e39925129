using Assay.Evidence;

namespace Assay.Assessment.Checks;

/// <summary>A private key shipped in the image.</summary>
public sealed class PrivateKeyInImage() : Check("private-key-in-image", 1, Polarity.Absent, CoverageScope.Files,
    "a private key that is shipped in the image", "the same key file on two delivered units: the keys differ", "5.4-3-2a")
{
    public override IEnumerable<Answer> Look(Examined examined)
    {
        var keys = examined.Of(FindingKind.Key).Where(f => f.Has(Traits.PrivateKey) && f.Location.Frame is null).ToList();
        return keys.Count > 0 ? Refutes($"{keys.Count} private key(s) are in the image, readable for everybody who has it", keys) : Silence(examined);
    }
}
