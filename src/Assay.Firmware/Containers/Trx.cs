using System.Buffers.Binary;
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
        Source = "openwrt/package/system/mtd/src/trx.c",
        Proof = "a sample",
        Signatures = [new("HDR0"u8.ToArray())],
        Recognise = Recognise,
        Open = opening => opening.Container(0x1c),
    };

    private static Recognised? Recognise(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < 28) return null;
        var size = BinaryPrimitives.ReadUInt32LittleEndian(bytes[4..]);
        if (size < 28 || size > bytes.Length || ~Crc32.Of(bytes[12..(int)size]) != BinaryPrimitives.ReadUInt32LittleEndian(bytes[8..])) return null;
        return new("trx", size);
    }
}
