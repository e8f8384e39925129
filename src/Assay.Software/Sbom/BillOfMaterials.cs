using System.Text.Json;
using Assay.Evidence;
using Assay.Evidence.Reading;
using Assay.Software.Components;

namespace Assay.Software.Sbom;

/// <summary>A bill of materials that somebody handed over: CycloneDX JSON 1.2 to 1.7, or SPDX JSON 2.2 and 2.3. What it names is a claim, not a fact.</summary>
public sealed record BillOfMaterials
{
    private const int MostComponents = 500_000, Depth = 128;

    /// <summary><c>CycloneDX 1.6</c>, <c>SPDX-2.3</c>.</summary>
    public required string Format { get; init; }
    public string? SerialNumber { get; init; }
    /// <summary>What it is about, where it says so.</summary>
    public Component? Subject { get; init; }
    public required IReadOnlyList<Component> Components { get; init; }
    /// <summary>Entries understood of entries there are; what was no component is a loss.</summary>
    public required Coverage Coverage { get; init; }

    /// <summary>True where the first bytes promise one of the two formats; cheap, for recognising artefacts.</summary>
    public static bool Looks(ReadOnlySpan<byte> file)
    {
        var start = file[..Math.Min(file.Length, 64 << 10)];
        return start.TrimStart(" \t\r\n\ufeff"u8).StartsWith("{"u8) && (start.IndexOf("\"bomFormat\""u8) >= 0 || start.IndexOf("\"spdxVersion\""u8) >= 0);
    }

    /// <exception cref="UnreadableException">No JSON, too deep, or none of the two formats.</exception>
    public static BillOfMaterials Read(string artefact, ReadOnlyMemory<byte> file)
    {
        if (file.Span.StartsWith("\ufeff"u8)) file = file[3..];
        try
        {
            using var document = JsonDocument.Parse(file, new JsonDocumentOptions { MaxDepth = Depth });
            var root = document.RootElement;
            if (root.ValueKind != JsonValueKind.Object) throw new UnreadableException("an object with bomFormat or spdxVersion", root.ValueKind.ToString(), 0);
            var reading = new Reading(artefact);
            if (Text(root, "bomFormat") is { } format)
            {
                var version = Text(root, "specVersion");
                if (format != "CycloneDX" || version is not ("1.2" or "1.3" or "1.4" or "1.5" or "1.6" or "1.7"))
                    throw new UnreadableException("bomFormat CycloneDX with specVersion 1.2 to 1.7", $"{Shortened.Visible(format)} {Shortened.Visible(version ?? "without version")}", 0);
                return reading.CycloneDx(root, version);
            }
            if (Text(root, "spdxVersion") is { } spdx)
            {
                if (spdx is not ("SPDX-2.2" or "SPDX-2.3")) throw new UnreadableException("spdxVersion SPDX-2.2 or SPDX-2.3", Shortened.Visible(spdx), 0);
                return reading.Spdx(root, spdx);
            }
            throw new UnreadableException("bomFormat or spdxVersion", "neither", 0);
        }
        catch (JsonException e)
        {
            throw new UnreadableException($"JSON at most {Depth} deep", e.Message.Split(" LineNumber", 2)[0], e.BytePositionInLine ?? 0);
        }
        // JsonDocument leaves broken escapes and lone surrogates in strings until they are asked for.
        catch (InvalidOperationException e)
        {
            throw new UnreadableException("text in UTF-8", e.Message, 0);
        }
    }

