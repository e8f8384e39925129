using System.Text.Json;
using Assay.Software.Components;
using static Assay.Software.Sbom.Collecting;

namespace Assay.Software.Sbom;

/// <summary>The parts that a CycloneDX document names: <c>metadata.component</c> is its subject, components hold components.</summary>
internal static class CycloneDxReading
{
    public static BillOfMaterials Of(BillFile file)
    {
        var collecting = new Collecting(file);
        var root = file.Root;
        if (root.TryGetProperty("components", out var list) && list.ValueKind != JsonValueKind.Array) collecting.Lose("components", "a list", list.ValueKind.ToString());
        // The depth of the document bounds this walk.
        Walk(collecting, List(root, "components"), "components");
        var about = Part(root, "metadata") is { } metadata && Part(metadata, "component") is { } subject ? Entry(collecting, subject, "metadata.component") : null;
        var edges = new Dictionary<string, List<string>>(StringComparer.Ordinal);
        foreach (var dependency in List(root, "dependencies"))
        {
            if (Text(dependency, "ref") is not { } from || Texts(dependency, "dependsOn") is not { Count: > 0 } needs) continue;
            if (edges.TryGetValue(from, out var before)) before.AddRange(needs);
            else edges[from] = needs;
        }
        collecting.Relate(edges);
        if (about?.Reference is { } reference && edges.TryGetValue(reference, out var own)) about = about with { DependsOn = own };
        return collecting.Finish(Text(root, "serialNumber"), about);
    }

    private static void Walk(Collecting collecting, JsonElement.ArrayEnumerator list, string at)
    {
        var index = 0;
        foreach (var element in list)
        {
            var here = $"{at}[{index++}]";
            if (collecting.Next() && Entry(collecting, element, here) is { } entry) collecting.Add(entry);
            if (Part(element, "components") is { ValueKind: JsonValueKind.Array } parts) Walk(collecting, parts.EnumerateArray(), here + ".components");
        }
    }

    private static BillEntry? Entry(Collecting collecting, JsonElement element, string at)
    {
        if (Text(element, "name") is not { Length: > 0 } name)
        {
            collecting.Lose(at, "a component with a name", element.ValueKind == JsonValueKind.Object ? "none" : element.ValueKind.ToString());
            return null;
        }
        var written = Text(element, "version");
        string? upstream = null;
        var cpe = new List<string>();
        if (Text(element, "cpe") is { } first) cpe.Add(first);
        foreach (var property in List(element, "properties"))
        {
            if (Text(property, "value") is not { } value) continue;
            switch (Text(property, "name"))
            {
                case "assay:upstreamVersion":
                    upstream ??= value;
                    break;
                case "assay:cpe":
                    cpe.Add(value);
                    break;
            }
        }
        var licences = new List<string>();
        foreach (var licence in List(element, "licenses"))
        {
            var told = Text(licence, "expression") ?? (Part(licence, "license") is { } named ? Text(named, "id") ?? Text(named, "name") : null);
            if (told is not null) licences.Add(told);
        }
        var hashes = new List<BillHash>();
        foreach (var hash in List(element, "hashes"))
        {
            if (Text(hash, "alg") is { } algorithm && Text(hash, "content") is { } content) hashes.Add(new BillHash(algorithm, content));
        }
        return new BillEntry
        {
            Component = collecting.Component(name, upstream ?? written, upstream is null ? null : written, Text(element, "purl"), cpe,
                Part(element, "supplier") is { } supplier ? Text(supplier, "name") : null, Joined(licences), at),
            Reference = Text(element, "bom-ref"),
            Kind = Text(element, "type") is { } kind and not "library" ? kind : "library",
            Hashes = hashes.Count == 0 ? [] : hashes,
        };
    }

    // Declared and concluded may be the same; an OR among several keeps its reach.
    private static string Joined(List<string> licences)
    {
        var distinct = licences.Distinct(StringComparer.Ordinal).ToList();
        return distinct.Count == 1 ? distinct[0] : string.Join(" AND ", distinct.Select(l => l.Contains(" OR ", StringComparison.Ordinal) ? $"({l})" : l));
    }
}
