using System.Buffers.Binary;
using System.Text;
using Assay.Evidence;
using Assay.Traffic.Captures;

namespace Assay.Traffic.Tests;

/// <summary>Builds small captures byte by byte: frame n has n milliseconds, Ethernet unless told otherwise.</summary>
internal sealed class Capture
{
    public const string Device = "192.168.1.20", Phone = "192.168.1.30", Cloud = "203.0.113.9";
    public static readonly ExaminationOptions Options = new() { AsOf = new DateTimeOffset(2026, 11, 1, 0, 0, 0, TimeSpan.Zero), Workers = 1 };

    private readonly List<(long Time, byte[] Bytes)> frames = [];

    public int Count => frames.Count;
    /// <summary>Milliseconds of the next frame.</summary>
    public long Clock { get; set; } = 1;

    public Capture Raw(byte[] frame)
    {
        frames.Add((Clock++, frame));
        return this;
    }

    public Capture Udp(string source, int sourcePort, string destination, int destinationPort, byte[] payload)
    {
        var udp = new byte[8 + payload.Length];
        BinaryPrimitives.WriteUInt16BigEndian(udp, (ushort)sourcePort);
        BinaryPrimitives.WriteUInt16BigEndian(udp.AsSpan(2), (ushort)destinationPort);
        BinaryPrimitives.WriteUInt16BigEndian(udp.AsSpan(4), (ushort)udp.Length);
        payload.CopyTo(udp, 8);
        return Raw(Ethernet(Ip(source, destination, Packet.Udp, udp), source));
    }

    public Capture Tcp(string source, int sourcePort, string destination, int destinationPort, uint sequence, uint acknowledged, TcpFlags flags,
        byte[] payload) =>
        Raw(Ethernet(Ip(source, destination, Packet.Tcp, TcpSegment(sourcePort, destinationPort, sequence, acknowledged, flags, payload)), source));

    public static byte[] TcpSegment(int sourcePort, int destinationPort, uint sequence, uint acknowledged, TcpFlags flags, byte[] payload)
    {
        var tcp = new byte[20 + payload.Length];
        BinaryPrimitives.WriteUInt16BigEndian(tcp, (ushort)sourcePort);
        BinaryPrimitives.WriteUInt16BigEndian(tcp.AsSpan(2), (ushort)destinationPort);
        BinaryPrimitives.WriteUInt32BigEndian(tcp.AsSpan(4), sequence);
        BinaryPrimitives.WriteUInt32BigEndian(tcp.AsSpan(8), acknowledged);
        tcp[12] = 5 << 4;
        tcp[13] = (byte)flags;
        payload.CopyTo(tcp, 20);
        return tcp;
    }

    public static byte[] Ip(string source, string destination, byte protocol, byte[] payload, ushort fragment = 0)
    {
        var from = System.Net.IPAddress.Parse(source).GetAddressBytes();
        var to = System.Net.IPAddress.Parse(destination).GetAddressBytes();
        if (from.Length == 4)
        {
            var v4 = new byte[20 + payload.Length];
            v4[0] = 0x45;
            BinaryPrimitives.WriteUInt16BigEndian(v4.AsSpan(2), (ushort)v4.Length);
            BinaryPrimitives.WriteUInt16BigEndian(v4.AsSpan(6), fragment);
            v4[8] = 64;
            v4[9] = protocol;
            from.CopyTo(v4, 12);
            to.CopyTo(v4, 16);
            payload.CopyTo(v4, 20);
            return v4;
        }
        var v6 = new byte[40 + payload.Length];
        v6[0] = 0x60;
        BinaryPrimitives.WriteUInt16BigEndian(v6.AsSpan(4), (ushort)payload.Length);
        v6[6] = protocol;
        from.CopyTo(v6, 8);
        to.CopyTo(v6, 24);
        payload.CopyTo(v6, 40);
        return v6;
    }

    /// <summary>The MAC address that a sender has in these captures: 02:00 and its last four bytes.</summary>
    public static byte[] Mac(string address) => [2, 0, .. System.Net.IPAddress.Parse(address).GetAddressBytes()[^4..]];

