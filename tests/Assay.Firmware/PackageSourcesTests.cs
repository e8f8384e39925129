using System.Text;
using System.Text.Json;
using Assay.Evidence;
using Assay.Software.Components;
using Assay.Software.Sbom;
using Assay.Tests;

namespace Assay.Firmware.Tests;

/// <summary>What lists of packages say, from an unpacked root to its bill of materials.</summary>
public class PackageSourcesTests(ITestOutputHelper output)
{
    [Fact]
    public void A_root_that_rpm_installed_has_a_bill_of_what_rpm_lists()
    {
        Tool.Need("rpm", "rpm");
        Tool.Need("rpmbuild", "rpm");
        if (!Environment.IsPrivilegedProcess) Assert.Skip("rpm installs into another root only for root");
        using var scratch = new Scratch();
        File.WriteAllText(scratch.File("it.spec"), """
            Name: dnsmasq
            Version: 2.85
            Release: 16.el9
            Epoch: 2
            License: GPL-2.0-or-later
            Vendor: Example Project
            Summary: judged
            BuildArch: noarch
            %description
            judged
            %package utils
            Summary: part
            Version: 7
            %description utils
            part
            %install
            mkdir -p %{buildroot}/usr/sbin %{buildroot}/etc
            echo a > %{buildroot}/usr/sbin/dnsmasq
            printf 'ID="rhel"\nVERSION_ID="9.4"\n' > %{buildroot}/etc/os-release
            %files
            /usr/sbin/dnsmasq
            /etc/os-release
            %files utils
            %changelog
            * Mon Jun 03 2024 Some Body <some@example.org> - 2.85-16
            - Fixed CVE-2023-50387
            """);
        void Run(string program, params string[] arguments)
        {
            var done = Tool.Run(program, arguments);
            Assert.True(done.Exit == 0, done.Error);
        }
        Run("rpmbuild", "-bb", "--quiet", "--define", $"_topdir {scratch.File("top")}", scratch.File("it.spec"));
        var root = scratch.File("root");
        string[] into = ["--root", root, "--dbpath", "/usr/lib/sysimage/rpm", "--define", "_db_backend sqlite"];
        Directory.CreateDirectory(root);
        Run("rpm", [.. into, "--initdb"]);
        Run("rpm", [.. into, "--nodeps", "--noscripts", "--nosignature", "-i", .. Directory.GetFiles(scratch.File("top/RPMS/noarch"), "*.rpm").Order(StringComparer.Ordinal)]);
        var listing = Tool.Run("rpm", [.. into, "-qa", "--qf", "%{NAME} %{VERSION}-%{RELEASE} %{EPOCH}\\n"]);
        var listed = listing.Text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Order(StringComparer.Ordinal).ToList();
        Assert.Equal(2, listed.Count);

        var options = new ExaminationOptions { AsOf = MemoryTree.AsOf, Workers = 2 };
        var examination = FirmwareExamination.OfFolder(root, "root", options);
        var bill = CycloneDx.Write(BillDraft.Of(new BillSubject("root", null, new string('0', 64)), examination.Components, examination.Executables, options.AsOf, "1.0.0"));
        using var json = JsonDocument.Parse(bill);
        var purls = json.RootElement.GetProperty("components").EnumerateArray().Select(c => c.GetProperty("purl").GetString()!).ToList();
        Assert.Equal(listed.Select(l => l.Split(' ')).Select(l => $"pkg:rpm/redhat/{l[0]}@{l[1]}?arch=noarch&epoch={l[2]}").Order(StringComparer.Ordinal), purls.Order(StringComparer.Ordinal));
        var utils = examination.Components.Single(c => c.Name == "dnsmasq-utils");
        Assert.Equal(("2:7-16.el9", "dnsmasq", "2.85-16.el9", "16.el9"), (utils.Package, utils.Source?.Name, utils.Source?.Version, utils.PatchLevel));
        Assert.Equal("/usr/lib/sysimage/rpm/rpmdb.sqlite", utils.Evidence[0].Location.Path);
        Assert.Equal(["dnsmasq", "dnsmasq-utils"], examination.Product.Repairs.Where(r => r.Vulnerability == "CVE-2023-50387" && r.Source == "dnsmasq").Select(r => r.Package!).Order(StringComparer.Ordinal));
        Assert.DoesNotContain(examination.Coverage.SelectMany(c => c.Losses), l => l.Location.Path?.Contains("rpm", StringComparison.Ordinal) == true);

        // A machine that was not shut down leaves changes beside the database.
        File.WriteAllText(Path.Combine(root, "usr/lib/sysimage/rpm/rpmdb.sqlite-wal"), "changes");
        Assert.Contains(FirmwareExamination.OfFolder(root, "root", options).Coverage.SelectMany(c => c.Losses), l => l.Location.Path!.EndsWith("-wal", StringComparison.Ordinal));
        output.WriteLine($"{listed.Count} packages in the bill as rpm lists them");
    }

