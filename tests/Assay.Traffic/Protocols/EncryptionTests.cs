using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Assay.Evidence;
using Assay.Traffic.Flows;
using static Assay.Traffic.Tests.Capture;

namespace Assay.Traffic.Tests.Protocols;

/// <summary>QUIC, DTLS, HTTP/2 and what goes on behind an agreement to encrypt, out of captures of a few frames.</summary>
public sealed class EncryptionTests
{
    private static byte[] Big16(int value) => [(byte)(value >> 8), (byte)value];
    private static byte[] Big24(int value) => [(byte)(value >> 16), .. Big16(value & 0xffff)];

    private static byte[] Hello(int version, string name, byte[] cookie, params int[] suites)
    {
        byte[] serverName = [0, 0, .. Big16(name.Length + 5), .. Big16(name.Length + 3), 0, .. Big16(name.Length), .. Encoding.ASCII.GetBytes(name)];
        return [.. Big16(version), .. new byte[32], 0, .. cookie, .. Big16(2 * suites.Length), .. suites.SelectMany(Big16), 1, 0, .. Big16(serverName.Length), .. serverName];
    }

    // ---- DTLS

    private static byte[] Record(byte type, int sequence, byte[] body, int from, int length, int version = 0xfefd)
    {
        byte[] fragment = [type, .. Big24(body.Length), .. Big16(sequence), .. Big24(from), .. Big24(length), .. body[from..(from + length)]];
        return [22, .. Big16(version), 0, 0, 0, 0, 0, 0, 0, (byte)sequence, .. Big16(fragment.Length), .. fragment];
    }

    [Theory]
    [InlineData(0xfeff, true)]
    [InlineData(0xfefd, false)]
    public void A_dtls_hello_in_two_fragments_in_any_order_is_read_on_any_port(int version, bool outdated)
    {
        var body = Hello(version, "cloud.example", [0], 0xc02f);
        foreach (var swapped in new[] { false, true })
        {
            var capture = new Capture();
            var parts = new[] { Record(1, 0, body, 0, 20, version), Record(1, 0, body, 20, body.Length - 20, version) };
            if (swapped) Array.Reverse(parts);
            foreach (var part in parts) capture.Udp(Device, 40000, Cloud, 7777, part);
            var examination = capture.Examine();
            var flow = examination.Flows.Single();
            Assert.Equal((Application.Dtls, "cloud.example"), (flow.Application, flow.Tls!.ServerName));
            Assert.StartsWith(version == 0xfeff ? "dd1d01" : "dd2d01", flow.Tls.Ja4);
            Assert.Equal(outdated, examination.Findings.Any(f => f.Has(Traits.TlsOutdated)));
        }
    }

    [Fact]
    public void Records_that_do_not_end_where_the_datagram_does_are_no_dtls()
    {
        var capture = new Capture();
        capture.Udp(Device, 40000, Cloud, 7777, [.. Record(1, 0, Hello(0xfefd, "a.example", [0], 0xc02f), 0, 20), 1]);
        Assert.Equal(Application.Unknown, capture.Examine().Flows.Single().Application);
    }

    // ---- QUIC

    private static readonly byte[] Connection = [1, 2, 3, 4, 5, 6, 7, 8];

    private static byte[] Expand(byte[] secret, string label, int length)
    {
        byte[] info = [.. Big16(length), (byte)(6 + label.Length), .. Encoding.ASCII.GetBytes("tls13 " + label), 0];
        return HKDF.Expand(HashAlgorithmName.SHA256, secret, length, info);
    }

    /// <summary>An Initial packet as a client seals it (RFC 9001, section 5).</summary>
    private static byte[] Initial(uint version, string salt, string prefix, byte first, byte number, byte[] frames)
    {
        var secret = Expand(HKDF.Extract(HashAlgorithmName.SHA256, Connection, Convert.FromHexString(salt)), "client in", 32);
        var (key, iv, header) = (Expand(secret, prefix + " key", 16), Expand(secret, prefix + " iv", 12), Expand(secret, prefix + " hp", 16));
        byte[] plain = [.. frames, .. new byte[Math.Max(0, 1150 - frames.Length)]];
        var versionBytes = new byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(versionBytes, version);
        byte[] head = [first, .. versionBytes, 8, .. Connection, 0, 0, .. Big16(0x4000 | plain.Length + 17), number];
        iv[11] ^= number;
        var (sealedBytes, tag) = (new byte[plain.Length], new byte[16]);
        using (var gcm = new AesGcm(key, 16)) gcm.Encrypt(iv, plain, sealedBytes, tag, head);
        byte[] packet = [.. head, .. sealedBytes, .. tag];
        using var aes = Aes.Create();
        aes.Key = header;
        var mask = aes.EncryptEcb(packet.AsSpan(head.Length - 1 + 4, 16), PaddingMode.None);
        packet[0] ^= (byte)(mask[0] & 15);
        packet[head.Length - 1] ^= mask[1];
        return packet;
    }

