using System.Buffers.Binary;
using System.Numerics;
using Assay.Evidence.Compression;

namespace Assay.Firmware.Containers;

/// <summary>File systems whose readers are on their way.</summary>
internal static class Pending
{
    internal static readonly Format SquashFs = new()
    {
        Kind = "squashfs",
        Title = "SquashFS",
        Group = FormatGroup.FileSystem,
        Source = "linux/Documentation/filesystems/squashfs.rst",
        Proof = "`mksquashfs`, `unsquashfs`, samples",
        Signatures = [new("hsqs"u8.ToArray()), new("sqsh"u8.ToArray()), new("shsq"u8.ToArray()), new("qshs"u8.ToArray())],
        Recognise = Squash,
        Open = opening =>
        {
            if (opening.Found.Kind != "squashfs") return opening.Unread();
            var files = FileSystems.SquashFs.Open(opening.Bytes, opening.Place, opening.Budget);
            return opening.FileSystem(files, $"{files.Compressor}, blocks of {files.BlockSize / 1024} KiB");
        },
        IsExpectedInKernel = true,
    };

    internal static readonly Format Jffs2 = new()
    {
        Kind = "jffs2",
        Title = "JFFS2",
        Group = FormatGroup.FileSystem,
        Source = "linux/include/uapi/linux/jffs2.h",
        Signatures = [new([0x85, 0x19]), new([0x19, 0x85])],
        Recognise = b => RecogniseJffs2(b, bigEndian: b[0] == 0x19),
    };

    internal static readonly Format Ubi = new()
    {
        Kind = "ubi",
        Title = "UBI",
        Group = FormatGroup.Container,
        Source = "linux/drivers/mtd/ubi/ubi-media.h",
        Signatures = [new("UBI#"u8.ToArray())],
        Recognise = RecogniseUbi,
    };

    internal static readonly Format UbiFs = new()
    {
        Kind = "ubifs",
        Title = "UBIFS",
        Group = FormatGroup.FileSystem,
        Source = "linux/fs/ubifs/ubifs-media.h",
        Signatures = [new([0x31, 0x18, 0x10, 0x06])],
        Recognise = RecogniseUbiFs,
    };

    internal static readonly Format CramFs = new()
    {
        Kind = "cramfs",
        Title = "CramFS",
        Group = FormatGroup.FileSystem,
        Source = "linux/include/uapi/linux/cramfs_fs.h",
        Signatures = [new([0x45, 0x3d, 0xcd, 0x28]), new([0x28, 0xcd, 0x3d, 0x45])],
        Recognise = b => RecogniseCramFs(b, bigEndian: b[0] == 0x28),
    };

    internal static readonly Format RomFs = new()
    {
        Kind = "romfs",
        Title = "ROMFS",
        Group = FormatGroup.FileSystem,
        Source = "linux/Documentation/filesystems/romfs.rst",
        Signatures = [new("-rom1fs-"u8.ToArray())],
        Recognise = RecogniseRomFs,
    };

    internal static readonly Format Ext = new()
    {
        Kind = "ext",
        Title = "ext2, ext3, ext4",
        Group = FormatGroup.FileSystem,
        Source = "linux/Documentation/filesystems/ext4",
        Signatures = [new([0x53, 0xef], 0x438)],
        Recognise = RecogniseExt,
    };

    internal static readonly Format Fat = new()
    {
        Kind = "fat",
        Title = "FAT",
        Group = FormatGroup.FileSystem,
        Source = "Microsoft FAT specification",
        Recognise = bytes => IsFat(bytes) ? new("fat", bytes.Length) : null,
    };

    internal static readonly Format F2fs = new()
    {
        Kind = "f2fs",
        Title = "F2FS",
        Group = FormatGroup.FileSystem,
        Source = "linux/include/linux/f2fs_fs.h",
        Recognise = bytes => IsF2fs(bytes) ? new("f2fs", bytes.Length) : null,
    };

