using System.Globalization;
using System.Text;
using Assay.Software.Advisories;
using Assay.Software.Components;
using Assay.Software.Matching;

namespace Assay.Tests.Software.Matching;

/// <summary>What stands before every range was never concerned; what stands behind one was mended. In the three forms that carry ranges.</summary>
public class OlderThanRangesTests
{
    private const VulnerabilityStatus Affected = VulnerabilityStatus.Affected, Fixed = VulnerabilityStatus.Fixed, Never = VulnerabilityStatus.NotAffected;

    private static Vulnerability? Of(string source, string record, string version) => Matcher.Match(
        new Component { Name = "edb-reader", Version = version, Purl = $"pkg:generic/edb-reader@{version}", Cpe = [$"cpe:2.3:a:example:edb-reader:{version}:*:*:*:*:*:*:*"], Evidence = [] },
        AdvisoryFile.Advisories(source, Encoding.UTF8.GetBytes(record)));

    private static string Osv(string ranges) =>
        $$"""{ "schema_version": "1.7.3", "id": "EDB-1", "aliases": ["CVE-2026-99003"], "affected": [ { "package": { "ecosystem": "", "name": "edb-reader", "purl": "pkg:generic/edb-reader" }, "ranges": [ {{ranges}} ] } ] }""";

    private static string Events(params string[] events) =>
        $$"""{ "type": "ECOSYSTEM", "events": [ {{string.Join(", ", events.Select(e => $$"""{ "{{e.Split(' ')[0]}}": "{{e.Split(' ')[1]}}" }"""))}} ] }""";

    [Theory]
    [InlineData("0.9", Never, "introduced 1.0", "fixed 1.5")]
    [InlineData("1.0", Affected, "introduced 1.0", "fixed 1.5")]
    [InlineData("1.5", Fixed, "introduced 1.0", "fixed 1.5")]
    [InlineData("1.0", Never, "introduced 1.1", "last_affected 1.4")]
    [InlineData("1.4", Affected, "introduced 1.1", "last_affected 1.4")]
    [InlineData("1.4.1", Fixed, "introduced 1.1", "last_affected 1.4")]
    [InlineData("0.1", Affected, "introduced 0", "fixed 1.5")]
    [InlineData("1.7", Never, "introduced 2.0")]
    [InlineData("2.0", Affected, "introduced 2.0")]
    [InlineData("0.9", Never, "introduced 1.0", "fixed 1.5", "introduced 2.0", "fixed 2.3")]
    [InlineData("1.7", Fixed, "introduced 1.0", "fixed 1.5", "introduced 2.0", "fixed 2.3")]
    [InlineData("2.2", Affected, "introduced 1.0", "fixed 1.5", "introduced 2.0", "fixed 2.3")]
    [InlineData("3.0", Fixed, "introduced 1.0", "fixed 1.5", "introduced 2.0", "fixed 2.3")]
    public void Events_of_an_osv_record(string version, VulnerabilityStatus expected, params string[] events)
    {
        Assert.Equal(expected, Of("osv", Osv(Events(events)), version)!.Status);
        // The same as ranges of their own, in the other order.
        var apart = events.Chunk(2).Reverse().Select(pair => Events(pair));
        Assert.Equal(expected, Of("osv", Osv(string.Join(", ", apart)), version)!.Status);
    }

