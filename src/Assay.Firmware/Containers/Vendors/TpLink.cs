using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Assay.Evidence;

namespace Assay.Firmware.Containers.Vendors;

/// <summary>Headers of TP-Link: the old one of 512 bytes in two layouts, and the later one with a list of partitions in text ("safeloader").</summary>
internal static class TpLink
{
    internal static readonly Format Header = new()
    {
        Kind = "tp-link",
        Title = "TP-Link firmware, header versions 1 to 3",
        Group = FormatGroup.Container,
        Source = "firmware-utils/src/mktplinkfw.c, mktplinkfw2.c",
        Proof = "`mktplinkfw`, `mktplinkfw2`",
        Signatures = [new([1, 0, 0, 0, (byte)'T', (byte)'P', (byte)'-']), new([1, 0, 0, 0, (byte)'O', (byte)'p', (byte)'e', (byte)'n']), new("ver. "u8.ToArray(), 4)],
        Recognise = bytes => Read(bytes) is { } header ? new("tp-link", header.Length, header.Note) : null,
        Open = Open,
    };

    internal static readonly Format SafeLoader = new()
    {
        Kind = "tp-link-safeloader",
        Title = "TP-Link firmware with a list of partitions",
        Group = FormatGroup.Container,
        Source = "firmware-utils/src/tplink-safeloader.c",
        Proof = "`tplink-safeloader`",
        Limits = "the variant that begins with ?NEW",
        Signatures = [new("fwup-ptn "u8.ToArray(), PayloadAt)],
        Recognise = RecogniseSafeLoader,
        Open = OpenSafeLoader,
    };

    private const int HeaderSize = 0x200, PayloadAt = 0x1014, TableSize = 0x800, MostPartitions = 64;

    private static readonly byte[][] Salts =
    [
        [0xdc, 0xd7, 0x3a, 0xa5, 0xc3, 0x95, 0x98, 0xfb, 0xdd, 0xf9, 0xe7, 0xf4, 0x0e, 0xae, 0x47, 0x38],
        [0x8c, 0xef, 0x33, 0x5b, 0xd5, 0xc5, 0xce, 0xfa, 0xa7, 0x9c, 0x28, 0xda, 0xb2, 0xe9, 0x0f, 0x42],
        [0xdc, 0xd7, 0x3a, 0xa5, 0xc3, 0x95, 0x98, 0xfb, 0xdc, 0xf9, 0xe7, 0xf4, 0x0e, 0xae, 0x47, 0x37],
        [0x8c, 0xef, 0x33, 0x5f, 0xd5, 0xc5, 0xce, 0xfa, 0xac, 0x9c, 0x28, 0xda, 0xb2, 0xe9, 0x0f, 0x42],
    ];

    private static readonly byte[] SafeLoaderSalt = [0x7a, 0x2b, 0x15, 0xed, 0x9b, 0x98, 0x59, 0x6d, 0xe5, 0x04, 0xab, 0x44, 0xac, 0x2a, 0x9f, 0x4e];

    private sealed record Layout(int DigestAt, long Stated, long Length, string Note, IReadOnlyList<(string Kind, long Start, long Length)> Pieces);

    private static uint U(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt32BigEndian(bytes[at..]);

    private static Layout? Read(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < HeaderSize) return null;
        // The second layout has no maker's name; two marks stand behind its lengths.
        var isLater = bytes[4..].StartsWith("ver. "u8);
        if (isLater ? bytes[0] is not (2 or 3) || bytes[0x8c] != 0x55 || bytes[0x8d] != 0xaa || bytes[0x90] != 0xa5 : bytes[0] is not (1 or 2)) return null;
        if (bytes.Slice(1, 3).ContainsAnyExcept((byte)0)) return null;
        var lengths = isLater ? 0x70 : 0x7c;
        long length = U(bytes, lengths), kernel = U(bytes, lengths + 4), kernelLength = U(bytes, lengths + 8), root = U(bytes, lengths + 12), rootLength = U(bytes, lengths + 16), boot = U(bytes, lengths + 20), bootLength = U(bytes, lengths + 24);
        var pieces = new List<(string, long, long)>();
        if (bootLength > 0 && boot >= HeaderSize) pieces.Add(("bootloader", boot, bootLength));
        if (kernelLength > 0) pieces.Add(("kernel", kernel, kernelLength));
        if (rootLength > 0) pieces.Add(("rootfs", root, rootLength));
        if (pieces.Count == 0 || pieces.Any(p => p.Item2 < HeaderSize || p.Item2 + p.Item3 > 1L << 30)) return null;
        if (kernel >= bytes.Length) return null;
        var end = pieces.Max(p => p.Item2 + p.Item3);
        var note = isLater ? $"header version {bytes[0]}, {FixedText.Of(bytes.Slice(4, 48))}, hardware {U(bytes, 0x34):x8}" : $"header version {bytes[0]}, {FixedText.Of(bytes.Slice(4, 24))} {FixedText.Of(bytes.Slice(28, 36))}, hardware {U(bytes, 0x40):x8}";
        return new Layout(isLater ? 0x40 : 0x4c, length, Math.Max(end, length <= bytes.Length ? length : 0), note, pieces);
    }

