using System.Text.RegularExpressions;

namespace Assay.Software.Matching.Versions;

/// <summary>Composer's order: four numbers or a date, and a stability (dev, alpha, beta, RC, none, patch), compared as PHP's version_compare does. composer/semver: src/VersionParser.php; php-src: ext/standard/versioning.c.</summary>
internal static partial class ComposerVersion
{
    private const int MostCharacters = 512;

    /// <summary>Null where one of them is not such a version; branches (<c>dev-main</c>) have no order.</summary>
    public static int? Compare(string a, string b) => Normal(a) is { } left && Normal(b) is { } right ? Php(left, right) : null;

    /// <summary><c>1.0-b2</c> as 1, 0, 0, 0, beta, 2; null for no version.</summary>
    private static List<string>? Normal(string text)
    {
        text = text.Trim();
        if (text.Length > MostCharacters) return null;
        text = Stability().Replace(text, "");
        if (text.IndexOf('+') is var plus and > 0) text = text[..plus];
        var runs = new List<string>();
        var match = Classical().Match(text);
        if (match.Success)
        {
            for (var i = 1; i <= 4; i++) runs.Add(match.Groups[i].Success ? match.Groups[i].Value.TrimStart('.') : "0");
        }
        else
        {
            match = Dated().Match(text);
            if (!match.Success) return null;
            runs.AddRange(match.Groups["date"].Value.Split('.', ':', '-'));
        }
        if (match.Groups["word"] is { Success: true, Length: > 0 } word)
        {
            // Nothing else of a stable version counts.
            if (word.Value.Equals("stable", StringComparison.OrdinalIgnoreCase)) return runs;
            runs.Add(word.Value.ToLowerInvariant() switch { "a" => "alpha", "b" => "beta", "p" or "pl" => "patch", var known => known });
            runs.AddRange(match.Groups["number"].Value.Split(['.', '-'], StringSplitOptions.RemoveEmptyEntries));
        }
        if (match.Groups["dev"] is { Success: true, Length: > 0 }) runs.Add("dev");
        return runs;
    }

    private static int Php(List<string> a, List<string> b)
    {
        for (var i = 0; i < Math.Max(a.Count, b.Count); i++)
        {
            if (i >= a.Count || i >= b.Count)
            {
                // A number too many is newer; a word too many stands beside nothing, which lies between rc and patch.
                var more = i < a.Count ? a[i] : b[i];
                var order = char.IsAsciiDigit(more[0]) ? 1 : Form(more).CompareTo(Form("#"));
                return i < a.Count ? order : -order;
            }
            var (numberA, numberB) = (char.IsAsciiDigit(a[i][0]), char.IsAsciiDigit(b[i][0]));
            var one = numberA && numberB ? DecimalDigits.Compare(a[i], b[i]) : Form(numberA ? "#" : a[i]).CompareTo(Form(numberB ? "#" : b[i]));
            if (one != 0) return one;
        }
        return 0;
    }

    private static int Form(string word) => word switch { "dev" => 0, "alpha" => 1, "beta" => 2, "rc" => 3, "#" => 4, _ => 5 };

    private const string Modifier = @"[._-]?(?:(?<word>stable|beta|b|RC|alpha|a|patch|pl|p)(?<number>(?>(?:[.-]?[0-9]+)*))?)?(?<dev>[.-]?dev)?$";

    [GeneratedRegex(@"^v?([0-9]{1,5})(\.[0-9]+)?(\.[0-9]+)?(\.[0-9]+)?" + Modifier, RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Classical();

    [GeneratedRegex(@"^v?(?<date>[0-9]{4}(?:[.:-]?[0-9]{2}){1,6}(?:[.:-]?[0-9]{1,3})?)" + Modifier, RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Dated();

    [GeneratedRegex("@(?:stable|RC|beta|alpha|dev)$", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Stability();
}
