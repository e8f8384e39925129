using System.Text.Json;
using static Assay.Software.Sbom.Collecting;

namespace Assay.Software.Sbom;

/// <summary>The packages of an SPDX 3.0 document. Elements stand side by side and refer to each other; suppliers, licences and dependencies are found by their spdxId.</summary>
internal static class Spdx3Reading
{
    public static BillOfMaterials Of(BillFile file)
    {
        var collecting = new Collecting(file);
        var elements = new Dictionary<string, JsonElement>(StringComparer.Ordinal);
        foreach (var element in List(file.Root, "@graph"))
        {
            if ((Text(element, "spdxId") ?? Text(element, "@id")) is { } id) elements.TryAdd(id, element);
        }
        var (edges, declared, concluded) = (new Dictionary<string, List<string>>(StringComparer.Ordinal), new Dictionary<string, string>(StringComparer.Ordinal), new Dictionary<string, string>(StringComparer.Ordinal));
        var roots = new List<string>();
        string? serial = null;
        foreach (var element in List(file.Root, "@graph"))
        {
            switch (Type(element))
            {
                case "SpdxDocument":
                    serial = Text(element, "spdxId");
                    roots.AddRange(References(element, "rootElement"));
                    break;
                case "Relationship" or "LifecycleScopedRelationship" when References(element, "from").FirstOrDefault() is { } from:
                    Relation(Text(element, "relationshipType"), from, References(element, "to"), Text(element, "scope"));
                    break;
            }
        }
        // A document's root is often a bill of materials, and that one's root is the product.
        roots = [.. roots.SelectMany(r => elements.TryGetValue(r, out var root) && Type(root)?.EndsWith("Bom", StringComparison.OrdinalIgnoreCase) == true ? References(root, "rootElement") : [r])];
        BillEntry? about = null;
        var index = 0;
        foreach (var element in List(file.Root, "@graph"))
        {
            var at = $"@graph[{index++}]";
            if (Type(element) is not ("software_Package" or "ai_AIPackage" or "dataset_DatasetPackage")) continue;
            if (!collecting.Next()) continue;
            if (Text(element, "name") is not { Length: > 0 } name)
            {
                collecting.Lose(at, "a package with a name", "none");
                continue;
            }
            var entry = Entry(element, name, at);
            collecting.Add(entry);
            if (roots.Count == 1 && entry.Reference == roots[0]) about = entry;
        }
        collecting.Relate(edges);
        if (about?.Reference is { } reference && edges.TryGetValue(reference, out var needs)) about = about with { DependsOn = needs };
        return collecting.Finish(serial, about);

        void Relation(string? type, string from, List<string> to, string? scope)
        {
            switch (type)
            {
                case "dependsOn" or "hasDynamicLink" or "hasStaticLink" when scope is null or "runtime":
                    if (edges.TryGetValue(from, out var before)) before.AddRange(to);
                    else edges[from] = to;
                    break;
                case "hasDeclaredLicense" when Licence(to) is { } licence:
                    declared.TryAdd(from, licence);
                    break;
                case "hasConcludedLicense" when Licence(to) is { } licence:
                    concluded.TryAdd(from, licence);
                    break;
            }
        }

        string? Licence(List<string> to) => to.Select(id => elements.TryGetValue(id, out var licence) ? Text(licence, "simplelicensing_licenseExpression") ?? Text(licence, "name") : Listed(id)).FirstOrDefault(l => l is not null);

        BillEntry Entry(JsonElement element, string name, string at)
        {
            var (purl, cpe) = (Text(element, "software_packageUrl"), new List<string>());
            foreach (var identifier in List(element, "externalIdentifier"))
            {
                if (Text(identifier, "identifier") is not { } text) continue;
                var type = Text(identifier, "externalIdentifierType");
                if (type == "packageUrl") purl ??= text;
                else if (type == "cpe23") cpe.Add(text);
            }
            var hashes = new List<BillHash>();
            foreach (var method in List(element, "verifiedUsing"))
            {
                var hash = method.ValueKind == JsonValueKind.String && elements.TryGetValue(method.GetString()!, out var elsewhere) ? elsewhere : method;
                if (BillHash.OfSpdx(Text(hash, "algorithm"), Text(hash, "hashValue")) is { } read) hashes.Add(read);
            }
            var id = Text(element, "spdxId");
            var licence = id is null ? null : concluded.GetValueOrDefault(id) ?? declared.GetValueOrDefault(id);
            return new BillEntry
            {
                Component = collecting.Component(name, Text(element, "software_packageVersion"), null, purl, cpe, Agent(element, "suppliedBy") ?? Agent(element, "originatedBy"), licence is "NOASSERTION" or "NONE" ? null : licence, at),
                Reference = id,
                Kind = SpdxReading.KindOf(Text(element, "software_primaryPurpose")),
                Hashes = hashes,
            };
        }

        string? Agent(JsonElement element, string member)
        {
            if (Part(element, member) is not { } value) return null;
            if (value.ValueKind == JsonValueKind.Object) return Text(value, "name");
            return References(element, member).Select(id => elements.TryGetValue(id, out var agent) ? Text(agent, "name") : null).FirstOrDefault(n => n is not null);
        }
    }

    private static string? Type(JsonElement element) => Text(element, "type") ?? Text(element, "@type");

    // A reference is an identifier, or the element itself in its place.
    private static List<string> References(JsonElement element, string member)
    {
        if (Part(element, member) is not { } value) return [];
        var references = new List<string>();
        if (value.ValueKind == JsonValueKind.Array)
        {
            foreach (var item in value.EnumerateArray()) Add(item);
        }
        else Add(value);
        return references;

        void Add(JsonElement one)
        {
            if (one.ValueKind == JsonValueKind.String) references.Add(one.GetString()!);
            else if (one.ValueKind == JsonValueKind.Object && Text(one, "spdxId") is { } id) references.Add(id);
        }
    }

    // Licences of the list are named by their page.
    private static string? Listed(string id) => id.StartsWith("https://spdx.org/licenses/", StringComparison.Ordinal) || id.StartsWith("http://spdx.org/licenses/", StringComparison.Ordinal) ? id[(id.LastIndexOf('/') + 1)..] : null;
}
