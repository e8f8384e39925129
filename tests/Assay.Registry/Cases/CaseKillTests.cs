using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text.Json;
using Assay.Labels.Status;
using Assay.Labels.Token;
using Assay.Labels.Trust;
using Assay.Registry.Tests.Storage;
using Assay.Tests;

namespace Assay.Registry.Tests.Cases;

/// <summary>kill -9 in the middle of imports and decisions: what was acknowledged is there, and no import is left without its case.</summary>
public class CaseKillTests
{
    private const int Kills = 10, Seed = 20261124;

    [Fact]
    public async Task Killed_in_the_middle_of_imports_and_decisions_no_case_and_no_consequence_is_lost()
    {
        using var scratch = new Scratch();
        using var doorbell = new Doorbell();
        var folder = scratch.File("registry");
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        var listen = $"http://127.0.0.1:{((IPEndPoint)probe.LocalEndpoint).Port}";
        probe.Stop();
        var (random, now) = (new Random(Seed), TimeProvider.System.GetUtcNow());
        string administrator, assessor, authority;
        var labels = new List<string>();
        using (var first = RegistryProcess.Start(folder, listen))
        {
            using var http = new HttpClient();
            administrator = (await Call(http, null, first.First(), Json("""{ "name": "Ada" }""")))!.Value.GetProperty("key").GetString()!;
            assessor = (await Call(http, administrator, $"{listen}/api/people", Json("""{ "name": "Asa", "roles": ["assessor"] }""")))!.Value.GetProperty("key").GetString()!;
            authority = (await Call(http, administrator, $"{listen}/api/people", Json("""{ "name": "Aura", "roles": ["authority", "csirt"] }""")))!.Value.GetProperty("key").GetString()!;
            await Call(http, administrator, $"{listen}/api/trust", Json(doorbell.Trust()));
            for (var i = 0; i < 6; i++)
            {
                var statement = doorbell.Statement(now, model: $"Model {i}");
                var label = await Call(http, assessor, $"{listen}/api/labels", RunningRegistry.Parts(statement, doorbell.Decision(statement, now), Setting.Bill($"part{i} 1.0")));
                labels.Add(label!.Value.GetProperty("id").GetString()!);
            }
            first.Kill();
        }

        var sent = new ConcurrentDictionary<string, bool>();
        var acknowledged = new ConcurrentDictionary<string, string>();
        var decided = new ConcurrentDictionary<string, string>();
        var number = 0;
        for (var round = 0; round < Kills || (acknowledged.Count < 15 || decided.Count < 8) && round < 5 * Kills; round++)
        {
            using var registry = RegistryProcess.Start(folder, listen);
            using var http = new HttpClient();
            var importing = Task.Run(async () =>
            {
                while (true)
                {
                    var n = number++;
                    var id = $"CVE-2026-{n + 10000}";
                    if (await Call(http, authority, $"{listen}/api/advisories", new StringContent(Setting.Nvd(id, $"part{n % 6}", "2.0"))) is null) return;
                    sent[id] = true;
                    if (await Call(http, authority, $"{listen}/api/advisories", new StringContent(Setting.Kev((id, $"part{n % 6}", $"part{n % 6}")))) is not { } answer) return;
                    acknowledged[id] = answer.GetProperty("cases")[0].GetString()!;
                }
            });
            var deciding = Task.Run(async () =>
            {
                while (true)
                {
                    if (acknowledged.FirstOrDefault(c => !decided.ContainsKey(c.Value)).Value is not { } one)
                    {
                        await Task.Delay(5);
                        if (importing.IsCompleted) return;
                        continue;
                    }
                    var look = now.AddDays(30).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
                    if (await Call(http, authority, $"{listen}/api/cases/{one}/decision", Json($$"""{ "decision": "suspend", "reason": "{{one}}", "lookAgain": "{{look}}" }""")) is null) return;
                    decided[one] = one;
                }
            });
            await Task.Delay(random.Next(400, 1800));
            registry.Kill();
            await Task.WhenAll(importing, deciding);
        }
        Assert.True(acknowledged.Count >= 15 && decided.Count >= 8, $"{acknowledged.Count} cases and {decided.Count} decisions are too few to say anything");

        using var last = RegistryProcess.Start(folder, listen);
        using var reader = new HttpClient { BaseAddress = new Uri(listen), DefaultRequestHeaders = { Authorization = new AuthenticationHeaderValue("Bearer", authority) } };
        // Sending the lists again brings what was never taken; what was taken half is made good by the start alone.
        async Task<List<JsonElement>> Cases() => [.. JsonDocument.Parse(await reader.GetStringAsync("/api/cases")).RootElement.GetProperty("cases").EnumerateArray()];
        var cases = await Cases();
        for (var i = 0; i < 100 && !labels.All(l => cases.Any(c => c.GetProperty("label").GetString() == l)); i++)
        {
            await Task.Delay(50);
            cases = await Cases();
        }
        Assert.Equal(cases.Count, cases.Select(c => $"{c.GetProperty("label")} {c.GetProperty("vulnerability")}").Distinct().Count());
        foreach (var (id, one) in acknowledged) Assert.Equal(id, cases.Single(c => c.GetProperty("id").GetString() == one).GetProperty("vulnerability").GetString());
        foreach (var one in decided.Keys) Assert.Equal("suspended", cases.Single(c => c.GetProperty("id").GetString() == one).GetProperty("consequence").GetString());
        // A list that entered the store has its case, acknowledged or not.
        foreach (var id in sent.Keys)
        {
            var again = await Call(reader, authority, $"{listen}/api/advisories", new StringContent(Setting.Kev((id, $"part{(int.Parse(id[9..], CultureInfo.InvariantCulture) - 10000) % 6}", $"part{(int.Parse(id[9..], CultureInfo.InvariantCulture) - 10000) % 6}"))));
            if (again!.Value.GetProperty("imported").GetInt32() > 0) continue;
            for (var i = 0; i < 100 && !cases.Any(c => c.GetProperty("vulnerability").GetString() == id); i++)
            {
                await Task.Delay(50);
                cases = await Cases();
            }
            Assert.Contains(cases, c => c.GetProperty("vulnerability").GetString() == id);
        }
        var trust = TrustList.Read(await reader.GetByteArrayAsync("/trust.json"), "registry");
        var snapshot = StatusSnapshot.Of(await reader.GetByteArrayAsync("/status/1"), await reader.GetByteArrayAsync("/notices/1"), trust, TimeProvider.System.GetUtcNow());
        foreach (var label in labels)
        {
            var slot = (int)SignedFile.Read(await reader.GetByteArrayAsync($"/labels/{label}/hallmark.cose")).Hallmark!.Status!.Index;
            var suspended = cases.Any(c => c.GetProperty("label").GetString() == label && c.GetProperty("consequence").GetString() == "suspended");
            Assert.Equal(suspended ? LabelState.Suspended : LabelState.Notice, snapshot.Token.List[slot]);
        }
        Assert.Equal(0, last.Stop());
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
            Assert.True(response.IsSuccessStatusCode, text);
            return JsonDocument.Parse(text).RootElement;
        }
        catch (Exception gone) when (gone is HttpRequestException or IOException or TaskCanceledException)
        {
            return null;
        }
    }
}
