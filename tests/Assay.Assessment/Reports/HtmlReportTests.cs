using Assay.Assessment.Reports;
using Assay.Assessment.Verdicts;
using Assay.Tests;

namespace Assay.Assessment.Tests.Reports;

public class HtmlReportTests
{
    public static readonly TheoryData<string> Results = new() { "doorbell", "repaired", "empty", "of enemies", "answered" };

    internal static AssessmentResult Result(string name) => name switch
    {
        "doorbell" => Demo.Doorbell(),
        "repaired" => Demo.Repaired(),
        "empty" => Demo.Empty(),
        "answered" => Answered.Result(),
        "example" => RealReportTests.Assess(Path.Combine(Checkout.Root, "examples", "doorbell-1.0")),
        _ => Demo.OfEnemies(),
    };

    [Theory]
    [MemberData(nameof(Results))]
    public void Every_report_is_a_sound_page(string name) => Assert.Empty(HtmlReport.Page(Result(name), new()).Faults());

    [Fact]
    public void The_same_result_gives_the_same_bytes() => Assert.Equal(Html(Demo.Doorbell()), Html(Demo.Doorbell()));

    [Fact]
    public void The_answer_comes_first_and_says_what_blocks_and_what_to_do_next()
    {
        var html = Html(Demo.Doorbell());
        var answer = html.IndexOf("No level is met. Level 1 (UK PSTI) is blocked by 2 provisions.", StringComparison.Ordinal);
        var next = html.IndexOf("Remove the fixed password of root", StringComparison.Ordinal);
        var blocks = html.IndexOf("What blocks level 1", StringComparison.Ordinal);
        var provisions = html.IndexOf("<h2>Provisions", StringComparison.Ordinal);
        Assert.True(answer > 0 && next > answer && blocks > next && provisions > blocks);
    }

