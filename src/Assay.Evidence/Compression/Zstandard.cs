using Assay.Evidence.Reading;
using ZstdSharp;
using ZstdSharp.Unsafe;

namespace Assay.Evidence.Compression;

/// <summary>Zstandard frames (RFC 8878), by ZstdSharp. Content checksums are verified where the frame holds one.</summary>
internal static unsafe class Zstandard
{
    private const uint Magic = 0xfd2fb528;
    // Making a context costs more than decoding a block of 4 KiB: a few that have met small inputs only, and so hold little memory, are kept.
    private const int MostIdle = 8, SmallInput = 1 << 20;
    private static readonly System.Collections.Concurrent.ConcurrentStack<nint> Idle = new();

    /// <summary>Whether a frame with a sensible header begins here.</summary>
    internal static bool IsHeader(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < 9 || System.Buffers.Binary.BinaryPrimitives.ReadUInt32LittleEndian(bytes) != Magic) return false;
        fixed (byte* start = bytes)
        {
            ZSTD_frameHeader header;
            return (bytes[4] & 8) == 0 && Methods.ZSTD_getFrameHeader(&header, start, (nuint)bytes.Length) == 0;
        }
    }

    /// <summary>Decodes all frames that follow one another.</summary>
    /// <returns>Bytes of <paramref name="input"/> used.</returns>
    /// <exception cref="UnreadableException">Damaged or truncated; <paramref name="output"/> holds what was decoded before.</exception>
    /// <exception cref="BudgetException"/>
    internal static int Decode(ReadOnlySpan<byte> input, Output output)
    {
        var first = output.Length;
        try
        {
            return Decode(input, output, int.MaxValue);
        }
        catch (UnreadableException) when (output.Length == first)
        {
            // With room for a whole frame the library works in one go and gives nothing of a damaged one; in steps it gives what is intact.
            return Decode(input, output, 1 << 16);
        }
    }

    private static int Decode(ReadOnlySpan<byte> input, Output output, int step)
    {
        if (!Idle.TryPop(out var held)) held = (nint)Methods.ZSTD_createDCtx();
        var context = (ZSTD_DCtx_s*)held;
        try
        {
            Methods.ZSTD_DCtx_reset(context, ZSTD_ResetDirective.ZSTD_reset_session_and_parameters);
            Methods.ZSTD_DCtx_setParameter(context, ZSTD_dParameter.ZSTD_d_windowLogMax, 27);
            fixed (byte* start = input)
            {
                var source = new ZSTD_inBuffer_s { src = start, size = (nuint)input.Length };
                var end = 0;
                Span<byte> beyond = stackalloc byte[1];
                while (true)
                {
                    nuint left;
                    var before = (source.pos, output.Length);
                    var full = output.Room == 0;
                    var target = full ? beyond : output.Next((long)source.pos);
                    if (target.Length > step) target = target[..step];
                    fixed (byte* to = target)
                    {
                        var sink = new ZSTD_outBuffer_s { dst = to, size = (nuint)target.Length };
                        left = Methods.ZSTD_decompressStream(context, &sink, &source);
                        if (Methods.ZSTD_isError(left)) throw new UnreadableException("Zstandard data", Methods.ZSTD_getErrorName(left), (long)source.pos);
                        if (!full) output.Length += (int)sink.pos;
                        else if (sink.pos > 0) output.Append(beyond, (long)source.pos);
                    }
                    if (left == 0)
                    {
                        end = (int)source.pos;
                        if (!IsHeader(input[end..])) return end;
                        continue;
                    }
                    if (before == (source.pos, output.Length)) throw new UnreadableException("more Zstandard data", "the end of the input", (long)source.pos);
                }
            }
        }
        finally
        {
            if (Idle.Count < MostIdle && input.Length <= SmallInput) Idle.Push(held);
            else Methods.ZSTD_freeDCtx(context);
        }
    }
}
