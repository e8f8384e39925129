using System.Buffers.Binary;
using Assay.Evidence.Reading;
using Assay.Firmware.FileSystems;
using Assay.Tests;

namespace Assay.Firmware.Tests.FileSystems;

/// <summary>FAT as mkfs.fat makes it and mtools fills it.</summary>
[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
public class FatTests
{
    private static readonly Dictionary<string, string> Utf8 = new() { ["LC_ALL"] = "C.UTF-8", ["MTOOLS_SKIP_CHECK"] = "1" };

    private static string Pack(Scratch scratch, string tree, string options, int kib)
    {
        Tool.Need("mkfs.fat", "dosfstools");
        Tool.Need("mcopy", "mtools");
        var file = scratch.File($"fat{Guid.CreateVersion7():n}");
        var made = Tool.Run("mkfs.fat", [.. options.Split(' ', StringSplitOptions.RemoveEmptyEntries), "-C", file, $"{kib}"]);
        Assert.True(made.Exit == 0, made.Error);
        var copied = Tool.Run("mcopy", ["-Q", "-s", "-m", "-i", file, .. Directory.EnumerateFileSystemEntries(tree), "::"], environment: Utf8);
        Assert.True(copied.Exit == 0, copied.Error);
        return file;
    }

    private static Fat Open(ReadOnlyMemory<byte> bytes) => Fat.Open(bytes, FreshTree.Place, new Budget());

    [Theory]
    [InlineData("-F 12", 12, 4096)]
    [InlineData("-F 12 -s 8 -S 1024", 12, 8192)]
    [InlineData("-F 16", 16, 16384)]
    [InlineData("-F 16 -S 2048 -f 1", 16, 65536)]
    [InlineData("-F 32", 32, 65536)]
    [InlineData("-F 32 -s 1", 32, 40960)]
    [InlineData("", 12, 3072)]
    public void Every_width_gives_the_tree(string options, int bits, int kib)
    {
        using var scratch = new Scratch();
        var tree = FreshTree.Make(scratch, plain: true);
        var fat = Open(File.ReadAllBytes(Pack(scratch, tree, options + " -n A-LABEL", kib)));
        Assert.Equal(bits, fat.Bits);
        Assert.Equal("A-LABEL", fat.Label);
        Assert.Equal(FreshTree.Expected(tree, modes: false), FreshTree.Rows(fat));
        Assert.Empty(fat.Losses);
        Assert.Equal(kib * 1024L, fat.Length);
    }

    [Fact]
    public void Deleted_files_are_left_out_and_fragmented_ones_read()
    {
        using var scratch = new Scratch();
        var tree = FreshTree.Make(scratch, plain: true);
        var file = Pack(scratch, tree, "-F 16 -s 1", 16384);
        foreach (var name in new[] { "block", "small", "many/file-with-a-rather-long-name-0100" }) Tool.Run("mdel", ["-i", file, $"::{name}"], environment: Utf8);
        var noise = new byte[100_000];
        new Random(9).NextBytes(noise);
        File.WriteAllBytes(Path.Combine(tree, "later"), noise);
        // What was deleted leaves gaps, which a file of its own fills first.
        var copied = Tool.Run("mcopy", ["-Q", "-i", file, Path.Combine(tree, "later"), "::"], environment: Utf8);
        Assert.True(copied.Exit == 0, copied.Error);
        foreach (var name in new[] { "block", "small", "many/file-with-a-rather-long-name-0100" }) File.Delete(Path.Combine(tree, name));
        var fat = Open(File.ReadAllBytes(file));
        Assert.Equal(FreshTree.Expected(tree, modes: false), FreshTree.Rows(fat));
        Assert.Empty(fat.Losses);
    }

    [Fact]
    public void Chains_that_come_back_or_leave_are_told()
    {
        using var scratch = new Scratch();
        Directory.CreateDirectory(Path.Combine(scratch.File("t"), "folder"));
        File.WriteAllBytes(Path.Combine(scratch.File("t"), "FILE"), new byte[20_000]);
        var image = File.ReadAllBytes(Pack(scratch, scratch.File("t"), "-F 16 -s 1", 16384));
        Assert.Empty(Open(image).Losses);
        int table = 512 * BinaryPrimitives.ReadUInt16LittleEndian(image.AsSpan(14)), root = image.AsSpan().IndexOf("FILE       "u8), folder = image.AsSpan().IndexOf("FOLDER     "u8);
        void Next(int entry, ushort value) => BinaryPrimitives.WriteUInt16LittleEndian(image.AsSpan(table + 2 * (BinaryPrimitives.ReadUInt16LittleEndian(image.AsSpan(entry + 26)) + 0)), value);
        var first = BinaryPrimitives.ReadUInt16LittleEndian(image.AsSpan(root + 26));
        Next(root, first);
        // The folder's cluster has entries to its end, and leads back to itself.
        var inner = BinaryPrimitives.ReadUInt16LittleEndian(image.AsSpan(folder + 26));
        Next(folder, inner);
        var sectors = image.Length / 512;
        var data = image.AsSpan().IndexOf(".          "u8);
        for (var at = data + 64; at < data + 512; at += 32) image.AsSpan(data, 32).CopyTo(image.AsSpan(at));
        var looped = Open(image);
        FreshTree.Rows(looped);
        Assert.Contains(looped.Losses, l => l.Location.Path == "/FILE" && l.Expected == "a chain of clusters with an end");
        Assert.Contains(looped.Losses, l => l.Location.Path == "/folder" && l.Expected == "a chain of clusters with an end");
        Next(root, 0xfff0);
        var left = Open(image);
        FreshTree.Rows(left);
        Assert.Contains(left.Losses, l => l.Location.Path == "/FILE" && l.Expected.StartsWith("a cluster from 2 to", StringComparison.Ordinal));
        Next(root, 0xffff);
        var ended = Open(image);
        FreshTree.Rows(ended);
        Assert.Contains(ended.Losses, l => l.Location.Path == "/FILE" && l.Expected.StartsWith("a chain for 20000 bytes", StringComparison.Ordinal));
        Assert.True(sectors > 0);
    }

    [Fact]
    public void A_long_name_counts_only_with_the_sum_of_its_short_one()
    {
        using var scratch = new Scratch();
        Directory.CreateDirectory(scratch.File("t"));
        File.WriteAllText(Path.Combine(scratch.File("t"), "A name that is long.text"), "x");
        var image = File.ReadAllBytes(Pack(scratch, scratch.File("t"), "-F 12", 1024));
        Assert.Equal(["/A name that is long.text"], Open(image).Entries.Select(e => e.Path.Text));
        var at = image.AsSpan().IndexOf("ANAMET~1TEX"u8);
        image[at] = (byte)'B';
        Assert.Equal(["/BNAMET~1.TEX"], Open(image).Entries.Select(e => e.Path.Text));
    }

    [Fact]
    public void Mutated_images_give_result_or_loss_in_bounded_time()
    {
        using var scratch = new Scratch();
        var tree = FreshTree.Make(scratch, plain: true);
        foreach (var (options, kib) in new[] { ("-F 12", 4096), ("-F 16", 16384), ("-F 32 -s 1", 40960) })
        {
            FreshTree.Mutate(File.ReadAllBytes(Pack(scratch, tree, options, kib)), (bytes, budget) => Fat.Open(bytes, FreshTree.Place, budget), 30, 11..64, 512..40_000, 40_000..200_000);
        }
    }

    [Fact]
    public void Samples_have_the_files_that_mtools_copies_out()
    {
        Tool.Need("mcopy", "mtools");
        var compared = 0;
        foreach (var file in Corpus.Files("firmware/formats/fat"))
        {
            using var scratch = new Scratch();
            File.WriteAllBytes(scratch.File("img"), Samples.Bytes(file));
            Directory.CreateDirectory(scratch.File("out"));
            var fat = Open(Samples.Bytes(file));
            var judged = Tool.Run("mcopy", ["-Q", "-n", "-s", "-i", scratch.File("img"), "::*", scratch.File("out")], environment: Utf8);
            Assert.True(judged.Exit == 0 || fat.Entries.Count == 0, judged.Error);
            Assert.Equal(FreshTree.Expected(scratch.File("out"), modes: false), FreshTree.Rows(fat));
            Assert.True(fat.Losses.Count == 0, $"{file}: {string.Join("; ", fat.Losses)}");
            if (fat.Entries.Count > 0) compared++;
        }
        Assert.True(compared > 0);
    }

    [Fact]
    public void ExFat_is_told_from_fat()
    {
        var image = new byte[512];
        "EXFAT   "u8.CopyTo(image.AsSpan(3));
        (image[0], image[1], image[2], image[510], image[511]) = (0xeb, 0x76, 0x90, 0x55, 0xaa);
        Assert.True(Fat.IsExFat(image));
        Assert.False(Fat.IsHeader(image));
        image[20] = 1;
        Assert.False(Fat.IsExFat(image));
    }
}
