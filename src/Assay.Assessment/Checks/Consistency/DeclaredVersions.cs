using System.Text.Json;
using Assay.Assessment.Examining;
using Assay.Assessment.Verdicts;
using Assay.Evidence;

namespace Assay.Assessment.Checks;

/// <summary>Of which version the papers speak: device.yaml, MUD file (firmware and software revision) and the product that a bill of materials describes. Papers of one version must not stand beside papers of another.</summary>
public sealed class DeclaredVersions() : Check("declared-versions", 1, Polarity.Support, CoverageScope.Declaration,
    "one software version in device.yaml, in the MUD file and in the bill of materials", "the papers of the version that is assessed", "5.2-3-1a")
{
    public override IEnumerable<Answer> Look(Examined examined)
    {
        var versions = examined.Device.Versions;
        if (versions.Count == 0) return [Open(Units[0], "which version the evidence is for is not said", "device.yaml with \"versions: [1.0]\"")];
        var others = new List<(string Version, Statement Says)>();
        foreach (var file in examined.Of(FileKind.Mud))
        {
            if (MudAgainstTraffic.Read(file) is not { } mud) continue;
            // A device that gives both usually counts its software by one of them: either may be the one of device.yaml.
            var revisions = new[] { mud.FirmwareRev, mud.SoftwareRev }.OfType<string>().Where(IsVersion).ToList();
            if (revisions.Count > 0) others.Add((revisions.FirstOrDefault(r => VersionsOnTheWire.IsOneOf(r, versions)) ?? revisions[0], new Statement($"MUD file {file.Name}: version {Shortened.Visible(string.Join(" and ", revisions))}", file.At(LineOf(file, "-rev")), IsPaper: true)));
        }
        foreach (var file in examined.Of(FileKind.BillOfMaterials))
        {
            if (Described(file) is { } described) others.Add((described.Version, new Statement($"bill of materials {file.Name}: of {Shortened.Visible(described.Name)} {Shortened.Visible(described.Version)}", file.At(1), IsPaper: true)));
        }
        if (others.Count == 0) return [Open(Units[0], "no second paper names a version of the product", "a MUD file or a bill of materials that names the version")];
        var sheet = examined.Of(FileKind.Device).FirstOrDefault();
        var own = new Statement($"device.yaml: version {string.Join(", ", versions.Take(4))}", sheet?.At(LineOf(sheet, "version")) ?? new Location { Artefact = DeviceSheet.Name }, IsPaper: true);
        var off = others.Where(o => !VersionsOnTheWire.IsOneOf(o.Version, versions)).Select(o => Contradicts(Units[0], new Contradiction("of which version the papers speak", own, o.Says))).ToList();
        return off.Count > 0 ? off : [Supports(Units[0], $"{others.Count} other paper(s) speak of the same version")];
    }

    private static bool IsVersion(string text) => text.Length is > 0 and < 40 && text.Any(char.IsAsciiDigit) && text.Contains('.', StringComparison.Ordinal);

    // CycloneDX: metadata.component, where it is the product itself.
    private static (string Name, string Version)? Described(DossierFile file)
    {
        try
        {
            using var document = JsonDocument.Parse(file.Artefact.Bytes.Whole, new JsonDocumentOptions { MaxDepth = 64 });
            if (document.RootElement.ValueKind != JsonValueKind.Object || !document.RootElement.TryGetProperty("metadata", out var metadata) || metadata.ValueKind != JsonValueKind.Object
                || !metadata.TryGetProperty("component", out var component) || component.ValueKind != JsonValueKind.Object || Text(component, "type") is not ("firmware" or "device" or "application" or "operating-system")) return null;
            return Text(component, "name") is { } name && Text(component, "version") is { } version && IsVersion(version) ? (name, version) : null;
        }
        catch (JsonException)
        {
            return null;
        }

        static string? Text(JsonElement of, string name) => of.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
    }

    private static int LineOf(DossierFile file, string word) => 1 + Math.Max(0, file.Lines.ToList().FindIndex(l => l.Contains(word, StringComparison.Ordinal)));
}
