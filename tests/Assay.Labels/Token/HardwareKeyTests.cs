using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Assay.Evidence.Reading;
using Assay.Labels.Log;
using Assay.Labels.Token;
using Assay.Tests;

namespace Assay.Labels.Tests;

/// <summary>Keys in a token: SoftHSM is the token, pkcs11-tool makes the keys, openssl judges what they signed.</summary>
public sealed unsafe partial class HardwareKeyTests : IClassFixture<HardwareKeyTests.Shelf>, IDisposable
{
    private const string Module = "/usr/lib/softhsm/libsofthsm2.so", Pin = "246810";
    private readonly Scratch scratch = new();

    public HardwareKeyTests(Shelf shelf)
    {
        Tool.Need("softhsm2-util", "softhsm2");
        Tool.Need("pkcs11-tool", "opensc");
        Tool.Need("openssl", "openssl");
        shelf.Make();
    }

    public void Dispose() => scratch.Dispose();

    [Fact]
    public void A_key_in_a_token_signs_tokens_that_openssl_and_we_verify()
    {
        using var key = SigningKey.FromPem(Address("object=issuer") + "\n", Pin);
        Assert.Equal(Tool.Run("pkcs11-tool", ["--module", Module, "--token-label", "assay", "--read-object", "--type", "pubkey", "--label", "issuer"]).Output, key.Public.Spki.ToArray());
        File.WriteAllBytes(scratch.File("key.der"), key.Public.Spki.ToArray());
        var message = "what is signed"u8.ToArray();
        File.WriteAllBytes(scratch.File("message"), message);
        File.WriteAllBytes(scratch.File("signature"), key.SignDer(message));
        Assert.Contains("Verified OK", Tool.Run("openssl", ["dgst", "-sha256", "-verify", scratch.File("key.der"), "-keyform", "DER", "-signature", scratch.File("signature"), scratch.File("message")]).Text, StringComparison.Ordinal);
        var file = CoseSign1.Read(CoseSign1.Sign(key, message));
        Assert.True(file.Verify(key.Public));
        using var other = SigningKey.Create();
        Assert.False(file.Verify(other.Public));
        // A certificate for forms that carry one, and the same key by its id.
        File.WriteAllText(scratch.File("certificate.pem"), PemEncoding.WriteString("CERTIFICATE", key.Certificate("Office", DateTimeOffset.UnixEpoch.AddYears(56), DateTimeOffset.UnixEpoch.AddYears(58))));
        var verified = Tool.Run("openssl", ["verify", "-no_check_time", "-check_ss_sig", "-partial_chain", "-trusted", scratch.File("certificate.pem"), scratch.File("certificate.pem")]);
        Assert.True(verified.Exit == 0, verified.Error);
        using var byId = SigningKey.FromPem(Address("id=%01"), Pin);
        Assert.True(byId.Public.Equals(key.Public));
    }

    [Fact]
    public void A_log_key_in_a_token_signs_what_openssl_verifies()
    {
        var key = LogKey.FromPem(Address("object=log"), Pin);
        var message = "a checkpoint\n"u8.ToArray();
        var signature = key.Sign(message);
        Assert.True(key.Verifier("office.example/log").VerifyDetached(message, signature));
        File.WriteAllBytes(scratch.File("key.der"), [0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00, .. key.Verifier("o").Point.Span]);
        File.WriteAllBytes(scratch.File("message"), message);
        File.WriteAllBytes(scratch.File("signature"), signature);
        Assert.Equal(0, Tool.Run("openssl", ["pkeyutl", "-verify", "-pubin", "-inkey", scratch.File("key.der"), "-keyform", "DER", "-rawin", "-in", scratch.File("message"), "-sigfile", scratch.File("signature")]).Exit);
        signature[9] ^= 1;
        Assert.False(key.Verifier("office.example/log").VerifyDetached(message, signature));
    }

    [Fact]
    public void A_token_that_was_pulled_and_put_back_signs_again()
    {
        using var key = SigningKey.FromPem(Address("object=issuer"), Pin);
        var library = NativeLibrary.Load(Module);
        var slots = stackalloc nuint[16];
        nuint count = 16;
        Assert.Equal(0u, ((delegate* unmanaged[Cdecl]<byte, nuint*, nuint*, nuint>)NativeLibrary.GetExport(library, "C_GetSlotList"))(1, slots, &count));
        for (nuint i = 0; i < count; i++) ((delegate* unmanaged[Cdecl]<nuint, nuint>)NativeLibrary.GetExport(library, "C_CloseAllSessions"))(slots[i]);
        Assert.True(CoseSign1.Read(CoseSign1.Sign(key, "again"u8)).Verify(key.Public));
    }

