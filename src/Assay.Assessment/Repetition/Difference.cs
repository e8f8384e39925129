using System.Text.Json;
using Assay.Assessment.Verdicts;
using Assay.Evidence;

namespace Assay.Assessment.Repetition;

/// <summary>What changed between two assessments, and because of what: for a maker after a new version, for a lab after new evidence.</summary>
public sealed record Difference
{
    /// <param name="Because">Names of the inputs that changed (<see cref="AssessmentResult.Inputs"/>): <c>findings:credential</c>, <c>table:13</c>; <c>declaration</c> for claims and rows.</param>
    public sealed record UnitChange(string Unit, string Provision, Outcome? Before, Grade? GradeBefore, Outcome? After, Grade? GradeAfter, IReadOnlyList<string> Because);

    public Difference(EarlierAssessment before, AssessmentResult after)
    {
        Before = before;
        var evidence = after.Evidence.ToDictionary(e => e.Artefact, e => e.Sha256, StringComparer.Ordinal);
        New = [.. evidence.Keys.Where(e => !before.Evidence.ContainsKey(e)).Order(StringComparer.Ordinal)];
        Gone = [.. before.Evidence.Keys.Where(e => !evidence.ContainsKey(e)).Order(StringComparer.Ordinal)];
        Changed = [.. evidence.Where(e => before.Evidence.TryGetValue(e.Key, out var digest) && digest != e.Value).Select(e => e.Key).Order(StringComparer.Ordinal)];
        SameTool = before.ToolDigest == ToolDigest.Value;
        SameEditions = before.Editions.SequenceEqual([after.Editions.Standard, after.Editions.Methodology]);
        Answered = after.Again.Count;
        Carried = after.Verdicts.Sum(v => v.Units.Count) - Answered;
        var readers = after.Checks.SelectMany(c => c.Units.Select(u => (Unit: u, Check: c))).ToLookup(c => c.Unit, c => c.Check, StringComparer.Ordinal);
        var units = new List<UnitChange>();
        foreach (var (provision, unit) in after.Verdicts.SelectMany(v => v.Units.Select(u => (v.Provision, u))))
        {
            var earlier = before.Units.GetValueOrDefault(unit.Unit);
            if (earlier is not null && earlier.Outcome == unit.Outcome && earlier.Grade == unit.Grade) continue;
            units.Add(new UnitChange(unit.Unit, provision, earlier?.Outcome, earlier?.Grade, unit.Outcome, unit.Grade, [.. Because(unit, after, readers)]));
        }
        Units = units;
        Levels = [.. after.Levels.Where(l => before.Levels.TryGetValue(l.Level, out var met) && met != l.Met).Select(l => (l.Level, l.Met))];
    }

    public EarlierAssessment Before { get; }
    /// <summary>Files of the dossier by name.</summary>
    public IReadOnlyList<string> New { get; }
    public IReadOnlyList<string> Gone { get; }
    public IReadOnlyList<string> Changed { get; }
    /// <summary>Units with another outcome or grade, in the catalogue's order.</summary>
    public IReadOnlyList<UnitChange> Units { get; }
    /// <summary>Levels that are met now and were not, or the other way round.</summary>
    public IReadOnlyList<(int Level, bool Met)> Levels { get; }
    /// <summary>How many units were answered again, and how many carried over because nothing that they rest on changed.</summary>
    public int Answered { get; }
    public int Carried { get; }
    public bool SameTool { get; }
    public bool SameEditions { get; }

    private IEnumerable<string> Because(UnitVerdict unit, AssessmentResult after, ILookup<string, CheckRun> readers)
    {
        if (!SameEditions) yield return "editions";
        if (!SameTool) yield return "tool";
        var parts = readers[unit.Unit].SelectMany(c => c.Reads).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).Where(Differs).ToList();
        foreach (var part in parts) yield return part;
        if (Differs("unit:" + unit.Unit)) yield return "claims, conditions, rows, records or scope";
        // An heir changes with what it inherits.
        else if (parts.Count == 0 && SameEditions && SameTool) yield return unit.Inherited.Count > 0 ? $"inherited: {string.Join(", ", unit.Inherited)}" : "what it inherits";

        bool Differs(string part) => Before.Inputs.GetValueOrDefault(part) != after.Inputs.GetValueOrDefault(part);
    }

    public const string Schema = "assay/difference/1";

    /// <summary>Schema <c>assay/difference/1</c> (docs/schemas/difference.schema.json).</summary>
    public void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("schema", Schema);
        json.WriteString("since", EvidenceJson.Time(Before.AsOf));
        EvidenceJson.Texts(json, "versionsBefore", Before.Versions);
        json.WriteBoolean("sameTool", SameTool);
        json.WriteBoolean("sameEditions", SameEditions);
        json.WriteNumber("answeredAgain", Answered);
        json.WriteNumber("carriedOver", Carried);
        json.WriteStartObject("evidence");
        EvidenceJson.Texts(json, "new", New);
        EvidenceJson.Texts(json, "gone", Gone);
        EvidenceJson.Texts(json, "changed", Changed);
        json.WriteEndObject();
        json.WriteStartArray("levels");
        foreach (var (level, met) in Levels)
        {
            json.WriteStartObject();
            json.WriteNumber("level", level);
            json.WriteBoolean("met", met);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteStartArray("units");
        foreach (var unit in Units)
        {
            json.WriteStartObject();
            json.WriteString("unit", unit.Unit);
            json.WriteString("provision", unit.Provision);
            Answer("before", unit.Before, unit.GradeBefore);
            Answer("after", unit.After, unit.GradeAfter);
            EvidenceJson.Texts(json, "because", unit.Because);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteEndObject();

        void Answer(string name, Outcome? outcome, Grade? grade)
        {
            if (outcome is not { } known) return;
            json.WriteStartObject(name);
            json.WriteString("outcome", EvidenceJson.Name(known));
            if (grade is { } of) json.WriteString("grade", EvidenceJson.Name(of));
            json.WriteEndObject();
        }
    }
}
