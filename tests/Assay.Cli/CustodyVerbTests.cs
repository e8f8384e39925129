using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Assay.Custody.Freezing;
using Assay.Tests;

namespace Assay.Cli.Tests;

/// <summary>The verb's answers and exit statuses, on a freeze that is written here.</summary>
public class CustodyVerbTests
{
    private static readonly DateTimeOffset Time = new(2026, 11, 23, 4, 0, 0, TimeSpan.Zero);

    [Fact]
    public void A_whole_freeze_ends_with_0_a_changed_one_with_1_and_no_freeze_with_3()
    {
        using var scratch = new Scratch();
        var (zip, signer) = Freeze(null);
        File.WriteAllBytes(scratch.File("freeze.zip"), zip);
        File.WriteAllText(scratch.File("gateway.pem"), signer.ExportCertificatePem());
        var whole = Run("verify", scratch.File("freeze.zip"), "--signer", scratch.File("gateway.pem"));
        Assert.Equal((0, "whole"), (whole.Exit, whole.Output.Split('\n')[0]));
        Assert.Contains("signed by CN=gateway of a test", whole.Output, StringComparison.Ordinal);

        zip[zip.AsSpan().IndexOf("device speaks"u8)] ^= 1;
        File.WriteAllBytes(scratch.File("changed.zip"), zip);
        var changed = Run("verify", scratch.File("changed.zip"));
        Assert.Equal((1, "NOT whole"), (changed.Exit, changed.Output.Split('\n')[0]));
        Assert.Contains("notes.txt is changed", changed.Output, StringComparison.Ordinal);

        var (other, _) = Freeze(null);
        File.WriteAllBytes(scratch.File("other.zip"), other);
        Assert.Equal(1, Run("verify", scratch.File("other.zip"), "--signer", scratch.File("gateway.pem")).Exit);
        Assert.Equal(3, Run("verify", scratch.File("gateway.pem")).Exit);
        Assert.Equal(3, Run("verify", scratch.File("not-there.zip")).Exit);
        Assert.Equal(3, Run("verify", scratch.File("freeze.zip"), "--signer", scratch.File("freeze.zip")).Exit);
        Assert.Equal(2, Run("verify").Exit);
        Assert.Equal(2, Run("check", scratch.File("freeze.zip")).Exit);
        Assert.Equal(2, Run("verify", scratch.File("freeze.zip"), "--key", scratch.File("gateway.pem")).Exit);
    }

    [Fact]
    public void An_encrypted_freeze_needs_the_key_and_says_so()
    {
        using var scratch = new Scratch();
        using var key = RSA.Create(2048);
        using var recipient = new CertificateRequest("CN=Example CSIRT", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1).CreateSelfSigned(Time.AddDays(-1), Time.AddDays(900));
        var (sealedUp, _) = Freeze(recipient);
        File.WriteAllBytes(scratch.File("freeze.p7m"), sealedUp);
        File.WriteAllText(scratch.File("key.pem"), key.ExportPkcs8PrivateKeyPem());
        File.WriteAllText(scratch.File("recipient.pem"), recipient.ExportCertificatePem());
        var without = Run("verify", scratch.File("freeze.p7m"));
        Assert.Equal(3, without.Exit);
        Assert.Contains("encrypted", without.Error, StringComparison.Ordinal);
        Assert.Equal(0, Run("verify", scratch.File("freeze.p7m"), "--key", scratch.File("key.pem"), "--recipient", scratch.File("recipient.pem")).Exit);
        Assert.Equal(3, Run("verify", scratch.File("freeze.p7m"), "--key", scratch.File("recipient.pem"), "--recipient", scratch.File("recipient.pem")).Exit);
    }

    private static (byte[] Bytes, X509Certificate2 Signer) Freeze(X509Certificate2? recipient)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var signer = FreezeCertificate.SelfSigned(key, "gateway of a test", Time, TimeSpan.FromDays(9));
        var page = new FreezePage
        {
            Device = "doorbell",
            Authority = "a test",
            Reason = "a test",
            Begun = Time,
            Ended = Time,
            Clock = "a test's",
            NotCaptured = [],
            Tools = [new FreezeTool("test", "1")],
        };
        return (Custody.Freezing.Freeze.Write([new FrozenItem { Name = "notes.txt", What = "notes", Bytes = "the device speaks"u8.ToArray() }], page, signer, key, recipient), signer);
    }

    private static Command.Result Run(params string[] words) => Command.Run(["custody", .. words]);
}
