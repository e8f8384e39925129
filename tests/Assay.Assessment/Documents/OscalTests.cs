using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Assay.Assessment.Catalogues;
using Assay.Assessment.Documents;
using Assay.Assessment.Tests.Checks;
using Assay.Assessment.Tests.Reports;
using Assay.Assessment.Verdicts;
using Assay.Evidence;
using Assay.Tests;

namespace Assay.Assessment.Tests.Documents;

/// <summary>
/// Plan and results as OSCAL, judged by two validators that share no line of code (ajv, and Python's jsonschema), and by our own walk along every
/// identifier. Published examples are the positive controls, broken copies of our own documents the negative ones.
/// </summary>
public class OscalTests
{
    public static TheoryData<string> Results => ["doorbell-1.0", "doorbell-1.1", "empty", "demo", "of enemies", "with lab"];

    [Theory]
    [MemberData(nameof(Results))]
    public void Both_validators_accept_plan_and_results(string name)
    {
        var result = Of(name);
        foreach (var (kind, bytes) in new[] { ("assessment-plan", OscalPlan.Bytes(result)), ("assessment-results", OscalResults.Bytes(result)) })
        {
            foreach (var judge in Judges) Assert.Equal(["valid"], judge(kind, [bytes]));
        }
    }

    [Fact]
    public void Both_validators_accept_the_published_examples_and_refuse_broken_copies()
    {
        foreach (var (kind, folder) in new[] { ("assessment-plan", "ap"), ("assessment-results", "ar") })
        {
            var examples = Corpus.Files($"oscal/examples/{folder}", "*.json").Select(File.ReadAllBytes).ToList();
            var ours = kind == "assessment-plan" ? OscalPlan.Bytes(Of("doorbell-1.0")) : OscalResults.Bytes(Of("doorbell-1.0"));
            foreach (var judge in Judges)
            {
                Assert.All(judge(kind, examples), said => Assert.Equal("valid", said));
                Assert.All(judge(kind, [.. Broken(kind, ours)]), said => Assert.NotEqual("valid", said));
            }
        }
    }

    private static IEnumerable<byte[]> Broken(string kind, byte[] whole)
    {
        yield return Changed(r => r.Remove("uuid"));
        yield return Changed(r => r["uuid"] = "not-a-uuid");
        yield return Changed(r => r["metadata"]!["last-modified"] = "yesterday");
        yield return Changed(r => r["metadata"]!["version"] = " begins with a space");
        yield return Changed(r => r["metadata"]!["roles"]![0]!["id"] = "two words");
        yield return Changed(r => r["own-words"] = true);
        if (kind == "assessment-plan") yield return Changed(r => r["tasks"]![0]!.AsObject().Remove("title"));
        else yield return Changed(r => r["results"]![0]!["observations"]![0]!.AsObject().Remove("methods"));

        byte[] Changed(Action<JsonObject> change)
        {
            var root = JsonNode.Parse(whole)!;
            change(root[kind]!.AsObject());
            return Encoding.UTF8.GetBytes(root.ToJsonString());
        }
    }

    [Theory]
    [MemberData(nameof(Results))]
    public void Every_identifier_that_is_named_is_there(string name)
    {
        var result = Of(name);
        Assert.Empty(Dangling(OscalPlan.Bytes(result), OscalResults.Bytes(result)));
    }

    [Fact]
    public void The_walk_sees_an_identifier_that_leads_nowhere()
    {
        var result = Of("doorbell-1.0");
        var (plan, results) = (OscalPlan.Bytes(result), OscalResults.Bytes(result));
        foreach (var of in new[] { "task-uuid", "actor-uuid", "subject-uuid", "observation-uuid", "href" })
        {
            var root = JsonNode.Parse(results)!;
            var last = Walk(root).Last(n => n is JsonObject o && o.ContainsKey(of) && (of != "href" || o[of]!.GetValue<string>().StartsWith('#'))).AsObject();
            last[of] = of == "href" ? "#00000000-0000-4000-8000-000000000000" : "00000000-0000-4000-8000-000000000000";
            Assert.NotEmpty(Dangling(plan, Encoding.UTF8.GetBytes(root.ToJsonString())));
        }
        // Another plan than the one whose digest the results carry.
        Assert.NotEmpty(Dangling([.. plan, (byte)'\n'], results));
    }

