namespace Assay.Software.Advisories;

/// <summary>Which release of which distribution: the words of package URLs, operating systems and trackers, brought to OSV's name of the ecosystem.</summary>
/// <remarks>Names of Debian's releases: https://www.debian.org/releases/. Names of ecosystems: OSV schema, "Defined ecosystems".</remarks>
public static class DistributionRelease
{
    private static readonly Dictionary<string, string> Debian = new(StringComparer.Ordinal)
    {
        ["lenny"] = "5",
        ["squeeze"] = "6",
        ["wheezy"] = "7",
        ["jessie"] = "8",
        ["stretch"] = "9",
        ["buster"] = "10",
        ["bullseye"] = "11",
        ["bookworm"] = "12",
        ["trixie"] = "13",
        ["forky"] = "14",
        ["duke"] = "15",
    };

    /// <summary>True where packages of the ecosystem are named by what they are built from: a tracker's <c>openssl</c> is there <c>libssl3</c> too.</summary>
    public static bool NamesSources(string? ecosystem) => Family(ecosystem) is "Debian" or "Ubuntu" or "Alpine" or "OpenWrt";

    /// <summary><c>Debian:12</c> is of <c>Debian</c>; null and an empty text of none.</summary>
    public static string Family(string? ecosystem) => ecosystem is null ? "" : ecosystem.IndexOf(':') is var colon and >= 0 ? ecosystem[..colon] : ecosystem;

    /// <summary>What stands behind the name, or null: <c>12</c> of <c>Debian:12</c>, <c>v3.18</c> of <c>Alpine:v3.18</c>.</summary>
    public static string? Number(string? ecosystem) => ecosystem?.IndexOf(':') is { } colon and >= 0 ? ecosystem[(colon + 1)..] : null;

    /// <summary>A release of Debian by name or number: <c>bookworm</c> and <c>12.5</c> are <c>Debian:12</c>; one that is not known keeps its name, <c>sid</c> and <c>unstable</c> have none.</summary>
    public static string OfDebian(string release)
    {
        var name = release.Trim().ToLowerInvariant();
        if (name is "" or "sid" or "unstable") return "Debian";
        if (Debian.TryGetValue(name, out var number)) return $"Debian:{number}";
        var digits = name.AsSpan().IndexOfAnyExceptInRange('0', '9');
        return $"Debian:{(digits > 0 && name[digits] == '.' ? name[..digits] : name)}";
    }

    /// <summary>The qualifier <c>distro</c> of a package URL, or <c>ID</c>-<c>VERSION_ID</c> of os-release: <c>debian-12</c>, <c>bookworm</c>, <c>alpine-3.18.4</c>, <c>ubuntu-22.04</c>, <c>openwrt-23.05.2</c>. Null where it names none that is known here.</summary>
    public static string? Of(string? distro)
    {
        if (string.IsNullOrWhiteSpace(distro)) return null;
        var text = distro.Trim().ToLowerInvariant();
        if (Debian.ContainsKey(text) || text is "sid") return OfDebian(text);
        var dash = text.IndexOf('-');
        var (id, version) = dash < 0 ? (text, "") : (text[..dash], text[(dash + 1)..]);
        switch (id)
        {
            case "debian":
                return OfDebian(version);
            case "ubuntu":
                return version.Length == 0 ? "Ubuntu" : $"Ubuntu:{version}";
            case "alpine":
                var parts = version.TrimStart('v').Split('.');
                return parts.Length < 2 ? version is "edge" ? "Alpine:edge" : "Alpine" : $"Alpine:v{parts[0]}.{parts[1]}";
            case "openwrt":
                return version.Length == 0 ? "OpenWrt" : $"OpenWrt:{version}";
            default:
                return null;
        }
    }

    /// <summary>
    /// Whether a row for one ecosystem speaks of a component in another: true for the same release, and for a row without release; false for another release or distribution; null where the component's release is not known.
    /// </summary>
    /// <param name="row">Of the advisory: <c>Debian:12</c>, <c>Debian</c>.</param>
    /// <param name="release">Of the component (<see cref="Of"/>), or the distribution's name alone.</param>
    public static bool? Speaks(string row, string release)
    {
        if (Family(row) != Family(release)) return false;
        if (Number(row) is not { } wanted) return true;
        // Ubuntu:22.04:LTS and Ubuntu:Pro:22.04:LTS are both of 22.04.
        return Number(release) is not { } own ? null : wanted == own || Family(row) == "Ubuntu" && wanted.Split(':').Contains(own, StringComparer.Ordinal);
    }
}
