using System.Buffers.Binary;
using System.Globalization;
using System.Numerics;
using System.Text;
using Assay.Evidence.Files;
using Assay.Evidence.Reading;

namespace Assay.Firmware.FileSystems;

/// <summary>
/// FAT12, FAT16 and FAT32 (ECMA-107; Microsoft FAT Specification, 2005) with long names: a boot sector, tables of chains of clusters, folders of
/// entries of 32 bytes. Deleted entries are left out. Modes and owners are not kept; times are local to the writer and taken as UTC.
/// </summary>
internal sealed class Fat : FlatFileSystem
{
    internal static readonly Format AsFormat = new()
    {
        Kind = "fat",
        Title = "FAT",
        Group = FormatGroup.FileSystem,
        Source = "Microsoft FAT Specification (2005), ECMA-107",
        Proof = "`mkfs.fat`, mtools, samples",
        Limits = "short names beyond ASCII are shown as bytes; what was deleted is left out",
        Signatures = [new([0x55, 0xaa], 510)],
        Recognise = bytes => IsHeader(bytes) ? new("fat", 0) : null,
        Open = opening =>
        {
            var files = Open(opening.Bytes, opening.Place, opening.Budget);
            return opening.FileSystem(files, $"FAT{files.Bits}{(files.Label is { } label ? $", named {label}" : "")}");
        },
    };

    internal const int HeaderSize = 512;
    private const int EntrySize = 32;
    private const ulong Root = 0;
    private const int LongestFolder = 65536 * EntrySize;
    private const int LongName = 0x0f, VolumeLabel = 0x08, Directory = 0x10;
    private readonly Boot boot;

    private sealed record Boot
    {
        internal required int SectorSize { get; init; }
        internal required int ClusterSize { get; init; }
        internal required long TableStart { get; init; }
        internal required long TableSize { get; init; }
        internal required int RootEntries { get; init; }
        internal required long RootStart { get; init; }
        internal required long DataStart { get; init; }
        internal required long Size { get; init; }
        internal required uint Clusters { get; init; }
        /// <summary>Bits of a number in the table: 12, 16 or 32.</summary>
        internal required int Bits { get; init; }
        internal required uint RootCluster { get; init; }
    }

    private sealed record FatNode(ulong Number, FileEntry Entry, long Start, uint Cluster) : Node(Number, Entry, Start);

    private Fat(ReadOnlyMemory<byte> image, Boot boot, Place place, Budget budget) : base(image, place, budget) => this.boot = boot;

    public override string Format => "fat";
    /// <summary>12, 16 or 32.</summary>
    internal int Bits => boot.Bits;
    /// <summary>The label in the root folder; null when there is none.</summary>
    internal string? Label { get; private set; }
    internal override long Length => Math.Min(boot.Size, Image.Length);

    /// <summary>A boot sector whose numbers agree with one another, and a table that begins with the medium it names.</summary>
    internal static bool IsHeader(ReadOnlySpan<byte> bytes) => Parse(bytes) is not null;

    /// <summary>Whether this is exFAT, which is another format and is not read.</summary>
    internal static bool IsExFat(ReadOnlySpan<byte> bytes) =>
        bytes.Length >= HeaderSize && bytes[3..].StartsWith("EXFAT   "u8) && !bytes[11..64].ContainsAnyExcept((byte)0) && bytes[510] == 0x55 && bytes[511] == 0xaa;

