using Assay.Tests;
using static Assay.Html.Markup;

namespace Assay.Html.Tests;

public class PageTests
{
    [Fact]
    public void A_page_stands_alone()
    {
        var text = Small().ToString();
        Assert.StartsWith("<!DOCTYPE html>\n<html lang=\"en\">", text, StringComparison.Ordinal);
        Assert.DoesNotContain("<script", text, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("<link", text, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("url(", text, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("@import", text, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain(" src=", text, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("default-src &#39;none&#39;".Replace("&#39;", "'", StringComparison.Ordinal), text, StringComparison.Ordinal);
    }

    [Fact]
    public void The_same_page_gives_the_same_bytes() => Assert.Equal(Small().ToString(), Small().ToString());

    [Fact]
    public void A_sound_page_has_no_faults() => Assert.Empty(Small().Faults());

    public static readonly TheoryData<string, Node[]> Unsound = new()
    {
        { "0 elements <main>", [H1("x"), Div("x").Id("content")] },
        { "2 elements <h1>", [Main(H1("x"), H1("y")).Id("content")] },
        { "follows a heading of level 1", [Main(H1("x"), H3("y")).Id("content")] },
        { "the id content is there twice", [Main(H1("x").Id("content")).Id("content")] },
        { "which is not there", [Main(H1("x"), P(Link("#gone", "x"))).Id("content")] },
        { "where the skip link leads", [Main(H1("x"))] },
    };

    [Theory]
    [MemberData(nameof(Unsound))]
    public void What_would_trouble_a_reader_is_named(string fault, Node[] body) =>
        Assert.Contains(new Page { Title = "x", Body = body }.Faults(), f => f.Contains(fault, StringComparison.Ordinal));

    [Fact]
    public void A_browser_applies_the_style_sheet_and_runs_nothing()
    {
        // The policy allows the sheet by its digest: were the digest wrong, the browser would show the page without any style.
        using var scratch = new Scratch();
        var file = scratch.File("page.html");
        File.WriteAllText(file, Small().ToString());
        var plain = Browser.Picture(file, 600, 400);
        File.WriteAllText(file, Small().ToString().Replace("h1 { font-size: 2rem;", "h1 { font-size: 3rem;", StringComparison.Ordinal));
        var changed = Browser.Picture(file, 600, 400);
        Assert.NotEqual(plain, changed);
        // The control: a sheet that differs from its digest by one character is refused whole, and the page looks as it does without any.
        File.WriteAllText(file, System.Text.RegularExpressions.Regex.Replace(Small().ToString(), "(?s)<style>.*</style>", ""));
        Assert.Equal(Browser.Picture(file, 600, 400), changed);
    }

    internal static Page Small() => new()
    {
        Title = "A page",
        Body = [Header(H1("A page")), Main(Section(H2("Words"), P("Some ", Strong("words"), "."), Table("A table", ["One", "Two"], [["1", "2"]]))).Id("content")],
    };
}
