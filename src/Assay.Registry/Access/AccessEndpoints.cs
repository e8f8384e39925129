using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Assay.Registry.Pages;
using Dapper;

namespace Assay.Registry.Access;

/// <summary>The first administrator, people and their keys, signing in and out.</summary>
public static class AccessEndpoints
{
    public static void Map(IEndpointRouteBuilder routes, Office office)
    {
        routes.MapGet("/start/{token}", context =>
        {
            CheckStart(office, context);
            return context.Page(SignInPages.Start(office, context.Request.Path));
        });
        routes.MapPost("/start/{token}", context => Start(office, context)).Open("the token in its address works once");
        routes.MapGet("/sign-in", context => context.Page(SignInPages.SignIn(office, Next(context.Request.Query["next"]))));
        routes.MapPost("/sign-in", context => SignIn(office, context)).Open("it asks for the key");
        routes.MapGet("/desk", context => context.Page(SignInPages.Desk(office, context))).RequireSignIn();
        routes.MapPost("/people", context => Add(office, context)).RequireRole(Role.Administrator);
        routes.MapPost("/sign-out", context => SignOut(office, context)).RequireSignIn();

        routes.MapGet("/api/people", context => context.Json(200, json =>
        {
            json.WriteStartObject();
            json.WriteStartArray("people");
            foreach (var person in office.People.All) Write(json, person, null);
            json.WriteEndArray();
            json.WriteEndObject();
        })).RequireRole(Role.Administrator);
        routes.MapPost("/api/people", context => Add(office, context)).RequireRole(Role.Administrator);
        routes.MapDelete("/api/people/{id}", context => Forget(office, context)).RequireRole(Role.Administrator);
    }

    private static void CheckStart(Office office, HttpContext context)
    {
        var token = Encoding.UTF8.GetBytes(context.Route("token"));
        if (office.StartToken is not { } own || office.People.HasAdministrator || !CryptographicOperations.FixedTimeEquals(token, Encoding.UTF8.GetBytes(own)))
            throw new Refusal(404, "the link for the first administrator, which works once", "another, or it was used", "token");
    }

    private static async Task Start(Office office, HttpContext context)
    {
        office.SignInLimit.Check(context.Connection.RemoteIpAddress);
        try
        {
            CheckStart(office, context);
        }
        catch (Refusal)
        {
            office.SignInLimit.Failed(context.Connection.RemoteIpAddress);
            throw;
        }
        string? name;
        var page = context.Request.HasFormContentType;
        if (page) name = (await context.Form())["name"];
        else
        {
            using var body = await context.BodyJson();
            name = body.RootElement.Text("name");
        }
        var (person, key) = office.People.AddFirst(Name(name)) ?? throw new Refusal(404, "the link for the first administrator, which works once", "it was used", "token");
        if (page) await context.Page(SignInPages.FirstKey(office, person, key));
        else await context.Json(200, json => Write(json, person, key));
    }

    private static async Task SignIn(Office office, HttpContext context)
    {
        var from = context.Connection.RemoteIpAddress;
        office.SignInLimit.Check(from);
        var form = await context.Form();
        var next = Next(form["next"]);
        if (office.People.Find(form["key"].ToString().Trim()) is not { } person)
        {
            office.SignInLimit.Failed(from);
            await context.Page(SignInPages.SignIn(office, next, wrong: true), 401);
            return;
        }
        context.Response.Cookies.Append(Sessions.Cookie, office.Sessions.Begin(person), new CookieOptions
        {
            HttpOnly = true,
            SameSite = SameSiteMode.Strict,
            Secure = office.Address.StartsWith("https:", StringComparison.Ordinal),
            Path = "/",
            MaxAge = Sessions.Lifetime,
        });
        context.See(next);
    }

    private static Task SignOut(Office office, HttpContext context)
    {
        office.Sessions.End(context.Request.Cookies[Sessions.Cookie]);
        context.Response.Cookies.Delete(Sessions.Cookie, new CookieOptions { Path = "/" });
        context.See("/");
        return Task.CompletedTask;
    }

    private static async Task Add(Office office, HttpContext context)
    {
        string? name;
        var roles = Role.None;
        var page = context.Request.HasFormContentType;
        if (page)
        {
            var form = await context.Form();
            name = form["name"];
            foreach (var role in form["roles"]) roles |= RoleOf(role ?? "");
        }
        else
        {
            using var body = await context.BodyJson();
            name = body.RootElement.Text("name");
            if (!body.RootElement.TryGetProperty("roles", out var list) || list.ValueKind != JsonValueKind.Array) throw new Refusal(400, "an array", "none", "roles");
            foreach (var role in list.EnumerateArray()) roles |= RoleOf(role.ValueKind == JsonValueKind.String ? role.GetString()! : role.GetRawText());
        }
        if (roles == Role.None) throw new Refusal(400, $"at least one of {RoleNames.Known}", "none", "roles");
        var (person, key) = office.People.Add(Name(name), roles);
        if (page) await context.Page(SignInPages.NewKey(office, context, person, key), 201);
        else await context.Json(201, json => Write(json, person, key));
    }

    private static async Task Forget(Office office, HttpContext context)
    {
        var id = context.Route("id");
        var person = office.People.All.FirstOrDefault(p => p.Id == id) ?? throw new Refusal(404, "the id of a person", "another", "id");
        if (person.Has(Role.Administrator) && office.People.All.Count(p => p.Has(Role.Administrator)) == 1)
            throw new Refusal(409, "another administrator to stay", "the last one", "id");
        // Salt and person go; the commitment in the log then says nothing about anybody.
        if (!office.People.Forget(id, (c, t) => c.Execute("update acts set salt = null, person = null where person = @id", new { id }, t)))
            throw new Refusal(404, "the id of a person", "another", "id");
        office.Sessions.End(person);
        await context.Json(200, json =>
        {
            json.WriteStartObject();
            json.WriteString("forgotten", id);
            json.WriteEndObject();
        });
    }

    private static Role RoleOf(string name) => RoleNames.Find(name) ?? throw new Refusal(400, $"one of {RoleNames.Known}", name.Length > 40 ? "another" : name, "roles");

    private static string Name(string? name) =>
        name?.Trim() is { Length: > 0 and <= People.MaxName } text && !text.Any(char.IsControl) ? text : throw new Refusal(400, $"1 to {People.MaxName} characters", $"{name?.Length ?? 0}", "name");

    private static void Write(Utf8JsonWriter json, Person person, string? key)
    {
        json.WriteStartObject();
        json.WriteString("id", person.Id);
        json.WriteString("name", person.Name);
        json.WriteStartArray("roles");
        foreach (var role in person.Roles.Names()) json.WriteStringValue(role);
        json.WriteEndArray();
        if (key is not null) json.WriteString("key", key);
        json.WriteEndObject();
    }

    // Only to a place in this registry.
    private static string Next(string? asked) => asked is { Length: > 1 and < 200 } && Html.Address.IsLocal(asked) ? asked : "/desk";
}
