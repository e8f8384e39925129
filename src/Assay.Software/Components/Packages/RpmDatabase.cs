using System.Globalization;
using Assay.Evidence;
using Assay.Evidence.Reading;
using Assay.Software.Matching.Repairs;

namespace Assay.Software.Components.Packages;

/// <summary>
/// rpm's list of what is installed, one header for each package: an SQLite database with a table <c>Packages</c>, known by its first page wherever it lies
/// (<c>/var/lib/rpm</c>, <c>/usr/lib/sysimage/rpm</c>), rpm's own format (ndb), <c>rpm/Packages.db</c>, or before rpm 4.16 a hash table of Berkeley DB, <c>rpm/Packages</c>.
/// </summary>
/// <remarks>
/// References: rpm lib/backend/sqlite.c, lib/backend/ndb/rpmpkg.c, lib/backend/bdb_ro.c. Keys that rpm lists among its packages (<c>gpg-pubkey</c>) are no software.
/// </remarks>
public static class RpmDatabase
{
    private const int MostPackages = 100_000, LargestHeader = 64 << 20, LongestPath = 1024, MostPathCharacters = 32 << 20, MostRepairs = 2_000, LongestChange = 4096;
    // No program lies there; of a whole distribution these are most of the names.
    private static readonly string[] Papers = ["/usr/share/doc/", "/usr/share/man/", "/usr/share/locale/", "/usr/share/licenses/", "/usr/share/info/", "/usr/include/"];

    /// <param name="path">A hash table and rpm's own format say nothing of what they keep: there the file's name decides.</param>
    public static bool Looks(string path, ReadOnlySpan<byte> content)
    {
        if (SqliteTable.Looks(content))
        {
            var first = content[..Math.Min(content.Length, 65536)];
            return first.IndexOf("Packages"u8) >= 0 && first.IndexOf("Installtid"u8) >= 0;
        }
        return path.EndsWith("/Packages", StringComparison.Ordinal) && BerkeleyHash.Looks(content) || path.EndsWith("/Packages.db", StringComparison.Ordinal) && PackageSlots.Looks(content);
    }

    /// <summary>Every installed package, in the order of the database.</summary>
    /// <param name="losses">Gets a line for each page or header that could not be read; the others hold.</param>
    public static IReadOnlyList<RpmPackage> Read(ReadOnlySpan<byte> content, Location at, List<Loss> losses)
    {
        var (packages, damaged, paths) = (new List<RpmPackage>(), new List<UnreadableException>(), MostPathCharacters);
        void Take(ReadOnlySpan<byte> blob, long offset)
        {
            if (packages.Count < MostPackages && Package(RpmHeader.Read(blob), at with { Offset = offset }, ref paths) is { } package) packages.Add(package);
        }
        try
        {
            if (PackageSlots.Looks(content)) PackageSlots.Read(content, LargestHeader, Take, damaged);
            else if (BerkeleyHash.Looks(content)) BerkeleyHash.Read(content, LargestHeader, Take, damaged);
            else SqliteTable.Read(content, "Packages", LargestHeader, Take, damaged);
        }
        catch (UnreadableException e)
        {
            // What was damaged before says why no table was found.
            if (damaged.Count == 0) damaged.Add(e);
        }
        foreach (var e in damaged) losses.Add(e.AsLoss(at.Artefact, path: at.Path));
        return packages;
    }

    private static RpmPackage? Package(RpmHeader header, Location at, ref int paths)
    {
        var (name, version, release) = (header.String(RpmHeader.Name) ?? "", header.String(RpmHeader.Version) ?? "", header.String(RpmHeader.Release) ?? "");
        if (name == "gpg-pubkey") return null;
        if (!PackageText.IsName(name) || !PackageText.IsName(version) || !PackageText.IsName(release))
            throw new UnreadableException("name, version and release of a package", $"{Shortened.Visible(name)}, {Shortened.Visible(version)}, {Shortened.Visible(release)}", at.Offset ?? 0);
        return new RpmPackage
        {
            Name = name,
            Epoch = header.Numbers(RpmHeader.Epoch) is [var epoch, ..] ? epoch : null,
            Version = version,
            Release = release,
            Architecture = header.String(RpmHeader.Architecture),
            Licence = header.String(RpmHeader.License),
            Vendor = header.String(RpmHeader.Vendor) is "(none)" ? null : header.String(RpmHeader.Vendor),
            Source = SourceOf(header.String(RpmHeader.Source), version, release, name),
            Files = Files(header, ref paths),
            Mended = Mended(header),
            Location = at,
        };
    }

    /// <summary><c>bash-5.2.15-3.fc39.src.rpm</c>: what stands before the last two hyphens is the name; version and release only where they differ from the package's own.</summary>
    private static SourcePackage? SourceOf(string? file, string version, string release, string package)
    {
        if (file is null) return null;
        foreach (var end in new[] { ".src.rpm", ".nosrc.rpm" })
        {
            if (!file.EndsWith(end, StringComparison.Ordinal)) continue;
            var stem = file[..^end.Length];
            var second = stem.LastIndexOf('-');
            var first = second > 0 ? stem.LastIndexOf('-', second - 1) : -1;
            if (first <= 0 || !PackageText.IsName(stem)) return null;
            var (name, built) = (stem[..first], stem[(first + 1)..]);
            var same = built == $"{version}-{release}";
            return same && name == package ? null : new SourcePackage(name, same ? null : built);
        }
        return null;
    }

