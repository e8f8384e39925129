using System.Buffers.Binary;

namespace Assay.Firmware.FileSystems;

/// <summary>The file systems of block devices and of read-only images.</summary>
internal static class Blocks
{
    internal static readonly Format SquashFs = new()
    {
        Kind = "squashfs",
        Title = "SquashFS",
        Group = FormatGroup.FileSystem,
        Source = "linux/Documentation/filesystems/squashfs.rst; squashfs-tools: squashfs_compat.h, unsquash-1.c to unsquash-3.c",
        Proof = "version 4: `mksquashfs` with each of its compressors; versions 1 to 3 in both byte orders: `unsquashfs`, samples; vendors' LZMA with streams of `xz`",
        Limits = "extended attributes and the export table are left out",
        Signatures =
        [
            new("hsqs"u8.ToArray()), new("sqsh"u8.ToArray()), new("shsq"u8.ToArray()), new("qshs"u8.ToArray()),
            new("tqsh"u8.ToArray()), new("hsqt"u8.ToArray()), new("sqlz"u8.ToArray()), new("zlqs"u8.ToArray()),
        ],
        Recognise = bytes => FileSystems.SquashFs.IsHeader(bytes) ? new("squashfs", 0) : null,
        Open = opening =>
        {
            var files = FileSystems.SquashFs.Open(opening.Bytes, opening.Place, opening.Budget);
            var version = files.Version == 4 ? "" : $", version {files.Version}";
            return opening.FileSystem(files, $"{files.Compressor}, blocks of {files.BlockSize / 1024} KiB{version}{(files.IsBigEndian ? ", big endian" : "")}");
        },
        IsExpectedInKernel = true,
    };

    internal static readonly Format CramFs = new()
    {
        Kind = "cramfs",
        Title = "cramfs",
        Group = FormatGroup.FileSystem,
        Source = "linux/fs/cramfs/inode.c, linux/include/uapi/linux/cramfs_fs.h",
        Proof = "`mkfs.cramfs` in both byte orders, samples",
        Limits = "blocks that are stored or stand elsewhere are proved by hand only",
        Signatures = [new([0x45, 0x3d, 0xcd, 0x28]), new([0x28, 0xcd, 0x3d, 0x45])],
        Recognise = bytes => FileSystems.CramFs.IsHeader(bytes) ? new("cramfs", 0) : null,
        Open = opening =>
        {
            var files = FileSystems.CramFs.Open(opening.Bytes, opening.Place, opening.Budget);
            return opening.FileSystem(files, files.IsBigEndian ? "big endian" : "little endian");
        },
    };

    internal static readonly Format RomFs = new()
    {
        Kind = "romfs",
        Title = "romfs",
        Group = FormatGroup.FileSystem,
        Source = "linux/Documentation/filesystems/romfs.rst",
        Proof = "`genromfs`, samples",
        Limits = "that a file is executable is not shown",
        Signatures = [new("-rom1fs-"u8.ToArray())],
        Recognise = bytes => FileSystems.RomFs.IsHeader(bytes) ? new("romfs", 0) : null,
        Open = opening => opening.FileSystem(FileSystems.RomFs.Open(opening.Bytes, opening.Place, opening.Budget)),
    };

    internal static readonly Format Ext = new()
    {
        Kind = "ext",
        Title = "ext2, ext3, ext4",
        Group = FormatGroup.FileSystem,
        Source = "linux/Documentation/filesystems/ext4",
        Proof = "`mkfs.ext2`, `mkfs.ext3`, `mkfs.ext4`, `genext2fs`, `debugfs`, samples",
        Limits = "the journal is not replayed; encrypted files are named and not read, and so are those compressed by old patches; extended attributes are left out",
        Signatures = [new([0x53, 0xef], 0x438)],
        Recognise = bytes => FileSystems.Ext.IsHeader(bytes) ? new("ext", 0) : null,
        Open = opening =>
        {
            var files = FileSystems.Ext.Open(opening.Bytes, opening.Place, opening.Budget);
            return opening.FileSystem(files, files.Label.Length > 0 ? $"{files.Version}, named {files.Label}" : files.Version);
        },
    };

    internal static readonly Format Fat = new()
    {
        Kind = "fat",
        Title = "FAT",
        Group = FormatGroup.FileSystem,
        Source = "Microsoft FAT Specification (2005), ECMA-107",
        Proof = "`mkfs.fat`, mtools, samples",
        Limits = "short names beyond ASCII are shown as bytes; what was deleted is left out",
        Signatures = [new([0x55, 0xaa], 510)],
        Recognise = bytes => FileSystems.Fat.IsHeader(bytes) ? new("fat", 0) : null,
        Open = opening =>
        {
            var files = FileSystems.Fat.Open(opening.Bytes, opening.Place, opening.Budget);
            return opening.FileSystem(files, $"FAT{files.Bits}{(files.Label is { } label ? $", named {label}" : "")}");
        },
    };

    internal static readonly Format Erofs = new()
    {
        Kind = "erofs",
        Title = "EROFS",
        Group = FormatGroup.FileSystem,
        Source = "linux/Documentation/filesystems/erofs.rst; erofs-utils: include/erofs_fs.h, lib/zmap.c",
        Proof = "`mkfs.erofs`, in each of its layouts and with lz4; lzma, deflate, zstd, fragments and shared extents with a newer one than Debian 12 has",
        Limits = "content on other devices, inodes in a metabox and listed extents are named and not read; extended attributes are left out",
        Signatures = [new([0xe2, 0xe1, 0xf5, 0xe0], 1024)],
        Recognise = bytes => FileSystems.Erofs.IsHeader(bytes) ? new("erofs", 0) : null,
        Open = opening =>
        {
            var files = FileSystems.Erofs.Open(opening.Bytes, opening.Place, opening.Budget);
            return opening.FileSystem(files, $"blocks of {files.BlockSize} bytes");
        },
    };

    internal static readonly Format ExFat = new()
    {
        Kind = "exfat",
        Title = "exFAT",
        Group = FormatGroup.FileSystem,
        Source = "Microsoft exFAT file system specification",
        Signatures = [new("EXFAT   "u8.ToArray(), 3)],
        Recognise = bytes => FileSystems.Fat.IsExFat(bytes) ? new("exfat", ExFatLength(bytes)) : null,
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
