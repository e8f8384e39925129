using System.Buffers.Binary;

namespace Assay.Traffic.Captures;

/// <summary>From the first byte of a frame to its IP header.</summary>
/// <remarks>
/// Ethernet II and 802.3 with SNAP, VLAN, QinQ and 802.1ah tags, PPPoE (RFC 2516), MPLS (RFC 3032), PPP (RFC 1661, 1662), Cisco HDLC, Frame Relay (RFC 2427), 802.11 data
/// frames behind radiotap, PPI, Prism and AVS headers, Linux cooked 1 and 2, BSD loopback, ERF, netfilter's log, Apple's packet tap (tcpdump.org/linktypes.html).
/// </remarks>
public partial struct Packet
{
    /// <summary>Link headers inside one another that are followed.</summary>
    private const int MostLinks = 16;

    /// <summary>Fills this packet from a frame, down to the transport layer of the outermost IP packet. Fields beyond the answered depth are meaningless.</summary>
    public Depth Decode(in Frame frame)
    {
        SourceMac = DestinationMac = default;
        EtherType = 0;
        IsProtected = false;
        Tunnel = TunnelKind.None;
        Trail?.Clear();
        return frame.LinkType == LinkType.Ethernet ? Ethernet(frame.Bytes, 0) : Link(frame.LinkType, frame.Bytes, 0, MostLinks);
    }

    private Depth Link(LinkType type, ReadOnlySpan<byte> bytes, int at, int depth)
    {
        if (depth == 0) return Depth.Damaged;
        switch (type)
        {
            case LinkType.Ethernet:
                return Ethernet(bytes, at);
            case LinkType.LinuxCooked:
                if (bytes.Length < at + 16) return Depth.Damaged;
                Trail?.Add(Layer.Cooked, at, 16);
                if (BinaryPrimitives.ReadUInt16BigEndian(bytes[(at + 4)..]) == 6) SourceMac = MacAddress.Of(bytes[(at + 6)..]);
                return CookedType(bytes, at + 14, BinaryPrimitives.ReadUInt16BigEndian(bytes[(at + 2)..]));
            case LinkType.LinuxCooked2:
                if (bytes.Length < at + 20) return Depth.Damaged;
                Trail?.Add(Layer.Cooked2, at, 20);
                if (bytes[at + 11] == 6) SourceMac = MacAddress.Of(bytes[(at + 12)..]);
                return Behind(BinaryPrimitives.ReadUInt16BigEndian(bytes[at..]), bytes, at + 20, MostLinks);
            case LinkType.Null or LinkType.Loop:
                // The family is in the writer's byte order; all families in use fit one byte, so it does not matter which.
                if (bytes.Length < at + 4) return Depth.Damaged;
                Trail?.Add(Layer.Plain, at, 4);
                return (bytes[at] | bytes[at + 3]) is 2 or 10 or 24 or 28 or 30 ? Ip(bytes, at + 4) : Depth.NotIp;
            case LinkType.Raw or LinkType.RawBsd or LinkType.RawOpenBsd:
                return Ip(bytes, at);
            case LinkType.IPv4:
                return bytes.Length > at && bytes[at] >> 4 == 4 ? V4(bytes, at) : Depth.Damaged;
            case LinkType.IPv6:
                return bytes.Length > at && bytes[at] >> 4 == 6 ? V6(bytes, at) : Depth.Damaged;
            case LinkType.Ppp:
                return Ppp(bytes, at);
            case LinkType.PppSerial or LinkType.CiscoHdlc:
                // 0x0f is unicast and 0x8f multicast of Cisco's framing; PPP has 0xff there.
                if (bytes.Length < at + 4) return Depth.Damaged;
                if (type == LinkType.PppSerial && bytes[at] is not (0x0f or 0x8f)) return Ppp(bytes, at);
                Trail?.Add(Layer.Plain, at, 4);
                return Behind(BinaryPrimitives.ReadUInt16BigEndian(bytes[(at + 2)..]), bytes, at + 4, MostLinks);
            case LinkType.PppEthernet:
                return PppoE(bytes, at);
            case LinkType.PppDaemon or LinkType.PppDirection:
                if (bytes.Length < at + 2) return Depth.Damaged;
                Trail?.Add(Layer.Plain, at, 1);
                at++;
                // The daemon's byte stands for the address of HDLC; the control byte may still follow.
                if (type == LinkType.PppDaemon && bytes[at] == 3) at++;
                return Ppp(bytes, at);
            case LinkType.FrameRelay:
                return Relayed(bytes, at);
            case LinkType.Wireless:
                return Wireless(bytes, at, padded: false);
            case LinkType.WirelessRadiotap:
                return Radiotap(bytes, at);
            case LinkType.WirelessPrism or LinkType.WirelessAvs:
                return BeforeWireless(bytes, at);
            case LinkType.PerPacketInformation:
                if (bytes.Length < at + 8) return Depth.Damaged;
                int information = BinaryPrimitives.ReadUInt16LittleEndian(bytes[(at + 2)..]);
                if (information < 8 || bytes.Length < at + information) return Depth.Damaged;
                var carried = BinaryPrimitives.ReadUInt32LittleEndian(bytes[(at + 4)..]);
                Trail?.Add(Layer.Radio, at, information);
                return Nested(carried, bytes, at + information, depth);
            case LinkType.ApplePacketTap:
                if (bytes.Length < at + 12) return Depth.Damaged;
                var tap = BinaryPrimitives.ReadUInt32LittleEndian(bytes[at..]);
                if (tap < 12 || tap > bytes.Length - at) return Depth.Damaged;
                var tapped = BinaryPrimitives.ReadUInt32LittleEndian(bytes[(at + 8)..]);
                Trail?.Add(Layer.Unknown, at, (int)tap);
                return Nested(tapped, bytes, at + (int)tap, depth);
            case LinkType.Erf:
                return Erf(bytes, at);
            case LinkType.NetfilterLog:
                return Logged(bytes, at);
            default:
                return Depth.LinkUnknown;
        }
    }

