using System.Net;
using System.Text.Json;
using Assay.Exchange.Csaf;
using Assay.Registry.Tests.Cases;
using Assay.Tests;

namespace Assay.Registry.Tests.Publications;

/// <summary>A case is told to others; a second organisation fetches it, and who may not read it finds nothing.</summary>
public class PublicationTests
{
    private static async Task<string> Case(RunningRegistry registry)
    {
        await registry.IssueWith("One", "busybox 1.36.1");
        return await registry.OpenCase();
    }

    [Fact]
    public async Task A_second_organisation_fetches_advisory_and_vex_with_hash_and_signature_checked()
    {
        await using var registry = await RunningRegistry.Start();
        var id = await Case(registry);
        var published = await registry.Post($"/api/cases/{id}/publish", registry.Csirt, """{ "tlp": "TLP:CLEAR" }""");
        Assert.True(published.Status == HttpStatusCode.Created, published.Text);
        using var client = Downloader.Client();
        var fetch = await new Downloader(client, registry.Time).FetchAsync(new Uri(registry.Address), null);
        Assert.Empty(fetch.Refused);
        Assert.Equal(2, fetch.Documents.Count);
        // A new issue keeps the history of the earlier one.
        await registry.Post($"/api/cases/{id}/publish", registry.Csirt, """{ "tlp": "CLEAR", "summary": "more is known" }""");
        fetch = await new Downloader(client, registry.Time).FetchAsync(new Uri(registry.Address), fetch.Key);
        Assert.All(fetch.Documents, d => Assert.Equal("2", d.Version));
        Assert.Equal(2, JsonDocument.Parse(fetch.Documents[0].Bytes).RootElement.GetProperty("document").GetProperty("tracking").GetProperty("revision_history").GetArrayLength());
        // After a start at another address the lists lead there; the documents are the same.
        var before = fetch.Documents.Select(d => d.Sha256).Order().ToList();
        await registry.Restart();
        fetch = await new Downloader(client, registry.Time).FetchAsync(new Uri(registry.Address), fetch.Key);
        Assert.Equal(before, fetch.Documents.Select(d => d.Sha256).Order());
    }

    [Fact]
    public async Task What_is_not_for_everyone_is_not_there_for_strangers()
    {
        await using var registry = await RunningRegistry.Start();
        var id = await Case(registry);
        var paths = (await registry.Post($"/api/cases/{id}/publish", registry.Csirt, """{ "tlp": "TLP:AMBER+STRICT" }""")).Json.GetProperty("publications").EnumerateArray().Select(p => p.GetProperty("path").GetString()!).ToList();
        Assert.Equal(5, paths.Count);
        foreach (var path in paths.SelectMany(p => new[] { p, p + ".asc" }).Append($"/notice/{id}.txt"))
        {
            var unknown = await registry.Get(path.Replace(id, "C-2099-0001", StringComparison.Ordinal).Replace("assay-", "other-", StringComparison.Ordinal));
            foreach (var key in new[] { null, registry.Assessor, registry.Administrator })
            {
                var refused = await registry.Get(path, key);
                Assert.Equal((HttpStatusCode.NotFound, unknown.Text), (refused.Status, refused.Text));
            }
            Assert.True((await registry.Get(path, registry.Csirt)).Status == HttpStatusCode.OK, path);
        }
        using var client = Downloader.Client();
        Assert.Empty((await new Downloader(client, registry.Time).FetchAsync(new Uri(registry.Address), null)).Documents);
        Assert.Equal(HttpStatusCode.Created, (await registry.Post($"/api/cases/{id}/publish", registry.Csirt, """{ "tlp": "CLEAR" }""")).Status);
        Assert.Equal(HttpStatusCode.OK, (await registry.Get($"/stix/{id}.json")).Status);
        // What all could read cannot be called back.
        Assert.Equal(HttpStatusCode.Conflict, (await registry.Post($"/api/cases/{id}/publish", registry.Csirt, """{ "tlp": "RED" }""")).Status);
    }

