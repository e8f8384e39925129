using Assay.Evidence.Compression;
using Assay.Evidence.Reading;
using Assay.Tests;

namespace Assay.Evidence.Tests.Compression;

/// <summary>Our decoder against what xz writes, with every check and filter that it knows, and against what nobody should write.</summary>
public class XzTests
{
    // Program code, text, noise, runs and repetition: every kind of symbol occurs.
    private static readonly byte[] Sample = MakeSample();

    private static byte[] MakeSample()
    {
        var program = File.ReadAllBytes(typeof(object).Assembly.Location).AsSpan(0, 400_000);
        var random = new Random(7);
        var noise = new byte[50_000];
        random.NextBytes(noise);
        return [.. program, .. noise, .. new byte[70_000], .. program[1000..90_000], .. noise.AsSpan(0, 300), .. "the end"u8];
    }

    [Theory]
    [InlineData("--check=none")]
    [InlineData("--check=crc32")]
    [InlineData("--check=crc64")]
    [InlineData("--check=sha256")]
    [InlineData("-0")]
    [InlineData("-9e")]
    [InlineData("--lzma2=lc=0,lp=4,pb=0")]
    [InlineData("--lzma2=lc=4,lp=0,pb=4")]
    [InlineData("--lzma2=dict=4KiB")]
    [InlineData("--block-size=65536")]
    [InlineData("--block-list=1000,2000,3000")]
    [InlineData("-T2 --block-size=100000")]
    [InlineData("--x86 --lzma2")]
    [InlineData("--x86=start=4096 --lzma2")]
    [InlineData("--powerpc --lzma2")]
    [InlineData("--ia64 --lzma2")]
    [InlineData("--arm --lzma2")]
    [InlineData("--arm=start=4194304 --lzma2")]
    [InlineData("--armthumb --lzma2")]
    [InlineData("--arm64 --lzma2")]
    [InlineData("--sparc --lzma2")]
    [InlineData("--delta=dist=1 --lzma2")]
    [InlineData("--delta=dist=256 --lzma2")]
    [InlineData("--delta=dist=4 --x86 --arm --lzma2")]
    public void What_xz_packs_is_what_comes_out(string options)
    {
        var packed = Xz(Sample, options);
        using var decoded = Decode(CompressionKind.Xz, packed);
        Assert.Null(decoded.Failure);
        Assert.True(decoded.Content.Span.SequenceEqual(Sample));
        Assert.Equal(packed.Length, decoded.Used);
    }

    [Theory]
    [InlineData("--x86 --lzma2")]
    [InlineData("--powerpc --lzma2")]
    [InlineData("--ia64 --lzma2")]
    [InlineData("--arm --lzma2")]
    [InlineData("--armthumb --lzma2")]
    [InlineData("--arm64 --lzma2")]
    [InlineData("--sparc --lzma2")]
    public void A_branch_filter_is_undone_on_bytes_dense_with_branches(string options)
    {
        // Random words around each processor's call instruction, so that sign, carry and overlap cases all occur.
        var random = new Random(11);
        var dense = new byte[200_000];
        random.NextBytes(dense);
        byte[] opcodes = [0xe8, 0xe9, 0xeb, 0xf0, 0xf8, 0x48, 0x40, 0x7f, 0x94, 0x97, 0x90, 0xb0, 0x10, 0x11, 0x00, 0xff];
        for (var i = 0; i < dense.Length; i++)
        {
            if (random.Next(3) > 0) dense[i] = opcodes[random.Next(opcodes.Length)];
        }
        using var decoded = Decode(CompressionKind.Xz, Xz(dense, options));
        Assert.Null(decoded.Failure);
        Assert.True(decoded.Content.Span.SequenceEqual(dense));
    }

    [Theory]
    [InlineData("")]
    [InlineData("a")]
    [InlineData("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")]
    public void Small_contents_come_out(string text)
    {
        var bytes = System.Text.Encoding.ASCII.GetBytes(text);
        using var decoded = Decode(CompressionKind.Xz, Xz(bytes, ""));
        Assert.Null(decoded.Failure);
        Assert.Equal(bytes, decoded.Content.ToArray());
    }

    [Fact]
    public void Streams_one_behind_another_are_one_content_and_what_follows_is_left_alone()
    {
        byte[] one = Xz("one "u8.ToArray(), ""), two = Xz("two"u8.ToArray(), "--check=sha256");
        byte[] all = [.. one, 0, 0, 0, 0, .. two, .. "not xz"u8];
        using var decoded = Decode(CompressionKind.Xz, all);
        Assert.Null(decoded.Failure);
        Assert.Equal("one two"u8.ToArray(), decoded.Content.ToArray());
        Assert.Equal(one.Length + 4 + two.Length, decoded.Used);
    }

    [Theory]
    [InlineData("")]
    [InlineData("--lzma1=lc=4,lp=0,pb=0")]
    [InlineData("--lzma1=lc=0,lp=4,pb=4")]
    [InlineData("-9e")]
    public void An_lzma_file_comes_out(string options)
    {
        var packed = Xz(Sample, "--format=lzma " + options);
        Assert.True(Decompression.IsHeader(CompressionKind.Lzma, packed));
        using var decoded = Decode(CompressionKind.Lzma, packed);
        Assert.Null(decoded.Failure);
        Assert.True(decoded.Content.Span.SequenceEqual(Sample));
        Assert.Equal(packed.Length, decoded.Used);
    }

