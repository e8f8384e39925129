namespace Assay.Assessment.Declarations;

/// <summary>
/// Conformance statement, conditions and detail tables out of sheets and separated values, as people lay them out: a title above a header, a sheet a
/// table, several tables below each other, fields downwards instead of across, or one long list of table, row, field and value.
/// </summary>
internal sealed class GridDeclaration
{
    private enum Mode { None, Titled, Statement, Facts, Rows, Record, Upright, Long, Unknown }

    private static readonly string[] ProvisionWords = ["provision", "reference", "clause", "clausenumber", "ref", "id", "provisionid", "clausenumberandtitle", "requirement"];
    private static readonly string[] WhyWords = ["justification", "detail", "details", "reason", "comment", "remarks", "remark", "rationale"];
    private static readonly string[] FieldWords = ["field", "column", "item", "attribute", "property", "entry", "name", "question", "information"];
    private static readonly string[] ValueWords = ["value", "content", "answer", "contents", "text", "description", "statement", "response"];
    private static readonly string[] RowWords = ["id", "row", "rowid", "entry", "identifier", "entryid"];
    private static readonly string[] FactWords = ["condition", "fact", "conditions"];
    // Sheets that speak of the document itself.
    private static readonly HashSet<string> About = new(["cover", "about", "history", "changes", "changelog", "instructions", "legend", "readme", "notes", "note", "contents", "overview", "index", "info",
        "versions", "revision", "revisions", "revisionhistory", "lists", "lookup", "title", "frontpage", "glossary", "abbreviations", "howto", "help"], StringComparer.Ordinal);

    private readonly Gathering into;
    private readonly Grid grid;
    private Mode mode;
    private TableName? name;
    private GatheredTable? table;
    private GatheredRow? row;
    private GatheredRow? section;
    private Dictionary<int, string> heads = [];
    private readonly HashSet<(string, int)> headless = [];
    private int idAt, supportAt, whyAt, markAt, fieldAt, valueAt, tableAt;
    private readonly Dictionary<int, GatheredRow> upright = [];
    private readonly Dictionary<(TableName, string), GatheredRow> longRows = [];
    private readonly List<GridRow> unplaced = [];
    private bool placed;

    private GridDeclaration(Grid grid, Gathering into) => (this.grid, this.into) = (grid, into);

    /// <summary>Whether the first rows hold a header or a title that only a declaration has.</summary>
    public static bool Looks(Grid grid)
    {
        var reading = new GridDeclaration(grid, new Gathering("", null, null));
        foreach (var row in grid.Rows.Take(12))
        {
            if (reading.name is not null && reading.TableHeader(row, reading.name)) return true;
            if (reading.StatementHeader(row) || reading.LongHeader(row) || (reading.FactHeader(row) && Find(row, ["condition", "conditions"]) >= 0) || Best(row) is not null) return true;
            if (row.Cells.Count == 1 && MarkdownDeclaration.TableStart.IsMatch(row.Cells[0].Text)) reading.name = Named(row.Cells[0].Text);
        }
        return false;
    }

    public static void Read(Grid grid, Gathering into)
    {
        var reading = new GridDeclaration(grid, into);
        into.Sheet = grid.Name is null ? null : Assay.Evidence.Shortened.Visible(grid.Name);
        if (grid.IsHidden)
        {
            if (grid.Rows.Count > 0 && (Looks(grid) || (grid.Name is { } hidden && (Named(hidden) is not null || IsStatement(hidden)))))
            {
                into.Unread(grid.Rows[0].Number, $"the hidden sheet {grid.Name}: {grid.Rows.Count} rows", "a sheet that whoever signs can see; show it, if it is meant");
            }
            return;
        }
        reading.Context();
        for (var i = 0; i < grid.Rows.Count; i++) reading.Row(i);
        reading.End();
    }

    // The name of a sheet stands for a title.
    private void Context()
    {
        if (grid.Name is not { } sheet) return;
        if (Named(sheet) is { } found) Begin(found, 1);
        else if (IsStatement(sheet)) mode = Mode.Titled;
        else if (Names.Bare(sheet) is "conditions" or "facts") mode = Mode.Titled;
        else if (TableName.Nearest(sheet) is { } near && !About.Contains(Names.Bare(sheet)))
        {
            into.Unread(1, $"the sheet {sheet}", $"one of the 29 tables of TS 103 701; perhaps {near} is meant");
            mode = Mode.Unknown;
        }
    }

