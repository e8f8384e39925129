using Assay.Evidence.Reading;
using Assay.Labels.Token;
using Assay.Labels.Trust;
using Assay.Tests;

namespace Assay.Labels.Tests;

/// <summary>openssl is the device and the authority behind it: it makes the keys and certificates, and answers the challenge.</summary>
public sealed class DeviceProofTests : IDisposable
{
    // A little later than all that is made here begins to be valid.
    private static readonly DateTimeOffset Now = TimeProvider.System.GetUtcNow().AddMinutes(3);
    private readonly Samples samples = new();
    private readonly Scratch scratch = new();
    private readonly Challenge challenge = Challenge.Fresh(TimeProvider.System);

    public DeviceProofTests()
    {
        Tool.Need("openssl", "openssl");
        File.WriteAllBytes(scratch.File("challenge"), challenge.File.ToArray());
        foreach (var ca in new[] { "ca", "other" }) OpenSsl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", $"{ca}.key", "-out", $"{ca}.pem", "-days", "30", "-subj", $"/CN={ca}", "-addext", "keyUsage=critical,keyCertSign");
        Device("device", "ca", "ec:P-256");
    }

    public void Dispose()
    {
        samples.Dispose();
        scratch.Dispose();
    }

    private void OpenSsl(params string[] words)
    {
        var result = Tool.Run("openssl", words, scratch.Folder);
        Assert.True(result.Exit == 0, string.Join(' ', words) + result.Error);
    }

    private void Device(string name, string ca, string key, string extensions = "basicConstraints=CA:FALSE\nkeyUsage=critical,digitalSignature\n", string subject = "/CN=unit 7")
    {
        if (key.StartsWith("rsa:", StringComparison.Ordinal)) OpenSsl("genrsa", "-out", $"{name}.key", key[4..]);
        else OpenSsl("ecparam", "-genkey", "-name", key[3..] == "P-256" ? "prime256v1" : key[3..] == "P-384" ? "secp384r1" : key[3..], "-noout", "-out", $"{name}.key");
        File.WriteAllText(scratch.File("extensions"), extensions);
        OpenSsl("req", "-new", "-key", $"{name}.key", "-subj", subject, "-out", $"{name}.csr");
        OpenSsl("x509", "-req", "-in", $"{name}.csr", "-CA", $"{ca}.pem", "-CAkey", $"{ca}.key", "-CAcreateserial", "-days", "20", "-extfile", "extensions", "-out", $"{name}.pem");
        OpenSsl("dgst", "-sha256", "-sign", $"{name}.key", "-out", $"{name}.answer", "challenge");
    }

    private DeviceProof Proof(params string[] files) => DeviceProof.Read(string.Concat(files.Select(f => File.ReadAllText(scratch.File(f)))));
    private ReadOnlyMemory<byte> Pin(string file) => DeviceBinding.PinOf(Proof(file).Spki.Span);
    private byte[] Answer(string name = "device") => File.ReadAllBytes(scratch.File($"{name}.answer"));

    [Fact]
    public void A_pin_is_what_openssl_computes_of_the_same_key()
    {
        OpenSsl("pkey", "-in", "device.key", "-pubout", "-outform", "DER", "-out", "device.spki");
        var theirs = Tool.Run("openssl", ["dgst", "-sha256", "-r", scratch.File("device.spki")]).Text[..32];
        Assert.Equal(theirs, Convert.ToHexStringLower(Pin("device.pem").Span));
    }

