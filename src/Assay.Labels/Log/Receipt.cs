using System.Formats.Cbor;
using System.Globalization;
using Assay.Evidence.Reading;
using Assay.Labels.Token;

namespace Assay.Labels.Log;

/// <summary>One inclusion proof of a receipt: the clause's <c>[tree_size, leaf_index, inclusion_path]</c>.</summary>
public sealed record InclusionProof(long Size, long Index, IReadOnlyList<byte[]> Path);

/// <summary>One consistency proof of a receipt: <c>[tree_size_1, tree_size_2, consistency_path]</c>.</summary>
public sealed record ConsistencyProof(long First, long Second, IReadOnlyList<byte[]> Path);

/// <summary>A log's signed word that a statement is in it, in COSE (RFC 9942). Of the verifiable data structures, 1 (RFC 9162, SHA-256) is verified; others are read as far as their headers.</summary>
public sealed record Receipt
{
    public const int MaxBytes = 64 << 10;
    public const int MaxProofs = 64;
    /// <summary>RFC9162_SHA256.</summary>
    public const int Rfc9162 = 1;
    public const int EdDsa = -8, Es256 = -7;

    private readonly ReadOnlyMemory<byte> protectedBytes, signature;

    private Receipt(ReadOnlyMemory<byte> protectedBytes, ReadOnlyMemory<byte> signature)
    {
        this.protectedBytes = protectedBytes;
        this.signature = signature;
    }

    /// <summary>COSE's number of the algorithm.</summary>
    public required long Algorithm { get; init; }
    /// <summary>Header 395: which kind of tree.</summary>
    public required long Structure { get; init; }
    /// <summary>iss in header 15; ours is the log's origin.</summary>
    public string? Issuer { get; init; }
    public ReadOnlyMemory<byte>? KeyId { get; init; }
    public required IReadOnlyList<InclusionProof> Inclusion { get; init; }
    public required IReadOnlyList<ConsistencyProof> Consistency { get; init; }
    /// <summary>The tree's size under the signature, a claim of ours; null in receipts of others, whose entry is proved and whose place is not.</summary>
    public long? SignedSize { get; init; }
    /// <summary>The root, where the receipt carries it; else it follows from the proof.</summary>
    public ReadOnlyMemory<byte>? Payload { get; init; }

    /// <summary>The receipt for one entry, signed by the log at the size of its checkpoint.</summary>
    /// <param name="key">The log's own key.</param>
    /// <exception cref="UnreadableException">The checkpoint is not of this key, or the files do not lead to its root.</exception>
    public static byte[] Sign(LogKey key, LogReader log, long index)
    {
        var verifier = key.Verifier(log.Checkpoint.Origin);
        if (!log.Checkpoint.Verify(verifier)) throw new UnreadableException($"a checkpoint signed by {verifier}", "another signature", 0);
        var path = log.InclusionProof(index);
        var headers = new CborWriter(CborConformanceMode.Ctap2Canonical, convertIndefiniteLengthEncodings: true);
        headers.WriteStartMap(null);
        headers.WriteInt32(HeaderLabels.Algorithm);
        headers.WriteInt32(EdDsa);
        headers.WriteInt32(HeaderLabels.KeyId);
        headers.WriteByteString(verifier.Id.Span);
        headers.WriteInt32(HeaderLabels.CwtClaims);
        headers.WriteStartMap(2);
        headers.WriteInt32(ClaimNumbers.Issuer);
        headers.WriteTextString(verifier.Name);
        // The RFC signs the root alone, and one path may lead there from two places of two sizes: with the size signed, the place is certain.
        headers.WriteInt32(ClaimNumbers.Edition);
        headers.WriteInt64(log.Size);
        headers.WriteEndMap();
        headers.WriteInt32(HeaderLabels.Structure);
        headers.WriteInt32(Rfc9162);
        headers.WriteEndMap();
        var protectedBytes = headers.Encode();

        var proof = new CborWriter(CborConformanceMode.Canonical);
        proof.WriteStartArray(3);
        proof.WriteInt64(log.Size);
        proof.WriteInt64(index);
        proof.WriteStartArray(path.Count);
        foreach (var hash in path) proof.WriteByteString(hash);
        proof.WriteEndArray();
        proof.WriteEndArray();

        var receipt = new CborWriter(CborConformanceMode.Canonical);
        receipt.WriteTag((CborTag)18);
        receipt.WriteStartArray(4);
        receipt.WriteByteString(protectedBytes);
        receipt.WriteStartMap(1);
        receipt.WriteInt32(HeaderLabels.Proofs);
        receipt.WriteStartMap(1);
        receipt.WriteInt32(-1);
        receipt.WriteStartArray(1);
        receipt.WriteByteString(proof.Encode());
        receipt.WriteEndArray();
        receipt.WriteEndMap();
        receipt.WriteEndMap();
        receipt.WriteNull();
        receipt.WriteByteString(key.Sign(CoseSign1.Signed(protectedBytes, default, log.Checkpoint.Root.Span)));
        receipt.WriteEndArray();
        return receipt.Encode();
    }

