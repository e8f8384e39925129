using System.Text;
using Assay.Evidence;
using Assay.Evidence.Compression;
using Assay.Evidence.Reading;

namespace Assay.Software.Components.Packages;

/// <summary>
/// A Java archive (jar, war, ear): who it is, by the coordinates that Maven keeps in <c>META-INF/maven/GROUP/ARTIFACT/pom.properties</c> — several where others were packed into it —, else by the
/// main section of <c>META-INF/MANIFEST.MF</c>; and the archives inside of it, one level deep. Nothing is unpacked but these files, and only into memory.
/// </summary>
/// <remarks>
/// References: JAR File Specification (manifest, main attributes Implementation-*), OSGi Core 8 section 3.2 (Bundle-SymbolicName, Bundle-Version), Maven Archiver (pom.properties).
/// Limits: an archive behind a start script, JMOD files and a runtime's image of modules are not read; an archive that names nobody is no component, since its file's name alone proves nothing.
/// </remarks>
public static class JavaArchive
{
    private const int LargestProperties = 64 << 10, LargestManifest = 8 << 20, MostCoordinates = 10_000, MostNested = 4_000, MostLosses = 16, LongestValue = 1024;
    // Programs deflate to a half or a third; an archive that yields far more is a bomb. Its share is its own, whatever else was read before it.
    private const int LargestRatio = 16, LeastYield = 16 << 20;
    private const string Folder = "META-INF/", Manifest = Folder + "MANIFEST.MF", Maven = Folder + "maven/", Properties = "/pom.properties";
    private static readonly string[] Endings = [".jar", ".war", ".ear", ".aar"];

    /// <summary>True for a zip archive that speaks of itself as Java's do; the bytes decide, not the name.</summary>
    public static bool Looks(ReadOnlySpan<byte> content) => Zip.Looks(content) && (content.IndexOf("META-INF/MANIFEST.MF"u8) >= 0 || content.IndexOf("META-INF/maven/"u8) >= 0 || content.IndexOf("WEB-INF/lib/"u8) >= 0);

    /// <summary>Every component that the archive names, in the order of its directory; each once for each place.</summary>
    /// <param name="budget">The limits; nothing of it is spent.</param>
    /// <param name="losses">Gets a line for each part that could not be read; the others hold.</param>
    public static IReadOnlyList<Component> Read(ReadOnlyMemory<byte> content, Budget budget, Location at, List<Loss> losses)
    {
        var components = new List<Component>();
        var share = new Budget { Bytes = Math.Min(budget.Bytes, LeastYield + (long)content.Length * LargestRatio), FileBytes = budget.FileBytes };
        try
        {
            Read(content, NameOf(at.Path), nested: false, share, at, components, losses);
        }
        catch (BudgetException e)
        {
            losses.Add(new Loss { Location = at, Expected = "a Java archive within the budget", Found = e.Message });
        }
        return components;
    }

    private static void Read(ReadOnlyMemory<byte> content, string name, bool nested, Budget budget, Location at, List<Component> components, List<Loss> losses)
    {
        Zip zip;
        try
        {
            zip = Zip.Open(content);
        }
        catch (UnreadableException e)
        {
            Lose(losses, e, at);
            return;
        }
        var (named, inside) = (new HashSet<(string, string, string)>(), 0);
        foreach (var entry in zip.Entries)
        {
            if (!IsCoordinates(entry.Name) || components.Count >= MostCoordinates) continue;
            if (Text(zip, entry, LargestProperties, budget, at, losses) is not { } text) continue;
            if (Coordinates(entry.Name, text) is not { } found)
                Lose(losses, new UnreadableException("group, artifact and version as their folder says them", $"{Shortened.Visible(entry.Name)} without", entry.Offset), at);
            else if (named.Add(found)) components.Add(OfMaven(found.Group, found.Artifact, found.Version, at));
        }
        if (named.Count == 0 && zip.Entries.FirstOrDefault(e => string.Equals(e.Name, Manifest, StringComparison.OrdinalIgnoreCase)) is { } manifest
            && Text(zip, manifest, LargestManifest, budget, at, losses) is { } section && OfManifest(MainSection(section), name, at) is { } component) components.Add(component);
        foreach (var entry in zip.Entries)
        {
            if (entry.Size == 0 || !Endings.Any(e => entry.Name.EndsWith(e, StringComparison.OrdinalIgnoreCase))) continue;
            var place = at with { Path = $"{at.Path}!/{Shortened.Visible(entry.Name)}", Offset = null };
            if (nested || ++inside > MostNested)
            {
                Lose(losses, new UnreadableException(nested ? "archives at most one level inside another" : $"at most {MostNested} archives inside another", "one more", entry.Offset), place);
                if (nested) continue;
                break;
            }
            try
            {
                var archive = zip.Read(entry, budget);
                if (Zip.Looks(archive)) Read(archive, NameOf(entry.Name), nested: true, budget, place, components, losses);
            }
            catch (UnreadableException e)
            {
                Lose(losses, e, place);
            }
            catch (BudgetException e) when (e.Budget == "file")
            {
                Lose(losses, new UnreadableException($"an archive of at most {e.Limit} bytes", $"{entry.Size}", entry.Offset), place);
            }
        }
    }

