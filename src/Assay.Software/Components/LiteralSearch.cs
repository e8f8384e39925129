using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;

namespace Assay.Software.Components;

/// <summary>Finds many fixed texts in bytes in one pass, without an allocation per file. Safe for several threads.</summary>
/// <remarks>
/// Every position is asked by the hash of its first four bytes in a table of 65,536 bits, which stays in the first-level cache; only where a bit is
/// set, and a text begins with just these bytes, are texts compared. Neither the number of texts nor the processor's vectors change its speed, so the native program is as fast as the other.
/// </remarks>
public sealed class LiteralSearch
{
    private const int Prefix = 4, Shortest = 3;

    private readonly byte[][] literals;
    private readonly ulong[] bits = new ulong[65536 / 64];
    // The texts in the order of their hashes, how each begins, and where those of a hash stand: from places[hash] up to places[hash + 1].
    // A text of three bytes stands there with every fourth: one such text would otherwise make all others be looked up by three.
    private readonly int[] order;
    private readonly uint[] starts;
    private readonly int[] places = new int[65536 + 1];

    /// <param name="literals">ASCII, at least three characters each; <see cref="Find"/> reports their positions in this list.</param>
    public LiteralSearch(IReadOnlyList<string> literals)
    {
        this.literals = [.. literals.Select(Encoding.ASCII.GetBytes)];
        ArgumentOutOfRangeException.ThrowIfLessThan(this.literals.Min(l => l.Length), Shortest, nameof(literals));
        var begins = this.literals.SelectMany((text, i) => Begins(text).Select(start => (Start: start, Literal: i))).OrderBy(b => Hash(b.Start)).ToList();
        order = [.. begins.Select(b => b.Literal)];
        starts = [.. begins.Select(b => b.Start)];
        foreach (var start in starts)
        {
            var hash = Hash(start);
            bits[hash >> 6] |= 1ul << (hash & 63);
            places[hash + 1]++;
        }
        for (var hash = 1; hash < places.Length; hash++) places[hash] += places[hash - 1];
    }

    /// <param name="literal">Its position in the list.</param>
    /// <param name="offset">Of its first byte.</param>
    public delegate void Hit<in TState>(TState state, ReadOnlySpan<byte> content, int literal, int offset);

    /// <summary>Calls <paramref name="hit"/> for every occurrence, in the order of their first bytes; of texts that begin at the same byte, for all.</summary>
    public void Find<TState>(ReadOnlySpan<byte> content, TState state, Hit<TState> hit)
    {
        ref var first = ref MemoryMarshal.GetReference(content);
        ref var table = ref MemoryMarshal.GetArrayDataReference(bits);
        var whole = content.Length - Prefix;
        var at = 0;
        // Four bytes are there to be read at every position up to and including whole.
        for (; at <= whole; at++)
        {
            var start = Unsafe.ReadUnaligned<uint>(ref Unsafe.Add(ref first, at));
            var hash = Hash(start);
            if ((Unsafe.Add(ref table, hash >> 6) >> (hash & 63) & 1) != 0) Compare(content, at, start, state, hit);
        }
        for (; at <= content.Length - Shortest; at++) Compare(content, at, Start(content[at..]), state, hit);
    }

    private void Compare<TState>(ReadOnlySpan<byte> content, int at, uint start, TState state, Hit<TState> hit)
    {
        var hash = Hash(start);
        for (var (place, end) = (places[hash], places[hash + 1]); place < end; place++)
        {
            if (starts[place] == start && content[at..].StartsWith(literals[order[place]])) hit(state, content, order[place], at);
        }
    }

    private static IEnumerable<uint> Begins(byte[] text) => text.Length >= Prefix ? [Start(text)] : Enumerable.Range(0, 256).Select(fourth => Start([.. text, (byte)fourth]));

    // Of three bytes at the end of a content the fourth counts as zero.
    private static uint Start(ReadOnlySpan<byte> text) => text[0] | (uint)text[1] << 8 | (uint)text[2] << 16 | (text.Length > 3 ? (uint)text[3] << 24 : 0);

    // Fibonacci hashing: the upper sixteen bits of the product.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Hash(uint start) => (int)(start * 0x9e37_79b1u >> 16);
}
