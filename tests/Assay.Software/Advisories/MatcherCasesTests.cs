using System.Text;
using System.Text.Json;
using Assay.Evidence;
using Assay.Software.Advisories;
using Assay.Software.Components;
using Assay.Software.Matching;

namespace Assay.Tests.Software.Advisories;

/// <summary>The hard cases: platforms, escapes, several names of one product, fictitious makers, packages of other worlds.</summary>
public class MatcherCasesTests
{
    [Fact]
    public void Every_hard_case_is_read_and_no_record_with_an_id_is_lost()
    {
        var (files, records) = (0, 0);
        foreach (var file in Corpus.Files("advisories/matcher-cases").Where(f => !f.Contains("openvex", StringComparison.Ordinal) && !f.Contains("pkg-syft", StringComparison.Ordinal)))
        {
            var losses = new List<Loss>();
            var read = 0;
            var result = AdvisoryFile.Of(file, File.ReadAllBytes(file), _ => read++, (_, _) => read++);
            files++;
            records += read;
            Assert.True(read > 0, $"{file}: {string.Join("; ", result.Losses)}");
            // One record of the corpus has no id on purpose.
            Assert.True(result.Losses.Count == (file.EndsWith("grype-nvd.json", StringComparison.Ordinal) ? 1 : 0), $"{file}: {string.Join("; ", result.Losses)}");
        }
        Assert.True(files >= 30 && records >= 40, $"{files} files, {records} records");
    }

    [Fact]
    public void Busybox_1_35_0_alone_has_the_flaw_and_no_hardware_is_ever_reported()
    {
        using var scratch = new Scratch();
        using var store = AdvisoryStore.Open(scratch.File("store.db"));
        store.Import("iot", File.ReadAllBytes(Assert.Single(Corpus.Files("advisories", "nvd-iot.jsonl"))));
        VulnerabilityStatus? Of(Component component, Surroundings? surroundings = null) => Matcher.Match(component, store, surroundings, all: true).FirstOrDefault(v => v.Id == "CVE-2022-30065")?.Status;

        Assert.Equal(VulnerabilityStatus.Affected, Of(Named("busybox", "1.35.0")));
        Assert.Equal(VulnerabilityStatus.Affected, Of(Debian("busybox", "1:1.35.0-4+b3", "1.35.0")));
        foreach (var later in new[] { "1.35.1", "1.36.0" }) Assert.Equal(VulnerabilityStatus.Fixed, Of(Named("busybox", later)));
        foreach (var earlier in new[] { "1.34.1", "1.3.5" }) Assert.Equal(VulnerabilityStatus.NotAffected, Of(Named("busybox", earlier)));
        foreach (var device in new[] { "622", "626", "632", "636", "642", "646" })
        {
            // The firmware is hit as the firmware of its hardware; the hardware alone is the platform it runs on.
            Assert.Equal(VulnerabilityStatus.Affected, Of(Cpe($"cpe:2.3:o:siemens:scalance_sc{device}-2c_firmware:2.3:*:*:*:*:*:*:*")));
            Assert.Equal(VulnerabilityStatus.Fixed, Of(Cpe($"cpe:2.3:o:siemens:scalance_sc{device}-2c_firmware:3.0:*:*:*:*:*:*:*")));
            Assert.Null(Of(Cpe($"cpe:2.3:h:siemens:scalance_sc{device}-2c:-:*:*:*:*:*:*:*")));
        }
    }

