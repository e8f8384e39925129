using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using System.Xml;
using Assay.Evidence;
using Assay.Evidence.Compression;
using Assay.Evidence.Reading;

namespace Assay.Assessment.Declarations;

/// <summary>
/// The cells of a spreadsheet workbook (ECMA-376, SpreadsheetML, transitional and strict): values as they were saved, no formula is computed. Elements are
/// known by their local names, so both dialects read alike. Hostile files meet limits on bytes, cells and merged ranges; document types are refused.
/// </summary>
internal sealed class Workbook
{
    private const int MostCells = 1_000_000;
    private const int MostStrings = 1_000_000;
    private const int MostText = 32_767;
    private const int MostMerged = 10_000;
    private const int MostSheets = 256;
    private const int LastColumn = 16_383;
    private const int LastRow = 1_048_576;
    private const int PartBytes = 64 << 20;

    private readonly Zip zip;
    private readonly Budget budget = new() { Bytes = 256 << 20, FileBytes = PartBytes };
    private readonly string artefact;
    private readonly List<Loss> losses;
    private IReadOnlyList<string> shared = [];
    private IReadOnlyList<bool> dates = [];
    private bool from1904;
    private int cells;

    private Workbook(Zip zip, string artefact, List<Loss> losses) => (this.zip, this.artefact, this.losses) = (zip, artefact, losses);

    /// <summary>Whether the file is a zip archive that names a workbook's parts in its directory. Cheap; damage is not looked for.</summary>
    public static bool Looks(Artefact artefact)
    {
        if (artefact.Size is < 100 or > 64 << 20 || !Zip.Looks(artefact.Bytes.Span(0, 4))) return false;
        try
        {
            return Zip.Open(artefact.Bytes.Whole).Entries.Any(IsWorkbookPart);
        }
        catch (UnreadableException)
        {
            // The directory of a damaged archive may be gone while its first entry still says what it was.
            var head = artefact.Bytes.Span(0, (int)Math.Min(artefact.Size, 4096));
            return head.IndexOf("xl/workbook.xml"u8) >= 0 || head.IndexOf("xl/worksheets"u8) >= 0;
        }
    }

    private static bool IsWorkbookPart(ZipEntry entry) => entry.Name.EndsWith("workbook.xml", StringComparison.OrdinalIgnoreCase) && !entry.Name.StartsWith("META-INF", StringComparison.Ordinal);

    /// <summary>All sheets in the workbook's order. A sheet that is damaged is a loss; the others are still read.</summary>
    /// <exception cref="UnreadableException">No workbook part, or the archive has no directory.</exception>
    public static IReadOnlyList<Grid> Read(Artefact artefact, List<Loss> losses)
    {
        var book = new Workbook(Zip.Open(artefact.Bytes.Whole), artefact.Name, losses);
        return book.Sheets();
    }

    private List<Grid> Sheets()
    {
        var part = zip.Entries.FirstOrDefault(IsWorkbookPart) ?? throw new UnreadableException("a workbook part", "none", 0);
        var folder = part.Name[..(part.Name.LastIndexOf('/') + 1)];
        var targets = Targets(folder + "_rels/" + part.Name[folder.Length..] + ".rels", folder);
        var named = new List<(string Name, string? Id, bool IsHidden)>();
        Walk(part, reader =>
        {
            if (reader.LocalName == "workbookPr") from1904 = reader.GetAttribute("date1904") is "1" or "true" or "on";
            if (reader.LocalName != "sheet" || named.Count >= MostSheets) return;
            var state = reader.GetAttribute("state");
            named.Add((reader.GetAttribute("name") ?? $"sheet {named.Count + 1}", Attribute(reader, "id"), state is "hidden" or "veryHidden"));
        });
        Guarded(folder + "sharedStrings.xml", p => shared = Strings(p));
        Guarded(folder + "styles.xml", p => dates = DateStyles(p));
        var sheets = new List<Grid>();
        for (var i = 0; i < named.Count; i++)
        {
            var (name, id, hidden) = named[i];
            var path = id is not null && targets.TryGetValue(id, out var target) ? target : $"{folder}worksheets/sheet{i + 1}.xml";
            var rows = new SortedDictionary<int, SortedDictionary<int, GridCell>>();
            var merged = new List<(int Top, int Left, int Bottom)>();
            try
            {
                // Charts and macro sheets have no cells to read.
                if (zip.Find(path) is { } sheet) Sheet(sheet, rows, merged);
                else Lost(name, $"the sheet {Shortened.Visible(name)}", $"no part {Shortened.Visible(path)} in the workbook");
            }
            catch (Exception e) when (e is UnreadableException or BudgetException or XmlException)
            {
                Lost(name, "a sheet that can be read to its end", Shortened.Visible(e.Message));
            }
            Fill(rows, merged);
            sheets.Add(new Grid(name, hidden, [.. rows.Select(r => new GridRow(r.Key, [.. r.Value.Values]))]));
        }
        return sheets;
    }

