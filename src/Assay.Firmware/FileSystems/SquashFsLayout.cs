using System.Buffers.Binary;
using System.Numerics;
using Assay.Evidence.Files;
using Assay.Evidence.Reading;

namespace Assay.Firmware.FileSystems;

/// <summary>
/// The structures of all four versions in both byte orders. Version 4 has plain numbers (linux/Documentation/filesystems/squashfs.rst); versions
/// 1 to 3 are bit fields as the compiler of the writing machine packed them (squashfs-tools: squashfs_compat.h, unsquash-1.c to unsquash-3.c).
/// </summary>
internal sealed partial class SquashFs
{
    private static ReadOnlySpan<int> HeaderSizes => [0, 51, 63, 119, 96];

    private sealed record Header
    {
        internal required int Version { get; init; }
        internal required bool Big { get; init; }
        internal required uint Modified { get; init; }
        internal required int BlockSize { get; init; }
        internal uint Fragments { get; init; }
        /// <summary>1 to 6 in version 4; before, 0: nobody says it.</summary>
        internal int Compressor { get; init; }
        /// <summary>Numbers in the table of owners; before version 4 of users, and beside it of groups.</summary>
        internal required int Owners { get; init; }
        internal int Groups { get; init; }
        internal required ulong Root { get; init; }
        internal required long BytesUsed { get; init; }
        internal required long OwnerTable { get; init; }
        internal long GroupTable { get; init; }
        internal required long InodeTable { get; init; }
        internal required long DirectoryTable { get; init; }
        /// <summary>-1 when there is none.</summary>
        internal long FragmentTable { get; init; } = -1;
        /// <summary>Whether a marker byte stands behind the size of each metadata block, versions 1 to 3.</summary>
        internal bool HasMarkers { get; init; }
        internal int Size => HeaderSizes[Version];
    }

