using System.Text;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Assay.Evidence.Reading;

/// <summary>One node of a YAML document: all values are text, no type is guessed.</summary>
public abstract class YamlNode
{
    private protected YamlNode(int line) => Line = line;

    /// <summary>Where the node begins, counted from 1. An alias is the node it names, with that node's line.</summary>
    public int Line { get; }

    /// <summary>The text of a scalar that is not null, else null.</summary>
    public string? Text => this is YamlScalar { IsNull: false } scalar ? scalar.Value : null;

    /// <summary>For messages: <c>a map</c>, <c>a list</c>, <c>nothing</c>, <c>the text "…"</c>.</summary>
    public string Kind => this switch
    {
        YamlMap => "a map",
        YamlList => "a list",
        YamlScalar { IsNull: true } => "nothing",
        YamlScalar scalar => $"the text \"{YamlReader.Begin(scalar.Value)}\"",
        _ => "an unknown node",
    };
}

public sealed class YamlScalar(string value, bool plain, int line) : YamlNode(line)
{
    public string Value { get; } = value;
    /// <summary>Written without quotes.</summary>
    public bool IsPlain { get; } = plain;
    /// <summary>An empty plain scalar, <c>~</c> or <c>null</c> (YAML 1.2, core schema).</summary>
    public bool IsNull => IsPlain && Value is "" or "~" or "null" or "Null" or "NULL" && IsPlain;
}

public sealed class YamlList(IReadOnlyList<YamlNode> items, int line) : YamlNode(line)
{
    public IReadOnlyList<YamlNode> Items { get; } = items;
}

/// <param name="Line">Of the key.</param>
public sealed record YamlEntry(string Key, YamlNode Value, int Line);

/// <summary>Entries in the order of the file; no key twice.</summary>
public sealed class YamlMap(IReadOnlyList<YamlEntry> entries, int line) : YamlNode(line)
{
    public IReadOnlyList<YamlEntry> Entries { get; } = entries;

    /// <summary>The value under exactly this key, or null.</summary>
    public YamlNode? this[string key] => Entries.FirstOrDefault(e => e.Key == key)?.Value;
}

/// <summary>What one YAML document may cost. The figures are far above any real document of a person.</summary>
public sealed record YamlBudget
{
    /// <summary>Bytes of the document.</summary>
    public int Bytes { get; init; } = 16 << 20;
    /// <summary>Maps and lists inside each other, aliases counted as what they stand for.</summary>
    public int Depth { get; init; } = 64;
    /// <summary>Nodes that a walk over the whole document visits, aliases counted as what they stand for.</summary>
    public int Nodes { get; init; } = 1_000_000;
    /// <summary>Uses of aliases.</summary>
    public int Aliases { get; init; } = 1_000;

    public static readonly YamlBudget Default = new();
}

/// <summary>YAML 1.2 as a small tree with line numbers, read through the event parser under a budget.</summary>
/// <remarks>
/// Aliases are resolved by reference, so memory stays that of the file; what they stand for is counted, so that a walk over the tree stays
/// bounded as well. Refused: a key twice, a key that is no scalar, a merge of several documents, an alias inside its own anchor.
/// </remarks>
public static class YamlReader
{
    /// <returns>The root of the only document; null where the text holds none (empty, or comments only).</returns>
    /// <exception cref="UnreadableException">Not UTF-8, not YAML, or beyond the budget; names the line.</exception>
    public static YamlNode? Read(ReadOnlySpan<byte> bytes, YamlBudget? budget = null)
    {
        budget ??= YamlBudget.Default;
        if (bytes.Length > budget.Bytes) throw new UnreadableException($"YAML of at most {budget.Bytes} bytes", $"{bytes.Length} bytes", budget.Bytes, LineAt(bytes[..budget.Bytes]));
        if (bytes.StartsWith("\uFEFF"u8)) bytes = bytes[3..];
        string text;
        try
        {
            text = Strict.GetString(bytes);
        }
        catch (DecoderFallbackException e)
        {
            var offset = Math.Max(0, e.Index);
            throw new UnreadableException("text in UTF-8", "other bytes", offset, LineAt(bytes[..Math.Min(offset, bytes.Length)]));
        }
        return new Reading(text, budget).Document();
    }

    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private static int LineAt(ReadOnlySpan<byte> before) => 1 + before.Count((byte)'\n');

    internal static string Begin(string text)
    {
        var line = text.AsSpan().TrimStart();
        var end = line.IndexOfAny('\n', '\r');
        if (end >= 0) line = line[..end];
        return Shortened.Visible(line.Length > 40 ? $"{line[..40]}…" : line.ToString());
    }

    private sealed class Reading(string text, YamlBudget budget)
    {
        private readonly Parser parser = new(new StringReader(text));
        // Finished anchors only, with what a walk over them costs; an anchor may be given anew later in the document.
        private readonly Dictionary<string, (YamlNode Node, long Size, int Height)> anchors = new(StringComparer.Ordinal);
        private long nodes;
        private int aliases;

