using Assay.Assessment.Declarations;
using Assay.Evidence;
using static Assay.Assessment.Tests.Checks.PlantedDossiers;
using static Assay.Evidence.FindingKind;

namespace Assay.Assessment.Tests.Checks.Planted;

internal static class Vulnerabilities
{
    public static readonly IReadOnlyDictionary<string, PlantedDossiers> Dossiers = new Dictionary<string, PlantedDossiers>(StringComparer.Ordinal)
    {
        ["confirmations"] = new(
            Plant.Papers().Table(4, ["Confirmation of Secure Development", "Value: no, not yet"]),
            Plant.Papers().Table(4, ["Confirmation of Secure Development", "Value: yes"]),
            Plant.Papers()),
        ["disclosure-policy"] = new(
            Plant.Papers().File("documents/policy.txt", "Vulnerability disclosure policy\nPlease be kind to us.\n"),
            Plant.Papers().File("documents/policy.txt", Policy).Table(2, ["Publication of Vulnerability Disclosure Policy", "Value: https://acme.example/policy"]),
            Plant.Papers()),
    };
}
