using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Text;

namespace Assay.Evidence.Cryptography;

/// <summary>What an X.509 certificate (RFC 5280) says, read field by field; no signature is checked and nothing is trusted.</summary>
public sealed record CertificateFacts
{
    public required string Subject { get; init; }
    public required string Issuer { get; init; }
    public required string Serial { get; init; }
    public required DateTimeOffset NotBefore { get; init; }
    public required DateTimeOffset NotAfter { get; init; }
    /// <summary><c>RSA</c>, <c>EC</c>, <c>Ed25519</c> … or the identifier of another.</summary>
    public required string KeyAlgorithmName { get; init; }
    public int? KeyBits { get; init; }
    /// <summary><c>SHA-256</c>, <c>SHA-1</c>, <c>MD5</c> …; null where the signature algorithm has none of its own.</summary>
    public string? SignatureHash { get; init; }
    /// <summary>Basic constraints say that it may issue others.</summary>
    public bool IsAuthority { get; init; }
    /// <summary>SHA-256 over the public part, as <see cref="PrivateKeyFacts.PublicKeyId"/>.</summary>
    public required string PublicKeyId { get; init; }
    public required string Sha256 { get; init; }
    /// <summary>Host names of the subject alternative name extension.</summary>
    public IReadOnlyList<string> Names { get; init; } = [];

    public bool IsSelfSigned => Subject == Issuer;
    public bool IsShort => KeyBits is { } bits && KeyAlgorithmName switch { "RSA" or "DSA" => bits < 2048, "EC" => bits < 224, _ => false };
    public bool HasWeakHash => SignatureHash is "MD2" or "MD4" or "MD5" or "SHA-1";

    /// <summary>Reads one certificate; bytes behind it are allowed. Null where the bytes are none.</summary>
    public static CertificateFacts? OfDer(ReadOnlyMemory<byte> der)
    {
        try
        {
            return Read(der);
        }
        catch (Exception e) when (e is AsnContentException or CryptographicException or ArgumentException or FormatException or OverflowException or InvalidOperationException)
        {
            return null;
        }
    }

    private static CertificateFacts? Read(ReadOnlyMemory<byte> der)
    {
        var all = new AsnReader(der, AsnEncodingRules.BER);
        var whole = all.PeekEncodedValue();
        var certificate = all.ReadSequence();
        var body = certificate.ReadSequence();
        var signature = certificate.ReadSequence();
        certificate.ReadBitString(out _);

        if (body.PeekTag().HasSameClassAndValue(new Asn1Tag(TagClass.ContextSpecific, 0))) body.ReadEncodedValue();
        var serial = body.ReadIntegerBytes();
        body.ReadSequence();
        var issuer = Name(body.ReadSequence());
        var validity = body.ReadSequence();
        var (notBefore, notAfter) = (Time(validity), Time(validity));
        var subject = Name(body.ReadSequence());
        var key = body.ReadSequence();
        var (algorithm, bits, id) = Key(key);

        var isAuthority = false;
        var names = new List<string>();
        while (body.HasData)
        {
            var tag = body.PeekTag();
            if (!tag.HasSameClassAndValue(new Asn1Tag(TagClass.ContextSpecific, 3)))
            {
                body.ReadEncodedValue();
                continue;
            }
            var extensions = body.ReadSequence(tag).ReadSequence();
            for (var count = 0; extensions.HasData && count < 100; count++)
            {
                var extension = extensions.ReadSequence();
                var identifier = extension.ReadObjectIdentifier();
                if (extension.PeekTag() == Asn1Tag.Boolean) extension.ReadBoolean();
                var value = extension.ReadOctetString();
                if (identifier == "2.5.29.19") isAuthority = BasicConstraints(value);
                if (identifier == "2.5.29.17") AlternativeNames(value, names);
            }
        }
        return new CertificateFacts
        {
            Subject = subject,
            Issuer = issuer,
            Serial = Convert.ToHexStringLower(serial.Span[..Math.Min(serial.Length, 32)]),
            NotBefore = notBefore,
            NotAfter = notAfter,
            KeyAlgorithmName = algorithm,
            KeyBits = bits,
            SignatureHash = Hash(signature),
            IsAuthority = isAuthority,
            PublicKeyId = id,
            Sha256 = Convert.ToHexStringLower(SHA256.HashData(whole.Span)),
            Names = names,
        };
    }

    private static (string Algorithm, int? Bits, string Id) Key(AsnReader key)
    {
        var identifier = key.ReadSequence();
        var algorithm = identifier.ReadObjectIdentifier();
        var bits = key.ReadBitString(out _);
        var name = KeyAlgorithm.Name(algorithm);
        switch (name)
        {
            case "RSA":
                var rsa = new AsnReader(bits, AsnEncodingRules.BER).ReadSequence();
                var (modulus, exponent) = (rsa.ReadIntegerBytes(), rsa.ReadIntegerBytes());
                return (name, PrivateKeyFacts.BitsOf(modulus.Span), PrivateKeyFacts.RsaId(modulus.Span, exponent.Span));
            case "EC":
                var curve = identifier.HasData && identifier.PeekTag() == Asn1Tag.ObjectIdentifier ? identifier.ReadObjectIdentifier() : null;
                return (name, KeyAlgorithm.CurveBits(curve), KeyAlgorithm.Id(bits));
            case "DSA":
                return (name, identifier.HasData ? PrivateKeyFacts.BitsOf(identifier.ReadSequence().ReadIntegerBytes().Span) : null, KeyAlgorithm.Id(bits));
            default:
                return (name, KeyAlgorithm.FixedBits(name), KeyAlgorithm.Id(bits));
        }
    }

