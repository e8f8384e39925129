using System.Security.Cryptography;
using System.Security.Cryptography.Cose;
using System.Security.Cryptography.X509Certificates;
using Assay.Assessment.Declarations;
using Assay.Tests;

namespace Assay.Assessment.Tests.Declarations;

/// <summary>Signatures beside a declaration. OpenSSL makes them, and judges the same bytes.</summary>
public class SignatureTests
{
    private static readonly DateTimeOffset AsOf = new(2026, 11, 1, 0, 0, 0, TimeSpan.Zero);
    private const string Paper = "ics:\n  5.1-1: yes\n  5.2-1: yes\n";

    private static void OpenSsl(Scratch scratch, params string[] arguments)
    {
        Tool.Need("openssl", "openssl");
        var result = Tool.Run("openssl", arguments, scratch.Folder);
        Assert.True(result.Exit == 0, result.Error);
    }

    private static bool Verifies(Scratch scratch, string form) =>
        Tool.Run("openssl", ["cms", "-verify", "-binary", "-noverify", "-inform", form, "-in", "ics.yaml.p7s", "-content", "ics.yaml", "-out", "/dev/null"], scratch.Folder).Exit == 0;

    // OpenSSL 3.0 cannot date a certificate by itself, so the framework makes it.
    private static Scratch Signed(string form = "DER", int from = 2026, int to = 2030, string key = "ec", string digest = "sha256")
    {
        var scratch = new Scratch();
        File.WriteAllText(scratch.File("ics.yaml"), Paper);
        using AsymmetricAlgorithm pair = key == "ec" ? ECDsa.Create(ECCurve.NamedCurves.nistP256) : RSA.Create(2048);
        var request = pair is ECDsa ec
            ? new CertificateRequest("CN=Example Ltd", ec, HashAlgorithmName.SHA256)
            : new CertificateRequest("CN=Example Ltd", (RSA)pair, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
        using var certificate = request.CreateSelfSigned(new DateTimeOffset(from, 1, 1, 0, 0, 0, TimeSpan.Zero), new DateTimeOffset(to, 1, 1, 0, 0, 0, TimeSpan.Zero));
        File.WriteAllText(scratch.File("cert.pem"), certificate.ExportCertificatePem());
        File.WriteAllText(scratch.File("key.pem"), pair.ExportPkcs8PrivateKeyPem());
        OpenSsl(scratch, "cms", "-sign", "-binary", "-md", digest, "-in", "ics.yaml", "-signer", "cert.pem", "-inkey", "key.pem", "-outform", form, "-out", "ics.yaml.p7s");
        return scratch;
    }

    [Theory]
    [InlineData("DER", "ec")]
    [InlineData("PEM", "ec")]
    [InlineData("DER", "rsa")]
    public void A_signature_that_fits_names_its_signer_and_key(string form, string key)
    {
        using var scratch = Signed(form, key: key);
        Assert.True(Verifies(scratch, form));
        var declaration = Declaration.Read(scratch.Folder, AsOf);
        Assert.Equal(2, declaration.Claims.Count);
        var signer = Assert.Single(declaration.Claims.Select(c => c.SignedBy).Distinct());
        Assert.Equal(("Example Ltd", "CMS"), (signer!.Name, signer.Form));
        Assert.Contains("self-signed", signer.Note);
        var der = Tool.Run("sh", ["-c", "openssl x509 -in cert.pem -pubkey -noout | openssl pkey -pubin -outform DER | sha256sum"], scratch.Folder).Text;
        Assert.Equal(der.Split(' ')[0], signer.KeyDigest);
        Assert.All(declaration.Coverage, c => Assert.Empty(c.Losses));
        Assert.Equal(["ics.yaml"], declaration.Files);
    }

    [Fact]
    public void A_file_changed_after_signing_counts_as_unsigned_and_says_so()
    {
        using var scratch = Signed();
        File.WriteAllText(scratch.File("ics.yaml"), Paper.Replace("5.2-1", "5.4-1"));
        Assert.False(Verifies(scratch, "DER"));
        var declaration = Declaration.Read(scratch.Folder, AsOf);
        Assert.All(declaration.Claims, c => Assert.Null(c.SignedBy));
        Assert.All(declaration.Claims, c => Assert.Contains("changed after it was signed", c.SignatureNote));
        Assert.Contains("ics.yaml.p7s", Assert.Single(Assert.Single(declaration.Coverage).Losses).Found);
    }

    [Fact]
    public void A_damaged_signature_counts_for_nobody_else()
    {
        using var scratch = Signed();
        var whole = File.ReadAllBytes(scratch.File("ics.yaml.p7s"));
        var key = Declaration.Read(scratch.Folder, AsOf).Claims[0].SignedBy!.KeyDigest;
        var refused = 0;
        for (var at = 0; at < whole.Length; at += 7)
        {
            var bytes = whole.ToArray();
            bytes[at] ^= 0x20;
            File.WriteAllBytes(scratch.File("ics.yaml.p7s"), bytes);
            var claim = Declaration.Read(scratch.Folder, AsOf).Claims[0];
            // Names and dates in the certificate are outside the signature over the file: it may still fit, then for the same key.
            if (claim.SignedBy is { } by) Assert.Equal(key, by.KeyDigest);
            else refused++;
        }
        Assert.True(refused > 20);
        foreach (var length in new[] { 0, 1, 10, whole.Length / 2 })
        {
            File.WriteAllBytes(scratch.File("ics.yaml.p7s"), whole[..length]);
            Assert.Null(Declaration.Read(scratch.Folder, AsOf).Claims[0].SignedBy);
        }
    }

    [Theory]
    [InlineData(2025, 2026, "certificate expired on 2026-01-01")]
    [InlineData(2027, 2028, "certificate valid only from 2027-01-01")]
    public void A_certificate_out_of_its_time_is_noted(int from, int to, string note)
    {
        using var scratch = Signed(from: from, to: to);
        Assert.Contains(note, Declaration.Read(scratch.Folder, AsOf).Claims[0].SignedBy!.Note);
    }

    [Fact]
    public void A_signature_with_an_outdated_hash_does_not_count()
    {
        using var scratch = Signed(digest: "sha1");
        var claim = Declaration.Read(scratch.Folder, AsOf).Claims[0];
        Assert.Null(claim.SignedBy);
        Assert.Contains("SHA-1", claim.SignatureNote);
    }

    [Fact]
    public void A_signature_without_a_certificate_is_nobodys()
    {
        using var scratch = Signed();
        OpenSsl(scratch, "cms", "-sign", "-binary", "-nocerts", "-in", "ics.yaml", "-signer", "cert.pem", "-inkey", "key.pem", "-outform", "DER", "-out", "ics.yaml.p7s");
        Assert.Contains("nobody can tell", Declaration.Read(scratch.Folder, AsOf).Claims[0].SignatureNote);
    }

    [Fact]
    public void A_certificate_by_another_authority_is_not_called_self_signed()
    {
        using var scratch = Signed();
        OpenSsl(scratch, "req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", "leaf.pem", "-out", "leaf.csr", "-subj", "/CN=Quality department");
        OpenSsl(scratch, "x509", "-req", "-in", "leaf.csr", "-CA", "cert.pem", "-CAkey", "key.pem", "-days", "30000", "-out", "leaf.crt");
        OpenSsl(scratch, "cms", "-sign", "-binary", "-in", "ics.yaml", "-signer", "leaf.crt", "-inkey", "leaf.pem", "-certfile", "cert.pem", "-outform", "DER", "-out", "ics.yaml.p7s");
        var signer = Declaration.Read(scratch.Folder, AsOf).Claims[0].SignedBy!;
        Assert.Equal("Quality department", signer.Name);
        Assert.DoesNotContain("self-signed", signer.Note ?? "");
    }

    [Fact]
    public void A_detached_cose_signature_counts_in_the_same_way()
    {
        using var scratch = Signed();
        File.Delete(scratch.File("ics.yaml.p7s"));
        using var certificate = X509Certificate2.CreateFromPemFile(scratch.File("cert.pem"), scratch.File("key.pem"));
        using var key = certificate.GetECDsaPrivateKey()!;
        var signer = new CoseSigner(key, HashAlgorithmName.SHA256);
        var chain = new System.Formats.Cbor.CborWriter();
        chain.WriteByteString(certificate.RawData);
        signer.UnprotectedHeaders.Add(new CoseHeaderLabel(33), CoseHeaderValue.FromEncodedValue(chain.Encode()));
        File.WriteAllBytes(scratch.File("ics.yaml.cose"), CoseSign1Message.SignDetached(File.ReadAllBytes(scratch.File("ics.yaml")), signer));
        Assert.Equal(("Example Ltd", "COSE"), Declaration.Read(scratch.Folder, AsOf).Claims[0].SignedBy is { } by ? (by.Name, by.Form) : default);
        File.AppendAllText(scratch.File("ics.yaml"), "# one more word\n");
        var claim = Declaration.Read(scratch.Folder, AsOf).Claims[0];
        Assert.Null(claim.SignedBy);
        Assert.Contains("changed after it was signed", claim.SignatureNote);
    }

    [Theory]
    [InlineData("nistP256", "SHA256", true)]
    [InlineData("nistP384", "SHA256", false)]
    [InlineData("nistP521", "SHA256", false)]
    [InlineData("nistP256", "SHA384", false)]
    public void A_cose_signature_counts_on_P256_with_SHA256_alone(string curve, string hash, bool counts)
    {
        using var scratch = Signed();
        File.Delete(scratch.File("ics.yaml.p7s"));
        using var key = ECDsa.Create(ECCurve.CreateFromFriendlyName(curve));
        using var certificate = new CertificateRequest("CN=Example Ltd", key, HashAlgorithmName.SHA256).CreateSelfSigned(AsOf.AddYears(-1), AsOf.AddYears(1));
        var signer = new CoseSigner(key, new HashAlgorithmName(hash));
        var chain = new System.Formats.Cbor.CborWriter();
        chain.WriteByteString(certificate.RawData);
        signer.UnprotectedHeaders.Add(new CoseHeaderLabel(33), CoseHeaderValue.FromEncodedValue(chain.Encode()));
        File.WriteAllBytes(scratch.File("ics.yaml.cose"), CoseSign1Message.SignDetached(File.ReadAllBytes(scratch.File("ics.yaml")), signer));
        var claim = Declaration.Read(scratch.Folder, AsOf).Claims[0];
        Assert.Equal(counts, claim.SignedBy is not null);
        Assert.Equal(counts, claim.SignatureNote is null);
    }
}
