using System.Text;
using Assay.Evidence.Reading;
using Assay.Software.Components;

namespace Assay.Software.Matching;

/// <summary>One product and everything that lists call it: a row of <c>products.tsv</c> or the rows of a product in <c>patterns.tsv</c>.</summary>
/// <param name="Names">Of components and packages, lower case.</param>
/// <param name="Cpe"><c>vendor:product</c>, lower case.</param>
/// <param name="Words">Vendor and product as lists in words write them, folded (<see cref="ProductNames.Fold"/>).</param>
public sealed record ProductNames(IReadOnlyList<string> Names, IReadOnlyList<string> Cpe, IReadOnlyList<(string Vendor, string Product)> Words, string Source)
{
    private static readonly Lazy<IReadOnlyList<ProductNames>> Rows = new(Load);
    private static readonly Lazy<ILookup<string, ProductNames>> ByName = new(() => All.SelectMany(p => p.Names.Select(n => (n, p))).ToLookup(p => p.n, p => p.p, StringComparer.Ordinal));
    private static readonly Lazy<ILookup<string, ProductNames>> ByCpe = new(() => All.SelectMany(p => p.Cpe.Select(c => (c, p))).ToLookup(p => p.c, p => p.p, StringComparer.Ordinal));

    /// <summary>Every row, those of <c>products.tsv</c> first.</summary>
    public static IReadOnlyList<ProductNames> All => Rows.Value;

    /// <summary>Rows that go by this name, upper and lower case being one.</summary>
    public static IEnumerable<ProductNames> Called(string name) => ByName.Value[name.ToLowerInvariant()];

    /// <param name="cpe"><c>vendor:product</c></param>
    public static IEnumerable<ProductNames> Identified(string cpe) => ByCpe.Value[cpe];

    /// <summary>A name as the inverted index knows it: letters and digits, in lower case. <c>mini_httpd</c>, <c>mini-httpd</c> and <c>Mini HTTPd</c> are one.</summary>
    public static string Fold(string name)
    {
        var folded = new StringBuilder(name.Length);
        foreach (var c in name)
        {
            if (char.IsLetterOrDigit(c)) folded.Append(char.ToLowerInvariant(c));
        }
        return folded.Length > 0 ? folded.ToString() : name.ToLowerInvariant();
    }

    private static IReadOnlyList<ProductNames> Load()
    {
        var rows = DataFile.Open(typeof(ProductNames), "products.tsv").Rows.Select(r => new ProductNames(
            r.List("names", ' '), r.List("cpe", ' '), [.. r.List("words", ';').Select(w => w.Split('|')).Select(w => (Fold(w[0]), Fold(w[1])))], r.Need("source"))).ToList();
        rows.AddRange(VersionPattern.All.GroupBy(p => p.Product, StringComparer.Ordinal).Select(g => new ProductNames(
            [.. g.SelectMany(p => p.Aliases).Prepend(g.Key).Select(n => n.ToLowerInvariant()).Distinct(StringComparer.Ordinal)],
            // a:vendor:product without its part
            [.. g.SelectMany(p => p.Cpe).Select(c => c[(c.IndexOf(':') + 1)..]).Distinct(StringComparer.Ordinal)],
            [], g.First().Source)));
        return rows;
    }
}
