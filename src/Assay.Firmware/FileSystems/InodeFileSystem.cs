using System.Buffers;
using System.Collections.Concurrent;
using System.Runtime.ExceptionServices;
using System.Text;
using Assay.Evidence.Files;
using Assay.Evidence.Reading;

namespace Assay.Firmware.FileSystems;

/// <summary>A regular file that lies in pieces: its names, its size in bytes, and where its first piece lies.</summary>
internal class StoredFile
{
    internal required uint Inode { get; init; }
    internal required long Size { get; init; }
    internal List<FileEntry> Entries { get; } = [];
    /// <summary>Bytes from the start of the file system; contents are read in this order.</summary>
    internal long Start { get; set; }
}

/// <summary>
/// What the file systems of raw flash share once their nodes are found: inodes by number, folders that give numbers to names, and contents that are put
/// together of pieces. Names are kept as text of one character a byte.
/// </summary>
internal abstract class InodeFileSystem(Place place, Budget budget) : ImageFileSystem(place, budget)
{
    private readonly List<FileEntry> entries = [];
    private readonly Dictionary<uint, StoredFile> files = [];
    private readonly HashSet<uint> folders = [];

    public sealed override IReadOnlyList<FileEntry> Entries => entries;

    /// <summary>What a folder lists, in any order.</summary>
    protected abstract IEnumerable<(string Name, uint Inode)> Children(uint folder);

    /// <summary>The entry of an inode, and of a regular file what <see cref="Fill"/> needs.</summary>
    /// <exception cref="UnreadableException">The inode is not there or damaged.</exception>
    protected abstract FileEntry Entry(uint inode, FilePath path, out StoredFile? file);

    /// <summary>Finds the pieces of a file.</summary>
    /// <returns>Bytes that decoding them will yield, which the budget pays.</returns>
    /// <exception cref="UnreadableException">Pieces are missing.</exception>
    protected abstract long Plan(StoredFile file);

    /// <summary>Writes all <see cref="StoredFile.Size"/> bytes to the start of <paramref name="target"/>, whose bytes are arbitrary before. Called by several threads.</summary>
    /// <exception cref="UnreadableException"/>
    protected abstract void Fill(StoredFile file, byte[] target);

    /// <summary>Whether the tree led to this folder.</summary>
    protected bool IsReached(uint folder) => folders.Contains(folder);

    /// <summary>Follows the names from the root on.</summary>
    protected void ReadTree(uint root)
    {
        var todo = new Stack<(uint Inode, FilePath Path, int Depth)>();
        folders.Add(root);
        Push(root, new FilePath("/"u8.ToArray()), 0);
        var damaged = 0;
        while (todo.TryPop(out var next))
        {
            try
            {
                Budget.SpendFiles();
            }
            catch (BudgetException spent)
            {
                Lose("entries within the budget", spent.Message, 0);
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
                var entry = Entry(next.Inode, next.Path, out var file);
                entries.Add(entry);
                if (file is not null)
                {
                    file.Entries.Add(entry);
                    files.Add(next.Inode, file);
                }
                if (entry.Type != FileType.Directory) continue;
                if (!folders.Add(next.Inode)) Lose(next.Path, "a folder that is listed once", "one that is listed elsewhere in the tree");
                else if (next.Depth >= Budget.Depth) Lose(next.Path, $"folders at most {Budget.Depth} deep", "a deeper one (raise it with --budget depth=NUMBER)");
                else Push(next.Inode, next.Path, next.Depth);
            }
            catch (UnreadableException unreadable)
            {
                if (damaged++ < 1000) Lose(next.Path, unreadable);
            }
        }
        if (damaged > 1000) Lose("inodes", $"{damaged - 1000} further entries that cannot be read", 0);
        entries.Sort((a, b) => a.Path.CompareTo(b.Path));
        foreach (var file in files.Values) file.Entries.Sort((a, b) => a.Path.CompareTo(b.Path));

        void Push(uint folder, FilePath path, int depth)
        {
            foreach (var (name, inode) in Children(folder))
            {
                var raw = Encoding.Latin1.GetBytes(name);
                if (raw.Length == 0 || raw.AsSpan().IndexOfAny((byte)'/', (byte)0) >= 0)
                {
                    Lose(path, "names without slash and zero", raw.Length == 0 ? "an empty name, which is left out" : $"the name {FilePath.Escape(raw)}, which is left out");
                    continue;
                }
                todo.Push((inode, path.Child(raw), depth + 1));
            }
        }
    }

    public sealed override void ReadContents(FileVisitor visit, int workers, CancellationToken cancel)
    {
        var affordable = new List<StoredFile>(files.Count);
        foreach (var file in files.Values.OrderBy(f => f.Start).ThenBy(f => f.Inode))
        {
            cancel.ThrowIfCancellationRequested();
            try
            {
                if (file.Size > Budget.FileBytes)
                {
                    throw new UnreadableException($"at most {Budget.FileBytes} bytes in one file", $"{file.Size} (raise it with --budget file=NUMBER)", file.Start);
                }
                Budget.SpendBytes(Plan(file));
                affordable.Add(file);
            }
            catch (Exception failure) when (failure is UnreadableException or BudgetException)
            {
                LoseAll(file, failure);
            }
        }
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = Math.Max(1, workers), CancellationToken = cancel };
        try
        {
            Parallel.ForEach(Partitioner.Create(affordable, loadBalance: true), parallel, file => ReadContent(file, visit));
        }
        catch (AggregateException several)
        {
            ExceptionDispatchInfo.Throw(several.InnerExceptions[0]);
        }
    }

    private void ReadContent(StoredFile file, FileVisitor visit)
    {
        var buffer = ArrayPool<byte>.Shared.Rent((int)file.Size);
        try
        {
            try
            {
                Fill(file, buffer);
            }
            catch (UnreadableException unreadable)
            {
                LoseAll(file, unreadable);
                return;
            }
            visit(file.Entries, buffer.AsSpan(0, (int)file.Size));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private void LoseAll(StoredFile file, Exception failure)
    {
        foreach (var entry in file.Entries) Lose(entry.Path, failure);
    }

    /// <summary>The entry that Unix mode bits describe, its type included.</summary>
    /// <exception cref="UnreadableException">The upper four bits are those of no file type.</exception>
    protected static FileEntry UnixEntry(FilePath path, uint mode, uint owner, uint group, long modified, long offset) => new()
    {
        Path = path,
        Type = (mode >> 12) switch
        {
            8 => FileType.Regular,
            4 => FileType.Directory,
            10 => FileType.Link,
            2 => FileType.CharacterDevice,
            6 => FileType.BlockDevice,
            1 => FileType.Pipe,
            12 => FileType.Socket,
            _ => throw new UnreadableException("a mode with one of seven file types", $"0x{mode:x}", offset),
        },
        Mode = (int)(mode & 0xfff),
        Owner = owner,
        Group = group,
        Modified = modified,
    };

    /// <summary>Numbers of a device as Linux writes them: eight bits each in two bytes (old), twelve and twenty in four (linux/include/linux/kdev_t.h).</summary>
    protected static FileEntry WithDevice(FileEntry entry, uint number, bool isOld) => entry with
    {
        DeviceMajor = isOld ? number >> 8 & 0xff : number >> 8 & 0xfff,
        DeviceMinor = isOld ? number & 0xff : number & 0xff | number >> 12 & 0xfff00,
    };
}
