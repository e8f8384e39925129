using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Assay.Evidence;
using Assay.Evidence.Compression;

namespace Assay.Firmware.Containers;

/// <summary>Headers that makers of routers put before kernel and root file system.</summary>
internal static class VendorHeaders
{
    internal static readonly Format Seama = new()
    {
        Kind = "seama",
        Title = "SEAMA of D-Link and others",
        Group = FormatGroup.Container,
        Source = "firmware-utils/src/seama.h, seama.c",
        Signatures = [new([0x5e, 0xa3, 0xa4, 0x17])],
        Recognise = RecogniseSeama,
        Open = OpenSeama,
    };

    internal static readonly Format NetgearChk = new()
    {
        Kind = "netgear-chk",
        Title = "CHK of Netgear",
        Group = FormatGroup.Container,
        Source = "firmware-utils/src/mkchkimg.c",
        Signatures = [new([0x2a, 0x23, 0x24, 0x5e])],
        Recognise = RecogniseChk,
        Open = OpenChk,
    };

    internal static readonly Format NetgearDni = new()
    {
        Kind = "netgear-dni",
        Title = "DNI of Netgear",
        Group = FormatGroup.Container,
        Source = "firmware-utils/src/mkdniimg.c",
        Signatures = [new("device:"u8.ToArray())],
        Recognise = RecogniseDni,
        Open = OpenDni,
    };

    internal static readonly Format Ubiquiti = new()
    {
        Kind = "ubnt",
        Title = "Firmware of Ubiquiti",
        Group = FormatGroup.Container,
        Source = "firmware-utils/src/fw.h, mkfwimage.c",
        Limits = "signatures; entries other than PART",
        Signatures = [new("UBNT"u8.ToArray()), new("OPEN"u8.ToArray()), new("GEOS"u8.ToArray())],
        Recognise = RecogniseUbiquiti,
        Open = OpenUbiquiti,
    };

    internal static readonly Format Linksys = new()
    {
        Kind = "linksys-bin",
        Title = "BIN of Linksys: a pattern of 32 bytes before a TRX",
        Group = FormatGroup.Container,
        Source = "firmware-utils/src/addpattern.c",
        Signatures = [new("U2ND"u8.ToArray(), 14)],
        Recognise = bytes => bytes.Length > 64 && bytes[32..].StartsWith("HDR0"u8) && Trx.Format.Recognise(bytes[32..]) is { } trx ? new("linksys-bin", 32 + trx.Length, Text(bytes[..8])) : null,
        Open = opening => opening.Container(32),
    };

    internal static readonly Format Ras = new()
    {
        Kind = "zyxel-ras",
        Title = "RAS of ZyXEL",
        Group = FormatGroup.Container,
        Source = "firmware-utils/src/mkrasimage.c",
        Recognise = RecogniseRas,
        Open = opening => opening.Laid(RasHeader, []),
    };

    internal static readonly Format Encrypted = new()
    {
        Kind = "dlink-encrypted",
        Title = "Encrypted firmware of D-Link (SHRS, encrpted_img)",
        Group = FormatGroup.Container,
        Source = "firmware-utils/src/dlink-sge-image.c",
        Limits = "it is named, and not decrypted",
        Signatures = [new("SHRS"u8.ToArray()), new("encrpted_img"u8.ToArray())],
        Recognise = RecogniseEncrypted,
        Open = opening => opening.Part(losses: [opening.Place.Loss(0, "an image that is not encrypted", "an encrypted one")], isRead: false),
    };

    private const int SeamaHeader = 12, DniHeader = 128, UbiquitiHeader = 268, UbiquitiPart = 56, RasHeader = 0x800, ShrsHeader = 0x6dc, ShrsFooter = 5;

    private static uint U(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt32BigEndian(bytes[at..]);

    private static string Text(ReadOnlySpan<byte> field)
    {
        var end = field.IndexOfAny((byte)0, (byte)0xff);
        return Shortened.Visible(Encoding.Latin1.GetString(end < 0 ? field : field[..end]));
    }

    // Texts "key=value" with zeros between them stand behind the header; an entity has the MD5 of its image before them.
    private static Recognised? RecogniseSeama(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < SeamaHeader + 4) return null;
        var meta = BinaryPrimitives.ReadUInt16BigEndian(bytes[6..]);
        long size = U(bytes, 8);
        var texts = SeamaHeader + (size > 0 ? 16 : 0);
        if (meta > 4096 || texts + meta > bytes.Length || bytes.Slice(4, 2).ContainsAnyExcept((byte)0)) return null;
        var words = bytes.Slice(texts, meta);
        if (meta == 0 && size == 0 || words.IndexOfAnyInRange((byte)1, (byte)31) >= 0 || meta > 0 && !words.Contains((byte)'=')) return null;
        return new("seama", texts + meta + size, Shortened.Visible(Encoding.Latin1.GetString(words).TrimEnd('\0').Replace('\0', ' ')));
    }

