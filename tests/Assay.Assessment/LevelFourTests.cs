using System.Text;
using System.Text.RegularExpressions;
using Assay.Assessment.Catalogues;
using Assay.Assessment.Documents;
using Assay.Assessment.Drafts;
using Assay.Assessment.Tests.Checks;
using Assay.Assessment.Tests.Declarations;
using Assay.Assessment.Verdicts;
using Assay.Evidence;
using Assay.Tests;

namespace Assay.Assessment.Tests;

/// <summary>From the draft that we write to level 4, as a laboratory goes it: fill in, sign with OpenSSL, assess again.</summary>
public class LevelFourTests
{
    [Fact]
    public void A_signed_record_of_every_open_unit_meets_level_4_and_one_refutation_does_not()
    {
        Tool.Need("openssl", "openssl");
        using var scratch = Dossier(out var before);
        Assert.False(before.Levels.Single(l => l.Level == 4).Met);
        FillIn(scratch, LabDraft.Text(before));
        var met = Assess(scratch.Folder);
        Assert.True(met.Levels.Single(l => l.Level == 4).Met, string.Join("\n", met.Levels.Single(l => l.Level == 4).Blocking.Select(b => $"{b.Unit} {b.Outcome} {b.Reason}")));
        Assert.True(met.Grades.Lab > 40, $"{met.Grades}");
        Assert.All(met.LabRecords, l => Assert.True(l.Record.Counts, LabJson.Why(l.Record)));

        // The same record in a dossier whose capture is another one, in which a log-in crosses the network in clear: the machine's refutation stays.
        File.Copy(Path.Combine(Checkout.Root, "examples", "doorbell-1.0", "captures", "setup.pcap"), scratch.File("captures/more.pcap"));
        var refuted = Assess(scratch.Folder);
        Assert.False(refuted.Levels.Single(l => l.Level == 4).Met);
        Assert.Contains(refuted.Verdicts.SelectMany(v => v.Units), u => u is { Outcome: Outcome.Fail, Grade: Grade.Tool } && refuted.LabRecords.Any(l => l.Unit == u.Unit && l.Record.Counts));
    }

    [Fact]
    public void The_same_record_unsigned_meets_nothing_more()
    {
        using var scratch = Dossier(out var before);
        FillIn(scratch, LabDraft.Text(before), sign: false);
        var after = Assess(scratch.Folder);
        Assert.Equal(before.Levels.Select(l => l.Met), after.Levels.Select(l => l.Met));
        Assert.Equal(0, after.Grades.Lab);
        Assert.NotEmpty(after.LabRecords);
    }

    [Theory]
    [InlineData("doorbell-1.0")]
    [InlineData("doorbell-1.1")]
    public void An_empty_draft_says_nothing_and_asks_nothing_that_a_check_decided(string name)
    {
        using var dossier = Assessment.Dossier.Open(Path.Combine(Checkout.Root, "examples", name));
        var result = Evaluation.Of(dossier, Catalogue.Default, new ExaminationOptions { AsOf = Plant.AsOf });
        var draft = LabDraft.Text(result);
        var units = Regex.Matches(draft, "- unit: (.*)").Select(m => m.Groups[1].Value).ToList();
        Assert.NotEmpty(units);
        Assert.DoesNotContain(result.Verdicts.SelectMany(v => v.Units), u => units.Contains(u.Unit) && u is { Outcome: Outcome.Pass, Grade: Grade.Tool } or { Outcome: Outcome.Fail, Grade: Grade.Tool } && units.Contains(u.Unit));
        var examined = Examination.Of(Assessment.Dossier.Of([Artefact.Of("lab.yaml", Encoding.UTF8.GetBytes(draft))]), new ExaminationOptions { AsOf = Plant.AsOf });
        Assert.Equal(FileKind.LabRecord, Assert.Single(examined.Files).Kind);
        Assert.Empty(examined.LabRecords);
        Assert.Empty(examined.Coverage.SelectMany(c => c.Losses));
        Assert.Equal(units.Count, examined.Coverage.Single().Counts["notFilledIn"]);
    }

    private static Scratch Dossier(out AssessmentResult before)
    {
        var scratch = new Scratch();
        var from = Path.Combine(Checkout.Root, "examples", "doorbell-1.1");
        foreach (var file in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories))
        {
            var to = scratch.File(Path.GetRelativePath(from, file));
            Directory.CreateDirectory(Path.GetDirectoryName(to)!);
            File.Copy(file, to);
        }
        Directory.CreateDirectory(scratch.File("lab"));
        File.WriteAllText(scratch.File("lab/protocol.txt"), "Protocol of the laboratory: every step, one a line.\n");
        before = Assess(scratch.Folder);
        return scratch;
    }

    private static void FillIn(Scratch scratch, string draft, bool sign = true)
    {
        var digest = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(File.ReadAllBytes(scratch.File("lab/protocol.txt"))));
        var filled = draft.Replace("laboratory:\n  name:", "laboratory:\n  name: Example Lab", StringComparison.Ordinal).Replace("person:\n  name:", "person:\n  name: Ada Tester", StringComparison.Ordinal)
            .Replace("\ndate:", "\ndate: 2026-10-20", StringComparison.Ordinal).Replace("    result:\n", "    result: pass\n", StringComparison.Ordinal)
            .Replace("    words:\n", "    words: examined by hand as the unit asks\n", StringComparison.Ordinal)
            .Replace("{ file: , sha256: , line: , words: }", $"{{ file: lab/protocol.txt, sha256: {digest}, line: 1 }}", StringComparison.Ordinal);
        File.WriteAllText(scratch.File("lab/record.yaml"), filled);
        if (!sign) return;
        using var keys = new Scratch();
        OpenSsl(scratch, "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=Example Lab", "-days", "3650", "-keyout", keys.File("lab.key"), "-out", keys.File("lab.pem"));
        OpenSsl(scratch, "cms", "-sign", "-binary", "-in", "lab/record.yaml", "-signer", keys.File("lab.pem"), "-inkey", keys.File("lab.key"), "-outform", "DER", "-out", "lab/record.yaml.p7s");
    }

    private static void OpenSsl(Scratch scratch, params string[] arguments)
    {
        var result = Tool.Run("openssl", arguments, scratch.Folder);
        Assert.True(result.Exit == 0, result.Error);
    }

    private static AssessmentResult Assess(string folder)
    {
        using var dossier = Assessment.Dossier.Open(folder);
        return Evaluation.Of(dossier, Catalogue.Default, new ExaminationOptions { AsOf = Plant.AsOf });
    }
}
