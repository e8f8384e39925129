namespace Assay.Software.Sbom;

/// <summary>What needs what, by reference. Walked without recursion: a chain may be as long as the document.</summary>
internal sealed class DependencyGraph
{
    private readonly Dictionary<string, int> numbers = new(StringComparer.Ordinal);
    private readonly List<string> names = [];
    private readonly List<List<int>?> edges = [];

    public void Add(string from, string to)
    {
        var (one, other) = (Number(from), Number(to));
        (edges[one] ??= []).Add(other);
    }

    private int Number(string name)
    {
        if (numbers.TryGetValue(name, out var number)) return number;
        numbers[name] = names.Count;
        names.Add(name);
        edges.Add(null);
        return names.Count - 1;
    }

    /// <summary>The first circle that a walk in the document's order meets, its first name again at the end; null where there is none.</summary>
    public IReadOnlyList<string>? Circle()
    {
        var state = new byte[names.Count]; // 0 not seen, 1 on the way, 2 done
        var way = new List<(int Node, int Next)>();
        for (var start = 0; start < names.Count; start++)
        {
            if (state[start] != 0) continue;
            way.Add((start, 0));
            state[start] = 1;
            while (way.Count > 0)
            {
                var (node, next) = way[^1];
                if (edges[node] is not { } to || next >= to.Count)
                {
                    state[node] = 2;
                    way.RemoveAt(way.Count - 1);
                    continue;
                }
                way[^1] = (node, next + 1);
                if (state[to[next]] == 1) return [.. way.SkipWhile(w => w.Node != to[next]).Select(w => names[w.Node]), names[to[next]]];
                if (state[to[next]] != 0) continue;
                state[to[next]] = 1;
                way.Add((to[next], 0));
            }
        }
        return null;
    }
}
