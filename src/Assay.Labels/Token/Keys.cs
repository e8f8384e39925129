using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Assay.Evidence.Reading;

namespace Assay.Labels.Token;

/// <summary>The public half of an ES256 key: a point on P-256 and on no other curve.</summary>
public sealed class VerifyingKey
{
    private const string P256 = "1.2.840.10045.3.1.7";
    private readonly ECParameters point;
    private ECDsa? kept;

    private VerifyingKey(ECParameters point, byte[] spki)
    {
        this.point = point;
        Spki = spki;
        Id = SHA256.HashData(spki)[..KeyIdBytes];
        Name = Convert.ToHexStringLower(Id.Span);
    }

    public const int KeyIdBytes = 8;

    /// <summary>The first 8 bytes of the SHA-256 of <see cref="Spki"/>; stands in the protected header of all that we sign.</summary>
    public ReadOnlyMemory<byte> Id { get; }
    /// <summary>SubjectPublicKeyInfo (RFC 5280), DER.</summary>
    public ReadOnlyMemory<byte> Spki { get; }
    /// <summary>The two coordinates, 32 bytes each.</summary>
    public (byte[] X, byte[] Y) Point => ((byte[])point.Q.X!.Clone(), (byte[])point.Q.Y!.Clone());
    /// <summary>16 lower-case hexadecimal digits.</summary>
    public string Name { get; }

    /// <exception cref="UnreadableException">Not a key, or not one on P-256.</exception>
    public static VerifyingKey FromSpki(ReadOnlySpan<byte> spki) => Imported(spki, (ec, bytes) =>
    {
        ec.ImportSubjectPublicKeyInfo(bytes, out var read);
        if (read != bytes.Length) throw new CryptographicException("bytes follow the key");
    });

    /// <summary>A key as two coordinates of 32 bytes.</summary>
    /// <exception cref="UnreadableException">Not a point on P-256.</exception>
    public static VerifyingKey FromPoint(ReadOnlySpan<byte> x, ReadOnlySpan<byte> y)
    {
        var point = new ECParameters { Curve = ECCurve.NamedCurves.nistP256, Q = new ECPoint { X = x.ToArray(), Y = y.ToArray() } };
        return Imported(default, (ec, _) => ec.ImportParameters(point));
    }

    /// <summary>A PEM file with PUBLIC KEY, PRIVATE KEY (of which only the public half is kept) or CERTIFICATE.</summary>
    /// <exception cref="UnreadableException">None of them, or not on P-256.</exception>
    public static VerifyingKey FromPem(string pem)
    {
        if (!pem.Contains("-----BEGIN CERTIFICATE-----", StringComparison.Ordinal)) return Imported(default, (ec, _) => ec.ImportFromPem(pem));
        try
        {
            using var certificate = System.Security.Cryptography.X509Certificates.X509Certificate2.CreateFromPem(pem);
            return FromSpki(certificate.PublicKey.ExportSubjectPublicKeyInfo());
        }
        catch (CryptographicException wrong)
        {
            throw new UnreadableException("a certificate", wrong.Message, 0);
        }
    }

    private delegate void Import(ECDsa into, ReadOnlySpan<byte> bytes);

    private static VerifyingKey Imported(ReadOnlySpan<byte> bytes, Import import)
    {
        using var ec = ECDsa.Create();
        try
        {
            import(ec, bytes);
            return Of(ec);
        }
        catch (Exception wrong) when (wrong is CryptographicException or ArgumentException or NotSupportedException)
        {
            throw new UnreadableException("a key on the curve P-256", wrong.Message, 0);
        }
    }

    internal static VerifyingKey Of(ECDsa key)
    {
        var point = key.ExportParameters(includePrivateParameters: false);
        // The framework verifies ES256 with a key of any curve; RFC 9053 leaves the choice to us, and ours is P-256 alone.
        if (!point.Curve.IsNamed || point.Curve.Oid.Value is not P256 && point.Curve.Oid.FriendlyName is not ("nistP256" or "ECDSA_P256"))
            throw new UnreadableException("a key on the curve P-256", point.Curve.IsNamed ? $"the curve {point.Curve.Oid.FriendlyName ?? point.Curve.Oid.Value}" : "explicit parameters", 0);
        return new VerifyingKey(point, key.ExportSubjectPublicKeyInfo());
    }

