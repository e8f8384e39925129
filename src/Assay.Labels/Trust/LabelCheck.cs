using System.Globalization;
using Assay.Labels.Log;
using Assay.Labels.Status;
using Assay.Labels.Token;

namespace Assay.Labels.Trust;

/// <summary>What a check of a label answers (semantics.md section 3). There is no other answer.</summary>
public enum LabelAnswer { InForce, GenuineStatusNotChecked, UnderReview, UpdateNeeded, Suspended, Withdrawn, Expired, SupportEnded, IssuerUnknown, Forged }

/// <summary>A slot's two bits in a status list.</summary>
public enum LabelState { InForce = 0, Withdrawn = 1, Suspended = 2, Notice = 3 }

/// <summary>What a verified status list said of a label.</summary>
/// <param name="AsOf">When the list was signed.</param>
/// <param name="Until">After this time it is not fresh.</param>
/// <param name="UpdateBelow">The version that a notice asks for; null where the notice says "under review".</param>
/// <param name="Signer">Whose list it is; null where the reader keeps the list itself. A list of another issuer says nothing of a label.</param>
/// <param name="Notice">Why, by whom and since when; null where the list alone is at hand.</param>
public sealed record StatusReading(
    LabelState State, DateTimeOffset AsOf, DateTimeOffset Until, string? UpdateBelow = null, TrustedKey? Signer = null, Notice? Notice = null);

/// <summary>What was asked of a log, and what it showed.</summary>
/// <param name="Entry">Proved (<see cref="LoggedEntry.Read"/>); null where no proof was at hand or none held.</param>
/// <param name="Without">Why there is no entry.</param>
/// <param name="NeedsWitnesses">A policy was named, and must be met.</param>
public sealed record LoggedReading(LoggedEntry? Entry, string? Without, bool NeedsWitnesses)
{
    /// <summary>Why the entry does not stand for this label; null where it does.</summary>
    internal string? Holds(SignedFile label) => Entry is null ? Without ?? "no proof at hand" : Entry.Against(label);

    /// <summary>The same, and whether enough witnesses saw it where that was asked for.</summary>
    internal string? Against(SignedFile label) => Holds(label) ?? (NeedsWitnesses && Entry!.Witnessed is not { Holds: true } ? Entry.Witnessed?.ToString() ?? "no witness is named" : null);
}

/// <summary>The answer, its reasons, and what a person may do.</summary>
public sealed record LabelCheck
{
    public const string NotALabel = "TEST, NOT A LABEL";
    public const string ModelOnly = "This speaks of the model and its versions. It does not prove that this very unit is one of them.";

    public required LabelAnswer Answer { get; init; }
    /// <summary>The answer in the exact words of semantics.md.</summary>
    public required string Words { get; init; }
    public required IReadOnlyList<string> Reasons { get; init; }
    /// <summary>What to do, for a person without a trade.</summary>
    public required string ToAPerson { get; init; }
    /// <summary>Who vouches for the key; null where nobody does.</summary>
    public TrustedKey? Issuer { get; init; }
    /// <summary>Not signed by an authority's key: <see cref="NotALabel"/> is shown wherever this is shown.</summary>
    public bool IsTest => Issuer is not { IsAuthority: true };
    /// <summary>Exit status of the command: 0 in force, 1 anything else.</summary>
    public int Exit => Answer == LabelAnswer.InForce ? 0 : 1;

    /// <summary>A token or picture that cannot be read as what it claims to be.</summary>
    public static LabelCheck Forged(string reason) => Of(LabelAnswer.Forged, "forged", [reason], null);

