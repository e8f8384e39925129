using System.Globalization;
using Assay.Evidence.Reading;

namespace Assay.Demo.Exercises;

/// <summary>What a learner wrote: answers with the evidence cited, and what was done with which item.</summary>
internal sealed record AnswerSheet
{
    public required string Exercise { get; init; }
    public required string Seed { get; init; }
    public required IReadOnlyList<Act> Custody { get; init; }
    /// <summary>By the number of the question.</summary>
    public required IReadOnlyDictionary<int, Answer> Answers { get; init; }

    public sealed record Act(string? When, string? Who, string? What, string? Item, string? Sha256, int Line);

    public sealed record Answer(IReadOnlyList<string> Words, IReadOnlyList<Citation> Evidence);

    /// <param name="Offset">From the start of the item.</param>
    public sealed record Citation(string Item, int? Frame, string? Path, long? Offset);

    /// <exception cref="UnreadableException">Not such a sheet; names the line.</exception>
    public static AnswerSheet Read(ReadOnlySpan<byte> yaml)
    {
        if (YamlReader.Read(yaml) is not YamlMap root) throw new UnreadableException("a sheet of answers (a map)", "something else", 0, 1);
        return new AnswerSheet
        {
            Exercise = root["exercise"]?.Text ?? throw Wrong("exercise: scan, beacon or update", root),
            Seed = root["seed"]?.Text ?? throw Wrong("seed: as on the sheet that was handed out", root),
            Custody = [.. List(root["custody"]).Select(node => node is YamlMap act
                ? new Act(Text(act, "when"), Text(act, "who"), Text(act, "act"), Text(act, "item"), Text(act, "sha256"), act.Line)
                : throw Wrong("an entry with when, who, act, item, sha256", node))],
            Answers = Numbered(root["answers"]),
        };
    }

    private static Dictionary<int, Answer> Numbered(YamlNode? node)
    {
        var answers = new Dictionary<int, Answer>();
        if (node is null or YamlScalar { IsNull: true }) return answers;
        if (node is not YamlMap map) throw Wrong("answers by the number of their question", node);
        foreach (var (key, value, _) in map.Entries)
        {
            if (!int.TryParse(key, NumberStyles.None, CultureInfo.InvariantCulture, out var number)) throw Wrong("the number of a question", value);
            if (value is not YamlMap fields) continue;
            var words = fields["answer"] switch
            {
                YamlList list => list.Items.Select(i => i.Text).OfType<string>().ToList(),
                { Text: { } text } => [text],
                _ => [],
            };
            var evidence = List(fields["evidence"]).Select(e => e is YamlMap cited
                ? new Citation(Text(cited, "item") ?? "", (int?)Number(cited, "frame"), Text(cited, "path"), Number(cited, "offset"))
                : throw Wrong("evidence with item and frame, path or offset", e));
            answers[number] = new Answer(words, [.. evidence]);
        }
        return answers;
    }

    private static IEnumerable<YamlNode> List(YamlNode? node) => node switch
    {
        null or YamlScalar { IsNull: true } => [],
        YamlList list => list.Items,
        _ => throw Wrong("a list", node),
    };

    private static string? Text(YamlMap map, string key) => map[key]?.Text is { } text && text.Trim().Length > 0 ? text.Trim() : null;

    private static long? Number(YamlMap map, string key)
    {
        if (Text(map, key) is not { } text) return null;
        var isHex = text.StartsWith("0x", StringComparison.OrdinalIgnoreCase);
        return long.TryParse(isHex ? text[2..] : text, isHex ? NumberStyles.AllowHexSpecifier : NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number <= int.MaxValue
            ? number
            : throw Wrong($"a number as {key}", map[key]!);
    }

    private static UnreadableException Wrong(string expected, YamlNode at) => new(expected, at.Kind, 0, at.Line);
}
