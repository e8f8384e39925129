using System.Buffers.Binary;
using System.IO.Compression;
using Assay.Evidence.Compression;
using Assay.Evidence.Files;
using Assay.Evidence.Reading;
using Assay.Firmware.Containers;
using Assay.Firmware.FileSystems;
using Assay.Firmware.Tests.FileSystems;
using Assay.Tests;

namespace Assay.Firmware.Tests.Containers;

/// <summary>UBI as ubinize writes it, and as flash that was worn, torn and overwritten.</summary>
[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
public class UbiTests
{
    private const string Needed = "ubinize", Package = "mtd-utils";

    [Theory]
    [InlineData("-m 2048 -p 128KiB", 126976, 131072)]
    [InlineData("-m 512 -p 16KiB", 15360, 16384)]
    [InlineData("-m 2048 -s 512 -p 128KiB", 129024, 131072)]
    [InlineData("-m 1 -p 64KiB", 65408, 65536)]
    [InlineData("-m 4096 -p 256KiB -O 4096", 253952, 262144)]
    public void Volumes_have_their_names_kinds_and_contents(string options, int leb, int peb)
    {
        using var scratch = new Scratch();
        var tree = new FlashTree(scratch);
        var image = Make(scratch, tree, options, leb);
        Assert.True(Ubi.IsHeader(image));
        var ubi = Ubi.Open(image, FlashTree.Place);
        Assert.Empty(ubi.Losses);
        Assert.Equal((peb, image.Length), (ubi.BlockSize, (int)ubi.Length));
        Assert.Equal([(0u, "rootfs", false), (3u, "kernel", true), (7u, "data", false)], ubi.Volumes.Select(v => (v.Id, v.Name, v.IsStatic)));
        Assert.All(ubi.Volumes, v => Assert.Equal(leb, v.Blocks.Size));

        var files = UbiFs.Open(ubi.Volumes[0].Blocks, FlashTree.Place, new Budget());
        Assert.Equal(tree.Expected, FlashTree.TreeOf(files));
        Assert.Empty(files.Losses);
        Assert.True(ubi.Volumes[1].Content(new Budget()).Span.SequenceEqual(File.ReadAllBytes(Path.Combine(tree.Folder, "code"))));
        Assert.True(ubi.Volumes[2].Content(new Budget()).Span.StartsWith(File.ReadAllBytes(Path.Combine(tree.Folder, "block"))));
        Assert.Throws<BudgetException>(() => ubi.Volumes[1].Content(new Budget { FileBytes = 1000 }));
    }

    [Fact]
    public void Blocks_in_any_order_with_old_copies_erased_ones_and_data_behind_give_the_same()
    {
        using var scratch = new Scratch();
        var tree = new FlashTree(scratch);
        var image = Make(scratch, tree, "-m 2048 -p 128KiB", 126976);
        var blocks = image.Chunk(131072).ToList();
        var random = new Random(11);
        var worn = new List<byte[]> { blocks[0] };
        foreach (var block in blocks.Skip(1).OrderBy(_ => random.Next()))
        {
            Header(block, sequence: 10, isCopy: false);
            worn.Add(block);
            if (random.Next(3) == 0)
            {
                // An older copy of the same logical block, with other data.
                var old = block.ToArray();
                Header(old, sequence: 0, isCopy: false);
                old.AsSpan(4096).Fill(0x5a);
                worn.Insert(random.Next(1, worn.Count), old);
            }
            if (random.Next(4) == 0) worn.Add([.. Enumerable.Repeat((byte)0xff, 131072)]);
            if (random.Next(4) == 0)
            {
                // A newer copy that was never finished: its data do not have the sum that its header states.
                var torn = block.ToArray();
                Header(torn, sequence: 1000, isCopy: true, dataSum: 1);
                torn.AsSpan(60_000).Fill(0xff);
                worn.Add(torn);
            }
        }
        while (!worn[^1].AsSpan().ContainsAnyExcept((byte)0xff)) worn.RemoveAt(worn.Count - 1);
        byte[] all = [.. worn.SelectMany(b => b), .. new byte[300_000]];
        var ubi = Ubi.Open(all, FlashTree.Place);
        Assert.Equal(worn.Count * 131072L, ubi.Length);
        Assert.Empty(ubi.Losses);
        var files = UbiFs.Open(ubi.Volumes[0].Blocks, FlashTree.Place, new Budget());
        Assert.Equal(tree.Expected, FlashTree.TreeOf(files));
        Assert.True(ubi.Volumes[1].Content(new Budget()).Span.SequenceEqual(File.ReadAllBytes(Path.Combine(tree.Folder, "code"))));
    }

    [Fact]
    public void Another_image_that_follows_is_another_image()
    {
        using var scratch = new Scratch();
        var tree = new FlashTree(scratch);
        var first = Make(scratch, tree, "-m 2048 -p 128KiB -Q 1", 126976);
        var second = Make(scratch, tree, "-m 2048 -p 128KiB -Q 2", 126976);
        Assert.Equal(first.Length, Ubi.Open((byte[])[.. first, .. second], FlashTree.Place).Length);
    }

    [Fact]
    public void Damaged_blocks_are_told_and_the_others_are_read()
    {
        using var scratch = new Scratch();
        var tree = new FlashTree(scratch);
        var healthy = Make(scratch, tree, "-m 2048 -p 128KiB", 126976);

        // A counter header: the volume header still says what it is.
        var image = healthy.ToArray();
        image[5 * 131072 + 3] ^= 1;
        var ubi = Ubi.Open(image, FlashTree.Place);
        Assert.Equal(5 * 131072L, Assert.Single(ubi.Losses).Location.Offset);
        Assert.Equal(tree.Expected, FlashTree.TreeOf(UbiFs.Open(ubi.Volumes[0].Blocks, FlashTree.Place, new Budget())));

        // A volume header: the block is gone.
        image = healthy.ToArray();
        image[5 * 131072 + 2048 + 9] ^= 1;
        ubi = Ubi.Open(image, FlashTree.Place);
        Assert.Contains(ubi.Losses, l => l.Location.Offset == 5 * 131072 + 2048);

        // A whole block of noise, and the content of a static volume.
        image = healthy.ToArray();
        new Random(12).NextBytes(image.AsSpan(4 * 131072, 131072));
        image[^100_000] ^= 1;
        var code = image.AsSpan().IndexOf(File.ReadAllBytes(Path.Combine(tree.Folder, "code")).AsSpan(0, 1000));
        image[code] ^= 1;
        ubi = Ubi.Open(image, FlashTree.Place);
        Assert.Contains(ubi.Losses, l => l.Location.Offset == 4 * 131072);
        Assert.Contains(ubi.Losses, l => l.Location.Offset == code && l.Expected.StartsWith("block 0 of static volume 3", StringComparison.Ordinal));

        // Cut in the middle of a block.
        ubi = Ubi.Open(healthy.AsMemory(0, healthy.Length - 60_000), FlashTree.Place);
        Assert.Contains(ubi.Losses, l => l.Expected == "an erase block of 131072 bytes");

        // Both volume tables: names are lost, contents are not.
        image = healthy.ToArray();
        foreach (var at in (int[])[4096, 131072 + 4096]) image.AsSpan(at, 4000).Clear();
        ubi = Ubi.Open(image, FlashTree.Place);
        Assert.Equal("volume 0", ubi.Volumes[0].Name);
        Assert.Contains(ubi.Losses, l => l.Expected.Contains("volume table", StringComparison.Ordinal));
        Assert.Equal(tree.Expected, FlashTree.TreeOf(UbiFs.Open(ubi.Volumes[0].Blocks, FlashTree.Place, new Budget())));
    }

    [Fact]
    public void Mutated_images_give_result_or_loss_in_bounded_time()
    {
        using var scratch = new Scratch();
        var image = Make(scratch, new FlashTree(scratch), "-m 512 -p 16KiB", 15360);
        var random = new Random(13);
        for (var round = 0; round < 200; round++)
        {
            var changed = image.ToArray();
            for (var n = random.Next(1, 30); n > 0; n--)
            {
                var at = random.Next(image.Length / 16384) * 16384 + random.Next(2) * 512 + random.Next(64);
                changed[at] = (byte)random.Next(256);
                if (random.Next(2) == 0) BinaryPrimitives.WriteUInt32BigEndian(changed.AsSpan(at / 512 * 512 + 60), ~Crc32.Of(changed.AsSpan(at / 512 * 512, 60)));
            }
            if (round % 5 == 0) changed = changed[..random.Next(64, changed.Length)];
            if (!Ubi.IsHeader(changed)) continue;
            var watch = System.Diagnostics.Stopwatch.StartNew();
            var ubi = Ubi.Open(changed, FlashTree.Place);
            foreach (var volume in ubi.Volumes)
            {
                UbiFs.Open(volume.Blocks, FlashTree.Place, new Budget { Files = 10_000 });
                if (volume.Size < 64 << 20) volume.Content(new Budget());
            }
            Assert.InRange(ubi.Length, 0, changed.Length);
            Assert.True(watch.Elapsed.TotalSeconds < 5, $"round {round}: {watch.Elapsed}");
        }
    }

    [Fact]
    public void Every_sample_of_the_corpus_opens()
    {
        foreach (var file in Corpus.Files("firmware/formats/ubi"))
        {
            var bytes = File.ReadAllBytes(file);
            var ubi = Ubi.Open(bytes, FlashTree.Place);
            Assert.NotEmpty(ubi.Volumes);
            foreach (var volume in ubi.Volumes.Where(v => UbiFs.IsHeader(v.Blocks[0].Bytes.Span)))
            {
                var files = UbiFs.Open(volume.Blocks, FlashTree.Place, new Budget());
                var tree = FlashTree.TreeOf(files);
                Assert.True(files.Entries.Count > 0 && files.Losses.Count == 0, $"{file}: {tree}{string.Join("; ", files.Losses)}");
            }
        }
    }

    [Fact]
    public void The_ready_image_has_the_tree_that_was_packed()
    {
        var folder = Corpus.Folder("firmware/ready");
        var compared = 0;
        foreach (var (file, kind) in ReadyImageTests.Images(folder).Where(i => i.Kind is "ubi" or "ubifs"))
        {
            using var packed = File.OpenRead(file);
            using var unpacked = new MemoryStream();
            if (file.EndsWith(".gz", StringComparison.Ordinal))
            {
                using var gzip = new GZipStream(packed, CompressionMode.Decompress);
                gzip.CopyTo(unpacked);
            }
            else
            {
                packed.CopyTo(unpacked);
            }
            var bytes = unpacked.ToArray();
            var files = kind == "ubifs" ? UbiFs.Open(bytes, FlashTree.Place, new Budget()) : UbiFs.Open(Ubi.Open(bytes, FlashTree.Place).Volumes.Single().Blocks, FlashTree.Place, new Budget());
            Assert.Equal(File.ReadAllText(Path.Combine(folder, "tree.tsv")), FlashTree.TreeOf(files));
            Assert.Empty(files.Losses);
            compared++;
        }
        if (compared == 0) Assert.Skip("the corpus holds no ready image of UBI");
    }

    // What ubi-media.h calls sqnum, copy_flag and data_crc, with the header's own sum made right.
    private static void Header(byte[] block, ulong sequence, bool isCopy, uint dataSum = 0)
    {
        var header = block.AsSpan(2048, 64);
        if (!header.StartsWith("UBI!"u8)) return;
        header[6] = (byte)(isCopy ? 1 : 0);
        BinaryPrimitives.WriteUInt64BigEndian(header[40..], sequence);
        if (isCopy)
        {
            BinaryPrimitives.WriteUInt32BigEndian(header[20..], 126976);
            BinaryPrimitives.WriteUInt32BigEndian(header[32..], dataSum);
        }
        BinaryPrimitives.WriteUInt32BigEndian(header[60..], ~Crc32.Of(header[..60]));
    }

    private static byte[] Make(Scratch scratch, FlashTree tree, string options, int leb)
    {
        Tool.Need(Needed, Package);
        var words = options.Split(' ');
        File.WriteAllBytes(scratch.File("root.ubifs"), UbiFsTests.Pack(scratch, tree, ["-m", words[1] == "1" ? "8" : words[1], "-e", $"{leb}", "-x", "lzo"]));
        File.WriteAllText(scratch.File("ini"), $"""
            [a]
            mode=ubi
            image={scratch.File("root.ubifs")}
            vol_id=0
            vol_type=dynamic
            vol_name=rootfs
            vol_flags=autoresize
            [b]
            mode=ubi
            image={Path.Combine(tree.Folder, "code")}
            vol_id=3
            vol_type=static
            vol_name=kernel
            [c]
            mode=ubi
            image={Path.Combine(tree.Folder, "block")}
            vol_id=7
            vol_type=dynamic
            vol_size=1MiB
            vol_name=data

            """);
        var result = Tool.Run(Needed, ["-o", scratch.File("image.ubi"), .. words, scratch.File("ini")]);
        Assert.True(result.Exit == 0, result.Error + result.Text);
        return File.ReadAllBytes(scratch.File("image.ubi"));
    }
}
