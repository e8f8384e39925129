using System.Text;
using Assay.Traffic.Tests;

namespace Assay.Assessment.Tests.Mutation;

/// <summary>Faults on the wire: a further capture of the device in an honest dossier, frame by frame.</summary>
internal static class CaptureFaults
{
    private const string Device = Capture.Device, Phone = Capture.Phone, Cloud = Capture.Cloud;

    public static IReadOnlyList<Fault> All =>
    [
        Wire("a log-in with a widely known password", ["5.1-1-2c"], c => Http(c, Phone, Device, "GET /admin HTTP/1.1\r\nHost: 192.168.1.20\r\nAuthorization: Basic YWRtaW46YWRtaW4=\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")),
        Wire("a log-in in clear text", ["5.1-3-2a"], c => Http(c, Phone, Device, "GET / HTTP/1.1\r\nHost: 192.168.1.20\r\nAuthorization: Basic bWlyYTpRN3ZUMnhLOQ==\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")),
        Wire("a port for Telnet that answers", ["5.6-1-2b", "5.1-3-2a"], c =>
        {
            var talk = c.Connect(Phone, Device, 23);
            talk.Server([0xff, 0xfd, 0x01, 0xff, 0xfd, 0x1f]);
            talk.Server("edb login: ");
            talk.Client("root\r\n");
            talk.Server("Password: ");
            talk.Client("x7Kp2\r\n");
            talk.Server("# ");
        }),
        Wire("a file server that nobody declared", ["5.6-1-2b"], c =>
        {
            var talk = c.Connect(Phone, Device, 21);
            talk.Server("220 ready\r\n");
            talk.Client("USER anonymous\r\n");
            talk.Server("331 password\r\n");
        }),
        Wire("an update package over http", ["5.3-2-2b", "5.3-1-2a"], c => Http(c, Device, Cloud, "GET /firmware/edb-100-1.2.bin HTTP/1.1\r\nHost: update.doorbell.example\r\nUser-Agent: edb/1.1\r\n\r\n",
            "HTTP/1.1 200 OK\r\nContent-Type: application/octet-stream\r\nContent-Length: 98304\r\n\r\n" + new string('\x01', 1200))),
        Wire("a broker that gets the password in clear text", ["5.5-6-2a", "5.5-7-2a"], c =>
        {
            var talk = c.Connect(Device, Cloud, 1883);
            talk.Client([0x10, 29, 0, 4, (byte)'M', (byte)'Q', (byte)'T', (byte)'T', 4, 0xc2, 0, 60, 0, 3, (byte)'e', (byte)'d', (byte)'b', 0, 4, (byte)'b', (byte)'e', (byte)'l', (byte)'l', 0, 6, (byte)'k', (byte)'9', (byte)'Q', (byte)'2', (byte)'v', (byte)'T']);
            talk.Server([0x20, 2, 0, 0]);
        }),
        Wire("TLS 1.0", ["5.5-1-2a"], c =>
        {
            var talk = c.Connect(Device, Cloud, 443);
            talk.Client(Hello(0x0301));
            talk.Server(ServerHello(0x0301, 0x002f));
        }),
        Wire("a weak cipher suite that the server chose", ["5.5-1-2a"], c =>
        {
            var talk = c.Connect(Device, Cloud, 443);
            talk.Client(Hello(0x0303));
            talk.Server(ServerHello(0x0303, 0x0005));
        }),
        Wire("an address of a person in clear text", ["5.8-1-2a", "5.8-2-2a"], c => Http(c, Device, Cloud, "POST /events HTTP/1.1\r\nHost: cloud.doorbell.example\r\nContent-Type: application/json\r\nContent-Length: 62\r\n\r\n{\"email\":\"mira.muster@posteo.example\",\"event\":\"ring\",\"n\":1234}", "HTTP/1.1 204 No Content\r\n\r\n")),
        Wire("plain http to the cloud", ["5.5-1-2a", "5.5-5-2b"], c => Http(c, Device, Cloud, "POST /state HTTP/1.1\r\nHost: cloud.doorbell.example\r\nCookie: session=Zk9Qw81kLmTq\r\nContent-Length: 4\r\n\r\nok=1", "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")),
        Wire("settings that anybody changes", ["5.5-4-2a", "5.5-5-2a"], c => Http(c, Phone, Device, "POST /api/config HTTP/1.1\r\nHost: 192.168.1.20\r\nContent-Type: application/json\r\nContent-Length: 24\r\n\r\n{\"wifi\":{\"ssid\":\"other\"}}"[..^1], "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 15\r\n\r\n{\"saved\": true}")),
        Wire("a server that tells its version before a log-in", ["5.6-2-2a"], c => Http(c, Phone, Device, "GET / HTTP/1.1\r\nHost: 192.168.1.20\r\n\r\n", "HTTP/1.1 401 Unauthorized\r\nServer: lighttpd/1.4.55\r\nWWW-Authenticate: Digest realm=\"x\", nonce=\"1\"\r\nContent-Length: 0\r\n\r\n")),
        Wire("guessing without end", ["5.1-5-2b"], c =>
        {
            for (var i = 0; i < 60; i++)
            {
                var talk = c.Connect(Phone, Device, 80, 41000 + i);
                talk.Client($"GET / HTTP/1.1\r\nHost: 192.168.1.20\r\nAuthorization: Basic {Convert.ToBase64String(Encoding.ASCII.GetBytes($"owner:guess{i:D4}"))}\r\n\r\n");
                talk.Server("HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n");
                c.Clock += 100;
            }
        }),
        Wire("a gatherer of data that no paper names", ["6-5-2b", "6-1-2b"], c =>
        {
            var talk = c.Connect(Device, "203.0.113.77", 443);
            talk.Client(Hello(0x0303, "www.google-analytics.com"));
            talk.Server(ServerHello(0x0303, 0xc02f));
        }),
    ];