    private Depth Nested(uint type, ReadOnlySpan<byte> bytes, int at, int depth)
    {
        if (type > ushort.MaxValue) return Depth.NotIp;
        var inner = Link((LinkType)type, bytes, at, depth - 1);
        return inner == Depth.LinkUnknown ? Depth.NotIp : inner;
    }

    private Depth Ethernet(ReadOnlySpan<byte> bytes, int at)
    {
        if (bytes.Length < at + 14) return Depth.Damaged;
        // The link's own addresses count, not those of a frame inside another.
        if (SourceMac.Bits == 0)
        {
            DestinationMac = MacAddress.Of(bytes[at..]);
            SourceMac = MacAddress.Of(bytes[(at + 6)..]);
        }
        Trail?.Add(Layer.Ethernet, at, 12);
        return Ether(bytes, at + 12, MostLinks);
    }

    /// <summary>Reads on at an EtherType or a length of 802.3.</summary>
    private Depth Ether(ReadOnlySpan<byte> bytes, int at, int depth)
    {
        if (bytes.Length < at + 2) return Depth.Damaged;
        var type = BinaryPrimitives.ReadUInt16BigEndian(bytes[at..]);
        Trail?.Add(Layer.Plain, at, 2);
        if (type >= 0x600) return Behind(type, bytes, at + 2, depth);
        EtherType = type;
        return Llc(bytes, at + 2, depth);
    }

    // What the second length of a cooked header means depends on the kind of its interface; only those with EtherTypes carry IP, GRE interfaces theirs as well.
    private Depth CookedType(ReadOnlySpan<byte> bytes, int at, ushort kind) => kind == 824 ? Depth.NotIp : Ether(bytes, at, MostLinks);

    private Depth Llc(ReadOnlySpan<byte> bytes, int at, int depth)
    {
        if (bytes.Length >= at + 8 && bytes[at] == 0xaa && bytes[at + 1] == 0xaa && bytes[at + 2] == 3)
        {
            Trail?.Add(Layer.Plain, at, 8);
            var type = BinaryPrimitives.ReadUInt16BigEndian(bytes[(at + 6)..]);
            // An EtherType only where the organisation says so: none, or the bridges' table of RFC 1042 and 802.1H.
            var organisation = (uint)bytes[at + 3] << 16 | BinaryPrimitives.ReadUInt16BigEndian(bytes[(at + 4)..]);
            if (organisation is 0 or 0xf8) return Behind(type, bytes, at + 8, depth);
            EtherType = type;
            return Depth.NotIp;
        }
        if (bytes.Length >= at + 3) Trail?.Add(Layer.Plain, at, 3);
        if (bytes.Length < at + 3 || bytes[at] != 6 || bytes[at + 1] != 6 || bytes[at + 2] != 3) return Depth.NotIp;
        return Ip(bytes, at + 3);
    }