    [Fact]
    public async Task Every_signature_is_by_the_provider_s_key_and_VEX_follows_its_schema()
    {
        await using var registry = await RunningRegistry.Start();
        var id = await Case(registry);
        var look = registry.Time.GetUtcNow().AddDays(20).ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture);
        using var scratch = new Scratch();
        var files = new List<string>();
        var number = 0;
        string[] decisions =
        [
            "", $$"""{ "decision": "suspend", "reason": "x", "lookAgain": "{{look}}" }""", $$"""{ "decision": "updateNeeded", "updateBelow": "1.2", "reason": "x", "lookAgain": "{{look}}" }""",
            $$"""{ "decision": "notExploitable", "justification": "component_not_present", "reason": "x", "lookAgain": "{{look}}" }""",
        ];
        foreach (var decision in decisions)
        {
            if (decision.Length > 0) Assert.Equal(HttpStatusCode.OK, (await registry.Post($"/api/cases/{id}/decision", registry.Authority, decision)).Status);
            var published = (await registry.Post($"/api/cases/{id}/publish", registry.Csirt, """{ "tlp": "CLEAR" }""")).Json;
            var key = PgpCertificate.Read((await registry.Get("/csaf/openpgp-key.asc")).Bytes);
            foreach (var one in published.GetProperty("publications").EnumerateArray())
            {
                var path = one.GetProperty("path").GetString()!;
                var document = await registry.Get(path);
                var signature = (await registry.Get(path + ".asc")).Bytes;
                key.Verify(document.Bytes, signature, registry.Time.GetUtcNow());
                Assert.DoesNotContain("Aura", document.Text, StringComparison.Ordinal);
                if (one.GetProperty("kind").GetString() != "openvex") continue;
                files.Add(scratch.File($"{number++}.json"));
                File.WriteAllBytes(files[^1], document.Bytes);
            }
        }
        Assert.Equal(4, files.Count);
        var schema = Path.Combine(Corpus.Folder("sbom/openvex"), "openvex_json_schema.json");
        var folder = Npm.Folder("ajv@8.17.1", "ajv-formats@3.0.1");
        var judged = Npm.Run(folder, """
            import fs from 'node:fs';
            import Ajv from 'ajv/dist/2020.js';
            import formats from 'ajv-formats';
            const [schema, ...files] = process.argv.slice(2);
            const ajv = new Ajv({ strict: false, allErrors: true });
            formats(ajv);
            ajv.addFormat('iri', /^[a-z][a-z0-9+.-]*:.+/i);
            const check = ajv.compile(JSON.parse(fs.readFileSync(schema)));
            for (const file of files) {
              const document = JSON.parse(fs.readFileSync(file));
              if (!check(document)) { console.log(file, JSON.stringify(check.errors)); process.exit(1); }
              delete document.author;
              if (check(document)) { console.log('the schema refuses nothing'); process.exit(1); }
            }
            """, [schema, .. files]);
        Assert.True(judged.Exit == 0, judged.Text + judged.Error);
    }

    [Theory]
    [InlineData("/csaf/../registry.db")]
    [InlineData("/csaf/white/../../keys/openpgp.asc")]
    [InlineData("/csaf/%2e%2e/registry.db")]
    [InlineData("/csaf/white%2f..%2f..%2fregistry.db")]
    [InlineData("/csaf/white/2026/../../../keys/log.pem")]
    [InlineData("/vex/..%2fregistry.db")]
    public async Task Nothing_else_of_the_folder_is_handed_out(string path)
    {
        await using var registry = await RunningRegistry.Start();
        var id = await Case(registry);
        await registry.Post($"/api/cases/{id}/publish", registry.Csirt, """{ "tlp": "CLEAR" }""");
        Assert.Equal(HttpStatusCode.NotFound, (await registry.Get(path)).Status);
        Assert.Equal(HttpStatusCode.OK, (await registry.Get("/csaf/white/index.txt")).Status);
    }

    [Fact]
    public async Task A_candidate_is_not_published()
    {
        await using var registry = await RunningRegistry.Start();
        await registry.IssueWith("One", "busybox 1.36.1");
        var id = (await registry.Import(Setting.Kev(("CVE-2026-1000", "busybox", "busybox")))).Json.Texts("candidates");
        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await registry.Post($"/api/cases/{id}/publish", registry.Csirt, """{ "tlp": "CLEAR" }""")).Status);
        Assert.Equal(HttpStatusCode.BadRequest, (await registry.Post($"/api/cases/{id}/publish", registry.Csirt, """{ "tlp": "PURPLE" }""")).Status);
    }
}
