namespace Assay.Tests;

/// <summary>The corpus at ASSAY_CORPUS, else at ../shared/corpus beside the checkout. Tests walk its folders and skip where it is absent.</summary>
public static class Corpus
{
    public static readonly string? Root = Find();

    /// <summary>A folder of the corpus; skips the test, with the reason, when it is not there.</summary>
    public static string Folder(string relative)
    {
        var folder = Root is null ? null : Path.Combine(Root, relative);
        if (folder is null || !Directory.Exists(folder)) Assert.Skip($"the corpus folder {relative} is absent (set ASSAY_CORPUS)");
        return folder!;
    }

    /// <summary>Files below a folder of the corpus, ordered, READMEs and source lists left out; skips when there is none.</summary>
    public static IReadOnlyList<string> Files(string relative, string pattern = "*")
    {
        var files = Directory.EnumerateFiles(Folder(relative), pattern, SearchOption.AllDirectories)
            .Where(f => Path.GetFileName(f) is not ("README.md" or "sources.tsv" or "LICENSE"))
            .Order(StringComparer.Ordinal).ToList();
        if (files.Count == 0) Assert.Skip($"the corpus folder {relative} holds no {pattern}");
        return files;
    }

    private static string? Find()
    {
        var named = Environment.GetEnvironmentVariable("ASSAY_CORPUS");
        if (!string.IsNullOrEmpty(named)) return Directory.Exists(named) ? Path.GetFullPath(named) : null;
        var beside = Path.GetFullPath(Path.Combine(Checkout.Root, "..", "shared", "corpus"));
        return Directory.Exists(beside) ? beside : null;
    }
}

/// <summary>The checkout that these tests were built from.</summary>
public static class Checkout
{
    public static readonly string Root = Find();

    private static string Find()
    {
        for (var folder = AppContext.BaseDirectory; folder is not null; folder = Path.GetDirectoryName(folder))
        {
            if (File.Exists(Path.Combine(folder, "Assay.slnx"))) return folder;
        }
        throw new InvalidOperationException($"no Assay.slnx above {AppContext.BaseDirectory}");
    }
}
