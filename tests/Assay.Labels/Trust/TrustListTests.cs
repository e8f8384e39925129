using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Assay.Evidence.Reading;
using Assay.Labels.Token;
using Assay.Labels.Trust;
using Assay.Tests;

namespace Assay.Labels.Tests;

[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
public class TrustListTests
{
    private static readonly string Key = ECDsa.Create(ECCurve.NamedCurves.nistP256).ExportSubjectPublicKeyInfoPem();

    private static string List(string entry) => $$"""{ "schema": "assay/trust/1", "issuers": [ {{entry}} ] }""";
    private static string Entry(string more) => $$"""{ "name": "Office", "key": {{JsonSerializer.Serialize(Key)}}{{more}} }""";
    private static TrustList Read(string text) => TrustList.Read(Encoding.UTF8.GetBytes(text), "file");

    [Fact]
    public void An_entry_says_whose_key_it_is_for_what_and_when()
    {
        var key = Read(List(Entry(""", "kind": "authority", "roles": ["issuer", "decision"], "address": "office.example", "from": "2026-01-01", "to": "2030-12-31" """))).Keys[0];
        Assert.Equal(("Office", true, KeyRoles.Issuer | KeyRoles.Decision, "office.example"), (key.Name, key.IsAuthority, key.Roles, key.Address));
        Assert.Equal((new DateOnly(2026, 1, 1), new DateOnly(2030, 12, 31)), (key.From, key.To));
    }

    [Fact]
    public void Without_roles_a_key_issues_and_no_more() => Assert.Equal(KeyRoles.Issuer, Read(List(Entry(""", "kind": "test" """))).Keys[0].Roles);

    [Fact]
    public void A_bare_key_is_a_test_key_called_after_its_file()
    {
        var key = TrustList.Read(Encoding.UTF8.GetBytes(Key), "office").Keys[0];
        Assert.Equal(("office", false, KeyRoles.All), (key.Name, key.IsAuthority, key.Roles));
    }

    [Theory]
    [InlineData("")]
    [InlineData("nonsense")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{ "schema": "assay/trust/2", "issuers": [] }""")]
    [InlineData("""{ "schema": "assay/trust/1" }""")]
    [InlineData("""{ "schema": "assay/trust/1", "issuers": [ 1 ] }""")]
    [InlineData("""{ "schema": "assay/trust/1", "issuers": [ { "name": "x", "kind": "authority" } ] }""")]
    [InlineData("""{ "schema": "assay/trust/1", "issuers": [ { "name": "x", "kind": "authority", "key": "no" } ] }""")]
    [InlineData("""{ "schema": "assay/trust/1", "schema": "assay/trust/1", "issuers": [] }""")]
    public void Another_document_is_refused(string text)
    {
        Assert.Single(Read(List(Entry(""", "kind": "test" """))).Keys);
        Assert.Throws<UnreadableException>(() => Read(text));
    }

    [Theory]
    [InlineData("")]
    [InlineData(", \"kind\": \"Authority\"")]
    [InlineData(", \"kind\": \"test\", \"roles\": [\"everything\"]")]
    [InlineData(", \"kind\": \"test\", \"roles\": \"issuer\"")]
    [InlineData(", \"kind\": \"test\", \"from\": \"yesterday\"")]
    public void An_entry_that_leaves_room_for_guesses_is_refused(string more) => Assert.Throws<UnreadableException>(() => Read(List(Entry(more))));

    [Fact]
    public void A_key_is_made_once_for_its_owner_alone_and_with_a_warning()
    {
        using var scratch = new Scratch();
        var folder = new KeyFolder(scratch.File("config"));
        var warnings = new List<string>();
        using var made = folder.Open(KeyRoles.Issuer, warnings.Add);
        Assert.Contains("stands in no trust list", Assert.Single(warnings), StringComparison.Ordinal);
        Assert.Equal(scratch.File("config/keys/issuer.pem"), folder.KeyFile(KeyRoles.Issuer));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(folder.KeyFile(KeyRoles.Issuer)));
        using var again = folder.Open(KeyRoles.Issuer, warnings.Add);
        Assert.True(again.Public.Equals(made.Public));
        Assert.Single(warnings);
        Assert.Single(Directory.GetFiles(scratch.File("config/keys")));
        Assert.Empty(folder.Trust().Keys);
        Assert.True(Assert.Single(folder.Development()).Key.Equals(made.Public));
    }

    [Fact]
    public void Openssl_reads_the_key_that_we_make()
    {
        Tool.Need("openssl", "openssl");
        using var scratch = new Scratch();
        using var key = new KeyFolder(scratch.Folder).Open(KeyRoles.Decision, _ => { });
        var spki = Tool.Run("openssl", ["pkey", "-in", scratch.File("keys/decision.pem"), "-pubout", "-outform", "DER"]).Output;
        Assert.Equal(key.Public.Spki.ToArray(), spki);
        Assert.Equal(SHA256.HashData(spki)[..8], key.Public.Id.ToArray());
    }

    [Fact]
    public void A_key_that_others_can_read_is_used_with_a_warning()
    {
        using var scratch = new Scratch();
        using var key = SigningKey.Create();
        File.WriteAllText(scratch.File("key.pem"), key.ToPem());
        File.SetUnixFileMode(scratch.File("key.pem"), UnixFileMode.UserRead | UnixFileMode.OtherRead);
        var warnings = new List<string>();
        using var read = KeyFolder.Open(scratch.File("key.pem"), warnings.Add);
        Assert.Contains("chmod 600", Assert.Single(warnings), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/a", "/x", "/h", "/a")]
    [InlineData("", "/x", "/h", "/x/assay")]
    [InlineData(null, null, "/h", "/h/.config/assay")]
    public void The_configuration_folder_is_where_the_environment_says(string? assay, string? xdg, string? home, string folder) =>
        Assert.Equal(folder, KeyFolder.OfUser(name => name switch { "ASSAY_CONFIG" => assay, "XDG_CONFIG_HOME" => xdg, "HOME" => home, _ => null }).Folder);

    [Fact]
    public void A_folder_of_lists_is_read_whole_or_not_at_all()
    {
        using var scratch = new Scratch();
        Directory.CreateDirectory(scratch.File("trust"));
        File.WriteAllText(scratch.File("trust/a.json"), List(Entry(""", "kind": "authority" """)));
        File.WriteAllText(scratch.File("trust/b.pem"), Key);
        Assert.Equal(["Office", "b"], new KeyFolder(scratch.Folder).Trust().Keys.Select(k => k.Name));
        File.WriteAllText(scratch.File("trust/c.json"), "{");
        Assert.Contains("c.json", Assert.Throws<UnreadableException>(() => new KeyFolder(scratch.Folder).Trust()).Message, StringComparison.Ordinal);
    }
}
