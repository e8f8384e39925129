using System.Text;
using Assay.Evidence;
using Assay.Tests;
using Assay.Traffic.Captures;
using Assay.Traffic.Flows;
using static Assay.Traffic.Tests.Capture;

namespace Assay.Traffic.Tests.Protocols;

/// <summary>Protocols without a cipher beside the web's: what is found, that tshark reads the same, and what is none.</summary>
public sealed class PlainProtocolTests
{
    private const string Far = "203.0.113.44";

    [Fact]
    public void Tshark_reads_the_same_words_out_of_every_protocol()
    {
        Tool.Need("tshark", "tshark");
        var capture = Everything();
        using var scratch = new Scratch();
        File.WriteAllBytes(scratch.File("all.pcap"), capture.Pcap());
        string Field(string name) => Tool.Run("tshark", ["-n", "-r", scratch.File("all.pcap"), "-T", "fields", "-e", name]).Text.Trim().Split('\n').FirstOrDefault(l => l.Length > 0) ?? "";
        Assert.Equal(("cn=bell,dc=example", "Tuerblatt5"), (Field("ldap.name"), Field("ldap.simple")));
        Assert.Equal("doorbellfleet", Field("snmp.community"));
        Assert.Equal("edb/firmware-1.2.bin", Field("tftp.source_file"));
        Assert.Equal("bell42", Field("sip.auth.username").Trim('"'));
        Assert.Contains("psk=Apfelbaum2019", Field("syslog.msg"), StringComparison.Ordinal);

        var flows = capture.Examine().Flows.Select(f => f.Application).ToHashSet();
        Assert.Superset(new HashSet<Application> { Application.Ldap, Application.Snmp, Application.Tftp, Application.Sip, Application.Syslog, Application.Xmpp }, flows);
    }

    [Fact]
    public void Log_ins_are_found_and_shortened()
    {
        var found = Everything().Examine().Findings.Where(f => f.Kind == FindingKind.Credential).ToList();
        foreach (var (protocol, shown) in new[] { ("ldap", "cn=bell,dc=example:Tu… (10)"), ("snmp", "(community):do… (13)"), ("xmpp", "edb42:Fe… (13)"), ("syslog", "psk:Ap… (13)") })
        {
            var one = Assert.Single(found, f => f.Subject.StartsWith(protocol + " ", StringComparison.Ordinal));
            Assert.Equal(shown, one.Value);
            Assert.True(one.Has(Traits.OnTheWire) && one.Has(Traits.Remote));
        }
        Assert.True(Assert.Single(found, f => f.Subject.StartsWith("sip ", StringComparison.Ordinal)).Has(Traits.Digest));
        var download = Assert.Single(Everything().Examine().Findings, f => f.Kind == FindingKind.Update);
        Assert.True(download.Has(Traits.UpdateDownload) && download.Has(Traits.ClearText));
    }

    [Fact]
    public void A_key_in_a_header_or_an_address_is_found_beyond_the_house_only()
    {
        foreach (var (server, expected) in new[] { (Far, 1), (Phone, 0) })
        {
            foreach (var request in new[] { "GET /a HTTP/1.1\r\nHost: a\r\nX-Api-Key: 8f2b6c1de94a4f07\r\n\r\n", "GET /a?api_key=8f2b6c1de94a4f07b35a HTTP/1.1\r\nHost: a\r\n\r\n" })
            {
                var capture = new Capture();
                capture.Connect(Device, server, 8080).Client(request);
                var findings = capture.Examine().Findings.Where(f => f.Kind == FindingKind.Credential).ToList();
                Assert.Equal(expected, findings.Count);
                Assert.All(findings, f => Assert.DoesNotContain("8f2b6c1de94a4f07", f.Value, StringComparison.Ordinal));
            }
        }
    }

    [Theory]
    [InlineData("{\"user\":\"anna\",\"password\":\"Gartentor9\"}\n", 1, 0)]
    [InlineData("{\"type\":\"ring\",\"email\":\"karl.muster@example.org\"}\n", 0, 1)]
    [InlineData("{\"lat\":52.51627,\"lon\":13.37770}", 0, 1)]
    [InlineData("{\"type\":\"ring\",\"count\":4,\"lat\":1}\n", 0, 0)]
    public void A_line_of_json_over_a_bare_connection_is_looked_into(string line, int logins, int markers)
    {
        var capture = new Capture();
        capture.Connect(Device, Far, 9999).Client(line);
        var findings = capture.Examine().Findings;
        Assert.Equal(logins, findings.Count(f => f.Kind == FindingKind.Credential));
        Assert.Equal(markers, findings.Count(f => f.Has(Traits.PersonalMarker)));
    }

