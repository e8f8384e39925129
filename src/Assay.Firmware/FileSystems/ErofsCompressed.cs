using System.Buffers;
using System.Buffers.Binary;
using Assay.Evidence.Compression;
using Assay.Evidence.Reading;

namespace Assay.Firmware.FileSystems;

/// <summary>
/// Compressed files. The content is counted in clusters, mostly of 4 KiB; for each stands whether an extent begins in it, where, and in which block
/// its compressed bytes lie, in eight bytes each or packed into four or two (erofs-utils: lib/zmap.c). An extent ends where the next one begins.
/// </summary>
internal sealed partial class Erofs
{
    private const int Within = 2;
    private const int CountMark = 1 << 11;
    private const int LargestExtent = 12 << 20;
    private readonly Lazy<byte[]> packed;

    [Flags]
    private enum Advice { Compact2 = 1, Listed = 1, Large1 = 2, Large2 = 4, InlineTail = 8, Interlaced = 0x10, Fragment = 0x20 }

    /// <summary>What stands for one cluster.</summary>
    /// <param name="Type">0 stored, 1 and 3 compressed, 2 within an extent.</param>
    /// <param name="Offset">Bytes into the cluster where the extent begins.</param>
    /// <param name="Count">Blocks of the extent's compressed bytes, where this cluster says it; else 0.</param>
    private readonly record struct Cluster(int Type, int Offset, long Block, int Count, bool IsPart);

    /// <summary>Content that was compressed together.</summary>
    private readonly record struct Extent(long Start, int Type, long Block, int Count, bool IsPart);

    private void FillCompressed(ErofsNode node, Span<byte> target)
    {
        if (target.Length == 0) return;
        var map = (node.End + 7) & ~7L;
        var mapHeader = At(map, 8, "a map header");
        if (mapHeader[7] >> 7 != 0)
        {
            CopyPacked(node, (long)(BinaryPrimitives.ReadUInt64LittleEndian(mapHeader) ^ 1UL << 63), target, map);
            return;
        }
        var advice = (Advice)BinaryPrimitives.ReadUInt16LittleEndian(mapHeader[4..]);
        if (node.Layout == Layout.CompressedFull && (advice & Advice.Listed) != 0) throw new UnreadableException("extents by clusters", "extents that are listed, which are not read", map + 4);
        var bits = super.BlockBits + (mapHeader[7] & 15);
        if (bits is < 9 or > 20) throw new UnreadableException("clusters of 512 bytes to 1 MiB", $"2^{bits}", map + 7);
        var (extents, behind) = ReadExtents(node, advice, map, bits, target.Length);
        for (var i = 0; i < extents.Count; i++)
        {
            var extent = extents[i];
            var end = i + 1 < extents.Count ? extents[i + 1].Start : target.Length;
            var part = target[(int)extent.Start..(int)end];
            if (part.Length == 0) continue;
            var isLast = i + 1 == extents.Count;
            if (isLast && (advice & Advice.Fragment) != 0)
            {
                var offset = BinaryPrimitives.ReadUInt32LittleEndian(mapHeader) | (node.Layout == Layout.CompressedFull ? extent.Block << 32 : 0);
                CopyPacked(node, offset, part, map);
                continue;
            }
            long at = extent.Block * super.BlockSize, length = (long)extent.Count * super.BlockSize;
            if (isLast && (advice & Advice.InlineTail) != 0 && BinaryPrimitives.ReadUInt16LittleEndian(mapHeader[2..]) is > 0 and var inline)
            {
                at = behind;
                length = inline;
            }
            // The last block of an image can be cut where its content ends.
            length = Math.Min(length, Image.Length - at);
            var input = At(at, length, "a compressed extent");
            try
            {
                if (extent.Type == 0) Stored(input, part, (advice & Advice.Interlaced) != 0 ? (int)(extent.Start % super.BlockSize) : 0);
                else Decode(extent.Type == 1 ? mapHeader[6] & 15 : mapHeader[6] >> 4, input, part, extent.IsPart);
            }
            catch (UnreadableException inner)
            {
                throw new UnreadableException(inner.Expected, inner.Found, at + inner.Offset);
            }
        }
    }