    [Theory]
    [InlineData(1u, "38762cf7f55934b34d179ae6a4c80cadccbb7f0a", "quic", 0xc0)]
    [InlineData(0x6b3343cfu, "0dede3def700a6db819381be6e269dcbf9bd2ed9", "quicv2", 0xd0)]
    [InlineData(0xff00001du, "afbfec289993d24c9e9786f19c6111e04390a899", "quic", 0xc0)]
    public void The_hello_of_quic_is_read_out_of_several_packets_in_any_order(uint version, string salt, string prefix, byte first)
    {
        var body = Hello(0x0303, "cloud.example", [], 0x1301);
        byte[] message = [1, .. Big24(body.Length), .. body];
        var middle = message.Length / 2;
        byte[] front = [6, 0, .. Big16(0x4000 | middle), .. message[..middle]], back = [6, .. Big16(0x4000 | middle), .. Big16(0x4000 | message.Length - middle), .. message[middle..]];
        foreach (var port in new[] { 443, 7777 })
        {
            var capture = new Capture();
            capture.Udp(Device, 40000, Cloud, port, Initial(version, salt, prefix, first, 0, back));
            capture.Udp(Device, 40000, Cloud, port, Initial(version, salt, prefix, first, 1, front));
            var examination = capture.Examine();
            var flow = examination.Flows.Single();
            Assert.Equal((Application.Quic, "cloud.example"), (flow.Application, flow.Tls!.ServerName));
            Assert.Matches("^q12d010100_[0-9a-f]{12}_0{12}$", flow.Tls.Ja4);
            Assert.Single(examination.Observations, o => o.What == Seen.ClientHello && o.Frame == 2);
        }
    }

    [Fact]
    public void A_packet_of_quic_that_was_changed_says_nothing()
    {
        var body = Hello(0x0303, "cloud.example", [], 0x1301);
        var packet = Initial(1, "38762cf7f55934b34d179ae6a4c80cadccbb7f0a", "quic", 0xc0, 0, [6, 0, .. Big16(0x4000 | body.Length + 4), 1, .. Big24(body.Length), .. body]);
        var intact = new Capture().Udp(Device, 40000, Cloud, 443, packet).Examine();
        Assert.Equal("cloud.example", intact.Flows.Single().Tls!.ServerName);
        for (var at = 20; at < packet.Length; at += 97)
        {
            var changed = packet.ToArray();
            changed[at] ^= 1;
            Assert.Null(new Capture().Udp(Device, 40000, Cloud, 443, changed).Examine().Flows.Single().Tls);
        }
    }

    // ---- HTTP/2

    private static byte[] Frame(byte type, byte flags, int stream, byte[] body) => [.. Big24(body.Length), type, flags, 0, 0, .. Big16(stream), .. body];
    private static byte[] Literal(string text) => [(byte)text.Length, .. Encoding.ASCII.GetBytes(text)];

    // :method GET and :path by index and literal, authority, authorization; the last two are kept in the table.
    private static byte[] Request(string path) => [0x82, 0x04, .. Literal(path), 0x41, .. Literal("cam.local"), 0x57, .. Literal("Basic YWRtaW46MTIzNA==")];

    private const string Preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

    [Fact]
    public void Http_2_known_beforehand_gives_the_evidence_of_http()
    {
        var capture = new Capture();
        var talk = capture.Connect(Phone, Device, 8090);
        talk.Client([.. Encoding.ASCII.GetBytes(Preface), .. Frame(4, 0, 0, [])]);
        // The second request takes both fields from the table; its block goes on in a second frame.
        talk.Client(Frame(1, 5, 1, Request("/video")));
        talk.Client([.. Frame(1, 1, 3, [0x82, 0x04, .. Literal("/ota/check")]), .. Frame(9, 4, 3, [0xbf, 0xbe])]);
        talk.Server([.. Frame(4, 0, 0, []), .. Frame(1, 4, 1, [0x88, 0x76, .. Literal("lamp/1.2")]), .. Frame(0, 1, 1, [1, 2, 3])]);
        var examination = capture.Examine();
        Assert.Equal(Application.Http2, examination.Flows.Single().Application);
        Assert.Equal(["GET cam.local:8090/video", "GET cam.local:8090/ota/check"], examination.Observations.Where(o => o.Protocol == "http2" && o.What == Seen.Request)
            .Select(o => o.Value.Replace("cam.local/", "cam.local:8090/", StringComparison.Ordinal)));
        Assert.Equal(2, examination.Findings.Count(f => f.Kind == FindingKind.Credential && f.Default == true));
        Assert.Contains(examination.Findings, f => f.Has(Traits.VersionDisclosed) && f.Value == "Server: lamp/1.2");
        Assert.Contains(examination.Findings, f => f.Has(Traits.UpdateQuery));
    }

