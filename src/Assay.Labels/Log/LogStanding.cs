using Assay.Evidence.Reading;
using Assay.Labels.Status;
using Assay.Labels.Trust;

namespace Assay.Labels.Log;

/// <summary>How a label stands after its last entry.</summary>
/// <param name="Entry">The last entry that speaks of it.</param>
public sealed record LabelStanding(LabelIssued Issued, StatusChanged? Changed, DateTimeOffset Since, long Entry);

/// <summary>Every label of a log and its state, out of the log's files alone: what another administrator needs to carry on (docs/trust.md, succession).</summary>
public sealed class LogStanding
{
    private readonly Dictionary<string, LabelStanding> labels = new(StringComparer.Ordinal);

    private LogStanding()
    {
    }

    /// <summary>By the label's number in hexadecimal digits.</summary>
    public IReadOnlyDictionary<string, LabelStanding> Labels => labels;
    /// <summary>Entries that do not count, each with the reason: of a stranger, out of a key's time, or no entry of ours.</summary>
    public IReadOnlyList<string> PassedOver { get; private init; } = [];

    /// <param name="trust">Whose entries count: an issue by a key with the role issuer, a change by one with the role status, each in its time or, where it was taken, logged before.</param>
    /// <exception cref="UnreadableException">The log is not whole.</exception>
    public static LogStanding Of(LogReader log, LogVerifier key, TrustList trust)
    {
        if (!log.Checkpoint.Verify(key)) throw new UnreadableException($"a checkpoint signed by {key}", "another signature", 0);
        var passed = new List<string>();
        var standing = new LogStanding { PassedOver = passed };
        long at = -1;
        foreach (var bytes in log.Entries())
        {
            at++;
            LogEntry entry;
            try
            {
                entry = LogEntry.Read(bytes);
            }
            catch (UnreadableException wrong)
            {
                passed.Add($"entry {at}: {wrong.Message}");
                continue;
            }
            var role = entry.Issued is null ? KeyRoles.Status : KeyRoles.Issuer;
            var shown = new LoggedEntry { Log = key, Index = at, Size = log.Size, Entry = entry };
            if (!trust.Under(entry.Message!.KeyId).Any(k => (k.Recognises(role, entry.At) || k.WasLogged(role, entry.At, shown)) && entry.Message.Verify(k.Key)))
            {
                passed.Add($"entry {at}: of no key that may say this on that day");
                continue;
            }
            var label = Convert.ToHexStringLower(entry.Label.Span);
            if (entry.Issued is { } issued) standing.labels.TryAdd(label, new(issued, null, entry.At, at));
            else if (standing.labels.TryGetValue(label, out var known) && known.Issued.Index == entry.Changed!.Index)
            {
                // Withdrawn is final, whatever comes after.
                if (known.Changed is not { State: LabelState.Withdrawn }) standing.labels[label] = known with { Changed = entry.Changed, Since = entry.At, Entry = at };
            }
            else passed.Add($"entry {at}: changes a label that no entry before it issued in this place");
        }
        return standing;
    }

    /// <summary>The status list and its notices as the log leaves them, for who signs the next ones.</summary>
    /// <param name="uri">The list's address, as the entries name it.</param>
    public (StatusList List, IReadOnlyList<Notice> Notices) Lists(string uri, int slots)
    {
        var list = new StatusList(slots);
        var notices = new List<Notice>();
        foreach (var (_, label) in labels.Where(l => l.Value.Issued.StatusUri == uri).OrderBy(l => l.Value.Issued.Index))
        {
            if (label.Changed is not { } changed || changed.State == LabelState.InForce) continue;
            list[(int)changed.Index] = changed.State;
            if (changed.Kind is { } kind) notices.Add(new Notice(changed.Index, kind, changed.UpdateBelow, changed.Reason, changed.Role, label.Since, changed.LookAgain, changed.Case));
        }
        return (list, notices);
    }
}
