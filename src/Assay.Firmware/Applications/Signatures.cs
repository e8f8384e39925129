using System.Buffers.Binary;
using System.Formats.Asn1;
using Assay.Evidence.Cryptography;

namespace Assay.Firmware.Applications;

/// <summary>
/// Who signed an app: schemes that are present, and the certificates in them. Version 1 is a CMS file beside the manifest of files (JAR signing), versions 2
/// and 3 stand in the block before the central directory (APK Signature Scheme). Facts only: no signature is verified.
/// </summary>
internal static class Signatures
{
    /// <param name="Scheme"><c>v1</c>, <c>v2</c>, <c>v3</c>, <c>v3.1</c>.</param>
    internal sealed record Signed(string Scheme, CertificateFacts Certificate);

    internal static IReadOnlyList<Signed> Of(ZipDirectory zip, ReadOnlyMemory<byte> bytes, Func<ZipDirectory.Member, byte[]?> open)
    {
        var found = new List<Signed>();
        foreach (var member in zip.Members.Where(IsBlock).Take(16))
        {
            if (open(member) is { } block && Cms(block) is { } certificate) found.Add(new Signed("v1", certificate));
        }
        foreach (var (id, scheme) in new[] { (0x7109871au, "v2"), (0xf05368c0u, "v3"), (0x1b93ad61u, "v3.1") })
        {
            if (Block(bytes, zip.Start, id) is { } value && FirstCertificate(value) is { } certificate) found.Add(new Signed(scheme, certificate));
        }
        return found;
    }

    private static bool IsBlock(ZipDirectory.Member member) =>
        member.Name.StartsWith("META-INF/", StringComparison.OrdinalIgnoreCase) && (member.Name.EndsWith(".RSA", StringComparison.OrdinalIgnoreCase) || member.Name.EndsWith(".DSA", StringComparison.OrdinalIgnoreCase) || member.Name.EndsWith(".EC", StringComparison.OrdinalIgnoreCase));

    // ContentInfo, signedData: the first certificate is the signer's own in what Android's tools write.
    private static CertificateFacts? Cms(byte[] block)
    {
        try
        {
            var content = new AsnReader(block, AsnEncodingRules.BER).ReadSequence();
            if (content.ReadObjectIdentifier() != "1.2.840.113549.1.7.2") return null;
            var signed = content.ReadSequence(new Asn1Tag(TagClass.ContextSpecific, 0)).ReadSequence();
            signed.ReadInteger();
            signed.ReadSetOf(skipSortOrderValidation: true);
            signed.ReadSequence();
            var certificates = new Asn1Tag(TagClass.ContextSpecific, 0);
            return signed.HasData && signed.PeekTag().HasSameClassAndValue(certificates) ? CertificateFacts.OfDer(signed.ReadSetOf(skipSortOrderValidation: true, certificates).PeekEncodedValue()) : null;
        }
        catch (Exception e) when (e is AsnContentException or ArgumentException or InvalidOperationException)
        {
            return null;
        }
    }

    // Length, pairs of length, id and value, length again, magic.
    private static ReadOnlyMemory<byte>? Block(ReadOnlyMemory<byte> bytes, int directory, uint id)
    {
        if (directory < 32 || !bytes.Span.Slice(directory - 16, 16).SequenceEqual("APK Sig Block 42"u8)) return null;
        var size = BinaryPrimitives.ReadUInt64LittleEndian(bytes.Span[(directory - 24)..]);
        if (size < 24 || size > (ulong)directory - 8) return null;
        var pairs = bytes.Slice(directory - (int)size, (int)size - 24);
        while (pairs.Length >= 12)
        {
            var length = BinaryPrimitives.ReadUInt64LittleEndian(pairs.Span);
            if (length < 4 || length > (ulong)pairs.Length - 8) return null;
            if (BinaryPrimitives.ReadUInt32LittleEndian(pairs.Span[8..]) == id) return pairs.Slice(12, (int)length - 4);
            pairs = pairs[(8 + (int)length)..];
        }
        return null;
    }

    // Signers, the first signer, its signed data: digests, then certificates.
    private static CertificateFacts? FirstCertificate(ReadOnlyMemory<byte> value)
    {
        if (Prefixed(ref value) is not { } signers || Prefixed(ref signers) is not { } signer || Prefixed(ref signer) is not { } data) return null;
        if (Prefixed(ref data) is null || Prefixed(ref data) is not { } certificates || Prefixed(ref certificates) is not { } certificate) return null;
        return CertificateFacts.OfDer(certificate);
    }

    private static ReadOnlyMemory<byte>? Prefixed(ref ReadOnlyMemory<byte> data)
    {
        if (data.Length < 4) return null;
        var length = BinaryPrimitives.ReadUInt32LittleEndian(data.Span);
        if (length > data.Length - 4) return null;
        var part = data.Slice(4, (int)length);
        data = data[(4 + (int)length)..];
        return part;
    }
}
