using Assay.Software.Components;
using Assay.Software.Matching.Repairs;

namespace Assay.Software.Matching;

/// <summary>One component as advisories are asked about it: what it is called, and the versions that it has by each way of counting.</summary>
internal sealed class ComponentIdentity
{
    private IReadOnlyList<CpeName>? own;

    /// <param name="names">Of this component; made where it is null.</param>
    public ComponentIdentity(Component component, ComponentNames? names = null)
    {
        Component = component;
        Called = names ?? ComponentNames.Of(component);
    }

    public Component Component { get; }
    public ComponentNames Called { get; }
    /// <summary>The CPE names that the component itself carries.</summary>
    public IReadOnlyList<CpeName> Own => own ??= [.. Component.Cpe.Select(CpeName.Read).OfType<CpeName>()];
    /// <summary>A distribution packed it and counts repairs of its own behind upstream's version. Not said of opkg, where makers pack their own parts.</summary>
    public bool IsPackaged => Called.Package is { Type: "deb" or "rpm" or "apk" } && Component.Package is not null && Component.Package != Component.Version;

    /// <summary>Who packed it, and from what; null where no distribution did that has a tracker of its own.</summary>
    /// <param name="release">What the product says it is, or null.</param>
    public PackageOrigin? Origin(string? release) => PackageOrigin.Of(Component, Called.Package is null ? null : PackageName.Read(Component.Purl), release);

    /// <summary>The version to compare within a scheme; null where nobody knows it.</summary>
    public string? VersionFor(VersionScheme scheme)
    {
        var version = scheme.IsOfPackages() ? Component.Package ?? Component.Version : Component.Version ?? Component.Package;
        version ??= PackageName.Read(Component.Purl)?.Version ?? Own.Select(c => c.Version).FirstOrDefault(v => v is not (CpeName.Any or CpeName.None));
        return string.IsNullOrWhiteSpace(version) || !version.AsSpan().ContainsAnyInRange('0', '9') ? null : version;
    }

    /// <summary>Whether the statement is about this package in this version: its own history reaches it, or its recipe builds it.</summary>
    public bool IsRepairedBy(Repair repair)
    {
        var (name, installed) = (Called.Package?.Name ?? Component.Name, Component.Package ?? PackageName.Read(Component.Purl)?.Version);
        var own = repair.Package == name || repair.Package == Component.Name || Component.Source?.Name == repair.Source;
        if (!own && !Called.IsCalled(repair.Source)) return false;
        if (Called.Package?.Type == "deb" && installed is not null && repair.Version is not null)
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

}
