using System.Buffers.Binary;
using System.Text;
using Assay.Evidence.Reading;

namespace Assay.Evidence.Compression;

/// <summary>
/// A zip archive in memory (APPNOTE 6.3): the central directory says what is there, each entry is inflated on its own and checked against its CRC-32.
/// Methods 0 (stored) and 8 (deflate); ZIP64 where an archive has more than 65,534 entries (4.3.14); no encryption, no parts on other disks.
/// </summary>
public sealed class Zip
{
    private const int EndSize = 22;
    private const int LargestComment = 65535;
    private const int MostEntries = 2_000_000;
    private const int LocatorSize = 20;

    private readonly ReadOnlyMemory<byte> bytes;

    private Zip(ReadOnlyMemory<byte> bytes, IReadOnlyList<ZipEntry> entries)
    {
        this.bytes = bytes;
        Entries = entries;
    }

    /// <summary>In the order of the central directory; a name may come twice.</summary>
    public IReadOnlyList<ZipEntry> Entries { get; }

    /// <summary>The first bytes of an archive with at least one entry.</summary>
    public static bool Looks(ReadOnlySpan<byte> bytes) => bytes is [(byte)'P', (byte)'K', 3, 4, ..];

    /// <exception cref="UnreadableException">No end record, or a directory that does not lie where it says.</exception>
    public static Zip Open(ReadOnlyMemory<byte> bytes)
    {
        var span = bytes.Span;
        var from = Math.Max(0, span.Length - EndSize - LargestComment);
        var found = span[from..].LastIndexOf("PK\x05\x06"u8);
        if (found < 0 || span.Length - from - found < EndSize) throw new UnreadableException("the end record of a zip archive", "none", Math.Max(0, span.Length - EndSize));
        return Open(bytes, from + found);
    }

    private static Zip Open(ReadOnlyMemory<byte> bytes, int endAt)
    {
        var span = bytes.Span;
        var end = new SpanReader(span[endAt..], endAt);
        end.Skip(10);
        uint count = end.U16("number of entries");
        var size = end.U32("size of the directory");
        var start = end.U32("offset of the directory");
        if (count == ushort.MaxValue || size == uint.MaxValue || start == uint.MaxValue) (count, size, start) = Large(span, endAt);
        if (start + (long)size > endAt) throw new UnreadableException("a directory before the end record", $"{size} bytes at 0x{start:x}", endAt);
        var reader = new SpanReader(span.Slice((int)start, (int)size), start);
        var entries = new List<ZipEntry>(Math.Min((int)count, 4096));
        for (var i = 0; i < count; i++) entries.Add(Entry(ref reader));
        return new Zip(bytes, entries);
    }

    /// <summary>
    /// The archive that begins with the first of <paramref name="bytes"/>, whatever stands behind it: its end is the first end record whose directory
    /// lies right before it and where it says.
    /// </summary>
    /// <param name="length">Bytes of the archive, its comment included.</param>
    /// <returns>Null where there is no such end.</returns>
    /// <exception cref="UnreadableException">The directory is damaged.</exception>
    public static Zip? Begin(ReadOnlyMemory<byte> bytes, out int length)
    {
        var span = bytes.Span;
        for (length = 0; span[length..].IndexOf("PK\x05\x06"u8) is >= 0 and var found; length++)
        {
            length += found;
            if (span.Length - length < EndSize) break;
            var end = new SpanReader(span[length..], length);
            end.Skip(10);
            var count = end.U16("number of entries");
            long size = end.U32("size of the directory"), start = end.U32("offset of the directory");
            var last = length;
            if (size == uint.MaxValue || start == uint.MaxValue || count == ushort.MaxValue)
            {
                // The second end record and its locator stand between directory and end.
                if (length < LocatorSize || BinaryPrimitives.ReadUInt32LittleEndian(span[(length - LocatorSize)..]) != 0x07064b50) continue;
                var second = BinaryPrimitives.ReadUInt64LittleEndian(span[(length - LocatorSize + 8)..]);
                if (second > (ulong)length - 56) continue;
                last = (int)second;
                (size, start) = (BinaryPrimitives.ReadInt64LittleEndian(span[(last + 40)..]), BinaryPrimitives.ReadInt64LittleEndian(span[(last + 48)..]));
            }
            if (size < 0 || start < 0 || size > last || start != last - size || size > 0 && !span[(int)start..].StartsWith("PK\x01\x02"u8)) continue;
            var endAt = length;
            length += EndSize + Math.Min(BinaryPrimitives.ReadUInt16LittleEndian(span[(length + 20)..]), span.Length - length - EndSize);
            return Open(bytes[..length], endAt);
        }
        length = 0;
        return null;
    }

