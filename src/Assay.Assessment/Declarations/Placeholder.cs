using System.Text.RegularExpressions;

namespace Assay.Assessment.Declarations;

/// <summary>Words that stand where a statement should be. Pure; own list.</summary>
public static class Placeholder
{
    /// <summary>The first placeholder in a text, or null. A short text that is nothing else, or a mark inside a longer one.</summary>
    public static string? In(string? text)
    {
        if (string.IsNullOrWhiteSpace(text)) return null;
        var whole = text.Trim().Trim('*', '_', '`', '.', '"', '\'').Trim();
        if (WholeText.IsMatch(whole)) return whole;
        for (var mark = Mark.Match(text); mark.Success; mark = mark.NextMatch())
        {
            if (!IsPartOfName(text, mark)) return mark.Value.Trim();
        }
        return null;
    }

    // "Acme-XXXX", `Acme Setup XXXX`: the X stand for digits of a name or number that differs from unit to unit, not for missing words.
    private static bool IsPartOfName(string text, Match mark)
    {
        if (mark.Value.AsSpan().Trim().IndexOfAnyExcept('X', 'x') >= 0) return false;
        char Before(int at) => at > 0 ? text[at - 1] : ' ';
        char After(int at) => at < text.Length ? text[at] : ' ';
        if (Before(mark.Index) is '-' or '_' or ':' or '.' or '/' || After(mark.Index + mark.Length) is '-' or '_' or ':' or '/') return true;
        var line = text.LastIndexOf('\n', mark.Index) + 1;
        var end = text.IndexOf('\n', mark.Index) is >= 0 and var newline ? newline : text.Length;
        foreach (var quote in (ReadOnlySpan<char>)['`', '"', '\''])
        {
            var open = mark.Index > line ? text.LastIndexOf(quote, mark.Index - 1, mark.Index - line) : -1;
            var close = text.IndexOf(quote, mark.Index + mark.Length, end - mark.Index - mark.Length);
            if (open >= 0 && close >= 0 && text.AsSpan(open, mark.Index - open).IndexOfAnyInRange('a', 'z') >= 0 && text.AsSpan(line, open - line).Count(quote) % 2 == 0) return true;
        }
        return false;
    }

    public static bool Is(string? text) => In(text) is not null;

    /// <summary>A reason for "not applicable" that says only that something has not happened so far.</summary>
    public static bool IsCircular(string? text) => text is not null && NeverHappened.IsMatch(text);

    private static Regex WholeText => field ??= new(@"^(\?+|-{2,}|x{2,}|\.{3,}|…|tb[cda]|todo|fixme|n/?a\s+(yet|for now|at the moment)|not (yet )?(defined|decided|known|filled|specified)|to be (done|defined|decided|filled|completed|determined|announced|confirmed)|pending|unknown yet|<[^<>]*>|\[[^\[\]]*\]|\{\{.*\}\}|none yet|soon|dummy|sample text|placeholder|insert .* here|enter .* here|fill (this )?in)$",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.NonBacktracking);

    private static Regex Mark => field ??= new(@"(\?+\s*(years?|months?|days?|weeks?|hours?)\b|\b([xX]{1,4}|[nN]|_{2,})\s+(years?|months?|days?|weeks?|hours?)\b|\bTBD\b|\bTBC\b|\bTBA\b|\bTODO\b|\bFIXME\b|\bXXX+\b|\b(?i:lorem ipsum)\b|\bn/?a yet\b|(?i:\bto be (defined|decided|determined|announced|completed|filled in)\b)|(?i:\bplaceholder\b)|(?i:<(insert|enter|your|todo|tbd|date|name|model|url)[^<>]{0,60}>)|\?{3,}|\b(?:YYYY|20[xX?]{2})-?(?:MM|[xX?]{2})?)",
        RegexOptions.CultureInvariant | RegexOptions.NonBacktracking);

    private static Regex NeverHappened => field ??= new(@"\b(never (happened|occurred|been (needed|used|reported|seen|necessary))|(has|have|had) not (happened|occurred|been (needed|reported|seen|necessary)|(yet )?come up)|did not (happen|occur)|no (such )?(case|incident|event|vulnerabilit(y|ies)|update)s? (so far|yet|to date|until now|(has|have) (ever )?(occurred|been (reported|found|needed)))|not (been )?(needed|necessary|required) (so far|yet|to date|until now)|so far (no|none|never))\b",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.NonBacktracking);
}
