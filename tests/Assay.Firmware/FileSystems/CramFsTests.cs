using Assay.Evidence.Reading;
using Assay.Firmware.FileSystems;
using Assay.Tests;

namespace Assay.Firmware.Tests.FileSystems;

/// <summary>cramfs as mkfs.cramfs writes it, in both byte orders.</summary>
[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
public class CramFsTests
{
    private static byte[] Pack(Scratch scratch, string tree, string options)
    {
        Tool.Need("mkfs.cramfs", "util-linux");
        var made = Tool.Run("mkfs.cramfs", [.. options.Split(' ', StringSplitOptions.RemoveEmptyEntries), tree, scratch.File("img")]);
        Assert.True(made.Exit == 0, made.Error + made.Text);
        return File.ReadAllBytes(scratch.File("img"));
    }

    private static CramFs Open(ReadOnlyMemory<byte> bytes) => CramFs.Open(bytes, FreshTree.Place, new Budget());

    [Theory]
    [InlineData("")]
    [InlineData("-N little -z")]
    [InlineData("-N big")]
    [InlineData("-N big -z")]
    public void Every_order_and_hole_gives_the_tree(string options)
    {
        using var scratch = new Scratch();
        var tree = FreshTree.Make(scratch);
        var cram = Open(Pack(scratch, tree, options));
        Assert.Equal(options.Contains("big", StringComparison.Ordinal), cram.IsBigEndian);
        Assert.Equal(FreshTree.Expected(tree), FreshTree.Rows(cram));
        Assert.Empty(cram.Losses);
    }

    [Fact]
    public void A_boot_block_before_the_superblock_is_not_counted()
    {
        using var scratch = new Scratch();
        var tree = FreshTree.Make(scratch);
        var image = Pack(scratch, tree, "-p");
        Assert.False(CramFs.IsHeader(image));
        Assert.True(CramFs.IsHeader(image.AsSpan(512)));
        var cram = Open(image.AsMemory(512));
        Assert.Equal(FreshTree.Expected(tree), FreshTree.Rows(cram));
        Assert.Empty(cram.Losses);
    }

    // No writer in Debian makes these: pointers as linux/fs/cramfs/inode.c reads them, put over an image by hand.
    [Fact]
    public void Stored_and_direct_blocks_are_read()
    {
        using var scratch = new Scratch();
        Directory.CreateDirectory(scratch.File("t"));
        var noise = new byte[4096 + 100];
        new Random(1).NextBytes(noise);
        File.WriteAllBytes(Path.Combine(scratch.File("t"), "noise"), noise);
        var image = Pack(scratch, scratch.File("t"), "-N little");
        // Behind the root's listing (an inode and a name of eight) stands the list of two pointers.
        var list = 76 + 12 + 8;
        byte[] direct = [.. image, .. new byte[(4 - image.Length % 4) % 4], .. noise];
        var start = direct.Length - noise.Length;
        BitConverter.TryWriteBytes(direct.AsSpan(list), (uint)(start / 4) | 0xc0000000);
        BitConverter.TryWriteBytes(direct.AsSpan(list + 4), (uint)((start + 4096) / 4) | 0xc0000000);
        BitConverter.TryWriteBytes(direct.AsSpan(4), direct.Length);
        var rows = FreshTree.Rows(Open(direct));
        Assert.Equal(FreshTree.Expected(scratch.File("t")), rows);
        // A stored block behind a direct one ends where its own pointer says.
        BitConverter.TryWriteBytes(direct.AsSpan(list + 4), (uint)direct.Length | 0x80000000);
        Assert.Equal(rows, FreshTree.Rows(Open(direct)));
    }

    [Fact]
    public void A_wrong_sum_and_a_cut_are_told()
    {
        using var scratch = new Scratch();
        var image = Pack(scratch, FreshTree.Make(scratch), "");
        Assert.Empty(Open(image).Losses);
        image[^100] ^= 1;
        Assert.Contains(Open(image).Losses, l => l.Expected.StartsWith("cramfs with CRC-32", StringComparison.Ordinal));
        var cut = Open(image.AsMemory(0, image.Length / 2));
        FreshTree.Rows(cut);
        Assert.Contains(cut.Losses, l => l.Found.Contains("to the end", StringComparison.Ordinal));
        Assert.NotEmpty(cut.Entries);
    }

    [Fact]
    public void Mutated_images_give_result_or_loss_in_bounded_time()
    {
        using var scratch = new Scratch();
        var tree = FreshTree.Make(scratch);
        foreach (var options in new[] { "-N little -z", "-N big" })
        {
            FreshTree.Mutate(Pack(scratch, tree, options), (bytes, budget) => CramFs.Open(bytes, FreshTree.Place, budget), 60, 4..16, 36..12_000);
        }
    }

    [Fact]
    public void Samples_are_read_whole()
    {
        foreach (var file in Corpus.Files("firmware/formats/cramfs"))
        {
            var cram = Open(File.ReadAllBytes(file));
            Assert.Contains("\tf\t", FreshTree.Rows(cram), StringComparison.Ordinal);
            Assert.True(cram.Losses.Count == 0, $"{file}: {string.Join("; ", cram.Losses)}");
        }
    }
}
