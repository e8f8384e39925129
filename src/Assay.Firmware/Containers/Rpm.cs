using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Assay.Evidence;
using Assay.Evidence.Compression;
using Assay.Evidence.Reading;

namespace Assay.Firmware.Containers;

/// <summary>
/// RPM packages (rpm/docs/manual/format.md): a lead, a header of signatures, the header of the package, and a packed cpio archive. The digests that the
/// headers hold are compared; who signed is not judged.
/// </summary>
internal static class Rpm
{
    internal static readonly Format Format = new()
    {
        Kind = "rpm",
        Title = "RPM package",
        Group = FormatGroup.Archive,
        Source = "rpm/docs/manual/format.md, rpm/include/rpm/rpmtag.h",
        Proof = "`rpmbuild`, `rpm2cpio`",
        Limits = "signatures; payloads in the form for files of more than 4 GiB",
        Signatures = [new([0xed, 0xab, 0xee, 0xdb])],
        Recognise = Recognise,
        Open = Open,
    };

    private const int LeadSize = 96, IntroSize = 16, EntrySize = 16, MostEntries = 65536;
    private const int StringType = 6, BinaryType = 7, ArrayType = 8, IntegerType = 4, LocalisedType = 9;
    private const int SignatureSize = 1000, SignatureMd5 = 1004, SignatureSha1 = 269, SignatureSha256 = 273, Name = 1000, Version = 1001, Release = 1002, Architecture = 1022, Compressor = 1125, PayloadSha256 = 5092, PayloadDigestKind = 5093;

    /// <param name="Tags">Type, place in the store, count.</param>
    private sealed record Header(int Start, int Store, int End, Dictionary<int, (int Type, int At, int Count)> Tags);

    private static Recognised? Recognise(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < LeadSize + IntroSize || bytes[4] is < 3 or > 4 || bytes[6] != 0 || bytes[7] > 1) return null;
        try
        {
            var signature = Read(bytes, LeadSize);
            var main = Align(signature.End);
            Read(bytes, main);
            var size = Number(bytes, signature, SignatureSize);
            return new("rpm", size is > 0 ? main + size.Value : 0);
        }
        catch (UnreadableException)
        {
            return null;
        }
    }

    private static int Align(int at) => (at + 7) & ~7;

    private static Header Read(ReadOnlySpan<byte> bytes, int start)
    {
        var reader = new SpanReader(bytes, bigEndian: true);
        reader.Seek(Math.Min(start, bytes.Length));
        if (reader.U32("header of an RPM package") != 0x8eade801) throw new UnreadableException("a header of an RPM package", "other bytes", start);
        reader.Skip(4);
        var count = reader.U32("number of tags");
        var size = reader.U32("bytes of tags");
        if (count is 0 or > MostEntries) throw new UnreadableException($"1 to {MostEntries} tags", $"{count}", start + 8);
        var store = reader.Position + (long)count * EntrySize;
        if (store + size > bytes.Length) throw new UnreadableException($"a header of {store + size - start} bytes", $"{bytes.Length - start} to the end", start);
        var tags = new Dictionary<int, (int, int, int)>();
        for (var i = 0; i < count; i++)
        {
            int tag = (int)reader.U32(), type = (int)reader.U32(), at = (int)reader.U32(), values = (int)reader.U32();
            if (type is < 0 or > 9 || at < 0 || at > size) throw new UnreadableException("a tag inside its header", $"tag {tag} of type {type} at {at}", reader.Offset - EntrySize);
            tags.TryAdd(tag, (type, (int)store + at, values));
        }
        return new Header(start, (int)store, (int)(store + size), tags);
    }

    private static string? Text(ReadOnlySpan<byte> bytes, Header header, int tag)
    {
        if (!header.Tags.TryGetValue(tag, out var found) || found.Type is not (StringType or ArrayType or LocalisedType)) return null;
        var rest = bytes[found.At..header.End];
        var end = rest.IndexOf((byte)0);
        return end < 0 ? null : Shortened.Visible(Encoding.UTF8.GetString(rest[..end]));
    }

    private static long? Number(ReadOnlySpan<byte> bytes, Header header, int tag) =>
        header.Tags.TryGetValue(tag, out var found) && found.Type == IntegerType && header.End - found.At >= 4 ? BinaryPrimitives.ReadUInt32BigEndian(bytes[found.At..]) : null;

    private static Part Open(Opening opening)
    {
        var bytes = opening.Bytes;
        var span = bytes.Span;
        var signature = Read(span, LeadSize);
        var main = Read(span, Align(signature.End));
        var length = opening.Found.Length;
        var end = (int)(length > 0 ? Math.Min(length, bytes.Length) : bytes.Length);
        var losses = new List<Loss>();
        if (main.End > end) throw new UnreadableException("a package that goes on behind its header", $"{length} bytes", LeadSize);
        var header = span[main.Start..main.End];
        Compare(Text(span, signature, SignatureSha256), SHA256.HashData(header), "SHA-256 of the header");
#pragma warning disable CA5350, CA5351 // What the format holds; it is compared and proves nothing else.
        Compare(Text(span, signature, SignatureSha1), SHA1.HashData(header), "SHA-1 of the header");
        var isWhole = length > 0 && end == length;
        if (isWhole && signature.Tags.TryGetValue(SignatureMd5, out var md5) && md5 is { Type: BinaryType, Count: 16 } && signature.End - md5.At >= 16)
            Compare(Convert.ToHexStringLower(span.Slice(md5.At, 16)), MD5.HashData(span[main.Start..end]), "MD5 of header and payload");
#pragma warning restore CA5350, CA5351
        if (isWhole && Number(span, main, PayloadDigestKind) == 8) Compare(Text(span, main, PayloadSha256), SHA256.HashData(span[main.End..end]), "SHA-256 of the payload");

        var compressor = Text(span, main, Compressor) ?? "gzip";
        var children = new List<Part>();
        if (Packed(span[main.End..end]) is { } kind && opening.StreamAt(main.End, end - main.End, kind) is { } stream)
        {
            children.Add(stream);
            if (length == 0) length = main.End + stream.Length;
        }
        else
        {
            children = opening.Scan(main.End, end - main.End);
            if (children.Count == 0) losses.Add(opening.Place.Loss(main.End, "a payload packed with gzip, bzip2, xz, lzma or zstd", compressor));
        }
        return opening.Part(children, losses, length: length > 0 ? length : end, note: $"{Text(span, main, Name)} {Text(span, main, Version)}-{Text(span, main, Release)} {Text(span, main, Architecture)}".TrimEnd());

        void Compare(string? stated, byte[] own, string what)
        {
            if (stated is not null && !stated.Equals(Convert.ToHexStringLower(own), StringComparison.OrdinalIgnoreCase)) losses.Add(opening.Place.Loss(main.Start, $"{what} {stated}", Convert.ToHexStringLower(own)));
        }
    }

    private static CompressionKind? Packed(ReadOnlySpan<byte> payload)
    {
        foreach (var kind in (ReadOnlySpan<CompressionKind>)[CompressionKind.Gzip, CompressionKind.Xz, CompressionKind.Zstandard, CompressionKind.Bzip2, CompressionKind.Lzma])
        {
            if (Decompression.IsHeader(kind, payload)) return kind;
        }
        return null;
    }
}
