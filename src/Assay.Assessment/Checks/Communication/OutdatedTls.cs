using Assay.Evidence;

namespace Assay.Assessment.Checks;

/// <summary>TLS below 1.2, or a suite that is no longer fit, in a captured hello.</summary>
public sealed class OutdatedTls() : Check("outdated-tls", 1, Polarity.Refute, CoverageScope.Capture,
    "TLS older than 1.2 or weak cipher suites in a captured hello", "a capture of the first handshake with every peer of IXIT 11-ComMech", "5.5-1-2a")
{
    public override IEnumerable<Answer> Look(Examined examined)
    {
        var seen = examined.Of(FindingKind.WeakCrypto).Where(f => f.Location.Frame is not null && (f.Has(Traits.TlsOutdated) || f.Has(Traits.WeakSuite))).ToList();
        if (seen.Count == 0) return Silence(examined);
        var old = seen.Count(f => f.Has(Traits.TlsOutdated));
        return Refutes(old > 0 ? $"{old} hello(s) offer or choose no TLS newer than 1.1" : $"{seen.Count} hello(s) carry weak cipher suites", seen);
    }
}