    private void Lost(string? sheet, string expected, string found) =>
        losses.Add(new Loss { Location = new Location { Artefact = artefact, Path = sheet is null ? null : Shortened.Visible(sheet) }, Expected = expected, Found = found });

    // A part that the cells lean on: without it the cells are still read, and what they lose is said once.
    private void Guarded(string path, Action<ZipEntry> read)
    {
        if (zip.Find(path) is not { } part) return;
        try
        {
            read(part);
        }
        catch (Exception e) when (e is UnreadableException or BudgetException or XmlException)
        {
            Lost(null, $"the part {path}", Shortened.Visible(e.Message));
        }
    }

    private Dictionary<string, string> Targets(string path, string folder)
    {
        var targets = new Dictionary<string, string>(StringComparer.Ordinal);
        Guarded(path, part => Walk(part, reader =>
        {
            if (reader.LocalName == "Relationship" && reader.GetAttribute("Id") is { } id && reader.GetAttribute("Target") is { } target)
            {
                targets.TryAdd(id, target.StartsWith('/') ? target[1..] : folder + target);
            }
        }));
        return targets;
    }

    private List<string> Strings(ZipEntry part)
    {
        var strings = new List<string>();
        using var reader = Open(part);
        while (reader.Read())
        {
            if (reader.NodeType != XmlNodeType.Element || reader.LocalName != "si") continue;
            if (strings.Count >= MostStrings) throw new UnreadableException($"at most {MostStrings} shared strings", "more", 0);
            strings.Add(Runs(reader));
        }
        return strings;
    }

    // The text of all runs of a rich text; readings of its characters (rPh) are none of it. The reader stands on the end afterwards.
    private static string Runs(XmlReader reader)
    {
        if (reader.IsEmptyElement) return "";
        var text = new StringBuilder();
        var depth = reader.Depth;
        var phonetic = int.MaxValue;
        var inText = false;
        while (reader.Read() && reader.Depth > depth)
        {
            switch (reader.NodeType)
            {
                case XmlNodeType.Element when reader.LocalName == "rPh" && !reader.IsEmptyElement && phonetic == int.MaxValue: phonetic = reader.Depth; break;
                case XmlNodeType.EndElement when reader.Depth == phonetic: phonetic = int.MaxValue; break;
                case XmlNodeType.Element when reader.LocalName == "t": inText = !reader.IsEmptyElement; break;
                case XmlNodeType.EndElement when reader.LocalName == "t": inText = false; break;
                case XmlNodeType.Text or XmlNodeType.CDATA or XmlNodeType.SignificantWhitespace or XmlNodeType.Whitespace when inText && phonetic == int.MaxValue && text.Length < MostText:
                    text.Append(reader.Value);
                    break;
            }
        }
        return Clean(text.ToString());
    }

    // Character escapes of ECMA-376 (_x000D_), and one kind of line end.
    private static string Clean(string text)
    {
        if (text.Length > MostText) text = text[..MostText];
        if (text.Contains("_x", StringComparison.Ordinal)) text = Escape.Replace(text, m => ((char)ushort.Parse(m.Groups["code"].ValueSpan, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture)).ToString());
        return text.ReplaceLineEndings("\n").Trim();
    }

    private static Regex Escape => field ??= new("_x(?<code>[0-9A-Fa-f]{4})_", RegexOptions.CultureInvariant);

    private List<bool> DateStyles(ZipEntry part)
    {
        var formats = new Dictionary<int, bool>();
        var styles = new List<bool>();
        var inCells = false;
        using var reader = Open(part);
        while (reader.Read())
        {
            if (reader.LocalName == "cellXfs") inCells = reader.NodeType == XmlNodeType.Element && !reader.IsEmptyElement;
            if (reader.NodeType != XmlNodeType.Element) continue;
            if (reader.LocalName == "numFmt" && Number(reader.GetAttribute("numFmtId")) is { } id) formats[id] = IsDateFormat(reader.GetAttribute("formatCode") ?? "");
            if (inCells && reader.LocalName == "xf" && styles.Count < 65_536)
            {
                var format = Number(reader.GetAttribute("numFmtId")) ?? 0;
                styles.Add(formats.TryGetValue(format, out var date) ? date : format is >= 14 and <= 22 or >= 27 and <= 36 or >= 45 and <= 47 or >= 50 and <= 58);
            }
        }
        return styles;
    }

