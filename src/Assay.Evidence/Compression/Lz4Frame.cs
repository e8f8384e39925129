using System.Buffers.Binary;
using System.Numerics;
using Assay.Evidence.Reading;

namespace Assay.Evidence.Compression;

/// <summary>
/// LZ4 frames (lz4/doc/lz4_Frame_format.md 1.6.4): blocks with xxHash-32 of header, blocks and content; and the older frame of kernels ("Legacy frame"),
/// blocks of 8 MiB without any check. Skippable frames and dictionaries are not read.
/// </summary>
internal static class Lz4Frame
{
    private const uint Magic = 0x184d2204, LegacyMagic = 0x184c2102;
    private const int LegacyBlock = 8 << 20;

    internal static bool IsHeader(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < 8) return false;
        var magic = BinaryPrimitives.ReadUInt32LittleEndian(bytes);
        // The first block of the older frame: no longer than what 8 MiB can be packed to, and what is there.
        if (magic == LegacyMagic) return BinaryPrimitives.ReadUInt32LittleEndian(bytes[4..]) is > 0 and <= LegacyBlock + LegacyBlock / 255 + 16 && bytes.Length > 12 && bytes[8] >> 4 != 0;
        if (magic != Magic || (bytes[4] & 0xc2) != 0x40 || (bytes[5] & 0x8f) != 0 || bytes[5] >> 4 < 4) return false;
        var length = DescriptorLength(bytes[4]);
        return bytes.Length > 4 + length && bytes[4 + length] == (byte)(XxHash32(bytes.Slice(4, length)) >> 8);
    }

    private static int DescriptorLength(byte flags) => 2 + ((flags & 8) != 0 ? 8 : 0) + (flags & 1) * 4;

    /// <summary>Decodes the frames that follow one another at once.</summary>
    /// <returns>Bytes of <paramref name="input"/> used.</returns>
    /// <exception cref="UnreadableException">Damaged or truncated; <paramref name="output"/> holds what was decoded before.</exception>
    /// <exception cref="BudgetException"/>
    internal static int Decode(ReadOnlySpan<byte> input, Output output)
    {
        var at = 0;
        do at = BinaryPrimitives.ReadUInt32LittleEndian(input[at..]) == LegacyMagic ? Legacy(input, at, output) : Frame(input, at, output);
        while (IsHeader(input[at..]));
        return at;
    }

    private static int Frame(ReadOnlySpan<byte> input, int start, Output output)
    {
        var reader = new SpanReader(input);
        reader.Seek(start + 4);
        var flags = reader.U8("flags of an LZ4 frame");
        if ((flags & 1) != 0) throw new UnreadableException("an LZ4 frame without dictionary", "one with a dictionary", start + 4);
        var largest = 1 << (8 + 2 * (reader.U8("block size") >> 4));
        var size = (flags & 8) != 0 ? reader.U64("content size") : (ulong?)null;
        reader.Skip(1);
        var first = output.Length;
        while (reader.U32("size of an LZ4 block") is var stated && stated != 0)
        {
            var at = reader.Position;
            var length = (int)(stated & 0x7fffffff);
            if (length > largest) throw new UnreadableException($"a block of at most {largest} bytes", $"{length}", at - 4);
            var block = reader.Take(length, "bytes of an LZ4 block");
            if ((flags & 0x10) != 0 && reader.U32("xxHash-32 of a block") is var sum && XxHash32(block) is var own && own != sum) throw new UnreadableException($"an LZ4 block with xxHash-32 {sum:x8}", $"{own:x8}", at);
            if ((int)stated < 0) output.Append(block, at);
            else Block(block, output, (flags & 0x20) != 0 ? output.Length : first, largest, at);
        }
        if (size is { } expected && expected != (ulong)(output.Length - first)) throw new UnreadableException($"{expected} bytes of LZ4 content", $"{output.Length - first}", reader.Offset);
        if ((flags & 4) != 0 && reader.U32("xxHash-32 of the content") is var check && XxHash32(output.Written[first..]) is var computed && computed != check) throw new UnreadableException($"LZ4 content with xxHash-32 {check:x8}", $"{computed:x8}", reader.Offset - 4);
        return reader.Position;
    }

    // Its end is the end of the file, or a number that is no size of a block.
    private static int Legacy(ReadOnlySpan<byte> input, int start, Output output)
    {
        var at = start + 4;
        while (input.Length - at >= 4)
        {
            var length = BinaryPrimitives.ReadUInt32LittleEndian(input[at..]);
            if (length is 0 or > LegacyBlock + LegacyBlock / 255 + 16) break;
            if (length > input.Length - at - 4)
            {
                // A kernel keeps the size of what is packed behind the last block.
                if (at > start + 4) break;
                throw new UnreadableException($"an LZ4 block of {length} bytes", $"{input.Length - at - 4} to the end", at);
            }
            var before = output.Length;
            Block(input.Slice(at + 4, (int)length), output, output.Length, LegacyBlock, at + 4);
            at += 4 + (int)length;
            // Only the last block holds less.
            if (output.Length - before < LegacyBlock) break;
        }
        return at;
    }

    // A block may look back to what stands before it, up to where its frame or, in a frame of independent blocks, it begins itself.
    private static void Block(ReadOnlySpan<byte> block, Output output, int history, int largest, int offset)
    {
        // What a block of this length can yield at most, so that a small input does not take the largest room.
        var room = (int)Math.Min(largest, 255L * block.Length + 64);
        var limit = output.Limit - output.Length;
        output.Reserve(Math.Min(room, Math.Max(1, limit)), offset);
        room = Math.Min(room, output.Room);
        try
        {
            output.Length += Lz4.Decode(block, output.Array.AsSpan(output.Start + history, output.Length - history + room), output.Length - history);
        }
        catch (UnreadableException unreadable)
        {
            if (room < largest && room == limit) throw new BudgetException("file", output.Limit);
            throw new UnreadableException(unreadable.Expected, unreadable.Found, offset + unreadable.Offset);
        }
    }

    /// <summary>xxHash-32 with seed 0 (xxHash/doc/xxhash_spec.md, "XXH32").</summary>
    internal static uint XxHash32(ReadOnlySpan<byte> bytes)
    {
        const uint P1 = 2654435761, P2 = 2246822519, P3 = 3266489917, P4 = 668265263, P5 = 374761393;
        var left = bytes;
        uint hash;
        if (left.Length >= 16)
        {
            uint a = unchecked(P1 + P2), b = P2, c = 0, d = unchecked(0 - P1);
            for (; left.Length >= 16; left = left[16..])
            {
                a = BitOperations.RotateLeft(a + BinaryPrimitives.ReadUInt32LittleEndian(left) * P2, 13) * P1;
                b = BitOperations.RotateLeft(b + BinaryPrimitives.ReadUInt32LittleEndian(left[4..]) * P2, 13) * P1;
                c = BitOperations.RotateLeft(c + BinaryPrimitives.ReadUInt32LittleEndian(left[8..]) * P2, 13) * P1;
                d = BitOperations.RotateLeft(d + BinaryPrimitives.ReadUInt32LittleEndian(left[12..]) * P2, 13) * P1;
            }
            hash = BitOperations.RotateLeft(a, 1) + BitOperations.RotateLeft(b, 7) + BitOperations.RotateLeft(c, 12) + BitOperations.RotateLeft(d, 18);
        }
        else
        {
            hash = P5;
        }
        hash += (uint)bytes.Length;
        for (; left.Length >= 4; left = left[4..]) hash = BitOperations.RotateLeft(hash + BinaryPrimitives.ReadUInt32LittleEndian(left) * P3, 17) * P4;
        foreach (var x in left) hash = BitOperations.RotateLeft(hash + x * P5, 11) * P1;
        hash = (hash ^ hash >> 15) * P2;
        hash = (hash ^ hash >> 13) * P3;
        return hash ^ hash >> 16;
    }
}
