using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Assay.Evidence.Compression;

/// <summary>
/// The LZMA decoder that xz, .lzma files and SquashFS share: range decoder, probability model and matches (LZMA SDK, lzma-specification.txt).
/// Output is one contiguous run, which is its own dictionary, so a match is a copy inside the output and nothing is copied twice.
/// </summary>
/// <remarks>
/// Every distance is checked against what was decoded since the last dictionary reset, every length against the room; the dictionary size that
/// a header announces is not enforced: it is a promise about memory, and it makes no byte different.
/// </remarks>
internal sealed unsafe class LzmaDecoder
{
    internal enum Status { Full, EndMarker, Truncated, BadDistance, BadLength }

    // No symbol needs more bytes than this: 22 modelled bits and 26 direct bits lose at most 20 bytes of range.
    private const int LongestSymbol = 20;
    private const uint Top = 1u << 24;
    private const int ModelBits = 11;
    private const ushort Half = 1 << (ModelBits - 1);
    private const int MoveBits = 5;

    // One array holds the whole model; these are the places of its tables.
    private const int States = 12;
    private const int PositionStates = 16;
    private const int IsMatch = 0;
    private const int IsRepLong = IsMatch + States * PositionStates;
    private const int IsRep = IsRepLong + States * PositionStates;
    private const int IsRepG0 = IsRep + States;
    private const int IsRepG1 = IsRepG0 + States;
    private const int IsRepG2 = IsRepG1 + States;
    private const int Slot = IsRepG2 + States;
    private const int Special = Slot + 4 * 64;
    private const int Align = Special + 128;
    private const int Length = Align + 16;
    private const int LengthLow = 2;
    private const int LengthMiddle = LengthLow + PositionStates * 8;
    private const int LengthHigh = LengthMiddle + PositionStates * 8;
    private const int LengthSize = LengthHigh + 256;
    private const int RepLength = Length + LengthSize;
    private const int Literal = RepLength + LengthSize;
    private const int LiteralSize = 0x300;

    private ushort[] model = [];
    private int contextBits;
    private uint literalMask;
    private uint positionMask;
    private uint range;
    private uint code;
    private uint rep0, rep1, rep2, rep3;
    private uint state;

    /// <summary>Whether the range decoder ended as an encoder leaves it.</summary>
    internal bool IsFinished => code == 0;

    /// <param name="properties">lc + 9 * (lp + 5 * pb).</param>
    /// <returns>False when no encoder writes this value.</returns>
    internal bool SetProperties(int properties, int mostLiteralBits)
    {
        if (properties >= 9 * 5 * 5) return false;
        contextBits = properties % 9;
        var literalBits = properties / 9 % 5;
        if (contextBits + literalBits > mostLiteralBits) return false;
        literalMask = (1u << literalBits) - 1;
        positionMask = (1u << (properties / 45)) - 1;
        var size = Literal + (LiteralSize << (contextBits + literalBits));
        if (model.Length < size) model = new ushort[size];
        return true;
    }

    internal void ResetState()
    {
        Array.Fill(model, Half);
        state = 0;
        rep0 = rep1 = rep2 = rep3 = 0;
    }

    /// <summary>Takes the first five bytes of a range-coded run: a zero and the first code.</summary>
    internal bool StartRange(ReadOnlySpan<byte> five)
    {
        range = 0xffffffff;
        code = System.Buffers.Binary.BinaryPrimitives.ReadUInt32BigEndian(five[1..]);
        return five[0] == 0 && code != range;
    }

    /// <summary>
    /// Decodes symbols until <paramref name="stop"/> is reached; a match may go on to <paramref name="end"/>, never beyond. On return
    /// <paramref name="output"/> and <paramref name="input"/> stand behind what was written and read.
    /// </summary>
    /// <param name="dictionary">Where the output since the last dictionary reset begins.</param>
    internal Status Run(byte* dictionary, ref byte* output, byte* stop, byte* end, ref byte* input, byte* inputEnd)
    {
        var status = Status.Full;
        if (inputEnd - input > LongestSymbol) status = Decode(dictionary, ref output, stop, end, ref input, inputEnd - LongestSymbol);
        if (status == Status.Full && output >= stop)
        {
            Normalise(ref input, inputEnd);
            return status;
        }
        if (status is not (Status.Full or Status.Truncated)) return status;

        // The last bytes go on from a padded copy, one symbol at a time, so that reading ahead stays in bounds and no symbol is made of padding.
        var tail = stackalloc byte[2 * LongestSymbol + 2];
        new Span<byte>(tail, 2 * LongestSymbol + 2).Clear();
        var left = (int)(inputEnd - input);
        if (left > LongestSymbol) throw new InvalidOperationException("the tail starts too early");
        new ReadOnlySpan<byte>(input, left).CopyTo(new Span<byte>(tail, left));
        var tailInput = tail;
        while (output < stop)
        {
            var before = output;
            status = Decode(dictionary, ref output, output + 1, end, ref tailInput, tail + left);
            if (tailInput > tail + left || status == Status.Truncated)
            {
                output = before;
                input = inputEnd;
                return Status.Truncated;
            }
            if (status != Status.Full) break;
        }
        input += tailInput - tail;
        if (status == Status.Full) Normalise(ref input, inputEnd);
        return status;
    }

