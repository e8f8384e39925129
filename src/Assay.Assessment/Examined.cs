using Assay.Assessment.Declarations;
using Assay.Assessment.Verdicts;
using Assay.Evidence;
using Assay.Software.Components;

namespace Assay.Assessment;

/// <summary>All that is known of one device before anybody judges: what checks read, and nothing else.</summary>
public sealed record Examined
{
    public required Device Device { get; init; }
    public required DateTimeOffset AsOf { get; init; }
    /// <summary>Ids of all provisions of the edition that is assessed.</summary>
    public IReadOnlyList<string> Provisions { get; init; } = [];
    /// <summary>Ordered by name.</summary>
    public IReadOnlyList<DossierFile> Files { get; init; } = [];
    public IReadOnlyList<Finding> Findings { get; init; } = [];
    public IReadOnlyList<Coverage> Coverage { get; init; } = [];
    /// <summary>Found in images.</summary>
    public IReadOnlyList<Component> Components { get; init; } = [];
    /// <summary>Named by bills of materials that were handed over.</summary>
    public IReadOnlyList<Component> Materials { get; init; } = [];
    public Declaration Declaration { get; init; } = Declaration.Empty;
    /// <summary>What the captures tell of whom the device spoke with, and when.</summary>
    public IReadOnlyList<CaptureFacts> Captures { get; init; } = [];
    /// <summary>What a store of advisories says of the components; null where none was asked.</summary>
    public AdvisoryAnswers? Advisories { get; init; }
    /// <summary>Records of laboratories on single units, signed or not.</summary>
    public IReadOnlyList<LabEntry> LabRecords { get; init; } = [];
    /// <summary>What to mend in the dossier itself.</summary>
    public IReadOnlyList<string> Advice { get; init; } = [];

    /// <summary>Somebody looked, at least in part: a finding may be expected, its absence says nothing.</summary>
    public bool Looked(CoverageScope scope) => Coverage.Any(c => c.Scope == scope && c.Examined > 0);

    /// <summary>Everything of this scope that was handed over was looked at whole, and there was something: silence may support a claim.</summary>
    public bool LookedWhole(CoverageScope scope)
    {
        var any = false;
        foreach (var coverage in Coverage.Where(c => c.Scope == scope))
        {
            if (!coverage.IsWhole || coverage.Total == 0) return false;
            any = true;
        }
        return any;
    }

    public IEnumerable<Finding> Of(FindingKind kind) => Findings.Where(f => f.Kind == kind);

    public IEnumerable<DossierFile> Of(FileKind kind) => Files.Where(f => f.Kind == kind);

    /// <summary>Rows of some detail tables together, in their order.</summary>
    public IEnumerable<(IxitTable Table, IxitRow Row)> Rows(params IReadOnlyList<int> tables) =>
        Declaration.Tables.Where(t => tables.Contains(t.Number)).SelectMany(t => t.Rows.Select(r => (t, r)));
}
