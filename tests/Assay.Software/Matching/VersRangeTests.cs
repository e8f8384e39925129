using System.Text.Json;
using Assay.Evidence.Reading;
using Assay.Software.Matching;

namespace Assay.Tests.Software.Matching;

/// <summary>VERS' own test data: comparisons, native ranges, containment, canonical form.</summary>
public class VersRangeTests
{
    [Fact]
    public void Every_test_of_VERS_comes_out_as_expected()
    {
        var (asked, refused, wrong) = (new SortedDictionary<string, int>(StringComparer.Ordinal), 0, new List<string>());
        foreach (var file in Corpus.Files("sbom/vers", "*.json"))
        {
            using var document = JsonDocument.Parse(File.ReadAllBytes(file));
            if (!document.RootElement.TryGetProperty("tests", out var tests)) continue;
            foreach (var test in tests.EnumerateArray())
            {
                var kind = test.GetProperty("test_type").GetString()!;
                asked[kind] = asked.GetValueOrDefault(kind) + 1;
                var fails = test.TryGetProperty("expected_failure", out var failure) && failure.GetBoolean();
                string? problem;
                try
                {
                    problem = Judge(kind, test.GetProperty("input"), fails ? default : test.GetProperty("expected_output"));
                    if (fails) problem = "a refusal was expected";
                }
                catch (UnreadableException refusal)
                {
                    problem = fails ? null : refusal.Message;
                    if (fails) refused++;
                }
                if (problem is not null) wrong.Add($"{Path.GetFileName(file)} {kind} {test.GetProperty("input")}: {problem}");
            }
        }
        var all = asked.Values.Sum();
        TestContext.Current.TestOutputHelper?.WriteLine($"{all} tests ({string.Join(", ", asked.Select(a => $"{a.Value} {a.Key}"))}), {refused} refused as expected, {wrong.Count} wrong");
        Assert.True(all >= 2000 && refused > 5, $"only {all} tests and {refused} refusals were found");
        Assert.True(wrong.Count == 0, $"{wrong.Count} of {all}: {string.Join("\n", wrong.Take(60))}");
    }

    private static string? Judge(string kind, JsonElement input, JsonElement expected)
    {
        string Type() => (input.TryGetProperty("input_scheme", out var scheme) || input.TryGetProperty("input_type", out scheme) || input.TryGetProperty("scheme", out scheme) || input.TryGetProperty("type", out scheme)) ? scheme.GetString()! : "";
        List<string> Versions() => [.. input.GetProperty("versions").EnumerateArray().Select(v => v.GetString()!)];
        switch (kind)
        {
            case "equality":
                {
                    var found = VersionOrder.Find(Versions()[0], Versions()[1], VersionSchemes.OfType(Type())!.Value);
                    return found == 0 == expected.GetBoolean() ? null : $"expected {expected}, found {found}";
                }
            case "comparison":
                {
                    var scheme = VersionSchemes.OfType(Type())!.Value;
                    // What a scheme calls equal has no order of its own: the text decides there.
                    var found = VersionOrder.Sorted(Versions(), (a, b) => VersionOrder.Find(a, b, scheme)!.Value is var order and not 0 ? order : string.CompareOrdinal(a, b));
                    var wanted = expected.EnumerateArray().Select(v => v.GetString()!).ToList();
                    return found.Count == wanted.Count && found.Zip(wanted).All(p => VersionOrder.Find(p.First, p.Second, scheme) == 0) ? null : $"expected {expected}, found {string.Join(", ", found)}";
                }
            case "from_native":
                return Same(VersRange.FromNative(Type(), input.GetProperty("native_range").GetString()!).ToString());
            case "containment":
                {
                    var found = VersRange.Read(input.GetProperty("vers").GetString()!)?.Contains(input.GetProperty("version").GetString()!);
                    return found == expected.GetBoolean() ? null : $"expected {expected}, found {found}";
                }
            case "validate" or "roundtrip":
                return Same(VersRange.Read(input.GetString()!)?.ToString());
            case "parse":
                {
                    var range = VersRange.Parse(input.GetString()!);
                    if (expected.ValueKind == JsonValueKind.Undefined) return null;
                    var type = (expected.TryGetProperty("scheme", out var named) ? named : expected.GetProperty("type")).GetString();
                    var constraints = expected.TryGetProperty("version_constraints", out var listed) ? listed : expected.GetProperty("constraints");
                    var wanted = constraints.EnumerateArray().Select(c => new VersConstraint(c[0].GetString()!, c[1].GetString()!));
                    return range.Type == type && range.Constraints.SequenceEqual(wanted) && range.ToString() == input.GetString() ? null : $"found {range}";
                }
            default:
                return "an unknown kind of test";
        }

        string? Same(string? found) => found == expected.GetString() ? null : $"expected {expected}, found {found}";
    }

