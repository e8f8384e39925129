using System.Buffers.Binary;
using System.IO.Compression;
using Assay.Evidence.Compression;
using Assay.Evidence.Reading;
using Assay.Tests;

namespace Assay.Evidence.Tests.Compression;

/// <summary>Blocks without header or sum: LZO by lzop, LZ4 by lz4, LZMA by xz; whatever is done to them, nothing but words comes.</summary>
public class BlockCompressionTests
{
    private static readonly byte[] Code = File.ReadAllBytes(typeof(object).Assembly.Location).AsSpan(5000, 700_000).ToArray();

    /// <summary>Contents of many kinds: nothing, short, runs, text, code, noise, far repeats and near ones.</summary>
    private static IEnumerable<byte[]> Contents()
    {
        var random = new Random(6);
        var noise = new byte[100_000];
        random.NextBytes(noise);
        yield return "x"u8.ToArray();
        foreach (var length in (int[])[2, 3, 4, 5, 15, 17, 18, 19, 31, 33, 238, 239, 240, 273, 300, 4096]) yield return Code.AsSpan(length, length).ToArray();
        foreach (var length in (int[])[4, 20, 4096, 100_000, 300_000]) yield return new byte[length];
        yield return Code;
        yield return noise;
        yield return [.. noise.AsSpan(0, 40_000), .. noise.AsSpan(0, 40_000)];
        yield return [.. noise.AsSpan(0, 17_000), .. noise.AsSpan(300, 9_000), .. noise.AsSpan(0, 5)];
        for (var period = 2; period < 20; period++) yield return [.. Enumerable.Range(0, 5000).Select(i => (byte)(i % period * 7))];
        for (var round = 0; round < 40; round++)
        {
            var mixed = new List<byte>();
            while (mixed.Count < 60_000)
            {
                if (mixed.Count > 0 && random.Next(3) > 0)
                {
                    var back = random.Next(1, Math.Min(mixed.Count, 1 << random.Next(1, 16)) + 1);
                    for (var n = random.Next(2, 400); n > 0; n--) mixed.Add(mixed[^back]);
                }
                else
                {
                    mixed.AddRange(noise.AsSpan(random.Next(noise.Length - 600), random.Next(1, 1 << random.Next(1, 10))));
                }
            }
            yield return [.. mixed];
        }
    }

    [Theory]
    [InlineData("-1")]
    [InlineData("-3")]
    [InlineData("-9")]
    public void What_lzop_packs_is_unpacked(string level)
    {
        Tool.Need("lzop", "lzop");
        var blocks = 0;
        foreach (var content in Contents())
        {
            var unpacked = new List<byte>();
            foreach (var (block, size, stored) in BlocksOfLzop(Tool.Run("lzop", ["-c", level], input: content).Output))
            {
                var target = new byte[size];
                if (stored)
                {
                    block.CopyTo(target, 0);
                }
                else
                {
                    Assert.Equal(size, Decompression.Block(CompressionKind.Lzo, block, target, 0, size));
                    blocks++;
                }
                unpacked.AddRange(target);
            }
            Assert.True(unpacked.ToArray().AsSpan().SequenceEqual(content));
        }
        Assert.True(blocks > 60, $"{blocks} blocks were packed");
    }

    // lzop(1), "file format": big endian; sizes of content and of data, sums by the flags.
    private static IEnumerable<(byte[] Block, int Size, bool Stored)> BlocksOfLzop(byte[] file)
    {
        var flags = BinaryPrimitives.ReadUInt32BigEndian(file.AsSpan(17));
        var at = 9 + 7 + 1 + 4 + 12;
        at += 1 + file[at] + 4;
        while (BinaryPrimitives.ReadInt32BigEndian(file.AsSpan(at)) is > 0 and var size)
        {
            var packed = BinaryPrimitives.ReadInt32BigEndian(file.AsSpan(at + 4));
            at += 8 + ((flags & 0x101) != 0 ? 4 : 0) + (packed < size && (flags & 0x202) != 0 ? 4 : 0);
            yield return (file.AsSpan(at, packed).ToArray(), size, packed == size);
            at += packed;
        }
    }

