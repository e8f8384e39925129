using System.Buffers.Binary;
using System.Text;
using System.Text.Json;
using Assay.Evidence.Reading;
using Assay.Labels.Log;
using Assay.Labels.Token;

namespace Assay.Labels.Trust;

/// <summary>What a key may sign.</summary>
[Flags]
public enum KeyRoles { None = 0, Assessor = 1, Decision = 2, Issuer = 4, Status = 8, List = 16, All = Assessor | Decision | Issuer | Status | List }

/// <summary>Where a key was taken: what it signed counts only where it stands in this log, before this size.</summary>
/// <param name="Size">Entries that the log had when the key was still in its owner's hand.</param>
public sealed record StolenKey(LogVerifier Log, long Size);

/// <summary>One key that somebody vouches for.</summary>
public sealed record TrustedKey
{
    /// <summary>Whose key it is, as a person knows them.</summary>
    public required string Name { get; init; }
    public required VerifyingKey Key { get; init; }
    /// <summary>An authority's word counts; what a test key signs stays "TEST, NOT A LABEL".</summary>
    public required bool IsAuthority { get; init; }
    public required KeyRoles Roles { get; init; }
    /// <summary>Where a person finds the authority itself; a page behind a picture can say anything.</summary>
    public string? Address { get; init; }
    /// <summary>What it signed before this day is not recognised.</summary>
    public DateOnly? From { get; init; }
    /// <summary>What it signed after this day is not recognised; what it signed before stays.</summary>
    public DateOnly? To { get; init; }

    /// <summary>The domain whose list vouches; null for a list that a person wrote.</summary>
    public string? Domain { get; init; }
    /// <summary>Set when the key was taken. A thief can write any date, so that no date of its counts from then on.</summary>
    public StolenKey? Stolen { get; init; }

    /// <summary>Whether this key was recognised for this role on the day of signing. Never where it was taken: then only a log can say (<see cref="WasLogged"/>).</summary>
    public bool Recognises(KeyRoles role, DateTimeOffset signed) => Stolen is null && Allows(role, signed);

    /// <summary>Whether a key that was taken had signed this before, as its log shows: what was logged before stays, what comes later does not.</summary>
    public bool WasLogged(KeyRoles role, DateTimeOffset signed, LoggedEntry? entry) =>
        Stolen is { } stolen && Allows(role, signed) && entry is not null && entry.Log.ToString() == stolen.Log.ToString() && entry.Index < stolen.Size;

    private bool Allows(KeyRoles role, DateTimeOffset signed)
    {
        var day = DateOnly.FromDateTime(signed.UtcDateTime);
        return (Roles & role) != 0 && (From is null || From <= day) && (To is null || day <= To);
    }
}

/// <summary>The keys that this reader knows. A development key of this machine never stands here.</summary>
public sealed class TrustList(IReadOnlyList<TrustedKey> keys, IReadOnlyList<Recognition>? recognitions = null, IReadOnlyList<LogVerifier>? logs = null, string? domain = null)
{
    public const int MaxBytes = 1 << 20;
    public const int MaxKeys = 1000;
    public const string Schema = "assay/trust/1";

    public static readonly TrustList Empty = new([]);

    public IReadOnlyList<TrustedKey> Keys { get; } = keys;
    public IReadOnlyList<Recognition> Recognitions { get; } = recognitions ?? [];
    /// <summary>Logs whose proofs count.</summary>
    public IReadOnlyList<LogVerifier> Logs { get; } = logs ?? [];
    /// <summary>The domain that a list speaks for; null where it is a person's own, or several together.</summary>
    public string? Domain { get; } = domain;

    public TrustList And(TrustList other) => new([.. Keys, .. other.Keys], [.. Recognitions, .. other.Recognitions], [.. Logs, .. other.Logs.Where(l => Logs.All(k => k.ToString() != l.ToString()))]);

    /// <summary>The same with no authority in it.</summary>
    internal TrustList AsTests() => new([.. Keys.Select(k => k with { IsAuthority = false })], Recognitions, Logs, Domain);

    /// <summary>The entries under a key id. Eight bytes can be met by chance, so there may be several: the signature decides.</summary>
    public IEnumerable<TrustedKey> Under(ReadOnlyMemory<byte>? keyId) => keyId is { Length: VerifyingKey.KeyIdBytes } id ? byId[Number(id)] : [];

