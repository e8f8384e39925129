using System.Text;

namespace Assay.Assessment.Declarations;

/// <summary>Conformance statement and detail tables as separated values (RFC 4180; commas, semicolons or tabs), laid out as on a sheet (<see cref="GridDeclaration"/>).</summary>
internal static class CsvDeclaration
{
    /// <summary>Whether the first rows hold the header of a statement or of a table. Cheap: only the beginning is cut into cells.</summary>
    public static bool Looks(string text)
    {
        var head = text.AsSpan(0, Math.Min(text.Length, 4000)).ToString();
        if (head.AsSpan().IndexOfAny('\r', '\n') < 0) return false;
        return GridDeclaration.Looks(Grid(head, Separator(head)));
    }

    public static void Read(string text, Gathering into) => GridDeclaration.Read(Grid(text, Separator(text)), into);

    private static Grid Grid(string text, char separator) => new(null, false, [.. Rows(text, separator)
        .Select(r => new GridRow(r.Line, [.. r.Cells.Select((c, i) => new GridCell(i, c)).Where(c => c.Text.Length > 0)]))
        .Where(r => r.Cells.Count > 0 && !(r.Cells.Count == 1 && r.Number == 1 && r.Cells[0].Text.StartsWith("sep=", StringComparison.Ordinal)))]);

    // What separates most in the first lines; a first line "sep=;" says so itself.
    internal static char Separator(string text)
    {
        if (text.StartsWith("sep=", StringComparison.Ordinal) && text.Length > 4) return text[4];
        var head = text.AsSpan(0, Math.Min(text.Length, 2000));
        var tabs = head.Count('\t');
        var semicolons = head.Count(';');
        return tabs > 0 && tabs >= semicolons && tabs >= head.Count(',') ? '\t' : semicolons > 0 && (semicolons >= head.Count(',') || FirstLineHas(head, ';')) ? ';' : ',';
    }

    internal static int Column(IReadOnlyList<string> header, params string[] names) => header.ToList().FindIndex(h => names.Contains(Names.Bare(h)));

    internal static List<string> Cells(string line, char separator) => Rows(line, separator).First().Cells;

    private static bool FirstLineHas(ReadOnlySpan<char> head, char sign)
    {
        var end = head.IndexOfAny('\r', '\n');
        return (end < 0 ? head : head[..end]).Contains(sign);
    }

    // Quoted cells may hold separators, line ends and doubled quotes; an open quote ends with the text.
    internal static IEnumerable<(List<string> Cells, int Line)> Rows(string text, char separator)
    {
        var cells = new List<string>();
        var cell = new StringBuilder();
        int line = 1, begin = 1;
        var quoted = false;
        for (var i = 0; i <= text.Length; i++)
        {
            var c = i < text.Length ? text[i] : '\n';
            if (c == '\n' && i < text.Length) line++;
            if (quoted && i < text.Length)
            {
                if (c != '"') cell.Append(c);
                else if (i + 1 < text.Length && text[i + 1] == '"') { cell.Append('"'); i++; }
                else quoted = false;
            }
            else if (c == '"' && cell.Length == 0) quoted = true;
            else if (c == separator || c == '\n')
            {
                cells.Add(cell.ToString().ReplaceLineEndings("\n").Trim());
                cell.Clear();
                if (c != '\n') continue;
                yield return (cells, begin);
                cells = [];
                begin = line;
            }
            else if (c != '\ufeff') cell.Append(c);
        }
    }
}
