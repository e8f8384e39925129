using Assay.Labels.Token;
using Assay.Software.Matching;

namespace Assay.Guard.Admission;

/// <summary>The order of version texts, as far as a gateway acts on it; where one is no version, the answer is null and the narrower row is kept.</summary>
public static class VersionReading
{
    private const int MaxLength = 64, MaxDigits = 18;

    /// <summary>Below 0, 0 or above 0, in the order that advisories are matched with; null where one of the two is no version.</summary>
    public static int? Compare(string left, string right) => Is(left) && Is(right) ? VersionOrder.Compare(left, right, VersionScheme.Generic) : null;

    /// <summary>Whether a version lies in a label's range; null where that cannot be told.</summary>
    public static bool? Within(VersionRange range, string version)
    {
        if (!Is(version)) return null;
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

    // A device says of itself what it likes: a version begins with a number, and holds nothing but numbers, words and what stands between them.
    private static bool Is(string version)
    {
        var text = version.AsSpan().Trim();
        if (text.Length > 1 && text[0] is 'v' or 'V') text = text[1..];
        if (text.IsEmpty || text.Length > MaxLength || !char.IsAsciiDigit(text[0])) return false;
        var digits = 0;
        foreach (var letter in text)
        {
            digits = char.IsAsciiDigit(letter) ? digits + 1 : 0;
            if (digits > MaxDigits || !char.IsAsciiLetterOrDigit(letter) && letter is not ('.' or '-' or '_' or '~' or '+' or ' ')) return false;
        }
        return true;
    }
}
