using Assay.Traffic.Tests;
using static Assay.Assessment.Tests.Mutation.HeldOutFourth;
using static Assay.Assessment.Tests.Mutation.Speech;

namespace Assay.Assessment.Tests.Mutation;

/// <summary>Faults of the fifth set on the wire, in the bytes of the protocols that devices speak.</summary>
internal static class HeldOutFifthCaptures
{
    private const string Device = Capture.Device, Phone = Capture.Phone, Cloud = "198.51.100.20", Foreign = "192.0.2.77";

    private static readonly HeldOutFault[] LogIns =
    [
        Wire("FTP into the device with admin and admin", ["5.1-3-2a", "5.5-1-2a", "5.6-1-2b", "5.1-1-2c"], c => c.Connect(Phone, Device, 21).Lines("> 220 FTP ready", "USER admin", "> 331 Password", "PASS admin", "> 230 Logged in", "LIST")),
        Wire("Telnet on another port, with its negotiation", ["5.1-3-2a", "5.5-1-2a", "5.6-1-2b"], c => Dial(c)),
        Wire("a log-in to the settings by Basic", ["5.1-3-2a", "5.5-1-2a", "5.1-1-2c"], c => c.Connect(Phone, Device, 8080).Say(Http("GET /settings HTTP/1.1\r\nHost: 192.168.1.20:8080\r\nAuthorization: Basic YWRtaW46YWRtaW4="), Http("HTTP/1.1 200 OK\r\nContent-Type: text/html", "<html>settings</html>"))),
        Wire("a log-in to the settings by a form of JSON", ["5.1-3-2a", "5.5-1-2a", "5.5-6-2a"], c => c.Connect(Phone, Device, 80).Say(Http("POST /api/v1/session HTTP/1.1\r\nHost: edb-100.local\r\nContent-Type: application/json", "{\"user\":\"owner\",\"password\":\"Otter-Tumble-41\"}"), Http("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nSet-Cookie: sid=91ab3377c2d04f51", "{\"ok\":true}"))),
        Wire("a log-in to the settings by a form", ["5.1-3-2a", "5.5-1-2a", "5.5-6-2a"], c => c.Connect(Phone, Device, 80).Say(Http("POST /goform/login HTTP/1.1\r\nHost: 192.168.1.20\r\nContent-Type: application/x-www-form-urlencoded", "username=owner&passwd=Otter-Tumble-41&submit=OK"), Http("HTTP/1.1 302 Found\r\nLocation: /index.asp"))),
        Wire("a log-in to the settings by Digest with MD5", ["5.1-3-2a", "5.5-1-2a"], c => c.Connect(Phone, Device, 80).Say(Http("GET /cgi-bin/config HTTP/1.1\r\nHost: 192.168.1.20\r\nAuthorization: Digest username=\"owner\", realm=\"EDB\", nonce=\"dcd98b7102dd2f0e\", uri=\"/cgi-bin/config\", response=\"6629fae49393a05397450978507c4ef1\", qop=auth, nc=00000001, cnonce=\"0a4f113b\", algorithm=MD5"), Http("HTTP/1.1 200 OK\r\nContent-Type: text/plain", "bell=on"))),
        Wire("a picture's stream after a log-in by Basic", ["5.1-3-2a", "5.5-1-2a", "5.6-1-2b"], c => c.Connect(Phone, Device, 554).Say(Ascii("DESCRIBE rtsp://192.168.1.20/live RTSP/1.0\r\nCSeq: 2\r\nAuthorization: Basic b3duZXI6T3R0ZXI0MQ==\r\n\r\n"), Ascii("RTSP/1.0 200 OK\r\nCSeq: 2\r\nContent-Type: application/sdp\r\nContent-Length: 30\r\n\r\nv=0\r\nm=video 0 RTP/AVP 96\r\n\r\n\r\n"))),
        Wire("a picture's stream for anybody", ["5.5-4-2a", "5.6-1-2b"], c => c.Connect(Phone, Device, 554).Say(Ascii("DESCRIBE rtsp://192.168.1.20/live RTSP/1.0\r\nCSeq: 2\r\nAccept: application/sdp\r\n\r\n"), Ascii("RTSP/1.0 200 OK\r\nCSeq: 2\r\nContent-Type: application/sdp\r\nContent-Length: 30\r\n\r\nv=0\r\nm=video 0 RTP/AVP 96\r\n\r\n\r\n"))),
        Wire("a screen without a password", ["5.5-4-2a", "5.6-1-2b"], c =>
        {
            var screen = c.Connect(Phone, Device, 5900);
            screen.Server("RFB 003.008\n");
            screen.Client("RFB 003.008\n");
            screen.Server([1, 1]);
            screen.Client([1]);
            screen.Server([0, 0, 0, 0]);
        }),
        Wire("the cloud's broker with a password in clear", ["5.5-6-2a", "5.5-7-2a", "5.5-1-2a"], c => c.Connect(Device, Cloud, 1883).Say([0x10, 33, 0, 4, .. "MQTT"u8, 4, 0xc2, 0, 60, 0, 7, .. "edb-100"u8, 0, 4, .. "unit"u8, 0, 6, .. "Zx9-kp"u8], [0x20, 2, 0, 0])),
        Wire("mail sent with AUTH PLAIN in clear", ["5.5-6-2a", "5.5-7-2a", "5.5-1-2a"], c => c.Connect(Device, Foreign, 25).Lines("> 220 mail.doorbell.example ESMTP", "EHLO edb-100", "> 250-mail.doorbell.example\r\n250 AUTH PLAIN LOGIN", "AUTH PLAIN AGFsZXJ0cwBXcTkxLWxhbnRlcm4=", "> 235 2.7.0 Authentication successful", "MAIL FROM:<alerts@doorbell.example>")),
        Wire("mail sent with AUTH LOGIN in clear", ["5.5-6-2a", "5.5-7-2a", "5.5-1-2a"], c => c.Connect(Device, Foreign, 587).Lines("> 220 mail.doorbell.example ESMTP", "EHLO edb-100", "> 250 AUTH PLAIN LOGIN", "AUTH LOGIN", "> 334 VXNlcm5hbWU6", "YWxlcnRz", "> 334 UGFzc3dvcmQ6", "V3E5MS1sYW50ZXJu", "> 235 2.7.0 Authentication successful")),
        Wire("mail fetched by IMAP in clear", ["5.5-6-2a", "5.5-7-2a", "5.5-1-2a"], c => c.Connect(Device, Foreign, 143).Lines("> * OK IMAP4rev1 ready", "a1 LOGIN alerts Wq91-lantern", "> a1 OK LOGIN completed")),
        Wire("mail fetched by POP3 in clear", ["5.5-6-2a", "5.5-7-2a", "5.5-1-2a"], c => c.Connect(Device, Foreign, 110).Lines("> +OK ready", "USER alerts", "> +OK", "PASS Wq91-lantern", "> +OK 0 messages")),
        Wire("a directory asked with a password in clear", ["5.5-6-2a", "5.5-7-2a", "5.5-1-2a"], c => c.Connect(Device, Foreign, 389).Say(Ber(0x30, Ber(2, [1]), Ber(0x60, Ber(2, [3]), Ber(4, Ascii("cn=edb,dc=doorbell,dc=example")), Ber(0x80, Ascii("Wq91-lantern")))), Ber(0x30, Ber(2, [1]), Ber(0x61, Ber(10, [0]), Ber(4), Ber(4))))),
        Wire("XMPP with SASL PLAIN and no TLS", ["5.5-6-2a", "5.5-7-2a", "5.5-1-2a"], c => c.Connect(Device, Cloud, 5222).Say(Ascii("<?xml version='1.0'?><stream:stream to='chat.doorbell.example' xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' version='1.0'><auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>AGVkYi0xMDAAWng5LWtw</auth>"), Ascii("<success xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/>"))),
        Wire("AMQP with PLAIN and no TLS", ["5.5-6-2a", "5.5-7-2a", "5.5-1-2a"], c =>
        {
            var talk = c.Connect(Device, Cloud, 5672);
            talk.Client([.. "AMQP"u8, 0, 0, 9, 1]);
            talk.Server(Method(10, 10, [0, 9, 0, 0, 0, 0, 0, 0, 0, 5, .. "PLAIN"u8, 0, 0, 0, 5, .. "en_US"u8]));
            talk.Client(Method(10, 11, [0, 0, 0, 0, 5, .. "PLAIN"u8, 0, 0, 0, 15, 0, .. "edb-100"u8, 0, .. "Zx9-kp"u8, 5, .. "en_US"u8]));
            talk.Server(Method(10, 30, [7, 255, 0, 2, 0, 0, 0, 60]));
        }),
        Wire("Redis with a password in clear", ["5.5-6-2a", "5.5-7-2a", "5.5-1-2a"], c => c.Connect(Device, Cloud, 6379).Say(Ascii("*2\r\n$4\r\nAUTH\r\n$6\r\nZx9-kp\r\n"), Ascii("+OK\r\n"))),
        Wire("a token of the owner in a header, in clear", ["5.5-6-2a", "5.5-7-2a", "5.5-1-2a"], c => c.Connect(Device, Cloud, 80).Say(Http("GET /v2/settings HTTP/1.1\r\nHost: cloud.doorbell.example\r\nAuthorization: Bearer eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJvd25lciJ9.c2lnbmF0dXJlLWhlcmUtMDAx"), Http("HTTP/1.1 200 OK\r\nContent-Type: application/json", "{\"bell\":\"on\"}"))),
        Wire("a key of the interface in the address, in clear", ["5.5-6-2a", "5.5-7-2a", "5.5-1-2a"], c => c.Connect(Device, Cloud, 80).Say(Http("GET /v1/ring?id=4711&api_key=9fK2mQ7xT4vB8nZ1cR5w HTTP/1.1\r\nHost: cloud.doorbell.example"), Http("HTTP/1.1 204 No Content"))),
    ];

