using System.Buffers.Binary;
using Assay.Evidence.Compression;
using Assay.Evidence.Files;
using Assay.Evidence.Reading;

namespace Assay.Firmware.FileSystems;

/// <summary>
/// cramfs (linux/fs/cramfs: README, inode.c; include/uapi/linux/cramfs_fs.h): a superblock, inodes of twelve bytes in bit fields behind which their
/// names stand, and files as blocks of zlib behind a list of where each ends. Both byte orders, holes, blocks that are stored or stand elsewhere.
/// </summary>
/// <remarks>The size of a block is that of a page of the machine that reads, and nowhere stated: it is the one by which the first large file decodes.</remarks>
internal sealed class CramFs : FlatFileSystem
{
    internal static readonly Format AsFormat = new()
    {
        Kind = "cramfs",
        Title = "cramfs",
        Group = FormatGroup.FileSystem,
        Source = "linux/fs/cramfs/inode.c, linux/include/uapi/linux/cramfs_fs.h",
        Proof = "`mkfs.cramfs` in both byte orders, samples",
        Limits = "blocks that are stored or stand elsewhere are proved by hand only",
        Signatures = [new([0x45, 0x3d, 0xcd, 0x28]), new([0x28, 0xcd, 0x3d, 0x45])],
        Recognise = bytes => IsHeader(bytes) ? new("cramfs", 0) : null,
        Open = opening =>
        {
            var files = Open(opening.Bytes, opening.Place, opening.Budget);
            return opening.FileSystem(files, files.IsBigEndian ? "big endian" : "little endian");
        },
    };

    internal const int HeaderSize = 76;
    private const int InodeSize = 12;
    private const int RootAt = 64;
    private const uint IsStored = 1u << 31;
    private const uint IsDirect = 1u << 30;
    private const int BootBlock = 512;
    private static readonly int[] BlockSizes = [4096, 8192, 16384, 32768, 65536, 2048, 1024];

    private readonly bool big;
    // Offsets count from the start of the device, which can be a boot block before the superblock.
    private readonly long origin;
    private readonly long size;
    private int blockSize = BlockSizes[0];

    private sealed record CramNode(ulong Number, FileEntry Entry, long Start, uint Bytes) : Node(Number, Entry, Start);

    private CramFs(ReadOnlyMemory<byte> image, bool big, long origin, long size, Place place, Budget budget) : base(image, place, budget)
    {
        this.big = big;
        this.origin = origin;
        this.size = size;
    }

    public override string Format => "cramfs";
    internal bool IsBigEndian => big;
    internal int BlockSize => blockSize;
    internal override long Length => Math.Min(size, Image.Length);

    /// <summary>Magic of either order, signature, a size, and a root that is a folder.</summary>
    internal static bool IsHeader(ReadOnlySpan<byte> bytes) => Order(bytes) is not null;

