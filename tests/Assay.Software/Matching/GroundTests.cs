using System.Text;
using Assay.Evidence;
using Assay.Software.Advisories;
using Assay.Software.Components;
using Assay.Software.Matching;
using Assay.Software.Matching.Parts;
using Assay.Software.Matching.Repairs;
using Assay.Software.Vex;

namespace Assay.Tests.Software.Matching;

/// <summary>On what an answer rests: a range, the distribution's tracker, a recipe, a platform or a part that is not there; and how near the part is.</summary>
public class GroundTests
{
    private static readonly Location Here = new() { Artefact = "image", Path = "/bin/busybox" };

    private static Advisory Nvd(string id, string vendor, string product, string before, string summary, params string[] files) => new()
    {
        Id = id,
        Source = AdvisorySource.Nvd,
        Summary = summary,
        Files = files,
        Ranges = [new AffectedRange { Product = new AffectedProduct { Vendor = vendor, Name = product, IsCpe = true, Part = "a" }, Versions = new VersionSet { Scheme = VersionScheme.Generic, Inside = [VersionInterval.Before(before)] } }],
    };

    private static Advisory Tracker(string id, string source, string ecosystem, Standing standing, string? mended) => new()
    {
        Id = $"{id}#{source}",
        Aliases = [id],
        Source = AdvisorySource.Debian,
        Ranges =
        [
            new AffectedRange
            {
                Product = new AffectedProduct { Name = source, Ecosystem = ecosystem },
                Standing = standing,
                Versions = standing == Standing.Affected ? new VersionSet { Scheme = VersionScheme.Dpkg, Inside = [mended is null ? VersionInterval.Everything : VersionInterval.Before(mended)] } : null,
            },
        ],
    };

    private static readonly Component Library = new() { Name = "libssl3", Version = "3.0.11", Package = "3.0.11-1~deb12u2", Purl = "pkg:deb/debian/libssl3@3.0.11-1~deb12u2?arch=armhf", Source = new SourcePackage("openssl", null), Distribution = "debian", Evidence = [] };

    [Theory]
    [InlineData("Debian:12", Standing.Affected, "3.0.11-1~deb12u2", VulnerabilityStatus.Fixed, Ground.Tracker)]
    [InlineData("Debian:12", Standing.Affected, "3.0.11-1~deb12u3", VulnerabilityStatus.Affected, Ground.Tracker)]
    [InlineData("Debian:12", Standing.Affected, null, VulnerabilityStatus.Affected, Ground.Tracker)]
    [InlineData("Debian:12", Standing.NotAffected, null, VulnerabilityStatus.NotAffected, Ground.Tracker)]
    [InlineData("Debian:12", Standing.Undetermined, null, VulnerabilityStatus.Candidate, Ground.Tracker)]
    // Another release says nothing of this one; a row for all releases does.
    [InlineData("Debian:11", Standing.NotAffected, null, VulnerabilityStatus.Affected, Ground.Range)]
    [InlineData("Debian", Standing.NotAffected, null, VulnerabilityStatus.NotAffected, Ground.Tracker)]
    [InlineData("Ubuntu:22.04:LTS", Standing.NotAffected, null, VulnerabilityStatus.Affected, Ground.Range)]
    public void A_distribution_s_own_tracker_outranks_upstream_s_range_for_its_release_and_source(string ecosystem, Standing standing, string? mended, VulnerabilityStatus status, Ground ground)
    {
        var upstream = Nvd("CVE-2026-1", "openssl", "openssl", "3.0.14", "A flaw");
        var found = Matcher.Match(Library, [upstream, Tracker("CVE-2026-1", "openssl", ecosystem, standing, mended)])!;
        Assert.Equal((status, ground), (found.Status, found.Ground));
        Assert.Equal(ground == Ground.Range, found.RepairUnknown);
        Assert.Equal("CVE-2026-1", found.Id);
    }

    [Fact]
    public void A_release_s_own_row_goes_before_the_row_for_all_releases()
    {
        var general = Tracker("CVE-2026-1", "openssl", "Debian", Standing.Affected, null);
        var own = Tracker("CVE-2026-1", "openssl", "Debian:12", Standing.Affected, "3.0.11-1~deb12u1") with { Id = "CVE-2026-1#own" };
        Assert.Equal(VulnerabilityStatus.Fixed, Matcher.Match(Library, [general, own])!.Status);
        Assert.Equal(VulnerabilityStatus.Affected, Matcher.Match(Library, [general])!.Status);
        // Of which release a package is, is not known: one of them may have mended it; what unstable mended, all have.
        var anywhere = Library with { Package = "3.0.11-1", Purl = "pkg:deb/debian/libssl3@3.0.11-1" };
        var unstable = Tracker("CVE-2026-1", "openssl", "Debian", Standing.Affected, "3.1.4-2");
        Assert.Equal(VulnerabilityStatus.Candidate, Matcher.Match(anywhere, [unstable, own])!.Status);
        Assert.Equal(VulnerabilityStatus.Affected, Matcher.Match(anywhere, [unstable])!.Status);
        Assert.Equal(VulnerabilityStatus.Fixed, Matcher.Match(anywhere, [unstable, own], new Surroundings([anywhere], new ProductFacts { Release = "Debian:12" }))!.Status);
    }

