using System.Text.Json;
using Assay.Evidence;
using Assay.Software.Components;
using Assay.Software.Components.Packages;
using Assay.Tests;

namespace Assay.Software.Tests.Components.Packages;

public class ManifestTests(ITestOutputHelper output)
{
    private static readonly Location At = new() { Artefact = "it", Path = "/it.manifest" };

    private static List<Component> Image(string text, List<Loss>? losses = null) => PackageDatabase.Read("manifest", "poky", text, At, losses ?? []);
    private static List<Component> Buildroot(string text, List<Loss>? losses = null) => PackageDatabase.Read("buildroot", null, text, At, losses ?? []);

    [Fact]
    public void A_manifest_of_OpenEmbedded_lists_packages_with_architecture_and_revision()
    {
        var losses = new List<Loss>();
        var read = Image("base-files qemuarm64 3.0.14-r0\nbusybox cortexa57 1.36.1-r0\nkernel-6.6.21-yocto-standard qemuarm64 6.6.21+git0+c9b8fa1ed3_5c1b6a5d42-r0\nlibssl3 cortexa57 1:3.2.1-r0.1\nnewest noarch git-r2\n", losses);
        Assert.Empty(losses);
        Assert.Equal(["base-files 3.0.14", "busybox 1.36.1", "kernel-6.6.21-yocto-standard 6.6.21", "libssl3 3.2.1", "newest none"], read.Select(c => $"{c.Name} {c.Version ?? "none"}"));
        Assert.Equal(("1:3.2.1-r0.1", "r0.1", "poky", 4), (read[3].Package, read[3].PatchLevel, read[3].Distribution, read[3].Evidence[0].Location.Line));
        Assert.Equal("pkg:generic/busybox@1.36.1-r0?arch=cortexa57", read[1].Purl);
        Assert.Contains("cpe:2.3:a:busybox:busybox:1.36.1:*:*:*:*:*:*:*", read[1].Cpe);
    }

    [Fact]
    public void A_manifest_of_licences_tells_the_recipe_and_the_licence()
    {
        var read = Image("PACKAGE NAME: libcrypto3\nPACKAGE VERSION: 3.2.1\nRECIPE NAME: openssl\nLICENSE: Apache-2.0\n\nPACKAGE NAME: busybox\nPACKAGE VERSION: 1.36.1\nRECIPE NAME: busybox\nLICENSE: GPL-2.0-only & bzip2-1.0.4\n");
        Assert.Equal(("libcrypto3", "3.2.1", "openssl", "Apache-2.0", 1), (read[0].Name, read[0].Version, read[0].Source?.Name, read[0].Licence, read[0].Evidence[0].Location.Line));
        Assert.Equal(("busybox", null, 6), (read[1].Name, read[1].Source, read[1].Evidence[0].Location.Line));
        var deployed = Assert.Single(Image("RECIPE NAME: u-boot\nVERSION: 2024.01\nLICENSE: GPL-2.0-or-later\nFILES: u-boot.bin\n"));
        Assert.Equal(("u-boot", "2024.01"), (deployed.Name, deployed.Version));
    }

    [Theory]
    [InlineData("<?xml version=\"1.0\"?>\n<assembly xmlns=\"x\"/>\n")]
    [InlineData("busybox\nbase-files\n")]
    [InlineData("busybox cortexa57 unknown\n")]
    [InlineData("./usr/bin/foo rw 1234\n")]
    [InlineData("foo.txt 0644 1234\n")]
    [InlineData("one two three 4\n")]
    [InlineData("")]
    [InlineData("\n\n\n")]
    [InlineData("{\"a\": 1}")]
    public void Another_file_of_that_ending_gives_nothing_and_no_loss(string text)
    {
        var losses = new List<Loss>();
        Assert.Empty(Image(text, losses));
        Assert.Empty(losses);
    }

    [Fact]
    public void Broken_lines_are_told_and_lose_only_themselves()
    {
        var losses = new List<Loss>();
        Assert.Equal(2, Image("a arm 1.0-r0\n\u0001 \u0002 \u0003\nb arm 2.0-r0\n" + string.Concat(Enumerable.Repeat(new string('x', 5000) + "\n", 100)), losses).Count);
        Assert.Equal((16, 2), (losses.Count, losses[0].Location.Line));
        losses.Clear();
        Assert.Single(Image("PACKAGE NAME: a\n\nPACKAGE NAME: b\nPACKAGE VERSION: 1\n\nPACKAGE VERSION: 2\n", losses));
        Assert.Equal([1, 6], losses.Select(l => l.Location.Line!.Value));
        losses.Clear();
        Assert.Single(Buildroot("\"PACKAGE\",\"VERSION\",\"LICENSE\"\n\"zlib\",\"1.3\n\"a b\",\"1\",\"x\"\n\"zlib\",\"1.3\",\"Zlib\"\n", losses));
        Assert.Equal([2, 3], losses.Select(l => l.Location.Line!.Value));
    }

