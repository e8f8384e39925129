using System.Text.RegularExpressions;

namespace Assay.Assessment.Declarations;

/// <summary>
/// Conformance statement, detail tables and self-assessments out of Markdown, in both layouts: pipe tables, and a heading per row with a
/// heading (or a bold word) per field. What stands under a recognised table and is neither row nor field is kept as a section of it.
/// </summary>
internal sealed class MarkdownDeclaration
{
    private enum Mode { None, Tables, Conformance, Self }

    private readonly Gathering into;
    private Mode mode;
    private GatheredTable? table;
    private int tableLevel;
    private GatheredRow? row;
    private int rowLevel;
    private string? openField;
    private int fieldLevel;
    // A field named inside the text of another one, by a bold word at the head of a list item; it ends with the item.
    private string? aside;
    private GatheredRow? section;
    private string? provision;
    private int provisionLine;
    private Support? support;
    private string? justification;
    private string? own;
    private int ownLine;
    private (string Verdict, string Text, int Line)? verdict;

    private MarkdownDeclaration(Gathering into) => this.into = into;

    public static void Read(string text, Gathering into)
    {
        var reading = new MarkdownDeclaration(into);
        foreach (var block in Markdown.Blocks(text))
        {
            switch (block.Kind)
            {
                case BlockKind.Heading: reading.Heading(block); break;
                case BlockKind.Table: reading.Table(block); break;
                default: reading.Line(block.Text, block.Number); break;
            }
        }
        reading.EndProvision();
        reading.EndSelf();
    }

    private void Heading(Block block)
    {
        var text = Markdown.Bare(block.Text);
        aside = null;
        if (Group.Match(text) is { Success: true } group)
        {
            EndAll();
            if (ProvisionId.Of(group.Groups["id"].Value) is { } id)
            {
                (mode, own, ownLine) = (Mode.Self, id, block.Number);
            }
            else
            {
                into.UnknownProvision(block.Number, group.Groups["id"].Value);
            }
            return;
        }
        if (NamedTable(text, block) is { } named)
        {
            if (table?.Name != named) EndAll();
            mode = Mode.Tables;
            table = into.Table(named, block.Number);
            tableLevel = block.Level;
            (row, openField, section) = (null, null, null);
            return;
        }
        if (mode != Mode.Tables && Conformance.IsMatch(text) && !(mode == Mode.Self && block.Level > 1))
        {
            EndAll();
            mode = Mode.Conformance;
            return;
        }
        switch (mode)
        {
            case Mode.Tables: HeadingInTable(text, block); break;
            case Mode.Conformance: HeadingInConformance(text, block); break;
        }
    }

    // "IXIT 1-AuthMech", "Table C.20: IXIT 20-SecBoot (…)", "IXIT-2-USERINFO: …"; a bare name or title only among other tables.
    private TableName? NamedTable(string text, Block block)
    {
        if (mode == Mode.Self && !TableStart.IsMatch(text)) return null;
        if (IdHeading.IsMatch(text)) return null;
        var deeper = table is not null && block.Level > tableLevel;
        var marked = text.Contains("ixit", StringComparison.OrdinalIgnoreCase);
        foreach (var pair in NumberAndName.Matches(text).Cast<Match>())
        {
            if (TableName.OfName(pair.Groups["name"].Value) is not { } found) continue;
            if (deeper && table!.Name != found && !TableStart.IsMatch(text)) return null;
            if (pair.Groups["number"].Value.TrimStart('0') != found.Number.ToString(System.Globalization.CultureInfo.InvariantCulture))
            {
                into.Unread(block.Number, text, $"the number and name of one table, as {found.Number}-{found.Name}");
            }
            return found;
        }
        if (marked && TableStart.IsMatch(text) && NumberAndName.Match(text) is { Success: true } unknown)
        {
            into.Unread(block.Number, text, "one of the 29 tables of TS 103 701" + (TableName.Nearest(unknown.Groups["name"].Value) is { } near ? $"; perhaps {near} is meant" : ""));
            EndAll();
            return null;
        }
        var head = text.Split([':', '(', '–'], 2)[0].Trim();
        if (marked && head.Split(' ', '-').Select(TableName.OfName).FirstOrDefault(t => t is not null) is { } inside && !deeper) return inside;
        if (deeper || row is not null) return null;
        if (head.Length > 4 && TableName.OfName(head) is { } bare && (head == bare.Name || head == bare.Later || mode == Mode.Tables)) return bare;
        return mode == Mode.Tables && !(table?.Name.IsRecord ?? false) ? TableName.OfTitle(head) : null;
    }

