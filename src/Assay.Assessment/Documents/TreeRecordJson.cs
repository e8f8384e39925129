using System.Text.Json;
using Assay.Assessment.Catalogues.Trees;
using Assay.Assessment.Verdicts;
using Assay.Evidence;

namespace Assay.Assessment.Documents;

/// <summary><c>en18031-record.json</c>, schema <c>assay/en18031-record/1</c> (docs/schemas/en18031-record.schema.json): the maker's record with every path, answer and reason, beside what was seen.</summary>
public static class TreeRecordJson
{
    public const string Schema = "assay/en18031-record/1";
    public const string FileName = "en18031-record.json";

    /// <summary>The whole document in UTF-8, ending in a line feed; same result, same bytes.</summary>
    public static byte[] Bytes(AssessmentResult result) =>
        EvidenceJson.Bytes(json => Write(json, result));

    private static void Write(Utf8JsonWriter json, AssessmentResult result)
    {
        json.WriteStartObject();
        json.WriteString("schema", Schema);
        json.WriteStartObject("device");
        json.WriteString("maker", result.Device.Maker);
        json.WriteString("model", result.Device.Model);
        json.WriteStartArray("versions");
        foreach (var version in result.Device.Versions) json.WriteStringValue(version);
        json.WriteEndArray();
        json.WriteEndObject();
        json.WriteString("asOf", EvidenceJson.Time(result.AsOf));
        json.WriteStartArray("requirements");
        foreach (var tree in result.Trees) Write(json, tree);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, TreeVerdict verdict)
    {
        json.WriteStartObject();
        json.WriteString("requirement", verdict.Tree.Requirement);
        json.WriteStartArray("parts");
        foreach (var part in verdict.Tree.Parts) json.WriteNumberValue(part);
        json.WriteEndArray();
        json.WriteString("per", verdict.Tree.Per);
        json.WriteString("outcome", EvidenceJson.Name(verdict.Outcome));
        Grade(json, verdict.Grade);
        if (verdict.IsAssumed) json.WriteBoolean("assumed", true);
        json.WriteString("reason", verdict.Reason);
        if (verdict.Settle is not null) json.WriteString("settle", verdict.Settle);
        json.WriteStartArray("records");
        foreach (var record in verdict.Records) Write(json, record);
        json.WriteEndArray();
        json.WriteStartArray("missing");
        foreach (var missing in verdict.Missing)
        {
            json.WriteStartObject();
            json.WriteString("what", missing.What);
            Location(json, missing.Location);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, RecordVerdict verdict)
    {
        json.WriteStartObject();
        if (verdict.Record.Asset.Length > 0) json.WriteString("asset", verdict.Record.Asset);
        if (verdict.Record.Mechanism.Length > 0) json.WriteString("mechanism", verdict.Record.Mechanism);
        if (verdict.Record.IsNone) json.WriteBoolean("none", true);
        json.WriteString("outcome", EvidenceJson.Name(verdict.Outcome));
        Grade(json, verdict.Grade);
        json.WriteString("why", verdict.Reason);
        if (verdict.Settle is not null) json.WriteString("settle", verdict.Settle);
        if (verdict.Walk.Ending is { } ending && !verdict.Record.IsNone) json.WriteString("ends", EvidenceJson.Name(ending));
        else json.WriteNull("ends");
        json.WriteStartArray("path");
        foreach (var step in verdict.Record.IsNone ? [] : verdict.Walk.Steps)
        {
            var answer = verdict.Record.On(step.Node.Id);
            json.WriteStartObject();
            json.WriteString("node", step.Node.Id);
            json.WriteString("asks", step.Node.Asks);
            json.WriteString("answer", step.Answer ? "yes" : "no");
            if ((answer?.Reason ?? verdict.Record.Reason) is { } why) json.WriteString("reason", why);
            json.WriteString("edge", EvidenceJson.Name(step.Branch.Basis));
            json.WriteEndObject();
        }
        json.WriteEndArray();
        if (verdict.Walk.Open is { } open && !verdict.Record.IsNone) json.WriteString("unanswered", open.Id);
        if (verdict.Record.Reason is { } whole) json.WriteString("reason", whole);
        json.WriteStartObject("facts");
        foreach (var (name, value) in verdict.Record.Facts) json.WriteString(name, value);
        json.WriteEndObject();
        if (verdict.Record.SignedBy is { } signer) json.WriteString("signedBy", signer.Name);
        Location(json, verdict.Record.Location);
        json.WriteStartArray("contradictions");
        foreach (var contradiction in verdict.Contradictions)
        {
            json.WriteStartObject();
            json.WriteString("about", contradiction.About);
            json.WriteString("kind", contradiction.IsPaperAgainstPaper ? "paperAgainstPaper" : "paperAgainstEvidence");
            Side(json, "one", contradiction.One);
            Side(json, "other", contradiction.Other);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void Side(Utf8JsonWriter json, string name, Statement statement)
    {
        json.WriteStartObject(name);
        json.WriteString("says", statement.Says);
        json.WriteBoolean("paper", statement.IsPaper);
        Location(json, statement.Location);
        json.WriteEndObject();
    }

    private static void Location(Utf8JsonWriter json, Location location)
    {
        json.WritePropertyName("location");
        EvidenceJson.Write(json, location);
    }

    private static void Grade(Utf8JsonWriter json, Grade? grade)
    {
        if (grade is { } g) json.WriteString("grade", EvidenceJson.Name(g));
        else json.WriteNull("grade");
    }
}
