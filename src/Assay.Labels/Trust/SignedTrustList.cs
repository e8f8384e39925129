using System.Globalization;
using System.Security.Cryptography;
using Assay.Evidence.Reading;
using Assay.Labels.Token;

namespace Assay.Labels.Trust;

/// <summary>One edition of a domain's trust list, signed: the JSON of docs/trust.md as payload of a COSE_Sign1, and the digest of the edition before it.</summary>
/// <remarks>A key that stood in a list stays in it for ever, with its window: else nobody could tell later what it signed in its time.</remarks>
public sealed record SignedTrustList
{
    public const string MediaType = "application/vnd.assay.trust+json";
    public const int MaxBytes = TrustList.MaxBytes + (64 << 10);

    /// <summary>Who signs, in the name under which the key is known.</summary>
    public required string Issuer { get; init; }
    /// <summary>The domain that the list speaks for.</summary>
    public required string Domain { get; init; }
    public required DateTimeOffset IssuedAt { get; init; }
    /// <summary>When the next edition is due. A list that is older still holds; it says since when.</summary>
    public required DateTimeOffset Due { get; init; }
    public required long Edition { get; init; }
    /// <summary>SHA-256 of the file of the edition before; null for the first.</summary>
    public ReadOnlyMemory<byte>? Previous { get; init; }
    /// <summary>SHA-256 of the whole file.</summary>
    public required ReadOnlyMemory<byte> Digest { get; init; }
    /// <summary>The JSON that was signed.</summary>
    public required ReadOnlyMemory<byte> Json { get; init; }
    public required TrustList List { get; init; }
    public required CoseSign1 Message { get; init; }

    /// <param name="json">A trust list in JSON with its <c>domain</c>.</param>
    /// <param name="previous">The whole file of the edition before; null for the first.</param>
    /// <exception cref="UnreadableException">The JSON is no such list, or does not follow the edition before (<see cref="Against(SignedTrustList)"/>).</exception>
    public static byte[] Sign(SigningKey key, ReadOnlySpan<byte> json, string issuer, DateTimeOffset issuedAt, DateTimeOffset due, long edition, ReadOnlyMemory<byte>? previous = null)
    {
        var before = previous is { } old ? Read(old) : null;
        var file = CoseSign1.Sign(key, json, MediaType, claims =>
        {
            claims.WriteStartMap(before is null ? 4 : 5);
            claims.Write(ClaimNumbers.Issuer).Write(issuer);
            claims.Write(ClaimNumbers.Expires).Write(due);
            claims.Write(ClaimNumbers.IssuedAt).Write(issuedAt);
            claims.Write(ClaimNumbers.Edition).Write(edition);
            if (before is not null) claims.Write(ClaimNumbers.Previous).Write(before.Digest.Span);
            claims.WriteEndMap();
        });
        var signed = Read(file);
        if (before is not null && signed.Against(before) is { } against) throw new UnreadableException("a list that follows the one before", against, 0);
        return file;
    }

    public static bool Looks(ReadOnlySpan<byte> file) => CoseSign1.Looks(file) && file.IndexOf("application/vnd.assay.trust+json"u8) is >= 0 and < 256;