    private void HeadingInTable(string text, Block block)
    {
        if (table is null) return;
        if (IdHeading.Match(text) is { Success: true } id)
        {
            BeginRow(id.Groups["id"].Value, block.Number, block.Level);
            return;
        }
        if (OwnId(text) is { } ownId && (row is null || block.Level <= rowLevel))
        {
            BeginRow(ownId, block.Number, block.Level);
            return;
        }
        var colon = text.IndexOf(':');
        var name = (colon > 0 ? text[..colon] : text).Trim();
        var value = colon > 0 ? text[(colon + 1)..].Trim() : "";
        // Fields of a table without ids stand where rows of others do, and so does its summary.
        var inRow = row is not null && block.Level > rowLevel && !(table.Name.IsRecord && block.Level <= rowLevel + 1 && Summary.IsMatch(text));
        var known = table.Name.Field(name);
        if (!inRow && known is null && (!table.Name.IsRecord || Summary.IsMatch(text)) && table.Name.Misspelt(name) is null)
        {
            (row, openField) = (null, null);
            section = table.Section(text, block.Number);
            return;
        }
        if (known is null && table.Name.Misspelt(name) is { } meant)
        {
            into.Unread(block.Number, text, $"a field of {table.Name.Number}-{table.Name.Name}; perhaps \"{meant}\" is meant");
        }
        section = null;
        if (!inRow)
        {
            row = table.Record(block.Number);
            rowLevel = Math.Min(tableLevel, block.Level - 1);
        }
        // A heading below a field's heading that names no field is part of that field's text.
        if (openField is not null && known is null && block.Level > fieldLevel)
        {
            row!.Add(openField, text, block.Number);
            return;
        }
        (openField, fieldLevel) = (known ?? name, block.Level);
        row!.Add(openField, value, block.Number);
    }

    private void HeadingInConformance(string text, Block block)
    {
        if (ProvisionIn.Match(text) is not { Success: true } match)
        {
            if (provision is not null) openField = text;
            return;
        }
        EndProvision();
        if (ProvisionId.Of(match.Groups["id"].Value) is { } id) (provision, provisionLine, openField) = (id, block.Number, null);
        else into.UnknownProvision(block.Number, match.Groups["id"].Value);
    }

    private void BeginRow(string idAndTitle, int line, int level)
    {
        var text = Markdown.Bare(idAndTitle);
        var cut = text.IndexOf(": ", StringComparison.Ordinal);
        var id = (cut > 0 ? text[..cut] : text).Trim();
        (openField, aside, section) = (null, null, null);
        if (id.Length == 0)
        {
            into.Unread(line, idAndTitle.Length > 0 ? idAndTitle : "ID:", "an id after \"ID:\"");
            id = $"{table!.Name.Name} at line {line}";
        }
        row = table!.Row(id, line);
        rowLevel = level;
        if (cut > 0) row.Add("Title", text[(cut + 2)..].Trim(), line);
    }

    // "AuthMech-1" as a heading of its own, in the table AuthMech.
    private string? OwnId(string text)
    {
        var head = text.Split(": ", 2)[0].Trim();
        if (head.Contains(' ')) return null;
        return new[] { table!.Name.Name, table.Name.Later }.Any(n => head.Length > n.Length + 1 && head.StartsWith(n, StringComparison.OrdinalIgnoreCase) && head[n.Length] is '-' or '_') ? text : null;
    }

