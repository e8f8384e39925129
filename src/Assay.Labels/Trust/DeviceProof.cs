using System.Globalization;
using Assay.Evidence.Reading;
using Assay.Labels.Token;
using Org.BouncyCastle.Asn1.X509;
using Org.BouncyCastle.Crypto;
using Org.BouncyCastle.Crypto.Digests;
using Org.BouncyCastle.Crypto.Parameters;
using Org.BouncyCastle.Crypto.Signers;
using Org.BouncyCastle.OpenSsl;
using Org.BouncyCastle.Security;
using Org.BouncyCastle.X509;

namespace Assay.Labels.Trust;

/// <summary>Whether a label is bound to the unit in front of us.</summary>
/// <param name="IsBound">This unit showed to hold the key, or a certificate of the authority, that the label names.</param>
public sealed record UnitCheck(bool IsBound, string Reason);

/// <summary>What a device showed: its key, bare or in a certificate with that of its issuer, and its answer to a challenge.</summary>
public sealed record DeviceProof
{
    public const int MaxBytes = 64 << 10;
    private const int MaxCertificates = 8;

    /// <summary>SubjectPublicKeyInfo of the device's key, DER.</summary>
    public required ReadOnlyMemory<byte> Spki { get; init; }
    /// <summary>The device's certificate and, where it is at hand, its issuer's; empty for a bare key.</summary>
    private IReadOnlyList<X509Certificate> Certificates { get; init; } = [];
    private AsymmetricKeyParameter Key { get; init; } = null!;

    /// <summary>A PEM file with one public key, or with the device's certificate first and its issuer's anywhere behind it.</summary>
    /// <exception cref="UnreadableException">Neither, or a key that is not RSA and not on P-256, P-384 or P-521.</exception>
    public static DeviceProof Read(string pem)
    {
        if (pem.Length > MaxBytes) throw new UnreadableException($"at most {MaxBytes} characters of PEM", $"{pem.Length}", 0);
        try
        {
            using var reader = new PemReader(new StringReader(pem));
            var certificates = new List<X509Certificate>();
            AsymmetricKeyParameter? bare = null;
            while (reader.ReadObject() is { } item)
            {
                if (item is X509Certificate certificate) certificates.Add(certificate);
                else if (item is AsymmetricKeyParameter { IsPrivate: false } key && bare is null) bare = key;
                else throw new UnreadableException("certificates, or one public key", "something else", 0);
                if (certificates.Count > MaxCertificates) throw new UnreadableException($"at most {MaxCertificates} certificates", "more", 0);
            }
            if (bare is null == (certificates.Count == 0)) throw new UnreadableException("certificates, or one public key", bare is null ? "neither" : "both", 0);
            bare ??= certificates[0].GetPublicKey();
            if (bare is not RsaKeyParameters { Modulus.BitLength: >= 2048 and <= 8192 } && bare is not ECPublicKeyParameters { Parameters.Curve.FieldSize: 256 or 384 or 521 })
                throw new UnreadableException("a key of RSA with 2048 to 8192 bits, or on P-256, P-384 or P-521", "another", 0);
            return new DeviceProof { Spki = SubjectPublicKeyInfoFactory.CreateSubjectPublicKeyInfo(bare).GetDerEncoded(), Certificates = certificates, Key = bare };
        }
        catch (Exception wrong) when (wrong is not (UnreadableException or OutOfMemoryException))
        {
            // A foreign reader of hostile bytes, whose exceptions nobody listed.
            throw new UnreadableException("a certificate or a public key in PEM", "damage that its reader stumbles over", 0);
        }
    }

    /// <summary>Whether the unit that answered is one that the label speaks of.</summary>
    /// <param name="answer">The device's signature over the challenge with SHA-256: ECDSA in DER, or RSA (PKCS #1 v1.5).</param>
    public UnitCheck Against(DeviceBinding? binding, Challenge challenge, ReadOnlySpan<byte> answer, DateTimeOffset asOf)
    {
        if (binding is null) return new(false, "the label names no device and no authority of device certificates");
        if (challenge.At > asOf.AddMinutes(5)) return new(false, $"the challenge is of {Time(challenge.At)}, after this check: a clock is wrong");
        if (asOf - challenge.At > Challenge.Lifetime) return new(false, $"the challenge is of {Time(challenge.At)}: ask with a fresh one");
        if (!Signed(challenge.File.Span, answer)) return new(false, "the answer is not a signature of this key over this challenge");
        if (binding.DeviceKey is { } device)
        {
            return DeviceBinding.PinOf(Spki.Span).Span.SequenceEqual(device.Span) ? new(true, $"the device whose key the label names answered the challenge of {Time(challenge.At)}")
                : new(false, "a device answered, with another key than the label names");
        }
        if (Certificates.Count == 0) return new(false, "the label names an authority of device certificates, and no certificate was shown");
        return Issued(binding.IssuingAuthority!.Value.Span, asOf) is { } against ? new(false, against)
            : new(true, $"a device with a certificate of the authority that the label names answered the challenge of {Time(challenge.At)}");
    }

    // RFC 5280 section 6 for a path of one certificate under a pinned key.
    private string? Issued(ReadOnlySpan<byte> pin, DateTimeOffset asOf)
    {
        var device = Certificates[0];
        X509Certificate? authority = null;
        foreach (var other in Certificates.Skip(1))
        {
            if (DeviceBinding.PinOf(SubjectPublicKeyInfoFactory.CreateSubjectPublicKeyInfo(other.GetPublicKey()).GetDerEncoded()).Span.SequenceEqual(pin)) authority = other;
        }
        if (authority is null) return "the certificate of the authority that the label names was not shown";
        try
        {
            if (authority.GetBasicConstraints() < 0 || authority.GetKeyUsage() is { } usage && !usage[5]) return "the authority's certificate does not allow it to issue any";
            if (!device.IssuerDN.Equivalent(authority.SubjectDN)) return "the device's certificate names another issuer";
            device.Verify(authority.GetPublicKey());
            if (device.GetBasicConstraints() >= 0) return "the certificate is an authority's, not a device's";
            if (device.GetKeyUsage() is { } own && !own[0]) return "the device's certificate does not allow it to sign";
            if (device.GetCriticalExtensionOids().Except(Known).FirstOrDefault() is { } unknown) return $"the device's certificate has a critical extension {unknown}, which is not known here";
            if (!device.IsValid(asOf.UtcDateTime) || !authority.IsValid(asOf.UtcDateTime)) return $"a certificate is not valid on {Time(asOf)[..10]}";
            return null;
        }
        catch (Exception wrong) when (wrong is not OutOfMemoryException)
        {
            return "the device's certificate is not signed by the authority that the label names";
        }
    }

    private static readonly string[] Known = [X509Extensions.KeyUsage.Id, X509Extensions.BasicConstraints.Id, X509Extensions.ExtendedKeyUsage.Id, X509Extensions.SubjectAlternativeName.Id];

    private bool Signed(ReadOnlySpan<byte> message, ReadOnlySpan<byte> answer)
    {
        ISigner signer = Key is RsaKeyParameters ? new RsaDigestSigner(new Sha256Digest()) : new DsaDigestSigner(new ECDsaSigner(), new Sha256Digest());
        signer.Init(false, Key);
        signer.BlockUpdate(message);
        try
        {
            return answer.Length <= 1024 && signer.VerifySignature(answer.ToArray());
        }
        catch (Exception wrong) when (wrong is not OutOfMemoryException)
        {
            return false;
        }
    }

    private static string Time(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
