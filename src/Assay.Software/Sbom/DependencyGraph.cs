using System.Text;

namespace Assay.Software.Sbom;

/// <summary>What needs what, by reference. Walked without recursion: a chain may be as long as the document.</summary>
/// <param name="names">The references, numbered; what is added has its number there.</param>
internal sealed class DependencyGraph(TextNumbers names)
{
    private readonly List<(int From, int To)> edges = [];

    public void Add(string from, string to) => Add(names.Number(Encoding.UTF8.GetBytes(from)), names.Number(Encoding.UTF8.GetBytes(to)));

    public void Add(int from, int to) => edges.Add((from, to));

    /// <summary>The first circle that a walk in the order of the numbers meets, its first name again at the end; null where there is none.</summary>
    public IReadOnlyList<string>? Circle()
    {
        var (starts, targets) = Sorted();
        var state = new byte[names.Count]; // 0 not seen, 1 on the way, 2 done
        var way = new List<(int Node, int Next)>();
        for (var start = 0; start < names.Count; start++)
        {
            if (state[start] != 0) continue;
            way.Add((start, starts[start]));
            state[start] = 1;
            while (way.Count > 0)
            {
                var (node, next) = way[^1];
                if (next >= starts[node + 1])
                {
                    state[node] = 2;
                    way.RemoveAt(way.Count - 1);
                    continue;
                }
                way[^1] = (node, next + 1);
                var to = targets[next];
                if (state[to] == 1) return [.. way.SkipWhile(w => w.Node != to).Select(w => names.Text(w.Node)), names.Text(to)];
                if (state[to] != 0) continue;
                state[to] = 1;
                way.Add((to, starts[to]));
            }
        }
        return null;
    }

    /// <summary>Where each name's targets begin, and all targets, in the order in which they came.</summary>
    private (int[] Starts, int[] Targets) Sorted()
    {
        var starts = new int[names.Count + 1];
        foreach (var (from, _) in edges) starts[from + 1]++;
        for (var i = 1; i < starts.Length; i++) starts[i] += starts[i - 1];
        var (next, targets) = (starts.AsSpan(..^1).ToArray(), new int[edges.Count]);
        foreach (var (from, to) in edges) targets[next[from]++] = to;
        return (starts, targets);
    }
}
