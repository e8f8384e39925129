namespace Assay.Software.Matching.Versions;

/// <summary>Debian's order: epoch, upstream version, revision; a tilde comes before everything, even the end. deb-version(7), Debian policy 5.6.12. Also opkg, and opam without epoch and revision.</summary>
/// <remarks>Every pair of texts has an answer, and nothing is allocated.</remarks>
internal static class DpkgVersion
{
    public static int Compare(ReadOnlySpan<char> a, ReadOnlySpan<char> b)
    {
        var left = Epoch(ref a);
        var right = Epoch(ref b);
        if (DecimalDigits.Compare(left, right) is var epoch and not 0) return epoch;
        var revisionA = Revision(ref a);
        var revisionB = Revision(ref b);
        return Parts(a, b) is var upstream and not 0 ? upstream : Parts(revisionA, revisionB);
    }

    private static ReadOnlySpan<char> Epoch(scoped ref ReadOnlySpan<char> version)
    {
        if (version.IndexOf(':') is not (var colon and > 0) || !DecimalDigits.Are(version[..colon])) return default;
        var epoch = version[..colon];
        version = version[(colon + 1)..];
        return epoch;
    }

    private static ReadOnlySpan<char> Revision(scoped ref ReadOnlySpan<char> version)
    {
        if (version.LastIndexOf('-') is not (var dash and >= 0)) return default;
        var revision = version[(dash + 1)..];
        version = version[..dash];
        return revision;
    }

    /// <summary>In turn a part without digits, by letters before other characters, and a number.</summary>
    public static int Parts(ReadOnlySpan<char> a, ReadOnlySpan<char> b)
    {
        int i = 0, j = 0;
        while (i < a.Length || j < b.Length)
        {
            while (i < a.Length && !char.IsAsciiDigit(a[i]) || j < b.Length && !char.IsAsciiDigit(b[j]))
            {
                var (left, right) = (Order(a, i), Order(b, j));
                if (left != right) return left < right ? -1 : 1;
                i++;
                j++;
            }
            // The loop above may have run past the shorter text.
            var restA = i < a.Length ? a[i..] : default;
            var restB = j < b.Length ? b[j..] : default;
            var numberA = DecimalDigits.Take(ref restA);
            var numberB = DecimalDigits.Take(ref restB);
            if (DecimalDigits.Compare(numberA, numberB) is var number and not 0) return number;
            i += numberA.Length;
            j += numberB.Length;
        }
        return 0;
    }

    private static int Order(ReadOnlySpan<char> text, int at)
    {
        if (at >= text.Length || char.IsAsciiDigit(text[at])) return 0;
        return text[at] == '~' ? -1 : char.IsAsciiLetter(text[at]) ? text[at] : text[at] + 256;
    }
}
