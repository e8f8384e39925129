using System.Globalization;
using System.Text;
using Assay.Evidence.Reading;

namespace Assay.Labels.QrCode;

/// <summary>A run of text in one of the code's encodings.</summary>
/// <param name="IsDigits">Three digits in ten bits; else UTF-8, eight bits a byte.</param>
public sealed record QrSegment(string Text, bool IsDigits);

/// <summary>A QR code (ISO/IEC 18004), versions 1 to 40, byte and numeric segments mixed.</summary>
public sealed class QrCode
{
    /// <summary>Light modules around the code, for the scanner.</summary>
    public const int QuietZone = 4;
    /// <summary>Side of a module on the box.</summary>
    public const double ModuleMillimetres = 0.4;

    private readonly bool[] dark;

    private QrCode(QrLayout layout, QrLevel level, int mask, bool[] dark)
    {
        Version = layout.Version;
        Size = layout.Size;
        Level = level;
        Mask = mask;
        this.dark = dark;
    }

    /// <summary>1 to 40.</summary>
    public int Version { get; }
    public QrLevel Level { get; }
    /// <summary>0 to 7.</summary>
    public int Mask { get; }
    /// <summary>Modules on a side, without the quiet zone.</summary>
    public int Size { get; }
    /// <summary>Side on the box with the quiet zone.</summary>
    public double Millimetres => (Size + 2 * QuietZone) * ModuleMillimetres;

    public bool IsDark(int x, int y) => dark[y * Size + x];

    /// <summary>The smallest code for an address of a label: what precedes the digits as bytes, the digits as digits.</summary>
    /// <exception cref="UnreadableException">Longer than a code of <paramref name="maxVersion"/> holds.</exception>
    public static QrCode OfAddress(string address, QrLevel level = QrLevel.M, int maxVersion = QrLayout.MaxVersion)
    {
        var digits = address.Length;
        while (digits > 0 && char.IsAsciiDigit(address[digits - 1])) digits--;
        return Of([new(address[..digits], false), new(address[digits..], true)], level, maxVersion: maxVersion);
    }

    /// <exception cref="UnreadableException">Longer than a code of <paramref name="maxVersion"/> holds.</exception>
    public static QrCode Of(IReadOnlyList<QrSegment> segments, QrLevel level, int minVersion = 1, int maxVersion = QrLayout.MaxVersion)
    {
        for (var version = minVersion; version <= maxVersion; version++)
        {
            var layout = QrLayout.Of(version);
            var bits = new List<bool>();
            foreach (var segment in segments.Where(s => s.Text.Length > 0)) Append(bits, segment, version);
            if (bits.Count <= layout.DataBytes(level) * 8) return Laid(layout, level, Codewords(layout, level, Padded(bits, layout.DataBytes(level))));
        }
        throw new UnreadableException($"text that a code of version {maxVersion} at level {level} holds", $"{segments.Sum(s => s.Text.Length)} characters", 0);
    }

    // Table 3: the length of a segment's length.
    internal static int CountBits(bool isDigits, int version) => (isDigits, version) switch
    {
        (true, < 10) => 10,
        (true, < 27) => 12,
        (true, _) => 14,
        (false, < 10) => 8,
        _ => 16,
    };

    private static void Append(List<bool> bits, QrSegment segment, int version)
    {
        void Put(int value, int count)
        {
            for (var i = count - 1; i >= 0; i--) bits.Add((value >> i & 1) != 0);
        }
        if (!segment.IsDigits)
        {
            var bytes = Encoding.UTF8.GetBytes(segment.Text);
            // More than the field counts is more than any version holds; the length then shows it.
            Put(4, 4);
            Put(bytes.Length, CountBits(false, version));
            foreach (var one in bytes) Put(one, 8);
            return;
        }
        Put(1, 4);
        Put(segment.Text.Length, CountBits(true, version));
        for (var at = 0; at < segment.Text.Length; at += 3)
        {
            var group = segment.Text.AsSpan(at, Math.Min(3, segment.Text.Length - at));
            Put(int.Parse(group, NumberStyles.None, CultureInfo.InvariantCulture), group.Length * 3 + 1);
        }
    }

    private static byte[] Padded(List<bool> bits, int bytes)
    {
        var data = new byte[bytes];
        for (var i = 0; i < bits.Count; i++) data[i / 8] |= (byte)(bits[i] ? 0x80 >> i % 8 : 0);
        // Four zero bits end the text where there is room for them; then two bytes in turn.
        var at = (Math.Min(bits.Count + 4, bytes * 8) + 7) / 8;
        for (var filler = 0; at < bytes; filler++) data[at++] = filler % 2 == 0 ? (byte)0xec : (byte)0x11;
        return data;
    }

