using System.Text;

namespace Assay.Assessment.Declarations;

/// <summary>A conformance statement as comma- or semicolon-separated values (RFC 4180): columns provision, support, justification.</summary>
internal static class CsvDeclaration
{
    /// <summary>Whether the first line is the header of a conformance statement.</summary>
    public static bool Looks(string text)
    {
        var end = text.AsSpan().IndexOfAny('\r', '\n');
        if (end is < 0 or > 1000) return false;
        var header = Cells(text[..end], Separator(text[..end]));
        return Column(header, "provision", "reference", "id") >= 0 && Column(header, "support", "supported") >= 0;
    }

    public static void Read(string text, Gathering into)
    {
        var separator = Separator(text.Split('\n', 2)[0]);
        var rows = Rows(text, separator).ToList();
        var header = rows[0].Cells;
        int idAt = Column(header, "provision", "reference", "id"), supportAt = Column(header, "support", "supported"), whyAt = Column(header, "justification", "detail", "reason");
        foreach (var (cells, line) in rows.Skip(1))
        {
            if (cells.All(c => c.Length == 0)) continue;
            var id = idAt < cells.Count ? cells[idAt] : "";
            if (ProvisionId.Of(id) is not { } provision) into.UnknownProvision(line, id);
            else if (SupportWord.Of(supportAt < cells.Count ? cells[supportAt] : null, out var remark) is { } support) into.Claim(provision, support, whyAt >= 0 && whyAt < cells.Count && cells[whyAt].Length > 0 ? cells[whyAt] : remark, line);
            else into.Unread(line, string.Join(" | ", cells), "yes, no or n/a as support");
        }
    }

    internal static char Separator(string header) => header.Contains(';') ? ';' : header.Contains('\t') ? '\t' : ',';

    private static int Column(IReadOnlyList<string> header, params string[] names) => header.ToList().FindIndex(h => names.Contains(Names.Bare(h)));

    private static List<string> Cells(string line, char separator) => Rows(line, separator).First().Cells;

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
                cells.Add(cell.ToString().Trim());
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
