using Assay.Evidence;
using Assay.Tests;

namespace Assay.Firmware.Tests.Containers;

/// <summary>Compressed streams as their own tools write them, judged by what went in; each tool's sums are checked, so that one flipped bit is told.</summary>
public class StreamTests
{
    [Theory]
    [InlineData("bzip2", "-c")]
    [InlineData("bzip2", "-c -1")]
    [InlineData("lzip", "-c")]
    [InlineData("lzip", "-c -0 -b 100000")]
    [InlineData("lz4", "-c")]
    [InlineData("lz4", "-c -9 -BD -B4")]
    [InlineData("lz4", "-c --no-frame-crc -BX --content-size")]
    [InlineData("lz4", "-c -l")]
    [InlineData("lzop", "-c")]
    [InlineData("lzop", "-c -1 --crc32")]
    [InlineData("lzop", "-c -F")]
    public void A_stream_is_unpacked_and_what_follows_it_is_not_swallowed(string program, string options)
    {
        Tool.Need(program, program);
        var random = new Random(5);
        var noise = new byte[40_000];
        random.NextBytes(noise);
        byte[] content = [.. noise, .. new byte[1_300_000], .. File.ReadAllBytes(typeof(object).Assembly.Location).AsSpan(0, 2_500_000), .. noise];
        var packed = Tool.Run(program, options.Split(' '), input: content).Output;
        Assert.True(packed.Length > 1000, "the tool wrote nothing");
        using (var image = Examination.Open([.. packed, .. "behind it\n"u8]))
        {
            var part = image.Parts[0];
            Assert.Equal((program, (long)packed.Length), (part.Kind, part.Length));
            Assert.True(part.Content!.Value.Span.SequenceEqual(content));
            Assert.Empty(image.Losses);
        }
        var cut = packed[..(packed.Length * 2 / 3)];
        using (var image = Examination.Open(cut)) Assert.NotEmpty(image.Losses);
        // The older frame of LZ4 and lzop without sums cannot tell.
        if (options.EndsWith("-l", StringComparison.Ordinal) || options.EndsWith("-F", StringComparison.Ordinal) || options.Contains("no-frame", StringComparison.Ordinal)) return;
        packed[packed.Length / 2] ^= 4;
        using var damaged = Examination.Open(packed);
        Assert.NotEmpty(damaged.Losses);
    }

    [Theory]
    [InlineData("-b 10")]
    [InlineData("-b 12")]
    [InlineData("-b 16")]
    public void What_compress_wrote_is_unpacked(string options)
    {
        Tool.Need("compress", "ncompress");
        var noise = new byte[300_000];
        new Random(5).NextBytes(noise);
        // Noise fills the table, so that it is cleared and begun anew.
        byte[] content = [.. File.ReadAllBytes(typeof(object).Assembly.Location).AsSpan(0, 900_000), .. noise, .. new byte[700_000], .. "the end"u8];
        var packed = Tool.Run("compress", ["-f", "-c", .. options.Split(' ')], input: content).Output;
        using (var image = Examination.Open(packed))
        {
            Assert.Equal(("compress", (long)packed.Length), (image.Parts[0].Kind, image.Parts[0].Length));
            Assert.True(image.Parts[0].Content!.Value.Span.SequenceEqual(content));
            Assert.Empty(image.Losses);
        }
        // A code that stands for nothing yet.
        byte[] wrong = [.. packed[..4], 0xfe, 0xff, .. packed[6..]];
        using var damaged = Examination.Open(wrong);
        Assert.NotEmpty(damaged.Losses);
    }

    [Fact]
    public void A_tar_that_compress_packed_is_opened_as_its_samples_say()
    {
        Tool.Need("compress", "ncompress");
        var compared = 0;
        foreach (var file in Corpus.Files("firmware/formats", "*.Z"))
        {
            var judged = Tool.Run("compress", ["-d", "-c"], input: File.ReadAllBytes(file));
            using var artefact = Artefact.Open(file, Path.GetFileName(file));
            using var image = Image.Open(artefact, Examination.Options());
            Assert.True(judged.Exit == 0 && image.Parts[0].Content!.Value.Span.SequenceEqual(judged.Output), file);
            compared++;
        }
        Assert.True(compared > 0, "no sample");
    }

    [Fact]
    public void Samples_of_others_unpack_to_what_their_tools_unpack()
    {
        var compared = 0;
        foreach (var (folder, program) in new[] { ("bz2", "bzip2"), ("lzip", "lzip"), ("lz4", "lz4"), ("lzo", "lzop") })
        {
            Tool.Need(program, program);
            foreach (var file in Corpus.Files("firmware/formats/" + folder))
            {
                var judged = Tool.Run(program, ["-dc"], input: File.ReadAllBytes(file));
                using var artefact = Artefact.Open(file, Path.GetFileName(file));
                using var image = Image.Open(artefact, Examination.Options());
                Assert.True(judged.Exit == 0 && image.Parts[0].Content!.Value.Span.SequenceEqual(judged.Output), file);
                compared++;
            }
        }
        Assert.True(compared >= 4, $"{compared}");
    }
}
