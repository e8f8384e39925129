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
            { "Linux cooked 2", LinkType.LinuxCooked2, [8, 0, 0, 0, 0, 0, 0, 1, 0, 1, 0, 6, .. Mac(Device), 0, 0, .. v4] },
        };
        return data;
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