    private static Part Open(Opening opening)
    {
        var bytes = opening.Bytes;
        var header = Read(bytes.Span)!;
        var losses = new List<Loss>();
        var pieces = new List<Part>();
        foreach (var (kind, start, length) in header.Pieces)
        {
            // Images for an update leave out what the flash has behind the last file system.
            if (start < bytes.Length) pieces.AddRange(opening.Payload((int)start, (int)Math.Min(length, bytes.Length - start), kind));
        }
        var total = header.Length;
        if (DigestLength(bytes.Span, header) is { } covered) total = Math.Max(covered, Math.Min(total, bytes.Length));
        else losses.Add(opening.Place.Loss(header.DigestAt, "an image whose MD5, with the maker's salt in its place, is the one in its header", "another"));
        return opening.Laid(HeaderSize, pieces, losses, length: Math.Min(total, bytes.Length));
    }

    // Over the whole image, the digest's own place holding a salt; which of the lengths is whole depends on the writer.
    private static long? DigestLength(ReadOnlySpan<byte> bytes, Layout header)
    {
        foreach (var length in new[] { header.Stated, header.Length, bytes.Length }.Where(l => l >= HeaderSize).Distinct())
        {
            if (length > bytes.Length) continue;
            foreach (var salt in Salts)
            {
#pragma warning disable CA5351 // What the format holds; it is compared and proves nothing else.
                using var hash = IncrementalHash.CreateHash(HashAlgorithmName.MD5);
#pragma warning restore CA5351
                hash.AppendData(bytes[..header.DigestAt]);
                hash.AppendData(salt);
                hash.AppendData(bytes[(header.DigestAt + 16)..(int)length]);
                if (hash.GetHashAndReset().AsSpan().SequenceEqual(bytes.Slice(header.DigestAt, 16))) return length;
            }
        }
        return null;
    }

    private static Recognised? RecogniseSafeLoader(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < PayloadAt + TableSize) return null;
        var size = U(bytes, 0);
        return size is > PayloadAt + TableSize and < 1 << 30 && Partitions(bytes.Slice(PayloadAt, TableSize)).Count > 0 ? new("tp-link-safeloader", size) : null;
    }

    // Lines "fwup-ptn NAME base 0xHEX size 0xHEX", counted from where the list begins.
    private static List<(string Name, long Start, long Length)> Partitions(ReadOnlySpan<byte> table)
    {
        var found = new List<(string, long, long)>();
        var text = table.IndexOfAny((byte)0, (byte)0xff) is >= 0 and var end ? table[..end] : table;
        foreach (var line in Encoding.Latin1.GetString(text).Split('\n'))
        {
            var words = line.Split([' ', '\t', '\r'], StringSplitOptions.RemoveEmptyEntries);
            if (words is not ["fwup-ptn", var name, "base", ['0', 'x', .. var start], "size", ['0', 'x', .. var length]] || found.Count == MostPartitions) break;
            if (!uint.TryParse(start, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var at) || !uint.TryParse(length, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var size)) break;
            found.Add((Shortened.Visible(name), at, size));
        }
        return found;
    }

    private static Part OpenSafeLoader(Opening opening)
    {
        var bytes = opening.Bytes;
        var span = bytes.Span;
        var losses = new List<Loss>();
        var size = opening.Found.Length;
        if (size <= span.Length)
        {
#pragma warning disable CA5351 // What the format holds; it is compared and proves nothing else.
            using var hash = IncrementalHash.CreateHash(HashAlgorithmName.MD5);
#pragma warning restore CA5351
            hash.AppendData(SafeLoaderSalt);
            hash.AppendData(span[0x14..(int)size]);
            var own = hash.GetHashAndReset();
            if (!own.AsSpan().SequenceEqual(span.Slice(4, 16))) losses.Add(opening.Place.Loss(4, $"an image with the salted MD5 {Convert.ToHexStringLower(span.Slice(4, 16))}", Convert.ToHexStringLower(own)));
        }
        var pieces = new List<Part>();
        var partitions = Partitions(span.Slice(PayloadAt, TableSize));
        foreach (var (name, start, length) in partitions)
        {
            if (opening.Framed(PayloadAt + start, length, "partition", name) is { } part) pieces.Add(part);
        }
        return opening.Laid(PayloadAt + TableSize, pieces, losses, note: $"{partitions.Count} partitions");
    }
}
