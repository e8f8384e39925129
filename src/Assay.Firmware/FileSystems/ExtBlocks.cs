using System.Buffers.Binary;
using System.Numerics;
using Assay.Evidence.Reading;

namespace Assay.Firmware.FileSystems;

/// <summary>
/// Where the blocks of a file lie (ext4/blockmap.rst, ifork.rst, inlinedata.rst), and the checksums of superblock and groups (checksums.rst): a
/// wrong one is told, and nothing else depends on it.
/// </summary>
internal sealed partial class Ext
{
    private const int DirectBlocks = 12;
    private const int ExtentSize = 12;
    private const int DeepestTree = 5;
    private const int LongestWritten = 32768;

    /// <summary>Blocks that follow one another; <see cref="Physical"/> 0 reads as zeros.</summary>
    private readonly record struct Run(long Logical, long Physical, long Count);

    /// <summary>The runs of the first <paramref name="blocks"/> blocks, ascending; what lies in none is a hole.</summary>
    /// <exception cref="UnreadableException"/>
    private List<Run> Map(ExtNode node, long blocks)
    {
        var runs = new List<Run>();
        if ((node.Flags & InodeFlags.Extents) != 0)
        {
            long next = 0;
            // Every block of the tree leads to one run at least.
            var reads = blocks + 16;
            Tree(node.Block, -1, node.At + 40, blocks, runs, ref next, ref reads);
            return runs;
        }
        long logical = 0;
        for (var i = 0; i < DirectBlocks && logical < blocks; i++) Add(BinaryPrimitives.ReadUInt32LittleEndian(node.Block.AsSpan(4 * i)), node.At + 40 + 4 * i, ref logical, runs);
        for (var level = 1; level <= 3 && logical < blocks; level++)
        {
            Indirect(BinaryPrimitives.ReadUInt32LittleEndian(node.Block.AsSpan(4 * (DirectBlocks + level - 1))), level, node.At + 40 + 4 * (DirectBlocks + level - 1), blocks, ref logical, runs);
        }
        return runs;
    }

    private void Indirect(uint block, int level, long at, long blocks, ref long logical, List<Run> runs)
    {
        if (level == 0)
        {
            Add(block, at, ref logical, runs);
            return;
        }
        var pointers = super.BlockSize / 4;
        if (block == 0)
        {
            var hole = 1L;
            for (var i = 0; i < level; i++) hole *= pointers;
            logical += hole;
            return;
        }
        if (block >= super.Blocks) throw new UnreadableException($"a block below {super.Blocks}", $"{block}", at);
        var start = (long)block * super.BlockSize;
        var list = At(start, super.BlockSize, "block numbers");
        for (var i = 0; i < pointers && logical < blocks; i++) Indirect(BinaryPrimitives.ReadUInt32LittleEndian(list[(4 * i)..]), level - 1, start + 4 * i, blocks, ref logical, runs);
    }

    private void Add(uint block, long at, ref long logical, List<Run> runs)
    {
        if (block >= super.Blocks) throw new UnreadableException($"a block below {super.Blocks}", $"{block}", at);
        if (block > 0)
        {
            if (runs is [.., var last] && last.Logical + last.Count == logical && last.Physical + last.Count == block) runs[^1] = last with { Count = last.Count + 1 };
            else runs.Add(new Run(logical, block, 1));
        }
        logical++;
    }

    private void Tree(ReadOnlySpan<byte> node, int depth, long at, long blocks, List<Run> runs, ref long next, ref long reads)
    {
        int entries = BinaryPrimitives.ReadUInt16LittleEndian(node[2..]), stated = BinaryPrimitives.ReadUInt16LittleEndian(node[6..]);
        if (BinaryPrimitives.ReadUInt16LittleEndian(node) != 0xf30a) throw new UnreadableException("the magic 0xf30a of extents", $"0x{BinaryPrimitives.ReadUInt16LittleEndian(node):x}", at);
        if (entries > node.Length / ExtentSize - 1) throw new UnreadableException($"at most {node.Length / ExtentSize - 1} extents", $"{entries}", at + 2);
        if (stated > DeepestTree || depth >= 0 && stated != depth) throw new UnreadableException(depth < 0 ? $"a tree of at most {DeepestTree} levels" : $"level {depth} of the tree", $"{stated}", at + 6);
        for (var i = 1; i <= entries; i++)
        {
            var entry = node.Slice(i * ExtentSize, ExtentSize);
            long logical = BinaryPrimitives.ReadUInt32LittleEndian(entry);
            if (logical >= blocks) return;
            if (logical < next) throw new UnreadableException($"extents in order, from block {next} on", $"block {logical}", at + i * ExtentSize);
            if (stated > 0)
            {
                var child = BinaryPrimitives.ReadUInt32LittleEndian(entry[4..]) | (long)BinaryPrimitives.ReadUInt16LittleEndian(entry[8..]) << 32;
                if (reads-- <= 0) throw new UnreadableException("a tree with an extent in each of its blocks", "more blocks than that", at + i * ExtentSize);
                if (child <= 0 || child >= super.Blocks) throw new UnreadableException($"a block of the tree below {super.Blocks}", $"{child}", at + i * ExtentSize + 4);
                Tree(At(child * super.BlockSize, super.BlockSize, "a tree of extents"), stated - 1, child * super.BlockSize, blocks, runs, ref next, ref reads);
                continue;
            }
            long count = BinaryPrimitives.ReadUInt16LittleEndian(entry[4..]);
            var physical = (long)BinaryPrimitives.ReadUInt16LittleEndian(entry[6..]) << 32 | BinaryPrimitives.ReadUInt32LittleEndian(entry[8..]);
            // Longer ones were set aside and never written: they read as zeros.
            var isWritten = count <= LongestWritten;
            if (!isWritten) count -= LongestWritten;
            if (count == 0 || isWritten && (physical <= 0 || physical > super.Blocks - count)) throw new UnreadableException($"an extent of some blocks below {super.Blocks}", $"{count} from {physical} on", at + i * ExtentSize);
            next = logical + count;
            runs.Add(new Run(logical, isWritten ? physical : 0, count));
        }
    }

