using Assay.Html;
using Assay.Labels.Trust;
using Assay.Registry.Labels;
using Assay.Registry.Status;
using static Assay.Html.Forms;
using static Assay.Html.Markup;
using static Assay.Registry.Pages.PageAnswer;

namespace Assay.Registry.Pages;

/// <summary>Where a person begins: one field, and what was found. And what the code on a box is.</summary>
internal static class SearchPage
{
    public const int Most = 25;

    public static Page Of(Office office, string query)
    {
        var found = office.Shelf.Search(query, Most + 1);
        return Framed(office, "Search",
        [
            office.Settings.IsAuthority ? null : P(LabelCheck.NotALabel).Class("banner"),
            H1("Labels of devices"),
        ],
        [
            Section(H2("Search"), Ask(query)),
            Section(H2(query.Length > 0 ? Many("Found for ", Data(query)) : "The newest"), Results(found)),
            Section(
                H2("For programs"),
                Ul(
                    Li(Here("/api/openapi.json", "The interface (OpenAPI)")),
                    Li(Here("/status/1", "The signed status list"), ", ", Here("/notices/1", "its notices"), " and ", Here("/trust.json", "the keys")),
                    Li(Here("/log/checkpoint", "The log's checkpoint"), " and ", Here("/log/key", "its key")))),
        ]);
    }

    /// <summary>What the code on a box is, and what to do without one.</summary>
    public static Page Landing(Office office) => Framed(office, "The code on the box", [H1("The code on the box")],
    [
        Section(
            H2("What to do now"),
            P("Scan the code: it opens a page of ours that checks it in your browser. Without a code, type maker and model.").Class("do"),
            Ask(""),
            P("The page says what to do first, until when the maker promises updates, what was checked and what was not.")),
        Section(
            H2("What the code holds"),
            P("The code carries a signed statement about the model. Your browser does not send it to us: ", Here("/l", "the page that checks it"), " asks for the whole status list, and we do not learn which device you scanned."),
            P("An app or a program that knows whom to trust reads it without a connection: ", Code("assay label verify PICTURE"), "."),
            P("Anybody can print a code that leads to a page of their own. Check that the address above is that of the authority you expect.")),
    ]);

    private static Element Ask(string query) => AskForm("/", Field("Maker, model or number", "q", "search", query.Length > 0 ? query : null), P(Button("Search")));

    private static Node Results(IReadOnlyList<LabelRecord> found)
    {
        if (found.Count == 0) return P("No label is kept here that fits. A device without a label is not thereby worse; nobody has asked for one here.");
        var rows = found.Take(Most).Select(l => new Node[]
        {
            Here($"/labels/{l.Id}", Data($"{l.Maker} {l.Model}")), Data(l.Versions.ToString()), l.Standing == Standing.InForce ? "in force" : LabelPage.Words(l.Standing, l.UpdateBelow),
            l.SupportEnd is { } end ? Day(end) : "not named",
        });
        return Many(Table("Labels", ["Device", "Versions", "Status", "Updates until"], rows), found.Count > Most ? P("There are more. Add a word to your search.") : null);
    }
}
