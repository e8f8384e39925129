using Assay.Evidence;

namespace Assay.CommandLine;

/// <summary>A table for a person: columns as wide as they need to be, the last one cut or wrapped at the screen's edge.</summary>
public static class TextTable
{
    /// <param name="rows">Cells; all rows as long as <paramref name="head"/>.</param>
    public static void Write(TextWriter writer, IReadOnlyList<string> head, IReadOnlyList<IReadOnlyList<string>> rows, int width)
    {
        var clean = rows.Select(row => row.Select(Shortened.Visible).ToList()).ToList();
        var widths = head.Select((title, i) => Math.Max(title.Length, clean.Count == 0 ? 0 : clean.Max(row => row[i].Length))).ToArray();
        // The last column tells the most: it gets at least two fifths of the screen, taken from the widest of the others.
        var last = Math.Min(widths[^1], width * 2 / 5);
        while (widths.Take(head.Count - 1).Sum(w => w + 2) is var before && before > width - last && before > 16 * head.Count)
        {
            widths[Array.IndexOf(widths, widths.Take(head.Count - 1).Max())]--;
        }
        widths[^1] = Math.Max(16, width - widths.Take(head.Count - 1).Sum(w => w + 2));
        Line(head);
        Line(widths.Select((w, i) => new string('-', Math.Min(w, Math.Max(head[i].Length, i == head.Count - 1 ? 8 : w)))).ToList());
        foreach (var row in clean) Line(row);

        void Line(IReadOnlyList<string> cells)
        {
            var wrapped = cells.Select((cell, i) => Wrap(cell, widths[i])).ToList();
            for (var line = 0; line < wrapped.Max(w => w.Count); line++)
            {
                var text = string.Join("  ", wrapped.Select((w, i) => (line < w.Count ? w[line] : "").PadRight(widths[i])));
                writer.WriteLine(text.TrimEnd());
            }
        }
    }

    /// <summary>Breaks at spaces; a word longer than the width is cut into pieces.</summary>
    public static IReadOnlyList<string> Wrap(string text, int width)
    {
        var lines = new List<string>();
        while (text.Length > width)
        {
            var cut = text.LastIndexOf(' ', width, width);
            if (cut <= 0) cut = width;
            lines.Add(text[..cut].TrimEnd());
            text = text[cut..].TrimStart();
        }
        lines.Add(text);
        return lines;
    }
}
