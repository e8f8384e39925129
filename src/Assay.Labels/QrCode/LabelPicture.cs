using System.Globalization;
using System.Text;
using System.Xml;
using Assay.Evidence.Reading;

namespace Assay.Labels.QrCode;

/// <summary>The picture for the box: a code with its quiet zone and words under it, as SVG and as PNG; and the way back from either to the text.</summary>
public sealed record LabelPicture
{
    /// <summary>Pixels of a module in the PNG.</summary>
    public int Scale { get; init; } = 8;
    public const int MaxSvgBytes = 4 << 20;
    // Pixels of one dot of a letter.
    private const int Dot = 3;
    // Modules that the words take: their own height and half a quiet zone below. They stand outside the code's quiet zone.
    private const int WordModules = 5;

    public required QrCode Code { get; init; }
    /// <summary>Under the code: "TEST, NOT A LABEL", or the authority's own address. Empty for none.</summary>
    public required string Words { get; init; }

    private int Width => Code.Size + 2 * QrCode.QuietZone;
    private int Height => Width + (Words.Length > 0 ? WordModules : 0);

    /// <summary>The dark modules as a path of runs, a unit a module, moved in by the quiet zone.</summary>
    internal static string Path(QrCode code)
    {
        var path = new StringBuilder();
        for (var y = 0; y < code.Size; y++)
        {
            for (var x = 0; x < code.Size;)
            {
                var run = 0;
                while (x + run < code.Size && code.IsDark(x + run, y)) run++;
                if (run > 0) path.Append(CultureInfo.InvariantCulture, $"M{x + QrCode.QuietZone} {y + QrCode.QuietZone}h{run}v1h-{run}z");
                x += run + 1;
            }
        }
        return path.ToString();
    }

    public string ToSvg()
    {
        var svg = new StringBuilder();
        svg.Append(CultureInfo.InvariantCulture, $"<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{Width * QrCode.ModuleMillimetres:0.0}mm\" height=\"{Height * QrCode.ModuleMillimetres:0.0}mm\" viewBox=\"0 0 {Width} {Height}\" role=\"img\">\n");
        svg.Append(CultureInfo.InvariantCulture, $"<title>{Escaped(Words.Length > 0 ? Words : "Hallmark")}</title>\n<desc>QR code, version {Code.Version}, level {Code.Level}</desc>\n");
        svg.Append(CultureInfo.InvariantCulture, $"<rect width=\"{Width}\" height=\"{Height}\" fill=\"#fff\"/>\n<path class=\"code\" shape-rendering=\"crispEdges\" d=\"{Path(Code)}\"/>\n");
        if (Words.Length > 0)
        {
            var size = Math.Min(3.5, Width * 1.5 / Words.Length);
            svg.Append(CultureInfo.InvariantCulture, $"<text x=\"{Width / 2.0:0.0}\" y=\"{Width + 2.5:0.0}\" font-family=\"sans-serif\" font-weight=\"bold\" font-size=\"{size:0.00}\" text-anchor=\"middle\">{Escaped(Words)}</text>\n");
        }
        return svg.Append("</svg>\n").ToString();
    }

    public byte[] ToPng()
    {
        // Words too long for the width are drawn smaller, down to one pixel a dot, then cut.
        var dot = Math.Clamp(Width * Scale / Math.Max(1, Words.Length * Glyphs.Advance), 1, Dot);
        var left = Math.Max(0, (Width * Scale - Words.Length * Glyphs.Advance * dot) / 2);
        var top = Width * Scale;
        return Png.Write(Width * Scale, Height * Scale, (x, y) =>
        {
            if (y < top)
            {
                int column = x / Scale - QrCode.QuietZone, row = y / Scale - QrCode.QuietZone;
                return column >= 0 && row >= 0 && column < Code.Size && row < Code.Size && Code.IsDark(column, row);
            }
            var (across, down) = ((x - left) / dot, (y - top) / dot);
            return x >= left && across / Glyphs.Advance < Words.Length && across % Glyphs.Advance < Glyphs.Width && down < Glyphs.Height
                && Glyphs.IsDark(Words[across / Glyphs.Advance], across % Glyphs.Advance, down);
        }, (int)Math.Round(Scale * 1000 / QrCode.ModuleMillimetres));
    }