    private static Part OpenSeama(Opening opening)
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
            if (!own.AsSpan().SequenceEqual(bytes.Span.Slice(SeamaHeader, 16))) losses.Add(opening.Place.Loss(start, $"an image with MD5 {Convert.ToHexStringLower(bytes.Span.Slice(SeamaHeader, 16))}", Convert.ToHexStringLower(own)));
        }
        return opening.Laid(start, opening.Payload(start, held, "image"), losses);
    }

    // Two sums, of the bytes and of the sums, each folded to sixteen bits.
    private static uint NetgearSum(ReadOnlySpan<byte> bytes, (uint, uint) from, out (uint, uint) state)
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
        if (NetgearSum(header[..(int)length], default, out _) != U(bytes, 36)) return null;
        return new("netgear-chk", length + (long)U(bytes, 24) + U(bytes, 28), Text(bytes[40..(int)length]));
    }

    private static Part OpenChk(Opening opening)
    {
        var bytes = opening.Bytes;
        var span = bytes.Span;
        int header = (int)U(span, 4), kernel = (int)Math.Min(U(span, 24), bytes.Length - header), root = (int)Math.Min(U(span, 28), bytes.Length - header - kernel);
        var losses = new List<Loss>();
        if (opening.Found.Length <= bytes.Length)
        {
            var own = NetgearSum(span.Slice(header, kernel), default, out var state);
            if (own != U(span, 16)) losses.Add(opening.Place.Loss(header, $"a kernel with the sum {U(span, 16):x8}", $"{own:x8}"));
            if (root > 0 && NetgearSum(span.Slice(header + kernel, root), default, out _) is var second && second != U(span, 20)) losses.Add(opening.Place.Loss(header + kernel, $"a file system with the sum {U(span, 20):x8}", $"{second:x8}"));
            if (NetgearSum(span.Slice(header + kernel, root), state, out _) is var whole && whole != U(span, 32)) losses.Add(opening.Place.Loss(header, $"an image with the sum {U(span, 32):x8}", $"{whole:x8}"));
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

    private static Recognised? RecogniseUbiquiti(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < UbiquitiHeader + 8 || Crc32.Of(bytes[..260]) != U(bytes, 260)) return null;
        return new("ubnt", 0, Text(bytes.Slice(4, 256)));
    }

    private static Part OpenUbiquiti(Opening opening)
    {
        var bytes = opening.Bytes;
        var span = bytes.Span;
        var at = UbiquitiHeader;
        var losses = new List<Loss>();
        var pieces = new List<Part>();
        while (span.Length - at >= UbiquitiPart + 8 && span[at..].StartsWith("PART"u8))
        {
            long size = U(span, at + 48);
            if (size > span.Length - at - UbiquitiPart - 8)
            {
                losses.Add(opening.Place.Loss(at, $"{size} bytes of {Text(span.Slice(at + 4, 16))}", $"{span.Length - at - UbiquitiPart - 8} to the end"));
                return opening.Laid(UbiquitiHeader, pieces, losses, length: span.Length);
            }
            var data = at + UbiquitiPart;
            var own = Crc32.Of(span[at..(data + (int)size)]);
            if (own != U(span, data + (int)size)) losses.Add(opening.Place.Loss(at, $"{Text(span.Slice(at + 4, 16))} with CRC-32 {U(span, data + (int)size):x8}", $"{own:x8}"));
            if (opening.Framed(data, size, "partition", Text(span.Slice(at + 4, 16))) is { } part) pieces.Add(part);
            at = data + (int)size + 8;
        }
        long end = at;
        if (span[at..].StartsWith("END."u8) && span.Length - at >= 12)
        {
            end = at + 12;
            if (Crc32.Of(span[..at]) is var whole && whole != U(span, at + 4)) losses.Add(opening.Place.Loss(at, $"an image with CRC-32 {U(span, at + 4):x8}", $"{whole:x8}"));
        }
        else if (span[at..].StartsWith("ENDS"u8)) end = Math.Min(span.Length, at + 264);
        else losses.Add(opening.Place.Loss(at, "another part or the end of the image", "other bytes"));
        return opening.Part(pieces, losses, length: end);
    }

    // sum -s of System V, with the carry added, over the first 2 KiB in which the sum of the file system stands for the header's own.
    private static Recognised? RecogniseRas(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < RasHeader * 2 || bytes[0] != 0 || bytes[1] != 0 || bytes[40] != 0 || bytes[41] != 0 || bytes[116] is not 0xff || !char.IsAsciiLetterOrDigit((char)bytes[8]) || !char.IsAsciiLetterOrDigit((char)bytes[44])) return null;
        uint sum = 0;
        for (var i = 0; i < RasHeader; i++)
        {
            sum += bytes[i is >= 40 and < 44 ? i - 40 : i];
            if (sum > 0xffff) sum = sum + 1 & 0xffff;
        }
        return sum == U(bytes, 40) ? new("zyxel-ras", bytes.Length, $"{Text(bytes.Slice(44, 64))} {Text(bytes.Slice(8, 32))}") : null;
    }

    private static Recognised? RecogniseEncrypted(ReadOnlySpan<byte> bytes)
    {
        if (bytes.StartsWith("encrpted_img"u8))
        {
            // The name, then the length of what follows.
            return bytes.Length > 16 && U(bytes, 12) is > 16 and var length && length <= bytes.Length ? new("dlink-encrypted", Math.Min(bytes.Length, 16L + length)) : null;
        }
        if (bytes.Length < ShrsHeader) return null;
        uint plain = U(bytes, 4), packed = U(bytes, 8);
        return plain is > 0 and var p && packed >= p && packed - p <= 4096 && packed % 16 == 0 && ShrsHeader + (long)packed <= bytes.Length + 4096 ? new("dlink-encrypted", Math.Min(bytes.Length, ShrsHeader + (long)packed + ShrsFooter)) : null;
    }
}
