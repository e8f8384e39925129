using System.Buffers.Binary;
using System.Numerics;
using System.Text;
using Assay.Evidence.Files;
using Assay.Evidence.Reading;

namespace Assay.Firmware.FileSystems;

/// <summary>
/// YAFFS with its tags in the spare bytes behind each page (yaffs2/yaffs_guts.h, yaffs_packedtags2.h; yaffs.net "How YAFFS works"): every chunk says to
/// which object it belongs and where; chunk 0 is the object's header. In YAFFS2 the higher sequence number wins, in one block the later chunk. Nothing
/// states the geometry: it is the one in which header and tags of the first chunks agree. YAFFS1 has pages of 512 bytes, tags of bits with a code over
/// them, a mark on what is deleted, and a serial number of two bits that tells a chunk from the one that it replaces.
/// </summary>
/// <remarks>
/// Byte orders of headers and tags are found apart, since writers mix them. Limits: tags inside the page and tags that a controller
/// scattered over the spare bytes are not read; the codes that correct tags are not used; checkpoints and summaries are not needed.
/// </remarks>
internal sealed class Yaffs : FlatFileSystem
{
    internal static readonly Format AsFormat = new()
    {
        Kind = "yaffs2",
        Title = "YAFFS1 and YAFFS2",
        Group = FormatGroup.FileSystem,
        Source = "yaffs2/yaffs_guts.h, yaffs2/yaffs_packedtags2.h, yaffs2/yaffs_tagscompat.c",
        Proof = "samples of other projects, both byte orders; for YAFFS1 what `mkyaffsimage` wrote, both byte orders",
        Limits = "tags inside the page and tags that a controller scattered are not read; nothing is corrected",
        // The first object is a file or a folder in the root.
        Signatures =
        [
            new([1, 0, 0, 0, 1, 0, 0, 0, 0xff, 0xff]), new([3, 0, 0, 0, 1, 0, 0, 0, 0xff, 0xff]),
            new([1, 0, 0, 0, 1, 0xff, 0xff], 3), new([3, 0, 0, 0, 1, 0xff, 0xff], 3),
        ],
        Recognise = bytes => Measure(bytes) is { } geometry ? new(geometry.IsFirst ? "yaffs1" : "yaffs2", 0) : null,
        Open = opening =>
        {
            var files = Open(opening.Bytes, opening.Place, opening.Budget);
            return opening.FileSystem(files, $"pages of {files.Layout.Page} and {files.Layout.Spare} bytes");
        },
    };

    internal const int HeaderSize = 512;
    private const uint RootObject = 1, LostAndFound = 2, Unlinked = 3, Deleted = 4, SummaryObject = 0x10;
    private const uint LowestSequence = 0x1000, HighestSequence = 0xefffff00;
    private const uint ExtraHeader = 0x80000000, ExtraShrink = 0x40000000, ExtraFlags = 0xf0000000;
    private const uint MostObjects = 1 << 28;
    private const int LongestDamage = 256;
    private const int File = 1, Link = 2, Folder = 3, HardLink = 4, Special = 5;

    private static readonly int[] Pages = [2048, 4096, 1024, 512, 8192, 16384];
    private static readonly int[] Spares = [64, 128, 32, 16, 256, 224, 448, 512];

    private readonly Geometry geometry;
    private readonly SortedDictionary<uint, Object> objects = [];
    private readonly Dictionary<uint, List<(string Name, uint Inode)>> folders = [];
    private bool isDamaged;
    /// <summary>The object that was being written where the image ends, if nothing follows it.</summary>
    private uint last;
    private long length;

    /// <summary>Bytes of a page and of its spare part, where in that the tags begin, and the byte orders of headers and tags.</summary>
    internal readonly record struct Geometry(int Page, int Spare, int TagsAt, bool BigEndian, bool BigEndianTags)
    {
        /// <summary>Whether the tags are those of YAFFS1.</summary>
        internal bool IsFirst { get; init; }
        internal int Chunk => Page + Spare;
    }