    private readonly ILookup<ulong, TrustedKey> byId = keys.ToLookup(k => Number(k.Key.Id));
    private static ulong Number(ReadOnlyMemory<byte> keyId) => BinaryPrimitives.ReadUInt64BigEndian(keyId.Span);

    /// <summary>A trust list in JSON (docs/label.md), or a bare public key or certificate in PEM, which vouches for nobody and is taken as a test key.</summary>
    /// <param name="name">What a bare key is called.</param>
    /// <exception cref="UnreadableException"/>
    public static TrustList Read(ReadOnlySpan<byte> file, string name)
    {
        if (file.Length > MaxBytes) throw new UnreadableException($"a trust list of at most {MaxBytes} bytes", $"{file.Length}", 0);
        var text = Encoding.UTF8.GetString(file).TrimStart('\ufeff', ' ', '\r', '\n', '\t');
        if (text.StartsWith("-----BEGIN", StringComparison.Ordinal))
            return new([new TrustedKey { Name = name, Key = VerifyingKey.FromPem(text), IsAuthority = false, Roles = KeyRoles.All }]);
        try
        {
            using var document = JsonDocument.Parse(text, new JsonDocumentOptions { MaxDepth = 8, AllowDuplicateProperties = false });
            var root = document.RootElement;
            if (root.ValueKind != JsonValueKind.Object || Text(root, "schema") is not Schema) throw new UnreadableException($"\"schema\": \"{Schema}\"", "another document", 0);
            if (!root.TryGetProperty("issuers", out var issuers) || issuers.ValueKind != JsonValueKind.Array) throw new UnreadableException("an array \"issuers\"", "none", 0);
            if (issuers.GetArrayLength() > MaxKeys) throw new UnreadableException($"at most {MaxKeys} keys", $"{issuers.GetArrayLength()}", 0);
            var domain = Text(root, "domain");
            return new([.. issuers.EnumerateArray().Select(e => Entry(e, domain))],
                [.. Array(root, "recognitions").Select(r => RecognitionOf(r, domain ?? throw new UnreadableException("\"domain\" beside \"recognitions\"", "none", 0)))],
                [.. Array(root, "logs").Select(l => LogVerifier.Read(l.ValueKind == JsonValueKind.String ? l.GetString()! : throw new UnreadableException("keys like name+id+base64 in \"logs\"", l.ValueKind.ToString(), 0)))], domain);
        }
        catch (JsonException wrong)
        {
            throw new UnreadableException("a trust list in JSON, or a public key in PEM", wrong.Message, wrong.BytePositionInLine ?? 0);
        }
    }

    private static TrustedKey Entry(JsonElement entry, string? domain)
    {
        if (entry.ValueKind != JsonValueKind.Object) throw new UnreadableException("an object in \"issuers\"", entry.ValueKind.ToString(), 0);
        return new TrustedKey
        {
            Name = Text(entry, "name") ?? throw new UnreadableException("\"name\" of an issuer", "none", 0),
            Key = VerifyingKey.FromPem(Text(entry, "key") ?? throw new UnreadableException("\"key\" of an issuer (PEM)", "none", 0)),
            // Nothing becomes an authority by leaving a word out.
            IsAuthority = Text(entry, "kind") switch
            {
                "authority" => true,
                "test" => false,
                var other => throw new UnreadableException("\"kind\": \"authority\" or \"test\"", other ?? "none", 0),
            },
            Roles = entry.TryGetProperty("roles", out var roles) ? RolesOf(roles) : KeyRoles.Issuer,
            Address = Text(entry, "address"),
            From = Text(entry, "from") is { } from ? AssessmentSummary.Day(from, "from") : null,
            To = Text(entry, "to") is { } to ? AssessmentSummary.Day(to, "to") : null,
            Domain = domain,
            Stolen = entry.TryGetProperty("stolen", out var stolen) && stolen.ValueKind != JsonValueKind.Null ? StolenOf(stolen) : null,
        };
    }