    /// <returns>The extents in order, from 0 on; and the offset behind the last index, where an inlined tail stands.</returns>
    private (List<Extent> Extents, long Behind) ReadExtents(ErofsNode node, Advice advice, long map, int bits, long size)
    {
        var extents = new List<Extent>();
        var count = (size + (1L << bits) - 1) >> bits;
        var (clusters, behind) = node.Layout == Layout.CompressedFull ? ReadFull(map, count) : ReadCompact(advice, map, bits, size, count);
        for (var i = 0; i < count; i++)
        {
            var cluster = clusters[i];
            if (cluster.Type == Within) continue;
            var start = ((long)i << bits) + cluster.Offset;
            if (cluster.Offset >= 1 << bits) throw new UnreadableException($"an extent that begins in its cluster of {1 << bits} bytes", $"at {cluster.Offset}", map);
            if (start >= size) break;
            // The first cluster within a large extent says how many blocks it takes.
            var blocks = i + 1 < count && clusters[i + 1] is { Type: Within, Count: > 0 } next ? next.Count : 1;
            extents.Add(new Extent(start, cluster.Type, cluster.Block, blocks, cluster.IsPart));
        }
        if (extents.Count == 0 || extents[0].Start != 0) throw new UnreadableException("an extent at the start of the file", extents.Count == 0 ? "none" : $"the first one at {extents[0].Start}", map);
        return (extents, behind);
    }

    private (Cluster[] Clusters, long Behind) ReadFull(long map, long count)
    {
        const int IndexSize = 8;
        var start = map + 16;
        var indexes = At(start, count * IndexSize, "an index of clusters");
        var clusters = new Cluster[count];
        for (var i = 0; i < count; i++)
        {
            var index = indexes.Slice(i * IndexSize, IndexSize);
            var advise = BinaryPrimitives.ReadUInt16LittleEndian(index);
            int type = advise & 3, delta = BinaryPrimitives.ReadUInt16LittleEndian(index[4..]);
            clusters[i] = type == Within
                ? new Cluster(type, 0, 0, (delta & CountMark) != 0 ? delta & ~CountMark : 0, false)
                : new Cluster(type, BinaryPrimitives.ReadUInt16LittleEndian(index[2..]), BinaryPrimitives.ReadUInt32LittleEndian(index[4..]), 0, advise >> 15 != 0);
        }
        return (clusters, start + count * IndexSize);
    }

    // Packs of two clusters in 8 bytes or sixteen in 32, each ending with the block before its first extent: pairs up to an offset of 32, then sixteens, then pairs.
    private (Cluster[] Clusters, long Behind) ReadCompact(Advice advice, long map, int bits, long size, long count)
    {
        if (bits > 14) throw new UnreadableException("packed clusters of at most 16 KiB", $"2^{bits}", map + 7);
        var at = map + 8;
        var total = (size + super.BlockSize - 1) >> super.BlockBits;
        var pairs = (32 - at % 32) / 4 & 7;
        var sixteens = (advice & Advice.Compact2) != 0 && pairs < total ? (total - pairs) / 16 * 16 : 0;
        if (sixteens > 0 && bits > 12) throw new UnreadableException("packs of sixteen clusters of at most 4 KiB", $"2^{bits}", map + 7);
        var clusters = new Cluster[count];
        var large = (advice & Advice.Large1) != 0;
        long i = 0, behind = at;
        Span<Cluster> pack = stackalloc Cluster[16];
        while (i < count)
        {
            var isSixteen = i >= pairs && i < pairs + sixteens;
            var (each, packSize) = isSixteen ? (16, 32) : (2, 8);
            // Where a pack of pairs is cut by the sixteens, it is the sixteens that start at a multiple of 32.
            Unpack(At(at, packSize, "an index of clusters"), each, bits, large, pack);
            for (var k = 0; k < each && i < count; k++) clusters[i++] = pack[k];
            at += packSize;
            behind = at;
        }
        return (clusters, behind);
    }

    private static void Unpack(ReadOnlySpan<byte> bytes, int each, int bits, bool large, Span<Cluster> pack)
    {
        var lowBits = Math.Max(bits, 12);
        var width = (bytes.Length - 4) * 8 / each;
        long block = BinaryPrimitives.ReadUInt32LittleEndian(bytes[^4..]);
        for (var k = 0; k < each; k++)
        {
            var at = width * k;
            // Beside the last cluster stands the block's number, so that four bytes can be read.
            var word = BinaryPrimitives.ReadUInt32LittleEndian(bytes[Math.Min(at / 8, bytes.Length - 4)..]) >> (at - 8 * Math.Min(at / 8, bytes.Length - 4));
            int low = (int)(word & (1u << lowBits) - 1), type = (int)(word >> lowBits & 3);
            if (type == Within)
            {
                var count = large && (low & CountMark) != 0 ? low & ~CountMark : 0;
                // An extent of this count began with the cluster before, which took one block for itself.
                if (count > 0) block += k > 0 ? count - 1 : count;
                pack[k] = new Cluster(type, 0, 0, count, false);
                continue;
            }
            // Of small extents the first one of a pack lies in the block behind the number that it ends with, of large ones in that very block.
            pack[k] = new Cluster(type, low, large ? block : block + 1, 0, false);
            block++;
        }
    }

