using System.Buffers.Binary;
using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Text;

namespace Assay.Evidence.Cryptography;

/// <summary>What a private key says of itself without being used: kind, size, whether it is encrypted, and whose public half it belongs to.</summary>
public sealed record PrivateKeyFacts
{
    /// <summary><c>RSA</c>, <c>EC</c>, <c>DSA</c>, <c>Ed25519</c>, … or <c>unknown</c> where it is encrypted.</summary>
    public required string Algorithm { get; init; }
    /// <summary>Bits of the modulus, the prime or the curve; null where nobody can tell.</summary>
    public int? Bits { get; init; }
    public bool Encrypted { get; init; }
    /// <summary>How it is kept: <c>PKCS#1</c>, <c>PKCS#8</c>, <c>SEC1</c>, <c>OpenSSH</c>, <c>Dropbear</c>, <c>PKCS#12</c>.</summary>
    public required string Format { get; init; }
    /// <summary>SHA-256 over the public part in a form that <see cref="CertificateFacts.PublicKeyId"/> shares; null where it is not in clear.</summary>
    public string? PublicKeyId { get; init; }

    /// <summary>RSA and DSA below 2048 bits, elliptic curves below 224.</summary>
    public bool IsShort => Bits is { } bits && Algorithm switch { "RSA" or "DSA" => bits < 2048, "EC" => bits < 224, _ => false };

    public override string ToString() => $"{Algorithm}{(Bits is null ? "" : $" {Bits}")} private key ({Format}{(Encrypted ? ", encrypted" : "")})";

    /// <summary>The key in a PEM block, or null where the block holds none or its bytes are not what its label says.</summary>
    public static PrivateKeyFacts? Of(PemBlock block)
    {
        if (!block.Label.EndsWith("PRIVATE KEY", StringComparison.Ordinal)) return null;
        if (block.Encrypted) return new() { Algorithm = block.Label is "PRIVATE KEY" ? "unknown" : block.Label.Split(' ')[0], Encrypted = true, Format = "PKCS#1" };
        return block.Label switch
        {
            "OPENSSH PRIVATE KEY" => OpenSsh(block.Der),
            "ENCRYPTED PRIVATE KEY" => LooksLikeSequence(block.Der) ? new() { Algorithm = "unknown", Encrypted = true, Format = "PKCS#8" } : null,
            _ => OfDer(block.Der),
        };
    }

    /// <summary>A key as bare DER: PKCS#1, PKCS#8, SEC1, DSA, PKCS#12; null where the bytes are none of these.</summary>
    public static PrivateKeyFacts? OfDer(ReadOnlyMemory<byte> der)
    {
        try
        {
            var outer = new AsnReader(der, AsnEncodingRules.BER);
            var key = outer.ReadSequence();
            if (key.PeekTag() == Asn1Tag.Sequence) return EncryptedPkcs8(key);
            var version = key.ReadInteger();
            if (version > 3) return null;
            var tag = key.PeekTag();
            if (version == 3 && tag == Asn1Tag.Sequence) return IsPkcs12(key) ? new() { Algorithm = "unknown", Encrypted = true, Format = "PKCS#12" } : null;
            if (tag == Asn1Tag.Sequence) return Pkcs8(key);
            if (version == 1 && tag.HasSameClassAndValue(Asn1Tag.PrimitiveOctetString)) return Sec1(key, null);
            return tag == Asn1Tag.Integer ? Integers(key, "PKCS#1") : null;
        }
        catch (Exception e) when (e is AsnContentException or CryptographicException or ArgumentException)
        {
            return null;
        }
    }

