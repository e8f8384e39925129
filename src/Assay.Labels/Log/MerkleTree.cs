using System.Numerics;
using System.Security.Cryptography;
using Assay.Evidence.Reading;

namespace Assay.Labels.Log;

/// <summary>The hashes and proofs of a Merkle tree (RFC 9162 section 2.1), SHA-256. Pure functions.</summary>
public static class MerkleTree
{
    public const int HashBytes = SHA256.HashSizeInBytes;

    /// <summary>The root of a tree without leaves.</summary>
    public static byte[] EmptyRoot() => SHA256.HashData([]);

    public static byte[] LeafHash(ReadOnlySpan<byte> entry)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData([0x00]);
        hash.AppendData(entry);
        return hash.GetHashAndReset();
    }

    public static byte[] NodeHash(ReadOnlySpan<byte> left, ReadOnlySpan<byte> right)
    {
        var hash = new byte[HashBytes];
        NodeHash(left, right, hash);
        return hash;
    }

    /// <param name="into">32 bytes; may be where <paramref name="left"/> is.</param>
    public static void NodeHash(ReadOnlySpan<byte> left, ReadOnlySpan<byte> right, Span<byte> into)
    {
        Span<byte> both = stackalloc byte[1 + 2 * HashBytes];
        both[0] = 0x01;
        left.CopyTo(both[1..]);
        right.CopyTo(both[(1 + HashBytes)..]);
        SHA256.HashData(both, into);
    }

    /// <summary>The root over hashes of one level, of any number above 0: the largest power of two to the left, the rest to the right.</summary>
    /// <param name="hashes">32 bytes each, one after the other.</param>
    public static byte[] Root(ReadOnlySpan<byte> hashes)
    {
        var count = hashes.Length / HashBytes;
        if (count == 1) return hashes.ToArray();
        var left = (int)(1u << BitOperations.Log2((uint)(count - 1)));
        return NodeHash(Root(hashes[..(left * HashBytes)]), Root(hashes[(left * HashBytes)..]));
    }

    /// <summary>The root to which a leaf and its proof lead (section 2.1.3.2).</summary>
    /// <exception cref="UnreadableException">The index is not in the tree, or the proof has another length than its place asks for.</exception>
    public static byte[] RootFromInclusion(long index, long size, ReadOnlySpan<byte> leafHash, IReadOnlyList<byte[]> proof)
    {
        if (index < 0 || index >= size) throw new UnreadableException($"an index below the tree's size {size}", $"{index}", 0);
        if (leafHash.Length != HashBytes || proof.Any(p => p.Length != HashBytes)) throw new UnreadableException($"hashes of {HashBytes} bytes", "another length", 0);
        var (inner, border) = InclusionShape(index, size);
        if (proof.Count != inner + border) throw new UnreadableException($"a proof of {inner + border} hashes", $"{proof.Count}", 0);
        var hash = leafHash.ToArray();
        for (var i = 0; i < inner; i++) hash = (index >> i & 1) == 0 ? NodeHash(hash, proof[i]) : NodeHash(proof[i], hash);
        for (var i = inner; i < proof.Count; i++) hash = NodeHash(proof[i], hash);
        return hash;
    }

    public static bool VerifyInclusion(long index, long size, ReadOnlySpan<byte> leafHash, IReadOnlyList<byte[]> proof, ReadOnlySpan<byte> root)
    {
        try
        {
            return RootFromInclusion(index, size, leafHash, proof).AsSpan().SequenceEqual(root);
        }
        catch (UnreadableException)
        {
            return false;
        }
    }

    /// <summary>Whether the tree of <paramref name="second"/> leaves begins with the tree of <paramref name="first"/> leaves, which are at least one (section 2.1.4.2).</summary>
    public static bool VerifyConsistency(long first, long second, ReadOnlySpan<byte> firstRoot, ReadOnlySpan<byte> secondRoot, IReadOnlyList<byte[]> proof)
    {
        // Every tree begins with the one without leaves, so that nothing would be proved.
        if (first <= 0 || second < first) return false;
        if (first == second) return proof.Count == 0 && firstRoot.SequenceEqual(secondRoot);
        if (proof.Any(p => p.Length != HashBytes) || firstRoot.Length != HashBytes || secondRoot.Length != HashBytes) return false;
        if (proof.Count == 0) return false;

        var (inner, border) = InclusionShape(first - 1, second);
        var shift = BitOperations.TrailingZeroCount((ulong)first);
        inner -= shift;
        // A first tree that is a whole subtree stands for itself; else the proof begins with the hash of its last whole subtree.
        var start = first == 1L << shift ? 0 : 1;
        var seed = start == 0 ? firstRoot.ToArray() : proof[0];
        if (proof.Count != start + inner + border) return false;
        var rest = proof.Skip(start).ToList();
        var mask = first - 1 >> shift;

        byte[] old = seed, young = seed;
        for (var i = 0; i < inner; i++)
        {
            if ((mask >> i & 1) == 1)
            {
                old = NodeHash(rest[i], old);
                young = NodeHash(rest[i], young);
            }
            else young = NodeHash(young, rest[i]);
        }
        for (var i = inner; i < rest.Count; i++)
        {
            old = NodeHash(rest[i], old);
            young = NodeHash(rest[i], young);
        }
        return old.AsSpan().SequenceEqual(firstRoot) && young.AsSpan().SequenceEqual(secondRoot);
    }

    // Where the paths of this leaf and of the last leaf meet: below there is a sibling on each level, above only where the path goes right.
    private static (int Inner, int Border) InclusionShape(long index, long size)
    {
        var inner = 64 - BitOperations.LeadingZeroCount((ulong)(index ^ size - 1));
        return (inner, BitOperations.PopCount((ulong)(index >> inner)));
    }

    /// <summary>The nodes of an inclusion proof, from the leaf's sibling to the root's child; each is a range of leaves.</summary>
    internal static List<LeafRange> InclusionPath(long index, long size)
    {
        var path = new List<LeafRange>();
        long from = 0, to = size;
        while (to - from > 1)
        {
            var middle = from + Split(to - from);
            if (index < middle)
            {
                path.Add(new(middle, to));
                to = middle;
            }
            else
            {
                path.Add(new(from, middle));
                from = middle;
            }
        }
        path.Reverse();
        return path;
    }

    /// <summary>The nodes of a consistency proof (section 2.1.4.1).</summary>
    internal static List<LeafRange> ConsistencyPath(long first, long second)
    {
        var path = new List<LeafRange>();
        if (first == 0 || first == second) return path;
        long from = 0, to = second;
        var whole = true;
        while (first != to)
        {
            var middle = from + Split(to - from);
            if (first <= middle)
            {
                path.Add(new(middle, to));
                to = middle;
            }
            else
            {
                path.Add(new(from, middle));
                from = middle;
                whole = false;
            }
        }
        if (!whole) path.Add(new(from, to));
        path.Reverse();
        return path;
    }

    /// <summary>The largest power of two below <paramref name="size"/>, which is above 1.</summary>
    internal static long Split(long size) => 1L << BitOperations.Log2((ulong)(size - 1));
}

/// <summary>The leaves from <paramref name="From"/> to before <paramref name="To"/>.</summary>
internal readonly record struct LeafRange(long From, long To);
