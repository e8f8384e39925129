using Assay.Assessment.Declarations;
using Assay.Assessment.Examining;
using Assay.Evidence;
using static Assay.Assessment.Tests.Checks.PlantedDossiers;
using static Assay.Evidence.FindingKind;

namespace Assay.Assessment.Tests.Checks.Planted;

internal static class Updates
{
    public static readonly IReadOnlyDictionary<string, PlantedDossiers> Dossiers = new Dictionary<string, PlantedDossiers>(StringComparer.Ordinal)
    {
        ["component-update-mechanism"] = new(
            Plant.Papers().Table(6, ["SoftComp-Main", "Update Mechanism: ", "Cryptographic Usage: yes"]).Table(7, ["UpdMech-Net", "Description: over the network"]),
            Plant.Papers().Table(6, ["SoftComp-Main", "Update Mechanism: UpdMech-Net", "Cryptographic Usage: yes"]).Table(7, ["UpdMech-Net", "Description: over the network"]),
            Plant.Papers().Table(6, ["SoftComp-Rom", "Update Mechanism: in mask ROM, which nobody can write", "Cryptographic Usage: no"]).Table(7, ["UpdMech-Net", "Description: over the network"])),
        ["component-versions"] = new(
            Plant.Papers().File("sbom/bell.cdx.json", """{"bomFormat":"CycloneDX","specVersion":"1.6","components":[{"name":"busybox"},{"name":"dropbear","version":"2022.83"}]}"""),
            Plant.Papers().File("sbom/bell.cdx.json", """{"bomFormat":"CycloneDX","specVersion":"1.6","components":[{"name":"busybox","version":"1.36.1"}]}"""),
            Plant.Papers()),
        ["model-designation"] = new(
            Plant.Papers().Table(2, ["UserInfo", "Model Designation: Chime 2"]),
            Plant.Papers().Table(2, ["UserInfo", "Model Designation: the words \"Bell 3\" on its back"]),
            Plant.Papers().File("device.yaml", "maker: Acme\n").Table(2, ["UserInfo", "Model Designation: Chime 2"])),
        ["support-period"] = new(
            Plant.Papers().Table(2, ["UserInfo", "Support Period: ? years of security updates"]),
            Plant.Papers().Table(2, ["UserInfo", "Support Period: until 2031-12-31"]).File("documents/support.txt", "Support period: security updates until 2031-12-31\n"),
            Plant.Papers().Table(2, ["UserInfo", "Support Period: until 2031-12-31"])),
        ["undeclared-update"] = new(
            Plant.Capture().Heard(Update, "package from updates.example", Traits.UpdateDownload).Table(7, ["UpdMech-Usb", "Description: by cable"]),
            Plant.Capture().Heard(Update, "package from updates.example", Traits.UpdateDownload).Table(7, ["UpdMech-Net", "Description: from a server"]),
            Plant.Capture().Heard(Update, "package from updates.example", Traits.UpdateDownload)),
        ["update-in-clear"] = new(
            Plant.Capture().Heard(Update, "bell.bin from updates.example", Traits.ClearText, Traits.UpdateDownload),
            Quiet,
            Plant.Capture().Heard(Update, "version.txt from updates.example", Traits.ClearText, Traits.UpdateQuery)),
        ["update-signature"] = new(
            Plant.Image().Saw(Update, "/usr/sbin/update.sh", Traits.WithoutVerification).Table(7, ["UpdMech-Net", "Cryptographic Details: an Ed25519 signature"]),
            Plant.Image().Saw(Update, "bell.swu", Traits.Signed).Table(7, ["UpdMech-Net", "Cryptographic Details: an Ed25519 signature"]),
            Plant.Image().Table(7, ["UpdMech-Net", "Cryptographic Details: an Ed25519 signature"])),
        ["update-without-verification"] = new(
            Plant.Image().Saw(Update, "/usr/sbin/update.sh", Traits.WithoutVerification),
            Plant.Image().Saw(Update, "bell.swu", Traits.Signed),
            Damaged),
        ["automatic-update"] = new(
            Component("Initiation and Interaction: the user must click on install", "Update Checking: no checks are performed"),
            Component("Initiation and Interaction: runs automatically at night, no user interaction is needed", "Update Checking: every 24 hours"),
            Component("Initiation and Interaction: as the manual tells", "Update Checking: see the manual")),
        ["non-updateable-parts"] = new(
            Rom.Table(9, ["ReplSup", "Isolation: none", "Hardware Replacement: none"]),
            Rom.Table(9, ["ReplSup", "Isolation: pull the network cable", "Hardware Replacement: the unit is sent back and exchanged"]),
            Rom),
        ["update-check-seen"] = new(
            Asking("every 6 hours").Captured(Day("cloud.example")),
            Asking("every 6 hours").Captured(Day("updates.example")),
            Asking("every 48 hours").Captured(Day("cloud.example"))),
        ["update-choices"] = new(
            Mechanism("Initiation and Interaction: runs automatically", "Configuration: disabled by default, the user may switch it on"),
            Mechanism("Initiation and Interaction: runs automatically", "Configuration: enabled by default, the user may postpone or switch it off"),
            Mechanism("Initiation and Interaction: started by the user")),
        ["update-guarantees"] = new(
            Mechanism("Security Guarantees: none", "Cryptographic Details: packages are not signed and not checked"),
            Mechanism("Security Guarantees: integrity and authenticity", "Cryptographic Details: the device verifies an Ed25519 signature before it installs; packages without a signature are rejected"),
            Mechanism("Description: over the network")),
        ["update-notice"] = new(
            Mechanism("User Notification: none"),
            Mechanism("User Notification: the app shows a message with the release notes, the risks that it takes away, and that the device restarts"),
            Mechanism("Description: over the network")),
        ["update-procedure"] = new(
            Plant.Papers().Table(8, ["UpdProc-1", "Time Frame: no fixed time frame"]),
            Plant.Papers().Table(8, ["UpdProc-1", "Time Frame: two weeks after the fix is known"]),
            Plant.Papers().Table(8, ["UpdProc-1", "Description: we build and publish"])),
        ["update-signature-strength"] = new(
            Plant.Image().File("firmware/bell.itb", [0xd0, 0x0d, 0xfe, 0xed, 0, .. "sha1,rsa2048"u8, 0]),
            Plant.Image().File("firmware/bell.itb", [0xd0, 0x0d, 0xfe, 0xed, 0, .. "sha256,rsa2048"u8, 0]),
            Plant.Image().File("firmware/bell.itb", [0xd0, 0x0d, 0xfe, 0xed, 0, .. "no name of an algorithm"u8, 0])),
    };

    private static Plant Mechanism(params string[] fields) => Plant.Papers().Table(7, ["UpdMech-Net", .. fields]);

    private static Plant Component(params string[] fields) => Mechanism(fields).Table(6, ["SoftComp-Main", "Description: the application", "Update Mechanism: UpdMech-Net"]);

    private static Plant Rom => Plant.Papers().Table(6, ["SoftComp-Rom", "Update Mechanism: none, mask ROM cannot be updated"]);

    private static Plant Asking(string when) => Plant.Capture().Table(7, ["UpdMech-Net", "Description: from https://updates.example/bell", $"Update Checking: {when}"]);

    // A day of an initialised device that spoke with one host.
    private static CaptureFacts Day(string host) => new()
    {
        Artefact = "captures/start.pcap",
        From = Plant.AsOf,
        To = Plant.AsOf.AddHours(24),
        IsOfDevice = true,
        State = "initialised",
        Conversations = [new Conversation { First = Plant.AsOf, Last = Plant.AsOf.AddHours(1), Frame = 7, IsOutward = true, Peer = "192.0.2.7", IsRemote = true, Names = [host], Protocol = "tcp", Port = 443, Application = "tls", Sent = 900, Received = 900, IsAnswered = true }],
    };
}
