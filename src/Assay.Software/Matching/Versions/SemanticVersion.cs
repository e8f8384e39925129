namespace Assay.Software.Matching.Versions;

/// <summary>Semantic Versioning 2.0.0, clause 11, with what its ecosystems leave out: a leading <c>v</c> or <c>=</c>, missing minor and patch numbers (Go, npm, crates.io, Hex, Swift).</summary>
internal static class SemanticVersion
{
    /// <summary>Null where one of them is not such a version.</summary>
    /// <param name="parts">The most numbers: 3, for NuGet 4.</param>
    /// <param name="caseless">Upper and lower case are one (NuGet).</param>
    /// <param name="builds">Build metadata count, none before any (Dart's pub, Julia).</param>
    public static int? Compare(ReadOnlySpan<char> a, ReadOnlySpan<char> b, int parts = 3, bool caseless = false, bool builds = false)
    {
        if (!Split(ref a, parts, out var beforeA, out var builtA) || !Split(ref b, parts, out var beforeB, out var builtB)) return null;
        for (var i = 0; i < parts; i++)
        {
            var left = DecimalDigits.Take(ref a);
            var right = DecimalDigits.Take(ref b);
            if (DecimalDigits.Compare(left, right) is var number and not 0) return number;
            if (!a.IsEmpty) a = a[1..];
            if (!b.IsEmpty) b = b[1..];
        }
        if (beforeA.IsEmpty != beforeB.IsEmpty) return beforeA.IsEmpty ? 1 : -1;
        if (Identifiers(beforeA, beforeB, caseless) is var before and not 0) return before;
        return builds ? Identifiers(builtA, builtB, caseless) : 0;
    }

    /// <summary>Takes prerelease and build off; what stays are dotted numbers.</summary>
    private static bool Split(scoped ref ReadOnlySpan<char> text, int parts, out ReadOnlySpan<char> before, out ReadOnlySpan<char> built)
    {
        before = built = default;
        text = text.Trim().TrimStart("v=").TrimStart();
        if (text.IndexOf('+') is var plus and >= 0)
        {
            built = text[(plus + 1)..];
            text = text[..plus];
        }
        if (text.IndexOf('-') is var dash and >= 0)
        {
            before = text[(dash + 1)..];
            text = text[..dash];
        }
        var rest = text;
        for (var i = 0; i < parts; i++)
        {
            if (DecimalDigits.Take(ref rest).IsEmpty) return false;
            if (rest.IsEmpty) return true;
            if (rest[0] != '.') return false;
            rest = rest[1..];
        }
        return false;
    }

    private static int Identifiers(ReadOnlySpan<char> a, ReadOnlySpan<char> b, bool caseless)
    {
        while (!a.IsEmpty || !b.IsEmpty)
        {
            if (a.IsEmpty || b.IsEmpty) return a.IsEmpty ? -1 : 1;
            var left = Take(ref a);
            var right = Take(ref b);
            var (numberA, numberB) = (DecimalDigits.Are(left), DecimalDigits.Are(right));
            if (numberA != numberB) return numberA ? -1 : 1;
            var order = numberA ? DecimalDigits.Compare(left, right) : Math.Sign(left.CompareTo(right, caseless ? StringComparison.OrdinalIgnoreCase : StringComparison.Ordinal));
            if (order != 0) return order;
        }
        return 0;

        static ReadOnlySpan<char> Take(scoped ref ReadOnlySpan<char> rest)
        {
            var dot = rest.IndexOf('.');
            var one = dot < 0 ? rest : rest[..dot];
            rest = dot < 0 ? default : rest[(dot + 1)..];
            return one;
        }
    }
}
