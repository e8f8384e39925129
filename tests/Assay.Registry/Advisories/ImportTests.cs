using System.Diagnostics;
using System.Net;
using System.Text.Json;
using Assay.Registry.Status;
using Assay.Registry.Tests.Cases;
using Assay.Software.Advisories;
using Assay.Software.Components;
using Assay.Software.Matching;
using Assay.Tests;
using Standing = Assay.Registry.Status.Standing;

namespace Assay.Registry.Tests.Advisories;

/// <summary>The corpus's two lists of known-exploited vulnerabilities meet inventories; and how long a consequence takes with a thousand of them.</summary>
public class ImportTests(ITestOutputHelper output)
{
    [Fact]
    public async Task Of_two_dates_of_the_list_exactly_those_cases_open_whose_inventory_has_the_product()
    {
        var (older, newer) = (Corpus.Files("advisories", "kev-*.json").First(f => !f.EndsWith("schema.json", StringComparison.Ordinal)), Corpus.Files("advisories", "kev-*.csv")[0]);
        await using var registry = await RunningRegistry.Start();
        await registry.IssueWith("Empty", "nothing-like-it 1.0");
        var entries = new[] { older, newer }.Select(f => AdvisoryFile.Advisories(f, File.ReadAllBytes(f))).ToList();
        var known = entries[0].Select(a => a.Id).ToHashSet(StringComparer.Ordinal);
        // Inventories made of products that the lists name: some of the first, some that only the second has, and one that neither knows.
        var old = entries[0].Where(a => a.Ranges.Count > 0 && Simple(a)).DistinctBy(a => a.Ranges[0].Product.Name).Take(4).ToList();
        var fresh = entries[1].Where(a => !known.Contains(a.Id) && a.Ranges.Count > 0 && Simple(a)).DistinctBy(a => a.Ranges[0].Product.Name).Take(4).ToList();
        Assert.True(old.Count == 4 && fresh.Count == 4);
        var inventories = new Dictionary<string, IReadOnlyList<Component>>();
        foreach (var (advisory, i) in old.Concat(fresh).Select((a, i) => (a, i)))
        {
            var label = await registry.IssueWith($"Model {i}", $"{advisory.Ranges[0].Product.Name.ToLowerInvariant()} 1.0", "zlib 1.3");
            inventories[label] = registry.Server.Office.Shelf.Inventory(label);
        }
        foreach (var (file, advisories) in new[] { older, newer }.Zip(entries))
        {
            var before = registry.Server.Office.Cases.All.Count;
            var answer = await registry.Send(HttpMethod.Post, $"/api/advisories?name={Path.GetFileName(file)}", registry.Csirt, new ByteArrayContent(File.ReadAllBytes(file)));
            Assert.True(answer.Status == HttpStatusCode.OK, answer.Text);
            var ids = advisories.Where(a => file == older || !known.Contains(a.Id)).ToList();
            // The slow way: every entry that was not there before, with every component.
            var expected = inventories.SelectMany(i => i.Value.SelectMany(c => ids.Where(a => Matcher.Match(c, [a]) is { Status: VulnerabilityStatus.Candidate or VulnerabilityStatus.Affected }).Select(a => $"{i.Key} {a.Id}"))).ToHashSet(StringComparer.Ordinal);
            var opened = answer.Json.GetProperty("cases").EnumerateArray().Concat(answer.Json.GetProperty("candidates").EnumerateArray())
                .Select(c => registry.Server.Office.Cases.Find(c.GetString()!)!).Select(c => $"{c.Label!.Id} {c.Vulnerability}").ToHashSet(StringComparer.Ordinal);
            Assert.NotEmpty(expected);
            Assert.Equal(expected.Order(StringComparer.Ordinal), opened.Order(StringComparer.Ordinal));
            Assert.Equal(opened.Count, registry.Server.Office.Cases.All.Count - before);
            output.WriteLine($"{Path.GetFileName(file)}: {advisories.Count} entries, {opened.Count} cases");
        }
        // Without versions nothing is affected, and no label moved.
        Assert.All(registry.Server.Office.Shelf.All(), l => Assert.Equal(Standing.InForce, l.Standing));
        var again = await registry.Send(HttpMethod.Post, "/api/advisories", registry.Csirt, new ByteArrayContent(File.ReadAllBytes(newer)));
        Assert.Equal(0, again.Json.GetProperty("cases").GetArrayLength() + again.Json.GetProperty("candidates").GetArrayLength());
    }

    private static bool Simple(Advisory advisory) => advisory.Ranges[0].Product.Name.All(c => char.IsAsciiLetterOrDigit(c) || c == '_') && advisory.Ranges[0].Product.Name.Length > 3;

    [Fact]
    public async Task With_a_thousand_inventories_the_signed_notice_follows_an_import_within_two_seconds()
    {
        await using var registry = await RunningRegistry.Start();
        var office = registry.Server.Office;
        var labels = new List<string>();
        for (var i = 0; i < 1000; i++)
        {
            var parts = Enumerable.Range(0, 40).Select(p => $"part{(i * 7 + p * 13) % 900} {p}.{i}").Append(i % 100 == 7 ? "busybox 1.36.1" : "busybox 1.37.1").ToArray();
            var statement = registry.Doorbell.Statement(registry.Time.GetUtcNow(), model: $"Model {i}");
            using var form = RunningRegistry.Parts(statement, registry.Doorbell.Decision(statement, registry.Time.GetUtcNow()), Setting.Bill(parts));
            labels.Add((await registry.Submit(registry.Assessor, form)).Json.GetProperty("id").GetString()!);
        }
        office.Advisories.CatchUp();
        Assert.Equal(HttpStatusCode.OK, (await registry.Import(Setting.Nvd("CVE-2026-1000", "busybox", "1.37.0"))).Status);
        var before = (await registry.Get("/notices/1")).Bytes;
        var watch = Stopwatch.StartNew();
        var answer = await registry.Import(Setting.Kev(("CVE-2026-1000", "busybox", "busybox")));
        var notices = (await registry.Get("/notices/1")).Bytes;
        var took = watch.Elapsed;
        Assert.Equal(10, answer.Json.GetProperty("cases").GetArrayLength());
        Assert.Equal(10, labels.Count(l => office.Shelf.Find(l)!.Standing == Standing.UnderReview));
        Assert.False(before.AsSpan().SequenceEqual(notices));
        output.WriteLine($"1,000 labels with 41 components, 10 of them hit: import to changed notices {took.TotalMilliseconds:F0} ms");
        Assert.True(took < TimeSpan.FromSeconds(2), $"{took.TotalMilliseconds:F0} ms");
    }
}
