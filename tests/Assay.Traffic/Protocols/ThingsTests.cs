using System.Text;
using Assay.Evidence;
using Assay.Traffic.Flows;
using static Assay.Traffic.Tests.Capture;

namespace Assay.Traffic.Tests.Protocols;

/// <summary>MQTT, CoAP, SNMP, SIP, DHCPv6, WS-Discovery and SSH out of captures of a few frames: what is evidence, and what is none.</summary>
public sealed class ThingsTests
{
    private static byte[] Big16(int value) => [(byte)(value >> 8), (byte)value];
    private static byte[] Big32(int value) => [.. Big16(value >> 16), .. Big16(value & 0xffff)];
    private static byte[] Text(string text) => Encoding.Latin1.GetBytes(text);
    private static byte[] Field(string text) => [.. Big16(text.Length), .. Text(text)];

    // ---- MQTT

    private static byte[] Connect(string client, string? user = null, string? password = null, byte level = 4)
    {
        byte flags = (byte)((user is null ? 0 : 0x80) | (password is null ? 0 : 0x40) | 2);
        byte[] body = [.. Field("MQTT"), level, flags, 0, 60, .. level == 5 ? new byte[] { 0 } : [], .. Field(client), .. user is null ? [] : Field(user), .. password is null ? [] : Field(password)];
        return [0x10, (byte)body.Length, .. body];
    }

    private static byte[] Publish(string topic, int size = 2)
    {
        byte[] body = [.. Field(topic), .. new byte[size]];
        return size < 100 ? [0x30, (byte)body.Length, .. body] : [0x30, (byte)(body.Length & 0x7f | 0x80), (byte)(body.Length >> 7 & 0x7f | 0x80), (byte)(body.Length >> 14), .. body];
    }

    [Theory]
    [InlineData(null, null, 0, true)]
    [InlineData(null, null, 5, false)]
    [InlineData("anna", "secret99", 0, false)]
    public void A_broker_on_the_link_that_lets_anybody_in_is_exposed(string? user, string? password, byte answer, bool open)
    {
        var capture = new Capture();
        var talk = capture.Connect(Phone, Device, 17501);
        talk.Client(Connect("lamp", user, password));
        talk.Server([0x20, 2, 0, answer]);
        var examination = capture.Examine();
        Assert.Equal("mqtt", Flow.NameOf(examination.Flows.Single().Application));
        Assert.Equal(open, examination.Findings.Any(f => f.Kind == FindingKind.Exposure && f.Has(Traits.Mqtt) && f.Has(Traits.WithoutLogin)));
        Assert.Equal(user is not null, examination.Findings.Any(f => f.Kind == FindingKind.Credential));
    }

    [Fact]
    public void Topics_are_told_once_and_a_long_message_hides_none_behind_it()
    {
        var capture = new Capture();
        var talk = capture.Connect(Device, Cloud, 1883);
        talk.Client(Connect("lamp", level: 5));
        var large = Publish("home/picture", 40_000);
        for (var at = 0; at < large.Length; at += 1400) talk.Client(large[at..Math.Min(at + 1400, large.Length)]);
        talk.Client([.. Publish("home/lamp"), .. Publish("home/lamp")]);
        var topics = capture.Examine().Observations.Where(o => o.Protocol == "mqtt" && o.What == Seen.Announcement).Select(o => o.Value);
        Assert.Equal(["publish home/picture", "publish home/lamp"], topics);
    }

    // ---- CoAP

    private static byte[] Coap(byte type, byte code, ushort id, string? path = null, string payload = "", bool oscore = false)
    {
        List<byte> message = [(byte)(0x41 | type << 4), code, .. Big16(id), 0x77];
        var last = 0;
        if (oscore)
        {
            message.AddRange([0x90]);
            last = 9;
        }
        if (path is not null) message.AddRange([(byte)((11 - last) << 4 | path.Length), .. Text(path)]);
        if (payload.Length > 0) message.AddRange([0xff, .. Text(payload)]);
        return [.. message];
    }

