using Assay.Assessment.Declarations;
using Assay.Evidence;
using static Assay.Assessment.Tests.Checks.PlantedDossiers;
using static Assay.Evidence.FindingKind;

namespace Assay.Assessment.Tests.Checks.Planted;

internal static class Passwords
{
    public static readonly IReadOnlyDictionary<string, PlantedDossiers> Dossiers = new Dictionary<string, PlantedDossiers>(StringComparer.Ordinal)
    {
        ["known-default-on-the-wire"] = new(
            Plant.Capture().Heard(Credential, "admin", Traits.KnownDefault, Traits.OnTheWire),
            Plant.Capture().Heard(Credential, "mira", Traits.OnTheWire),
            Cut),
        ["login-in-clear"] = new(
            Plant.Capture().Heard(Credential, "mira", Traits.OnTheWire, Traits.Http),
            Plant.Capture().Heard(Cleartext, "http to 192.168.1.2", Traits.Local, Traits.Http),
            Cut),
        ["universal-password"] = new(
            Plant.Image().Saw(Credential, "root", Traits.EmptyPassword, Traits.Root),
            Clean,
            Plant.Image().Saw(Credential, "root", Traits.PasswordHash)),
        ["weak-password-hash"] = new(
            Plant.Image().Saw(Credential, "root", Traits.WeakHash, Traits.PasswordHash),
            Plant.Image().Saw(Credential, "root", Traits.PasswordHash),
            Damaged),
    };
}