    /// <param name="label">A hallmark or a certificate.</param>
    /// <param name="development">Keys of this machine: they tell a broken signature, and make nothing known.</param>
    /// <param name="status">Null where no status list was at hand. A reading of another issuer's list does not count.</param>
    /// <param name="logged">What a log shows of the label: an entry that was proved, or why there is none. Null where nobody asked.</param>
    /// <param name="withoutStatus">Why there is no reading, where a list was at hand and could not answer (forged, another list, too short), or why none newer.</param>
    public static LabelCheck Of(SignedFile label, TrustList trust, IEnumerable<VerifyingKey> development, DateTimeOffset asOf, StatusReading? status = null, string? withoutStatus = null,
        LoggedReading? logged = null)
    {
        var (issued, expires, supportEnd, pointer) = label switch
        {
            { Hallmark: { } hallmark } => (hallmark.IssuedAt, hallmark.Expires, hallmark.SupportEnd, hallmark.Status),
            { Certificate: { } certificate } => (certificate.IssuedAt, certificate.Expires, certificate.SupportEnd, certificate.Status),
            _ => throw new ArgumentException("not a label", nameof(label)),
        };
        var named = trust.Under(label.Message.KeyId).ToList();
        if (named.FirstOrDefault(k => label.Message.Verify(k.Key)) is not { } issuer)
        {
            if (named.Count > 0) return Forged($"it names the key {named[0].Key.Name} of {named[0].Name}, and the signature is not by this key");
            if (development.FirstOrDefault(k => label.Message.KeyId is { } id && k.Id.Span.SequenceEqual(id.Span)) is { } own)
            {
                return label.Message.Verify(own)
                    ? Of(LabelAnswer.IssuerUnknown, "issuer unknown", [$"signed with a development key of this machine ({own.Name}), which stands in no trust list"], null)
                    : Forged($"it names the development key {own.Name} of this machine, and the signature is not by this key");
            }
            return Of(LabelAnswer.IssuerUnknown, "issuer unknown",
                [label.Message.KeyId is { } unknown ? $"the key {Convert.ToHexStringLower(unknown.Span)} stands in no trust list here; its signature could not be checked" : "it names no key"], null);
        }
        var entry = logged?.Holds(label) is null ? logged?.Entry : null;
        var before = issuer.WasLogged(KeyRoles.Issuer, issued, entry);
        if (issuer.Stolen is { } stolen && !before)
        {
            return Of(LabelAnswer.IssuerUnknown, "issuer unknown",
                [FormattableString.Invariant($"the key of {issuer.Name} was taken: what it signed counts where it stands before entry {stolen.Size} of {stolen.Log.Name}"),
                    entry is null ? logged?.Holds(label) ?? "no proof of that is at hand" : FormattableString.Invariant($"it is entry {entry.Index} of {entry.Log.Name}")], null);
        }
        if (!before && !issuer.Recognises(KeyRoles.Issuer, issued))
        {
            return Of(LabelAnswer.IssuerUnknown, "issuer unknown", [(issuer.Roles & KeyRoles.Issuer) == 0
                ? $"{issuer.Name} is known, but not as an issuer of labels" : $"the key of {issuer.Name} was not recognised on {Day(issued)}, when this was signed"], null);
        }

        var reasons = new List<string> { $"signed by {issuer.Name}{(issuer.IsAuthority ? "" : ", a test key")}, key {issuer.Key.Name}, on {Day(issued)}" };
        if (before) reasons.Add(FormattableString.Invariant($"this key was taken later; the label is entry {entry!.Index} of {entry.Log.Name}, from before"));
        else if (entry is not null) reasons.Add(FormattableString.Invariant($"logged as entry {entry.Index} of {entry.Log.Name}{(entry.Witnessed is { } seen ? $", {seen}" : "")}"));
        if (status?.Signer is { } signer && (signer.Name != issuer.Name || issuer.IsAuthority && !signer.IsAuthority))
        {
            // Two issuers may both call a list "1"; what one says of its labels is no matter of the other's.
            withoutStatus = $"the status list is of {signer.Name}{(signer.IsAuthority ? "" : ", a test key")}, and the label of {issuer.Name}: it does not count";
            status = null;
        }
        var stale = status is not null && asOf > status.Until;
        var dates = new List<(LabelAnswer Answer, string Words, string Reason)>();
        // A later stage hides no earlier one: every reason is listed, the gravest gives the answer.
        if (status is not null && withoutStatus is not null) reasons.Add(withoutStatus);
        if (status is { State: LabelState.Withdrawn }) dates.Add((LabelAnswer.Withdrawn, "withdrawn", $"withdrawn, said the status list of {Time(status.AsOf)}"));
        if (status is { State: LabelState.Suspended }) dates.Add((LabelAnswer.Suspended, "suspended", $"suspended, said the status list of {Time(status.AsOf)}"));
        if (asOf > expires) dates.Add((LabelAnswer.Expired, "expired", $"the label ended on {Day(expires)}"));
        if (supportEnd is { } end && DateOnly.FromDateTime(asOf.UtcDateTime) > end) dates.Add((LabelAnswer.SupportEnded, "support ended", $"the maker's support ended on {Iso(end)}"));
        if (status is { State: LabelState.Notice, UpdateBelow: { } version })
            dates.Add((LabelAnswer.UpdateNeeded, $"update needed below {version}", $"versions below {version} need an update, said the status list of {Time(status.AsOf)}"));
        if (status is { State: LabelState.Notice, UpdateBelow: null }) dates.Add((LabelAnswer.UnderReview, "under review", $"under review, said the status list of {Time(status.AsOf)}"));
        if (dates.Count > 0)
        {
            reasons.AddRange(dates.Select(d => d.Reason));
            if (status?.Notice is { } notice) reasons.AddRange(Told(notice));
            return Of(dates[0].Answer, dates[0].Words, reasons, issuer, status?.UpdateBelow);
        }

        // A day of difference between two clocks proves nothing; a longer one means that one of them is wrong, and then no date here can be relied on.
        var clock = issued > asOf.AddDays(1);
        // Who asks for a proof asks for an answer that rests on it.
        var unlogged = logged?.Against(label);
        if (unlogged is not null) reasons.Add($"not shown to be logged: {unlogged}");
        if (clock) reasons.Add($"it was signed on {Day(issued)}, after the date of this check ({Day(asOf)}): a clock is wrong");
        if (status is null) reasons.Add(pointer is null ? "it points to no status list" : withoutStatus ?? "offline: no status list at hand");
        else if (stale) reasons.Add($"nothing fresh: the last status list is of {Time(status.AsOf)}");
        else if (status.AsOf > asOf.AddDays(1)) reasons.Add($"the status list is of {Time(status.AsOf)}, after the date of this check: a clock is wrong");
        else if (!clock && unlogged is null) return Of(LabelAnswer.InForce, $"in force as of {Time(status.AsOf)}", reasons, issuer, asOf: status.AsOf);
        return Of(LabelAnswer.GenuineStatusNotChecked, "genuine, status not checked", reasons, issuer);
    }

    private static IEnumerable<string> Told(Notice notice)
    {
        yield return $"{notice.Role} since {Day(notice.Since)}: {notice.Reason}";
        if (notice.LookAgain is { } again) yield return $"it is looked at again on {Iso(again)}";
        if (notice.Case is { } name) yield return $"case {name}";
    }

    private static LabelCheck Of(LabelAnswer answer, string words, IReadOnlyList<string> reasons, TrustedKey? issuer, string? version = null, DateTimeOffset asOf = default) => new()
    {
        Answer = answer,
        Words = words,
        Reasons = reasons,
        Issuer = issuer,
        ToAPerson = answer switch
        {
            LabelAnswer.InForce => $"No action known to be needed as of {Day(asOf)}",
            LabelAnswer.UpdateNeeded => $"Update to {version}",
            LabelAnswer.Suspended or LabelAnswer.Withdrawn => "Limit its use",
            _ => "Ask the maker",
        },
    };

    private static string Day(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
    private static string Iso(DateOnly day) => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
    private static string Time(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
