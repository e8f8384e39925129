using System.Globalization;
using Assay.Assessment.Catalogues;
using Assay.Assessment.Declarations;
using Assay.Assessment.Verdicts;
using Assay.Evidence;
using Assay.Html;
using static Assay.Html.Markup;

namespace Assay.Assessment.Reports;

/// <summary>What a report is told besides the result itself.</summary>
public sealed record ReportOptions
{
    /// <summary>How the dossier is called in the command that repeats this.</summary>
    public string Dossier { get; init; } = "DOSSIER";
    /// <summary>The program that wrote this, with its version and digest.</summary>
    public string Tool { get; init; } = "assay";
}

/// <summary>The report for a person as one HTML file that stands alone: the answer first, then why, then everything that it rests on.</summary>
public static class HtmlReport
{
    // Beyond these counts a page helps nobody; assessment.json holds everything, and the page says how much it left out.
    private const int FindingsOfUnit = 5, LossesShown = 40, UnreadShown = 40, ComponentsShown = 200;

    /// <summary>UTF-8 text; same result, same bytes.</summary>
    public static void Write(AssessmentResult result, TextWriter to, ReportOptions? options = null) => Page(result, options ?? new()).Write(to);

    /// <summary>The page before it is written.</summary>
    public static Page Page(AssessmentResult result, ReportOptions options)
    {
        var findings = result.Findings.DistinctBy(f => f.Id).ToDictionary(f => f.Id, StringComparer.Ordinal);
        var catalogue = Catalogue.Editions.FirstOrDefault(c => $"{c.Name} {c.Edition}".EndsWith(result.Editions.Standard, StringComparison.Ordinal));
        (string Id, string Heading, Node? Content)[] sections =
        [
            ("answer", "The answer", TheAnswer(result)),
            ("counts", "Outcomes by count", Outcomes(result)),
            ("contradictions", "Contradictions", Contradictions(result)),
            ("traps", "Traps in the dossier", RowsAndTraps.Traps(result)),
            ("provisions", "Provisions", Provisions(result, catalogue, findings)),
            ("others", "Other catalogues", OtherCatalogues.Section(result)),
            ("trees", "Decision trees of EN 18031", TreePictures.Section(result)),
            ("lab-records", "Records of laboratories", LabRecordsShown.Section(result)),
            ("not-checked", "What was not checked", NotChecked(result)),
            ("coverage", "What was looked at", Looked(result)),
            ("evidence", "Evidence", Evidence(result)),
            ("repeat", "How to repeat this", Repeat(result, options, catalogue)),
        ];
        var shown = sections.Where(s => s.Content is not null).ToList();
        return new Page
        {
            Title = $"Assessment of {Phrases.Name(result.Device)}, {Phrases.Argument(result.AsOf)}",
            Body =
            [
                Heading(result),
                Main(
                    new Node[] { Nav(Ul(shown.Select(s => Li(Link("#" + s.Id, s.Heading))))).With("aria-label", "Contents") }
                        .Concat(shown.Select(s => Section(H2(s.Heading), s.Content).Id(s.Id)))).Id("content"),
                Footer(P(Phrases.NotALabel), P("Written by ", Data(options.Tool), ".")),
            ],
        };
    }

    private static Element Heading(AssessmentResult result) => Header(
        P("Assessment report").Class("kicker"),
        H1(Data(Phrases.Name(result.Device))),
        Facts(
            ("Versions", result.Device.Versions.Count == 0 ? "not stated" : Join(result.Device.Versions.Select(Data))),
            ("Category", result.Device.Category is { } category ? Data(category) : null),
            ("Support until", result.Device.SupportEnd is { } end ? Date(end) : "no date stated"),
            ("As of", Time(Phrases.Argument(result.AsOf), Phrases.Date(result.AsOf))),
            ("Editions", Many($"{result.Editions.Standard} with {result.Editions.Methodology}",
                result.Editions.Provisional ? Many(" ", Mark("provisional")) : null))));

