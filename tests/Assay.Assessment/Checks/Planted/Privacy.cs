using Assay.Assessment.Declarations;
using Assay.Evidence;
using static Assay.Assessment.Tests.Checks.PlantedDossiers;
using static Assay.Evidence.FindingKind;

namespace Assay.Assessment.Tests.Checks.Planted;

internal static class Privacy
{
    public static readonly IReadOnlyDictionary<string, PlantedDossiers> Dossiers = new Dictionary<string, PlantedDossiers>(StringComparer.Ordinal)
    {
        ["deletion-coverage"] = new(
            Plant.Papers().Table(21, ["PersData-1", "Description: pictures, kept in the cloud"]).Table(25, ["DelFunc-1", "Target Type: device", "Description: factory reset"]),
            Plant.Papers().Table(21, ["PersData-1", "Description: pictures, kept in the cloud"]).Table(25, ["DelFunc-1", "Target Type: device"], ["DelFunc-2", "Target Type: cloud account"]),
            Plant.Papers().Table(21, ["PersData-1", "Description: pictures"])),
        ["personal-data-in-clear"] = new(
            Plant.Capture().Heard(Cleartext, "an e-mail address", Traits.PersonalMarker, Traits.Remote),
            Quiet,
            Cut),
        ["sensors"] = new(
            Plant.Papers().Table(22, ["ExtSens-1", "Description: a push button"]).Table(21, ["PersData-1", "Description: pictures of the camera"]),
            Plant.Papers().Table(22, ["ExtSens-1", "Description: a camera"]).Table(21, ["PersData-1", "Description: pictures of the camera"]),
            Plant.Papers().Table(21, ["PersData-1", "Description: pictures of the camera"])),
        ["user-decisions"] = new(
            Plant.Papers().Table(26, ["UserDec-1", "Options: on, off", "Default: no password until the user sets one"]),
            Plant.Papers().Table(26, ["UserDec-1", "Options: on, off", "Default: on"]),
            Plant.Papers()),
        ["telemetry"] = new(
            Plant.Papers().Table(24, ["TelData-1", "Description: uptime", "Purpose: "]),
            Plant.Papers().Table(24, ["TelData-1", "Description: uptime", "Purpose: to find crashes"]),
            Plant.Papers()),
    };
}
