using System.Text;
using Assay.Evidence;
using Assay.Evidence.Reading;
using Assay.Firmware.Tests.FileSystems;
using Assay.Tests;

namespace Assay.Firmware.Tests;

/// <summary>What an image is made of: found at any offset, opened through any packing, and never at the price of the machine.</summary>
[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
public class ImageTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(77)]
    [InlineData(4096)]
    [InlineData(1_000_003)]
    public void A_file_system_is_found_at_any_offset(int front)
    {
        using var scratch = new Scratch();
        var (squash, expected) = Squash(scratch, "xz");
        var before = new byte[front];
        new Random(front).NextBytes(before);
        using var image = Examination.Open([.. before, .. squash, .. "behind it"u8]);
        var part = Assert.Single(image.FileSystems);
        Assert.Equal((front, "squashfs", part), (part.Offset, part.Kind, image.Root));
        Assert.Equal(expected, Examination.Tree(image));
        Assert.Equal(squash.Length, image.Coverage.Examined);
        Assert.Equal(front + squash.Length + 9, image.Parts.Sum(p => p.Length));
    }

    [Theory]
    [InlineData("gzip", "-c")]
    [InlineData("xz", "-c")]
    [InlineData("xz", "-c --format=lzma")]
    [InlineData("zstd", "-c")]
    public void A_file_system_is_found_inside_a_packed_image(string program, string options)
    {
        using var scratch = new Scratch();
        Tool.Need(program, program);
        var (squash, expected) = Squash(scratch, "gzip");
        byte[] flash = [.. Encoding.ASCII.GetBytes(new string('x', 5000)), .. squash];
        var packed = Tool.Run(program, options.Split(' '), input: flash).Output;
        using var image = Examination.Open(packed);
        Assert.Equal(expected, Examination.Tree(image));
        var part = Assert.Single(image.FileSystems);
        Assert.Equal(5000, part.Offset);
        Assert.Matches("^/@0x0-(gzip|xz|lzma|zstd)/@0x1388-squashfs$", part.Path);
    }

    [Theory]
    [InlineData("none", "kernel")]
    [InlineData("gzip", "kernel")]
    [InlineData("lzma", "kernel")]
    [InlineData("none", "multi")]
    [InlineData("gzip", "ramdisk")]
    public void A_uimage_is_opened_and_its_kernel_can_be_read(string compression, string type)
    {
        Tool.Need("mkimage", "u-boot-tools");
        using var scratch = new Scratch();
        var random = new Random(4);
        var noise = new byte[100_000];
        random.NextBytes(noise);
        byte[] kernel = [.. noise, .. "Linux version 5.4.0 (a@b) (gcc) #1 SMP\n\0"u8, .. noise];
        var packed = compression switch
        {
            "gzip" => Tool.Run("gzip", ["-c"], input: kernel).Output,
            "lzma" => Tool.Run("xz", ["-c", "--format=lzma"], input: kernel).Output,
            _ => kernel,
        };
        File.WriteAllBytes(scratch.File("data"), packed);
        var (squash, _) = Squash(scratch, "gzip");
        File.WriteAllBytes(scratch.File("rootfs"), squash);
        var data = type == "multi" ? $"{scratch.File("data")}:{scratch.File("rootfs")}" : scratch.File("data");
        var made = Tool.Run("mkimage", ["-A", "arm", "-O", "linux", "-T", type, "-C", compression, "-n", "a name", "-d", data, scratch.File("uimage")]);
        Assert.True(made.Exit == 0, made.Error);
        var bytes = File.ReadAllBytes(scratch.File("uimage"));
        using (var image = Examination.Open([.. noise[..333], .. bytes]))
        {
            var part = image.AllParts.Single(p => p.Kind == "uimage");
            Assert.Equal((333, bytes.Length, "a name"), (part.Offset, part.Length, part.Note));
            Assert.Empty(image.Losses);
            if (type != "multi")
            {
                var inside = image.AllParts.Single(p => p.Kind == "kernel");
                Assert.True((inside.Content ?? inside.Bytes).Span.IndexOf("Linux version 5.4.0"u8) == 100_000);
            }
            else
            {
                Assert.Equal("squashfs", image.Root!.Kind);
            }
        }
        bytes[^1] ^= 1;
        using var damaged = Examination.Open(bytes);
        Assert.Contains(damaged.Losses, l => l.Expected.StartsWith("uImage data with CRC-32", StringComparison.Ordinal));
        bytes[5] ^= 1;
        using var notOne = Examination.Open(bytes);
        Assert.DoesNotContain(notOne.AllParts, p => p.Kind == "uimage");
    }

    [Fact]
    public void Of_several_file_systems_the_one_that_looks_like_a_root_is_the_root()
    {
        using var scratch = new Scratch();
        var root = scratch.File("root");
        foreach (var folder in (string[])["bin", "etc", "usr"]) Directory.CreateDirectory(Path.Combine(root, folder));
        File.WriteAllText(Path.Combine(root, "etc/passwd"), "root::0:0::/:/bin/sh\n");
        var rootFs = File.ReadAllBytes(SquashFsTests.Pack(scratch, root, ["-comp", "gzip"]));
        var (other, _) = Squash(scratch, "xz");
        using var image = Examination.Open([.. other, .. rootFs]);
        Assert.Equal(other.Length, image.Root!.Offset);
        Assert.Contains("\n/etc/passwd\tf\t", Examination.Tree(image), StringComparison.Ordinal);
        Assert.Contains("\n/@0x0-squashfs/small\tf\t", Examination.Tree(image, parts: true), StringComparison.Ordinal);

        using var twice = Examination.Open([.. rootFs, .. other, .. rootFs]);
        Assert.Null(twice.Root);
        var tree = Examination.Tree(twice);
        Assert.Contains("\n/@0x0-squashfs/etc/passwd\tf\t", tree, StringComparison.Ordinal);
        Assert.Contains($"\n/@0x{rootFs.Length + other.Length:x}-squashfs/etc/passwd\tf\t", tree, StringComparison.Ordinal);
    }

    [Fact]
    public void A_tree_with_parts_is_ordered_by_raw_bytes()
    {
        using var scratch = new Scratch();
        var (squash, _) = Squash(scratch, "gzip");
        using var image = Examination.Open([.. "first some text"u8, .. squash]);
        var paths = Examination.Tree(image, parts: true).Split('\n')[1..^1].Select(r => Encoding.UTF8.GetBytes(r[..r.IndexOf('\t', StringComparison.Ordinal)])).ToList();
        for (var i = 1; i < paths.Count; i++) Assert.True(paths[i - 1].AsSpan().SequenceCompareTo(paths[i]) < 0);
        Assert.Contains("/@0x0-unknown", paths.Select(Encoding.UTF8.GetString));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Reading_the_root_beside_the_kernel_gives_what_reading_in_order_gives(bool kernelCarriesRoot)
    {
        using var scratch = new Scratch();
        Tool.Need("mkimage", "u-boot-tools");
        Tool.Need("cpio", "cpio");
        var (squash, _) = Squash(scratch, "gzip");
        var noise = new byte[2 << 20];
        new Random(5).NextBytes(noise);
        byte[] kernel = [.. "Linux version 5.10.1 (a@b) (gcc) #1 SMP\0"u8, .. noise];
        if (kernelCarriesRoot)
        {
            var root = Directory.CreateDirectory(scratch.File("initial")).FullName;
            foreach (var folder in (string[])["bin", "etc", "sbin"]) Directory.CreateDirectory(Path.Combine(root, folder));
            File.WriteAllText(Path.Combine(root, "etc", "passwd"), "root::0:0::/:/bin/sh\n");
            kernel = [.. kernel, .. Tool.Run("sh", ["-c", "find . | cpio -o -H newc --quiet"], folder: root).Output];
        }
        File.WriteAllBytes(scratch.File("kernel.gz"), Tool.Run("gzip", ["-c"], input: kernel).Output);
        Tool.Run("mkimage", ["-A", "arm", "-O", "linux", "-T", "kernel", "-C", "gzip", "-n", "k", "-d", scratch.File("kernel.gz"), scratch.File("uimage")]);
        byte[] bytes = [.. File.ReadAllBytes(scratch.File("uimage")), .. squash];
        var (beside, inOrder) = (Told(2), Told(1));
        Assert.Equal(inOrder, beside);
        Assert.Contains(kernelCarriesRoot ? "-squashfs/" : "uimage", beside, StringComparison.Ordinal);

        string Told(int workers)
        {
            using var artefact = Artefact.Of("image", bytes);
            var seen = FirmwareExamination.Of(artefact, Examination.Options() with { Workers = workers });
            Assert.NotEmpty(seen.Components);
            var lines = seen.Findings.Select(f => $"{f.Kind} {f.Subject} {f.Value} {f.Location}").Concat(seen.Components.Select(c => $"{c.Name} {c.Version} {c.Evidence[0].Location}"));
            return string.Join('\n', lines.Concat(seen.Coverage.Select(c => $"{c.Scope} {c.Examined} {c.Total} {c.Losses.Count}"))) + seen.Map!.ToText();
        }
    }

    [Fact]
    public void An_empty_file_and_noise_are_told()
    {
        using (var empty = Examination.Open([])) Assert.Contains(empty.Losses, l => l.Found == "an empty file");
        for (var seed = 0; seed < 30; seed++)
        {
            var noise = new byte[200_000];
            new Random(seed).NextBytes(noise);
            using var image = Examination.Open(noise);
            Assert.False(image.IsRecognised, image.Map().ToText());
            Assert.NotEmpty(image.Losses);
            Assert.Equal(0, image.Coverage.Examined);
        }
    }

    [Fact]
    public void A_gzip_bomb_stops_at_the_budget_and_names_it()
    {
        Tool.Need("gzip", "gzip");
        var bomb = Tool.Run("gzip", ["-9c"], input: Tool.Run("gzip", ["-9c"], input: new byte[64 << 20]).Output).Output;
        Assert.True(bomb.Length < 10_000);
        using var image = Examination.Open(bomb, new Budget { FileBytes = 1 << 20 });
        Assert.Contains(image.Losses, l => l.Found.Contains("--budget file=NUMBER", StringComparison.Ordinal));
        Assert.False(image.Coverage.IsWhole);
    }

    [Fact]
    public void Packing_within_packing_ends_at_the_depth_of_the_budget()
    {
        Tool.Need("gzip", "gzip");
        var packed = "the core"u8.ToArray();
        for (var i = 0; i < 20; i++) packed = Tool.Run("gzip", ["-c"], input: packed).Output;
        using (var whole = Examination.Open(packed)) Assert.Equal(20, whole.AllParts.Count());
        using var image = Examination.Open(packed, new Budget { Depth = 5 });
        Assert.Contains(image.Losses, l => l.Found.Contains("--budget depth=NUMBER", StringComparison.Ordinal));
    }

    [Fact]
    public void Many_bombs_side_by_side_share_one_budget()
    {
        Tool.Need("gzip", "gzip");
        var bomb = Tool.Run("gzip", ["-9c"], input: new byte[3 << 20]).Output;
        var many = Enumerable.Range(0, 200).SelectMany(i => Enumerable.Repeat((byte)(i | 1), 16).Concat(bomb)).ToArray();
        using var image = Examination.Open(many, new Budget { FileBytes = 8 << 20 });
        Assert.True(image.AllParts.Sum(p => (long)(p.Content?.Length ?? 0)) <= 8 << 20);
        Assert.NotEmpty(image.Losses);
    }

    private static readonly System.Collections.Concurrent.ConcurrentDictionary<string, (byte[] Image, string Tree)> Packed = new(StringComparer.Ordinal);

    // One image for each compression serves all tests: packing is what takes long.
    private static (byte[] Image, string Tree) Squash(Scratch scratch, string compression) => Packed.GetOrAdd(compression, _ =>
    {
        var folder = SquashFsTests.MakeTree(scratch);
        return (File.ReadAllBytes(SquashFsTests.Pack(scratch, folder, ["-comp", compression])), SquashFsTests.TreeOfFolder(folder));
    });
}