    [Fact]
    public void What_a_product_runs_on_is_never_reported_by_any_configuration_of_the_corpus()
    {
        var (platforms, reported) = (0, new List<string>());
        foreach (var file in Corpus.Files("advisories", "nvd-*.jsonl"))
        {
            foreach (var line in File.ReadLines(file))
            {
                using var document = JsonDocument.Parse(line);
                var root = document.RootElement;
                if (!(root.TryGetProperty("cve", out var cve) ? cve : root).TryGetProperty("configurations", out var configurations)) continue;
                var matches = configurations.EnumerateArray().SelectMany(c => c.GetProperty("nodes").EnumerateArray()).SelectMany(n => n.GetProperty("cpeMatch").EnumerateArray())
                    .Select(m => (Vulnerable: m.GetProperty("vulnerable").GetBoolean(), Name: CpeName.Read(m.GetProperty("criteria").GetString()))).Where(m => m.Name is not null).ToList();
                var vulnerable = matches.Where(m => m.Vulnerable).Select(m => m.Name!.Name).ToHashSet();
                var about = AdvisoryFile.Advisories(file, Encoding.UTF8.GetBytes(line));
                foreach (var platform in matches.Where(m => !m.Vulnerable && !vulnerable.Contains(m.Name!.Name)).Select(m => m.Name!).DistinctBy(m => m.Name))
                {
                    platforms++;
                    var component = new Component { Name = platform.Product, Version = "1.0", Cpe = [$"cpe:2.3:{platform.Part}:{Escaped(platform.Vendor)}:{Escaped(platform.Product)}:1.0:*:*:*:*:*:*:*"], Evidence = [] };
                    if (Matcher.Match(component, about) is { } hit) reported.Add($"{hit.Id} {platform.Name}: {hit.Reason}");
                }
            }
        }
        Assert.True(platforms >= 20, $"{platforms} platforms");
        Assert.Empty(reported);

        static string Escaped(string value) => string.Concat(value.Select(c => char.IsLetterOrDigit(c) || c is '.' or '-' or '_' || c > 127 ? $"{c}" : $"\\{c}"));
    }

    [Theory]
    [InlineData("platform-cpe-first")]
    [InlineData("platform-cpe-last")]
    public void The_order_of_product_and_platform_makes_no_difference(string order)
    {
        var file = Assert.Single(Corpus.Files("advisories/matcher-cases", $"nvd-CVE-2023-45283-{order}.json"));
        var about = AdvisoryFile.Advisories(file, File.ReadAllBytes(file));
        var go = Cpe("cpe:2.3:a:golang:go:1.20.10:*:*:*:*:*:*:*");
        var linux = Cpe("cpe:2.3:o:linux:linux_kernel:5.10.110:*:*:*:*:*:*:*");
        var windows = Cpe("cpe:2.3:o:microsoft:windows:-:*:*:*:*:*:*:*");
        Assert.Equal(VulnerabilityStatus.Affected, Matcher.Match(go, about, new Surroundings([go, windows]))!.Status);
        Assert.Null(Matcher.Match(go, about, new Surroundings([go, linux])));
        Assert.Equal(VulnerabilityStatus.Candidate, Matcher.Match(go, about)!.Status);
        Assert.Null(Matcher.Match(windows, about, new Surroundings([go, windows])));
        Assert.Equal(VulnerabilityStatus.Fixed, Matcher.Match(Cpe("cpe:2.3:a:golang:go:1.20.11:*:*:*:*:*:*:*"), about, new Surroundings([windows]))!.Status);
    }

