namespace Assay.Software.Matching.Versions;

/// <summary>RPM's order: epoch, version, release, each by runs of digits and of letters; a tilde comes before the end, a caret right after it. rpm: rpmio/rpmvercmp.c, docs/man/rpm-version.7.</summary>
/// <remarks>Every pair of texts has an answer, and nothing is allocated. No release is older than any.</remarks>
internal static class RpmVersion
{
    public static int Compare(ReadOnlySpan<char> a, ReadOnlySpan<char> b)
    {
        Split(ref a, out var epochA, out var releaseA, out var releasedA);
        Split(ref b, out var epochB, out var releaseB, out var releasedB);
        if (DecimalDigits.Compare(epochA, epochB) is var epoch and not 0) return epoch;
        if (Parts(a, b) is var version and not 0) return version;
        return releasedA && releasedB ? Parts(releaseA, releaseB) : releasedA.CompareTo(releasedB);
    }

    /// <summary><c>epoch:version-release</c>; <paramref name="version"/> keeps what lies between.</summary>
    public static void Split(scoped ref ReadOnlySpan<char> version, out ReadOnlySpan<char> epoch, out ReadOnlySpan<char> release, out bool released)
    {
        epoch = release = default;
        var rest = version;
        var digits = DecimalDigits.Take(ref rest);
        if (rest.StartsWith(':'))
        {
            epoch = digits;
            version = rest[1..];
        }
        var dash = version.LastIndexOf('-');
        released = dash >= 0;
        if (!released) return;
        release = version[(dash + 1)..];
        version = version[..dash];
    }

    private static int Parts(ReadOnlySpan<char> a, ReadOnlySpan<char> b)
    {
        while (!a.IsEmpty || !b.IsEmpty)
        {
            a = Separated(a);
            b = Separated(b);
            var (tildeA, tildeB) = (a.StartsWith('~'), b.StartsWith('~'));
            if (tildeA || tildeB)
            {
                if (tildeA != tildeB) return tildeA ? -1 : 1;
                a = a[1..];
                b = b[1..];
                continue;
            }
            var (caretA, caretB) = (a.StartsWith('^'), b.StartsWith('^'));
            if (caretA || caretB)
            {
                if (a.IsEmpty) return -1;
                if (b.IsEmpty) return 1;
                if (caretA != caretB) return caretA ? -1 : 1;
                a = a[1..];
                b = b[1..];
                continue;
            }
            if (a.IsEmpty || b.IsEmpty) break;
            var digits = char.IsAsciiDigit(a[0]);
            var left = Run(ref a, digits);
            var right = Run(ref b, digits);
            // A number is newer than letters.
            if (right.IsEmpty) return digits ? 1 : -1;
            var order = digits ? DecimalDigits.Compare(left, right) : Math.Sign(left.SequenceCompareTo(right));
            if (order != 0) return order;
        }
        return (!a.IsEmpty).CompareTo(!b.IsEmpty);
    }

    private static ReadOnlySpan<char> Separated(ReadOnlySpan<char> text)
    {
        var at = 0;
        while (at < text.Length && !char.IsAsciiLetterOrDigit(text[at]) && text[at] is not ('~' or '^')) at++;
        return text[at..];
    }

    /// <summary>Takes the digits, or the letters, that the text begins with.</summary>
    public static ReadOnlySpan<char> Run(scoped ref ReadOnlySpan<char> rest, bool digits)
    {
        if (digits) return DecimalDigits.Take(ref rest);
        var end = 0;
        while (end < rest.Length && char.IsAsciiLetter(rest[end])) end++;
        var run = rest[..end];
        rest = rest[end..];
        return run;
    }
}