    [Fact]
    public void The_runs_of_zeros_of_bitstream_1_are_read()
    {
        // By the text alone, as no program writes it: version 1, three literals, zeros, a short match, the end mark.
        byte[] packed = [17, 1, 20, (byte)'a', (byte)'b', (byte)'c', 0x18 | 5, 0xfc | 1, 0xff, 10, (byte)'d', 17, 0, 0];
        var target = new byte[100];
        var length = Decompression.Block(CompressionKind.Lzo, packed, target, 0, 100);
        byte[] expected = [.. "abc"u8, .. new byte[5 + 8 * 10 + 4], (byte)'d'];
        Assert.Equal(expected, target[..length]);
        // As bitstream 0 the same code is a match farther back than anything was written.
        Assert.Throws<UnreadableException>(() => Decompression.Block(CompressionKind.Lzo, packed.AsSpan(2), new byte[100], 0, 100));
        packed[1] = 2;
        Assert.Contains("bitstream", Assert.Throws<UnreadableException>(() => Decompression.Block(CompressionKind.Lzo, packed, new byte[100], 0, 100)).Expected, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("-1")]
    [InlineData("-9")]
    public void What_lz4_packs_is_unpacked(string level)
    {
        Tool.Need("lz4", "lz4");
        var blocks = 0;
        foreach (var content in Contents())
        {
            // The old frame: a magic number, then the size of each block of up to 8 MiB, and the block (lz4_Frame_format.md, "Legacy frame").
            var file = Tool.Run("lz4", ["-c", "-l", level], input: content).Output;
            Assert.Equal(0x184c2102u, BinaryPrimitives.ReadUInt32LittleEndian(file));
            var target = new byte[content.Length];
            var size = BinaryPrimitives.ReadInt32LittleEndian(file.AsSpan(4));
            Assert.Equal(content.Length, Decompression.Block(CompressionKind.Lz4, file.AsSpan(8, size), target, 0, target.Length));
            Assert.True(target.AsSpan().SequenceEqual(content));
            blocks++;
        }
        Assert.True(blocks > 60);
    }

    [Fact]
    public void What_xz_packs_as_bare_lzma_is_unpacked_whether_or_not_an_end_mark_follows()
    {
        Tool.Need("xz", "xz-utils");
        foreach (var content in Contents().Where((_, i) => i % 4 == 0))
        {
            var packed = Tool.Run("xz", ["-c", "--format=raw", "--lzma1=lc=0,lp=0,pb=0,dict=8KiB"], input: content).Output;
            foreach (var input in (byte[][])[packed, packed[..^1]])
            {
                var target = new byte[content.Length];
                Assert.Equal(content.Length, Decompression.Block(CompressionKind.BareLzma, input, target, 0, target.Length));
                Assert.True(target.AsSpan().SequenceEqual(content));
            }
        }
    }

    [Theory]
    [InlineData("61 00 62 00", "ab")]
    [InlineData("61 04", "aaaaa")]
    [InlineData("61 00 62 00 63 00 61 05", "abcabcabc")]
    public void Rtime_repeats_what_followed_the_same_byte_before(string packed, string content)
    {
        var target = new byte[content.Length];
        Assert.Equal(content.Length, Decompression.Block(CompressionKind.Rtime, Convert.FromHexString(packed.Replace(" ", "", StringComparison.Ordinal)), target, 0, target.Length));
        Assert.Equal(content, System.Text.Encoding.ASCII.GetString(target));
    }

    public static TheoryData<CompressionKind> Kinds => [CompressionKind.Lzo, CompressionKind.Lz4, CompressionKind.Rtime, CompressionKind.BareLzma, CompressionKind.Deflate];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Mutated_cut_and_wrongly_sized_blocks_end_in_content_or_in_words(CompressionKind kind)
    {
        var content = Code.AsSpan(10_000, 20_000).ToArray();
        var packed = Pack(kind, content);
        var target = new byte[content.Length + 64];
        Assert.Equal(content.Length, Decompression.Block(kind, packed, target, 32, content.Length));
        Assert.True(target.AsSpan(32, content.Length).SequenceEqual(content));

        var random = new Random(7);
        var failures = 0;
        for (var round = 0; round < 3000; round++)
        {
            var changed = packed.ToArray();
            for (var n = random.Next(1, 4); n > 0; n--) changed[random.Next(changed.Length)] ^= (byte)random.Next(1, 256);
            var input = changed.AsSpan(0, round % 3 == 0 ? random.Next(changed.Length) : changed.Length);
            var room = round % 5 == 0 ? random.Next(content.Length) : content.Length;
            target.AsSpan().Fill(0xa5);
            try
            {
                Assert.InRange(Decompression.Block(kind, input, target, 32, room), 0, room);
            }
            catch (UnreadableException)
            {
                failures++;
            }
            Assert.False(target.AsSpan(0, 32).ContainsAnyExcept((byte)0xa5), "written before its room");
            Assert.False(target.AsSpan(32 + room).ContainsAnyExcept((byte)0xa5), "written behind its room");
        }
        Assert.True(failures > 300, $"only {failures} of 3000 were seen");
    }

    [Theory]
    [InlineData(CompressionKind.Lzo)]
    [InlineData(CompressionKind.Lz4)]
    [InlineData(CompressionKind.Rtime)]
    [InlineData(CompressionKind.BareLzma)]
    public void A_block_allocates_nothing_per_byte(CompressionKind kind)
    {
        var content = Code.AsSpan(0, 200_000).ToArray();
        var packed = Pack(kind, content);
        var target = new byte[content.Length];
        Decompression.Block(kind, packed, target, 0, target.Length);
        var before = GC.GetAllocatedBytesForCurrentThread();
        Decompression.Block(kind, packed, target, 0, target.Length);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 512);
    }

