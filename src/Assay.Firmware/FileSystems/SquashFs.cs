using System.Buffers.Binary;
using Assay.Evidence.Files;
using Assay.Evidence.Reading;

namespace Assay.Firmware.FileSystems;

/// <summary>
/// SquashFS of all versions, 1 to 4, in both byte orders: a superblock, data and fragment blocks, then the tables of inodes, directories, fragments
/// and owners, in metadata blocks of up to 8 KiB. Compressions gzip, lzma, lzo, xz, lz4 and zstd, and LZMA as vendors write it.
/// </summary>
/// <remarks>
/// The options block of the compressor is not needed to decode and never read: OpenWrt writes one of its own shape. Limits: extended attributes
/// and the export table are left out; a folder that is reached twice is listed once.
/// </remarks>
internal sealed partial class SquashFs : ImageFileSystem, IPackedFileSystem
{
    internal static readonly Format AsFormat = new()
    {
        Kind = "squashfs",
        Title = "SquashFS",
        Group = FormatGroup.FileSystem,
        Source = "linux/Documentation/filesystems/squashfs.rst; squashfs-tools: squashfs_compat.h, unsquash-1.c to unsquash-3.c",
        Proof = "version 4: `mksquashfs` with each of its compressors; versions 1 to 3 in both byte orders: `unsquashfs`, samples; vendors' LZMA with streams of `xz`",
        Limits = "extended attributes and the export table are left out",
        Signatures =
        [
            new("hsqs"u8.ToArray()), new("sqsh"u8.ToArray()), new("shsq"u8.ToArray()), new("qshs"u8.ToArray()),
            new("tqsh"u8.ToArray()), new("hsqt"u8.ToArray()), new("sqlz"u8.ToArray()), new("zlqs"u8.ToArray()),
        ],
        Recognise = bytes => IsHeader(bytes) ? new("squashfs", 0) : null,
        Open = opening =>
        {
            var files = Open(opening.Bytes, opening.Place, opening.Budget);
            var version = files.Version == 4 ? "" : $", version {files.Version}";
            return opening.FileSystem(files, $"{files.Compressor}, blocks of {files.BlockSize / 1024} KiB{version}{(files.IsBigEndian ? ", big endian" : "")}");
        },
        IsExpectedInKernel = true,
    };

    private const int MetadataSize = 8192;
    private const uint NoFragment = uint.MaxValue;

    private readonly ReadOnlyMemory<byte> image;
    private readonly Header header;
    private Codec codec;
    private bool hasLittleSizes;
    private uint[] owners = [];
    private uint[] groups = [];
    private readonly Dictionary<long, Metadata> metadata = [];
    private readonly List<FileEntry> entries = [];
    private readonly List<Content> contents = [];
    private long metadataLeft;

    /// <summary>A decoded metadata block and where the next one begins; <see cref="Bytes"/> is empty behind a damaged one.</summary>
    private readonly record struct Metadata(byte[] Bytes, long Next);

    /// <summary>A regular file's blocks: where the list of their sizes stands, and the fragment that holds its tail.</summary>
    private sealed class Content
    {
        internal required List<FileEntry> Entries { get; init; }
        internal required long Size { get; init; }
        internal required long DataStart { get; init; }
        internal required uint Fragment { get; init; }
        internal required uint FragmentOffset { get; init; }
        internal required Cursor BlockList { get; init; }
        internal int Blocks { get; init; }
    }

    /// <summary>A position in a table: the metadata block's offset in the image, and bytes into its content.</summary>
    private readonly record struct Cursor(long Block, int Offset);

    private SquashFs(ReadOnlyMemory<byte> image, Header header, Place place, Budget budget) : base(place, budget)
    {
        this.image = image;
        this.header = header;
        metadataLeft = budget.FileBytes;
    }

    public override string Format => "squashfs";
    public override IReadOnlyList<FileEntry> Entries => entries;
    internal string Compressor => codec.Name;
    /// <summary>1 to 4.</summary>
    internal int Version => header.Version;
    internal bool IsBigEndian => header.Big;
    internal int BlockSize => header.BlockSize;

