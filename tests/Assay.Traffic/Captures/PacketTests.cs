using Assay.Traffic.Captures;
using static Assay.Traffic.Tests.Capture;

namespace Assay.Traffic.Tests.Captures;

public sealed class PacketTests
{
    private static readonly byte[] Payload = [0xaa, 0xbb];

    private static byte[] Tcp => TcpSegment(1000, 80, 7, 9, TcpFlags.Push | TcpFlags.Acknowledge, Payload);

    private static (Depth Depth, Packet Packet) Decode(LinkType link, byte[] bytes)
    {
        var packet = default(Packet);
        var frame = new Frame { Number = 1, Offset = 0, Time = 0, LinkType = link, OriginalLength = bytes.Length, Bytes = bytes };
        return (packet.Decode(frame), packet);
    }

    public static TheoryData<string, LinkType, byte[]> Wrappings()
    {
        var v4 = Ip(Device, Cloud, Packet.Tcp, Tcp);
        var data = new TheoryData<string, LinkType, byte[]>
        {
            { "Ethernet", LinkType.Ethernet, Ethernet(v4, Device) },
            { "Ethernet with padding behind the packet", LinkType.Ethernet, [.. Ethernet(v4, Device), 0, 0, 0, 0] },
            { "a VLAN tag", LinkType.Ethernet, Ethernet(v4, Device, 0x8100) },
            { "QinQ", LinkType.Ethernet, Ethernet(v4, Device, 0x88a8, 0x8100) },
            { "PPPoE", LinkType.Ethernet, [.. new byte[12], 0x88, 0x64, 0x11, 0, 0, 1, 0, 44, 0, 0x21, .. v4] },
            { "SNAP", LinkType.Ethernet, [.. new byte[12], 0, 50, 0xaa, 0xaa, 3, 0, 0, 0, 8, 0, .. v4] },
            { "raw IP", LinkType.Raw, v4 },
            { "loopback of a little-endian machine", LinkType.Null, [2, 0, 0, 0, .. v4] },
            { "loopback of OpenBSD", LinkType.Loop, [0, 0, 0, 2, .. v4] },
            { "Linux cooked", LinkType.LinuxCooked, [0, 0, 0, 1, 0, 6, .. Mac(Device), 0, 0, 8, 0, .. v4] },
            { "PPP in HDLC framing", LinkType.Ppp, [0xff, 3, 0, 0x21, .. v4] },
            { "PPP with a protocol of one byte", LinkType.PppSerial, [0x21, .. v4] },
            { "Cisco HDLC", LinkType.CiscoHdlc, [0x0f, 0, 8, 0, .. v4] },
            { "PPP with a direction", LinkType.PppDirection, [1, 0xff, 3, 0, 0x21, .. v4] },
            { "a PPPoE session", LinkType.PppEthernet, [0x11, 0, 0, 1, 0, 44, 0, 0x21, .. v4] },
            { "Frame Relay", LinkType.FrameRelay, [0x18, 0x41, 3, 0xcc, .. v4] },
            { "Frame Relay with SNAP", LinkType.FrameRelay, [0x18, 0x41, 3, 0, 0x80, 0, 0, 0, 8, 0, .. v4] },
            { "two MPLS labels", LinkType.Ethernet, [.. new byte[12], 0x88, 0x47, 0, 1, 0, 64, 0, 2, 1, 64, .. v4] },
            { "a frame behind an MPLS label and a control word", LinkType.Ethernet,
                [.. new byte[12], 0x88, 0x47, 0, 2, 1, 64, 0, 0, 0, 0, .. Ethernet(v4, Device)] },
            { "802.1ah", LinkType.Ethernet, [.. new byte[12], 0x88, 0xe7, 0, 0, 0, 1, .. Ethernet(v4, Device)] },
            { "802.11 from a station", LinkType.Wireless, [.. Wireless(0x0108), 0xaa, 0xaa, 3, 0, 0, 0, 8, 0, .. v4] },
            { "802.11 with quality of service", LinkType.Wireless, [.. Wireless(0x0288), 0, 0, 0xaa, 0xaa, 3, 0, 0, 0, 8, 0, .. v4] },
            { "802.11 between stations of two cells", LinkType.Wireless, [.. Wireless(0x0308), 1, 2, 3, 4, 5, 6, 0xaa, 0xaa, 3, 0, 0, 0, 8, 0, .. v4] },
            { "radiotap with a check sequence", LinkType.WirelessRadiotap,
                [0, 0, 9, 0, 2, 0, 0, 0, 0x10, .. Wireless(0x0108), 0xaa, 0xaa, 3, 0, 0, 0, 8, 0, .. v4, 1, 2, 3, 4] },
            { "radiotap with padding", LinkType.WirelessRadiotap,
                [0, 0, 17, 0, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x20, .. Wireless(0x0288), 0, 0, 0, 0, 0xaa, 0xaa, 3, 0, 0, 0, 8, 0, .. v4] },
            { "PPI", LinkType.PerPacketInformation, [0, 0, 8, 0, 105, 0, 0, 0, .. Wireless(0x0108), 0xaa, 0xaa, 3, 0, 0, 0, 8, 0, .. v4] },
            { "Prism", LinkType.WirelessPrism, [0x44, 0, 0, 0, 12, 0, 0, 0, 0, 0, 0, 0, .. Wireless(0x0108), 0xaa, 0xaa, 3, 0, 0, 0, 8, 0, .. v4] },
            { "AVS", LinkType.WirelessAvs, [0x80, 0x21, 0x10, 1, 0, 0, 0, 12, 0, 0, 0, 0, .. Wireless(0x0108), 0xaa, 0xaa, 3, 0, 0, 0, 8, 0, .. v4] },
            { "ERF with an extension header", LinkType.Erf, [.. new byte[8], 0x82, .. new byte[7], .. new byte[8], 0, 0, .. Ethernet(v4, Device)] },
            { "netfilter's log", LinkType.NetfilterLog, [2, 0, 0, 0, 8, 0, 1, 0, 8, 0, 1, 0, (byte)(4 + v4.Length), 0, 9, 0, .. v4] },
            { "Apple's packet tap", LinkType.ApplePacketTap, [12, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, .. Ethernet(v4, Device)] },
            { "Linux cooked 2", LinkType.LinuxCooked2, [8, 0, 0, 0, 0, 0, 0, 1, 0, 1, 0, 6, .. Mac(Device), 0, 0, .. v4] },
        };
        return data;
    }

