using System.Buffers;
using System.Security.Cryptography;
using System.Text.Json;
using Assay.Evidence;
using Assay.Evidence.Reading;
using Assay.Software.Advisories;
using Assay.Software.Matching;

namespace Assay.Software.Vex;

/// <summary>VEX in a CycloneDX document (<c>vulnerabilities[].analysis</c>): written in version 1.6, read from 1.4 on.</summary>
/// <remarks>CycloneDX has other justifications than OpenVEX and CSAF: what has no counterpart is kept in words as the impact.</remarks>
public static class CycloneDxVex
{
    private const int MostStatements = 100_000, MostComponents = 1_000_000;

    /// <summary>One document. Same statements, same bytes.</summary>
    /// <exception cref="ArgumentException">No statement, or one without a product.</exception>
    public static byte[] Write(VexDocument document)
    {
        if (document.Statements.Count == 0 || document.Statements.Any(s => s.Products.Count == 0)) throw new ArgumentException("a VEX document expects statements, each with a product", nameof(document));
        var draft = Write(document, "urn:uuid:00000000-0000-8000-8000-000000000000");
        var digest = SHA256.HashData(draft).AsSpan(0, 16);
        digest[6] = (byte)(digest[6] & 0x0f | 0x80);
        digest[8] = (byte)(digest[8] & 0x3f | 0x80);
        var hex = Convert.ToHexStringLower(digest);
        return Write(document, $"urn:uuid:{hex[..8]}-{hex[8..12]}-{hex[12..16]}-{hex[16..20]}-{hex[20..]}");
    }

