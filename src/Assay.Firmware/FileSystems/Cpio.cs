using System.Buffers.Binary;
using System.Globalization;
using Assay.Evidence.Files;
using Assay.Evidence.Reading;

namespace Assay.Firmware.FileSystems;

/// <summary>
/// cpio archives as kernels and packagers write them: newc (070701), newc with sums (070702), the portable octal one (070707) and the old binary one in
/// both byte orders, cpio(5); several archives one behind another as in an initramfs (linux/Documentation/driver-api/early-userspace/buffer-format.rst): later entries win.
/// </summary>
internal sealed class Cpio : ImageFileSystem
{
    internal static readonly Format AsFormat = new()
    {
        Kind = "cpio",
        Title = "cpio archive, newc, crc and odc",
        Group = FormatGroup.Archive,
        Source = "cpio(5); linux/Documentation/driver-api/early-userspace/buffer-format.rst",
        Proof = "`cpio`, samples",
        Signatures = [new("07070"u8.ToArray())],
        Recognise = bytes => IsHeader(bytes) ? new("cpio", 0) : null,
        Open = opening => opening.FileSystem(Open(opening.Bytes, opening.Place, opening.Budget)),
        IsExpectedInKernel = true,
    };

    internal static readonly Format OldCpio = new()
    {
        Kind = "cpio-binary",
        Title = "cpio archive, old binary",
        Group = FormatGroup.Archive,
        Source = "cpio(5)",
        Proof = "`cpio -H bin`, a sample",
        Recognise = bytes => IsBinary(bytes) && IsHeader(bytes) ? new("cpio-binary", 0, bytes[0] == 0x71 ? "big endian" : null) : null,
        Open = opening => opening.FileSystem(Open(opening.Bytes, opening.Place, opening.Budget)),
    };

    internal const int HeaderSize = 76;
    private const int NewHeaderSize = 110, BinaryHeaderSize = 26;
    private const int LongestName = 65536;
    private readonly ReadOnlyMemory<byte> archive;
    private readonly List<FileEntry> entries = [];
    private readonly List<Content> contents = [];
    private long length;

    private sealed record Content(List<FileEntry> Entries, int Start, int Size, uint? Sum);

    private readonly record struct Member(uint Inode, uint Device, uint Mode, uint Owner, uint Group, uint Links, long Modified, long Size, uint Major, uint Minor,
        int NameSize, uint? Sum, int Unit);

    private Cpio(ReadOnlyMemory<byte> archive, Place place, Budget budget) : base(place, budget) => this.archive = archive;

    public override string Format => "cpio";
    public override IReadOnlyList<FileEntry> Entries => entries;
    internal override long Length => length;
    /// <summary>Whether every member up to a trailer was there.</summary>
    internal bool IsComplete { get; private set; }

    /// <summary>Whether a member begins here: magic, digits, and a name that ends with a zero byte.</summary>
    internal static bool IsHeader(ReadOnlySpan<byte> bytes)
    {
        if (IsBinary(bytes) ? bytes.Length < BinaryHeaderSize + 2 : bytes.Length < HeaderSize || !bytes.StartsWith("0707"u8)) return false;
        try
        {
            var member = Header(bytes, 0, out var size);
            // The two bytes of the old magic prove little.
            if (member.Unit == 2 && member.Mode >> 12 is not (1 or 2 or 4 or 6 or 8 or 10 or 12) && member.Mode != 0) return false;
            return member.NameSize <= bytes.Length - size && bytes[size + member.NameSize - 1] == 0 && bytes.Slice(size, member.NameSize).IndexOf((byte)0) == member.NameSize - 1;
        }
        catch (UnreadableException)
        {
            return false;
        }
    }

    private static bool IsBinary(ReadOnlySpan<byte> bytes) => bytes.Length >= 2 && (bytes[0] == 0xc7 && bytes[1] == 0x71 || bytes[0] == 0x71 && bytes[1] == 0xc7);

    /// <param name="bytes">From the first member on, as far as there are bytes.</param>
    internal static Cpio Open(ReadOnlyMemory<byte> bytes, Place place, Budget budget)
    {
        var cpio = new Cpio(bytes, place, budget);
        try
        {
            cpio.ReadMembers();
        }
        catch (UnreadableException unreadable)
        {
            cpio.Lose(unreadable);
            cpio.length = Math.Min(bytes.Length, Math.Max(cpio.length, unreadable.Offset));
        }
        catch (BudgetException spent)
        {
            cpio.Lose("entries within the budget", spent.Message, cpio.length);
        }
        cpio.entries.Sort((a, b) => a.Path.CompareTo(b.Path));
        foreach (var content in cpio.contents) content.Entries.Sort((a, b) => a.Path.CompareTo(b.Path));
        return cpio;
    }

