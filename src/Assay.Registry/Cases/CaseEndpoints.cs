using System.Globalization;
using System.Text.Json;
using Assay.Evidence;
using Assay.Exchange.Cases;
using Assay.Exchange.Reporting;
using Assay.Registry.Pages;

namespace Assay.Registry.Cases;

/// <summary>Cases for programs and for people: the same acts, told in JSON or filled into a form.</summary>
public static class CaseEndpoints
{
    private const Role Workers = Role.Csirt | Role.Authority;

    public static void Map(IEndpointRouteBuilder routes, Office office)
    {
        routes.MapGet("/api/cases", context => List(office, context)).RequireRole(Workers);
        routes.MapGet("/api/cases/{id}", context => context.Json(200, json => CaseJson.Write(json, office.Cases.Named(Find(office, context)), office.Time.GetUtcNow()))).RequireRole(Workers);
        routes.MapGet("/cases", context => context.Page(CasePages.List(office, context))).RequireRole(Workers);
        routes.MapGet("/cases/{id}", context => context.Page(CasePages.Of(office, context, Find(office, context)))).RequireRole(Workers);
        foreach (var (name, act) in Acts)
        {
            routes.MapPost($"/api/cases/{{id}}/{name}", async context =>
            {
                using var body = await context.BodyJson();
                var one = Done(office, context, act, field => body.RootElement.TryGetProperty(field, out var value) && value.ValueKind is JsonValueKind.True or JsonValueKind.False
                    ? value.GetBoolean() ? "true" : null : body.RootElement.Text(field));
                await context.Json(200, json => CaseJson.Write(json, office.Cases.Named(one), office.Time.GetUtcNow()));
            }).RequireRole(Workers);
            routes.MapPost($"/cases/{{id}}/{name}", async context =>
            {
                var form = await context.Form();
                var one = Done(office, context, act, field => form[field].ToString().Trim() is { Length: > 0 } text ? text : null);
                context.See($"/cases/{one.Id}");
            }).RequireRole(Workers);
        }
        routes.MapGet("/api/cases/{id}/article14/{stage}", context => Draft(office, context)).RequireRole(Workers);
    }

    internal static Case Find(Office office, HttpContext context) => office.Cases.Find(context.Route("id")) ?? throw new Refusal(404, "the number of a case", "another", "id");

    private delegate Case CaseAct(Case one, DateTimeOffset now, Actor by, Fields fields);

    private static readonly IReadOnlyDictionary<string, CaseAct> Acts = new Dictionary<string, CaseAct>(StringComparer.Ordinal)
    {
        ["triage"] = (one, now, by, fields) => one.Triage(now, by, fields.Need("assessment")),
        ["aware"] = (one, now, by, fields) => one.Aware(now, by, fields.Time("since") ?? now, fields.Need("reason")),
        ["decision"] = Decide,
        ["confirm"] = (one, now, by, fields) => one.Confirm(now, by, fields.Need("reason"), fields.NeedDay("lookAgain")),
        ["measure"] = (one, now, by, fields) => one.MeasureIsAvailable(now, by, fields.Time("since") ?? now, fields.Maybe("version"), fields.Need("text")),
        ["notified"] = (one, now, by, fields) => one.Notified(now, by, fields.Value<Duty>("duty"), fields.Time("sentAt") ?? now, fields.Need("to")),
        ["close"] = (one, now, by, fields) => one.Close(now, by, fields.Need("reason")),
    };

    private static Case Decide(Case one, DateTimeOffset now, Actor by, Fields fields)
    {
        var kind = fields.Value<DecisionKind>("decision");
        var decision = new Decision
        {
            Kind = kind,
            Reason = fields.Need("reason"),
            LookAgain = fields.Day("lookAgain") ?? DateOnly.FromDateTime(now.UtcDateTime).AddDays(Status.StatusDesk.LookAgainDays),
            Objection = fields.Maybe("objection") ?? fields.Office.Settings.Objections ?? $"write to {fields.Office.Settings.Name}, {fields.Office.Address}, and name the case {one.Id}",
            Emergency = fields.Maybe("emergency") == "true",
            UpdateBelow = fields.Maybe("updateBelow"),
            Evidence = fields.Maybe("evidence"),
            Justification = fields.Maybe("justification"),
        };
        // "Not exploitable here" is a signed statement; the decision names its digest.
        return kind == DecisionKind.NotExploitable && decision.Justification is not null && Decision.Justifications.Contains(decision.Justification)
            ? one.Decide(now, by, decision with { Statement = fields.Office.Publications.SignStatement(one, decision, by, now) })
            : one.Decide(now, by, decision);
    }

