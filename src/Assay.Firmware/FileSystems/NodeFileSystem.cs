using System.Buffers;
using System.Collections.Concurrent;
using System.Runtime.ExceptionServices;
using Assay.Evidence.Files;
using Assay.Evidence.Reading;

namespace Assay.Firmware.FileSystems;

/// <summary>
/// What file systems share that know each file by a number: the walk from the root folder over names, where each folder is listed once and hard
/// links meet by their number; and the reading of contents file by file, in the order in which they lie, on all workers.
/// </summary>
internal abstract class NodeFileSystem(Place place, Budget budget) : ImageFileSystem(place, budget)
{
    // A damaged table can spoil every name behind it: so many are told one by one.
    private const int ToldDamage = 1000;
    private readonly List<FileEntry> entries = [];
    private readonly Dictionary<ulong, (Node Node, List<FileEntry> Links)> files = [];
    private readonly HashSet<ulong> folders = [];

    /// <summary>A file, folder or other thing behind a name.</summary>
    /// <param name="Start">Offset where its content begins, for the order of reading.</param>
    protected record Node(ulong Number, FileEntry Entry, long Start);

    public sealed override IReadOnlyList<FileEntry> Entries => entries;
    /// <summary>The regular files that the walk found, each once.</summary>
    protected IEnumerable<Node> Files => files.Values.Select(f => f.Node);

    /// <exception cref="UnreadableException">It is not there or damaged.</exception>
    protected abstract Node ReadNode(ulong number, FilePath path);

    /// <summary>Gives each name of a folder but <c>.</c> and <c>..</c>, with the number of what it names.</summary>
    /// <exception cref="UnreadableException">The names before the damage were given.</exception>
    /// <exception cref="BudgetException"/>
    protected abstract void List(Node folder, Action<ReadOnlySpan<byte>, ulong> child);

    /// <summary>Finds the pieces of a file, before any is read.</summary>
    /// <returns>Bytes that decoding them will yield, which the budget pays.</returns>
    /// <exception cref="UnreadableException">Pieces are missing.</exception>
    protected virtual long Plan(Node file) => file.Entry.Size;

    /// <summary>Writes the whole content over bytes that are arbitrary before. Called from several threads at once.</summary>
    /// <exception cref="UnreadableException"/>
    protected abstract void Fill(Node file, ArraySegment<byte> target);

    /// <summary>The content where it lies in one piece and as it is, so that it need not be copied; null else.</summary>
    /// <exception cref="UnreadableException"/>
    protected virtual ReadOnlyMemory<byte>? InPlace(Node file) => null;

    /// <summary>Whether the walk led to this folder.</summary>
    protected bool IsReached(ulong folder) => folders.Contains(folder);

    /// <summary>Reads all names from the root folder down.</summary>
    protected void Walk(ulong root)
    {
        try
        {
            var node = ReadNode(root, Top);
            if (node.Entry.Type == FileType.Directory) Walk(node);
            else Lose("a folder as the root", "another type", node.Start);
        }
        catch (UnreadableException unreadable)
        {
            Lose(unreadable);
        }
    }

    /// <summary>The same where the root folder may have no node of its own.</summary>
    protected void WalkFrom(ulong root) => Walk(new Node(root, new FileEntry { Path = Top, Type = FileType.Directory, Mode = -1 }, 0));

    private static FilePath Top => new("/"u8.ToArray());

