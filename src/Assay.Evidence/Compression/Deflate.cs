using System.Buffers.Binary;
using System.IO.Compression;
using Assay.Evidence.Reading;

namespace Assay.Evidence.Compression;

/// <summary>gzip members (RFC 1952) and zlib streams (RFC 1950). The runtime inflates; headers, sizes and checks are read here, so that damage has an offset.</summary>
internal static unsafe class Deflate
{
    internal const int GzipHeaderSize = 10;

    /// <summary>Whether a gzip header begins here that a writer makes: method 8, no reserved flags, known extra flags and system.</summary>
    internal static bool IsGzipHeader(ReadOnlySpan<byte> bytes) =>
        bytes.Length >= GzipHeaderSize + 8 && bytes[0] == 0x1f && bytes[1] == 0x8b && bytes[2] == 8 && (bytes[3] & 0xe0) == 0 && bytes[8] is 0 or 2 or 4
        && bytes[9] is <= 13 or 255;

    /// <summary>Decodes one gzip member and those that follow it at once.</summary>
    /// <returns>Bytes of <paramref name="input"/> used.</returns>
    /// <exception cref="UnreadableException">Damaged or truncated; <paramref name="output"/> holds what was decoded before.</exception>
    /// <exception cref="BudgetException"/>
    internal static int Gzip(ReadOnlySpan<byte> input, Output output)
    {
        var end = Member(input, 0, output, out _);
        while (IsGzipHeader(input[end..])) end = Member(input, end, output, out _);
        return end;
    }

    /// <param name="name">The file's original name, where the header holds one.</param>
    private static int Member(ReadOnlySpan<byte> input, int start, Output output, out string? name)
    {
        var reader = new SpanReader(input);
        reader.Seek(start);
        var at = BodyOffset(ref reader, out name);
        var first = output.Length;
        var latest = at + Inflate(input[at..], output, at);
        var content = output.Written[first..];
        Span<byte> trailer = stackalloc byte[8];
        BinaryPrimitives.WriteUInt32LittleEndian(trailer, Crc32.Of(content));
        BinaryPrimitives.WriteInt32LittleEndian(trailer[4..], content.Length);
        at = End(input, at, latest, trailer);
        reader.Seek(at);
        var crc = reader.U32("CRC-32 behind the gzip data");
        var computed = Crc32.Of(content);
        if (crc != computed) throw new UnreadableException($"gzip content with CRC-32 {crc:x8}", $"{computed:x8}", at);
        var size = reader.U32("size behind the gzip data");
        if (size != (uint)content.Length) throw new UnreadableException($"{size} bytes of gzip content", $"{content.Length}", at + 4);
        return at + 8;
    }

    private static int BodyOffset(ref SpanReader reader, out string? name)
    {
        var start = reader.Offset;
        if (reader.U16("gzip magic") != 0x8b1f) throw new UnreadableException("the gzip magic 1f8b", Convert.ToHexStringLower(reader.Before(2)), start);
        var method = reader.U8("compression method");
        if (method != 8) throw new UnreadableException("gzip compression method 8", $"{method}", start + 2);
        var flags = reader.U8("gzip flags");
        if ((flags & 0xe0) != 0) throw new UnreadableException("gzip flags without reserved bits", $"0x{flags:x2}", start + 3);
        reader.Skip(6, "bytes of gzip header");
        if ((flags & 4) != 0) reader.Skip(reader.U16("length of the extra field"), "bytes of extra field");
        name = (flags & 8) != 0 ? Text(ref reader, "file name") : null;
        if ((flags & 16) != 0) Text(ref reader, "comment");
        if ((flags & 2) != 0)
        {
            var crc = (ushort)Crc32.Of(reader.Before((int)(reader.Offset - start)));
            var stated = reader.U16("CRC-16 of the gzip header");
            if (stated != crc) throw new UnreadableException($"a gzip header with CRC-16 {stated:x4}", $"{crc:x4}", reader.Offset - 2);
        }
        return reader.Position;
    }

    private static string Text(ref SpanReader reader, string what)
    {
        var end = reader.Rest.IndexOf((byte)0);
        if (end < 0) throw new UnreadableException($"a zero byte behind the {what}", "none", reader.Offset);
        var text = System.Text.Encoding.Latin1.GetString(reader.Take(end));
        reader.Skip(1);
        return text;
    }

    /// <summary>Whether a zlib header begins here: method 8, window of at most 32 KiB, header check, no preset dictionary.</summary>
    internal static bool IsZlibHeader(ReadOnlySpan<byte> bytes) =>
        bytes.Length >= 6 && (bytes[0] & 0x0f) == 8 && bytes[0] >> 4 <= 7 && (bytes[0] << 8 | bytes[1]) % 31 == 0 && (bytes[1] & 0x20) == 0;