    private void Line(string text, int line)
    {
        if (mode == Mode.Self)
        {
            if (GroupVerdict.Match(Markdown.Bare(text)) is { Success: true } said)
            {
                var words = said.Groups["verdict"].Value.Trim();
                verdict = (VerdictWord(words), words, line);
            }
            return;
        }
        var named = Named.Match(text);
        if (mode == Mode.Conformance)
        {
            if (provision is not null) LineInConformance(text, named);
            return;
        }
        if (table is null) return;
        if (named.Success)
        {
            var name = Markdown.Bare(named.Groups["name"].Value).TrimEnd(':').Trim();
            var value = Markdown.Bare(named.Groups["value"].Value);
            if (Names.Bare(name) == "id" && value.Length > 0)
            {
                BeginRow(value, line, row is null ? 7 : rowLevel);
                return;
            }
            var isItem = named.Groups["item"].Success;
            if (table.Name.Field(name) is { } known && section is null && (row is not null || table.Name.IsRecord) && !(openField is not null && Names.Comparer.Equals(openField, known)))
            {
                row ??= table.Record(line);
                if (openField is null || fieldLevel == 7)
                {
                    (openField, fieldLevel, aside) = (known, 7, null);
                    row.Add(known, named.Groups["value"].Value.Trim(), line);
                    return;
                }
                if (isItem && !row.Has(known))
                {
                    aside = known;
                    row.Add(known, named.Groups["value"].Value.Trim(), line);
                    row.Add(openField, text, line);
                    return;
                }
            }
            if (isItem) aside = null;
        }
        if (text.Length > 0 && !char.IsWhiteSpace(text[0])) aside = null;
        if (aside is not null) row!.Add(aside, text.Trim(), line);
        if (section is not null) section.Add("Text", text, line);
        else if (row is not null && openField is not null) row.Add(openField, text, line);
        else if (row is not null && text.Trim().Length > 0) row.Add("Description", text, line);
        else if (row is null && text.Trim().Length > 0) (section ??= table.Section("Introduction", line)).Add("Text", text, line);
    }

    private void LineInConformance(string text, Match named)
    {
        var name = named.Success ? Names.Bare(named.Groups["name"].Value) : openField is null ? "" : Names.Bare(openField);
        var value = named.Success ? named.Groups["value"].Value : text;
        if (value.Trim().Length == 0) return;
        if (name.StartsWith("support", StringComparison.Ordinal))
        {
            support ??= SupportWord.Of(value, out var remark) is { } word && Keep(remark) ? word : null;
        }
        else if (name.StartsWith("justification", StringComparison.Ordinal) || name.StartsWith("detail", StringComparison.Ordinal) || name.StartsWith("reason", StringComparison.Ordinal))
        {
            Keep(value);
            openField = "Justification";
        }

        bool Keep(string? words)
        {
            if (Gathering.Blank(words) is { } more) justification = justification is null ? more : $"{justification} {more}";
            return true;
        }
    }

    private void Table(Block block)
    {
        var header = block.Cells[0].Select(Markdown.Bare).ToArray();
        if (mode != Mode.Self && Array.FindIndex(header, IsSupport) is > 0 and var supportAt)
        {
            ConformanceTable(block, header, supportAt);
            return;
        }
        if (mode == Mode.Conformance && Array.FindIndex(header, h => Names.Nearest(h, ["support", "supported"]) is not null) is > 0 and var nearAt)
        {
            into.Unread(block.Number, header[nearAt], $"Support as the heading of column {nearAt + 1}; it is taken as such");
            ConformanceTable(block, header, nearAt);
            return;
        }
        if (mode is Mode.Self or Mode.Conformance) return;
        if (table is null && BestTable(header) is { } best)
        {
            mode = Mode.Tables;
            table = into.Table(best, block.Number);
            tableLevel = 6;
        }
        if (table is null) return;
        var summary = section is not null && Summary.IsMatch(section.Id);
        if (!summary && header.Length >= 2 && FieldColumn(block, header)) return;
        if (!summary && IsIdColumn(header[0]))
        {
            var known = header.Skip(1).Count(h => table.Name.Field(h) is not null);
            var near = header.Skip(1).Count(h => table.Name.Misspelt(h) is not null);
            if (known + near > 0 && (known + near) * 2 >= header.Length - 1 || (Names.Bare(header[0]) == "id" && row is null))
            {
                RowTable(block, header);
                return;
            }
        }
        var to = section ?? (row is not null && openField is not null ? null : section = table.Section(row?.Id ?? "Table", block.Number));
        for (var r = 1; r < block.Cells.Count; r++)
        {
            var cells = block.Cells[r];
            if (to is null)
            {
                row!.Add(openField!, string.Join(" | ", cells), block.RowLine(r));
                continue;
            }
            var part = to.Part(Markdown.Bare(cells[0]), block.RowLine(r));
            for (var c = 1; c < cells.Length; c++) part.Add(c < header.Length ? header[c] : $"column {c + 1}", cells[c], block.RowLine(r));
        }
    }