    private static Many TheAnswer(AssessmentResult result) => Many(
        P(Phrases.Answer(result)).Class("answer"),
        Div(P(Strong("Do this next"), result.NextStep)).Class("next"),
        result.Levels.Count > 0 ? Levels(result) : null,
        P("Test units by grade: ", Strong(Phrases.Counts(result.Grades)),
            result.Overall is { } overall ? Many(". All mandatory provisions and claimed recommendations together: ", Badge(overall)) : "."),
        result.Editions.Provisional ? P(Mark("provisional"), " ", Phrases.Provisional) : null,
        Phrases.NextLevel(result) is { } next ? Blocked(result, next) : null,
        result.Advice.Count > 0 ? Many(H3("About the dossier itself"), Ul(result.Advice.Select(a => Li(a)))) : null,
        P(Phrases.NotALabel).Class("soft"));

    private static Many Blocked(AssessmentResult result, LevelResult level) => Many(
        H3($"What blocks level {level.Level}"),
        Ul(Phrases.Blocked(level).Select(provision => Li(
            Blocks(Phrases.Worst(provision)), " ", ToProvision(result, provision.Key), Title(result, provision.Key) is { } title ? " " + title : null,
            Ul(Phrases.Alike(provision).Select(b => Li(
                P(b.Units.Length == 0 ? null : Many(Strong(b.Units), " "),
                    b.Outcome == Phrases.Worst(provision) ? null : Phrases.BlockingWord(b.Outcome) + ": ", Phrases.Short(b.Reason)),
                b.Settle is null ? null : P("Would settle it: ", b.Settle).Class("soft"))))))));

    // What passes and still blocks has no badge in the colour of a pass.
    private static Element Blocks(Outcome outcome) => outcome is Outcome.Pass or Outcome.NotApplicable ? Mark(Phrases.BlockingWord(outcome)) : Badge(outcome);

    private static Many Levels(AssessmentResult result) => Many(
        Table("Levels, from the lowest", ["Level", "Provisions", "Met", "What stands in its way"], result.Levels.Select(l => (IReadOnlyList<Node>)
        [
            $"Level\u00a0{l.Level}",
            l.Profile,
            l.Met ? "✓\u00a0met" : "✕\u00a0not\u00a0met",
            l.Met ? "nothing" : Phrases.Blocks(l),
        ])),
        P(Phrases.Level).Class("soft"));

    private static Many Outcomes(AssessmentResult result)
    {
        var outcomes = result.Verdicts.Select(v => v.Outcome).ToList();
        var counts = outcomes.CountBy(o => o).ToDictionary();
        var present = Phrases.Order.Where(counts.ContainsKey).ToList();
        return Many(
            Figure(Bar(counts, present, outcomes.Count), Figcaption(P($"{Phrases.Count(outcomes.Count, "provision")}: {Phrases.Counts(outcomes)}."))),
            Table("What the outcomes mean", ["Outcome", "Provisions", "Meaning and which"], present.Select(o => (IReadOnlyList<Node>)
            [
                Badge(o),
                Phrases.Number(counts[o]),
                Many(P(Phrases.Meaning(o)), P(Join(result.Verdicts.Where(v => v.Outcome == o).Select(v => ToProvision(result, v.Provision)))).Class("ids")),
            ])),
            result.Verdicts.Any(v => v.Outcome == Outcome.Pass && v.Grade is not null)
                ? Table("What a pass rests on", ["Grade", "Provisions", "Meaning"], Enum.GetValues<Grade>()
                    .Select(g => (Grade: g, Count: result.Verdicts.Count(v => v.Outcome == Outcome.Pass && v.Grade == g)))
                    .Where(g => g.Count > 0)
                    .Select(g => (IReadOnlyList<Node>)[Phrases.Word(g.Grade), Phrases.Number(g.Count), Phrases.Meaning(g.Grade)]))
                : null,
            H3("Every test unit at a glance"),
            P("One square for each unit, with the symbol of its outcome.").Class("soft"),
            Dl(Groups(result).SelectMany(group => new Node[] { Dt($"{group.Key} {Phrases.Topic(group.Key)}".Trim()), Dd(Squares(group)) })).Class("map"));
    }

