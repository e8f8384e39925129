using System.Text;
using System.Text.RegularExpressions;
using Assay.Exchange;
using Assay.Exchange.Cases;
using Assay.Exchange.Reporting;
using Assay.Registry.Cases;
using Assay.Registry.Pages;

namespace Assay.Registry.Publications;

/// <summary>
/// What others fetch: the CSAF provider's files, VEX, STIX and notices. What is not for everyone is, to who may not read it, not there at all.
/// </summary>
public static partial class PublicationEndpoints
{
    private const Role Workers = Role.Csirt | Role.Authority;
    private const string Json = "application/json; charset=utf-8", Fresh = "public, max-age=60";

    public static void Map(IEndpointRouteBuilder routes, Office office)
    {
        routes.MapGet("/.well-known/csaf/provider-metadata.json", context => Provided(office, context, "provider-metadata.json"));
        routes.MapGet("/csaf/{**path}", context => Provided(office, context, context.Route("path")));
        foreach (var folder in new[] { "vex", "stix", "notice" }) routes.MapGet($"/{folder}/{{file}}", context => Document(office, context, $"/{folder}/{context.Route("file")}"));
        routes.MapGet("/notice/{id}.txt", context => Notice(office, context));
        routes.MapGet("/vex/statements/{digest}", context => Statement(office, context));
        routes.MapGet("/api/cases/{id}/publications", context => Published(context, 200, office.Publications.Of(CaseEndpoints.Find(office, context).Id))).RequireRole(Workers);
        routes.MapPost("/api/cases/{id}/publish", async context =>
        {
            using var body = await context.BodyJson();
            await Published(context, 201, Publish(office, context, body.RootElement.Text("tlp"), body.RootElement.Text("summary")));
        }).RequireRole(Workers);
        routes.MapPost("/cases/{id}/publish", async context =>
        {
            var form = await context.Form();
            Publish(office, context, form["tlp"].ToString(), form["summary"].ToString().Trim() is { Length: > 0 } text ? text : null);
            context.See($"/cases/{context.Route("id")}");
        }).RequireRole(Workers);
    }

    private static IReadOnlyList<Publication> Publish(Office office, HttpContext context, string? label, string? summary)
    {
        if (label is null || !TlpLabels.TryRead(label, out var tlp)) throw new Refusal(400, $"one of {string.Join(", ", Enum.GetValues<Tlp>().Select(TlpLabels.Name))}", label ?? "none", "tlp");
        var one = CaseEndpoints.Find(office, context);
        return office.Publications.Publish(one, tlp, summary ?? (office.Publications.Of(one.Id).Count == 0 ? "First issue" : "The case changed"), office.Time.GetUtcNow());
    }

    private static Task Published(HttpContext context, int status, IReadOnlyList<Publication> all) => context.Json(status, json =>
    {
        json.WriteStartObject();
        json.WriteStartArray("publications");
        foreach (var one in all)
        {
            json.WriteStartObject();
            json.WriteString("kind", one.Kind);
            json.WriteString("path", one.Path);
            json.WriteString("tlp", one.Tlp.Name());
            json.WriteNumber("revision", one.Revision);
            json.WriteString("at", Evidence.EvidenceJson.Time(one.At));
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteEndObject();
    });

    private static Task Provided(Office office, HttpContext context, string path)
    {
        if (!ProviderPath().IsMatch(path)) return Document(office, context, $"/csaf/{path}");
        office.Publications.Open(office.Time.GetUtcNow());
        var file = Path.Combine(office.Publications.Folder, path);
        if (!File.Exists(file)) throw NotThere();
        context.Response.Headers.AccessControlAllowOrigin = "*";
        return context.File(File.ReadAllBytes(file), path.EndsWith(".json", StringComparison.Ordinal) ? Json : path.EndsWith(".csv", StringComparison.Ordinal) ? "text/csv; charset=utf-8" : "text/plain; charset=utf-8", Fresh);
    }

    // Nothing else of the folder can be named.
    [GeneratedRegex(@"\A(provider-metadata\.json|service\.json|category\.json|openpgp-key\.asc|white/(index\.txt|changes\.csv|csaf-feed-tlp-white\.json|[0-9]{4}/[a-z0-9+_-]{1,200}\.json(\.sha256|\.sha512|\.asc)?))\z")]
    private static partial Regex ProviderPath();

    private static Task Document(Office office, HttpContext context, string path)
    {
        var isSignature = path.EndsWith(".asc", StringComparison.Ordinal);
        if (office.Publications.At(isSignature ? path[..^4] : path) is not var (publication, document, signature)) throw NotThere();
        return Hand(context, publication.Tlp, isSignature ? signature : document, isSignature ? "text/plain; charset=utf-8" : Json);
    }

    private static Task Notice(Office office, HttpContext context)
    {
        if (office.Publications.At($"/notice/{context.Route("id")}.json") is not var (publication, _, _) || office.Cases.Find(publication.Case) is not { } one) throw NotThere();
        return Hand(context, publication.Tlp, Encoding.UTF8.GetBytes(UserNotice.Of(one).Text()), "text/plain; charset=utf-8");
    }

    private static Task Statement(Office office, HttpContext context)
    {
        var digest = context.Route("digest");
        var isSignature = digest.EndsWith(".asc", StringComparison.Ordinal);
        if (isSignature) digest = digest[..^4];
        // A statement counts while a decision names it; who may work on cases sees it, and everyone once the case is published to all.
        if (office.Publications.SignedStatement(digest) is not var (document, signature)
            || office.Cases.All.FirstOrDefault(c => c.Events.OfType<Decided>().Any(d => d.Decision.Statement == digest)) is not { } one) throw NotThere();
        var published = office.Publications.Of(one.Id).FirstOrDefault();
        return Hand(context, published?.Tlp ?? Tlp.Red, isSignature ? signature : document, isSignature ? "text/plain; charset=utf-8" : Json);
    }

    private static Task Hand(HttpContext context, Tlp tlp, byte[] bytes, string type)
    {
        if (tlp != Tlp.Clear && context.Person()?.Has(Workers) != true) throw NotThere();
        if (tlp == Tlp.Clear) context.Response.Headers.AccessControlAllowOrigin = "*";
        context.Response.Headers["X-TLP"] = tlp.Name();
        return context.File(bytes, type, tlp == Tlp.Clear ? Fresh : "no-store");
    }

    // The same words for what is not there and for what may not be read.
    private static Refusal NotThere() => new(404, "a publication of this registry", "another address", "path");
}
