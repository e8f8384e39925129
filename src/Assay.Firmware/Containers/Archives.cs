using System.Buffers.Binary;
using Assay.Evidence.Compression;

namespace Assay.Firmware.Containers;

/// <summary>Archives and compressions that are named and not yet read, and cpio.</summary>
internal static class Archives
{
    internal static readonly Format Cpio = new()
    {
        Kind = "cpio",
        Title = "cpio archive, newc, crc and odc",
        Group = FormatGroup.Archive,
        Source = "cpio(5); linux/Documentation/driver-api/early-userspace/buffer-format.rst",
        Proof = "`cpio`, samples",
        Signatures = [new("07070"u8.ToArray())],
        Recognise = bytes => FileSystems.Cpio.IsHeader(bytes) ? new("cpio", 0) : null,
        Open = opening => opening.FileSystem(FileSystems.Cpio.Open(opening.Bytes, opening.Place, opening.Budget)),
        IsExpectedInKernel = true,
    };

    internal static readonly Format Tar = new()
    {
        Kind = "tar",
        Title = "tar archive",
        Group = FormatGroup.Archive,
        Source = "POSIX.1-2017, pax",
        Signatures = [new("ustar"u8.ToArray(), 257)],
        Recognise = RecogniseTar,
    };

    internal static readonly Format Zip = new()
    {
        Kind = "zip",
        Title = "zip archive",
        Group = FormatGroup.Archive,
        Source = "PKWARE APPNOTE.TXT 6.3.10",
        Signatures = [new([(byte)'P', (byte)'K', 3, 4])],
        Recognise = RecogniseZip,
    };

    internal static readonly Format SevenZip = new()
    {
        Kind = "7z",
        Title = "7z archive",
        Group = FormatGroup.Archive,
        Source = "7-zip/DOC/7zFormat.txt",
        Signatures = [new([(byte)'7', (byte)'z', 0xbc, 0xaf, 0x27, 0x1c])],
        Recognise = RecogniseSevenZip,
    };

    internal static readonly Format Bzip2 = new()
    {
        Kind = "bzip2",
        Title = "bzip2 stream",
        Group = FormatGroup.Compression,
        Source = "bzip2 1.0.8",
        Signatures = [new("BZh"u8.ToArray())],
        Recognise = b => b.Length >= 14 && b[3] is >= (byte)'1' and <= (byte)'9' && b[4..].StartsWith("1AY&SY"u8) ? new("bzip2", 0) : null,
    };

    internal static readonly Format Lz4 = new()
    {
        Kind = "lz4",
        Title = "lz4 frame",
        Group = FormatGroup.Compression,
        Source = "lz4/doc/lz4_Frame_format.md",
        Signatures = [new([0x04, 0x22, 0x4d, 0x18])],
        Recognise = b => b.Length >= 7 && (b[4] & 0xc2) == 0x40 && (b[5] & 0x8f) == 0 && b[5] >> 4 >= 4 ? new("lz4", 0) : null,
    };

    internal static readonly Format Lzop = new()
    {
        Kind = "lzop",
        Title = "lzop file",
        Group = FormatGroup.Compression,
        Source = "lzop 1.04",
        Signatures = [new([0x89, (byte)'L', (byte)'Z', (byte)'O', 0, 0x0d, 0x0a, 0x1a, 0x0a])],
        Recognise = _ => new("lzop", 0),
    };

    internal static readonly Format Lzip = new()
    {
        Kind = "lzip",
        Title = "lzip member",
        Group = FormatGroup.Compression,
        Source = "lzip manual, file format",
        Signatures = [new("LZIP"u8.ToArray())],
        Recognise = b => b.Length >= 6 && b[4] == 1 && (b[5] & 0x1f) is >= 12 and <= 29 ? new("lzip", 0) : null,
    };

    internal static readonly Format OldCpio = new()
    {
        Kind = "cpio-binary",
        Title = "cpio archive, old binary",
        Group = FormatGroup.Archive,
        Source = "cpio(5)",
        Recognise = bytes => IsOldCpio(bytes) ? new("cpio-binary", 0) : null,
    };

    // POSIX ustar: the sum of the header's bytes, its own field taken as spaces, in octal.
    private static Recognised? RecogniseTar(ReadOnlySpan<byte> bytes)
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

    private static Recognised? RecogniseZip(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < 31 || bytes[4] is < 10 or > 63 || bytes[5] > 20) return null;
        ushort method = BinaryPrimitives.ReadUInt16LittleEndian(bytes[8..]), name = BinaryPrimitives.ReadUInt16LittleEndian(bytes[26..]);
        return method <= 99 && name is > 0 and < 1024 ? new("zip", 0) : null;
    }

    private static Recognised? RecogniseSevenZip(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < 32 || Crc32.Of(bytes.Slice(12, 20)) != BinaryPrimitives.ReadUInt32LittleEndian(bytes[8..])) return null;
        ulong next = BinaryPrimitives.ReadUInt64LittleEndian(bytes[12..]), size = BinaryPrimitives.ReadUInt64LittleEndian(bytes[20..]);
        return next < 1L << 40 && size < 1L << 40 ? new("7z", (long)(32 + next + size)) : null;
    }

    private static bool IsOldCpio(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < 28 || !(bytes[0] == 0xc7 && bytes[1] == 0x71 || bytes[0] == 0x71 && bytes[1] == 0xc7)) return false;
        var name = bytes[0] == 0xc7 ? BinaryPrimitives.ReadUInt16LittleEndian(bytes[20..]) : BinaryPrimitives.ReadUInt16BigEndian(bytes[20..]);
        return name is > 1 and < 4096 && bytes.Length > 26 + name && bytes[25 + name] == 0;
    }
}
