using System.Text;
using System.Text.Json;
using Assay.Evidence.Reading;

namespace Assay.Assessment.Probes;

/// <summary>A value of a JSON text with the line where it begins: locations of records come from here. Depth and number of values are limited.</summary>
internal sealed class JsonAt
{
    internal const int Most = 3_000_000;
    internal const int Deepest = 64;

    private static readonly IReadOnlyList<JsonAt> None = [];
    private List<JsonAt>? items;
    private List<(string Name, JsonAt Value)>? members;

    internal JsonValueKind Kind { get; private init; }
    /// <summary>From 1.</summary>
    internal int Line { get; private init; }
    /// <summary>Of a string its content, of a number its digits, of the others their word; null for arrays and objects.</summary>
    internal string? Text { get; private init; }
    /// <summary>At the root: why the text ended before its end.</summary>
    internal UnreadableException? Broken { get; private set; }

    internal IReadOnlyList<JsonAt> Items => items ?? None;
    internal IReadOnlyList<(string Name, JsonAt Value)> Members => members ?? [];
    internal bool IsObject => Kind == JsonValueKind.Object;
    internal bool IsArray => Kind == JsonValueKind.Array;
    internal bool IsTrue => Kind == JsonValueKind.True;

    /// <summary>The first member of this name; null where there is none.</summary>
    internal JsonAt? this[string name]
    {
        get
        {
            if (members is null) return null;
            foreach (var (key, value) in members)
            {
                if (key == name) return value;
            }
            return null;
        }
    }

    /// <summary>A member's text; numbers as their digits.</summary>
    internal string? Word(params ReadOnlySpan<string> names)
    {
        foreach (var name in names)
        {
            if (this[name]?.Text is { } text && this[name]!.Kind != JsonValueKind.Null) return text;
        }
        return null;
    }

    internal IReadOnlyList<JsonAt> Each(string name) => this[name] is { IsArray: true } list ? list.Items : None;

    /// <summary>Null where not even the beginning is JSON.</summary>
    /// <param name="most">Values; behind the last one the text counts as broken off.</param>
    internal static JsonAt? Read(ReadOnlySpan<byte> bytes, int most = Most)
    {
        if (bytes.StartsWith("\xef\xbb\xbf"u8)) bytes = bytes[3..];
        var reader = new Utf8JsonReader(bytes, new JsonReaderOptions { MaxDepth = Deepest, AllowTrailingCommas = true, CommentHandling = JsonCommentHandling.Skip });
        JsonAt? root = null;
        var open = new Stack<JsonAt>();
        string? name = null;
        int line = 1, count = 0;
        long counted = 0;
        try
        {
            while (reader.Read())
            {
                if (reader.TokenType is JsonTokenType.EndObject or JsonTokenType.EndArray)
                {
                    open.Pop();
                    continue;
                }
                line += bytes[(int)counted..(int)reader.TokenStartIndex].Count((byte)'\n');
                counted = reader.TokenStartIndex;
                if (reader.TokenType == JsonTokenType.PropertyName)
                {
                    name = Decoded(ref reader);
                    continue;
                }
                if (++count > most) throw new UnreadableException($"at most {most} JSON values", "more", reader.TokenStartIndex, line);
                var value = new JsonAt { Kind = KindOf(reader.TokenType), Line = line, Text = TextOf(ref reader) };
                if (root is null) root = value;
                else if (open.Peek() is { IsObject: true } parent) (parent.members ??= []).Add((name ?? "", value));
                else (open.Peek().items ??= []).Add(value);
                if (reader.TokenType is JsonTokenType.StartObject or JsonTokenType.StartArray) open.Push(value);
            }
        }
        catch (JsonException wrong)
        {
            root?.Broken = new UnreadableException("JSON", Before(wrong.Message), wrong.BytePositionInLine ?? 0, 1 + (int)(wrong.LineNumber ?? 0));
        }
        catch (UnreadableException wrong)
        {
            root?.Broken = wrong;
        }
        return root;
    }

    private static string Before(string message) => message.IndexOf(" LineNumber", StringComparison.Ordinal) is > 0 and var at ? message[..at] : message;

    private static string? TextOf(ref Utf8JsonReader reader) => reader.TokenType switch
    {
        JsonTokenType.String => Decoded(ref reader),
        JsonTokenType.Number => Encoding.UTF8.GetString(reader.ValueSpan),
        JsonTokenType.True => "true",
        JsonTokenType.False => "false",
        JsonTokenType.Null => "null",
        _ => null,
    };

    // Half a surrogate pair is no text in .NET, and hostile files have them: then the raw characters are kept.
    private static string Decoded(ref Utf8JsonReader reader)
    {
        try
        {
            return reader.GetString() ?? "";
        }
        catch (InvalidOperationException)
        {
            return Encoding.UTF8.GetString(reader.ValueSpan);
        }
    }

    private static JsonValueKind KindOf(JsonTokenType token) => token switch
    {
        JsonTokenType.StartObject => JsonValueKind.Object,
        JsonTokenType.StartArray => JsonValueKind.Array,
        JsonTokenType.String => JsonValueKind.String,
        JsonTokenType.Number => JsonValueKind.Number,
        JsonTokenType.True => JsonValueKind.True,
        JsonTokenType.False => JsonValueKind.False,
        _ => JsonValueKind.Null,
    };
}
