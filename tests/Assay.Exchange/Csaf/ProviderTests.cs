using System.Text;
using System.Text.Json;
using Assay.Evidence.Reading;
using Assay.Exchange.Cases;
using Assay.Exchange.Csaf;
using Assay.Tests;

namespace Assay.Exchange.Tests.Csaf;

/// <summary>One organisation serves, a second one fetches: with our downloader, and with curl, sha256sum and gpg alone.</summary>
public class ProviderTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 23, 12, 0, 0, TimeSpan.Zero);
    private static readonly PgpKey Key = PgpKey.Create("Registry of Example <csaf@registry.example>", Now.AddDays(-10));

    private sealed class Clock : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => Now.AddMinutes(1);
    }

    /// <summary>A provider with three documents, served.</summary>
    private sealed class Served : IDisposable
    {
        public Scratch Scratch { get; } = new();
        public WebFolder Web { get; }
        public Provider Provider { get; }

        public Served(PgpKey? key = null)
        {
            Web = new WebFolder(Scratch.Folder);
            Provider = new Provider(Scratch.Folder, new ProviderSettings(Examples.Publisher, Web.Address), key ?? Key);
            foreach (var one in new[] { Examples.Vulnerability(), Examples.Incident() })
                Provider.Publish(CaseAdvisory.Advisory(one, Examples.Publisher, Web.Address, Tlp.Clear, [new(1, Now, "First issue")]), Now);
            Provider.Publish(CaseAdvisory.Vex(Examples.Vulnerability(), Examples.Publisher, Web.Address, Tlp.Clear, [new(1, Now, "First issue")]), Now);
        }

        public string Document => Scratch.File("white/2026/assay-2026-0001.json");
        public string DocumentPath => "/csaf/white/2026/assay-2026-0001.json";

        public async Task<Fetch> Fetch(PgpCertificate? pinned = null, string? from = null)
        {
            using var client = Downloader.Client();
            return await new Downloader(client, new Clock()).FetchAsync(new Uri(from ?? Web.Address), pinned);
        }

        public void Dispose()
        {
            Web.Dispose();
            Scratch.Dispose();
        }
    }

    [Fact]
    public async Task A_second_organisation_fetches_every_document_with_hash_and_signature_checked()
    {
        using var served = new Served();
        foreach (var pinned in new[] { null, Key.Certificate })
        {
            var fetch = await served.Fetch(pinned);
            Assert.Empty(fetch.Refused);
            Assert.Equal(["assay-2026-0001-vex.json", "assay-2026-0001.json", "assay-2026-0002.json"], fetch.Documents.Select(d => d.Name).Order(StringComparer.Ordinal));
            Assert.All(fetch.Documents, d => Assert.Equal(["sha512", "sha256"], d.Hashes));
            Assert.Equal(File.ReadAllBytes(served.Document), fetch.Documents.First(d => d.Name == "assay-2026-0001.json").Bytes.ToArray());
            Assert.Equal((pinned is not null, Key.Certificate.Fingerprint, "Registry of Example"), (fetch.KeyWasPinned, fetch.Key.Fingerprint, fetch.Provider));
        }
    }

    [Fact]
    public async Task A_provider_without_feeds_is_read_through_its_directory()
    {
        using var served = new Served();
        var metadata = System.Text.Json.Nodes.JsonNode.Parse(File.ReadAllBytes(served.Scratch.File("provider-metadata.json")))!;
        metadata["distributions"]!.AsArray().RemoveAt(0);
        File.WriteAllText(served.Scratch.File("provider-metadata.json"), metadata.ToJsonString());
        var fetch = await served.Fetch();
        Assert.Equal((3, 0), (fetch.Documents.Count, fetch.Refused.Count));
        File.Delete(served.Document + ".sha512");
        Assert.Equal(3, (await served.Fetch()).Documents.Count);
        File.Delete(served.Document + ".sha256");
        Assert.Contains("hash", Assert.Single((await served.Fetch()).Refused).Expected, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_metadata_is_found_through_security_txt()
    {
        using var served = new Served();
        served.Web.Instead["/.well-known/csaf/provider-metadata.json"] = (404, []);
        served.Web.Instead["/.well-known/security.txt"] = (200, Encoding.ASCII.GetBytes($"Contact: mailto:csaf@registry.example\nCSAF: {served.Web.Address}/csaf/provider-metadata.json\n"));
        Assert.Equal(3, (await served.Fetch()).Documents.Count);
    }

    public static TheoryData<string, string> Tampered => new()
    {
        { "document", "sha512" },
        { "document and hashes", "other bytes" },
        { "hash", "sha512" },
        { "the other hash", "sha256" },
        { "signature", "signature" },
        { "signature of another key", "by the key" },
        { "signature of another document", "other bytes" },
        { "no signature", "404" },
        { "no hash", "404" },
        { "redirect", "redirect" },
        { "name", "file name" },
        { "stricter label", "TLP:CLEAR" },
        { "signature over text", "" },
    };

    [Theory]
    [MemberData(nameof(Tampered))]
    public async Task A_tampered_document_is_refused_with_its_reason_and_the_others_are_taken(string what, string reason)
    {
        using var served = new Served();
        var bytes = File.ReadAllBytes(served.Document);
        void Sign(byte[] document)
        {
            File.WriteAllBytes(served.Document, document);
            File.WriteAllText(served.Document + ".sha256", Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(document)) + "  x\n");
            File.WriteAllText(served.Document + ".sha512", Convert.ToHexStringLower(System.Security.Cryptography.SHA512.HashData(document)) + "  x\n");
        }
        var other = PgpKey.Create("Somebody else", Now.AddDays(-1));
        switch (what)
        {
            case "document":
                bytes[200] ^= 1;
                File.WriteAllBytes(served.Document, bytes);
                break;
            case "document and hashes":
                bytes[200] ^= 1;
                Sign(bytes);
                break;
            case "hash": File.WriteAllText(served.Document + ".sha512", new string('0', 128) + "  x\n"); break;
            case "the other hash": File.WriteAllText(served.Document + ".sha256", new string('0', 64) + "  x\n"); break;
            case "signature": File.WriteAllText(served.Document + ".asc", "-----BEGIN PGP SIGNATURE-----\n\nAAAA\n-----END PGP SIGNATURE-----\n"); break;
            case "signature of another key": File.WriteAllBytes(served.Document + ".asc", other.Sign(bytes, Now)); break;
            case "signature of another document": File.WriteAllBytes(served.Document + ".asc", Key.Sign([.. bytes, 10], Now)); break;
            case "no signature": File.Delete(served.Document + ".asc"); break;
            case "no hash": File.Delete(served.Document + ".sha512"); break;
            case "redirect": served.Web.Instead[served.DocumentPath] = (302, []); break;
            case "name":
                var renamed = Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(bytes).Replace("ASSAY-2026-0001", "ASSAY-2026-0009", StringComparison.Ordinal));
                Sign(renamed);
                File.WriteAllBytes(served.Document + ".asc", Key.Sign(renamed, Now));
                break;
            case "stricter label":
                var strict = Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(bytes).Replace("\"WHITE\"", "\"RED\"", StringComparison.Ordinal));
                Sign(strict);
                File.WriteAllBytes(served.Document + ".asc", Key.Sign(strict, Now));
                break;
            case "signature over text": File.WriteAllBytes(served.Document + ".asc", bytes); break;
        }
        var fetch = await served.Fetch(Key.Certificate);
        var refused = Assert.Single(fetch.Refused);
        Assert.EndsWith("assay-2026-0001.json", refused.Url, StringComparison.Ordinal);
        Assert.Contains(reason, $"{refused.Expected} {refused.Found}", StringComparison.Ordinal);
        Assert.Equal(2, fetch.Documents.Count);
    }

    [Fact]
    public async Task A_document_that_cannot_be_parsed_is_refused_after_its_signature_was_right()
    {
        using var served = new Served();
        foreach (var text in new[] { "", "[]", "{}", "{\"document\":5}", "{\"document\":{\"csaf_version\":\"2.0\"}}", "{\"document\":{\"csaf_version\":\"2.0\",\"tracking\":[]}}", new string('[', 100_000), "{\"document\":{\"csaf_version\":\"\\ud800\"}}" })
        {
            var bytes = Encoding.UTF8.GetBytes(text);
            File.WriteAllBytes(served.Document, bytes);
            File.WriteAllText(served.Document + ".sha256", Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(bytes)));
            File.WriteAllText(served.Document + ".sha512", Convert.ToHexStringLower(System.Security.Cryptography.SHA512.HashData(bytes)));
            File.WriteAllBytes(served.Document + ".asc", Key.Sign(bytes, Now));
            var fetch = await served.Fetch();
            Assert.Equal((1, 2), (fetch.Refused.Count, fetch.Documents.Count));
        }
    }

    [Fact]
    public async Task Another_key_than_the_pinned_one_takes_no_document()
    {
        using var served = new Served();
        var fetch = await served.Fetch(PgpKey.Create("Somebody else", Now.AddDays(-1)).Certificate);
        Assert.Equal((0, 3), (fetch.Documents.Count, fetch.Refused.Count));
    }

    [Fact]
    public async Task A_provider_whose_key_is_not_the_one_it_names_is_refused()
    {
        using var served = new Served();
        File.WriteAllText(served.Scratch.File("openpgp-key.asc"), PgpKey.Create("Somebody else", Now.AddDays(-1)).Certificate.ToArmor());
        Assert.Contains(Key.Certificate.Fingerprint, (await Assert.ThrowsAsync<UnreadableException>(() => served.Fetch())).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("{\"metadata_version\":\"2.0\",\"distributions\":[5,{\"rolie\":7},{\"rolie\":{\"feeds\":[1,{\"url\":5}]}}],\"public_openpgp_keys\":[{}]}")]
    [InlineData("{\"metadata_version\":\"9\"}")]
    [InlineData("<html>")]
    public async Task Metadata_of_any_other_form_is_refused(string text)
    {
        using var served = new Served();
        File.WriteAllText(served.Scratch.File("provider-metadata.json"), text);
        await Assert.ThrowsAsync<UnreadableException>(() => served.Fetch());
    }

    [Fact]
    public async Task Nothing_leads_to_a_file_of_this_machine_or_out_of_an_encrypted_channel()
    {
        using var served = new Served();
        await Assert.ThrowsAsync<UnreadableException>(() => served.Fetch(null, "file:///etc/passwd"));
        var feed = served.Scratch.File("white/csaf-feed-tlp-white.json");
        File.WriteAllText(feed, File.ReadAllText(feed).Replace($"{served.Web.Address}{served.DocumentPath}\"", "file:///etc/passwd\"", StringComparison.Ordinal));
        var fetch = await served.Fetch();
        Assert.Equal(2, fetch.Documents.Count);
        Assert.Contains("https", Assert.Single(fetch.Refused).Expected, StringComparison.Ordinal);
    }

    [Fact]
    public void A_document_that_is_not_for_everyone_does_not_enter_the_folder()
    {
        using var served = new Served();
        foreach (var tlp in Enum.GetValues<Tlp>().Where(t => t != Tlp.Clear))
            Assert.Throws<ArgumentException>(() => served.Provider.Publish(CaseAdvisory.Advisory(Examples.Vulnerability(), Examples.Publisher, Examples.Address, tlp, [new(1, Now, "x")]), Now));
    }

    [Fact]
    public void Curl_sha256sum_and_gpg_alone_check_what_is_served_and_see_a_changed_bit()
    {
        foreach (var (tool, package) in new[] { ("curl", "curl"), ("gpg", "gnupg"), ("sha256sum", "coreutils") }) Tool.Need(tool, package);
        using var served = new Served();
        using var theirs = new Scratch();
        Tool.Result Run(string program, params string[] words) => Tool.Run(program, words, theirs.Folder, environment: new Dictionary<string, string> { ["GNUPGHOME"] = theirs.File("gnupg") });
        Directory.CreateDirectory(theirs.File("gnupg"));
        var address = served.Web.Address;
        Assert.Equal(0, Run("curl", "-fsS", "-o", "metadata.json", $"{address}/.well-known/csaf/provider-metadata.json").Exit);
        using var metadata = JsonDocument.Parse(File.ReadAllBytes(theirs.File("metadata.json")));
        var key = metadata.RootElement.GetProperty("public_openpgp_keys")[0];
        Assert.Equal(0, Run("curl", "-fsS", "-o", "key.asc", key.GetProperty("url").GetString()!).Exit);
        foreach (var ending in new[] { "", ".sha256", ".sha512", ".asc" }) Assert.Equal(0, Run("curl", "-fsS", "-O", address + served.DocumentPath + ending).Exit);
        var imported = Run("gpg", "--batch", "--import", "key.asc");
        Assert.True(imported.Exit == 0, imported.Error);
        Assert.Contains(key.GetProperty("fingerprint").GetString()!, Run("gpg", "--batch", "--with-colons", "--fingerprint").Text, StringComparison.Ordinal);
        bool[] Judge() =>
        [
            Run("sha256sum", "-c", "assay-2026-0001.json.sha256").Exit == 0, Run("sha512sum", "-c", "assay-2026-0001.json.sha512").Exit == 0,
            Run("gpg", "--batch", "--verify", "assay-2026-0001.json.asc", "assay-2026-0001.json").Exit == 0,
        ];
        Assert.Equal([true, true, true], Judge());
        var bytes = File.ReadAllBytes(theirs.File("assay-2026-0001.json"));
        bytes[^3] ^= 1;
        File.WriteAllBytes(theirs.File("assay-2026-0001.json"), bytes);
        Assert.Equal([false, false, false], Judge());
    }

    [Fact]
    public void What_gpg_signs_we_check_and_what_we_keep_gpg_reads()
    {
        Tool.Need("gpg", "gnupg");
        using var theirs = new Scratch();
        var environment = new Dictionary<string, string> { ["GNUPGHOME"] = theirs.Folder };
        Tool.Result Gpg(params string[] words) => Tool.Run("gpg", ["--batch", "--pinentry-mode", "loopback", "--passphrase", "", .. words], theirs.Folder, environment: environment);
        var bytes = Encoding.UTF8.GetBytes("{\"document\":1}\n");
        File.WriteAllBytes(theirs.File("d.json"), bytes);
        foreach (var (user, algorithm) in new[] { ("rsa@example", "rsa3072"), ("ed@example", "ed25519"), ("nist@example", "nistp256") })
        {
            var made = Gpg("--quick-generate-key", user, algorithm, "sign", "never");
            Assert.True(made.Exit == 0, made.Error);
            var signed = Gpg("--armor", "--yes", "--local-user", user, "--output", "d.asc", "--detach-sign", "d.json");
            Assert.True(signed.Exit == 0, signed.Error);
            var certificate = PgpCertificate.Read(Gpg("--armor", "--export", user).Output);
            certificate.Verify(bytes, File.ReadAllBytes(theirs.File("d.asc")), TimeProvider.System.GetUtcNow().AddMinutes(1));
            Assert.Throws<UnreadableException>(() => certificate.Verify([.. bytes, 1], File.ReadAllBytes(theirs.File("d.asc")), TimeProvider.System.GetUtcNow()));
        }
        // A subkey signs for its primary key; a weak hash does not count.
        Assert.Equal(0, Gpg("--quick-generate-key", "sub@example", "ed25519", "cert", "never").Exit);
        var fingerprint = Gpg("--with-colons", "--fingerprint", "sub@example").Text.Split('\n').First(l => l.StartsWith("fpr:", StringComparison.Ordinal)).Split(':')[9];
        Assert.Equal(0, Gpg("--quick-add-key", fingerprint, "rsa2048", "sign", "never").Exit);
        Assert.Equal(0, Gpg("--armor", "--yes", "--local-user", "sub@example", "--output", "d.asc", "--detach-sign", "d.json").Exit);
        PgpCertificate.Read(Gpg("--armor", "--export", "sub@example").Output).Verify(bytes, File.ReadAllBytes(theirs.File("d.asc")), TimeProvider.System.GetUtcNow().AddMinutes(1));
        Assert.Equal(0, Gpg("--armor", "--yes", "--digest-algo", "SHA1", "--local-user", "rsa@example", "--output", "weak.asc", "--detach-sign", "d.json").Exit);
        Assert.Contains("SHA-2", Assert.Throws<UnreadableException>(() => PgpCertificate.Read(Gpg("--armor", "--export", "rsa@example").Output)
            .Verify(bytes, File.ReadAllBytes(theirs.File("weak.asc")), TimeProvider.System.GetUtcNow())).Message, StringComparison.Ordinal);
        File.WriteAllText(theirs.File("ours.asc"), Key.ToArmor());
        var ours = Gpg("--import", "ours.asc");
        Assert.True(ours.Exit == 0, ours.Error);
    }

    [Fact]
    public void A_key_comes_back_from_its_file_and_damaged_keys_and_signatures_are_only_ever_refused()
    {
        var again = PgpKey.FromArmor(Key.ToArmor());
        Assert.Equal(Key.Certificate.Fingerprint, again.Certificate.Fingerprint);
        var bytes = "{}"u8.ToArray();
        var signature = again.Sign(bytes, Now);
        Key.Certificate.Verify(bytes, signature, Now);
        Assert.Contains("before now", Assert.Throws<UnreadableException>(() => Key.Certificate.Verify(bytes, again.Sign(bytes, Now.AddDays(3)), Now)).Message, StringComparison.Ordinal);
        var random = new Random(5);
        var certificate = Encoding.ASCII.GetBytes(Key.Certificate.ToArmor());
        var accepted = 0;
        for (var i = 0; i < 1500; i++)
        {
            var (badKey, badSignature) = (certificate.ToArray(), signature.ToArray());
            for (var n = random.Next(1, 4); n > 0; n--)
            {
                badKey[random.Next(badKey.Length)] = (byte)random.Next(256);
                badSignature[random.Next(badSignature.Length)] = (byte)random.Next(256);
            }
            try
            {
                PgpCertificate.Read(badKey).Verify(bytes, signature, Now);
                accepted++;
            }
            catch (UnreadableException)
            {
            }
            Assert.ThrowsAny<Exception>(() => Key.Certificate.Verify("[]"u8, badSignature, Now));
            try
            {
                Key.Certificate.Verify(bytes, badSignature, Now);
            }
            catch (UnreadableException)
            {
            }
        }
        Assert.True(accepted < 1500);
    }

    [Fact]
    public void Lists_metadata_and_feed_follow_their_schema_and_name_every_document()
    {
        var schemas = Corpus.Folder("csaf/csaf_2.0/json_schema");
        var folder = Npm.Folder("ajv@8.17.1", "ajv-formats@3.0.1");
        using var served = new Served();
        var judged = Npm.Run(folder, """
            import fs from 'node:fs';
            import Ajv from 'ajv/dist/2020.js';
            import formats from 'ajv-formats';
            const [schemas, file] = process.argv.slice(2);
            const ajv = new Ajv({ strict: false, allErrors: true });
            formats(ajv);
            const load = f => JSON.parse(fs.readFileSync(f));
            for (const v of ['2.0', '3.0', '3.1']) ajv.addSchema({ $id: `https://www.first.org/cvss/cvss-v${v}.json` });
            ajv.addSchema(load(`${schemas}/csaf_json_schema.json`));
            const check = ajv.compile(load(`${schemas}/provider_json_schema.json`));
            const metadata = load(file);
            if (!check(metadata)) { console.log(JSON.stringify(check.errors)); process.exit(1); }
            delete metadata.role;
            if (check(metadata)) { console.log('the schema refuses nothing'); process.exit(1); }
            """, schemas, served.Scratch.File("provider-metadata.json"));
        Assert.True(judged.Exit == 0, judged.Text + judged.Error);
        string[] names = ["2026/assay-2026-0001-vex.json", "2026/assay-2026-0001.json", "2026/assay-2026-0002.json"];
        Assert.Equal(names, File.ReadAllLines(served.Scratch.File("white/index.txt")));
        Assert.Equal(names.Select(n => $"\"{n}\""), File.ReadAllLines(served.Scratch.File("white/changes.csv")).Select(l => l.Split(',')[0]).Order(StringComparer.Ordinal));
        using var feed = JsonDocument.Parse(File.ReadAllBytes(served.Scratch.File("white/csaf-feed-tlp-white.json")));
        Assert.Equal(3, feed.RootElement.GetProperty("feed").GetProperty("entry").GetArrayLength());
        Assert.Empty(Directory.EnumerateFiles(served.Scratch.Folder, "*.fresh", SearchOption.AllDirectories));
    }
}
