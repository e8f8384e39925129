using System.Numerics;
using Assay.Evidence.Reading;

namespace Assay.Labels.Log;

/// <summary>Reads a log by its files (c2sp.org/tlog-tiles), wherever they are. What it gives was held against the checkpoint's root; whether the checkpoint is the log's own, <see cref="Checkpoint.Verify"/> says.</summary>
/// <param name="file">A file's bytes by its path within the log; null where there is none. <see cref="Folder"/> for a folder.</param>
/// <remarks>Not for use by several threads.</remarks>
public sealed class LogReader(Func<string, byte[]?> file)
{
    // A proof touches two or three tiles on each of few levels.
    private const int KeptTiles = 64;
    private readonly Dictionary<(int Level, long Index), byte[]> tiles = [];
    private Checkpoint? checkpoint;

    /// <summary>The checkpoint as it was when first asked for: all answers are of one size.</summary>
    /// <exception cref="UnreadableException"/>
    public Checkpoint Checkpoint => checkpoint ??= Checkpoint.Read(file(Tiles.Checkpoint) ?? throw new UnreadableException("a checkpoint", "none", 0));

    public long Size => Checkpoint.Size;

    /// <summary>The files of a log in a folder. A path that no log has is null, wherever it would lead.</summary>
    public static Func<string, byte[]?> Folder(string folder) => path =>
    {
        if (path is not (Tiles.Checkpoint or LogWriter.KeyFile) && Tiles.Parse(path) is null) return null;
        try
        {
            using var stream = new FileStream(Path.Combine(folder, path), FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            if (stream.Length > Tiles.MaxBundleBytes) throw new UnreadableException($"a file of at most {Tiles.MaxBundleBytes} bytes", $"{stream.Length}", 0);
            var bytes = new byte[stream.Length];
            stream.ReadExactly(bytes);
            return bytes;
        }
        catch (Exception absent) when (absent is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    };

    /// <summary>Every entry in order, each bundle read once; each entry's hash is that of the tile above it.</summary>
    /// <exception cref="UnreadableException">The files do not agree.</exception>
    public IEnumerable<ReadOnlyMemory<byte>> Entries()
    {
        for (long bundle = 0; bundle * Tiles.Width < Size; bundle++)
        {
            var first = bundle * Tiles.Width;
            var entries = Bundle(bundle);
            for (var i = 0; i < Tiles.WidthOf(Size, 0, bundle); i++) yield return Checked(first + i, entries[i]);
        }
    }

    /// <summary>The bytes of an entry, whose hash is that of the tile above it.</summary>
    /// <exception cref="UnreadableException">No such entry, or the files do not agree.</exception>
    public ReadOnlyMemory<byte> Entry(long index)
    {
        InTree(index);
        return Checked(index, Bundle(index / Tiles.Width)[(int)(index % Tiles.Width)]);
    }

    private IReadOnlyList<ReadOnlyMemory<byte>> Bundle(long bundle)
    {
        var width = Tiles.WidthOf(Size, 0, bundle);
        var path = Tiles.Entries(bundle, width);
        var (bytes, whole) = File(path, width, () => Tiles.Entries(bundle, Tiles.Width));
        // A full bundle in the place of a partial one has more entries than this size needs.
        return Tiles.ReadEntries(bytes, whole ? Tiles.Width : width);
    }

    private ReadOnlyMemory<byte> Checked(long index, ReadOnlyMemory<byte> entry) =>
        MerkleTree.LeafHash(entry.Span).AsSpan().SequenceEqual(LeafHash(index)) ? entry
            : throw new UnreadableException($"entry {index} with the hash that its tile has", $"another entry in {Tiles.Entries(index / Tiles.Width, Tiles.WidthOf(Size, 0, index / Tiles.Width))}", 0);

    public byte[] LeafHash(long index)
    {
        InTree(index);
        return Tile(0, index / Tiles.Width).AsSpan((int)(index % Tiles.Width) * MerkleTree.HashBytes, MerkleTree.HashBytes).ToArray();
    }

    /// <summary>The hashes from the leaf's sibling up to the root's child; they were found to lead to the checkpoint's root.</summary>
    /// <exception cref="UnreadableException">No such entry, or the tiles do not lead to the root.</exception>
    public IReadOnlyList<byte[]> InclusionProof(long index)
    {
        InTree(index);
        var proof = MerkleTree.InclusionPath(index, Size).Select(Hash).ToList();
        return MerkleTree.VerifyInclusion(index, Size, LeafHash(index), proof, Checkpoint.Root.Span) ? proof
            : throw new UnreadableException("tiles that lead to the checkpoint's root", "other hashes", 0);
    }

    /// <summary>The proof that the log of <paramref name="first"/> entries is the beginning of the log of <paramref name="second"/> entries.</summary>
    /// <exception cref="UnreadableException">Not 0 ≤ first ≤ second ≤ size, or a tile is not what it should be.</exception>
    public IReadOnlyList<byte[]> ConsistencyProof(long first, long second)
    {
        if (first < 0 || first > second || second > Size) throw new UnreadableException($"two sizes in order, up to {Size}", $"{first} and {second}", 0);
        return [.. MerkleTree.ConsistencyPath(first, second).Select(Hash)];
    }

    /// <summary>The root that the log had at an earlier size, out of its tiles.</summary>
    /// <exception cref="UnreadableException"/>
    public byte[] RootAt(long size)
    {
        if (size < 0 || size > Size) throw new UnreadableException($"a size up to {Size}", $"{size}", 0);
        return size == 0 ? MerkleTree.EmptyRoot() : Hash(new LeafRange(0, size));
    }

    private byte[] Hash(LeafRange range)
    {
        var count = range.To - range.From;
        if (!BitOperations.IsPow2(count))
        {
            var middle = range.From + MerkleTree.Split(count);
            return MerkleTree.NodeHash(Hash(new(range.From, middle)), Hash(new(middle, range.To)));
        }
        var height = BitOperations.Log2((ulong)count);
        var level = height / 8;
        var first = range.From >> 8 * level;
        return MerkleTree.Root(Tile(level, first / Tiles.Width).AsSpan((int)(first % Tiles.Width) * MerkleTree.HashBytes, (1 << height % 8) * MerkleTree.HashBytes));
    }

    // The hashes of a tile as far as this size needs them.
    private byte[] Tile(int level, long index)
    {
        if (tiles.TryGetValue((level, index), out var kept)) return kept;
        var width = Tiles.WidthOf(Size, level, index);
        var path = Tiles.Hashes(level, index, width);
        var (bytes, whole) = File(path, width, () => Tiles.Hashes(level, index, Tiles.Width));
        var expected = (whole ? Tiles.Width : width) * MerkleTree.HashBytes;
        if (bytes.Length != expected) throw new UnreadableException($"{expected} bytes in {path}", $"{bytes.Length}", 0);
        if (tiles.Count == KeptTiles) tiles.Clear();
        return tiles[(level, index)] = bytes[..(width * MerkleTree.HashBytes)];
    }

    // A log may forget a partial file once the full one is there.
    private (byte[] Bytes, bool Whole) File(string path, int width, Func<string> full)
    {
        if (file(path) is { } bytes) return (bytes, width == Tiles.Width);
        if (width < Tiles.Width && file(full()) is { } grown) return (grown, true);
        throw new UnreadableException($"the file {path}", "none", 0);
    }

    private void InTree(long index)
    {
        if (index < 0 || index >= Size) throw new UnreadableException($"an entry below {Size}", $"{index}", 0);
    }
}
