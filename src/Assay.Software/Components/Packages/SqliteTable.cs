using System.Buffers.Binary;
using System.Collections;
using Assay.Evidence.Reading;

namespace Assay.Software.Components.Packages;

/// <summary>What a row of a table holds in its first column of bytes.</summary>
/// <param name="blob">Valid during the call.</param>
/// <param name="offset">Of the row's cell in the file.</param>
internal delegate void BlobVisitor(ReadOnlySpan<byte> blob, long offset);

/// <summary>
/// One table of an SQLite database that lies in memory, walked page by page: no statement runs, nothing is written, no index is trusted.
/// Pages of 512 to 65,536 bytes; the first 100 bytes are the file's header; a table is a tree of interior pages (type 5) and leaves (type 13); what does not fit into a leaf goes on in a chain of overflow pages.
/// </summary>
/// <remarks>
/// Reference: sqlite.org "Database File Format", sections 1.3 (header), 1.6 (b-tree pages), 2.1 (record format). Each page is read at most once, so that loops and pages shared by many rows end.
/// Limits: text in UTF-8, tables with row numbers; what stands only in a write-ahead log beside the file is not seen.
/// </remarks>
internal ref struct SqliteTable
{
    private const int FileHeader = 100, Deepest = 24, Interior = 0x05, Leaf = 0x0d, MostDamage = 16, MostSchemaRows = 4096;

    private readonly ReadOnlySpan<byte> file;
    private readonly int pageSize, usable, pages, largest;
    private readonly BitArray seen;
    private readonly List<UnreadableException> damaged;

    private SqliteTable(ReadOnlySpan<byte> file, int largest, List<UnreadableException> damaged)
    {
        if (!Looks(file)) throw new UnreadableException("the header of an SQLite database", "other bytes", 0);
        pageSize = BinaryPrimitives.ReadUInt16BigEndian(file[16..]) is var size && size == 1 ? 65536 : size;
        if (pageSize < 512 || (pageSize & (pageSize - 1)) != 0) throw new UnreadableException("a page size that is a power of two, 512 to 65536", $"{pageSize}", 16);
        usable = pageSize - file[20];
        if (usable < 480) throw new UnreadableException("at least 480 bytes of a page in use", $"{usable}", 20);
        if (BinaryPrimitives.ReadUInt32BigEndian(file[56..]) is var encoding && encoding > 1) throw new UnreadableException("text in UTF-8 (1)", $"encoding {encoding}", 56);
        pages = file.Length / pageSize;
        this.file = file;
        this.largest = largest;
        this.damaged = damaged;
        seen = new BitArray(pages + 1);
    }

    public static bool Looks(ReadOnlySpan<byte> bytes) => bytes.Length >= FileHeader && bytes.StartsWith("SQLite format 3\0"u8);

    /// <summary>Visits every row of a table that holds bytes, in the order of the rows.</summary>
    /// <param name="largest">Bytes of one row that are put together; a larger row is damage.</param>
    /// <param name="damaged">Gets what could not be read, at most sixteen times; other pages and rows are read all the same.</param>
    /// <exception cref="UnreadableException">No database, or none with this table.</exception>
    public static void Read(ReadOnlySpan<byte> file, string table, int largest, BlobVisitor visit, List<UnreadableException> damaged)
    {
        var (root, rows, name) = (0u, 0, System.Text.Encoding.UTF8.GetBytes(table));
        var schema = new SqliteTable(file, largest, damaged);
        // sqlite_schema: type, name, tbl_name, rootpage, sql.
        schema.Walk(1, (record, _) =>
        {
            if (++rows > MostSchemaRows || root != 0) return;
            var columns = new Record(record);
            if (columns.Next().SequenceEqual("table"u8) && columns.Next().SequenceEqual(name))
            {
                columns.Next();
                foreach (var b in columns.Next()) root = root << 8 | b;
            }
        });
        if (root == 0) throw damaged.Count > 0 ? damaged[0] : new UnreadableException($"a table {table}", "none of this name", 0);
        new SqliteTable(file, largest, damaged).Walk(root, (record, offset) =>
        {
            var columns = new Record(record);
            while (columns.More)
            {
                var value = columns.Next();
                if (!columns.IsBlob) continue;
                visit(value, offset);
                return;
            }
        });
    }

    private readonly void Walk(uint root, BlobVisitor row)
    {
        var waiting = new Stack<(uint Page, int Depth)>();
        waiting.Push((root, 0));
        while (waiting.TryPop(out var next))
        {
            try
            {
                Page(next.Page, next.Depth, waiting, row);
            }
            catch (UnreadableException e)
            {
                Damage(e);
            }
        }
    }

    private readonly void Damage(UnreadableException e)
    {
        if (damaged.Count < MostDamage) damaged.Add(e);
    }

    private readonly void Page(uint number, int depth, Stack<(uint, int)> waiting, BlobVisitor row)
    {
        if (depth > Deepest) throw new UnreadableException($"a tree at most {Deepest} pages deep", "more", At(number));
        var page = Take(number);
        // The first page begins with the file's header; offsets of cells count from the page's start all the same.
        var start = number == 1 ? FileHeader : 0;
        var type = page[start];
        if (type is not (Interior or Leaf)) throw new UnreadableException("a page of a table (5 or 13)", $"type {type}", At(number) + start);
        int cells = BinaryPrimitives.ReadUInt16BigEndian(page[(start + 3)..]), header = start + (type == Interior ? 12 : 8);
        if (header + 2 * cells > usable) throw new UnreadableException($"at most {(usable - header) / 2} cells of a page", $"{cells}", At(number) + start + 3);
        // Pushed from the last to the first, so that rows come in their order.
        if (type == Interior) waiting.Push((BinaryPrimitives.ReadUInt32BigEndian(page[(start + 8)..]), depth + 1));
        var claimed = 0;
        for (var i = 0; i < cells; i++)
        {
            var slot = type == Interior ? cells - 1 - i : i;
            var at = BinaryPrimitives.ReadUInt16BigEndian(page[(header + 2 * slot)..]);
            if (at < header + 2 * cells || at + 4 > usable)
            {
                Damage(new UnreadableException("a cell inside of its page", $"offset {at}", At(number) + header + 2 * slot));
                continue;
            }
            if (type == Interior)
            {
                waiting.Push((BinaryPrimitives.ReadUInt32BigEndian(page[at..]), depth + 1));
                continue;
            }
            try
            {
                var payload = Payload(page[..usable], at, At(number), ref claimed);
                Visit(payload, At(number) + at, row);
            }
            catch (UnreadableException e)
            {
                Damage(e);
            }
        }
    }

    // What is wrong inside of a row is told with the row's place in the file.
    private readonly void Visit(ReadOnlySpan<byte> payload, long at, BlobVisitor row)
    {
        try
        {
            row(payload, at);
        }
        catch (UnreadableException e)
        {
            Damage(new UnreadableException(e.Expected, e.Found, at));
        }
    }

    // A page belongs to one place only; a second visit is a loop or a row that claims another's bytes.
    private readonly ReadOnlySpan<byte> Take(uint number)
    {
        if (number == 0 || number > pages) throw new UnreadableException($"a page of 1 to {pages}", $"page {number}", Math.Min(At(number), file.Length));
        if (seen[(int)number]) throw new UnreadableException("each page once", $"page {number} again", At(number));
        seen[(int)number] = true;
        return file.Slice((int)At(number), pageSize);
    }

    private readonly long At(uint number) => number == 0 ? 0 : (number - 1L) * pageSize;

    /// <param name="claimed">Bytes of the page that rows had before; cells that overlap would have a page read once for each of them.</param>
    private readonly ReadOnlySpan<byte> Payload(ReadOnlySpan<byte> page, int at, long origin, ref int claimed)
    {
        var size = Varint(page, ref at, origin);
        Varint(page, ref at, origin);
        if (size > (ulong)largest) throw new UnreadableException($"a row of at most {largest} bytes", $"{size}", origin + at);
        var length = (int)size;
        // Section 1.6: what a leaf keeps of a payload of this length.
        int most = usable - 35, least = (usable - 12) * 32 / 255 - 23, kept = least + (length - least) % (usable - 4);
        var local = length <= most ? length : kept <= most ? kept : least;
        if (at + local + (local < length ? 4 : 0) > page.Length) throw new UnreadableException($"{local} bytes of a row", $"{page.Length - at} to the end of the page", origin + at);
        claimed += local;
        if (claimed > page.Length) throw new UnreadableException($"cells that share the {page.Length} bytes of their page", "cells that overlap", origin + at);
        if (local == length) return page.Slice(at, length);
        if (length > file.Length) throw new UnreadableException("a row that fits into the file", $"{length} bytes", origin + at);
        var whole = new byte[length];
        page.Slice(at, local).CopyTo(whole);
        var (filled, next) = (local, BinaryPrimitives.ReadUInt32BigEndian(page[(at + local)..]));
        while (filled < length)
        {
            var overflow = Take(next);
            var part = Math.Min(length - filled, usable - 4);
            overflow.Slice(4, part).CopyTo(whole.AsSpan(filled));
            filled += part;
            next = BinaryPrimitives.ReadUInt32BigEndian(overflow);
        }
        return whole;
    }

    /// <summary>Section 1.6: seven bits a byte, the highest first, the ninth byte whole.</summary>
    private static ulong Varint(ReadOnlySpan<byte> bytes, ref int at, long origin)
    {
        var value = 0UL;
        for (var i = 0; i < 9; i++)
        {
            if (at >= bytes.Length) throw new UnreadableException("a number of one to nine bytes", "the end", origin + at);
            var b = bytes[at++];
            if (i == 8) return value << 8 | b;
            value = value << 7 | (uint)(b & 0x7f);
            if (b < 0x80) break;
        }
        return value;
    }

    /// <summary>The columns of one row (section 2.1): a header of types, each of which says its column's length, then the columns.</summary>
    private ref struct Record
    {
        private readonly ReadOnlySpan<byte> bytes;
        private readonly int headerEnd;
        private int header, body;

        public Record(ReadOnlySpan<byte> bytes)
        {
            this.bytes = bytes;
            var size = Varint(bytes, ref header, 0);
            if (size > (ulong)bytes.Length || size < (ulong)header) throw new UnreadableException("the header of a row inside of it", $"{size} bytes of {bytes.Length}", 0);
            headerEnd = body = (int)size;
        }

        public readonly bool More => header < headerEnd;
        /// <summary>Whether the column taken last holds bytes.</summary>
        public bool IsBlob { get; private set; }

        /// <summary>The next column's bytes; numbers are big-endian, NULL and the constants 0 and 1 are empty.</summary>
        public ReadOnlySpan<byte> Next()
        {
            var type = Varint(bytes[..headerEnd], ref header, 0);
            IsBlob = type >= 12 && type % 2 == 0;
            var length = type switch { 0 or 8 or 9 => 0UL, <= 4 => type, 5 => 6UL, 6 or 7 => 8UL, 10 or 11 => throw new UnreadableException("a type of column in use", $"{type}", header), _ => (type - 12) / 2 };
            if (length > (ulong)(bytes.Length - body)) throw new UnreadableException($"{length} bytes of a column", $"{bytes.Length - body} to the end of the row", body);
            var value = bytes.Slice(body, (int)length);
            body += (int)length;
            return value;
        }
    }
}
