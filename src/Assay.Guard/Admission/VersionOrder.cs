using Assay.Labels.Token;

namespace Assay.Guard.Admission;

/// <summary>The order of version texts, as far as it can be told; where it cannot, the answer is null and the narrower row is kept.</summary>
public static class VersionOrder
{
    private const int MaxLength = 64;

    /// <summary>Below 0, 0 or above 0; null where one of the two begins with no number, so that no order is known.</summary>
    /// <remarks>Numbers compare as numbers (1.10 after 1.9, 1.2 equal to 1.2.0); letters after a number make it earlier when a word of a draft (rc, beta, alpha, pre, dev), else later (1.2a).</remarks>
    public static int? Compare(string left, string right)
    {
        var (a, b) = (Parts(left), Parts(right));
        if (a is null || b is null) return null;
        for (var i = 0; i < Math.Max(a.Count, b.Count); i++)
        {
            var order = (i < a.Count ? a[i] : Part.Zero).CompareTo(i < b.Count ? b[i] : Part.Zero);
            if (order != 0) return order;
        }
        return 0;
    }

    /// <summary>Whether a version lies in a label's range; null where that cannot be told.</summary>
    public static bool? Within(VersionRange range, string version)
    {
        if (Parts(version) is null) return null;
        if (range.From is { } from)
        {
            if (Compare(version, from) is not { } order) return null;
            if (order < 0) return false;
        }
        if (range.UpTo is { } upTo)
        {
            if (Compare(version, upTo) is not { } order) return null;
            if (order > 0) return false;
        }
        return true;
    }

    // A missing part stands between the word of a draft and everything else.
    private readonly record struct Part(int Rank, ulong Number, string Word) : IComparable<Part>
    {
        public static readonly Part Zero = new(1, 0, "");

        public int CompareTo(Part other)
        {
            if (Rank != other.Rank) return Rank.CompareTo(other.Rank);
            return Number != other.Number ? Number.CompareTo(other.Number) : string.CompareOrdinal(Word, other.Word);
        }
    }

    private static List<Part>? Parts(string version)
    {
        if (version.Length > MaxLength) return null;
        var text = version.AsSpan().Trim();
        if (text.Length > 1 && text[0] is 'v' or 'V' && char.IsAsciiDigit(text[1])) text = text[1..];
        if (text.IsEmpty || !char.IsAsciiDigit(text[0])) return null;
        var parts = new List<Part>();
        var at = 0;
        while (at < text.Length)
        {
            var start = at;
            if (char.IsAsciiDigit(text[at]))
            {
                while (at < text.Length && char.IsAsciiDigit(text[at])) at++;
                if (!ulong.TryParse(text[start..at], System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var number)) return null;
                parts.Add(new Part(1, number, ""));
            }
            else if (char.IsAsciiLetter(text[at]))
            {
                while (at < text.Length && char.IsAsciiLetter(text[at])) at++;
                var word = text[start..at].ToString().ToLowerInvariant();
                parts.Add(new Part(word is "rc" or "beta" or "alpha" or "pre" or "dev" ? 0 : 2, 0, word));
            }
            else if (text[at] is '+')
            {
                break; // What follows names a build and orders nothing (SemVer 2.0.0, item 10).
            }
            else if (text[at] is '.' or '-' or '_' or '~' or ' ')
            {
                at++;
            }
            else
            {
                return null;
            }
        }
        return parts;
    }
}
