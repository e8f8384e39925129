using System.Text.RegularExpressions;
using Assay.Assessment.Declarations;

namespace Assay.Assessment.Checks;

/// <summary>What a field of a row amounts to, before anybody weighs its words.</summary>
internal enum Filled
{
    /// <summary>The row has no such field: its layout may not know it.</summary>
    Missing,
    /// <summary>The field is there and holds no letter or digit.</summary>
    Empty,
    /// <summary>"TBD" and its like.</summary>
    Placeholder,
    /// <summary>A plain "no" or "none", with or without a reason after it.</summary>
    Denied,
    NotApplicable,
    Words,
}

/// <summary>How checks judge one field of one row.</summary>
internal static class Fields
{
    // In a long text "XXXX" may be a part of a name; a placeholder stands nearly alone.
    private const int LongestPlaceholder = 120;

    public static Filled Of(IxitRow row, params ReadOnlySpan<string> names) => Of(Papers.Field(row, names));

    public static Filled Of(string? value) => value is null ? Filled.Missing
        : Wording.IsEmpty(value) ? Filled.Empty
        : NotApplicable.IsMatch(value) ? Filled.NotApplicable
        : value.Length <= LongestPlaceholder && Placeholder.Is(value) ? Filled.Placeholder
        : Denial.IsMatch(value) || Wording.IsNo(value) ? Filled.Denied
        : Filled.Words;

    /// <summary>Nothing stands there that could be read as a statement, though the layout has the place for it.</summary>
    public static bool IsHollow(this Filled filled) => filled is Filled.Empty or Filled.Placeholder;

    /// <summary>For a message: <c>is empty</c>, <c>says "TBD"</c>.</summary>
    public static string Shown(string? value) => Wording.IsEmpty(value) ? "is empty" : $"says \"{Wording.Begin(value!)}\"";

    /// <summary>The same answer, for one row.</summary>
    public static Answer For(this Answer answer, (IxitTable Table, IxitRow Row) of) => answer with { Row = Papers.Place(of) };

    /// <summary>
    /// "All" is never relaxed to "some", also where a unit asks for more than the rows of one table: rows of other tables support it only together.
    /// </summary>
    /// <param name="asked">The table whose rows the engine weighs one by one; 0 for none.</param>
    public static IEnumerable<Answer> Together(this IEnumerable<Answer> answers, int asked = 0)
    {
        var all = answers.ToList();
        var open = all.Where(a => a is { Says: Says.Open, Row: not null }).Select(a => a.Unit).ToHashSet(StringComparer.Ordinal);
        return all.Where(a => a.Says != Says.Supports || a.Row is null || a.Row.Table == asked || !open.Contains(a.Unit));
    }

    /// <summary>The sentences of a text; a line's end ends none, a blank line and a list item do.</summary>
    public static IEnumerable<string> Sentences(string text) =>
        SentenceEnd.Split(text).Select(s => string.Join(' ', s.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries))).Where(s => s.Length > 0);

    /// <summary>The first sentence in which the pattern stands and is not denied; null where there is none.</summary>
    public static string? Affirms(string text, Regex pattern) => Sentences(text).FirstOrDefault(s => pattern.IsMatch(s) && !Negation.IsMatch(s));

    private static Regex NotApplicable => field ??= new(@"^[\s*_`(]*(n\s*/\s*a|n\.a\.|not applicable|does not apply|inapplicable)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    // "No." and "None (…)" deny; "No interaction is needed, the app tells …" does not.
    private static Regex Denial => field ??= new(@"^[\s*_`(]*(no|none|nothing|nil|not (implemented|supported|available|present|provided|planned|in place|foreseen|given|done|declared|documented|existing|needed|necessary|required|offered|possible|intended|at (present|the moment|this time))|(no|none|nothing|not any) (in particular|particular \w+|special|specific)|never|missing|unknown|unspecified|false|nein|nej|nee|keine?)( (at all|at present|at the moment|so far|yet|whatsoever|today|for now|currently|any ?more))?[\s*_`)]*($|[.;,:(/\u2013\u2014-])", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static Regex SentenceEnd => field ??= new(@"(?<=[.;!?])\s+(?=[A-Z0-9*`""'(])|\n\s*\n|\n\s*(?=[-*] )|;\s");

    public static Regex Negation => field ??= new(@"\b(not|no|never|without|cannot|can't|doesn't|isn't|nor|neither|none|avoids?|prevents?|instead of|rather than|refus\w+|reject\w+|prohibit\w*|forbid\w*|unlike|removed|excluded?)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);
}
