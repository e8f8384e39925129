using System.Buffers;
using System.Globalization;
using System.Text.Json;
using Assay.Evidence;
using Assay.Software.Matching;

namespace Assay.Software.Sbom;

/// <summary>Writes SPDX 2.3 JSON. Same draft, same bytes: the namespace is made from the content, the time is the one that is asked for.</summary>
public static class Spdx
{
    public const string Version = "2.3";
    private const string Document = "SPDXRef-DOCUMENT";
    private const string Subject = "SPDXRef-subject";

    public static byte[] Write(BillDraft draft)
    {
        var without = Write(draft, "urn:uuid:00000000-0000-8000-8000-000000000000");
        return Write(draft, $"urn:uuid:{CycloneDx.Serial(without)}");
    }

    private static byte[] Write(BillDraft draft, string space)
    {
        var time = draft.AsOf.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
        var tool = $"Tool: assay-{draft.ToolVersion}";
        var names = Names(draft.Entries);
        return EvidenceJson.Bytes(json =>
        {
            json.WriteStartObject();
            json.WriteString("spdxVersion", "SPDX-2.3");
            json.WriteString("dataLicense", "CC0-1.0");
            json.WriteString("SPDXID", Document);
            json.WriteString("name", draft.Subject.Name);
            json.WriteString("documentNamespace", space);
            json.WriteStartObject("creationInfo");
            json.WriteString("created", time);
            json.WriteStartArray("creators");
            json.WriteStringValue(tool);
            json.WriteEndArray();
            json.WriteEndObject();
            if (draft.Completeness is { } completeness) json.WriteString("comment", $"completeness: {completeness}");
            json.WriteStartArray("packages");
            json.WriteStartObject();
            json.WriteString("name", draft.Subject.Name);
            json.WriteString("SPDXID", Subject);
            if (draft.Subject.Version is { Length: > 0 } version) json.WriteString("versionInfo", version);
            Always(json, Purpose(draft.Subject.Kind));
            if (draft.Subject.Sha256 is { } digest) Checksums(json, [new BillHash("SHA-256", digest)]);
            References(json, draft.Subject.Purl, []);
            json.WriteEndObject();
            for (var i = 0; i < draft.Entries.Count; i++) Package(json, draft.Entries[i], names[i], time, tool);
            json.WriteEndArray();
            Relationships(json, draft, names);
            json.WriteEndObject();
        });
    }

    // Clause 3.2: letters, digits, dots and hyphens.
    private static List<string> Names(IReadOnlyList<BillEntry> entries)
    {
        var taken = new HashSet<string>(StringComparer.Ordinal) { Document, Subject };
        var names = new List<string>(entries.Count);
        foreach (var entry in entries)
        {
            var reference = entry.Reference!;
            var plain = reference.StartsWith("SPDXRef-", StringComparison.Ordinal) && reference.Length > 8 && reference.AsSpan(8).IndexOfAnyExcept(Letters) < 0 ? reference
                : "SPDXRef-" + string.Concat($"{entry.Component.Name}-{entry.Component.Package ?? entry.Component.Version}".TrimEnd('-').Take(80).Select(c => Letters.Contains(c) ? c : '-'));
            var name = plain;
            for (var i = 2; !taken.Add(name); i++) name = $"{plain}-{i}";
            names.Add(name);
        }
        return names;
    }

    private static readonly SearchValues<char> Letters = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.-");

    private static void Always(Utf8JsonWriter json, string? purpose)
    {
        json.WriteString("downloadLocation", "NOASSERTION");
        json.WriteBoolean("filesAnalyzed", false);
        if (purpose is not null) json.WriteString("primaryPackagePurpose", purpose);
    }

