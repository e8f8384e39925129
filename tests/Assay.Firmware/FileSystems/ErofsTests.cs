using System.Buffers.Binary;
using Assay.Evidence.Reading;
using Assay.Firmware.FileSystems;
using Assay.Tests;

namespace Assay.Firmware.Tests.FileSystems;

/// <summary>EROFS as mkfs.erofs writes it; options that the installed writer lacks are left out, and ASSAY_MKFS_EROFS names another one.</summary>
[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
public class ErofsTests
{
    private static readonly string Writer = Environment.GetEnvironmentVariable("ASSAY_MKFS_EROFS") ?? "mkfs.erofs";

    private static byte[]? Pack(Scratch scratch, string tree, string options)
    {
        if (Writer == "mkfs.erofs") Tool.Need("mkfs.erofs", "erofs-utils");
        var file = scratch.File("img");
        File.Delete(file);
        var made = Tool.Run(Writer, [.. options.Split(' ', StringSplitOptions.RemoveEmptyEntries), file, tree]);
        return made.Exit == 0 ? File.ReadAllBytes(file) : null;
    }

    private static Erofs Open(ReadOnlyMemory<byte> bytes) => Erofs.Open(bytes, FreshTree.Place, new Budget());

    [Theory]
    [InlineData("")]
    [InlineData("-Eforce-inode-compact -T1700000000 --all-root")]
    [InlineData("-Eforce-inode-extended")]
    [InlineData("-Enoinline_data")]
    [InlineData("-zlz4")]
    [InlineData("-zlz4hc,9")]
    [InlineData("-zlz4 -C65536")]
    [InlineData("-zlz4hc -C16384 -Eztailpacking")]
    [InlineData("-zlz4 -Elegacy-compress")]
    [InlineData("-zlz4 -Eforce-inode-extended,noinline_data")]
    [InlineData("--chunksize=4096")]
    [InlineData("--chunksize=65536 -Eforce-chunk-indexes")]
    [InlineData("--chunksize=16384 -Eforce-inode-blockmap")]
    [InlineData("-zlzma -C65536")]
    [InlineData("-zdeflate -C16384")]
    [InlineData("-zzstd -C32768")]
    [InlineData("-zlz4hc -C16384 -Eall-fragments")]
    [InlineData("-zlz4hc -C16384 -Efragments,ztailpacking")]
    [InlineData("-zlz4hc -C32768 -Ededupe")]
    [InlineData("-zlzma -C32768 -Ededupe,fragments")]
    [InlineData("-zzstd -C32768 -Ededupe,ztailpacking")]
    [InlineData("-zlz4:lzma -C32768 -b4096")]
    [InlineData("-zlz4 -b1024")]
    [InlineData("-zlz4 -b512 -C4096")]
    [InlineData("-b512")]
    public void Every_layout_gives_the_tree(string options)
    {
        using var scratch = new Scratch();
        var tree = FreshTree.Make(scratch);
        if (Pack(scratch, tree, options) is not { } image)
        {
            Assert.Skip($"{Writer} does not know {options}");
            return;
        }
        var erofs = Open(image);
        var rows = FreshTree.Rows(erofs);
        Assert.True(erofs.Losses.Count == 0, string.Join("; ", erofs.Losses));
        Assert.Equal(FreshTree.Expected(tree), rows);
    }

    [Fact]
    public void Owners_and_times_are_those_of_the_folder()
    {
        using var scratch = new Scratch();
        var tree = FreshTree.Make(scratch);
        File.SetLastWriteTimeUtc(Path.Combine(tree, "noise"), new DateTime(2021, 3, 4, 5, 6, 7, DateTimeKind.Utc));
        var owned = Tool.Run("chown", ["70001:80002", Path.Combine(tree, "noise")]);
        if (owned.Exit != 0) Assert.Skip("owners need root");
        var noise = Open(Pack(scratch, tree, "")!).Entries.Single(e => e.Path.Text == "/noise");
        Assert.Equal((70001u, 80002u, 1614834367L), (noise.Owner, noise.Group, noise.Modified));
    }

    [Fact]
    public void A_wrong_sum_a_cut_and_features_that_are_not_read_are_told()
    {
        using var scratch = new Scratch();
        var image = Pack(scratch, FreshTree.Make(scratch), "-zlz4")!;
        Assert.Empty(Open(image).Losses);
        var wrong = image.ToArray();
        wrong[1024 + 64] ^= 1;
        Assert.Contains(Open(wrong).Losses, l => l.Expected.StartsWith("a superblock with the sum", StringComparison.Ordinal));
        wrong[1024 + 81] |= 1;
        Assert.Contains(Open(wrong).Losses, l => l.Found.Contains("metabox", StringComparison.Ordinal));
        var cut = Open(image.AsMemory(0, image.Length * 2 / 3));
        FreshTree.Rows(cut);
        Assert.Contains(cut.Losses, l => l.Found.Contains("to the end", StringComparison.Ordinal));
        Assert.NotEmpty(cut.Entries);
    }

    [Fact]
    public void More_bytes_than_can_be_counted_are_no_file_system()
    {
        using var scratch = new Scratch();
        var image = Pack(scratch, FreshTree.Make(scratch), "")!;
        Assert.True(Erofs.IsHeader(image));
        // Blocks of 64 KiB, and a number of them that fills 48 bits.
        image[1024 + 12] = 16;
        image[1024 + 80] |= 0x80;
        image.AsSpan(1024 + 36, 4).Fill(0xff);
        image.AsSpan(1024 + 14, 2).Fill(0xff);
        Assert.False(Erofs.IsHeader(image));
    }

    [Fact]
    public void A_packed_file_that_is_packed_in_itself_is_a_loss()
    {
        using var scratch = new Scratch();
        var image = Pack(scratch, FreshTree.Make(scratch), "-zlz4 -Eforce-inode-compact")!;
        var inodes = (int)BinaryPrimitives.ReadUInt32LittleEndian(image.AsSpan(1024 + 40)) << image[1024 + 12];
        var isPatched = 0;
        // Every compressed file without attributes says that its content lies in the packed file, which is the first of them.
        for (var at = inodes; at < image.Length - 64 && isPatched < 3; at += 32)
        {
            var format = BinaryPrimitives.ReadUInt16LittleEndian(image.AsSpan(at));
            if (format is not (2 or 6) || BinaryPrimitives.ReadUInt16LittleEndian(image.AsSpan(at + 2)) != 0 || image[at + 5] >> 4 != 8) continue;
            if (isPatched++ == 0) BinaryPrimitives.WriteUInt64LittleEndian(image.AsSpan(1024 + 96), (ulong)(at - inodes) / 32);
            image[at + 32 + 7] |= 0x80;
        }
        Assert.Equal(3, isPatched);
        image[1024 + 80] |= 0x20;
        var files = Open(image);
        FreshTree.Rows(files);
        Assert.Contains(files.Losses, l => l.Found.Contains("packed in itself", StringComparison.Ordinal));
    }

    [Fact]
    public void Mutated_images_give_result_or_loss_in_bounded_time()
    {
        using var scratch = new Scratch();
        var tree = FreshTree.Make(scratch);
        foreach (var options in new[] { "", "-zlz4hc -C16384 -Eztailpacking", "-zlz4 -Elegacy-compress", "--chunksize=4096" })
        {
            FreshTree.Mutate(Pack(scratch, tree, options)!, (bytes, budget) => Erofs.Open(bytes, FreshTree.Place, budget), 30, 1032..1152, 1152..40_000);
        }
    }
}
