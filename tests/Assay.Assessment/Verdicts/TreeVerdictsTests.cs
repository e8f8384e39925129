using System.Text;
using Assay.Assessment.Catalogues;
using Assay.Assessment.Declarations;
using Assay.Assessment.Tests.Checks;
using Assay.Assessment.Verdicts;
using Assay.Evidence;

namespace Assay.Assessment.Tests.Verdicts;

/// <summary>Planted records of paths through decision trees: one that passes, fails, is disputed or stays open, and why.</summary>
public class TreeVerdictsTests
{
    private const string Whole = "path: { DN-1: no, DN-2: no, DN-3: no, DN-4: yes }\n    reason: a log-in stands before it\n";

    [Fact]
    public void A_signed_path_to_pass_passes_as_declared()
    {
        var verdict = Of("ACM-1", $"en18031:\n  - requirement: ACM-1\n    asset: Wi-Fi key\n    {Whole}", signed: true);
        Assert.Equal((Outcome.Pass, Grade.Declared), (verdict.Outcome, verdict.Grade));
        Assert.Equal(4, verdict.Records[0].Walk.Steps.Count);
    }

    [Fact]
    public void The_same_path_unsigned_is_inconclusive_and_shows_what_was_declared()
    {
        var verdict = Of("ACM-1", $"en18031:\n  - requirement: ACM-1\n    asset: Wi-Fi key\n    {Whole}");
        Assert.Equal((Outcome.Inconclusive, null), (verdict.Outcome, verdict.Grade));
        Assert.Contains("declared: pass, but unsigned", verdict.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void A_path_of_the_maker_to_fail_fails_signed_or_not()
    {
        const string Paper = "en18031:\n  - { requirement: SUM-3, mechanism: over the air, path: { DN-1: no, DN-2: no, DN-3: no }, reason: a person at the device }\n";
        Assert.Equal(Outcome.Fail, Of("SUM-3", Paper).Outcome);
        Assert.Equal(Outcome.Fail, Of("SUM-3", Paper, signed: true).Outcome);
    }

    [Theory]
    [InlineData("path: { DN-1: no, DN-2: no }\n    reason: x\n", "DN-3 has no answer", "DT.ACM-1.DN-3")]
    [InlineData("path: { DN-1: no, DN-2: no, DN-3: no, DN-4: yes }\n", "DN-1 is answered without a reason", "DT.ACM-1.DN-1")]
    [InlineData("path: { DN-1: no, DN-2: no, DN-3: no, DN-4: yes }\n    reason: TBD\n", "DN-1 is answered without a reason", "DT.ACM-1.DN-1")]
    [InlineData("path: { DN-1: { answer: no, reason: a }, DN-2: { answer: no, reason: b }, DN-3: no, DN-4: { answer: yes, reason: d } }\n", "DN-3 is answered without a reason", "DT.ACM-1.DN-3")]
    [InlineData("reason: nothing answered\n", "DN-1 has no answer", "DT.ACM-1.DN-1")]
    public void What_lacks_an_answer_or_a_reason_stays_open_and_names_the_node(string path, string reason, string settle)
    {
        var verdict = Of("ACM-1", $"en18031:\n  - requirement: ACM-1\n    asset: Wi-Fi key\n    {path}", signed: true);
        Assert.Equal(Outcome.Inconclusive, verdict.Outcome);
        Assert.Contains(reason, verdict.Reason, StringComparison.Ordinal);
        Assert.Contains(settle, verdict.Settle!, StringComparison.Ordinal);
    }

    [Fact]
    public void Evidence_against_an_answer_makes_the_record_disputed_and_shows_both_sides()
    {
        const string Paper = "en18031:\n  - { requirement: AUM-5-1, asset: password of root, path: { DN-1: no, DN-2: yes, DN-3: yes }, reason: random in the factory }\n";
        var plant = Plant.Image().Saw(FindingKind.Credential, "root", Traits.KnownDefault, Traits.PasswordHash);
        var honest = Of("AUM-5-1", Paper, signed: true);
        Assert.Equal(Outcome.Pass, honest.Outcome);
        var verdict = Of("AUM-5-1", Paper, signed: true, plant);
        Assert.Equal(Outcome.Disputed, verdict.Outcome);
        var contradiction = verdict.Contradictions.First();
        Assert.True(contradiction.One.IsPaper);
        Assert.False(contradiction.Other.IsPaper);
        Assert.Contains("5.1-1-2c", contradiction.Other.Says, StringComparison.Ordinal);
        Assert.Equal("firmware/bell.bin", contradiction.Other.Location.Artefact);
    }

    [Fact]
    public void An_answer_that_evidence_does_not_touch_is_not_disputed()
    {
        // The change at first use is enforced: that the factory's password is the same everywhere contradicts nothing on this path.
        const string Paper = "en18031:\n  - { requirement: AUM-5-1, asset: password of root, path: { DN-1: yes }, reason: changed at first use }\n";
        Assert.Equal(Outcome.Pass, Of("AUM-5-1", Paper, signed: true, Plant.Image().Saw(FindingKind.Credential, "root", Traits.KnownDefault, Traits.PasswordHash)).Outcome);
    }

    [Fact]
    public void Evidence_about_one_thing_does_not_dispute_the_record_of_another()
    {
        const string Root = "  - { requirement: AUM-5-1, asset: password of root, path: { DN-1: no, DN-2: yes, DN-3: yes }, reason: random in the factory }\n";
        const string Web = "  - { requirement: AUM-5-1, asset: sticker of the web page, path: { DN-1: no, DN-2: yes, DN-3: yes }, reason: random in the factory }\n";
        var plant = Plant.Image().Saw(FindingKind.Credential, "root", Traits.KnownDefault, Traits.PasswordHash);
        Assert.Equal([Outcome.Disputed, Outcome.Pass], Of("AUM-5-1", "en18031:\n" + Root + Web, signed: true, plant).Records.Select(r => r.Outcome));
        // Where no record names it, it may be any of them.
        Assert.Equal([Outcome.Disputed, Outcome.Disputed], Of("AUM-5-1", "en18031:\n" + Web + Web.Replace("web page", "app", StringComparison.Ordinal), signed: true, plant).Records.Select(r => r.Outcome));
    }

    [Fact]
    public void All_records_count_and_the_worst_speaks()
    {
        string Records(params string[] fourth) => "en18031:\n" + string.Concat(fourth.Select((f, i) => $"  - {{ requirement: ACM-1, asset: asset {i}, path: {{ DN-1: no, DN-2: no, DN-3: no, DN-4: {f} }}, reason: r }}\n"));
        Assert.Equal(Outcome.Pass, Of("ACM-1", Records("yes", "yes", "yes"), signed: true).Outcome);
        Assert.Equal(Outcome.Fail, Of("ACM-1", Records("yes", "no", "yes"), signed: true).Outcome);
        Assert.Equal(Outcome.Inconclusive, Of("ACM-1", Records("yes", "", "yes"), signed: true).Outcome);
        Assert.Equal(3, Of("ACM-1", Records("yes", "no", "yes"), signed: true).Records.Count);
    }

    [Fact]
    public void An_exception_that_was_read_is_not_applicable_and_one_that_was_assumed_decides_nothing_alone()
    {
        var read = Of("ACM-1", "en18031:\n  - { requirement: ACM-1, asset: time of day, path: { DN-1: yes }, reason: shown to everybody }\n", signed: true);
        Assert.Equal((Outcome.NotApplicable, false), (read.Outcome, read.IsAssumed));
        var assumed = Of("SUM-1", "en18031:\n  - { requirement: SUM-1, asset: boot ROM, path: { DN-1: yes, DN-2: no, DN-3: yes }, reason: masked }\n", signed: true);
        Assert.Equal((Outcome.NotApplicable, true), (assumed.Outcome, assumed.IsAssumed));
        // Beside a part that does pass, either reading of that end gives the same answer.
        var both = Of("SUM-1", "en18031:\n  - { requirement: SUM-1, asset: boot ROM, path: { DN-1: yes, DN-2: no, DN-3: yes }, reason: masked }\n"
            + "  - { requirement: SUM-1, asset: firmware, path: { DN-1: yes, DN-2: no, DN-3: no, DN-4: no, DN-5: yes }, reason: over the air }\n", signed: true);
        Assert.Equal((Outcome.Pass, false), (both.Outcome, both.IsAssumed));
    }

    [Fact]
    public void What_was_found_and_stands_in_no_record_is_listed_as_missing()
    {
        const string Paper = "en18031:\n  - { requirement: GEC-2, asset: web page, path: { DN-1: yes, DN-2: yes, DN-3: yes }, reason: setting up }\n";
        var plant = Plant.Image().Saw(FindingKind.Service, "telnetd", Traits.Telnet, Traits.StartedAtBoot).Saw(FindingKind.Service, "httpd", Traits.Http, Traits.StartedAtBoot);
        var verdict = Of("GEC-2", Paper, signed: true, plant);
        Assert.Equal(Outcome.Disputed, verdict.Outcome);
        Assert.Equal("telnetd", Assert.Single(verdict.Missing).What);
        var whole = Of("GEC-2", Paper + "  - { requirement: GEC-2, asset: Telnet, path: { DN-1: yes, DN-2: yes, DN-3: yes }, reason: service at the factory }\n", signed: true, plant);
        Assert.Equal(Outcome.Pass, whole.Outcome);
        Assert.Empty(whole.Missing);
        // Without any record nothing is disputed: what was found says what to write.
        var none = Of("GEC-2", "en18031:\n  - { requirement: ACM-1, asset: a, path: { DN-1: yes }, reason: r }\n", signed: true, plant);
        Assert.Equal((Outcome.Inconclusive, 2), (none.Outcome, none.Missing.Count));
    }

    [Fact]
    public void Nothing_of_this_kind_needs_a_reason_a_signature_and_no_contrary_record()
    {
        Assert.Equal(Outcome.NotApplicable, Of("GEC-5", "en18031:\n  GEC-5: 'none: a sealed case'\n", signed: true).Outcome);
        Assert.Equal(Outcome.Inconclusive, Of("GEC-5", "en18031:\n  GEC-5: 'none: a sealed case'\n").Outcome);
        Assert.Equal(Outcome.Inconclusive, Of("GEC-5", "en18031:\n  GEC-5: none\n", signed: true).Outcome);
        Assert.Equal(Outcome.Disputed, Of("GEC-5", "en18031:\n  GEC-5: 'none: a sealed case'\n", signed: true, Plant.Image().Saw(FindingKind.Debug, "ttyS0", Traits.SerialConsole)).Outcome);
        Assert.Equal(Outcome.Disputed, Of("GEC-5", "en18031:\n  GEC-5:\n    - none\n    - { asset: USB, path: { DN-1: yes }, reason: power }\n", signed: true).Outcome);
    }

    [Fact]
    public void Two_records_of_one_thing_with_different_ends_are_paper_against_paper()
    {
        var verdict = Of("ACM-1", "en18031:\n  - { requirement: ACM-1, asset: key, path: { DN-1: yes }, reason: r }\n  - { requirement: ACM-1, asset: Key, path: { DN-1: no, DN-2: no, DN-3: no, DN-4: yes }, reason: r }\n", signed: true);
        Assert.Equal(Outcome.Disputed, verdict.Outcome);
        Assert.True(verdict.Contradictions.First().IsPaperAgainstPaper);
    }

    [Fact]
    public void Twenty_thousand_records_are_answered_in_a_moment()
    {
        var text = new StringBuilder("requirement,asset,path,reason\n");
        for (var i = 0; i < 20_000; i++) text.Append("GEC-2,service ").Append(i).Append(",DN-1=yes DN-2=yes DN-3=yes,needed\n");
        var began = System.Diagnostics.Stopwatch.GetTimestamp();
        var verdict = Of("GEC-2", text.ToString(), signed: true, Plant.Image().Saw(FindingKind.Service, "telnetd", Traits.Telnet, Traits.StartedAtBoot));
        Assert.Equal((Outcome.Disputed, 20_000, 1), (verdict.Outcome, verdict.Records.Count, verdict.Missing.Count));
        Assert.True(System.Diagnostics.Stopwatch.GetElapsedTime(began) < TimeSpan.FromSeconds(20));
    }

    [Fact]
    public void Without_records_every_requirement_is_open_and_says_what_to_write()
    {
        var verdicts = Verdicts("ics:\n  5.1-1: yes\n");
        Assert.All(verdicts, v => Assert.Equal(Outcome.Inconclusive, v.Outcome));
        Assert.All(verdicts, v => Assert.Contains("record", v.Settle!, StringComparison.Ordinal));
    }

    private static TreeVerdict Of(string requirement, string paper, bool signed = false, Plant? plant = null) => Verdicts(paper, signed, plant).Single(v => v.Tree.Requirement == requirement);

    private static IReadOnlyList<TreeVerdict> Verdicts(string paper, bool signed = false, Plant? plant = null)
    {
        var examined = (plant ?? Plant.Papers()).Examined();
        var said = Declaration.Read([Artefact.Of("declaration/en18031.yaml", Encoding.UTF8.GetBytes(paper))], Plant.AsOf);
        Assert.Empty(said.Unread);
        examined = examined with { Declaration = examined.Declaration with { Trees = [.. said.Trees.Select(t => signed ? t with { SignedBy = Plant.Maker } : t)] } };
        return TreeVerdicts.Of(examined, Evaluation.Of(examined, Catalogue.Default).Verdicts);
    }
}
