using System.Security.Cryptography;
using Assay.Traffic.Captures;
using Assay.Traffic.Tests;
using static Assay.Assessment.Tests.Mutation.Speech;

namespace Assay.Assessment.Tests.Mutation;

/// <summary>Harmless things that look like the faults of the fourth set: none of them may refute a unit.</summary>
internal static class HeldOutFourthHonest
{
    public static IReadOnlyList<(string Name, Func<HonestDossier> Dossier)> All =>
    [
        Image("keys that are public", r =>
        {
            using var rsa = RSA.Create(3072);
            r.Write("usr/share/keys/feed.pub", rsa.ExportSubjectPublicKeyInfoPem() + "\n", "644").Write("usr/share/keys/pkcs1.pem", rsa.ExportRSAPublicKeyPem() + "\n", "644").Bytes("usr/share/keys/feed.der", rsa.ExportSubjectPublicKeyInfo(), "644");
        }),
        Image("roots that are valid", r =>
        {
            using HeldOutRoots roots = new();
            r.Write("etc/ssl/certs/ca-certificates.crt", string.Join('\n', roots.Pem) + "\n", "644");
        }),
        Image("a broker for the device alone", r => r.Program("usr/sbin/mosquitto").Append("etc/inittab", "::respawn:/usr/sbin/mosquitto -c /etc/mosquitto/mosquitto.conf\n")
            .Write("etc/mosquitto/mosquitto.conf", "listener 1883 127.0.0.1\nallow_anonymous true\n", "644")),
        Image("pages about a debugger", r => r.Write("usr/share/doc/gdb/README", "GDB, the GNU debugger. gdbserver --multi :2345 serves a remote session.\n", "644").Write("usr/share/man/man8/tcpdump.8", ".TH TCPDUMP 8\n.SH NAME\ntcpdump \\- dump traffic on a network\n", "644")),
        Image("lines that nobody runs any more", r => r.Append("etc/init.d/rcS", "# telnetd -l /bin/sh   removed with 1.1\n#/usr/sbin/sshd -p 22\n").Append("etc/inittab", "#ttyS0::respawn:/sbin/getty -L ttyS0 115200 vt100\n")),
        Image("accounts without a way in", r => r.Append("etc/passwd", "daemon:x:1:1:daemon:/:/usr/sbin/nologin\nnobody:*:65534:65534:nobody:/:/bin/false\n").Append("etc/shadow", "daemon:*:20700:0:99999:7:::\nnobody:!!:20700:0:99999:7:::\n")),
        Image("an example for the owner's own network", r => r.Write("usr/share/doc/wpa/wpa_supplicant.conf.example", "network={\n\tssid=\"YOUR_SSID\"\n\tpsk=\"YOUR_PASSPHRASE\"\n}\n", "644")),
        Image("a library that knows what keys look like", r => r.Program("usr/lib/libkeys.so.1", "-----BEGIN RSA PRIVATE KEY-----\0-----END RSA PRIVATE KEY-----\0-----BEGIN ENCRYPTED PRIVATE KEY-----\0")),
        Image("sums and numbers that are no secrets", r => r.Write("etc/manifest.sha256", $"{Convert.ToHexStringLower(SHA256.HashData("1"u8))}  usr/sbin/updater\n{Convert.ToHexStringLower(SHA256.HashData("2"u8))}  usr/sbin/doorbelld\n", "644").Write("etc/product.conf", "uuid=6f1c2b54-91d0-4e6a-9b1e-0f3a7c55d210\nfcc_id=2AXYZ-EDB100\n", "644")),
        Image("a script that speaks with itself and says what not to do", r => r.Write("usr/bin/selfcheck", "#!/bin/sh\n# Never use curl --insecure or wget --no-check-certificate here.\necho 'usage: selfcheck (do not pass --insecure)'\nwget -q -O - http://127.0.0.1:9/health || true\n", "755")),
        Image("a unit of systemd that nobody enables", r => r.Write("usr/lib/systemd/system/telnet.socket", "[Socket]\nListenStream=23\nAccept=yes\n\n[Install]\nWantedBy=sockets.target\n", "644")),
        Image("settings without passwords", r => r.Write("etc/config/mqtt", "config broker 'cloud'\n\toption host 'cloud.doorbell.example'\n\toption password ''\n\toption password_file '/data/mqtt.secret'\n\toption token_lifetime '3600'\n", "644")),
        Image("a build for users", r => r.Write("system/build.prop", "ro.build.type=user\nro.debuggable=0\nro.secure=1\nro.adb.secure=1\npersist.sys.usb.config=none\n", "644")),
        Wire("a neighbour's terminal", c => { var talk = c.Connect(Capture.Phone, "192.168.1.40", 23); talk.Server("\r\ntv login: "); talk.Client("root\r\n"); talk.Server("Password: "); talk.Client("hunter22\r\n"); talk.Server("# "); }),
        Wire("a neighbour's mailbox and its old cipher", c =>
        {
            var talk = c.Connect("192.168.1.41", "203.0.113.91", 110);
            talk.Server("+OK\r\n"); talk.Client("USER tv\r\n"); talk.Server("+OK\r\n"); talk.Client("PASS Fernsehen1\r\n"); talk.Server("+OK\r\n");
            c.Connect("192.168.1.41", "203.0.113.92", 443).Tls(0x0301, "tv.example.net", [0x0005], 0x0005);
        }),
        Wire("doors that somebody tried and found shut", c =>
        {
            foreach (var port in (int[])[21, 22, 23, 80, 443, 554, 2323, 5555, 8080])
            {
                c.Tcp(Capture.Phone, 41000 + port % 1000, Capture.Device, port, 500, 0, TcpFlags.Syn, []).Tcp(Capture.Device, port, Capture.Phone, 41000 + port % 1000, 0, 501, TcpFlags.Reset | TcpFlags.Acknowledge, []);
            }
        }),
        Wire("its name over the newer Internet", c => c.Udp(Six, 5353, "ff02::fb", 5353, [0, 0, 0x84, 0, 0, 0, 0, 1, 0, 0, 0, 0, .. Name("edb-100.local"), 0, 28, 0x80, 1, 0, 0, 0, 120, 0, 16, .. System.Net.IPAddress.Parse(Six).GetAddressBytes()])),
        Field("a scan that finds what is declared", d => d.Probed("scan.xml", HeldOutFourthFields.Nmap(""))),
        Field("a door that asks who is there", d => d.Probed("web.har", HeldOutFourthFields.Har(401, "{ \"method\": \"PUT\", \"url\": \"https://cloud.doorbell.example/v1/settings\", \"httpVersion\": \"HTTP/2\", \"cookies\": [], \"headers\": [ { \"name\": \"Host\", \"value\": \"cloud.doorbell.example\" } ], \"queryString\": [], \"headersSize\": -1, \"bodySize\": 0 }"))),
        Field("a remark of an analyser that is no fault", d => d.Probed("web.sarif", "{\n  \"version\": \"2.1.0\",\n  \"runs\": [ { \"tool\": { \"driver\": { \"name\": \"webprobe\", \"version\": \"2.3\" } }, \"results\": [ { \"ruleId\": \"header-order\", \"level\": \"note\", \"kind\": \"informational\", \"message\": { \"text\": \"Headers come in an unusual order.\" } } ] } ]\n}\n")),
        Field("old ciphers that are refused", d => d.Field("ComMech-2", "Cryptographic Details", "TLS 1.3 only; TLS 1.0 to 1.2, RC4, 3DES and MD5 are refused")),
        Field("a signature of another kind and a sum beside it", d => d.Field("UpdMech-1", "Cryptographic Details", "Ed25519 over SHA-512; a CRC-32 against faults of the transfer comes first; transport TLS 1.3")),
        Field("a date in words", d => d.Record("Support Period", "31 December 2031")),
        Field("a console that is off for good", d => d.Field("Intf-2", "Status", "Disabled").Field("Intf-2", "Protection", "Permanently off")),
    ];

    private static (string, Func<HonestDossier>) Image(string name, Action<RootFolder> change) => (name, () => HonestDossier.Of(0).With(HonestDossier.Image, RootFolder.Image(change)));
    private static (string, Func<HonestDossier>) Wire(string name, Action<Capture> say) => (name, () => HeldOutFourth.Heard(say));
    private static (string, Func<HonestDossier>) Field(string name, Func<HonestDossier, HonestDossier> change) => (name, () => change(HonestDossier.Of(0)));

    /// <summary>Two roots in force, made for this run.</summary>
    private sealed class HeldOutRoots : IDisposable
    {
        private readonly System.Security.Cryptography.X509Certificates.X509Certificate2 first = HeldOutFourth.Certificate("Example Root R1", 2020, 2040, 3072), second = HeldOutFourth.Certificate("Example Root R2", 2024, 2044);

        public string[] Pem => [first.ExportCertificatePem(), second.ExportCertificatePem()];

        public void Dispose()
        {
            first.Dispose();
            second.Dispose();
        }
    }
}
