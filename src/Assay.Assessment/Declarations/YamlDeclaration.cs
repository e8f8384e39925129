using System.Text.RegularExpressions;
using Assay.Evidence.Reading;

namespace Assay.Assessment.Declarations;

/// <summary>Conformance statement, detail tables and self-assessments out of YAML (or JSON, which is YAML): docs/declaration.md.</summary>
internal sealed class YamlDeclaration
{
    private static readonly string[] Known = ["ics", "ixit", "conditions", "selfAssessment"];
    // Words about the document itself: read by nobody here, and no loss.
    private static readonly HashSet<string> About = new(["schema", "declaration", "maker", "manufacturer", "model", "product", "device", "version", "versions", "date", "edition", "standard",
        "catalogue", "meta", "metadata", "author", "contact", "note", "notes", "title", "language"], StringComparer.Ordinal);

    private readonly Gathering into;

    private YamlDeclaration(Gathering into) => this.into = into;

    /// <summary>Whether a text begins a line with a key that only a declaration has; cheap, before anything is parsed.</summary>
    public static bool Looks(string text) => Key.EnumerateMatches(text).MoveNext() || TreeDeclaration.Looks(text) || TableKeys(text);

    private static bool TableKeys(string text)
    {
        foreach (var match in TopKey.EnumerateMatches(text))
        {
            if (TableName.Of(text.AsSpan(match.Index, match.Length).Trim("\"': \t\r\n").ToString()) is { Name: not "Conf" }) return true;
        }
        return false;
    }

    /// <exception cref="UnreadableException">The text is no YAML within the budget.</exception>
    public static void Read(ReadOnlySpan<byte> bytes, Gathering into)
    {
        if (YamlReader.Read(bytes) is not YamlMap root) return;
        var reading = new YamlDeclaration(into);
        foreach (var entry in root.Entries) reading.Top(entry);
    }

    private void Top(YamlEntry entry)
    {
        // A key with nothing under it is a draft that nobody filled in; only a table must say "none" by itself.
        if (entry.Value is YamlScalar { IsNull: true } && TableName.Of(entry.Key) is null) return;
        switch (Names.Bare(entry.Key))
        {
            case "ics" or "claims" or "conformance" or "conformancestatement":
                Conformance(entry.Value);
                break;
            case "ixit" or "ixittables" or "tables":
                Tables(entry.Value);
                break;
            case "conditions" or "facts":
                Facts(entry.Value);
                break;
            case "selfassessment" or "selfassessments":
                Self(entry.Value);
                break;
            case var bare when TreeDeclaration.IsKey(bare):
                TreeDeclaration.Read(entry.Value, into);
                break;
            case var bare when About.Contains(bare):
                break;
            default:
                if (TableName.Of(entry.Key) is { } table) Table(table, entry.Value, entry.Line);
                else into.Unread(entry.Line, entry.Key, $"one of {string.Join(", ", Known)} or a table's name" + Perhaps(Names.Nearest(entry.Key, Known) ?? TableName.Nearest(entry.Key)));
                break;
        }
    }

    private static string Perhaps(string? near) => near is null ? "" : $"; perhaps \"{near}\" is meant";

    private void Conformance(YamlNode node)
    {
        switch (node)
        {
            case YamlMap map:
                foreach (var entry in map.Entries)
                {
                    if (ProvisionId.Of(entry.Key) is { } id) Line(id, entry.Value, entry.Line);
                    else into.UnknownProvision(entry.Line, entry.Key);
                }
                break;
            case YamlList list:
                foreach (var item in list.Items)
                {
                    if (item is not YamlMap line || Find(line, "provision", "id", "reference", "clause") is not { } named)
                    {
                        into.Unread(item.Line, item.Kind, "a map with provision and support");
                        continue;
                    }
                    if (ProvisionId.Of(named.Value.Text ?? "") is { } id) Line(id, item, item.Line);
                    else into.UnknownProvision(named.Line, named.Value.Text ?? named.Value.Kind);
                }
                break;
            default:
                into.Unread(node.Line, node.Kind, "provisions with their support");
                break;
        }
    }

    private void Line(string id, YamlNode node, int line)
    {
        string? said = node.Text, why = null, mark = null;
        if (node is YamlMap map)
        {
            said = Find(map, "support", "supported", "answer", "value")?.Value.Text;
            mark = Find(map, "proposal", "proposed")?.Value.Text;
            why = Find(map, "justification", "detail", "details", "reason", "comment") is { } reason ? Flat(reason.Value) : null;
            foreach (var entry in map.Entries)
            {
                if (Names.Bare(entry.Key) is not ("provision" or "id" or "reference" or "clause" or "support" or "supported" or "answer" or "value"
                    or "justification" or "detail" or "details" or "reason" or "comment" or "status" or "title" or "proposal" or "proposed"))
                {
                    into.Unread(entry.Line, entry.Key, "support or justification" + Perhaps(Names.Nearest(entry.Key, ["support", "justification", "provision"])) + $" (ICS, {id})");
                }
            }
        }
        if (SupportWord.Of(said, out var remark) is not { } support)
        {
            // An empty answer in a draft is a question nobody answered yet.
            if (said is null && node is YamlMap && Find((YamlMap)node, "support", "supported", "answer", "value") is { Value: YamlScalar { IsNull: true } }) return;
            into.Unread(line, $"{id}: {said ?? node.Kind}", $"yes, no or n/a as support (ICS, {id})");
        }
        else if (Gathering.IsProposal(mark)) into.Propose(id, mark!, line);
        else into.Claim(id, support, why ?? remark, line);
    }