    // A program that is logged in at a token is so for all of its keys, so this one has a token of its own.
    [Fact]
    public void Another_PIN_opens_nothing()
    {
        Assert.Contains("another PIN", Assert.Throws<UnreadableException>(() => SigningKey.FromPem(Address("object=issuer", "door"), "13579")).Message, StringComparison.Ordinal);
        using var right = SigningKey.FromPem(Address("object=issuer", "door"), Pin);
    }

    [Theory]
    [InlineData("object=issuer", "", "PIN")]
    [InlineData("object=nobody", Pin, "none")]
    [InlineData("object=twice", Pin, "several")]
    [InlineData("object=wide", Pin, "another curve")]
    [InlineData("object=log", Pin, "another curve")]
    public void Another_key_is_told(string key, string pin, string word) =>
        Assert.Contains(word, Assert.Throws<UnreadableException>(() => SigningKey.FromPem(Address(key), pin)).Message, StringComparison.Ordinal);

    [Fact]
    public void A_key_for_labels_is_none_for_a_log() => Assert.Contains("Ed25519", Assert.Throws<UnreadableException>(() => LogKey.FromPem(Address("object=issuer"), Pin)).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("pkcs11:token=assay;object=issuer", "module-path")]
    [InlineData("pkcs11:token=assay;object=issuer?module-path=lib.so", "absolute")]
    [InlineData("pkcs11:token=assay?module-path=/lib.so", "object=")]
    [InlineData("pkcs11:object=a?module-path=/lib.so&pin-value=1234", "ASSAY_KEY_PASSPHRASE")]
    [InlineData("pkcs11:object=a;object=b?module-path=/lib.so", "each once")]
    [InlineData("pkcs11:object=%4?module-path=/lib.so", "hexadecimal")]
    [InlineData("pkcs11:object=a;slot-id=7?module-path=/lib.so", "slot-id")]
    [InlineData("pkcs11:object=a?module-path=/there/is/nothing.so", "can be loaded")]
    [InlineData("pkcs11:object=a?module-path=/usr/lib/x86_64-linux-gnu/libz.so.1", "another library")]
    [InlineData("pkcs11:token=nobody;object=issuer?module-path=" + Module, "none of that name")]
    [InlineData("pkcs11:object=a\npkcs11:object=b", "one address")]
    public void An_address_that_names_no_key_is_refused_with_its_reason(string address, string word)
    {
        var refused = Assert.Throws<UnreadableException>(() => SigningKey.FromPem(address, Pin)).Message;
        Assert.Contains(word, refused, StringComparison.Ordinal);
        Assert.DoesNotContain("1234", refused, StringComparison.Ordinal);
    }

    private static string Address(string key, string token = "assay") => $"pkcs11:token={token};{key};type=private?module-path={Module}";

    /// <summary>One token for the process: a module is made ready once, and reads then where its tokens lie.</summary>
    public sealed partial class Shelf : IDisposable
    {
        private readonly Scratch scratch = new();
        private bool isMade;

        public void Make()
        {
            if (isMade) return;
            isMade = true;
            Directory.CreateDirectory(scratch.File("tokens"));
            File.WriteAllText(scratch.File("softhsm2.conf"), $"directories.tokendir = {scratch.File("tokens")}\nlog.level = ERROR\n");
            // What the module asks for is the process' own environment, which the runtime's copy does not reach.
            Assert.Equal(0, SetEnvironment("SOFTHSM2_CONF", scratch.File("softhsm2.conf"), 1));
            Environment.SetEnvironmentVariable("SOFTHSM2_CONF", scratch.File("softhsm2.conf"));
            foreach (var token in new[] { "assay", "door" }) Run("softhsm2-util", "--init-token", "--free", "--label", token, "--so-pin", "112233", "--pin", Pin);
            string[] keys = ["assay issuer EC:prime256v1 01", "assay log EC:edwards25519 02", "assay wide EC:secp384r1 03", "assay twice EC:prime256v1 04", "assay twice EC:prime256v1 05", "door issuer EC:prime256v1 01"];
            foreach (var key in keys.Select(k => k.Split(' ')))
                Run("pkcs11-tool", "--module", Module, "--token-label", key[0], "--login", "--pin", Pin, "--keypairgen", "--key-type", key[2], "--label", key[1], "--id", key[3]);
        }

        public void Dispose() => scratch.Dispose();

        private static void Run(string program, params string[] arguments)
        {
            var made = Tool.Run(program, arguments);
            Assert.True(made.Exit == 0, made.Error);
        }

        [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
        private static partial int SetEnvironment(string name, string value, int overwrite);
    }
}
