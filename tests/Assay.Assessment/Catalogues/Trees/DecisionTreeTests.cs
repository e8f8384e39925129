using System.Text.RegularExpressions;
using Assay.Assessment.Catalogues;
using Assay.Assessment.Catalogues.Trees;
using Assay.Assessment.Verdicts;
using Assay.Evidence.Reading;
using Assay.Tests;

namespace Assay.Assessment.Tests.Catalogues.Trees;

/// <summary>The trees of EN 18031 as data: finite, whole, and each node with its source.</summary>
public partial class DecisionTreeTests
{
    public static TheoryData<string> Requirements => [.. DecisionTree.All.Select(t => t.Requirement)];

    [Theory]
    [MemberData(nameof(Requirements))]
    public void Every_path_ends_and_every_node_is_reached(string requirement)
    {
        var tree = DecisionTree.Find(requirement)!;
        var reached = new HashSet<string>();
        var ends = new HashSet<Ending>();
        for (var answers = 0; answers < 1 << tree.Nodes.Count; answers++)
        {
            var walk = tree.Walk(node => (answers >> tree.Nodes.ToList().IndexOf(node) & 1) == 1);
            Assert.NotNull(walk.Ending);
            Assert.Null(walk.Open);
            Assert.Equal(walk.Steps.Count, walk.Steps.Select(s => s.Node.Id).Distinct().Count());
            reached.UnionWith(walk.Steps.Select(s => s.Node.Id));
            ends.Add(walk.Ending.Value);
        }
        Assert.Equal(tree.Nodes.Select(n => n.Id).Order(), reached.Order());
        Assert.Contains(Ending.Pass, ends);
        Assert.Contains(Ending.Fail, ends);
    }

    [Theory]
    [MemberData(nameof(Requirements))]
    public void A_walk_stops_at_the_first_question_without_an_answer(string requirement)
    {
        var tree = DecisionTree.Find(requirement)!;
        var walk = tree.Walk(_ => null);
        Assert.Empty(walk.Steps);
        Assert.Equal(tree.Root, walk.Open);
        Assert.Null(walk.Ending);
    }

    [Theory]
    [MemberData(nameof(Requirements))]
    public void Every_node_has_an_id_of_the_standard_a_question_and_sources(string requirement)
    {
        var tree = DecisionTree.Find(requirement)!;
        var keys = Catalogue.Default.Sources.Select(s => s.Key).ToHashSet();
        Assert.All(tree.Nodes, (node, i) =>
        {
            Assert.Equal($"DT.{requirement}.DN-{i + 1}", node.Id);
            Assert.Matches(Id(), node.Id);
            Assert.EndsWith("?", node.Asks, StringComparison.Ordinal);
            Assert.NotEmpty(node.Sources);
            Assert.All(node.Sources, s => Assert.Contains(s, keys));
            Assert.All(node.AgainstYes.Concat(node.AgainstNo), u => Assert.NotNull(Catalogue.Default.Unit(u)));
        });
        Assert.All(tree.Sources, s => Assert.Contains(s, keys));
    }

    [Theory]
    [InlineData("en18031-1", 33, "AUM-2-2")]
    [InlineData("en18031-2", 42, "LGM-4")]
    public void Rows_of_the_catalogue_and_trees_belong_together(string id, int trees, params string[] without)
    {
        var catalogue = Catalogue.Load(id);
        var of = DecisionTree.Of(id);
        Assert.Equal(trees, of.Count);
        Assert.All(of, t => Assert.NotNull(catalogue.Provision(t.Requirement)));
        // A row with parts is answered by them; what has no tree is said here and in docs/answer-once.md.
        Assert.Equal(without, catalogue.Provisions.Where(p => catalogue.PartsOf(p.Id).Count == 0 && !of.Any(t => t.Is(p.Id))).Select(p => p.Id));
    }