    [Theory]
    [InlineData("0.9", Never, "unaffected", "1.0 < 1.5 affected")]
    [InlineData("1.4", Affected, "unaffected", "1.0 < 1.5 affected")]
    [InlineData("1.5", Fixed, "unaffected", "1.0 < 1.5 affected")]
    [InlineData("1.5", Affected, "unaffected", "1.0 <= 1.5 affected")]
    [InlineData("1.5.1", Fixed, "unaffected", "1.0 <= 1.5 affected")]
    [InlineData("0.9", Affected, "unaffected", "0 < 1.5 affected")]
    [InlineData("1.1", Never, "unaffected", "1.2  affected")]
    [InlineData("1.3", Fixed, "unaffected", "1.2  affected")]
    [InlineData("1.7", Fixed, "unaffected", "1.0 < 1.5 affected", "2.0 < 2.3 affected")]
    [InlineData("0.9", Never, "unaffected", "1.0 < 1.5 affected", "2.0 < 2.3 affected")]
    // As the kernel writes: affected unless told otherwise, from the version that brought the flaw.
    [InlineData("5.3", Never, "affected", "5.4  affected", "0 < 5.4 unaffected", "5.10.100 <= 5.10.* unaffected", "6.1  unaffected")]
    [InlineData("5.4.9", Affected, "affected", "5.4  affected", "0 < 5.4 unaffected", "5.10.100 <= 5.10.* unaffected", "6.1  unaffected")]
    [InlineData("5.10.100", Fixed, "affected", "5.4  affected", "0 < 5.4 unaffected", "5.10.100 <= 5.10.* unaffected", "6.1  unaffected")]
    [InlineData("5.11", Affected, "affected", "5.4  affected", "0 < 5.4 unaffected", "5.10.100 <= 5.10.* unaffected")]
    [InlineData("4.0", Never, "affected", "0 < 3.0 unaffected", "3.0 <= 5.0 unaffected")]
    [InlineData("5.0", Never, "affected", "0 < 3.0 unaffected", "3.0 <= 5.0 unaffected")]
    [InlineData("5.1", Affected, "affected", "0 < 3.0 unaffected", "3.0 <= 5.0 unaffected")]
    [InlineData("4.0", Fixed, "affected", "0 < 2.0 unaffected", "3.0 <= 5.0 unaffected")]
    public void Versions_of_a_cve_record(string version, VulnerabilityStatus expected, string byDefault, params string[] versions)
    {
        var entries = versions.Select(v => v.Split(' ')).Select(v => v.Length == 3
            ? $$"""{ "version": "{{v[0]}}", "status": "{{v[2]}}", "versionType": "custom" }"""
            : $$"""{ "version": "{{v[0]}}", "{{(v[1] == "<" ? "lessThan" : "lessThanOrEqual")}}": "{{v[2]}}", "status": "{{v[3]}}", "versionType": "custom" }""");
        var found = Of("cve5", $$"""
            { "dataType": "CVE_RECORD", "cveMetadata": { "cveId": "CVE-2026-99003", "state": "PUBLISHED" }, "containers": { "cna": { "affected": [
              { "vendor": "example", "product": "edb-reader", "defaultStatus": "{{byDefault}}", "versions": [ {{string.Join(", ", entries)}} ] } ] } } }
            """, version);
        Assert.Equal(expected, Assert.IsType<Vulnerability>(found).Status);
    }

    [Theory]
    [InlineData("0.9", Never, "StartIncluding 1.0 EndExcluding 1.5")]
    [InlineData("1.0", Affected, "StartIncluding 1.0 EndExcluding 1.5")]
    [InlineData("1.0", Never, "StartExcluding 1.0 EndExcluding 1.5")]
    [InlineData("1.5", Fixed, "StartExcluding 1.0 EndExcluding 1.5")]
    [InlineData("1.5", Affected, "StartExcluding 1.0 EndIncluding 1.5")]
    [InlineData("1.5.1", Fixed, "StartExcluding 1.0 EndIncluding 1.5")]
    [InlineData("0.1", Affected, "EndIncluding 1.5")]
    [InlineData("1.9", Never, "StartIncluding 2.0")]
    [InlineData("0.9", Never, "StartIncluding 1.0 EndExcluding 1.5", "StartIncluding 2.0 EndExcluding 2.3")]
    [InlineData("1.7", Fixed, "StartIncluding 1.0 EndExcluding 1.5", "StartIncluding 2.0 EndExcluding 2.3")]
    [InlineData("1.7", Fixed, "StartIncluding 2.0 EndExcluding 2.3", "StartIncluding 1.0 EndExcluding 1.5")]
    [InlineData("2.3", Fixed, "StartIncluding 2.0 EndExcluding 2.3", "StartIncluding 1.0 EndExcluding 1.5")]
    public void Matches_of_a_configuration(string version, VulnerabilityStatus expected, params string[] matches)
    {
        var entries = matches.Select(m => m.Split(' ').Chunk(2)).Select(m =>
            $$"""{ "vulnerable": true, "criteria": "cpe:2.3:a:example:edb-reader:*:*:*:*:*:*:*:*", {{string.Join(", ", m.Select(b => $"\"version{b[0]}\": \"{b[1]}\""))}} }""");
        var found = Of("nvd", $$"""{ "id": "CVE-2026-99003", "configurations": [ { "nodes": [ { "operator": "OR", "negate": false, "cpeMatch": [ {{string.Join(", ", entries)}} ] } ] } ] }""", version);
        Assert.Equal(expected, Assert.IsType<Vulnerability>(found).Status);
    }

