using System.Buffers.Binary;
using Assay.Evidence.Files;
using Assay.Evidence.Reading;

namespace Assay.Firmware.FileSystems;

/// <summary>
/// SPIFFS (spiffs/docs/TECH_SPEC, src/spiffs_nucleus.h): blocks of pages; the first pages of a block say of which object each further page is, and end
/// with a mark that is made of the size of a page and the number of blocks. Each page says object, place and state; an object's index page 0 has its
/// size and name. Folders do not exist: slashes are part of names. Nothing states the geometry: it is the one in which marks and pages agree.
/// </summary>
/// <remarks>
/// Pages are read by what they say of themselves, and not over the index, whose place depends on the length of the maker's own fields; where two pages hold
/// one place of a file, the one that its index names counts. Little endian, numbers of 16 bits. Limits: images without the mark are not recognised.
/// </remarks>
internal sealed class Spiffs : Archive
{
    internal static readonly Format AsFormat = new()
    {
        Kind = "spiffs",
        Title = "SPIFFS",
        Group = FormatGroup.FileSystem,
        Source = "spiffs/docs/TECH_SPEC, spiffs/src/spiffs_nucleus.h",
        Proof = "images that SPIFFS itself wrote, with and without a number of blocks in its mark, and one of `mkspiffs`",
        Limits = "found at the start of a region only; images without the mark; big endian; contents have no sums, so that damage in them goes unseen",
        Recognise = bytes => Measure(bytes) is { } layout ? new("spiffs", layout.Length) : null,
        Open = opening =>
        {
            var files = Open(opening.Bytes, opening.Place, opening.Budget);
            return opening.FileSystem(files, $"pages of {files.layout.Page} bytes, blocks of {files.layout.Block}");
        },
    };

    private const int Mark = 0x0529, PageHeader = 5, IndexHeader = 8, NameAt = 13, NameSize = 32, HeaderEnd = NameAt + NameSize, MostFields = 128;
    private const ushort Free = 0xffff, Deleted = 0, IsIndex = 0x8000;
    // Bits of a page's state, which writing clears.
    private const int Used = 1, Final = 2, IndexPage = 4, IndexGone = 0x40, Gone = 0x80;
    private const int LeastBlocks = 3;

    private static readonly int[] Pages = [256, 128, 512, 1024, 2048, 64];

    /// <summary>Bytes of a page and of a block, and the number of blocks; 0 where the mark does not say it.</summary>
    internal readonly record struct Geometry(int Page, int Block, int Blocks)
    {
        internal int Lookups => Math.Max(1, Block / Page * 2 / Page);
        internal long Length => (long)Block * Blocks;
    }

    private sealed class Stored
    {
        internal int Header { get; set; } = -1;
        internal long Size { get; set; }
        internal SortedDictionary<int, List<int>> Pieces { get; } = [];
        internal List<(int Place, int At)> Indexes { get; } = [];
    }

    private readonly ReadOnlyMemory<byte> image;
    private readonly Geometry layout;
    private readonly SortedDictionary<int, Stored> objects = [];
    private readonly List<Stored> listed = [];
    private int fields;

    private Spiffs(ReadOnlyMemory<byte> image, Geometry layout, Place place, Budget budget) : base(place, budget)
    {
        this.image = image;
        this.layout = layout;
    }

    public override string Format => "spiffs";
    internal Geometry Layout => layout;

    private static ushort U16(ReadOnlySpan<byte> b, int at) => BinaryPrimitives.ReadUInt16LittleEndian(b[at..]);

    internal static Geometry? Measure(ReadOnlySpan<byte> bytes)
    {
        foreach (var page in Pages)
        {
            for (var block = Math.Max(1024, 8 * page); block <= 256 << 10; block *= 2)
            {
                if (bytes.Length < 2L * block) break;
                if (Marked(bytes, page, block) is { } layout && Agrees(bytes, layout)) return layout;
            }
        }
        return null;
    }

