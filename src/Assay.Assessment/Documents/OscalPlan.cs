using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Assay.Assessment.Catalogues;
using Assay.Assessment.Drafts;
using Assay.Assessment.Repetition;
using Assay.Assessment.Reports;
using Assay.Assessment.Verdicts;
using Assay.Evidence;

namespace Assay.Assessment.Documents;

/// <summary>
/// <c>assessment-plan.oscal.json</c> (OSCAL 1.2, model assessment-plan): what is assessed, by whom, with what, one task for each test case of TS 103 701
/// with its units as steps. The catalogue of the controls is inside, so that every control id resolves without a network. It says nothing of results.
/// </summary>
public static class OscalPlan
{
    // The same for every plan of a run.
    private static readonly System.Collections.Concurrent.ConcurrentDictionary<string, byte[]> Catalogs = new(StringComparer.Ordinal);

    public const string FileName = "assessment-plan.oscal.json";

    /// <summary>The whole document in UTF-8, ending in a line feed. Same device, evidence and edition: same bytes.</summary>
    public static byte[] Bytes(AssessmentResult result) =>
        EvidenceJson.Bytes(json => new Writing(json, result).Write());

    /// <summary>A provision as the plan, the results and the catalog call it.</summary>
    internal static string Control(AssessmentResult result, string provision) =>
        Phrases.Edition(result) is { } catalogue ? OscalCatalog.Token(catalogue, provision) : $"en303645-{provision}";