    [Fact]
    public void A_list_of_licences_joins_the_packages_of_the_database()
    {
        var tree = new MemoryTree()
            .With("/etc/os-release", "ID=poky\n")
            .With("/var/lib/opkg/status", "Package: busybox\nVersion: 1.36.1-r0\nStatus: install ok installed\nArchitecture: cortexa57\n\nPackage: libcrypto3\nVersion: 3.2.1-r1\nStatus: install ok installed\n")
            .With("/usr/share/common-licenses/license.manifest", "PACKAGE NAME: busybox\nPACKAGE VERSION: 1.36.1\nRECIPE NAME: busybox\nLICENSE: GPL-2.0-only\n\nPACKAGE NAME: libcrypto3\nPACKAGE VERSION: 3.2.1\nRECIPE NAME: openssl\nLICENSE: Apache-2.0\n\nPACKAGE NAME: alone\nPACKAGE VERSION: 5\nRECIPE NAME: alone\nLICENSE: MIT\n")
            .With("/deploy/image.manifest", "busybox cortexa57 1.36.1-r0\nlibcrypto3 cortexa57 3.2.1-r1\n");
        var seen = tree.Facts().Components;
        Assert.Equal(["alone 5 MIT ", "busybox 1.36.1-r0 GPL-2.0-only ", "libcrypto3 3.2.1-r1 Apache-2.0 openssl"], seen.Select(c => $"{c.Name} {c.Package} {c.Licence} {c.Source?.Name}"));
        Assert.Equal(["package database", "manifest", "manifest"], seen[1].Evidence.Select(e => e.Method));
        Assert.Equal("pkg:opkg/poky/busybox@1.36.1-r0?arch=cortexa57", seen[1].Purl);
        Assert.All(seen, c => Assert.Empty(c.Conflicts));
    }

    [Fact]
    public void Java_archives_and_build_manifests_of_a_root_are_listed_and_damage_is_told()
    {
        var library = Packed.Zip(("META-INF/maven/org.apache.logging.log4j/log4j-core/pom.properties", "groupId=org.apache.logging.log4j\nartifactId=log4j-core\nversion=2.14.1\n"u8.ToArray()));
        var tree = new MemoryTree()
            .With("/opt/panel.war", Packed.Zip(("WEB-INF/lib/log4j-core-2.14.1.jar", library)))
            .With("/opt/cut.jar", library[..^30])
            .With("/opt/photos.zip", Packed.Zip(("a.jpg", new byte[9])))
            .With("/legal-info/manifest.csv", "\"PACKAGE\",\"VERSION\",\"LICENSE\"\n\"zlib\",\"1.3.1\",\"Zlib\"\n");
        var facts = tree.Facts();
        Assert.Equal(["pkg:maven/org.apache.logging.log4j/log4j-core@2.14.1", "pkg:generic/zlib@1.3.1"], facts.Components.Select(c => c.Purl!));
        Assert.Equal("/opt/panel.war!/WEB-INF/lib/log4j-core-2.14.1.jar", facts.Components[0].Evidence[0].Location.Path);
        Assert.Equal("/opt/cut.jar", Assert.Single(facts.Coverage.Losses).Location.Path);
    }

    [Fact]
    public void One_archive_or_list_handed_over_alone_is_read_too()
    {
        var options = new ExaminationOptions { AsOf = MemoryTree.AsOf, Workers = 1 };
        var library = Packed.Zip(("META-INF/maven/a.b/c/pom.properties", "groupId=a.b\nartifactId=c\nversion=1.0\n"u8.ToArray()));
        var whole = FirmwareExamination.Of(Artefact.Of("c.jar", library), options);
        Assert.Equal(("file", "pkg:maven/a.b/c@1.0"), (whole.Kind, Assert.Single(whole.Components).Purl));
        Assert.Equal("1.36.1-r0", Assert.Single(RootFacts.ExamineFile("core-image.manifest", "busybox cortexa57 1.36.1-r0\n"u8, options).Components).Package);
        Assert.Equal("zlib", Assert.Single(RootFacts.ExamineFile("manifest.csv", "\"PACKAGE\",\"VERSION\",\"LICENSE\"\n\"zlib\",\"1.3.1\",\"Zlib\"\n"u8, options).Components).Name);
    }
}
