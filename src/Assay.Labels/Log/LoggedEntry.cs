using Assay.Evidence.Reading;
using Assay.Labels.Token;

namespace Assay.Labels.Log;

/// <summary>An entry of a log that was proved without asking the log: by a proof in text with witnesses (<see cref="TlogProof"/>) or by a receipt in COSE (<see cref="Receipt"/>).</summary>
public sealed record LoggedEntry
{
    public const int MaxBytes = 512 << 10;

    public required LogVerifier Log { get; init; }
    public required long Index { get; init; }
    public required long Size { get; init; }
    public required LogEntry Entry { get; init; }
    /// <summary>Null where no policy was asked for.</summary>
    public WitnessVerdict? Witnessed { get; init; }

    /// <param name="file">A tlog-proof whose extra bytes are the entry, or a signed statement with receipts.</param>
    /// <param name="logs">Whose word counts; not empty.</param>
    /// <param name="asOf">The time of the check, for the policy.</param>
    /// <exception cref="UnreadableException">It does not prove what it should, with the reason; a policy that is not met is no such reason.</exception>
    public static LoggedEntry Read(ReadOnlyMemory<byte> file, IReadOnlyList<LogVerifier> logs, WitnessPolicy? policy, DateTimeOffset asOf)
    {
        if (file.Length > MaxBytes) throw new UnreadableException($"a proof of at most {MaxBytes} bytes", $"{file.Length}", 0);
        if (TlogProof.Looks(file.Span))
        {
            var proof = TlogProof.Read(file.Span);
            if (proof.Extra is not { } entry) throw new UnreadableException("a proof with its entry in the line \"extra\"", "none", 0);
            if (logs.FirstOrDefault(proof.Checkpoint.Verify) is not { } log) throw new UnreadableException("a checkpoint of a log that is known here", $"one of {proof.Checkpoint.Origin}", 0);
            if (!proof.Holds(entry.Span)) throw new UnreadableException("a path from the entry to the checkpoint's root", "another path", 0);
            return new() { Log = log, Index = proof.Index, Size = proof.Checkpoint.Size, Entry = LogEntry.Read(entry), Witnessed = policy?.Of(proof.Checkpoint, asOf) };
        }
        var statement = SignedStatement.Read(file);
        if (statement.Receipts.Count == 0 || statement.Bare is not { } bare) throw new UnreadableException("a statement with receipts and no other unprotected header", statement.Receipts.Count == 0 ? "no receipt" : "others", 0);
        var reasons = new List<string>();
        foreach (var receipt in statement.Receipts.Select(Receipt.Read))
        {
            foreach (var log in logs)
            {
                if (receipt.Against(bare.Span, log) is { } against) reasons.Add(against);
                else if (receipt.SignedSize is null) reasons.Add("it signs no size, so that the entry's place is not certain");
                else return new()
                {
                    Log = log,
                    Index = receipt.Inclusion[0].Index,
                    Size = receipt.Inclusion[0].Size,
                    Entry = LogEntry.Read(bare),
                    Witnessed = policy is null ? null : new("a receipt in COSE names no witness; ask for a tlog-proof", [], policy.Witnesses.Count),
                };
            }
        }
        throw new UnreadableException("a receipt of a log that is known here", string.Join("; ", reasons.Distinct()), 0);
    }

    /// <summary>Why this entry does not say that this label was issued; null where it does.</summary>
    public string? Against(SignedFile label)
    {
        var (id, status) = label switch
        {
            { Hallmark: { } hallmark } => (hallmark.TokenId, hallmark.Status),
            { Certificate: { } certificate } => (certificate.TokenId, certificate.Status),
            _ => throw new ArgumentException("not a label", nameof(label)),
        };
        if (Entry.Issued is not { } issued) return "the entry is no issue of a label";
        if (!Entry.Label.Span.SequenceEqual(id.Span)) return $"the entry is of the label {Convert.ToHexStringLower(Entry.Label.Span)}";
        if (label.Hallmark is { } own ? !issued.Certificate.Span.StartsWith(own.Certificate.Span) : !issued.Certificate.Span.SequenceEqual(label.Digest.Span)) return "the entry is of another certificate";
        if (status is not null && status.Index != issued.Index) return "the entry gives it another place in the status list";
        // A log takes what it is given: only the label's own signer says that it was issued.
        return label.Message.KeyId is { } key && Entry.Message!.KeyId is { } signer && key.Span.SequenceEqual(signer.Span) ? null : "the entry is signed with another key than the label";
    }
}
