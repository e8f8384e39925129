using System.Buffers;
using System.Buffers.Binary;
using System.Text;
using Assay.Evidence.Compression;
using Assay.Evidence.Files;
using Assay.Evidence.Reading;
using Assay.Firmware.Containers;

namespace Assay.Firmware.FileSystems;

/// <summary>
/// UBIFS (linux/fs/ubifs/ubifs-media.h): a superblock, two copies of a master node, a log that names the blocks of the journal, and an index, a tree of
/// nodes that lead to inodes, names and pieces of 4 KiB. What the journal holds is newer than the index and is played over it. Compressions none, lzo,
/// zlib and zstd.
/// </summary>
/// <remarks>
/// Limits: extended attributes are left out; names and contents that fscrypt encrypted are losses; signatures of authenticated images are not checked.
/// Pieces that are not in the index are holes, as the format has it. Nodes are read where they lie; no volume is copied.
/// </remarks>
internal sealed partial class UbiFs : NodeFileSystem
{
    internal static readonly Format AsFormat = new()
    {
        Kind = "ubifs",
        Title = "UBIFS",
        Group = FormatGroup.FileSystem,
        Source = "linux/fs/ubifs/ubifs-media.h, linux/fs/ubifs",
        Proof = "mkfs.ubifs (mtd-utils), with each of its compressors, signed and encrypted",
        Limits = "what fscrypt encrypted is named and not read; signatures are not checked; extended attributes are left out",
        Signatures = [new([0x31, 0x18, 0x10, 0x06])],
        Recognise = bytes => IsHeader(bytes) ? new("ubifs", 0) : null,
        Open = opening =>
        {
            var files = Open(opening.Bytes, opening.Place, opening.Budget);
            return opening.FileSystem(files, files.IsAuthenticated ? "signed: the signature was not checked" : null);
        },
    };

    internal const int HeaderSize = 24;
    private const int SuperblockSize = 4096;
    private const int InodeSize = 160, NameSize = 56, DataSize = 48, MasterSize = 512, IndexSize = 28, ReferenceSize = 64, TruncationSize = 56;
    private const int PieceSize = 4096;
    private const uint Magic = 0x06101831;
    private const uint RootInode = 1;
    private const int FirstLogBlock = 3;
    private const int Encrypted = 0x40;

    private enum NodeKind : byte { Inode, Data, Name, AttributeName, Truncation, Padding, Superblock, Master, Reference, Index, CommitStart, Orphan, Authentication, Signature }

    private readonly LogicalBlocks blocks;
    private readonly Dictionary<uint, Inode> inodes = [];
    private long names, vain;
    /// <summary>Whether nodes that the search or the journal should hold were damaged.</summary>
    private bool isIncomplete;

    /// <summary>Where a node lies: the logical block and bytes from its start.</summary>
    private readonly record struct At(int Block, int Offset);

    private readonly record struct Super(int LogBlocks, int FirstMain, uint Flags);

    /// <summary>What index and journal say of an inode.</summary>
    private sealed class Inode
    {
        internal At? Node { get; set; }
        internal Dictionary<string, uint>? Names { get; set; }
        internal Dictionary<uint, At>? Pieces { get; set; }
    }

    /// <summary>A file with its pieces by number; null where it has none.</summary>
    private sealed record Pieces(ulong Number, FileEntry Entry, long Start, Dictionary<uint, At>? All) : Node(Number, Entry, Start)
    {
        internal bool IsEncrypted { get; init; }
    }

    private UbiFs(LogicalBlocks blocks, long length, Place place, Budget budget) : base(place, budget)
    {
        this.blocks = blocks;
        Length = length;
    }

    public override string Format => "ubifs";
    internal override long Length { get; }
    /// <summary>Whether the image carries a signature, which is not checked.</summary>
    internal bool IsAuthenticated { get; private set; }
    /// <summary>Whether all nodes were searched since the index could not be read.</summary>
    internal bool IsSearched { get; private set; }