    [Theory]
    [InlineData(3, 0x44, false, 4444, true)]
    [InlineData(3, 0x81, false, 5683, false)]
    [InlineData(1, 0x45, false, 5683, false)]
    [InlineData(3, 0x44, true, 5683, false)]
    public void A_setting_that_coap_changes_without_a_log_in_is_exposed(byte code, byte answer, bool oscore, int port, bool exposed)
    {
        var capture = new Capture();
        capture.Udp(Phone, 40000, Device, port, Coap(0, code, 1, "light", "on", oscore));
        capture.Udp(Device, port, Phone, 40000, Coap(2, answer, 1, oscore: oscore));
        var examination = capture.Examine();
        Assert.Equal("coap", Flow.NameOf(examination.Flows.Single().Application));
        Assert.Equal(exposed, examination.Findings.Any(f => f.Kind == FindingKind.Exposure && f.Has(Traits.WithoutLogin)));
    }

    [Fact]
    public void Bytes_that_only_resemble_coap_are_none_off_its_port()
    {
        var capture = new Capture();
        // No path, an option that nobody registered, and an option that is longer than the datagram.
        capture.Udp(Phone, 40001, Device, 4444, [0x40, 1, 0, 1]);
        capture.Udp(Phone, 40002, Device, 4444, [0x40, 1, 0, 1, 0x21, 5]);
        capture.Udp(Phone, 40003, Device, 4444, [0x40, 1, 0, 1, 0xb9, 5]);
        Assert.All(capture.Examine().Flows, f => Assert.Equal(Application.Unknown, f.Application));
    }

    // ---- SNMP

    private static byte[] Ber(byte tag, params byte[] value) => [tag, (byte)value.Length, .. value];

    private static byte[] Snmp(byte version, string community, byte kind, byte[] name, byte[] value, byte error = 0) => Ber(0x30,
    [
        .. Ber(2, version), .. Ber(4, Text(community)),
        .. Ber(kind, [.. Ber(2, 1, 2), .. Ber(2, error), .. Ber(2, 0), .. Ber(0x30, Ber(0x30, [.. Ber(6, name), .. value]))]),
    ]);

    private static readonly byte[] Description = [0x2b, 6, 1, 2, 1, 1, 1, 0];

    [Fact]
    public void A_community_goes_over_the_wire_shortened_and_the_description_is_a_banner()
    {
        var capture = new Capture();
        capture.Udp(Phone, 40000, Device, 161, Snmp(1, "netadm42", 0xa0, Description, [5, 0]));
        capture.Udp(Device, 161, Phone, 40000, Snmp(1, "netadm42", 0xa2, Description, Ber(4, Text("Linux lamp 2.6.31"))));
        var examination = capture.Examine();
        var community = Assert.Single(examination.Findings, f => f.Kind == FindingKind.Credential);
        Assert.DoesNotContain("netadm42", community.Value);
        Assert.True(community.Has(Traits.OnTheWire));
        Assert.Contains(examination.Findings, f => f.Kind == FindingKind.Disclosure && f.Has(Traits.VersionDisclosed) && f.Value == "Linux lamp 2.6.31");
        Assert.DoesNotContain(examination.Findings, f => f.Has(Traits.ConfigurationChange));
    }

    [Theory]
    [InlineData(0, true)]
    [InlineData(4, false)]
    public void A_setting_is_changed_where_the_answer_says_so(byte error, bool changed)
    {
        var capture = new Capture();
        byte[] contact = [0x2b, 6, 1, 2, 1, 1, 4, 0];
        capture.Udp(Phone, 40000, Device, 161, Snmp(1, "private", 0xa3, contact, Ber(4, Text("x"))));
        capture.Udp(Device, 161, Phone, 40000, Snmp(1, "private", 0xa2, contact, Ber(4, Text("x")), error));
        Assert.Equal(changed, capture.Examine().Findings.Any(f => f.Has(Traits.ConfigurationChange)));
    }

    [Theory]
    [InlineData(4, "lamp", true)]
    [InlineData(7, "lamp", false)]
    [InlineData(4, "", false)]
    public void Version_3_without_encryption_is_told_and_its_discovery_is_not(byte flags, string user, bool told)
    {
        byte[] usm = Ber(0x30, [.. Ber(4, 1, 2, 3, 4, 5), .. Ber(2, 0), .. Ber(2, 0), .. Ber(4, Text(user)), .. Ber(4), .. Ber(4)]);
        var message = Ber(0x30, [.. Ber(2, 3), .. Ber(0x30, [.. Ber(2, 1), .. Ber(2, 5, 0), .. Ber(4, flags), .. Ber(2, 3)]), .. Ber(4, usm), .. Ber(0x30, Ber(4))]);
        var capture = new Capture();
        capture.Udp(Phone, 40000, Device, 161, message);
        var examination = capture.Examine();
        Assert.Contains(examination.Observations, o => o.Protocol == "snmp");
        Assert.Equal(told, examination.Findings.Any(f => f.Kind == FindingKind.Cleartext));
    }

