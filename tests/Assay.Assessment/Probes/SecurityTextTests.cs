using Assay.Assessment.Probes;
using Assay.Evidence;
using Assay.Tests;

namespace Assay.Assessment.Tests.Probes;

public class SecurityTextTests
{
    private const string Plain = "# Our address\nContact: mailto:security@acme.example\nContact: https://acme.example/report\nExpires: 2027-01-01T00:00:00Z\nCanonical: https://acme.example/.well-known/security.txt\nPolicy: https://acme.example/policy\nPreferred-Languages: en, de\n";

    [Fact]
    public void Fields_are_read_in_any_case_and_order()
    {
        var text = SecurityText.Of(Plain.Replace("Expires", "EXPIRES").Split('\n'))!;
        Assert.Equal(["mailto:security@acme.example", "https://acme.example/report"], text.Of("contact").Select(f => f.Value));
        Assert.Equal((new DateTimeOffset(2027, 1, 1, 0, 0, 0, TimeSpan.Zero), 4), text.Expires);
        Assert.Equal(["https://acme.example/.well-known/security.txt"], text.Canonical);
        Assert.Empty(text.Faults);
        Assert.False(text.IsSigned);
        Assert.True(text.IsExpired(new(2027, 2, 1, 0, 0, 0, TimeSpan.Zero)));
        Assert.False(text.IsExpired(new(2026, 2, 1, 0, 0, 0, TimeSpan.Zero)));
    }

    [Theory]
    [InlineData("Contact: mailto:a@b.example\nPolicy: https://b.example/p\n", "one field Expires")]
    [InlineData("Contact: mailto:a@b.example\nExpires: tomorrow\n", "a time as")]
    [InlineData("Contact: mailto:a@b.example\nExpires: 2027-01-01T00:00:00Z\nExpires: 2028-01-01T00:00:00Z\n", "one field Expires")]
    [InlineData("Contact: a@b.example\nExpires: 2027-01-01T00:00:00Z\n", "an address with its scheme")]
    [InlineData("Contact: mailto:a@b.example\nExpires: 2027-01-01T00:00:00Z\nPolicy: http://b.example/p\n", "https://")]
    public void What_the_rfc_does_not_allow_is_said_with_its_line(string text, string expected) =>
        Assert.Contains(SecurityText.Of(text.Split('\n'))!.Faults, f => f.Expected.Contains(expected) && f.Line >= 1);

    [Theory]
    [InlineData("Dear reader,\nContact: the front desk\n")]
    [InlineData("# only a comment\n")]
    [InlineData("Subject: x\nFrom: y\n")]
    public void Other_texts_are_none(string text) => Assert.Null(SecurityText.Of(text.Split('\n')));

    [Fact]
    public void A_copy_that_gpg_signed_is_unwrapped()
    {
        Tool.Need("gpg", "gpg");
        using var scratch = new Scratch();
        File.WriteAllText(scratch.File("security.txt"), Plain + "# - a dash\n");
        var home = new Dictionary<string, string> { ["GNUPGHOME"] = Directory.CreateDirectory(scratch.File("home")).FullName };
        Tool.Run("gpg", ["--batch", "--passphrase", "", "--quick-generate-key", "security@acme.example", "ed25519"], scratch.Folder, environment: home);
        var sign = Tool.Run("gpg", ["--batch", "--clearsign", "security.txt"], scratch.Folder, environment: home);
        Tool.Run("gpgconf", ["--kill", "all"], environment: home);
        Assert.True(sign.Exit == 0, sign.Error);
        var text = SecurityText.Of(File.ReadAllLines(scratch.File("security.txt.asc")))!;
        Assert.True(text.IsSigned);
        Assert.Equal(SecurityText.Of(Plain.Split('\n'))!.Fields.Select(f => (f.Name, f.Value)), text.Fields.Select(f => (f.Name, f.Value)));
        Assert.Empty(text.Faults);
    }
}