    private void ReadMembers()
    {
        var bytes = archive.Span;
        var at = 0;
        var byPath = new Dictionary<FilePath, (FileEntry Entry, int Content)>();
        var members = new List<(int Start, int Size, uint? Sum, List<FilePath> Paths)>();
        var linked = new Dictionary<(uint, uint, int), int>();
        var archives = 0;
        try
        {
            while (true)
            {
                if (at >= bytes.Length) throw new UnreadableException("a cpio member or trailer", "the end of the data", at);
                var start = at;
                var member = Header(bytes[at..], at, out var size);
                if (member.NameSize > bytes.Length - at - size) throw new UnreadableException($"a name of {member.NameSize} bytes", $"{bytes.Length - at - size} to the end", at + size);
                var raw = bytes.Slice(at + size, member.NameSize - 1);
                at = Align(at + size + member.NameSize, member.Unit, start);
                if (raw.SequenceEqual("TRAILER!!!"u8))
                {
                    archives++;
                    IsComplete = true;
                    length = at = Math.Min(at, bytes.Length);
                    var next = at;
                    while (next < bytes.Length && bytes[next] == 0) next++;
                    if (IsHeader(bytes[next..]) && next % 4 == 0)
                    {
                        IsComplete = false;
                        linked.Clear();
                        at = next;
                        continue;
                    }
                    // Writers fill up to a block of 512.
                    length = Math.Min(next, (at + 511) & ~511);
                    if (length > at && length == bytes.Length && length % 512 != 0) Lose("zeros up to a multiple of 512", $"the end after {length} bytes", length);
                    return;
                }
                Budget.SpendFiles();
                var whole = member.Size <= bytes.Length - Math.Min(at, bytes.Length);
                if (Clean(raw) is { } path)
                {
                    var entry = Entry(path, member);
                    var content = -1;
                    if (entry.Type == FileType.Regular)
                    {
                        // newc keeps the bytes of hard links with the last of them, the others are empty; octal repeats them.
                        var key = (member.Device, member.Inode, archives);
                        if (member.Links > 1 && linked.TryGetValue(key, out content))
                        {
                            if (member.Size > 0 && whole) members[content] = (at, (int)member.Size, member.Sum, members[content].Paths);
                        }
                        else
                        {
                            content = members.Count;
                            members.Add((at, whole ? (int)member.Size : -1, member.Sum, []));
                            if (member.Links > 1) linked.Add(key, content);
                        }
                        if (!whole) Lose(path, $"{member.Size} bytes of content", $"{Math.Max(0, bytes.Length - at)} to the end of the archive");
                    }
                    else if (entry.Type == FileType.Link)
                    {
                        if (!whole || member.Size > 65536) throw new UnreadableException("a link target of at most 65536 bytes inside the archive", $"{member.Size}", at);
                        entry = entry with { Target = bytes.Slice(at, (int)member.Size).ToArray() };
                    }
                    byPath[path] = (entry, content);
                }
                if (!whole) throw new UnreadableException($"{member.Size} bytes of content", $"{Math.Max(0, bytes.Length - at)} to the end", Math.Min(at, bytes.Length));
                at = Math.Min(bytes.Length, Align(at + (int)member.Size, member.Unit, start));
                length = at;
            }
        }
        finally
        {
            foreach (var (path, (entry, content)) in byPath)
            {
                var final = entry;
                if (content >= 0)
                {
                    if (members[content].Size >= 0) final = entry with { Size = members[content].Size };
                    members[content].Paths.Add(path);
                }
                entries.Add(final);
            }
            var index = entries.ToDictionary(e => e.Path);
            foreach (var member in members.Where(m => m.Size >= 0 && m.Paths.Count > 0))
            {
                contents.Add(new Content(member.Paths.Select(p => index[p]).ToList(), member.Start, member.Size, member.Sum));
            }
        }
    }

    private static int Align(int at, int unit, int start) => start + ((at - start + unit - 1) & -unit);

    // "./etc//passwd" is /etc/passwd, "." is the root; ".." stays what it is: a name that is shown and leads nowhere.
    private static FilePath? Clean(ReadOnlySpan<byte> raw)
    {
        var path = new List<byte>(raw.Length + 1);
        foreach (var range in raw.Split((byte)'/'))
        {
            var part = raw[range];
            if (part.Length == 0 || part.SequenceEqual("."u8)) continue;
            path.Add((byte)'/');
            path.AddRange(part);
        }
        return path.Count == 0 ? null : new FilePath(path.ToArray());
    }