    /// <summary>An archive whose directory is gone: the members by their own headers, from the first byte on.</summary>
    /// <param name="length">Bytes up to the end of the last member that was found whole.</param>
    public static Zip Recover(ReadOnlyMemory<byte> bytes, out int length)
    {
        var span = bytes.Span;
        var entries = new List<ZipEntry>();
        length = 0;
        while (entries.Count < MostEntries && span.Length - length >= 30 && Looks(span[length..]))
        {
            var reader = new SpanReader(span[length..], length);
            reader.Skip(6);
            var flags = reader.U16();
            var method = reader.U16();
            var time = reader.U32();
            var crc = reader.U32();
            var packed = reader.U32();
            var size = reader.U32();
            int name = reader.U16(), extra = reader.U16();
            // Sizes that stand behind the data, or in ZIP64's field, need the directory.
            if ((flags & 8) != 0 || packed == uint.MaxValue || name + extra + (long)packed > reader.Left) break;
            var raw = reader.Take(name);
            entries.Add(new ZipEntry(NameOf(raw, flags), method, packed, size, crc, (flags & 1) != 0, (uint)length) { Modified = Time(time) });
            length += 30 + name + extra + (int)packed;
        }
        return new Zip(bytes[..length], entries);
    }

    /// <summary>The second end record, to which a locator right before the first one points.</summary>
    private static (uint Count, uint Size, uint Start) Large(ReadOnlySpan<byte> span, int endAt)
    {
        var locator = new SpanReader(span, 0);
        if (endAt < LocatorSize) throw new UnreadableException("the locator of a ZIP64 end record", "none", endAt);
        locator.Seek(endAt - LocatorSize);
        if (locator.U32("locator") != 0x07064b50) throw new UnreadableException("the locator of a ZIP64 end record", "other bytes", endAt - LocatorSize);
        locator.Skip(4);
        var at = locator.U64("offset of the ZIP64 end record");
        if (at > (ulong)endAt) throw new UnreadableException("a ZIP64 end record before its locator", $"one at 0x{at:x}", endAt - LocatorSize);
        var end = new SpanReader(span, 0);
        end.Seek((long)at);
        if (end.U32("ZIP64 end record") != 0x06064b50) throw new UnreadableException("a ZIP64 end record", "other bytes", (long)at);
        end.Skip(28);
        var (count, size, start) = (end.U64("number of entries"), end.U64("size of the directory"), end.U64("offset of the directory"));
        if (count > MostEntries || size > uint.MaxValue - 1 || start > uint.MaxValue - 1) throw new UnreadableException($"a zip archive below 4 GiB and {MostEntries} entries", $"{count} entries, a directory of {size} bytes", (long)at);
        return ((uint)count, (uint)size, (uint)start);
    }

    /// <summary>The first entry of this name, whatever its case; null where there is none.</summary>
    public ZipEntry? Find(string name) => Entries.FirstOrDefault(e => string.Equals(e.Name, name, StringComparison.OrdinalIgnoreCase));

    /// <summary>Inflates one entry.</summary>
    /// <param name="budget">At most <see cref="Budget.FileBytes"/> are held, and <see cref="Budget.Bytes"/> is spent.</param>
    /// <exception cref="UnreadableException">Encrypted, another method, damaged, or another CRC-32 or size than stated.</exception>
    /// <exception cref="BudgetException"/>
    public byte[] Read(ZipEntry entry, Budget budget)
    {
        var span = bytes.Span;
        if (entry.IsEncrypted) throw new UnreadableException($"{Shortened.Visible(entry.Name)} without encryption", "an encrypted entry", entry.Offset);
        var local = new SpanReader(span, 0);
        local.Seek(entry.Offset);
        if (local.U32("local header") != 0x04034b50) throw new UnreadableException($"the header of {Shortened.Visible(entry.Name)}", "other bytes", entry.Offset);
        local.Skip(22);
        var name = local.U16("length of the name");
        var extra = local.U16("length of the extra field");
        local.Skip(name + extra, "bytes of name and extra field");
        var at = local.Offset;
        var packed = local.Take(entry.PackedSize, $"bytes of {Shortened.Visible(entry.Name)}");
        if (entry.Size > budget.FileBytes) throw new BudgetException("file", budget.FileBytes);
        byte[] content;
        if (entry.Method == 0)
        {
            budget.SpendBytes(packed.Length);
            content = packed.ToArray();
        }
        else if (entry.Method == 8)
        {
            // One byte more than stated shows an entry that inflates to more than it says.
            using var output = new Output((int)Math.Min(entry.Size + 1, budget.FileBytes), (int)Math.Min(entry.Size, 1 << 20));
            try
            {
                Deflate.Inflate(packed, output, at);
            }
            catch (BudgetException) when (output.Length > entry.Size)
            {
                throw new UnreadableException($"{entry.Size} bytes of {Shortened.Visible(entry.Name)}", "more", at);
            }
            finally
            {
                budget.SpendBytes(output.Length);
            }
            content = output.Written.ToArray();
        }
        else throw new UnreadableException($"{Shortened.Visible(entry.Name)} stored or deflated", $"method {entry.Method}", entry.Offset);
        if (content.Length != entry.Size) throw new UnreadableException($"{entry.Size} bytes of {Shortened.Visible(entry.Name)}", $"{content.Length}", at);
        var crc = Crc32.Of(content);
        if (crc != entry.Crc) throw new UnreadableException($"{Shortened.Visible(entry.Name)} with CRC-32 {entry.Crc:x8}", $"{crc:x8}", at);
        return content;
    }

