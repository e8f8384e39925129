using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text.Json;
using Assay.Labels.Log;
using Assay.Labels.Status;
using Assay.Labels.Token;
using Assay.Labels.Trust;
using Assay.Registry.Status;
using Assay.Tests;

namespace Assay.Registry.Tests.Storage;

/// <summary>kill -9 at any moment loses nothing that was acknowledged.</summary>
public class KillTests
{
    private const int Kills = 18;
    // The moments are drawn, the draw is always the same.
    private const int Seed = 20261123;

    [Fact]
    public async Task Killed_again_and_again_while_people_act_every_acknowledged_act_is_in_list_page_and_log()
    {
        using var scratch = new Scratch();
        using var doorbell = new Doorbell();
        var folder = scratch.File("registry");
        var listen = $"http://127.0.0.1:{FreePort()}";
        var random = new Random(Seed);
        var now = TimeProvider.System.GetUtcNow();
        var issued = new ConcurrentDictionary<string, long>();
        var standing = new ConcurrentDictionary<string, (Standing To, long Index)>();
        var changes = new ConcurrentDictionary<long, string>();
        string administrator, assessor, authority;
        var model = 0;

        using (var first = RegistryProcess.Start(folder, listen))
        {
            using var http = new HttpClient();
            administrator = (await Call(http, null, first.First(), Json("""{ "name": "Ada" }""")))!.Value.GetProperty("key").GetString()!;
            assessor = (await Call(http, administrator, $"{listen}/api/people", Json("""{ "name": "Asa", "roles": ["assessor"] }""")))!.Value.GetProperty("key").GetString()!;
            authority = (await Call(http, administrator, $"{listen}/api/people", Json("""{ "name": "Aura", "roles": ["authority"] }""")))!.Value.GetProperty("key").GetString()!;
            await Call(http, administrator, $"{listen}/api/trust", Json(doorbell.Trust()));
            first.Kill();
        }

        for (var round = 0; round < Kills; round++)
        {
            using var registry = RegistryProcess.Start(folder, listen);
            using var http = new HttpClient();
            // Two people act without a pause until the registry is gone.
            var people = Enumerable.Range(0, 2).Select(person => Task.Run(async () =>
            {
                for (var act = 0; ; act++)
                {
                    var mine = issued.Keys.Where(id => Convert.ToInt32(id[^1..], 16) % 2 == person && (!standing.TryGetValue(id, out var s) || s.To != Standing.Withdrawn)).ToList();
                    if (act % 3 == 0 || mine.Count == 0)
                    {
                        var statement = doorbell.Statement(now, model: $"Doorbell {Interlocked.Increment(ref model)}");
                        var answer = await Call(http, assessor, $"{listen}/api/labels", RunningRegistry.Parts(statement, doorbell.Decision(statement, now), Doorbell.Materials));
                        if (answer is not { } label) return;
                        issued[label.GetProperty("id").GetString()!] = label.GetProperty("logIndex").GetInt64();
                        continue;
                    }
                    var id = mine[(act * 7 + round) % mine.Count];
                    var to = (Standing)((act + round) % 5);
                    if (to == Standing.Withdrawn && act % 10 != 9) to = Standing.Suspended;
                    var below = to == Standing.UpdateNeeded ? ", \"updateBelow\": \"2.0\"" : "";
                    var change = await Call(http, authority, $"{listen}/api/labels/{id}/status", Json($$"""{ "state": "{{to.Name()}}", "reason": "round {{round}} act {{act}}"{{below}} }"""));
                    if (change is not { } receipt)
                    {
                        // Not acknowledged: it happened or not, and the next start says which.
                        standing.TryRemove(id, out _);
                        return;
                    }
                    standing[id] = (to, receipt.GetProperty("logIndex").GetInt64());
                    changes[receipt.GetProperty("logIndex").GetInt64()] = id;
                }
            })).ToArray();
            // Some acts later, at any moment within the next one or the one after.
            var acts = issued.Count + changes.Count + random.Next(1, 9);
            for (var waited = 0; issued.Count + changes.Count < acts && waited < 2000; waited++) await Task.Delay(5);
            await Task.Delay(random.Next(0, 40));
            registry.Kill();
            await Task.WhenAll(people);
        }
        Assert.True(issued.Count > 10 && changes.Count > 15, $"{issued.Count} labels and {changes.Count} changes are too few to say anything");

        using var last = RegistryProcess.Start(folder, listen);
        using var reader = new HttpClient { BaseAddress = new Uri(listen) };
        var trust = TrustList.Read(await reader.GetByteArrayAsync("/trust.json"), "registry");
        var snapshot = StatusSnapshot.Of(await reader.GetByteArrayAsync("/status/1"), await reader.GetByteArrayAsync("/notices/1"), trust, TimeProvider.System.GetUtcNow());
        var log = new LogReader(LogReader.Folder(Path.Combine(folder, "log")));
        Assert.True(log.Checkpoint.Verify(LogVerifier.Read(await reader.GetStringAsync("/log/key"))));
        var entries = Enumerable.Range(0, (int)log.Size).Select(i => LogEntry.Read(log.Entry(i))).ToList();
        Assert.Equal(entries.Count(e => e.Issued is not null), entries.Where(e => e.Issued is not null).Select(e => e.Issued!.Index).Distinct().Count());
        foreach (var (index, id) in changes) Assert.Equal(id, Convert.ToHexStringLower(entries[(int)index].Label.Span));
        foreach (var (id, index) in issued)
        {
            Assert.Equal(id, Convert.ToHexStringLower(entries[(int)index].Label.Span));
            var hallmark = SignedFile.Read(await reader.GetByteArrayAsync($"/labels/{id}/hallmark.cose")).Hallmark!;
            var shown = JsonDocument.Parse(await reader.GetStringAsync($"/api/labels/{id}")).RootElement;
            // What the log says last is what everybody sees.
            var newest = Enumerable.Range(0, entries.Count).LastOrDefault(i => entries[i].Changed is not null && entries[i].Label.Span.SequenceEqual(Convert.FromHexString(id)), -1);
            var expected = newest < 0 ? Standing.InForce : Standings.Of(entries[newest].Changed!.Kind);
            Assert.Equal(expected.Name(), shown.GetProperty("state").GetString());
            Assert.Equal(expected.State(), snapshot.Token.List[(int)hallmark.Status!.Index]);
            if (standing.TryGetValue(id, out var acknowledged))
            {
                Assert.True(newest >= acknowledged.Index);
                if (newest == acknowledged.Index) Assert.Equal(acknowledged.To, expected);
            }
            Assert.Equal(entries.Count(e => e.Changed is not null && e.Label.Span.SequenceEqual(Convert.FromHexString(id))), shown.GetProperty("history").GetArrayLength());
            if (newest >= 0) Assert.Contains(entries[newest].Changed!.Reason, await reader.GetStringAsync($"/labels/{id}"), StringComparison.Ordinal);
        }
        // Nothing is shown that the log does not name.
        Assert.Equal(entries.Count(e => e.Issued is not null), Directory.EnumerateDirectories(Path.Combine(folder, "labels")).Count());
        Assert.Equal(0, last.Stop());
        var kept = Path.Combine(folder, "log");
        var fsck = LogCheck.Of(LogReader.Folder(kept), LogVerifier.Read(File.ReadAllText(Path.Combine(kept, LogWriter.KeyFile))), LogCheck.Present(kept).Where(f => Tiles.Parse(f) is not null));
        Assert.True(fsck.IsWhole && fsck.IsSigned && fsck.Size == entries.Count, string.Join("; ", fsck.Faults));
    }

