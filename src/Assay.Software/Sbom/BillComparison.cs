using System.Text.Json;
using Assay.Software.Components;
using Assay.Software.Matching;

namespace Assay.Software.Sbom;

/// <summary>A part that a list names and the part of the image that it is.</summary>
public sealed record BillPair(Component Listed, Component Found);

/// <summary>What a maker's bill of materials says beside what was found. Nothing found is no proof that nothing is there: a line beyond the image may be a part that nobody recognised.</summary>
public sealed record BillComparison
{
    /// <summary>Of <see cref="BillFile.Title"/>.</summary>
    public required string Format { get; init; }
    /// <summary>In both, in the same version.</summary>
    public required IReadOnlyList<BillPair> Same { get; init; }
    /// <summary>In both, in versions that differ.</summary>
    public required IReadOnlyList<BillPair> OtherVersion { get; init; }
    /// <summary>In both, and one of the two does not say which version.</summary>
    public required IReadOnlyList<BillPair> VersionUnknown { get; init; }
    /// <summary>Found, and not listed.</summary>
    public required IReadOnlyList<Component> Missing { get; init; }
    /// <summary>Listed, and not found.</summary>
    public required IReadOnlyList<Component> Extra { get; init; }
    /// <summary>Lines that name no software: files, devices, data.</summary>
    public required int NotCompared { get; init; }

    /// <summary>Of the product by all that was found; null where no executable file was seen.</summary>
    public Completeness? Found { get; init; }
    /// <summary>The same by those parts only that the list has, in whichever version.</summary>
    public Completeness? Listed { get; init; }

    public bool IsEqual => Missing.Count + Extra.Count + OtherVersion.Count == 0;

    /// <summary>By package URL first, then by CPE name, then by name; a package of another language only by its URL. All lists in the order of the component's name and version.</summary>
    public static BillComparison Of(BillOfMaterials bill, IReadOnlyList<Component> found, IReadOnlyList<ExecutableSeen>? executables = null)
    {
        var parts = found.DistinctBy(c => (c.Name, c.Version, c.Package, c.Purl)).Select(c => new Line(c)).ToList();
        var asked = parts.SelectMany(p => p.Keys).SelectMany(level => level).ToHashSet(StringComparer.Ordinal);
        var (listed, index, extra, notCompared) = (new List<Line>(), new Dictionary<string, List<Line>>(StringComparer.Ordinal), new List<Component>(), 0);
        foreach (var entry in bill.Entries)
        {
            if (ReferenceEquals(entry.Component, bill.Subject)) continue;
            if (entry.Kind is "file" or "device" or "data" or "machine-learning-model" or "cryptographic-asset")
            {
                notCompared++;
                continue;
            }
            // Of a list far longer than the product, only what could be a part of it is kept.
            var line = new Line(entry.Component);
            var keys = line.Keys.SelectMany(level => level).Where(asked.Contains).ToList();
            if (keys.Count == 0) extra.Add(entry.Component);
            else listed.Add(line);
            foreach (var key in keys)
            {
                if (!index.TryGetValue(key, out var lists)) index[key] = lists = [];
                lists.Add(line);
            }
        }
        var (same, other, unknown, missing) = (new List<BillPair>(), new List<BillPair>(), new List<BillPair>(), new List<Component>());
        var waiting = new List<(Line Part, List<Line> Candidates)>();
        // Equal versions first, so that one of two lines of a product is not taken by the part that the other one names.
        foreach (var part in parts)
        {
            var candidates = part.Candidates(index);
            if (candidates.Count == 0) missing.Add(part.Component);
            else if (candidates.FirstOrDefault(c => IsSame(c.Component, part.Component) == true) is { } equal)
            {
                foreach (var line in candidates.Where(c => IsSame(c.Component, part.Component) == true)) line.IsMet = true;
                same.Add(new BillPair(equal.Component, part.Component));
            }
            else waiting.Add((part, candidates));
        }
        foreach (var (part, candidates) in waiting)
        {
            var line = candidates.FirstOrDefault(c => !c.IsMet) ?? candidates[0];
            line.IsMet = true;
            (IsSame(line.Component, part.Component) is null ? unknown : other).Add(new BillPair(line.Component, part.Component));
        }
        return new BillComparison
        {
            Format = bill.Format,
            Same = Ordered(same),
            OtherVersion = Ordered(other),
            VersionUnknown = Ordered(unknown),
            Missing = Ordered(missing),
            Extra = Ordered([.. extra, .. listed.Where(l => !l.IsMet).Select(l => l.Component)]),
            NotCompared = notCompared,
            Found = executables is { Count: > 0 } ? Completeness.Of(executables, found) : null,
            Listed = executables is { Count: > 0 } ? Completeness.Of(executables, same.Concat(other).Concat(unknown).Select(p => p.Found)) : null,
        };
    }

