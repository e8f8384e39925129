namespace Assay.Software.Matching.Versions;

/// <summary>Perl's order: v1.2.3 and what has two dots or more are lists of numbers; anything else is a decimal fraction in groups of three digits, so that 1.2 is v1.200. perl: lib/version.pod, vutil.c.</summary>
/// <remarks>An underscore marks a trial release and does not count.</remarks>
internal static class PerlVersion
{
    /// <summary>Null where one of them is not such a version.</summary>
    public static int? Compare(string a, string b)
    {
        if (Numbers(a) is not { } left || Numbers(b) is not { } right) return null;
        for (var i = 0; i < Math.Max(left.Count, right.Count); i++)
        {
            if (DecimalDigits.Compare(i < left.Count ? left[i] : "", i < right.Count ? right[i] : "") is var number and not 0) return number;
        }
        return 0;
    }

    private static List<string>? Numbers(string text)
    {
        text = text.Trim();
        var dotted = text.StartsWith('v');
        if (dotted) text = text[1..];
        if (text.EndsWith('_') || text.StartsWith('_')) return null;
        text = text.Replace("_", "", StringComparison.Ordinal);
        var parts = text.Split('.');
        if (parts.Any(p => !DecimalDigits.Are(p))) return null;
        if (dotted || parts.Length > 2) return [.. parts];
        var numbers = new List<string> { parts[0] };
        for (var at = 0; parts.Length == 2 && at < parts[1].Length; at += 3) numbers.Add(parts[1][at..Math.Min(at + 3, parts[1].Length)].PadRight(3, '0'));
        return numbers;
    }
}
