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
}
