using System.Globalization;
using System.Text.Json;
using Assay.Assessment.Drafts;
using Assay.Evidence;

namespace Assay.Assessment.Documents;

/// <summary>A plan as one JSON document (<c>assay/plan/1</c>, docs/schemas/plan.schema.json) and as a table for a person.</summary>
public static class PlanJson
{
    public static byte[] Bytes(Plan plan, AssessmentResult result) => EvidenceJson.Bytes(json =>
    {
        json.WriteStartObject();
        json.WriteString("schema", "assay/plan/1");
        json.WriteStartObject("device");
        json.WriteString("maker", result.Device.Maker);
        json.WriteString("model", result.Device.Model);
        json.WriteEndObject();
        json.WriteString("standard", result.Editions.Standard);
        json.WriteNumber("level", plan.Level);
        json.WriteString("profile", plan.Profile);
        json.WriteBoolean("met", plan.IsMet);
        json.WriteBoolean("needsMending", plan.NeedsMending);
        if (plan.OutOfReach is { } why) json.WriteString("outOfReach", why);
        json.WriteNumber("open", plan.Open);
        Steps(json, "mend", plan.Mend);
        Steps(json, "steps", plan.Steps);
        json.WriteEndObject();
    });

    private static void Steps(Utf8JsonWriter json, string name, IReadOnlyList<PlanStep> steps)
    {
        json.WriteStartArray(name);
        foreach (var step in steps)
        {
            json.WriteStartObject();
            json.WriteNumber("number", step.Number);
            json.WriteString("kind", step.Kind);
            if (step.State is { } state) json.WriteString("state", state);
            if (step.Hours is { } hours) json.WriteNumber("hours", hours);
            json.WriteNumber("cost", step.Cost);
            json.WriteString("what", step.What);
            Texts(json, "parts", step.Parts);
            Texts(json, "units", step.Units);
            Texts(json, "provisions", step.Provisions);
            json.WriteStartArray("after");
            foreach (var number in step.After) json.WriteNumberValue(number);
            json.WriteEndArray();
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    private static void Texts(Utf8JsonWriter json, string name, IReadOnlyList<string> texts)
    {
        json.WriteStartArray(name);
        foreach (var text in texts) json.WriteStringValue(text);
        json.WriteEndArray();
    }

    /// <summary>Repairs first, then steps in order, each with what it closes.</summary>
    public static void Write(Plan plan, AssessmentResult result, TextWriter to, int width)
    {
        to.WriteLine(Shortened.Visible($"{result.Device.Maker} {result.Device.Model}: the way to level {plan.Level}, {plan.Profile}"));
        if (plan.IsMet)
        {
            to.WriteLine("The level is met: a person may decide on the statement (assay label decide).");
            return;
        }
        if (plan.OutOfReach is { } why)
        {
            to.WriteLine($"Out of reach: {why}.");
            return;
        }
        to.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{plan.Open} units are open."));
        if (plan.NeedsMending)
        {
            to.WriteLine();
            to.WriteLine("Not by evidence alone: mend this first, then assess again");
            foreach (var step in plan.Mend) Write(step);
        }
        if (plan.Steps.Count > 0)
        {
            to.WriteLine();
            to.WriteLine(plan.NeedsMending ? "Then" : "In this order");
            foreach (var step in plan.Steps) Write(step);
        }

        void Write(PlanStep step)
        {
            var closes = step.Units.Count == 1 ? "1 unit" : string.Create(CultureInfo.InvariantCulture, $"{step.Units.Count} units");
            var head = string.Create(CultureInfo.InvariantCulture, $"{step.Number,3}  {(step.Kind == "lab" ? "a lab's signed record" : step.Kind)}{(step.State is { } state ? $", {state}" : "")}{(step.Hours is { } hours && step.Kind is "capture" or "scan" ? $", {hours:0.##} h" : "")}: {closes} of {string.Join(", ", step.Provisions.Take(6))}{(step.Provisions.Count > 6 ? " …" : "")}");
            to.WriteLine(head + (step.After.Count > 0 ? $" (after {string.Join(", ", step.After)})" : ""));
            foreach (var words in step.Parts.Count > 0 ? step.Parts : [step.What]) Wrapped(words);
        }

        void Wrapped(string text)
        {
            var line = "     - ";
            foreach (var word in Shortened.Visible(text.ReplaceLineEndings(" ")).Split(' ', StringSplitOptions.RemoveEmptyEntries))
            {
                if (line.Length + word.Length + 1 > Math.Max(60, width) && line.Trim().Length > 1)
                {
                    to.WriteLine(line.TrimEnd());
                    line = "       ";
                }
                line += word + " ";
            }
            to.WriteLine(line.TrimEnd());
        }
    }
}
