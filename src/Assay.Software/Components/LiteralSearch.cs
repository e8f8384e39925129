using System.Buffers;
using System.Text;

namespace Assay.Software.Components;

/// <summary>Finds many fixed texts in bytes in one vectorised pass, without an allocation per file. Safe for several threads.</summary>
public sealed class LiteralSearch
{
    // Bytes are widened into a buffer that stays in the first-level cache and is searched there group by group: measured on 43 MB of programs,
    // 185 texts take 55 ms in groups of 24 neighbours and 460 ms in one group, which falls back to an automaton.
    private const int Step = 16 << 10, GroupSize = 24;

    private readonly SearchValues<string>[] groups;
    private readonly string[] literals;
    private readonly int[][] byStart = new int[65536][];
    private readonly int longest;
    private readonly int[] groupOf;

    /// <param name="literals">ASCII, at least three characters each; <see cref="Find"/> reports their positions in this list.</param>
    public LiteralSearch(IReadOnlyList<string> literals)
    {
        this.literals = [.. literals];
        groups = [.. this.literals.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).Chunk(GroupSize).Select(g => SearchValues.Create(g, StringComparison.Ordinal))];
        groupOf = [.. this.literals.Select(l => Array.FindIndex(groups, g => g.Contains(l)))];
        longest = this.literals.Max(l => l.Length);
        foreach (var same in this.literals.Select((literal, index) => (literal, index)).GroupBy(l => Start(l.literal)))
        {
            byStart[same.Key] = [.. same.Select(l => l.index)];
        }
    }

    /// <param name="literal">Its position in the list.</param>
    /// <param name="offset">Of its first byte.</param>
    public delegate void Hit<in TState>(TState state, ReadOnlySpan<byte> content, int literal, int offset);

    /// <summary>Calls <paramref name="hit"/> for every occurrence, of one text in order; of texts that begin at the same byte, for all.</summary>
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
                for (var group = 0; group < groups.Length; group++)
                {
                    for (var at = 0; at < Math.Min(Step, length); at++)
                    {
                        var next = text[at..].IndexOfAny(groups[group]);
                        if (next < 0) break;
                        at += next;
                        if (at >= Step) break;
                        foreach (var index in byStart[Start(text[at..])])
                        {
                            if (groupOf[index] == group && text[at..].StartsWith(literals[index])) hit(state, content, index, start + at);
                        }
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
