using System.Text.Json;
using Assay.Assessment.Verdicts;
using Assay.Evidence;

namespace Assay.Assessment.Documents;

/// <summary>The members <c>others</c> and <c>trees</c> of <c>assessment.json</c>; neither is there where nobody asked for it.</summary>
internal static class OthersJson
{
    public static void Write(Utf8JsonWriter json, AssessmentResult result)
    {
        if (result.Others.Count > 0)
        {
            json.WriteStartArray("others");
            foreach (var other in result.Others) Write(json, other);
            json.WriteEndArray();
        }
        if (result.Trees.Count == 0) return;
        json.WriteStartArray("trees");
        foreach (var tree in result.Trees)
        {
            json.WriteStartObject();
            json.WriteString("requirement", tree.Tree.Requirement);
            json.WriteString("outcome", EvidenceJson.Name(tree.Outcome));
            if (tree.Grade is { } grade) json.WriteString("grade", EvidenceJson.Name(grade));
            else json.WriteNull("grade");
            if (tree.IsAssumed) json.WriteBoolean("assumed", true);
            json.WriteString("reason", tree.Reason);
            if (tree.Settle is not null) json.WriteString("settle", tree.Settle);
            json.WriteNumber("records", tree.Records.Count);
            json.WriteNumber("missing", tree.Missing.Count);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    private static void Write(Utf8JsonWriter json, CatalogueResult other)
    {
        json.WriteStartObject();
        json.WriteString("catalogue", other.Catalogue);
        json.WriteString("name", other.Name);
        json.WriteString("extent", other.Extent);
        if (other.Provisional is not null) json.WriteString("provisional", other.Provisional);
        if (other.Overall is { } overall) json.WriteString("overall", EvidenceJson.Name(overall));
        json.WriteNumber("decided", other.Items.Count(i => i.IsDecided));
        json.WriteNumber("proposed", other.Items.Count(i => i.IsProposed));
        json.WriteNumber("open", other.Items.Count(i => i.IsOpen));
        json.WriteStartArray("requirements");
        foreach (var item in other.Items)
        {
            json.WriteStartObject();
            json.WriteString("id", item.Id);
            json.WriteString("title", item.Title);
            Outcome(json, "outcome", item.Outcome);
            Outcome(json, "proposed", item.Proposed);
            json.WriteString("reason", item.Reason);
            if (item.Settle is not null) json.WriteString("settle", item.Settle);
            json.WriteStartArray("from");
            foreach (var from in item.From)
            {
                json.WriteStartObject();
                json.WriteString("id", from.Id);
                json.WriteString("relation", from.Relation);
                json.WriteBoolean("reviewed", from.Reviewed);
                json.WriteString("outcome", EvidenceJson.Name(from.Outcome));
                json.WriteString("source", from.Source);
                json.WriteEndObject();
            }
            json.WriteEndArray();
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void Outcome(Utf8JsonWriter json, string name, Outcome? outcome)
    {
        if (outcome is { } o) json.WriteString(name, EvidenceJson.Name(o));
        else json.WriteNull(name);
    }
}
