using Assay.Software.Advisories;
using Assay.Software.Components;
using Assay.Software.Matching.Repairs;

namespace Assay.Software.Matching;

/// <summary>How far a product that an advisory names agrees with a component.</summary>
internal enum Agreement { None, NameOnly, Same }

/// <summary>Everything that one component is called: by itself, by its package URL, by its CPE names, and by the tables of aliases. Any of them may match.</summary>
internal sealed class ComponentIdentity
{
    private static readonly HashSet<string> Distributions = new(StringComparer.Ordinal) { "deb", "rpm", "apk", "opkg", "alpm", "yocto", "ebuild" };
    /// <summary>OSV's ecosystems and the types of package URLs that they are.</summary>
    private static readonly Dictionary<string, string> Ecosystems = new(StringComparer.Ordinal)
    {
        ["npm"] = "npm",
        ["PyPI"] = "pypi",
        ["Go"] = "golang",
        ["crates.io"] = "cargo",
        ["Maven"] = "maven",
        ["NuGet"] = "nuget",
        ["RubyGems"] = "gem",
        ["Packagist"] = "composer",
        ["Hex"] = "hex",
        ["Pub"] = "pub",
        ["ConanCenter"] = "conan",
        ["Debian"] = "deb",
        ["Ubuntu"] = "deb",
        ["Alpine"] = "apk",
        ["Wolfi"] = "apk",
        ["Chainguard"] = "apk",
        ["Red Hat"] = "rpm",
        ["Rocky Linux"] = "rpm",
        ["AlmaLinux"] = "rpm",
        ["SUSE"] = "rpm",
        ["openSUSE"] = "rpm",
        ["Mageia"] = "rpm",
        ["openEuler"] = "rpm",
    };

    private readonly PackageName? package;
    private readonly HashSet<string> names = new(StringComparer.Ordinal);
    private readonly HashSet<string> folded = new(StringComparer.Ordinal);
    /// <summary>Vendor and product, and where the name comes from.</summary>
    private readonly Dictionary<string, string> cpes = new(StringComparer.Ordinal);
    private readonly HashSet<string> vendors = new(StringComparer.Ordinal);
    private readonly Dictionary<(string, string), string> words = [];
    private readonly HashSet<string> keys = new(StringComparer.Ordinal);
    private readonly bool hardware, foreign;

    public ComponentIdentity(Component component)
    {
        Component = component;
        package = PackageName.Read(component.Purl);
        Own = [.. component.Cpe.Select(CpeName.Read).OfType<CpeName>()];
        Call(component.Name);
        if (package is not null) Call(package.Name);
        foreach (var cpe in Own)
        {
            if (cpe.Product is CpeName.Any or CpeName.None) continue;
            folded.Add(ProductNames.Fold(cpe.Product));
            if (cpe.Vendor is CpeName.Any) continue;
            cpes.TryAdd(cpe.Name, "a CPE name of the component");
            hardware |= cpe.Part == "h";
        }
        // Of another language's package only the name agrees: pkg:npm/curl is not the curl of a firmware.
        foreign = package is not null && !Distributions.Contains(package.Type) && package.Type is not ("generic" or "github" or "gitlab" or "bitbucket" or "conan" or "vcpkg");
        var rows = Own.SelectMany(c => ProductNames.Identified(c.Name)).ToList();
        if (rows.Count == 0 && !foreign && cpes.Count == 0) rows = [.. names.SelectMany(ProductNames.Called)];
        // What a package was built from is what it is called by where nothing else is known of it.
        if (rows.Count == 0 && !foreign && cpes.Count == 0 && component.Source is { } built)
        {
            rows = [.. ProductNames.Called(built.Name.ToLowerInvariant())];
            Call(built.Name);
        }
        // A row leads to the rows that share a name with it: the aliases of products.tsv and the products of patterns.tsv meet here.
        foreach (var row in rows.Concat(rows.SelectMany(r => r.Cpe).SelectMany(ProductNames.Identified)).Distinct().ToList())
        {
            foreach (var name in row.Names) Call(name);
            foreach (var cpe in row.Cpe)
            {
                cpes.TryAdd(cpe, $"an alias, says {row.Source}");
                folded.Add(ProductNames.Fold(cpe[(cpe.IndexOf(':') + 1)..]));
            }
            foreach (var pair in row.Words)
            {
                words.TryAdd(pair, $"an alias, says {row.Source}");
                folded.Add(pair.Product);
            }
        }
        foreach (var cpe in cpes.Keys) vendors.Add(ProductNames.Fold(cpe[..cpe.IndexOf(':')]));
        // Who packs for a distribution is not who makes the product.
        if (component.Supplier is { Length: > 0 } supplier && (package is null || !Distributions.Contains(package.Type))) vendors.Add(ProductNames.Fold(supplier));
        keys.UnionWith(folded);
        foreach (var source in PackageOrigin.Of(component, package, null)?.Sources ?? []) keys.Add(ProductNames.Fold(source));
    }

    public Component Component { get; }
    /// <summary>The CPE names that the component itself carries.</summary>
    public IReadOnlyList<CpeName> Own { get; }
    /// <summary>Folded names: what the inverted index is asked for.</summary>
    public IReadOnlyCollection<string> Keys => keys;
    /// <summary>A distribution packed it and counts repairs of its own behind upstream's version. Not said of opkg, where makers pack their own parts.</summary>
    public bool IsPackaged => package is { Type: "deb" or "rpm" or "apk" } && Component.Package is not null && Component.Package != Component.Version;
    public bool IsLinux => cpes.ContainsKey("linux:linux_kernel");

