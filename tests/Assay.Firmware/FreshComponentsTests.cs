using System.Text.RegularExpressions;
using Assay.Evidence;
using Assay.Software.Components;
using Assay.Tests;

namespace Assay.Firmware.Tests;

/// <summary>
/// What is in an image that was packed a minute ago out of Debian's packages for another machine. Without a package database the judge is <c>strings</c>: where an upstream's
/// version stands in one of its programs, the product has to be named with it; and nobody has to be named who is not there.
/// </summary>
[Trait("Category", "FreshImages")]
[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
public class FreshComponentsTests(ITestOutputHelper output)
{
    private sealed record Row(string Package, string Version, string Source, string Upstream);

    [Theory(Explicit = true)]
    [InlineData("armhf", 1)]
    [InlineData("mipsel", 2)]
    [InlineData("arm64", 3)]
    [InlineData("s390x", 4)]
    public void Products_are_named_where_their_version_stands_in_their_programs_and_no_other_is(string architecture, int seed)
    {
        using var scratch = new Scratch();
        var (file, rows) = Made(scratch, architecture, seed, "none");
        var components = Components(file);
        var stated = rows.Where(r => Stands(scratch, architecture, r)).ToList();
        Assert.True(stated.Count > 15, $"only {stated.Count} packages state their version");
        var missed = stated.Where(r => !components.Any(c => c.Version == r.Upstream && Is(c, r))).Select(r => $"{r.Package} {r.Upstream}").ToList();
        var wrong = components.Where(c => c.Name != "linux-kernel" && !rows.Any(r => c.Version == r.Upstream && Is(c, r))).Select(c => $"{c.Name} {c.Version} ({c.Evidence[0].Location.Path})").ToList();
        output.WriteLine($"{architecture}: {stated.Count - missed.Count} of {stated.Count} packages whose version stands in their programs (of {rows.Count}); missed: {string.Join(", ", missed)}; not there: {string.Join(", ", wrong)}");
        Assert.True(missed.Count * 20 <= stated.Count, string.Join(", ", missed));
        Assert.Empty(wrong);
    }

    [Theory(Explicit = true)]
    [InlineData("dpkg")]
    [InlineData("opkg")]
    public void A_package_database_names_every_package(string database)
    {
        using var scratch = new Scratch();
        var (file, rows) = Made(scratch, "armhf", 5, database);
        var components = Components(file);
        Assert.True(rows.Count > 20);
        Assert.Empty(rows.Where(r => !components.Any(c => c.Name == r.Package && c.Package == r.Version && c.Version == r.Upstream)));
    }

    private static (string Image, IReadOnlyList<Row> Rows) Made(Scratch scratch, string architecture, int seed, string database)
    {
        var generator = Path.Combine(Corpus.Folder("firmware"), "make-images");
        if (!File.Exists(generator)) Assert.Skip("the corpus holds no make-images");
        if (Environment.UserName != "root") Assert.Skip("make-images needs root for device nodes and owners");
        Tool.Need("dpkg-deb", "dpkg");
        Tool.Need("mksquashfs", "squashfs-tools");
        Tool.Need("strings", "binutils");
        var to = scratch.File("out");
        var made = Tool.Run(generator, ["-a", architecture, "-s", $"{seed}", "-d", database, "-t", "squashfs-xz", to], seconds: 400);
        if (made.Exit != 0 && made.Error.Contains("Unable to locate package", StringComparison.Ordinal)) Assert.Skip($"no Debian package source for {architecture}");
        Assert.True(made.Exit == 0, made.Error);
        return (Directory.EnumerateFiles(to, "*.squashfs-xz").Single(),
            [.. File.ReadLines(Path.Combine(to, "groundtruth.tsv")).Skip(1).Select(l => l.Split('\t')).Select(c => new Row(c[0], c[1], c[2], c[3]))]);
    }

    private static IReadOnlyList<Component> Components(string file)
    {
        using var artefact = Artefact.Open(file, Path.GetFileName(file));
        return FirmwareExamination.Of(artefact, Examination.Options()).Components;
    }

    private static bool Is(Component component, Row row) =>
        VersionPattern.All.Any(p => p.Product == component.Name && (p.IsCalled(row.Package) || p.IsCalled(row.Source) || p.IsCalled(row.Source.TrimEnd("-.0123456789".ToCharArray()))));

    // In the programs and libraries of the package as Debian packed it, the version as a number of its own.
    private static bool Stands(Scratch scratch, string architecture, Row row)
    {
        var packages = Path.Combine(scratch.File("out"), "cache", architecture, "debs");
        var folder = Directory.CreateDirectory(scratch.File($"deb-{row.Package}")).FullName;
        var package = Directory.EnumerateFiles(packages, $"{row.Package}_*.deb").Single();
        Assert.Equal(0, Tool.Run("dpkg-deb", ["-x", package, folder]).Exit);
        var version = new Regex($@"(?<![\d.]){Regex.Escape(row.Upstream)}(?!\d|\.\d)", RegexOptions.CultureInvariant);
        foreach (var file in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories))
        {
            var one = new FileInfo(file);
            if (one.LinkTarget is not null || one.Length < 4) continue;
            Span<byte> start = stackalloc byte[4];
            using (var stream = one.OpenRead()) stream.ReadExactly(start);
            if (start.SequenceEqual("\u007fELF"u8) && version.IsMatch(Tool.Run("strings", ["-a", file]).Text)) return true;
        }
        return false;
    }
}
