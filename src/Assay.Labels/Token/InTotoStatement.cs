using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Assay.Labels.Token;

/// <summary>A certificate as an in-toto statement (v1) in a DSSE envelope, for tools that gather attestations: its subjects are the artefacts that were examined. An export; the certificate itself is what counts.</summary>
public static class InTotoStatement
{
    public const string PayloadType = "application/vnd.in-toto+json";
    public const string PredicateType = "https://assay.example/label/v1";

    /// <summary>The envelope in JSON, signed with ECDSA over SHA-256 in DER, as such tools expect.</summary>
    /// <param name="certificate">A certificate file.</param>
    public static byte[] Sign(SigningKey issuer, SignedFile certificate)
    {
        var payload = Payload(certificate);
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream))
        {
            json.WriteStartObject();
            json.WriteString("payloadType", PayloadType);
            json.WriteBase64String("payload", payload);
            json.WriteStartArray("signatures");
            json.WriteStartObject();
            json.WriteString("keyid", issuer.Public.Name);
            json.WriteBase64String("sig", issuer.SignDer(Encoded(payload)));
            json.WriteEndObject();
            json.WriteEndArray();
            json.WriteEndObject();
        }
        return stream.ToArray();
    }

    // DSSE's pre-authentication encoding: lengths before type and payload, so that neither can pass for the other.
    private static byte[] Encoded(byte[] payload) =>
        [.. Encoding.UTF8.GetBytes($"DSSEv1 {PayloadType.Length.ToString(CultureInfo.InvariantCulture)} {PayloadType} {payload.Length.ToString(CultureInfo.InvariantCulture)} "), .. payload];

    private static byte[] Payload(SignedFile file)
    {
        var certificate = file.Certificate ?? throw new ArgumentException("not a certificate", nameof(file));
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream))
        {
            json.WriteStartObject();
            json.WriteString("_type", "https://in-toto.io/Statement/v1");
            json.WriteStartArray("subject");
            foreach (var (artefact, sha256) in certificate.Evidence) Subject(json, artefact, sha256);
            // A statement needs a subject; where nothing was examined, the certificate is its own.
            if (certificate.Evidence.Count == 0) Subject(json, "certificate.cose", Convert.ToHexStringLower(file.Digest.Span));
            json.WriteEndArray();
            json.WriteString("predicateType", PredicateType);
            json.WriteStartObject("predicate");
            json.WriteString("certificate", Convert.ToHexStringLower(file.Digest.Span));
            json.WriteString("number", Convert.ToHexStringLower(certificate.TokenId.Span));
            json.WriteString("issuer", certificate.Issuer);
            json.WriteString("product", certificate.Subject);
            json.WriteString("maker", certificate.Maker);
            json.WriteString("model", certificate.Model);
            if (certificate.Level.Level is { } level) json.WriteNumber("level", level);
            if (certificate.Level.Profile is { } profile) json.WriteString("profile", profile);
            if (certificate.Versions.From is { } from) json.WriteString("from", from);
            if (certificate.Versions.UpTo is { } upTo) json.WriteString("upTo", upTo);
            json.WriteString("issuedAt", Time(certificate.IssuedAt));
            json.WriteString("expires", Time(certificate.Expires));
            if (certificate.SupportEnd is { } end) json.WriteString("supportEnd", end.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture));
            if (certificate.Status is { } status)
            {
                json.WriteStartObject("status");
                json.WriteString("list", status.List);
                json.WriteNumber("index", status.Index);
                json.WriteEndObject();
            }
            foreach (var (name, texts) in new[] { ("limits", certificate.Limits), ("notChecked", certificate.NotChecked), ("editions", certificate.Editions) })
            {
                json.WriteStartArray(name);
                foreach (var text in texts) json.WriteStringValue(text);
                json.WriteEndArray();
            }
            json.WriteEndObject();
            json.WriteEndObject();
        }
        return stream.ToArray();
    }

    private static void Subject(Utf8JsonWriter json, string name, string sha256)
    {
        json.WriteStartObject();
        json.WriteString("name", name);
        json.WriteStartObject("digest");
        json.WriteString("sha256", sha256);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static string Time(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
