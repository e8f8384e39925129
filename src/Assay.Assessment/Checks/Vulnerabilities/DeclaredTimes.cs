using System.Globalization;
using System.Text.RegularExpressions;
using Assay.Evidence;

namespace Assay.Assessment.Checks;

/// <summary>By when the maker says that a vulnerability is mended, out of IXIT 3-VulnTypes and 8-UpdProc.</summary>
internal static class DeclaredTimes
{
    /// <summary>The longest time that the tables name for a remedy, in days, with its place; null where they name none.</summary>
    public static (int Days, Location Place, string Words)? Longest(Examined examined)
    {
        (int Days, Location Place, string Words)? longest = null;
        foreach (var (_, row) in examined.Rows(3, 8))
        {
            if (Papers.Field(row, "Time Frame", "Timeframe", "Deadline", "Response Time") is not { } says) continue;
            foreach (var match in Span.Matches(says).Cast<Match>())
            {
                var word = match.Groups["n"].Value.ToLowerInvariant();
                var count = Array.IndexOf(Numbers, word) is >= 0 and var at ? at + 1 : int.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out var n) ? n : 0;
                var days = match.Groups["unit"].Value[0] switch { 'h' or 'H' => (count + 23) / 24, 'w' or 'W' => 7 * count, 'm' or 'M' => 31 * count, _ => match.Groups["business"].Success ? (int)Math.Ceiling(count * 1.5) : count };
                if (days is > 0 and < 2000 && (longest is null || days > longest.Value.Days)) longest = (days, row.At("Time Frame"), $"{Shortened.Visible(row.Id)}: {match.Value}");
            }
        }
        return longest;
    }

    /// <summary>The words leave it open by when: "no deadline", "as resources permit", "with the next generation of the hardware"; a figure beside them counts more.</summary>
    public static bool IsOpenEnded(string says) => OpenEnded.IsMatch(says) && !Span.IsMatch(says) && !TimeWord.IsMatch(says);

    /// <summary>Every span that the words name is longer than a year, and none of days or weeks stands beside it.</summary>
    public static bool IsYears(string says) => Wording.Spans(says).ToList() is { Count: > 0 } spans && spans.All(s => s.Months > 12) && !TimeWord.IsMatch(Years.Replace(says, " "));

    private static Regex Years => field ??= new(@"\b(\d{1,2}|[a-z]+)[\s-]*(years?|months?)\b|\b\d{4}(-\d\d){0,2}\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static Regex OpenEnded => field ??= new(@"\b(no (fixed |set |defined |specific |guaranteed |particular )?(time|deadline|commitment|target|schedule)|not (defined|fixed|specified|committed|guaranteed)|open-ended|whenever|when(ever)? (possible|convenient|ready|feasible|it suits|(we have|there is) (the )?(time|capacity|resources|people))|(as|if|when|so far as) (\w+ ){0,2}(resources|time|capacity|circumstances|workload|budget)s? (permits?|allows?)|(depend\w*|subject to|according to)( on)? (\w+ )?(resources|workload|capacity|effort|budget|availability)|in due course|at (some|our own|our) (point|time|discretion)|sooner or later|eventually|some ?(day|time)|best effort|what we can|subject to (\w+ )?(staff|people|capacity|availability)|unspecified|undefined|when(ever)? we|as (needed|required|necessary|the case may be)|^\W*(it )?(depends|varies|open|unknown|flexible)|(we|it) can ?(not|n['’]t) (be )?(say|said|tell|told|promise\w*|predict\w*)|no promises?|(with|in|by|to|for|until|after|on) (the |our |its |a )?(next|successor|following|new|coming) (\w+ )?(hardware|product|model|device|generation|series)( generation)?)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static Regex TimeWord => field ??= new(@"\b(immediately|at once|without delay|daily|weekly|monthly|quarterly|same day|next (business |working )?(day|week|month))\b|\d", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    /// <summary>Anything that measures time.</summary>
    public static Regex Quantity => field ??= new(@"\d|\b(one|two|three|four|five|six|seven|eight|nine|ten|fourteen|thirty|sixty|ninety|an?) (\w+ )?(hours?|days?|weeks?|fortnights?|months?|quarters?|years?)\b|\b(immediately|at once|instant\w*|without delay|(bi-?)?(daily|weekly|monthly)|quarterly|yearly|hours?|days?|weeks?|fortnight|months?)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static readonly string[] Numbers = ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"];

    private static Regex Span => field ??= new(@"\b(?<n>\d{1,3}|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve)[\s-]*(?<business>(?:business|working)\s)?(?:calendar )?(?<unit>hours?|days?|weeks?|months?)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);
}