    private static bool IsStatement(string text) => Names.Bare(text) is var bare && (bare is "ics" or "claims" or "statement" || bare.StartsWith("conformance", StringComparison.Ordinal)
        || bare.StartsWith("implementationconformance", StringComparison.Ordinal) || MarkdownDeclaration.Conformance.IsMatch(text));

    // "IXIT 1-AuthMech: Authentication Mechanisms", "15-PhyIntf", "SoftComp".
    private static TableName? Named(string text)
    {
        foreach (System.Text.RegularExpressions.Match pair in MarkdownDeclaration.NumberAndName.Matches(text))
        {
            if (TableName.OfName(pair.Groups["name"].Value) is { } found && pair.Groups["number"].Value.TrimStart('0') == found.Number.ToString(System.Globalization.CultureInfo.InvariantCulture)) return found;
        }
        var head = text.Split([':', '(', '–'], 2)[0].Trim();
        return TableName.Of(head) ?? (head.Contains(' ') ? TableName.OfTitle(head) : null);
    }

    private void Begin(TableName found, int line)
    {
        (name, mode, row, section) = (found, Mode.Titled, null, null);
        heads = [];
        upright.Clear();
        table = into.Table(found, line);
        placed = true;
    }

    private void Row(int at)
    {
        var line = grid.Rows[at];
        if (line.Cells.Count == 1 && Title(line)) return;
        if (StatementHeader(line))
        {
            (mode, placed, name, table) = (Mode.Statement, true, null, null);
            Heads(line);
            return;
        }
        if (LongHeader(line))
        {
            (mode, placed, name, table) = (Mode.Long, true, null, null);
            Heads(line);
            return;
        }
        if (FactHeader(line))
        {
            (mode, placed, name, table) = (Mode.Facts, true, null, null);
            Heads(line);
            return;
        }
        if (name is null && mode is Mode.None or Mode.Titled && Best(line) is { } best) Begin(best, line.Number);
        if (name is not null && mode != Mode.Long && Header(at)) return;
        switch (mode)
        {
            case Mode.Statement: StatementRow(line); break;
            case Mode.Facts: FactRow(line); break;
            case Mode.Long: LongRow(line); break;
            case Mode.Rows: TableRow(line, at); break;
            case Mode.Record: RecordRow(line); break;
            case Mode.Upright: UprightRow(line); break;
            case Mode.Titled when name is { IsRecord: true } && line.Cells.Count >= 2 && (name.Field(line.Cells[0].Text) is not null || name.Misspelt(line.Cells[0].Text) is not null):
                // Fields and their values without any header.
                (fieldAt, valueAt, markAt, mode) = (line.Cells[0].Column, line.Cells[1].Column, -1, Mode.Record);
                RecordRow(line);
                break;
            case Mode.Titled when table is not null:
                unplaced.Add(line);
                break;
            default: unplaced.Add(line); break;
        }
    }

    private bool Title(GridRow line)
    {
        var text = line.Cells[0].Text;
        if (text.Length > 120) return false;
        if (Named(text) is { } found && !(mode == Mode.Record && name!.Field(text) is not null))
        {
            EndTable();
            Begin(found, line.Number);
            return true;
        }
        if (table is not null && mode is Mode.Titled or Mode.Rows && table.RowCount == 0 && Names.Bare(text) is "none" or "na" or "notapplicable" && table is not null)
        {
            table.IsDeclaredEmpty = true;
            return true;
        }
        if (MarkdownDeclaration.TableStart.IsMatch(text) && (text.Contains("ixit", StringComparison.OrdinalIgnoreCase) || TableName.Nearest(text.Split([':', '('], 2)[0]) is not null))
        {
            EndTable();
            into.Unread(line.Number, text, "one of the 29 tables of TS 103 701" + (TableName.Nearest(text.Split([':', '('], 2)[0]) is { } near ? $"; perhaps {near} is meant" : ""));
            (name, table, mode) = (null, null, Mode.Unknown);
            return true;
        }
        if (IsStatement(text) && text.Length < 80 && mode != Mode.Statement)
        {
            EndTable();
            (name, table, mode) = (null, null, Mode.Titled);
            return true;
        }
        return false;
    }

    private void Heads(GridRow line)
    {
        heads = line.Cells.ToDictionary(c => c.Column, c => c.Text);
        row = null;
    }

    private static int Find(GridRow line, string[] words)
    {
        foreach (var word in words)
        {
            foreach (var cell in line.Cells)
            {
                if (Names.Bare(cell.Text) == word) return cell.Column;
            }
        }
        return -1;
    }