    [Theory]
    // A kernel that is itself the product; release candidates by their update field; another system as a product of its own.
    [InlineData("nvd-cve-2024-26663-standalone-os", "o:linux:linux_kernel:4.18", "", VulnerabilityStatus.Affected)]
    [InlineData("nvd-cve-2024-26663-standalone-os", "o:linux:linux_kernel:4.19.307", "", VulnerabilityStatus.Fixed)]
    [InlineData("nvd-cve-2024-26663-standalone-os", "o:linux:linux_kernel:6.8-rc2", "", VulnerabilityStatus.Affected)]
    [InlineData("nvd-cve-2024-26663-standalone-os", "o:linux:linux_kernel:6.8", "", VulnerabilityStatus.Fixed)]
    [InlineData("nvd-cve-2024-26663-standalone-os", "o:debian:debian_linux:10.0", "", VulnerabilityStatus.Affected)]
    [InlineData("nvd-cve-2024-26663-standalone-os", "o:debian:debian_linux:11.0", "", VulnerabilityStatus.Fixed)]
    // Only on Windows.
    [InlineData("nvd-platform-cpe", "a:python:python:3.9.5", "o:microsoft:windows:10", VulnerabilityStatus.Affected)]
    [InlineData("nvd-platform-cpe", "a:python:python:3.9.5", "o:linux:linux_kernel:5.10", null)]
    [InlineData("nvd-platform-cpe", "a:python:python:3.9.5", "", VulnerabilityStatus.Candidate)]
    [InlineData("nvd-platform-cpe", "o:microsoft:windows:10", "a:python:python:3.9.5", null)]
    // On one of two platforms.
    [InlineData("nvd-multiple-platforms-with-application-cpe", "a:ibm:robotic_process_automation:21.0.5", "a:redhat:openshift:4.12", VulnerabilityStatus.Affected)]
    [InlineData("nvd-multiple-platforms-with-application-cpe", "a:ibm:robotic_process_automation:21.0.5", "o:linux:linux_kernel:5.10", VulnerabilityStatus.Candidate)]
    [InlineData("nvd-multiple-platforms-with-application-cpe", "a:redhat:openshift:4.12", "a:ibm:robotic_process_automation:21.0.5", null)]
    // Two products that must be there together.
    [InlineData("nvd-cve-2021-1566", "o:cisco:asyncos:12.5.3-030", "a:cisco:email_security_appliance:1", VulnerabilityStatus.Affected)]
    [InlineData("nvd-cve-2021-1566", "o:cisco:asyncos:12.5.3-035", "a:cisco:email_security_appliance:1", VulnerabilityStatus.Fixed)]
    [InlineData("nvd-cve-2021-1566", "o:cisco:asyncos:12.5.3-030", "", VulnerabilityStatus.Candidate)]
    // No version told at all; a name that breaks the rules; every version.
    [InlineData("nvd-cve-2022-0543", "a:redis:redis:6.0.16", "o:debian:debian_linux:11.0", VulnerabilityStatus.Candidate)]
    [InlineData("nvd-invalid_cpe", "a:soap\\:\\:lite_project:soap\\:\\:lite:1.10", "", null)]
    [InlineData("nvd-CVE-2004-0377", "a:activestate:activeperl:5.8.9", "", VulnerabilityStatus.Affected)]
    [InlineData("nvd-CVE-2004-0377", "a:larry_wall:perl:5.8.4", "", VulnerabilityStatus.Fixed)]
    public void Nodes_are_joined_as_their_configuration_says(string file, string name, string beside, VulnerabilityStatus? expected)
    {
        var path = Assert.Single(Corpus.Files("advisories/matcher-cases/grype", file + ".json"));
        var about = AdvisoryFile.Advisories(path, File.ReadAllBytes(path));
        Assert.Single(about);
        Component Of(string text) => Cpe($"cpe:2.3:{text}:*:*:*:*:*:*:*");
        Assert.Equal(expected, Matcher.Match(Of(name), about, beside.Length == 0 ? null : new Surroundings([Of(name), Of(beside)]))?.Status);
    }

