using System.Text.RegularExpressions;
using Assay.Evidence;
using Assay.Evidence.Files;
using Assay.Software.Components;

namespace Assay.Firmware;

/// <summary>Components from several witnesses put together: what a package database lists, what programs say of themselves, what folders are called.</summary>
public static partial class Inventory
{
    private const int MostEvidence = 8;

    internal static Component Of(VersionSeen seen, Location at) => new()
    {
        Name = seen.Pattern.Product,
        Version = seen.Version,
        Purl = $"{seen.Pattern.Purl}@{Uri.EscapeDataString(seen.Version)}",
        Cpe = seen.Pattern.CpeOf(seen.Version),
        Files = at.Path is { } path ? [path] : [],
        Evidence = [new ComponentEvidence(Method(seen), at, seen.Pattern.Confidence)],
    };

    /// <summary>What two witnesses of one product have in common: the product of its CPE names, else its name.</summary>
    internal static string ProductOf(Component component) => component.Cpe.Count > 0 ? component.Cpe[0].Split(':')[4] : component.Name;

    private static string Method(VersionSeen seen) =>
        seen.Pattern.Rule == "name" ? "file name" : seen.Pattern.Product != "linux-kernel" ? "string" : seen.Pattern.Anchor == "vermagic=" ? "kernel module" : "kernel banner";

    internal static IEnumerable<Component> Modules(IReadOnlyList<FileEntry> entries, Func<string, Location> at)
    {
        var kernel = VersionPattern.All.First(p => p.Product == "linux-kernel");
        foreach (var entry in entries)
        {
            var match = ModuleFolder().Match(entry.Path.Text);
            if (entry.Type != FileType.Directory || !match.Success) continue;
            yield return new Component
            {
                Name = kernel.Product,
                Version = match.Groups[1].Value,
                Purl = $"{kernel.Purl}@{match.Groups[1].Value}",
                Cpe = kernel.CpeOf(match.Groups[1].Value),
                Evidence = [new ComponentEvidence("folder name", at(entry.Path.Text), 0.8)],
            };
        }
    }

    [GeneratedRegex(@"/lib/modules/(\d+\.\d+(?:\.\d+)?)[^/]*$")]
    private static partial Regex ModuleFolder();

    /// <summary>One component for each name and version, ordered; what a program says joins the package that it belongs to where both agree.</summary>
    public static IReadOnlyList<Component> Merge(IEnumerable<Component> components)
    {
        var merged = new SortedDictionary<(string Name, string Version), Component>(Comparer<(string Name, string Version)>.Create((a, b) =>
            string.CompareOrdinal(a.Name, b.Name) is var order && order != 0 ? order : string.CompareOrdinal(a.Version, b.Version)));
        var all = components.ToList();
        var files = new Dictionary<(string, string), SortedSet<string>>();
        var owned = all.Where(c => c.Package is not null).SelectMany(c => c.Files).ToHashSet(StringComparer.Ordinal);
        // A database before what a build wrote of the same packages; a list that leaves revisions out (licences, archives) joins the package of its name and version.
        var named = new Dictionary<(string, string?), Component>();
        foreach (var component in all.Where(c => c.Package is not null).OrderBy(IsManifest).ThenBy(c => c.Package == c.Version))
        {
            Add(IsManifest(component) && component.Package == component.Version ? named.GetValueOrDefault((component.Name, component.Version)) ?? component : component, component);
            named.TryAdd((component.Name, component.Version), component);
        }
        var packages = merged.Values.GroupBy(c => (ProductOf(c), c.Version)).ToDictionary(g => g.Key, g => g.OrderBy(c => c.Name, StringComparer.Ordinal).First());
        foreach (var component in all.Where(c => c.Package is null))
        {
            Add(packages.GetValueOrDefault((ProductOf(component), component.Version)) ?? component, component);
        }
        return WithConflicts([.. merged.Select(m => m.Value with { Files = [.. files[m.Key]] })]);

        void Add(Component into, Component evidence)
        {
            var key = (into.Name, into.Package ?? into.Version ?? "");
            var before = merged.GetValueOrDefault(key) ?? into with { Evidence = [] };
            var proofs = before.Evidence.Concat(evidence.Evidence).Distinct().OrderByDescending(e => e.Confidence).ThenBy(e => e.Method, StringComparer.Ordinal)
                .ThenBy(e => e.Location.Path, StringComparer.Ordinal).ThenBy(e => e.Location.Offset).Take(MostEvidence);
            var same = before.Name == evidence.Name;
            merged[key] = before with { Evidence = [.. proofs], Licence = before.Licence ?? (same ? evidence.Licence : null), Source = before.Source ?? (same ? evidence.Source : null) };
            if (!files.TryGetValue(key, out var own)) files[key] = own = new SortedSet<string>(StringComparer.Ordinal);
            // What a package lists is its own, whatever else stands in it.
            own.UnionWith(evidence.Package is not null ? evidence.Files : evidence.Files.Where(f => !owned.Contains(f)));
        }

        static bool IsManifest(Component component) => component.Evidence[0].Method == "manifest";
    }

    /// <summary>Each component with the versions that other witnesses state of its product; two packages of one database stand beside each other and are no conflict.</summary>
    private static IReadOnlyList<Component> WithConflicts(IReadOnlyList<Component> merged)
    {
        var products = merged.Where(c => c.Version is not null).GroupBy(ProductOf, StringComparer.Ordinal).Where(g => g.Count() > 1).ToDictionary(g => g.Key, g => g.ToList(), StringComparer.Ordinal);
        if (products.Count == 0) return merged;
        return [.. merged.Select(c => products.GetValueOrDefault(ProductOf(c)) is { } group ? c with { Conflicts = Others(c, group) } : c)];

        static IReadOnlyList<OtherVersion> Others(Component one, List<Component> group) =>
        [
            .. group.Where(o => o.Version != one.Version && (o.Package is null || one.Package is null))
                .Select(o => new OtherVersion(o.Version!, o.Evidence[0].Method, o.Evidence[0].Location))
                .OrderBy(o => o.Version, StringComparer.Ordinal).ThenBy(o => o.Location.Path, StringComparer.Ordinal).Take(MostEvidence),
        ];
    }

    /// <summary>Where witnesses of one product disagree: modules against the banner, strings against the package database.</summary>
    public static IReadOnlyList<Finding> Contradictions(IReadOnlyList<Component> merged)
    {
        var findings = new List<Finding>();
        foreach (var product in merged.Where(c => c.Version is not null).GroupBy(ProductOf, StringComparer.Ordinal).OrderBy(g => g.Key, StringComparer.Ordinal))
        {
            var versions = product.Select(c => c.Version!).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToList();
            // Two packages of one database stand beside each other.
            if (versions.Count < 2 || product.All(c => c.Package is not null)) continue;
            var words = product.OrderBy(c => c.Version, StringComparer.Ordinal).Select(c => $"{c.Version} ({c.Evidence[0].Method}{(c.Evidence[0].Location.Path is { } path ? " " + path : "")})");
            findings.Add(new Finding
            {
                Kind = FindingKind.Component,
                Subject = product.Key,
                Value = $"versions differ: {string.Join(", ", words)}",
                Confidence = 0.8,
                Location = product.OrderBy(c => c.Version, StringComparer.Ordinal).First().Evidence[0].Location,
            });
        }
        return findings;
    }
}