    private static void Package(Utf8JsonWriter json, BillEntry entry, string name, string time, string tool)
    {
        var component = entry.Component;
        json.WriteStartObject();
        json.WriteString("name", component.Name);
        json.WriteString("SPDXID", name);
        if ((component.Package ?? component.Version) is { Length: > 0 } version) json.WriteString("versionInfo", version);
        if (component.Supplier is { Length: > 0 } supplier) json.WriteString("supplier", $"Organization: {supplier}");
        Always(json, Purpose(entry.Kind));
        if (component.Licence is { } licence)
        {
            var read = LicenceExpression.Read(licence);
            var isListed = read.Fault is null && !read.Unknown.Any();
            json.WriteString("licenseDeclared", isListed ? licence : "NOASSERTION");
            if (!isListed) json.WriteString("licenseComments", $"declared in other words: {licence}");
        }
        Checksums(json, entry.Hashes);
        References(json, component.Purl, component.Cpe);
        var notes = new List<string>();
        if (component.Package is not null && component.Version is not null) notes.Add($"assay:upstreamVersion {component.Version}");
        if (component.Source is { } source) notes.Add($"assay:sourcePackage {source.Name} {source.Version}".TrimEnd());
        if (component.IsGuess) notes.Add("assay:guess");
        notes.AddRange(component.Conflicts.Select(o => $"assay:otherVersion {o.Version} ({o.Method}, {o.Location})"));
        notes.AddRange(component.Evidence.Where(e => e.Method != "bill of materials").Select(e => FormattableString.Invariant($"assay:evidence {e.Method}, {e.Location}, confidence {Math.Round(e.Confidence, 3)}")));
        if (notes.Count > 0)
        {
            json.WriteStartArray("annotations");
            foreach (var note in notes)
            {
                json.WriteStartObject();
                json.WriteString("annotationDate", time);
                json.WriteString("annotationType", "OTHER");
                json.WriteString("annotator", tool);
                json.WriteString("comment", note);
                json.WriteEndObject();
            }
            json.WriteEndArray();
        }
        json.WriteEndObject();
    }

    private static void References(Utf8JsonWriter json, string? purl, IReadOnlyList<string> cpe)
    {
        var references = cpe.Where(c => c.StartsWith("cpe:2.3:", StringComparison.Ordinal) && CpeName.Read(c) is not null).Distinct(StringComparer.Ordinal).Select(c => ("SECURITY", "cpe23Type", c)).ToList();
        if (purl is not null && !purl.Any(char.IsWhiteSpace)) references.Insert(0, ("PACKAGE-MANAGER", "purl", purl));
        if (references.Count == 0) return;
        json.WriteStartArray("externalRefs");
        foreach (var (category, type, locator) in references)
        {
            json.WriteStartObject();
            json.WriteString("referenceCategory", category);
            json.WriteString("referenceType", type);
            json.WriteString("referenceLocator", locator);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    private static void Checksums(Utf8JsonWriter json, IReadOnlyList<BillHash> hashes)
    {
        var known = hashes.Where(h => h.SpdxAlgorithm is not null && h.Value.Length > 0 && h.Value.All(char.IsAsciiHexDigit)).ToList();
        if (known.Count == 0) return;
        json.WriteStartArray("checksums");
        foreach (var hash in known)
        {
            json.WriteStartObject();
            json.WriteString("algorithm", hash.SpdxAlgorithm);
            json.WriteString("checksumValue", hash.Value.ToLowerInvariant());
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    private static void Relationships(Utf8JsonWriter json, BillDraft draft, List<string> names)
    {
        var known = new Dictionary<string, string>(StringComparer.Ordinal) { ["subject"] = Subject };
        for (var i = 0; i < names.Count; i++) known.TryAdd(draft.Entries[i].Reference!, names[i]);
        json.WriteStartArray("relationships");
        Relation(Document, "DESCRIBES", Subject);
        foreach (var name in names) Relation(Subject, "CONTAINS", name);
        Needs(Subject, draft.SubjectDependsOn);
        for (var i = 0; i < names.Count; i++) Needs(names[i], draft.Entries[i].DependsOn);
        json.WriteEndArray();

        void Needs(string name, IReadOnlyList<string> dependsOn)
        {
            foreach (var to in dependsOn.Distinct(StringComparer.Ordinal))
            {
                if (known.TryGetValue(to, out var other)) Relation(name, "DEPENDS_ON", other);
            }
        }

        void Relation(string one, string type, string other)
        {
            json.WriteStartObject();
            json.WriteString("spdxElementId", one);
            json.WriteString("relationshipType", type);
            json.WriteString("relatedSpdxElement", other);
            json.WriteEndObject();
        }
    }

    // Clause 7.24.
    private static string? Purpose(string kind) => kind switch
    {
        "application" => "APPLICATION",
        "framework" => "FRAMEWORK",
        "library" => "LIBRARY",
        "container" => "CONTAINER",
        "operating-system" => "OPERATING_SYSTEM",
        "device" => "DEVICE",
        "firmware" => "FIRMWARE",
        "file" => "FILE",
        _ => "OTHER",
    };
}
