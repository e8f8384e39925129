using System.Text;
using Assay.Tests;
using Assay.Traffic.Tests;

namespace Assay.Assessment.Tests.Mutation;

/// <summary>Faults in the image and on the wire, planted into the repaired example by someone who had not seen the checks.</summary>
internal static class HeldOutEvidence
{
    public static IReadOnlyList<HeldOutFault> First =>
    [
        Image("a maintenance account with its hash in passwd", ["5.1-1-2a", "5.1-1-2c", "5.4-3-2a", "5.4-1-2a"], r => r.Append("etc/passwd", $"wartung:{Hash("1", "wartung")}:0:0::/root:/bin/sh\n")),
        Image("a key among the documents", ["5.4-3-2a", "5.4-1-2a", "5.4-4-1b"], r => r.Write("usr/share/doc/notes/old.pem", Tool.Run("openssl", ["genrsa", "2048"]).Text, "644")),
        Image("a cloud account's key in a settings file", ["5.4-3-2a", "5.4-1-2a"], r => r.Write("etc/upload.conf", "[default]\naws_access_key_id = AKIAQ7RZ3M5XK2VTNB4C\naws_secret_access_key = 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\n", "644")),
        Image("the workshop's Wi-Fi", ["5.4-3-2a", "5.4-1-2a"], r => r.Write("etc/wpa_supplicant.conf", "network={\n\tssid=\"Werkstatt-2\"\n\tpsk=\"lotkolben7-zinn\"\n}\n", "600")),
        Image("a terminal over the network at start", ["5.6-1-2b", "5.6-1-2a", "5.1-1-2a", "5.6-5-1a"], r => r.Program("usr/sbin/telnetd").Write("etc/init.d/S99service", "#!/bin/sh\n/usr/sbin/telnetd -p 2323 -l /bin/sh &\n", "755")),
        Image("a file server of the super-server", ["5.6-1-2b", "5.6-1-2a", "5.6-5-1a", "5.1-1-2a"], r => r.Program("usr/sbin/ftpd").Write("etc/inetd.conf", "ftp stream tcp nowait root /usr/sbin/ftpd ftpd -w /\n", "644")
            .Write("etc/init.d/S60inetd", "#!/bin/sh\ninetd /etc/inetd.conf\n", "755")),
        Image("a log-in on the serial line", ["5.6-4-2a", "5.6-4-2b"], r => r.Append("etc/inittab", "ttyS1::respawn:/sbin/getty -L ttyS1 57600 vt100\n")),
        Image("a remote shell at start", ["5.6-1-2b", "5.6-1-2a", "5.1-1-2a", "5.1-5-2a"], r => r.Program("usr/sbin/dropbear").Write("etc/init.d/S50dropbear", "#!/bin/sh\ncase $1 in start) dropbear -R -p 22 ;; esac\n", "755")),
        Image("an update script without a cipher", ["5.3-2-2b", "5.3-10-1c", "5.3-1-2a", "5.3-9-1a"], r => r.Write("usr/bin/nightly-update", "#!/bin/sh\nwget -q http://firmware.doorbell.example/latest.img -O /tmp/fw.img && flashcp /tmp/fw.img /dev/mtd3 && reboot\n", "755")),
        Image("a certificate that no script looks at", ["5.5-1-2a", "5.3-2-2b", "5.5-1-1b"], r => r.Write("usr/bin/sync-config", "#!/bin/sh\ncurl --insecure -s https://cloud.doorbell.example/config -o /etc/cloud.json\n", "755")),
        Image("a debugger", ["5.6-6-1a", "5.6-4-2b"], r => r.Program("usr/bin/gdbserver").Program("usr/bin/strace")),
        Image("a helper that is root for everyone", ["5.6-7-1a"], r => r.Program("usr/bin/do-as-root").Write("usr/bin/escalate", "\u007fELF", "4755")),
        Image("a debug bridge", ["5.6-4-2b", "5.6-1-2b", "5.6-4-2a"], r => r.Program("sbin/adbd").Write("etc/init.d/S70adb", "#!/bin/sh\nsetprop service.adb.tcp.port 5555\n/sbin/adbd &\n", "755")),
        Wire("a broker's password in clear", ["5.5-1-2a", "5.5-6-2a", "5.5-7-2a"], c => Say(c.Connect(Capture.Device, "203.0.113.77", 1883), Mqtt("bell-17", "bell", "kling7klang"), [0x20, 2, 0, 0])),
        Wire("pictures by file transfer", ["5.5-1-2a", "5.5-6-2a", "5.5-7-2a"], c =>
        {
            var talk = c.Connect(Capture.Device, "203.0.113.78", 21);
            talk.Server("220 ready\r\n"); talk.Client("USER upload\r\n"); talk.Server("331 password\r\n"); talk.Client("PASS Gartentor9\r\n"); talk.Server("230 ok\r\n");
        }),
        Wire("an owner who logs in without a cipher", ["5.1-3-2a", "5.5-1-2a", "5.6-1-2b", "5.5-6-2a"], c =>
            Say(c.Connect(Capture.Phone, Capture.Device, 80), "GET /admin HTTP/1.1\r\nHost: bell.local\r\nAuthorization: Basic b3duZXI6c29tbWVyMjAyNg==\r\n\r\n"u8, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"u8)),
        Wire("firmware by HTTP", ["5.3-2-2b", "5.3-10-1c", "5.5-1-2a", "5.3-7-1b"], c =>
            Say(c.Connect(Capture.Device, "203.0.113.79", 80), "GET /fw/bell-1.2.bin HTTP/1.1\r\nHost: dl.doorbell.example\r\nUser-Agent: updater/1\r\n\r\n"u8,
                [.. "HTTP/1.1 200 OK\r\nContent-Type: application/octet-stream\r\nContent-Length: 1100\r\n\r\n"u8, .. Enumerable.Range(0, 1100).Select(i => (byte)(i * 7))])),
        Wire("a terminal that answers", ["5.6-1-2b", "5.6-1-2a", "5.1-1-2a"], c => Say(c.Connect(Capture.Phone, Capture.Device, 23), "\r\n"u8, "\r\nbell login: "u8)),
        Wire("a mail address to an analyst", ["5.8-1-2a", "5.5-5-2b", "5.5-1-2a"], c =>
            Say(c.Connect(Capture.Device, "198.51.100.200", 80), "POST /collect HTTP/1.1\r\nHost: metrics.example.net\r\nContent-Type: application/json\r\nContent-Length: 41\r\n\r\n{\"owner\":\"anna.keller@example.org\",\"n\":4}"u8, "HTTP/1.1 204 No Content\r\n\r\n"u8)),
        Wire("management by a public community", ["5.6-1-2b", "5.6-1-2a", "5.6-2-2a", "5.5-5-2b"], c => c
            .Udp(Capture.Phone, 50001, Capture.Device, 161, Snmp(0xa0)).Udp(Capture.Device, 161, Capture.Phone, 50001, Snmp(0xa2))),
        Wire("pictures for everyone in the house", ["5.5-4-2a", "5.6-1-2b", "5.13-1-2c", "5.6-1-2a"], c =>
            Say(c.Connect(Capture.Phone, Capture.Device, 554), "DESCRIBE rtsp://bell/live RTSP/1.0\r\nCSeq: 2\r\n\r\n"u8, "RTSP/1.0 200 OK\r\nCSeq: 2\r\nContent-Type: application/sdp\r\nContent-Length: 5\r\n\r\nv=0\r\n"u8)),
        Wire("a shell's greeting", ["5.6-1-2b", "5.6-1-2a", "5.1-5-2a"], c => Say(c.Connect(Capture.Phone, Capture.Device, 22), "SSH-2.0-PuTTY\r\n"u8, "SSH-2.0-dropbear_2019.78\r\n"u8)),
        Wire("exact versions for anybody", ["5.6-2-2a"], c => c.Udp(Capture.Device, 1900, "239.255.255.250", 1900,
            Encoding.ASCII.GetBytes("NOTIFY * HTTP/1.1\r\nHOST: 239.255.255.250:1900\r\nNT: upnp:rootdevice\r\nNTS: ssdp:alive\r\nLOCATION: http://192.168.1.20:49152/d.xml\r\nSERVER: Linux/3.10.14 UPnP/1.0 MiniUPnPd/1.8\r\nUSN: uuid:1\r\n\r\n"))),
    ];

    public static IReadOnlyList<HeldOutFault> Second =>
    [
        Image("a default account of old", ["5.1-1-2a", "5.1-1-2c", "5.4-3-2a", "5.4-1-2a"], r => r.Append("etc/passwd", "support:x:0:0::/:/bin/sh\n").Append("etc/shadow", $"support:{Hash("5", "support")}:19000:0:99999:7:::\n")),
        Image("a key beside the program", ["5.4-3-2a", "5.4-1-2a", "5.4-4-1b"], r => r.Write("opt/bell/client.key", Tool.Run("openssl", ["ecparam", "-name", "prime256v1", "-genkey", "-noout"]).Text, "644")),
        Image("a web server nobody tells of", ["5.6-1-2b", "5.6-1-2a", "5.6-5-1a"], r => r.Program("usr/sbin/lighttpd").Write("etc/init.d/S80web", "#!/bin/sh\n/usr/sbin/lighttpd -f /etc/lighttpd.conf\n", "755").Write("etc/lighttpd.conf", "server.port = 8088\nserver.document-root = \"/www\"\n", "644")),
        Image("a recorder of the network", ["5.6-6-1a"], r => r.Program("usr/sbin/tcpdump")),
        Wire("a screen for everyone", ["5.6-1-2b", "5.6-1-2a", "5.1-1-2a"], c => Say(c.Connect(Capture.Phone, Capture.Device, 5900), "RFB 003.008\n"u8, "RFB 003.008\n"u8)),
        Wire("mail fetched in clear", ["5.5-1-2a", "5.5-6-2a", "5.5-7-2a"], c =>
        {
            var talk = c.Connect(Capture.Device, "203.0.113.80", 110);
            talk.Server("+OK\r\n"); talk.Client("USER bell\r\n"); talk.Server("+OK\r\n"); talk.Client("PASS Vorgarten3\r\n"); talk.Server("+OK\r\n");
        }),
        Wire("settings for anyone who asks", ["5.5-4-2a", "5.5-5-2a", "5.6-1-2b", "5.13-1-2c"], c =>
            Say(c.Connect(Capture.Phone, Capture.Device, 8081), "PUT /api/settings HTTP/1.1\r\nHost: bell\r\nContent-Length: 13\r\n\r\n{\"ring\":true}"u8, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"u8)),
        Wire("a token on its way in clear", ["5.5-1-2a", "5.5-6-2a", "5.5-7-2a"], c =>
            Say(c.Connect(Capture.Device, "203.0.113.81", 8080), "GET /poll HTTP/1.1\r\nHost: api.doorbell.example\r\nAuthorization: Bearer eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJiZWxsIn0.c2lnbmF0dXJlLXZhbHVl\r\n\r\n"u8, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"u8)),
    ];

    private static HeldOutFault Image(string name, string[] units, Action<RootFolder> change) =>
        new($"doorbell: {name}", "image", units, () => HonestDossier.Of(0).With(HonestDossier.Image, RootFolder.Image(change)));

    private static HeldOutFault Wire(string name, string[] units, Action<Capture> say) => new($"doorbell: {name}", "capture", units, () =>
    {
        var capture = new Capture();
        say(capture);
        var pcap = capture.Pcap();
        // The example's own hardware address in place of the one that these frames are made with.
        ReadOnlySpan<byte> made = Capture.Mac(Capture.Device), real = [0x00, 0x00, 0x5e, 0x00, 0x53, 0x0b];
        for (var at = pcap.AsSpan().IndexOf(made); at >= 0; at = pcap.AsSpan().IndexOf(made)) real.CopyTo(pcap.AsSpan(at));
        return HonestDossier.Of(0).With("captures/further.pcap", pcap)
            .Told(HonestDossier.Sheet, "files:\n", "files:\n  captures/further.pcap: { kind: capture, state: initialised }\n");
    });

    private static void Say(Talk talk, ReadOnlySpan<byte> client, ReadOnlySpan<byte> server)
    {
        talk.Client(client.ToArray());
        talk.Server(server.ToArray());
    }

    private static string Hash(string scheme, string password) => Tool.Run("openssl", ["passwd", "-" + scheme, "-salt", "qrstuvwx", password]).Text.Trim();

    private static byte[] Mqtt(string client, string user, string password)
    {
        byte[] body = [0, 4, .. "MQTT"u8, 4, 0xc2, 0, 60, .. Text(client), .. Text(user), .. Text(password)];
        return [0x10, (byte)body.Length, .. body];
    }

    private static byte[] Text(string text) => [0, (byte)text.Length, .. Encoding.ASCII.GetBytes(text)];

    // Version 1, community "public", system description.
    private static byte[] Snmp(byte kind)
    {
        byte[] value = kind == 0xa0 ? [5, 0] : [4, 5, .. "Linux"u8];
        byte[] bind = [0x06, 8, 0x2b, 6, 1, 2, 1, 1, 1, 0, .. value];
        byte[] list = [0x30, (byte)bind.Length, .. bind];
        byte[] data = [2, 1, 1, 2, 1, 0, 2, 1, 0, 0x30, (byte)list.Length, .. list];
        byte[] body = [2, 1, 0, 4, 6, .. "public"u8, kind, (byte)data.Length, .. data];
        return [0x30, (byte)body.Length, .. body];
    }
}
