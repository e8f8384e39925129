using Assay.Evidence;
using Assay.Software.Components.Packages;

namespace Assay.Software.Components;

/// <summary>The lists that package managers keep of what they installed: opkg, dpkg and apk.</summary>
public static class PackageDatabase
{
    private const int MostPackages = 200_000, MostRelations = 4096;

    /// <summary>Which list a path is, or null: <c>opkg</c>, <c>dpkg</c>, <c>apk</c>; <c>python</c> and <c>node</c>, which keep one file for each package.</summary>
    public static string? KindOf(string path)
    {
        if (path.EndsWith("/opkg/status", StringComparison.Ordinal) || path.Contains("/opkg/info/", StringComparison.Ordinal) && path.EndsWith(".control", StringComparison.Ordinal)) return "opkg";
        if (path.EndsWith("/var/lib/dpkg/status", StringComparison.Ordinal)) return "dpkg";
        if (path.Contains("/var/lib/dpkg/status.d/", StringComparison.Ordinal) && !path.EndsWith(".md5sums", StringComparison.Ordinal)) return "dpkg";
        if (path.EndsWith("/lib/apk/db/installed", StringComparison.Ordinal)) return "apk";
        return PythonMetadata.Is(path) ? "python" : NodeManifest.Is(path) ? "node" : null;
    }

    /// <summary>Every installed package of one list.</summary>
    /// <param name="kind">As <see cref="KindOf"/> says.</param>
    /// <param name="distribution">The <c>ID</c> of os-release, or null.</param>
    /// <param name="text">The file's whole text.</param>
    /// <param name="losses">Gets a line for a list that names no package or breaks off.</param>
    public static List<Component> Read(string kind, string? distribution, string text, Location at, List<Loss> losses)
    {
        if (kind == "python") return PythonMetadata.Read(text, at, losses) is { } module ? [module] : [];
        if (kind == "node") return NodeManifest.Read(text, at, losses) is { } package ? [package] : [];
        var components = new List<Component>();
        var (fields, line, start, nameless) = (new Dictionary<string, string>(StringComparer.Ordinal), 0, 1, 0);
        foreach (var row in text.AsSpan().EnumerateLines())
        {
            line++;
            if (row.Trim().IsEmpty)
            {
                Close();
                continue;
            }
            if (fields.Count == 0) start = line;
            if (row[0] is ' ' or '\t') continue;
            var colon = row.IndexOf(':');
            if (colon > 0) fields.TryAdd(row[..colon].ToString(), row[(colon + 1)..].Trim().ToString());
        }
        Close();
        if (components.Count == 0 && nameless > 0)
        {
            losses.Add(new Loss { Location = at, Expected = $"packages with their versions ({kind})", Found = $"{nameless} entries without a name: the list was stripped" });
        }
        return components;

        void Close()
        {
            if (fields.Count == 0 || components.Count >= MostPackages) return;
            var component = kind == "apk" ? Apk(fields, distribution, at with { Line = start }) : Control(kind, fields, distribution, at with { Line = start });
            if (component is not null) components.Add(component);
            else if (!Field(fields, "Status").Contains("deinstall", StringComparison.Ordinal) && !Field(fields, "Status").Contains("not-installed", StringComparison.Ordinal)) nameless++;
            fields.Clear();
        }
    }

    private static Component? Control(string kind, Dictionary<string, string> fields, string? distribution, Location at)
    {
        var (name, version, status) = (Field(fields, "Package"), Field(fields, "Version"), Field(fields, "Status"));
        if (name.Length == 0 || version.Length == 0) return null;
        // "install ok installed", "install user unpacked": the last word says whether its files are there.
        if (status.Length > 0 && !status.EndsWith(" installed", StringComparison.Ordinal) && !status.EndsWith(" unpacked", StringComparison.Ordinal)) return null;
        var architecture = Field(fields, "Architecture");
        var source = kind == "opkg" ? OpkgSource(fields) : Field(fields, "Source");
        // OpenWrt adds a digest of its configuration to the kernel's version: 4.9.190-1-605c75d2….
        var upstream = kind == "opkg" && name == "kernel" ? version.Split(['-', '~'])[0] : Upstream(version);
        if (kind == "opkg" && name == "kernel") source = "linux";
        return Make(kind, name, version, upstream, architecture, source, Field(fields, "License"), Field(fields, "Maintainer"), distribution, at) with
        {
            Needs = Names($"{Field(fields, "Pre-Depends")},{Field(fields, "Depends")}"),
            Provides = Names(Field(fields, "Provides")),
        };
    }

    private static Component? Apk(Dictionary<string, string> fields, string? distribution, Location at)
    {
        var (name, version) = (Field(fields, "P"), Field(fields, "V"));
        if (name.Length == 0 || version.Length == 0) return null;
        return Make("apk", name, version, Upstream(version), Field(fields, "A"), Field(fields, "o"), Field(fields, "L"), Field(fields, "m"), distribution, at) with
        {
            Needs = Words(Field(fields, "D")),
            Provides = Words(Field(fields, "p")),
        };
    }

