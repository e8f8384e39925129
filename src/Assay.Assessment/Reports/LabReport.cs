using System.Globalization;
using Assay.Assessment.Catalogues;
using Assay.Assessment.Declarations;
using Assay.Assessment.Documents;
using Assay.Assessment.Drafts;
using Assay.Assessment.Verdicts;
using Assay.Evidence;
using Assay.Html;
using static Assay.Assessment.Reports.HtmlReport;
using static Assay.Html.Markup;

namespace Assay.Assessment.Reports;

/// <summary>
/// The report that a test laboratory hands over (TS 103 701 clause 4, in own words): device, roles, conformance statement, detail tables, plan with a
/// verdict for each group, case and unit, evidence by digest, deviations, what is open, and a place to sign. One file, made for paper (A4).
/// </summary>
public static class LabReport
{
    private const int PlacesOfUnit = 4;

    /// <summary>UTF-8 text; same result, same bytes.</summary>
    public static void Write(AssessmentResult result, TextWriter to, ReportOptions? options = null) => Page(result, options ?? new()).Write(to);

    /// <summary>The page before it is written.</summary>
    public static Page Page(AssessmentResult result, ReportOptions options)
    {
        var index = Index.Of(result);
        (string Id, string Heading, Node? Content)[] sections =
        [
            ("summary", "Summary", Summary(result)),
            ("device", "Device under test", DeviceUnderTest(result)),
            ("roles", "Roles", Roles(result)),
            ("scope", "Scope, attacker and method", Scope(result)),
            ("ics", "Conformance statement (ICS)", Statement(result)),
            ("ixit", "Detail tables (IXIT)", Tables(result)),
            ("plan", "Test plan and verdicts", Plan(result, index)),
            ("open", "Open units, and what would settle them", Open(result)),
            ("contradictions", "Contradictions", Contradictions(result)),
            ("records", "Records of laboratories", LabRecordsShown.Section(result)),
            ("inherited", "Inherited answers", Inherited(result)),
            ("external", "Evidence from outside", External(result, index)),
            ("evidence", "Evidence index", Evidence(result, index)),
            ("deviations", "Deviations and limits", Deviations(result)),
            ("signatures", "Signatures", Signatures(result, options)),
        ];
        var shown = sections.Where(s => s.Content is not null).ToList();
        return new Page
        {
            Title = $"Test report: {Phrases.Name(result.Device)}, {Phrases.Argument(result.AsOf)}",
            Body =
            [
                Header(
                    P("Test report in the terms of TS 103 701").Class("kicker"),
                    H1(Data(Phrases.Name(result.Device))),
                    Facts(
                        ("Versions", result.Device.Versions.Count == 0 ? "not stated" : Join(result.Device.Versions.Select(Data))),
                        ("Editions", Many($"{result.Editions.Standard} with {result.Editions.Methodology}", result.Editions.Provisional ? Many(" ", Mark("provisional")) : null)),
                        ("As of", Time(Phrases.Argument(result.AsOf), Phrases.Date(result.AsOf))),
                        ("Laboratory", Laboratories(result) is [_, ..] named ? Join(named.Select(n => (Node)Data(n))) : "none took part yet"))),
                Main(
                    new Node[] { Nav(Ul(shown.Select(s => Li(Link("#" + s.Id, s.Heading))))).With("aria-label", "Contents") }
                        .Concat(shown.Select((s, i) => Section(H2($"{i + 1} {s.Heading}"), s.Content).Id(s.Id)))).Id("content").Class("paper"),
                Footer(P(Phrases.NotALabel), P("Written by ", Data(options.Tool), ".")),
            ],
        };
    }

    private static IReadOnlyList<string> Laboratories(AssessmentResult result) =>
        [.. result.LabRecords.Where(l => l.Record.Counts).Select(l => l.Record.Head?.Laboratory ?? l.Record.Person).Distinct(StringComparer.Ordinal)];

    private static Many Summary(AssessmentResult result)
    {
        var groups = result.Verdicts.Select(v => v.Outcome).ToList();
        var units = Phrases.Counted(result.Verdicts.SelectMany(v => v.Units));
        return Many(
            P(Phrases.Answer(result)).Class("answer"),
            Facts(
                ("Test groups", $"{groups.Count}: {Phrases.Counts(groups)}"),
                ("Test cases", OscalPlan.Cases(result) is var cases ? $"{cases.Count}: {Phrases.Counts(cases.Select(c => Of(c.Units, c.Provision)))}" : null),
                ("Test units", $"{units.Count}: {Phrases.Counts(units.Select(u => u.Outcome))}"),
                ("A pass rests on", Phrases.Counts(result.Grades)),
                ("Levels met", result.Levels.Where(l => l.Met).Select(l => l.Level.ToString(CultureInfo.InvariantCulture)).ToList() is [_, ..] met ? Phrases.List(met) : "none")),
            P("In the words of the methodology, pass, fail and inconclusive are verdicts; disputed is inconclusive with two sides that contradict each other, and a recommendation that is not claimed is no failure.").Class("soft"));
    }