    [Theory]
    [InlineData("dropbear", "2016.73", "CVE-2016-7406", true)]
    [InlineData("dropbear", "2016.74", "CVE-2016-7406", false)]
    [InlineData("dropbear_ssh", "2016.73", "CVE-2016-7406", true)]
    [InlineData("mini_httpd", "1.29", "CVE-2018-18778", true)]
    [InlineData("mini-httpd", "1.29", "CVE-2018-18778", true)]
    [InlineData("mini-httpd", "1.30", "CVE-2018-18778", false)]
    [InlineData("uclibc", "0.9.33.2", "CVE-2022-30295", true)]
    [InlineData("uclibc-ng", "1.0.40", "CVE-2022-30295", true)]
    [InlineData("uclibc-ng", "1.0.41", "CVE-2022-30295", false)]
    [InlineData("mbedtls", "2.16.11", "CVE-2021-44732", true)]
    [InlineData("mbedtls", "2.28.0", "CVE-2021-44732", false)]
    [InlineData("mbedtls", "3.0.0", "CVE-2021-44732", true)]
    [InlineData("mbedtls", "3.0.0-preview1", "CVE-2021-44732", true)]
    [InlineData("miniupnpd", "2.1", "CVE-2019-12107", true)]
    [InlineData("goahead", "3.6.4", "CVE-2017-17562", true)]
    [InlineData("dnsmasq", "2.89", "CVE-2023-28450", true)]
    [InlineData("dnsmasq", "2.90", "CVE-2023-28450", false)]
    [InlineData("musl", "1.2.1", "CVE-2020-28928", true)]
    [InlineData("mosquitto", "2.0.12", "CVE-2021-34434", false)]
    public void A_component_is_met_under_every_name_that_lists_have_for_it(string name, string version, string id, bool affected)
    {
        using var scratch = new Scratch();
        using var store = AdvisoryStore.Open(scratch.File("store.db"));
        store.Import("iot", File.ReadAllBytes(Assert.Single(Corpus.Files("advisories", "nvd-iot.jsonl"))));
        var found = Matcher.Match(Named(name, version), store).FirstOrDefault(v => v.Id == id);
        Assert.Equal(affected ? VulnerabilityStatus.Affected : null, found?.Status);
    }

    private const string Updater = """
        { "schema_version": "1.7.3", "id": "EDB-2026-1", "modified": "2026-11-20T00:00:00Z", "aliases": ["CVE-2026-99001"], "summary": "The updater takes a name for a command",
          "affected": [ { "package": { "ecosystem": "", "name": "edb-updater", "purl": "pkg:generic/edb-updater" }, "ranges": [ { "type": "ECOSYSTEM", "events": [ { "introduced": "1.0" }, { "fixed": "1.2" } ] } ] } ] }
        """;
    private const string UpdaterKnown = """
        { "title": "Known exploited", "catalogVersion": "2026.11.23", "dateReleased": "2026-11-23T08:00:00Z", "count": 1, "vulnerabilities": [
          { "cveID": "CVE-2026-99001", "vendorProject": "Example Doorbells", "product": "Update agent", "vulnerabilityName": "Command injection", "dateAdded": "2026-11-23", "dueDate": "2026-12-14" } ] }
        """;

    [Theory]
    [InlineData("1.0", true)]
    [InlineData("1.1-1", true)]
    [InlineData("1.1", true)]
    [InlineData("0.9-3", false)]
    [InlineData("1.2-1", false)]
    [InlineData("1.2", false)]
    [InlineData("1.10-1", false)]
    public void A_part_of_a_single_makers_own_is_matched_and_exploited_by_the_linked_entry(string version, bool affected)
    {
        using var scratch = new Scratch();
        using var store = AdvisoryStore.Open(scratch.File("store.db"));
        store.Import("osv", Encoding.UTF8.GetBytes(Updater));
        var known = store.Import("kev", Encoding.UTF8.GetBytes(UpdaterKnown));
        var index = new InventoryIndex<string>();
        index.Put("as a list names it", [new Component { Name = "edb-updater", Version = version, Purl = $"pkg:generic/edb-updater@{version}", Evidence = [] }]);
        index.Put("as a package database names it", [Opkg("edb-updater", version)]);
        index.Put("by name alone", [new Component { Name = "edb-updater", Version = version, Evidence = [] }]);
        index.Put("another part", [Opkg("edb-doorbelld", version)]);
        index.Put("a namesake of another world", [new Component { Name = "edb-updater", Version = version, Purl = $"pkg:npm/edb-updater-ui@{version}", Supplier = "x", Evidence = [] } with { Name = "edb-updater-ui" }]);
        var hits = index.Match(known.Touched, store);
        Assert.Equal(affected ? ["as a list names it", "as a package database names it", "by name alone"] : [], hits.Select(h => h.Owner).Order());
        Assert.All(hits, h =>
        {
            Assert.Equal("CVE-2026-99001", h.Vulnerability.Id);
            Assert.Equal(VulnerabilityStatus.Affected, h.Vulnerability.Status);
            Assert.True(h.Vulnerability.Exploited);
            Assert.Equal("1.2", h.Vulnerability.Fix);
            Assert.Equal(["kev CVE-2026-99001", "osv EDB-2026-1"], h.Vulnerability.Advisories);
        });
    }

