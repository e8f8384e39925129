using System.Text.Json;
using Assay.Software.Matching;

namespace Assay.Tests.Software.Matching;

/// <summary>Versions are ordered as VERS, dpkg and npm's semver order them.</summary>
public class VersionOrderTests
{
    /// <summary>The schemes of VERS that we implement; in each file every test applies.</summary>
    private static readonly Dictionary<string, VersionScheme> Schemes = new(StringComparer.Ordinal)
    {
        ["openssl"] = VersionScheme.Generic,
        ["apk"] = VersionScheme.Apk,
        ["gentoo"] = VersionScheme.Apk,
    };

    [Fact]
    public void The_comparisons_of_VERS_for_openssl_alpine_and_gentoo_come_out_as_expected()
    {
        var (asked, wrong) = (0, new List<string>());
        foreach (var file in Corpus.Files("sbom/vers", "*_version_cmp_test.json"))
        {
            using var document = JsonDocument.Parse(File.ReadAllBytes(file));
            foreach (var test in document.RootElement.GetProperty("tests").EnumerateArray())
            {
                var input = test.GetProperty("input");
                if (!Schemes.TryGetValue(input.GetProperty("input_scheme").GetString()!, out var scheme)) continue;
                asked++;
                var versions = input.GetProperty("versions").EnumerateArray().Select(v => v.GetString()!).ToList();
                var expected = test.GetProperty("expected_output");
                var order = VersionOrder.Compare(versions[0], versions[1], scheme);
                var right = expected.ValueKind is JsonValueKind.Array
                    ? VersionOrder.Compare(expected[0].GetString()!, expected[1].GetString()!, scheme) <= 0
                    : order == 0 == expected.GetBoolean();
                if (!right) wrong.Add($"{Path.GetFileName(file)}: {string.Join(" ", versions)}: {expected}, found {order}");
            }
        }
        Assert.True(asked >= 800, $"only {asked} tests were found");
        Assert.True(wrong.Count == 0, $"{wrong.Count} of {asked}: {string.Join("\n", wrong.Take(40))}");
    }

    [Fact]
    public void Debian_versions_are_ordered_as_dpkg_orders_them()
    {
        Tool.Need("dpkg", "dpkg");
        string[] versions =
        [
            "1.0", "1.0-1", "1.0-1.1", "1.0~rc1-1", "1.0~~", "1.0+dfsg-1", "1:0.9", "0:1.0", "1.0.0", "1.00", "2.90-4+deb12u1", "2.90-4~deb11u1", "1.35.0-4+b3", "1.2.3-0ubuntu1.4",
            "7.88.1-10+deb12u5", "1.0a", "1.0-a", "1.0.", "a", "10", "9", "1.0-1+b1", "2024.85-1", "1.1.1w-0+deb11u1",
        ];
        var script = string.Join('\n', versions.SelectMany(a => versions.Select(b => $"if dpkg --compare-versions '{a}' lt '{b}'; then echo -1; elif dpkg --compare-versions '{a}' eq '{b}'; then echo 0; else echo 1; fi")));
        var said = Tool.Run("sh", ["-c", script]).Text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(int.Parse).ToList();
        Assert.Equal(versions.Length * versions.Length, said.Count);
        for (var i = 0; i < said.Count; i++)
        {
            var (a, b) = (versions[i / versions.Length], versions[i % versions.Length]);
            Assert.True(Math.Sign(VersionOrder.Compare(a, b, VersionScheme.Dpkg)) == said[i], $"{a} {b}: dpkg says {said[i]}");
        }
    }