    private static Many DeviceUnderTest(AssessmentResult result)
    {
        var device = result.Device;
        var images = result.Evidence.Where(e => e.Kind == "image").ToList();
        return Many(
            Facts(
                ("Maker", Named(device.Maker)),
                ("Model", Named(device.Model)),
                ("Category", device.Category is { } category ? Data(category) : "not stated"),
                ("Software versions", device.Versions.Count == 0 ? "not stated" : Join(device.Versions.Select(Data))),
                ("Hardware address", device.Mac is { } mac ? Data(mac) : null),
                ("Support until", device.SupportEnd is { } end ? Date(end) : "no date stated")),
            images.Count == 0 ? P("No image of its software was handed over.")
                : Table("Images of its software", ["Image", "Bytes", "SHA-256"], images.Select(i => (IReadOnlyList<Node>)[Data(i.Artefact), Phrases.Number(i.Size), Code(i.Sha256).Class("digest")])));
    }

    private static Node Named(string name) => name == Device.Unknown ? "not stated" : Data(name);

    private static Many Roles(AssessmentResult result)
    {
        var signers = result.Claims.Select(c => c.SignedBy).Concat(result.Tables.Select(t => t.SignedBy)).OfType<Signer>().Distinct().ToList();
        var labs = result.LabRecords.GroupBy(l => l.Record.Location.Artefact, StringComparer.Ordinal).ToList();
        return Many(
            H3("Supplier organisation (SO)"),
            P(Named(result.Device.Maker), ". ", signers.Count == 0
                ? result.Claims.Count + result.Tables.Count == 0 ? "It handed over no declaration." : "Its declaration is not signed, so its claims decide nothing."
                : Many("Its declaration is signed by ", Join(signers.Select(s => LabRecordsShown.Signer(s, null))), ".")),
            H3("Test laboratory (TL)"),
            labs.Count == 0 ? P("No laboratory recorded anything. What is answered here rests on checks of files and on claims.")
                : Many(labs.Select(l => Many(P(Strong(Data(l.First().Record.Head?.Laboratory is { Length: > 0 } name ? name : "a laboratory without a name"))), LabRecordsShown.Head(l.First().Record, l.Key)))));
    }

    private static Many Scope(AssessmentResult result) => Many(
        P(Phrases.Attacker),
        P(Phrases.Method),
        P("What was examined is listed in the evidence index; what was not is listed under deviations. The answers hold for the versions and images named here, as of the date named here, and for nothing else."),
        result.Editions.Provisional ? P(Mark("provisional"), " ", Phrases.Provisional) : null);

    private static Many Statement(AssessmentResult result)
    {
        if (result.Claims.Count == 0) return Many(P("No conformance statement was handed over."));
        // One signer of all lines is named once.
        var signers = result.Claims.Select(c => c.SignedBy).Distinct().ToList();
        var notes = result.Claims.Select(c => c.SignatureNote).Distinct().ToList();
        var one = signers.Count == 1 && notes.Count == 1;
        var rows = result.Claims.Select(c => (IReadOnlyList<Node>)
        [
            Id(c.Provision),
            result.Provisions.GetValueOrDefault(c.Provision) is { } facts ? $"{(facts.Mandatory ? "M" : "R")}{(facts.Conditional ? ", conditional" : "")}" : "not in this edition",
            c.Support switch { Support.Yes => "Y", Support.No => "N", _ => "N/A" },
            c.Justification is { } why ? Data(Phrases.Short(why)) : "none",
            one ? Where(c.Location) : Many(Where(c.Location), c.SignedBy is { } signer ? Many(", signed by ", Data(signer.Name)) : Many(", ", c.SignatureNote ?? "not signed")),
        ]);
        return Many(
            P($"{Phrases.Count(result.Claims.Count, "line")} of the maker. M is mandatory, R recommended; N/A is accepted only where a condition allows it."),
            one ? P("Signed by ", LabRecordsShown.Signer(signers[0], notes[0]), ".") : null,
            Table("Conformance statement", ["Provision", "Status", "Support", "Justification", "Where"], rows));
    }

