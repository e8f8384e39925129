using System.Formats.Cbor;
using System.Globalization;
using System.Security.Cryptography;
using System.Security.Cryptography.Cose;
using System.Security.Cryptography.Pkcs;
using System.Security.Cryptography.X509Certificates;
using Assay.Evidence;
using Assay.Evidence.Reading;
using Assay.Labels.Token;

namespace Assay.Assessment.Declarations;

/// <summary>
/// A signature that lies beside a declaration: CMS (RFC 5652; <c>openssl cms -sign -binary</c>, PEM or DER) or COSE_Sign1 with detached payload
/// (RFC 9052) that carries its certificate in x5chain (RFC 9360). It says who signed these bytes; whether to trust that name is said elsewhere.
/// </summary>
public static class DetachedSignature
{
    public static readonly IReadOnlyList<string> Endings = [".p7s", ".p7m", ".cose"];

    /// <returns>The signer, or why the signature does not count.</returns>
    public static (Signer? Signer, string? Note) Check(ReadOnlySpan<byte> signature, ReadOnlySpan<byte> content, DateTimeOffset asOf, bool isCose)
    {
        if (signature.Length is 0 or > 1 << 20) return (null, $"its signature is no signature: {signature.Length} bytes");
        try
        {
            return isCose ? Cose(signature, content, asOf) : Cms(signature, content, asOf);
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException or FormatException or InvalidOperationException or NotSupportedException or CborContentException or OverflowException or UnreadableException)
        {
            // The signature's bytes are hostile; whatever the framework meets in them, the file counts as unsigned.
            return (null, $"its signature could not be read: {Shortened.Visible(e.Message)}");
        }
    }

    private static (Signer?, string?) Cms(ReadOnlySpan<byte> signature, ReadOnlySpan<byte> content, DateTimeOffset asOf)
    {
        var cms = new SignedCms(new ContentInfo(content.ToArray()), detached: true);
        cms.Decode(Der(signature));
        if (!cms.Detached && !cms.ContentInfo.Content.AsSpan().SequenceEqual(content)) return (null, "its signature is over other bytes: the file was changed after it was signed");
        if (cms.SignerInfos.Count == 0) return (null, "its signature names no signer");
        var signer = cms.SignerInfos[0];
        if (signer.DigestAlgorithm.Value is "1.2.840.113549.2.5" or "1.3.14.3.2.26") return (null, "its signature uses MD5 or SHA-1, which anybody could have made fit");
        if (signer.Certificate is not { } certificate) return (null, "its signature carries no certificate, so nobody can tell whose it is");
        try
        {
            signer.CheckSignature(verifySignatureOnly: true);
        }
        catch (CryptographicException)
        {
            return (null, "its signature does not fit: the file was changed after it was signed, or the signature belongs to another file");
        }
        return (Of(certificate, "CMS", asOf), null);
    }

    private static (Signer?, string?) Cose(ReadOnlySpan<byte> signature, ReadOnlySpan<byte> content, DateTimeOffset asOf)
    {
        var message = CoseMessage.DecodeSign1(signature.ToArray());
        if (!message.ProtectedHeaders.TryGetValue(X5Chain, out var chain) && !message.UnprotectedHeaders.TryGetValue(X5Chain, out chain))
        {
            return (null, "its signature carries no certificate (x5chain), so nobody can tell whose it is");
        }
        var reader = new CborReader(chain.EncodedValue);
        if (reader.PeekState() == CborReaderState.StartArray) reader.ReadStartArray();
        using var certificate = X509CertificateLoader.LoadCertificate(reader.ReadByteString());
        using var key = certificate.GetECDsaPublicKey();
        if (key is null || !message.ProtectedHeaders.TryGetValue(CoseHeaderLabel.Algorithm, out var algorithm) || algorithm.GetValueAsInt32() != -7) return (null, "its signature is not ES256");
        // The framework takes any curve as ES256; as for our own tokens (decision 3) it is P-256 alone, and another curve throws here.
        _ = VerifyingKey.FromSpki(certificate.PublicKey.ExportSubjectPublicKeyInfo());
        var fits = message.Content is { } embedded ? embedded.Span.SequenceEqual(content) && message.VerifyEmbedded(key) : message.VerifyDetached(key, content.ToArray());
        return fits ? (Of(certificate, "COSE", asOf), null) : (null, "its signature does not fit: the file was changed after it was signed, or the signature belongs to another file");
    }

    private static readonly CoseHeaderLabel X5Chain = new(33);

    private static Signer Of(X509Certificate2 certificate, string form, DateTimeOffset asOf)
    {
        var notes = new List<string>();
        if (certificate.SubjectName.RawData.AsSpan().SequenceEqual(certificate.IssuerName.RawData)) notes.Add("self-signed: a named key that nobody vouches for");
        if (certificate.NotAfter.ToUniversalTime() < asOf) notes.Add($"certificate expired on {Day(certificate.NotAfter)}");
        if (certificate.NotBefore.ToUniversalTime() > asOf) notes.Add($"certificate valid only from {Day(certificate.NotBefore)}");
        var name = certificate.GetNameInfo(X509NameType.SimpleName, forIssuer: false);
        var digest = Convert.ToHexStringLower(SHA256.HashData(certificate.PublicKey.ExportSubjectPublicKeyInfo()));
        return new Signer(Shortened.Visible(string.IsNullOrWhiteSpace(name) ? $"key {digest[..12]}" : name), digest, form, notes.Count > 0 ? string.Join("; ", notes) : null);

        static string Day(DateTime time) => time.ToUniversalTime().ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
    }

    private static byte[] Der(ReadOnlySpan<byte> signature)
    {
        if (signature.IndexOf("-----BEGIN"u8) < 0) return signature.ToArray();
        var text = System.Text.Encoding.ASCII.GetString(signature);
        var pem = PemEncoding.Find(text);
        return Convert.FromBase64String(text[pem.Base64Data]);
    }
}
