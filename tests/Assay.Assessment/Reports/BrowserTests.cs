using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Assay.Tests;

namespace Assay.Assessment.Tests.Reports;

/// <summary>What outside judges say of the report: a browser, axe (accessibility) and html-validate.</summary>
public partial class BrowserTests
{
    [Theory]
    [InlineData("answered", 360)]
    [InlineData("doorbell", 360)]
    [InlineData("of enemies", 360)]
    [InlineData("example", 360)]
    [InlineData("doorbell", 1280)]
    public void Nothing_needs_scrolling_sideways(string name, int width)
    {
        Assert.Equal((width, width), Widths(HtmlReportTests.Html(HtmlReportTests.Result(name)), width));
    }

    [Fact]
    public void The_measure_sees_a_page_that_is_too_wide()
    {
        var (content, view) = Widths(HtmlReportTests.Html(Demo.Doorbell()).Replace("<main ", "<div style=\"width: 900px\">wide</div><main ", StringComparison.Ordinal), 360);
        Assert.True(content >= 900 && view == 360);
    }

    // A headless window is never narrower than 500 pixels, so the page stands in a frame of the width that is asked for.
    internal static (int Content, int View) Widths(string html, int width)
    {
        using var scratch = new Scratch();
        File.WriteAllText(scratch.File("report.html"), Copy(html, "<script>addEventListener('load', () => parent.postMessage(document.documentElement.scrollWidth + ' ' + document.documentElement.clientWidth, '*'))</script>"));
        var frame = scratch.File("frame.html");
        File.WriteAllText(frame, $"<!DOCTYPE html><title>frame</title><script>addEventListener('message', e => document.title = 'widths ' + e.data)</script><iframe src=\"report.html\" width=\"{width}\" height=\"800\" style=\"border:0\"></iframe>");
        var said = Title().Match(Browser.Dom(frame, 1400, 900));
        Assert.True(said.Success, "the frame did not hear from the page");
        return (int.Parse(said.Groups[1].Value, System.Globalization.CultureInfo.InvariantCulture), int.Parse(said.Groups[2].Value, System.Globalization.CultureInfo.InvariantCulture));
    }

    [Fact]
    public void Hostile_text_runs_nothing_even_without_the_policy()
    {
        var html = HtmlReportTests.Html(Demo.OfEnemies());
        Assert.DoesNotContain("<title>taken", Dom(Copy(html, "")), StringComparison.Ordinal);
        // The control: the same text as markup does run in this browser, and the policy of the page stops it.
        var open = html.Replace("<h1>", "<h1><script>document.title='taken'</script>", StringComparison.Ordinal);
        Assert.Contains("<title>taken", Dom(Copy(open, "")), StringComparison.Ordinal);
        Assert.DoesNotContain("<title>taken", Dom(open), StringComparison.Ordinal);
    }

