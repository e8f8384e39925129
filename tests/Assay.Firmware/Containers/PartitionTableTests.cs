using System.Globalization;
using System.Text;
using System.Text.Json;
using Assay.Evidence;
using Assay.Firmware.Tests.FileSystems;
using Assay.Tests;

namespace Assay.Firmware.Tests.Containers;

/// <summary>Partition tables as sfdisk writes them; sfdisk --json judges what they say.</summary>
[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
public class PartitionTableTests
{
    private static byte[] Make(Scratch scratch, string label, string script)
    {
        Tool.Need("sfdisk", "fdisk");
        using (var file = File.Create(scratch.File("disk"))) file.SetLength(8 << 20);
        var made = Tool.Run("sfdisk", ["-q", "--no-reread", "--no-tell-kernel", scratch.File("disk")], environment: new Dictionary<string, string> { ["LC_ALL"] = "C.UTF-8" }, input: Encoding.UTF8.GetBytes($"label: {label}\n{script}"));
        Assert.True(made.Exit == 0, made.Error + made.Text);
        var squash = File.ReadAllBytes(SquashFsTests.Pack(scratch, SquashFsTests.MakeTree(scratch), ["-comp", "xz"]));
        var disk = File.ReadAllBytes(scratch.File("disk"));
        squash.CopyTo(disk, 4096 * 512);
        return disk;
    }

    private static List<string> Judged(Scratch scratch)
    {
        using var document = JsonDocument.Parse(Tool.Run("sfdisk", ["--json", scratch.File("disk")]).Text);
        return document.RootElement.GetProperty("partitiontable").GetProperty("partitions").EnumerateArray()
            .Where(p => p.GetProperty("type").GetString() is not ("5" or "f"))
            .Select(p => string.Create(CultureInfo.InvariantCulture, $"{p.GetProperty("start").GetInt64() * 512} {p.GetProperty("size").GetInt64() * 512}")).Order(StringComparer.Ordinal).ToList();
    }

    private static List<string> Ours(Image image) => image.Parts[0].Children.Where(p => p.Kind == "partition").Select(p => $"{p.Offset} {p.Length}").Order(StringComparer.Ordinal).ToList();

    [Theory]
    [InlineData("dos", "start=64,size=1000,type=c\nstart=4096,size=4096,type=83,bootable\n")]
    [InlineData("dos", "start=4096,size=4096,type=83\nstart=8192,size=6000,type=5\nstart=8250,size=500,type=83\nstart=9000,size=1000,type=c\nstart=11000,size=100,type=83\n")]
    [InlineData("gpt", "start=2048,size=1000,type=U,name=boot\nstart=4096,size=4096,type=L,name=\"wörzel\"\n")]
    public void Every_partition_stands_where_sfdisk_says_and_is_looked_into(string label, string script)
    {
        using var scratch = new Scratch();
        var disk = Make(scratch, label, script);
        using var image = Examination.Open(disk);
        Assert.Equal(label == "gpt" ? "gpt" : "mbr", image.Parts[0].Kind);
        Assert.Equal(Judged(scratch), Ours(image));
        Assert.Empty(image.Losses);
        Assert.Equal(SquashFsTests.TreeOfFolder(scratch.File("tree")), Examination.Tree(image));
        if (label == "gpt") Assert.Contains(image.Parts[0].Children, p => p.Note?.Contains("wörzel", StringComparison.Ordinal) == true);
    }

    [Theory]
    [InlineData(512 + 60)]
    [InlineData(512 + 0)]
    [InlineData(1024 + 40)]
    public void A_damaged_table_is_read_from_its_copy(int at)
    {
        using var scratch = new Scratch();
        var disk = Make(scratch, "gpt", "start=2048,size=1000,type=U,name=boot\nstart=4096,size=4096,type=L,name=root\n");
        disk[at] ^= 1;
        using var image = Examination.Open(disk);
        Assert.Equal(Judged(scratch), Ours(image));
        Assert.NotEmpty(image.Losses);
        Assert.Equal(SquashFsTests.TreeOfFolder(scratch.File("tree")), Examination.Tree(image));
    }

    [Fact]
    public void A_cut_disk_and_a_chain_that_bites_its_tail_are_told()
    {
        using var scratch = new Scratch();
        var disk = Make(scratch, "dos", "start=4096,size=4096,type=83\nstart=8192,size=6000,type=5\nstart=8250,size=500,type=83\nstart=9000,size=1000,type=83\n");
        using (var cut = Examination.Open(disk[..(5000 * 512)])) Assert.Contains(cut.Losses, l => l.Expected.Contains("partition", StringComparison.Ordinal));
        // The second entry of the first table of the chain leads to itself.
        BitConverter.GetBytes(0).CopyTo(disk, 8192 * 512 + 446 + 16 + 8);
        using (var zero = Examination.Open(disk)) Assert.NotEmpty(zero.Losses);
        BitConverter.GetBytes(1).CopyTo(disk, 8192 * 512 + 446 + 16 + 8);
        disk.AsSpan(8192 * 512, 512).CopyTo(disk.AsSpan(8193 * 512));
        using var loop = Examination.Open(disk);
        Assert.Contains(loop.Losses, l => l.Found == "one that was read");
    }

    [Fact]
    public void Samples_of_others_have_the_partitions_that_sfdisk_lists()
    {
        Tool.Need("sfdisk", "fdisk");
        var compared = 0;
        foreach (var file in Corpus.Files("firmware/formats/mbr"))
        {
            using var scratch = new Scratch();
            var bytes = File.ReadAllBytes(file);
            if (file.EndsWith(".xz", StringComparison.Ordinal)) bytes = Tool.Run("xz", ["-dc"], input: bytes).Output;
            File.WriteAllBytes(scratch.File("disk"), bytes);
            using var image = Examination.Open(bytes);
            if (Tool.Run("sfdisk", ["--json", scratch.File("disk")]).Exit != 0) continue;
            // What lies behind the end of a cut image is told and not shown.
            var there = Judged(scratch).Where(r => long.Parse(r.Split(' ')[0], CultureInfo.InvariantCulture) < bytes.Length).Select(r => r.Split(' ')[0]).ToList();
            Assert.Equal(there, Ours(image).Select(r => r.Split(' ')[0]));
            compared++;
        }
        Assert.True(compared > 0, "no table");
    }
}