    [Theory]
    [InlineData("ec:P-256")]
    [InlineData("ec:P-384")]
    [InlineData("rsa:2048")]
    public void A_device_with_a_certificate_of_the_named_authority_is_bound(string key)
    {
        Device("unit", "ca", key);
        var binding = new DeviceBinding(Pin("ca.pem"), null);
        var check = Proof("unit.pem", "ca.pem").Against(binding, challenge, Answer("unit"), Now);
        Assert.True(check.IsBound, check.Reason);
        // The device's own key alone says nothing of an authority.
        OpenSsl("pkey", "-in", "unit.key", "-pubout", "-out", "unit.pub");
        Assert.Contains("no certificate was shown", Proof("unit.pub").Against(binding, challenge, Answer("unit"), Now).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void The_device_whose_key_a_label_names_is_bound_and_no_other()
    {
        OpenSsl("pkey", "-in", "device.key", "-pubout", "-out", "device.pub");
        var binding = new DeviceBinding(null, Pin("device.pub"));
        Assert.True(Proof("device.pub").Against(binding, challenge, Answer(), Now).IsBound);
        Assert.True(Proof("device.pem").Against(binding, challenge, Answer(), Now).IsBound);
        Device("twin", "ca", "ec:P-256");
        // Of the same model and authority, and another unit: also where the label names the authority too.
        Assert.Contains("another key", Proof("twin.pem", "ca.pem").Against(binding with { IssuingAuthority = Pin("ca.pem") }, challenge, Answer("twin"), Now).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_not_an_answer_of_this_unit_binds_nothing_and_says_why()
    {
        var binding = new DeviceBinding(Pin("ca.pem"), null);
        UnitCheck Against(DeviceProof proof, byte[]? answer = null, Challenge? asked = null, DateTimeOffset? at = null, DeviceBinding? bound = null) => proof.Against(bound ?? binding, asked ?? challenge, answer ?? Answer(), at ?? Now);
        var good = Proof("device.pem", "ca.pem");
        Assert.True(Against(good).IsBound);
        Assert.True(Against(Proof("device.pem", "other.pem", "ca.pem")).IsBound);

        Assert.Contains("names no device", good.Against(null, challenge, Answer(), Now).Reason, StringComparison.Ordinal);
        foreach (var bad in new[] { [], [1, 2, 3], new byte[64], new byte[4000], [.. Answer()[..^1], (byte)(Answer()[^1] ^ 1)] }) Refused("not a signature", Against(good, bad));
        Refused("not a signature", Against(good, asked: Challenge.Fresh(TimeProvider.System)));
        Refused("ask with a fresh one", Against(good, at: Now.AddHours(2)));
        Refused("a clock is wrong", Against(good, at: Now.AddYears(-3)));
        Refused("was not shown", Against(Proof("device.pem")));
        Refused("was not shown", Against(Proof("device.pem", "other.pem")));
        Device("foreign", "other", "ec:P-256");
        Refused("names another issuer", Against(Proof("foreign.pem", "ca.pem"), Answer("foreign")));
        // Another authority under the same name.
        OpenSsl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", "false.key", "-out", "false.pem", "-days", "30", "-subj", "/CN=ca", "-addext", "keyUsage=critical,keyCertSign");
        Device("counterfeit", "false", "ec:P-256");
        Refused("not signed by the authority", Against(Proof("counterfeit.pem", "ca.pem"), Answer("counterfeit")));
        Device("under", "ca", "ec:P-256", "basicConstraints=critical,CA:TRUE\n");
        Refused("an authority's, not a device's", Against(Proof("under.pem", "ca.pem"), Answer("under")));
        Device("mute", "ca", "ec:P-256", "keyUsage=critical,keyAgreement\n");
        Refused("does not allow it to sign", Against(Proof("mute.pem", "ca.pem"), Answer("mute")));
        Device("odd", "ca", "ec:P-256", "1.2.3.4=critical,ASN1:UTF8String:x\n");
        Refused("critical extension 1.2.3.4", Against(Proof("odd.pem", "ca.pem"), Answer("odd")));
        // A device that poses as its own authority's pin holder.
        Refused("does not allow it to issue", Against(Proof("device.pem", "device.pem"), bound: new DeviceBinding(Pin("device.pem"), null)));
        var late = Challenge.Make(Now.AddDays(40), new byte[32]);
        File.WriteAllBytes(scratch.File("challenge"), late.File.ToArray());
        OpenSsl("dgst", "-sha256", "-sign", "device.key", "-out", "device.answer", "challenge");
        Refused("not valid on", Against(good, asked: late, at: Now.AddDays(40)));

        static void Refused(string because, UnitCheck check)
        {
            Assert.False(check.IsBound, because);
            Assert.Contains(because, check.Reason, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void What_is_no_key_no_certificate_or_no_challenge_is_refused()
    {
        Assert.NotNull(Proof("device.pem"));
        OpenSsl("ecparam", "-genkey", "-name", "secp256k1", "-noout", "-out", "k1.key");
        foreach (var bad in new[] { "", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", File.ReadAllText(scratch.File("device.key")), "-----BEGIN PUBLIC KEY-----\nMAA=\n-----END PUBLIC KEY-----\n", new string('x', DeviceProof.MaxBytes + 1) })
            Assert.Throws<UnreadableException>(() => DeviceProof.Read(bad));
        OpenSsl("genrsa", "-out", "short.key", "1024");
        OpenSsl("pkey", "-in", "short.key", "-pubout", "-out", "short.pub");
        Assert.Contains("RSA with 2048", Assert.Throws<UnreadableException>(() => Proof("short.pub")).Message, StringComparison.Ordinal);
        Assert.Equal(challenge.At.ToUnixTimeSeconds(), Challenge.Read(challenge.File).At.ToUnixTimeSeconds());
        var text = System.Text.Encoding.ASCII.GetString(challenge.File.Span);
        foreach (var bad in new[] { "", text[..^1], text + "\n", text.Replace("challenge 1", "challenge 2", StringComparison.Ordinal), text.Replace("T", " ", StringComparison.Ordinal), text.ToUpperInvariant(), new string('a', 300) })
            Assert.Throws<UnreadableException>(() => Challenge.Read(System.Text.Encoding.ASCII.GetBytes(bad)));
    }

    [Fact]
    public void A_label_carries_what_it_is_bound_to_and_still_fits_the_box()
    {
        var statement = Statement.Read(samples.Statement());
        foreach (var binding in new DeviceBinding?[] { null, new(Pin("ca.pem"), null), new(null, Pin("device.pem")) })
        {
            var (label, refusals) = Issuing.Issue(statement, samples.Assessor.Public, samples.Granted(statement), samples.Decider.Public, samples.Issuer,
                new IssuingTerms { Issuer = "office", IssuedAt = Samples.Now, Product = "Bell", Status = new StatusPointer("s/1", 7), Binding = binding });
            Assert.Empty(refusals);
            foreach (var read in new[] { Hallmark.Read(label!.Hallmark).Binding, Certificate.Read(label.Certificate).Binding })
            {
                Assert.Equal(binding?.DeviceKey?.ToArray(), read?.DeviceKey?.ToArray());
                Assert.Equal(binding?.IssuingAuthority?.ToArray(), read?.IssuingAuthority?.ToArray());
            }
            Assert.InRange(label.Hallmark.Length, 1, Hallmark.MaxBytes);
            Assert.Contains(Certificate.Read(label.Certificate).Limits, l => l.Contains(binding is null ? "proves nothing of a single unit" : binding.DeviceKey is null ? "authority named here" : "one device", StringComparison.Ordinal));
        }
    }
}
