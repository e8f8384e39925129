using System.Buffers.Binary;
using System.Net;
using System.Text;
using Assay.Traffic.Captures;

namespace Assay.Demo.Exercises;

/// <summary>One machine in the drawn network.</summary>
/// <param name="Mac">Six bytes as in <c>00:00:5e:00:53:0b</c>; what is outside has the router's.</param>
internal sealed record Host(string Name, string Mac, string Address)
{
    public byte[] MacBytes => Convert.FromHexString(Mac.Replace(":", "", StringComparison.Ordinal));
    public byte[] AddressBytes => IPAddress.Parse(Address).GetAddressBytes();
    public bool IsInside => Address.StartsWith("192.168.77.", StringComparison.Ordinal);
}

/// <summary>
/// Draws a capture frame by frame, checksums included, as a gateway's inside link would show it. Each method answers the numbers (from 1) of the frames it
/// drew, so that the truth of an exercise falls out of drawing it.
/// </summary>
internal sealed class Wire(DateTimeOffset start, Host router)
{
    private readonly List<(long Micros, byte[] Bytes)> frames = [];
    private ushort ipNumber;
    private ushort port = 40000, query = 0x1a00;

    public long Now { get; private set; } = (start - DateTimeOffset.UnixEpoch).Ticks / 10;
    public DateTimeOffset Time => DateTimeOffset.UnixEpoch.AddTicks(Now * 10);
    public int Count => frames.Count;

    public void Wait(double milliseconds) => Now += (long)(milliseconds * 1000);

    public byte[] Pcap()
    {
        using var file = new MemoryStream();
        var writer = new PcapWriter(file);
        foreach (var (micros, bytes) in frames) writer.Write(micros * 1000, bytes, bytes.Length);
        return file.ToArray();
    }

    private int Ethernet(Host from, Host to, ushort type, ReadOnlySpan<byte> payload)
    {
        var source = from.IsInside ? from : router;
        var frame = new byte[Math.Max(60, 14 + payload.Length)];
        (to.IsInside ? to.MacBytes : router.MacBytes).CopyTo(frame, 0);
        source.MacBytes.CopyTo(frame, 6);
        BinaryPrimitives.WriteUInt16BigEndian(frame.AsSpan(12), type);
        payload.CopyTo(frame.AsSpan(14));
        frames.Add((Now, frame));
        Wait(0.4);
        return frames.Count;
    }

