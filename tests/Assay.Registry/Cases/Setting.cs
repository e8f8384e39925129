using System.Net;
using System.Text;
using System.Text.Json;

namespace Assay.Registry.Tests.Cases;

/// <summary>Labels with inventories, and advisories that speak of them.</summary>
internal static class Setting
{
    /// <summary>A label with these components behind it (<c>name version</c>).</summary>
    public static async Task<string> IssueWith(this RunningRegistry registry, string model, params string[] components)
    {
        var statement = registry.Doorbell.Statement(registry.Time.GetUtcNow(), maker: "Lumen", model: model);
        var answer = await registry.Submit(registry.Assessor, RunningRegistry.Parts(statement, registry.Doorbell.Decision(statement, registry.Time.GetUtcNow()), Bill(components)));
        Assert.True(answer.Status == HttpStatusCode.Created, answer.Text);
        return answer.Json.GetProperty("id").GetString()!;
    }

    public static byte[] Bill(params string[] components) => Encoding.UTF8.GetBytes(JsonSerializer.Serialize(new
    {
        bomFormat = "CycloneDX",
        specVersion = "1.6",
        version = 1,
        components = components.Select(c => c.Split(' ')).Select(c => new { type = "library", name = c[0], version = c[1], cpe = $"cpe:2.3:a:{c[0]}:{c[0]}:{c[1]}:*:*:*:*:*:*:*" }),
    }));

    public static Task<Answer> Import(this RunningRegistry registry, string file, string? key = null) =>
        registry.Send(HttpMethod.Post, "/api/advisories?name=test", key ?? registry.Csirt, new StringContent(file));

    public static string Kev(params (string Id, string Vendor, string Product)[] entries) => JsonSerializer.Serialize(new
    {
        title = "CISA Catalog of Known Exploited Vulnerabilities",
        catalogVersion = "2026.11.23",
        dateReleased = "2026-11-23T00:00:00Z",
        count = entries.Length,
        vulnerabilities = entries.Select(e => new
        {
            cveID = e.Id,
            vendorProject = e.Vendor,
            product = e.Product,
            vulnerabilityName = $"{e.Product} flaw",
            dateAdded = "2026-11-20",
            shortDescription = "A flaw.",
            requiredAction = "Update.",
            dueDate = "2026-12-11",
            knownRansomwareCampaignUse = "Unknown",
            notes = "",
        }),
    });

    public static string Nvd(string id, string product, string below) => $$"""
        { "resultsPerPage": 1, "startIndex": 0, "totalResults": 1, "format": "NVD_CVE", "version": "2.0", "timestamp": "2026-11-23T00:00:00.000", "vulnerabilities": [ { "cve": {
          "id": "{{id}}", "published": "2026-11-20T00:00:00.000", "lastModified": "2026-11-21T00:00:00.000", "vulnStatus": "Analyzed", "descriptions": [ { "lang": "en", "value": "A flaw in {{product}}." } ],
          "configurations": [ { "nodes": [ { "operator": "OR", "negate": false, "cpeMatch": [ { "vulnerable": true, "criteria": "cpe:2.3:a:{{product}}:{{product}}:*:*:*:*:*:*:*:*", "versionEndExcluding": "{{below}}", "matchCriteriaId": "00000000-0000-0000-0000-000000000000" } ] } ] } ] } } ] }
        """;

    /// <summary>The range first, then the news that it is exploited: the only case that this opens.</summary>
    public static async Task<string> OpenCase(this RunningRegistry registry, string id = "CVE-2026-1000", string product = "busybox", string below = "1.37.0")
    {
        Assert.Equal(HttpStatusCode.OK, (await registry.Import(Nvd(id, product, below))).Status);
        var answer = await registry.Import(Kev((id, product, product)));
        Assert.True(answer.Status == HttpStatusCode.OK, answer.Text);
        return answer.Json.GetProperty("cases")[0].GetString()!;
    }

    public static async Task<string> State(this RunningRegistry registry, string label) => (await registry.Get($"/api/labels/{label}")).Json.GetProperty("state").GetString()!;

    public static string Texts(this JsonElement json, string name) => string.Join(" ", json.GetProperty(name).EnumerateArray().Select(e => e.GetString()));
}
