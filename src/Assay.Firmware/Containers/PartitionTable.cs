using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using Assay.Evidence;
using Assay.Evidence.Compression;

namespace Assay.Firmware.Containers;

/// <summary>Partition tables of disks and memory cards: each partition is a part, and is looked into.</summary>
internal static class PartitionTable
{
    internal static readonly Format Mbr = new()
    {
        Kind = "mbr",
        Title = "PC partition table, extended partitions too",
        Group = FormatGroup.Container,
        Source = "UEFI Specification 2.10, 5.2; for extended partitions util-linux/libfdisk/src/dos.c",
        Proof = "`sfdisk`, samples",
        Limits = "sectors of another size than 512",
        Recognise = RecogniseMbr,
        Open = OpenMbr,
    };

    internal static readonly Format Gpt = new()
    {
        Kind = "gpt",
        Title = "GUID partition table",
        Group = FormatGroup.Container,
        Source = "UEFI Specification 2.10, 5.3",
        Proof = "`sfdisk`",
        Signatures = [new("EFI PART"u8.ToArray(), 512), new("EFI PART"u8.ToArray(), 4096)],
        Recognise = RecogniseGpt,
        Open = opening => OpenGpt(opening, opening.Bytes.Span[512..].StartsWith("EFI PART"u8) ? 512 : 4096),
    };

    private const int Sector = 512, MostPartitions = 256, TableAt = 446, Protective = 0xee;

    private readonly record struct Row(byte Type, long Start, long Sectors);