    private static Element Bar(Dictionary<Outcome, int> counts, List<Outcome> present, int total)
    {
        var shapes = new List<Node>();
        var at = 0;
        foreach (var outcome in present)
        {
            var share = 100.0 * counts[outcome] / total;
            shapes.Add(Shape("rect").Class(EvidenceJson.Name(outcome))
                .With("x", Percent(100.0 * at / total)).With("y", "0").With("width", Percent(share)).With("height", "100%"));
            if (share >= 8)
                shapes.Add(Shape("text", $"{Phrases.Symbol(outcome)} {counts[outcome]}").With("x", Percent((100.0 * at / total) + (share / 2))).With("y", "50%"));
            at += counts[outcome];
        }
        return Drawing($"Bar of the outcomes of {Phrases.Count(total, "provision")}: {string.Join(", ", present.Select(o => $"{counts[o]} {Phrases.Word(o)}"))}", shapes);
    }

    private static Element Squares(IEnumerable<ProvisionVerdict> group)
    {
        var units = Phrases.Counted(group.SelectMany(v => v.Units)).Select(u => u.Outcome).ToList();
        if (units.Count == 0) return Span("no units").Class("soft");
        return Span(units.Select(o => Span(Phrases.Symbol(o)).Class(EvidenceJson.Name(o)))).Class("squares")
            .With("role", "img").With("aria-label", $"{Phrases.Count(units.Count, "unit")}: {Phrases.Counts(units)}");
    }

    private static Many? Contradictions(AssessmentResult result)
    {
        var all = Phrases.Contradictions(result);
        return all.Count == 0 ? null : Many(
        P($"{Phrases.Count(all.Count, "contradiction")} between sources. Both sides are shown; a person has to find out which one holds."),
        Ul(all.Select(c => Li(Strong(Phrases.Capital(c.About)), P(Phrases.Kind(c)).Class("soft"),
            Ul(Side(c.One), Side(c.Other)).Class("sides")))).Class("contradictions"));
    }

    private static Element Side(Statement statement) => Li(
        P(Small(statement.IsPaper ? "Document" : "Evidence")),
        P(Data(statement.Says)),
        P(Where(statement.Location)));

    private static Many Provisions(AssessmentResult result, Catalogue? catalogue, Dictionary<string, Finding> findings) =>
        Many(Groups(result).Select(group => Many(
            H3($"{group.Key} {Phrases.Topic(group.Key)}".Trim()).Id("group-" + Address.Name(group.Key)),
            Many(group.Select(v => Provision(result, v, catalogue, findings))))));

    private static Element Provision(AssessmentResult result, ProvisionVerdict verdict, Catalogue? catalogue, Dictionary<string, Finding> findings)
    {
        var facts = result.Provisions.GetValueOrDefault(verdict.Provision);
        var contradictions = verdict.Units.SelectMany(u => u.Contradictions).Distinct().ToList();
        return Article(
            H4(Span(verdict.Provision, " ", facts?.Title), Badge(verdict.Outcome, verdict.Grade)),
            P(verdict.Reason),
            facts is null ? null : P(Status(facts, verdict),
                catalogue?.Provision(verdict.Provision)?.IsDisputed == true ? Many(" ", Mark("sources disagree on its status")) : null).Class("soft"),
            verdict.Settle is null ? null : P(Strong("Would settle it: "), verdict.Settle),
            contradictions.Count == 0 ? null : P($"Contradicted: {string.Join("; ", contradictions.Select(c => c.About))} (",
                Link("#contradictions", "both sides"), ")."),
            verdict.Units.Count == 0 ? null : Details(
                Summary(Phrases.Counted(verdict.Units) is { Count: > 0 } counted
                    ? $"{Phrases.Count(counted.Count, "unit")}: {Phrases.Counts(counted.Select(u => u.Outcome))}" : "preparatory steps only"),
                Ul(verdict.Units.Select(u => Unit(u, verdict, catalogue, findings))).Class("units"))
                .With("open", verdict.Outcome is Outcome.Fail or Outcome.Disputed ? "" : null)).Class("provision").Id(Anchor(verdict.Provision));
    }

    private static string Status(ProvisionFacts facts, ProvisionVerdict verdict)
    {
        var said = verdict.Declared ?? facts.Claimed switch { Support.Yes => "yes", Support.No => "no", Support.NotApplicable => "n/a", _ => null };
        var claim = said switch
        {
            null => "the maker declares nothing",
            "n/a" => "the maker declares: not applicable",
            _ => $"the maker declares: {said}",
        };
        return $"{(facts.Mandatory ? "Mandatory" : "Recommendation")}{(facts.Conditional ? ", conditional" : "")}; {claim}.";
    }