    private void Walk(Node root)
    {
        var todo = new Stack<(ulong Number, FilePath Path, int Depth)>();
        var damaged = 0;
        BudgetException? spent = null;
        folders.Add(root.Number);
        Names(root, Top, 0);
        while (todo.TryPop(out var next))
        {
            try
            {
                Visit(next.Number, next.Path, next.Depth);
            }
            catch (UnreadableException unreadable)
            {
                if (damaged++ < ToldDamage) Lose(next.Path, unreadable);
            }
        }
        if (spent is not null) Lose("entries within the budget", spent.Message, 0);
        if (damaged > ToldDamage) Lose("entries that can be read", $"{damaged - ToldDamage} further ones that cannot", 0);
        entries.Sort((a, b) => a.Path.CompareTo(b.Path));
        foreach (var file in files.Values) file.Links.Sort((a, b) => a.Path.CompareTo(b.Path));

        void Visit(ulong number, FilePath path, int depth)
        {
            if (files.TryGetValue(number, out var known))
            {
                var link = known.Node.Entry with { Path = path };
                known.Links.Add(link);
                entries.Add(link);
                return;
            }
            var node = ReadNode(number, path);
            entries.Add(node.Entry);
            if (node.Entry.Type == FileType.Regular) files.Add(number, (node, [node.Entry]));
            if (node.Entry.Type != FileType.Directory) return;
            if (!folders.Add(number)) Lose(path, "a folder that is listed once", "one that is listed elsewhere in the tree");
            else if (depth >= Budget.Depth) Lose(path, $"folders at most {Budget.Depth} deep", "a deeper one (raise it with --budget depth=NUMBER)");
            else Names(node, path, depth);
        }

        // Names are paid for when they are met: a listing that many folders share must not fill the memory.
        void Names(Node folder, FilePath path, int depth)
        {
            if (spent is not null) return;
            try
            {
                List(folder, (name, number) =>
                {
                    Budget.SpendFiles();
                    if (name.Length > 0 && name.IndexOfAny((byte)'/', (byte)0) < 0) todo.Push((number, path.Child(name), depth + 1));
                    else if (damaged++ < ToldDamage) Lose(path, "names without slash and zero", $"the name {FilePath.Escape(name)}, which is left out");
                });
            }
            catch (UnreadableException unreadable)
            {
                if (damaged++ < ToldDamage) Lose(path, unreadable);
            }
            catch (BudgetException end)
            {
                spent = end;
            }
        }
    }

    public sealed override void ReadContents(FileVisitor visit, int workers, CancellationToken cancel)
    {
        var affordable = new List<(Node Node, List<FileEntry> Links)>();
        foreach (var file in files.Values.OrderBy(f => f.Node.Start).ThenBy(f => f.Node.Number))
        {
            cancel.ThrowIfCancellationRequested();
            try
            {
                if (file.Node.Entry.Size > Budget.FileBytes)
                {
                    throw new UnreadableException($"at most {Budget.FileBytes} bytes in one file", $"{file.Node.Entry.Size} (raise it with --budget file=NUMBER)", file.Node.Start);
                }
                Budget.SpendBytes(Plan(file.Node));
                affordable.Add(file);
            }
            catch (Exception failure) when (failure is UnreadableException or BudgetException)
            {
                foreach (var entry in file.Links) Lose(entry.Path, failure);
            }
        }
        try
        {
            Parallel.ForEach(Partitioner.Create(affordable, EnumerablePartitionerOptions.NoBuffering),
                new ParallelOptions { MaxDegreeOfParallelism = Math.Max(1, workers), CancellationToken = cancel }, file => Visit(file.Node, file.Links, visit));
        }
        catch (AggregateException several)
        {
            ExceptionDispatchInfo.Throw(several.InnerExceptions[0]);
        }
    }

    private void Visit(Node node, List<FileEntry> links, FileVisitor visit)
    {
        byte[]? buffer = null;
        try
        {
            ReadOnlySpan<byte> content;
            try
            {
                var size = (int)node.Entry.Size;
                if (size == 0)
                {
                    content = [];
                }
                else if (InPlace(node) is { } whole)
                {
                    content = whole.Span;
                }
                else
                {
                    buffer = ArrayPool<byte>.Shared.Rent(size);
                    Fill(node, new ArraySegment<byte>(buffer, 0, size));
                    content = buffer.AsSpan(0, size);
                }
            }
            catch (Exception failure) when (failure is UnreadableException or BudgetException)
            {
                foreach (var entry in links) Lose(entry.Path, failure);
                return;
            }
            visit(links, content);
        }
        finally
        {
            if (buffer is not null) ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}

/// <summary>One that lies in a single run of bytes.</summary>
/// <param name="image">From the first byte of the file system on, as far as there are bytes.</param>
internal abstract class FlatFileSystem(ReadOnlyMemory<byte> image, Place place, Budget budget) : NodeFileSystem(place, budget)
{
    protected ReadOnlyMemory<byte> Image => image;

    /// <summary>A run of the image.</summary>
    /// <exception cref="UnreadableException">It is not all there.</exception>
    protected ReadOnlySpan<byte> At(long offset, long count, string what) => Piece(offset, count, what).Span;

    /// <inheritdoc cref="At"/>
    protected ReadOnlyMemory<byte> Piece(long offset, long count, string what)
    {
        if (offset < 0 || count < 0 || offset > image.Length || count > image.Length - offset) throw new UnreadableException($"{count} bytes of {what}", $"an image of 0x{image.Length:x} bytes", Math.Max(0, offset));
        return image.Slice((int)offset, (int)count);
    }
}
