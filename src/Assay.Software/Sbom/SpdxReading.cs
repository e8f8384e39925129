using System.Text.Json;
using static Assay.Software.Sbom.Collecting;

namespace Assay.Software.Sbom;

/// <summary>The packages that an SPDX 2.2 or 2.3 document names; what it DESCRIBES is its subject, where that is one package.</summary>
internal static class SpdxReading
{
    public static BillOfMaterials Of(BillFile file)
    {
        var collecting = new Collecting(file);
        var root = file.Root;
        var described = new HashSet<string>(Texts(root, "documentDescribes"), StringComparer.Ordinal);
        var edges = new Dictionary<string, List<string>>(StringComparer.Ordinal);
        foreach (var relation in file.List("relationships"))
        {
            if (Text(relation, "spdxElementId") is not { } one || Text(relation, "relatedSpdxElement") is not { } other) continue;
            switch (Text(relation, "relationshipType"))
            {
                case "DESCRIBES" when one == "SPDXRef-DOCUMENT":
                    described.Add(other);
                    break;
                case "DESCRIBED_BY" when other == "SPDXRef-DOCUMENT":
                    described.Add(one);
                    break;
                // Clause 11: what is needed at run time or linked in. Tools that only built it are not in the product.
                case "DEPENDS_ON" or "DYNAMIC_LINK" or "STATIC_LINK" or "HAS_PREREQUISITE":
                    Needs(one, other);
                    break;
                case "DEPENDENCY_OF" or "RUNTIME_DEPENDENCY_OF" or "PREREQUISITE_FOR":
                    Needs(other, one);
                    break;
            }
        }
        var index = 0;
        BillEntry? about = null;
        foreach (var element in file.List("packages"))
        {
            var at = $"packages[{index++}]";
            if (!collecting.Next()) continue;
            if (Text(element, "name") is not { Length: > 0 } name)
            {
                collecting.Lose(at, "a package with a name", element.ValueKind == JsonValueKind.Object ? "none" : element.ValueKind.ToString());
                continue;
            }
            var entry = Entry(collecting, element, name, at);
            collecting.Add(entry);
            if (entry.Reference is { } own && described.Count == 1 && described.Contains(own)) about = entry;
        }
        collecting.Relate(edges);
        if (about?.Reference is { } reference && edges.TryGetValue(reference, out var needs)) about = about with { DependsOn = needs };
        return collecting.Finish(Text(root, "documentNamespace"), about);

        void Needs(string one, string other)
        {
            if (edges.TryGetValue(one, out var before)) before.Add(other);
            else edges[one] = [other];
        }
    }

    private static BillEntry Entry(Collecting collecting, JsonElement element, string name, string at)
    {
        string? purl = null;
        var cpe = new List<string>();
        foreach (var reference in List(element, "externalRefs"))
        {
            if (Text(reference, "referenceLocator") is not { } locator) continue;
            var type = Text(reference, "referenceType");
            if (type == "purl" || type?.EndsWith("/purl", StringComparison.Ordinal) == true) purl ??= locator;
            else if (type is "cpe23Type" or "cpe22Type" || type?.EndsWith("/cpe23Type", StringComparison.Ordinal) == true) cpe.Add(locator);
        }
        var hashes = new List<BillHash>();
        foreach (var checksum in List(element, "checksums"))
        {
            if (BillHash.OfSpdx(Text(checksum, "algorithm"), Text(checksum, "checksumValue")) is { } hash) hashes.Add(hash);
        }
        var (version, upstream) = (Text(element, "versionInfo"), Note(element, "assay:upstreamVersion "));
        return new BillEntry
        {
            Component = collecting.Component(name, upstream ?? version, upstream is null ? null : version, purl, cpe, Agent(Text(element, "supplier")) ?? Agent(Text(element, "originator")),
                Licence(Text(element, "licenseConcluded")) ?? Licence(Text(element, "licenseDeclared")), at),
            Reference = Text(element, "SPDXID"),
            Kind = KindOf(Text(element, "primaryPackagePurpose")),
            Hashes = hashes,
        };
    }

    // What we write ourselves into an annotation, because SPDX 2 has no properties.
    private static string? Note(JsonElement element, string begin)
    {
        foreach (var annotation in List(element, "annotations"))
        {
            if (Text(annotation, "comment") is { } comment && comment.StartsWith(begin, StringComparison.Ordinal)) return comment[begin.Length..];
        }
        return null;
    }

    private static string? Agent(string? text) => text is null or "NOASSERTION" or "NONE" || text.Length == 0 ? null : text[(text.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim();

    private static string? Licence(string? text) => text is null or "NOASSERTION" or "NONE" ? null : text;

    /// <summary>SPDX' purposes in CycloneDX' words.</summary>
    public static string KindOf(string? purpose) => purpose switch
    {
        "APPLICATION" or "application" or "INSTALL" or "install" or "executable" => "application",
        "FRAMEWORK" or "framework" => "framework",
        "CONTAINER" or "container" => "container",
        "OPERATING_SYSTEM" or "OPERATING-SYSTEM" or "operatingSystem" => "operating-system",
        "DEVICE" or "device" => "device",
        "FIRMWARE" or "firmware" => "firmware",
        "FILE" or "ARCHIVE" or "SOURCE" or "file" or "archive" or "source" => "file",
        "deviceDriver" => "device-driver",
        "model" => "machine-learning-model",
        "data" => "data",
        _ => "library",
    };
}
