using System.Globalization;
using System.Text;
using Assay.Evidence.Files;
using Assay.Evidence.Reading;
using Assay.Firmware;

namespace Assay.Firmware.FileSystems;

/// <summary>
/// tar archives: the seventh edition's, ustar and pax (POSIX.1-2017, pax, "ustar Interchange Format" and "pax Extended Header"), and GNU's with long names,
/// numbers in base 256 and sparse files (tar/src/tar.h; "Storing Sparse Files" of its manual). Each header has a sum; behind one that is wrong the next
/// right one is looked for.
/// </summary>
internal sealed class Tar : Archive
{
    private const int Block = 512, Record = 20 * Block;
    private const int LongestName = 1 << 16, LongestExtension = 1 << 20, MostRuns = 1 << 16;

    internal static readonly Format AsFormat = new()
    {
        Kind = "tar",
        Title = "tar archive: ustar, pax, GNU",
        Group = FormatGroup.Archive,
        Source = "POSIX.1-2017, pax; tar/src/tar.h of GNU tar",
        Proof = "`tar`, `bsdtar`, Python's tarfile",
        Limits = "members of multi-volume archives; extended attributes",
        Signatures = [new("ustar"u8.ToArray(), 257)],
        Recognise = bytes => IsHeader(bytes) ? new("tar", 0) : null,
        Open = Open,
    };

    /// <summary>Without a magic number: only where a region begins.</summary>
    internal static readonly Format SeventhEdition = new()
    {
        Kind = "tar-v7",
        Title = "tar archive of the seventh edition",
        Group = FormatGroup.Archive,
        Source = "tar(5) of libarchive, \"Old-Style Archive Format\"",
        Proof = "`tar --format=v7`",
        Recognise = bytes => IsHeader(bytes) && IsOld(bytes) ? new("tar-v7", 0) : null,
        Open = Open,
    };

    private readonly ReadOnlyMemory<byte> archive;
    private readonly List<Held> held = [];

    /// <param name="Start">Bytes from the start of the archive to the data.</param>
    /// <param name="Stored">Bytes of data there.</param>
    /// <param name="Runs">Of a sparse file: where its data belong; null where they are the whole file.</param>
    private sealed record Held(int Start, int Stored, IReadOnlyList<(long Offset, long Length)>? Runs);

    /// <summary>What extended headers and long names say of the next member.</summary>
    private sealed class Extension
    {
        internal byte[]? Name, SparseName, Target;
        internal long? Size, RealSize, Owner, Group, Modified;
        internal int SparseMajor;
        internal List<(long, long)>? Runs;
        internal long? RunOffset;

        internal Extension Copy() => (Extension)MemberwiseClone();
    }

    private Tar(ReadOnlyMemory<byte> archive, Place place, Budget budget) : base(place, budget) => this.archive = archive;

    public override string Format => "tar";

    private static Part Open(Opening opening) => opening.Archive(Open(opening.Bytes, opening.Place, opening.Budget));

    internal static Tar Open(ReadOnlyMemory<byte> bytes, Place place, Budget budget)
    {
        var tar = new Tar(bytes, place, budget);
        var end = 0;
        try
        {
            tar.ReadMembers(ref end);
        }
        catch (UnreadableException unreadable)
        {
            tar.Lose(unreadable);
        }
        catch (BudgetException spent)
        {
            tar.Lose("entries within the budget", spent.Message, end);
        }
        tar.Seal(end);
        return tar;
    }

