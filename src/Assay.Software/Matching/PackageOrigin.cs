using Assay.Software.Advisories;
using Assay.Software.Components;

namespace Assay.Software.Matching;

/// <summary>Which distribution packed a component, for which release, and from which source: under these names its own tracker speaks of it.</summary>
/// <param name="Release">OSV's name of the ecosystem: <c>Debian:12</c>, or <c>Debian</c> where the release is not known.</param>
/// <param name="Sources">Names of the source package, and the package's own.</param>
/// <param name="Version">With epoch and revision; of the source where the database names it, since a binary may be rebuilt (<c>+b1</c>) without a change.</param>
internal sealed record PackageOrigin(string Release, IReadOnlyList<string> Sources, string Version)
{
    /// <summary>Null for what no distribution with a tracker of its own packed.</summary>
    /// <param name="release">What the product says it is (os-release), where the component does not.</param>
    public static PackageOrigin? Of(Component component, PackageName? package, string? release)
    {
        if (package is not { Type: "deb" or "apk" or "opkg" or "rpm" }) return null;
        var version = component.Source?.Version ?? component.Package ?? package.Version;
        if (string.IsNullOrEmpty(version)) return null;
        var qualifiers = Qualifiers(component.Purl!);
        var own = DistributionRelease.Of(qualifiers.GetValueOrDefault("distro")) is { } named && DistributionRelease.Number(named) is not null ? named : null;
        var family = FamilyOf(package, component.Distribution);
        if (own is null && release is not null && (family is null || DistributionRelease.Family(release) == family)) own = release;
        // Debian's updates say in their version which release they are for: +deb12u1, ~deb12u2.
        if (own is null && family == "Debian" && version.IndexOf("deb", StringComparison.Ordinal) is var mark and > 0 && version[mark - 1] is '+' or '~')
        {
            var digits = version.AsSpan(mark + 3);
            var end = digits.IndexOfAnyExceptInRange('0', '9');
            if (end > 0 && digits[end] == 'u') own = $"Debian:{digits[..end]}";
        }
        if ((own ?? family) is not { } known) return null;
        List<string> sources = [package.Name];
        if (component.Source is { } source) sources.Insert(0, source.Name);
        // upstream=openssl@3.0.11-1 is how other programs name the source.
        else if (qualifiers.GetValueOrDefault("upstream") is { Length: > 0 } upstream)
        {
            var at = upstream.IndexOf('@');
            sources.Insert(0, at > 0 ? upstream[..at] : upstream);
            if (at > 0) version = upstream[(at + 1)..];
        }
        return new PackageOrigin(known, [.. sources.Distinct(StringComparer.Ordinal)], version);
    }

    private static string? FamilyOf(PackageName package, string? distribution) => (distribution ?? package.Space ?? "").ToLowerInvariant() switch
    {
        "debian" => "Debian",
        "ubuntu" => "Ubuntu",
        "alpine" => "Alpine",
        "openwrt" => "OpenWrt",
        "" when package.Type == "deb" => "Debian",
        "" when package.Type == "apk" => "Alpine",
        _ => null,
    };

    private static Dictionary<string, string> Qualifiers(string purl)
    {
        var qualifiers = new Dictionary<string, string>(StringComparer.Ordinal);
        var mark = purl.IndexOf('?');
        if (mark < 0) return qualifiers;
        var text = purl[(mark + 1)..];
        if (text.IndexOf('#') is var hash and >= 0) text = text[..hash];
        foreach (var part in text.Split('&', 32))
        {
            var equals = part.IndexOf('=');
            if (equals > 0) qualifiers.TryAdd(part[..equals].ToLowerInvariant(), Uri.UnescapeDataString(part[(equals + 1)..]));
        }
        return qualifiers;
    }
}
