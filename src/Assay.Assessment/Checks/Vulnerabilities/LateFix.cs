using System.Globalization;
using System.Text.RegularExpressions;
using Assay.Assessment.Declarations;
using Assay.Assessment.Examining;
using Assay.Evidence;

namespace Assay.Assessment.Checks;

/// <summary>
/// A history of releases among the documents, with dates and the CVE numbers that each release mends, beside the days on which those were published: was the
/// time that the maker names kept? The history may refute "in time"; it never proves it, since it lists what was mended.
/// </summary>
public sealed class LateFix() : Check("late-fix", 2, Polarity.Refute, CoverageScope.Document,
    "releases that mended a vulnerability later than the maker's own time frame", "the history of releases with dates and CVE numbers, IXIT 3-VulnTypes or 8-UpdProc with the time frame, and a store of advisories", "5.2-2-1a", "5.3-8-1a")
{
    /// <param name="Since">The first release of the history: before it nobody could have mended anything in this product.</param>
    private sealed record Fix(string Cve, DateOnly Day, DateOnly? Published, DateOnly Since, Location Place);

    public override IEnumerable<Answer> Look(Examined examined)
    {
        var fixes = examined.Of(FileKind.Document).SelectMany(f => Read(f, examined)).ToList();
        if (fixes.Count == 0) return Units.Select(u => Open(u, "no history of releases with dates and CVE numbers was handed over"));
        var known = fixes.Where(f => f.Published is not null).ToList();
        if (known.Count == 0) return Units.Select(u => Open(u, $"{fixes.Count} mended vulnerabilities are listed, and when they were published is not known", "assess --store FILE with advisories for these CVE numbers"));
        if (DeclaredTimes.Longest(examined) is not { } time) return Units.Select(u => Open(u, $"{known.Count} mended vulnerabilities are listed, and no table names a time to hold them against", "IXIT 3-VulnTypes or 8-UpdProc with the time frame"));
        var late = known.Select(f => (f, Days: f.Day.DayNumber - (f.Published!.Value > f.Since ? f.Published.Value : f.Since).DayNumber)).Where(f => f.Days > time.Days).OrderByDescending(f => f.Days).ToList();
        if (late.Count == 0) return Units.Select(u => Supports(u, $"{known.Count} listed vulnerabilities were mended within the time that the maker names ({time.Words}), counted from publication or, where that is later, from the first release of the history") with { Locations = [known[0].Place] });
        var words = string.Create(CultureInfo.InvariantCulture, $"{late.Count} of {known.Count} listed vulnerabilities were mended later than the maker names ({time.Words}): {late[0].f.Cve} after {late[0].Days} days");
        return Units.Select(u => Refutes(u, words, [.. late.Take(20).Select(l => l.f.Place)]));
    }

    // A release's heading has a date; the CVE numbers below it, up to the next heading with a date, are what it mends.
    private static IEnumerable<Fix> Read(DossierFile file, Examined examined)
    {
        if (!file.Lines.Any(l => AdvisoryAnswers.Cve.IsMatch(Short(l)))) yield break;
        DateOnly? day = null, since = null;
        var fixes = new SortedDictionary<string, Fix>(StringComparer.Ordinal);
        for (var i = 0; i < file.Lines.Count; i++)
        {
            var line = Short(file.Lines[i]);
            var dates = Wording.Dates(line).Select(d => d.Date).ToList();
            if (dates.Count > 0 && Release.IsMatch(line))
            {
                day = dates[0];
                if (since is null || day < since) since = day;
            }
            if (day is null) continue;
            foreach (Match match in AdvisoryAnswers.Cve.Matches(line))
            {
                var id = match.Value.ToUpperInvariant();
                if (NotFixed.IsMatch(line)) continue;
                // Named again in a later release, it was mended in the earlier one.
                if (fixes.TryGetValue(id, out var other) && other.Day <= day) continue;
                DateOnly? published = examined.Advisories?.Published.TryGetValue(id, out var known) == true ? known : Published.IsMatch(line) && dates.Count > 0 ? dates[^1] : null;
                fixes[id] = new Fix(id, day.Value, published, day.Value, file.At(i + 1));
            }
        }
        foreach (var fix in fixes.Values.Where(f => f.Published is null || f.Published <= f.Day).OrderBy(f => f.Place.Line)) yield return fix with { Since = since!.Value };
    }

    private static string Short(string line) => line.Length > 4096 ? line[..4096] : line;

    private static Regex Release => field ??= new(@"^\W*(version|release|v)?\W*v?\d+(\.\d+)+|\b(released?|version|firmware|update)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static Regex Published => field ??= new(@"\b(published|disclosed|public since|reported)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static Regex NotFixed => field ??= new(@"\b(not affected|unaffected|not vulnerable|open|known issue|not (yet )?fixed|will be fixed)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);
}
