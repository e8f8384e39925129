using System.Buffers.Binary;
using System.Numerics;
using Assay.Evidence.Files;
using Assay.Evidence.Reading;

namespace Assay.Firmware.FileSystems;

/// <summary>
/// ext2, ext3 and ext4 (linux/Documentation/filesystems/ext4): a superblock at 1024, groups of blocks with their descriptors, tables of inodes,
/// folders as runs of names. Little endian. Blocks by lists or by trees of extents, files and folders inside their inode, groups that are spread
/// (flex_bg) or whose descriptors are (meta_bg).
/// </summary>
/// <remarks>
/// Told and not done: the journal is not replayed; encrypted names and contents stay what they are; contents compressed by old patches are not read.
/// Folders are read as runs of names whatever index they carry. Extended attributes are left out, but for files that are kept in one.
/// </remarks>
internal sealed partial class Ext : FlatFileSystem
{
    internal static readonly Format AsFormat = new()
    {
        Kind = "ext",
        Title = "ext2, ext3, ext4",
        Group = FormatGroup.FileSystem,
        Source = "linux/Documentation/filesystems/ext4",
        Proof = "`mkfs.ext2`, `mkfs.ext3`, `mkfs.ext4`, `genext2fs`, `debugfs`, samples",
        Limits = "the journal is not replayed; encrypted files are named and not read, and so are those compressed by old patches; extended attributes are left out",
        Signatures = [new([0x53, 0xef], 0x438)],
        Recognise = bytes => IsHeader(bytes) ? new("ext", 0) : null,
        Open = opening =>
        {
            var files = Open(opening.Bytes, opening.Place, opening.Budget);
            return opening.FileSystem(files, files.Label.Length > 0 ? $"{files.Version}, named {files.Label}" : files.Version);
        },
    };

    internal const int SuperblockOffset = 1024;
    private const int SuperblockSize = 1024;
    private const int RootInode = 2;
    private const int LongestTarget = 65536;

    private readonly Superblock super;

    [Flags]
    private enum Incompatible : uint
    {
        Compression = 1, FileType = 2, Recover = 4, JournalDevice = 8, MetaGroups = 0x10, Extents = 0x40, Wide = 0x80, MultipleMount = 0x100, FlexGroups = 0x200,
        ValuesInInodes = 0x400, DataInFolders = 0x1000, ChecksumSeed = 0x2000, LargeFolders = 0x4000, InlineData = 0x8000, Encryption = 0x10000, CaseFolding = 0x20000,
        All = Compression | FileType | Recover | JournalDevice | MetaGroups | Extents | Wide | MultipleMount | FlexGroups | ValuesInInodes | DataInFolders | ChecksumSeed
            | LargeFolders | InlineData | Encryption | CaseFolding,
    }

    [Flags]
    private enum InodeFlags : uint { Compressed = 4, Encrypted = 0x800, Extents = 0x80000, Inline = 0x10000000 }

    private sealed record Superblock
    {
        internal required uint Inodes { get; init; }
        internal required long Blocks { get; init; }
        internal required int BlockSize { get; init; }
        internal required uint FirstBlock { get; init; }
        internal required uint BlocksPerGroup { get; init; }
        internal required uint InodesPerGroup { get; init; }
        internal required int InodeSize { get; init; }
        internal required int DescriptorSize { get; init; }
        internal required uint Compatible { get; init; }
        internal required Incompatible Incompatible { get; init; }
        internal required uint ReadOnlyCompatible { get; init; }
        internal required uint FirstMetaGroup { get; init; }
        internal required string Label { get; init; }
        internal bool Has(Incompatible feature) => (Incompatible & feature) != 0;
        internal long Groups => (Blocks - FirstBlock + BlocksPerGroup - 1) / BlocksPerGroup;
    }

    private sealed record ExtNode(ulong Number, FileEntry Entry, long Start, InodeFlags Flags, byte[] Block, long At, int ExtraSize, long Bytes) : Node(Number, Entry, Start);

    private Ext(ReadOnlyMemory<byte> image, Superblock super, Place place, Budget budget) : base(image, place, budget) => this.super = super;

    public override string Format => "ext";
    /// <summary>ext2, ext3 or ext4, by the features that are in use.</summary>
    internal string Version => (super.Incompatible & (Incompatible.Extents | Incompatible.Wide | Incompatible.FlexGroups | Incompatible.InlineData)) != 0
        || (super.ReadOnlyCompatible & 0x478) != 0 ? "ext4" : (super.Compatible & 4) != 0 ? "ext3" : "ext2";
    internal string Label => super.Label;
    internal override long Length => Math.Min(super.Blocks * super.BlockSize, Image.Length);