    private static readonly HeldOutFault[] Transport =
    [
        Wire("TLS 1.0 with the cloud", ["5.5-1-2a"], c => c.Connect(Device, Cloud, 443).Tls(0x0301, "cloud.doorbell.example", [0x002f, 0x0035], 0x002f)),
        Wire("SSL 3 with the cloud", ["5.5-1-2a"], c => c.Connect(Device, Cloud, 443).Tls(0x0300, "cloud.doorbell.example", [0x000a, 0x0005], 0x000a)),
        Wire("RC4 with the cloud", ["5.5-1-2a"], c => c.Connect(Device, Cloud, 8883).Tls(0x0303, "cloud.doorbell.example", [0x0005, 0xc011], 0xc011)),
        Wire("no encryption inside TLS", ["5.5-1-2a"], c => c.Connect(Device, Cloud, 443).Tls(0x0303, "cloud.doorbell.example", [0x003b, 0x0002], 0x003b)),
        Wire("nobody's identity inside TLS", ["5.5-1-2a"], c => c.Connect(Device, Cloud, 443).Tls(0x0303, "cloud.doorbell.example", [0x006d, 0x0034], 0x006d)),
        Wire("triple DES with the cloud", ["5.5-1-2a"], c => c.Connect(Device, Cloud, 443).Tls(0x0303, "cloud.doorbell.example", [0xc012, 0x000a], 0xc012)),
        Wire("a certificate of the cloud that is over", ["5.5-1-2a"], c => c.Connect(Device, Cloud, 443).Tls(0x0303, "cloud.doorbell.example", [0xc02f, 0xc030], 0xc02f, Certificate("cloud.doorbell.example", 2022, 2024).RawData)),
        Wire("a certificate for another name", ["5.5-1-2a"], c => c.Connect(Device, Cloud, 443).Tls(0x0303, "cloud.doorbell.example", [0xc02f], 0xc02f, Certificate("proxy.corp.example", 2025, 2030).RawData)),
        Wire("a certificate with a short key", ["5.5-1-2a"], c => c.Connect(Device, Cloud, 443).Tls(0x0303, "cloud.doorbell.example", [0xc02f], 0xc02f, Certificate("cloud.doorbell.example", 2025, 2030, 1024).RawData)),
        Wire("DTLS 1.0 with the cloud", ["5.5-1-2a"], c =>
        {
            c.Udp(Device, 41000, Cloud, 5684, Datagram(0, 1, [0xfe, 0xff, .. new byte[32], 0, 0, 0, 2, 0, 0x2f, 1, 0]));
            c.Udp(Cloud, 5684, Device, 41000, Datagram(0, 2, [0xfe, 0xff, .. new byte[32], 0, 0, 0x2f, 0]));
        }),
        Wire("the rings of a door told in clear, with the owner's address", ["5.8-1-2a", "5.8-2-2a", "5.5-1-2a"], c => c.Connect(Device, Cloud, 80).Say(Http("POST /events HTTP/1.1\r\nHost: cloud.doorbell.example\r\nContent-Type: application/json", "{\"owner\":\"j.doe@mail.example\",\"event\":\"ring\",\"time\":\"2026-09-21T18:04:11Z\",\"lat\":60.1699,\"lon\":24.9384}"), Http("HTTP/1.1 200 OK"))),
        Wire("the rings of a door on a broker in clear", ["5.8-1-2a", "5.8-2-2a", "5.5-1-2a"], c =>
        {
            var talk = c.Connect(Device, Cloud, 1883);
            talk.Say([0x10, 20, 0, 4, .. "MQTT"u8, 5, 2, 0, 60, 0, 0, 7, .. "edb-100"u8], [0x20, 3, 0, 0, 0]);
            talk.Client([0x30, 60, 0, 14, .. "home/edb/rings"u8, 0, .. "{\"owner\":\"j.doe@mail.example\",\"n\":3}        "u8[..43]]);
        }),
        Wire("a WebSocket in clear that carries the owner's token", ["5.5-6-2a", "5.5-7-2a", "5.5-1-2a"], c =>
        {
            var talk = c.Connect(Device, Cloud, 80);
            talk.Say(Http("GET /ws HTTP/1.1\r\nHost: cloud.doorbell.example\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13"), Http("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo="));
            var text = Ascii("{\"token\":\"a81f44c09d7e63b25510\",\"cmd\":\"hello\"}");
            talk.Client([0x81, (byte)(0x80 | text.Length), 1, 2, 3, 4, .. text.Select((b, i) => (byte)(b ^ (i % 4 + 1)))]);
        }),
        Wire("SNMP that answers to public", ["5.5-4-2a", "5.6-1-2b", "5.5-1-2a"], c =>
        {
            c.Udp(Phone, 40100, Device, 161, Snmp(0xa0, "public", Ber(5)));
            c.Udp(Device, 161, Phone, 40100, Snmp(0xa2, "public", Ber(4, Ascii("EDB-100 firmware 1.1"))));
        }),
        Wire("SNMP that lets private write", ["5.5-4-2a", "5.5-5-2a", "5.6-1-2b"], c =>
        {
            c.Udp(Phone, 40100, Device, 161, Snmp(0xa3, "private", Ber(4, Ascii("kitchen"))));
            c.Udp(Device, 161, Phone, 40100, Snmp(0xa2, "private", Ber(4, Ascii("kitchen"))));
        }),
        Wire("an SSH server with the exchange of 1995", ["5.6-1-2b", "5.1-3-2a", "5.5-1-2a"], c =>
        {
            var talk = c.Connect(Phone, Device, 22);
            talk.Server("SSH-2.0-dropbear_0.52\r\n");
            talk.Client("SSH-2.0-OpenSSH_9.2\r\n");
            talk.Server(Kex("diffie-hellman-group1-sha1", "ssh-dss", "3des-cbc,arcfour", "hmac-md5"));
            talk.Client(Kex("diffie-hellman-group1-sha1,curve25519-sha256", "ssh-dss,ssh-ed25519", "3des-cbc,aes128-ctr", "hmac-md5,hmac-sha2-256"));
        }),
    ];