    [Fact]
    public async Task A_lost_database_is_made_anew_out_of_log_and_folders()
    {
        await using var registry = await RunningRegistry.Start();
        var (one, two) = (await registry.Issue(), await registry.Issue(model: "Other"));
        await registry.Change(one, """{ "state": "updateNeeded", "updateBelow": "1.2", "reason": "1.2 mends it", "role": "CSIRT" }""");
        var before = (await registry.Get($"/api/labels/{one}")).Json;
        await registry.Restart(() =>
        {
            foreach (var file in Directory.EnumerateFiles(registry.Folder, "registry.db*")) File.Delete(file);
        });
        var after = (await registry.Get($"/api/labels/{one}")).Json;
        foreach (var name in new[] { "state", "updateBelow", "since", "maker", "statusIndex", "logIndex", "supportEnd", "updateHosts" })
            Assert.Equal(before.GetProperty(name).ToString(), after.GetProperty(name).ToString());
        Assert.Equal(before.GetProperty("history").ToString(), after.GetProperty("history").ToString());
        Assert.Equal("inForce", (await registry.Get($"/api/labels/{two}")).Json.GetProperty("state").GetString());
        // The people are not in the log: somebody begins anew.
        Assert.NotNull(registry.Server.StartLink);
    }

    [Fact]
    public async Task A_copy_that_is_not_whole_is_refused_at_the_start()
    {
        await using var registry = await RunningRegistry.Start();
        var id = await registry.Issue();
        await registry.Change(id, """{ "state": "suspended", "reason": "x" }""");
        await registry.Server.DisposeAsync();
        using var scratch = new Scratch();
        string Copy(string name)
        {
            Assert.Equal(0, Tool.Run("cp", ["-a", registry.Folder, scratch.File(name)]).Exit);
            return scratch.File(name);
        }
        async Task<string> Refused(string folder)
        {
            var settings = registry.Server.Office.Settings with { Folder = folder };
            return (await Assert.ThrowsAnyAsync<Exception>(() => RegistryServer.Start(settings, registry.Time, _ => { }))).Message;
        }
        // The control: a whole copy is a registry.
        await using (var whole = await RegistryServer.Start(registry.Server.Office.Settings with { Folder = Copy("whole") }, registry.Time, _ => { }))
            Assert.Equal(Standing.Suspended, whole.Office.Shelf.Find(id)!.Standing);

        var older = Copy("older log");
        Directory.Delete(Path.Combine(older, "log"), true);
        Assert.Contains("a log of at least 2 entries", await Refused(older), StringComparison.Ordinal);
        var unlabelled = Copy("without labels");
        Directory.Delete(Path.Combine(unlabelled, "labels"), true);
        foreach (var file in Directory.EnumerateFiles(unlabelled, "registry.db*")) File.Delete(file);
        Assert.Contains($"the files of the label {id}", await Refused(unlabelled), StringComparison.Ordinal);
        var exchanged = Copy("another key");
        File.Delete(Path.Combine(exchanged, "keys", "log.pem"));
        Assert.Contains("the key of the log", await Refused(exchanged), StringComparison.Ordinal);
    }

    [Fact]
    public async Task One_folder_has_one_registry()
    {
        await using var registry = await RunningRegistry.Start();
        var wrong = await Assert.ThrowsAnyAsync<IOException>(() => RegistryServer.Start(registry.Server.Office.Settings, registry.Time, _ => { }));
        Assert.NotEmpty(wrong.Message);
        await registry.Issue();
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private static StringContent Json(string text) => new(text, MediaTypeHeaderValue.Parse("application/json"));

    // Null where the registry went away before it answered.
    private static async Task<JsonElement?> Call(HttpClient http, string? key, string address, HttpContent content)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, address) { Content = content };
        if (key is not null) request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", key);
        try
        {
            using var response = await http.SendAsync(request);
            var text = await response.Content.ReadAsStringAsync();
            Assert.True(response.IsSuccessStatusCode, string.Create(CultureInfo.InvariantCulture, $"{address}: {(int)response.StatusCode} {text}"));
            return JsonDocument.Parse(text).RootElement;
        }
        catch (Exception gone) when (gone is HttpRequestException or IOException)
        {
            return null;
        }
    }
}
