using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Assay.Evidence;

namespace Assay.Firmware.Containers.Vendors;

/// <summary>SEAMA, the wrapping of D-Link and others: entities with an MD5, and texts about them.</summary>
internal static class Seama
{
    internal static readonly Format Format = new()
    {
        Kind = "seama",
        Title = "SEAMA of D-Link and others",
        Group = FormatGroup.Container,
        Source = "firmware-utils/src/seama.h, seama.c, oseama.c",
        Proof = "`seama`, `oseama`",
        Signatures = [new([0x5e, 0xa3, 0xa4, 0x17])],
        Recognise = Recognise,
        Open = Open,
    };

    private const int HeaderSize = 12;

    private static uint U(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt32BigEndian(bytes[at..]);

    // Texts "key=value" with zeros between them stand behind the header; an entity has the MD5 of its image before them.
    private static Recognised? Recognise(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < HeaderSize + 4) return null;
        var meta = BinaryPrimitives.ReadUInt16BigEndian(bytes[6..]);
        long size = U(bytes, 8);
        var texts = HeaderSize + (size > 0 ? 16 : 0);
        if (meta > 4096 || texts + meta > bytes.Length || bytes.Slice(4, 2).ContainsAnyExcept((byte)0)) return null;
        var words = bytes.Slice(texts, meta);
        if (meta == 0 && size == 0 || words.IndexOfAnyInRange((byte)1, (byte)31) >= 0 || meta > 0 && !words.Contains((byte)'=')) return null;
        return new("seama", texts + meta + size, Shortened.Visible(Encoding.Latin1.GetString(words).TrimEnd('\0').Replace('\0', ' ')));
    }

    private static Part Open(Opening opening)
    {
        var bytes = opening.Bytes;
        var size = U(bytes.Span, 8);
        var losses = new List<Loss>();
        var start = (int)(opening.Found.Length - size);
        if (size == 0) return opening.Part();
        var held = (int)Math.Min(size, bytes.Length - start);
        if (held == size)
        {
#pragma warning disable CA5351 // What the format holds; it is compared and proves nothing else.
            var own = MD5.HashData(bytes.Span.Slice(start, held));
#pragma warning restore CA5351
            if (!own.AsSpan().SequenceEqual(bytes.Span.Slice(HeaderSize, 16))) losses.Add(opening.Place.Loss(start, $"an image with MD5 {Convert.ToHexStringLower(bytes.Span.Slice(HeaderSize, 16))}", Convert.ToHexStringLower(own)));
        }
        return opening.Laid(start, opening.Payload(start, held, "image"), losses);
    }
}
