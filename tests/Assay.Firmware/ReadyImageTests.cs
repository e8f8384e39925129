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
            Assert.Equal(Allowed(expected, kind), Allowed(Examination.TreeOf(file), kind));
            compared++;
            Assert.False(kind.Length == 0);
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

    // command.md: ROMFS keeps no modes; ext has an empty /lost+found.
    private static string Allowed(string tree, string kind) => string.Join('\n', tree.Split('\n').Where(l => !l.StartsWith("/lost+found\t", StringComparison.Ordinal))
        .Select(l => kind == "romfs" && l.Split('\t') is [var path, var type, _, .. var rest] ? string.Join('\t', [path, type, "-", .. rest]) : l));

    internal static IEnumerable<(string File, string Kind)> Images(string folder) =>
        File.ReadLines(Path.Combine(folder, "images.tsv")).Skip(1).Select(line => line.Split('\t'))
            .Select(c => (Path.Combine(folder, c.Length > 4 ? c[4] : c[0]), c[1]));
}
