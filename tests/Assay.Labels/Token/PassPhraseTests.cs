using System.Security.Cryptography;
using System.Text;
using Assay.Evidence.Reading;
using Assay.Labels.Log;
using Assay.Labels.Token;
using Assay.Labels.Trust;
using Assay.Tests;

namespace Assay.Labels.Tests;

/// <summary>Keys that lie encrypted: opened with their pass phrase and no other, by us and by openssl, whoever wrote them.</summary>
public sealed class PassPhraseTests : IDisposable
{
    private const string Phrase = "eleven blue doors";
    private readonly Scratch scratch = new();

    public void Dispose() => scratch.Dispose();

    [Fact]
    public void A_key_opens_with_its_pass_phrase_and_with_no_other()
    {
        using var key = SigningKey.Create();
        var pem = key.ToPem(Phrase);
        Assert.StartsWith("-----BEGIN ENCRYPTED PRIVATE KEY-----", pem, StringComparison.Ordinal);
        using (var opened = SigningKey.FromPem(pem, Phrase)) Assert.True(opened.Public.Equals(key.Public));
        var log = LogKey.Create();
        Assert.Equal(log.Verifier("o").ToString(), LogKey.FromPem(log.ToPem(Phrase), Phrase).Verifier("o").ToString());
        foreach (var wrong in new[] { null, "", "eleven blue door" })
        {
            Assert.Contains("pass phrase", Assert.Throws<UnreadableException>(() => SigningKey.FromPem(pem, wrong)).Message, StringComparison.Ordinal);
            Assert.Contains("pass phrase", Assert.Throws<UnreadableException>(() => LogKey.FromPem(log.ToPem(Phrase), wrong)).Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Openssl_opens_what_we_wrote_and_we_open_what_openssl_wrote()
    {
        Tool.Need("openssl", "openssl");
        using var key = SigningKey.Create();
        var log = LogKey.Create();
        foreach (var (ours, plain) in new[] { (key.ToPem(Phrase), key.ToPem()), (log.ToPem(Phrase), log.ToPem()) })
        {
            File.WriteAllText(scratch.File("ours.pem"), ours);
            File.WriteAllText(scratch.File("plain.pem"), plain);
            var opened = Tool.Run("openssl", ["pkey", "-in", scratch.File("ours.pem"), "-passin", $"pass:{Phrase}", "-outform", "DER"]);
            Assert.Equal(Tool.Run("openssl", ["pkey", "-in", scratch.File("plain.pem"), "-outform", "DER"]).Output, opened.Output);
            Assert.NotEmpty(opened.Output);
            Assert.NotEqual(0, Tool.Run("openssl", ["pkey", "-in", scratch.File("ours.pem"), "-passin", "pass:another", "-noout"]).Exit);
            var theirs = Tool.Run("openssl", ["pkcs8", "-topk8", "-v2", "aes-256-cbc", "-v2prf", "hmacWithSHA256", "-iter", "1000", "-in", scratch.File("plain.pem"), "-passout", $"pass:{Phrase}"]);
            Assert.True(theirs.Exit == 0, theirs.Error);
            if (plain == log.ToPem()) Assert.Equal(log.Verifier("o").ToString(), LogKey.FromPem(theirs.Text, Phrase).Verifier("o").ToString());
            else using (var read = SigningKey.FromPem(theirs.Text, Phrase)) Assert.True(read.Public.Equals(key.Public));
        }
    }

    [Fact]
    public void A_file_that_asks_for_endless_work_is_refused_before_it_is_done()
    {
        using var key = SigningKey.Create();
        var der = Convert.FromBase64String(string.Concat(key.ToPem(Phrase).Split('\n').Where(l => !l.StartsWith('-'))));
        // The rounds stand as a three-byte integer; as large as one can be they are beyond what is done for anybody.
        var at = der.AsSpan().IndexOf(new byte[] { 0x02, 0x03, 0x09, 0x27, 0xc0 });
        Assert.True(at > 0);
        byte[] endless = [.. der];
        (endless[at + 2], endless[at + 3], endless[at + 4]) = (0x7f, 0xff, 0xff);
        Assert.Throws<UnreadableException>(() => SigningKey.FromPem(PemEncoding.WriteString("ENCRYPTED PRIVATE KEY", endless), "wrong"));
        for (var i = 0; i < 120; i += 7)
        {
            byte[] broken = [.. der];
            broken[i] ^= 0x41;
            if (i is > 20 and < 90) continue;
            Assert.Throws<UnreadableException>(() => SigningKey.FromPem(PemEncoding.WriteString("ENCRYPTED PRIVATE KEY", broken), Phrase));
        }
    }

    [Fact]
    public void A_development_key_is_written_encrypted_where_the_environment_says_so_and_each_role_has_its_own()
    {
        var folder = new KeyFolder(scratch.Folder);
        string? Environment(string name) => name == PassPhrase.Variable ? Phrase : null;
        var names = new HashSet<string>();
        foreach (var role in new[] { KeyRoles.Assessor, KeyRoles.Decision, KeyRoles.Issuer, KeyRoles.Status })
        {
            using var made = folder.Open(role, _ => { }, Environment);
            Assert.True(PassPhrase.Encrypts(File.ReadAllText(folder.KeyFile(role))));
            using var again = folder.Open(role, _ => { }, Environment);
            Assert.True(again.Public.Equals(made.Public) && names.Add(made.Public.Name));
            Assert.Throws<UnreadableException>(() => folder.Open(role, _ => { }));
        }
        // Without the pass phrase they tell nothing, and stop nothing.
        Assert.Empty(folder.Development());
        Assert.NotNull(folder.NoteKey("witness", _ => { }, Environment));
    }
}
