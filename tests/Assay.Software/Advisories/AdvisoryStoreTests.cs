using System.Text;
using Assay.Evidence.Reading;
using Assay.Software.Advisories;
using Assay.Software.Components;
using Assay.Software.Matching;
using Microsoft.Data.Sqlite;

namespace Assay.Tests.Software.Advisories;

/// <summary>The store keeps what was imported, whatever happens to files, programs and lists.</summary>
public class AdvisoryStoreTests
{
    private static byte[] Osv(string id, string fixedIn, string modified = "2026-11-20T00:00:00Z", string name = "edb-updater") => Encoding.UTF8.GetBytes(
        $$"""{ "id": "{{id}}", "modified": "{{modified}}", "affected": [ { "package": { "ecosystem": "", "name": "{{name}}" }, "ranges": [ { "type": "SEMVER", "events": [ { "introduced": "0" }, { "fixed": "{{fixedIn}}" } ] } ] } ] }""");

    [Fact]
    public void A_newer_record_replaces_an_older_one_and_never_the_other_way_round()
    {
        using var scratch = new Scratch();
        using var store = AdvisoryStore.Open(scratch.File("store.db"));
        Assert.Equal(["EDB-1"], store.Import("a", Osv("EDB-1", "1.1")).New);
        Assert.Equal(["EDB-1"], store.Import("b", Osv("EDB-1", "1.2", "2026-11-21T00:00:00Z")).Changed);
        var old = store.Import("a", Osv("EDB-1", "1.1").Append((byte)'\n').ToArray());
        Assert.Equal((0, 1), (old.Touched.Count(), old.Older));
        Assert.Equal("1.2", Assert.Single(Matcher.Match(Part("1.1"), store)).Fix);
        Assert.Equal(1, store.Import("b", Osv("EDB-1", "1.2", "2026-11-21T00:00:00Z")).Unchanged);
    }

    [Fact]
    public void A_changed_record_is_no_longer_found_under_the_product_that_it_named_before()
    {
        using var scratch = new Scratch();
        using var store = AdvisoryStore.Open(scratch.File("store.db"));
        store.Import("a", Osv("EDB-1", "1.2"));
        Assert.Single(Matcher.Match(Part("1.1"), store));
        store.Import("b", Osv("EDB-1", "1.2", "2026-11-21T00:00:00Z", "edb-doorbelld"));
        Assert.Empty(Matcher.Match(Part("1.1"), store));
        Assert.Single(Matcher.Match(Part("1.1", "edb-doorbelld"), store));
    }

    [Fact]
    public void The_order_of_imports_makes_no_other_snapshot()
    {
        using var scratch = new Scratch();
        var files = Enumerable.Range(0, 20).Select(i => ($"f{i}", Osv($"EDB-{i}", $"1.{i}"))).ToList();
        using var one = AdvisoryStore.Open(scratch.File("one.db"));
        using var two = AdvisoryStore.Open(scratch.File("two.db"));
        foreach (var (name, bytes) in files) one.Import(name, bytes);
        foreach (var (name, bytes) in Enumerable.Reverse(files)) two.Import(name, bytes);
        Assert.Equal(one.SnapshotDigest, two.SnapshotDigest);
        Assert.NotEqual(one.SnapshotDigest, AdvisoryStore.Open(scratch.File("none.db")).SnapshotDigest);
    }

    [Fact]
    public void What_was_imported_is_there_after_the_store_was_closed()
    {
        using var scratch = new Scratch();
        string digest;
        using (var store = AdvisoryStore.Open(scratch.File("store.db")))
        {
            store.Import("a", Osv("EDB-1", "1.2"));
            store.Import("epss", """[ { "cve": "EDB-1", "epss": 0.25, "percentile": 0.9, "date": "2026-11-20" } ]"""u8.ToArray());
            digest = store.SnapshotDigest;
        }
        Assert.Equal(["store.db"], Directory.GetFiles(scratch.Folder).Select(Path.GetFileName));
        using var again = AdvisoryStore.Open(scratch.File("store.db"));
        Assert.Equal(digest, again.SnapshotDigest);
        var status = again.Status();
        Assert.Equal(["epss", "osv"], status.Sources.Select(s => s.Source));
        Assert.Equal(2, status.Files.Count);
        Assert.Equal(0.25, Assert.Single(Matcher.Match(Part("1.1"), again)).Epss!.Probability);
    }

