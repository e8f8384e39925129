using System.Buffers.Binary;

namespace Assay.Traffic.Captures;

/// <summary>In what an IP packet was wrapped.</summary>
public enum TunnelKind : byte { None, IpInIp, SixInFour, Gre, Erspan, Vxlan, Geneve, GtpU, EtherIp, Mpls, Teredo }

/// <summary>From an IP packet into the one that it carries.</summary>
/// <remarks>
/// IP in IP (RFC 2003, 2473), IPv6 in IPv4 (RFC 4213), GRE (RFC 2784, 2890; NVGRE of RFC 7637; PPTP's of RFC 2637; ERSPAN of draft-foschiano-erspan), VXLAN (RFC 7348) and its
/// generic extension, GENEVE (RFC 8926), GTP-U (3GPP TS 29.281), EtherIP (RFC 3378), Ethernet in IPv6 (RFC 8986), MPLS in IP (RFC 4023) and in UDP (RFC 7510), Teredo (RFC 4380). A tunnel over UDP is looked for at its own port
/// only, and nothing is a tunnel unless a whole IP header stands in it.
/// </remarks>
public partial struct Packet
{
    /// <summary>Whether the ports or the protocol say that a packet is carried: cheap, and true for few.</summary>
    public readonly bool MayCarry => Protocol switch
    {
        Tcp or Icmp or IcmpV6 => false,
        Udp => DestinationPort is 4789 or 4790 or 6081 or 6635 or 2152 or 3544 || SourcePort is 2152 or 3544,
        4 or 41 or 47 or 97 or 137 or 143 => true,
        _ => false,
    };

    /// <summary>Goes into the packet that this one carries, one tunnel deep. False where there is none that is whole: then nothing has changed.</summary>
    /// <param name="depth">As <see cref="Decode"/> answered; of the carried packet afterwards.</param>
    public bool Enter(in Frame frame, ref Depth depth)
    {
        if (IsFragment || !MayCarry) return false;
        var inner = this;
        inner.Trail = null;
        var kind = TunnelKind.None;
        var reached = Protocol == Udp
            ? depth == Depth.Transport ? inner.OverUdp(frame.Bytes[..(PayloadStart + PayloadLength)], PayloadStart, ref kind) : Depth.NotIp
            : inner.OverIp(frame.Bytes[..(BodyStart + BodyLength)], BodyStart, ref kind);
        if (reached is not (Depth.Network or Depth.Transport)) return false;
        if (Trail is not null)
        {
            // Once more, now that it is known to be one, with everything on the way noted.
            inner = this;
            if (Protocol == Udp) inner.OverUdp(frame.Bytes[..(PayloadStart + PayloadLength)], PayloadStart, ref kind);
            else inner.OverIp(frame.Bytes[..(BodyStart + BodyLength)], BodyStart, ref kind);
        }
        if (Tunnel == TunnelKind.None) (inner.Tunnel, inner.TunnelSource, inner.TunnelDestination) = (kind, Source, Destination);
        (inner.SourceMac, inner.DestinationMac) = (SourceMac, DestinationMac);
        this = inner;
        depth = reached;
        return true;
    }

    /// <summary>For a person and for records: <c>vxlan</c>, <c>gtp-u</c>; null for none.</summary>
    public static string? NameOf(TunnelKind kind) => kind switch
    {
        TunnelKind.None => null,
        TunnelKind.IpInIp => "ip-in-ip",
        TunnelKind.SixInFour => "6in4",
        TunnelKind.GtpU => "gtp-u",
        _ => kind.ToString().ToLowerInvariant(),
    };

    private Depth OverIp(ReadOnlySpan<byte> bytes, int at, ref TunnelKind kind)
    {
        if (bytes.Length <= at) return Depth.Damaged;
        switch (Protocol)
        {
            case 4:
                kind = TunnelKind.IpInIp;
                return bytes[at] >> 4 == 4 ? V4(bytes, at) : Depth.Damaged;
            case 41:
                kind = Source.IsV4 ? TunnelKind.SixInFour : TunnelKind.IpInIp;
                return bytes[at] >> 4 == 6 ? V6(bytes, at) : Depth.Damaged;
            case 47:
                return Gre(bytes, at, ref kind);
            case 97:
                kind = TunnelKind.EtherIp;
                if (bytes.Length < at + 2 || bytes[at] != 0x30 || bytes[at + 1] != 0) return Depth.Damaged;
                Trail?.Add(Layer.Plain, at, 2);
                return Ethernet(bytes, at + 2);
            case 143:
                kind = TunnelKind.EtherIp;
                return Ethernet(bytes, at);
            default:
                kind = TunnelKind.Mpls;
                return Mpls(bytes, at, MostLinks);
        }
    }

