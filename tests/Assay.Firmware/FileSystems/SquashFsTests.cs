using System.Buffers.Binary;
using System.Security.Cryptography;
using Assay.Evidence;
using Assay.Evidence.Files;
using Assay.Evidence.Reading;
using Assay.Tests;

namespace Assay.Firmware.Tests.FileSystems;

/// <summary>SquashFS as mksquashfs writes it, and as an attacker would.</summary>
[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
public class SquashFsTests
{
    private const string Needed = "mksquashfs";

    [Theory]
    [InlineData("gzip", "")]
    [InlineData("xz", "")]
    [InlineData("xz", "-Xbcj x86")]
    [InlineData("xz", "-Xbcj arm,armthumb,powerpc,sparc,ia64,x86")]
    [InlineData("zstd", "")]
    [InlineData("lzma", "")]
    [InlineData("gzip", "-b 4096")]
    [InlineData("xz", "-b 1M")]
    [InlineData("zstd", "-no-fragments")]
    [InlineData("gzip", "-always-use-fragments")]
    [InlineData("gzip", "-noI -noD -noF -noId")]
    [InlineData("zstd", "-no-duplicates -nopad")]
    [InlineData("zstd", "-no-sparse -no-exports -no-xattrs")]
    public void Every_way_of_packing_gives_the_same_tree(string compression, string options)
    {
        using var scratch = new Scratch();
        var folder = MakeTree(scratch);
        var file = Pack(scratch, folder, ["-comp", compression, .. options.Split(' ', StringSplitOptions.RemoveEmptyEntries)]);
        using var artefact = Artefact.Open(file);
        using var image = Image.Open(artefact, Examination.Options());
        Assert.Equal(TreeOfFolder(folder), Examination.Tree(image));
        Assert.Empty(image.Losses);
        Assert.True(image.Coverage.IsWhole, image.Map().ToText());
    }

    [Fact]
    public void Pipes_sockets_and_devices_are_listed_with_their_numbers()
    {
        using var scratch = new Scratch();
        Directory.CreateDirectory(scratch.File("t"));
        var file = Pack(scratch, scratch.File("t"), ["-comp", "gzip", "-p", "console c 600 0 0 5 1", "-p", "disk b 660 0 6 259 70000", "-p", "queue i 644 1 2 f", "-p", "sock i 755 0 0 s"]);
        Assert.Equal("path\ttype\tmode\tsize\ttarget\tsha256\n/console\tc\t600\t-\t5:1\t-\n/disk\tb\t660\t-\t259:70000\t-\n/queue\tp\t644\t-\t-\t-\n/sock\ts\t755\t-\t-\t-\n",
            Examination.TreeOf(file));
        using var artefact = Artefact.Open(file);
        using var image = Image.Open(artefact, Examination.Options());
        var disk = image.Root!.FileSystem!.Entries.Single(e => e.Path.Text == "/disk");
        Assert.Equal((0u, 6u), (disk.Owner, disk.Group));
    }

    [Fact]
    public void The_number_of_workers_changes_nothing()
    {
        using var scratch = new Scratch();
        using var artefact = Artefact.Open(Pack(scratch, MakeTree(scratch), ["-comp", "xz", "-b", "8192"]));
        var trees = new HashSet<string>();
        foreach (var workers in (int[])[1, 2, 7])
        {
            using var image = Image.Open(artefact, Examination.Options());
            using var writer = new StringWriter();
            Tree.Write(Tree.Rows(image, parts: true, Examination.Options() with { Workers = workers }), writer);
            trees.Add(writer.ToString());
        }
        Assert.Single(trees);
    }

    [Fact]
    public void Hard_links_share_one_visit_and_each_content_is_visited_once()
    {
        using var scratch = new Scratch();
        using var artefact = Artefact.Open(Pack(scratch, MakeTree(scratch), ["-comp", "gzip"]));
        using var image = Image.Open(artefact, Examination.Options());
        var visits = new List<string>();
        image.Root!.FileSystem!.ReadContents((entries, _) =>
        {
            lock (visits) visits.Add(string.Join('+', entries.Select(e => e.Path.Text)));
        }, 2, CancellationToken.None);
        Assert.Contains("/links/one+/links/two", visits);
        Assert.Equal(visits.Count, visits.Distinct().Count());
        Assert.Equal(image.Root.FileSystem.Entries.Count(e => e.Type == FileType.Regular), visits.Sum(v => v.Count(c => c == '+') + 1));
    }

    [Fact]
    public void A_visitor_that_throws_ends_the_reading_with_its_own_exception()
    {
        using var scratch = new Scratch();
        using var artefact = Artefact.Open(Pack(scratch, MakeTree(scratch), ["-comp", "gzip", "-b", "4096"]));
        using var image = Image.Open(artefact, Examination.Options());
        Assert.Throws<InvalidOperationException>(() => image.Root!.FileSystem!.ReadContents((_, _) => throw new InvalidOperationException("enough"), 2, CancellationToken.None));
        using var cancelled = new CancellationTokenSource();
        cancelled.Cancel();
        Assert.ThrowsAny<OperationCanceledException>(() => image.Root!.FileSystem!.ReadContents((_, _) => { }, 2, cancelled.Token));
    }

    // Offsets in the superblock: linux/fs/squashfs/squashfs_fs.h, struct squashfs_super_block.
    [Theory]
    [InlineData("an inode count of 2^32 - 1", 4, 4, ulong.MaxValue)]
    [InlineData("2^32 - 1 fragments", 16, 4, ulong.MaxValue)]
    [InlineData("2^60 bytes used", 40, 8, 1UL << 60)]
    [InlineData("a root inode far outside", 32, 8, 0x7fff_ffff_0000UL)]
    [InlineData("a root inode at an odd place", 32, 8, 0x0000_0000_0021UL)]
    [InlineData("owner table at the superblock", 48, 8, 0)]
    [InlineData("owner table behind the end", 48, 8, 0xfff0UL)]
    [InlineData("inode table over the data", 64, 8, 96)]
    [InlineData("directory table is the inode table", 72, 8, 96)]
    [InlineData("fragment table over the superblock", 80, 8, 8)]
    [InlineData("no owners", 26, 2, 0)]
    [InlineData("65535 owners", 26, 2, 65535)]
    [InlineData("another compressor", 20, 2, 4)]
    public void A_lying_superblock_gives_what_is_intact_or_a_loss(string lie, int at, int bytes, ulong value)
    {
        using var scratch = new Scratch();
        var image = File.ReadAllBytes(Pack(scratch, MakeTree(scratch), ["-comp", "gzip"]));
        if (bytes == 2) BinaryPrimitives.WriteUInt16LittleEndian(image.AsSpan(at), (ushort)value);
        else if (bytes == 4) BinaryPrimitives.WriteUInt32LittleEndian(image.AsSpan(at), (uint)value);
        else BinaryPrimitives.WriteUInt64LittleEndian(image.AsSpan(at), value);
        Bounded(image, lie);
    }

    [Fact]
    public void A_folder_that_contains_itself_is_listed_once_and_told()
    {
        // Uncompressed tables; the inner folder's listing, start and offset are made those of the outer one.
        using var scratch = new Scratch();
        Directory.CreateDirectory(Path.Combine(scratch.File("t"), "outer", "inner"));
        var image = File.ReadAllBytes(Pack(scratch, scratch.File("t"), ["-comp", "gzip", "-noI", "-noId"]));
        var inodes = (int)BinaryPrimitives.ReadUInt64LittleEndian(image.AsSpan(64)) + 2;
        var folders = (int)BinaryPrimitives.ReadUInt64LittleEndian(image.AsSpan(72)) + 2;
        // mksquashfs writes the deepest folder first: inner, outer, root, 32 bytes each. The entry "inner" is made to lead to outer's inode.
        Assert.Equal(1, BinaryPrimitives.ReadUInt16LittleEndian(image.AsSpan(inodes + 32)));
        var name = folders + image.AsSpan(folders).IndexOf("inner"u8);
        BinaryPrimitives.WriteUInt16LittleEndian(image.AsSpan(name - 8), 32);
        using var opened = Examination.Open(image);
        Assert.Contains(opened.Losses, l => l.Expected == "a folder that is listed once");
        Assert.Equal(["/outer", "/outer/inner"], opened.Root!.FileSystem!.Entries.Select(e => e.Path.Text));
    }

    [Theory]
    [InlineData("..")]
    [InlineData("a/b")]
    [InlineData("/etc")]
    public void Names_that_would_escape_stay_data(string evil)
    {
        using var scratch = new Scratch();
        Directory.CreateDirectory(scratch.File("t"));
        File.WriteAllText(Path.Combine(scratch.File("t"), new string('X', evil.Length)), "content");
        var image = File.ReadAllBytes(Pack(scratch, scratch.File("t"), ["-comp", "gzip", "-noI"]));
        var at = image.AsSpan().LastIndexOf(System.Text.Encoding.ASCII.GetBytes(new string('X', evil.Length)));
        System.Text.Encoding.ASCII.GetBytes(evil).CopyTo(image, at);
        using var opened = Examination.Open(image);
        var tree = Examination.Tree(opened);
        if (evil.Contains('/'))
        {
            Assert.Contains(opened.Losses, l => l.Expected.Contains("names", StringComparison.Ordinal));
            Assert.DoesNotContain("\n/" + evil, tree, StringComparison.Ordinal);
        }
        else
        {
            Assert.Contains($"\n/{evil}\tf\t", tree, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_file_that_claims_more_than_the_budget_is_listed_and_told()
    {
        using var scratch = new Scratch();
        var image = File.ReadAllBytes(Pack(scratch, MakeTree(scratch), ["-comp", "zstd"]));
        using var opened = Examination.Open(image, new Budget { FileBytes = 200_000 });
        var tree = Examination.Tree(opened);
        Assert.Contains("/big\tf\t", tree, StringComparison.Ordinal);
        Assert.Contains(opened.Losses, l => l.Location.Path == "/big" && l.Found.Contains("--budget file=", StringComparison.Ordinal));
        Assert.DoesNotContain(opened.Losses, l => l.Location.Path == "/small");
    }

    [Fact]
    public void Budgets_of_files_bytes_and_depth_end_in_losses_that_name_them()
    {
        using var scratch = new Scratch();
        var image = File.ReadAllBytes(Pack(scratch, MakeTree(scratch), ["-comp", "zstd"]));
        foreach (var (budget, name) in new (Budget, string)[] { (new Budget { Files = 3 }, "files"), (new Budget { Bytes = 1000 }, "bytes"), (new Budget { Depth = 2 }, "depth") })
        {
            using var opened = Examination.Open(image, budget);
            Examination.Tree(opened);
            Assert.Contains(opened.Losses, l => l.Found.Contains($"--budget {name}=", StringComparison.Ordinal));
            Assert.NotEmpty(opened.Root!.FileSystem!.Entries);
        }
    }

    [Fact]
    public void Mutated_images_give_result_or_loss_in_bounded_time()
    {
        using var scratch = new Scratch();
        var folder = MakeTree(scratch);
        var random = new Random(2026);
        foreach (var compression in (string[])["gzip", "xz", "zstd"])
        {
            foreach (var plain in (bool[])[true, false])
            {
                var healthy = File.ReadAllBytes(Pack(scratch, folder, plain ? ["-comp", compression, "-noI", "-noId"] : ["-comp", compression]));
                var tables = (int)BinaryPrimitives.ReadUInt64LittleEndian(healthy.AsSpan(64));
                for (var round = 0; round < 20; round++)
                {
                    var image = healthy.ToArray();
                    for (var n = random.Next(1, 9); n > 0; n--)
                    {
                        // Half of the hits go where they hurt: superblock and tables.
                        var at = random.Next(4) switch { 0 => random.Next(4, 96), 1 => random.Next(tables, image.Length), _ => random.Next(image.Length) };
                        image[at] = (byte)random.Next(256);
                    }
                    if (round % 7 == 0) image = image[..random.Next(image.Length)];
                    Bounded(image, $"{compression} round {round}", new Budget { FileBytes = 16 << 20, Bytes = 200 << 20 });
                }
            }
        }
    }

    // No exception, in time, and either nothing was lost or it was said.
    private static void Bounded(byte[] bytes, string what, Budget? budget = null)
    {
        var watch = System.Diagnostics.Stopwatch.StartNew();
        using var image = Examination.Open(bytes, budget ?? new Budget { Bytes = 1L << 30 });
        var tree = Examination.Tree(image, parts: true);
        Assert.True(watch.Elapsed.TotalSeconds < 10, $"{what}: {watch.Elapsed}");
        foreach (var row in tree.Split('\n').Where(r => r.Contains("\tf\t", StringComparison.Ordinal) && r.EndsWith("\t-", StringComparison.Ordinal)))
        {
            var path = row[..row.IndexOf('\t', StringComparison.Ordinal)];
            Assert.True(image.Losses.Any(l => l.Location.Path == path), $"{what}: {path} has no content and no loss");
        }
    }

    internal static string MakeTree(Scratch scratch)
    {
        var root = scratch.File("tree");
        if (Directory.Exists(root)) return root;
        Directory.CreateDirectory(Path.Combine(root, "deep/er/est"));
        Directory.CreateDirectory(Path.Combine(root, "links"));
        Directory.CreateDirectory(Path.Combine(root, "many"));
        var random = new Random(3);
        var noise = new byte[300_001];
        random.NextBytes(noise);
        File.WriteAllBytes(Path.Combine(root, "big"), [.. noise, .. new byte[200_000], .. noise.AsSpan(0, 1000)]);
        File.WriteAllBytes(Path.Combine(root, "code"), File.ReadAllBytes(typeof(object).Assembly.Location).AsSpan(0, 500_000).ToArray());
        File.WriteAllBytes(Path.Combine(root, "block"), noise[..131072]);
        File.WriteAllBytes(Path.Combine(root, "hole"), new byte[400_000]);
        File.WriteAllText(Path.Combine(root, "small"), "small");
        File.WriteAllText(Path.Combine(root, "empty"), "");
        File.WriteAllText(Path.Combine(root, "tab\there"), "tab");
        File.WriteAllText(Path.Combine(root, "deep/er/est/file"), "deep");
        File.WriteAllText(Path.Combine(root, "links/one"), "linked");
        Tool.Run("ln", [Path.Combine(root, "links/one"), Path.Combine(root, "links/two")]);
        File.CreateSymbolicLink(Path.Combine(root, "links/loop"), "loop");
        File.CreateSymbolicLink(Path.Combine(root, "links/up"), "../../../../etc/passwd");
        // More than one directory header, and more than one metadata block of names and inodes.
        for (var i = 0; i < 300; i++) File.WriteAllText(Path.Combine(root, "many", $"file-with-a-rather-long-name-{i:d4}"), $"content {i % 50}");
        File.SetUnixFileMode(Path.Combine(root, "small"), (UnixFileMode)Convert.ToInt32("4755", 8));
        return root;
    }

    internal static string TreeOfFolder(string folder)
    {
        var rows = new List<(FilePath Path, string Row)>();
        foreach (var path in Walk(folder))
        {
            var info = new FileInfo(path);
            var link = info.LinkTarget;
            var isFolder = link is null && Directory.Exists(path);
            var mode = link is not null ? "777" : Convert.ToString((int)File.GetUnixFileMode(path), 8);
            var file = FilePath.Of(path[folder.Length..]);
            var row = link is not null ? $"l\t{mode}\t-\t{link}\t-" : isFolder ? $"d\t{mode}\t-\t-\t-"
                : $"f\t{mode}\t{info.Length}\t-\t{Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(path)))}";
            rows.Add((file, $"{file.Text}\t{row}\n"));
        }
        return TreeTable.Header + "\n" + string.Concat(rows.OrderBy(r => r.Path).Select(r => r.Row));
    }

    // find follows no links and leaves nodes and pipes alone: an unpacked root file system has links to /tmp and a console that nobody types on.
    private static string[] Walk(string folder) =>
        Tool.Run("find", [folder, "-mindepth", "1", "(", "-type", "f", "-o", "-type", "d", "-o", "-type", "l", ")", "-print0"]).Text.Split('\0', StringSplitOptions.RemoveEmptyEntries);

    internal static string Pack(Scratch scratch, string folder, IEnumerable<string> options)
    {
        Tool.Need(Needed, "squashfs-tools");
        var file = scratch.File($"{Guid.CreateVersion7():n}.squashfs");
        var result = Tool.Run(Needed, [folder, file, "-noappend", "-quiet", "-no-progress", "-all-time", "1700000000", .. options]);
        Assert.True(result.Exit == 0, result.Error + result.Text);
        return file;
    }
}
