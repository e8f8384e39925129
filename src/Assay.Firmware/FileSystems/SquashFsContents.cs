using System.Buffers;
using Assay.Evidence.Files;
using Assay.Evidence.Reading;

namespace Assay.Firmware.FileSystems;

/// <summary>
/// The reading of contents: blocks in the order in which they lie in the image, shared out one by one to the workers, straight into one pooled
/// buffer for each open file. Fragment blocks hold the tails of many files; each is decoded once and kept while it is used and a little longer.
/// </summary>
internal sealed partial class SquashFs
{
    private const int CompressedBit = 1 << 24;
    private const int KeptFragments = 12;

    /// <summary>One piece of work: a block of a file, or all files that lie wholly in one fragment.</summary>
    private readonly record struct Piece(OpenFile? File, int Block, uint Size, long Offset, Content[]? Small, uint Fragment);

    /// <summary>A file whose blocks are being decoded; who finishes its last block hands it to the visitor.</summary>
    private sealed class OpenFile(Content content, byte[] buffer, int pieces)
    {
        internal readonly Content Content = content;
        internal readonly byte[] Buffer = buffer;
        internal int Left = pieces;
        private (int Block, Exception Failure)? first;

        // The failure of the first block in file order, whichever thread met it first.
        internal void Fail(int block, Exception failure)
        {
            lock (this)
            {
                if (first is null || block < first.Value.Block) first = (block, failure);
            }
        }

        internal Exception? Failure => first?.Failure;
    }

    public override void ReadContents(FileVisitor visit, int workers, CancellationToken cancel) => ReadContents(visit, new HashSet<Content>(), workers, cancel);

    private void ReadContents(FileVisitor visit, IReadOnlySet<Content> known, int workers, CancellationToken cancel)
    {
        using var pieces = Pieces(visit, known).GetEnumerator();
        using var fragments = new FragmentCache(this);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var gate = new object();

        void Work()
        {
            try
            {
                while (!stop.IsCancellationRequested)
                {
                    Piece piece;
                    lock (gate)
                    {
                        if (!pieces.MoveNext()) return;
                        piece = pieces.Current;
                    }
                    if (piece.Small is not null) VisitSmall(piece, fragments, visit);
                    else DecodePiece(piece, fragments, visit);
                }
            }
            catch
            {
                stop.Cancel();
                throw;
            }
        }

        var others = Enumerable.Range(1, Math.Max(0, workers - 1)).Select(_ => Task.Run(Work, CancellationToken.None)).ToArray();
        try
        {
            Work();
        }
        finally
        {
            // Nobody may write into pooled memory after the return; a worker's own exception is thrown below.
            Task.WhenAll(others).ContinueWith(_ => { }, TaskScheduler.Default).Wait(CancellationToken.None);
        }
        foreach (var other in others) other.GetAwaiter().GetResult();
        cancel.ThrowIfCancellationRequested();
    }

    // Called under a lock, in order: budgets are spent in the same order whatever the number of workers.
    private IEnumerable<Piece> Pieces(FileVisitor visit, IReadOnlySet<Content> known)
    {
        foreach (var content in contents.Where(c => c.Size == 0)) visit(content.Entries, []);
        var wanted = contents.Where(c => c.Size > 0 && !known.Contains(c)).ToList();

        var whole = wanted.Where(c => c.Blocks > 0 || c.Size > Budget.FileBytes).Select(c => (Start: c.DataStart, Files: new[] { c }, Small: false));
        var small = wanted.Where(c => c.Blocks == 0 && c.Size <= Budget.FileBytes).GroupBy(c => c.Fragment)
            .Select(g => (Start: FragmentStart(g.Key), Files: g.OrderBy(c => c.FragmentOffset).ToArray(), Small: true));
        foreach (var (_, files, isSmall) in whole.Concat(small).OrderBy(w => w.Start).ToList())
        {
            if (isSmall)
            {
                var affordable = files.Where(TrySpend).ToArray();
                if (affordable.Length > 0) yield return new Piece(null, 0, 0, 0, affordable, affordable[0].Fragment);
                continue;
            }
            var content = files[0];
            if (content.Size > Budget.FileBytes)
            {
                foreach (var entry in content.Entries) Lose(entry.Path, $"at most {Budget.FileBytes} bytes in one file", $"{content.Size} (raise it with --budget file=NUMBER)");
                continue;
            }
            if (!TrySpend(content) || BlockSizes(content) is not { } sizes) continue;
            var tail = content.Fragment != NoFragment && content.Size % header.BlockSize != 0;
            var open = new OpenFile(content, ArrayPool<byte>.Shared.Rent((int)content.Size), content.Blocks + (tail ? 1 : 0));
            var offset = content.DataStart;
            for (var i = 0; i < content.Blocks; i++)
            {
                yield return new Piece(open, i, sizes[i], offset, null, 0);
                offset += sizes[i] & (CompressedBit - 1);
            }
            if (tail) yield return new Piece(open, content.Blocks, 0, 0, null, content.Fragment);
        }
    }

