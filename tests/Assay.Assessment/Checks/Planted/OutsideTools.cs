using Assay.Evidence;
using static Assay.Evidence.FindingKind;

namespace Assay.Assessment.Tests.Checks.Planted;

/// <summary>Dossiers with results of outside tools, in the tools' own formats.</summary>
internal static class OutsideTools
{
    private static readonly string[] Web = ["SoftServ-Web", "Description: web page for the owner, port 443", "Status: enabled"];

    public static readonly IReadOnlyDictionary<string, PlantedDossiers> Dossiers = new Dictionary<string, PlantedDossiers>(StringComparer.Ordinal)
    {
        ["undeclared-port"] = new(
            Plant.Papers().Table(13, Web).Scanned("initialised", ["443/tcp https", "2323/tcp telnet"]),
            Plant.Papers().Table(13, Web).Scanned("initialised", ["443/tcp https"]).Scanned("factoryDefault", ["443/tcp https"]),
            Plant.Papers().Scanned("initialised", ["443/tcp https", "2323/tcp telnet"])),
        ["port-against-status"] = new(
            Plant.Papers().Table(15, ["Intf-Ssh", "Description: SSH on port 22", "Type: logical", "Status: disabled"]).Scanned("initialised", ["22/tcp ssh"]),
            Plant.Papers().Table(15, ["Intf-Ssh", "Description: SSH on port 22", "Type: logical", "Status: disabled"]).Scanned("initialised", ["443/tcp https"]),
            Plant.Papers().Table(15, ["Intf-Usb", "Description: USB socket", "Type: physical", "Status: disabled"]).Scanned("initialised", ["443/tcp https"])),
        ["login-outside-table"] = new(
            Plant.Papers().Table(1, ["AuthMech-Web", "Description: password of the web page"]).Scanned("initialised", ["23/tcp telnet"]),
            Plant.Papers().Table(1, ["AuthMech-Shell", "Description: password of the SSH console"]).Scanned("initialised", ["22/tcp ssh"], scripts: SshPassword),
            Plant.Papers().Scanned("initialised", ["22/tcp ssh"], scripts: SshPassword)),
        ["login-offered-in-clear"] = new(
            Plant.Papers().Scanned("initialised", ["23/tcp telnet"]),
            Plant.Papers().Scanned("initialised", ["22/tcp ssh"], scripts: SshPassword),
            Plant.Papers()),
        ["weak-ssh-offered"] = new(
            Plant.Papers().File("probes/ssh.json", Ssh("diffie-hellman-group1-sha1")),
            Plant.Papers().File("probes/ssh.json", Ssh("curve25519-sha256")),
            Plant.Papers()),
        ["weak-tls-offered"] = new(
            Plant.Papers().File("probes/tls.json", Tls("TLS1", "offered (deprecated)", "LOW")),
            Plant.Papers().File("probes/tls.json", Tls("TLS1", "not offered", "INFO")),
            Plant.Papers().File("probes/tls.json", Tls("BREACH", "potentially VULNERABLE, gzip HTTP compression detected", "MEDIUM"))),
        ["configuration-without-login"] = new(
            Plant.Papers().File("probes/web.har", Har(login: true)).Was("probes/web.har", "initialised"),
            Plant.Papers().File("probes/web.har", Har(login: true)).Was("probes/web.har", "factoryDefault"),
            Plant.Papers().File("probes/web.har", Har(login: false)).Was("probes/web.har", "initialised")),
        ["confirmed-injection"] = new(
            Plant.Papers().File("probes/zap.json", Zap(3, 3, "uid=0(root)")),
            Plant.Papers().File("probes/zap.json", Zap(1, 3, "")),
            Plant.Papers().File("probes/zap.json", Zap(3, 2, ""))),
        ["app-clear-text"] = new(
            Plant.Papers().App(Cleartext, "old.acme.test", Traits.ClearTextAllowed, Traits.Remote).Table(11, ["ComMech-App", "Description: the app speaks with the cloud over TLS 1.3"]),
            Plant.Papers().App(Cleartext, "bell.local", Traits.ClearTextAllowed, Traits.Local).Table(11, ["ComMech-App", "Description: the app speaks with the cloud over TLS 1.3"]),
            Plant.Papers().App(Cleartext, "all hosts", Traits.ClearTextAllowed, Traits.Remote)),
        ["unnamed-parties"] = new(
            Plant.Papers().App(Behaviour, "Adjust", Traits.Tracker, Traits.Remote).Table(21, ["PersData-1", "Description: account", "Authorized Parties: Acme Cloud"]),
            Plant.Papers().App(Behaviour, "Adjust", Traits.Tracker, Traits.Remote).Table(21, ["PersData-1", "Description: account", "Authorized Parties: Acme Cloud, Adjust GmbH"]),
            Plant.Papers().App(Behaviour, "Adjust", Traits.Tracker, Traits.Remote)),
        ["app-permissions"] = new(
            Plant.Papers().App(Permission, "android.permission.RECORD_AUDIO", Traits.SensorPermission).Table(21, ["PersData-1", "Description: name and e-mail"]),
            Plant.Papers().App(Permission, "android.permission.RECORD_AUDIO", Traits.SensorPermission).Table(21, ["PersData-1", "Description: voice for the intercom"]),
            Plant.Papers().App(Permission, "android.permission.ACCESS_FINE_LOCATION", Traits.SensorPermission).Table(21, ["PersData-1", "Description: name and e-mail"])),
        ["app-debug-flag"] = new(
            Plant.Papers().App(Debug, "com.acme.bell", Traits.Debuggable).Table(16, ["CodeMin-1", "Description: debug code is removed from release builds"]),
            Plant.Papers().App(Behaviour, "com.acme.bell").Table(16, ["CodeMin-1", "Description: debug code is removed from release builds"]),
            Plant.Papers().App(Debug, "com.acme.bell", Traits.Debuggable)),
        ["platform-evidence"] = new(
            Plant.Papers().File("platform.yaml", Platform("2025-10-01")).File("documents/psa.txt", Copy).Table(20, ["SecBoot-1", "Description: boot ROM of the STM32U585"]),
            Plant.Papers().File("platform.yaml", Platform("2028-10-01")).File("documents/psa.txt", Copy).Table(20, ["SecBoot-1", "Description: boot ROM of the STM32U585"]),
            Plant.Papers().File("platform.yaml", Platform("2028-10-01")).File("documents/psa.txt", "another copy").Table(20, ["SecBoot-1", "Description: boot ROM of the STM32U585"])),
    };

