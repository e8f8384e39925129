using System.Globalization;
using System.Text.Json;
using Assay.Evidence;
using Assay.Labels.Token;
using Assay.Registry.Status;

namespace Assay.Registry.Labels;

/// <summary>Labels for programs: searching, reading, issuing; and whose word counts.</summary>
public static class LabelEndpoints
{
    private const int MostFound = 100;
    private static readonly (string Name, string Type)[] Files =
    [
        (LabelShelf.Hallmark, "application/cose; cose-type=\"cose-sign1\""), (LabelShelf.Certificate, "application/cose; cose-type=\"cose-sign1\""),
        (LabelShelf.Picture, "image/svg+xml"), (LabelShelf.Bitmap, "image/png"),
    ];

    public static void Map(IEndpointRouteBuilder routes, Office office)
    {
        routes.MapGet("/api/labels", context => Search(office, context));
        routes.MapGet("/api/labels/{id}", context => Show(office, context));
        routes.MapPost("/api/labels", context => Issue(office, context)).RequireRole(Role.Assessor).BodyAtMost(Submission.MaxBytes);
        foreach (var (name, type) in Files)
        {
            routes.MapGet($"/labels/{{id}}/{name}", context =>
            {
                var label = Find(office, context);
                return context.File(office.Shelf.File(label.Id, name) ?? throw new Refusal(404, $"the file {name}", "none", "path"), type, "public, max-age=86400");
            });
        }
        routes.MapGet($"/labels/{{id}}/{LabelShelf.Receipt}", context => context.File(office.Ledger.Receipt(Find(office, context)), Files[0].Type, "public, max-age=86400"));
        routes.MapGet("/api/trust", context => context.Json(200, json => Write(json, office.Trust))).RequireRole(Role.Administrator);
        routes.MapPost("/api/trust", context => Trust(office, context)).RequireRole(Role.Administrator).BodyAtMost(Assay.Labels.Trust.TrustList.MaxBytes);
    }

    internal static LabelRecord Find(Office office, HttpContext context) => office.Shelf.Find(context.Route("id")) ?? throw new Refusal(404, "the number of a label", "another", "id");

    private static Task Search(Office office, HttpContext context)
    {
        var query = context.Request.Query["q"].ToString();
        if (query.Length > 200) throw new Refusal(400, "at most 200 characters", $"{query.Length}", "q");
        var skip = context.Request.Query["skip"].ToString();
        var from = 0;
        if (skip.Length > 0 && !int.TryParse(skip, NumberStyles.None, CultureInfo.InvariantCulture, out from)) throw new Refusal(400, "a number", "something else", "skip");
        var found = office.Shelf.Search(query, MostFound + 1, from);
        return context.Json(200, json =>
        {
            json.WriteStartObject();
            json.WriteString("schema", "assay/registry-labels/1");
            json.WriteStartArray("labels");
            foreach (var label in found.Take(MostFound)) Write(json, office, label, null);
            json.WriteEndArray();
            json.WriteBoolean("more", found.Count > MostFound);
            json.WriteEndObject();
        });
    }

    private static Task Show(Office office, HttpContext context)
    {
        var label = Find(office, context);
        return context.Json(200, json => Write(json, office, label, office.Shelf.History(label.Id)));
    }

    private static async Task Issue(Office office, HttpContext context)
    {
        var issued = office.Issuing.Issue(await Submission.Read(context.Request, context.RequestAborted));
        var label = issued.Label;
        context.Response.Headers.Location = $"/api/labels/{label.Id}";
        await context.Json(issued.IsNew ? 201 : 200, json =>
        {
            json.WriteStartObject();
            json.WriteString("id", label.Id);
            json.WriteString("page", $"{office.Address}/labels/{label.Id}");
            json.WriteBase64String("hallmark", office.Shelf.File(label.Id, LabelShelf.Hallmark));
            json.WriteBase64String("certificate", office.Shelf.File(label.Id, LabelShelf.Certificate));
            json.WriteNumber("statusIndex", label.Slot);
            json.WriteNumber("logIndex", label.LogIndex);
            json.WriteEndObject();
        });
    }

    private static async Task Trust(Office office, HttpContext context)
    {
        office.Trust.Add(await context.Body());
        await context.Json(200, json => Write(json, office.Trust));
    }

    private static void Write(Utf8JsonWriter json, TrustShelf trust)
    {
        json.WriteStartObject();
        json.WriteStartArray("keys");
        foreach (var key in trust.Current.Keys)
        {
            json.WriteStartObject();
            json.WriteString("name", key.Name);
            json.WriteString("key", key.Key.Name);
            json.WriteStartArray("roles");
            foreach (var role in Enum.GetValues<Assay.Labels.Trust.KeyRoles>().Where(r => System.Numerics.BitOperations.IsPow2((int)r) && (key.Roles & r) != 0)) json.WriteStringValue(EvidenceJson.Name(role));
            json.WriteEndArray();
            if (key.From is { } from) json.WriteString("from", Day(from));
            if (key.To is { } to) json.WriteString("to", Day(to));
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, Office office, LabelRecord label, IReadOnlyList<HistoryLine>? history)
    {
        json.WriteStartObject();
        if (history is not null) json.WriteString("schema", "assay/registry-label/1");
        json.WriteString("id", label.Id);
        json.WriteString("page", $"{office.Address}/labels/{label.Id}");
        json.WriteBoolean("test", !office.Settings.IsAuthority);
        json.WriteString("subject", label.Subject);
        json.WriteString("maker", label.Maker);
        json.WriteString("model", label.Model);
        if (label.Level.Level is { } level) json.WriteNumber("level", level);
        if (label.Level.Profile is { } profile) json.WriteString("profile", profile);
        if (label.Versions.From is { } first) json.WriteString("from", first);
        if (label.Versions.UpTo is { } upTo) json.WriteString("upTo", upTo);
        if (label.SupportEnd is { } end) json.WriteString("supportEnd", Day(end));
        json.WriteString("issued", EvidenceJson.Time(label.IssuedAt));
        json.WriteString("expires", EvidenceJson.Time(label.Expires));
        json.WriteNumber("statusIndex", label.Slot);
        json.WriteNumber("logIndex", label.LogIndex);
        json.WriteString("state", label.Standing.Name());
        if (label.UpdateBelow is { } below) json.WriteString("updateBelow", below);
        json.WriteString("since", EvidenceJson.Time(label.Since));
        json.WriteStartArray("updateHosts");
        foreach (var host in label.UpdateHosts) json.WriteStringValue(host);
        json.WriteEndArray();
        if (history is not null)
        {
            json.WriteStartArray("history");
            foreach (var line in history)
            {
                json.WriteStartObject();
                json.WriteString("at", EvidenceJson.Time(line.At));
                json.WriteString("state", line.Standing.Name());
                if (line.UpdateBelow is not null) json.WriteString("updateBelow", line.UpdateBelow);
                json.WriteString("reason", line.Reason);
                json.WriteString("role", line.Role);
                if (line.LookAgain is { } again) json.WriteString("lookAgain", Day(again));
                if (line.Case is not null) json.WriteString("case", line.Case);
                json.WriteNumber("logIndex", line.LogIndex);
                json.WriteEndObject();
            }
            json.WriteEndArray();
        }
        json.WriteEndObject();
    }

    private static string Day(DateOnly day) => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
}