    /// <summary>What an EtherType announces, <paramref name="at"/> its first byte.</summary>
    private Depth Behind(ushort type, ReadOnlySpan<byte> bytes, int at, int depth)
    {
        EtherType = type;
        if (type == 0x800) return bytes.Length > at && bytes[at] >> 4 == 4 ? V4(bytes, at) : Depth.Damaged;
        if (type == 0x86dd) return bytes.Length > at && bytes[at] >> 4 == 6 ? V6(bytes, at) : Depth.Damaged;
        if (depth == 0) return Depth.Damaged;
        switch (type)
        {
            case 0x8100 or 0x88a8 or 0x9100 or 0x9200:
                Trail?.Add(Layer.Plain, at, Math.Clamp(bytes.Length - at, 0, 2));
                return Ether(bytes, at + 2, depth - 1);
            case 0x88e7:
                // The service tag of 802.1ah: four bytes, then a frame with its own addresses.
                if (bytes.Length < at + 4 + 14) return Depth.Damaged;
                Trail?.Add(Layer.Plain, at, 4);
                Trail?.Add(Layer.Ethernet, at + 4, 12);
                return Ether(bytes, at + 16, depth - 1);
            case 0x8847 or 0x8848:
                return Mpls(bytes, at, depth - 1);
            case 0x8864:
                return PppoE(bytes, at);
            case 0x806:
                Trail?.Add(Layer.Arp, at, bytes.Length - at);
                return Depth.NotIp;
            default:
                return Depth.NotIp;
        }
    }

    /// <remarks>RFC 3032; behind the last label stands IP, or a frame with or without a control word (RFC 4448), which no label tells.</remarks>
    private Depth Mpls(ReadOnlySpan<byte> bytes, int at, int depth)
    {
        for (var labels = 0; labels < 16; labels++, at += 4)
        {
            if (bytes.Length < at + 4) return Depth.Damaged;
            Trail?.Add(Layer.Plain, at, 4);
            if ((bytes[at + 2] & 1) == 0) continue;
            at += 4;
            if (bytes.Length <= at) return Depth.Damaged;
            if (bytes[at] >> 4 is 4 or 6 && Plausible(bytes[at..])) return Ip(bytes, at);
            var frame = bytes[at] >> 4 == 0 && bytes.Length >= at + 4 + 14 && IsNetwork(bytes[(at + 4 + 12)..]) ? at + 4
                : bytes.Length >= at + 14 && IsNetwork(bytes[(at + 12)..]) ? at : -1;
            if (frame < 0) return Depth.NotIp;
            if (frame > at) Trail?.Add(Layer.Plain, at, 4);
            Trail?.Add(Layer.Ethernet, frame, 12);
            return Ether(bytes, frame + 12, depth);
        }
        return Depth.Damaged;

        static bool IsNetwork(ReadOnlySpan<byte> type) => BinaryPrimitives.ReadUInt16BigEndian(type) is 0x800 or 0x86dd or 0x806 or 0x8100 or 0x88a8;
    }

    /// <summary>Whether IP stands where nothing announces it: version, header length and total length must fit what is there.</summary>
    private static bool Plausible(ReadOnlySpan<byte> bytes)
    {
        if (bytes.IsEmpty) return false;
        if (bytes[0] >> 4 == 6) return bytes.Length >= 40;
        if (bytes[0] >> 4 != 4 || bytes.Length < 20) return false;
        var header = (bytes[0] & 15) * 4;
        return header >= 20 && BinaryPrimitives.ReadUInt16BigEndian(bytes[2..]) >= header;
    }

    private Depth PppoE(ReadOnlySpan<byte> bytes, int at)
    {
        if (bytes.Length < at + 8) return Depth.Damaged;
        if (bytes[at] != 0x11 || bytes[at + 1] != 0) return Depth.NotIp;
        Trail?.Add(Layer.Plain, at, 6);
        return Ppp(bytes, at + 6);
    }

