using System.Text;
using System.Text.RegularExpressions;
using Assay.Software.Advisories;

namespace Assay.Software.Matching.Parts;

/// <summary>A part that an advisory names, how it names it, and whether that is a reading of its words.</summary>
internal sealed record NamedPart(VulnerablePart Part, string By, bool IsGuess);

/// <summary>Which part of a component a vulnerability is in: rows of <c>parts.tsv</c> over the advisory's words, and over the source files that it names.</summary>
internal static class VulnerableParts
{
    private const int MostCharacters = 2000, MostParts = 8;

    private sealed record Row(string Component, Regex? Words, string? File, PartKind Kind, string Names, string Source);

    private static readonly Lazy<IReadOnlyList<Row>> Rows = new(Load);
    private static readonly Lazy<HashSet<string>> Applets = new(() =>
        [.. Rows.Value.Where(r => r.Kind == PartKind.Applet).SelectMany(r => r.Names.Split('|')).Where(n => n != "*"), .. KnownApplets()]);

    /// <summary>Names of applets that a BusyBox may have: a table in a program is recognised by them, and words of an advisory are held against them.</summary>
    public static IReadOnlyCollection<string> AppletNames => Applets.Value;

    /// <summary>Every part that the advisories name for the component, each once; empty where they name none that the table knows.</summary>
    public static IReadOnlyList<NamedPart> Of(ComponentIdentity component, IReadOnlyList<Advisory> about)
    {
        var rows = Rows.Value.Where(r => component.IsCalled(r.Component)).ToList();
        if (rows.Count == 0) return [];
        var parts = new List<NamedPart>();
        // What a source says of files is a fact; only where none does are its words read.
        foreach (var file in about.SelectMany(a => a.Files).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal))
        {
            // The longest row that the file lies under; a file that no row knows may be in any build.
            if (rows.Where(r => r.File is not null && file.StartsWith(r.File, StringComparison.Ordinal)).MaxBy(r => r.File!.Length) is not { } row) return [];
            Add(new NamedPart(PartOf(row, row.Names), $"the source names {file} ({row.Source})", false));
        }
        if (parts.Count > 0) return parts.Count > MostParts ? [] : parts;
        foreach (var text in about.Where(a => !a.Withdrawn).Select(a => a.Summary).OfType<string>().Distinct(StringComparer.Ordinal))
        {
            var words = text.Length > MostCharacters ? text[..MostCharacters] : text;
            foreach (var row in rows.Where(r => r.Words is not null))
            {
                foreach (Match match in row.Words!.Matches(words))
                {
                    var names = row.Names == "*" ? match.Groups["part"].Value.ToLowerInvariant() : row.Names;
                    if (row.Names == "*" && row.Kind == PartKind.Applet && !Applets.Value.Contains(names)) continue;
                    Add(new NamedPart(PartOf(row, names), $"its words \"{match.Value.Trim()}\" ({row.Source})", true));
                }
            }
        }
        return parts.Count > MostParts ? [] : parts;

        void Add(NamedPart part)
        {
            if (!parts.Any(p => p.Part.Kind == part.Part.Kind && p.Part.Names.SequenceEqual(part.Part.Names))) parts.Add(part);
        }
    }

    // Of the kernel: OPTION/module; the module is left out where the option makes none.
    private static VulnerablePart PartOf(Row row, string names)
    {
        if (row.Kind != PartKind.KernelOption) return new VulnerablePart(row.Kind, names.Split('|'));
        var slash = names.IndexOf('/');
        return slash < 0 ? new VulnerablePart(row.Kind, [names]) : new VulnerablePart(row.Kind, [names[..slash]], names[(slash + 1)..]);
    }

    private static IEnumerable<string> KnownApplets()
    {
        using var reader = Open("applets.txt");
        while (reader.ReadLine() is { } line)
        {
            if (!line.StartsWith('#')) foreach (var name in line.Split(' ', StringSplitOptions.RemoveEmptyEntries)) yield return name;
        }
    }

    private static StreamReader Open(string name) => new(typeof(VulnerableParts).Assembly.GetManifestResourceStream(name)!, Encoding.UTF8);

    private static List<Row> Load()
    {
        using var reader = Open("parts.tsv");
        var rows = new List<Row>();
        for (var number = 1; reader.ReadLine() is { } line; number++)
        {
            if (line.StartsWith('#') || line.StartsWith("component\t", StringComparison.Ordinal)) continue;
            var columns = line.Split('\t');
            if (columns.Length != 5 || columns.Any(c => c.Length == 0)) throw new InvalidDataException($"parts.tsv line {number}: expected 5 filled columns, source included, found {columns.Length}");
            var isFile = columns[1].StartsWith("file:", StringComparison.Ordinal);
            rows.Add(new Row(columns[0], isFile ? null : new Regex(columns[1], RegexOptions.CultureInvariant | RegexOptions.IgnoreCase), isFile ? columns[1][5..] : null, columns[2] switch
            {
                "applet" => PartKind.Applet,
                "kernel" => PartKind.KernelOption,
                "file" => PartKind.File,
                var other => throw new InvalidDataException($"parts.tsv line {number}: expected applet, kernel or file, found {other}"),
            }, columns[3], columns[4]));
        }
        return rows;
    }
}