    /// <summary>Reads the form; whose it is, <see cref="By"/> says.</summary>
    /// <exception cref="UnreadableException"/>
    public static SignedTrustList Read(ReadOnlyMemory<byte> file)
    {
        var message = CoseSign1.Read(file, maxBytes: MaxBytes);
        if (!message.IsBare) throw new UnreadableException("no unprotected header", "one", 0);
        if (message.ContentType != MediaType) throw new UnreadableException($"the content type {MediaType}", message.ContentType ?? "none", 0);
        var claims = message.Claims ?? throw new UnreadableException("claims in header 15", "none", 0);
        var list = TrustList.Read(message.Payload.Span, "list");
        var edition = claims.Need(ClaimNumbers.Edition, "the edition").Number("the edition");
        var previous = claims[ClaimNumbers.Previous] is { } digest ? Claims.Bytes(digest, "the digest of the edition before", SHA256.HashSizeInBytes) : null;
        if (edition < 1 || previous is null != (edition == 1)) throw new UnreadableException("edition 1, or a later one with the digest of the one before", edition.ToString(CultureInfo.InvariantCulture), 0);
        var signed = new SignedTrustList
        {
            Issuer = Claims.Text(claims.Need(ClaimNumbers.Issuer, "iss"), "iss", 256),
            Domain = list.Domain ?? throw new UnreadableException("\"domain\" in a signed list", "none", 0),
            IssuedAt = Claims.Time(claims.Need(ClaimNumbers.IssuedAt, "iat"), "iat"),
            Due = Claims.Time(claims.Need(ClaimNumbers.Expires, "exp"), "exp"),
            Edition = edition,
            Previous = previous is null ? default(ReadOnlyMemory<byte>?) : previous,
            Digest = SHA256.HashData(file.Span),
            Json = message.Payload,
            List = list,
            Message = message,
        };
        return signed.Due > signed.IssuedAt ? signed : throw new UnreadableException("a next edition after this one", SignedTime(signed.Due), 0);
    }

    /// <summary>The key in a list that was known before that signed this one in its time, for the role <see cref="KeyRoles.List"/>; or why there is none.</summary>
    /// <param name="known">What vouches: keys that a person pinned, or the edition before with its heirs.</param>
    public (TrustedKey? Key, string? Against) By(TrustList known)
    {
        var named = known.Under(Message.KeyId).Where(k => k.Domain is null || k.Domain == Domain).ToList();
        if (named.FirstOrDefault(k => Message.Verify(k.Key)) is not { } signer)
            return (null, named.Count > 0 ? $"forged: it names the key {named[0].Key.Name} of {named[0].Name}, and the signature is not by this key" : $"the key {(Message.KeyId is { } id ? Convert.ToHexStringLower(id.Span) : "that it does not name")} signs no list of {Domain} that is known here");
        return named.FirstOrDefault(k => Message.Verify(k.Key) && k.Recognises(KeyRoles.List, IssuedAt)) is { } right ? (right, null)
            : (null, $"{signer.Name} may not sign a list of {Domain} on {SignedTime(IssuedAt)}");
    }

    /// <summary>Why this is not the edition that follows <paramref name="before"/>; null where it is.</summary>
    public string? Against(SignedTrustList before)
    {
        if (Domain != before.Domain) return $"it is of {Domain}, not of {before.Domain}";
        if (Edition != before.Edition + 1) return FormattableString.Invariant($"it is edition {Edition}, and edition {before.Edition} is known");
        if (Previous is not { } digest || !digest.Span.SequenceEqual(before.Digest.Span)) return FormattableString.Invariant($"it follows another edition {before.Edition} than the one known");
        if (IssuedAt < before.IssuedAt) return $"it is of {SignedTime(IssuedAt)}, and the one before of {SignedTime(before.IssuedAt)}";
        foreach (var old in before.List.Keys)
        {
            var now = List.Keys.Where(k => k.Key.Equals(old.Key) && k.Name == old.Name).ToList();
            if (now.Count == 0) return $"the key {old.Key.Name} of {old.Name} is gone: a key stays, with its window";
            if (now.All(k => (k.Roles & old.Roles) != old.Roles || k.From != old.From)) return $"the key {old.Key.Name} of {old.Name} has other roles or another beginning than before";
            if (old.Stolen is not null && now.All(k => k.Stolen is null || k.Stolen.Size > old.Stolen.Size)) return $"the key {old.Key.Name} of {old.Name} was stolen, and is not any more";
        }
        return null;
    }

    /// <summary>What a reader may rely on: the keys, as far as their signer's word goes. Of a test key's list every key is a test.</summary>
    public TrustList Vouched(TrustedKey signer) => signer.IsAuthority ? List : List.AsTests();

    private static string SignedTime(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
