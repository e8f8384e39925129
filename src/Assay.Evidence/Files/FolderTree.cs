using System.Runtime.InteropServices;
using System.Text;
using Assay.Evidence.Reading;

namespace Assay.Evidence.Files;

/// <summary>A folder on disk as a file system: an unpacked root that somebody hands over. Links are shown and never followed, so nothing outside the folder is read.</summary>
/// <remarks>Names that are not UTF-8 cannot be opened through the framework; they become losses. Linux only.</remarks>
public sealed partial class FolderTree : IFileSystem
{
    private readonly string folder;
    private readonly string artefact;
    private readonly Budget budget;
    private readonly List<FileEntry> entries = [];
    private readonly Dictionary<ulong, List<FileEntry>> contents = [];
    private readonly List<Loss> losses = [];

    private FolderTree(string folder, string artefact, Budget budget)
    {
        this.folder = folder;
        this.artefact = artefact;
        this.budget = budget;
    }

    public string Format => "folder";
    public IReadOnlyList<FileEntry> Entries => entries;
    public IReadOnlyList<Loss> Losses
    {
        get
        {
            lock (losses) return [.. losses];
        }
    }

    /// <exception cref="DirectoryNotFoundException"/>
    /// <exception cref="BudgetException">More entries than the budget allows.</exception>
    public static FolderTree Open(string folder, string artefact, Budget budget)
    {
        if (!Directory.Exists(folder)) throw new DirectoryNotFoundException(folder);
        var tree = new FolderTree(folder, artefact, budget);
        var open = new Stack<(string Relative, int Depth)>();
        open.Push(("", 0));
        while (open.TryPop(out var place))
        {
            if (place.Depth > budget.Depth)
            {
                tree.Lose(place.Relative, $"at most {budget.Depth} folders in one another", "one deeper");
                continue;
            }
            foreach (var info in new DirectoryInfo(tree.OnDisk(place.Relative)).EnumerateFileSystemInfos("*", Everything))
            {
                budget.SpendFiles();
                var relative = $"{place.Relative}/{info.Name}";
                if (info.Name.Contains('\ufffd'))
                {
                    tree.Lose(relative, "a name in UTF-8", "other bytes");
                    continue;
                }
                if (tree.Entry(relative, info) is not { } entry)
                {
                    tree.Lose(relative, "an entry whose status can be read", "none");
                    continue;
                }
                tree.entries.Add(entry);
                if (entry.Type == FileType.Directory) open.Push((relative, place.Depth + 1));
            }
        }
        tree.entries.Sort((a, b) => a.Path.CompareTo(b.Path));
        foreach (var same in tree.contents.Values) same.Sort((a, b) => a.Path.CompareTo(b.Path));
        return tree;
    }

    public void ReadContents(FileVisitor visit, int workers, CancellationToken cancel)
    {
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = Math.Max(1, workers), CancellationToken = cancel };
        Parallel.ForEach(contents.Values, parallel, same =>
        {
            var entry = same[0];
            try
            {
                if (entry.Size > budget.FileBytes)
                {
                    Lose(entry.Path.Text, $"at most {budget.FileBytes} bytes in one file", $"{entry.Size}");
                    return;
                }
                budget.SpendBytes(entry.Size);
                using var bytes = MappedBytes.Open(OnDisk(Encoding.UTF8.GetString(entry.Path.Raw)));
                visit(same, bytes.Span(0, checked((int)bytes.Length)));
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException or BudgetException or OverflowException)
            {
                Lose(entry.Path.Text, "a file that can be read", e.Message.Replace(folder, "", StringComparison.Ordinal));
            }
        });
        lock (losses) losses.Sort((a, b) => string.CompareOrdinal(a.Location.Path, b.Location.Path));
    }

    private static readonly EnumerationOptions Everything = new() { AttributesToSkip = 0, IgnoreInaccessible = true, RecurseSubdirectories = false, ReturnSpecialDirectories = false };

    private FileEntry? Entry(string relative, FileSystemInfo info)
    {
        var status = new byte[StatusBytes];
        if (StatusOf(CurrentFolder, info.FullName, DoNotFollow, BasicFields, status) != 0) return null;
        var reader = new SpanReader(status, 0, !BitConverter.IsLittleEndian);
        reader.Seek(20);
        var (owner, group, mode) = (reader.U32(), reader.U32(), reader.U16());
        reader.Seek(32);
        var (inode, size) = (reader.U64(), reader.U64());
        reader.Seek(112);
        var modified = (long)reader.U64();
        reader.Seek(128);
        var (major, minor) = (reader.U32(), reader.U32());
        FileType? type = (mode & 0xf000) switch
        {
            0x8000 => FileType.Regular,
            0x4000 => FileType.Directory,
            0xa000 => FileType.Link,
            0x2000 => FileType.CharacterDevice,
            0x6000 => FileType.BlockDevice,
            0x1000 => FileType.Pipe,
            0xc000 => FileType.Socket,
            _ => null,
        };
        if (type is null) return null;
        var entry = new FileEntry
        {
            Path = FilePath.Of(relative),
            Type = type.Value,
            Mode = mode & 0xfff,
            Owner = owner,
            Group = group,
            Modified = modified,
            Size = type == FileType.Regular ? (long)size : 0,
            Target = type == FileType.Link ? Encoding.UTF8.GetBytes(info.LinkTarget ?? "") : null,
            DeviceMajor = major,
            DeviceMinor = minor,
        };
        if (type == FileType.Regular)
        {
            if (!contents.TryGetValue(inode, out var same)) contents.Add(inode, same = []);
            same.Add(entry);
        }
        return entry;
    }

    // statx(2): the one status call whose record has the same layout on every architecture; offsets above are its fields.
    private const int StatusBytes = 256, CurrentFolder = -100, DoNotFollow = 0x100;
    private const uint BasicFields = 0x7ff;

    [LibraryImport("libc", EntryPoint = "statx", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int StatusOf(int folder, string path, int flags, uint mask, byte[] status);

    private string OnDisk(string relative) => folder.TrimEnd('/') + relative;

    private void Lose(string path, string expected, string found)
    {
        lock (losses)
        {
            losses.Add(new Loss { Location = new Location { Artefact = artefact, Path = Shortened.Visible(path) }, Expected = expected, Found = found });
        }
    }
}
