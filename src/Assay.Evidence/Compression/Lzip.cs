using System.Buffers.Binary;
using Assay.Evidence.Reading;

namespace Assay.Evidence.Compression;

/// <summary>lzip members (lzip manual, "File format"): LZMA with fixed properties and an end marker, then CRC-32, size and the member's own size.</summary>
internal static unsafe class Lzip
{
    private const int HeaderSize = 6, TrailerSize = 20, LongestMatch = 273;
    // lc 3, lp 0, pb 2.
    private const int Properties = 0x5d;

    internal static bool IsHeader(ReadOnlySpan<byte> bytes) => bytes.Length >= HeaderSize + TrailerSize + 5 && bytes.StartsWith("LZIP"u8) && bytes[4] == 1 && (bytes[5] & 0x1f) is >= 12 and <= 29 && bytes[6] == 0;

    /// <summary>Decodes the members that follow one another at once.</summary>
    /// <returns>Bytes of <paramref name="input"/> used.</returns>
    /// <exception cref="UnreadableException">Damaged or truncated; <paramref name="output"/> holds what was decoded before.</exception>
    /// <exception cref="BudgetException"/>
    internal static int Decode(ReadOnlySpan<byte> input, Output output, LzmaDecoder decoder)
    {
        var at = 0;
        do at = Member(input, at, output, decoder);
        while (IsHeader(input[at..]));
        return at;
    }

    private static int Member(ReadOnlySpan<byte> input, int start, Output output, LzmaDecoder decoder)
    {
        if (!IsHeader(input[start..])) throw new UnreadableException("the header of an lzip member", "other bytes", start);
        decoder.SetProperties(Properties, 4);
        decoder.ResetState();
        var at = start + HeaderSize;
        if (!decoder.StartRange(input.Slice(at, 5))) throw new UnreadableException("the start of a range-coded stream", $"0x{input[at]:x2}", at);
        at += 5;
        var first = output.Length;
        while (true)
        {
            output.Reserve(LongestMatch + 1, at);
            fixed (byte* inputStart = input)
            fixed (byte* outputStart = &output.Array[output.Start])
            {
                var source = inputStart + at;
                var target = outputStart + output.Length;
                var end = target + output.Room;
                var status = decoder.Run(outputStart + first, ref target, end - LongestMatch, end, ref source, inputStart + input.Length);
                output.Length = (int)(target - outputStart);
                at = (int)(source - inputStart);
                if (status == LzmaDecoder.Status.EndMarker) break;
                if (status != LzmaDecoder.Status.Full) throw Lzma2.Damage(status, at);
            }
        }
        if (input.Length - at < TrailerSize) throw new UnreadableException($"a trailer of {TrailerSize} bytes", $"{input.Length - at}", at);
        var trailer = input.Slice(at, TrailerSize);
        var content = output.Written[first..];
        var stated = BinaryPrimitives.ReadUInt32LittleEndian(trailer);
        var crc = Crc32.Of(content);
        if (crc != stated) throw new UnreadableException($"lzip content with CRC-32 {stated:x8}", $"{crc:x8}", at);
        if (BinaryPrimitives.ReadUInt64LittleEndian(trailer[4..]) is var size && size != (ulong)content.Length) throw new UnreadableException($"{size} bytes of lzip content", $"{content.Length}", at + 4);
        at += TrailerSize;
        if (BinaryPrimitives.ReadUInt64LittleEndian(trailer[12..]) is var own && own != (ulong)(at - start)) throw new UnreadableException($"an lzip member of {own} bytes", $"{at - start}", at - 8);
        return at;
    }
}
