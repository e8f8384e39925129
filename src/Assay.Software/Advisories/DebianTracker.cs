using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Assay.Evidence;
using Assay.Evidence.Reading;
using Assay.Software.Matching;

namespace Assay.Software.Advisories;

/// <summary>
/// Debian's security tracker, in its three forms: the lists of CVEs and of advisories (<c>data/CVE/list</c>, <c>data/DSA/list</c>, <c>data/DLA/list</c>: a heading a
/// vulnerability, an indented line a package) and the dump of everything (<c>tracker/data/json</c>).
/// </summary>
/// <remarks>
/// Form and meaning: <c>doc/security-team.d.o/security_tracker</c> and <c>lib/python/sectracker/parsers.py</c> of the tracker's repository. A line without a release speaks of
/// unstable, and of every release that has no line of its own: its versions before the mended one are affected. A release's line in an advisory is one of its own too, of several
/// the highest version counts, and "no advisory", "postponed" and "ignored" decide nothing (<c>lib/python/security_db.py</c>). Packages are source packages, versions are dpkg's.
/// Neither form carries dates, so of two lists the one that is imported later counts.
/// </remarks>
internal static partial class DebianTracker
{
    /// <summary>The version of a row of the dump that says: never affected.</summary>
    private const string Never = "0";

    public static bool LooksLikeList(ReadOnlySpan<byte> start)
    {
        var end = start.IndexOf((byte)'\n');
        if (end < 0) return false;
        var line = Encoding.UTF8.GetString(start[..end]).TrimEnd();
        return (CveHeading().IsMatch(line) || AdvisoryHeading().IsMatch(line)) && (start[(end + 1)..] is [(byte)'\t' or (byte)' ', ..] || Headings(start[(end + 1)..]));

        // A vulnerability of which nothing is said yet is followed by the next heading.
        static bool Headings(ReadOnlySpan<byte> rest) => rest.StartsWith("CVE-"u8) || rest.StartsWith("["u8);
    }

    /// <summary>A package's name, below it identifiers, below them releases.</summary>
    public static bool LooksLikeDump(JsonElement root)
    {
        if (root.ValueKind != JsonValueKind.Object) return false;
        foreach (var package in root.EnumerateObject().Take(8))
        {
            if (package.Value.ValueKind != JsonValueKind.Object) return false;
            foreach (var issue in package.Value.EnumerateObject().Take(4))
            {
                if (Identifier().IsMatch(issue.Name) && issue.Value.Part("releases") is { ValueKind: JsonValueKind.Object }) return true;
            }
        }
        return false;
    }

    /// <summary>One advisory for each vulnerability, with a row for each package and release.</summary>
    /// <param name="lose">Told of what is not in the form: place, expected, found.</param>
    public static IEnumerable<Advisory> ReadDump(JsonElement root, Action<string, string, string> lose)
    {
        var issues = new Dictionary<string, (string? Summary, List<AffectedRange> Ranges)>(StringComparer.Ordinal);
        foreach (var package in root.EnumerateObject())
        {
            var name = Shortened.Visible(package.Name);
            if (!PackageForm().IsMatch(name) || package.Value.ValueKind != JsonValueKind.Object)
            {
                lose(name, "a package with its vulnerabilities", package.Value.ValueKind.ToString());
                continue;
            }
            foreach (var issue in package.Value.EnumerateObject())
            {
                if (!Identifier().IsMatch(issue.Name) || issue.Value.Part("releases") is not { ValueKind: JsonValueKind.Object } releases)
                {
                    lose($"{name} {Shortened.Visible(issue.Name)}", "a vulnerability with its releases", issue.Value.ValueKind.ToString());
                    continue;
                }
                if (!issues.TryGetValue(issue.Name, out var known)) known = (issue.Value.Text("description"), []);
                foreach (var release in releases.EnumerateObject())
                {
                    if (RowOf(name, release.Name, release.Value) is { } row) known.Ranges.Add(row);
                    else lose($"{name} {issue.Name} {Shortened.Visible(release.Name)}", "status open, undetermined, or resolved with a fixed_version", Shortened.Visible(release.Value.Text("status") ?? "none"));
                }
                issues[issue.Name] = known;
            }
        }
        foreach (var (id, (summary, ranges)) in issues.OrderBy(i => i.Key, StringComparer.Ordinal))
        {
            if (ranges.Count > 0) yield return new Advisory { Id = id, Source = AdvisorySource.Debian, Summary = summary, Ranges = Ordered(ranges) };
        }
    }

