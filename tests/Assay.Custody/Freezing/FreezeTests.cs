using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Assay.Custody.Freezing;
using Assay.Custody.Verification;
using Assay.Tests;

namespace Assay.Custody.Tests.Freezing;

public class FreezeTests
{
    [Fact]
    public void A_freeze_is_checked_by_unzip_and_sha256sum_and_openssl_alone()
    {
        Tool.Need("unzip", "unzip");
        Tool.Need("openssl", "openssl");
        using var scratch = new Scratch();
        File.WriteAllBytes(scratch.File("freeze.zip"), Frozen.Plain());
        File.WriteAllText(scratch.File("gateway.pem"), Frozen.Signer.ExportCertificatePem());
        Ok(Tool.Run("unzip", ["-tq", "freeze.zip"], scratch.Folder));
        Ok(Tool.Run("unzip", ["-q", "freeze.zip", "-d", "out"], scratch.Folder));
        var folder = scratch.File("out");
        foreach (var item in Frozen.Items) Assert.Equal(item.Bytes.ToArray(), File.ReadAllBytes(Path.Combine(folder, item.Name)));
        Ok(Tool.Run("sha256sum", ["-c", "--strict", "SHA256SUMS"], folder));
        // The very lines that the page tells a person to type.
        foreach (var line in File.ReadAllLines(Path.Combine(folder, "README.txt")).Where(l => l.StartsWith("  sha256sum", StringComparison.Ordinal) || l.StartsWith("  openssl cms", StringComparison.Ordinal) || l.StartsWith("  openssl x509", StringComparison.Ordinal)))
        {
            var words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            var result = Tool.Run(words[0], words[1..], folder);
            Ok(result);
            if (words[1] != "x509") continue;
            Assert.Contains(Convert.ToHexString(SHA256.HashData(Frozen.Signer.RawData)), result.Text.Replace(":", "", StringComparison.Ordinal), StringComparison.Ordinal);
        }
        string[] chain = ["cms", "-verify", "-binary", "-inform", "DER", "-in", "SHA256SUMS.p7s", "-content", "SHA256SUMS", "-CAfile", "../gateway.pem", "-purpose", "any", "-out", "/dev/null"];
        Ok(Tool.Run("openssl", chain, folder));

        File.AppendAllText(Path.Combine(folder, "SHA256SUMS"), "\n");
        Assert.NotEqual(0, Tool.Run("openssl", chain, folder).Exit);
    }

    [Fact]
    public void Openssl_decrypts_what_was_encrypted_to_a_recipient_and_we_open_what_openssl_encrypted()
    {
        Tool.Need("openssl", "openssl");
        using var scratch = new Scratch();
        File.WriteAllBytes(scratch.File("freeze.p7m"), Freeze.Write(Frozen.Items, Frozen.Page, Frozen.Signer, Frozen.Key, Frozen.Recipient));
        File.WriteAllText(scratch.File("key.pem"), Frozen.RecipientKey.ExportPkcs8PrivateKeyPem());
        File.WriteAllText(scratch.File("recipient.pem"), Frozen.Recipient.ExportCertificatePem());
        Ok(Tool.Run("openssl", ["cms", "-decrypt", "-binary", "-inform", "DER", "-in", "freeze.p7m", "-inkey", "key.pem", "-recip", "recipient.pem", "-out", "freeze.zip"], scratch.Folder));
        Assert.Contains("aes-256-cbc", Tool.Run("openssl", ["cms", "-cmsout", "-print", "-inform", "DER", "-in", "freeze.p7m"], scratch.Folder).Text, StringComparison.Ordinal);
        Assert.True(CustodyCheck.Of(File.ReadAllBytes(scratch.File("freeze.zip"))).IsWhole);

        Ok(Tool.Run("openssl", ["cms", "-encrypt", "-binary", "-aes256", "-outform", "DER", "-in", "freeze.zip", "-out", "again.p7m", "recipient.pem"], scratch.Folder));
        var check = CustodyCheck.Of(File.ReadAllBytes(scratch.File("again.p7m")), Frozen.Signer, Frozen.Recipient, Frozen.RecipientKey);
        Assert.True(check.IsWhole && check.WasEncrypted);
    }

