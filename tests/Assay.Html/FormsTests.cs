using static Assay.Html.Forms;
using static Assay.Html.Markup;

namespace Assay.Html.Tests;

/// <summary>Forms and links inside a site exist only on pages that a site serves, and every field has its label.</summary>
public class FormsTests
{
    [Fact]
    public void A_page_that_stands_alone_holds_no_form_and_no_link_into_a_site()
    {
        foreach (var part in new[] { Form("/sign-in", Button("Send")), AskForm("/", Button("Ask")), Div(P(Here("/labels/1", "a label"))), Field("Key", "key"), Boxes("Roles", "roles", [("a", "b")]) })
        {
            var alone = new Page { Title = "x", Body = [Main(H1("x"), Div(part)).Id("content")] };
            Assert.Throws<ArgumentException>(() => alone.ToString());
            Assert.Contains("form-action 'self'", (alone with { IsServed = true }).ToString(), StringComparison.Ordinal);
        }
        Assert.Contains("form-action 'none'", new Page { Title = "x", Body = [Main(H1("x")).Id("content")] }.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_field_has_its_label_and_data_stays_data()
    {
        var html = Html(Form("/act", Hidden("csrf", "\"><script>"), Field("Name", "name", value: "\"x\"", required: true), Lines("Why", "reason", value: "</textarea><script>"),
            Choice("State", "state", [("a", "<A>"), ("b", "B")], "b"), Boxes("Roles", "roles", [("one two", "One")]), Button("Send")));
        Assert.Contains("<label for=\"name\">Name</label>", html, StringComparison.Ordinal);
        Assert.Contains("value=\"&quot;x&quot;\" required autocomplete=\"off\"", html, StringComparison.Ordinal);
        Assert.Contains("id=\"roles-one-two\"", html, StringComparison.Ordinal);
        Assert.Contains("<option value=\"b\" selected>", html, StringComparison.Ordinal);
        Assert.DoesNotContain("<script", html, StringComparison.Ordinal);
        Assert.Contains("&lt;/textarea&gt;&lt;script&gt;</textarea>", html, StringComparison.Ordinal);
        Assert.StartsWith("<form method=\"post\" action=\"/act\">", html, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/", true)]
    [InlineData("/labels/0123?q=a%20b&c=d", true)]
    [InlineData("//evil.example", false)]
    [InlineData("/\\evil.example", false)]
    [InlineData("https://evil.example", false)]
    [InlineData("/a/../b", false)]
    [InlineData("/a#b", false)]
    [InlineData("/a b", false)]
    [InlineData("/a\"b", false)]
    [InlineData("javascript:x", false)]
    [InlineData("", false)]
    public void A_place_in_the_site_begins_with_one_slash(string address, bool allowed)
    {
        Assert.Equal(allowed, Address.IsLocal(address));
        if (allowed) _ = (Here(address, "x"), Form(address));
        else
        {
            Assert.Throws<ArgumentException>(() => Here(address, "x"));
            Assert.Throws<ArgumentException>(() => Form(address));
        }
    }

    [Fact]
    public void A_form_holds_no_form() => Assert.Throws<ArgumentException>(() => Form("/a", Div(Form("/b"))));

    private static string Html(Node node)
    {
        var to = new StringWriter(System.Globalization.CultureInfo.InvariantCulture);
        node.Write(to);
        return to.ToString();
    }
}