    private static Element Unit(UnitVerdict unit, ProvisionVerdict verdict, Catalogue? catalogue, Dictionary<string, Finding> findings)
    {
        var named = unit.Findings.Where(findings.ContainsKey).Select(id => findings[id]).ToList();
        return Li(
            P(Phrases.Counted([unit]).Count > 0 ? Badge(unit.Outcome, unit.Grade) : Mark("preparatory step"), " ", Strong(unit.Unit),
                (catalogue?.Unit(unit.Unit) ?? Catalogue.Default.Unit(unit.Unit))?.Title is { } title ? " " + title : null),
            verdict.Units.Count == 1 && Phrases.Bare(verdict) == unit.Reason ? null : P(unit.Reason),
            RowsAndTraps.Rows(unit),
            RowsAndTraps.Inherited(unit),
            unit.Scope is null ? null : P("Looked at: ", Data(unit.Scope)).Class("soft"),
            named.Count == 0 ? null : Ul(named.Take(FindingsOfUnit).Select(f => Li(Data($"{f.Subject}: {f.Value}"), " ", Where(f.Location)))).Class("findings"),
            Rest(named.Count, FindingsOfUnit),
            unit.Settle is null || unit.Settle == verdict.Settle ? null : P(Strong("Would settle it: "), unit.Settle));
    }

    private static Many? NotChecked(AssessmentResult result) => result.NotChecked.Count == 0 && result.Unread.Count == 0 ? null : Many(
        result.NotChecked.Count == 0 ? null : Ul(result.NotChecked.Select(n => Li(n))),
        result.Unread.Count == 0 ? null : Many(
            H3("Parts of the declaration that fit no layout"),
            P($"{Phrases.Count(result.Unread.Count, "place")}. They were kept, and not understood."),
            Ul(result.Unread.Take(UnreadShown).Select(u => Li(Where(u.Location), ": expected ", u.Expected, ", found ", Data(u.Text)))),
            Rest(result.Unread.Count, UnreadShown)));

    private static Many? Looked(AssessmentResult result)
    {
        if (result.Coverage.Count == 0) return Many(P("Nothing was looked at."));
        var losses = result.Coverage.SelectMany(c => c.Losses).ToList();
        var kinds = result.Findings.CountBy(f => f.Kind).OrderBy(k => k.Key).ToList();
        return Many(
            Table("Coverage", ["What", "As", "How much", "Further counts"], result.Coverage.Select(c => (IReadOnlyList<Node>)
            [
                Data(c.Artefact),
                Phrases.Scope(c.Scope),
                Many(Phrases.Extent(c), c.From is { } from && c.To is { } to ? $", from {EvidenceJson.Time(from)} to {EvidenceJson.Time(to)}" : null,
                    c.Losses.Count > 0 ? $"; {Phrases.Count(c.Losses.Count, "part")} lost" : null),
                c.Counts.Count == 0 ? "none"
                    : Data(string.Join(", ", c.Counts.OrderBy(n => n.Key, StringComparer.Ordinal).Select(n => $"{Phrases.Number(n.Value)} {Phrases.Words(n.Key)}"))),
            ])),
            losses.Count == 0 ? null : Many(
                H3("What was lost"),
                P("These parts could not be read, or a budget ended before them. Nothing that may be in them counts in any answer."),
                Ul(losses.Take(LossesShown).Select(l => Li(Where(l.Location), ": expected ", Data(l.Expected), ", found ", Data(l.Found)))),
                Rest(losses.Count, LossesShown)),
            kinds.Count == 0 ? null : Many(
                H3("Findings"),
                P($"{Phrases.Count(result.Findings.Count, "finding")}: {string.Join(", ", kinds.Select(k => $"{Phrases.Number(k.Value)} {Phrases.Words(EvidenceJson.Name(k.Key))}"))}. Every one is in assessment.json, with its place.")),
            result.Components.Count == 0 ? null : Components(result));
    }

