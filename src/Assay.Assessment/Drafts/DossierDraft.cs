using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Assay.Assessment.Catalogues;
using Assay.Assessment.Declarations;
using Assay.Assessment.Examining;
using Assay.Assessment.Verdicts;
using Assay.Evidence;

namespace Assay.Assessment.Drafts;

/// <summary>The file format of a draft's declaration.</summary>
public enum DraftLayout { Yaml, Csv, Xlsx }

/// <summary>
/// A dossier to begin with, for a maker to fill in: it asks what the evidence that lies there could not answer, and proposes what it shows, each proposal
/// with its place. A proposal carries a mark (<c>proposal</c>) and is no claim until a person takes the mark away, so a draft read back says nothing.
/// </summary>
public sealed class DossierDraft
{
    public static readonly IReadOnlyList<string> Folders = ["firmware", "captures", "sbom", "mud", "declaration", "documents", "probes"];

    private readonly Dossier dossier;
    private readonly Examined examined;
    private readonly List<Line> lines;
    private readonly List<(string Fact, string From)> facts;
    private readonly IReadOnlyList<DraftRow> rows;
    private readonly Catalogue catalogue;

    /// <param name="Proposal">"n/a" is proposed, with why and from where; null where the line is asked.</param>
    /// <param name="Answered">Why nothing is asked; null where something is.</param>
    private sealed record Line(Provision Provision, (string Why, string From)? Proposal, string? Answered);

    private DossierDraft(Dossier dossier, Examined examined, Catalogue catalogue)
    {
        (this.dossier, this.examined, this.catalogue) = (dossier, examined, catalogue);
        var result = Evaluation.Of(examined, catalogue);
        lines = [.. catalogue.Provisions.Select(p => LineOf(p, result.Verdicts.FirstOrDefault(v => v.Provision == p.Id)))];
        facts = [.. Gathering.KnownFacts.Where(f => examined.Declaration.Facts.All(d => d.Fact != f)).Select(f => (f, ProductFacts.Seen(f, examined))).Where(f => f.Item2 is not null)
            .Select(f => (f.f, $"{f.Item2!.Says}, {f.Item2.Location}"))];
        rows = DraftRows.Of(examined);
    }

    /// <summary>Examines what lies there already. A dossier without evidence gives a draft that asks everything.</summary>
    public static DossierDraft Of(Dossier dossier, Catalogue catalogue, ExaminationOptions options)
    {
        var examined = Examination.Of(dossier, options);
        // Without the device's address a capture is of all stations; what is proposed is then read as of the one that speaks like the device.
        return examined.Device.Mac is null && DeviceGuesses.Of(examined, DeviceGuess.Mac) is var (mac, _)
            ? new(dossier, Examination.Of(new Dossier { Device = dossier.Device with { Mac = mac }, Files = dossier.Files, Losses = dossier.Losses, Advice = dossier.Advice }, options), catalogue)
            : new(dossier, examined, catalogue);
    }

    /// <summary>How many lines, conditions and rows are proposed, and how many provisions and tables are asked.</summary>
    public (int Proposed, int AskedProvisions, int AskedTables) Counts => (
        lines.Count(l => l.Proposal is not null) + facts.Count + rows.Count,
        lines.Count(l => l.Proposal is null && l.Answered is null),
        Asked().Count());

    /// <summary>Names relative to the dossier, and their bytes. <c>device.yaml</c> is left out where there is one; a declaration that is there is never written over.</summary>
    public IReadOnlyList<(string Name, byte[] Bytes)> Files(DraftLayout layout)
    {
        var files = new List<(string, byte[])>();
        if (dossier.Files.All(f => f.Name != DeviceSheet.Name)) files.Add((DeviceSheet.Name, Encoding.UTF8.GetBytes(Sheet())));
        switch (layout)
        {
            case DraftLayout.Xlsx:
                files.Add((Free("declaration/declaration.xlsx"), Workbook()));
                break;
            case DraftLayout.Csv:
                files.Add((Free("declaration/ics.csv"), Encoding.UTF8.GetBytes(StatementCsv())));
                files.Add((Free("declaration/conditions.csv"), Encoding.UTF8.GetBytes(FactsCsv())));
                files.Add((Free("declaration/ixit.csv"), Encoding.UTF8.GetBytes(TablesCsv())));
                break;
            default:
                files.Add((Free("declaration/ics.yaml"), Encoding.UTF8.GetBytes(StatementYaml())));
                files.Add((Free("declaration/ixit.yaml"), Encoding.UTF8.GetBytes(TablesYaml())));
                break;
        }
        return files;
    }

