using System.Text.Json;
using Assay.Labels.Log;
using Assay.Tests;

namespace Assay.Labels.Tests;

/// <summary>Proofs that others published, right and wrong ones; and our own proofs over every small tree, judged by the same verifier.</summary>
public class MerkleVectorTests
{
    [Fact]
    public void Inclusion_proofs_of_others_hold_exactly_where_they_should() =>
        Judge("vectors/merkle/inclusion", v => MerkleTree.VerifyInclusion(Number(v, "leafIdx"), Number(v, "treeSize"), Bytes(v, "leafHash"), Proof(v), Bytes(v, "root")));

    [Fact]
    public void Consistency_proofs_of_others_hold_exactly_where_they_should() =>
        Judge("vectors/merkle/consistency", v => MerkleTree.VerifyConsistency(Number(v, "size1"), Number(v, "size2"), Bytes(v, "root1"), Bytes(v, "root2"), Proof(v)));

    [Fact]
    public void Our_own_proofs_hold_in_every_tree_of_up_to_70_leaves_and_no_changed_one_does()
    {
        var leaves = Enumerable.Range(0, 70).Select(i => MerkleTree.LeafHash([(byte)i])).ToList();
        byte[] Over(long from, long to) => MerkleTree.Root(leaves.Skip((int)from).Take((int)(to - from)).SelectMany(l => l).ToArray());
        byte[] Root(long size) => size == 0 ? MerkleTree.EmptyRoot() : Over(0, size);
        for (var size = 1; size <= leaves.Count; size++)
        {
            for (var index = 0; index < size; index++)
            {
                var proof = MerkleTree.InclusionPath(index, size).Select(r => Over(r.From, r.To)).ToList();
                Assert.True(MerkleTree.VerifyInclusion(index, size, leaves[index], proof, Root(size)), $"{index} in {size}");
                Assert.False(MerkleTree.VerifyInclusion(index, size, leaves[(index + 1) % 70], proof, Root(size)));
                if (size > 1) Assert.False(MerkleTree.VerifyInclusion((index + 1) % size, size, leaves[index], proof, Root(size)));
            }
            Assert.False(MerkleTree.VerifyConsistency(0, size, Root(0), Root(size), []));
            for (var first = 1; first <= size; first++)
            {
                var proof = MerkleTree.ConsistencyPath(first, size).Select(r => Over(r.From, r.To)).ToList();
                Assert.True(MerkleTree.VerifyConsistency(first, size, Root(first), Root(size), proof), $"{first} to {size}");
                if (first < size) Assert.False(MerkleTree.VerifyConsistency(first, size, Root(first - 1), Root(size), proof));
            }
        }
    }

    private static void Judge(string folder, Func<JsonElement, bool> holds)
    {
        var (right, wrong) = (0, 0);
        foreach (var file in Corpus.Files(folder, "*.json"))
        {
            using var vector = JsonDocument.Parse(File.ReadAllBytes(file));
            var expected = !vector.RootElement.GetProperty("wantErr").GetBoolean();
            Assert.True(holds(vector.RootElement) == expected, $"{Path.GetRelativePath(Corpus.Root!, file)} should {(expected ? "" : "not ")}hold");
            if (expected) right++;
            else wrong++;
        }
        Assert.True(right >= 5 && wrong >= 50, $"{right} right, {wrong} wrong");
    }

    // Sizes beyond 63 bits stand in a few of the wrong ones.
    private static long Number(JsonElement vector, string name) => vector.GetProperty(name).TryGetInt64(out var number) ? number : -1;
    private static byte[] Bytes(JsonElement vector, string name) => vector.GetProperty(name) is { ValueKind: JsonValueKind.String } text ? text.GetBytesFromBase64() : [];
    private static List<byte[]> Proof(JsonElement vector) =>
        vector.GetProperty("proof") is { ValueKind: JsonValueKind.Array } proof ? [.. proof.EnumerateArray().Select(p => p.ValueKind == JsonValueKind.Null ? [] : p.GetBytesFromBase64())] : [];
}
