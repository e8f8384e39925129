using System.Text;
using System.Text.Json;
using Assay.Assessment.Catalogues;
using Assay.Assessment.Documents;
using Assay.Assessment.Tests.Checks;
using Assay.Assessment.Verdicts;
using Assay.Evidence;
using Assay.Labels.Token;
using Assay.Tests;
using SignedStatement = Assay.Labels.Token.Statement;

namespace Assay.Assessment.Tests.Documents;

/// <summary>What assess writes is judged from outside: our schema and OSCAL's by ajv, our own readers by what deciding needs.</summary>
public class OutputTests
{
    private const string Judge = """
        import { createRequire } from "node:module";
        import { readFileSync } from "node:fs";
        const require = createRequire(import.meta.url);
        const [kind, document, ...schemas] = process.argv.slice(2);
        const Ajv = require(kind === "2020" ? "ajv/dist/2020" : "ajv");
        const ajv = new Ajv({ allErrors: true, strict: false, unicodeRegExp: true });
        require("ajv-formats")(ajv);
        const read = file => JSON.parse(readFileSync(file, "utf8"));
        for (const other of schemas.slice(1)) ajv.addSchema(read(other));
        const validate = ajv.compile(read(schemas[0]));
        const valid = validate(read(document));
        console.log(valid ? "valid" : JSON.stringify(validate.errors.slice(0, 5)));
        """;

    private static readonly string[] Packages = ["ajv@8.17.1", "ajv-formats@3.0.1"];

    public static TheoryData<string> Results => ["doorbell-1.0", "doorbell-1.1", "empty", "hostile", "refuted"];

    [Theory]
    [MemberData(nameof(Results))]
    public void The_assessment_is_valid_by_its_published_schema(string name)
    {
        var (folder, schemas) = (Npm.Folder(Packages), Path.Combine(Checkout.Root, "docs", "schemas"));
        using var scratch = new Scratch();
        File.WriteAllBytes(scratch.File("a.json"), AssessmentJson.Bytes(Of(name)));
        Assert.Equal("valid", Npm.Run(folder, Judge, "2020", scratch.File("a.json"), Path.Combine(schemas, "assessment.schema.json"), Path.Combine(schemas, "findings.schema.json")).Text.Trim());
    }

    [Fact]
    public void The_schema_refuses_an_assessment_with_a_word_of_its_own()
    {
        var (folder, schemas) = (Npm.Folder(Packages), Path.Combine(Checkout.Root, "docs", "schemas"));
        using var scratch = new Scratch();
        var text = Encoding.UTF8.GetString(AssessmentJson.Bytes(Of("refuted"))).Replace("\"outcome\": \"fail\"", "\"outcome\": \"secure\"", StringComparison.Ordinal);
        File.WriteAllText(scratch.File("a.json"), text);
        Assert.Contains("enum", Npm.Run(folder, Judge, "2020", scratch.File("a.json"), Path.Combine(schemas, "assessment.schema.json"), Path.Combine(schemas, "findings.schema.json")).Text);
    }

    [Theory]
    [MemberData(nameof(Results))]
    public void The_oscal_export_is_valid_by_the_published_schema(string name)
    {
        var schema = Path.Combine(Corpus.Folder("oscal/schema"), "oscal_assessment-results_schema.json");
        var folder = Npm.Folder(Packages);
        using var scratch = new Scratch();
        File.WriteAllBytes(scratch.File("o.json"), OscalResults.Bytes(Of(name)));
        Assert.Equal("valid", Npm.Run(folder, Judge, "7", scratch.File("o.json"), schema).Text.Trim());
        File.WriteAllText(scratch.File("o.json"), "{ \"assessment-results\": { \"uuid\": \"no\" } }");
        Assert.Contains("required", Npm.Run(folder, Judge, "7", scratch.File("o.json"), schema).Text);
    }

    [Fact]
    public void Only_a_pass_or_a_fail_becomes_a_finding_of_oscal()
    {
        var result = Of("doorbell-1.0");
        using var document = JsonDocument.Parse(OscalResults.Bytes(result));
        var answer = document.RootElement.GetProperty("assessment-results").GetProperty("results")[0];
        var findings = answer.GetProperty("findings").EnumerateArray().Select(f => f.GetProperty("target").GetProperty("target-id").GetString()).Order(StringComparer.Ordinal).ToList();
        Assert.Equal(result.Verdicts.Where(v => v.Outcome is Outcome.Pass or Outcome.Fail).Select(v => $"en303645-{v.Provision}").Order(StringComparer.Ordinal), findings);
        Assert.Contains(result.Verdicts, v => v.Outcome is Outcome.Disputed or Outcome.Inconclusive);
        Assert.True(answer.GetProperty("observations").GetArrayLength() >= result.Verdicts.SelectMany(v => v.Units).Count(u => !u.IsPreparatory));
    }

