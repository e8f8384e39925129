using System.Text;
using Assay.Evidence.Compression;
using Assay.Evidence.Reading;

namespace Assay.Firmware.FileSystems;

/// <summary>
/// How UBIFS finds its nodes: from the newest master node down the index (linux/fs/ubifs/tnc.c), then the blocks that the log names, in the order of their
/// sequence numbers (linux/fs/ubifs/replay.c). Without an index all nodes of the main area are taken in that order.
/// </summary>
internal sealed partial class UbiFs
{
    /// <summary>A node found by going through a block.</summary>
    private readonly record struct Met(ulong Sequence, At At, NodeKind Kind);

    private void ReadIndex(Super super)
    {
        var master = Master();
        var root = new At((int)Math.Min(U32(master, 48), int.MaxValue), (int)Math.Min(U32(master, 52), int.MaxValue));
        var log = (int)Math.Min(U32(master, 44), int.MaxValue);
        var commit = U64(master, 32);
        try
        {
            Walk(root);
        }
        catch
        {
            inodes.Clear();
            names = 0;
            throw;
        }
        Replay(super, log, commit);
    }

    private ReadOnlySpan<byte> Master()
    {
        At? newest = null;
        ulong latest = 0;
        foreach (var block in (ReadOnlySpan<int>)[1, 2])
        {
            foreach (var met in Nodes(block, 0, tell: false))
            {
                if (met.Kind != NodeKind.Master || newest is not null && met.Sequence <= latest) continue;
                newest = met.At;
                latest = met.Sequence;
            }
        }
        if (newest is not { } at) throw new UnreadableException("a master node in block 1 or 2", "none that is intact", Offset(new At(1, 0)));
        return NodeAt(at, NodeKind.Master, MasterSize);
    }

    private void Walk(At root)
    {
        var seen = new HashSet<At>();
        var todo = new Stack<(At At, int Level)>();
        todo.Push((root, -1));
        while (todo.TryPop(out var next))
        {
            if (!seen.Add(next.At)) throw new UnreadableException("an index node that is reached once", "one that is reached again", Offset(next.At));
            var node = NodeAt(next.At, NodeKind.Index, IndexSize);
            int count = U16(node, 24), level = U16(node, 26);
            if (next.Level >= 0 && level != next.Level) throw new UnreadableException($"an index node of level {next.Level}", $"{level}", Offset(next.At) + 26);
            if (count == 0) continue;
            // Behind place and length stand the key, and in authenticated images the hash of the child.
            var each = (node.Length - IndexSize) / count;
            if (each < 20 || each > 128) throw new UnreadableException($"branches of 20 to 128 bytes in an index node", $"{each}", Offset(next.At));
            for (var i = 0; i < count; i++)
            {
                var branch = node.Slice(IndexSize + i * each, each);
                if (U32(branch, 0) > int.MaxValue || U32(branch, 4) > int.MaxValue) throw new UnreadableException("a branch to a node of the image", $"block {U32(branch, 0)}", Offset(next.At));
                var at = new At((int)U32(branch, 0), (int)U32(branch, 4));
                if (level > 0) todo.Push((at, level - 1));
                else Take(at, U32(branch, 12), U32(branch, 16));
            }
        }
    }

    // A leaf of the index: what the key says, and of a name the node itself.
    private void Take(At at, uint inode, uint key)
    {
        switch (key >> 29)
        {
            case 0:
                Of(inode).Node = at;
                break;
            case 1:
                (Of(inode).Pieces ??= [])[key & 0x1fffffff] = at;
                break;
            case 2:
                try
                {
                    TakeName(at);
                }
                catch (UnreadableException unreadable)
                {
                    Lose(unreadable);
                }
                break;
        }
    }

    private void TakeName(At at)
    {
        var node = NodeAt(at, NodeKind.Name, NameSize);
        var length = U16(node, 50);
        if (length > node.Length - NameSize) throw new UnreadableException($"a name of at most {node.Length - NameSize} bytes", $"{length}", Offset(at) + 50);
        var folder = Of(U32(node, 24));
        var name = Encoding.Latin1.GetString(node.Slice(NameSize, length));
        var inode = U64(node, 40);
        if (inode == 0)
        {
            folder.Names?.Remove(name);
            return;
        }
        if (inode > uint.MaxValue) throw new UnreadableException("an inode number of 32 bits", $"{inode}", Offset(at) + 40);
        if (names++ >= Budget.Files)
        {
            if (names - 1 == Budget.Files) Lose($"at most {Budget.Files} names", "more (raise it with --budget files=NUMBER)", Offset(at));
            return;
        }
        (folder.Names ??= new(StringComparer.Ordinal))[name] = (uint)inode;
    }

