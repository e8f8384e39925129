using Assay.Evidence;

namespace Assay.Assessment.Checks;

/// <summary>The settings of a server that starts, of the radio, or of the library of TLS accept versions or ciphers that were withdrawn: whoever stands between may bring a connection down to them.</summary>
public sealed class OutdatedTlsConfigured() : Check("outdated-tls-configured", 1, Polarity.Refute, CoverageScope.Files,
    "settings in the image that accept versions or ciphers of TLS, or protection of the radio, that were withdrawn", "the settings of a delivered unit, and a scan of what its servers accept", "5.5-1-2a")
{
    public override IEnumerable<Answer> Look(Examined examined)
    {
        var seen = examined.Of(FindingKind.WeakCrypto).Where(f => f.Location.Frame is null && f.Has(Traits.StartedAtBoot) && (f.Has(Traits.TlsOutdated) || f.Has(Traits.WeakSuite))).ToList();
        return seen.Count > 0 ? Refutes($"{seen.Count} setting(s) accept what was withdrawn: {seen[0].Value}", seen) : Silence(examined);
    }
}