    private static FileEntry Entry(FilePath path, Member member) => new()
    {
        Path = path,
        Type = (member.Mode >> 12) switch { 4 => FileType.Directory, 10 => FileType.Link, 2 => FileType.CharacterDevice, 6 => FileType.BlockDevice, 1 => FileType.Pipe, 12 => FileType.Socket, _ => FileType.Regular },
        Mode = (int)(member.Mode & 0xfff),
        Owner = member.Owner,
        Group = member.Group,
        Modified = member.Modified,
        Size = member.Mode >> 12 is 8 or 0 ? member.Size : 0,
        DeviceMajor = member.Major,
        DeviceMinor = member.Minor,
    };

    private static Member Header(ReadOnlySpan<byte> bytes, long origin, out int size)
    {
        var reader = new SpanReader(bytes, origin);
        var magic = reader.Take(6, "bytes of cpio magic");
        Member member;
        if (IsBinary(magic))
        {
            // Thirteen words of 16 bits, of numbers that take two the upper one first.
            size = BinaryHeaderSize;
            var isBig = magic[0] == 0x71;
            reader.Skip(BinaryHeaderSize - 6, "bytes of a cpio header");
            Span<uint> f = stackalloc uint[13];
            for (var i = 0; i < f.Length; i++) f[i] = isBig ? BinaryPrimitives.ReadUInt16BigEndian(bytes[(2 * i)..]) : BinaryPrimitives.ReadUInt16LittleEndian(bytes[(2 * i)..]);
            member = new Member(f[2], f[1], f[3], f[4], f[5], f[6], f[8] << 16 | f[9], f[11] << 16 | f[12], f[7] >> 8, f[7] & 0xff, (int)f[10], null, 2);
        }
        else if (magic.SequenceEqual("070701"u8) || magic.SequenceEqual("070702"u8))
        {
            size = NewHeaderSize;
            Span<uint> f = stackalloc uint[13];
            for (var i = 0; i < f.Length; i++) f[i] = (uint)Digits(ref reader, 8, NumberStyles.AllowHexSpecifier);
            member = new Member(f[0], f[7] << 16 ^ f[8], f[1], f[2], f[3], f[4], f[5], f[6], f[9], f[10], (int)Math.Min(f[11], int.MaxValue), magic[5] == '2' ? f[12] : null, 4);
        }
        else if (magic.SequenceEqual("070707"u8))
        {
            size = HeaderSize;
            Span<long> f = stackalloc long[10];
            for (var i = 0; i < f.Length; i++) f[i] = Digits(ref reader, i is 7 or 9 ? 11 : 6, NumberStyles.None);
            member = new Member((uint)f[1], (uint)f[0], (uint)f[2], (uint)f[3], (uint)f[4], (uint)f[5], f[7], f[9], (uint)f[6] >> 8, (uint)f[6] & 0xff, (int)f[8], null, 1);
        }
        else
        {
            throw new UnreadableException("the cpio magic 070701, 070702 or 070707, or the old binary one", FilePath.Escape(magic), origin);
        }
        if (member.NameSize is < 1 or > LongestName) throw new UnreadableException($"a name of 1 to {LongestName} bytes", $"{member.NameSize}", origin);
        return member;
    }

    private static long Digits(ref SpanReader reader, int count, NumberStyles style)
    {
        var at = reader.Offset;
        var digits = reader.Take(count, "digits of a cpio header");
        long number = 0;
        foreach (var d in digits)
        {
            var value = char.IsAsciiHexDigit((char)d) ? Convert.ToInt32(((char)d).ToString(), 16) : 99;
            if (value >= (style == NumberStyles.AllowHexSpecifier ? 16 : 8)) throw new UnreadableException("digits of a cpio header", FilePath.Escape(digits), at);
            number = style == NumberStyles.AllowHexSpecifier ? number * 16 + value : number * 8 + value;
        }
        return number;
    }

    public override void ReadContents(FileVisitor visit, int workers, CancellationToken cancel)
    {
        var affordable = new List<Content>();
        foreach (var content in contents.OrderBy(c => c.Start))
        {
            try
            {
                if (content.Size > Budget.FileBytes) throw new BudgetException("file", Budget.FileBytes);
                Budget.SpendBytes(content.Size);
                affordable.Add(content);
            }
            catch (BudgetException spent)
            {
                foreach (var entry in content.Entries) Lose(entry.Path, spent);
            }
        }
        Parallel.ForEach(affordable, new ParallelOptions { MaxDegreeOfParallelism = Math.Max(1, workers), CancellationToken = cancel }, content =>
        {
            var bytes = archive.Span.Slice(content.Start, content.Size);
            if (content.Sum is { } stated && content.Size > 0)
            {
                uint sum = 0;
                foreach (var b in bytes) sum += b;
                if (sum != stated)
                {
                    foreach (var entry in content.Entries) Lose(entry.Path, $"content with the sum {stated:x8}", $"{sum:x8}");
                }
            }
            visit(content.Entries, bytes);
        });
    }
}