    public const string Copy = "PSA Certified, level 2, STM32U5 series";

    public static string Platform(string expires, string product = "STM32U5 series") => $"""
        platform:
          - scheme: PSA Certified
            number: "0000000000000-10000"
            product: {product}
            level: level 2
            scope: [secure boot, secure storage]
            issued: 2024-10-01
            expires: {expires}
            address: https://products.psa.test/0000000000000-10000
            copy: documents/psa.txt
            sha256: {Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(Copy)))}
        """;

    public const string SshPassword = "<script id=\"ssh-auth-methods\" output=\"Supported authentication methods\"><table key=\"Supported authentication methods\"><elem>publickey</elem><elem>password</elem></table></script>";

    public static string Ssh(string exchange) => $$"""
        { "banner": { "raw": "SSH-2.0-bell", "protocol": [2, 0] }, "target": "192.0.2.7:22",
          "kex": [ { "algorithm": "{{exchange}}" } ], "key": [ { "algorithm": "ssh-ed25519" } ], "enc": [ "aes256-ctr" ], "mac": [ "hmac-sha2-256" ] }
        """;

    public static string Tls(string id, string finding, string severity) => $$"""
        [ { "id": "service", "ip": "bell.local/192.0.2.7", "port": "443", "severity": "INFO", "finding": "HTTP" },
          { "id": "{{id}}", "ip": "bell.local/192.0.2.7", "port": "443", "severity": "{{severity}}", "finding": "{{finding}}" } ]
        """;

    public static string Har(bool login) => $$"""
        { "log": { "version": "1.2", "creator": { "name": "WebInspector", "version": "537.36" }, "entries": [
          { "startedDateTime": "2026-10-01T10:00:00Z", "request": { "method": "GET", "url": "http://192.168.1.7/", "headers": [ {{(login ? "{ \"name\": \"Cookie\", \"value\": \"sid=0123456789\" }" : "")}} ] },
            "response": { "status": 200, "headers": [], "content": { "text": "<html>" } } },
          { "startedDateTime": "2026-10-01T10:00:05Z", "request": { "method": "POST", "url": "http://192.168.1.7/api/wifi", "headers": [], "postData": { "text": "{\"ssid\":\"home\"}" } },
            "response": { "status": 200, "headers": [], "content": { "text": "{\"ok\":true}" } } } ] } }
        """;

    public static string Zap(int risk, int confidence, string evidence) => $$"""
        { "@version": "2.14.0", "@generated": "Thu, 1 Oct 2026 10:00:00", "site": [ { "@name": "http://192.168.1.7", "@host": "192.168.1.7", "@port": "80", "alerts": [
          { "pluginid": "90020", "alertRef": "90020", "name": "Remote OS Command Injection", "riskcode": "{{risk}}", "confidence": "{{confidence}}", "cweid": "78",
            "instances": [ { "uri": "http://192.168.1.7/ping?host=a", "method": "GET", "param": "host", "attack": "a;id", "evidence": "{{evidence}}" } ] } ] } ] }
        """;
}