    private void Normalise(ref byte* input, byte* inputEnd)
    {
        if (range >= Top || input >= inputEnd) return;
        range <<= 8;
        code = (code << 8) | *input++;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool Bit(ushort* probability, ref uint range, ref uint code, ref byte* input)
    {
        if (range < Top)
        {
            range <<= 8;
            code = (code << 8) | *input++;
        }
        uint p = *probability;
        var bound = (range >> ModelBits) * p;
        if (code < bound)
        {
            range = bound;
            *probability = (ushort)(p + (((1u << ModelBits) - p) >> MoveBits));
            return false;
        }
        range -= bound;
        code -= bound;
        *probability = (ushort)(p - (p >> MoveBits));
        return true;
    }

    // As Bit, for the bits of trees: they are close to random, so that a branch on them would be mispredicted half of the time.
    // The mask is all ones for a 0 and zero for a 1; the new probability is p + (2048 - p) / 32 or p - p / 32.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint Mask(ushort* probability, ref uint range, ref uint code, ref byte* input)
    {
        if (range < Top)
        {
            range <<= 8;
            code = (code << 8) | *input++;
        }
        uint p = *probability;
        var bound = (range >> ModelBits) * p;
        var mask = (uint)(((ulong)code - bound) >> 32);
        range -= bound;
        range += (bound - range) & mask;
        code -= bound & ~mask;
        *probability = (ushort)(p - (uint)((int)(p - (((1u << ModelBits) - 31) & mask)) >> MoveBits));
        return mask;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint Tree3(ushort* tree, ref uint range, ref uint code, ref byte* input)
    {
        var m = 3 + Mask(tree + 1, ref range, ref code, ref input);
        m = 2 * m + 1 + Mask(tree + m, ref range, ref code, ref input);
        m = 2 * m + 1 + Mask(tree + m, ref range, ref code, ref input);
        return m - 8;
    }

    // Runs while input <= inputSafe, where at least LongestSymbol bytes may be read from inputSafe on; ends with Truncated when it is passed.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private Status Decode(byte* dictionary, ref byte* outputAt, byte* stop, byte* end, ref byte* inputAt, byte* inputSafe)
    {
        var status = Status.Full;
        var output = outputAt;
        var input = inputAt;
        uint range = this.range, code = this.code, state = this.state;
        uint rep0 = this.rep0, rep1 = this.rep1, rep2 = this.rep2, rep3 = this.rep3;
        uint positionMask = this.positionMask, literalMask = this.literalMask;
        var contextBits = this.contextBits;

        fixed (ushort* m = model)
        {
            while (output < stop)
            {
                if (input > inputSafe)
                {
                    status = Status.Truncated;
                    break;
                }
                var position = (uint)(output - dictionary);
                var positionState = position & positionMask;

                if (!Bit(m + IsMatch + state * PositionStates + positionState, ref range, ref code, ref input))
                {
                    var previous = position == 0 ? 0u : output[-1];
                    var literal = m + Literal + LiteralSize * (((position & literalMask) << contextBits) + (previous >> (8 - contextBits)));
                    uint symbol;
                    if (state < 7)
                    {
                        symbol = 3 + Mask(literal + 1, ref range, ref code, ref input);
                        symbol = 2 * symbol + 1 + Mask(literal + symbol, ref range, ref code, ref input);
                        symbol = 2 * symbol + 1 + Mask(literal + symbol, ref range, ref code, ref input);
                        symbol = 2 * symbol + 1 + Mask(literal + symbol, ref range, ref code, ref input);
                        symbol = 2 * symbol + 1 + Mask(literal + symbol, ref range, ref code, ref input);
                        symbol = 2 * symbol + 1 + Mask(literal + symbol, ref range, ref code, ref input);
                        symbol = 2 * symbol + 1 + Mask(literal + symbol, ref range, ref code, ref input);
                        symbol = 2 * symbol + 1 + Mask(literal + symbol, ref range, ref code, ref input);
                        state = state < 4 ? 0 : state - 3;
                    }
                    else
                    {
                        if (rep0 >= position)
                        {
                            status = Status.BadDistance;
                            break;
                        }
                        uint match = output[-(nint)rep0 - 1];
                        uint offset = 0x100;
                        symbol = 1;
                        do
                        {
                            match <<= 1;
                            var bit = match & offset;
                            var mask = Mask(literal + offset + bit + symbol, ref range, ref code, ref input);
                            symbol = 2 * symbol + 1 + mask;
                            offset &= bit ^ mask;
                        }
                        while (symbol < 0x100);
                        state = state < 10 ? state - 3 : state - 6;
                    }
                    *output++ = (byte)symbol;
                    continue;
                }

                ushort* lengths;
                if (!Bit(m + IsRep + state, ref range, ref code, ref input))
                {
                    rep3 = rep2;
                    rep2 = rep1;
                    rep1 = rep0;
                    lengths = m + Length;
                    state = state < 7 ? 7u : 10u;
                }
                else
                {
                    if (!Bit(m + IsRepG0 + state, ref range, ref code, ref input))
                    {
                        if (!Bit(m + IsRepLong + state * PositionStates + positionState, ref range, ref code, ref input))
                        {
                            if (rep0 >= position)
                            {
                                status = Status.BadDistance;
                                break;
                            }
                            state = state < 7 ? 9u : 11u;
                            *output = output[-(nint)rep0 - 1];
                            output++;
                            continue;
                        }
                    }
                    else
                    {
                        uint distance;
                        if (!Bit(m + IsRepG1 + state, ref range, ref code, ref input))
                        {
                            distance = rep1;
                        }
                        else
                        {
                            if (!Bit(m + IsRepG2 + state, ref range, ref code, ref input))
                            {
                                distance = rep2;
                            }
                            else
                            {
                                distance = rep3;
                                rep3 = rep2;
                            }
                            rep2 = rep1;
                        }
                        rep1 = rep0;
                        rep0 = distance;
                    }
                    lengths = m + RepLength;
                    state = state < 7 ? 8u : 11u;
                }

                uint length;
                if (!Bit(lengths, ref range, ref code, ref input))
                {
                    length = 2 + Tree3(lengths + LengthLow + positionState * 8, ref range, ref code, ref input);
                }
                else if (!Bit(lengths + 1, ref range, ref code, ref input))
                {
                    length = 10 + Tree3(lengths + LengthMiddle + positionState * 8, ref range, ref code, ref input);
                }
                else
                {
                    length = 1;
                    do length = 2 * length + 1 + Mask(lengths + LengthHigh + length, ref range, ref code, ref input); while (length < 0x100);
                    length -= 0x100 - 18;
                }

                if (lengths == m + Length)
                {
                    var slots = m + Slot + 64 * (length < 6 ? length - 2 : 3);
                    uint slot = 1;
                    do slot = 2 * slot + 1 + Mask(slots + slot, ref range, ref code, ref input); while (slot < 64);
                    slot -= 64;
                    if (slot < 4)
                    {
                        rep0 = slot;
                    }
                    else
                    {
                        var bits = (int)(slot >> 1) - 1;
                        rep0 = (2 | (slot & 1)) << bits;
                        if (slot < 14)
                        {
                            var tree = m + Special + rep0 - slot;
                            uint node = 1;
                            for (var i = 0; i < bits; i++)
                            {
                                var one = 1 + Mask(tree + node, ref range, ref code, ref input);
                                node = 2 * node + one;
                                rep0 += one << i;
                            }
                        }
                        else
                        {
                            uint direct = 0;
                            for (bits -= 4; bits > 0; bits--)
                            {
                                if (range < Top)
                                {
                                    range <<= 8;
                                    code = (code << 8) | *input++;
                                }
                                range >>= 1;
                                code -= range;
                                var mask = (uint)((int)code >> 31);
                                code += range & mask;
                                direct = 2 * direct + 1 + mask;
                            }
                            rep0 += direct << 4;
                            var tree = m + Align;
                            var one = 1 + Mask(tree + 1, ref range, ref code, ref input);
                            var node = 2 + one;
                            rep0 += one;
                            one = 1 + Mask(tree + node, ref range, ref code, ref input);
                            node = 2 * node + one;
                            rep0 += one << 1;
                            one = 1 + Mask(tree + node, ref range, ref code, ref input);
                            node = 2 * node + one;
                            rep0 += one << 2;
                            one = 1 + Mask(tree + node, ref range, ref code, ref input);
                            rep0 += one << 3;
                            if (rep0 == 0xffffffff)
                            {
                                status = Status.EndMarker;
                                break;
                            }
                        }
                    }
                }

                if (rep0 >= position)
                {
                    status = Status.BadDistance;
                    break;
                }
                var back = (nint)rep0 + 1;
                var room = end - output;
                if (length > room)
                {
                    // What fits is still right.
                    for (; room > 0; room--, output++) *output = output[-back];
                    status = Status.BadLength;
                    break;
                }
                var target = output;
                output += length;
                if (back >= 16 && room >= length + 16)
                {
                    do
                    {
                        Vector128.Store(Vector128.Load(target - back), target);
                        target += 16;
                    }
                    while (target < output);
                }
                else if (back == 1)
                {
                    Unsafe.InitBlockUnaligned(target, target[-1], length);
                }
                else
                {
                    do
                    {
                        *target = target[-back];
                        target++;
                    }
                    while (target < output);
                }
            }
        }

        this.range = range;
        this.code = code;
        this.state = state;
        this.rep0 = rep0;
        this.rep1 = rep1;
        this.rep2 = rep2;
        this.rep3 = rep3;
        outputAt = output;
        inputAt = input;
        return status;
    }
}
