using Assay.Evidence;

namespace Assay.Assessment.Checks;

/// <summary>A port of the device that answered in a capture and that no row of the table of interfaces for programs (28) lists, nor any other table.</summary>
public sealed class UndeclaredRemoteApi() : Check("undeclared-remote-api", 1, Polarity.Refute, CoverageScope.Capture,
    "ports that answer in a capture and that no table lists as an interface", "a scan of all ports in every state, and the missing rows", "5.13-1-2c")
{
    public override IEnumerable<Answer> Look(Examined examined)
    {
        var answering = examined.Of(FindingKind.Exposure).Where(f => f.Has(Traits.Listener) && f.Location.Frame is not null).ToList();
        var table = examined.Declaration.Table(28);
        if (answering.Count == 0) return Silence(examined);
        if (table is null) return [Open(Units[0], $"{answering.Count} port(s) answered, and IXIT 28 was not handed over", "IXIT 28 with every interface for programs", answering)];
        var listed = WordIndex.Of(examined.Rows(13, 15, 28).Select(r => r.Row));
        var missing = answering.Where(s => !listed.NamesAny(Papers.WordsFor(s))).ToList();
        if (missing.Count > 0) return Refutes($"{missing.Count} port(s) answer that no table lists", missing).NotIn(13, 15, 28);
        return examined.LookedWhole(CoverageScope.Capture) ? [Supports(Units[0], $"all {answering.Count} port(s) that answered are listed; ports that nobody asked were not seen", answering)] : Silence(examined);
    }
}
