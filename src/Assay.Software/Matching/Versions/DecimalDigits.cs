namespace Assay.Software.Matching.Versions;

/// <summary>Numbers as versions write them: decimal digits of any length.</summary>
internal static class DecimalDigits
{
    public static bool Are(ReadOnlySpan<char> text) => !text.IsEmpty && !text.ContainsAnyExceptInRange('0', '9');

    /// <summary>-1, 0 or 1 by value; no digits at all count as zero.</summary>
    public static int Compare(ReadOnlySpan<char> a, ReadOnlySpan<char> b)
    {
        a = a.TrimStart('0');
        b = b.TrimStart('0');
        return a.Length != b.Length ? a.Length < b.Length ? -1 : 1 : Math.Sign(a.SequenceCompareTo(b));
    }

    /// <summary>Takes the digits that <paramref name="rest"/> begins with; empty where there is none.</summary>
    public static ReadOnlySpan<char> Take(scoped ref ReadOnlySpan<char> rest)
    {
        var end = rest.IndexOfAnyExceptInRange('0', '9');
        if (end < 0) end = rest.Length;
        var digits = rest[..end];
        rest = rest[end..];
        return digits;
    }
}
