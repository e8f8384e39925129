using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Assay.Evidence;
using static Assay.Traffic.Tests.Capture;

namespace Assay.Traffic.Tests.Protocols;

/// <summary>TLS, updates, markers, names and announcements out of captures of a few frames.</summary>
public sealed class WireTests
{
    private static byte[] Big16(int value) => [(byte)(value >> 8), (byte)value];
    private static byte[] Extension(int type, params byte[] value) => [.. Big16(type), .. Big16(value.Length), .. value];

    private static byte[] Handshake(byte type, byte[] body, int recordVersion = 0x0301)
    {
        byte[] message = [type, 0, .. Big16(body.Length), .. body];
        return [22, .. Big16(recordVersion), .. Big16(message.Length), .. message];
    }

    private static byte[] ClientHello(int version, int[] suites, params byte[][] extensions)
    {
        byte[] all = [.. extensions.SelectMany(e => e)];
        return Handshake(1, [.. Big16(version), .. new byte[32], 0, .. Big16(2 * suites.Length), .. suites.SelectMany(Big16), 1, 0, .. Big16(all.Length),
            .. all]);
    }

    private static byte[] ServerHello(int version, int suite, params byte[][] extensions)
    {
        byte[] all = [.. extensions.SelectMany(e => e)];
        return Handshake(2, [.. Big16(version), .. new byte[32], 0, .. Big16(suite), 0, .. Big16(all.Length), .. all]);
    }

    private static byte[] ServerName(string name) => Extension(0, [.. Big16(name.Length + 3), 0, .. Big16(name.Length), .. Encoding.ASCII.GetBytes(name)]);
    private static byte[] Versions(params int[] versions) => Extension(43, [(byte)(2 * versions.Length), .. versions.SelectMany(Big16)]);

    private static CaptureExamination Tls(byte[] client, byte[]? server = null, int port = 443)
    {
        var capture = new Capture();
        var talk = capture.Connect(Device, Cloud, port);
        talk.Client(client);
        if (server is not null) talk.Server(server);
        return capture.Examine();
    }

    [Theory]
    [InlineData(0x0300, "SSL 3.0", true)]
    [InlineData(0x0301, "TLS 1.0", true)]
    [InlineData(0x0302, "TLS 1.1", true)]
    [InlineData(0x0303, "TLS 1.2", false)]
    public void A_hello_that_offers_less_than_1_2_is_outdated(int version, string name, bool outdated)
    {
        var examination = Tls(ClientHello(version, [0xc02f], ServerName("cloud.example")), port: 8883);
        var hello = Assert.Single(examination.Observations, o => o.What == Seen.ClientHello);
        Assert.Equal(("tls cloud.example:8883", name, 4L), (hello.Subject, hello.Value, hello.Frame));
        Assert.Equal(outdated, examination.Findings.Any(f => f.Has(Traits.TlsOutdated) && f.Value == $"offers {name} at most"));
    }

    [Fact]
    public void Supported_versions_count_more_than_the_legacy_field_and_grease_counts_nothing()
    {
        var modern = Tls(ClientHello(0x0301, [0x1301], Versions(0x5a5a, 0x0304, 0x0303)));
        Assert.Equal("TLS 1.3", modern.Observations.Single(o => o.What == Seen.ClientHello).Value);
        Assert.DoesNotContain(modern.Findings, f => f.Has(Traits.TlsOutdated));
        var old = Tls(ClientHello(0x0303, [0x1301], Versions(0x8a8a, 0x0302)));
        Assert.Contains(old.Findings, f => f.Has(Traits.TlsOutdated));
    }