    private static int Mark(GridRow line) => line.Cells.FirstOrDefault(c => GatheredRow.IsMark(c.Text))?.Column ?? -1;

    private bool StatementHeader(GridRow line)
    {
        if (line.Cells.Count < 2 || line.Cells.Any(c => c.Text.Length > 60)) return false;
        int id = Find(line, ProvisionWords), support = line.Cells.FirstOrDefault(c => IsSupport(c.Text))?.Column ?? -1;
        if (id < 0 && support < 0) return false;
        if (support < 0 && Find(line, ["provision", "clause", "reference"]) < 0) return false;
        // One of the two may be misspelt: it is taken, and said.
        GridCell? odd = null;
        if (id < 0 && (odd = line.Cells.FirstOrDefault(c => Names.Nearest(c.Text, ["provision", "reference", "clause"]) is not null)) is not null) id = odd.Column;
        if (support < 0 && (odd = line.Cells.FirstOrDefault(c => c.Column != id && Names.Nearest(c.Text, ["support", "supported"]) is not null)) is not null) support = odd.Column;
        if (id < 0 || support < 0 || id == support) return false;
        if (odd is not null) into.Unread(line.Number, odd.Text, $"{(odd.Column == id ? "Provision" : "Support")} as the heading of {GridCell.Place(odd.Column, null)}; it is taken as such");
        var why = Find(line, WhyWords);
        if (why < 0 && line.Cells.FirstOrDefault(c => c.Column != id && c.Column != support && Names.Nearest(c.Text, ["justification", "rationale", "comment"]) is not null) is { } reason)
        {
            why = reason.Column;
            into.Unread(line.Number, reason.Text, $"Justification as the heading of {GridCell.Place(why, null)}; it is taken as such");
        }
        (idAt, supportAt, whyAt, markAt) = (id, support, why, Mark(line));
        return true;
    }

    // "Support", "Supported", "Support Y/N": short, and not the period of support.
    private static bool IsSupport(string header) => Names.Bare(header) is "icssupport" or "supportyn"
        || (Names.Bare(header) is { Length: <= 12 } bare && bare.StartsWith("support", StringComparison.Ordinal) && !bare.Contains("period", StringComparison.Ordinal) && !bare.Contains("end", StringComparison.Ordinal));

    private bool LongHeader(GridRow line)
    {
        if (line.Cells.Count < 3) return false;
        int of = Find(line, ["table", "ixit", "ixittable"]), field = Find(line, FieldWords), value = Find(line, ValueWords), id = -1;
        foreach (var cell in line.Cells)
        {
            if (cell.Column != of && cell.Column != field && cell.Column != value && RowWords.Contains(Names.Bare(cell.Text))) id = cell.Column;
        }
        if (of < 0 || field < 0 || value < 0 || field == value) return false;
        (tableAt, idAt, fieldAt, valueAt, markAt) = (of, id, field, value, Mark(line));
        return true;
    }

    private bool FactHeader(GridRow line)
    {
        if (line.Cells.Count is < 2 or > 4) return false;
        int fact = Find(line, FactWords), value = Find(line, ["value", "holds", "answer", "yesno", "truth"]);
        if (fact < 0 || value < 0) return false;
        (fieldAt, valueAt, markAt) = (fact, value, Mark(line));
        return true;
    }

    // A header of the table that the title or the sheet names.
    private bool Header(int at)
    {
        var line = grid.Rows[at];
        if (line.Cells.Count < 2 || line.Cells.Any(c => c.Kind != CellKind.Text)) return false;
        // Fields downwards: "ID | AuthMech-1 | AuthMech-2", and below it a field's name in the first column.
        if (!name!.IsRecord && Names.Bare(line.Cells[0].Text) is "id" or "identifier" or "field" && at + 1 < grid.Rows.Count && grid.Rows[at + 1].Cells is [var below, ..] && below.Column == line.Cells[0].Column
            && name.Field(below.Text) is not null && line.Cells.Skip(1).All(c => name.Field(c.Text) is null && !GatheredRow.IsMark(c.Text)))
        {
            mode = Mode.Upright;
            Heads(line);
            fieldAt = line.Cells[0].Column;
            upright.Clear();
            foreach (var cell in line.Cells.Skip(1)) upright[cell.Column] = table!.Row(cell.Text, line.Number, into.Sheet);
            return true;
        }
        if (name.IsRecord && Find(line, FieldWords) is >= 0 and var field && Find(line, ValueWords) is >= 0 and var value && field != value)
        {
            (fieldAt, valueAt, markAt, mode) = (field, value, Mark(line), Mode.Record);
            Heads(line);
            return true;
        }
        if (!TableHeader(line, name)) return false;
        mode = Mode.Rows;
        Heads(line);
        idAt = name.IsRecord ? -1 : IdColumn(line, name);
        foreach (var cell in line.Cells)
        {
            if (cell.Column != idAt && name.Misspelt(cell.Text) is { } meant)
            {
                into.Unread(line.Number, cell.Text, $"a field of {name.Number}-{name.Name}; perhaps \"{meant}\" is meant ({GridCell.Place(cell.Column, null)})");
            }
        }
        if (idAt < 0 && !name.IsRecord) into.Unread(line.Number, string.Join(" | ", line.Cells.Select(c => c.Text)), $"a column ID in {name.Number}-{name.Name}");
        return true;
    }

