using System.Buffers.Binary;
using System.Security.Cryptography;
using Assay.Evidence.Compression;
using Assay.Evidence.Files;
using Assay.Evidence.Reading;
using Assay.Firmware.FileSystems;
using Assay.Tests;

namespace Assay.Firmware.Tests.FileSystems;

/// <summary>littlefs: two images that littlefs itself wrote (samples/README.md says how), and what damage makes of them.</summary>
[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
public class LittleFsTests
{
    [Theory]
    [InlineData(4096, 80)]
    [InlineData(512, 40)]
    public void What_littlefs_wrote_is_read(int block, int many)
    {
        var image = Sample(block);
        Assert.True(LittleFs.IsHeader(image));
        var files = Open(image);
        Assert.Equal(block, files.BlockSize);
        var expected = new SortedDictionary<string, (int Size, int Seed)>(StringComparer.Ordinal)
        {
            ["/small"] = (7, 8),
            ["/empty"] = (0, 0),
            ["/large"] = (9 * block + 123, 1),
            ["/block"] = (block, 2),
            ["/block1"] = (block + 1, 3),
            ["/dir/sub/deep"] = (3 * block, 4),
            ["/dir/target"] = (50, 6),
            ["/changed"] = (2 * block + 5, 9),
        };
        for (var i = 0; i < many; i++)
        {
            if (i % 3 != 0) expected.Add($"/many/a-file-with-a-long-name-{i:d3}", (i % 60, i));
        }
        var rows = expected.Select(e => (e.Key, Row: $"{e.Key}\tf\t-\t{e.Value.Size}\t-\t{Convert.ToHexStringLower(SHA256.HashData(Content(e.Value.Size, e.Value.Seed)))}\n"))
            .Concat(new[] { "/dir", "/dir/sub", "/many" }.Select(f => (Key: f, Row: $"{f}\td\t-\t-\t-\t-\n")));
        Assert.Equal(TreeTable.Header + "\n" + string.Concat(rows.OrderBy(r => r.Key, StringComparer.Ordinal).Select(r => r.Row)), FlashTree.TreeOf(files));
        Assert.Empty(files.Losses);
        Assert.Equal(image.Length, Open([.. image, .. new byte[5000]]).Length);
    }

    [Theory]
    [InlineData(4096)]
    [InlineData(512)]
    public void Cut_images_and_lost_folders_are_told(int block)
    {
        var image = Sample(block);
        var whole = Open(image).Entries.Count;
        var files = Open(image[..(image.Length / 8)]);
        FlashTree.TreeOf(files);
        Assert.Contains(files.Losses, l => l.Expected.EndsWith("bytes of littlefs", StringComparison.Ordinal));
        // Every block in which the many names stand is erased.
        for (var at = 2 * block; at < image.Length; at += block)
        {
            if (image.AsSpan(at, block).IndexOf("a-file-with"u8) >= 0) image.AsSpan(at, block).Fill(0xff);
        }
        files = Open(image);
        FlashTree.TreeOf(files);
        Assert.InRange(files.Entries.Count, 5, whole - 20);
        Assert.Contains(files.Losses, l => l.Expected.StartsWith("a commit with the right CRC-32 in one of two blocks", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(4096)]
    [InlineData(512)]
    public void Mutated_images_give_result_or_loss_in_bounded_time(int block)
    {
        var healthy = Sample(block);
        var random = new Random(16);
        var changedTrees = 0;
        var expected = FlashTree.TreeOf(Open(healthy));
        for (var round = 0; round < 300; round++)
        {
            var image = healthy.ToArray();
            for (var n = random.Next(1, 30); n > 0; n--) image[random.Next(random.Next(3) == 0 ? image.Length : 4 * block)] = (byte)random.Next(256);
            if (round % 7 == 0) image = image[..random.Next(200, image.Length)];
            if (!LittleFs.IsHeader(image)) continue;
            var watch = System.Diagnostics.Stopwatch.StartNew();
            var files = LittleFs.Open(image, FlashTree.Place, new Budget { FileBytes = 16 << 20, Bytes = 100 << 20, Files = 10_000 });
            var tree = FlashTree.TreeOf(files);
            Assert.True(watch.Elapsed.TotalSeconds < 5, $"round {round}: {watch.Elapsed}");
            if (tree != expected) changedTrees++;
            foreach (var row in tree.Split('\n').Where(r => r.Contains("\tf\t", StringComparison.Ordinal) && r.EndsWith("\t-", StringComparison.Ordinal)))
            {
                Assert.Contains(files.Losses, l => l.Location.Path == row[..row.IndexOf('\t', StringComparison.Ordinal)]);
            }
        }
        Assert.True(changedTrees > 20, $"{changedTrees}");
    }

    [Fact]
    public void A_folder_that_leads_to_itself_is_told()
    {
        // The pair of the folder "dir" becomes the root's own pair, and the commit's sum is made right again.
        var image = Sample(4096);
        foreach (var start in (int[])[0, 4096])
        {
            var previous = uint.MaxValue;
            for (var at = start + 4; at < start + 4092;)
            {
                var tag = BinaryPrimitives.ReadUInt32BigEndian(image.AsSpan(at)) ^ previous;
                if ((tag & 0x80000000) != 0) break;
                previous = tag;
                var size = (tag & 0x3ff) == 0x3ff ? 0 : (int)(tag & 0x3ff);
                if (tag >> 20 == 0x200) BinaryPrimitives.WriteUInt64LittleEndian(image.AsSpan(at + 4), 1UL << 32);
                if (tag >> 20 is >= 0x500 and < 0x580) previous ^= (tag >> 20 & 1) << 31;
                at += 4 + size;
            }
            Resum(image, start);
        }
        var files = Open(image);
        FlashTree.TreeOf(files);
        Assert.Contains(files.Losses, l => l.Expected == "a folder that is listed once");
    }

    private static void Resum(byte[] image, int start)
    {
        var previous = uint.MaxValue;
        var from = start;
        for (var at = start + 4; at < start + 4092;)
        {
            var tag = BinaryPrimitives.ReadUInt32BigEndian(image.AsSpan(at)) ^ previous;
            if ((tag & 0x80000000) != 0) return;
            previous = tag;
            var size = (tag & 0x3ff) == 0x3ff ? 0 : (int)(tag & 0x3ff);
            if (tag >> 20 is >= 0x500 and < 0x580)
            {
                previous ^= (tag >> 20 & 1) << 31;
                BinaryPrimitives.WriteUInt32LittleEndian(image.AsSpan(at + 4), ~Crc32.Of(image.AsSpan(from, at + 4 - from)));
                from = at + 4 + size;
            }
            at += 4 + size;
        }
    }

    private static byte[] Content(int size, int seed) => [.. Enumerable.Range(0, size).Select(i => (byte)"0123456789abcdef"[(i * 7 + i / 16 + seed) % 16])];

    private static LittleFs Open(byte[] bytes) => LittleFs.Open(bytes, FlashTree.Place, new Budget());

    private static byte[] Sample(int block)
    {
        using var decoded = Decompression.Decode(CompressionKind.Xz, File.ReadAllBytes(Path.Combine(Checkout.Root, "tests", "Assay.Firmware", "FileSystems", "samples", $"littlefs-{block}.xz")), new Budget());
        Assert.Null(decoded.Failure);
        return decoded.Content.ToArray();
    }
}