    private void RowTable(Block block, string[] header)
    {
        for (var c = 1; c < header.Length; c++)
        {
            if (table!.Name.Misspelt(header[c]) is { } meant) into.Unread(block.Number, header[c], $"a field of {table.Name.Number}-{table.Name.Name}; perhaps \"{meant}\" is meant");
        }
        for (var r = 1; r < block.Cells.Count; r++)
        {
            var cells = block.Cells[r];
            var line = block.RowLine(r);
            var id = Markdown.Bare(cells[0]);
            if (id.Length == 0)
            {
                if (cells.Any(c => c.Length > 0)) into.Unread(line, string.Join(" | ", cells), "an id in the first column");
                continue;
            }
            var read = table!.Row(id, line);
            for (var c = 1; c < Math.Min(cells.Length, header.Length); c++) read.Add(table.Name.Field(header[c]) ?? header[c], cells[c], line);
            if (cells.Length > header.Length) into.Unread(line, string.Join(" | ", cells[header.Length..]), $"{header.Length} columns");
        }
        (row, openField, section) = (null, null, null);
    }

    // A table that stands upright: field names in the first column; beside them one row's values, or a column for each row.
    private bool FieldColumn(Block block, string[] header)
    {
        var names = block.Cells.Select(c => Markdown.Bare(c[0])).ToList();
        var known = names.Count(n => table!.Name.Field(n) is not null);
        if (known == 0 || known * 2 < names.Count - 1 || (known == 1 && table!.Name.Field(header[0]) is not null)) return false;
        var fieldHeader = table!.Name.Field(header[0]) is not null || Names.Bare(header[0]) == "id";
        var ids = Names.Bare(header[0]) == "id" ? header[1..] : !table.Name.IsRecord && row is null && !names.Skip(1).Any(n => Names.Bare(n) == "id") && !fieldHeader && header.Length > 2 ? header[1..] : null;
        var targets = ids is null ? [row ?? (table.Name.IsRecord ? table.Record(block.Number) : null)] : ids.Select(i => table.Row(i, block.Number)).ToArray<GatheredRow?>();
        for (var r = fieldHeader && ids is null ? 0 : 1; r < block.Cells.Count; r++)
        {
            var cells = block.Cells[r];
            var line = block.RowLine(r);
            if (Names.Bare(names[r]) == "id" && ids is null)
            {
                targets = [.. cells.Skip(1).Select(c => table.Row(Markdown.Bare(c), line))];
                continue;
            }
            if (table.Name.Misspelt(names[r]) is { } meant) into.Unread(line, names[r], $"a field of {table.Name.Number}-{table.Name.Name}; perhaps \"{meant}\" is meant");
            for (var c = 1; c < cells.Length; c++)
            {
                // More columns than rows: remarks on the last one.
                var at = Math.Min(c, targets.Length) - 1;
                (targets[at] ??= table.Record(line)).Add(table.Name.Field(names[r]) ?? names[r], cells[c], line);
            }
        }
        return true;
    }

    private void ConformanceTable(Block block, string[] header, int supportAt)
    {
        var idAt = Array.FindIndex(header, h =>
            Names.Bare(h) is "provision" or "reference" or "clause" or "clausenumber" or "ref" or "id" or "provisionid" or "clausenumberandtitle" or "requirement");
        if (idAt < 0 || idAt == supportAt) idAt = 0;
        var whyAt = Array.FindIndex(header, h => Names.Bare(h) is "justification" or "detail" or "details" or "reason" or "comment" or "remarks" or "remark" or "rationale");
        if (whyAt < 0 && (whyAt = Array.FindIndex(header, h => Names.Nearest(h, ["justification", "rationale", "comment"]) is not null)) >= 0)
        {
            into.Unread(block.Number, header[whyAt], $"Justification as the heading of column {whyAt + 1}; it is taken as such");
        }
        var markAt = Array.FindIndex(header, GatheredRow.IsMark);
        for (var r = 1; r < block.Cells.Count; r++)
        {
            var cells = block.Cells[r];
            var line = block.RowLine(r);
            var said = supportAt < cells.Length ? Markdown.Bare(cells[supportAt]) : "";
            var why = whyAt >= 0 && whyAt < cells.Length ? Markdown.Bare(cells[whyAt]) : null;
            if (ProvisionIn.Match(Markdown.Bare(cells[Math.Min(idAt, cells.Length - 1)])) is not { Success: true } match)
            {
                // A row that only carries a clause's title has no support; one with support must say for what.
                if (said.Length > 0) into.Unread(line, string.Join(" | ", cells), "a provision's number in the first column");
                continue;
            }
            if (ProvisionId.Of(match.Groups["id"].Value) is not { } id) into.UnknownProvision(line, match.Groups["id"].Value);
            else if (SupportWord.Of(said, out var remark) is { } word)
            {
                if (markAt >= 0 && markAt < cells.Length && Gathering.IsProposal(cells[markAt])) into.Propose(id, cells[markAt], line);
                else into.Claim(id, word, why is null or "" or "-" ? remark : why, line);
            }
            else if (said is not ("" or "-" or "–")) into.Unread(line, string.Join(" | ", cells), "Y, N or N/A as support");
        }
    }

