using System.Buffers.Binary;
using Assay.Evidence.Reading;

namespace Assay.Labels.Log;

/// <summary>The one writer of a log in a folder (c2sp.org/tlog-tiles). An index that it gave out is on the disk, and stays.</summary>
/// <remarks>
/// Order: bundles and tiles of the new size are written, flushed, named, and their folders flushed; then the checkpoint; then the index is given out. The checkpoint
/// is the truth. If we stop before it, files beyond its size lie about that nobody was told of: opening removes them, and what is appended next takes their names.
/// If we stop between it and the answer, the log has entries that nobody was told of: they stay, as a signed size cannot be taken back.
/// Safe for use by several threads. After an exception the disk's state is unknown here, so that nothing more is appended before it is opened again.
/// </remarks>
public sealed class LogWriter : IDisposable
{
    /// <summary>The log's public key as a vkey, for who reads the folder.</summary>
    public const string KeyFile = "key";
    /// <summary>Entries under one checkpoint of <see cref="AppendAll"/>: bounds what opening must look through after a stop.</summary>
    public const int MaxBatch = 65_536;

    private readonly Lock access = new();
    private readonly LogFolder folder;
    private readonly LogKey key;
    private readonly TimeProvider time;
    // Of each level the hashes of its last tile, 0 to 255; entries: the last bundle.
    private readonly List<List<byte>> edge = [];
    private readonly List<byte> entries = [];
    private bool failed;

    private LogWriter(LogFolder folder, string origin, LogKey key, TimeProvider time)
    {
        this.folder = folder;
        this.key = key;
        this.time = time;
        Verifier = key.Verifier(origin);
    }

    public LogVerifier Verifier { get; }
    public string Folder => folder.Path;
    /// <summary>Entries that are on the disk under a signed checkpoint.</summary>
    public long Size { get; private set; }
    /// <summary>32 bytes.</summary>
    public ReadOnlyMemory<byte> Root { get; private set; }
    /// <summary>When this writer last signed a checkpoint; null before.</summary>
    public DateTimeOffset? LastAppend { get; private set; }

    /// <summary>Opens a log, or begins one in an empty folder.</summary>
    /// <param name="origin">The log's name for ever, a web address without its scheme: <c>registry.example/log</c>. No spaces, no +.</param>
    /// <exception cref="IOException">Another writer holds the folder, or it cannot be written.</exception>
    /// <exception cref="UnreadableException">The folder's log is another's, or is not whole.</exception>
    public static LogWriter Open(string folder, string origin, LogKey key, TimeProvider time) => Open(folder, origin, key, time, null);

    internal static LogWriter Open(string folder, string origin, LogKey key, TimeProvider time, Action<string>? step)
    {
        var files = new LogFolder(folder, step);
        try
        {
            var writer = new LogWriter(files, origin, key, time);
            writer.Load();
            return writer;
        }
        catch
        {
            files.Dispose();
            throw;
        }
    }

    /// <returns>The entry's index, once it is on the disk under a signed checkpoint.</returns>
    public long Append(ReadOnlySpan<byte> entry) => AppendAll([entry.ToArray()]);

    /// <summary>Appends in order; each <see cref="MaxBatch"/> entries share one checkpoint, and stand or fall together.</summary>
    /// <returns>The index of the first; the others follow it.</returns>
    /// <exception cref="ArgumentException">An entry is longer than <see cref="Tiles.MaxEntryBytes"/>; nothing was appended.</exception>
    /// <exception cref="IOException">Open the log again: some of the entries may be in it.</exception>
    public long AppendAll(IReadOnlyList<ReadOnlyMemory<byte>> batch)
    {
        if (batch.Any(e => e.Length > Tiles.MaxEntryBytes)) throw new ArgumentException($"an entry has at most {Tiles.MaxEntryBytes} bytes", nameof(batch));
        lock (access)
        {
            if (failed) throw new IOException("expected a log that can be appended to, found that an earlier append failed; open the log again");
            var first = Size;
            failed = true;
            for (var at = 0; at < batch.Count; at += MaxBatch) AppendUnderOne(batch, at, Math.Min(batch.Count, at + MaxBatch));
            failed = false;
            return first;
        }
    }

    public void Dispose() => folder.Dispose();

    private void AppendUnderOne(IReadOnlyList<ReadOnlyMemory<byte>> batch, int from, int to)
    {
        var size = Size;
        var outgrown = new List<string>();
        var highest = 0;
        Span<byte> length = stackalloc byte[2];
        for (var i = from; i < to; i++)
        {
            BinaryPrimitives.WriteUInt16BigEndian(length, (ushort)batch[i].Length);
            entries.AddRange(length);
            entries.AddRange(batch[i].Span);
            size++;
            if (size % Tiles.Width == 0) Complete(Tiles.Entries(size / Tiles.Width - 1, Tiles.Width), entries, outgrown);
            highest = Math.Max(highest, Push(0, MerkleTree.LeafHash(batch[i].Span), size, outgrown));
        }
        if (entries.Count > 0) folder.Put(Tiles.Entries(size / Tiles.Width, (int)(size % Tiles.Width)), Bytes(entries));
        for (var level = 0; level <= highest && level < edge.Count; level++)
        {
            if (edge[level].Count > 0) folder.Put(Tiles.Hashes(level, Tiles.OnLevel(size, level) / Tiles.Width, edge[level].Count / MerkleTree.HashBytes), Bytes(edge[level]));
        }
        folder.Settle();
        Publish(size);
        // Only now: a reader of the checkpoint before may still ask for them, and then takes the full file.
        foreach (var partial in outgrown) folder.DeleteFolder(partial);
    }