    private static Many Components(AssessmentResult result) => Many(
        H3("Components in the images"),
        Details(
            Summary(Phrases.Count(result.Components.Count, "component")),
            Table("Components, and how each is known", ["Component", "Version", "Known from"],
                result.Components.Take(ComponentsShown).Select(c => (IReadOnlyList<Node>)
            [
                Data(c.Name),
                Data(c.Package ?? c.Version ?? "not known"),
                c.Evidence.Count == 0 ? "nothing" : Many($"{c.Evidence[0].Method}, ", Where(c.Evidence[0].Location),
                    c.Evidence.Count > 1 ? $" and {Phrases.Number(c.Evidence.Count - 1)} more" : null),
            ])),
            Rest(result.Components.Count, ComponentsShown)));

    private static Many Evidence(AssessmentResult result) => result.Evidence.Count == 0 ? Many(P("No evidence was handed over.")) : Many(
        P("Every file that was handed over, by the SHA-256 digest of its bytes."),
        Table("Evidence", ["File", "Recognised as", "Bytes", "SHA-256"], result.Evidence.Select(e => (IReadOnlyList<Node>)
            [Data(e.Artefact), Phrases.Words(e.Kind), Phrases.Number(e.Size), Code(e.Sha256).Class("digest")])));

    private static Many Repeat(AssessmentResult result, ReportOptions options, Catalogue? catalogue) => Many(
        P("The same evidence, date and program give the same bytes. The first command makes this assessment again, the second compares byte for byte."),
        Pre(Code($"assay assess {Quoted(options.Dossier)} --as-of {Phrases.Argument(result.AsOf)}{(catalogue is null || catalogue == Catalogue.Default ? "" : $" --catalogue {catalogue.Id}")}\n"
            + $"assay assess {Quoted(options.Dossier)} --reperform statement.cose")),
        result.Checks.Count == 0 ? null : Details(
            Summary($"{Phrases.Count(result.Checks.Count, "check")} that ran"),
            Table("Checks", ["Check", "Looks for", "May", "Answered"], result.Checks.Select(c => (IReadOnlyList<Node>)
                [Many(c.Id, $" version {c.Version.ToString(CultureInfo.InvariantCulture)}"), c.LooksFor, c.Polarity, Phrases.Count(c.Answers, "unit")]))));

    internal static IEnumerable<IGrouping<string, ProvisionVerdict>> Groups(AssessmentResult result) => result.Verdicts.GroupBy(v => Phrases.Group(v.Provision));

    private static string? Title(AssessmentResult result, string provision) => result.Provisions.GetValueOrDefault(provision)?.Title;

    private static string Anchor(string provision) => "provision-" + Address.Name(provision);

    private static Node ToProvision(AssessmentResult result, string provision) =>
        result.Verdicts.Any(v => v.Provision == provision) ? Link("#" + Anchor(provision), provision) : Strong(provision);

    internal static Element Badge(Outcome outcome, Grade? grade = null) => Span(
        Span(Phrases.Symbol(outcome)).With("aria-hidden", "true"),
        Phrases.Word(outcome),
        outcome == Outcome.Pass && grade is { } g ? ", " + Phrases.Word(g) : null).Class("outcome " + EvidenceJson.Name(outcome));

    internal static Element Mark(string word) => Span(word).Class("mark");

    internal static Element Where(Location location) => Span(Data(location.ToString())).Class("where");

    internal static Node Date(DateOnly date) =>
        Time(date.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture), date.ToString("d MMMM yyyy", CultureInfo.InvariantCulture));

    internal static Element Facts(params IEnumerable<(string Name, Node? What)> facts) =>
        Dl(facts.Where(f => f.What is not null).SelectMany(f => new Node[] { Dt(f.Name), Dd(f.What) })).Class("facts");

    private static Element? Rest(int all, int shown) => all <= shown ? null : P($"and {Phrases.Number(all - shown)} more in assessment.json").Class("soft");

    internal static Many Join(IEnumerable<Node> nodes) => Many(nodes.SelectMany((n, i) => i == 0 ? new[] { n } : [", ", n]));

    private static string Percent(double share) => share.ToString("0.###", CultureInfo.InvariantCulture) + "%";

    // A command that can be pasted: single quotes unless the name is plain.
    internal static string Quoted(string name) =>
        name.Length > 0 && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '/' or '.' or '-' or '_') ? name : $"'{name.Replace("'", "'\\''", StringComparison.Ordinal)}'";
}