    private static readonly Component BusyBox = new() { Name = "busybox", Version = "1.33.0", Evidence = [new ComponentEvidence("string", Here, 0.9)] };

    private static Surroundings With(params string[] applets) =>
        new([BusyBox], new ProductFacts { Applets = [new AppletTable(applets, Here)], Files = new Dictionary<string, Location>(), Started = [new StartedProgram("udhcpd", null, Here with { Path = "/etc/init.d/rcS", Line = 3 })] });

    [Theory]
    [InlineData("A NULL pointer dereference in Busybox's man applet leads to denial of service", null, "man")]
    [InlineData("An issue in networking/udhcpd.c of BusyBox", null, "udhcpd")]
    [InlineData("decompress_gunzip.c in BusyBox through 1.33 mishandles the error bit", null, "zcat")]
    [InlineData("A flaw", "networking/telnetd.c", "telnetd")]
    [InlineData("A flaw", "networking/ping.c", "ping6")]
    public void An_applet_that_is_not_built_in_rules_a_flaw_out_where_the_source_names_its_file_and_makes_a_candidate_where_its_words_do(string words, string? file, string applet)
    {
        var about = new[] { Nvd("CVE-2026-2", "busybox", "busybox", "1.34.0", words, file is null ? [] : [file]) };
        var without = Matcher.Match(BusyBox, about, With("cat", "ls", "sh"))!;
        Assert.Equal(file is null ? (VulnerabilityStatus.Candidate, Ground.Range) : (VulnerabilityStatus.NotAffected, Ground.PartAbsent), (without.Status, without.Ground));
        Assert.Equal(file is null, Assert.Single(without.Parts).IsGuess);
        var with = Matcher.Match(BusyBox, about, With("cat", "ls", applet))!;
        Assert.Equal((VulnerabilityStatus.Affected, PresenceState.Present), (with.Status, Assert.Single(with.Parts).State));
        Assert.Equal(applet == "udhcpd" ? ReachState.Started : ReachState.NotSeen, with.Reach.State);
        // Nobody looked, or no part is named: nothing is ruled out.
        Assert.Equal(VulnerabilityStatus.Affected, Matcher.Match(BusyBox, about)!.Status);
        Assert.Equal(VulnerabilityStatus.Affected, Matcher.Match(BusyBox, about, new Surroundings([BusyBox], new ProductFacts()))!.Status);
        Assert.Equal(VulnerabilityStatus.Affected, Matcher.Match(BusyBox, [Nvd("CVE-2026-2", "busybox", "busybox", "1.34.0", "A flaw in BusyBox")], With("cat"))!.Status);
        // A file that every applet may use is in any build.
        Assert.Equal(VulnerabilityStatus.Affected, Matcher.Match(BusyBox, [Nvd("CVE-2026-2", "busybox", "busybox", "1.34.0", "A flaw", "networking/tls.c")], With("cat"))!.Status);
    }

    private static readonly Component Kernel = new() { Name = "linux-kernel", Version = "5.10.110", Cpe = ["cpe:2.3:o:linux:linux_kernel:5.10.110:*:*:*:*:*:*:*"], Evidence = [] };

