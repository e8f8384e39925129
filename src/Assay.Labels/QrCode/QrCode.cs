using System.Globalization;
using System.Numerics;
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

    private readonly QrLayout layout;
    private readonly ulong[] dark;

    private QrCode(QrLayout layout, QrLevel level, int mask, ulong[] dark)
    {
        this.layout = layout;
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

    public bool IsDark(int x, int y) => layout.IsSet(dark, x, y);

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
            if (segments.Sum(s => Bits(s, version)) <= layout.DataBytes(level) * 8L) return Laid(layout, level, Codewords(layout, level, Data(segments, layout, level)));
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

    private static long Bits(QrSegment segment, int version)
    {
        if (segment.Text.Length == 0) return 0;
        var text = segment.IsDigits ? segment.Text.Length / 3 * 10L + (segment.Text.Length % 3) switch { 0 => 0, 1 => 4, _ => 7 } : Encoding.UTF8.GetByteCount(segment.Text) * 8L;
        return 4 + CountBits(segment.IsDigits, version) + text;
    }

    private static byte[] Data(IReadOnlyList<QrSegment> segments, QrLayout layout, QrLevel level)
    {
        var data = new byte[layout.DataBytes(level)];
        var bit = 0;
        void Put(int value, int count)
        {
            // At most three bytes are touched.
            var shifted = (uint)value << 32 - count >> bit % 8;
            for (var at = bit / 8; shifted != 0; at++, shifted <<= 8) data[at] |= (byte)(shifted >> 24);
            bit += count;
        }
        foreach (var segment in segments)
        {
            if (segment.Text.Length == 0) continue;
            if (!segment.IsDigits)
            {
                var bytes = Encoding.UTF8.GetBytes(segment.Text);
                Put(4, 4);
                Put(bytes.Length, CountBits(false, layout.Version));
                foreach (var one in bytes) Put(one, 8);
                continue;
            }
            Put(1, 4);
            Put(segment.Text.Length, CountBits(true, layout.Version));
            for (var at = 0; at < segment.Text.Length; at += 3)
            {
                var group = segment.Text.AsSpan(at, Math.Min(3, segment.Text.Length - at));
                Put(int.Parse(group, NumberStyles.None, CultureInfo.InvariantCulture), group.Length * 3 + 1);
            }
        }
        // Four zero bits end the text where there is room for them; then two bytes in turn.
        var rest = (Math.Min(bit + 4, data.Length * 8) + 7) / 8;
        for (var filler = 0; rest < data.Length; filler++) data[rest++] = filler % 2 == 0 ? (byte)0xec : (byte)0x11;
        return data;
    }

    // Blocks lie one behind the other, each with its checks behind its data.
    private static byte[] Codewords(QrLayout layout, QrLevel level, byte[] data)
    {
        var codewords = new byte[layout.Codewords];
        for (int block = 0, from = 0, at = 0; block < layout.Blocks(level); block++)
        {
            var part = data.AsSpan(from, layout.DataBytes(level, block));
            part.CopyTo(codewords.AsSpan(at));
            ReedSolomon.CheckBytes(part, codewords.AsSpan(at + part.Length, layout.CheckBytes(level)));
            from += part.Length;
            at += part.Length + layout.CheckBytes(level);
        }
        return codewords;
    }

    private static QrCode Laid(QrLayout layout, QrLevel level, byte[] codewords)
    {
        var bare = (ulong[])layout.Patterns.Clone();
        var order = layout.Order(level);
        var path = layout.Path;
        for (var i = 0; i < order.Length; i++)
        {
            for (uint bits = codewords[order[i]]; bits != 0; bits &= bits - 1)
            {
                var module = path[i * 8 + 7 - BitOperations.TrailingZeroCount(bits)];
                bare[module >> 6] |= 1UL << module;
            }
        }
        var (best, chosen, least) = (new ulong[bare.Length], 0, int.MaxValue);
        var dark = new ulong[bare.Length];
        for (var mask = 0; mask < 8; mask++)
        {
            var plane = layout.MaskPlane(level, mask);
            for (var i = 0; i < dark.Length; i++) dark[i] = bare[i] ^ plane[i];
            var penalty = QrPenalty.Of(layout, dark);
            if (penalty >= least) continue;
            (least, chosen) = (penalty, mask);
            (best, dark) = (dark, best);
        }
        return new QrCode(layout, level, chosen, best);
    }
}
