using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Assay.Evidence;

namespace Assay.Firmware.Containers;

/// <summary>Programs for ESP32 and its kin, and whole flash images with a table of partitions.</summary>
internal static class EspImage
{
    internal static readonly Format Image = new()
    {
        Kind = "esp-image",
        Title = "ESP32 program image",
        Group = FormatGroup.Container,
        Source = "docs.espressif.com, esptool, \"Firmware Image Format\"; esp-idf/components/bootloader_support/include/esp_app_format.h",
        Proof = "`esptool`, for ESP32, ESP32-C3 and ESP32-S3",
        Limits = "flash encryption",
        Recognise = bytes => Read(bytes) is { } image ? new("esp-image", image.Length, image.Note) : null,
        Open = Open,
    };

    internal static readonly Format Flash = new()
    {
        Kind = "esp-flash",
        Title = "ESP32 flash with a table of partitions at 0x8000",
        Group = FormatGroup.Container,
        Source = "docs.espressif.com, ESP-IDF, \"Partition Tables\"",
        Limits = "tables at other places; encrypted tables",
        Signatures = [new([0xaa, 0x50], TableAt)],
        Recognise = RecogniseFlash,
        Open = OpenFlash,
    };

    private const int HeaderSize = 24, MostSegments = 16, TableAt = 0x8000, EntrySize = 32, TableSize = 0xc00, Sector = 4096;
    private const uint DescriptorMagic = 0xabcd5432;

    private readonly record struct Segment(int Start, int Length, uint Address);

    /// <param name="Body">Bytes up to the checksum, that included.</param>
    private sealed record Program(IReadOnlyList<Segment> Segments, int Body, int Length, string Note, byte[]? StatedHash);

    private static uint U(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt32LittleEndian(bytes[at..]);

    private static string? Chip(int id) => id switch
    {
        0 => "ESP32",
        2 => "ESP32-S2",
        5 => "ESP32-C3",
        9 => "ESP32-S3",
        12 => "ESP32-C2",
        13 => "ESP32-C6",
        16 => "ESP32-H2",
        18 => "ESP32-P4",
        20 => "ESP32-C61",
        23 => "ESP32-C5",
        25 => "ESP32-H21",
        28 => "ESP32-H4",
        _ => null,
    };

    // Segments one behind another; the byte that ends the block of sixteen is 0xef combined with all data.
    private static Program? Read(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < HeaderSize + 16 || bytes[0] != 0xe9 || bytes[1] is 0 or > MostSegments || bytes[2] > 5 || bytes[23] > 1 || Chip(BinaryPrimitives.ReadUInt16LittleEndian(bytes[12..])) is not { } chip || bytes.Slice(19, 4).ContainsAnyExcept((byte)0)) return null;
        var segments = new List<Segment>();
        long at = HeaderSize;
        byte sum = 0xef;
        for (var i = 0; i < bytes[1]; i++)
        {
            if (at + 8 > bytes.Length) return null;
            uint address = U(bytes, (int)at), length = U(bytes, (int)at + 4);
            if (length % 4 != 0 || length > bytes.Length - at - 8) return null;
            foreach (var b in bytes.Slice((int)at + 8, (int)length)) sum ^= b;
            segments.Add(new Segment((int)at + 8, (int)length, address));
            at += 8 + length;
        }
        var end = (int)(at + 16) & ~15;
        if (end > bytes.Length || bytes[end - 1] != sum) return null;
        var note = new StringBuilder($"{chip}, {segments.Count} segments, entry 0x{U(bytes, 4):x8}");
        // esp_app_desc_t begins the first segment of an application.
        if (segments[0].Length >= 256 && U(bytes, segments[0].Start) == DescriptorMagic)
        {
            var description = bytes[segments[0].Start..];
            note.Append(CultureInfo.InvariantCulture, $", {FixedText.Of(description.Slice(48, 32))} {FixedText.Of(description.Slice(16, 32))}, ESP-IDF {FixedText.Of(description.Slice(112, 32))}");
        }
        var hash = bytes[23] == 1 && end + 32 <= bytes.Length ? bytes.Slice(end, 32).ToArray() : null;
        return new Program(segments, end, end + (hash is null ? 0 : 32), note.ToString(), hash);
    }