    private void Replay(Super super, int log, ulong commit)
    {
        ulong? start = null;
        var references = new List<Met>();
        for (var block = FirstLogBlock; block < FirstLogBlock + super.LogBlocks && block < blocks.Count; block++)
        {
            foreach (var met in Nodes(block, 0, tell: false))
            {
                if (met.Kind == NodeKind.CommitStart && block == log && U64(NodeAt(met.At, NodeKind.CommitStart, 32), 24) == commit) start = met.Sequence;
                if (met.Kind == NodeKind.Reference) references.Add(met);
            }
        }
        if (start is not { } from)
        {
            Lose($"the start of commit {commit} in the log", "none, so that changes since are left out", Offset(new At(log, 0)));
            return;
        }
        var journal = new SortedDictionary<int, int>();
        foreach (var met in references.Where(r => r.Sequence > from))
        {
            var node = NodeAt(met.At, NodeKind.Reference, ReferenceSize);
            if (U32(node, 24) >= blocks.Count) continue;
            var (block, offset) = ((int)U32(node, 24), (int)Math.Min(U32(node, 28), int.MaxValue));
            journal[block] = Math.Min(journal.GetValueOrDefault(block, int.MaxValue), offset);
        }
        Play(journal.SelectMany(j => Nodes(j.Key, j.Value, tell: true)));
    }

    private void Search(int firstMain)
    {
        IsSearched = true;
        // Without a superblock nobody says which blocks hold nodes and which the tables of space: those that hold none are passed over.
        Play(blocks.Numbers.Where(n => n >= Math.Max(firstMain, FirstLogBlock) && (firstMain > 0 || Nodes(n, 0, tell: false).Any(m => m.Kind <= NodeKind.Truncation))).SelectMany(n => Nodes(n, 0, tell: true)));
    }

    private void Play(IEnumerable<Met> nodes)
    {
        foreach (var met in nodes.Where(m => m.Kind <= NodeKind.Truncation).OrderBy(m => m.Sequence).ThenBy(m => m.At.Block).ThenBy(m => m.At.Offset))
        {
            try
            {
                Play(met);
            }
            catch (UnreadableException unreadable)
            {
                Lose(unreadable);
            }
        }
    }

    private void Play(Met met)
    {
        switch (met.Kind)
        {
            case NodeKind.Inode:
                var node = NodeAt(met.At, NodeKind.Inode, InodeSize);
                // Without links the inode is gone, and all that belongs to it.
                if (U32(node, 92) == 0) inodes.Remove(U32(node, 24));
                else Of(U32(node, 24)).Node = met.At;
                break;
            case NodeKind.Data:
                node = NodeAt(met.At, NodeKind.Data, DataSize);
                (Of(U32(node, 24)).Pieces ??= [])[U32(node, 28) & 0x1fffffff] = met.At;
                break;
            case NodeKind.Name:
                TakeName(met.At);
                break;
            case NodeKind.Truncation:
                node = NodeAt(met.At, NodeKind.Truncation, TruncationSize);
                if (!inodes.TryGetValue(U32(node, 24), out var inode) || inode.Pieces is not { } pieces) break;
                var kept = (U64(node, 48) + PieceSize - 1) / PieceSize;
                foreach (var piece in pieces.Keys.Where(p => p >= kept).ToList()) pieces.Remove(piece);
                break;
        }
    }

    // Sums that were computed in vain are counted: bytes that are all magic numbers cost no more than a few readings of the image.
    private bool IsNode(ReadOnlySpan<byte> b, out uint length)
    {
        length = U32(b, 16);
        if (U32(b, 0) != Magic || length < HeaderSize || length > Math.Min(b.Length, Longest((NodeKind)b[20])) || vain > 8 * (Length + blocks.Size)) return false;
        if (~Crc32.Of(b[8..(int)length]) == U32(b, 4)) return true;
        vain += length;
        return false;
    }

    // All nodes of a block from an offset on, in order. What is neither node nor padding nor erased flash is skipped, and told where it counts.
    private List<Met> Nodes(int number, int from, bool tell)
    {
        var all = new List<Met>();
        var block = blocks[number];
        var bytes = block.Bytes.Span;
        long at = (from + 7L) & ~7L;
        var skipped = -1L;
        while (at <= bytes.Length - HeaderSize)
        {
            var b = bytes[(int)at..];
            if (IsNode(b, out var length))
            {
                Tell();
                all.Add(new Met(U64(b, 8), new At(number, (int)at), (NodeKind)b[20]));
                long next = at + length;
                if (b[20] == (byte)NodeKind.Padding && length >= 28) next += U32(b, 24);
                at = next + 7 & ~7L;
                continue;
            }
            if (b[0] is 0xff or 0xce && b[..8].ContainsAnyExcept(b[0]) == false)
            {
                Tell();
                var run = b.IndexOfAnyExcept(b[0]);
                at = run < 0 ? bytes.Length : at + Math.Max(8, run & ~7);
                continue;
            }
            if (skipped < 0) skipped = at;
            at += 8;
        }
        Tell();
        return all;

        void Tell()
        {
            if (skipped >= 0 && tell)
            {
                Lose("nodes of UBIFS", $"{at - skipped} bytes of something else", block.Start + skipped);
                isIncomplete = true;
            }
            skipped = -1;
        }
    }
}