    // A hash onto a level; a full tile is written, and its root goes onto the level above. Gives the highest level that changed.
    private int Push(int level, byte[] hash, long size, List<string> outgrown)
    {
        if (edge.Count == level) edge.Add([]);
        edge[level].AddRange(hash);
        if (edge[level].Count < Tiles.Width * MerkleTree.HashBytes) return level;
        var root = MerkleTree.Root(Bytes(edge[level]));
        Complete(Tiles.Hashes(level, Tiles.OnLevel(size, level) / Tiles.Width - 1, Tiles.Width), edge[level], outgrown);
        return Push(level + 1, root, size, outgrown);
    }

    private void Complete(string path, List<byte> bytes, List<string> outgrown)
    {
        folder.Put(path, Bytes(bytes));
        bytes.Clear();
        outgrown.Add(path + ".p");
    }

    private void Publish(long size)
    {
        var root = RootOfEdge();
        folder.Put(Tiles.Checkpoint, Checkpoint.Sign(key, Verifier.Name, size, root));
        folder.Settle();
        (Size, Root, LastAppend) = (size, root, time.GetUtcNow());
    }

    // Level by level: what lies below is the last, incomplete subtree beside the whole ones of this level.
    private byte[] RootOfEdge()
    {
        byte[]? below = null;
        foreach (var level in edge)
        {
            if (level.Count == 0) continue;
            below = MerkleTree.Root(below is null ? Bytes(level) : [.. level, .. below]);
        }
        return below ?? MerkleTree.EmptyRoot();
    }

    private void Load()
    {
        var file = LogReader.Folder(folder.Path);
        var vkey = Verifier.ToString();
        if (file(KeyFile) is { } known && System.Text.Encoding.UTF8.GetString(known).Trim() is var text && text != vkey) throw new UnreadableException($"the log of {vkey}", $"the log of {text}", 0);
        if (file(Tiles.Checkpoint) is not { } note)
        {
            // The first checkpoint is older than the first tile, so tiles without one are a log that lost it: beginning anew would fork it.
            if (folder.HasFolder("tile")) throw new UnreadableException($"the checkpoint of the log in {folder.Path}", "tiles without one", 0);
            folder.Put(KeyFile, System.Text.Encoding.UTF8.GetBytes(vkey + "\n"));
            Publish(0);
            return;
        }
        var checkpoint = Checkpoint.Read(note);
        if (checkpoint.Origin != Verifier.Name) throw new UnreadableException($"the log {Verifier.Name} in {folder.Path}", $"the log {checkpoint.Origin}", 0);
        if (!checkpoint.Verify(Verifier)) throw new UnreadableException($"a checkpoint signed by {vkey}", "another signature", 0);
        (Size, Root) = (checkpoint.Size, checkpoint.Root);

        for (var level = 0; Tiles.OnLevel(Size, level) > 0; level++)
        {
            var width = (int)(Tiles.OnLevel(Size, level) % Tiles.Width);
            var hashes = width == 0 ? [] : Need(Tiles.Hashes(level, Tiles.OnLevel(Size, level) / Tiles.Width, width));
            if (hashes.Length != width * MerkleTree.HashBytes) throw new UnreadableException($"{width} hashes in the last tile of level {level}", $"{hashes.Length} bytes", 0);
            edge.Add([.. hashes]);
        }
        if (!RootOfEdge().AsSpan().SequenceEqual(Root.Span)) throw new UnreadableException("tiles that lead to the checkpoint's root (assay log fsck says where they differ)", "other tiles", 0);
        var last = (int)(Size % Tiles.Width);
        if (last > 0)
        {
            var bundle = Need(Tiles.Entries(Size / Tiles.Width, last));
            if (!Tiles.ReadEntries(bundle, last).SelectMany(e => MerkleTree.LeafHash(e.Span)).SequenceEqual(edge[0]))
                throw new UnreadableException("the last bundle's entries with the hashes of their tile", "other entries", 0);
            entries.AddRange(bundle);
        }
        Sweep();

        byte[] Need(string path) => file(path) ?? throw new UnreadableException($"the file {path} of the log in {folder.Path}", "none", 0);
    }

    // What a stop left: files beyond the checkpoint, and partial files beside their full one. One batch reaches no further than this.
    private void Sweep()
    {
        for (var level = -1; level <= Tiles.MaxLevel; level++)
        {
            var count = Tiles.OnLevel(Size, Math.Max(level, 0));
            var current = count / Tiles.Width;
            var reach = Tiles.OnLevel(MaxBatch, Math.Max(level, 0) + 1) + 1;
            for (var index = Math.Max(0, current - reach); index <= current + reach; index++)
            {
                var full = level < 0 ? Tiles.Entries(index, Tiles.Width) : Tiles.Hashes(level, index, Tiles.Width);
                if (index >= current) folder.Delete(full);
                if (index != current || count % Tiles.Width == 0) folder.DeleteFolder(full + ".p");
                else
                {
                    foreach (var width in folder.In(full + ".p").Where(w => !int.TryParse(w, out var wide) || wide > count % Tiles.Width).ToList()) folder.Delete($"{full}.p/{width}");
                }
            }
        }
        folder.Settle();
    }

    private static ReadOnlySpan<byte> Bytes(List<byte> list) => System.Runtime.InteropServices.CollectionsMarshal.AsSpan(list);
}
