using Assay.Evidence.Reading;

namespace Assay.Evidence.Compression;

/// <summary>
/// bzip2 streams (bzip2 1.0.8; described in J. Tsai, "BZIP2: Format Specification"): blocks that are sorted by Burrows and Wheeler, moved to front and
/// Huffman-coded. Each block and each stream has a CRC-32, most significant bit first.
/// </summary>
internal static class Bzip2
{
    private const int MostSymbols = 258, MostTables = 6, MostSelectors = 18002, Group = 50, LongestCode = 20;
    private const ulong BlockMark = 0x314159265359, EndMark = 0x177245385090;

    private static readonly uint[] Crc = MakeCrc();

    private static uint[] MakeCrc()
    {
        var table = new uint[256];
        for (uint i = 0; i < 256; i++)
        {
            var c = i << 24;
            for (var k = 0; k < 8; k++) c = (c & 0x80000000) != 0 ? c << 1 ^ 0x04c11db7 : c << 1;
            table[i] = c;
        }
        return table;
    }

    /// <summary>Whether a stream begins here: a block size of 1 to 9, then a block or the end of an empty stream.</summary>
    internal static bool IsHeader(ReadOnlySpan<byte> bytes) =>
        bytes.Length >= 14 && bytes.StartsWith("BZh"u8) && bytes[3] is >= (byte)'1' and <= (byte)'9' && (bytes[4..].StartsWith("1AY&SY"u8) || bytes[4..].StartsWith((ReadOnlySpan<byte>)[0x17, 0x72, 0x45, 0x38, 0x50, 0x90, 0, 0, 0, 0]));

    /// <summary>Decodes the streams that follow one another at once.</summary>
    /// <returns>Bytes of <paramref name="input"/> used.</returns>
    /// <exception cref="UnreadableException">Damaged or truncated; <paramref name="output"/> holds what was decoded before.</exception>
    /// <exception cref="BudgetException"/>
    internal static int Decode(ReadOnlySpan<byte> input, Output output)
    {
        var at = 0;
        var block = new Block();
        do at = Stream(input, at, output, block);
        while (IsHeader(input[at..]));
        return at;
    }

    private sealed class Block
    {
        internal uint[] Sorted = [];
        internal readonly byte[] Selectors = new byte[MostSelectors];
        internal readonly byte[] Front = new byte[256];
        internal readonly int[] Counts = new int[256];
        internal readonly byte[] Lengths = new byte[MostSymbols];
        internal readonly Code[] Codes = [new(), new(), new(), new(), new(), new()];
        internal readonly byte[] Bytes = new byte[1 << 16];
    }

    // Canonical: codes of one length are a run; Limit is the last code of a length, Base what leads from a code to its place in Symbols.
    private sealed class Code
    {
        internal readonly int[] Limit = new int[LongestCode + 2], Base = new int[LongestCode + 2];
        internal readonly ushort[] Symbols = new ushort[MostSymbols];
        internal int Shortest, Longest;

        internal void Make(ReadOnlySpan<byte> lengths)
        {
            Span<int> count = stackalloc int[LongestCode + 1];
            count.Clear();
            Shortest = LongestCode;
            Longest = 0;
            foreach (var length in lengths)
            {
                count[length]++;
                Shortest = Math.Min(Shortest, length);
                Longest = Math.Max(Longest, length);
            }
            int code = 0, place = 0;
            for (var length = Shortest; length <= Longest; length++)
            {
                Base[length] = place - code;
                for (var symbol = 0; symbol < lengths.Length; symbol++)
                {
                    if (lengths[symbol] == length) Symbols[place++] = (ushort)symbol;
                }
                code += count[length];
                Limit[length] = code - 1;
                code <<= 1;
            }
        }
    }

    private ref struct Bits(ReadOnlySpan<byte> input, int at)
    {
        private readonly ReadOnlySpan<byte> input = input;
        private ulong buffer;
        private int held;
        private int at = at;

        /// <summary>Of the next bit's byte.</summary>
        internal readonly int Offset => at - held / 8;

        internal uint Take(int count)
        {
            if (held < count) Fill(count);
            held -= count;
            return (uint)(buffer >> held) & (uint)((1UL << count) - 1);
        }

        private void Fill(int count)
        {
            while (held <= 56 && at < input.Length)
            {
                buffer = buffer << 8 | input[at++];
                held += 8;
            }
            if (held < count) throw new UnreadableException("more bzip2 data", "the end of the input", at);
        }

        internal int Symbol(Code code)
        {
            var length = code.Shortest;
            var bits = (int)Take(length);
            while (bits > code.Limit[length])
            {
                if (++length > code.Longest) throw new UnreadableException("a code of the bzip2 block", "one that it has not", Offset);
                bits = bits << 1 | (int)Take(1);
            }
            return code.Symbols[bits + code.Base[length]];
        }
    }

    private static int Stream(ReadOnlySpan<byte> input, int start, Output output, Block block)
    {
        if (!IsHeader(input[start..])) throw new UnreadableException("a bzip2 header", "other bytes", start);
        var size = (input[start + 3] - '0') * 100_000;
        var bits = new Bits(input, start + 4);
        uint combined = 0;
        while (true)
        {
            var at = bits.Offset;
            var mark = (ulong)bits.Take(24) << 24 | bits.Take(24);
            var stated = bits.Take(16) << 16 | bits.Take(16);
            if (mark == EndMark)
            {
                if (stated != combined) throw new UnreadableException($"a bzip2 stream with CRC-32 {stated:x8}", $"{combined:x8}", at);
                return bits.Offset;
            }
            if (mark != BlockMark) throw new UnreadableException("a bzip2 block or the end of the stream", $"{mark:x12}", at);
            var crc = One(ref bits, size, output, block);
            if (crc != stated) throw new UnreadableException($"a bzip2 block with CRC-32 {stated:x8}", $"{crc:x8}", at);
            combined = (combined << 1 | combined >> 31) ^ crc;
        }
    }

