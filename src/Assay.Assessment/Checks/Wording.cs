using System.Text.RegularExpressions;
using Assay.Assessment.Declarations;

namespace Assay.Assessment.Checks;

/// <summary>What words in a maker's papers say, as far as a program may tell. In doubt it says nothing.</summary>
internal static partial class Wording
{
    /// <summary>Nothing is said: no letter or digit at all.</summary>
    public static bool IsEmpty(string? text) => text is null || !text.Any(char.IsLetterOrDigit);

    /// <summary>A denial alone: <c>no</c>, <c>none</c>, <c>not implemented</c>, with or without a reason after it.</summary>
    public static bool IsNo(string? text) => text is not null && No().IsMatch(text);

    /// <summary>What is asked for does not exist yet: in preparation, planned, to be introduced.</summary>
    public static bool IsPending(string? text) => text is not null && Pending().IsMatch(text);

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
    public static IEnumerable<(int Months, string Words)> Spans(string text) => TimeWords.Spans(text);

    /// <summary>Every date that the text names and that can be read in one way only.</summary>
    public static IEnumerable<(DateOnly Date, string Words)> Dates(string text) => TimeWords.Dates(text).Where(d => !d.IsAmbiguous && !d.IsFigures).Select(d => (d.Date, d.Text));

    /// <summary>The text denies the word in the same sentence: <c>MD5 is not used</c>, <c>no TLS 1.0</c>.</summary>
    public static bool Denies(string text, string word)
    {
        foreach (var sentence in text.Split('.', ';', '\n').Where(s => Names(s, word)))
        {
            if (!Denial().IsMatch(sentence)) return false;
        }
        return true;
    }

    /// <summary>Clauses of a prose text: sentences, points of a list, and what follows a "but". Lines that were only wrapped stay together.</summary>
    public static IEnumerable<string> Clauses(string? text) => text is null ? [] : ClauseEnd().Split(text).Where(c => !IsEmpty(c));

    /// <summary>The first clause that matches and does not deny what it says; null where there is none.</summary>
    public static string? Affirms(string? text, Regex what) => Clauses(text).FirstOrDefault(c => what.IsMatch(c) && !IsDenied(c));

    /// <summary>The first clause that matches and denies; null where there is none.</summary>
    public static string? Refuses(string? text, Regex what) => Clauses(text).FirstOrDefault(c => what.IsMatch(c) && IsDenied(c));

    /// <summary>
    /// The text with asides in parentheses taken out that only bring a denial of something else: <c>at night (no feed-in)</c>. A remark on the thing itself stays: <c>(not supported)</c>.
    /// </summary>
    public static string WithoutAsides(string text) => Aside().Replace(text, " ");

    /// <summary>Guarantees by their first letters are spelled out: <c>C, I, A</c> stands for confidentiality, integrity and authenticity.</summary>
    public static string Spelled(string? guarantees) => guarantees is null || !Letters().IsMatch(guarantees) ? guarantees ?? ""
        : string.Join(", ", guarantees.Select(c => c switch { 'C' or 'c' => "confidentiality", 'I' or 'i' => "integrity", 'A' or 'a' => "authenticity", _ => "" }).Where(w => w.Length > 0));

    /// <summary>The clause says that something is not so, in one of the ways that people write it.</summary>
    public static bool IsDenied(string clause) => ClauseDenial().IsMatch(clause);

    /// <summary>As <see cref="IsDenied"/>, or the clause tells of what keeps it from being so: <c>avoids</c>, <c>prevents</c>, <c>excludes</c>.</summary>
    public static bool IsAverted(string clause) => IsDenied(clause) || ClauseAversion().IsMatch(clause);

    /// <summary>The first clause that matches and neither denies nor averts what it says; null where there is none.</summary>
    public static string? Admits(string? text, Regex what) => Clauses(text).FirstOrDefault(c => what.IsMatch(c) && !IsAverted(c));

