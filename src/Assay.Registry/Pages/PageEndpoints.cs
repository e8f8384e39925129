using System.Globalization;
using Assay.Labels.Page;
using Assay.Registry.Labels;
using Assay.Registry.Status;

namespace Assay.Registry.Pages;

/// <summary>The pages for everybody, and the form on a label's page for an authority.</summary>
public static class PageEndpoints
{
    public static void Map(IEndpointRouteBuilder routes, Office office)
    {
        routes.MapGet("/", context => context.Page(SearchPage.Of(office, Query(context))));
        routes.MapGet("/code", context => context.Page(SearchPage.Landing(office), cache: "public, max-age=300"));
        // Where a label's code leads: the page checks what stands behind the #, which no browser sends.
        var verifier = VerifierPage.Write(office.OwnTrust, $"{new Uri(office.Address).AbsolutePath.TrimEnd('/')}/status/1");
        routes.MapGet("/l", context =>
        {
            context.Response.Headers.ContentSecurityPolicy = VerifierPage.Policy + "; frame-ancestors 'none'";
            context.Response.Headers["Cross-Origin-Resource-Policy"] = "same-origin";
            return context.File(verifier, "text/html; charset=utf-8", "public, max-age=300");
        });
        routes.MapGet("/labels/{id}", context => context.Page(LabelPage.Of(office, context, LabelEndpoints.Find(office, context)), cache: context.Person() is null ? "no-cache" : null));
        routes.MapGet("/api/openapi.json", context => context.File(Interface.Value, "application/json; charset=utf-8", "public, max-age=300"));
        routes.MapPost("/labels/{id}/status", context => Change(office, context)).RequireRole(Role.Authority);
    }

    // docs/openapi/registry.json, as it was when this program was built.
    private static readonly Lazy<byte[]> Interface = new(() =>
    {
        using var stream = typeof(PageEndpoints).Assembly.GetManifestResourceStream("openapi.json")!;
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return bytes;
    });

    private static string Query(HttpContext context)
    {
        var query = context.Request.Query["q"].ToString().Trim();
        return query.Length <= 200 ? query : throw new Refusal(400, "at most 200 characters", $"{query.Length.ToString(CultureInfo.InvariantCulture)}", "q");
    }

    private static async Task Change(Office office, HttpContext context)
    {
        var form = await context.Form();
        string? Filled(string name) => form[name].ToString().Trim() is { Length: > 0 } text ? text : null;
        office.Desk.Change(new StatusChange
        {
            Label = context.Route("id"),
            To = Standings.Find(form["state"].ToString()) ?? throw new Refusal(400, $"one of {Standings.Known}", "another", "state"),
            UpdateBelow = Filled("updateBelow"),
            Reason = Filled("reason") ?? throw new Refusal(400, "a reason", "none", "reason"),
            Role = Filled("role") ?? "authority",
            By = context.Person(),
            LookAgain = StatusEndpoints.Day(Filled("lookAgain"), "lookAgain"),
        });
        context.See($"/labels/{context.Route("id")}");
    }
}
