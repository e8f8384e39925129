using System.Buffers.Binary;
using Assay.Evidence.Compression;

namespace Assay.Firmware.Containers;

/// <summary>Compressed streams that stand alone in an image: what they hold is looked into as an image of its own.</summary>
internal static class Streams
{
    internal static readonly Format Gzip = Of(CompressionKind.Gzip, "gzip stream", "RFC 1952", [0x1f, 0x8b, 0x08]);
    internal static readonly Format Xz = Of(CompressionKind.Xz, "xz stream", "tukaani.org/xz/xz-file-format.txt 1.2.1", [0xfd, (byte)'7', (byte)'z', (byte)'X', (byte)'Z', 0]);
    internal static readonly Format Zstandard = Of(CompressionKind.Zstandard, "Zstandard frame", "RFC 8878", [0x28, 0xb5, 0x2f, 0xfd], "dictionaries");
    internal static readonly Format Bzip2 = Of(CompressionKind.Bzip2, "bzip2 stream", "bzip2 1.0.8", "BZh"u8.ToArray(), "randomised blocks, which version 0.9.0 wrote");
    internal static readonly Format Lzip = Of(CompressionKind.Lzip, "lzip member", "lzip manual, file format", "LZIP"u8.ToArray());
    internal static readonly Format Lz4 = Of(CompressionKind.Lz4Frame, "LZ4 frame, and the older one of kernels", "lz4/doc/lz4_Frame_format.md 1.6.4", [0x04, 0x22, 0x4d, 0x18], "dictionaries, skippable frames")
        with
    { Signatures = [new([0x04, 0x22, 0x4d, 0x18]), new([0x02, 0x21, 0x4c, 0x18])] };
    internal static readonly Format Lzop = Of(CompressionKind.Lzop, "lzop file", "lzop 1.04; linux/lib/decompress_unlzo.c", [0x89, (byte)'L', (byte)'Z', (byte)'O', 0, 0x0d, 0x0a, 0x1a, 0x0a], "filters, files of several parts");
    internal static readonly Format Lzma = Of(CompressionKind.Lzma, "LZMA alone file", "xz/doc/lzma-file-format.txt", [0x5d, 0x00, 0x00]) with { Recognise = RecogniseLzma, Proof = "`xz --format=lzma`, samples" };

    internal static readonly Format Compress = Of(CompressionKind.Compress, ".Z of compress", "compress(1) of ncompress", [0x1f, 0x9d, 0x90], "nothing states an end or a sum: what follows is taken for a part of it; streams without clear codes, and those of nine bits")
        with
    { Signatures = [.. Enumerable.Range(0x8a, 7).Select(flags => new Signature([0x1f, 0x9d, (byte)flags]))] };

    private static Format Of(CompressionKind kind, string title, string source, byte[] magic, string? limits = null) => new()
    {
        Kind = Decompression.Name(kind),
        Title = title,
        Group = FormatGroup.Compression,
        Source = source,
        Proof = $"`{Decompression.Name(kind)}`",
        Limits = limits,
        Signatures = [new(magic)],
        Recognise = bytes => Decompression.IsHeader(kind, bytes) ? new(Decompression.Name(kind), 0) : null,
        Open = opening => opening.Stream(kind),
        IsExpectedInKernel = true,
    };

    // LZMA has no magic: besides what the header allows, the size must be one that a firmware part can have.
    private static Recognised? RecogniseLzma(ReadOnlySpan<byte> bytes)
    {
        if (!Decompression.IsHeader(CompressionKind.Lzma, bytes)) return null;
        var size = BinaryPrimitives.ReadInt64LittleEndian(bytes[5..]);
        return BinaryPrimitives.ReadUInt32LittleEndian(bytes[1..]) >= 1 << 16 && size is -1 or < 1 << 30 ? new("lzma", 0) : null;
    }
}