    private static readonly HeldOutFault[] Updates =
    [
        Wire("the firmware over HTTP", ["5.3-2-2b", "5.3-10-1b", "5.3-7-1b"], c => c.Connect(Device, "203.0.113.10", 80).Say(Http("GET /edb-100/fw-1.2.bin HTTP/1.1\r\nHost: update.doorbell.example\r\nUser-Agent: updater/1.1"), [.. Ascii("HTTP/1.1 200 OK\r\nContent-Type: application/octet-stream\r\nContent-Length: 1100\r\n\r\n'"), 0x05, 0x19, 0x56, .. Noise(1096)])),
        Wire("the firmware over HTTP, in chunks, by another name", ["5.3-2-2b", "5.3-10-1b", "5.3-7-1b"], c => c.Connect(Device, "203.0.113.10", 8000).Say(Http("GET /download?model=EDB-100&version=latest HTTP/1.1\r\nHost: update.doorbell.example:8000"), [.. Ascii("HTTP/1.1 200 OK\r\nContent-Type: application/octet-stream\r\nContent-Disposition: attachment; filename=\"edb.swu\"\r\nTransfer-Encoding: chunked\r\n\r\n400\r\n"), .. "hsqs"u8, .. Noise(1020), .. "\r\n0\r\n\r\n"u8])),
        Wire("the firmware over TFTP", ["5.3-2-2b", "5.3-10-1b", "5.3-10-1c"], c =>
        {
            c.Udp(Device, 42000, Foreign, 69, [0, 1, .. "edb-100-fw.bin\0octet\0"u8]);
            c.Udp(Foreign, 42069, Device, 42000, [0, 3, 0, 1, .. "hsqs"u8, .. Noise(508)]);
            c.Udp(Device, 42000, Foreign, 42069, [0, 4, 0, 1]);
            c.Udp(Foreign, 42069, Device, 42000, [0, 3, 0, 2, .. Noise(100)]);
        }),
        Wire("the firmware over FTP", ["5.3-2-2b", "5.3-10-1b", "5.3-10-1c", "5.5-7-2a", "5.5-1-2a"], c =>
        {
            c.Connect(Device, Foreign, 21).Lines("> 220 ready", "USER upd", "> 331 Password", "PASS upd2020", "> 230 in", "PASV", "> 227 Entering Passive Mode (192,0,2,77,195,80)", "RETR firmware-1.2.img", "> 150 Opening");
            c.Connect(Device, Foreign, 50000, 40001).Server([.. "hsqs"u8, .. Noise(800)]);
        }),
        Wire("the firmware over CoAP", ["5.3-2-2b", "5.3-10-1b", "5.3-10-1c"], c =>
        {
            c.Udp(Device, 43000, Foreign, 5683, [0x41, 1, 0, 7, 0x5a, 0xb2, .. "fw"u8, 0x07, .. "edb.bin"u8, 0xc1, 0x06]);
            c.Udp(Foreign, 5683, Device, 43000, [0x61, 0x45, 0, 7, 0x5a, 0xd1, 10, 0x0e, 0xff, .. "hsqs"u8, .. Noise(1000)]);
        }),
    ];

