using System.Buffers.Binary;
using System.Text;
using Assay.Evidence;
using Assay.Evidence.Compression;
using Assay.Evidence.Files;
using Assay.Evidence.Reading;

namespace Assay.Firmware.Containers;

/// <summary>One logical erase block: a run of the image, which is not copied.</summary>
/// <param name="Start">Bytes from the start of what the blocks were found in; -1 where nothing is mapped.</param>
internal readonly record struct LogicalBlock(ReadOnlyMemory<byte> Bytes, long Start)
{
    internal static readonly LogicalBlock Unmapped = new(default, -1);
}

/// <summary>The logical erase blocks of a volume by number; where none is mapped, flash reads as ones.</summary>
internal sealed class LogicalBlocks
{
    private readonly Dictionary<int, LogicalBlock> blocks = [];

    /// <summary>Bytes of each block.</summary>
    internal required int Size { get; init; }
    /// <summary>The highest number that is mapped, and one.</summary>
    internal int Count { get; private set; }
    internal IEnumerable<int> Numbers => blocks.Keys.Order();

    internal LogicalBlock this[int number]
    {
        get => blocks.TryGetValue(number, out var block) ? block : LogicalBlock.Unmapped;
        set
        {
            blocks[number] = value;
            Count = Math.Max(Count, number + 1);
        }
    }

    /// <summary>A region whose blocks lie one behind another, as mkfs.ubifs writes it.</summary>
    internal static LogicalBlocks Of(ReadOnlyMemory<byte> region, int size)
    {
        var all = new LogicalBlocks { Size = size };
        for (long at = 0; at < region.Length; at += size) all[(int)(at / size)] = new LogicalBlock(region.Slice((int)at, (int)Math.Min(size, region.Length - at)), at);
        return all;
    }
}

/// <summary>One volume of UBI.</summary>
internal sealed class UbiVolume
{
    internal required uint Id { get; init; }
    /// <summary>From the volume table; <c>volume 0</c> where that is lost.</summary>
    internal required string Name { get; init; }
    internal required bool IsStatic { get; init; }
    internal required LogicalBlocks Blocks { get; init; }
    /// <summary>Bytes of a static volume's content, or of all blocks up to the last that is mapped.</summary>
    internal required long Size { get; init; }

    /// <summary>The content in one run, ones where nothing is mapped: for what is no UBIFS.</summary>
    /// <exception cref="BudgetException"/>
    internal ReadOnlyMemory<byte> Content(Budget budget)
    {
        if (Size > budget.FileBytes) throw new BudgetException("file", budget.FileBytes);
        budget.SpendBytes(Size);
        var content = new byte[Size];
        content.AsSpan().Fill(0xff);
        foreach (var number in Blocks.Numbers)
        {
            var at = (long)number * Blocks.Size;
            var bytes = Blocks[number].Bytes.Span;
            if (at < Size) bytes[..(int)Math.Min(bytes.Length, Size - at)].CopyTo(content.AsSpan((int)at));
        }
        return content;
    }
}

/// <summary>
/// UBI (linux/drivers/mtd/ubi/ubi-media.h): erase blocks of raw flash, each with an erase counter header and, when it is used, a header that says of which
/// volume and which logical block it is; of several the one with the highest sequence number wins. The size of the blocks is found by the distance of
/// their headers.
/// </summary>
/// <remarks>Limits: fastmap volumes are not needed and left alone; a copy that was under way counts when its data have the sum that its header states.</remarks>
internal sealed class Ubi
{
    internal static readonly Format Format = new()
    {
        Kind = "ubi",
        Title = "UBI",
        Group = FormatGroup.Container,
        Source = "linux/drivers/mtd/ubi/ubi-media.h",
        Proof = "ubinize (mtd-utils)",
        Limits = "fastmap volumes are passed over",
        Signatures = [new("UBI#"u8.ToArray())],
        Recognise = bytes => IsHeader(bytes) ? new("ubi", 0) : null,
        Open = OpenPart,
    };

    internal const int HeaderSize = 64;
    private const uint TableVolume = 0x7fffefff;
    private const int TableRecord = 172;
    private const int MostVolumes = 128;
    private const int MostBlocks = 1 << 20;
    private const int LongestGap = 32;

    private readonly ReadOnlyMemory<byte> image;
    private readonly Place place;
    private readonly List<Loss> losses = [];
    private readonly int headerAt, dataAt;

    private readonly record struct Copy(long Sequence, int At, int Length, uint DataSize, uint DataSum, bool IsCopy);