    // Stored in a block that begins at the same place as the content does in its own: the right part of the block comes first.
    private void Stored(ReadOnlySpan<byte> input, Span<byte> target, int skip)
    {
        if (target.Length > input.Length || skip > input.Length) throw new UnreadableException($"a stored extent of {target.Length} bytes", $"{input.Length}", 0);
        var right = Math.Min(target.Length, Math.Min(super.BlockSize, input.Length) - skip);
        if (skip == 0 || right < 0) right = skip == 0 ? target.Length : 0;
        input.Slice(skip, right).CopyTo(target);
        input[..(target.Length - right)].CopyTo(target[right..]);
    }

    private void Decode(int algorithm, ReadOnlySpan<byte> input, Span<byte> target, bool isPart)
    {
        // Zeros stand before the compressed bytes, which so end with their block.
        var zeros = super.Has(Incompatible.LeadingZeros) || algorithm > 0 ? input.IndexOfAnyExcept((byte)0) : 0;
        if (zeros < 0) throw new UnreadableException("a compressed extent", "zeros", 0);
        input = input[zeros..];
        // Of content that several files share only the beginning can be theirs; early writers let the next extent begin before the last one's end.
        var isEarly = algorithm == 0 && !super.Has(Incompatible.LeadingZeros);
        var room = isPart || isEarly ? LargestExtent : target.Length;
        var buffer = ArrayPool<byte>.Shared.Rent(room);
        try
        {
            var length = algorithm switch
            {
                0 => isEarly ? EarlyLz4(input, buffer, room, target.Length) : Decompression.Block(CompressionKind.Lz4, input, buffer, 0, room),
                1 => LzmaBlock.Micro(input, buffer, 0, isPart ? target.Length : room, isPart),
                2 => Decompression.Block(CompressionKind.Deflate, input, buffer, 0, room),
                3 => Decompression.Block(CompressionKind.Zstandard, input, buffer, 0, room),
                _ => throw new UnreadableException("lz4, lzma, deflate or zstd", $"algorithm {algorithm}", 0),
            };
            if (length < target.Length) throw new UnreadableException($"an extent of {target.Length} bytes", $"{length}", 0);
            buffer.AsSpan(0, target.Length).CopyTo(target);
        }
        catch (UnreadableException inner)
        {
            throw new UnreadableException(inner.Expected, inner.Found, zeros + inner.Offset);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    // Their compressed bytes begin with the block, so that zeros follow; how many of them still belong to it only decoding tells.
    private static int EarlyLz4(ReadOnlySpan<byte> input, byte[] buffer, int room, int needed)
    {
        const int MostOwnZeros = 64;
        var end = input.LastIndexOfAnyExcept((byte)0) + 1;
        for (var own = end; own <= Math.Min(input.Length, end + MostOwnZeros); own++)
        {
            try
            {
                var length = Decompression.Block(CompressionKind.Lz4, input[..own], buffer, 0, room);
                if (length >= needed) return length;
            }
            catch (UnreadableException) when (own < Math.Min(input.Length, end + MostOwnZeros))
            {
                // One more.
            }
        }
        throw new UnreadableException($"an extent of {needed} bytes", "fewer", end);
    }

    // One hidden file holds the tails of many, or whole small ones.
    private void CopyPacked(ErofsNode node, long offset, Span<byte> target, long at)
    {
        if (node.Number == super.Packed) throw new UnreadableException("a packed file whose own content lies elsewhere", "one that is packed in itself", at);
        var bytes = packed.Value;
        if (offset < 0 || offset > bytes.Length || target.Length > bytes.Length - offset) throw new UnreadableException($"{target.Length} bytes in the packed file of {bytes.Length}", $"an offset of {offset}", at);
        bytes.AsSpan((int)offset, target.Length).CopyTo(target);
    }

    private byte[] ReadPacked()
    {
        if (!super.Has(Incompatible.Fragments) || super.Packed == 0) return [];
        try
        {
            var node = ReadInode(super.Packed, new Evidence.Files.FilePath("/"u8.ToArray()));
            if (node.Bytes > Budget.FileBytes) throw new BudgetException("file", Budget.FileBytes);
            Budget.SpendBytes(node.Bytes);
            var bytes = new byte[node.Bytes];
            Fill(node, bytes);
            return bytes;
        }
        catch (Exception failure) when (failure is UnreadableException or BudgetException)
        {
            Lose("a packed file that can be read", failure.Message, SuperblockOffset + 96);
            return [];
        }
    }
}
