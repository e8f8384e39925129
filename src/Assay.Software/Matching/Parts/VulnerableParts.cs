using System.Text;
using System.Text.RegularExpressions;
using Assay.Evidence.Reading;
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
        var rows = Rows.Value.Where(r => component.Called.IsCalled(r.Component)).ToList();
        if (rows.Count == 0) return [];
        var parts = new List<NamedPart>();
        // What a source says of files is a fact; only where none does are its words read.
        foreach (var file in about.SelectMany(a => a.Files).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal))
        {
            // The longest row that the file lies under; a file that no row knows may be in any build.
            if (rows.Where(r => r.File is not null && file.StartsWith(r.File, StringComparison.Ordinal)).MaxBy(r => r.File!.Length) is not { } row) return [];
            var names = row.Names == "*" ? file[(file.LastIndexOf('/') + 1)..].Split('.')[0] : row.Names;
            if (row.Names == "*" && !Applets.Value.Contains(names)) return [];
            Add(new NamedPart(PartOf(row, names), $"the source names {file} ({row.Source})", false));
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
        using var reader = new StreamReader(typeof(VulnerableParts).Assembly.GetManifestResourceStream("applets.txt")!, Encoding.UTF8);
        while (reader.ReadLine() is { } line)
        {
            if (!line.StartsWith('#')) foreach (var name in line.Split(' ', StringSplitOptions.RemoveEmptyEntries)) yield return name;
        }
    }

    private static List<Row> Load() =>
        [.. DataFile.Open(typeof(VulnerableParts), "parts.tsv").Rows.Select(r =>
        {
            var words = r.Need("words");
            var isFile = words.StartsWith("file:", StringComparison.Ordinal);
            return new Row(r.Need("component"), isFile ? null : new Regex(words, RegexOptions.CultureInvariant | RegexOptions.IgnoreCase), isFile ? words[5..] : null, r["kind"] switch
            {
                "applet" => PartKind.Applet,
                "kernel" => PartKind.KernelOption,
                "file" => PartKind.File,
                var other => throw r.Wrong("applet, kernel or file", other ?? "-"),
            }, r.Need("names"), r.Need("source"));
        })];
}
