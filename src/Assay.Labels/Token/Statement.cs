using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using Assay.Evidence.Reading;

namespace Assay.Labels.Token;

/// <summary>A statement of assessment: assessment.json byte for byte, signed by who examined. It never is a label (semantics.md section 2).</summary>
public sealed record Statement
{
    public const string MediaType = "application/vnd.assay.assessment+json";

    /// <summary>Who examined, in the short name that they sign under.</summary>
    public required string Issuer { get; init; }
    /// <summary>The product's identity: a GTIN, or maker/model.</summary>
    public required string Subject { get; init; }
    public required DateTimeOffset IssuedAt { get; init; }
    /// <summary>The exact bytes of assessment.json.</summary>
    public required ReadOnlyMemory<byte> Assessment { get; init; }
    /// <summary>SHA-256 of the whole signed file, as <c>sha256sum statement.cose</c> prints it.</summary>
    public required ReadOnlyMemory<byte> Digest { get; init; }
    public required CoseSign1 Message { get; init; }

    /// <summary>The bytes of statement.cose; header 15 carries issuer, subject and time (RFC 9597).</summary>
    public static byte[] Sign(SigningKey assessor, ReadOnlySpan<byte> assessmentJson, string issuer, string subject, DateTimeOffset issuedAt) =>
        CoseSign1.Sign(assessor, assessmentJson, MediaType, claims =>
        {
            claims.WriteStartMap(3);
            claims.WriteInt32(ClaimNumbers.Issuer);
            claims.Write(issuer);
            claims.WriteInt32(ClaimNumbers.Subject);
            claims.Write(subject);
            claims.WriteInt32(ClaimNumbers.IssuedAt);
            claims.Write(issuedAt);
            claims.WriteEndMap();
        });

    /// <summary>Reads the form. The signature is checked by who knows the keys.</summary>
    /// <exception cref="UnreadableException"/>
    public static Statement Read(ReadOnlyMemory<byte> file) => Of(CoseSign1.Read(file), file);

    internal static Statement Of(CoseSign1 message, ReadOnlyMemory<byte> file)
    {
        if (message.ContentType != MediaType) throw new UnreadableException($"the content type {MediaType}", message.ContentType ?? "none", 0);
        var claims = message.Claims ?? throw new UnreadableException("claims in header 15", "none", 0);
        return new Statement
        {
            Issuer = Claims.Text(claims.Need(ClaimNumbers.Issuer, "iss"), "iss", 256),
            Subject = Claims.Text(claims.Need(ClaimNumbers.Subject, "sub"), "sub", 256),
            IssuedAt = Claims.Time(claims.Need(ClaimNumbers.IssuedAt, "iat"), "iat"),
            Assessment = message.Payload,
            Digest = SHA256.HashData(file.Span),
            Message = message,
        };
    }
}

/// <summary>What stands against a level, as the assessment names it.</summary>
/// <param name="Name">A unit or a provision.</param>
public sealed record Blocking(string Name, string Outcome, string Reason);

/// <summary>The assessment's answer for one level.</summary>
public sealed record AssessedLevel(ProfileLevel Level, bool Met, IReadOnlyList<Blocking> Blocking);

/// <summary>One thing that was examined.</summary>
/// <param name="Sha256">64 lower-case hexadecimal digits.</param>
public sealed record ExaminedArtefact(string Artefact, string Sha256);

/// <summary>What the assessment says of one provision, in the words of semantics.md section 1.</summary>
/// <param name="Grade">On what a pass rests; null where nothing decided.</param>
public sealed record ProvisionAnswer(string Provision, string Outcome, string? Grade);

/// <summary>The part of assessment.json that deciding and labelling need. How its verdicts came about is no matter of this room.</summary>
public sealed record AssessmentSummary
{
    public required string Maker { get; init; }
    public required string Model { get; init; }
    public required IReadOnlyList<string> Versions { get; init; }
    public required DateOnly? SupportEnd { get; init; }
    public required DateTimeOffset AsOf { get; init; }
    public required IReadOnlyList<AssessedLevel> Levels { get; init; }
    public required IReadOnlyList<ExaminedArtefact> Evidence { get; init; }
    /// <summary>How many passes rest on what, in the words of semantics.md section 1.</summary>
    public required IReadOnlyList<KeyValuePair<string, long>> Grades { get; init; }
    public required IReadOnlyList<string> NotChecked { get; init; }
    public required IReadOnlyList<string> Editions { get; init; }
    /// <summary>One for each provision; empty where a document of another writer names none.</summary>
    public IReadOnlyList<ProvisionAnswer> Answers { get; init; } = [];

