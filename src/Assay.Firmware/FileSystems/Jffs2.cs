using System.Buffers;
using System.Buffers.Binary;
using System.Text;
using Assay.Evidence.Compression;
using Assay.Evidence.Files;
using Assay.Evidence.Reading;

namespace Assay.Firmware.FileSystems;

/// <summary>
/// JFFS2, both byte orders (linux/include/uapi/linux/jffs2.h, linux/fs/jffs2/scan.c and readinode.c): a log of nodes, each with its own CRCs. Names and
/// pieces of files carry versions, and the highest wins; a name that leads to inode 0 is deleted. Compressions none, zero, rtime, zlib, lzo and OpenWrt's
/// lzma; rubin is named as not read. The log ends at its last node, or at OpenWrt's mark "deadc0de".
/// </summary>
/// <remarks>
/// Limits: extended attributes are left out; two partitions of JFFS2 that follow one another are taken for one. A file of which a piece is missing is lost
/// and not filled with zeros: kernels and mkfs.jffs2 write nodes for holes as well.
/// </remarks>
internal sealed class Jffs2 : FlatFileSystem
{
    internal static readonly Format AsFormat = new()
    {
        Kind = "jffs2",
        Title = "JFFS2",
        Group = FormatGroup.FileSystem,
        Source = "linux/include/uapi/linux/jffs2.h, linux/fs/jffs2",
        Proof = "mkfs.jffs2 (mtd-utils), both byte orders; its compressors none, rtime, zlib and lzo",
        Limits = "rubin is named and not read; extended attributes are left out; partitions that follow one another are taken for one",
        Signatures = [new([0x85, 0x19]), new([0x19, 0x85])],
        Recognise = bytes => IsHeader(bytes) ? new("jffs2", 0) : null,
        Open = opening =>
        {
            var files = Open(opening.Bytes, opening.Place, opening.Budget);
            return opening.FileSystem(files, files.IsBigEndian ? "big endian" : "little endian");
        },
    };

    internal const int HeaderSize = 12;
    private const int DirentSize = 40;
    private const int InodeSize = 68;
    private const ushort Magic = 0x1985;
    private const uint EndMark = 0xdeadc0de;
    private const uint RootInode = 1;
    /// <summary>Between two nodes there may be so many bytes of something else: as much as the largest erase block of NOR flash.</summary>
    private const int LongestDamage = 256 << 10;

    private const int Accurate = 0x2000, Incompatible = 0xc000;
    private const int DirentNode = 0xe001, InodeNode = 0xe002, CleanMarker = 0x2003, Padding = 0x2004, Summary = 0x2006, Attribute = 0xe008, AttributeReference = 0xe009;

    private readonly Dictionary<uint, Dictionary<string, Name>> folders = [];
    private readonly Dictionary<uint, List<Log>> inodes = [];
    /// <summary>Inodes that a name led to once and does no more.</summary>
    private readonly HashSet<uint> superseded = [];
    private long names;
    private int length;

    private readonly record struct Name(uint Version, uint Inode, int At);
    private readonly record struct Log(uint Version, int At);
    /// <summary>The part of a file, from and to bytes of its content, that the node at an offset holds.</summary>
    private readonly record struct Run(int At, long From, long To);

    /// <summary>A file with its nodes, and those of them that are seen, in the order of its content.</summary>
    private sealed record Pieces(ulong Number, FileEntry Entry, long Start, List<Log> Nodes) : Node(Number, Entry, Start)
    {
        internal List<Run> Visible { get; set; } = [];
    }

    private Jffs2(ReadOnlyMemory<byte> image, bool bigEndian, Place place, Budget budget) : base(image, place, budget) => IsBigEndian = bigEndian;

    public override string Format => "jffs2";
    internal bool IsBigEndian { get; }
    internal override long Length => length;

    private ReadOnlySpan<byte> Bytes => Image.Span;
    private ushort U16(int at) => U16(Bytes[at..], IsBigEndian);
    private uint U32(int at) => U32(Bytes[at..], IsBigEndian);
    private static ushort U16(ReadOnlySpan<byte> b, bool bigEndian) => bigEndian ? BinaryPrimitives.ReadUInt16BigEndian(b) : BinaryPrimitives.ReadUInt16LittleEndian(b);
    private static uint U32(ReadOnlySpan<byte> b, bool bigEndian) => bigEndian ? BinaryPrimitives.ReadUInt32BigEndian(b) : BinaryPrimitives.ReadUInt32LittleEndian(b);

    /// <summary>The sum of JFFS2: CRC-32 that starts with zero and is not inverted.</summary>
    internal static uint Sum(ReadOnlySpan<byte> bytes) => ~Crc32.Of(bytes, 0xffffffff);

