using System.Buffers.Binary;
using Assay.Evidence.Reading;

namespace Assay.Evidence.Compression;

/// <summary>
/// lzop files (lzop 1.04, conf.h and lzop.c; linux/lib/decompress_unlzo.c): a header with a sum of its own, then blocks of LZO1X with sums over what is
/// packed and unpacked. All numbers are big endian.
/// </summary>
internal static class Lzop
{
    private const uint AdlerUnpacked = 1, AdlerPacked = 2, ExtraField = 0x40, CrcUnpacked = 0x100, CrcPacked = 0x200, Multipart = 0x400, Filter = 0x800, HeaderCrc = 0x1000;
    private const int LargestBlock = 64 << 20;

    private static ReadOnlySpan<byte> Magic => [0x89, (byte)'L', (byte)'Z', (byte)'O', 0, 0x0d, 0x0a, 0x1a, 0x0a];

    internal static bool IsHeader(ReadOnlySpan<byte> bytes)
    {
        if (!bytes.StartsWith(Magic)) return false;
        try
        {
            var reader = new SpanReader(bytes, bigEndian: true);
            Header(ref reader);
            return true;
        }
        catch (UnreadableException)
        {
            return false;
        }
    }

    private static uint Header(ref SpanReader reader)
    {
        reader.Skip(Magic.Length, "bytes of the lzop magic");
        var start = reader.Position;
        var version = reader.U16("version of lzop");
        reader.Skip(2);
        if (version >= 0x0940) reader.Skip(2);
        var method = reader.U8("method");
        if (method is < 1 or > 3) throw new UnreadableException("an lzop method of 1 to 3", $"{method}", reader.Offset - 1);
        if (version >= 0x0940) reader.Skip(1);
        var flags = reader.U32("flags");
        if ((flags & (Multipart | Filter)) != 0) throw new UnreadableException("an lzop file of one part without filter", $"flags 0x{flags:x}", reader.Offset - 4);
        reader.Skip(version >= 0x0940 ? 12 : 8, "bytes of mode and time");
        reader.Skip(reader.U8("length of the name"), "bytes of the name");
        var header = reader.Before(reader.Position - start);
        var own = (flags & HeaderCrc) != 0 ? Crc32.Of(header) : Deflate.Adler(header);
        var stated = reader.U32("sum of the header");
        if (own != stated) throw new UnreadableException($"an lzop header with the sum {stated:x8}", $"{own:x8}", reader.Offset - 4);
        if ((flags & ExtraField) != 0)
        {
            reader.Skip(reader.U32("length of the extra field"), "bytes of extra field");
            reader.Skip(4);
        }
        return flags;
    }

    /// <summary>Decodes one file.</summary>
    /// <returns>Bytes of <paramref name="input"/> used.</returns>
    /// <exception cref="UnreadableException">Damaged or truncated; <paramref name="output"/> holds what was decoded before.</exception>
    /// <exception cref="BudgetException"/>
    internal static int Decode(ReadOnlySpan<byte> input, Output output)
    {
        var reader = new SpanReader(input, bigEndian: true);
        var flags = Header(ref reader);
        while (reader.U32("size of an lzop block") is var size && size != 0)
        {
            var at = reader.Position;
            var packed = reader.U32("packed size of an lzop block");
            if (size > LargestBlock || packed > size) throw new UnreadableException($"an lzop block of at most {LargestBlock} bytes, packed into fewer", $"{size}, packed into {packed}", at - 4);
            uint? adler = (flags & AdlerUnpacked) != 0 ? reader.U32() : null, crc = (flags & CrcUnpacked) != 0 ? reader.U32() : null;
            uint? packedAdler = null, packedCrc = null;
            if (packed < size)
            {
                if ((flags & AdlerPacked) != 0) packedAdler = reader.U32();
                if ((flags & CrcPacked) != 0) packedCrc = reader.U32();
            }
            at = reader.Position;
            var block = reader.Take(packed, "bytes of an lzop block");
            if (packedAdler is { } a && Deflate.Adler(block) != a || packedCrc is { } c && Crc32.Of(block) != c) throw new UnreadableException("an lzop block with its sum", "another", at);
            if (packed == size)
            {
                output.Append(block, at);
            }
            else
            {
                // LZO packs to 1/255 at best.
                if (size > 256L * packed + 64) throw new UnreadableException($"{size} bytes out of an lzop block of {packed}", "more than LZO can hold", at);
                output.Reserve((int)size, at);
                var target = output.Array.AsSpan(output.Start + output.Length, (int)size);
                int written;
                try
                {
                    (written, _) = Lzo.Decode(block, target);
                }
                catch (UnreadableException unreadable)
                {
                    throw new UnreadableException(unreadable.Expected, unreadable.Found, at + unreadable.Offset);
                }
                if (written != size) throw new UnreadableException($"{size} bytes out of an lzop block", $"{written}", at);
                output.Length += written;
            }
            var content = output.Written[^(int)size..];
            if (adler is { } b && Deflate.Adler(content) != b || crc is { } d && Crc32.Of(content) != d) throw new UnreadableException("the content of an lzop block with its sum", "another", at);
        }
        return reader.Position;
    }
}
