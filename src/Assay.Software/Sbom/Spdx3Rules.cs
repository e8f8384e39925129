using System.Text.Json;
using System.Text.RegularExpressions;
using Assay.Evidence.Reading;
using Assay.Software.Sbom.Shapes;
using static Assay.Software.Sbom.Collecting;

namespace Assay.Software.Sbom;

/// <summary>The rules of SPDX 3.0 in JSON-LD: each object has the shape of its class, identifiers differ, and what is referred to is there or imported.</summary>
internal static partial class Spdx3Rules
{
    // References whose target is part of the document's own order, so that a dangling one is a fault of the document.
    private static readonly string[] Own = ["creationInfo", "from", "to", "element", "rootElement"];

    /// <summary>As the context says: <c>3.0.1</c>.</summary>
    /// <exception cref="UnreadableException">Another context, or another version.</exception>
    public static string VersionOf(JsonElement root)
    {
        var contexts = Part(root, "@context") is not { } context ? [] : context.ValueKind == JsonValueKind.Array ? Texts(root, "@context") : [context.ToString()];
        foreach (var told in contexts)
        {
            var match = Context().Match(told);
            if (!match.Success) continue;
            return match.Groups[1].Value.StartsWith("3.0.", StringComparison.Ordinal) ? match.Groups[1].Value
                : throw new UnreadableException("SPDX 3.0 in $.@context", CycloneDxRules.Cut(match.Groups[1].Value), 0);
        }
        throw new UnreadableException("https://spdx.org/rdf/3.0.1/spdx-context.jsonld in $.@context", contexts.Count == 0 ? "none" : CycloneDxRules.Cut(contexts[0]), 0);
    }

    public static (IReadOnlyList<BillFault> Faults, IReadOnlyList<BillFault> Remarks) Check(JsonElement root)
    {
        var (faults, remarks) = (new List<BillFault>(), new List<BillFault>());
        var known = new HashSet<string>(StringComparer.Ordinal);
        var index = 0;
        foreach (var element in List(root, "@graph"))
        {
            var at = $"$.@graph[{index++}]";
            if (element.ValueKind != JsonValueKind.Object)
            {
                Fault(at, "an element", element.ValueKind.ToString());
                continue;
            }
            // JSON-LD joins what has one name, so this is allowed; who wrote it hardly meant it.
            if ((Text(element, "spdxId") ?? Text(element, "@id")) is { } id && !known.Add(id)) Remark(at + ".spdxId", "an identifier that no other element has", id);
            Class(element, at);
        }
        foreach (var document in List(root, "@graph"))
        {
            foreach (var import in List(document, "import"))
            {
                if (Text(import, "externalSpdxId") is { } outside) known.Add(outside);
            }
        }
        var graph = new DependencyGraph(new TextNumbers());
        index = 0;
        foreach (var element in List(root, "@graph"))
        {
            var at = $"$.@graph[{index++}]";
            foreach (var name in Own)
            {
                if (Part(element, name) is { ValueKind: JsonValueKind.String } one) Known(one.GetString()!, $"{at}.{name}");
                foreach (var target in Texts(element, name)) Known(target, $"{at}.{name}");
            }
            if (Text(element, "relationshipType") == "dependsOn" && Text(element, "from") is { } from)
            {
                foreach (var to in Texts(element, "to")) graph.Add(from, to);
            }
        }
        if (graph.Circle() is { } circle) Remark("$.@graph", "packages that do not need themselves", "a circle: " + string.Join(" → ", circle.Take(6)));
        return (faults, remarks);

        void Class(JsonElement element, string at)
        {
            if (faults.Count >= ShapeCheck.MostFaults) return;
            var type = Text(element, "type") ?? Text(element, "@type");
            if (type is null) Fault(at, "a type", "none");
            else if (ShapeTable.Spdx3.Has(type)) faults.AddRange(ShapeCheck.Of(element, ShapeTable.Spdx3, type, at).Take(ShapeCheck.MostFaults - faults.Count));
            // An extension brings classes of its own, with names that are IRIs.
            else if (!type.Contains(':', StringComparison.Ordinal)) Fault(at + ".type", "a class of SPDX 3.0", type);
            foreach (var member in element.EnumerateObject())
            {
                if (member.Value.ValueKind == JsonValueKind.Object && member.Name != "@context") Class(member.Value, $"{at}.{member.Name}");
                if (member.Value.ValueKind != JsonValueKind.Array) continue;
                var number = 0;
                foreach (var item in member.Value.EnumerateArray())
                {
                    if (item.ValueKind == JsonValueKind.Object) Class(item, $"{at}.{member.Name}[{number}]");
                    number++;
                }
            }
        }

        void Known(string id, string at)
        {
            // Individuals of the model, and the short names that the context has for them.
            if (known.Contains(id) || id.StartsWith("https://spdx.org/", StringComparison.Ordinal) || !id.Contains(':', StringComparison.Ordinal)) return;
            Remark(at, "an element of this document, or one that it imports", id);
        }

        void Fault(string at, string expected, string found)
        {
            if (faults.Count < ShapeCheck.MostFaults) faults.Add(new BillFault(at, expected, CycloneDxRules.Cut(found)));
        }

        void Remark(string at, string expected, string found)
        {
            if (remarks.Count < ShapeCheck.MostFaults) remarks.Add(new BillFault(at, expected, CycloneDxRules.Cut(found)));
        }
    }

    [GeneratedRegex(@"^https?://spdx\.org/rdf/v?([0-9][0-9A-Za-z.-]*)/")]
    private static partial Regex Context();
}