    [Fact]
    public void A_log_in_to_a_broker_or_a_store_of_keys_is_found_and_tshark_reads_the_same()
    {
        Tool.Need("tshark", "tshark");
        var capture = new Capture();
        var broker = capture.Connect(Device, Far, 5672);
        broker.Client([.. "AMQP"u8, 0, 0, 9, 1]);
        broker.Client([1, 0, 0, 0, 0, 0, 43, 0, 10, 0, 11, 0, 0, 0, 0, 5, .. "PLAIN"u8, 0, 0, 0, 19, 0, .. "bell42"u8, 0, .. "Fensterkreu"u8, 5, .. "en_US"u8, 0xce]);
        capture.Connect(Device, Far, 6379, 40002).Client("*3\r\n$4\r\nAUTH\r\n$6\r\nbell42\r\n$11\r\nFensterkreu\r\n");
        capture.Connect(Device, Far, 6379, 40003).Client("*2\r\n$3\r\nGET\r\n$4\r\nAUTH\r\n");
        using var scratch = new Scratch();
        File.WriteAllBytes(scratch.File("all.pcap"), capture.Pcap());
        Assert.Equal("PLAIN", Tool.Run("tshark", ["-n", "-r", scratch.File("all.pcap"), "-Y", "amqp.method.arguments.mechanism", "-T", "fields", "-e", "amqp.method.arguments.mechanism"]).Text.Trim());
        var found = capture.Examine().Findings.Where(f => f.Kind == FindingKind.Credential).ToList();
        Assert.Equal(["amqp", "redis"], found.Select(f => f.Subject.Split(' ')[0]).Order(StringComparer.Ordinal));
        Assert.All(found, f => Assert.DoesNotContain("Fensterkreu", f.Value, StringComparison.Ordinal));
        Assert.All(found, f => Assert.StartsWith("bell42:", f.Value, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("{\"token\":\"a81f44c09d7e63b25510\"}", Far, true)]
    [InlineData("{\"token\":\"a81f44c09d7e63b25510\"}", Phone, false)]
    [InlineData("{\"count\":\"a81f44c09d7e63b25510\"}", Far, false)]
    public void What_a_web_socket_carries_is_looked_into_beyond_the_house(string text, string server, bool isOne)
    {
        var capture = new Capture();
        var talk = capture.Connect(Device, server, 80);
        talk.Client("GET /ws HTTP/1.1\r\nHost: a.example\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n");
        talk.Server("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n");
        talk.Client([0x81, (byte)(0x80 | text.Length), 9, 8, 7, 6, .. Encoding.ASCII.GetBytes(text).Select((b, i) => (byte)(b ^ 9 - (i % 4)))]);
        Assert.Equal(isOne, capture.Examine().Findings.Any(f => f.Has(Traits.Token)));
    }

    [Theory]
    [InlineData("Bearer 8f2b6c1de94a4f07", true)]
    [InlineData("Negotiate YIIJvwYGKwYBBQUC", false)]
    public void Who_holds_a_bearers_token_is_let_in_so_it_is_a_credential(string field, bool isOne)
    {
        var capture = new Capture();
        capture.Connect(Device, Far, 80).Client($"GET /a HTTP/1.1\r\nHost: a\r\nAuthorization: {field}\r\n\r\n");
        Assert.Equal(isOne, capture.Examine().Findings.Any(f => f.Kind == FindingKind.Credential && f.Has(Traits.Token)));
    }

    [Theory]
    [InlineData("2001:db8:77::30", true)]
    [InlineData("2001:db8:99::30", false)]
    public void A_machine_that_answers_its_own_link_listens_whoever_assigned_the_prefix(string asks, bool listens)
    {
        var capture = new Capture();
        capture.Connect(asks, "2001:db8:77::20", 8443);
        Assert.Equal(listens, capture.Examine().Findings.Any(f => f.Has(Traits.Listener)));
    }

    [Fact]
    public void What_only_looks_like_one_is_none()
    {
        var capture = new Capture();
        // A bind by SASL, version 3 of SNMP, a log that hides the password, a file that is no software, a stream that goes on to TLS.
        capture.Connect(Device, Far, 389).Client([0x30, 20, 2, 1, 1, 0x60, 15, 2, 1, 3, 4, 0, 0xa3, 8, 4, 6, .. "GSSAPI"u8]);
        capture.Udp(Device, 50162, Far, 161, [0x30, 12, 2, 1, 3, 0x30, 7, 2, 1, 1, 2, 2, 5, 220]);
        capture.Udp(Device, 41515, Far, 514, Encoding.ASCII.GetBytes("<14>bell: psk=******** password=hidden"));
        capture.Udp(Device, 50070, Far, 69, [0, 1, .. "tones/ring.wav"u8, 0, .. "octet"u8, 0]).Udp(Far, 3070, Device, 50070, [0, 3, 0, 1, 1, 2, 3]);
        capture.Connect(Device, Far, 5222).Client("<?xml version='1.0'?><stream:stream to='a' xmlns:stream='x'><starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>");
        var findings = capture.Examine().Findings;
        Assert.DoesNotContain(findings, f => f.Kind is FindingKind.Credential or FindingKind.Update);
        Assert.Contains(findings, f => f.Kind == FindingKind.Cleartext);
    }

    [Fact]
    public void Who_answers_a_question_to_all_listens_and_who_only_speaks_does_not()
    {
        var capture = new Capture().Udp(Phone, 50002, "239.255.255.250", 3702, [1, 2, 3]).Udp(Device, 3702, Phone, 50002, [4, 5, 6]).Udp(Device, 3703, Phone, 50002, [4, 5, 6]);
        var listener = Assert.Single(capture.Examine().Findings, f => f.Has(Traits.Listener));
        Assert.Equal($"{Device}:3702/udp", listener.Subject);
    }

    [Fact]
    public void A_machine_with_a_global_address_is_no_router_and_one_that_sends_from_two_networks_is()
    {
        var one = new Capture().Udp("2001:db8:7::a:b", 40000, "2001:db8:9::1", 4000, [1]);
        var station = Assert.Single(one.Examine().Stations);
        Assert.Equal(("", "2001:db8:7::a:b"), (string.Join(' ', station.Roles), Assert.Single(station.GlobalAddresses).ToString()));
        // The same hardware address, by the last four bytes.
        var two = new Capture().Udp("2001:db8:7::a:b", 40000, "2001:db8:9::1", 4000, [1]).Udp("2001:db8:9::a:b", 4000, "2001:db8:7::5", 40000, [1]);
        Assert.Contains("gateway", Assert.Single(two.Examine().Stations).Roles);
    }

    [Fact]
    public void Cut_messages_end_no_examination()
    {
        var whole = Everything().Pcap();
        for (var length = 24; length < whole.Length; length += 37) Assert.NotNull(Capture.Examine(whole[..length]));
    }

    private static Capture Everything()
    {
        var capture = new Capture();
        capture.Connect(Device, Far, 389).Client([0x30, 42, 2, 1, 1, 0x60, 37, 2, 1, 3, 4, 18, .. "cn=bell,dc=example"u8, 0x80, 10, .. "Tuerblatt5"u8, 0, 0]);
        capture.Udp(Device, 50161, Far, 162, [0x30, 42, 2, 1, 1, 4, 13, .. "doorbellfleet"u8, 0xa7, 22, 2, 1, 9, 2, 1, 0, 2, 1, 0, 0x30, 11, 0x30, 9, 6, 4, 0x2b, 6, 1, 2, 0x43, 1, 42]);
        capture.Udp(Device, 50069, Far, 69, [0, 1, .. "edb/firmware-1.2.bin"u8, 0, .. "octet"u8, 0]).Udp(Far, 3069, Device, 50069, [0, 3, 0, 1, .. new byte[512]]);
        capture.Udp(Device, 5060, Far, 5060, Encoding.ASCII.GetBytes("REGISTER sip:tel.example SIP/2.0\r\nVia: SIP/2.0/UDP 192.168.1.20:5060;branch=z9hG4bK1\r\nFrom: <sip:bell42@tel.example>;tag=1\r\nTo: <sip:bell42@tel.example>\r\nCall-ID: 1@bell\r\nCSeq: 2 REGISTER\r\nAuthorization: Digest username=\"bell42\", realm=\"tel\", nonce=\"9a8b\", uri=\"sip:tel.example\", response=\"6629fae49393a05397450978507c4ef1\"\r\nContent-Length: 0\r\n\r\n"));
        capture.Udp(Device, 41514, Far, 514, Encoding.ASCII.GetBytes("<14>Sep 21 08:00:01 bell doorbelld[211]: joining ssid=Heimnetz psk=Apfelbaum2019"));
        var talk = capture.Connect(Device, Far, 5222, 40100);
        talk.Client("<?xml version='1.0'?><stream:stream to='chat.example' xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' version='1.0'>");
        talk.Client($"<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>{Convert.ToBase64String("\0edb42\0Fensterbank88"u8)}</auth>");
        return capture;
    }
}