    // The marks count the blocks down to one, or are all the same. Of an image that is cut the first two blocks must be there.
    private static Geometry? Marked(ReadOnlySpan<byte> bytes, int page, int block)
    {
        var at = new Geometry(page, block, 0).Lookups * page - 4;
        int first = U16(bytes, at) ^ Mark ^ page, second = U16(bytes, block + at) ^ Mark ^ page;
        if (first == second && first == 0)
        {
            var count = 2;
            while ((count + 1L) * block <= bytes.Length && (U16(bytes, count * block + at) ^ Mark ^ page) == 0) count++;
            return count >= LeastBlocks ? new Geometry(page, block, count) : null;
        }
        if (first < LeastBlocks || second != first - 1) return null;
        for (var i = 2; i < first && (i + 1L) * block <= bytes.Length && i < 16; i++)
        {
            // A block that was being erased has no mark.
            var mark = U16(bytes, i * block + at);
            if (mark != Free && (mark ^ Mark ^ page) != first - i) return null;
        }
        return new Geometry(page, block, first);
    }

    // What the first blocks say of their pages is what these say of themselves; pages of which they say nothing are erased.
    private static bool Agrees(ReadOnlySpan<byte> bytes, Geometry layout)
    {
        int good = 0, bad = 0;
        for (var block = 0; block < Math.Min(layout.Blocks, 8) && (block + 1L) * layout.Block <= bytes.Length; block++)
        {
            for (var page = layout.Lookups; page < layout.Block / layout.Page; page++)
            {
                var id = U16(bytes, block * layout.Block + 2 * (page - layout.Lookups));
                var content = bytes.Slice(block * layout.Block + page * layout.Page, layout.Page);
                if (id == Deleted) continue;
                if (id == Free ? !content.ContainsAnyExcept((byte)0xff) : U16(content, 0) == id) good++;
                else bad++;
            }
        }
        return good > 0 && bad <= good / 8;
    }

    /// <param name="bytes">From the first block on, as far as there are bytes.</param>
    /// <exception cref="UnreadableException">No blocks whose geometry can be told.</exception>
    internal static Spiffs Open(ReadOnlyMemory<byte> bytes, Place place, Budget budget)
    {
        var layout = Measure(bytes.Span) ?? throw new UnreadableException("blocks of SPIFFS with their marks", "none that agree", 0);
        var files = new Spiffs(bytes[..(int)Math.Min(bytes.Length, layout.Length)], layout, place, budget);
        if (layout.Length > bytes.Length) files.Lose($"{layout.Length} bytes of SPIFFS", $"{bytes.Length} to the end", bytes.Length);
        try
        {
            files.ReadPages();
            files.fields = files.FieldsOfMaker();
            files.ReadNames();
        }
        catch (BudgetException spent)
        {
            files.Lose("entries within the budget", spent.Message, 0);
        }
        files.Seal(files.image.Length);
        return files;
    }

    private void ReadPages()
    {
        var span = image.Span;
        for (var block = 0; (long)block * layout.Block < span.Length; block++)
        {
            for (var page = layout.Lookups; page < layout.Block / layout.Page; page++)
            {
                var at = block * layout.Block + page * layout.Page;
                if (at + layout.Page > span.Length) return;
                var id = U16(span, block * layout.Block + 2 * (page - layout.Lookups));
                int state = span[at + 4], place = U16(span, at + 2);
                if (id is Free or Deleted || (state & (Used | Gone)) != Gone) continue;
                if (U16(span, at) != id)
                {
                    Lose($"a page of object {id & ~IsIndex}", $"one of {U16(span, at) & ~IsIndex}", at);
                    continue;
                }
                var number = id & ~IsIndex;
                if (!objects.TryGetValue(number, out var known))
                {
                    if (objects.Count >= Budget.Files) throw new BudgetException("files", Budget.Files);
                    objects.Add(number, known = new Stored());
                }
                if ((id & IsIndex) == 0)
                {
                    // A page that is not final was being written when the device stopped; the index decides.
                    if (!known.Pieces.TryGetValue(place, out var same)) known.Pieces.Add(place, same = []);
                    same.Add(at);
                }
                else if ((state & (IndexPage | IndexGone | Final)) == IndexGone)
                {
                    known.Indexes.Add((place, at));
                    if (place == 0) known.Header = at;
                }
            }
        }
    }

