using System.Buffers.Binary;
using Assay.Evidence;
using Assay.Evidence.Compression;

namespace Assay.Firmware.Containers;

/// <summary>
/// Program images for ESP8266: a header of 8 bytes and segments for its memory; in version 2 the code that stays in flash stands before them under a header
/// of its own, and a CRC-32 behind all.
/// </summary>
internal static class Esp8266
{
    internal static readonly Format Format = new()
    {
        Kind = "esp8266-image",
        Title = "ESP8266 program image, versions 1 and 2",
        Group = FormatGroup.Container,
        Source = "docs.espressif.com, esptool, \"Firmware Image Format\" (ESP8266); esptool/bin_image.py",
        Proof = "`esptool`, both versions",
        Limits = "code that stands apart from its version 1 image has no mark",
        Recognise = bytes => Read(bytes) is { } image ? new("esp8266-image", image.Length, image.Note) : null,
        Open = Open,
    };

    private const int HeaderSize = 8, MostSegments = 16, First = 0xe9, Second = 0xea, SecondMark = 4;
    private const uint LowestAddress = 0x3ff00000, HighestAddress = 0x40400000;

    private readonly record struct Segment(int Start, int Length, uint Address);

    private sealed record Program(IReadOnlyList<Segment> Segments, int Summed, long Length, string Note);

    private static uint U(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt32LittleEndian(bytes[at..]);

    private static bool IsHeader(ReadOnlySpan<byte> bytes, int magic) => bytes.Length >= HeaderSize && bytes[0] == magic && bytes[1] is > 0 and <= MostSegments && bytes[2] <= 3 && U(bytes, 4) is >= LowestAddress and < HighestAddress;

    // The byte that ends the block of sixteen is 0xef combined with the data of all segments but the code in flash.
    private static Program? Read(ReadOnlySpan<byte> bytes)
    {
        var segments = new List<Segment>();
        var at = 0;
        if (IsHeader(bytes, Second) && bytes[1] == SecondMark)
        {
            if (bytes.Length < 2 * HeaderSize || U(bytes, 8) != 0 || U(bytes, 12) is var code && (code % 16 != 0 || code > bytes.Length - 3 * HeaderSize)) return null;
            segments.Add(new Segment(2 * HeaderSize, (int)U(bytes, 12), 0));
            at = 2 * HeaderSize + (int)U(bytes, 12);
        }
        if (!IsHeader(bytes[at..], First)) return null;
        var (start, count, entry) = (at, bytes[at + 1], U(bytes, at + 4));
        at += HeaderSize;
        byte sum = 0xef;
        for (var i = 0; i < count; i++)
        {
            if (at + 8 > bytes.Length) return null;
            uint address = U(bytes, at), length = U(bytes, at + 4);
            if (address is < LowestAddress or >= HighestAddress || length == 0 || length % 4 != 0 || length > bytes.Length - at - 8) return null;
            foreach (var b in bytes.Slice(at + 8, (int)length)) sum ^= b;
            segments.Add(new Segment(at + 8, (int)length, address));
            at += 8 + (int)length;
        }
        var end = at + 16 & ~15;
        if (end > bytes.Length || bytes[end - 1] != sum || bytes[at..(end - 1)].ContainsAnyExcept((byte)0)) return null;
        var isSecond = start > 0;
        var note = $"version {(isSecond ? 2 : 1)}, {segments.Count} segments, entry 0x{entry:x8}";
        return new Program(segments, end, end + (isSecond && end + 4 <= bytes.Length ? 4 : 0), note);
    }

    private static Part Open(Opening opening)
    {
        var bytes = opening.Bytes;
        var image = Read(bytes.Span)!;
        var losses = new List<Loss>();
        if (image.Length > image.Summed)
        {
            // A sum with the highest bit is kept inverted, another plus one.
            var sum = Crc32.Of(bytes.Span[..image.Summed]);
            sum = sum >> 31 != 0 ? ~sum : sum + 1;
            if (sum != U(bytes.Span, image.Summed)) losses.Add(opening.Place.Loss(image.Summed, $"an image with CRC-32 {U(bytes.Span, image.Summed):x8}", $"{sum:x8}"));
        }
        return opening.Part(image.Segments.Where(s => s.Length > 0).Select(s => new Part
        {
            Offset = s.Start,
            Length = s.Length,
            Kind = "segment",
            Path = $"{opening.Path}/@0x{s.Start:x}-segment",
            Note = s.Address == 0 ? "code that stays in flash" : $"to address 0x{s.Address:x8}",
            Bytes = bytes.Slice(s.Start, s.Length),
            IsRead = true,
        }).ToList(), losses);
    }
}
