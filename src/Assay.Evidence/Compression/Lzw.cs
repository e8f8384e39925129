using Assay.Evidence.Reading;

namespace Assay.Evidence.Compression;

/// <summary>
/// What <c>compress</c> writes, .Z (compress(1) of ncompress; T. Welch, "A Technique for High-Performance Data Compression", 1984): codes of nine bits and
/// more, lowest bit first, in groups of eight; a wider code begins a new group. Nothing states the end: it is that of the input. Nothing is summed. Streams
/// that were asked for nine bits at most grow past them in their writer's own way, and are not read.
/// </summary>
internal static class Lzw
{
    private const int HeaderSize = 3, FirstWidth = 9, LeastWidest = 10, WidestCode = 16, Clear = 256;
    private const byte WidthMask = 0x1f, Reserved = 0x60, HasClear = 0x80;

    /// <summary>Whether a stream begins here: widths of up to 10 to 16 bits, and a first code that is a byte.</summary>
    internal static bool IsHeader(ReadOnlySpan<byte> bytes) =>
        bytes.Length >= HeaderSize + 2 && bytes[0] == 0x1f && bytes[1] == 0x9d && (bytes[2] & WidthMask) is >= LeastWidest and <= WidestCode && (bytes[2] & Reserved) == 0 && (bytes[4] & 1) == 0;

    /// <returns>Bytes of <paramref name="input"/> used: all.</returns>
    /// <exception cref="UnreadableException">Damaged; <paramref name="output"/> holds what was decoded before.</exception>
    /// <exception cref="BudgetException"/>
    internal static int Decode(ReadOnlySpan<byte> input, Output output)
    {
        if (!IsHeader(input)) throw new UnreadableException("a header of compress", "another", 0);
        int widest = input[2] & WidthMask, first = (input[2] & HasClear) != 0 ? Clear + 1 : Clear;
        // A code is the text of an earlier one and one byte more.
        var earlier = new ushort[1 << WidestCode];
        var last = new byte[1 << WidestCode];
        var text = new byte[1 << WidestCode];
        for (var i = 0; i < 256; i++) last[i] = (byte)i;
        int width = FirstWidth, free = first, before = -1;
        byte opening = 0;
        long at = HeaderSize * 8, group = at, end = input.Length * 8L;
        while (true)
        {
            // The widest code has no limit but the table.
            if (free >= 1 << width && width < widest)
            {
                at = NextGroup(at, group, width);
                group = at;
                width++;
            }
            if (end - at < width) return input.Length;
            var code = Take(input, at, width);
            at += width;
            if (code == Clear && first > Clear)
            {
                at = NextGroup(at, group, width);
                (group, width, free, before) = (at, FirstWidth, first, -1);
                continue;
            }
            var place = (int)((at - width) / 8);
            if (before < 0 ? code > 255 : code > free) throw new UnreadableException(before < 0 ? "a code of one byte" : $"a code of at most {free}", $"{code}", place);
            var length = 0;
            var link = code;
            // A code that is only now being made: the text before it, and its first byte again.
            if (code == free && before >= 0)
            {
                text[length++] = opening;
                link = before;
            }
            for (; link > 255; link = earlier[link]) text[length++] = last[link];
            opening = last[link];
            text[length++] = opening;
            text.AsSpan(0, length).Reverse();
            output.Append(text.AsSpan(0, length), place);
            if (before >= 0 && free < 1 << widest)
            {
                earlier[free] = (ushort)before;
                last[free++] = opening;
            }
            before = code;
        }
    }

    private static long NextGroup(long at, long group, int width)
    {
        var unit = width * 8L;
        return group + (at - group + unit - 1) / unit * unit;
    }

    private static int Take(ReadOnlySpan<byte> input, long bit, int width)
    {
        var at = (int)(bit / 8);
        uint three = input[at];
        if (at + 1 < input.Length) three |= (uint)input[at + 1] << 8;
        if (at + 2 < input.Length) three |= (uint)input[at + 2] << 16;
        return (int)(three >> (int)(bit % 8) & (1u << width) - 1);
    }
}