    private static bool BasicConstraints(byte[] value)
    {
        var constraints = new AsnReader(value, AsnEncodingRules.BER).ReadSequence();
        return constraints.HasData && constraints.PeekTag() == Asn1Tag.Boolean && constraints.ReadBoolean();
    }

    private static void AlternativeNames(byte[] value, List<string> names)
    {
        var list = new AsnReader(value, AsnEncodingRules.BER).ReadSequence();
        while (list.HasData && names.Count < 100)
        {
            var tag = list.PeekTag();
            if (tag.HasSameClassAndValue(new Asn1Tag(TagClass.ContextSpecific, 2)))
            {
                names.Add(Shortened.Visible(list.ReadCharacterString(UniversalTagNumber.IA5String, tag)));
            }
            else
            {
                list.ReadEncodedValue();
            }
        }
    }

    private static DateTimeOffset Time(AsnReader reader) =>
        reader.PeekTag().HasSameClassAndValue(Asn1Tag.UtcTime) ? reader.ReadUtcTime() : reader.ReadGeneralizedTime();

    private static string Name(AsnReader name)
    {
        var text = new StringBuilder();
        while (name.HasData && text.Length < 1000)
        {
            var set = name.ReadSetOf(skipSortOrderValidation: true);
            while (set.HasData)
            {
                var pair = set.ReadSequence();
                var type = pair.ReadObjectIdentifier();
                var tag = pair.PeekTag();
                var value = tag.TagClass == TagClass.Universal && (UniversalTagNumber)tag.TagValue is UniversalTagNumber.UTF8String or UniversalTagNumber.PrintableString
                    or UniversalTagNumber.IA5String or UniversalTagNumber.BMPString or UniversalTagNumber.T61String or UniversalTagNumber.VisibleString
                    ? Text(pair, (UniversalTagNumber)tag.TagValue)
                    : Hex(pair.ReadEncodedValue().Span);
                if (text.Length > 0) text.Append(", ");
                text.Append(AttributeName(type)).Append('=').Append(Shortened.Visible(value));
            }
        }
        return text.ToString();
    }

    private static string Hex(ReadOnlySpan<byte> value) => Convert.ToHexStringLower(value[..Math.Min(16, value.Length)]);

    // Certificates of devices often hold letters that their string type forbids; the bytes are shown all the same.
    private static string Text(AsnReader pair, UniversalTagNumber type)
    {
        try
        {
            return pair.ReadCharacterString(type);
        }
        catch (AsnContentException)
        {
            return Encoding.Latin1.GetString(pair.PeekContentBytes().Span);
        }
    }

    private static string AttributeName(string identifier) => identifier switch
    {
        "2.5.4.3" => "CN",
        "2.5.4.6" => "C",
        "2.5.4.7" => "L",
        "2.5.4.8" => "ST",
        "2.5.4.10" => "O",
        "2.5.4.11" => "OU",
        "2.5.4.5" => "serialNumber",
        "1.2.840.113549.1.9.1" => "emailAddress",
        _ => identifier,
    };

    private static string? Hash(AsnReader algorithm)
    {
        var identifier = algorithm.ReadObjectIdentifier();
        switch (identifier)
        {
            case "1.2.840.113549.1.1.2": return "MD2";
            case "1.2.840.113549.1.1.3": return "MD4";
            case "1.2.840.113549.1.1.4" or "1.3.14.3.2.3": return "MD5";
            case "1.2.840.113549.1.1.5" or "1.3.14.3.2.29" or "1.2.840.10040.4.3" or "1.2.840.10045.4.1": return "SHA-1";
            case "1.2.840.113549.1.1.14" or "1.2.840.10045.4.3.1" or "2.16.840.1.101.3.4.3.1": return "SHA-224";
            case "1.2.840.113549.1.1.11" or "1.2.840.10045.4.3.2" or "2.16.840.1.101.3.4.3.2": return "SHA-256";
            case "1.2.840.113549.1.1.12" or "1.2.840.10045.4.3.3": return "SHA-384";
            case "1.2.840.113549.1.1.13" or "1.2.840.10045.4.3.4": return "SHA-512";
            case "1.2.840.113549.1.1.10": break;
            default: return null;
        }
        // RSASSA-PSS (RFC 4055): the hash is a parameter, SHA-1 where it is left out.
        if (!algorithm.HasData) return "SHA-1";
        var parameters = algorithm.ReadSequence();
        if (!parameters.HasData || !parameters.PeekTag().HasSameClassAndValue(new Asn1Tag(TagClass.ContextSpecific, 0))) return "SHA-1";
        return parameters.ReadSequence(parameters.PeekTag()).ReadSequence().ReadObjectIdentifier() switch
        {
            "2.16.840.1.101.3.4.2.1" => "SHA-256",
            "2.16.840.1.101.3.4.2.2" => "SHA-384",
            "2.16.840.1.101.3.4.2.3" => "SHA-512",
            "1.3.14.3.2.26" => "SHA-1",
            _ => null,
        };
    }
}
