using Assay.Evidence;

namespace Assay.Software.Components.Packages;

/// <summary>
/// What a build writes of an image beside it, known by content; another file that is called <c>.manifest</c> gives nothing.
/// OpenEmbedded's <c>IMAGE.manifest</c>: a line of name, architecture and version for each installed package. OpenWrt's <c>IMAGE.manifest</c>: name, hyphen, version.
/// OpenEmbedded's <c>license.manifest</c> (in images under <c>/usr/share/common-licenses</c>) and <c>image_license.manifest</c>: paragraphs of package, version, recipe and licence.
/// </summary>
/// <remarks>
/// References: openembedded-core meta/lib/oe/utils.py (format_pkg_list), meta/classes-recipe/license_image.bbclass (write_license_files); openwrt include/image.mk (Build/Manifest).
/// The manifests of an SDK (<c>.host.manifest</c>, <c>.target.manifest</c>) list what is no part of an image.
/// </remarks>
public static class ImageManifest
{
    private const int MostPackages = 200_000, MostLosses = 16;

    public static bool Is(string path) =>
        path.EndsWith(".manifest", StringComparison.Ordinal) && !path.EndsWith(".host.manifest", StringComparison.Ordinal) && !path.EndsWith(".target.manifest", StringComparison.Ordinal);

    /// <summary>Every package; empty where the text is none of these.</summary>
    /// <param name="losses">Gets a line for each entry that cannot be read, at most sixteen times.</param>
    public static List<Component> Read(string? distribution, string text, Location at, List<Loss> losses)
    {
        if (text.StartsWith("PACKAGE NAME: ", StringComparison.Ordinal) || text.StartsWith("RECIPE NAME: ", StringComparison.Ordinal)) return Paragraphs(distribution, text, at, losses);
        var (components, line, lost) = (new List<Component>(), 0, 0);
        foreach (var row in text.AsSpan().EnumerateLines())
        {
            line++;
            if (row.IsWhiteSpace()) continue;
            if (components.Count >= MostPackages) break;
            var fields = row.Length > 1024 ? [] : row.ToString().Split(' ');
            if (fields is [var name, var between, var version] && IsPackage(name) && (between == "-" ? PackageText.IsVersion(version) : IsArchitecture(between) && IsVersion(version)))
            {
                var here = at with { Line = line };
                components.Add(between == "-" ? PackageDatabase.OfOpenWrt(name, version, distribution, Evidence(here)) : Make(name, version, between, null, null, distribution, here));
                continue;
            }
            // The first line decides whether this is a manifest at all.
            if (components.Count == 0) return [];
            if (++lost <= MostLosses) losses.Add(new Loss { Location = at with { Line = line }, Expected = "name, architecture and version of a package", Found = Shortened.Visible(row[..Math.Min(row.Length, 80)].ToString()) });
        }
        return components;
    }

    private static List<Component> Paragraphs(string? distribution, string text, Location at, List<Loss> losses)
    {
        var (components, line, start, lost) = (new List<Component>(), 0, 1, 0);
        var fields = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var row in text.AsSpan().EnumerateLines())
        {
            line++;
            if (row.IsWhiteSpace())
            {
                Close();
                continue;
            }
            if (fields.Count == 0) start = line;
            if (row.IndexOf(": ") is > 0 and var colon) fields.TryAdd(row[..colon].ToString(), row[(colon + 2)..].Trim().ToString());
        }
        Close();
        return components;

        void Close()
        {
            if (fields.Count == 0 || components.Count >= MostPackages) return;
            string Field(string name) => fields.GetValueOrDefault(name, "");
            var (name, version, recipe) = (Field("PACKAGE NAME"), Field("PACKAGE VERSION"), Field("RECIPE NAME"));
            // What is deployed beside the root (kernel, boot loader) goes by its recipe.
            if (name.Length == 0 && version.Length == 0) (name, version) = (recipe, Field("VERSION"));
            if (PackageText.IsName(name) && PackageText.IsVersion(version))
            {
                components.Add(Make(name, version, null, PackageText.IsName(recipe) ? recipe : null, Field("LICENSE"), distribution, at with { Line = start }));
            }
            else if (++lost <= MostLosses)
            {
                losses.Add(new Loss { Location = at with { Line = start }, Expected = "package and version of a licence manifest", Found = $"package {Shortened.Visible(name)}, version {Shortened.Visible(version)}" });
            }
            fields.Clear();
        }
    }

    // A list of files with modes and sizes has three columns too.
    private static bool IsPackage(string text) => PackageText.IsName(text) && char.IsAsciiLetterOrDigit(text[0]) && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '+' or '.' or '-' or '_');

    // With packages of rpm the release is left out; without a release a version begins with a digit.
    private static bool IsVersion(string text) => PackageText.IsVersion(text) && (char.IsAsciiDigit(text[0]) || text.Contains("-r", StringComparison.Ordinal));

    private static bool IsArchitecture(string text) => text.Length is > 0 and <= 64 && char.IsAsciiLetter(text[0]) && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-' or '.');

    private static ComponentEvidence Evidence(Location at) => new("manifest", at, 0.9);

    private static Component Make(string name, string version, string? architecture, string? recipe, string? licence, string? distribution, Location at)
    {
        var upstream = UpstreamOf(version);
        var isVersion = upstream.Any(char.IsAsciiDigit);
        var known = VersionPattern.Called(name) ?? VersionPattern.Called(recipe ?? "");
        return new Component
        {
            Name = name,
            Version = isVersion ? upstream : null,
            Package = version,
            Purl = Purl.Of("generic", null, name, version, ("arch", architecture)),
            Cpe = known is null || !isVersion ? [] : PackageDatabase.CpeOf(known, upstream),
            Licence = string.IsNullOrEmpty(licence) ? null : Shortened.Visible(licence),
            Source = recipe is null || recipe == name ? null : new SourcePackage(recipe, null),
            PatchLevel = PackageDatabase.PatchLevelOf(version),
            Distribution = distribution,
            Evidence = [Evidence(at)],
        };
    }

    /// <summary>Without epoch and revision, and without the commit behind a release that a recipe builds from its repository (<c>6.6.21+git0+abc_def</c>).</summary>
    private static string UpstreamOf(string version)
    {
        var upstream = PackageDatabase.Upstream(version);
        var commit = upstream.IndexOf("+git", StringComparison.Ordinal);
        return commit > 0 ? upstream[..commit] : upstream;
    }
}
