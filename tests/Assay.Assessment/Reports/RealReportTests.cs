using Assay.Assessment.Catalogues;
using Assay.Assessment.Reports;
using Assay.Evidence;
using Assay.Tests;

namespace Assay.Assessment.Tests.Reports;

/// <summary>Reports of what the examples and a real maker's dossier hold.</summary>
public class RealReportTests
{
    // What examples/source/rootfs-1.0 and its captures keep secret; the report may show two characters and the length.
    private static readonly string[] Secrets = ["edb_9fK2vQ7sLx41TzRbWm8cYpN6hUe3JdGa", "ring-the-bell-2024", "KOmB7jqqD.1wfX0D8XLcX/", "YWRtaW46YWRtaW4="];

    [Fact]
    public void No_secret_of_the_example_reaches_a_report()
    {
        var folder = Path.Combine(Checkout.Root, "examples", "doorbell-1.0");
        var result = Assess(folder);
        var html = HtmlReportTests.Html(result);
        var text = TerminalReportTests.Text(result, 80, colour: false);
        // The control: the image was read, and its secrets were found where they lie.
        foreach (var place in new[] { "/etc/shadow", "/etc/config/cloud.json", "/etc/config/wireless" }) Assert.Contains(result.Findings, f => f.Location.Path == place);
        Assert.Contains("/etc/shadow", html, StringComparison.Ordinal);
        foreach (var secret in Secrets)
        {
            Assert.DoesNotContain(secret, html, StringComparison.Ordinal);
            Assert.DoesNotContain(secret, text, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("doorbell-1.0")]
    [InlineData("doorbell-1.1")]
    public void The_report_of_an_example_is_a_sound_page(string example)
    {
        var result = Assess(Path.Combine(Checkout.Root, "examples", example));
        Assert.Empty(HtmlReport.Page(result, new()).Faults());
        Assert.All(TerminalReportTests.Text(result, 80, colour: false).Split('\n'), line => Assert.True(line.Length <= 80, line));
    }

    [Fact]
    public void The_reports_of_real_dossiers_are_sound_pages()
    {
        foreach (var folder in Directory.EnumerateDirectories(Corpus.Folder("dossier")).Order(StringComparer.Ordinal))
        {
            foreach (var catalogue in Catalogue.Editions)
            {
                var result = Assess(folder, catalogue);
                Assert.NotEmpty(result.Contradictions);
                Assert.Empty(HtmlReport.Page(result, new()).Faults());
                Assert.All(TerminalReportTests.Text(result, 80, colour: false).Split('\n'), line => Assert.True(line.Length <= 80, line));
            }
        }
    }

    internal static AssessmentResult Assess(string folder, Catalogue? catalogue = null)
    {
        using var dossier = Dossier.Open(folder);
        return Evaluation.Of(dossier, catalogue ?? Catalogue.Default, new ExaminationOptions { AsOf = new DateTimeOffset(2026, 11, 23, 0, 0, 0, TimeSpan.Zero) });
    }
}