    private static AffectedRange? RowOf(string package, string release, JsonElement row)
    {
        var urgency = row.Text("urgency") is { } told and not "not yet assigned" ? told.TrimEnd('*') : null;
        var why = row.Text("nodsa") is { } reason ? $"{(row.Text("nodsa_reason") is { Length: > 0 } kind ? kind : "no DSA")}: {reason}" : urgency;
        var ecosystem = DistributionRelease.OfDebian(release);
        return row.Text("status") switch
        {
            "resolved" when row.Text("fixed_version") == Never => Row(package, ecosystem, Standing.NotAffected, null, why),
            "resolved" when row.Text("fixed_version") is { Length: > 0 } fixedIn && VersionForm().IsMatch(fixedIn) => Row(package, ecosystem, Standing.Affected, VersionInterval.Before(fixedIn), why),
            "open" => Row(package, ecosystem, Standing.Affected, VersionInterval.Everything, why) with { GivesWay = row.Text("nodsa") is not null },
            "undetermined" => Row(package, ecosystem, Standing.Undetermined, null, why),
            _ => null,
        };
    }

    /// <summary>The advisories of a list. One that names several vulnerabilities is one advisory for each of them.</summary>
    /// <param name="lose">Told of each line that is not in the form: line, expected, found.</param>
    public static IEnumerable<Advisory> ReadList(ReadOnlyMemory<byte> file, Action<int, string, string> lose)
    {
        Issue? open = null;
        for (var (at, number) = (0, 1); at < file.Length; number++)
        {
            var end = file.Span[at..].IndexOf((byte)'\n');
            end = end < 0 ? file.Length : at + end;
            var line = Encoding.UTF8.GetString(file.Span[at..Math.Min(end, at + 65_536)]).TrimEnd();
            at = end + 1;
            if (line.Length == 0) continue;
            if (line[0] is not ('\t' or ' '))
            {
                foreach (var done in Finish(open)) yield return done;
                open = Heading(line);
                if (open is null) lose(number, "a heading: CVE-…, or [date] DSA-…, DLA-… or ELA-…", Shortened.Visible(line));
                continue;
            }
            // Lines below a heading that was lost are lost with it.
            if (open is null || Annotation(open, line.Trim())) continue;
            lose(number, "a package with a version or a state, a cross-reference, NOTE, TODO, NOT-FOR-US, RESERVED or REJECTED", Shortened.Visible(line.Trim()));
        }
        foreach (var done in Finish(open)) yield return done;
    }

    private sealed class Issue
    {
        public required string Id { get; init; }
        public required bool IsCve { get; init; }
        public string? Summary { get; init; }
        public DateTimeOffset? Day { get; init; }
        public List<string> About { get; } = [];
        public List<Line> Lines { get; } = [];
    }

    /// <param name="State">Null where <paramref name="Version"/> says all.</param>
    private sealed record Line(string? Release, string Package, string? Version, string? State, string? Note);

    private static Issue? Heading(string line)
    {
        if (CveHeading().Match(line) is { Success: true } cve)
        {
            var (id, told) = (cve.Groups["id"].Value, cve.Groups["told"].Value);
            // A vulnerability without a number has only its words.
            if (id.EndsWith("-XXXX", StringComparison.Ordinal)) id = $"TEMP-{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(line)))[..12]}";
            return new Issue { Id = id, IsCve = true, Summary = told.Length > 2 ? Shortened.Visible(told[1..^1]) : null };
        }
        if (AdvisoryHeading().Match(line) is not { Success: true } advisory) return null;
        return new Issue
        {
            Id = advisory.Groups["id"].Value,
            IsCve = false,
            Summary = Shortened.Visible(advisory.Groups["told"].Value),
            Day = DateTimeOffset.TryParseExact(advisory.Groups["day"].Value, "d MMM yyyy", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var day) ? day : null,
        };
    }

    private static bool Annotation(Issue issue, string line)
    {
        if (line.StartsWith("NOTE:", StringComparison.Ordinal) || line.StartsWith("TODO", StringComparison.Ordinal) || line.StartsWith("NOT-FOR-US", StringComparison.Ordinal)
            || line is "RESERVED" or "REJECTED") return true;
        if (line is ['{', .. var inner, '}'])
        {
            // In the list of CVEs it points to advisories, which have a list of their own.
            if (!issue.IsCve) issue.About.AddRange(inner.Split(' ', StringSplitOptions.RemoveEmptyEntries).Where(i => Identifier().IsMatch(i)));
            return true;
        }
        if (PackageLine().Match(line) is not { Success: true } found) return false;
        var (release, package, version, state, note) = (found.Groups["release"].Value, found.Groups["package"].Value, found.Groups["version"].Value, found.Groups["state"].Value, found.Groups["note"].Value);
        // Experimental is no release that anybody ships; a package that is not in Debian has no version there.
        if (release == "experimental" || state == "itp") return true;
        issue.Lines.Add(new Line(release.Length == 0 ? null : release, package, version.Length == 0 ? null : version, state.Length == 0 ? null : state,
            note.Length == 0 || note.StartsWith("bug #", StringComparison.Ordinal) && !note.Contains(';', StringComparison.Ordinal) ? null : Shortened.Visible(note)));
        return true;
    }

