using Assay.Evidence;
using Assay.Evidence.Files;
using Assay.Evidence.Reading;
using Assay.Software.Components;
using Assay.Tests;

namespace Assay.Firmware.Tests;

/// <summary>Images with known content: every planted weakness is found at its path, nothing is found where none was planted, every component is named.</summary>
public class PlantedTests(ITestOutputHelper output)
{
    private static readonly FindingKind[] Judged =
        [FindingKind.Credential, FindingKind.Key, FindingKind.Certificate, FindingKind.Service, FindingKind.Debug, FindingKind.Update, FindingKind.Secret, FindingKind.Permission];

    public static TheoryData<string> Folders()
    {
        var data = new TheoryData<string>();
        var root = Corpus.Root is null ? null : Path.Combine(Corpus.Root, "firmware");
        if (root is not null && Directory.Exists(root))
        {
            foreach (var planted in Directory.EnumerateFiles(root, "planted.tsv", SearchOption.AllDirectories).Order(StringComparer.Ordinal)) data.Add(Path.GetRelativePath(root, Path.GetDirectoryName(planted)!));
        }
        if (data.Count == 0) data.Add("");
        return data;
    }

    [Theory]
    [MemberData(nameof(Folders))]
    public void Findings_and_planted_weaknesses_are_the_same_paths(string folder)
    {
        using var scratch = new Scratch();
        var facts = Facts(folder, scratch);
        var planted = Rows(folder, "planted.tsv").Select(r => $"{r[0]} {r[1]}").ToHashSet();
        var found = facts.Findings.Where(f => Judged.Contains(f.Kind)).Select(f => $"{EvidenceJson.Name(f.Kind)} {f.Location.Path}").ToHashSet();
        Assert.Equal(planted.Order(StringComparer.Ordinal), found.Order(StringComparer.Ordinal));
        Assert.True(facts.Coverage.IsWhole, string.Join('\n', facts.Coverage.Losses));
    }

    [Theory]
    [MemberData(nameof(Folders))]
    public void Known_default_passwords_are_named_as_such_and_weak_hashes_too(string folder)
    {
        using var scratch = new Scratch();
        var facts = Facts(folder, scratch);
        foreach (var row in Rows(folder, "planted.tsv").Where(r => r[0] == "credential" && r[2].Contains("hash", StringComparison.Ordinal)))
        {
            Assert.Contains(facts.Findings, f => f.Location.Path == row[1] && f.Default == true && f.Has(Traits.WeakHash) && f.Has(Traits.KnownDefault));
        }
    }

    [Theory]
    [MemberData(nameof(Folders))]
    public void Components_are_named_with_the_version_that_they_state(string folder)
    {
        using var scratch = new Scratch();
        var facts = Facts(folder, scratch);
        var rows = Rows(folder, "groundtruth.tsv").Where(r => r[2] != "linux").ToList();
        var missed = rows.Where(r => !facts.Components.Any(c => c.Version == r[3] && (c.Name == r[0] || IsCalled(c.Name, r[2])))).Select(r => $"{r[0]} {r[3]}").ToList();
        output.WriteLine($"{rows.Count - missed.Count} of {rows.Count} components; missed: {string.Join(", ", missed)}");
        Assert.True(missed.Count <= rows.Count * 0.25, string.Join(", ", missed));
        foreach (var component in facts.Components) Assert.True(rows.Any(r => component.Name == r[0] || IsCalled(component.Name, r[2])), $"{component.Name} {component.Version} is not in the image");
    }

    [Theory]
    [MemberData(nameof(Folders))]
    public void The_answer_is_the_same_on_one_thread_and_on_four(string folder)
    {
        using var scratch = new Scratch();
        Unpack(folder, scratch);
        string Answer(int workers)
        {
            var facts = RootFacts.Examine("it", FolderTree.Open(scratch.File("root"), "it", new Budget()), new ExaminationOptions { AsOf = MemoryTree.AsOf, Workers = workers });
            return string.Join('\n', facts.Findings.Select(f => f.Id + f)) + string.Join('\n', facts.Components.Select(c => c.Name + c.Version + string.Join(',', c.Evidence)));
        }
        Assert.Equal(Answer(1), Answer(4));
    }

    private static bool IsCalled(string name, string source) => VersionPattern.All.Any(p => p.Product == name && p.IsCalled(source));

    private static List<string[]> Rows(string folder, string table) => [.. File.ReadLines(Path.Combine(Corpus.Folder("firmware"), folder, table)).Skip(1).Select(l => l.Split('\t'))];

    private static RootFacts Facts(string folder, Scratch scratch)
    {
        Unpack(folder, scratch);
        return RootFacts.Examine("it", FolderTree.Open(scratch.File("root"), "it", new Budget()), new ExaminationOptions { AsOf = MemoryTree.AsOf });
    }

    private static void Unpack(string folder, Scratch scratch)
    {
        if (folder.Length == 0) Assert.Skip("the corpus holds no image with planted weaknesses (set ASSAY_CORPUS)");
        Tool.Need("unsquashfs", "squashfs-tools");
        var image = Corpus.Files(Path.Combine("firmware", folder)).FirstOrDefault(f => Path.GetFileName(f).Contains("squashfs-", StringComparison.Ordinal));
        if (image is null) Assert.Skip($"{folder} holds no SquashFS image");
        var result = Tool.Run("unsquashfs", ["-q", "-n", "-d", scratch.File("root"), image!]);
        if (result.Exit != 0) Assert.Skip($"unsquashfs cannot unpack it here: {result.Error}");
    }
}
