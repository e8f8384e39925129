using System.Text.Json;
using Assay.Software.Sbom.Shapes;
using static Assay.Software.Sbom.Collecting;

namespace Assay.Software.Sbom;

/// <summary>The rules of SPDX 2.2 and 2.3: those of the shapes, and of clauses 6 to 11 — identifiers differ, relationships name what is there, digests have their length.</summary>
internal static class SpdxRules
{
    public static (IReadOnlyList<BillFault> Faults, IReadOnlyList<BillFault> Remarks) Check(BillFile file)
    {
        var root = file.Root;
        var faults = new List<BillFault>(ShapeCheck.Of(root, ShapeTable.Spdx[file.Version], "document", lists: file.Lists));
        var remarks = new List<BillFault>();
        if (Text(root, "SPDXID") is { } own and not "SPDXRef-DOCUMENT") Fault("$.SPDXID", "SPDXRef-DOCUMENT (6.3)", own);
        var known = new HashSet<string>(StringComparer.Ordinal) { "SPDXRef-DOCUMENT" };
        foreach (var (list, kind) in new[] { ("packages", "package"), ("files", "file"), ("snippets", "snippet") })
        {
            var index = 0;
            foreach (var element in file.List(list))
            {
                var at = $"$.{list}[{index++}]";
                if (Text(element, "SPDXID") is { } id && !known.Add(id)) Fault(at + ".SPDXID", $"an identifier that nothing else has", id);
                Licences(element, at);
                var number = 0;
                foreach (var checksum in List(element, "checksums"))
                {
                    var here = $"{at}.checksums[{number++}].checksumValue";
                    if (Digits(Text(checksum, "algorithm")) is { } digits && Text(checksum, "checksumValue") is { } value && value.Length != digits)
                        Fault(here, $"{digits} hexadecimal digits of {Text(checksum, "algorithm")}", $"{value.Length}");
                }
                if (kind == "package") References(element, at);
            }
        }
        var graph = new DependencyGraph(new TextNumbers());
        var row = 0;
        foreach (var relation in file.List("relationships"))
        {
            var at = $"$.relationships[{row++}]";
            var (one, other) = (Text(relation, "spdxElementId"), Text(relation, "relatedSpdxElement"));
            foreach (var (name, target) in new[] { ("spdxElementId", one), ("relatedSpdxElement", other) })
            {
                if (target is not null && !known.Contains(target) && !target.StartsWith("DocumentRef-", StringComparison.Ordinal) && !(name == "relatedSpdxElement" && target is "NONE" or "NOASSERTION"))
                    Remark($"{at}.{name}", "an identifier of this document, DocumentRef-…, NONE or NOASSERTION (11.1)", target);
            }
            if (one is not null && other is not null && Text(relation, "relationshipType") == "DEPENDS_ON") graph.Add(one, other);
            if (one is not null && other is not null && Text(relation, "relationshipType") == "DEPENDENCY_OF") graph.Add(other, one);
        }
        if (graph.Circle() is { } circle) Remark("$.relationships", "packages that do not need themselves", "a circle: " + string.Join(" → ", circle.Take(6)));
        return (faults, remarks);

        void Licences(JsonElement element, string at)
        {
            foreach (var name in new[] { "licenseConcluded", "licenseDeclared" })
            {
                if (Text(element, name) is not { Length: > 0 } text) continue;
                var read = LicenceExpression.Read(text);
                if (read.Fault is { } wrong) Fault($"{at}.{name}", "a licence expression (annex D), NONE or NOASSERTION", wrong);
                else if (read.Unknown.FirstOrDefault() is { } unknown) Remark($"{at}.{name}", "licences of the SPDX list or LicenseRef-…", unknown);
            }
        }

        void References(JsonElement element, string at)
        {
            var number = 0;
            foreach (var reference in List(element, "externalRefs"))
            {
                var here = $"{at}.externalRefs[{number++}].referenceLocator";
                if (Text(reference, "referenceLocator") is not { } locator) continue;
                if (Text(reference, "referenceType") == "purl" && Matching.PackageName.Read(locator) is null) Remark(here, "a package URL", locator);
                if (Text(reference, "referenceType") == "cpe23Type" && Matching.CpeName.Read(locator) is null) Remark(here, "a CPE 2.3 name", locator);
            }
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

    private static int? Digits(string? algorithm) => algorithm switch
    {
        "MD2" or "MD4" or "MD5" => 32,
        "SHA1" => 40,
        "SHA224" => 56,
        "SHA256" or "SHA3-256" or "BLAKE2b-256" => 64,
        "SHA384" or "SHA3-384" or "BLAKE2b-384" => 96,
        "SHA512" or "SHA3-512" or "BLAKE2b-512" => 128,
        "ADLER32" => 8,
        _ => null,
    };
}
