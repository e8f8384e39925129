using System.Buffers.Binary;
using System.Text;
using Assay.Evidence.Files;
using Assay.Evidence.Reading;
using Assay.Firmware.FileSystems;
using Assay.Tests;

namespace Assay.Firmware.Tests.FileSystems;

/// <summary>YAFFS2: the samples of the corpus, which outside programs made; and chunks as a device goes on writing them, in every geometry.</summary>
[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
public class YaffsTests
{
    [Fact]
    public void Every_sample_of_the_corpus_opens_and_both_byte_orders_agree()
    {
        var trees = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var file in Corpus.Files("firmware/formats/yaffs2"))
        {
            var bytes = File.ReadAllBytes(file);
            Assert.True(Yaffs.IsHeader(bytes), file);
            var files = Open(bytes);
            var tree = FlashTree.TreeOf(files);
            Assert.True(files.Losses.Count == 0, $"{file}: {string.Join("; ", files.Losses)}");
            Assert.Contains("\tf\t", tree, StringComparison.Ordinal);
            Assert.DoesNotContain("\t-\t-\n", tree.Replace("\td\t", "", StringComparison.Ordinal).Split('\n').Where(r => r.Contains("\tf\t", StringComparison.Ordinal)).Aggregate("", (a, b) => a + b + "\n"), StringComparison.Ordinal);
            trees.Add(Path.GetFileName(file), tree);
            var name = Path.GetFileName(file);
            foreach (var (page, spare) in new[] { (1024, 32), (2048, 64) })
            {
                if (name.Contains($"{page}-{spare}", StringComparison.Ordinal)) Assert.Equal((page, spare), (files.Layout.Page, files.Layout.Spare));
            }
        }
        // A sample and the one of the other byte order hold one tree: their names differ in that alone.
        var pairs = 0;
        foreach (var (name, tree) in trees)
        {
            var other = name.Replace("be", "le", StringComparison.Ordinal);
            if (other == name || !trees.TryGetValue(other, out var same)) continue;
            Assert.Equal(Without(same), Without(tree));
            pairs++;
        }
        Assert.True(pairs > 0);

        static string Without(string tree) => string.Join('\n', tree.Split('\n').Select(r => string.Join(' ', r.Split('\t').Where((_, i) => i != 2))));
    }

    [Theory]
    [InlineData("yaffs1-little", false)]
    [InlineData("yaffs1-big", true)]
    public void What_mkyaffsimage_wrote_as_YAFFS1_is_read(string name, bool bigEndian)
    {
        var image = SpiffsTests.Sample(name);
        var files = Open(image);
        Assert.Equal(("yaffs1", bigEndian, 512, 16), (files.Format, files.Layout.BigEndian, files.Layout.Page, files.Layout.Spare));
        var large = Encoding.ASCII.GetBytes(string.Concat(Enumerable.Range(1, 3000).Select(i => i + "\n")));
        var small = Hash("hello\n"u8);
        string[] expected =
        [
            "/dir\td\t755\t-\t-\t-", $"/dir/hard\tf\t644\t6\t-\t{small}", "/dir/link\tl\t777\t-\t../small\t-", "/dir/null\tc\t644\t-\t1:3\t-", "/dir/sub\td\t755\t-\t-\t-",
            $"/dir/sub/deep\tf\t644\t6\t-\t{small}", $"/empty\tf\t644\t0\t-\t{Hash([])}", $"/large\tf\t4755\t13893\t-\t{Hash(large)}", $"/page\tf\t644\t512\t-\t{Hash(large.AsSpan(0, 512))}",
            $"/page1\tf\t644\t513\t-\t{Hash(large.AsSpan(0, 513))}", $"/small\tf\t644\t6\t-\t{small}",
        ];
        Assert.Equal(expected, FlashTree.TreeOf(files).Split('\n', StringSplitOptions.RemoveEmptyEntries)[1..]);
        Assert.Empty(files.Losses);
        // A chunk whose mark is cleared is deleted; so the file at its end is, whose header it is.
        var chunks = image.Length / 528;
        for (var i = 1; i < chunks; i++)
        {
            if (image.AsSpan(i * 528 + 10, 6).SequenceEqual("empty\0"u8)) image[i * 528 + 516] = 0;
        }
        Assert.DoesNotContain(Open(image).Entries, e => e.Path.Text == "/empty");

        static string Hash(ReadOnlySpan<byte> bytes) => Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(bytes));
    }

    [Theory]
    [InlineData(512, 16, 0, false, false)]
    [InlineData(1024, 32, 0, true, true)]
    [InlineData(1024, 16, 0, false, false)]
    [InlineData(2048, 64, 2, true, true)]
    [InlineData(2048, 64, 0, true, false)]
    [InlineData(4096, 128, 2, false, false)]
    [InlineData(4096, 224, 0, false, false)]
    [InlineData(8192, 256, 2, true, false)]
    public void What_a_device_wrote_later_wins_in_every_geometry(int page, int spare, int tagsAt, bool bigEndian, bool bigEndianTags)
    {
        var geometry = new Yaffs.Geometry(page, spare, tagsAt, bigEndian, bigEndianTags);
        var chunks = new Chunks(geometry);
        var long1 = Content(3 * page + 100, 1);
        chunks.Header(257, 3, 1, "etc", 0x41ed);
        chunks.File(258, 257, "one", long1);
        chunks.File(259, 257, "cut", Content(3 * page, 2));
        chunks.File(260, 1, "gone", Content(10, 3));
        chunks.Header(261, 2, 257, "link", 0xa1ff, alias: "../one");
        chunks.Header(262, 4, 1, "hard", 0, equivalent: 258);
        chunks.Header(263, 5, 1, "console", 0x2180, device: 0x501);
        chunks.Header(264, 5, 1, "pipe", 0x11a4);
        chunks.File(265, 1, "victim", Content(5, 9));
        chunks.Sequence++;
        chunks.Data(258, 2, Content(page, 4));
        chunks.Header(259, 1, 257, "cut", 0x81a4, size: (uint)page + 7, shrinks: true);
        chunks.Header(259, 1, 257, "cut", 0x81a4, size: (uint)(3 * page));
        chunks.Header(260, 1, 4, "deleted", 0x81a4, size: 10);
        chunks.Header(266, 1, 1, "grown", 0x81a4);
        chunks.Data(266, 1, Content(20, 5));
        chunks.Header(267, 1, 1, "victim", 0x81a4, shadows: 265);
        // Written earlier than all, though it lies behind: it does not count. Written in the first block and behind there: it does.
        chunks.Data(258, 3, Content(page, 7), sequence: 0x1000);
        chunks.Data(258, 1, Content(page, 6), sequence: 0x1001);
        var image = chunks.Bytes;
        var files = Open(image);
        Assert.Equal(geometry, files.Layout);
        Assert.Empty(files.Losses);
        Assert.Equal(["/console", "/etc", "/etc/cut", "/etc/link", "/etc/one", "/grown", "/hard", "/pipe", "/victim"], files.Entries.Select(e => e.Path.Text));
        byte[] one = [.. Content(page, 6), .. Content(page, 4), .. long1[(2 * page)..]];
        Assert.Equal(Encoding.Latin1.GetString(one), FlashTree.Text(files, "/etc/one"));
        Assert.Equal(Encoding.Latin1.GetString(one), FlashTree.Text(files, "/hard"));
        byte[] cut = [.. Content(3 * page, 2)[..(2 * page)], .. new byte[page]];
        Assert.Equal(Encoding.Latin1.GetString(cut), FlashTree.Text(files, "/etc/cut"));
        Assert.Equal(Encoding.Latin1.GetString(Content(20, 5)), FlashTree.Text(files, "/grown"));
        Assert.Equal("", FlashTree.Text(files, "/victim"));
        Assert.Equal(["5:1", "../one"], files.Entries.Where(e => e.TargetText is not null).Select(e => e.TargetText));
        Assert.Equal(image.Length, files.Length);

        byte[] padded = [.. image, .. Enumerable.Repeat((byte)0xff, 3 * geometry.Chunk), .. new byte[300 * geometry.Chunk]];
        Assert.Equal(image.Length, Open(padded).Length);
        Assert.Empty(Open(padded).Losses);
    }

    [Fact]
    public void A_damaged_chunk_is_told_and_its_file_is_not_filled_with_zeros()
    {
        var chunks = new Chunks(new Yaffs.Geometry(2048, 64, 0, false, false));
        chunks.File(257, 1, "hurt", Content(5 * 2048, 1));
        chunks.File(258, 1, "whole", Content(5 * 2048, 2));
        var image = chunks.Bytes;
        image.AsSpan(2 * 2112 + 2048, 16).Clear();
        var files = Open(image);
        Assert.Equal("unread", FlashTree.Text(files, "/hurt"));
        Assert.Equal(Encoding.Latin1.GetString(Content(5 * 2048, 2)), FlashTree.Text(files, "/whole"));
        Assert.Contains(files.Losses, l => l.Location.Offset == 2 * 2112);
        Assert.Contains(files.Losses, l => l.Location.Path == "/hurt");
        foreach (var cut in (int[])[1000, 2112, 2 * 2112])
        {
            files = Open(chunks.Bytes[..^cut]);
            Assert.Equal("unread", FlashTree.Text(files, "/whole"));
            Assert.NotEmpty(files.Losses);
            Assert.Equal(cut % 2112 == 0, files.Losses.All(l => l.Location.Path is not null));
        }
    }

    [Fact]
    public void Mutated_images_give_result_or_loss_in_bounded_time()
    {
        var chunks = new Chunks(new Yaffs.Geometry(512, 16, 0, true, true));
        for (uint i = 0; i < 40; i++) chunks.Header(300 + i, 3, i == 0 ? 1 : 300 + i / 3, $"folder{i}", 0x41ed);
        for (uint i = 0; i < 60; i++) chunks.File(400 + i, 300 + i % 40, $"file{i}", Content((int)i * 100, (int)i));
        FlashTree.Mutate(chunks.Bytes, 200, 14, (bytes, budget) => Yaffs.IsHeader(bytes) ? Yaffs.Open(bytes, FlashTree.Place, budget) : null,
            (bytes, random) => bytes[random.Next(bytes.Length / 528) * 528 + (random.Next(2) == 0 ? 512 + random.Next(16) : random.Next(12))] = (byte)random.Next(256));
    }

    [Fact]
    public void Code_and_noise_are_no_yaffs()
    {
        var noise = new byte[100_000];
        new Random(15).NextBytes(noise);
        byte[] start = [1, 0, 0, 0, 1, 0, 0, 0, 0xff, 0xff, (byte)'a', 0];
        start.CopyTo(noise, 0);
        Assert.False(Yaffs.IsHeader(noise));
        var zeros = new byte[100_000];
        start.CopyTo(zeros, 0);
        Assert.False(Yaffs.IsHeader(zeros));
        Assert.False(Yaffs.IsHeader(start));
    }

    private static byte[] Content(int length, int seed)
    {
        var content = new byte[length];
        new Random(seed).NextBytes(content);
        return content;
    }

    private static Yaffs Open(byte[] bytes) => Yaffs.Open(bytes, FlashTree.Place, new Budget());

    /// <summary>Chunks as a device writes them (yaffs2/yaffs_guts.h, struct yaffs_obj_hdr; yaffs_packedtags2.h).</summary>
    private sealed class Chunks(Yaffs.Geometry geometry)
    {
        private readonly List<byte> bytes = [];
        internal byte[] Bytes => [.. bytes];
        internal uint Sequence { get; set; } = 0x1001;

        private static void Put(Span<byte> at, uint value, bool bigEndian)
        {
            if (bigEndian) BinaryPrimitives.WriteUInt32BigEndian(at, value);
            else BinaryPrimitives.WriteUInt32LittleEndian(at, value);
        }

        private void Add(ReadOnlySpan<byte> content, uint id, uint piece, uint length, uint sequence)
        {
            var chunk = new byte[geometry.Chunk];
            chunk.AsSpan().Fill(0xff);
            content.CopyTo(chunk);
            var tags = chunk.AsSpan(geometry.Page + geometry.TagsAt);
            Put(tags, sequence, geometry.BigEndianTags);
            Put(tags[4..], id, geometry.BigEndianTags);
            Put(tags[8..], piece, geometry.BigEndianTags);
            Put(tags[12..], length, geometry.BigEndianTags);
            bytes.AddRange(chunk);
        }

        internal void Data(uint id, uint piece, ReadOnlySpan<byte> content, uint? sequence = null) => Add(content, id, piece, (uint)content.Length, sequence ?? Sequence);

        internal void File(uint id, uint parent, string name, byte[] content)
        {
            Header(id, 1, parent, name, 0x81a4, (uint)content.Length);
            uint piece = 1;
            foreach (var part in content.Chunk(geometry.Page)) Data(id, piece++, part);
        }

        internal void Header(uint id, uint type, uint parent, string name, uint mode, uint size = 0, string alias = "", uint equivalent = uint.MaxValue, uint device = 0,
            bool shrinks = false, uint shadows = uint.MaxValue)
        {
            var header = new byte[512];
            header.AsSpan().Fill(0xff);
            void Field(int at, uint value) => Put(header.AsSpan(at), value, geometry.BigEndian);
            Field(0, type);
            Field(4, parent);
            header.AsSpan(10, 256).Clear();
            Encoding.UTF8.GetBytes(name).CopyTo(header, 10);
            Field(268, mode);
            Field(272, 0);
            Field(276, 0);
            Field(292, size);
            Field(296, equivalent);
            header.AsSpan(300, 160).Clear();
            Encoding.UTF8.GetBytes(alias).CopyTo(header, 300);
            Field(460, device);
            Field(504, shadows);
            Field(508, shrinks ? 1u : 0);
            // Every other header repeats type and parent in its tags.
            if (id % 2 == 0) Add(header, id | type << 28, 0x80000000 | (shrinks ? 0x40000000u : 0) | parent, type == 4 ? equivalent : size, Sequence);
            else Add(header, id, 0, 0xffff, Sequence);
        }
    }
}