    private static byte[] Wireless(ushort control) => [(byte)control, (byte)(control >> 8), 0, 0, .. new byte[6], .. new byte[6], .. new byte[6], 0, 0];

    private static byte[] Datagram(int from, int to, byte[] payload) =>
        [(byte)(from >> 8), (byte)from, (byte)(to >> 8), (byte)to, (byte)((8 + payload.Length) >> 8), (byte)(8 + payload.Length), 0, 0, .. payload];

    public static TheoryData<string, string, byte, byte[]> Tunnels()
    {
        var v4 = Ip(Device, Cloud, Packet.Tcp, Tcp);
        var frame = Ethernet(v4, Device);
        return new()
        {
            { "IP in IP", "ip-in-ip", 4, v4 },
            { "GRE", "gre", 47, [0, 0, 8, 0, .. v4] },
            { "GRE with a sum, a key and a number", "gre", 47, [0xb0, 0, 8, 0, .. new byte[12], .. v4] },
            { "NVGRE", "gre", 47, [0x20, 0, 0x65, 0x58, 0, 0, 1, 0, .. frame] },
            { "PPTP", "gre", 47, [0x30, 0x81, 0x88, 0x0b, 0, 4, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1, 0xff, 3, 0, 0x21, .. v4] },
            { "MPLS in GRE", "gre", 47, [0, 0, 0x88, 0x47, 0, 2, 1, 64, .. v4] },
            { "ERSPAN I", "erspan", 47, [0, 0, 0x88, 0xbe, .. frame] },
            { "ERSPAN II", "erspan", 47, [0x10, 0, 0x88, 0xbe, 0, 0, 0, 1, .. new byte[8], .. frame] },
            { "ERSPAN III with its second header", "erspan", 47, [0x10, 0, 0x22, 0xeb, 0, 0, 0, 1, .. new byte[11], 1, .. new byte[8], .. frame] },
            { "EtherIP", "etherip", 97, [0x30, 0, .. frame] },
            { "Ethernet in IP", "etherip", 143, frame },
            { "MPLS in UDP", "mpls", 17, Datagram(50000, 6635, [0, 2, 1, 64, .. v4]) },
            { "MPLS in IP", "mpls", 137, [0, 2, 1, 64, .. v4] },
            { "VXLAN", "vxlan", 17, Datagram(50000, 4789, [8, 0, 0, 0, 0, 0, 7, 0, .. frame]) },
            { "VXLAN's extension", "vxlan", 17, Datagram(50000, 4790, [0xc, 0, 0, 1, 0, 0, 7, 0, .. v4]) },
            { "GENEVE with an option", "geneve", 17, Datagram(50000, 6081, [2, 0, 0x65, 0x58, 0, 0, 7, 0, 1, 2, 3, 1, 0, 0, 0, 0, .. frame]) },
            { "GTP-U", "gtp-u", 17, Datagram(2152, 2152, [0x30, 255, 0, 44, 0, 0, 0, 9, .. v4]) },
            { "GTP-U with an extension header", "gtp-u", 17, Datagram(2152, 2152, [0x34, 255, 0, 52, 0, 0, 0, 9, 0, 0, 0, 0x85, 1, 0, 9, 0, .. v4]) },
        };
    }

