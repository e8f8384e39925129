using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace Assay.Tests;

/// <summary>The documents hold what they promise: links lead somewhere, each page is in the index, each dependency has its row.</summary>
public partial class DocumentsTests
{
    private static IReadOnlyList<string> Pages =>
    [
        .. Directory.EnumerateFiles(Checkout.Root, "*.md"),
        .. Directory.EnumerateFiles(Path.Combine(Checkout.Root, "docs"), "*.md", SearchOption.AllDirectories),
        .. Directory.EnumerateFiles(Path.Combine(Checkout.Root, "examples"), "*.md"),
    ];

    [Fact]
    public void Every_link_between_documents_leads_to_a_file()
    {
        var links = 0;
        foreach (var page in Pages)
        {
            foreach (Match link in Link().Matches(File.ReadAllText(page)))
            {
                links++;
                var target = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(page)!, link.Groups[1].Value));
                Assert.True(File.Exists(target) || Directory.Exists(target),
                    $"{Path.GetRelativePath(Checkout.Root, page)} leads to {link.Groups[1].Value}, which is not there");
            }
        }
        Assert.True(links > 5, $"only {links} links were read");
    }

    [Fact]
    public void Every_page_of_a_task_is_in_the_index()
    {
        var docs = Path.Combine(Checkout.Root, "docs");
        var index = File.ReadAllText(Path.Combine(docs, "README.md"));
        var missing = Directory.EnumerateFiles(docs, "*.md").Select(Path.GetFileName)
            .Where(page => page != "README.md" && !index.Contains($"({page})", StringComparison.Ordinal)).ToList();
        Assert.Empty(missing);
    }

    [Fact]
    public void Every_package_that_a_project_asks_for_has_its_row()
    {
        var table = File.ReadAllText(Path.Combine(Checkout.Root, "docs", "dependencies.md"));
        var packages = new[] { "src", "tests", "bench" }.Select(f => Path.Combine(Checkout.Root, f)).Where(Directory.Exists)
            .SelectMany(f => Directory.EnumerateFiles(f, "*.csproj", SearchOption.AllDirectories).Concat(Directory.EnumerateFiles(f, "*.props")))
            .Append(Path.Combine(Checkout.Root, "Directory.Build.props"))
            .SelectMany(f => XDocument.Load(f).Descendants("PackageReference").Select(p => (string)p.Attribute("Include")!))
                .Distinct(StringComparer.Ordinal).ToList();
        Assert.Contains("YamlDotNet", packages);
        Assert.All(packages, p => Assert.Contains($"| {p} |", table, StringComparison.Ordinal));
    }

    // Links inside the checkout: no scheme, and without the place in the page.
    [GeneratedRegex(@"\]\((?![a-z]+:|#)([^)#\s]+)(?:#[^)\s]*)?\)")]
    private static partial Regex Link();
}