    /// <summary>ECDSA with SHA-256; the signature as r and s of 32 bytes each (RFC 9053 section 2.1). Any other form or length is false.</summary>
    public bool Verify(ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(message, hash);
        return VerifyHash(hash, signature);
    }

    /// <summary>The same for the SHA-256 of a message.</summary>
    public bool VerifyHash(ReadOnlySpan<byte> hash, ReadOnlySpan<byte> signature)
    {
        if (signature.Length != CoseSign1.SignatureBytes) return false;
        // Making the key costs more than half of a check; one is kept for the next, and used by one thread at a time.
        var ec = Interlocked.Exchange(ref kept, null) ?? ECDsa.Create(point);
        var holds = ec.VerifyHash(hash, signature, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
        Interlocked.Exchange(ref kept, ec)?.Dispose();
        return holds;
    }

    public bool Equals(VerifyingKey other) => Spki.Span.SequenceEqual(other.Spki.Span);
}

/// <summary>A private ES256 key of someone who signs: an assessor, one who decides, an issuer.</summary>
public sealed class SigningKey : IDisposable
{
    private readonly ECDsa key;

    private SigningKey(ECDsa key)
    {
        this.key = key;
        Public = VerifyingKey.Of(key);
    }

    public VerifyingKey Public { get; }

    public static SigningKey Create() => new(ECDsa.Create(ECCurve.NamedCurves.nistP256));

    /// <param name="pem">PKCS #8 or SEC 1; or the address of a key in a hardware token (<see cref="HardwareAddress"/>).</param>
    /// <param name="passPhrase">Where the PKCS #8 is encrypted; the PIN of a token.</param>
    /// <exception cref="UnreadableException">Not a private key on P-256, or not with this pass phrase.</exception>
    public static SigningKey FromPem(string pem, string? passPhrase = null)
    {
        if (HardwareAddress.Looks(pem)) return new SigningKey(new HardwareKey(HardwareAddress.Read(pem), passPhrase));
        var encrypted = PassPhrase.Encrypts(pem);
        if (encrypted && string.IsNullOrEmpty(passPhrase)) throw new UnreadableException("the pass phrase of an encrypted key", "none", 0);
        if (encrypted) PassPhrase.CheckWork(pem);
        var key = ECDsa.Create();
        try
        {
            if (encrypted) key.ImportFromEncryptedPem(pem, passPhrase);
            else key.ImportFromPem(pem);
            _ = key.ExportParameters(includePrivateParameters: true);
            return new SigningKey(key);
        }
        catch (Exception wrong) when (wrong is CryptographicException or ArgumentException or NotSupportedException or UnreadableException)
        {
            key.Dispose();
            if (wrong is UnreadableException) throw;
            throw new UnreadableException(encrypted ? "the pass phrase of an encrypted key on the curve P-256" : "a private key on the curve P-256 (PKCS #8 in PEM)", encrypted ? "another pass phrase, or another key" : wrong.Message, 0);
        }
    }

    /// <summary>PKCS #8 in PEM, encrypted where a pass phrase is given.</summary>
    public string ToPem(string? passPhrase = null) => (string.IsNullOrEmpty(passPhrase) ? key.ExportPkcs8PrivateKeyPem() : key.ExportEncryptedPkcs8PrivateKeyPem(passPhrase, PassPhrase.Protection)) + "\n";

    /// <summary>A certificate that this key signs for itself, in DER: for forms that carry one. It vouches for nothing.</summary>
    internal byte[] Certificate(string name, DateTimeOffset from, DateTimeOffset to)
    {
        var subject = new X500DistinguishedNameBuilder();
        subject.AddCommonName(name.Length > 64 ? name[..64] : name);
        var request = new CertificateRequest(subject.Build(), key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, critical: true));
        using var certificate = request.Create(request.SubjectName, X509SignatureGenerator.CreateForECDsa(key), from, to, Public.Id.Span.ToArray());
        return certificate.RawData;
    }

    /// <summary>ECDSA over SHA-256 in DER, for forms of others.</summary>
    internal byte[] SignDer(ReadOnlySpan<byte> message) => key.SignData(message, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence);

    internal byte[] Sign(ReadOnlySpan<byte> message) => key.SignData(message, HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);

    public void Dispose() => key.Dispose();
}
