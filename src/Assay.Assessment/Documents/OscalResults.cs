using System.Security.Cryptography;
using System.Text.Json;
using Assay.Assessment.Verdicts;
using Assay.Evidence;

namespace Assay.Assessment.Documents;

/// <summary>
/// <c>assessment-results.oscal.json</c> (OSCAL 1.2, model assessment-results). A finding of OSCAL knows only satisfied and not-satisfied, so it stands for
/// a pass or a fail and for nothing else: what is disputed or inconclusive, not claimed or not applicable is an observation without a finding.
/// </summary>
public static class OscalResults
{
    /// <summary>The whole document in UTF-8, ending in a line feed. Identifiers follow from the evidence, so the same result has the same bytes.</summary>
    /// <param name="plan">The bytes of the plan that lies beside it (<see cref="OscalPlan"/>), where they are at hand.</param>
    /// <param name="assessment">The bytes of assessment.json (<see cref="AssessmentJson"/>), where they are at hand.</param>
    public static byte[] Bytes(AssessmentResult result, byte[]? plan = null, byte[]? assessment = null) =>
        EvidenceJson.Bytes(json => new Writing(json, result, plan ?? OscalPlan.Bytes(result), assessment ?? AssessmentJson.Bytes(result)).Write());

    private sealed class Writing(Utf8JsonWriter json, AssessmentResult result, byte[] plan, byte[] assessment)
    {
        private readonly Func<string, string> planned = OscalPlan.Ids(result);
        private readonly Dictionary<string, string> cases = OscalPlan.Cases(result).SelectMany(c => c.Units.Select(u => (u.Unit, c.Case))).DistinctBy(u => u.Unit).ToDictionary(u => u.Unit, u => u.Case, StringComparer.Ordinal);
        private readonly ILookup<string, Finding> findings = result.Findings.ToLookup(f => f.Id, StringComparer.Ordinal);
        private readonly ILookup<string, LabEntry> labs = result.LabRecords.Where(l => l.Record.Counts).ToLookup(l => l.Unit, StringComparer.Ordinal);
        private readonly string seed = Convert.ToHexStringLower(SHA256.HashData(assessment));
        private readonly HashSet<string> artefacts = [.. result.Evidence.Select(e => e.Artefact)];
        private readonly string time = EvidenceJson.Time(result.AsOf);

        public void Write()
        {
            json.WriteStartObject();
            json.WriteStartObject("assessment-results");
            json.WriteString("uuid", Uuid("assessment-results"));
            OscalPlan.Metadata(json, result, $"Assessment of {result.Device.Maker} {result.Device.Model} against {result.Editions.Standard}", planned);
            json.WriteStartObject("import-ap");
            json.WriteString("href", $"#{Uuid("plan")}");
            json.WriteString("remarks", $"The plan lies beside this file: {OscalPlan.FileName}. Its digest stands in the back matter.");
            json.WriteEndObject();
            json.WriteStartArray("results");
            Result();
            json.WriteEndArray();
            BackMatter();
            json.WriteEndObject();
            json.WriteEndObject();
        }

        private void Result()
        {
            json.WriteStartObject();
            json.WriteString("uuid", Uuid("result"));
            json.WriteString("title", Oscal.Line($"{result.Editions.Standard} with {result.Editions.Methodology}"));
            json.WriteString("description", $"What was not checked: {string.Join(" ", result.NotChecked)}");
            json.WriteString("start", time);
            json.WriteString("end", time);
            json.WriteStartObject("reviewed-controls");
            json.WriteStartArray("control-selections");
            json.WriteStartObject();
            json.WriteStartArray("include-controls");
            foreach (var verdict in result.Verdicts)
            {
                json.WriteStartObject();
                json.WriteString("control-id", OscalPlan.Control(result, verdict.Provision));
                json.WriteEndObject();
            }
            json.WriteEndArray();
            json.WriteEndObject();
            json.WriteEndArray();
            json.WriteEndObject();
            var units = Counted(result.Verdicts.SelectMany(v => v.Units));
            if (units.Count > 0)
            {
                json.WriteStartArray("observations");
                foreach (var unit in units)
                {
                    Observation(unit);
                    for (var i = 0; i < unit.Rows.Count; i++) Observation(unit, unit.Rows[i], i);
                }
                json.WriteEndArray();
            }
            var answered = result.Verdicts.Where(v => v.Outcome is Outcome.Pass or Outcome.Fail).ToList();
            if (answered.Count > 0)
            {
                json.WriteStartArray("findings");
                foreach (var verdict in answered) Finding(verdict);
                json.WriteEndArray();
            }
            json.WriteEndObject();
        }

