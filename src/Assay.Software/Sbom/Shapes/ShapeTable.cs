using System.Collections.Frozen;
using System.Globalization;
using System.Text;

namespace Assay.Software.Sbom.Shapes;

/// <summary>Which members the objects of a format have in one of its versions; the notation stands at the head of <c>cyclonedx.shapes</c>.</summary>
internal sealed class ShapeTable
{
    private static readonly Lazy<Dictionary<string, ShapeTable>> CycloneDxTables = new(() => Load("cyclonedx.shapes", "CycloneDX"));
    private static readonly Lazy<Dictionary<string, ShapeTable>> SpdxTables = new(() => Load("spdx.shapes", "SPDX"));
    private static readonly Lazy<ShapeTable> Spdx3Table = new(() => Load("spdx3.shapes", "SPDX")["3.0"]);
    private static readonly Lazy<FrozenSet<string>> LicenceList = new(() => Rows("licences.txt").SelectMany(r => r.Split(' ')).ToFrozenSet(StringComparer.Ordinal));

    private readonly Dictionary<string, Shape> shapes = new(StringComparer.Ordinal);
    private readonly Dictionary<string, FrozenSet<string>> words = new(StringComparer.Ordinal);

    private ShapeTable(string format, string version) => (Format, Version) = (format, version);

    /// <summary><c>CycloneDX</c>, <c>SPDX</c>.</summary>
    public string Format { get; }
    public string Version { get; }

    /// <summary>1.4 to 1.7.</summary>
    public static IReadOnlyDictionary<string, ShapeTable> CycloneDx => CycloneDxTables.Value;
    /// <summary>2.2 and 2.3.</summary>
    public static IReadOnlyDictionary<string, ShapeTable> Spdx => SpdxTables.Value;
    /// <summary>Elements of 3.0, a shape for each class.</summary>
    public static ShapeTable Spdx3 => Spdx3Table.Value;
    /// <summary>Identifiers of the SPDX list of licences, exceptions among them.</summary>
    public static FrozenSet<string> Licences => LicenceList.Value;

    public Shape this[string name] => shapes[name];

    public bool Has(string shape) => shapes.ContainsKey(shape);

    /// <summary>True where the list of that name has the word in this version.</summary>
    public bool HasWord(string list, string word) => words[list].Contains(word);

    private static IEnumerable<string> Rows(string resource)
    {
        using var reader = new StreamReader(typeof(ShapeTable).Assembly.GetManifestResourceStream(resource)!, Encoding.UTF8);
        while (reader.ReadLine() is { } line)
        {
            if (line.Length > 0 && line[0] != '#') yield return line;
        }
    }

    private sealed record Heading(string Kind, string Name, string Versions, List<string[]> Rows);

    private static Dictionary<string, ShapeTable> Load(string resource, string format)
    {
        string[] versions = [];
        var headings = new List<Heading>();
        foreach (var line in Rows(resource))
        {
            var words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (line[0] != ' ' && words[0] == "versions") versions = words[1..];
            else if (line[0] != ' ') headings.Add(new Heading(words[0], words[1], words.Length > 2 ? words[2] : "", []));
            else headings[^1].Rows.Add(words);
        }
        return versions.ToDictionary(v => v, v => new Loading(new ShapeTable(format, v), versions, v).Of(headings), StringComparer.Ordinal);
    }

    private sealed class Loading(ShapeTable table, string[] versions, string version)
    {
        private readonly ShapeTable table = table;
        private readonly string version = version;
        private readonly Dictionary<string, FrozenSet<string>> values = new(StringComparer.Ordinal);

        public ShapeTable Of(List<Heading> headings)
        {
            var here = headings.Where(h => Holds(h.Versions)).ToList();
            foreach (var heading in here.Where(h => h.Kind == "enum"))
                values[heading.Name] = heading.Rows.Where(r => r[0] == "*" || Holds(r[0])).SelectMany(r => r[1..]).Select(v => v.Replace("\\s", " ", StringComparison.Ordinal)).ToFrozenSet(StringComparer.Ordinal);
            foreach (var (name, known) in values) table.words[name] = known;
            foreach (var heading in here.Where(h => h.Kind == "shape")) table.shapes[heading.Name] = new Shape(heading.Name);
            foreach (var heading in here.Where(h => h.Kind == "shape"))
            {
                Fill(table.shapes[heading.Name], [.. heading.Rows.SelectMany(r => r[0] == ".from" ? here.First(h => h.Name == r[1]).Rows : [r])]);
            }
            return table;
        }

