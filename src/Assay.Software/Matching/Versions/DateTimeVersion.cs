namespace Assay.Software.Matching.Versions;

/// <summary>Moments in time: RFC 3339, section 5.6, ordered by the moment and not by the text. vers-spec, general type datetime.</summary>
internal static class DateTimeVersion
{
    /// <summary>Null where one of them is not such a moment.</summary>
    public static int? Compare(ReadOnlySpan<char> a, ReadOnlySpan<char> b)
    {
        if (Read(a, out var fractionA) is not { } left || Read(b, out var fractionB) is not { } right) return null;
        return left != right ? left < right ? -1 : 1 : Math.Sign(fractionA.TrimEnd('0').SequenceCompareTo(fractionB.TrimEnd('0')));
    }

    /// <summary>Seconds since the year 1, in UTC, and the digits of the fraction.</summary>
    private static long? Read(ReadOnlySpan<char> text, out ReadOnlySpan<char> fraction)
    {
        fraction = default;
        if (text.Length < 20 || text[4] != '-' || text[7] != '-' || text[10] is not ('T' or 't' or ' ') || text[13] != ':' || text[16] != ':') return null;
        if (Two(text, 0) is not { } century || Two(text, 2) is not { } years || Two(text, 5) is not { } month || Two(text, 8) is not { } day
            || Two(text, 11) is not { } hour || Two(text, 14) is not { } minute || Two(text, 17) is not { } second) return null;
        var year = century * 100 + years;
        if (year == 0 || month is < 1 or > 12 || day < 1 || day > DateTime.DaysInMonth(year, month) || hour > 23 || minute > 59 || second > 60) return null;
        var rest = text[19..];
        if (rest[0] == '.')
        {
            rest = rest[1..];
            fraction = DecimalDigits.Take(ref rest);
            if (fraction.IsEmpty) return null;
        }
        var shift = 0;
        if (rest is not ("Z" or "z"))
        {
            if (rest.Length != 6 || rest[0] is not ('+' or '-') || rest[3] != ':' || Two(rest, 1) is not (<= 23 and { } hours) || Two(rest, 4) is not (<= 59 and { } minutes)) return null;
            shift = (hours * 60 + minutes) * (rest[0] == '+' ? 60 : -60);
        }
        return new DateOnly(year, month, day).DayNumber * 86_400L + hour * 3600 + minute * 60 + second - shift;
    }

    private static int? Two(ReadOnlySpan<char> text, int at) =>
        char.IsAsciiDigit(text[at]) && char.IsAsciiDigit(text[at + 1]) ? (text[at] - '0') * 10 + text[at + 1] - '0' : null;
}
