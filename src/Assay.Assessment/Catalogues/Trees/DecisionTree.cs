using System.Collections.Frozen;
using Assay.Evidence.Reading;

namespace Assay.Assessment.Catalogues.Trees;

/// <summary>Where a path through a decision tree of EN 18031 ends.</summary>
public enum Ending { NotApplicable, Pass, Fail }

/// <summary>How sure we are of an edge; the drawings of the standard itself were not read.</summary>
public enum Basis
{
    /// <summary>A source shows where this answer leads.</summary>
    Read,
    /// <summary>The source has the node, and its question leaves no other reading: it asks for the requirement itself, or counts on to the next node.</summary>
    Plain,
    /// <summary>The source has the node, and this exception ends the question without a failure; whether the drawing calls that end not applicable or pass was not read.</summary>
    Assumed,
}

/// <summary>Where one answer leads: to another node or to an end, never to both.</summary>
public sealed record Branch
{
    private Branch() { }

    /// <summary><c>DT.ACM-1.DN-2</c>; null where the path ends.</summary>
    public string? Node { get; private init; }
    public Ending? Ending { get; private init; }
    public required Basis Basis { get; init; }

    public static Branch To(string node, Basis basis = Basis.Plain) => new() { Node = node, Basis = basis };
    public static Branch End(Ending ending, Basis basis = Basis.Plain) => new() { Ending = ending, Basis = basis };
}

/// <summary>One question of a tree.</summary>
public sealed record DecisionNode
{
    /// <summary><c>DT.ACM-1.DN-1</c>, as public sources count them.</summary>
    public required string Id { get; init; }
    /// <summary>Own words; can be answered with yes or no.</summary>
    public required string Asks { get; init; }
    public required Branch Yes { get; init; }
    public required Branch No { get; init; }
    /// <summary>Units of TS 103 701 whose refutation contradicts the answer "yes".</summary>
    public IReadOnlyList<string> AgainstYes { get; init; } = [];
    /// <summary>Units of TS 103 701 whose refutation contradicts the answer "no".</summary>
    public IReadOnlyList<string> AgainstNo { get; init; } = [];
    /// <summary>Keys into <see cref="Catalogue.Sources"/>.</summary>
    public required IReadOnlyList<string> Sources { get; init; }

    /// <summary>The short name inside its tree: <c>DN-1</c>.</summary>
    public string Short => Id[(Id.LastIndexOf('.') + 1)..];

    public Branch On(bool answer) => answer ? Yes : No;

    public IReadOnlyList<string> Against(bool answer) => answer ? AgainstYes : AgainstNo;
}

/// <summary>What was found that must stand in a record of the tree, or it is missing (functional completeness).</summary>
public enum Finds { Nothing, Services, Consoles, Keys }

/// <summary>One step that was walked.</summary>
public readonly record struct Step(DecisionNode Node, bool Answer)
{
    public Branch Branch => Node.On(Answer);
}

/// <summary>A walk from the root as far as answers go.</summary>
/// <param name="Ending">Null where a question on the way has no answer.</param>
/// <param name="Open">The question without an answer; null where the walk ended.</param>
public sealed record Walk(IReadOnlyList<Step> Steps, Ending? Ending, DecisionNode? Open)
{
    /// <summary>An edge on the way was assumed: no failure, but a requirement that rests on such ends alone is proposed and not decided.</summary>
    public bool IsAssumed => Steps.Any(s => s.Branch.Basis == Basis.Assumed);
}

/// <summary>The decision tree of one requirement of EN 18031: questions with yes and no, ends with not applicable, pass or fail. Finite: it has no circle.</summary>
public sealed class DecisionTree
{
    private readonly FrozenDictionary<string, DecisionNode> nodes;

    /// <exception cref="UnreadableException">No node, two of the same id, an edge to a node that is not there, a circle, or a node that no answer reaches.</exception>
    public DecisionTree(string requirement, IReadOnlyList<DecisionNode> nodes)
    {
        Requirement = requirement;
        Nodes = nodes;
        if (nodes.Count == 0) throw Flaw("at least one node", "none");
        if (nodes.GroupBy(n => n.Id, StringComparer.OrdinalIgnoreCase).FirstOrDefault(g => g.Count() > 1) is { } twice) throw Flaw("each node once", $"{twice.Key} twice");
        this.nodes = nodes.ToFrozenDictionary(n => n.Id, StringComparer.OrdinalIgnoreCase);
        var ready = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        Visit(nodes[0], [], ready);
        if (nodes.FirstOrDefault(n => !ready.Contains(n.Id)) is { } lost) throw Flaw("every node in reach of the first", $"{lost.Id}, which no answer reaches");
    }

    /// <summary><c>ACM-1</c></summary>
    public string Requirement { get; }
    /// <summary>Other names of the same requirement: <c>AUM-2-1</c>.</summary>
    public string? Alias { get; init; }
    /// <summary>The parts of EN 18031 that have it: 1, 2.</summary>
    public IReadOnlyList<int> Parts { get; init; } = [];
    /// <summary>What it is asked of, one record for each: <c>asset behind access control</c>.</summary>
    public string Per { get; init; } = "device";
    public Finds Finds { get; init; }
    public IReadOnlyList<string> Sources { get; init; } = [];
    /// <summary>The first is the root.</summary>
    public IReadOnlyList<DecisionNode> Nodes { get; }
    public DecisionNode Root => Nodes[0];

