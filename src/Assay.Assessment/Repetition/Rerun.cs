using Assay.Assessment.Catalogues;
using Assay.Assessment.Checks;
using Assay.Assessment.Verdicts;

namespace Assay.Assessment.Repetition;

/// <summary>
/// Which units must be answered again after an earlier assessment: those whose inputs changed, and those tied to them by inheritance. A check is pure, so
/// where it is of the same version and all parts that it read have the same digests, it would answer the same and need not run.
/// </summary>
internal sealed class Rerun
{
    private readonly EarlierAssessment? earlier;
    private readonly HashSet<string> units;
    private readonly HashSet<string> changed;

    /// <param name="inputs">Digest of what a unit's answer rests on besides its checks, by unit.</param>
    public Rerun(EarlierAssessment? earlier, Catalogue catalogue, IReadOnlyList<Check> checks, InputDigests digests, IReadOnlyDictionary<string, string> inputs)
    {
        this.earlier = earlier;
        if (earlier is null || earlier.ToolDigest != ToolDigest.Value)
        {
            // Another build may answer otherwise to the same.
            this.earlier = null;
            units = [.. inputs.Keys];
            changed = [.. checks.Select(c => c.Id)];
            return;
        }
        changed = [.. checks.Where(c => !IsSame(c, earlier, digests)).Select(c => c.Id)];
        units = [.. checks.Where(c => changed.Contains(c.Id)).SelectMany(c => c.Units).Where(inputs.ContainsKey)];
        foreach (var (unit, digest) in inputs)
        {
            if (!earlier.Units.ContainsKey(unit) || earlier.Inputs.GetValueOrDefault("unit:" + unit) != digest) units.Add(unit);
        }
        Close(catalogue);
    }

    /// <summary>Units that are answered again.</summary>
    public IReadOnlySet<string> Units => units;

    /// <summary>The earlier answer of a unit that is not answered again.</summary>
    public UnitVerdict? Carried(string unit) => units.Contains(unit) ? null : earlier?.Units.GetValueOrDefault(unit);

    /// <summary>What the earlier run of a check says of it, where the check need not run.</summary>
    public CheckRun? Carried(Check check) => earlier is null || changed.Contains(check.Id) || check.Units.Any(units.Contains) ? null : earlier.Checks[check.Id];

    private static bool IsSame(Check check, EarlierAssessment earlier, InputDigests digests) =>
        earlier.Checks.TryGetValue(check.Id, out var run) && run.Version == check.Version && run.Units.SequenceEqual(check.Units, StringComparer.Ordinal) && run.Reads.Count > 0
        && run.Reads.All(part => earlier.Inputs.TryGetValue(part, out var digest) && digest == digests.Of(part));

    // An answer that others inherit takes them along, and what they inherit besides: so that inheritance always joins answers of one kind.
    private void Close(Catalogue catalogue)
    {
        var ties = catalogue.Units.SelectMany(u => catalogue.SourcesOf(u).Select(s => (u.Id, Source: s.Id))).ToList();
        for (var grew = units.Count > 0; grew;)
        {
            grew = false;
            foreach (var (heir, source) in ties)
            {
                if (units.Contains(heir) != units.Contains(source)) grew |= units.Add(heir) | units.Add(source);
            }
        }
    }
}
