using System.Security.Cryptography;
using System.Text;
using Assay.Registry.Labels;
using Assay.Registry.Storage;
using Dapper;

namespace Assay.Registry.Status;

/// <summary>
/// Where a label's standing changes. One act at a time, in this order: the name of who decides beside its commitment in the database (seen by nobody), the entry in the
/// log, the rows, the signed list and notices, the wake-up. A row is only ever written from the log, so a stop between two steps is made good by the next start.
/// </summary>
public sealed class StatusDesk(Database database, LabelShelf shelf, Ledger ledger, TimeProvider time)
{
    /// <summary>A suspension without a date to look again gets this one.</summary>
    public const int LookAgainDays = 14;
    public const int MaxReason = 2000, MaxRole = 100, MaxVersion = 100;

    /// <summary>Changes a label's standing. When this returns, the change is in the log, in the signed list and on the page.</summary>
    /// <exception cref="Refusal">404 no such label, 409 withdrawn is final, 422 not by a machine or not in this form.</exception>
    public ChangeReceipt Change(StatusChange change)
    {
        Check(change);
        return ledger.Act(() =>
        {
            var label = shelf.Find(change.Label) ?? throw new Refusal(404, "the id of a label", "another", "id");
            if (label.Standing == Standing.Withdrawn) throw new Refusal(409, "a label that is not withdrawn", "a withdrawn one: this is final", "state");
            if (change.By is null && (label.Standing != Standing.InForce || change.To != Standing.UnderReview))
                throw new Refusal(409, "a label in force that is put under review", $"one that stands as {label.Standing.Name()}; all else is decided by a person", "state");
            var now = time.GetUtcNow();
            var lookAgain = change.LookAgain ?? (change.To == Standing.Suspended ? DateOnly.FromDateTime(now.UtcDateTime).AddDays(LookAgainDays) : null);
            var commitment = change.By is null ? null : Commit(change.By);
            return new StandingChanged(label.Id, label.Slot, change.To, change.UpdateBelow, change.Reason, change.Role, commitment, lookAgain, change.Case, now);
        });
    }

    private static void Check(StatusChange change)
    {
        Text(change.Reason, MaxReason, "reason");
        Text(change.Role, MaxRole, "role");
        if (change.To == Standing.UpdateNeeded) Text(change.UpdateBelow ?? "", MaxVersion, "updateBelow");
        else if (change.UpdateBelow is { } ends && change.To == Standing.Suspended) Text(ends, MaxVersion, "updateBelow");
        else if (change.UpdateBelow is not null) throw new Refusal(422, "updateBelow with the states updateNeeded and suspended only", $"it with {change.To.Name()}", "updateBelow");
    }

    private static void Text(string text, int most, string where)
    {
        if (string.IsNullOrWhiteSpace(text) || text.Length > most) throw new Refusal(422, $"1 to {most} characters", $"{text.Trim().Length}", where);
    }

    // The name can be forgotten later: then the commitment says nothing to anybody.
    private byte[] Commit(Person by)
    {
        var salt = RandomNumberGenerator.GetBytes(32);
        var commitment = SHA256.HashData([.. salt, .. Encoding.UTF8.GetBytes(by.Name)]);
        database.Write((c, t) => c.Execute("insert into acts (commitment, salt, person) values (@commitment, @salt, @person)", new { commitment, salt, person = by.Id }, t));
        return commitment;
    }
}