    /// <remarks>Address and control may be left out, and the protocol may have one byte (RFC 1661, section 6.5 and 6.6).</remarks>
    private Depth Ppp(ReadOnlySpan<byte> bytes, int at)
    {
        var start = at;
        if (bytes.Length >= at + 2 && bytes[at] == 0xff && bytes[at + 1] == 3) at += 2;
        if (bytes.Length < at + 1) return Depth.Damaged;
        int protocol = bytes[at++];
        if ((protocol & 1) == 0)
        {
            if (bytes.Length < at + 1) return Depth.Damaged;
            protocol = protocol << 8 | bytes[at++];
        }
        Trail?.Add(Layer.Plain, start, at - start);
        return protocol switch
        {
            0x21 or 0x57 => Ip(bytes, at),
            0x281 or 0x283 => Mpls(bytes, at, MostLinks),
            _ => Depth.NotIp,
        };
    }

    /// <remarks>Q.922 addresses of two to four bytes; then RFC 2427, or Cisco's EtherType.</remarks>
    private Depth Relayed(ReadOnlySpan<byte> bytes, int at)
    {
        var start = at;
        for (var length = 1; ; length++, at++)
        {
            if (length > 4 || bytes.Length <= at) return Depth.Damaged;
            if ((bytes[at] & 1) == 1) break;
        }
        if (++at - start < 2 || bytes.Length < at + 2) return Depth.Damaged;
        if (bytes[at] != 3)
        {
            Trail?.Add(Layer.Plain, start, at + 2 - start);
            return Behind(BinaryPrimitives.ReadUInt16BigEndian(bytes[at..]), bytes, at + 2, MostLinks);
        }
        at++;
        if (bytes[at] == 0) at++;
        if (bytes.Length <= at) return Depth.Damaged;
        var protocol = bytes[at++];
        Trail?.Add(Layer.Plain, start, at - start);
        if (protocol is 0xcc or 0x8e) return Ip(bytes, at);
        if (protocol != 0x80 || bytes.Length < at + 5) return Depth.NotIp;
        Trail?.Add(Layer.Plain, at, 5);
        var type = BinaryPrimitives.ReadUInt16BigEndian(bytes[(at + 3)..]);
        return bytes[at] == 0 && bytes[at + 1] == 0 && bytes[at + 2] == 0 ? Behind(type, bytes, at + 5, MostLinks) : Depth.NotIp;
    }

    /// <remarks>A header of 16 bytes, extension headers of 8 while the top bit of the type says so; Ethernet frames are moved by two bytes.</remarks>
    private Depth Erf(ReadOnlySpan<byte> bytes, int at)
    {
        if (bytes.Length < at + 16) return Depth.Damaged;
        var kind = bytes[at + 8];
        var start = at;
        at += 16;
        for (var more = (kind & 0x80) != 0; more; at += 8)
        {
            if (bytes.Length < at + 8) return Depth.Damaged;
            more = (bytes[at] & 0x80) != 0;
        }
        Trail?.Add(Layer.Unknown, start, at - start);
        switch (kind & 0x7f)
        {
            case 1:
                return bytes.Length >= at + 4 && bytes[at] is 0x0f or 0x8f ? Link(LinkType.CiscoHdlc, bytes, at, 1) : Ppp(bytes, at);
            case 2:
                return Ethernet(bytes, at + 2);
            case 22 or 23:
                return Ip(bytes, at);
            default:
                return Depth.NotIp;
        }
    }

    /// <remarks>Four bytes, then fields of length (of the host's order, itself included), kind and value, each padded to four; kind 9 is the packet.</remarks>
    private Depth Logged(ReadOnlySpan<byte> bytes, int at)
    {
        if (bytes.Length < at + 4) return Depth.Damaged;
        var start = at;
        for (at += 4; bytes.Length >= at + 4;)
        {
            int length = BinaryPrimitives.ReadUInt16LittleEndian(bytes[at..]), kind = BinaryPrimitives.ReadUInt16LittleEndian(bytes[(at + 2)..]);
            if (length < 4) return Depth.Damaged;
            if (kind == 9)
            {
                Trail?.Add(Layer.Unknown, start, at + 4 - start);
                return Ip(bytes[..Math.Min(bytes.Length, at + length)], at + 4);
            }
            at += (length + 3) & ~3;
        }
        return Depth.NotIp;
    }

    // ---- 802.11

