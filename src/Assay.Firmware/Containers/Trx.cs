using System.Buffers.Binary;
using Assay.Evidence;
using Assay.Evidence.Compression;

namespace Assay.Firmware.Containers;

/// <summary>Broadcom's container of routers: a header with a CRC, and up to four partitions by offset.</summary>
internal static class Trx
{
    internal static readonly Format Format = new()
    {
        Kind = "trx",
        Title = "TRX of Broadcom routers",
        Group = FormatGroup.Container,
        Source = "openwrt/package/system/mtd/src/trx.c; firmware-utils/src/trx.c, otrx.c",
        Proof = "a sample",
        Signatures = [new("HDR0"u8.ToArray())],
        Recognise = Recognise,
        Open = Open,
    };

    // The version behind the flags says how many offsets follow: three in the first, four in the second.
    private static Part Open(Opening opening)
    {
        var bytes = opening.Bytes.Span;
        var version = BinaryPrimitives.ReadUInt16LittleEndian(bytes[14..]);
        var header = version == 2 ? 32 : 28;
        var end = (int)Math.Min(opening.Found.Length, bytes.Length);
        var losses = new List<Loss>();
        var offsets = new List<int>();
        for (var at = 16; at < header && at + 4 <= end; at += 4)
        {
            var offset = BinaryPrimitives.ReadUInt32LittleEndian(bytes[at..]);
            if (offset == 0) continue;
            if (offset < header || offset >= end || offsets is [.., var last] && offset <= last) losses.Add(opening.Place.Loss(at, $"an offset behind the one before and up to {end}", $"{offset}"));
            else offsets.Add((int)offset);
        }
        var pieces = offsets.SelectMany((offset, i) => opening.Payload(offset, (i + 1 < offsets.Count ? offsets[i + 1] : end) - offset, "partition", $"partition {i + 1}"));
        return opening.Laid(header, pieces, losses, note: $"version {version}, {offsets.Count} partitions");
    }

    private static Recognised? Recognise(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < 28) return null;
        var size = BinaryPrimitives.ReadUInt32LittleEndian(bytes[4..]);
        if (size < 28 || size > bytes.Length || ~Crc32.Of(bytes[12..(int)size]) != BinaryPrimitives.ReadUInt32LittleEndian(bytes[8..])) return null;
        return new("trx", size);
    }
}
