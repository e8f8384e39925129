using Assay.Evidence;
using Assay.Tests;

namespace Assay.Firmware.Tests.FileSystems;

/// <summary>File systems of block devices where images hold them: at any offset, and named where they are not read.</summary>
[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
public class BlocksTests
{
    [Theory]
    [InlineData("mkfs.minix", "util-linux", "-1", "minix")]
    [InlineData("mkfs.minix", "util-linux", "-1 -n 14", "minix")]
    [InlineData("mkfs.minix", "util-linux", "-2", "minix")]
    [InlineData("mkfs.minix", "util-linux", "-3", "minix")]
    [InlineData("mkfs.f2fs", "f2fs-tools", "-q", "f2fs")]
    public void What_is_not_read_is_named_with_its_length(string writer, string package, string options, string kind)
    {
        Tool.Need(writer, package);
        using var scratch = new Scratch();
        var size = kind == "minix" ? 4 << 20 : 64 << 20;
        using (var file = File.Create(scratch.File("img"))) file.SetLength(size);
        var made = Tool.Run(writer, [.. options.Split(' '), scratch.File("img")]);
        Assert.True(made.Exit == 0, made.Error);
        using var artefact = Artefact.Open(scratch.File("img"));
        using var image = Image.Open(artefact, Examination.Options());
        var part = image.Parts[0];
        Assert.Equal((kind, 0L, false), (part.Kind, part.Offset, part.IsRead));
        Assert.InRange(part.Length, size * 9L / 10, size);
        Assert.Contains(image.Losses, l => l.Found == $"{kind}, which is recognised and not read");
    }

    [Fact]
    public void Samples_that_are_not_read_are_named()
    {
        foreach (var file in Corpus.Files("firmware/formats/other", "*.img.xz"))
        {
            using var image = Examination.Open(Samples.Bytes(file));
            Assert.Contains(image.AllParts, p => file.Contains(p.Kind, StringComparison.Ordinal));
        }
    }

    [Fact]
    public void Each_is_found_behind_others_and_has_its_tree()
    {
        Tool.Need("mkfs.cramfs", "util-linux");
        Tool.Need("genromfs", "genromfs");
        Tool.Need("mkfs.erofs", "erofs-utils");
        using var scratch = new Scratch();
        var tree = FreshTree.Make(scratch);
        var image = new MemoryStream();
        var noise = new byte[70_001];
        new Random(6).NextBytes(noise);
        foreach (var (program, arguments) in new (string, string[])[]
        {
            ("mkfs.cramfs", [tree, scratch.File("img")]), ("genromfs", ["-f", scratch.File("img"), "-d", tree]), ("mkfs.erofs", ["-zlz4", scratch.File("img"), tree]),
            ("mkfs.ext4", ["-q", "-F", "-b", "1024", "-d", tree, scratch.File("img"), "8M"]),
        })
        {
            File.Delete(scratch.File("img"));
            var made = Tool.Run(program, arguments);
            Assert.True(made.Exit == 0, made.Error);
            image.Write(noise);
            image.Write(File.ReadAllBytes(scratch.File("img")));
        }
        using var opened = Examination.Open(image.ToArray());
        Assert.Equal(["cramfs", "romfs", "erofs", "ext"], opened.FileSystems.Select(p => p.Kind));
        foreach (var part in opened.FileSystems)
        {
            var modes = part.Kind != "romfs";
            Assert.Equal(FreshTree.Expected(tree, modes), FreshTree.Rows((Assay.Firmware.FileSystems.ImageFileSystem)part.FileSystem!, modes));
        }
        Assert.Empty(opened.Losses);
    }
}
