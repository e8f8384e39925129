namespace Assay.Software.Matching.Versions;

/// <summary>
/// Upstream software in general, whatever its habits: numbers (2.9 before 2.90), letters that follow (1.0.2 before 1.0.2k before 1.0.2za), words that come before (rc, beta, preview1),
/// dates (2016.73), a packager's revision. Every pair of texts has an answer, and nothing is allocated.
/// </summary>
/// <remarks>
/// 1.2 is 1.2.0. Without revisions this is a total order; a revision counts only beside another one, so that 1.2-1 and 1.2-2 are both upstream's 1.2 although they differ.
/// Rule of our own; its likes: libversion (doc/ALGORITHM.md), for letters OpenSSL's doc/HOWTO.
/// </remarks>
internal static class GenericVersion
{
    private enum Kind { Announcement, End, Word, Number }

    public static int Compare(ReadOnlySpan<char> a, ReadOnlySpan<char> b)
    {
        a = Upstream(a, out var revisionA);
        b = Upstream(b, out var revisionB);
        if (Runs(a, b) is var upstream and not 0) return upstream;
        return revisionA.IsEmpty || revisionB.IsEmpty ? 0 : DpkgVersion.Compare(revisionA, revisionB);
    }

    /// <summary>Upstream's part without <c>v</c>, epoch and build metadata, and the packager's revision, empty where there is none.</summary>
    private static ReadOnlySpan<char> Upstream(ReadOnlySpan<char> version, out ReadOnlySpan<char> revision)
    {
        version = version.Trim();
        revision = default;
        if (version.Length > 1 && version[0] is 'v' or 'V' && char.IsAsciiDigit(version[1])) version = version[1..];
        if (version.IndexOf(':') is var colon and > 0 && DecimalDigits.Are(version[..colon])) version = version[(colon + 1)..];
        if (version.LastIndexOf('-') is var dash and > 0 && dash + 1 < version.Length && char.IsAsciiDigit(version[0])
            && (char.IsAsciiDigit(version[dash + 1]) || version[dash + 1] == 'r' && dash + 2 < version.Length && char.IsAsciiDigit(version[dash + 2])))
        {
            revision = version[(dash + 1)..];
            version = version[..dash];
        }
        return version.IndexOf('+') is var plus and > 0 ? version[..plus] : version;
    }

    private static int Runs(ReadOnlySpan<char> a, ReadOnlySpan<char> b)
    {
        while (true)
        {
            var left = Next(ref a, out var leftText);
            var right = Next(ref b, out var rightText);
            // Zeros that no other number follows are not there: 1.2 is 1.2.0, and 1.2a is 1.2.0a.
            if (left == Kind.Number && right != Kind.Number)
            {
                while (left == Kind.Number && !leftText.ContainsAnyExcept('0')) left = Next(ref a, out leftText);
            }
            else if (right == Kind.Number && left != Kind.Number)
            {
                while (right == Kind.Number && !rightText.ContainsAnyExcept('0')) right = Next(ref b, out rightText);
            }
            if (left != right) return left < right ? -1 : 1;
            var order = left switch
            {
                Kind.Number => DecimalDigits.Compare(leftText, rightText),
                Kind.Announcement => Rank(leftText).CompareTo(Rank(rightText)),
                Kind.Word => Words(leftText, rightText),
                _ => 0,
            };
            if (order != 0 || left == Kind.End) return order;
        }
    }

    /// <summary>Letters count on after z (1.0.2z, 1.0.2za); whole words come after them, by the alphabet.</summary>
    private static int Words(ReadOnlySpan<char> a, ReadOnlySpan<char> b)
    {
        var (lengthA, lengthB) = (Math.Min(a.Length, 3), Math.Min(b.Length, 3));
        return lengthA != lengthB ? lengthA.CompareTo(lengthB) : Math.Sign(a.CompareTo(b, StringComparison.OrdinalIgnoreCase));
    }

    private static Kind Next(scoped ref ReadOnlySpan<char> rest, out ReadOnlySpan<char> text)
    {
        while (true)
        {
            var at = 0;
            var tilde = false;
            while (at < rest.Length && !char.IsAsciiLetterOrDigit(rest[at])) tilde |= rest[at++] == '~';
            rest = rest[at..];
            text = default;
            if (rest.IsEmpty) return Kind.End;
            var digits = char.IsAsciiDigit(rest[0]);
            var end = 1;
            while (end < rest.Length && (digits ? char.IsAsciiDigit(rest[end]) : char.IsAsciiLetter(rest[end]))) end++;
            text = rest[..end];
            var rank = digits ? Unknown : Rank(text);
            if (tilde && rank == Unknown)
            {
                // Whatever stands behind a tilde comes before what has none.
                text = default;
                return Kind.Announcement;
            }
            rest = rest[end..];
            if (digits) return Kind.Number;
            // 1.0b2 announces 1.0, 1.0.2b follows 1.0.2.
            if (rank >= 0 && (tilde || text.Length > 1 || rest.Length > 0 && char.IsAsciiDigit(rest[0]))) return Kind.Announcement;
            if (rank != Meaningless) return Kind.Word;
        }
    }

    private const int Unknown = -1, Meaningless = -2;

    /// <summary>The place of a word that announces a version, from 0; else <see cref="Unknown"/> or <see cref="Meaningless"/>.</summary>
    private static int Rank(ReadOnlySpan<char> word)
    {
        if (word.Length > 9) return Unknown;
        Span<char> lower = stackalloc char[9];
        lower = lower[..word.ToLowerInvariant(lower)];
        return lower switch
        {
            "dev" => 0,
            "snapshot" => 1,
            "test" => 2,
            "alpha" or "a" => 3,
            "beta" or "b" => 4,
            "milestone" => 5,
            "pre" or "preview" => 6,
            "cr" or "rc" => 7,
            "final" or "ga" or "release" or "stable" or "lts" => Meaningless,
            _ => Unknown,
        };
    }
}