    private static readonly HeldOutFault[] Reach =
    [
        Wire("a listener for printers that nobody declared", ["5.6-1-2b"], c => c.Connect(Phone, Device, 9100)),
        Wire("a listener of IPv6 alone", ["5.6-1-2b"], c => c.Connect("2001:db8:77::30", Six, 8443)),
        Wire("a description of the device for anybody", ["5.6-1-2b", "5.6-2-2a"], c =>
        {
            c.Udp(Phone, 1900, "239.255.255.250", 1900, Ascii("M-SEARCH * HTTP/1.1\r\nHOST: 239.255.255.250:1900\r\nMAN: \"ssdp:discover\"\r\nMX: 1\r\nST: ssdp:all\r\n\r\n"));
            c.Udp(Device, 1900, Phone, 1900, Ascii("HTTP/1.1 200 OK\r\nST: upnp:rootdevice\r\nUSN: uuid:edb-100-0001::upnp:rootdevice\r\nLOCATION: http://192.168.1.20:49152/desc.xml\r\nSERVER: Linux/5.10.245 UPnP/1.0 Portable SDK for UPnP devices/1.6.18\r\n\r\n"));
        }),
        Wire("the version and the serial number in an announcement", ["5.6-2-2a"], c => c.Udp(Device, 5353, "224.0.0.251", 5353, Announcement("edb-100._http._tcp.local", "fw=1.1.0-b42", "serial=EDB2609001177"))),
        Wire("the version of a web server before any log-in", ["5.6-2-2a", "5.6-1-2b"], c => c.Connect(Phone, Device, 80).Say(Http("GET / HTTP/1.1\r\nHost: 192.168.1.20"), Http("HTTP/1.1 401 Unauthorized\r\nServer: GoAhead-Webs/2.5.0\r\nWWW-Authenticate: Digest realm=\"EDB\", algorithm=SHA-256, nonce=\"aa\""))),
        Wire("settings changed by CoAP without a log-in", ["5.5-4-2a", "5.5-5-2a", "5.6-1-2b"], c =>
        {
            c.Udp(Phone, 43100, Device, 5683, [0x41, 3, 0, 9, 0x31, 0xb6, .. "config"u8, 0x04, .. "wifi"u8, 0xff, .. "{\"ssid\":\"other\"}"u8]);
            c.Udp(Device, 5683, Phone, 43100, [0x61, 0x44, 0, 9, 0x31]);
        }),
        Wire("settings changed by HTTP without a log-in", ["5.5-4-2a", "5.5-5-2a", "5.6-1-2b"], c => c.Connect(Phone, Device, 80).Say(Http("PUT /api/config/wifi HTTP/1.1\r\nHost: 192.168.1.20\r\nContent-Type: application/json", "{\"ssid\":\"other\",\"psk\":\"hello-there-1\"}"), Http("HTTP/1.1 200 OK\r\nContent-Type: application/json", "{\"result\":\"ok\"}"))),
        Wire("a relay written over Modbus by anybody", ["5.5-4-2a", "5.5-5-2a", "5.6-1-2b"], c => c.Connect(Phone, Device, 502).Say([0, 1, 0, 0, 0, 6, 1, 5, 0, 0x11, 0xff, 0], [0, 1, 0, 0, 0, 6, 1, 5, 0, 0x11, 0xff, 0])),
        Wire("a property written over BACnet by anybody", ["5.5-4-2a", "5.5-5-2a", "5.6-1-2b"], c =>
        {
            c.Udp(Phone, 47808, Device, 47808, [0x81, 10, 0, 21, 1, 4, 0, 5, 1, 15, 0x0c, 1, 0, 0, 1, 0x19, 85, 0x3e, 0x91, 1, 0x3f]);
            c.Udp(Device, 47808, Phone, 47808, [0x81, 10, 0, 9, 1, 0, 0x20, 1, 15]);
        }),
        Wire("the same order twice, the same answer twice", ["5.5-4-2a", "5.5-5-2a", "5.6-1-2b", "5.5-1-2a"], c =>
        {
            for (var turn = 0; turn < 2; turn++) c.Connect(Phone, Device, 9999, 40000 + turn).Say(Autokey("{\"system\":{\"set_relay_state\":{\"state\":1}}}"), Autokey("{\"system\":{\"set_relay_state\":{\"err_code\":0}}}"));
        }),
        Wire("a port of the router opened from inside", ["5.5-5-2b", "5.6-1-2b", "5.5-4-2a"], c => c.Connect(Device, "192.168.1.1", 5000).Say(Http("POST /ctl/IPConn HTTP/1.1\r\nHost: 192.168.1.1:5000\r\nSOAPAction: \"urn:schemas-upnp-org:service:WANIPConnection:1#AddPortMapping\"\r\nContent-Type: text/xml", "<?xml version=\"1.0\"?><s:Envelope xmlns:s=\"http://schemas.xmlsoap.org/soap/envelope/\"><s:Body><u:AddPortMapping xmlns:u=\"urn:schemas-upnp-org:service:WANIPConnection:1\"><NewExternalPort>8080</NewExternalPort><NewProtocol>TCP</NewProtocol><NewInternalPort>80</NewInternalPort><NewInternalClient>192.168.1.20</NewInternalClient></u:AddPortMapping></s:Body></s:Envelope>"), Http("HTTP/1.1 200 OK"))),
        Wire("a third party that counts, by name and TLS", ["6-1-2b", "6-1-2d", "5.5-5-2b"], c => c.Resolve("collect.metrics-tracker.example", Foreign).Connect(Device, Foreign, 443).Tls(0x0303, "collect.metrics-tracker.example", [0xc02f], 0xc02f)),
        Wire("a relay of strangers by UDP", ["5.5-5-2b", "6-1-2d", "6-1-2b"], c =>
        {
            c.Resolve("p2p.relay-farm.example", Foreign);
            for (var i = 0; i < 6; i++)
            {
                c.Udp(Device, 44000, Foreign, 32100, [0xf1, 0, 0, 0]);
                c.Udp(Foreign, 32100, Device, 44000, [0xf1, 1, 0, 16, .. new byte[16]]);
            }
        }),
        Wire("telemetry before anybody was asked", ["6-2-2a", "6-1-2b", "6-5-2b", "6-5-2c", "6-4-1a"], c => c.Resolve("telemetry.doorbell.example", Foreign).Connect(Device, Foreign, 80).Say(Http("POST /telemetry HTTP/1.1\r\nHost: telemetry.doorbell.example\r\nContent-Type: application/json", "{\"restarts\":3,\"rssi\":-61,\"fw\":\"1.1\"}"), Http("HTTP/1.1 204 No Content")), "factoryDefault"),
        Wire("a log sent to a stranger with the owner's key for the radio", ["5.5-6-2a", "5.5-7-2a", "5.5-1-2a", "5.5-5-2b"], c => c.Udp(Device, 514, Foreign, 514, Ascii("<30>Sep 21 18:04:11 edb-100 wpa: ssid=home psk=Otter-Tumble-41 password=Otter-Tumble-41"))),
        Wire("a tunnel to elsewhere that no table has", ["5.5-5-2b"], c =>
        {
            c.Udp(Device, 51820, Foreign, 51820, [1, 0, 0, 0, .. Noise(144)]);
            c.Udp(Foreign, 51820, Device, 51820, [2, 0, 0, 0, .. Noise(88)]);
        }),
        Wire("a file share of the first version", ["5.6-1-2b", "5.5-1-2a", "5.1-3-2a"], c => c.Connect(Phone, Device, 445).Say([0, 0, 0, 47, 0xff, .. "SMB"u8, 0x72, .. new byte[27], 0, 12, 0, 2, .. "NT LM 0.12"u8, 0], [0, 0, 0, 37, 0xff, .. "SMB"u8, 0x72, .. new byte[27], 1, 0, 0, 0, 0])),
        Wire("orders over a socket of the web without a log-in", ["5.5-4-2a", "5.5-5-2a", "5.6-1-2b"], c =>
        {
            var talk = c.Connect(Phone, Device, 81);
            talk.Say(Http("GET /control HTTP/1.1\r\nHost: 192.168.1.20:81\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13"), Http("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo="));
            var text = Ascii("{\"set\":{\"bell\":\"off\"}}");
            talk.Client([0x81, (byte)(0x80 | text.Length), 1, 2, 3, 4, .. text.Select((b, i) => (byte)(b ^ (i % 4 + 1)))]);
            talk.Server([0x81, 11, .. "{\"ok\":true}"u8]);
        }),
    ];

