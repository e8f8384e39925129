using System.Text.Json;
using Assay.Software.Matching;

namespace Assay.Tests.Software.Matching;

public class PackageNameTests
{
    /// <summary>Types whose names or namespaces the specification changes beyond upper and lower case; we compare names and do not write these.</summary>
    private static readonly HashSet<string> Rewritten = ["git", "pypi", "mlflow", "huggingface", "cpan", "vscode-extension"];

    [Fact]
    public void Package_URLs_of_the_specification_are_taken_apart_as_it_takes_them_apart()
    {
        var (asked, wrong) = (0, new List<string>());
        foreach (var file in Corpus.Files("sbom/purl/types").Concat(Corpus.Files("sbom/purl/spec")))
        {
            using var document = JsonDocument.Parse(File.ReadAllBytes(file));
            foreach (var test in document.RootElement.GetProperty("tests").EnumerateArray())
            {
                if (test.GetProperty("test_type").GetString() != "parse" || test.GetProperty("expected_failure").GetBoolean()) continue;
                var expected = test.GetProperty("expected_output");
                if (Rewritten.Contains(expected.GetProperty("type").GetString()!)) continue;
                asked++;
                var input = test.GetProperty("input").GetString()!;
                var read = PackageName.Read(input);
                string? Text(string name) => expected.GetProperty(name).GetString()?.ToLowerInvariant();
                if (read is null || (read.Type, read.Space?.ToLowerInvariant(), read.Name.ToLowerInvariant(), read.Version?.ToLowerInvariant()) != (Text("type")!, Text("namespace"), Text("name")!, Text("version"))) wrong.Add($"{input}: {expected}, found {read}");
            }
        }
        TestContext.Current.TestOutputHelper?.WriteLine($"{asked} package URLs");
        Assert.True(asked >= 120, $"{asked} package URLs");
        Assert.True(wrong.Count == 0, $"{wrong.Count} of {asked}: {string.Join("\n", wrong)}");
    }

    [Theory]
    [InlineData("")]
    [InlineData("busybox")]
    [InlineData("pkg:")]
    [InlineData("pkg:deb")]
    [InlineData("pkg:deb/")]
    [InlineData("http://example.com/pkg:deb/debian/x")]
    public void What_is_no_package_URL_names_nobody(string text) => Assert.Null(PackageName.Read(text));
}
