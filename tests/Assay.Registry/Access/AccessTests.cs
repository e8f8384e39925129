using System.Net;
using System.Text;
using System.Text.RegularExpressions;
using Assay.Registry.Access;
using Assay.Registry.Status;
using Assay.Registry.Storage;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Assay.Registry.Tests.Access;

/// <summary>Who may do what: keys, roles, sessions; and that a request without the right changes nothing.</summary>
public partial class AccessTests
{
    [Fact]
    public async Task The_first_administrators_link_works_once()
    {
        await using var registry = await RunningRegistry.Bare();
        var link = registry.Server.StartLink!;
        Assert.Equal(HttpStatusCode.NotFound, (await registry.Post(link[..^1] + "x", null, """{ "name": "Eve" }""")).Status);
        Assert.Equal(HttpStatusCode.BadRequest, (await registry.Post(link, null, """{ "name": "" }""")).Status);
        Assert.Equal(HttpStatusCode.OK, (await registry.Get(link)).Status);
        var answers = await Task.WhenAll(Enumerable.Range(0, 4).Select(i => registry.Post(link, null, $$"""{ "name": "Ada {{i}}" }""")));
        var key = Assert.Single(answers, a => a.Status == HttpStatusCode.OK).Json.GetProperty("key").GetString()!;
        Assert.Null(registry.Server.StartLink);
        Assert.Equal(HttpStatusCode.NotFound, (await registry.Get(link)).Status);
        Assert.Equal(HttpStatusCode.OK, (await registry.Get("/api/people", key)).Status);
        await registry.Restart();
        Assert.Null(registry.Server.StartLink);
        Assert.Equal(HttpStatusCode.OK, (await registry.Get("/api/people", key)).Status);
    }

    [Fact]
    public async Task A_key_is_32_random_bytes_and_is_kept_nowhere()
    {
        await using var registry = await RunningRegistry.Start();
        Assert.Equal(32, System.Buffers.Text.Base64Url.DecodeFromChars(registry.Authority).Length);
        Assert.Equal(4, new[] { registry.Administrator, registry.Assessor, registry.Authority, registry.Csirt }.Distinct().Count());
        Assert.Equal(HttpStatusCode.Unauthorized, (await registry.Get("/api/people", registry.Administrator[..^1] + (registry.Administrator[^1] == 'A' ? "B" : "A"))).Status);
        Assert.False(Contains(registry.Folder, registry.Authority));
        Assert.True(Contains(registry.Folder, "Aura Authority"));
    }

    public static TheoryData<string, string, string> Acts => new()
    {
        { "GET", "/api/people", "administrator" },
        { "POST", "/api/people", "administrator" },
        { "DELETE", "/api/people/00000000", "administrator" },
        { "GET", "/api/trust", "administrator" },
        { "POST", "/api/trust", "administrator" },
        { "POST", "/api/labels", "assessor" },
        { "POST", "/api/labels/0000000000000000/status", "authority" },
        { "POST", "/labels/0000000000000000/status", "authority" },
        { "POST", "/people", "administrator" },
    };

    [Theory]
    [MemberData(nameof(Acts))]
    public async Task Without_the_right_nothing_is_done_and_the_reason_is_said(string method, string path, string role)
    {
        await using var registry = await RunningRegistry.Start();
        var id = await registry.Issue();
        var at = path.Replace("0000000000000000", id, StringComparison.Ordinal);
        var before = State(registry);
        var statement = registry.Doorbell.Statement(registry.Time.GetUtcNow(), model: "Other");
        HttpContent? Body() => method != "POST" ? null : path switch
        {
            "/api/people" => new StringContent("""{ "name": "Eve", "roles": ["administrator"] }"""),
            "/api/trust" => new StringContent(new Doorbell().Trust()),
            "/api/labels" => RunningRegistry.Parts(statement, registry.Doorbell.Decision(statement, registry.Time.GetUtcNow())),
            "/people" => new StringContent("name=Eve&roles=administrator", Encoding.UTF8, "application/x-www-form-urlencoded"),
            "/labels/0000000000000000/status" => new StringContent("state=suspended&reason=x", Encoding.UTF8, "application/x-www-form-urlencoded"),
            _ => new StringContent("""{ "state": "suspended", "reason": "x" }"""),
        };
        var keys = new Dictionary<string, string> { ["administrator"] = registry.Administrator, ["assessor"] = registry.Assessor, ["authority"] = registry.Authority, ["csirt"] = registry.Csirt };
        foreach (var none in new[] { null, "", "nobody", new string('x', 5000) })
        {
            var answer = await registry.Send(new HttpMethod(method), at, none, Body());
            Assert.Equal(HttpStatusCode.Unauthorized, answer.Status);
            Assert.Equal("Authorization", answer.Error.Where);
        }
        foreach (var (other, key) in keys.Where(k => k.Key != role))
        {
            var answer = await registry.Send(new HttpMethod(method), at, key, Body());
            Assert.Equal(HttpStatusCode.Forbidden, answer.Status);
            Assert.Contains(role, answer.Error.Expected, StringComparison.Ordinal);
            Assert.Equal(other, answer.Error.Found);
        }
        Assert.Equal(before, State(registry));
        // The control: with the right it is done, or fails for another reason than the right.
        var done = await registry.Send(new HttpMethod(method), at, keys[role], Body());
        Assert.True(method == "DELETE" ? done.Status == HttpStatusCode.NotFound : done.Status < HttpStatusCode.BadRequest, $"{done.Status} {done.Text}");
    }

