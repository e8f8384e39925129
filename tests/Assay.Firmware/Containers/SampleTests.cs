using System.Buffers.Binary;
using System.Security.Cryptography;
using Assay.Evidence.Compression;
using Assay.Evidence.Files;
using Assay.Evidence.Reading;
using Assay.Tests;

namespace Assay.Firmware.Tests.Containers;

/// <summary>Containers that makers' own and free tools wrote (samples/README.md): each opens whole, to the same tree and kernel, and damage is told.</summary>
public class SampleTests
{
    private const string Kernel = "Linux version 5.4.0";

    internal static readonly string Folder = Path.Combine(Checkout.Root, "tests", "Assay.Firmware", "Containers", "samples");

    internal static byte[] Sample(string name)
    {
        using var decoded = Decompression.Decode(CompressionKind.Xz, File.ReadAllBytes(Path.Combine(Folder, name + ".xz")), new Budget());
        Assert.Null(decoded.Failure);
        return decoded.Content.ToArray();
    }

    private static readonly string[] Tree = ["/bin", "/bin/busybox", "/bin/sh", "/etc", "/etc/numbers", "/etc/passwd", "/sbin"];

    /// <summary>The sample, its kind, a text in its note, and whether a kernel stands in it.</summary>
    public static TheoryData<string, string, string, bool> Wrapped => new()
    {
        { "tplink1", "tp-link", "header version 1, TP-LINK Technologies ver. 1.0, hardware 07410001", true },
        { "tplink1p", "tp-link", "header version 1, OpenWrt r1", true },
        { "tplink2", "tp-link", "header version 2, ver. 2.0, hardware c2000001", true },
        { "tplink3", "tp-link", "header version 3, ver. 2.0, hardware c2000001", true },
        { "safeloader", "tp-link-safeloader", "partitions", true },
        { "safeloader-cpe", "tp-link-safeloader", "partitions", true },
        { "chk", "netgear-chk", "U12H072T00_NETGEAR", true },
        { "dni", "netgear-dni", "device:WNDR4300", true },
        { "seama", "seama", "dev=/dev/mtdblock/2 type=firmware", false },
        { "oseama", "seama", "signature=wrgac15", true },
        { "ubnt", "ubnt", "XS5.ar2313.v4.0", true },
        { "ras", "zyxel-ras", "NBG6617", false },
        { "linksys", "linksys-bin", "W54G", true },
        { "asustrx", "trx", "", true },
        { "xiaomi", "xiaomi", "xiaoqiang_version, firmware.bin", false },
        { "imagetag", "bcm-tag", "version 6, chip 6345, board 96345GW2", true },
        { "wrg", "wrgg", "wrgnd08_dlwbr_dir300b, /dev/mtdblock/2", false },
        { "wrgg", "wrgg", "DIR-300 1.2 2.01", false },
        { "senao", "senao", "version 1.0.0, vendor 101, product 69", true },
        { "luxul", "luxul", "XAP-1610 5.1.0.0", true },
        { "buffalo-enc", "buffalo", "WZR-HP-G300NH 1.99", true },
    };

    [Theory]
    [MemberData(nameof(Wrapped))]
    public void What_another_tool_wrapped_opens_to_its_tree_and_kernel(string name, string kind, string note, bool hasKernel)
    {
        var bytes = Sample(name);
        using var image = Examination.Open(bytes);
        Assert.Equal(kind, image.Parts[0].Kind);
        Assert.Contains(note, image.AllParts.First(p => p.Kind == kind).Note ?? "", StringComparison.Ordinal);
        Assert.True(image.Losses.Count == 0, string.Join("\n", image.Losses));
        Assert.Equal(Tree, image.Root!.FileSystem!.Entries.Select(e => e.Path.Text));
        Assert.Contains($"{Convert.ToHexStringLower(SHA256.HashData("root:x:0:0:root:/root:/bin/sh\n"u8))}\n", Examination.Tree(image), StringComparison.Ordinal);
        if (hasKernel) Assert.Contains(image.AllParts, p => p.Kind == "kernel" && p.Bytes.Span.IndexOf(System.Text.Encoding.ASCII.GetBytes(Kernel)) >= 0);
    }

