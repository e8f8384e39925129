using Assay.Evidence;
using Assay.Firmware.Containers;
using Assay.Tests;

namespace Assay.Firmware.Tests;

/// <summary>Device trees, FITs and hash trees made by the programs that makers use: dtc, mkimage, veritysetup. Each fact beside an image that must not show it.</summary>
[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
public class BootFactsTests
{
    private const string Board = """
        /dts-v1/;
        / {
            model = "Bell 3"; compatible = "acme,bell3";
            chosen { bootargs = "console=ttyS0,115200 root=/dev/mtdblock2"; };
            soc {
                i2c@1000 {
                    camera@36 { compatible = "ovti,ov5640"; reg = <0x36>; status = "okay"; };
                    light@44 { compatible = "ti,opt3001"; status = "disabled"; };
                };
                bus@2000 { status = "disabled"; baro@76 { compatible = "bosch,bme280"; }; };
            };
            sound { dmic { compatible = "dmic-codec"; }; };
        };
        """;

    [Fact]
    public void A_device_tree_tells_the_sensors_that_are_used_and_the_console_and_no_others()
    {
        using var scratch = new Scratch();
        var findings = Look(Compile(scratch, Board));
        Assert.Equal(["camera", "microphone"], findings.Where(f => f.Has(Traits.Sensor)).Select(f => f.Subject).Order());
        Assert.Equal("ttyS0", Assert.Single(findings, f => f.Has(Traits.SerialConsole)).Subject);
        Assert.DoesNotContain(Look(Compile(scratch, "/dts-v1/; / { model = \"x\"; soc { uart@1 { compatible = \"ns16550a\"; }; panel { compatible = \"sony,acx565akm-panel-display\"; }; }; };")), f => f.Has(Traits.Sensor) || f.Has(Traits.SerialConsole));
    }

    [Fact]
    public void Nodes_and_their_texts_are_what_fdtget_reads()
    {
        Tool.Need("fdtget", "device-tree-compiler");
        using var scratch = new Scratch();
        var tree = Compile(scratch, Board);
        var nodes = DeviceTree.Read(tree);
        Assert.True(nodes.Count >= 9, $"{nodes.Count} nodes");
        foreach (var node in nodes)
        {
            var path = node.Path.Length == 0 ? "/" : node.Path;
            var children = Tool.Run("fdtget", ["-l", scratch.File("board.dtb"), path]).Text.Split('\n', StringSplitOptions.RemoveEmptyEntries);
            Assert.Equal(children, nodes.Where(n => n.Path.Length > 0 && n.Path[..n.Path.LastIndexOf('/')] == node.Path).Select(n => n.Name));
            foreach (var (key, value) in node.Properties.Where(p => p.Key is "compatible" or "status" or "bootargs" or "model"))
                Assert.Equal(value, Tool.Run("fdtget", ["-t", "s", scratch.File("board.dtb"), path, key]).Text.TrimEnd('\n'));
        }
    }

    [Fact]
    public void A_damaged_device_tree_gives_what_stood_before_the_break_and_never_throws()
    {
        using var scratch = new Scratch();
        var tree = Compile(scratch, Board);
        for (var length = 40; length < tree.Length; length += 7) Assert.NotNull(DeviceTree.Read(tree.AsSpan(0, length)));
        var random = new Random(4);
        for (var i = 0; i < 400; i++)
        {
            var bytes = tree.ToArray();
            for (var j = 0; j < 4; j++) bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            Assert.True(DeviceTree.Read(bytes).Count <= 20_000);
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_FIT_is_signed_or_not_as_mkimage_made_it(bool signed)
    {
        Tool.Need("mkimage", "u-boot-tools");
        Tool.Need("openssl", "openssl");
        using var scratch = new Scratch();
        File.WriteAllBytes(scratch.File("kernel"), [.. Enumerable.Range(0, 9000).Select(i => (byte)(i * 7))]);
        var signature = signed ? "signature-1 { algo = \"sha256,rsa2048\"; key-name-hint = \"dev\"; };" : "";
        File.WriteAllText(scratch.File("image.its"), "/dts-v1/; / { description = \"x\"; #address-cells = <1>; images { kernel { description = \"k\"; data = /incbin/(\"kernel\"); type = \"kernel\"; arch = \"arm\"; os = \"linux\"; compression = \"none\"; load = <0x8000>; entry = <0x8000>; hash-1 { algo = \"sha256\"; }; "
            + signature + " }; }; configurations { default = \"c\"; c { kernel = \"kernel\"; }; }; };");
        Tool.Run("openssl", ["req", "-batch", "-new", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "dev.key", "-out", "dev.crt", "-days", "9"], scratch.Folder);
        var made = Tool.Run("mkimage", signed ? ["-f", "image.its", "-k", ".", "-r", "image.itb"] : ["-f", "image.its", "image.itb"], scratch.Folder);
        Assert.True(made.Exit == 0, made.Error);
        var findings = Look(File.ReadAllBytes(scratch.File("image.itb"))).Where(f => f.Kind == FindingKind.Hardening).ToList();
        Assert.Contains(findings, f => f.Subject == "FIT" && f.Has(signed ? Traits.VerifiableBoot : Traits.UnsignedBoot));
        Assert.DoesNotContain(findings, f => f.Subject == "FIT" && f.Has(signed ? Traits.UnsignedBoot : Traits.VerifiableBoot));
    }

    [Fact]
    public void A_kernel_in_the_legacy_form_is_unsigned_and_another_payload_says_nothing()
    {
        Tool.Need("mkimage", "u-boot-tools");
        using var scratch = new Scratch();
        File.WriteAllBytes(scratch.File("payload"), [.. Enumerable.Range(0, 9000).Select(i => (byte)(i * 7))]);
        foreach (var (type, unsigned) in new[] { ("kernel", true), ("script", false) })
        {
            Tool.Run("mkimage", ["-A", "arm", "-O", "linux", "-T", type, "-C", "none", "-d", "payload", "image"], scratch.Folder);
            Assert.Equal(unsigned, Look(File.ReadAllBytes(scratch.File("image"))).Any(f => f.Has(Traits.UnsignedBoot)));
        }
    }

    [Fact]
    public void The_hash_tree_of_veritysetup_is_found_and_its_name_alone_is_not()
    {
        Tool.Need("veritysetup", "cryptsetup-bin");
        using var scratch = new Scratch();
        File.WriteAllBytes(scratch.File("data"), [.. Enumerable.Range(0, 1 << 18).Select(i => (byte)(i >> 3 ^ i))]);
        var made = Tool.Run("veritysetup", ["format", scratch.File("data"), scratch.File("hash")]);
        Assert.True(made.Exit == 0, made.Error);
        byte[] front = [0x27, 0x05, 0x19, 0x56, .. Enumerable.Repeat((byte)0x11, 4092)];
        Tool.Need("mksquashfs", "squashfs-tools");
        Directory.CreateDirectory(scratch.File("root/etc"));
        Directory.CreateDirectory(scratch.File("root/bin"));
        File.WriteAllText(scratch.File("root/etc/hostname"), "bell\n");
        Tool.Run("mksquashfs", [scratch.File("root"), scratch.File("root.squashfs"), "-quiet", "-no-progress"]);
        var squash = File.ReadAllBytes(scratch.File("root.squashfs"));
        Assert.Contains(Look([.. front, .. squash, .. File.ReadAllBytes(scratch.File("hash"))]), f => f.Subject == "dm-verity" && f.Has(Traits.VerifiableBoot) && f.Location.Offset >= front.Length + squash.Length);
        Assert.DoesNotContain(Look([.. front, .. squash, .. "about verity\0\0 and other words"u8, .. front]), f => f.Has(Traits.VerifiableBoot));
    }

    [Fact]
    public void A_boot_loader_that_waits_for_a_key_is_told_and_one_that_does_not_wait_is_not()
    {
        var at = new Location { Artefact = "x" };
        Assert.NotNull(BootFacts.BootDelay(at, "U-Boot 2023.04\0bootcmd=run x\0bootdelay=3\0baudrate=115200\0"u8));
        Assert.Null(BootFacts.BootDelay(at, "U-Boot 2023.04\0bootdelay=-2\0"u8));
        Assert.Null(BootFacts.BootDelay(at, "U-Boot 2023.04\0bootdelay=0\0"u8));
        Assert.Null(BootFacts.BootDelay(at, "another loader\0bootdelay=3\0"u8));
    }

    private static byte[] Compile(Scratch scratch, string source)
    {
        Tool.Need("dtc", "device-tree-compiler");
        File.WriteAllText(scratch.File("board.dts"), source);
        var made = Tool.Run("dtc", ["-q", "-I", "dts", "-O", "dtb", "-o", scratch.File("board.dtb"), scratch.File("board.dts")]);
        Assert.True(made.Exit == 0, made.Error);
        return File.ReadAllBytes(scratch.File("board.dtb"));
    }

    private static IReadOnlyList<Finding> Look(byte[] image)
    {
        using var artefact = Artefact.Of("it.bin", image);
        return FirmwareExamination.Of(artefact, new ExaminationOptions { AsOf = MemoryTree.AsOf }).Findings;
    }
}
