using System.IO.Compression;
using System.Text;
using Assay.Evidence;
using Assay.Evidence.Reading;
using Assay.Software.Components.Packages;

namespace Assay.Software.Tests.Components.Packages;

public class EmbeddedListsTests
{
    private static readonly Location At = new() { Artefact = "it" };

    [Fact]
    public void Go_s_modules_are_read_and_a_length_beyond_the_program_is_refused()
    {
        var program = Go("go1.22.5", "path\tx\nmod\texample.org/it\tv1.2.0\th1:\ndep\tgolang.org/x/net\tv0.17.0\th1:x=\ndep\texample.org/old\tv1.0.0\n=>\texample.org/new\tv1.1.0\th1:\n");
        var seen = GoBuildInfo.Read(program, At);
        Assert.Equal(["stdlib 1.22.5", "example.org/it 1.2.0", "golang.org/x/net 0.17.0", "example.org/new 1.1.0"], seen.Select(c => $"{c.Name} {c.Version}"));
        Assert.Equal("pkg:golang/golang.org/x/net@v0.17.0", seen[2].Purl);
        Assert.Empty(GoBuildInfo.Read("no program"u8, At));
        for (var cut = 64 + 33; cut < program.Length; cut += 7)
        {
            var short_ = program[..cut];
            Assert.Throws<UnreadableException>(() => GoBuildInfo.Read(short_, At));
        }
    }

    private static byte[] Go(string version, string modules)
    {
        byte[] text = [.. new byte[16], .. Encoding.UTF8.GetBytes(modules), .. new byte[16]];
        return [.. new byte[64], 0xff, .. " Go buildinf:"u8, 8, 2, .. new byte[16], (byte)version.Length, .. Encoding.UTF8.GetBytes(version), (byte)(text.Length & 0x7f | 0x80), (byte)(text.Length >> 7), .. text];
    }

    [Fact]
    public void Rust_s_crates_are_read_without_those_that_only_built_them()
    {
        var json = "{\"packages\":[{\"name\":\"ring\",\"version\":\"0.17.8\",\"source\":\"crates.io\"},{\"name\":\"cc\",\"version\":\"1.0\",\"kind\":\"build\"}]}"u8;
        using var packed = new MemoryStream();
        using (var zlib = new ZLibStream(packed, CompressionLevel.Optimal, leaveOpen: true)) zlib.Write(json);
        var crate = Assert.Single(RustAuditData.Read(packed.ToArray(), At));
        Assert.Equal("pkg:cargo/ring@0.17.8", crate.Purl);
        Assert.Throws<UnreadableException>(() => RustAuditData.Read(packed.ToArray().AsSpan(0, 20), At));
        Assert.Throws<UnreadableException>(() => RustAuditData.Read("[]"u8, At));
    }

    [Fact]
    public void The_descriptor_of_an_ESP_application_names_project_and_framework()
    {
        var image = new byte[32 + EspDescriptor.Size];
        (image[0], image[1]) = (0xe9, 3);
        byte[] magic = [0x32, 0x54, 0xcd, 0xab];
        magic.CopyTo(image, 32);
        "2.1.0"u8.CopyTo(image.AsSpan(48));
        "door-sensor"u8.CopyTo(image.AsSpan(80));
        "v4.4.1-dirty"u8.CopyTo(image.AsSpan(144));
        Assert.Equal(["door-sensor 2.1.0", "esp-idf 4.4.1"], EspDescriptor.ReadImage(image, At).Select(c => $"{c.Name} {c.Version}"));
        image[48] = 0x01;
        Assert.Empty(EspDescriptor.ReadImage(image, At));
        image[32] = 0;
        Assert.Empty(EspDescriptor.ReadImage(image, At));
    }
}