    [Theory]
    [InlineData("vers:npm/1.0.0|1.0.0", "each version once")]
    [InlineData("vers:npm/1.0.0|<2.0.0", "lower bound after a version")]
    [InlineData("vers:npm/>1.0.0|>2.0.0", "in turn")]
    [InlineData("vers:npm/*|1.0.0", "percent-encoded")]
    [InlineData("vers:NPM/1.0.0", "small letters")]
    [InlineData("vers:npm", "a slash")]
    [InlineData("vers:npm/", "between two pipes")]
    [InlineData("vers:npm/=1.0.0", "percent-encoded")]
    [InlineData("vers:invalid/1.0.0", "reserved")]
    [InlineData("vers:all/1.0.0", "* alone")]
    [InlineData("npm/1.0.0", "vers:")]
    public void What_is_not_canonical_is_refused_with_the_rule(string text, string rule) =>
        Assert.Contains(rule, Assert.Throws<UnreadableException>(() => VersRange.Parse(text)).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("vers:npm/1.0.0|>=2.0.0|!=2.5.0|<3.0.0")]
    [InlineData("vers:deb/>=1:1.0-1|<1:2.0~rc1")]
    [InlineData("vers:generic/*")]
    [InlineData("vers:example/>b|<a")]
    [InlineData("vers:datetime/>=2024-01-01T00:00:00Z|<2024-06-01T00:00:00+02:00")]
    public void What_is_canonical_is_read_as_itself(string text)
    {
        Assert.Equal(text, VersRange.Parse(text).ToString());
        if (!text.Contains("example", StringComparison.Ordinal)) Assert.Equal(text, VersRange.Read(text)!.ToString());
    }

    [Theory]
    [InlineData("vers:npm/>=1.0.0|<2.0.0", "1.5.0", true)]
    [InlineData("vers:npm/>=1.0.0|<2.0.0", "2.0.0", false)]
    [InlineData("vers:npm/!=1.5.0", "1.5.0", false)]
    [InlineData("vers:npm/!=1.5.0", "1.6.0", true)]
    [InlineData("vers:npm/>=1.0.0|!=1.5.0|<2.0.0", "1.5.0", false)]
    [InlineData("vers:npm/<1.0.0|<2.0.0", "1.5.0", true)]
    [InlineData("vers:npm/>1.0.0|>2.0.0", "1.5.0", true)]
    [InlineData("vers:npm/>=1.0.0|<2.0.0|<3.0.0", "0.5.0", false)]
    [InlineData("vers:npm/>=1.0.0|<2.0.0|<3.0.0", "2.5.0", true)]
    [InlineData("vers:none/*", "1.0.0", false)]
    [InlineData("vers:all/*", "1.0.0", true)]
    [InlineData("vers:openssl/>=1.0.2|<1.0.2zh", "1.0.2k", true)]
    [InlineData("vers:openssl/>=1.0.2|<1.0.2zh", "1.0.2zi", false)]
    [InlineData("vers:deb/<1.35.0-4+deb12u1", "1.35.0-4", true)]
    [InlineData("vers:deb/<1.35.0-4+deb12u1", "1.35.0-4+deb12u1", false)]
    [InlineData("vers:rpm/<0:1.2-3.el8", "1.2-2.el8", true)]
    public void A_version_lies_inside_or_outside(string range, string version, bool inside) => Assert.Equal(inside, VersRange.Read(range)!.Contains(version));

    [Theory]
    [InlineData("npm", ">=1.2 <1.4.0-rc.1", "vers:npm/>=1.2.0|<1.4.0-rc.1")]
    [InlineData("npm", "^0.0.3", "vers:npm/>=0.0.3|<0.0.4")]
    [InlineData("npm", "1.2 - 2.3", "vers:npm/>=1.2.0|<2.4.0")]
    [InlineData("npm", "~1", "vers:npm/>=1.0.0|<2.0.0")]
    [InlineData("deb", "(>= 2:4.13.1), (<< 2:4.14~)", "vers:deb/>=2:4.13.1|<2:4.14~")]
    [InlineData("rpm", ">= 1:1.1.4, < 1:2", "vers:rpm/>=1:1.1.4|<1:2")]
    [InlineData("maven", "(,1.0],[1.2,)", "vers:maven/<=1.0|>=1.2")]
    [InlineData("maven", "[1.0]", "vers:maven/1.0")]
    [InlineData("nuget", "1.0", "vers:nuget/>=1.0")]
    [InlineData("gem", ">= 1.2, != 1.3", "vers:gem/>=1.2|!=1.3")]
    [InlineData("nginx", "all", "vers:nginx/*")]
    public void A_range_of_an_ecosystem_is_written_as_VERS(string type, string native, string vers) => Assert.Equal(vers, VersRange.FromNative(type, native).ToString());

    [Theory]
    [InlineData("npm", "what ever")]
    [InlineData("maven", "[1.0,2.0")]
    [InlineData("pypi", "~=1.0")]
    [InlineData("nginx", "none")]
    [InlineData("gem", "~> x")]
    [InlineData("conan", "^x.y")]
    [InlineData("cobol", "1.0")]
    public void What_is_no_range_of_its_ecosystem_is_refused(string type, string native) => Assert.Throws<UnreadableException>(() => VersRange.FromNative(type, native));
}
