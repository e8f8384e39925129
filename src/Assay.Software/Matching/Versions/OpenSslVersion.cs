namespace Assay.Software.Matching.Versions;

/// <summary>OpenSSL's order: three numbers, letters that count repairs (1.0.2z before 1.0.2za), and before the version its -dev, -alpha, -beta and -pre releases. openssl: NEWS.md, doc/man3/OPENSSL_VERSION_NUMBER.pod.</summary>
/// <remarks>A build's own word after the version (<c>-fips</c>) names the same version.</remarks>
internal static class OpenSslVersion
{
    private static readonly string[] Announcing = ["dev", "alpha", "beta", "pre", "rc"];

    /// <summary>Null where one of them is not such a version.</summary>
    public static int? Compare(ReadOnlySpan<char> a, ReadOnlySpan<char> b)
    {
        if (!IsVersion(a) || !IsVersion(b)) return null;
        for (var i = 0; i < 3; i++)
        {
            var left = DecimalDigits.Take(ref a);
            var right = DecimalDigits.Take(ref b);
            if (DecimalDigits.Compare(left, right) is var number and not 0) return number;
            if (i == 2) break;
            a = a[1..];
            b = b[1..];
        }
        var lettersA = RpmVersion.Run(ref a, digits: false);
        var lettersB = RpmVersion.Run(ref b, digits: false);
        if (lettersA.Length != lettersB.Length) return lettersA.Length < lettersB.Length ? -1 : 1;
        if (lettersA.CompareTo(lettersB, StringComparison.OrdinalIgnoreCase) is var letters and not 0) return Math.Sign(letters);
        var (rankA, rankB) = (Rank(ref a), Rank(ref b));
        return rankA != rankB ? rankA < rankB ? -1 : 1 : DecimalDigits.Compare(a, b);
    }

    private static bool IsVersion(ReadOnlySpan<char> rest)
    {
        for (var i = 0; i < 3; i++)
        {
            if (DecimalDigits.Take(ref rest).IsEmpty) return false;
            if (i == 2) break;
            if (!rest.StartsWith('.')) return false;
            rest = rest[1..];
        }
        RpmVersion.Run(ref rest, digits: false);
        if (rest.IsEmpty) return true;
        return Rank(ref rest) >= 0 && (rest.IsEmpty || DecimalDigits.Are(rest));
    }

    /// <summary>The place of the word after the dash; 9 for the version itself, -1 for no such word. What stays is the word's number.</summary>
    private static int Rank(scoped ref ReadOnlySpan<char> rest)
    {
        if (rest.IsEmpty) return 9;
        if (rest[0] != '-') return -1;
        rest = rest[1..];
        var word = RpmVersion.Run(ref rest, digits: false);
        if (word.Equals("fips", StringComparison.OrdinalIgnoreCase) && rest.IsEmpty) return 9;
        for (var i = 0; i < Announcing.Length; i++)
        {
            if (word.Equals(Announcing[i], StringComparison.OrdinalIgnoreCase)) return i;
        }
        return -1;
    }
}
