using System.Buffers.Binary;
using Assay.Evidence;
using Assay.Evidence.Compression;

namespace Assay.Firmware.Containers.Vendors;

/// <summary>HDR1 of Xiaomi's routers: named pieces behind a header with a CRC-32 over all of the file, and a signature at the end, which is not checked.</summary>
internal static class Xiaomi
{
    internal static readonly Format Format = new()
    {
        Kind = "xiaomi",
        Title = "HDR1 of Xiaomi",
        Group = FormatGroup.Container,
        Source = "firmware-utils/src/xiaomifw.c",
        Proof = "`xiaomifw`",
        Limits = "signatures",
        Signatures = [new("HDR1"u8.ToArray())],
        Recognise = bytes => Pieces(bytes) is { } pieces ? new("xiaomi", End(bytes, pieces), string.Join(", ", pieces.Select(p => p.Name))) : null,
        Open = Open,
    };

    private const int HeaderSize = 48, PieceHeader = 48, MostPieces = 8, SignatureHeader = 16, SignatureSize = 256;
    private const uint PieceMagic = 0xbabe;

    private static uint U(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt32LittleEndian(bytes[at..]);

    // Eight offsets, 0 behind the last; each piece with its magic, place in flash, size, type and name.
    private static List<(int Start, long Length, string Name)>? Pieces(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < HeaderSize + PieceHeader) return null;
        var pieces = new List<(int, long, string)>();
        long end = HeaderSize;
        for (var i = 0; i < MostPieces; i++)
        {
            long at = U(bytes, 16 + 4 * i);
            if (at == 0) break;
            if (at < end || at > bytes.Length - PieceHeader || U(bytes, (int)at) != PieceMagic) return null;
            long size = U(bytes, (int)at + 8);
            pieces.Add(((int)at + PieceHeader, size, FixedText.Of(bytes.Slice((int)at + 16, 32))));
            end = at + PieceHeader + size;
        }
        return pieces.Count > 0 ? pieces : null;
    }

    private static long End(ReadOnlySpan<byte> bytes, List<(int Start, long Length, string Name)> pieces)
    {
        var end = pieces.Max(p => p.Start + p.Length);
        long signature = U(bytes, 4);
        return signature >= end && signature <= bytes.Length ? signature + SignatureHeader + SignatureSize : end;
    }

    private static Part Open(Opening opening)
    {
        var bytes = opening.Bytes.Span;
        var losses = new List<Loss>();
        var end = (int)Math.Min(opening.Found.Length, bytes.Length);
        if (end == opening.Found.Length && ~Crc32.Of(bytes[12..end]) is var sum && sum != U(bytes, 8)) losses.Add(opening.Place.Loss(8, $"an image with CRC-32 {U(bytes, 8):x8}", $"{sum:x8}"));
        var pieces = new List<Part>();
        foreach (var (start, length, name) in Pieces(bytes)!)
        {
            if (opening.Framed(start, length, "piece", name) is { } part) pieces.Add(part);
        }
        long signature = U(bytes, 4);
        if (signature + SignatureHeader < end)
        {
            pieces.Add(new Part { Offset = signature, Length = end - signature, Kind = "signature", Path = $"{opening.Path}/@0x{signature:x}-signature", Bytes = opening.Bytes[(int)signature..end], IsRead = true });
        }
        return opening.Laid(HeaderSize, pieces, losses);
    }
}
