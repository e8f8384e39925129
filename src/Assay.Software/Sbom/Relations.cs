using Assay.Software.Components;

namespace Assay.Software.Sbom;

/// <summary>Which component needs which: what package databases say, and what programs load (<c>DT_NEEDED</c>, System V gABI), where both ends are components and no second one could be meant.</summary>
internal static class Relations
{
    private const int Several = -1, MostOfOneName = 100;

    /// <returns>For each component, in the order given, the places of those that it needs; ordered, itself left out.</returns>
    public static IReadOnlyList<IReadOnlyCollection<int>> Of(IReadOnlyList<Component> components, IReadOnlyList<ExecutableSeen> executables)
    {
        var edges = components.Select(_ => new SortedSet<int>()).ToList();
        Packages(components, edges);
        Libraries(components, executables, edges);
        return edges;
    }

    private static void Packages(IReadOnlyList<Component> components, List<SortedSet<int>> edges)
    {
        var names = new Dictionary<(string? Type, string Name), List<int>>();
        for (var i = 0; i < components.Count; i++)
        {
            if (components[i].Package is null) continue;
            foreach (var name in components[i].Provides.Append(components[i].Name).Distinct(StringComparer.Ordinal))
            {
                if (!names.TryGetValue((Type(components[i]), name), out var called)) names[(Type(components[i]), name)] = called = [];
                called.Add(i);
            }
        }
        for (var i = 0; i < components.Count; i++)
        {
            foreach (var need in components[i].Needs)
            {
                foreach (var name in need.Split('|'))
                {
                    if (!names.TryGetValue((Type(components[i]), name), out var called)) continue;
                    if (Met(components, i, name, called) is { } met && met != i) edges[i].Add(met);
                    break;
                }
            }
        }
    }

    // pkg:deb, pkg:apk: each kind of database speaks of its own packages.
    private static string? Type(Component component) => component.Purl is { } purl && purl.IndexOf('/', StringComparison.Ordinal) is > 0 and var end ? purl[..end] : null;

    // Two systems in one image each have their own packages of one name.
    private static int? Met(IReadOnlyList<Component> components, int by, string name, List<int> called)
    {
        if (called.Count > MostOfOneName) return null;
        if (called.Count > 1 && called.Where(c => components[c].Name == name).ToList() is { Count: > 0 } own) called = own;
        if (called.Count > 1) called = [.. called.Where(c => Root(components[c]) == Root(components[by]))];
        return called.Count == 1 ? called[0] : null;
    }

    private static string? Root(Component component) => component.Evidence.FirstOrDefault(e => e.Method == "package database")?.Location.Path is { } path ? path[..path.LastIndexOf('/')] : null;

    private static void Libraries(IReadOnlyList<Component> components, IReadOnlyList<ExecutableSeen> executables, List<SortedSet<int>> edges)
    {
        var owners = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var isGuess in new[] { false, true })
        {
            var added = new Dictionary<string, int>(StringComparer.Ordinal);
            for (var i = 0; i < components.Count; i++)
            {
                if (components[i].IsGuess != isGuess) continue;
                foreach (var path in components[i].Files)
                {
                    if (!added.TryAdd(path, i)) added[path] = Several;
                }
            }
            foreach (var (path, owner) in added) owners.TryAdd(path, owner);
        }
        var libraries = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var file in executables)
        {
            if ((file.Soname ?? (file.Path.Contains(".so", StringComparison.Ordinal) ? file.Path[(file.Path.LastIndexOf('/') + 1)..] : null)) is not { } name) continue;
            var owner = owners.GetValueOrDefault(file.Path, Several);
            if (!libraries.TryAdd(name, owner) && libraries[name] != owner) libraries[name] = Several;
        }
        foreach (var file in executables)
        {
            if (owners.GetValueOrDefault(file.Path, Several) is not (>= 0 and var owner)) continue;
            foreach (var needed in file.Needed)
            {
                if (libraries.GetValueOrDefault(needed, Several) is >= 0 and var other && other != owner) edges[owner].Add(other);
            }
        }
    }
}
