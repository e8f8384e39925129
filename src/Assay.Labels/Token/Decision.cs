using System.Security.Cryptography;
using Assay.Evidence.Reading;

namespace Assay.Labels.Token;

/// <summary>A named person's signed answer to a statement, under a key that is not the statement's (semantics.md section 2).</summary>
public sealed record Decision
{
    /// <summary>Nothing here is long.</summary>
    public const int MaxBytes = 64 << 10;

    public required string Issuer { get; init; }
    /// <summary>The product's identity, as in the statement.</summary>
    public required string Subject { get; init; }
    public required DateTimeOffset IssuedAt { get; init; }
    /// <summary><see cref="Statement.Digest"/> of what was decided on, 32 bytes.</summary>
    public required ReadOnlyMemory<byte> Statement { get; init; }
    public required bool Granted { get; init; }
    public required ProfileLevel Level { get; init; }
    public required VersionRange Versions { get; init; }
    public required string By { get; init; }
    public required string Role { get; init; }
    public string? Reason { get; init; }

    /// <summary>The bytes of decision.cose.</summary>
    public byte[] Sign(SigningKey key) => CoseSign1.Sign(key, Claims.Map(map =>
    {
        map.Write(ClaimNumbers.Issuer).Write(Issuer);
        map.Write(ClaimNumbers.Subject).Write(Subject);
        map.Write(ClaimNumbers.IssuedAt).Write(IssuedAt);
        map.WriteInt32(ClaimNumbers.Decision);
        map.WriteStartArray(9);
        map.Write(Statement.Span);
        map.WriteBoolean(Granted);
        map.WriteLevel(Level.Level).Write(Level.Profile).Write(Versions.From).Write(Versions.UpTo).Write(By).Write(Role).Write(Reason);
        map.WriteEndArray();
    }));

    /// <summary>Reads the form. The signature is checked by who knows the keys.</summary>
    /// <exception cref="UnreadableException"/>
    public static Decision Read(ReadOnlyMemory<byte> file) => Of(CborValue.Read(CoseSign1.Read(file, maxBytes: MaxBytes).Payload, CborForm.Deterministic));

    internal static Decision Of(CborValue claims)
    {
        var own = Claims.Items(claims.Need(ClaimNumbers.Decision, "a decision"), "a decision", 9);
        return new Decision
        {
            Issuer = Claims.Text(claims.Need(ClaimNumbers.Issuer, "iss"), "iss", 256),
            Subject = Claims.Text(claims.Need(ClaimNumbers.Subject, "sub"), "sub", 256),
            IssuedAt = Claims.Time(claims.Need(ClaimNumbers.IssuedAt, "iat"), "iat"),
            Statement = Claims.Bytes(own[0], "the statement's digest", SHA256.HashSizeInBytes),
            Granted = own[1].Boolean("granted"),
            Level = new ProfileLevel(Claims.LevelOrNull(own[2]), Claims.TextOrNull(own[3], "the profile")),
            Versions = new VersionRange(Claims.TextOrNull(own[4], "the first version"), Claims.TextOrNull(own[5], "the last version")),
            By = Claims.Text(own[6], "the name of who decides"),
            Role = Claims.Text(own[7], "the role of who decides"),
            Reason = Claims.TextOrNull(own[8], "the reason"),
        };
    }
}
