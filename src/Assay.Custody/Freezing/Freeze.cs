using System.Globalization;
using System.Security.Cryptography;
using System.Security.Cryptography.Pkcs;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Assay.Custody.Freezing;

/// <summary>
/// Writes a freeze: a zip that opens without us (semantics.md section 7). Items as they were taken, a page in words, <c>SHA256SUMS</c>, a detached CMS
/// signature over it (RFC 5652), a time-stamp token over the signature when a service answered (RFC 3161); on request all of it encrypted to one recipient.
/// </summary>
public static class Freeze
{
    /// <summary>The zip, or the CMS EnvelopedData (DER) around it when there is a recipient. Same input, same bytes, apart from signature, token and encryption.</summary>
    /// <param name="signer">Who vouches for it: see <see cref="FreezeCertificate.SelfSigned"/> for a gateway's own.</param>
    /// <param name="key">The signer's private key, ECDSA or RSA; null when <paramref name="signer"/> carries it.</param>
    /// <param name="recipient">Who may read it; an RSA certificate.</param>
    /// <param name="timeStamp">Gives the time-stamp response for the signature's bytes, or null when the service did not answer: <see cref="TimeStampService.At"/>.</param>
    /// <exception cref="ArgumentException">A name is unfit, reserved or there twice; too much; the recipient's certificate is not RSA.</exception>
    public static byte[] Write(IReadOnlyList<FrozenItem> items, FreezePage page, X509Certificate2 signer, AsymmetricAlgorithm? key = null,
        X509Certificate2? recipient = null, Func<ReadOnlyMemory<byte>, byte[]?>? timeStamp = null)
    {
        if (recipient is not null) RequireRsa(recipient);
        var files = new List<(string Name, ReadOnlyMemory<byte> Bytes)>();
        var names = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (var item in items.OrderBy(i => i.Name, StringComparer.Ordinal))
        {
            if (!FrozenItem.IsName(item.Name)) throw new ArgumentException($"an item's name is letters, digits, point, minus, underscore and / between folders, found {Assay.Evidence.Shortened.Visible(item.Name)}");
            if (FreezeLayout.Reserved.Contains(item.Name, StringComparer.OrdinalIgnoreCase)) throw new ArgumentException($"{item.Name} is a name of the freeze itself");
            if (!names.Add(item.Name)) throw new ArgumentException($"two items have the name {item.Name}");
            files.Add((item.Name, item.Bytes));
        }
        var words = new FreezeWords(items, page, signer);
        files.Add((FreezeLayout.Text, Encoding.UTF8.GetBytes(words.Text())));
        files.Add((FreezeLayout.Page, Encoding.UTF8.GetBytes(words.Html().ToString())));
        var sums = Encoding.ASCII.GetBytes(string.Concat(files.Select(f => $"{Convert.ToHexStringLower(SHA256.HashData(f.Bytes.Span))}  {f.Name}\n")));
        files.Add((FreezeLayout.Sums, sums));
        var signature = Sign(sums, signer, key, page.Ended);
        files.Add((FreezeLayout.Signature, signature));
        if (timeStamp?.Invoke(signature) is { } token) files.Add((FreezeLayout.Token, token));
        var zip = StoredZip.Write(files, page.Ended);
        return recipient is null ? zip : Encrypt(zip, recipient);
    }

    /// <exception cref="ArgumentException">CMS reaches other keys by key agreement, which the framework does not write.</exception>
    public static void RequireRsa(X509Certificate2 recipient)
    {
        using var rsa = recipient.GetRSAPublicKey();
        if (rsa is null) throw new ArgumentException($"a recipient's certificate has an RSA key, found {recipient.PublicKey.Oid.FriendlyName ?? recipient.PublicKey.Oid.Value} in {Assay.Evidence.Shortened.Visible(recipient.Subject)}");
        if (rsa.KeySize < 2048) throw new ArgumentException($"a recipient's RSA key has at least 2048 bits, found {rsa.KeySize} in {Assay.Evidence.Shortened.Visible(recipient.Subject)}");
    }

    private static byte[] Sign(byte[] sums, X509Certificate2 signer, AsymmetricAlgorithm? key, DateTimeOffset time)
    {
        var cms = new SignedCms(new ContentInfo(sums), detached: true);
        var by = new CmsSigner(SubjectIdentifierType.IssuerAndSerialNumber, signer, key)
        {
            IncludeOption = X509IncludeOption.EndCertOnly, // A chain would be looked for on this machine and on the network.
            DigestAlgorithm = new Oid("2.16.840.1.101.3.4.2.1"),
        };
        by.SignedAttributes.Add(new Pkcs9SigningTime(time.UtcDateTime));
        cms.ComputeSignature(by, silent: true);
        return cms.Encode();
    }

    private static byte[] Encrypt(byte[] zip, X509Certificate2 recipient)
    {
        var cms = new EnvelopedCms(new ContentInfo(zip), new AlgorithmIdentifier(new Oid("2.16.840.1.101.3.4.1.42"))); // AES-256 in CBC
        cms.Encrypt(new CmsRecipient(recipient, RSAEncryptionPadding.OaepSHA256));
        return cms.Encode();
    }
}

/// <summary>The certificate of a key that signs freezes, where nobody else has issued one.</summary>
public static class FreezeCertificate
{
    /// <summary>A self-signed certificate for signatures only. It names the key; that the key is this gateway's, a person learns elsewhere, by its SHA-256.</summary>
    /// <param name="name">The common name: <c>gateway at Elm Street 4</c>.</param>
    public static X509Certificate2 SelfSigned(ECDsa key, string name, DateTimeOffset from, TimeSpan life)
    {
        var subject = new X500DistinguishedNameBuilder();
        subject.AddCommonName(name);
        var request = new CertificateRequest(subject.Build(), key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: false, hasPathLengthConstraint: false, 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, critical: true));
        // One key and one day, one serial number: making it again names the same signer.
        var serial = SHA256.HashData(Encoding.UTF8.GetBytes($"{Convert.ToHexStringLower(key.ExportSubjectPublicKeyInfo())} {from.UtcDateTime.ToString("O", CultureInfo.InvariantCulture)}"))[..16];
        serial[0] = (byte)((serial[0] & 0x7f) | 0x40);
        return request.Create(request.SubjectName, X509SignatureGenerator.CreateForECDsa(key), from, from + life, serial);
    }
}
