using Assay.Assessment.Catalogues;
using Assay.Assessment.Verdicts;
using Assay.Evidence;
using Assay.Tests;

namespace Assay.Assessment.Tests;

/// <summary>Whole dossiers of real makers. Every folder of the corpus is one; what must hold for every dossier is separate from what holds where a paper says it.</summary>
public class RealDossierTests
{
    public static TheoryData<string> Dossiers
    {
        get
        {
            var root = Corpus.Root is null ? null : Path.Combine(Corpus.Root, "dossier");
            return root is not null && Directory.Exists(root) ? [.. Directory.EnumerateDirectories(root).Select(d => Path.GetFileName(d)!).Order(StringComparer.Ordinal)] : ["absent"];
        }
    }

    [Theory]
    [MemberData(nameof(Dossiers))]
    public void Every_table_is_read_and_nothing_is_left_over(string name)
    {
        var result = Assess(name);
        Assert.Empty(result.Unread);
        Assert.Contains(result.Evidence, e => e.Kind == "declaration");
    }

    [Theory]
    [MemberData(nameof(Dossiers))]
    public void No_provision_passes_by_unsigned_claims(string name)
    {
        var result = Assess(name);
        Assert.DoesNotContain(result.Verdicts, v => v.Outcome == Outcome.Pass && v.Grade is Grade.Declared or Grade.Supported);
        Assert.All(result.Levels, l => Assert.False(l.Met));
        Assert.Contains(result.Verdicts.SelectMany(v => v.Units), u => u.Declared == "yes");
    }

    [Theory]
    [MemberData(nameof(Dossiers))]
    public void A_missing_device_sheet_is_said_with_what_to_write(string name)
    {
        var result = Assess(name);
        if (File.Exists(Path.Combine(Corpus.Folder($"dossier/{name}"), "device.yaml"))) Assert.Skip("this dossier has a device.yaml");
        Assert.Equal(Device.Unknown, result.Device.Maker);
        Assert.Contains(result.Advice, a => a.Contains("device.yaml") && a.Contains("maker:") && a.Contains("model:"));
    }

    [Fact]
    public void A_build_flag_for_secure_boot_against_unburnt_fuses_is_shown_with_both_lines_and_never_passes()
    {
        var found = 0;
        foreach (var name in Names())
        {
            var flags = Corpus.Files($"dossier/{name}").Where(f => Path.GetFileName(f) == "sdkconfig" && File.ReadAllText(f).Contains("CONFIG_SECURE_BOOT_V2_ENABLED=y", StringComparison.Ordinal)).ToList();
            if (flags.Count == 0) continue;
            found++;
            var result = Assess(name);
            var verdict = result.Verdicts.Single(v => v.Provision == "5.7-1");
            Assert.Contains(verdict.Outcome, new[] { Outcome.Disputed, Outcome.Inconclusive });
            var contradiction = Assert.Single(result.Contradictions, c => c.One.Location.Artefact.EndsWith("sdkconfig", StringComparison.Ordinal) && c.Other.Says.Contains("20-SecBoot", StringComparison.Ordinal));
            var flag = File.ReadAllLines(flags[0])[contradiction.One.Location.Line!.Value - 1];
            Assert.StartsWith("CONFIG_SECURE_BOOT", flag, StringComparison.Ordinal);
            Assert.EndsWith("=y", flag, StringComparison.Ordinal);
            Assert.NotNull(contradiction.Other.Location.Line);
            Assert.Contains("fuse", contradiction.Other.Says, StringComparison.OrdinalIgnoreCase);
            Assert.Contains("fuse", verdict.Settle!, StringComparison.OrdinalIgnoreCase);
        }
        if (found == 0) Assert.Skip("no dossier here has a build configuration with the flag");
    }

    [Fact]
    public void A_placeholder_for_the_support_period_fails_and_the_other_statement_is_shown_against_it()
    {
        var found = 0;
        foreach (var name in Names())
        {
            var placeholder = Corpus.Files($"dossier/{name}", "*.md").Any(f => Path.GetFileName(f).StartsWith("ixit_2", StringComparison.OrdinalIgnoreCase) && File.ReadAllText(f).Contains("? years", StringComparison.Ordinal));
            if (!placeholder) continue;
            found++;
            var result = Assess(name);
            var verdict = result.Verdicts.Single(v => v.Provision == "5.3-13");
            Assert.Equal(Outcome.Fail, verdict.Outcome);
            var unit = verdict.Units.Single(u => u.Unit == "5.3-13-2c");
            Assert.Equal((Outcome.Fail, Grade.Tool), (unit.Outcome, unit.Grade));
            Assert.Contains("? years", unit.Reason);
            var contradiction = Assert.Single(unit.Contradictions, c => c.Other.Says.Contains("5-year", StringComparison.Ordinal) || c.Other.Says.Contains("5 years", StringComparison.Ordinal));
            Assert.NotEqual(contradiction.One.Location.Line, contradiction.Other.Location.Line);
        }
        if (found == 0) Assert.Skip("no dossier here has a placeholder in 2-UserInfo");
    }

    private static IReadOnlyList<string> Names() => [.. Directory.EnumerateDirectories(Corpus.Folder("dossier")).Select(d => Path.GetFileName(d)!).Order(StringComparer.Ordinal)];

    private static AssessmentResult Assess(string name)
    {
        using var dossier = Dossier.Open(Corpus.Folder($"dossier/{name}"));
        return Evaluation.Of(dossier, Catalogue.Default, new ExaminationOptions { AsOf = new DateTimeOffset(2026, 11, 1, 0, 0, 0, TimeSpan.Zero) });
    }
}