    /// <exception cref="UnreadableException">Names the member, what was expected there and what was found.</exception>
    public static AssessmentSummary Read(ReadOnlyMemory<byte> json)
    {
        try
        {
            using var document = JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = 64, AllowDuplicateProperties = false });
            var root = document.RootElement;
            if (root.ValueKind != JsonValueKind.Object) throw Wrong("an object", root.ValueKind.ToString(), "the document");
            var device = Member(root, "device", JsonValueKind.Object);
            return new AssessmentSummary
            {
                Maker = Text(device, "maker"),
                Model = Text(device, "model"),
                Versions = ExaminedVersions(device),
                SupportEnd = OptionalText(device, "supportEnd") is { } day ? Day(day, "device.supportEnd") : null,
                AsOf = Time(Text(root, "asOf"), "asOf"),
                Levels = [.. Member(root, "levels", JsonValueKind.Array).EnumerateArray().Select(Level)],
                Evidence = [.. Member(root, "evidence", JsonValueKind.Array).EnumerateArray().Select(Artefact)],
                Grades = [.. Member(root, "grades", JsonValueKind.Object).EnumerateObject().Select(Grade).OrderBy(g => g.Key, StringComparer.Ordinal)],
                NotChecked = Texts(root, "notChecked"),
                Editions = Texts(root, "editions"),
                Answers = root.TryGetProperty("verdicts", out var verdicts) ? [.. Kind(verdicts, "verdicts", JsonValueKind.Array).EnumerateArray().Select(Answer)] : [],
            };
        }
        catch (Exception wrong) when (wrong is JsonException or InvalidOperationException)
        {
            // A text that is no UTF-8, or holds half a character, is noticed when it is taken.
            throw new UnreadableException("assessment.json", wrong.Message, (wrong as JsonException)?.BytePositionInLine ?? 0);
        }
    }

    private static AssessedLevel Level(JsonElement level)
    {
        Kind(level, "levels[]", JsonValueKind.Object);
        int? number = null;
        if (level.TryGetProperty("level", out var value) && value.ValueKind != JsonValueKind.Null)
        {
            if (value.ValueKind != JsonValueKind.Number || !value.TryGetInt32(out var read) || read is < 0 or > 99) throw Wrong("a level from 0 to 99", value.GetRawText(), "levels[].level");
            number = read;
        }
        var blocking = Member(level, "blocking", JsonValueKind.Array).EnumerateArray().Select(b =>
        {
            Kind(b, "levels[].blocking[]", JsonValueKind.Object);
            var name = OptionalText(b, "unit") ?? OptionalText(b, "provision") ?? throw Wrong("unit or provision", "neither", "levels[].blocking[]");
            return new Blocking(name, Text(b, "outcome"), Text(b, "reason"));
        }).ToList();
        var met = Member(level, "met");
        if (met.ValueKind is not (JsonValueKind.True or JsonValueKind.False)) throw Wrong("true or false", met.ValueKind.ToString(), "levels[].met");
        return new AssessedLevel(new ProfileLevel(number, Text(level, "profile")), met.GetBoolean(), blocking);
    }

    private static ProvisionAnswer Answer(JsonElement verdict) =>
        new(Text(Kind(verdict, "verdicts[]", JsonValueKind.Object), "provision"), Text(verdict, "outcome"), OptionalText(verdict, "grade"));

    private static ExaminedArtefact Artefact(JsonElement item)
    {
        Kind(item, "evidence[]", JsonValueKind.Object);
        var digest = Text(item, "sha256");
        if (digest.Length != 64 || digest.Any(c => !char.IsAsciiHexDigitLower(c))) throw Wrong("64 lower-case hexadecimal digits", digest, "evidence[].sha256");
        return new ExaminedArtefact(Text(item, "artefact"), digest);
    }

    private static KeyValuePair<string, long> Grade(JsonProperty grade)
    {
        if (grade.Value.ValueKind != JsonValueKind.Number || !grade.Value.TryGetInt64(out var count) || count < 0) throw Wrong("a count", grade.Value.GetRawText(), $"grades.{grade.Name}");
        return new(grade.Name, count);
    }

    private static IReadOnlyList<string> ExaminedVersions(JsonElement device)
    {
        if (device.TryGetProperty("versions", out _)) return Texts(device, "versions");
        return OptionalText(device, "version") is { } one ? [one] : [];
    }

    private static IReadOnlyList<string> Texts(JsonElement parent, string name) =>
        [.. Member(parent, name, JsonValueKind.Array).EnumerateArray().Select(t => Kind(t, name + "[]", JsonValueKind.String).GetString()!)];

    private static string Text(JsonElement parent, string name)
    {
        var text = Member(parent, name, JsonValueKind.String).GetString()!;
        return text.Length > 0 ? text : throw Wrong("a text", "an empty one", name);
    }

    private static string? OptionalText(JsonElement parent, string name) =>
        parent.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? Kind(value, name, JsonValueKind.String).GetString() : null;

    private static JsonElement Member(JsonElement parent, string name, JsonValueKind kind) => Kind(Member(parent, name), name, kind);

    private static JsonElement Member(JsonElement parent, string name) =>
        parent.TryGetProperty(name, out var value) ? value : throw Wrong($"a member \"{name}\"", "none", "assessment.json");

    private static JsonElement Kind(JsonElement value, string name, JsonValueKind kind) =>
        value.ValueKind == kind ? value : throw Wrong(kind.ToString().ToLowerInvariant(), value.ValueKind.ToString().ToLowerInvariant(), name);

    internal static DateOnly Day(string text, string name) =>
        DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day) ? day : throw Wrong("a date like 2030-12-31", text, name);

    internal static DateTimeOffset Time(string text, string name)
    {
        if (DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day))
            return new DateTimeOffset(day.ToDateTime(TimeOnly.MinValue), TimeSpan.Zero);
        return DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time)
            ? time : throw Wrong("a time in RFC 3339", text, name);
    }

    private static UnreadableException Wrong(string expected, string found, string where) => new($"{expected} for {where}", Excerpt(found), 0);

    private static string Excerpt(string found) => Assay.Evidence.Shortened.Visible(found.Length > 80 ? found[..80] + "…" : found);
}
