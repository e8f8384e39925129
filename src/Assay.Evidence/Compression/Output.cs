using System.Buffers;
using Assay.Evidence.Reading;

namespace Assay.Evidence.Compression;

/// <summary>
/// Where a decoder writes: either a run of an array that the caller owns, or a pooled array that grows up to a limit. Decoders reserve room before
/// they write, so a stream that yields too much stops at the limit and not at the end of memory.
/// </summary>
internal sealed class Output : IDisposable
{
    private readonly bool owned;
    private readonly int limit;

    /// <summary>Writes into <paramref name="array"/> from <paramref name="start"/>, at most <paramref name="count"/> bytes.</summary>
    internal Output(byte[] array, int start, int count)
    {
        Array = array;
        Start = start;
        limit = count;
    }

    /// <summary>Grows up to <paramref name="limit"/> bytes.</summary>
    /// <param name="hint">How much is expected; believed only up to 1 MiB beyond what the input could honestly need.</param>
    internal Output(int limit, int hint)
    {
        this.limit = limit;
        owned = true;
        Array = ArrayPool<byte>.Shared.Rent(Math.Clamp(hint, 4096, Math.Max(4096, limit)));
    }

    internal byte[] Array { get; private set; }
    internal int Start { get; }
    /// <summary>Bytes written.</summary>
    internal int Length { get; set; }
    /// <summary>Bytes that may be written in all.</summary>
    internal int Limit => limit;
    internal ReadOnlySpan<byte> Written => Array.AsSpan(Start, Length);
    /// <summary>Bytes that can be written without another <see cref="Reserve"/>.</summary>
    internal int Room => owned ? Math.Min(Array.Length, limit) - Length : limit - Length;

    /// <summary>Makes room for <paramref name="count"/> more bytes.</summary>
    /// <exception cref="BudgetException">The limit of a growing output would be passed.</exception>
    /// <exception cref="UnreadableException">The run of a fixed output would be left.</exception>
    internal void Reserve(int count, long inputOffset)
    {
        if (count <= Room) return;
        if (!owned) throw new UnreadableException($"at most {limit} bytes of content", $"{(long)Length + count} or more", inputOffset);
        if (count > limit - Length) throw new BudgetException("file", limit);
        var larger = ArrayPool<byte>.Shared.Rent((int)Math.Min(Math.Max(2L * Length, (long)Length + count), limit));
        Array.AsSpan(0, Length).CopyTo(larger);
        ArrayPool<byte>.Shared.Return(Array);
        Array = larger;
    }

    /// <summary>A place to write into, at least one byte long.</summary>
    /// <exception cref="BudgetException"/>
    /// <exception cref="UnreadableException"/>
    internal Span<byte> Next(long inputOffset)
    {
        if (Room == 0) Reserve(1, inputOffset);
        return Array.AsSpan(Start + Length, Room);
    }

    internal void Append(ReadOnlySpan<byte> bytes, long inputOffset)
    {
        Reserve(bytes.Length, inputOffset);
        bytes.CopyTo(Array.AsSpan(Start + Length));
        Length += bytes.Length;
    }

    public void Dispose()
    {
        if (owned && Array.Length > 0) ArrayPool<byte>.Shared.Return(Array);
        Array = [];
    }
}