    private static uint U(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt32LittleEndian(bytes[at..]);

    // Four entries of which at least one is used, each with a status of 00 or 80 and sectors behind the first; none over another.
    private static List<Row>? Rows(ReadOnlySpan<byte> sector, bool isExtended)
    {
        if (sector.Length < Sector || sector[510] != 0x55 || sector[511] != 0xaa) return null;
        var rows = new List<Row>();
        for (var at = TableAt; at < 510; at += 16)
        {
            if (sector[at] is not (0 or 0x80)) return null;
            if (sector[at + 4] == 0)
            {
                rows.Add(default);
                continue;
            }
            var row = new Row(sector[at + 4], U(sector, at + 8), U(sector, at + 12));
            if (row.Start == 0 || row.Sectors == 0 || !isExtended && rows.Any(r => r.Type != 0 && r.Start < row.Start + row.Sectors && row.Start < r.Start + r.Sectors && !IsHybrid(r, row))) return null;
            rows.Add(row);
        }
        return isExtended || rows.Any(r => r.Type != 0) ? rows : null;
    }

    private static bool IsHybrid(Row one, Row other) => one.Type == Protective || other.Type == Protective;

    private static Recognised? RecogniseMbr(ReadOnlySpan<byte> bytes)
    {
        if (Rows(bytes, isExtended: false) is not { } rows) return null;
        var used = rows.Where(r => r.Type != 0).ToList();
        // A table that says nothing of what is there is taken for a sector that looks like one.
        var sectors = used.Max(r => r.Start + r.Sectors);
        return used.Min(r => r.Start) * Sector < bytes.Length || bytes.Length == Sector
            ? new("mbr", used is [{ Type: Protective }] ? Math.Min(sectors * Sector, bytes.Length) : sectors * Sector, $"{used.Count} partitions") : null;
    }

    private static Part OpenMbr(Opening opening)
    {
        var bytes = opening.Bytes;
        if (bytes.Length == Sector) return opening.Part(length: Sector);
        var rows = Rows(bytes.Span, isExtended: false)!;
        var losses = new List<Loss>();
        var pieces = new List<Part>();
        var number = 0;
        foreach (var row in rows)
        {
            number++;
            if (row.Type == 0) continue;
            if (row.Type == Protective)
            {
                // Its own header is gone, or this would not be read here: the copy stands in the last sector.
                var last = bytes.Length / Sector * Sector - Sector;
                losses.Add(opening.Place.Loss(Sector, "the header of a GUID partition table", "other bytes"));
                if (last > Sector && Table(bytes.Span, last, Sector, losses, opening.Place) is { } copy) pieces.AddRange(copy.Partitions.Select(p => opening.Framed(p.Start, p.Length, "partition", p.Note)).OfType<Part>());
                continue;
            }
            if (row.Type is 0x05 or 0x0f or 0x85)
            {
                Extended(opening, row.Start, pieces, losses);
                continue;
            }
            if (opening.Framed(row.Start * Sector, row.Sectors * Sector, "partition", Note(number, row.Type)) is { } part) pieces.Add(part);
            else losses.Add(opening.Place.Loss(TableAt + 16 * (number - 1), $"partition {number} inside the image", $"one at 0x{row.Start * Sector:x} of {bytes.Length} bytes"));
        }
        return opening.Laid(Sector, pieces, losses);
    }

    private static string Note(int number, byte type) => string.Create(CultureInfo.InvariantCulture, $"{number}, type {type:x2}");

    // Each table of the chain has one partition, counted from itself, and the next table, counted from the first.
    private static void Extended(Opening opening, long first, List<Part> pieces, List<Loss> losses)
    {
        var seen = new HashSet<long>();
        var at = first;
        for (var number = 5; number < 5 + MostPartitions; number++)
        {
            if (at * Sector + Sector > opening.Bytes.Length || !seen.Add(at) || Rows(opening.Bytes.Span.Slice((int)(at * Sector), Sector), isExtended: true) is not { } rows)
            {
                losses.Add(opening.Place.Loss(at * Sector, "the next table of the extended partition", at * Sector + Sector > opening.Bytes.Length ? "the end of the image" : seen.Contains(at) && number > 5 ? "one that was read" : "other bytes"));
                return;
            }
            pieces.Add(new Part { Offset = at * Sector, Length = Sector, Kind = "ebr", Path = $"{opening.Path}/@0x{at * Sector:x}-ebr", Bytes = opening.Bytes.Slice((int)(at * Sector), Sector), IsRead = true });
            if (rows[0].Type != 0 && opening.Framed((at + rows[0].Start) * Sector, rows[0].Sectors * Sector, "partition", Note(number, rows[0].Type)) is { } part) pieces.Add(part);
            if (rows[1].Type is not (0x05 or 0x0f or 0x85)) return;
            at = first + rows[1].Start;
        }
        losses.Add(opening.Place.Loss(at * Sector, $"at most {MostPartitions} partitions", "more"));
    }

    private readonly record struct Entry(long Start, long Length, string Note);

    private sealed record Guids(IReadOnlyList<Entry> Partitions, long Other, long Entries, long EntriesLength);

    private static Recognised? RecogniseGpt(ReadOnlySpan<byte> bytes)
    {
        foreach (var sector in (ReadOnlySpan<int>)[512, 4096])
        {
            if (bytes.Length < sector + 92 || !bytes[sector..].StartsWith("EFI PART"u8) || U(bytes, sector + 8) != 0x10000) continue;
            var other = BinaryPrimitives.ReadUInt64LittleEndian(bytes[(sector + 32)..]);
            // The copy is at the end; where the header is damaged, what it says of the end is not believed.
            if (HeaderIsWhole(bytes[sector..], out _) && BinaryPrimitives.ReadUInt64LittleEndian(bytes[(sector + 24)..]) == 1 && other < 1UL << 40) return new("gpt", (long)(other + 1) * sector);
            if (bytes[510] == 0x55 && bytes[511] == 0xaa && bytes[TableAt + 4] == Protective) return new("gpt", bytes.Length / sector * sector);
        }
        return null;
    }

    private static bool HeaderIsWhole(ReadOnlySpan<byte> header, out uint own)
    {
        own = 0;
        if (header.Length < 92 || !header.StartsWith("EFI PART"u8)) return false;
        var size = U(header, 12);
        if (size is < 92 or > 512 || header.Length < size) return false;
        Span<byte> copy = stackalloc byte[512];
        header[..(int)size].CopyTo(copy);
        copy.Slice(16, 4).Clear();
        own = Crc32.Of(copy[..(int)size]);
        return own == U(header, 16);
    }

    // A header and its entries; null where their sums are wrong.
    private static Guids? Table(ReadOnlySpan<byte> bytes, int at, int sector, List<Loss> losses, Place place)
    {
        var header = bytes[at..];
        if (!HeaderIsWhole(header, out var own))
        {
            losses.Add(place.Loss(at, header.Length >= 92 && header.StartsWith("EFI PART"u8) ? $"a partition header with CRC-32 {U(header, 16):x8}" : "a partition header", own == 0 ? "other bytes" : $"{own:x8}"));
            return null;
        }
        long start = (long)Math.Min(BinaryPrimitives.ReadUInt64LittleEndian(header[72..]), 1UL << 40) * sector, count = U(header, 80), size = U(header, 84);
        if (size is < 128 or > 4096 || count is 0 or > 4096 || start + count * size > bytes.Length)
        {
            losses.Add(place.Loss(at + 72, "a table of partitions inside the image", $"{count} entries of {size} bytes at 0x{start:x}"));
            return null;
        }
        var table = bytes.Slice((int)start, (int)(count * size));
        if (Crc32.Of(table) is var sum && sum != U(header, 88))
        {
            losses.Add(place.Loss(start, $"a table of partitions with CRC-32 {U(header, 88):x8}", $"{sum:x8}"));
            return null;
        }
        var partitions = new List<Entry>();
        for (var i = 0; i < count; i++)
        {
            var entry = table.Slice((int)(i * size), (int)size);
            if (!entry[..16].ContainsAnyExcept((byte)0)) continue;
            ulong first = BinaryPrimitives.ReadUInt64LittleEndian(entry[32..]), last = BinaryPrimitives.ReadUInt64LittleEndian(entry[40..]);
            var name = Encoding.Unicode.GetString(entry.Slice(56, 72));
            var end = name.IndexOf('\0', StringComparison.Ordinal);
            var text = $"{i + 1}, {Shortened.Visible(end < 0 ? name : name[..end])}, type {new Guid(entry[..16])}";
            if (last < first || last >= 1UL << 40) losses.Add(place.Loss(start + i * size, "a partition whose end lies behind its start", $"{first} to {last}"));
            else partitions.Add(new Entry((long)first * sector, (long)(last - first + 1) * sector, text));
        }
        return new Guids(partitions, (long)BinaryPrimitives.ReadUInt64LittleEndian(header[32..]) * sector, start, count * size);
    }

    private static Part OpenGpt(Opening opening, int sector)
    {
        var bytes = opening.Bytes;
        var span = bytes.Span;
        var losses = new List<Loss>();
        var found = Table(span, sector, sector, losses, opening.Place);
        var end = (int)Math.Min(opening.Found.Length, bytes.Length);
        var copyAt = found is { Other: > 0 } && found.Other <= bytes.Length - sector ? (int)found.Other : end / sector * sector - sector;
        var copy = copyAt > sector && opening.Found.Length <= bytes.Length ? Table(span, copyAt, sector, losses, opening.Place) : null;
        var used = found ?? copy;
        var pieces = new List<Part>();
        foreach (var (start, length, note) in used?.Partitions ?? [])
        {
            if (opening.Framed(start, length, "partition", note) is { } part) pieces.Add(part);
            else losses.Add(opening.Place.Loss(sector, $"partition {note} inside the image", $"one at 0x{start:x} of {bytes.Length} bytes"));
        }
        // The copy of the table, then the copy of the header, end the disk.
        if (copy is not null)
        {
            var from = (int)Math.Min(copy.Entries, copyAt);
            if (from > 2 * sector) pieces.Add(new Part { Offset = from, Length = end - from, Kind = "gpt-copy", Path = $"{opening.Path}/@0x{from:x}-gpt-copy", Bytes = bytes[from..end], IsRead = true });
        }
        var header = used is null ? 2 * sector : (int)Math.Max(2 * sector, found is null ? 2 * sector : found.Entries + found.EntriesLength);
        return opening.Laid(Math.Min(header, end), pieces, losses, note: $"{used?.Partitions.Count ?? 0} partitions{(found is null && copy is not null ? ", by the copy at the end" : "")}");
    }
}