    [Theory]
    [MemberData(nameof(Tunnels))]
    public void What_is_tunnelled_is_reached_and_the_tunnel_is_named(string what, string kind, byte protocol, byte[] content)
    {
        foreach (var (source, destination) in new[] { ("10.9.9.1", "10.9.9.2"), ("2001:db8::9", "2001:db8::a") })
        {
            var bytes = Ethernet(Ip(source, destination, protocol, content), Phone);
            var frame = new Frame { Number = 1, Offset = 0, Time = 0, LinkType = LinkType.Ethernet, OriginalLength = bytes.Length, Bytes = bytes };
            var packet = default(Packet);
            var depth = packet.Decode(frame);
            // Whoever watches a link sees whose frame it is.
            Assert.Equal(source, packet.Source.ToString());
            Assert.True(packet.MayCarry && packet.Enter(frame, ref depth), what);
            Assert.Equal((Depth.Transport, kind, source, destination), (depth, Packet.NameOf(packet.Tunnel), packet.TunnelSource.ToString(), packet.TunnelDestination.ToString()));
            Assert.Equal((Address.Parse(Device), (ushort)1000, Address.Parse(Cloud), (ushort)80), (packet.Source, packet.SourcePort, packet.Destination, packet.DestinationPort));
            Assert.Equal(Payload, bytes.AsSpan(packet.PayloadStart, packet.PayloadLength).ToArray());
            Assert.Equal(MacAddress.Of(Mac(Phone)), packet.SourceMac);
            Assert.False(packet.Enter(frame, ref depth));
            for (var length = 14; length < bytes.Length - Tcp.Length; length++)
            {
                var cut = new Frame { Number = 1, Offset = 0, Time = 0, LinkType = LinkType.Ethernet, OriginalLength = bytes.Length, Bytes = bytes.AsSpan(0, length) };
                var reached = packet.Decode(cut);
                var before = packet;
                if (reached < Depth.Network || packet.Enter(cut, ref reached) && packet.Source == Address.Parse(Device)) continue;
                Assert.Equal((before.Source, before.PayloadStart), (packet.Source, packet.PayloadStart));
            }
        }
    }

    [Fact]
    public void Tunnels_in_tunnels_end_at_a_bound_and_are_counted_as_one_flow()
    {
        var packet = Ip(Device, Cloud, Packet.Tcp, Tcp);
        for (var i = 0; i < 20; i++) packet = Ip("10.9.9.1", "10.9.9.2", 4, packet);
        var examination = new Capture().Raw(Ethernet(packet, Phone)).Examine();
        Assert.Equal("ipip", Assert.Single(examination.Flows).ProtocolName);
        Assert.Equal(1, examination.Coverage.Counts["tunnelled"]);

        packet = Ip(Device, Cloud, Packet.Tcp, Tcp);
        for (var i = 0; i < 5; i++) packet = Ip("10.9.9.1", "10.9.9.2", 4, packet);
        var flow = Assert.Single(new Capture().Raw(Ethernet(packet, Phone)).Examine().Flows);
        Assert.Equal((Device, 42L, TunnelKind.IpInIp, "10.9.9.2"), (flow.Source.ToString(), flow.Bytes.Out, flow.Tunnel!.Kind, flow.Tunnel.Destination.ToString()));
    }

