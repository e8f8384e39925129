using System.Buffers.Binary;
using Assay.Evidence;
using Assay.Evidence.Compression;

namespace Assay.Firmware.Containers.Vendors;

/// <summary>Kernels as AVM's boot loader EVA takes them: records with a sum, the first of them packed with LZMA, its properties among the fields.</summary>
internal static class Avm
{
    internal static readonly Format Format = new()
    {
        Kind = "avm-eva",
        Title = "Kernel for EVA of AVM",
        Group = FormatGroup.Container,
        Source = "firmware-utils/src/lzma2eva.c",
        Proof = "`lzma2eva`",
        Limits = "records in big endian; kernels with a second packed part",
        Signatures = [new([0x81, 0x12, 0xed, 0xfe])],
        Recognise = bytes => Read(bytes) is var length && length > 0 ? new("avm-eva", length, $"to address 0x{U(bytes, 8):x8}") : null,
        Open = Open,
    };

    private const int RecordHeader = 12, PackedHeader = 24, LzmaHeader = 13, Trailer = 4 + 8;
    private const uint LzmaType = 0x075a0201;

    private static uint U(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt32LittleEndian(bytes[at..]);

    private static long Read(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < RecordHeader + PackedHeader + 8 || U(bytes, 12) != LzmaType) return 0;
        long record = U(bytes, 4), packed = U(bytes, 16);
        if (record != packed + PackedHeader || packed < 8 || bytes[28] >= 225 || bytes.Slice(33, 3).ContainsAnyExcept((byte)0)) return 0;
        var end = RecordHeader + record;
        // Behind the sum comes a record without magic, which says where to begin.
        var whole = end + Trailer <= bytes.Length && U(bytes, (int)end + 4) == 0;
        return end + (whole ? Trailer : 4);
    }

    private static Part Open(Opening opening)
    {
        var bytes = opening.Bytes.Span;
        var losses = new List<Loss>();
        var start = RecordHeader + PackedHeader;
        long stated = U(bytes, 16);
        var packed = bytes.Slice(start, (int)Math.Min(stated, bytes.Length - start));
        if (packed.Length == stated)
        {
            if (Crc32.Of(packed) is var crc && crc != U(bytes, 24)) losses.Add(opening.Place.Loss(start, $"a packed kernel with CRC-32 {U(bytes, 24):x8}", $"{crc:x8}"));
            if (start + stated + 4 <= bytes.Length)
            {
                uint sum = U(bytes, 4) + U(bytes, 8) + U(bytes, start + (int)stated);
                foreach (var b in bytes[RecordHeader..(start + (int)stated)]) sum += b;
                if (sum != 0) losses.Add(opening.Place.Loss(start + stated, "a record whose sum is 0", $"{sum:x8}"));
            }
        }
        // The stream as a file of its own would begin.
        var alone = new byte[LzmaHeader + packed.Length];
        bytes.Slice(28, 5).CopyTo(alone);
        BinaryPrimitives.WriteInt64LittleEndian(alone.AsSpan(5), U(bytes, 20));
        packed.CopyTo(alone.AsSpan(LzmaHeader));
        return opening.Decoded(Decompression.Decode(CompressionKind.Lzma, alone, opening.Budget, opening.Image.RoomLeft), start, losses);
    }
}
