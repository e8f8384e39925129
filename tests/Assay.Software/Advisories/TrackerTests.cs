using System.IO.Compression;
using System.Text;
using System.Text.Json;
using Assay.Evidence;
using Assay.Software.Advisories;
using Assay.Software.Matching;

namespace Assay.Tests.Software.Advisories;

/// <summary>Lists of distributions, and the wrappings in which sources publish: each says per release what its source says.</summary>
public class TrackerTests
{
    private static IReadOnlyList<Advisory> Read(string text, List<Loss>? losses = null) => AdvisoryFile.Advisories("list", Encoding.UTF8.GetBytes(text), losses);

    private static string Words(AffectedRange r) => $"{r.Product.Name} {r.Product.Ecosystem} {r.Standing} {r.Versions?.Inside.FirstOrDefault()?.To ?? (r.Versions?.Inside.Count > 0 ? "all" : "none")}";

    [Fact]
    public void The_text_form_of_Debians_tracker_gives_a_row_for_each_release_and_state()
    {
        var losses = new List<Loss>();
        var read = Read("""
            CVE-2026-50001 (A fault in the example's reader)
            	- edb-reader 1.2-3 (bug #1000001)
            	[bookworm] - edb-reader <no-dsa> (Minor issue)
            	[bullseye] - edb-reader <not-affected> (Vulnerable code introduced later)
            	[trixie] - edb-reader 1.1-4+deb13u1
            	- edb-gone <removed>
            	- edb-open <unfixed>
            	- edb-asked <undetermined>
            	NOTE: https://example.test/note
            CVE-2026-50002
            	RESERVED
            CVE-2026-50003 (A line that nobody understands)
            	- edb-reader 1.3-1
            	what is this
            """.Replace("\r", "", StringComparison.Ordinal), losses);
        Assert.Equal(["CVE-2026-50001", "CVE-2026-50003"], read.Select(a => a.Id));
        Assert.Equal(
            [
                "edb-asked Debian Undetermined none", "edb-gone Debian Affected all", "edb-open Debian Affected all", "edb-reader Debian Affected 1.2-3",
                "edb-reader Debian:11 NotAffected none", "edb-reader Debian:12 Affected 1.2-3", "edb-reader Debian:13 Affected 1.1-4+deb13u1",
            ], read[0].Ranges.Select(Words));
        Assert.Equal(14, Assert.Single(losses).Location.Line);
        Assert.All(read[0].Ranges, r => Assert.Equal(VersionScheme.Dpkg, r.Versions!.Scheme));
    }

