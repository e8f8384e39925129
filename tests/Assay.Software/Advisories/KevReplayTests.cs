using System.Diagnostics;
using System.Text;
using System.Text.Json;
using Assay.Software.Advisories;
using Assay.Software.Components;
using Assay.Software.Matching;

namespace Assay.Tests.Software.Advisories;

/// <summary>The later list of known exploited vulnerabilities lands on a store that knows the earlier one: exactly the inventories with a named product get a candidate.</summary>
public class KevReplayTests
{
    [Fact]
    public void The_new_entries_of_the_later_list_open_exactly_the_cases_whose_inventory_holds_the_product()
    {
        using var scratch = new Scratch();
        using var store = AdvisoryStore.Open(scratch.File("store.db"));
        var (older, newer) = (Assert.Single(Corpus.Files("advisories", "kev-2*.json")), Assert.Single(Corpus.Files("advisories", "kev-2*.csv")));
        var before = store.Import("older", File.ReadAllBytes(older));
        Assert.Equal("kev", before.Kind);
        Assert.Equal(before.Read, before.New.Count);
        Assert.Empty(before.Losses);

        // The judge reads both files with its own eyes.
        using var old = JsonDocument.Parse(File.ReadAllBytes(older));
        var known = old.RootElement.GetProperty("vulnerabilities").EnumerateArray().Select(v => v.GetProperty("cveID").GetString()!).ToHashSet();
        var rows = Rows(newer);
        var fresh = rows.Where(r => !known.Contains(r.Id)).ToList();

        // An inventory for every product of the later list, one for every vendor under a product nobody lists, and one for each product of somebody else.
        var index = new InventoryIndex<string>();
        var products = rows.Select(r => (r.Vendor, r.Product)).Distinct().ToList();
        foreach (var (vendor, product) in products)
        {
            index.Put($"{vendor}|{product}", [Component(vendor, product), Component("Example", "edb-base-files")]);
            index.Put($"{vendor}|other", [Component(vendor, "Thing that nobody lists")]);
            // Of a product in our table of aliases the name alone says which one it is, whoever supplies it.
            if (!ProductNames.Called(product).Any()) index.Put($"stranger|{vendor}|{product}", [Component("Somebody Else Entirely", product)]);
        }

        var after = store.Import("newer", File.ReadAllBytes(newer));
        Assert.Equal(rows.Count, after.Read);
        Assert.Equal(fresh.Select(f => f.Id).Order(), after.New.Order());
        Assert.Equal(243, after.New.Count);

        var watch = Stopwatch.StartNew();
        var hits = index.Match(after.New, store);
        watch.Stop();
        var opened = hits.Select(h => (h.Owner, h.Vulnerability.Id)).ToHashSet();
        var expected = fresh.SelectMany(f => products.Where(p => Fold(p.Vendor) == Fold(f.Vendor) && Fold(p.Product) == Fold(f.Product)).Select(p => ($"{p.Vendor}|{p.Product}", f.Id))).ToHashSet();
        Assert.Equal(expected.Order().ToList(), opened.Order().ToList());
        Assert.All(hits, h => Assert.Equal(VulnerabilityStatus.Candidate, h.Vulnerability.Status));
        Assert.All(hits, h => Assert.True(h.Vulnerability.Exploited));
        Assert.Equal(243, hits.Select(h => h.Vulnerability.Id).Distinct().Count());
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(5), $"matching took {watch.Elapsed}");
        TestContext.Current.TestOutputHelper?.WriteLine($"{after.New.Count} entries against {index.Owners} inventories in {watch.ElapsedMilliseconds} ms: {hits.Count} candidates");
    }

    [Fact]
    public void The_same_list_again_and_an_older_list_afterwards_change_nothing()
    {
        using var scratch = new Scratch();
        using var store = AdvisoryStore.Open(scratch.File("store.db"));
        var (older, newer) = (Corpus.Files("advisories", "kev-2*.json")[0], Corpus.Files("advisories", "kev-2*.csv")[0]);
        store.Import("newer", File.ReadAllBytes(newer));
        var digest = store.SnapshotDigest;
        var again = store.Import("again", File.ReadAllBytes(newer));
        Assert.Empty(again.Touched);
        var late = store.Import("older", File.ReadAllBytes(older));
        Assert.Empty(late.Touched);
        Assert.Equal(late.Read, late.Unchanged + late.Older);
        Assert.Equal(digest, store.SnapshotDigest);
    }

    /// <summary>What a list without versions can say, and what a range decides: each of the forty by itself, in two forms of record.</summary>
    [Fact]
    public void Forty_inventories_become_candidates_by_the_list_and_affected_or_ruled_out_by_a_range_that_is_added()
    {
        using var scratch = new Scratch();
        using var store = AdvisoryStore.Open(scratch.File("store.db"));
        var (older, later) = (Corpus.Files("advisories", "kev-2*.json")[0], Corpus.Files("advisories", "kev-2*.csv")[0]);
        store.Import("older", File.ReadAllBytes(older));
        using var old = JsonDocument.Parse(File.ReadAllBytes(older));
        var before = old.RootElement.GetProperty("vulnerabilities").EnumerateArray().Select(v => (Id: v.GetProperty("cveID").GetString()!, Vendor: v.GetProperty("vendorProject").GetString()!, Product: v.GetProperty("product").GetString()!)).ToList();
        var known = before.Select(v => v.Id).ToHashSet();
        var entries = Rows(later).Where(r => !known.Contains(r.Id)).ToList();
        Assert.Equal(243, entries.Count);
        var named = entries.Select(e => (Fold(e.Vendor), Fold(e.Product))).ToHashSet();
        // Forty products, every other one in a mended version.
        var chosen = entries.DistinctBy(e => (Fold(e.Vendor), Fold(e.Product))).Where((_, i) => i % 2 == 0).Take(40).Select((e, i) => (e.Vendor, e.Product, IsMended: i % 2 == 1)).ToList();
        Assert.Equal(40, chosen.Count);
        var index = new InventoryIndex<string>();
        foreach (var (vendor, product, mended) in chosen)
        {
            index.Put($"{vendor}|{product}", [Component(vendor, product) with { Version = mended ? "9.0" : "1.0" }, Component("Example", "edb-base-files")]);
            index.Put($"{vendor}|other", [Component(vendor, "Thing that nobody lists")]);
        }
        // Products of the earlier list alone are no news.
        foreach (var (_, vendor, product) in before.Where(b => !named.Contains((Fold(b.Vendor), Fold(b.Product)))).DistinctBy(b => (Fold(b.Vendor), Fold(b.Product))).Take(200)) index.Put($"earlier|{vendor}|{product}", [Component(vendor, product)]);

        // A product may have several entries: all of them are expected, and none of another product.
        var expected = chosen.SelectMany(c => entries.Where(e => Fold(e.Vendor) == Fold(c.Vendor) && Fold(e.Product) == Fold(c.Product)).Select(e => (c.Vendor, c.Product, c.IsMended, e.Id))).ToList();
        var (_, told) = Rematch.Import(index, store, "newer", File.ReadAllBytes(later));
        // The later list calls some products of earlier entries otherwise: that is told too, and opens nothing of the 243.
        var opened = told.Where(t => !known.Contains(t.Answer.Id)).ToList();
        var renamed = before.Join(Rows(later), b => b.Id, r => r.Id, (b, r) => (b.Id, Same: Fold(b.Vendor) == Fold(r.Vendor) && Fold(b.Product) == Fold(r.Product))).Where(b => !b.Same).Select(b => b.Id).ToHashSet();
        Assert.All(told.Where(t => known.Contains(t.Answer.Id)), t => Assert.Contains(t.Answer.Id, renamed));
        Assert.Equal(expected.Select(e => $"{e.Vendor}|{e.Product}: {e.Id} nothing Candidate").Order(StringComparer.Ordinal), opened.Select(Line).Order(StringComparer.Ordinal));
        Assert.All(opened, o => Assert.True(o.After!.Exploited));

        var decided = new List<string>();
        foreach (var ((vendor, product, _, id), i) in expected.Select((e, i) => (e, i)))
        {
            var record = i % 2 == 0
                ? $$"""{ "dataType": "CVE_RECORD", "cveMetadata": { "cveId": "{{id}}", "state": "PUBLISHED" }, "containers": { "cna": { "affected": [ { "vendor": {{JsonSerializer.Serialize(vendor)}}, "product": {{JsonSerializer.Serialize(product)}}, "defaultStatus": "unaffected", "versions": [ { "version": "0", "lessThan": "5.0", "versionType": "semver", "status": "affected" } ] } ] } } }"""
                : $$"""{ "id": "{{id}}", "vulnStatus": "Analyzed", "configurations": [ { "nodes": [ { "operator": "OR", "cpeMatch": [ { "vulnerable": true, "criteria": "cpe:2.3:a:{{Fold(vendor)}}:{{Fold(product)}}:*:*:*:*:*:*:*:*", "versionEndExcluding": "5.0" } ] } ] } ] }""";
            decided.AddRange(Rematch.Import(index, store, $"range {id}", Encoding.UTF8.GetBytes(record)).Changes.Select(Line));
        }
        Assert.Equal(expected.Select(e => $"{e.Vendor}|{e.Product}: {e.Id} Candidate {(e.IsMended ? "Fixed" : "Affected")}").Order(StringComparer.Ordinal), decided.Order(StringComparer.Ordinal));
        TestContext.Current.TestOutputHelper?.WriteLine($"{opened.Count} candidates in 40 of {index.Owners} inventories, {told.Count - opened.Count} of renamed products; by ranges {decided.Count(d => d.EndsWith("Affected", StringComparison.Ordinal))} affected, {decided.Count(d => d.EndsWith("Fixed", StringComparison.Ordinal))} ruled out");

        static string Line(AnswerChange<string> change) => $"{change.Owner}: {change.Answer.Id} {change.Before?.Status.ToString() ?? "nothing"} {change.After?.Status.ToString() ?? "nothing"}";
    }

    private static Component Component(string vendor, string product) => new() { Name = product, Supplier = vendor, Version = "1.0", Evidence = [] };

    private static string Fold(string text) => string.Concat(text.Where(char.IsLetterOrDigit)).ToLowerInvariant();

    // Of this list only the last columns hold quotes and commas; python's csv module is the judge.
    private static List<(string Id, string Vendor, string Product)> Rows(string file)
    {
        Tool.Need("python3", "python3");
        var text = Tool.Run("python3", ["-c", "import csv,json,sys; print(json.dumps([[r['cveID'],r['vendorProject'],r['product']] for r in csv.DictReader(open(sys.argv[1], newline=''))]))", file]).Text;
        using var document = JsonDocument.Parse(text);
        return [.. document.RootElement.EnumerateArray().Select(r => (r[0].GetString()!.Trim(), r[1].GetString()!.Trim(), r[2].GetString()!.Trim()))];
    }
}
