using System.Buffers.Binary;
using System.Text;
using Assay.Evidence.Files;
using Assay.Evidence.Reading;
using Assay.Firmware.FileSystems;
using Assay.Tests;

namespace Assay.Firmware.Tests.FileSystems;

/// <summary>JFFS2 as mkfs.jffs2 writes it, as a running device goes on writing it, and as damage leaves it.</summary>
[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
public class Jffs2Tests
{
    private const string Needed = "mkfs.jffs2", Package = "mtd-utils";

    [Theory]
    [InlineData("-l", "")]
    [InlineData("-b", "")]
    [InlineData("-l", "-x zlib -x rtime -X lzo -y 90:lzo")]
    [InlineData("-b", "-x zlib -x rtime -X lzo -y 90:lzo")]
    [InlineData("-l", "-x zlib -x lzo -X rtime")]
    [InlineData("-b", "-x zlib -x lzo -X rtime")]
    [InlineData("-l", "-m none")]
    [InlineData("-l", "-m size -X lzo")]
    [InlineData("-b", "-e 131072 -p")]
    [InlineData("-l", "-e 131072 -n -p")]
    [InlineData("-l", "-s 16384 -c 16")]
    public void Every_way_of_packing_gives_the_same_tree(string order, string options)
    {
        using var scratch = new Scratch();
        var tree = new FlashTree(scratch);
        var image = Pack(scratch, tree, [order, .. options.Split(' ', StringSplitOptions.RemoveEmptyEntries)]);
        Assert.True(Jffs2.IsHeader(image));
        var files = Open(image);
        Assert.Equal(tree.Expected, FlashTree.TreeOf(files));
        Assert.Empty(files.Losses);
        Assert.Equal(order == "-b", files.IsBigEndian);
        Assert.Equal(image.Length, files.Length);
        Assert.Equal(tree.Expected, FlashTree.TreeOf(Open(image), workers: 7));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void What_a_device_wrote_later_wins_and_what_it_deleted_is_gone(bool bigEndian)
    {
        using var scratch = new Scratch();
        var folder = scratch.File("t");
        Directory.CreateDirectory(folder);
        File.WriteAllText(Path.Combine(folder, "changed"), new string('a', 6000));
        File.WriteAllText(Path.Combine(folder, "cut"), new string('b', 6000));
        File.WriteAllText(Path.Combine(folder, "deleted"), "gone");
        File.WriteAllText(Path.Combine(folder, "moved"), "moved");
        File.WriteAllText(Path.Combine(folder, "replaced"), "old");
        Tool.Need(Needed, Package);
        var made = Tool.Run(Needed, [bigEndian ? "-b" : "-l", "-r", folder, "-f", "-n"]).Output;
        var ino = Numbers(made, bigEndian);

        var later = new Nodes(bigEndian);
        later.Data(ino["/changed"], 90, 6000, 1000, "XYZ"u8);
        later.Data(ino["/changed"], 80, 6000, 1001, "????"u8);
        later.Metadata(ino["/cut"], 90, 5);
        later.Name(1, 90, "deleted", 0);
        later.Name(1, 91, "moved", 0);
        later.Name(1, 92, "target", ino["/moved"]);
        later.Name(1, 93, "replaced", 500);
        later.Data(500, 1, 3, 0, "new"u8);
        later.Name(1, 94, "sparse", 501);
        later.Zeros(501, 1, 9000, 0, 9000);
        later.Data(501, 2, 9000, 8999, "e"u8);
        later.Name(1, 95, "null", 502);
        later.Node(502, 1, 0x21b6, 0, 0, 0, 4, bigEndian ? [0, 0, 1, 3] : [3, 1, 0, 0]);
        later.Name(1, 96, "wide", 503);
        later.Node(503, 1, 0x61b6, 0, 0, 0, 4, bigEndian ? [0x11, 0x11, 0x03, 0x70] : [0x70, 0x03, 0x11, 0x11]);
        later.Name(1, 97, "again", ino["/moved"]);
        later.Obsolete(1, 99, "never", 501);
        byte[] image = [.. made, .. later.Bytes];

        var files = Open(image);
        Assert.Equal(["/again", "/changed", "/cut", "/null", "/replaced", "/sparse", "/target", "/wide"], files.Entries.Select(e => e.Path.Text));
        Assert.Equal(new string('a', 1000) + "XYZ??" + new string('a', 4995), FlashTree.Text(files, "/changed"));
        Assert.Equal("bbbbb", FlashTree.Text(files, "/cut"));
        Assert.Equal("new", FlashTree.Text(files, "/replaced"));
        Assert.Equal(new string('\0', 8999) + "e", FlashTree.Text(files, "/sparse"));
        Assert.Equal("moved", FlashTree.Text(files, "/target"));
        Assert.Equal("1:3", files.Entries.Single(e => e.Path.Text == "/null").TargetText);
        Assert.Equal("259:70000", files.Entries.Single(e => e.Path.Text == "/wide").TargetText);
        Assert.Empty(files.Losses);

        // Without what came later, the old content is there: the judge of this test's own nodes.
        Assert.Equal("gone", FlashTree.Text(Open(made), "/deleted"));
    }

    [Fact]
    public void A_missing_piece_loses_its_file_only_and_is_told()
    {
        using var scratch = new Scratch();
        var tree = new FlashTree(scratch);
        var image = Pack(scratch, tree, ["-l", "-m", "none"]);
        // One byte of the content of /block: its node's own CRC tells.
        var noise = File.ReadAllBytes(Path.Combine(tree.Folder, "block")).AsSpan(100_000, 32);
        var at = -1;
        for (var from = 0; image.AsSpan(from).IndexOf(noise) is >= 0 and var skip; from = at + 1)
        {
            at = from + skip;
            image[at] ^= 1;
        }
        Assert.True(at > 0);
        var files = Open(image);
        var found = FlashTree.TreeOf(files);
        var different = tree.Expected.Split('\n').Except(found.Split('\n')).Select(r => r.Split('\t')[0]).ToList();
        Assert.Equal(["/big", "/block"], different);
        Assert.Equal(["/big", "/block"], files.Losses.Select(l => l.Location.Path).Distinct());
        Assert.All(files.Losses, l => Assert.Contains("CRC-32", l.Expected, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_node_whose_header_is_damaged_or_gone_is_told_and_the_file_is_not_filled_with_zeros(bool erased)
    {
        using var scratch = new Scratch();
        Directory.CreateDirectory(scratch.File("t"));
        File.WriteAllBytes(Path.Combine(scratch.File("t"), "f"), [.. Enumerable.Range(0, 20_000).Select(i => (byte)(i * 7 >> 3))]);
        Tool.Need(Needed, Package);
        var image = Tool.Run(Needed, ["-l", "-r", scratch.File("t"), "-m", "none", "-n"]).Output;
        var second = image.AsSpan().IndexOf((ReadOnlySpan<byte>)[0x85, 0x19, 0x02, 0xe0]);
        second += 4 + image.AsSpan(second + 4).IndexOf((ReadOnlySpan<byte>)[0x85, 0x19, 0x02, 0xe0]);
        if (erased) image.AsSpan(second, 68 + 4096).Fill(0xff);
        else image[second + 5] ^= 1;
        var files = Open(image);
        Assert.Equal("unread", FlashTree.Text(files, "/f"));
        Assert.Contains(files.Losses, l => l.Location.Path == "/f" && l.Expected.StartsWith("nodes for all", StringComparison.Ordinal));
        if (!erased) Assert.Contains(files.Losses, l => l.Location.Offset == second);
    }

    [Fact]
    public void An_image_ends_at_openwrts_mark_and_where_other_data_begins()
    {
        using var scratch = new Scratch();
        var tree = new FlashTree(scratch);
        var image = Pack(scratch, tree, ["-b"]);
        byte[] marked = [.. image, 0xde, 0xad, 0xc0, 0xde, .. image];
        var files = Open(marked);
        Assert.Equal(tree.Expected, FlashTree.TreeOf(files));
        Assert.Equal(image.Length + 4, files.Length);
        var noise = new byte[500_000];
        new Random(8).NextBytes(noise);
        files = Open([.. image, .. noise]);
        Assert.Equal(tree.Expected, FlashTree.TreeOf(files));
        Assert.Equal(image.Length, files.Length);
        Assert.Empty(files.Losses);
    }

    [Fact]
    public void Erased_blocks_with_their_marks_alone_are_an_empty_file_system_and_a_lone_mark_is_none()
    {
        byte[] mark = [0x85, 0x19, 0x03, 0x20, 12, 0, 0, 0, 0xb1, 0xb0, 0x1e, 0xe4];
        var block = new byte[65536];
        block.AsSpan().Fill(0xff);
        mark.CopyTo(block, 0);
        byte[] image = [.. block, .. block];
        Assert.True(Jffs2.IsHeader(image));
        var files = Open(image);
        Assert.Empty(files.Entries);
        Assert.Empty(files.Losses);
        Assert.Equal(image.Length, files.Length);
        Assert.False(Jffs2.IsHeader([.. mark, .. "and what a program holds behind it"u8]));
    }

    [Fact]
    public void A_compression_that_is_not_read_is_named()
    {
        var nodes = new Nodes(false);
        nodes.Name(1, 1, "rubin", 2);
        nodes.Node(2, 1, 0x81a4, 4, 0, 5, 4, [1, 2, 3, 4]);
        var files = Open(nodes.Bytes);
        Assert.Equal("unread", FlashTree.Text(files, "/rubin"));
        Assert.Contains(files.Losses, l => l.Location.Path == "/rubin" && l.Found.StartsWith("rubin", StringComparison.Ordinal));
    }

    [Fact]
    public void Openwrts_lzma_is_read()
    {
        Tool.Need("xz", "xz-utils");
        var content = Encoding.ASCII.GetBytes(string.Concat(Enumerable.Range(0, 900).Select(i => $"line {i}\n")))[..4096];
        // The bytes of an LZMA stream with lc, lp, pb of 0 and a dictionary of 8 KiB are the same whoever makes them; xz adds an end mark.
        var packed = Tool.Run("xz", ["-c", "--format=raw", "--lzma1=lc=0,lp=0,pb=0,dict=8KiB"], input: content).Output;
        var nodes = new Nodes(true);
        nodes.Name(1, 1, "lzma", 2);
        nodes.Node(2, 1, 0x81a4, 4096, 0, 8, 4096, packed);
        Assert.Equal(Encoding.ASCII.GetString(content), FlashTree.Text(Open(nodes.Bytes), "/lzma"));
    }

    [Fact]
    public void Folders_in_circles_lying_sizes_and_stray_names_are_told()
    {
        var nodes = new Nodes(false);
        nodes.Name(1, 1, "a", 2);
        nodes.Node(2, 1, 0x41ed, 0, 0, 0, 0, []);
        nodes.Name(2, 2, "b", 2);
        nodes.Name(77, 1, "stray", 3);
        nodes.Name(1, 2, "huge", 4);
        nodes.Zeros(4, 1, uint.MaxValue, 0, uint.MaxValue);
        nodes.Name(1, 3, "no/slash", 4);
        nodes.Name(1, 4, "missing", 5);
        nodes.Name(1, 5, "odd", 6);
        nodes.Node(6, 1, 0x91ed, 0, 0, 0, 0, []);
        var files = Open(nodes.Bytes);
        FlashTree.TreeOf(files);
        Assert.Equal(["/a", "/a/b", "/huge"], files.Entries.Select(e => e.Path.Text));
        foreach (var expected in (string[])["a folder that is listed once", "a name that leads to folder 77", "at most 268435456 bytes in one file", "names without slash", "nodes of inode 5", "a mode with one of seven"])
        {
            Assert.Contains(files.Losses, l => l.Expected.StartsWith(expected, StringComparison.Ordinal));
        }
    }

    [Fact]
    public void Thousands_of_overlapping_nodes_cost_their_budget_and_no_more()
    {
        var nodes = new Nodes(false);
        nodes.Name(1, 1, "f", 2);
        for (uint i = 0; i < 20_000; i++) nodes.Node(2, i, 0x81a4, 60_000, i * 2, 6, 1 << 20, [0x78, 0x9c, 3, 0, 0, 0, 0, 1]);
        var watch = System.Diagnostics.Stopwatch.StartNew();
        var files = Jffs2.Open(nodes.Bytes, FlashTree.Place, new Budget { Bytes = 1 << 30 });
        Assert.Equal("unread", FlashTree.Text(files, "/f"));
        Assert.Contains(files.Losses, l => l.Found.Contains("--budget bytes=", StringComparison.Ordinal));
        Assert.True(watch.Elapsed.TotalSeconds < 5, $"{watch.Elapsed}");
    }

    [Theory]
    [InlineData("-l")]
    [InlineData("-b")]
    public void Mutated_images_give_result_or_loss_in_bounded_time(string order)
    {
        using var scratch = new Scratch();
        var image = Pack(scratch, new FlashTree(scratch), [order, "-X", "lzo", "-m", "size", "-p"]);
        var heads = new List<int>();
        var magic = image[..2];
        for (var at = 0; at < image.Length - 68 && image.AsSpan(at).IndexOf(magic) is >= 0 and var skip; at += skip + 2) heads.Add(at + skip);
        FlashTree.Mutate(image, 60, 9, (bytes, budget) => Jffs2.Open(bytes, FlashTree.Place, budget), (bytes, random) =>
        {
            // Into a node's fields, with sums that are right again.
            var head = heads[random.Next(heads.Count)];
            bytes[head + random.Next(2, 68)] = (byte)random.Next(256);
            if (head > bytes.Length - 68) return;
            var big = order == "-b";
            Nodes.Put(bytes.AsSpan(head + 8), Jffs2.Sum(bytes.AsSpan(head, 8)), big);
            Nodes.Put(bytes.AsSpan(head + (bytes[head + (big ? 3 : 2)] == 1 ? 32 : 64)), Jffs2.Sum(bytes.AsSpan(head, bytes[head + (big ? 3 : 2)] == 1 ? 32 : 60)), big);
        });
    }

    [Fact]
    public void Every_sample_of_the_corpus_opens_and_damage_is_told()
    {
        var healthy = new Dictionary<string, string>(StringComparer.Ordinal);
        var damaged = 0;
        foreach (var file in Corpus.Files("firmware/formats/jffs2"))
        {
            var name = Path.GetFileName(file);
            var bytes = File.ReadAllBytes(file);
            var start = 0;
            while (start < bytes.Length && !(bytes[start] is 0x85 or 0x19 && Jffs2.IsHeader(bytes.AsSpan(start)))) start++;
            Assert.True(start < bytes.Length, $"{name}: no header");
            var files = Jffs2.Open(bytes.AsMemory(start), FlashTree.Place.After(start), new Budget());
            var tree = FlashTree.TreeOf(files);
            Assert.True(files.Entries.Count > 0, name);
            if (name.Contains("cut", StringComparison.Ordinal) || name.Contains("replaced", StringComparison.Ordinal))
            {
                Assert.True(files.Losses.Count > 0, $"{name}: no loss");
                damaged++;
                continue;
            }
            Assert.True(files.Losses.Count == 0, $"{name}: {string.Join("; ", files.Losses)}");
            Assert.Equal(name.Contains("prepend", StringComparison.Ordinal), start > 0);
            healthy[name] = tree;
        }
        Assert.True(damaged > 0 && healthy.Count > 1);
        // Samples of one source hold one tree, whatever their byte order.
        foreach (var source in healthy.GroupBy(h => h.Key.Split('-')[0])) Assert.True(source.Select(s => s.Value).Distinct().Count() == 1, string.Join("\n", source.Select(s => s.Key + "\n" + s.Value)));
    }

    [Fact]
    public void The_ready_image_has_the_tree_that_was_packed()
    {
        var folder = Corpus.Folder("firmware/ready");
        var compared = 0;
        foreach (var (file, kind) in ReadyImageTests.Images(folder).Where(i => i.Kind == "jffs2"))
        {
            var files = Open(File.ReadAllBytes(file));
            Assert.Equal(File.ReadAllText(Path.Combine(folder, "tree.tsv")), FlashTree.TreeOf(files));
            Assert.Empty(files.Losses);
            compared++;
        }
        if (compared == 0) Assert.Skip("the corpus holds no ready image of JFFS2");
    }

    // The inode of each name of the root folder, by the nodes of names alone.
    private static Dictionary<string, uint> Numbers(byte[] image, bool bigEndian)
    {
        var numbers = new Dictionary<string, uint>(StringComparer.Ordinal);
        byte[] mark = bigEndian ? [0x19, 0x85, 0xe0, 0x01] : [0x85, 0x19, 0x01, 0xe0];
        for (var at = 0; image.AsSpan(at).IndexOf(mark) is >= 0 and var skip; at += 4)
        {
            at += skip;
            var number = image.AsSpan(at + 20);
            numbers["/" + Encoding.UTF8.GetString(image, at + 40, image[at + 28])] = bigEndian ? BinaryPrimitives.ReadUInt32BigEndian(number) : BinaryPrimitives.ReadUInt32LittleEndian(number);
        }
        return numbers;
    }

    private static Jffs2 Open(byte[] bytes) => Jffs2.Open(bytes, FlashTree.Place, new Budget());

    private static byte[] Pack(Scratch scratch, FlashTree tree, string[] options)
    {
        Tool.Need(Needed, Package);
        var file = scratch.File("image.jffs2");
        var result = Tool.Run(Needed, ["-r", tree.Folder, "-D", tree.Table, "-o", file, .. options]);
        Assert.True(result.Exit == 0, result.Error);
        return File.ReadAllBytes(file);
    }

    /// <summary>Nodes as a running kernel appends them (linux/include/uapi/linux/jffs2.h).</summary>
    private sealed class Nodes(bool bigEndian)
    {
        private readonly List<byte> bytes = [];
        internal byte[] Bytes => [.. bytes];

        internal static void Put(Span<byte> at, uint value, bool bigEndian)
        {
            if (bigEndian) BinaryPrimitives.WriteUInt32BigEndian(at, value);
            else BinaryPrimitives.WriteUInt32LittleEndian(at, value);
        }

        private void Put(Span<byte> at, uint value) => Put(at, value, bigEndian);

        private void Put16(Span<byte> at, ushort value)
        {
            if (bigEndian) BinaryPrimitives.WriteUInt16BigEndian(at, value);
            else BinaryPrimitives.WriteUInt16LittleEndian(at, value);
        }

        private void Add(Span<byte> node, ushort type, int sumAt, int summed)
        {
            Put16(node, 0x1985);
            Put16(node[2..], type);
            Put(node[4..], (uint)node.Length);
            Put(node[8..], Jffs2.Sum(node[..8]));
            Put(node[sumAt..], Jffs2.Sum(node[..summed]));
            bytes.AddRange(node);
            while (bytes.Count % 4 != 0) bytes.Add(0xff);
        }

        internal void Name(uint folder, uint version, string name, uint inode)
        {
            var raw = Encoding.UTF8.GetBytes(name);
            var node = new byte[40 + raw.Length];
            Put(node.AsSpan(12), folder);
            Put(node.AsSpan(16), version);
            Put(node.AsSpan(20), inode);
            node[28] = (byte)raw.Length;
            raw.CopyTo(node, 40);
            Put(node.AsSpan(36), Jffs2.Sum(raw));
            Add(node, 0xe001, 32, 32);
        }

        /// <summary>A name that was marked as outdated in place, as on NOR flash.</summary>
        internal void Obsolete(uint folder, uint version, string name, uint inode)
        {
            var start = bytes.Count;
            Name(folder, version, name, inode);
            var at = start + (bigEndian ? 2 : 3);
            bytes[at] = (byte)(bytes[at] & ~0x20);
        }

        internal void Data(uint inode, uint version, uint size, uint offset, ReadOnlySpan<byte> data) => Node(inode, version, 0x81a4, size, offset, 0, (uint)data.Length, data.ToArray());
        internal void Metadata(uint inode, uint version, uint size) => Node(inode, version, 0x81a4, size, 0, 0, 0, []);
        internal void Zeros(uint inode, uint version, uint size, uint offset, uint count) => Node(inode, version, 0x81a4, size, offset, 1, count, []);

        internal void Node(uint inode, uint version, uint mode, uint size, uint offset, byte compression, uint unpacked, byte[] data)
        {
            var node = new byte[68 + data.Length];
            Put(node.AsSpan(12), inode);
            Put(node.AsSpan(16), version);
            Put(node.AsSpan(20), mode);
            Put(node.AsSpan(28), size);
            Put(node.AsSpan(44), offset);
            Put(node.AsSpan(48), (uint)data.Length);
            Put(node.AsSpan(52), unpacked);
            node[56] = node[57] = compression;
            data.CopyTo(node, 68);
            Put(node.AsSpan(60), Jffs2.Sum(data));
            Add(node, 0xe002, 64, 60);
        }
    }
}
