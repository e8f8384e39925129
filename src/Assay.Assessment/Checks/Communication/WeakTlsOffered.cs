using Assay.Evidence;

namespace Assay.Assessment.Checks;

/// <summary>TLS below 1.2, suites that are no longer fit, or a known hole, in what a service answered to an outside tool.</summary>
public sealed class WeakTlsOffered() : Check("weak-tls-offered", 1, Polarity.Refute, CoverageScope.Scan,
    "TLS older than 1.2, weak suites or known holes in what a service offers", "a run of testssl against every TLS port: \"testssl --jsonfile-pretty probes/tls.json ADDRESS:443\"", "5.5-1-2a", "5.5-1-1d")
{
    public override IEnumerable<Answer> Look(Examined examined)
    {
        var reports = examined.Of(FileKind.ToolResults).Select(f => f.Name).ToHashSet(StringComparer.Ordinal);
        var seen = examined.Of(FindingKind.WeakCrypto).Where(f => reports.Contains(f.Location.Artefact) && !f.Has(Traits.Ssh)).ToList();
        var weak = seen.Where(f => f.Has(Traits.TlsOutdated) || f.Has(Traits.WeakSuite) || f.Has(Traits.Attackable)).ToList();
        var holes = weak.Where(f => f.Has(Traits.Attackable)).ToList();
        var answers = new List<Answer>();
        if (weak.Count > 0) answers.AddRange(Refutes($"{weak.Count} offer(s) of TLS that is outdated, weak or open to a known attack", weak, "5.5-1-2a"));
        if (holes.Count > 0) answers.AddRange(Refutes($"{holes.Count} known attack(s) on TLS would work", holes, "5.5-1-1d"));
        if (answers.Count > 0) return answers;
        return seen.Count > 0 ? Units.Select(u => Open(u, $"a tool marks {seen.Count} setting(s) of TLS; whether they matter is for a person", toSettle: null, seen)) : Silence(examined);
    }
}
