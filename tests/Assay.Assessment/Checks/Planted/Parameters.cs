using Assay.Assessment.Declarations;
using Assay.Evidence;
using static Assay.Assessment.Tests.Checks.PlantedDossiers;
using static Assay.Evidence.FindingKind;

namespace Assay.Assessment.Tests.Checks.Planted;

internal static class Parameters
{
    public static readonly IReadOnlyDictionary<string, PlantedDossiers> Dossiers = new Dictionary<string, PlantedDossiers>(StringComparer.Ordinal)
    {
        ["private-key-in-image"] = new(Plant.Image().Saw(Key, "/etc/ssl/server.key", Traits.PrivateKey), Plant.Image().Saw(Key, "/etc/ssl/authority.pub"), Damaged),
        ["readable-secret"] = new(Plant.Image().Saw(Key, "/www/server.key", Traits.PrivateKey, Traits.UnderWebRoot), Plant.Image().Saw(Key, "/etc/authority.pub"), Damaged),
        ["secret-in-configuration"] = new(Plant.Image().Saw(Secret, "psk in /etc/wpa_supplicant.conf", Traits.WirelessKey), Clean, Damaged),
        ["shared-key"] = new(
            Plant.Image().Saw(Key, "/etc/dropbear/host.key", Traits.PrivateKey, Traits.HostKey),
            Plant.Image().Saw(Key, "/etc/authority.pub"),
            Damaged),
        ["key-generation"] = new(
            Parameter("Type: critical", "Description: the key for the connection to the cloud", "Generation Mechanism: the same key for all devices"),
            Parameter("Type: critical", "Description: the key for the connection to the cloud", "Generation Mechanism: random, by the secure element of each device"),
            Parameter("Type: critical", "Description: the key for the connection to the cloud", "Generation Mechanism: N/A")),
        ["parameter-in-clear"] = new(
            Plant.Image().Saw(Key, "server.key", Traits.PrivateKey).Table(10, ["SecParam-Tls", "Description: server.key, the TLS private key", "Protection Scheme: encrypted under a key of the secure element"]),
            Plant.Image().Saw(Key, "server.key", Traits.PrivateKey, Traits.Encrypted).Table(10, ["SecParam-Tls", "Description: server.key, the TLS private key", "Protection Scheme: encrypted under a key of the secure element"]),
            Plant.Image().Saw(Key, "server.key", Traits.PrivateKey).Table(10, ["SecParam-Tls", "Description: server.key, the TLS private key"])),
        ["parameter-protection"] = new(
            Parameter("Type: critical", "Security Guarantees: none", "Protection Scheme: stored in plain text"),
            Parameter("Type: critical", "Security Guarantees: confidentiality and integrity", "Protection Scheme: kept in the secure element rather than in plain text"),
            Parameter("Description: something")),
        ["published-key"] = new(
            Plant.Image().Keyed("firmware/bell.bin", "0059a21376f3a673ced852a0"),
            Plant.Image().Keyed("firmware/bell.bin", "ffffffffffffffffffffffff"),
            Damaged),
        ["same-key-in-two-images"] = new(
            Plant.Image().Keyed("firmware/bell.bin", "ffffffffffffffffffffffff").Keyed("firmware/second-unit.bin", "ffffffffffffffffffffffff"),
            Plant.Image().Keyed("firmware/bell.bin", "ffffffffffffffffffffffff").Keyed("firmware/second-unit.bin", "eeeeeeeeeeeeeeeeeeeeeeee"),
            Damaged),
        ["storage-encryption-flag"] = new(
            Plant.Papers().File("sdkconfig", "CONFIG_A=y\n# CONFIG_SECURE_FLASH_ENC_ENABLED is not set\n").Table(10, ["SecParam-Wifi", "Protection Scheme: kept in the encrypted flash memory"]),
            Plant.Papers().File("sdkconfig", "CONFIG_A=y\n# CONFIG_SECURE_FLASH_ENC_ENABLED is not set\n").Table(10, ["SecParam-Wifi", "Protection Scheme: the flash memory is not encrypted; encryption is planned for the next release"]),
            Plant.Papers().Table(10, ["SecParam-Wifi", "Protection Scheme: kept in the encrypted flash memory"])),
        ["undeclared-parameter"] = new(
            Plant.Image().Saw(Key, "host_key", Traits.PrivateKey, Traits.HostKey).Table(10, ["SecParam-Wifi", "Description: the password of the wireless network"]),
            Plant.Image().Saw(Key, "host_key", Traits.PrivateKey, Traits.HostKey).Table(10, ["SecParam-Ssh", "Description: the host key of the SSH server"]),
            Plant.Image().Table(10, ["SecParam-Ssh", "Description: the host key of the SSH server"])),
    };

    private static Plant Parameter(params string[] fields) => Plant.Papers().Table(10, ["SecParam-Cloud", .. fields]);
}