    private bool TableHeader(GridRow line, TableName of)
    {
        if (line.Cells.Count < 2) return false;
        var id = IdColumn(line, of);
        var others = line.Cells.Where(c => c.Column != id && !GatheredRow.IsMark(c.Text)).ToList();
        var known = others.Count(c => of.Field(c.Text) is not null);
        var near = others.Count(c => of.Misspelt(c.Text) is not null);
        return id >= 0 && !of.IsRecord ? known + near > 0 && (known + near) * 2 >= others.Count : known >= 2 && known * 2 >= others.Count;
    }

    private static int IdColumn(GridRow line, TableName of)
    {
        foreach (var cell in line.Cells)
        {
            var bare = Names.Bare(cell.Text);
            if (bare is "id" or "identifier" or "rowid" or "entry" or "entryid" or "no" or "nr" || bare == Names.Bare(of.Name) || bare == Names.Bare(of.Later)
                || bare == Names.Bare(of.Name) + "id" || bare == Names.Bare(of.Later) + "id") return cell.Column;
        }
        return -1;
    }

    // A header without any title above it: enough fields of exactly one table.
    private static TableName? Best(GridRow line)
    {
        if (line.Cells.Count < 3 || Names.Bare(line.Cells[0].Text) is not ("id" or "identifier")) return null;
        var fields = line.Cells.Skip(1).Where(c => !GatheredRow.IsMark(c.Text)).ToList();
        var ranked = TableName.All.Where(t => !t.IsRecord).Select(t => (Table: t, Known: fields.Count(c => t.Field(c.Text) is not null))).OrderByDescending(t => t.Known).ToList();
        return ranked[0].Known >= 2 && ranked[0].Known > ranked[1].Known && ranked[0].Known * 3 >= fields.Count * 2 ? ranked[0].Table : null;
    }

    private string Where(int column, string? id = null) =>
        $" ({(name is null ? "ICS" : $"{name.Number}-{name.Name}")}{(id is null ? "" : $", row {id}")}, {GridCell.Place(column, heads.GetValueOrDefault(column))})";

    private void StatementRow(GridRow line)
    {
        var id = line.At(idAt);
        var said = line.At(supportAt);
        if (said is null)
        {
            return;
        }
        if (said.Kind == CellKind.Broken)
        {
            into.Unread(line.Number, said.Text, "yes, no or n/a as support" + Where(supportAt, id?.Text));
            return;
        }
        if (id is { Kind: CellKind.Date })
        {
            // A spreadsheet takes 6-1 for a day; the id is gone, and only a person can say which it was.
            var day = DateOnly.TryParseExact(id.Text, "yyyy-MM-dd", out var date) ? new[] { $"{date.Month}-{date.Day}", $"{date.Day}-{date.Month}" }.FirstOrDefault(d => ProvisionId.Of(d) is not null) : null;
            into.Unread(line.Number, id.Text, $"a provision's number as text; the spreadsheet made a date of it{(day is null ? "" : $"; perhaps {day} is meant")}{Where(idAt)}");
            return;
        }
        if (id is null || MarkdownDeclaration.ProvisionIn.Match(id.Text) is not { Success: true } match)
        {
            into.Unread(line.Number, string.Join(" | ", line.Cells.Select(c => c.Text)), $"a provision's number{Where(idAt)}");
            return;
        }
        var why = whyAt >= 0 ? line.Text(whyAt) : "";
        if (ProvisionId.Of(match.Groups["id"].Value) is not { } provision) into.UnknownProvision(line.Number, match.Groups["id"].Value, Where(idAt));
        else if (SupportWord.Of(said.Text, out var remark) is not { } support)
        {
            if (said.Text is not ("-" or "–")) into.Unread(line.Number, $"{provision}: {said.Text}", "yes, no or n/a as support" + Where(supportAt, provision));
        }
        else if (markAt >= 0 && Gathering.IsProposal(line.Text(markAt))) into.Propose(provision, line.Text(markAt), line.Number);
        else into.Claim(provision, support, why is "" or "-" ? remark : why, line.Number);
    }

