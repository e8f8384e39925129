using Assay.Assessment.Declarations;
using Assay.Evidence;
using static Assay.Assessment.Tests.Checks.PlantedDossiers;
using static Assay.Evidence.FindingKind;

namespace Assay.Assessment.Tests.Checks.Planted;

internal static class Consistency
{
    private const string Mud = """
        {"ietf-mud:mud":{"mud-version":1,"mud-url":"https://acme.example/bell.json","last-update":"2026-01-01T00:00:00Z","cache-validity":48,"is-supported":true,"systeminfo":"bell","model-name":"Bell 3",
        "from-device-policy":{"access-lists":{"access-list":[{"name":"out"}]}},"to-device-policy":{"access-lists":{"access-list":[{"name":"in"}]}}},
        "ietf-access-control-list:acls":{"acl":[
        {"name":"out","type":"ipv4-acl-type","aces":{"ace":[{"name":"cloud","matches":{"ipv4":{"ietf-acldns:dst-dnsname":"cloud.acme.example","protocol":6},"tcp":{"destination-port":{"operator":"eq","port":443}}},"actions":{"forwarding":"accept"}}]}},
        {"name":"in","type":"ipv4-acl-type","aces":{"ace":[{"name":"page","matches":{"ietf-mud:mud":{"local-networks":[null]},"ipv4":{"protocol":6},"tcp":{"destination-port":{"operator":"eq","port":8080}}},"actions":{"forwarding":"accept"}}]}}]}}
        """;

    public static readonly IReadOnlyDictionary<string, PlantedDossiers> Dossiers = new Dictionary<string, PlantedDossiers>(StringComparer.Ordinal)
    {
        ["claim-against-table"] = new(
            Plant.Papers().Claims("5.9-1", Support.NotApplicable, "it needs no network").Table(23, ["ResMech-1", "Description: keeps ringing without network"]),
            Plant.Papers().Table(23, ["ResMech-1", "Description: keeps ringing without network"]),
            Plant.Papers()),
        ["dangling-reference"] = new(
            Plant.Papers().Table(13, ["SoftServ-1", "Authentication Mechanism: AuthMech-1 and AuthMech-7"]).Table(1, ["AuthMech-1", "Description: log-in page"]),
            Plant.Papers().Table(13, ["SoftServ-1", "Authentication Mechanism: AuthMech-1"]).Table(1, ["AuthMech-1", "Description: log-in page"]),
            Plant.Papers().Table(13, ["SoftServ-1", "Authentication Mechanism: AuthMech-1"])),
        ["mud-against-services"] = new(
            Plant.Papers().File("mud/bell.json", Mud).Table(13, ["SoftServ-1", "Description: SSH for service staff"]),
            Plant.Papers().File("mud/bell.json", Mud).Table(13, ["SoftServ-1", "Description: local page on port 8080"]),
            Plant.Papers().File("mud/bell.json", Mud)),
        ["mud-against-traffic"] = new(
            Quiet.File("mud/bell.json", Mud).Talked("tcp 443 192.0.2.7 cloud.acme.example", "tcp 443 198.51.100.9 tracker.example", "in tcp 2323 10.0.0.9"),
            Quiet.File("mud/bell.json", Mud).Talked("tcp 443 192.0.2.7 cloud.acme.example", "in tcp 8080 10.0.0.9", "udp 53 192.0.2.53", "udp 5353 224.0.0.251", "udp 123 192.0.2.12 time.example"),
            Quiet.File("mud/bell.json", Mud).Talked("tcp 443 192.0.2.7")),
        ["security-contact"] = new(
            Plant.Papers().File("documents/policy.md", Policy).Table(2, ["UserInfo", "Publication of Vulnerability Disclosure Policy: report vulnerabilities to psirt@acme.example"]),
            Plant.Papers().File("documents/policy.md", Policy).Table(2, ["UserInfo", "Publication of Vulnerability Disclosure Policy: report vulnerabilities to Security@acme.example. Questions on privacy: dpo@acme.example"]),
            Plant.Papers().File("documents/policy.md", Policy)),
        ["tables-agree"] = new(
            Plant.Papers().Table(1, ["AuthMech-1", "Authentication Factor: password"]).TableIn("declaration/second.yaml", 1, ["AuthMech-1", "Authentication Factor: a fingerprint"]),
            Plant.Papers().Table(1, ["AuthMech-1", "Authentication Factor: password"]).TableIn("declaration/second.yaml", 1, ["AuthMech-1", "Authentication Factor: **Password** of eight signs"]),
            Plant.Papers().Table(1, ["AuthMech-1", "Authentication Factor: password"])),
        ["versions-on-the-wire"] = new(
            Quiet.WithImage().Has("lighttpd", "1.4.59").Told(Disclosure, "http 10.0.0.4:80", "Server: lighttpd/1.4.35", Traits.VersionDisclosed, Traits.Http),
            Quiet.WithImage().Has("lighttpd", "1.4.59").Told(Disclosure, "http 10.0.0.4:80", "Server: lighttpd/1.4.59", Traits.VersionDisclosed, Traits.Http).Told(Update, "http update.acme.example", "update asked for in clear text: /check?model=3&version=1.0", Traits.UpdateQuery),
            Quiet.WithImage().Told(Disclosure, "http 10.0.0.4:80", "Server: lighttpd/1.4.35", Traits.VersionDisclosed, Traits.Http)),
        ["declared-versions"] = new(
            Plant.Papers().File("sbom/bell.cdx.json", """{"bomFormat":"CycloneDX","specVersion":"1.6","metadata":{"component":{"type":"firmware","name":"bell firmware","version":"0.9.2"}},"components":[]}"""),
            Plant.Papers().File("sbom/bell.cdx.json", """{"bomFormat":"CycloneDX","specVersion":"1.6","metadata":{"component":{"type":"firmware","name":"bell firmware","version":"v1.0.0"}},"components":[]}"""),
            Plant.Papers().File("sbom/bell.cdx.json", """{"bomFormat":"CycloneDX","specVersion":"1.6","metadata":{"component":{"type":"library","name":"left-pad","version":"0.9.2"}},"components":[]}""")),
        ["justifications"] = new(
            Plant.Papers().Claims("5.3-14", Support.NotApplicable, ""),
            Plant.Papers().Claims("5.3-14", Support.NotApplicable, "all software can be updated").Claims("5.4-2", Support.NotApplicable, ""),
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