    /// <summary>What leads nowhere: in the plan, in the results (which may name what the plan defines), from the results to the plan's bytes, and to controls of the catalog inside the plan.</summary>
    private static List<string> Dangling(byte[] plan, byte[] results)
    {
        var wrong = new List<string>();
        JsonNode ap = JsonNode.Parse(plan)!["assessment-plan"]!, ar = JsonNode.Parse(results)!["assessment-results"]!;
        var ofPlan = Defined(ap, wrong);
        var ofResults = Defined(ar, wrong);
        Named(ap, ofPlan);
        Named(ar, [.. ofResults, .. ofPlan]);
        // A fragment is looked up in its own document.
        Fragments(ap, ofPlan);
        Fragments(ar, ofResults);

        var import = ar["import-ap"]!["href"]!.GetValue<string>();
        var resource = ar["back-matter"]!["resources"]!.AsArray().Single(r => "#" + r!["uuid"]!.GetValue<string>() == import)!["rlinks"]![0]!;
        if (resource["href"]!.GetValue<string>() != OscalPlan.FileName) wrong.Add("the plan's file");
        if (resource["hashes"]![0]!["value"]!.GetValue<string>() != Convert.ToHexStringLower(SHA256.HashData(plan))) wrong.Add("the plan's digest");

        var inside = ap["back-matter"]!["resources"]!.AsArray().Single(r => r!["base64"] is not null)!["base64"]!["value"]!.GetValue<string>();
        var catalog = JsonNode.Parse(Convert.FromBase64String(inside))!["catalog"]!;
        var controls = Walk(catalog).OfType<JsonObject>().Where(o => o["class"]?.GetValueKind() == JsonValueKind.String && o["id"] is not null).Select(o => o["id"]!.GetValue<string>()).ToHashSet(StringComparer.Ordinal);
        foreach (var node in Walk(ap).Concat(Walk(ar)).OfType<JsonObject>())
        {
            foreach (var key in new[] { "control-id", "target-id" })
            {
                if (node[key] is { } control && !controls.Contains(control.GetValue<string>())) wrong.Add($"{key} {control}");
            }
        }
        return wrong;

        static HashSet<string> Defined(JsonNode root, List<string> wrong)
        {
            var ids = new HashSet<string>(StringComparer.Ordinal);
            foreach (var uuid in Walk(root).OfType<JsonObject>().Select(o => o["uuid"]).OfType<JsonNode>())
            {
                if (!ids.Add(uuid.GetValue<string>())) wrong.Add($"{uuid} is there twice");
            }
            return ids;
        }

        void Named(JsonNode root, HashSet<string> there)
        {
            foreach (var (key, value) in Walk(root).OfType<JsonObject>().SelectMany(o => o))
            {
                if (key.EndsWith("-uuid", StringComparison.Ordinal) && !there.Contains(value!.GetValue<string>())) wrong.Add($"{key} {value}");
                if (key is "party-uuids" or "member-of-organizations") wrong.AddRange(value!.AsArray().Where(v => !there.Contains(v!.GetValue<string>())).Select(v => $"{key} {v}"));
            }
        }

        void Fragments(JsonNode root, HashSet<string> there)
        {
            foreach (var href in Walk(root).OfType<JsonObject>().Select(o => o["href"]).OfType<JsonNode>().Select(h => h.GetValue<string>()).Where(h => h.StartsWith('#')))
            {
                if (!there.Contains(href[1..])) wrong.Add($"href {href}");
            }
        }
    }

    private static IEnumerable<JsonNode> Walk(JsonNode node)
    {
        yield return node;
        var inside = node switch { JsonObject o => o.Select(p => p.Value), JsonArray a => a, _ => [] };
        foreach (var child in inside.OfType<JsonNode>().SelectMany(Walk)) yield return child;
    }

