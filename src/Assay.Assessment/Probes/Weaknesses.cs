using System.Text.RegularExpressions;

namespace Assay.Assessment.Probes;

/// <summary>Whether a weakness that a tool names is about input that is taken for what it must not be taken for.</summary>
internal static class Weaknesses
{
    // CWE: injection of commands, queries, code, markup, paths, objects; memory that an input overruns.
    private static readonly HashSet<string> Cwe = new(StringComparer.Ordinal)
    {
        "20", "22", "23", "36", "73", "74", "75", "77", "78", "79", "80", "88", "89", "90", "91", "93", "94", "95", "96", "97", "98", "99", "113", "116", "117", "119", "120", "121", "122", "124", "125",
        "126", "129", "131", "134", "190", "191", "416", "434", "444", "470", "502", "564", "601", "611", "643", "652", "680", "776", "787", "843", "915", "917", "918", "943", "1236", "1321", "1333", "1336",
    };

    internal static bool IsInjection(string words) => Injection.IsMatch(words);

    /// <param name="cwe"><c>89</c>, <c>CWE-89</c>, <c>external/cwe/cwe-089</c>.</param>
    internal static bool IsInjectionCwe(string? cwe)
    {
        if (cwe is null) return false;
        var match = Number.Match(cwe);
        return match.Success && Cwe.Contains(match.Groups[1].Value);
    }

    private static Regex Injection => field ??= new(@"\binject(ion|ed)?\b|-injection|cross[- ]site[- ]script|\bxss\b|path[- ]traversal|directory[- ]traversal|buffer[- ]over(flow|run|read)|stack[- ]overflow|heap[- ]overflow|out[- ]of[- ]bounds|format[- ]string|remote code|command exec|shellshock|deserial|external entit|\bxxe\b|\bsqli\b|\brce\b|remote os command", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static Regex Number => field ??= new(@"(?:^|cwe[-_/: ])0*(\d{1,5})(?!\d)", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);
}
