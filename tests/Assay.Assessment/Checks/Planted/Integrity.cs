using Assay.Assessment.Declarations;
using Assay.Evidence;
using static Assay.Assessment.Tests.Checks.PlantedDossiers;
using static Assay.Evidence.FindingKind;

namespace Assay.Assessment.Tests.Checks.Planted;

internal static class Integrity
{
    public static readonly IReadOnlyDictionary<string, PlantedDossiers> Dossiers = new Dictionary<string, PlantedDossiers>(StringComparer.Ordinal)
    {
        ["secure-boot-flag"] = new(
            Plant.Papers().File("build/sdkconfig", "# CONFIG_SECURE_BOOT_V1_ENABLED is not set\nCONFIG_SECURE_BOOT_V2_ENABLED=y\n").Table(20, ["SecBoot-1", "Description: the boot loader is flashed without burning the fuses."]),
            Plant.Papers().File("build/sdkconfig", "CONFIG_SECURE_BOOT_V2_ENABLED=y\nCONFIG_X=y\n").Table(20, ["SecBoot-1", "Description: the boot loader checks every image against a burnt key."]),
            Plant.Papers().Table(20, ["SecBoot-1", "Description: the boot loader checks every image against a burnt key."])),
        ["alteration-alert"] = new(
            Plant.Papers().Table(20, ["SecBoot-1", "User Notification: none", "Notification Functionality: none"]),
            Plant.Papers().Table(20, ["SecBoot-1", "User Notification: the app warns the owner", "Notification Functionality: none"]),
            Plant.Papers().Table(20, ["SecBoot-1", "Description: the boot loader checks"])),
        ["boot-guarantees"] = new(
            Plant.Papers().Table(20, ["SecBoot-1", "Security Guarantees: integrity"]),
            Plant.Papers().Table(20, ["SecBoot-1", "Security Guarantees: integrity and authenticity"]),
            Plant.Papers().Table(20, ["SecBoot-1", "Description: the boot loader checks"])),
        ["unsigned-boot-image"] = new(
            Plant.Image().Saw(Hardening, "kernel", Traits.UnsignedBoot).Table(20, ["SecBoot-1", "Description: The boot loader verifies the signature of the kernel."]),
            Plant.Image().Saw(Hardening, "FIT", Traits.VerifiableBoot).Table(20, ["SecBoot-1", "Description: The boot loader verifies the signature of the kernel."]),
            Plant.Image().Saw(Hardening, "kernel", Traits.UnsignedBoot)),
    };
}