    /// <summary>Without those that have no sum over their content, or whose sum decides whether they are what they seem.</summary>
    public static TheoryData<string, string> Summed => new(Wrapped.Select(row => row.Data).Where(row => row.Item1 is not ("ras" or "luxul" or "linksys" or "asustrx")).Select(row => (row.Item1, row.Item2)));

    [Theory]
    [MemberData(nameof(Summed))]
    public void One_byte_of_the_tree_changed_is_told(string name, string kind)
    {
        var bytes = Sample(name);
        // Where the content is combined with other bytes nothing of it can be searched for.
        var at = bytes.AsSpan().IndexOf("hsqs"u8) is >= 0 and var root ? root + 300 : bytes.Length - 200;
        bytes[at] ^= 1;
        using var image = Examination.Open(bytes);
        Assert.Equal(kind, image.Parts[0].Kind);
        Assert.NotEmpty(image.AllParts.Where(p => p.Kind == kind).SelectMany(p => p.Losses));
    }

    [Fact]
    public void A_tag_of_Broadcom_that_names_lengths_without_addresses_opens_to_nothing()
    {
        foreach (var (address, length) in new[] { (94, 106), (116, 128) })
        {
            var bytes = Sample("imagetag");
            bytes.AsSpan(address, 12).Clear();
            "0"u8.CopyTo(bytes.AsSpan(address));
            "4096"u8.CopyTo(bytes.AsSpan(length));
            BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(236), ~Crc32.Of(bytes.AsSpan(0, 236)));
            using var image = Examination.Open(bytes);
            Assert.Equal("bcm-tag", image.Parts[0].Kind);
        }
    }

    /// <summary>A table of 53 partitions that all hold the same: seven such tables in each other could be read in 53 to the seventh ways.</summary>
    [Fact]
    public void Partitions_that_lie_on_one_another_cost_no_more_than_their_bytes()
    {
        const int Table = 0x1014, TableSize = 0x800;
        var bytes = "the innermost part"u8.ToArray();
        for (var level = 0; level < 7; level++)
        {
            var outer = new byte[Table + TableSize + bytes.Length];
            BinaryPrimitives.WriteUInt32BigEndian(outer, (uint)outer.Length);
            var line = System.Text.Encoding.ASCII.GetBytes(FormattableString.Invariant($"fwup-ptn a base 0x800 size 0x{bytes.Length:x}\n"));
            for (var at = 0; at + line.Length < TableSize - 1; at += line.Length) line.CopyTo(outer, Table + at);
            bytes.CopyTo(outer, Table + TableSize);
            bytes = outer;
        }
        var watch = System.Diagnostics.Stopwatch.StartNew();
        using var image = Examination.Open(bytes);
        Assert.Equal("tp-link-safeloader", image.Parts[0].Kind);
        Assert.Contains(image.Losses, l => l.Found.Contains("lie on one another", StringComparison.Ordinal));
        Assert.True(watch.Elapsed.TotalSeconds < 10, $"{watch.Elapsed}");
    }

    [Fact]
    public void What_D_Link_encrypted_is_named()
    {
        using var image = Examination.Open(Sample("sge"));
        Assert.Equal(("dlink-encrypted", 3073L), (image.Parts[0].Kind, image.Parts[0].Length));
        Assert.Contains(image.Losses, l => l.Found == "an encrypted one");
    }

    [Fact]
    public void A_kernel_for_EVA_is_unpacked()
    {
        var bytes = Sample("eva");
        using (var image = Examination.Open(bytes))
        {
            Assert.Equal(("avm-eva", (long)bytes.Length), (image.Parts[0].Kind, image.Parts[0].Length));
            Assert.Empty(image.Losses);
            Assert.Equal(73_040, image.Parts[0].Content!.Value.Length);
            Assert.Equal("kernel", image.Parts[0].Children[0].Kind);
        }
        bytes[60] ^= 1;
        using var damaged = Examination.Open(bytes);
        Assert.NotEmpty(damaged.Parts[0].Losses);
    }

    [Fact]
    public void Files_of_a_package_of_MikroTik_are_listed_and_read()
    {
        using var image = Examination.Open(Sample("npk"));
        Assert.Equal("npk", image.Parts[0].Kind);
        Assert.Empty(image.Losses);
        var files = image.FileSystems.Single(p => p.Kind == "npk-files").FileSystem!;
        Assert.Equal([("/UPGRADED", FileType.Regular, 0x1a4, 32L), ("/boot", FileType.Directory, 0x1ed, 0L), ("/boot/kernel", FileType.Regular, 0x1ed, 23L)],
            files.Entries.Select(e => (e.Path.Text, e.Type, e.Mode & 0x1ff, e.Size)));
        Assert.Contains(Convert.ToHexStringLower(SHA256.HashData("#!/bin/sh\necho busybox\n"u8)), Examination.Tree(image), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("esp8266", "esp8266-image", "version 1, 2 segments, entry 0x40100004", 2)]
    [InlineData("esp8266v2", "esp8266-image", "version 2, 3 segments, entry 0x40100004", 3)]
    [InlineData("esp32", "esp-image", "blink 1.2.3, ESP-IDF v5.1", 3)]
    [InlineData("esp32c3", "esp-image", "ESP32-C3", 2)]
    [InlineData("esp32s3", "esp-image", "ESP32-S3", 2)]
    public void What_esptool_wrote_is_one_image_with_its_segments(string name, string kind, string note, int segments)
    {
        var bytes = Sample(name);
        using (var image = Examination.Open(bytes))
        {
            Assert.Equal((kind, (long)bytes.Length), (image.Parts[0].Kind, image.Parts[0].Length));
            Assert.Contains(note, image.Parts[0].Note, StringComparison.Ordinal);
            Assert.True(image.Parts[0].Children.Count(p => p.Kind == "segment") >= segments, $"{image.Parts[0].Children.Count}");
            Assert.Empty(image.Losses);
        }
        // A changed byte of a segment is no such image any more, or one whose sum is wrong.
        bytes[bytes.Length / 2] ^= 1;
        using var damaged = Examination.Open(bytes);
        Assert.True(damaged.Parts[0].Kind != kind || damaged.Losses.Count > 0);
    }

    [Theory]
    [InlineData("mcuboot", "version 1.2.3+4")]
    [InlineData("mcuboot-signed", "version 1.2.3+4")]
    public void What_imgtool_wrote_has_its_digest(string name, string note)
    {
        var bytes = Sample(name);
        using (var image = Examination.Open(bytes))
        {
            Assert.Equal("mcuboot", image.Parts[0].Kind);
            Assert.Contains(note, image.Parts[0].Note, StringComparison.Ordinal);
            Assert.Empty(image.Losses);
        }
        bytes[0x300] ^= 1;
        using var damaged = Examination.Open(bytes);
        Assert.NotEmpty(damaged.Parts[0].Losses);
    }

    [Fact]
    public void What_uf2conv_wrote_is_put_together()
    {
        using var image = Examination.Open(Sample("uf2"));
        Assert.Equal("uf2", image.Parts[0].Kind);
        Assert.Empty(image.Losses);
        var memory = Assert.Single(image.Parts[0].Children);
        Assert.Equal("from address 0x00002000", memory.Note);
        Assert.Equal(Enumerable.Range(0, 1000).Select(i => (byte)((i * 7 + i / 16) % 251)), memory.Bytes[..1000].ToArray());
    }
}
