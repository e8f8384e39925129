using Assay.Traffic.Captures;

namespace Assay.Traffic.Flows;

/// <summary>What a flow speaks, by its content where the protocol shows itself, by its port only where docs/protocols.md says so.</summary>
public enum Application : byte
{
    Unknown, Dns, MulticastDns, Llmnr, Dhcp, Ntp, Ssdp, Tls, Http, Rtsp, Mqtt, Ftp, Telnet, Ssh, Smtp, Pop3, Imap,
    DhcpV6, Dtls, Quic, Http2, Snmp, Sip, Coap, WsDiscovery,
    Modbus, Dnp3, Iec104, S7, EtherNetIp, Bacnet, OpcUa, Gtp, Knx, HartIp, Melsec, Profinet,
    IsoTransport, S7Plus, Mms, Ldap, Xmpp, Syslog, Tftp, JsonLines, Amqp, Redis,
}

/// <summary>Frames between two endpoints of one protocol, in both directions (command.md, "flow").</summary>
public sealed record Flow
{
    public required DateTimeOffset First { get; init; }
    public required DateTimeOffset Last { get; init; }
    /// <summary>Number of the first frame, from 1.</summary>
    public required long FirstFrame { get; init; }
    /// <summary>Who began: the sender of the TCP SYN where it was seen, else of the first packet.</summary>
    public required Address Source { get; init; }
    /// <summary>Null for protocols without ports and for later fragments.</summary>
    public required ushort? SourcePort { get; init; }
    public required Address Destination { get; init; }
    public required ushort? DestinationPort { get; init; }
    /// <summary>IP protocol number.</summary>
    public required byte Protocol { get; init; }
    public Application Application { get; init; }
    /// <summary>Packets from and to <see cref="Source"/>.</summary>
    public required (long Out, long In) Packets { get; init; }
    /// <summary>Bytes of IP packets, headers of IP included and of the link left out (as NetFlow counts), from and to <see cref="Source"/>.</summary>
    public required (long Out, long In) Bytes { get; init; }
    /// <summary>All TCP flags seen from and to <see cref="Source"/>.</summary>
    public (TcpFlags Out, TcpFlags In) Flags { get; init; }
    /// <summary>Names of the destination: what its client asked for (TLS server name, HTTP host), then what DNS answered before.</summary>
    public IReadOnlyList<string> Names { get; init; } = [];
    public TlsFacts? Tls { get; init; }
    /// <summary>In what the first packet of this flow was wrapped; null outside of tunnels. The flow itself is that of the innermost IP packets (decision 0029).</summary>
    public TunnelFacts? Tunnel { get; init; }
    public HttpFacts? Http { get; init; }

    /// <summary><c>tcp</c>, <c>udp</c>, <c>icmp</c> …, else <c>ip-N</c>.</summary>
    public string ProtocolName => NameOf(Protocol);

    public static string NameOf(byte protocol) => protocol switch
    {
        1 => "icmp",
        2 => "igmp",
        4 => "ipip",
        6 => "tcp",
        17 => "udp",
        41 => "ipv6",
        47 => "gre",
        50 => "esp",
        51 => "ah",
        58 => "icmpv6",
        88 => "eigrp",
        89 => "ospf",
        103 => "pim",
        112 => "vrrp",
        132 => "sctp",
        _ => "ip-" + protocol.ToString(System.Globalization.CultureInfo.InvariantCulture),
    };

    /// <summary>As records show it, or null for <see cref="Application.Unknown"/>.</summary>
    public static string? NameOf(Application application) => Protocols.ProtocolTable.Of(application)?.Name;
}

/// <summary>What the two hellos of TLS say.</summary>
/// <param name="Offered">Highest version in the ClientHello (0x0303 is TLS 1.2); null where none was seen.</param>
/// <param name="Chosen">Version in the ServerHello.</param>
/// <param name="Suite">Cipher suite in the ServerHello.</param>
/// <param name="Alpn">First protocol that the client offers.</param>
public sealed record TlsFacts(ushort? Offered, ushort? Chosen, ushort? Suite, string? ServerName, string? Alpn)
{
    /// <summary>The JA4 fingerprint of the client's hello.</summary>
    public string? Ja4 { get; init; }
}

/// <summary>The first request of a connection and its answer.</summary>
public sealed record HttpFacts(string? Method, string? Host, string? Path, int? Status, string? Server);

/// <summary>The outermost tunnel around a flow, and its ends.</summary>
public sealed record TunnelFacts(Captures.TunnelKind Kind, Address Source, Address Destination);