    /// <summary>By <c>DT.ACM-1.DN-1</c> or, inside this tree, <c>DN-1</c>; null for neither.</summary>
    public DecisionNode? Node(string id) => nodes.GetValueOrDefault(id) ?? Nodes.FirstOrDefault(n => string.Equals(n.Short, id, StringComparison.OrdinalIgnoreCase));

    public bool Is(string requirement) => string.Equals(Requirement, requirement, StringComparison.OrdinalIgnoreCase) || (Alias is not null && string.Equals(Alias, requirement, StringComparison.OrdinalIgnoreCase));

    /// <summary>Walks from the root; a null answer stops there.</summary>
    public Walk Walk(Func<DecisionNode, bool?> answer)
    {
        var steps = new List<Step>();
        var at = Root;
        while (answer(at) is { } said)
        {
            var step = new Step(at, said);
            steps.Add(step);
            if (step.Branch.Ending is { } ending) return new Walk(steps, ending, null);
            at = nodes[step.Branch.Node!];
        }
        return new Walk(steps, null, at);
    }

    // Depth first; a node that is still open when it is met again closes a circle.
    private void Visit(DecisionNode node, HashSet<string> open, HashSet<string> ready)
    {
        if (!open.Add(node.Id)) throw Flaw("no circle", $"one through {node.Id}");
        if (open.Count > nodes.Count) throw Flaw("no circle", node.Id);
        foreach (var branch in new[] { node.Yes, node.No })
        {
            if (branch.Node is not { } next) continue;
            if (!nodes.TryGetValue(next, out var to)) throw Flaw($"a node {next}", "none");
            if (open.Contains(to.Id)) throw Flaw("no circle", $"one through {to.Id}");
            if (!ready.Contains(to.Id)) Visit(to, open, ready);
        }
        open.Remove(node.Id);
        ready.Add(node.Id);
    }

    private UnreadableException Flaw(string expected, string found) => new($"{expected} in the tree of {Requirement}", found, 0);

    /// <summary>Every tree of this program, in the order of the standard. LGM-4 is not among them: the source doubts its own drawing of it.</summary>
    public static IReadOnlyList<DecisionTree> All => LazyAll.Value;

    /// <summary>The trees of one part of EN 18031; none for every other catalogue.</summary>
    public static IReadOnlyList<DecisionTree> Of(string catalogue) => catalogue switch
    {
        "en18031-1" => [.. All.Where(t => t.Parts.Contains(1))],
        "en18031-2" => [.. All.Where(t => t.Parts.Contains(2))],
        _ => [],
    };

    /// <summary>The tree of a requirement by its id or other name, or null.</summary>
    public static DecisionTree? Find(string requirement) => All.FirstOrDefault(t => t.Is(requirement.Trim()));

    private static readonly Lazy<IReadOnlyList<DecisionTree>> LazyAll = new(() =>
    {
        var nodes = DataFile.Open(typeof(DecisionTree), "en18031.nodes.tsv").Rows.ToLookup(r => r.Need("requirement"), r => new DecisionNode
        {
            Id = r.Need("node"),
            Asks = r.Need("asks"),
            Yes = To(r.Need("yes"), r.Need("yes_basis"), r.Line),
            No = To(r.Need("no"), r.Need("no_basis"), r.Line),
            AgainstYes = r.List("against_yes", ','),
            AgainstNo = r.List("against_no", ','),
            Sources = r.List("source", ' '),
        }, StringComparer.Ordinal);
        return [.. DataFile.Open(typeof(DecisionTree), "en18031.requirements.tsv").Rows.Select(r => new DecisionTree(r.Need("requirement"), [.. nodes[r.Need("requirement")]])
        {
            Alias = r["alias"],
            Parts = [.. r.List("parts", ',').Select(p => int.Parse(p, System.Globalization.CultureInfo.InvariantCulture))],
            Per = r.Need("per"),
            Finds = r["finds"] switch { "services" => Finds.Services, "consoles" => Finds.Consoles, "keys" => Finds.Keys, _ => Finds.Nothing },
            Sources = r.List("source", ' '),
        })];
    });

    private static Branch To(string cell, string basis, int line)
    {
        var how = basis switch { "read" => Basis.Read, "plain" => Basis.Plain, "assumed" => Basis.Assumed, _ => throw new UnreadableException("read, plain or assumed", basis, 0, line) };
        return cell switch
        {
            "PASS" => Branch.End(Trees.Ending.Pass, how),
            "FAIL" => Branch.End(Trees.Ending.Fail, how),
            "NOT APPLICABLE" => Branch.End(Trees.Ending.NotApplicable, how),
            _ => Branch.To(cell, how),
        };
    }
}