    [Fact]
    public void A_store_of_a_newer_program_another_database_and_a_file_that_is_none_are_refused_with_what_to_do()
    {
        using var scratch = new Scratch();
        AdvisoryStore.Open(scratch.File("store.db")).Dispose();
        Sql(scratch.File("store.db"), "PRAGMA user_version = 99");
        Assert.Contains("newer", Assert.Throws<UnreadableException>(() => AdvisoryStore.Open(scratch.File("store.db"))).Message, StringComparison.Ordinal);
        Sql(scratch.File("other.db"), "CREATE TABLE t (x)");
        Assert.Contains("another SQLite database", Assert.Throws<UnreadableException>(() => AdvisoryStore.Open(scratch.File("other.db"))).Message, StringComparison.Ordinal);
        File.WriteAllText(scratch.File("text.db"), new string('x', 5000));
        Assert.Throws<UnreadableException>(() => AdvisoryStore.Open(scratch.File("text.db")));
        // The positive control: the same file, once its layout is ours again.
        Sql(scratch.File("store.db"), "PRAGMA user_version = 2");
        AdvisoryStore.Open(scratch.File("store.db")).Dispose();

        static void Sql(string file, string sql)
        {
            using var connection = new SqliteConnection($"Data Source={file};Pooling=False");
            connection.Open();
            using var command = connection.CreateCommand();
            command.CommandText = sql;
            command.ExecuteNonQuery();
        }
    }

    [Fact]
    public void Damaged_files_lose_only_themselves()
    {
        using var scratch = new Scratch();
        using var store = AdvisoryStore.Open(scratch.File("store.db"));
        store.Import("good", Osv("EDB-1", "1.2"));
        var random = new Random(20261123);
        var samples = Corpus.Files("advisories/osv").Where((_, i) => i % 20 == 0).Concat(Corpus.Files("advisories/matcher-cases").Where((_, i) => i % 4 == 0)).Select(File.ReadAllBytes).Where(b => b.Length < 60_000)
            .Append(File.ReadAllLines(Corpus.Files("advisories", "nvd-iot.jsonl")[0]).Take(6).SelectMany(l => Encoding.UTF8.GetBytes(l + "\n")).ToArray())
            .Append(Encoding.UTF8.GetBytes(string.Join('\n', File.ReadAllLines(Corpus.Files("advisories", "kev-2*.csv")[0]).Take(8)))).ToList();
        var (runs, lost, whole) = (0, 0, 0);
        foreach (var sample in samples)
        {
            for (var i = 0; i < 60; i++)
            {
                var damaged = (byte[])sample.Clone();
                if (i % 3 == 0) damaged = damaged[..random.Next(damaged.Length)];
                else for (var k = 0; k <= i % 5; k++) damaged[random.Next(damaged.Length)] = i % 3 == 1 ? (byte)random.Next(256) : (byte)"{}[]\",:\\0"[random.Next(9)];
                var result = store.Import($"damaged {runs++}", damaged);
                if (result.Losses.Count > 0) lost++;
                else if (result.Read > 0) whole++;
                // A list that was cut after its heading is a list without entries.
                Assert.True(result.Read > 0 || result.Losses.Count > 0 || result.Kind is "kev" or "csaf" or "nvd", "neither read nor lost");
            }
        }
        Assert.True(runs > 500 && lost > 200 && whole > 20, $"{runs} runs, {lost} lost, {whole} read");
        Assert.Equal("1.2", Assert.Single(store.About("EDB-1")).Ranges[0].Versions!.Inside[0].To);
        Assert.Equal(["EDB-2"], store.Import("good again", Osv("EDB-2", "1.2")).New);
    }

