using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Assay.Evidence.Reading;

namespace Assay.Software.Components;

/// <summary>How one product writes its own version into its programs: one row of <c>patterns.tsv</c>, which names where that can be read.</summary>
public sealed class VersionPattern
{
    private const string Number = @"(?<![\d.])(?<version>\d+\.\d+(?:\.\d+){0,2})(?!\d|\.\d)";
    private readonly string pattern;
    private readonly SaidVersion? said;
    private Regex? compiled;

    private VersionPattern(DataRow row)
    {
        (Product, Rule, Anchor, Also) = (row.Need("product"), row.Need("rule"), row["anchor"] ?? "", row["also"]);
        var form = row["pattern"] ?? "";
        if (Rule == "said") said = new SaidVersion(form);
        pattern = form.Replace("{v}", Number, StringComparison.Ordinal);
        Cpe = [.. row.List("cpe", ' ')];
        Purl = row.Need("purl");
        Aliases = [.. row.List("aliases", ' ')];
        Source = row.Need("source");
        Positive = row.Need("positive").Replace("\\n", "\n", StringComparison.Ordinal);
        Negative = row.Need("negative").Replace("\\n", "\n", StringComparison.Ordinal);
        Opened = row["opened"] is { } day ? DateOnly.ParseExact(day, "yyyy-MM-dd", CultureInfo.InvariantCulture) : null;
    }

    public string Product { get; }
    /// <summary><c>said</c>: forms of <see cref="SaidVersion"/> around the anchor; <c>near</c>: the pattern over the text around the anchor; <c>lone</c>: the anchor anywhere and one version among the strings; <c>name</c>: over the file's name.</summary>
    public string Rule { get; }
    public string Anchor { get; }
    /// <summary>A second text that the file must hold, or null.</summary>
    public string? Also { get; }
    /// <summary>CPE 2.3 identities without version: <c>a:vendor:product</c>; none where no list names the product.</summary>
    public ImmutableArray<string> Cpe { get; }
    public string Purl { get; }
    /// <summary>Names that package databases use for the same product.</summary>
    public ImmutableArray<string> Aliases { get; }
    public string Source { get; }
    /// <summary>When somebody opened <see cref="Source"/> and found words and version there as this row has them; null where the row rests on documentation or on programs.</summary>
    public DateOnly? Opened { get; }
    public string Positive { get; }
    public string Negative { get; }

    /// <summary>How sure a match is that the product is in the file and not only spoken of.</summary>
    public double Confidence => Rule switch { "near" or "said" => 0.9, "lone" => 0.7, _ => 0.6 };

    /// <summary>Every row, in the order of the file.</summary>
    public static IReadOnlyList<VersionPattern> All { get; } = Load();

    /// <summary>True where <paramref name="name"/> is what anyone calls this product: its name, an alias, or the product of its CPE.</summary>
    public bool IsCalled(string name) =>
        string.Equals(Product, name, StringComparison.OrdinalIgnoreCase) || Aliases.Contains(name, StringComparer.OrdinalIgnoreCase)
        || Cpe.Any(c => string.Equals(c[(c.LastIndexOf(':') + 1)..], name, StringComparison.OrdinalIgnoreCase));

    /// <summary>The product that <paramref name="name"/> is called by: its own name before an alias before the product of a CPE name; null where nobody is called so.</summary>
    public static VersionPattern? Called(string name) => ByName.GetValueOrDefault(name);

    private static readonly FrozenDictionary<string, VersionPattern> ByName = All.Select(p => (Name: p.Product, Pattern: p))
        .Concat(All.SelectMany(p => p.Aliases.Select(a => (Name: a, Pattern: p)))).Concat(All.SelectMany(p => p.Cpe.Select(c => (Name: c[(c.LastIndexOf(':') + 1)..], Pattern: p))))
        .DistinctBy(n => n.Name, StringComparer.OrdinalIgnoreCase).ToFrozenDictionary(n => n.Name, n => n.Pattern, StringComparer.OrdinalIgnoreCase);

    /// <summary>The CPE 2.3 names of one version of it.</summary>
    public IReadOnlyList<string> CpeOf(string version) => [.. Cpe.Select(c => $"cpe:2.3:{c}:{version.Replace("+", "\\+", StringComparison.Ordinal)}:*:*:*:*:*:*:*")];

    /// <summary>The version that the program's own words at <paramref name="offset"/> stand beside, or null; for rule <c>said</c>.</summary>
    internal string? SaidAt(ReadOnlySpan<byte> content, int offset) => said?.At(content, offset, Anchor.Length);

    /// <summary>The version that <paramref name="text"/> states, or null.</summary>
    /// <param name="text">Text around an anchor, or a file's name.</param>
    public string? VersionIn(string text)
    {
        // Only bounded windows come here, and a test wearies every pattern with the worst of them: a limit of time would make the answer one of the machine's load.
        compiled ??= new Regex(pattern, RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture);
        var match = compiled.Match(text);
        return match.Success ? match.Groups["version"].Value.Replace('_', '.').TrimStart('v') : null;
    }

    private static List<VersionPattern> Load() => [.. DataFile.Open(typeof(VersionPattern), "patterns.tsv").Rows.Select(r => new VersionPattern(r))];
}

/// <summary>A product that speaks its own version out of a file's bytes.</summary>
/// <param name="Offset">Of the anchor in the file; null where the file's name says it.</param>
public sealed record VersionSeen(VersionPattern Pattern, string Version, int? Offset);

