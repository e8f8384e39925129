using System.IO.Compression;
using Assay.Evidence.Compression;
using Assay.Evidence.Reading;
using Assay.Tests;

namespace Assay.Evidence.Tests.Compression;

/// <summary>gzip, zlib and Zstandard: where they end, what was wrong, and what was still decoded.</summary>
public class DeflateAndZstandardTests
{
    private static readonly byte[] Sample = File.ReadAllBytes(typeof(object).Assembly.Location).AsSpan(5000, 300_000).ToArray();

    public static TheoryData<CompressionKind> Kinds => [CompressionKind.Gzip, CompressionKind.Zlib, CompressionKind.Zstandard];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void A_stream_ends_where_it_ends_whatever_follows(CompressionKind kind)
    {
        var packed = Pack(kind, Sample);
        foreach (var behind in (int[])[0, 1, 7, 8191, 8192, 8193, 100_000])
        {
            var after = new byte[behind];
            new Random(behind).NextBytes(after);
            byte[] all = [.. packed, .. after];
            Assert.True(Decompression.IsHeader(kind, all));
            using var decoded = Decompression.Decode(kind, all, new Budget());
            Assert.Null(decoded.Failure);
            Assert.Equal(packed.Length, decoded.Used);
            Assert.True(decoded.Content.Span.SequenceEqual(Sample));
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Truncation_gives_what_was_decoded_and_a_failure(CompressionKind kind)
    {
        var packed = Pack(kind, Sample);
        foreach (var length in (int[])[0, 3, 9, 100, packed.Length / 2, packed.Length - 1])
        {
            using var decoded = Decompression.Decode(kind, packed.AsSpan(0, length), new Budget());
            Assert.IsType<UnreadableException>(decoded.Failure);
            Assert.True(Sample.AsSpan().StartsWith(decoded.Content.Span));
            if (length == packed.Length / 2 && kind != CompressionKind.Zstandard) Assert.True(decoded.Content.Length > Sample.Length / 4);
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void A_bomb_stops_at_the_budget_and_names_it(CompressionKind kind)
    {
        var bomb = Pack(kind, new byte[30 << 20]);
        using var decoded = Decompression.Decode(kind, bomb, new Budget { FileBytes = 1 << 20 });
        Assert.Equal("file", Assert.IsType<BudgetException>(decoded.Failure).Budget);
        Assert.True(decoded.Content.Length <= 1 << 20);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void A_budget_of_all_bytes_is_spent(CompressionKind kind)
    {
        var packed = Pack(kind, Sample);
        using var decoded = Decompression.Decode(kind, packed, new Budget { Bytes = 1000 });
        Assert.Equal("bytes", Assert.IsType<BudgetException>(decoded.Failure).Budget);
    }

    [Fact]
    public void A_gzip_header_at_the_very_end_is_damage_and_no_crash()
    {
        using var decoded = Decompression.Decode(CompressionKind.Gzip, [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3], new Budget());
        Assert.Equal("the end", Assert.IsType<UnreadableException>(decoded.Failure).Found);
    }

    [Fact]
    public void A_wrong_gzip_check_is_told_with_its_offset_and_the_content_is_given()
    {
        var packed = Pack(CompressionKind.Gzip, Sample);
        packed[^8] ^= 1;
        using var decoded = Decompression.Decode(CompressionKind.Gzip, packed, new Budget());
        var failure = Assert.IsType<UnreadableException>(decoded.Failure);
        Assert.StartsWith("gzip content with CRC-32", failure.Expected, StringComparison.Ordinal);
        Assert.Equal(packed.Length - 8, failure.Offset);
        Assert.True(decoded.Content.Span.SequenceEqual(Sample));
    }

    [Fact]
    public void A_gzip_header_with_name_comment_extra_field_and_its_own_check_is_read()
    {
        Tool.Need("gzip", "gzip");
        var plain = Pack(CompressionKind.Gzip, "content"u8.ToArray());
        byte[] header = [0x1f, 0x8b, 8, 0x1e, 0, 0, 0, 0, 0, 3, 3, 0, 1, 2, 3, .. "name\0"u8, .. "comment\0"u8];
        var crc = Crc32.Of(header);
        byte[] all = [.. header, (byte)crc, (byte)(crc >> 8), .. plain.AsSpan(10)];
        // gzip itself is the judge of the test's own header.
        Assert.Equal("content", Tool.Run("gzip", ["-dc"], input: all).Text);
        using var decoded = Decompression.Decode(CompressionKind.Gzip, all, new Budget());
        Assert.Null(decoded.Failure);
        Assert.Equal("content"u8.ToArray(), decoded.Content.ToArray());
        all[header.Length] ^= 1;
        using var damaged = Decompression.Decode(CompressionKind.Gzip, all, new Budget());
        Assert.StartsWith("a gzip header with CRC-16", Assert.IsType<UnreadableException>(damaged.Failure).Expected, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0, 0x1e, "the gzip magic")]
    [InlineData(2, 7, "gzip compression method 8")]
    [InlineData(3, 0xe0, "gzip flags without reserved bits")]
    public void A_wrong_gzip_header_is_told(int at, byte value, string expected)
    {
        var packed = Pack(CompressionKind.Gzip, Sample);
        packed[at] = value;
        using var decoded = Decompression.Decode(CompressionKind.Gzip, packed, new Budget());
        Assert.StartsWith(expected, Assert.IsType<UnreadableException>(decoded.Failure).Expected, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(CompressionKind.Gzip)]
    [InlineData(CompressionKind.Zstandard)]
    public void Members_or_frames_one_behind_another_are_one_content(CompressionKind kind)
    {
        byte[] all = [.. Pack(kind, "one "u8.ToArray()), .. Pack(kind, "two"u8.ToArray())];
        using var decoded = Decompression.Decode(kind, all, new Budget());
        Assert.Null(decoded.Failure);
        Assert.Equal("one two"u8.ToArray(), decoded.Content.ToArray());
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Mutated_streams_end_in_content_or_in_words(CompressionKind kind)
    {
        var packed = Pack(kind, Sample.AsSpan(0, 20_000).ToArray());
        var random = new Random(5);
        var failures = 0;
        for (var round = 0; round < 200; round++)
        {
            var changed = packed.ToArray();
            for (var n = random.Next(1, 4); n > 0; n--) changed[random.Next(changed.Length)] ^= (byte)random.Next(1, 256);
            using var decoded = Decompression.Decode(kind, changed, new Budget { FileBytes = 1 << 20 });
            if (decoded.Failure is not null) failures++;
            Assert.True(decoded.Failure is null or UnreadableException or BudgetException);
        }
        Assert.True(failures > 150, $"only {failures} of 200 mutations were seen");
    }

    private static byte[] Pack(CompressionKind kind, byte[] content)
    {
        if (kind == CompressionKind.Zstandard)
        {
            Tool.Need("zstd", "zstd");
            return Tool.Run("zstd", ["-c", "--check"], input: content).Output;
        }
        using var packed = new MemoryStream();
        using (Stream stream = kind == CompressionKind.Gzip ? new GZipStream(packed, CompressionLevel.Optimal) : new ZLibStream(packed, CompressionLevel.Optimal)) stream.Write(content);
        return packed.ToArray();
    }
}
