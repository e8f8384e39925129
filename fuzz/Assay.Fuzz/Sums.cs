using System.Buffers.Binary;
using Assay.Evidence.Compression;

namespace Assay.Fuzz;

/// <summary>
/// Makes right the sums that guard headers, so that what a fuzzer changed is read on and not refused at the door. Only where the rest of a header
/// still says what it is.
/// </summary>
internal static class Sums
{
    internal static byte[] Repair(byte[] bytes)
    {
        UImage(bytes);
        Trx(bytes);
        for (var at = 0; at + 64 <= bytes.Length; at += 4)
        {
            var b = bytes.AsSpan(at);
            if (b.StartsWith("UBI#"u8) || b.StartsWith("UBI!"u8)) BinaryPrimitives.WriteUInt32BigEndian(b[60..], ~Crc32.Of(b[..60]));
            else if (b[0] == 0x31 && b[1] == 0x18 && b[2] == 0x10 && b[3] == 0x06) UbiFsNode(b);
            else if (b[0] == 0x85 && b[1] == 0x19) Jffs2Node(b);
        }
        return bytes;
    }

    /// <summary>The sum behind each chunk of a PNG (ISO/IEC 15948, section 5.3).</summary>
    internal static byte[] RepairPng(byte[] bytes)
    {
        for (long at = 8; at + 12 <= bytes.Length;)
        {
            var length = BinaryPrimitives.ReadUInt32BigEndian(bytes.AsSpan((int)at));
            if (at + 12 + length > bytes.Length) break;
            BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan((int)(at + 8 + length)), Crc32.Of(bytes.AsSpan((int)at + 4, (int)length + 4)));
            at += 12 + length;
        }
        return bytes;
    }

    // ubifs-media.h: the common header holds the CRC of everything behind its first eight bytes.
    private static void UbiFsNode(Span<byte> b)
    {
        var length = BinaryPrimitives.ReadUInt32LittleEndian(b[16..]);
        if (length >= 24 && length <= b.Length) BinaryPrimitives.WriteUInt32LittleEndian(b[4..], ~Crc32.Of(b[8..(int)length]));
    }

    // jffs2.h: a CRC of the first eight bytes; inodes (type 0xe002) and names (0xe001) have two more.
    private static void Jffs2Node(Span<byte> b)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(b[8..], ~Crc32.Of(b[..8], 0xffffffff));
        var (kind, length) = (BinaryPrimitives.ReadUInt16LittleEndian(b[2..]), BinaryPrimitives.ReadUInt32LittleEndian(b[4..]));
        if (length > b.Length) return;
        if (kind == 0xe002 && length >= 68)
        {
            var data = BinaryPrimitives.ReadUInt32LittleEndian(b[48..]);
            if (data <= length - 68) BinaryPrimitives.WriteUInt32LittleEndian(b[60..], ~Crc32.Of(b.Slice(68, (int)data), 0xffffffff));
            BinaryPrimitives.WriteUInt32LittleEndian(b[64..], ~Crc32.Of(b[..60], 0xffffffff));
        }
        else if (kind == 0xe001 && length >= 40 && b[28] <= length - 40)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(b[36..], ~Crc32.Of(b.Slice(40, b[28]), 0xffffffff));
            BinaryPrimitives.WriteUInt32LittleEndian(b[32..], ~Crc32.Of(b[..32], 0xffffffff));
        }
    }

    private static void UImage(Span<byte> b)
    {
        if (b.Length < 64 || BinaryPrimitives.ReadUInt32BigEndian(b) != 0x27051956) return;
        b.Slice(4, 4).Clear();
        BinaryPrimitives.WriteUInt32BigEndian(b[4..], Crc32.Of(b[..64]));
    }

    private static void Trx(Span<byte> b)
    {
        if (b.Length < 28 || !b.StartsWith("HDR0"u8)) return;
        var size = BinaryPrimitives.ReadUInt32LittleEndian(b[4..]);
        if (size >= 28 && size <= b.Length) BinaryPrimitives.WriteUInt32LittleEndian(b[8..], ~Crc32.Of(b[12..(int)size]));
    }
}
