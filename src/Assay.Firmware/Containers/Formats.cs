using System.Buffers.Binary;
using System.Numerics;
using Assay.Evidence.Compression;
using Assay.Firmware.FileSystems;

namespace Assay.Firmware.Containers;

/// <summary>What a header says before anything behind it is believed: the kind, and how long it is.</summary>
/// <param name="Length">Bytes, header included, or 0 where only reading on will tell.</param>
internal readonly record struct Recognised(string Kind, long Length, string? Note = null);

/// <summary>
/// Recognition by content. A magic number alone proves nothing, so each format checks all that its header allows to check: sums, sizes that agree,
/// reserved fields. Formats that are only recognised, and not read, are named here as well, so that what was not looked at has a name.
/// </summary>
internal static class Formats
{
    private delegate Recognised? Recogniser(ReadOnlySpan<byte> bytes);

    /// <summary>Where a format's magic stands, and who judges the header.</summary>
    private readonly record struct Signature(byte[] Magic, int At, Recogniser Recognise);

    private static readonly Signature[] All =
    [
        new([0x27, 0x05, 0x19, 0x56], 0, UImage.Recognise),
        new([0x1f, 0x8b, 0x08], 0, b => Deflated(CompressionKind.Gzip, b)),
        new([0xfd, (byte)'7', (byte)'z', (byte)'X', (byte)'Z', 0], 0, b => Deflated(CompressionKind.Xz, b)),
        new([0x28, 0xb5, 0x2f, 0xfd], 0, b => Deflated(CompressionKind.Zstandard, b)),
        new([0x5d, 0x00, 0x00], 0, b => Deflated(CompressionKind.Lzma, b)),
        new("hsqs"u8.ToArray(), 0, Squash),
        new("sqsh"u8.ToArray(), 0, Squash),
        new("shsq"u8.ToArray(), 0, Squash),
        new("qshs"u8.ToArray(), 0, Squash),
        new("07070"u8.ToArray(), 0, b => Cpio.IsHeader(b) ? new("cpio", 0) : null),
        new([0x18, 0x28, 0x6f, 0x01], 0x24, b => ZImage(b, bigEndian: false)),
        new([0x01, 0x6f, 0x28, 0x18], 0x24, b => ZImage(b, bigEndian: true)),
        new("HdrS"u8.ToArray(), 0x202, BzImage),
        new([0x7f, (byte)'E', (byte)'L', (byte)'F'], 0, Elf),
        new([0xd0, 0x0d, 0xfe, 0xed], 0, DeviceTree),
        new([0x85, 0x19], 0, b => Jffs2(b, bigEndian: false)),
        new([0x19, 0x85], 0, b => Jffs2(b, bigEndian: true)),
        new("UBI#"u8.ToArray(), 0, Ubi),
        new([0x31, 0x18, 0x10, 0x06], 0, UbiFs),
        new([0x45, 0x3d, 0xcd, 0x28], 0, b => CramFs(b, bigEndian: false)),
        new([0x28, 0xcd, 0x3d, 0x45], 0, b => CramFs(b, bigEndian: true)),
        new("-rom1fs-"u8.ToArray(), 0, RomFs),
        new([0x53, 0xef], 0x438, Ext),
        new("HDR0"u8.ToArray(), 0, Trx),
        new("ustar"u8.ToArray(), 257, Tar),
        new([(byte)'P', (byte)'K', 3, 4], 0, Zip),
        new([(byte)'7', (byte)'z', 0xbc, 0xaf, 0x27, 0x1c], 0, SevenZip),
        new("BZh"u8.ToArray(), 0, b => b.Length >= 14 && b[3] is >= (byte)'1' and <= (byte)'9' && b[4..].StartsWith("1AY&SY"u8) ? new("bzip2", 0) : null),
        new([0x04, 0x22, 0x4d, 0x18], 0, b => b.Length >= 7 && (b[4] & 0xc2) == 0x40 && (b[5] & 0x8f) == 0 && b[5] >> 4 >= 4 ? new("lz4", 0) : null),
        new([0x89, (byte)'L', (byte)'Z', (byte)'O', 0, 0x0d, 0x0a, 0x1a, 0x0a], 0, _ => new("lzop", 0)),
        new("LZIP"u8.ToArray(), 0, b => b.Length >= 6 && b[4] == 1 && (b[5] & 0x1f) is >= 12 and <= 29 ? new("lzip", 0) : null),
    ];

    // All signatures by the first byte of their magic: the scan looks for these bytes only.
    private static readonly Signature[]?[] ByFirst = Enumerable.Range(0, 256).Select(b => All.Where(s => s.Magic[0] == b).ToArray() is { Length: > 0 } some ? some : null).ToArray();

    // Two bytes together are far rarer than one: the second bytes allowed behind each first one.
    private static readonly ulong[] Pairs = MakePairs();

