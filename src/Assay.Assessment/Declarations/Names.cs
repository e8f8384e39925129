using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;
using Assay.Assessment.Catalogues;
using Assay.Evidence.Reading;

namespace Assay.Assessment.Declarations;

/// <summary>How names of tables, fields and provisions are compared, and which name a misspelt one comes nearest to.</summary>
internal static class Names
{
    /// <summary>Letters and digits in lower case; a remark in brackets at the end is left out (<c>Sensitive (Yes/No)</c>).</summary>
    public static string Bare(string name)
    {
        var text = name.AsSpan().Trim();
        if (text.EndsWith(")") && text.IndexOf('(') is > 0 and var open) text = text[..open];
        var bare = new char[text.Length];
        var length = 0;
        foreach (var c in text) if (char.IsLetterOrDigit(c)) bare[length++] = char.ToLowerInvariant(c);
        return new string(bare, 0, length);
    }

    public static readonly IEqualityComparer<string> Comparer = new BareComparer();

    /// <summary>The candidate at most two changes away (one for short names), or null. For equal names the first.</summary>
    public static string? Nearest(string name, IEnumerable<string> candidates)
    {
        var bare = Bare(name);
        if (bare.Length is < 3 or > 64) return null;
        var best = bare.Length < 6 ? 2 : 3;
        string? nearest = null;
        foreach (var candidate in candidates)
        {
            if (Changes(bare, Bare(candidate), best) is var changes && changes < best) (best, nearest) = (changes, candidate);
        }
        return nearest;
    }

    // Levenshtein's distance, given up as soon as it reaches the limit.
    private static int Changes(string a, string b, int limit)
    {
        if (Math.Abs(a.Length - b.Length) >= limit) return limit;
        var row = new int[b.Length + 1];
        for (var j = 0; j <= b.Length; j++) row[j] = j;
        for (var i = 1; i <= a.Length; i++)
        {
            var (corner, least) = (row[0], row[0] = i);
            for (var j = 1; j <= b.Length; j++)
            {
                var change = Math.Min(Math.Min(row[j] + 1, row[j - 1] + 1), corner + (a[i - 1] == b[j - 1] ? 0 : 1));
                (corner, row[j]) = (row[j], change);
                least = Math.Min(least, change);
            }
            if (least >= limit) return limit;
        }
        return row[b.Length];
    }

    private sealed class BareComparer : IEqualityComparer<string>
    {
        public bool Equals(string? x, string? y) => x is null || y is null ? x == y : string.Equals(Bare(x), Bare(y), StringComparison.Ordinal);
        public int GetHashCode([DisallowNull] string obj) => Bare(obj).GetHashCode(StringComparison.Ordinal);
    }
}

/// <summary>One of the 29 tables as the editions of TS 103 701 name it; data in <c>ixit-tables.tsv</c>.</summary>
/// <param name="IsRecord">One set of fields instead of rows with ids.</param>
internal sealed record TableName(int Number, string Name, string Later, string Title, bool IsRecord, IReadOnlyList<string> Fields)
{
    public static readonly IReadOnlyList<TableName> All = [.. DataFile.Open(typeof(TableName), "ixit-tables.tsv").Rows.Select(r => new TableName(
        int.Parse(r.Need("number"), System.Globalization.CultureInfo.InvariantCulture), r.Need("name"), r.Need("later"), r.Need("title"),
        r.Need("shape") == "record", r.List("fields", '|')))];

    private static readonly FrozenDictionary<string, TableName> ByName =
        All.SelectMany(t => new[] { t.Name, t.Later }.Distinct().Select(n => (n, t))).ToFrozenDictionary(p => Names.Bare(p.n), p => p.t, StringComparer.Ordinal);

    private static readonly FrozenDictionary<string, TableName> ByTitle = All.ToFrozenDictionary(t => Names.Bare(t.Title), t => t, StringComparer.Ordinal);

    public static TableName? OfName(string name) => ByName.GetValueOrDefault(Names.Bare(name));

    public static TableName? OfTitle(string title) => ByTitle.GetValueOrDefault(Names.Bare(title));

    /// <summary><c>1-AuthMech</c>, <c>AuthMech</c>, <c>IXIT 1-AuthMech</c>; null for anything else.</summary>
    public static TableName? Of(string key)
    {
        var bare = Names.Bare(key);
        if (bare.StartsWith("ixit", StringComparison.Ordinal)) bare = bare[4..];
        var name = bare.TrimStart('0', '1', '2', '3', '4', '5', '6', '7', '8', '9');
        if (ByName.GetValueOrDefault(name) is not { } table) return null;
        return name.Length == bare.Length || bare[..^name.Length] == table.Number.ToString(System.Globalization.CultureInfo.InvariantCulture) ? table : null;
    }

    public static string? Nearest(string key)
    {
        var bare = Names.Bare(key);
        if (bare.StartsWith("ixit", StringComparison.Ordinal)) bare = bare[4..];
        var near = Names.Nearest(bare.TrimStart('0', '1', '2', '3', '4', '5', '6', '7', '8', '9'), All.SelectMany(t => new[] { t.Name, t.Later }));
        return near is null ? null : $"{OfName(near)!.Number}-{near}";
    }

    /// <summary>The field's name as the table has it, or null.</summary>
    public string? Field(string name) => Fields.FirstOrDefault(f => Names.Comparer.Equals(f, name));

    /// <summary>A field that was probably meant: near to a known one, and none itself.</summary>
    public string? Misspelt(string name) => Field(name) is null ? Names.Nearest(name, Fields) : null;
}

/// <summary>Ids of provisions of all editions.</summary>
internal static class ProvisionId
{
    private static readonly FrozenDictionary<string, string> Known = Catalogue.Editions.SelectMany(c => c.Provisions).Select(p => p.Id).Distinct()
        .ToFrozenDictionary(id => id, id => id, StringComparer.OrdinalIgnoreCase);

    /// <summary>The id as the catalogues write it, from <c>5.1-1</c>, <c>Provision 5.1-2a</c>; null where no catalogue has it.</summary>
    public static string? Of(string text)
    {
        var id = text.Trim().Trim('*', '`', '.', ':').Trim();
        if (id.StartsWith("provision", StringComparison.OrdinalIgnoreCase)) id = id[9..].Trim();
        return Known.GetValueOrDefault(id.Replace('–', '-').Replace('‑', '-'));
    }

    /// <summary>The existing id that is nearest: one sign differs.</summary>
    public static string? Nearest(string text)
    {
        var id = text.Trim();
        return Known.Keys.Where(k => Math.Abs(k.Length - id.Length) <= 1).Order(StringComparer.Ordinal).FirstOrDefault(k => OneSign(k, id));
    }

    private static bool OneSign(string a, string b)
    {
        var start = 0;
        while (start < a.Length && start < b.Length && char.ToLowerInvariant(a[start]) == char.ToLowerInvariant(b[start])) start++;
        var end = 0;
        while (end < a.Length - start && end < b.Length - start && char.ToLowerInvariant(a[^(end + 1)]) == char.ToLowerInvariant(b[^(end + 1)])) end++;
        return a.Length - start - end <= 1 && b.Length - start - end <= 1;
    }
}
