using Assay.Software.Advisories;
using Assay.Software.Components;
using Assay.Software.Matching;

namespace Assay.Tests.Software.Advisories;

/// <summary>curl's own list is complete and says for every version which vulnerabilities it has: what other sources make of the same ids is compared with it.</summary>
public class CurlVersionsTests
{
    private sealed record Judged(string Id, string First, string Last);

    /// <summary>Where a source's own range is another one than the maker's. Everything else agrees for every version.</summary>
    private static readonly Dictionary<string, string> Sources = new()
    {
        ["CVE-2022-27780"] = "CISA's addition to the CVE record: every version before 7.86.0",
        ["CVE-2024-11053"] = "the NVD's configuration begins at 6.5, the maker's at 7.76.0",
        ["CVE-2024-2398"] = "the NVD's configuration begins at 7.4.4, the maker's at 7.44.0",
        ["CVE-2025-10966"] = "the configuration ends before 8.16.0, which the maker still counts",
        ["CVE-2025-9086"] = "the configuration begins at 7.31.0, the maker's at 8.13.0",
    };

    [Fact]
    public void Every_version_of_curl_is_affected_by_what_its_makers_list_names_where_a_source_has_a_range()
    {
        var list = File.ReadLines(Assert.Single(Corpus.Files("advisories", "curl.tsv"))).Skip(1).Select(l => l.Split('\t')).Select(c => new Judged(c[0], c[1], c[2])).ToList();
        var versions = list.SelectMany(j => new[] { j.First, j.Last }).Distinct().Order(Comparer<string>.Create((a, b) => Parts(a).CompareTo(Parts(b)))).ToList();
        using var scratch = new Scratch();
        using var store = AdvisoryStore.Open(scratch.File("store.db"));
        foreach (var file in Corpus.Files("advisories", "nvd-*.jsonl").Concat(Corpus.Files("advisories/cve5"))) store.Import(Path.GetFileName(file), File.ReadAllBytes(file));
        var (asked, agreed, differing, ids) = (0, 0, new Dictionary<string, List<string>>(), new HashSet<string>());
        foreach (var version in versions)
        {
            var component = new Component { Name = "curl", Version = version, Cpe = [$"cpe:2.3:a:haxx:curl:{version}:*:*:*:*:*:*:*", $"cpe:2.3:a:haxx:libcurl:{version}:*:*:*:*:*:*:*"], Evidence = [] };
            var told = Matcher.Match(component, store, all: true).ToDictionary(v => v.Id);
            foreach (var judged in list)
            {
                if (!told.TryGetValue(judged.Id, out var vulnerability) || vulnerability.Status == VulnerabilityStatus.Candidate) continue;
                asked++;
                ids.Add(judged.Id);
                var affected = Parts(version).CompareTo(Parts(judged.First)) >= 0 && Parts(version).CompareTo(Parts(judged.Last)) <= 0;
                if (affected == (vulnerability.Status == VulnerabilityStatus.Affected)) agreed++;
                else
                {
                    if (!differing.TryGetValue(judged.Id, out var where)) differing[judged.Id] = where = [];
                    where.Add($"{version} {(affected ? "missed" : "extra")}: {vulnerability.Reason} (curl: {judged.First} to {judged.Last})");
                }
            }
        }
        TestContext.Current.TestOutputHelper?.WriteLine($"{versions.Count} versions, {ids.Count} ids, {asked} answers, {agreed} agree, {differing.Count} ids differ");
        foreach (var (id, where) in differing) TestContext.Current.TestOutputHelper?.WriteLine($"{id}: {where.Count} versions, such as {where[0]}");
        Assert.True(ids.Count >= 20 && asked >= 1000, $"{ids.Count} ids, {asked} answers");
        Assert.Equal(Sources.Keys.Order(), differing.Keys.Order());
    }

    [Fact]
    public void The_makers_own_ranges_hold_exactly_the_versions_that_the_maker_names()
    {
        var list = File.ReadLines(Assert.Single(Corpus.Files("advisories", "curl.tsv"))).Skip(1).Select(l => l.Split('\t')).Select(c => new Judged(c[0], c[1], c[2])).ToList();
        var versions = list.SelectMany(j => new[] { j.First, j.Last }).Distinct().ToList();
        var wrong = 0;
        foreach (var judged in list)
        {
            var range = new VersionInterval(judged.First, false, judged.Last, true);
            foreach (var version in versions)
            {
                var inside = Parts(version).CompareTo(Parts(judged.First)) >= 0 && Parts(version).CompareTo(Parts(judged.Last)) <= 0;
                if (range.Holds(version, VersionScheme.Generic) != inside) wrong++;
            }
        }
        Assert.True(list.Count > 200 && versions.Count > 50, $"{list.Count} ids, {versions.Count} versions");
        Assert.Equal(0, wrong);
    }

    // curl counts in plain numbers: 7.4.2, 8.20.0.
    private static (int, int, int) Parts(string version)
    {
        var p = version.Split('.').Select(int.Parse).Concat([0, 0]).ToArray();
        return (p[0], p[1], p[2]);
    }
}
