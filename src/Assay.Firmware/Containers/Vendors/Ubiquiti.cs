using System.Buffers.Binary;
using Assay.Evidence;
using Assay.Evidence.Compression;

namespace Assay.Firmware.Containers.Vendors;

/// <summary>Firmware of Ubiquiti: a header with the version, and parts with a CRC each.</summary>
internal static class Ubiquiti
{
    internal static readonly Format Format = new()
    {
        Kind = "ubnt",
        Title = "Firmware of Ubiquiti",
        Group = FormatGroup.Container,
        Source = "firmware-utils/src/fw.h, mkfwimage.c",
        Proof = "`mkfwimage`",
        Limits = "signatures; entries other than PART",
        Signatures = [new("UBNT"u8.ToArray()), new("OPEN"u8.ToArray()), new("GEOS"u8.ToArray())],
        Recognise = Recognise,
        Open = Open,
    };

    private const int HeaderSize = 268, PartSize = 56;

    private static uint U(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt32BigEndian(bytes[at..]);

    private static Recognised? Recognise(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < HeaderSize + 8 || Crc32.Of(bytes[..260]) != U(bytes, 260)) return null;
        return new("ubnt", 0, FixedText.Of(bytes.Slice(4, 256)));
    }

    private static Part Open(Opening opening)
    {
        var bytes = opening.Bytes;
        var span = bytes.Span;
        var at = HeaderSize;
        var losses = new List<Loss>();
        var pieces = new List<Part>();
        while (span.Length - at >= PartSize + 8 && span[at..].StartsWith("PART"u8))
        {
            long size = U(span, at + 48);
            if (size > span.Length - at - PartSize - 8)
            {
                losses.Add(opening.Place.Loss(at, $"{size} bytes of {FixedText.Of(span.Slice(at + 4, 16))}", $"{span.Length - at - PartSize - 8} to the end"));
                return opening.Laid(HeaderSize, pieces, losses, length: span.Length);
            }
            var data = at + PartSize;
            var own = Crc32.Of(span[at..(data + (int)size)]);
            if (own != U(span, data + (int)size)) losses.Add(opening.Place.Loss(at, $"{FixedText.Of(span.Slice(at + 4, 16))} with CRC-32 {U(span, data + (int)size):x8}", $"{own:x8}"));
            if (opening.Framed(data, size, "partition", FixedText.Of(span.Slice(at + 4, 16))) is { } part) pieces.Add(part);
            at = data + (int)size + 8;
        }
        long end = at;
        if (span[at..].StartsWith("END."u8) && span.Length - at >= 12)
        {
            end = at + 12;
            if (Crc32.Of(span[..at]) is var whole && whole != U(span, at + 4)) losses.Add(opening.Place.Loss(at, $"an image with CRC-32 {U(span, at + 4):x8}", $"{whole:x8}"));
        }
        else if (span[at..].StartsWith("ENDS"u8)) end = Math.Min(span.Length, at + 264);
        else losses.Add(opening.Place.Loss(at, "another part or the end of the image", "other bytes"));
        return opening.Part(pieces, losses, length: end);
    }
}
