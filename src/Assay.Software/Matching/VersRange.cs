namespace Assay.Software.Matching;

/// <summary>A range of versions in the VERS notation (<c>vers:generic/&gt;=1.0|&lt;1.4</c>), or in its constraints alone.</summary>
public static class VersRange
{
    private const int MostConstraints = 1000;

    /// <summary>The runs that the range stands for; null where it is not in this notation.</summary>
    public static IReadOnlyList<VersionInterval>? Read(string text)
    {
        text = text.Trim();
        if (text.StartsWith("vers:", StringComparison.OrdinalIgnoreCase))
        {
            var slash = text.IndexOf('/');
            if (slash < 0) return null;
            text = text[(slash + 1)..];
        }
        if (text == "*") return [VersionInterval.Everything];
        var parts = text.Split('|', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        if (parts.Length is 0 or > MostConstraints) return null;
        var (runs, open) = (new List<VersionInterval>(), ((string Version, bool After)?)null);
        foreach (var part in parts)
        {
            var (sign, version) = part switch
            {
                _ when part.StartsWith(">=", StringComparison.Ordinal) => (">=", part[2..]),
                _ when part.StartsWith("<=", StringComparison.Ordinal) => ("<=", part[2..]),
                _ when part.StartsWith("!=", StringComparison.Ordinal) => ("!=", part[2..]),
                _ when part[0] is '<' or '>' or '=' => (part[..1], part[1..]),
                _ => ("=", part),
            };
            version = Uri.UnescapeDataString(version.Trim());
            if (version.Length == 0 || version.Any(char.IsWhiteSpace) || !version.Any(char.IsAsciiDigit)) return null;
            switch (sign)
            {
                case "=":
                    runs.Add(VersionInterval.Only(version));
                    break;
                case ">" or ">=":
                    if (open is null) open = (version, sign == ">");
                    break;
                case "<" or "<=":
                    runs.Add(new VersionInterval(open?.Version, open?.After ?? false, version, sign == "<="));
                    open = null;
                    break;
                default:
                    return null; // "all but this one" has no run of its own here.
            }
        }
        if (open is { } last) runs.Add(new VersionInterval(last.Version, last.After, null, false));
        return runs;
    }
}