    [Fact]
    public void A_hello_in_two_segments_is_seen_at_the_second_whatever_the_order()
    {
        var bytes = ClientHello(0x0301, [0x002f], ServerName("cloud.example"));
        foreach (var swapped in new[] { false, true })
        {
            var capture = new Capture();
            var talk = capture.Connect(Device, Cloud, 443);
            var middle = bytes.Length / 2;
            if (swapped) talk.ClientAt(1000 + (uint)middle, bytes[middle..]);
            else talk.ClientAt(1000, bytes[..middle]);
            talk.ClientAt(swapped ? 1000u : 1000 + (uint)middle, swapped ? bytes[..middle] : bytes[middle..]);
            talk.ClientAt(1000, bytes);
            var hello = Assert.Single(capture.Examine().Observations, o => o.What == Seen.ClientHello);
            Assert.Equal("tls cloud.example:443", hello.Subject);
            // The frame that holds the last byte of the hello, also where it came first.
            Assert.Equal(swapped ? 4 : 5, hello.Frame);
        }
    }

    [Fact]
    public void A_hello_in_the_form_of_ssl_2_is_read()
    {
        byte[] suites = [0, 0, 0x35, 1, 0, 0x80];
        byte[] body = [1, 3, 1, .. Big16(suites.Length), 0, 0, 0, 16, .. suites, .. new byte[16]];
        var examination = Tls([(byte)(0x80 | body.Length >> 8), (byte)body.Length, .. body]);
        Assert.Contains(examination.Findings, f => f.Value == "offers TLS 1.0 at most");
        Assert.Contains(examination.Findings, f => f.Has(Traits.WeakSuite) && f.Value.Contains("SSL 2.0", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(0x0005, "RC4", Traits.WeakSuite)]
    [InlineData(0x000a, "3DES", Traits.WeakSuite)]
    [InlineData(0x0003, "export", Traits.WeakSuite)]
    [InlineData(0x003b, "no encryption", Traits.WeakSuite)]
    [InlineData(0x0018, "no authentication", Traits.WeakSuite)]
    [InlineData(0x0035, "no forward secrecy", Traits.StaticRsa)]
    [InlineData(0xc02f, null, null)]
    [InlineData(0x1301, null, null)]
    public void A_suite_is_judged_by_its_registered_name(int suite, string? why, string? trait)
    {
        var examination = Tls(ClientHello(0x0303, [suite]), ServerHello(0x0303, suite));
        var chosen = examination.Findings.SingleOrDefault(f => f.Has(Traits.Chosen));
        Assert.Equal(why is null, chosen is null);
        if (why is null) return;
        Assert.Contains(why, chosen!.Value);
        Assert.True(chosen.Has(trait!));
    }

    [Fact]
    public void A_server_that_chooses_1_3_by_extension_is_not_outdated()
    {
        var examination = Tls(ClientHello(0x0303, [0x1301], Versions(0x0304)), ServerHello(0x0303, 0x1301, Extension(43, 3, 4)));
        Assert.Equal("TLS 1.3 TLS_AES_128_GCM_SHA256", examination.Observations.Single(o => o.What == Seen.ServerHello).Value);
        Assert.Equal((ushort)0x0304, examination.Flows.Single().Tls!.Chosen);
        Assert.DoesNotContain(examination.Findings, f => f.Kind == FindingKind.WeakCrypto);
    }

    [Fact]
    public void A_certificate_is_judged_at_the_time_of_the_connection_and_hostile_der_is_said()
    {
        using var key = RSA.Create(1024);
        var request = new CertificateRequest("CN=cam", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        using var certificate = request.CreateSelfSigned(new DateTimeOffset(1960, 1, 1, 0, 0, 0, TimeSpan.Zero),
            new DateTimeOffset(1969, 1, 1, 0, 0, 0, TimeSpan.Zero));
        var der = certificate.RawData;
        static byte[] Message(byte[] der) => Handshake(11, [0, .. Big16(der.Length + 3), 0, .. Big16(der.Length), .. der]);

        var finding = Tls(ClientHello(0x0303, [0xc02f]), [.. ServerHello(0x0303, 0xc02f), .. Message(der)]).Findings.Single(f =>
            f.Kind == FindingKind.Certificate);
        Assert.All(new[] { Traits.Expired, Traits.SelfSigned, Traits.ShortKey }, t => Assert.True(finding.Has(t), t));
        Assert.False(finding.Has(Traits.WeakSignatureHash));

        var random = new Random(7);
        for (var i = 0; i < 200; i++)
        {
            var broken = der.ToArray();
            for (var n = 0; n < 5; n++) broken[random.Next(broken.Length)] = (byte)random.Next(256);
            Assert.Contains(Tls(ClientHello(0x0303, [0xc02f]), [.. ServerHello(0x0303, 0xc02f), .. Message(broken)]).Observations, o =>
                o.What == Seen.Certificate);
        }
    }

    private static CaptureExamination Http(string request, string? response, string server = Cloud)
    {
        var capture = new Capture();
        var talk = capture.Connect(Device, server, 80);
        talk.Client(request);
        if (response is not null) talk.Server(response);
        return capture.Examine();
    }

    [Theory]
    [InlineData("/router/firmware/query.aspx?model=x", "200 OK", "text/xml", 300, Traits.UpdateQuery)]
    [InlineData("/firmware/lamp-1.2.bin", "200 OK", "application/octet-stream", 300_000, Traits.UpdateDownload)]
    [InlineData("/firmware/lamp-1.2.bin", "404 Not Found", "text/html", 300, Traits.UpdateQuery)]
    [InlineData("/ota/check", "200 OK", "application/json", 300, Traits.UpdateQuery)]
    [InlineData("/images/logo.png", "200 OK", "image/png", 300_000, null)]
    [InlineData("/rotate/total", "200 OK", "application/octet-stream", 300_000, null)]
    [InlineData("/nic/update?hostname=a&myip=b", "200 OK", "text/plain", 4, null)]
    public void An_update_query_and_an_update_are_two_things(string target, string status, string type, int length, string? trait)
    {
        var updates = Http($"GET {target} HTTP/1.1\r\nHost: up.example\r\n\r\n",
            $"HTTP/1.1 {status}\r\nContent-Type: {type}\r\nContent-Length: {length}\r\n\r\n0123").Findings
            .Where(f => f.Kind == FindingKind.Update).ToList();
        if (trait is null)
        {
            Assert.Empty(updates);
            return;
        }
        Assert.True(updates.Single().Has(trait));
        Assert.True(updates.Single().Has(Traits.ClearText));
        Assert.Equal(trait == Traits.UpdateDownload ? 5 : 4, updates.Single().Location.Frame);
    }

    [Fact]
    public void An_update_without_an_answer_in_the_capture_is_a_query()
    {
        var update = Http("GET /fw/lamp.bin HTTP/1.1\r\nHost: up.example\r\n\r\n", null).Findings.Single(f => f.Kind == FindingKind.Update);
        Assert.True(update.Has(Traits.UpdateQuery));
        Assert.Equal("no answer in the capture", update.Note);
    }

    [Fact]
    public void An_image_is_known_by_its_first_bytes_whatever_it_is_called()
    {
        var examination = Http("GET /d/8812 HTTP/1.1\r\nHost: up.example\r\n\r\n",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n10\r\nhsqs000000000000\r\n0\r\n\r\n");
        Assert.Contains(examination.Findings, f => f.Has(Traits.UpdateDownload));
    }

    [Theory]
    [InlineData("/q?id=02-00-C0-A8-01-14", true)]
    [InlineData("/q?id=0200C0A80114", true)]
    [InlineData("/q?id=0123456789AB", false)]
    [InlineData("/q?mail=anna%40example.org", true)]
    [InlineData("/q?serialnumber=77", true)]
    [InlineData("/q?colour=red", false)]
    public void What_marks_a_person_or_device_in_an_address_is_seen_and_not_repeated(string target, bool marked)
    {
        var examination = Http($"GET {target} HTTP/1.1\r\nHost: a.example\r\n\r\n", null);
        var marker = examination.Findings.SingleOrDefault(f => f.Has(Traits.PersonalMarker));
        Assert.Equal(marked, marker is not null);
        Assert.DoesNotContain(examination.Findings, f => f.Value.Contains("0200C0A80114", StringComparison.Ordinal)
            || f.Value.Contains("anna", StringComparison.Ordinal));
        Assert.Contains(examination.Findings, f => f.Kind == FindingKind.Cleartext && f.Has(Traits.Remote) && f.Value == "requests in clear text");
    }

    [Fact]
    public void A_banner_with_a_version_is_a_disclosure_of_local_servers_only()
    {
        const string Request = "GET / HTTP/1.1\r\nHost: a\r\n\r\n", Answer = "HTTP/1.1 200 OK\r\nServer: lighttpd/1.4.31\r\nContent-Length: 0\r\n\r\n";
        Assert.Contains(Http(Request, Answer, Phone).Findings, f => f.Has(Traits.VersionDisclosed) && f.Value == "Server: lighttpd/1.4.31");
        Assert.DoesNotContain(Http(Request, Answer, Cloud).Findings, f => f.Has(Traits.VersionDisclosed));
        Assert.DoesNotContain(Http(Request, Answer.Replace("/1.4.31", "", StringComparison.Ordinal), Phone).Findings, f => f.Has(Traits.VersionDisclosed));
    }

    private static byte[] DnsName(string name) => [.. name.Split('.').SelectMany(l => (byte[])[(byte)l.Length, .. Encoding.ASCII.GetBytes(l)]), 0];
    private static byte[] Dns(bool answer, string name, params byte[][] records) =>
        [0, 1, (byte)(answer ? 0x81 : 1), 0, 0, 1, .. Big16(records.Length), 0, 0, 0, 0, .. DnsName(name), 0, 1, 0, 1, .. records.SelectMany(r => r)];
    private static byte[] Record(int type, params byte[] data) => [0xc0, 12, .. Big16(type), 0, 1, 0, 0, 0, 60, .. Big16(data.Length), .. data];

    [Fact]
    public void Names_come_from_dns_answers_before_and_from_the_clients_own_words()
    {
        var capture = new Capture();
        capture.Udp(Device, 5000, "192.168.1.1", 53, Dns(false, "alias.example"));
        capture.Udp("192.168.1.1", 53, Device, 5000, Dns(true, "alias.example", Record(5, 2, 1, (byte)'x', 0), Record(1, 203, 0, 113, 9)));
        capture.Connect(Device, Cloud, 8080).Client("GET / HTTP/1.1\r\nHost: told.example:8080\r\n\r\n");
        var dnsOverTcp = Dns(false, "over.tcp.example");
        capture.Connect(Device, "192.168.1.1", 53, 40001).Client([.. Big16(dnsOverTcp.Length), .. dnsOverTcp]);

        var examination = capture.Examine();
        Assert.Equal(["told.example", "alias.example"], examination.Flows.Single(f => f.DestinationPort == 8080).Names);
        Assert.Equal(["alias.example", "over.tcp.example"], examination.Observations.Where(o => o.Protocol == "dns" && o.What == Seen.Query).Select(o =>
            o.Subject));
        Assert.Contains(examination.Observations, o => o.What == Seen.Answer && o.Value == $"A {Cloud}");
    }

    [Fact]
    public void A_dns_name_that_points_to_itself_ends()
    {
        var capture = new Capture();
        capture.Udp(Device, 5000, "192.168.1.1", 53, [0, 1, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0xc0, 12, 0, 1, 0, 1]);
        Assert.DoesNotContain(capture.Examine().Observations, o => o.What == Seen.Query);
    }

    [Fact]
    public void Mdns_tells_services_models_and_versions()
    {
        var capture = new Capture();
        capture.Udp(Device, 5353, "224.0.0.251", 5353, Dns(true, "lamp._hap._tcp.local", Record(16, [8, .. "md=LampX"u8, 6, .. "fv=1.2"u8])));
        var findings = capture.Examine().Findings;
        Assert.Contains(findings, f => f.Kind == FindingKind.Disclosure && f.Value == "md=LampX");
        Assert.Contains(findings, f => f.Has(Traits.VersionDisclosed) && f.Value == "fv=1.2");
    }

    private static byte[] Dhcp(params byte[] options)
    {
        var bytes = new byte[240];
        (bytes[0], bytes[1], bytes[2]) = (1, 1, 6);
        Mac(Device).CopyTo(bytes, 28);
        ((byte[])[0x63, 0x82, 0x53, 0x63]).CopyTo(bytes, 236);
        return [.. bytes, .. options, 255];
    }

    [Fact]
    public void Dhcp_tells_the_host_name_the_vendor_class_and_the_mud_address()
    {
        var capture = new Capture();
        const string Mud = "https://m.example/l.json";
        capture.Udp("0.0.0.0", 68, "255.255.255.255", 67,
            Dhcp([53, 1, 1, 12, 4, .. "lamp"u8, 60, 12, .. "udhcp 1.19.4"u8, 161, (byte)Mud.Length, .. Encoding.ASCII.GetBytes(Mud)]));
        capture.Udp(Device, 5000, Phone, 5001, [0]);
        var examination = capture.Examine();
        var said = examination.Observations.Where(o => o.Protocol == "dhcp").Select(o => o.Value).ToList();
        Assert.Equal(["discover", "host name lamp", "vendor class udhcp 1.19.4", $"MUD address {Mud}"], said);
        var station = examination.Stations.Single(s => s.Names.Count > 0);
        Assert.Equal("02:00:c0:a8:01:14", station.Mac.ToString());
        Assert.Equal(Device, station.Addresses.Single().ToString());
    }

    [Fact]
    public void Dhcp_without_its_cookie_is_none()
    {
        var capture = new Capture();
        var bytes = Dhcp([12, 4, .. "lamp"u8]);
        bytes[236] = 0;
        capture.Udp("0.0.0.0", 68, "255.255.255.255", 67, bytes);
        Assert.DoesNotContain(capture.Examine().Observations, o => o.Protocol == "dhcp");
    }

    [Fact]
    public void Ntp_names_its_server()
    {
        var capture = new Capture();
        capture.Udp(Device, 123, Cloud, 123, [0x23, .. new byte[47]]);
        capture.Udp(Device, 124, Cloud, 123, [0x23, 1]);
        var asked = Assert.Single(capture.Examine().Observations, o => o.Protocol == "ntp");
        Assert.Equal((Seen.Client, Cloud), (asked.What, asked.Subject));
    }

    [Theory]
    [InlineData("Linux/2.6.31 UPnP/1.0 LampX/1.2", true)]
    [InlineData("Lamp UPnP/1.0", false)]
    public void Ssdp_tells_its_place_and_version(string server, bool versioned)
    {
        var capture = new Capture();
        capture.Udp(Device, 1900, "239.255.255.250", 1900,
            Encoding.ASCII.GetBytes($"NOTIFY * HTTP/1.1\r\nLOCATION: http://{Device}/d.xml\r\nNT: upnp:rootdevice\r\nSERVER: {server}\r\n\r\n"));
        var examination = capture.Examine();
        Assert.Contains(examination.Observations, o => o.Value == $"upnp:rootdevice at http://{Device}/d.xml");
        Assert.Equal(versioned, examination.Findings.Any(f => f.Has(Traits.VersionDisclosed)));
    }

    [Fact]
    public void A_port_that_answers_listens_and_one_that_refuses_does_not()
    {
        var capture = new Capture();
        capture.Connect(Phone, Device, 8081);
        capture.Tcp(Phone, 41000, Device, 81, 5, 0, Traffic.Captures.TcpFlags.Syn, []);
        capture.Tcp(Device, 81, Phone, 41000, 0, 6, Traffic.Captures.TcpFlags.Reset | Traffic.Captures.TcpFlags.Acknowledge, []);
        capture.Udp(Phone, 42000, Device, 161, [1]);
        capture.Udp(Device, 161, Phone, 42000, [1]);
        Assert.Equal([$"{Device}:161/udp", $"{Device}:8081/tcp"], capture.Examine().Findings.Where(f => f.Has(Traits.Listener)).Select(f =>
            f.Subject).Order(StringComparer.Ordinal));
    }
}
