using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using Assay.Evidence;
using Assay.Software.Components;
using Assay.Software.Matching;

namespace Assay.Software.Sbom;

/// <summary>Writes CycloneDX JSON (ECMA-424), 1.4 to 1.7. Same components, same bytes: the serial number is made from the content, the time is the one that is asked for.</summary>
public static class CycloneDx
{
    /// <summary>What is written where nobody asks for another.</summary>
    public const string DefaultVersion = "1.6";
    public static IReadOnlyList<string> Versions { get; } = ["1.4", "1.5", "1.6", "1.7"];

    /// <param name="version">One of <see cref="Versions"/>; what it has no place for stands in properties.</param>
    public static byte[] Write(BillDraft draft, string version = DefaultVersion)
    {
        if (!Versions.Contains(version)) throw new ArgumentOutOfRangeException(nameof(version), version, "CycloneDX 1.4 to 1.7");
        var without = new Writing(draft, version).Document("urn:uuid:00000000-0000-8000-8000-000000000000");
        return new Writing(draft, version).Document($"urn:uuid:{Serial(without)}");
    }

    // RFC 9562 version 8: a UUID of our own making, here the first bits of the document's digest.
    internal static string Serial(byte[] draft)
    {
        var digest = SHA256.HashData(draft).AsSpan(0, 16);
        digest[6] = (byte)(digest[6] & 0x0f | 0x80);
        digest[8] = (byte)(digest[8] & 0x3f | 0x80);
        var hex = Convert.ToHexStringLower(digest);
        return $"{hex[..8]}-{hex[8..12]}-{hex[12..16]}-{hex[16..20]}-{hex[20..]}";
    }

    private sealed class Writing(BillDraft draft, string version)
    {
        private readonly int minor = version[2] - '0';

        public byte[] Document(string serial) => EvidenceJson.Bytes(json =>
        {
            json.WriteStartObject();
            json.WriteString("$schema", $"http://cyclonedx.org/schema/bom-{version}.schema.json");
            json.WriteString("bomFormat", "CycloneDX");
            json.WriteString("specVersion", version);
            json.WriteString("serialNumber", serial);
            json.WriteNumber("version", 1);
            Metadata(json);
            json.WriteStartArray("components");
            foreach (var entry in draft.Entries) Part(json, entry);
            json.WriteEndArray();
            Dependencies(json);
            // Whoever looks from outside never knows that nothing is missing.
            if (draft.Completeness is not null)
            {
                json.WriteStartArray("compositions");
                json.WriteStartObject();
                json.WriteString("aggregate", draft.Completeness is { ExecutableBytes: > 0, Share: < 1 } ? "incomplete" : "unknown");
                json.WriteStartArray("assemblies");
                json.WriteStringValue("subject");
                json.WriteEndArray();
                json.WriteEndObject();
                json.WriteEndArray();
            }
            json.WriteEndObject();
        });

        private void Metadata(Utf8JsonWriter json)
        {
            json.WriteStartObject("metadata");
            json.WriteString("timestamp", draft.AsOf.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture));
            if (minor >= 5 && draft.IsExamined)
            {
                json.WriteStartArray("lifecycles");
                json.WriteStartObject();
                json.WriteString("phase", "post-build");
                json.WriteEndObject();
                json.WriteEndArray();
            }
            if (minor >= 5)
            {
                json.WriteStartObject("tools");
                json.WriteStartArray("components");
                json.WriteStartObject();
                json.WriteString("type", "application");
            }
            else
            {
                json.WriteStartArray("tools");
                json.WriteStartObject();
            }
            json.WriteString("name", "assay");
            json.WriteString("version", draft.ToolVersion);
            json.WriteEndObject();
            json.WriteEndArray();
            if (minor >= 5) json.WriteEndObject();
            json.WriteStartObject("component");
            json.WriteString("type", Kind(draft.Subject.Kind));
            json.WriteString("bom-ref", "subject");
            json.WriteString("name", draft.Subject.Name);
            if (draft.Subject.Version is not null) json.WriteString("version", draft.Subject.Version);
            if (draft.Subject.Sha256 is { } digest) Hashes(json, [new BillHash("SHA-256", digest)]);
            if (draft.Subject.Purl is not null) json.WriteString("purl", draft.Subject.Purl);
            json.WriteEndObject();
            if (draft.Completeness is { } completeness)
            {
                json.WriteStartArray("properties");
                Property(json, "assay:executableBytes", completeness.ExecutableBytes.ToString(CultureInfo.InvariantCulture));
                Property(json, "assay:namedExecutableBytes", completeness.NamedBytes.ToString(CultureInfo.InvariantCulture));
                json.WriteEndArray();
            }
            json.WriteEndObject();
        }

        private string Kind(string kind) => Shapes.ShapeTable.CycloneDx[version].HasWord("component.type", kind) ? kind : "library";

