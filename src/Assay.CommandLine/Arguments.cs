using System.Globalization;
using Assay.Evidence.Reading;

namespace Assay.CommandLine;

/// <summary>One option of a verb.</summary>
/// <param name="Name">With its dashes: <c>--format</c>.</param>
/// <param name="Value">What it takes, for the help: <c>FILE</c>; null for a switch.</param>
/// <param name="Repeats">May be given more than once.</param>
public sealed record Option(string Name, string? Value, string Help, bool Repeats = false);

/// <summary>The command line of one verb, parsed once: options by name, the rest in order.</summary>
public sealed class Arguments
{
    /// <summary>Options that every verb takes.</summary>
    public static readonly IReadOnlyList<Option> Common =
    [
        new("--format", "NAME", "how to print: table, json, ndjson or what the verb names"),
        new("-o", "PATH", "write there instead of printing"),
        new("--force", null, "overwrite what is there"),
        new("--quiet", null, "no progress and no hints"),
        new("--no-color", null, "no colour (also the environment's NO_COLOR)"),
        new("--budget", "NAME=NUMBER", "raise a limit: bytes, file, files or depth", Repeats: true),
        new("--help", null, "this text"),
    ];

    private readonly Dictionary<string, List<string>> options = new(StringComparer.Ordinal);

    /// <summary>What is no option: files, folders, identifiers.</summary>
    public required IReadOnlyList<string> Operands { get; init; }

    /// <exception cref="UsageException">An option is unknown, lacks its value, or is given twice.</exception>
    public static Arguments Parse(IReadOnlyList<string> words, IReadOnlyList<Option> known)
    {
        var operands = new List<string>();
        var parsed = new Arguments { Operands = operands };
        var all = known.Concat(Common).ToList();
        for (var i = 0; i < words.Count; i++)
        {
            var word = words[i];
            if (word == "--")
            {
                operands.AddRange(words.Skip(i + 1));
                break;
            }
            if (word.Length < 2 || word[0] != '-')
            {
                operands.Add(word);
                continue;
            }
            if (word is "-h" or "-?") word = "--help";
            var equals = word.StartsWith("--", StringComparison.Ordinal) ? word.IndexOf('=') : -1;
            var name = equals < 0 ? word : word[..equals];
            var option = all.FirstOrDefault(o => o.Name == name)
                ?? throw new UsageException($"expected an option of this verb, found {name}{Nearest(name, all.Select(o => o.Name))}");
            string value;
            if (option.Value is null)
            {
                if (equals >= 0) throw new UsageException($"{name} takes no value, found {word[(equals + 1)..]}");
                value = "";
            }
            else if (equals >= 0)
            {
                value = word[(equals + 1)..];
            }
            else
            {
                if (i + 1 == words.Count) throw new UsageException($"{name} expects {option.Value}, found the end of the line");
                value = words[++i];
            }
            if (!parsed.options.TryGetValue(name, out var values)) parsed.options[name] = values = [];
            else if (!option.Repeats && option.Value is not null) throw new UsageException($"{name} is given twice");
            values.Add(value);
        }
        return parsed;
    }

    public bool Has(string option) => options.ContainsKey(option);
    public string? Value(string option) => options.TryGetValue(option, out var values) ? values[0] : null;
    public IReadOnlyList<string> Values(string option) => options.TryGetValue(option, out var values) ? values : [];

    /// <summary>The date that answers are for, else <paramref name="now"/>'s day.</summary>
    /// <exception cref="UsageException"/>
    public DateTimeOffset AsOf(TimeProvider now)
    {
        if (Value("--as-of") is not { } text) return new DateTimeOffset(now.GetUtcNow().UtcDateTime.Date, TimeSpan.Zero);
        const DateTimeStyles Utc = DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal;
        if (DateTimeOffset.TryParseExact(text, ["yyyy-MM-dd", "yyyy-MM-dd'T'HH:mm:ssK", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFK"], CultureInfo.InvariantCulture, Utc, out var date)) return date;
        throw new UsageException($"--as-of expects a date such as 2026-11-23, found {text}");
    }

    /// <summary>The budgets of <c>--budget NAME=NUMBER</c>; K, M and G are powers of 1,024.</summary>
    /// <exception cref="UsageException"/>
    public Budget Budget()
    {
        var standard = new Budget();
        long bytes = standard.Bytes, files = standard.Files;
        int file = standard.FileBytes, depth = standard.Depth;
        foreach (var text in Values("--budget"))
        {
            var (name, number) = text.IndexOf('=') is var at and > 0 ? (text[..at], Number(text[(at + 1)..])) : (text, -1);
            if (number <= 0) throw new UsageException($"--budget expects NAME=NUMBER with a number above 0, found {text}");
            switch (name)
            {
                case "bytes": bytes = number; break;
                case "files": files = number; break;
                case "file": file = (int)Math.Min(number, 0x7fff_ffc7); break;
                case "depth": depth = (int)Math.Min(number, 1024); break;
                default: throw new UsageException($"--budget knows bytes, file, files and depth, found {name}");
            }
        }
        return new Budget { Bytes = bytes, Files = files, FileBytes = file, Depth = depth };
    }

    private static long Number(string text)
    {
        var factor = text.Length == 0 ? 1 : char.ToUpperInvariant(text[^1]) switch { 'K' => 1L << 10, 'M' => 1L << 20, 'G' => 1L << 30, _ => 1L };
        return long.TryParse(factor == 1 ? text : text[..^1], NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number <= long.MaxValue / factor
            ? number * factor
            : -1;
    }

    /// <summary>", nearest: X" where one of the known names is close, else nothing.</summary>
    public static string Nearest(string name, IEnumerable<string> known)
    {
        var (best, distance) = known.Select(k => (k, Distance(name, k))).MinBy(p => p.Item2);
        return best is not null && distance <= Math.Max(1, name.Length / 3) ? $" (nearest: {best})" : "";
    }

    // Levenshtein; both words are short command words.
    private static int Distance(string a, string b)
    {
        if (a.Length > 64 || b.Length > 64) return int.MaxValue;
        var row = Enumerable.Range(0, b.Length + 1).ToArray();
        for (var i = 1; i <= a.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                var above = row[j];
                row[j] = Math.Min(Math.Min(row[j], row[j - 1]) + 1, diagonal + (a[i - 1] == b[j - 1] ? 0 : 1));
                diagonal = above;
            }
        }
        return row[b.Length];
    }
}