    /// <summary>Whether a superblock begins here: magic, sum, and sizes that a writer can have chosen.</summary>
    internal static bool IsHeader(ReadOnlySpan<byte> b)
    {
        if (b.Length < SuperblockSize || U32(b, 0) != Magic || b[20] != (byte)NodeKind.Superblock || U32(b, 16) != SuperblockSize) return false;
        if (~Crc32.Of(b[8..SuperblockSize]) != U32(b, 4)) return false;
        uint page = U32(b, 32), size = U32(b, 36), count = U32(b, 40);
        return page is >= 8 and <= 1 << 18 && size is >= 4096 and <= 16 << 20 && count is >= 8 and < 1 << 24;
    }

    /// <summary>Whether a volume of UBI holds UBIFS: its superblock, or where that is damaged, nodes where the two copies of the master node are.</summary>
    internal static bool IsVolume(LogicalBlocks blocks)
    {
        if (IsHeader(blocks[0].Bytes.Span)) return true;
        foreach (var number in (ReadOnlySpan<int>)[1, 2])
        {
            var b = blocks[number].Bytes.Span;
            if (b.Length >= MasterSize && U32(b, 0) == Magic && b[20] == (byte)NodeKind.Master) return true;
        }
        return false;
    }

    /// <param name="bytes">An image as mkfs.ubifs writes it, from the superblock on.</param>
    /// <exception cref="UnreadableException">No superblock.</exception>
    internal static UbiFs Open(ReadOnlyMemory<byte> bytes, Place place, Budget budget)
    {
        if (!IsHeader(bytes.Span)) throw new UnreadableException("a UBIFS superblock", "another", 0);
        var size = (int)U32(bytes.Span, 36);
        var stated = size * (long)U32(bytes.Span, 40);
        var length = Math.Min(stated, bytes.Length);
        var files = new UbiFs(LogicalBlocks.Of(bytes[..(int)length], size), length, place, budget);
        if (stated > bytes.Length) files.Lose($"{stated} bytes of UBIFS", $"{bytes.Length} to the end", bytes.Length);
        files.Read();
        return files;
    }

    /// <summary>A volume of UBI.</summary>
    /// <param name="place">Of the container, from whose start the blocks' places count.</param>
    internal static UbiFs Open(LogicalBlocks blocks, Place place, Budget budget)
    {
        var files = new UbiFs(blocks, blocks.Numbers.Sum(n => (long)blocks[n].Bytes.Length), place, budget);
        files.Read();
        return files;
    }

    private static ushort U16(ReadOnlySpan<byte> b, int at) => BinaryPrimitives.ReadUInt16LittleEndian(b[at..]);
    private static uint U32(ReadOnlySpan<byte> b, int at) => BinaryPrimitives.ReadUInt32LittleEndian(b[at..]);
    private static ulong U64(ReadOnlySpan<byte> b, int at) => BinaryPrimitives.ReadUInt64LittleEndian(b[at..]);

    private void Read()
    {
        var super = new Super(0, 0, 0);
        try
        {
            var node = NodeAt(new At(0, 0), NodeKind.Superblock, SuperblockSize);
            var log = Math.Min(U32(node, 56), 1 << 20);
            super = new Super((int)log, (int)(FirstLogBlock + log + Math.Min(U32(node, 60), 1 << 20) + Math.Min(U32(node, 64), 1 << 20)), U32(node, 28));
            IsAuthenticated = (super.Flags & 0x20) != 0;
            ReadIndex(super);
        }
        catch (UnreadableException unreadable)
        {
            Lose(unreadable);
            Lose("an index that can be read", "none: all nodes are searched, so that what was deleted can appear", 0);
            Search(super.FirstMain);
        }
        if (inodes.TryGetValue(RootInode, out var root) && root is { Node: { } at, Names.Count: > 0 })
        {
            try
            {
                var node = NodeAt(at, NodeKind.Inode, InodeSize);
                if ((U32(node, 108) & Encrypted) != 0) Hide(root, hidden => Lose("names in clear text", hidden, Offset(at)));
            }
            catch (UnreadableException unreadable)
            {
                Lose(unreadable);
            }
        }
        WalkFrom(RootInode);
    }

