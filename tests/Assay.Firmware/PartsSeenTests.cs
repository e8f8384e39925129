using System.IO.Compression;
using System.Text;
using Assay.Evidence;
using Assay.Software.Matching.Parts;
using Assay.Tests;

namespace Assay.Firmware.Tests;

/// <summary>What an image tells of the parts that a vulnerability may be in: applets, kernel options, modules, what starts, what changelogs call mended.</summary>
public class PartsSeenTests
{
    private const string Configuration = """
        #
        # Automatically generated file; DO NOT EDIT.
        # Linux/arm 5.10.110 Kernel Configuration
        #
        CONFIG_NF_TABLES=m
        # CONFIG_SMB_SERVER is not set
        CONFIG_BT=y
        CONFIG_LOCALVERSION="-edb"

        """;

    private static string Config => Configuration + string.Join('\n', Enumerable.Range(0, 40).Select(i => $"CONFIG_FILLER_{i}=y")) + "\n";

    private static byte[] Gzip(string text)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Optimal)) gzip.Write(Encoding.UTF8.GetBytes(text));
        return packed.ToArray();
    }

    [Fact]
    public void The_applets_of_a_BusyBox_are_those_that_it_lists_itself()
    {
        Tool.Need("busybox", "busybox");
        var program = "/bin/busybox usr/bin/busybox".Split(' ').Select(p => Path.Combine("/", p)).First(File.Exists);
        var own = Tool.Run(program, ["--list"]).Text.Split('\n', StringSplitOptions.RemoveEmptyEntries).ToHashSet();
        var table = Assert.Single(new MemoryTree().With("/bin/busybox", File.ReadAllBytes(program), "755").Facts().Product.Applets);
        Assert.True(own.Count > 50);
        Assert.Equal(own.Order(StringComparer.Ordinal), table.Names.Order(StringComparer.Ordinal));
        Assert.Equal("/bin/busybox", table.Location.Path);
    }

    [Fact]
    public void Every_BusyBox_of_the_corpus_has_its_table_and_every_link_to_it_is_one_of_its_names()
    {
        var (tables, links) = (0, 0);
        foreach (var file in Corpus.Files("firmware/ready", "small.*").Concat(Corpus.Files("firmware/openwrt")))
        {
            using var artefact = Artefact.Open(file, Path.GetFileName(file));
            using var image = Image.Open(artefact, Examination.Options());
            foreach (var part in image.FileSystems)
            {
                var product = RootFacts.Examine("it", part.FileSystem!, Examination.Options()).Product;
                var own = part.FileSystem!.Entries.Where(e => e.TargetText is { } target && target.Split('/')[^1] == "busybox").Select(e => e.Path.Text.Split('/')[^1]).ToHashSet();
                if (own.Count == 0) continue;
                var table = Assert.Single(product.Applets.DistinctBy(a => string.Join(' ', a.Names)));
                tables++;
                links += own.Count;
                // Links that the corpus' maker added by hand may name applets that this build has not.
                Assert.True(own.Count(table.Names.Contains) * 20 >= own.Count * 16, $"{file}: {string.Join(' ', own.Except(table.Names))}");
            }
        }
        TestContext.Current.TestOutputHelper?.WriteLine($"{tables} tables, {links} links");
        Assert.True(tables >= 3, $"{tables} tables");
    }

    [Fact]
    public void A_text_with_rising_words_and_a_program_with_a_single_applet_have_no_table()
    {
        var words = Encoding.ASCII.GetBytes("\u007fELF\0BusyBox v1.36.1 (2024-01-01)\0alpha\0beta\0cat\0delta\0gamma\0omega\0zeta\0");
        Assert.Empty(new MemoryTree().With("/bin/busybox", words, "755").Facts().Product.Applets);
        var short_ = Encoding.ASCII.GetBytes("\u007fELF\0BusyBox v1.36.1 (2024-01-01)\0cat\0ls\0ps\0");
        Assert.Empty(new MemoryTree().With("/bin/busybox", short_, "755").Facts().Product.Applets);
    }

    [Fact]
    public void A_kernel_s_own_configuration_is_read_out_of_it_and_half_of_one_is_none()
    {
        var packed = Gzip(Config);
        byte[] kernel = [.. new byte[4096], .. "Linux version 5.10.110 (builder@example) (gcc version 8.4.0) #1 SMP\0IKCFG_ST"u8, .. packed, .. "IKCFG_ED"u8, .. new byte[100]];
        var read = Identification.KernelSettings.Inside(kernel, new Location { Artefact = "kernel" }, Examination.Options());
        Assert.NotNull(read);
        Assert.Equal(("5.10.110", "m", "n", "y"), (read.Version, read.Options["NF_TABLES"], read.Options["SMB_SERVER"], read.Options["BT"]));
        Assert.Null(Identification.KernelSettings.Inside(kernel.AsSpan(0, 4096 + 80 + packed.Length / 2), new Location { Artefact = "kernel" }, Examination.Options()));
        var beside = new MemoryTree().With("/boot/config-5.10.110", Config).With("/etc/config-of-something", Config).Facts().Product;
        Assert.Equal("/boot/config-5.10.110", Assert.Single(beside.Kernels).Location.Path);
    }

    [Fact]
    public void Modules_start_up_and_the_release_are_told_with_their_places()
    {
        var product = new MemoryTree().With("/lib/modules/5.10.110/kernel/net/netfilter/nf-tables.ko.xz", "x").With("/lib/modules/5.10.110/modules.builtin", "kernel/net/bluetooth/bluetooth.ko\nkernel/fs/ext4/ext4.ko\n")
            .With("/etc/os-release", "NAME=\"Debian GNU/Linux\"\nID=debian\nVERSION_ID=\"12\"\n")
            .With("/etc/init.d/rcS", "#!/bin/sh\nmount -t proc proc /proc\n/usr/sbin/dropbear -R\nudhcpd /etc/udhcpd.conf\n", "755").Facts().Product;
        Assert.Equal(["nf_tables"], product.Modules!.Loadable.Keys);
        Assert.Equal(2, product.Modules.BuiltIn!["ext4"].Line);
        Assert.Equal("Debian:12", product.Release);
        Assert.Equal(["dropbear ssh 3", "mount  2", "udhcpd  4"], product.Started.Select(s => $"{s.Program} {s.Service} {s.Location.Line}"));
    }

    [Fact]
    public void A_changelog_beside_a_package_names_what_was_mended_and_where()
    {
        const string Log = """
            busybox (1:1.35.0-4+deb12u1) bookworm-security; urgency=medium

              * Fix CVE-2022-48174 (stack overflow in ash) and
                CVE-2023-42363. Does not fix CVE-2023-42364.

             -- A Maintainer <a@example.org>  Mon, 01 Jan 2024 00:00:00 +0000

            busybox (1:1.35.0-4) unstable; urgency=medium

              * Apply upstream patch for CVE-2022-30065.

             -- A Maintainer <a@example.org>  Mon, 01 Aug 2022 00:00:00 +0000

            """;
        foreach (var (name, bytes) in new[] { ("changelog.Debian.gz", Gzip(Log)), ("changelog.Debian", Encoding.UTF8.GetBytes(Log)), ("changelog.Debian.armhf.gz", Gzip(Log)) })
        {
            var repairs = new MemoryTree().With($"/usr/share/doc/busybox/{name}", bytes).With("/usr/share/doc/other/changelog.gz", Gzip("2024-01-01 somebody\n\n\t* CVE-2020-1 fixed\n")).Facts().Product.Repairs;
            Assert.Equal(["CVE-2022-30065 1:1.35.0-4 10", "CVE-2022-48174 1:1.35.0-4+deb12u1 3", "CVE-2023-42363 1:1.35.0-4+deb12u1 3"],
                repairs.OrderBy(r => r.Vulnerability, StringComparer.Ordinal).Select(r => $"{r.Vulnerability} {r.Version} {r.Location.Line}"));
            Assert.All(repairs, r => Assert.Equal(("busybox", "busybox", "1:1.35.0-4+deb12u1"), (r.Package, r.Source, r.Newest)));
        }
    }

    [Fact]
    public void Damaged_programs_kernels_and_changelogs_never_crash_the_reader()
    {
        var random = new Random(11);
        var packed = Gzip(string.Concat(Enumerable.Range(0, 200).Select(i => $"busybox (1.{i}) unstable; urgency=low\n\n  * CVE-2020-{1000 + i}\n\n")));
        byte[] kernel = [.. "IKCFG_ST"u8, .. Gzip(Config)];
        var table = Encoding.ASCII.GetBytes("\u007fELF\0BusyBox v1.36.1 (2024-01-01)\0" + string.Join('\0', AppletTable.KnownNames.Order(StringComparer.Ordinal)) + "\0");
        for (var i = 0; i < 400; i++)
        {
            byte[] Damaged(byte[] whole)
            {
                var copy = (byte[])whole.Clone();
                for (var k = 0; k <= i % 5; k++) copy[random.Next(copy.Length)] = (byte)random.Next(256);
                return i % 3 == 0 ? copy[..random.Next(copy.Length)] : copy;
            }
            var product = new MemoryTree().With("/bin/busybox", Damaged(table), "755").With("/usr/share/doc/busybox/changelog.Debian.gz", Damaged(packed)).With("/lib/modules/5.10.110/config", Damaged(kernel)).Facts().Product;
            Assert.True(product.Repairs.Count <= 200);
        }
    }
}
