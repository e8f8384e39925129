using Assay.Evidence.Reading;
using K4os.Compression.LZ4;

namespace Assay.Evidence.Compression;

/// <summary>One LZ4 block (LZ4 Block Format Description, lz4_Block_format.md), without frame: as SquashFS, EROFS and kernels hold it. A library decodes it, which writes to the target only.</summary>
internal static class Lz4
{
    /// <summary>Decodes to the end of <paramref name="input"/>.</summary>
    /// <param name="history">Bytes at the start of <paramref name="target"/> that stand there already: what a block of a frame may look back to.</param>
    /// <returns>Bytes written to <paramref name="target"/>.</returns>
    /// <exception cref="UnreadableException">Damaged, truncated, or more than <paramref name="target"/> holds; where in the block is not known.</exception>
    internal static int Decode(ReadOnlySpan<byte> input, Span<byte> target, int history = 0)
    {
        var room = target[history..];
        // A block that yields nothing is one zero byte.
        if (input is [0]) return 0;
        var written = room.Length == 0 || input.Length == 0 ? -1 : LZ4Codec.Decode(input, room, target[..history]);
        return written >= 0 ? written : throw new UnreadableException($"an LZ4 block of at most {room.Length} bytes", "damage, or more", 0);
    }
}
