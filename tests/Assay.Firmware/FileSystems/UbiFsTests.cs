using System.Buffers.Binary;
using System.Text;
using Assay.Evidence.Compression;
using Assay.Evidence.Files;
using Assay.Evidence.Reading;
using Assay.Firmware.Containers;
using Assay.Firmware.FileSystems;
using Assay.Tests;

namespace Assay.Firmware.Tests.FileSystems;

/// <summary>UBIFS as mkfs.ubifs writes it, alone and inside UBI; its journal as a kernel writes it; damaged, encrypted and signed.</summary>
[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
public class UbiFsTests
{
    private const string Needed = "mkfs.ubifs", Package = "mtd-utils";

    [Theory]
    [InlineData("-m 2048 -e 126976 -x none")]
    [InlineData("-m 2048 -e 126976 -x lzo")]
    [InlineData("-m 2048 -e 126976 -x zlib")]
    [InlineData("-m 2048 -e 126976 -x zstd")]
    [InlineData("-m 2048 -e 126976 -x favor_lzo")]
    [InlineData("-m 512 -e 15872 -x lzo -k test")]
    [InlineData("-m 4096 -e 258048 -x zlib -f 64 -F")]
    [InlineData("-m 8 -e 65408 -x zstd -f 3 -p 4 -l 9")]
    public void Every_way_of_packing_gives_the_same_tree(string options)
    {
        using var scratch = new Scratch();
        var tree = new FlashTree(scratch);
        var image = Pack(scratch, tree, options.Split(' '));
        Assert.True(UbiFs.IsHeader(image));
        var files = UbiFs.Open(image, FlashTree.Place, new Budget());
        Assert.Equal(tree.Expected, FlashTree.TreeOf(files));
        Assert.Empty(files.Losses);
        Assert.Equal(image.Length, files.Length);
        Assert.False(files.IsAuthenticated || files.IsSearched);
        Assert.Equal(tree.Expected, FlashTree.TreeOf(UbiFs.Open(image, FlashTree.Place, new Budget()), workers: 7));
        // Data behind the image do not belong to it.
        Assert.Equal(image.Length, UbiFs.Open((byte[])[.. image, .. new byte[100_000]], FlashTree.Place, new Budget()).Length);
    }

    [Fact]
    public void Without_its_index_all_nodes_are_searched_and_that_is_told()
    {
        using var scratch = new Scratch();
        var tree = new FlashTree(scratch);
        var healthy = Pack(scratch, tree, ["-m", "2048", "-e", "126976", "-x", "lzo"]);
        foreach (var (from, length) in new[] { (126976, 2 * 126976), (126976 + 48, 1), (4, 1) })
        {
            var image = healthy.ToArray();
            for (var i = from; i < from + length; i++) image[i] ^= 0x55;
            // One master node alone damaged is no loss: there are two.
            var files = from == 4 ? UbiFs.Open(LogicalBlocks.Of(image, 126976), FlashTree.Place, new Budget()) : UbiFs.Open(image, FlashTree.Place, new Budget());
            Assert.True(tree.Expected == FlashTree.TreeOf(files), $"0x{from:x}: {string.Join("; ", files.Losses)}");
            Assert.Equal(length > 1 || from == 4, files.IsSearched);
            Assert.Equal(files.IsSearched, files.Losses.Any(l => l.Found.Contains("all nodes are searched", StringComparison.Ordinal)));
        }
    }

    [Fact]
    public void A_damaged_piece_loses_its_file_only()
    {
        using var scratch = new Scratch();
        var tree = new FlashTree(scratch);
        var image = Pack(scratch, tree, ["-m", "2048", "-e", "126976", "-x", "none"]);
        var noise = File.ReadAllBytes(Path.Combine(tree.Folder, "block")).AsSpan(100_000, 32);
        var at = -1;
        for (var from = 0; image.AsSpan(from).IndexOf(noise) is >= 0 and var skip; from = at + 1)
        {
            at = from + skip;
            image[at] ^= 1;
        }
        var files = UbiFs.Open(image, FlashTree.Place, new Budget());
        var different = tree.Expected.Split('\n').Except(FlashTree.TreeOf(files).Split('\n')).Select(r => r.Split('\t')[0]).ToList();
        Assert.Equal(["/big", "/block"], different);
        Assert.Equal(["/big", "/block"], files.Losses.Select(l => l.Location.Path));
    }

    [Fact]
    public void What_the_journal_holds_is_played_over_the_index()
    {
        using var scratch = new Scratch();
        var folder = scratch.File("t");
        Directory.CreateDirectory(folder);
        File.WriteAllText(Path.Combine(folder, "a-changed"), new string('a', 6000));
        File.WriteAllText(Path.Combine(folder, "b-cut"), new string('b', 20_000));
        File.WriteAllText(Path.Combine(folder, "c-deleted"), "gone");
        File.WriteAllText(Path.Combine(folder, "d-moved"), "moved");
        Tool.Need(Needed, Package);
        var file = scratch.File("image");
        Assert.Equal(0, Tool.Run(Needed, ["-r", folder, "-o", file, "-m", "2048", "-e", "126976", "-c", "100", "-x", "none"]).Exit);
        var made = File.ReadAllBytes(file);
        const int Block = 126976;
        var numbers = UbiFs.Open(made, FlashTree.Place, new Budget());
        Assert.Equal("gone", FlashTree.Text(numbers, "/c-deleted"));
        var ino = Numbers(made);

        // A new block at the end is a bud of the journal; the log names it behind what it holds already.
        var bud = new Nodes(1_000_000);
        bud.Name(1, "c-deleted", 0);
        bud.Name(1, "d-moved", 0);
        bud.Name(1, "e-target", ino["d-moved"]);
        bud.Data(ino["a-changed"], 0, "new"u8);
        bud.Data(ino["a-changed"], 0, Encoding.ASCII.GetBytes(new string('A', 4096)));
        bud.Truncation(ino["b-cut"], 20_000, 5000);
        bud.Inode(ino["b-cut"], 0x81a4, 9000);
        bud.Inode(900, 0x81a4, 10_000);
        bud.Data(900, 2, "end"u8);
        bud.Name(1, "f-new", 900);
        bud.Inode(901, 0x21b6, 0, [3, 1, 0, 0]);
        bud.Name(1, "g-null", 901);
        bud.Inode(902, 0xa1ff, 4, "here"u8);
        bud.Name(1, "h-link", 902);
        bud.Inode(903, 0x81a4, 4);
        bud.Name(1, "i-brief", 903);
        bud.Name(1, "i-brief", 0);
        bud.Inode(903, 0x81a4, 4, [], links: 0);
        var log = new Nodes(2_000_000);
        log.Reference(made.Length / Block, 0);
        byte[] image = [.. made, .. Filled(bud.Bytes, Block)];
        var free = 3 * Block;
        while (BinaryPrimitives.ReadUInt32LittleEndian(image.AsSpan(free)) == 0x06101831) free += BinaryPrimitives.ReadInt32LittleEndian(image.AsSpan(free + 16)) + 2047 & ~2047;
        log.Bytes.CopyTo(image, free);
        // The superblock says how many blocks there are.
        BinaryPrimitives.WriteInt32LittleEndian(image.AsSpan(40), image.Length / Block);
        BinaryPrimitives.WriteUInt32LittleEndian(image.AsSpan(4), ~Crc32.Of(image.AsSpan(8, 4088)));

        var files = UbiFs.Open(image, FlashTree.Place, new Budget());
        Assert.Empty(files.Losses);
        Assert.False(files.IsSearched);
        Assert.Equal(["/a-changed", "/b-cut", "/e-target", "/f-new", "/g-null", "/h-link"], files.Entries.Select(e => e.Path.Text));
        Assert.Equal(new string('A', 4096) + new string('a', 1904), FlashTree.Text(files, "/a-changed"));
        Assert.Equal(new string('b', 8192) + new string('\0', 808), FlashTree.Text(files, "/b-cut"));
        Assert.Equal("moved", FlashTree.Text(files, "/e-target"));
        Assert.Equal(new string('\0', 8192) + "end" + new string('\0', 10_000 - 8195), FlashTree.Text(files, "/f-new"));
        Assert.Equal(["1:3", "here"], files.Entries.Where(e => e.TargetText is not null).Select(e => e.TargetText));

        // A bud that a write was cut off in: what is before counts, the rest is told.
        var damaged = image.ToArray();
        damaged[made.Length + bud.Starts[^3] + 60] ^= 1;
        files = UbiFs.Open(damaged, FlashTree.Place, new Budget());
        Assert.Contains(files.Losses, l => l.Location.Offset == made.Length + bud.Starts[^3]);
        Assert.Contains("/h-link", files.Entries.Select(e => e.Path.Text));

        // A place behind the end of every block: nothing of the bud counts.
        var far = new Nodes(2_000_000);
        far.Reference(made.Length / Block, int.MaxValue);
        far.Bytes.CopyTo(image, free);
        Assert.Contains("/c-deleted", UbiFs.Open(image, FlashTree.Place, new Budget()).Entries.Select(e => e.Path.Text));
    }

    [Fact]
    public void Encrypted_names_and_contents_are_a_loss_that_says_so()
    {
        using var scratch = new Scratch();
        Directory.CreateDirectory(scratch.File("t"));
        File.WriteAllText(Path.Combine(scratch.File("t"), "hidden"), "content that is hidden");
        File.WriteAllBytes(scratch.File("key"), [.. Enumerable.Range(0, 64).Select(i => (byte)i)]);
        Tool.Need(Needed, Package);
        var made = Tool.Run(Needed, ["-r", scratch.File("t"), "-o", scratch.File("image"), "-m", "2048", "-e", "126976", "-c", "100", "-K", scratch.File("key"), "-b", "0011223344556677", "-C", "AES-256-XTS"]);
        if (made.Exit != 0) Assert.Skip("this mkfs.ubifs cannot encrypt: " + made.Error);
        var files = UbiFs.Open(File.ReadAllBytes(scratch.File("image")), FlashTree.Place, new Budget());
        Assert.Equal(TreeTable.Header + "\n", FlashTree.TreeOf(files));
        Assert.Contains(files.Losses, l => l.Found.Contains("fscrypt", StringComparison.Ordinal));
    }

    [Fact]
    public void A_signed_image_is_read_and_known_as_signed()
    {
        using var scratch = new Scratch();
        var tree = new FlashTree(scratch);
        Tool.Need("openssl", "openssl");
        Tool.Run("openssl", ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=test", "-days", "30", "-keyout", scratch.File("key.pem"), "-out", scratch.File("cert.pem")]);
        Tool.Need(Needed, Package);
        var made = Tool.Run(Needed, ["-r", tree.Folder, "-D", tree.Table, "-o", scratch.File("image"), "-m", "2048", "-e", "126976", "-c", "300", "-x", "lzo", "--hash-algo=sha256",
            "--auth-key=" + scratch.File("key.pem"), "--auth-cert=" + scratch.File("cert.pem")]);
        if (made.Exit != 0) Assert.Skip("this mkfs.ubifs cannot sign: " + made.Error);
        var files = UbiFs.Open(File.ReadAllBytes(scratch.File("image")), FlashTree.Place, new Budget());
        Assert.Equal(tree.Expected, FlashTree.TreeOf(files));
        Assert.True(files.IsAuthenticated);
        Assert.Empty(files.Losses);
    }

    [Fact]
    public void Mutated_images_give_result_or_loss_in_bounded_time()
    {
        using var scratch = new Scratch();
        var image = Pack(scratch, new FlashTree(scratch), ["-m", "512", "-e", "15872", "-x", "favor_lzo"]);
        var heads = new List<int>();
        for (var at = 0; at < image.Length - 64; at += 8)
        {
            if (BinaryPrimitives.ReadUInt32LittleEndian(image.AsSpan(at)) == 0x06101831) heads.Add(at);
        }
        FlashTree.Mutate(image, 60, 10, (bytes, budget) => UbiFs.Open(LogicalBlocks.Of(bytes, 15872), FlashTree.Place, budget), (bytes, random) =>
        {
            // Into a node, with a sum that is right again.
            var head = heads[random.Next(heads.Count)];
            if (head > bytes.Length - 64) return;
            bytes[head + random.Next(8, 64)] = (byte)random.Next(256);
            var length = BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(head + 16));
            if (length is >= 24 and < 9000 && head + length <= bytes.Length) BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(head + 4), ~Crc32.Of(bytes.AsSpan(head + 8, length - 8)));
        });
    }

    [Fact]
    public void Blocks_full_of_magic_numbers_cost_little()
    {
        var image = new byte[4 << 20];
        for (var at = 0; at < image.Length - 24; at += 24)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(image.AsSpan(at), 0x06101831);
            BinaryPrimitives.WriteUInt32LittleEndian(image.AsSpan(at + 16), 1 << 20);
            image[at + 20] = 9;
        }
        var watch = System.Diagnostics.Stopwatch.StartNew();
        var files = UbiFs.Open(LogicalBlocks.Of(image, 2 << 20), FlashTree.Place, new Budget());
        Assert.Empty(files.Entries);
        Assert.NotEmpty(files.Losses);
        Assert.True(watch.Elapsed.TotalSeconds < 5, $"{watch.Elapsed}");
    }

    internal static byte[] Pack(Scratch scratch, FlashTree tree, string[] options)
    {
        Tool.Need(Needed, Package);
        var file = scratch.File("image.ubifs");
        var result = Tool.Run(Needed, ["-r", tree.Folder, "-D", tree.Table, "-o", file, "-c", "2000", .. options]);
        Assert.True(result.Exit == 0, result.Error);
        return File.ReadAllBytes(file);
    }

    private static byte[] Filled(byte[] content, int size)
    {
        var block = new byte[size];
        block.AsSpan().Fill(0xff);
        content.CopyTo(block, 0);
        return block;
    }

    // The inode of each name, by the nodes of names alone.
    private static Dictionary<string, uint> Numbers(byte[] image)
    {
        var numbers = new Dictionary<string, uint>(StringComparer.Ordinal);
        for (var at = 0; at < image.Length - 64; at += 8)
        {
            if (BinaryPrimitives.ReadUInt32LittleEndian(image.AsSpan(at)) != 0x06101831 || image[at + 20] != 2) continue;
            numbers[Encoding.UTF8.GetString(image, at + 56, BinaryPrimitives.ReadUInt16LittleEndian(image.AsSpan(at + 50)))] = BinaryPrimitives.ReadUInt32LittleEndian(image.AsSpan(at + 40));
        }
        return numbers;
    }

    /// <summary>Nodes as a running kernel appends them (linux/fs/ubifs/ubifs-media.h).</summary>
    private sealed class Nodes(ulong sequence)
    {
        private readonly List<byte> bytes = [];
        internal byte[] Bytes => [.. bytes];
        internal List<int> Starts { get; } = [];

        private void Add(byte[] node, byte kind)
        {
            Put(node, 0, 0x06101831);
            BinaryPrimitives.WriteUInt64LittleEndian(node.AsSpan(8), sequence++);
            Put(node, 16, (uint)node.Length);
            node[20] = kind;
            Put(node, 4, ~Crc32.Of(node.AsSpan(8)));
            Starts.Add(bytes.Count);
            bytes.AddRange(node);
            while (bytes.Count % 8 != 0) bytes.Add(0xce);
        }

        private static void Put(byte[] node, int at, uint value) => BinaryPrimitives.WriteUInt32LittleEndian(node.AsSpan(at), value);

        internal void Name(uint folder, string name, uint inode)
        {
            var node = new byte[56 + name.Length + 1];
            Put(node, 24, folder);
            Put(node, 28, 2u << 29 | 1);
            Put(node, 40, inode);
            node[50] = (byte)name.Length;
            Encoding.ASCII.GetBytes(name).CopyTo(node, 56);
            Add(node, 2);
        }

        internal void Data(uint inode, uint piece, ReadOnlySpan<byte> content)
        {
            var node = new byte[48 + content.Length];
            Put(node, 24, inode);
            Put(node, 28, 1u << 29 | piece);
            Put(node, 40, (uint)content.Length);
            content.CopyTo(node.AsSpan(48));
            Add(node, 1);
        }

        internal void Inode(uint inode, uint mode, uint size, ReadOnlySpan<byte> data = default, uint links = 1)
        {
            var node = new byte[160 + data.Length];
            Put(node, 24, inode);
            Put(node, 48, size);
            Put(node, 92, links);
            Put(node, 104, mode);
            Put(node, 112, (uint)data.Length);
            data.CopyTo(node.AsSpan(160));
            Add(node, 0);
        }

        internal void Truncation(uint inode, uint from, uint to)
        {
            var node = new byte[56];
            Put(node, 24, inode);
            Put(node, 40, from);
            Put(node, 48, to);
            Add(node, 4);
        }

        internal void Reference(int block, int offset)
        {
            var node = new byte[64];
            Put(node, 24, (uint)block);
            Put(node, 28, (uint)offset);
            Add(node, 8);
        }
    }
}
