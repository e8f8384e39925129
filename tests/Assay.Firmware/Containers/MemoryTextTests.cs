using System.Buffers.Binary;
using Assay.Evidence;
using Assay.Tests;

namespace Assay.Firmware.Tests.Containers;

/// <summary>Intel HEX and S-records as objcopy and srec_cat write them, and UF2 by the example of its specification; objcopy judges.</summary>
[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
public class MemoryTextTests
{
    private static byte[] Program()
    {
        var noise = new byte[90_001];
        new Random(11).NextBytes(noise);
        return [.. noise, .. "U-Boot 2019.01 (Jan 01 2020)\0bootdelay=3\0"u8];
    }

    [Theory]
    [InlineData("ihex", "intel-hex", "0x08000000")]
    [InlineData("ihex", "intel-hex", "0xfff0")]
    [InlineData("srec", "srec", "0x08000000")]
    [InlineData("srec", "srec", "0x1234")]
    [InlineData("srec", "srec", "0x800000")]
    public void Text_gives_the_bytes_that_it_was_made_of(string target, string kind, string address)
    {
        Tool.Need("objcopy", "binutils");
        using var scratch = new Scratch();
        File.WriteAllBytes(scratch.File("raw"), Program());
        var made = Tool.Run("objcopy", ["-I", "binary", "-O", target, "--change-addresses", address, "raw", "text"], scratch.Folder);
        Assert.True(made.Exit == 0, made.Error);
        var text = File.ReadAllBytes(scratch.File("text"));
        using (var image = Examination.Open([.. text, .. "behind it\n"u8]))
        {
            var part = image.Parts[0];
            Assert.Equal((kind, (long)text.Length), (part.Kind, part.Length));
            Assert.True(part.Content!.Value.Span.SequenceEqual(Program()));
            Assert.EndsWith($"/@{address.Replace("0x0", "0x", StringComparison.Ordinal)}-memory", Assert.Single(part.Children).Path, StringComparison.Ordinal);
            Assert.Empty(image.Losses);
        }
        // One digit of one record: the sum tells, and the other records stand.
        var at = text.Length / 2;
        while (!char.IsAsciiLetterOrDigit((char)text[at]) || text[at] is (byte)'S') at++;
        text[at] = text[at] == '0' ? (byte)'1' : (byte)'0';
        using var damaged = Examination.Open(text);
        Assert.Contains(damaged.Losses, l => l.Expected.StartsWith("a record with the sum", StringComparison.Ordinal) || l.Expected.Contains("record", StringComparison.Ordinal));
        Assert.True(damaged.Parts[0].Content!.Value.Length > 80_000);
    }

    [Fact]
    public void A_wide_gap_makes_two_runs_and_a_narrow_one_is_filled()
    {
        Tool.Need("srec_cat", "srecord");
        using var scratch = new Scratch();
        File.WriteAllBytes(scratch.File("raw"), Program());
        foreach (var (offset, runs) in new[] { ("0x20000", 1), ("0x2000000", 2) })
        {
            foreach (var format in (string[])["-intel", "-motorola"])
            {
                var made = Tool.Run("srec_cat", ["raw", "-binary", "raw", "-binary", "-offset", offset, "-o", "text", format], scratch.Folder);
                Assert.True(made.Exit == 0, made.Error);
                using var image = Examination.Open(File.ReadAllBytes(scratch.File("text")));
                Assert.Equal(runs, image.Parts[0].Children.Count);
                Assert.Empty(image.Losses);
                Assert.True(image.Parts[0].Children[^1].Bytes.Span.EndsWith(Program()));
            }
        }
    }

    [Fact]
    public void Samples_of_others_hold_what_objcopy_makes_of_them()
    {
        Tool.Need("objcopy", "binutils");
        var compared = 0;
        foreach (var file in Corpus.Files("firmware/formats/hex"))
        {
            using var scratch = new Scratch();
            using var artefact = Artefact.Open(file, Path.GetFileName(file));
            using var image = Image.Open(artefact, Examination.Options());
            var judged = Tool.Run("objcopy", ["-I", file.EndsWith(".hex", StringComparison.Ordinal) ? "ihex" : "srec", "-O", "binary", "--gap-fill", "0xff", file, scratch.File("out")]);
            if (judged.Exit != 0)
            {
                Assert.NotEmpty(image.Losses);
                continue;
            }
            Assert.True(image.Parts[0].Content!.Value.Span.SequenceEqual(File.ReadAllBytes(scratch.File("out"))), file);
            Assert.Empty(image.Losses);
            compared++;
        }
        Assert.True(compared >= 2, $"{compared}");
    }

    [Fact]
    public void Blocks_of_uf2_are_put_together_by_address_and_a_missing_one_is_told()
    {
        var program = Program();
        var blocks = (program.Length + 255) / 256;
        var file = new byte[blocks * 512];
        for (var i = 0; i < blocks; i++)
        {
            var block = file.AsSpan(i * 512, 512);
            var data = program.AsSpan(i * 256, Math.Min(256, program.Length - i * 256));
            uint[] words = [0x0A324655, 0x9E5D5157, 0x2000, 0x2000 + (uint)i * 256, (uint)data.Length, (uint)i, (uint)blocks, 0xe48bff56];
            for (var w = 0; w < words.Length; w++) BinaryPrimitives.WriteUInt32LittleEndian(block[(4 * w)..], words[w]);
            data.CopyTo(block[32..]);
            BinaryPrimitives.WriteUInt32LittleEndian(block[508..], 0x0AB16F30);
        }
        using (var image = Examination.Open([.. file, .. "behind"u8]))
        {
            Assert.Equal(("uf2", (long)file.Length), (image.Parts[0].Kind, image.Parts[0].Length));
            Assert.True(image.Parts[0].Content!.Value.Span.SequenceEqual(program));
            Assert.Contains("family 0xe48bff56", image.Parts[0].Note, StringComparison.Ordinal);
            Assert.Empty(image.Losses);
        }
        using var missing = Examination.Open([.. file[..5120], .. file[5632..]]);
        Assert.Contains(missing.Losses, l => l.Expected == $"{blocks} blocks" && l.Found == $"{blocks - 1}");
        file[508] ^= 1;
        using var notOne = Examination.Open(file[..512]);
        Assert.DoesNotContain(notOne.AllParts, p => p.Kind == "uf2");
    }
}
