using Assay.Evidence.Reading;

namespace Assay.Evidence.Compression;

/// <summary>LZMA2: a row of chunks, each stored or LZMA-coded, with resets between them (xz file format 1.2.1, section 5.3.1; xz's lzma2 layout).</summary>
internal static unsafe class Lzma2
{
    /// <summary>Decodes chunks up to the end marker.</summary>
    /// <param name="origin">Where <paramref name="input"/> begins in what is being read, for messages.</param>
    /// <returns>Bytes of <paramref name="input"/> used, the end marker included.</returns>
    /// <exception cref="UnreadableException">Damaged or truncated; <paramref name="output"/> holds what was decoded before.</exception>
    /// <exception cref="BudgetException"/>
    internal static int Decode(ReadOnlySpan<byte> input, Output output, LzmaDecoder decoder, long origin)
    {
        var at = 0;
        var dictionary = output.Length;
        bool needDictionary = true, needProperties = true, needState = true;
        while (true)
        {
            if (at >= input.Length) throw new UnreadableException("an LZMA2 chunk", "the end of the data", origin + at);
            var start = at;
            var control = input[at++];
            if (control == 0) return at;
            if (control is > 2 and < 0x80) throw new UnreadableException("an LZMA2 control byte", $"0x{control:x2}", origin + start);
            var header = control < 0x80 ? 2 : control >= 0xc0 ? 5 : 4;
            if (input.Length - at < header) throw new UnreadableException($"{header} bytes of an LZMA2 chunk header", $"{input.Length - at} to the end", origin + start);
            if (control is 1 or >= 0xe0)
            {
                dictionary = output.Length;
                needDictionary = false;
                needProperties = true;
            }
            if (needDictionary) throw new UnreadableException("a first LZMA2 chunk that resets the dictionary", $"control byte 0x{control:x2}", origin + start);

            var size = ((input[at] << 8) | input[at + 1]) + 1;
            if (control < 0x80)
            {
                at += 2;
                var stored = Math.Min(size, input.Length - at);
                output.Append(input.Slice(at, stored), origin + start);
                if (stored < size) throw new UnreadableException($"{size} stored bytes", $"{stored} to the end", origin + at);
                at += size;
                continue;
            }
            size += (control & 0x1f) << 16;
            var coded = ((input[at + 2] << 8) | input[at + 3]) + 1;
            if (control >= 0xc0)
            {
                if (!decoder.SetProperties(input[at + 4], 4)) throw new UnreadableException("LZMA properties with lc + lp of at most 4", $"0x{input[at + 4]:x2}", origin + at + 4);
                needProperties = false;
            }
            if (needProperties) throw new UnreadableException("LZMA properties before the first coded chunk", $"control byte 0x{control:x2}", origin + start);
            if (control >= 0xa0)
            {
                decoder.ResetState();
                needState = false;
            }
            if (needState) throw new UnreadableException("a state reset before the first coded chunk", $"control byte 0x{control:x2}", origin + start);
            at += header;
            var whole = coded <= input.Length - at;
            var available = whole ? coded : input.Length - at;
            if (available < 5 || !decoder.StartRange(input.Slice(at, 5)))
            {
                throw new UnreadableException("the start of a range-coded chunk", available < 5 ? $"{available} bytes" : "another first byte than 0", origin + at);
            }
            output.Reserve(size, origin + start);
            fixed (byte* inputStart = input)
            fixed (byte* outputStart = &output.Array[output.Start])
            {
                var source = inputStart + at + 5;
                var sourceEnd = inputStart + at + available;
                var target = outputStart + output.Length;
                var end = target + size;
                var status = decoder.Run(outputStart + dictionary, ref target, end, end, ref source, sourceEnd);
                output.Length = (int)(target - outputStart);
                var read = origin + (source - inputStart);
                if (status != LzmaDecoder.Status.Full || !whole) throw Damage(whole ? status : LzmaDecoder.Status.Truncated, read);
                if (source != sourceEnd || !decoder.IsFinished)
                {
                    throw new UnreadableException($"a chunk of {coded} coded bytes for {size} bytes", $"{source - inputStart - at} used", read);
                }
            }
            at += coded;
        }
    }

    internal static UnreadableException Damage(LzmaDecoder.Status status, long offset) => status switch
    {
        LzmaDecoder.Status.BadDistance => new UnreadableException("a match inside what was decoded", "a distance before its start", offset),
        LzmaDecoder.Status.BadLength => new UnreadableException("a match that ends with the data", "one that goes on", offset),
        LzmaDecoder.Status.EndMarker => new UnreadableException("more LZMA data", "an end marker", offset),
        _ => new UnreadableException("more LZMA data", "the end of the input", offset),
    };
}