    private static bool? Order(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < HeaderSize || !bytes[16..].StartsWith("Compressed ROMFS"u8)) return null;
        bool big;
        if (BinaryPrimitives.ReadUInt32LittleEndian(bytes) == 0x28cd3d45) big = false;
        else if (BinaryPrimitives.ReadUInt32BigEndian(bytes) == 0x28cd3d45) big = true;
        else return null;
        var mode = U32(bytes[RootAt..], big) is var word && big ? word >> 16 : word & 0xffff;
        return U32(bytes[4..], big) >= HeaderSize && mode >> 12 == 4 ? big : null;
    }

    private static uint U32(ReadOnlySpan<byte> bytes, bool big) => big ? BinaryPrimitives.ReadUInt32BigEndian(bytes) : BinaryPrimitives.ReadUInt32LittleEndian(bytes);

    /// <exception cref="UnreadableException">No superblock.</exception>
    internal static CramFs Open(ReadOnlyMemory<byte> bytes, Place place, Budget budget)
    {
        var big = Order(bytes.Span) ?? throw new UnreadableException("a cramfs superblock", "another", 0);
        uint stated = U32(bytes.Span[4..], big), flags = U32(bytes.Span[8..], big);
        // A boot block shows in where the root's listing stands.
        var origin = Offset(bytes.Span[RootAt..], big) == BootBlock + HeaderSize ? -BootBlock : 0;
        long size = stated + origin;
        if (size < HeaderSize) size = stated;
        var cram = new CramFs(bytes[..(int)Math.Min(bytes.Length, size)], big, origin, size, place, budget);
        if (size > bytes.Length) cram.Lose($"{size} bytes of cramfs", $"{bytes.Length} to the end", bytes.Length);
        else if ((flags & 1) != 0) cram.CheckSum();
        // Flags from 256 on change how content lies; these are known: holes, another signature, a shifted root, pointers to blocks.
        if ((flags & ~0xfffu) != 0) cram.Lose("known flags", $"0x{flags:x}", 8);
        cram.Walk(RootAt);
        cram.FindBlockSize();
        return cram;
    }

    private void CheckSum()
    {
        var crc = Crc32.Of(Image.Span[..32]);
        crc = Crc32.Of([0, 0, 0, 0], crc);
        crc = Crc32.Of(Image.Span[36..], crc);
        var stated = U32(Image.Span[32..], big);
        if (crc != stated) Lose($"cramfs with CRC-32 {stated:x8}", $"{crc:x8}", 32);
    }

    private static uint Offset(ReadOnlySpan<byte> inode, bool big) => (U32(inode[8..], big) is var word && big ? word & 0x3ffffff : word >> 6) * 4;

    // Three words: mode and owner; size and group; length of the name and offset, both in fours. Bit fields of the writing machine.
    protected override Node ReadNode(ulong number, FilePath path)
    {
        var at = (long)number;
        var inode = At(at, InodeSize, "an inode");
        uint first = U32(inode, big), second = U32(inode[4..], big);
        var mode = big ? first >> 16 : first & 0xffff;
        var owner = big ? first & 0xffff : first >> 16;
        var bytes = big ? second >> 8 : second & 0xffffff;
        var group = big ? second & 0xff : second >> 24;
        var start = Offset(inode, big) + origin;
        var entry = UnixEntry(path, mode, owner, group, 0, at) with { Size = mode >> 12 == 8 ? bytes : 0 };
        switch (entry.Type)
        {
            case FileType.CharacterDevice or FileType.BlockDevice:
                // The size of a node is its number, in the old encoding, or in the new one where it needs more bits.
                return new CramNode(number, WithDevice(entry, bytes, isOld: false), at, bytes);
            case FileType.Link:
                var target = new byte[bytes];
                if (bytes > 65536) throw new UnreadableException("a link target of at most 65536 bytes", $"{bytes}", at + 4);
                Decode(start, target);
                return new CramNode(number, entry with { Target = target }, start, bytes);
            default:
                return new CramNode(number, entry, start, bytes);
        }
    }

    protected override void List(Node folder, Action<ReadOnlySpan<byte>, ulong> child)
    {
        var left = (long)((CramNode)folder).Bytes;
        var at = folder.Start;
        while (left > 0)
        {
            var word = U32(At(at, InodeSize, "an inode")[8..], big);
            var length = (int)(big ? word >> 26 : word & 63) * 4;
            left -= InodeSize + length;
            if (length == 0 || left < 0) throw new UnreadableException("a name inside its listing", $"{length} bytes", at + 8);
            var name = At(at + InodeSize, length, "a name");
            child(name.TrimEnd((byte)0), (ulong)at);
            at += InodeSize + length;
        }
    }

    protected override void Fill(Node file, ArraySegment<byte> target) => Decode(file.Start, target);

    private void Decode(long start, Span<byte> target)
    {
        var blocks = (target.Length + blockSize - 1) / blockSize;
        var list = At(start, 4L * blocks, "a list of blocks");
        var buffer = System.Buffers.ArrayPool<byte>.Shared.Rent(blockSize);
        try
        {
            var end = start + 4L * blocks;
            for (var i = 0; i < blocks; i++)
            {
                var part = target.Slice(i * blockSize, Math.Min(blockSize, target.Length - i * blockSize));
                end = Block(U32(list[(4 * i)..], big), end, start + 4 * i, part, buffer);
            }
        }
        finally
        {
            System.Buffers.ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    // A pointer says where its block ends, which begins where the one before it ended; or, marked as direct, where it begins, in fours.
    private long Block(uint pointer, long previous, long at, Span<byte> target, byte[] buffer)
    {
        long start = previous, length, end;
        var value = pointer & ~(IsStored | IsDirect);
        if ((pointer & IsDirect) != 0)
        {
            start = value * 4L + origin;
            length = blockSize;
            if ((pointer & IsStored) == 0)
            {
                var bytes = At(start, 2, "the size of a block");
                length = big ? BinaryPrimitives.ReadUInt16BigEndian(bytes) : BinaryPrimitives.ReadUInt16LittleEndian(bytes);
                start += 2;
            }
            end = start + length;
            if ((pointer & IsStored) != 0) length = target.Length;
        }
        else
        {
            end = value + origin;
            length = end - start;
        }
        if (length < 0 || length > 2L * blockSize) throw new UnreadableException($"a block of at most {2 * blockSize} bytes that ends behind 0x{start:x}", $"{length} bytes", at);
        if (length == 0)
        {
            target.Clear();
            return end;
        }
        var content = At(start, length, "a block");
        if ((pointer & IsStored) != 0)
        {
            if (length < target.Length) throw new UnreadableException($"a stored block of {target.Length} bytes", $"{length}", start);
            content[..target.Length].CopyTo(target);
            return end;
        }
        int decoded;
        try
        {
            decoded = Decompression.Block(CompressionKind.Zlib, content, buffer, 0, blockSize);
        }
        catch (UnreadableException inner)
        {
            throw new UnreadableException(inner.Expected, inner.Found, start + inner.Offset);
        }
        if (decoded != target.Length) throw new UnreadableException($"a block of {target.Length} bytes", $"{decoded}", start);
        buffer.AsSpan(0, decoded).CopyTo(target);
        return end;
    }

    // Another size puts the first block of a large file elsewhere, where nothing decodes.
    private void FindBlockSize()
    {
        const int Tried = 8;
        foreach (var file in Large().Take(Tried))
        {
            foreach (var candidate in BlockSizes)
            {
                blockSize = candidate;
                try
                {
                    Decode(file.Start, new byte[file.Size]);
                    return;
                }
                catch (UnreadableException)
                {
                    // Another size, or a damaged file.
                }
            }
        }
        blockSize = BlockSizes[0];
    }

    // Files with several blocks of the usual size, by where they lie.
    private IEnumerable<(long Start, int Size)> Large() =>
        Files.Where(f => f.Entry.Size > BlockSizes[^1] && f.Entry.Size <= Budget.FileBytes).OrderBy(f => f.Start).Select(f => (f.Start, (int)f.Entry.Size));
}
