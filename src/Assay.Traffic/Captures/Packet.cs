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
/// <remarks>Ethernet II and 802.3 with SNAP, VLAN and QinQ tags, PPPoE sessions; IPv4 (RFC 791), IPv6 with extension headers (RFC 8200); TCP, UDP.</remarks>
public struct Packet
{
    public const byte Icmp = 1, Tcp = 6, Udp = 17, IcmpV6 = 58;

    /// <summary>Zero where the link layer has none.</summary>
    public MacAddress SourceMac, DestinationMac;
    public Address Source, Destination;
    public ushort SourcePort, DestinationPort;
    /// <summary>IP protocol number.</summary>
    public byte Protocol;
    public TcpFlags Flags;
    public uint Sequence, Acknowledged;
    /// <summary>Bytes of the IP packet, header included, by its own header; what flows count.</summary>
    public int IpLength;
    /// <summary>A fragment; only the first one has ports and payload.</summary>
    public bool IsFragment;
    /// <summary>Where the payload of TCP or UDP begins in the frame, and how much of it was captured; for ICMP its whole message.</summary>
    public int PayloadStart, PayloadLength;
    /// <summary>Bytes of payload by the headers; more than <see cref="PayloadLength"/> where the capture cut the frame.</summary>
    public int PayloadOnWire;
    /// <summary>EtherType, 0 where there is none.</summary>
    public ushort EtherType;

    public readonly ReadOnlySpan<byte> Payload(in Frame frame) => frame.Bytes.Slice(PayloadStart, PayloadLength);

    /// <summary>Fills this packet from a frame. Fields beyond the answered depth are meaningless.</summary>
    public Depth Decode(in Frame frame)
    {
        var bytes = frame.Bytes;
        SourceMac = DestinationMac = default;
        EtherType = 0;
        switch (frame.LinkType)
        {
            case LinkType.Ethernet:
                if (bytes.Length < 14) return Depth.Damaged;
                DestinationMac = MacAddress.Of(bytes);
                SourceMac = MacAddress.Of(bytes[6..]);
                return Ether(bytes, 12);
            case LinkType.LinuxCooked:
                if (bytes.Length < 16) return Depth.Damaged;
                if (BinaryPrimitives.ReadUInt16BigEndian(bytes[4..]) == 6) SourceMac = MacAddress.Of(bytes[6..]);
                return Ether(bytes, 14);
            case LinkType.LinuxCooked2:
                if (bytes.Length < 20) return Depth.Damaged;
                if (bytes[11] == 6) SourceMac = MacAddress.Of(bytes[12..]);
                EtherType = BinaryPrimitives.ReadUInt16BigEndian(bytes);
                return Network(bytes, 20, EtherType);
            case LinkType.Null or LinkType.Loop:
                // The family is in the writer's byte order; all families in use fit one byte, so it does not matter which.
                if (bytes.Length < 4) return Depth.Damaged;
                var family = bytes[0] | bytes[3];
                if (family is 2 or 24 or 28 or 30) return Ip(bytes, 4);
                return Depth.NotIp;
            case LinkType.Raw or LinkType.RawBsd or LinkType.RawOpenBsd or LinkType.IPv4 or LinkType.IPv6:
                return Ip(bytes, 0);
            default:
                return Depth.LinkUnknown;
        }
    }

    private Depth Ether(ReadOnlySpan<byte> bytes, int at)
    {
        for (var tags = 0; tags < 5; tags++)
        {
            if (bytes.Length < at + 2) return Depth.Damaged;
            var type = BinaryPrimitives.ReadUInt16BigEndian(bytes[at..]);
            at += 2;
            if (type is 0x8100 or 0x88a8 or 0x9100 or 0x9200)
            {
                at += 2;
                continue;
            }
            if (type < 0x600 && bytes.Length >= at + 8 && bytes[at] == 0xaa && bytes[at + 1] == 0xaa && bytes[at + 2] == 3)
            {
                at += 6;
                continue;
            }
            EtherType = type;
            if (type != 0x8864) return Network(bytes, at, type);
            if (bytes.Length < at + 8) return Depth.Damaged;
            return BinaryPrimitives.ReadUInt16BigEndian(bytes[(at + 6)..]) is 0x21 or 0x57 ? Ip(bytes, at + 8) : Depth.NotIp;
        }
        return Depth.Damaged;
    }

    private Depth Network(ReadOnlySpan<byte> bytes, int at, ushort type) => type is 0x800 or 0x86dd ? Ip(bytes, at) : Depth.NotIp;

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
        var fragment = BinaryPrimitives.ReadUInt16BigEndian(header[6..]);
        IsFragment = (fragment & 0x3fff) != 0;
        Protocol = header[9];
        Source = Address.V4(BinaryPrimitives.ReadUInt32BigEndian(header[12..]));
        Destination = Address.V4(BinaryPrimitives.ReadUInt32BigEndian(header[16..]));
        IpLength = total;
        var end = Math.Min(at + total, bytes.Length);
        return (fragment & 0x1fff) != 0 ? WithoutPorts() : Transport(bytes[..end], at + headerLength, at + total);
    }

    private Depth V6(ReadOnlySpan<byte> bytes, int at)
    {
        if (bytes.Length < at + 40) return Depth.Damaged;
        var header = bytes[at..];
        var length = (int)BinaryPrimitives.ReadUInt16BigEndian(header[4..]);
        var total = length == 0 ? header.Length : 40 + length;
        Source = Address.V6(header[8..]);
        Destination = Address.V6(header[24..]);
        IpLength = total;
        IsFragment = false;
        var end = Math.Min(at + total, bytes.Length);
        Protocol = header[6];
        var next = at + 40;
        for (var headers = 0; headers < 16; headers++)
        {
            if (Protocol is not (0 or 43 or 44 or 51 or 60 or 135)) return Transport(bytes[..end], next, at + total);
            if (end < next + 8) return Depth.Damaged;
            var extension = bytes[next..];
            if (Protocol == 44)
            {
                var offset = BinaryPrimitives.ReadUInt16BigEndian(extension[2..]);
                IsFragment |= (offset & 0xfff9) != 0;
                Protocol = extension[0];
                next += 8;
                if ((offset & 0xfff8) != 0) return WithoutPorts();
                continue;
            }
            next += Protocol == 51 ? (extension[1] + 2) * 4 : (extension[1] + 1) * 8;
            Protocol = extension[0];
        }
        return Depth.Damaged;
    }

    private Depth Transport(ReadOnlySpan<byte> bytes, int at, int wireEnd)
    {
        switch (Protocol)
        {
            case Tcp:
                if (bytes.Length < at + 20) return Depth.Damaged;
                var tcp = bytes[at..];
                var headerLength = (tcp[12] >> 4) * 4;
                if (headerLength < 20 || at + headerLength > wireEnd) return Depth.Damaged;
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
                Flags = TcpFlags.None;
                PayloadStart = at + 8;
                PayloadOnWire = length == 0 ? wireEnd - PayloadStart : length - 8;
                PayloadLength = Math.Min(PayloadOnWire, bytes.Length - PayloadStart);
                return Depth.Transport;
            case Icmp or IcmpV6 when bytes.Length >= at + 8 && at + 8 <= wireEnd:
                WithoutPorts();
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