    /// <summary>
    /// Whether a log begins here: a node whose header and fields have the right sums. A mark of an erased block, which programs hold as a constant, counts
    /// only where another node or erased flash follows.
    /// </summary>
    internal static bool IsHeader(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < HeaderSize) return false;
        var big = bytes[0] == 0x19;
        if (!IsNode(bytes, big)) return false;
        var total = U32(bytes[4..], big);
        if (total < HeaderSize || total > bytes.Length) return false;
        switch (U16(bytes[2..], big))
        {
            case DirentNode:
                return total >= DirentSize && Sum(bytes[..32]) == U32(bytes[32..], big);
            case InodeNode:
                return total >= InodeSize && Sum(bytes[..60]) == U32(bytes[64..], big);
            case CleanMarker or Padding or Summary:
                var rest = bytes[(int)Math.Min(bytes.Length, total + 3 & ~3L)..];
                return IsNode(rest, big) || rest.Length >= 1024 && !rest[..1024].ContainsAnyExcept((byte)0xff);
            default:
                return false;
        }
    }

    // Outdated nodes on NOR flash have their accurate bit cleared after the sum was made.
    private static bool IsNode(ReadOnlySpan<byte> b, bool bigEndian)
    {
        if (b.Length < HeaderSize || U16(b, bigEndian) != Magic) return false;
        Span<byte> header = stackalloc byte[8];
        b[..8].CopyTo(header);
        header[bigEndian ? 2 : 3] |= Accurate >> 8;
        return Sum(header) == U32(b[8..], bigEndian);
    }

    /// <summary>Reads all nodes and the tree of names; contents are decoded by <see cref="NodeFileSystem.ReadContents"/>.</summary>
    /// <param name="bytes">From the first node on, as far as there are bytes.</param>
    internal static Jffs2 Open(ReadOnlyMemory<byte> bytes, Place place, Budget budget)
    {
        var files = new Jffs2(bytes, bytes.Length > 0 && bytes.Span[0] == 0x19, place, budget);
        files.ReadNodes();
        files.WalkFrom(RootInode);
        foreach (var (folder, list) in files.folders.OrderBy(f => f.Key))
        {
            if (files.IsReached(folder) || files.superseded.Contains(folder)) continue;
            var live = list.Values.Where(n => n.Inode != 0).ToList();
            if (live.Count > 0) files.Lose($"a name that leads to folder {folder}", $"none, so that {live.Count} names in it are left out", live.Min(n => n.At));
        }
        return files;
    }

    private void ReadNodes()
    {
        var at = 0;
        while (at <= Image.Length - 4)
        {
            var rest = Bytes[at..];
            if (IsNode(rest, IsBigEndian))
            {
                var total = U32(at + 4);
                if (total >= HeaderSize && total <= rest.Length)
                {
                    ReadLog(at, (int)total);
                    at = (int)Math.Min(Image.Length, at + total + 3 & ~3L);
                    length = at;
                    continue;
                }
                Lose($"a node of {total} bytes", $"{rest.Length} to the end", at);
                if (total > rest.Length && NextNode(at + 4) < 0)
                {
                    length = Image.Length;
                    return;
                }
            }
            else if (rest[0] is 0xff or 0)
            {
                var run = rest.IndexOfAnyExcept(rest[0]);
                if (run < 0)
                {
                    length = Image.Length;
                    return;
                }
                if (run >= 4)
                {
                    at += run & ~3;
                    continue;
                }
            }
            else if (BinaryPrimitives.ReadUInt32BigEndian(rest) == EndMark)
            {
                length = at + 4;
                return;
            }
            else if (rest.Length >= HeaderSize && U16(at) == Magic)
            {
                Lose("a node whose header has the right CRC-32", $"one with {U32(at + 8):x8}", at);
                length = at + HeaderSize;
            }
            var next = NextNode(at + 4);
            if (next < 0) return;
            if (U16(at) != Magic) Lose("JFFS2 nodes", $"{next - at} bytes of something else", at);
            at = next;
        }
    }

    // Nodes are aligned to four bytes.
    private int NextNode(int from)
    {
        var window = Bytes[..Math.Min(Image.Length, from + LongestDamage)];
        ReadOnlySpan<byte> magic = IsBigEndian ? [0x19, 0x85] : [0x85, 0x19];
        for (var at = from; at < window.Length; at++)
        {
            var skip = window[at..].IndexOf(magic);
            if (skip < 0) return -1;
            at += skip;
            if ((at & 3) == 0 && IsNode(Bytes[at..], IsBigEndian)) return at;
        }
        return -1;
    }

    private void ReadLog(int at, int total)
    {
        var kind = U16(at + 2);
        if ((kind & Accurate) == 0) return;
        switch (kind)
        {
            case DirentNode:
                ReadDirent(at, total);
                break;
            case InodeNode:
                if (total < InodeSize) Lose($"an inode node of at least {InodeSize} bytes", $"{total}", at);
                else if (Sum(Bytes.Slice(at, 60)) is var sum && sum != U32(at + 64)) Lose($"an inode node with CRC-32 {U32(at + 64):x8}", $"{sum:x8}", at);
                else if (U32(at + 48) > total - InodeSize) Lose($"data of at most {total - InodeSize} bytes in an inode node", $"{U32(at + 48)}", at + 48);
                else if (inodes.TryGetValue(U32(at + 12), out var list)) list.Add(new Log(U32(at + 16), at));
                else inodes.Add(U32(at + 12), [new Log(U32(at + 16), at)]);
                break;
            case CleanMarker or Padding or Summary or Attribute or AttributeReference:
                break;
            default:
                if ((kind & Incompatible) == Incompatible) Lose("a node type that is known", $"0x{kind:x4}", at + 2);
                break;
        }
    }

    private void ReadDirent(int at, int total)
    {
        if (total < DirentSize || Bytes[at + 28] > total - DirentSize)
        {
            Lose($"a name of at most {Math.Max(0, total - DirentSize)} bytes in its node", $"{(total < DirentSize ? 0 : Bytes[at + 28])}", at);
            return;
        }
        var name = Bytes.Slice(at + DirentSize, Bytes[at + 28]);
        if (Sum(Bytes.Slice(at, 32)) is var sum && sum != U32(at + 32) || (sum = Sum(name)) != U32(at + 36))
        {
            Lose("a name whose node has the right CRC-32", $"{sum:x8}", at);
            return;
        }
        if (names >= Budget.Files)
        {
            if (names++ == Budget.Files) Lose($"at most {Budget.Files} names", "more (raise it with --budget files=NUMBER)", at);
            return;
        }
        if (!folders.TryGetValue(U32(at + 12), out var list)) folders.Add(U32(at + 12), list = new(StringComparer.Ordinal));
        var key = Encoding.Latin1.GetString(name);
        var found = new Name(U32(at + 16), U32(at + 20), at);
        if (!list.TryGetValue(key, out var known))
        {
            list.Add(key, found);
            names++;
            return;
        }
        var older = known.Version > found.Version ? found : known;
        if (older.Inode != 0) superseded.Add(older.Inode);
        if (older == known) list[key] = found;
    }

    protected override void List(Node folder, Action<ReadOnlySpan<byte>, ulong> child)
    {
        if (!folders.TryGetValue((uint)folder.Number, out var list)) return;
        foreach (var (name, found) in list)
        {
            if (found.Inode != 0) child(Encoding.Latin1.GetBytes(name), found.Inode);
        }
    }

    protected override Node ReadNode(ulong number, FilePath path)
    {
        var inode = (uint)number;
        if (!inodes.TryGetValue(inode, out var nodes)) throw new UnreadableException($"nodes of inode {inode}", "none that is intact", 0);
        nodes.Sort((a, b) => a.Version != b.Version ? b.Version.CompareTo(a.Version) : b.At.CompareTo(a.At));
        var latest = nodes[0].At;
        var entry = UnixEntry(path, U32(latest + 20), U16(latest + 24), U16(latest + 26), U32(latest + 36), latest + 20);
        switch (entry.Type)
        {
            case FileType.Regular:
                return new Pieces(number, entry with { Size = U32(latest + 28) }, nodes.Min(n => n.At), nodes);
            case FileType.Link:
                return new Node(number, entry with { Target = Data(nodes, 65536) }, latest);
            case FileType.CharacterDevice or FileType.BlockDevice:
                var device = Data(nodes, 4);
                if (device.Length is not (2 or 4)) throw new UnreadableException("a device number of 2 or 4 bytes", $"{device.Length}", latest + 52);
                return new Node(number, WithDevice(entry, device.Length == 2 ? U16(device, IsBigEndian) : U32(device, IsBigEndian), device.Length == 2), latest);
            default:
                return new Node(number, entry, latest);
        }
    }

    // What a link or a device holds: the data of its newest node that has some.
    private byte[] Data(List<Log> nodes, int most)
    {
        foreach (var node in nodes)
        {
            var size = U32(node.At + 52);
            if (size == 0) continue;
            if (size > most) throw new UnreadableException($"at most {most} bytes", $"{size}", node.At + 52);
            var data = new byte[size];
            Decode(node.At, data, 0);
            return data;
        }
        return [];
    }

    // Sweeps over the beginnings of nodes; of those that hold a place, the one with the highest version is seen.
    protected override long Plan(Node file)
    {
        var pieces = (Pieces)file;
        var whole = file.Entry.Size;
        pieces.Visible = [];
        var byStart = pieces.Nodes.Where(n => U32(n.At + 52) > 0).ToList();
        byStart.Sort((a, b) => U32(a.At + 44) != U32(b.At + 44) ? U32(a.At + 44).CompareTo(U32(b.At + 44)) : a.At.CompareTo(b.At));
        var open = new PriorityQueue<int, (long, int)>();
        long at = 0, cost = 0;
        var next = 0;
        while (at < whole)
        {
            for (; next < byStart.Count && U32(byStart[next].At + 44) <= at; next++) open.Enqueue(byStart[next].At, (-(long)byStart[next].Version, -byStart[next].At));
            while (open.Count > 0 && End(open.Peek()) <= at) open.Dequeue();
            var following = next < byStart.Count ? U32(byStart[next].At + 44) : long.MaxValue;
            if (open.Count == 0)
            {
                throw new UnreadableException($"nodes for all {whole} bytes", $"none for {Math.Min(following, whole) - at} bytes from byte {at} on", file.Start);
            }
            var node = open.Peek();
            var to = Math.Min(Math.Min(End(node), following), whole);
            if (pieces.Visible is [.., var last] && last.At == node && last.To == at)
            {
                pieces.Visible[^1] = last with { To = to };
            }
            else
            {
                pieces.Visible.Add(new Run(node, at, to));
                cost += U32(node + 52);
            }
            at = to;
        }
        return cost;

        long End(int node) => (long)U32(node + 44) + U32(node + 52);
    }

    protected override void Fill(Node file, ArraySegment<byte> content)
    {
        var (target, first) = (content.Array!, content.Offset);
        foreach (var piece in ((Pieces)file).Visible)
        {
            long start = U32(piece.At + 44), size = U32(piece.At + 52);
            if (piece.From == start && piece.To == start + size)
            {
                Decode(piece.At, target, first + (int)piece.From);
                continue;
            }
            if (Bytes[piece.At + 56] == 1)
            {
                target.AsSpan(first + (int)piece.From, (int)(piece.To - piece.From)).Clear();
                continue;
            }
            if (size > Budget.FileBytes) throw new UnreadableException($"at most {Budget.FileBytes} bytes in one node", $"{size}", piece.At + 52);
            var whole = ArrayPool<byte>.Shared.Rent((int)size);
            try
            {
                Decode(piece.At, whole, 0);
                whole.AsSpan((int)(piece.From - start), (int)(piece.To - piece.From)).CopyTo(target.AsSpan(first + (int)piece.From));
            }
            finally
            {
                ArrayPool<byte>.Shared.Return(whole);
            }
        }
    }

    // Writes what the node holds to the target from a place on; there is room for it.
    private void Decode(int at, byte[] target, int start)
    {
        var packed = Bytes.Slice(at + InodeSize, (int)U32(at + 48));
        var size = (int)U32(at + 52);
        if (Sum(packed) is var sum && sum != U32(at + 60)) throw new UnreadableException($"data with CRC-32 {U32(at + 60):x8}", $"{sum:x8}", at + InodeSize);
        var method = Bytes[at + 56];
        if (method == 1)
        {
            target.AsSpan(start, size).Clear();
            return;
        }
        if (method == 0)
        {
            if (packed.Length != size) throw new UnreadableException($"{size} bytes stored as they are", $"{packed.Length}", at + 48);
            packed.CopyTo(target.AsSpan(start));
            return;
        }
        CompressionKind kind = method switch
        {
            2 => CompressionKind.Rtime,
            6 => CompressionKind.Zlib,
            7 => CompressionKind.Lzo,
            8 => CompressionKind.BareLzma,
            _ => throw new UnreadableException("data compressed with rtime, zlib, lzo or lzma", method is 3 or 5 ? "rubin, which is not read" : $"method {method}", at + 56),
        };
        int written;
        try
        {
            written = Decompression.Block(kind, packed, target, start, size);
        }
        catch (UnreadableException inner)
        {
            throw new UnreadableException(inner.Expected, inner.Found, at + InodeSize + inner.Offset);
        }
        if (written != size) throw new UnreadableException($"{size} bytes of content in a node", $"{written}", at + InodeSize);
    }
}