    [Fact]
    public void A_damaged_line_loses_only_that_line()
    {
        using var scratch = new Scratch();
        using var store = AdvisoryStore.Open(scratch.File("store.db"));
        var lines = File.ReadAllLines(Corpus.Files("advisories", "nvd-iot.jsonl")[0]);
        foreach (var broken in new[] { 0, 5, lines.Length - 1 })
        {
            var text = string.Join('\n', lines.Select((l, i) => i == broken ? l[..(l.Length / 2)] + "}" : l)) + "\n";
            var result = store.Import("lines", Encoding.UTF8.GetBytes(text));
            Assert.Equal(lines.Length - 1, result.Read);
            Assert.Equal(broken + 1, Assert.Single(result.Losses).Location.Line);
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("\0\0\0")]
    [InlineData("hello")]
    [InlineData("{}")]
    [InlineData("[]x")]
    [InlineData("{\"vulnerabilities\": {}}")]
    [InlineData("{\"id\": \"X\", \"affected\": 7, \"cveMetadata\": []}")]
    [InlineData("{\"cveMetadata\": {}}")]
    [InlineData("{\"cveID\": 5}")]
    [InlineData("{\"cveID\": \"CVE-1\"}")]
    [InlineData("{\"id\": \"\\ud800\", \"modified\": \"\", \"affected\": []}")]
    public void What_is_no_list_of_advisories_is_a_loss_and_leaves_no_trace(string content)
    {
        using var scratch = new Scratch();
        using var store = AdvisoryStore.Open(scratch.File("store.db"));
        var result = store.Import("bad", Encoding.UTF8.GetBytes(content));
        Assert.Null(result.Kind);
        Assert.NotEmpty(result.Losses);
        Assert.Empty(store.Status().Files);
    }

    [Theory]
    [InlineData("""{ "resultsPerPage": 0, "format": "NVD_CVE", "version": "2.0", "vulnerabilities": [] }""", "nvd")]
    [InlineData("""{ "catalogVersion": "2026.11.23", "count": 0, "vulnerabilities": [] }""", "kev")]
    [InlineData("""{ "document": { "csaf_version": "2.0", "category": "csaf_informational_advisory", "tracking": { "id": "X-1" } } }""", "csaf")]
    public void A_list_without_entries_is_known_for_what_it_is(string content, string kind)
    {
        using var scratch = new Scratch();
        using var store = AdvisoryStore.Open(scratch.File("store.db"));
        var result = store.Import("empty", Encoding.UTF8.GetBytes(content));
        Assert.Equal((kind, 0, 0), (result.Kind, result.Read, result.Losses.Count));
    }

    [Fact]
    public void A_document_nested_deeper_than_anybody_needs_is_a_loss()
    {
        using var scratch = new Scratch();
        using var store = AdvisoryStore.Open(scratch.File("store.db"));
        var deep = string.Concat(Enumerable.Repeat("{\"a\":[", 200_000));
        Assert.NotEmpty(store.Import("deep", Encoding.UTF8.GetBytes(deep)).Losses);
    }

    [Fact]
    public void Two_programs_may_import_into_one_store_at_once()
    {
        using var scratch = new Scratch();
        using var one = AdvisoryStore.Open(scratch.File("store.db"));
        using var two = AdvisoryStore.Open(scratch.File("store.db"));
        Parallel.For(0, 40, i => (i % 2 == 0 ? one : two).Import($"f{i}", Osv($"EDB-{i}", "1.2")));
        Assert.Equal(40, one.Status().Sources.Single().Advisories);
        Assert.Equal(one.SnapshotDigest, two.SnapshotDigest);
    }

    private static Component Part(string version, string name = "edb-updater") => new() { Name = name, Version = version, Evidence = [] };
}
