using System.Formats.Cbor;
using System.Globalization;
using Assay.Evidence.Reading;
using Assay.Labels.Token;

namespace Assay.Labels.Status;

/// <summary>What a status list and its notices have in common: a web token (RFC 8392) with a type, an address, a time, an end and an edition.</summary>
internal sealed record SignedList
{
    public required CoseSign1 Message { get; init; }
    public required CborValue Claims { get; init; }
    public required string Uri { get; init; }
    public required DateTimeOffset IssuedAt { get; init; }
    public required DateTimeOffset Expires { get; init; }
    public required long? Edition { get; init; }

    public static byte[] Sign(SigningKey key, string type, string uri, DateTimeOffset issuedAt, DateTimeOffset expires, long? edition, Action<CborWriter> own)
    {
        ArgumentException.ThrowIfNullOrEmpty(uri);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(expires, issuedAt);
        return CoseSign1.Sign(key, Token.Claims.Map(map =>
        {
            map.Write(ClaimNumbers.Subject).Write(uri);
            map.Write(ClaimNumbers.Expires).Write(expires);
            map.Write(ClaimNumbers.IssuedAt).Write(issuedAt);
            if (edition is { } number) map.Write(ClaimNumbers.Edition).Write(number);
            own(map);
        }), type: type);
    }

    /// <exception cref="UnreadableException"/>
    public static SignedList Read(ReadOnlyMemory<byte> file, string type, int maxBytes)
    {
        // Others write lists too, and deterministic encoding is a promise of ours alone; duplicate keys are refused either way.
        var message = CoseSign1.Read(file, CborForm.WellFormed, maxBytes);
        if (message.Type != type) throw new UnreadableException($"the type {type} (header 16)", message.Type ?? "none", 0);
        var claims = CborValue.Read(message.Payload, CborForm.WellFormed);
        var list = new SignedList
        {
            Message = message,
            Claims = claims,
            Uri = Token.Claims.Text(claims.Need(ClaimNumbers.Subject, "the list's address (sub)"), "sub", 512),
            IssuedAt = Token.Claims.Time(claims.Need(ClaimNumbers.IssuedAt, "iat"), "iat"),
            Expires = Token.Claims.Time(claims.Need(ClaimNumbers.Expires, "exp"), "exp"),
            Edition = claims[ClaimNumbers.Edition]?.Number("the edition"),
        };
        if (list.Expires <= list.IssuedAt) throw new UnreadableException("an end after the beginning", $"{Time(list.Expires)}, before {Time(list.IssuedAt)}", 0);
        return list;
    }

    public static string Time(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
