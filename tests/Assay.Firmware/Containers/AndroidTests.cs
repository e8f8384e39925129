using Assay.Firmware.Tests.FileSystems;
using Assay.Tests;

namespace Assay.Firmware.Tests.Containers;

/// <summary>Boot images as mkbootimg writes them, sparse images as img2simg does; simg2img judges.</summary>
[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
public class AndroidTests
{
    private static void MakeParts(Scratch scratch)
    {
        var noise = new byte[50_001];
        new Random(9).NextBytes(noise);
        File.WriteAllBytes(scratch.File("kernel"), Tool.Run("gzip", ["-c"], input: [.. noise, .. "Linux version 5.4.0 (a@b) (gcc) #1 SMP\n\0"u8, .. noise]).Output);
        Directory.CreateDirectory(scratch.File("rd"));
        File.WriteAllText(scratch.File("rd/init.rc"), "service adbd /sbin/adbd\n");
        Tool.Need("cpio", "cpio");
        var cpio = Tool.Run("cpio", ["-o", "-H", "newc", "--quiet"], scratch.File("rd"), input: "init.rc\n"u8.ToArray()).Output;
        File.WriteAllBytes(scratch.File("ramdisk"), Tool.Run("gzip", ["-c"], input: cpio).Output);
        File.WriteAllText(scratch.File("t.dts"), "/dts-v1/; / { compatible = \"vendor,board\"; chosen { bootargs = \"console=ttyS0\"; }; };");
        Tool.Need("dtc", "device-tree-compiler");
        Tool.Run("dtc", ["-I", "dts", "-O", "dtb", "-o", scratch.File("dtb"), scratch.File("t.dts")]);
    }

    [Theory]
    [InlineData(0, 2048)]
    [InlineData(0, 4096)]
    [InlineData(1, 2048)]
    [InlineData(2, 16384)]
    [InlineData(3, 4096)]
    public void A_boot_image_of_each_version_is_opened(int version, int page)
    {
        Tool.Need("mkbootimg", "mkbootimg");
        using var scratch = new Scratch();
        MakeParts(scratch);
        string[] more = version switch { 0 or 1 => ["--second", "dtb", "--pagesize", $"{page}"], 2 => ["--dtb", "dtb", "--pagesize", $"{page}"], _ => [] };
        var made = Tool.Run("mkbootimg", ["--header_version", $"{version}", "--kernel", "kernel", "--ramdisk", "ramdisk", "--cmdline", "console=ttyS0 quiet", .. more, "-o", "boot.img"], scratch.Folder);
        Assert.True(made.Exit == 0, made.Error);
        var bytes = File.ReadAllBytes(scratch.File("boot.img"));
        using (var image = Examination.Open(bytes))
        {
            var part = Assert.Single(image.Parts);
            Assert.Equal("android-boot", part.Kind);
            Assert.StartsWith($"version {version}, pages of {page}", part.Note, StringComparison.Ordinal);
            Assert.Contains("console=ttyS0 quiet", part.Note, StringComparison.Ordinal);
            Assert.Empty(image.Losses);
            Assert.Contains("\n/init.rc\tf\t", Examination.Tree(image), StringComparison.Ordinal);
            Assert.Contains(image.AllParts, p => p.Kind == "kernel");
            Assert.Equal(version <= 2, image.AllParts.Any(p => p.Kind == "dtb"));
        }
        if (version > 2) return;
        bytes[page + 30_000] ^= 1;
        using var damaged = Examination.Open(bytes);
        Assert.Contains(damaged.Losses, l => l.Expected.StartsWith("sections with the SHA-1", StringComparison.Ordinal));
    }

    [Fact]
    public void A_vendor_boot_image_is_opened()
    {
        Tool.Need("mkbootimg", "mkbootimg");
        using var scratch = new Scratch();
        MakeParts(scratch);
        var made = Tool.Run("mkbootimg", ["--header_version", "3", "--vendor_ramdisk", "ramdisk", "--dtb", "dtb", "--vendor_boot", "vendor.img"], scratch.Folder);
        Assert.True(made.Exit == 0, made.Error);
        using var image = Examination.Open(File.ReadAllBytes(scratch.File("vendor.img")));
        var part = Assert.Single(image.Parts);
        Assert.Equal("android-vendor-boot", part.Kind);
        Assert.Empty(image.Losses);
        Assert.Single(image.FileSystems);
        Assert.Contains(part.Children, p => p.Kind == "dtb");
    }

    /// <summary>Debian's writer ends with version 3; the layout of version 4 is that of bootimg.h.</summary>
    [Fact]
    public void Version_4_has_a_signature_and_a_table_of_ramdisks()
    {
        using var scratch = new Scratch();
        MakeParts(scratch);
        byte[] kernel = File.ReadAllBytes(scratch.File("kernel")), disk = File.ReadAllBytes(scratch.File("ramdisk")), dtb = File.ReadAllBytes(scratch.File("dtb"));
        var boot = new byte[4096];
        "ANDROID!"u8.CopyTo(boot);
        foreach (var (at, value) in new[] { (8, kernel.Length), (12, disk.Length), (20, 1584), (40, 4), (1580, 4096) }) BitConverter.GetBytes(value).CopyTo(boot, at);
        using (var image = Examination.Open([.. boot, .. Page(kernel), .. Page(disk), .. Page([1])]))
        {
            Assert.Equal("android-boot", Assert.Single(image.Parts).Kind);
            Assert.Empty(image.Losses);
            Assert.Contains("\n/init.rc\tf\t", Examination.Tree(image), StringComparison.Ordinal);
            Assert.Contains(image.Parts[0].Children, p => p.Kind == "signature");
        }
        var vendor = new byte[4096];
        "VNDRBOOT"u8.CopyTo(vendor);
        var config = "androidboot.hardware=board\n"u8.ToArray();
        foreach (var (at, value) in new[] { (8, 4), (12, 4096), (24, 2 * disk.Length), (2096, 2128), (2100, dtb.Length), (2112, 216), (2116, 2), (2120, 108), (2124, config.Length) }) BitConverter.GetBytes(value).CopyTo(vendor, at);
        var table = new byte[216];
        foreach (var (at, value) in new[] { (0, disk.Length), (8, 1), (108, disk.Length), (112, disk.Length), (116, 3) }) BitConverter.GetBytes(value).CopyTo(table, at);
        "modules"u8.CopyTo(table.AsSpan(12));
        using var other = Examination.Open([.. vendor, .. Page([.. disk, .. disk]), .. Page(dtb), .. Page(table), .. Page(config)]);
        Assert.Equal("android-vendor-boot", Assert.Single(other.Parts).Kind);
        Assert.Empty(other.Losses);
        Assert.Equal(2, other.FileSystems.Count);
        Assert.Contains(other.Parts[0].Children, p => p.Kind == "bootconfig" && p.Bytes.Span.SequenceEqual(config));

        static byte[] Page(byte[] bytes) => [.. bytes, .. new byte[(4096 - bytes.Length % 4096) % 4096]];
    }

    [Fact]
    public void A_sparse_image_is_what_simg2img_makes_of_it()
    {
        Tool.Need("img2simg", "android-sdk-libsparse-utils");
        using var scratch = new Scratch();
        var squash = File.ReadAllBytes(SquashFsTests.Pack(scratch, SquashFsTests.MakeTree(scratch), ["-comp", "gzip"]));
        byte[] raw = [.. squash, .. new byte[4096 - squash.Length % 4096], .. new byte[1 << 20], .. Enumerable.Repeat((byte)0xa5, 1 << 19), .. "an end"u8, .. new byte[4090]];
        File.WriteAllBytes(scratch.File("raw"), raw);
        Assert.Equal(0, Tool.Run("img2simg", ["raw", "sparse"], scratch.Folder).Exit);
        Assert.Equal(0, Tool.Run("simg2img", ["sparse", "back"], scratch.Folder).Exit);
        var bytes = File.ReadAllBytes(scratch.File("sparse"));
        using (var image = Examination.Open([.. bytes, .. "behind it"u8]))
        {
            var part = image.Parts[0];
            Assert.Equal(("android-sparse", (long)bytes.Length), (part.Kind, part.Length));
            Assert.True(part.Content!.Value.Span.SequenceEqual(File.ReadAllBytes(scratch.File("back"))));
            Assert.Equal(SquashFsTests.TreeOfFolder(scratch.File("tree")), Examination.Tree(image));
            Assert.Empty(image.Losses);
        }
        using (var cut = Examination.Open(bytes[..^5000])) Assert.NotEmpty(cut.Losses);
        // A size that nothing stands behind meets the budget.
        bytes[16] = bytes[17] = bytes[18] = 0xff;
        using var bomb = Examination.Open(bytes);
        Assert.Contains(bomb.Losses, l => l.Found.Contains("--budget file=", StringComparison.Ordinal));
        // One within the budget takes no memory either, as long as no chunk says what it is made of.
        byte[] hollow = [.. bytes[..28], .. bytes[28..40]];
        BitConverter.GetBytes(50_000).CopyTo(hollow, 16);
        BitConverter.GetBytes(1).CopyTo(hollow, 20);
        BitConverter.GetBytes(0xcac3).CopyTo(hollow, 28);
        BitConverter.GetBytes(2).CopyTo(hollow, 32);
        BitConverter.GetBytes(12).CopyTo(hollow, 36);
        using var small = Examination.Open(hollow);
        Assert.Equal(2 * 4096, small.Parts[0].Content!.Value.Length);
        Assert.Contains(small.Losses, l => l.Expected == $"{50_000 * 4096} bytes of content" && l.Found == "8192");
    }
}
