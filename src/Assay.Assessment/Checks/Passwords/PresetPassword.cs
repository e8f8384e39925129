using System.Text.RegularExpressions;
using Assay.Assessment.Declarations;

namespace Assay.Assessment.Checks;

/// <summary>What a row of IXIT 1-AuthMech says of passwords that are set before the device is sold: the text of their generation, and what can be computed from it.</summary>
internal static class PresetPassword
{
    /// <summary>The words on generation, where the row is about a preset secret that people or machines type; null where there is none or it is the user's own.</summary>
    public static string? GenerationOf(IxitRow row)
    {
        var says = Papers.Field(row, "Password Generation");
        return Wording.IsEmpty(says) || Wording.IsNotApplicable(says) || IsNone(says!) || IsUsersOwn(says!) ? null : says;
    }

    /// <summary>No password is made: a denial, or words such as <c>we do not generate any</c> and <c>not a password</c>.</summary>
    public static bool IsNone(string says) => Wording.IsNo(says) || NoneMade.IsMatch(says);

    /// <summary>The user sets it, and nothing is set before that.</summary>
    public static bool IsUsersOwn(string says) => Wording.Affirms(says, ByUser) is not null && !Preset.IsMatch(says);

    /// <summary>Bits of the smallest space that the text names: <c>8 characters of a-z and 0-9</c>, <c>6-digit PIN</c>, <c>64 bits</c>; null where it names no length.</summary>
    public static double? BitsOf(string text)
    {
        if (Range.Match(text) is { Success: true } range) return range.Groups["n"].Length * Math.Log2(10);
        if (Length.Match(text) is not { Success: true } length || !Count(length.Groups["n"].Value, out var count)) return Entropy.Match(text) is { Success: true } bits && Count(bits.Groups["n"].Value, out var named) ? named : null;
        var unit = length.Groups["unit"].Value.ToLowerInvariant();
        var alphabet = unit.StartsWith("digit", StringComparison.Ordinal) || unit.StartsWith("number", StringComparison.Ordinal) || unit.StartsWith("numeric", StringComparison.Ordinal) || Digits.IsMatch(text) && !Letters.IsMatch(text) ? 10
            : Hexadecimal.IsMatch(text) ? 16
            : Lower.IsMatch(text) && !Upper.IsMatch(text) ? Digits.IsMatch(text) ? 36 : 26
            : Symbols.IsMatch(text) ? 94 : 62;
        var computed = count * Math.Log2(alphabet);
        // What the text says in bits counts where it says less than its length and alphabet would give.
        return Entropy.Match(text) is { Success: true } said && Count(said.Groups["n"].Value, out var stated) ? Math.Min(computed, stated) : computed;
    }

    /// <summary>The named length in characters, or null.</summary>
    public static int? LengthOf(string text) => Length.Match(text) is { Success: true } match && Count(match.Groups["n"].Value, out var count) ? count : null;

    private static bool Count(string word, out int count)
    {
        var at = Array.IndexOf(Numbers, word.ToLowerInvariant());
        count = at + 1;
        return at >= 0 || int.TryParse(word, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out count);
    }

    private static Regex NoneMade => field ??= new(@"^\W*((we|it|the (maker|factory|device|product)) )?((do|does|did|is|are|was|were|will)( not|n[o'’]t)( be)?|never) (generat\w+|creat\w+|mak(e|es|ing)|made|set|assign\w*|issu\w+|preset)( (any|one|a|passwords?|such|for|by|at) ?([\w-]+ ?){0,3})?\W*($|[.;,:(])|^\W*not an? (password|passphrase|pin|secret)\b|^\W*(it|that|this) is (not a|no) (password|passphrase|pin)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static Regex Range => field ??= new(@"\b0{3,}\s*(to|-|–|\.{2,3}|until|through)\s*(?<n>9{3,})\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static readonly string[] Numbers = ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen"];

    private static Regex ByUser => field ??= new(@"\b(user|owner|administrator|customer|operator|installer)s?\b[^.]{0,60}\b(set|sets|choose|chooses|chosen|define[sd]?|select\w*|enter\w*|create[sd]?)\b|\b(set|chosen|defined|selected|entered|created|generated manually) by (the |an? )?(\w+ )?(user|owner|administrator|customer|operator)|\buser-(defined|chosen|set|selected)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static Regex Preset => field ??= new(@"\b(factory|default|preset|pre-set|pre-?installed|production|manufactur\w+|printed|label|sticker|initial|derived|generator|randomly generated|unique per device)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static Regex Length => field ??= new(@"\b(?<n>\d{1,3}|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen)[\s-]+(?:(?:random|hex(?:adecimal)?|alpha-?numeric(?:al)?|decimal|upper-?case|lower-?case|printable|ascii|base64|base32|numeric|or more)[\s-]+){0,3}(?<unit>digits?|characters?|chars?|letters?|symbols?|numbers|numeric pin|signs)\b|\blength (?:of |is |= ?|: ?)?(?<n>\d{1,3})(?!\s*(?:bit|byte))(?<unit>)", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static Regex Entropy => field ??= new(@"\b(?<n>\d{1,3})[\s-]?bits?\b(?=[^.;]{0,60}(entropy|random|security|search space|strength))|(entropy|randomness|search space|strength)[^.;\d]{0,40}?\b(?<n>\d{1,3})[\s-]?bits?\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static Regex Digits => field ??= new(@"\b(digits?|numeric|numbers?|0\s?[-–]\s?9|decimal)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static Regex Letters => field ??= new(@"\b(letters?|alpha\w*|a\s?[-–]\s?[zf]|hex\w*|base64|base32|characters?)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static Regex Hexadecimal => field ??= new(@"\bhex(adecimal)?\b|\b[aA]\s?[-–]\s?[fF]\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static Regex Lower => field ??= new(@"\blower-?case\b|\ba\s?[-–]\s?z\b", RegexOptions.CultureInvariant);

    private static Regex Upper => field ??= new(@"\b[Uu]pper-?case\b|\bA\s?[-–]\s?Z\b|\bmixed[- ]case\b|\b(upper|lower) and (upper|lower)\b", RegexOptions.CultureInvariant);

    private static Regex Symbols => field ??= new(@"\b(symbols?|special (characters?|signs?)|punctuation|printable)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);
}
