using System.Buffers.Binary;
using Assay.Evidence.Files;
using Assay.Evidence.Reading;

namespace Assay.Firmware.FileSystems;

/// <summary>
/// romfs (linux/Documentation/filesystems/romfs.rst): a volume header, then headers of files that lead to the next one in their folder, each with its
/// content behind its name. Big endian, nothing compressed. Modes, owners and times are not kept, but for "executable".
/// </summary>
internal sealed class RomFs : FlatFileSystem
{
    internal static readonly Format AsFormat = new()
    {
        Kind = "romfs",
        Title = "romfs",
        Group = FormatGroup.FileSystem,
        Source = "linux/Documentation/filesystems/romfs.rst",
        Proof = "`genromfs`, samples",
        Limits = "that a file is executable is not shown",
        Signatures = [new("-rom1fs-"u8.ToArray())],
        Recognise = bytes => IsHeader(bytes) ? new("romfs", 0) : null,
        Open = opening => opening.FileSystem(Open(opening.Bytes, opening.Place, opening.Budget)),
    };

    private const int HeaderSize = 16;
    private const int CheckedBytes = 512;
    private const int LongestName = 4096;
    private const int LongestTarget = 65536;
    private const int MostHops = 16;
    private const int ToldSums = 1000;
    private readonly long size;
    private readonly ulong first;
    private int wrongSums;

    private sealed record RomNode(ulong Number, FileEntry Entry, long Start, uint Info) : Node(Number, Entry, Start);

    private RomFs(ReadOnlyMemory<byte> image, long size, ulong first, Place place, Budget budget) : base(image, place, budget)
    {
        this.size = size;
        this.first = first;
    }

    public override string Format => "romfs";

    /// <summary>The size that the header states, and the zeros up to the next KiB that writers pad with.</summary>
    internal override long Length
    {
        get
        {
            var used = (int)Math.Min(size, Image.Length);
            var padded = Math.Min(used + 1023 & ~1023, Image.Length);
            return Image.Span[used..padded].ContainsAnyExcept((byte)0) ? used : padded;
        }
    }

