using System.Buffers.Binary;
using Assay.Evidence.Reading;

namespace Assay.Evidence.Compression;

/// <summary>The compressions that are read. None of them needs an outside program, nor a library beside ZstdSharp and K4os LZ4.</summary>
/// <remarks>
/// From <see cref="Deflate"/> on they have no header of their own, so that only <see cref="Decompression.Block"/> reads them. <see cref="BareLzma"/> is
/// LZMA without header, with lc, lp and pb of 0, as OpenWrt's JFFS2 holds it; it and <see cref="Rtime"/> end when the room is full.
/// </remarks>
public enum CompressionKind { Gzip, Zlib, Xz, Lzma, Zstandard, Bzip2, Lzip, Lz4Frame, Lzop, Compress, Deflate, Lzo, Lz4, Rtime, BareLzma }

/// <summary>One entry for every decoder: bytes in, at most so many bytes out, and what was wrong.</summary>
public static class Decompression
{
    [ThreadStatic] private static LzmaDecoder? lzma;

    /// <summary>
    /// Decodes a whole compressed file or stream at the start of <paramref name="input"/>. Never throws for what the input holds: damage and a
    /// budget that ended are in <see cref="Decoded.Failure"/>, beside what was decoded until then.
    /// </summary>
    /// <param name="budget">At most <see cref="Budget.FileBytes"/> are held; <see cref="Budget.Bytes"/> is spent.</param>
    /// <exception cref="ArgumentOutOfRangeException">A kind that has no header and is read as <see cref="Block"/> only.</exception>
    /// <param name="limit">Fewer bytes than <see cref="Budget.FileBytes"/>, where the caller holds others already.</param>
    public static Decoded Decode(CompressionKind kind, ReadOnlySpan<byte> input, Budget budget, int limit = int.MaxValue)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((int)kind, (int)CompressionKind.Deflate, nameof(kind));
        limit = Math.Min(limit, budget.FileBytes);
        var output = new Output(limit, Hint(kind, input, limit));
        var used = input.Length;
        Exception? failure = null;
        try
        {
            try
            {
                used = Into(kind, input, output);
            }
            finally
            {
                budget.SpendBytes(output.Length);
            }
        }
        catch (UnreadableException unreadable)
        {
            failure = unreadable;
        }
        catch (BudgetException spent)
        {
            failure = spent;
        }
        return new Decoded(output, used, failure);
    }

    /// <summary>Decodes one block of a file system into a place that the caller owns.</summary>
    /// <returns>Bytes written to <paramref name="target"/> from <paramref name="start"/>.</returns>
    /// <exception cref="UnreadableException">Damaged, truncated, or more than <paramref name="room"/> bytes.</exception>
    public static int Block(CompressionKind kind, ReadOnlySpan<byte> input, byte[] target, int start, int room)
    {
        using var output = new Output(target, start, room);
        Into(kind, input, output);
        return output.Length;
    }

    /// <summary>Whether a stream of this kind begins here, judged by everything its header allows to check.</summary>
    public static bool IsHeader(CompressionKind kind, ReadOnlySpan<byte> bytes) => kind switch
    {
        CompressionKind.Gzip => Deflate.IsGzipHeader(bytes),
        CompressionKind.Zlib => Deflate.IsZlibHeader(bytes),
        CompressionKind.Xz => Xz.IsHeader(bytes),
        CompressionKind.Lzma => Lzma.IsHeader(bytes),
        CompressionKind.Zstandard => Zstandard.IsHeader(bytes),
        CompressionKind.Bzip2 => Bzip2.IsHeader(bytes),
        CompressionKind.Lzip => Lzip.IsHeader(bytes),
        CompressionKind.Lz4Frame => Lz4Frame.IsHeader(bytes),
        CompressionKind.Lzop => Lzop.IsHeader(bytes),
        CompressionKind.Compress => Lzw.IsHeader(bytes),
        _ => false,
    };

    /// <summary>The name of a kind as maps and messages show it: <c>gzip</c>, <c>zlib</c>, <c>xz</c>, <c>lzma</c>, <c>zstd</c>, <c>bzip2</c>, <c>lzip</c>, <c>lzop</c>, <c>compress</c>, <c>deflate</c>, <c>lzo</c>, <c>lz4</c>, <c>rtime</c>.</summary>
    public static string Name(CompressionKind kind) => kind switch
    {
        CompressionKind.Gzip => "gzip",
        CompressionKind.Zlib => "zlib",
        CompressionKind.Xz => "xz",
        CompressionKind.Lzma or CompressionKind.BareLzma => "lzma",
        CompressionKind.Deflate => "deflate",
        CompressionKind.Lzo => "lzo",
        CompressionKind.Lz4 or CompressionKind.Lz4Frame => "lz4",
        CompressionKind.Bzip2 => "bzip2",
        CompressionKind.Lzip => "lzip",
        CompressionKind.Lzop => "lzop",
        CompressionKind.Compress => "compress",
        CompressionKind.Rtime => "rtime",
        _ => "zstd",
    };

    private static int Into(CompressionKind kind, ReadOnlySpan<byte> input, Output output) => kind switch
    {
        CompressionKind.Gzip => Deflate.Gzip(input, output),
        CompressionKind.Zlib => Deflate.Zlib(input, output),
        CompressionKind.Xz => Xz.Decode(input, output, lzma ??= new LzmaDecoder()),
        CompressionKind.Lzma => Lzma.Decode(input, output, lzma ??= new LzmaDecoder()),
        CompressionKind.BareLzma => Lzma.Bare(input, output, lzma ??= new LzmaDecoder()),
        CompressionKind.Bzip2 => Bzip2.Decode(input, output),
        CompressionKind.Lzip => Lzip.Decode(input, output, lzma ??= new LzmaDecoder()),
        CompressionKind.Lz4Frame => Lz4Frame.Decode(input, output),
        CompressionKind.Lzop => Lzop.Decode(input, output),
        CompressionKind.Compress => Lzw.Decode(input, output),
        CompressionKind.Deflate => Compression.Deflate.Inflate(input, output, 0),
        CompressionKind.Lzo or CompressionKind.Lz4 or CompressionKind.Rtime => Bare(kind, input, output),
        _ => Zstandard.Decode(input, output),
    };

    private static int Bare(CompressionKind kind, ReadOnlySpan<byte> input, Output output)
    {
        var room = output.Room > 0 ? output.Next(0) : [];
        if (kind == CompressionKind.Lzo)
        {
            var (written, used) = Lzo.Decode(input, room);
            output.Length += written;
            return used;
        }
        output.Length += kind == CompressionKind.Lz4 ? Lz4.Decode(input, room) : Rtime.Decode(input, room);
        return input.Length;
    }

    // What the end of the input claims, believed as far as the input could honestly yield it; growth does the rest.
    private static int Hint(CompressionKind kind, ReadOnlySpan<byte> input, int limit)
    {
        var honest = Math.Min(limit, Math.Max(1L << 16, 4L * input.Length));
        if (kind == CompressionKind.Gzip && input.Length > 18)
        {
            var stated = BinaryPrimitives.ReadUInt32LittleEndian(input[^4..]);
            if (stated < honest) return (int)stated;
        }
        return (int)honest;
    }
}

/// <summary>What a decoder made of its input. The content is pooled: dispose when it is no longer read.</summary>
public sealed class Decoded : IDisposable
{
    private readonly Output output;

    internal Decoded(Output output, int used, Exception? failure)
    {
        this.output = output;
        Used = used;
        Failure = failure;
    }

    /// <summary>What was decoded, all of it or up to the failure.</summary>
    public ReadOnlyMemory<byte> Content => output.Array.AsMemory(output.Start, output.Length);
    /// <summary>Bytes of the input that belong to the stream; the whole input after a failure.</summary>
    public int Used { get; }
    /// <summary>Null, an <see cref="UnreadableException"/> whose offset counts in the input, or a <see cref="BudgetException"/>.</summary>
    public Exception? Failure { get; }

    /// <summary>The failure as a loss of <paramref name="artefact"/>, where the input begins at <paramref name="start"/>; null when there is none.</summary>
    public Loss? Loss(string artefact, long start = 0) => Failure switch
    {
        UnreadableException unreadable => unreadable.AsLoss(artefact, start),
        null => null,
        _ => new Loss { Location = new Location { Artefact = artefact, Offset = start }, Expected = "content within the budget", Found = Failure.Message },
    };

    public void Dispose() => output.Dispose();
}
