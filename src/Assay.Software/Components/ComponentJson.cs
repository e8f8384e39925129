using System.Text.Json;
using Assay.Evidence;

namespace Assay.Software.Components;

/// <summary>The shape <c>component</c> of command.md.</summary>
public static class ComponentJson
{
    public static void Write(Utf8JsonWriter json, Component component)
    {
        json.WriteStartObject();
        json.WriteString("name", component.Name);
        if (component.Version is not null) json.WriteString("version", component.Version);
        if (component.Package is not null) json.WriteString("package", component.Package);
        if (component.Purl is not null) json.WriteString("purl", component.Purl);
        if (component.Cpe.Count > 0)
        {
            json.WriteStartArray("cpe");
            foreach (var cpe in component.Cpe) json.WriteStringValue(cpe);
            json.WriteEndArray();
        }
        if (component.Supplier is not null) json.WriteString("supplier", component.Supplier);
        if (component.Licence is not null) json.WriteString("licence", component.Licence);
        if (component.Source is { } source)
        {
            json.WriteStartObject("source");
            json.WriteString("name", source.Name);
            if (source.Version is not null) json.WriteString("version", source.Version);
            json.WriteEndObject();
        }
        if (component.PatchLevel is not null) json.WriteString("patchLevel", component.PatchLevel);
        if (component.Distribution is not null) json.WriteString("distribution", component.Distribution);
        if (component.IsGuess) json.WriteBoolean("guess", true);
        if (component.Conflicts.Count > 0)
        {
            json.WriteStartArray("conflicts");
            foreach (var other in component.Conflicts)
            {
                json.WriteStartObject();
                json.WriteString("version", other.Version);
                json.WriteString("method", other.Method);
                json.WritePropertyName("location");
                EvidenceJson.Write(json, other.Location);
                json.WriteEndObject();
            }
            json.WriteEndArray();
        }
        json.WriteStartArray("evidence");
        foreach (var evidence in component.Evidence)
        {
            json.WriteStartObject();
            json.WriteString("method", evidence.Method);
            json.WritePropertyName("location");
            EvidenceJson.Write(json, evidence.Location);
            json.WriteNumber("confidence", Math.Round(evidence.Confidence, 3));
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteEndObject();
    }
}
