using System.Diagnostics;
using System.Security.Cryptography;
using Assay.Evidence;
using Assay.Evidence.Files;
using Assay.Evidence.Reading;
using Assay.Tests;

namespace Assay.Firmware.Tests;

/// <summary>Real and damaged files of many formats: every one ends, in time and memory, with content or with words; outside readers judge the content.</summary>
[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
public class CorpusTests
{
    private static readonly string[] ReadFolders =
    [
        "squashfs", "cpio", "gz", "xz", "zstd", "lzma", "uimage", "jffs2", "ubi", "yaffs2", "cramfs", "romfs", "ext", "fat",
        "tar", "zip", "7z", "bz2", "lz4", "lzip", "lzo", "hex", "fit", "trx", "carve",
    ];

    [Fact]
    public void Every_sample_ends_with_content_or_with_words()
    {
        foreach (var file in Corpus.Files("firmware/formats"))
        {
            var watch = Stopwatch.StartNew();
            using var artefact = Artefact.Open(file, Path.GetFileName(file));
            using var image = Image.Open(artefact, Examination.Options(new Budget { Bytes = 2L << 30 }));
            var tree = Examination.Tree(image, parts: true);
            Assert.True(watch.Elapsed.TotalSeconds < 20, $"{file}: {watch.Elapsed}");
            Assert.Equal(artefact.Size, image.Parts.Sum(p => p.Length));
            Assert.True(image.IsRecognised || image.Losses.Count > 0, $"{file}: not recognised, and nothing was said");
            Assert.True(image.Coverage.IsWhole || image.Losses.Count > 0 || image.Parts.Any(p => p.Kind == "unknown"), $"{file}: coverage lost, and nothing was said");
            foreach (var row in tree.Split('\n').Where(r => r.Contains("\tf\t", StringComparison.Ordinal) && r.EndsWith("\t-", StringComparison.Ordinal)))
            {
                Assert.Contains(image.Losses, l => l.Location.Path == row[..row.IndexOf('\t', StringComparison.Ordinal)]);
            }
        }
    }

    [Fact]
    public void Samples_of_kinds_that_are_read_give_content_or_say_why_not()
    {
        var read = 0;
        foreach (var file in Corpus.Files("firmware/formats").Where(f => ReadFolders.Contains(Path.GetFileName(Path.GetDirectoryName(f)))))
        {
            using var artefact = Artefact.Open(file, Path.GetFileName(file));
            using var image = Image.Open(artefact, Examination.Options());
            Examination.Tree(image);
            var hasContent = image.FileSystems.Any(p => p.FileSystem!.Entries.Count > 0) || image.AllParts.Any(p => p.Content is { Length: > 0 });
            Assert.True(hasContent || image.Losses.Count > 0, $"{file}: no content and no word");
            if (hasContent) read++;
        }
        Assert.True(read > 10, $"only {read} files gave content");
    }

    [Fact]
    public void File_systems_that_were_made_of_one_tree_agree()
    {
        var trees = new Dictionary<string, List<string>>(StringComparer.Ordinal);
        foreach (var file in Corpus.Files("firmware/formats/squashfs", "fact-*"))
        {
            using var artefact = Artefact.Open(file, Path.GetFileName(file));
            using var image = Image.Open(artefact, Examination.Options());
            if (image.Root is null || image.Root.FileSystem!.Entries.Count == 0) continue;
            Assert.Empty(image.Losses);
            // Path, type, size and hash: how the samples' modes were set differs.
            var tree = string.Join('\n', Examination.Tree(image).Split('\n')[..^1].Select(r => r.Split('\t')).Select(c => $"{c[0]} {c[1]} {c[3]} {c[5]}"));
            (trees.TryGetValue(tree, out var same) ? same : trees[tree] = []).Add(Path.GetFileName(file));
        }
        Assert.True(trees.Count == 1, string.Join("\n\n", trees.Select(t => string.Join(' ', t.Value) + "\n" + t.Key)));
        Assert.True(trees.Single().Value.Count >= 5, string.Join(' ', trees.Single().Value));
    }

    [Fact]
    public void Damage_is_told_and_data_in_front_does_not_hide_a_file_system()
    {
        var seen = 0;
        foreach (var file in Corpus.Files("firmware/formats").Where(f => ReadFolders.Contains(Path.GetFileName(Path.GetDirectoryName(f)))))
        {
            var name = Path.GetFileName(file);
            var damaged = name.Contains("cut-data-from-end", StringComparison.Ordinal) || name.Contains("replaced", StringComparison.Ordinal);
            var prepended = name.Contains("prepend", StringComparison.Ordinal);
            if (!damaged && !prepended) continue;
            using var artefact = Artefact.Open(file, name);
            using var image = Image.Open(artefact, Examination.Options());
            Examination.Tree(image);
            if (prepended) Assert.Contains(image.Parts, p => p.Offset > 0 && p.Kind is not ("unknown" or "padding"));
            else Assert.True(image.Losses.Count > 0, $"{file}: no loss");
            seen++;
        }
        Assert.True(seen > 0, "no damaged sample");
    }

    [Fact]
    public void What_gzip_xz_zstd_and_cpio_unpack_is_what_we_unpack()
    {
        var compared = 0;
        foreach (var (folder, program, package) in new[] { ("gz", "gzip", "gzip"), ("xz", "xz", "xz-utils"), ("lzma", "xz", "xz-utils"), ("zstd", "zstd", "zstd") })
        {
            Tool.Need(program, package);
            foreach (var file in Corpus.Files("firmware/formats/" + folder))
            {
                using var artefact = Artefact.Open(file, Path.GetFileName(file));
                using var image = Image.Open(artefact, Examination.Options());
                var judged = Tool.Run(program, ["-dc"], input: File.ReadAllBytes(file));
                var part = image.Parts.First(p => p.Content is not null);
                if (judged.Exit == 0)
                {
                    Assert.True(part.Content!.Value.Span.SequenceEqual(judged.Output), file);
                    Assert.Empty(part.Losses);
                    compared++;
                }
                else
                {
                    Assert.NotEmpty(part.Losses);
                    Assert.True(part.Content!.Value.Length >= judged.Output.Length * 9 / 10, $"{file}: {part.Content.Value.Length} of {judged.Output.Length}");
                }
            }
        }
        Assert.True(compared >= 5);
    }

    [Fact]
    public void Every_squashfs_of_the_openwrt_images_has_the_tree_that_unsquashfs_unpacks()
    {
        Tool.Need("unsquashfs", "squashfs-tools");
        var compared = 0;
        foreach (var file in Corpus.Files("firmware/openwrt").Where(f => Path.GetExtension(f) is ".img" or ".bin")) compared += Compare(file);
        Assert.True(compared > 0, "no OpenWrt image holds a SquashFS");

        static int Compare(string file)
        {
            using var artefact = Artefact.Open(file, Path.GetFileName(file));
            using var image = Image.Open(artefact, Examination.Options());
            foreach (var part in image.FileSystems.Where(p => p.Kind == "squashfs"))
            {
                using var scratch = new Scratch();
                File.WriteAllBytes(scratch.File("fs"), part.Bytes.ToArray());
                var judged = Tool.Run("unsquashfs", ["-q", "-n", "-no-xattrs", "-d", scratch.File("out"), scratch.File("fs")]);
                Assert.True(Directory.Exists(scratch.File("out")), judged.Error);
                var expected = FileSystems.SquashFsTests.TreeOfFolder(scratch.File("out"));
                Assert.Equal(expected, TreeOf(part.FileSystem!));
                Assert.Empty(part.FileSystem!.Losses);
            }
            return image.FileSystems.Count(p => p.Kind == "squashfs");
        }
    }

    // Devices and pipes need root to unpack: unsquashfs leaves them out for others, so they are left out here.
    private static string TreeOf(IFileSystem files)
    {
        var hashes = new System.Collections.Concurrent.ConcurrentDictionary<FilePath, string>();
        files.ReadContents((entries, content) =>
        {
            var hash = Convert.ToHexStringLower(SHA256.HashData(content));
            foreach (var entry in entries) hashes[entry.Path] = hash;
        }, 2, CancellationToken.None);
        return TreeTable.Header + "\n" + string.Concat(files.Entries.Where(e => e.Type is FileType.Regular or FileType.Directory or FileType.Link)
            .Select(e => TreeTable.Row(e, e.Path.Text, hashes.GetValueOrDefault(e.Path)) + "\n"));
    }
}