    [Fact]
    public void The_dump_of_Debians_tracker_says_the_same_and_a_row_of_another_form_loses_only_itself()
    {
        var losses = new List<Loss>();
        var read = Read("""
            { "edb-reader": { "CVE-2026-50001": { "description": "x", "releases": {
                "bookworm": { "status": "open", "urgency": "low", "nodsa": "Minor issue" },
                "bullseye": { "status": "resolved", "fixed_version": "0", "urgency": "unimportant" },
                "trixie": { "status": "resolved", "fixed_version": "1.1-4+deb13u1", "urgency": "medium" },
                "forky": { "status": "perhaps" },
                "sid": { "status": "undetermined", "urgency": "not yet assigned" } } } } }
            """, losses);
        Assert.Equal(["edb-reader Debian Undetermined none", "edb-reader Debian:11 NotAffected none", "edb-reader Debian:12 Affected all", "edb-reader Debian:13 Affected 1.1-4+deb13u1"], Assert.Single(read).Ranges.Select(Words));
        Assert.Contains("forky", Assert.Single(losses).Location.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Alpines_database_names_the_version_that_mended_each_vulnerability_in_one_release()
    {
        var read = Read("""
            { "apkurl": "{{urlprefix}}/{{distroversion}}", "distroversion": "v3.18", "reponame": "main", "urlprefix": "https://dl-cdn.alpinelinux.org/alpine",
              "packages": [ { "pkg": { "name": "edb-reader", "secfixes": { "1.2-r3": [ "CVE-2026-50001", "CVE-2026-50002 XSA-9" ], "0": [ "CVE-2026-50004" ] } } } ] }
            """);
        Assert.Equal(["CVE-2026-50001", "CVE-2026-50002 XSA-9", "CVE-2026-50004"], read.Select(a => string.Join(' ', a.Aliases)));
        Assert.Equal(["edb-reader Alpine:v3.18 Affected 1.2-r3", "edb-reader Alpine:v3.18 Affected 1.2-r3", "edb-reader Alpine:v3.18 NotAffected none"], read.Select(a => Words(Assert.Single(a.Ranges))));
    }

    [Fact]
    public void An_advisory_of_OpenWrt_gives_runs_of_releases_and_words_that_are_not_understood_give_no_range()
    {
        const string Page = """
            ====== Security Advisory 2026-01-31-1 - edb-reader reads too far (CVE-2026-50001) ======

            ===== AFFECTED VERSIONS =====
            To our knowledge, OpenWrt versions 18.06.0 to 18.06.6 and versions 19.07.0-rc1 to 19.07.0 are affected. The fixed versions are 18.06.7 and 19.07.1.
            """;
        var advisory = Assert.Single(Read(Page));
        Assert.Equal(("CVE-2026-50001", AdvisorySource.Openwrt), (Assert.Single(advisory.Aliases), advisory.Source));
        Assert.Equal(["18.06.0 18.06.6", "19.07.0-rc1 19.07.0"], Assert.Single(advisory.Ranges).Versions!.Inside.Select(i => $"{i.From} {i.To}"));
        Assert.Null(Assert.Single(Assert.Single(Read(Page.Replace("are affected", "may be touched", StringComparison.Ordinal))).Ranges).Versions);
    }

    /// <summary>The schema's own examples and the linter's records: what the schema's publisher wrote, read once bare and once in every wrapping.</summary>
    [Fact]
    public void Published_records_are_read_bare_and_out_of_zip_gzip_and_lines_alike_and_a_broken_member_loses_only_itself()
    {
        using var scratch = new Scratch();
        var files = Corpus.Files("sbom/osv/ghsa", "*.osv.json").Concat(Corpus.Files("sbom/osv/linter", "*.json")).ToList();
        var (bare, lines, lost) = (new List<string>(), new StringBuilder(), 0);
        using var buffer = new MemoryStream();
        using (var zip = new ZipArchive(buffer, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var file in files)
            {
                var losses = new List<Loss>();
                var read = AdvisoryFile.Advisories(file, File.ReadAllBytes(file), losses);
                Assert.True(read.Count == 1 ^ losses.Count > 0, $"{file}: {read.Count} read, {losses.Count} lost");
                lost += losses.Count;
                bare.AddRange(read.Select(Text));
                using (var entry = zip.CreateEntry(Path.GetRelativePath(Corpus.Root!, file)).Open()) entry.Write(File.ReadAllBytes(file));
                using var document = JsonDocument.Parse(File.ReadAllBytes(file));
                lines.Append(JsonSerializer.Serialize(document.RootElement)).Append('\n');
            }
            using var broken = zip.CreateEntry("broken.json").Open();
            broken.Write("{ \"id\": \"X\", \"affected\": ["u8);
        }
        Assert.True(bare.Count > 20, $"{bare.Count} of {files.Count} read");
        var zipLosses = new List<Loss>();
        Assert.Equal(bare.Order(), AdvisoryFile.Advisories("all.zip", buffer.ToArray(), zipLosses).Select(Text).Order());
        Assert.Contains("broken.json", Assert.Single(zipLosses.Skip(lost)).Location.ToString(), StringComparison.Ordinal);
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true)) gzip.Write(Encoding.UTF8.GetBytes(lines.ToString()));
        Assert.Equal(bare.Order(), AdvisoryFile.Advisories("lines.gz", packed.ToArray()).Select(Text).Order());
        TestContext.Current.TestOutputHelper?.WriteLine($"{bare.Count} of {files.Count} records read, {lost} told as lost");

        static string Text(Advisory advisory) => Encoding.UTF8.GetString(AdvisoryJson.Write(advisory));
    }

    [Fact]
    public void A_record_in_YAML_is_read_as_the_same_record_in_JSON()
    {
        var yaml = Assert.Single(Read("""
            id: EDB-9
            modified: "2026-11-20T00:00:00Z"
            affected:
            - package:
                name: edb-reader
                ecosystem: PyPI
              ranges:
              - type: ECOSYSTEM
                events:
                - introduced: "0"
                - fixed: 1.10
            """));
        Assert.Equal(("EDB-9", "1.10"), (yaml.Id, Assert.Single(Assert.Single(yaml.Ranges).Versions!.Inside).To));
    }
}
