using Assay.Evidence;

namespace Assay.Assessment.Checks;

/// <summary>A wireless key, token or password fixed in the configuration or scripts of the image.</summary>
public sealed class SecretInConfiguration() : Check("secret-in-configuration", 1, Polarity.Absent, CoverageScope.Files,
    "a wireless key, token or password that is fixed in the image's configuration", "the configuration of two delivered units", "5.4-3-2a")
{
    public override IEnumerable<Answer> Look(Examined examined)
    {
        var seen = examined.Of(FindingKind.Secret).Where(f => f.Location.Frame is null).ToList();
        return seen.Count > 0 ? Refutes($"{seen.Count} secret(s) are fixed in the image, the same on every device", seen) : Silence(examined);
    }
}