        private void Observation(UnitVerdict unit)
        {
            json.WriteStartObject();
            json.WriteString("uuid", Uuid($"unit {unit.Unit}"));
            json.WriteString("title", $"Test unit {unit.Unit}: {EvidenceJson.Name(unit.Outcome)}");
            json.WriteString("description", unit.Reason);
            json.WriteStartArray("props");
            Property("outcome", EvidenceJson.Name(unit.Outcome));
            if (unit.Grade is { } grade) Property("grade", EvidenceJson.Name(grade));
            if (unit.Declared is { } declared) Property("declared", declared);
            json.WriteEndArray();
            Method(unit.Unit, unit.Grade);
            var places = unit.Findings.SelectMany(f => findings[f]).Select(f => (f.Location, What: $"{f.Subject}: {f.Value}"))
                .Concat(unit.Contradictions.SelectMany(c => new[] { (c.One.Location, c.One.Says), (c.Other.Location, c.Other.Says) }));
            Evidence(places, labs[unit.Unit].SelectMany(l => l.Record.References));
            json.WriteString("collected", time);
            if (unit.Settle is { } settle) json.WriteString("remarks", $"What would settle it: {settle}");
            json.WriteEndObject();
        }

        // One for each row of the table that the unit asks row by row; the unit's own observation says what they come down to.
        private void Observation(UnitVerdict unit, RowVerdict row, int number)
        {
            json.WriteStartObject();
            json.WriteString("uuid", RowId(unit, number));
            json.WriteString("title", Oscal.Line($"Test unit {unit.Unit}, row {row.Row.Id}: {EvidenceJson.Name(row.Outcome)}"));
            json.WriteString("description", row.Reason);
            json.WriteStartArray("props");
            Property("outcome", EvidenceJson.Name(row.Outcome));
            if (row.Grade is { } grade) Property("grade", EvidenceJson.Name(grade));
            Property("table", row.Row.Table.ToString(System.Globalization.CultureInfo.InvariantCulture));
            Property("row", row.Row.Id);
            json.WriteEndArray();
            Method(unit.Unit, row.Grade);
            Evidence(row.Findings.SelectMany(f => findings[f]).Select(f => (f.Location, $"{f.Subject}: {f.Value}")).Prepend((row.Row.Location, $"row {row.Row.Id} of table {row.Row.Table}")), []);
            json.WriteString("collected", time);
            json.WriteEndObject();
        }

        private string RowId(UnitVerdict unit, int number) => Uuid($"unit {unit.Unit} row {number.ToString(System.Globalization.CultureInfo.InvariantCulture)}");

        // How, by whom, of what: a laboratory tests, a program examines, a claim is the maker's word.
        private void Method(string unit, Grade? grade)
        {
            json.WriteStartArray("methods");
            json.WriteStringValue(grade == Grade.Lab ? "TEST" : "EXAMINE");
            json.WriteEndArray();
            json.WriteStartArray("types");
            json.WriteStringValue("control-objective");
            json.WriteEndArray();
            json.WriteStartArray("origins");
            json.WriteStartObject();
            json.WriteStartArray("actors");
            json.WriteStartObject();
            var person = grade == Grade.Lab ? labs[unit].Select(l => l.Record).FirstOrDefault(r => r.Head is not null)?.Person : null;
            var (type, actor) = person is not null ? ("party", OscalPlan.Party(person, isPerson: true)) : grade == Grade.Declared ? ("party", OscalPlan.Party(result.Device.Maker, isPerson: false)) : ("tool", "tool");
            json.WriteString("type", type);
            json.WriteString("actor-uuid", planned(actor));
            json.WriteEndObject();
            json.WriteEndArray();
            if (cases.TryGetValue(unit, out var test))
            {
                json.WriteStartArray("related-tasks");
                json.WriteStartObject();
                json.WriteString("task-uuid", planned($"task {test}"));
                json.WriteEndObject();
                json.WriteEndArray();
            }
            json.WriteEndObject();
            json.WriteEndArray();
            json.WriteStartArray("subjects");
            json.WriteStartObject();
            json.WriteString("subject-uuid", planned("device"));
            json.WriteString("type", "component");
            json.WriteEndObject();
            json.WriteEndArray();
        }