    private static Many Tables(AssessmentResult result)
    {
        var missing = Enumerable.Range(1, 29).Where(n => result.Tables.All(t => t.Number != n)).ToList();
        return Many(
            result.Tables.Count == 0 ? P("No detail table was handed over.") : Table("Detail tables", ["Table", "Rows", "Where", "Signed by"], result.Tables.Select(t => (IReadOnlyList<Node>)
            [
                string.Create(CultureInfo.InvariantCulture, $"{t.Number}-{t.Name}"),
                Phrases.Number(t.Rows),
                Where(t.Location),
                t.SignedBy is { } signer ? Data(signer.Name) : "nobody",
            ])),
            result.Tables.Count == 0 || missing.Count == 0 ? null : P($"Not handed over: {string.Join(", ", missing.Select(n => $"{n}-{TableName.All[n - 1].Name}"))}."),
            result.Unread.Count == 0 ? null : P($"{Phrases.Count(result.Unread.Count, "part")} of the declaration fit no layout; report.html lists them."));
    }

    private static Many Plan(AssessmentResult result, Index index) => Many(
        P("A test group for each provision, in it test cases (conceptual: on paper; functional: on the device), in them units. Numbers in brackets lead to the evidence index."),
        Many(Groups(result).Select(topic => Many(
            H3($"{topic.Key} {Phrases.Topic(topic.Key)}".Trim()),
            Many(topic.Select(v => Group(result, v, index)))))));

    private static Element Group(AssessmentResult result, ProvisionVerdict verdict, Index index) => Article(
        H4(Span($"Test group {verdict.Provision} ", result.Provisions[verdict.Provision].Title), Badge(verdict.Outcome, verdict.Grade)).Id("group-" + Address.Name(verdict.Provision)),
        verdict.Units.Count == 0 ? P("No test unit of this edition was read for it: ", verdict.Reason).Class("soft") : null,
        Many(OscalPlan.Cases(result with { Verdicts = [verdict] }).Where(c => c.Units.Count > 0).Select(c => Table(
            $"Test case {c.Case}, {(Catalogue.Default.Unit(c.Units[0].Unit)?.IsFunctional == true ? "functional" : "conceptual")}: {Phrases.Word(Of(c.Units, verdict))}",
            ["Unit", "What it asks", "Verdict", "Because"], c.Units.Select(u => Unit(u, index))).Class("case")))).Class("provision");

    private static IReadOnlyList<Node> Unit(UnitVerdict unit, Index index)
    {
        var evidence = index.Of(unit.Unit);
        return
        [
            Id(unit.Unit),
            Catalogue.Default.Unit(unit.Unit)?.Title ?? "",
            Phrases.Counted([unit]).Count == 0 ? Mark("preparatory") : Badge(unit.Outcome, unit.Grade),
            Many(
                P(Phrases.Short(unit.Reason)),
                unit.Rows.Count == 0 ? null : P($"{Phrases.Count(unit.Rows.Count, "row")}: {Phrases.Counts(unit.Rows.Select(r => r.Outcome))}", unit.Rows.Where(r => r.Outcome is Outcome.Fail or Outcome.Disputed).Select(r => r.Row.Id).Distinct().Take(5).ToList() is [_, ..] bad ? Many(" (", Data(string.Join(", ", bad)), ")") : null).Class("soft"),
                evidence.Count == 0 ? null : P("Evidence: ", Join(evidence.Take(PlacesOfUnit).Select(e => (Node)Many(Link("#" + Index.Anchor(e.Number), $"[{e.Number}]"), e.Place.Length > 0 ? Many(" ", Data(e.Place)) : null))),
                    evidence.Count > PlacesOfUnit ? $" and {Phrases.Number(evidence.Count - PlacesOfUnit)} more" : null).Class("soft")),
        ];
    }

    // Never broken at its minus.
    internal static Element Id(string unit) => Span(unit).Class("id");

    // Fail, then what is open, then pass; what is neither is neutral.
    private static Outcome Of(IReadOnlyList<UnitVerdict> units, ProvisionVerdict verdict)
    {
        var outcomes = Phrases.Counted(units).Select(u => u.Outcome).ToList();
        if (outcomes.Count == 0) return units.Count > 0 ? Outcome.Inconclusive : verdict.Outcome;
        foreach (var outcome in new[] { Outcome.Fail, Outcome.Disputed, Outcome.NotClaimed, Outcome.Inconclusive, Outcome.Pass })
        {
            if (outcomes.Contains(outcome)) return outcome;
        }
        return Outcome.NotApplicable;
    }

