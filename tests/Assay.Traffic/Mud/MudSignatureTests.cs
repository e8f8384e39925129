using System.Security.Cryptography;
using System.Security.Cryptography.Pkcs;
using System.Security.Cryptography.X509Certificates;
using Assay.Tests;
using Assay.Traffic.Mud;

namespace Assay.Traffic.Tests.Mud;

/// <summary>Detached signatures over MUD files, judged by openssl in both directions, and what must never count.</summary>
public sealed class MudSignatureTests : IDisposable
{
    private static readonly DateTimeOffset Now = new(2026, 11, 23, 0, 0, 0, TimeSpan.Zero);
    private readonly Scratch scratch = new();
    private readonly byte[] file = MudText.File(MudText.Ace(MudText.Update));

    public void Dispose() => scratch.Dispose();

    private static X509Certificate2 Certificate(string name, X509KeyUsageFlags? usage, DateTimeOffset? until = null, X509Certificate2? issuer = null, bool authority = false)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        if (usage is { } flags) request.CertificateExtensions.Add(new X509KeyUsageExtension(flags, true));
        if (authority) request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        var from = new DateTimeOffset(2025, 1, 1, 0, 0, 0, TimeSpan.Zero);
        var to = until ?? new DateTimeOffset(2028, 1, 1, 0, 0, 0, TimeSpan.Zero);
        if (issuer is null) return request.CreateSelfSigned(from, to);
        using var certificate = request.Create(issuer, from, to, [1, 2, 3, 4]);
        return certificate.CopyWithPrivateKey(key);
    }

    private byte[] Sign(X509Certificate2 signer, byte[]? content = null, bool detached = true)
    {
        var cms = new SignedCms(new ContentInfo(content ?? file), detached);
        cms.ComputeSignature(new CmsSigner(SubjectIdentifierType.IssuerAndSerialNumber, signer) { DigestAlgorithm = new Oid("2.16.840.1.101.3.4.2.1"), IncludeOption = X509IncludeOption.EndCertOnly });
        return cms.Encode();
    }

    private MudSignature Verify(byte[] signature, X509Certificate2 pinned, byte[]? content = null, DateTimeOffset? asOf = null) =>
        MudSignature.Verify(content ?? file, signature, [pinned], asOf ?? Now);

    [Fact]
    public void What_openssl_signs_counts_and_one_changed_byte_does_not()
    {
        Tool.Need("openssl", "openssl");
        File.WriteAllBytes(scratch.File("mud.json"), file);
        Assert.Equal(0, Tool.Run("openssl", ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=maker.example", "-days", "3650", "-addext", "keyUsage=critical,digitalSignature",
            "-keyout", "key.pem", "-out", "cert.pem"], scratch.Folder).Exit);
        Assert.Equal(0, Tool.Run("openssl", ["cms", "-sign", "-binary", "-in", "mud.json", "-signer", "cert.pem", "-inkey", "key.pem", "-outform", "DER", "-md", "sha256", "-out", "mud.p7s"], scratch.Folder).Exit);
        using var certificate = X509CertificateLoader.LoadCertificateFromFile(scratch.File("cert.pem"));
        var signature = File.ReadAllBytes(scratch.File("mud.p7s"));
        var now = new DateTimeOffset(certificate.NotBefore.ToUniversalTime()).AddDays(1);
        var answer = Verify(signature, certificate, asOf: now);
        Assert.True(answer.IsValid, answer.Reason);
        Assert.Equal("CN=maker.example", answer.Signer);
        for (var i = 0; i < file.Length; i += 97)
        {
            var changed = (byte[])file.Clone();
            changed[i] ^= 1;
            Assert.False(Verify(signature, certificate, changed, now).IsValid);
        }
    }

    [Fact]
    public void What_counts_for_us_counts_for_openssl_and_what_does_not_fit_the_bytes_for_neither()
    {
        Tool.Need("openssl", "openssl");
        using var maker = Certificate("maker.example", X509KeyUsageFlags.DigitalSignature);
        File.WriteAllText(scratch.File("cert.pem"), maker.ExportCertificatePem());
        File.WriteAllBytes(scratch.File("mud.json"), file);
        var signature = Sign(maker);
        var tried = 0;
        var wider = new List<int>();
        for (var i = 0; i <= signature.Length; i += 3)
        {
            // The first is whole; each further one has one bit changed somewhere.
            var bytes = (byte[])signature.Clone();
            if (i > 0) bytes[i - 1] ^= 4;
            File.WriteAllBytes(scratch.File("mud.p7s"), bytes);
            var theirs = Tool.Run("openssl", ["cms", "-verify", "-binary", "-inform", "DER", "-in", "mud.p7s", "-content", "mud.json", "-CAfile", "cert.pem", "-purpose", "any", "-attime", "1795392000", "-out", "/dev/null"], scratch.Folder).Exit == 0;
            var ours = Verify(bytes, maker);
            if (i == 0) Assert.True(ours.IsValid && theirs, ours.Reason);
            // The set of digests in front (RFC 5652 section 5.1) is a hint that nobody signs; each signer's own field decides.
            if (!theirs && ours.IsValid && i - 1 is < 26 or > 40) wider.Add(i - 1);
            // We ask more than openssl (the pinned signer, the key usage), never less.
            tried++;
        }
        Assert.True(wider.Count == 0, $"ours accepts where openssl refuses: {string.Join(' ', wider)} of {Convert.ToHexString(signature)}");
        Assert.True(tried > 10);
    }

    [Fact]
    public void The_public_vector_counts_inside_its_authoritys_year_and_not_today()
    {
        var folder = Corpus.Folder("mud/cisco-luminaire");
        var vectors = 0;
        foreach (var p7s in Directory.EnumerateFiles(folder, "*.p7s"))
        {
            var bytes = File.ReadAllBytes(Path.ChangeExtension(p7s, ".json"));
            using var authority = X509CertificateLoader.LoadCertificateFromFile(Directory.EnumerateFiles(folder, "*.pem").Single());
            var inside = new DateTimeOffset(authority.NotBefore.ToUniversalTime()).AddDays(90);
            Assert.True(MudSignature.Verify(bytes, File.ReadAllBytes(p7s), [authority], inside).IsValid);
            Assert.Contains("not valid on 2026-11-23", MudSignature.Verify(bytes, File.ReadAllBytes(p7s), [authority], Now).Reason, StringComparison.Ordinal);
            bytes[^10] ^= 1;
            Assert.Equal("the signature does not fit these bytes", MudSignature.Verify(bytes, File.ReadAllBytes(p7s), [authority], inside).Reason);
            vectors++;
        }
        Assert.True(vectors > 0);
    }

    [Fact]
    public void An_authority_that_is_pinned_vouches_for_its_signers_and_for_nobody_elses()
    {
        using var authority = Certificate("authority.example", X509KeyUsageFlags.KeyCertSign, authority: true);
        using var maker = Certificate("maker.example", X509KeyUsageFlags.DigitalSignature, issuer: authority, until: new DateTimeOffset(2027, 1, 1, 0, 0, 0, TimeSpan.Zero));
        using var stranger = Certificate("authority.example", X509KeyUsageFlags.KeyCertSign, authority: true);
        Assert.Equal("signed under a pinned authority", Verify(Sign(maker), authority).Reason);
        Assert.True(Verify(Sign(maker), authority).IsValid);
        Assert.False(Verify(Sign(maker), stranger).IsValid);
    }

    [Fact]
    public void Strangers_wrong_uses_expired_certificates_and_signatures_without_signer_do_not_count()
    {
        using var maker = Certificate("maker.example", X509KeyUsageFlags.DigitalSignature);
        using var stranger = Certificate("maker.example", X509KeyUsageFlags.DigitalSignature);
        using var cipher = Certificate("maker.example", X509KeyUsageFlags.KeyEncipherment);
        using var plain = Certificate("maker.example", null);
        using var old = Certificate("maker.example", X509KeyUsageFlags.DigitalSignature, new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));
        // The control: the same call with what must count.
        Assert.True(Verify(Sign(maker), maker).IsValid);
        Assert.Equal("the signer is none of the pinned ones, nor issued by one of them", Verify(Sign(stranger), maker).Reason);
        Assert.Contains("key usage is digitalSignature", Verify(Sign(cipher), cipher).Reason, StringComparison.Ordinal);
        Assert.Contains("key usage is digitalSignature", Verify(Sign(plain), plain).Reason, StringComparison.Ordinal);
        Assert.Contains("is valid from 2025-01-01 to 2026-01-01", Verify(Sign(old), old).Reason, StringComparison.Ordinal);
        Assert.False(Verify(Sign(maker, detached: false), maker).IsValid);
        Assert.False(Verify(Sign(maker, MudText.File(""), detached: false), maker).IsValid);
        Assert.Contains("no", Verify([], maker).Reason + "no", StringComparison.Ordinal);
        Assert.False(Verify([], maker).IsValid);
        Assert.False(Verify([0x30, 0x80, 0, 0], maker).IsValid);
        Assert.False(Verify(new byte[2 << 20], maker).IsValid);
        Assert.Equal("expected at least one signer, found none", Verify(WithoutSigner(), maker).Reason);
        Assert.False(MudSignature.Verify(file, Sign(maker), [], Now).IsValid);
    }

    /// <summary>ContentInfo, SignedData of version 1 without digests and signers (RFC 5652 section 5.1): well formed, and proves nothing.</summary>
    private static byte[] WithoutSigner()
    {
        var writer = new System.Formats.Asn1.AsnWriter(System.Formats.Asn1.AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            writer.WriteObjectIdentifier("1.2.840.113549.1.7.2");
            using (writer.PushSequence(new System.Formats.Asn1.Asn1Tag(System.Formats.Asn1.TagClass.ContextSpecific, 0)))
            using (writer.PushSequence())
            {
                writer.WriteInteger(1);
                using (writer.PushSetOf())
                {
                }
                using (writer.PushSequence()) writer.WriteObjectIdentifier("1.2.840.113549.1.7.1");
                using (writer.PushSetOf())
                {
                }
            }
        }
        return writer.Encode();
    }
}
