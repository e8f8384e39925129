using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Assay.Firmware.Tests.Containers;

/// <summary>Images of ESP32 and MCUboot, laid out by their published descriptions; no writer of them is at hand that would judge us.</summary>
public class MicrocontrollerTests
{
    // Header, extended header, segments, the sum at the end of a block of sixteen, SHA-256.
    private static byte[] Esp(string project, bool withHash = true, int size = 40_000)
    {
        var description = new byte[256];
        BinaryPrimitives.WriteUInt32LittleEndian(description, 0xabcd5432);
        Encoding.ASCII.GetBytes("1.2.3").CopyTo(description, 16);
        Encoding.ASCII.GetBytes(project).CopyTo(description, 48);
        Encoding.ASCII.GetBytes("v5.1").CopyTo(description, 112);
        var code = new byte[size];
        new Random(12).NextBytes(code);
        var image = new List<byte> { 0xe9, 2, 2, 0x20, 0, 4, 8, 0x40, 0xee, 0, 0, 0, 5, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, (byte)(withHash ? 1 : 0) };
        byte sum = 0xef;
        foreach (var (address, data) in new[] { (0x3c000020u, description), (0x40080000u, code) })
        {
            image.AddRange(BitConverter.GetBytes(address));
            image.AddRange(BitConverter.GetBytes(data.Length));
            image.AddRange(data);
            foreach (var b in data) sum ^= b;
        }
        while (image.Count % 16 != 15) image.Add(0);
        image.Add(sum);
        if (withHash) image.AddRange(SHA256.HashData(image.ToArray()));
        return [.. image];
    }

    [Fact]
    public void An_image_of_ESP32_says_its_chip_program_and_version_and_its_sums_are_checked()
    {
        var bytes = Esp("toaster");
        using (var image = Examination.Open([.. bytes, .. Enumerable.Repeat((byte)0xff, 100)]))
        {
            var part = image.Parts[0];
            Assert.Equal(("esp-image", (long)bytes.Length), (part.Kind, part.Length));
            Assert.Contains("ESP32-C3, 2 segments", part.Note, StringComparison.Ordinal);
            Assert.Contains("toaster 1.2.3, ESP-IDF v5.1", part.Note, StringComparison.Ordinal);
            Assert.Empty(image.Losses);
        }
        bytes[^1] ^= 1;
        using (var wrong = Examination.Open(bytes)) Assert.Contains(wrong.Losses, l => l.Expected.StartsWith("an image with SHA-256", StringComparison.Ordinal));
        bytes[5000] ^= 1;
        using var notOne = Examination.Open(bytes);
        Assert.DoesNotContain(notOne.AllParts, p => p.Kind == "esp-image");
    }

    [Fact]
    public void A_flash_of_ESP32_is_opened_by_its_table()
    {
        var flash = new byte[0x200000];
        Array.Fill(flash, (byte)0xff);
        Esp("loader", size: 20_000).CopyTo(flash, 0);
        Esp("app").CopyTo(flash, 0x10000);
        var table = new List<byte>();
        foreach (var (type, subtype, start, length, label) in new[] { (1, 2, 0x9000, 0x6000, "nvs"), (0, 0, 0x10000, 0x100000, "factory"), (1, 0x82, 0x110000, 0xf0000, "storage") })
        {
            table.AddRange([0xaa, 0x50, (byte)type, (byte)subtype, .. BitConverter.GetBytes(start), .. BitConverter.GetBytes(length), .. Encoding.ASCII.GetBytes(label.PadRight(16, '\0')), 0, 0, 0, 0]);
        }
        byte[] whole = [.. table, 0xeb, 0xeb, .. Enumerable.Repeat((byte)0xff, 14), .. MD5.HashData(table.ToArray())];
        whole.CopyTo(flash, 0x8000);
        using (var image = Examination.Open(flash))
        {
            var part = Assert.Single(image.Parts);
            Assert.Equal("esp-flash", part.Kind);
            Assert.Equal(["bootloader", "padding", "esp-partitions", "padding", "partition", "padding", "partition", "partition"], part.Children.Select(c => c.Kind));
            Assert.Equal(2, image.AllParts.Count(p => p.Kind == "esp-image"));
            Assert.Contains(part.Children, p => p.Note == "factory, app, subtype 0x00");
            Assert.Empty(image.Losses);
        }
        flash[0x8000 + 68] ^= 1;
        using var damaged = Examination.Open(flash);
        Assert.Contains(damaged.Losses, l => l.Expected == "a table of partitions with its MD5");
    }

    [Fact]
    public void An_image_of_MCUboot_has_its_digest_checked()
    {
        var header = new byte[0x200];
        foreach (var (at, value) in new[] { (0, 0x96f3b83d), (8, 0x200u), (12, 20_000u), (16, 0u), (20, 0x00030201u), (24, 7u) }) BinaryPrimitives.WriteUInt32LittleEndian(header.AsSpan(at), value);
        var program = new byte[20_000];
        new Random(13).NextBytes(program);
        byte[] covered = [.. header, .. program];
        byte[] fields = [0x07, 0x69, 0, 0, 0x10, 0, 32, 0, .. SHA256.HashData(covered), 0x24, 0, 64, 0, .. new byte[64]];
        BinaryPrimitives.WriteUInt16LittleEndian(fields.AsSpan(2), (ushort)fields.Length);
        byte[] bytes = [.. covered, .. fields];
        using (var image = Examination.Open([.. bytes, .. "behind"u8]))
        {
            Assert.Equal(("mcuboot", (long)bytes.Length, "version 1.2.3+7, SHA-256, Ed25519 signature"), (image.Parts[0].Kind, image.Parts[0].Length, image.Parts[0].Note));
            Assert.Empty(image.Losses);
        }
        bytes[3000] ^= 1;
        using (var damaged = Examination.Open(bytes)) Assert.Contains(damaged.Losses, l => l.Expected.StartsWith("an image with the digest", StringComparison.Ordinal));
        bytes[covered.Length] ^= 1;
        using var notOne = Examination.Open(bytes);
        Assert.DoesNotContain(notOne.AllParts, p => p.Kind == "mcuboot");
    }
}
