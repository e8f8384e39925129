using System.Net;
using System.Text;
using System.Text.Json;
using Assay.Labels.Token;

namespace Assay.Registry.Tests.Cases;

/// <summary>A gateway enrols once and reports what attacked; nobody else does.</summary>
public class GatewayTests
{
    private static string Pem(SigningKey key) => System.Security.Cryptography.PemEncoding.WriteString("PUBLIC KEY", key.Public.Spki.Span);

    private static byte[] Incident(string? label, string id = "i-1", string extra = "") => Encoding.UTF8.GetBytes($$"""
        { "schema": "assay/incident/1", "id": "{{id}}", "gateway": "x", "device": "7f3a", {{(label is null ? "" : $"\"label\": \"{label}\",")}} "kind": "horizontalScan",
          "first": "2026-11-20T09:00:00.000000Z", "last": "2026-11-20T09:01:00.000000Z", "threshold": "25 hosts on port 23 within 60 s; found 40", "frames": [17, 18], "targets": ["198.51.100.x"],
          "action": "cut", "version": "1.1", "evidence": "{{new string('c', 64)}}"{{extra}} }
        """);

    private static async Task<(SigningKey Key, string Id)> Enrol(RunningRegistry registry)
    {
        var token = (await registry.Post("/api/enrolments", registry.Administrator, "{}")).Json.GetProperty("token").GetString()!;
        var key = SigningKey.Create();
        var answer = await registry.Post("/api/gateways", null, JsonSerializer.Serialize(new { token, name = "home", publicKey = Pem(key) }));
        Assert.True(answer.Status == HttpStatusCode.Created, answer.Text);
        return (key, answer.Json.GetProperty("id").GetString()!);
    }

    private static Task<Answer> Report(RunningRegistry registry, SigningKey key, byte[] incident, Action<byte[]>? spoil = null)
    {
        var signed = CoseSign1.Sign(key, incident, "application/vnd.assay.incident+json");
        spoil?.Invoke(signed);
        return registry.Send(HttpMethod.Post, "/api/incidents", null, new ByteArrayContent(signed));
    }

    [Fact]
    public async Task An_incident_of_an_enrolled_gateway_opens_a_case_once()
    {
        await using var registry = await RunningRegistry.Start();
        var label = await registry.IssueWith("One", "busybox 1.36.1");
        var (key, id) = await Enrol(registry);
        using (key)
        {
            Assert.Equal(key.Public.Name, id);
            var answer = await Report(registry, key, Incident(label));
            Assert.True(answer.Status == HttpStatusCode.Created, answer.Text);
            var again = await Report(registry, key, Incident(label));
            Assert.Equal((HttpStatusCode.OK, answer.Json.GetProperty("case").GetString()), (again.Status, again.Json.GetProperty("case").GetString()));
            var one = (await registry.Get($"/api/cases/{answer.Json.GetProperty("case").GetString()}", registry.Csirt)).Json;
            Assert.Equal(("incident", label, id), (one.GetProperty("kind").GetString(), one.GetProperty("label").GetString(), one.GetProperty("incident").GetProperty("gateway").GetString()));
            // One device's behaviour is evidence for a person and no status of the model.
            Assert.Equal("inForce", await registry.State(label));
            Assert.Equal(HttpStatusCode.Created, (await Report(registry, key, Incident(null, "i-2"))).Status);
        }
    }

    [Fact]
    public async Task A_stranger_a_broken_signature_and_another_form_are_refused()
    {
        await using var registry = await RunningRegistry.Start();
        var (key, _) = await Enrol(registry);
        using var stranger = SigningKey.Create();
        using (key)
        {
            Assert.Equal(HttpStatusCode.Forbidden, (await Report(registry, stranger, Incident(null))).Status);
            Assert.Equal(HttpStatusCode.Forbidden, (await Report(registry, key, Incident(null), signed => signed[^1] ^= 1)).Status);
            Assert.Equal(HttpStatusCode.BadRequest, (await registry.Send(HttpMethod.Post, "/api/incidents", null, new ByteArrayContent(Incident(null)))).Status);
            foreach (var wrong in new[] { "{}", "[]", "", "{\"schema\":\"assay/incident/1\"}", Encoding.UTF8.GetString(Incident("UPPERCASE0000000")), Encoding.UTF8.GetString(Incident(null, "../../x")),
                Encoding.UTF8.GetString(Incident(null, extra: ", \"id\": \"twice\"")), Encoding.UTF8.GetString(Incident(null)).Replace("[17, 18]", "[-1]", StringComparison.Ordinal),
                Encoding.UTF8.GetString(Incident(null)).Replace("2026-11-20T09:01", "2099-11-20T09:01", StringComparison.Ordinal) })
                Assert.True((await Report(registry, key, Encoding.UTF8.GetBytes(wrong))).Status == HttpStatusCode.BadRequest, wrong);
            Assert.Empty(registry.Server.Office.Cases.All);
            Assert.Equal(HttpStatusCode.Created, (await Report(registry, key, Incident(null))).Status);
        }
    }

    [Fact]
    public async Task An_enrolment_token_works_once_and_for_a_day()
    {
        var time = new ManualTime(new DateTimeOffset(2026, 11, 23, 12, 0, 0, TimeSpan.Zero));
        await using var registry = await RunningRegistry.Start(time);
        using var key = SigningKey.Create();
        Assert.Equal(HttpStatusCode.Forbidden, (await registry.Post("/api/enrolments", registry.Csirt, "{}")).Status);
        async Task<HttpStatusCode> Use(string token, string? pem = null) => (await registry.Post("/api/gateways", null, JsonSerializer.Serialize(new { token, name = "home", publicKey = pem ?? Pem(key) }))).Status;
        var token = (await registry.Post("/api/enrolments", registry.Administrator, "{}")).Json.GetProperty("token").GetString()!;
        Assert.Equal(HttpStatusCode.Forbidden, await Use("guessed"));
        Assert.Equal(HttpStatusCode.BadRequest, await Use(token, "no key"));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, await Use(token, key.ToPem()));
        Assert.Equal(HttpStatusCode.Created, await Use(token));
        Assert.Equal(HttpStatusCode.Forbidden, await Use(token));
        var late = (await registry.Post("/api/enrolments", registry.Administrator, "{}")).Json.GetProperty("token").GetString()!;
        time.Advance(TimeSpan.FromHours(25));
        Assert.Equal(HttpStatusCode.Forbidden, await Use(late));
    }
}
