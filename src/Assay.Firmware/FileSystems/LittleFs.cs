using System.Buffers.Binary;
using System.Numerics;
using System.Text;
using Assay.Evidence.Compression;
using Assay.Evidence.Files;
using Assay.Evidence.Reading;

namespace Assay.Firmware.FileSystems;

/// <summary>
/// littlefs 2 (littlefs/SPEC.md), as microcontrollers keep it: folders are pairs of blocks that hold commits, each with a CRC; files lie in the commit
/// itself, or in a list of blocks that is read from its end.
/// </summary>
/// <remarks>
/// Limits: contents outside commits have no sum, so that damage in them goes unseen; a move that was under way is shown at both places; the format
/// keeps neither modes nor times, and user attributes are left out.
/// </remarks>
internal sealed class LittleFs : FlatFileSystem
{
    internal static readonly Format AsFormat = new()
    {
        Kind = "littlefs",
        Title = "littlefs 2",
        Group = FormatGroup.FileSystem,
        Source = "littlefs/SPEC.md",
        Proof = "images that littlefs wrote",
        Limits = "contents have no sums, so that damage in them goes unseen; user attributes are left out",
        Signatures = [new("littlefs"u8.ToArray(), 8)],
        Recognise = bytes => IsHeader(bytes) ? new("littlefs", 0) : null,
        Open = opening =>
        {
            var files = Open(opening.Bytes, opening.Place, opening.Budget);
            return opening.FileSystem(files, $"blocks of {files.BlockSize} bytes");
        },
    };

    internal const int HeaderSize = 128;
    private const uint SuperblockName = 0x0ff, FolderName = 2, FolderStruct = 0x200, InlineStruct = 0x201, ListStruct = 0x202, Create = 0x401, Delete = 0x4ff, HardTail = 0x601;
    private const uint Deleted = 0x3ff;
    private const int Root = 1;

    private readonly int blockSize;
    private readonly List<Item> nodes = [];
    private readonly Dictionary<(uint, uint), uint> byPair = [];
    private readonly Dictionary<uint, List<(string Name, uint Inode)>> folders = [];

    /// <summary>A name's type, and where its structure stands: bytes from the start of the image.</summary>
    private sealed record Item
    {
        internal string? Name { get; init; }
        internal uint Type { get; init; }
        internal uint Struct { get; init; }
        internal int At { get; init; }
        internal int Size { get; init; }
    }

    private sealed class Listing
    {
        internal List<Item> Nodes { get; set; } = [];
        internal (uint, uint)? Tail { get; set; }
        internal bool IsHardTail { get; set; }
        internal uint Revision { get; init; }
    }

    private LittleFs(ReadOnlyMemory<byte> image, int blockSize, Place place, Budget budget) : base(image, place, budget) => this.blockSize = blockSize;

    public override string Format => "littlefs";
    internal override long Length => Image.Length;
    internal int BlockSize => blockSize;

    /// <summary>Whether a superblock begins here: its name in the first tag, and sizes that a writer can have chosen.</summary>
    internal static bool IsHeader(ReadOnlySpan<byte> bytes) => Measure(bytes) is not null;

    // In a fresh commit the name of the superblock is the first tag, and its structure follows; tags are stored as differences.
    private static (int BlockSize, long Blocks)? Measure(ReadOnlySpan<byte> b)
    {
        if (b.Length < HeaderSize || !b[4..].StartsWith((ReadOnlySpan<byte>)[0xf0, 0x0f, 0xff, 0xf7]) || !b[8..].StartsWith("littlefs"u8)) return null;
        var tag = BinaryPrimitives.ReadUInt32BigEndian(b[16..]) ^ 0x0ff00008;
        if (tag >> 20 != InlineStruct || (tag & 0x3ff) < 24) return null;
        uint version = BinaryPrimitives.ReadUInt32LittleEndian(b[20..]), size = BinaryPrimitives.ReadUInt32LittleEndian(b[24..]), count = BinaryPrimitives.ReadUInt32LittleEndian(b[28..]);
        return version >> 16 == 2 && size is >= HeaderSize and <= 1 << 24 && count is > 1 and < 1 << 24 ? ((int)size, count) : null;
    }

