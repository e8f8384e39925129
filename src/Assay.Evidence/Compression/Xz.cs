using System.Buffers.Binary;
using System.Security.Cryptography;
using Assay.Evidence.Reading;

namespace Assay.Evidence.Compression;

/// <summary>
/// The .xz file (The .xz File Format 1.2.1, tukaani.org/xz/xz-file-format.txt): streams of blocks, each with a chain of filters and a check,
/// then an index and a footer that repeat the sizes. All are verified.
/// </summary>
internal static class Xz
{
    internal static ReadOnlySpan<byte> Magic => [0xfd, (byte)'7', (byte)'z', (byte)'X', (byte)'Z', 0];
    internal const int HeaderSize = 12;
    private const ulong Lzma2Id = 0x21;

    /// <summary>Magic, flags and their CRC: whether a stream begins here.</summary>
    internal static bool IsHeader(ReadOnlySpan<byte> bytes) =>
        bytes.Length >= HeaderSize && bytes.StartsWith(Magic) && Crc32.Of(bytes.Slice(6, 2)) == BinaryPrimitives.ReadUInt32LittleEndian(bytes[8..]);

    /// <summary>Decodes all streams that follow one another.</summary>
    /// <returns>Bytes of <paramref name="input"/> used: the streams and the padding between them, not what follows the last.</returns>
    /// <exception cref="UnreadableException">Damaged or truncated; <paramref name="output"/> holds what was decoded before.</exception>
    /// <exception cref="BudgetException"/>
    internal static int Decode(ReadOnlySpan<byte> input, Output output, LzmaDecoder decoder)
    {
        var end = Stream(input, 0, output, decoder);
        while (true)
        {
            // Stream padding (2.2) is a multiple of four zero bytes; it belongs to the file only when another stream follows.
            var next = end;
            while (next + 4 <= input.Length && BinaryPrimitives.ReadUInt32LittleEndian(input[next..]) == 0) next += 4;
            if (!IsHeader(input[next..])) return end;
            end = Stream(input, next, output, decoder);
        }
    }

    private static int Stream(ReadOnlySpan<byte> input, int start, Output output, LzmaDecoder decoder)
    {
        var reader = new SpanReader(input);
        reader.Seek(start);
        if (!reader.Take(6, "bytes of the xz magic").SequenceEqual(Magic)) throw new UnreadableException("the xz magic fd377a585a00", Convert.ToHexStringLower(input.Slice(start, 6)), start);
        var flags = reader.Take(2, "bytes of stream flags");
        var stated = reader.U32("CRC-32 of the stream flags");
        if (stated != Crc32.Of(flags)) throw new UnreadableException($"stream flags with CRC-32 {stated:x8}", $"{Crc32.Of(flags):x8}", start + 8);
        if (flags[0] != 0 || flags[1] > 15) throw new UnreadableException("stream flags 00 00 to 00 0f", Convert.ToHexStringLower(flags), start + 6);
        var check = flags[1];
        // 2.1.1.2: sizes by identifier; those that have no meaning yet are skipped.
        var checkSize = check == 0 ? 0 : 4 << (check - 1) / 3;

        var blocks = new List<(ulong Unpadded, ulong Uncompressed)>();
        while (true)
        {
            if (reader.Left == 0) throw new UnreadableException("an xz block or index", "the end of the input", reader.Offset);
            if (reader.Rest[0] == 0) break;
            blocks.Add(Block(ref reader, check, checkSize, output, decoder));
        }

        // Index (4).
        var indexStart = reader.Position;
        reader.Skip(1);
        var count = Number(ref reader);
        if (count != (ulong)blocks.Count) throw new UnreadableException($"an index of {blocks.Count} blocks", $"{count}", indexStart + 1);
        foreach (var block in blocks)
        {
            var at = reader.Offset;
            var record = (Number(ref reader), Number(ref reader));
            if (record != block) throw new UnreadableException($"index sizes {block.Unpadded} and {block.Uncompressed}", $"{record.Item1} and {record.Item2}", at);
        }
        while ((reader.Position - indexStart) % 4 != 0)
        {
            if (reader.U8("byte of index padding") != 0) throw new UnreadableException("zeros as index padding", "another byte", reader.Offset - 1);
        }
        var indexSize = reader.Position - indexStart;
        var computed = Crc32.Of(input.Slice(indexStart, indexSize));
        var crc = reader.U32("CRC-32 of the index");
        if (crc != computed) throw new UnreadableException($"an index with CRC-32 {crc:x8}", $"{computed:x8}", indexStart);

        // Footer (2.1.2).
        var footer = reader.Offset;
        crc = reader.U32("CRC-32 of the stream footer");
        var rest = reader.Take(8, "bytes of stream footer");
        if (crc != Crc32.Of(rest[..6])) throw new UnreadableException($"a footer with CRC-32 {crc:x8}", $"{Crc32.Of(rest[..6]):x8}", footer);
        var backward = (BinaryPrimitives.ReadUInt32LittleEndian(rest) + 1L) * 4;
        if (backward != indexSize + 4L || !rest[4..6].SequenceEqual(flags) || rest[6] != 'Y' || rest[7] != 'Z')
        {
            throw new UnreadableException($"a footer for an index of {indexSize + 4} bytes with the flags of the header", $"{Convert.ToHexStringLower(rest)}", footer + 4);
        }
        return reader.Position;

        // The magic of the footer is not covered by its CRC.
    }