    [Fact]
    public void The_reason_says_that_it_is_older_and_what_a_second_source_says_behind_its_range_is_a_repair()
    {
        var older = Of("osv", Osv(Events("introduced 2.0", "fixed 2.3")), "1.7")!;
        Assert.Equal("osv EDB-1 names generic/edb-reader 2.0 to before 2.3; 1.7 is older than the range.", older.Reason);
        Assert.Equal((Ground.Range, false), (older.Ground, Assert.Single(older.Asked).Inside));
        Assert.Null(older.Fix);
        Assert.False(older.IsOpen);

        var component = older.Component;
        var both = AdvisoryFile.Advisories("osv", Encoding.UTF8.GetBytes(Osv(Events("introduced 2.0", "fixed 2.3")))).Concat(AdvisoryFile.Advisories("nvd", Encoding.UTF8.GetBytes(
            """{ "id": "CVE-2026-99003", "configurations": [ { "nodes": [ { "operator": "OR", "cpeMatch": [ { "vulnerable": true, "criteria": "cpe:2.3:a:example:edb-reader:*:*:*:*:*:*:*:*", "versionEndExcluding": "1.5" } ] } ] } ] }"""))).ToList();
        Assert.Equal(Fixed, Matcher.Match(component, both)!.Status);
    }

    [Fact]
    public void A_thousand_random_sets_are_older_where_no_version_of_a_fine_grid_below_is_affected()
    {
        var random = new Random(7);
        string Number(int n) => FormattableString.Invariant($"{n / 10}.{n % 10}");
        VersionInterval Run(bool open)
        {
            int from = random.Next(2, 40), to = from + random.Next(0, 15);
            return new VersionInterval(open && random.Next(3) == 0 ? null : Number(from), random.Next(4) == 0 && to > from, random.Next(4) == 0 ? null : Number(to), random.Next(2) == 0 || to == from);
        }
        var (older, asked) = (0, 0);
        for (var i = 0; i < 1000; i++)
        {
            var set = new VersionSet { Scheme = VersionScheme.Generic, Inside = [.. Enumerable.Range(0, random.Next(1, 4)).Select(_ => Run(true))], Outside = [.. Enumerable.Range(0, random.Next(0, 4)).Select(_ => Run(true))] };
            // Between two numbers of one digit stand others: 1.2 before 1.2.5 before 1.3. Below the first bound stands 0.0.
            var grid = Enumerable.Range(0, 70).SelectMany(n => new[] { Number(n), Number(n) + ".5" }).ToList();
            var isAffected = grid.Select(v => set.Holding(v) is not null).ToList();
            for (var v = 0; v < grid.Count; v++)
            {
                if (isAffected[v]) continue;
                var expected = isAffected.Contains(true) && !isAffected.Take(v).Contains(true);
                // A set that affects nothing at all has no before.
                if (!isAffected.Contains(true)) continue;
                asked++;
                older += expected ? 1 : 0;
                Assert.True(expected == set.IsOlder(grid[v]), $"{grid[v]} in {string.Join(", ", set.Inside)} but {string.Join(", ", set.Outside)}");
            }
        }
        TestContext.Current.TestOutputHelper?.WriteLine($"{asked.ToString(CultureInfo.InvariantCulture)} versions asked, {older} older");
        Assert.True(older > 1000 && asked - older > 1000);
    }
}
