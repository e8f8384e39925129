using Assay.Guard.Admission;

namespace Assay.Tests.Admission;

/// <summary>A MUD file counts by its signer's word, judged with signatures that openssl made.</summary>
public sealed class ConfiguredMudTests : IDisposable
{
    private readonly Scratch scratch = new();

    public ConfiguredMudTests()
    {
        Tool.Need("openssl", "openssl");
        foreach (var who in new[] { "maker", "stranger" })
            Tool.Run("openssl", ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", scratch.File(who + ".key"), "-out", scratch.File(who + ".pem"), "-days", "2", "-subj", $"/CN={who}", "-addext", "keyUsage=digitalSignature"]);
        File.Copy(Path.Combine(Checkout.Root, "examples", "doorbell-1.1", "mud", "edb-100.json"), scratch.File("edb-100.json"));
    }

    private void Sign(string by) => Assert.Equal(0, Tool.Run("openssl",
        ["cms", "-sign", "-binary", "-in", scratch.File("edb-100.json"), "-signer", scratch.File(by + ".pem"), "-inkey", scratch.File(by + ".key"), "-outform", "DER", "-out", scratch.File("edb-100.p7s")]).Exit);

    private ConfiguredMud Read(string? signer = "maker.pem") => ConfiguredMud.Read(scratch.File("edb-100.json"), signer is null ? null : scratch.File(signer), TimeProvider.System.GetUtcNow());

    [Fact]
    public void Signed_by_the_configured_signer_it_counts()
    {
        Sign("maker");
        Assert.Equal("EDB-100", Read().Mud!.Model);
    }

    [Fact]
    public void Without_a_signer_it_counts_and_says_on_whose_word() =>
        Assert.Contains("on the word of the configuration", Read(signer: null).Reason, StringComparison.Ordinal);

    [Fact]
    public void Without_its_signature_it_opens_nothing()
    {
        Assert.Null(Read().Mud);
        Assert.Contains("expected its signature", Read().Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void A_stranger_s_signature_opens_nothing()
    {
        Sign("stranger");
        Assert.Null(Read().Mud);
    }

    [Fact]
    public void One_changed_letter_opens_nothing()
    {
        Sign("maker");
        File.WriteAllText(scratch.File("edb-100.json"), File.ReadAllText(scratch.File("edb-100.json")).Replace("update.doorbell", "upddte.doorbell", StringComparison.Ordinal));
        Assert.Null(Read().Mud);
    }

    [Fact]
    public void What_is_no_mud_file_opens_nothing()
    {
        File.WriteAllText(scratch.File("edb-100.json"), "[[[[");
        Assert.Null(Read(signer: null).Mud);
        Assert.StartsWith("MUD file refused: ", Read(signer: null).Reason, StringComparison.Ordinal);
        File.Delete(scratch.File("edb-100.json"));
        Assert.Null(Read(signer: null).Mud);
    }

    public void Dispose() => scratch.Dispose();
}
