using System.Buffers.Binary;
using System.Text;
using Assay.Evidence.Reading;

namespace Assay.Evidence.Compression;

/// <summary>
/// A 7z archive in memory (7-zip/DOC/7zFormat.txt, Methods.txt): folders of packed streams that hold one file or many, and a header that may be packed
/// itself. Read are copy, LZMA, LZMA2, deflate, bzip2, Zstandard, delta and the branch filters, one behind another; not BCJ2, PPMd and encryption.
/// </summary>
public sealed class SevenZip
{
    public const int HeaderSize = 32;
    private const int MostFiles = 2_000_000, MostFolders = 1_000_000, MostCoders = 8, LargestHeader = 256 << 20;
    private const byte End = 0, HeaderMark = 1, ArchiveProperties = 2, AdditionalStreams = 3, MainStreams = 4, FilesMark = 5, PackInfo = 6, UnpackInfo = 7, SubStreams = 8, Sizes = 9, Digests = 10,
        FolderMark = 11, UnpackSizes = 12, StreamCounts = 13, EmptyStream = 14, EmptyFile = 15, Names = 17, Modified = 20, Attributes = 21, EncodedHeader = 23;

    private readonly ReadOnlyMemory<byte> bytes;
    private readonly Lock decoding = new();
    private readonly List<Folder> folders = [];
    private (int Folder, byte[] Content)? latest;

    private SevenZip(ReadOnlyMemory<byte> bytes) => this.bytes = bytes;

    private sealed record Coder(ulong Method, byte[] Properties, int Inputs, int Outputs);

    private sealed class Folder
    {
        internal List<Coder> Coders { get; } = [];
        internal List<(ulong Input, ulong Output)> Bonds { get; } = [];
        internal int PackedStreams { get; set; }
        internal ulong[] UnpackSizes { get; set; } = [];
        internal uint? Crc { get; set; }
        /// <summary>Of its first packed stream in the archive, and their sizes.</summary>
        internal long Start { get; set; }
        internal long[] Packed { get; set; } = [];

        // The one output that no other coder takes in.
        internal ulong Size
        {
            get
            {
                for (var i = UnpackSizes.Length - 1; i >= 0; i--)
                {
                    if (!Bonds.Any(b => b.Output == (ulong)i)) return UnpackSizes[i];
                }
                return 0;
            }
        }
    }

    /// <summary>In the order of the archive.</summary>
    public IReadOnlyList<SevenZipEntry> Entries { get; private set; } = [];
    /// <summary>Bytes up to the end of the header.</summary>
    public long Length { get; private init; }

