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
    };
}