    private static Many Open(AssessmentResult result)
    {
        var open = result.Verdicts.SelectMany(v => Phrases.Counted(v.Units).Where(u => u.Outcome is Outcome.Inconclusive or Outcome.Disputed).Select(u => (Verdict: v, Unit: u))).ToList();
        if (open.Count == 0) return Many(P("No unit is open."));
        // One line for units of a group that the same thing would settle.
        var rows = open.GroupBy(o => (o.Verdict.Provision, o.Unit.Outcome, o.Unit.Settle)).Select(g => (IReadOnlyList<Node>)
        [
            Join(g.Select(o => (Node)Id(o.Unit.Unit))),
            Many(Phrases.Word(g.Key.Outcome), g.First().Verdict.IsMandatory ? null : ", recommendation"),
            g.Key.Settle ?? "not known",
        ]);
        return Many(
            P($"{Phrases.Count(open.Count, "unit")} of {Phrases.Count(open.Select(o => o.Verdict.Provision).Distinct().Count(), "test group")}. A draft of a record for all that a person can settle: assay assess DOSSIER --lab-draft FILE."),
            Table("Open units", ["Units", "Verdict", "Would settle it"], rows));
    }

    private static Many? Contradictions(AssessmentResult result)
    {
        var all = Phrases.Contradictions(result);
        return all.Count == 0 ? null : Many(
            P("Both sides are shown. Paper against paper goes back to the supplier and is no failure of the device."),
            Table("Contradictions", ["About", "One side", "Other side"], all.Select(c => (IReadOnlyList<Node>)[Phrases.Capital(c.About), Side(c.One), Side(c.Other)])));

        static Node Side(Statement statement) => Many(P(Small(statement.IsPaper ? "Document" : "Evidence")), P(Data(statement.Says)), P(Where(statement.Location)));
    }

    private static Many? Inherited(AssessmentResult result)
    {
        var heirs = result.Verdicts.SelectMany(v => v.Units).Where(u => u.Inherited.Count > 0).ToList();
        return heirs.Count == 0 ? null : Many(
            P("These units count answers of other units, cases or groups among their own."),
            Table("Inherited answers", ["Unit", "Counts answers of", "Verdict"], heirs.Select(u => (IReadOnlyList<Node>)
                [Id(u.Unit), Join(u.Inherited.Select(i => (Node)Id(i.TrimStart('~')))), Phrases.Counted([u]).Count == 0 ? "preparatory step" : Phrases.Word(u.Outcome)])));
    }

    private static Many? External(AssessmentResult result, Index index)
    {
        var outside = index.Items.Where(i => i.Item.Kind is "toolResults" or "application" or "billOfMaterials" or "mud" or "certificate" || i.Item.Kind.Contains("ertificate", StringComparison.Ordinal)).ToList();
        return outside.Count == 0 ? null : Many(
            P("Results of outside tools, bills of materials and certificates of others that were handed over. They were read as evidence; who made them and how was not examined here."),
            Table("Evidence from outside", ["Number", "File", "What it is"], outside.Select(i => (IReadOnlyList<Node>)[$"[{i.Number}]", Data(i.Item.Artefact), Phrases.Words(i.Item.Kind)])));
    }

    private static Many Evidence(AssessmentResult result, Index index) => index.Items.Count == 0 ? Many(P("No evidence was handed over.")) : Many(
        P("Every file of the dossier by the SHA-256 digest of its bytes, and the units that name it."),
        Table("Evidence index", ["Number", "File and SHA-256", "What it is", "Named by"], index.Items.Select(i => (IReadOnlyList<Node>)
        [
            Span($"[{i.Number}]").Id(Index.Anchor(i.Number)),
            Many(P(Data(i.Item.Artefact)), P(Code(i.Item.Sha256).Class("digest"))),
            Many(Phrases.Words(i.Item.Kind), $", {Phrases.Number(i.Item.Size)} bytes"),
            i.Units.Count == 0 ? "no unit" : Many(Join(i.Units.Take(8).Select(u => (Node)Id(u))), i.Units.Count > 8 ? $" and {Phrases.Number(i.Units.Count - 8)} more" : null),
        ])));

