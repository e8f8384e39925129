using Assay.Labels.QrCode;
using Code = Assay.Labels.QrCode.QrCode;

namespace Assay.Labels.Tests;

/// <summary>The rules of section 7.8.3 counted module by module, as the standard tells them; what counts sixty-four at once is held against it.</summary>
public class QrPenaltyTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(10)]
    [InlineData(11)]
    [InlineData(12)]
    [InlineData(27)]
    [InlineData(28)]
    [InlineData(40)]
    public void Sixty_four_modules_at_once_are_counted_as_one_by_one(int version)
    {
        var layout = QrLayout.Of(version);
        for (var seed = 0; seed < 40; seed++)
        {
            // From nearly all light over noise to nearly all dark, and some in long runs, where all rules have their cases.
            var random = new Random(seed);
            var rows = new ulong[layout.Size * layout.RowWords];
            var dark = false;
            for (var y = 0; y < layout.Size; y++)
            {
                for (var x = 0; x < layout.Size; x++)
                {
                    dark = seed % 2 == 0 ? random.Next(20) < seed / 2 : random.Next(4) == 0 ? !dark : dark;
                    if (dark) rows[y * layout.RowWords + x / 64] |= 1UL << x % 64;
                }
            }
            Assert.Equal(Slowly(layout.Size, (x, y) => layout.IsSet(rows, x, y)), QrPenalty.Of(layout, rows));
        }
    }

    [Fact]
    public void What_looks_like_a_finder_counts_in_both_directions_and_with_light_on_either_side()
    {
        var layout = QrLayout.Of(12);
        foreach (var shape in new[] { 0b10111010000UL, 0b00001011101UL, 0b000010111010000UL, 0b10111011000UL })
        {
            foreach (var at in new[] { 0, 30, 58, 50 })
            {
                var rows = new ulong[layout.Size * layout.RowWords];
                // Everything else in stripes of two, which make no finder.
                for (var i = 0; i < rows.Length; i++) rows[i] = 0x3333333333333333 & layout.RowMask(i % layout.RowWords);
                for (var bit = 0; bit < 15 && at + bit < layout.Size; bit++)
                {
                    ref var word = ref rows[20 * layout.RowWords + (at + bit) / 64];
                    word = word & ~(1UL << (at + bit) % 64) | (shape >> bit & 1) << (at + bit) % 64;
                }
                Assert.Equal(Slowly(layout.Size, (x, y) => layout.IsSet(rows, x, y)), QrPenalty.Of(layout, rows));
            }
        }
    }

    [Fact]
    public void Of_the_eight_masks_a_code_has_one_of_the_least_penalty()
    {
        for (var version = 1; version <= 40; version += version < 14 ? 1 : 13)
        {
            var code = Code.Of([new(new string('8', version * 3 + 7), true)], QrLevel.M, minVersion: version);
            var layout = QrLayout.Of(code.Version);
            var least = Enumerable.Range(0, 8).Min(mask => Slowly(layout.Size, (x, y) => Masked(layout, code, mask, x, y)));
            Assert.Equal(least, Slowly(layout.Size, code.IsDark));
        }
    }

    // The same code under another mask: data turned back and over again, the format written anew.
    private static bool Masked(QrLayout layout, Code code, int mask, int x, int y)
    {
        for (var bit = 0; bit < 15; bit++)
        {
            var (one, other) = layout.FormatPlace(bit);
            if ((x, y) == one || (x, y) == other) return (QrLayout.FormatBits(code.Level, mask) >> bit & 1) != 0;
        }
        return code.IsDark(x, y) ^ (!layout.IsReserved(x, y) && QrLayout.Mask(mask, x, y) != QrLayout.Mask(code.Mask, x, y));
    }

    private static int Slowly(int size, Func<int, int, bool> isDark)
    {
        int penalty = 0, count = 0;
        for (var line = 0; line < size; line++)
        {
            foreach (var module in new Func<int, bool>[] { i => isDark(i, line), i => isDark(line, i) })
            {
                int run = 0, window = 0;
                for (var i = 0; i < size; i++)
                {
                    run = i > 0 && module(i) == module(i - 1) ? run + 1 : 1;
                    if (run >= 5) penalty += run == 5 ? 3 : 1;
                    window = (window << 1 | (module(i) ? 1 : 0)) & 0x7ff;
                    if (i >= 10 && window is 0b10111010000 or 0b00001011101) penalty += 40;
                }
            }
        }
        for (var y = 0; y < size; y++)
        {
            for (var x = 0; x < size; x++)
            {
                if (isDark(x, y)) count++;
                if (x > 0 && y > 0 && isDark(x, y) == isDark(x - 1, y) && isDark(x, y) == isDark(x, y - 1) && isDark(x, y) == isDark(x - 1, y - 1)) penalty += 3;
            }
        }
        return penalty + Math.Abs(count * 20 - size * size * 10) / (size * size) * 10;
    }
}