    [Fact]
    public void Semantic_versions_are_ordered_as_npm_orders_them()
    {
        var folder = Npm.Folder("semver@7.7.2");
        string[] versions = ["1.0.0", "1.0.0-alpha", "1.0.0-alpha.1", "1.0.0-alpha.beta", "1.0.0-beta.2", "1.0.0-beta.11", "1.0.0-rc.1", "2.0.0", "2.1.0", "2.1.1", "1.0.0+build.5", "10.2.0", "9.9.9", "1.0.0-0", "1.0.0-1a"];
        var said = Npm.Run(folder, "import semver from 'semver'; const v = process.argv.slice(2); for (const a of v) for (const b of v) console.log(semver.compare(a, b));", versions).Text
            .Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(int.Parse).ToList();
        Assert.Equal(versions.Length * versions.Length, said.Count);
        for (var i = 0; i < said.Count; i++)
        {
            var (a, b) = (versions[i / versions.Length], versions[i % versions.Length]);
            Assert.True(Math.Sign(VersionOrder.Compare(a, b, VersionScheme.SemVer)) == said[i], $"{a} {b}: npm says {said[i]}");
        }
    }

    [Theory]
    [InlineData("1.0.2k", "1.0.2", 1)]
    [InlineData("1.0.2za", "1.0.2z", 1)]
    [InlineData("1.0.2-beta1", "1.0.2", -1)]
    [InlineData("3.0.0-preview1", "3.0.0", -1)]
    [InlineData("2.80test1", "2.80rc1", -1)]
    [InlineData("2.80rc1", "2.80", -1)]
    [InlineData("2016.74", "2016.73", 1)]
    [InlineData("2.90", "2.9", 1)]
    [InlineData("1.2.0", "1.2", 0)]
    [InlineData("v4.6.0-stable", "4.6.0", 0)]
    [InlineData("9.2p1", "9.2", 1)]
    [InlineData("1.0b2", "1.0", -1)]
    [InlineData("99999999999999999999.1", "99999999999999999998.9", 1)]
    // A packager's revision is upstream's version, and says something beside another revision only.
    [InlineData("1.1-1", "1.2", -1)]
    [InlineData("1.2-1", "1.2", 0)]
    [InlineData("1.2-1", "1.2-2", -1)]
    [InlineData("1:1.35.0-4+b3", "1.35.0", 0)]
    [InlineData("1.2+dfsg-1", "1.2", 0)]
    public void Upstream_versions_are_ordered_as_their_makers_count(string a, string b, int order)
    {
        Assert.Equal(order, Math.Sign(VersionOrder.Compare(a, b, VersionScheme.Generic)));
        Assert.Equal(-order, Math.Sign(VersionOrder.Compare(b, a, VersionScheme.Generic)));
    }

    [Fact]
    public void Any_two_texts_have_an_order_that_turns_round_with_them()
    {
        var random = new Random(20261123);
        var pieces = new[] { "1", "0", "02", "35", ".", "-", "~", "+", "_", ":", "a", "rc", "beta", "p", "z", "za", "r1", "\u00e9", " ", "99999999999999999999" };
        for (var i = 0; i < 200_000; i++)
        {
            var scheme = (VersionScheme)random.Next(4);
            string Text() => string.Concat(Enumerable.Range(0, random.Next(7)).Select(_ => pieces[random.Next(pieces.Length)]));
            var (a, b) = (Text(), Text());
            Assert.True(Math.Sign(VersionOrder.Compare(a, b, scheme)) == -Math.Sign(VersionOrder.Compare(b, a, scheme)), $"{scheme} '{a}' '{b}'");
            Assert.Equal(0, VersionOrder.Compare(a, a, scheme));
        }
    }

    [Theory]
    [InlineData("curl-8_15_0", "curl", "8.15.0")]
    [InlineData("rc-8_16_0-2", "curl", "8.16.0-rc2")]
    [InlineData("v2.86test3", "dnsmasq", "2.86test3")]
    [InlineData("OpenSSL_1_1_1k", "openssl", "1.1.1k")]
    [InlineData("libxml2-2.9.1", "libxml2", "2.9.1")]
    [InlineData("LIBXML2_6_31", "libxml2", "2.6.31")]
    [InlineData("LIBXML2.9.0", "libxml2", "2.9.0")]
    [InlineData("hostap_2_9", "hostap", "2.9")]
    [InlineData("json-c-0.15-20200726", "json-c", "0.15-20200726")]
    public void A_tag_of_a_repository_is_the_version_that_it_releases(string tag, string product, string version) => Assert.Equal(version, Assay.Software.Advisories.Osv.Released(tag, product));
}