    private static uint One(ref Bits bits, int size, Output output, Block block)
    {
        var at = bits.Offset;
        if (bits.Take(1) != 0) throw new UnreadableException("a bzip2 block that is not randomised", "one that is, as version 0.9.0 wrote", at);
        var origin = (int)bits.Take(24);
        var used = 0;
        var groups = bits.Take(16);
        for (var i = 0; i < 16; i++)
        {
            if ((groups >> (15 - i) & 1) == 0) continue;
            var few = bits.Take(16);
            for (var j = 0; j < 16; j++)
            {
                if ((few >> (15 - j) & 1) != 0) block.Front[used++] = (byte)(16 * i + j);
            }
        }
        if (used == 0) throw new UnreadableException("bytes that a bzip2 block uses", "none", at);
        var symbols = used + 2;
        var tables = (int)bits.Take(3);
        var selectors = (int)bits.Take(15);
        if (tables is < 2 or > MostTables || selectors == 0) throw new UnreadableException("2 to 6 tables and their selectors", $"{tables} and {selectors}", at);
        Span<byte> order = [0, 1, 2, 3, 4, 5];
        for (var i = 0; i < selectors; i++)
        {
            var place = 0;
            while (bits.Take(1) != 0)
            {
                if (++place >= tables) throw new UnreadableException($"a selector below {tables}", $"{place}", bits.Offset);
            }
            var table = order[place];
            order[..place].CopyTo(order[1..]);
            order[0] = table;
            // 1.0.8: some writers state more selectors than a block can need; they are read and not used.
            if (i < MostSelectors) block.Selectors[i] = table;
        }
        selectors = Math.Min(selectors, MostSelectors);
        for (var table = 0; table < tables; table++)
        {
            var length = (int)bits.Take(5);
            for (var symbol = 0; symbol < symbols; symbol++)
            {
                while (true)
                {
                    if (length is < 1 or > LongestCode) throw new UnreadableException($"a code length of 1 to {LongestCode}", $"{length}", bits.Offset);
                    if (bits.Take(1) == 0) break;
                    length += bits.Take(1) == 0 ? 1 : -1;
                }
                block.Lengths[symbol] = (byte)length;
            }
            block.Codes[table].Make(block.Lengths.AsSpan(0, symbols));
        }

        if (block.Sorted.Length < size) block.Sorted = new uint[size];
        var sorted = block.Sorted;
        var counts = block.Counts.AsSpan();
        counts.Clear();
        int count = 0, group = -1, left = 0, run = 0, weight = 1;
        Code code = block.Codes[0];
        while (true)
        {
            if (left == 0)
            {
                if (++group >= selectors) throw new UnreadableException("a selector for every fifty symbols", $"{selectors}", bits.Offset);
                code = block.Codes[block.Selectors[group]];
                left = Group;
            }
            left--;
            var symbol = bits.Symbol(code);
            if (symbol <= 1)
            {
                // Runs of the front byte: a number in which the digits are 1 and 2.
                run += weight << symbol;
                weight <<= 1;
                if (run > size) throw new UnreadableException($"a block of at most {size} bytes", "a longer run", bits.Offset);
                continue;
            }
            if (run > 0)
            {
                if (run > size - count) throw new UnreadableException($"a block of at most {size} bytes", "more", bits.Offset);
                var value = block.Front[0];
                counts[value] += run;
                sorted.AsSpan(count, run).Fill(value);
                count += run;
                run = 0;
            }
            weight = 1;
            if (symbol == symbols - 1) break;
            if (count >= size) throw new UnreadableException($"a block of at most {size} bytes", "more", bits.Offset);
            var place = symbol - 1;
            var moved = block.Front[place];
            block.Front.AsSpan(0, place).CopyTo(block.Front.AsSpan(1));
            block.Front[0] = moved;
            counts[moved]++;
            sorted[count++] = moved;
        }
        if (origin >= count) throw new UnreadableException($"a start inside the block of {count} bytes", $"{origin}", at);

        var total = 0;
        for (var i = 0; i < 256; i++)
        {
            var own = counts[i];
            counts[i] = total;
            total += own;
        }
        for (var i = 0; i < count; i++) sorted[counts[(int)(sorted[i] & 0xff)]++] |= (uint)i << 8;
        return Unwind(sorted, origin, count, output, block.Bytes, at);
    }

    // Follows the sorted block from its start; four equal bytes are followed by how many more there are.
    private static uint Unwind(uint[] sorted, int origin, int count, Output output, byte[] bytes, int offset)
    {
        var crc = 0xffffffffu;
        var filled = 0;
        var place = sorted[origin] >> 8;
        int last = -1, equal = 0;
        for (var i = 0; i < count; i++)
        {
            var entry = sorted[place];
            var value = (byte)entry;
            place = entry >> 8;
            if (filled + 256 > bytes.Length) Flush();
            if (equal == 4)
            {
                bytes.AsSpan(filled, value).Fill((byte)last);
                filled += value;
                equal = 0;
                last = -1;
                continue;
            }
            equal = value == last ? equal + 1 : 1;
            last = value;
            bytes[filled++] = value;
        }
        Flush();
        return ~crc;

        void Flush()
        {
            for (var i = 0; i < filled; i++) crc = crc << 8 ^ Crc[crc >> 24 ^ bytes[i]];
            output.Append(bytes.AsSpan(0, filled), offset);
            filled = 0;
        }
    }
}