        private void Part(Utf8JsonWriter json, BillEntry entry)
        {
            var component = entry.Component;
            json.WriteStartObject();
            json.WriteString("type", Kind(entry.Kind));
            json.WriteString("bom-ref", entry.Reference);
            if (component.Supplier is not null)
            {
                json.WriteStartObject("supplier");
                json.WriteString("name", component.Supplier);
                json.WriteEndObject();
            }
            json.WriteString("name", component.Name);
            if ((component.Package ?? component.Version) is { } written) json.WriteString("version", written);
            Hashes(json, entry.Hashes);
            if (component.Licence is not null) Licence(json, component.Licence);
            var cpe = component.Cpe.FirstOrDefault(c => CpeName.Read(c) is not null);
            if (cpe is not null) json.WriteString("cpe", cpe);
            if (component.Purl is not null) json.WriteString("purl", component.Purl);
            var fromBill = component.Evidence.All(e => e.Method == "bill of materials");
            if (!fromBill && minor >= 5) Evidence(json, component);
            var properties = new List<(string Name, string Value)>();
            if (component.Package is not null && component.Version is not null) properties.Add(("assay:upstreamVersion", component.Version));
            properties.AddRange(component.Cpe.Where(c => c != cpe).Distinct(StringComparer.Ordinal).Select(c => ("assay:cpe", c)));
            if (component.Source is { } source) properties.Add(("assay:sourcePackage", source.Version is null ? source.Name : $"{source.Name} {source.Version}"));
            if (component.IsGuess) properties.Add(("assay:guess", "true"));
            properties.AddRange(component.Conflicts.Select(o => ("assay:otherVersion", $"{o.Version} ({o.Method}, {o.Location})")));
            if (!fromBill && minor < 5) properties.AddRange(component.Evidence.Select(e => ("assay:evidence", $"{e.Method}, {e.Location}")));
            if (properties.Count > 0)
            {
                json.WriteStartArray("properties");
                foreach (var (name, value) in properties) Property(json, name, value);
                json.WriteEndArray();
            }
            json.WriteEndObject();
        }

        private void Hashes(Utf8JsonWriter json, IReadOnlyList<BillHash> hashes)
        {
            var table = Shapes.ShapeTable.CycloneDx[version];
            var known = hashes.Where(h => table.HasWord("hash-alg", h.Algorithm) && h.Value.Length is 32 or 40 or 64 or 96 or 128 && h.Value.All(char.IsAsciiHexDigit)).ToList();
            if (known.Count == 0) return;
            json.WriteStartArray("hashes");
            foreach (var hash in known)
            {
                json.WriteStartObject();
                json.WriteString("alg", hash.Algorithm);
                json.WriteString("content", hash.Value);
                json.WriteEndObject();
            }
            json.WriteEndArray();
        }

        // An identifier of the list, an expression of such, or the words that stand there.
        private static void Licence(Utf8JsonWriter json, string licence)
        {
            var read = LicenceExpression.Read(licence);
            json.WriteStartArray("licenses");
            json.WriteStartObject();
            if (!read.IsListed && read.Fault is null && !read.Unknown.Any())
            {
                json.WriteString("expression", licence);
            }
            else
            {
                json.WriteStartObject("license");
                json.WriteString(read.IsListed ? "id" : "name", licence);
                json.WriteEndObject();
            }
            json.WriteEndObject();
            json.WriteEndArray();
        }

        private void Dependencies(Utf8JsonWriter json)
        {
            var known = draft.Entries.Select(e => e.Reference!).Append("subject").ToHashSet(StringComparer.Ordinal);
            var edges = draft.Entries.Select(e => (From: e.Reference!, To: e.DependsOn)).Prepend(("subject", draft.SubjectDependsOn))
                .Select(e => (e.Item1, To: e.Item2.Where(known.Contains).Distinct(StringComparer.Ordinal).ToList())).Where(e => e.To.Count > 0).ToList();
            if (edges.Count == 0) return;
            json.WriteStartArray("dependencies");
            foreach (var (from, to) in edges)
            {
                json.WriteStartObject();
                json.WriteString("ref", from);
                json.WriteStartArray("dependsOn");
                foreach (var one in to) json.WriteStringValue(one);
                json.WriteEndArray();
                json.WriteEndObject();
            }
            json.WriteEndArray();
        }

        private void Evidence(Utf8JsonWriter json, Component component)
        {
            json.WriteStartObject("evidence");
            // 1.5 has room for one identity only.
            if (minor == 5) json.WritePropertyName("identity");
            else json.WriteStartArray("identity");
            foreach (var field in new[] { "name", "version" })
            {
                if (field == "version" && (component.Version is null || minor == 5)) continue;
                json.WriteStartObject();
                json.WriteString("field", field);
                json.WriteNumber("confidence", Math.Round(component.Evidence.Max(e => e.Confidence), 3));
                if (minor >= 6) json.WriteString("concludedValue", field == "name" ? component.Name : component.Version);
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
            if (minor >= 6) json.WriteEndArray();
            json.WriteStartArray("occurrences");
            foreach (var evidence in component.Evidence)
            {
                json.WriteStartObject();
                json.WriteString("location", evidence.Location.Path ?? evidence.Location.Artefact);
                if (minor >= 6 && evidence.Location.Line is { } line) json.WriteNumber("line", line);
                if (minor >= 6 && evidence.Location.Offset is { } offset and <= int.MaxValue) json.WriteNumber("offset", offset);
                json.WriteEndObject();
            }
            json.WriteEndArray();
            json.WriteEndObject();
        }
    }

    private static void Property(Utf8JsonWriter json, string name, string value)
    {
        json.WriteStartObject();
        json.WriteString("name", name);
        json.WriteString("value", value);
        json.WriteEndObject();
    }

    private static string Technique(string method) => method switch
    {
        "package database" or "bill of materials" or "manifest" => "manifest-analysis",
        "string" or "kernel banner" or "kernel module" or "note" or "soname" or "symbol" or "build information" or "descriptor" => "binary-analysis",
        "file name" or "folder name" => "filename",
        "declaration" => "attestation",
        _ => "other",
    };
}
