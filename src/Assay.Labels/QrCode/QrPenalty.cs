using System.Numerics;

namespace Assay.Labels.QrCode;

/// <summary>How ill a masked code can be read: long runs, square blocks, what looks like a finder, and an uneven share of dark (ISO/IEC 18004 section 7.8.3).</summary>
/// <remarks>
/// Sixty-four modules are counted at once. Along a line, word number k holds the modules that lie k places further on: of a row the same words shifted by k bits, of columns the words k
/// rows below. Outside the code a module is neither dark nor light, and so part of no run.
/// </remarks>
internal static class QrPenalty
{
    // The longest shape, a finder and the light before or behind it, is eleven modules.
    private const int Reach = 11;

    public static int Of(QrLayout layout, ReadOnlySpan<ulong> dark)
    {
        var (size, words) = (layout.Size, layout.RowWords);
        Span<ulong> d = stackalloc ulong[Reach], l = stackalloc ulong[Reach];
        int penalty = 0, count = 0;
        for (var y = 0; y < size; y++)
        {
            for (var word = 0; word < words; word++)
            {
                var (one, next) = (dark[y * words + word], word + 1 < words ? dark[y * words + word + 1] : 0);
                var (light, nextLight) = (~one & layout.RowMask(word), word + 1 < words ? ~next & layout.RowMask(word + 1) : 0);
                (d[0], l[0]) = (one, light);
                for (var k = 1; k < Reach; k++) (d[k], l[k]) = (one >> k | next << 64 - k, light >> k | nextLight << 64 - k);
                penalty += Lines(d, l);
                count += BitOperations.PopCount(one);
                if (y + 1 == size) continue;
                // Square blocks of two by two.
                var below = dark[(y + 1) * words + word];
                var belowNext = word + 1 < words ? dark[(y + 1) * words + word + 1] : 0;
                var (lightBelow, lightBelowNext) = (~below & layout.RowMask(word), word + 1 < words ? ~belowNext & layout.RowMask(word + 1) : 0);
                penalty += 3 * BitOperations.PopCount(d[0] & d[1] & below & (below >> 1 | belowNext << 63) | l[0] & l[1] & lightBelow & (lightBelow >> 1 | lightBelowNext << 63));
            }
        }
        for (var word = 0; word < words; word++)
        {
            var inside = layout.RowMask(word);
            for (var k = 0; k < Reach; k++) (d[k], l[k]) = (dark[k * words + word], ~dark[k * words + word] & inside);
            for (var y = 0; y < size; y++)
            {
                penalty += Lines(d, l);
                d[1..].CopyTo(d);
                l[1..].CopyTo(l);
                var row = (y + Reach) * words + word;
                (d[^1], l[^1]) = y + Reach < size ? (dark[row], ~dark[row] & inside) : (0, 0);
            }
        }
        return penalty + Math.Abs(count * 20 - size * size * 10) / (size * size) * 10;
    }

    private static int Lines(ReadOnlySpan<ulong> d, ReadOnlySpan<ulong> l)
    {
        // A run of n is 3 for its first five and 1 for each further one: n - 4 places where five begin, and 2 where the last of them stands.
        var (dark, light) = (d[1] & d[2] & d[3] & d[4], l[1] & l[2] & l[3] & l[4]);
        var five = d[0] & dark | l[0] & light;
        var ends = five & ~(dark & d[5] | light & l[5]);
        // 1:1:3:1:1 with four light modules behind or before.
        var behind = d[0] & l[1] & d[2] & d[3] & d[4] & l[5] & d[6] & l[7] & l[8] & l[9] & l[10];
        var before = l[0] & l[1] & l[2] & l[3] & d[4] & l[5] & d[6] & d[7] & d[8] & l[9] & d[10];
        return BitOperations.PopCount(five) + 2 * BitOperations.PopCount(ends) + 40 * BitOperations.PopCount(behind | before);
    }
}
