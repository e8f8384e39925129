using Assay.Evidence;
using Assay.Evidence.Reading;
using Assay.Exchange.Cases;
using Assay.Labels.Token;

namespace Assay.Registry.Cases;

/// <summary>Gateways enrol and report what attacked: signed, minimal, without a person's name.</summary>
public static class GatewayEndpoints
{
    /// <summary>Of one gateway in a day: a broken one does not bury the others' cases.</summary>
    private const int MostADay = 200;

    public static void Map(IEndpointRouteBuilder routes, Office office)
    {
        routes.MapPost("/api/enrolments", context =>
        {
            var (token, until) = office.Gateways.Invite();
            return context.Json(201, json =>
            {
                json.WriteStartObject();
                json.WriteString("token", token);
                json.WriteString("until", EvidenceJson.Time(until));
                json.WriteEndObject();
            });
        }).RequireRole(Role.Administrator);
        routes.MapPost("/api/gateways", context => Enrol(office, context)).Open("an enrolment token that works once");
        routes.MapPost("/api/incidents", context => Report(office, context)).Open("the signature of an enrolled gateway").BodyAtMost(2 * IncidentJson.MaxBytes);
    }

    private static async Task Enrol(Office office, HttpContext context)
    {
        using var body = await context.BodyJson();
        var root = body.RootElement;
        var gateway = office.Gateways.Enrol(
            root.Text("token") ?? throw new Refusal(400, "a token", "none", "token"),
            root.Text("name") ?? throw new Refusal(400, "a name", "none", "name"),
            root.Text("publicKey") ?? throw new Refusal(400, "a public key in PEM", "none", "publicKey"));
        await context.Json(201, json =>
        {
            json.WriteStartObject();
            json.WriteString("id", gateway.Id);
            json.WriteString("name", gateway.Name);
            json.WriteEndObject();
        });
    }

    private static async Task Report(Office office, HttpContext context)
    {
        var message = CoseSign1.Read(await context.Body(), maxBytes: 2 * IncidentJson.MaxBytes);
        if (message.KeyId is not { } id || office.Gateways.Find(Convert.ToHexStringLower(id.Span)) is not { } gateway)
            throw new Refusal(403, "the key of an enrolled gateway", message.KeyId is null ? "none named" : "another", "signature");
        if (!message.Verify(gateway.Key)) throw new Refusal(403, $"a signature by the key {gateway.Id}", "another", "signature");
        var incident = IncidentJson.Read(message.Payload, gateway.Id);
        var now = office.Time.GetUtcNow();
        if (incident.Last > now.AddDays(1)) throw new UnreadableException("an incident that has happened", EvidenceJson.Time(incident.Last), 0);
        if (office.Cases.Shelf.FindIncident(gateway.Id, incident.Id) is null
            && office.Cases.All.Count(c => c.Incident?.Gateway == gateway.Id && c.SignalledAt > now.AddDays(-1)) >= MostADay)
            throw new Refusal(429, $"at most {MostADay} incidents of a gateway in a day", "more", "gateway");
        var (one, isNew) = office.Cases.Report(incident, gateway.Name);
        await context.Json(isNew ? 201 : 200, json =>
        {
            json.WriteStartObject();
            json.WriteString("case", one.Id);
            json.WriteEndObject();
        });
    }
}