    [Theory]
    [MemberData(nameof(Results))]
    public void What_deciding_needs_is_read_back_from_the_statement(string name)
    {
        var result = Of(name);
        using var key = SigningKey.Create();
        var statement = SignedStatement.Read(SignedStatement.Sign(key, AssessmentJson.Bytes(result), "lab", $"{result.Device.Maker}/{result.Device.Model}", Plant.AsOf));
        Assert.Equal(AssessmentJson.Bytes(result), statement.Assessment.ToArray());
        var summary = AssessmentSummary.Read(statement.Assessment);
        Assert.Equal((result.Device.Maker, result.Device.Model, result.AsOf), (summary.Maker, summary.Model, summary.AsOf));
        Assert.Equal(result.Levels.Select(l => (l.Met, l.Blocking.Count)), summary.Levels.Select(l => (l.Met, l.Blocking.Count)));
        Assert.Equal(result.Evidence.Select(e => e.Sha256), summary.Evidence.Select(e => e.Sha256));
    }

    [Theory]
    [InlineData("doorbell-1.0", false)]
    [InlineData("doorbell-1.1", true)]
    public void The_example_meets_level_1_only_after_its_repair(string name, bool met)
    {
        var result = Of(name);
        Assert.Equal(met, result.Levels[0].Met);
        Assert.Equal(met, result.Levels[0].Blocking.Count == 0);
        Assert.Empty(result.Unread);
        if (met) Assert.DoesNotContain(result.Verdicts, v => v.Outcome is Outcome.Fail or Outcome.Disputed);
    }

    [Fact]
    public void The_first_example_shows_both_planted_contradictions_with_their_places()
    {
        var all = Of("doorbell-1.0").Contradictions;
        Assert.Contains(all, c => !c.IsPaperAgainstPaper && c.One.Says.Contains("Disabled") && c.Other.Location is { Artefact: "captures/setup.pcap", Frame: not null });
        Assert.Contains(all, c => !c.IsPaperAgainstPaper && c.One.Says.Contains("Disabled") && c.Other.Location.Path == "/etc/init.d/rcS");
        Assert.Contains(all, c => c.IsPaperAgainstPaper && c.One.Says.Contains("2031-12-31") && c.Other.Says.Contains("2028-03-31"));
    }

    [Fact]
    public void An_empty_dossier_passes_nothing_and_says_what_to_hand_over()
    {
        var result = Of("empty");
        Assert.DoesNotContain(result.Verdicts, v => v.Outcome is Outcome.Pass or Outcome.NotApplicable);
        Assert.All(result.Levels, l => Assert.False(l.Met));
        Assert.Contains("dossier", result.NextStep);
        Assert.NotEmpty(result.Advice);
    }

    private static AssessmentResult Of(string name)
    {
        var options = new ExaminationOptions { AsOf = Plant.AsOf };
        switch (name)
        {
            case "empty":
                return Evaluation.Of(Dossier.Of([]), Catalogue.Default, options);
            case "refuted":
                return Evaluation.Of(Plant.Image().Saw(FindingKind.Credential, "root", Traits.EmptyPassword).Saw(FindingKind.Service, "telnetd", Traits.Telnet, Traits.StartedAtBoot).Examined(), Catalogue.Default);
            case "hostile":
                return Evaluation.Of(Dossier.Of(
                [
                    Artefact.Of("device.yaml", "maker: \"A\\u202e</script>\\u0000\"\nmodel: '{{x}}'\nversions: [\"\\e[31m\"]\nfiles: { ../../etc/passwd: image }\n"u8.ToArray()),
                    Artefact.Of("a b/ü\"<>&.md", "# IXIT 13-SoftServ\n| ID | Justification |\n|---|---|\n| <script>alert(1)</script> | TBD |\n"u8.ToArray()),
                    Artefact.Of("x.pcap", [0xd4, 0xc3, 0xb2, 0xa1, 2, 0, 4, 0]),
                    Artefact.Of("y.bin", [.. Enumerable.Range(0, 4096).Select(i => (byte)(i * 7 + i / 251))]),
                    Artefact.Of("z.cdx.json", "{\"bomFormat\":\"CycloneDX\",\"components\":[{\"name\":\"a\",\"version\":7},{\"version\":\"1\"},{\"name\":"u8.ToArray()),
                    Artefact.Of("empty.bin", []),
                ]), Catalogue.Default, options);
            default:
                using (var dossier = Dossier.Open(Path.Combine(Checkout.Root, "examples", name))) return Evaluation.Of(dossier, Catalogue.Default, options);
        }
    }
}
