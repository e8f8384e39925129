using System.Text;
using Assay.Traffic.Tests;
using static Assay.Assessment.Tests.Mutation.Speech;

namespace Assay.Assessment.Tests.Mutation;

/// <summary>Faults on the wire: other protocols, both directions, ports off the usual, IPv6, speech in pieces, several hosts.</summary>
internal static class HeldOutFourthCaptures
{
    private const string Device = Capture.Device, Phone = Capture.Phone;

    private static readonly string[] Clear = ["5.5-1-2a", "5.5-6-2a", "5.5-7-2a"], Open = ["5.6-1-2b", "5.6-1-2a", "5.13-1-2c"], Door = ["5.1-1-2a", "5.1-5-2a", .. Open], Settings = ["5.5-5-2a", "5.5-4-2a", .. Open],
        Firmware = ["5.3-2-2b", "5.3-1-2a", "5.3-10-1c", "5.5-1-2a", "5.3-7-1b"], Cipher = ["5.5-1-2a", "5.5-1-1d", "5.5-6-2a", "5.5-7-2a"], People = ["5.8-1-2a", "5.8-2-2a", "5.5-1-2a"];

    public static IReadOnlyList<HeldOutFault> All =>
    [
        // Log-ins of the device in clear.
        HeldOutFourth.Wire("a mailbox opened in clear", Clear, c =>
        {
            var talk = c.Resolve("imap.doorbell.example", "203.0.113.41").Connect(Device, "203.0.113.41", 143);
            talk.Server("* OK IMAP4rev1 ready\r\n"); talk.Client("a1 LOGIN bell \"Hausnummer9x\"\r\n"); talk.Server("a1 OK LOGIN completed\r\n");
        }),
        HeldOutFourth.Wire("mail handed in without a cipher", Clear, c =>
        {
            var talk = c.Connect(Device, "203.0.113.42", 587);
            talk.Server("220 mx.doorbell.example ESMTP\r\n"); talk.Client("EHLO bell\r\n"); talk.Server("250-mx.doorbell.example\r\n250 AUTH PLAIN LOGIN\r\n");
            talk.Client([.. "AUTH PLAIN "u8, .. Base64("\0bell@doorbell.example\0Turmuhr44"), .. "\r\n"u8]); talk.Server("235 2.7.0 Authentication successful\r\n");
        }),
        HeldOutFourth.Wire("a bus of messages that speaks MQTT 5 elsewhere", Clear, c =>
        {
            var talk = c.Resolve("mq.doorbell.example", "203.0.113.43").Connect(Device, "203.0.113.43", 21883);
            byte[] body = [0, 4, .. "MQTT"u8, 5, 0xc2, 0, 60, 5, 0x11, 0, 0, 0, 60, 0, 6, .. "edb-42"u8, 0, 3, .. "edb"u8, 0, 12, .. "Glockenton77"u8];
            talk.Pieces([0x10, (byte)body.Length, .. body], 11); talk.Server([0x20, 3, 0, 0, 0]);
        }),
        HeldOutFourth.Wire("a directory bound in clear", Clear, c =>
        {
            var talk = c.Connect(Device, "203.0.113.44", 389);
            talk.Client(Ber(0x30, Ber(2, [1]), Ber(0x60, Ber(2, [3]), Ber(4, Ascii("cn=edb,ou=devices,dc=doorbell,dc=example")), Ber(0x80, Ascii("Tuerblatt5")))));
            talk.Server(Ber(0x30, Ber(2, [1]), Ber(0x61, Ber(10, [0]), Ber(4), Ber(4))));
        }),
        HeldOutFourth.Wire("a messenger's log-in in clear", Clear, c =>
        {
            var talk = c.Connect(Device, "203.0.113.45", 5222);
            talk.Client("<?xml version='1.0'?><stream:stream to='chat.doorbell.example' xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' version='1.0'>");
            talk.Server("<stream:stream from='chat.doorbell.example' xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' version='1.0'><stream:features><mechanisms xmlns='urn:ietf:params:xml:ns:xmpp-sasl'><mechanism>PLAIN</mechanism></mechanisms></stream:features>");
            talk.Client([.. "<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>"u8, .. Base64("\0edb42\0Fensterbank8"), .. "</auth>"u8]); talk.Server("<success xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/>");
        }),
        HeldOutFourth.Wire("a name and password over the newer Internet", Clear, c => c.Connect(Six, "2001:db8:9::77", 8081)
            .Say([.. "GET /v2/state HTTP/1.1\r\nHost: state.doorbell.example:8081\r\nAuthorization: Basic "u8, .. Base64("edb:Kupferdraht3"), .. "\r\n\r\n"u8], Http("HTTP/1.1 200 OK", "{}"))),
        HeldOutFourth.Wire("a key in a header, in pieces", Clear, c =>
        {
            var talk = c.Resolve("api.doorbell.example", "203.0.113.46").Connect(Device, "203.0.113.46", 8888);
            talk.Pieces(Http("POST /v1/ring HTTP/1.1\r\nHost: api.doorbell.example:8888\r\nX-Api-Key: 8f2b6c1de94a4f07b35a9c1e7d20f6ab\r\nContent-Type: application/json", "{\"n\":1}"), 19);
            talk.Server(Http("HTTP/1.1 202 Accepted", "ok"));
        }),
        HeldOutFourth.Wire("a key in the address", Clear, c => c.Connect(Device, "203.0.113.47", 80)
            .Say(Http("GET /ring?device=42&api_key=5d41402abc4b2a76b9719d911017c592 HTTP/1.1\r\nHost: hooks.doorbell.example"), Http("HTTP/1.1 200 OK", "ok"))),
        HeldOutFourth.Wire("telephony that registers in clear", ["5.5-5-2b", .. Clear], c => c
            .Udp(Device, 5060, "203.0.113.48", 5060, Ascii("REGISTER sip:tel.doorbell.example SIP/2.0\r\nVia: SIP/2.0/UDP 192.168.1.20:5060;branch=z9hG4bK1\r\nFrom: <sip:bell42@tel.doorbell.example>;tag=1\r\nTo: <sip:bell42@tel.doorbell.example>\r\nCall-ID: 1@bell\r\nCSeq: 2 REGISTER\r\nContact: <sip:bell42@192.168.1.20>\r\nAuthorization: Digest username=\"bell42\", realm=\"tel\", nonce=\"9a8b\", uri=\"sip:tel.doorbell.example\", response=\"6629fae49393a05397450978507c4ef1\", algorithm=MD5\r\nContent-Length: 0\r\n\r\n"))
            .Udp("203.0.113.48", 5060, Device, 5060, Ascii("SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP 192.168.1.20:5060;branch=z9hG4bK1\r\nFrom: <sip:bell42@tel.doorbell.example>;tag=1\r\nTo: <sip:bell42@tel.doorbell.example>;tag=2\r\nCall-ID: 1@bell\r\nCSeq: 2 REGISTER\r\nContent-Length: 0\r\n\r\n"))),
        HeldOutFourth.Wire("a log of the Wi-Fi's key to a far collector", ["5.5-5-2b", .. Clear], c => c.Udp(Device, 41514, "203.0.113.49", 514, Ascii("<14>Sep 21 08:00:01 EDB-100 doorbelld[211]: joining ssid=Heimnetz psk=Apfelbaum2019"))),
        // Log-ins to the device.
        HeldOutFourth.Wire("a form on a page without a cipher", ["5.1-3-2a", .. Door, .. Clear], c => c.Connect(Phone, Device, 8000)
            .Say(Http("POST /login.cgi HTTP/1.1\r\nHost: 192.168.1.20:8000\r\nContent-Type: application/x-www-form-urlencoded", "username=owner&password=Zaunpfahl66"), Http("HTTP/1.1 302 Found\r\nLocation: /\r\nSet-Cookie: sid=77aa; path=/", "ok"))),
        HeldOutFourth.Wire("an old digest to the settings", ["5.1-3-2a", .. Door], c =>
        {
            var talk = c.Connect(Phone, Device, 80);
            talk.Say(Http("GET /setup HTTP/1.1\r\nHost: 192.168.1.20"), Http("HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Digest realm=\"bell\", nonce=\"77\", algorithm=MD5", "no"));
            talk.Say(Http("GET /setup HTTP/1.1\r\nHost: 192.168.1.20\r\nAuthorization: Digest username=\"owner\", realm=\"bell\", nonce=\"77\", uri=\"/setup\", response=\"939e7578ed9e3c518a452acee763bce9\""), Http("HTTP/1.1 200 OK", "ok"));
        }),
        HeldOutFourth.Wire("the home's key told at set-up", ["5.5-6-2a", "5.5-1-2a", .. Door], c => c.Connect("192.168.1.31", Device, 8080)
            .Say(Http("POST /provision HTTP/1.1\r\nHost: 192.168.1.20:8080\r\nContent-Type: application/json", "{\"ssid\":\"Heimnetz\",\"password\":\"Apfelbaum2019\"}"), Http("HTTP/1.1 200 OK", "{}")), "factoryDefault"),
        HeldOutFourth.Wire("a picture for a password in clear", ["5.1-3-2a", .. Door], c => c.Connect(Phone, Device, 8554)
            .Say([.. "DESCRIBE rtsp://192.168.1.20:8554/ch0 RTSP/1.0\r\nCSeq: 3\r\nAuthorization: Basic "u8, .. Base64("admin:Haustuer1"), .. "\r\n\r\n"u8], Ascii("RTSP/1.0 200 OK\r\nCSeq: 3\r\nContent-Type: application/sdp\r\nContent-Length: 5\r\n\r\nv=0\r\n"))),
        HeldOutFourth.Wire("a terminal where nobody looks", Door, c =>
        {
            var talk = c.Connect(Phone, Device, 9527);
            talk.Server([0xff, 0xfd, 1, 0xff, 0xfb, 1, 0xff, 0xfb, 3]); talk.Client([0xff, 0xfc, 1, 0xff, 0xfd, 1, 0xff, 0xfd, 3]); talk.Server("\r\nBusyBox v1.16.1 built-in shell (ash)\r\n\r\n# ");
            talk.Client("id\r\n"); talk.Server("uid=0(root) gid=0(root)\r\n# ");
        }),
        HeldOutFourth.Wire("a shell server of the first kind", Door, c =>
        {
            var talk = c.Connect(Phone, Device, 2222);
            talk.Server("SSH-1.99-"); talk.Server("OpenSSH_3.9p1\r\n"); talk.Client("SSH-2.0-OpenSSH_9.2\r\n");
        }),
        HeldOutFourth.Wire("a bridge for developers", ["5.6-4-2b", .. Door], c => c.Connect("192.168.1.33", Device, 5555)
            .Say(Bridge("host::features=shell_v2\0"), Bridge("device::ro.product.name=bell;ro.product.model=EDB-100;\0"))),
        // Settings for everybody.
        HeldOutFourth.Wire("settings over CoAP", Settings, c => c
            .Udp(Phone, 50011, Device, 5683, [0x41, 3, 0, 7, 0x2a, 0xb8, .. "settings"u8, 0xff, .. "ring=off"u8]).Udp(Device, 5683, Phone, 50011, [0x61, 0x44, 0, 7, 0x2a])),
        HeldOutFourth.Wire("registers written by a stranger", Settings, c => c.Connect("192.168.1.34", Device, 502)
            .Say([0, 1, 0, 0, 0, 6, 1, 6, 0, 16, 0, 1], [0, 1, 0, 0, 0, 6, 1, 6, 0, 16, 0, 1])),
        HeldOutFourth.Wire("a building's bus that answers", Open, c => c
            .Udp(Phone, 47808, "192.168.1.255", 47808, [0x81, 0x0b, 0, 8, 1, 0, 0x10, 8]).Udp(Device, 47808, Phone, 47808, [0x81, 0x0a, 0, 20, 1, 0, 0x10, 0, 0xc4, 2, 0, 0, 42, 0x22, 4, 0, 0x91, 0, 0x21, 99])),
        HeldOutFourth.Wire("names for whoever asks", Open, c => c
            .Udp(Phone, 50053, Device, 53, [0, 9, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, .. Name("example.com"), 0, 1, 0, 1])
            .Udp(Device, 53, Phone, 50053, [0, 9, 0x81, 0x80, 0, 1, 0, 1, 0, 0, 0, 0, .. Name("example.com"), 0, 1, 0, 1, 0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 198, 51, 100, 7])),
        HeldOutFourth.Wire("a camera's way of being found", ["5.6-2-2a", .. Open], c => c
            .Udp(Phone, 50002, "239.255.255.250", 3702, Discovery("Probe", "urn:schemas-xmlsoap-org:ws:2005:04:discovery", "<d:Types>dn:NetworkVideoTransmitter</d:Types>"))
            .Udp(Device, 3702, Phone, 50002, Discovery("ProbeMatches", "uuid:1", "<d:ProbeMatch><d:XAddrs>http://192.168.1.20:80/onvif/device_service</d:XAddrs><d:Scopes>onvif://www.onvif.org/hardware/EDB-100 onvif://www.onvif.org/name/bell</d:Scopes></d:ProbeMatch>"))),
        HeldOutFourth.Wire("a hole that the device makes into the router", ["5.5-5-2b", "5.6-1-2b", "5.6-1-2a"], c => c.Connect(Device, "192.168.1.1", 5000)
            .Say(Http("POST /ctl/IPConn HTTP/1.1\r\nHost: 192.168.1.1:5000\r\nSOAPAction: \"urn:schemas-upnp-org:service:WANIPConnection:1#AddPortMapping\"\r\nContent-Type: text/xml", "<?xml version=\"1.0\"?><s:Envelope xmlns:s=\"http://schemas.xmlsoap.org/soap/envelope/\"><s:Body><u:AddPortMapping xmlns:u=\"urn:schemas-upnp-org:service:WANIPConnection:1\"><NewExternalPort>8443</NewExternalPort><NewProtocol>TCP</NewProtocol><NewInternalPort>443</NewInternalPort><NewInternalClient>192.168.1.20</NewInternalClient><NewEnabled>1</NewEnabled></u:AddPortMapping></s:Body></s:Envelope>"), Http("HTTP/1.1 200 OK", "<ok/>"))),
        // Firmware.
        HeldOutFourth.Wire("firmware in datagrams", Firmware, c => c.Udp(Device, 50069, "203.0.113.61", 69, [0, 1, .. "edb-100/firmware-1.2.bin"u8, 0, .. "octet"u8, 0])
            .Udp("203.0.113.61", 3069, Device, 50069, [0, 3, 0, 1, .. Noise(512)]).Udp(Device, 50069, "203.0.113.61", 3069, [0, 4, 0, 1]).Udp("203.0.113.61", 3069, Device, 50069, [0, 3, 0, 2, .. Noise(200)])),
        HeldOutFourth.Wire("firmware by file transfer", Firmware, c =>
        {
            var talk = c.Resolve("ftp.doorbell.example", "203.0.113.62").Connect(Device, "203.0.113.62", 21);
            talk.Server("220 ready\r\n"); talk.Client("USER anonymous\r\n"); talk.Server("331 mail\r\n"); talk.Client("PASS bell@\r\n"); talk.Server("230 ok\r\n"); talk.Client("TYPE I\r\n"); talk.Server("200 ok\r\n");
            talk.Client("PASV\r\n"); talk.Server("227 Entering Passive Mode (203,0,113,62,195,80)\r\n"); talk.Client("RETR /edb-100/firmware-1.2.img\r\n"); talk.Server("150 opening\r\n");
            c.Connect(Device, "203.0.113.62", 50000, 40001).Server(Noise(1200)); talk.Server("226 done\r\n");
        }),
        HeldOutFourth.Wire("firmware in chunks from another port", Firmware, c =>
        {
            var talk = c.Connect(Six, "2001:db8:9::80", 8090);
            talk.Pieces(Http("GET /ota/EDB-100/1.2/update.bin HTTP/1.1\r\nHost: ota.doorbell.example:8090\r\nUser-Agent: edb-updater/1.1"), 23);
            talk.Server("HTTP/1.1 200 OK\r\nContent-Type: application/octet-stream\r\nTransfer-Encoding: chunked\r\n\r\n400\r\n"); talk.Server(Noise(0x400)); talk.Server("\r\n0\r\n\r\n");
        }),
        // Ciphers.
        HeldOutFourth.Wire("TLS of the year 2006", Cipher, c => c.Connect(Device, "203.0.113.51", 8883).Tls(0x0302, "cloud.doorbell.example", [0x002f, 0x0035], 0x002f)),
        HeldOutFourth.Wire("a cipher that is broken", Cipher, c => c.Resolve("cloud.doorbell.example", "203.0.113.52").Connect(Device, "203.0.113.52", 443).Tls(0x0303, "cloud.doorbell.example", [0x0005, 0x002f, 0x009c], 0x0005)),
        HeldOutFourth.Wire("a server that nobody has to prove", Cipher, c => c.Connect(Device, "203.0.113.53", 443).Tls(0x0303, "update.doorbell.example", [0x0034, 0x009c], 0x0034)),
        HeldOutFourth.Wire("a server whose certificate is over", Cipher, c => { using var over = HeldOutFourth.Certificate("cloud.doorbell.example", 2022, 2024); c.Connect(Device, "203.0.113.54", 443).Tls(0x0303, "cloud.doorbell.example", [0xc02f, 0x009c], 0xc02f, over.RawData); }),
        HeldOutFourth.Wire("a server with a short key, in pieces", Cipher, c => { using var small = HeldOutFourth.Certificate("cloud.doorbell.example", 2026, 2030, 1024); c.Connect(Six, "2001:db8:9::55", 8443).Tls(0x0303, "cloud.doorbell.example", [0xc02f], 0xc02f, small.RawData, 97); }),
        // What everybody may read, and who is told.
        HeldOutFourth.Wire("the version for the whole house", ["5.6-2-2a"], c => c.Udp(Device, 5353, "224.0.0.251", 5353, Announcement("edb-100._http._tcp.local", "fwversion=1.1.3", "kernel=Linux 5.10.245", "path=/"))),
        HeldOutFourth.Wire("the version to whoever gives addresses", ["5.6-2-2a"], c => c.Udp(Device, 68, "192.168.1.1", 67, Dhcp(Device, (12, Ascii("EDB-100")), (60, Ascii("udhcp 1.19.4"))))),
        HeldOutFourth.Wire("a seller of advertising", ["5.5-5-2b", "6-1-2d", "6-5-2d", "6-1-2b"], c =>
            c.Resolve("app-measurement.com", "198.51.100.61").Connect(Device, "198.51.100.61", 443).Tls(0x0303, "app-measurement.com", [0xc02b, 0xc02f], 0xc02b)),
        HeldOutFourth.Wire("telemetry before anybody was asked", ["5.5-5-2b", "6-2-2a", "6-5-2d", "6-1-2d"], c =>
            c.Resolve("metrics.statgrid.invalid", "198.51.100.62").Connect(Device, "198.51.100.62", 443).Tls(0x0303, "metrics.statgrid.invalid", [0xc02b], 0xc02b), "factoryDefault"),
        HeldOutFourth.Wire("where and whose, in lines", People, c => c.Connect(Device, "203.0.113.71", 9999)
            .Say(Ascii("{\"type\":\"ring\",\"email\":\"karl.muster@example.org\",\"lat\":52.51627,\"lon\":13.37770}\n"), Ascii("{\"ok\":true}\n"))),
        HeldOutFourth.Wire("a trap with a community", ["5.5-5-2b", "5.5-1-2a", "5.5-6-2a"], c => c.Udp(Device, 50161, "203.0.113.72", 162, Ber(0x30, Ber(2, [1]), Ber(4, Ascii("doorbellfleet")),
            Ber(0xa7, Ber(2, [9]), Ber(2, [0]), Ber(2, [0]), Ber(0x30, Ber(0x30, Ber(6, [0x2b, 6, 1, 2, 1, 1, 3, 0]), Ber(0x43, [42]))))))),
    ];