    [Fact]
    public void An_assumed_edge_leads_to_an_end_and_never_to_a_failure()
    {
        var branches = DecisionTree.All.SelectMany(t => t.Nodes).SelectMany(n => new[] { n.Yes, n.No }).ToList();
        Assert.All(branches.Where(b => b.Basis == Basis.Assumed), b => Assert.True(b.Ending is Ending.NotApplicable or Ending.Pass));
        Assert.Contains(branches, b => b.Basis == Basis.Assumed);
        Assert.Contains(branches, b => b.Basis == Basis.Read);
    }

    [Fact]
    public void Short_names_and_other_names_lead_to_the_same()
    {
        Assert.Equal(DecisionTree.Find("AUM-2"), DecisionTree.Find("aum-2-1"));
        Assert.Equal("DT.ACM-1.DN-2", DecisionTree.Find("ACM-1")!.Node("dn-2")!.Id);
        Assert.Equal("DT.ACM-1.DN-2", DecisionTree.Find("ACM-1")!.Node("dt.acm-1.dn-2")!.Id);
        Assert.Null(DecisionTree.Find("ACM-1")!.Node("DT.ACM-2.DN-1"));
        Assert.Null(DecisionTree.Find("ACM-9"));
    }

    [Fact]
    public void A_tree_with_a_flaw_is_refused()
    {
        var pass = Branch.End(Ending.Pass);
        Assert.Equal("A", new DecisionTree("A", [N("1", Branch.To("2"), pass), N("2", pass, Branch.End(Ending.Fail))]).Requirement);
        Flaw("circle", N("1", Branch.To("2"), pass), N("2", Branch.To("1"), pass));
        Flaw("circle", N("1", Branch.To("1"), pass));
        Flaw("reach", N("1", pass, pass), N("2", pass, pass));
        Flaw("a node 3", N("1", Branch.To("3"), pass));
        Flaw("each node once", N("1", pass, pass), N("1", pass, pass));
        Flaw("at least one node");

        static void Flaw(string words, params DecisionNode[] nodes) => Assert.Contains(words, Assert.Throws<UnreadableException>(() => new DecisionTree("A", nodes)).Message, StringComparison.Ordinal);
        static DecisionNode N(string id, Branch yes, Branch no) => new() { Id = id, Asks = "?", Yes = yes, No = no, Sources = ["OWN"] };
    }

    [Fact]
    public void The_page_shows_every_tree_as_it_is()
    {
        var page = File.ReadAllText(Path.Combine(Checkout.Root, "docs", "answer-once.md"));
        var branches = DecisionTree.All.SelectMany(t => t.Nodes).SelectMany(n => new[] { n.Yes, n.No }).ToList();
        Assert.Contains($"Of {branches.Count} edges {branches.Count(b => b.Basis == Basis.Read)} were read, {branches.Count(b => b.Basis == Basis.Plain)} leave no other reading", page, StringComparison.Ordinal);
        Assert.Contains($"{branches.Count(b => b.Basis == Basis.Assumed)} are assumed", page, StringComparison.Ordinal);
        foreach (var tree in DecisionTree.All)
        {
            var at = page.IndexOf($"\n### {tree.Requirement}{(tree.Alias is null ? "" : $" ({tree.Alias})")}\n", StringComparison.Ordinal);
            Assert.True(at > 0, tree.Requirement);
            var end = page.IndexOf("\n### ", at + 1, StringComparison.Ordinal);
            var section = page[at..(end < 0 ? page.Length : end)];
            Assert.Contains($"Asked of each {tree.Per}.", section, StringComparison.Ordinal);
            Assert.Equal(tree.Nodes.Select(n => $"| {n.Short} | {n.Asks} | {To(n.Yes)} | {To(n.No)} |"), section.Split('\n').Where(l => l.StartsWith("| DN-", StringComparison.Ordinal)));
        }

        static string To(Branch branch) => (branch.Node is { } node ? node[(node.LastIndexOf('.') + 1)..] : TreeVerdicts.Word(branch.Ending!.Value)) + (branch.Basis == Basis.Assumed ? "*" : "");
    }

    [GeneratedRegex("^DT\\.[A-Z]{3}-[0-9]+(-[0-9]+)?\\.DN-[0-9]+$")]
    private static partial Regex Id();
}
