using Assay.Assessment.Declarations;
using Assay.Evidence;
using static Assay.Assessment.Tests.Checks.PlantedDossiers;
using static Assay.Evidence.FindingKind;

namespace Assay.Assessment.Tests.Checks.Planted;

internal static class Consistency
{
    public static readonly IReadOnlyDictionary<string, PlantedDossiers> Dossiers = new Dictionary<string, PlantedDossiers>(StringComparer.Ordinal)
    {
        ["claim-against-table"] = new(
            Plant.Papers().Claims("5.9-1", Support.NotApplicable, "it needs no network").Table(23, ["ResMech-1", "Description: keeps ringing without network"]),
            Plant.Papers().Table(23, ["ResMech-1", "Description: keeps ringing without network"]),
            Plant.Papers()),
        ["justifications"] = new(
            Plant.Papers().Claims("5.4-2", Support.NotApplicable, ""),
            Plant.Papers().Claims("5.4-2", Support.NotApplicable, "no identity is fixed in hardware"),
            Plant.Papers().Silent()),
        ["materials-against-image"] = new(
            Plant.Image().Has("openssl", "1.1.1k").File("sbom/bell.cdx.json", """{"bomFormat":"CycloneDX","specVersion":"1.6","components":[{"name":"busybox","version":"1.36.1"}]}"""),
            Plant.Image().Has("busybox", "1.36.1").File("sbom/bell.spdx.json", """{"spdxVersion":"SPDX-2.3","packages":[{"name":"BusyBox","versionInfo":"1.36.1"}]}"""),
            Plant.Papers().File("sbom/bell.cdx.json", """{"bomFormat":"CycloneDX","specVersion":"1.6","components":[{"name":"busybox","version":"1.36.1"}]}""")),
        ["table-placeholders"] = new(
            Plant.Papers().Table(1, ["AuthMech-1", "Password Generation Mechanism: TBD"]),
            Plant.Papers().Table(1, ["AuthMech-1", "Password Generation Mechanism: drawn by the HSM on the line"]),
            Plant.Papers()),
    };
}
