using Assay.Assessment.Catalogues;
using Assay.Assessment.Checks;
using Assay.Assessment.Examining;
using Assay.Assessment.Verdicts;
using Assay.Evidence;
using static Assay.Evidence.FindingKind;

namespace Assay.Assessment.Tests.Checks;

/// <summary>Kinds that a check learnt later: for each a dossier that it must fail, one that it must not, and one where it has to stay open.</summary>
public class FurtherKindsTests
{
    private static readonly string[] Publish = ["SoftServ-1", "Description: publish: sends events to the cloud (outgoing only)", "Status: Enabled"], Ring = ["SoftServ-2", "Description: ringd waits for the button", "Status: Enabled"];

    private static readonly (string Kind, string Check, Func<Plant> Fails, Func<Plant> Not, Func<Plant> Open)[] Kinds =
    [
        ("hosts of another owner", "undeclared-channel",
            () => Plant.Capture().Captured(Calls("metrics.other.example")).Table(11, ["ComMech-1", "Description: HTTPS to cloud.acme.example"]),
            () => Plant.Capture().Captured(Calls("eu.acme.example")).Table(11, ["ComMech-1", "Description: HTTPS to cloud.acme.example"]),
            () => Plant.Capture().Captured(Calls("metrics.other.example"))),
        ("a channel whose row names no host stays with a person", "undeclared-channel",
            () => Plant.Capture().Captured(Calls("metrics.other.example", "sip")).Table(11, ["ComMech-1", "Description: HTTPS to the cloud"]),
            () => Plant.Capture().Captured(Calls("metrics.other.example")).Table(11, ["ComMech-1", "Description: HTTPS to the cloud"]),
            () => Plant.Capture().Captured(Calls("metrics.other.example", "sip"))),
        ("stored under an old cipher", "weak-declared-cryptography",
            () => Plant.Papers().Table(10, ["SecParam-1", "Type: critical", "Protection Scheme: DES-CBC, 56 bits"]),
            () => Plant.Papers().Table(10, ["SecParam-1", "Type: critical", "Protection Scheme: AES-256-GCM; the DES engine of the chip is not used"]),
            () => Plant.Papers().Table(10, ["SecParam-1", "Type: critical", "Protection Scheme: file readable by root only"])),
        ("a function of what anybody reads", "key-generation",
            () => Secret("Generation Mechanism: SHA-256(serial number)"),
            () => Secret("Generation Mechanism: random, by the secure element of each device"),
            () => Secret("Generation Mechanism: N/A")),
        ("updates that nobody promises to be whole", "update-guarantees",
            () => Plant.Papers().Table(7, ["UpdMech-1", "Security Guarantees: Confidentiality, availability"]),
            () => Plant.Papers().Table(7, ["UpdMech-1", "Security Guarantees: Confidentiality, integrity, authenticity", "Cryptographic Details: the device verifies an Ed25519 signature"]),
            () => Plant.Papers().Table(7, ["UpdMech-1", "Description: over the network"])),
        ("log-ins that are only there", "login-guarantees",
            () => Plant.Papers().Table(1, ["AuthMech-1", "Security Guarantees: Availability"]),
            () => Plant.Papers().Table(1, ["AuthMech-1", "Security Guarantees: Availability, confidentiality, integrity", "Cryptographic Details: TLS 1.3"]),
            () => Plant.Papers().Table(1, ["AuthMech-1", "Security Guarantees: Level 2", "Cryptographic Details: TLS 1.3"])),
        ("channels that are only there", "communication-guarantees",
            () => Plant.Papers().Table(11, ["ComMech-1", "Description: HTTPS to cloud.acme.example", "Security Guarantees: Availability"]),
            () => Plant.Papers().Table(11, ["ComMech-1", "Description: HTTPS to cloud.acme.example", "Security Guarantees: Availability, integrity", "Cryptographic Details: TLS 1.3"]),
            () => Plant.Papers().Table(11, ["ComMech-1", "Description: to the cloud"])),
        ("a port beside rows that say that they listen nowhere", "undeclared-port",
            () => Plant.Papers().Table(13, Publish).Scanned("initialised", ["8291/tcp unknown"]),
            () => Plant.Papers().Table(13, ["SoftServ-3", "Description: settings on TCP port 8291"]).Scanned("initialised", ["8291/tcp unknown"]).Scanned("factoryDefault", ["8291/tcp unknown"]),
            () => Plant.Papers().Table(13, Ring).Scanned("initialised", ["8291/tcp unknown"])),
        ("a program of the system that anybody may change", "loose-permissions",
            () => Plant.Image().Saw(Permission, "/usr/sbin/rotate", Traits.WorldWritable),
            () => Plant.Image().Saw(Permission, "/usr/share/notes", Traits.WorldWritable),
            () => PlantedDossiers.Damaged),
        ("an account that may do all as root", "loose-permissions",
            () => Plant.Image().Saw(Permission, "bell", Traits.AllAsRoot),
            () => Plant.Image().Saw(Permission, "bell"),
            () => PlantedDossiers.Damaged),
        ("a short key by which updates are checked", "update-signature-strength",
            () => Plant.Image().Saw(Update, "release.pem", Traits.ShortKey, Traits.Signed),
            () => Plant.Image().Saw(Update, "release.pem", Traits.Signed),
            () => PlantedDossiers.Damaged),
        ("a network that is off and used", "service-declared-off",
            () => Plant.Capture().WithImage().Captured(Calls("cloud.acme.example")).Table(15, ["Intf-1", "Type: Network", "Status: Disabled"]),
            () => Plant.Capture().WithImage().Captured(Calls("cloud.acme.example")).Table(15, ["Intf-1", "Type: Network", "Status: Disabled"], ["Intf-2", "Type: Network", "Status: Enabled"]),
            () => PlantedDossiers.Damaged),
        ("a MUD file without support", "support-period",
            () => Plant.Papers().Table(2, ["UserInfo", "Support Period: until 2031-12-31"]).File("mud/bell.json", Mud("false")),
            () => Plant.Papers().Table(2, ["UserInfo", "Support Period: until 2031-12-31"]).File("mud/bell.json", Mud("true")),
            () => Plant.Papers().File("mud/bell.json", Mud("false"))),
    ];