    [Fact]
    public void Every_finding_of_a_failure_is_on_paper()
    {
        Tool.Need("pdftotext", "poppler-utils");
        using var scratch = new Scratch();
        var file = scratch.File("report.html");
        File.WriteAllText(file, HtmlReportTests.Html(Demo.Doorbell()));
        var paper = scratch.File("report.pdf");
        File.WriteAllBytes(paper, Browser.Pdf(file));
        var text = Regex.Replace(Tool.Run("pdftotext", ["-layout", paper, "-"]).Text, @"\s+", " ");
        Assert.Contains("No level is met.", text, StringComparison.Ordinal);
        Assert.Contains("/etc/shadow line 1", text, StringComparison.Ordinal);
        // Folded on the screen, open on paper.
        Assert.Contains("5.1-5-2b", text, StringComparison.Ordinal);
        Assert.DoesNotContain("Skip to the content", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("answered", false)]
    [InlineData("answered", true)]
    [InlineData("doorbell", false)]
    [InlineData("doorbell", true)]
    [InlineData("repaired", false)]
    [InlineData("empty", false)]
    [InlineData("example", true)]
    [InlineData("of enemies", false)]
    public void Axe_finds_no_barrier(string name, bool dark) => Assert.Empty(Barriers(HtmlReportTests.Html(HtmlReportTests.Result(name)), dark));

    [Fact]
    public void Axe_sees_barriers_where_there_are_some()
    {
        var barriers = Barriers(HtmlReportTests.Html(Demo.Doorbell())
            .Replace("--soft: #515c69", "--soft: #c0c0c0", StringComparison.Ordinal).Replace("<html lang=\"en\">", "<html>", StringComparison.Ordinal), dark: false);
        Assert.Contains("color-contrast", barriers);
        Assert.Contains("html-has-lang", barriers);
    }

    internal static List<string> Barriers(string html, bool dark)
    {
        var judges = Npm.Folder("axe-core@4.14.1");
        var axe = File.ReadAllText(Path.Combine(judges, "node_modules", "axe-core", "axe.min.js"));
        // Folded parts are judged too.
        var run = $$"""
            <script>{{axe}}</script>
            <script>
            document.querySelectorAll('details').forEach(d => d.open = true);
            axe.run().then(r => {
              const found = document.createElement('pre');
              found.textContent = 'BARRIERS' + JSON.stringify(r.violations.map(v => v.id)) + 'END' + r.passes.length + ' ' + JSON.stringify(r.violations.map(v => v.nodes[0].html));
              document.body.replaceChildren(found);
            });
            </script>
            """;
        var dom = Dom(Copy(html, run), dark);
        var said = Said().Match(dom);
        Assert.True(said.Success, "axe did not answer");
        Assert.True(int.Parse(said.Groups[2].Value, System.Globalization.CultureInfo.InvariantCulture) > 10, "axe hardly looked");
        return JsonSerializer.Deserialize<List<string>>(System.Net.WebUtility.HtmlDecode(said.Groups[1].Value))!;
    }

    [Theory]
    [InlineData("answered")]
    [InlineData("doorbell")]
    [InlineData("empty")]
    [InlineData("of enemies")]
    [InlineData("example")]
    public void The_page_is_valid_html(string name)
    {
        var (exit, said) = Validated(HtmlReportTests.Html(HtmlReportTests.Result(name)));
        Assert.True(exit == 0, said);
    }

    [Fact]
    public void The_validator_sees_what_is_wrong()
    {
        var (exit, said) = Validated(HtmlReportTests.Html(Demo.Doorbell()).Replace("<h1>", "<h1><div></div>", StringComparison.Ordinal));
        Assert.True(exit != 0 && said.Contains("element-permitted-content", StringComparison.Ordinal), said);
    }

    internal static (int Exit, string Said) Validated(string html)
    {
        var judges = Npm.Folder("html-validate@9.0.0");
        using var scratch = new Scratch();
        File.WriteAllText(scratch.File("report.html"), html);
        // What a text/html page may do and we do: headings of any length, lists that are styled, attributes that name a landmark.
        File.WriteAllText(scratch.File(".htmlvalidate.json"), """{ "root": true, "extends": ["html-validate:standard"], "rules": { "long-title": "off" } }""");
        var result = Tool.Run(Path.Combine(judges, "node_modules", ".bin", "html-validate"), [scratch.File("report.html")], scratch.Folder);
        return (result.Exit, result.Text + result.Error);
    }

    // A copy for a judge: without the policy, with the judge's script at the end.
    internal static string Copy(string html, string script) =>
        Policy().Replace(html, "").Replace("</body>", script + "</body>", StringComparison.Ordinal);

    internal static string Dom(string html, bool dark = false)
    {
        using var scratch = new Scratch();
        var file = scratch.File("report.html");
        File.WriteAllText(file, html, new UTF8Encoding(false));
        return Browser.Dom(file, 1280, 900, dark);
    }

    [GeneratedRegex("<meta http-equiv=\"Content-Security-Policy\"[^>]*>")]
    private static partial Regex Policy();

    [GeneratedRegex("<title>widths ([0-9]+) ([0-9]+)</title>")]
    private static partial Regex Title();

    [GeneratedRegex("BARRIERS(.*?)END([0-9]+)")]
    private static partial Regex Said();
}
