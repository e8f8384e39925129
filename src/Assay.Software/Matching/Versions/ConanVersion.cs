namespace Assay.Software.Matching.Versions;

/// <summary>Conan's order: dotted items, as numbers where both are numbers and as texts where one is not; -prerelease before, +build after. conan: conans/model/version.py.</summary>
/// <remarks>Zeros at the end do not count. Texts beside numbers make it no order in the strict sense (9 before 10 before 1a before 9): that is the tool's own rule.</remarks>
internal static class ConanVersion
{
    public static int Compare(string a, string b) => new Parts(a, 0).CompareTo(new Parts(b, 0));

    /// <summary>The items of the main part: <c>1.2.x</c> of <c>1.2.x-pre+b</c>.</summary>
    public static string[] Main(string version) => new Parts(version, 0).Items;

    private sealed class Parts
    {
        private readonly Parts? before, built;
        private readonly int length;

        public Parts(string text, int depth)
        {
            // A prerelease or build is a version itself, without parts of its own kind.
            if (depth < 3 && text.LastIndexOf('+') is var plus and >= 0) (text, built) = (text[..plus], new Parts(text[(plus + 1)..], depth + 1));
            if (depth < 3 && text.LastIndexOf('-') is var dash and >= 0) (text, before) = (text[..dash], new Parts(text[(dash + 1)..], depth + 1));
            Items = text.Split('.');
            length = Items.Length;
            while (length > 0 && Items[length - 1].Length > 0 && !Items[length - 1].AsSpan().ContainsAnyExcept('0')) length--;
        }

        public string[] Items { get; }

        public int CompareTo(Parts other)
        {
            for (var i = 0; i < Math.Min(length, other.length); i++)
            {
                var (x, y) = (Items[i], other.Items[i]);
                var order = DecimalDigits.Are(x) && DecimalDigits.Are(y) ? DecimalDigits.Compare(x, y) : Math.Sign(string.CompareOrdinal(Plain(x), Plain(y)));
                if (order != 0) return order;
            }
            if (length != other.length) return length < other.length ? -1 : 1;
            if (before is null != other.before is null) return before is null ? 1 : -1;
            if (before is not null && before.CompareTo(other.before!) is var announced and not 0) return announced;
            if (built is null || other.built is null) return (built is not null).CompareTo(other.built is not null);
            return built.CompareTo(other.built);
        }

        private static string Plain(string item) => DecimalDigits.Are(item) ? item.TrimStart('0') is { Length: > 0 } digits ? digits : "0" : item;
    }
}
