using Assay.Assessment.Verdicts;
using Assay.Evidence;

namespace Assay.Assessment.Checks;

/// <summary>Executables without a no-execute stack, against a table that promises access control of memory.</summary>
public sealed class MemoryProtection() : Check("memory-protection", 2, Polarity.Support, CoverageScope.Files,
    "executables that ask for an executable stack, though IXIT 18-AccCtrl promises protected memory", "the memory map of a running process", "5.6-8-1b")
{
    public override IEnumerable<Answer> Look(Examined examined)
    {
        var rows = examined.Rows(18).ToList();
        var without = examined.Of(FindingKind.Hardening).Where(f => f.Has(Traits.NoExecuteMissing)).ToList();
        if (rows.Count == 0) return [Open(Units[0], "IXIT 18-AccCtrl was not handed over", "IXIT 18-AccCtrl")];
        if (without.Count > 0)
        {
            // Keeping processes apart is another promise than keeping data from being executed: only that one is contradicted.
            var (table, row) = rows.FirstOrDefault(r => Papers.Whole(r.Row).Contains("execut", StringComparison.OrdinalIgnoreCase) || Promises.Any(p => Wording.Names(Papers.Whole(r.Row), p)));
            if (row is null) return [Open(Units[0], $"{without.Count} executable(s) ask for an executable stack; whether the declared mechanism covers that is for a person", toSettle: null, without)];
            return [Contradicts(Units[0], new Contradiction("whether memory is protected from being executed", Papers.Says(table, row, Wording.Begin(Papers.Whole(row))), Papers.Seen(without[0])), without)];
        }
        return examined.LookedWhole(CoverageScope.Files) && examined.Coverage.Any(c => c.Scope == CoverageScope.Files && c.Counts.GetValueOrDefault("executables") > 0)
            ? [Supports(Units[0], "no executable asks for an executable stack")]
            : Silence(examined);
    }

    private static readonly string[] Promises = ["NX", "XN", "W^X", "write xor", "DEP"];
}