    private static ZipEntry Entry(ref SpanReader reader)
    {
        var at = reader.Offset;
        if (reader.U32("directory entry") != 0x02014b50) throw new UnreadableException("an entry of the zip directory", "other bytes", at);
        var madeBy = reader.U16("version of the writer") >> 8;
        reader.Skip(2);
        var flags = reader.U16("flags");
        var method = reader.U16("method");
        var modified = Time(reader.U32("time"));
        var crc = reader.U32("CRC-32");
        var packed = reader.U32("packed size");
        var size = reader.U32("size");
        var name = reader.U16("length of the name");
        var extra = reader.U16("length of the extra field");
        var comment = reader.U16("length of the comment");
        reader.Skip(4);
        var attributes = reader.U32("attributes");
        var offset = reader.U32("offset of the entry");
        var bytes = reader.Take(name, "bytes of a name");
        var fields = new SpanReader(reader.Take(extra, "bytes of the extra field"), reader.Offset - extra);
        while (fields.Left >= 4)
        {
            var kind = fields.U16();
            var length = fields.U16();
            if (length > fields.Left) break;
            var field = new SpanReader(fields.Take(length), fields.Offset - length);
            // 4.5.3: only the numbers that have no room in the entry stand here, in this order. Beyond 4 GiB nothing is read.
            if (kind == 1)
            {
                if (size == uint.MaxValue) size = (uint)Math.Min(field.U64("size"), uint.MaxValue);
                if (packed == uint.MaxValue) packed = (uint)Math.Min(field.U64("packed size"), uint.MaxValue);
                if (offset == uint.MaxValue) offset = (uint)Math.Min(field.U64("offset of the entry"), uint.MaxValue);
            }
            // Info-ZIP's time: flags, then seconds since 1970.
            if (kind == 0x5455 && field.Left >= 5 && (field.U8() & 1) != 0) modified = (int)field.U32();
        }
        reader.Skip(comment, "bytes of the comment");
        // 4.4.2: Unix and Darwin keep their mode in the upper half.
        return new ZipEntry(NameOf(bytes, flags), method, packed, size, crc, (flags & 1) != 0, offset) { Mode = madeBy is 3 or 19 ? (int)(attributes >> 16) : -1, Modified = modified };
    }

    // Bit 11: UTF-8; else the first PC's code page, or what is UTF-8 without saying so.
    private static string NameOf(ReadOnlySpan<byte> bytes, int flags)
    {
        var text = (flags & 0x800) != 0 || System.Text.Unicode.Utf8.IsValid(bytes) ? Encoding.UTF8.GetString(bytes) : string.Create(bytes.Length, bytes, (characters, from) =>
        {
            for (var i = 0; i < from.Length; i++) characters[i] = from[i] < 128 ? (char)from[i] : UpperPage437[from[i] - 128];
        });
        return text.Replace('\\', '/');
    }

    private const string UpperPage437 =
        "ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒáíóúñÑªº¿⌐¬½¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐└┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\u00a0";

    // 4.4.6: MS-DOS, without a zone; taken as UTC.
    private static long Time(uint dos)
    {
        int year = 1980 + (int)(dos >> 25), month = (int)(dos >> 21 & 15), day = (int)(dos >> 16 & 31), hour = (int)(dos >> 11 & 31), minute = (int)(dos >> 5 & 63), second = (int)(dos & 31) * 2;
        if (month is 0 or > 12 || day == 0 || day > DateTime.DaysInMonth(year, month) || hour > 23 || minute > 59 || second > 59) return 0;
        return new DateTimeOffset(year, month, day, hour, minute, second, TimeSpan.Zero).ToUnixTimeSeconds();
    }
}

/// <param name="Name">With slashes; not cleaned, so <c>../x</c> stays as it is. Nothing is ever written to disk by it.</param>
/// <param name="PackedSize">Bytes in the archive.</param>
/// <param name="Size">Bytes when inflated, as stated.</param>
/// <param name="Offset">Of the entry's header.</param>
public sealed record ZipEntry(string Name, int Method, uint PackedSize, uint Size, uint Crc, bool IsEncrypted, uint Offset)
{
    /// <summary>Type and permissions as Unix keeps them; -1 where the writer's system has none.</summary>
    public int Mode { get; init; } = -1;
    /// <summary>Seconds since 1970; 0 where none is stated.</summary>
    public long Modified { get; init; }
}
