using Assay.Software.Components;
using Assay.Tests;

namespace Assay.Software.Tests.Components;

/// <summary>The programs of the Debian system that the tests run on, judged by its package database: what a program says of itself must be what dpkg says it is.</summary>
[Trait("Category", "Debian")]
[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
public class DebianProgramsTests(ITestOutputHelper output)
{
    /// <summary>An unpacked Debian root (or its own) with <c>var/lib/dpkg</c>.</summary>
    private static readonly string Root = Environment.GetEnvironmentVariable("ASSAY_DEBIAN_ROOT") ?? "";

    [Fact]
    public void What_programs_say_of_themselves_is_what_dpkg_says_they_are()
    {
        var database = $"{Root}/var/lib/dpkg";
        if (!File.Exists($"{database}/status")) Assert.Skip("no Debian system");
        var sources = new Dictionary<string, (string Source, string Version)>(StringComparer.Ordinal);
        foreach (var entry in File.ReadAllText($"{database}/status").Split("\n\n"))
        {
            var fields = entry.Split('\n').Where(l => l.Length > 0 && l[0] != ' ' && l.Contains(": ", StringComparison.Ordinal)).ToDictionary(l => l[..l.IndexOf(':')], l => l[(l.IndexOf(':') + 2)..]);
            if (!fields.TryGetValue("Package", out var package) || !fields.TryGetValue("Version", out var version)) continue;
            var source = fields.GetValueOrDefault("Source", package);
            var bracket = source.IndexOf(" (", StringComparison.Ordinal);
            sources[package] = bracket > 0 ? (source[..bracket], source[(bracket + 2)..^1]) : (source, version);
        }
        var (files, right) = (0, 0);
        var (wrong, others, found, all) = (new SortedSet<string>(StringComparer.Ordinal), new SortedSet<string>(StringComparer.Ordinal), new SortedSet<string>(StringComparer.Ordinal), new SortedSet<string>(StringComparer.Ordinal));
        var products = new HashSet<string>(StringComparer.Ordinal);
        foreach (var list in Directory.EnumerateFiles($"{database}/info", "*.list").Order(StringComparer.Ordinal))
        {
            var package = Path.GetFileNameWithoutExtension(list).Split(':')[0];
            if (!sources.TryGetValue(package, out var source)) continue;
            foreach (var path in File.ReadLines(list).Where(p => p.Contains("/bin/", StringComparison.Ordinal) || p.Contains("/sbin/", StringComparison.Ordinal) || p.Contains("/lib/", StringComparison.Ordinal)))
            {
                var file = new FileInfo(Root + path);
                if (!file.Exists || file.LinkTarget is not null || file.Length is < 4096 or > 12 << 20) continue;
                var content = File.ReadAllBytes(file.FullName);
                if (!content.AsSpan().StartsWith("\x7f"u8)) continue;
                files++;
                all.Add(package);
                foreach (var seen in VersionReading.Read(content, file.Name))
                {
                    var upstream = PackageDatabase.Upstream(source.Version);
                    var isNamed = seen.Pattern.IsCalled(source.Source) || seen.Pattern.IsCalled(package) || seen.Pattern.IsCalled(source.Source.TrimEnd("-.0123456789".ToCharArray()));
                    if (isNamed && (upstream.StartsWith(seen.Version, StringComparison.Ordinal) || seen.Version.StartsWith(upstream, StringComparison.Ordinal)))
                    {
                        right++;
                        products.Add(seen.Pattern.Product);
                        found.Add(package);
                    }
                    else (isNamed ? wrong : others).Add($"{path} ({source.Source} {source.Version}): {seen.Pattern.Product} {seen.Version} by {seen.Pattern.Rule} {seen.Pattern.Anchor}");
                }
            }
        }
        output.WriteLine($"{files} programs and libraries, {right} times the right product and version ({products.Count} products), {wrong.Count} times another version, {others.Count} times another product");
        foreach (var line in wrong.Concat(others)) output.WriteLine(line);
        output.WriteLine($"packages whose programs name no product: {string.Join(' ', all.Except(found))}");
        Assert.True(right > 0, "no program was recognised");
        Assert.True(wrong.Count <= right / 50, string.Join('\n', wrong));
        // What is built in statically, or the library that a program was compiled against, is another product than its package.
        Assert.True(others.Count <= right / 10, string.Join('\n', others));
    }
}