    private static byte[] Noise(int length) => [.. Enumerable.Range(0, length).Select(i => (byte)((i * 181) ^ (i >> 3)))];

    private static byte[] Bridge(string banner)
    {
        var text = Encoding.ASCII.GetBytes(banner);
        return [.. "CNXN"u8, 1, 0, 0, 1, 0, 0, 16, 0, (byte)text.Length, 0, 0, 0, .. BitConverter.GetBytes(text.Sum(b => b)), 0xbc, 0xb1, 0xa7, 0xb1, .. text];
    }

    private static byte[] Discovery(string kind, string to, string body) => Encoding.ASCII.GetBytes(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?><e:Envelope xmlns:e=\"http://www.w3.org/2003/05/soap-envelope\" xmlns:w=\"http://schemas.xmlsoap.org/ws/2004/08/addressing\" xmlns:d=\"http://schemas.xmlsoap.org/ws/2005/04/discovery\" xmlns:dn=\"http://www.onvif.org/ver10/network/wsdl\">"
        + $"<e:Header><w:MessageID>uuid:2</w:MessageID><w:To>{to}</w:To><w:Action>http://schemas.xmlsoap.org/ws/2005/04/discovery/{kind}</w:Action></e:Header><e:Body><d:{kind}>{body}</d:{kind}></e:Body></e:Envelope>");
}