    /// <remarks>radiotap.org: version 0, the header's length, words of presence; of the fields only the flags matter here, which stand behind the first eight bytes of time.</remarks>
    private Depth Radiotap(ReadOnlySpan<byte> bytes, int at)
    {
        if (bytes.Length < at + 8 || bytes[at] != 0) return Depth.Damaged;
        int length = BinaryPrimitives.ReadUInt16LittleEndian(bytes[(at + 2)..]);
        if (length < 8 || bytes.Length < at + length) return Depth.Damaged;
        var present = BinaryPrimitives.ReadUInt32LittleEndian(bytes[(at + 4)..]);
        var field = 8;
        for (var word = present; (word & 0x8000_0000) != 0 && field + 4 <= length; field += 4) word = BinaryPrimitives.ReadUInt32LittleEndian(bytes[(at + field)..]);
        if ((present & 1) != 0) field = ((field + 7) & ~7) + 8;
        var flags = (present & 2) != 0 && field < length ? bytes[at + field] : (byte)0;
        Trail?.Add(Layer.Radio, at, length);
        if ((flags & 0x10) != 0 && bytes.Length >= at + length + 4) bytes = bytes[..^4];
        Trail?.Limit(bytes.Length);
        return Wireless(bytes, at + length, padded: (flags & 0x20) != 0);
    }

    // Prism says its length in the order of the machine behind a code, AVS in network order behind a number that begins 0x8021.
    private Depth BeforeWireless(ReadOnlySpan<byte> bytes, int at)
    {
        if (bytes.Length < at + 8) return Depth.Damaged;
        var network = BinaryPrimitives.ReadUInt32BigEndian(bytes[at..]) >> 16 == 0x8021;
        var said = network ? BinaryPrimitives.ReadUInt32BigEndian(bytes[(at + 4)..]) : BinaryPrimitives.ReadUInt32LittleEndian(bytes[(at + 4)..]);
        if (!network && said > 0xffff) said = BinaryPrimitives.ReverseEndianness(said);
        if (said < 8 || said > bytes.Length - at) return Depth.Damaged;
        Trail?.Add(Layer.Radio, at, (int)said);
        return Wireless(bytes, at + (int)said, padded: false);
    }

    /// <remarks>IEEE 802.11, section 9.2 and 9.3: only data frames carry others; what is encrypted is counted and not read.</remarks>
    private Depth Wireless(ReadOnlySpan<byte> bytes, int at, bool padded)
    {
        if (bytes.Length < at + 2) return Depth.Damaged;
        var control = BinaryPrimitives.ReadUInt16LittleEndian(bytes[at..]);
        var (type, subtype) = (control >> 2 & 3, control >> 4 & 15);
        if (type != 2)
        {
            Trail?.Add(Layer.Wireless, at, Math.Min(type == 1 ? 16 : 24, bytes.Length - at));
            if (type == 0 && bytes.Length >= at + 16) SourceMac = MacAddress.Of(bytes[(at + 10)..]);
            return Depth.NotIp;
        }
        var both = (control & 0x300) == 0x300;
        var length = 24 + (both ? 6 : 0);
        if (bytes.Length < at + length) return Depth.Damaged;
        (DestinationMac, SourceMac) = (control & 0x300) switch
        {
            0 => (MacAddress.Of(bytes[(at + 4)..]), MacAddress.Of(bytes[(at + 10)..])),
            0x100 => (MacAddress.Of(bytes[(at + 16)..]), MacAddress.Of(bytes[(at + 10)..])),
            0x200 => (MacAddress.Of(bytes[(at + 4)..]), MacAddress.Of(bytes[(at + 16)..])),
            _ => (MacAddress.Of(bytes[(at + 16)..]), MacAddress.Of(bytes[(at + 24)..])),
        };
        var aggregate = false;
        if ((subtype & 8) != 0)
        {
            if (bytes.Length < at + length + 2) return Depth.Damaged;
            aggregate = (bytes[at + length] & 0x80) != 0;
            length += (control & 0x8000) != 0 ? 6 : 2;
        }
        Trail?.Add(Layer.Wireless, at, Math.Min(length, bytes.Length - at));
        if (padded && length % 4 != 0)
        {
            length = (length + 3) & ~3;
            Trail?.Limit(at + length);
        }
        if ((subtype & 4) != 0) return Depth.NotIp;
        if ((control & 0x4000) != 0)
        {
            IsProtected = true;
            return Depth.NotIp;
        }
        // A later fragment of the link layer has no header of its own; of an aggregate nothing is read.
        if (aggregate || bytes.Length < at + 24 || (bytes[at + 22] & 15) != 0) return Depth.NotIp;
        return Llc(bytes, at + length, MostLinks);
    }
}