    /// <summary>A host key as Dropbear keeps it: an SSH string with the algorithm, then its numbers (RFC 4253 section 6.6).</summary>
    public static PrivateKeyFacts? OfDropbear(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length is < 40 or > 16384 || SshString(ref bytes) is not { Length: > 6 and < 24 } name) return null;
        var algorithm = Encoding.ASCII.GetString(name);
        if (algorithm == "ssh-rsa")
        {
            if (SshString(ref bytes) is not { Length: > 0 and < 8 } exponent || SshString(ref bytes) is not { Length: > 63 } modulus) return null;
            return new() { Algorithm = "RSA", Bits = BitsOf(modulus), Format = "Dropbear", PublicKeyId = RsaId(modulus, exponent) };
        }
        if (algorithm == "ssh-dss") return SshString(ref bytes) is { Length: > 63 } prime ? new() { Algorithm = "DSA", Bits = BitsOf(prime), Format = "Dropbear" } : null;
        if (algorithm == "ssh-ed25519") return new() { Algorithm = "Ed25519", Bits = 256, Format = "Dropbear" };
        return algorithm.StartsWith("ecdsa-sha2-nistp", StringComparison.Ordinal) && int.TryParse(algorithm[16..], System.Globalization.CultureInfo.InvariantCulture, out var bits)
            ? new() { Algorithm = "EC", Bits = bits, Format = "Dropbear" }
            : null;
    }

    private static PrivateKeyFacts? EncryptedPkcs8(AsnReader key)
    {
        var algorithm = key.ReadSequence().ReadObjectIdentifier();
        // PKCS#5 (1.2.840.113549.1.5) and PKCS#12 (…1.12.1) password-based encryption: nothing else is an encrypted key.
        if (!algorithm.StartsWith("1.2.840.113549.1.5.", StringComparison.Ordinal) && !algorithm.StartsWith("1.2.840.113549.1.12.1.", StringComparison.Ordinal)) return null;
        key.ReadOctetString();
        return new() { Algorithm = "unknown", Encrypted = true, Format = "PKCS#8" };
    }

    private static bool IsPkcs12(AsnReader key) => key.ReadSequence().ReadObjectIdentifier().StartsWith("1.2.840.113549.1.7.", StringComparison.Ordinal);

    private static PrivateKeyFacts? Pkcs8(AsnReader key)
    {
        var identifier = key.ReadSequence();
        var algorithm = identifier.ReadObjectIdentifier();
        var curve = algorithm == KeyAlgorithm.Ec && identifier.HasData && identifier.PeekTag() == Asn1Tag.ObjectIdentifier ? identifier.ReadObjectIdentifier() : null;
        var inner = key.ReadOctetString();
        switch (algorithm)
        {
            case KeyAlgorithm.Rsa:
                var rsa = new AsnReader(inner, AsnEncodingRules.BER).ReadSequence();
                rsa.ReadInteger();
                return Integers(rsa, "PKCS#8");
            case KeyAlgorithm.Ec:
                var ec = new AsnReader(inner, AsnEncodingRules.BER).ReadSequence();
                ec.ReadInteger();
                return Sec1(ec, curve) is { } facts ? facts with { Format = "PKCS#8" } : null;
            case KeyAlgorithm.Dsa:
                return new() { Algorithm = "DSA", Bits = BitsOf(identifier.ReadSequence().ReadIntegerBytes().Span), Format = "PKCS#8" };
            default:
                var name = KeyAlgorithm.Name(algorithm);
                return new() { Algorithm = name, Bits = KeyAlgorithm.FixedBits(name), Format = "PKCS#8" };
        }
    }

    private static PrivateKeyFacts? Sec1(AsnReader key, string? curve)
    {
        var secret = key.ReadOctetString();
        byte[]? point = null;
        while (key.HasData)
        {
            var tag = key.PeekTag();
            if (tag.TagClass != TagClass.ContextSpecific) break;
            var inside = key.ReadSequence(tag);
            if (tag.TagValue == 0 && inside.PeekTag() == Asn1Tag.ObjectIdentifier) curve = inside.ReadObjectIdentifier();
            if (tag.TagValue == 1) point = inside.ReadBitString(out _);
        }
        return new() { Algorithm = "EC", Bits = KeyAlgorithm.CurveBits(curve) ?? secret.Length * 8, Format = "SEC1", PublicKeyId = point is null ? null : KeyAlgorithm.Id(point) };
    }

    /// <summary>RSA (modulus, exponent, …: eight numbers after the version) and OpenSSL's DSA (p, q, g, y, x).</summary>
    private static PrivateKeyFacts? Integers(AsnReader key, string format)
    {
        var numbers = new List<ReadOnlyMemory<byte>>();
        while (key.HasData && key.PeekTag() == Asn1Tag.Integer && numbers.Count < 9) numbers.Add(key.ReadIntegerBytes());
        return numbers.Count switch
        {
            8 => new() { Algorithm = "RSA", Bits = BitsOf(numbers[0].Span), Format = format, PublicKeyId = RsaId(numbers[0].Span, numbers[1].Span) },
            5 => new() { Algorithm = "DSA", Bits = BitsOf(numbers[0].Span), Format = "OpenSSL" },
            _ => null,
        };
    }

    private static PrivateKeyFacts? OpenSsh(ReadOnlySpan<byte> bytes)
    {
        var magic = "openssh-key-v1\0"u8;
        if (!bytes.StartsWith(magic)) return null;
        bytes = bytes[magic.Length..];
        if (SshString(ref bytes) is not { } cipher || SshString(ref bytes) is null || SshString(ref bytes) is null || bytes.Length < 4) return null;
        bytes = bytes[4..];
        if (SshString(ref bytes) is not { } publicBytes) return null;
        ReadOnlySpan<byte> publicKey = publicBytes;
        var encrypted = !cipher.AsSpan().SequenceEqual("none"u8);
        if (SshString(ref publicKey) is not { } name) return null;
        var algorithm = Encoding.ASCII.GetString(name);
        var facts = new PrivateKeyFacts { Algorithm = Shortened.Visible(algorithm), Encrypted = encrypted, Format = "OpenSSH" };
        if (algorithm == "ssh-rsa" && SshString(ref publicKey) is { } exponent && SshString(ref publicKey) is { Length: > 0 } modulus)
            return facts with { Algorithm = "RSA", Bits = BitsOf(modulus), PublicKeyId = RsaId(modulus, exponent) };
        if (algorithm == "ssh-ed25519") return facts with { Algorithm = "Ed25519", Bits = 256 };
        if (algorithm == "ssh-dss" && SshString(ref publicKey) is { Length: > 0 } prime) return facts with { Algorithm = "DSA", Bits = BitsOf(prime) };
        if (algorithm.StartsWith("ecdsa-sha2-nistp", StringComparison.Ordinal) && SshString(ref publicKey) is not null && SshString(ref publicKey) is { } point
            && int.TryParse(algorithm[16..], System.Globalization.CultureInfo.InvariantCulture, out var bits))
            return facts with { Algorithm = "EC", Bits = bits, PublicKeyId = KeyAlgorithm.Id(point) };
        return facts;
    }

    private static byte[]? SshString(ref ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < 4) return null;
        var length = BinaryPrimitives.ReadUInt32BigEndian(bytes);
        if (length > bytes.Length - 4) return null;
        var text = bytes.Slice(4, (int)length).ToArray();
        bytes = bytes[(4 + (int)length)..];
        return text;
    }

    private static bool LooksLikeSequence(byte[] der)
    {
        try
        {
            new AsnReader(der, AsnEncodingRules.BER).ReadSequence();
            return true;
        }
        catch (AsnContentException)
        {
            return false;
        }
    }

    internal static int BitsOf(ReadOnlySpan<byte> number)
    {
        number = number.TrimStart((byte)0);
        return number.IsEmpty ? 0 : number.Length * 8 - System.Numerics.BitOperations.LeadingZeroCount((uint)number[0]) + 24;
    }

    internal static string RsaId(ReadOnlySpan<byte> modulus, ReadOnlySpan<byte> exponent) =>
        KeyAlgorithm.Id([.. modulus.TrimStart((byte)0), .. exponent.TrimStart((byte)0)]);
}