    [Fact]
    public void The_same_evidence_gives_the_same_zip_apart_from_the_signature()
    {
        var one = CustodyCheck.Of(Frozen.Plain()).Files;
        var two = CustodyCheck.Of(Freeze.Write([.. Frozen.Items.Reverse()], Frozen.Page, Frozen.Signer, Frozen.Key)).Files;
        Assert.Equal(one.Keys, two.Keys);
        foreach (var name in one.Keys.Where(n => n != "SHA256SUMS.p7s")) Assert.Equal(one[name].ToArray(), two[name].ToArray());
        using var rsa = RSA.Create(2048);
        using var signer = new CertificateRequest("CN=RSA", rsa, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1).CreateSelfSigned(Frozen.Time, Frozen.Time.AddDays(9));
        // An RSA signature (PKCS #1 v1.5) has no randomness in it.
        Assert.Equal(Freeze.Write(Frozen.Items, Frozen.Page, signer), Freeze.Write(Frozen.Items, Frozen.Page, signer));
    }

    [Fact]
    public void The_page_says_what_was_taken_on_whose_authority_and_what_was_not()
    {
        var files = CustodyCheck.Of(Frozen.Plain()).Files;
        foreach (var text in new[] { files["README.txt"], files["page.html"] }.Select(f => System.Text.Encoding.UTF8.GetString(f.Span)))
        {
            Assert.Contains("M. Example (keeper of this network)", text, StringComparison.Ordinal);
            Assert.Contains("memory of the device: nobody asked it", text, StringComparison.Ordinal);
            Assert.Contains("the last 60 s of frames on br0, headers only", text, StringComparison.Ordinal);
            Assert.Contains("set by NTP, 3 ms off", text, StringComparison.Ordinal);
            Assert.Contains(Convert.ToHexStringLower(SHA256.HashData(Frozen.Signer.RawData)), text, StringComparison.Ordinal);
        }
        Assert.DoesNotContain("<script>", System.Text.Encoding.UTF8.GetString(files["page.html"].Span), StringComparison.Ordinal);
        Assert.Empty(new FreezeWords(Frozen.Items, Frozen.Page, Frozen.Signer).Html().Faults());
    }

    [Theory]
    [InlineData("../ring.pcap")]
    [InlineData("/etc/passwd")]
    [InlineData("a//b")]
    [InlineData("a\\b")]
    [InlineData("a\nb")]
    [InlineData("./a")]
    [InlineData("-rf")]
    [InlineData("")]
    [InlineData("SHA256SUMS")]
    [InlineData("readme.TXT")]
    public void An_item_with_a_name_that_leads_elsewhere_or_hides_ours_is_refused(string name) =>
        Assert.Throws<ArgumentException>(() => Freeze.Write([new FrozenItem { Name = name, What = "x", Bytes = new byte[1] }], Frozen.Page, Frozen.Signer, Frozen.Key));

    [Fact]
    public void A_recipient_without_an_RSA_key_is_refused_before_anything_is_written()
    {
        var refusal = Assert.Throws<ArgumentException>(() => Freeze.Write(Frozen.Items, Frozen.Page, Frozen.Signer, Frozen.Key, Frozen.Signer));
        Assert.Contains("RSA", refusal.Message, StringComparison.Ordinal);
        using var small = RSA.Create(1024);
        using var weak = new CertificateRequest("CN=weak", small, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1).CreateSelfSigned(Frozen.Time, Frozen.Time.AddDays(9));
        Assert.Contains("2048", Assert.Throws<ArgumentException>(() => Freeze.RequireRsa(weak)).Message, StringComparison.Ordinal);
        Freeze.RequireRsa(Frozen.Recipient);
    }

    internal static void Ok(Tool.Result result) => Assert.True(result.Exit == 0, result.Text + result.Error);
}
