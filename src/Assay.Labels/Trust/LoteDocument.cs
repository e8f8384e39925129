using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Assay.Labels.Token;

namespace Assay.Labels.Trust;

/// <summary>A signed trust list as others read it: a list of trusted entities in JSON (ETSI TS 119 602), and that in a compact JAdES signature of the baseline (ETSI TS 119 182-1).</summary>
public static class LoteDocument
{
    private const string Types = "https://assay.example/trust/";
    /// <summary>Kept for ever, in the years that the clause counts.</summary>
    private const int ForEver = 65535;

    /// <summary>Deterministic: the same list, the same bytes.</summary>
    public static byte[] Write(SignedTrustList list)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream, new JsonWriterOptions { Indented = false }))
        {
            json.WriteStartObject();
            json.WriteStartObject("LoTE");
            json.WriteStartObject("ListAndSchemeInformation");
            json.WriteNumber("LoTEVersionIdentifier", 1);
            json.WriteNumber("LoTESequenceNumber", list.Edition);
            json.WriteString("LoTEType", Types + "labels");
            Local(json, "SchemeOperatorName", list.Issuer);
            Local(json, "SchemeName", $"Issuers of labels in {list.Domain}");
            json.WriteString("StatusDeterminationApproach", Types + "dated-keys");
            if (list.Domain.Length == 2 && list.Domain.All(char.IsAsciiLetterUpper)) json.WriteString("SchemeTerritory", list.Domain);
            json.WriteNumber("HistoricalInformationPeriod", ForEver);
            json.WriteString("ListIssueDateTime", Time(list.IssuedAt));
            json.WriteString("NextUpdate", Time(list.Due));
            if (list.List.Recognitions.Count > 0)
            {
                json.WriteStartArray("SchemeExtensions");
                foreach (var one in list.List.Recognitions) Recognised(json, one);
                json.WriteEndArray();
            }
            json.WriteEndObject();
            json.WriteStartArray("TrustedEntitiesList");
            foreach (var entity in list.List.Keys.GroupBy(k => k.Name)) Entity(json, entity.Key, [.. entity], list);
            json.WriteEndArray();
            json.WriteEndObject();
            json.WriteEndObject();
        }
        return stream.ToArray();
    }

    /// <summary>The document in a compact JSON web signature with the signer's certificate and the time of signing.</summary>
    /// <param name="key">The key of the list.</param>
    public static string Sign(SignedTrustList list, SigningKey key)
    {
        var certificate = key.Certificate(list.Issuer, list.IssuedAt, list.Due);
        using var header = new MemoryStream();
        using (var json = new Utf8JsonWriter(header))
        {
            json.WriteStartObject();
            json.WriteString("alg", "ES256");
            json.WriteString("cty", "application/json");
            json.WriteNumber("iat", list.IssuedAt.ToUnixTimeSeconds());
            json.WriteString("kid", key.Public.Name);
            json.WriteStartArray("x5c");
            json.WriteBase64StringValue(certificate);
            json.WriteEndArray();
            json.WriteString("x5t#S256", Base64Url.EncodeToString(SHA256.HashData(certificate)));
            json.WriteEndObject();
        }
        var text = $"{Base64Url.EncodeToString(header.ToArray())}.{Base64Url.EncodeToString(Write(list))}";
        return $"{text}.{Base64Url.EncodeToString(key.Sign(Encoding.ASCII.GetBytes(text)))}";
    }

    private static void Entity(Utf8JsonWriter json, string name, IReadOnlyList<TrustedKey> keys, SignedTrustList list)
    {
        json.WriteStartObject();
        json.WriteStartObject("TrustedEntityInformation");
        Local(json, "TEName", name);
        json.WriteStartObject("TEAddress");
        json.WriteStartArray("TEPostalAddress");
        json.WriteEndArray();
        json.WriteStartArray("TEElectronicAddress");
        if (keys.Select(k => k.Address).OfType<string>().FirstOrDefault() is { } address) Link(json, address.Contains("://", StringComparison.Ordinal) ? address : $"https://{address}");
        json.WriteEndArray();
        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteStartArray("TrustedEntityServices");
        foreach (var key in keys)
        {
            foreach (var role in Enum.GetValues<KeyRoles>().Where(r => r is not (KeyRoles.None or KeyRoles.All) && (key.Roles & r) == r))
            {
                json.WriteStartObject();
                json.WriteStartObject("ServiceInformation");
                Local(json, "ServiceName", $"{name}: {role.ToString().ToLowerInvariant()}");
                json.WriteStartObject("ServiceDigitalIdentity");
                json.WriteStartArray("PublicKeyValues");
                var (x, y) = key.Key.Point;
                json.WriteStartObject();
                json.WriteString("kty", "EC");
                json.WriteString("crv", "P-256");
                json.WriteString("x", Base64Url.EncodeToString(x));
                json.WriteString("y", Base64Url.EncodeToString(y));
                json.WriteString("kid", key.Key.Name);
                json.WriteString("use", "sig");
                json.WriteString("alg", "ES256");
                json.WriteEndObject();
                json.WriteEndArray();
                json.WriteEndObject();
                json.WriteString("ServiceTypeIdentifier", $"{Types}role/{role.ToString().ToLowerInvariant()}{(key.IsAuthority ? "" : "/test")}");
                var day = DateOnly.FromDateTime(list.IssuedAt.UtcDateTime);
                var (status, since) = key.Stolen is not null ? ("stolen", list.IssuedAt) : key.To < day ? ("ended", At(key.To!.Value.AddDays(1))) : key.From > day ? ("ahead", At(key.From!.Value)) : ("granted", key.From is { } from ? At(from) : list.IssuedAt);
                json.WriteString("ServiceStatus", $"{Types}status/{status}");
                json.WriteString("StatusStartingTime", Time(since));
                json.WriteStartArray("ServiceInformationExtensions");
                json.WriteStartObject();
                json.WriteString("type", Types + "window");
                if (key.From is { } begins) json.WriteString("from", Recognition.Day(begins));
                if (key.To is { } ends) json.WriteString("to", Recognition.Day(ends));
                if (key.Stolen is { } stolen)
                {
                    json.WriteString("countsInLog", stolen.Log.ToString());
                    json.WriteNumber("beforeEntry", stolen.Size);
                }
                json.WriteEndObject();
                json.WriteEndArray();
                json.WriteEndObject();
                json.WriteEndObject();
            }
        }
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void Recognised(Utf8JsonWriter json, Recognition one)
    {
        json.WriteStartObject();
        json.WriteString("type", Types + "recognition");
        json.WriteString("of", one.Of);
        if (one.Issuer is not null) json.WriteString("issuer", one.Issuer);
        json.WriteStartArray("levels");
        foreach (var level in one.Levels)
        {
            json.WriteStartObject();
            json.WriteString("theirs", level.Theirs.ToString());
            json.WriteString("ours", level.Ours.ToString());
            json.WriteEndObject();
        }
        json.WriteEndArray();
        foreach (var (name, texts) in new[] { ("categories", one.Categories), ("except", one.Except) })
        {
            json.WriteStartArray(name);
            foreach (var text in texts) json.WriteStringValue(text);
            json.WriteEndArray();
        }
        if (one.From is { } from) json.WriteString("from", Recognition.Day(from));
        if (one.To is { } to) json.WriteString("to", Recognition.Day(to));
        if (one.Source is not null) json.WriteString("source", one.Source);
        json.WriteEndObject();
    }

    private static void Local(Utf8JsonWriter json, string name, string value)
    {
        json.WriteStartArray(name);
        json.WriteStartObject();
        json.WriteString("lang", "en");
        json.WriteString("value", value);
        json.WriteEndObject();
        json.WriteEndArray();
    }

    private static void Link(Utf8JsonWriter json, string uri)
    {
        json.WriteStartObject();
        json.WriteString("lang", "en");
        json.WriteString("uriValue", uri);
        json.WriteEndObject();
    }

    private static DateTimeOffset At(DateOnly day) => new(day.ToDateTime(TimeOnly.MinValue), TimeSpan.Zero);
    private static string Time(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