    private void FactRow(GridRow line)
    {
        if (line.Text(valueAt).Length == 0) return;
        into.Fact(line.Text(fieldAt), line.Text(valueAt), markAt >= 0 ? line.Text(markAt) : null, line.Number, $" ({GridCell.Place(valueAt, heads.GetValueOrDefault(valueAt))})");
    }

    private void TableRow(GridRow line, int at)
    {
        var id = idAt >= 0 ? line.At(idAt) : null;
        // A note below the table is no row of it.
        if (line.Cells.Count == 1 && (line.Cells[0].Text.Contains(' ') || id is null) && at > 0 && (line.Number > grid.Rows[at - 1].Number + 1 || line.Cells[0].Text.Length > 60))
        {
            (section ??= table!.Section("Note", line.Number)).Add("Text", line.Cells[0].Text, line.Number);
            return;
        }
        if (name!.IsRecord) row = table!.Record(line.Number);
        else if (id is null)
        {
            into.Unread(line.Number, string.Join(" | ", line.Cells.Select(c => c.Text)), idAt < 0 ? $"a column ID in {name.Number}-{name.Name}" : $"an id{Where(idAt)}");
            return;
        }
        else if (id is { Kind: CellKind.Broken })
        {
            into.Unread(line.Number, id.Text, $"an id{Where(idAt)}");
            return;
        }
        else if (!id.IsContinued || row is null) row = table!.Row(id.Text, line.Number, into.Sheet);
        foreach (var cell in line.Cells)
        {
            if (cell.Column == idAt) continue;
            if (!heads.TryGetValue(cell.Column, out var head))
            {
                if (headless.Add((table!.Name.Name, cell.Column))) into.Unread(line.Number, cell.Text, $"a heading over {GridCell.Place(cell.Column, null)} of {name.Number}-{name.Name} (row {row.Id})");
            }
            else if (cell.Kind == CellKind.Broken) into.Unread(line.Number, cell.Text, "a value" + Where(cell.Column, row.Id));
            else if (!(cell.IsContinued && id is { IsContinued: true })) row.Add(name.Field(head) ?? head, cell.Text, line.Number);
        }
    }

    private void RecordRow(GridRow line)
    {
        if (line.At(fieldAt) is not { } field)
        {
            into.Unread(line.Number, string.Join(" | ", line.Cells.Select(c => c.Text)), $"a field's name{Where(fieldAt)}");
            return;
        }
        if (line.At(valueAt) is not { } value) return;
        if (value.Kind == CellKind.Broken)
        {
            into.Unread(line.Number, value.Text, "a value" + Where(valueAt, field.Text));
            return;
        }
        if (name!.Misspelt(field.Text) is { } meant) into.Unread(line.Number, field.Text, $"a field of {name.Number}-{name.Name}; perhaps \"{meant}\" is meant ({GridCell.Place(fieldAt, null)})");
        var record = table!.Record(line.Number);
        if (markAt >= 0 && Gathering.IsProposal(line.Text(markAt))) record.Propose(name.Field(field.Text) ?? field.Text, line.Text(markAt), line.Number);
        else record.Add(name.Field(field.Text) ?? field.Text, value.Text, line.Number);
    }

    private void UprightRow(GridRow line)
    {
        if (line.At(fieldAt) is not { } field)
        {
            into.Unread(line.Number, string.Join(" | ", line.Cells.Select(c => c.Text)), $"a field's name{Where(fieldAt)}");
            return;
        }
        if (name!.Misspelt(field.Text) is { } meant) into.Unread(line.Number, field.Text, $"a field of {name.Number}-{name.Name}; perhaps \"{meant}\" is meant ({GridCell.Place(fieldAt, null)})");
        foreach (var cell in line.Cells)
        {
            if (cell.Column == fieldAt) continue;
            if (!upright.TryGetValue(cell.Column, out var of)) into.Unread(line.Number, cell.Text, $"an id above {GridCell.Place(cell.Column, null)} of {name.Number}-{name.Name}");
            else if (cell.Kind == CellKind.Broken) into.Unread(line.Number, cell.Text, "a value" + Where(cell.Column, of.Id));
            else of.Add(name.Field(field.Text) ?? field.Text, cell.Text, line.Number);
        }
    }