    /// <summary>Whether a superblock stands at 1024 whose numbers agree with one another.</summary>
    internal static bool IsHeader(ReadOnlySpan<byte> bytes) => Parse(bytes) is not null;

    private static Superblock? Parse(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < SuperblockOffset + SuperblockSize) return null;
        var s = bytes.Slice(SuperblockOffset, SuperblockSize);
        static uint U32(ReadOnlySpan<byte> b, int at) => BinaryPrimitives.ReadUInt32LittleEndian(b[at..]);
        static ushort U16(ReadOnlySpan<byte> b, int at) => BinaryPrimitives.ReadUInt16LittleEndian(b[at..]);
        var logarithm = U32(s, 24);
        var revision = U32(s, 76);
        if (U16(s, 56) != 0xef53 || logarithm > 6 || revision > 1) return null;
        var incompatible = revision == 0 ? 0 : (Incompatible)U32(s, 96);
        var wide = (incompatible & Incompatible.Wide) != 0;
        var super = new Superblock
        {
            Inodes = U32(s, 0),
            Blocks = U32(s, 4) | (wide ? (long)U32(s, 336) << 32 : 0),
            BlockSize = 1024 << (int)logarithm,
            FirstBlock = U32(s, 20),
            BlocksPerGroup = U32(s, 32),
            InodesPerGroup = U32(s, 40),
            InodeSize = revision == 0 ? 128 : U16(s, 88),
            DescriptorSize = wide ? U16(s, 254) : 32,
            Compatible = revision == 0 ? 0 : U32(s, 92),
            Incompatible = incompatible,
            ReadOnlyCompatible = revision == 0 ? 0 : U32(s, 100),
            FirstMetaGroup = U32(s, 260),
            Label = FilePath.Escape(s.Slice(120, 16)[..(s.Slice(120, 16).IndexOf((byte)0) is >= 0 and var end ? end : 16)]),
        };
        if (super.Inodes == 0 || super.InodesPerGroup == 0 || super.BlocksPerGroup == 0 || super.FirstBlock != (logarithm == 0 ? 1 : 0) && !(logarithm == 0 && super.FirstBlock == 0)) return null;
        if (super.Blocks <= super.FirstBlock || super.Blocks > long.MaxValue / super.BlockSize || U32(s, 16) > super.Inodes || super.InodesPerGroup > 8u * (uint)super.BlockSize) return null;
        if (super.InodeSize < 128 || super.InodeSize > super.BlockSize || !BitOperations.IsPow2(super.InodeSize)) return null;
        if (super.DescriptorSize is < 32 or > 1024 || !BitOperations.IsPow2(super.DescriptorSize)) return null;
        return super.Inodes <= super.InodesPerGroup * super.Groups && super.Inodes > super.InodesPerGroup * (super.Groups - 1) ? super : null;
    }

    /// <param name="bytes">From the boot block on, 1024 before the superblock.</param>
    /// <exception cref="UnreadableException">No superblock.</exception>
    internal static Ext Open(ReadOnlyMemory<byte> bytes, Place place, Budget budget)
    {
        var super = Parse(bytes.Span) ?? throw new UnreadableException("an ext superblock at 1024", "another", 0);
        var ext = new Ext(bytes[..(int)Math.Min(bytes.Length, super.Blocks * super.BlockSize)], super, place, budget);
        if (super.Blocks * super.BlockSize > bytes.Length) ext.Lose($"{super.Blocks} blocks of {super.BlockSize} bytes", $"{bytes.Length} bytes to the end", bytes.Length);
        ext.State(bytes.Span);
        if (super.Has(Incompatible.JournalDevice)) ext.Lose("a file system", "a journal that belongs to another one", SuperblockOffset + 96);
        else ext.Walk(RootInode);
        return ext;
    }

    // What the superblock says that changes what is read.
    private void State(ReadOnlySpan<byte> bytes)
    {
        const int At = SuperblockOffset + 96;
        if (super.Has(Incompatible.Recover)) Lose("a file system that was unmounted", "changes in its journal that were not carried out; what is read is as before them", At);
        if (super.Has(Incompatible.Compression)) Lose("ext without compressed files", "the feature compression, whose files are not read", At);
        if (super.Has(Incompatible.DataInFolders)) Lose("ext without data in folders", "the feature dirdata, whose data are left out", At);
        if ((super.Incompatible & ~Incompatible.All) is not 0 and var unknown) Lose("known features", $"incompatible ones of 0x{(uint)unknown:x}", At);
        CheckSums(bytes);
    }

    private long TableOf(long group)
    {
        var at = DescriptorAt(group);
        var descriptor = At(at, super.DescriptorSize, "a group descriptor");
        long block = BinaryPrimitives.ReadUInt32LittleEndian(descriptor[8..]);
        if (super.DescriptorSize >= 64) block |= (long)BinaryPrimitives.ReadUInt32LittleEndian(descriptor[40..]) << 32;
        if (block <= super.FirstBlock || block >= super.Blocks) throw new UnreadableException($"a table of inodes within {super.Blocks} blocks", $"one at block {block}", at + 8);
        return block;
    }

    // Descriptors follow the superblock; with meta_bg, each block of them stands in the first of the groups that it describes.
    private long DescriptorAt(long group)
    {
        var inBlock = super.BlockSize / super.DescriptorSize;
        var index = group / inBlock;
        var block = super.FirstBlock + 1 + index;
        if (super.BlockSize == 1024 && super.FirstBlock == 0) block++;
        if (super.Has(Incompatible.MetaGroups) && index >= super.FirstMetaGroup)
        {
            var first = index * inBlock;
            block = super.FirstBlock + first * super.BlocksPerGroup + (HasSuperblock(first) ? 1 : 0);
        }
        return block * super.BlockSize + group % inBlock * super.DescriptorSize;
    }

    private bool HasSuperblock(long group)
    {
        if ((super.ReadOnlyCompatible & 1) == 0 || group <= 1) return true;
        foreach (var root in (ReadOnlySpan<int>)[3, 5, 7])
        {
            long power = root;
            while (power < group) power *= root;
            if (power == group) return true;
        }
        return false;
    }

    protected override Node ReadNode(ulong number, FilePath path)
    {
        if (number == 0 || number > super.Inodes) throw new UnreadableException($"an inode from 1 to {super.Inodes}", $"{number}", 0);
        var index = (long)number - 1;
        var at = TableOf(index / super.InodesPerGroup) * super.BlockSize + index % super.InodesPerGroup * super.InodeSize;
        var inode = At(at, super.InodeSize, "an inode");
        static uint U32(ReadOnlySpan<byte> b, int at) => BinaryPrimitives.ReadUInt32LittleEndian(b[at..]);
        static ushort U16(ReadOnlySpan<byte> b, int at) => BinaryPrimitives.ReadUInt16LittleEndian(b[at..]);
        int mode = U16(inode, 0), extra = super.InodeSize >= 132 ? U16(inode, 128) : 0;
        if (U16(inode, 26) == 0) throw new UnreadableException("an inode that has links", $"inode {number}, which is deleted", at);
        var flags = (InodeFlags)U32(inode, 32);
        var size = U32(inode, 4) | ((mode >> 12 is 8 or 4) ? (long)U32(inode, 108) << 32 : 0);
        if (size < 0) throw new UnreadableException("a size below 2^63", $"{(ulong)size}", at + 4);
        // Two bits behind the nanoseconds carry the seconds beyond 2038.
        long modified = (int)U32(inode, 16);
        if (extra >= 12 && super.InodeSize >= 140) modified += (long)(U32(inode, 136) & 3) << 32;
        var entry = UnixEntry(path, (uint)mode, U16(inode, 2) | (uint)U16(inode, 120) << 16, U16(inode, 24) | (uint)U16(inode, 122) << 16, modified, at) with { Size = mode >> 12 == 8 ? size : 0 };
        if (entry.Type is FileType.CharacterDevice or FileType.BlockDevice)
        {
            // The old encoding of 16 bits in the first word, or the new one of 32 in the second.
            uint old = U32(inode, 40), wide = U32(inode, 44);
            entry = WithDevice(entry, old != 0 ? old : wide, isOld: old != 0);
        }
        var node = new ExtNode(number, entry, 0, flags, inode.Slice(40, 60).ToArray(), at, extra, size);
        if (entry.Type == FileType.Link)
        {
            if (size > LongestTarget) throw new UnreadableException($"a link target of at most {LongestTarget} bytes", $"{size}", at + 4);
            var target = new byte[size];
            if (size < node.Block.Length && (flags & (InodeFlags.Extents | InodeFlags.Inline)) == 0) node.Block.AsSpan(0, (int)size).CopyTo(target);
            else Fill(node, target);
            if ((flags & InodeFlags.Encrypted) != 0) Lose(path, "a link target in the clear", "an encrypted one, shown as it is");
            return node with { Entry = entry with { Target = target } };
        }
        return entry.Type == FileType.Regular ? node with { Start = FirstOffset(node) } : node;
    }

    protected override void List(Node folder, Action<ReadOnlySpan<byte>, ulong> child)
    {
        var node = (ExtNode)folder;
        if ((node.Flags & InodeFlags.Encrypted) != 0) Lose(folder.Entry.Path, "names in the clear", "encrypted ones, shown as they are");
        if (node.Bytes > Math.Min(Budget.FileBytes, Image.Length)) throw new UnreadableException($"a folder of at most {Image.Length} bytes", $"{node.Bytes}", node.At + 4);
        Budget.SpendBytes(node.Bytes);
        var content = new byte[node.Bytes];
        var damaged = new List<UnreadableException>();
        if ((node.Flags & InodeFlags.Inline) != 0)
        {
            // The parent stands first, then names; the attribute goes on with names of its own.
            FillInline(node, content);
            var first = Math.Min(content.Length, node.Block.Length);
            if (first > 4) Names(content.AsSpan(4, first - 4), node.At + 44, damaged, child);
            if (content.Length > first) Names(content.AsSpan(first), node.At, damaged, child);
        }
        else
        {
            Fill(node, content);
            for (var at = 0; at < content.Length; at += super.BlockSize) Names(content.AsSpan(at, Math.Min(super.BlockSize, content.Length - at)), node.At, damaged, child);
        }
        if (damaged is [var told, ..]) throw damaged.Count == 1 ? told : new UnreadableException(told.Expected, $"{told.Found}, and {damaged.Count - 1} further blocks with such a name", told.Offset);
    }

    // Names in a row, each with the distance to the next; what was deleted lies in the distance.
    private void Names(ReadOnlySpan<byte> block, long offset, List<UnreadableException> damaged, Action<ReadOnlySpan<byte>, ulong> child)
    {
        var at = 0;
        while (at <= block.Length - 8)
        {
            var inode = BinaryPrimitives.ReadUInt32LittleEndian(block[at..]);
            int step = BinaryPrimitives.ReadUInt16LittleEndian(block[(at + 4)..]);
            if (block.Length == 65536) step = step is 0 or 65535 ? 65536 : step & 0xfffc | (step & 3) << 16;
            int length = super.Has(Incompatible.FileType) ? block[at + 6] : BinaryPrimitives.ReadUInt16LittleEndian(block[(at + 6)..]);
            if (step < 8 || step % 4 != 0 || step > block.Length - at || inode != 0 && length > step - 8)
            {
                // The next block is read all the same.
                damaged.Add(new UnreadableException($"a name within the {block.Length - at} bytes left of its block", $"one of {length} bytes with a distance of {step}", offset));
                return;
            }
            var name = block.Slice(at + 8, inode == 0 ? 0 : length);
            if (inode != 0 && !name.SequenceEqual("."u8) && !name.SequenceEqual(".."u8)) child(name, inode);
            at += step;
        }
    }

    protected override void Fill(Node file, ArraySegment<byte> content)
    {
        Span<byte> target = content;
        var node = (ExtNode)file;
        if ((node.Flags & InodeFlags.Compressed) != 0 && super.Has(Incompatible.Compression)) throw new UnreadableException("content that is not compressed", "one that is, which is not read", node.At + 32);
        if ((node.Flags & InodeFlags.Encrypted) != 0 && node.Entry.Type == FileType.Regular) throw new UnreadableException("content in the clear", "encrypted content", node.At + 32);
        if ((node.Flags & InodeFlags.Inline) != 0)
        {
            FillInline(node, target);
            return;
        }
        long written = 0;
        foreach (var run in Map(node, (target.Length + super.BlockSize - 1L) / super.BlockSize))
        {
            var start = run.Logical * super.BlockSize;
            if (start >= target.Length) break;
            target[(int)written..(int)start].Clear();
            written = Math.Min(target.Length, start + run.Count * super.BlockSize);
            var part = target[(int)start..(int)written];
            if (run.Physical == 0) part.Clear();
            else At(run.Physical * super.BlockSize, part.Length, "content").CopyTo(part);
        }
        target[(int)written..].Clear();
    }

    protected override ReadOnlyMemory<byte>? InPlace(Node file)
    {
        var node = (ExtNode)file;
        if ((node.Flags & (InodeFlags.Inline | InodeFlags.Compressed | InodeFlags.Encrypted)) != 0) return null;
        if (Map(node, (file.Entry.Size + super.BlockSize - 1) / super.BlockSize) is not [{ Logical: 0, Physical: > 0 } only] || only.Count * super.BlockSize < file.Entry.Size) return null;
        return Piece(only.Physical * super.BlockSize, file.Entry.Size, "content");
    }

    private long FirstOffset(ExtNode node)
    {
        if ((node.Flags & InodeFlags.Inline) != 0 || node.Bytes == 0) return node.At;
        try
        {
            foreach (var run in Map(node, Math.Min(64, (node.Bytes + super.BlockSize - 1) / super.BlockSize)))
            {
                if (run.Physical > 0) return run.Physical * super.BlockSize;
            }
        }
        catch (UnreadableException)
        {
            // Told when the content is read.
        }
        return node.At;
    }
}