    [Fact]
    public void RiscV_calls_and_address_pairs_become_relative_again()
    {
        // Made by hand from the ISA manual: jal ra to 0x1000 at address 0x100; then auipc a0 with addi a0, a0, whose sum of addresses is 0x12345678.
        byte[] encoded = [0xef, 0x00, 0x08, 0x00, 0x17, 0x31, 0x51, 0x50, 0x12, 0x34, 0x56, 0x78, 0, 0, 0, 0, 0, 0, 0, 0];
        BranchFilter.Undo(BranchFilter.RiscV, encoded, 0x100);
        // jal's immediate is 0x1000 - 0x100 = 0xf00; imm[20|10:1|11|19:12].
        var jal = BitConverter.ToUInt32(encoded, 0);
        Assert.Equal(0xf00u, (jal >> 31 << 20) | (jal >> 12 & 0xff) << 12 | (jal >> 20 & 1) << 11 | (jal >> 21 & 0x3ff) << 1);
        uint upper = BitConverter.ToUInt32(encoded, 4), lower = BitConverter.ToUInt32(encoded, 8);
        Assert.Equal(0x17u, upper & 0x7f);
        Assert.Equal(10u, upper >> 7 & 31);
        Assert.Equal(0x12345678u - 0x104, (upper & 0xfffff000) + (uint)((int)lower >> 20));
        Assert.Equal(0x50513u, lower & 0xfffff);
    }

    [Fact]
    public void Truncation_gives_what_was_decoded_and_says_where_the_end_was()
    {
        var packed = Xz(Sample, "");
        foreach (var length in (int[])[0, 5, 11, 12, 20, 40, 1000, packed.Length / 2, packed.Length - 40, packed.Length - 12, packed.Length - 1])
        {
            using var decoded = Decode(CompressionKind.Xz, packed.AsSpan(0, length));
            var failure = Assert.IsType<UnreadableException>(decoded.Failure);
            Assert.InRange(failure.Offset, 0, length);
            Assert.True(Sample.AsSpan().StartsWith(decoded.Content.Span), $"cut at {length}: other bytes than were packed");
            if (length > packed.Length / 3) Assert.True(decoded.Content.Length > Sample.Length / 5, $"cut at {length}: only {decoded.Content.Length} bytes");
        }
    }

    [Theory]
    [InlineData("--check=crc32")]
    [InlineData("--check=crc64")]
    [InlineData("--check=sha256")]
    public void No_changed_byte_goes_unseen(string options)
    {
        var original = Sample.AsSpan(399_000, 600).ToArray();
        var packed = Xz(original, options);
        using (var whole = Decode(CompressionKind.Xz, packed)) Assert.Null(whole.Failure);
        for (var i = 0; i < packed.Length; i++)
        {
            var changed = packed.ToArray();
            changed[i] ^= 0x41;
            using var decoded = Decode(CompressionKind.Xz, changed);
            Assert.True(decoded.Failure is UnreadableException, $"byte {i} changed and nothing was said");
        }
    }

    [Fact]
    public void A_check_that_is_wrong_is_told_with_both_values()
    {
        var packed = Xz("hello"u8.ToArray(), "--check=crc32");
        // The four bytes before index (8 with its CRC) and footer (12).
        packed[^21] ^= 1;
        using var decoded = Decode(CompressionKind.Xz, packed);
        var failure = Assert.IsType<UnreadableException>(decoded.Failure);
        Assert.StartsWith("a block with the check", failure.Expected, StringComparison.Ordinal);
        Assert.Equal("hello"u8.ToArray(), decoded.Content.ToArray());
    }

    [Fact]
    public void A_stream_that_yields_too_much_stops_at_the_budget_and_names_it()
    {
        var bomb = Xz(new byte[20 << 20], "");
        Assert.True(bomb.Length < 10_000);
        using var decoded = Decompression.Decode(CompressionKind.Xz, bomb, new Budget { FileBytes = 1 << 20 });
        var failure = Assert.IsType<BudgetException>(decoded.Failure);
        Assert.Equal("file", failure.Budget);
        Assert.Contains("--budget file=", failure.Message, StringComparison.Ordinal);
        Assert.True(decoded.Content.Length <= 1 << 20);
    }

    [Fact]
    public void Mutated_streams_end_in_content_or_in_words()
    {
        byte[][] packed = [Xz(Sample.AsSpan(380_000, 40_000).ToArray(), "--check=none"), Xz(Sample.AsSpan(380_000, 40_000).ToArray(), "--x86 --lzma2"), Xz(Sample.AsSpan(380_000, 40_000).ToArray(), "--format=lzma")];
        var random = new Random(99);
        for (var round = 0; round < 600; round++)
        {
            var changed = packed[round % 3].ToArray();
            for (var n = random.Next(1, 6); n > 0; n--) changed[random.Next(changed.Length)] = (byte)random.Next(256);
            using var decoded = Decompression.Decode(round % 3 == 2 ? CompressionKind.Lzma : CompressionKind.Xz, changed, new Budget { FileBytes = 1 << 20 });
            Assert.True(decoded.Failure is null or UnreadableException or BudgetException);
            Assert.True(decoded.Content.Length <= 1 << 20);
        }
    }

    private static Decoded Decode(CompressionKind kind, ReadOnlySpan<byte> packed) => Decompression.Decode(kind, packed, new Budget());

    private static byte[] Xz(byte[] content, string options)
    {
        Tool.Need("xz", "xz-utils");
        var result = Tool.Run("xz", ["-c", "-k", .. options.Split(' ', StringSplitOptions.RemoveEmptyEntries)], input: content);
        Assert.True(result.Exit == 0, result.Error);
        return result.Output;
    }
}
