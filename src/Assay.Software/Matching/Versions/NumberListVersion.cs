namespace Assay.Software.Matching.Versions;

/// <summary>
/// Lists of numbers, compared number by number; where one ends first it is the older. Hackage: Haskell Package Versioning Policy, Data.Version (1.0 before 1.0.0; tags do not count).
/// CRAN: "Writing R Extensions" 1.1.1 and R's compareVersion (dots and dashes). intdot: vers-spec, general types (what follows the first other character does not count).
/// </summary>
internal static class NumberListVersion
{
    /// <summary>Null where one of them is not such a version.</summary>
    public static int? Hackage(ReadOnlySpan<char> a, ReadOnlySpan<char> b) => Is(ref a, ".", tags: true) && Is(ref b, ".", tags: true) ? Compare(a, b) : null;

    /// <summary>Null where one of them is not such a version.</summary>
    public static int? Cran(ReadOnlySpan<char> a, ReadOnlySpan<char> b) => Is(ref a, ".-", tags: false) && Is(ref b, ".-", tags: false) ? Compare(a, b) : null;

    /// <summary>Null where one of them does not begin with a number.</summary>
    public static int? IntDot(ReadOnlySpan<char> a, ReadOnlySpan<char> b)
    {
        Cut(ref a);
        Cut(ref b);
        return a.IsEmpty || b.IsEmpty || !char.IsAsciiDigit(a[0]) || !char.IsAsciiDigit(b[0]) ? null : Compare(a, b);

        static void Cut(scoped ref ReadOnlySpan<char> text)
        {
            var end = 0;
            while (end < text.Length && (char.IsAsciiDigit(text[end]) || text[end] == '.')) end++;
            text = text[..end].TrimEnd('.');
        }
    }

    private static bool Is(scoped ref ReadOnlySpan<char> text, ReadOnlySpan<char> separators, bool tags)
    {
        if (tags && text.IndexOf('-') is var dash and > 0) text = text[..dash];
        var rest = text;
        while (true)
        {
            if (DecimalDigits.Take(ref rest).IsEmpty) return false;
            if (rest.IsEmpty) return true;
            if (!separators.Contains(rest[0])) return false;
            rest = rest[1..];
        }
    }

    private static int Compare(ReadOnlySpan<char> a, ReadOnlySpan<char> b)
    {
        while (true)
        {
            var left = DecimalDigits.Take(ref a);
            var right = DecimalDigits.Take(ref b);
            if (DecimalDigits.Compare(left, right) is var number and not 0) return number;
            if (a.IsEmpty || b.IsEmpty) return (!a.IsEmpty).CompareTo(!b.IsEmpty);
            a = a[1..];
            b = b[1..];
        }
    }
}
