using System.Buffers;
using System.Security.Cryptography;
using System.Text.Json;
using Assay.Evidence;
using Assay.Software.Components;

namespace Assay.Software.Sbom;

/// <summary>What a bill of materials is about.</summary>
/// <param name="Name">The artefact's or product's name.</param>
/// <param name="Sha256">Of the artefact, 64 lower-case digits.</param>
public sealed record BillSubject(string Name, string? Version, string Sha256);

/// <summary>Writes CycloneDX 1.6 JSON (ECMA-424). Same components, same bytes: the serial number is made from the content, the time is the one that is asked for.</summary>
public static class CycloneDx
{
    public static byte[] Write(BillSubject subject, IEnumerable<Component> components, DateTimeOffset asOf, string toolVersion)
    {
        var ordered = components.OrderBy(c => c.Name, StringComparer.Ordinal).ThenBy(c => c.Package ?? c.Version, StringComparer.Ordinal).ThenBy(c => c.Purl, StringComparer.Ordinal)
            .ThenBy(c => string.Join('\n', c.Evidence), StringComparer.Ordinal).ToList();
        var draft = Write(subject, ordered, asOf, toolVersion, "urn:uuid:00000000-0000-8000-8000-000000000000");
        return Write(subject, ordered, asOf, toolVersion, Serial(draft));
    }

    // RFC 9562 version 8: a UUID of our own making, here the first bits of the document's digest.
    private static string Serial(byte[] draft)
    {
        var digest = SHA256.HashData(draft).AsSpan(0, 16);
        digest[6] = (byte)(digest[6] & 0x0f | 0x80);
        digest[8] = (byte)(digest[8] & 0x3f | 0x80);
        var hex = Convert.ToHexStringLower(digest);
        return $"urn:uuid:{hex[..8]}-{hex[8..12]}-{hex[12..16]}-{hex[16..20]}-{hex[20..]}";
    }

    private static byte[] Write(BillSubject subject, List<Component> components, DateTimeOffset asOf, string toolVersion, string serial)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, EvidenceJson.Document))
        {
            json.WriteStartObject();
            json.WriteString("$schema", "http://cyclonedx.org/schema/bom-1.6.schema.json");
            json.WriteString("bomFormat", "CycloneDX");
            json.WriteString("specVersion", "1.6");
            json.WriteString("serialNumber", serial);
            json.WriteNumber("version", 1);
            json.WriteStartObject("metadata");
            json.WriteString("timestamp", asOf.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", System.Globalization.CultureInfo.InvariantCulture));
            json.WriteStartArray("lifecycles");
            json.WriteStartObject();
            json.WriteString("phase", "post-build");
            json.WriteEndObject();
            json.WriteEndArray();
            json.WriteStartObject("tools");
            json.WriteStartArray("components");
            json.WriteStartObject();
            json.WriteString("type", "application");
            json.WriteString("name", "assay");
            json.WriteString("version", toolVersion);
            json.WriteEndObject();
            json.WriteEndArray();
            json.WriteEndObject();
            json.WriteStartObject("component");
            json.WriteString("type", "firmware");
            json.WriteString("bom-ref", "subject");
            json.WriteString("name", subject.Name);
            if (subject.Version is not null) json.WriteString("version", subject.Version);
            json.WriteStartArray("hashes");
            json.WriteStartObject();
            json.WriteString("alg", "SHA-256");
            json.WriteString("content", subject.Sha256);
            json.WriteEndObject();
            json.WriteEndArray();
            json.WriteEndObject();
            json.WriteEndObject();
            json.WriteStartArray("components");
            var names = new HashSet<string>(StringComparer.Ordinal) { "subject" };
            foreach (var component in components) Write(json, component, names);
            json.WriteEndArray();
            json.WriteEndObject();
        }
        return [.. buffer.WrittenSpan, (byte)'\n'];
    }

    private static void Write(Utf8JsonWriter json, Component component, HashSet<string> names)
    {
        json.WriteStartObject();
        json.WriteString("type", component.Cpe.Any(c => c.StartsWith("cpe:2.3:o:", StringComparison.Ordinal)) ? "operating-system" : component.Package is null ? "application" : "library");
        var reference = component.Purl ?? $"{component.Name}@{component.Version}";
        for (var i = 2; !names.Add(reference); i++) reference = $"{component.Purl ?? component.Name}#{i}";
        json.WriteString("bom-ref", reference);
        if (component.Supplier is not null)
        {
            json.WriteStartObject("supplier");
            json.WriteString("name", component.Supplier);
            json.WriteEndObject();
        }
        json.WriteString("name", component.Name);
        if ((component.Package ?? component.Version) is { } version) json.WriteString("version", version);
        if (component.Licence is not null)
        {
            json.WriteStartArray("licenses");
            json.WriteStartObject();
            json.WriteStartObject("license");
            json.WriteString("name", component.Licence);
            json.WriteEndObject();
            json.WriteEndObject();
            json.WriteEndArray();
        }
        if (component.Cpe.Count > 0) json.WriteString("cpe", component.Cpe[0]);
        if (component.Purl is not null) json.WriteString("purl", component.Purl);
        if (component.Evidence.Count > 0) WriteEvidence(json, component);
        if (component.Cpe.Count > 1 || component.Package is not null && component.Version is not null)
        {
            json.WriteStartArray("properties");
            if (component.Package is not null && component.Version is not null) Property(json, "assay:upstreamVersion", component.Version);
            foreach (var cpe in component.Cpe.Skip(1)) Property(json, "assay:cpe", cpe);
            json.WriteEndArray();
        }
        json.WriteEndObject();
    }

    private static void Property(Utf8JsonWriter json, string name, string value)
    {
        json.WriteStartObject();
        json.WriteString("name", name);
        json.WriteString("value", value);
        json.WriteEndObject();
    }

    private static void WriteEvidence(Utf8JsonWriter json, Component component)
    {
        json.WriteStartObject("evidence");
        json.WriteStartArray("identity");
        foreach (var field in new[] { "name", "version" })
        {
            if (field == "version" && component.Version is null) continue;
            json.WriteStartObject();
            json.WriteString("field", field);
            json.WriteNumber("confidence", Math.Round(component.Evidence.Max(e => e.Confidence), 3));
            json.WriteString("concludedValue", field == "name" ? component.Name : component.Version);
            json.WriteStartArray("methods");
            foreach (var (method, confidence) in component.Evidence.Select(e => (e.Method, e.Confidence)).Distinct())
            {
                json.WriteStartObject();
                json.WriteString("technique", Technique(method));
                json.WriteNumber("confidence", Math.Round(confidence, 3));
                json.WriteString("value", method);
                json.WriteEndObject();
            }
            json.WriteEndArray();
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteStartArray("occurrences");
        foreach (var evidence in component.Evidence)
        {
            json.WriteStartObject();
            json.WriteString("location", evidence.Location.Path ?? evidence.Location.Artefact);
            if (evidence.Location.Line is { } line) json.WriteNumber("line", line);
            if (evidence.Location.Offset is { } offset and <= int.MaxValue) json.WriteNumber("offset", offset);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static string Technique(string method) => method switch
    {
        "package database" or "bill of materials" => "manifest-analysis",
        "string" or "kernel banner" or "kernel module" => "binary-analysis",
        "file name" or "folder name" => "filename",
        "declaration" => "attestation",
        _ => "other",
    };
}
