using System.Text;
using System.Text.RegularExpressions;
using Assay.Assessment.Documents;
using Assay.Assessment.Reports;
using Assay.Assessment.Verdicts;
using Assay.Tests;

namespace Assay.Assessment.Tests.Reports;

/// <summary>The report to be signed: everything in it, sound as a page, whole on paper.</summary>
public class LabReportTests
{
    public static readonly TheoryData<string> Results = new() { "doorbell", "repaired", "empty", "of enemies", "example", "with lab" };

    internal static AssessmentResult Result(string name) => name == "with lab" ? LabDemo.Result() : HtmlReportTests.Result(name);

    internal static string Html(AssessmentResult result)
    {
        var text = new StringWriter { NewLine = "\n" };
        LabReport.Write(result, text);
        return text.ToString();
    }

    private static string Text(string name) => string.Concat(LabReport.Page(Result(name), new()).Body.Select(n => n.InnerText + "\n"));

    [Theory]
    [MemberData(nameof(Results))]
    public void Every_report_is_a_sound_page_with_the_same_bytes_each_time(string name)
    {
        Assert.Empty(LabReport.Page(Result(name), new()).Faults());
        Assert.Equal(Html(Result(name)), Html(Result(name)));
    }

    [Theory]
    [InlineData("doorbell")]
    [InlineData("repaired")]
    [InlineData("empty")]
    [InlineData("example")]
    [InlineData("with lab")]
    public void Every_group_case_unit_and_piece_of_evidence_is_in_it(string name)
    {
        var result = Result(name);
        var text = Text(name);
        foreach (var verdict in result.Verdicts) Assert.Contains($"Test group {verdict.Provision} {result.Provisions[verdict.Provision].Title}", text, StringComparison.Ordinal);
        foreach (var (test, _, units) in OscalPlan.Cases(result).Where(c => c.Units.Count > 0))
        {
            Assert.Contains($"Test case {test}, ", text, StringComparison.Ordinal);
            foreach (var unit in units) Assert.Contains(unit.Unit, text, StringComparison.Ordinal);
        }
        foreach (var item in result.Evidence) Assert.Contains(item.Sha256, text, StringComparison.Ordinal);
        foreach (var claim in result.Claims) Assert.Contains(claim.Location.ToString(), text, StringComparison.Ordinal);
        foreach (var table in result.Tables) Assert.Contains($"{table.Number}-{table.Name}", text, StringComparison.Ordinal);
        foreach (var sentence in result.NotChecked) Assert.Contains(sentence, text, StringComparison.Ordinal);
        foreach (var open in result.Verdicts.SelectMany(v => Phrases.Counted(v.Units)).Where(u => u.Outcome is Outcome.Inconclusive or Outcome.Disputed && u.Settle is not null)) Assert.Contains(open.Settle!, text, StringComparison.Ordinal);
        foreach (var said in new[] { "Supplier organisation (SO)", "Test laboratory (TL)", "level basic", "Examined by", "Approved by", "--reperform statement.cose" }) Assert.Contains(said, text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_case_is_never_better_than_its_worst_unit()
    {
        var result = Result("doorbell");
        var text = Text("doorbell");
        Assert.Contains("Test case 5.1-1-2, functional: fail", text, StringComparison.Ordinal);
        Assert.Contains("Test case 5.1-1-1, conceptual: inconclusive", text, StringComparison.Ordinal);
        Assert.DoesNotContain(OscalPlan.Cases(result), c => c.Units.Any(u => u.Outcome == Outcome.Fail) && text.Contains($"Test case {c.Case}, functional: pass", StringComparison.Ordinal));
    }

    [Fact]
    public void Laboratories_are_named_with_what_counts_and_why_the_rest_does_not()
    {
        foreach (var text in new[] { Text("with lab"), string.Concat(HtmlReport.Page(LabDemo.Result(), new()).Body.Select(n => n.InnerText + "\n")) })
        {
            Assert.Contains("Ada Tester, test engineer", text, StringComparison.Ordinal);
            Assert.Contains("Example Lab (CMS, key", text, StringComparison.Ordinal);
            Assert.Contains("self-signed", text, StringComparison.Ordinal);
            Assert.Contains("Bob Trier", text, StringComparison.Ordinal);
            Assert.Contains("does not count it is not signed", text, StringComparison.Ordinal);
            Assert.Contains("lab/protocol.txt line 1", text, StringComparison.Ordinal);
        }
        var terminal = TerminalReportTests.Text(LabDemo.Result(), 100, colour: false);
        Assert.Contains("Records of laboratories", terminal, StringComparison.Ordinal);
        Assert.Contains("Example Lab, Ada Tester, 20 October 2026 (lab/record.yaml)", Regex.Replace(terminal, @"\s+", " "), StringComparison.Ordinal);
        Assert.Contains("not signed, so it decides nothing", Regex.Replace(terminal, @"\s+", " "), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("example")]
    [InlineData("with lab")]
    public void On_paper_pages_are_numbered_and_no_row_is_cut(string name)
    {
        Tool.Need("pdftotext", "poppler-utils");
        using var scratch = new Scratch();
        File.WriteAllText(scratch.File("report.html"), Html(Result(name)), new UTF8Encoding(false));
        File.WriteAllBytes(scratch.File("report.pdf"), Browser.Pdf(scratch.File("report.html")));
        var pages = Tool.Run("pdftotext", ["-layout", scratch.File("report.pdf"), "-"]).Text.TrimEnd('\f', '\n').Split('\f');
        Assert.InRange(pages.Length, 6, 60);
        for (var i = 0; i < pages.Length; i++) Assert.Matches($@"\b{i + 1} / {pages.Length}\s*$", pages[i]);
        var info = Tool.Run("pdfinfo", [scratch.File("report.pdf")]).Text;
        Assert.Contains("A4", info, StringComparison.Ordinal);
        // A heading never stands last on a page.
        Assert.All(pages, page => Assert.DoesNotMatch(@"Test group [^\n]*\s*\n\s*\d+ / \d+\s*$", page));
        var text = Regex.Replace(string.Concat(pages), @"\s+", " ");
        foreach (var said in new[] { "Test report in the terms of TS 103 701", "Conformance statement (ICS)", "Evidence index", "Approved by", "Test group 5.13-1" }) Assert.Contains(said, text, StringComparison.Ordinal);
        foreach (var unit in Phrases.Counted(Result(name).Verdicts.SelectMany(v => v.Units))) Assert.Contains(unit.Unit, text, StringComparison.Ordinal);
        Assert.DoesNotContain("Skip to the content", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("with lab", 360)]
    [InlineData("with lab", 1280)]
    [InlineData("of enemies", 360)]
    public void Nothing_needs_scrolling_sideways(string name, int width) => Assert.Equal((width, width), BrowserTests.Widths(Html(Result(name)), width));

    [Theory]
    [InlineData("with lab", false)]
    [InlineData("with lab", true)]
    [InlineData("empty", false)]
    [InlineData("of enemies", false)]
    public void Axe_finds_no_barrier(string name, bool dark) => Assert.Empty(BrowserTests.Barriers(Html(Result(name)), dark));

    [Theory]
    [InlineData("with lab")]
    [InlineData("empty")]
    [InlineData("of enemies")]
    public void The_page_is_valid_html(string name)
    {
        var (exit, said) = BrowserTests.Validated(Html(Result(name)));
        Assert.True(exit == 0, said);
    }

    [Fact]
    public void Hostile_text_runs_nothing_even_without_the_policy() =>
        Assert.DoesNotContain("<title>taken", BrowserTests.Dom(BrowserTests.Copy(Html(Demo.OfEnemies()), "")), StringComparison.Ordinal);

    /// <summary>The other report, with a laboratory's records in it.</summary>
    [Fact]
    public void The_assessment_report_with_records_has_no_barrier_and_is_valid()
    {
        var html = HtmlReportTests.Html(LabDemo.Result());
        Assert.Empty(BrowserTests.Barriers(html, dark: false));
        Assert.Equal((360, 360), BrowserTests.Widths(html, 360));
        var (exit, said) = BrowserTests.Validated(html);
        Assert.True(exit == 0, said);
    }
}