    private static byte[] Write(VexDocument document, string serial)
    {
        var subjects = document.Statements.SelectMany(s => s.Products).Where(p => p.Components.Count > 0).Select(p => p.Id).Distinct(StringComparer.Ordinal).ToList();
        var subject = subjects.Count == 1 ? subjects[0] : null;
        var parts = document.Statements.SelectMany(s => s.Products).SelectMany(p => p.Components.Count > 0 ? p.Components : [p.Id]).Distinct(StringComparer.Ordinal).Where(p => p != subject).Order(StringComparer.Ordinal).ToList();
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, EvidenceJson.Document))
        {
            json.WriteStartObject();
            json.WriteString("$schema", "http://cyclonedx.org/schema/bom-1.6.schema.json");
            json.WriteString("bomFormat", "CycloneDX");
            json.WriteString("specVersion", "1.6");
            json.WriteString("serialNumber", serial);
            json.WriteNumber("version", document.Version);
            json.WriteStartObject("metadata");
            json.WriteString("timestamp", EvidenceJson.Time(document.Time));
            json.WriteStartArray("authors");
            json.WriteStartObject();
            json.WriteString("name", document.Author);
            json.WriteEndObject();
            json.WriteEndArray();
            if (subject is not null)
            {
                json.WritePropertyName("component");
                Part(json, subject, "firmware");
            }
            json.WriteEndObject();
            json.WriteStartArray("components");
            foreach (var part in parts) Part(json, part, "library");
            json.WriteEndArray();
            json.WriteStartArray("vulnerabilities");
            foreach (var statement in document.Statements) Write(json, statement);
            json.WriteEndArray();
            json.WriteEndObject();
        }
        return [.. buffer.WrittenSpan, (byte)'\n'];
    }

    private static void Part(Utf8JsonWriter json, string id, string type)
    {
        var package = PackageName.Read(id);
        json.WriteStartObject();
        json.WriteString("type", type);
        json.WriteString("bom-ref", id);
        json.WriteString("name", package?.Name ?? CpeName.Read(id)?.Product ?? id);
        if (package?.Version is { } version) json.WriteString("version", version);
        if (id.StartsWith("cpe:", StringComparison.Ordinal)) json.WriteString("cpe", id);
        if (package is not null) json.WriteString("purl", id);
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, VexStatement statement)
    {
        json.WriteStartObject();
        json.WriteString("id", statement.Vulnerability);
        if (statement.Aliases.Count > 0)
        {
            json.WriteStartArray("references");
            foreach (var alias in statement.Aliases)
            {
                json.WriteStartObject();
                json.WriteString("id", alias);
                json.WriteStartObject("source");
                json.WriteString("name", alias.Split('-')[0]);
                json.WriteEndObject();
                json.WriteEndObject();
            }
            json.WriteEndArray();
        }
        if (statement.Action is not null) json.WriteString("recommendation", statement.Action);
        json.WriteStartObject("analysis");
        json.WriteString("state", statement.Status switch { VexStatus.NotAffected => "not_affected", VexStatus.Affected => "exploitable", VexStatus.Fixed => "resolved", _ => "in_triage" });
        if (statement.Justification is { } why)
            json.WriteString("justification", why switch
            {
                VexJustification.ComponentNotPresent or VexJustification.VulnerableCodeNotPresent => "code_not_present",
                VexJustification.InlineMitigationsAlreadyExist => "protected_by_mitigating_control",
                _ => "code_not_reachable",
            });
        if ((statement.Impact ?? statement.Notes) is { } detail) json.WriteString("detail", detail);
        if (statement.Time is { } time) json.WriteString("lastUpdated", EvidenceJson.Time(time));
        json.WriteEndObject();
        json.WriteStartArray("affects");
        foreach (var reference in statement.Products.SelectMany(p => p.Components.Count > 0 ? p.Components : [p.Id]).Distinct(StringComparer.Ordinal))
        {
            json.WriteStartObject();
            json.WriteString("ref", reference);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteEndObject();
    }

    /// <summary>Reads the statements of a document; one that makes no sense is told to <paramref name="losses"/> and left out.</summary>
    internal static VexDocument Read(string artefact, JsonElement root, List<Loss> losses)
    {
        var metadata = root.Part("metadata");
        var subject = metadata?.Part("component");
        var (known, subjectReference) = (new Dictionary<string, string>(StringComparer.Ordinal), subject?.Text("bom-ref"));
        var open = new Stack<IEnumerable<JsonElement>>([root.List("components")]);
        while (open.TryPop(out var level))
        {
            foreach (var component in level)
            {
                if (known.Count >= MostComponents) break;
                if (component.Text("bom-ref") is { } reference) known.TryAdd(reference, Identity(component));
                if (component.Part("components") is not null) open.Push(component.List("components"));
            }
        }
        var time = metadata?.Time("timestamp") ?? DateTimeOffset.UnixEpoch;
        var (statements, number) = (new List<VexStatement>(), 0);
        foreach (var vulnerability in root.List("vulnerabilities"))
        {
            var at = $"vulnerabilities[{number++}]";
            if (statements.Count >= MostStatements) throw new UnreadableException($"at most {MostStatements} statements", "more", 0);
            var analysis = vulnerability.Part("analysis");
            // A vulnerability without an analysis is a finding and no statement.
            if (analysis?.Text("state") is not { } state) continue;
            if (vulnerability.Text("id") is not { } id || Of(state) is not { } status)
            {
                losses.Add(new Loss { Location = new Location { Artefact = artefact, Path = at }, Expected = "an id and a state of analysis that CycloneDX knows", Found = Shortened.Visible(state) });
                continue;
            }
            var (justification, words) = status == VexStatus.NotAffected ? Of(state, analysis?.Text("justification")) : (null, null);
            foreach (var affected in vulnerability.List("affects"))
            {
                if (affected.Text("ref") is not { } reference) continue;
                foreach (var (product, own) in Products(reference, affected, status))
                {
                    statements.Add(new VexStatement
                    {
                        Vulnerability = id,
                        Aliases = [.. vulnerability.List("references").Select(r => r.Text("id")).OfType<string>().Where(r => r != id)],
                        Products = [product],
                        Status = own,
                        Justification = own == VexStatus.NotAffected ? justification : null,
                        Impact = words is not null && analysis?.Text("detail") is { } detail ? $"{words}: {detail}" : words ?? analysis?.Text("detail"),
                        Action = vulnerability.Text("recommendation"),
                        Time = analysis?.Time("lastUpdated") ?? analysis?.Time("firstIssued") ?? vulnerability.Time("updated") ?? time,
                    });
                }
            }
            if (!vulnerability.List("affects").Any()) losses.Add(new Loss { Location = new Location { Artefact = artefact, Path = at }, Expected = "a product that the statement is about", Found = "none" });
        }
        return new VexDocument
        {
            Id = root.Text("serialNumber") ?? "",
            Author = (metadata?.List("authors").Select(a => a.Text("name")).FirstOrDefault(n => n is not null)) ?? metadata?.Part("supplier")?.Text("name") ?? metadata?.Part("manufacturer")?.Text("name") ?? metadata?.Part("manufacture")?.Text("name") ?? "nobody named",
            Time = time,
            Statements = statements,
        };

        // "affects" may tell versions apart: each status there is a statement of its own.
        IEnumerable<(VexProduct Product, VexStatus Status)> Products(string reference, JsonElement affected, VexStatus status)
        {
            var versions = affected.List("versions").ToList();
            var product = ProductOf(reference);
            if (versions.Count == 0)
            {
                yield return (product, status);
                yield break;
            }
            foreach (var group in versions.GroupBy(v => v.Text("status") ?? "affected", StringComparer.Ordinal))
            {
                var sets = group.Select(v => v.Text("version") is { } one ? new VersionSet { Scheme = VersionScheme.Generic, Inside = [VersionInterval.Only(one)] }
                    : v.Text("range") is { } range ? VersRange.Set(range, VersionScheme.Generic) : null).OfType<VersionSet>().ToList();
                if (sets.Count == 0) continue;
                var scheme = sets.Select(s => s.Scheme).FirstOrDefault(s => s != VersionScheme.Generic, VersionScheme.Generic);
                var runs = new VersionSet { Scheme = scheme, Inside = [.. sets.SelectMany(s => s.Inside)], Outside = [.. sets.SelectMany(s => s.Outside)] };
                var own = group.Key switch { "unaffected" => status is VexStatus.Fixed ? VexStatus.Fixed : VexStatus.NotAffected, "unknown" => VexStatus.UnderInvestigation, _ => status is VexStatus.NotAffected or VexStatus.Fixed ? VexStatus.Affected : status };
                yield return (product with { Versions = runs }, own);
            }
        }

        VexProduct ProductOf(string reference)
        {
            if (subject is { } whole && reference == subjectReference) return new VexProduct(Identity(whole), []);
            // A BOM-Link names another document and, behind the sharp, a part of it.
            var name = known.TryGetValue(reference, out var identity) ? identity
                : reference.StartsWith("urn:cdx:", StringComparison.Ordinal) && reference.IndexOf('#') is > 0 and var sharp ? Uri.UnescapeDataString(reference[(sharp + 1)..]) : reference;
            return subject is { } around ? new VexProduct(Identity(around), [name]) : new VexProduct(name, []);
        }
    }

    private static string Identity(JsonElement component) => component.Text("purl") ?? component.Text("cpe")
        ?? (component.Text("name") is { } name ? component.Text("version") is { } version ? $"pkg:generic/{Uri.EscapeDataString(name)}@{Uri.EscapeDataString(version)}" : name : component.Text("bom-ref") ?? "");

    private static VexStatus? Of(string state) => state switch
    {
        "resolved" or "resolved_with_pedigree" => VexStatus.Fixed,
        "exploitable" => VexStatus.Affected,
        "in_triage" => VexStatus.UnderInvestigation,
        "not_affected" or "false_positive" => VexStatus.NotAffected,
        _ => null,
    };

    private static (VexJustification?, string?) Of(string state, string? justification) => justification switch
    {
        "code_not_present" => (VexJustification.VulnerableCodeNotPresent, null),
        "code_not_reachable" => (VexJustification.VulnerableCodeNotInExecutePath, null),
        "protected_by_mitigating_control" or "protected_by_compiler" or "protected_at_runtime" or "protected_at_perimeter" => (VexJustification.InlineMitigationsAlreadyExist, justification.Replace('_', ' ')),
        null => (null, state == "false_positive" ? "false positive" : "not affected, without a reason"),
        _ => (null, justification.Replace('_', ' ')),
    };
}
