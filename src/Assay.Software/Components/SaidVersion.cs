using System.Text;

namespace Assay.Software.Components;

/// <summary>
/// Reads the version that stands beside a product's own words, without regular expressions and without allocating where none stands.
/// A form says how the two stand to each other: <c>@</c> is the words, <c>#</c> the version, <c>|</c> the end of one string of the program and the start of the next.
/// </summary>
/// <remarks>
/// <c>@-#</c>, <c>@/#</c>, <c>@ version #</c>: in one string; a word, a dot or a hyphen before <c>@</c> makes it another word.
/// <c>#|@</c>, <c>@|#</c>: the neighbouring string is the version, with at most a packager's revision behind it; <c>#|@</c> starts, <c>@|#</c> ends with the words.
/// <c>#|@|</c>, <c>|@|#</c>: the words are the whole string. <c>@*|#</c>: the words stand somewhere in the string before the version.
/// </remarks>
internal sealed class SaidVersion
{
    private const int LongestVersion = 24;

    private readonly Form[] forms;
    private readonly bool patch, letter, whole;

    private sealed record Form(byte[] Between, bool IsBefore, bool IsBehind, bool Starts, bool Ends, bool Anywhere);

    /// <param name="text">Forms apart by two spaces; <c>+p</c> lets <c>p2</c> belong to a version, <c>+a</c> one letter, <c>+i</c> allows a whole number of two digits or more.</param>
    /// <exception cref="InvalidDataException">A form without <c>@</c> or <c>#</c>.</exception>
    public SaidVersion(string text)
    {
        var list = new List<Form>();
        foreach (var form in text.Split("  ", StringSplitOptions.RemoveEmptyEntries))
        {
            switch (form)
            {
                case "+p": patch = true; continue;
                case "+a": letter = true; continue;
                case "+i": whole = true; continue;
                case "#|@": list.Add(new Form([], true, false, true, false, false)); continue;
                case "#|@|": list.Add(new Form([], true, false, true, true, false)); continue;
                case "@|#": list.Add(new Form([], false, true, false, true, false)); continue;
                case "|@|#": list.Add(new Form([], false, true, true, true, false)); continue;
                case "@*|#": list.Add(new Form([], false, true, false, false, true)); continue;
            }
            if (!form.StartsWith('@') || !form.EndsWith('#')) throw new InvalidDataException($"expected a form such as @-#, #|@ or @|#, found {form}");
            list.Add(new Form(Encoding.ASCII.GetBytes(form[1..^1]), false, false, false, false, false));
        }
        forms = [.. list];
    }

    /// <summary>The version beside the words at <paramref name="offset"/>, or null.</summary>
    public string? At(ReadOnlySpan<byte> content, int offset, int length)
    {
        var end = offset + length;
        foreach (var form in forms)
        {
            var version = form.IsBefore ? Before(content, offset, end, form) : form.IsBehind ? Behind(content, offset, end, form) : Inline(content, offset, end, form);
            if (version is not null) return version;
        }
        return null;
    }

    private string? Inline(ReadOnlySpan<byte> content, int offset, int end, Form form)
    {
        if (!content[end..].StartsWith(form.Between)) return null;
        if (offset > 0 && IsWord(content[offset]) && (IsWord(content[offset - 1]) || content[offset - 1] is (byte)'-' or (byte)'.')) return null;
        if (SpeaksOf(content, offset)) return null;
        var at = end + form.Between.Length;
        if (at > 0 && form.Between.Length == 0 && char.IsAsciiDigit((char)content[at - 1])) return null;
        var version = Number(content, ref at);
        // "NAME 1.2 or later" asks for a product; 0.60*, 1.13.x, 5.3.so and 2.0/loaders are patterns, families, libraries and folders.
        var rest = content[at..];
        if (rest.StartsWith(" or "u8) || rest.StartsWith(" and "u8) || rest.Length > 0 && rest[0] is (byte)'*' or (byte)'?' or (byte)'/') return null;
        return rest.Length > 1 && rest[0] == '.' && char.IsAsciiLetter((char)rest[1]) ? null : version;
    }

    /// <summary>Words before a name that make it another program's remark: "compiled with NAME 1.2".</summary>
    private static readonly HashSet<string> Remarks = new(StringComparer.OrdinalIgnoreCase)
    {
        "by", "with", "against", "require", "requires", "required", "need", "needs", "than", "since", "before", "after", "using", "to", "least", "like", "of", "older", "newer", "compatible",
        "for", "from", "until", "and", "or", "not", "support", "supports", "via", "when", "if", "in",
    };

