using System.Collections.Concurrent;
using System.Text;
using System.Text.RegularExpressions;
using Assay.Evidence;
using Assay.Evidence.Compression;
using Assay.Evidence.Files;
using Assay.Evidence.Reading;
using Assay.Firmware.Executables;
using Assay.Software.Advisories;
using Assay.Software.Matching.Parts;
using Assay.Software.Matching.Repairs;

namespace Assay.Firmware.Identification;

/// <summary>What one file system tells of parts that a vulnerability may be in: applets, modules, kernel options, plug-ins, who loads what, and what packages' changelogs call mended. Safe for several threads.</summary>
internal sealed partial class PartsSeen(string artefact, string mount, ExaminationOptions options)
{
    private const int LargestChangelog = 16 << 20, MostRepairs = 400_000;

    private readonly ConcurrentBag<AppletTable> applets = [];
    private readonly ConcurrentBag<KernelConfiguration> kernels = [];
    private readonly ConcurrentDictionary<string, IReadOnlyList<string>> needed = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, (string Text, Location At)> builtIn = new(StringComparer.Ordinal);
    private readonly ConcurrentBag<Repair> repairs = [];

    private Location At(string path) => new() { Artefact = artefact, Path = mount + path };

    /// <summary>Whether the bytes of such a file are read here, whatever is known of them.</summary>
    public static bool Reads(string path, ElfFacts? elf) => elf is not null ? IsSettingsModule(path, elf) : KernelSettings.IsOne(path) || IsBuiltIn(path) || Changelog().IsMatch(path);

    private static bool IsSettingsModule(string path, ElfFacts elf) => elf.Kind == "module" && path.EndsWith("/configs.ko", StringComparison.Ordinal);

    private static bool IsBuiltIn(string path) => path.EndsWith("/modules.builtin", StringComparison.Ordinal) && path.Contains("/lib/modules/", StringComparison.Ordinal);

    /// <summary>What is known of a program or library.</summary>
    public void Add(string path, ElfFacts elf, AppletTable? table)
    {
        if (table is not null) applets.Add(table with { Location = At(path) with { Offset = table.Location.Offset } });
        if (elf.Needed.Count > 0) needed[path] = elf.Needed;
    }

    /// <param name="content">Of a file that <see cref="Reads"/> names.</param>
    /// <exception cref="BudgetException">The whole examination's budget ended.</exception>
    public void Visit(string path, ReadOnlySpan<byte> content, ElfFacts? elf)
    {
        if (elf is not null)
        {
            if (IsSettingsModule(path, elf) && KernelSettings.Inside(content, At(path), options) is { } carried) kernels.Add(carried);
            return;
        }
        if (KernelSettings.IsOne(path))
        {
            if (KernelSettings.OfFile(content, At(path), options) is { } beside) kernels.Add(beside);
        }
        else if (IsBuiltIn(path))
        {
            if (content.Length <= LargestChangelog) builtIn[path] = (Encoding.UTF8.GetString(content), At(path));
        }
        else if (Changelog().Match(path) is { Success: true } changelog)
        {
            Changes(changelog.Groups["package"].Value, content, At(path));
        }
    }

    // deb-changelog(5); Debian policy 12.7: usr/share/doc/PACKAGE/changelog.Debian.gz, or changelog.gz of a native package.
    private void Changes(string package, ReadOnlySpan<byte> content, Location at)
    {
        if (repairs.Count >= MostRepairs) return;
        string text;
        if (Decompression.IsHeader(CompressionKind.Gzip, content))
        {
            using var decoded = Decompression.Decode(CompressionKind.Gzip, content, options.Budget, LargestChangelog);
            // The newest entries come first: what was read before damage still holds.
            text = Encoding.UTF8.GetString(decoded.Content.Span);
        }
        else if (content.Length <= LargestChangelog)
        {
            text = Encoding.UTF8.GetString(content);
        }
        else
        {
            return;
        }
        // A native package's file has this form too; upstream's own has another.
        if (!DebianChangelog.Looks(text)) return;
        Add(DebianChangelog.Read(text, package, at));
    }

    /// <summary>What a package's history says, wherever it was kept.</summary>
    public void Add(IEnumerable<Repair> told)
    {
        if (repairs.Count >= MostRepairs) return;
        foreach (var repair in told) repairs.Add(repair);
    }

    /// <summary>All of it, ordered by place.</summary>
    /// <param name="release">Text of os-release, or null.</param>
    /// <param name="started">Commands that run at boot.</param>
    public ProductFacts Facts(IReadOnlyList<FileEntry> entries, string? release, IReadOnlyList<StartedProgram> started)
    {
        var (files, modules) = (new Dictionary<string, Location>(StringComparer.Ordinal), new Dictionary<string, Location>(StringComparer.Ordinal));
        foreach (var entry in entries)
        {
            if (entry.Type is not (FileType.Regular or FileType.Link)) continue;
            var path = entry.Path.Text;
            var name = path[(path.LastIndexOf('/') + 1)..];
            if (path.Contains("/lib/modules/", StringComparison.Ordinal) && KernelModules.NameOf(name) is { } module) modules.TryAdd(module, At(path));
            else if (path.Contains("bin/", StringComparison.Ordinal) || name.Contains(".so", StringComparison.Ordinal)) files.TryAdd(name, At(path));
        }
        Dictionary<string, Location>? built = null;
        foreach (var (_, (text, at)) in builtIn.OrderBy(b => b.Key, StringComparer.Ordinal))
        {
            built ??= new Dictionary<string, Location>(StringComparer.Ordinal);
            var line = 0;
            foreach (var row in text.AsSpan().EnumerateLines())
            {
                line++;
                var name = row[(row.LastIndexOf('/') + 1)..].Trim().ToString();
                if (KernelModules.NameOf(name) is { } module) built.TryAdd(module, at with { Line = line });
            }
        }
        return new ProductFacts
        {
            Release = release is null ? null : ReleaseOf(release),
            Applets = [.. applets.OrderBy(a => a.Location.Path, StringComparer.Ordinal)],
            Kernels = [.. kernels.OrderBy(k => k.Location.Path, StringComparer.Ordinal)],
            Modules = modules.Count == 0 && built is null ? null : new KernelModules(modules, built),
            Files = files,
            Started = started,
            Needed = needed.OrderBy(n => n.Key, StringComparer.Ordinal).ToDictionary(n => n.Key, n => n.Value, StringComparer.Ordinal),
            Repairs = [.. repairs.OrderBy(r => r.Location.Path, StringComparer.Ordinal).ThenBy(r => r.Location.Line).ThenBy(r => r.Vulnerability, StringComparer.Ordinal)],
        };
    }

    /// <summary>os-release(5): <c>ID</c> and <c>VERSION_ID</c>, brought to the name that trackers use.</summary>
    public static string? ReleaseOf(string text)
    {
        string? Value(string name) => text.Split('\n').Where(l => l.StartsWith(name + "=", StringComparison.Ordinal)).Select(l => l[(name.Length + 1)..].Trim().Trim('"', '\'')).FirstOrDefault(v => v.Length is > 0 and <= 64);
        return Value("ID") is not { } id ? null : DistributionRelease.Of((Value("VERSION_ID") ?? Value("VERSION_CODENAME")) is { } version ? $"{id}-{version}" : id);
    }

    [GeneratedRegex(@"/usr/share/doc/(?<package>[^/]+)/changelog(?:\.Debian(?:\.[a-z0-9-]+)?)?(?:\.gz)?$", RegexOptions.CultureInvariant)]
    private static partial Regex Changelog();
}