    private static Part Open(Opening opening)
    {
        var bytes = opening.Bytes;
        var span = bytes.Span;
        var image = Read(span)!;
        var losses = new List<Loss>();
        if (image.StatedHash is { } stated && SHA256.HashData(span[..image.Body]) is var own && !own.AsSpan().SequenceEqual(stated)) losses.Add(opening.Place.Loss(image.Body, $"an image with SHA-256 {Convert.ToHexStringLower(stated)}", Convert.ToHexStringLower(own)));
        if (span[23] == 1 && image.StatedHash is null) losses.Add(opening.Place.Loss(image.Body, "a SHA-256 behind the image", "the end of the data"));
        // Secure boot version 2 puts a sector of signatures behind the image, which is filled up to whole sectors.
        long length = image.Length;
        var sector = (image.Length + Sector - 1) & ~(Sector - 1);
        var pieces = image.Segments.Where(s => s.Length > 0).Select(s => new Part
        {
            Offset = s.Start,
            Length = s.Length,
            Kind = "segment",
            Path = $"{opening.Path}/@0x{s.Start:x}-segment",
            Note = $"to address 0x{s.Address:x8}",
            Bytes = bytes.Slice(s.Start, s.Length),
            IsRead = true,
        }).ToList();
        if (sector + Sector <= span.Length && span[sector] == 0xe7 && span[sector + 1] == 2 && span.Slice(sector + 2, 2).IndexOfAnyExcept((byte)0) < 0)
        {
            pieces.Add(new Part { Offset = sector, Length = Sector, Kind = "signature", Path = $"{opening.Path}/@0x{sector:x}-signature", Note = "secure boot version 2", Bytes = bytes.Slice(sector, Sector), IsRead = true });
            length = sector + Sector;
        }
        return opening.Part(pieces, losses, length: length);
    }

    private readonly record struct Row(int Type, int Subtype, long Start, long Length, string Label);

    private static List<Row>? Rows(ReadOnlySpan<byte> table, out bool? sumIsRight)
    {
        sumIsRight = null;
        var rows = new List<Row>();
        for (var at = 0; at + EntrySize <= table.Length; at += EntrySize)
        {
            var entry = table.Slice(at, EntrySize);
            if (entry[0] == 0xaa && entry[1] == 0x50)
            {
                long start = U(entry, 4), length = U(entry, 8);
                if (length == 0 || start < 0x1000 || start + length > 1L << 30) return null;
                rows.Add(new Row(entry[2], entry[3], start, length, FixedText.Of(entry.Slice(12, 16))));
                continue;
            }
            if (entry[0] == 0xeb && entry[1] == 0xeb && !entry[2..16].ContainsAnyExcept((byte)0xff))
            {
#pragma warning disable CA5351 // What the format holds; it is compared and proves nothing else.
                sumIsRight = MD5.HashData(table[..at]).AsSpan().SequenceEqual(entry[16..]);
#pragma warning restore CA5351
                break;
            }
            // Erased flash ends a table without its sum; other bytes are damage, or no table.
            if (entry.ContainsAnyExcept((byte)0xff)) sumIsRight = false;
            break;
        }
        return rows.Count > 0 ? rows : null;
    }

    private static Recognised? RecogniseFlash(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < TableAt + TableSize || Rows(bytes.Slice(TableAt, TableSize), out var sum) is not { } rows || sum != true && rows.Count < 2) return null;
        return new("esp-flash", Math.Min(bytes.Length, rows.Max(r => r.Start + r.Length)), $"{rows.Count} partitions");
    }

    private static Part OpenFlash(Opening opening)
    {
        var bytes = opening.Bytes;
        var rows = Rows(bytes.Span.Slice(TableAt, TableSize), out var sum)!;
        var losses = new List<Loss>();
        if (sum == false) losses.Add(opening.Place.Loss(TableAt, "a table of partitions with its MD5", "another"));
        var pieces = new List<Part> { new() { Offset = TableAt, Length = TableSize, Kind = "esp-partitions", Path = $"{opening.Path}/@0x{TableAt:x}-esp-partitions", Bytes = bytes.Slice(TableAt, TableSize), IsRead = true } };
        // Where the chip's own loader looks for the next one.
        foreach (var at in (ReadOnlySpan<int>)[0, 0x1000, 0x2000])
        {
            if (Read(bytes.Span[at..TableAt]) is not { } loader || opening.Framed(at, loader.Length, "bootloader") is not { } part) continue;
            pieces.Add(part);
            break;
        }
        foreach (var row in rows)
        {
            var kind = row.Type switch { 0 => "app", 1 => "data", _ => $"type {row.Type}" };
            if (row.Start >= bytes.Length)
            {
                // Tools write images only as far as there is something to write.
                continue;
            }
            var held = Math.Min(row.Length, bytes.Length - row.Start);
            if (opening.Framed(row.Start, held, "partition", string.Create(CultureInfo.InvariantCulture, $"{row.Label}, {kind}, subtype 0x{row.Subtype:x2}")) is { } part) pieces.Add(part);
        }
        return opening.Laid(0, pieces, losses);
    }
}