    private static string? Text(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static IEnumerable<JsonElement> List(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Array ? value.EnumerateArray() : [];

    private sealed class Reading(string artefact)
    {
        private readonly List<Component> components = [];
        private readonly List<Loss> losses = [];
        private long total;

        public BillOfMaterials CycloneDx(JsonElement root, string version)
        {
            if (root.TryGetProperty("components", out var list) && list.ValueKind != JsonValueKind.Array) Lose("components", "a list", list.ValueKind.ToString());
            // Components hold components; the depth of the document bounds this walk.
            var open = new Stack<(IEnumerable<JsonElement> List, string At)>();
            open.Push((List(root, "components"), "components"));
            while (open.TryPop(out var level))
            {
                var index = 0;
                foreach (var element in level.List)
                {
                    var at = $"{level.At}[{index++}]";
                    if (++total > MostComponents) continue;
                    if (Of(element, at) is { } component) components.Add(component);
                    if (List(element, "components").Any()) open.Push((List(element, "components"), at + ".components"));
                }
            }
            var subject = root.TryGetProperty("metadata", out var metadata) && metadata.ValueKind == JsonValueKind.Object && metadata.TryGetProperty("component", out var about) ? Of(about, "metadata.component") : null;
            return Finish($"CycloneDX {version}", Text(root, "serialNumber"), subject);
        }

        private Component? Of(JsonElement element, string at)
        {
            if (Text(element, "name") is not { Length: > 0 } name)
            {
                Lose(at, "a component with a name", element.ValueKind == JsonValueKind.Object ? "none" : element.ValueKind.ToString());
                return null;
            }
            var written = Text(element, "version");
            var properties = List(element, "properties").Where(p => Text(p, "value") is not null).Select(p => (Name: Text(p, "name"), Value: Text(p, "value")!)).ToList();
            var upstream = properties.FirstOrDefault(p => p.Name == "assay:upstreamVersion").Value;
            var licences = List(element, "licenses").Select(l => Text(l, "expression") ?? (l.ValueKind == JsonValueKind.Object && l.TryGetProperty("license", out var licence) ? Text(licence, "id") ?? Text(licence, "name") : null)).OfType<string>();
            return Make(name, upstream ?? written, upstream is null ? null : written, Text(element, "purl"),
                [.. new[] { Text(element, "cpe") }.OfType<string>().Concat(properties.Where(p => p.Name == "assay:cpe").Select(p => p.Value))],
                element.TryGetProperty("supplier", out var supplier) ? Text(supplier, "name") : null, string.Join(" AND ", licences), at);
        }

        public BillOfMaterials Spdx(JsonElement root, string version)
        {
            var index = 0;
            foreach (var element in List(root, "packages"))
            {
                var at = $"packages[{index++}]";
                if (++total > MostComponents) continue;
                if (Text(element, "name") is not { Length: > 0 } name)
                {
                    Lose(at, "a package with a name", "none");
                    continue;
                }
                var references = List(element, "externalRefs").Select(r => (Type: Text(r, "referenceType"), Locator: Text(r, "referenceLocator"))).ToList();
                var supplier = Text(element, "supplier");
                components.Add(Make(name, Text(element, "versionInfo"), null, references.FirstOrDefault(r => r.Type == "purl").Locator,
                    [.. references.Where(r => r.Type is "cpe23Type").Select(r => r.Locator).OfType<string>()],
                    supplier is null or "NOASSERTION" ? null : supplier[(supplier.IndexOf(':') + 1)..].Trim(),
                    Text(element, "licenseConcluded") is { } licence and not "NOASSERTION" and not "NONE" ? licence : "", at));
            }
            return Finish(version, Text(root, "documentNamespace"), null);
        }

        private Component Make(string name, string? version, string? package, string? purl, IReadOnlyList<string> cpe, string? supplier, string licence, string at) => new()
        {
            Name = Shortened.Visible(name),
            Version = version is null ? null : Shortened.Visible(version),
            Package = package is null ? null : Shortened.Visible(package),
            Purl = purl is null ? null : Shortened.Visible(purl),
            Cpe = [.. cpe.Select(Shortened.Visible)],
            Supplier = supplier is null ? null : Shortened.Visible(supplier),
            Licence = licence.Length == 0 ? null : Shortened.Visible(licence),
            Evidence = [new ComponentEvidence("bill of materials", new Location { Artefact = artefact, Path = at }, 0.5)],
        };

        private void Lose(string at, string expected, string found)
        {
            if (losses.Count < 1000) losses.Add(new Loss { Location = new Location { Artefact = artefact, Path = at }, Expected = expected, Found = found });
        }

        private BillOfMaterials Finish(string format, string? serial, Component? subject)
        {
            if (total > MostComponents) Lose("components", $"at most {MostComponents} components", $"{total}");
            return new BillOfMaterials
            {
                Format = format,
                SerialNumber = serial is null ? null : Shortened.Visible(serial),
                Subject = subject,
                Components = components,
                Coverage = new Coverage { Artefact = artefact, Scope = CoverageScope.Materials, Unit = "components", Total = total, Examined = components.Count, Losses = losses },
            };
        }
    }
}
