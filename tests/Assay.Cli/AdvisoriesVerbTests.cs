using System.Diagnostics;
using System.IO.Compression;
using System.Text;
using System.Text.Json;
using Assay.Software.Advisories;

namespace Assay.Tests.Cli;

/// <summary>Lists into the store and what they changed, by the built command.</summary>
public sealed class AdvisoriesVerbTests : IDisposable
{
    private const string Range = """{ "id": "EDB-1", "aliases": [ "CVE-2026-70001" ], "modified": "2026-11-20T00:00:00Z", "affected": [ { "package": { "ecosystem": "", "name": "edb-updater" }, "ranges": [ { "type": "SEMVER", "events": [ { "introduced": "0" }, { "fixed": "2.0" } ] } ] } ] }""";

    private readonly Scratch scratch = new();
    private string Store => scratch.File("store.db");

    public void Dispose() => scratch.Dispose();

    private void Bill(string name, string component, string version) => File.WriteAllText(scratch.File(name),
        $$"""{ "bomFormat": "CycloneDX", "specVersion": "1.6", "version": 1, "components": [ { "type": "library", "name": "{{component}}", "version": "{{version}}" } ] }""");

    private JsonElement Import(string list, int exit = 0)
    {
        var result = Command.Run("advisories", "import", scratch.File(list), "--store", Store, "--inventories", scratch.File("old.cdx.json"), "--inventories", scratch.File("new.cdx.json"), "--watch", "--format", "json");
        Assert.True(result.Exit == exit, result.Error);
        return JsonDocument.Parse(result.Output).RootElement.GetProperty("imports")[0];
    }

    [Fact]
    public void Watch_tells_which_inventory_and_component_an_advisory_moved_from_what_to_what()
    {
        Bill("old.cdx.json", "edb-updater", "1.1");
        Bill("new.cdx.json", "edb-updater", "2.1");
        File.WriteAllText(scratch.File("named.json"), """{ "cveID": "CVE-2026-70001", "vendorProject": "EDB", "product": "edb-updater", "vulnerabilityName": "x", "dateAdded": "2026-11-01", "dueDate": "2026-11-21", "shortDescription": "x" }""");
        File.WriteAllText(scratch.File("range.json"), Range);
        File.WriteAllText(scratch.File("withdrawn.json"), Range.Replace("2026-11-20", "2026-11-22", StringComparison.Ordinal).Replace("\"aliases\"", "\"withdrawn\": \"2026-11-22T00:00:00Z\", \"aliases\"", StringComparison.Ordinal));
        Assert.Equal(["new.cdx.json nothing candidate", "old.cdx.json nothing candidate"], Moves(Import("named.json")));
        // The range is the first record under its own id and the second one about the vulnerability.
        Assert.Equal(["new.cdx.json candidate fixed", "old.cdx.json candidate affected"], Moves(Import("range.json")));
        var again = Import("range.json");
        Assert.True(again.GetProperty("skipped").GetBoolean());
        Assert.Empty(Moves(again));
        Assert.Equal(["new.cdx.json fixed candidate", "old.cdx.json affected candidate"], Moves(Import("withdrawn.json")));

        var table = Command.Run("advisories", "import", scratch.File("named.json"), "--store", scratch.File("other.db"), "--inventories", scratch.File("old.cdx.json"), "--watch");
        Assert.Contains("1 answer changed for 1 of 1 inventories.", table.Output, StringComparison.Ordinal);
        Assert.Contains("candidate, exploited", table.Output, StringComparison.Ordinal);

    }

    private static List<string> Moves(JsonElement import) => [.. import.GetProperty("changes").EnumerateArray()
        .Select(c => $"{Path.GetFileName(c.GetProperty("inventory").GetString())} {Status(c, "before")} {Status(c, "now")}")];

    private static string Status(JsonElement change, string name) => change.TryGetProperty(name, out var standpoint) ? standpoint.GetProperty("status").GetString()! : "nothing";

    [Fact]
    public void What_is_ruled_out_is_no_news_and_what_becomes_ruled_out_is()
    {
        Bill("old.cdx.json", "edb-updater", "1.1");
        Bill("new.cdx.json", "edb-updater", "2.1");
        File.WriteAllText(scratch.File("range.json"), Range);
        Assert.Equal(["old.cdx.json nothing affected"], Moves(Import("range.json")));
        File.WriteAllText(scratch.File("narrower.json"), Range.Replace("2026-11-20", "2026-11-21", StringComparison.Ordinal).Replace("\"2.0\"", "\"1.0\"", StringComparison.Ordinal));
        Assert.Equal(["old.cdx.json affected fixed"], Moves(Import("narrower.json")));
    }

