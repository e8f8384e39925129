using System.Text.Json;
using Assay.Software.Advisories;

namespace Assay.Tests.Software.Advisories;

public class CsafDocumentTests
{
    [Fact]
    public void Every_vulnerability_of_the_valid_documents_of_the_suite_becomes_an_advisory_and_its_affected_products_become_ranges()
    {
        var (documents, advisories, ranges, products) = (0, 0, 0, 0);
        foreach (var file in Corpus.Files("csaf/csaf_2.0", "*.json"))
        {
            using var document = JsonDocument.Parse(File.ReadAllBytes(file));
            var root = document.RootElement;
            // Some documents of the suite lack what they are about, on purpose; the reader takes what is there.
            if (!root.TryGetProperty("document", out var about) || !about.TryGetProperty("csaf_version", out _) || !about.TryGetProperty("tracking", out var tracking) || !tracking.TryGetProperty("id", out _)) continue;
            var expected = root.TryGetProperty("vulnerabilities", out var list) ? list.EnumerateArray().ToList() : [];
            var read = AdvisoryFile.Advisories(file, File.ReadAllBytes(file));
            Assert.Equal(expected.Count, read.Count);
            documents++;
            advisories += read.Count;
            foreach (var (vulnerability, advisory) in expected.Zip(read))
            {
                if (vulnerability.TryGetProperty("cve", out var cve)) Assert.Contains(cve.GetString()!, advisory.Aliases);
                var named = !vulnerability.TryGetProperty("product_status", out var status) ? 0
                    : new[] { "known_affected", "first_affected", "last_affected" }.SelectMany(s => status.TryGetProperty(s, out var ids) ? ids.EnumerateArray().Select(i => i.GetString()!) : []).Distinct().Count();
                products += named;
                ranges += advisory.Ranges.Count;
                Assert.True(advisory.Ranges.Count <= named, $"{file}: {advisory.Ranges.Count} ranges of {named} products");
            }
        }
        TestContext.Current.TestOutputHelper?.WriteLine($"{documents} documents, {advisories} advisories, {ranges} ranges of {products} affected products");
        Assert.True(documents >= 150 && advisories >= 50 && ranges >= 20, $"{documents} documents, {advisories} advisories, {ranges} ranges of {products}");
    }

    [Fact]
    public void No_document_of_any_suite_crashes_the_reader()
    {
        var (files, read, lost) = (0, 0, 0);
        foreach (var file in Corpus.Files("csaf", "*.json").Concat(Corpus.Files("sbom/osv", "*.json")))
        {
            var losses = new List<Assay.Evidence.Loss>();
            read += AdvisoryFile.Advisories(file, File.ReadAllBytes(file), losses).Count;
            lost += losses.Count;
            files++;
        }
        TestContext.Current.TestOutputHelper?.WriteLine($"{files} files, {read} advisories, {lost} losses");
        Assert.True(files > 500 && read > 300 && lost > 5, $"{files} files, {read} advisories, {lost} losses");
    }
}
