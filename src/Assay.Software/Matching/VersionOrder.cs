namespace Assay.Software.Matching;

/// <summary>How a product counts its versions.</summary>
public enum VersionScheme
{
    /// <summary>Upstream software in general: numbers, letters that follow (1.0.2k), words that come before (rc, beta), a packager's revision.</summary>
    Generic,
    /// <summary>Debian policy 5.6.12, and opkg: epoch, upstream, revision; a tilde sorts before everything.</summary>
    Dpkg,
    /// <summary>Alpine's apk: numbers, one letter, suffixes such as _rc1 and _p2, revision -r3.</summary>
    Apk,
    /// <summary>Semantic Versioning 2.0.0.</summary>
    SemVer,
}

/// <summary>Which of two versions is older. Every pair has an answer; what fits no scheme is compared as <see cref="VersionScheme.Generic"/>.</summary>
public static class VersionOrder
{
    public static int Compare(string a, string b, VersionScheme scheme) => scheme switch
    {
        VersionScheme.Dpkg => Dpkg(a, b),
        VersionScheme.Apk => Apk(a, b) ?? Generic(a, b),
        VersionScheme.SemVer => SemVer(a, b) ?? Generic(a, b),
        _ => Generic(a, b),
    };

    // ---- generic ----

    // A word that announces a version sorts before it, by rank; one that follows it sorts after it.
    private static readonly string[] Announcing = ["dev", "snapshot", "test", "alpha", "a", "beta", "b", "milestone", "pre", "preview", "cr", "rc"];
    private static readonly string[] Meaningless = ["final", "ga", "release", "stable", "lts"];

    private enum Kind { End, Word, Announcement, Number }

    private static int Generic(string a, string b)
    {
        var (left, leftRevision) = Parts(a);
        var (right, rightRevision) = Parts(b);
        if (Runs(left, right) is var upstream and not 0) return upstream;
        // A packager's revision says something only beside another one: 1.2-1 is upstream's 1.2.
        return leftRevision is null || rightRevision is null ? 0 : Dpkg(leftRevision, rightRevision);
    }

    /// <summary>Upstream's part without <c>v</c>, epoch and build metadata, and the packager's revision.</summary>
    private static (string Upstream, string? Revision) Parts(string version)
    {
        version = version.Trim();
        if (version.Length > 1 && version[0] is 'v' or 'V' && char.IsAsciiDigit(version[1])) version = version[1..];
        if (version.IndexOf(':') is var colon and > 0 && version.AsSpan(0, colon).IndexOfAnyExceptInRange('0', '9') < 0) version = version[(colon + 1)..];
        string? revision = null;
        if (version.LastIndexOf('-') is var dash and > 0 && dash + 1 < version.Length && char.IsAsciiDigit(version[0])
            && (char.IsAsciiDigit(version[dash + 1]) || version[dash + 1] == 'r' && dash + 2 < version.Length && char.IsAsciiDigit(version[dash + 2])))
        {
            (version, revision) = (version[..dash], version[(dash + 1)..]);
        }
        if (version.IndexOf('+') is var plus and > 0) version = version[..plus];
        return (version, revision);
    }

    private static int Runs(ReadOnlySpan<char> a, ReadOnlySpan<char> b)
    {
        while (true)
        {
            var left = Next(ref a);
            var right = Next(ref b);
            if (left.Kind == Kind.End && right.Kind == Kind.End) return 0;
            if (left.Kind == Kind.Number || right.Kind == Kind.Number)
            {
                // 1.2 is 1.2.0; a number stands above any word in its place.
                if (left.Kind == Kind.End) { if (!right.Text.ContainsAnyExcept('0')) continue; return -1; }
                if (right.Kind == Kind.End) { if (!left.Text.ContainsAnyExcept('0')) continue; return 1; }
                if (left.Kind != right.Kind) return left.Kind == Kind.Number ? 1 : -1;
                if (Number(left.Text, right.Text) is var order and not 0) return order;
                continue;
            }
            var (low, high) = (Weight(left.Kind), Weight(right.Kind));
            if (low != high) return low.CompareTo(high);
            if (left.Kind == Kind.Announcement)
            {
                if (Rank(left.Text).CompareTo(Rank(right.Text)) is var rank and not 0) return rank;
                continue;
            }
            // Letters that count on after z: 1.0.2z, 1.0.2za.
            if (left.Text.Length <= 2 && right.Text.Length <= 2 && left.Text.Length != right.Text.Length) return left.Text.Length.CompareTo(right.Text.Length);
            if (left.Text.CompareTo(right.Text, StringComparison.OrdinalIgnoreCase) is var word and not 0) return Math.Sign(word);
        }
    }

