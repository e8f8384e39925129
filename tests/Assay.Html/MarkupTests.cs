using static Assay.Html.Markup;

namespace Assay.Html.Tests;

public class MarkupTests
{
    [Fact]
    public void An_element_writes_its_attributes_and_text_encoded() =>
        Assert.Equal("<p class=\"&quot;a&quot;\">1 &lt; 2 <strong>yes</strong></p>", Html(P("1 < 2 ", Strong("yes")).Class("\"a\"")));

    [Fact]
    public void A_void_element_has_no_end_and_a_shape_has_one()
    {
        Assert.Equal("<p>a<br>b</p>", Html(P("a", Br(), "b")));
        Assert.Contains("<rect></rect>", Html(Drawing("one", Shape("rect"))), StringComparison.Ordinal);
    }

    [Fact]
    public void Many_pieces_become_children_and_nothing_is_left_out_silently_but_null() =>
        Assert.Equal("<p>abc</p>", Html(P(Many("a", Many("b")), null, "c")));

    [Fact]
    public void What_may_stand_in_what_is_checked_when_it_is_made()
    {
        Assert.Throws<ArgumentException>(() => P(Div("no")));
        Assert.Throws<ArgumentException>(() => P(P("no")));
        Assert.Throws<ArgumentException>(() => Ul(P("no")));
        Assert.Throws<ArgumentException>(() => Ul("no"));
        Assert.Throws<ArgumentException>(() => Div(Li("no")));
        Assert.Throws<ArgumentException>(() => Dl(Div("no")));
        Assert.Throws<ArgumentException>(() => Strong(H2("no")));
        Assert.Throws<ArgumentException>(() => Details(P("no summary")));
        Assert.Throws<ArgumentException>(() => Link("#a", Strong(Link("#b", "no"))));
        Assert.Throws<ArgumentException>(() => Div(Shape("rect")));
        _ = Div(P("yes"), "yes", Ul(Li(P("yes"))), Details(Summary(H3("yes")), P("yes")));
    }

    [Theory]
    [InlineData("script")]
    [InlineData("style")]
    [InlineData("iframe")]
    [InlineData("form")]
    [InlineData("img")]
    [InlineData("object")]
    [InlineData("P")]
    public void What_runs_or_loads_is_no_element_of_ours(string name) => Assert.Throws<ArgumentException>(() => Shape(name));

    [Theory]
    [InlineData("onclick")]
    [InlineData("style")]
    [InlineData("src")]
    [InlineData("srcdoc")]
    [InlineData("x y")]
    public void What_runs_or_loads_is_no_attribute_of_ours(string name)
    {
        Assert.Throws<ArgumentException>(() => P("x").With(name, "1"));
        _ = P("x").With("lang", "en");
    }

    [Fact]
    public void An_attribute_stands_once() => Assert.Throws<ArgumentException>(() => P("x").Class("a").Class("b"));

    [Theory]
    [InlineData("https://example.org/a?b=c#d", true)]
    [InlineData("HTTP://example.org", true)]
    [InlineData("mailto:security@example.org", true)]
    [InlineData("#provision-5.1-1", true)]
    [InlineData("javascript:alert(1)", false)]
    [InlineData("JaVaScRiPt:alert(1)", false)]
    [InlineData(" javascript:alert(1)", false)]
    [InlineData("java\tscript:alert(1)", false)]
    [InlineData("data:text/html,<script>", false)]
    [InlineData("vbscript:x", false)]
    [InlineData("file:///etc/passwd", false)]
    [InlineData("//example.org", false)]
    [InlineData("/relative", false)]
    [InlineData("https:example.org", false)]
    [InlineData("https://user:secret@example.org", false)]
    [InlineData("https://example.org/\u202egpj", false)]
    [InlineData("#", false)]
    [InlineData("#a b", false)]
    [InlineData("", false)]
    public void A_link_leads_only_where_a_page_may_lead(string address, bool allowed)
    {
        Assert.Equal(allowed, Link(address, "words").Name == "a");
        Assert.Contains("words", Html(Link(address, "words")), StringComparison.Ordinal);
        if (!allowed) Assert.Throws<ArgumentException>(() => Shape("use").With("href", address));
    }

    [Fact]
    public void A_table_names_its_columns_and_rows()
    {
        var table = Html(Table("Levels", ["Level", "Met"], [["1", "yes"]]));
        Assert.Contains("<caption>Levels</caption>", table, StringComparison.Ordinal);
        Assert.Contains("<th scope=\"col\">Met</th>", table, StringComparison.Ordinal);
        Assert.Contains("<th scope=\"row\">1</th>", table, StringComparison.Ordinal);
        Assert.Contains("<td data-label=\"Met\">yes</td>", table, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => Table("Levels", ["Level", "Met"], [["1"]]));
    }

    private static string Html(Node node)
    {
        var to = new StringWriter(System.Globalization.CultureInfo.InvariantCulture);
        node.Write(to);
        return to.ToString();
    }
}
