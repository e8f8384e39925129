using System.Globalization;
using System.Text.RegularExpressions;
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

    // Read by another pair of eyes: plain text searches, without this program's reader.
    [Theory]
    [MemberData(nameof(Dossiers))]
    public void Every_row_and_every_group_verdict_that_stands_in_the_files_is_imported(string name)
    {
        var declaration = Assay.Assessment.Declarations.Declaration.Read(Corpus.Folder($"dossier/{name}"), AsOf);
        var (rows, groups) = (0, 0);
        foreach (var file in Corpus.Files($"dossier/{name}", "*.md"))
        {
            var text = File.ReadAllText(file);
            if (Regex.Match(Path.GetFileName(file), @"^ixit_(\d+)-", RegexOptions.IgnoreCase) is { Success: true } table)
            {
                var ids = Regex.Matches(text, @"^#+ \**ID\**:\s*(\S.*)$", RegexOptions.Multiline).Select(m => m.Groups[1].Value.Split(": ")[0].Trim('*', ' ', '`')).ToList();
                var read = declaration.Rows(int.Parse(table.Groups[1].Value, CultureInfo.InvariantCulture)).Select(r => r.Id).ToList();
                Assert.All(ids, id => Assert.Contains(id, read));
                rows += ids.Count;
            }
            if (!Path.GetFileName(file).StartsWith("Self_Assessment", StringComparison.OrdinalIgnoreCase)) continue;
            groups++;
            var said = Regex.Matches(text, @"Group Verdict\**\s*:\s*\**\s*(PASS|FAIL|N/A)", RegexOptions.IgnoreCase).Select(m => m.Groups[1].Value.ToUpperInvariant()).LastOrDefault();
            var own = Assert.Single(declaration.SelfAssessments, s => Path.GetFileName(s.Location.Artefact) == Path.GetFileName(file));
            if (said is null) Assert.DoesNotContain(own.Verdict, new[] { "PASS", "FAIL", "N/A" });
            else Assert.Equal(said, own.Verdict);
        }
        if (rows + groups == 0) Assert.Skip("no such Markdown files in this dossier");
        Assert.Equal(groups, declaration.SelfAssessments.Count);
    }

    [Theory]
    [MemberData(nameof(Dossiers))]
    public void Where_the_maker_passes_a_group_and_this_program_fails_it_a_check_points_to_a_line_that_is_there(string name)
    {
        var result = Assess(name);
        var declaration = Assay.Assessment.Declarations.Declaration.Read(Corpus.Folder($"dossier/{name}"), AsOf);
        var table = new SortedDictionary<string, int>(StringComparer.Ordinal);
        foreach (var own in declaration.SelfAssessments)
        {
            var ours = result.Verdicts.FirstOrDefault(v => v.Provision == own.Provision) ?? result.Verdicts.FirstOrDefault(v => v.Provision == own.Provision[..^1]);
            if (ours is null) continue;
            var key = $"{own.Verdict} there, {ours.Outcome} here";
            table[key] = table.GetValueOrDefault(key) + 1;
            // Nothing of an unsigned dossier passes by its word; a failure is never the word of a paper that another paper denies.
            Assert.False(ours is { Outcome: Outcome.Pass, Grade: not Grade.Tool }, own.Provision);
            foreach (var unit in ours.Units.Where(u => u.Outcome == Outcome.Fail && own.Verdict == "PASS"))
            {
                Assert.Equal(Grade.Tool, unit.Grade);
                var place = Regex.Match(unit.Reason, @"\((\S+) line (\d+)\)");
                Assert.True(place.Success, unit.Reason);
                var lines = File.ReadAllLines(Path.Combine(Corpus.Folder($"dossier/{name}"), place.Groups[1].Value));
                Assert.InRange(int.Parse(place.Groups[2].Value, CultureInfo.InvariantCulture), 1, lines.Length);
            }
        }
        if (declaration.SelfAssessments.Count == 0) Assert.Skip("the maker made no assessment of the own here");
        TestContext.Current.TestOutputHelper?.WriteLine($"{name}: {string.Join("; ", table.Select(t => $"{t.Value} {t.Key}"))}");
        Assert.True(table.GetValueOrDefault("PASS there, Fail here") * 10 <= declaration.SelfAssessments.Count, "more than a tenth of the groups that the maker passes are failed here");
    }

    [Theory]
    [MemberData(nameof(Dossiers))]
    public void A_contradiction_between_papers_is_never_a_failure_of_the_device(string name)
    {
        var result = Assess(name);
        foreach (var unit in result.Verdicts.SelectMany(v => v.Units).Where(u => u.Contradictions.Count > 0 && u.Contradictions.All(c => c.IsPaperAgainstPaper)))
        {
            // With nothing else against it the unit is disputed; where it fails, a check refuted it by itself and says so.
            if (unit.Outcome == Outcome.Fail) Assert.Contains(Assay.Assessment.Checks.Register.All, c => unit.Reason.Contains(c.Id + ": ", StringComparison.Ordinal) && c.Polarity is not Assay.Assessment.Checks.Polarity.Support);
            else Assert.Contains(unit.Outcome, new[] { Outcome.Disputed, Outcome.NotApplicable });
            Assert.All(unit.Contradictions, c => Assert.NotEqual((c.One.Location, c.One.Says), (c.Other.Location, c.Other.Says)));
        }
    }

    [Theory]
    [MemberData(nameof(Dossiers))]
    public void Unburnt_fuses_and_placeholders_are_among_the_traps_and_secure_boot_never_passes_by_tool(string name)
    {
        var result = Assess(name);
        Assert.All(result.Verdicts.Where(v => v.Provision == "5.7-1").SelectMany(v => v.Units), u => Assert.NotEqual((Outcome.Pass, Grade.Tool), (u.Outcome, u.Grade)));
        var files = Corpus.Files($"dossier/{name}");
        if (files.Any(f => Path.GetFileName(f) == "sdkconfig" && File.ReadLines(f).Any(l => l.StartsWith("CONFIG_SECURE_BOOT", StringComparison.Ordinal) && l.EndsWith("ENABLED=y", StringComparison.Ordinal))))
        {
            Assert.Contains(result.Lints, l => l is { Id: "build-flag", Provision: "5.7-1" });
        }
        foreach (var file in files.Where(f => Path.GetFileName(f).StartsWith("ixit_", StringComparison.OrdinalIgnoreCase)))
        {
            var at = Array.FindIndex(File.ReadAllLines(file), l => l.Contains("? years", StringComparison.Ordinal));
            if (at >= 0) Assert.Contains(result.Lints, l => l.Id == "placeholder" && l.Words.Contains("? years", StringComparison.Ordinal) && Path.GetFileName(l.Locations[0].Artefact) == Path.GetFileName(file));
        }
        // Names that differ from unit to unit are no placeholders.
        Assert.DoesNotContain(result.Lints, l => l.Id == "placeholder" && l.Words.Contains("\"XXXX\"", StringComparison.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Dossiers))]
    public void Units_that_ask_every_row_show_every_row(string name)
    {
        var result = Assess(name);
        var declaration = Assay.Assessment.Declarations.Declaration.Read(Corpus.Folder($"dossier/{name}"), AsOf);
        var shown = 0;
        foreach (var unit in result.Verdicts.SelectMany(v => v.Units).Where(u => u.Rows.Count > 0))
        {
            var table = Catalogue.Default.Unit(unit.Unit)!.EachRow!.Value;
            Assert.Equal(declaration.Rows(table).Count(), unit.Rows.Count);
            if (unit.Outcome == Outcome.Pass) Assert.All(unit.Rows, r => Assert.Equal(Outcome.Pass, r.Outcome));
            shown++;
        }
        if (declaration.Tables.Count > 0) Assert.True(shown > 0, "no unit shows rows");
    }

    private static readonly DateTimeOffset AsOf = new(2026, 11, 1, 0, 0, 0, TimeSpan.Zero);

    private static IReadOnlyList<string> Names() => [.. Directory.EnumerateDirectories(Corpus.Folder("dossier")).Select(d => Path.GetFileName(d)!).Order(StringComparer.Ordinal)];

    private static AssessmentResult Assess(string name)
    {
        using var dossier = Dossier.Open(Corpus.Folder($"dossier/{name}"));
        return Evaluation.Of(dossier, Catalogue.Default, new ExaminationOptions { AsOf = AsOf });
    }
}