    [Fact]
    public void A_known_exploited_entry_alone_gives_a_candidate_whatever_the_version()
    {
        using var scratch = new Scratch();
        using var store = AdvisoryStore.Open(scratch.File("store.db"));
        store.Import("kev", Encoding.UTF8.GetBytes(UpdaterKnown.Replace("Update agent", "edb-updater", StringComparison.Ordinal)));
        foreach (var version in new[] { "0.1", "1.1-1", "99" })
        {
            var hit = Assert.Single(Matcher.Match(Opkg("edb-updater", version), store));
            Assert.Equal(VulnerabilityStatus.Candidate, hit.Status);
            Assert.True(hit.Exploited);
            Assert.Null(hit.Fix);
        }
    }

    [Fact]
    public void What_is_not_known_of_a_component_leaves_a_candidate_and_the_reason_says_what()
    {
        var about = AdvisoryFile.Advisories("nvd", Encoding.UTF8.GetBytes("""
            { "id": "CVE-2026-99002", "configurations": [ { "nodes": [ { "operator": "OR", "negate": false, "cpeMatch": [
              { "vulnerable": true, "criteria": "cpe:2.3:a:example_doorbells:edb-updater:*:*:*:*:*:*:*:*", "versionEndExcluding": "1.2" } ] } ] } ] }
            """));
        (VulnerabilityStatus?, string?) Of(Component component) => Matcher.Match(component, about) is { } v ? (v.Status, v.Reason) : (null, null);
        var (noVersion, why) = Of(new Component { Name = "edb-updater", Cpe = ["cpe:2.3:a:example_doorbells:edb-updater:-:*:*:*:*:*:*:*"], Evidence = [] });
        Assert.Equal(VulnerabilityStatus.Candidate, noVersion);
        Assert.Contains("version is not known", why, StringComparison.Ordinal);
        var (noMaker, whose) = Of(Opkg("edb-updater", "1.1-1"));
        Assert.Equal(VulnerabilityStatus.Candidate, noMaker);
        Assert.Contains("the maker is not known", whose, StringComparison.Ordinal);
        Assert.Equal(VulnerabilityStatus.Affected, Of(Opkg("edb-updater", "1.1-1") with { Purl = null, Supplier = "Example Doorbells" }).Item1);
        Assert.Null(Of(Named("edb-updater", "1.1") with { Supplier = "Somebody Else" }).Item1);
        Assert.Null(Of(Named("edb-updater", "1.1") with { Cpe = ["cpe:2.3:a:somebody_else:edb-updater:1.1:*:*:*:*:*:*:*"] }).Item1);
        Assert.Equal(VulnerabilityStatus.Fixed, Of(Opkg("edb-updater", "1.2-1")).Item1);
    }

    [Fact]
    public void A_package_of_another_world_with_the_same_name_is_another_product()
    {
        using var scratch = new Scratch();
        using var store = AdvisoryStore.Open(scratch.File("store.db"));
        store.Import("iot", File.ReadAllBytes(Assert.Single(Corpus.Files("advisories", "nvd-iot.jsonl"))));
        store.Import("npm", """{ "id": "GHSA-1", "modified": "2026-01-01T00:00:00Z", "affected": [ { "package": { "ecosystem": "npm", "name": "busybox" }, "ranges": [ { "type": "SEMVER", "events": [ { "introduced": "0" } ] } ] } ] }"""u8.ToArray());
        var npm = new Component { Name = "busybox", Version = "1.35.0", Purl = "pkg:npm/busybox@1.35.0", Evidence = [] };
        Assert.Equal(["GHSA-1"], Matcher.Match(npm, store).Select(v => v.Id));
        Assert.Equal(["CVE-2022-30065"], Matcher.Match(Named("busybox", "1.35.0"), store).Select(v => v.Id));
    }

