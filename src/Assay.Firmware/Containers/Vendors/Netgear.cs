using System.Buffers.Binary;
using System.Text;
using Assay.Evidence;

namespace Assay.Firmware.Containers.Vendors;

/// <summary>Headers of Netgear: CHK with sums of kernel and file system, DNI with a text and a byte that makes the sum.</summary>
internal static class Netgear
{
    internal static readonly Format Chk = new()
    {
        Kind = "netgear-chk",
        Title = "CHK of Netgear",
        Group = FormatGroup.Container,
        Source = "firmware-utils/src/mkchkimg.c",
        Proof = "`mkchkimg`",
        Signatures = [new([0x2a, 0x23, 0x24, 0x5e])],
        Recognise = RecogniseChk,
        Open = OpenChk,
    };

    internal static readonly Format Dni = new()
    {
        Kind = "netgear-dni",
        Title = "DNI of Netgear",
        Group = FormatGroup.Container,
        Source = "firmware-utils/src/mkdniimg.c",
        Proof = "`mkdniimg`",
        Signatures = [new("device:"u8.ToArray())],
        Recognise = RecogniseDni,
        Open = OpenDni,
    };

    private const int DniHeader = 128;

    private static uint U(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt32BigEndian(bytes[at..]);

    // Two sums, of the bytes and of the sums, each folded to sixteen bits.
    private static uint Sum(ReadOnlySpan<byte> bytes, (uint, uint) from, out (uint, uint) state)
    {
        var (a, b) = from;
        foreach (var x in bytes)
        {
            a += x;
            b += a;
        }
        state = (a, b);
        static uint Fold(uint n)
        {
            var folded = (n & 0xffff) + (n >> 16);
            return ((folded >> 16) + folded) & 0xffff;
        }
        return Fold(b) << 16 | Fold(a);
    }

    private static Recognised? RecogniseChk(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < 40) return null;
        var length = U(bytes, 4);
        if (length is < 40 or > 256 || length > bytes.Length) return null;
        Span<byte> header = stackalloc byte[256];
        bytes[..(int)length].CopyTo(header);
        header.Slice(36, 4).Clear();
        if (Sum(header[..(int)length], default, out _) != U(bytes, 36)) return null;
        return new("netgear-chk", length + (long)U(bytes, 24) + U(bytes, 28), FixedText.Of(bytes[40..(int)length]));
    }

    private static Part OpenChk(Opening opening)
    {
        var bytes = opening.Bytes;
        var span = bytes.Span;
        int header = (int)U(span, 4), kernel = (int)Math.Min(U(span, 24), bytes.Length - header), root = (int)Math.Min(U(span, 28), bytes.Length - header - kernel);
        var losses = new List<Loss>();
        if (opening.Found.Length <= bytes.Length)
        {
            var own = Sum(span.Slice(header, kernel), default, out var state);
            if (own != U(span, 16)) losses.Add(opening.Place.Loss(header, $"a kernel with the sum {U(span, 16):x8}", $"{own:x8}"));
            if (root > 0 && Sum(span.Slice(header + kernel, root), default, out _) is var second && second != U(span, 20)) losses.Add(opening.Place.Loss(header + kernel, $"a file system with the sum {U(span, 20):x8}", $"{second:x8}"));
            if (Sum(span.Slice(header + kernel, root), state, out _) is var whole && whole != U(span, 32)) losses.Add(opening.Place.Loss(header, $"an image with the sum {U(span, 32):x8}", $"{whole:x8}"));
        }
        return opening.Laid(header, [.. opening.Payload(header, kernel, "kernel"), .. opening.Payload(header + kernel, root, "rootfs")], losses);
    }

    private static Recognised? RecogniseDni(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length <= DniHeader) return null;
        var text = bytes[..DniHeader];
        var end = text.IndexOf((byte)0);
        if (end < 20 || text[end..].ContainsAnyExcept((byte)0) || text[..end].IndexOf("\nversion:"u8) < 0 || text[..end].IndexOf("\nregion:"u8) < 0) return null;
        return new("netgear-dni", bytes.Length, Shortened.Visible(Encoding.Latin1.GetString(text[..end]).Trim().Replace('\n', ' ')));
    }

    private static Part OpenDni(Opening opening)
    {
        var bytes = opening.Bytes.Span;
        byte sum = 0;
        foreach (var b in bytes) sum += b;
        // The last byte makes the sum of all 255.
        List<Loss> losses = sum == 0xff ? [] : [opening.Place.Loss(bytes.Length - 1, "a last byte that makes the sum of all ff", $"the sum {sum:x2}")];
        var last = new Part { Offset = bytes.Length - 1, Length = 1, Kind = "sum", Path = $"{opening.Path}/@0x{bytes.Length - 1:x}-sum", Bytes = opening.Bytes[^1..], IsRead = true };
        return opening.Laid(DniHeader, sum == 0xff ? [last] : [], losses);
    }
}