    private static void Hide(Inode folder, Action<string> tell)
    {
        tell($"{folder.Names!.Count} names that fscrypt encrypted, which are left out");
        folder.Names = null;
    }

    private long Offset(At at) => blocks[at.Block].Start is >= 0 and var start ? start + at.Offset : 0;

    /// <summary>A node whose magic, length and sum are right.</summary>
    /// <exception cref="UnreadableException"/>
    private ReadOnlySpan<byte> NodeAt(At at, NodeKind kind, int least)
    {
        var block = blocks[at.Block];
        if (at.Offset < 0 || at.Offset > block.Bytes.Length - HeaderSize) throw new UnreadableException($"a node inside block {at.Block} of {block.Bytes.Length} bytes", $"one at 0x{at.Offset:x}", Offset(at));
        var b = block.Bytes.Span[at.Offset..];
        if (U32(b, 0) != Magic) throw new UnreadableException("a node with the magic 31181006", Convert.ToHexStringLower(b[..4]), Offset(at));
        var length = U32(b, 16);
        var most = Math.Min(b.Length, Longest((NodeKind)b[20]));
        if (length < HeaderSize || length > most) throw new UnreadableException($"a node of {HeaderSize} to {most} bytes", $"{length}", Offset(at));
        if (~Crc32.Of(b[8..(int)length]) is var sum && sum != U32(b, 4)) throw new UnreadableException($"a node with CRC-32 {U32(b, 4):x8}", $"{sum:x8}", Offset(at));
        if (b[20] != (byte)kind || length < least) throw new UnreadableException($"a node of type {(byte)kind} and at least {least} bytes", $"type {b[20]}, {length} bytes", Offset(at));
        return b[..(int)length];
    }

    // No node of the kinds that are read is longer: an inode holds at most 4 KiB besides, a piece little more than that when it could not be compressed.
    private static int Longest(NodeKind kind) => kind is NodeKind.Index or NodeKind.Orphan or NodeKind.Padding ? 1 << 20 : 2 * PieceSize;

    private Inode Of(uint number)
    {
        if (!inodes.TryGetValue(number, out var inode)) inodes.Add(number, inode = new Inode());
        return inode;
    }

    protected override void List(Node folder, Action<ReadOnlySpan<byte>, ulong> child)
    {
        if (!inodes.TryGetValue((uint)folder.Number, out var inode) || inode.Names is not { } list) return;
        foreach (var (name, number) in list) child(Encoding.Latin1.GetBytes(name), number);
    }

    protected override Node ReadNode(ulong number, FilePath path)
    {
        if (!inodes.TryGetValue((uint)number, out var inode) || inode.Node is not { } at) throw new UnreadableException($"a node of inode {number}", "none", 0);
        var node = NodeAt(at, NodeKind.Inode, InodeSize);
        if (U32(node, 24) != number) throw new UnreadableException($"a node of inode {number}", $"one of {U32(node, 24)}", Offset(at));
        var entry = UnixEntry(path, U32(node, 104), U32(node, 96), U32(node, 100), (long)U64(node, 72), Offset(at) + 104);
        var length = U32(node, 112);
        if (length > node.Length - InodeSize) throw new UnreadableException($"data of at most {node.Length - InodeSize} bytes in an inode", $"{length}", Offset(at) + 112);
        var data = node.Slice(InodeSize, (int)length);
        var isEncrypted = (U32(node, 108) & Encrypted) != 0;
        switch (entry.Type)
        {
            case FileType.Regular:
                var size = (long)Math.Min(U64(node, 48), long.MaxValue);
                return new Pieces(number, entry with { Size = size }, inode.Pieces is { Count: > 0 } all ? all.Values.Min(Offset) : Offset(at), inode.Pieces) { IsEncrypted = isEncrypted };
            case FileType.Directory:
                if (isEncrypted && inode.Names is { Count: > 0 }) Hide(inode, hidden => Lose(path, "names in clear text", hidden));
                return Plain(entry);
            case FileType.Link:
                if (isEncrypted) throw new UnreadableException("a link's target in clear text", "one that fscrypt encrypted", Offset(at));
                return Plain(entry with { Target = data.ToArray() });
            case FileType.CharacterDevice or FileType.BlockDevice:
                if (length is not (4 or 8)) throw new UnreadableException("a device number of 4 or 8 bytes", $"{length}", Offset(at) + 112);
                return Plain(WithDevice(entry, U32(data, 0), isOld: false));
            default:
                return Plain(entry);
        }

        Node Plain(FileEntry entry) => new(number, entry, Offset(at));
    }

