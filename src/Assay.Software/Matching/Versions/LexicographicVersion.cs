namespace Assay.Software.Matching.Versions;

/// <summary>Texts by the bytes of their UTF-8, without any normal form: what the general type lexicographic of vers-spec asks for. Every pair has an answer.</summary>
internal static class LexicographicVersion
{
    public static int Compare(ReadOnlySpan<char> a, ReadOnlySpan<char> b)
    {
        var same = a.CommonPrefixLength(b);
        if (same == a.Length || same == b.Length) return a.Length.CompareTo(b.Length);
        // UTF-8 orders by code point; in UTF-16 what lies beyond the first plane begins with a surrogate, which stands below U+E000.
        var (left, right) = (a[same], b[same]);
        if (char.IsSurrogate(left) != char.IsSurrogate(right)) return char.IsSurrogate(left) ? 1 : -1;
        return left < right ? -1 : 1;
    }
}
