using System.Text;
using System.Text.Json;
using Assay.Evidence.Reading;
using Assay.Labels.Token;

namespace Assay.Labels.Trust;

/// <summary>What a key may sign.</summary>
[Flags]
public enum KeyRoles { None = 0, Assessor = 1, Decision = 2, Issuer = 4, Status = 8, All = Assessor | Decision | Issuer | Status }

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

    /// <summary>Whether this key was recognised for this role on the day of signing.</summary>
    public bool Recognises(KeyRoles role, DateTimeOffset signed)
    {
        var day = DateOnly.FromDateTime(signed.UtcDateTime);
        return (Roles & role) != 0 && (From is null || From <= day) && (To is null || day <= To);
    }
}

/// <summary>The keys that this reader knows. A development key of this machine never stands here.</summary>
public sealed class TrustList(IReadOnlyList<TrustedKey> keys)
{
    public const int MaxBytes = 1 << 20;
    public const int MaxKeys = 1000;
    public const string Schema = "assay/trust/1";

    public static readonly TrustList Empty = new([]);

    public IReadOnlyList<TrustedKey> Keys { get; } = keys;

    public TrustList And(TrustList other) => new([.. Keys, .. other.Keys]);

    /// <summary>The entries under a key id. Eight bytes can be met by chance, so there may be several: the signature decides.</summary>
    public IEnumerable<TrustedKey> Under(ReadOnlyMemory<byte>? keyId) => keyId is { } id ? Keys.Where(k => k.Key.Id.Span.SequenceEqual(id.Span)) : [];

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
            return new([.. issuers.EnumerateArray().Select(Entry)]);
        }
        catch (JsonException wrong)
        {
            throw new UnreadableException("a trust list in JSON, or a public key in PEM", wrong.Message, wrong.BytePositionInLine ?? 0);
        }
    }

    private static TrustedKey Entry(JsonElement entry)
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
        };
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
            _ => throw new UnreadableException("the roles \"assessor\", \"decision\", \"issuer\", \"status\"", role.GetRawText(), 0),
        });
    }

    private static string? Text(JsonElement parent, string name)
    {
        if (!parent.TryGetProperty(name, out var value) || value.ValueKind == JsonValueKind.Null) return null;
        return value.ValueKind == JsonValueKind.String ? value.GetString() : throw new UnreadableException($"a text for \"{name}\"", value.ValueKind.ToString(), 0);
    }
}
