using System.Buffers;
using System.Text.Json;
using Assay.Evidence.Reading;

namespace Assay.Software.Sbom;

/// <summary>The lists at the top of a bill of materials that may be as long as the document, read from its bytes a part of 64 KiB at a time: a million entries are never held together. What is left of the document is <see cref="Rest"/>.</summary>
internal sealed class LongLists
{
    private const int PartBytes = 64 << 10;
    // CycloneDX; SPDX 2.
    private static readonly byte[][] Names = ["components"u8.ToArray(), "dependencies"u8.ToArray(), "packages"u8.ToArray(), "files"u8.ToArray(), "relationships"u8.ToArray()];

    /// <param name="Start">Of the first entry, in bytes of the file.</param>
    /// <param name="First">How many entries stand before it.</param>
    private readonly record struct Part(int Start, int End, int First);

    private sealed record LongList(List<Part> Parts, int Count);

    private readonly ReadOnlyMemory<byte> file;
    private readonly Dictionary<string, LongList> lists = new(StringComparer.Ordinal);

    private LongLists(ReadOnlyMemory<byte> file) => this.file = file;

    /// <summary>The document with these lists empty.</summary>
    public ReadOnlyMemory<byte> Rest { get; private set; }

    /// <summary>Passes the whole document once.</summary>
    /// <param name="file">UTF-8; must stay in place as long as the lists are used.</param>
    /// <exception cref="JsonException">No JSON, or too deep.</exception>
    /// <exception cref="UnreadableException">Half characters, or too many values.</exception>
    public static LongLists Of(ReadOnlyMemory<byte> file)
    {
        var found = new LongLists(file);
        var cuts = new List<(int Start, int End)>();
        var reader = new Utf8JsonReader(file.Span, new JsonReaderOptions { MaxDepth = BillFile.Depth });
        var mayBeHalf = file.Span.IndexOf("\\ud"u8) >= 0 || file.Span.IndexOf("\\uD"u8) >= 0;
        string? called = null;
        List<Part>? parts = null;
        int from = 0, items = 0, first = 0, start = -1, end = 0;
        for (var count = 0; reader.Read(); count++)
        {
            if (count == BillFile.MostValues) throw new UnreadableException($"at most {BillFile.MostValues} names and values in one document", "more", reader.TokenStartIndex);
            if (mayBeHalf && reader.ValueIsEscaped) Whole(ref reader);
            if (parts is null)
            {
                if (called is not null)
                {
                    // Of a name that comes twice the last holds, as in the document model.
                    found.lists.Remove(called);
                    if (reader.TokenType == JsonTokenType.StartArray) (parts, from, items, first, start) = ([], (int)reader.BytesConsumed, 0, 0, -1);
                    else called = null;
                }
                else if (reader.TokenType == JsonTokenType.PropertyName && reader.CurrentDepth == 1)
                {
                    foreach (var name in Names)
                    {
                        if (reader.ValueTextEquals(name)) called = System.Text.Encoding.ASCII.GetString(name);
                    }
                }
                continue;
            }
            if (reader.CurrentDepth == 1)
            {
                if (start >= 0) parts.Add(new Part(start, end, first));
                found.lists[called!] = new LongList(parts, items);
                cuts.Add((from, (int)reader.TokenStartIndex));
                (parts, called) = (null, null);
                continue;
            }
            if (reader.CurrentDepth != 2) continue;
            var isEnd = reader.TokenType is JsonTokenType.EndObject or JsonTokenType.EndArray;
            if (!isEnd && start < 0) (start, first) = ((int)reader.TokenStartIndex, items);
            if (reader.TokenType is JsonTokenType.StartObject or JsonTokenType.StartArray) continue;
            items++;
            end = (int)reader.BytesConsumed;
            if (end - start < PartBytes) continue;
            parts.Add(new Part(start, end, first));
            start = -1;
        }
        found.Rest = Without(file, cuts);
        return found;
    }

    // The document model takes half characters and throws where they are asked for.
    private static void Whole(ref Utf8JsonReader reader)
    {
        try { reader.GetString(); }
        catch (InvalidOperationException) { throw new UnreadableException("whole characters", "half of a surrogate pair", reader.TokenStartIndex); }
    }

    private static ReadOnlyMemory<byte> Without(ReadOnlyMemory<byte> file, List<(int Start, int End)> cuts)
    {
        if (cuts.Count == 0) return file;
        var rest = new ArrayBufferWriter<byte>(Math.Max(256, file.Length - cuts.Sum(c => c.End - c.Start)));
        var at = 0;
        foreach (var (start, end) in cuts)
        {
            rest.Write(file.Span[at..start]);
            at = end;
        }
        rest.Write(file.Span[at..]);
        return rest.WrittenMemory;
    }

    /// <summary>True for a member at the top that is a list and is read here.</summary>
    public bool Has(string name) => lists.ContainsKey(name);

    public int Count(string name) => lists[name].Count;

    /// <summary>Every entry, in order. One may be used until the next is asked for.</summary>
    public IEnumerable<JsonElement> Of(string name) => lists[name].Parts.SelectMany(Entries);

    /// <summary>Whether two entries of a list are equal as JSON Schema means it.</summary>
    public bool AreEqual(string name, int one, int other)
    {
        using var left = At(lists[name], one, out var first);
        using var right = At(lists[name], other, out var second);
        return JsonElement.DeepEquals(first, second);
    }

    private IEnumerable<JsonElement> Entries(Part part)
    {
        var length = part.End - part.Start + 2;
        var bytes = ArrayPool<byte>.Shared.Rent(length);
        try
        {
            using var document = Parse(part, bytes.AsMemory(0, length));
            foreach (var entry in document.RootElement.EnumerateArray()) yield return entry;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(bytes);
        }
    }

    private JsonDocument At(LongList list, int index, out JsonElement entry)
    {
        var part = list.Parts[^1];
        // Parts follow each other; the last that begins at or before the entry holds it.
        for (int low = 0, high = list.Parts.Count - 1; low <= high;)
        {
            var middle = (low + high) / 2;
            if (list.Parts[middle].First <= index) (part, low) = (list.Parts[middle], middle + 1);
            else high = middle - 1;
        }
        var document = Parse(part, new byte[part.End - part.Start + 2]);
        entry = document.RootElement[index - part.First];
        return document;
    }

    private JsonDocument Parse(Part part, Memory<byte> bytes)
    {
        bytes.Span[0] = (byte)'[';
        file.Span[part.Start..part.End].CopyTo(bytes.Span[1..]);
        bytes.Span[^1] = (byte)']';
        return JsonDocument.Parse(bytes, new JsonDocumentOptions { MaxDepth = BillFile.Depth });
    }
}
