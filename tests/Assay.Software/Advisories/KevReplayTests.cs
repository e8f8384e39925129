using System.Diagnostics;
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

    [Fact]
    public void Forty_inventories_become_candidates_by_the_list_and_affected_or_not_by_a_range_that_is_added()
    {
        using var scratch = new Scratch();
        using var store = AdvisoryStore.Open(scratch.File("store.db"));
        store.Import("older", File.ReadAllBytes(Corpus.Files("advisories", "kev-2*.json")[0]));
        var later = Corpus.Files("advisories", "kev-2*.csv")[0];
        using var old = JsonDocument.Parse(File.ReadAllBytes(Corpus.Files("advisories", "kev-2*.json")[0]));
        var known = old.RootElement.GetProperty("vulnerabilities").EnumerateArray().Select(v => v.GetProperty("cveID").GetString()!).ToHashSet();
        var entries = Rows(later).Where(r => !known.Contains(r.Id)).ToList();
        // Twenty products, each in an old and in a mended version; the same number of inventories holds nothing of the list.
        var chosen = entries.DistinctBy(e => (Fold(e.Vendor), Fold(e.Product))).Where((_, i) => i % 4 == 0).Take(20).ToList();
        Assert.Equal(20, chosen.Count);
        var index = new InventoryIndex<string>();
        foreach (var (id, vendor, product) in chosen)
        {
            foreach (var version in (string[])["1.0", "9.0"])
            {
                index.Put($"{id} {version}", [Component(vendor, product) with { Version = version }, Component("Example", "edb-base-files")]);
                index.Put($"{id} {version} beside", [Component(vendor, "Thing that nobody lists") with { Version = version }]);
            }
        }
        // A product may have several entries: all of them are expected, and none of another product.
        var expected = chosen.SelectMany(c => entries.Where(e => Fold(e.Vendor) == Fold(c.Vendor) && Fold(e.Product) == Fold(c.Product)).SelectMany(e => (string[])[$"{c.Id} 1.0: {e.Id} none candidate", $"{c.Id} 9.0: {e.Id} none candidate"])).Order(StringComparer.Ordinal).ToList();
        var (_, opened) = Rematch.Import(index, store, "newer", File.ReadAllBytes(later));
        Assert.Equal(expected, opened.Select(Line).Order(StringComparer.Ordinal));

        var decided = new List<string>();
        foreach (var (id, vendor, product) in chosen)
        {
            using var buffer = new MemoryStream();
            using (var json = new Utf8JsonWriter(buffer))
            {
                json.WriteStartObject();
                json.WriteStartObject("cveMetadata");
                json.WriteString("cveId", id);
                json.WriteString("state", "PUBLISHED");
                json.WriteEndObject();
                json.WriteStartObject("containers");
                json.WriteStartObject("cna");
                json.WriteStartArray("affected");
                json.WriteStartObject();
                json.WriteString("vendor", vendor);
                json.WriteString("product", product);
                json.WriteString("defaultStatus", "unaffected");
                json.WriteStartArray("versions");
                json.WriteStartObject();
                json.WriteString("version", "0");
                json.WriteString("lessThan", "5.0");
                json.WriteString("versionType", "semver");
                json.WriteString("status", "affected");
                json.WriteEndObject();
                json.WriteEndArray();
                json.WriteEndObject();
                json.WriteEndArray();
                json.WriteEndObject();
                json.WriteEndObject();
                json.WriteEndObject();
            }
            decided.AddRange(Rematch.Import(index, store, $"range {id}", buffer.ToArray()).Changes.Select(Line));
        }
        Assert.Equal(chosen.SelectMany(c => (string[])[$"{c.Id} 1.0: {c.Id} candidate affected", $"{c.Id} 9.0: {c.Id} candidate fixed"]).Order(StringComparer.Ordinal), decided.Order(StringComparer.Ordinal));
        TestContext.Current.TestOutputHelper?.WriteLine($"{expected.Count} candidates in 40 of {index.Owners} inventories, {decided.Count} decided by a range");

        static string Line(AnswerChange<string> change) => $"{change.Owner}: {change.Answer.Id} {Status(change.Before)} {Status(change.After)}";
        static string Status(Standpoint? standpoint) => standpoint is null ? "none" : standpoint.Status == VulnerabilityStatus.NotAffected ? "fixed" : standpoint.Status.ToString().ToLowerInvariant();
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