    [Fact]
    public void Rejected_and_withdrawn_records_are_kept_and_never_matched()
    {
        using var scratch = new Scratch();
        using var store = AdvisoryStore.Open(scratch.File("store.db"));
        var record = Updater.Replace("\"modified\"", "\"withdrawn\": \"2026-11-21T00:00:00Z\", \"modified\"", StringComparison.Ordinal).Replace("2026-11-20", "2026-11-21", StringComparison.Ordinal);
        store.Import("osv", Encoding.UTF8.GetBytes(Updater));
        Assert.Single(Matcher.Match(Named("edb-updater", "1.1"), store));
        Assert.Equal(["EDB-2026-1"], store.Import("later", Encoding.UTF8.GetBytes(record)).Changed);
        Assert.Empty(Matcher.Match(Named("edb-updater", "1.1"), store, all: true));
    }

    [Fact]
    public void A_CSAF_document_names_the_affected_versions_of_a_product()
    {
        const string Document = """
            { "document": { "category": "csaf_security_advisory", "csaf_version": "2.0", "title": "Updater", "publisher": { "category": "vendor", "name": "Example", "namespace": "https://example.com" },
                "tracking": { "id": "EDB-SA-1", "status": "final", "version": "1", "current_release_date": "2026-11-20T00:00:00Z", "initial_release_date": "2026-11-20T00:00:00Z", "revision_history": [] } },
              "product_tree": { "branches": [ { "category": "vendor", "name": "Example", "branches": [ { "category": "product_name", "name": "edb-updater", "branches": [
                { "category": "product_version_range", "name": "vers:generic/>=1.0|<1.2", "product": { "product_id": "P1", "name": "edb-updater before 1.2", "product_identification_helper": { "purl": "pkg:generic/edb-updater" } } },
                { "category": "product_version", "name": "1.2", "product": { "product_id": "P2", "name": "edb-updater 1.2" } } ] } ] } ] },
              "vulnerabilities": [ { "cve": "CVE-2026-99001", "product_status": { "known_affected": ["P1"], "fixed": ["P2"] } } ] }
            """;
        var about = AdvisoryFile.Advisories("csaf", Encoding.UTF8.GetBytes(Document));
        Assert.Equal(VulnerabilityStatus.Affected, Matcher.Match(Opkg("edb-updater", "1.1-1"), about)!.Status);
        Assert.Equal("1.2", Matcher.Match(Opkg("edb-updater", "1.1-1"), about)!.Fix);
        Assert.Equal(VulnerabilityStatus.Fixed, Matcher.Match(Opkg("edb-updater", "1.2-1"), about)!.Status);
        Assert.Null(Matcher.Match(Opkg("edb-doorbelld", "1.1-1"), about));
    }

    private static Component Named(string name, string version) => new() { Name = name, Version = version, Evidence = [] };
    private static Component Cpe(string cpe) => new() { Name = CpeName.Read(cpe)!.Product, Version = CpeName.Read(cpe)!.Version is var v and not "-" ? v : null, Cpe = [cpe], Evidence = [] };
    private static Component Opkg(string name, string version) => new() { Name = name, Version = PackageDatabase.Upstream(version), Package = version, Purl = Purl.Of("opkg", "edb", name, version, ("arch", "armhf")), Evidence = [] };
    private static Component Debian(string name, string package, string version) => new() { Name = name, Version = version, Package = package, Purl = Purl.Of("deb", "debian", name, package), Evidence = [] };
}