    // A date's letters outside quoted text, escapes, and brackets that hold colours or conditions.
    private static bool IsDateFormat(string code)
    {
        for (var i = 0; i < code.Length; i++)
        {
            switch (code[i])
            {
                case '"': i = code.IndexOf('"', i + 1) is > 0 and var close ? close : code.Length; break;
                case '\\' or '_' or '*': i++; break;
                case '[':
                    var end = code.IndexOf(']', i);
                    if (end < 0) return false;
                    if (code.AsSpan(i + 1, end - i - 1) is "h" or "hh" or "m" or "mm" or "s" or "ss") return true;
                    i = end;
                    break;
                case 'y' or 'Y' or 'd' or 'D' or 'h' or 'H' or 'm' or 'M': return true;
                case 'G' or 'g' when code.AsSpan(i).StartsWith("General", StringComparison.OrdinalIgnoreCase): i += 6; break;
            }
        }
        return false;
    }

    private void Sheet(ZipEntry part, SortedDictionary<int, SortedDictionary<int, GridCell>> rows, List<(int Top, int Left, int Bottom)> merged)
    {
        using var reader = Open(part);
        int row = 0, column = -1;
        while (reader.Read())
        {
            if (reader.NodeType != XmlNodeType.Element) continue;
            switch (reader.LocalName)
            {
                case "row":
                    row = Number(reader.GetAttribute("r")) is { } number and > 0 and <= LastRow ? number : row + 1;
                    column = -1;
                    break;
                case "c":
                    var (at, line) = Reference(reader.GetAttribute("r"));
                    column = at ?? column + 1;
                    if (line is { } own) row = own;
                    if (column > LastColumn || row is < 1 or > LastRow) throw new UnreadableException("a cell up to XFD1048576", $"column {column + 1}, row {row}", 0);
                    if (Cell(reader, column) is not { } cell) break;
                    if (++cells > MostCells) throw new UnreadableException($"at most {MostCells} cells that hold something", "more", 0);
                    if (!rows.TryGetValue(row, out var cellsOfRow)) rows[row] = cellsOfRow = [];
                    cellsOfRow[column] = cell;
                    break;
                case "mergeCell" when merged.Count < MostMerged && reader.GetAttribute("ref")?.Split(':') is [var from, var to]:
                    if ((Reference(from), Reference(to)) is (({ } left, { } top), (_, { } bottom)) && bottom > top) merged.Add((top, left, bottom));
                    break;
            }
        }
    }