    private Line LineOf(Provision provision, ProvisionVerdict? verdict)
    {
        if (examined.Declaration.ClaimsOn(provision).Count > 0) return new Line(provision, null, "answered in the declaration that is there");
        var condition = ProductFacts.Condition(catalogue, provision, examined);
        if (condition is { Truth: Truth.False, Against.Count: 0 } && provision.Condition is not null)
        {
            return new Line(provision, ($"Its condition ({provision.Condition.Text}) does not hold: {condition.From.FirstOrDefault()?.Says}", $"{condition.From.FirstOrDefault()?.Location}"), null);
        }
        var counted = verdict?.Units.Where(u => !u.IsPreparatory).ToList() ?? [];
        if (counted.Count > 0 && counted.All(u => u is { Outcome: Outcome.Pass, Grade: Grade.Tool })) return new Line(provision, null, "a check decided every unit of it");
        return counted.FirstOrDefault(u => u is { Outcome: Outcome.Fail, Grade: Grade.Tool }) is { } refuted
            ? new Line(provision, null, $"refuted by what was seen, so it is to be mended first: {Shortened.Visible(refuted.Reason)}")
            : new Line(provision, null, null);
    }

    // Tables that nobody wrote and no evidence fills.
    private IEnumerable<TableName> Asked() => TableName.All.Where(t => examined.Declaration.Tables.All(d => d.Number != t.Number) && rows.All(r => r.Table != t.Number));

    // A file with claims or rows in it is a person's work; a draft that nobody touched may be written again.
    private string Free(string name)
    {
        bool IsTaken(string file) => examined.Declaration.Claims.Any(c => c.Location.Artefact == file) || examined.Declaration.Facts.Any(f => f.Location.Artefact == file)
            || examined.Declaration.Tables.Any(t => t.Location.Artefact == file) || examined.Declaration.Unread.Any(u => u.Location.Artefact == file);
        var free = name;
        for (var i = 2; IsTaken(free); i++) free = string.Create(CultureInfo.InvariantCulture, $"{name[..name.LastIndexOf('.')]}-{i}{name[name.LastIndexOf('.')..]}");
        return free;
    }

    private const string Take = "Take a mark \"proposal\" away where what it stands at is right; while it stands, nothing is said.";

    private static string Mark(string from) => $"seen: {from}";

    private string Sheet()
    {
        var text = new StringBuilder();
        text.Append("# What this dossier is about. Only maker and model are required.\n");
        Line("maker", dossier.Device.Maker, Guess(DeviceGuess.Maker));
        Line("model", dossier.Device.Model, Guess(DeviceGuess.Model));
        Comment("versions: [\"1.0\"]           software versions that the evidence is for", "versions", Guess(DeviceGuess.Version), list: true);
        Comment("category: doorbell", "category", Guess(DeviceGuess.Category));
        Comment("mac: 00:00:5e:00:53:01      the device's own address in captures", "mac", Guess(DeviceGuess.Mac));
        text.Append("# supportEnd: 2031-12-31      until when security updates come\n");
        text.Append("# files:                      only where the content does not tell\n#   captures/setup.pcap: { is: capture, state: factoryDefault }\n");
        foreach (var capture in dossier.Files.Where(f => f.Kind == FileKind.Capture && f.State is null)) text.Append($"#   {Quoted(capture.Name)}: {{ is: capture, state: initialised }}   # or factoryDefault\n");
        return text.ToString();

        void Line(string key, string said, (string Value, string From)? guess)
        {
            text.Append($"{key}: {Quoted(said == Device.Unknown ? "" : said)}\n");
            if (guess is var (value, from) && value != said) text.Append($"# {key}: {Quoted(value)}      proposal, seen: {from}\n");
        }

        void Comment(string example, string key, (string Value, string From)? guess, bool list = false)
        {
            if (guess is var (value, from)) text.Append($"# {key}: {(list ? $"[{Quoted(value)}]" : Quoted(value))}      proposal, seen: {from}\n");
            else text.Append($"# {example}\n");
        }
    }

