using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;

namespace Assay.Software.Sbom;

/// <summary>Texts, numbered from 0 in the order in which they come: their bytes lie one behind the other, so that a million references take little more than their characters.</summary>
internal sealed class TextNumbers
{
    private byte[] bytes = new byte[256];
    // Where each text ends; the next begins there.
    private readonly List<int> ends = [];
    // Numbers plus one, found by the text's hash; never more than half full. The hash beside it spares most looks at texts that differ.
    private (int Hash, int Number)[] table = new (int, int)[64];

    public int Count => ends.Count;

    /// <summary>The text's bytes as they are compared: a text may be written with and without escapes.</summary>
    public static ReadOnlySpan<byte> Bytes(JsonElement text)
    {
        var raw = JsonMarshal.GetRawUtf8Value(text)[1..^1];
        return raw.IndexOf((byte)'\\') < 0 ? raw : Encoding.UTF8.GetBytes(text.GetString()!);
    }

    /// <summary>True where the text is new.</summary>
    public bool Add(ReadOnlySpan<byte> text)
    {
        var before = Count;
        return Number(text) == before;
    }

    public bool Add(JsonElement text) => Add(Bytes(text));
    public bool Contains(JsonElement text) => Find(Bytes(text)) >= 0;

    /// <summary>The text's number; a new one where it is new.</summary>
    public int Number(ReadOnlySpan<byte> text)
    {
        var hash = Hash(text);
        if (Find(text, hash, out var slot) is >= 0 and var known) return known;
        if (2 * (Count + 1) > table.Length)
        {
            Grow();
            Find(text, hash, out slot);
        }
        var start = Count == 0 ? 0 : ends[^1];
        if (bytes.Length - start < text.Length) Array.Resize(ref bytes, (int)Math.Min(Array.MaxLength, Math.Max(2L * bytes.Length, (long)start + text.Length)));
        text.CopyTo(bytes.AsSpan(start));
        ends.Add(start + text.Length);
        table[slot] = (hash, Count);
        return Count - 1;
    }

    /// <summary>The text's number, or -1.</summary>
    public int Find(ReadOnlySpan<byte> text) => Find(text, Hash(text), out _);

    public string Text(int number) => Encoding.UTF8.GetString(At(number));

    private ReadOnlySpan<byte> At(int number)
    {
        var start = number == 0 ? 0 : ends[number - 1];
        return bytes.AsSpan(start, ends[number] - start);
    }

    private int Find(ReadOnlySpan<byte> text, int hash, out int slot)
    {
        for (slot = hash & table.Length - 1; table[slot].Number != 0; slot = slot + 1 & table.Length - 1)
        {
            if (table[slot].Hash == hash && At(table[slot].Number - 1).SequenceEqual(text)) return table[slot].Number - 1;
        }
        return -1;
    }

    private void Grow()
    {
        var before = table;
        table = new (int, int)[2 * before.Length];
        foreach (var entry in before)
        {
            if (entry.Number == 0) continue;
            var slot = entry.Hash & table.Length - 1;
            while (table[slot].Number != 0) slot = slot + 1 & table.Length - 1;
            table[slot] = entry;
        }
    }

    // Seeded anew in each process: nobody can write texts that all fall together.
    private static int Hash(ReadOnlySpan<byte> text)
    {
        var hash = new HashCode();
        hash.AddBytes(text);
        return hash.ToHashCode();
    }
}
