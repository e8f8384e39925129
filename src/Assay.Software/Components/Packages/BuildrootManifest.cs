using System.Text;
using Assay.Evidence;

namespace Assay.Software.Components.Packages;

/// <summary>What Buildroot's <c>make legal-info</c> writes of the target's packages: <c>manifest.csv</c> with package, version, licence, files of the licence, archive and its address.</summary>
/// <remarks>
/// Reference: Buildroot manual, "Legal notice and licensing"; package/pkg-utils.mk (legal-manifest). <c>host-manifest.csv</c> lists what ran while building, so it is not read. Buildroot's own line and
/// packages without a version of their own (skeleton, initscripts) are no software that somebody releases.
/// </remarks>
public static class BuildrootManifest
{
    private const int MostPackages = 20_000, MostLosses = 16, MostColumns = 16, LongestRow = 16 << 10;

    public static bool Is(string path) => path.EndsWith("/manifest.csv", StringComparison.Ordinal);

    /// <summary>Every package with a version; empty where the first line is not Buildroot's.</summary>
    /// <param name="losses">Gets a line for each row that cannot be read, at most sixteen times.</param>
    public static List<Component> Read(string text, Location at, List<Loss> losses)
    {
        var head = text.AsSpan(0, Math.Min(text.Length, LongestRow)).TrimStart('\ufeff');
        if (Columns(head.IndexOfAny('\r', '\n') is >= 0 and var end ? head[..end] : head) is not ["PACKAGE", "VERSION", "LICENSE", ..]) return [];
        var (components, line, lost) = (new List<Component>(), 0, 0);
        foreach (var row in text.AsSpan().EnumerateLines())
        {
            if (++line == 1 || row.IsWhiteSpace()) continue;
            if (components.Count >= MostPackages) break;
            var columns = Columns(row);
            if (columns is not [var name, var version, var licence, ..] || !PackageText.IsName(name) || version.Length > 0 && !PackageText.IsName(version))
            {
                if (++lost <= MostLosses) losses.Add(new Loss { Location = at with { Line = line }, Expected = "package, version and licence", Found = Shortened.Visible(row[..Math.Min(row.Length, 80)].ToString()) });
                continue;
            }
            if (name == "buildroot" || !PackageText.IsVersion(version)) continue;
            components.Add(Make(name, version, licence, at with { Line = line }));
        }
        return components;
    }

    private static Component Make(string name, string version, string licence, Location at)
    {
        // A commit is no version that anybody counts by; it stays in the package's own.
        var isCommit = version.Length is 40 or 64 && version.All(char.IsAsciiHexDigit);
        var upstream = isCommit ? null : version.Length > 1 && version[0] == 'v' && char.IsAsciiDigit(version[1]) ? version[1..] : version;
        var known = VersionPattern.Called(name);
        return new Component
        {
            Name = name,
            Version = upstream,
            Package = version,
            Purl = Purl.Of("generic", null, name, version),
            Cpe = known is null || upstream is null ? [] : PackageDatabase.CpeOf(known, upstream),
            Licence = licence.Length == 0 || licence == "unknown" ? null : Shortened.Visible(licence),
            Evidence = [new ComponentEvidence("manifest", at, 0.9)],
        };
    }

    // RFC 4180: Buildroot writes every column between quotation marks; a table program that saved it again only those that need them.
    private static List<string> Columns(ReadOnlySpan<char> row)
    {
        var columns = new List<string>();
        if (row.Length > LongestRow) return columns;
        for (var at = 0; at < row.Length && columns.Count < MostColumns;)
        {
            if (row[at] != '"')
            {
                var comma = row[at..].IndexOf(',');
                columns.Add(row[at..(comma < 0 ? row.Length : at + comma)].Trim().ToString());
                at = comma < 0 ? row.Length : at + comma + 1;
                continue;
            }
            at++;
            var column = new StringBuilder();
            while (true)
            {
                if (at >= row.Length) return [];
                var c = row[at++];
                if (c != '"') column.Append(c);
                else if (at < row.Length && row[at] == '"') column.Append(row[at++]);
                else break;
            }
            columns.Add(column.ToString());
            if (at < row.Length && row[at++] != ',') return [];
        }
        return columns;
    }
}
