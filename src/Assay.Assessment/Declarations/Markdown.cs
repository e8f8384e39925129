using System.Text;
using System.Text.RegularExpressions;

namespace Assay.Assessment.Declarations;

internal enum BlockKind { Heading, Table, Line }

/// <param name="Level">Of a heading, 1 to 6.</param>
/// <param name="Text">Of a heading or line.</param>
/// <param name="Cells">Of a table: the header first.</param>
/// <param name="Number">Its line, from 1; the rows of a table follow from the second line after it.</param>
internal sealed record Block(BlockKind Kind, int Number, int Level, string Text, IReadOnlyList<string[]> Cells)
{
    public int RowLine(int row) => row == 0 ? Number : Number + 1 + row;
}

/// <summary>As much of Markdown as declarations use: headings, pipe tables, lines; fenced code is text. Any text is read, nothing fails.</summary>
internal static class Markdown
{
    public static IEnumerable<Block> Blocks(string text)
    {
        var lines = text.Split('\n');
        var fence = false;
        for (var i = 0; i < lines.Length; i++)
        {
            var line = lines[i].TrimEnd('\r');
            var start = line.TrimStart();
            if (start.StartsWith("```", StringComparison.Ordinal) || start.StartsWith("~~~", StringComparison.Ordinal)) fence = !fence;
            if (!fence)
            {
                if (Heading(line) is var (level, title) && level > 0)
                {
                    yield return new Block(BlockKind.Heading, i + 1, level, title, []);
                    continue;
                }
                if (i + 1 < lines.Length && line.Trim().Length > 0 && Underline(lines[i + 1]))
                {
                    yield return new Block(BlockKind.Heading, i + 1, 1, line.Trim(), []);
                    i++;
                    continue;
                }
                if (line.Contains('|') && i + 1 < lines.Length && Delimiter(lines[i + 1]))
                {
                    var cells = new List<string[]> { Cells(line) };
                    var at = i + 1;
                    i++;
                    while (i + 1 < lines.Length && lines[i + 1].Contains('|')) cells.Add(Cells(lines[++i].TrimEnd('\r')));
                    yield return new Block(BlockKind.Table, at, 0, "", cells);
                    continue;
                }
                if (Rule(start) || (start.StartsWith("<!--", StringComparison.Ordinal) && start.TrimEnd().EndsWith("-->", StringComparison.Ordinal))) continue;
            }
            yield return new Block(BlockKind.Line, i + 1, 0, line, []);
        }
    }

    /// <summary>Without the marks for strong text and trailing blanks; backquotes stay, they mark ids.</summary>
    public static string Plain(string text) => text.Contains("**", StringComparison.Ordinal) ? text.Replace("**", "", StringComparison.Ordinal).Trim() : text.Trim();

    /// <summary>A heading or cell without any marks.</summary>
    public static string Bare(string text) => text.Replace("**", "", StringComparison.Ordinal).Replace("`", "", StringComparison.Ordinal).Replace("__", "", StringComparison.Ordinal).Trim();

    private static (int Level, string Title) Heading(string line)
    {
        var text = line.AsSpan().TrimStart(' ');
        if (line.Length - text.Length > 3) return (0, "");
        var level = 0;
        while (level < text.Length && text[level] == '#') level++;
        if (level is 0 or > 6 || level == text.Length || text[level] is not (' ' or '\t')) return (0, "");
        return (level, text[level..].Trim().TrimEnd('#').TrimEnd().ToString());
    }

    private static bool Underline(string line) => line.Trim() is { Length: > 2 } bar && bar.AsSpan().IndexOfAnyExcept('=') < 0;

    private static bool Rule(string start) => start.TrimEnd() is { Length: > 2 } bar && bar[0] is '-' or '*' or '_' && bar.AsSpan().IndexOfAnyExcept(bar[0], ' ') < 0 && start.TrimEnd().Length > 2;

    private static bool Delimiter(string line)
    {
        var text = line.AsSpan().Trim();
        return text.Length > 0 && text.IndexOf('-') >= 0 && text.IndexOfAnyExcept("|-: \t") < 0 && (text.IndexOf('|') >= 0 || text.IndexOf(':') >= 0);
    }

    private static string[] Cells(string line)
    {
        var text = line.Trim();
        var cells = new List<string>();
        var cell = new StringBuilder();
        var from = text.StartsWith('|') ? 1 : 0;
        for (var i = from; i < text.Length; i++)
        {
            if (text[i] == '\\' && i + 1 < text.Length && text[i + 1] == '|') { cell.Append('|'); i++; }
            else if (text[i] == '|') { cells.Add(Done(cell)); }
            else cell.Append(text[i]);
        }
        if (cell.Length > 0 || !text.EndsWith('|') || cells.Count == 0) cells.Add(Done(cell));
        return [.. cells];

        static string Done(StringBuilder cell)
        {
            var done = Break.Replace(cell.ToString(), "\n").Trim();
            cell.Clear();
            return done;
        }
    }

    private static Regex Break => field ??= new(@"<br\s*/?>", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);
}
