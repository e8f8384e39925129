using System.Globalization;
using System.Text.RegularExpressions;
using Assay.Evidence;
using Assay.Software.Advisories;
using Assay.Software.Components;
using Assay.Software.Matching;

namespace Assay.Assessment.Examining;

/// <summary>
/// What one snapshot of a store of advisories says of the components of a dossier. An input of the assessment like a file: the digest stands in the coverage,
/// and the same store gives the same answers. That no advisory names a component says nothing of it.
/// </summary>
public sealed record AdvisoryAnswers
{
    /// <summary>SHA-256 over every record of the store, 64 lower-case digits.</summary>
    public required string Snapshot { get; init; }
    /// <summary>How many records of each source there are, and how new they are.</summary>
    public required IReadOnlyList<SourceStatus> Sources { get; init; }
    /// <summary>Affected and candidates, in the order of <see cref="Matcher.Ordered"/>.</summary>
    public required IReadOnlyList<Vulnerability> Vulnerabilities { get; init; }
    /// <summary>When a vulnerability was first published, by CVE number: of those above, and of those that documents of the dossier name.</summary>
    public required IReadOnlyDictionary<string, DateOnly> Published { get; init; }
    /// <summary>Since when a list says that it is exploited, by CVE number.</summary>
    public required IReadOnlyDictionary<string, DateOnly> ExploitedSince { get; init; }
    public required Coverage Coverage { get; init; }

    /// <summary>More findings than a person reads; the rest is counted in the coverage. Affected and exploited ones come first.</summary>
    public const int MostFindings = 500;
    private const int MostNamed = 2000;

    /// <summary>Asks the store for every component of images and bills of materials, and for every CVE number that a document names.</summary>
    /// <returns>The same dossier with what was found: findings at the components' places, coverage with the snapshot's digest.</returns>
    /// <exception cref="Evidence.Reading.UnreadableException">The store is damaged.</exception>
    public static Examined Join(Examined examined, AdvisoryStore store)
    {
        var answers = Of(examined, store);
        return examined with
        {
            Advisories = answers,
            Findings = [.. examined.Findings, .. answers.Vulnerabilities.Take(MostFindings).Select(Finding)],
            Coverage = [.. examined.Coverage, answers.Coverage],
        };
    }

    public static AdvisoryAnswers Of(Examined examined, AdvisoryStore store)
    {
        var components = examined.Components.Concat(examined.Materials).DistinctBy(c => (c.Name, c.Version, c.Package, c.Purl, string.Join(' ', c.Cpe))).ToList();
        var surroundings = new Surroundings(components);
        var found = Matcher.Ordered(components.SelectMany(c => Matcher.Match(c, store, surroundings))).DistinctBy(v => (v.Id, v.Component.Name, v.Component.Version)).ToList();
        var published = new SortedDictionary<string, DateOnly>(StringComparer.Ordinal);
        var exploited = new SortedDictionary<string, DateOnly>(StringComparer.Ordinal);
        foreach (var id in found.Take(MostNamed).Select(v => v.Id).Concat(Named(examined)).Distinct(StringComparer.Ordinal))
        {
            var about = store.About(id).Where(a => !a.Withdrawn).ToList();
            if (about.Where(a => a.Published is not null).Min(a => a.Published) is { } first) published[id] = DateOnly.FromDateTime(first.UtcDateTime);
            if (about.Where(a => a.Exploited).Min(a => a.ExploitedSince) is { } since) exploited[id] = since;
        }
        var status = store.Status();
        var versioned = components.Count(c => c.Version is not null || c.Package is not null);
        return new AdvisoryAnswers
        {
            Snapshot = status.Snapshot,
            Sources = status.Sources,
            Vulnerabilities = found,
            Published = published,
            ExploitedSince = exploited,
            Coverage = new Coverage
            {
                Artefact = $"advisories sha256:{status.Snapshot}",
                Scope = CoverageScope.Advisories,
                Unit = "components",
                Total = components.Count,
                Examined = status.Sources.Count == 0 ? 0 : versioned,
                To = status.Sources.Max(s => s.Newest),
                Counts = new SortedDictionary<string, long>(StringComparer.Ordinal)
                {
                    ["affected"] = found.Count(v => v.Status == VulnerabilityStatus.Affected),
                    ["candidates"] = found.Count(v => v.Status == VulnerabilityStatus.Candidate),
                    ["exploited"] = found.Count(v => v.Exploited),
                    ["notListed"] = Math.Max(0, found.Count - MostFindings),
                    ["records"] = status.Sources.Sum(s => (long)s.Advisories),
                },
            },
        };
    }

    /// <summary>The range holds the version, and nothing that is not known stands between: no distribution's own repair, no vendor's own kernel tree.</summary>
    public static bool IsCertain(Vulnerability vulnerability) =>
        // A package whose distribution nobody could tell cannot be compared with that distribution's own list.
        vulnerability.Status == VulnerabilityStatus.Affected && !vulnerability.RepairUnknown && vulnerability.Component is not { Package: not null, Purl: null } && !IsKernel(vulnerability.Component);

    // Vendors keep trees of their own under an old number and mend them there.
    private static bool IsKernel(Component component) => component.Name is "linux" or "linux_kernel" or "linux-kernel" or "kernel" or "Linux" || component.Cpe.Any(c => c.Contains(":linux:linux_kernel:", StringComparison.Ordinal));

    private static IEnumerable<string> Named(Examined examined) => examined.Of(FileKind.Document).SelectMany(f => f.Lines).SelectMany(l => Cve.Matches(l.Length > 4096 ? l[..4096] : l).Select(m => m.Value.ToUpperInvariant()))
        .Distinct(StringComparer.Ordinal).Take(MostNamed);

    private static Finding Finding(Vulnerability vulnerability)
    {
        var certain = IsCertain(vulnerability);
        List<string> traits = [certain ? Traits.Affected : Traits.Candidate];
        if (vulnerability.Exploited) traits.Add(Traits.Exploited);
        var words = $"{vulnerability.Id}: {(certain ? "affected by its version" : "may be affected")}";
        if (vulnerability.Exploited) words += vulnerability.ExploitedSince is { } since ? $", exploited since {since.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)}" : ", exploited";
        if (vulnerability.Fix is { } fix) words += $", mended in {Shortened.Visible(fix)}";
        return new Finding
        {
            Kind = FindingKind.Component,
            Subject = Shortened.Visible($"{vulnerability.Component.Name} {vulnerability.Component.Package ?? vulnerability.Component.Version}".TrimEnd()),
            Value = words,
            Confidence = certain ? 0.9 : 0.5,
            Location = vulnerability.Component.Evidence.Count > 0 ? vulnerability.Component.Evidence[0].Location : new Location { Artefact = "components" },
            Note = Shortened.Visible(vulnerability.Reason),
            Traits = traits,
        };
    }

    internal static Regex Cve => field ??= new(@"\bCVE-\d{4}-\d{4,7}\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.NonBacktracking);
}
