using System.Security.Cryptography;
using Assay.Evidence.Compression;
using Assay.Evidence.Files;
using Assay.Evidence.Reading;
using Assay.Firmware.FileSystems;
using Assay.Tests;

namespace Assay.Firmware.Tests.FileSystems;

/// <summary>SPIFFS: images that SPIFFS itself and mkspiffs wrote (samples/README.md says how), and what damage makes of them.</summary>
[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
public class SpiffsTests
{
    [Theory]
    [InlineData("spiffs-256", 256, 4096, 0)]
    [InlineData("spiffs-512", 512, 8192, 12)]
    [InlineData("spiffs-meta", 256, 4096, 20)]
    public void What_SPIFFS_wrote_is_read(string name, int page, int block, int churned)
    {
        var image = Sample(name);
        var files = Open(image);
        Assert.Equal((page, block, image.Length / block), (files.Layout.Page, files.Layout.Block, files.Layout.Blocks));
        var large = Content(9 * block / 4 + 123, 1);
        "overwritten"u8.CopyTo(large.AsSpan(page + 3));
        var expected = new Dictionary<string, byte[]>(StringComparer.Ordinal)
        {
            ["/small"] = Content(7, 8),
            ["/empty"] = [],
            ["/large"] = large,
            ["/page"] = Content(page - 5, 2),
            ["/page1"] = Content(page - 4, 3),
            ["/dir/sub/deep"] = Content(3 * page, 4),
            ["/dir/target"] = Content(50, 6),
            ["/changed"] = Content(2 * page + 5, 9),
        };
        for (var i = 0; i < 20; i++)
        {
            if (i % 3 != 0) expected.Add($"/many/n{i:d3}", Content(i * 11, i));
        }
        if (churned > 0) expected.Add("/churn", Content(block, churned - 1));
        Assert.Equal(string.Concat(expected.OrderBy(e => e.Key, StringComparer.Ordinal).Select(e => $"{e.Key}\tf\t-\t{e.Value.Length}\t-\t{Convert.ToHexStringLower(SHA256.HashData(e.Value))}\n")), FreshTree.Rows(files));
        Assert.Empty(files.Losses);
        // The blocks count themselves, so that nothing behind them is taken for one.
        if (name != "spiffs-512") Assert.Equal(image.Length, Open([.. image, .. new byte[50_000]]).Length);
    }

    [Fact]
    public void What_mkspiffs_packed_is_read_as_part_of_an_image()
    {
        using var image = Examination.Open(Sample("spiffs-packed"));
        Assert.Equal("spiffs", image.Parts[0].Kind);
        Assert.Empty(image.Losses);
        Assert.Equal(["/numbers", "/passwd", "/sub/k"], image.Root!.FileSystem!.Entries.Select(e => e.Path.Text));
        Assert.Contains(Convert.ToHexStringLower(SHA256.HashData("root:x:0:0:root:/root:/bin/sh\n"u8)), Examination.Tree(image), StringComparison.Ordinal);
    }

    [Fact]
    public void A_page_that_was_lost_loses_its_file_alone()
    {
        var image = Sample("spiffs-256");
        var whole = Open(image).Entries.Count;
        // The second page of /dir/sub/deep is erased, and its block still names it.
        var header = image.AsSpan().IndexOf("/dir/sub/deep\0"u8) - 13;
        byte[] second = [image[header], (byte)(image[header + 1] & 0x7f), 1, 0];
        for (var at = 0; at < image.Length; at += 256)
        {
            if (image.AsSpan(at, 4).SequenceEqual(second)) image.AsSpan(at, 256).Fill(0xff);
        }
        var files = Open(image);
        var rows = FreshTree.Rows(files);
        Assert.Equal(whole, files.Entries.Count);
        Assert.Contains("/dir/sub/deep\tf\t-\t768\t-\t-\n", rows, StringComparison.Ordinal);
        Assert.Contains(files.Losses, l => l.Location.Path == "/dir/sub/deep");
        Assert.Single(rows.Split('\n'), r => r.EndsWith("\t-", StringComparison.Ordinal) && r.Contains("\tf\t", StringComparison.Ordinal));
    }

    [Fact]
    public void A_cut_image_says_how_long_it_should_be()
    {
        var image = Sample("spiffs-256");
        var files = Open(image[..(image.Length / 2)]);
        Assert.Contains(files.Losses, l => l.Expected == $"{image.Length} bytes of SPIFFS");
        Assert.NotEmpty(files.Entries);
        Assert.Null(Spiffs.Measure(Enumerable.Repeat((byte)0xff, 65536).ToArray()));
        Assert.Null(Spiffs.Measure(new byte[65536]));
    }

    internal static byte[] Sample(string name)
    {
        using var decoded = Decompression.Decode(CompressionKind.Xz, File.ReadAllBytes(Path.Combine(Checkout.Root, "tests", "Assay.Firmware", "FileSystems", "samples", name + ".xz")), new Budget());
        Assert.Null(decoded.Failure);
        return decoded.Content.ToArray();
    }

    private static byte[] Content(int size, int seed) => [.. Enumerable.Range(0, size).Select(i => (byte)"0123456789abcdef"[(i * 7 + i / 16 + seed) % 16])];

    private static Spiffs Open(byte[] image) => Spiffs.Open(image, new Place("image", null, 0), new Budget());
}