    [Theory]
    [MemberData(nameof(Results))]
    public void What_is_not_decided_is_an_observation_without_a_finding_and_every_row_has_one(string name)
    {
        var result = Of(name);
        var answer = JsonNode.Parse(OscalResults.Bytes(result))!["assessment-results"]!["results"]![0]!;
        var counted = Assessment.Reports.Phrases.Counted(result.Verdicts.SelectMany(v => v.Units));
        Assert.Equal(counted.Count + counted.Sum(u => u.Rows.Count), answer["observations"]?.AsArray().Count ?? 0);
        Assert.Equal(result.Verdicts.Count(v => v.Outcome is Outcome.Pass or Outcome.Fail), answer["findings"]?.AsArray().Count ?? 0);
        Assert.Null(answer["risks"]);
        var open = counted.Where(u => u.Outcome is Outcome.Inconclusive or Outcome.Disputed && u.Settle is not null).ToList();
        Assert.All(open, u => Assert.Contains(answer["observations"]!.AsArray(), o => o!["title"]!.GetValue<string>().StartsWith($"Test unit {u.Unit}:", StringComparison.Ordinal) && o["remarks"]!.GetValue<string>().Contains(u.Settle!, StringComparison.Ordinal)));
    }

    [Fact]
    public void A_laboratorys_answer_names_its_person_and_its_evidence()
    {
        var results = JsonNode.Parse(OscalResults.Bytes(Of("with lab")))!["assessment-results"]!;
        var observation = results["results"]![0]!["observations"]!.AsArray().First(o => o!["props"]!.AsArray().Any(p => p!["name"]!.GetValue<string>() == "grade" && p["value"]!.GetValue<string>() == "lab"))!;
        Assert.Equal("TEST", observation["methods"]![0]!.GetValue<string>());
        var actor = observation["origins"]![0]!["actors"]![0]!["actor-uuid"]!.GetValue<string>();
        Assert.Equal("Ada Tester", results["metadata"]!["parties"]!.AsArray().Single(p => p!["uuid"]!.GetValue<string>() == actor)!["name"]!.GetValue<string>());
        Assert.Contains(observation["relevant-evidence"]!.AsArray(), e => e!["description"]!.GetValue<string>().Contains("lab/protocol.txt", StringComparison.Ordinal) && e["href"] is not null);
    }

    [Theory]
    [MemberData(nameof(Results))]
    public void The_same_result_has_the_same_bytes(string name)
    {
        Assert.Equal(OscalPlan.Bytes(Of(name)), OscalPlan.Bytes(Of(name)));
        Assert.Equal(OscalResults.Bytes(Of(name)), OscalResults.Bytes(Of(name)));
    }

    private static IEnumerable<Func<string, IReadOnlyList<byte[]>, IReadOnlyList<string>>> Judges =>
        [(kind, documents) => Judge(kind, documents, OscalJudges.ByAjv), (kind, documents) => Judge(kind, documents, OscalJudges.ByPython)];

    private static IReadOnlyList<string> Judge(string kind, IReadOnlyList<byte[]> documents, Func<string, string[], IReadOnlyList<string>> judge)
    {
        using var scratch = new Scratch();
        var files = documents.Select((bytes, i) =>
        {
            var file = scratch.File($"{i}.json");
            File.WriteAllBytes(file, bytes);
            return file;
        }).ToArray();
        return judge(Path.Combine(Corpus.Folder("oscal/schema"), $"oscal_{kind}_schema.json"), files);
    }

    private static AssessmentResult Of(string name)
    {
        switch (name)
        {
            case "empty": return Evaluation.Of(Dossier.Of([]), Catalogue.Default, new ExaminationOptions { AsOf = Plant.AsOf });
            case "demo": return Demo.Doorbell();
            case "of enemies": return Demo.OfEnemies();
            case "with lab": return LabDemo.Result();
            default:
                using (var dossier = Dossier.Open(Path.Combine(Checkout.Root, "examples", name))) return Evaluation.Of(dossier, Catalogue.Default, new ExaminationOptions { AsOf = Plant.AsOf });
        }
    }
}
