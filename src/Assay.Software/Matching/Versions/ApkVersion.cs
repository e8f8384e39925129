namespace Assay.Software.Matching.Versions;

/// <summary>
/// Alpine's and Gentoo's order: numbers, one letter, suffixes such as _rc1 and _p2, a commit, a revision -r3. apk-tools: src/version.c; Gentoo: Package Manager Specification 8, chapter 3.
/// </summary>
internal static class ApkVersion
{
    private static readonly string[] Before = ["alpha", "beta", "pre", "rc"], After = ["cvs", "svn", "git", "hg", "p"];

    /// <summary>Null where one of them is not such a version.</summary>
    public static int? Compare(ReadOnlySpan<char> a, ReadOnlySpan<char> b)
    {
        if (!IsVersion(a) || !IsVersion(b)) return null;
        var first = true;
        while (true)
        {
            var left = DecimalDigits.Take(ref a);
            var right = DecimalDigits.Take(ref b);
            // After the first, a number with a leading zero counts as a fraction.
            var order = !first && (left[0] == '0' || right[0] == '0') ? Math.Sign(left.TrimEnd('0').SequenceCompareTo(right.TrimEnd('0'))) : DecimalDigits.Compare(left, right);
            if (order != 0) return order;
            first = false;
            var (moreA, moreB) = (a.StartsWith('.'), b.StartsWith('.'));
            if (moreA != moreB) return moreA ? 1 : -1;
            if (!moreA) break;
            a = a[1..];
            b = b[1..];
        }
        var (letterA, letterB) = (Letter(ref a), Letter(ref b));
        if (letterA != letterB) return letterA < letterB ? -1 : 1;
        while (a.StartsWith('_') || b.StartsWith('_'))
        {
            var (rankA, rankB) = (Suffix(ref a), Suffix(ref b));
            if (rankA != rankB) return rankA < rankB ? -1 : 1;
            var left = DecimalDigits.Take(ref a);
            var right = DecimalDigits.Take(ref b);
            if (DecimalDigits.Compare(left, right) is var number and not 0) return number;
        }
        var commitA = Commit(ref a);
        var commitB = Commit(ref b);
        if (commitA.SequenceCompareTo(commitB) is var commit and not 0) return Math.Sign(commit);
        return DecimalDigits.Compare(a.IsEmpty ? a : a[2..], b.IsEmpty ? b : b[2..]);
    }

    public static bool IsVersion(ReadOnlySpan<char> rest)
    {
        while (true)
        {
            if (DecimalDigits.Take(ref rest).IsEmpty) return false;
            if (!rest.StartsWith('.')) break;
            rest = rest[1..];
        }
        Letter(ref rest);
        while (rest.StartsWith('_'))
        {
            if (Suffix(ref rest) == 0) return false;
            DecimalDigits.Take(ref rest);
        }
        if (rest.StartsWith('~') && Commit(ref rest).IsEmpty) return false;
        return rest.IsEmpty || rest.StartsWith("-r") && DecimalDigits.Are(rest[2..]);
    }

    private static char Letter(scoped ref ReadOnlySpan<char> rest)
    {
        if (rest.IsEmpty || rest[0] is not (>= 'a' and <= 'z')) return '\0';
        var letter = rest[0];
        rest = rest[1..];
        return letter;
    }

    /// <summary>Below zero before the version, above zero after it, zero for none or an unknown one.</summary>
    private static int Suffix(scoped ref ReadOnlySpan<char> rest)
    {
        if (!rest.StartsWith('_')) return 0;
        var end = 1;
        while (end < rest.Length && char.IsAsciiLetter(rest[end])) end++;
        var word = rest[1..end];
        rest = rest[end..];
        for (var i = 0; i < Before.Length; i++)
        {
            if (word.SequenceEqual(Before[i])) return i - Before.Length;
        }
        for (var i = 0; i < After.Length; i++)
        {
            if (word.SequenceEqual(After[i])) return i + 1;
        }
        return 0;
    }

    private static ReadOnlySpan<char> Commit(scoped ref ReadOnlySpan<char> rest)
    {
        if (!rest.StartsWith('~')) return default;
        var end = 1;
        while (end < rest.Length && char.IsAsciiHexDigitLower(rest[end])) end++;
        var commit = rest[1..end];
        rest = rest[end..];
        return commit;
    }
}
