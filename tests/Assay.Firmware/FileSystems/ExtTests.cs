using System.Buffers.Binary;
using Assay.Evidence.Files;
using Assay.Evidence.Reading;
using Assay.Firmware.FileSystems;
using Assay.Tests;

namespace Assay.Firmware.Tests.FileSystems;

/// <summary>ext2, ext3 and ext4 as mke2fs and genext2fs write them, with features on and off, changed by debugfs and e2fsck, and damaged.</summary>
[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
public class ExtTests
{
    private static byte[] Pack(Scratch scratch, string tree, string type, string options, string size = "8M")
    {
        Tool.Need("mkfs.ext4", "e2fsprogs");
        var file = scratch.File($"{type}.img");
        File.Delete(file);
        var made = Tool.Run("mkfs." + type, ["-q", "-F", "-d", tree, .. options.Split(' ', StringSplitOptions.RemoveEmptyEntries), file, size]);
        Assert.True(made.Exit == 0, made.Error);
        return File.ReadAllBytes(file);
    }

    private static Ext Open(ReadOnlyMemory<byte> bytes) => Ext.Open(bytes, FreshTree.Place, new Budget());

    [Theory]
    [InlineData("ext2", "ext2", "")]
    [InlineData("ext2", "ext2", "-b 1024 -I 128")]
    [InlineData("ext2", "ext2", "-b 4096 -O ^filetype,^sparse_super,^resize_inode")]
    [InlineData("ext2", "ext2", "-r 0")]
    [InlineData("ext3", "ext3", "-b 1024")]
    [InlineData("ext4", "ext4", "")]
    [InlineData("ext4", "ext4", "-b 1024")]
    [InlineData("ext4", "ext4", "-b 1024 -O ^extent,^64bit,^flex_bg")]
    [InlineData("ext4", "ext4", "-b 1024 -O meta_bg,^resize_inode,64bit -g 256")]
    [InlineData("ext4", "ext4", "-b 1024 -O meta_bg,^resize_inode,^64bit,^sparse_super -g 512")]
    [InlineData("ext4", "ext4", "-O inline_data -I 256")]
    [InlineData("ext4", "ext4", "-O inline_data -I 1024 -b 4096")]
    [InlineData("ext4", "ext4", "-O ^metadata_csum,uninit_bg -b 2048")]
    [InlineData("ext4", "ext4", "-O metadata_csum_seed,large_dir,ea_inode")]
    [InlineData("ext4", "ext4", "-O bigalloc -C 16384")]
    [InlineData("ext4", "ext4", "-O ^has_journal,mmp,project,quota -g 1024 -b 1024")]
    [InlineData("ext4", "ext4", "-O encrypt,casefold,verity")]
    public void Every_set_of_features_gives_the_tree(string type, string version, string options)
    {
        using var scratch = new Scratch();
        var tree = FreshTree.Make(scratch);
        var ext = Open(Pack(scratch, tree, type, options, "24M"));
        Assert.Equal(version, ext.Version);
        Assert.Equal(FreshTree.Expected(tree), FreshTree.Rows(ext));
        Assert.Empty(ext.Losses);
        Assert.Equal(24 << 20, ext.Length);
    }

    [Fact]
    public void Genext2fs_writes_the_same_tree()
    {
        using var scratch = new Scratch();
        Tool.Need("genext2fs", "genext2fs");
        var tree = FreshTree.Make(scratch);
        var made = Tool.Run("genext2fs", ["-b", "16384", "-N", "2048", "-z", "-d", tree, scratch.File("img")]);
        Assert.True(made.Exit == 0, made.Error);
        var ext = Open(File.ReadAllBytes(scratch.File("img")));
        Assert.Equal(FreshTree.Expected(tree), FreshTree.Rows(ext));
        Assert.Empty(ext.Losses);
    }

    [Fact]
    public void Indexed_folders_deleted_files_and_owners_are_read_as_debugfs_and_e2fsck_leave_them()
    {
        using var scratch = new Scratch();
        var tree = FreshTree.Make(scratch);
        var image = scratch.File("ext4.img");
        Pack(scratch, tree, "ext4", "-b 1024", "16M");
        var script = scratch.File("commands");
        File.WriteAllText(script, "rm /small\nrm /many/file-with-a-rather-long-name-0007\nset_inode_field /noise uid 70001\nset_inode_field /noise gid 80002\nset_inode_field /noise mtime @0xfffffff0\n"
            + "set_inode_field /noise mtime_extra 1\nkill_file /empty\nmknod newer c 200 7\n");
        var edited = Tool.Run("debugfs", ["-w", "-f", script, image]);
        Assert.True(edited.Exit == 0, edited.Error);
        Tool.Run("e2fsck", ["-fyD", image]);
        var ext = Open(File.ReadAllBytes(image));
        var paths = ext.Entries.Select(e => e.Path.Text).ToHashSet();
        // Its other name is still there.
        Assert.DoesNotContain("/small", paths);
        Assert.Contains("/deep/er/hard link", paths);
        Assert.DoesNotContain("/many/file-with-a-rather-long-name-0007", paths);
        Assert.Equal(299, paths.Count(p => p.StartsWith("/many/", StringComparison.Ordinal)));
        var noise = ext.Entries.Single(e => e.Path.Text == "/noise");
        Assert.Equal((70001u, 80002u), (noise.Owner, noise.Group));
        Assert.Equal(0xfffffff0L, noise.Modified);
        Assert.Equal("200:7", ext.Entries.Single(e => e.Path.Text == "/newer").TargetText);
        FreshTree.Rows(ext);
        Assert.Empty(ext.Losses);
    }

    [Fact]
    public void What_changes_the_reading_is_told()
    {
        using var scratch = new Scratch();
        var tree = FreshTree.Make(scratch);
        var healthy = Pack(scratch, tree, "ext4", "-b 1024");
        Assert.Empty(Open(healthy).Losses);
        var pending = healthy.ToArray();
        pending[1024 + 96] |= 4;
        Assert.Contains(Open(pending).Losses, l => l.Found.Contains("journal", StringComparison.Ordinal));
        // The sum of the superblock covers what was changed.
        Assert.Contains(Open(pending).Losses, l => l.Expected.StartsWith("a superblock with the sum", StringComparison.Ordinal));
        Assert.Equal(FreshTree.Expected(tree), FreshTree.Rows(Open(pending)));
        var group = healthy.ToArray();
        group[2048 + 12] ^= 1;
        Assert.Contains(Open(group).Losses, l => l.Found.StartsWith("1 of ", StringComparison.Ordinal));
        var cut = Open(healthy.AsMemory(0, healthy.Length / 2));
        Assert.Contains(cut.Losses, l => l.Found.Contains("to the end", StringComparison.Ordinal));
        Assert.NotEmpty(cut.Entries);
        var short16 = Pack(scratch, tree, "ext4", "-b 1024 -O ^metadata_csum,uninit_bg");
        short16[2048 + 12] ^= 1;
        Assert.Contains(Open(short16).Losses, l => l.Expected.Contains("group descriptors", StringComparison.Ordinal));
    }

    [Fact]
    public void An_encrypted_file_and_a_compressed_one_are_named_and_not_read()
    {
        using var scratch = new Scratch();
        var tree = FreshTree.Make(scratch);
        Pack(scratch, tree, "ext4", "-O encrypt");
        var edited = Tool.Run("debugfs", ["-w", "-R", "set_inode_field /noise flags 0x80800", scratch.File("ext4.img")]);
        Assert.True(edited.Exit == 0, edited.Error);
        var ext = Open(File.ReadAllBytes(scratch.File("ext4.img")));
        Assert.EndsWith("\t-", FreshTree.Rows(ext).Split('\n').Single(r => r.StartsWith("/noise\t", StringComparison.Ordinal)));
        Assert.Equal(["/noise"], ext.Losses.Select(l => l.Location.Path));
        Assert.Equal("encrypted content", ext.Losses[0].Found.Split(" at ")[0]);
    }

    [Fact]
    public void A_folder_that_contains_itself_is_listed_once()
    {
        using var scratch = new Scratch();
        Directory.CreateDirectory(Path.Combine(scratch.File("t"), "outer/inner"));
        Pack(scratch, scratch.File("t"), "ext2", "-b 1024", "1M");
        // A second name for the outer folder, inside the inner one.
        var edited = Tool.Run("debugfs", ["-w", "-R", "link /outer /outer/inner/again", scratch.File("ext2.img")]);
        Assert.True(edited.Exit == 0, edited.Error);
        var ext = Open(File.ReadAllBytes(scratch.File("ext2.img")));
        Assert.Equal(["/lost+found", "/outer", "/outer/inner", "/outer/inner/again"], ext.Entries.Select(e => e.Path.Text));
        Assert.Contains(ext.Losses, l => l.Expected == "a folder that is listed once");
    }

    [Fact]
    public void Mutated_images_give_result_or_loss_in_bounded_time()
    {
        using var scratch = new Scratch();
        var tree = FreshTree.Make(scratch);
        foreach (var (type, options) in new[] { ("ext2", "-b 1024"), ("ext4", "-b 1024"), ("ext4", "-O inline_data -I 256") })
        {
            FreshTree.Mutate(Pack(scratch, tree, type, options, "6M"), (bytes, budget) => Ext.Open(bytes, FreshTree.Place, budget), 40, 1024..2048, 2048..4096, 4096..400_000);
        }
    }

    [Fact]
    public void Samples_have_the_files_that_debugfs_writes_out()
    {
        Tool.Need("debugfs", "e2fsprogs");
        var compared = 0;
        foreach (var file in Corpus.Files("firmware/formats/ext"))
        {
            var bytes = Samples.Bytes(file);
            using var scratch = new Scratch();
            File.WriteAllBytes(scratch.File("img"), bytes);
            Directory.CreateDirectory(scratch.File("out"));
            var judged = Tool.Run("debugfs", ["-R", $"rdump / {scratch.File("out")}", scratch.File("img")]);
            Assert.True(judged.Exit == 0, judged.Error);
            Tool.Run("rm", ["-rf", Path.Combine(scratch.File("out"), "lost+found")]);
            var ext = Open(bytes);
            Assert.Equal(FreshTree.Plain(FreshTree.Expected(scratch.File("out"))), FreshTree.Plain(FreshTree.Rows(ext)));
            Assert.True(ext.Losses.Count == 0, $"{file}: {string.Join("; ", ext.Losses)}");
            compared++;
        }
        Assert.True(compared >= 4, $"{compared}");
    }

    [Fact]
    public void The_ready_image_has_the_tree_that_was_packed()
    {
        var folder = Corpus.Folder("firmware/ready");
        var ext = Open(Samples.Bytes(Path.Combine(folder, "small.ext4.gz")));
        Assert.Equal(File.ReadAllText(Path.Combine(folder, "tree.tsv")), TreeTable.Header + "\n" + FreshTree.Rows(ext));
        Assert.Empty(ext.Losses);
    }

    [Fact]
    public void Only_a_superblock_that_agrees_with_itself_is_one()
    {
        using var scratch = new Scratch();
        Directory.CreateDirectory(scratch.File("t"));
        var image = Pack(scratch, scratch.File("t"), "ext2", "-b 1024", "1M");
        Assert.True(Ext.IsHeader(image));
        foreach (var (at, value) in new[] { (0, 7u), (4, 0u), (20, 2u), (24, 9u), (40, 0u), (56, 0u), (76, 2u), (88, 100u) })
        {
            var lying = image.ToArray();
            BinaryPrimitives.WriteUInt32LittleEndian(lying.AsSpan(1024 + at), value);
            Assert.False(Ext.IsHeader(lying), $"{at}");
        }
    }
}

/// <summary>Samples that are packed only to save space.</summary>
[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
internal static class Samples
{
    internal static byte[] Bytes(string file)
    {
        var (program, package) = Path.GetExtension(file) switch { ".xz" => ("xz", "xz-utils"), ".gz" => ("gzip", "gzip"), _ => ("", "") };
        if (program.Length == 0) return File.ReadAllBytes(file);
        Tool.Need(program, package);
        return Tool.Run(program, ["-dc", file]).Output;
    }
}
