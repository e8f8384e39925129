using System.Text.Json;
using Assay.Evidence.Reading;
using Assay.Software.Components;

namespace Assay.Tests.Software.Components;

/// <summary>Package URLs are read, built and written as the specification's own test data say.</summary>
public class PurlTests
{
    [Fact]
    public void Every_test_of_the_specification_comes_out_as_expected()
    {
        var (asked, refused, wrong) = (new Dictionary<string, int>(), 0, new List<string>());
        foreach (var file in Corpus.Files("sbom/purl/types").Concat(Corpus.Files("sbom/purl/spec")))
        {
            using var document = JsonDocument.Parse(File.ReadAllBytes(file));
            foreach (var test in document.RootElement.GetProperty("tests").EnumerateArray())
            {
                var kind = test.GetProperty("test_type").GetString()!;
                asked[kind] = asked.GetValueOrDefault(kind) + 1;
                var input = test.GetProperty("input");
                var fails = test.TryGetProperty("expected_failure", out var failure) && failure.GetBoolean();
                string found;
                try
                {
                    found = kind switch
                    {
                        "parse" => Parts(Purl.Parse(input.GetString()!)),
                        "build" => Built(input).ToString(),
                        // "validate" asks for the canonical form of what others wrote.
                        "validate" or "roundtrip" => Purl.Read(input.GetString()!)?.ToString() ?? throw new UnreadableException("a package URL", "none", 0),
                        _ => throw new InvalidDataException($"{file}: an unknown kind of test, {kind}"),
                    };
                }
                catch (UnreadableException refusal)
                {
                    if (fails) refused++;
                    else wrong.Add($"{Path.GetFileName(file)} {kind} {input}: {refusal.Message}");
                    continue;
                }
                var expected = test.GetProperty("expected_output");
                if (fails) wrong.Add($"{Path.GetFileName(file)} {kind} {input}: expected a refusal, found {found}");
                else if (found != (kind == "parse" ? Expected(expected) : expected.GetString())) wrong.Add($"{Path.GetFileName(file)} {kind} {input}: expected {expected}, found {found}");
            }
        }
        var all = asked.Values.Sum();
        TestContext.Current.TestOutputHelper?.WriteLine($"{all} tests ({string.Join(", ", asked.Select(a => $"{a.Value} {a.Key}"))}), {refused} refused as expected, {wrong.Count} wrong");
        Assert.True(all >= 500 && refused >= 50, $"{all} tests, {refused} refused");
        Assert.True(wrong.Count == 0, $"{wrong.Count} of {all}: {string.Join("\n", wrong.Take(40))}");
    }

    [Theory]
    [InlineData("pkg:deb/debian/libexpat1@2.5.0-1%2Bdeb12u1?arch=armhf")]
    [InlineData("pkg:golang/github.com/gorilla/context@v1.1.1#api")]
    [InlineData("pkg:opkg/edb/edb-updater@1.1-1?arch=armhf")]
    [InlineData("pkg:generic/b%C3%BCro@1")]
    public void The_canonical_form_is_read_as_itself(string text)
    {
        Assert.Equal(text, Purl.Parse(text).ToString());
        Assert.Equal(text, Purl.Read(text)!.ToString());
    }

    [Theory]
    [InlineData("pkg:deb/busybox@1.35", "a namespace before the name of deb")]
    [InlineData("pkg:npm/a%zz", "two hexadecimal digits after %")]
    [InlineData("pkg:npm/a?x=1&x=2", "each qualifier once")]
    [InlineData("pkg:npm/a b", "no blank in a package URL")]
    [InlineData("pkg:npm/", "a name")]
    public void What_breaks_a_rule_is_refused_with_the_rule(string text, string rule)
    {
        var refusal = Assert.Throws<UnreadableException>(() => Purl.Parse(text));
        Assert.Contains(rule, refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("pkg:deb/busybox@1.35", "busybox", "1.35")]
    [InlineData("PKG:PyPI/Django_Rest@1.0", "django-rest", "1.0")]
    [InlineData("pkg:npm/a%zz@1", "a%zz", "1")]
    public void A_broken_rule_still_names_somebody(string text, string name, string version)
    {
        var read = Purl.Read(text)!;
        Assert.Equal((name, version), (read.Name, read.Version));
    }

    [Fact]
    public void Any_text_is_read_or_not_and_written_the_same_twice()
    {
        var random = new Random(586);
        string[] pieces = ["pkg:", "npm", "git", "pub", "/", "//", "@", "?", "#", "&", "=", "%", "%2F", "%C3", ".", "..", "A", "é", "\U0001F600", " ", "\0", "1", ":"];
        var read = 0;
        for (var i = 0; i < 100_000; i++)
        {
            var text = (random.Next(2) == 0 ? "pkg:npm/" : "") + string.Concat(Enumerable.Range(0, random.Next(12)).Select(_ => pieces[random.Next(pieces.Length)]));
            if (Purl.Read(text) is not { } purl) continue;
            read++;
            var written = purl.ToString();
            Assert.Equal(written, Purl.Read(written)?.ToString());
        }
        Assert.True(read > 10_000, $"only {read} were read");
        Assert.Null(Purl.Read("pkg:npm/" + new string('a', 1_000_000)));
    }

    private static Purl Built(JsonElement parts)
    {
        var qualifiers = parts.TryGetProperty("qualifiers", out var listed) && listed.ValueKind == JsonValueKind.Object
            ? listed.EnumerateObject().Select(q => new KeyValuePair<string, string>(q.Name, q.Value.GetString() ?? "")).ToList() : [];
        return Purl.Make(Text(parts, "type"), Text(parts, "namespace"), Text(parts, "name"), Text(parts, "version"), qualifiers, Text(parts, "subpath"));
    }

    private static string Expected(JsonElement parts) => string.Join(" | ", Text(parts, "type"), Text(parts, "namespace"), Text(parts, "name"), Text(parts, "version"),
        string.Join('&', parts.GetProperty("qualifiers") is { ValueKind: JsonValueKind.Object } q ? q.EnumerateObject().OrderBy(p => p.Name, StringComparer.Ordinal).Select(p => $"{p.Name}={p.Value}") : []), Text(parts, "subpath"));

    private static string? Text(JsonElement parts, string name) => parts.TryGetProperty(name, out var value) ? value.GetString() : null;

    private static string Parts(Purl p) => string.Join(" | ", p.Type, p.Space, p.Name, p.Version, string.Join('&', p.Qualifiers.Select(q => $"{q.Key}={q.Value}")), p.Subpath);
}
