using System.Buffers.Binary;
using Assay.Evidence.Compression;
using Assay.Evidence.Files;
using Assay.Evidence.Reading;

namespace Assay.Firmware.FileSystems;

/// <summary>
/// SquashFS 4.0, little endian (linux/Documentation/filesystems/squashfs.rst): a superblock, data and fragment blocks, then the tables of inodes,
/// directories, fragments and owners, in metadata blocks of up to 8 KiB. Compressions gzip, lzma, xz and zstd; lzo and lz4 are named as not read.
/// </summary>
/// <remarks>
/// The options block of the compressor is not needed to decode and never read: OpenWrt writes one of its own shape. Limits: extended attributes
/// and the export table are left out; a folder that is reached twice is listed once.
/// </remarks>
internal sealed partial class SquashFs : ImageFileSystem
{
    internal const int HeaderSize = 96;
    private const int MetadataSize = 8192;
    private const ulong NoTable = ulong.MaxValue;
    private const uint NoFragment = uint.MaxValue;

    private readonly ReadOnlyMemory<byte> image;
    private readonly Header header;
    private readonly CompressionKind? compression;
    private readonly Dictionary<long, Metadata> metadata = [];
    private readonly List<FileEntry> entries = [];
    private readonly List<Content> contents = [];
    private long metadataLeft;