    public static TheoryData<string> Names => [.. Kinds.Select(k => k.Kind)];

    [Theory]
    [MemberData(nameof(Names))]
    public void It_fails_what_it_must_and_neither_what_it_must_not_nor_what_is_open(string kind)
    {
        var (_, id, fails, not, open) = Kinds.Single(k => k.Kind == kind);
        var against = Look(id, fails()).Where(a => a.Says is Says.Refutes or Says.Contradicts).ToList();
        Assert.NotEmpty(against);
        Assert.All(against, a => Assert.NotEmpty(a.Locations));
        foreach (var plant in (Plant[])[not(), open()]) Assert.DoesNotContain(Look(id, plant), a => a.Says is Says.Refutes or Says.Contradicts);
        var left = Look(id, open());
        Assert.All(left, a => Assert.Contains(a.Says, new[] { Says.Open, Says.Supports }));
        Assert.Contains(left, a => a.Says == Says.Open && !string.IsNullOrWhiteSpace(a.Settle));
    }

    private static IReadOnlyList<Answer> Look(string id, Plant plant) =>
        [.. Register.All.Single(c => c.Id == id).Look(plant.Examined() with { Provisions = [.. Catalogue.Default.Provisions.Select(p => p.Id)] })];

    private static Plant Secret(string generation) => Plant.Papers().Table(10, ["SecParam-1", "Type: critical", "Description: the key for the connection to the cloud", generation]);

    private static string Mud(string supported) => $$$"""
        { "ietf-mud:mud": { "mud-version": 1, "mud-url": "https://acme.example/bell.json", "last-update": "2026-09-10T00:00:00+00:00", "cache-validity": 48,
          "is-supported": {{{supported}}}, "systeminfo": "bell", "from-device-policy": { "access-lists": { "access-list": [] } }, "to-device-policy": { "access-lists": { "access-list": [] } } },
          "ietf-access-control-list:acls": { "acl": [] } }
        """;

    private static CaptureFacts Calls(string host, string application = "tls") => new()
    {
        Artefact = "captures/start.pcap",
        From = Plant.AsOf,
        To = Plant.AsOf.AddHours(1),
        IsOfDevice = true,
        State = "initialised",
        Conversations = [new Conversation { First = Plant.AsOf, Last = Plant.AsOf, Frame = 7, IsOutward = true, Peer = "192.0.2.7", IsRemote = true, Names = [host], Protocol = "tcp", Port = 443, Application = application, Sent = 900, Received = 900, IsAnswered = true }],
    };
}