/// <summary>Collects the versions of one file while its bytes are searched for the anchors of <see cref="VersionPattern.All"/>.</summary>
public sealed class VersionReading
{
    private const int Before = 320, After = 420;
    /// <summary>A file that holds an anchor more often than this speaks of the product; it is not the product.</summary>
    private const int MostTrials = 400;
    private static readonly VersionPattern[] Searched = [.. VersionPattern.All.Where(p => p.Rule != "name")];
    private static readonly VersionPattern[] Named = [.. VersionPattern.All.Where(p => p.Rule == "name")];
    private static readonly LiteralSearch Search = new(Anchors);

    private readonly Dictionary<(int, string), VersionSeen> seen = [];
    private readonly Dictionary<int, int> trials = [];

    /// <summary>The anchors to search for, in the order that <see cref="Hit"/> expects.</summary>
    public static IReadOnlyList<string> Anchors => [.. Searched.Select(p => p.Anchor)];

    /// <summary>Versions in a file on its own; <paramref name="fileName"/> without folders, or null.</summary>
    public static IReadOnlyList<VersionSeen> Read(ReadOnlySpan<byte> content, string? fileName)
    {
        var reading = new VersionReading();
        Search.Find(content, reading, (state, bytes, anchor, offset) => state.Hit(bytes, anchor, offset));
        return reading.Finish(content, fileName);
    }

    /// <summary>The anchor was found at <paramref name="offset"/>.</summary>
    public void Hit(ReadOnlySpan<byte> content, int anchor, int offset)
    {
        var pattern = Searched[anchor];
        var count = trials.GetValueOrDefault(anchor) + 1;
        trials[anchor] = count;
        if (count > MostTrials || pattern.Rule == "lone") return;
        if (pattern.Rule == "said")
        {
            if (pattern.SaidAt(content, offset) is { } stated) seen.TryAdd((anchor, stated), new VersionSeen(pattern, stated, offset));
            return;
        }
        var from = Math.Max(0, offset - Before);
        var to = Math.Min(content.Length, offset + pattern.Anchor.Length + After);
        if (pattern.VersionIn(Strings(content[from..to])) is not { } version) return;
        seen.TryAdd((anchor, version), new VersionSeen(pattern, version, offset));
    }

    /// <summary>One entry for each product and version, ordered by product.</summary>
    public IReadOnlyList<VersionSeen> Finish(ReadOnlySpan<byte> content, string? fileName)
    {
        var versions = new List<VersionSeen>();
        foreach (var found in seen.Values)
        {
            if (found.Pattern.Rule == "said" && SpeaksOfMany(found)) continue;
            if (found.Pattern.Also is not { } also || content.IndexOf(Encoding.ASCII.GetBytes(also)) >= 0) versions.Add(found);
        }
        foreach (var anchor in trials.Keys)
        {
            if (Searched[anchor].Rule == "lone" && !versions.Any(v => v.Pattern.Product == Searched[anchor].Product) && Lone(content, Searched[anchor]) is { } lone)
            {
                versions.Add(new VersionSeen(Searched[anchor], lone, null));
            }
        }
        if (fileName is not null)
        {
            foreach (var pattern in Named)
            {
                if (fileName.StartsWith(pattern.Anchor, StringComparison.Ordinal) && pattern.VersionIn(fileName) is { } version) versions.Add(new VersionSeen(pattern, version, null));
            }
        }
        return [.. versions.OrderByDescending(v => v.Pattern.Confidence).ThenBy(v => v.Offset).DistinctBy(v => (v.Pattern.Product, v.Version))
            .OrderBy(v => v.Pattern.Product, StringComparer.Ordinal).ThenBy(v => v.Version, StringComparer.Ordinal)];
    }

    // The same words beside several versions are a table of what is known of a product, not the product; 1.34 and 1.34.2 are one version said twice.
    private bool SpeaksOfMany(VersionSeen one) =>
        seen.Values.Any(other => other.Pattern == one.Pattern && other.Version != one.Version && !other.Version.StartsWith(one.Version, StringComparison.Ordinal) && !one.Version.StartsWith(other.Version, StringComparison.Ordinal));

    /// <summary>The only string of a whole file that is a version and nothing else; null where there is none or more than one.</summary>
    private static string? Lone(ReadOnlySpan<byte> content, VersionPattern pattern)
    {
        string? only = null;
        for (var at = 0; at < content.Length;)
        {
            var end = content[at..].IndexOf((byte)0);
            end = end < 0 ? content.Length : at + end;
            // A version stands right before a zero byte; what lies before it may be code, but no letter of a longer string.
            var start = end;
            while (start > at && end - start < 16 && content[start - 1] is (>= (byte)'0' and <= (byte)'9') or (byte)'.') start--;
            if (end - start is > 2 and < 12 && (start == at || content[start - 1] is < 0x20 or >= 0x7f) && pattern.VersionIn(Encoding.ASCII.GetString(content[start..end])) is { } version)
            {
                if (only is not null && only != version) return null;
                only = version;
            }
            at = end + 1;
        }
        return only;
    }

    /// <summary>A window as its strings: what cannot be printed becomes one line end.</summary>
    private static string Strings(ReadOnlySpan<byte> window)
    {
        Span<char> text = stackalloc char[window.Length];
        var length = 0;
        foreach (var b in window)
        {
            if (b is >= 0x20 and < 0x7f or (byte)'\t') text[length++] = (char)b;
            else if (length > 0 && text[length - 1] != '\n') text[length++] = '\n';
        }
        return new string(text[..length]);
    }
}
