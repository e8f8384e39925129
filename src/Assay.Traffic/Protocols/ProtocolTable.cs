using Assay.Traffic.Flows;
using Assay.Traffic.Protocols.Industrial;

namespace Assay.Traffic.Protocols;

/// <summary>Every protocol of the house, and the search for what a flow speaks: by content, where its port makes one expected that one first.</summary>
internal static class ProtocolTable
{
    /// <summary>In the order in which they are asked: what is sure by few bytes first.</summary>
    internal static readonly Protocol[] All =
    [
        TlsDissector.Protocol, Http2Dissector.Protocol, Sip.Protocol, HttpDissector.Protocol, HttpDissector.Rtsp, MqttDissector.Protocol, SshDissector.Protocol,
        LineDissector.Ftp, LineDissector.Smtp, LineDissector.Pop3, LineDissector.Imap, LdapDissector.Protocol, XmppDissector.Protocol, JsonLinesDissector.Protocol, AmqpDissector.Protocol, RedisDissector.Protocol,
        TelnetDissector.Protocol,
        QuicReading.Protocol, DtlsReading.Protocol, Snmp.Protocol, WsDiscovery.Protocol,
        Plant.Dnp3, Plant.OpcUa, Plant.IsoTransport, Plant.S7, Plant.S7Plus, Plant.Mms, Plant.EtherNetIp, Plant.Bacnet, Plant.Knx, Plant.HartIp, Plant.Iec104, Plant.Modbus,
        Plant.Gtp,
        DnsReading.Protocol, DnsReading.Multicast, DnsReading.LinkLocal, Dhcp.Protocol, DhcpV6.Protocol, Ntp.Protocol, Ssdp.Protocol, Coap.Protocol, Syslog.Protocol, Tftp.Protocol,
    ];

    private static readonly Protocol[] Streams = [.. All.Where(p => p.Stream is not null)];
    private static readonly Protocol[] Anywhere = [.. All.Where(p => p.Datagram is not null && !p.OnlyOnPorts)];
    private static readonly Protocol?[] ByApplication = MakeByApplication();
    // Index + 1 in All by port; a port that two protocols expect belongs to the first.
    private static readonly byte[] StreamPorts = MakePorts(p => p.Stream is not null), DatagramPorts = MakePorts(p => p.Datagram is not null);

    /// <summary>The protocol behind an application; null for <see cref="Application.Unknown"/>.</summary>
    public static Protocol? Of(Application application) => ByApplication[(int)application];

    /// <summary>The protocol of a connection by its first bytes.</summary>
    /// <param name="undecided">More bytes may tell.</param>
    public static Protocol? OfStream(ReadOnlySpan<byte> bytes, bool outward, ushort port, out bool undecided)
    {
        undecided = false;
        if (StreamPorts[port] is var index and > 0 && Ask(All[index - 1], bytes, outward, port, ref undecided)) return All[index - 1];
        foreach (var protocol in Streams)
        {
            if (Ask(protocol, bytes, outward, port, ref undecided)) return protocol;
        }
        undecided |= bytes.Length < 8;
        return null;
    }

    /// <summary>A protocol is expected over TCP at this port.</summary>
    public static bool IsExpected(ushort port) => StreamPorts[port] > 0;

    private static bool Ask(Protocol protocol, ReadOnlySpan<byte> bytes, bool outward, ushort port, ref bool undecided)
    {
        var answer = protocol.Stream!(bytes, outward, port);
        undecided |= answer == Recognition.More;
        return answer == Recognition.Yes;
    }

    /// <summary>The protocol of a datagram.</summary>
    public static Protocol? OfDatagram(ReadOnlySpan<byte> bytes, ushort source, ushort destination)
    {
        if (DatagramPorts[destination] is var to and > 0 && All[to - 1].Datagram!(bytes, usual: true)) return All[to - 1];
        if (DatagramPorts[source] is var from and > 0 && All[from - 1].Datagram!(bytes, usual: true)) return All[from - 1];
        foreach (var protocol in Anywhere)
        {
            if (protocol.Datagram!(bytes, usual: false)) return protocol;
        }
        return null;
    }

    private static Protocol?[] MakeByApplication()
    {
        var table = new Protocol?[256];
        foreach (var protocol in All) table[(int)protocol.Application] = protocol;
        return table;
    }

    private static byte[] MakePorts(Func<Protocol, bool> goesThere)
    {
        var table = new byte[1 << 16];
        for (var i = All.Length - 1; i >= 0; i--)
        {
            if (!goesThere(All[i])) continue;
            foreach (var port in All[i].Ports) table[port] = (byte)(i + 1);
        }
        return table;
    }
}