    public static HeldOutFault[] All => [.. LogIns, .. Transport, .. Updates, .. Reach];

    private static void Dial(Capture capture)
    {
        var talk = capture.Connect(Phone, Device, 2323);
        talk.Server([0xff, 0xfd, 1, 0xff, 0xfd, 31, 0xff, 0xfb, 1, 0xff, 0xfb, 3]);
        talk.Client([0xff, 0xfc, 1, 0xff, 0xfb, 31, 0xff, 0xfa, 31, 0, 80, 0, 24, 0xff, 0xf0, 0xff, 0xfd, 1, 0xff, 0xfd, 3]);
        talk.Server("\r\nEDB-100 login: ");
        foreach (var key in "root\r\n") talk.Client(key.ToString());
        talk.Server("Password: ");
        foreach (var key in "xc3511\r\n") talk.Client(key.ToString());
        talk.Server("\r\nBusyBox v1.19.4 built-in shell (ash)\r\n# ");
    }

    /// <summary>Lines of a protocol in words; those with an arrow come from the server.</summary>
    private static void Lines(this Talk talk, params string[] lines)
    {
        foreach (var line in lines)
        {
            if (line.StartsWith("> ", StringComparison.Ordinal)) talk.Server(line[2..] + "\r\n");
            else talk.Client(line + "\r\n");
        }
    }