        public YamlNode? Document()
        {
            Next<StreamStart>("the start of YAML");
            if (Peek() is StreamEnd) return null;
            Next<DocumentStart>("a document");
            var (root, _, _) = Node(1);
            Next<DocumentEnd>("the end of the document");
            if (Peek() is { } more and not StreamEnd) throw Wrong("one document", "a second one", more.Start);
            return root;
        }

        // The depth is checked before each step down, so the recursion is as deep as the budget allows and no deeper.
        private (YamlNode Node, long Size, int Height) Node(int depth)
        {
            var start = Peek();
            if (start is AnchorAlias alias)
            {
                Move();
                var name = alias.Value.Value;
                if (++aliases > budget.Aliases) throw Wrong($"at most {budget.Aliases} uses of aliases", "one more", alias.Start);
                if (!anchors.TryGetValue(name, out var meant)) throw Wrong("an alias of an anchor that is finished before it", $"*{Begin(name)}", alias.Start);
                if (depth + meant.Height - 1 > budget.Depth) throw Wrong($"at most {budget.Depth} levels", $"more behind *{Begin(name)}", alias.Start);
                Count(meant.Size, alias.Start);
                return meant;
            }
            var line = LineOf(start.Start);
            Count(1, start.Start);
            (YamlNode Node, long Size, int Height) result;
            switch (start)
            {
                case Scalar scalar:
                    Move();
                    result = (new YamlScalar(scalar.Value, scalar.Style == ScalarStyle.Plain, line), 1, 1);
                    break;
                case SequenceStart:
                    {
                        Descend(depth, start.Start);
                        var items = new List<YamlNode>();
                        long size = 1;
                        var height = 1;
                        while (Peek() is not SequenceEnd)
                        {
                            var item = Node(depth + 1);
                            items.Add(item.Node);
                            size += item.Size;
                            height = Math.Max(height, 1 + item.Height);
                        }
                        Move();
                        result = (new YamlList(items, line), size, height);
                        break;
                    }
                case MappingStart:
                    {
                        Descend(depth, start.Start);
                        var entries = new List<YamlEntry>();
                        var seen = new HashSet<string>(StringComparer.Ordinal);
                        long size = 1;
                        var height = 1;
                        while (Peek() is not MappingEnd)
                        {
                            var key = Peek();
                            if (key is not Scalar name) throw Wrong("a text as key", key is AnchorAlias ? "an alias" : "a map or list", key.Start);
                            Move();
                            Count(1, key.Start);
                            if (!seen.Add(name.Value)) throw Wrong("each key once", $"\"{Begin(name.Value)}\" again", key.Start);
                            var value = Node(depth + 1);
                            entries.Add(new YamlEntry(name.Value, value.Node, LineOf(key.Start)));
                            size += 1 + value.Size;
                            height = Math.Max(height, 1 + value.Height);
                        }
                        Move();
                        result = (new YamlMap(entries, line), size, height);
                        break;
                    }
                default:
                    throw Wrong("a text, a map or a list", start.GetType().Name, start.Start);
            }
            if (start is NodeEvent { Anchor.IsEmpty: false } anchored) anchors[anchored.Anchor.Value] = result;
            return result;
        }

        private void Descend(int depth, Mark mark)
        {
            if (depth >= budget.Depth) throw Wrong($"at most {budget.Depth} levels", "one more", mark);
            Move();
        }

        private void Count(long size, Mark mark)
        {
            nodes += size;
            if (nodes > budget.Nodes) throw Wrong($"at most {budget.Nodes} nodes, aliases counted as what they stand for", "more", mark);
        }

        private ParsingEvent Peek()
        {
            if (parser.Current is null) Move();
            return parser.Current ?? throw Wrong("more of the document", "its end", Mark.Empty);
        }

        private void Next<T>(string what) where T : ParsingEvent
        {
            if (Peek() is not T) throw Wrong(what, Peek().GetType().Name, Peek().Start);
            Move();
        }

        private void Move()
        {
            try
            {
                parser.MoveNext();
            }
            catch (YamlException e)
            {
                throw Wrong("well-formed YAML", Begin(e.Message), e.Start);
            }
            catch (Exception e) when (e is ArgumentException or InvalidOperationException or IndexOutOfRangeException or OverflowException or FormatException or KeyNotFoundException)
            {
                // The parser's own slips on hostile bytes are the document's fault all the same.
                throw Wrong("well-formed YAML", e.GetType().Name, parser.Current?.End ?? Mark.Empty);
            }
        }

        private UnreadableException Wrong(string expected, string found, Mark mark)
        {
            var at = (int)Math.Clamp(mark.Index, 0, text.Length);
            return new UnreadableException(expected, found, Encoding.UTF8.GetByteCount(text.AsSpan(0, at)), LineOf(mark));
        }

        private static int LineOf(Mark mark) => (int)Math.Clamp(mark.Line, 1, int.MaxValue);
    }
}
