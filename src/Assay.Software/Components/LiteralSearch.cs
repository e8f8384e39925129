using System.Buffers;
using System.Text;

namespace Assay.Software.Components;

/// <summary>Finds many fixed texts in bytes in one vectorised pass, without an allocation per file. Safe for several threads.</summary>
public sealed class LiteralSearch
{
    // Bytes are widened into a buffer that stays in the first-level cache.
    private const int Step = 16 << 10;

    private readonly SearchValues<string> all;
    private readonly string[] literals;
    private readonly int[][] byStart = new int[65536][];
    private readonly int longest;

    /// <param name="literals">ASCII, at least three characters each; <see cref="Find"/> reports their positions in this list.</param>
    public LiteralSearch(IReadOnlyList<string> literals)
    {
        this.literals = [.. literals];
        all = SearchValues.Create(this.literals, StringComparison.Ordinal);
        longest = this.literals.Max(l => l.Length);
        foreach (var same in this.literals.Select((literal, index) => (literal, index)).GroupBy(l => Start(l.literal)))
        {
            byStart[same.Key] = [.. same.Select(l => l.index)];
        }
    }

    /// <param name="literal">Its position in the list.</param>
    /// <param name="offset">Of its first byte.</param>
    public delegate void Hit<in TState>(TState state, ReadOnlySpan<byte> content, int literal, int offset);

    /// <summary>Calls <paramref name="hit"/> for every occurrence, in order; of texts that begin at the same byte, all.</summary>
    public void Find<TState>(ReadOnlySpan<byte> content, TState state, Hit<TState> hit)
    {
        var buffer = ArrayPool<char>.Shared.Rent(Step + longest);
        try
        {
            for (var start = 0; start < content.Length; start += Step)
            {
                var length = Math.Min(Step + longest - 1, content.Length - start);
                var text = buffer.AsSpan(0, length);
                Encoding.Latin1.GetChars(content.Slice(start, length), text);
                for (var at = 0; at < Math.Min(Step, length); at++)
                {
                    var next = text[at..].IndexOfAny(all);
                    if (next < 0) break;
                    at += next;
                    if (at >= Step) break;
                    foreach (var index in byStart[Start(text[at..])])
                    {
                        if (text[at..].StartsWith(literals[index])) hit(state, content, index, start + at);
                    }
                }
            }
        }
        finally
        {
            ArrayPool<char>.Shared.Return(buffer);
        }
    }

    private static int Start(ReadOnlySpan<char> text) => text[0] & 0xff | (text[1] & 0xff) << 8;
}