    /// <summary>Whether these bytes begin like a PNG or a JPEG.</summary>
    public static bool LooksLikePoints(ReadOnlySpan<byte> file) => Png.Looks(file) || Jpeg.Looks(file);

    /// <summary>The text of the code in a PNG or a JPEG: a print of any size with words beside it, or an ordinary photograph of one.</summary>
    /// <exception cref="UnreadableException"/>
    public static QrText ReadPoints(ReadOnlySpan<byte> file)
    {
        var picture = Jpeg.Looks(file) ? Jpeg.Read(file) : Png.Read(file);
        try
        {
            return QrFinder.Read(picture);
        }
        catch (UnreadableException)
        {
            return QrPhoto.Read(picture);
        }
    }

    /// <summary>The text of the code in an SVG that we wrote. Another SVG is refused: what a browser would draw is beyond a reader of codes.</summary>
    /// <exception cref="UnreadableException"/>
    public static QrText ReadSvg(ReadOnlySpan<byte> file)
    {
        if (file.Length > MaxSvgBytes) throw new UnreadableException($"a picture of at most {MaxSvgBytes} bytes", $"{file.Length}", 0);
        string? path = null;
        try
        {
            using var xml = XmlReader.Create(new StringReader(Encoding.UTF8.GetString(file)),
                new XmlReaderSettings { DtdProcessing = DtdProcessing.Prohibit, XmlResolver = null, MaxCharactersInDocument = MaxSvgBytes });
            while (path is null && xml.Read())
            {
                if (xml.NodeType != XmlNodeType.Element) continue;
                if (xml.Depth == 0 && xml.LocalName != "svg") throw new UnreadableException("an svg element", xml.LocalName.Length > 40 ? "another" : xml.LocalName, 0);
                if (xml.LocalName == "path" && xml.GetAttribute("class") == "code") path = xml.GetAttribute("d");
            }
        }
        catch (XmlException wrong)
        {
            throw new UnreadableException("a well-formed SVG", $"another in line {wrong.LineNumber}", 0);
        }
        return Read(path ?? throw new UnreadableException("the path with class \"code\" of a label", "none", 0));
    }

    private static QrText Read(string path)
    {
        // Runs as ToSvg writes them: M x y h n v1 h-n z.
        const int Most = 177 + 2 * QrCode.QuietZone;
        var dark = new bool[Most * Most];
        var at = 0;
        var last = 0;
        int Number(char before)
        {
            if (at >= path.Length || path[at] != before) throw new UnreadableException($"'{before}' in the path", at < path.Length ? "another character" : "the end", at);
            var value = 0;
            var start = ++at;
            while (at < path.Length && char.IsAsciiDigit(path[at]) && at - start < 4) value = value * 10 + path[at++] - '0';
            return at > start ? value : throw new UnreadableException("a number in the path", "none", at);
        }
        void Word(string expected)
        {
            if (string.CompareOrdinal(path, at, expected, 0, expected.Length) != 0) throw new UnreadableException($"\"{expected}\" in the path", "another", at);
            at += expected.Length;
        }
        while (at < path.Length)
        {
            int x = Number('M'), y = Number(' '), run = Number('h');
            Word("v1h");
            if (Number('-') != run) throw new UnreadableException("a run as long back as forth", "another", at);
            Word("z");
            if (x < QrCode.QuietZone || y < QrCode.QuietZone || run == 0 || x + run > Most - QrCode.QuietZone || y >= Most - QrCode.QuietZone) throw new UnreadableException("a run inside the code", $"{x} {y} {run}", at);
            Array.Fill(dark, true, y * Most + x, run);
            last = Math.Max(last, Math.Max(x + run, y + 1));
        }
        // The upper right and the lower left finder reach the edges, so the outermost dark module tells the side.
        return QrReader.Read(last - QrCode.QuietZone, (x, y) => dark[(y + QrCode.QuietZone) * Most + x + QrCode.QuietZone]);
    }

    private static string Escaped(string text) => new StringBuilder(Assay.Evidence.Shortened.Visible(text)).Replace("&", "&amp;").Replace("<", "&lt;").Replace(">", "&gt;").Replace("\"", "&quot;").ToString();
}
