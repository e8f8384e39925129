using System.Buffers.Binary;

namespace Assay.Traffic.Captures;

/// <summary>How far into a frame the decoding came.</summary>
public enum Depth
{
    /// <summary>The link type is not one of those that are decoded.</summary>
    LinkUnknown,
    /// <summary>A header is cut or contradicts itself.</summary>
    Damaged,
    /// <summary>Read to its end; carries no IP (ARP, EAPOL, spanning tree …).</summary>
    NotIp,
    /// <summary>IP without ports: ICMP, IGMP, later fragments, other protocols.</summary>
    Network,
    /// <summary>TCP or UDP.</summary>
    Transport,
}

[Flags]
public enum TcpFlags : byte { None = 0, Fin = 1, Syn = 2, Reset = 4, Push = 8, Acknowledge = 16 }

/// <summary>The headers of one frame down to TCP and UDP. A value that is filled anew for each frame; nothing is allocated.</summary>
/// <remarks>
/// <see cref="Decode"/> stops at the outermost IP header: whose frame it is on this link. <see cref="Enter"/> goes on into what is tunnelled in it (decision 0029).
/// IPv4 (RFC 791), IPv6 with extension headers (RFC 8200), AH (RFC 4302); TCP, UDP.
/// </remarks>
public partial struct Packet
{
    public const byte Icmp = 1, Tcp = 6, Udp = 17, IcmpV6 = 58;

    /// <summary>Zero where the link layer has none. Those of the link that was captured, also inside a tunnel.</summary>
    public MacAddress SourceMac, DestinationMac;
    public Address Source, Destination;
    public ushort SourcePort, DestinationPort;
    /// <summary>IP protocol number.</summary>
    public byte Protocol;
    public TcpFlags Flags;
    public uint Sequence, Acknowledged;
    /// <summary>Bytes of the IP packet, header included, by its own header; what flows count.</summary>
    public int IpLength;
    /// <summary>Where the IP header begins in the frame.</summary>
    public int IpStart;
    /// <summary>A fragment; only the first one has ports and payload.</summary>
    public bool IsFragment;
    /// <summary>Of a fragment: more follow; bytes of the datagram before this piece; the number that its pieces share.</summary>
    public bool MoreFragments;
    public int FragmentOffset;
    public uint FragmentId;
    /// <summary>Behind the IP header, its options and extensions: where that begins in the frame and how much of it was captured, up to the packet's end.</summary>
    public int BodyStart, BodyLength;
    /// <summary>Where the payload of TCP or UDP begins in the frame, and how much of it was captured; for ICMP its whole message.</summary>
    public int PayloadStart, PayloadLength;
    /// <summary>Bytes of payload by the headers; more than <see cref="PayloadLength"/> where the capture cut the frame.</summary>
    public int PayloadOnWire;
    /// <summary>EtherType, 0 where there is none.</summary>
    public ushort EtherType;
    /// <summary>An 802.11 data frame whose content is encrypted.</summary>
    public bool IsProtected;

    /// <summary>The outermost tunnel that was entered, and between whom; <see cref="TunnelKind.None"/> outside of tunnels.</summary>
    public TunnelKind Tunnel;
    public Address TunnelSource, TunnelDestination;

    /// <summary>Told of every header that is passed, where somebody wants to know (<c>assay redact</c>).</summary>
    internal Trail? Trail;

    public readonly ReadOnlySpan<byte> Payload(in Frame frame) => frame.Bytes.Slice(PayloadStart, PayloadLength);

    private Depth Ip(ReadOnlySpan<byte> bytes, int at)
    {
        if (bytes.Length <= at) return Depth.Damaged;
        return (bytes[at] >> 4) switch { 4 => V4(bytes, at), 6 => V6(bytes, at), _ => Depth.Damaged };
    }

    private Depth V4(ReadOnlySpan<byte> bytes, int at)
    {
        if (bytes.Length < at + 20) return Depth.Damaged;
        var header = bytes[at..];
        var headerLength = (header[0] & 15) * 4;
        var total = (int)BinaryPrimitives.ReadUInt16BigEndian(header[2..]);
        // A length of zero stands in frames that the network card was still to cut into segments.
        if (total == 0) total = header.Length;
        if (headerLength < 20 || total < headerLength || header.Length < headerLength) return Depth.Damaged;
        Trail?.Add(Layer.IPv4, at, headerLength);
        var fragment = BinaryPrimitives.ReadUInt16BigEndian(header[6..]);
        IsFragment = (fragment & 0x3fff) != 0;
        Protocol = header[9];
        Source = Address.V4(BinaryPrimitives.ReadUInt32BigEndian(header[12..]));
        Destination = Address.V4(BinaryPrimitives.ReadUInt32BigEndian(header[16..]));
        IpStart = at;
        IpLength = total;
        var end = Math.Min(at + total, bytes.Length);
        Body(at + headerLength, end);
        if (!IsFragment) return Protocol == 51 ? Authenticated(bytes[..end], at + headerLength, at + total) : Transport(bytes[..end], at + headerLength, at + total);
        FragmentId = BinaryPrimitives.ReadUInt16BigEndian(header[4..]);
        FragmentOffset = (fragment & 0x1fff) * 8;
        MoreFragments = (fragment & 0x2000) != 0;
        return First(bytes[..end], at + headerLength, at + total);
    }

