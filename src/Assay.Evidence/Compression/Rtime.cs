using Assay.Evidence.Reading;

namespace Assay.Evidence.Compression;

/// <summary>
/// JFFS2's RTIME (linux/fs/jffs2/compr_rtime.c): pairs of a byte and a count; the count says how many bytes follow as they followed that byte the last time.
/// Neither header, end mark nor checksum: the size must be known.
/// </summary>
internal static unsafe class Rtime
{
    /// <summary>Decodes until <paramref name="target"/> is full.</summary>
    /// <exception cref="UnreadableException">Truncated, or more than <paramref name="target"/> holds.</exception>
    internal static int Decode(ReadOnlySpan<byte> input, Span<byte> target)
    {
        Span<int> last = stackalloc int[256];
        last.Clear();
        fixed (byte* from = input)
        fixed (byte* to = target)
        {
            var m = new BlockMemory(from, input.Length, to, target.Length);
            while (m.Room > 0)
            {
                var value = m.Next();
                m.Fill((byte)value, 1);
                var count = (int)m.Next();
                var before = last[(int)value];
                last[(int)value] = m.Written;
                if (count > 0) m.Match(m.Written - before, count);
            }
            return m.Written;
        }
    }
}
