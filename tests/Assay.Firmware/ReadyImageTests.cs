using Assay.Evidence;
using Assay.Tests;

namespace Assay.Firmware.Tests;

/// <summary>Images of one tree in many containers, with the table of what must be in each.</summary>
public class ReadyImageTests
{
    [Fact]
    public void Every_image_has_the_tree_that_was_packed()
    {
        var folder = Corpus.Folder("firmware/ready");
        var expected = File.ReadAllText(Path.Combine(folder, "tree.tsv"));
        var compared = 0;
        foreach (var (file, kind) in Images(folder))
        {
            Assert.Equal(Kept(expected, kind), Kept(Examination.TreeOf(file), kind));
            compared++;
        }
        Assert.True(compared > 0, "no image");
    }

    [Fact]
    public void Every_image_is_read_whole_or_says_what_is_lost()
    {
        foreach (var (file, kind) in Images(Corpus.Folder("firmware/ready")))
        {
            using var artefact = Artefact.Open(file, Path.GetFileName(file));
            using var image = Image.Open(artefact, Examination.Options());
            Assert.True(image.IsRecognised, $"{file} is not recognised");
            Assert.NotNull(image.Root);
            Assert.True(image.Coverage.IsWhole, $"{file}: {image.Coverage.Examined} of {image.Coverage.Total}, {string.Join("; ", image.Losses)}");
        }
    }

    /// <summary>What a kind of file system keeps of a tree (command.md, "Tree"): ROMFS keeps no modes, ext has an empty /lost+found.</summary>
    internal static string Kept(string tree, string kind)
    {
        var rows = tree.Split('\n').Where(r => !kind.StartsWith("ext", StringComparison.Ordinal) || !r.StartsWith("/lost+found\t", StringComparison.Ordinal));
        if (kind == "romfs") rows = rows.Select(r => r.Split('\t') is { Length: 6 } c && c[0] != "path" ? string.Join('\t', [c[0], c[1], "-", .. c[3..]]) : r);
        return string.Join('\n', rows);
    }

    internal static IEnumerable<(string File, string Kind)> Images(string folder) =>
        File.ReadLines(Path.Combine(folder, "images.tsv")).Skip(1).Select(line => line.Split('\t'))
            .Select(c => (Path.Combine(folder, c.Length > 4 ? c[4] : c[0]), c[1]));
}