/// <summary>Object identifiers of public key algorithms and curves (RFC 3279, RFC 5480, RFC 5639, RFC 8410).</summary>
internal static class KeyAlgorithm
{
    public const string Rsa = "1.2.840.113549.1.1.1", Ec = "1.2.840.10045.2.1", Dsa = "1.2.840.10040.4.1";

    public static string Name(string identifier) => identifier switch
    {
        Rsa or "1.2.840.113549.1.1.10" => "RSA",
        Ec => "EC",
        Dsa => "DSA",
        "1.3.101.110" => "X25519",
        "1.3.101.111" => "X448",
        "1.3.101.112" => "Ed25519",
        "1.3.101.113" => "Ed448",
        _ => identifier,
    };

    public static int? FixedBits(string name) => name switch { "X25519" or "Ed25519" => 256, "X448" or "Ed448" => 456, _ => null };

    public static int? CurveBits(string? curve) => curve switch
    {
        "1.2.840.10045.3.1.1" or "1.3.132.0.31" => 192,
        "1.3.132.0.8" or "1.3.132.0.9" or "1.3.132.0.30" => 160,
        "1.3.132.0.6" => 112,
        "1.3.132.0.28" => 128,
        "1.3.132.0.32" or "1.3.132.0.33" or "1.3.36.3.3.2.8.1.1.5" => 224,
        "1.2.840.10045.3.1.7" or "1.3.132.0.10" or "1.3.36.3.3.2.8.1.1.7" => 256,
        "1.3.132.0.34" or "1.3.36.3.3.2.8.1.1.11" => 384,
        "1.3.132.0.35" => 521,
        "1.3.36.3.3.2.8.1.1.13" => 512,
        _ => null,
    };

    public static string Id(ReadOnlySpan<byte> publicPart) => Convert.ToHexStringLower(SHA256.HashData(publicPart));
}
