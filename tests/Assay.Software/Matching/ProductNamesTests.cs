using System.Text.RegularExpressions;
using Assay.Software.Matching;

namespace Assay.Tests.Software.Matching;

public partial class ProductNamesTests
{
    [Fact]
    public void Every_alias_of_a_product_stands_in_a_source()
    {
        var cpe = new HashSet<string>(StringComparer.Ordinal);
        foreach (var file in Corpus.Files("advisories").Where(f => Path.GetExtension(f) is ".tsv" or ".jsonl" or ".json"))
        {
            foreach (Match match in Cpe().Matches(File.ReadAllText(file))) cpe.Add($"{match.Groups["vendor"].Value}:{match.Groups["product"].Value}".ToLowerInvariant());
        }
        // Buildroot writes a dash where vendor or product is the package's own name.
        foreach (var row in File.ReadLines(Assert.Single(Corpus.Files("advisories", "buildroot-cpe.tsv"))).Skip(1).Select(l => l.Split('\t')))
        {
            cpe.Add($"{(row[2] == "-" ? row[0] : row[2])}:{(row[3] == "-" ? row[0] : row[3])}");
        }
        // patterns.tsv names the source of its own rows.
        cpe.UnionWith(Assay.Software.Components.VersionPattern.All.SelectMany(p => p.Cpe).Select(c => c[(c.IndexOf(':') + 1)..]));
        var words = File.ReadLines(Assert.Single(Corpus.Files("advisories", "kev-2*.csv"))).Skip(1).Select(l => l.Split(',')).Where(c => c.Length > 2).Select(c => (ProductNames.Fold(c[1].Trim('"')), ProductNames.Fold(c[2].Trim('"')))).ToHashSet();
        words.Add(("linux", "linux")); // As kernel.org writes it in its CVE records.
        words.Add(("gnu", "bash"));    // The CPE name in words.
        var rows = ProductNames.All.Where(r => r.Words.Count > 0 || r.Source.Contains(';', StringComparison.Ordinal) || r.Source.Contains("scanoss", StringComparison.Ordinal)).ToList();
        Assert.True(rows.Count >= 20 && cpe.Count > 500 && words.Count > 500, $"{rows.Count} rows, {cpe.Count} names, {words.Count} words");
        Assert.All(rows.SelectMany(r => r.Cpe), c => Assert.Contains(c, cpe));
        Assert.All(rows.SelectMany(r => r.Words), w => Assert.Contains(w, words));
    }

    [Theory]
    [InlineData("mini_httpd", "minihttpd")]
    [InlineData("Mini HTTPd", "minihttpd")]
    [InlineData("soap::lite", "soaplite")]
    [InlineData("+++", "+++")]
    public void Names_are_folded_to_letters_and_digits(string name, string folded) => Assert.Equal(folded, ProductNames.Fold(name));

    [GeneratedRegex(@"cpe:(?:2\.3:|/)[aoh]:(?<vendor>(?:\\.|[^:\\\s""])+):(?<product>(?:\\.|[^:\\\s""])+)")]
    private static partial Regex Cpe();
}
