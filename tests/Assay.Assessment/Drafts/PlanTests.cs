using System.Text;
using System.Text.Json;
using Assay.Assessment.Catalogues;
using Assay.Assessment.Checks;
using Assay.Assessment.Declarations;
using Assay.Assessment.Documents;
using Assay.Assessment.Drafts;
using Assay.Assessment.Tests.Checks;
using Assay.Assessment.Verdicts;
using Assay.Evidence;
using Assay.Evidence.Reading;
using Assay.Tests;

namespace Assay.Assessment.Tests.Drafts;

/// <summary>assess --plan: whoever takes the steps reaches the level; what must be mended comes first.</summary>
public class PlanTests
{
    private static readonly Signer Lab = new("Lab", new string('1', 64), "CMS");

    private static AssessmentResult Evaluate(Examined examined) => Evaluation.Of(examined, Catalogue.Default);

    private static Examined Bare(params (string Name, string Text)[] files)
    {
        using var dossier = Dossier.Of([Artefact.Of("device.yaml", "maker: Acme\nmodel: Bell 3\nversions: [1.0]\n"u8.ToArray()), .. files.Select(f => Artefact.Of(f.Name, Encoding.UTF8.GetBytes(f.Text)))]);
        return Examination.Of(dossier, new ExaminationOptions { AsOf = Plant.AsOf });
    }

    /// <summary>Does what the steps say, and nothing else: signs the lines that are named, hands over the kinds of evidence that are named, writes records for the units that are named.</summary>
    private static Examined Taken(Examined examined, Plan plan)
    {
        foreach (var step in plan.Steps)
        {
            var place = new Location { Artefact = $"step-{step.Number}", Line = 1 };
            examined = step.Kind switch
            {
                "declare" => examined with
                {
                    Declaration = examined.Declaration with
                    {
                        Claims = [.. examined.Declaration.Claims.Where(c => !step.Provisions.Contains(c.Provision)), .. step.Provisions.Select((p, i) => new Claim { Provision = p, Support = Support.Yes, SignedBy = Plant.Maker, Location = place with { Line = i + 1 } })],
                    },
                },
                "capture" => With(examined, "capture.pcap", CoverageScope.Capture, "frames"),
                "image" => With(With(examined, "image.bin", CoverageScope.Files, "files"), "image.bin", CoverageScope.Image, "bytes"),
                "scan" => With(examined, "scan.xml", CoverageScope.Scan, "ports"),
                "materials" => With(examined, "sbom.json", CoverageScope.Materials, "components"),
                "application" => With(examined, "app.apk", CoverageScope.Application, "files"),
                "advisories" => With(examined, "store", CoverageScope.Advisories, "components"),
                "document" => With(examined, "page.html", CoverageScope.Document, "bytes"),
                "table" => With(examined, "ixit.yaml", CoverageScope.Declaration, "rows"),
                "lab" => examined with
                {
                    LabRecords = [.. examined.LabRecords, .. step.Units.Select((u, i) => new LabEntry(u, new LabRecord("A. Person", true, "tried, and it held", Lab, ["device.yaml"], place with { Line = i + 1 })))],
                },
                _ => throw new InvalidOperationException($"a test that knows no {step.Kind}: {step.What}"),
            };
        }
        return examined;

        static Examined With(Examined examined, string name, CoverageScope scope, string unit) => examined with { Coverage = [.. examined.Coverage, new Coverage { Artefact = name, Scope = scope, Unit = unit, Total = 100, Examined = 100 }] };
    }

    public static TheoryData<int> Levels() => new(1, 2, 3, 4);

    [Theory, MemberData(nameof(Levels))]
    public void Following_the_plan_reaches_the_level(int level)
    {
        var examined = Bare();
        var open = int.MaxValue;
        for (var round = 1; ; round++)
        {
            var result = Evaluate(examined);
            var plan = Plan.Of(result, level);
            if (plan.IsMet) break;
            Assert.True(round <= 3, $"level {level} is not met after {round - 1} rounds: {string.Join("; ", plan.Steps.Select(s => $"{s.Kind} {string.Join(' ', s.Units.Take(8))}: {s.What[..Math.Min(200, s.What.Length)]}"))}");
            Assert.Empty(plan.Mend);
            // Each round leaves less.
            Assert.InRange(plan.Open, 1, open - 1);
            open = plan.Open;
            examined = Taken(examined, plan);
        }
    }