    [Fact]
    public void A_kind_without_header_is_no_stream() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => Decompression.Decode(CompressionKind.Lzo, [17, 0, 0], new Budget()));

    private static byte[] Pack(CompressionKind kind, byte[] content)
    {
        switch (kind)
        {
            case CompressionKind.Lzo:
                Tool.Need("lzop", "lzop");
                return BlocksOfLzop(Tool.Run("lzop", ["-c"], input: content).Output).Single().Block;
            case CompressionKind.Lz4:
                Tool.Need("lz4", "lz4");
                return Tool.Run("lz4", ["-c", "-l"], input: content).Output[8..];
            case CompressionKind.BareLzma:
                Tool.Need("xz", "xz-utils");
                return Tool.Run("xz", ["-c", "--format=raw", "--lzma1=lc=0,lp=0,pb=0,dict=8KiB"], input: content).Output;
            case CompressionKind.Deflate:
                using (var packed = new MemoryStream())
                {
                    using (var deflate = new DeflateStream(packed, CompressionLevel.Optimal)) deflate.Write(content);
                    return packed.ToArray();
                }
            default:
                return PackRtime(content);
        }
    }

    // The mirror image of the decoder's rule; mkfs.jffs2 is the judge of both (Jffs2Tests).
    private static byte[] PackRtime(byte[] content)
    {
        var packed = new List<byte>();
        var last = new int[256];
        for (var at = 0; at < content.Length;)
        {
            var value = content[at++];
            var before = last[value];
            last[value] = at;
            var count = 0;
            while (count < 255 && at + count < content.Length && content[before + count] == content[at + count]) count++;
            packed.Add(value);
            packed.Add((byte)count);
            at += count;
        }
        return [.. packed];
    }
}
