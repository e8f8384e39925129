using System.Text.RegularExpressions;

namespace Assay.Assessment.Checks;

/// <summary>
/// Cells that shrug: they deny, trust or postpone, and not one word in them is of the kind that an answer to the cell's question is made of. Both are needed:
/// a denial beside such a word may bring it back, and strange words without a denial are for a person.
/// </summary>
internal static class GivenUp
{
    // What stands in a cell is short; a page of text has other things to say.
    private const int Longest = 200;

    /// <param name="answer">Words that an answer to the cell's question is made of; one is enough, also where it is denied.</param>
    public static bool Is(string? says, Regex answer) => says is { Length: > 0 and < Longest } && !answer.IsMatch(says) && !Elsewhere.IsMatch(says) && !Averts.IsMatch(says) && Head(says) is var head && (Wording.IsDenied(head) || Shrugs.IsMatch(head));

    // What the cell says first is what it says; a denial further on qualifies it.
    private static string Head(string says) => says[..(says.AsSpan().IndexOfAny(",;:.(") is > 0 and var end ? end : says.Length)];

    // What must not be is what is denied.
    private static Regex Averts => field ??= new(@"\b(plain|clear|readable|un(checked|validated|verified|signed|encrypted|filtered|trusted|authori[sz]ed|limited|protected)|default|weak|hard-?coded|accept\w*|(nothing|no \w+) (is |gets? |are )?(lost|left|kept|stays?|leaves?)|(no one|nobody|anyone) (else|but)|command)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    // Another row, paper or page holds the answer.
    private static Regex Elsewhere => field ??= new(@"\b(see|as in|as for|as per|according to|annex|appendix|section|chapter|table|policy|document|ditto)\b|\b[A-Z][A-Za-z]+-\d|https?://|\b[a-z0-9-]+\.(com|org|net|eu|io|de|fi|fr|uk|example)\b|\b(19|20)\d\d\b", RegexOptions.CultureInvariant);

    private static Regex Shrugs => field ??= new(@"\b(trust\w*|rel(y|ies|ied|ying)|left|just|merely|unlikely|hardly|unnecessary|superfluous|forgotten|forget\w*|ignor\w+|skipp\w+|omit\w*|outstanding|planned|later|some ?day|next|everybody|everyone|anybody|anyone|whoever|whatever|guess\w*|hop(e|es|ing)|believ\w+|as (he|she|it|they|one|we) (likes?|came|comes?|wants?|stands?)|straight away|right away|until it (fits|works)|for ever|saw|decided|supposed|expected|works fine|good enough|seldom|unknown|unclear|sure|samples?|examples?|copied|discipline|convention|in (the )?daily use|for all|guests|stored|billed|lawyer)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);
}