    private static IEnumerable<Advisory> Finish(Issue? issue)
    {
        if (issue is null || issue.Lines.Count == 0) yield break;
        var ranges = Ordered(issue.Lines.Select(line => RowOf(line, issue.Lines)));
        // A name that stands for the issue itself is null.
        IEnumerable<string?> about = issue.IsCve || issue.About.Count == 0 ? [null] : [.. issue.About.Distinct(StringComparer.Ordinal)];
        foreach (var alias in about)
        {
            yield return new Advisory
            {
                Id = alias is null ? issue.Id : $"{issue.Id}#{alias}",
                Aliases = alias is null ? [] : [alias],
                Source = AdvisorySource.Debian,
                Summary = issue.Summary,
                Published = issue.Day,
                Modified = issue.Day,
                Ranges = ranges,
            };
        }
    }

    private static AffectedRange RowOf(Line line, List<Line> all)
    {
        var ecosystem = line.Release is null ? "Debian" : DistributionRelease.OfDebian(line.Release);
        var told = line.State is null ? line.Note : line.Note is null ? line.State.Replace('-', ' ') : $"{line.State.Replace('-', ' ')}: {line.Note}";
        if (line.State is "no-dsa" or "ignored" or "postponed")
        {
            // Nothing was mended in this release: what is said of unstable holds.
            var general = all.FirstOrDefault(l => l.Release is null && l.Package == line.Package);
            return (general is null ? Row(line.Package, ecosystem, Standing.Affected, VersionInterval.Everything, told) : RowOf(general, [])) with
            {
                Product = new AffectedProduct { Name = line.Package, Ecosystem = ecosystem },
                GivesWay = true,
                Note = told,
            };
        }
        return line.State switch
        {
            "not-affected" => Row(line.Package, ecosystem, Standing.NotAffected, null, told),
            "undetermined" => Row(line.Package, ecosystem, Standing.Undetermined, null, told),
            // Without a version: unfixed, removed, end of life.
            _ => Row(line.Package, ecosystem, Standing.Affected, line.Version is { } version ? VersionInterval.Before(version) : VersionInterval.Everything, told),
        };
    }

    private static AffectedRange Row(string package, string ecosystem, Standing standing, VersionInterval? run, string? note) => new()
    {
        Product = new AffectedProduct { Name = package, Ecosystem = ecosystem },
        Versions = new VersionSet { Scheme = VersionScheme.Dpkg, Inside = run is null ? [] : [run] },
        Standing = standing,
        Note = note,
    };

    private static IReadOnlyList<AffectedRange> Ordered(IEnumerable<AffectedRange> ranges) =>
        [.. ranges.OrderBy(r => r.Product.Name, StringComparer.Ordinal).ThenBy(r => r.Product.Ecosystem, StringComparer.Ordinal)];

    [GeneratedRegex(@"\A(?<id>CVE-\d{4}-(?:\d{4,10}|XXXX)|TEMP-\d{1,10}-\w{1,16})(?:\s+(?<told>[(\[].*))?\z", RegexOptions.CultureInvariant)]
    private static partial Regex CveHeading();

    [GeneratedRegex(@"\A\[(?<day>\d{1,2} [A-Z][a-z]{2} \d{4})\] (?<id>(?:DSA|DLA|ELA)-\d{1,6}(?:-\d{1,4})?) (?<told>.+)\z", RegexOptions.CultureInvariant)]
    private static partial Regex AdvisoryHeading();

    [GeneratedRegex(@"\A(?:CVE|TEMP)-[0-9A-Za-z]{1,10}-[0-9A-Za-z]{1,16}\z", RegexOptions.CultureInvariant)]
    private static partial Regex Identifier();

    [GeneratedRegex(@"\A[A-Za-z0-9][A-Za-z0-9:.+-]{0,127}\z", RegexOptions.CultureInvariant)]
    private static partial Regex PackageForm();

    [GeneratedRegex(@"\A[A-Za-z0-9][A-Za-z0-9:.+~-]{0,127}\z", RegexOptions.CultureInvariant)]
    private static partial Regex VersionForm();

    [GeneratedRegex(@"\A(?:\[(?<release>[a-z]{1,32})\] )?- (?<package>[A-Za-z0-9][A-Za-z0-9:.+-]{0,127})(?:\s+(?:(?<version>[A-Za-z0-9][A-Za-z0-9:.+~-]{0,127})|<(?<state>unfixed|removed|itp|undetermined|not-affected|no-dsa|ignored|postponed|end-of-life)>))?(?:\s+\((?<note>.*)\))?\z", RegexOptions.CultureInvariant)]
    private static partial Regex PackageLine();
}