    private static Case Done(Office office, HttpContext context, CaseAct act, Func<string, string?> field)
    {
        var person = context.Person()!;
        var role = field("role") is { } named ? named : string.Join(", ", person.Roles.Names());
        if (role.Length > Status.StatusDesk.MaxRole) throw new Refusal(422, $"at most {Status.StatusDesk.MaxRole} characters", $"{role.Length}", "role");
        // A person's name stays in the store of people; the case knows the id.
        var by = new Actor(person.Id, role is "registry" or "gateway" || role == Status.StatusDesk.Automatic ? throw new Refusal(422, "the role of a person", role, "role") : role);
        return office.Cases.Act(context.Route("id"), (one, now) => act(one, now, by, new Fields(office, field)));
    }

    private static Task List(Office office, HttpContext context)
    {
        var asked = context.Request.Query["state"].ToString();
        if (asked.Length > 0 && !Enum.TryParse<CaseState>(asked, ignoreCase: true, out _)) throw new Refusal(400, $"one of {string.Join(", ", Enum.GetValues<CaseState>().Select(EvidenceJson.Name))}", asked, "state");
        var now = office.Time.GetUtcNow();
        return context.Json(200, json =>
        {
            json.WriteStartObject();
            json.WriteString("schema", "assay/registry-cases/1");
            json.WriteStartArray("cases");
            foreach (var one in office.Cases.All.Where(c => asked.Length == 0 || EvidenceJson.Name(c.State).Equals(asked, StringComparison.OrdinalIgnoreCase))) CaseJson.WriteSummary(json, one, now);
            json.WriteEndArray();
            json.WriteEndObject();
        });
    }

    private static async Task Draft(Office office, HttpContext context)
    {
        var stage = context.Route("stage");
        var isText = stage.EndsWith(".txt", StringComparison.Ordinal);
        if (isText) stage = stage[..^4];
        if (!Enum.TryParse<Duty>(stage, ignoreCase: true, out var duty) || duty == Duty.TellUsers) throw new Refusal(404, "earlyWarning, notification or finalReport", stage, "stage");
        var draft = Article14.Draft(office.Cases.Named(Find(office, context)), duty, Exchange.Tlp.Amber, office.Time.GetUtcNow());
        context.Response.Headers.CacheControl = "no-store";
        await context.File(isText ? System.Text.Encoding.UTF8.GetBytes(draft.Text()) : draft.Json(), isText ? "text/plain; charset=utf-8" : "application/json; charset=utf-8", "no-store");
    }

    /// <summary>What came with an act, whether as JSON or as a form.</summary>
    private sealed record Fields(Office Office, Func<string, string?> Field)
    {
        public string? Maybe(string name) => Field(name);
        public string Need(string name) => Field(name) ?? throw new Refusal(400, "words", "none", name);

        public T Value<T>(string name) where T : struct, Enum =>
            Enum.GetValues<T>().Where(v => EvidenceJson.Name(v) == Need(name)).Select(v => (T?)v).FirstOrDefault()
            ?? throw new Refusal(400, $"one of {string.Join(", ", Enum.GetValues<T>().Select(EvidenceJson.Name))}", Need(name), name);

        public DateOnly NeedDay(string name) => Day(name) ?? throw new Refusal(400, "a day: 2026-12-07", "none", name);

        public DateOnly? Day(string name) => Field(name) is not { } text ? null
            : DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day) ? day : throw new Refusal(400, "a day: 2026-12-07", text, name);

        public DateTimeOffset? Time(string name) => Field(name) is not { } text ? null
            : DateTimeOffset.TryParseExact(text, ["yyyy-MM-dd'T'HH:mm:ssK", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK", "yyyy-MM-dd'T'HH:mmK", "yyyy-MM-dd HH:mm"], CultureInfo.InvariantCulture,
                DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time) ? time : throw new Refusal(400, "a time: 2026-11-23T09:00:00Z", text, name);
    }
}