    private Depth Gre(ReadOnlySpan<byte> bytes, int at, ref TunnelKind kind)
    {
        const ushort Checksum = 0x8000, Routing = 0x4000, Key = 0x2000, Sequenced = 0x1000, Acknowledges = 0x80;
        if (bytes.Length < at + 4) return Depth.Damaged;
        var flags = BinaryPrimitives.ReadUInt16BigEndian(bytes[at..]);
        var type = BinaryPrimitives.ReadUInt16BigEndian(bytes[(at + 2)..]);
        var length = 4 + ((flags & Checksum) != 0 ? 4 : 0) + ((flags & Key) != 0 ? 4 : 0) + ((flags & Sequenced) != 0 ? 4 : 0);
        kind = TunnelKind.Gre;
        switch (flags & 7)
        {
            case 1:
                // PPTP: the key is always there, an acknowledgement perhaps; without a sequence number nothing is carried.
                if (type != 0x880b || (flags & Key) == 0 || (flags & Sequenced) == 0) return Depth.NotIp;
                if ((flags & Acknowledges) != 0) length += 4;
                if (bytes.Length < at + length) return Depth.Damaged;
                Trail?.Add(Layer.Gre, at, length);
                return Ppp(bytes, at + length);
            case 0 when (flags & Routing) == 0 && bytes.Length >= at + length:
                break;
            default:
                return Depth.NotIp;
        }
        Trail?.Add(Layer.Gre, at, length);
        at += length;
        switch (type)
        {
            case 0x6558:
                return Ethernet(bytes, at);
            case 0x88be or 0x22eb:
                kind = TunnelKind.Erspan;
                // The first form has no header of its own; the third may have a second one of eight bytes.
                var mirror = type == 0x22eb ? 12 : (flags & Sequenced) != 0 ? 8 : 0;
                if (bytes.Length < at + mirror) return Depth.Damaged;
                if (type == 0x22eb && (bytes[at + 11] & 1) != 0) mirror += 8;
                if (bytes.Length < at + mirror) return Depth.Damaged;
                Trail?.Add(Layer.Unknown, at, mirror);
                return Ethernet(bytes, at + mirror);
            case 0x880b:
                return Ppp(bytes, at);
            default:
                return Behind(type, bytes, at, MostLinks);
        }
    }

    private Depth OverUdp(ReadOnlySpan<byte> bytes, int at, ref TunnelKind kind)
    {
        if (bytes.Length < at + 8) return Depth.Damaged;
        var head = bytes[at..];
        switch (DestinationPort)
        {
            case 4789:
                // The bit that says that a number of the network stands here; the others are to be ignored.
                kind = TunnelKind.Vxlan;
                if ((head[0] & 8) == 0) return Depth.NotIp;
                Trail?.Add(Layer.Plain, at, 8);
                return Ethernet(bytes, at + 8);
            case 4790:
                kind = TunnelKind.Vxlan;
                if ((head[0] & 0xc) != 0xc) return Depth.NotIp;
                Trail?.Add(Layer.Plain, at, 8);
                return head[3] switch { 1 or 2 => Ip(bytes, at + 8), 3 => Ethernet(bytes, at + 8), _ => Depth.NotIp };
            case 6081:
                kind = TunnelKind.Geneve;
                var options = (head[0] & 0x3f) * 4;
                if (head[0] >> 6 != 0 || bytes.Length < at + 8 + options) return Depth.NotIp;
                Trail?.Add(Layer.Plain, at, 8);
                Trail?.Add(Layer.Options, at + 8, options);
                var type = BinaryPrimitives.ReadUInt16BigEndian(head[2..]);
                return type == 0x6558 ? Ethernet(bytes, at + 8 + options) : Behind(type, bytes, at + 8 + options, MostLinks);
            case 6635:
                kind = TunnelKind.Mpls;
                return Mpls(bytes, at, MostLinks);
        }
        if (SourcePort == 3544 || DestinationPort == 3544) return Teredo(bytes, at, ref kind);
        return Gtp(bytes, at, ref kind);
    }

    /// <remarks>TS 29.281, section 5.1: version 1, a user packet (255); four more bytes where one of three flags is set, then extension headers.</remarks>
    private Depth Gtp(ReadOnlySpan<byte> bytes, int at, ref TunnelKind kind)
    {
        kind = TunnelKind.GtpU;
        var head = bytes[at..];
        if ((head[0] & 0xf0) != 0x30 || head[1] != 255) return Depth.NotIp;
        var length = 8;
        if ((head[0] & 7) != 0)
        {
            length = 12;
            if (head.Length < length) return Depth.Damaged;
            var next = (head[0] & 4) != 0 ? head[11] : 0;
            for (var extensions = 0; next != 0; extensions++)
            {
                if (extensions == 16 || head.Length <= length || head[length] == 0) return Depth.Damaged;
                length += head[length] * 4;
                if (head.Length < length) return Depth.Damaged;
                next = head[length - 1];
            }
        }
        Trail?.Add(Layer.Gtp, at, length);
        return Plausible(bytes[(at + length)..]) ? Ip(bytes, at + length) : Depth.NotIp;
    }

    private Depth Teredo(ReadOnlySpan<byte> bytes, int at, ref TunnelKind kind)
    {
        kind = TunnelKind.Teredo;
        var start = at;
        if (bytes.Length >= at + 13 && bytes[at] == 0 && bytes[at + 1] == 1) at += 13 + bytes[at + 2] + bytes[at + 3];
        if (bytes.Length >= at + 8 && bytes[at] == 0 && bytes[at + 1] == 0) at += 8;
        if (bytes.Length < at + 40 || bytes[at] >> 4 != 6) return Depth.NotIp;
        if (40 + BinaryPrimitives.ReadUInt16BigEndian(bytes[(at + 4)..]) != bytes.Length - at) return Depth.NotIp;
        Trail?.Add(Layer.Unknown, start, at - start);
        return V6(bytes, at);
    }
}