    /// <summary>Each byte by the one before, as plugs of many homes say their orders.</summary>
    private static byte[] Autokey(string text)
    {
        byte key = 171;
        return [0, 0, .. Two(text.Length), .. Ascii(text).Select(b => key = (byte)(b ^ key))];
    }

    /// <summary>A method of AMQP 0-9-1 on channel 0.</summary>
    private static byte[] Method(int kind, int number, byte[] arguments) => [1, 0, 0, 0, 0, .. Two(arguments.Length + 4), .. Two(kind), .. Two(number), .. arguments, 0xce];

    /// <summary>A handshake message of DTLS 1.0 in one record.</summary>
    private static byte[] Datagram(byte sequence, byte kind, byte[] body) =>
        [22, 0xfe, 0xff, 0, 0, 0, 0, 0, 0, 0, sequence, .. Two(body.Length + 12), kind, 0, .. Two(body.Length), 0, sequence, 0, 0, 0, 0, .. Two(body.Length), .. body];

    private static byte[] Snmp(byte kind, string community, byte[] value) =>
        Ber(0x30, Ber(2, [1]), Ber(4, Ascii(community)), Ber(kind, Ber(2, [17]), Ber(2, [0]), Ber(2, [0]), Ber(0x30, Ber(0x30, Ber(6, [0x2b, 6, 1, 2, 1, 1, 5, 0]), value))));

    private static byte[] Kex(string exchange, string host, string cipher, string code)
    {
        byte[] payload = [20, .. new byte[16], .. new[] { exchange, host, cipher, cipher, code, code, "none", "none", "", "" }.SelectMany(l => (byte[])[0, 0, .. Two(l.Length), .. Ascii(l)]), 0, 0, 0, 0, 0];
        var padding = 8 - ((payload.Length + 5) % 8) + 4 is var p && (payload.Length + 5 + p) % 8 == 0 ? p : 8 - ((payload.Length + 5) % 8) + 8;
        return [0, 0, .. Two(payload.Length + padding + 1), (byte)padding, .. payload, .. new byte[padding]];
    }

    private static byte[] Noise(int length) => [.. Enumerable.Range(0, length).Select(i => (byte)((i * 167) + (i >> 3) + 29))];
}
