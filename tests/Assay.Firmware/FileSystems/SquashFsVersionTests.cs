using System.Diagnostics;
using Assay.Evidence.Files;
using Assay.Evidence.Reading;
using Assay.Firmware.FileSystems;
using Assay.Tests;

namespace Assay.Firmware.Tests.FileSystems;

/// <summary>SquashFS before version 4, in both byte orders, and as vendors changed it.</summary>
[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
public class SquashFsVersionTests
{
    private static SquashFs Open(ReadOnlyMemory<byte> bytes) => SquashFs.Open(bytes, FreshTree.Place, new Budget());

    private static List<SquashFsWriter.Item> Items()
    {
        var noise = new byte[100_000];
        new Random(4).NextBytes(noise);
        static int Octal(string digits) => Convert.ToInt32(digits, 8);
        List<SquashFsWriter.Item> many = [.. Enumerable.Range(0, 700).Select(i =>
            new SquashFsWriter.Item($"file-with-a-rather-long-name-{i:d4}", FileType.Regular, Octal("644"), System.Text.Encoding.ASCII.GetBytes($"content {i % 50}"), User: (uint)(i % 20), Group: (uint)(i % 3 * 100)))];
        return
        [
            new("big", FileType.Regular, Octal("4755"), [.. noise, .. new byte[60_000], .. noise.AsSpan(0, 777)], User: 1000, Group: 1000),
            new("block", FileType.Regular, Octal("600"), noise[..32768]),
            new("console", FileType.CharacterDevice, Octal("600"), Device: 5 << 8 | 1),
            new("disk", FileType.BlockDevice, Octal("660"), Device: 31 << 8 | 3, Group: 6),
            new("empty", FileType.Regular, Octal("644"), []),
            new("folder", FileType.Directory, Octal("1777"), Items: [new("inner", FileType.Directory, Octal("700"), Items: [new("file", FileType.Regular, Octal("444"), "deep"u8.ToArray())])]),
            new("link", FileType.Link, Octal("777"), Target: "../../../../etc/passwd"),
            new("many", FileType.Directory, Octal("755"), Items: many),
            new("nothing", FileType.Directory, Octal("755"), Items: []),
            new("pipe", FileType.Pipe, Octal("640"), User: 17),
        ];
    }

    [Theory]
    [InlineData(1, false)]
    [InlineData(1, true)]
    [InlineData(2, false)]
    [InlineData(2, true)]
    [InlineData(3, false)]
    [InlineData(3, true)]
    public void Every_version_and_order_has_the_tree_that_unsquashfs_unpacks(int version, bool big)
    {
        Tool.Need("unsquashfs", "squashfs-tools");
        if (Environment.UserName != "root") Assert.Skip("unsquashfs makes nodes for root only");
        using var scratch = new Scratch();
        var image = new SquashFsWriter(version, big).Write(Items());
        File.WriteAllBytes(scratch.File("img"), image);
        var judged = Tool.Run("unsquashfs", ["-q", "-n", "-d", scratch.File("out"), scratch.File("img")]);
        Assert.True(judged.Exit == 0, judged.Error + judged.Text);
        Assert.True(SquashFs.IsHeader(image));
        var squash = Open(image);
        Assert.Equal((version, big, "gzip"), (squash.Version, squash.IsBigEndian, squash.Compressor));
        Assert.Equal(FreshTree.Expected(scratch.File("out")), FreshTree.Rows(squash));
        Assert.Empty(squash.Losses);
        var owners = Tool.Run("find", [scratch.File("out"), "-mindepth", "1", "-printf", "/%P %U %G\\n"]).Text.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(owners.Order(StringComparer.Ordinal), squash.Entries.Select(e => $"{e.Path.Text} {e.Owner} {e.Group}").Order(StringComparer.Ordinal));
    }

    /// <summary>What stands before a stream of LZMA in the blocks of vendors, and the stream's own lc, lp and pb.</summary>
    [Theory]
    [InlineData("hsqs", "", "3,0,2")]
    [InlineData("shsq", "", "3,0,2")]
    [InlineData("sqsh", "", "3,0,2")]
    [InlineData("qshs", "5d00008000", "3,0,2")]
    [InlineData("tqsh", "5d00008000ffffffffffffffff", "3,0,2")]
    [InlineData("hsqt", "", "0,2,2")]
    [InlineData("sqlz", "", "4,0,0")]
    [InlineData("shsq", "377a6970", "1,1,1")]
    [InlineData("hsqs", "030002", "3,0,2")]
    public void Lzma_is_found_by_what_works(string magic, string header, string bits)
    {
        Tool.Need("xz", "xz-utils");
        var parts = bits.Split(',');
        var before = Convert.FromHexString(header);
        byte[] Lzma(byte[] bytes)
        {
            var packed = Tool.Run("xz", ["--format=raw", $"--lzma1=dict=64KiB,lc={parts[0]},lp={parts[1]},pb={parts[2]}", "-c"], input: bytes).Output;
            return [.. before, .. packed];
        }
        // Few files: each block is a process of its own.
        var items = Items().Where(i => i.Name != "many").ToList();
        foreach (var version in (int[])[2, 3])
        {
            var big = magic is "sqsh" or "qshs" or "tqsh" or "sqlz";
            var plain = FreshTree.Rows(Open(new SquashFsWriter(version, big).Write(items)));
            var image = new SquashFsWriter(version, big, Lzma).Write(items);
            System.Text.Encoding.ASCII.GetBytes(magic).CopyTo(image, 0);
            Assert.True(SquashFs.IsHeader(image), magic);
            var squash = Open(image);
            Assert.Equal("lzma", squash.Compressor);
            Assert.Equal(plain, FreshTree.Rows(squash));
            Assert.Empty(squash.Losses);
        }
    }

    [Fact]
    public void Samples_of_one_tree_agree_whatever_their_version_order_and_compression()
    {
        var trees = new Dictionary<string, List<string>>(StringComparer.Ordinal);
        foreach (var file in Corpus.Files("firmware/formats/squashfs", "fact-*"))
        {
            var bytes = File.ReadAllBytes(file);
            if (!SquashFs.IsHeader(bytes))
            {
                Assert.Contains("fake", Path.GetFileName(file), StringComparison.Ordinal);
                continue;
            }
            var squash = Open(bytes);
            var tree = FreshTree.Plain(FreshTree.Rows(squash));
            Assert.True(squash.Losses.Count == 0, $"{file}: {string.Join("; ", squash.Losses)}");
            (trees.TryGetValue(tree, out var same) ? same : trees[tree] = []).Add(Path.GetFileName(file));
        }
        Assert.True(trees.Count == 1, string.Join("\n\n", trees.Select(t => string.Join(' ', t.Value) + "\n" + t.Key)));
        Assert.True(trees.Single().Value.Count >= 14, string.Join(' ', trees.Single().Value));
    }

    [Fact]
    public void Mutated_images_give_result_or_loss_in_bounded_time()
    {
        foreach (var (version, big) in new[] { (1, true), (2, false), (3, true) })
        {
            var image = new SquashFsWriter(version, big).Write(Items());
            FreshTree.Mutate(image, (bytes, budget) => SquashFs.Open(bytes, FreshTree.Place, budget), 40, 4..60, (image.Length - 16_000)..image.Length);
        }
    }

    [Fact]
    public void A_superblock_without_tables_behind_it_ends_soon()
    {
        var image = new SquashFsWriter(3, false).Write(Items());
        // Noise where the tables were: every way is tried, and none works.
        new Random(5).NextBytes(image.AsSpan(119));
        var watch = Stopwatch.StartNew();
        var squash = Open(image);
        Assert.NotEmpty(squash.Losses);
        Assert.Empty(squash.Entries);
        Assert.True(watch.Elapsed.TotalSeconds < 5, $"{watch.Elapsed}");
    }
}