    protected override long Plan(Node file)
    {
        var pieces = (Pieces)file;
        if (pieces.IsEncrypted) throw new UnreadableException("content in clear text", "content that fscrypt encrypted", file.Start);
        // What the index leaves out is a hole; what a search of damaged blocks did not find is not.
        var all = (file.Entry.Size + PieceSize - 1) / PieceSize;
        var found = pieces.All?.Keys.Count(p => p < all) ?? 0;
        if (isIncomplete && found < all) throw new UnreadableException($"{all} pieces, since nodes of the image are damaged", $"{found}", file.Start);
        return Math.Max(file.Entry.Size, (long)PieceSize * (pieces.All?.Count ?? 0));
    }

    protected override void Fill(Node file, ArraySegment<byte> content)
    {
        var (target, first, left) = (content.Array!, content.Offset, (long)content.Count);
        content.AsSpan().Clear();
        if (((Pieces)file).All is not { } all) return;
        var whole = ArrayPool<byte>.Shared.Rent(PieceSize);
        try
        {
            foreach (var (number, at) in all)
            {
                var start = number * (long)PieceSize;
                if (start >= left) continue;
                var node = NodeAt(at, NodeKind.Data, DataSize);
                if (U32(node, 24) != file.Number || (U32(node, 28) & 0x1fffffff) != number)
                {
                    throw new UnreadableException($"piece {number} of inode {file.Number}", $"piece {U32(node, 28) & 0x1fffffff} of {U32(node, 24)}", Offset(at));
                }
                var size = U32(node, 40);
                if (size > PieceSize) throw new UnreadableException($"a piece of at most {PieceSize} bytes", $"{size}", Offset(at) + 40);
                if (size <= left - start)
                {
                    Decode(node, at, target, first + (int)start, (int)size);
                    continue;
                }
                Decode(node, at, whole, 0, (int)size);
                whole.AsSpan(0, (int)(left - start)).CopyTo(target.AsSpan(first + (int)start));
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(whole);
        }
    }

    private void Decode(ReadOnlySpan<byte> node, At at, byte[] target, int start, int size)
    {
        var packed = node[DataSize..];
        var method = U16(node, 44);
        if (method == 0)
        {
            if (packed.Length < size) throw new UnreadableException($"{size} bytes stored as they are", $"{packed.Length}", Offset(at) + 40);
            packed[..size].CopyTo(target.AsSpan(start));
            return;
        }
        CompressionKind kind = method switch
        {
            1 => CompressionKind.Lzo,
            2 => CompressionKind.Deflate,
            3 => CompressionKind.Zstandard,
            _ => throw new UnreadableException("data compressed with lzo, zlib or zstd", $"method {method}", Offset(at) + 44),
        };
        int written;
        try
        {
            written = Decompression.Block(kind, packed, target, start, size);
        }
        catch (UnreadableException inner)
        {
            throw new UnreadableException(inner.Expected, inner.Found, Offset(at) + DataSize + inner.Offset);
        }
        if (written != size) throw new UnreadableException($"{size} bytes of content in a piece", $"{written}", Offset(at) + DataSize);
    }
}
