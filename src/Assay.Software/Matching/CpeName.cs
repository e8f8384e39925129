using System.Text;

namespace Assay.Software.Matching;

/// <summary>A product's name in CPE 2.3 (NISTIR 7695): formatted string or the older URI. Attributes are kept unescaped and in lower case.</summary>
/// <remarks><see cref="Any"/> and <see cref="None"/> are the two logical values; a literal star or dash keeps its backslash, so that the two cannot be mistaken.</remarks>
public sealed record CpeName
{
    public const string Any = "*", None = "-";
    private const int MostCharacters = 2048;

    /// <summary><c>a</c> application, <c>o</c> operating system or firmware, <c>h</c> hardware, or <see cref="Any"/>.</summary>
    public required string Part { get; init; }
    public required string Vendor { get; init; }
    public required string Product { get; init; }
    public string Version { get; init; } = Any;
    public string Update { get; init; } = Any;
    public string SoftwareEdition { get; init; } = Any;
    public string TargetSoftware { get; init; } = Any;
    public string TargetHardware { get; init; } = Any;

    /// <summary>Reads <c>cpe:2.3:…</c> or <c>cpe:/…</c>; null for anything else.</summary>
    public static CpeName? Read(string? text)
    {
        if (text is null || text.Length > MostCharacters) return null;
        if (text.StartsWith("cpe:2.3:", StringComparison.OrdinalIgnoreCase)) return Formatted(text[8..]);
        return text.StartsWith("cpe:/", StringComparison.OrdinalIgnoreCase) ? Uri(text[5..]) : null;
    }

    private static CpeName? Formatted(string text)
    {
        var (parts, current, start) = (new List<string>(11), new StringBuilder(), 0);
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            if (c == ':')
            {
                if (!IsValue(text.AsSpan(start, i - start))) return null;
                parts.Add(current.ToString());
                current.Clear();
                start = i + 1;
            }
            else if (c == '\\')
            {
                if (++i == text.Length) return null;
                // Only the two logical values and the wildcards need their mark after this point.
                if (text[i] is '*' or '?' or '-' or '\\') current.Append('\\');
                current.Append(char.ToLowerInvariant(text[i]));
            }
            else
            {
                current.Append(char.ToLowerInvariant(c));
            }
        }
        if (!IsValue(text.AsSpan(start))) return null;
        parts.Add(current.ToString());
        return parts.Count == 11 ? Make(parts) : null;
    }

    /// <summary>A logical value, or characters with wildcards at their ends only; what is no letter, digit, dot, dash or underscore stands behind a backslash.</summary>
    private static bool IsValue(ReadOnlySpan<char> value)
    {
        if (value is Any or None) return true;
        var inner = value.TrimStart('?');
        if (inner.Length == value.Length && inner.StartsWith('*')) inner = inner[1..];
        var characters = 0;
        while (!inner.IsEmpty && inner[0] is not ('?' or '*'))
        {
            var step = inner[0] == '\\' ? 2 : 1;
            if (inner.Length < step || step == 2 && (char.IsAsciiLetterOrDigit(inner[1]) || inner[1] <= ' ' || inner[1] >= 0x7f)) return false;
            if (step == 1 && !char.IsAsciiLetterOrDigit(inner[0]) && inner[0] is not ('.' or '-' or '_')) return false;
            inner = inner[step..];
            characters++;
        }
        return characters > 0 && (inner is "*" || inner.TrimStart('?').IsEmpty);
    }

    private static CpeName? Uri(string text)
    {
        var parts = text.Split(':').Select(p => p.Length == 0 ? Any : System.Uri.UnescapeDataString(p).ToLowerInvariant()).ToList();
        if (parts.Count is < 3 or > 7) return null;
        while (parts.Count < 7) parts.Add(Any);
        // The packed edition of CPE 2.2: ~edition~software edition~target software~target hardware~other.
        var packed = parts[5].StartsWith('~') ? parts[5][1..].Split('~') : [parts[5]];
        if (packed.Any(p => p.Length == 0)) packed = [.. packed.Select(p => p.Length == 0 ? Any : p)];
        string Packed(int i) => i < packed.Length ? packed[i] : Any;
        return Make([parts[0], parts[1], parts[2], parts[3], parts[4], Packed(0), parts[6], Packed(1), Packed(2), Packed(3), Packed(4)]);
    }

    private static CpeName? Make(List<string> p)
    {
        if (p[0] is not ("a" or "o" or "h" or Any)) return null;
        return new CpeName
        {
            Part = p[0],
            Vendor = Plain(p[1]),
            Product = Plain(p[2]),
            Version = Plain(p[3]),
            Update = Plain(p[4]),
            SoftwareEdition = Plain(p[7]),
            TargetSoftware = Plain(p[8]),
            TargetHardware = Plain(p[9]),
        };

        // A dash inside a longer value is no logical value: mini\-httpd and mini-httpd are one.
        static string Plain(string value) => value.Length > 2 ? value.Replace("\\-", "-", StringComparison.Ordinal) : value;
    }

    /// <summary>Vendor and product, for messages: <c>busybox:busybox</c>.</summary>
    public string Name => $"{Vendor}:{Product}";

    /// <summary>True where <paramref name="pattern"/> (with <c>*</c> and <c>?</c> at its ends, as NISTIR 7696 allows) covers <paramref name="value"/>.</summary>
    public static bool Covers(string pattern, string value)
    {
        if (pattern == Any) return true;
        if (pattern == None || value is None) return pattern == value;
        if (value == Any) return false;
        return Wild(pattern, value);
    }

    private static bool Wild(ReadOnlySpan<char> pattern, ReadOnlySpan<char> value)
    {
        if (pattern.IndexOfAny('*', '?') < 0) return pattern.Equals(value, StringComparison.Ordinal);
        // Star backtracking, linear in practice: one star is remembered.
        int p = 0, v = 0, star = -1, mark = 0;
        while (v < value.Length)
        {
            if (p < pattern.Length && pattern[p] == '\\' && p + 1 < pattern.Length && v + 1 < value.Length && value[v] == '\\' && pattern[p + 1] == value[v + 1]) { p += 2; v += 2; }
            else if (p < pattern.Length && pattern[p] == '*') { star = p++; mark = v; }
            else if (p < pattern.Length && (pattern[p] == '?' || pattern[p] == value[v])) { p++; v++; }
            else if (star >= 0) { p = star + 1; v = ++mark; }
            else return false;
        }
        while (p < pattern.Length && pattern[p] == '*') p++;
        return p == pattern.Length;
    }
}
