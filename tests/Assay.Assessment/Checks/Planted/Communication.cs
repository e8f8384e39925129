using Assay.Assessment.Declarations;
using Assay.Evidence;
using static Assay.Assessment.Tests.Checks.PlantedDossiers;
using static Assay.Evidence.FindingKind;

namespace Assay.Assessment.Tests.Checks.Planted;

internal static class Communication
{
    public static readonly IReadOnlyDictionary<string, PlantedDossiers> Dossiers = new Dictionary<string, PlantedDossiers>(StringComparer.Ordinal)
    {
        ["clear-text-to-remote"] = new(
            Plant.Capture().Heard(Cleartext, "mqtt to broker.example", Traits.Remote, Traits.Login),
            Plant.Capture().Heard(Cleartext, "http to 192.168.1.2", Traits.Local, Traits.Login),
            Plant.Capture().Heard(Cleartext, "http to time.example", Traits.Remote, Traits.Http)),
        ["communication-rows"] = new(
            Plant.Papers().Table(11, ["SecComMech-Tls", "Interface: LogIntf-Cloud and LogIntf-Radio"]).Table(28, ["LogIntf-Cloud", "Access: remote"]),
            Plant.Papers().Table(11, ["SecComMech-Tls", "Interface: LogIntf-Cloud"]).Table(28, ["LogIntf-Cloud", "Access: remote"]),
            Plant.Papers().Table(11, ["SecComMech-Tls", "Interface: LogIntf-Cloud"]).Table(28, ["LogIntf-Cloud", "Access: remote"], ["LogIntf-Log", "Access: remote"])),
        ["outdated-tls"] = new(Plant.Capture().Heard(WeakCrypto, "TLS 1.0 to cloud.example", Traits.TlsOutdated, Traits.Remote), Quiet, Cut),
        ["secret-in-clear-to-remote"] = new(
            Plant.Capture().Heard(Credential, "bell", Traits.OnTheWire, Traits.Remote),
            Plant.Capture().Heard(Cleartext, "http to time.example", Traits.Remote, Traits.Http),
            Cut),
        ["service-authentication"] = new(
            Plant.Papers().Table(13, ["SoftServ-Web", "Authentication Mechanism: "]).Table(1, ["AuthMech-Web", "Description: a password"]),
            Plant.Papers().Table(13, ["SoftServ-Web", "Authentication Mechanism: AuthMech-Web"]).Table(1, ["AuthMech-Web", "Description: a password"]),
            Plant.Papers().Table(13, ["SoftServ-Web", "Authentication Mechanism: by the phone"]).Table(1, ["AuthMech-Web", "Description: a password"])),
        ["undeclared-channel"] = new(
            Plant.Capture().Heard(Cleartext, "telnet to 192.168.1.9", Traits.Telnet, Traits.Local).Table(11, ["ComMech-1", "Description: TLS 1.3 to the cloud"]),
            Plant.Capture().Heard(Cleartext, "http to 192.168.1.9", Traits.Http, Traits.Local).Table(11, ["ComMech-1", "Description: HTTP on the local network"]),
            Plant.Capture().Heard(Cleartext, "telnet to 192.168.1.9", Traits.Telnet, Traits.Local)),
        ["unfit-certificate"] = new(
            Plant.Image().Saw(Certificate, "CN=bell", Traits.Expired),
            Plant.Image().Saw(Certificate, "CN=An old root", Traits.Expired, Traits.Authority),
            Damaged),
        ["weak-declared-cryptography"] = new(
            Plant.Papers().Table(1, ["AuthMech-Web", "Cryptographic Details: HTTP Digest with MD5"]),
            Plant.Papers().Table(1, ["AuthMech-Web", "Cryptographic Details: TLS 1.3; MD5 is not used"]),
            Plant.Papers()),
    };
}
