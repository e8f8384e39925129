using Assay.Evidence.Compression;

namespace Assay.Evidence.Tests.Compression;

/// <summary>Sums against their definitions a bit at a time, and the check values of the catalogue of parametrised CRC algorithms (reveng.sourceforge.io).</summary>
public sealed class CrcTests
{
    [Fact]
    public void The_published_check_values_hold()
    {
        Assert.Equal(0xcbf43926u, Crc32.Of("123456789"u8));
        Assert.Equal(0x995dc9bbdf1939faul, Crc64.Of("123456789"u8));
    }

    [Fact]
    public void Every_length_gives_what_the_definition_gives_also_in_two_parts()
    {
        var bytes = new byte[700];
        new Random(5).NextBytes(bytes);
        for (var length = 0; length <= bytes.Length; length++)
        {
            var content = bytes.AsSpan(0, length);
            var sum = BitByBit(content);
            Assert.Equal(sum, Crc32.Of(content));
            var cut = length * 2 / 3;
            Assert.Equal(sum, Crc32.Of(content[cut..], Crc32.Of(content[..cut])));
        }
    }

    private static uint BitByBit(ReadOnlySpan<byte> bytes)
    {
        var crc = uint.MaxValue;
        foreach (var b in bytes)
        {
            crc ^= b;
            for (var i = 0; i < 8; i++) crc = (crc & 1) != 0 ? (crc >> 1) ^ 0xedb8_8320 : crc >> 1;
        }
        return ~crc;
    }
}