    /// <summary>Whether the sum of a header's bytes, its own field taken as spaces, is the one that it states: as unsigned or, as old writers did, as signed bytes.</summary>
    private static bool IsHeader(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < Block || bytes[0] == 0 && bytes[345] == 0) return false;
        int unsigned = 8 * ' ', signed = 8 * ' ';
        for (var i = 0; i < Block; i++)
        {
            if (i is >= 148 and < 156) continue;
            unsigned += bytes[i];
            signed += (sbyte)bytes[i];
        }
        return Octal(bytes.Slice(148, 8)) is { } stated && (stated == unsigned || stated == signed);
    }

    private static bool IsOld(ReadOnlySpan<byte> bytes)
    {
        foreach (var (at, width) in (ReadOnlySpan<(int, int)>)[(100, 8), (108, 8), (116, 8), (124, 12), (136, 12)])
        {
            if (Octal(bytes.Slice(at, width)) is null) return false;
        }
        return bytes[156] is 0 or >= (byte)'0' and <= (byte)'6' && bytes[257..329].IndexOfAnyExcept((byte)0) < 0 && bytes[345..Block].IndexOfAnyExcept((byte)0) < 0;
    }

    // Digits between spaces and zeros; null for anything else.
    private static long? Octal(ReadOnlySpan<byte> field)
    {
        field = field.Trim(" \0"u8);
        if (field.Length is 0 or > 20) return null;
        long number = 0;
        foreach (var b in field)
        {
            if (b is < (byte)'0' or > (byte)'7') return null;
            number = number * 8 + b - '0';
        }
        return number;
    }

    // GNU: the highest bit of the first byte marks a big-endian number in the rest.
    private static long Number(ReadOnlySpan<byte> field, string what, long offset)
    {
        if ((field[0] & 0x80) == 0)
        {
            if (field.IndexOfAnyExcept((byte)0, (byte)' ') < 0) return 0;
            return Octal(field) ?? throw new UnreadableException($"octal digits of {what}", FilePath.Escape(field), offset);
        }
        var negative = (field[0] & 0x40) != 0;
        long number = negative ? -1 : 0;
        for (var i = 0; i < field.Length; i++)
        {
            var b = i == 0 ? (byte)(negative ? field[0] : field[0] & 0x7f) : field[i];
            if (i < field.Length - 8 && b != (negative ? 0xff : 0)) throw new UnreadableException($"a number of 64 bits for {what}", "a larger one", offset);
            number = number << 8 | b;
        }
        return number;
    }

    private void ReadMembers(ref int end)
    {
        var bytes = archive.Span;
        var global = new Extension();
        var next = new Extension();
        var at = 0;
        while (true)
        {
            if (at + Block > bytes.Length)
            {
                end = at = Math.Min(at, bytes.Length);
                // Some writers leave the two blocks of zeros out; a header that breaks off is a loss.
                if (bytes[at..].IndexOfAnyExcept((byte)0) >= 0) throw new UnreadableException($"a tar header of {Block} bytes", $"{bytes.Length - at} to the end", at);
                end = bytes.Length;
                return;
            }
            var header = bytes.Slice(at, Block);
            if (header.IndexOfAnyExcept((byte)0) < 0)
            {
                end = EndOf(bytes, at);
                return;
            }
            if (!IsHeader(header))
            {
                // Behind an archive without its end stands what is no part of it; inside one, damage.
                var resumed = Resume(bytes, at);
                if (resumed < 0)
                {
                    end = at;
                    throw new UnreadableException("a tar header with its sum, or the zeros that end an archive", "other bytes", at);
                }
                Lose("a tar header with its sum", "a wrong one", at);
                at = resumed;
                next = global.Copy();
                continue;
            }
            end = at + Block;
            at = ReadMember(bytes, at, global, ref next);
            end = Math.Min(at, bytes.Length);
        }
    }

    // Two blocks of zeros, and zeros up to a whole record of twenty blocks.
    private static int EndOf(ReadOnlySpan<byte> bytes, int at)
    {
        var record = (int)Math.Min(bytes.Length, (at + 2L * Block + Record - 1) / Record * Record);
        var zeros = bytes[at..record].IndexOfAnyExcept((byte)0);
        if (zeros < 0) return record;
        return at + Math.Min(zeros / Block * Block, 2 * Block);
    }

    private static int Resume(ReadOnlySpan<byte> bytes, int from)
    {
        for (var at = from + Block; at <= bytes.Length - Block; at += Block)
        {
            if (bytes.Slice(at + 257, 5).SequenceEqual("ustar"u8) && IsHeader(bytes.Slice(at, Block))) return at;
        }
        return -1;
    }

    private int ReadMember(ReadOnlySpan<byte> bytes, int at, Extension global, ref Extension next)
    {
        var header = bytes.Slice(at, Block);
        var type = header[156];
        var isGnu = header[257..].StartsWith("ustar  \0"u8);
        var size = type is (byte)'x' or (byte)'g' or (byte)'L' or (byte)'K' ? Number(header.Slice(124, 12), "a size", at + 124) : next.Size ?? Number(header.Slice(124, 12), "a size", at + 124);
        if (size < 0) throw new UnreadableException("a size from 0 on", $"{size}", at + 124);
        var data = at + Block;
        List<(long, long)>? runs = null;
        long? real = null;
        if (type == 'S') (runs, real) = OldSparse(bytes, header, ref data);
        // Links, devices and folders have no data whatever they state; a hard link has some where the next header does not follow at once.
        var stored = type is (byte)'2' or (byte)'3' or (byte)'4' or (byte)'5' or (byte)'6' || type == '1' && (isGnu || data > bytes.Length || IsHeader(bytes[data..])) ? 0 : size;
        var left = bytes.Length - data;
        var after = data + ((stored + Block - 1) & ~(long)(Block - 1));

        switch (type)
        {
            case (byte)'x' or (byte)'g':
                if (size > LongestExtension || size > left) throw new UnreadableException($"an extended header of at most {LongestExtension} bytes inside the archive", $"{size} of {left}", at);
                var extension = type == 'g' ? global : next;
                Extend(bytes.Slice(data, (int)size), extension, data);
                if (type == 'g') next = global.Copy();
                return (int)after;
            case (byte)'L' or (byte)'K':
                if (size > LongestName || size > left) throw new UnreadableException($"a name of at most {LongestName} bytes inside the archive", $"{size} of {left}", at);
                var text = bytes.Slice(data, (int)size).TrimEnd((byte)0).ToArray();
                if (type == 'L') next.Name = text;
                else next.Target = text;
                return (int)after;
        }

        var known = next;
        next = global.Copy();
        var raw = known.SparseName ?? known.Name ?? NameOf(header, isGnu);
        var target = known.Target ?? Field(header.Slice(157, 100)).ToArray();
        var kind = type switch
        {
            (byte)'2' => FileType.Link,
            (byte)'3' => FileType.CharacterDevice,
            (byte)'4' => FileType.BlockDevice,
            (byte)'5' or (byte)'D' => FileType.Directory,
            (byte)'6' => FileType.Pipe,
            0 when raw.Length > 0 && raw[^1] == '/' => FileType.Directory,
            _ => FileType.Regular,
        };
        if (type is (byte)'V' or (byte)'M' or (byte)'N')
        {
            if (type != 'V') Lose("a member that is whole", "a continuation from another volume, or a list of long names", at);
            return (int)Math.Min(after, bytes.Length);
        }
        if (Clean(raw) is not { } path) return Past(bytes, after, data, stored);

        var entry = new FileEntry
        {
            Path = path,
            Type = kind,
            Mode = (int)(Number(header.Slice(100, 8), "a mode", at + 100) & 0xfff),
            Owner = (uint)(known.Owner ?? Number(header.Slice(108, 8), "an owner", at + 108)),
            Group = (uint)(known.Group ?? Number(header.Slice(116, 8), "a group", at + 116)),
            Modified = known.Modified ?? Number(header.Slice(136, 12), "a time", at + 136),
            Target = kind == FileType.Link ? target : null,
            DeviceMajor = kind is FileType.CharacterDevice or FileType.BlockDevice ? (uint)Number(header.Slice(329, 8), "a device", at + 329) : 0,
            DeviceMinor = kind is FileType.CharacterDevice or FileType.BlockDevice ? (uint)Number(header.Slice(337, 8), "a device", at + 337) : 0,
        };
        if (type == '1' && Clean(target) is { } first && Link(entry, first)) return Past(bytes, after, data, stored);
        if (type == '1' && stored == 0)
        {
            Add(entry);
            Lose(path, "a file before the hard link to it", FilePath.Escape(target));
            return (int)after;
        }
        if (kind != FileType.Regular)
        {
            Add(entry);
            return Past(bytes, after, data, stored);
        }

        var whole = stored <= left;
        var start = data;
        if (known.Runs is not null) (runs, real) = (known.Runs, known.RealSize);
        else if (known.SparseMajor == 1 && whole) (runs, real, start) = (SparseMap(bytes.Slice(data, (int)stored), data, out var used), known.RealSize, data + used);
        Add(entry with { Size = real ?? stored }, at);
        held.Add(new Held(start, whole ? (int)stored - (start - data) : -1, runs));
        return Past(bytes, after, data, stored);
    }

    private int Past(ReadOnlySpan<byte> bytes, long after, int data, long stored)
    {
        if (stored <= bytes.Length - data) return (int)Math.Min(after, bytes.Length);
        Lose($"{stored} bytes of content", $"{Math.Max(0, bytes.Length - data)} to the end", Math.Min(data, bytes.Length));
        return bytes.Length;
    }

    // POSIX: a prefix of 155 bytes before the name; where GNU's magic stands, other fields have that place.
    private static byte[] NameOf(ReadOnlySpan<byte> header, bool isGnu)
    {
        var name = Field(header[..100]);
        var prefix = !isGnu && header[257..].StartsWith("ustar"u8) ? Field(header.Slice(345, 155)) : [];
        return prefix.Length == 0 ? name.ToArray() : [.. prefix, (byte)'/', .. name];
    }

    private static ReadOnlySpan<byte> Field(ReadOnlySpan<byte> field)
    {
        var end = field.IndexOf((byte)0);
        return end < 0 ? field : field[..end];
    }

    // pax: "LENGTH KEY=VALUE\n", the length counting itself.
    private static void Extend(ReadOnlySpan<byte> records, Extension extension, int origin)
    {
        for (var at = 0; at < records.Length && records[at] != 0;)
        {
            var space = records[at..].IndexOf((byte)' ');
            if (space is < 1 or > 9 || !int.TryParse(records.Slice(at, space), NumberStyles.None, CultureInfo.InvariantCulture, out var length) || length <= space + 1 || length > records.Length - at)
                throw new UnreadableException("a record of an extended header with its length", "other bytes", origin + at);
            var record = records.Slice(at + space + 1, length - space - 2);
            var equals = record.IndexOf((byte)'=');
            if (equals < 1) throw new UnreadableException("KEY=VALUE in an extended header", "no equals sign", origin + at);
            var value = record[(equals + 1)..];
            switch (Encoding.ASCII.GetString(record[..equals]))
            {
                case "path": extension.Name = value.ToArray(); break;
                case "GNU.sparse.name": extension.SparseName = value.ToArray(); break;
                case "linkpath": extension.Target = value.ToArray(); break;
                case "size": extension.Size = Decimal(value, origin + at); break;
                case "uid": extension.Owner = Decimal(value, origin + at); break;
                case "gid": extension.Group = Decimal(value, origin + at); break;
                case "mtime": extension.Modified = Decimal(value, origin + at); break;
                case "GNU.sparse.major": extension.SparseMajor = (int)Decimal(value, origin + at); break;
                case "GNU.sparse.size" or "GNU.sparse.realsize": extension.RealSize = Decimal(value, origin + at); break;
                case "GNU.sparse.offset": extension.RunOffset = Decimal(value, origin + at); break;
                case "GNU.sparse.numbytes" when extension.RunOffset is { } offset:
                    if ((extension.Runs ??= []).Count >= MostRuns) throw new UnreadableException($"at most {MostRuns} runs of a sparse file", "more", origin + at);
                    extension.Runs.Add((offset, Decimal(value, origin + at)));
                    break;
                case "GNU.sparse.map":
                    var numbers = Encoding.ASCII.GetString(value).Split(',');
                    if (numbers.Length > 2 * MostRuns) throw new UnreadableException($"at most {MostRuns} runs of a sparse file", $"{numbers.Length / 2}", origin + at);
                    extension.Runs = [];
                    for (var i = 0; i + 1 < numbers.Length; i += 2) extension.Runs.Add((Decimal(Encoding.ASCII.GetBytes(numbers[i]), origin + at), Decimal(Encoding.ASCII.GetBytes(numbers[i + 1]), origin + at)));
                    break;
            }
            at += length;
        }
    }

    // Whole seconds of a time with fractions.
    private static long Decimal(ReadOnlySpan<byte> value, long offset)
    {
        var point = value.IndexOf((byte)'.');
        if (!long.TryParse(point < 0 ? value : value[..point], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number))
            throw new UnreadableException("a decimal number in an extended header", FilePath.Escape(value), offset);
        return number;
    }

    // GNU's own header: four runs, the real size, and blocks of twenty-one more runs as long as the flag stands.
    private static (List<(long, long)>, long) OldSparse(ReadOnlySpan<byte> bytes, ReadOnlySpan<byte> header, ref int data)
    {
        var runs = new List<(long, long)>();
        var real = Number(header.Slice(483, 12), "the real size of a sparse file", data);
        Runs(header.Slice(386, 4 * 24), data);
        var more = header[482] != 0;
        while (more)
        {
            if (data + Block > bytes.Length || runs.Count > MostRuns) throw new UnreadableException("a list of runs of a sparse file inside the archive", "more", data);
            var block = bytes.Slice(data, Block);
            Runs(block[..(21 * 24)], data);
            more = block[504] != 0;
            data += Block;
        }
        return (runs, real);

        void Runs(ReadOnlySpan<byte> list, int origin)
        {
            for (var i = 0; i + 24 <= list.Length && list[i + 12] != 0; i += 24) runs.Add((Number(list.Slice(i, 12), "a run", origin + i), Number(list.Slice(i + 12, 12), "a run", origin + i + 12)));
        }
    }

    // pax 1.0: decimal numbers, each on its line, before the data, filled up to a block.
    private static List<(long, long)> SparseMap(ReadOnlySpan<byte> data, int origin, out int used)
    {
        var at = 0;
        var count = Line(data, ref at, origin);
        if (count is < 0 or > MostRuns) throw new UnreadableException($"at most {MostRuns} runs of a sparse file", $"{count}", origin);
        var runs = new List<(long, long)>();
        for (var i = 0; i < count; i++) runs.Add((Line(data, ref at, origin), Line(data, ref at, origin)));
        used = (int)Math.Min(data.Length, (at + Block - 1) & ~(long)(Block - 1));
        return runs;
    }

    private static long Line(ReadOnlySpan<byte> data, ref int at, int origin)
    {
        var end = data[at..].IndexOf((byte)'\n');
        if (end is < 1 or > 20) throw new UnreadableException("a number on its line in the map of a sparse file", "other bytes", origin + at);
        var number = Decimal(data.Slice(at, end), origin + at);
        at += end + 1;
        return number;
    }

    private protected override bool IsPacked => false;

    internal override ReadOnlyMemory<byte> Read(Member member)
    {
        var (start, stored, runs) = held[member.Index];
        if (stored < 0) throw new UnreadableException($"{member.Size} bytes of content", $"{archive.Length - start} to the end of the archive", start);
        if (runs is null) return archive.Slice(start, stored);
        if (member.Size > Budget.FileBytes) throw new BudgetException("file", Budget.FileBytes);
        var content = new byte[member.Size];
        var from = 0L;
        foreach (var (offset, length) in runs)
        {
            if (offset < 0 || length < 0 || offset > content.Length - length || length > stored - from) throw new UnreadableException("runs of a sparse file inside it and inside its data", $"{length} bytes at {offset}", start);
            archive.Span.Slice(start + (int)from, (int)length).CopyTo(content.AsSpan((int)offset));
            from += length;
        }
        return content;
    }
}