    // deb-control(5): "libc6 (>= 2.34), python3:any, a | b [armhf]"; opkg writes the same.
    private static IReadOnlyList<string> Names(string relations) =>
        [.. relations.Split(',').Select(r => string.Join('|', r.Split('|').Select(Bare).Where(n => n.Length > 0))).Where(r => r.Length > 0).Distinct(StringComparer.Ordinal).Take(MostRelations)];

    private static string Bare(string relation)
    {
        var name = relation.AsSpan().Trim();
        var end = name.IndexOfAny("([<: \t");
        return (end < 0 ? name : name[..end]).ToString();
    }

    // apk-package(5): "so:libz.so.1 busybox>=1.36 !conflicting"; what it provides has its version behind "=".
    private static IReadOnlyList<string> Words(string relations) =>
        [.. relations.Split(' ', StringSplitOptions.RemoveEmptyEntries).Where(r => r[0] != '!').Select(r => r.IndexOfAny(['<', '>', '=', '~']) is > 0 and var end ? r[..end] : r).Distinct(StringComparer.Ordinal).Take(MostRelations)];

    // OpenWrt's Source is a folder of its build tree (package/network/utils/curl), SourceName what is built there.
    private static string OpkgSource(Dictionary<string, string> fields)
    {
        var named = Field(fields, "SourceName");
        var folder = Field(fields, "Source");
        return named.Length > 0 ? named : folder.Contains("://", StringComparison.Ordinal) ? "" : folder[(folder.LastIndexOf('/') + 1)..];
    }

    // dpkg writes "name" or "name (version)".
    private static SourcePackage? SourceOf(string text, string package)
    {
        var bracket = text.IndexOf(" (", StringComparison.Ordinal);
        var name = bracket > 0 ? text[..bracket] : text;
        var version = bracket > 0 && text.EndsWith(')') ? text[(bracket + 2)..^1] : null;
        return name.Length == 0 || name == package && version is null ? null : new SourcePackage(Shortened.Visible(name), version is null ? null : Shortened.Visible(version));
    }

    /// <summary>What a distribution wrote behind the upstream version: after the last hyphen; null where none stands.</summary>
    public static string? PatchLevelOf(string version)
    {
        var dash = version.LastIndexOf('-');
        return dash > 0 && dash < version.Length - 1 ? version[(dash + 1)..] : null;
    }

    private static Component Make(string kind, string name, string version, string upstream, string architecture, string built, string licence, string supplier, string? distribution, Location at)
    {
        var from = SourceOf(built, name);
        var source = from?.Name ?? "";
        var known = VersionPattern.Called(name) ?? VersionPattern.Called(source);
        var purl = kind switch
        {
            "dpkg" => Purl.Of("deb", distribution ?? "debian", name, version, ("arch", architecture)),
            "apk" => Purl.Of("apk", distribution ?? "alpine", name, version, ("arch", architecture)),
            _ => Purl.Of("opkg", distribution, name, version, ("arch", architecture)),
        };
        return new Component
        {
            Name = Shortened.Visible(name),
            Version = Shortened.Visible(upstream),
            Package = Shortened.Visible(version),
            Purl = purl,
            Cpe = known is null || upstream.Any(c => !char.IsAsciiLetterOrDigit(c) && c is not ('.' or '-' or '_')) ? [] : known.CpeOf(upstream),
            Supplier = supplier.Length == 0 ? null : Shortened.Visible(supplier),
            Licence = licence.Length == 0 ? null : Shortened.Visible(licence),
            Source = from,
            // The digest behind OpenWrt's kernel names a configuration, not patches.
            PatchLevel = kind == "opkg" && name == "kernel" || PatchLevelOf(version) is not { } level ? null : Shortened.Visible(level),
            Distribution = distribution,
            Evidence = [new ComponentEvidence("package database", at, 0.95)],
        };
    }

    /// <summary>The maker's own version inside a distribution's: without epoch, revision and marks of repacking.</summary>
    public static string Upstream(string version)
    {
        var colon = version.IndexOf(':');
        if (colon > 0 && version.AsSpan(0, colon).IndexOfAnyExceptInRange('0', '9') < 0) version = version[(colon + 1)..];
        var dash = version.LastIndexOf('-');
        if (dash > 0) version = version[..dash];
        foreach (var mark in new[] { "dfsg", "ds", "repack", "deb", "really" })
        {
            for (var at = version.IndexOf(mark, StringComparison.Ordinal); at > 1; at = version.IndexOf(mark, at + 1, StringComparison.Ordinal))
            {
                if (version[at - 1] is not ('.' or '+' or '~') || version.AsSpan(0, at - 1).IndexOfAnyInRange('0', '9') < 0) continue;
                version = version[..(at - 1)];
                break;
            }
        }
        // apk writes 9.2_p1 for 9.2p1.
        return version.Replace("_p", "p", StringComparison.Ordinal);
    }

    private static string Field(Dictionary<string, string> fields, string name) => fields.GetValueOrDefault(name, "");
}