    private sealed class Found
    {
        internal readonly Dictionary<int, List<Copy>> Blocks = [];
        internal bool IsStatic;
        internal int UsedBlocks, Padding;
    }

    private Ubi(ReadOnlyMemory<byte> image, Place place)
    {
        this.image = image;
        this.place = place;
        headerAt = (int)BinaryPrimitives.ReadUInt32BigEndian(image.Span[16..]);
        dataAt = (int)BinaryPrimitives.ReadUInt32BigEndian(image.Span[20..]);
    }

    /// <summary>Bytes of an erase block, its headers included.</summary>
    internal int BlockSize { get; private set; }
    /// <summary>Bytes to the end of the last erase block.</summary>
    internal long Length { get; private set; }
    /// <summary>Ordered by number.</summary>
    internal IReadOnlyList<UbiVolume> Volumes { get; private set; } = [];
    internal IReadOnlyList<Loss> Losses => losses;

    /// <summary>Whether an erase counter header begins here: magic, version, sum, and offsets that leave room for the other header.</summary>
    internal static bool IsHeader(ReadOnlySpan<byte> bytes)
    {
        if (!IsCounter(bytes)) return false;
        uint header = BinaryPrimitives.ReadUInt32BigEndian(bytes[16..]), data = BinaryPrimitives.ReadUInt32BigEndian(bytes[20..]);
        return header >= HeaderSize && data >= header + HeaderSize && data <= 1 << 20;
    }

    private static bool IsCounter(ReadOnlySpan<byte> b) =>
        b.Length >= HeaderSize && b.StartsWith("UBI#"u8) && b[4] == 1 && ~Crc32.Of(b[..60]) == BinaryPrimitives.ReadUInt32BigEndian(b[60..]);

    private static bool IsVolumeHeader(ReadOnlySpan<byte> b) =>
        b.Length >= HeaderSize && b.StartsWith("UBI!"u8) && b[4] == 1 && ~Crc32.Of(b[..60]) == BinaryPrimitives.ReadUInt32BigEndian(b[60..]);

    /// <param name="bytes">From the first header on, as far as there are bytes.</param>
    /// <exception cref="UnreadableException">No header.</exception>
    internal static Ubi Open(ReadOnlyMemory<byte> bytes, Place place)
    {
        if (!IsHeader(bytes.Span)) throw new UnreadableException("an erase counter header of UBI", "none", 0);
        var ubi = new Ubi(bytes, place);
        ubi.BlockSize = ubi.MeasureBlock();
        ubi.ReadVolumes(ubi.ReadBlocks());
        return ubi;
    }

    private static Part OpenPart(Opening opening)
    {
        var ubi = Open(opening.Bytes, opening.Place);
        var losses = ubi.Losses.ToList();
        var volumes = ubi.Volumes.Where(v => v.Blocks.Count > 0).Select(v => ubi.VolumePart(v, opening, losses)).OrderBy(p => p.Offset).ToList();
        return opening.Part(volumes, losses, length: ubi.Length, note: $"erase blocks of {ubi.BlockSize / 1024} KiB");
    }

    // A volume begins where its first block lies; the others lie anywhere.
    private Part VolumePart(UbiVolume volume, Opening opening, List<Loss> losses)
    {
        var start = volume.Blocks[volume.Blocks.Numbers.First()].Start;
        var length = (int)Math.Min((long)volume.Blocks.Numbers.Count() * BlockSize, Length - start);
        var isUbiFs = FileSystems.UbiFs.IsVolume(volume.Blocks);
        var kind = isUbiFs ? "ubifs" : "volume";
        var path = $"{opening.Path}/@0x{start:x}-{kind}";
        var note = $"volume {volume.Name}{(volume.IsStatic ? ", static" : "")}";
        var files = isUbiFs ? FileSystems.UbiFs.Open(volume.Blocks, opening.Place, opening.Budget) : null;
        ReadOnlyMemory<byte>? content = null;
        if (!isUbiFs)
        {
            try
            {
                content = volume.Content(opening.Budget);
                opening.Image.Hold((int)volume.Size);
            }
            catch (BudgetException spent)
            {
                losses.Add(opening.Place.Loss(start, $"the content of {note} within the budget", spent.Message));
            }
        }
        return new Part
        {
            Offset = start,
            Length = length,
            Kind = kind,
            Path = path,
            Bytes = image.Slice((int)start, length),
            FileSystem = files,
            Content = content,
            Children = content is { } held ? opening.Image.Inside(held, path, opening.Depth + 1) : [],
            Note = files is null ? note : $"{note}, {files.Entries.Count} entries{(files.IsAuthenticated ? ", signed: the signature was not checked" : "")}",
            IsRead = files is null ? content is not null : files.Entries.Count > 0 || files.Losses.Count == 0,
        };
    }