    private static void Lose(List<Loss> losses, UnreadableException e, Location at)
    {
        if (losses.Count < MostLosses) losses.Add(e.AsLoss(at.Artefact, path: at.Path));
    }

    private static string? Text(Zip zip, ZipEntry entry, int largest, Budget budget, Location at, List<Loss> losses)
    {
        try
        {
            if (entry.Size > largest) throw new UnreadableException($"at most {largest} bytes of {Shortened.Visible(entry.Name)}", $"{entry.Size}", entry.Offset);
            return Encoding.UTF8.GetString(zip.Read(entry, budget));
        }
        catch (UnreadableException e)
        {
            Lose(losses, e, at);
            return null;
        }
    }

    private static bool IsCoordinates(string name) => name.StartsWith(Maven, StringComparison.Ordinal) && name.EndsWith(Properties, StringComparison.Ordinal);

    /// <summary>Null where the file names nobody, or another than the folders that it lies in.</summary>
    private static (string Group, string Artifact, string Version)? Coordinates(string entry, string text)
    {
        var (group, artifact, version) = ("", "", "");
        foreach (var row in text.AsSpan().EnumerateLines())
        {
            var line = row.Trim();
            if (line.IsEmpty || line[0] is '#' or '!' || line.IndexOfAny('=', ':') is not (> 0 and var mark)) continue;
            var value = line[(mark + 1)..].Trim().ToString().Replace("\\", "", StringComparison.Ordinal);
            switch (line[..mark].TrimEnd())
            {
                case "groupId": group = value; break;
                case "artifactId": artifact = value; break;
                case "version": version = value; break;
            }
        }
        return IsName(group) && IsName(artifact) && IsVersion(version) && entry == $"{Maven}{group}/{artifact}{Properties}" ? (group, artifact, version) : null;
    }

    /// <summary>The attributes before the first empty line, names in lower case; a line that begins with a blank goes on the one before.</summary>
    private static Dictionary<string, string> MainSection(string text)
    {
        var (attributes, name) = (new Dictionary<string, string>(StringComparer.Ordinal), "");
        foreach (var line in text.AsSpan().EnumerateLines())
        {
            if (line.IsEmpty) break;
            if (line[0] == ' ')
            {
                if (name.Length > 0 && attributes[name].Length < LongestValue) attributes[name] += line[1..].ToString();
            }
            else if (line.IndexOf(':') is > 0 and var colon)
            {
                name = line[..colon].ToString().ToLowerInvariant();
                attributes[name] = line[(colon + 1)..].TrimStart().ToString();
            }
        }
        return attributes;
    }

    /// <summary>The version that the manifest states, under the name of the file where that is NAME-VERSION, else of the bundle, else of the title; null where no name or no version stands.</summary>
    private static Component? OfManifest(Dictionary<string, string> manifest, string file, Location at)
    {
        string Value(string name) => manifest.GetValueOrDefault(name, "").Trim();
        var bundle = Value("bundle-symbolicname").Split(';')[0].Trim();
        var versions = new[] { Value("implementation-version"), Value("bundle-version") }.Where(IsVersion).Distinct(StringComparer.Ordinal).ToList();
        if (versions.Count == 0) return null;
        var version = versions[0];
        var name = "";
        foreach (var stated in versions)
        {
            if (file.Length <= stated.Length + 1 || !file.EndsWith("-" + stated, StringComparison.Ordinal)) continue;
            (name, version) = (file[..^(stated.Length + 1)], stated);
            break;
        }
        // A bundle counts in its own way (1.2.0.v2019); its version goes with its name.
        if (!IsName(name) && IsName(bundle) && IsVersion(Value("bundle-version"))) (name, version) = (bundle, Value("bundle-version"));
        if (!IsName(name)) name = Value("implementation-title");
        if (!IsName(name)) return null;
        var group = Value("implementation-vendor-id");
        var supplier = new[] { Value("implementation-vendor"), Value("bundle-vendor") }.FirstOrDefault(v => v.Length is > 0 and <= LongestValue && !v.Contains("${", StringComparison.Ordinal));
        return new Component
        {
            Name = name,
            Version = version,
            Package = version,
            Purl = IsName(group) && group.Contains('.') && name != bundle ? Purl.Of("maven", group, name, version) : Purl.Of("generic", null, name, version),
            Supplier = supplier is null ? null : Shortened.Visible(supplier),
            Evidence = [new ComponentEvidence("manifest", at, 0.8)],
        };
    }

    private static Component OfMaven(string group, string artifact, string version, Location at) => new()
    {
        Name = artifact,
        Version = version,
        Package = version,
        Purl = Purl.Of("maven", group, artifact, version),
        Evidence = [new ComponentEvidence("build information", at, 0.95)],
    };

    // Maven's own rule for groups and artifacts.
    private static bool IsName(string text) => text.Length <= 214 && text.Any(char.IsAsciiLetter) && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_');

    // ${version}, "unspecified" and "@VERSION@" were never filled in.
    private static bool IsVersion(string text) => PackageText.IsVersion(text) && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_' or '+' or '~');

    private static string NameOf(string? path)
    {
        var file = path is null ? "" : path[(path.LastIndexOf('/') + 1)..];
        var ending = Endings.FirstOrDefault(e => file.EndsWith(e, StringComparison.OrdinalIgnoreCase));
        return ending is null ? file : file[..^ending.Length];
    }
}
