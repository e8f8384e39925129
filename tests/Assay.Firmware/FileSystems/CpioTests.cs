using Assay.Evidence;
using Assay.Evidence.Files;
using Assay.Evidence.Reading;
using Assay.Tests;

namespace Assay.Firmware.Tests.FileSystems;

/// <summary>cpio archives as cpio writes them, cut, chained, and with names that try to leave.</summary>
[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
public class CpioTests
{
    [Theory]
    [InlineData("newc")]
    [InlineData("crc")]
    [InlineData("odc")]
    public void Every_format_gives_the_tree(string format)
    {
        using var scratch = new Scratch();
        var folder = SquashFsTests.MakeTree(scratch);
        using var image = Examination.Open(Pack(folder, format));
        Assert.Equal(SquashFsTests.TreeOfFolder(folder), Examination.Tree(image));
        Assert.Empty(image.Losses);
        Assert.True(image.Coverage.IsWhole, image.Map().ToText());
    }

    [Fact]
    public void A_cut_archive_gives_what_is_before_the_cut()
    {
        using var scratch = new Scratch();
        var whole = Pack(SquashFsTests.MakeTree(scratch), "newc");
        using var image = Examination.Open(whole[..(whole.Length * 2 / 3)]);
        var tree = Examination.Tree(image);
        Assert.Contains(image.Losses, l => l.Found.Contains("to the end", StringComparison.Ordinal));
        Assert.True(tree.Split('\n').Length > 2, tree);
        using var healthy = Examination.Open(whole);
        var all = Examination.Tree(healthy).Split('\n').ToHashSet();
        // The file in which the cut lies has no content; every other row is as it was.
        Assert.All(tree.Split('\n').Where(r => !r.EndsWith("\t-", StringComparison.Ordinal)), row => Assert.Contains(row, all));
    }

    [Fact]
    public void Archives_one_behind_another_are_one_tree_and_the_later_wins()
    {
        using var scratch = new Scratch();
        foreach (var (name, content) in new[] { ("a", "first"), ("b", "second") })
        {
            Directory.CreateDirectory(scratch.File(name));
            File.WriteAllText(Path.Combine(scratch.File(name), "same"), content);
            File.WriteAllText(Path.Combine(scratch.File(name), "only-" + name), content);
        }
        byte[] both = [.. Pack(scratch.File("a"), "newc"), .. new byte[64], .. Pack(scratch.File("b"), "newc")];
        using var image = Examination.Open(both);
        var contents = new SortedDictionary<string, string>(StringComparer.Ordinal);
        image.Root!.FileSystem!.ReadContents((entries, bytes) =>
        {
            lock (contents) contents[entries[0].Path.Text] = System.Text.Encoding.ASCII.GetString(bytes);
        }, 1, CancellationToken.None);
        Assert.Equal(["/only-a=first", "/only-b=second", "/same=second"], contents.Select(c => $"{c.Key}={c.Value}"));
    }

    [Fact]
    public void A_wrong_sum_is_told()
    {
        using var scratch = new Scratch();
        Directory.CreateDirectory(scratch.File("t"));
        File.WriteAllText(Path.Combine(scratch.File("t"), "file"), "content");
        var archive = Pack(scratch.File("t"), "crc");
        archive[archive.AsSpan().IndexOf("content"u8)] ^= 1;
        using var image = Examination.Open(archive);
        Examination.Tree(image);
        Assert.Contains(image.Losses, l => l.Location.Path == "/file" && l.Expected.StartsWith("content with the sum", StringComparison.Ordinal));
    }

    [Fact]
    public void Names_are_data_and_lead_nowhere()
    {
        var archive = Member("../../etc/passwd", "evil") + Member("/absolute", "a") + Member("./x//y/./z", "b") + Member("TRAILER!!!", "");
        using var image = Examination.Open(System.Text.Encoding.ASCII.GetBytes(archive));
        Assert.Equal(["/../../etc/passwd", "/absolute", "/x/y/z"], image.Root!.FileSystem!.Entries.Select(e => e.Path.Text));
    }

    [Theory]
    [InlineData("ffffffff", "00000005")]
    [InlineData("00000000", "00000005")]
    [InlineData("00000010", "00000005")]
    [InlineData("00000005", "ffffffff")]
    [InlineData("00000005", "7fffffff")]
    public void Lies_about_sizes_are_told_and_nothing_breaks(string nameSize, string size)
    {
        var good = Member("good", "fine");
        var bad = Member("evil", "lies!");
        bad = bad[..54] + size + bad[62..94] + nameSize + bad[102..];
        using var image = Examination.Open(System.Text.Encoding.ASCII.GetBytes(good + bad + Member("TRAILER!!!", "")));
        var tree = Examination.Tree(image);
        Assert.Contains("\n/good\tf\t644\t4\t", tree, StringComparison.Ordinal);
        Assert.NotEmpty(image.Losses);
    }

    [Fact]
    public void A_budget_of_files_ends_the_list_and_is_named()
    {
        using var scratch = new Scratch();
        using var image = Examination.Open(Pack(SquashFsTests.MakeTree(scratch), "newc"), new Budget { Files = 10 });
        Assert.Equal(10, image.Root!.FileSystem!.Entries.Count);
        Assert.Contains(image.Losses, l => l.Found.Contains("--budget files=", StringComparison.Ordinal));
    }

    // newc: thirteen fields of eight hexadecimal digits; name and content padded to four.
    private static string Member(string name, string content)
    {
        var header = $"070701{1:x8}{0x81a4:x8}{0:x8}{0:x8}{1:x8}{0:x8}{content.Length:x8}{0:x8}{0:x8}{0:x8}{0:x8}{name.Length + 1:x8}{0:x8}{name}\0";
        return (header + new string('\0', (4 - header.Length % 4) % 4)) + content + new string('\0', (4 - content.Length % 4) % 4);
    }

    private static byte[] Pack(string folder, string format)
    {
        Tool.Need("cpio", "cpio");
        var names = Tool.Run("find", [".", "-mindepth", "1", "-print0"], folder).Output;
        var result = Tool.Run("cpio", ["-o", "-0", "-H", format, "--quiet"], folder, input: names);
        Assert.True(result.Exit == 0, result.Error);
        return result.Output;
    }
}