    // The reader stands on the end of the cell afterwards.
    private GridCell? Cell(XmlReader reader, int column)
    {
        var type = reader.GetAttribute("t") ?? "n";
        var style = Number(reader.GetAttribute("s")) ?? 0;
        if (reader.IsEmptyElement) return null;
        string? value = null;
        var inline = "";
        var formula = false;
        var depth = reader.Depth;
        var inValue = false;
        while (reader.Read() && reader.Depth > depth)
        {
            if (reader.NodeType == XmlNodeType.Element)
            {
                inValue = reader.LocalName == "v" && !reader.IsEmptyElement;
                if (reader.LocalName == "f") formula = true;
                else if (reader.LocalName == "is") inline = Runs(reader);
            }
            else if (reader.NodeType == XmlNodeType.EndElement) inValue = false;
            else if (inValue && reader.NodeType is XmlNodeType.Text or XmlNodeType.CDATA or XmlNodeType.SignificantWhitespace or XmlNodeType.Whitespace && inValue) value += reader.Value;
            if (value?.Length > MostText) value = value[..MostText];
        }
        if (type == "inlineStr") return inline.Length > 0 ? new GridCell(column, inline) : null;
        if (string.IsNullOrEmpty(value)) return formula && type != "str" ? new GridCell(column, "a formula whose value was not saved", CellKind.Broken) : null;
        switch (type)
        {
            case "s":
                var text = Number(value) is { } index and >= 0 && index < shared.Count ? shared[index] : null;
                return text is null ? new GridCell(column, $"the shared string {Shortened.Visible(value)}, which the workbook does not hold", CellKind.Broken) : text.Length > 0 ? new GridCell(column, text) : null;
            case "b": return new GridCell(column, value.Trim() is "1" or "true" ? "TRUE" : "FALSE");
            case "e": return new GridCell(column, value.Trim(), CellKind.Broken);
            case "d": return new GridCell(column, value.EndsWith("T00:00:00", StringComparison.Ordinal) ? value[..^9] : value.Trim(), CellKind.Date);
            case "n" when double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number):
                return style >= 0 && style < dates.Count && dates[style] && Date(number) is { } date ? new GridCell(column, date, CellKind.Date) : new GridCell(column, Plain(number));
            default:
                var clean = Clean(value);
                return clean.Length > 0 ? new GridCell(column, clean) : null;
        }
    }

    private static string Plain(double number) => Math.Abs(number) < 1e15 && number == Math.Floor(number)
        ? ((long)number).ToString(CultureInfo.InvariantCulture)
        : number.ToString("R", CultureInfo.InvariantCulture);

    // Days since 1900 with a 29 February 1900 that never was, or since 1904 (18.17.4.1).
    private string? Date(double number)
    {
        if (number < 0 || number >= (from1904 ? 2_957_003 : 2_958_465)) return null;
        var days = Math.Floor(number);
        var seconds = (long)Math.Round((number - days) * 86_400);
        if (days == 0 && !from1904) return new DateTime(2000, 1, 1).AddSeconds(seconds).ToString("HH:mm:ss", CultureInfo.InvariantCulture);
        var start = from1904 ? new DateTime(1904, 1, 1) : new DateTime(1899, 12, 30);
        var time = start.AddDays(!from1904 && days < 60 ? days + 1 : days).AddSeconds(seconds);
        return time.ToString(seconds == 0 ? "yyyy-MM-dd" : "yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);
    }

    // A cell that is merged over rows below holds for each of them; over columns it stays one cell, since such are titles.
    private static void Fill(SortedDictionary<int, SortedDictionary<int, GridCell>> rows, List<(int Top, int Left, int Bottom)> merged)
    {
        if (merged.Count == 0) return;
        var numbers = rows.Keys.ToList();
        var filled = 0;
        foreach (var (top, left, bottom) in merged)
        {
            if (!rows.TryGetValue(top, out var first) || !first.TryGetValue(left, out var cell)) continue;
            var from = numbers.BinarySearch(top + 1);
            for (var i = from < 0 ? ~from : from; i < numbers.Count && numbers[i] <= bottom && filled < MostCells; i++, filled++)
            {
                rows[numbers[i]].TryAdd(left, cell with { IsContinued = true });
            }
        }
    }

    /// <summary><c>AB12</c>: column 27, row 12; null for what is not there or not so written.</summary>
    private static (int? Column, int? Row) Reference(string? text)
    {
        if (text is null) return (null, null);
        int column = 0, at = 0;
        for (; at < text.Length && at < 4 && char.IsAsciiLetter(text[at]); at++) column = column * 26 + (char.ToUpperInvariant(text[at]) - 'A' + 1);
        if (at == 0) return (null, null);
        return (column - 1, int.TryParse(text.AsSpan(at), NumberStyles.None, CultureInfo.InvariantCulture, out var row) ? row : null);
    }

    private static int? Number(string? text) => int.TryParse(text?.Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;

    // r:id, whatever the prefix of its namespace is.
    private static string? Attribute(XmlReader reader, string local)
    {
        string? value = null;
        if (!reader.MoveToFirstAttribute()) return null;
        do
        {
            if (reader.LocalName == local && reader.NamespaceURI.Contains("relationships", StringComparison.Ordinal)) value = reader.Value;
        }
        while (reader.MoveToNextAttribute());
        reader.MoveToElement();
        return value;
    }

    private void Walk(ZipEntry part, Action<XmlReader> element)
    {
        try
        {
            using var reader = Open(part);
            while (reader.Read())
            {
                if (reader.NodeType == XmlNodeType.Element) element(reader);
            }
        }
        catch (XmlException e)
        {
            throw new UnreadableException($"XML in {Shortened.Visible(part.Name)}", Shortened.Visible(e.Message), e.LinePosition);
        }
    }

    private XmlReader Open(ZipEntry part) => XmlReader.Create(new MemoryStream(zip.Read(part, budget), writable: false), new XmlReaderSettings
    {
        DtdProcessing = DtdProcessing.Prohibit,
        XmlResolver = null,
        MaxCharactersInDocument = PartBytes,
        IgnoreComments = true,
        IgnoreProcessingInstructions = true,
        CloseInput = true,
    });
}
