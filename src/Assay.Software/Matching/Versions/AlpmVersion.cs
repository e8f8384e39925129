namespace Assay.Software.Matching.Versions;

/// <summary>Arch Linux' order: like RPM's without tilde and caret, but letters at the end come before the end, and longer separators count. pacman: lib/libalpm/version.c, vercmp(8).</summary>
/// <remarks>A release counts only beside another one, so that 1.5-1 and 1.5-2 are both 1.5 although they differ. Every pair of texts has an answer; nothing is allocated.</remarks>
internal static class AlpmVersion
{
    public static int Compare(ReadOnlySpan<char> a, ReadOnlySpan<char> b)
    {
        RpmVersion.Split(ref a, out var epochA, out var releaseA, out var releasedA);
        RpmVersion.Split(ref b, out var epochB, out var releaseB, out var releasedB);
        if (DecimalDigits.Compare(epochA, epochB) is var epoch and not 0) return epoch;
        if (Parts(a, b) is var version and not 0) return version;
        return releasedA && releasedB ? Parts(releaseA, releaseB) : 0;
    }

    private static int Parts(ReadOnlySpan<char> a, ReadOnlySpan<char> b)
    {
        if (a.SequenceEqual(b)) return 0;
        while (!a.IsEmpty && !b.IsEmpty)
        {
            var (skippedA, skippedB) = (Separators(ref a), Separators(ref b));
            if (a.IsEmpty || b.IsEmpty) break;
            if (skippedA != skippedB) return skippedA < skippedB ? -1 : 1;
            var digits = char.IsAsciiDigit(a[0]);
            var left = RpmVersion.Run(ref a, digits);
            var right = RpmVersion.Run(ref b, digits);
            if (right.IsEmpty) return digits ? 1 : -1;
            var order = digits ? DecimalDigits.Compare(left, right) : Math.Sign(left.SequenceCompareTo(right));
            if (order != 0) return order;
        }
        if (a.IsEmpty && b.IsEmpty) return 0;
        return a.IsEmpty && !char.IsAsciiLetter(b[0]) || !a.IsEmpty && char.IsAsciiLetter(a[0]) ? -1 : 1;
    }

    private static int Separators(scoped ref ReadOnlySpan<char> rest)
    {
        var at = 0;
        while (at < rest.Length && !char.IsAsciiLetterOrDigit(rest[at])) at++;
        rest = rest[at..];
        return at;
    }
}
