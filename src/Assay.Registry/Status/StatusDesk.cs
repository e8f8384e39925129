using System.Security.Cryptography;
using Assay.Labels.Log;
using Assay.Labels.Status;
using Assay.Registry.Labels;
using Assay.Registry.Storage;
using Dapper;

namespace Assay.Registry.Status;

/// <summary>
/// Where a label's standing changes. One act at a time, in this order: the name of who decides beside its commitment in the database (seen by nobody), the entry in the
/// log, the rows, the signed list and notices, the wake-up. A row is only ever written from the log, so a stop between two steps is made good by the next start.
/// </summary>
public sealed class StatusDesk(RegistrySettings settings, Database database, LabelShelf shelf, Ledger ledger, TimeProvider time)
{
    /// <summary>A suspension without a date to look again gets this one.</summary>
    public const int LookAgainDays = 14;
    /// <summary>The role of a machine that noticed something, as cases name it too.</summary>
    public static readonly string Automatic = Exchange.Cases.Actor.Registry.Role;
    public const int MaxReason = NoticeList.MaxReason, MaxRole = 100, MaxVersion = 100;

    /// <summary>Changes a label's standing. When this returns, the change is in the log, in the signed list and on the page.</summary>
    /// <exception cref="Refusal">404 no such label, 409 withdrawn is final, 422 not by a machine or not in this form.</exception>
    public ChangeReceipt Change(StatusChange change)
    {
        Check(change);
        return ledger.Act(() => Entry(change));
    }

    /// <summary>Several changes, of as many labels, at once: all of them or none. One list is signed for all.</summary>
    /// <exception cref="Refusal">As <see cref="Change"/>, for any of them.</exception>
    public ChangeReceipt ChangeAll(IReadOnlyList<StatusChange> changes)
    {
        if (changes.Select(c => c.Label).Distinct(StringComparer.Ordinal).Count() != changes.Count) throw new ArgumentException("a label changes once in a batch", nameof(changes));
        foreach (var change in changes) Check(change);
        return ledger.ActAll([.. changes.Select<StatusChange, Func<LogEntry>>(c => () => Entry(c))]);
    }

    private LogEntry Entry(StatusChange change)
    {
        var label = shelf.Find(change.Label) ?? throw new Refusal(404, "the id of a label", "another", "id");
        if (label.Standing == Standing.Withdrawn) throw new Refusal(409, "a label that is not withdrawn", "a withdrawn one: this is final", "state");
        if (change.By is null && (label.Standing != Standing.InForce || change.To != Standing.UnderReview))
            throw new Refusal(409, "a label in force that is put under review", $"one that stands as {label.Standing.Name()}; all else is decided by a person", "state");
        var now = time.GetUtcNow();
        return new LogEntry
        {
            Issuer = settings.Issuer,
            Subject = label.Subject,
            At = now,
            Label = Convert.FromHexString(label.Id),
            Changed = new StatusChanged(label.Slot, change.To.State(), change.To.Kind(), change.UpdateBelow, change.Reason, change.By is null ? Automatic : change.Role, Commit(change.By),
                change.LookAgain ?? (change.To == Standing.Suspended ? DateOnly.FromDateTime(now.UtcDateTime).AddDays(LookAgainDays) : null), change.Case),
        };
    }

    private static void Check(StatusChange change)
    {
        Text(change.Reason, MaxReason, "reason");
        Text(change.Role, MaxRole, "role");
        // The page says of this role that nobody decided.
        if (change.By is not null && change.Role == Automatic) throw new Refusal(422, $"another role than {Automatic}, which is a machine's", change.Role, "role");
        if (change.To == Standing.UpdateNeeded) Text(change.UpdateBelow ?? "", MaxVersion, "updateBelow");
        else if (change.UpdateBelow is { } ends && change.To == Standing.Suspended) Text(ends, MaxVersion, "updateBelow");
        else if (change.UpdateBelow is not null) throw new Refusal(422, "updateBelow with the states updateNeeded and suspended only", $"it with {change.To.Name()}", "updateBelow");
    }

    private static void Text(string text, int most, string where)
    {
        if (string.IsNullOrWhiteSpace(text) || text.Length > most) throw new Refusal(422, $"1 to {most} characters", $"{text.Trim().Length}", where);
    }

    // Name and salt can be forgotten later: then the commitment says nothing to anybody. A machine's has no name beside it.
    private byte[] Commit(Person? by)
    {
        var salt = RandomNumberGenerator.GetBytes(LogEntry.SaltBytes);
        var commitment = LogEntry.Commit(salt, by?.Name ?? "");
        database.Write((c, t) => c.Execute("insert into acts (commitment, salt, person) values (@commitment, @salt, @person)", new { commitment, salt, person = by?.Id }, t));
        return commitment;
    }
}
