using System.Buffers.Binary;
using Assay.Evidence.Reading;
using Assay.Firmware.FileSystems;
using Assay.Tests;

namespace Assay.Firmware.Tests.FileSystems;

/// <summary>romfs as genromfs writes it.</summary>
[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
public class RomFsTests
{
    private static byte[] Pack(Scratch scratch, string tree, params string[] options)
    {
        Tool.Need("genromfs", "genromfs");
        var made = Tool.Run("genromfs", ["-f", scratch.File("img"), "-d", tree, .. options]);
        Assert.True(made.Exit == 0, made.Error + made.Text);
        return File.ReadAllBytes(scratch.File("img"));
    }

    private static RomFs Open(ReadOnlyMemory<byte> bytes) => RomFs.Open(bytes, FreshTree.Place, new Budget());

    [Theory]
    [InlineData("")]
    [InlineData("-a 4096")]
    [InlineData("-V a-volume-with-a-name-that-is-longer-than-sixteen")]
    public void The_tree_is_read_but_for_modes(string options)
    {
        using var scratch = new Scratch();
        var tree = FreshTree.Make(scratch);
        var image = Pack(scratch, tree, options.Split(' ', StringSplitOptions.RemoveEmptyEntries));
        var rom = Open(image);
        Assert.Equal(FreshTree.Expected(tree, modes: false), FreshTree.Rows(rom, modes: false));
        Assert.Empty(rom.Losses);
        Assert.Equal(image.Length, rom.Length);
    }

    [Fact]
    public void Hard_links_share_one_visit()
    {
        using var scratch = new Scratch();
        var rom = Open(Pack(scratch, FreshTree.Make(scratch)));
        var visits = new List<string>();
        rom.ReadContents((entries, _) =>
        {
            lock (visits) visits.Add(string.Join('+', entries.Select(e => e.Path.Text)));
        }, 2, CancellationToken.None);
        Assert.Contains("/deep/er/hard link+/small", visits);
    }

    [Fact]
    public void A_wrong_sum_a_ring_and_a_cut_are_told()
    {
        using var scratch = new Scratch();
        var image = Pack(scratch, FreshTree.Make(scratch));
        // A name far behind the first 512 bytes, which the volume's own sum covers.
        var at = image.AsSpan().IndexOf("file-with-a-rather-long-name-0123"u8);
        var wrong = image.ToArray();
        wrong[at] ^= 1;
        Assert.Contains(Open(wrong).Losses, l => l.Expected.StartsWith("a file header whose words add up to 0", StringComparison.Ordinal));
        var ring = image.ToArray();
        BinaryPrimitives.WriteUInt32BigEndian(ring.AsSpan(at - 16), (uint)(at - 16) | 2);
        Assert.Contains(Open(ring).Losses, l => l.Expected == "headers that lead to an end" && l.Location.Path == "/many");
        var cut = Open(image.AsMemory(0, image.Length * 2 / 3));
        Assert.Contains(cut.Losses, l => l.Found.Contains("to the end", StringComparison.Ordinal));
        Assert.NotEmpty(cut.Entries);
        image[20] ^= 1;
        Assert.False(RomFs.IsHeader(image));
    }

    [Fact]
    public void Mutated_images_give_result_or_loss_in_bounded_time()
    {
        using var scratch = new Scratch();
        FreshTree.Mutate(Pack(scratch, FreshTree.Make(scratch)), (bytes, budget) => RomFs.Open(bytes, FreshTree.Place, budget), 80, 512..60_000);
    }

    [Fact]
    public void Samples_are_read_whole()
    {
        foreach (var file in Corpus.Files("firmware/formats/romfs"))
        {
            var rom = Open(File.ReadAllBytes(file));
            Assert.Contains("\tf\t", FreshTree.Rows(rom), StringComparison.Ordinal);
            Assert.True(rom.Losses.Count == 0, $"{file}: {string.Join("; ", rom.Losses)}");
        }
    }
}