    // ---- SIP

    private const string Register = "REGISTER sip:voip.example SIP/2.0\r\nVia: SIP/2.0/UDP 192.168.1.20\r\nf: <sip:anna@voip.example>\r\ni: 1@lamp\r\nUser-Agent: Phone/1.4\r\n"
        + "Authorization: Digest username=\"anna\", realm=\"voip\", response=\"00\"\r\nContent-Length: 0\r\n\r\n";

    [Theory]
    [InlineData(5060)]
    [InlineData(7000)]
    public void Sip_in_clear_text_shows_its_digest_and_program_on_any_port(int port)
    {
        var capture = new Capture();
        capture.Udp(Device, 6000, Cloud, port, Text(Register));
        var examination = capture.Examine();
        Assert.Contains(examination.Findings, f => f.Kind == FindingKind.Credential && f.Has(Traits.Digest) && f.Value.StartsWith("anna:", StringComparison.Ordinal));
        Assert.Contains(examination.Findings, f => f.Has(Traits.VersionDisclosed) && f.Value == "Phone/1.4");
        Assert.Contains(examination.Findings, f => f.Kind == FindingKind.Cleartext);
    }

    [Fact]
    public void Sip_over_tcp_is_divided_by_its_lengths()
    {
        var capture = new Capture();
        var talk = capture.Connect(Device, Cloud, 5060);
        talk.Client(Register[..40]);
        talk.Client(Register[40..] + "OPTIONS sip:voip.example SIP/2.0\r\nContent-Length: 4\r\n\r\nbody" + Register);
        talk.Server("SIP/2.0 200 OK\r\nContent-Length: 0\r\n\r\n");
        var said = capture.Examine().Observations.Where(o => o.Protocol == "sip" && o.What is Seen.Request or Seen.Response).Select(o => o.Value);
        Assert.Equal(["REGISTER", "OPTIONS", "REGISTER", "200"], said.Where(v => v is "REGISTER" or "OPTIONS" or "200"));
    }

    // ---- DHCPv6

    [Fact]
    public void Dhcpv6_tells_name_class_and_mud_address_and_only_clients_do()
    {
        const string Mud = "https://maker.example/lamp.json";
        byte[] options = [.. Big16(39), .. Big16(6), 0, 4, .. "lamp"u8, .. Big16(16), .. Big16(4 + 2 + 8), 0, 0, 1, 2, .. Big16(8), .. "lamp 1.2"u8, .. Big16(112), .. Big16(Mud.Length), .. Text(Mud)];
        var capture = new Capture();
        capture.Udp("fe80::20", 546, "ff02::1:2", 547, [1, 1, 2, 3, .. options]);
        capture.Udp("fe80::1", 547, "fe80::20", 546, [2, 1, 2, 3, .. options]);
        var said = capture.Examine().Observations.Where(o => o.Protocol == "dhcpv6").Select(o => o.Value).ToList();
        Assert.Equal(["solicit", "host name lamp", "vendor class lamp 1.2", $"MUD address {Mud}", "advertise"], said);
    }

    [Fact]
    public void Options_that_end_elsewhere_than_the_message_are_no_dhcpv6()
    {
        var capture = new Capture();
        capture.Udp("fe80::20", 546, "ff02::1:2", 547, [1, 1, 2, 3, 0, 39, 0, 9, 1]);
        Assert.DoesNotContain(capture.Examine().Observations, o => o.Protocol == "dhcpv6");
    }

    // ---- WS-Discovery

    private static string Matches(string scopes) => "<?xml version=\"1.0\"?><s:Envelope xmlns:s=\"http://www.w3.org/2003/05/soap-envelope\" xmlns:d=\"http://schemas.xmlsoap.org/ws/2005/04/discovery\" "
        + "xmlns:a=\"http://schemas.xmlsoap.org/ws/2004/08/addressing\"><s:Header><a:Action>http://schemas.xmlsoap.org/ws/2005/04/discovery/ProbeMatches</a:Action></s:Header><s:Body><d:ProbeMatches>"
        + $"<d:ProbeMatch><d:Types>dn:NetworkVideoTransmitter</d:Types><d:Scopes>{scopes}</d:Scopes><d:XAddrs>http://192.168.1.20/onvif</d:XAddrs></d:ProbeMatch></d:ProbeMatches></s:Body></s:Envelope>";