    private readonly record struct Header(uint Inodes, uint Modified, int BlockSize, uint Fragments, int Compressor, int Owners, ulong Root, long BytesUsed,
        long OwnerTable, long InodeTable, long DirectoryTable, long FragmentTable);

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
        compression = header.Compressor switch
        {
            1 => CompressionKind.Zlib,
            2 => CompressionKind.Lzma,
            4 => CompressionKind.Xz,
            6 => CompressionKind.Zstandard,
            _ => null,
        };
        metadataLeft = budget.FileBytes;
    }

    public override string Format => "squashfs";
    public override IReadOnlyList<FileEntry> Entries => entries;
    internal string Compressor => header.Compressor switch { 1 => "gzip", 2 => "lzma", 3 => "lzo", 4 => "xz", 5 => "lz4", _ => "zstd" };
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

    private static Header? Parse(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < HeaderSize || !bytes.StartsWith("hsqs"u8)) return null;
        static ushort U16(ReadOnlySpan<byte> b, int at) => BinaryPrimitives.ReadUInt16LittleEndian(b[at..]);
        static uint U32(ReadOnlySpan<byte> b, int at) => BinaryPrimitives.ReadUInt32LittleEndian(b[at..]);
        static ulong U64(ReadOnlySpan<byte> b, int at) => BinaryPrimitives.ReadUInt64LittleEndian(b[at..]);
        var blockSize = U32(bytes, 12);
        var logarithm = U16(bytes, 22);
        if (U16(bytes, 28) != 4 || U16(bytes, 30) != 0 || logarithm is < 12 or > 20 || blockSize != 1u << logarithm || U16(bytes, 20) is 0 or > 6) return null;
        ulong used = U64(bytes, 40), owners = U64(bytes, 48), inodes = U64(bytes, 64), folders = U64(bytes, 72), fragments = U64(bytes, 80);
        if (used is < HeaderSize or > long.MaxValue || inodes < HeaderSize || inodes >= used || folders >= used || owners >= used) return null;
        if (fragments != NoTable && fragments > used) return null;
        return new Header(U32(bytes, 4), U32(bytes, 8), (int)blockSize, U32(bytes, 16), U16(bytes, 20), U16(bytes, 26), U64(bytes, 32), (long)used,
            (long)owners, (long)inodes, (long)folders, fragments == NoTable ? -1 : (long)fragments);
    }

    /// <summary>Reads the tree of names and inodes; contents are decoded by <see cref="ReadContents"/>.</summary>
    /// <param name="bytes">From the superblock on, as far as there are bytes.</param>
    /// <exception cref="UnreadableException">No superblock.</exception>
    internal static SquashFs Open(ReadOnlyMemory<byte> bytes, Place place, Budget budget)
    {
        var header = Parse(bytes.Span) ?? throw new UnreadableException("a SquashFS 4.0 superblock", "another", 0);
        var squash = new SquashFs(bytes[..(int)Math.Min(bytes.Length, (header.BytesUsed + 4095) & ~4095L)], header, place, budget);
        if (header.BytesUsed > bytes.Length) squash.Lose($"{header.BytesUsed} bytes of SquashFS", $"{bytes.Length} to the end", bytes.Length);
        // Padding that was begun and not brought to the end of a sector: somebody cut the file, though not into what is used.
        else if (squash.image.Length > header.BytesUsed && squash.image.Length % 512 != 0 && squash.Length == squash.image.Length && bytes.Length == squash.image.Length)
        {
            squash.Lose("zeros up to a multiple of 4096", $"the end after {bytes.Length} bytes", bytes.Length);
        }
        if (squash.compression is null)
        {
            squash.Lose("SquashFS compressed with gzip, lzma, xz or zstd", $"{squash.Compressor}, which is not read", 20);
            return squash;
        }
        squash.ReadTree();
        squash.metadata.TrimExcess();
        return squash;
    }

    private void ReadTree()
    {
        var owners = ReadOwners();
        var seen = new HashSet<ulong>();
        var files = new Dictionary<ulong, Content>();
        var todo = new Stack<(ulong Inode, FilePath Path, int Depth)>();
        var root = new FilePath("/"u8.ToArray());
        try
        {
            if (ReadInode(header.Root, root, owners, out var start, out _) is { Type: FileType.Directory })
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
                Budget.SpendFiles();
            }
            catch (BudgetException spent)
            {
                Lose("entries within the budget", spent.Message, header.DirectoryTable);
                break;
            }
            try
            {
                if (files.TryGetValue(next.Inode, out var known))
                {
                    var link = known.Entries[0] with { Path = next.Path };
                    known.Entries.Add(link);
                    entries.Add(link);
                    continue;
                }
                var entry = ReadInode(next.Inode, next.Path, owners, out var folder, out var content);
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
        if (damaged > 1000) Lose("inodes", $"{damaged - 1000} further entries that cannot be read", header.InodeTable);
        entries.Sort((a, b) => a.Path.CompareTo(b.Path));
        foreach (var content in contents) content.Entries.Sort((a, b) => a.Path.CompareTo(b.Path));

        void ReadFolder((Cursor Start, int Size) listing, FilePath path, int depth)
        {
            // A listing whose size says 3 is empty; the count leaves out what stands for "." and "..".
            var left = listing.Size - 3;
            var at = listing.Start;
            try
            {
                Span<byte> fixedPart = stackalloc byte[12];
                Span<byte> name = stackalloc byte[256];
                while (left > 0)
                {
                    if (left < 12) throw new UnreadableException("a directory header of 12 bytes", $"{left} bytes of listing left", at.Block);
                    at = Read(at, fixedPart);
                    left -= 12;
                    var count = BinaryPrimitives.ReadUInt32LittleEndian(fixedPart) + 1L;
                    var block = BinaryPrimitives.ReadUInt32LittleEndian(fixedPart[4..]);
                    if (count > 256) throw new UnreadableException("at most 256 entries behind a directory header", $"{count}", at.Block);
                    for (; count > 0; count--)
                    {
                        at = Read(at, fixedPart[..8]);
                        var offset = BinaryPrimitives.ReadUInt16LittleEndian(fixedPart);
                        var length = BinaryPrimitives.ReadUInt16LittleEndian(fixedPart[6..]) + 1;
                        left -= 8 + length;
                        if (length > 256 || left < 0) throw new UnreadableException("a name of at most 256 bytes inside its listing", $"{length} bytes", at.Block);
                        at = Read(at, name[..length]);
                        if (name[..length].IndexOfAny((byte)'/', (byte)0) >= 0)
                        {
                            Lose(path, "names without slash and zero", $"the name {FilePath.Escape(name[..length])}, which is left out");
                            continue;
                        }
                        todo.Push(((ulong)block << 16 | offset, path.Child(name[..length]), depth + 1));
                    }
                }
            }
            catch (UnreadableException unreadable)
            {
                Lose(path, unreadable);
            }
        }
    }

    private long InodeOffset(ulong reference) => header.InodeTable + (long)(reference >> 16 & 0xffffffff);

    private FileEntry ReadInode(ulong reference, FilePath path, uint[] owners, out (Cursor Start, int Size) folder, out Content? content)
    {
        folder = default;
        content = null;
        var at = new Cursor(InodeOffset(reference), (int)(reference & 0xffff));
        Span<byte> b = stackalloc byte[40];
        at = Read(at, b[..16]);
        var type = BinaryPrimitives.ReadUInt16LittleEndian(b);
        var entry = new FileEntry
        {
            Path = path,
            Type = FileType.Regular,
            Mode = BinaryPrimitives.ReadUInt16LittleEndian(b[2..]) & 0xfff,
            Owner = Owner(BinaryPrimitives.ReadUInt16LittleEndian(b[4..])),
            Group = Owner(BinaryPrimitives.ReadUInt16LittleEndian(b[6..])),
            Modified = BinaryPrimitives.ReadUInt32LittleEndian(b[8..]),
        };
        switch (type)
        {
            case 1:
                Read(at, b[..16]);
                folder = (new Cursor(header.DirectoryTable + BinaryPrimitives.ReadUInt32LittleEndian(b), BinaryPrimitives.ReadUInt16LittleEndian(b[10..])),
                    BinaryPrimitives.ReadUInt16LittleEndian(b[8..]));
                return entry with { Type = FileType.Directory };
            case 8:
                Read(at, b[..24]);
                var listing = BinaryPrimitives.ReadUInt32LittleEndian(b[4..]);
                if (listing > int.MaxValue) throw new UnreadableException("a listing of less than 2 GiB", $"{listing} bytes", at.Block);
                folder = (new Cursor(header.DirectoryTable + BinaryPrimitives.ReadUInt32LittleEndian(b[8..]), BinaryPrimitives.ReadUInt16LittleEndian(b[18..])), (int)listing);
                return entry with { Type = FileType.Directory };
            case 2:
                at = Read(at, b[..16]);
                content = NewContent(BinaryPrimitives.ReadUInt32LittleEndian(b), BinaryPrimitives.ReadUInt32LittleEndian(b[4..]),
                    BinaryPrimitives.ReadUInt32LittleEndian(b[8..]), BinaryPrimitives.ReadUInt32LittleEndian(b[12..]), at);
                return entry with { Size = content.Size };
            case 9:
                at = Read(at, b[..40]);
                content = NewContent(BinaryPrimitives.ReadInt64LittleEndian(b), BinaryPrimitives.ReadUInt32LittleEndian(b[28..]),
                    BinaryPrimitives.ReadUInt32LittleEndian(b[32..]), BinaryPrimitives.ReadInt64LittleEndian(b[8..]), at);
                return entry with { Size = content.Size };
            case 3 or 10:
                at = Read(at, b[..8]);
                var length = BinaryPrimitives.ReadUInt32LittleEndian(b[4..]);
                if (length > 65536) throw new UnreadableException("a link target of at most 65536 bytes", $"{length}", at.Block);
                var target = new byte[length];
                Read(at, target);
                return entry with { Type = FileType.Link, Target = target };
            case 4 or 5 or 11 or 12:
                Read(at, b[..8]);
                var device = BinaryPrimitives.ReadUInt32LittleEndian(b[4..]);
                return entry with
                {
                    Type = type is 4 or 11 ? FileType.BlockDevice : FileType.CharacterDevice,
                    DeviceMajor = device >> 8 & 0xfff,
                    DeviceMinor = device & 0xff | device >> 12 & 0xfff00,
                };
            case 6 or 13:
                return entry with { Type = FileType.Pipe };
            case 7 or 14:
                return entry with { Type = FileType.Socket };
            default:
                throw new UnreadableException("an inode type of 1 to 14", $"{type}", at.Block);
        }

        uint Owner(int index) => index < owners.Length ? owners[index] : 0;
    }

    private Content NewContent(long start, uint fragment, uint fragmentOffset, long size, Cursor list)
    {
        if (size < 0) throw new UnreadableException("a file size below 2^63", $"{(ulong)size}", list.Block);
        // A larger file than the budget allows is listed, and not read: its list of blocks is left alone.
        var blocks = size > Budget.FileBytes ? 0 : (int)(fragment == NoFragment ? (size + header.BlockSize - 1) / header.BlockSize : size / header.BlockSize);
        return new Content { Entries = [], Size = size, DataStart = start, Fragment = fragment, FragmentOffset = fragmentOffset, BlockList = list, Blocks = blocks };
    }

    private uint[] ReadOwners()
    {
        var owners = new uint[header.Owners];
        try
        {
            for (var i = 0; i < owners.Length; i += MetadataSize / 4)
            {
                var bytes = new byte[4 * Math.Min(owners.Length - i, MetadataSize / 4)];
                Read(new Cursor(TablePointer(header.OwnerTable, i / (MetadataSize / 4)), 0), bytes);
                for (var k = 0; k < bytes.Length / 4; k++) owners[i + k] = BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(4 * k));
            }
        }
        catch (UnreadableException unreadable)
        {
            Lose(unreadable);
        }
        return owners;
    }

    private long TablePointer(long table, long index)
    {
        var at = table + 8 * index;
        if (at < 0 || at > image.Length - 8) throw new UnreadableException("a table pointer of 8 bytes", "the end of the image", Math.Max(0, at));
        return BinaryPrimitives.ReadInt64LittleEndian(image.Span[(int)at..]);
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
        if (offset < HeaderSize || offset > image.Length - 2) throw new UnreadableException("a metadata block inside the image", $"one at 0x{offset:x} of 0x{image.Length:x}", offset);
        var word = BinaryPrimitives.ReadUInt16LittleEndian(image.Span[(int)offset..]);
        var size = word & 0x7fff;
        if (size == 0 || size > MetadataSize || size > image.Length - offset - 2)
        {
            throw new UnreadableException("a metadata block of 1 to 8192 bytes inside the image", $"{size} bytes", offset);
        }
        var bytes = image.Span.Slice((int)offset + 2, size);
        byte[] content;
        if ((word & 0x8000) != 0)
        {
            content = bytes.ToArray();
        }
        else
        {
            var buffer = new byte[MetadataSize];
            var length = Inner(() => Decompression.Block(compression!.Value, image.Span.Slice((int)offset + 2, size), buffer, 0, MetadataSize), offset + 2);
            content = length == MetadataSize ? buffer : buffer[..length];
        }
        if (content.Length == 0) throw new UnreadableException("a metadata block with content", "none", offset);
        metadataLeft -= content.Length;
        if (metadataLeft < 0) throw new BudgetException("file", Budget.FileBytes);
        return new Metadata(content, offset + 2 + size);
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