    private static (ulong Unpadded, ulong Uncompressed) Block(ref SpanReader reader, int check, int checkSize, Output output, LzmaDecoder decoder)
    {
        var start = reader.Offset;
        var headerSize = (reader.Rest[0] + 1) * 4;
        var bytes = reader.Take(headerSize, "bytes of block header");
        var crc = BinaryPrimitives.ReadUInt32LittleEndian(bytes[^4..]);
        var computed = Crc32.Of(bytes[..^4]);
        if (crc != computed) throw new UnreadableException($"a block header with CRC-32 {crc:x8}", $"{computed:x8}", start);
        var header = new SpanReader(bytes[..^4], start);
        header.Skip(1);
        var flags = header.U8();
        if ((flags & 0x3c) != 0) throw new UnreadableException("block flags without reserved bits", $"0x{flags:x2}", start + 1);
        ulong? compressed = (flags & 0x40) != 0 ? Number(ref header) : null;
        ulong? uncompressed = (flags & 0x80) != 0 ? Number(ref header) : null;

        var filters = (flags & 3) + 1;
        Span<(ulong Id, uint Property)> chain = stackalloc (ulong, uint)[4];
        for (var i = 0; i < filters; i++)
        {
            var at = header.Offset;
            var id = Number(ref header);
            var size = Number(ref header);
            var properties = header.Take((long)Math.Min(size, int.MaxValue), "bytes of filter properties");
            chain[i] = (id, FilterProperty(id, properties, isLast: i == filters - 1, at));
        }
        while (header.Left > 0)
        {
            if (header.U8() != 0) throw new UnreadableException("zeros as header padding", "another byte", header.Offset - 1);
        }

        var data = reader.Rest;
        if (compressed is { } stated) data = data[..(int)Math.Min(stated, (ulong)data.Length)];
        var first = output.Length;
        int used;
        try
        {
            used = Lzma2.Decode(data, output, decoder, reader.Offset);
        }
        finally
        {
            // After damage as well: the branches of what was decoded are as they should be.
            var block = output.Array.AsSpan(output.Start + first, output.Length - first);
            for (var i = filters - 2; i >= 0; i--)
            {
                if (chain[i].Id == BranchFilter.Delta) BranchFilter.UndoDelta(block, (int)chain[i].Property);
                else BranchFilter.Undo(chain[i].Id, block, chain[i].Property);
            }
        }
        var content = output.Written[first..];
        if (compressed is { } c && c != (ulong)used) throw new UnreadableException($"{c} compressed bytes as the block header says", $"{used}", start);
        if (uncompressed is { } u && u != (ulong)content.Length) throw new UnreadableException($"{u} bytes as the block header says", $"{content.Length}", start);
        reader.Skip(used);
        while ((reader.Offset - start) % 4 != 0)
        {
            if (reader.U8("byte of block padding") != 0) throw new UnreadableException("zeros as block padding", "another byte", reader.Offset - 1);
        }
        var checkAt = reader.Offset;
        Verify(check, reader.Take(checkSize, "bytes of block check"), content, checkAt);
        return ((ulong)(headerSize + used + checkSize), (ulong)content.Length);
    }

    // The distance of delta, the start offset of a branch converter, 0 for LZMA2.
    private static uint FilterProperty(ulong id, ReadOnlySpan<byte> properties, bool isLast, long at)
    {
        if (id == Lzma2Id)
        {
            if (!isLast) throw new UnreadableException("LZMA2 as the last filter", "a filter behind it", at);
            if (properties.Length != 1 || properties[0] > 40) throw new UnreadableException("an LZMA2 dictionary size of 0 to 40", Convert.ToHexStringLower(properties), at);
            return 0;
        }
        if (isLast) throw new UnreadableException("LZMA2 as the last filter", $"filter 0x{id:x}", at);
        if (id == BranchFilter.Delta)
        {
            if (properties.Length != 1) throw new UnreadableException("one byte of delta distance", $"{properties.Length}", at);
            return properties[0] + 1u;
        }
        var alignment = BranchFilter.Alignment(id);
        if (alignment == 0) throw new UnreadableException("filter 0x3 to 0xb or 0x21", $"0x{id:x}", at);
        if (properties.Length is not (0 or 4)) throw new UnreadableException("no start offset or four bytes", $"{properties.Length}", at);
        var start = properties.Length == 0 ? 0 : BinaryPrimitives.ReadUInt32LittleEndian(properties);
        if (start % alignment != 0) throw new UnreadableException($"a start offset that is a multiple of {alignment}", $"{start}", at);
        return start;
    }

    private static void Verify(int check, ReadOnlySpan<byte> stated, ReadOnlySpan<byte> content, long at)
    {
        Span<byte> computed = stackalloc byte[32];
        switch (check)
        {
            case 1:
                BinaryPrimitives.WriteUInt32LittleEndian(computed, Crc32.Of(content));
                computed = computed[..4];
                break;
            case 4:
                BinaryPrimitives.WriteUInt64LittleEndian(computed, Crc64.Of(content));
                computed = computed[..8];
                break;
            case 10:
                SHA256.HashData(content, computed);
                break;
            default:
                return;
        }
        if (!stated.SequenceEqual(computed)) throw new UnreadableException($"a block with the check {Convert.ToHexStringLower(stated)}", Convert.ToHexStringLower(computed), at);
    }

    // Multibyte integer (1.2): seven bits a byte, least significant first, at most nine bytes, no zero byte at the end.
    private static ulong Number(ref SpanReader reader)
    {
        var at = reader.Offset;
        ulong number = 0;
        for (var i = 0; i < 9; i++)
        {
            var b = reader.U8("byte of a multibyte integer");
            number |= (ulong)(b & 0x7f) << (7 * i);
            if ((b & 0x80) != 0) continue;
            if (b == 0 && i > 0) break;
            return number;
        }
        throw new UnreadableException("a multibyte integer of at most nine bytes without a zero at its end", "another", at);
    }
}
