using Assay.Assessment.Declarations;
using Assay.Evidence;
using static Assay.Evidence.FindingKind;

namespace Assay.Assessment.Tests.Checks;

/// <summary>Three dossiers for every check: one that must fail it, one that must not, and one where it must stay open.</summary>
internal sealed record PlantedDossiers(Plant Fails, Plant Not, Plant Open)
{
    // Another finding beside it, so that a dossier that must not fail is never an empty one.
    private static Plant Clean => Plant.Image().Saw(Hardening, "/bin/busybox", Traits.PieMissing);
    private static Plant Quiet => Plant.Capture().Heard(Behaviour, "names asked for");
    private static Plant Damaged => Plant.Image(whole: false);
    private static Plant Cut => Plant.Capture(whole: false);

    private const string Policy = """
        Saved from https://acme.example/policy on 2026-10-02
        # Vulnerability disclosure policy
        Write to security@acme.example.
        We acknowledge each report within 3 days.
        You get a status update every two weeks.
        """;

    public static readonly IReadOnlyDictionary<string, PlantedDossiers> ByCheck = new Dictionary<string, PlantedDossiers>(StringComparer.Ordinal)
    {
        ["claim-against-table"] = new(
            Plant.Papers().Claims("5.9-1", Support.NotApplicable, "it needs no network").Table(23, ["ResMech-1", "Description: keeps ringing without network"]),
            Plant.Papers().Table(23, ["ResMech-1", "Description: keeps ringing without network"]),
            Plant.Papers()),
        ["clear-text-login-service"] = new(
            Plant.Image().Saw(Service, "telnetd", Traits.Telnet, Traits.StartedAtBoot),
            Plant.Image().Saw(Service, "dropbear", Traits.Ssh, Traits.StartedAtBoot),
            Damaged),
        ["clear-text-to-remote"] = new(
            Plant.Capture().Heard(Cleartext, "mqtt to broker.example", Traits.Remote, Traits.Login),
            Plant.Capture().Heard(Cleartext, "http to 192.168.1.2", Traits.Local, Traits.Login),
            Plant.Capture().Heard(Cleartext, "http to time.example", Traits.Remote, Traits.Http)),
        ["communication-rows"] = new(
            Plant.Papers().Table(11, ["SecComMech-Tls", "Interface: LogIntf-Cloud and LogIntf-Radio"]).Table(28, ["LogIntf-Cloud", "Access: remote"]),
            Plant.Papers().Table(11, ["SecComMech-Tls", "Interface: LogIntf-Cloud"]).Table(28, ["LogIntf-Cloud", "Access: remote"]),
            Plant.Papers().Table(11, ["SecComMech-Tls", "Interface: LogIntf-Cloud"]).Table(28, ["LogIntf-Cloud", "Access: remote"], ["LogIntf-Log", "Access: remote"])),
        ["component-update-mechanism"] = new(
            Plant.Papers().Table(6, ["SoftComp-Main", "Update Mechanism: ", "Cryptographic Usage: yes"]).Table(7, ["UpdMech-Net", "Description: over the network"]),
            Plant.Papers().Table(6, ["SoftComp-Main", "Update Mechanism: UpdMech-Net", "Cryptographic Usage: yes"]).Table(7, ["UpdMech-Net", "Description: over the network"]),
            Plant.Papers().Table(6, ["SoftComp-Rom", "Update Mechanism: in mask ROM, which nobody can write", "Cryptographic Usage: no"]).Table(7, ["UpdMech-Net", "Description: over the network"])),
        ["component-versions"] = new(
            Plant.Papers().File("sbom/bell.cdx.json", """{"bomFormat":"CycloneDX","specVersion":"1.6","components":[{"name":"busybox"},{"name":"dropbear","version":"2022.83"}]}"""),
            Plant.Papers().File("sbom/bell.cdx.json", """{"bomFormat":"CycloneDX","specVersion":"1.6","components":[{"name":"busybox","version":"1.36.1"}]}"""),
            Plant.Papers()),
        ["confirmations"] = new(
            Plant.Papers().Table(4, ["Confirmation of Secure Development", "Value: no, not yet"]),
            Plant.Papers().Table(4, ["Confirmation of Secure Development", "Value: yes"]),
            Plant.Papers()),
        ["console-without-login"] = new(
            Plant.Image().Saw(Debug, "ttyS0", Traits.SerialConsole, Traits.WithoutLogin),
            Plant.Image().Saw(Debug, "ttyS0", Traits.SerialConsole),
            Damaged),
        ["debug-tools"] = new(Plant.Image().Saw(Debug, "gdbserver", Traits.DebugTool), Clean, Damaged),
        ["deletion-coverage"] = new(
            Plant.Papers().Table(21, ["PersData-1", "Description: pictures, kept in the cloud"]).Table(25, ["DelFunc-1", "Target Type: device", "Description: factory reset"]),
            Plant.Papers().Table(21, ["PersData-1", "Description: pictures, kept in the cloud"]).Table(25, ["DelFunc-1", "Target Type: device"], ["DelFunc-2", "Target Type: cloud account"]),
            Plant.Papers().Table(21, ["PersData-1", "Description: pictures"])),
        ["disclosure-policy"] = new(
            Plant.Papers().File("documents/policy.txt", "Vulnerability disclosure policy\nPlease be kind to us.\n"),
            Plant.Papers().File("documents/policy.txt", Policy).Table(2, ["Publication of Vulnerability Disclosure Policy", "Value: https://acme.example/policy"]),
            Plant.Papers()),
        ["justifications"] = new(
            Plant.Papers().Claims("5.4-2", Support.NotApplicable, ""),
            Plant.Papers().Claims("5.4-2", Support.NotApplicable, "no identity is fixed in hardware"),
            Plant.Papers().Silent()),
        ["known-default-on-the-wire"] = new(
            Plant.Capture().Heard(Credential, "admin", Traits.KnownDefault, Traits.OnTheWire),
            Plant.Capture().Heard(Credential, "mira", Traits.OnTheWire),
            Cut),
        ["login-in-clear"] = new(
            Plant.Capture().Heard(Credential, "mira", Traits.OnTheWire, Traits.Http),
            Plant.Capture().Heard(Cleartext, "http to 192.168.1.2", Traits.Local, Traits.Http),
            Cut),
        ["loose-permissions"] = new(Plant.Image().Saw(Permission, "/etc/init.d/S50ring", Traits.WorldWritable, Traits.BootScript), Plant.Image().Saw(Permission, "/tmp/notes", Traits.WorldWritable), Damaged),
        ["materials-against-image"] = new(
            Plant.Image().Has("openssl", "1.1.1k").File("sbom/bell.cdx.json", """{"bomFormat":"CycloneDX","specVersion":"1.6","components":[{"name":"busybox","version":"1.36.1"}]}"""),
            Plant.Image().Has("busybox", "1.36.1").File("sbom/bell.spdx.json", """{"spdxVersion":"SPDX-2.3","packages":[{"name":"BusyBox","versionInfo":"1.36.1"}]}"""),
            Plant.Papers().File("sbom/bell.cdx.json", """{"bomFormat":"CycloneDX","specVersion":"1.6","components":[{"name":"busybox","version":"1.36.1"}]}""")),
        ["memory-protection"] = new(
            Plant.Image().Saw(Hardening, "/usr/bin/ring", Traits.NoExecuteMissing).Table(18, ["AccCtrl-1", "Description: the MMU keeps data from being executed"]),
            Plant.Image().Saw(Hardening, "/usr/bin/ring", Traits.PieMissing).Table(18, ["AccCtrl-1", "Description: the MMU keeps data from being executed"]),
            Plant.Image(whole: false).Table(18, ["AccCtrl-1", "Description: the MMU keeps data from being executed"])),
        ["model-designation"] = new(
            Plant.Papers().Table(2, ["UserInfo", "Model Designation: Chime 2"]),
            Plant.Papers().Table(2, ["UserInfo", "Model Designation: the words \"Bell 3\" on its back"]),
            Plant.Papers().File("device.yaml", "maker: Acme\n").Table(2, ["UserInfo", "Model Designation: Chime 2"])),
        ["outdated-tls"] = new(Plant.Capture().Heard(WeakCrypto, "TLS 1.0 to cloud.example", Traits.TlsOutdated, Traits.Remote), Quiet, Cut),
        ["personal-data-in-clear"] = new(
            Plant.Capture().Heard(Cleartext, "an e-mail address", Traits.PersonalMarker, Traits.Remote),
            Quiet,
            Cut),
        ["private-key-in-image"] = new(Plant.Image().Saw(Key, "/etc/ssl/server.key", Traits.PrivateKey), Plant.Image().Saw(Key, "/etc/ssl/authority.pub"), Damaged),
        ["readable-secret"] = new(Plant.Image().Saw(Key, "/www/server.key", Traits.PrivateKey, Traits.UnderWebRoot), Plant.Image().Saw(Key, "/etc/authority.pub"), Damaged),
        ["secret-in-clear-to-remote"] = new(
            Plant.Capture().Heard(Credential, "bell", Traits.OnTheWire, Traits.Remote),
            Plant.Capture().Heard(Cleartext, "http to time.example", Traits.Remote, Traits.Http),
            Cut),
        ["secret-in-configuration"] = new(Plant.Image().Saw(Secret, "psk in /etc/wpa_supplicant.conf", Traits.WirelessKey), Clean, Damaged),
        ["secure-boot-flag"] = new(
            Plant.Papers().File("build/sdkconfig", "# CONFIG_SECURE_BOOT_V1_ENABLED is not set\nCONFIG_SECURE_BOOT_V2_ENABLED=y\n").Table(20, ["SecBoot-1", "Description: the boot loader is flashed without burning the fuses."]),
            Plant.Papers().File("build/sdkconfig", "CONFIG_SECURE_BOOT_V2_ENABLED=y\nCONFIG_X=y\n").Table(20, ["SecBoot-1", "Description: the boot loader checks every image against a burnt key."]),
            Plant.Papers().Table(20, ["SecBoot-1", "Description: the boot loader checks every image against a burnt key."])),
        ["sensors"] = new(
            Plant.Papers().Table(22, ["ExtSens-1", "Description: a push button"]).Table(21, ["PersData-1", "Description: pictures of the camera"]),
            Plant.Papers().Table(22, ["ExtSens-1", "Description: a camera"]).Table(21, ["PersData-1", "Description: pictures of the camera"]),
            Plant.Papers().Table(21, ["PersData-1", "Description: pictures of the camera"])),
        ["service-authentication"] = new(
            Plant.Papers().Table(13, ["SoftServ-Web", "Authentication Mechanism: "]).Table(1, ["AuthMech-Web", "Description: a password"]),
            Plant.Papers().Table(13, ["SoftServ-Web", "Authentication Mechanism: AuthMech-Web"]).Table(1, ["AuthMech-Web", "Description: a password"]),
            Plant.Papers().Table(13, ["SoftServ-Web", "Authentication Mechanism: by the phone"]).Table(1, ["AuthMech-Web", "Description: a password"])),
        ["service-declared-off"] = new(
            Plant.Image().Saw(Service, "telnetd", Traits.Telnet, Traits.StartedAtBoot).Table(13, ["SoftServ-Telnet", "Description: telnet", "Status: disabled"]),
            Plant.Image().Saw(Service, "httpd", Traits.Http, Traits.StartedAtBoot).Table(13, ["SoftServ-Web", "Description: http", "Status: enabled"]),
            Plant.Image(whole: false).Table(13, ["SoftServ-Telnet", "Description: telnet", "Status: disabled"])),
        ["service-justification"] = new(
            Plant.Papers().Table(13, ["SoftServ-Web", "Justification: TBD"]),
            Plant.Papers().Table(13, ["SoftServ-Web", "Justification: the app needs it"]),
            Plant.Papers()),
        ["service-without-login"] = new(
            Plant.Image().Saw(Service, "telnetd -l /bin/sh", Traits.Telnet, Traits.StartedAtBoot, Traits.WithoutLogin),
            Plant.Image().Saw(Service, "telnetd", Traits.Telnet),
            Damaged),
        ["shared-key"] = new(
            Plant.Image().Saw(Key, "/etc/dropbear/host.key", Traits.PrivateKey, Traits.HostKey),
            Plant.Image().Saw(Key, "/etc/authority.pub"),
            Damaged),
        ["support-period"] = new(
            Plant.Papers().Table(2, ["UserInfo", "Support Period: ? years of security updates"]),
            Plant.Papers().Table(2, ["UserInfo", "Support Period: until 2031-12-31"]).File("documents/support.txt", "Support period: security updates until 2031-12-31\n"),
            Plant.Papers().Table(2, ["UserInfo", "Support Period: until 2031-12-31"])),
        ["table-placeholders"] = new(
            Plant.Papers().Table(1, ["AuthMech-1", "Password Generation Mechanism: TBD"]),
            Plant.Papers().Table(1, ["AuthMech-1", "Password Generation Mechanism: drawn by the HSM on the line"]),
            Plant.Papers()),
        ["telemetry"] = new(
            Plant.Papers().Table(24, ["TelData-1", "Description: uptime", "Purpose: "]),
            Plant.Papers().Table(24, ["TelData-1", "Description: uptime", "Purpose: to find crashes"]),
            Plant.Papers()),
        ["undeclared-channel"] = new(
            Plant.Capture().Heard(Cleartext, "telnet to 192.168.1.9", Traits.Telnet, Traits.Local).Table(11, ["ComMech-1", "Description: TLS 1.3 to the cloud"]),
            Plant.Capture().Heard(Cleartext, "http to 192.168.1.9", Traits.Http, Traits.Local).Table(11, ["ComMech-1", "Description: HTTP on the local network"]),
            Plant.Capture().Heard(Cleartext, "telnet to 192.168.1.9", Traits.Telnet, Traits.Local)),
        ["undeclared-service"] = new(
            Plant.Image().Saw(Service, "telnetd", Traits.Telnet, Traits.StartedAtBoot).Table(13, ["SoftServ-Web", "Description: web page"]),
            Plant.Image().Saw(Service, "httpd", Traits.Http, Traits.StartedAtBoot).Table(13, ["SoftServ-Web", "Description: web page"]),
            Plant.Image().Saw(Service, "ringd", Traits.StartedAtBoot)),
        ["undeclared-update"] = new(
            Plant.Capture().Heard(Update, "package from updates.example", Traits.UpdateDownload).Table(7, ["UpdMech-Usb", "Description: by cable"]),
            Plant.Capture().Heard(Update, "package from updates.example", Traits.UpdateDownload).Table(7, ["UpdMech-Net", "Description: from a server"]),
            Plant.Capture().Heard(Update, "package from updates.example", Traits.UpdateDownload)),
        ["unfit-certificate"] = new(
            Plant.Image().Saw(Certificate, "CN=bell", Traits.Expired),
            Plant.Image().Saw(Certificate, "CN=An old root", Traits.Expired, Traits.Authority),
            Damaged),
        ["universal-password"] = new(
            Plant.Image().Saw(Credential, "root", Traits.EmptyPassword, Traits.Root),
            Clean,
            Plant.Image().Saw(Credential, "root", Traits.PasswordHash)),
        ["update-in-clear"] = new(
            Plant.Capture().Heard(Update, "bell.bin from updates.example", Traits.ClearText, Traits.UpdateDownload),
            Quiet,
            Plant.Capture().Heard(Update, "version.txt from updates.example", Traits.ClearText, Traits.UpdateQuery)),
        ["update-signature"] = new(
            Plant.Image().Saw(Update, "/usr/sbin/update.sh", Traits.WithoutVerification).Table(7, ["UpdMech-Net", "Cryptographic Details: an Ed25519 signature"]),
            Plant.Image().Saw(Update, "bell.swu", Traits.Signed).Table(7, ["UpdMech-Net", "Cryptographic Details: an Ed25519 signature"]),
            Plant.Image().Table(7, ["UpdMech-Net", "Cryptographic Details: an Ed25519 signature"])),
        ["update-without-verification"] = new(
            Plant.Image().Saw(Update, "/usr/sbin/update.sh", Traits.WithoutVerification),
            Plant.Image().Saw(Update, "bell.swu", Traits.Signed),
            Damaged),
        ["version-disclosure"] = new(
            Plant.Capture().Heard(Disclosure, "Server: lighttpd/1.4.55", Traits.VersionDisclosed).Table(15, ["Intf-Lan", "Disclosed Information: the model's name"]),
            Plant.Capture().Heard(Disclosure, "Server: lighttpd/1.4.55", Traits.VersionDisclosed).Table(15, ["Intf-Lan", "Disclosed Information: name and version of the server"]),
            Plant.Capture().Heard(Disclosure, "Server: lighttpd/1.4.55", Traits.VersionDisclosed)),
        ["weak-declared-cryptography"] = new(
            Plant.Papers().Table(1, ["AuthMech-Web", "Cryptographic Details: HTTP Digest with MD5"]),
            Plant.Papers().Table(1, ["AuthMech-Web", "Cryptographic Details: TLS 1.3; MD5 is not used"]),
            Plant.Papers()),
        ["weak-password-hash"] = new(
            Plant.Image().Saw(Credential, "root", Traits.WeakHash, Traits.PasswordHash),
            Plant.Image().Saw(Credential, "root", Traits.PasswordHash),
            Damaged),
    };
}
