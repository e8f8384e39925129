using Assay.Evidence.Reading;

namespace Assay.Evidence.Compression;

/// <summary>One LZ4 block (LZ4 Block Format Description, lz4_Block_format.md), without frame: as SquashFS, EROFS and kernels hold it.</summary>
internal static unsafe class Lz4
{
    private const int ShortestMatch = 4;

    /// <summary>Decodes to the end of <paramref name="input"/>.</summary>
    /// <param name="history">Bytes at the start of <paramref name="target"/> that stand there already: what a block of a frame may look back to.</param>
    /// <returns>Bytes written to <paramref name="target"/>.</returns>
    /// <exception cref="UnreadableException">Damaged, truncated, or more than <paramref name="target"/> holds.</exception>
    internal static int Decode(ReadOnlySpan<byte> input, Span<byte> target, int history = 0)
    {
        fixed (byte* from = input)
        fixed (byte* to = target)
        {
            var m = new BlockMemory(from, input.Length, to, target.Length);
            m.To += history;
            while (true)
            {
                var token = m.Next();
                var literals = (int)(token >> 4);
                if (literals == 15) literals = Extended(ref m, 15);
                m.Literals(literals);
                // Only the last sequence has no match.
                if (m.IsAtEnd) return m.Written - history;
                var distance = (int)m.NextPair();
                var length = (int)(token & 15);
                if (length == 15) length = Extended(ref m, 15);
                m.Match(distance, length + ShortestMatch);
            }
        }
    }

    private static int Extended(ref BlockMemory m, int most)
    {
        long length = most;
        uint b;
        do
        {
            b = m.Next();
            length += b;
        }
        while (b == 255);
        return (int)Math.Min(length, int.MaxValue - 16);
    }
}
