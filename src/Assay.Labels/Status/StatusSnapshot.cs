using System.Globalization;
using Assay.Evidence.Reading;
using Assay.Labels.Token;
using Assay.Labels.Trust;

namespace Assay.Labels.Status;

/// <summary>A status list and its notices, both verified: signed by a key that the trust list recognises for status, of one address, not older than what was seen before.</summary>
public sealed class StatusSnapshot
{
    private StatusSnapshot(StatusListToken token, NoticeList? notices, TrustedKey signer, string? withoutNotices)
    {
        Token = token;
        Notices = notices;
        Signer = signer;
        WithoutNotices = withoutNotices;
    }

    public StatusListToken Token { get; }
    /// <summary>Null where none were handed over, or where they do not count beside this list (<see cref="WithoutNotices"/>).</summary>
    public NoticeList? Notices { get; }
    /// <summary>Why there are no notices: a slot that says "notice" is then under review.</summary>
    public string? WithoutNotices { get; }
    public TrustedKey Signer { get; }
    public DateTimeOffset AsOf => Token.IssuedAt;
    public DateTimeOffset Until => Token.Expires;

    /// <param name="statusToken">What <c>/status/1</c> served.</param>
    /// <param name="notices">What <c>/notices/1</c> served, fetched after the list; null or empty where none are at hand.</param>
    /// <param name="asOf">The time of the check. A list whose end is past is read and answers, and its readings are stale; a list from the future is refused.</param>
    /// <param name="previous">The last snapshot of this list that was verified; an older list is refused.</param>
    /// <exception cref="UnreadableException">Forged, foreign, of another address, older, or not readable, with the reason.</exception>
    public static StatusSnapshot Of(ReadOnlyMemory<byte> statusToken, ReadOnlyMemory<byte>? notices, TrustList trust, DateTimeOffset asOf, StatusSnapshot? previous = null)
    {
        var token = StatusListToken.Read(statusToken);
        if (token.List.Bits != 2) throw new UnreadableException("a status list of 2 bits a slot", $"{token.List.Bits}", 0);
        var signer = Signed(token.Message, "status list", token.IssuedAt, trust, asOf);
        if (previous is not null)
        {
            if (previous.Token.Uri != token.Uri) throw new UnreadableException($"the status list {previous.Token.Uri}", $"the list {token.Uri}", 0);
            var (one, last) = ((token.IssuedAt, token.Edition ?? 0), (previous.Token.IssuedAt, previous.Token.Edition ?? 0));
            if (one.CompareTo(last) < 0)
                throw new UnreadableException($"a status list not older than that of {SignedList.Time(last.IssuedAt)}{Numbered(previous.Token.Edition)}", $"one of {SignedList.Time(one.IssuedAt)}{Numbered(token.Edition)}", 0);
        }
        return Explained(token, signer, notices, trust, asOf);
    }

    /// <summary>The snapshot that follows this one by a signed delta; what a whole list must be, the outcome must be too.</summary>
    /// <param name="delta">What <see cref="StatusDelta.Sign"/> wrote for the edition of this list.</param>
    /// <exception cref="UnreadableException">Forged, foreign, of another list or edition, or it leads to another list than it names: the whole one is needed then.</exception>
    public StatusSnapshot After(ReadOnlyMemory<byte> delta, ReadOnlyMemory<byte>? notices, TrustList trust, DateTimeOffset asOf)
    {
        var change = StatusDelta.Read(delta);
        var signer = Signed(change.Message, "status delta", change.IssuedAt, trust, asOf);
        if (signer.Name != Signer.Name) throw new UnreadableException($"a delta of {Signer.Name}, whose status list it is", $"a delta of {signer.Name}", 0);
        if (change.Uri != Token.Uri) throw new UnreadableException($"a delta of the list {Token.Uri}", $"a delta of {change.Uri}", 0);
        if (change.From != Token.Edition || change.IssuedAt < Token.IssuedAt)
            throw new UnreadableException($"a delta from edition {Token.Edition?.ToString(CultureInfo.InvariantCulture) ?? "(none)"}", $"one from {change.From.ToString(CultureInfo.InvariantCulture)}", 0);
        var token = Token with { IssuedAt = change.IssuedAt, Expires = change.Expires, Edition = change.To, List = change.Apply(Token.List), Message = change.Message };
        return Explained(token, signer, notices, trust, asOf);
    }

    /// <summary>This list with the notices that explain it.</summary>
    /// <exception cref="UnreadableException">Forged, foreign, of another list, or not readable.</exception>
    public StatusSnapshot With(ReadOnlyMemory<byte> notices, TrustList trust, DateTimeOffset asOf) => Explained(Token, Signer, notices, trust, asOf);

