using System.Globalization;
using Assay.Assessment.Catalogues.Trees;
using Assay.Assessment.Verdicts;
using Assay.Evidence;
using Assay.Html;
using static Assay.Html.Markup;

namespace Assay.Assessment.Reports;

/// <summary>The paths through the decision trees of EN 18031 as a person sees them: a drawing of the tree with the walked path, and under it the questions with their answers and reasons.</summary>
internal static class TreePictures
{
    private const int RecordsShown = 12, MissingShown = 20;
    // The drawing counts in units of its view box: narrow enough to be read on a phone without scrolling.
    private const int Row = 62, NodeLeft = 6, NodeWide = 78, NodeHigh = 34, EndLeft = 150, EndWide = 132, Wide = 288, Middle = NodeLeft + (NodeWide / 2);

    /// <summary>The section; null where the dossier holds no record.</summary>
    public static Many? Section(AssessmentResult result)
    {
        if (result.Trees.Count == 0) return null;
        var told = result.Trees.Where(t => t.Records.Count > 0 || t.Missing.Count > 0).ToList();
        var silent = result.Trees.Where(t => t.Records.Count == 0).Select(t => t.Tree.Requirement).ToList();
        return Many(
            P($"The maker's records of EN 18031, one path for each asset, mechanism or interface. {Phrases.Counts(told.Where(t => t.Records.Count > 0).Select(t => t.Outcome))}; "
                + "the thick line is the path that the answers walk."),
            silent.Count == 0 ? null : P($"Without a record: {string.Join(", ", silent)}.").Class("soft"),
            Many(told.Select(Requirement)));
    }

    private static Element Requirement(TreeVerdict verdict) => Article(
        H3(Span(verdict.Tree.Requirement, $", asked of each {verdict.Tree.Per}"), " ", OtherCatalogues.Badge(verdict.Outcome, verdict.Grade)),
        verdict.Records.Count == 1 && verdict.Missing.Count == 0 ? null : P(Data(verdict.Reason)),
        verdict.Settle is null ? null : P(Strong("Would settle it: "), Data(verdict.Settle)),
        verdict.Missing.Count == 0 ? null : Many(
            P($"Found, and in no record: {Phrases.Count(verdict.Missing.Count, "thing")}."),
            Ul(verdict.Missing.Take(MissingShown).Select(m => Li(Data(m.What), " ", Span(Data(m.Location.ToString())).Class("where"))))),
        Many(verdict.Records.OrderBy(r => Rank(r.Outcome)).Take(RecordsShown).Select(r => Record(verdict.Tree, r))),
        verdict.Records.Count <= RecordsShown ? null : P($"and {Phrases.Number(verdict.Records.Count - RecordsShown)} more in en18031-record.json").Class("soft")).Class("provision");

    private static Element Record(DecisionTree tree, RecordVerdict verdict) => Details(
        Summary(Data(verdict.Record.Name), " ", OtherCatalogues.Badge(verdict.Outcome, verdict.Grade)),
        P(Data(verdict.Reason)),
        verdict.Record.IsNone ? null : Figure(
            Picture(tree, verdict.Walk, verdict.Outcome),
            Figcaption(Ol(verdict.Walk.Steps.Select(s => Asked(s, verdict)).Concat(verdict.Walk.Open is { } open ? [Li(P(Strong(open.Short), " ", open.Asks, " ", OtherCatalogues.Mark("no answer")))] : [])).Class("steps"))).Class("tree"),
        verdict.Record.Facts.Count == 0 ? null : Ul(verdict.Record.Facts.Select(f => Li(Data(f.Key), ": ", Data(f.Value)))),
        verdict.Contradictions.Count == 0 ? null : Ul(verdict.Contradictions.Select(c => Li(Strong(Data(Phrases.Capital(c.About))),
            Ul(Side(c.One), Side(c.Other)).Class("sides")))).Class("contradictions"))
        .With("open", verdict.Outcome is Outcome.Fail or Outcome.Disputed ? "" : null);

    private static Element Asked(Step step, RecordVerdict verdict)
    {
        var answer = verdict.Record.On(step.Node.Id);
        return Li(P(Strong(step.Node.Short), " ", step.Node.Asks, " ", Strong(step.Answer ? "Yes." : "No."), (answer?.Reason ?? verdict.Record.Reason) is { } why ? Many(" ", Data(why)) : null));
    }

    private static Element Side(Statement statement) => Li(
        P(Small(statement.IsPaper ? "Document" : "Evidence")),
        P(Data(statement.Says)),
        P(Span(Data(statement.Location.ToString())).Class("where")));