    // The distance that most neighbouring headers have; headers stand at multiples of the smallest page.
    private int MeasureBlock()
    {
        const int SmallestPage = 512;
        var distances = new Dictionary<int, int>();
        var previous = 0;
        for (int at = 1, found = 0; at < image.Length && found < 64; at++)
        {
            var skip = image.Span[at..].IndexOf("UBI#"u8);
            if (skip < 0) break;
            at += skip;
            if (at % SmallestPage != 0 || !IsCounter(image.Span[at..])) continue;
            distances[at - previous] = distances.GetValueOrDefault(at - previous) + 1;
            previous = at;
            found++;
        }
        var size = distances.Count == 0 ? Math.Min(image.Length, 4 << 20) : distances.OrderByDescending(d => d.Value).ThenBy(d => d.Key).First().Key;
        return Math.Max(size, Math.Min(image.Length, dataAt + SmallestPage));
    }

    private SortedDictionary<uint, Found> ReadBlocks()
    {
        var volumes = new SortedDictionary<uint, Found>();
        var series = BinaryPrimitives.ReadUInt32BigEndian(image.Span[24..]);
        // Blocks without a good header belong to the image only when a good one follows.
        var doubtful = new List<Loss>();
        var gap = 0;
        for (long start = 0; start <= image.Length - HeaderSize && gap <= LongestGap; start += BlockSize)
        {
            var at = (int)start;
            var block = image.Span.Slice(at, Math.Min(BlockSize, image.Length - at));
            var isCounted = IsCounter(block);
            if (isCounted && BinaryPrimitives.ReadUInt32BigEndian(block[24..]) is var other && other != series && other != 0 && series != 0) break;
            var header = block.Length > headerAt ? block[headerAt..] : [];
            var isUsed = IsVolumeHeader(header);
            if (!isCounted && !isUsed)
            {
                gap++;
                if (block.ContainsAnyExcept((byte)0xff)) doubtful.Add(place.Loss(at, "an erase block that begins with the headers of UBI", "other bytes"));
                continue;
            }
            gap = 0;
            losses.AddRange(doubtful);
            doubtful.Clear();
            Length = at + block.Length;
            if (!isCounted) losses.Add(place.Loss(at, "an erase counter header with the right CRC-32", "another sum or other bytes"));
            if (block.Length < BlockSize) losses.Add(place.Loss(at + block.Length, $"an erase block of {BlockSize} bytes", $"{block.Length} to the end"));
            if (isUsed) ReadBlock(at, block, header, volumes);
            else if (header.Length >= HeaderSize && header[..HeaderSize].ContainsAnyExcept((byte)0xff)) losses.Add(place.Loss(at + headerAt, "a volume header of UBI with the right CRC-32, or erased flash", "another sum or other bytes"));
        }
        return volumes;
    }

    private void ReadBlock(int at, ReadOnlySpan<byte> block, ReadOnlySpan<byte> header, SortedDictionary<uint, Found> volumes)
    {
        uint id = BinaryPrimitives.ReadUInt32BigEndian(header[8..]), number = BinaryPrimitives.ReadUInt32BigEndian(header[12..]);
        if (id >= MostVolumes && id != TableVolume) return;
        if (number >= MostBlocks)
        {
            losses.Add(place.Loss(at + headerAt + 12, $"a logical block below {MostBlocks}", $"{number}"));
            return;
        }
        if (!volumes.TryGetValue(id, out var volume)) volumes.Add(id, volume = new Found());
        volume.IsStatic = header[5] == 2;
        volume.UsedBlocks = (int)Math.Min(BinaryPrimitives.ReadUInt32BigEndian(header[24..]), MostBlocks);
        volume.Padding = (int)Math.Min(BinaryPrimitives.ReadUInt32BigEndian(header[28..]), (uint)Math.Max(0, BlockSize - dataAt - 1));
        if (!volume.Blocks.TryGetValue((int)number, out var copies)) volume.Blocks.Add((int)number, copies = []);
        copies.Add(new Copy(BinaryPrimitives.ReadInt64BigEndian(header[40..]), at, block.Length, BinaryPrimitives.ReadUInt32BigEndian(header[20..]),
            BinaryPrimitives.ReadUInt32BigEndian(header[32..]), header[6] != 0));
    }

