using Assay.Evidence.Reading;

namespace Assay.Labels.Log;

/// <summary>Where a log breaks.</summary>
/// <param name="Path">The file within the log.</param>
public sealed record LogFault(string Path, string Expected, string Found)
{
    public override string ToString() => $"{Path}: expected {Expected}, found {Found}";
}

/// <summary>Whether a log is whole: every entry hashed, every tile compared, the root held against the signed checkpoint; or the files where it breaks.</summary>
public sealed record LogCheck
{
    /// <summary>A log with more faults than these is named broken all the same.</summary>
    public const int MaxFaults = 100;

    public string? Origin { get; init; }
    public long Size { get; init; }
    /// <summary>32 bytes; empty where there is no checkpoint.</summary>
    public ReadOnlyMemory<byte> Root { get; init; }
    /// <summary>How many files were read.</summary>
    public required int Files { get; init; }
    public required IReadOnlyList<LogFault> Faults { get; init; }
    /// <summary>False where no key was at hand: the log then agrees with itself, and nobody says whose it is.</summary>
    public required bool IsSigned { get; init; }
    /// <summary>What is no fault and still worth a look: files that belong to no log.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];
    public bool IsWhole => Faults.Count == 0;

    /// <param name="file">As for <see cref="LogReader"/>.</param>
    /// <param name="key">Whose log it must be; null where nobody told.</param>
    /// <param name="present">The paths that a folder holds, relative to it: partial files of earlier sizes are then held against the later ones.</param>
    /// <param name="earlier">A checkpoint of this log that someone kept: the log must begin with it.</param>
    public static LogCheck Of(Func<string, byte[]?> file, LogVerifier? key, IEnumerable<string>? present = null, Checkpoint? earlier = null)
    {
        var check = new Run(file);
        return check.Whole(key, present, earlier);
    }

    /// <summary>Every file below a folder, relative to it, with forward slashes.</summary>
    public static IEnumerable<string> Present(string folder) =>
        Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Select(f => Path.GetRelativePath(folder, f).Replace('\\', '/')).Order(StringComparer.Ordinal);

    private sealed class Run(Func<string, byte[]?> file)
    {
        private readonly List<LogFault> faults = [];
        private int files;

        public LogCheck Whole(LogVerifier? key, IEnumerable<string>? present, Checkpoint? earlier)
        {
            if (Read(Tiles.Checkpoint) is not { } note)
            {
                Fault(Tiles.Checkpoint, "the log's checkpoint", "none");
                return Done(null, false, []);
            }
            Checkpoint checkpoint;
            try
            {
                checkpoint = Checkpoint.Read(note);
            }
            catch (UnreadableException wrong)
            {
                Fault(Tiles.Checkpoint, wrong.Expected, wrong.Found);
                return Done(null, false, []);
            }
            var signed = key is not null && checkpoint.Verify(key);
            if (key is not null && !signed) Fault(Tiles.Checkpoint, $"a signature by {key}", checkpoint.Origin == key.Name ? "another" : $"the log {checkpoint.Origin}");
            if (checkpoint.Size > 1L << 40)
            {
                Fault(Tiles.Checkpoint, "a size that a log can have", $"{checkpoint.Size}");
                return Done(checkpoint, signed, []);
            }

            Hashes(checkpoint);
            if (earlier is not null) Begins(checkpoint, earlier);
            var notes = new List<string>();
            if (present is not null) Others(checkpoint.Size, present, notes);
            return Done(checkpoint, signed, notes);
        }

        private LogCheck Done(Checkpoint? checkpoint, bool signed, IReadOnlyList<string> notes) => new()
        {
            Origin = checkpoint?.Origin,
            Size = checkpoint?.Size ?? 0,
            Root = checkpoint?.Root ?? default,
            Files = files,
            Faults = faults,
            IsSigned = signed,
            Notes = notes,
        };