    private int Ip(Host from, Host to, byte protocol, ReadOnlySpan<byte> payload)
    {
        var packet = new byte[20 + payload.Length];
        packet[0] = 0x45;
        BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(2), (ushort)packet.Length);
        BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(4), ++ipNumber);
        packet[6] = 0x40;
        packet[8] = from.IsInside ? (byte)64 : (byte)54;
        packet[9] = protocol;
        from.AddressBytes.CopyTo(packet, 12);
        to.AddressBytes.CopyTo(packet, 16);
        BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(10), Sum(packet.AsSpan(0, 20), 0));
        payload.CopyTo(packet.AsSpan(20));
        return Ethernet(from, to, 0x0800, packet);
    }

    public int Udp(Host from, int fromPort, Host to, int toPort, ReadOnlySpan<byte> payload)
    {
        var datagram = new byte[8 + payload.Length];
        BinaryPrimitives.WriteUInt16BigEndian(datagram, (ushort)fromPort);
        BinaryPrimitives.WriteUInt16BigEndian(datagram.AsSpan(2), (ushort)toPort);
        BinaryPrimitives.WriteUInt16BigEndian(datagram.AsSpan(4), (ushort)datagram.Length);
        payload.CopyTo(datagram.AsSpan(8));
        BinaryPrimitives.WriteUInt16BigEndian(datagram.AsSpan(6), Sum(datagram, Pseudo(from, to, 17, datagram.Length)) is var sum && sum == 0 ? (ushort)0xffff : sum);
        return Ip(from, to, 17, datagram);
    }

    /// <summary>A question for an address and its answer: frames (question, answer).</summary>
    public (int Question, int Answer) Dns(Host asker, string name, string? address, string? lateAnswer = null)
    {
        query++;
        port++;
        var question = new List<byte>();
        foreach (var part in name.Split('.'))
        {
            question.Add((byte)part.Length);
            question.AddRange(Encoding.ASCII.GetBytes(part));
        }
        question.AddRange([0, 0, 1, 0, 1]);
        byte[] Head(ushort flags, byte answers) => [(byte)(query >> 8), (byte)query, (byte)(flags >> 8), (byte)flags, 0, 1, 0, answers, 0, 0, 0, 0, .. question];
        var asked = Udp(asker, port, router, 53, Head(0x0100, 0));
        Wait(7);
        var answered = 0;
        foreach (var one in new[] { address, lateAnswer })
        {
            if (one is null && answered > 0) continue;
            var frame = Udp(router, 53, asker, port, one is null
                ? Head(0x8183, 0)
                : [.. Head(0x8180, 1), 0xc0, 0x0c, 0, 1, 0, 1, 0, 0, 1, 0x2c, 0, 4, .. IPAddress.Parse(one).GetAddressBytes()]);
            if (answered == 0) answered = frame;
            Wait(9);
        }
        return (asked, answered);
    }

    /// <summary>NTP, asked and answered (RFC 5905).</summary>
    public void Clock(Host asker, Host server)
    {
        port++;
        var message = new byte[48];
        message[0] = 0x23;
        Udp(asker, port, server, 123, message);
        Wait(15);
        message[0] = 0x24;
        message[1] = 2;
        BinaryPrimitives.WriteUInt32BigEndian(message.AsSpan(40), (uint)(Now / 1_000_000 + 2_208_988_800));
        Udp(server, 123, asker, port, message);
        Wait(10);
    }

    /// <summary>A SYN that nobody answers, or that is refused.</summary>
    public int Knock(Host from, Host to, int toPort, bool refused)
    {
        var source = ++port;
        var number = (uint)(ipNumber * 7919);
        var frame = Segment(from, source, to, toPort, number, 0, 0x02, []);
        if (refused)
        {
            Wait(1);
            Segment(to, toPort, from, source, 0, number + 1, 0x14, []);
        }
        return frame;
    }

    /// <summary>One whole connection; <c>&gt;</c> turns come from the client. Answers the first frame of each turn, the SYN in front.</summary>
    public IReadOnlyList<int> Tcp(Host client, Host server, int serverPort, params IReadOnlyList<(char Side, byte[] Data)> turns)
    {
        var clientPort = ++port;
        uint mine = (uint)(ipNumber * 104_729), other = mine ^ 0x5a5a_5a5a;
        var marks = new List<int> { Segment(client, clientPort, server, serverPort, mine++, 0, 0x02, []) };
        Wait(6);
        Segment(server, serverPort, client, clientPort, other++, mine, 0x12, []);
        Segment(client, clientPort, server, serverPort, mine, other, 0x10, []);
        foreach (var (side, data) in turns)
        {
            Wait(8);
            var first = 0;
            for (var at = 0; at < data.Length; at += 1460)
            {
                var piece = data.AsSpan(at, Math.Min(1460, data.Length - at));
                int frame;
                if (side == '>')
                {
                    frame = Segment(client, clientPort, server, serverPort, mine, other, 0x18, piece);
                    mine += (uint)piece.Length;
                    Segment(server, serverPort, client, clientPort, other, mine, 0x10, []);
                }
                else
                {
                    frame = Segment(server, serverPort, client, clientPort, other, mine, 0x18, piece);
                    other += (uint)piece.Length;
                    Segment(client, clientPort, server, serverPort, mine, other, 0x10, []);
                }
                if (first == 0) first = frame;
            }
            marks.Add(first);
        }
        Wait(5);
        Segment(client, clientPort, server, serverPort, mine++, other, 0x11, []);
        Wait(5);
        Segment(server, serverPort, client, clientPort, other++, mine, 0x11, []);
        Segment(client, clientPort, server, serverPort, mine, other, 0x10, []);
        Wait(20);
        return marks;
    }

    private int Segment(Host from, int fromPort, Host to, int toPort, uint number, uint acknowledged, byte flags, ReadOnlySpan<byte> data)
    {
        var segment = new byte[20 + data.Length];
        BinaryPrimitives.WriteUInt16BigEndian(segment, (ushort)fromPort);
        BinaryPrimitives.WriteUInt16BigEndian(segment.AsSpan(2), (ushort)toPort);
        BinaryPrimitives.WriteUInt32BigEndian(segment.AsSpan(4), number);
        BinaryPrimitives.WriteUInt32BigEndian(segment.AsSpan(8), acknowledged);
        segment[12] = 0x50;
        segment[13] = flags;
        BinaryPrimitives.WriteUInt16BigEndian(segment.AsSpan(14), 29200);
        data.CopyTo(segment.AsSpan(20));
        BinaryPrimitives.WriteUInt16BigEndian(segment.AsSpan(16), Sum(segment, Pseudo(from, to, 6, segment.Length)));
        return Ip(from, to, 6, segment);
    }

    private static uint Pseudo(Host from, Host to, byte protocol, int length)
    {
        var sum = (uint)(protocol + length);
        foreach (var address in new[] { from.AddressBytes, to.AddressBytes })
        {
            sum += BinaryPrimitives.ReadUInt16BigEndian(address);
            sum += BinaryPrimitives.ReadUInt16BigEndian(address.AsSpan(2));
        }
        return sum;
    }

    // RFC 1071.
    private static ushort Sum(ReadOnlySpan<byte> bytes, uint sum)
    {
        for (var i = 0; i + 1 < bytes.Length; i += 2) sum += BinaryPrimitives.ReadUInt16BigEndian(bytes[i..]);
        if (bytes.Length % 2 == 1) sum += (uint)bytes[^1] << 8;
        while (sum >> 16 != 0) sum = (sum & 0xffff) + (sum >> 16);
        return (ushort)~sum;
    }
}
