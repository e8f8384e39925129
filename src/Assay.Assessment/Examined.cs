using Assay.Assessment.Declarations;
using Assay.Assessment.Examining;
using Assay.Assessment.Verdicts;
using Assay.Evidence;
using Assay.Software.Components;

namespace Assay.Assessment;

/// <summary>All that is known of one device before anybody judges: what checks read, and nothing else.</summary>
/// <remarks>Each part notes that it was read (<see cref="Reads"/>), so that an assessment can say what every answer depends on (<see cref="InputDigests"/>).</remarks>
public sealed record Examined
{
    private readonly IReadOnlyList<Finding> findings = [];
    private readonly IReadOnlyList<Coverage> coverage = [];
    private readonly IReadOnlyList<DossierFile> files = [];
    private readonly Declaration declaration = Declaration.Empty;
    private readonly IReadOnlyList<CaptureFacts> captures = [];

    public required Device Device { get { Read("device"); return field; } init; }
    public required DateTimeOffset AsOf { get { Read("asOf"); return field; } init; }
    /// <summary>Ids of all provisions of the edition that is assessed.</summary>
    public IReadOnlyList<string> Provisions { get { Read("provisions"); return field; } init; } = [];
    /// <summary>Ordered by name.</summary>
    public IReadOnlyList<DossierFile> Files { get { Read("files"); return files; } init => files = value; }
    public IReadOnlyList<Finding> Findings { get { Read("findings"); return findings; } init => findings = value; }
    public IReadOnlyList<Coverage> Coverage { get { Read("coverage"); return coverage; } init => coverage = value; }
    /// <summary>Found in images.</summary>
    public IReadOnlyList<Component> Components { get { Read("components"); return field; } init; } = [];
    /// <summary>Every ELF file of the images: what a bill of materials is measured by. No check reads it.</summary>
    public IReadOnlyList<ExecutableSeen> Executables { get; init; } = [];
    /// <summary>Named by bills of materials that were handed over.</summary>
    public IReadOnlyList<Component> Materials { get { Read("materials"); return field; } init; } = [];
    public Declaration Declaration { get { Read("declaration"); return declaration; } init => declaration = value; }
    /// <summary>What the captures tell of whom the device spoke with, and when.</summary>
    public IReadOnlyList<CaptureFacts> Captures { get { Read("captures"); return captures; } init => captures = value; }
    /// <summary>What a store of advisories says of the components; null where none was asked.</summary>
    public AdvisoryAnswers? Advisories { get { Read("advisories"); return field; } init; }
    /// <summary>Records of laboratories on single units, signed or not.</summary>
    public IReadOnlyList<LabEntry> LabRecords { get { Read("labRecords"); return field; } init; } = [];
    /// <summary>What to mend in the dossier itself.</summary>
    public IReadOnlyList<string> Advice { get; init; } = [];

    /// <summary>Where the parts that somebody reads are noted; null where nobody asks.</summary>
    internal Reads? Reads { get; init; }

    /// <summary>Somebody looked, at least in part: a finding may be expected, its absence says nothing.</summary>
    public bool Looked(CoverageScope scope)
    {
        Read("coverage", EvidenceJson.Name(scope));
        return coverage.Any(c => c.Scope == scope && c.Examined > 0);
    }

    /// <summary>Everything of this scope that was handed over was looked at whole, and there was something: silence may support a claim.</summary>
    public bool LookedWhole(CoverageScope scope)
    {
        Read("coverage", EvidenceJson.Name(scope));
        var any = false;
        foreach (var part in coverage.Where(c => c.Scope == scope))
        {
            if (!part.IsWhole || part.Total == 0) return false;
            any = true;
        }
        return any;
    }

    public IEnumerable<Finding> Of(FindingKind kind)
    {
        Read("findings", EvidenceJson.Name(kind));
        return findings.Where(f => f.Kind == kind);
    }

    public IEnumerable<DossierFile> Of(FileKind kind)
    {
        Read("files", EvidenceJson.Name(kind));
        return files.Where(f => f.Kind == kind);
    }

    /// <summary>Rows of some detail tables together, in their order.</summary>
    public IEnumerable<(IxitTable Table, IxitRow Row)> Rows(params IReadOnlyList<int> tables)
    {
        foreach (var table in tables) Read("table", table.ToString(System.Globalization.CultureInfo.InvariantCulture));
        return declaration.Tables.Where(t => tables.Contains(t.Number)).SelectMany(t => t.Rows.Select(r => (t, r)));
    }

    /// <summary>Names of captures in which nobody says, and nothing shows, which machine is the device: what they show is nobody's.</summary>
    internal IReadOnlySet<string> Strangers => captures.Where(c => !c.IsOfDevice).Select(c => c.Artefact).ToHashSet(StringComparer.Ordinal);

    /// <summary>The same without what may be a neighbour's (<see cref="Strangers"/>).</summary>
    internal Examined OfDevice() => Strangers is { Count: > 0 } unknown
        ? this with
        {
            Findings = [.. findings.Where(f => !unknown.Contains(f.Location.Artefact))],
            Captures = [.. captures.Where(c => c.IsOfDevice)],
            Coverage = [.. coverage.Where(c => c.Scope != CoverageScope.Capture || !unknown.Contains(c.Artefact))],
        }
        : this;

    /// <summary>The first part of the declaration that was not read and may hold a row, files with these tables first; null where all was read.</summary>
    internal Unread? Gap(IReadOnlyList<int> tables)
    {
        Read("unread");
        return declaration.Gap(tables);
    }

    /// <summary>The maker speaks of the provision, and every line of it says "not applicable".</summary>
    internal bool IsCalledInapplicable(string provision)
    {
        Read("claims");
        return declaration.IsCalledInapplicable(provision);
    }

    private void Read(string part, string? of = null) => Reads?.Note(of is null ? part : $"{part}:{of}");
}

/// <summary>The parts of an <see cref="Examined"/> that were read, by name: <c>findings:credential</c>, <c>table:13</c>, <c>coverage:files</c>, <c>declaration</c> …</summary>
internal sealed class Reads
{
    private readonly SortedSet<string> parts = new(StringComparer.Ordinal);

    public void Note(string part) => parts.Add(part);

    /// <summary>Ordered; a part that was read whole makes its pieces needless.</summary>
    public IReadOnlyList<string> Parts => [.. parts.Where(p => p.IndexOf(':') is var at && (at < 0 || !parts.Contains(p[..at])))];
}