        private void Fill(Shape shape, List<string[]> rows)
        {
            foreach (var words in rows)
            {
                var span = words[^1].Length > 1 && (char.IsAsciiDigit(words[^1][0]) && words[^1].Contains('-', StringComparison.Ordinal) || words[^1][0] == '-') ? words[^1] : "";
                var rest = span.Length == 0 ? words[1..] : words[1..^1];
                var (name, holds) = (words[0], Holds(span));
                switch (name)
                {
                    case "...":
                        shape.IsOpen |= holds;
                        break;
                    case ".one" or ".any" or ".not" or ".with":
                        if (holds) shape.Rules.Add(new ShapeRule(name, [.. rest.Select(r => r.Split('+'))]));
                        break;
                    default:
                        var plain = name.TrimEnd('!');
                        if (holds) shape.Add(new ShapeMember(plain, Encoding.UTF8.GetBytes(plain), name.EndsWith('!'), new TypeReading(rest, this).Whole()));
                        else shape.Elsewhere.TryAdd(plain, span);
                        break;
                }
            }
            shape.Close();
        }

        private bool Holds(string span)
        {
            if (span.Length == 0) return true;
            var dash = span.IndexOf('-', StringComparison.Ordinal);
            if (dash < 0) return span == version;
            var at = Array.IndexOf(versions, version);
            return (dash == 0 || at >= Array.IndexOf(versions, span[..dash])) && (dash == span.Length - 1 || at <= Array.IndexOf(versions, span[(dash + 1)..]));
        }

        // TYPE of the notation: alternatives hold lists hold words.
        private sealed class TypeReading(string[] words, Loading loading)
        {
            private readonly string text = string.Join(' ', words);
            private int at;

            public ShapeType Whole()
            {
                var type = Alternatives();
                return at == text.Length ? type : throw new InvalidOperationException($"shapes: {text} breaks off at {at}");
            }

            private ShapeType Alternatives()
            {
                var all = new List<ShapeType> { One() };
                var sign = '\0';
                while (at + 1 < text.Length && text[at] == ' ' && text[at + 1] is '|' or '^')
                {
                    sign = text[at + 1];
                    at += 3;
                    all.Add(One());
                }
                return all.Count == 1 ? all[0] : new ShapeType { Kind = sign == '|' ? ShapeKind.Any : ShapeKind.One, Alternatives = [.. all] };
            }

            private ShapeType One()
            {
                if (text[at] is '[' or '{')
                {
                    var unique = text[at++] == '{';
                    var (low, high) = (0d, double.PositiveInfinity);
                    if (char.IsAsciiDigit(text[at]))
                    {
                        var space = text.IndexOf(' ', at);
                        (low, high) = Bounds(text[at..space]);
                        at = space + 1;
                    }
                    var item = Alternatives();
                    at++;
                    return new ShapeType { Kind = ShapeKind.List, Item = item, IsUnique = unique, Low = low, High = high };
                }
                var start = at;
                while (at < text.Length && text[at] is not (' ' or ']' or '}' or '(')) at++;
                var word = text[start..at];
                if (word[0] == '@') return new ShapeType { Kind = ShapeKind.Object, Shape = loading.table.shapes[word[1..]] };
                if (word[0] == '%') return new ShapeType { Kind = ShapeKind.Word, Values = loading.values[word[1..]] };
                var (least, most) = (double.NegativeInfinity, double.PositiveInfinity);
                if (at < text.Length && text[at] == '(')
                {
                    var end = text.IndexOf(')', at);
                    (least, most) = Bounds(text[(at + 1)..end]);
                    at = end + 1;
                }
                return word switch
                {
                    "anything" => new ShapeType { Kind = ShapeKind.Anything },
                    "object" => new ShapeType { Kind = ShapeKind.Object, Shape = Shape.Free },
                    "boolean" => new ShapeType { Kind = ShapeKind.Boolean },
                    "integer" => new ShapeType { Kind = ShapeKind.Integer, Low = least, High = most },
                    "number" => new ShapeType { Kind = ShapeKind.Number, Low = least, High = most },
                    "element" => new ShapeType { Kind = ShapeKind.Any, Alternatives = [new ShapeType { Kind = ShapeKind.Text, Form = TextForm.NotEmpty }, new ShapeType { Kind = ShapeKind.Object, Shape = Shape.Free }] },
                    "licence" => new ShapeType { Kind = ShapeKind.Word, Values = Licences, Form = TextForm.Licence },
                    "ref" or "link" when loading.version == "1.4" => new ShapeType { Kind = ShapeKind.Text, Form = TextForm.Free },
                    _ => new ShapeType { Kind = ShapeKind.Text, Form = TextForms.Called(word) },
                };
            }

            private static (double Low, double High) Bounds(string text)
            {
                var dots = text.IndexOf("..", StringComparison.Ordinal);
                var (low, high) = (text[..dots], text[(dots + 2)..]);
                return (low.Length == 0 ? double.NegativeInfinity : double.Parse(low, CultureInfo.InvariantCulture), high.Length == 0 ? double.PositiveInfinity : double.Parse(high, CultureInfo.InvariantCulture));
            }
        }
    }
}
