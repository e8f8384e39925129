using System.Text;
using Assay.Evidence.Cryptography;
using Assay.Tests;

namespace Assay.Evidence.Tests.Cryptography;

public class KeyTests
{
    [Theory]
    [InlineData("genrsa -traditional 1024", "RSA", 1024, true, "PKCS#1")]
    [InlineData("genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048", "RSA", 2048, false, "PKCS#8")]
    [InlineData("ecparam -name prime256v1 -genkey -noout", "EC", 256, false, "SEC1")]
    [InlineData("ecparam -name prime192v1 -genkey -noout", "EC", 192, true, "SEC1")]
    [InlineData("genpkey -algorithm EC -pkeyopt ec_paramgen_curve:secp384r1", "EC", 384, false, "PKCS#8")]
    [InlineData("genpkey -algorithm ed25519", "Ed25519", 256, false, "PKCS#8")]
    [InlineData("genrsa -aes128 -passout pass:abcd -traditional 1024", "RSA", null, false, "PKCS#1")]
    [InlineData("genpkey -algorithm RSA -aes-128-cbc -pass pass:abcd -pkeyopt rsa_keygen_bits:1024", "unknown", null, false, "PKCS#8")]
    public void A_key_of_openssl_tells_its_kind_and_size(string command, string algorithm, int? bits, bool isShort, string format)
    {
        Tool.Need("openssl", "openssl");
        var pem = Tool.Run("openssl", command.Split(' ')).Output;
        var key = Assert.Single(PemBlock.FindAll(pem).Select(PrivateKeyFacts.Of).OfType<PrivateKeyFacts>());
        Assert.Equal((algorithm, bits, isShort, format), (key.Algorithm, key.Bits, key.IsShort, key.Format));
        Assert.Equal(command.Contains("aes"), key.Encrypted);
    }

    [Theory]
    [InlineData("rsa", "2048", "RSA", 2048)]
    [InlineData("ecdsa", "256", "EC", 256)]
    [InlineData("ed25519", "256", "Ed25519", 256)]
    public void A_key_of_ssh_keygen_tells_its_kind_and_size(string type, string size, string algorithm, int bits)
    {
        Tool.Need("ssh-keygen", "openssh-client");
        using var scratch = new Scratch();
        Tool.Run("ssh-keygen", ["-q", "-t", type, "-b", size, "-N", "", "-f", scratch.File("key")]);
        var key = PrivateKeyFacts.Of(Assert.Single(PemBlock.FindAll(File.ReadAllBytes(scratch.File("key")))));
        Assert.Equal((algorithm, bits, "OpenSSH", false), (key?.Algorithm, key?.Bits, key?.Format, key?.Encrypted));
    }

    [Fact]
    public void A_certificate_tells_what_openssl_tells_and_shares_its_key_s_id()
    {
        Tool.Need("openssl", "openssl");
        using var scratch = new Scratch();
        Tool.Run("openssl", ["req", "-x509", "-newkey", "rsa:1024", "-nodes", "-keyout", scratch.File("k"), "-out", scratch.File("c"), "-subj", "/O=Example/CN=router.local", "-days", "30", "-sha1"]);
        var certificate = CertificateFacts.OfDer(Assert.Single(PemBlock.FindAll(File.ReadAllBytes(scratch.File("c")))).Der)!;
        var key = PrivateKeyFacts.Of(Assert.Single(PemBlock.FindAll(File.ReadAllBytes(scratch.File("k")))))!;
        var text = Tool.Run("openssl", ["x509", "-in", scratch.File("c"), "-noout", "-fingerprint", "-sha256", "-enddate", "-dateopt", "iso_8601"]).Text;
        Assert.Contains(certificate.Sha256, text.Replace(":", "", StringComparison.Ordinal), StringComparison.OrdinalIgnoreCase);
        Assert.Contains(certificate.NotAfter.ToString("yyyy-MM-dd HH:mm:ss", System.Globalization.CultureInfo.InvariantCulture), text, StringComparison.Ordinal);
        Assert.Equal(("O=Example, CN=router.local", true, true, true, "SHA-1", 1024), (certificate.Subject, certificate.IsSelfSigned, certificate.IsShort, certificate.HasWeakHash, certificate.SignatureHash, certificate.KeyBits));
        Assert.Equal(key.PublicKeyId, certificate.PublicKeyId);
    }

    [Theory]
    [InlineData("\\n", true)]
    [InlineData("\r\n", true)]
    [InlineData("\0", true)]
    [InlineData("!", false)]
    public void A_block_is_read_with_the_line_ends_of_texts_of_JSON_and_of_programs(string lineEnd, bool read)
    {
        var lines = new[] { "-----BEGIN PRIVATE KEY-----", "MC4CAQAwBQYDK2VwBCIEIAABAgMEBQYHCAkKCwwNDg8Q", "ERITFBUWFxgZGhscHR4f", "-----END PRIVATE KEY-----" };
        var blocks = PemBlock.FindAll(Encoding.ASCII.GetBytes("before" + string.Join(lineEnd, lines) + "after"));
        Assert.Equal(read ? "Ed25519" : null, blocks.Select(b => PrivateKeyFacts.Of(b)?.Algorithm).SingleOrDefault());
        if (read) Assert.Equal(6, blocks[0].Offset);
    }

    [Fact]
    public void A_key_in_the_form_of_Dropbear_tells_its_kind_and_size()
    {
        byte[] Text(string s) => [0, 0, 0, (byte)s.Length, .. Encoding.ASCII.GetBytes(s)];
        var modulus = Enumerable.Repeat((byte)0xff, 128).Prepend((byte)0).ToArray();
        byte[] rsa = [.. Text("ssh-rsa"), 0, 0, 0, 3, 1, 0, 1, 0, 0, 0, 129, .. modulus];
        Assert.Equal(("RSA", 1024, true), (PrivateKeyFacts.OfDropbear(rsa)!.Algorithm, PrivateKeyFacts.OfDropbear(rsa)!.Bits!.Value, PrivateKeyFacts.OfDropbear(rsa)!.IsShort));
        Assert.Null(PrivateKeyFacts.OfDropbear(rsa.AsSpan(0, 60)));
    }

    [Fact]
    public void Damaged_keys_and_certificates_give_nothing_and_never_an_exception()
    {
        Tool.Need("openssl", "openssl");
        using var scratch = new Scratch();
        Tool.Run("openssl", ["req", "-x509", "-newkey", "rsa:1024", "-nodes", "-keyout", scratch.File("k"), "-out", scratch.File("c"), "-subj", "/CN=x", "-days", "30"]);
        var certificate = PemBlock.FindAll(File.ReadAllBytes(scratch.File("c")))[0].Der;
        var key = PemBlock.FindAll(File.ReadAllBytes(scratch.File("k")))[0].Der;
        Assert.NotNull(CertificateFacts.OfDer(certificate));
        Assert.NotNull(PrivateKeyFacts.OfDer(key));
        var random = new Random(7);
        for (var i = 0; i < 4000; i++)
        {
            foreach (var healthy in new[] { certificate, key })
            {
                var damaged = healthy[..(i % 3 == 0 ? random.Next(healthy.Length) : healthy.Length)].ToArray();
                for (var n = random.Next(1, 6); n > 0 && damaged.Length > 0; n--) damaged[random.Next(damaged.Length)] = (byte)random.Next(256);
                CertificateFacts.OfDer(damaged);
                PrivateKeyFacts.OfDer(damaged);
                PrivateKeyFacts.OfDropbear(damaged);
            }
        }
    }
}
