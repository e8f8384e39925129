using System.Globalization;
using System.Text.RegularExpressions;

namespace Assay.Assessment.Checks;

/// <summary>What words in a maker's papers say, as far as a program may tell. In doubt it says nothing.</summary>
internal static partial class Wording
{
    /// <summary>Nothing is said: no letter or digit at all.</summary>
    public static bool IsEmpty(string? text) => text is null || !text.Any(char.IsLetterOrDigit);

    /// <summary>A denial alone: <c>no</c>, <c>none</c>, <c>not implemented</c>, with or without a reason after it.</summary>
    public static bool IsNo(string? text) => text is not null && No().IsMatch(text);

    public static bool IsYes(string? text) => text is not null && Yes().IsMatch(text);

    /// <summary>The word stands alone in the text, whatever its case.</summary>
    public static bool Names(string text, string word)
    {
        for (var at = 0; (at = text.IndexOf(word, at, StringComparison.OrdinalIgnoreCase)) >= 0; at++)
        {
            var before = at == 0 || !char.IsLetterOrDigit(text[at - 1]);
            var after = at + word.Length;
            if (before && (after == text.Length || !char.IsLetterOrDigit(text[after]))) return true;
        }
        return false;
    }

    /// <summary>Months of every span of time that the text names: <c>5 years</c>, <c>five-year</c>, <c>60 months</c>.</summary>
    public static IEnumerable<(int Months, string Words)> Spans(string text)
    {
        foreach (Match match in SpanWords().Matches(text))
        {
            var word = match.Groups["count"].Value;
            var count = int.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out var figure) ? figure : Array.IndexOf(Counts, word.ToLowerInvariant());
            if (count is > 0 and < 1000) yield return (match.Groups["unit"].Value.StartsWith('m') || match.Groups["unit"].Value.StartsWith('M') ? count : 12 * count, match.Value);
        }
    }

    /// <summary>Every date that the text names in one of the forms <c>2031-12-31</c>, <c>31 December 2031</c>, <c>December 31, 2031</c>.</summary>
    public static IEnumerable<(DateOnly Date, string Words)> Dates(string text)
    {
        foreach (Match match in DateWords().Matches(text))
        {
            if (DateOnly.TryParseExact(match.Value.Replace(",", "", StringComparison.Ordinal), Forms, CultureInfo.InvariantCulture, DateTimeStyles.None, out var date)) yield return (date, match.Value);
        }
    }

    /// <summary>The text denies the word in the same sentence: <c>MD5 is not used</c>, <c>no TLS 1.0</c>.</summary>
    public static bool Denies(string text, string word)
    {
        foreach (var sentence in text.Split('.', ';', '\n').Where(s => Names(s, word)))
        {
            if (!Denial().IsMatch(sentence)) return false;
        }
        return true;
    }

    /// <summary>The first words of a text, fit for a report.</summary>
    public static string Begin(string text)
    {
        var flat = string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        return Assay.Evidence.Shortened.Visible(flat.Length <= 120 ? flat : flat[..117] + "…");
    }

    private static readonly string[] Counts = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"];
    private static readonly string[] Forms = ["yyyy-MM-dd", "d MMMM yyyy", "MMMM d yyyy", "d MMM yyyy", "MMM d yyyy"];

    [GeneratedRegex(@"^[\s*_`]*(no|none|not (implemented|supported|available|present|provided|in place|confirmed|existing))\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex No();

    [GeneratedRegex(@"^[\s*_`]*(yes|confirmed|true|y)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Yes();

    [GeneratedRegex(@"\b(?<count>\d{1,3}|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve)[ -](?<unit>years?|months?)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex SpanWords();

    [GeneratedRegex(@"\b(\d{4}-\d{2}-\d{2}|\d{1,2} [A-Z][a-z]{2,8} \d{4}|[A-Z][a-z]{2,8} \d{1,2},? \d{4})\b", RegexOptions.CultureInvariant)]
    private static partial Regex DateWords();

    [GeneratedRegex(@"\b(not|no|never|without|disabled?|refus\w+|reject\w+|forbidden|deprecated|removed|instead of|excluded?)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Denial();
}
