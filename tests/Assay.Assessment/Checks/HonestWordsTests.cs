using Assay.Assessment.Catalogues;
using Assay.Assessment.Checks;
using Assay.Assessment.Declarations;
using Assay.Assessment.Verdicts;

namespace Assay.Assessment.Tests.Checks;

/// <summary>Words of honest makers that were once read as faults, each beside the fault that it must not hide.</summary>
public class HonestWordsTests
{
    [Theory]
    [InlineData("5.4-2", "", Says.Open)]
    [InlineData("5.3-14", "", Says.Refutes)]
    [InlineData("5.3-14", "everything can be updated", Says.Open)]
    public void Reasons_are_asked_of_recommendations_alone(string provision, string reason, Says expected)
    {
        var answers = Answers("justifications", Plant.Papers().Claims(provision, Support.NotApplicable, reason));
        Assert.Equal(expected == Says.Refutes, answers.Any(a => a.Says == Says.Refutes));
    }

    [Theory]
    [InlineData("conference phone", "ECDSA P-384 verified on the phone against a certificate in the verified system", false)]
    [InlineData("doorbell", "ECDSA P-384 verified on the phone against a certificate in the verified system", true)]
    [InlineData("conference phone", "ECDSA P-384 verified by the phone app before the transfer", true)]
    [InlineData("conference phone", "ECDSA P-384 verified on the server before the transfer", true)]
    public void A_word_of_the_category_means_the_device_itself(string category, string details, bool refuted) =>
        Assert.Equal(refuted, Answers("update-guarantees", Of(category, Plant.Papers().Table(7, ["UpdMech-1", "Description: an update", "Security Guarantees: integrity and authenticity", $"Cryptographic Details: {details}"])))
            .Any(a => a.Unit == "5.3-9-1c" && a.Says == Says.Refutes));

    [Theory]
    [InlineData("Ed25519, verified by the camera before it writes anything, against a key on the verified partition", false)]
    [InlineData("The camera writes anything that it is given", true)]
    [InlineData("Whatever package is found is installed", true)]
    public void What_is_done_before_anything_is_written_takes_nothing_unseen(string details, bool refuted) =>
        Assert.Equal(refuted, Answers("update-guarantees", Plant.Papers().Table(7, ["UpdMech-1", "Description: an update", $"Cryptographic Details: {details}"])).Any(a => a.Unit == "5.3-2-1a" && a.Says == Says.Refutes));

    [Theory]
    [InlineData("We don't generate any", Truth.False)]
    [InlineData("none", Truth.False)]
    [InlineData("Not a password: a certificate", Truth.False)]
    [InlineData("The user sets it at the first start", Truth.False)]
    [InlineData("Drawn by the HSM on the line, 12 characters", Truth.True)]
    [InlineData("Not derived from the serial number; drawn by the HSM", Truth.True)]
    public void Where_no_password_is_made_there_is_no_preset_one(string says, Truth expected) =>
        Assert.Equal(expected, DeclaredFacts.Of(Plant.Papers().Table(1, ["AuthMech-1", "Authentication Factor: passkey or passphrase", $"Password Generation Mechanism: {says}"]).Examined().Declaration, "presetPasswords").Truth);

    [Theory]
    [InlineData("box", false)]
    [InlineData("unit", false)]
    [InlineData("housing", false)]
    [InlineData("cloud account", true)]
    [InlineData("relay of the maker", true)]
    public void A_target_that_lies_nowhere_else_is_the_device(string target, bool refuted) =>
        Assert.Equal(refuted, Answers("deletion-coverage", Plant.Papers().Table(25, ["DelFunc-1", "Description: erase all", $"Target Type: {target}"])).Any(a => a.Unit == "5.11-1-1a" && a.Says == Says.Refutes));

    [Theory]
    [InlineData("", false)]
    [InlineData("-", false)]
    [InlineData("none", true)]
    [InlineData("TBD", true)]
    public void An_empty_field_is_silence(string confirmation, bool refuted)
    {
        var plant = Plant.Papers().Table(25, ["DelFunc-1", "Description: erase all", "Target Type: device", $"Confirmation: {confirmation}"]);
        Assert.Equal(refuted, Answers("deletion-confirmation", plant).Any(a => a.Says == Says.Refutes));
        Assert.Equal(confirmation == "TBD", Answers("table-placeholders", plant).Any(a => a is { Unit: "5.11-4-1b", Says: Says.Refutes }));
    }

    [Theory]
    [InlineData("plain HTTP in the LAN", false)]
    [InlineData("HTTP without encryption within the home network", false)]
    [InlineData("plain MQTT to the local server", false)]
    [InlineData("plain HTTP to the cloud", true)]
    [InlineData("plain HTTP in the LAN and over the internet", true)]
    public void A_word_for_the_local_network_is_no_remote_channel(string channel, bool remote)
    {
        var answers = Answers("parameter-channel", Plant.Papers().Table(10, ["SecParam-1", "Type: critical", $"Secure Communication Mechanisms: {channel}"]));
        Assert.Contains(answers, a => a is { Unit: "5.5-6-1a", Says: Says.Refutes });
        Assert.Equal(remote, answers.Any(a => a is { Unit: "5.5-7-1a", Says: Says.Refutes }));
    }

    private static Plant Of(string category, Plant plant) => plant.With(e => e with { Device = e.Device with { Category = category } });

    private static IReadOnlyList<Answer> Answers(string id, Plant plant) => [.. Register.All.Single(c => c.Id == id).Look(plant.Examined())];
}
