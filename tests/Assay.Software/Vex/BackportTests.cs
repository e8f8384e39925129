using Assay.Evidence;
using Assay.Software.Advisories;
using Assay.Software.Components;
using Assay.Software.Matching;
using Assay.Software.Vex;

namespace Assay.Tests.Software.Vex;

/// <summary>A distribution mends faults without a new upstream version: its own statements, as VEX, take exactly those back and no other.</summary>
public class BackportTests
{
    [Fact]
    public void Statements_of_what_a_distribution_mended_take_back_exactly_what_they_name()
    {
        var mended = File.ReadLines(Path.Combine(Corpus.Folder("firmware/ready"), "fixed.tsv")).Skip(1).Select(l => l.Split('\t')).Select(c => (Source: c[0], Version: c[1], Cve: c[2])).ToList();
        var document = new VexDocument
        {
            Id = "https://distribution.example/vex/1",
            Author = "A distribution",
            Time = new DateTimeOffset(2026, 11, 23, 0, 0, 0, TimeSpan.Zero),
            Statements = [.. mended.Select(m => new VexStatement { Vulnerability = m.Cve, Status = VexStatus.Fixed, Products = [new VexProduct(Purl.Of("deb", "debian", m.Source, m.Version), [])] })],
        };
        var losses = new List<Loss>();
        var read = OpenVex.Read("vex", OpenVex.Write(document), losses);
        Assert.Empty(losses);
        using var scratch = new Scratch();
        using var store = AdvisoryStore.Open(scratch.File("store.db"));
        foreach (var file in Corpus.Files("advisories", "nvd-*.jsonl").Concat(Corpus.Files("advisories/cve5"))) store.Import(file, File.ReadAllBytes(file));
        var components = mended.Select(m => (m.Source, m.Version)).Distinct()
            .Select(m => new Component { Name = m.Source, Version = PackageDatabase.Upstream(m.Version), Package = m.Version, Purl = Purl.Of("deb", "debian", m.Source, m.Version), Evidence = [] }).ToList();
        var found = components.SelectMany(c => Matcher.Match(c, store)).ToList();
        bool Names(Vulnerability v) => mended.Any(m => m.Source == v.Component.Name && m.Version == v.Component.Package && (m.Cve == v.Id || v.Aliases.Contains(m.Cve)));
        Assert.True(found.Count(Names) >= 3 && found.Count(v => !Names(v)) >= 3, $"{found.Count(Names)} of {found.Count} are mended");
        Assert.All(found.Where(v => v.Status == VulnerabilityStatus.Affected), v => Assert.Contains("repair of its own is not known", v.Reason, StringComparison.Ordinal));

        var signed = new VexJudgement([new HeardVex(read, "the distribution")], []);
        var unsigned = new VexJudgement([new HeardVex(read, null)], []);
        Assert.All(found, v =>
        {
            Assert.Equal(Names(v) ? VulnerabilityStatus.Fixed : v.Status, signed.Judge(v).Status);
            Assert.Equal(v.Status, unsigned.Judge(v).Status);
        });
        TestContext.Current.TestOutputHelper?.WriteLine($"{components.Count} packages, {found.Count} by upstream's ranges, {found.Count(Names)} taken back");
    }
}
