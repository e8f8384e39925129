using System.Buffers.Binary;
using Assay.Evidence.Reading;

namespace Assay.Evidence.Compression;

/// <summary>The .lzma file ("LZMA alone", LZMA SDK): properties, dictionary size, size or -1, then one LZMA stream. No checksum: damage can go unseen.</summary>
internal static unsafe class Lzma
{
    internal const int HeaderSize = 13;
    private const int LongestMatch = 273;

    /// <summary>Whether a header at the start of <paramref name="bytes"/> is one that an encoder writes; the format has no magic, so this is strict.</summary>
    internal static bool IsHeader(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < HeaderSize + 5 || bytes[0] >= 225 || bytes[HeaderSize] != 0) return false;
        var dictionary = BinaryPrimitives.ReadUInt32LittleEndian(bytes[1..]);
        // Encoders write 2^n or 2^n + 2^(n-1).
        if (dictionary < 1 << 12 || (dictionary & (dictionary - 1)) != 0 && !IsThreeHalves(dictionary) && dictionary != 0xffffffff) return false;
        var size = BinaryPrimitives.ReadInt64LittleEndian(bytes[5..]);
        return size is -1 or > 0 and < 1L << 38;
    }

    private static bool IsThreeHalves(uint number)
    {
        var low = number & (~number + 1);
        return number == 3 * (ulong)low;
    }

    /// <returns>Bytes of <paramref name="input"/> used.</returns>
    /// <exception cref="UnreadableException">Damaged or truncated; <paramref name="output"/> holds what was decoded before.</exception>
    /// <exception cref="BudgetException"/>
    internal static int Decode(ReadOnlySpan<byte> input, Output output, LzmaDecoder decoder)
    {
        if (input.Length < HeaderSize + 5) throw new UnreadableException("an LZMA header of 18 bytes", $"{input.Length} bytes", 0);
        if (!decoder.SetProperties(input[0], 12)) throw new UnreadableException("an LZMA properties byte below 225", $"0x{input[0]:x2}", 0);
        var size = BinaryPrimitives.ReadInt64LittleEndian(input[5..]);
        if (size < -1) throw new UnreadableException("a size or -1", $"{size}", 5);
        decoder.ResetState();
        if (!decoder.StartRange(input.Slice(HeaderSize, 5))) throw new UnreadableException("the start of a range-coded stream", $"0x{input[HeaderSize]:x2}", HeaderSize);
        var at = HeaderSize + 5;
        var first = output.Length;
        while (true)
        {
            var left = size < 0 ? long.MaxValue : size - (output.Length - first);
            if (left == 0) break;
            if (output.Room < Math.Min(left, LongestMatch + 1)) output.Reserve((int)Math.Min(left, LongestMatch + 1), at);
            fixed (byte* inputStart = input)
            fixed (byte* outputStart = &output.Array[output.Start])
            {
                var source = inputStart + at;
                var target = outputStart + output.Length;
                var end = target + Math.Min(left, output.Room);
                // A match may not leave the array: stop early enough that the longest one fits, unless the stream's own end comes first.
                var stop = output.Room >= left ? end : end - LongestMatch;
                var status = decoder.Run(outputStart + first, ref target, stop, end, ref source, inputStart + input.Length);
                output.Length = (int)(target - outputStart);
                at = (int)(source - inputStart);
                if (status == LzmaDecoder.Status.EndMarker && size < 0) return at;
                if (status != LzmaDecoder.Status.Full) throw Lzma2.Damage(status, at);
            }
        }
        // Some encoders write an end marker behind a known size as well: six bytes or less that no other stream begins with. It is not swallowed.
        return at;
    }

    /// <summary>LZMA without any header and with lc, lp and pb of 0, until <paramref name="output"/>, a fixed run, is full or an end mark comes.</summary>
    /// <returns>Bytes of <paramref name="input"/> used.</returns>
    /// <exception cref="UnreadableException">Damaged or truncated.</exception>
    internal static int Bare(ReadOnlySpan<byte> input, Output output, LzmaDecoder decoder)
    {
        if (input.Length < 5) throw new UnreadableException("the 5 bytes that a range-coded stream starts with", $"{input.Length} bytes", 0);
        decoder.SetProperties(0, 12);
        decoder.ResetState();
        if (!decoder.StartRange(input[..5])) throw new UnreadableException("the start of a range-coded stream", $"0x{input[0]:x2}", 0);
        if (output.Room == 0) return 5;
        fixed (byte* inputStart = input)
        fixed (byte* outputStart = output.Next(5))
        {
            var source = inputStart + 5;
            var target = outputStart;
            var end = outputStart + output.Room;
            var status = decoder.Run(outputStart, ref target, end, end, ref source, inputStart + input.Length);
            output.Length += (int)(target - outputStart);
            if (status is not (LzmaDecoder.Status.Full or LzmaDecoder.Status.EndMarker)) throw Lzma2.Damage(status, (int)(source - inputStart));
            return (int)(source - inputStart);
        }
    }
}