    /// <param name="Sequence">Of YAFFS1 always the same.</param>
    /// <param name="Serial">Of YAFFS1: one more, modulo 4, than that of the chunk which this one replaces.</param>
    private readonly record struct Tags(uint Sequence, uint Object, uint Chunk, uint Bytes, bool IsShrink)
    {
        internal uint Serial { get; init; }
        internal bool IsDeleted { get; init; }
    }

    private sealed class Object
    {
        internal int? Header { get; set; }
        internal bool IsShadowed { get; set; }
        internal long Size { get; set; }
        internal Dictionary<uint, int> Pieces { get; } = [];
    }

    private sealed record Stored(ulong Number, FileEntry Entry, long Start, Dictionary<uint, int> Pieces) : Node(Number, Entry, Start);

    private Yaffs(ReadOnlyMemory<byte> image, Geometry geometry, Place place, Budget budget) : base(image, place, budget) => this.geometry = geometry;

    public override string Format => geometry.IsFirst ? "yaffs1" : "yaffs2";
    internal override long Length => length;
    internal Geometry Layout => geometry;

    /// <summary>Whether the header of an object begins here and tags follow that agree with it, in one of the geometries that flash has.</summary>
    internal static bool IsHeader(ReadOnlySpan<byte> bytes) => Measure(bytes) is not null;

    private static uint U32(ReadOnlySpan<byte> b, int at, bool bigEndian) => bigEndian ? BinaryPrimitives.ReadUInt32BigEndian(b[at..]) : BinaryPrimitives.ReadUInt32LittleEndian(b[at..]);
    private uint U32(int at) => U32(Image.Span, at, geometry.BigEndian);

