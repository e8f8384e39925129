using Assay.Tests;

namespace Assay.Firmware.Tests;

/// <summary>Images built now, from packages of another architecture, by the corpus's own generator: nobody can have tuned for them.</summary>
[Trait("Category", "FreshImages")]
[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
public class MakeImagesTests
{
    // Not ext2: the generator has genext2fs take away the rights of others; ExtTests packs with it as well.
    private const string Kinds = "squashfs-gzip squashfs-xz squashfs-xzbcj squashfs-zstd squashfs-lzma squashfs-lzo squashfs-lz4 jffs2 ubifs ubi ext4 cramfs romfs cpio.gz router.bin";

    [Fact]
    public void FreshImages_have_the_tree_that_was_packed()
    {
        var generator = Path.Combine(Corpus.Folder("firmware"), "make-images");
        if (!File.Exists(generator)) Assert.Skip("the corpus holds no make-images");
        if (Environment.UserName != "root") Assert.Skip("make-images needs root for device nodes and owners");
        Tool.Need("dpkg-deb", "dpkg");
        Tool.Need("mksquashfs", "squashfs-tools");
        using var scratch = new Scratch();
        var config = scratch.File("config");
        File.WriteAllText(config, "ARCH=armhf NAME=fresh\nKEEP='busybox dropbear-bin dnsmasq-base'\nPOOL='libexpat1 zlib1g'\n");
        var made = Tool.Run(generator, ["-c", config, "-a", "armhf", "-s", "41", "-d", "none", "-t", Kinds, scratch.File("out")], seconds: 300);
        if (made.Exit != 0 && made.Error.Contains("Unable to locate package", StringComparison.Ordinal)) Assert.Skip("no Debian package source for armhf");
        Assert.True(made.Exit == 0, made.Error);

        var expected = File.ReadAllText(Path.Combine(scratch.File("out"), "tree.tsv"));
        var images = ReadyImageTests.Images(scratch.File("out")).ToList();
        Assert.Equal(Kinds.Split(' ').Length, images.Count);
        foreach (var (file, kind) in images) Assert.Equal(ReadyImageTests.Kept(expected, kind), ReadyImageTests.Kept(Examination.TreeOf(file), kind));
    }
}
