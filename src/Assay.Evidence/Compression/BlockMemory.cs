using System.Runtime.CompilerServices;
using Assay.Evidence.Reading;

namespace Assay.Evidence.Compression;

/// <summary>Input and output of a decoder of one block, with the checks and the copies that LZO, LZ4 and RTIME share. Nothing is allocated.</summary>
internal unsafe ref struct BlockMemory(byte* input, int inputLength, byte* output, int outputLength)
{
    private readonly byte* input = input;
    private readonly byte* inputEnd = input + inputLength;
    private readonly byte* output = output;
    private readonly byte* outputEnd = output + outputLength;
    internal byte* From = input;
    internal byte* To = output;

    internal readonly int Used => (int)(From - input);
    internal readonly int Written => (int)(To - output);
    internal readonly bool IsAtEnd => From == inputEnd;
    internal readonly int Left => (int)(inputEnd - From);
    internal readonly int Room => (int)(outputEnd - To);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal uint Next()
    {
        if (From == inputEnd) Truncated();
        return *From++;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal uint NextPair()
    {
        if (inputEnd - From < 2) Truncated();
        var pair = (uint)(From[0] | From[1] << 8);
        From += 2;
        return pair;
    }

    /// <summary>Copies <paramref name="count"/> bytes of the input.</summary>
    /// <exception cref="UnreadableException"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void Literals(int count)
    {
        if (count > inputEnd - From) Truncated();
        if (count > outputEnd - To) Overflows(count);
        if (count <= 16 && inputEnd - From >= 16 && outputEnd - To >= 16)
        {
            ((ulong*)To)[0] = ((ulong*)From)[0];
            ((ulong*)To)[1] = ((ulong*)From)[1];
        }
        else
        {
            Unsafe.CopyBlockUnaligned(To, From, (uint)count);
        }
        From += count;
        To += count;
    }

    /// <summary>Copies <paramref name="count"/> bytes from <paramref name="distance"/> bytes before; they may overlap what is written.</summary>
    /// <exception cref="UnreadableException"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void Match(int distance, int count)
    {
        if (distance > To - output || distance <= 0) TooFar(distance);
        if (count > outputEnd - To) Overflows(count);
        var from = To - distance;
        var to = To;
        var end = to + count;
        To = end;
        if (distance >= 8 && outputEnd - end >= 8)
        {
            // Whole words may run over the end of the match, into room that the next copy fills.
            do
            {
                *(ulong*)to = *(ulong*)from;
                to += 8;
                from += 8;
            }
            while (to < end);
        }
        else if (distance == 1)
        {
            Unsafe.InitBlockUnaligned(to, *from, (uint)count);
        }
        else
        {
            while (to < end) *to++ = *from++;
        }
    }

    internal void Fill(byte value, int count)
    {
        if (count > outputEnd - To) Overflows(count);
        Unsafe.InitBlockUnaligned(To, value, (uint)count);
        To += count;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private readonly void Truncated() => throw new UnreadableException("more compressed data", "the end of the block", inputEnd - input);

    [MethodImpl(MethodImplOptions.NoInlining)]
    private readonly void TooFar(int distance) => throw new UnreadableException($"a match inside the {Written} bytes decoded so far", $"one {distance} bytes back", Used);

    [MethodImpl(MethodImplOptions.NoInlining)]
    private readonly void Overflows(int count) => throw new UnreadableException($"at most {outputEnd - output} bytes of content", $"{(long)Written + count} or more", Used);
}
