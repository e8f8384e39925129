using Assay.Assessment.Declarations;
using Assay.Assessment.Examining;
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
        ["outdated-tls-configured"] = new(
            Plant.Image().Saw(WeakCrypto, "nginx.conf", Traits.TlsOutdated, Traits.StartedAtBoot),
            Plant.Image().Saw(WeakCrypto, "report.py", Traits.TlsOutdated),
            Damaged),
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
        ["unverified-peer"] = new(
            Plant.Image().Saw(WeakCrypto, "report.py", Traits.UnverifiedPeer),
            Plant.Image().Saw(WeakCrypto, "server.pem", Traits.WeakSignatureHash),
            Damaged),
        ["weak-declared-cryptography"] = new(
            Plant.Papers().Table(1, ["AuthMech-Web", "Cryptographic Details: HTTP Digest with MD5"]),
            Plant.Papers().Table(1, ["AuthMech-Web", "Cryptographic Details: TLS 1.3; MD5 is not used"]),
            Plant.Papers()),
        ["communication-guarantees"] = new(
            Channel("Security Guarantees: confidentiality and integrity", "Cryptographic Details: none"),
            Channel("Security Guarantees: confidentiality and integrity", "Cryptographic Details: TLS 1.3"),
            Channel("Description: to the cloud")),
        ["declared-channels-seen"] = new(
            Plant.Capture().Captured(Talk("http")).Table(11, ["ComMech-Cloud", "Description: to cloud.example", "Cryptographic Details: TLS 1.3"]),
            Plant.Capture().Captured(Talk("tls")).Table(11, ["ComMech-Cloud", "Description: to cloud.example", "Cryptographic Details: TLS 1.3"]),
            Plant.Papers().Table(11, ["ComMech-Cloud", "Description: to cloud.example", "Cryptographic Details: TLS 1.3"])),
        ["end-of-life-cryptography"] = new(
            Clean.Has("openssl", "1.0.2u"),
            Clean.Has("openssl", "3.5.1"),
            Clean.Has("openssl", "1.0.2u").Table(12, ["NetSecImpl-Tls", "Description: OpenSSL 1.0.2u under extended support of its vendor"])),
        ["implementation-identity"] = new(
            Clean.Has("openssl", "3.0.1").Table(12, ["NetSecImpl-Tls", "Description: OpenSSL 3.5.1", "Report: of OpenSSL 3.5.1"]),
            Clean.Has("openssl", "3.5.1").Table(12, ["NetSecImpl-Tls", "Description: OpenSSL 3.5.1", "Report: of OpenSSL 3.5.1"]),
            Plant.Papers().Table(12, ["NetSecImpl-Tls", "Description: OpenSSL 3.5.1"])),
        ["key-management"] = new(
            Plant.Papers().Table(14, ["SecMgmt-Keys", "Generation: in a hardware module", "Revocation: TBD"]),
            Plant.Papers().Table(14, ["SecMgmt-Keys", "Description: keys are generated and stored in a hardware module, distributed in production, renewed each year, revoked when compromised and destroyed at the end"]),
            Plant.Papers().Table(14, ["SecMgmt-Keys", "Description: keys are generated in production"])),
        ["parameter-channel"] = new(
            Critical("ComMech-Mqtt", "Cryptographic Details: plain text, no encryption"),
            Critical("ComMech-Mqtt", "Cryptographic Details: TLS 1.3"),
            Plant.Papers().Table(10, ["SecParam-Cloud", "Type: critical", "Secure Communication Mechanisms: over the network"]).Table(11, ["ComMech-Mqtt", "Cryptographic Details: TLS 1.3"])),
        ["peer-certificate"] = new(
            Plant.Capture().Heard(Certificate, "tls cloud.example", Traits.Expired, Traits.Remote),
            Plant.Capture().Heard(Certificate, "tls cloud.example", Traits.Remote),
            Plant.Capture().Heard(Certificate, "tls cloud.example", Traits.SelfSigned, Traits.Remote)),
        ["review-report"] = new(
            Plant.Papers().Table(12, ["NetSecImpl-Tls", "Review/Evaluation Method: not reviewed", "Report: none"]),
            Plant.Papers().Table(12, ["NetSecImpl-Tls", "Review/Evaluation Method: audit by a third party", "Report: report 7 of 2026"]),
            Plant.Papers().Table(12, ["NetSecImpl-Tls", "Description: OpenSSL"])),
        ["side-effects"] = new(
            Plant.Papers().Table(6, ["SoftComp-Main", "Cryptographic Usage: TLS. Side effects of an exchange were not considered."]),
            Plant.Papers().Table(6, ["SoftComp-Main", "Cryptographic Usage: TLS. Side effects of an exchange were considered."]),
            Plant.Papers().Table(6, ["SoftComp-Main", "Cryptographic Usage: TLS"])),
        ["unauthenticated-change"] = new(
            Plant.Capture().Answered("initialised", "200 POST none /api/config"),
            Plant.Capture().Answered("initialised", "401 POST none /api/config", "200 POST basic /api/config"),
            Plant.Capture().Answered("factoryDefault", "200 POST none /api/config")),
    };

    private static Plant Channel(params string[] fields) => Plant.Papers().Table(11, ["ComMech-Cloud", "Interface: the internet", .. fields]);

    private static Plant Critical(string channel, string details) => Plant.Papers().Table(10, ["SecParam-Cloud", "Type: critical", $"Secure Communication Mechanisms: {channel}"]).Table(11, [channel, "Description: to the cloud over the network", details]);

    private static CaptureFacts Talk(string application) => new()
    {
        Artefact = "captures/start.pcap",
        From = Plant.AsOf,
        To = Plant.AsOf.AddHours(1),
        IsOfDevice = true,
        State = "initialised",
        Conversations = [new Conversation { First = Plant.AsOf, Last = Plant.AsOf, Frame = 7, IsOutward = true, Peer = "192.0.2.7", IsRemote = true, Names = ["cloud.example"], Protocol = "tcp", Port = 443, Application = application, Sent = 900, Received = 900, IsAnswered = true }],
    };
}
