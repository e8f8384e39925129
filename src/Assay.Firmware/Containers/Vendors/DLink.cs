using System.Buffers.Binary;
using System.Security.Cryptography;
using Assay.Evidence;

namespace Assay.Firmware.Containers.Vendors;

/// <summary>Headers of D-Link: WRG and WRGG with signature, device and MD5; and what is encrypted, which is named and not decrypted.</summary>
internal static class DLink
{
    internal static readonly Format Wrgg = new()
    {
        Kind = "wrgg",
        Title = "WRG and WRGG of D-Link",
        Group = FormatGroup.Container,
        Source = "firmware-utils/src/mkwrgimg.c, mkwrggimg.c",
        Proof = "`mkwrgimg`, `mkwrggimg`",
        Signatures = [new([0x20, 0x02, 0x04, 0x20, 0x20, 0x02, 0x04, 0x20], 32), new([0x21, 0x03, 0x08, 0x20, 0x21, 0x03, 0x08, 0x20], 32)],
        Recognise = bytes => Read(bytes) is { } layout ? new("wrgg", layout.Header + layout.Length, layout.Note) : null,
        Open = Open,
    };

    private sealed record Layout(int Header, long Length, string Note);

    // WRGG has version, model, flags and build behind the marks, and may be big endian; then size, offset, device and MD5 in both.
    private static Layout? Read(ReadOnlySpan<byte> bytes)
    {
        var isLater = bytes.Length > 36 && bytes[32] == 0x21;
        var sizeAt = isLater ? 104 : 40;
        var header = sizeAt + 8 + 32 + 16;
        if (bytes.Length <= header) return null;
        if (bytes[..32].IndexOfAnyInRange((byte)1, (byte)31) >= 0 || bytes[0] == 0) return null;
        long size = BinaryPrimitives.ReadUInt32LittleEndian(bytes[sizeAt..]);
        // The one of the two readings that is no absurd size.
        if (isLater && size > bytes.Length && BinaryPrimitives.ReadUInt32BigEndian(bytes[sizeAt..]) is var big && big <= bytes.Length) size = big;
        if (size is 0 or > 1 << 30) return null;
        var note = FixedText.Of(bytes[..32]);
        if (isLater) note += $", {FixedText.Of(bytes.Slice(56, 16))} {FixedText.Of(bytes.Slice(40, 16))} {FixedText.Of(bytes.Slice(88, 16))}";
        return new Layout(header, size, $"{note}, {FixedText.Of(bytes.Slice(sizeAt + 8, 32))}");
    }

    private static Part Open(Opening opening)
    {
        var bytes = opening.Bytes.Span;
        var layout = Read(bytes)!;
        var losses = new List<Loss>();
        var held = (int)Math.Min(layout.Length, bytes.Length - layout.Header);
        if (held == layout.Length)
        {
#pragma warning disable CA5351 // What the format holds; it is compared and proves nothing else.
            using var hash = IncrementalHash.CreateHash(HashAlgorithmName.MD5);
#pragma warning restore CA5351
            hash.AppendData(bytes[(layout.Header - 52)..(layout.Header - 16)]);
            hash.AppendData(bytes.Slice(layout.Header, held));
            var stated = bytes.Slice(layout.Header - 16, 16);
            var own = hash.GetHashAndReset();
            if (!own.AsSpan().SequenceEqual(stated)) losses.Add(opening.Place.Loss(layout.Header, $"an image with MD5 {Convert.ToHexStringLower(stated)}", Convert.ToHexStringLower(own)));
        }
        return opening.Laid(layout.Header, opening.Payload(layout.Header, held, "image"), losses);
    }

    internal static readonly Format Encrypted = new()
    {
        Kind = "dlink-encrypted",
        Title = "Encrypted firmware of D-Link (SHRS, encrpted_img)",
        Group = FormatGroup.Container,
        Source = "firmware-utils/src/dlink-sge-image.c",
        Proof = "`dlink-sge-image`",
        Limits = "it is named, and not decrypted",
        Signatures = [new("SHRS"u8.ToArray()), new("encrpted_img"u8.ToArray())],
        Recognise = RecogniseEncrypted,
        Open = opening => opening.Part(losses: [opening.Place.Loss(0, "an image that is not encrypted", "an encrypted one")], isRead: false),
    };

    private const int ShrsHeader = 0x6dc, ShrsFooter = 5;

    private static uint U(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt32BigEndian(bytes[at..]);

    private static Recognised? RecogniseEncrypted(ReadOnlySpan<byte> bytes)
    {
        if (bytes.StartsWith("encrpted_img"u8))
        {
            // The name, then the length of what follows.
            return bytes.Length > 16 && U(bytes, 12) is > 16 and var length && length <= bytes.Length ? new("dlink-encrypted", Math.Min(bytes.Length, 16L + length)) : null;
        }
        if (bytes.Length < ShrsHeader) return null;
        uint plain = U(bytes, 4), packed = U(bytes, 8);
        return plain is > 0 and var p && packed >= p && packed - p <= 4096 && packed % 16 == 0 && ShrsHeader + (long)packed <= bytes.Length + 4096 ? new("dlink-encrypted", Math.Min(bytes.Length, ShrsHeader + (long)packed + ShrsFooter)) : null;
    }
}
