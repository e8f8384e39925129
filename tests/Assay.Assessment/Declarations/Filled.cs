using System.Text;
using Assay.Assessment.Catalogues;
using Assay.Assessment.Declarations;

namespace Assay.Assessment.Tests.Declarations;

/// <summary>One declaration of a seed, filled in for every table and provision, and written down in each layout that a maker may use.</summary>
internal sealed class Filled
{
    private static readonly string[] Texts =
    [
        "The owner's page, \"set-up\" included", "None", "TLS 1.3; ECDHE", "UpdMech-1, UpdMech-2", "until 2031-12-31", "Größe: 5 < 7 & > 2", "a | b", "Yes", "No", "HTTP Basic (RFC 7617)",
        "first line\nsecond line", "10.0.0.1:443", "'quoted'", "= no formula", "=SUM(A1)", "-1", "0042", "1e3", "#hash", "*stars*", "see chapter 3.2", "x, y; z",
    ];

    public IReadOnlyList<(string Id, string Support, string Why)> Statement { get; }
    public IReadOnlyList<(TableName Table, IReadOnlyList<(string Id, IReadOnlyList<(string Field, string Value)> Fields)> Rows)> Tables { get; }

    public Filled(int seed)
    {
        var random = new Random(seed);
        string Text() => Texts[random.Next(Texts.Length)];
        Statement = [.. Catalogue.Default.Provisions.Select(p => (p.Id, new[] { "yes", "no", "n/a", "Y", "N/A" }[random.Next(5)], random.Next(3) == 0 ? "" : $"{Text()} {random.Next(100)}"))];
        Tables = [.. TableName.All.Select(t => (t, (IReadOnlyList<(string, IReadOnlyList<(string, string)>)>)[.. Enumerable.Range(1, t.IsRecord ? 1 : random.Next(0, 4)).Select(i =>
            (t.IsRecord ? t.Name : $"{t.Name}-{i}", (IReadOnlyList<(string, string)>)[.. t.Fields.Select(f => (f, Text()))]))]))];
    }

    private static string Quoted(string text) => "\"" + text.Replace("\\", "\\\\").Replace("\"", "\\\"").Replace("\n", "\\n") + "\"";

    public string Yaml(bool later)
    {
        var text = new StringBuilder("ics:\n");
        foreach (var (id, support, why) in Statement) text.Append($"  {id}: {{ support: {Quoted(support)}{(why.Length > 0 ? $", justification: {Quoted(why)}" : "")} }}\n");
        text.Append("ixit:\n");
        foreach (var (table, rows) in Tables)
        {
            text.Append($"  {(later ? table.Later : $"{table.Number}-{table.Name}")}:{(rows.Count == 0 ? " none" : "")}\n");
            if (table.IsRecord) foreach (var (field, value) in rows[0].Fields) text.Append($"    {field}: {Quoted(value)}\n");
            else
            {
                foreach (var (id, fields) in rows)
                {
                    text.Append($"    - id: {id}\n");
                    foreach (var (field, value) in fields) text.Append($"      {field}: {Quoted(value)}\n");
                }
            }
        }
        return text.ToString();
    }

    public string Markdown(bool later)
    {
        static string Cell(string text) => text.Replace("|", "\\|").Replace("\n", "<br>");
        var text = new StringBuilder("# ICS\n\n| Provision | Support | Justification |\n|---|---|---|\n");
        foreach (var (id, support, why) in Statement) text.Append($"| {id} | {support} | {Cell(why)} |\n");
        foreach (var (table, rows) in Tables.Where(t => t.Rows.Count > 0))
        {
            text.Append($"\n# IXIT {table.Number}-{(later ? table.Later : table.Name)}\n\n");
            if (table.IsRecord)
            {
                text.Append("| Field | Content |\n|---|---|\n");
                foreach (var (field, value) in rows[0].Fields) text.Append($"| {field} | {Cell(value)} |\n");
                continue;
            }
            text.Append($"| ID | {string.Join(" | ", table.Fields)} |\n|{string.Concat(Enumerable.Repeat("---|", table.Fields.Count + 1))}\n");
            foreach (var (id, fields) in rows) text.Append($"| {id} | {string.Join(" | ", fields.Select(f => Cell(f.Value)))} |\n");
        }
        return text.ToString();
    }

