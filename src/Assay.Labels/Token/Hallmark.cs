using System.Security.Cryptography;
using Assay.Evidence.Reading;

namespace Assay.Labels.Token;

/// <summary>The few signed bytes on the box: who says what of which model until when, and where its status and its certificate are found.</summary>
public sealed record Hallmark
{
    /// <summary>More does not fit a code of version 11 at level M behind an address of 26 bytes.</summary>
    public const int MaxBytes = 219;
    public const int TokenIdBytes = 8;
    /// <summary>The first half of the SHA-256 of certificate.cose.</summary>
    public const int CertificateDigestBytes = 16;

    /// <summary>The issuer's short name; its trust list entry says whose it is.</summary>
    public required string Issuer { get; init; }
    /// <summary>The product's identity: a GTIN, or maker/model.</summary>
    public required string Subject { get; init; }
    public required DateTimeOffset IssuedAt { get; init; }
    /// <summary>End of the label. The end of support is another date.</summary>
    public required DateTimeOffset Expires { get; init; }
    public required ReadOnlyMemory<byte> TokenId { get; init; }
    /// <summary>Null where the issuer keeps no status list.</summary>
    public StatusPointer? Status { get; init; }
    /// <summary>Null where it speaks of the model alone.</summary>
    public DeviceBinding? Binding { get; init; }
    public required ProfileLevel Level { get; init; }
    public required VersionRange Versions { get; init; }
    /// <summary>Last day on which the maker promises updates; null where the maker names none.</summary>
    public required DateOnly? SupportEnd { get; init; }
    public required ReadOnlyMemory<byte> Certificate { get; init; }

    /// <summary>The bytes of hallmark.cose.</summary>
    /// <exception cref="UnreadableException">Longer than <see cref="MaxBytes"/>.</exception>
    public byte[] Sign(SigningKey key)
    {
        var token = CoseSign1.Sign(key, Payload());
        if (token.Length > MaxBytes) throw new UnreadableException($"a hallmark of at most {MaxBytes} bytes", $"{token.Length}: shorten the product's identity, the issuer's name or the versions", 0);
        return token;
    }

    private byte[] Payload() => Claims.Map(map =>
    {
        map.Write(ClaimNumbers.Issuer).Write(Issuer);
        map.Write(ClaimNumbers.Subject).Write(Subject);
        map.Write(ClaimNumbers.Expires).Write(Expires);
        map.Write(ClaimNumbers.IssuedAt).Write(IssuedAt);
        map.Write(ClaimNumbers.TokenId).Write(TokenId.Span);
        DeviceBinding.Write(map, Binding);
        map.WriteStatus(Status);
        map.WriteInt32(ClaimNumbers.Hallmark);
        map.WriteStartArray(6);
        map.WriteLevel(Level.Level).Write(Level.Profile).Write(Versions.From).Write(Versions.UpTo).Write(SupportEnd).Write(Certificate.Span);
        map.WriteEndArray();
    });

    /// <summary>Bytes that the token will have, for a choice of what to leave to the certificate.</summary>
    internal int SignedBytes => SignedBytesOf(Payload().Length);

    // tag and array 2, protected headers {1: -7, 4: 8 bytes} 14, empty map 1, payload's head 1 to 3, signature and its head 66.
    private static int SignedBytesOf(int payload) => 2 + 14 + 1 + (payload < 24 ? 1 : payload < 256 ? 2 : 3) + payload + 66;

    /// <summary>Reads the form. The signature is checked by who knows the keys.</summary>
    /// <exception cref="UnreadableException"/>
    public static Hallmark Read(ReadOnlyMemory<byte> token) => Of(CborValue.Read(CoseSign1.Read(token, maxBytes: MaxBytes).Payload, CborForm.Deterministic));

    internal static Hallmark Of(CborValue claims)
    {
        var own = Claims.Items(claims.Need(ClaimNumbers.Hallmark, "a hallmark"), "a hallmark", 6);
        return new Hallmark
        {
            Issuer = Claims.Text(claims.Need(ClaimNumbers.Issuer, "iss"), "iss", 64),
            Subject = Claims.Text(claims.Need(ClaimNumbers.Subject, "sub"), "sub", 128),
            Expires = Claims.Time(claims.Need(ClaimNumbers.Expires, "exp"), "exp"),
            IssuedAt = Claims.Time(claims.Need(ClaimNumbers.IssuedAt, "iat"), "iat"),
            TokenId = Claims.Bytes(claims.Need(ClaimNumbers.TokenId, "cti"), "cti", TokenIdBytes),
            Status = Claims.Status(claims[ClaimNumbers.Status]),
            Binding = DeviceBinding.Read(claims),
            Level = new ProfileLevel(Claims.LevelOrNull(own[0]), Claims.TextOrNull(own[1], "the profile")),
            Versions = new VersionRange(Claims.TextOrNull(own[2], "the first version"), Claims.TextOrNull(own[3], "the last version")),
            SupportEnd = Claims.Day(own[4], "the end of support"),
            Certificate = Claims.Bytes(own[5], "the certificate's digest", CertificateDigestBytes),
        };
    }

    /// <summary>Whether this file is the certificate that the hallmark points to.</summary>
    public bool PointsTo(ReadOnlySpan<byte> certificateFile) => SHA256.HashData(certificateFile).AsSpan(0, CertificateDigestBytes).SequenceEqual(Certificate.Span);
}