    private static Recognised? Squash(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < FileSystems.SquashFs.HeaderSize) return null;
        if (FileSystems.SquashFs.IsHeader(bytes)) return new("squashfs", 0);
        // Other versions and byte orders are recognised: version and block size must be ones that were written.
        var big = bytes.StartsWith("sqsh"u8) || bytes.StartsWith("qshs"u8);
        ushort U16(ReadOnlySpan<byte> b, int at) => big ? BinaryPrimitives.ReadUInt16BigEndian(b[at..]) : BinaryPrimitives.ReadUInt16LittleEndian(b[at..]);
        uint U32(ReadOnlySpan<byte> b, int at) => big ? BinaryPrimitives.ReadUInt32BigEndian(b[at..]) : BinaryPrimitives.ReadUInt32LittleEndian(b[at..]);
        var version = U16(bytes, 28);
        if (version == 4 && U32(bytes, 12) is >= 4096 and <= 1 << 20 && BitOperations.IsPow2(U32(bytes, 12)) && U16(bytes, 30) == 0)
        {
            var used = big ? BinaryPrimitives.ReadUInt64BigEndian(bytes[40..]) : BinaryPrimitives.ReadUInt64LittleEndian(bytes[40..]);
            return used <= (ulong)bytes.Length ? new("squashfs-4" + (big ? "-be" : ""), (long)used) : null;
        }
        // Vendors mark their own compression in the minor number.
        if (version is 1 or 2 or 3 && U16(bytes, 30) <= 255)
        {
            var used = version == 3 ? (big ? BinaryPrimitives.ReadUInt64BigEndian(bytes[63..]) : BinaryPrimitives.ReadUInt64LittleEndian(bytes[63..])) : U32(bytes, 8);
            return used >= 64 && used <= (ulong)bytes.Length ? new($"squashfs-{version}" + (big ? "-be" : ""), (long)used) : null;
        }
        return null;
    }

    // jffs2.h: every node begins with magic, type, total length and a CRC (without final inversion) over these eight bytes.
    private static Recognised? RecogniseJffs2(ReadOnlySpan<byte> bytes, bool bigEndian)
    {
        long end = 0;
        var nodes = 0;
        while (end <= bytes.Length - 12)
        {
            var b = bytes[(int)end..];
            var magic = bigEndian ? BinaryPrimitives.ReadUInt16BigEndian(b) : BinaryPrimitives.ReadUInt16LittleEndian(b);
            if (magic == 0x1985)
            {
                var crc = bigEndian ? BinaryPrimitives.ReadUInt32BigEndian(b[8..]) : BinaryPrimitives.ReadUInt32LittleEndian(b[8..]);
                var length = bigEndian ? BinaryPrimitives.ReadUInt32BigEndian(b[4..]) : BinaryPrimitives.ReadUInt32LittleEndian(b[4..]);
                if (~Crc32.Of(b[..8], 0xffffffff) == crc && length >= 12 && length <= bytes.Length - end)
                {
                    nodes++;
                    end += (length + 3) & ~3L;
                    continue;
                }
                if (nodes < 2) return null;
            }
            // Between nodes there is erased flash or zeros up to the next erase block.
            var gap = b.IndexOfAnyExcept((byte)0xff, (byte)0);
            if (nodes < 2) return null;
            if (gap < 0)
            {
                end = bytes.Length;
                break;
            }
            if (gap < 4 || gap % 4 != 0 || b[gap] != (bigEndian ? 0x19 : 0x85)) break;
            end += gap;
        }
        return nodes >= 2 ? new("jffs2", Math.Min(end, bytes.Length), bigEndian ? "big endian" : "little endian") : null;
    }

    // ubi-media.h: the erase counter header of 64 bytes ends with a CRC over the first 60; blocks follow one another.
    private static Recognised? RecogniseUbi(ReadOnlySpan<byte> bytes)
    {
        static bool IsBlock(ReadOnlySpan<byte> b) =>
            b.Length >= 64 && b.StartsWith("UBI#"u8) && b[4] == 1 && ~Crc32.Of(b[..60]) == BinaryPrimitives.ReadUInt32BigEndian(b[60..]);
        if (!IsBlock(bytes)) return null;
        foreach (var size in (ReadOnlySpan<int>)[0x4000, 0x8000, 0x10000, 0x20000, 0x40000, 0x80000, 0x100000, 0x200000])
        {
            if (bytes.Length < size + 64 || !IsBlock(bytes[size..])) continue;
            long end = size;
            while (end <= bytes.Length - 64 && IsBlock(bytes[(int)end..])) end += size;
            return new("ubi", Math.Min(end, bytes.Length), $"erase blocks of {size / 1024} KiB");
        }
        return new("ubi", 0);
    }

    private static Recognised? RecogniseUbiFs(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < 4096 || bytes[20] != 6) return null;
        long block = BinaryPrimitives.ReadUInt32LittleEndian(bytes[36..]), count = BinaryPrimitives.ReadUInt32LittleEndian(bytes[40..]);
        return block is >= 0x3000 and <= 0x200000 && count is > 0 and < 1 << 24 ? new("ubifs", Math.Min(block * count, bytes.Length)) : null;
    }

    private static Recognised? RecogniseCramFs(ReadOnlySpan<byte> bytes, bool bigEndian)
    {
        if (bytes.Length < 76 || !bytes[16..].StartsWith("Compressed ROMFS"u8)) return null;
        var size = bigEndian ? BinaryPrimitives.ReadUInt32BigEndian(bytes[4..]) : BinaryPrimitives.ReadUInt32LittleEndian(bytes[4..]);
        return size >= 76 ? new("cramfs", size, bigEndian ? "big endian" : "little endian") : null;
    }

    private static Recognised? RecogniseRomFs(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < 32) return null;
        var size = BinaryPrimitives.ReadUInt32BigEndian(bytes[8..]);
        if (size < 32 || size > bytes.Length) return null;
        uint sum = 0;
        for (var i = 0; i < Math.Min(512, (int)size & ~3); i += 4) sum += BinaryPrimitives.ReadUInt32BigEndian(bytes[i..]);
        return sum == 0 ? new("romfs", (size + 1023L) & ~1023L) : null;
    }

    // linux/Documentation/filesystems/ext4/super.rst: the superblock stands at 1024.
    private static Recognised? RecogniseExt(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < 2048) return null;
        var super = bytes[1024..];
        uint U(ReadOnlySpan<byte> b, int at) => BinaryPrimitives.ReadUInt32LittleEndian(b[at..]);
        var logarithm = U(super, 24);
        if (logarithm > 6 || U(super, 0) == 0 || U(super, 4) == 0 || U(super, 32) == 0 || U(super, 40) == 0 || U(super, 76) > 1) return null;
        if (U(super, 20) != (logarithm == 0 ? 1 : 0) || U(super, 12) > U(super, 4) || U(super, 16) > U(super, 0)) return null;
        var version = (U(super, 96) & 0x40) != 0 ? "ext4" : (U(super, 92) & 4) != 0 ? "ext3" : "ext2";
        return new("ext", (long)U(super, 4) << (10 + (int)logarithm), version);
    }

    // Microsoft FAT: a jump, the sector size, and the label of the type where the format puts it.
    private static bool IsFat(ReadOnlySpan<byte> bytes) =>
        bytes.Length >= 512 && bytes[0] is 0xeb or 0xe9 && bytes[510] == 0x55 && bytes[511] == 0xaa && BinaryPrimitives.ReadUInt16LittleEndian(bytes[11..]) is 512 or 1024 or 2048 or 4096
        && (bytes[54..].StartsWith("FAT"u8) || bytes[82..].StartsWith("FAT32"u8));

    private static bool IsF2fs(ReadOnlySpan<byte> bytes) => bytes.Length >= 2048 && BinaryPrimitives.ReadUInt32LittleEndian(bytes[1024..]) == 0xf2f52010;
}