        // Two trees are built, one from the entries and one from the tiles of their hashes. The one that leads to the signed root is right, and tells where the other is not.
        private void Hashes(Checkpoint checkpoint)
        {
            var size = checkpoint.Size;
            List<byte> fromEntries = [], fromTiles = [];
            var unequal = new List<(long Index, int First)>();
            byte[] lastEntries = [], lastTile = [];
            var gone = false;
            for (long index = 0; Tiles.WidthOf(size, 0, index) is > 0 and var width && faults.Count < MaxFaults; index++)
            {
                var entries = Entries(index, width);
                var tile = Tile(0, index, width);
                gone |= entries is null || tile is null;
                if (entries is not null && tile is not null && !entries.AsSpan().SequenceEqual(tile)) unequal.Add((index, entries.AsSpan().CommonPrefixLength(tile) / MerkleTree.HashBytes));
                // A fault that is named already stands for its file; the other side carries on alone.
                entries ??= tile ?? new byte[width * MerkleTree.HashBytes];
                tile ??= entries;
                if (width == Tiles.Width)
                {
                    fromEntries.AddRange(MerkleTree.Root(entries));
                    fromTiles.AddRange(MerkleTree.Root(tile));
                }
                else (lastEntries, lastTile) = (entries, tile);
            }
            var whole = faults.Count < MaxFaults;
            var (entriesLead, tilesLead) = (Leads(fromEntries, lastEntries, checkpoint), Leads(fromTiles, lastTile, checkpoint));
            foreach (var (index, first) in unequal)
            {
                var entry = index * Tiles.Width + first;
                var width = Tiles.WidthOf(size, 0, index);
                if (entriesLead) Fault(Tiles.Hashes(0, index, width), $"the hash of entry {entry}", "another hash");
                else if (tilesLead) Fault(Tiles.Entries(index, width), $"entry {entry} with the hash that its tile has", "another entry");
                else Fault(Tiles.Entries(index, width), $"entry {entry} with the hash in {Tiles.Hashes(0, index, width)}", "two that differ, and neither leads to the checkpoint's root");
            }
            if (!entriesLead && !tilesLead && whole && !gone && unequal.Count == 0 && faults.All(f => f.Path != Tiles.Checkpoint))
                Fault(Tiles.Checkpoint, $"the root {Convert.ToBase64String(RootOver(fromEntries, lastEntries))} to which all entries lead", Convert.ToBase64String(checkpoint.Root.Span));
            Above(size, tilesLead && !entriesLead ? fromTiles : fromEntries);
        }

        // The tiles above hold nothing of their own: each hash is the root of a full tile below.
        private void Above(long size, List<byte> roots)
        {
            for (var level = 1; Tiles.OnLevel(size, level) > 0 && faults.Count < MaxFaults; level++)
            {
                var above = new List<byte>();
                for (long index = 0; Tiles.WidthOf(size, level, index) is > 0 and var width && faults.Count < MaxFaults; index++)
                {
                    if (roots.Count < (index * Tiles.Width + width) * MerkleTree.HashBytes) return;
                    var expected = roots.GetRange((int)(index * Tiles.Width * MerkleTree.HashBytes), width * MerkleTree.HashBytes).ToArray();
                    if (Tile(level, index, width) is { } tile && !tile.AsSpan().SequenceEqual(expected))
                        Fault(Tiles.Hashes(level, index, width), $"the root of tile {index * Tiles.Width + expected.AsSpan().CommonPrefixLength(tile) / MerkleTree.HashBytes} of level {level - 1}", "another hash");
                    if (width == Tiles.Width) above.AddRange(MerkleTree.Root(expected));
                }
                roots = above;
            }
        }

        private void Begins(Checkpoint checkpoint, Checkpoint earlier)
        {
            if (earlier.Origin != checkpoint.Origin || earlier.Size > checkpoint.Size)
            {
                Fault(Tiles.Checkpoint, $"the log {earlier.Origin} of {earlier.Size} entries or more", $"{checkpoint.Origin} of {checkpoint.Size}");
                return;
            }
            try
            {
                if (!new LogReader(file).RootAt(earlier.Size).AsSpan().SequenceEqual(earlier.Root.Span))
                    Fault(Tiles.Checkpoint, $"the root {Convert.ToBase64String(earlier.Root.Span)} at {earlier.Size} entries, which was signed before", "another history");
            }
            catch (UnreadableException wrong)
            {
                Fault(Tiles.Checkpoint, wrong.Expected, wrong.Found);
            }
        }