    // An authentication header says what is behind it (RFC 4302, section 2); its length counts words of four bytes less two.
    private Depth Authenticated(ReadOnlySpan<byte> bytes, int at, int wireEnd)
    {
        for (var headers = 0; headers < 4; headers++)
        {
            if (bytes.Length < at + 12) return Depth.Damaged;
            Protocol = bytes[at];
            var length = (bytes[at + 1] + 2) * 4;
            Trail?.Add(Layer.Extension, at, Math.Min(length, bytes.Length - at));
            at += length;
            if (at > bytes.Length) return Depth.Damaged;
            Body(at, bytes.Length);
            if (Protocol != 51) return Transport(bytes, at, wireEnd);
        }
        return Depth.Damaged;
    }

    private Depth V6(ReadOnlySpan<byte> bytes, int at)
    {
        if (bytes.Length < at + 40) return Depth.Damaged;
        var header = bytes[at..];
        var length = (int)BinaryPrimitives.ReadUInt16BigEndian(header[4..]);
        var total = length == 0 ? header.Length : 40 + length;
        Trail?.Add(Layer.IPv6, at, 40);
        Source = Address.V6(header[8..]);
        Destination = Address.V6(header[24..]);
        IpStart = at;
        IpLength = total;
        IsFragment = false;
        var end = Math.Min(at + total, bytes.Length);
        Protocol = header[6];
        var next = at + 40;
        for (var headers = 0; headers < 16; headers++)
        {
            Body(next, end);
            if (Protocol is not (0 or 43 or 44 or 51 or 60 or 135)) return Transport(bytes[..end], next, at + total);
            if (end < next + 8) return Depth.Damaged;
            var extension = bytes[next..];
            if (Protocol == 44)
            {
                var offset = BinaryPrimitives.ReadUInt16BigEndian(extension[2..]);
                Trail?.Add(Layer.Fragment, next, 8);
                Protocol = extension[0];
                next += 8;
                Body(next, end);
                // A fragment that is the whole datagram stands for itself (RFC 6946).
                if ((offset & 0xfff9) == 0) continue;
                IsFragment = true;
                MoreFragments = (offset & 1) != 0;
                FragmentOffset = offset & 0xfff8;
                FragmentId = BinaryPrimitives.ReadUInt32BigEndian(extension[4..]);
                return First(bytes[..end], next, at + total);
            }
            var step = Protocol == 51 ? (extension[1] + 2) * 4 : (extension[1] + 1) * 8;
            Trail?.Add(Layer.Extension, next, Math.Min(step, end - next));
            next += step;
            Protocol = extension[0];
        }
        return Depth.Damaged;
    }

    private void Body(int start, int end)
    {
        BodyStart = Math.Min(start, end);
        BodyLength = end - BodyStart;
    }

    // A first fragment may be too short for its transport header; that is no damage (RFC 791, section 3.2).
    private Depth First(ReadOnlySpan<byte> bytes, int at, int wireEnd) =>
        FragmentOffset == 0 && Transport(bytes, at, wireEnd) is var depth && depth != Depth.Damaged ? depth : WithoutPorts();

    private Depth Transport(ReadOnlySpan<byte> bytes, int at, int wireEnd)
    {
        switch (Protocol)
        {
            case Tcp:
                if (bytes.Length < at + 20) return Depth.Damaged;
                var tcp = bytes[at..];
                var headerLength = (tcp[12] >> 4) * 4;
                if (headerLength < 20 || at + headerLength > wireEnd) return Depth.Damaged;
                Trail?.Add(Layer.Tcp, at, Math.Min(headerLength, tcp.Length));
                SourcePort = BinaryPrimitives.ReadUInt16BigEndian(tcp);
                DestinationPort = BinaryPrimitives.ReadUInt16BigEndian(tcp[2..]);
                Sequence = BinaryPrimitives.ReadUInt32BigEndian(tcp[4..]);
                Acknowledged = BinaryPrimitives.ReadUInt32BigEndian(tcp[8..]);
                Flags = (TcpFlags)(tcp[13] & 0x1f);
                PayloadStart = Math.Min(at + headerLength, bytes.Length);
                PayloadLength = bytes.Length - PayloadStart;
                PayloadOnWire = wireEnd - at - headerLength;
                return Depth.Transport;
            case Udp:
                if (bytes.Length < at + 8) return Depth.Damaged;
                SourcePort = BinaryPrimitives.ReadUInt16BigEndian(bytes[at..]);
                DestinationPort = BinaryPrimitives.ReadUInt16BigEndian(bytes[(at + 2)..]);
                var length = (int)BinaryPrimitives.ReadUInt16BigEndian(bytes[(at + 4)..]);
                if (length is > 0 and < 8) return Depth.Damaged;
                Trail?.Add(Layer.Udp, at, 8);
                Flags = TcpFlags.None;
                PayloadStart = at + 8;
                PayloadOnWire = length == 0 ? wireEnd - PayloadStart : length - 8;
                PayloadLength = Math.Min(PayloadOnWire, bytes.Length - PayloadStart);
                return Depth.Transport;
            case Icmp or IcmpV6 when bytes.Length >= at + 8 && at + 8 <= wireEnd:
                WithoutPorts();
                Trail?.Add(Layer.Icmp, at, bytes.Length - at);
                PayloadStart = at;
                PayloadLength = bytes.Length - at;
                PayloadOnWire = wireEnd - at;
                return Depth.Network;
            default:
                return WithoutPorts();
        }
    }

    private Depth WithoutPorts()
    {
        SourcePort = DestinationPort = 0;
        Flags = TcpFlags.None;
        PayloadStart = PayloadLength = PayloadOnWire = 0;
        return Depth.Network;
    }
}