    /// <summary>The same root twice, once with the changelog that names the repair: watching hears what <c>vulns</c> hears.</summary>
    [Fact]
    public void What_an_image_says_of_itself_counts_where_it_is_watched_as_where_it_is_asked()
    {
        Tool.Need("mksquashfs", "squashfs-tools");
        foreach (var (name, mended) in ((string, bool)[])[("old.cdx.json", false), ("new.cdx.json", true)])
        {
            var root = Directory.CreateDirectory(scratch.File($"root {name}")).FullName;
            void Write(string path, string text)
            {
                Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(root, path))!);
                using Stream file = File.Create(Path.Combine(root, path)), packed = path.EndsWith(".gz", StringComparison.Ordinal) ? new GZipStream(file, CompressionLevel.Fastest) : file;
                packed.Write(Encoding.UTF8.GetBytes(text));
            }
            Write("etc/os-release", "ID=debian\nVERSION_ID=\"12\"\n");
            Write("var/lib/dpkg/status", "Package: edb-updater\nStatus: install ok installed\nArchitecture: armhf\nVersion: 1.1-2\nDescription: x\n\n");
            if (mended) Write("usr/share/doc/edb-updater/changelog.Debian.gz", "edb-updater (1.1-2) bookworm-security; urgency=high\n\n  * Mend CVE-2026-70001.\n\n -- A Person <a@example.org>  Mon, 09 Nov 2026 10:00:00 +0000\n");
            Tool.Run("mksquashfs", [root, scratch.File(name), "-quiet", "-no-progress"]);
        }
        File.WriteAllText(scratch.File("range.json"), Range);
        Assert.Equal(["old.cdx.json nothing affected"], Moves(Import("range.json")));
        Assert.Equal((1, 0), (Asked("old.cdx.json"), Asked("new.cdx.json")));

        int Asked(string name) => JsonDocument.Parse(Command.Run("vulns", scratch.File(name), "--store", Store, "--format", "json").Output).RootElement.GetProperty("vulnerabilities").GetArrayLength();
    }

    [Fact]
    public void What_watch_writes_follows_its_schema()
    {
        Bill("old.cdx.json", "edb-updater", "1.1");
        Bill("new.cdx.json", "edb-updater", "2.1");
        File.WriteAllText(scratch.File("range.json"), Range);
        var allowed = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(Checkout.Root, "docs/schemas/advisories-import.schema.json"))).RootElement
            .GetProperty("properties").GetProperty("imports").GetProperty("items").GetProperty("properties");
        var import = Import("range.json");
        Assert.All(import.EnumerateObject(), p => Assert.True(allowed.TryGetProperty(p.Name, out _), p.Name));
        var change = allowed.GetProperty("changes").GetProperty("items").GetProperty("properties");
        Assert.NotEmpty(import.GetProperty("changes").EnumerateArray());
        Assert.All(import.GetProperty("changes").EnumerateArray().SelectMany(c => c.EnumerateObject()), p => Assert.True(change.TryGetProperty(p.Name, out _), p.Name));
    }

    [Theory]
    [InlineData("--watch")]
    [InlineData("--inventories")]
    public void Watching_needs_both_the_inventories_and_the_word(string only)
    {
        File.WriteAllText(scratch.File("range.json"), Range);
        var result = Command.Run(["advisories", "import", scratch.File("range.json"), "--store", Store, only, .. only == "--watch" ? Array.Empty<string>() : [scratch.File("range.json")]]);
        Assert.Equal(2, result.Exit);
        Assert.False(File.Exists(Store));
    }

    [Fact]
    public void Killed_at_any_moment_an_import_leaves_whole_files_and_goes_on_when_it_is_run_again()
    {
        const int Files = 600, Each = 25;
        var lists = Directory.CreateDirectory(scratch.File("lists")).FullName;
        for (var i = 0; i < Files; i++)
        {
            var list = new StringBuilder();
            for (var k = 0; k < Each; k++) list.Append(Range.Replace("EDB-1", $"EDB-{i}-{k}", StringComparison.Ordinal).Replace("70001", $"{80000 + i * Each + k}", StringComparison.Ordinal)).Append('\n');
            File.WriteAllText(Path.Combine(lists, $"{i:d4}.jsonl"), list.ToString());
        }
        var random = new Random(20261123);
        var (kills, held) = (0, 0);
        for (var run = 0; run < 12; run++)
        {
            var start = new ProcessStartInfo(Command.Program) { RedirectStandardOutput = true, RedirectStandardError = true };
            foreach (var argument in (string[])["advisories", "import", lists, "--store", Store]) start.ArgumentList.Add(argument);
            var before = Grown();
            using var child = Process.Start(start)!;
            _ = child.StandardOutput.ReadToEndAsync();
            _ = child.StandardError.ReadToEndAsync();
            // It must have begun: a child that dies at once proves nothing.
            var deadline = Stopwatch.StartNew();
            while (!child.HasExited && Grown() <= before && deadline.Elapsed < TimeSpan.FromSeconds(20)) Thread.Sleep(2);
            if (!child.WaitForExit(random.Next(0, 40)))
            {
                child.Kill();
                kills++;
            }
            child.WaitForExit();
            if (!File.Exists(Store)) continue;
            using var store = AdvisoryStore.Open(Store);
            var status = store.Status();
            Assert.True(status.Files.Count >= held, $"{status.Files.Count} files after {held}");
            held = status.Files.Count;
            Assert.Equal(held * Each, status.Sources.Sum(s => s.Advisories));
            if (held == Files) break;
        }
        Assert.True(kills > 1 && held > 0, $"{kills} kills, {held} files");
        var last = Command.Run("advisories", "import", lists, "--store", Store);
        Assert.True(last.Exit == 0, last.Error);
        Assert.Contains($"{held} of {Files} files were in the store already", last.Output, StringComparison.Ordinal);
        Assert.Equal(0, Command.Run("advisories", "import", lists, "--store", scratch.File("whole.db")).Exit);
        using var interrupted = AdvisoryStore.Open(Store);
        using var whole = AdvisoryStore.Open(scratch.File("whole.db"));
        Assert.Equal(whole.SnapshotDigest, interrupted.SnapshotDigest);
        Assert.Equal(Files * Each, whole.Status().Sources.Sum(s => s.Advisories));
        TestContext.Current.TestOutputHelper?.WriteLine($"{kills} kills, {held} of {Files} files in the store before the last run");

        long Grown() => ((string[])[Store, $"{Store}-wal"]).Where(File.Exists).Sum(f => new FileInfo(f).Length);
    }
}