    /// <param name="bytes">From the first superblock on, as far as there are bytes.</param>
    /// <exception cref="UnreadableException">No superblock.</exception>
    internal static LittleFs Open(ReadOnlyMemory<byte> bytes, Place place, Budget budget)
    {
        var (size, count) = Measure(bytes.Span) ?? throw new UnreadableException("a superblock of littlefs 2", "another", 0);
        var stated = size * count;
        var files = new LittleFs(bytes[..(int)Math.Min(bytes.Length, stated)], size, place, budget);
        if (stated > bytes.Length) files.Lose($"{stated} bytes of littlefs", $"{bytes.Length} to the end", bytes.Length);
        files.nodes.AddRange([new Item(), new Item { Name = "", Type = FolderName }]);
        files.byPair.Add((0, 1), Root);
        files.ReadFolder(Root, files.FindRoot());
        files.WalkFrom(Root);
        return files;
    }

    // Superblocks may follow one another; the last one's pair is the root folder.
    private (uint, uint) FindRoot()
    {
        (uint, uint) root = (0, 1), at = root;
        var seen = new HashSet<(uint, uint)>();
        while (seen.Add(at) && ReadPair(at) is { } listing)
        {
            if (listing.Nodes.Any(n => n.Type == SuperblockName)) root = at;
            else break;
            if (listing.Tail is not { } next) break;
            at = next;
        }
        return root;
    }

    private void ReadFolder(uint folder, (uint, uint) pair)
    {
        if (folders.ContainsKey(folder)) return;
        var names = new List<(string, uint)>();
        folders.Add(folder, names);
        var seen = new HashSet<(uint, uint)>();
        while (true)
        {
            if (!seen.Add(pair))
            {
                Lose("a list of blocks that ends", "one that comes back to itself", pair.Item1 * (long)blockSize);
                return;
            }
            if (ReadPair(pair) is not { } listing)
            {
                Lose("a commit with the right CRC-32 in one of two blocks", $"none in blocks {pair.Item1} and {pair.Item2}", Math.Min(pair.Item1 * (long)blockSize, Image.Length));
                return;
            }
            foreach (var node in listing.Nodes.Where(n => n.Name is not null && n.Type != SuperblockName))
            {
                if (nodes.Count >= Budget.Files)
                {
                    Lose($"at most {Budget.Files} names", "more (raise it with --budget files=NUMBER)", node.At);
                    return;
                }
                names.Add((node.Name!, Number(node)));
            }
            if (!listing.IsHardTail || listing.Tail is not { } next) return;
            pair = next;
        }
    }

    // Folders have one number for each pair of blocks, so that one which is reached twice is known.
    private uint Number(Item node)
    {
        if (node is { Type: FolderName, Struct: FolderStruct, Size: >= 8 })
        {
            var pair = Pair(node.At);
            if (byPair.TryGetValue(pair, out var known)) return known;
            byPair.Add(pair, (uint)nodes.Count);
        }
        nodes.Add(node);
        return (uint)nodes.Count - 1;
    }

    private (uint, uint) Pair(int at) => (U32(at), U32(at + 4));
    private uint U32(int at) => BinaryPrimitives.ReadUInt32LittleEndian(Image.Span[at..]);

    // Of the two blocks the one whose revision is newer, if it holds a commit at all.
    private Listing? ReadPair((uint, uint) pair)
    {
        Listing? one = ReadBlock(pair.Item1), two = ReadBlock(pair.Item2);
        if (one is null || two is null) return one ?? two;
        return (int)(two.Revision - one.Revision) > 0 ? two : one;
    }

