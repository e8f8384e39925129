using Assay.Evidence;

namespace Assay.Assessment.Checks;

/// <summary>A secret, key or password file that every account may read, or that lies where the web server hands it out.</summary>
public sealed class ReadableSecret() : Check("readable-secret", 1, Polarity.Refute, CoverageScope.Files,
    "a stored secret that every account or the web server's visitors may read", "the protection of stored secrets on a delivered unit", "5.4-1-2a")
{
    public override IEnumerable<Answer> Look(Examined examined)
    {
        var seen = examined.Findings.Where(f => f.Kind is FindingKind.Secret or FindingKind.Credential or FindingKind.Key
            && (f.Has(Traits.WorldReadable) || f.Has(Traits.UnderWebRoot)) && f.Location.Frame is null).ToList();
        return seen.Count > 0 ? Refutes($"{seen.Count} stored secret(s) may be read by every account or visitor", seen) : Silence(examined);
    }
}