    [Fact]
    public void An_upgrade_turns_http_1_into_http_2_and_a_refused_one_does_not()
    {
        foreach (var agreed in new[] { true, false })
        {
            var capture = new Capture();
            var talk = capture.Connect(Phone, Device, 80);
            talk.Client("GET /a HTTP/1.1\r\nHost: cam.local\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\n\r\n");
            talk.Server(agreed ? "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n" : "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
            talk.Client([.. Encoding.ASCII.GetBytes(Preface), .. Frame(1, 5, 3, Request("/b"))]);
            var examination = capture.Examine();
            Assert.Equal(agreed ? Application.Http2 : Application.Http, examination.Flows.Single().Application);
            Assert.Equal(agreed, examination.Findings.Any(f => f.Kind == FindingKind.Credential));
        }
    }

    [Fact]
    public void Fields_packed_with_the_code_of_hpack_are_read_and_bad_ones_end_the_reading()
    {
        // "www.example.com" as RFC 7541, C.4.1 gives it; the words of the standard's own example.
        byte[] packed = [0x82, 0x86, 0x84, 0x41, 0x8c, .. Convert.FromHexString("f1e3c2e5f23a6ba0ab90f4ff")];
        var fields = new Traffic.Protocols.Hpack().Read(packed);
        Assert.Equal([(":method", "GET"), (":scheme", "http"), (":path", "/"), (":authority", "www.example.com")], fields!);
        Assert.Null(new Traffic.Protocols.Hpack().Read([0xff, 0xff, 0xff, 0xff, 0xff, 0x7f]));
        Assert.Null(new Traffic.Protocols.Hpack().Read([0xbe]));
        Assert.Null(new Traffic.Protocols.Hpack().Read([0x41, 0x84, 0xff, 0xff, 0xff, 0xff]));
    }

    // ---- behind an agreement

    [Theory]
    [InlineData("220 go ahead\r\n", true)]
    [InlineData("454 not now\r\n", false)]
    public void A_mail_connection_that_turns_to_tls_shows_its_hello_where_the_server_agreed(string answer, bool agreed)
    {
        var body = Hello(0x0303, "mail.example", [], 0xc02f);
        byte[] hello = [22, 3, 1, .. Big16(body.Length + 4), 1, .. Big24(body.Length), .. body];
        var capture = new Capture();
        var talk = capture.Connect(Device, Cloud, 587);
        talk.Server("220 mail ESMTP\r\n");
        talk.Client("EHLO lamp\r\n");
        talk.Client("STARTTLS\r\n");
        talk.Server(answer);
        talk.Client(agreed ? hello : Encoding.ASCII.GetBytes($"AUTH PLAIN {Convert.ToBase64String(Encoding.ASCII.GetBytes("\0anna\0secret99"))}\r\n"));
        var examination = capture.Examine();
        Assert.Equal(Application.Smtp, examination.Flows.Single().Application);
        Assert.Equal(agreed ? "mail.example" : null, examination.Flows.Single().Tls?.ServerName);
        Assert.Equal(!agreed, examination.Findings.Any(f => f.Kind == FindingKind.Credential));
    }

    [Fact]
    public void What_a_proxy_lets_through_is_read_as_what_it_is()
    {
        var body = Hello(0x0303, "cloud.example", [], 0xc02f);
        var capture = new Capture();
        var talk = capture.Connect(Device, Cloud, 3128);
        talk.Client("CONNECT cloud.example:443 HTTP/1.1\r\nHost: cloud.example\r\n\r\n");
        talk.Server("HTTP/1.1 200 Connection established\r\n\r\n");
        talk.Client([22, 3, 1, .. Big16(body.Length + 4), 1, .. Big24(body.Length), .. body]);
        Assert.Equal("cloud.example", capture.Examine().Flows.Single().Tls!.ServerName);
    }

    [Fact]
    public void Dns_off_its_port_is_known_only_where_it_is_beyond_doubt()
    {
        byte[] question = [0, 7, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 5, .. "cloud"u8, 7, .. "example"u8, 0, 0, 1, 0, 1];
        foreach (var (bytes, known) in new (byte[], bool)[] { (question, true), ([.. question, 1], false), ([.. question[..^1], 9], false) })
        {
            var examination = new Capture().Udp(Device, 40000, Cloud, 5300, bytes).Examine();
            Assert.Equal(known ? Application.Dns : Application.Unknown, examination.Flows.Single().Application);
        }
    }
}