    [Fact]
    public void Signatures_alone_lead_to_the_first_two_levels_in_one_step()
    {
        foreach (var level in new[] { 1, 2 })
        {
            var plan = Plan.Of(Evaluate(Bare()), level);
            var step = Assert.Single(plan.Steps);
            Assert.Equal("declare", step.Kind);
            Assert.Contains("to be answered: 5.1-1", step.What);
            Assert.True(Plan.Of(Evaluate(Taken(Bare(), plan)), level).IsMet);
        }
        // What is there and only lacks a signature is told apart.
        var unsigned = Plan.Of(Evaluate(Bare(("ics.yaml", "ics:\n  5.1-1: yes\n"))), 1);
        Assert.Contains("to be answered: 5.1-2, 5.2-1, 5.3-13; to be signed: 5.1-1", Assert.Single(unsigned.Steps).What);
    }

    [Fact]
    public void One_capture_that_serves_many_units_is_one_step_after_the_signatures()
    {
        var plan = Plan.Of(Evaluate(Bare()), 3);
        // Whatever a step needs is asked once for each state of the device.
        Assert.All(plan.Steps.Where(s => s.Kind is "capture" or "scan").GroupBy(s => (s.Kind, s.State)), g => Assert.Single(g));
        var capture = plan.Steps.Single(s => s is { Kind: "capture", State: "initialised" });
        Assert.True(capture.Hours >= 24);
        Assert.Equal([plan.Steps.Single(s => s.Kind == "declare").Number], capture.After);
        Assert.Contains(plan.Steps, s => s.Units.Count > s.Parts.Count && s.Parts.Count > 0);
        Assert.All(plan.Steps.TakeWhile(s => s.Kind != "declare"), s => Assert.Equal("table", s.Kind));
        // Of what is independent, what closes more for its cost comes first; and no step comes before one that it rests on.
        var free = plan.Steps.Where(s => s.Kind is not ("declare" or "table" or "correct")).Select(s => (double)s.Units.Count / s.Cost).ToList();
        Assert.Equal(free.OrderDescending(), free);
        Assert.All(plan.Steps, s => Assert.All(s.After, a => Assert.True(a < s.Number)));
        Assert.Equal(Enumerable.Range(1, plan.Steps.Count), plan.Steps.Select(s => s.Number));
    }

    [Fact]
    public void The_declared_time_between_update_checks_is_the_length_of_the_capture()
    {
        var told = Bare(("ixit.yaml", "ixit:\n  UpdMech:\n    - id: UpdMech-1\n      Description: over the network\n      Update Checking: after every start and once a week\n"));
        var unit = Evaluate(told).Verdicts.SelectMany(v => v.Units).Single(u => u.Unit == "5.3-10-1c");
        Assert.Contains("longer than 168 hours, the declared time between update checks (ixit.yaml line 5)", Settling.Of("5.3-10-1c")!.Say(UpdatePeriod.Of(told.Declaration)));
        Assert.Equal(168, Settling.Of("5.3-10-1c")!.HoursFor(UpdatePeriod.Of(told.Declaration)));
        Assert.NotNull(unit.Settle);
        Assert.Equal(24, Settling.Of("5.3-10-1c")!.HoursFor(null));
    }

    [Theory]
    [InlineData("once a day", 24.0)]
    [InlineData("After every start and every 6 hours", 6.0)]
    [InlineData("weekly", 168.0)]
    [InlineData("twice a day", 12.0)]
    [InlineData("every 90 minutes", 1.5)]
    [InlineData("hourly", 1.0)]
    [InlineData("every month", 720.0)]
    [InlineData("by hand only", null)]
    [InlineData("every now and then", null)]
    public void Periods_are_read_as_people_write_them(string text, double? hours) => Assert.Equal(hours, UpdatePeriod.HoursIn(text));