    [Fact]
    public async Task Every_endpoint_that_changes_something_asks_for_a_role_or_says_why_not()
    {
        await using var registry = await RunningRegistry.Start();
        var open = new List<string>();
        var acts = 0;
        foreach (var endpoint in registry.Server.Endpoints.OfType<RouteEndpoint>())
        {
            var methods = endpoint.Metadata.GetMetadata<HttpMethodMetadata>()!.HttpMethods;
            if (methods.All(m => m is "GET" or "HEAD")) continue;
            acts++;
            if (endpoint.Metadata.GetMetadata<RoleRequirement>() is not null) continue;
            Assert.False(string.IsNullOrWhiteSpace(endpoint.Metadata.GetMetadata<OpenToAll>()?.Reason), $"{endpoint.RoutePattern.RawText} asks for no role");
            open.Add(endpoint.RoutePattern.RawText!);
        }
        Assert.True(acts > 6);
        Assert.Contains("/sign-in", open);
    }

    [Fact]
    public async Task A_session_needs_the_key_and_a_form_needs_the_session()
    {
        await using var registry = await RunningRegistry.Start();
        var id = await registry.Issue();
        var wrong = await Form(registry, "/sign-in", null, ("key", "wrong"), ("next", "/desk"));
        Assert.Equal(HttpStatusCode.Unauthorized, wrong.Status);
        Assert.False(wrong.Headers.Contains("Set-Cookie"));
        var right = await Form(registry, "/sign-in", null, ("key", registry.Authority), ("next", $"/labels/{id}"));
        Assert.Equal((HttpStatusCode.SeeOther, $"/labels/{id}"), (right.Status, right.Headers.Location!.ToString()));
        var set = right.Headers.GetValues("Set-Cookie").Single();
        Assert.Contains("httponly", set, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("samesite=strict", set, StringComparison.OrdinalIgnoreCase);
        var cookie = set.Split(';')[0];
        Assert.False(Contains(registry.Folder, cookie.Split('=')[1]));

        var page = await registry.Send(HttpMethod.Get, $"/labels/{id}", null, null, ("Cookie", cookie));
        Assert.Equal("no-store", page.Headers.CacheControl!.ToString());
        var token = Token().Match(page.Text).Groups[1].Value;
        Assert.True(token.Length > 40);
        Assert.DoesNotContain("Change its status", (await registry.Get($"/labels/{id}")).Text, StringComparison.Ordinal);
        (string, string)[] fields = [("state", "suspended"), ("reason", "x"), ("role", "market surveillance")];
        Assert.Equal(HttpStatusCode.Forbidden, (await Form(registry, $"/labels/{id}/status", cookie, fields)).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await Form(registry, $"/labels/{id}/status", cookie, [.. fields, ("csrf", token[..^1] + "x")])).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await registry.Send(HttpMethod.Post, $"/api/labels/{id}/status", null, new StringContent("""{ "state": "suspended", "reason": "x" }"""), ("Cookie", cookie))).Status);
        var foreign = new FormUrlEncodedContent([.. fields.Select(f => KeyValuePair.Create(f.Item1, f.Item2)), KeyValuePair.Create("csrf", token)]);
        Assert.Equal(HttpStatusCode.Forbidden, (await registry.Send(HttpMethod.Post, $"/labels/{id}/status", null, foreign, ("Cookie", cookie), ("Sec-Fetch-Site", "cross-site"))).Status);
        Assert.Equal(Standing.InForce, registry.Server.Office.Shelf.Find(id)!.Standing);
        Assert.Equal(HttpStatusCode.SeeOther, (await Form(registry, $"/labels/{id}/status", cookie, [.. fields, ("csrf", token)])).Status);
        Assert.Equal(Standing.Suspended, registry.Server.Office.Shelf.Find(id)!.Standing);