    // The index of pages begins behind the name and what the maker keeps there: that many bytes for which all headers lead to pages of their own file.
    private int FieldsOfMaker()
    {
        var headers = objects.Values.Where(o => o.Header >= 0 && o.Pieces.Count > 0).Take(64).ToList();
        var best = (Fields: -1, Good: 0);
        for (var length = 0; length <= MostFields && HeaderEnd + length + 2 <= layout.Page; length++)
        {
            var good = headers.Sum(o => o.Pieces.TryGetValue(0, out var first) && first.Contains(PageOf(o.Header + HeaderEnd + length)) ? 1 : 0);
            if (good > best.Good) best = (length, good);
        }
        return best.Fields;
    }

    private int PageOf(int at) => U16(image.Span, at) * layout.Page;

    private void ReadNames()
    {
        foreach (var (number, stored) in objects)
        {
            if (stored.Header < 0)
            {
                if (stored.Pieces.Count > 0) Lose($"a header of object {number}", $"none, so that its {stored.Pieces.Count} pages are left out", stored.Pieces.Values.Min(p => p[0]));
                continue;
            }
            var header = image.Span.Slice(stored.Header, layout.Page);
            var name = header.Slice(NameAt, NameSize);
            var end = name.IndexOf((byte)0);
            if (Clean(end < 0 ? name : name[..end]) is not { } path) continue;
            var size = BinaryPrimitives.ReadUInt32LittleEndian(header[IndexHeader..]);
            // A file that was made and not yet written has no size.
            stored.Size = size == uint.MaxValue ? 0 : size;
            if (Has(path)) Lose(path, "a name that stands once", "two objects of one name");
            Add(new FileEntry { Path = path, Type = FileType.Regular, Mode = -1, Size = stored.Size }, stored.Header);
            listed.Add(stored);
        }
    }

    private protected override bool IsPacked => false;

    internal override ReadOnlyMemory<byte> Read(Member member)
    {
        var stored = listed[member.Index];
        if (stored.Size > image.Length) throw new UnreadableException($"at most {image.Length} bytes in a file", $"{stored.Size}", stored.Header + IndexHeader);
        var content = new byte[stored.Size];
        var room = layout.Page - PageHeader;
        for (int start = 0, place = 0; start < content.Length; start += room, place++)
        {
            if (!stored.Pieces.TryGetValue(place, out var pages)) throw new UnreadableException($"pages for all {content.Length} bytes", $"none for byte {start}", stored.Header);
            var at = pages.Count == 1 ? pages[0] : Chosen(stored, place, pages);
            image.Span.Slice(at + PageHeader, Math.Min(room, content.Length - start)).CopyTo(content.AsSpan(start));
        }
        return content;
    }

    // The header's index holds as many pages as have room in it; each further one has its own page.
    private int Chosen(Stored stored, int place, List<int> pages)
    {
        if (fields >= 0)
        {
            int inHeader = (layout.Page - HeaderEnd - fields) / 2, inOther = (layout.Page - IndexHeader) / 2;
            var (index, entry, start) = place < inHeader ? (0, place, HeaderEnd + fields) : (1 + (place - inHeader) / inOther, (place - inHeader) % inOther, IndexHeader);
            foreach (var (number, at) in stored.Indexes)
            {
                if (number == index && PageOf(at + start + 2 * entry) is var page && pages.Contains(page)) return page;
            }
        }
        throw new UnreadableException("one page for each place of a file", $"{pages.Count} for place {place}, and no index that chooses", pages[0]);
    }
}