    [Theory]
    [MemberData(nameof(Wrappings))]
    public void Every_wrapping_leads_to_the_same_segment(string what, LinkType link, byte[] bytes)
    {
        var (depth, packet) = Decode(link, bytes);
        Assert.True(depth == Depth.Transport, what);
        Assert.Equal((Address.Parse(Device), (ushort)1000, Address.Parse(Cloud), (ushort)80),
            (packet.Source, packet.SourcePort, packet.Destination, packet.DestinationPort));
        Assert.Equal((7u, 9u, TcpFlags.Push | TcpFlags.Acknowledge, 42), (packet.Sequence, packet.Acknowledged, packet.Flags, packet.IpLength));
        Assert.Equal(Payload, bytes.AsSpan(packet.PayloadStart, packet.PayloadLength).ToArray());
    }

    [Fact]
    public void Extension_headers_of_ipv6_are_passed()
    {
        byte[] destinationOptions = [6, 0, 1, 4, 0, 0, 0, 0];
        byte[] hopByHop = [60, 0, 1, 4, 0, 0, 0, 0];
        var bytes = Ip("2001:db8::1", "2001:db8::2", 0, [.. hopByHop, .. destinationOptions, .. Tcp]);
        var (depth, packet) = Decode(LinkType.Raw, bytes);
        Assert.Equal((Depth.Transport, (ushort)1000, 2), (depth, packet.SourcePort, packet.PayloadLength));
        Assert.Equal("2001:db8::1", packet.Source.ToString());
    }

    [Fact]
    public void Later_fragments_have_no_ports_and_the_first_has()
    {
        var (first, head) = Decode(LinkType.Raw, Ip(Device, Cloud, Packet.Tcp, Tcp, fragment: 0x2000));
        Assert.Equal((Depth.Transport, true, (ushort)80), (first, head.IsFragment, head.DestinationPort));
        var (later, tail) = Decode(LinkType.Raw, Ip(Device, Cloud, Packet.Tcp, Tcp, fragment: 3));
        Assert.Equal((Depth.Network, true, (ushort)0), (later, tail.IsFragment, tail.DestinationPort));
        byte[] fragmentHeader = [6, 0, 0, 8, 0, 0, 0, 1];
        var (six, _) = Decode(LinkType.Raw, Ip("2001:db8::1", "2001:db8::2", 44, [.. fragmentHeader, .. Tcp]));
        Assert.Equal(Depth.Network, six);
    }

    [Fact]
    public void A_cut_frame_says_how_much_payload_the_wire_had()
    {
        var whole = Ethernet(Ip(Device, Cloud, Packet.Tcp, TcpSegment(1, 2, 0, 0, TcpFlags.None, new byte[100])), Device);
        var (depth, packet) = Decode(LinkType.Ethernet, whole[..^60]);
        Assert.Equal((Depth.Transport, 40, 100), (depth, packet.PayloadLength, packet.PayloadOnWire));
    }

    [Fact]
    public void No_beginning_of_a_frame_breaks_the_decoding()
    {
        foreach (var (_, link, bytes) in Wrappings().Select(r => r.Data))
        {
            for (var length = 0; length < bytes.Length; length++) Assert.True(Decode(link,
                bytes[..length]).Depth is Depth.Damaged or Depth.Transport or Depth.NotIp);
        }
        Assert.Equal(Depth.LinkUnknown, Decode((LinkType)147, Payload).Depth);
        Assert.Equal(Depth.NotIp, Decode(LinkType.Ethernet, [.. new byte[12], 8, 6, .. new byte[28]]).Depth);
    }

    [Theory]
    [InlineData("10.1.2.3", true)]
    [InlineData("172.31.255.1", true)]
    [InlineData("172.32.0.1", false)]
    [InlineData("192.168.0.1", true)]
    [InlineData("192.169.0.1", false)]
    [InlineData("169.254.9.9", true)]
    [InlineData("100.64.0.1", true)]
    [InlineData("100.128.0.1", false)]
    [InlineData("239.255.255.250", true)]
    [InlineData("255.255.255.255", true)]
    [InlineData("203.0.113.9", false)]
    [InlineData("fe80::1", true)]
    [InlineData("fd12::1", true)]
    [InlineData("ff02::fb", true)]
    [InlineData("::1", true)]
    [InlineData("2001:db8::1", false)]
    public void An_address_is_local_or_of_the_open_internet(string address, bool local)
    {
        Assert.Equal(local, Address.Parse(address).IsLocal);
        Assert.Equal(address, Address.Parse(address).ToString());
    }
}
