using System.Globalization;

namespace Assay.Traffic.Devices;

/// <summary>What a trait of a device's traffic speaks of.</summary>
internal enum TraitKind : byte
{
    Eapol, ArpRequest, ArpReply, ArpProbe, ArpAnnouncement, OtherLink, Icmp, Igmp, IcmpV6, OtherIp, Dhcp, Dhcp6, Dns, MulticastDns, Llmnr, Ntp, SsdpSearch, SsdpNotify,
    SsdpAnswer, UdpTo, UdpFrom, UdpHigh, TcpOpens, TcpAccepts, TcpResets, TcpCloses, TcpConfirms, TcpTo, TcpFrom,
}

/// <summary>One kind of frame that a device sends. No address is part of it.</summary>
/// <param name="A">Port, message type or ethertype, by kind.</param>
/// <param name="B">With multicast DNS the answers, beside the questions in <paramref name="A"/>.</param>
internal readonly record struct FrameClass(TraitKind Kind, int A = 0, int B = 0)
{
    /// <summary>For a person: <c>DHCP discover</c>, <c>TCP to port 8883</c>.</summary>
    public string Name => string.Create(CultureInfo.InvariantCulture, $"{Words}");

    private FormattableString Words => Kind switch
    {
        TraitKind.Eapol => $"EAPOL",
        TraitKind.ArpRequest => $"ARP request",
        TraitKind.ArpReply => $"ARP reply",
        TraitKind.ArpProbe => $"ARP probe",
        TraitKind.ArpAnnouncement => $"ARP announcement",
        TraitKind.OtherLink => $"ethertype 0x{A:x4}",
        TraitKind.Icmp => $"ICMP type {A}",
        TraitKind.Igmp => $"IGMP type 0x{A:x2}",
        TraitKind.IcmpV6 => $"ICMPv6 type {A}",
        TraitKind.OtherIp => $"IP protocol {A}",
        TraitKind.Dhcp => $"DHCP {(A is > 0 and < 9 ? DhcpTypes[A] : "message")}",
        TraitKind.Dhcp6 => $"DHCPv6 type {A}",
        TraitKind.Dns => $"DNS question",
        TraitKind.MulticastDns => $"mDNS of {A} questions and {B} answers",
        TraitKind.Llmnr => $"LLMNR",
        TraitKind.Ntp => $"NTP",
        TraitKind.SsdpSearch => $"SSDP search",
        TraitKind.SsdpNotify => $"SSDP notification",
        TraitKind.SsdpAnswer => $"SSDP answer",
        TraitKind.UdpTo => $"UDP to port {A}",
        TraitKind.UdpFrom => $"UDP from port {A}",
        TraitKind.UdpHigh => $"UDP between high ports",
        TraitKind.TcpOpens => $"opens TCP to port {A}",
        TraitKind.TcpAccepts => $"accepts TCP on port {A}",
        TraitKind.TcpResets => $"resets TCP of port {A}",
        TraitKind.TcpCloses => $"closes TCP of port {A}",
        TraitKind.TcpConfirms => $"confirms TCP of port {A}",
        TraitKind.TcpTo => $"TCP to port {A}",
        _ => $"TCP from port {A}",
    };

    private static readonly string[] DhcpTypes = ["", "discover", "offer", "request", "decline", "acknowledge", "refuse", "release", "inform"];
}
