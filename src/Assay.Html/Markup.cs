namespace Assay.Html;

/// <summary>The elements as words, for <c>using static</c>: <c>Section(H2("Evidence"), P("Three files."))</c>. Null children are left out.</summary>
public static class Markup
{
    public static Many Many(params IEnumerable<Node?> pieces) => new(pieces);

    public static Element Div(params IEnumerable<Node?> children) => new("div", children);
    public static Element Section(params IEnumerable<Node?> children) => new("section", children);
    public static Element Header(params IEnumerable<Node?> children) => new("header", children);
    public static Element Footer(params IEnumerable<Node?> children) => new("footer", children);
    public static Element Main(params IEnumerable<Node?> children) => new("main", children);
    public static Element Nav(params IEnumerable<Node?> children) => new("nav", children);
    public static Element Aside(params IEnumerable<Node?> children) => new("aside", children);
    public static Element Article(params IEnumerable<Node?> children) => new("article", children);
    public static Element H1(params IEnumerable<Node?> children) => new("h1", children);
    public static Element H2(params IEnumerable<Node?> children) => new("h2", children);
    public static Element H3(params IEnumerable<Node?> children) => new("h3", children);
    public static Element H4(params IEnumerable<Node?> children) => new("h4", children);
    public static Element P(params IEnumerable<Node?> children) => new("p", children);
    public static Element Pre(params IEnumerable<Node?> children) => new("pre", children);
    public static Element Ul(params IEnumerable<Node?> children) => new("ul", children);
    public static Element Ol(params IEnumerable<Node?> children) => new("ol", children);
    public static Element Li(params IEnumerable<Node?> children) => new("li", children);
    public static Element Dl(params IEnumerable<Node?> children) => new("dl", children);
    public static Element Dt(params IEnumerable<Node?> children) => new("dt", children);
    public static Element Dd(params IEnumerable<Node?> children) => new("dd", children);
    public static Element Details(params IEnumerable<Node?> children) => new("details", children);
    public static Element Summary(params IEnumerable<Node?> children) => new("summary", children);
    public static Element Figure(params IEnumerable<Node?> children) => new("figure", children);
    public static Element Figcaption(params IEnumerable<Node?> children) => new("figcaption", children);

    public static Element Span(params IEnumerable<Node?> children) => new("span", children);
    public static Element Strong(params IEnumerable<Node?> children) => new("strong", children);
    public static Element Em(params IEnumerable<Node?> children) => new("em", children);
    public static Element Small(params IEnumerable<Node?> children) => new("small", children);
    public static Element Code(params IEnumerable<Node?> children) => new("code", children);
    public static Element Br() => new("br", []);

    /// <summary>A moment: <paramref name="machine"/> is the RFC 3339 form, <paramref name="person"/> what is read.</summary>
    public static Element Time(string machine, string person) => new Element("time", [person]).With("datetime", machine);

    /// <summary>Text out of evidence: shown as it is, kept apart from the direction of the text around it.</summary>
    public static Element Data(string text) => new("bdi", [text]);

    /// <summary>A link where the address is allowed, else the same words without a link: data cannot lead elsewhere, nor break the page.</summary>
    public static Element Link(string address, params IEnumerable<Node?> words)
    {
        if (!Address.IsAllowed(address)) return Span(words);
        var link = new Element("a", words).With("href", address);
        return Address.IsFragment(address) ? link : link.With("rel", "noopener noreferrer");
    }

    /// <summary>
    /// A table with a caption and headings; the first cell of each row is the row's heading. On a narrow screen each row becomes a block whose
    /// cells carry their column's heading.
    /// </summary>
    /// <exception cref="ArgumentException">A row has more or fewer cells than there are columns.</exception>
    public static Element Table(string caption, IReadOnlyList<string> columns, IEnumerable<IReadOnlyList<Node>> rows) => new Element("table",
    [
        new Element("caption", [caption]),
        new Element("thead", [new Element("tr", columns.Select(c => new Element("th", [c]).With("scope", "col")))]),
        new Element("tbody", rows.Select(row => Row(columns, row))),
    ]);

    private static Element Row(IReadOnlyList<string> columns, IReadOnlyList<Node> cells)
    {
        if (cells.Count != columns.Count) throw new ArgumentException($"the table has {columns.Count} columns, the row {cells.Count} cells");
        return new Element("tr", cells.Select((cell, i) => i == 0
            ? new Element("th", [cell]).With("scope", "row")
            : new Element("td", [cell]).With("data-label", columns[i])));
    }

    /// <summary>A drawing with its text alternative, as wide as its place; the parts come from <see cref="Shape"/>.</summary>
    public static Element Drawing(string alternative, params IEnumerable<Node?> shapes) =>
        new Element("svg", [new Element("title", [alternative]), .. shapes]).With("role", "img").With("aria-label", alternative);

    /// <summary>A shape of a drawing: <c>rect</c>, <c>path</c>, <c>circle</c>, <c>line</c>, <c>text</c>, <c>g</c>, <c>symbol</c>, <c>use</c>.</summary>
    public static Element Shape(string name, params IEnumerable<Node?> children) => new(name, children);
}
