using Assay.Evidence.Reading;
namespace Assay.Software.Matching;

/// <summary>How a product counts its versions. Which type of package URL, VERS and ecosystem of OSV counts how stands in <c>schemes.tsv</c>; each rule is one file in Versions/.</summary>
public enum VersionScheme
{
    /// <summary>Upstream software in general: numbers, letters that follow (1.0.2k), words that come before (rc, beta), a packager's revision.</summary>
    Generic,
    /// <summary>Debian policy 5.6.12, and opkg: epoch, upstream, revision; a tilde sorts before everything.</summary>
    Dpkg,
    /// <summary>Alpine's apk, and Gentoo: numbers, one letter, suffixes such as _rc1 and _p2, revision -r3.</summary>
    Apk,
    /// <summary>Semantic Versioning 2.0.0.</summary>
    SemVer,
    /// <summary>Semantic Versioning whose build metadata count: Dart's pub, Julia.</summary>
    SemVerBuild,
    /// <summary>RPM: epoch, version, release; tilde before, caret after.</summary>
    Rpm,
    /// <summary>Arch Linux' pacman.</summary>
    Alpm,
    /// <summary>OpenSSL: three numbers, letters that count repairs, words of releases before.</summary>
    OpenSsl,
    /// <summary>Python, PEP 440.</summary>
    PyPi,
    Maven,
    /// <summary>Semantic Versioning with a fourth number, upper and lower case one.</summary>
    NuGet,
    /// <summary>RubyGems.</summary>
    Gem,
    /// <summary>PHP's Composer.</summary>
    Composer,
    Conan,
    /// <summary>Perl: dotted numbers, or decimal fractions in groups of three digits.</summary>
    Cpan,
    /// <summary>R: numbers apart by dots and dashes.</summary>
    Cran,
    /// <summary>Haskell: dotted numbers, 1.0 before 1.0.0.</summary>
    Hackage,
    /// <summary>OCaml: as Debian, without epoch and revision.</summary>
    Opam,
    /// <summary>Dotted numbers; what follows them does not count.</summary>
    IntDot,
    /// <summary>RFC 3339, by the moment.</summary>
    DateTime,
    /// <summary>The bytes of UTF-8.</summary>
    Lexicographic,
}

/// <summary>Who counts how: the rows of <c>schemes.tsv</c>.</summary>
public static class VersionSchemes
{
    private static readonly (Dictionary<string, VersionScheme> Types, Dictionary<string, (VersionScheme Scheme, string? Type)> Ecosystems) Table = Read();

    /// <summary>The scheme of a type of package URL or of VERS (<c>deb</c>, <c>pypi</c>, <c>openssl</c>); null for one that nobody described.</summary>
    public static VersionScheme? OfType(string? type) => type is not null && Table.Types.TryGetValue(type.ToLowerInvariant(), out var scheme) ? scheme : null;

    /// <summary>The scheme of one of OSV's ecosystems, release and variant included (<c>Debian:12</c>, <c>Root:Alpine:3.18</c>); null where nobody knows how it counts.</summary>
    public static VersionScheme? OfEcosystem(string? ecosystem) => Find(ecosystem)?.Scheme;

    /// <summary>The type of package URL whose packages an ecosystem of OSV names; null where there is none.</summary>
    public static string? TypeOfEcosystem(string? ecosystem) => Find(ecosystem)?.Type;

    /// <summary>The scheme is one of a distribution, whose versions hold more than upstream's.</summary>
    public static bool IsOfPackages(this VersionScheme scheme) => scheme is VersionScheme.Dpkg or VersionScheme.Apk or VersionScheme.Rpm or VersionScheme.Alpm;

    private static (VersionScheme Scheme, string? Type)? Find(string? ecosystem)
    {
        if (ecosystem is null) return null;
        var parts = ecosystem.Split(':');
        // Root repairs other distributions' packages and says whose: Root:Debian:12.
        var name = parts[0] == "Root" && parts.Length > 1 ? parts[1] : parts[0];
        return Table.Ecosystems.TryGetValue(name, out var found) ? found : null;
    }

    private static (Dictionary<string, VersionScheme>, Dictionary<string, (VersionScheme, string?)>) Read()
    {
        var (types, ecosystems) = (new Dictionary<string, VersionScheme>(StringComparer.Ordinal), new Dictionary<string, (VersionScheme, string?)>(StringComparer.Ordinal));
        foreach (var row in DataFile.Open(typeof(VersionSchemes), "schemes.tsv").Rows)
        {
            var scheme = Enum.Parse<VersionScheme>(row.Need("scheme"));
            var named = row.List("types", ';');
            foreach (var type in named) types.Add(type, scheme);
            foreach (var ecosystem in row.List("ecosystems", ';')) ecosystems.Add(ecosystem, (scheme, named[0] != "generic" && Components.PurlType.Of(named[0]) is not null ? named[0] : null));
        }
        return (types, ecosystems);
    }
}