    // Sixty bytes in place of the block numbers, the rest as the attribute "system.data" behind the inode.
    private void FillInline(ExtNode node, Span<byte> target)
    {
        var first = Math.Min(target.Length, node.Block.Length);
        node.Block.AsSpan(0, first).CopyTo(target);
        var rest = target[first..];
        if (rest.Length == 0) return;
        var start = 128 + node.ExtraSize;
        var inode = At(node.At, super.InodeSize, "an inode");
        if (start + 4 > inode.Length || BinaryPrimitives.ReadUInt32LittleEndian(inode[start..]) != 0xea020000)
        {
            throw new UnreadableException($"the other {rest.Length} bytes in an attribute of the inode", "no attribute there", node.At + start);
        }
        var attributes = inode[(start + 4)..];
        const int EntrySize = 16;
        const int SystemIndex = 7;
        for (var at = 0; at <= attributes.Length - EntrySize && BinaryPrimitives.ReadUInt32LittleEndian(attributes[at..]) != 0;)
        {
            int nameLength = attributes[at], value = BinaryPrimitives.ReadUInt16LittleEndian(attributes[(at + 2)..]);
            var size = BinaryPrimitives.ReadUInt32LittleEndian(attributes[(at + 8)..]);
            if (nameLength > attributes.Length - at - EntrySize) break;
            if (attributes[at + 1] == SystemIndex && attributes.Slice(at + EntrySize, nameLength).SequenceEqual("data"u8))
            {
                if (size < rest.Length || value > attributes.Length || rest.Length > attributes.Length - value) break;
                attributes.Slice(value, rest.Length).CopyTo(rest);
                return;
            }
            at += (EntrySize + nameLength + 3) & ~3;
        }
        throw new UnreadableException($"the other {rest.Length} bytes in the attribute system.data", "none or fewer", node.At + start);
    }

    private void CheckSums(ReadOnlySpan<byte> bytes)
    {
        var hasSums = (super.ReadOnlyCompatible & 0x400) != 0;
        var hasShortSums = (super.ReadOnlyCompatible & 0x10) != 0;
        if (!hasSums && !hasShortSums) return;
        var s = bytes.Slice(SuperblockOffset, SuperblockSize);
        if (hasSums && Castagnoli(~0u, s[..1020]) is var sum && sum != BinaryPrimitives.ReadUInt32LittleEndian(s[1020..]))
        {
            Lose($"a superblock with the sum {BinaryPrimitives.ReadUInt32LittleEndian(s[1020..]):x8}", $"{sum:x8}", SuperblockOffset + 1020);
        }
        var seed = super.Has(Incompatible.ChecksumSeed) ? BinaryPrimitives.ReadUInt32LittleEndian(s[0x270..]) : Castagnoli(~0u, s.Slice(104, 16));
        var shortSeed = Crc16(0xffff, s.Slice(104, 16));
        var wrong = 0;
        long firstWrong = 0;
        Span<byte> number = stackalloc byte[4];
        for (long group = 0; group < super.Groups; group++)
        {
            var at = DescriptorAt(group);
            // The end of the image was told already.
            if (at > bytes.Length - super.DescriptorSize) break;
            var descriptor = bytes.Slice((int)at, super.DescriptorSize);
            BinaryPrimitives.WriteUInt32LittleEndian(number, (uint)group);
            ushort computed;
            if (hasSums)
            {
                var long32 = Castagnoli(Castagnoli(Castagnoli(seed, number), descriptor[..30]), [0, 0]);
                computed = (ushort)Castagnoli(long32, descriptor[32..]);
            }
            else
            {
                computed = Crc16(Crc16(Crc16(shortSeed, number), descriptor[..30]), descriptor[32..]);
            }
            if (computed == BinaryPrimitives.ReadUInt16LittleEndian(descriptor[30..])) continue;
            if (wrong++ == 0) firstWrong = at + 30;
        }
        if (wrong > 0) Lose("group descriptors with their sums", $"{wrong} of {super.Groups} with another", firstWrong);
    }

    private static uint Castagnoli(uint crc, ReadOnlySpan<byte> bytes)
    {
        foreach (var b in bytes) crc = BitOperations.Crc32C(crc, b);
        return crc;
    }

    private static ushort Crc16(ushort crc, ReadOnlySpan<byte> bytes)
    {
        foreach (var b in bytes)
        {
            crc ^= b;
            for (var i = 0; i < 8; i++) crc = (ushort)((crc & 1) != 0 ? crc >> 1 ^ 0xa001 : crc >> 1);
        }
        return crc;
    }
}
