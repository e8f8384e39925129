using System.Globalization;
using System.IO.Compression;
using System.Text;
using System.Text.RegularExpressions;
using Assay.Evidence;
using Assay.Software.Advisories;
using Assay.Software.Components;
using Assay.Software.Matching;
using Assay.Software.Matching.Parts;
using Assay.Software.Matching.Repairs;

namespace Assay.Tests.Software.Matching.Repairs;

/// <summary>A changelog that names a CVE as mended means fixed, never affected; what it does not name changes nothing.</summary>
public partial class DebianChangelogTests
{
    private static Advisory Everything(string cve, string product) => new()
    {
        Id = cve,
        Source = AdvisorySource.Nvd,
        Ranges = [new AffectedRange { Product = new AffectedProduct { Vendor = product, Name = product, IsCpe = true, Part = "a" }, Versions = new VersionSet { Scheme = VersionScheme.Generic, Inside = [VersionInterval.Everything] } }],
    };

    private static Component Package(string source, string version) => new()
    {
        Name = source,
        Version = PackageDatabase.Upstream(version),
        Package = version,
        Purl = Purl.Of("deb", "debian", source, version),
        Cpe = [$"cpe:2.3:a:{source}:{source}:{PackageDatabase.Upstream(version)}:*:*:*:*:*:*:*"],
        Evidence = [],
    };

    [Fact]
    public void Every_row_that_a_changelog_names_is_fixed_and_without_the_changelog_affected()
    {
        var rows = File.ReadLines(Path.Combine(Corpus.Folder("firmware/ready"), "fixed.tsv")).Skip(1).Select(l => l.Split('\t')).Select(c => (Source: c[0], Version: c[1], Cve: c[2])).ToList();
        Assert.NotEmpty(rows);
        foreach (var package in rows.GroupBy(r => (r.Source, r.Version)))
        {
            var (source, version) = package.Key;
            var log = $"{source} ({version}) unstable; urgency=high\n\n  * Backport upstream's changes:\n{string.Concat(package.Select(r => $"    - {r.Cve}: bounds are checked\n"))}\n -- Somebody <a@example.org>  Mon, 01 Jan 2024 00:00:00 +0000\n";
            var facts = new ProductFacts { Repairs = DebianChangelog.Read(log, source, new Location { Artefact = "changelog" }) };
            var component = Package(source, version);
            var surroundings = new Surroundings([component], facts);
            foreach (var (_, _, cve) in package)
            {
                Assert.Equal((VulnerabilityStatus.Fixed, Ground.Changelog), Of(Matcher.Match(component, [Everything(cve, source)], surroundings)));
                Assert.Equal((VulnerabilityStatus.Affected, Ground.Range), Of(Matcher.Match(component, [Everything(cve, source)])));
            }
            Assert.Equal((VulnerabilityStatus.Affected, Ground.Range), Of(Matcher.Match(component, [Everything("CVE-1999-0001", source)], surroundings)));
            // An older package does not have what a newer one mended.
            Assert.Equal(VulnerabilityStatus.Affected, Matcher.Match(Package(source, "0.1-1"), [Everything(package.First().Cve, source)], surroundings)!.Status);
        }

        static (VulnerabilityStatus, Ground) Of(Vulnerability? found) => (found!.Status, found.Ground);
    }

    [Fact]
    public void What_the_changelogs_of_this_system_name_is_what_a_plain_search_finds()
    {
        const string Docs = "/usr/share/doc";
        var logs = Directory.Exists(Docs) ? Directory.GetDirectories(Docs).Select(d => Path.Combine(d, "changelog.Debian.gz")).Where(File.Exists).Order(StringComparer.Ordinal).ToList() : [];
        if (logs.Count == 0) Assert.Skip("no Debian changelogs here");
        var (named, read, withheld) = (0, 0, new List<string>());
        foreach (var log in logs)
        {
            using var text = new StreamReader(new GZipStream(File.OpenRead(log), CompressionMode.Decompress), Encoding.UTF8);
            var words = text.ReadToEnd();
            // Entries alone: files of other forms lie under this name too.
            if (!DebianChangelog.Looks(words)) continue;
            var found = Cve().Matches(words).Select(m => m.Value).ToHashSet(StringComparer.Ordinal);
            var ours = DebianChangelog.Read(words, null, new Location { Artefact = log }).Select(r => r.Vulnerability).ToHashSet(StringComparer.Ordinal);
            Assert.Subset(found, ours);
            named += found.Count;
            read += ours.Count;
            withheld.AddRange(found.Where(f => !ours.Contains(f)).Select(f => $"{Path.GetFileName(Path.GetDirectoryName(log))} {f}"));
        }
        TestContext.Current.TestOutputHelper?.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{read} of {named} named in {logs.Count} changelogs; withheld: {string.Join(", ", withheld.Take(40))}"));
        // Withheld is only what the entry itself says it does not mend.
        Assert.True(withheld.Count * 50 <= named, string.Join(", ", withheld.Take(40)));
    }

    [GeneratedRegex("CVE-[0-9]{4}-[0-9]{4,10}")]
    private static partial Regex Cve();
}