    /// <summary>The whole tree as a ladder: each question below the one before it, ends to the right, the walked path thick.</summary>
    /// <param name="outcome">What became of the record: an end that is disputed or not decided has not the colour of a pass.</param>
    public static Element Picture(DecisionTree tree, Walk walk, Outcome outcome)
    {
        var place = tree.Nodes.Select((n, i) => (n.Id, i)).ToDictionary(n => n.Id, n => n.i, StringComparer.OrdinalIgnoreCase);
        var taken = walk.Steps.ToDictionary(s => s.Node.Id, s => s.Answer, StringComparer.Ordinal);
        var lines = new List<Node>();
        var boxes = new List<Node>();
        var last = 0;
        for (var i = 0; i < tree.Nodes.Count; i++)
        {
            var node = tree.Nodes[i];
            var top = i * Row;
            var right = 0;
            foreach (var answer in new[] { true, false })
            {
                var branch = node.On(answer);
                var walked = taken.TryGetValue(node.Id, out var said) && said == answer ? "walked" : null;
                var word = answer ? "yes" : "no";
                if (branch.Ending is { } end)
                {
                    // A second end of the same question stands below the first.
                    var y = top + (NodeHigh / 2) + (right * Row);
                    last = Math.Max(last, y + (NodeHigh / 2));
                    lines.Add(Line(right == 0 ? $"M {NodeLeft + NodeWide} {y} H {EndLeft}" : $"M {Middle} {top + NodeHigh} V {y} H {EndLeft}", walked));
                    lines.Add(Text(word, right == 0 ? (NodeLeft + NodeWide + EndLeft) / 2 : (Middle + EndLeft) / 2, y - 9, "word"));
                    boxes.Add(Box(EndLeft, y - (NodeHigh / 2), EndWide, walked is null ? "end" : EvidenceJson.Name(outcome)));
                    boxes.Add(Text($"{Phrases.Symbol(walked is null ? OutcomeOf(end) : outcome)} {TreeVerdicts.Word(end)}", EndLeft + (EndWide / 2), y, walked is null ? "far" : "on"));
                    right++;
                }
                else
                {
                    var to = place[branch.Node!] * Row;
                    lines.Add(Line(to == top + Row ? $"M {Middle} {top + NodeHigh} V {to}" : $"M {NodeLeft + NodeWide} {top + (NodeHigh / 2)} H {EndLeft - 40} V {to + (NodeHigh / 2)} H {NodeLeft + NodeWide}", walked));
                    lines.Add(Text(word, Middle + 20, top + NodeHigh + 14, "word"));
                }
            }
            var isOpen = walk.Open?.Id == node.Id;
            boxes.Add(Box(NodeLeft, top, NodeWide, taken.ContainsKey(node.Id) ? "node walked" : isOpen ? "node open" : "node"));
            boxes.Add(Text(node.Short + (isOpen ? " ?" : ""), Middle, top + (NodeHigh / 2), "name"));
            last = Math.Max(last, top + NodeHigh);
        }
        var way = string.Join(", ", walk.Steps.Select(s => $"{s.Node.Short} {(s.Answer ? "yes" : "no")}"));
        var alternative = $"Decision tree of {tree.Requirement}; the path: {(way.Length > 0 ? way : "nothing answered")}; {(walk.Ending is { } ending ? "it ends in " + TreeVerdicts.Word(ending) : $"{walk.Open!.Short} has no answer")}";
        return Drawing(alternative, [.. lines, .. boxes]).With("viewBox", string.Create(CultureInfo.InvariantCulture, $"-3 -3 {Wide} {last + 6}"));
    }

    private static Element Line(string d, string? walked) => Shape("path").With("d", d).Class(walked is null ? "edge" : "edge walked");

    private static Element Box(int x, int y, int wide, string name) => Shape("rect").Class(name)
        .With("x", Number(x)).With("y", Number(y)).With("width", Number(wide)).With("height", Number(NodeHigh)).With("rx", "6");

    private static Element Text(string text, int x, int y, string name) => Shape("text", text).Class(name).With("x", Number(x)).With("y", Number(y));

    private static Outcome OutcomeOf(Ending end) => end switch { Ending.Pass => Outcome.Pass, Ending.Fail => Outcome.Fail, _ => Outcome.NotApplicable };

    private static int Rank(Outcome outcome) => Phrases.Order.TakeWhile(o => o != outcome).Count();

    private static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);
}