    [Theory]
    [InlineData("# CONFIG_BT is not set", false, VulnerabilityStatus.Candidate)]
    [InlineData("CONFIG_BT=y", false, VulnerabilityStatus.Affected)]
    [InlineData("CONFIG_BT=m", true, VulnerabilityStatus.Affected)]
    [InlineData("CONFIG_BT=m", false, VulnerabilityStatus.Candidate)]
    [InlineData("CONFIG_OTHER=y", false, VulnerabilityStatus.Affected)]
    public void A_kernel_s_own_configuration_and_its_modules_say_whether_the_file_that_a_source_names_is_built(string line, bool module, VulnerabilityStatus status)
    {
        var text = "# Linux/arm 5.10.110 Kernel Configuration\n" + line + "\n" + string.Concat(Enumerable.Range(0, 30).Select(i => $"CONFIG_F{i}=y\n"));
        var modules = new Dictionary<string, Location> { ["ext4"] = Here };
        if (module) modules["bluetooth"] = Here;
        var facts = new ProductFacts { Kernels = [KernelConfiguration.Read(text, Here)!], Modules = new KernelModules(modules, null) };
        var about = new[] { Nvd("CVE-2026-3", "linux", "linux_kernel", "5.11", "Bluetooth: a flaw", "net/bluetooth/hci_core.c") };
        var found = Matcher.Match(Kernel, about, new Surroundings([Kernel], facts))!;
        Assert.Equal(status, found.Status);
        Assert.False(Assert.Single(found.Parts).IsGuess);
        // A configuration of another kernel says nothing, and a second file that no row knows may be in any build.
        Assert.Equal(VulnerabilityStatus.Affected, Matcher.Match(Kernel, about, new Surroundings([Kernel], facts with { Modules = null, Kernels = [facts.Kernels[0] with { Version = "6.1.0" }] }))!.Status);
        Assert.Equal(VulnerabilityStatus.Affected, Matcher.Match(Kernel, [about[0] with { Files = [.. about[0].Files, "kernel/fork.c"] }], new Surroundings([Kernel], facts))!.Status);
    }

    [Fact]
    public void Recipes_of_Buildroot_and_OpenEmbedded_say_what_they_mended_and_only_for_what_they_build()
    {
        var rows = Corpus.Files("advisories", "buildroot-not-affected.tsv").SelectMany(f => File.ReadLines(f).Skip(1)).Select(l => l.Split('\t')).ToList();
        foreach (var (name, version, cve) in rows.Select(r => (r[0], r[1], r[2])))
        {
            var variable = name.ToUpperInvariant().Replace('-', '_');
            var recipe = $"{variable}_VERSION = {version}\n\n# 0001-mend.patch\n{variable}_IGNORE_CVES += {cve}\n";
            var component = new Component { Name = name, Version = version, Evidence = [] };
            var about = new[] { new Advisory { Id = cve, Source = AdvisorySource.Osv, Ranges = [new AffectedRange { Product = new AffectedProduct { Name = name }, Versions = new VersionSet { Scheme = VersionScheme.Generic, Inside = [VersionInterval.Everything] } }] } };
            Vulnerability Of(Component c) => Matcher.Match(c, about, new Surroundings([c], new ProductFacts { Repairs = BuildRecords.Read($"{name}.mk", recipe, Here) }))!;
            if (!version.Any(char.IsAsciiDigit) || version.Any(c => c is '$' or '(')) continue;
            Assert.Equal((VulnerabilityStatus.Fixed, Ground.Recipe, cve), (Of(component).Status, Of(component).Ground, cve));
            Assert.Equal((VulnerabilityStatus.Affected, cve), (Of(component with { Version = "0.0.0.1" }).Status, cve));
        }
        Assert.True(rows.Count > 150);
        var status = BuildRecords.Read("avahi_0.9.bb", "CVE_STATUS[CVE-2021-26720] = \"not-applicable-platform: Issue only affects Debian\"\nCVE_STATUS[CVE-2021-1] = \"disputed: no\"\n", Here);
        Assert.DoesNotContain(status, s => s.Vulnerability == "CVE-2021-1");
        Assert.Equal(("avahi", "0.9", RepairKind.NotAffected), (Assert.Single(status).Source, status[0].Newest, status[0].Kind));
    }

    [Fact]
    public void Only_answers_that_rest_on_evidence_become_statements()
    {
        var day = new DateTimeOffset(2026, 11, 23, 0, 0, 0, TimeSpan.Zero);
        var absent = Matcher.Match(BusyBox, [Nvd("CVE-2026-2", "busybox", "busybox", "1.34.0", "A flaw", "miscutils/man.c")], With("cat", "ls"))!;
        var affected = Matcher.Match(BusyBox, [Nvd("CVE-2026-4", "busybox", "busybox", "1.34.0", "A flaw")])!;
        var outside = Matcher.Match(BusyBox, [Nvd("CVE-2026-5", "busybox", "busybox", "1.30.0", "A flaw")])!;
        var unknown = Matcher.Match(Library, [Nvd("CVE-2026-6", "openssl", "openssl", "3.0.14", "A flaw")])!;
        var candidate = Matcher.Match(BusyBox with { Version = null }, [Nvd("CVE-2026-7", "busybox", "busybox", "1.34.0", "A flaw")])!;
        var statements = VexAnswers.Of([absent, affected, outside, unknown, candidate], null, day);
        Assert.Equal(["CVE-2026-2 NotAffected VulnerableCodeNotPresent", "CVE-2026-4 Affected "], statements.Select(s => $"{s.Vulnerability} {s.Status} {s.Justification}"));
        Assert.Contains("1.34.0", statements[1].Action, StringComparison.Ordinal);
    }
}