    private sealed class Line
    {
        public Line(Component component)
        {
            var called = ComponentNames.Of(component);
            Component = component;
            Keys =
            [
                called.Package is { } p ? [$"purl {p.Type}/{p.Space}/{p.Name}".ToLowerInvariant()] : [],
                called.IsForeign ? [] : [.. called.Cpes.Select(c => "cpe " + c).Order(StringComparer.Ordinal)],
                called.IsForeign ? [] : [.. new[] { component.Name, called.Package?.Name }.OfType<string>().Select(n => "name " + ProductNames.Fold(n[(n.LastIndexOf('/') + 1)..])).Distinct(StringComparer.Ordinal)],
            ];
        }

        public Component Component { get; }
        public bool IsMet { get; set; }
        /// <summary>From the surest to the weakest.</summary>
        public string[][] Keys { get; }

        public List<Line> Candidates(Dictionary<string, List<Line>> index)
        {
            foreach (var level in Keys)
            {
                var candidates = level.SelectMany(k => index.GetValueOrDefault(k, [])).Distinct().ToList();
                if (candidates.Count > 0) return candidates;
            }
            return [];
        }
    }

    /// <summary>Null where one of the two has no version.</summary>
    internal static bool? IsSame(Component listed, Component found)
    {
        var (one, other) = (Versions(listed), Versions(found));
        if (one.Count == 0 || other.Count == 0) return null;
        if (one.Overlaps(other)) return true;
        // Where only one of them tells a distribution's patch level, the other is held against what stands before it.
        var (first, second) = (listed.Package ?? listed.Version, found.Package ?? found.Version);
        if (first is null || second is null) return false;
        (first, second) = (Plain(first), Plain(second));
        return Upstream(first) == first && Upstream(second) == first || Upstream(second) == second && (Upstream(first) == second || listed.Version == second)
            || found.Package is not null && Upstream(first) == first && found.Version == first;
    }

    // Two packages of one upstream version and unlike patch levels are not the same: upstream's version counts only where no other is told.
    private static HashSet<string> Versions(Component component) =>
        new[] { component.Package ?? component.Version, PackageName.Read(component.Purl)?.Version }.OfType<string>().Where(v => v.Length > 0).Select(Plain).ToHashSet(StringComparer.Ordinal);

    private static string Plain(string version) => version.Length > 1 && version[0] is 'v' or 'V' && char.IsAsciiDigit(version[1]) ? version[1..] : version;

    // dpkg, rpm, opkg, apk: [epoch:]upstream[-revision]
    private static string Upstream(string version)
    {
        var start = version.IndexOf(':', StringComparison.Ordinal) is > 0 and var colon && version.AsSpan(0, colon).IndexOfAnyExceptInRange('0', '9') < 0 ? colon + 1 : 0;
        var end = version.LastIndexOf('-') is var dash && dash > start ? dash : version.Length;
        return Plain(version[start..end]);
    }

    private static IReadOnlyList<Component> Ordered(List<Component> components) => [.. components.OrderBy(c => c.Name, StringComparer.Ordinal).ThenBy(c => c.Package ?? c.Version, StringComparer.Ordinal)];

    private static IReadOnlyList<BillPair> Ordered(List<BillPair> pairs) => [.. pairs.OrderBy(p => p.Found.Name, StringComparer.Ordinal).ThenBy(p => p.Found.Package ?? p.Found.Version, StringComparer.Ordinal)];

    /// <summary>Members of <c>assay/sbom-comparison/1</c> behind its head.</summary>
    public void Write(Utf8JsonWriter json)
    {
        json.WriteString("format", Format);
        json.WriteNumber("same", Same.Count);
        json.WriteNumber("notCompared", NotCompared);
        if (Found is not null && Listed is not null)
        {
            json.WriteStartObject("completeness");
            json.WriteNumber("executableBytes", Found.ExecutableBytes);
            json.WriteNumber("namedBytes", Found.NamedBytes);
            json.WriteNumber("listedBytes", Listed.NamedBytes);
            json.WriteEndObject();
        }
        foreach (var (name, pairs) in new[] { ("otherVersion", OtherVersion), ("versionUnknown", VersionUnknown) })
        {
            json.WriteStartArray(name);
            foreach (var pair in pairs)
            {
                json.WriteStartObject();
                json.WritePropertyName("listed");
                ComponentJson.Write(json, pair.Listed);
                json.WritePropertyName("found");
                ComponentJson.Write(json, pair.Found);
                json.WriteEndObject();
            }
            json.WriteEndArray();
        }
        foreach (var (name, components) in new[] { ("missing", Missing), ("extra", Extra) })
        {
            json.WriteStartArray(name);
            foreach (var component in components) ComponentJson.Write(json, component);
            json.WriteEndArray();
        }
    }
}
