using System.Buffers.Binary;
using System.Collections;
using Assay.Evidence.Reading;

namespace Assay.Software.Components.Packages;

/// <summary>
/// The values of a hash table of Berkeley DB that lies in memory, page by page: a first page with magic 00061561 and the size of pages, then pages of pairs (type 2, or 13 where they are sorted),
/// whose larger values lie in chains of overflow pages (type 7). Numbers are in the byte order of the machine that wrote it.
/// </summary>
/// <remarks>
/// Reference: Berkeley DB 5.3, src/dbinc/db_page.h. All pages are passed in their order and each overflow page is read at most once, so that loops end. Limits: no duplicates, no encryption, no checksums, which rpm uses neither.
/// </remarks>
internal ref struct BerkeleyHash
{
    private const int PageHeader = 26, MetaHeader = 72, MostDamage = 16, SmallestPage = 512, LargestPage = 65536;
    private const byte Unsorted = 2, Overflow = 7, Meta = 8, Sorted = 13, InPage = 1, OffPage = 3;

    private readonly ReadOnlySpan<byte> file;
    private readonly bool bigEndian;
    private readonly int pageSize, pages, largest;
    private readonly BitArray taken;

    private BerkeleyHash(ReadOnlySpan<byte> file, int largest)
    {
        if (!Looks(file)) throw new UnreadableException("the first page of a hash table of Berkeley DB", "other bytes", 0);
        bigEndian = file[12] == 0;
        this.file = file;
        var size = U32(20);
        if (size is < SmallestPage or > LargestPage || (size & (size - 1)) != 0) throw new UnreadableException($"a page size that is a power of two, {SmallestPage} to {LargestPage}", $"{size}", 20);
        if (file[24] != 0 || (file[26] & 1) != 0) throw new UnreadableException("pages without encryption and checksums", "pages with them", 24);
        (pageSize, pages) = ((int)size, file.Length / (int)size);
        this.largest = largest;
        taken = new BitArray(pages);
    }

    public static bool Looks(ReadOnlySpan<byte> bytes) =>
        bytes.Length >= MetaHeader && bytes[25] == Meta && (bytes[12..16].SequenceEqual((ReadOnlySpan<byte>)[0x61, 0x15, 6, 0]) || bytes[12..16].SequenceEqual((ReadOnlySpan<byte>)[0, 6, 0x15, 0x61]));

    /// <summary>Visits every value whose key is not zero, in the order of the pages.</summary>
    /// <param name="largest">Bytes of one value that are put together; a larger one is damage.</param>
    /// <param name="damaged">Gets what could not be read, at most sixteen times; other pages and values are read all the same.</param>
    /// <exception cref="UnreadableException">No such table.</exception>
    public static void Read(ReadOnlySpan<byte> file, int largest, BlobVisitor visit, List<UnreadableException> damaged)
    {
        var table = new BerkeleyHash(file, largest);
        for (var page = 1; page < table.pages; page++)
        {
            if (file[page * table.pageSize + 25] is not (Unsorted or Sorted)) continue;
            try
            {
                table.Page(page, visit, damaged);
            }
            catch (UnreadableException e)
            {
                if (damaged.Count < MostDamage) damaged.Add(e);
            }
        }
        // The first page names the last.
        if (table.U32(32) is var last && last >= (uint)table.pages && damaged.Count < MostDamage) damaged.Add(new UnreadableException($"pages up to {last}", $"{table.pages} pages", file.Length));
    }

    private readonly uint U32(int at) => bigEndian ? BinaryPrimitives.ReadUInt32BigEndian(file[at..]) : BinaryPrimitives.ReadUInt32LittleEndian(file[at..]);
    private readonly int U16(int at) => bigEndian ? BinaryPrimitives.ReadUInt16BigEndian(file[at..]) : BinaryPrimitives.ReadUInt16LittleEndian(file[at..]);

    private readonly void Page(int number, BlobVisitor visit, List<UnreadableException> damaged)
    {
        var start = number * pageSize;
        int count = U16(start + 20), head = PageHeader + 2 * count;
        if (head > pageSize || count % 2 != 0) throw new UnreadableException("pairs that fit into their page", $"{count} items", start + 20);
        var (end, isMeta) = (pageSize, false);
        for (var i = 0; i < count; i++)
        {
            // Items lie from the page's end to its beginning; each ends where the one before begins.
            var at = U16(start + PageHeader + 2 * i);
            if (at < head || at >= end) throw new UnreadableException($"an item between {head} and {end}", $"{at}", start + PageHeader + 2 * i);
            var item = file[(start + at)..(start + end)];
            end = at;
            if (i % 2 == 0)
            {
                // Number zero keeps the count of numbers given out.
                isMeta = item[0] == InPage && item[1..].IndexOfAnyExcept((byte)0) < 0;
                continue;
            }
            if (isMeta) continue;
            try
            {
                visit(Value(item, start + at), start + at);
            }
            catch (UnreadableException e)
            {
                if (damaged.Count < MostDamage) damaged.Add(new UnreadableException(e.Expected, e.Found, start + at));
            }
        }
    }

    private readonly ReadOnlySpan<byte> Value(ReadOnlySpan<byte> item, int at)
    {
        if (item[0] == InPage) return item[1..];
        if (item[0] != OffPage || item.Length < 12) throw new UnreadableException("a value in its page or in overflow pages (1 or 3)", $"type {item[0]}", at);
        var (next, length) = (U32(at + 4), U32(at + 8));
        if (length > (uint)Math.Min(largest, file.Length)) throw new UnreadableException($"a value of at most {Math.Min(largest, file.Length)} bytes", $"{length}", at);
        var (whole, filled) = (new byte[length], 0);
        while (filled < whole.Length)
        {
            if (next == 0 || next >= (uint)pages) throw new UnreadableException($"a page of 1 to {pages - 1}", $"page {next}", at);
            if (taken[(int)next]) throw new UnreadableException("each page once", $"page {next} again", at);
            taken[(int)next] = true;
            var start = (int)next * pageSize;
            if (file[start + 25] != Overflow) throw new UnreadableException("an overflow page (7)", $"type {file[start + 25]}", start + 25);
            // Of an overflow page this field is the count of its bytes.
            var part = U16(start + 22);
            if (part == 0 || part > pageSize - PageHeader || part > whole.Length - filled) throw new UnreadableException($"1 to {Math.Min(pageSize - PageHeader, whole.Length - filled)} bytes of a value", $"{part}", start + 22);
            file.Slice(start + PageHeader, part).CopyTo(whole.AsSpan(filled));
            filled += part;
            next = U32(start + 16);
        }
        return whole;
    }
}
