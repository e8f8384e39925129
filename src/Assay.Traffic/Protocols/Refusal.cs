using System.Text;
using System.Text.RegularExpressions;

namespace Assay.Traffic.Protocols;

/// <summary>
/// Answers of web servers that say "200 OK" and mean no: an error in JSON, a form that asks for a password, a page that leads to one, words of refusal.
/// </summary>
public static partial class Refusal
{
    // What an error or the head of a log-in page needs; a longer page is read to here.
    private const int Longest = 4096;

    /// <param name="body">The answer's body, or its beginning; the first 4,096 characters are read.</param>
    public static bool In(string body) => Words().IsMatch(body.Length > Longest ? body[..Longest] : body);

    /// <summary>As above, for bytes of a text of any encoding that keeps ASCII.</summary>
    internal static bool In(ReadOnlySpan<byte> body) => body.Length > 0 && In(Encoding.Latin1.GetString(body[..Math.Min(body.Length, Longest)]));

    [GeneratedRegex("""
        unauthori[sz]ed|forbidden|\b(access|permission)[ _-]?denied|not[ _-]?(logged[ _-]?in|authori[sz]ed|authenticated|permitted)|\b(log|sign)[ _-]?(in|on)[ _-]?(required|first)|please[ _-](log|sign)[ _-]?(in|on)
        |invalid[ _-](token|session|credentials?)|session[ _-](has[ _-])?(expired|timed?[ _-]?out)|authentication[ _-](required|failed)
        |"errors?"\s*:\s*(?!null\b|false\b|0\b|""|"(?:none|ok|0|no[ ]error)"|\[\s*\]|\{\s*\})
        |"(?:success|ok|succeeded)"\s*:\s*(?:false|0\b|"(?:false|no)")
        |"(?:status|result|code|ret|errno|err_?code|error_?code)"\s*:\s*(?:"(?:error|fail\w*|denied|refused|ko|nok)"|"?40[0-9]\b|-\d)
        |<input\b[^>]{0,200}\btype\s*=\s*["']?password
        |<meta\b[^>]{0,80}\brefresh\b[^>]{0,200}\b(?:log|sign)-?[io]n
        |\blocation(?:\.href)?\s*=\s*["'][^"']{0,200}\b(?:log|sign)-?[io]n
        """, RegexOptions.CultureInvariant | RegexOptions.IgnoreCase | RegexOptions.IgnorePatternWhitespace | RegexOptions.ExplicitCapture)]
    private static partial Regex Words();
}