    /// <summary>Bytes used, and the zeros up to the next 4 KiB that mksquashfs pads with.</summary>
    internal override long Length
    {
        get
        {
            var used = Math.Min(header.BytesUsed, image.Length);
            var padded = Math.Min((used + 4095) & ~4095L, image.Length);
            return image.Span[(int)used..(int)padded].ContainsAnyExcept((byte)0) ? used : padded;
        }
    }

    /// <summary>Whether a superblock begins here whose fields agree with one another.</summary>
    internal static bool IsHeader(ReadOnlySpan<byte> bytes) => Parse(bytes) is not null;

    /// <summary>Reads the tree of names and inodes; contents are decoded by <see cref="ReadContents"/>.</summary>
    /// <param name="bytes">From the superblock on, as far as there are bytes.</param>
    /// <exception cref="UnreadableException">No superblock.</exception>
    internal static SquashFs Open(ReadOnlyMemory<byte> bytes, Place place, Budget budget)
    {
        var header = Parse(bytes.Span) ?? throw new UnreadableException("a SquashFS superblock", "another", 0);
        var squash = new SquashFs(bytes[..(int)Math.Min(bytes.Length, (header.BytesUsed + 4095) & ~4095L)], header, place, budget);
        if (header.BytesUsed > bytes.Length) squash.Lose($"{header.BytesUsed} bytes of SquashFS", $"{bytes.Length} to the end", bytes.Length);
        // Padding that was begun and not brought to the end of a sector: somebody cut the file, though not into what is used. A container pads as it likes.
        else if (place is { Path: null, Start: 0 } && squash.image.Length > header.BytesUsed && squash.image.Length % 512 != 0 && squash.Length == squash.image.Length && bytes.Length == squash.image.Length)
        {
            squash.Lose("zeros up to a multiple of 4096", $"the end after {bytes.Length} bytes", bytes.Length);
        }
        squash.Settle();
        squash.ReadTree();
        squash.metadata.TrimExcess();
        return squash;
    }

    private void ReadTree()
    {
        ReadOwners();
        var seen = new HashSet<ulong>();
        var files = new Dictionary<ulong, Content>();
        var todo = new Stack<(ulong Inode, FilePath Path, int Depth)>();
        var root = new FilePath("/"u8.ToArray());
        BudgetException? spentFiles = null;
        try
        {
            if (ReadInode(header.Root, root, out var start, out _) is { Type: FileType.Directory })
            {
                seen.Add(header.Root);
                ReadFolder(start, root, 0);
            }
            else
            {
                Lose("a folder as the root inode", "another type", InodeOffset(header.Root));
            }
        }
        catch (UnreadableException unreadable)
        {
            Lose(unreadable);
        }

        var damaged = 0;
        while (todo.TryPop(out var next))
        {
            try
            {
                if (files.TryGetValue(next.Inode, out var known))
                {
                    var link = known.Entries[0] with { Path = next.Path };
                    known.Entries.Add(link);
                    entries.Add(link);
                    continue;
                }
                var entry = ReadInode(next.Inode, next.Path, out var folder, out var content);
                entries.Add(entry);
                if (content is not null)
                {
                    content.Entries.Add(entry);
                    files.Add(next.Inode, content);
                    contents.Add(content);
                }
                if (entry.Type != FileType.Directory) continue;
                if (!seen.Add(next.Inode)) Lose(next.Path, "a folder that is listed once", "one that is listed elsewhere in the tree");
                else if (next.Depth >= Budget.Depth) Lose(next.Path, $"folders at most {Budget.Depth} deep", "a deeper one (raise it with --budget depth=NUMBER)");
                else ReadFolder(folder, next.Path, next.Depth);
            }
            catch (UnreadableException unreadable)
            {
                // A damaged table can spoil every name behind it: the first thousand are told one by one.
                if (damaged++ < 1000) Lose(next.Path, unreadable);
            }
            catch (BudgetException spent)
            {
                Lose("SquashFS tables within the budget", spent.Message, header.InodeTable);
                break;
            }
        }
        if (spentFiles is not null) Lose("entries within the budget", spentFiles.Message, header.DirectoryTable);
        if (damaged > 1000) Lose("inodes", $"{damaged - 1000} further entries that cannot be read", header.InodeTable);
        entries.Sort((a, b) => a.Path.CompareTo(b.Path));
        foreach (var content in contents) content.Entries.Sort((a, b) => a.Path.CompareTo(b.Path));

        // Names are paid for when they are met: a listing that many folders share must not fill the memory.
        void ReadFolder((Cursor Start, long Size) listing, FilePath path, int depth)
        {
            if (spentFiles is not null) return;
            try
            {
                List(listing, (name, inode) =>
                {
                    try
                    {
                        Budget.SpendFiles();
                    }
                    catch (BudgetException spent)
                    {
                        spentFiles = spent;
                        throw;
                    }
                    if (name.AsSpan().IndexOfAny((byte)'/', (byte)0) >= 0) Lose(path, "names without slash and zero", $"the name {FilePath.Escape(name)}, which is left out");
                    else todo.Push((inode, path.Child(name), depth + 1));
                });
            }
            catch (UnreadableException unreadable)
            {
                Lose(path, unreadable);
            }
            catch (BudgetException) when (spentFiles is not null)
            {
                // Told once, at the end; what was paid for is still read.
            }
        }
    }