    /// <summary>Identifiers of what the plan names and the results refer to: <c>device</c>, <c>tool</c>, <c>party NAME</c>, <c>artefact NAME</c>, <c>task CASE</c>, <c>step UNIT</c>.</summary>
    internal static Func<string, string> Ids(AssessmentResult result)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"{result.Editions.Standard}\n{result.Editions.Methodology}\n{result.Device.Maker}\n{result.Device.Model}\n{string.Join(',', result.Device.Versions)}\n{EvidenceJson.Time(result.AsOf)}\n");
        foreach (var item in result.Evidence) text.Append($"{item.Artefact}\n{item.Sha256}\n");
        var seed = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())));
        return of => Oscal.Uuid(seed, of);
    }

    /// <summary>Everybody who speaks in this assessment: the maker, then laboratories and their people, in the order of their records.</summary>
    internal static IReadOnlyList<(string Name, bool IsPerson, string Role, string? Of)> Parties(AssessmentResult result) =>
        [(result.Device.Maker, false, "supplier", null), .. result.LabRecords.Select(l => l.Record).Where(r => r is { Counts: true, Head: not null })
            .SelectMany(r => new[] { (r.Head!.Laboratory, false, "laboratory", (string?)null), (r.Person, true, "examiner", r.Head.Laboratory) }).Distinct()];

    /// <summary>The name of a party among the identifiers: a person may be called as a house is.</summary>
    internal static string Party(string name, bool isPerson) => $"{(isPerson ? "person" : "organization")} {name}";

    /// <summary>Test cases with their units, in the order of the catalogue; a provision without units is a case of its own.</summary>
    internal static IReadOnlyList<(string Case, ProvisionVerdict Provision, IReadOnlyList<UnitVerdict> Units)> Cases(AssessmentResult result) =>
        [.. result.Verdicts.SelectMany(v => v.Units.Count == 0
            ? [(v.Provision, v, (IReadOnlyList<UnitVerdict>)[])]
            : v.Units.GroupBy(u => Catalogue.Default.Unit(u.Unit)?.Case ?? v.Provision).Select(g => (g.Key, v, (IReadOnlyList<UnitVerdict>)[.. g])))];

    private sealed class Writing(Utf8JsonWriter json, AssessmentResult result)
    {
        private readonly Func<string, string> id = Ids(result);
        private readonly IReadOnlyList<(string Case, ProvisionVerdict Provision, IReadOnlyList<UnitVerdict> Units)> cases = Cases(result);
        private readonly IReadOnlyList<EvidenceItem> images = [.. result.Evidence.Where(e => e.Kind == "image")];

        public void Write()
        {
            json.WriteStartObject();
            json.WriteStartObject("assessment-plan");
            json.WriteString("uuid", id("assessment-plan"));
            Metadata(json, result, $"Plan of the assessment of {result.Device.Maker} {result.Device.Model} against {result.Editions.Standard}", id);
            json.WriteStartObject("import-ssp");
            json.WriteString("href", $"#{id("statement")}");
            json.WriteString("remarks", "The maker's conformance statement and detail tables stand where a system would have its plan.");
            json.WriteEndObject();
            Definitions();
            Terms();
            json.WriteStartObject("reviewed-controls");
            Controls(result.Verdicts.Select(v => v.Provision));
            json.WriteEndObject();
            json.WriteStartArray("assessment-subjects");
            Subjects("The device, and the software that was handed over as images.");
            json.WriteEndArray();
            Assets();
            json.WriteStartArray("tasks");
            foreach (var (test, _, _) in cases) Task(test);
            json.WriteEndArray();
            BackMatter();
            json.WriteEndObject();
            json.WriteEndObject();
        }

        private void Definitions()
        {
            json.WriteStartObject("local-definitions");
            json.WriteStartArray("components");
            Component(json, id("device"), "hardware", $"{result.Device.Maker} {result.Device.Model}", $"The device under test{(result.Device.Category is { } category ? $", a {category}" : "")}.",
                ("version", result.Device.Versions.Count > 0 ? string.Join(", ", result.Device.Versions) : "not stated"), ("mac", result.Device.Mac));
            foreach (var image in images)
            {
                Component(json, id($"image {image.Artefact}"), "software", image.Artefact, "An image of the device's software, as it was handed over.", ("sha256", image.Sha256));
            }
            json.WriteEndArray();
            json.WriteStartArray("activities");
            foreach (var (test, provision, units) in cases)
            {
                var functional = units.Count > 0 && Catalogue.Default.Unit(units[0].Unit)?.IsFunctional == true;
                json.WriteStartObject();
                json.WriteString("uuid", id($"activity {test}"));
                json.WriteString("title", units.Count == 0 ? $"Provision {test}" : $"Test case {test}, {(functional ? "functional" : "conceptual")}");
                json.WriteString("description", result.Provisions[provision.Provision].Title);
                json.WriteStartArray("props");
                Oscal.Standard(json, "method", functional ? "TEST" : "EXAMINE");
                Oscal.Property(json, "case", test);
                Oscal.Property(json, "provision", provision.Provision);
                json.WriteEndArray();
                if (units.Count > 0)
                {
                    json.WriteStartArray("steps");
                    foreach (var unit in units)
                    {
                        var known = Catalogue.Default.Unit(unit.Unit);
                        json.WriteStartObject();
                        json.WriteString("uuid", id($"step {unit.Unit}"));
                        json.WriteString("title", $"Test unit {unit.Unit}");
                        json.WriteString("description", known?.Title ?? unit.Unit);
                        json.WriteStartArray("props");
                        Oscal.Property(json, "unit", unit.Unit);
                        if (known is not null) Oscal.Property(json, "needs", EvidenceJson.Name(known.Means));
                        if (known?.EachRow is { } table) Oscal.Property(json, "eachRowOfTable", table.ToString(CultureInfo.InvariantCulture));
                        if (unit.IsPreparatory) Oscal.Property(json, "preparatory", "yes");
                        json.WriteEndArray();
                        json.WriteEndObject();
                    }
                    json.WriteEndArray();
                }
                json.WriteStartObject("related-controls");
                Controls([provision.Provision]);
                json.WriteEndObject();
                json.WriteEndObject();
            }
            json.WriteEndArray();
            json.WriteEndObject();
        }

        private void Terms()
        {
            json.WriteStartObject("terms-and-conditions");
            json.WriteStartArray("parts");
            foreach (var (name, title, prose) in new[] { ("assumptions", "Attacker", Phrases.Attacker), ("methodology", "Method", Phrases.Method), ("limits", "Limits", Phrases.NotALabel) })
            {
                json.WriteStartObject();
                json.WriteString("name", name);
                if (name is "limits") json.WriteString("ns", Oscal.Namespace);
                json.WriteString("title", title);
                json.WriteString("prose", prose);
                json.WriteEndObject();
            }
            json.WriteEndArray();
            json.WriteEndObject();
        }

        private void Controls(IEnumerable<string> provisions)
        {
            json.WriteStartArray("control-selections");
            json.WriteStartObject();
            json.WriteStartArray("include-controls");
            foreach (var provision in provisions)
            {
                json.WriteStartObject();
                json.WriteString("control-id", Control(result, provision));
                json.WriteEndObject();
            }
            json.WriteEndArray();
            json.WriteEndObject();
            json.WriteEndArray();
        }

        private void Subjects(string? description)
        {
            json.WriteStartObject();
            json.WriteString("type", "component");
            if (description is not null) json.WriteString("description", description);
            json.WriteStartArray("include-subjects");
            foreach (var subject in images.Select(i => $"image {i.Artefact}").Prepend("device"))
            {
                json.WriteStartObject();
                json.WriteString("subject-uuid", id(subject));
                json.WriteString("type", "component");
                json.WriteEndObject();
            }
            json.WriteEndArray();
            json.WriteEndObject();
        }

        private void Assets()
        {
            json.WriteStartObject("assessment-assets");
            json.WriteStartArray("components");
            Component(json, id("tool"), "software", "assay", "The program that examined the evidence.", ("version", typeof(OscalPlan).Assembly.GetName().Version!.ToString(3)), ("build", ToolDigest.Value));
            json.WriteEndArray();
            json.WriteStartArray("assessment-platforms");
            json.WriteStartObject();
            json.WriteString("uuid", id("platform"));
            json.WriteString("title", "Checks of files, without contact to the device");
            json.WriteStartArray("uses-components");
            json.WriteStartObject();
            json.WriteString("component-uuid", id("tool"));
            json.WriteEndObject();
            json.WriteEndArray();
            json.WriteEndObject();
            json.WriteEndArray();
            json.WriteEndObject();
        }

        private void Task(string test)
        {
            json.WriteStartObject();
            json.WriteString("uuid", id($"task {test}"));
            json.WriteString("type", "action");
            json.WriteString("title", $"Answer {test}");
            json.WriteStartArray("associated-activities");
            json.WriteStartObject();
            json.WriteString("activity-uuid", id($"activity {test}"));
            json.WriteStartArray("subjects");
            Subjects(null);
            json.WriteEndArray();
            json.WriteEndObject();
            json.WriteEndArray();
            json.WriteStartArray("responsible-roles");
            json.WriteStartObject();
            json.WriteString("role-id", "laboratory");
            json.WriteEndObject();
            json.WriteEndArray();
            json.WriteEndObject();
        }

        private void BackMatter()
        {
            json.WriteStartObject("back-matter");
            json.WriteStartArray("resources");
            json.WriteStartObject();
            json.WriteString("uuid", id("statement"));
            json.WriteString("title", "Conformance statement (ICS) and detail tables (IXIT)");
            var papers = result.Evidence.Where(e => e.Kind == "declaration").ToList();
            json.WriteString("description", papers.Count > 0 ? "Files of the dossier that hold them." : "None was handed over.");
            if (papers.Count > 0)
            {
                json.WriteStartArray("rlinks");
                foreach (var paper in papers) Link(json, paper);
                json.WriteEndArray();
            }
            json.WriteEndObject();
            if (Phrases.Edition(result) is { } catalogue)
            {
                json.WriteStartObject();
                json.WriteString("uuid", id("catalogue"));
                json.WriteString("title", Oscal.Line($"{catalogue.Name} {catalogue.Edition} as an OSCAL catalog"));
                json.WriteString("description", "The controls that are reviewed, in our own words, with the test units as their objectives.");
                json.WriteStartArray("props");
                Oscal.Standard(json, "type", "catalog");
                json.WriteEndArray();
                json.WriteStartObject("base64");
                json.WriteString("filename", $"{catalogue.Id}.catalog.oscal.json");
                json.WriteString("media-type", "application/oscal.catalog+json");
                json.WriteBase64String("value", Catalogs.GetOrAdd(catalogue.Id, _ => OscalCatalog.Bytes(catalogue)));
                json.WriteEndObject();
                json.WriteEndObject();
            }
            foreach (var item in result.Evidence) Resource(json, id($"artefact {item.Artefact}"), item);
            json.WriteEndArray();
            json.WriteEndObject();
        }
    }

    internal static void Metadata(Utf8JsonWriter json, AssessmentResult result, string title, Func<string, string> id)
    {
        json.WriteStartObject("metadata");
        json.WriteString("title", Oscal.Line(title));
        json.WriteString("last-modified", EvidenceJson.Time(result.AsOf));
        json.WriteString("version", Oscal.Line(result.Device.Versions.Count > 0 ? string.Join(", ", result.Device.Versions) : "not stated"));
        json.WriteString("oscal-version", Oscal.Version);
        json.WriteStartArray("roles");
        foreach (var (role, words) in new[] { ("supplier", "Supplier organisation (SO)"), ("laboratory", "Test laboratory (TL)"), ("examiner", "Person who examined") })
        {
            json.WriteStartObject();
            json.WriteString("id", role);
            json.WriteString("title", words);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        var parties = Parties(result);
        json.WriteStartArray("parties");
        foreach (var (name, isPerson, _, of) in parties)
        {
            json.WriteStartObject();
            json.WriteString("uuid", id(Party(name, isPerson)));
            json.WriteString("type", isPerson ? "person" : "organization");
            json.WriteString("name", Name(name));
            if (of is not null)
            {
                json.WriteStartArray("member-of-organizations");
                json.WriteStringValue(id(Party(of, isPerson: false)));
                json.WriteEndArray();
            }
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteStartArray("responsible-parties");
        foreach (var role in parties.GroupBy(p => p.Role, StringComparer.Ordinal))
        {
            json.WriteStartObject();
            json.WriteString("role-id", role.Key);
            json.WriteStartArray("party-uuids");
            foreach (var (name, isPerson, _, _) in role) json.WriteStringValue(id(Party(name, isPerson)));
            json.WriteEndArray();
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static string Name(string name) => Oscal.Line(name) is { Length: > 0 } line ? line : "not named";

    private static void Component(Utf8JsonWriter json, string uuid, string type, string title, string description, params ReadOnlySpan<(string Name, string? Value)> properties)
    {
        json.WriteStartObject();
        json.WriteString("uuid", uuid);
        json.WriteString("type", type);
        json.WriteString("title", Name(Shortened.Visible(title)));
        json.WriteString("description", description);
        json.WriteStartArray("props");
        foreach (var (name, value) in properties)
        {
            if (value is null) continue;
            if (name == "version") Oscal.Standard(json, name, value);
            else Oscal.Property(json, name, value);
        }
        json.WriteEndArray();
        json.WriteStartObject("status");
        json.WriteString("state", "operational");
        json.WriteEndObject();
        json.WriteEndObject();
    }

    /// <summary>A file of the dossier, by its digest.</summary>
    internal static void Resource(Utf8JsonWriter json, string uuid, EvidenceItem item)
    {
        json.WriteStartObject();
        json.WriteString("uuid", uuid);
        json.WriteString("title", Oscal.Line(Shortened.Visible(item.Artefact)));
        json.WriteStartArray("props");
        Oscal.Property(json, "kind", item.Kind);
        json.WriteEndArray();
        json.WriteStartArray("rlinks");
        Link(json, item);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void Link(Utf8JsonWriter json, EvidenceItem item)
    {
        json.WriteStartObject();
        json.WriteString("href", string.Join('/', item.Artefact.Split('/').Select(Uri.EscapeDataString)));
        json.WriteStartArray("hashes");
        json.WriteStartObject();
        json.WriteString("algorithm", "SHA-256");
        json.WriteString("value", item.Sha256);
        json.WriteEndObject();
        json.WriteEndArray();
        json.WriteEndObject();
    }
}