    [Theory]
    [InlineData("onvif://www.onvif.org/hardware/CAM-7 onvif://www.onvif.org/location/kitchen", true, true)]
    [InlineData("onvif://www.onvif.org/location/country/china", false, false)]
    public void A_camera_tells_its_model_and_its_place(string scopes, bool model, bool place)
    {
        var capture = new Capture();
        capture.Udp(Device, 3702, Phone, 40000, Text(Matches(scopes)));
        var examination = capture.Examine();
        Assert.Contains(examination.Observations, o => o.Protocol == "wsdiscovery" && o.Value.Contains("http://192.168.1.20/onvif", StringComparison.Ordinal));
        Assert.Equal(model, examination.Findings.Any(f => f.Kind == FindingKind.Disclosure && f.Value == "hardware CAM-7"));
        Assert.Equal(place, examination.Findings.Any(f => f.Has(Traits.PersonalMarker)));
    }

    [Fact]
    public void An_entity_in_xml_is_not_followed()
    {
        var capture = new Capture();
        capture.Udp(Device, 3702, Phone, 40000, Text("<!DOCTYPE a [<!ENTITY b SYSTEM \"file:///etc/hostname\">]>" + Matches("&b;")));
        Assert.DoesNotContain(capture.Examine().Findings, f => f.Kind == FindingKind.Disclosure);
    }

    // ---- SSH

    private static byte[] KeyExchange(params string[] lists)
    {
        byte[] payload = [20, .. new byte[16], .. Enumerable.Range(0, 10).SelectMany(i => (byte[])[.. Big32(i < lists.Length ? lists[i].Length : 0), .. i < lists.Length ? Text(lists[i]) : []]), 0, 0, 0, 0, 0];
        return [.. Big32(payload.Length + 1 + 4), 4, .. payload, 0, 0, 0, 0];
    }

    [Theory]
    [InlineData("curve25519-sha256", false, false)]
    [InlineData("curve25519-sha256,diffie-hellman-group1-sha1", true, false)]
    [InlineData("diffie-hellman-group1-sha1", true, true)]
    public void Withdrawn_algorithms_of_the_devices_own_ssh_are_weak_and_agreed_ones_say_so(string server, bool offered, bool agreed)
    {
        var capture = new Capture();
        var talk = capture.Connect(Phone, Device, 2022);
        talk.Server("SSH-2.0-dropbear_2019.78\r\n");
        talk.Client("SSH-2.0-OpenSSH_9.2\r\n");
        talk.Client(KeyExchange("curve25519-sha256,diffie-hellman-group1-sha1", "ssh-ed25519", "aes128-ctr", "aes128-ctr", "hmac-sha2-256", "hmac-sha2-256"));
        var packet = KeyExchange(server, "ssh-ed25519", "aes128-ctr", "aes128-ctr", "hmac-sha2-256", "hmac-sha2-256");
        talk.Server(packet[..30]);
        talk.Server(packet[30..]);
        var weak = capture.Examine().Findings.Where(f => f.Has(Traits.WeakSsh)).ToList();
        Assert.Equal(offered, weak.Exists(f => !f.Has(Traits.Chosen) && f.Value == "SSH offers diffie-hellman-group1-sha1"));
        Assert.Equal(agreed, weak.Exists(f => f.Has(Traits.Chosen)));
    }

    [Fact]
    public void What_a_client_or_a_server_far_away_offers_is_no_finding()
    {
        var capture = new Capture();
        var talk = capture.Connect(Device, Cloud, 22);
        talk.Server("SSH-2.0-x\r\n");
        talk.Client("SSH-2.0-y\r\n");
        talk.Client(KeyExchange("diffie-hellman-group1-sha1"));
        talk.Server(KeyExchange("diffie-hellman-group1-sha1"));
        var examination = capture.Examine();
        Assert.DoesNotContain(examination.Findings, f => f.Has(Traits.WeakSsh));
        Assert.Contains(examination.Observations, o => o.Value == "diffie-hellman-group1-sha1 was agreed on");
    }
}