    [Fact]
    public void What_must_be_mended_comes_first_once_for_all_units_that_it_refutes()
    {
        var examined = Plant.Image().Saw(FindingKind.Credential, "root", Traits.KnownDefault, Traits.PasswordHash, Traits.WeakHash, Traits.Root).Examined(signed: true);
        var plan = Plan.Of(Evaluate(examined), 1);
        Assert.True(plan.NeedsMending);
        var mend = plan.Mend[0];
        Assert.Equal((1, "mend"), (mend.Number, mend.Kind));
        Assert.Contains("firmware/bell.bin", mend.What);
        Assert.Equal(plan.Mend.Count, plan.Mend.Select(m => m.What).Distinct().Count());
        // A "no" on a mandatory provision is mended in the device, not in the papers.
        var no = Plan.Of(Evaluate(Plant.Papers().Claims("5.2-1", Support.No, "not yet").Examined(signed: true)), 1);
        Assert.Contains(no.Mend, m => m.Provisions.Contains("5.2-1"));
    }

    [Fact]
    public void Papers_that_contradict_each_other_are_corrected_before_they_are_signed()
    {
        var plan = Plan.Of(Evaluate(Bare(("a.yaml", "ics:\n  5.2-1: yes\n"), ("b.yaml", "ics:\n  5.2-1: no\n"))), 1);
        var correct = plan.Steps[0];
        Assert.Equal("correct", correct.Kind);
        Assert.Contains("a.yaml line 2", correct.What);
        Assert.Contains("b.yaml line 2", correct.What);
        Assert.Contains(correct.Number, plan.Steps.Single(s => s.Kind == "declare").After);
    }

    [Fact]
    public void Every_unit_has_words_that_would_settle_it_and_no_forbidden_one()
    {
        Assert.All(Catalogue.Default.Units, u =>
        {
            var settling = Settling.Of(u.Id);
            Assert.NotNull(settling);
            Assert.InRange(settling.Cost, 1, 5);
            Assert.True(settling.Hours > 0);
            Assert.True(settling.Kind is "table" or "document" or "capture" or "scan" or "image" or "second unit" or "lab", u.Id);
            Assert.DoesNotMatch(@"(?i)\b(secure|safe|good|endorsed)\b", settling.Words);
        });
        Assert.Equal(Catalogue.Default.Units.Count, DataFile.Open(typeof(Catalogue), "settle.tsv").Rows.Count);
    }

    [Fact]
    public void A_plan_is_a_document_of_its_schema_and_a_table_for_a_person()
    {
        var plans = new[] { Evaluate(Bare()), Evaluate(Plant.Image().Saw(FindingKind.Credential, "root", Traits.KnownDefault, Traits.PasswordHash).Examined(signed: true)) }.SelectMany(r => Scheme.Levels.Select(l => (Result: r, Plan: Plan.Of(r, l.Number)))).ToList();
        using var scratch = new Scratch();
        var schema = Path.Combine(Root(), "docs", "schemas", "plan.schema.json");
        var files = plans.Select((p, i) => { var file = scratch.File($"{i}.json"); File.WriteAllBytes(file, PlanJson.Bytes(p.Plan, p.Result)); return file; }).ToList();
        File.WriteAllText(scratch.File("wrong.json"), File.ReadAllText(files[0]).Replace("\"kind\": \"declare\"", "\"kind\": \"guess\""));
        var judged = Npm.Run(Npm.Folder("ajv@8.17.1", "ajv-formats@3.0.1"), """
            import { readFileSync } from "node:fs";
            import { createRequire } from "node:module";
            const Ajv = createRequire(import.meta.url)("ajv/dist/2020").default;
            const [schema, ...files] = process.argv.slice(2);
            const validate = new Ajv({ allErrors: true, strict: false }).compile(JSON.parse(readFileSync(schema, "utf8")));
            console.log(files.map(f => validate(JSON.parse(readFileSync(f, "utf8")))).join(" "));
            """, [schema, .. files, scratch.File("wrong.json")]);
        Assert.Equal(string.Join(' ', files.Select(_ => "true").Append("false")), judged.Text.Trim());
        foreach (var (result, plan) in plans)
        {
            using var text = new StringWriter { NewLine = "\n" };
            PlanJson.Write(plan, result, text, 100);
            Assert.All(text.ToString().Split('\n').Skip(1).Where(l => l.StartsWith("     ")), l => Assert.True(l.Length <= 100 || !l.Trim().Contains(' '), l));
            Assert.Equal(PlanJson.Bytes(plan, result), PlanJson.Bytes(Plan.Of(result, plan.Level), result));
        }
    }

    private static string Root()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Assay.slnx"))) folder = folder.Parent;
        return folder!.FullName;
    }
}
