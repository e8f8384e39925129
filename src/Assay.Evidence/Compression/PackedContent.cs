using System.IO.Compression;
using Assay.Evidence.Reading;
using ZstdSharp;

namespace Assay.Evidence.Compression;

/// <summary>The content of a compressed file from front to back, for readers that never need it whole.</summary>
/// <remarks>
/// gzip and Zstandard are decoded as they are read. Of xz, LZ4, bzip2 and lzip the content is decoded at once, up to <see cref="Budget.FileBytes"/> of it.
/// </remarks>
public static class PackedContent
{
    private static readonly CompressionKind[] Kinds =
        [CompressionKind.Gzip, CompressionKind.Zstandard, CompressionKind.Xz, CompressionKind.Lz4Frame, CompressionKind.Bzip2, CompressionKind.Lzip];

    /// <summary>As what a file is compressed; null where it does not begin as one of the kinds with a sound header.</summary>
    public static CompressionKind? KindOf(MappedBytes bytes)
    {
        var start = bytes.Span(0, (int)Math.Min(1 << 12, bytes.Length));
        foreach (var kind in Kinds)
        {
            if (Decompression.IsHeader(kind, start)) return kind;
        }
        return null;
    }

    /// <summary>
    /// A stream over the content. Its reads throw <see cref="InvalidDataException"/>, <see cref="UnreadableException"/> or <see cref="BudgetException"/> where the file is
    /// damaged or a budget ends, after everything that was whole until there.
    /// </summary>
    /// <param name="limit">Where no more than so many bytes of content will be read.</param>
    public static Stream Open(CompressionKind kind, MappedBytes bytes, Budget budget, int limit = int.MaxValue)
    {
        switch (kind)
        {
            case CompressionKind.Gzip:
                return new GZipStream(new MappedStream(bytes), CompressionMode.Decompress);
            case CompressionKind.Zstandard:
                var stream = new DecompressionStream(new MappedStream(bytes), 1 << 17, checkEndOfStream: true, leaveOpen: false);
                // As much as the decoder of whole files allows: 128 MiB of window.
                stream.SetParameter(ZstdSharp.Unsafe.ZSTD_dParameter.ZSTD_d_windowLogMax, 27);
                return new Translated(stream);
            default:
                // The reader of the stream spends the bytes.
                var decoded = Decompression.Decode(kind, bytes.Whole.Span, new Budget { Bytes = long.MaxValue, FileBytes = budget.FileBytes }, limit);
                return new DecodedStream(decoded, limit);
        }
    }

    /// <summary>The first bytes of the content: at most <paramref name="count"/>, fewer where it ends or is damaged before.</summary>
    public static byte[] Start(CompressionKind kind, MappedBytes bytes, Budget budget, int count)
    {
        var start = new byte[count];
        var length = 0;
        try
        {
            // LZ4 gives nothing before a whole block, of which the longest has 8 MiB.
            using var stream = Open(kind, bytes, budget, Math.Max(count, kind == CompressionKind.Lz4Frame ? 9 << 20 : 1 << 20));
            for (int got; length < count && (got = stream.Read(start, length, count - length)) > 0;) length += got;
        }
        catch (Exception wrong) when (wrong is InvalidDataException or UnreadableException or BudgetException or IOException)
        {
            return start[..length];
        }
        return start[..length];
    }

    /// <summary>Reads what <see cref="MappedBytes"/> holds.</summary>
    private sealed class MappedStream(MappedBytes bytes) : ReadOnlyStream
    {
        private long at;

        public override int Read(Span<byte> buffer)
        {
            var count = (int)Math.Min(buffer.Length, bytes.Length - at);
            bytes.Span(at, count).CopyTo(buffer);
            at += count;
            return count;
        }
    }

    private sealed class DecodedStream(Decoded decoded, int limit) : ReadOnlyStream
    {
        private int at;

        public override int Read(Span<byte> buffer)
        {
            var left = decoded.Content.Span[at..];
            var count = Math.Min(buffer.Length, left.Length);
            left[..count].CopyTo(buffer);
            at += count;
            // A limit that the caller set is no damage.
            if (count == 0 && decoded.Failure is { } failure && (failure is not BudgetException || at < limit)) throw failure;
            return count;
        }

        protected override void Dispose(bool disposing)
        {
            if (disposing) decoded.Dispose();
            base.Dispose(disposing);
        }
    }

    /// <summary>Zstandard's own exception as damage.</summary>
    private sealed class Translated(Stream inner) : ReadOnlyStream
    {
        public override int Read(Span<byte> buffer)
        {
            try
            {
                return inner.Read(buffer);
            }
            catch (ZstdException wrong)
            {
                throw new InvalidDataException(wrong.Message, wrong);
            }
        }

        protected override void Dispose(bool disposing)
        {
            if (disposing) inner.Dispose();
            base.Dispose(disposing);
        }
    }

    private abstract class ReadOnlyStream : Stream
    {
        public override bool CanRead => true;
        public override bool CanSeek => false;
        public override bool CanWrite => false;
        public override long Length => throw new NotSupportedException();
        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }
        public abstract override int Read(Span<byte> buffer);
        public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));
        public override void Flush() { }
        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
        public override void SetLength(long value) => throw new NotSupportedException();
        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