    private static StolenKey StolenOf(JsonElement stolen)
    {
        if (stolen.ValueKind != JsonValueKind.Object) throw new UnreadableException("an object \"stolen\" with \"log\" and \"size\"", stolen.ValueKind.ToString(), 0);
        var log = LogVerifier.Read(Text(stolen, "log") ?? throw new UnreadableException("\"log\" of \"stolen\": name+id+base64", "none", 0));
        return stolen.TryGetProperty("size", out var size) && size.ValueKind == JsonValueKind.Number && size.TryGetInt64(out var entries) && entries >= 0
            ? new StolenKey(log, entries) : throw new UnreadableException("\"size\" of \"stolen\": how many entries the log had", "none", 0);
    }

    private static Recognition RecognitionOf(JsonElement one, string domain)
    {
        if (one.ValueKind != JsonValueKind.Object) throw new UnreadableException("an object in \"recognitions\"", one.ValueKind.ToString(), 0);
        var levels = Array(one, "levels").Select(l => new LevelMapping(Level(l, "theirs"), Level(l, "ours"))).ToList();
        var of = Text(one, "of") ?? throw new UnreadableException("\"of\" of a recognition: whose labels", "none", 0);
        if (levels.Count == 0) throw new UnreadableException("\"levels\" of a recognition", "none", 0);
        if (of == domain) throw new UnreadableException("another domain in \"of\"", of, 0);
        return new Recognition
        {
            By = domain,
            Of = of,
            Issuer = Text(one, "issuer"),
            Levels = levels,
            Categories = Texts(one, "categories"),
            Except = Texts(one, "except"),
            From = Text(one, "from") is { } from ? AssessmentSummary.Day(from, "from") : null,
            To = Text(one, "to") is { } to ? AssessmentSummary.Day(to, "to") : null,
            Source = Text(one, "source"),
        };
    }

    // A number is a level, a text a profile's name.
    private static ProfileLevel Level(JsonElement mapping, string name)
    {
        if (mapping.ValueKind == JsonValueKind.Object && mapping.TryGetProperty(name, out var level))
        {
            if (level.ValueKind == JsonValueKind.Number && level.TryGetInt32(out var number) && number is >= 0 and <= 99) return new(number, null);
            if (level.ValueKind == JsonValueKind.String && level.GetString() is { Length: > 0 } profile) return new(null, profile);
        }
        throw new UnreadableException($"a level from 0 to 99 or a profile's name for \"{name}\"", "another", 0);
    }

    private static IReadOnlyList<string> Texts(JsonElement parent, string name) =>
        [.. Array(parent, name).Select(t => t.ValueKind == JsonValueKind.String ? t.GetString()! : throw new UnreadableException($"texts in \"{name}\"", t.ValueKind.ToString(), 0))];

    private static IEnumerable<JsonElement> Array(JsonElement parent, string name)
    {
        if (!parent.TryGetProperty(name, out var array) || array.ValueKind == JsonValueKind.Null) return [];
        if (array.ValueKind != JsonValueKind.Array) throw new UnreadableException($"an array \"{name}\"", array.ValueKind.ToString(), 0);
        return array.GetArrayLength() <= MaxKeys ? array.EnumerateArray() : throw new UnreadableException($"at most {MaxKeys} in \"{name}\"", $"{array.GetArrayLength()}", 0);
    }

    private static KeyRoles RolesOf(JsonElement roles)
    {
        if (roles.ValueKind != JsonValueKind.Array) throw new UnreadableException("an array \"roles\"", roles.ValueKind.ToString(), 0);
        return roles.EnumerateArray().Aggregate(KeyRoles.None, (all, role) => all | (role.ValueKind == JsonValueKind.String ? role.GetString() : null) switch
        {
            "assessor" => KeyRoles.Assessor,
            "decision" => KeyRoles.Decision,
            "issuer" => KeyRoles.Issuer,
            "status" => KeyRoles.Status,
            "list" => KeyRoles.List,
            _ => throw new UnreadableException("the roles \"assessor\", \"decision\", \"issuer\", \"status\", \"list\"", role.GetRawText(), 0),
        });
    }

    private static string? Text(JsonElement parent, string name)
    {
        if (!parent.TryGetProperty(name, out var value) || value.ValueKind == JsonValueKind.Null) return null;
        return value.ValueKind == JsonValueKind.String ? value.GetString() : throw new UnreadableException($"a text for \"{name}\"", value.ValueKind.ToString(), 0);
    }
}
