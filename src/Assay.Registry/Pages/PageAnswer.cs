using System.Text;
using Assay.Html;
using Microsoft.AspNetCore.Http.Features;
using static Assay.Html.Forms;
using static Assay.Html.Markup;

namespace Assay.Registry.Pages;

/// <summary>How a page of the registry is framed and answered.</summary>
public static class PageAnswer
{
    /// <summary>A whole page in our frame: who keeps the registry above, what it is below.</summary>
    /// <param name="content">Sections; they stand in <c>main</c> after the heading.</param>
    public static Page Framed(Office office, string title, IEnumerable<Node?> heading, IEnumerable<Node?> content) => new()
    {
        Title = $"{title} · {office.Settings.Name}",
        IsServed = true,
        Body =
        [
            Header(P(Here("/", office.Settings.Name)).Class("kicker")),
            Main([Div(heading), .. content]).Id("content"),
            Footer(
                office.Settings.IsAuthority ? null : P("This registry is kept for tests. Nobody vouches for what it says."),
                P(Here("/code", "What the code on a box means"), " · ", Here("/sign-in", "Sign in")),
                P("This page loads nothing from elsewhere, runs nothing and sets no cookie.")),
        ],
    };

    public static async Task Page(this HttpContext context, Page page, int status = 200, string? cache = null)
    {
        var bytes = Encoding.UTF8.GetBytes(page.ToString());
        context.Response.StatusCode = status;
        context.Response.ContentType = "text/html; charset=utf-8";
        context.Response.ContentLength = bytes.Length;
        context.Response.Headers.ContentSecurityPolicy = page.Policy + "; frame-ancestors 'none'";
        context.Response.Headers.CacheControl = cache ?? "no-store";
        context.Response.Headers["Cross-Origin-Resource-Policy"] = "same-origin";
        if (!HttpMethods.IsHead(context.Request.Method)) await context.Response.Body.WriteAsync(bytes, context.RequestAborted);
    }

    /// <summary>After a form: leads to where its result is seen.</summary>
    public static void See(this HttpContext context, string local)
    {
        if (!Address.IsLocal(local)) throw new ArgumentException("a place in this registry", nameof(local));
        context.Response.StatusCode = StatusCodes.Status303SeeOther;
        context.Response.Headers.Location = local;
    }

    /// <summary>The body as the fields of a form (not multipart), at most 200 of them.</summary>
    public static async Task<IFormCollection> Form(this HttpContext context)
    {
        if (context.Features.Get<IFormFeature>()?.Form is { } read) return read;
        if (context.Request.ContentType?.StartsWith("application/x-www-form-urlencoded", StringComparison.OrdinalIgnoreCase) != true)
            throw new Refusal(400, "the fields of a form (application/x-www-form-urlencoded)", context.Request.ContentType is null ? "nothing" : "another type", "Content-Type");
        return await context.Request.ReadFormAsync(new FormOptions { ValueCountLimit = 200, KeyLengthLimit = 200, ValueLengthLimit = 32 << 10 }, context.RequestAborted);
    }

    /// <summary>What a form of a signed-in person carries.</summary>
    public static Node? Mark(this HttpContext context) => context.Session() is { } session ? Hidden(Session.Field, session.Form) : null;

    /// <summary>A moment for a person: day and minute in UTC.</summary>
    public static Element Moment(DateTimeOffset time) => Time(Evidence.EvidenceJson.Time(time), time.UtcDateTime.ToString("yyyy-MM-dd HH:mm 'UTC'", System.Globalization.CultureInfo.InvariantCulture));

    public static Element Day(DateOnly day)
    {
        var text = day.ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture);
        return Time(text, text);
    }
}
