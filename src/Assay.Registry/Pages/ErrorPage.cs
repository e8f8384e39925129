using static Assay.Html.Forms;
using static Assay.Html.Markup;

namespace Assay.Registry.Pages;

/// <summary>A refusal for a person at a browser.</summary>
internal static class ErrorPage
{
    private static readonly object OfficeKey = new();

    /// <summary>A browser asks for pages by name; programs do not, and the interface for programs never answers with one.</summary>
    public static bool Wanted(HttpContext context) =>
        context.Request.Headers.Accept.ToString().Contains("text/html", StringComparison.OrdinalIgnoreCase) && !context.Request.Path.StartsWithSegments("/api") && context.Items[OfficeKey] is Office;

    public static void Know(HttpContext context, Office office) => context.Items[OfficeKey] = office;

    public static Task Answer(HttpContext context, Refusal refusal)
    {
        var office = (Office)context.Items[OfficeKey]!;
        var path = context.Request.Path.ToString();
        if (refusal.Status == 401 && HttpMethods.IsGet(context.Request.Method))
        {
            context.See(Html.Address.IsLocal(path) ? $"/sign-in?next={path}" : "/sign-in");
            return Task.CompletedTask;
        }
        var title = refusal.Status switch
        {
            404 => "Not found",
            403 => "Not allowed",
            429 => "Too often",
            >= 500 => "A fault",
            _ => "Not done",
        };
        return context.Page(PageAnswer.Framed(office, title, [H1(title)],
        [
            Section(
                H2("Why"),
                P("Expected: ", Data(refusal.Expected), "."),
                P("Found: ", Data(refusal.Found), "."),
                refusal.Reasons.Count > 0 ? Ul(refusal.Reasons.Select(r => Li(Data(r)))) : null,
                P(Here("/", "Search the registry"))),
        ]), refusal.Status);
    }
}
