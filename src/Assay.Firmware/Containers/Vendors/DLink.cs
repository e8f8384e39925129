using System.Buffers.Binary;

namespace Assay.Firmware.Containers.Vendors;

/// <summary>What D-Link encrypts: named, and not decrypted.</summary>
internal static class DLink
{
    internal static readonly Format Encrypted = new()
    {
        Kind = "dlink-encrypted",
        Title = "Encrypted firmware of D-Link (SHRS, encrpted_img)",
        Group = FormatGroup.Container,
        Source = "firmware-utils/src/dlink-sge-image.c",
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