    private static Fault Wire(string name, string[] units, Action<Capture> say) => new(name, "capture", units, dossier =>
    {
        var capture = new Capture();
        say(capture);
        var with = dossier.With("captures/further.pcap", OfDevice(capture.Pcap()));
        return with.Told(HonestDossier.Sheet, "files:\n", "files:\n  captures/further.pcap: { kind: capture, state: initialised }\n");
    });

    // The device's hardware address in place of the one that these frames are made with.
    private static byte[] OfDevice(byte[] pcap)
    {
        ReadOnlySpan<byte> made = Capture.Mac(Device), real = [0x00, 0x00, 0x5e, 0x00, 0x53, 0x0b];
        for (var at = pcap.AsSpan().IndexOf(made); at >= 0; at = pcap.AsSpan().IndexOf(made)) real.CopyTo(pcap.AsSpan(at));
        return pcap;
    }

    private static void Http(Capture capture, string client, string server, string request, string answer)
    {
        var talk = capture.Connect(client, server, 80);
        talk.Client(request);
        talk.Server(answer);
    }

    private static byte[] Hello(int version, string name = "cloud.doorbell.example")
    {
        var host = Encoding.ASCII.GetBytes(name);
        byte[] serverName = [0, 0, .. Two(host.Length + 5), .. Two(host.Length + 3), 0, .. Two(host.Length), .. host];
        byte[] body = [.. Two(version), .. Enumerable.Repeat((byte)7, 32), 0, 0, 6, 0x00, 0x2f, 0x00, 0x05, 0xc0, 0x2f, 1, 0, .. Two(serverName.Length), .. serverName];
        return Record(version, [1, 0, .. Two(body.Length), .. body]);
    }

    private static byte[] ServerHello(int version, int suite)
    {
        byte[] body = [.. Two(version), .. Enumerable.Repeat((byte)9, 32), 0, .. Two(suite), 0];
        return Record(version, [2, 0, .. Two(body.Length), .. body]);
    }

    private static byte[] Record(int version, byte[] handshake) => [22, .. Two(Math.Min(version, 0x0301)), .. Two(handshake.Length), .. handshake];

    private static byte[] Two(int value) => [(byte)(value >> 8), (byte)value];
}