    /// <summary>How long an archive is whose start header is right; null where none begins.</summary>
    public static long? LengthOf(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < HeaderSize || !bytes.StartsWith((ReadOnlySpan<byte>)[(byte)'7', (byte)'z', 0xbc, 0xaf, 0x27, 0x1c]) || Crc32.Of(bytes.Slice(12, 20)) != BinaryPrimitives.ReadUInt32LittleEndian(bytes[8..])) return null;
        ulong next = BinaryPrimitives.ReadUInt64LittleEndian(bytes[12..]), size = BinaryPrimitives.ReadUInt64LittleEndian(bytes[20..]);
        return next < 1L << 40 && size < 1L << 40 ? (long)(HeaderSize + next + size) : null;
    }

    /// <summary>The archive that begins with the first of <paramref name="bytes"/>.</summary>
    /// <param name="budget">At most <see cref="Budget.FileBytes"/> are held for a packed header.</param>
    /// <exception cref="UnreadableException">Damaged or cut; or packed with, or into, something that is not read.</exception>
    /// <exception cref="BudgetException"/>
    public static SevenZip Open(ReadOnlyMemory<byte> bytes, Budget budget)
    {
        var span = bytes.Span;
        if (LengthOf(span) is not { } length) throw new UnreadableException("the header of a 7z archive with its CRC-32", "other bytes", 0);
        if (length > span.Length) throw new UnreadableException($"a 7z archive of {length} bytes, whose list of files stands at its end", $"{span.Length} bytes", span.Length);
        var archive = new SevenZip(bytes[..(int)length]) { Length = length };
        var size = (int)BinaryPrimitives.ReadUInt64LittleEndian(span[20..]);
        var at = (int)length - size;
        if (size == 0) return archive;
        var header = span.Slice(at, size).ToArray();
        var origin = (long)at;
        var crc = BinaryPrimitives.ReadUInt32LittleEndian(span[28..]);
        if (Crc32.Of(header) != crc) throw new UnreadableException($"the list of a 7z archive with CRC-32 {crc:x8}", $"{Crc32.Of(header):x8}", at);
        for (var packed = 0; header.Length > 0 && header[0] == EncodedHeader; packed++)
        {
            if (packed == 4) throw new UnreadableException("a header that is packed at most four times", "more", at);
            var reader = new SpanReader(header, origin);
            reader.Skip(1);
            var streams = new SevenZip(bytes[..(int)length]);
            streams.Streams(ref reader, out _);
            if (streams.folders is not [var folder]) throw new UnreadableException("one packed header", $"{streams.folders.Count}", at);
            header = streams.Decode(folder, Math.Min(budget.FileBytes, LargestHeader));
        }
        var list = new SpanReader(header, origin);
        archive.Header(ref list);
        return archive;
    }

    private void Header(ref SpanReader reader)
    {
        if (reader.U8("header mark") != HeaderMark) throw new UnreadableException("the header of a 7z archive", "another mark", reader.Offset - 1);
        var counts = new List<(int Folder, ulong Size, uint? Crc)>();
        for (var last = (byte)0; ;)
        {
            switch (Property(ref reader, ref last, "property of the header"))
            {
                case End: return;
                case ArchiveProperties:
                    while (reader.U8() != End) reader.Skip((long)Number(ref reader, int.MaxValue));
                    break;
                case AdditionalStreams: throw new UnreadableException("a 7z archive without additional streams", "some", reader.Offset - 1);
                case MainStreams: Streams(ref reader, out counts); break;
                case FilesMark: Files(ref reader, counts); break;
                default: throw new UnreadableException("a known property of a 7z header", "another", reader.Offset - 1);
            }
        }
    }

    // Properties stand in the order of their numbers, each once: a list that came again would be held again.
    private static byte Property(ref SpanReader reader, ref byte last, string what)
    {
        var property = reader.U8(what);
        if (property != End && property <= last) throw new UnreadableException($"a {what} above {last}", $"{property}", reader.Offset - 1);
        return last = property;
    }

    private static ulong Number(ref SpanReader reader, ulong most)
    {
        var at = reader.Offset;
        var first = reader.U8("number");
        ulong value = 0;
        var mask = 0x80;
        for (var i = 0; i < 8; i++, mask >>= 1)
        {
            if ((first & mask) == 0)
            {
                value |= (ulong)(first & (mask - 1)) << (8 * i);
                break;
            }
            value |= (ulong)reader.U8("number") << (8 * i);
        }
        return value <= most ? value : throw new UnreadableException($"a number up to {most}", $"{value}", at);
    }

    private static bool[] Bits(ref SpanReader reader, int count)
    {
        var packed = reader.Take((count + 7) / 8, "bytes of flags");
        var flags = new bool[count];
        for (var i = 0; i < count; i++) flags[i] = (packed[i / 8] >> (7 - i % 8) & 1) != 0;
        return flags;
    }

    private static bool[] OptionalBits(ref SpanReader reader, int count)
    {
        if (reader.U8("whether all are there") == 0) return Bits(ref reader, count);
        var all = new bool[count];
        Array.Fill(all, true);
        return all;
    }

    private static uint?[] Checks(ref SpanReader reader, int count)
    {
        var known = OptionalBits(ref reader, count);
        var checks = new uint?[count];
        for (var i = 0; i < count; i++)
        {
            if (known[i]) checks[i] = reader.U32("CRC-32");
        }
        return checks;
    }

    /// <param name="files">The files inside the folders, in their order.</param>
    private void Streams(ref SpanReader reader, out List<(int Folder, ulong Size, uint? Crc)> files)
    {
        files = [];
        long[] packed = [];
        long start = HeaderSize;
        int[]? counts = null;
        ulong[][]? sizes = null;
        for (var last = (byte)0; ;)
        {
            switch (Property(ref reader, ref last, "property of streams"))
            {
                case End:
                    Lay(start, packed, reader.Offset);
                    for (var i = 0; i < folders.Count; i++)
                    {
                        if (counts is null) files.Add((i, folders[i].Size, folders[i].Crc));
                    }
                    return;
                case PackInfo:
                    start += (long)Number(ref reader, int.MaxValue);
                    packed = new long[(int)Number(ref reader, MostFolders)];
                    while (reader.U8("property of packed streams") is var kind && kind != End)
                    {
                        if (kind == Sizes)
                        {
                            for (var i = 0; i < packed.Length; i++) packed[i] = (long)Number(ref reader, int.MaxValue);
                        }
                        else if (kind == Digests) Checks(ref reader, packed.Length);
                        else throw new UnreadableException("sizes or sums of packed streams", $"property {kind}", reader.Offset - 1);
                    }
                    break;
                case UnpackInfo: Folders(ref reader); break;
                case SubStreams:
                    counts = new int[folders.Count];
                    Array.Fill(counts, 1);
                    var property = reader.U8("property of files in folders");
                    if (property == StreamCounts)
                    {
                        for (var i = 0; i < counts.Length; i++) counts[i] = (int)Number(ref reader, MostFiles);
                        if (counts.Sum(c => (long)c) > MostFiles) throw new UnreadableException($"at most {MostFiles} files", "more", reader.Offset);
                        property = reader.U8("property of files in folders");
                    }
                    sizes = new ulong[folders.Count][];
                    for (var i = 0; i < counts.Length; i++)
                    {
                        sizes[i] = new ulong[counts[i]];
                        var left = folders[i].Size;
                        for (var j = 0; j < counts[i]; j++)
                        {
                            sizes[i][j] = j == counts[i] - 1 ? left : property == Sizes ? Number(ref reader, left) : throw new UnreadableException("sizes of the files in a folder", "none", reader.Offset);
                            left -= sizes[i][j];
                        }
                    }
                    if (property == Sizes) property = reader.U8("property of files in folders");
                    // Only those whose sum the folder does not give already.
                    var unknown = Enumerable.Range(0, counts.Length).Sum(i => counts[i] == 1 && folders[i].Crc is not null ? 0 : counts[i]);
                    var sums = new uint?[unknown];
                    if (property == Digests)
                    {
                        sums = Checks(ref reader, unknown);
                        property = reader.U8("property of files in folders");
                    }
                    if (property != End) throw new UnreadableException("the end of the files in folders", $"property {property}", reader.Offset - 1);
                    var next = 0;
                    for (var i = 0; i < counts.Length; i++)
                    {
                        for (var j = 0; j < counts[i]; j++) files.Add((i, sizes[i][j], counts[i] == 1 && folders[i].Crc is { } own ? own : sums[next++]));
                    }
                    break;
                default: throw new UnreadableException("a known property of 7z streams", "another", reader.Offset - 1);
            }
        }
    }

    private void Lay(long start, long[] packed, long offset)
    {
        var next = 0;
        foreach (var folder in folders)
        {
            if (folder.PackedStreams > packed.Length - next) throw new UnreadableException("a packed stream for each folder", $"{packed.Length}", offset);
            folder.Start = start;
            folder.Packed = packed[next..(next + folder.PackedStreams)];
            next += folder.PackedStreams;
            start += folder.Packed.Sum();
        }
    }

    private void Folders(ref SpanReader reader)
    {
        if (reader.U8("folders") != FolderMark) throw new UnreadableException("a list of folders", "another property", reader.Offset - 1);
        var count = (int)Number(ref reader, MostFolders);
        if (reader.U8("whether folders stand elsewhere") != 0) throw new UnreadableException("folders that stand here", "ones that stand elsewhere", reader.Offset - 1);
        for (var i = 0; i < count; i++) folders.Add(OneFolder(ref reader));
        if (reader.U8("sizes of folders") != UnpackSizes) throw new UnreadableException("the sizes of the folders", "another property", reader.Offset - 1);
        foreach (var folder in folders)
        {
            folder.UnpackSizes = new ulong[folder.Coders.Sum(c => c.Outputs)];
            for (var i = 0; i < folder.UnpackSizes.Length; i++) folder.UnpackSizes[i] = Number(ref reader, long.MaxValue);
        }
        var property = reader.U8("property of folders");
        if (property == Digests)
        {
            var sums = Checks(ref reader, count);
            for (var i = 0; i < count; i++) folders[i].Crc = sums[i];
            property = reader.U8("property of folders");
        }
        if (property != End) throw new UnreadableException("the end of the folders", $"property {property}", reader.Offset - 1);
    }

    private static Folder OneFolder(ref SpanReader reader)
    {
        var folder = new Folder();
        var count = (int)Number(ref reader, MostCoders);
        for (var i = 0; i < count; i++)
        {
            var flags = reader.U8("flags of a method");
            var id = flags & 15;
            if (id > 8 || (flags & 0xc0) != 0) throw new UnreadableException("a method of up to 8 bytes", $"flags 0x{flags:x2}", reader.Offset - 1);
            ulong method = 0;
            foreach (var b in reader.Take(id, "bytes of a method")) method = method << 8 | b;
            var (inputs, outputs) = (flags & 0x10) != 0 ? ((int)Number(ref reader, 32), (int)Number(ref reader, 32)) : (1, 1);
            byte[] properties = (flags & 0x20) != 0 ? reader.Take((long)Number(ref reader, 1 << 16), "bytes of properties").ToArray() : [];
            folder.Coders.Add(new Coder(method, properties, inputs, outputs));
        }
        int ins = folder.Coders.Sum(c => c.Inputs), outs = folder.Coders.Sum(c => c.Outputs);
        if (outs == 0) throw new UnreadableException("a folder with a method", "none", reader.Offset);
        for (var i = 0; i < outs - 1; i++) folder.Bonds.Add((Number(ref reader, (ulong)ins), Number(ref reader, (ulong)outs)));
        folder.PackedStreams = ins - (outs - 1);
        if (folder.PackedStreams < 1) throw new UnreadableException("a folder with a packed stream", "none", reader.Offset);
        for (var i = 0; folder.PackedStreams > 1 && i < folder.PackedStreams; i++) Number(ref reader, (ulong)ins);
        return folder;
    }

    private void Files(ref SpanReader reader, List<(int Folder, ulong Size, uint? Crc)> streams)
    {
        var count = (int)Number(ref reader, MostFiles);
        // Each file takes at least the two bytes of an empty name.
        if (count > reader.Left) throw new UnreadableException($"a list of {count} files", $"{reader.Left} bytes", reader.Offset);
        var names = new string[count];
        Array.Fill(names, "");
        bool[] empty = new bool[count], emptyFile = [];
        var times = new long[count];
        var attributes = new uint?[count];
        while (reader.U8("property of files") is var kind && kind != End)
        {
            var size = (int)Number(ref reader, int.MaxValue);
            var field = new SpanReader(reader.Take(size, "bytes of a property of files"), reader.Offset - size);
            switch (kind)
            {
                case EmptyStream: empty = Bits(ref field, count); break;
                case EmptyFile: emptyFile = Bits(ref field, empty.Count(e => e)); break;
                case Names:
                    Inside(ref field);
                    for (var i = 0; i < count; i++)
                    {
                        var start = field.Position;
                        while (field.U16("character of a name") != 0)
                        {
                        }
                        names[i] = Encoding.Unicode.GetString(field.Before(field.Position - start)[..^2]);
                    }
                    break;
                case Modified:
                    var timed = OptionalBits(ref field, count);
                    Inside(ref field);
                    for (var i = 0; i < count; i++)
                    {
                        // Hundreds of nanoseconds since 1601.
                        if (timed[i]) times[i] = (long)(field.U64("time") / 10_000_000) - 11_644_473_600;
                    }
                    break;
                case Attributes:
                    var described = OptionalBits(ref field, count);
                    Inside(ref field);
                    for (var i = 0; i < count; i++)
                    {
                        if (described[i]) attributes[i] = field.U32("attributes");
                    }
                    break;
            }
        }
        var entries = new List<SevenZipEntry>(count);
        int stream = 0, hollow = 0, folder = -1;
        ulong offset = 0;
        for (var i = 0; i < count; i++)
        {
            // p7zip: with this bit, the upper half is the mode of Unix.
            var mode = attributes[i] is { } a && (a & 0x8000) != 0 ? (int)(a >> 16) : -1;
            if (empty[i])
            {
                var isFile = hollow < emptyFile.Length && emptyFile[hollow];
                hollow++;
                entries.Add(new SevenZipEntry(names[i], !isFile, mode, times[i], 0, -1, 0, null));
                continue;
            }
            if (stream >= streams.Count) throw new UnreadableException("a stream for each file that is not empty", $"{streams.Count}", reader.Offset);
            var (own, size, crc) = streams[stream++];
            if (own != folder) (folder, offset) = (own, 0);
            entries.Add(new SevenZipEntry(names[i], false, mode, times[i], (long)Math.Min(size, long.MaxValue), own, (long)offset, crc) { Start = folders[own].Start });
            offset += size;
        }
        Entries = entries;

        static void Inside(ref SpanReader field)
        {
            if (field.U8("whether it stands elsewhere") != 0) throw new UnreadableException("a property that stands here", "one that stands elsewhere", field.Offset - 1);
        }
    }

    /// <summary>The content of one file. The folder that was decoded last is kept for the next file of it.</summary>
    /// <exception cref="UnreadableException">Damaged, encrypted, or packed in a way that is not read.</exception>
    /// <exception cref="BudgetException">The folder is larger than <see cref="Budget.FileBytes"/>.</exception>
    public ReadOnlyMemory<byte> Read(SevenZipEntry entry, Budget budget)
    {
        if (entry.Folder < 0) return default;
        byte[] content;
        lock (decoding)
        {
            if (latest is { } kept && kept.Folder == entry.Folder) content = kept.Content;
            else
            {
                latest = null;
                content = Decode(folders[entry.Folder], budget.FileBytes);
                latest = (entry.Folder, content);
            }
        }
        if (entry.Offset + entry.Size > content.Length) throw new UnreadableException($"{entry.Size} bytes of a file", $"a folder of {content.Length}", entry.Start);
        var own = content.AsMemory((int)entry.Offset, (int)entry.Size);
        if (entry.Crc is { } crc && Crc32.Of(own.Span) is var computed && computed != crc) throw new UnreadableException($"content with CRC-32 {crc:x8}", $"{computed:x8}", entry.Start);
        return own;
    }

    private byte[] Decode(Folder folder, int limit)
    {
        if (folder.Coders.FirstOrDefault(c => c.Method is 0x06f10701 or 0x06f10702 or 0x06f10703) is not null) throw new UnreadableException("a 7z folder without encryption", "an encrypted one", folder.Start);
        if (folder.Coders.FirstOrDefault(c => c.Inputs != 1 || c.Outputs != 1 || !IsKnown(c.Method)) is { } unread) throw new UnreadableException("a 7z method that is read", $"method {unread.Method:x}", folder.Start);
        if (folder.Start < 0 || folder.Packed is not [var size] || size > bytes.Length - folder.Start) throw new UnreadableException("a packed stream inside the archive", $"{folder.Packed.Sum()} bytes", folder.Start);
        var input = bytes.Span.Slice((int)folder.Start, (int)size);
        byte[]? content = null;
        // The first coder to run is the one whose input nobody gives.
        var coder = Enumerable.Range(0, folder.Coders.Count).First(i => !folder.Bonds.Any(b => b.Input == (ulong)i));
        for (var step = 0; step < folder.Coders.Count; step++)
        {
            var stated = folder.UnpackSizes[coder];
            if (stated > (ulong)limit) throw new BudgetException("file", limit);
            content = One(folder.Coders[coder], content ?? input, (int)stated, folder.Start);
            var bond = folder.Bonds.FindIndex(b => b.Output == (ulong)coder);
            if (bond < 0) break;
            coder = (int)folder.Bonds[bond].Input;
            if (coder >= folder.Coders.Count) throw new UnreadableException("a method for each bond", "none", folder.Start);
        }
        if (folder.Crc is { } crc && Crc32.Of(content!) is var computed && computed != crc) throw new UnreadableException($"a 7z folder with CRC-32 {crc:x8}", $"{computed:x8}", folder.Start);
        return content!;
    }

    private static bool IsKnown(ulong method) => method is 0 or 0x030101 or 0x21 or 0x040108 or 0x040202 or 0x04f71101 or 3 || Filter(method) != 0;

    private static ulong Filter(ulong method) => method switch
    {
        0x03030103 => BranchFilter.X86,
        0x03030205 => BranchFilter.PowerPc,
        0x03030401 => BranchFilter.Ia64,
        0x03030501 => BranchFilter.Arm,
        0x03030701 => BranchFilter.ArmThumb,
        0x03030805 => BranchFilter.Sparc,
        >= 4 and <= 0xb => method,
        _ => 0,
    };

    private static byte[] One(Coder coder, ReadOnlySpan<byte> input, int size, long start)
    {
        if (coder.Method == 0)
        {
            if (input.Length != size) throw new UnreadableException($"{size} stored bytes", $"{input.Length}", start);
            return input.ToArray();
        }
        if (coder.Method == 3 || Filter(coder.Method) != 0)
        {
            if (input.Length != size) throw new UnreadableException($"{size} bytes for a filter", $"{input.Length}", start);
            var filtered = input.ToArray();
            if (coder.Method == 3) BranchFilter.UndoDelta(filtered, coder.Properties is [var distance] ? distance + 1 : 1);
            else BranchFilter.Undo(Filter(coder.Method), filtered, coder.Properties is { Length: 4 } address ? BinaryPrimitives.ReadUInt32LittleEndian(address) : 0);
            return filtered;
        }
        using var output = new Output(size, (int)Math.Min(size, 8L * input.Length + 4096));
        try
        {
            switch (coder.Method)
            {
                case 0x030101:
                    if (coder.Properties.Length != 5) throw new UnreadableException("five bytes of LZMA properties", $"{coder.Properties.Length}", 0);
                    // The header of a file of its own, with the size that the folder states.
                    var alone = new byte[13 + input.Length];
                    coder.Properties.CopyTo(alone, 0);
                    BinaryPrimitives.WriteInt64LittleEndian(alone.AsSpan(5), size);
                    input.CopyTo(alone.AsSpan(13));
                    Lzma.Decode(alone, output, new LzmaDecoder());
                    break;
                case 0x21: Lzma2.Decode(input, output, new LzmaDecoder(), 0); break;
                case 0x040108: Deflate.Inflate(input, output, 0); break;
                case 0x040202: Bzip2.Decode(input, output); break;
                default: Zstandard.Decode(input, output); break;
            }
        }
        catch (UnreadableException unreadable)
        {
            throw new UnreadableException(unreadable.Expected, unreadable.Found, start + unreadable.Offset);
        }
        catch (BudgetException)
        {
            throw new UnreadableException($"{size} bytes out of a 7z folder", "more", start);
        }
        if (output.Length != size) throw new UnreadableException($"{size} bytes out of a 7z folder", $"{output.Length}", start);
        return output.Written.ToArray();
    }
}

/// <param name="Name">With slashes or, from some writers, backslashes; not cleaned. Nothing is ever written to disk by it.</param>
/// <param name="Mode">Type and permissions as Unix keeps them; -1 where the writer's system has none.</param>
/// <param name="Modified">Seconds since 1970; 0 where none is stated.</param>
/// <param name="Size">Bytes when unpacked.</param>
/// <param name="Folder">Whose content it is a run of; -1 for what is empty.</param>
/// <param name="Offset">In the folder's content.</param>
public sealed record SevenZipEntry(string Name, bool IsFolder, int Mode, long Modified, long Size, int Folder, long Offset, uint? Crc)
{
    /// <summary>Of the folder's packed bytes in the archive.</summary>
    public long Start { get; init; }
}