    /// <summary>Two files: separated values have one header each.</summary>
    public IReadOnlyList<string> Csv(char separator)
    {
        string Cell(string text) => text.IndexOfAny(['"', separator, '\n', '\'']) >= 0 ? "\"" + text.Replace("\"", "\"\"") + "\"" : text;
        var statement = new StringBuilder($"provision{separator}support{separator}justification\r\n");
        foreach (var (id, support, why) in Statement) statement.Append($"{id}{separator}{support}{separator}{Cell(why)}\r\n");
        var tables = new StringBuilder($"table{separator}id{separator}field{separator}value\r\n");
        foreach (var (table, rows) in Tables)
        {
            if (rows.Count == 0) tables.Append($"{table.Name}{separator}{separator}{separator}none\r\n");
            foreach (var (id, fields) in rows) foreach (var (field, value) in fields) tables.Append($"{table.Number}-{table.Name}{separator}{(table.IsRecord ? "" : id)}{separator}{field}{separator}{Cell(value)}\r\n");
        }
        return [statement.ToString(), tables.ToString()];
    }

    /// <summary>As CSV with each table under its title, the way a sheet is exported.</summary>
    public string TitledCsv(bool later)
    {
        static string Cell(string text) => text.IndexOfAny(['"', ';', '\n']) >= 0 ? "\"" + text.Replace("\"", "\"\"") + "\"" : text;
        return string.Join("\n", Blocks(later).SelectMany(b => b).Select(r => string.Join(';', r.Select(c => Cell(c ?? "")))));
    }

    public IReadOnlyList<Outside.Sheet> SheetEach(bool later) =>
    [
        new("ICS", [["Implementation conformance statement"], [], ["Reference", "Title", "Support", "Detail"], .. Statement.Select(s => new string?[] { s.Id, "a title", s.Support, s.Why.Length > 0 ? s.Why : null })]),
        .. Tables.Select(t => new Outside.Sheet($"{t.Table.Number}-{(later ? t.Table.Later : t.Table.Name)}", [.. Block(t.Table, t.Rows)])),
    ];

    public IReadOnlyList<Outside.Sheet> OneSheet(bool later) => [new("Declaration", [.. Blocks(later).SelectMany(b => b)])];

    private IEnumerable<IEnumerable<string?[]>> Blocks(bool later)
    {
        yield return [["ICS"], ["Provision", "Support", "Justification"], .. Statement.Select(s => new string?[] { s.Id, s.Support, s.Why.Length > 0 ? s.Why : null }), [null]];
        foreach (var (table, rows) in Tables) yield return [[$"IXIT {table.Number}-{(later ? table.Later : table.Name)}: {table.Title}"], .. Block(table, rows), [null]];
    }

    private static IEnumerable<string?[]> Block(TableName table, IReadOnlyList<(string Id, IReadOnlyList<(string Field, string Value)> Fields)> rows)
    {
        if (rows.Count == 0) return [["none"]];
        return table.IsRecord
            ? [["Field", "Content"], .. rows[0].Fields.Select(f => new string?[] { f.Field, f.Value })]
            : [["ID", .. table.Fields], .. rows.Select(r => (string?[])[r.Id, .. r.Fields.Select(f => f.Value)])];
    }

    /// <summary>What a declaration says, without places: the same for every layout. Tables that are declared empty are named.</summary>
    public static string Said(Declaration declaration, bool empty = true)
    {
        var text = new StringBuilder();
        foreach (var claim in declaration.Claims.OrderBy(c => c.Provision, StringComparer.Ordinal)) text.Append($"{claim.Provision} {claim.Support} {claim.Justification}\n");
        foreach (var table in declaration.Tables.Where(t => t.Rows.Count > 0 || empty).OrderBy(t => t.Number))
        {
            text.Append($"{table.Number} {table.Name} {(table.IsDeclaredEmpty ? "none" : "")}\n");
            foreach (var row in table.Rows)
            {
                text.Append($"  {row.Id}\n");
                foreach (var (field, value) in row.Fields.OrderBy(f => f.Key, StringComparer.Ordinal)) text.Append($"    {field}: {value.Replace("*", "")}\n");
            }
        }
        return text.ToString();
    }
}
