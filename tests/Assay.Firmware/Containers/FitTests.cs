using System.Text;
using System.Text.RegularExpressions;
using Assay.Evidence;
using Assay.Firmware.Tests.FileSystems;
using Assay.Tests;

namespace Assay.Firmware.Tests.Containers;

/// <summary>FIT as mkimage writes it, with data inside and outside of the tree; dumpimage judges what each image holds.</summary>
[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
public partial class FitTests
{
    private static byte[] Make(Scratch scratch, string compression, string program, params string[] options)
    {
        Tool.Need("mkimage", "u-boot-tools");
        Tool.Need("dtc", "device-tree-compiler");
        var noise = new byte[60_000];
        new Random(8).NextBytes(noise);
        byte[] kernel = [.. noise, .. "Linux version 5.4.0 (a@b) (gcc) #1 SMP\n\0"u8, .. noise];
        if (program.Length > 0) Tool.Need(program.Split(' ')[0], program.Split(' ')[0]);
        File.WriteAllBytes(scratch.File("kernel"), program.Length > 0 ? Tool.Run(program.Split(' ')[0], program.Split(' ')[1..], input: kernel).Output : kernel);
        File.Copy(SquashFsTests.Pack(scratch, SquashFsTests.MakeTree(scratch), ["-comp", "xz"]), scratch.File("rootfs"), overwrite: true);
        File.WriteAllText(scratch.File("fit.its"), $$"""
            /dts-v1/;
            / {
                description = "a fit"; #address-cells = <1>;
                images {
                    kernel-1 { description = "Linux"; data = /incbin/("kernel"); type = "kernel"; arch = "arm"; os = "linux"; compression = "{{compression}}"; load = <0x8000>; entry = <0x8000>;
                        hash-1 { algo = "crc32"; }; hash-2 { algo = "sha256"; }; };
                    rootfs-1 { description = "root"; data = /incbin/("rootfs"); type = "filesystem"; arch = "arm"; compression = "none";
                        hash-1 { algo = "sha1"; }; hash-2 { algo = "md5"; }; hash-3 { algo = "sha512"; }; };
                };
                configurations { default = "conf-1"; conf-1 { description = "one"; kernel = "kernel-1"; }; };
            };
            """);
        var made = Tool.Run("mkimage", [.. options, "-f", "fit.its", "fit.itb"], scratch.Folder);
        Assert.True(made.Exit == 0, made.Error + made.Text);
        return File.ReadAllBytes(scratch.File("fit.itb"));
    }

    [Theory]
    [InlineData("none", "", "")]
    [InlineData("gzip", "gzip -c", "")]
    [InlineData("bzip2", "bzip2 -c", "")]
    [InlineData("lzma", "xz -c --format=lzma", "-E")]
    [InlineData("lzo", "lzop -c", "-E")]
    [InlineData("lz4", "lz4 -c", "-E -B 1000")]
    [InlineData("zstd", "zstd -c", "-E -p 100000")]
    public void Every_image_is_opened_wherever_its_data_stand(string compression, string program, string options)
    {
        using var scratch = new Scratch();
        var fit = Make(scratch, compression, program, options.Split(' ', StringSplitOptions.RemoveEmptyEntries));
        using (var image = Examination.Open([.. fit, .. "behind it"u8]))
        {
            var part = image.Parts[0];
            Assert.Equal("fit", part.Kind);
            Assert.Contains("2 images, 1 configurations, default conf-1", part.Note, StringComparison.Ordinal);
            Assert.Empty(image.Losses);
            Assert.Equal(SquashFsTests.TreeOfFolder(scratch.File("tree")), Examination.Tree(image));
            var kernel = image.AllParts.Single(p => p.Kind == "kernel");
            Assert.True((kernel.Content ?? kernel.Bytes).Span.IndexOf("Linux version 5.4.0"u8) == 60_000);
            // The packed image, as dumpimage writes it out.
            Assert.Equal(0, Tool.Run("dumpimage", ["-T", "flat_dt", "-p", "1", "-o", "out", "fit.itb"], scratch.Folder).Exit);
            Assert.True(image.Root!.Bytes.Span.SequenceEqual(File.ReadAllBytes(scratch.File("out"))));
            // Its whole length is known before it is opened, wherever its data stand.
            Assert.Equal(part.Length, Assay.Firmware.Containers.Fit.Format.Recognise(fit)!.Value.Length);
        }
        fit[(int)fit.AsSpan().IndexOf("hsqs"u8) + 5000] ^= 1;
        using var damaged = Examination.Open(fit);
        Assert.Equal(3, damaged.Losses.Count(l => l.Expected.StartsWith("rootfs-1 with ", StringComparison.Ordinal)));
    }

    [Fact]
    public void Samples_of_others_hold_the_images_that_dumpimage_lists()
    {
        Tool.Need("dumpimage", "u-boot-tools");
        var compared = 0;
        foreach (var file in Corpus.Files("firmware/formats/fit"))
        {
            using var artefact = Artefact.Open(file, Path.GetFileName(file));
            using var image = Image.Open(artefact, Examination.Options());
            if (image.Parts[0].Kind != "fit") continue;
            var listed = ListedImage().Count(Tool.Run("dumpimage", ["-l", file]).Text);
            Assert.True(listed > 0 && image.Parts[0].Note!.StartsWith($"{listed} images", StringComparison.Ordinal), $"{file}: {listed}, {image.Parts[0].Note}");
            Assert.Empty(image.Parts[0].Losses);
            compared++;
        }
        Assert.True(compared > 0, "no FIT");
    }

    [GeneratedRegex(@"(?m)^ Image \d+ ")]
    private static partial Regex ListedImage();

    [Fact]
    public void A_trx_is_opened_by_its_offsets_and_a_wrong_sum_is_none()
    {
        using var scratch = new Scratch();
        var squash = File.ReadAllBytes(SquashFsTests.Pack(scratch, SquashFsTests.MakeTree(scratch), ["-comp", "gzip"]));
        var kernel = Tool.Run("gzip", ["-c"], input: [.. new byte[3000], .. "Linux version 5.4.0 (a@b) (gcc) #1 SMP\n\0"u8, .. new byte[70_000]]).Output;
        foreach (var version in (int[])[1, 2])
        {
            var header = version == 2 ? 32 : 28;
            var second = header + kernel.Length + 20;
            var trx = new byte[second + squash.Length];
            "HDR0"u8.CopyTo(trx);
            BitConverter.GetBytes(trx.Length).CopyTo(trx, 4);
            BitConverter.GetBytes(version << 16).CopyTo(trx, 12);
            BitConverter.GetBytes(header).CopyTo(trx, 16);
            BitConverter.GetBytes(second).CopyTo(trx, 20);
            kernel.CopyTo(trx, header);
            squash.CopyTo(trx, second);
            BitConverter.GetBytes(~Evidence.Compression.Crc32.Of(trx.AsSpan(12))).CopyTo(trx, 8);
            using (var image = Examination.Open([.. trx, .. "behind"u8]))
            {
                Assert.Equal(("trx", (long)trx.Length, $"version {version}, 2 partitions"), (image.Parts[0].Kind, image.Parts[0].Length, image.Parts[0].Note));
                Assert.Equal(["gzip", "padding", "squashfs"], image.Parts[0].Children.Select(c => c.Kind));
                Assert.Equal(SquashFsTests.TreeOfFolder(scratch.File("tree")), Examination.Tree(image));
                Assert.Empty(image.Losses);
            }
            trx[^1] ^= 1;
            using var wrong = Examination.Open(trx);
            Assert.DoesNotContain(wrong.AllParts, p => p.Kind == "trx");
        }
    }
}
