using System.Buffers.Binary;

namespace Assay.Firmware.FileSystems;

/// <summary>File systems that are recognised, so that what was not looked at has a name and a length, and not read.</summary>
internal static class Named
{
    internal static readonly Format ExFat = new()
    {
        Kind = "exfat",
        Title = "exFAT",
        Group = FormatGroup.FileSystem,
        Source = "Microsoft exFAT file system specification",
        Signatures = [new("EXFAT   "u8.ToArray(), 3)],
        Recognise = bytes => Fat.IsExFat(bytes) ? new("exfat", ExFatLength(bytes)) : null,
    };

    internal static readonly Format F2fs = new()
    {
        Kind = "f2fs",
        Title = "F2FS",
        Group = FormatGroup.FileSystem,
        Source = "linux/include/linux/f2fs_fs.h",
        Signatures = [new([0x10, 0x20, 0xf5, 0xf2], 1024)],
        Recognise = bytes => F2fsLength(bytes) is > 0 and var length ? new("f2fs", length) : null,
    };

    internal static readonly Format Minix = new()
    {
        Kind = "minix",
        Title = "Minix",
        Group = FormatGroup.FileSystem,
        Source = "linux/include/uapi/linux/minix_fs.h",
        Signatures = [new([0x7f, 0x13], 1040), new([0x8f, 0x13], 1040), new([0x68, 0x24], 1040), new([0x78, 0x24], 1040), new([0x5a, 0x4d], 1048)],
        Recognise = bytes => MinixLength(bytes) is > 0 and var length ? new("minix", length) : null,
    };

    // In version 1 a block begins with revision, size and tail, and the superblock's entry names the format.
    internal static readonly Format LittleFs1 = new()
    {
        Kind = "littlefs-1",
        Title = "littlefs 1",
        Group = FormatGroup.FileSystem,
        Source = "littlefs/SPEC.md of version 1",
        Signatures = [new("littlefs"u8.ToArray(), 40)],
        Recognise = b => b.Length >= 52 && b[16] == 0x2e && b[17] == 20 && b[19] == 8 && BinaryPrimitives.ReadUInt32LittleEndian(b[28..]) is >= 128 and <= 1 << 24 and var size
            && BinaryPrimitives.ReadUInt32LittleEndian(b[32..]) is > 1 and < 1 << 24 and var count ? new("littlefs-1", Math.Min((long)size * count, b.Length)) : null,
    };

    private static long ExFatLength(ReadOnlySpan<byte> bytes)
    {
        var sectors = BinaryPrimitives.ReadInt64LittleEndian(bytes[72..]);
        return bytes[108] is >= 9 and <= 12 && sectors > 0 && sectors < 1L << 50 ? sectors << bytes[108] : bytes.Length;
    }

    // Blocks of 4 KiB; log sizes of sectors and blocks, and the number of blocks.
    private static long F2fsLength(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < 1024 + 64) return 0;
        var super = bytes[1024..];
        uint sector = BinaryPrimitives.ReadUInt32LittleEndian(super[8..]), perBlock = BinaryPrimitives.ReadUInt32LittleEndian(super[12..]), block = BinaryPrimitives.ReadUInt32LittleEndian(super[16..]);
        var blocks = BinaryPrimitives.ReadInt64LittleEndian(super[36..]);
        return sector is >= 9 and <= 14 && block is >= 12 and <= 14 && sector + perBlock == block && blocks > 0 && blocks < 1L << 40 ? blocks << (int)block : 0;
    }

    // The first zone of data stands behind the boot block, the superblock, both maps and the inodes: a sum that nothing else has.
    private static long MinixLength(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < 1024 + 32) return 0;
        var super = bytes[1024..];
        static uint U16(ReadOnlySpan<byte> b, int at) => BinaryPrimitives.ReadUInt16LittleEndian(b[at..]);
        static uint U32(ReadOnlySpan<byte> b, int at) => BinaryPrimitives.ReadUInt32LittleEndian(b[at..]);
        if (U16(super, 24) == 0x4d5a)
        {
            uint size = U16(super, 28), perBlock = size == 0 ? 0 : size / 64;
            if (size is < 1024 or > 4096 || (size & (size - 1)) != 0 || U16(super, 12) != 0) return 0;
            return U16(super, 10) == 2 + U16(super, 6) + U16(super, 8) + (U32(super, 0) + perBlock - 1) / perBlock ? (long)U32(super, 20) * size : 0;
        }
        var magic = U16(super, 16);
        var isSecond = magic is 0x2468 or 0x2478;
        if (!isSecond && magic is not (0x137f or 0x138f) || U16(super, 10) != 0) return 0;
        var inBlock = isSecond ? 16u : 32u;
        var zones = isSecond ? U32(super, 20) : U16(super, 2);
        return U16(super, 8) == 2 + U16(super, 4) + U16(super, 6) + (U16(super, 0) + inBlock - 1) / inBlock ? zones * 1024L : 0;
    }
}
