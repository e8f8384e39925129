using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.Pkcs;
using System.Security.Cryptography.X509Certificates;

namespace Assay.Traffic.Mud;

/// <summary>Whether a MUD file was signed by a signer that we know (RFC 8520 section 13: detached CMS, RFC 5652, over the bytes as served).</summary>
public sealed record MudSignature
{
    /// <summary>True only where a pinned signer signed these very bytes.</summary>
    public required bool IsValid { get; init; }
    /// <summary>One sentence: why, or why not.</summary>
    public required string Reason { get; init; }
    /// <summary>Subject of the signer's certificate, where one was found.</summary>
    public string? Signer { get; init; }
    /// <summary>SHA-256 of the signer's certificate, lower-case hex.</summary>
    public string? Fingerprint { get; init; }
    /// <summary>When the signer says that it signed; its own claim.</summary>
    public DateTimeOffset? SigningTime { get; init; }

    private const int LongestSignature = 1 << 20, MostCertificates = 16;

    /// <param name="file">The bytes of the MUD file exactly as served.</param>
    /// <param name="signature">DER of the detached signature (a <c>.p7s</c> file).</param>
    /// <param name="pinned">The signer's own certificate, or that of the authority that issued it: nobody else's signature counts.</param>
    /// <param name="asOf">The time for which validity periods are checked.</param>
    public static MudSignature Verify(ReadOnlyMemory<byte> file, ReadOnlyMemory<byte> signature, IReadOnlyCollection<X509Certificate2> pinned, DateTimeOffset asOf)
    {
        if (pinned.Count == 0) return Not("expected at least one certificate to trust, found none");
        if (signature.Length > LongestSignature) return Not($"expected a signature of at most {LongestSignature} bytes, found {signature.Length}");
        var cms = new SignedCms(new ContentInfo(file.ToArray()), detached: true);
        try
        {
            cms.Decode(signature.Span);
        }
        catch (Exception wrong) when (wrong is CryptographicException or AsnContentException)
        {
            return Not("expected a detached CMS signature in DER, found other bytes");
        }
        // Decode takes over content that is inside the signature: then it is not these bytes that were signed.
        if (!cms.Detached) return Not("expected a detached signature, found one with its own content");
        // A CMS without signers is well formed and proves nothing.
        if (cms.SignerInfos.Count == 0) return Not("expected at least one signer, found none");
        try
        {
            MudSignature? best = null;
            foreach (var signer in cms.SignerInfos)
            {
                var answer = Of(signer, cms.Certificates, pinned, asOf);
                if (answer.IsValid) return answer;
                best ??= answer;
            }
            return best!;
        }
        catch (CryptographicException)
        {
            // Certificates and attributes are decoded only when they are looked at.
            return Not("expected certificates and attributes in DER, found damaged ones");
        }
    }

    private static MudSignature Of(SignerInfo signer, X509Certificate2Collection others, IReadOnlyCollection<X509Certificate2> pinned, DateTimeOffset asOf)
    {
        if (signer.Certificate is not { } certificate) return Not("expected the signer's certificate in the signature, found none");
        var answer = new MudSignature
        {
            IsValid = false,
            Reason = "",
            Signer = Evidence.Shortened.Visible(certificate.Subject),
            Fingerprint = Convert.ToHexStringLower(certificate.GetCertHash(HashAlgorithmName.SHA256)),
            SigningTime = Time(signer),
        };
        try
        {
            signer.CheckSignature(verifySignatureOnly: true);
        }
        catch (CryptographicException)
        {
            return answer with { Reason = "the signature does not fit these bytes" };
        }
        if (signer.DigestAlgorithm.Value is "1.2.840.113549.2.5" or "1.3.14.3.2.26")
        {
            return answer with { Reason = $"expected a digest of the SHA-2 family, found {signer.DigestAlgorithm.FriendlyName}" };
        }
        var usage = certificate.Extensions.OfType<X509KeyUsageExtension>().FirstOrDefault();
        if (usage is null || (usage.KeyUsages & X509KeyUsageFlags.DigitalSignature) == 0)
        {
            return answer with { Reason = "expected a signer's certificate whose key usage is digitalSignature, found another" };
        }
        var now = asOf.UtcDateTime;
        if (now < certificate.NotBefore.ToUniversalTime() || now > certificate.NotAfter.ToUniversalTime())
        {
            return answer with { Reason = FormattableString.Invariant($"the signer's certificate is valid from {certificate.NotBefore.ToUniversalTime():yyyy-MM-dd} to {certificate.NotAfter.ToUniversalTime():yyyy-MM-dd}, not on {now:yyyy-MM-dd}") };
        }
        if (pinned.Any(p => p.RawDataMemory.Span.SequenceEqual(certificate.RawDataMemory.Span)))
        {
            return answer with { IsValid = true, Reason = "signed by the pinned certificate" };
        }
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        // No revocation service is asked: a gateway looks nothing up about its devices, and the signer is pinned.
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.DisableCertificateDownloads = true;
        chain.ChainPolicy.VerificationTime = now;
        // Authorities between the signer and the pinned one come with the signature; they prove nothing by themselves.
        if (others.Count <= MostCertificates) chain.ChainPolicy.ExtraStore.AddRange(others);
        foreach (var anchor in pinned) chain.ChainPolicy.CustomTrustStore.Add(anchor);
        if (chain.Build(certificate)) return answer with { IsValid = true, Reason = "signed under a pinned authority" };
        var status = chain.ChainStatus.Aggregate(X509ChainStatusFlags.NoError, (all, s) => all | s.Status);
        if ((status & (X509ChainStatusFlags.PartialChain | X509ChainStatusFlags.UntrustedRoot)) != 0)
        {
            return answer with { Reason = "the signer is none of the pinned ones, nor issued by one of them" };
        }
        if ((status & X509ChainStatusFlags.NotTimeValid) != 0)
        {
            return answer with { Reason = FormattableString.Invariant($"the pinned authority is not valid on {now:yyyy-MM-dd}") };
        }
        return answer with { Reason = $"the chain to the pinned authority does not hold: {status}" };
    }

    private static DateTimeOffset? Time(SignerInfo signer)
    {
        foreach (var attribute in signer.SignedAttributes)
        {
            if (attribute.Values.Count > 0 && attribute.Values[0] is Pkcs9SigningTime time) return new DateTimeOffset(time.SigningTime.ToUniversalTime());
        }
        return null;
    }

    private static MudSignature Not(string reason) => new() { IsValid = false, Reason = reason };
}
