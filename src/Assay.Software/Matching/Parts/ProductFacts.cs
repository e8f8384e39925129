using Assay.Evidence;
using Assay.Software.Matching.Repairs;

namespace Assay.Software.Matching.Parts;

/// <summary>What is known of one product beyond its components: what its programs were built with, what it starts, what was seen listening. Every fact has its place; what was not looked at is empty.</summary>
public sealed record ProductFacts
{
    public static readonly ProductFacts None = new();

    /// <summary>Which release of which distribution the product is (<see cref="Advisories.DistributionRelease"/>): <c>Debian:12</c>; null where it does not say.</summary>
    public string? Release { get; init; }
    /// <summary>The applets that each multi-call program (BusyBox) names in its own table. A table is whole: what it does not name is not built in.</summary>
    public IReadOnlyList<AppletTable> Applets { get; init; } = [];
    /// <summary>Configurations that kernels carry or that lie beside them.</summary>
    public IReadOnlyList<KernelConfiguration> Kernels { get; init; } = [];
    public KernelModules? Modules { get; init; }
    /// <summary>Names of files, without folders: programs, libraries, plug-ins. Null where no file system was read.</summary>
    public IReadOnlyDictionary<string, Location>? Files { get; init; }
    public IReadOnlyList<StartedProgram> Started { get; init; } = [];
    /// <summary>Which libraries a program or library asks for, by the path of the file.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>> Needed { get; init; } = new Dictionary<string, IReadOnlyList<string>>();
    public IReadOnlyList<ListeningSocket> Sockets { get; init; } = [];
    public IReadOnlyList<Repair> Repairs { get; init; } = [];

    /// <summary>Facts of several file systems and kernels of one product.</summary>
    public static ProductFacts Of(IEnumerable<ProductFacts> several)
    {
        var all = several.ToList();
        if (all.Count == 1) return all[0];
        var (modules, files) = (all.Select(f => f.Modules).OfType<KernelModules>().ToList(), all.Select(f => f.Files).OfType<IReadOnlyDictionary<string, Location>>().ToList());
        return new ProductFacts
        {
            Release = all.Select(f => f.Release).FirstOrDefault(r => r is not null),
            Applets = [.. all.SelectMany(f => f.Applets)],
            Kernels = [.. all.SelectMany(f => f.Kernels)],
            Modules = modules.Count == 0 ? null : modules.Count == 1 ? modules[0] : KernelModules.Of(modules),
            Files = files.Count == 0 ? null : files.Count == 1 ? files[0] : files.SelectMany(f => f).DistinctBy(f => f.Key, StringComparer.Ordinal).ToDictionary(f => f.Key, f => f.Value, StringComparer.Ordinal),
            Started = [.. all.SelectMany(f => f.Started)],
            Needed = all.SelectMany(f => f.Needed).DistinctBy(f => f.Key, StringComparer.Ordinal).ToDictionary(f => f.Key, f => f.Value, StringComparer.Ordinal),
            Sockets = [.. all.SelectMany(f => f.Sockets)],
            Repairs = [.. all.SelectMany(f => f.Repairs)],
        };
    }
}

/// <param name="Names">Sorted, as the table in the program is.</param>
public sealed record AppletTable(IReadOnlyList<string> Names, Location Location)
{
    /// <summary>Every name that an applet is known to have.</summary>
    public static IReadOnlyCollection<string> KnownNames => VulnerableParts.AppletNames;
}

/// <summary>What a kernel was built with: options without <c>CONFIG_</c>, and <c>y</c>, <c>m</c>, <c>n</c> (a line says "is not set") or a value.</summary>
/// <param name="Version">Of the kernel, where the configuration's head names it.</param>
public sealed record KernelConfiguration(string? Version, IReadOnlyDictionary<string, string> Options, Location Location)
{
    private const int MostOptions = 50_000;

    /// <summary>Reads a kernel's <c>.config</c>; null where the text has fewer than twenty lines of that kind.</summary>
    public static KernelConfiguration? Read(string text, Location at)
    {
        var (options, version) = (new Dictionary<string, string>(StringComparer.Ordinal), (string?)null);
        foreach (var row in text.AsSpan().EnumerateLines())
        {
            var line = row.Trim();
            // "# Linux/arm 5.10.110 Kernel Configuration"
            if (version is null && line.StartsWith("# Linux/") && line.EndsWith(" Kernel Configuration")) version = line[8..^21].ToString().Split(' ')[^1];
            if (line.StartsWith("# CONFIG_") && line.EndsWith(" is not set")) Add(line[9..^11], "n");
            else if (line.StartsWith("CONFIG_") && line.IndexOf('=') is > 7 and var equals) Add(line[7..equals], line[(equals + 1)..].ToString());
        }
        return options.Count < 20 ? null : new KernelConfiguration(version, options, at);

        void Add(ReadOnlySpan<char> name, string value)
        {
            if (options.Count < MostOptions && name.IndexOfAnyExcept(Letters) < 0) options[name.ToString()] = value;
        }
    }

    private static readonly System.Buffers.SearchValues<char> Letters = System.Buffers.SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_");
}

/// <summary>The modules that lie in a file system, and those that its kernel has built in by its own list.</summary>
/// <param name="Loadable">Names with underscores, without ending, and where each lies.</param>
/// <param name="BuiltIn">Of <c>modules.builtin</c>; null where there is no such list, and so absence proves nothing.</param>
public sealed record KernelModules(IReadOnlyDictionary<string, Location> Loadable, IReadOnlyDictionary<string, Location>? BuiltIn)
{
    /// <summary><c>nf-tables.ko.xz</c> is <c>nf_tables</c>; null for what is no module.</summary>
    public static string? NameOf(string file)
    {
        var dot = file.IndexOf(".ko", StringComparison.Ordinal);
        return dot > 0 && file[dot..] is ".ko" or ".ko.gz" or ".ko.xz" or ".ko.zst" ? file[..dot].Replace('-', '_') : null;
    }

    internal static KernelModules Of(IReadOnlyList<KernelModules> several)
    {
        static Dictionary<string, Location> Join(IEnumerable<IReadOnlyDictionary<string, Location>> maps) =>
            maps.SelectMany(m => m).DistinctBy(m => m.Key, StringComparer.Ordinal).ToDictionary(m => m.Key, m => m.Value, StringComparer.Ordinal);
        return new(Join(several.Select(m => m.Loadable)), several.Any(m => m.BuiltIn is null) ? null : Join(several.Select(m => m.BuiltIn!)));
    }
}

/// <summary>A program that the product starts by itself.</summary>
/// <param name="Program">Without folder: <c>dropbear</c>, or the applet's name.</param>
/// <param name="Service">What it offers, where that is known: <c>ssh</c>.</param>
public sealed record StartedProgram(string Program, string? Service, Location Location);

/// <summary>A socket that was seen to listen or to answer: in a capture, or in a listing taken on the device.</summary>
/// <param name="Protocol"><c>tcp</c> or <c>udp</c>.</param>
/// <param name="Program">Where the listing names it.</param>
/// <param name="Service">What it spoke, where the capture shows it: <c>ssh</c>, <c>http</c>.</param>
public sealed record ListeningSocket(string Protocol, int Port, string? Program, string? Service, Location Location);
