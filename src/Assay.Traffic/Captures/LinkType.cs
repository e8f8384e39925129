using System.Globalization;

namespace Assay.Traffic.Captures;

/// <summary>What a frame begins with (LINKTYPE_ values of the pcap formats). Only those that this room decodes have names of their own.</summary>
public enum LinkType : ushort
{
    /// <summary>BSD loopback: address family in the byte order of the capturing machine.</summary>
    Null = 0,
    Ethernet = 1,
    Ppp = 9,
    /// <summary>Values of DLT_RAW that stand in files of some systems.</summary>
    RawBsd = 12,
    RawOpenBsd = 14,
    /// <summary>PPP in HDLC framing (RFC 1662), or Cisco's HDLC.</summary>
    PppSerial = 50,
    /// <summary>A session frame of PPPoE (RFC 2516) without its Ethernet header.</summary>
    PppEthernet = 51,
    Raw = 101,
    CiscoHdlc = 104,
    Wireless = 105,
    FrameRelay = 107,
    /// <summary>OpenBSD loopback: address family in network byte order.</summary>
    Loop = 108,
    LinuxCooked = 113,
    WirelessPrism = 119,
    WirelessRadiotap = 127,
    WirelessAvs = 163,
    /// <summary>PPP where the first byte says the direction.</summary>
    PppDaemon = 166,
    PerPacketInformation = 192,
    Erf = 197,
    /// <summary>One byte of direction, then PPP.</summary>
    PppDirection = 204,
    IPv4 = 228,
    IPv6 = 229,
    NetfilterLog = 239,
    ApplePacketTap = 258,
    LinuxCooked2 = 276,
}

/// <summary>Names of link types for messages.</summary>
public static class LinkTypes
{
    /// <summary>For a person: <c>Ethernet</c>, <c>802.11 with radiotap</c>, <c>link type 147</c>.</summary>
    public static string Name(LinkType type) => (int)type switch
    {
        0 or 108 => "loopback",
        1 => "Ethernet",
        6 => "Token Ring",
        7 => "ARCNET",
        8 => "SLIP",
        9 or 50 or 51 or 166 or 204 => "PPP",
        10 => "FDDI",
        12 or 14 or 101 or 228 or 229 => "raw IP",
        104 => "Cisco HDLC",
        105 => "802.11",
        107 => "Frame Relay",
        113 or 276 => "Linux cooked",
        117 => "OpenBSD pflog",
        119 => "802.11 with Prism header",
        127 => "802.11 with radiotap",
        163 => "802.11 with AVS header",
        187 or 201 => "Bluetooth HCI",
        189 or 220 or 249 => "USB",
        192 => "PPI",
        195 or 215 or 230 => "802.15.4",
        197 => "ERF",
        227 => "SocketCAN",
        239 => "netfilter log",
        251 or 256 => "Bluetooth LE",
        258 => "Apple packet tap",
        _ => "link type " + ((int)type).ToString(CultureInfo.InvariantCulture),
    };
}
