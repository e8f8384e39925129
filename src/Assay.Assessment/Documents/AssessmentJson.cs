using System.Globalization;
using System.Text.Json;
using Assay.Assessment.Repetition;
using Assay.Assessment.Verdicts;
using Assay.Evidence;
using Assay.Software.Components;

namespace Assay.Assessment.Documents;

/// <summary><c>assessment.json</c>, schema <c>assay/assessment/1</c> (docs/schemas/assessment.schema.json). Same result, same bytes.</summary>
public static class AssessmentJson
{
    public const string Schema = "assay/assessment/1";

    /// <summary>The whole document in UTF-8, ending in a line feed.</summary>
    public static byte[] Bytes(AssessmentResult result) =>
        EvidenceJson.Bytes(json => Write(json, result));

    public static void Write(Utf8JsonWriter json, AssessmentResult result)
    {
        json.WriteStartObject();
        json.WriteString("schema", Schema);
        json.WriteStartObject("tool");
        json.WriteString("name", "assay");
        json.WriteString("version", typeof(AssessmentJson).Assembly.GetName().Version!.ToString(3));
        json.WriteString("digest", ToolDigest.Value);
        json.WriteEndObject();
        Write(json, result.Device);
        json.WriteString("asOf", EvidenceJson.Time(result.AsOf));
        Texts(json, "editions", [result.Editions.Standard, result.Editions.Methodology]);
        json.WriteBoolean("provisional", result.Editions.Provisional);
        if (result.Overall is { } overall) json.WriteString("overall", EvidenceJson.Name(overall));
        json.WriteStartArray("levels");
        foreach (var level in result.Levels) Write(json, level);
        json.WriteEndArray();
        json.WriteStartObject("grades");
        json.WriteNumber("tool", result.Grades.Tool);
        json.WriteNumber("lab", result.Grades.Lab);
        json.WriteNumber("supported", result.Grades.Supported);
        json.WriteNumber("declared", result.Grades.Declared);
        json.WriteNumber("open", result.Grades.Open);
        json.WriteEndObject();
        json.WriteString("next", result.NextStep);
        json.WriteStartArray("verdicts");
        foreach (var verdict in result.Verdicts) Write(json, verdict, result.Provisions[verdict.Provision]);
        json.WriteEndArray();
        json.WriteStartArray("contradictions");
        foreach (var contradiction in result.Contradictions) Write(json, contradiction);
        json.WriteEndArray();
        RowsJson.Write(json, result.Lints);
        OthersJson.Write(json, result);
        json.WriteStartArray("findings");
        foreach (var finding in result.Findings) EvidenceJson.Write(json, finding);
        json.WriteEndArray();
        json.WriteStartArray("components");
        foreach (var component in result.Components) ComponentJson.Write(json, component);
        json.WriteEndArray();
        json.WriteStartArray("coverage");
        foreach (var coverage in result.Coverage) EvidenceJson.Write(json, coverage);
        json.WriteEndArray();
        json.WriteStartArray("evidence");
        foreach (var item in result.Evidence)
        {
            json.WriteStartObject();
            json.WriteString("artefact", item.Artefact);
            json.WriteString("kind", item.Kind);
            json.WriteString("sha256", item.Sha256);
            json.WriteNumber("size", item.Size);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteStartArray("unread");
        foreach (var unread in result.Unread)
        {
            json.WriteStartObject();
            json.WritePropertyName("location");
            EvidenceJson.Write(json, unread.Location);
            json.WriteString("text", unread.Text);
            json.WriteString("expected", unread.Expected);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteStartArray("checks");
        foreach (var check in result.Checks)
        {
            json.WriteStartObject();
            json.WriteString("id", check.Id);
            json.WriteNumber("version", check.Version);
            json.WriteString("polarity", check.Polarity);
            json.WriteString("looksFor", check.LooksFor);
            Texts(json, "units", check.Units);
            json.WriteNumber("answers", check.Answers);
            Texts(json, "reads", check.Reads);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteStartArray("labRecords");
        foreach (var entry in result.LabRecords) LabJson.Write(json, entry);
        json.WriteEndArray();
        LabJson.WriteDeclaration(json, result);
        json.WriteStartObject("inputs");
        foreach (var (part, digest) in result.Inputs) json.WriteString(part, digest);
        json.WriteEndObject();
        Texts(json, "notChecked", result.NotChecked);
        Texts(json, "advice", result.Advice);
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, Device device)
    {
        json.WriteStartObject("device");
        json.WriteString("maker", device.Maker);
        json.WriteString("model", device.Model);
        Texts(json, "versions", device.Versions);
        if (device.Category is not null) json.WriteString("category", device.Category);
        if (device.SupportEnd is { } end) json.WriteString("supportEnd", end.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture));
        if (device.Mac is not null) json.WriteString("mac", device.Mac);
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, LevelResult level)
    {
        json.WriteStartObject();
        json.WriteNumber("level", level.Level);
        json.WriteString("profile", level.Profile);
        json.WriteBoolean("met", level.Met);
        json.WriteStartArray("blocking");
        foreach (var block in level.Blocking)
        {
            json.WriteStartObject();
            if (block.Unit is not null) json.WriteString("unit", block.Unit);
            json.WriteString("provision", block.Provision);
            json.WriteString("outcome", EvidenceJson.Name(block.Outcome));
            json.WriteString("reason", block.Reason);
            if (block.Settle is not null) json.WriteString("settle", block.Settle);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteEndObject();
    }

    /// <summary>The shape <c>verdict</c> of command.md, with title and claim beside it.</summary>
    private static void Write(Utf8JsonWriter json, ProvisionVerdict verdict, ProvisionFacts facts)
    {
        json.WriteStartObject();
        json.WriteString("provision", verdict.Provision);
        json.WriteString("title", facts.Title);
        json.WriteBoolean("mandatory", facts.Mandatory);
        json.WriteString("outcome", EvidenceJson.Name(verdict.Outcome));
        Grade(json, verdict.Grade);
        if (verdict.Declared is not null) json.WriteString("declared", verdict.Declared);
        json.WriteString("reason", verdict.Reason);
        if (verdict.Settle is not null) json.WriteString("settle", verdict.Settle);
        Texts(json, "findings", [.. verdict.Units.SelectMany(u => u.Findings).Distinct(StringComparer.Ordinal)]);
        Contradictions(json, [.. verdict.Units.SelectMany(u => u.Contradictions).Distinct()]);
        json.WriteStartArray("units");
        foreach (var unit in verdict.Units)
        {
            json.WriteStartObject();
            json.WriteString("unit", unit.Unit);
            json.WriteString("outcome", EvidenceJson.Name(unit.Outcome));
            Grade(json, unit.Grade);
            if (unit.Declared is not null) json.WriteString("declared", unit.Declared);
            if (unit.IsPreparatory) json.WriteBoolean("preparatory", true);
            json.WriteString("reason", unit.Reason);
            if (unit.Scope is not null) json.WriteString("scope", unit.Scope);
            if (unit.Settle is not null) json.WriteString("settle", unit.Settle);
            Texts(json, "findings", unit.Findings);
            Contradictions(json, unit.Contradictions);
            RowsJson.Write(json, unit);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void Grade(Utf8JsonWriter json, Grade? grade)
    {
        if (grade is { } g) json.WriteString("grade", EvidenceJson.Name(g));
        else json.WriteNull("grade");
    }

    private static void Contradictions(Utf8JsonWriter json, IReadOnlyList<Contradiction> contradictions)
    {
        json.WriteStartArray("contradictions");
        foreach (var contradiction in contradictions) Write(json, contradiction);
        json.WriteEndArray();
    }

    private static void Write(Utf8JsonWriter json, Contradiction contradiction)
    {
        json.WriteStartObject();
        json.WriteString("about", contradiction.About);
        json.WriteString("kind", contradiction.IsPaperAgainstPaper ? "paperAgainstPaper" : contradiction.IsEvidenceAgainstEvidence ? "evidenceAgainstEvidence" : "paperAgainstEvidence");
        Side("one", contradiction.One);
        Side("other", contradiction.Other);
        json.WriteEndObject();

        void Side(string name, Statement statement)
        {
            json.WriteStartObject(name);
            json.WriteString("says", statement.Says);
            json.WriteBoolean("paper", statement.IsPaper);
            json.WritePropertyName("location");
            EvidenceJson.Write(json, statement.Location);
            json.WriteEndObject();
        }
    }

    private static void Texts(Utf8JsonWriter json, string name, IReadOnlyList<string> texts)
    {
        json.WriteStartArray(name);
        foreach (var text in texts) json.WriteStringValue(text);
        json.WriteEndArray();
    }
}
