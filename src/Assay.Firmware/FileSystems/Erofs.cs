using System.Buffers.Binary;
using System.Numerics;
using Assay.Evidence.Files;
using Assay.Evidence.Reading;

namespace Assay.Firmware.FileSystems;

/// <summary>
/// EROFS (linux/Documentation/filesystems/erofs.rst; erofs-utils: include/erofs_fs.h, lib/zmap.c): a superblock at 1024, inodes of 32 or 64 bytes
/// that are numbered by where they stand, content flat, with its tail behind the inode, in chunks, or compressed. Little endian.
/// </summary>
/// <remarks>
/// Told and not read: content on other devices, inodes in a metabox, and compressed files whose extents are listed (features of 2025).
/// Extended attributes are left out.
/// </remarks>
internal sealed partial class Erofs : FlatFileSystem
{
    internal static readonly Format AsFormat = new()
    {
        Kind = "erofs",
        Title = "EROFS",
        Group = FormatGroup.FileSystem,
        Source = "linux/Documentation/filesystems/erofs.rst; erofs-utils: include/erofs_fs.h, lib/zmap.c",
        Proof = "`mkfs.erofs`, in each of its layouts and with lz4; lzma, deflate, zstd, fragments and shared extents with a newer one than Debian 12 has",
        Limits = "content on other devices, inodes in a metabox and listed extents are named and not read; extended attributes are left out",
        Signatures = [new([0xe2, 0xe1, 0xf5, 0xe0], 1024)],
        Recognise = bytes => IsHeader(bytes) ? new("erofs", 0) : null,
        Open = opening =>
        {
            var files = Open(opening.Bytes, opening.Place, opening.Budget);
            return opening.FileSystem(files, $"blocks of {files.BlockSize} bytes");
        },
    };

    internal const int SuperblockOffset = 1024;
    private const int SuperblockSize = 128;
    private const uint Magic = 0xe0f5e1e2;
    private const uint NoBlock = uint.MaxValue;
    private const int LongestTarget = 65536;
    private readonly Superblock super;

    [Flags]
    private enum Incompatible : uint { LeadingZeros = 1, Configurations = 2, Chunks = 4, Devices = 8, InlineTails = 0x10, Fragments = 0x20, Prefixes = 0x40, Wide = 0x80, Metabox = 0x100, All = 0x1ff }

    private sealed record Superblock
    {
        internal required int BlockBits { get; init; }
        internal required uint Compatible { get; init; }
        internal required Incompatible Incompatible { get; init; }
        internal required ulong Root { get; init; }
        internal required long Epoch { get; init; }
        internal required long Blocks { get; init; }
        internal required uint MetaBlock { get; init; }
        internal required ulong Packed { get; init; }
        internal required int FolderBits { get; init; }
        internal int BlockSize => 1 << BlockBits;
        internal bool Has(Incompatible feature) => (Incompatible & feature) != 0;
    }

    private enum Layout { Plain, CompressedFull, Inline, CompressedCompact, Chunks }

    /// <param name="At">Offset of the inode.</param>
    /// <param name="End">Offset behind the inode and its attributes.</param>
    /// <param name="Word">Block where the content starts, format of chunks, or what else the layout makes of it.</param>
    private sealed record ErofsNode(ulong Number, FileEntry Entry, long Start, Layout Layout, long At, long End, long Word, long Bytes) : Node(Number, Entry, Start);

    private Erofs(ReadOnlyMemory<byte> image, Superblock super, Place place, Budget budget) : base(image, place, budget)
    {
        this.super = super;
        packed = new Lazy<byte[]>(ReadPacked);
    }

    public override string Format => "erofs";
    internal int BlockSize => super.BlockSize;
    internal override long Length => Math.Min(super.Blocks * super.BlockSize, Image.Length);

    /// <summary>Whether a superblock stands at 1024 whose numbers agree with one another.</summary>
    internal static bool IsHeader(ReadOnlySpan<byte> bytes) => Parse(bytes) is not null;

