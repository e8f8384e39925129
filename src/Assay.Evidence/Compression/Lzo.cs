using Assay.Evidence.Reading;

namespace Assay.Evidence.Compression;

/// <summary>
/// One block of LZO1X (linux/Documentation/staging/lzo.rst), as SquashFS, JFFS2, UBIFS, lzop and kernels hold it; bitstream 1 with its runs of zeros
/// as well ("Versions"). A block has neither header nor checksum: damage can go unseen.
/// </summary>
internal static unsafe class Lzo
{
    private const int ShortestRunOfZeros = 4;
    private const int Far = 16384;
    private const int BehindLiterals = 2049;

    /// <summary>Decodes a block up to its end mark.</summary>
    /// <returns>Bytes written to <paramref name="target"/>, and bytes of <paramref name="input"/> used.</returns>
    /// <exception cref="UnreadableException">Damaged, truncated, or more than <paramref name="target"/> holds.</exception>
    internal static (int Written, int Used) Decode(ReadOnlySpan<byte> input, Span<byte> target)
    {
        fixed (byte* from = input)
        fixed (byte* to = target)
        {
            var m = new BlockMemory(from, input.Length, to, target.Length);
            Decode(ref m);
            return (m.Written, m.Used);
        }
    }

    private static void Decode(ref BlockMemory m)
    {
        var runs = false;
        if (m.Left >= 5 && *m.From == 17)
        {
            var version = m.From[1];
            if (version > 1) throw new UnreadableException("LZO of bitstream 0 or 1", $"{version}", 1);
            runs = version == 1;
            m.From += 2;
        }
        // How many literals were copied last: none, one to three, or four and more. What a code below 16 means depends on it.
        var state = 0;
        if (m.Left > 0 && *m.From > 17)
        {
            var count = (int)m.Next() - 17;
            m.Literals(count);
            state = Math.Min(count, 4);
        }
        while (true)
        {
            var code = m.Next();
            uint low;
            if (code >= 64)
            {
                low = code;
                var high = m.Next();
                m.Match((int)((high << 3) + (code >> 2 & 7) + 1), (int)(code >> 5) + 1);
            }
            else if (code >= 32)
            {
                var length = (code & 31) != 0 ? (int)(code & 31) + 2 : Extended(ref m, 31) + 2;
                low = m.NextPair();
                m.Match((int)(low >> 2) + 1, length);
            }
            else if (code >= 16)
            {
                if (runs && (code & 0xf8) == 0x18 && m.Left >= 3 && (m.From[0] & 0xfc) == 0xfc && m.From[1] == 0xff)
                {
                    low = m.NextPair();
                    m.Fill(0, (int)((code & 7) | m.Next() << 3) + ShortestRunOfZeros);
                }
                else
                {
                    var length = (code & 7) != 0 ? (int)(code & 7) + 2 : Extended(ref m, 7) + 2;
                    low = m.NextPair();
                    var distance = Far + (int)((code & 8) << 11) + (int)(low >> 2);
                    if (distance == Far)
                    {
                        if (length != 3) throw new UnreadableException("an LZO end mark of length 3", $"{length}", m.Used);
                        return;
                    }
                    m.Match(distance, length);
                }
            }
            else if (state == 0)
            {
                m.Literals(code != 0 ? (int)code + 3 : Extended(ref m, 15) + 3);
                state = 4;
                continue;
            }
            else
            {
                low = code;
                var high = (int)m.Next() << 2;
                if (state == 4) m.Match(high + (int)(code >> 2) + BehindLiterals, 3);
                else m.Match(high + (int)(code >> 2) + 1, 2);
            }
            state = (int)(low & 3);
            if (state > 0) m.Literals(state);
        }
    }

    // A length that does not fit its code goes on in zeros of 255 each and one last byte.
    private static int Extended(ref BlockMemory m, int most)
    {
        long length = most;
        uint b;
        while ((b = m.Next()) == 0) length += 255;
        return (int)Math.Min(length + b, int.MaxValue - 16);
    }
}