    private void ReadVolumes(SortedDictionary<uint, Found> found)
    {
        var names = new Dictionary<uint, string>();
        if (found.Remove(TableVolume, out var table)) ReadTable(Blocks(table, 0, isStatic: false), names);
        var volumes = new List<UbiVolume>();
        foreach (var (id, volume) in found)
        {
            if (!names.TryGetValue(id, out var name))
            {
                name = $"volume {id}";
                losses.Add(place.Loss(0, $"volume {id} in the volume table", "no record of it"));
            }
            var blocks = Blocks(volume, id, volume.IsStatic);
            long size = (long)blocks.Count * blocks.Size;
            if (volume.IsStatic)
            {
                var missing = volume.UsedBlocks - blocks.Numbers.Count(n => n < volume.UsedBlocks);
                if (missing > 0) losses.Add(place.Loss(0, $"{volume.UsedBlocks} blocks of the static volume {name}", $"{missing} of them missing"));
                size = blocks.Count == 0 ? 0 : (long)(blocks.Count - 1) * blocks.Size + Math.Min(Newest(volume.Blocks[blocks.Count - 1]).DataSize, (uint)blocks.Size);
            }
            volumes.Add(new UbiVolume { Id = id, Name = name, IsStatic = volume.IsStatic, Blocks = blocks, Size = size });
        }
        Volumes = volumes;
    }

    private LogicalBlocks Blocks(Found volume, uint id, bool isStatic)
    {
        var blocks = new LogicalBlocks { Size = Math.Max(1, BlockSize - dataAt - volume.Padding) };
        foreach (var (number, copies) in volume.Blocks.OrderBy(b => b.Key))
        {
            var chosen = Newest(copies);
            var data = Data(chosen, blocks.Size);
            if (isStatic && (chosen.DataSize > data.Length || ~Crc32.Of(data.Span[..(int)chosen.DataSize]) != chosen.DataSum))
            {
                losses.Add(place.Loss(chosen.At + dataAt, $"block {number} of static volume {id} with CRC-32 {chosen.DataSum:x8}", "another sum"));
            }
            blocks[number] = new LogicalBlock(data, chosen.At + dataAt);
        }
        return blocks;
    }

    // A copy that wear levelling had not finished has a sum that its data do not have: then the older one counts.
    private Copy Newest(List<Copy> copies)
    {
        copies.Sort((a, b) => a.Sequence != b.Sequence ? b.Sequence.CompareTo(a.Sequence) : a.At.CompareTo(b.At));
        foreach (var copy in copies)
        {
            if (!copy.IsCopy || copies.Count == 1) return copy;
            var data = Data(copy, BlockSize - dataAt).Span;
            if (copy.DataSize <= data.Length && ~Crc32.Of(data[..(int)copy.DataSize]) == copy.DataSum) return copy;
        }
        return copies[0];
    }

    private ReadOnlyMemory<byte> Data(Copy copy, int size) =>
        copy.Length <= dataAt ? default : image.Slice(copy.At + dataAt, Math.Min(size, copy.Length - dataAt));

    // Two copies of one table; the first record whose sum is right gives the name.
    private void ReadTable(LogicalBlocks table, Dictionary<uint, string> names)
    {
        var damaged = 0;
        foreach (var number in table.Numbers)
        {
            var block = table[number];
            for (uint id = 0; id < MostVolumes && (id + 1) * TableRecord <= block.Bytes.Length; id++)
            {
                var record = block.Bytes.Span.Slice((int)id * TableRecord, TableRecord);
                if (~Crc32.Of(record[..168]) != BinaryPrimitives.ReadUInt32BigEndian(record[168..]))
                {
                    damaged++;
                    continue;
                }
                var length = BinaryPrimitives.ReadUInt16BigEndian(record[14..]);
                if (BinaryPrimitives.ReadUInt32BigEndian(record) == 0 || length is 0 or > 127 || names.ContainsKey(id)) continue;
                names.Add(id, FilePath.Escape(record.Slice(16, length)));
                if (record[13] != 0) losses.Add(place.Loss(block.Start + id * TableRecord + 13, "a volume that was written whole", $"{names[id]}, whose update was interrupted"));
            }
        }
        if (damaged > 0) losses.Add(place.Loss(table[table.Numbers.First()].Start, "volume table records with the right CRC-32", $"{damaged} with another"));
    }
}
