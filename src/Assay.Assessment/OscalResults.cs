using System.Security.Cryptography;
using System.Text.Json;
using Assay.Assessment.Verdicts;
using Assay.Evidence;

namespace Assay.Assessment;

/// <summary>
/// <c>assessment-results.oscal.json</c> (OSCAL 1.2, model assessment-results). A finding of OSCAL knows only satisfied and not-satisfied, so it stands for
/// a pass or a fail and for nothing else: what is disputed or inconclusive, not claimed or not applicable is an observation without a finding.
/// </summary>
public static class OscalResults
{
    /// <summary>The whole document in UTF-8, ending in a line feed. Identifiers follow from the evidence, so the same result has the same bytes.</summary>
    public static byte[] Bytes(AssessmentResult result)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream, EvidenceJson.Document)) new Writing(json, result).Write();
        stream.WriteByte((byte)'\n');
        return stream.ToArray();
    }

    private sealed class Writing(Utf8JsonWriter json, AssessmentResult result)
    {
        private readonly string seed = Seed(result);
        private readonly HashSet<string> artefacts = [.. result.Evidence.Select(e => e.Artefact)];
        private readonly string time = EvidenceJson.Time(result.AsOf);

        public void Write()
        {
            json.WriteStartObject();
            json.WriteStartObject("assessment-results");
            json.WriteString("uuid", Uuid("assessment-results"));
            json.WriteStartObject("metadata");
            json.WriteString("title", Oscal.Line($"Assessment of {result.Device.Maker} {result.Device.Model} against {result.Editions.Standard}"));
            json.WriteString("last-modified", time);
            json.WriteString("version", Oscal.Line(result.Device.Versions.Count > 0 ? string.Join(", ", result.Device.Versions) : "not stated"));
            json.WriteString("oscal-version", Oscal.Version);
            json.WriteEndObject();
            json.WriteStartObject("import-ap");
            json.WriteString("href", $"#{Uuid("plan")}");
            json.WriteString("remarks", "The plan is the catalogue of test units and the list of checks that the program carries.");
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
                json.WriteString("control-id", Control(verdict.Provision));
                json.WriteEndObject();
            }
            json.WriteEndArray();
            json.WriteEndObject();
            json.WriteEndArray();
            json.WriteEndObject();
            var units = result.Verdicts.SelectMany(v => v.Units).Where(u => !u.IsPreparatory).ToList();
            if (units.Count > 0)
            {
                json.WriteStartArray("observations");
                foreach (var unit in units) Observation(unit);
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
            json.WriteStartArray("methods");
            json.WriteStringValue("EXAMINE");
            json.WriteEndArray();
            var places = result.Findings.Where(f => unit.Findings.Contains(f.Id)).Select(f => (f.Location, What: $"{f.Subject}: {f.Value}"))
                .Concat(unit.Contradictions.SelectMany(c => new[] { (c.One.Location, c.One.Says), (c.Other.Location, c.Other.Says) })).Distinct().ToList();
            if (places.Count > 0)
            {
                json.WriteStartArray("relevant-evidence");
                foreach (var (place, what) in places)
                {
                    json.WriteStartObject();
                    if (artefacts.Contains(place.Artefact)) json.WriteString("href", $"#{Uuid($"artefact {place.Artefact}")}");
                    json.WriteString("description", $"{place}: {what}");
                    json.WriteEndObject();
                }
                json.WriteEndArray();
            }
            json.WriteString("collected", time);
            if (unit.Settle is { } settle) json.WriteString("remarks", $"What would settle it: {settle}");
            json.WriteEndObject();
        }

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
            json.WriteString("target-id", Control(verdict.Provision));
            json.WriteStartObject("status");
            json.WriteString("state", verdict.Outcome == Outcome.Pass ? "satisfied" : "not-satisfied");
            json.WriteEndObject();
            json.WriteEndObject();
            var units = verdict.Units.Where(u => !u.IsPreparatory).ToList();
            if (units.Count > 0)
            {
                json.WriteStartArray("related-observations");
                foreach (var unit in units)
                {
                    json.WriteStartObject();
                    json.WriteString("observation-uuid", Uuid($"unit {unit.Unit}"));
                    json.WriteEndObject();
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
            json.WriteString("title", Oscal.Line($"{result.Editions.Methodology}, and {result.Checks.Count} checks: {string.Join(", ", result.Checks.Select(c => $"{c.Id} {c.Version}"))}"));
            json.WriteEndObject();
            foreach (var item in result.Evidence)
            {
                json.WriteStartObject();
                json.WriteString("uuid", Uuid($"artefact {item.Artefact}"));
                json.WriteString("title", Oscal.Line(Shortened.Visible(item.Artefact)));
                json.WriteStartArray("rlinks");
                json.WriteStartObject();
                json.WriteString("href", string.Join('/', item.Artefact.Split('/').Select(Uri.EscapeDataString)));
                json.WriteStartArray("hashes");
                json.WriteStartObject();
                json.WriteString("algorithm", "SHA-256");
                json.WriteString("value", item.Sha256);
                json.WriteEndObject();
                json.WriteEndArray();
                json.WriteEndObject();
                json.WriteEndArray();
                json.WriteEndObject();
            }
            json.WriteEndArray();
            json.WriteEndObject();
        }

        private void Property(string name, string value) => Oscal.Property(json, name, value);

        private string Uuid(string of) => Oscal.Uuid(seed, of);
    }

    // A token of OSCAL begins with a letter.
    private static string Control(string provision) => $"en303645-{provision}";

    private static string Seed(AssessmentResult result)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(AssessmentJson.Bytes(result));
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