        // Partial files of earlier sizes hold the beginning of what came later.
        private void Others(long size, IEnumerable<string> present, List<string> notes)
        {
            foreach (var path in present)
            {
                if (faults.Count >= MaxFaults) return;
                if (path is Tiles.Checkpoint or LogWriter.KeyFile or ".lock" || path.StartsWith(".new/", StringComparison.Ordinal)) continue;
                if (Tiles.Parse(path) is not { } tile)
                {
                    notes.Add($"{path} belongs to no log");
                    continue;
                }
                var level = Math.Max(tile.Level, 0);
                var now = Tiles.WidthOf(size, level, tile.Index);
                if (now == tile.Width) continue;
                if (tile.Width > now)
                {
                    notes.Add($"{path} is beyond the log's {size} entries: an append was stopped there");
                    continue;
                }
                var later = tile.Level < 0 ? Tiles.Entries(tile.Index, now) : Tiles.Hashes(level, tile.Index, now);
                // What is broken and named already is no measure for others.
                if (faults.Any(f => f.Path == later) || Read(path) is not { } bytes || file(later) is not { } longer) continue;
                if (!longer.AsSpan().StartsWith(bytes) || !HasWidth(tile.Level, bytes, tile.Width)) Fault(path, $"the beginning of {later}", "other bytes");
            }
        }

        private static bool HasWidth(int level, byte[] bytes, int width)
        {
            if (level >= 0) return bytes.Length == width * MerkleTree.HashBytes;
            try
            {
                return Tiles.ReadEntries(bytes, width).Count == width;
            }
            catch (UnreadableException)
            {
                return false;
            }
        }

        private byte[]? Entries(long index, int width)
        {
            var path = Tiles.Entries(index, width);
            if (Needed(path, () => Tiles.Entries(index, Tiles.Width)) is not { } found) return null;
            try
            {
                return [.. Tiles.ReadEntries(found.Bytes, found.Path == path ? width : Tiles.Width).Take(width).SelectMany(e => MerkleTree.LeafHash(e.Span))];
            }
            catch (UnreadableException wrong)
            {
                Fault(found.Path, wrong.Expected, $"{wrong.Found} at byte {wrong.Offset}");
                return null;
            }
        }

        private byte[]? Tile(int level, long index, int width)
        {
            var path = Tiles.Hashes(level, index, width);
            if (Needed(path, () => Tiles.Hashes(level, index, Tiles.Width)) is not { } found) return null;
            var expected = (found.Path == path ? width : Tiles.Width) * MerkleTree.HashBytes;
            if (found.Bytes.Length == expected) return found.Bytes[..(width * MerkleTree.HashBytes)];
            Fault(found.Path, $"{expected} bytes", $"{found.Bytes.Length}");
            return null;
        }

        private (byte[] Bytes, string Path)? Needed(string path, Func<string> full)
        {
            if (Read(path) is { } bytes) return (bytes, path);
            var grown = full();
            if (grown != path && Read(grown) is { } longer) return (longer, grown);
            Fault(path, "this file", "none");
            return null;
        }

        private byte[]? Read(string path)
        {
            if (file(path) is not { } bytes) return null;
            files++;
            return bytes;
        }

        private static bool Leads(List<byte> roots, byte[] last, Checkpoint checkpoint) => RootOver(roots, last).AsSpan().SequenceEqual(checkpoint.Root.Span);

        private static byte[] RootOver(List<byte> roots, byte[] last)
        {
            if (roots.Count == 0 && last.Length == 0) return MerkleTree.EmptyRoot();
            if (last.Length == 0) return MerkleTree.Root(roots.ToArray());
            return MerkleTree.Root([.. roots, .. MerkleTree.Root(last)]);
        }

        private void Fault(string path, string expected, string found)
        {
            if (faults.Count < MaxFaults) faults.Add(new(path, expected, found));
        }
    }
}