    /// <summary>Decodes one zlib stream and verifies its Adler-32.</summary>
    /// <returns>Bytes of <paramref name="input"/> used.</returns>
    /// <exception cref="UnreadableException"/>
    /// <exception cref="BudgetException"/>
    internal static int Zlib(ReadOnlySpan<byte> input, Output output)
    {
        if (!IsZlibHeader(input)) throw new UnreadableException("a zlib header", input.Length < 2 ? $"{input.Length} bytes" : Convert.ToHexStringLower(input[..2]), 0);
        var first = output.Length;
        var latest = 2 + Inflate(input[2..], output, 2);
        Span<byte> trailer = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(trailer, Adler(output.Written[first..]));
        var at = End(input, 2, latest, trailer);
        if (input.Length - at < 4) throw new UnreadableException("an Adler-32 of 4 bytes", $"{input.Length - at} bytes", at);
        var stated = BinaryPrimitives.ReadUInt32BigEndian(input[at..]);
        var computed = Adler(output.Written[first..]);
        if (stated != computed) throw new UnreadableException($"zlib content with Adler-32 {stated:x8}", $"{computed:x8}", at);
        return at + 4;
    }

    internal static uint Adler(ReadOnlySpan<byte> bytes)
    {
        const uint Prime = 65521;
        // The most bytes whose sums stay within 32 bits.
        const int Step = 5552;
        uint a = 1, b = 0;
        while (bytes.Length > 0)
        {
            var part = bytes[..Math.Min(Step, bytes.Length)];
            foreach (var x in part)
            {
                a += x;
                b += a;
            }
            a %= Prime;
            b %= Prime;
            bytes = bytes[part.Length..];
        }
        return b << 16 | a;
    }

    // Where the deflate data ends. The runtime reads ahead by a buffer and does not tell how much of it was used, so the end is where the check
    // of what was decoded stands; and where it stands nowhere, since it is wrong, the stream is inflated again, byte by byte near its end.
    private static int End(ReadOnlySpan<byte> input, int body, int latest, ReadOnlySpan<byte> trailer)
    {
        var earliest = Math.Max(body, latest - Ahead);
        var window = input[earliest..Math.Min(input.Length, latest + trailer.Length)];
        var found = window.IndexOf(trailer);
        if (found >= 0) return earliest + found;
        fixed (byte* start = input[body..])
        {
            using var source = new Trickle(start, input.Length - body, earliest - body);
            using var inflate = new DeflateStream(source, CompressionMode.Decompress, leaveOpen: true);
            var discarded = new byte[1 << 16];
            while (inflate.Read(discarded) > 0)
            {
            }
            return body + (int)source.Position;
        }
    }

    // What DeflateStream reads at once.
    private const int Ahead = 8192;

    /// <summary>Memory as a stream that gives one byte at a time from <paramref name="slowly"/> on.</summary>
    private sealed class Trickle(byte* start, int length, int slowly) : UnmanagedMemoryStream(start, length)
    {
        // The runtime brings reads into spans here as well, since this is not its own class.
        public override int Read(byte[] buffer, int offset, int count) => base.Read(buffer, offset, Math.Min(count, Position < slowly ? (int)(slowly - Position) : 1));
    }

    // Raw deflate (RFC 1951); returns the latest place where it can have ended.
    internal static int Inflate(ReadOnlySpan<byte> input, Output output, long origin)
    {
        if (input.IsEmpty) throw new UnreadableException("deflated data", "the end", origin);
        fixed (byte* start = input)
        {
            using var source = new UnmanagedMemoryStream(start, input.Length);
            using var inflate = new DeflateStream(source, CompressionMode.Decompress, leaveOpen: true);
            // One byte beyond a full output shows whether the stream goes on.
            Span<byte> beyond = stackalloc byte[1];
            try
            {
                while (true)
                {
                    int read;
                    if (output.Room > 0)
                    {
                        read = inflate.Read(output.Next(origin));
                        output.Length += read;
                    }
                    else
                    {
                        read = inflate.Read(beyond);
                        if (read > 0) output.Append(beyond, origin + source.Position);
                    }
                    if (read == 0) break;
                }
            }
            catch (InvalidDataException)
            {
                throw new UnreadableException("deflate data", "a code that deflate does not know", origin + Math.Max(0, source.Position - 1));
            }
            return (int)source.Position;
        }
    }
}