        private void Evidence(IEnumerable<(Location Place, string What)> places, IEnumerable<LabEvidence> pieces)
        {
            var all = places.Distinct().Select(p => (p.Place.Artefact, Words: $"{p.Place}: {p.What}"))
                .Concat(pieces.Distinct().Select(p => (p.Artefact, Words: $"{p.Artefact}{(p.Place is { } place ? $" {place}" : "")}: named by the laboratory's record{(p.Words is { } words ? $", {words}" : "")}"))).ToList();
            if (all.Count == 0) return;
            json.WriteStartArray("relevant-evidence");
            foreach (var (artefact, words) in all)
            {
                json.WriteStartObject();
                if (artefacts.Contains(artefact)) json.WriteString("href", $"#{Uuid($"artefact {artefact}")}");
                json.WriteString("description", words);
                json.WriteEndObject();
            }
            json.WriteEndArray();
        }

        private static IReadOnlyList<UnitVerdict> Counted(IEnumerable<UnitVerdict> units) => Reports.Phrases.Counted(units);

        private void Finding(ProvisionVerdict verdict)
        {
            json.WriteStartObject();
            json.WriteString("uuid", Uuid($"provision {verdict.Provision}"));
            json.WriteString("title", Oscal.Line($"{verdict.Provision}: {result.Provisions[verdict.Provision].Title}"));
            json.WriteString("description", verdict.Reason);
            json.WriteStartArray("props");
            Property("outcome", EvidenceJson.Name(verdict.Outcome));
            if (verdict.Grade is { } grade) Property("grade", EvidenceJson.Name(grade));
            json.WriteEndArray();
            json.WriteStartObject("target");
            json.WriteString("type", "objective-id");
            json.WriteString("target-id", OscalPlan.Control(result, verdict.Provision));
            json.WriteStartObject("status");
            json.WriteString("state", verdict.Outcome == Outcome.Pass ? "satisfied" : "not-satisfied");
            json.WriteEndObject();
            json.WriteEndObject();
            var units = Counted(verdict.Units);
            if (units.Count > 0)
            {
                json.WriteStartArray("related-observations");
                foreach (var unit in units)
                {
                    json.WriteStartObject();
                    json.WriteString("observation-uuid", Uuid($"unit {unit.Unit}"));
                    json.WriteEndObject();
                    for (var i = 0; i < unit.Rows.Count; i++)
                    {
                        json.WriteStartObject();
                        json.WriteString("observation-uuid", RowId(unit, i));
                        json.WriteEndObject();
                    }
                }
                json.WriteEndArray();
            }
            json.WriteEndObject();
        }

        private void BackMatter()
        {
            json.WriteStartObject("back-matter");
            json.WriteStartArray("resources");
            json.WriteStartObject();
            json.WriteString("uuid", Uuid("plan"));
            json.WriteString("title", "Plan of this assessment");
            json.WriteString("description", Oscal.Line($"{result.Editions.Methodology}, and {result.Checks.Count} checks: {string.Join(", ", result.Checks.Select(c => $"{c.Id} {c.Version}"))}"));
            json.WriteStartArray("rlinks");
            json.WriteStartObject();
            json.WriteString("href", OscalPlan.FileName);
            json.WriteString("media-type", "application/oscal.ap+json");
            json.WriteStartArray("hashes");
            json.WriteStartObject();
            json.WriteString("algorithm", "SHA-256");
            json.WriteString("value", Convert.ToHexStringLower(SHA256.HashData(plan)));
            json.WriteEndObject();
            json.WriteEndArray();
            json.WriteEndObject();
            json.WriteEndArray();
            json.WriteEndObject();
            foreach (var item in result.Evidence) OscalPlan.Resource(json, Uuid($"artefact {item.Artefact}"), item);
            json.WriteEndArray();
            json.WriteEndObject();
        }

        private void Property(string name, string value) => Oscal.Property(json, name, value);

        private string Uuid(string of) => Oscal.Uuid(seed, of);
    }
}
