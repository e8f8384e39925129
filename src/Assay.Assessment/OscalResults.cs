using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
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
    private const string Namespace = "https://assay.example/ns/oscal";
    private const string Version = "1.2.1";

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
            json.WriteString("title", Line($"Assessment of {result.Device.Maker} {result.Device.Model} against {result.Editions.Standard}"));
            json.WriteString("last-modified", time);
            json.WriteString("version", Line(result.Device.Versions.Count > 0 ? string.Join(", ", result.Device.Versions) : "not stated"));
            json.WriteString("oscal-version", Version);
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
            json.WriteString("title", Line($"{result.Editions.Standard} with {result.Editions.Methodology}"));
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
            json.WriteString("title", Line($"{verdict.Provision}: {result.Provisions[verdict.Provision].Title}"));
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
            json.WriteString("title", Line($"{result.Editions.Methodology}, and {result.Checks.Count} checks: {string.Join(", ", result.Checks.Select(c => $"{c.Id} {c.Version}"))}"));
            json.WriteEndObject();
            foreach (var item in result.Evidence)
            {
                json.WriteStartObject();
                json.WriteString("uuid", Uuid($"artefact {item.Artefact}"));
                json.WriteString("title", Line(Shortened.Visible(item.Artefact)));
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

        private void Property(string name, string value)
        {
            json.WriteStartObject();
            json.WriteString("name", name);
            json.WriteString("ns", Namespace);
            json.WriteString("value", value);
            json.WriteEndObject();
        }

        private string Uuid(string of) => OscalResults.Uuid(seed, of);
    }

    // A token of OSCAL begins with a letter.
    private static string Control(string provision) => $"en303645-{provision}";

    // Values of one line may neither begin nor end with a space.
    private static string Line(string text) => string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));

    private static string Seed(AssessmentResult result)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(AssessmentJson.Bytes(result));
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    /// <summary>RFC 9562 version 5 in the namespace of URLs: the same seed and name, the same identifier.</summary>
    private static string Uuid(string seed, string of)
    {
        Span<byte> name = [0x6b, 0xa7, 0xb8, 0x11, 0x9d, 0xad, 0x11, 0xd1, 0x80, 0xb4, 0x00, 0xc0, 0x4f, 0xd4, 0x30, 0xc8];
        // SHA-1 is what version 5 is made of; nothing rests on its strength.
        Span<byte> digest = SHA1.HashData([.. name, .. Encoding.UTF8.GetBytes($"{Namespace}/{seed}/{of}")]);
        digest[6] = (byte)((digest[6] & 0x0f) | 0x50);
        digest[8] = (byte)((digest[8] & 0x3f) | 0x80);
        return $"{BinaryPrimitives.ReadUInt32BigEndian(digest):x8}-{BinaryPrimitives.ReadUInt16BigEndian(digest[4..]):x4}-{BinaryPrimitives.ReadUInt16BigEndian(digest[6..]):x4}-{BinaryPrimitives.ReadUInt16BigEndian(digest[8..]):x4}-{Convert.ToHexStringLower(digest[10..16])}";
    }
}
