using System.Text;
using Assay.Tests;

namespace Assay.Firmware.Tests.FileSystems;

/// <summary>Packages as dpkg-deb, opkg, apk and rpmbuild make them; dpkg-deb and rpm2cpio judge what is inside.</summary>
[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
public class PackageTests
{
    private static string MakePackage(Scratch scratch)
    {
        var root = scratch.File("package");
        foreach (var name in (string[])["DEBIAN", "etc", "usr/bin", "lib"]) Directory.CreateDirectory(Path.Combine(root, name));
        File.WriteAllText(Path.Combine(root, "DEBIAN/control"), "Package: toaster\nVersion: 1.2-3\nArchitecture: all\nMaintainer: A <a@b.example>\nDescription: makes toast\n");
        File.WriteAllText(Path.Combine(root, "etc/toaster.conf"), "browning=3\n");
        File.WriteAllText(Path.Combine(root, "usr/bin/toaster"), "#!/bin/sh\necho toast\n");
        File.WriteAllBytes(Path.Combine(root, "lib/blob"), Enumerable.Range(0, 200_000).Select(i => (byte)(i * i >> 3)).ToArray());
        Tool.Run("chmod", ["755", Path.Combine(root, "usr/bin/toaster"), root, Path.Combine(root, "DEBIAN")]);
        return root;
    }

    [Theory]
    [InlineData("xz")]
    [InlineData("gzip")]
    [InlineData("none")]
    public void A_package_of_Debian_shows_what_it_installs(string compression)
    {
        Tool.Need("dpkg-deb", "dpkg");
        using var scratch = new Scratch();
        var made = Tool.Run("dpkg-deb", ["--root-owner-group", $"-Z{compression}", "-b", MakePackage(scratch), scratch.File("t.deb")]);
        Assert.True(made.Exit == 0, made.Error);
        using var image = Examination.Open(File.ReadAllBytes(scratch.File("t.deb")));
        Assert.Empty(image.Losses);
        Assert.Equal("ar", image.Parts[0].Kind);
        // The last two columns of dpkg-deb's list are size and name; a folder ends with a slash.
        var judged = Tool.Run("dpkg-deb", ["-c", scratch.File("t.deb")]).Text.Split('\n')[1..^1].Select(l => l.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .Select(c => $"{c[5].Trim('.').TrimEnd('/')} {(c[0][0] == 'd' ? "-" : c[2])}").Order(StringComparer.Ordinal);
        Assert.Equal(judged, Examination.Tree(image).Split('\n')[1..^1].Select(r => r.Split('\t')).Select(c => $"{c[0]} {c[3]}").Order(StringComparer.Ordinal));
        Assert.Contains("control\tf\t644\t", Examination.Tree(image, parts: true), StringComparison.Ordinal);
    }

    [Fact]
    public void Packages_of_opkg_and_Alpine_show_what_they_install()
    {
        using var scratch = new Scratch();
        var root = MakePackage(scratch);
        // opkg-build: a gzip-packed tar of the three members; abuild: gzip members of tar pieces, the first ones without their end.
        Tool.Run("sh", ["-c", "mkdir ipk; tar -C package/DEBIAN -czf ipk/control.tar.gz .; tar -C package -czf ipk/data.tar.gz ./etc ./usr ./lib; echo 2.0 > ipk/debian-binary; tar -C ipk -czf t.ipk ./debian-binary ./data.tar.gz ./control.tar.gz"], scratch.Folder);
        using (var image = Examination.Open(File.ReadAllBytes(scratch.File("t.ipk"))))
        {
            Assert.Empty(image.Losses);
            Assert.Contains("\n/usr/bin/toaster\tf\t755\t", Examination.Tree(image), StringComparison.Ordinal);
        }
        Tool.Run("sh", ["-c", "echo pkgname = toaster > .PKGINFO; tar -cf - .PKGINFO | head -c 1024 | gzip -c > c.gz; tar -C package -czf d.gz etc usr lib; cat c.gz d.gz > t.apk"], scratch.Folder);
        using var alpine = Examination.Open(File.ReadAllBytes(scratch.File("t.apk")));
        Assert.Empty(alpine.Losses);
        var tree = Examination.Tree(alpine);
        Assert.Contains("\n/usr/bin/toaster\tf\t755\t", tree, StringComparison.Ordinal);
        Assert.Contains("\n/.PKGINFO\tf\t", tree, StringComparison.Ordinal);
        Assert.True(Directory.Exists(root));
    }

    [Theory]
    [InlineData("w9.gzdio", "gzip")]
    [InlineData("w2.xzdio", "xz")]
    [InlineData("w3.zstdio", "zstd")]
    [InlineData("w9.bzdio", "bzip2")]
    [InlineData("w2.lzdio", "lzma")]
    public void An_rpm_package_holds_the_archive_that_rpm2cpio_unpacks(string payload, string kind)
    {
        Tool.Need("rpmbuild", "rpm");
        Tool.Need("rpm2cpio", "rpm2cpio");
        using var scratch = new Scratch();
        var root = MakePackage(scratch);
        File.WriteAllText(scratch.File("t.spec"), $"""
            Name: toaster
            Version: 1.2
            Release: 3
            Summary: makes toast
            License: MIT
            BuildArch: noarch
            %description
            makes toast
            %install
            mkdir -p %buildroot
            cp -a {root}/etc {root}/usr {root}/lib %buildroot/
            %files
            /etc/toaster.conf
            /usr/bin/toaster
            /lib/blob

            """);
        var made = Tool.Run("rpmbuild", ["-bb", "--define", $"_binary_payload {payload}", "--define", $"_topdir {scratch.File("rpm")}", "--define", "_build_id_links none", scratch.File("t.spec")], scratch.Folder);
        Assert.True(made.Exit == 0, made.Error);
        var file = Directory.GetFiles(scratch.File("rpm"), "*.rpm", SearchOption.AllDirectories).Single();
        var bytes = File.ReadAllBytes(file);
        var judged = Tool.Run("rpm2cpio", [file]).Output;
        using (var image = Examination.Open([.. bytes, .. "behind it"u8]))
        {
            var part = image.Parts[0];
            Assert.Equal(("rpm", (long)bytes.Length, "toaster 1.2-3 noarch"), (part.Kind, part.Length, part.Note));
            Assert.Equal(kind, Assert.Single(part.Children).Kind);
            Assert.True(part.Children[0].Content!.Value.Span.SequenceEqual(judged));
            Assert.Empty(image.Losses);
            Assert.Contains("\n/usr/bin/toaster\tf\t755\t", Examination.Tree(image), StringComparison.Ordinal);
        }
        bytes[^200] ^= 1;
        using var damaged = Examination.Open(bytes);
        Assert.Contains(damaged.Losses, l => l.Expected.Contains(" of ", StringComparison.Ordinal));
    }

    [Fact]
    public void A_static_library_shows_its_objects_with_long_names_of_both_kinds()
    {
        Tool.Need("ar", "binutils");
        using var scratch = new Scratch();
        File.WriteAllText(scratch.File("short.o"), "one");
        File.WriteAllText(scratch.File("a-name-that-is-longer-than-sixteen.o"), "three");
        Tool.Run("ar", ["rcD", "t.a", "short.o", "a-name-that-is-longer-than-sixteen.o"], scratch.Folder);
        using (var image = Examination.Open(File.ReadAllBytes(scratch.File("t.a"))))
        {
            Assert.Equal(["/a-name-that-is-longer-than-sixteen.o", "/short.o"], image.Root!.FileSystem!.Entries.Select(e => e.Path.Text));
            Assert.Contains("\t3\t-\t" + Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData("one"u8)), Examination.Tree(image), StringComparison.Ordinal);
            Assert.Empty(image.Losses);
        }
        var bsd = "!<arch>\n" + "#1/20".PadRight(16) + "0".PadRight(12) + "0".PadRight(6) + "0".PadRight(6) + "100644".PadRight(8) + "25".PadRight(10) + "`\n" + "a-name-of-bsd.o\0\0\0\0\0" + "hello\n";
        using var other = Examination.Open(Encoding.ASCII.GetBytes(bsd));
        Assert.Equal("/a-name-of-bsd.o 5", string.Join(' ', other.Root!.FileSystem!.Entries.Select(e => $"{e.Path.Text} {e.Size}")));
        using var lie = Examination.Open(Encoding.ASCII.GetBytes(bsd.Replace("25  ", "9999", StringComparison.Ordinal)));
        Assert.NotEmpty(lie.Losses);
    }
}
