using System.Text.Json;
using Assay.Assessment.Verdicts;
using Assay.Evidence;

namespace Assay.Assessment.Documents;

/// <summary>Rows, inheritance and lints in <c>assessment.json</c>: members that are only there where there is something to say.</summary>
internal static class RowsJson
{
    public static void Write(Utf8JsonWriter json, UnitVerdict unit)
    {
        if (unit.Inherited.Count > 0)
        {
            json.WriteStartArray("inherited");
            foreach (var name in unit.Inherited) json.WriteStringValue(name);
            json.WriteEndArray();
        }
        if (unit.Rows.Count == 0) return;
        json.WriteStartArray("rows");
        foreach (var row in unit.Rows)
        {
            json.WriteStartObject();
            json.WriteNumber("table", row.Row.Table);
            json.WriteString("row", row.Row.Id);
            json.WriteString("outcome", EvidenceJson.Name(row.Outcome));
            if (row.Grade is { } grade) json.WriteString("grade", EvidenceJson.Name(grade));
            else json.WriteNull("grade");
            json.WriteString("reason", row.Reason);
            if (row.Findings.Count > 0)
            {
                json.WriteStartArray("findings");
                foreach (var finding in row.Findings) json.WriteStringValue(finding);
                json.WriteEndArray();
            }
            json.WritePropertyName("location");
            EvidenceJson.Write(json, row.Row.Location);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    public static void Write(Utf8JsonWriter json, IReadOnlyList<Lint> lints)
    {
        json.WriteStartArray("lints");
        foreach (var lint in lints)
        {
            json.WriteStartObject();
            json.WriteString("id", lint.Id);
            if (lint.Provision is not null) json.WriteString("provision", lint.Provision);
            json.WriteString("words", lint.Words);
            json.WriteStartArray("locations");
            foreach (var location in lint.Locations) EvidenceJson.Write(json, location);
            json.WriteEndArray();
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }
}