    private static readonly System.Buffers.SearchValues<byte> FirstBytes = System.Buffers.SearchValues.Create(All.Select(s => s.Magic[0]).Distinct().ToArray());

    private static ulong[] MakePairs()
    {
        var pairs = new ulong[256 * 4];
        foreach (var signature in All) pairs[signature.Magic[0] * 4 + (signature.Magic[1] >> 6)] |= 1UL << (signature.Magic[1] & 63);
        return pairs;
    }

    /// <summary>Kernels hold test vectors and magic numbers of many formats; these are what they carry to be used.</summary>
    internal static bool IsExpectedInKernel(string kind) => kind is "cpio" or "gzip" or "xz" or "zstd" or "lzma" or "squashfs" or "dtb";

    /// <summary>What begins exactly at the start of <paramref name="bytes"/>; null when nothing is recognised.</summary>
    internal static Recognised? At(ReadOnlySpan<byte> bytes)
    {
        foreach (var signature in All)
        {
            if (bytes.Length < signature.At + signature.Magic.Length || !bytes[signature.At..].StartsWith(signature.Magic)) continue;
            if (signature.Recognise(bytes) is { } found) return found;
        }
        if (Lzma(bytes)) return new("lzma", 0);
        if (IsOldCpio(bytes)) return new("cpio-binary", 0);
        if (IsFat(bytes)) return new("fat", bytes.Length);
        if (IsF2fs(bytes)) return new("f2fs", bytes.Length);
        if (IsPartitionTable(bytes)) return new("mbr", 512);
        return null;
    }

    /// <summary>The first place from <paramref name="from"/> on where something begins; -1 when there is none.</summary>
    internal static int Next(ReadOnlySpan<byte> bytes, int from, out Recognised found)
    {
        // A magic inside its structure (zImage, ext, tar) is met after the start of the structure: the start must not lie before `from`,
        // and the earliest start wins, so a hit is kept while another could still begin before it.
        for (var at = from; at < bytes.Length - 1; at++)
        {
            var skip = bytes[at..^1].IndexOfAny(FirstBytes);
            if (skip < 0) break;
            at += skip;
            var second = bytes[at + 1];
            if ((Pairs[bytes[at] * 4 + (second >> 6)] >> (second & 63) & 1) == 0) continue;
            foreach (var signature in ByFirst[bytes[at]]!)
            {
                var start = at - signature.At;
                if (start < from || !bytes[at..].StartsWith(signature.Magic)) continue;
                if (signature.Recognise(bytes[start..]) is not { } recognised) continue;
                found = recognised;
                return start;
            }
        }
        found = default;
        return -1;
    }

    private static Recognised? Deflated(CompressionKind kind, ReadOnlySpan<byte> bytes) =>
        (kind == CompressionKind.Lzma ? Lzma(bytes) : Decompression.IsHeader(kind, bytes)) ? new(Decompression.Name(kind), 0) : null;

    // LZMA has no magic: besides what the header allows, the size must be one that a firmware part can have.
    private static bool Lzma(ReadOnlySpan<byte> bytes)
    {
        if (!Decompression.IsHeader(CompressionKind.Lzma, bytes)) return false;
        var size = BinaryPrimitives.ReadInt64LittleEndian(bytes[5..]);
        return BinaryPrimitives.ReadUInt32LittleEndian(bytes[1..]) >= 1 << 16 && size is -1 or < 1 << 30;
    }

    private static Recognised? Squash(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < SquashFs.HeaderSize) return null;
        if (SquashFs.IsHeader(bytes)) return new("squashfs", 0);
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