    private static Geometry? Measure(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < HeaderSize + 16) return null;
        var big = bytes[0] == 0;
        if (!IsObjectHeader(bytes, big)) return null;
        foreach (var bigTags in (ReadOnlySpan<bool>)[big, !big])
        {
            var first = new Geometry(512, 16, 0, big, bigTags) { IsFirst = true };
            if (bytes.Length >= first.Chunk && Agrees(bytes, first)) return first;
        }
        foreach (var page in Pages)
        {
            foreach (var spare in Spares)
            {
                if (bytes.Length < page + spare || spare > page / 8) continue;
                foreach (var at in (ReadOnlySpan<int>)[0, 2])
                {
                    foreach (var bigTags in (ReadOnlySpan<bool>)[big, !big])
                    {
                        var geometry = new Geometry(page, spare, at, big, bigTags);
                        if (Agrees(bytes, geometry)) return geometry;
                    }
                }
            }
        }
        return null;
    }

    // The first chunk is the header of the object that its tags name; then come further chunks of objects, or erased flash. One in four may be damaged.
    private static bool Agrees(ReadOnlySpan<byte> bytes, Geometry geometry)
    {
        const int Tried = 8;
        int good = 0, bad = 0;
        for (var i = 0; i < Tried && (i + 1L) * geometry.Chunk <= bytes.Length; i++)
        {
            var chunk = bytes.Slice(i * geometry.Chunk, geometry.Chunk);
            if (!chunk.ContainsAnyExcept((byte)0xff)) break;
            var isGood = Read(chunk, geometry) is { } tags && (tags.Chunk != 0 ? i > 0 : tags.Object == SummaryObject || IsObjectHeader(chunk, geometry.BigEndian));
            if (isGood) good++;
            else if (i == 0) return false;
            else bad++;
        }
        return bad <= good / 3 && (good > 1 || bytes.Length < 2 * geometry.Chunk || !bytes.Slice(geometry.Chunk, geometry.Chunk).ContainsAnyExcept((byte)0xff));
    }

    // Type, parent, the sum that nobody uses any more, and a name that ends.
    private static bool IsObjectHeader(ReadOnlySpan<byte> b, bool bigEndian)
    {
        if (b.Length < HeaderSize || U32(b, 0, bigEndian) is < File or > Special || U32(b, 4, bigEndian) is 0 or >= MostObjects) return false;
        var name = b.Slice(10, 256);
        var end = name.IndexOf((byte)0);
        return b[8] == b[9] && b[8] is 0xff or 0 && end >= 0 && name[..end].IndexOf((byte)'/') < 0;
    }

    private static Tags? Read(ReadOnlySpan<byte> chunk, Geometry geometry)
    {
        var tags = chunk[(geometry.Page + geometry.TagsAt)..];
        if (tags.Length < 16) return null;
        if (geometry.IsFirst) return ReadFirst(tags, geometry);
        uint sequence = U32(tags, 0, geometry.BigEndianTags), id = U32(tags, 4, geometry.BigEndianTags), piece = U32(tags, 8, geometry.BigEndianTags), bytes = U32(tags, 12, geometry.BigEndianTags);
        if (sequence is < LowestSequence or > HighestSequence) return null;
        var shrinks = false;
        if ((piece & ExtraHeader) != 0)
        {
            // The tags of a header may repeat its type and parent instead of number and length.
            shrinks = (piece & ExtraShrink) != 0;
            if ((piece & ~ExtraFlags) != U32(chunk, 4, geometry.BigEndian) || id >> 28 != U32(chunk, 0, geometry.BigEndian)) return null;
            id &= ~ExtraFlags;
            piece = 0;
        }
        else if (piece != 0 && bytes > geometry.Page)
        {
            return null;
        }
        return id is 0 or >= MostObjects || piece >= 1 << 24 ? null : new Tags(sequence, id, piece, bytes, shrinks);
    }

    // Eight bytes around the marks of page and block, and the codes of the page: number of the chunk 20 bits, serial 2, length 10; object 18, code over
    // all of it 12, and two bits of length that pages of 512 bytes do not use. Counted from the lowest bit, or on big machines from the highest.
    private static Tags? ReadFirst(ReadOnlySpan<byte> spare, Geometry geometry)
    {
        Span<byte> tags = [spare[0], spare[1], spare[2], spare[3], spare[6], spare[7], spare[11], spare[12]];
        var isBig = geometry.BigEndianTags;
        uint first = U32(tags, 0, isBig), second = U32(tags, 4, isBig);
        var stated = isBig ? second >> 2 & 0xfff : second >> 18 & 0xfff;
        if (isBig) BinaryPrimitives.WriteUInt32BigEndian(tags[4..], second & ~(0xfffu << 2));
        else BinaryPrimitives.WriteUInt32LittleEndian(tags[4..], second & ~(0xfffu << 18));
        uint code = 0;
        for (var bit = 0; bit < 64; bit++)
        {
            if ((tags[bit / 8] >> bit % 8 & 1) != 0) code ^= (uint)bit + 1;
        }
        uint chunk = isBig ? first >> 12 : first & 0xfffff, bytes = isBig ? first & 0x3ff : first >> 22, id = isBig ? second >> 14 : second & 0x3ffff;
        if (code != stated || id == 0 || chunk != 0 && bytes > geometry.Page) return null;
        return new Tags(LowestSequence, id, chunk, bytes, false)
        {
            Serial = isBig ? first >> 10 & 3 : first >> 20 & 3,
            // A device writes zeros over the mark; a bit or two may have flipped.
            IsDeleted = BitOperations.PopCount((uint)spare[4]) < 7,
        };
    }

    /// <param name="bytes">From the first chunk on, as far as there are bytes.</param>
    /// <exception cref="UnreadableException">No header whose geometry can be told.</exception>
    internal static Yaffs Open(ReadOnlyMemory<byte> bytes, Place place, Budget budget)
    {
        var geometry = Measure(bytes.Span) ?? throw new UnreadableException("a header of YAFFS and its tags", "none that agree", 0);
        var files = new Yaffs(bytes, geometry, place, budget);
        files.ReadChunks();
        files.ReadNames();
        files.WalkFrom(RootObject);
        return files;
    }

    private void ReadChunks()
    {
        var chunks = new List<(Tags Tags, int At)>();
        var doubtful = new List<int>();
        var at = 0;
        for (; at <= Image.Length - geometry.Chunk && doubtful.Count <= LongestDamage; at += geometry.Chunk)
        {
            var chunk = Image.Span.Slice(at, geometry.Chunk);
            if (Read(chunk, geometry) is { } tags && (tags.Chunk != 0 || tags.Object == SummaryObject || IsObjectHeader(chunk, geometry.BigEndian)))
            {
                foreach (var gap in doubtful) Lose("a chunk with tags of YAFFS", "other bytes", gap);
                isDamaged |= doubtful.Count > 0;
                doubtful.Clear();
                if (tags.Object != SummaryObject && !tags.IsDeleted) chunks.Add((tags, at));
                length = at + geometry.Chunk;
            }
            else if (chunk.ContainsAnyExcept((byte)0xff) && !IsCheckpoint(chunk))
            {
                doubtful.Add(at);
            }
        }
        if (at == length && Image.Length > at && Image.Span[at..].ContainsAnyExcept((byte)0xff, (byte)0))
        {
            Lose($"a chunk of {geometry.Chunk} bytes", $"{Image.Length - at} to the end", at);
            isDamaged = true;
            length = Image.Length;
        }
        if (length == Image.Length && chunks.Count > 0) last = chunks[^1].Tags.Object;
        foreach (var (tags, start) in geometry.IsFirst ? Latest(chunks) : chunks.OrderBy(c => c.Tags.Sequence).ThenBy(c => c.At)) Play(tags, start);
    }

    // Where a chunk was written anew and the device stopped before it marked the old one, the serial numbers tell them apart.
    private static IEnumerable<(Tags Tags, int At)> Latest(List<(Tags Tags, int At)> chunks)
    {
        var latest = new Dictionary<(uint, uint), (Tags Tags, int At)>();
        foreach (var chunk in chunks)
        {
            var key = (chunk.Tags.Object, chunk.Tags.Chunk);
            if (!latest.TryGetValue(key, out var known) || chunk.Tags.Serial == (known.Tags.Serial + 1 & 3)) latest[key] = chunk;
        }
        return latest.Values.OrderBy(c => c.Tags.Chunk == 0 ? 0 : 1).ThenBy(c => c.At);
    }

    private bool IsCheckpoint(ReadOnlySpan<byte> chunk) => !geometry.IsFirst && U32(chunk, geometry.Page + geometry.TagsAt, geometry.BigEndianTags) == 0x21;

    // In the order in which the device wrote.
    private void Play(Tags tags, int at)
    {
        if (!objects.TryGetValue(tags.Object, out var known))
        {
            if (objects.Count >= Budget.Files)
            {
                if (!isDamaged) Lose($"at most {Budget.Files} objects", "more (raise it with --budget files=NUMBER)", at);
                isDamaged = true;
                return;
            }
            objects.Add(tags.Object, known = new Object());
        }
        if (tags.Chunk > 0)
        {
            known.Pieces[tags.Chunk] = at;
            known.Size = Math.Max(known.Size, (tags.Chunk - 1L) * geometry.Page + tags.Bytes);
            return;
        }
        known.Header = at;
        known.IsShadowed = false;
        if (U32(at) == File)
        {
            var high = U32(at + 496);
            known.Size = U32(at + 292) | (high == uint.MaxValue ? 0 : (long)(high & 0x7fffffff) << 32);
            if (tags.IsShrink || U32(at + 508) is not (0 or uint.MaxValue))
            {
                foreach (var piece in known.Pieces.Keys.Where(p => (p - 1L) * geometry.Page >= known.Size).ToList()) known.Pieces.Remove(piece);
            }
        }
        if (U32(at + 504) is > 0 and < MostObjects and var hidden && objects.TryGetValue(hidden, out var shadowed)) shadowed.IsShadowed = true;
    }

    private void ReadNames()
    {
        foreach (var (id, known) in objects)
        {
            if (known.Header is not { } at)
            {
                if (known.Pieces.Count > 0) Lose($"a header of object {id}", $"none, so that its {known.Pieces.Count} chunks are left out", known.Pieces.Values.Min());
                continue;
            }
            var parent = U32(at + 4);
            if (known.IsShadowed || id is RootObject or LostAndFound && parent is RootObject or 0 && Name(at).Length == 0 || parent is Unlinked or Deleted || id is Unlinked or Deleted) continue;
            // A hard link is another name of the object that it says.
            var target = id;
            for (var hops = 0; hops < 4 && objects.TryGetValue(target, out var next) && next.Header is { } header && U32(header) == HardLink; hops++) target = U32(header + 296);
            if (!folders.TryGetValue(parent, out var list)) folders.Add(parent, list = []);
            list.Add((Name(at), target));
        }
        foreach (var (folder, list) in folders.OrderBy(f => f.Key))
        {
            if (folder is RootObject or LostAndFound || objects.TryGetValue(folder, out var parent) && parent.Header is not null) continue;
            Lose($"a header of folder {folder}", $"none, so that {list.Count} names in it are left out", 0);
        }
    }

    private string Name(int at)
    {
        var name = Image.Span.Slice(at + 10, 256);
        return Encoding.Latin1.GetString(name[..name.IndexOf((byte)0)]);
    }

    protected override void List(Node folder, Action<ReadOnlySpan<byte>, ulong> child)
    {
        if (!folders.TryGetValue((uint)folder.Number, out var list)) return;
        foreach (var (name, inode) in list) child(Encoding.Latin1.GetBytes(name), inode);
    }

    protected override Node ReadNode(ulong number, FilePath path)
    {
        if (!objects.TryGetValue((uint)number, out var known) || known.Header is not { } at) throw new UnreadableException($"a header of object {number}", "none", 0);
        var entry = new FileEntry
        {
            Path = path,
            Type = FileType.Regular,
            Mode = (int)(U32(at + 268) & 0xfff),
            Owner = U32(at + 272),
            Group = U32(at + 276),
            Modified = U32(at + 284),
        };
        switch (U32(at))
        {
            case File:
                return new Stored(number, entry with { Size = known.Size }, known.Pieces.Count > 0 ? known.Pieces.Values.Min() : at, known.Pieces);
            case Folder:
                return new Node(number, entry with { Type = FileType.Directory }, at);
            case Link:
                var target = Image.Span.Slice(at + 300, 160);
                var end = target.IndexOf((byte)0);
                if (end < 0) throw new UnreadableException("a link's target that ends with a zero byte", "none", at + 300);
                return new Node(number, entry with { Type = FileType.Link, Target = target[..end].ToArray() }, at);
            case Special:
                var device = U32(at + 460);
                var node = UnixEntry(path, U32(at + 268), entry.Owner, entry.Group, entry.Modified, at + 268);
                return new Node(number, node.Type is FileType.CharacterDevice or FileType.BlockDevice ? WithDevice(node, device, isOld: device <= 0xffff) : node, at);
            default:
                throw new UnreadableException("an object with content, or a hard link to one", "a hard link that leads to hard links", at);
        }
    }

    protected override long Plan(Node file)
    {
        var pieces = ((Stored)file).Pieces;
        // A hole has no chunks; neither has a file whose chunks were damaged, nor the end of one that the image's end cuts off.
        var all = (file.Entry.Size + geometry.Page - 1) / geometry.Page;
        var found = pieces.Keys.Count(p => p <= all);
        if (found < all && (isDamaged || file.Number == last && !pieces.ContainsKey((uint)all)))
        {
            throw new UnreadableException($"{all} chunks, since the image is {(isDamaged ? "damaged" : "at its end")}", $"{found}", file.Start);
        }
        return file.Entry.Size;
    }

    protected override void Fill(Node file, ArraySegment<byte> target)
    {
        Span<byte> content = target;
        content.Clear();
        foreach (var (piece, at) in ((Stored)file).Pieces)
        {
            var start = (piece - 1L) * geometry.Page;
            if (start >= content.Length) continue;
            var tags = Read(Image.Span.Slice(at, geometry.Chunk), geometry)!.Value;
            Image.Span.Slice(at, (int)Math.Min(tags.Bytes, content.Length - start)).CopyTo(content[(int)start..]);
        }
    }
}
