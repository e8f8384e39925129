namespace Assay.Software.Components.Packages;

/// <summary>What names and versions of packages may look like, so that a damaged or hostile list names no nonsense.</summary>
internal static class PackageText
{
    private const int Longest = 214;

    /// <summary>Printable ASCII without blanks, at most 214 characters (npm's limit, the widest).</summary>
    public static bool IsName(string text) => text.Length is > 0 and <= Longest && text.All(c => c is > ' ' and < '\u007f' and not ('"' or '\'' or '<' or '>'));

    /// <summary>As a name, with at least one digit.</summary>
    public static bool IsVersion(string text) => IsName(text) && text.Any(char.IsAsciiDigit);
}
