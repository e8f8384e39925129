using System.Globalization;
using System.Text.RegularExpressions;

namespace Assay.Assessment.Declarations;

/// <summary>Dates and spans of time as people write them. Pure, English words, own list.</summary>
public static class TimeWords
{
    /// <summary>A date found in a text; a month or year stands for its last day, since support lasts until the end of what was named.</summary>
    /// <param name="IsAmbiguous">Day and month could be exchanged: <c>03/04/2028</c>. <see cref="Date"/> is then the later of the two.</param>
    /// <param name="IsFigures">Month and year in figures alone, which may as well be an edition's number or date: <c>2028-02</c>.</param>
    public readonly record struct Found(DateOnly Date, bool IsAmbiguous, bool IsFigures, string Text);

    /// <summary>All dates in a text, in order: <c>2028-12-31</c>, <c>31.12.2028</c>, <c>31/12/2028</c>, <c>31 December 2028</c>, <c>December 31, 2028</c>, <c>Dec 2028</c>, <c>12/2028</c>, <c>2028-12</c>, <c>Q4 2028</c>, <c>2028/12/31</c>, <c>31-Dec-2028</c>, <c>end of 2028</c>.</summary>
    public static IReadOnlyList<Found> Dates(string? text)
    {
        var found = new List<Found>();
        foreach (var match in DatePattern.Matches(text ?? "").Cast<Match>())
        {
            int Number(string group) => match.Groups[group].Success ? int.Parse(match.Groups[group].ValueSpan, CultureInfo.InvariantCulture) : 0;
            var year = Number("y");
            var (day, month, ambiguous) = (Number("d"), Number("m"), false);
            if (match.Groups["name"].Success) month = 1 + Array.IndexOf(Months, match.Groups["name"].Value[..3].ToLowerInvariant());
            if (match.Groups["q"].Success) month = 3 * Number("q");
            if (match.Groups["end"].Success) month = 12;
            if (match.Groups["a"].Success)
            {
                var (a, b) = (Number("a"), Number("b"));
                // Dots are written day first; with slashes nobody knows unless one of the two is above twelve.
                (day, month) = match.Groups["dot"].Success || a > 12 || b <= 12 ? (a, b) : (b, a);
                ambiguous = !match.Groups["dot"].Success && a <= 12 && b <= 12 && a != b;
                if (ambiguous) (day, month) = (Math.Min(a, b), Math.Max(a, b));
            }
            if (year is < 1990 or > 2199 || month is < 1 or > 12) continue;
            var last = DateTime.DaysInMonth(year, month);
            if (day > last) continue;
            found.Add(new Found(new DateOnly(year, month, day == 0 ? last : day), ambiguous, day == 0 && !match.Groups["name"].Success && !match.Groups["q"].Success && !match.Groups["end"].Success, match.Value));
        }
        return found;
    }

    /// <summary>All spans in a text in months: <c>5 years</c>, <c>five-year</c>, <c>60 months</c>; spans of days and weeks are left out.</summary>
    public static IReadOnlyList<(int Months, string Text)> Spans(string? text)
    {
        var found = new List<(int, string)>();
        foreach (var match in SpanPattern.Matches(text ?? "").Cast<Match>())
        {
            var word = match.Groups["n"].Value.ToLowerInvariant();
            var count = Array.IndexOf(Numbers, word) is >= 0 and var at ? at + 1 : int.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out var n) ? n : 0;
            if (count is > 0 and <= 600) found.Add((match.Groups["year"].Success ? 12 * count : count, match.Value));
        }
        return found;
    }

    private static readonly string[] Months = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
    private static readonly string[] Numbers = ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"];

    private const string MonthName = @"(?<name>jan(uary)?|feb(ruary)?|mar(ch)?|apr(il)?|may|june?|july?|aug(ust)?|sept?(ember)?|oct(ober)?|nov(ember)?|dec(ember)?)\.?";

    private static Regex DatePattern => field ??= new(@"\b((?<y>\d{4})-(?<m>\d{1,2})-(?<d>\d{1,2})(\b|T)|(?<y>\d{4})[/.](?<m>\d{1,2})[/.](?<d>\d{1,2})\b|(?<d>\d{1,2})-" + MonthName + @"-(?<y>\d{4})\b|(?<end>end\sof(\sthe\syear)?)\s(?<y>\d{4})\b|(?<a>\d{1,2})((?<dot>\.\s?)(?<b>\d{1,2})\.\s?|[/-](?<b>\d{1,2})[/-])(?<y>\d{4})\b|(?<d>\d{1,2})(st|nd|rd|th|\.)?\s(of\s)?" + MonthName
        + @",?\s(?<y>\d{4})\b|" + MonthName + @"\s(?<d>\d{1,2})(st|nd|rd|th)?,?\s(?<y>\d{4})\b|" + MonthName + @",?\s(?<y>\d{4})\b|(?<y>\d{4})-(?<m>\d{2})\b|(?<m>\d{1,2})/(?<y>\d{4})\b|q(?<q>[1-4])[\s/-]{1,2}(?<y>\d{4})\b|(?<y>\d{4})[\s/-]?q(?<q>[1-4])\b|(?<q>[1-4])q[\s/-]?(?<y>\d{4})\b)",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture);

    private static Regex SpanPattern => field ??= new(@"\b(?<n>\d{1,3}|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve)[\s-]?(\([^)]{1,12}\)\s)?((?<year>years?|yrs?)|months?)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture);
}