    private static Many Deviations(AssessmentResult result)
    {
        var lost = result.Coverage.Where(c => c.Losses.Count > 0).ToList();
        var byTool = Phrases.Counted(result.Verdicts.SelectMany(v => v.Units)).Count(u => u is { Outcome: Outcome.Pass, Grade: Grade.Tool });
        return Many(
            Ul(
                Li($"{Phrases.Count(byTool, "unit")} passed by a check of files in its stated scope, not by hand on the device."),
                Li($"{Phrases.Number(result.Grades.Declared + result.Grades.Supported)} passed on the maker's signed word, with or without evidence that agrees with it."),
                Many(result.NotChecked.Select(n => Li(n)))),
            lost.Count == 0 ? null : Many(
                H3("Evidence that could not be read whole"),
                Table("Lost parts", ["File", "Read", "Lost"], lost.Select(c => (IReadOnlyList<Node>)
                [
                    Data(c.Artefact),
                    Phrases.Extent(c),
                    Many(c.Losses.Take(3).Select(l => P(Data(l.ToString()))).Concat(c.Losses.Count > 3 ? [P($"and {Phrases.Number(c.Losses.Count - 3)} more in assessment.json")] : [])),
                ]))),
            result.Lints.Count == 0 ? null : P($"{Phrases.Count(result.Lints.Count, "trap")} in the dossier itself; report.html lists them."));
    }

    private static Many Signatures(AssessmentResult result, ReportOptions options) => Many(
        P("Who signs here answers for the test plan and for the verdicts above, within the scope above. The signed statement (statement.cose) carries the same verdicts for programs; the command repeats them byte for byte."),
        Pre(Code($"assay assess {Quoted(options.Dossier)} --reperform statement.cose")),
        Div(Place("Examined by"), Place("Approved by")).Class("signing"));

    private static Element Place(string what) => Dl(Dt(what), Dd("\u00a0"), Dt("Name and role"), Dd("\u00a0"), Dt("Laboratory"), Dd("\u00a0"), Dt("Place and date"), Dd("\u00a0"), Dt("Signature"), Dd("\u00a0"));

    /// <summary>Evidence by number, and which unit names which piece, with the place in it.</summary>
    private sealed class Index
    {
        public sealed record Numbered(int Number, EvidenceItem Item, IReadOnlyList<string> Units);

        private readonly Dictionary<string, IReadOnlyList<(int Number, string Place)>> byUnit = new(StringComparer.Ordinal);

        public required IReadOnlyList<Numbered> Items { get; init; }

        public static string Anchor(int number) => string.Create(CultureInfo.InvariantCulture, $"evidence-{number}");

        public IReadOnlyList<(int Number, string Place)> Of(string unit) => byUnit.GetValueOrDefault(unit, []);

        public static Index Of(AssessmentResult result)
        {
            var items = result.Evidence.DistinctBy(e => e.Artefact).ToList();
            var numbers = items.Select((e, i) => (e.Artefact, Number: i + 1)).ToDictionary(e => e.Artefact, e => e.Number, StringComparer.Ordinal);
            var findings = result.Findings.ToLookup(f => f.Id, f => f.Location, StringComparer.Ordinal);
            var labs = result.LabRecords.Where(l => l.Record.Counts).ToLookup(l => l.Unit, l => l.Record, StringComparer.Ordinal);
            var named = items.ToDictionary(e => e.Artefact, _ => new SortedSet<string>(StringComparer.Ordinal), StringComparer.Ordinal);
            var units = new List<(string Unit, IReadOnlyList<(int, string)> Places)>();
            foreach (var unit in result.Verdicts.SelectMany(v => v.Units))
            {
                var places = unit.Findings.SelectMany(f => findings[f]).Concat(unit.Contradictions.SelectMany(c => new[] { c.One.Location, c.Other.Location }))
                    .Select(l => (l.Artefact, Place: l.ToString()[l.Artefact.Length..].Trim()))
                    .Concat(labs[unit.Unit].SelectMany(r => r.References).Select(r => (r.Artefact, Place: r.Place ?? "")))
                    .Where(p => numbers.ContainsKey(p.Artefact)).Distinct().ToList();
                foreach (var (artefact, _) in places) named[artefact].Add(unit.Unit);
                units.Add((unit.Unit, [.. places.Select(p => (numbers[p.Artefact], p.Place))]));
            }
            var index = new Index { Items = [.. items.Select(e => new Numbered(numbers[e.Artefact], e, [.. named[e.Artefact]]))] };
            foreach (var (unit, places) in units) index.byUnit[unit] = places;
            return index;
        }
    }
}