    private static bool IsOldCpio(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < 28 || !(bytes[0] == 0xc7 && bytes[1] == 0x71 || bytes[0] == 0x71 && bytes[1] == 0xc7)) return false;
        var name = bytes[0] == 0xc7 ? BinaryPrimitives.ReadUInt16LittleEndian(bytes[20..]) : BinaryPrimitives.ReadUInt16BigEndian(bytes[20..]);
        return name is > 1 and < 4096 && bytes.Length > 26 + name && bytes[25 + name] == 0;
    }

    // linux/Documentation/arch/arm/booting.rst: magic at 0x24, start and end address behind it.
    private static Recognised? ZImage(ReadOnlySpan<byte> bytes, bool bigEndian)
    {
        if (bytes.Length < 0x30) return null;
        var start = bigEndian ? BinaryPrimitives.ReadUInt32BigEndian(bytes[0x28..]) : BinaryPrimitives.ReadUInt32LittleEndian(bytes[0x28..]);
        var end = bigEndian ? BinaryPrimitives.ReadUInt32BigEndian(bytes[0x2c..]) : BinaryPrimitives.ReadUInt32LittleEndian(bytes[0x2c..]);
        return end > start && end - start is >= 0x1000 and < 1 << 28 ? new("zimage", end - start, bigEndian ? "ARM, big endian" : "ARM") : null;
    }

    // linux/Documentation/arch/x86/boot.rst.
    private static Recognised? BzImage(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < 0x260 || bytes[0x1fe] != 0x55 || bytes[0x1ff] != 0xaa) return null;
        var version = BinaryPrimitives.ReadUInt16LittleEndian(bytes[0x206..]);
        if (version is < 0x200 or > 0x2ff) return null;
        var sectors = bytes[0x1f1] == 0 ? 4 : bytes[0x1f1];
        return new("bzimage", (sectors + 1) * 512L + BinaryPrimitives.ReadUInt32LittleEndian(bytes[0x1f4..]) * 16L, "x86");
    }

    // System V ABI: the file ends with its section table, or with the last segment.
    private static Recognised? Elf(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < 64 || bytes[4] is not (1 or 2) || bytes[5] is not (1 or 2) || bytes[6] != 1) return null;
        var wide = bytes[4] == 2;
        var big = bytes[5] == 2;
        ushort U16(ReadOnlySpan<byte> b, int at) => big ? BinaryPrimitives.ReadUInt16BigEndian(b[at..]) : BinaryPrimitives.ReadUInt16LittleEndian(b[at..]);
        ulong U(ReadOnlySpan<byte> b, int at) => (wide, big) switch
        {
            (true, true) => BinaryPrimitives.ReadUInt64BigEndian(b[at..]),
            (true, false) => BinaryPrimitives.ReadUInt64LittleEndian(b[at..]),
            (false, true) => BinaryPrimitives.ReadUInt32BigEndian(b[at..]),
            _ => BinaryPrimitives.ReadUInt32LittleEndian(b[at..]),
        };
        if (U16(bytes, 16) is 0 or > 4) return null;
        var sections = U(bytes, wide ? 0x28 : 0x20);
        var end = sections + (ulong)U16(bytes, wide ? 0x3a : 0x2e) * U16(bytes, wide ? 0x3c : 0x30);
        var segments = U(bytes, wide ? 0x20 : 0x1c);
        int each = U16(bytes, wide ? 0x36 : 0x2a), count = U16(bytes, wide ? 0x38 : 0x2c);
        if (each is not 0 && each != (wide ? 56 : 32)) return null;
        for (var i = 0; i < count && segments < (ulong)bytes.Length; i++)
        {
            var at = segments + (ulong)(i * each);
            if (at + (ulong)each > (ulong)bytes.Length) return null;
            end = Math.Max(end, U(bytes, (int)at + (wide ? 8 : 4)) + U(bytes, (int)at + (wide ? 32 : 16)));
        }
        return end is >= 52 and < 1L << 31 ? new("elf", (long)Math.Min(end, (ulong)bytes.Length)) : null;
    }

    // Devicetree Specification 0.4, 5.2.
    private static Recognised? DeviceTree(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < 40) return null;
        uint U(ReadOnlySpan<byte> b, int at) => BinaryPrimitives.ReadUInt32BigEndian(b[at..]);
        var size = U(bytes, 4);
        if (size < 56 || U(bytes, 8) >= size || U(bytes, 12) >= size || U(bytes, 20) is < 16 or > 17 || U(bytes, 24) > 17) return null;
        // U-Boot's FIT is a device tree whose root has a node "images".
        var tree = bytes[..(int)Math.Min(size, bytes.Length)];
        return new(tree[..Math.Min(tree.Length, 4096)].IndexOf("\0\0\0\u0001images\0"u8) >= 0 ? "fit" : "dtb", size);
    }

    // jffs2.h: every node begins with magic, type, total length and a CRC (without final inversion) over these eight bytes.
    private static Recognised? Jffs2(ReadOnlySpan<byte> bytes, bool bigEndian)
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
    private static Recognised? Ubi(ReadOnlySpan<byte> bytes)
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

    private static Recognised? UbiFs(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < 4096 || bytes[20] != 6) return null;
        long block = BinaryPrimitives.ReadUInt32LittleEndian(bytes[36..]), count = BinaryPrimitives.ReadUInt32LittleEndian(bytes[40..]);
        return block is >= 0x3000 and <= 0x200000 && count is > 0 and < 1 << 24 ? new("ubifs", Math.Min(block * count, bytes.Length)) : null;
    }

    private static Recognised? CramFs(ReadOnlySpan<byte> bytes, bool bigEndian)
    {
        if (bytes.Length < 76 || !bytes[16..].StartsWith("Compressed ROMFS"u8)) return null;
        var size = bigEndian ? BinaryPrimitives.ReadUInt32BigEndian(bytes[4..]) : BinaryPrimitives.ReadUInt32LittleEndian(bytes[4..]);
        return size >= 76 ? new("cramfs", size, bigEndian ? "big endian" : "little endian") : null;
    }

    private static Recognised? RomFs(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < 32) return null;
        var size = BinaryPrimitives.ReadUInt32BigEndian(bytes[8..]);
        if (size < 32 || size > bytes.Length) return null;
        uint sum = 0;
        for (var i = 0; i < Math.Min(512, (int)size & ~3); i += 4) sum += BinaryPrimitives.ReadUInt32BigEndian(bytes[i..]);
        return sum == 0 ? new("romfs", (size + 1023L) & ~1023L) : null;
    }

    // linux/Documentation/filesystems/ext4/super.rst: the superblock stands at 1024.
    private static Recognised? Ext(ReadOnlySpan<byte> bytes)
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

    private static Recognised? Trx(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < 28) return null;
        var size = BinaryPrimitives.ReadUInt32LittleEndian(bytes[4..]);
        if (size < 28 || size > bytes.Length || ~Crc32.Of(bytes[12..(int)size]) != BinaryPrimitives.ReadUInt32LittleEndian(bytes[8..])) return null;
        return new("trx", size);
    }

    // POSIX ustar: the sum of the header's bytes, its own field taken as spaces, in octal.
    private static Recognised? Tar(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < 512) return null;
        var sum = 8 * ' ';
        for (var i = 0; i < 512; i++) sum += i is >= 148 and < 156 ? 0 : bytes[i];
        var stated = 0;
        foreach (var b in bytes.Slice(148, 8))
        {
            if (b is >= (byte)'0' and <= (byte)'7') stated = stated * 8 + b - '0';
        }
        return stated == sum ? new("tar", TarLength(bytes)) : null;
    }

    // Member after member, then the blocks of zeros that end an archive.
    private static long TarLength(ReadOnlySpan<byte> bytes)
    {
        long at = 0;
        while (at + 512 <= bytes.Length && bytes[(int)at..].Slice(257, 5).SequenceEqual("ustar"u8))
        {
            long size = 0;
            foreach (var b in bytes.Slice((int)at + 124, 12))
            {
                if (b is >= (byte)'0' and <= (byte)'7') size = size * 8 + b - '0';
            }
            at += 512 + ((size + 511) & ~511L);
        }
        while (at + 512 <= bytes.Length && !bytes.Slice((int)at, 512).ContainsAnyExcept((byte)0)) at += 512;
        return at;
    }

    private static Recognised? Zip(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < 31 || bytes[4] is < 10 or > 63 || bytes[5] > 20) return null;
        ushort method = BinaryPrimitives.ReadUInt16LittleEndian(bytes[8..]), name = BinaryPrimitives.ReadUInt16LittleEndian(bytes[26..]);
        return method <= 99 && name is > 0 and < 1024 ? new("zip", 0) : null;
    }

    // PC master boot record: four entries of which at least one is used, each with a status of 00 or 80 and sectors behind the first.
    private static bool IsPartitionTable(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < 512 || bytes[510] != 0x55 || bytes[511] != 0xaa) return false;
        var used = 0;
        for (var at = 446; at < 510; at += 16)
        {
            if (bytes[at] is not (0 or 0x80)) return false;
            if (bytes[at + 4] == 0) continue;
            if (BinaryPrimitives.ReadUInt32LittleEndian(bytes[(at + 8)..]) == 0 || BinaryPrimitives.ReadUInt32LittleEndian(bytes[(at + 12)..]) == 0) return false;
            used++;
        }
        return used > 0;
    }

    // Microsoft FAT: a jump, the sector size, and the label of the type where the format puts it.
    private static bool IsFat(ReadOnlySpan<byte> bytes) =>
        bytes.Length >= 512 && bytes[0] is 0xeb or 0xe9 && bytes[510] == 0x55 && bytes[511] == 0xaa && BinaryPrimitives.ReadUInt16LittleEndian(bytes[11..]) is 512 or 1024 or 2048 or 4096
        && (bytes[54..].StartsWith("FAT"u8) || bytes[82..].StartsWith("FAT32"u8));

    private static bool IsF2fs(ReadOnlySpan<byte> bytes) => bytes.Length >= 2048 && BinaryPrimitives.ReadUInt32LittleEndian(bytes[1024..]) == 0xf2f52010;

    private static Recognised? SevenZip(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < 32 || Crc32.Of(bytes.Slice(12, 20)) != BinaryPrimitives.ReadUInt32LittleEndian(bytes[8..])) return null;
        ulong next = BinaryPrimitives.ReadUInt64LittleEndian(bytes[12..]), size = BinaryPrimitives.ReadUInt64LittleEndian(bytes[20..]);
        return next < 1L << 40 && size < 1L << 40 ? new("7z", (long)(32 + next + size)) : null;
    }
}
