using System.Buffers.Binary;
using Assay.Evidence.Compression;

namespace Assay.Firmware.Containers;

/// <summary>Compressed streams that stand alone in an image: what they hold is looked into as an image of its own.</summary>
internal static class Streams
{
    internal static readonly Format Gzip = Of(CompressionKind.Gzip, "gzip stream", "RFC 1952", [0x1f, 0x8b, 0x08]);
    internal static readonly Format Xz = Of(CompressionKind.Xz, "xz stream", "tukaani.org/xz/xz-file-format.txt 1.2.1", [0xfd, (byte)'7', (byte)'z', (byte)'X', (byte)'Z', 0]);
    internal static readonly Format Zstandard = Of(CompressionKind.Zstandard, "Zstandard frame", "RFC 8878", [0x28, 0xb5, 0x2f, 0xfd], "dictionaries");
    internal static readonly Format Lzma = Of(CompressionKind.Lzma, "LZMA alone file", "xz/doc/lzma-file-format.txt", [0x5d, 0x00, 0x00]) with { Recognise = RecogniseLzma, Proof = "`xz --format=lzma`, samples" };

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
