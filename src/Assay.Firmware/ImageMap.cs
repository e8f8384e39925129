using System.Globalization;
using System.Text;
using Assay.Firmware.Containers;

namespace Assay.Firmware;

/// <summary>One line of a map.</summary>
/// <param name="Level">0 for what lies in the image itself, more for what lies inside something.</param>
/// <param name="Offset">Bytes from the start of the image; of nested parts, from the start of the parent, unpacked where that is compressed.</param>
/// <param name="Entropy">Bits for each byte, 0 to 8.</param>
/// <param name="Reason">Why it could not be opened, as far as that can be guessed; null where it could.</param>
public sealed record MapRow(int Level, long Offset, long Length, string Kind, string Path, string? Note, double Entropy, string? Reason, bool IsRoot);

/// <summary>What lies where in an image, for a person: as a table and as a drawing.</summary>
public sealed record ImageMap
{
    public required string Artefact { get; init; }
    /// <summary>Bytes of the image.</summary>
    public required long Size { get; init; }
    /// <summary>Bytes that belong to structures that were understood.</summary>
    public required long Identified { get; init; }
    /// <summary>In the order of the image, each part before what it holds.</summary>
    public required IReadOnlyList<MapRow> Rows { get; init; }

    /// <summary>One line above map and drawing.</summary>
    public string Summary => string.Create(CultureInfo.InvariantCulture, $"{Share(Identified, Size)} of {Size:N0} bytes identified");

    // Never rounded up to the whole.
    private static string Share(long part, long whole) => whole == 0 || part >= whole ? "100 %" : string.Create(CultureInfo.InvariantCulture, $"{Math.Floor(part * 1000.0 / whole) / 10:0.0} %");

    internal static ImageMap Of(Image image, string artefact)
    {
        var rows = new List<MapRow>();
        foreach (var part in image.Parts) Add(part, 0);
        return new ImageMap { Artefact = artefact, Size = image.Size, Identified = image.Coverage.Examined, Rows = rows };

        void Add(Part part, int level)
        {
            rows.Add(new MapRow(level, part.Offset, part.Length, part.Kind, part.Path, string.IsNullOrEmpty(part.Note) ? null : part.Note, part.EntropyBits, Reason(part), part == image.Root));
            foreach (var child in part.Children) Add(child, level + 1);
        }
    }

    private static string? Reason(Part part)
    {
        if (part.Kind == "unknown") return Formats.Resembles(part.Bytes.Span) is { } format ? $"begins like {format.Title}, with a header that does not hold: likely damaged" : Entropy.Of(part.Bytes.Span).Guess;
        if (!part.IsRead && part.FileSystem is null && Formats.All.FirstOrDefault(f => f.Kind == part.Kind) is { Open: null }) return "recognised and not read";
        if (part.Losses.Count > 0) return $"expected {part.Losses[0].Expected}, found {part.Losses[0].Found}";
        return part.FileSystem?.Losses is [var first, ..] all ? $"{all.Count} loss{(all.Count == 1 ? "" : "es")}, the first: expected {first.Expected}, found {first.Found}" : null;
    }

    /// <summary>Offset, length, entropy and kind of every part, nested parts indented.</summary>
    public string ToText()
    {
        var text = new StringBuilder(Summary).Append('\n');
        foreach (var row in Rows)
        {
            text.Append(' ', 2 * row.Level).Append(CultureInfo.InvariantCulture, $"0x{row.Offset:x8}  {row.Length,11}  {row.Entropy:0.00}  {row.Kind}");
            if (row.IsRoot) text.Append(" (root)");
            if (row.Note is not null) text.Append("  ").Append(row.Note);
            if (row.Reason is not null) text.Append("  [").Append(row.Reason).Append(']');
            text.Append('\n');
        }
        return text.ToString();
    }

    private const int Width = 480, Margin = 12, RowHeight = 40, BarLeft = 12, BarWidth = 56, Head = 64;
    private const int MostRows = 400, LongestText = 58;

