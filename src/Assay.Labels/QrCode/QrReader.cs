using System.Globalization;
using System.Numerics;
using System.Text;
using Assay.Evidence.Reading;

namespace Assay.Labels.QrCode;

/// <summary>What a code says, and how much of it had to be repaired.</summary>
/// <param name="Repaired">Bytes that were wrong and were restored.</param>
public sealed record QrText(string Text, int Version, QrLevel Level, int Mask, int Repaired);

/// <summary>Reads the modules of a code: numeric, alphanumeric and byte segments.</summary>
internal static class QrReader
{
    private const string Alphanumeric = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:";

    /// <param name="size">Modules on a side, without the quiet zone.</param>
    /// <exception cref="UnreadableException">Not a code, or damaged beyond repair.</exception>
    public static QrText Read(int size, Func<int, int, bool> isDark)
    {
        if (size < 21 || (size - 17) % 4 != 0 || size > 177) throw new UnreadableException("a code of 21, 25 … 177 modules", size.ToString(CultureInfo.InvariantCulture), 0);
        var layout = QrLayout.Of((size - 17) / 4);
        var (level, mask) = Format(layout, isDark);
        var codewords = new byte[layout.Codewords];
        var order = layout.Order(level);
        var path = layout.Path;
        for (var bit = 0; bit < order.Length * 8; bit++)
        {
            var (x, y) = layout.Place(path[bit]);
            if (isDark(x, y) != QrLayout.Mask(mask, x, y)) codewords[order[bit / 8]] |= (byte)(0x80 >> bit % 8);
        }
        var data = new List<byte>(layout.DataBytes(level));
        var (repaired, at) = (0, 0);
        for (var block = 0; block < layout.Blocks(level); block++)
        {
            var part = codewords.AsSpan(at, layout.DataBytes(level, block) + layout.CheckBytes(level));
            var wrong = ReedSolomon.Correct(part, layout.CheckBytes(level));
            if (wrong < 0) throw new UnreadableException($"at most {layout.CheckBytes(level) / 2} wrong bytes in block {block + 1} of {layout.Blocks(level)}", "more", 0);
            repaired += wrong;
            data.AddRange(part[..layout.DataBytes(level, block)]);
            at += part.Length;
        }
        return new QrText(Text([.. data], layout.Version), layout.Version, level, mask, repaired);
    }

    // Of the 32 words that could stand there, the nearest to either copy; up to three wrong bits are repaired.
    private static (QrLevel Level, int Mask) Format(QrLayout layout, Func<int, int, bool> isDark)
    {
        int one = 0, other = 0;
        for (var i = 0; i < 15; i++)
        {
            var (first, second) = layout.FormatPlace(i);
            if (isDark(first.X, first.Y)) one |= 1 << i;
            if (isDark(second.X, second.Y)) other |= 1 << i;
        }
        var (distance, found) = (int.MaxValue, (QrLevel.L, 0));
        for (var level = QrLevel.L; level <= QrLevel.H; level++)
        {
            for (var mask = 0; mask < 8; mask++)
            {
                var bits = QrLayout.FormatBits(level, mask);
                var apart = Math.Min(BitOperations.PopCount((uint)(bits ^ one)), BitOperations.PopCount((uint)(bits ^ other)));
                if (apart < distance) (distance, found) = (apart, (level, mask));
            }
        }
        return distance <= 3 ? found : throw new UnreadableException("level and mask beside the finder patterns", "neither", 0);
    }

    private static string Text(byte[] data, int version)
    {
        var at = 0;
        int Take(int count)
        {
            if (count > data.Length * 8 - at) throw new UnreadableException($"{count} bits", $"{data.Length * 8 - at} to the end", at / 8);
            var value = 0;
            for (var i = 0; i < count; i++, at++) value = value << 1 | data[at / 8] >> 7 - at % 8 & 1;
            return value;
        }
        var text = new StringBuilder();
        while (data.Length * 8 - at >= 4)
        {
            var start = at / 8;
            switch (Take(4))
            {
                case 0: return text.ToString();
                case 1:
                    for (var left = Take(QrCode.CountBits(true, version)); left > 0; left -= 3)
                    {
                        var digits = Math.Min(left, 3);
                        var group = Take(digits * 3 + 1).ToString(CultureInfo.InvariantCulture);
                        if (group.Length > digits) throw new UnreadableException($"a number of {digits} digits", group, start);
                        text.Append(group.PadLeft(digits, '0'));
                    }
                    break;
                case 2:
                    for (var left = Take(version < 10 ? 9 : version < 27 ? 11 : 13); left > 0; left -= 2)
                    {
                        var pair = Take(left > 1 ? 11 : 6);
                        if (pair >= (left > 1 ? 45 * 45 : 45)) throw new UnreadableException("two of 45 characters", pair.ToString(CultureInfo.InvariantCulture), start);
                        if (left > 1) text.Append(Alphanumeric[pair / 45]);
                        text.Append(Alphanumeric[pair % 45]);
                    }
                    break;
                case 4:
                    var bytes = new byte[Take(QrCode.CountBits(false, version))];
                    for (var i = 0; i < bytes.Length; i++) bytes[i] = (byte)Take(8);
                    text.Append(Encoding.UTF8.GetString(bytes));
                    break;
                case var mode: throw new UnreadableException("a numeric, alphanumeric or byte segment", $"mode {mode}", start);
            }
        }
        return text.ToString();
    }
}
