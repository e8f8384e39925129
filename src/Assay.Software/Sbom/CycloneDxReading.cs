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
        var edges = new Edges();
        foreach (var dependency in file.List("dependencies"))
        {
            if (Part(dependency, "ref") is { ValueKind: JsonValueKind.String } from) edges.Add(from, List(dependency, "dependsOn"));
        }
        if (root.TryGetProperty("components", out var list) && list.ValueKind != JsonValueKind.Array) collecting.Lose("components", "a list", list.ValueKind.ToString());
        // The depth of the document bounds this walk.
        Walk(collecting, edges, file.List("components"), "components");
        var about = Part(root, "metadata") is { } metadata && Part(metadata, "component") is { } subject ? Entry(collecting, edges, subject, "metadata.component", null) : null;
        return collecting.Finish(Text(root, "serialNumber"), about);
    }

    private static void Walk(Collecting collecting, Edges edges, IEnumerable<JsonElement> list, string at)
    {
        var index = 0;
        foreach (var element in list)
        {
            var here = index++;
            if (collecting.Next() && Entry(collecting, edges, element, at, here) is { } entry) collecting.Add(entry);
            if (Part(element, "components") is { ValueKind: JsonValueKind.Array } parts) Walk(collecting, edges, parts.EnumerateArray(), $"{at}[{here}].components");
        }
    }

    /// <param name="index">Where <paramref name="list"/> is a list; else null.</param>
    private static BillEntry? Entry(Collecting collecting, Edges edges, JsonElement element, string list, int? index)
    {
        if (Text(element, "name") is not { Length: > 0 } name)
        {
            collecting.Lose(index is null ? list : $"{list}[{index}]", "a component with a name", element.ValueKind == JsonValueKind.Object ? "none" : element.ValueKind.ToString());
            return null;
        }
        var written = collecting.Shared(element, "version");
        var (reference, needs) = Part(element, "bom-ref") is { ValueKind: JsonValueKind.String } own ? edges.Of(own) : (null, []);
        string? upstream = null;
        List<string>? cpe = null;
        if (Text(element, "cpe") is { } first) cpe = [first];
        foreach (var property in List(element, "properties"))
        {
            if (Text(property, "value") is not { } value) continue;
            switch (Text(property, "name"))
            {
                case "assay:upstreamVersion":
                    upstream ??= value;
                    break;
                case "assay:cpe":
                    (cpe ??= []).Add(value);
                    break;
            }
        }
        List<string>? licences = null;
        foreach (var licence in List(element, "licenses"))
        {
            var told = Text(licence, "expression") ?? (Part(licence, "license") is { } named ? Text(named, "id") ?? Text(named, "name") : null);
            if (told is not null) (licences ??= []).Add(told);
        }
        List<BillHash>? hashes = null;
        foreach (var hash in List(element, "hashes"))
        {
            if (Text(hash, "alg") is { } algorithm && Text(hash, "content") is { } content) (hashes ??= []).Add(new BillHash(algorithm, content));
        }
        return new BillEntry
        {
            Component = collecting.Component(name, upstream ?? written, upstream is null ? null : written, Text(element, "purl"), cpe ?? [],
                Part(element, "supplier") is { } supplier ? collecting.Shared(supplier, "name") : null, Joined(licences), list, index),
            Reference = reference,
            DependsOn = needs,
            Kind = collecting.Shared(element, "type") ?? "library",
            Hashes = hashes ?? [],
        };
    }

    // Declared and concluded may be the same; an OR among several keeps its reach.
    private static string? Joined(List<string>? licences)
    {
        if (licences is null) return null;
        var distinct = licences.Distinct(StringComparer.Ordinal).ToList();
        return distinct.Count == 1 ? distinct[0] : string.Join(" AND ", distinct.Select(l => l.Contains(" OR ", StringComparison.Ordinal) ? $"({l})" : l));
    }
}
