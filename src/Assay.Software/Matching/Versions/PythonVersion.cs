namespace Assay.Software.Matching.Versions;

/// <summary>Python's order: epoch, release numbers, a/b/rc, post, dev, local version. PEP 440, "Summary of permitted suffixes and relative ordering", with its appendix' normal forms.</summary>
internal static class PythonVersion
{
    /// <summary>Null where one of them is not such a version.</summary>
    public static int? Compare(ReadOnlySpan<char> a, ReadOnlySpan<char> b)
    {
        if (Read(a) is not { } left || Read(b) is not { } right) return null;
        if (DecimalDigits.Compare(left.Epoch, right.Epoch) is var epoch and not 0) return epoch;
        for (var i = 0; i < Math.Max(left.Release.Count, right.Release.Count); i++)
        {
            if (DecimalDigits.Compare(i < left.Release.Count ? left.Release[i] : "", i < right.Release.Count ? right.Release[i] : "") is var number and not 0) return number;
        }
        if (left.Stage != right.Stage) return left.Stage < right.Stage ? -1 : 1;
        if (DecimalDigits.Compare(left.StageNumber, right.StageNumber) is var stage and not 0) return stage;
        if (Optional(left.Post, right.Post, none: -1) is var post and not 0) return post;
        if (Optional(left.Dev, right.Dev, none: 1) is var dev and not 0) return dev;
        return Local(left.Local, right.Local);
    }

    /// <param name="Stage">-2 for a development release of the version itself, -1, 0 and 1 for a, b and rc, 2 for none.</param>
    private sealed record Parts(string Epoch, List<string> Release, int Stage, string StageNumber, string? Post, string? Dev, List<string>? Local);

    private static int Optional(string? a, string? b, int none) =>
        a is null || b is null ? (a is null) == (b is null) ? 0 : a is null ? none : -none : DecimalDigits.Compare(a, b);

    private static int Local(List<string>? a, List<string>? b)
    {
        if (a is null || b is null) return (a is not null).CompareTo(b is not null);
        for (var i = 0; i < Math.Min(a.Count, b.Count); i++)
        {
            var (numberA, numberB) = (DecimalDigits.Are(a[i]), DecimalDigits.Are(b[i]));
            if (numberA != numberB) return numberA ? 1 : -1;
            var order = numberA ? DecimalDigits.Compare(a[i], b[i]) : Math.Sign(string.CompareOrdinal(a[i], b[i]));
            if (order != 0) return order;
        }
        return a.Count.CompareTo(b.Count);
    }

    private static Parts? Read(ReadOnlySpan<char> version)
    {
        ReadOnlySpan<char> rest = version.Trim().ToString().ToLowerInvariant();
        if (rest.StartsWith('v')) rest = rest[1..];
        var (epoch, release, stage, stageNumber, post, dev, local) = ("", new List<string>(), 2, "", (string?)null, (string?)null, (List<string>?)null);
        var digits = DecimalDigits.Take(ref rest);
        if (digits.IsEmpty) return null;
        if (rest.StartsWith('!'))
        {
            epoch = digits.ToString();
            rest = rest[1..];
            digits = DecimalDigits.Take(ref rest);
            if (digits.IsEmpty) return null;
        }
        release.Add(digits.ToString());
        while (rest.Length > 1 && rest[0] == '.' && char.IsAsciiDigit(rest[1]))
        {
            rest = rest[1..];
            release.Add(DecimalDigits.Take(ref rest).ToString());
        }
        if (Word(ref rest, out var number, "alpha", "a") || Stage(ref rest, 0, "beta", "b") || Stage(ref rest, 1, "preview", "pre", "rc", "c"))
        {
            stage = stage == 2 ? -1 : stage;
            stageNumber = number;
        }
        if (rest.Length > 1 && rest[0] == '-' && char.IsAsciiDigit(rest[1]))
        {
            rest = rest[1..];
            post = DecimalDigits.Take(ref rest).ToString();
        }
        else if (Word(ref rest, out number, "post", "rev", "r"))
        {
            post = number;
        }
        if (Word(ref rest, out number, "dev")) dev = number;
        if (rest.StartsWith('+'))
        {
            local = [];
            foreach (var part in rest[1..].ToString().Split('.', '-', '_'))
            {
                if (part.Length == 0 || !part.All(char.IsAsciiLetterOrDigit)) return null;
                local.Add(part);
            }
            rest = default;
        }
        if (!rest.IsEmpty) return null;
        if (stage == 2 && post is null && dev is not null) stage = -2;
        return new Parts(epoch, release, stage, stageNumber, post, dev, local);

        bool Stage(scoped ref ReadOnlySpan<char> from, int value, params ReadOnlySpan<string> words)
        {
            if (!Word(ref from, out number, words)) return false;
            stage = value;
            return true;
        }
    }

    /// <summary>One of the words, with a separator before and after it where there is one, and its number, which may be missing.</summary>
    private static bool Word(scoped ref ReadOnlySpan<char> rest, out string number, params ReadOnlySpan<string> words)
    {
        number = "";
        var text = rest.Length > 0 && rest[0] is '.' or '-' or '_' ? rest[1..] : rest;
        foreach (var word in words)
        {
            if (!text.StartsWith(word)) continue;
            text = text[word.Length..];
            // A separator belongs to the word only where a number follows.
            if (text.Length > 1 && text[0] is '.' or '-' or '_' && char.IsAsciiDigit(text[1])) text = text[1..];
            number = DecimalDigits.Take(ref text).ToString();
            rest = text;
            return true;
        }
        return false;
    }
}
