using System.Security.Cryptography;
using System.Text.Json;
using Assay.Guard.Admission;
using Assay.Labels.Status;
using Assay.Labels.Token;
using Assay.Labels.Trust;

namespace Assay.Tests;

/// <summary>An office with real keys: it signs labels, status lists and notices, and stands in a trust list.</summary>
internal sealed class Office : IDisposable
{
    public const string ListUri = "https://registry.example/status/1";
    public static readonly DateTimeOffset Start = new(2026, 11, 23, 8, 0, 0, TimeSpan.Zero);

    public SigningKey Issuer { get; } = SigningKey.Create();
    public SigningKey Status { get; } = SigningKey.Create();
    private long edition;

    public TrustList Trust => new(
    [
        new TrustedKey { Name = "Example Office", Key = Issuer.Public, IsAuthority = true, Roles = KeyRoles.Issuer },
        new TrustedKey { Name = "Example Office", Key = Status.Public, IsAuthority = true, Roles = KeyRoles.Status },
    ]);

    public string TrustJson()
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream))
        {
            json.WriteStartObject();
            json.WriteString("schema", TrustList.Schema);
            json.WriteStartArray("issuers");
            foreach (var (key, role) in new[] { (Issuer, "issuer"), (Status, "status") })
            {
                json.WriteStartObject();
                json.WriteString("name", "Example Office");
                json.WriteString("kind", "authority");
                json.WriteString("key", PemEncoding.WriteString("PUBLIC KEY", key.Public.Spki.Span));
                json.WriteStartArray("roles");
                json.WriteStringValue(role);
                json.WriteEndArray();
                json.WriteEndObject();
            }
            json.WriteEndArray();
            json.WriteEndObject();
        }
        return System.Text.Encoding.UTF8.GetString(stream.ToArray());
    }

    public byte[] Hallmark(long index = 5, string? from = "1.0", string? upTo = null, string subject = "doorbells/EDB-100", SigningKey? by = null, DateTimeOffset? issued = null, DateTimeOffset? expires = null, byte[]? certificate = null) => new Hallmark
    {
        Issuer = "Example Office",
        Subject = subject,
        IssuedAt = issued ?? Start.AddDays(-10),
        Expires = expires ?? Start.AddYears(2),
        TokenId = new byte[] { 1, 2, 3, 4, 5, 6, 7, (byte)index },
        Status = new StatusPointer("status/1", index),
        Level = new ProfileLevel(2, null),
        Versions = new VersionRange(from, upTo),
        SupportEnd = new DateOnly(2029, 1, 1),
        Certificate = certificate is null ? new byte[Assay.Labels.Token.Hallmark.CertificateDigestBytes] : SHA256.HashData(certificate)[..Assay.Labels.Token.Hallmark.CertificateDigestBytes],
    }.Sign(by ?? Issuer);

    public byte[] Certificate(params (string Grade, long Count)[] grades) => new Certificate
    {
        Issuer = "Example Office",
        Subject = "doorbells/EDB-100",
        IssuedAt = Start.AddDays(-10),
        Expires = Start.AddYears(2),
        TokenId = new byte[] { 1, 2, 3, 4, 5, 6, 7, 5 },
        Status = new StatusPointer(ListUri, 5),
        Level = new ProfileLevel(2, null),
        Versions = new VersionRange("1.0", null),
        SupportEnd = new DateOnly(2029, 1, 1),
        Maker = "Example Doorbells Ltd",
        Model = "EDB-100",
        Examined = ["1.1"],
        AsOf = Start.AddDays(-11),
        Editions = ["EN 303 645 V2.1.1"],
        Limits = [],
        NotChecked = [],
        Grades = [.. grades.Select(g => new KeyValuePair<string, long>(g.Grade, g.Count)).OrderBy(g => g.Key, StringComparer.Ordinal)],
        Evidence = [],
        Assessor = "lab",
        DecidedBy = "A. Example",
        DecidedAs = "head of office",
        Statement = new byte[32],
        Decision = new byte[32],
    }.Sign(Issuer);

    /// <summary>A signed list and its notices: slot 5 as said, all others in force.</summary>
    public (byte[] Status, byte[] Notices) Lists(LabelState state = LabelState.InForce, Notice? notice = null, DateTimeOffset? at = null, TimeSpan? life = null, SigningKey? by = null, string uri = ListUri)
    {
        var list = new StatusList(64) { [5] = state };
        var (issued, end) = (at ?? Start, (at ?? Start) + (life ?? TimeSpan.FromHours(24)));
        edition++;
        return (StatusListToken.Sign(by ?? Status, list, uri, issued, end, TimeSpan.FromMinutes(5), edition),
            NoticeList.Sign(by ?? Status, notice is null ? [] : [notice], uri, issued, end, edition));
    }

    public static Notice Notice(NoticeKind kind, string? below = null, DateTimeOffset? since = null) => new(5, kind, below, "a reason in words", "market surveillance", since ?? Start);

    /// <summary>A label as it lies on the shelf.</summary>
    public ShelfLabel Label(string? from = "1.0", string? upTo = null, SigningKey? by = null)
    {
        using var scratch = new Scratch();
        File.WriteAllBytes(scratch.File("hallmark.cose"), Hallmark(from: from, upTo: upTo, by: by));
        return ShelfLabel.Read(scratch.File("hallmark.cose"));
    }

    public StatusSnapshot Snapshot(LabelState state = LabelState.InForce, Notice? notice = null, TimeSpan? life = null)
    {
        var (status, notices) = Lists(state, notice, life: life);
        return StatusSnapshot.Of(status, notices, Trust, Start);
    }

    public void Dispose()
    {
        Issuer.Dispose();
        Status.Dispose();
    }
}

/// <summary>A clock that a test turns.</summary>
internal sealed class TurnedClock(DateTimeOffset start) : TimeProvider
{
    private long ticks = start.UtcTicks;
    public override DateTimeOffset GetUtcNow() => new(Interlocked.Read(ref ticks), TimeSpan.Zero);
    public void Turn(TimeSpan by) => Interlocked.Add(ref ticks, by.Ticks);
}