    private static Superblock? Parse(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < SuperblockOffset + SuperblockSize) return null;
        var s = bytes.Slice(SuperblockOffset, SuperblockSize);
        static uint U32(ReadOnlySpan<byte> b, int at) => BinaryPrimitives.ReadUInt32LittleEndian(b[at..]);
        if (U32(s, 0) != Magic || s[12] is < 9 or > 16) return null;
        var incompatible = (Incompatible)U32(s, 80);
        var wide = (incompatible & Incompatible.Wide) != 0;
        var super = new Superblock
        {
            BlockBits = s[12],
            Compatible = U32(s, 8),
            Incompatible = incompatible,
            Root = wide ? BinaryPrimitives.ReadUInt64LittleEndian(s[112..]) : BinaryPrimitives.ReadUInt16LittleEndian(s[14..]),
            Epoch = BinaryPrimitives.ReadInt64LittleEndian(s[24..]),
            Blocks = U32(s, 36) | (wide ? (long)BinaryPrimitives.ReadUInt16LittleEndian(s[14..]) << 32 : 0),
            MetaBlock = U32(s, 40),
            Packed = BinaryPrimitives.ReadUInt64LittleEndian(s[96..]),
            FolderBits = s[90],
        };
        // So many blocks that their bytes cannot be counted are no file system.
        return super.Blocks > 0 && super.Blocks <= long.MaxValue >> super.BlockBits && super.MetaBlock < super.Blocks && super.BlockBits + super.FolderBits <= 16 ? super : null;
    }

    /// <param name="bytes">From 1024 before the superblock on.</param>
    /// <exception cref="UnreadableException">No superblock.</exception>
    internal static Erofs Open(ReadOnlyMemory<byte> bytes, Place place, Budget budget)
    {
        var super = Parse(bytes.Span) ?? throw new UnreadableException("an EROFS superblock at 1024", "another", 0);
        var size = super.Blocks * super.BlockSize;
        var erofs = new Erofs(bytes[..(int)Math.Min(bytes.Length, size)], super, place, budget);
        if (size > bytes.Length) erofs.Lose($"{super.Blocks} blocks of {super.BlockSize} bytes", $"{bytes.Length} bytes to the end", bytes.Length);
        const int Features = SuperblockOffset + 80;
        if ((super.Incompatible & ~Incompatible.All) is not 0 and var unknown) erofs.Lose("known features", $"incompatible ones of 0x{(uint)unknown:x}", Features);
        if (super.Has(Incompatible.Metabox)) erofs.Lose("inodes in the image", "the feature metabox, whose inodes are not read", Features);
        erofs.CheckSum();
        erofs.Walk(super.Root);
        return erofs;
    }

    // CRC-32C without final inversion over the rest of the superblock's block, its own field taken as zeros.
    private void CheckSum()
    {
        if ((super.Compatible & 1) == 0) return;
        var length = super.BlockSize > SuperblockOffset ? super.BlockSize - SuperblockOffset : super.BlockSize;
        if (Image.Length < SuperblockOffset + length) return;
        var block = Image.Span.Slice(SuperblockOffset, length);
        var crc = ~0u;
        for (var i = 0; i < block.Length; i++) crc = BitOperations.Crc32C(crc, i is >= 4 and < 8 ? (byte)0 : block[i]);
        var stated = BinaryPrimitives.ReadUInt32LittleEndian(block[4..]);
        if (crc != stated) Lose($"a superblock with the sum {stated:x8}", $"{crc:x8}", SuperblockOffset + 4);
    }

    protected override Node ReadNode(ulong number, FilePath path) => ReadInode(number, path);

    private ErofsNode ReadInode(ulong number, FilePath path)
    {
        const int Compact = 32, Extended = 64;
        var at = (long)super.MetaBlock * super.BlockSize + (long)(number & 0x3ffffffffffffff) * Compact;
        if (number >> 58 != 0) throw new UnreadableException("an inode in the image", "one in a metabox, which is not read", 0);
        var inode = At(at, Compact, "an inode");
        static uint U32(ReadOnlySpan<byte> b, int at) => BinaryPrimitives.ReadUInt32LittleEndian(b[at..]);
        static ushort U16(ReadOnlySpan<byte> b, int at) => BinaryPrimitives.ReadUInt16LittleEndian(b[at..]);
        var format = U16(inode, 0);
        var extended = (format & 1) != 0;
        if (extended) inode = At(at, Extended, "an inode");
        if (format >> 5 != 0 || (format >> 1 & 7) > (int)Layout.Chunks) throw new UnreadableException("an inode format below 10", $"0x{format:x}", at);
        int attributes = U16(inode, 2), mode = U16(inode, 4);
        var word = U32(inode, 16);
        // A number of links of one leaves its field to the higher bits of the block.
        long high = super.Has(Incompatible.Wide) && (extended || mode >> 12 != 4 && (format & 0x10) != 0) ? U16(inode, 6) : 0;
        var size = extended ? BinaryPrimitives.ReadInt64LittleEndian(inode[8..]) : U32(inode, 8);
        if (size < 0) throw new UnreadableException("a size below 2^63", $"{(ulong)size}", at + 8);
        uint owner = extended ? U32(inode, 24) : U16(inode, 24), group = extended ? U32(inode, 28) : U16(inode, 26);
        var modified = extended ? BinaryPrimitives.ReadInt64LittleEndian(inode[32..]) : super.Epoch + U32(inode, 12);
        var entry = UnixEntry(path, (uint)mode, owner, group, modified, at + 4) with { Size = mode >> 12 == 8 ? size : 0 };
        if (entry.Type is FileType.CharacterDevice or FileType.BlockDevice) entry = WithDevice(entry, word, isOld: false);
        var end = at + (extended ? Extended : Compact) + (attributes == 0 ? 0 : 12 + 4 * (attributes - 1));
        var layout = (Layout)(format >> 1 & 7);
        var start = layout is Layout.Plain or Layout.Inline && size >= super.BlockSize && word != NoBlock ? (word | high << 32) * super.BlockSize : at;
        var node = new ErofsNode(number, entry, start, layout, at, end, layout is Layout.Plain or Layout.Inline ? word == NoBlock ? -1 : word | high << 32 : word, size);
        if (entry.Type != FileType.Link) return node;
        if (size > LongestTarget) throw new UnreadableException($"a link target of at most {LongestTarget} bytes", $"{size}", at + 8);
        var target = new byte[size];
        Fill(node, target);
        return node with { Entry = entry with { Target = target } };
    }

    protected override void List(Node folder, Action<ReadOnlySpan<byte>, ulong> child)
    {
        var node = (ErofsNode)folder;
        if (node.Bytes > Math.Min(Budget.FileBytes, Image.Length)) throw new UnreadableException($"a folder of at most {Image.Length} bytes", $"{node.Bytes}", node.At + 8);
        Budget.SpendBytes(node.Bytes);
        var content = new byte[node.Bytes];
        Fill(node, content);
        var step = super.BlockSize << super.FolderBits;
        var damaged = new List<UnreadableException>();
        for (var at = 0; at < content.Length; at += step)
        {
            try
            {
                Names(content.AsSpan(at, Math.Min(step, content.Length - at)), node.At, child);
            }
            catch (UnreadableException unreadable)
            {
                // The next block is read all the same.
                damaged.Add(unreadable);
            }
        }
        if (damaged is [var told, ..]) throw damaged.Count == 1 ? told : new UnreadableException(told.Expected, $"{told.Found}, and {damaged.Count - 1} further blocks of such names", told.Offset);
    }

    // Entries of twelve bytes in a row, then their names; where the first name begins tells how many there are.
    private static void Names(ReadOnlySpan<byte> block, long offset, Action<ReadOnlySpan<byte>, ulong> child)
    {
        const int EntrySize = 12;
        if (block.Length < EntrySize) return;
        int first = BinaryPrimitives.ReadUInt16LittleEndian(block[8..]), count = first / EntrySize;
        if (first % EntrySize != 0 || count == 0 || first > block.Length)
        {
            throw new UnreadableException($"names behind a whole number of entries in {block.Length} bytes", $"names at {first}", offset);
        }
        for (var i = 0; i < count; i++)
        {
            var entry = block.Slice(i * EntrySize, EntrySize);
            int start = BinaryPrimitives.ReadUInt16LittleEndian(entry[8..]), end = i + 1 < count ? BinaryPrimitives.ReadUInt16LittleEndian(block[((i + 1) * EntrySize + 8)..]) : block.Length;
            if (start < first || end < start || end > block.Length)
            {
                throw new UnreadableException($"a name inside its block of {block.Length} bytes", $"one from {start} to {end}", offset);
            }
            var name = block[start..end];
            // The last one ends with the block, or with the zeros before its end.
            if (i + 1 == count && name.IndexOf((byte)0) is >= 0 and var zero) name = name[..zero];
            if (!name.SequenceEqual("."u8) && !name.SequenceEqual(".."u8)) child(name, BinaryPrimitives.ReadUInt64LittleEndian(entry));
        }
    }

    protected override void Fill(Node file, ArraySegment<byte> target)
    {
        var node = (ErofsNode)file;
        switch (node.Layout)
        {
            case Layout.Plain or Layout.Inline:
                FillFlat(node, target);
                break;
            case Layout.Chunks:
                FillChunks(node, target);
                break;
            default:
                FillCompressed(node, target);
                break;
        }
    }

    private void FillFlat(ErofsNode node, Span<byte> target)
    {
        var whole = target.Length;
        if (node.Layout == Layout.Inline)
        {
            // The last block stands behind the inode and its attributes.
            whole = target.Length == 0 ? 0 : (target.Length - 1) / super.BlockSize * super.BlockSize;
            At(node.End, target.Length - whole, "the tail of a file").CopyTo(target[whole..]);
        }
        if (whole == 0) return;
        if (node.Word < 0) target[..whole].Clear();
        else At(node.Word * super.BlockSize, whole, "content").CopyTo(target[..whole]);
    }

    // Chunks of 2^n blocks, each with its own first block, or none for a hole.
    private void FillChunks(ErofsNode node, Span<byte> target)
    {
        const int HasIndexes = 0x20, IsWide = 0x40;
        var format = (int)node.Word & 0xffff;
        if ((format & ~0x7f) != 0 || super.BlockBits + (format & 0x1f) > 40) throw new UnreadableException("a known format of chunks", $"0x{format:x}", node.At + 16);
        var chunk = 1L << super.BlockBits + (format & 0x1f);
        var unit = (format & HasIndexes) != 0 ? 8 : 4;
        var list = (node.End + unit - 1) & -(long)unit;
        for (long at = 0, i = 0; at < target.Length; at += chunk, i++)
        {
            var index = At(list + i * unit, unit, "an index of chunks");
            long block = BinaryPrimitives.ReadUInt32LittleEndian(index[(unit - 4)..]);
            var part = target.Slice((int)at, (int)Math.Min(chunk, target.Length - at));
            if (block == NoBlock)
            {
                part.Clear();
                continue;
            }
            if (unit == 8 && BinaryPrimitives.ReadUInt16LittleEndian(index[2..]) is not 0 and var device) throw new UnreadableException("a chunk in this image", $"one on device {device}", list + i * unit);
            if (unit == 8 && (format & IsWide) != 0) block |= (long)BinaryPrimitives.ReadUInt16LittleEndian(index) << 32;
            At(block * super.BlockSize, part.Length, "a chunk").CopyTo(part);
        }
    }

    protected override ReadOnlyMemory<byte>? InPlace(Node file) =>
        file is ErofsNode { Layout: Layout.Plain, Word: >= 0 } node ? Piece(node.Word * super.BlockSize, node.Entry.Size, "content") : default(ReadOnlyMemory<byte>?);
}
