using System.Globalization;
using System.Text.RegularExpressions;
using Assay.Evidence;

namespace Assay.Assessment.Checks;

/// <summary>By when the maker says that a vulnerability is mended, out of IXIT 3-VulnTypes and 8-UpdProc.</summary>
internal static partial class DeclaredTimes
{
    /// <summary>The longest time that the tables name for a remedy, in days, with its place; null where they name none.</summary>
    public static (int Days, Location Place, string Words)? Longest(Examined examined)
    {
        (int Days, Location Place, string Words)? longest = null;
        foreach (var (_, row) in examined.Rows(3, 8))
        {
            if (Papers.Field(row, "Time Frame", "Timeframe", "Deadline", "Response Time") is not { } says) continue;
            foreach (var match in Span().Matches(says).Cast<Match>())
            {
                var word = match.Groups["n"].Value.ToLowerInvariant();
                var count = Array.IndexOf(Numbers, word) is >= 0 and var at ? at + 1 : int.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out var n) ? n : 0;
                var days = match.Groups["unit"].Value[0] switch { 'h' or 'H' => (count + 23) / 24, 'w' or 'W' => 7 * count, 'm' or 'M' => 31 * count, _ => match.Groups["business"].Success ? (int)Math.Ceiling(count * 1.5) : count };
                if (days is > 0 and < 2000 && (longest is null || days > longest.Value.Days)) longest = (days, row.At("Time Frame"), $"{Shortened.Visible(row.Id)}: {match.Value}");
            }
        }
        return longest;
    }

    private static readonly string[] Numbers = ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"];

    [GeneratedRegex(@"\b(?<n>\d{1,3}|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve)[\s-]*(?<business>(?:business|working)\s)?(?:calendar )?(?<unit>hours?|days?|weeks?|months?)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Span();
}