    private (string Value, string From)? Guess(DeviceGuess what) => DeviceGuesses.Of(examined, what) is var (value, place) ? (value, place.ToString()) : null;

    private string StatementYaml()
    {
        var text = new StringBuilder();
        text.Append("# Conformance statement: for each provision \"yes\", \"no\" or \"n/a\", and a reason for every \"no\" and \"n/a\".\n");
        text.Append("# Take the # away from the lines that you answer. A detached signature lies beside this file: ics.yaml.p7s\n");
        text.Append($"# {Take}\n# {catalogue.Name} {catalogue.Edition}\n");
        text.Append("conditions:\n");
        foreach (var (fact, from) in facts) text.Append($"  {fact}: {{ value: yes, proposal: {Quoted(Mark(from))} }}\n");
        foreach (var fact in Gathering.KnownFacts.Where(f => facts.All(s => s.Fact != f) && examined.Declaration.Facts.All(d => d.Fact != f))) text.Append($"  # {fact}: yes or no\n");
        text.Append("ics:\n");
        foreach (var line in lines)
        {
            text.Append($"  # {line.Provision.Title} ({Status(line.Provision)})\n");
            text.Append(line switch
            {
                { Answered: { } why } => $"  # not asked: {why.ReplaceLineEndings(" ")}\n",
                { Proposal: var (why, from) } => $"  {line.Provision.Id}: {{ support: n/a, justification: {Quoted(why)}, proposal: {Quoted(Mark(from))} }}\n",
                _ => $"  # {line.Provision.Id}: {{ support: yes, justification: \"\" }}\n",
            });
        }
        return text.ToString();
    }

    private static string Status(Provision provision) =>
        $"{(provision.IsMandatory ? "mandatory" : "recommended")}{(provision.Condition is null ? "" : $", under condition {provision.Condition.Text}")}";

    private string TablesYaml()
    {
        var text = new StringBuilder();
        text.Append($"# Detail tables (IXIT). {Take}\n# Lines that begin with # are asked: nothing that lies in the dossier answers them. \"none\" says that there is nothing to list.\n");
        text.Append("ixit:\n");
        foreach (var table in rows.GroupBy(r => r.Table))
        {
            var name = TableName.All[table.Key - 1];
            text.Append($"  {name.Number}-{name.Name}:        # {name.Title}\n");
            if (name.IsRecord)
            {
                foreach (var row in table) text.Append($"    {row.Id}: {{ value: {Quoted(row.Fields[0].Value)}, proposal: {Quoted(Mark(row.From))} }}\n");
                foreach (var field in name.Fields.Where(f => table.All(r => r.Id != f) && examined.Declaration.Rows(name.Number).All(r => r[f] is null))) text.Append($"    # {field}: \"\"\n");
                continue;
            }
            foreach (var row in table)
            {
                text.Append($"    - id: {row.Id}\n      proposal: {Quoted(Mark(row.From))}\n");
                foreach (var field in name.Fields)
                {
                    text.Append(row.Fields.FirstOrDefault(f => f.Field == field) is { Value: { Length: > 0 } value } ? $"      {field}: {Quoted(value)}\n" : $"      # {field}: \"\"\n");
                }
            }
        }
        foreach (var name in Asked())
        {
            text.Append($"  # {name.Number}-{name.Name}:        {name.Title}\n");
            if (name.IsRecord) foreach (var field in name.Fields) text.Append($"  #   {field}: \"\"\n");
            else
            {
                text.Append($"  #   - id: {name.Name}-1\n");
                foreach (var field in name.Fields) text.Append($"  #     {field}: \"\"\n");
            }
        }
        return text.ToString();
    }