    public static byte[] Ethernet(byte[] ip, string source, params ushort[] tags)
    {
        var frame = new List<byte> { 2, 0, 0, 0, 0, 1 };
        frame.AddRange(Mac(source));
        foreach (var tag in tags) frame.AddRange([(byte)(tag >> 8), (byte)tag, 0, 7]);
        frame.AddRange(ip[0] >> 4 == 4 ? [8, 0] : [0x86, 0xdd]);
        frame.AddRange(ip);
        return [.. frame];
    }

    /// <summary>A connection from <paramref name="client"/>: handshake at once, then what is said.</summary>
    public Talk Connect(string client, string server, int port, int clientPort = 40000) => new(this, client, clientPort, server, port);

    /// <summary>As a classic capture; microseconds, little endian.</summary>
    public byte[] Pcap(LinkType link = LinkType.Ethernet) => [.. PcapHeader(link), .. frames.SelectMany(f => PcapRecord(f.Time, f.Bytes))];

    public static byte[] PcapHeader(LinkType link = LinkType.Ethernet, uint magic = 0xa1b2c3d4, bool big = false, uint snap = 65535) =>
        [.. U32(magic, big), .. U16(2, big), .. U16(4, big), .. U32(0, big), .. U32(0, big), .. U32(snap, big), .. U32((uint)link, big)];

    public static byte[] PcapRecord(long milliseconds, byte[] bytes, bool big = false, uint unit = 1000, uint? length = null, uint? original = null,
        int padding = 0) =>
    [
        .. U32((uint)(milliseconds / 1000), big), .. U32((uint)(milliseconds % 1000) * unit, big), .. U32(length ?? (uint)bytes.Length, big),
        .. U32(original ?? (uint)bytes.Length, big), .. new byte[padding], .. bytes,
    ];

    public static byte[] U16(uint value, bool big) => big ? [(byte)(value >> 8), (byte)value] : [(byte)value, (byte)(value >> 8)];
    public static byte[] U32(uint value, bool big) => big ? [.. U16(value >> 16, true), .. U16(value & 0xffff, true)]
        : [.. U16(value & 0xffff, false), .. U16(value >> 16, false)];

    public CaptureExamination Examine()
    {
        using var artefact = Artefact.Of("test.pcap", Pcap());
        return CaptureExamination.Of(artefact, Options);
    }

    public static CaptureExamination Examine(byte[] bytes)
    {
        using var artefact = Artefact.Of("test.pcap", bytes);
        return CaptureExamination.Of(artefact, Options);
    }
}

/// <summary>A TCP connection in a test capture; each call is one frame (and answers its number).</summary>
internal sealed class Talk
{
    private readonly Capture capture;
    private readonly string client, server;
    private readonly int clientPort, serverPort;

    public Talk(Capture capture, string client, int clientPort, string server, int serverPort)
    {
        (this.capture, this.client, this.clientPort, this.server, this.serverPort) = (capture, client, clientPort, server, serverPort);
        capture.Tcp(client, clientPort, server, serverPort, ClientNext - 1, 0, TcpFlags.Syn, []);
        capture.Tcp(server, serverPort, client, clientPort, ServerNext - 1, ClientNext, TcpFlags.Syn | TcpFlags.Acknowledge, []);
        capture.Tcp(client, clientPort, server, serverPort, ClientNext, ServerNext, TcpFlags.Acknowledge, []);
    }

    public uint ClientNext { get; set; } = 1000;
    public uint ServerNext { get; set; } = 0xffff_fff0;

    public int Client(string text) => Client(Encoding.Latin1.GetBytes(text));
    public int Server(string text) => Server(Encoding.Latin1.GetBytes(text));

    public int Client(byte[] bytes)
    {
        ClientAt(ClientNext, bytes);
        ClientNext += (uint)bytes.Length;
        return capture.Count;
    }

    public int Server(byte[] bytes)
    {
        capture.Tcp(server, serverPort, client, clientPort, ServerNext, ClientNext, TcpFlags.Acknowledge | TcpFlags.Push, bytes);
        ServerNext += (uint)bytes.Length;
        return capture.Count;
    }

    /// <summary>A segment of the client at any place of its stream.</summary>
    public int ClientAt(uint sequence, byte[] bytes)
    {
        capture.Tcp(client, clientPort, server, serverPort, sequence, ServerNext, TcpFlags.Acknowledge | TcpFlags.Push, bytes);
        return capture.Count;
    }
}
