using System.Security.Cryptography;
using Assay.Evidence.Reading;

namespace Assay.Labels.Token;

/// <summary>The full signed statement behind a hallmark: scope, limits, what was not checked, on which evidence, and who decided.</summary>
public sealed record Certificate
{
    /// <summary>Evidence and units not checked are lists; a certificate of a thousand artefacts still fits.</summary>
    public const int MaxBytes = 1 << 20;

    public required string Issuer { get; init; }
    public required string Subject { get; init; }
    public required DateTimeOffset IssuedAt { get; init; }
    public required DateTimeOffset Expires { get; init; }
    /// <summary>The same 8 bytes as in the hallmark.</summary>
    public required ReadOnlyMemory<byte> TokenId { get; init; }
    public StatusPointer? Status { get; init; }
    /// <summary>Null where it speaks of the model alone.</summary>
    public DeviceBinding? Binding { get; init; }
    public required ProfileLevel Level { get; init; }
    public required VersionRange Versions { get; init; }
    public required DateOnly? SupportEnd { get; init; }
    public required string Maker { get; init; }
    public required string Model { get; init; }
    /// <summary>The versions that were examined; the range that the decision speaks of is <see cref="Versions"/>.</summary>
    public required IReadOnlyList<string> Examined { get; init; }
    public required DateTimeOffset AsOf { get; init; }
    public required IReadOnlyList<string> Editions { get; init; }
    /// <summary>What the certificate does not say, in words.</summary>
    public required IReadOnlyList<string> Limits { get; init; }
    public required IReadOnlyList<string> NotChecked { get; init; }
    public required IReadOnlyList<KeyValuePair<string, long>> Grades { get; init; }
    public required IReadOnlyList<ExaminedArtefact> Evidence { get; init; }
    /// <summary>Who examined: the statement's issuer.</summary>
    public required string Assessor { get; init; }
    public required string DecidedBy { get; init; }
    public required string DecidedAs { get; init; }
    /// <summary>SHA-256 of statement.cose.</summary>
    public required ReadOnlyMemory<byte> Statement { get; init; }
    /// <summary>SHA-256 of decision.cose.</summary>
    public required ReadOnlyMemory<byte> Decision { get; init; }

    /// <summary>The bytes of certificate.cose.</summary>
    public byte[] Sign(SigningKey key) => CoseSign1.Sign(key, Claims.Map(map =>
    {
        map.Write(ClaimNumbers.Issuer).Write(Issuer);
        map.Write(ClaimNumbers.Subject).Write(Subject);
        map.Write(ClaimNumbers.Expires).Write(Expires);
        map.Write(ClaimNumbers.IssuedAt).Write(IssuedAt);
        map.Write(ClaimNumbers.TokenId).Write(TokenId.Span);
        if (Examined.Count == 1)
        {
            // RFC 9711 section 4.2.7: a version of software stands beside its name.
            map.Write(ClaimNumbers.SoftwareName).Write(Model);
            map.Write(ClaimNumbers.SoftwareVersion).WriteTexts(Examined);
        }
        DeviceBinding.Write(map, Binding);
        map.WriteStatus(Status);
        map.WriteInt32(ClaimNumbers.Certificate);
        map.WriteStartArray(19);
        map.WriteLevel(Level.Level).Write(Level.Profile).Write(Versions.From).Write(Versions.UpTo).Write(SupportEnd);
        map.Write(Maker).Write(Model).WriteTexts(Examined).Write(AsOf).WriteTexts(Editions).WriteTexts(Limits).WriteTexts(NotChecked);
        map.WriteStartMap(Grades.Count);
        foreach (var (grade, count) in Grades) map.Write(grade).Write(count);
        map.WriteEndMap();
        map.WriteStartArray(Evidence.Count);
        foreach (var (artefact, sha256) in Evidence)
        {
            map.WriteStartArray(2);
            map.Write(artefact).Write(Convert.FromHexString(sha256));
            map.WriteEndArray();
        }
        map.WriteEndArray();
        map.Write(Assessor).Write(DecidedBy).Write(DecidedAs).Write(Statement.Span).Write(Decision.Span);
        map.WriteEndArray();
    }));

    /// <summary>Reads the form. The signature is checked by who knows the keys.</summary>
    /// <exception cref="UnreadableException"/>
    public static Certificate Read(ReadOnlyMemory<byte> file) => Of(CborValue.Read(CoseSign1.Read(file, maxBytes: MaxBytes).Payload, CborForm.Deterministic));

    internal static Certificate Of(CborValue claims)
    {
        var own = Claims.Items(claims.Need(ClaimNumbers.Certificate, "a certificate"), "a certificate", 19);
        return new Certificate
        {
            Issuer = Claims.Text(claims.Need(ClaimNumbers.Issuer, "iss"), "iss", 64),
            Subject = Claims.Text(claims.Need(ClaimNumbers.Subject, "sub"), "sub", 128),
            Expires = Claims.Time(claims.Need(ClaimNumbers.Expires, "exp"), "exp"),
            IssuedAt = Claims.Time(claims.Need(ClaimNumbers.IssuedAt, "iat"), "iat"),
            TokenId = Claims.Bytes(claims.Need(ClaimNumbers.TokenId, "cti"), "cti", Hallmark.TokenIdBytes),
            Status = Claims.Status(claims[ClaimNumbers.Status]),
            Binding = DeviceBinding.Read(claims),
            Level = new ProfileLevel(Claims.LevelOrNull(own[0]), Claims.TextOrNull(own[1], "the profile")),
            Versions = new VersionRange(Claims.TextOrNull(own[2], "the first version"), Claims.TextOrNull(own[3], "the last version")),
            SupportEnd = Claims.Day(own[4], "the end of support"),
            Maker = Claims.Text(own[5], "the maker"),
            Model = Claims.Text(own[6], "the model"),
            Examined = Claims.Texts(own[7], "the versions examined"),
            AsOf = Claims.Time(own[8], "the date of the assessment"),
            Editions = Claims.Texts(own[9], "the editions"),
            Limits = Claims.Texts(own[10], "the limits"),
            NotChecked = Claims.Texts(own[11], "what was not checked"),
            Grades = [.. own[12].Entries("the grades").Select(g => new KeyValuePair<string, long>(Claims.Text(g.Key, "a grade"), g.Value.Number("a count")))
                .OrderBy(g => g.Key, StringComparer.Ordinal)],
            Evidence = [.. own[13].Items("the evidence").Select(e => Claims.Items(e, "an artefact", 2))
                .Select(e => new ExaminedArtefact(Claims.Text(e[0], "an artefact"), Convert.ToHexStringLower(Claims.Bytes(e[1], "a digest", SHA256.HashSizeInBytes))))],
            Assessor = Claims.Text(own[14], "the assessor"),
            DecidedBy = Claims.Text(own[15], "the name of who decided"),
            DecidedAs = Claims.Text(own[16], "the role of who decided"),
            Statement = Claims.Bytes(own[17], "the statement's digest", SHA256.HashSizeInBytes),
            Decision = Claims.Bytes(own[18], "the decision's digest", SHA256.HashSizeInBytes),
        };
    }
}
