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
        var end = new SpanReader(span[(from + found)..], from + found);
        end.Skip(10);
        uint count = end.U16("number of entries");
        var size = end.U32("size of the directory");
        var start = end.U32("offset of the directory");
        if (count == ushort.MaxValue || size == uint.MaxValue || start == uint.MaxValue) (count, size, start) = Large(span, from + found);
        if (start + (long)size > from + found) throw new UnreadableException("a directory before the end record", $"{size} bytes at 0x{start:x}", from + found);
        var reader = new SpanReader(span.Slice((int)start, (int)size), start);
        var entries = new List<ZipEntry>(Math.Min((int)count, 4096));
        for (var i = 0; i < count; i++) entries.Add(Entry(ref reader));
        return new Zip(bytes, entries);
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
        reader.Skip(4);
        var flags = reader.U16("flags");
        var method = reader.U16("method");
        reader.Skip(4);
        var crc = reader.U32("CRC-32");
        var packed = reader.U32("packed size");
        var size = reader.U32("size");
        var name = reader.U16("length of the name");
        var extra = reader.U16("length of the extra field");
        var comment = reader.U16("length of the comment");
        reader.Skip(8);
        var offset = reader.U32("offset of the entry");
        var bytes = reader.Take(name, "bytes of a name");
        reader.Skip(extra + comment, "bytes of extra field and comment");
        // Bit 11: UTF-8; else the old code page, of which only ASCII is the same everywhere.
        var text = (flags & 0x800) != 0 || System.Text.Unicode.Utf8.IsValid(bytes) ? Encoding.UTF8.GetString(bytes) : Encoding.Latin1.GetString(bytes);
        return new ZipEntry(text.Replace('\\', '/'), method, packed, size, crc, (flags & 1) != 0, offset);
    }
}

/// <param name="Name">With slashes; not cleaned, so <c>../x</c> stays as it is. Nothing is ever written to disk by it.</param>
/// <param name="PackedSize">Bytes in the archive.</param>
/// <param name="Size">Bytes when inflated, as stated.</param>
/// <param name="Offset">Of the entry's header.</param>
public sealed record ZipEntry(string Name, int Method, uint PackedSize, uint Size, uint Crc, bool IsEncrypted, uint Offset);
