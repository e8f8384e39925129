using System.Text;
using Assay.Assessment.Catalogues;
using Assay.Assessment.Documents;
using Assay.Assessment.Examining;
using Assay.Assessment.Tests.Checks;
using Assay.Assessment.Verdicts;
using Assay.Evidence;
using Assay.Software.Advisories;
using Assay.Software.Components;

namespace Assay.Assessment.Tests.Examining;

/// <summary>A store of advisories as an input of an assessment: its matches become findings, its digest stands in the coverage, and silence passes nothing.</summary>
public sealed class AdvisoryAnswersTests : IDisposable
{
    private const string Nvd = """
        {"resultsPerPage":1,"startIndex":0,"totalResults":1,"format":"NVD_CVE","version":"2.0","timestamp":"2026-10-01T00:00:00.000","vulnerabilities":[{"cve":{"id":"CVE-2026-0001",
        "published":"2026-01-05T00:00:00.000","lastModified":"2026-01-06T00:00:00.000","vulnStatus":"Analyzed","descriptions":[{"lang":"en","value":"planted"}],
        "configurations":[{"nodes":[{"operator":"OR","negate":false,"cpeMatch":[{"vulnerable":true,"criteria":"cpe:2.3:a:busybox:busybox:*:*:*:*:*:*:*:*","versionEndExcluding":"1.30.1","matchCriteriaId":"0"}]}]}]}}]}
        """;

    private const string Kev = """
        {"title":"planted","catalogVersion":"2026.10.01","dateReleased":"2026-10-01T00:00:00Z","count":1,"vulnerabilities":[{"cveID":"CVE-2026-0001","vendorProject":"busybox","product":"busybox",
        "vulnerabilityName":"planted","dateAdded":"2026-02-01","shortDescription":"planted","requiredAction":"update","dueDate":"2026-03-01","knownRansomwareCampaignUse":"Unknown","notes":""}]}
        """;

    private readonly string folder = Directory.CreateTempSubdirectory("assay-store-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void An_affected_component_known_to_be_exploited_refutes_the_remedy_and_names_its_place()
    {
        using var store = Store("a.db", Nvd, Kev);
        var examined = AdvisoryAnswers.Join(With("1.30.0"), store);
        var finding = Assert.Single(examined.Findings, f => f.Has(Traits.Exploited));
        Assert.Equal("/lib/busybox", finding.Location.Path);
        Assert.True(finding.Has(Traits.Affected));
        Assert.StartsWith("CVE-2026-0001: affected", finding.Value, StringComparison.Ordinal);
        var unit = Evaluation.Of(examined, Catalogue.Default).Verdicts.SelectMany(v => v.Units).Single(u => u.Unit == "5.2-3-1c");
        Assert.Equal(Outcome.Fail, unit.Outcome);
        Assert.Contains("exploited-component", unit.Reason);
    }

    [Fact]
    public void What_a_distribution_may_have_mended_is_shown_and_refutes_nothing()
    {
        using var store = Store("a.db", Nvd, Kev);
        var examined = AdvisoryAnswers.Join(With("1.30.0", package: "1.30.0-4+deb10u2"), store);
        Assert.All(examined.Findings.Where(f => f.Kind == FindingKind.Component), f => Assert.True(f.Has(Traits.Candidate)));
        Assert.NotEqual(Outcome.Fail, Evaluation.Of(examined, Catalogue.Default).Verdicts.SelectMany(v => v.Units).Single(u => u.Unit == "5.2-3-1c").Outcome);
    }

    [Fact]
    public void A_store_that_names_no_component_passes_nothing_and_says_what_it_is()
    {
        using var store = Store("a.db", Nvd, Kev);
        var examined = AdvisoryAnswers.Join(With("1.36.1"), store);
        Assert.DoesNotContain(examined.Findings, f => f.Kind == FindingKind.Component);
        var result = Evaluation.Of(examined, Catalogue.Default);
        Assert.All(result.Verdicts.SelectMany(v => v.Units).Where(u => u.Unit is "5.2-3-1c" or "5.3-8-1a"), u => Assert.Equal(Outcome.Inconclusive, u.Outcome));
        Assert.Contains(result.NotChecked, n => n.Contains(store.SnapshotDigest[..16], StringComparison.Ordinal));
        Assert.Contains(result.Coverage, c => c.Scope == CoverageScope.Advisories && c.Artefact.EndsWith(store.SnapshotDigest, StringComparison.Ordinal) && c.Counts["records"] == 2);
    }

    [Fact]
    public void Two_stores_of_the_same_records_give_the_same_bytes_whatever_the_order_of_import()
    {
        using var one = Store("a.db", Nvd, Kev);
        using var other = Store("b.db", Kev, Nvd);
        Assert.Equal(AssessmentJson.Bytes(Evaluation.Of(AdvisoryAnswers.Join(With("1.30.0"), one), Catalogue.Default)), AssessmentJson.Bytes(Evaluation.Of(AdvisoryAnswers.Join(With("1.30.0"), other), Catalogue.Default)));
    }

    [Fact]
    public void An_empty_store_has_compared_nothing()
    {
        using var store = Store("a.db");
        var examined = AdvisoryAnswers.Join(With("1.30.0"), store);
        Assert.False(examined.Looked(CoverageScope.Advisories));
        Assert.Equal(0, examined.Coverage.Single(c => c.Scope == CoverageScope.Advisories).Examined);
    }

    private AdvisoryStore Store(string name, params string[] files)
    {
        var store = AdvisoryStore.Open(Path.Combine(folder, name));
        foreach (var file in files) Assert.Empty(store.Import("planted.json", Encoding.UTF8.GetBytes(file)).Losses);
        return store;
    }

    private static Examined With(string version, string? package = null) => Plant.Image().Examined() with
    {
        Components = [new Component
        {
            Name = "busybox", Version = version, Package = package, Cpe = [$"cpe:2.3:a:busybox:busybox:{version}:*:*:*:*:*:*:*"],
            Evidence = [new ComponentEvidence(package is null ? "string" : "package database", new Location { Artefact = "firmware/bell.bin", Path = "/lib/busybox" }, 0.9)],
        }],
    };
}
