using Assay.Registry.Pages;
using Microsoft.AspNetCore.Http.Features;

namespace Assay.Registry.Access;

/// <summary>Stands before every endpoint: who calls, what for, and how long the body may be. A request that may not pass has changed nothing and its body was not read.</summary>
internal sealed class Gate(RequestDelegate next, Office office)
{
    public async Task InvokeAsync(HttpContext context)
    {
        var endpoint = context.GetEndpoint() ?? throw new Refusal(404, "an address of this registry", "another", "path");
        Identify(context);
        var bodies = context.Features.Get<IHttpMaxRequestBodySizeFeature>();
        var limit = endpoint.Metadata.GetMetadata<BodyLimit>()?.Bytes ?? BodyLimit.Standard;
        if (bodies is { IsReadOnly: false }) bodies.MaxRequestBodySize = limit;
        var changes = !(HttpMethods.IsGet(context.Request.Method) || HttpMethods.IsHead(context.Request.Method));
        // Browsers say where a request comes from; another site's page gets nothing done here, with or without a session.
        if (changes && context.Request.Headers["Sec-Fetch-Site"].ToString() is { Length: > 0 } site && site is not ("same-origin" or "none"))
            throw new Refusal(403, "a request of this registry's own pages", $"one of a page that is {site}", "Sec-Fetch-Site");
        if (endpoint.Metadata.GetMetadata<RoleRequirement>() is { } required)
        {
            var person = context.Person() ?? throw new Refusal(401, "a key (Authorization: Bearer KEY) or a session", context.Request.Headers.Authorization.Count > 0 ? "one that nobody holds" : "none", "Authorization");
            if (!required.AnyRole && !person.Has(required.Roles))
                throw new Refusal(403, $"the role {string.Join(" or ", required.Roles.Names())}", person.Roles == Role.None ? "none" : string.Join(", ", person.Roles.Names()), "roles");
            if (changes && context.Session() is { } session) await CheckForm(context, session);
        }
        if (context.Request.ContentLength > limit) throw new Refusal(413, $"at most {limit} bytes", $"{context.Request.ContentLength}", "body");
        await next(context);
    }

    private void Identify(HttpContext context)
    {
        // A program says its key with every request; a cookie beside it would let a page borrow somebody's session.
        if (context.Request.Headers.Authorization.ToString() is { Length: > 0 } authorization)
        {
            if (authorization.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase) && office.People.Find(authorization[7..].Trim()) is { } holder) RequireRoleExtensions.Set(context, holder, null);
            return;
        }
        if (office.Sessions.Find(context.Request.Cookies[Sessions.Cookie]) is { } session) RequireRoleExtensions.Set(context, session.Person, session);
    }

    private static async Task CheckForm(HttpContext context, Session session)
    {
        var sent = context.Request.HasFormContentType ? (await context.Form())[Session.Field].ToString() : null;
        if (!session.Sent(sent)) throw new Refusal(403, $"the field {Session.Field} of this session's form", sent is null ? "none" : "another", Session.Field);
    }
}

/// <summary>Every answer's headers, and what is said when an endpoint throws.</summary>
internal sealed class Manners(RequestDelegate next, Office office)
{
    public async Task InvokeAsync(HttpContext context)
    {
        ErrorPage.Know(context, office);
        SetHeaders(context.Response.Headers);
        try
        {
            await next(context);
        }
        catch (Exception wrong) when (!context.Response.HasStarted && Refused(wrong) is { } refusal)
        {
            context.Response.Clear();
            SetHeaders(context.Response.Headers);
            if (refusal.Status == 401) context.Response.Headers.WWWAuthenticate = "Bearer";
            if (refusal.Status is 429 or 503) context.Response.Headers.RetryAfter = "60";
            if (ErrorPage.Wanted(context)) await ErrorPage.Answer(context, refusal);
            else await context.Refuse(refusal);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // Who asked has gone.
        }
    }

    private static void SetHeaders(IHeaderDictionary headers)
    {
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "no-referrer";
        headers["Cross-Origin-Resource-Policy"] = "cross-origin";
        headers.ContentSecurityPolicy = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";
    }

    private static Refusal? Refused(Exception wrong)
    {
        switch (wrong)
        {
            case Refusal refusal:
                return refusal;
            case Evidence.Reading.UnreadableException unreadable:
                return new Refusal(400, unreadable.Expected, unreadable.Found, unreadable.Line is { } line ? $"line {line}" : $"offset {unreadable.Offset}");
            case Evidence.Reading.BudgetException budget:
                return new Refusal(413, $"at most {budget.Limit} for {budget.Budget}", "more", "body");
            case BadHttpRequestException { StatusCode: 413 }:
                return new Refusal(413, "a shorter body", "a longer one", "body");
            case BadHttpRequestException bad:
                return new Refusal(bad.StatusCode, "a whole request", bad.Message, "request");
            case InvalidDataException form:
                return new Refusal(400, "a whole form within its limits", form.Message, "body");
            case OperationCanceledException:
                return null;
            default:
                Console.Error.WriteLine($"assay serve: {wrong.GetType().Name}: {Evidence.Shortened.Visible(wrong.Message)}\n{wrong.StackTrace}");
                return new Refusal(500, "this to work", wrong is IOException ? "the disk refused" : "a fault of the registry, which its operator can read on standard error", "registry");
        }
    }
}
