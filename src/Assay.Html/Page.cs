using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Assay.Html;

/// <summary>What a page is printed on.</summary>
public enum Paper { A4, A6 }

/// <summary>
/// One whole page that stands alone: its style sheet is inside, nothing is loaded, nothing runs. The content security policy in its head allows
/// exactly that style sheet by its digest, so that even a fault of ours could not load or run anything.
/// </summary>
public sealed record Page
{
    public required string Title { get; init; }
    /// <summary>A language tag (BCP 47).</summary>
    public string Language { get; init; } = "en";
    /// <summary>Header, the element <c>main</c> with the id <c>content</c>, footer.</summary>
    public required IReadOnlyList<Node> Body { get; init; }

    public Paper Paper { get; init; }

    /// <summary>A site serves this page: it may hold forms that are sent to the site, and links to its other pages. A page that stands alone may not.</summary>
    public bool IsServed { get; init; }

    /// <summary>The content security policy of this page: its own style sheet, and forms to its own site where it is served.</summary>
    public string Policy => $"default-src 'none'; style-src 'sha256-{(Paper == Paper.A6 ? SmallDigest : Digest)}'; base-uri 'none'; form-action '{(IsServed ? "self" : "none")}'";

    /// <summary>UTF-8 text with line feeds; same page, same bytes.</summary>
    /// <exception cref="ArgumentException">It holds a form or a link of a site and is not served.</exception>
    public void Write(TextWriter to)
    {
        if (!IsServed && Body.OfType<Element>().FirstOrDefault(e => e.NeedsSite) is { } site)
            throw new ArgumentException($"a page that stands alone may not hold <{site.Inside.Prepend(site).Last(e => e.NeedsSite).Name}>");
        to.Write("<!DOCTYPE html>\n<html lang=\"");
        Encoder.Write(to, Language);
        to.Write("\">\n<head>\n<meta charset=\"utf-8\">\n");
        to.Write($"<meta http-equiv=\"Content-Security-Policy\" content=\"{Policy}\">\n");
        to.Write("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n");
        to.Write("<meta name=\"color-scheme\" content=\"light dark\">\n<meta name=\"referrer\" content=\"no-referrer\">\n<title>");
        Encoder.Write(to, Title);
        to.Write("</title>\n<style>");
        to.Write(Paper == Paper.A6 ? Small : StyleSheet.Text);
        to.Write("</style>\n</head>\n<body>\n<a class=\"skip\" href=\"#content\">Skip to the content</a>\n");
        foreach (var node in Body)
        {
            node.Write(to);
            to.Write('\n');
        }
        to.Write("</body>\n</html>\n");
    }

    public override string ToString()
    {
        var text = new StringWriter(CultureInfo.InvariantCulture);
        Write(text);
        return text.ToString();
    }

    /// <summary>
    /// What would trouble a reader that hears the page or a person that follows its links: not exactly one <c>main</c> and one <c>h1</c>,
    /// headings that skip a level, an id twice, a link into nothing. Empty for a sound page; tests ask this of every page we make.
    /// </summary>
    public IReadOnlyList<string> Faults()
    {
        var faults = new List<string>();
        var elements = Body.OfType<Element>().SelectMany(e => e.Inside.Prepend(e)).ToList();
        foreach (var once in new[] { "main", "h1" })
        {
            var count = elements.Count(e => e.Name == once);
            if (count != 1) faults.Add($"{count} elements <{once}>, expected one");
        }
        var level = 0;
        foreach (var heading in elements.Where(e => e.Name is ['h', >= '1' and <= '6']))
        {
            var next = heading.Name[1] - '0';
            if (next > level + 1) faults.Add($"<{heading.Name}> \"{heading.InnerText}\" follows a heading of level {level}");
            level = next;
        }
        var ids = new HashSet<string>(StringComparer.Ordinal);
        foreach (var id in elements.Select(e => e["id"]).OfType<string>())
        {
            if (!ids.Add(id)) faults.Add($"the id {id} is there twice");
        }
        if (!ids.Contains("content")) faults.Add("nothing has the id content, where the skip link leads");
        foreach (var target in elements.Select(e => e["href"]).OfType<string>().Where(h => h[0] == '#').Select(h => h[1..]).Distinct(StringComparer.Ordinal))
        {
            if (!ids.Contains(target)) faults.Add($"a link leads to #{target}, which is not there");
        }
        return faults;
    }

    // The last size of a page that a sheet names is printed; CSS has no word for A6.
    private static readonly string Small = StyleSheet.Text + "@page { size: 105mm 148mm; margin: 7mm; @bottom-right { content: none; } }\n";
    private static readonly string Digest = DigestOf(StyleSheet.Text), SmallDigest = DigestOf(Small);

    private static string DigestOf(string style) => Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(style)));
}