    private static Boot? Parse(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < HeaderSize || bytes[0] is not (0xeb or 0xe9) || bytes[510] != 0x55 || bytes[511] != 0xaa) return null;
        static ushort U16(ReadOnlySpan<byte> b, int at) => BinaryPrimitives.ReadUInt16LittleEndian(b[at..]);
        static uint U32(ReadOnlySpan<byte> b, int at) => BinaryPrimitives.ReadUInt32LittleEndian(b[at..]);
        int sector = U16(bytes, 11), perCluster = bytes[13], reserved = U16(bytes, 14), tables = bytes[16], rootEntries = U16(bytes, 17);
        if (sector is < 512 or > 4096 || !BitOperations.IsPow2(sector) || perCluster == 0 || !BitOperations.IsPow2(perCluster) || reserved == 0 || tables is < 1 or > 2) return null;
        if (bytes[21] is not (0xf0 or >= 0xf8) || rootEntries * EntrySize % sector != 0) return null;
        long sectors = U16(bytes, 19) != 0 ? U16(bytes, 19) : U32(bytes, 32);
        var isLarge = U16(bytes, 22) == 0;
        long tableSectors = isLarge ? U32(bytes, 36) : U16(bytes, 22);
        var rootSectors = rootEntries * EntrySize / sector;
        var first = reserved + tables * tableSectors + rootSectors;
        if (tableSectors == 0 || sectors <= first || isLarge == (rootEntries != 0)) return null;
        var clusters = (sectors - first) / perCluster;
        if (clusters is 0 or > 0x0ffffff5) return null;
        var bits = isLarge ? 32 : clusters <= 4084 ? 12 : 16;
        if (bits == 16 && clusters > 65524 || tableSectors * sector * 8L < (clusters + 2) * bits) return null;
        // The first number of the table repeats the medium, the second is all ones but for flags of the last use.
        var table = reserved * (long)sector;
        if (table + 4 > bytes.Length || bytes[(int)table] != bytes[21] || bytes[(int)table + 1] != 0xff) return null;
        return new Boot
        {
            SectorSize = sector,
            ClusterSize = sector * perCluster,
            TableStart = table,
            TableSize = tableSectors * sector,
            RootEntries = rootEntries,
            RootStart = (reserved + tables * tableSectors) * sector,
            DataStart = first * sector,
            Size = sectors * sector,
            Clusters = (uint)clusters,
            Bits = bits,
            RootCluster = isLarge ? U32(bytes, 44) : 0,
        };
    }

    /// <exception cref="UnreadableException">No boot sector.</exception>
    internal static Fat Open(ReadOnlyMemory<byte> bytes, Place place, Budget budget)
    {
        var boot = Parse(bytes.Span) ?? throw new UnreadableException("a FAT boot sector", "another", 0);
        var fat = new Fat(bytes[..(int)Math.Min(bytes.Length, boot.Size)], boot, place, budget);
        if (boot.Size > bytes.Length) fat.Lose($"{boot.Size} bytes of FAT", $"{bytes.Length} to the end", bytes.Length);
        fat.Walk(Root);
        return fat;
    }

    // A file's number is the offset of its entry; the root has none.
    protected override Node ReadNode(ulong number, FilePath path)
    {
        if (number == Root) return new FatNode(Root, new FileEntry { Path = path, Type = FileType.Directory, Mode = -1 }, boot.RootStart, boot.RootCluster);
        var entry = At((long)number, EntrySize, "a folder entry");
        var cluster = BinaryPrimitives.ReadUInt16LittleEndian(entry[26..]) | (boot.Bits == 32 ? (uint)BinaryPrimitives.ReadUInt16LittleEndian(entry[20..]) << 16 : 0);
        var isFolder = (entry[11] & Directory) != 0;
        var file = new FileEntry
        {
            Path = path,
            Type = isFolder ? FileType.Directory : FileType.Regular,
            Mode = -1,
            Modified = Time(BinaryPrimitives.ReadUInt16LittleEndian(entry[24..]), BinaryPrimitives.ReadUInt16LittleEndian(entry[22..])),
            Size = isFolder ? 0 : BinaryPrimitives.ReadUInt32LittleEndian(entry[28..]),
        };
        return new FatNode(number, file, IsCluster(cluster) ? Offset(cluster) : 0, cluster);
    }

    private static long Time(int date, int time)
    {
        int year = 1980 + (date >> 9), month = date >> 5 & 15, day = date & 31;
        if (month is < 1 or > 12 || day < 1 || day > DateTime.DaysInMonth(year, month)) return 0;
        return new DateTimeOffset(year, month, day, 0, 0, 0, TimeSpan.Zero).ToUnixTimeSeconds() + (time >> 11) * 3600 + (time >> 5 & 63) * 60 + (time & 31) * 2;
    }

    protected override void List(Node folder, Action<ReadOnlySpan<byte>, ulong> child)
    {
        var node = (FatNode)folder;
        var name = new LongNameParts();
        if (folder.Number == Root && boot.Bits != 32)
        {
            ReadEntries(boot.RootStart, boot.RootEntries, isRoot: true, ref name, child);
            return;
        }
        var bytes = 0L;
        foreach (var cluster in Chain(node.Cluster))
        {
            Budget.SpendBytes(boot.ClusterSize);
            if ((bytes += boot.ClusterSize) > LongestFolder) throw new UnreadableException($"a folder of at most {LongestFolder} bytes", "a longer one", Offset(cluster));
            if (!ReadEntries(Offset(cluster), boot.ClusterSize / EntrySize, folder.Number == Root, ref name, child)) return;
        }
    }

    /// <returns>Whether the folder goes on.</returns>
    private bool ReadEntries(long at, int count, bool isRoot, ref LongNameParts name, Action<ReadOnlySpan<byte>, ulong> child)
    {
        for (var i = 0; i < count; i++, at += EntrySize)
        {
            var entry = At(at, EntrySize, "a folder entry");
            if (entry[0] == 0) return false;
            int attributes = entry[11];
            if (entry[0] == 0xe5)
            {
                name.Clear();
                continue;
            }
            if ((attributes & 0x3f) == LongName)
            {
                name.Add(entry);
                continue;
            }
            if ((attributes & VolumeLabel) != 0)
            {
                if (isRoot) Label = FilePath.Escape(entry[..11].TrimEnd((byte)' '));
                name.Clear();
                continue;
            }
            var found = name.For(entry) ?? ShortName(entry);
            name.Clear();
            if (found.AsSpan().SequenceEqual("."u8) || found.AsSpan().SequenceEqual(".."u8)) continue;
            child(found, (ulong)at);
        }
        return true;
    }

    // Eight and three, filled with spaces; two flags say that a part is in small letters.
    private static byte[] ShortName(ReadOnlySpan<byte> entry)
    {
        var stem = entry[..8].TrimEnd((byte)' ').ToArray();
        var extension = entry.Slice(8, 3).TrimEnd((byte)' ').ToArray();
        if (stem.Length > 0 && stem[0] == 0x05) stem[0] = 0xe5;
        if ((entry[12] & 0x08) != 0) Lower(stem);
        if ((entry[12] & 0x10) != 0) Lower(extension);
        return extension.Length == 0 ? stem : [.. stem, (byte)'.', .. extension];

        static void Lower(byte[] part)
        {
            for (var i = 0; i < part.Length; i++)
            {
                if (part[i] is >= (byte)'A' and <= (byte)'Z') part[i] |= 0x20;
            }
        }
    }

    /// <summary>The entries before a file's own that hold its long name, the last part first; they count only when all are there and their sum is that of the short name.</summary>
    private struct LongNameParts
    {
        private const int Characters = 13;
        private char[]? text;
        private int parts, next;
        private byte sum;

        internal void Clear() => next = parts = 0;

        internal void Add(ReadOnlySpan<byte> entry)
        {
            int order = entry[0] & 0x3f;
            if ((entry[0] & 0x40) != 0 && order is > 0 and <= 20)
            {
                text ??= new char[20 * Characters];
                parts = next = order;
                sum = entry[13];
            }
            else if (next < 2 || order != next - 1 || entry[13] != sum)
            {
                Clear();
                return;
            }
            next = order;
            for (var i = 0; i < Characters; i++)
            {
                var at = i < 5 ? 1 + 2 * i : i < 11 ? 14 + 2 * (i - 5) : 28 + 2 * (i - 11);
                text![(order - 1) * Characters + i] = (char)BinaryPrimitives.ReadUInt16LittleEndian(entry[at..]);
            }
        }

        internal readonly byte[]? For(ReadOnlySpan<byte> entry)
        {
            if (next != 1 || parts == 0) return null;
            byte computed = 0;
            foreach (var b in entry[..11]) computed = (byte)((computed >> 1 | computed << 7) + b);
            if (computed != sum) return null;
            var name = text.AsSpan(0, parts * Characters);
            var end = name.IndexOf('\0');
            return Encoding.UTF8.GetBytes(name[..(end < 0 ? name.Length : end)].ToArray());
        }
    }

    private bool IsCluster(uint number) => number >= 2 && number - 2 < boot.Clusters;
    private long Offset(uint cluster) => boot.DataStart + (cluster - 2L) * boot.ClusterSize;

    /// <summary>The clusters of a chain, in its order.</summary>
    /// <exception cref="UnreadableException">It leaves the data, or comes back to itself.</exception>
    private IEnumerable<uint> Chain(uint cluster)
    {
        // Brent: a second place that waits at each power of two meets the first in every loop.
        uint waiting = 0;
        long steps = 0, power = 1;
        while (!IsEnd(cluster))
        {
            if (!IsCluster(cluster)) throw new UnreadableException($"a cluster from 2 to {boot.Clusters + 1}", string.Create(CultureInfo.InvariantCulture, $"{cluster}"), boot.TableStart);
            if (cluster == waiting) throw new UnreadableException("a chain of clusters with an end", $"one that leads back to {cluster}", Offset(cluster));
            if (++steps == power)
            {
                waiting = cluster;
                power *= 2;
            }
            yield return cluster;
            cluster = Next(cluster);
        }
    }

    private bool IsEnd(uint cluster) => boot.Bits switch { 12 => cluster is >= 0xff8 and <= 0xfff, 16 => cluster is >= 0xfff8 and <= 0xffff, _ => cluster >= 0x0ffffff8 };

    private uint Next(uint cluster)
    {
        switch (boot.Bits)
        {
            case 12:
                var pair = BinaryPrimitives.ReadUInt16LittleEndian(At(boot.TableStart + cluster * 3L / 2, 2, "the table"));
                return (uint)((cluster & 1) != 0 ? pair >> 4 : pair & 0xfff);
            case 16:
                return BinaryPrimitives.ReadUInt16LittleEndian(At(boot.TableStart + cluster * 2L, 2, "the table"));
            default:
                return BinaryPrimitives.ReadUInt32LittleEndian(At(boot.TableStart + cluster * 4L, 4, "the table")) & 0x0fffffff;
        }
    }

    protected override void Fill(Node file, ArraySegment<byte> content)
    {
        Span<byte> target = content;
        var written = 0;
        foreach (var cluster in Chain(((FatNode)file).Cluster))
        {
            var part = target[written..Math.Min(target.Length, written + boot.ClusterSize)];
            At(Offset(cluster), part.Length, "content").CopyTo(part);
            if ((written += part.Length) == target.Length) return;
        }
        throw new UnreadableException($"a chain for {target.Length} bytes", $"one for {written}", file.Start);
    }

    protected override ReadOnlyMemory<byte>? InPlace(Node file)
    {
        var size = file.Entry.Size;
        var expected = ((FatNode)file).Cluster;
        foreach (var cluster in Chain(expected))
        {
            if (cluster != expected) return null;
            expected++;
            if ((size -= boot.ClusterSize) <= 0) return Piece(file.Start, file.Entry.Size, "content");
        }
        return null;
    }
}
