using System.Buffers.Binary;
using System.Text;
using Assay.Evidence.Compression;
using Assay.Tests;

namespace Assay.Firmware.Tests.FileSystems;

/// <summary>7z as the 7-Zip program writes it: methods, filters, solid and not, packed headers.</summary>
[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
public class SevenZipTests
{
    [Theory]
    [InlineData("-m0=LZMA2")]
    [InlineData("-m0=LZMA")]
    [InlineData("-m0=LZMA:lc=1:lp=2:pb=1")]
    [InlineData("-mx=0")]
    [InlineData("-m0=Deflate")]
    [InlineData("-m0=BZip2")]
    [InlineData("-m0=BCJ -m1=LZMA2")]
    [InlineData("-m0=ARM -m1=LZMA")]
    [InlineData("-m0=ARMT -m1=LZMA")]
    [InlineData("-m0=PPC -m1=LZMA2")]
    [InlineData("-m0=Delta:4 -m1=LZMA")]
    [InlineData("-m0=LZMA2 -ms=off")]
    [InlineData("-m0=LZMA2 -mhc=off")]
    public void Every_way_of_packing_gives_the_tree(string options)
    {
        Tool.Need("7z", "p7zip-full");
        using var scratch = new Scratch();
        var folder = SquashFsTests.MakeTree(scratch);
        var made = Tool.Run("7z", ["a", "-y", "-snl", .. options.Split(' '), scratch.File("t.7z"), "."], folder);
        Assert.True(made.Exit == 0, made.Text + made.Error);
        using var image = Examination.Open([.. File.ReadAllBytes(scratch.File("t.7z")), .. "behind it"u8]);
        Assert.Equal(SquashFsTests.TreeOfFolder(folder), Examination.Tree(image));
        Assert.Empty(image.Losses);
        Assert.Equal(new FileInfo(scratch.File("t.7z")).Length, image.Parts[0].Length);
    }

    [Fact]
    public void What_is_encrypted_or_damaged_is_told()
    {
        Tool.Need("7z", "p7zip-full");
        using var scratch = new Scratch();
        File.WriteAllText(scratch.File("x"), string.Concat(Enumerable.Range(0, 500).Select(i => $"line {i}\n")));
        foreach (var (options, word) in new[] { ("-pword", "encrypted"), ("-pword -mhe=on", "encrypted"), ("-m0=PPMd", "method 30401") })
        {
            File.Delete(scratch.File("t.7z"));
            Assert.Equal(0, Tool.Run("7z", ["a", "-y", .. options.Split(' '), "t.7z", "x"], scratch.Folder).Exit);
            using var image = Examination.Open(File.ReadAllBytes(scratch.File("t.7z")));
            Examination.Tree(image);
            Assert.Contains(image.Losses, l => l.Found.Contains(word, StringComparison.Ordinal));
        }
        File.Delete(scratch.File("t.7z"));
        Tool.Run("7z", ["a", "-y", "t.7z", "x"], scratch.Folder);
        var bytes = File.ReadAllBytes(scratch.File("t.7z"));
        using (var healthy = Examination.Open(bytes)) Assert.Contains("\n/x\tf\t", Examination.Tree(healthy), StringComparison.Ordinal);
        for (var at = 32; at < bytes.Length; at += 7)
        {
            var damaged = bytes.ToArray();
            damaged[at] ^= 0x10;
            using var image = Examination.Open(damaged);
            Examination.Tree(image);
            Assert.NotEmpty(image.Losses);
        }
        using var cut = Examination.Open(bytes[..^10]);
        Assert.NotEmpty(cut.Losses);
    }

    [Fact]
    public void A_list_that_comes_again_is_refused()
    {
        using (var once = Examination.Open(Archive([1, 4, 6, 0, 0, 0, 0, 0]))) Assert.Empty(once.Losses);
        using var twice = Examination.Open(Archive([1, 4, 6, 0, 0, 0, 6, 0, 0, 0, 0, 0]));
        Assert.Contains(twice.Losses, l => l.Expected == "a property of streams above 6" && l.Found == "6");
    }

    // An archive of nothing but its list.
    private static byte[] Archive(byte[] list)
    {
        var start = new byte[20];
        start[8] = (byte)list.Length;
        BinaryPrimitives.WriteUInt32LittleEndian(start.AsSpan(16), Crc32.Of(list));
        var sum = new byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(sum, Crc32.Of(start));
        return [(byte)'7', (byte)'z', 0xbc, 0xaf, 0x27, 0x1c, 0, 4, .. sum, .. start, .. list];
    }
}