    /// <summary>Magic, a size, a volume name that ends, and the sum of the first 512 bytes as far as they are there.</summary>
    internal static bool IsHeader(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < 2 * HeaderSize || !bytes.StartsWith("-rom1fs-"u8)) return false;
        var size = BinaryPrimitives.ReadUInt32BigEndian(bytes[8..]);
        if (size < 2 * HeaderSize || Name(bytes, HeaderSize) is null) return false;
        return bytes.Length < Math.Min(CheckedBytes, size) || Sum(bytes[..(int)(Math.Min(CheckedBytes, size) & ~3u)]) == 0;
    }

    private static uint Sum(ReadOnlySpan<byte> bytes)
    {
        uint sum = 0;
        for (var at = 0; at + 4 <= bytes.Length; at += 4) sum += BinaryPrimitives.ReadUInt32BigEndian(bytes[at..]);
        return sum;
    }

    // A name is filled with zeros to a multiple of 16, one at least. Its length, and its place with the padding.
    private static (int Length, int Padded)? Name(ReadOnlySpan<byte> bytes, int at)
    {
        var length = bytes[at..Math.Min(bytes.Length, at + LongestName)].IndexOf((byte)0);
        return length < 0 ? null : (length, length + 16 & ~15);
    }

    /// <exception cref="UnreadableException">No volume header.</exception>
    internal static RomFs Open(ReadOnlyMemory<byte> bytes, Place place, Budget budget)
    {
        if (!IsHeader(bytes.Span)) throw new UnreadableException("a romfs header with its sum", "another", 0);
        var size = BinaryPrimitives.ReadUInt32BigEndian(bytes.Span[8..]);
        var start = HeaderSize + Name(bytes.Span, HeaderSize)!.Value.Padded;
        var rom = new RomFs(bytes[..(int)Math.Min(bytes.Length, size + 1023 & ~1023L)], size, (ulong)start, place, budget);
        if (size > bytes.Length) rom.Lose($"{size} bytes of romfs", $"{bytes.Length} to the end", bytes.Length);
        rom.Walk(0);
        if (rom.wrongSums > ToldSums) rom.Lose("file headers whose words add up to 0", $"{rom.wrongSums - ToldSums} further ones", 0);
        return rom;
    }

    protected override Node ReadNode(ulong number, FilePath path)
    {
        if (number == 0) return new RomNode(0, new FileEntry { Path = path, Type = FileType.Directory, Mode = -1 }, 0, (uint)first);
        var at = Resolve(number);
        var (word, info, length, name) = Header(at);
        var start = (long)at + HeaderSize + name.Padded;
        var entry = new FileEntry
        {
            Path = path,
            Type = (word & 7) switch
            {
                1 => FileType.Directory,
                2 => FileType.Regular,
                3 => FileType.Link,
                4 => FileType.BlockDevice,
                5 => FileType.CharacterDevice,
                6 => FileType.Socket,
                _ => FileType.Pipe,
            },
            Mode = -1,
        };
        switch (entry.Type)
        {
            case FileType.Regular:
                return new RomNode(at, entry with { Size = length }, start, info);
            case FileType.Link:
                if (length > LongestTarget) throw new UnreadableException($"a link target of at most {LongestTarget} bytes", $"{length}", (long)at + 8);
                return new RomNode(at, entry with { Target = At(start, length, "a link target").ToArray() }, start, info);
            case FileType.BlockDevice or FileType.CharacterDevice:
                return new RomNode(at, entry with { DeviceMajor = info >> 16, DeviceMinor = info & 0xffff }, start, info);
            default:
                return new RomNode(at, entry, start, info);
        }
    }

    // A hard link names the header that it stands for.
    private ulong Resolve(ulong number)
    {
        for (var hops = 0; hops < MostHops; hops++)
        {
            var (word, info, _, _) = Header(number);
            if ((word & 7) != 0) return number;
            number = info & ~15u;
        }
        throw new UnreadableException($"a hard link over at most {MostHops} others", "a longer chain", (long)number);
    }

    private (uint Word, uint Info, uint Size, (int Length, int Padded) Name) Header(ulong number)
    {
        var at = (long)number;
        if (number > (ulong)size || at % 16 != 0) throw new UnreadableException($"a file header at a multiple of 16 below {size}", $"one at 0x{number:x}", Math.Max(0, at));
        var fields = At(at, HeaderSize, "a file header");
        if (Name(Image.Span, (int)at + HeaderSize) is not { } name) throw new UnreadableException("a name that ends with a zero byte", "none", at + HeaderSize);
        return (BinaryPrimitives.ReadUInt32BigEndian(fields), BinaryPrimitives.ReadUInt32BigEndian(fields[4..]), BinaryPrimitives.ReadUInt32BigEndian(fields[8..]), name);
    }

    protected override void List(Node folder, Action<ReadOnlySpan<byte>, ulong> child)
    {
        var next = ((RomNode)folder).Info & ~15u;
        var seen = new HashSet<uint>();
        while (next != 0)
        {
            if (!seen.Add(next)) throw new UnreadableException("headers that lead to an end", "one that leads back", next);
            var (word, _, _, name) = Header(next);
            var bytes = Image.Span.Slice((int)next + HeaderSize, name.Length);
            if (Image.Length - next >= HeaderSize + name.Padded && Sum(Image.Span.Slice((int)next, HeaderSize + name.Padded)) is not 0 and var sum && wrongSums++ < ToldSums)
            {
                Lose($"a file header whose words add up to 0, at {FilePath.Escape(bytes)}", $"{sum:x8}", next);
            }
            if (!bytes.SequenceEqual("."u8) && !bytes.SequenceEqual(".."u8)) child(bytes, (word & 7) == 0 ? Target(next) : next);
            next = word & ~15u;
        }
    }

    // So that hard links meet: their number is the one that they stand for.
    private ulong Target(uint at)
    {
        try
        {
            return Resolve(at);
        }
        catch (UnreadableException)
        {
            // Told when the name is visited.
            return at;
        }
    }

    protected override void Fill(Node file, ArraySegment<byte> target) => At(file.Start, target.Count, "content").CopyTo(target);

    protected override ReadOnlyMemory<byte>? InPlace(Node file) => Piece(file.Start, file.Entry.Size, "content");
}