    private void LongRow(GridRow line)
    {
        string of = line.Text(tableAt), id = idAt >= 0 ? line.Text(idAt) : "", field = line.Text(fieldAt);
        var value = line.At(valueAt);
        if (TableName.Of(of) is not { } found)
        {
            into.Unread(line.Number, string.Join(" | ", line.Cells.Select(c => c.Text)), "one of the 29 tables of TS 103 701" + (TableName.Nearest(of) is { } near ? $"; perhaps {near} is meant" : "") + $" ({GridCell.Place(tableAt, heads.GetValueOrDefault(tableAt))})");
            return;
        }
        name = found;
        if (id.Length == 0 && field.Length == 0 && Names.Bare(value?.Text ?? "") is "none" or "na" or "notapplicable")
        {
            into.Table(found, line.Number).IsDeclaredEmpty = true;
        }
        else if (id.Length == 0 && !found.IsRecord) into.Unread(line.Number, string.Join(" | ", line.Cells.Select(c => c.Text)), $"an id{Where(idAt)}");
        else if (field.Length == 0) into.Unread(line.Number, string.Join(" | ", line.Cells.Select(c => c.Text)), $"a field's name{Where(fieldAt)}");
        else if (value is { Kind: CellKind.Broken }) into.Unread(line.Number, value.Text, "a value" + Where(valueAt, id));
        else
        {
            var into1 = into.Table(found, line.Number);
            if (found.IsRecord)
            {
                if (value is not null && markAt >= 0 && Gathering.IsProposal(line.Text(markAt))) into1.Record(line.Number).Propose(found.Field(field) ?? field, line.Text(markAt), line.Number);
                else if (value is not null) into1.Record(line.Number).Add(found.Field(field) ?? field, value.Text, line.Number);
            }
            else
            {
                if (!longRows.TryGetValue((found, id), out var of1)) longRows[(found, id)] = of1 = into1.Row(id, line.Number, into.Sheet);
                if (value is not null) of1.Add(found.Field(field) ?? field, value.Text, line.Number);
                // One marked line marks its row: a row is taken over whole.
                if (markAt >= 0 && Gathering.IsProposal(line.Text(markAt))) of1.Add("Proposal", line.Text(markAt), line.Number);
            }
            if (found.Misspelt(field) is { } meant) into.Unread(line.Number, field, $"a field of {found.Number}-{found.Name}; perhaps \"{meant}\" is meant ({GridCell.Place(fieldAt, heads.GetValueOrDefault(fieldAt))}, row {id})");
        }
        (name, table) = (null, null);
    }

    // Text above a header belongs to the table as its introduction; where no header came, the rows were meant to be something.
    private void EndTable()
    {
        if (unplaced.Count == 0) return;
        if (table is not null && mode is Mode.Titled && !table.IsDeclaredEmpty)
        {
            into.Unread(unplaced[0].Number, $"{unplaced.Count} rows without a header: {Begin(unplaced[0])}", $"a header row of {table.Name.Number}-{table.Name.Name}: ID, {string.Join(", ", table.Name.Fields.Take(3))} …");
        }
        else if (table is not null)
        {
            var introduction = table.Section("Introduction", unplaced[0].Number);
            foreach (var line in unplaced) introduction.Add("Text", Begin(line), line.Number);
        }
        else if (mode == Mode.Unknown)
        {
            into.Unread(unplaced[0].Number, $"{unplaced.Count} rows of it: {Begin(unplaced[0])}", "rows of a table that is known");
        }
        unplaced.Clear();
    }

    private static string Begin(GridRow line) => string.Join(" | ", line.Cells.Select(c => c.Text));

    private void End()
    {
        var rest = unplaced.Count > 0 ? unplaced[0] : null;
        var count = unplaced.Count;
        EndTable();
        if (rest is not null && !placed && mode is Mode.Titled) into.Unread(rest.Number, $"{count} rows without a header: {Begin(rest)}", $"a header row with Provision and Support, or Condition and Value, on the sheet {grid.Name}");
        else if (rest is not null && !placed && mode == Mode.None && grid.Name is not null && !About.Contains(Names.Bare(grid.Name)))
        {
            into.Unread(rest.Number, $"the sheet {grid.Name}: {count} rows, {Begin(rest)}", "a sheet named after a table, or a header of one");
        }
    }
}