    private long InodeOffset(ulong reference) => header.InodeTable + (long)(reference >> 16 & 0xffffffff);

    private Content NewContent(long start, uint fragment, uint fragmentOffset, long size, Cursor list)
    {
        if (size < 0) throw new UnreadableException("a file size below 2^63", $"{(ulong)size}", list.Block);
        // A larger file than the budget allows is listed, and not read: its list of blocks is left alone.
        var blocks = size > Budget.FileBytes ? 0 : (int)(fragment == NoFragment ? (size + header.BlockSize - 1) / header.BlockSize : size / header.BlockSize);
        return new Content { Entries = [], Size = size, DataStart = start, Fragment = fragment, FragmentOffset = fragmentOffset, BlockList = list, Blocks = blocks };
    }

    // Reads on over the ends of metadata blocks.
    private Cursor Read(Cursor at, Span<byte> target)
    {
        while (true)
        {
            var block = Block(at.Block);
            if (at.Offset > block.Bytes.Length) throw new UnreadableException($"an offset inside a metadata block of {block.Bytes.Length} bytes", $"{at.Offset}", at.Block);
            var part = Math.Min(target.Length, block.Bytes.Length - at.Offset);
            block.Bytes.AsSpan(at.Offset, part).CopyTo(target);
            target = target[part..];
            at = at with { Offset = at.Offset + part };
            if (target.Length == 0) return at;
            at = new Cursor(block.Next, 0);
        }
    }

    private Metadata Block(long offset)
    {
        lock (metadata)
        {
            if (metadata.TryGetValue(offset, out var known)) return known;
            var block = Decode(offset);
            metadata.Add(offset, block);
            return block;
        }
    }

    private Metadata Decode(long offset)
    {
        var start = offset + (header.HasMarkers ? 3 : 2);
        if (offset < header.Size || start > image.Length) throw new UnreadableException("a metadata block inside the image", $"one at 0x{offset:x} of 0x{image.Length:x}", offset);
        var word = hasLittleSizes ? BinaryPrimitives.ReadUInt16LittleEndian(image.Span[(int)offset..]) : U16(image.Span[(int)offset..]);
        var size = word & 0x7fff;
        if (size == 0 || size > MetadataSize || size > image.Length - start)
        {
            throw new UnreadableException("a metadata block of 1 to 8192 bytes inside the image", $"{size} bytes", offset);
        }
        byte[] content;
        if ((word & 0x8000) != 0)
        {
            content = image.Span.Slice((int)start, size).ToArray();
        }
        else
        {
            var buffer = new byte[MetadataSize];
            var length = Inner(() => codec.Decode(image.Span.Slice((int)start, size), buffer, 0, MetadataSize), start);
            content = length == MetadataSize ? buffer : buffer[..length];
        }
        if (content.Length == 0) throw new UnreadableException("a metadata block with content", "none", offset);
        metadataLeft -= content.Length;
        if (metadataLeft < 0) throw new BudgetException("file", Budget.FileBytes);
        return new Metadata(content, start + size);
    }

    // An error inside a compressed block, told with its offset in the file system.
    private static int Inner(Func<int> decode, long offset)
    {
        try
        {
            return decode();
        }
        catch (UnreadableException inner)
        {
            throw new UnreadableException(inner.Expected, inner.Found, offset + inner.Offset);
        }
    }
}