    [Fact]
    public void Everything_that_the_result_holds_is_shown_or_counted()
    {
        var result = Demo.Doorbell();
        var text = Text(HtmlReport.Page(result, new()));
        foreach (var verdict in result.Verdicts)
        {
            Assert.Contains(verdict.Reason, text, StringComparison.Ordinal);
            Assert.Contains(result.Provisions[verdict.Provision].Title, text, StringComparison.Ordinal);
            foreach (var unit in verdict.Units) Assert.Contains(unit.Unit, text, StringComparison.Ordinal);
        }
        foreach (var contradiction in result.Contradictions)
        {
            foreach (var side in new[] { contradiction.One, contradiction.Other })
            {
                Assert.Contains(side.Says, text, StringComparison.Ordinal);
                Assert.Contains(side.Location.ToString(), text, StringComparison.Ordinal);
            }
        }
        foreach (var item in result.Evidence) Assert.Contains(item.Sha256, text, StringComparison.Ordinal);
        foreach (var loss in result.Coverage.SelectMany(c => c.Losses)) Assert.Contains(loss.ToString(), text, StringComparison.Ordinal);
        foreach (var unread in result.Unread) Assert.Contains(unread.Text, text, StringComparison.Ordinal);
        foreach (var sentence in result.NotChecked.Concat(result.Advice)) Assert.Contains(sentence, text, StringComparison.Ordinal);
        Assert.Contains("3 tool, 1 lab, 1 supported, 1 declared, 10 open", text, StringComparison.Ordinal);
        foreach (var component in result.Components) Assert.Contains(component.Name, text, StringComparison.Ordinal);
        Assert.Contains("and 18 more in assessment.json", text, StringComparison.Ordinal);
        Assert.Contains("assay assess DOSSIER --as-of 2026-11-23", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_finding_is_shown_with_its_place()
    {
        var text = Text(HtmlReport.Page(Demo.Doorbell(), new()));
        Assert.Contains("root: password hash, MD5-crypt, $1… (34) firmware/doorbell-1.0.img /etc/shadow line 1", text, StringComparison.Ordinal);
        Assert.Contains("captures/first-day.pcapng frame 1204", text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_preparatory_step_is_named_and_not_counted()
    {
        var text = Text(HtmlReport.Page(Demo.Doorbell(), new()));
        Assert.Contains("preparatory step 5.3-2-2a", text, StringComparison.Ordinal);
        Assert.Contains("2 units: 1 fail, 1 inconclusive", text, StringComparison.Ordinal);
    }

    [Fact]
    public void What_blocks_a_level_is_told_once_for_units_that_are_alike_and_failures_first()
    {
        var first = Demo.Doorbell();
        var blocking = new[] { "5.1-2-1b", "5.1-2-1a" }.Select(u => new Blocking(u, "5.1-2", Outcome.Inconclusive, "nothing was declared", "a declaration"))
            .Append(new Blocking("5.1-2-2a", "5.1-2", Outcome.Inconclusive, "nothing was seen", "a capture"))
            .Append(new Blocking("5.2-1-2a", "5.2-1", Outcome.Fail, "no contact")).ToList();
        var html = Html(first with { Levels = [first.Levels[0] with { Blocking = blocking }] });
        Assert.Contains("5.1-2-1b, 5.1-2-1a", html, StringComparison.Ordinal);
        Assert.Contains("blocked by 2 provisions", html, StringComparison.Ordinal);
        Assert.True(html.IndexOf("no contact", StringComparison.Ordinal) < html.IndexOf("nothing was declared", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(Outcome.Pass, "1 pass at a lower grade")]
    [InlineData(Outcome.NotApplicable, "1 not applicable by unsigned papers")]
    [InlineData(Outcome.Fail, "1 fail")]
    public void What_stands_in_the_way_of_a_level_says_why_even_a_pass_can(Outcome outcome, string said) =>
        Assert.Equal(said, Phrases.Blocks(new LevelResult(3, "all", false, [new Blocking("5.1-1-1a", "5.1-1", outcome, "why"), new Blocking("5.1-1-1b", "5.1-1", outcome, "why")])));

    [Fact]
    public void A_provisional_edition_is_marked_and_another_is_not()
    {
        Assert.Contains(Phrases.Provisional, Html(Demo.Repaired()), StringComparison.Ordinal);
        Assert.Contains("--as-of 2026-12-01T09:30:00Z --catalogue en303645-3.1.3", Html(Demo.Repaired()), StringComparison.Ordinal);
        Assert.DoesNotContain("provisional", Html(Demo.Doorbell()), StringComparison.Ordinal);
    }

    [Fact]
    public void Hostile_text_is_shown_and_does_nothing()
    {
        var html = Html(Demo.OfEnemies());
        Assert.Contains("&lt;script&gt;document.title=&#39;taken&#39;&lt;/script&gt;", html, StringComparison.Ordinal);
        Assert.Contains("\\u202egpj.exe\\x1b[31m", html, StringComparison.Ordinal);
        Assert.DoesNotContain("<script", html, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("<img", html, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain(html, c => char.IsControl(c) && c is not '\n');
        Assert.DoesNotContain(html, c => c is >= '\u202a' and <= '\u202e');
    }

    [Theory]
    [InlineData("examples/doorbell-1.0", "assay assess examples/doorbell-1.0 --as-of")]
    [InlineData("my files; rm -rf ~", "assay assess &#39;my files; rm -rf ~&#39; --as-of")]
    [InlineData("it's", "assay assess &#39;it&#39;\\&#39;&#39;s&#39; --as-of")]
    public void The_command_that_repeats_this_can_be_pasted(string dossier, string shown) =>
        Assert.Contains(shown, HtmlReport.Page(Demo.Doorbell(), new ReportOptions { Dossier = dossier }).ToString(), StringComparison.Ordinal);

    internal static string Html(AssessmentResult result) => HtmlReport.Page(result, new()).ToString();

    private static string Text(Html.Page page) => string.Concat(page.Body.Select(n => n.InnerText));
}