    // "Support", "Supported", "Support Y/N": short, and not the period of support.
    private static bool IsSupport(string header) => Names.Bare(header) is "icssupport"
        || (Names.Bare(header) is { Length: <= 12 } bare && bare.StartsWith("support", StringComparison.Ordinal) && !bare.Contains("period", StringComparison.Ordinal));

    private bool IsIdColumn(string header)
    {
        var bare = Names.Bare(header);
        return bare is "id" or "identifier" or "rowid" or "entry" or "entryid" or "ref" or "reference" or "no" or "name" || bare == Names.Bare(table!.Name.Name) || bare == Names.Bare(table.Name.Name) + "id"
            || bare.EndsWith("id", StringComparison.Ordinal);
    }

    private static TableName? BestTable(string[] header)
    {
        if (header.Length < 3 || Names.Bare(header[0]) is not ("id" or "identifier")) return null;
        var ranked = TableName.All.Where(t => !t.IsRecord).Select(t => (Table: t, Known: header.Skip(1).Count(h => t.Field(h) is not null))).OrderByDescending(t => t.Known).ToList();
        return ranked[0].Known >= 2 && ranked[0].Known > ranked[1].Known && ranked[0].Known * 3 >= (header.Length - 1) * 2 ? ranked[0].Table : null;
    }

    private void EndAll()
    {
        EndProvision();
        EndSelf();
        (mode, table, row, openField, section, aside) = (Mode.None, null, null, null, null, null);
    }

    private void EndProvision()
    {
        if (provision is not null)
        {
            if (support is { } word) into.Claim(provision, word, justification, provisionLine);
            else into.Unread(provisionLine, provision, "Y, N or N/A as support");
        }
        (provision, support, justification) = (null, null, null);
    }

    private void EndSelf()
    {
        if (own is not null) into.Own(own, verdict?.Verdict ?? "NONE STATED", verdict?.Text, verdict?.Line ?? ownLine);
        (own, verdict) = (null, null);
    }

    /// <summary><c>PASS</c>, <c>FAIL</c>, <c>N/A</c>, or the words in upper case.</summary>
    internal static string VerdictWord(string words)
    {
        var word = Markdown.Bare(words).Split('(', '—', '–', ';', '.')[0].Trim().ToUpperInvariant();
        return word switch { "PASSED" => "PASS", "FAILED" => "FAIL", "NA" or "NOT APPLICABLE" => "N/A", "" => "NONE STATED", _ => word };
    }

    private static Regex Group => field ??= new(@"\b(test\s+group|self[\s-]*assessment)\b.*?(?<id>\d{1,2}(\.\d{1,2})?[-–]\d{1,2}[A-Za-z]?)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture);

    private static Regex GroupVerdict => field ??= new(@"\bgroup\s+verdict\s*[:=]?\s*(?<verdict>\S.*)$", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture);

    internal static Regex Conformance => field ??= new(@"\b(ICS|(implementation\s+)?conformance\s+statement)\b", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture);

    internal static Regex TableStart => field ??= new(@"^(table\b|annex\b|ixit\b|\d{1,2}\s*[-–_]\s*[A-Za-z]{4,}\b)", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture);

    internal static Regex NumberAndName => field ??= new(@"\b(?<number>\d{1,2})\s{0,2}[-–_:. ]\s{0,2}(?<name>[A-Za-z]{4,})\b", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture);

    private static Regex IdHeading => field ??= new(@"^id\s*[:=]\s*(?<id>.*)$", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture);

    private static Regex Summary => field ??= new(@"\b(summary|matrix|overview)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture);

    internal static Regex ProvisionIn => field ??= new(@"(^|[^\d.])(?<id>\d{1,2}(\.\d{1,2})?[-–‑]\d{1,2}[A-Za-z]?)\b", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture);

    // "**Name:** value", "* **Name**: value", "Name: value" at the start of a line.
    private static Regex Named => field ??= new(@"^\s*(?<item>[-*+]\s+)?(\*\*(?<name>[^*\n]{1,80}?)\*\*\s*:?|(?<name>[A-Za-z][A-Za-z/ -]{1,50}):(\s|$))\s*(?<value>.*)$", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture);
}