    private bool TrySpend(Content content)
    {
        try
        {
            Budget.SpendBytes(content.Size);
            return true;
        }
        catch (BudgetException spent)
        {
            foreach (var entry in content.Entries) Lose(entry.Path, spent);
            return false;
        }
    }

    private uint[]? BlockSizes(Content content)
    {
        try
        {
            return BlockList(content);
        }
        catch (Exception failure) when (failure is UnreadableException or BudgetException)
        {
            foreach (var entry in content.Entries) Lose(entry.Path, failure);
            return null;
        }
    }

    private void VisitSmall(Piece piece, FragmentCache fragments, FileVisitor visit)
    {
        var held = fragments.Take(piece.Fragment);
        try
        {
            foreach (var content in piece.Small!)
            {
                if (held.Failure is not null)
                {
                    foreach (var entry in content.Entries) Lose(entry.Path, held.Failure);
                }
                else if (content.FragmentOffset > held.Length || content.Size > held.Length - content.FragmentOffset)
                {
                    foreach (var entry in content.Entries) Lose(entry.Path, OutsideFragment(content, held));
                }
                else
                {
                    visit(content.Entries, held.Bytes.AsSpan((int)content.FragmentOffset, (int)content.Size));
                }
            }
        }
        finally
        {
            fragments.Release(held);
        }
    }

    private void DecodePiece(Piece piece, FragmentCache fragments, FileVisitor visit)
    {
        var file = piece.File!;
        var content = file.Content;
        var start = piece.Block * header.BlockSize;
        var length = (int)Math.Min(header.BlockSize, content.Size - start);
        if (piece.Block < content.Blocks)
        {
            try
            {
                DecodeBlock(piece.Offset, piece.Size, file.Buffer, start, length, isWhole: true);
            }
            catch (UnreadableException failure)
            {
                file.Fail(piece.Block, failure);
            }
        }
        else
        {
            var held = fragments.Take(piece.Fragment);
            if (held.Failure is not null) file.Fail(piece.Block, held.Failure);
            else if (content.FragmentOffset > held.Length || length > held.Length - content.FragmentOffset) file.Fail(piece.Block, OutsideFragment(content, held));
            else held.Bytes.AsSpan((int)content.FragmentOffset, length).CopyTo(file.Buffer.AsSpan(start));
            fragments.Release(held);
        }
        if (Interlocked.Decrement(ref file.Left) > 0) return;
        if (file.Failure is { } first)
        {
            foreach (var entry in content.Entries) Lose(entry.Path, first);
        }
        else
        {
            visit(content.Entries, file.Buffer.AsSpan(0, (int)content.Size));
        }
        ArrayPool<byte>.Shared.Return(file.Buffer);
    }

    private static UnreadableException OutsideFragment(Content content, Fragment held) =>
        new($"a tail inside a fragment of {held.Length} bytes", $"{content.Size} bytes from {content.FragmentOffset}", held.Offset);

