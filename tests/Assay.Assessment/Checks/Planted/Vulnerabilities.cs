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
        ["exploited-component"] = new(
            Clean.Asked("busybox", "1.30.0", "CVE-2026-0001", affected: true, published: "2026-01-05", exploited: "2026-02-01", fix: "1.30.1"),
            Clean.Asked("", "", "", affected: false),
            Clean.Asked("busybox", "1.30.0", "CVE-2026-0001", affected: false, published: "2026-01-05", exploited: "2026-02-01")),
        ["late-fix"] = new(
            History("2026-08-01").Asked("busybox", "1.30.0", "CVE-2026-0001", affected: true, published: "2026-01-05"),
            History("2026-02-01").Asked("busybox", "1.30.0", "CVE-2026-0001", affected: true, published: "2026-01-05"),
            History("2026-08-01")),
        ["published-information"] = new(
            Plant.Papers().Table(2, ["UserInfo", "Publication of Vulnerability Disclosure Policy: in the customer portal, after log-in with a registered account"]),
            Plant.Papers().Table(2, ["UserInfo", "Publication of Vulnerability Disclosure Policy: https://acme.example/security, open to everybody without an account"]),
            Plant.Papers()),
        ["unmended-component"] = new(
            Clean.Asked("busybox", "1.30.0", "CVE-2026-0001", affected: true, published: "2026-01-05", fix: "1.30.1").Table(8, ["UpdProc-1", "Time Frame: within 90 days"]),
            Clean.Asked("", "", "", affected: false).Table(8, ["UpdProc-1", "Time Frame: within 90 days"]),
            Clean.Asked("busybox", "1.30.0", "CVE-2026-0001", affected: true, published: "2026-10-05", fix: "1.30.1").Table(8, ["UpdProc-1", "Time Frame: within 90 days"])),
        ["vulnerability-actions"] = new(
            Plant.Papers().Table(3, ["VulnTypes-Remote", "Action: we mend it", "Time Frame: no fixed time"]),
            Plant.Papers().Table(3, ["VulnTypes-Remote", "Action: we mend it", "Time Frame: within 30 days"]),
            Plant.Papers().Table(3, ["VulnTypes-Remote", "Action: we mend it as the team sees fit"])),
        ["vulnerability-monitoring"] = new(
            Plant.Papers().Table(5, ["VulnMon-1", "Description: we do not monitor vulnerabilities"]),
            Plant.Papers().Table(5, ["VulnMon-1", "Description: we watch CVE feeds daily, assess the impact on the product and release a patch"]),
            Plant.Papers().Table(5, ["VulnMon-1", "Description: the team meets on Mondays"])),
    };

    private static Plant History(string released) => Plant.Papers().Table(8, ["UpdProc-1", "Time Frame: at most 90 days"])
        .File("documents/releases.md", $"# History\n\n## Version 1.1 ({released})\n\n- mends CVE-2026-0001 in busybox\n\n## Version 1.0 (2025-06-01)\n\n- the first release\n");
}