    // An announced version, the version, what was added to it.
    private static int Weight(Kind kind) => kind switch { Kind.Announcement => 0, Kind.End => 1, _ => 2 };

    private static int Rank(ReadOnlySpan<char> word)
    {
        for (var i = 0; i < Announcing.Length; i++)
        {
            if (word.Equals(Announcing[i], StringComparison.OrdinalIgnoreCase)) return i is 4 or 6 ? i - 1 : i is 9 ? 8 : i is 11 ? 10 : i;
        }
        return -1;
    }

    private readonly ref struct Run(Kind kind, ReadOnlySpan<char> text)
    {
        public Kind Kind { get; } = kind;
        public ReadOnlySpan<char> Text { get; } = text;
    }

    private static Run Next(ref ReadOnlySpan<char> rest)
    {
        while (true)
        {
            var at = 0;
            var tilde = false;
            while (at < rest.Length && !char.IsAsciiLetterOrDigit(rest[at])) tilde |= rest[at++] == '~';
            rest = rest[at..];
            if (rest.IsEmpty) return new Run(Kind.End, default);
            var digits = char.IsAsciiDigit(rest[0]);
            var end = 1;
            while (end < rest.Length && (digits ? char.IsAsciiDigit(rest[end]) : char.IsAsciiLetter(rest[end]))) end++;
            var text = rest[..end];
            rest = rest[end..];
            if (tilde) return new Run(Kind.Announcement, digits ? "~" : text);
            if (digits) return new Run(Kind.Number, text);
            var followed = rest.Length > 0 && char.IsAsciiDigit(rest[0]);
            // 1.0b2 announces 1.0, 1.0.2b follows 1.0.2.
            if (Rank(text) >= 0 && (text.Length > 1 || followed)) return new Run(Kind.Announcement, text);
            var skip = false;
            foreach (var word in Meaningless) skip |= text.Equals(word, StringComparison.OrdinalIgnoreCase);
            if (!skip) return new Run(Kind.Word, text);
        }
    }

    /// <summary>Decimal numbers of any length.</summary>
    private static int Number(ReadOnlySpan<char> a, ReadOnlySpan<char> b)
    {
        a = a.TrimStart('0');
        b = b.TrimStart('0');
        return a.Length != b.Length ? a.Length.CompareTo(b.Length) : Math.Sign(a.SequenceCompareTo(b));
    }

    // ---- dpkg ----

    private static int Dpkg(string a, string b)
    {
        var (epochA, upstreamA, revisionA) = Split(a);
        var (epochB, upstreamB, revisionB) = Split(b);
        if (Number(epochA, epochB) is var epoch and not 0) return epoch;
        return Verrevcmp(upstreamA, upstreamB) is var upstream and not 0 ? upstream : Verrevcmp(revisionA, revisionB);

        static (string, string, string) Split(string version)
        {
            var epoch = "0";
            if (version.IndexOf(':') is var colon and > 0 && version.AsSpan(0, colon).IndexOfAnyExceptInRange('0', '9') < 0) (epoch, version) = (version[..colon], version[(colon + 1)..]);
            return version.LastIndexOf('-') is var dash and >= 0 ? (epoch, version[..dash], version[(dash + 1)..]) : (epoch, version, "");
        }
    }

    private static int Verrevcmp(ReadOnlySpan<char> a, ReadOnlySpan<char> b)
    {
        int i = 0, j = 0;
        while (i < a.Length || j < b.Length)
        {
            while (i < a.Length && !char.IsAsciiDigit(a[i]) || j < b.Length && !char.IsAsciiDigit(b[j]))
            {
                var (left, right) = (Order(a, i), Order(b, j));
                if (left != right) return Math.Sign(left - right);
                i++;
                j++;
            }
            var (fromA, fromB) = (i, j);
            while (i < a.Length && char.IsAsciiDigit(a[i])) i++;
            while (j < b.Length && char.IsAsciiDigit(b[j])) j++;
            // A loop above may have run past the shorter text.
            var left2 = fromA < a.Length ? a[fromA..Math.Min(i, a.Length)] : default;
            var right2 = fromB < b.Length ? b[fromB..Math.Min(j, b.Length)] : default;
            if (Number(left2, right2) is var number and not 0) return number;
        }
        return 0;

        static int Order(ReadOnlySpan<char> text, int at)
        {
            if (at >= text.Length || char.IsAsciiDigit(text[at])) return 0;
            return text[at] == '~' ? -1 : char.IsAsciiLetter(text[at]) ? text[at] : text[at] + 256;
        }
    }

    // ---- apk ----

    private static readonly string[] ApkBefore = ["alpha", "beta", "pre", "rc"], ApkAfter = ["cvs", "svn", "git", "hg", "p"];

    private sealed record ApkVersion(List<string> Numbers, char Letter, List<(int Rank, string Number)> Suffixes, string Revision);

