using Assay.Evidence.Reading;

namespace Assay.Evidence.Compression;

/// <summary>
/// One LZMA stream without the header of a .lzma file, as blocks of file systems hold it: the properties stand elsewhere, and only the room tells
/// how much there is (LZMA SDK, lzma-specification.txt).
/// </summary>
public static unsafe class LzmaBlock
{
    /// <summary>What encoders use when nobody asks for more: lc 3, lp 0, pb 2.</summary>
    public const int UsualProperties = 0x5d;
    private const int Start = 5;

    [ThreadStatic] private static LzmaDecoder? lzma;

    /// <summary>Decodes until the room is full, an end marker stands, or the input ends.</summary>
    /// <param name="input">From the first byte of the range coder on, which is 0.</param>
    /// <param name="properties">lc + 9 * (lp + 5 * pb), below 225.</param>
    /// <param name="isPart">Whether the room may end inside a match: somebody wants only the beginning of the content.</param>
    /// <returns>Bytes written. Without an end marker the last few, up to some ten, may be made of the encoder's closing bytes: who knows the size cuts there.</returns>
    /// <exception cref="UnreadableException">No range-coded stream, properties that no encoder writes, a match before the start or beyond the room.</exception>
    public static int Decode(ReadOnlySpan<byte> input, int properties, byte[] target, int start, int room, bool isPart = false)
    {
        if (input.Length < Start || input[0] != 0) throw new UnreadableException("the start of a range-coded stream", input.Length < Start ? $"{input.Length} bytes" : $"0x{input[0]:x2}", 0);
        return Run(input, properties, target, start, room, isPart);
    }

    /// <summary>MicroLZMA (liblzma, lzma_microlzma_encoder): as <see cref="Decode"/>, with the properties, inverted, in place of the first byte.</summary>
    /// <exception cref="UnreadableException"/>
    public static int Micro(ReadOnlySpan<byte> input, byte[] target, int start, int room, bool isPart = false)
    {
        if (input.Length < Start) throw new UnreadableException("the start of a range-coded stream", $"{input.Length} bytes", 0);
        return Run(input, (byte)~input[0], target, start, room, isPart);
    }

    private static int Run(ReadOnlySpan<byte> input, int properties, byte[] target, int start, int room, bool isPart)
    {
        var decoder = lzma ??= new LzmaDecoder();
        if (!decoder.SetProperties(properties, 12)) throw new UnreadableException("LZMA properties below 225", $"{properties}", 0);
        decoder.ResetState();
        ReadOnlySpan<byte> five = [0, input[1], input[2], input[3], input[4]];
        if (!decoder.StartRange(five)) throw new UnreadableException("the start of a range-coded stream", "a code at its limit", 0);
        if (room == 0) return 0;
        fixed (byte* inputStart = input)
        fixed (byte* outputStart = &target.AsSpan(start, room)[0])
        {
            var source = inputStart + Start;
            var output = outputStart;
            var status = decoder.Run(outputStart, ref output, outputStart + room, outputStart + room, ref source, inputStart + input.Length);
            if (status is LzmaDecoder.Status.Full or LzmaDecoder.Status.EndMarker or LzmaDecoder.Status.Truncated || isPart && status == LzmaDecoder.Status.BadLength) return (int)(output - outputStart);
            throw Lzma2.Damage(status, source - inputStart);
        }
    }
}
