using System.Buffers.Binary;
using Assay.Evidence;
using Assay.Evidence.Compression;
using Assay.Evidence.Reading;

namespace Assay.Firmware.Containers;

/// <summary>U-Boot's legacy image (u-boot/include/image.h): 64 bytes of header with a CRC of its own, then the data with another; all big endian.</summary>
internal sealed record UImage(string Name, long DataSize, uint DataCrc, int System, int Architecture, int Type, int Compression)
{
    internal const int HeaderSize = 64;
    private const int Kernel = 2, Multi = 4;

    internal bool IsKernel => Type == Kernel;

    /// <summary>The payload's compression; null when it has none or one that is not read.</summary>
    internal CompressionKind? Kind => Compression switch { 1 => CompressionKind.Gzip, 2 => CompressionKind.Bzip2, 3 => CompressionKind.Lzma, 4 => CompressionKind.Lzop, 5 => CompressionKind.Lz4Frame, 6 => CompressionKind.Zstandard, _ => null };

    /// <summary>A compression that is not known.</summary>
    internal string? Unread => Compression is >= 0 and <= 6 ? null : $"compression {Compression}";

    internal static readonly Format Format = new()
    {
        Kind = "uimage",
        Title = "U-Boot legacy image",
        Group = FormatGroup.Container,
        Source = "u-boot/include/image.h",
        Proof = "`mkimage`",
        Signatures = [new([0x27, 0x05, 0x19, 0x56])],
        Recognise = Recognise,
        Open = Open,
        IsWhole = true,
    };

    private static Part Open(Opening opening)
    {
        var bytes = opening.Bytes;
        var header = Parse(bytes.Span)!;
        var losses = new List<Loss>();
        var children = new List<Part>();
        var end = (int)Math.Min(opening.Found.Length, bytes.Length);
        var data = bytes.Span[Math.Min(HeaderSize, end)..end];
        if (end == opening.Found.Length && Crc32.Of(data) is var crc && crc != header.DataCrc) losses.Add(opening.Place.Loss(HeaderSize, $"uImage data with CRC-32 {header.DataCrc:x8}", $"{crc:x8}"));
        if (header.Unread is { } unread) losses.Add(opening.Place.Loss(HeaderSize, "a uImage that is not compressed or with gzip, bzip2, lzma, lzo, lz4 or zstd", unread));
        try
        {
            foreach (var (offset, length) in header.Runs(data))
            {
                var start = HeaderSize + offset;
                if (header.Kind is { } kind && Decompression.IsHeader(kind, data.Slice(offset, length)) && opening.StreamAt(start, length, kind) is { } stream) children.Add(stream);
                else if (opening.Scan(start, length) is { Count: > 0 } inner) children.AddRange(inner);
                else if (header.IsKernel && header.Unread is null) children.AddRange(opening.Piece(start, length, "kernel"));
            }
        }
        catch (UnreadableException unreadable)
        {
            losses.Add(opening.Place.Loss(unreadable));
        }
        return opening.Part(children, losses, isRead: header.Unread is null);
    }

    internal static Recognised? Recognise(ReadOnlySpan<byte> bytes) => Parse(bytes) is { } image ? new("uimage", HeaderSize + image.DataSize, image.Name) : null;

    internal static UImage? Parse(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < HeaderSize || BinaryPrimitives.ReadUInt32BigEndian(bytes) != 0x27051956) return null;
        Span<byte> header = stackalloc byte[HeaderSize];
        bytes[..HeaderSize].CopyTo(header);
        header.Slice(4, 4).Clear();
        if (Crc32.Of(header) != BinaryPrimitives.ReadUInt32BigEndian(bytes[4..])) return null;
        var reader = new SpanReader(bytes, bigEndian: true);
        reader.Seek(12);
        var size = reader.U32();
        reader.Skip(8);
        var crc = reader.U32();
        return new UImage(Shortened.Visible(FixedName(bytes.Slice(32, 32))), size, crc, bytes[28], bytes[29], bytes[30], bytes[31]);
    }

    private static string FixedName(ReadOnlySpan<byte> field)
    {
        var end = field.IndexOf((byte)0);
        return global::System.Text.Encoding.Latin1.GetString(end < 0 ? field : field[..end]);
    }

    /// <summary>The runs of the data: one, or those that a multi-file image lists before them.</summary>
    /// <exception cref="UnreadableException">The list of a multi-file image does not fit into the data.</exception>
    internal List<(int Offset, int Length)> Runs(ReadOnlySpan<byte> data)
    {
        if (Type != Multi) return [(0, data.Length)];
        var reader = new SpanReader(data, HeaderSize, bigEndian: true);
        var sizes = new List<uint>();
        while (reader.U32("size of a part, or 0") is var size && size != 0)
        {
            if (sizes.Count >= 64) throw new UnreadableException("at most 64 parts in a multi-file uImage", "more", reader.Offset);
            sizes.Add(size);
        }
        var runs = new List<(int, int)>();
        foreach (var size in sizes)
        {
            var at = reader.Position;
            reader.Skip(size, "bytes of a part");
            runs.Add((at, (int)size));
            reader.Skip(Math.Min(reader.Left, (4 - (int)(size % 4)) % 4));
        }
        return runs;
    }
}
