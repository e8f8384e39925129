using System.Buffers.Binary;

namespace Assay.Firmware.FileSystems;

/// <summary>The file systems of raw flash, which work on erase blocks and without a controller.</summary>
internal static class Flash
{
    internal static readonly Format Jffs2 = new()
    {
        Kind = "jffs2",
        Title = "JFFS2",
        Group = FormatGroup.FileSystem,
        Source = "linux/include/uapi/linux/jffs2.h, linux/fs/jffs2",
        Proof = "mkfs.jffs2 (mtd-utils), both byte orders; its compressors none, rtime, zlib and lzo",
        Limits = "rubin is named and not read; extended attributes are left out; partitions that follow one another are taken for one",
        Signatures = [new([0x85, 0x19]), new([0x19, 0x85])],
        Recognise = bytes => FileSystems.Jffs2.IsHeader(bytes) ? new("jffs2", 0) : null,
        Open = opening =>
        {
            var files = FileSystems.Jffs2.Open(opening.Bytes, opening.Place, opening.Budget);
            return opening.FileSystem(files, files.IsBigEndian ? "big endian" : "little endian");
        },
    };

    internal static readonly Format UbiFs = new()
    {
        Kind = "ubifs",
        Title = "UBIFS",
        Group = FormatGroup.FileSystem,
        Source = "linux/fs/ubifs/ubifs-media.h, linux/fs/ubifs",
        Proof = "mkfs.ubifs (mtd-utils), with each of its compressors, signed and encrypted",
        Limits = "what fscrypt encrypted is named and not read; signatures are not checked; extended attributes are left out",
        Signatures = [new([0x31, 0x18, 0x10, 0x06])],
        Recognise = bytes => FileSystems.UbiFs.IsHeader(bytes) ? new("ubifs", 0) : null,
        Open = opening =>
        {
            var files = FileSystems.UbiFs.Open(opening.Bytes, opening.Place, opening.Budget);
            return opening.FileSystem(files, files.IsAuthenticated ? "signed: the signature was not checked" : null);
        },
    };

    internal static readonly Format Yaffs2 = new()
    {
        Kind = "yaffs2",
        Title = "YAFFS2",
        Group = FormatGroup.FileSystem,
        Source = "yaffs2/yaffs_guts.h, yaffs2/yaffs_packedtags2.h",
        Proof = "samples of other projects, both byte orders",
        Limits = "tags of YAFFS1, tags inside the page and tags that a controller scattered are not read; nothing is corrected",
        // The first object is a file or a folder in the root.
        Signatures =
        [
            new([1, 0, 0, 0, 1, 0, 0, 0, 0xff, 0xff]), new([3, 0, 0, 0, 1, 0, 0, 0, 0xff, 0xff]),
            new([1, 0, 0, 0, 1, 0xff, 0xff], 3), new([3, 0, 0, 0, 1, 0xff, 0xff], 3),
        ],
        Recognise = bytes => FileSystems.Yaffs2.IsHeader(bytes) ? new("yaffs2", 0) : null,
        Open = opening =>
        {
            var files = FileSystems.Yaffs2.Open(opening.Bytes, opening.Place, opening.Budget);
            return opening.FileSystem(files, $"pages of {files.Layout.Page} and {files.Layout.Spare} bytes");
        },
    };

    internal static readonly Format LittleFs = new()
    {
        Kind = "littlefs",
        Title = "littlefs 2",
        Group = FormatGroup.FileSystem,
        Source = "littlefs/SPEC.md",
        Proof = "images that littlefs wrote",
        Limits = "contents have no sums, so that damage in them goes unseen; user attributes are left out",
        Signatures = [new("littlefs"u8.ToArray(), 8)],
        Recognise = bytes => FileSystems.LittleFs.IsHeader(bytes) ? new("littlefs", 0) : null,
        Open = opening =>
        {
            var files = FileSystems.LittleFs.Open(opening.Bytes, opening.Place, opening.Budget);
            return opening.FileSystem(files, $"blocks of {files.BlockSize} bytes");
        },
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
}