    private Listing? ReadBlock(uint block)
    {
        var start = block * (long)blockSize;
        if (start > Image.Length - blockSize) return null;
        var bytes = Image.Span.Slice((int)start, blockSize);
        var listing = new Listing { Revision = BinaryPrimitives.ReadUInt32LittleEndian(bytes) };
        var sum = Crc32.Of(bytes[..4]);
        var pending = new List<Item>();
        (uint, uint)? tail = null;
        var isHard = false;
        var isCommitted = false;
        var previous = uint.MaxValue;
        for (var at = 4; at <= bytes.Length - 4;)
        {
            var tag = BinaryPrimitives.ReadUInt32BigEndian(bytes[at..]) ^ previous;
            uint type = tag >> 20 & 0x7ff, id = tag >> 10 & 0x3ff, stated = tag & 0x3ff;
            var size = stated == Deleted ? 0 : (int)stated;
            if ((tag & 0x80000000) != 0 || size > bytes.Length - at - 4) break;
            sum = Crc32.Of(bytes.Slice(at, 4), sum);
            previous = tag;
            var data = bytes.Slice(at + 4, size);
            if ((type & 0x780) == 0x500)
            {
                if (size < 4 || BinaryPrimitives.ReadUInt32LittleEndian(data) != ~sum)
                {
                    // Something was written behind the last good commit; in a block without any it may be left from another use.
                    if (isCommitted) Lose("a commit with the right CRC-32", "another sum, so that the one before counts", start + at);
                    break;
                }
                previous ^= (type & 1) << 31;
                listing.Nodes = [.. pending];
                (listing.Tail, listing.IsHardTail) = (tail, isHard);
                isCommitted = true;
                sum = Crc32.Of([]);
                at += 4 + size;
                continue;
            }
            sum = Crc32.Of(data, sum);
            Apply((int)start + at + 4, type, (int)id, stated);
            at += 4 + size;
        }
        return isCommitted ? listing : null;

        void Apply(int at, uint type, int id, uint stated)
        {
            if (type == Create && id <= pending.Count) pending.Insert(id, new Item());
            if (type == Delete && id < pending.Count) pending.RemoveAt(id);
            if (type >> 8 is 0 or 2)
            {
                while (pending.Count <= id) pending.Add(new Item());
                var isGone = stated == Deleted;
                if (type >> 8 == 2) pending[id] = pending[id] with { Struct = isGone ? 0 : type, At = at, Size = isGone ? 0 : (int)stated };
                else if (!isGone) pending[id] = pending[id] with { Name = Encoding.Latin1.GetString(Image.Span.Slice(at, (int)stated)), Type = type };
            }
            if (type >> 8 == 6 && stated == 8)
            {
                tail = Pair(at);
                isHard = type == HardTail;
            }
        }
    }

    protected override void List(Node folder, Action<ReadOnlySpan<byte>, ulong> child)
    {
        var number = (uint)folder.Number;
        if (nodes[(int)number] is { Struct: FolderStruct, Size: >= 8 } node) ReadFolder(number, Pair(node.At));
        if (!folders.TryGetValue(number, out var names)) return;
        foreach (var (name, inode) in names) child(Encoding.Latin1.GetBytes(name), inode);
    }

    protected override Node ReadNode(ulong number, FilePath path)
    {
        var node = nodes[(int)number];
        var entry = new FileEntry { Path = path, Type = FileType.Regular, Mode = -1 };
        if (node.Type == FolderName) return new Node(number, entry with { Type = FileType.Directory }, node.At);
        if (node.Type != 1) throw new UnreadableException("a file or a folder", $"a name of type 0x{node.Type:x}", node.At);
        if (node.Struct == ListStruct && node.Size < 8) throw new UnreadableException("a list of blocks of 8 bytes", $"{node.Size}", node.At);
        return new Node(number, entry with { Size = node.Struct == ListStruct ? U32(node.At + 4) : node.Size }, node.At);
    }

    protected override void Fill(Node file, ArraySegment<byte> content)
    {
        Span<byte> target = content;
        var node = nodes[(int)file.Number];
        if (node.Struct != ListStruct)
        {
            Image.Span.Slice(node.At, node.Size).CopyTo(target);
            return;
        }
        // Block n begins with as many pointers as n has zero bits at its end, and one; the first leads to block n - 1.
        long left = target.Length;
        var last = 0;
        for (; left > Room(last); last++) left -= Room(last);
        var block = U32(node.At);
        long end = target.Length;
        for (var n = last; n >= 0 && end > 0; n--)
        {
            var start = block * (long)blockSize;
            if (start > Image.Length - blockSize) throw new UnreadableException($"block {n} of the file inside the image", $"block {block}", node.At);
            var pointers = blockSize - Room(n);
            var count = n == last ? left : Room(n);
            end -= count;
            Image.Span.Slice((int)start + pointers, (int)count).CopyTo(target[(int)end..]);
            if (n > 0) block = U32((int)start);
        }

        int Room(int n) => n == 0 ? blockSize : blockSize - 4 * (BitOperations.TrailingZeroCount(n) + 1);
    }
}
