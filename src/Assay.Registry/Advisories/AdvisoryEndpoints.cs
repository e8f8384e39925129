using Assay.Registry.Cases;

namespace Assay.Registry.Advisories;

/// <summary>Advisories come in: one file a request.</summary>
public static class AdvisoryEndpoints
{
    public const long MaxBytes = 256L << 20;

    public static void Map(IEndpointRouteBuilder routes, Office office)
    {
        routes.MapPost("/api/advisories", context => Import(office, context)).RequireRole(Role.Csirt | Role.Authority).BodyAtMost(MaxBytes);
        routes.MapGet("/api/advisories", context => context.Json(200, json =>
        {
            var status = office.Advisories.Status();
            json.WriteStartObject();
            json.WriteString("schema", "assay/registry-advisories/1");
            json.WriteString("snapshot", status.Snapshot);
            json.WriteStartArray("sources");
            foreach (var source in status.Sources)
            {
                json.WriteStartObject();
                json.WriteString("source", source.Source);
                json.WriteNumber("advisories", source.Advisories);
                json.WriteNumber("exploited", source.Exploited);
                json.WriteNumber("withoutRange", source.WithoutRange);
                json.WriteEndObject();
            }
            json.WriteEndArray();
            json.WriteEndObject();
        })).RequireSignIn();
    }

    private static async Task Import(Office office, HttpContext context)
    {
        var name = context.Request.Query["name"].ToString() is { Length: > 0 and <= 200 } given ? given : "advisories";
        var outcome = office.Advisories.Import(name, await context.Body());
        await context.Json(200, json =>
        {
            json.WriteStartObject();
            json.WriteString("schema", "assay/registry-import/1");
            if (outcome.Result is { } result)
            {
                json.WriteNumber("imported", result.New.Count + result.Changed.Count);
                json.WriteString("kind", result.Kind);
                json.WriteString("sha256", result.Sha256);
                json.WriteNumber("read", result.Read);
                json.WriteNumber("unchanged", result.Unchanged);
                json.WriteNumber("older", result.Older);
                json.WriteStartArray("losses");
                foreach (var loss in result.Losses.Take(20)) json.WriteStringValue(loss.ToString());
                json.WriteEndArray();
            }
            else
            {
                json.WriteNumber("imported", outcome.Statements);
                json.WriteString("kind", "openvex");
            }
            json.WriteNumber("matches", outcome.Matches);
            json.WriteStartArray("cases");
            foreach (var one in outcome.Opened.Where(c => c.Certainty == Exchange.Cases.Certainty.Affected)) json.WriteStringValue(one.Id);
            json.WriteEndArray();
            json.WriteStartArray("candidates");
            foreach (var one in outcome.Opened.Where(c => c.Certainty == Exchange.Cases.Certainty.Candidate)) json.WriteStringValue(one.Id);
            json.WriteEndArray();
            json.WriteStartArray("changed");
            foreach (var one in outcome.Changed) json.WriteStringValue(one.Id);
            json.WriteEndArray();
            json.WriteString("says", Says(outcome));
            json.WriteEndObject();
        });
    }

    private static string Says(ImportOutcome outcome) => outcome switch
    {
        { Opened.Count: > 0 } => $"{outcome.Opened.Count} cases opened",
        { Changed.Count: > 0 } => $"no case opened; {outcome.Changed.Count} known ones have new evidence",
        { Result: { New.Count: 0, Changed.Count: 0 } } => "nothing in it is new",
        { Matches: 0 } => "none of it names a part of an inventory behind a label here",
        _ => "it matches inventories, and nobody is known to exploit it: no case",
    };
}