    private static List<string> Files(RpmHeader header, ref int left)
    {
        var (names, folders, indexes) = (header.Strings(RpmHeader.BaseNames), header.Strings(RpmHeader.DirectoryNames), header.Numbers(RpmHeader.DirectoryIndexes));
        var files = new List<string>();
        for (var i = 0; i < names.Count && i < indexes.Count; i++)
        {
            if (indexes[i] >= folders.Count) throw new UnreadableException($"a folder of {folders.Count}", $"{indexes[i]}", 0);
            var folder = folders[(int)indexes[i]];
            var length = folder.Length + names[i].Length;
            if (length > LongestPath || length > left) continue;
            var path = folder + names[i];
            if (Papers.Any(p => path.StartsWith(p, StringComparison.Ordinal))) continue;
            left -= length;
            files.Add(path);
        }
        return files;
    }

    // The history is that of the source; what is installed is its newest state.
    private static List<string> Mended(RpmHeader header)
    {
        var mended = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var entry in header.Strings(RpmHeader.ChangeLog))
        {
            if (!entry.Contains("CVE-", StringComparison.Ordinal)) continue;
            foreach (var change in Changes(entry))
            {
                foreach (var cve in DebianChangelog.Mended(change))
                {
                    if (mended.Count < MostRepairs) mended.Add(cve);
                }
            }
        }
        return [.. mended];
    }

    // Each change begins with a mark of a list; lines without one belong to the change before.
    private static IEnumerable<string> Changes(string entry)
    {
        var change = new System.Text.StringBuilder();
        foreach (var row in entry.Split('\n'))
        {
            var line = row.Trim();
            if (line.Length > 1 && line[0] is '-' or '*' or '+' && change.Length > 0)
            {
                yield return change.ToString();
                change.Clear();
            }
            if (change.Length + line.Length <= LongestChange) change.Append(line).Append(' ');
        }
        if (change.Length > 0) yield return change.ToString();
    }
}

/// <summary>One installed package as rpm's database has it.</summary>
public sealed record RpmPackage
{
    public required string Name { get; init; }
    public uint? Epoch { get; init; }
    /// <summary>Upstream's.</summary>
    public required string Version { get; init; }
    /// <summary>The distribution's count behind it, with its mark: <c>3.fc39</c>.</summary>
    public required string Release { get; init; }
    public string? Architecture { get; init; }
    public string? Licence { get; init; }
    public string? Vendor { get; init; }
    /// <summary>Null where it was built from a source of its own name and version.</summary>
    public SourcePackage? Source { get; init; }
    /// <summary>Paths that it owns, as its header writes them; documentation and headers for compilers are left out.</summary>
    public IReadOnlyList<string> Files { get; init; } = [];
    /// <summary>Vulnerabilities that its history names as mended, ordered.</summary>
    public IReadOnlyList<string> Mended { get; init; } = [];
    public required Location Location { get; init; }

    /// <summary><c>1:3.0.7-27.el9</c>: as rpm compares it.</summary>
    public string Whole => Epoch is { } epoch ? string.Create(CultureInfo.InvariantCulture, $"{epoch}:{Version}-{Release}") : $"{Version}-{Release}";

    /// <param name="distribution">The <c>ID</c> of os-release, or null: then nobody says whose package it is, and its package URL is a generic one.</param>
    public Component Component(string? distribution)
    {
        var known = VersionPattern.Called(Name) ?? VersionPattern.Called(Source?.Name ?? "");
        // Package URLs name the vendor: os-release calls Red Hat's and openSUSE's otherwise.
        var space = distribution switch { "rhel" => "redhat", "opensuse-leap" or "opensuse-tumbleweed" => "opensuse", _ => distribution };
        (string, string?)[] qualifiers = [("arch", Architecture), ("epoch", Epoch?.ToString(CultureInfo.InvariantCulture))];
        return new Component
        {
            Name = Name,
            Version = Version,
            Package = Whole,
            Purl = space is null ? Purl.Of("generic", null, Name, $"{Version}-{Release}", qualifiers) : Purl.Of("rpm", space, Name, $"{Version}-{Release}", qualifiers),
            Cpe = known is null ? [] : PackageDatabase.CpeOf(known, Version),
            Supplier = string.IsNullOrWhiteSpace(Vendor) ? null : Shortened.Visible(Vendor),
            Licence = string.IsNullOrWhiteSpace(Licence) ? null : Shortened.Visible(Licence),
            Source = Source,
            PatchLevel = Release,
            Distribution = distribution,
            Files = Files,
            Evidence = [new ComponentEvidence("package database", Location, 0.95)],
        };
    }

    /// <summary>What its history says of vulnerabilities: it is the history of what is installed, so each statement holds for it.</summary>
    public IEnumerable<Repair> Repairs() => Mended.Select(cve => new Repair
    {
        Source = Source?.Name ?? Name,
        Package = Name,
        Version = Whole,
        Newest = Whole,
        Vulnerability = cve,
        By = "changelog",
        Location = Location,
    });
}
