using System.Security.Cryptography;
using System.Text;
using Assay.Labels;
using Assay.Labels.Log;
using Assay.Labels.QrCode;
using Assay.Labels.Token;
using Assay.Labels.Trust;
using Assay.Registry.Status;
using Assay.Registry.Storage;

namespace Assay.Registry.Labels;

/// <summary>What came of a submission.</summary>
/// <param name="IsNew">False where this very decision had its label already.</param>
public sealed record IssuedHere(LabelRecord Label, bool IsNew);

/// <summary>The third act of semantics.md section 2: statement and decision of people whom the registry trusts become a label. Files first, then the log, then the row.</summary>
public sealed class IssuingDesk(RegistrySettings settings, string address, RegistryKeys keys, LabelShelf shelf, TrustShelf trust, SignedLists lists, Ledger ledger, TimeProvider time)
{
    /// <exception cref="Refusal">422 with every reason at once.</exception>
    /// <exception cref="Evidence.Reading.UnreadableException">A file has not the form of a statement or of a decision.</exception>
    public IssuedHere Issue(Submission submission)
    {
        var reasons = new List<string>();
        var (statement, statementKey) = Signed(submission.Statement, SignedKind.Statement, KeyRoles.Assessor, reasons);
        var (decision, decisionKey) = Signed(submission.Decision, SignedKind.Decision, KeyRoles.Decision, reasons);
        if (reasons.Count > 0) throw Refused(reasons);

        var id = Convert.ToHexStringLower(decision.Digest.Span[..Hallmark.TokenIdBytes]);
        if (Already(id, decision) is { } there) return there;
        try
        {
            ledger.Act(() =>
            {
                if (Already(id, decision) is not null) throw new IssuedMeanwhile();
                var status = new StatusPointer(SignedLists.Pointer, FreeSlot());
                var (label, refusals) = Issuing.Issue(statement.Statement!, statementKey!, decision, decisionKey!, keys.Issuer, new IssuingTerms
                {
                    Issuer = settings.Issuer,
                    IssuedAt = time.GetUtcNow(),
                    Status = status,
                });
                if (label is null) throw Refused(refusals);
                shelf.Put(id, Files(submission, label));
                var hallmark = Hallmark.Read(label.Hallmark);
                return new LogEntry
                {
                    Issuer = settings.Issuer,
                    Subject = hallmark.Subject,
                    At = hallmark.IssuedAt,
                    Label = hallmark.TokenId,
                    Issued = new LabelIssued(SHA256.HashData(label.Certificate), statement.Digest, decision.Digest, lists.Uri, status.Index),
                };
            });
        }
        catch (IssuedMeanwhile)
        {
            return Already(id, decision)!;
        }
        return new IssuedHere(shelf.Find(id)!, IsNew: true);
    }

    // One decision, one label: handing it in again gives the same one, so that an answer that was lost can be asked for again.
    private IssuedHere? Already(string id, SignedFile decision)
    {
        if (shelf.Find(id) is not { } label) return null;
        if (shelf.File(id, LabelShelf.Decision) is { } own && SHA256.HashData(own).AsSpan().SequenceEqual(decision.Digest.Span)) return new IssuedHere(label, IsNew: false);
        throw new Refusal(409, "a decision whose first eight bytes of SHA-256 no other has here", "another label's number", "decision");
    }

    private (SignedFile File, VerifyingKey? Key) Signed(byte[] bytes, SignedKind kind, KeyRoles role, List<string> reasons)
    {
        var what = kind.ToString().ToLowerInvariant();
        SignedFile file;
        try
        {
            file = SignedFile.Read(bytes);
        }
        catch (Evidence.Reading.UnreadableException wrong)
        {
            throw new Refusal(400, wrong.Expected, wrong.Found, what);
        }
        if (file.Kind != kind) throw new Refusal(400, $"a {what}", $"a {file.Kind.ToString().ToLowerInvariant()}", what);
        var signed = file.Statement?.IssuedAt ?? file.Decision!.IssuedAt;
        var named = trust.Current.Under(file.Message.KeyId).ToList();
        if (named.Count == 0) reasons.Add($"the {what} names the key {(file.Message.KeyId is { } id ? Convert.ToHexStringLower(id.Span) : "of nobody")}, which this registry does not trust");
        else if (named.FirstOrDefault(k => file.Message.Verify(k.Key)) is not { } signer) reasons.Add($"the {what} names the key of {named[0].Name}, and the signature is not by this key");
        else if (!signer.Recognises(role, signed)) reasons.Add($"{signer.Name} is not trusted here for a {what} of {signed.UtcDateTime.ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture)}");
        else return (file, signer.Key);
        return (file, null);
    }

    private long FreeSlot()
    {
        if (shelf.Count >= SignedLists.Slots / 2) throw new Refusal(409, "room in the status list", "half of it used: begin another registry", "status list");
        long slot;
        do slot = RandomNumberGenerator.GetInt32(SignedLists.Slots);
        while (shelf.IsTaken(slot));
        return slot;
    }

    private IEnumerable<(string, byte[])> Files(Submission submission, IssuedLabel label)
    {
        var picture = new LabelPicture
        {
            Code = QrCode.OfAddress(LabelAddress.Write(label.Hallmark, Prefix()), QrLevel.M),
            Words = settings.IsAuthority ? new Uri(address).Authority : LabelCheck.NotALabel,
        };
        yield return (LabelShelf.Statement, submission.Statement);
        yield return (LabelShelf.Decision, submission.Decision);
        if (submission.Materials is not null) yield return (LabelShelf.Materials, submission.Materials);
        if (submission.UpdateHosts.Count > 0) yield return (LabelShelf.Hosts, Encoding.ASCII.GetBytes(string.Join('\n', submission.UpdateHosts) + "\n"));
        yield return (LabelShelf.Hallmark, label.Hallmark);
        yield return (LabelShelf.Picture, Encoding.UTF8.GetBytes(picture.ToSvg()));
        yield return (LabelShelf.Bitmap, picture.ToPng());
        yield return (LabelShelf.Certificate, label.Certificate);
    }

    // The code has room for https and a short name; a registry without one prints the address of the examples.
    private string Prefix() => $"{address}/l#" is var own && own.StartsWith("https://", StringComparison.Ordinal) && own.Length <= LabelAddress.MaxPrefixBytes ? own : LabelAddress.DefaultPrefix;

    private static Refusal Refused(IReadOnlyList<string> reasons) =>
        new(422, "a statement and a decision of people whom the registry trusts, on which a label may be issued", $"{reasons.Count} reason{(reasons.Count == 1 ? "" : "s")} against it", "statement, decision", reasons);

    private sealed class IssuedMeanwhile : Exception;
}
