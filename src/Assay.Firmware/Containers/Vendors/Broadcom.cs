using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using Assay.Evidence;
using Assay.Evidence.Compression;

namespace Assay.Firmware.Containers.Vendors;

/// <summary>The tag of Broadcom's boot loader CFE (BCM63xx) before root file system and kernel: numbers as text, sums without the last inversion.</summary>
internal static class Broadcom
{
    internal static readonly Format Format = new()
    {
        Kind = "bcm-tag",
        Title = "Image tag of Broadcom's CFE",
        Group = FormatGroup.Container,
        Source = "firmware-utils/src/bcm_tag.h, imagetag.c",
        Proof = "`imagetag`",
        Signatures = [new("Broadcom Corporatio"u8.ToArray(), 4), new("6\0\0\0"u8.ToArray()), new("7\0\0\0"u8.ToArray()), new("8\0\0\0"u8.ToArray())],
        Recognise = bytes => Read(bytes) is { } tag ? new("bcm-tag", TagSize + tag.Length, tag.Note) : null,
        Open = Open,
    };

    private const int TagSize = 256, SummedTag = 236, KernelHeader = 12;

    private sealed record Tag(long Length, long Boot, long RootAt, long RootLength, long KernelAt, long KernelLength, string Note);

    private static uint U(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt32BigEndian(bytes[at..]);

    private static Tag? Read(ReadOnlySpan<byte> b)
    {
        if (b.Length < TagSize || b[60] is not ((byte)'0' or (byte)'1') || ~Crc32.Of(b[..SummedTag]) != U(b, SummedTag)) return null;
        if (Number(b, 62, 10) is not { } length || Number(b, 84, 10) is not { } boot || Number(b, 94, 12) is not { } root || Number(b, 106, 10) is not { } rootLength || Number(b, 116, 12) is not { } kernel || Number(b, 128, 10) is not { } kernelLength) return null;
        // Addresses in flash, of which the lower one stands right behind the tag and the boot loader.
        var first = kernel == 0 ? root : root == 0 ? kernel : Math.Min(root, kernel);
        if (length is <= 0 or > 1 << 30 || boot > length || root > 0 && root - first > length || kernel > 0 && kernel - first > length) return null;
        // An address of zero says that there is none.
        if (root == 0) (root, rootLength) = (first, 0);
        if (kernel == 0) (kernel, kernelLength) = (first, 0);
        // Writers of free systems state the root's length a second time, since the first covers the kernel too.
        if (U(b, 232) is > 0 and var own && own <= rootLength && root == kernel) (root, rootLength) = (kernel + kernelLength, own);
        return new Tag(length, boot, root - first, rootLength, kernel - first, kernelLength, $"version {FixedText.Of(b[..4])}, chip {FixedText.Of(b.Slice(38, 6))}, board {FixedText.Of(b.Slice(44, 16))}");
    }

    private static long? Number(ReadOnlySpan<byte> tag, int at, int length)
    {
        var field = tag.Slice(at, length);
        var text = Encoding.Latin1.GetString(field.IndexOf((byte)0) is >= 0 and var end ? field[..end] : field);
        return text.Length == 0 ? 0 : long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
    }

    private static Part Open(Opening opening)
    {
        var bytes = opening.Bytes.Span;
        var tag = Read(bytes)!;
        var losses = new List<Loss>();
        var end = (int)Math.Min(opening.Found.Length, bytes.Length);
        if (end == opening.Found.Length && ~Crc32.Of(bytes[TagSize..end]) is var sum && sum != U(bytes, 216)) losses.Add(opening.Place.Loss(TagSize, $"an image with CRC-32 {U(bytes, 216):x8}", $"{sum:x8}"));
        var pieces = new List<Part>();
        var start = TagSize + tag.Boot;
        if (tag.Boot > 0 && opening.Framed(TagSize, tag.Boot, "bootloader") is { } boot) pieces.Add(boot);
        var kernel = start + tag.KernelAt;
        var held = Math.Min(tag.KernelLength, end - kernel);
        if (held > KernelHeader)
        {
            // Load address, entry and length stand before a packed kernel.
            var isHeaded = !Decompression.IsHeader(CompressionKind.Lzma, bytes[(int)kernel..]) && Decompression.IsHeader(CompressionKind.Lzma, bytes[(int)(kernel + KernelHeader)..]);
            var skip = isHeaded ? KernelHeader : 0;
            pieces.AddRange(opening.Payload((int)kernel + skip, (int)held - skip, "kernel"));
        }
        var root = start + tag.RootAt;
        held = Math.Min(tag.RootLength, end - root);
        if (held > 0) pieces.AddRange(opening.Piece((int)root, (int)held, "rootfs"));
        return opening.Laid(TagSize, pieces, losses);
    }
}