    /// <summary>Reads the form; nothing is proved yet.</summary>
    /// <exception cref="UnreadableException"/>
    public static Receipt Read(ReadOnlyMemory<byte> file)
    {
        if (file.Length > MaxBytes) throw new UnreadableException($"a receipt of at most {MaxBytes} bytes", $"{file.Length}", 0);
        var (protectedBytes, headers, open, payload, signature) = CoseSign1.Parts(file, CborForm.Tagged);
        var algorithm = headers.Need(HeaderLabels.Algorithm, "an algorithm").Number("the algorithm");
        var structure = headers.Need(HeaderLabels.Structure, "the kind of tree").Number("the kind of tree");
        List<InclusionProof> inclusion = [];
        List<ConsistencyProof> consistency = [];
        var proofs = open.Need(HeaderLabels.Proofs, "proofs");
        if (structure == Rfc9162)
        {
            foreach (var proof in Proofs(proofs[-1]))
            {
                var parts = Claims.Items(proof, "an inclusion proof", 3);
                inclusion.Add(new(Size(parts[0]), Size(parts[1]), Hashes(parts[2])));
            }
            foreach (var proof in Proofs(proofs[-2]))
            {
                var parts = Claims.Items(proof, "a consistency proof", 3);
                consistency.Add(new(Size(parts[0]), Size(parts[1]), Hashes(parts[2])));
            }
            if (inclusion.Count + consistency.Count == 0) throw new UnreadableException("a proof in the receipt", "none", proofs.Offset);
        }
        return new Receipt(protectedBytes, signature)
        {
            Algorithm = algorithm,
            Structure = structure,
            Issuer = headers[HeaderLabels.CwtClaims]?[ClaimNumbers.Issuer] is { } issuer ? Claims.Text(issuer, "iss", 1024) : null,
            KeyId = headers[HeaderLabels.KeyId] is { } id ? id.Memory("the key id") : default(ReadOnlyMemory<byte>?),
            SignedSize = headers[HeaderLabels.CwtClaims]?[ClaimNumbers.Edition]?.Number("the size"),
            Inclusion = inclusion,
            Consistency = consistency,
            Payload = payload,
        };
    }

    /// <summary>Why this receipt does not show that the log holds this entry; null where it does.</summary>
    public string? Against(ReadOnlySpan<byte> entry, LogVerifier log) => Against(entry, log.Name, message => Algorithm == EdDsa && log.VerifyDetached(message, signature.Span));

    /// <summary>The same for a log that signs with ES256.</summary>
    public string? Against(ReadOnlySpan<byte> entry, VerifyingKey log) => Against(entry, null, message => Algorithm == Es256 && log.Verify(message, signature.Span));

    private string? Against(ReadOnlySpan<byte> entry, string? issuer, Func<byte[], bool> signed)
    {
        if (Structure != Rfc9162) return FormattableString.Invariant($"its tree is of kind {Structure}, which is not verified here");
        if (Inclusion.Count == 0) return "it proves no entry";
        if (issuer is not null && Issuer != issuer) return $"it is of {Issuer ?? "nobody"}, not of {issuer}";
        foreach (var proof in Inclusion)
        {
            if (SignedSize is { } size && size != proof.Size) return FormattableString.Invariant($"its proof is for {proof.Size} entries, and {size} are signed");
            byte[] root;
            try
            {
                root = MerkleTree.RootFromInclusion(proof.Index, proof.Size, MerkleTree.LeafHash(entry), proof.Path);
            }
            catch (UnreadableException wrong)
            {
                return wrong.Message;
            }
            if (Payload is { } own && !own.Span.SequenceEqual(root)) return "its path leads to another root than it names";
            // Several proofs under one signature are of one root; each must lead there.
            if (!signed(CoseSign1.Signed(protectedBytes.Span, default, root))) return "the log did not sign the root to which the entry leads";
        }
        return null;
    }

    private static IEnumerable<CborValue> Proofs(CborValue? proofs)
    {
        if (proofs is null) return [];
        var all = proofs.Items("the proofs");
        if (all.Length > MaxProofs) throw new UnreadableException($"at most {MaxProofs} proofs", $"{all.Length}", proofs.Offset);
        return all.Select(p => CborValue.Read(p.Memory("a proof"), CborForm.WellFormed, p.Offset));
    }

    private static long Size(CborValue value) => value.Number("a size or an index") is >= 0 and var size ? size : throw new UnreadableException("a number of 0 or more", value.Number("a size").ToString(CultureInfo.InvariantCulture), value.Offset);

    private static IReadOnlyList<byte[]> Hashes(CborValue path) => [.. path.Items("a path").Select(h => Claims.Bytes(h, "a hash", MerkleTree.HashBytes))];
}
