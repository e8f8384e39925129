using System.Security.Cryptography;
using System.Security.Cryptography.Pkcs;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Assay.Assessment.Catalogues;
using Assay.Assessment.Checks;
using Assay.Assessment.Tests.Checks;
using Assay.Assessment.Verdicts;
using Assay.Evidence;
using Assay.Tests;

namespace Assay.Assessment.Tests.Declarations;

/// <summary>What a laboratory's record may do, and what it may not: it decides units with evidence and a signature, and hides nothing.</summary>
public class LabRecordTests
{
    private const string Protocol = "Test protocol\nStep 1: every log-in secret was changed in the settings.\nStep 2: the old ones were refused.\n";

    private const string Unit = "5.1-4-2a";

    private static string Digest(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));

    private static string Record(string records, string head = "versions: [1.0]", string date = "2026-10-20") => $"""
        laboratory:
          name: Example Lab
          accreditation: accredited by nobody, this is a test
        person: {"{"} name: Ada Tester, role: test engineer {"}"}
        date: {date}
        device: {"{"} maker: Acme, model: Bell 3, {head} {"}"}
        records:
        {records}
        """;

    private static string Line(string unit = Unit, string result = "pass", string? digest = null, string file = "lab/protocol.txt", string place = "line: 2", string row = "") => $"""
          - unit: {unit}
        {(row.Length > 0 ? $"    row: {row}\n" : "")}    result: {result}
            method: followed the guide
            expected: every secret can be changed
            actual: all three were changed
            words: changed as the guide says
            evidence:
              - {"{"} file: {file}, sha256: {digest ?? Digest(Protocol)}, {place} {"}"}
        """;

    [Fact]
    public void A_signed_record_with_evidence_passes_its_unit_at_grade_lab()
    {
        var (verdict, entry, _) = Of(Record(Line()));
        Assert.Equal((Outcome.Pass, Grade.Lab), (verdict.Outcome, verdict.Grade));
        Assert.Contains("Ada Tester, signed by Example Lab GmbH: changed as the guide says (lab/record.yaml line 8)", verdict.Reason);
        Assert.True(entry!.Record.Counts);
        Assert.Equal(("lab/protocol.txt", "line 2"), (entry.Record.References[0].Artefact, entry.Record.References[0].Place));
        Assert.Equal(("Example Lab", "test engineer", new DateOnly(2026, 10, 20)), (entry.Record.Head!.Laboratory, entry.Record.Head.Role, entry.Record.Head.Date));
    }

    [Fact]
    public void A_signed_fail_refutes_its_unit() => Assert.Equal((Outcome.Fail, Grade.Lab), Shape(Of(Record(Line(result: "FAIL"))).Verdict));

    [Theory]
    [InlineData("other digest", "another SHA-256")]
    [InlineData("no digest", "SHA-256 is not given")]
    [InlineData("gone", "no such file in the dossier; perhaps lab/protocol.txt is meant")]
    [InlineData("line 900", "the record names line 900")]
    [InlineData("itself", "no evidence of itself")]
    [InlineData("unsigned", "unsigned record of Ada Tester")]
    [InlineData("changed", "changed after it was signed")]
    [InlineData("other version", "it is of version 2.0, this dossier is of 1.0")]
    [InlineData("other image", "digest 000000000000…, which is not in this dossier")]
    [InlineData("neither", "neither the version nor the image")]
    [InlineData("other maker", "it is of a device of Nobody")]
    [InlineData("tomorrow", "after the day of this assessment")]
    [InlineData("undated", "no date that can be read in one way")]
    [InlineData("no evidence", "without evidence")]
    [InlineData("inconclusive", "recorded as inconclusive: changed as the guide says")]
    [InlineData("not applicable", "recorded as not applicable, but 5.2-1 holds without condition")]
    public void What_does_not_hold_decides_nothing_and_is_said(string how, string said)
    {
        var unit = how == "not applicable" ? "5.2-1-1a" : Unit;
        var text = how switch
        {
            "other digest" => Record(Line(digest: new string('a', 64))),
            "no digest" => Record(Line(place: "line: 2").Replace($"sha256: {Digest(Protocol)}, ", "")),
            "gone" => Record(Line(file: "lab/protocoll.txt")),
            "line 900" => Record(Line(place: "lines: 2-900")),
            "itself" => Record(Line(file: "lab/record.yaml")),
            "other version" => Record(Line(), "versions: [\"2.0\"]"),
            "other image" => Record(Line(), $"image: {new string('0', 64)}"),
            "neither" => Record(Line(), "name: Bell 3"),
            "other maker" => Record(Line()).Replace("Acme", "Nobody"),
            "tomorrow" => Record(Line(), date: "2026-11-02"),
            "undated" => Record(Line(), date: "03/04/2026"),
            "no evidence" => Record(string.Join('\n', Line().Split('\n').TakeWhile(l => !l.Contains("evidence")))),
            "inconclusive" => Record(Line(result: "inconclusive")),
            "not applicable" => Record(Line(unit: unit, result: "n/a")),
            _ => Record(Line()),
        };
        var (verdict, entry, examined) = Of(text, sign: how != "unsigned", tamper: how == "changed", unit: unit);
        Assert.Equal(Outcome.Inconclusive, verdict.Outcome);
        Assert.Contains(said, verdict.Reason);
        Assert.NotNull(entry);
        Assert.Equal(how is "inconclusive" or "not applicable", entry.Record.Counts);
        Assert.False(string.IsNullOrWhiteSpace(verdict.Settle));
        if (how == "changed") Assert.Contains(examined.Coverage, c => c.Artefact == "lab/record.yaml" && c.Losses.Any(l => l.Found.Contains("changed after it was signed")));
    }

    [Theory]
    [InlineData("5.1-4-2x", "perhaps 5.1-4-2a is meant")]
    [InlineData("5.1-4", "its units are 5.1-4-1a, 5.1-4-2a")]
    [InlineData("nonsense", "a test unit of TS 103 701, found \"nonsense\"")]
    public void An_unknown_unit_is_named_with_its_line_and_the_nearest_one(string unit, string said)
    {
        var examined = Examined(Record($"{Line(unit: unit)}\n{Line()}"));
        var loss = Assert.Single(examined.Coverage.Single(c => c.Artefact == "lab/record.yaml").Losses).ToString();
        Assert.Contains(said, loss);
        Assert.Contains("lab/record.yaml line 8", loss);
        Assert.Equal(Unit, Assert.Single(examined.LabRecords).Unit);
    }

    [Fact]
    public void Two_laboratories_that_differ_contradict_each_other_and_the_fail_wins()
    {
        var examined = Examined(Record($"{Line()}\n{Line(result: "fail")}"));
        var verdict = Verdict(examined, Unit);
        Assert.Equal(Outcome.Fail, verdict.Outcome);
        Assert.Contains(verdict.Contradictions, c => c.About.Contains(Unit) && c.One.Says.Contains("fail") && c.Other.Says.Contains("pass"));
    }

    [Fact]
    public void Rows_pass_a_unit_only_when_every_row_has_a_record()
    {
        string[][] rows = [["AuthMech-1", "Description: web page"], ["AuthMech-2", "Description: app"]];
        var one = Line(row: "AuthMech-1");
        var both = one + "\n" + Line(row: "AuthMech-2");
        Assert.Contains("open: row AuthMech-2", Verdict(Examined(Record(one), p => p.Table(1, rows)), Unit).Reason);
        Assert.Equal((Outcome.Pass, Grade.Lab), Shape(Verdict(Examined(Record(both), p => p.Table(1, rows)), Unit)));
        Assert.Equal(Outcome.Fail, Verdict(Examined(Record(one + "\n" + Line(row: "AuthMech-2", result: "fail")), p => p.Table(1, rows)), Unit).Outcome);
        Assert.Contains("perhaps AuthMech-1 is meant", Verdict(Examined(Record(Line(row: "AuthMec-1")), p => p.Table(1, rows)), Unit).Reason);
    }

    [Fact]
    public void A_signed_not_applicable_counts_where_a_condition_allows_it()
    {
        var verdict = Verdict(Examined(Record(Line(unit: "5.1-2-1a", result: "n/a")), p => p.Silent()), "5.1-2-1a");
        Assert.Equal((Outcome.NotApplicable, Grade.Lab), Shape(verdict));
    }

    [Fact]
    public void A_comma_separated_record_says_the_same()
    {
        var csv = $"""
            # laboratory: Example Lab
            # person: Ada Tester
            # date: 20 October 2026
            # version: 1.0
            Test unit;Verdict;Method;Remarks;File;SHA-256;Line
            {Unit};Pass;followed the guide;"changed; as the guide says";lab/protocol.txt;{Digest(Protocol)};2
            ;;;and the refusal;lab/protocol.txt;{Digest(Protocol)};3
            5.1-4-2b;;;;;;
            """;
        var (verdict, entry, examined) = Of(csv, name: "lab/record.csv");
        Assert.Equal((Outcome.Pass, Grade.Lab), Shape(verdict));
        Assert.Equal(["line 2", "line 3"], entry!.Record.References.Select(r => r.Place));
        Assert.Equal((6, "changed; as the guide says"), (entry.Record.Location.Line, entry.Record.Words));
        Assert.Single(examined.LabRecords);
        Assert.Equal(1, examined.Coverage.Single(c => c.Artefact == "lab/record.csv").Counts["notFilledIn"]);
    }

    [Fact]
    public void A_record_in_json_says_the_same()
    {
        var json = $$"""
            { "laboratory": "Example Lab", "person": "Ada Tester", "date": "2026-10-20", "device": { "version": "v1.0" },
              "results": { "{{Unit}}": { "result": "passed", "words": "changed", "evidence": { "file": "lab/protocol.txt", "sha256": "sha256:{{Digest(Protocol).ToUpperInvariant()}}" } } } }
            """;
        Assert.Equal((Outcome.Pass, Grade.Lab), Shape(Of(json, name: "lab/record.json").Verdict));
    }

    [Fact]
    public void The_makers_own_key_is_shown_as_such()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        const string ics = "ics:\n  5.1-1: yes\n";
        var record = Record(Line());
        var plant = new[] { ("declaration/ics.yaml", Encoding.UTF8.GetBytes(ics)), ("declaration/ics.yaml.p7s", Cms(ics, "Acme", key)), ("lab/record.yaml.p7s", Cms(record, "Acme", key)) }
            .Aggregate(Plant.Papers().File("lab/protocol.txt", Protocol).File("lab/record.yaml", record), (p, f) => p.File(f.Item1, f.Item2));
        Assert.Contains("the maker's own hand", Assert.Single(plant.Examined().LabRecords).Record.Signer!.Note);
    }

    [Theory]
    [InlineData("laboratory: L\nrecords: [[[[[[[[")]
    [InlineData("laboratory: L\nrecords: { 5.1-4-2a: [ { result: pass }, 7 ] }")]
    [InlineData("laboratory: L\nrecords: text")]
    [InlineData("laboratory: { name: { name: { name: x } } }\nrecords: []")]
    [InlineData("laboratory: L\nrecords: [ { unit: 5.1-4-2a, result: pass, evidence: [ 1, [ 2, [ { file: ~ } ] ], { file: { a: b } } ] } ]")]
    [InlineData("unit,result,file\n5.1-4-2a,pass")]
    [InlineData("unit,result,file\n\"5.1-4-2a,pass\n,,,,,\n,,x")]
    [InlineData("unit,result,evidence\n5.1-4-2a,\u0000\u001b[31m,x")]
    public void Hostile_records_end_nothing_and_pass_nothing(string text)
    {
        var examined = Examined(text, name: "lab/record.yaml");
        Assert.DoesNotContain(examined.LabRecords, l => l.Record.Counts);
        Assert.NotEqual(Outcome.Pass, Verdict(examined, Unit).Outcome);
    }

    [Fact]
    public void A_record_too_long_is_a_loss()
    {
        var examined = Examined(Record(string.Join('\n', Enumerable.Repeat(Line(), 5_001))));
        Assert.Contains(examined.Coverage, c => c.Artefact == "lab/record.yaml" && c.Losses.Any(l => l.Expected.Contains("at most 5000 results")));
        Assert.Empty(examined.LabRecords);
    }

    public static TheoryData<string> Checks => [.. Register.All.Select(c => c.Id)];

    /// <summary>Every unit recorded as pass, over the dossier of every check that must fail: nothing that was refuted or disputed gets better.</summary>
    [Theory]
    [MemberData(nameof(Checks))]
    public void No_record_of_any_laboratory_turns_a_refutation_into_a_pass(string id)
    {
        var (fails, not, open) = PlantedDossiers.ByCheck[id];
        foreach (var plant in new[] { fails, not, open })
        {
            foreach (var signed in new[] { false, true })
            {
                var examined = plant.Examined(signed);
                var before = Evaluation.Of(examined, Catalogue.Default).Verdicts.SelectMany(v => v.Units).ToDictionary(u => u.Unit);
                foreach (var result in Enum.GetValues<LabResult>())
                {
                    var records = Catalogue.Default.Units.Select(u => new LabEntry(u.Id, new LabRecord("Ada", result == LabResult.Pass, "as seen", Plant.Maker, ["photo.jpg"], new Location { Artefact = "lab.yaml", Line = 1 }) { Result = result })).ToList();
                    foreach (var unit in Evaluation.Of(examined with { LabRecords = records }, Catalogue.Default).Verdicts.SelectMany(v => v.Units))
                    {
                        if (before[unit.Unit] is { Outcome: Outcome.Fail, Grade: not Grade.Declared }) Assert.Equal(Outcome.Fail, unit.Outcome);
                        if (before[unit.Unit].Outcome == Outcome.Disputed) Assert.Contains(unit.Outcome, new[] { Outcome.Disputed, Outcome.Fail });
                        if (result == LabResult.Fail && !unit.IsPreparatory) Assert.Equal(Outcome.Fail, unit.Outcome);
                        if (unit is { Outcome: Outcome.Pass, Grade: Grade.Lab }) Assert.Equal(LabResult.Pass, result);
                    }
                }
            }
        }
    }

    private static (Outcome, Grade?) Shape(UnitVerdict verdict) => (verdict.Outcome, verdict.Grade);

    private static UnitVerdict Verdict(Examined examined, string unit) => Evaluation.Of(examined, Catalogue.Default).Verdicts.SelectMany(v => v.Units).Single(u => u.Unit == unit);

    private static (UnitVerdict Verdict, LabEntry? Entry, Examined Examined) Of(string text, string name = "lab/record.yaml", bool sign = true, bool tamper = false, string unit = Unit)
    {
        var examined = Examined(text, name: name, sign: sign, tamper: tamper);
        return (Verdict(examined, unit), examined.LabRecords.FirstOrDefault(), examined);
    }

    private static Examined Examined(string text, Func<Plant, Plant>? more = null, string name = "lab/record.yaml", bool sign = true, bool tamper = false)
    {
        var plant = Plant.Papers().File("lab/protocol.txt", Protocol).File(name, tamper ? text + "# one more line\n" : text);
        if (sign) plant.File(name + ".p7s", Cms(text, "Example Lab GmbH"));
        return (more is null ? plant : more(plant)).Examined();
    }

    internal static byte[] Cms(string text, string name, ECDsa? with = null)
    {
        using var own = with is null ? ECDsa.Create(ECCurve.NamedCurves.nistP256) : null;
        var request = new CertificateRequest($"CN={name}", with ?? own!, HashAlgorithmName.SHA256);
        using var certificate = request.CreateSelfSigned(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero), new DateTimeOffset(2030, 1, 1, 0, 0, 0, TimeSpan.Zero));
        var cms = new SignedCms(new ContentInfo(Encoding.UTF8.GetBytes(text)), detached: true);
        cms.ComputeSignature(new CmsSigner(certificate) { IncludeOption = X509IncludeOption.EndCertOnly });
        return cms.Encode();
    }
}
