using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Assay.Assessment.Catalogues;
using Assay.Assessment.Reports;
using Assay.Tests;

namespace Assay.Assessment.Tests.Reports;

/// <summary>Nothing that we say of a device or an outcome praises it (semantics.md section 3). Requirement titles of the catalogues and names of features are no praise.</summary>
public partial class WordingTests
{
    [Theory]
    [InlineData("The device is secure.", "secure")]
    [InlineData("A safe product", "safe")]
    [InlineData("Everything is fine here", "fine")]
    [InlineData("looks good", "good")]
    [InlineData("It has no known vulnerabilities", "no known vulnerabilities")]
    [InlineData("Officially endorsed by us", "endorsed")]
    [InlineData("It verifies its software with secure boot", null)]
    [InlineData("a secure update mechanism exists", null)]
    [InlineData("The words \"good\" and `safe` are not used", null)]
    [InlineData("security updates, safety relevance, defined, refined", null)]
    public void The_lint_knows_praise_from_names_of_features(string text, string? praise) => Assert.Equal(praise, Praise(text).FirstOrDefault());

    [Theory]
    [InlineData("doorbell")]
    [InlineData("repaired")]
    [InlineData("answered")]
    [InlineData("empty")]
    public void No_report_praises(string name)
    {
        var result = HtmlReportTests.Result(name);
        var text = string.Concat(HtmlReport.Page(result, new()).Body.Select(n => n.InnerText + "\n")) + TerminalReportTests.Text(result, 80, colour: false);
        foreach (var title in Titles(result)) text = text.Replace(title, "TITLE", StringComparison.Ordinal);
        Assert.Empty(Praise(text));
    }

    /// <summary>Every string between quotes in the source, so that also a phrase is read that no example of ours brings out.</summary>
    [Fact]
    public void No_phrase_in_the_source_praises()
    {
        var read = 0;
        var praise = new List<string>();
        foreach (var file in Directory.EnumerateFiles(Path.Combine(Checkout.Root, "src"), "*.cs", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
        {
            foreach (Match literal in Literal().Matches(Comment().Replace(File.ReadAllText(file), "")))
            {
                read++;
                // One word alone is a name: a field, a key, a trait.
                if (!literal.Value.Contains(' ', StringComparison.Ordinal)) continue;
                praise.AddRange(Praise(literal.Value.Trim('"', '$')).Select(p => $"{Path.GetRelativePath(Checkout.Root, file)}: \"{p}\" in {literal.Value}"));
            }
        }
        Assert.True(read > 500, $"only {read} strings were read");
        Assert.Empty(praise);
    }

    [Fact]
    public void No_page_of_the_documents_praises()
    {
        var pages = Directory.EnumerateFiles(Path.Combine(Checkout.Root, "docs"), "*.md", SearchOption.AllDirectories).Append(Path.Combine(Checkout.Root, "README.md")).ToList();
        Assert.True(pages.Count > 3);
        Assert.Empty(pages.SelectMany(page => Praise(File.ReadAllText(page)).Select(p => $"{Path.GetRelativePath(Checkout.Root, page)}: {p}")));
    }

    private static IEnumerable<string> Titles(AssessmentResult result) => result.Provisions.Values.Select(p => p.Title)
        .Concat(Catalogue.All.SelectMany(c => c.Provisions.Select(p => p.Title).Concat(c.Units.Select(u => u.Title)))).OrderByDescending(t => t.Length);

    private static IEnumerable<string> Praise(string text) => Word().Matches(Feature().Replace(Quoted().Replace(text, "QUOTED"), "FEATURE")).Select(m => m.Value.ToLower(CultureInfo.InvariantCulture));

    [GeneratedRegex(@"\b(secure|securely|safe|safely|good|fine|endorsed|trustworthy|harmless|unhackable)\b|\b(no|free of|without)( known)? vulnerabilities\b", RegexOptions.IgnoreCase)]
    private static partial Regex Word();

    // Names of things that a device has or a standard asks for, which the field calls so.
    [GeneratedRegex(@"\bsecure (boot|storage|element|setup|update|communication|management|development|default|defaults|shell|management procedures)\b|\bsecurely (stored|updateable)\b", RegexOptions.IgnoreCase)]
    private static partial Regex Feature();

    // A word in quotation marks or code is spoken about, not spoken.
    [GeneratedRegex("\"[\\w ]+\"|`[^`\n]*`|```.*?```", RegexOptions.Singleline)]
    private static partial Regex Quoted();

    [GeneratedRegex("\\$?\"(?:\\\\.|[^\"\\\\\n])*\"")]
    private static partial Regex Literal();

    [GeneratedRegex(@"^\s*//.*$", RegexOptions.Multiline)]
    private static partial Regex Comment();
}