    private void Tables(YamlNode node)
    {
        switch (node)
        {
            case YamlMap map:
                foreach (var entry in map.Entries)
                {
                    if (TableName.Of(entry.Key) is { } table) Table(table, entry.Value, entry.Line);
                    else into.Unread(entry.Line, entry.Key, "one of the 29 tables of TS 103 701" + Perhaps(TableName.Nearest(entry.Key)));
                }
                break;
            case YamlList list:
                foreach (var item in list.Items)
                {
                    if (item is YamlMap one && Find(one, "table", "name")?.Value.Text is { } name && TableName.Of(name) is { } table
                        && Find(one, "rows", "entries") is { } rows)
                    {
                        Table(table, rows.Value, item.Line);
                    }
                    else into.Unread(item.Line, item.Kind, "a map with table and rows");
                }
                break;
            default:
                into.Unread(node.Line, node.Kind, "tables by their names");
                break;
        }
    }

    private void Table(TableName name, YamlNode node, int line)
    {
        var table = into.Table(name, line);
        switch (node)
        {
            case YamlList list:
                if (list.Items.Count == 0) table.IsDeclaredEmpty = true;
                foreach (var item in list.Items)
                {
                    if (item is not YamlMap map) into.Unread(item.Line, item.Kind, $"a row of {name.Number}-{name.Name}: a map with id and fields");
                    else Row(table, Find(map, "id", "identifier")?.Value.Text, map, item.Line);
                }
                break;
            // Rows by their ids, or, where the table is one set of fields, the fields themselves.
            case YamlMap map when !name.IsRecord && map.Entries.Count > 0 && map.Entries.All(e => e.Value is YamlMap && name.Field(e.Key) is null):
                foreach (var entry in map.Entries) Row(table, entry.Key, (YamlMap)entry.Value, entry.Line);
                break;
            case YamlMap map:
                Row(table, name.Name, map, line);
                break;
            case YamlScalar scalar when Names.Bare(scalar.Value) is "none" or "na" or "notapplicable":
                table.IsDeclaredEmpty = true;
                break;
            default:
                into.Unread(line, $"{name.Name}: {node.Kind}", "rows, or none");
                break;
        }
    }

    private void Row(GatheredTable table, string? id, YamlMap fields, int line)
    {
        if (string.IsNullOrWhiteSpace(id))
        {
            into.Unread(line, table.Name.Name, $"an id for the row of {table.Name.Number}-{table.Name.Name}");
            return;
        }
        var row = table.Row(id.Trim(), line);
        foreach (var entry in fields.Entries)
        {
            if (Names.Bare(entry.Key) is "id" or "identifier") continue;
            if (table.Name.Misspelt(entry.Key) is { } meant) into.Unread(entry.Line, entry.Key, $"a field of {table.Name.Number}-{table.Name.Name}; perhaps \"{meant}\" is meant (row {row.Id})");
            var field = table.Name.Field(entry.Key) ?? entry.Key;
            // "Support Period: { value: …, proposal: where it was seen }": one field that a draft proposes.
            if (entry.Value is YamlMap told && Find(told, "proposal", "proposed") is { } mark && Find(told, "value") is { } value)
            {
                if (Gathering.IsProposal(mark.Value.Text)) row.Propose(field, mark.Value.Text!, entry.Line);
                else row.Add(field, Flat(value.Value), entry.Line);
            }
            else if (entry.Value is not YamlScalar { IsNull: true }) row.Add(field, Flat(entry.Value), entry.Line);
        }
    }

    private void Facts(YamlNode node)
    {
        if (node is not YamlMap map)
        {
            into.Unread(node.Line, node.Kind, "conditions with yes or no");
            return;
        }
        foreach (var entry in map.Entries)
        {
            var (said, from) = entry.Value is YamlMap told ? (Find(told, "value", "holds", "answer")?.Value.Text, Find(told, "proposal", "proposed")?.Value.Text) : (entry.Value.Text, null);
            into.Fact(entry.Key, said ?? entry.Value.Kind, from, entry.Line);
        }
    }

    private void Self(YamlNode node)
    {
        if (node is not YamlMap map)
        {
            into.Unread(node.Line, node.Kind, "provisions with PASS, FAIL or N/A");
            return;
        }
        foreach (var entry in map.Entries)
        {
            if (ProvisionId.Of(entry.Key) is not { } id) into.UnknownProvision(entry.Line, entry.Key);
            else if (entry.Value.Text is { } words) into.Own(id, MarkdownDeclaration.VerdictWord(words), words, entry.Line);
            else into.Unread(entry.Line, entry.Value.Kind, "PASS, FAIL or N/A");
        }
    }

    private static YamlEntry? Find(YamlMap map, params ReadOnlySpan<string> names)
    {
        foreach (var name in names)
        {
            if (map.Entries.FirstOrDefault(e => Names.Bare(e.Key) == name) is { } entry) return entry;
        }
        return null;
    }

    // The reader's budget bounds depth and size, aliases included.
    private static string Flat(YamlNode node) => node switch
    {
        YamlMap map => string.Join('\n', map.Entries.Select(e => $"{e.Key}: {Flat(e.Value)}")),
        YamlList list => string.Join(list.Items.All(i => i is YamlScalar) ? ", " : "\n", list.Items.Select(Flat)),
        _ => node.Text ?? "",
    };

    private static Regex Key => field ??= new(@"^\s{0,4}[""']?(ics|ixit|ixit_tables|self[_ -]?assessments?)[""']?\s{0,3}:", RegexOptions.IgnoreCase | RegexOptions.Multiline | RegexOptions.CultureInvariant | RegexOptions.NonBacktracking);

    private static Regex TopKey => field ??= new(@"^[""']?[0-9A-Za-z_-]{4,24}[""']?:", RegexOptions.Multiline | RegexOptions.CultureInvariant | RegexOptions.NonBacktracking);
}