    /// <returns>Bytes decoded; exactly <paramref name="room"/> when <paramref name="isWhole"/>.</returns>
    private int DecodeBlock(long offset, uint sizeWord, byte[] target, int start, int room, bool isWhole)
    {
        var size = (int)(sizeWord & (CompressedBit - 1));
        if (size == 0)
        {
            // A hole: no block was written.
            target.AsSpan(start, room).Clear();
            return room;
        }
        if (size > header.BlockSize || sizeWord >> 25 != 0) throw new UnreadableException($"a block of at most {header.BlockSize} bytes", $"size word 0x{sizeWord:x}", Math.Max(0, offset));
        if (offset < header.Size || offset > image.Length - size) throw new UnreadableException($"a block of {size} bytes inside the image", $"one at 0x{offset:x} of 0x{image.Length:x}", offset);
        int length;
        if ((sizeWord & CompressedBit) != 0)
        {
            length = Math.Min(size, room);
            if (size > room) throw new UnreadableException($"a stored block of {room} bytes", $"{size}", offset);
            image.Span.Slice((int)offset, size).CopyTo(target.AsSpan(start));
        }
        else
        {
            length = Inner(() => codec.Decode(image.Span.Slice((int)offset, size), target, start, room), offset);
        }
        if (isWhole && length != room) throw new UnreadableException($"a block of {room} bytes", $"{length}", offset);
        return length;
    }

    private long FragmentStart(uint index)
    {
        try
        {
            return FragmentEntry(index).Start;
        }
        catch (Exception failure) when (failure is UnreadableException or BudgetException)
        {
            return long.MaxValue;
        }
    }

    private sealed class Fragment
    {
        internal byte[] Bytes = [];
        internal int Length;
        internal long Offset;
        internal Exception? Failure;
        internal bool IsDecoded;
        internal int Users;
        internal long LastUse;
    }

    /// <summary>Decoded fragments: those in use, and the last few besides.</summary>
    private sealed class FragmentCache(SquashFs owner) : IDisposable
    {
        private readonly Dictionary<uint, Fragment> held = [];
        private long uses;

        internal Fragment Take(uint index)
        {
            Fragment? fragment;
            lock (held)
            {
                if (!held.TryGetValue(index, out fragment))
                {
                    while (held.Count >= KeptFragments)
                    {
                        var idle = held.Where(h => h.Value.Users == 0).OrderBy(h => h.Value.LastUse).Select(h => (KeyValuePair<uint, Fragment>?)h).FirstOrDefault();
                        if (idle is null) break;
                        held.Remove(idle.Value.Key);
                        if (idle.Value.Value.Bytes.Length > 0) ArrayPool<byte>.Shared.Return(idle.Value.Value.Bytes);
                    }
                    held.Add(index, fragment = new Fragment());
                }
                fragment.Users++;
                fragment.LastUse = ++uses;
            }
            lock (fragment)
            {
                if (!fragment.IsDecoded) Decode(fragment, index);
            }
            return fragment;
        }

        internal void Release(Fragment fragment)
        {
            lock (held) fragment.Users--;
        }

        private void Decode(Fragment fragment, uint index)
        {
            fragment.IsDecoded = true;
            try
            {
                var (start, size) = owner.FragmentEntry(index);
                fragment.Offset = start;
                if ((size & (CompressedBit - 1)) == 0) throw new UnreadableException("a fragment block with content", "size 0", Math.Max(0, start));
                fragment.Bytes = ArrayPool<byte>.Shared.Rent(owner.header.BlockSize);
                fragment.Length = owner.DecodeBlock(start, size, fragment.Bytes, 0, owner.header.BlockSize, isWhole: false);
            }
            catch (Exception failure) when (failure is UnreadableException or BudgetException)
            {
                fragment.Failure = failure;
            }
        }

        public void Dispose()
        {
            foreach (var fragment in held.Values)
            {
                if (fragment.Bytes.Length > 0) ArrayPool<byte>.Shared.Return(fragment.Bytes);
            }
            held.Clear();
        }
    }
}
