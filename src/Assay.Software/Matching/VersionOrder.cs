using Assay.Software.Matching.Versions;

namespace Assay.Software.Matching;

/// <summary>Which of two versions is older.</summary>
public static class VersionOrder
{
    /// <summary>Longer texts are no version of any scheme with a grammar.</summary>
    private const int MostCharacters = 1024;

    /// <summary>-1, 0 or 1. Every pair has an answer; what does not fit its scheme is compared as <see cref="VersionScheme.Generic"/>.</summary>
    public static int Compare(string a, string b, VersionScheme scheme) => Find(a, b, scheme) ?? GenericVersion.Compare(a, b);

    /// <summary>-1, 0 or 1; null where one of the two is not a version of this scheme, so that they cannot be compared by its rule.</summary>
    public static int? Find(string a, string b, VersionScheme scheme)
    {
        switch (scheme)
        {
            case VersionScheme.Generic: return GenericVersion.Compare(a, b);
            case VersionScheme.Dpkg: return DpkgVersion.Compare(a, b);
            case VersionScheme.Opam: return DpkgVersion.Parts(a, b);
            case VersionScheme.Rpm: return RpmVersion.Compare(a, b);
            case VersionScheme.Alpm: return AlpmVersion.Compare(a, b);
            case VersionScheme.Lexicographic: return LexicographicVersion.Compare(a, b);
        }
        if (a.Length > MostCharacters || b.Length > MostCharacters) return null;
        return scheme switch
        {
            VersionScheme.Apk => ApkVersion.Compare(a, b),
            VersionScheme.SemVer => SemanticVersion.Compare(a, b),
            VersionScheme.SemVerBuild => SemanticVersion.Compare(a, b, builds: true),
            VersionScheme.NuGet => SemanticVersion.Compare(a, b, parts: 4, caseless: true),
            VersionScheme.OpenSsl => OpenSslVersion.Compare(a, b),
            VersionScheme.PyPi => PythonVersion.Compare(a, b),
            VersionScheme.Maven => MavenVersion.Compare(a, b),
            VersionScheme.Gem => GemVersion.Compare(a, b),
            VersionScheme.Composer => ComposerVersion.Compare(a, b),
            VersionScheme.Conan => ConanVersion.Compare(a, b),
            VersionScheme.Cpan => PerlVersion.Compare(a, b),
            VersionScheme.Cran => NumberListVersion.Cran(a, b),
            VersionScheme.Hackage => NumberListVersion.Hackage(a, b),
            VersionScheme.IntDot => NumberListVersion.IntDot(a, b),
            VersionScheme.DateTime => DateTimeVersion.Compare(a, b),
            _ => throw new ArgumentOutOfRangeException(nameof(scheme), scheme, "no such scheme"),
        };
    }

    /// <summary>The text is a version of the scheme; always so for schemes without a grammar.</summary>
    public static bool Fits(string version, VersionScheme scheme) => Find(version, version, scheme) is not null;

    /// <summary>The items from the oldest version to the newest; of equal ones the order stays. Ends for any texts, also where a scheme's own rule goes round in circles.</summary>
    public static List<T> Sorted<T>(IReadOnlyList<T> items, Func<T, T, int> compare)
    {
        if (items.Count < 2) return [.. items];
        var half = items.Count / 2;
        var (left, right) = (Sorted([.. items.Take(half)], compare), Sorted([.. items.Skip(half)], compare));
        var (merged, i, j) = (new List<T>(items.Count), 0, 0);
        while (i < left.Count && j < right.Count) merged.Add(compare(left[i], right[j]) <= 0 ? left[i++] : right[j++]);
        merged.AddRange(left.Skip(i));
        merged.AddRange(right.Skip(j));
        return merged;
    }
}
