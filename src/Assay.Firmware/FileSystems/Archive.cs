using System.Collections.Concurrent;
using Assay.Evidence;
using Assay.Evidence.Files;
using Assay.Evidence.Reading;

namespace Assay.Firmware.FileSystems;

/// <summary>Named files one behind another: what tar, zip, 7z and ar share. Names are data and lead nowhere; of two members of one name the later counts.</summary>
internal abstract class Archive(Place place, Budget budget) : ImageFileSystem(place, budget)
{
    private readonly Dictionary<FilePath, (FileEntry Entry, int Content)> byPath = [];
    private readonly List<(long Offset, long Size)> contents = [];
    private IReadOnlyList<FileEntry> entries = [];
    private long length;

    /// <summary>One content, and the names that it has.</summary>
    /// <param name="Entries">One, or all hard links to it.</param>
    /// <param name="Offset">Bytes from the start of the archive to the member, or to the stream that holds it.</param>
    /// <param name="Size">Bytes when unpacked, as stated.</param>
    /// <param name="Index">In the order in which the archive keeps its contents.</param>
    internal sealed record Member(IReadOnlyList<FileEntry> Entries, long Offset, long Size, int Index);

    public override IReadOnlyList<FileEntry> Entries => entries;
    internal override long Length => length;
    /// <summary>Of regular files, in the order in which they lie in the archive.</summary>
    internal IReadOnlyList<Member> Members { get; private set; } = [];

    /// <summary>The content of one member, checked by all that the archive says of it. Spends no budget.</summary>
    /// <exception cref="UnreadableException">Damaged, encrypted, or packed in a way that is not read.</exception>
    /// <exception cref="BudgetException">Larger than may be held.</exception>
    internal abstract ReadOnlyMemory<byte> Read(Member member);

    /// <summary>Bytes of unpacked members that may be kept from the opening of an archive to the reading of its contents.</summary>
    private const long MostKept = 32 << 20;
    private readonly ConcurrentDictionary<int, ReadOnlyMemory<byte>> unpacked = [];
    private long keptBytes;

    /// <summary>Spares the reading of contents to unpack a member again that was unpacked when the archive was opened.</summary>
    /// <param name="isHeld">Its bytes are in memory anyhow.</param>
    internal void Keep(Member member, ReadOnlyMemory<byte> content, bool isHeld)
    {
        if (!IsPacked) return;
        // A copy: what was unpacked around it need not stay.
        if (isHeld) unpacked[member.Index] = content;
        else if (keptBytes + content.Length <= MostKept)
        {
            keptBytes += content.Length;
            unpacked[member.Index] = content.ToArray();
        }
    }

    /// <summary>Whether to read a member is work; else it is a piece of the archive as it stands.</summary>
    private protected abstract bool IsPacked { get; }

    /// <summary>Whether a name stands in the archive already.</summary>
    internal bool Has(FilePath path) => byPath.ContainsKey(path);

    /// <summary>Lists an entry without content.</summary>
    /// <exception cref="BudgetException"/>
    protected void Add(FileEntry entry)
    {
        Budget.SpendFiles();
        byPath[entry.Path] = (entry, -1);
    }

    /// <summary>Lists a regular file.</summary>
    /// <returns>The index of its content.</returns>
    /// <exception cref="BudgetException"/>
    protected int Add(FileEntry entry, long offset)
    {
        Budget.SpendFiles();
        contents.Add((offset, entry.Size));
        byPath[entry.Path] = (entry, contents.Count - 1);
        return contents.Count - 1;
    }

    /// <summary>Lists another name of a file that stands in the archive.</summary>
    /// <returns>False where there is no file of the name <paramref name="target"/>.</returns>
    /// <exception cref="BudgetException"/>
    protected bool Link(FileEntry entry, FilePath target)
    {
        if (!byPath.TryGetValue(target, out var known) || known.Content < 0) return false;
        Budget.SpendFiles();
        byPath[entry.Path] = (known.Entry with { Path = entry.Path }, known.Content);
        return true;
    }

    /// <summary>Ends the listing.</summary>
    /// <param name="bytes">From the start of the archive to its end.</param>
    protected void Seal(long bytes)
    {
        length = bytes;
        entries = byPath.Values.Select(v => v.Entry).OrderBy(e => e.Path).ToList();
        Members = byPath.Values.Where(v => v.Content >= 0).GroupBy(v => v.Content)
            .Select(g => new Member(g.Select(v => v.Entry).OrderBy(e => e.Path).ToList(), contents[g.Key].Offset, contents[g.Key].Size, g.Key))
            .OrderBy(m => m.Offset).ThenBy(m => m.Index).ToList();
    }

    public override void ReadContents(FileVisitor visit, int workers, CancellationToken cancel)
    {
        var affordable = new List<Member>();
        foreach (var member in Members)
        {
            try
            {
                if (member.Size > Budget.FileBytes) throw new BudgetException("file", Budget.FileBytes);
                Budget.SpendBytes(member.Size);
                affordable.Add(member);
            }
            catch (BudgetException spent)
            {
                foreach (var entry in member.Entries) Lose(entry.Path, spent);
            }
        }
        Parallel.ForEach(affordable, new ParallelOptions { MaxDegreeOfParallelism = Math.Max(1, workers), CancellationToken = cancel }, member =>
        {
            try
            {
                visit(member.Entries, (unpacked.TryRemove(member.Index, out var content) ? content : Read(member)).Span);
            }
            catch (Exception failure) when (failure is UnreadableException or BudgetException)
            {
                foreach (var entry in member.Entries) Lose(entry.Path, failure);
            }
        });
    }

    /// <summary>
    /// The path that a member's name stands for: <c>./etc//passwd</c> is <c>/etc/passwd</c>; a step upwards stays a part of the name. Null for the root itself.
    /// </summary>
    protected static FilePath? Clean(ReadOnlySpan<byte> raw)
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
}