    [Theory]
    [InlineData("/a/core-image-minimal-qemuarm64.rootfs.manifest", "manifest")]
    [InlineData("/usr/share/common-licenses/license.manifest", "manifest")]
    [InlineData("/sdk/poky-toolchain.host.manifest", null)]
    [InlineData("/sdk/poky-toolchain.target.manifest", null)]
    [InlineData("/legal-info/manifest.csv", "buildroot")]
    [InlineData("/legal-info/host-manifest.csv", null)]
    public void Manifests_are_known_by_their_names_before_their_content(string path, string? kind) => Assert.Equal(kind, PackageDatabase.KindOf(path));

    [Fact]
    public void A_manifest_of_Buildroot_is_read_as_Python_reads_the_table()
    {
        Tool.Need("python3", "python3");
        const string table = "\"PACKAGE\",\"VERSION\",\"LICENSE\",\"LICENSE FILES\",\"SOURCE ARCHIVE\",\"SOURCE SITE\",\"DEPENDENCIES WITH LICENSES\"\n"
            + "\"buildroot\",\"2024.02.1\",\"GPL-2.0+\",\"COPYING\",\"not saved\",\"not saved\",\"\"\n"
            + "\"busybox\",\"1.36.1\",\"GPL-2.0, bzip2-1.0.4\",\"LICENSE archival/libarchive/bz/LICENSE\",\"busybox-1.36.1.tar.bz2\",\"https://www.busybox.net/downloads\",\"skeleton [unknown]\"\r\n"
            + "\"initscripts\",\"\",\"unknown\",\"not saved\",\"not saved\",\"not saved\",\"\"\n"
            + "\"odd\",\"v2.1\",\"a \"\"quoted\"\" licence\",\"\",\"\",\"\",\"\"\n"
            + "\"vendor-thing\",\"0123456789abcdef0123456789abcdef01234567\",\"PROPRIETARY\",\"\",\"\",\"\",\"\"\n"
            + "zlib,1.3.1,\"Zlib, or so\",README,,,\n";
        var judged = Tool.Run("python3", ["-I", "-c", "import csv,io,json,sys; print(json.dumps([[r['PACKAGE'],r['VERSION'],r['LICENSE']] for r in csv.DictReader(io.StringIO(sys.stdin.buffer.read().decode(),newline=''))]))"],
            input: System.Text.Encoding.UTF8.GetBytes(table));
        Assert.True(judged.Exit == 0, judged.Error);
        using var rows = JsonDocument.Parse(judged.Output);
        var expected = rows.RootElement.EnumerateArray().Select(r => (Name: r[0].GetString()!, Version: r[1].GetString()!, Licence: r[2].GetString())).Where(r => r.Name != "buildroot" && r.Version.Length > 0).ToList();
        var losses = new List<Loss>();
        var read = Buildroot(table, losses);
        Assert.Empty(losses);
        Assert.Equal(expected, read.Select(c => (c.Name, c.Package!, c.Licence)));
        Assert.Equal(["1.36.1", "2.1", null, "1.3.1"], read.Select(c => c.Version));
        Assert.Equal("pkg:generic/zlib@1.3.1", read[3].Purl);
        Assert.Empty(Buildroot("package,version,license\nx,1,y\n", losses));
        Assert.Empty(losses);
    }

    [Fact]
    public void Every_package_of_OpenWrt_s_manifests_is_read()
    {
        var compared = 0;
        foreach (var manifest in Corpus.Files("firmware/openwrt", "*.manifest"))
        {
            Assert.Equal("manifest", PackageDatabase.KindOf(manifest));
            var losses = new List<Loss>();
            var read = PackageDatabase.Read("manifest", "openwrt", File.ReadAllText(manifest), At, losses);
            Assert.Empty(losses);
            Assert.Equal(File.ReadLines(manifest).Where(l => l.Length > 0), read.Select(c => $"{c.Name} - {c.Package}"));
            Assert.All(read, c => Assert.StartsWith($"pkg:opkg/openwrt/{c.Name}@".Replace("+", "%2B", StringComparison.Ordinal), c.Purl));
            compared += read.Count;
        }
        output.WriteLine($"{compared} packages of OpenWrt's manifests");
    }
}