    public bool IsCpe(string vendor, string product) => cpes.ContainsKey($"{vendor}:{product}");
    public bool IsCalled(string name) => folded.Contains(ProductNames.Fold(name));
    /// <summary>Lower case: of the component, of its package, and of the rows that know it.</summary>
    public IReadOnlyCollection<string> Names => names;

    /// <summary>Who packed it, and from what; null where no distribution did that has a tracker of its own.</summary>
    /// <param name="release">What the product says it is, or null.</param>
    public PackageOrigin? Origin(string? release) => PackageOrigin.Of(Component, package, release);

    /// <summary>The version to compare within a scheme; null where nobody knows it.</summary>
    public string? VersionFor(VersionScheme scheme)
    {
        var version = scheme.IsOfPackages() ? Component.Package ?? Component.Version : Component.Version ?? Component.Package;
        version ??= package?.Version ?? Own.Select(c => c.Version).FirstOrDefault(v => v is not (CpeName.Any or CpeName.None));
        return string.IsNullOrWhiteSpace(version) || !version.Any(char.IsAsciiDigit) ? null : version;
    }

    /// <summary>Whether the statement is about this package in this version: its own history reaches it, or its recipe builds it.</summary>
    public bool IsRepairedBy(Repair repair)
    {
        var (name, installed) = (package?.Name ?? Component.Name, Component.Package ?? package?.Version);
        var own = repair.Package == name || repair.Package == Component.Name || Component.Source?.Name == repair.Source;
        if (!own && !IsCalled(repair.Source)) return false;
        if (package?.Type == "deb" && installed is not null && repair.Version is not null)
        {
            // A package and its source may count differently (gcc-defaults, binaries rebuilt): each is compared with its own.
            var version = repair.Newest is { } newest && Component.Source?.Version is { } source && VersionOrder.Compare(newest, source, VersionScheme.Dpkg) == 0 ? source : installed;
            return VersionOrder.Compare(repair.Version, version, VersionScheme.Dpkg) <= 0;
        }
        if (repair.Newest is not { } built) return repair.Version is null;
        var upstream = Component.Version ?? (installed is null ? null : PackageDatabase.Upstream(installed));
        if (upstream is null) return false;
        return VersionOrder.Compare(repair.Version is null ? built : PackageDatabase.Upstream(built), upstream, VersionScheme.Generic) == 0;
    }

    /// <param name="met">Which of the component's names met the product, and where that name comes from; null where none did.</param>
    public Agreement With(AffectedProduct product, out string? met)
    {
        met = null;
        if (product.IsCpe) return WithCpe(product, out met);
        // A generic package URL is the maker's own word for the part, whatever packed it here.
        if (product.Package is { Type: "generic" } own && !foreign && names.Contains(own.Name.ToLowerInvariant())) return Met($"{own.Name}, its name", out met);
        var ecosystem = DistributionRelease.Family(product.Ecosystem);
        if (product.Package is { } named && (package?.IsSamePackage(named) ?? false)) return Met($"pkg:{package!.Type}/{package.Name}, its package URL", out met);
        if (Ecosystems.TryGetValue(ecosystem, out var type) || product.Package is { Type: not "generic" and var typed } && (type = typed) is not null)
        {
            if (package is null || package.Type != type) return Agreement.None;
            var whole = package.Space is null ? package.Name : $"{package.Space}{(type == "maven" ? ':' : '/')}{package.Name}";
            return product.Package is null && (string.Equals(product.Name, whole, StringComparison.OrdinalIgnoreCase) || Distributions.Contains(type) && string.Equals(product.Name, package.Name, StringComparison.OrdinalIgnoreCase))
                ? Met($"pkg:{package.Type}/{package.Name}, its package URL", out met) : Agreement.None;
        }
        if (product.Vendor is null) return !foreign && names.Contains(product.Name.ToLowerInvariant()) ? Met($"{product.Name}, its name", out met) : Agreement.None;
        return WithWords(ProductNames.Fold(product.Vendor), ProductNames.Fold(product.Name), out met);
    }

    private static Agreement Met(string by, out string? met)
    {
        met = by;
        return Agreement.Same;
    }

    private Agreement WithCpe(AffectedProduct product, out string? met)
    {
        met = null;
        if (product.Part == "h" && !hardware) return Agreement.None;
        if (cpes.TryGetValue($"{product.Vendor}:{product.Name}", out var from)) return Met($"{product.Vendor}:{product.Name}, {from}", out met);
        var name = ProductNames.Fold(product.Name);
        if (!folded.Contains(name)) return Agreement.None;
        var vendor = ProductNames.Fold(product.Vendor!);
        if (vendors.Contains(vendor)) return Met($"{product.Name}, its name, of the same maker", out met);
        // Known under other names: this is another product of the same name.
        if (vendors.Count > 0) return Agreement.None;
        if (package is not null && package.Type != "generic" && !Distributions.Contains(package.Type)) return Agreement.None;
        met = $"{product.Name}, its name";
        return vendor == name || vendor == name + "project" ? Agreement.Same : Agreement.NameOnly;
    }

    private Agreement WithWords(string vendor, string product, out string? met)
    {
        met = null;
        if (words.TryGetValue((vendor, product), out var from)) return Met($"{vendor} {product}, {from}", out met);
        if (!folded.Contains(product)) return Agreement.None;
        if (vendors.Contains(vendor)) return Met($"{product}, its name, of the same maker", out met);
        if (vendors.Count > 0) return Agreement.None;
        met = $"{product}, its name";
        return vendor == product ? Agreement.Same : Agreement.NameOnly;
    }

    private void Call(string name)
    {
        if (name.Length == 0) return;
        names.Add(name.ToLowerInvariant());
        folded.Add(ProductNames.Fold(name));
    }
}