    private static StatusSnapshot Explained(StatusListToken token, TrustedKey signer, ReadOnlyMemory<byte>? notices, TrustList trust, DateTimeOffset asOf)
    {
        // A null array becomes empty memory on its way here.
        if (notices is not { IsEmpty: false } bytes) return new(token, null, signer, "no notices at hand");

        var list = NoticeList.Read(bytes);
        var noticer = Signed(list.Message, "list of notices", list.IssuedAt, trust, asOf);
        if (noticer.Name != signer.Name) throw new UnreadableException($"notices of {signer.Name}, whose status list it is", $"notices of {noticer.Name}", 0);
        if (list.Uri != token.Uri) throw new UnreadableException($"notices of the list {token.Uri}", $"notices of {list.Uri}", 0);
        // Someone who holds back the newest notices must not make an old "update needed" stand beside a new list.
        if (list.IssuedAt < token.IssuedAt || list.IssuedAt == token.IssuedAt && list.Edition < token.Edition)
            return new(token, null, signer, $"the notices of {SignedList.Time(list.IssuedAt)} are older than the list of {SignedList.Time(token.IssuedAt)}");
        return list.Expires < asOf ? new(token, null, signer, $"the notices ended on {SignedList.Time(list.Expires)}") : new(token, list, signer, null);
    }

    /// <summary>What the list says of a slot; null where the pointer names another list or a slot beyond its end (<see cref="Against"/> says which).</summary>
    /// <remarks>The reading names its signer, and <see cref="LabelCheck"/> counts it for labels of the same name alone.</remarks>
    public StatusReading? For(StatusPointer pointer)
    {
        if (Against(pointer) is not null) return null;
        var state = Token.List[(int)pointer.Index];
        var notice = state == LabelState.InForce ? null : Notices?.For(pointer.Index);
        // The two bits are the truth; a notice of another kind does not explain them.
        if (notice is not null && Explains(notice.Kind) != state) notice = null;
        return new StatusReading(state, AsOf, Until, notice?.UpdateBelow, Signer, notice);
    }

    /// <summary>Why this list says nothing of this slot; null where it does.</summary>
    public string? Against(StatusPointer pointer)
    {
        if (!Names(pointer.List, Token.Uri)) return $"the label points to the status list {pointer.List}, and this one is {Token.Uri}";
        return pointer.Index < Token.List.Slots ? null
            : $"the label's place {pointer.Index.ToString(CultureInfo.InvariantCulture)} is beyond the end of the status list, which has {Token.List.Slots.ToString(CultureInfo.InvariantCulture)}";
    }

    /// <summary>Whether a pointer's text names this list. A hallmark has no room for a whole address: a relative reference is held to its last part, and the signer's name to the issuer's.</summary>
    public static bool Names(string pointer, string uri) => pointer == uri || !pointer.Contains("://", StringComparison.Ordinal) && Last(pointer) is { Length: > 0 } last && last == Last(uri);

    private static string Last(string address) => address[(address.LastIndexOf('/') + 1)..];

    private static LabelState Explains(NoticeKind kind) => kind switch
    {
        NoticeKind.Withdrawn => LabelState.Withdrawn,
        NoticeKind.Suspended => LabelState.Suspended,
        _ => LabelState.Notice,
    };

    private static TrustedKey Signed(CoseSign1 message, string what, DateTimeOffset issuedAt, TrustList trust, DateTimeOffset asOf)
    {
        var named = trust.Under(message.KeyId).ToList();
        if (named.FirstOrDefault(k => message.Verify(k.Key)) is null)
        {
            if (named.Count > 0) throw new UnreadableException($"a {what} signed by the key {named[0].Key.Name} of {named[0].Name}, which it names", "a forged signature", 0);
            throw new UnreadableException($"a {what} of a key in the trust list", message.KeyId is { } id ? $"the unknown key {Convert.ToHexStringLower(id.Span)}" : "no key named in its protected headers", 0);
        }
        var signers = named.Where(k => message.Verify(k.Key)).ToList();
        if (signers.FirstOrDefault(k => k.Recognises(KeyRoles.Status, issuedAt)) is not { } signer)
            throw new UnreadableException($"a {what} of a key with the role \"status\" on {SignedList.Time(issuedAt)}", $"one of {signers[0].Name}, which has not", 0);
        if (issuedAt > asOf.AddDays(1)) throw new UnreadableException($"a {what} signed by {SignedList.Time(asOf)}", $"one of {SignedList.Time(issuedAt)}: a clock is wrong", 0);
        return signer;
    }

    private static string Numbered(long? edition) => edition is { } number ? $" (edition {number.ToString(CultureInfo.InvariantCulture)})" : "";
}
