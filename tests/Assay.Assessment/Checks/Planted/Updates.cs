using Assay.Assessment.Declarations;
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
    };
}
