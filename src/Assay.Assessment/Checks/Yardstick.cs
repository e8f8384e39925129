using Assay.Assessment.Catalogues;
using Assay.Assessment.Verdicts;
using Assay.Evidence.Reading;

namespace Assay.Assessment.Checks;

/// <summary>
/// How far tools get, measured as others measured it (Kaksonen et al., ICISSP 2024): of the units of TS 103 701 V1.1.1 that the public mapping of
/// ouspg/tcsfw gives to tools, and not to papers, other units, user interfaces or hands, the share that a tool decides or refutes.
/// </summary>
public static class Yardstick
{
    /// <summary>The published shares, in percent: with basic tools, with advanced ones.</summary>
    public const int Basic = 52, Advanced = 70;

    /// <summary>The 56 units, in the catalogue's order; data in <c>Catalogues/Data/network-relevant.tsv</c>.</summary>
    public static IReadOnlyList<TestUnit> Units => LazyUnits.Value;

    private static readonly Lazy<IReadOnlyList<TestUnit>> LazyUnits = new(() => [.. DataFile.Open(typeof(Yardstick), "network-relevant.tsv").Rows.Select(r => Catalogue.Default.Unit(r.Need("unit"))!)]);

    /// <summary>A check may decide or refute the unit; what only supports a claim or shows a contradiction does not count.</summary>
    public static IReadOnlyList<TestUnit> ByTool => [.. Units.Where(u => Register.All.Any(c => c.Units.Contains(u.Id) && c.Polarity is not Polarity.Support))];

    /// <summary>Of one assessment: units that a tool did decide or refute.</summary>
    public static int DecidedIn(AssessmentResult result)
    {
        var ids = Units.Select(u => u.Id).ToHashSet(StringComparer.Ordinal);
        return result.Verdicts.SelectMany(v => v.Units).Count(u => ids.Contains(u.Unit) && u is { Grade: Grade.Tool, Outcome: Outcome.Pass or Outcome.Fail });
    }
}
