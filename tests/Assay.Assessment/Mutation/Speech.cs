using System.Buffers.Binary;
using System.Text;
using Assay.Traffic.Tests;

namespace Assay.Assessment.Tests.Mutation;

/// <summary>Messages of protocols, byte by byte, for captures that tests make.</summary>
internal static class Speech
{
    /// <summary>The device's address of IPv6 in these captures.</summary>
    public const string Six = "2001:db8:77::a1b2:c3d4";

    public static byte[] Ascii(string text) => Encoding.ASCII.GetBytes(text);

    /// <summary>One answer to one call.</summary>
    public static void Say(this Talk talk, byte[] client, byte[] server)
    {
        talk.Client(client);
        talk.Server(server);
    }

    /// <summary>Said in pieces of so many bytes, a segment each.</summary>
    public static void Pieces(this Talk talk, byte[] client, int size)
    {
        foreach (var piece in client.Chunk(size)) talk.Client(piece);
    }

    public static byte[] Http(string head, string body = "") => Ascii($"{head}{(body.Length > 0 ? $"\r\nContent-Length: {body.Length}" : "")}\r\n\r\n{body}");

    public static byte[] Base64(string text) => Ascii(Convert.ToBase64String(Encoding.UTF8.GetBytes(text)));

    /// <summary>A question of the device to its router and the answer.</summary>
    public static Capture Resolve(this Capture capture, string name, string address, string device = Capture.Device, string router = "192.168.1.1")
    {
        byte[] question = [.. Name(name), 0, 1, 0, 1];
        capture.Udp(device, 50123, router, 53, [0x1a, 0x2b, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, .. question]);
        return capture.Udp(router, 53, device, 50123, [0x1a, 0x2b, 0x81, 0x80, 0, 1, 0, 1, 0, 0, 0, 0, .. question, 0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, .. System.Net.IPAddress.Parse(address).GetAddressBytes()]);
    }

    public static byte[] Name(string name) => [.. name.Split('.').SelectMany(l => (byte[])[(byte)l.Length, .. Ascii(l)]), 0];

    /// <summary>An answer of multicast DNS that carries a text record of a service.</summary>
    public static byte[] Announcement(string service, params string[] texts)
    {
        byte[] data = [.. texts.SelectMany(t => (byte[])[(byte)t.Length, .. Ascii(t)])];
        return [0, 0, 0x84, 0, 0, 0, 0, 1, 0, 0, 0, 0, .. Name(service), 0, 16, 0x80, 1, 0, 0, 0, 120, (byte)(data.Length >> 8), (byte)data.Length, .. data];
    }

    /// <summary>A request for the address it has.</summary>
    public static byte[] Dhcp(string device, params (byte Option, byte[] Value)[] options)
    {
        var fixedPart = new byte[236];
        ((byte[])[1, 1, 6, 0, 0xed, 0xb0, 1, 9]).CopyTo(fixedPart, 0);
        System.Net.IPAddress.Parse(device).GetAddressBytes().CopyTo(fixedPart, 12);
        Capture.Mac(device).CopyTo(fixedPart, 28);
        return [.. fixedPart, 99, 130, 83, 99, 53, 1, 3, .. options.SelectMany(o => (byte[])[o.Option, (byte)o.Value.Length, .. o.Value]), 255];
    }

    public static byte[] Ber(byte tag, params byte[][] parts)
    {
        var length = parts.Sum(p => p.Length);
        return [tag, .. length < 128 ? (byte[])[(byte)length] : [0x82, (byte)(length >> 8), (byte)length], .. parts.SelectMany(p => p)];
    }

    /// <summary>A record of TLS; <paramref name="version"/> as on the wire, 0x0303 for 1.2.</summary>
    public static byte[] Record(byte type, int version, params byte[] body) => [type, .. Two(version), .. Two(body.Length), .. body];

    public static byte[] Handshake(byte kind, params byte[] body) => [kind, 0, .. Two(body.Length), .. body];

    public static byte[] ClientHello(int version, string name, params int[] suites)
    {
        byte[] server = [0, .. Two(name.Length), .. Ascii(name)], list = [.. Two(server.Length), .. server], extension = [0, 0, .. Two(list.Length), .. list];
        return Record(22, 0x0301, Handshake(1, [.. Two(version), .. Enumerable.Range(1, 32).Select(i => (byte)(i * 5)), 0, .. Two(suites.Length * 2), .. suites.SelectMany(Two), 1, 0, .. Two(extension.Length), .. extension]));
    }

    public static byte[] ServerHello(int version, int suite) => Handshake(2, [.. Two(version), .. Enumerable.Range(1, 32).Select(i => (byte)(i * 3)), 0, .. Two(suite), 0]);

    /// <summary>The certificate of the server alone.</summary>
    public static byte[] Certificate(byte[] der) => Handshake(11, [0, .. Two(der.Length + 3), 0, .. Two(der.Length), .. der]);

    /// <summary>A session that a server accepts: hello, hello, its certificate if one is given, the end of its turn, and data that nobody reads.</summary>
    public static void Tls(this Talk talk, int version, string name, int[] offered, int chosen, byte[]? certificate = null, int pieces = 1400)
    {
        talk.Client(ClientHello(version, name, offered));
        byte[] answer = [.. Record(22, version, ServerHello(version, chosen)), .. certificate is null ? [] : Record(22, version, Certificate(certificate)), .. Record(22, version, Handshake(14))];
        foreach (var piece in answer.Chunk(pieces)) talk.Server(piece);
        talk.Client([.. Record(22, version, Handshake(16, [.. Two(64), .. new byte[64]])), .. Record(20, version, 1), .. Record(22, version, [.. Enumerable.Range(0, 40).Select(i => (byte)(i * 37 + 11))])]);
        talk.Server([.. Record(20, version, 1), .. Record(22, version, [.. Enumerable.Range(0, 40).Select(i => (byte)(i * 41 + 7))])]);
        talk.Client(Record(23, version, [.. Enumerable.Range(0, 120).Select(i => (byte)(i * 91 + 3))]));
    }

    public static byte[] Two(int value)
    {
        var bytes = new byte[2];
        BinaryPrimitives.WriteUInt16BigEndian(bytes, (ushort)value);
        return bytes;
    }
}
