using Assay.Assessment.Verdicts;
using Assay.Evidence;

namespace Assay.Assessment.Checks;

/// <summary>A companion app that was built or signed for debugging, against papers that say that such code is taken out.</summary>
public sealed class AppDebugFlag() : Check("app-debug-flag", 1, Polarity.Support, CoverageScope.Application,
    "a companion app built or signed for debugging", "the app as the store gives it out", "5.6-6-1a")
{
    public override IEnumerable<Answer> Look(Examined examined)
    {
        var seen = examined.Of(FindingKind.Debug).Where(f => f.Has(Traits.Debuggable)).ToList();
        if (seen.Count == 0) return Silence(examined);
        foreach (var (table, row) in examined.Rows(16))
        {
            var says = Papers.Whole(row);
            if (new[] { "debug", "debugging", "release", "test code", "development" }.Any(w => Wording.Names(says, w))) return [Contradicts(Units[0], new Contradiction("whether code for debugging was taken out", Papers.Says(table, row, Wording.Begin(says)), Papers.Seen(seen[0])), seen)];
        }
        return [Open(Units[0], "the app that was handed over is built or signed for debugging; whether it is the one that users get is not known", toSettle: null, seen)];
    }
}
