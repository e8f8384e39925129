namespace Assay.Software.Matching.Versions;

/// <summary>
/// Maven's order: a tree of numbers and words, a new branch at each dash and between digits and letters; alpha, beta, milestone, rc and snapshot before, sp and unknown words after.
/// Maven: "Version Order Specification" (pom.html), org.apache.maven.artifact.versioning.ComparableVersion.
/// </summary>
/// <remarks>A word right after a dot opens no branch, as before Maven 3.8.7 and in VERS' test data.</remarks>
internal static class MavenVersion
{
    private const int MostCharacters = 512;
    private static readonly string[] Known = ["alpha", "beta", "milestone", "rc", "snapshot", "", "sp"];

    /// <summary>Null where one of them is longer than any version.</summary>
    public static int? Compare(string a, string b) => a.Length > MostCharacters || b.Length > MostCharacters ? null : Read(a).CompareTo(Read(b));

    private enum Kind { Number, Word, Branch }

    private sealed class Item(Kind kind, string text)
    {
        public Kind Kind { get; } = kind;
        public List<Item> Items { get; } = [];
        /// <summary>A number's digits; a word in its usual spelling.</summary>
        public string Text { get; } = text;

        public static Item Number(ReadOnlySpan<char> digits) => new(Kind.Number, digits.TrimStart('0').ToString());

        /// <param name="beforeDigit">A single letter stands for a word only there: 1-a1 is 1-alpha-1.</param>
        public static Item Word(string word, bool beforeDigit) => new(Kind.Word, (word, beforeDigit) switch
        {
            ("a", true) => "alpha",
            ("b", true) => "beta",
            ("m", true) => "milestone",
            ("ga" or "final" or "release", _) => "",
            ("cr", _) => "rc",
            _ => word,
        });

        public bool IsNull => Kind switch { Kind.Number or Kind.Word => Text.Length == 0, _ => Items.Count == 0 };

        /// <summary>Takes away what says nothing: zeros and release words before the end or a branch.</summary>
        public void Normalize()
        {
            for (var i = Items.Count - 1; i >= 0; i--)
            {
                if (Items[i].IsNull) Items.RemoveAt(i);
                else if (Items[i].Kind != Kind.Branch) break;
            }
        }

        /// <param name="other">Null: nothing stands there.</param>
        public int CompareTo(Item? other)
        {
            switch (Kind)
            {
                case Kind.Number when other is null:
                    return IsNull ? 0 : 1;
                case Kind.Number:
                    return other.Kind == Kind.Number ? DecimalDigits.Compare(Text, other.Text) : 1;
                case Kind.Word when other is null:
                    return Words(Text, "");
                case Kind.Word:
                    return other.Kind == Kind.Word ? Words(Text, other.Text) : -1;
                case Kind.Branch when other is null:
                    foreach (var item in Items)
                    {
                        if (item.CompareTo(null) is var order and not 0) return order;
                    }
                    return 0;
            }
            if (other!.Kind != Kind.Branch) return other.Kind == Kind.Number ? -1 : 1;
            for (var i = 0; i < Math.Max(Items.Count, other.Items.Count); i++)
            {
                var order = i < Items.Count ? Items[i].CompareTo(i < other.Items.Count ? other.Items[i] : null) : -other.Items[i].CompareTo(null);
                if (order != 0) return order;
            }
            return 0;
        }

        private static int Words(string a, string b)
        {
            var (rankA, rankB) = (Array.IndexOf(Known, a), Array.IndexOf(Known, b));
            if (rankA < 0 && rankB < 0) return Math.Sign(string.CompareOrdinal(a, b));
            return (rankA < 0 ? Known.Length : rankA).CompareTo(rankB < 0 ? Known.Length : rankB);
        }
    }

    private static Item Read(string version)
    {
        version = version.ToLowerInvariant();
        var root = new Item(Kind.Branch, "");
        var (branches, list, digits, start) = (new Stack<Item>([root]), root, false, 0);
        for (var i = 0; i < version.Length; i++)
        {
            var c = version[i];
            if (c is '.' or '-')
            {
                list.Items.Add(i == start ? Item.Number("0") : Part(start, i));
                start = i + 1;
                if (c == '-') Branch();
            }
            else if (char.IsAsciiDigit(c))
            {
                if (!digits && i > start)
                {
                    list.Items.Add(Item.Word(version[start..i], beforeDigit: true));
                    start = i;
                    Branch();
                }
                digits = true;
            }
            else
            {
                if (digits && i > start)
                {
                    list.Items.Add(Part(start, i));
                    start = i;
                    Branch();
                }
                digits = false;
            }
        }
        if (version.Length > start) list.Items.Add(Part(start, version.Length));
        while (branches.TryPop(out var branch)) branch.Normalize();
        return root;

        Item Part(int from, int to) => digits ? Item.Number(version.AsSpan(from, to - from)) : Item.Word(version[from..to], beforeDigit: false);

        void Branch()
        {
            var branch = new Item(Kind.Branch, "");
            list.Items.Add(branch);
            branches.Push(list = branch);
        }
    }
}