    /// <summary>Nothing is said, or nothing yet: empty, or a placeholder alone. "None" and "not applicable" are words of their own.</summary>
    public static bool IsMissing(string? text) => IsEmpty(text) || (text!.Length < 200 && Placeholder.Is(text));

    /// <summary><c>n/a</c>, <c>not applicable</c>, with or without a reason after it.</summary>
    public static bool IsNotApplicable(string? text) => text is not null && NotApplicable().IsMatch(text);

    /// <summary>The first words of a text, fit for a report.</summary>
    public static string Begin(string text)
    {
        var flat = string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        return Assay.Evidence.Shortened.Visible(flat.Length <= 120 ? flat : flat[..117] + "…");
    }

    [GeneratedRegex(@"(?<=[.;!?])\s+|\n\s*\n|\n\s*(?=[-*•]\s)|\bbut\b|\bhowever\b|\bwhereas\b|\s[–—]\s", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex ClauseEnd();

    [GeneratedRegex(@"\b(not|no|never|without|none|neither|nor|cannot|disabled?|refus\w+|reject\w+|forbid\w*|forbidden|deprecated|removed|instead of|rather than|excluded?|excluding|independent(ly)?|unrelated|lacks?|lacking|free of|no longer|impossible|infeasible|impractical|unable|denied|denies|deny)\b|n't\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex ClauseDenial();

    [GeneratedRegex(@"\b(avoid(s|ed|ing)?|prevent(s|ed|ing|ion)?|prohibit\w*|block(s|ed|ing)?|exclud\w+|eliminat\w+|filter\w*|rul(es|ed|ing) out|guards? against|protect\w* (from|against))\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex ClauseAversion();

    [GeneratedRegex(@"^[\s*_`]*(n/?a|n\.a\.|not applicable|not relevant|does not apply)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex NotApplicable();

    // English in full; from other languages the plain word, since papers are filled in two languages at once. "Non" begins other words and stands alone.
    [GeneratedRegex(@"^[\s*_`]*(no(?! (more|later|less|fewer|longer|sooner) than)|none|not (implemented|supported|available|present|provided|in place|confirmed|existing|needed|necessary|required|offered|planned|foreseen|intended|possible(?! to)|at (present|the moment|this time)|currently|yet|so far|applied)|nein|nej|nee|keine?r?|(nothing|nobody|no one|never|non)(?=[\s*_`)]*($|[.;,:(/–—]))|there (is|are) (no|none|nothing)( \w+)?(?=\s*($|[.;,(–—]))|(we|the (maker|company|supplier|manufacturer|product|device)) (do|does|have|has) ?n[o'’]t (yet |currently |at present )?(have|offer|provide|publish|plan|operate|run|maintain|supply|perform)\b[^.;]{0,14}\b(any|one|such|it|this|that|a|an)|users? (is|are) not (told|informed)(?=\s*($|[.;])))\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex No();

    [GeneratedRegex(@"^[^.;]{0,60}\b(in preparation|being (set up|established|built( up)?|introduced|prepared|drafted|worked (on|out))|under construction|(is|are) (only )?planned( for)?\b|(will|shall|is to|are to|is going to) (only )?(be )?(introduced|established|set up|built up|created|started?|follow|come|implemented|begin)|to come\b|(does|do) not (yet )?(operate|exist|work)( yet)?)", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Pending();

    [GeneratedRegex(@"\((?:no|without|unless|if not|when not)\b(?! (more|longer))[^()]{0,60}\)", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex Aside();

    [GeneratedRegex(@"^\W*[CIA](\W{1,3}(and )?[CIA]){0,2}\W*$", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex Letters();

    [GeneratedRegex(@"^[\s*_`]*(yes|confirmed|hereby confirmed|we (hereby )?confirm|true|y|ja|oui|s[ií])\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Yes();

    [GeneratedRegex(@"\b(not|no|nor|none|neither|never|without|disabled?|refus\w+|reject\w+|forbidden|deprecated|removed|instead of|excluded?)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Denial();
}
