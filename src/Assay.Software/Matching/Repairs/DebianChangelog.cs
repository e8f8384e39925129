using System.Text.RegularExpressions;
using Assay.Evidence;

namespace Assay.Software.Matching.Repairs;

/// <summary>A changelog in Debian's form (deb-changelog(5)): entries with source, version and changes, the newest first. Every CVE that an entry names as mended becomes a statement.</summary>
public static partial class DebianChangelog
{
    private const int MostRepairs = 20_000, MostLines = 400_000, MostCharactersOfLine = 4096;

    /// <summary>True where the first line that is not empty heads an entry.</summary>
    public static bool Looks(ReadOnlySpan<char> text)
    {
        foreach (var line in text.EnumerateLines())
        {
            if (!line.IsWhiteSpace()) return line.Length <= MostCharactersOfLine && Head().IsMatch(line);
        }
        return false;
    }

    /// <summary>Source and version of the newest entry; null where there is none.</summary>
    public static (string Source, string Version)? Newest(string text)
    {
        foreach (var line in text.AsSpan().EnumerateLines())
        {
            if (line.IsWhiteSpace()) continue;
            return line.Length <= MostCharactersOfLine && Head().Match(line.ToString()) is { Success: true } head ? (head.Groups["source"].Value, head.Groups["version"].Value) : null;
        }
        return null;
    }

    /// <summary>Every vulnerability that an entry names as mended, at the oldest entry that does so.</summary>
    /// <param name="package">The installed package that the text lies beside, or null.</param>
    public static IReadOnlyList<Repair> Read(string text, string? package, Location at)
    {
        var (found, number, source, version, newest) = (new Dictionary<(string, string), Repair>(), 0, "", (string?)null, (string?)null);
        var (change, start) = (new System.Text.StringBuilder(), 0);
        foreach (var row in text.AsSpan().EnumerateLines())
        {
            if (++number > MostLines || found.Count >= MostRepairs) break;
            if (row.Length > MostCharactersOfLine) continue;
            var line = row.ToString();
            if (line.Length > 0 && !char.IsWhiteSpace(line[0]))
            {
                Close();
                if (Head().Match(line) is { Success: true } head)
                {
                    (source, version) = (head.Groups["source"].Value, head.Groups["version"].Value);
                    newest ??= version;
                }
                continue;
            }
            var trimmed = line.TrimStart();
            // A change begins with a mark of a list; what follows without one belongs to it.
            if (trimmed.Length > 1 && trimmed[0] is '*' or '+' or '-' && trimmed[1] == ' ' || trimmed.StartsWith("-- ", StringComparison.Ordinal)) Close();
            if (change.Length == 0) start = number;
            if (change.Length < MostCharactersOfLine) change.Append(trimmed).Append(' ');
        }
        Close();
        return [.. found.Values.OrderBy(r => r.Vulnerability, StringComparer.Ordinal)];

        void Close()
        {
            if (version is not null && change.Length > 0)
            {
                var words = change.ToString();
                foreach (Match cve in Cve().Matches(words))
                {
                    if (found.Count >= MostRepairs || Denied(words, cve.Index)) continue;
                    // Entries come newest first: a later one in the text is older and says since when.
                    found[(source, cve.Value)] = new Repair
                    {
                        Source = source,
                        Package = package,
                        Version = version,
                        Newest = newest,
                        Vulnerability = cve.Value,
                        By = "changelog",
                        Location = at with { Line = start },
                    };
                }
            }
            change.Clear();
        }
    }

    // "does not fix CVE-…", "CVE-… is still open": the words right before the number, or right behind it.
    private static bool Denied(string words, int at)
    {
        var before = words[Math.Max(0, at - 48)..at];
        var behind = words[Math.Min(words.Length, at + 13)..Math.Min(words.Length, at + 60)];
        return NotBefore().IsMatch(before) || NotBehind().IsMatch(behind);
    }

    [GeneratedRegex(@"\A(?<source>[A-Za-z0-9][A-Za-z0-9+.-]{0,80}) \((?<version>[^\s()]{1,128})\)(?:\s+[\w.+~/-]+)+;\s*\S+", RegexOptions.CultureInvariant)]
    private static partial Regex Head();

    [GeneratedRegex(@"CVE-[0-9]{4}-[0-9]{4,10}", RegexOptions.CultureInvariant)]
    private static partial Regex Cve();

    [GeneratedRegex(@"\b(?:does(?: not|n't) (?:yet )?(?:fix|address|mend)|not (?:yet )?fix(?:ed|ing)?|without (?:a |the )?fix for|still (?:affected by|vulnerable to)|drop(?:s|ped)? (?:the )?(?:incomplete |broken )?fix(?:es)? for|revert(?:s|ed)? (?:the )?(?:incomplete |broken )?(?:fix(?:es)?|patch(?:es)?) for)\s*\W{0,3}\z", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex NotBefore();

    [GeneratedRegex(@"\A\W{0,3}(?:is|remains|are) (?:still |yet )?(?:not (?:yet )?fixed|unfixed|open|vulnerable)\b", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex NotBehind();
}