    private static bool SpeaksOf(ReadOnlySpan<byte> content, int offset)
    {
        if (offset < 3 || content[offset - 1] != ' ') return false;
        var start = offset - 1;
        while (start > 0 && offset - start < 14 && char.IsAsciiLetter((char)content[start - 1])) start--;
        if (start == offset - 1) return false;
        Span<char> word = stackalloc char[offset - 1 - start];
        for (var i = 0; i < word.Length; i++) word[i] = (char)content[start + i];
        return Remarks.GetAlternateLookup<ReadOnlySpan<char>>().Contains(word);
    }

    private string? Before(ReadOnlySpan<byte> content, int offset, int end, Form form)
    {
        if (offset < 3 || IsText(content[offset - 1]) || form.Ends && end < content.Length && IsText(content[end])) return null;
        var last = offset - 1;
        while (last >= 0 && offset - last < 24 && !IsText(content[last])) last--;
        if (last < 0 || !IsText(content[last])) return null;
        var start = last;
        while (start >= 0 && last - start < 48 && IsText(content[start])) start--;
        return start >= 0 && IsText(content[start]) ? null : Alone(content, start + 1, last + 1);
    }

    private string? Behind(ReadOnlySpan<byte> content, int offset, int end, Form form)
    {
        if (form.Starts && offset > 0 && IsText(content[offset - 1])) return null;
        if (form.Ends && end < content.Length && IsText(content[end])) return null;
        if (form.Anywhere)
        {
            var limit = Math.Min(content.Length, end + 400);
            while (end < limit && IsText(content[end])) end++;
        }
        var at = end;
        while (at < content.Length && at - end < 24 && !IsText(content[at])) at++;
        if (at >= content.Length || !IsText(content[at]) || at == end) return null;
        var stop = at;
        while (stop < content.Length && stop - at < 48 && IsText(content[stop])) stop++;
        return stop < content.Length && IsText(content[stop]) ? null : Alone(content, at, stop);
    }

    // A whole string that is a version: 1.2.3, v1.2.3, 1.2.3-4+deb12u1, "1.2.3 ".
    private string? Alone(ReadOnlySpan<byte> content, int start, int stop)
    {
        if (start < stop && content[start] is (byte)'v' or (byte)'V') start++;
        while (stop > start && content[stop - 1] is (byte)' ' or (byte)'\t') stop--;
        var at = start;
        if (Number(content[..stop], ref at) is not { } version) return null;
        if (at == stop) return version;
        if (content[at] is not ((byte)'-' or (byte)'+' or (byte)'~' or (byte)'_')) return null;
        foreach (var b in content[at..stop])
        {
            if (!char.IsAsciiLetterOrDigit((char)b) && b is not ((byte)'-' or (byte)'+' or (byte)'~' or (byte)'_' or (byte)'.')) return null;
        }
        return version;
    }

    private string? Number(ReadOnlySpan<byte> content, ref int at)
    {
        var (start, parts) = (at, 0);
        while (true)
        {
            var digits = at;
            while (at < content.Length && at - digits < 9 && content[at] is >= (byte)'0' and <= (byte)'9') at++;
            if (at == digits) return null;
            parts++;
            if (at + 1 >= content.Length || content[at] != '.' || content[at + 1] is < (byte)'0' or > (byte)'9') break;
            at++;
        }
        if (parts > 4 || at - start > LongestVersion || parts == 1 && !(whole && at - start >= 2)) return null;
        var rest = content[at..];
        if (patch && Suffix(rest, "p"u8) is > 1 and var p) at += p;
        else if (letter && rest.Length > 0 && rest[0] is >= (byte)'a' and <= (byte)'z' && (rest.Length == 1 || !char.IsAsciiLetter((char)rest[1])))
        {
            at++;
            // proftpd 1.3.5rc4 and openssl 1.0.2zg keep to other rows.
            if (at < content.Length && char.IsAsciiDigit((char)content[at])) return null;
        }
        else if (Suffix(rest, "rc"u8) is > 2 and var rc) at += rc;
        else if (Suffix(rest, "beta"u8) is > 4 and var beta) at += beta;
        else if (Suffix(rest, "alpha"u8) is > 5 and var alpha) at += alpha;
        else if (Suffix(rest, "pre"u8) is > 3 and var pre) at += pre;
        else if (rest.Length > 0 && char.IsAsciiLetter((char)rest[0])) return null;
        return Encoding.ASCII.GetString(content[start..at]);
    }

    private static int Suffix(ReadOnlySpan<byte> text, ReadOnlySpan<byte> mark)
    {
        if (!text.StartsWith(mark)) return 0;
        var at = mark.Length;
        while (at < text.Length && at < mark.Length + 4 && char.IsAsciiDigit((char)text[at])) at++;
        return at < text.Length && char.IsAsciiLetterOrDigit((char)text[at]) ? 0 : at;
    }

    private static bool IsText(byte b) => b is >= 0x20 and < 0x7f or (byte)'\t';
    private static bool IsWord(byte b) => char.IsAsciiLetterOrDigit((char)b) || b == '_';
}
