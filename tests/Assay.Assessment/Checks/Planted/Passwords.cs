using Assay.Assessment.Declarations;
using Assay.Evidence;
using Assay.Evidence.Cryptography;
using static Assay.Assessment.Tests.Checks.PlantedDossiers;
using static Assay.Evidence.FindingKind;

namespace Assay.Assessment.Tests.Checks.Planted;

internal static class Passwords
{
    public static readonly IReadOnlyDictionary<string, PlantedDossiers> Dossiers = new Dictionary<string, PlantedDossiers>(StringComparer.Ordinal)
    {
        ["brute-force-prevention"] = new(
            Login("Authentication Factor: user name and password", "Brute Force Prevention: none"),
            Login("Authentication Factor: user name and password", "Brute Force Prevention: locked for ten minutes after five wrong attempts"),
            Login("Authentication Factor: user name and password", "Default Status: disabled by default", "Brute Force Prevention: none")),
        ["derived-password"] = new(
            Preset("derived from the last six digits of the MAC address"),
            Preset("12 random characters out of the hardware random generator; it does not depend on the MAC address or serial number"),
            Preset("set in production, together with the MAC address")),
        ["dictionary-password"] = new(
            Preset("an adjective and a noun from a word list, followed by two digits"),
            Preset("12 random characters; no dictionary words are used"),
            Preset("set in production")),
        ["known-default-on-the-wire"] = new(
            Plant.Capture().Heard(Credential, "admin", Traits.KnownDefault, Traits.OnTheWire),
            Plant.Capture().Heard(Credential, "mira", Traits.OnTheWire),
            Cut),
        ["login-cryptography-seen"] = new(
            Plant.Capture().Heard(Credential, "http 192.168.1.9", Traits.OnTheWire, Traits.Http, Traits.Local).Table(1, ["AuthMech-Web", "Target: user to machine", "Authentication Factor: password", "Cryptographic Details: the web page is served over TLS 1.3"]),
            Plant.Capture().Heard(Behaviour, "names asked for").Table(1, ["AuthMech-Web", "Target: user to machine", "Authentication Factor: password", "Cryptographic Details: the web page is served over TLS 1.3"]),
            Plant.Capture().Heard(Credential, "http 192.168.1.9", Traits.OnTheWire, Traits.Http, Traits.Local).Table(1, ["AuthMech-Web", "Target: user to machine", "Authentication Factor: password", "Cryptographic Details: HTTP Basic without TLS"])),
        ["login-guarantees"] = new(
            Plant.Papers().Table(1, ["AuthMech-1", "Security Guarantees: none, the house is trusted", "Cryptographic Details: Base64 over plain HTTP"]),
            Plant.Papers().Table(1, ["AuthMech-1", "Security Guarantees: C, I, A", "Cryptographic Details: TLS 1.3; a log-in in the clear is refused"]),
            Plant.Papers().Table(1, ["AuthMech-1", "Security Guarantees: Level 2", "Cryptographic Details: TLS 1.3"])),
        ["login-in-clear"] = new(
            Plant.Capture().Heard(Credential, "mira", Traits.OnTheWire, Traits.Http),
            Plant.Capture().Heard(Cleartext, "http to 192.168.1.2", Traits.Local, Traits.Http),
            Cut),
        ["password-between-machines"] = new(
            Plant.Capture().Heard(Credential, "mqtt broker.example", Traits.OnTheWire, Traits.Mqtt, Traits.Remote).Table(1, ["AuthMech-Cloud", "Target: machine to machine", "Authentication Factor: X.509 client certificate"]),
            Plant.Capture().Heard(Behaviour, "names asked for").Table(1, ["AuthMech-Cloud", "Target: machine to machine", "Authentication Factor: X.509 client certificate"]),
            Plant.Capture().Heard(Credential, "mqtt broker.example", Traits.OnTheWire, Traits.Mqtt, Traits.Remote).Table(1, ["AuthMech-Cloud", "Target: machine to machine", "Authentication Factor: user name and password"])),
        ["password-samples"] = new(
            Plant.Papers().File("documents/samples.csv", "unit,mac,password\n1,00:11:22:aa:bb:cc,Bell-aabbcc\n2,00:11:22:dd:ee:ff,Bell-ddeeff\n"),
            Plant.Papers().File("documents/samples.csv", "unit,mac,password\n1,00:11:22:aa:bb:cc,w7Kp2mQx9Lrt\n2,00:11:22:dd:ee:ff,Zt4hVn8sJc3b\n"),
            Plant.Papers().File("documents/samples.csv", "unit,mac,password\n1,00:11:22:aa:bb:cc,w7Kp2mQx9Lrt\n")),
        ["regular-password"] = new(
            Preset("the same password for all devices of a batch"),
            Preset("each device gets its own 12 random characters in production"),
            Preset("set in production")),
        ["same-password-hash"] = new(
            Plant.Image().Stored("firmware/bell.bin", "0123456789abcdef01234567").Stored("firmware/second-unit.bin", "0123456789abcdef01234567"),
            Plant.Image().Stored("firmware/bell.bin", "0123456789abcdef01234567").Stored("firmware/second-unit.bin", "aaaaaaaaaaaaaaaaaaaaaaaa"),
            Plant.Image().Stored("firmware/bell.bin", "0123456789abcdef01234567")),
        ["short-password"] = new(
            Preset("a 4-digit PIN, random for each device"),
            Preset("16 random characters out of A-Z, a-z and 0-9"),
            Preset("random for each device")),
        ["undeclared-login"] = new(
            Plant.Capture().Heard(Credential, "telnet 192.168.1.9:23", Traits.OnTheWire, Traits.Telnet, Traits.Local).Table(1, ["AuthMech-Web", "Description: a password on the web page"]),
            Plant.Capture().Heard(Credential, "http 192.168.1.9", Traits.OnTheWire, Traits.Http, Traits.Local).Table(1, ["AuthMech-Web", "Description: a password on the web page"]),
            Plant.Capture().Heard(Credential, "telnet 192.168.1.9:23", Traits.OnTheWire, Traits.Telnet, Traits.Local)),
        ["universal-password"] = new(
            Plant.Image().Saw(Credential, "root", Traits.EmptyPassword, Traits.Root),
            Clean,
            Plant.Image().Saw(Credential, "root", Traits.PasswordHash)),
        ["unlimited-guessing"] = new(
            Plant.Capture().Guessed(20, every: 0.2),
            Plant.Capture().Guessed(20, every: 3).Table(1, ["AuthMech-Web", "Description: the web page", "Brute Force Prevention: a delay of 2 seconds after each wrong attempt"]),
            Plant.Capture().Guessed(4, every: 1)),
        ["weak-password-hash"] = new(
            Plant.Image().Saw(Credential, "root", Traits.WeakHash, Traits.PasswordHash),
            Plant.Image().Saw(Credential, "root", Traits.PasswordHash),
            Damaged),
    };

    private static Plant Preset(string generation) => Plant.Papers().Table(1, ["AuthMech-Web", "Authentication Factor: password", $"Password Generation Mechanism: {generation}"]);

    private static Plant Login(params string[] fields) => Plant.Papers().Table(1, ["AuthMech-Web", "Network Interface Proximity: reachable over the local network", .. fields]);
}
