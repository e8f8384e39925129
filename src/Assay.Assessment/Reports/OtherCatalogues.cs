using Assay.Assessment.Verdicts;
using Assay.Evidence;
using Assay.Html;
using static Assay.Html.Markup;

namespace Assay.Assessment.Reports;

/// <summary>What a report shows of other catalogues: how much is decided, proposed and open, and for each row where its answer came from and what is missing.</summary>
internal static class OtherCatalogues
{
    // Beyond these a page helps nobody; assessment.json holds every row.
    private const int RowsShown = 120, FromShown = 8, ReasonShown = 400, GapsShown = 40;

    /// <summary>The section; null where no other catalogue was asked for.</summary>
    public static Many? Section(AssessmentResult result) => result.Others.Count == 0 ? null : Many(
        P("The same dossier, answered for other catalogues. A row is ", Strong("decided"), " only over relations that are equal and reviewed, or by a decision tree of that catalogue itself; what is ",
            Strong("proposed"), " needs a person's judgement and counts nowhere; ", Strong("open"), " is what nothing decides yet, or what has no relation to anything that was assessed."),
        Table("Other catalogues", ["Catalogue", "Decided", "Proposed", "Open", "As a whole"], result.Others.Select(o => (IReadOnlyList<Node>)
        [
            Link("#" + Anchor(o), Data(o.Name)),
            Decided(o).Count == 0 ? "none" : $"{Phrases.Number(Decided(o).Count)} of {Phrases.Number(o.Items.Count)}: {Phrases.Counts(Decided(o).Select(i => i.Outcome!.Value))}",
            Phrases.Number(o.Items.Count(i => i.IsProposed)),
            Phrases.Number(o.Items.Count(i => i.IsOpen)),
            o.Overall is { } overall ? Badge(overall) : WithoutWhole(o),
        ])),
        Many(result.Others.Select(Catalogue)));

    private static Many Catalogue(CatalogueResult other) => Many(
        H3(Data(other.Name)).Id(Anchor(other)),
        other.Provisional is null ? null : P(Mark("provisional"), " ", Data(other.Provisional), "."),
        Gaps(other),
        Details(
            Summary($"{Phrases.Count(other.Items.Count, "row")}, each with where its answer came from"),
            Ul(Sorted(other).Take(RowsShown).Select(Row)).Class("units"),
            other.Items.Count <= RowsShown ? null : P($"and {Phrases.Number(other.Items.Count - RowsShown)} more in assessment.json").Class("soft")));

    // What stands between this dossier and an answer for the catalogue: one line a row that is refuted, disputed or not decided.
    private static Node Gaps(CatalogueResult other)
    {
        var gaps = Sorted(other).Where(i => i.Outcome is not (Outcome.Pass or Outcome.NotApplicable or Outcome.NotClaimed)).ToList();
        return gaps.Count == 0 ? P("Nothing is missing: every row is decided.") : Details(
            Summary($"What is missing: {Phrases.Count(gaps.Count, "row")}"),
            Ul(gaps.Take(GapsShown).Select(i => Li(P(Strong(Data(i.Id)), " ", Data(i.Title), ": ", State(i), i.Settle is null ? null : Many(" – ", Data(Phrases.Short(i.Settle))))))),
            gaps.Count <= GapsShown ? null : P($"and {Phrases.Number(gaps.Count - GapsShown)} more in assessment.json").Class("soft"))
            .With("open", gaps.Count <= 12 ? "" : null);
    }

    private static Element Row(CarriedVerdict item) => Li(
        P(State(item), " ", Strong(Data(item.Id)), " ", Data(item.Title)),
        P(Data(Cut(item.Reason))),
        item.From.Count == 0 ? null : P("From: ", Many(item.From.Take(FromShown).SelectMany((f, i) => new Node[]
        {
            i == 0 ? "" : "; ", Data(f.Id), $" ({Word(f)}: {Phrases.Word(f.Outcome)})",
        })), item.From.Count > FromShown ? $"; and {Phrases.Number(item.From.Count - FromShown)} more" : null).Class("soft"),
        item.Settle is null ? null : P(Strong("Missing: "), Data(Cut(item.Settle))));

    private static string Word(CarriedFrom from) => from.Relation == "tree" ? "its own decision tree" : $"{from.Relation}, {(from.Reviewed ? "reviewed" : "not reviewed")}";

    private static Element State(CarriedVerdict item) => item.Outcome is { } outcome ? Badge(outcome) : Mark(item.Proposed is { } proposed ? $"proposed: {Phrases.Word(proposed)}" : "open");

    private static string WithoutWhole(CatalogueResult other) => other.Extent switch
    {
        "full" => "no answer: nothing in it is mandatory",
        "ids" => "no answer as a whole: only numbers and own words of it are here",
        _ => "no answer as a whole: not all of it is here",
    };

    /// <summary>One line a catalogue for a terminal.</summary>
    public static IReadOnlyList<string> Lines(AssessmentResult result) =>
    [
        .. result.Others.Select(o => $"{o.Name}: {Phrases.Number(Decided(o).Count)} of {Phrases.Number(o.Items.Count)} decided"
            + (Decided(o).Count == 0 ? "" : $" ({Phrases.Counts(Decided(o).Select(i => i.Outcome!.Value))})")
            + $", {Phrases.Number(o.Items.Count(i => i.IsProposed))} proposed, {Phrases.Number(o.Items.Count(i => i.IsOpen))} open"),
    ];

    private static List<CarriedVerdict> Decided(CatalogueResult other) => [.. other.Items.Where(i => i.IsDecided)];

    // What is decided and needs somebody first, then the rest of the decided, then proposals, then what is open; in the catalogue's order inside.
    private static IEnumerable<CarriedVerdict> Sorted(CatalogueResult other) => other.Items.OrderBy(i => i switch
    {
        { Outcome: Outcome.Fail } => 0,
        { Outcome: Outcome.Disputed } => 1,
        { Outcome: Outcome.Inconclusive } => 2,
        { Outcome: not null } => 3,
        { Proposed: not null } => 4,
        _ => 5,
    });

    private static string Cut(string text) => text.Length <= ReasonShown ? text : text[..ReasonShown] + " …";

    private static string Anchor(CatalogueResult other) => "other-" + Address.Name(other.Catalogue);

    internal static Element Badge(Outcome outcome, Grade? grade = null) => Span(
        Span(Phrases.Symbol(outcome)).With("aria-hidden", "true"),
        Phrases.Word(outcome),
        outcome == Outcome.Pass && grade is { } g ? ", " + Phrases.Word(g) : null).Class("outcome " + EvidenceJson.Name(outcome));

    internal static Element Mark(string word) => Span(word).Class("mark");
}
