using System.Globalization;
using System.Text;
using System.Text.Json;
using Assay.Labels.Log;
using Assay.Labels.Status;

namespace Assay.Registry.Status;

/// <summary>The signed lists, the log's files, the wake-ups, and the act that changes a label's standing.</summary>
public static class StatusEndpoints
{
    public static void Map(IEndpointRouteBuilder routes, Office office)
    {
        routes.MapGet("/status/1", context =>
        {
            var lists = office.Lists.Current;
            return context.File(lists.Status, StatusListToken.MediaType, Fresh, lists.StatusTag);
        });
        routes.MapGet("/status/1/delta/{from}", context =>
            context.File(office.Lists.Delta(context.Route("from")) ?? throw new Refusal(404, "an edition whose delta is kept", "another", "from"), StatusDelta.MediaType, Fresh));
        routes.MapGet("/notices/1", context =>
        {
            var lists = office.Lists.Current;
            return context.File(lists.Notices, NoticeList.MediaType, Fresh, lists.NoticesTag);
        });
        routes.MapGet("/trust.json", context => context.File(office.TrustFile, "application/json; charset=utf-8", Fresh));
        var log = LogReader.Folder(office.Ledger.Folder);
        routes.MapGet("/log/checkpoint", context => context.File(office.Cosignatures.On(log(Tiles.Checkpoint)!), Text, "no-cache"));
        routes.MapGet("/log/cosigned", context => context.File(office.Cosignatures.Newest ?? throw new Refusal(404, "a checkpoint that a witness signed", "none", "path"), Text, "no-cache"));
        routes.MapPost("/log/cosigned", async context => await context.File(office.Cosignatures.Take(await context.Body()), Text, "no-store"))
            .Open("a checkpoint of this log, signed by a witness of the policy, is taken in from whoever carries it").BodyAtMost(Checkpoint.MaxBytes);
        routes.MapGet("/log/key", context => Log(context, log, LogWriter.KeyFile, Text, Fresh));
        // Tiles never change.
        routes.MapGet("/log/tile/{**path}", context => Log(context, log, $"tile/{context.Route("path")}", "application/octet-stream", "public, max-age=31536000, immutable"));
        routes.MapGet("/wakeups", context => Listen(office, context));
        routes.MapPost("/api/labels/{id}/status", context => Change(office, context)).RequireRole(Role.Authority);
    }

    private const string Text = "text/plain; charset=utf-8";

    private static readonly string Fresh = string.Create(CultureInfo.InvariantCulture, $"public, max-age={SignedLists.TimeToLive.TotalSeconds:0}, must-revalidate");

    private static Task Log(HttpContext context, Func<string, byte[]?> log, string path, string type, string cache) =>
        context.File(log(path) ?? throw new Refusal(404, "a file of the log", "another", "path"), type, cache);

    private static async Task Change(Office office, HttpContext context)
    {
        using var body = await context.BodyJson();
        var root = body.RootElement;
        var state = root.Text("state") ?? throw new Refusal(400, $"one of {Standings.Known}", "none", "state");
        var receipt = office.Desk.Change(new StatusChange
        {
            Label = context.Route("id"),
            To = Standings.Find(state) ?? throw new Refusal(400, $"one of {Standings.Known}", state.Length > 40 ? "another" : state, "state"),
            UpdateBelow = root.Text("updateBelow"),
            Reason = root.Text("reason") ?? throw new Refusal(400, "a text", "none", "reason"),
            Role = root.Text("role") ?? "authority",
            By = context.Person(),
            LookAgain = Day(root.Text("lookAgain"), "lookAgain"),
        });
        await context.Json(200, json => Write(json, receipt));
    }

    /// <exception cref="Refusal">400: no date.</exception>
    internal static DateOnly? Day(string? text, string where)
    {
        if (text is null) return null;
        return DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day) ? day : throw new Refusal(400, "a date like 2027-01-31", text.Length > 40 ? "another" : text, where);
    }

    private static void Write(Utf8JsonWriter json, ChangeReceipt receipt)
    {
        json.WriteStartObject();
        json.WriteNumber("number", receipt.Number);
        json.WriteNumber("logIndex", receipt.LogIndex);
        json.WriteEndObject();
    }

    private static async Task Listen(Office office, HttpContext context)
    {
        var channel = office.Wakeups.Listen(out var number) ?? throw new Refusal(503, $"at most {Wakeups.Most} listeners", "one more", "wakeups");
        try
        {
            var response = context.Response;
            response.ContentType = "text/event-stream";
            response.Headers.CacheControl = "no-store";
            response.Headers["X-Accel-Buffering"] = "no";
            // Who knows the newest number already hears nothing until there is a newer one.
            var known = long.TryParse(context.Request.Headers["Last-Event-ID"], NumberStyles.None, CultureInfo.InvariantCulture, out var last) && last == number;
            await response.Body.WriteAsync(Encoding.ASCII.GetBytes(known ? ": listening\n\n" : Event(number)), context.RequestAborted);
            await response.Body.FlushAsync(context.RequestAborted);
            while (true)
            {
                using var waiting = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted);
                waiting.CancelAfter(Wakeups.KeepAlive);
                string text;
                try
                {
                    if (!await channel.Reader.WaitToReadAsync(waiting.Token)) return;
                    text = channel.Reader.TryRead(out var next) ? Event(next) : "";
                }
                catch (OperationCanceledException) when (!context.RequestAborted.IsCancellationRequested)
                {
                    text = ": still here\n\n";
                }
                await response.Body.WriteAsync(Encoding.ASCII.GetBytes(text), context.RequestAborted);
                await response.Body.FlushAsync(context.RequestAborted);
            }
        }
        finally
        {
            office.Wakeups.Leave(channel);
        }
    }

    private static string Event(long number) => string.Create(CultureInfo.InvariantCulture, $"id: {number}\nevent: change\ndata: {{\"number\":{number}}}\n\n");
}