    private string StatementCsv()
    {
        var text = new StringBuilder("provision,support,justification,proposal,title\r\n");
        foreach (var line in lines.Where(l => l.Answered is null))
        {
            text.AppendJoin(',', new[] { line.Provision.Id, line.Proposal is null ? "" : "n/a", line.Proposal?.Why ?? "", line.Proposal is var (_, from) ? Mark(from) : "", $"{line.Provision.Title} ({Status(line.Provision)})" }.Select(Cell)).Append("\r\n");
        }
        return text.ToString();
    }

    private string FactsCsv()
    {
        var text = new StringBuilder("condition,value,proposal\r\n");
        foreach (var fact in Gathering.KnownFacts.Where(f => examined.Declaration.Facts.All(d => d.Fact != f)))
        {
            var seen = facts.FirstOrDefault(f => f.Fact == fact);
            text.AppendJoin(',', new[] { fact, seen.Fact is null ? "" : "yes", seen.Fact is null ? "" : Mark(seen.From) }.Select(Cell)).Append("\r\n");
        }
        return text.ToString();
    }

    private string TablesCsv()
    {
        var text = new StringBuilder("table,id,field,value,proposal\r\n");
        foreach (var row in rows)
        {
            var name = TableName.All[row.Table - 1];
            foreach (var (field, value) in row.Fields.Where(f => f.Value.Length > 0))
            {
                text.AppendJoin(',', new[] { $"{name.Number}-{name.Name}", name.IsRecord ? "" : row.Id, field, value, Mark(row.From) }.Select(Cell)).Append("\r\n");
            }
        }
        return text.ToString();
    }

    private byte[] Workbook()
    {
        var sheets = new List<WorkbookSheet>
        {
            new("Read me", [["Declaration of a device, EN 303 645 and TS 103 701: a draft"], [Take], ["A row counts when its cell under Proposal is empty."], ["Sheets without rows ask what nothing in the dossier answers; write \"none\" below the header's ID where there is nothing to list."],
                ["A detached signature lies beside this file: declaration.xlsx.p7s"]]),
            new("ICS", [["Provision", "Title", "Status", "Support", "Justification", "Proposal"], .. lines.Where(l => l.Answered is null).Select(l => (IReadOnlyList<string>)
                [l.Provision.Id, l.Provision.Title, Status(l.Provision), l.Proposal is null ? "" : "n/a", l.Proposal?.Why ?? "", l.Proposal is var (_, from) ? Mark(from) : ""])]),
            new("Conditions", [["Condition", "Value", "Proposal"], .. Gathering.KnownFacts.Where(f => examined.Declaration.Facts.All(d => d.Fact != f)).Select(f => facts.FirstOrDefault(s => s.Fact == f) is { Fact: not null } seen
                ? (IReadOnlyList<string>)[f, "yes", Mark(seen.From)] : [f, "", ""])]),
        };
        foreach (var name in TableName.All)
        {
            var proposed = rows.Where(r => r.Table == name.Number).ToList();
            if (proposed.Count == 0 && examined.Declaration.Tables.Any(t => t.Number == name.Number)) continue;
            sheets.Add(new($"{name.Number}-{name.Name}", name.IsRecord
                ? [["Field", "Content", "Proposal"], .. name.Fields.Select(f => proposed.FirstOrDefault(r => r.Id == f) is { } row ? (IReadOnlyList<string>)[f, row.Fields[0].Value, Mark(row.From)] : [f, "", ""])]
                : [["ID", .. name.Fields, "Proposal"], .. proposed.Select(r => (IReadOnlyList<string>)[r.Id, .. name.Fields.Select(f => r.Fields.FirstOrDefault(v => v.Field == f).Value ?? ""), Mark(r.From)])]));
        }
        return WorkbookWriter.Bytes(sheets);
    }

    private static string Cell(string text) => text.AsSpan().IndexOfAny("\",\n\r;") >= 0 ? $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : text;

    private static string Quoted(string text) => $"\"{Escaped.Replace(Shortened.Visible(text.ReplaceLineEndings(" ")), @"\$0")}\"";

    private static Regex Escaped => field ??= new(@"[\\""]");
}