    private static byte[] Codewords(QrLayout layout, QrLevel level, byte[] data)
    {
        var blocks = new byte[layout.Blocks(level)][];
        var at = 0;
        for (var block = 0; block < blocks.Length; block++)
        {
            var part = data.AsSpan(at, layout.DataBytes(level, block));
            blocks[block] = [.. part, .. ReedSolomon.CheckBytes(part, layout.CheckBytes(level))];
            at += part.Length;
        }
        return [.. layout.Interleaved(level).Select(place => blocks[place.Block][place.At])];
    }

    private static QrCode Laid(QrLayout layout, QrLevel level, byte[] codewords)
    {
        var bare = new bool[layout.Size * layout.Size];
        DrawPatterns(layout, bare);
        var path = layout.PathSpan;
        for (var i = 0; i < codewords.Length * 8; i++) bare[path[i]] = (codewords[i / 8] >> 7 - i % 8 & 1) != 0;
        var (best, chosen, least) = (new bool[bare.Length], 0, int.MaxValue);
        var dark = new bool[bare.Length];
        for (var mask = 0; mask < 8; mask++)
        {
            var plane = layout.MaskPlane(mask);
            for (var i = 0; i < dark.Length; i++) dark[i] = bare[i] ^ plane[i];
            DrawFormat(layout, dark, QrLayout.FormatBits(level, mask));
            var penalty = Penalty(dark, layout.Size, least);
            if (penalty >= least) continue;
            (least, chosen) = (penalty, mask);
            (best, dark) = (dark, best);
        }
        return new QrCode(layout, level, chosen, best);
    }

    private static void DrawPatterns(QrLayout layout, bool[] dark)
    {
        var size = layout.Size;
        void Rings(int centreX, int centreY, int radius, Func<int, bool> isDark)
        {
            for (var y = -radius; y <= radius; y++)
            {
                for (var x = -radius; x <= radius; x++) dark[(centreY + y) * size + centreX + x] = isDark(Math.Max(Math.Abs(x), Math.Abs(y)));
            }
        }
        for (var i = 8; i < size - 8; i++) dark[6 * size + i] = dark[i * size + 6] = i % 2 == 0;
        foreach (var (x, y) in new[] { (3, 3), (size - 4, 3), (3, size - 4) }) Rings(x, y, 3, ring => ring != 2);
        foreach (var (x, y) in layout.AlignmentPatterns()) Rings(x, y, 2, ring => ring != 1);
        dark[(size - 8) * size + 8] = true;
        if (layout.Version < 7) return;
        var bits = layout.VersionBits();
        for (var i = 0; i < 18; i++)
        {
            var (along, across) = (i / 3, size - 11 + i % 3);
            dark[along * size + across] = dark[across * size + along] = (bits >> i & 1) != 0;
        }
    }

    private static void DrawFormat(QrLayout layout, bool[] dark, int bits)
    {
        for (var i = 0; i < 15; i++)
        {
            var (one, other) = layout.FormatPlace(i);
            dark[one.Y * layout.Size + one.X] = dark[other.Y * layout.Size + other.X] = (bits >> i & 1) != 0;
        }
    }

    // Section 7.8.3: long runs, square blocks, what looks like a finder, and an uneven share of dark. Stops where it cannot become the least any more.
    private static int Penalty(bool[] dark, int size, int least)
    {
        var penalty = 0;
        for (var line = 0; line < size; line++)
        {
            penalty += LinePenalty(dark, line * size, 1, size) + LinePenalty(dark, line, size, size);
            if (penalty >= least) return penalty;
        }
        var count = 0;
        for (var y = 0; y < size; y++)
        {
            var row = dark.AsSpan(y * size, size);
            foreach (var one in row) if (one) count++;
            if (y + 1 == size) break;
            var next = dark.AsSpan((y + 1) * size, size);
            var before = row[0] == next[0];
            for (var x = 1; x < row.Length && x < next.Length; x++)
            {
                var pair = row[x] == next[x];
                if (pair && before && row[x] == row[x - 1]) penalty += 3;
                before = pair;
            }
        }
        var share = count * 20 - dark.Length * 10;
        return penalty + Math.Abs(share) / dark.Length * 10;
    }

    private static int LinePenalty(bool[] dark, int at, int step, int size)
    {
        int penalty = 0, run = 0, window = 0;
        var before = false;
        for (var i = 0; i < size; i++, at += step)
        {
            var one = dark[at];
            run = i > 0 && one == before ? run + 1 : 1;
            before = one;
            if (run >= 5) penalty += run == 5 ? 3 : 1;
            window = (window << 1 | (one ? 1 : 0)) & 0x7ff;
            // 1:1:3:1:1 with four light modules before or behind.
            if (window is 0b10111010000 or 0b00001011101 && i >= 10) penalty += 40;
        }
        return penalty;
    }
}