    private static int? Apk(string a, string b)
    {
        if (ReadApk(a) is not { } left || ReadApk(b) is not { } right) return null;
        for (var i = 0; i < Math.Max(left.Numbers.Count, right.Numbers.Count); i++)
        {
            if (i >= left.Numbers.Count) return -1;
            if (i >= right.Numbers.Count) return 1;
            var (x, y) = (left.Numbers[i], right.Numbers[i]);
            // After the first, a number with a leading zero counts as a fraction.
            var order = i > 0 && (x[0] == '0' || y[0] == '0') && x != y ? Math.Sign(string.CompareOrdinal(x.TrimEnd('0'), y.TrimEnd('0'))) : Number(x, y);
            if (order != 0) return order;
        }
        if (left.Letter != right.Letter) return left.Letter.CompareTo(right.Letter) > 0 ? 1 : -1;
        for (var i = 0; i < Math.Max(left.Suffixes.Count, right.Suffixes.Count); i++)
        {
            var x = i < left.Suffixes.Count ? left.Suffixes[i] : (Rank: 0, Number: "");
            var y = i < right.Suffixes.Count ? right.Suffixes[i] : (Rank: 0, Number: "");
            if (x.Rank != y.Rank) return x.Rank > y.Rank ? 1 : -1;
            if (Number(x.Number, y.Number) is var number and not 0) return number;
        }
        return Number(left.Revision, right.Revision);
    }

    private static ApkVersion? ReadApk(string text)
    {
        var (at, numbers, suffixes, letter, revision) = (0, new List<string>(), new List<(int, string)>(), '\0', "");
        string Digits()
        {
            var from = at;
            while (at < text.Length && char.IsAsciiDigit(text[at])) at++;
            return text[from..at];
        }
        do
        {
            if (numbers.Count > 0) at++;
            var digits = Digits();
            if (digits.Length == 0) return null;
            numbers.Add(digits);
        }
        while (at < text.Length && text[at] == '.');
        if (at < text.Length && text[at] is >= 'a' and <= 'z') letter = text[at++];
        while (at < text.Length && text[at] == '_')
        {
            at++;
            var from = at;
            while (at < text.Length && char.IsAsciiLetter(text[at])) at++;
            var word = text[from..at];
            var rank = Array.IndexOf(ApkBefore, word) is var before and >= 0 ? before - ApkBefore.Length : Array.IndexOf(ApkAfter, word) is var after and >= 0 ? after + 1 : 0;
            if (rank == 0) return null;
            suffixes.Add((rank, Digits()));
        }
        if (text.AsSpan(at).StartsWith("-r"))
        {
            at += 2;
            revision = Digits();
            if (revision.Length == 0) return null;
        }
        return at == text.Length ? new ApkVersion(numbers, letter, suffixes, revision) : null;
    }

    // ---- semantic versioning ----

    private static int? SemVer(string a, string b)
    {
        if (ReadSemVer(a) is not { } left || ReadSemVer(b) is not { } right) return null;
        for (var i = 0; i < 3; i++)
        {
            if (Number(left.Core[i], right.Core[i]) is var core and not 0) return core;
        }
        if (left.Before.Length == 0 || right.Before.Length == 0) return right.Before.Length.CompareTo(left.Before.Length) is var release && release == 0 ? 0 : left.Before.Length == 0 ? 1 : -1;
        for (var i = 0; i < Math.Max(left.Before.Length, right.Before.Length); i++)
        {
            if (i == left.Before.Length) return -1;
            if (i == right.Before.Length) return 1;
            var (x, y) = (left.Before[i], right.Before[i]);
            var (xNumber, yNumber) = (!x.AsSpan().ContainsAnyExceptInRange('0', '9'), !y.AsSpan().ContainsAnyExceptInRange('0', '9'));
            var order = xNumber && yNumber ? Number(x, y) : xNumber != yNumber ? (xNumber ? -1 : 1) : Math.Sign(string.CompareOrdinal(x, y));
            if (order != 0) return order;
        }
        return 0;
    }

    private static (string[] Core, string[] Before)? ReadSemVer(string text)
    {
        text = text.TrimStart('v', '=', ' ');
        if (text.IndexOf('+') is var plus and >= 0) text = text[..plus];
        var dash = text.IndexOf('-');
        var core = (dash < 0 ? text : text[..dash]).Split('.');
        if (core.Length is 0 or > 3 || core.Any(c => c.Length == 0 || c.AsSpan().ContainsAnyExceptInRange('0', '9'))) return null;
        return ([.. core, .. Enumerable.Repeat("0", 3 - core.Length)], dash < 0 ? [] : text[(dash + 1)..].Split('.'));
    }
}