        Assert.Equal(HttpStatusCode.SeeOther, (await Form(registry, "/sign-out", cookie, ("csrf", token))).Status);
        Assert.Equal(HttpStatusCode.Unauthorized, (await Form(registry, $"/labels/{id}/status", cookie, [.. fields, ("csrf", token)])).Status);
    }

    [Theory]
    [InlineData("//evil.example")]
    [InlineData("https://evil.example")]
    [InlineData("/\\evil.example")]
    [InlineData("")]
    public async Task Signing_in_leads_nowhere_else(string next)
    {
        await using var registry = await RunningRegistry.Start();
        Assert.Equal("/desk", (await Form(registry, "/sign-in", null, ("key", registry.Authority), ("next", next))).Headers.Location!.ToString());
    }

    [Fact]
    public async Task Wrong_keys_are_tried_ten_times_a_minute_and_no_more()
    {
        var time = new ManualTime(TimeProvider.System.GetUtcNow());
        await using var registry = await RunningRegistry.Start(time);
        for (var i = 0; i < SignInLimit.Most; i++) Assert.Equal(HttpStatusCode.Unauthorized, (await Form(registry, "/sign-in", null, ("key", $"wrong {i}"))).Status);
        var late = await Form(registry, "/sign-in", null, ("key", registry.Authority));
        Assert.Equal(HttpStatusCode.TooManyRequests, late.Status);
        Assert.True(late.Headers.RetryAfter is not null);
        time.Advance(SignInLimit.Window);
        Assert.Equal(HttpStatusCode.SeeOther, (await Form(registry, "/sign-in", null, ("key", registry.Authority))).Status);
    }

    [Fact]
    public async Task A_session_ends_after_eight_hours()
    {
        var time = new ManualTime(TimeProvider.System.GetUtcNow());
        await using var registry = await RunningRegistry.Start(time);
        var cookie = (await Form(registry, "/sign-in", null, ("key", registry.Csirt))).Headers.GetValues("Set-Cookie").Single().Split(';')[0];
        Assert.Equal(HttpStatusCode.OK, (await registry.Send(HttpMethod.Get, "/desk", null, null, ("Cookie", cookie))).Status);
        time.Advance(Sessions.Lifetime + TimeSpan.FromSeconds(1));
        Assert.Equal(HttpStatusCode.Unauthorized, (await registry.Send(HttpMethod.Get, "/desk", null, null, ("Cookie", cookie))).Status);
    }

    [Fact]
    public async Task A_person_is_forgotten_and_what_they_did_stays()
    {
        await using var registry = await RunningRegistry.Start();
        var id = await registry.Issue();
        await registry.Change(id, """{ "state": "suspended", "reason": "the download function is reachable", "role": "market surveillance" }""");
        Assert.Equal("Aura Authority", registry.Server.Office.Shelf.History(id)[0].By);
        Assert.True(Contains(registry.Folder, "Aura Authority"));
        var person = registry.Server.Office.People.All.Single(p => p.Name == "Aura Authority");
        Assert.Equal(HttpStatusCode.OK, (await registry.Send(HttpMethod.Delete, $"/api/people/{person.Id}", registry.Administrator, null)).Status);
        Assert.Equal(HttpStatusCode.Unauthorized, (await registry.Change(id, """{ "state": "inForce", "reason": "x" }""")).Status);
        var line = Assert.Single(registry.Server.Office.Shelf.History(id));
        Assert.Equal((null, "market surveillance"), (line.By, line.Role));
        await registry.Server.DisposeAsync();
        Assert.False(Contains(registry.Folder, "Aura Authority"));
        Assert.True(Contains(registry.Folder, "Cleo Csirt"));
        await registry.Restart();
        Assert.Equal(Standing.Suspended, registry.Server.Office.Shelf.Find(id)!.Standing);
    }

    [Fact]
    public async Task The_last_administrator_stays()
    {
        await using var registry = await RunningRegistry.Start();
        var first = registry.Server.Office.People.All.Single(p => p.Name == "Ada Administrator");
        Assert.Equal(HttpStatusCode.Conflict, (await registry.Send(HttpMethod.Delete, $"/api/people/{first.Id}", registry.Administrator, null)).Status);
        await registry.Person("Bea", "administrator");
        Assert.Equal(HttpStatusCode.OK, (await registry.Send(HttpMethod.Delete, $"/api/people/{first.Id}", registry.Administrator, null)).Status);
    }

    private static Task<Answer> Form(RunningRegistry registry, string path, string? cookie, params (string Name, string Value)[] fields) =>
        registry.Send(HttpMethod.Post, path, null, new FormUrlEncodedContent(fields.Select(f => KeyValuePair.Create(f.Name, f.Value))), cookie is null ? [] : [("Cookie", cookie)]);

    private static string State(RunningRegistry registry)
    {
        var office = registry.Server.Office;
        return string.Join('\n', [
            $"{office.Wakeups.Number} {office.Shelf.Count} {office.Trust.Current.Keys.Count} {office.Lists.Current.StatusTag}",
            .. office.People.All.Select(p => $"{p.Id} {p.Name} {p.Roles}"), .. office.Shelf.All().Select(l => $"{l.Id} {l.Standing}"),
            .. Directory.EnumerateFiles(registry.Folder, "*", SearchOption.AllDirectories).Where(f => !f.Contains("registry.db", StringComparison.Ordinal)).Order(StringComparer.Ordinal),
        ]);
    }

    private static bool Contains(string folder, string text)
    {
        var wanted = Encoding.UTF8.GetBytes(text);
        return Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Where(f => !f.EndsWith("lock", StringComparison.Ordinal)).Any(f =>
        {
            using var stream = new FileStream(f, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            var bytes = new byte[stream.Length];
            stream.ReadExactly(bytes);
            return bytes.AsSpan().IndexOf(wanted) >= 0;
        });
    }

    [GeneratedRegex("name=\"csrf\" value=\"([^\"]+)\"")]
    private static partial Regex Token();
}
