namespace Assay.Software.Matching.Versions;

/// <summary>RubyGems' order: runs of digits and of letters; letters come before numbers, missing runs are zero, a dash announces a prerelease. rubygems: lib/rubygems/version.rb.</summary>
internal static class GemVersion
{
    /// <summary>Null where one of them is not such a version.</summary>
    public static int? Compare(ReadOnlySpan<char> a, ReadOnlySpan<char> b)
    {
        if (Segments(a) is not { } left || Segments(b) is not { } right) return null;
        for (var i = 0; i < Math.Max(left.Count, right.Count); i++)
        {
            var (x, y) = (i < left.Count ? left[i] : "0", i < right.Count ? right[i] : "0");
            var (numberX, numberY) = (char.IsAsciiDigit(x[0]), char.IsAsciiDigit(y[0]));
            if (numberX != numberY) return numberX ? 1 : -1;
            var order = numberX ? DecimalDigits.Compare(x, y) : Math.Sign(string.CompareOrdinal(x, y));
            if (order != 0) return order;
        }
        return 0;
    }

    /// <summary>The runs, without the zeros that end the numbers before the first letters, and those at the end; null where the text is no version.</summary>
    public static List<string>? Segments(ReadOnlySpan<char> text)
    {
        text = text.Trim();
        if (text.IsEmpty) text = "0";
        if (!char.IsAsciiDigit(text[0]) || text[^1] is '.' or '-') return null;
        var (segments, letters, dashed) = (new List<string>(), -1, false);
        for (var at = 0; at < text.Length;)
        {
            var c = text[at];
            if (c is '.' or '-')
            {
                if (!char.IsAsciiLetterOrDigit(text[at + 1]) && !(dashed && text[at + 1] == '-')) return null;
                if (c == '-')
                {
                    dashed = true;
                    Add("pre");
                }
                at++;
                continue;
            }
            if (!char.IsAsciiLetterOrDigit(c)) return null;
            var rest = text[at..];
            var run = RpmVersion.Run(ref rest, char.IsAsciiDigit(c));
            // The first number stands alone: 1a is no version.
            if (segments.Count == 0 && at + run.Length < text.Length && text[at + run.Length] is not ('.' or '-')) return null;
            Add(run.ToString());
            at += run.Length;
        }
        Trim(segments.Count, letters < 0 ? 0 : letters);
        if (letters > 0) Trim(letters, 0);
        return segments;

        void Add(string run)
        {
            if (letters < 0 && !char.IsAsciiDigit(run[0])) letters = segments.Count;
            segments.Add(run);
        }

        void Trim(int end, int start)
        {
            while (end > start && !segments[end - 1].AsSpan().ContainsAnyExcept('0')) segments.RemoveAt(--end);
        }
    }
}