    private static Header? Parse(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < HeaderSizes[1]) return null;
        // The usual magic tells the byte order; a vendor's does not: sqsh, and shsq, tqsh, sqlz and their mirror images.
        if (bytes.StartsWith("hsqs"u8)) return Parse(bytes, big: false);
        if (bytes.StartsWith("sqsh"u8)) return Parse(bytes, big: true);
        if (!bytes.StartsWith("shsq"u8) && !bytes.StartsWith("qshs"u8) && !bytes.StartsWith("tqsh"u8) && !bytes.StartsWith("hsqt"u8) && !bytes.StartsWith("sqlz"u8) && !bytes.StartsWith("zlqs"u8)) return null;
        return Parse(bytes, big: false) ?? Parse(bytes, big: true);
    }

    private static Header? Parse(ReadOnlySpan<byte> bytes, bool big)
    {
        int version = big ? BinaryPrimitives.ReadUInt16BigEndian(bytes[28..]) : BinaryPrimitives.ReadUInt16LittleEndian(bytes[28..]);
        if (version is < 1 or > 4 || bytes.Length < HeaderSizes[version]) return null;
        var header = version == 4 ? Parse4(bytes, big) : ParseOld(bytes, version, big);
        if (header is null || header.BlockSize < 4096 || header.BlockSize > 1 << 20 || !BitOperations.IsPow2(header.BlockSize)) return null;
        if (header.BytesUsed < header.Size || header.InodeTable < header.Size || header.DirectoryTable <= header.InodeTable || header.DirectoryTable > header.BytesUsed) return null;
        if (header.OwnerTable < header.Size || header.OwnerTable > header.BytesUsed || header.FragmentTable > header.BytesUsed) return null;
        return header;
    }

    private static Header? Parse4(ReadOnlySpan<byte> bytes, bool big)
    {
        var read = new SpanReader(bytes, 0, big);
        read.Skip(8);
        var modified = read.U32();
        var block = read.U32();
        var fragments = read.U32();
        var compressor = read.U16();
        var logarithm = read.U16();
        read.Skip(2);
        var owners = read.U16();
        read.Skip(2);
        if (read.U16() != 0 || logarithm is < 12 or > 20 || block != 1u << logarithm || compressor is 0 or > 6) return null;
        var root = read.U64();
        ulong used = read.U64(), ownerTable = read.U64();
        read.Skip(8);
        ulong inodes = read.U64(), folders = read.U64(), fragmentTable = read.U64();
        if (used > long.MaxValue || inodes >= used || folders >= used || ownerTable >= used || fragmentTable != ulong.MaxValue && fragmentTable > used) return null;
        return new Header
        {
            Version = 4,
            Big = big,
            Modified = modified,
            BlockSize = (int)block,
            Fragments = fragments,
            Compressor = compressor,
            Owners = owners,
            Root = root,
            BytesUsed = (long)used,
            OwnerTable = (long)ownerTable,
            InodeTable = (long)inodes,
            DirectoryTable = (long)folders,
            FragmentTable = fragmentTable == ulong.MaxValue ? -1 : (long)fragmentTable,
        };
    }

    // Vendors mark their own compression in the minor number, so that it says nothing.
    private static Header? ParseOld(ReadOnlySpan<byte> bytes, int version, bool big)
    {
        ulong Field(ReadOnlySpan<byte> b, int at, int size) => Bits(b, big, 8 * at, 8 * size);
        var logarithm = (int)Field(bytes, 34, 2);
        var block = version == 1 ? Field(bytes, 32, 2) : Field(bytes, 51, 4);
        var flags = bytes[36];
        if (logarithm is < 12 or > 20 || block != 1UL << logarithm || Field(bytes, 30, 2) > 255 || bytes[37] == 0) return null;
        // Version 3 moved the tables into numbers of 64 bits and left the old ones empty.
        var wide = version == 3;
        ulong used = wide ? Field(bytes, 63, 8) : Field(bytes, 8, 4), users = wide ? Field(bytes, 71, 8) : Field(bytes, 12, 4);
        ulong groups = wide ? Field(bytes, 79, 8) : Field(bytes, 16, 4), inodes = wide ? Field(bytes, 87, 8) : Field(bytes, 20, 4);
        ulong folders = wide ? Field(bytes, 95, 8) : Field(bytes, 24, 4);
        var fragments = version == 1 ? 0 : (uint)Field(bytes, 55, 4);
        var fragmentTable = wide ? Field(bytes, 103, 8) : version == 2 ? Field(bytes, 59, 4) : 0;
        if (used > long.MaxValue || inodes >= used || folders >= used || users >= used || groups >= used || fragments > 0 && fragmentTable >= used) return null;
        return new Header
        {
            Version = version,
            Big = big,
            Modified = (uint)Field(bytes, 39, 4),
            BlockSize = (int)block,
            Fragments = fragments,
            Owners = bytes[37],
            Groups = bytes[38],
            Root = Field(bytes, 43, 8),
            BytesUsed = (long)used,
            OwnerTable = (long)users,
            GroupTable = (long)groups,
            InodeTable = (long)inodes,
            DirectoryTable = (long)folders,
            FragmentTable = fragments == 0 ? -1 : (long)fragmentTable,
            HasMarkers = (flags & 4) != 0,
        };
    }

    // Compilers fill bit fields from the lowest bit of the first byte on little-endian machines, from its highest on big-endian ones.
    private static ulong Bits(ReadOnlySpan<byte> bytes, bool big, int at, int width)
    {
        ulong value = 0;
        for (var i = 0; i < width; i++)
        {
            var bit = at + i;
            if (big) value = value << 1 | (uint)(bytes[bit >> 3] >> (7 - (bit & 7)) & 1);
            else value |= (ulong)(bytes[bit >> 3] >> (bit & 7) & 1) << i;
        }
        return value;
    }

    private ushort U16(ReadOnlySpan<byte> b) => header.Big ? BinaryPrimitives.ReadUInt16BigEndian(b) : BinaryPrimitives.ReadUInt16LittleEndian(b);
    private uint U32(ReadOnlySpan<byte> b) => header.Big ? BinaryPrimitives.ReadUInt32BigEndian(b) : BinaryPrimitives.ReadUInt32LittleEndian(b);
    private long I64(ReadOnlySpan<byte> b) => header.Big ? BinaryPrimitives.ReadInt64BigEndian(b) : BinaryPrimitives.ReadInt64LittleEndian(b);

    private FileEntry ReadInode(ulong reference, FilePath path, out (Cursor Start, long Size) folder, out Content? content)
    {
        var at = new Cursor(InodeOffset(reference), (int)(reference & 0xffff));
        return header.Version == 4 ? ReadInode4(at, path, out folder, out content) : ReadInodeOld(at, path, out folder, out content);
    }

    private FileEntry ReadInode4(Cursor at, FilePath path, out (Cursor Start, long Size) folder, out Content? content)
    {
        folder = default;
        content = null;
        Span<byte> b = stackalloc byte[40];
        at = Read(at, b[..16]);
        var type = U16(b);
        var entry = new FileEntry
        {
            Path = path,
            Type = FileType.Regular,
            Mode = U16(b[2..]) & 0xfff,
            Owner = Owner(U16(b[4..])),
            Group = Owner(U16(b[6..])),
            Modified = U32(b[8..]),
        };
        // A listing whose size says 3 is empty; the count leaves out what stands for "." and "..".
        switch (type)
        {
            case 1:
                Read(at, b[..16]);
                folder = (new Cursor(header.DirectoryTable + U32(b), U16(b[10..])), U16(b[8..]) - 3L);
                return entry with { Type = FileType.Directory };
            case 8:
                Read(at, b[..24]);
                folder = (new Cursor(header.DirectoryTable + U32(b[8..]), U16(b[18..])), U32(b[4..]) - 3L);
                return entry with { Type = FileType.Directory };
            case 2:
                at = Read(at, b[..16]);
                content = NewContent(U32(b), U32(b[4..]), U32(b[8..]), U32(b[12..]), at);
                return entry with { Size = content.Size };
            case 9:
                at = Read(at, b[..40]);
                content = NewContent(I64(b), U32(b[28..]), U32(b[32..]), I64(b[8..]), at);
                return entry with { Size = content.Size };
            case 3 or 10:
                at = Read(at, b[..8]);
                return entry with { Type = FileType.Link, Target = Target(at, U32(b[4..])) };
            case 4 or 5 or 11 or 12:
                Read(at, b[..8]);
                var device = U32(b[4..]);
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
    }

    // Fields by their bit, in the order of the three versions. Version 1 counts its types in fives, each five for sixteen further owners.
    private FileEntry ReadInodeOld(Cursor at, FilePath path, out (Cursor Start, long Size) folder, out Content? content)
    {
        folder = default;
        content = null;
        var big = header.Big;
        var version = header.Version;
        Span<byte> b = stackalloc byte[40];
        var first = version switch { 1 => 3, 2 => 4, _ => 12 };
        var behind = Read(at, b[..first]);
        var ownerBits = version == 1 ? 4 : 8;
        int stated = (int)Bits(b, big, 0, 4), user = (int)Bits(b, big, 16, ownerBits), group = (int)Bits(b, big, 16 + ownerBits, ownerBits);
        var type = stated;
        if (version == 1)
        {
            type = stated == 0 ? 6 : (stated - 1) % 5 + 1;
            user += stated == 0 ? 0 : (stated - 1) / 5 * 16;
        }
        if (version == 1 && stated == 0)
        {
            Read(behind, b[first..(first + 1)]);
            type = (int)Bits(b, big, 24, 4);
            user = (int)Bits(b, big, 28, 4) * 16 + (int)Bits(b, big, 16, 4);
        }
        var owner = Owner(user);
        var entry = new FileEntry
        {
            Path = path,
            Type = FileType.Regular,
            Mode = (int)Bits(b, big, 4, 12),
            Owner = owner,
            Group = group == (version == 1 ? 15 : 255) ? owner : group < groups.Length ? groups[group] : 0,
            Modified = version == 3 ? (long)Bits(b, big, 32, 32) : header.Modified,
        };
        // Where what is special to the type begins: behind the number of links in version 3, which plain files lack.
        var own = version switch { 1 => 24, 2 => 32, _ => 128 };
        switch (type)
        {
            case 1:
                Read(at, b[..(version switch { 1 => 14, 2 => 15, _ => 28 })]);
                folder = (new Cursor(header.DirectoryTable + (long)(version == 3 ? Bits(b, big, 160, 32) : Bits(b, big, own + 64, 24)), (int)Bits(b, big, own + 19, 13)),
                    (long)Bits(b, big, own, 19) - (version == 3 ? 3 : 0));
                return entry with { Type = FileType.Directory, Modified = version == 3 ? entry.Modified : (long)Bits(b, big, own + 32, 32) };
            case 8 when version > 1:
                Read(at, b[..(version == 2 ? 18 : 31)]);
                folder = (new Cursor(header.DirectoryTable + (long)(version == 3 ? Bits(b, big, 168, 32) : Bits(b, big, 104, 24)), (int)Bits(b, big, own + 27, 13)),
                    (long)Bits(b, big, own, 27) - (version == 3 ? 3 : 0));
                return entry with { Type = FileType.Directory, Modified = version == 3 ? entry.Modified : (long)Bits(b, big, 72, 32) };
            case 2 when version == 1:
                at = Read(at, b[..15]);
                content = NewContent((long)Bits(b, big, 56, 32), NoFragment, 0, (long)Bits(b, big, 88, 32), at);
                return entry with { Size = content.Size, Modified = (long)Bits(b, big, 24, 32) };
            case 2 when version == 2:
                at = Read(at, b[..24]);
                content = NewContent((long)Bits(b, big, 64, 32), (uint)Bits(b, big, 96, 32), (uint)Bits(b, big, 128, 32), (long)Bits(b, big, 160, 32), at);
                return entry with { Size = content.Size, Modified = (long)Bits(b, big, 32, 32) };
            case 2:
                at = Read(at, b[..32]);
                content = NewContent((long)Bits(b, big, 96, 64), (uint)Bits(b, big, 160, 32), (uint)Bits(b, big, 192, 32), (long)Bits(b, big, 224, 32), at);
                return entry with { Size = content.Size };
            case 9 when version == 3:
                at = Read(at, b[..40]);
                content = NewContent((long)Bits(b, big, 128, 64), (uint)Bits(b, big, 192, 32), (uint)Bits(b, big, 224, 32), (long)Bits(b, big, 256, 64), at);
                return entry with { Size = content.Size };
            case 3:
                at = Read(at, b[..((own + 16) / 8)]);
                return entry with { Type = FileType.Link, Target = Target(at, (uint)Bits(b, big, own, 16)) };
            case 4 or 5:
                Read(at, b[..((own + 16) / 8)]);
                var device = (uint)Bits(b, big, own, 16);
                return entry with { Type = type == 4 ? FileType.BlockDevice : FileType.CharacterDevice, DeviceMajor = device >> 8, DeviceMinor = device & 0xff };
            case 6:
                return entry with { Type = FileType.Pipe };
            case 7:
                return entry with { Type = FileType.Socket };
            default:
                throw new UnreadableException($"an inode type of version {version}", $"{type}", at.Block);
        }
    }

    private byte[] Target(Cursor at, uint length)
    {
        if (length > 65536) throw new UnreadableException("a link target of at most 65536 bytes", $"{length}", at.Block);
        var target = new byte[length];
        Read(at, target);
        return target;
    }

    private uint Owner(int index) => index < owners.Length ? owners[index] : 0;

    /// <param name="once">Whether the first name is enough.</param>
    /// <exception cref="UnreadableException">Names before the damage were given.</exception>
    private void List((Cursor Start, long Size) listing, Action<byte[], ulong> child, bool once = false)
    {
        var (headerSize, entrySize) = header.Version switch { 4 => (12, 8), 3 => (9, 5), _ => (4, 3) };
        var left = listing.Size;
        var at = listing.Start;
        Span<byte> b = stackalloc byte[12];
        while (left > 0)
        {
            if (left < headerSize) throw new UnreadableException($"a directory header of {headerSize} bytes", $"{left} bytes of listing left", at.Block);
            at = Read(at, b[..headerSize]);
            left -= headerSize;
            var count = (header.Version == 4 ? U32(b) : b[0]) + 1L;
            ulong block = header.Version switch { 4 => U32(b[4..]), 3 => Bits(b, header.Big, 8, 32), _ => Bits(b, header.Big, 8, 24) };
            if (count > 256) throw new UnreadableException("at most 256 entries behind a directory header", $"{count}", at.Block);
            for (; count > 0; count--)
            {
                at = Read(at, b[..entrySize]);
                var offset = header.Version == 4 ? U16(b) : Bits(b, header.Big, 0, 13);
                var length = (header.Version == 4 ? U16(b[6..]) : b[2]) + 1;
                left -= entrySize + length;
                if (length > 256 || left < 0) throw new UnreadableException("a name of at most 256 bytes inside its listing", $"{length} bytes", at.Block);
                var name = new byte[length];
                at = Read(at, name);
                if (once && name.AsSpan().IndexOfAny((byte)'/', (byte)0) >= 0) throw new UnreadableException("a name without slash and zero", FilePath.Escape(name), at.Block);
                child(name, block << 16 | offset);
                if (once) return;
            }
        }
    }

    private void ReadOwners()
    {
        try
        {
            if (header.Version < 4)
            {
                owners = Numbers(header.OwnerTable, header.Owners);
                groups = Numbers(header.GroupTable, header.Groups);
                return;
            }
            owners = new uint[header.Owners];
            for (var i = 0; i < owners.Length; i += MetadataSize / 4)
            {
                var bytes = new byte[4 * Math.Min(owners.Length - i, MetadataSize / 4)];
                Read(new Cursor(TablePointer(header.OwnerTable, i / (MetadataSize / 4)), 0), bytes);
                for (var k = 0; k < bytes.Length / 4; k++) owners[i + k] = U32(bytes.AsSpan(4 * k));
            }
        }
        catch (UnreadableException unreadable)
        {
            Lose(unreadable);
        }
    }

    private uint[] Numbers(long at, int count)
    {
        if (at > image.Length - 4L * count) throw new UnreadableException($"a table of {count} owners inside the image", "its end", at);
        var numbers = new uint[count];
        for (var i = 0; i < count; i++) numbers[i] = U32(image.Span[(int)(at + 4 * i)..]);
        return numbers;
    }

    // Version 2 has pointers of 32 bits.
    private long TablePointer(long table, long index)
    {
        var size = header.Version == 2 ? 4 : 8;
        var at = table + size * index;
        if (at < 0 || at > image.Length - size) throw new UnreadableException($"a table pointer of {size} bytes", "the end of the image", Math.Max(0, at));
        return size == 4 ? U32(image.Span[(int)at..]) : I64(image.Span[(int)at..]);
    }

    private (long Start, uint Size) FragmentEntry(uint index)
    {
        if (index >= header.Fragments || header.FragmentTable < 0) throw new UnreadableException($"a fragment below {header.Fragments}", $"{index}", Math.Max(0, header.FragmentTable));
        var each = header.Version == 2 ? 8 : 16;
        var inBlock = MetadataSize / each;
        Span<byte> entry = stackalloc byte[16];
        Read(new Cursor(TablePointer(header.FragmentTable, index / inBlock), (int)(index % inBlock) * each), entry[..each]);
        return header.Version == 2 ? (U32(entry), U32(entry[4..])) : (I64(entry), U32(entry[8..]));
    }

    /// <summary>The sizes of a file's blocks, in the shape of version 4.</summary>
    private uint[] BlockList(Content content)
    {
        var sizes = new uint[content.Blocks];
        var each = header.Version == 1 ? 2 : 4;
        var bytes = new byte[each * sizes.Length];
        Read(content.BlockList, bytes);
        for (var i = 0; i < sizes.Length; i++)
        {
            if (each == 4)
            {
                sizes[i] = U32(bytes.AsSpan(4 * i));
                continue;
            }
            // Its highest bit says that a block is stored; alone it is the size of the largest one.
            var word = U16(bytes.AsSpan(2 * i));
            sizes[i] = (word & 0x8000) == 0 ? word : CompressedBit | (uint)((word & 0x7fff) == 0 ? 0x8000 : word & 0x7fff);
        }
        return sizes;
    }
}
