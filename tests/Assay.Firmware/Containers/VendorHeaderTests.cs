using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Assay.Evidence.Compression;
using Assay.Firmware.Tests.FileSystems;
using Assay.Tests;

namespace Assay.Firmware.Tests.Containers;

/// <summary>
/// Headers of router makers, laid out as OpenWrt's firmware-utils describe them: each opens with its sums right, is a loss with one bit of the payload
/// wrong, and is none with its header wrong.
/// </summary>
[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
public class VendorHeaderTests
{
    private static byte[] Squash(Scratch scratch) => File.ReadAllBytes(SquashFsTests.Pack(scratch, SquashFsTests.MakeTree(scratch), ["-comp", "gzip"]));

    private static byte[] Kernel() => Tool.Run("gzip", ["-c"], input: [.. new byte[3000], .. "Linux version 5.4.0 (a@b) (gcc) #1 SMP\n\0"u8, .. new byte[70_000]]).Output;

    private static void Big(Span<byte> bytes, int at, long value) => BinaryPrimitives.WriteUInt32BigEndian(bytes[at..], (uint)value);

    private static void Judge(Scratch scratch, byte[] bytes, string kind, string note, int damageHeaderAt, bool hasSum = true)
    {
        using (var image = Examination.Open(bytes))
        {
            Assert.Equal((kind, (long)bytes.Length), (image.Parts[0].Kind, image.Parts[0].Length));
            Assert.Contains(note, image.Parts[0].Note, StringComparison.Ordinal);
            Assert.Empty(image.Losses);
            Assert.Equal(SquashFsTests.TreeOfFolder(scratch.File("tree")), Examination.Tree(image));
        }
        var damaged = bytes.ToArray();
        damaged[bytes.AsSpan().IndexOf("hsqs"u8) + 3000] ^= 1;
        using (var image = Examination.Open(damaged))
        {
            if (hasSum) Assert.NotEmpty(image.Parts[0].Losses);
            Assert.Equal(kind, image.Parts[0].Kind);
        }
        damaged[damageHeaderAt] ^= 0x40;
        using var notOne = Examination.Open(damaged);
        Assert.DoesNotContain(notOne.AllParts, p => p.Kind == kind);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void A_header_of_TP_Link(int version)
    {
        using var scratch = new Scratch();
        byte[] kernel = Kernel(), root = Squash(scratch), bytes = [.. new byte[512], .. kernel, .. new byte[100], .. root];
        var isLater = version == 3;
        bytes[0] = (byte)version;
        Encoding.ASCII.GetBytes(isLater ? "ver. 2.0" : "TP-LINK Technologies").CopyTo(bytes, 4);
        if (isLater) (bytes[0x8c], bytes[0x8d], bytes[0x90]) = (0x55, 0xaa, 0xa5);
        var at = isLater ? 0x70 : 0x7c;
        foreach (var (i, value) in new[] { bytes.Length, 512, kernel.Length, 612 + kernel.Length, root.Length }.Index()) Big(bytes, at + 4 * i, value);
        var digest = isLater ? 0x40 : 0x4c;
        var salt = Convert.FromHexString(isLater ? "dcd73aa5c39598fbdcf9e7f40eae4737" : "dcd73aa5c39598fbddf9e7f40eae4738");
        salt.CopyTo(bytes, digest);
        MD5.HashData(bytes).CopyTo(bytes, digest);
        Judge(scratch, bytes, "tp-link", $"header version {version}", isLater ? 0x8c : 1);
    }

    [Fact]
    public void A_list_of_partitions_of_TP_Link()
    {
        using var scratch = new Scratch();
        byte[] kernel = Kernel(), root = Squash(scratch);
        var list = $"fwup-ptn os-image base 0x00800 size 0x{kernel.Length:x5}\t\r\nfwup-ptn file-system base 0x{0x800 + kernel.Length:x5} size 0x{root.Length:x5}\t\r\n\0";
        byte[] bytes = [.. new byte[0x14], .. Enumerable.Repeat((byte)0xff, 0x1000), .. Encoding.ASCII.GetBytes(list), .. Enumerable.Repeat((byte)0xff, 0x800 - list.Length), .. kernel, .. root];
        Big(bytes, 0, bytes.Length);
        MD5.HashData([.. Convert.FromHexString("7a2b15ed9b98596de504ab44ac2a9f4e"), .. bytes[0x14..]]).CopyTo(bytes, 4);
        Judge(scratch, bytes, "tp-link-safeloader", "2 partitions", 0x1014);
    }

    [Fact]
    public void A_SEAMA_entity()
    {
        using var scratch = new Scratch();
        var root = Squash(scratch);
        var meta = "dev=/dev/mtdblock/2\0type=firmware\0\0\0"u8.ToArray();
        byte[] bytes = [0x5e, 0xa3, 0xa4, 0x17, 0, 0, 0, (byte)meta.Length, 0, 0, 0, 0, .. MD5.HashData(root), .. meta, .. root];
        Big(bytes, 8, root.Length);
        Judge(scratch, bytes, "seama", "type=firmware", 4);
    }

    [Fact]
    public void A_CHK_of_Netgear()
    {
        using var scratch = new Scratch();
        byte[] kernel = Kernel(), root = Squash(scratch), board = "U12H072T00_NETGEAR"u8.ToArray();
        byte[] bytes = [0x2a, 0x23, 0x24, 0x5e, .. new byte[36], .. board, .. kernel, .. root];
        var header = 40 + board.Length;
        foreach (var (at, value) in new[] { (4, header), (24, kernel.Length), (28, root.Length) }) Big(bytes, at, value);
        Big(bytes, 16, Sum(kernel));
        Big(bytes, 20, Sum(root));
        Big(bytes, 32, Sum([.. kernel, .. root]));
        Big(bytes, 36, Sum(bytes[..header]));
        Judge(scratch, bytes, "netgear-chk", "U12H072T00_NETGEAR", 9);

        static uint Sum(byte[] data)
        {
            uint a = 0, b = 0;
            foreach (var x in data) b += a += x;
            uint n = (a & 65535) + (a >> 16), m = (b & 65535) + (b >> 16);
            return ((m >> 16) + m & 65535) << 16 | ((n >> 16) + n & 65535);
        }
    }

    [Fact]
    public void A_DNI_of_Netgear()
    {
        using var scratch = new Scratch();
        byte[] bytes = [.. Encoding.ASCII.GetBytes("device:WNDR4300\nversion:V1.0.1\nregion:\n".PadRight(128, '\0')), .. Kernel(), .. Squash(scratch), 0];
        bytes[^1] = (byte)(0xff - bytes.Sum(b => b));
        Judge(scratch, bytes, "netgear-dni", "device:WNDR4300", 0);
    }

    [Fact]
    public void Parts_of_Ubiquiti()
    {
        using var scratch = new Scratch();
        byte[] header = new byte[268];
        "UBNTXM.ar7240.v5.6"u8.CopyTo(header);
        Big(header, 260, Crc32.Of(header.AsSpan(0, 260)));
        var bytes = new List<byte>(header);
        foreach (var (name, data) in new[] { ("kernel", Kernel()), ("rootfs", Squash(scratch)) })
        {
            byte[] part = [.. "PART"u8, .. Encoding.ASCII.GetBytes(name.PadRight(16, '\0')), .. new byte[36], .. data, .. new byte[8]];
            Big(part, 48, data.Length);
            Big(part, part.Length - 8, Crc32.Of(part.AsSpan(0, part.Length - 8)));
            bytes.AddRange(part);
        }
        var whole = Crc32.Of(bytes.ToArray());
        bytes.AddRange([.. "END."u8, (byte)(whole >> 24), (byte)(whole >> 16), (byte)(whole >> 8), (byte)whole, 0, 0, 0, 0]);
        Judge(scratch, [.. bytes], "ubnt", "XM.ar7240.v5.6", 100);
    }

    [Fact]
    public void A_pattern_of_Linksys_before_a_TRX()
    {
        using var scratch = new Scratch();
        var root = Squash(scratch);
        byte[] trx = [.. "HDR0"u8, .. new byte[24], .. root];
        BitConverter.GetBytes(trx.Length).CopyTo(trx, 4);
        BitConverter.GetBytes(1 << 16).CopyTo(trx, 12);
        BitConverter.GetBytes(28).CopyTo(trx, 16);
        BitConverter.GetBytes(~Crc32.Of(trx.AsSpan(12))).CopyTo(trx, 8);
        byte[] bytes = [.. "W54G\0\0\0\0\u0001\u0002\u0003\u0004\u0005\u0006U2ND"u8, .. new byte[14], .. trx];
        using var image = Examination.Open(bytes);
        Assert.Equal(("linksys-bin", (long)bytes.Length, "W54G"), (image.Parts[0].Kind, image.Parts[0].Length, image.Parts[0].Note));
        Assert.Equal("trx", image.Parts[0].Children[0].Kind);
        Assert.Equal(SquashFsTests.TreeOfFolder(scratch.File("tree")), Examination.Tree(image));
        bytes[^1] ^= 1;
        using var notOne = Examination.Open(bytes);
        Assert.DoesNotContain(notOne.AllParts, p => p.Kind is "linksys-bin" or "trx");
    }

    [Fact]
    public void A_RAS_of_ZyXEL()
    {
        using var scratch = new Scratch();
        var root = Squash(scratch);
        byte[] header = [.. Enumerable.Repeat((byte)0xff, 0x10000)];
        "\0\0\u0012\u0034"u8.CopyTo(header);
        Big(header, 4, root.Length);
        "V1.00(ABCT.0)C0\0"u8.CopyTo(header.AsSpan(8));
        header.AsSpan(0, 4).CopyTo(header.AsSpan(40));
        "NBG6617\0"u8.CopyTo(header.AsSpan(44));
        uint sum = 0;
        foreach (var b in header[..2048])
        {
            sum += b;
            if (sum > 0xffff) sum = sum + 1 & 0xffff;
        }
        Big(header, 40, sum);
        Judge(scratch, [.. header, .. root], "zyxel-ras", "NBG6617 V1.00(ABCT.0)C0", 9, hasSum: false);
    }

    [Fact]
    public void What_D_Link_encrypts_is_named_as_encrypted()
    {
        var bytes = new byte[0x6dc + 4096];
        new Random(14).NextBytes(bytes);
        "SHRS"u8.CopyTo(bytes);
        Big(bytes, 4, 4090);
        Big(bytes, 8, 4096);
        using (var image = Examination.Open(bytes))
        {
            Assert.Equal("dlink-encrypted", Assert.Single(image.Parts).Kind);
            Assert.Contains(image.Losses, l => l.Found == "an encrypted one");
            Assert.Equal(0, image.Coverage.Examined);
        }
        Big(bytes, 8, 40_000_000);
        using var notOne = Examination.Open(bytes);
        Assert.DoesNotContain(notOne.AllParts, p => p.Kind == "dlink-encrypted");
    }
}