    /// <summary>
    /// A drawing that a browser shows without script: at the left the image from its first byte to its last with each part at its true size, at
    /// the right a line for every part with a bar for its entropy.
    /// </summary>
    public string ToSvg()
    {
        var shown = Rows.Take(MostRows).ToList();
        var height = Head + shown.Count * RowHeight + (Rows.Count > shown.Count ? RowHeight : 0) + Margin;
        var svg = new StringBuilder();
        svg.Append(CultureInfo.InvariantCulture, $"""
            <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {Width} {height}" width="100%" role="img" font-family="sans-serif">
            <title>Map of {Escaped(Artefact)}</title>
            <desc>{Escaped(Summary)}</desc>
            <rect width="{Width}" height="{height}" fill="#fff"/>
            <text x="{Margin}" y="24" font-size="15" font-weight="bold" fill="#111">{Escaped(Cut(Artefact, 50))}</text>
            <text x="{Margin}" y="44" font-size="12" fill="#333">{Escaped(Summary)}</text>

            """);
        var bar = height - Head - Margin;
        for (var i = 0; i < shown.Count; i++)
        {
            var (row, y) = (shown[i], Head + i * RowHeight);
            var fill = Colour(row);
            if (row.Level == 0 && Size > 0)
            {
                var (top, tall) = (Head + bar * ((double)row.Offset / Size), bar * ((double)row.Length / Size));
                svg.Append(CultureInfo.InvariantCulture, $"<rect x=\"{BarLeft}\" y=\"{top:0.00}\" width=\"{BarWidth}\" height=\"{Math.Max(0.5, tall):0.00}\" fill=\"{fill}\" stroke=\"#fff\" stroke-width=\"0.5\"/>\n");
                svg.Append(CultureInfo.InvariantCulture, $"<path d=\"M{BarLeft + BarWidth} {top + tall / 2:0.00}L{BarLeft + BarWidth + 16} {y + 14}\" stroke=\"{fill}\" fill=\"none\"/>\n");
            }
            var left = BarLeft + BarWidth + 20 + Math.Min(row.Level, 8) * 14;
            svg.Append(CultureInfo.InvariantCulture, $"<rect x=\"{left}\" y=\"{y + 6}\" width=\"8\" height=\"16\" fill=\"{fill}\"/>\n");
            svg.Append(CultureInfo.InvariantCulture, $"<text x=\"{left + 14}\" y=\"{y + 19}\" font-size=\"13\" fill=\"#111\"><tspan font-weight=\"bold\">{Escaped(row.Kind)}{(row.IsRoot ? " (root)" : "")}</tspan> <tspan font-family=\"monospace\" font-size=\"11\">0x{row.Offset:x} +{row.Length:N0}</tspan></text>\n");
            svg.Append(CultureInfo.InvariantCulture, $"<rect x=\"{Width - Margin - 60}\" y=\"{y + 10}\" width=\"60\" height=\"7\" fill=\"#e4e4e4\"/><rect x=\"{Width - Margin - 60}\" y=\"{y + 10}\" width=\"{60 * row.Entropy / 8:0.0}\" height=\"7\" fill=\"#555\"><title>{row.Entropy:0.00} bits of 8</title></rect>\n");
            if ((row.Reason ?? row.Note) is { } words) svg.Append(CultureInfo.InvariantCulture, $"<text x=\"{left + 14}\" y=\"{y + 33}\" font-size=\"11\" fill=\"{(row.Reason is null ? "#444" : "#8a1c00")}\">{Escaped(Cut(words, LongestText - row.Level * 2))}</text>\n");
        }
        if (Rows.Count > shown.Count) svg.Append(CultureInfo.InvariantCulture, $"<text x=\"{BarLeft + BarWidth + 20}\" y=\"{Head + shown.Count * RowHeight + 20}\" font-size=\"12\" fill=\"#333\">and {Rows.Count - shown.Count:N0} parts more</text>\n");
        return svg.Append("</svg>\n").ToString();
    }

    private static string Colour(MapRow row) => row.Kind switch
    {
        "padding" => "#d0d0d0",
        "unknown" => "#c2410c",
        _ when row.Reason is not null => "#b45309",
        _ => Formats.All.FirstOrDefault(f => f.Kind == row.Kind)?.Group switch
        {
            FormatGroup.FileSystem => "#1d6b45",
            FormatGroup.Archive => "#4d7c0f",
            FormatGroup.Compression => "#6d28d9",
            FormatGroup.Executable => "#334155",
            _ => "#1d4ed8",
        },
    };

    private static string Cut(string text, int most) => text.Length <= most ? text : text[..(most - 1)] + "…";

    private static string Escaped(string text)
    {
        var escaped = new StringBuilder(text.Length);
        foreach (var c in text)
        {
            switch (c)
            {
                case '&': escaped.Append("&amp;"); break;
                case '<': escaped.Append("&lt;"); break;
                case '>': escaped.Append("&gt;"); break;
                case '"': escaped.Append("&quot;"); break;
                default: escaped.Append(char.IsControl(c) || char.IsSurrogate(c) || c is '\ufffe' or '\uffff' ? '?' : c); break;
            }
        }
        return escaped.ToString();
    }
}
