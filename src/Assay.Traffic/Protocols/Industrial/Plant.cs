using Assay.Evidence;
using Assay.Evidence.Reading;
using Assay.Traffic.Flows;

namespace Assay.Traffic.Protocols.Industrial;

/// <summary>The protocols of this folder, as the list of all protocols has them.</summary>
internal static class Plant
{
    private static readonly FindingKind[] Controls = [FindingKind.Cleartext, FindingKind.Disclosure, FindingKind.Exposure];

    public static readonly Protocol Modbus = new()
    {
        Application = Application.Modbus,
        Name = Industrial.Modbus.Name,
        Title = "Modbus over TCP and UDP",
        Group = ProtocolGroup.Industry,
        Source = "MODBUS Messaging on TCP/IP 1.0b; MODBUS Application Protocol 1.1b3",
        Ports = [ModbusMessage.Port],
        Stream = static (bytes, _, port) => port == ModbusMessage.Port
            ? ModbusMessage.Measure(bytes) switch { > 0 => Recognition.Yes, 0 => Recognition.More, _ => Recognition.No }
            : ModbusMessage.Recognises(bytes) ? Recognition.Yes : Recognition.No,
        Dissector = static conversation => new ModbusDissector(conversation),
        Datagram = static (bytes, usual) => ModbusMessage.Measure(bytes) is > 0 and var length && length == bytes.Length && (usual || ModbusMessage.Recognises(bytes)),
        Read = static (in datagram) =>
        {
            if (!ModbusMessage.TryRead(datagram.Bytes, out var message)) return false;
            ref readonly var at = ref datagram.At;
            var isRequest = at.DestinationPort == ModbusMessage.Port || at.SourcePort != ModbusMessage.Port && datagram.Outward;
            InClear(datagram, Industrial.Modbus.Name, isRequest);
            Industrial.Modbus.Read(datagram.Notes, message, isRequest, at);
            return true;
        },
        Evidence = Controls,
        Proof = [new("transaction", "mbtcp.trans_id"), new("function", "modbus.func_code")],
        Limits = "Modbus RTU inside TCP without its header; values of registers",
    };

    public static readonly Protocol Dnp3 = new()
    {
        Application = Application.Dnp3,
        Name = Industrial.Dnp3.Name,
        Title = "DNP3 over TCP and UDP",
        Group = ProtocolGroup.Industry,
        Source = "IEEE 1815-2012",
        Ports = [20000],
        Stream = static (bytes, _, _) => Dnp3Link.Measure(bytes) switch { > 0 => Recognition.Yes, 0 when bytes.Length > 1 => Recognition.More, _ => Recognition.No },
        Dissector = static conversation => new Dnp3Dissector(conversation),
        Datagram = static (bytes, _) => Dnp3Link.Measure(bytes) is > 0 and var length && length <= bytes.Length,
        Read = static (in datagram) =>
        {
            var rest = datagram.Bytes;
            if (!Dnp3Link.TryRead(rest, out var frame)) return false;
            InClear(datagram, Industrial.Dnp3.Name, frame.FromMaster);
            var reading = datagram.Conversation.Reading as Industrial.Dnp3;
            if (reading is null) datagram.Conversation.Reading = reading = new Industrial.Dnp3(datagram.Notes);
            while (Dnp3Link.Measure(rest) is > 0 and var length && Dnp3Link.TryRead(rest, out frame))
            {
                reading.Read(datagram.Outward, frame, datagram.At);
                rest = rest[length..];
            }
            return true;
        },
        Evidence = [FindingKind.Cleartext, FindingKind.Exposure],
        Proof = [new("destination", "dnp3.dst"), new("source", "dnp3.src"), new("function", "dnp3.al.func")],
        Limits = "values of points; whether a challenge was answered rightly",
    };

    public static readonly Protocol Iec104 = new()
    {
        Application = Application.Iec104,
        Name = Iec104Dissector.Name,
        Title = "IEC 60870-5-104",
        Group = ProtocolGroup.Industry,
        Source = "IEC 60870-5-104:2006; IEC 60870-5-101:2003, clause 7",
        Ports = [Iec104Message.Port],
        Stream = static (bytes, _, port) => Iec104Message.Recognises(bytes) ? Recognition.Yes
            : port == Iec104Message.Port && Iec104Message.Measure(bytes) >= 0 ? bytes.Length < 6 ? Recognition.More : Recognition.Yes : Recognition.No,
        Dissector = static conversation => new Iec104Dissector(conversation),
        Evidence = [FindingKind.Cleartext, FindingKind.Exposure],
        Proof = [new("type", "iec60870_asdu.typeid"), new("cause", "iec60870_asdu.causetx")],
        Limits = "sizes of fields other than those of the standard for TCP; values of points; files",
    };

    public static readonly Protocol IsoTransport = new()
    {
        Application = Application.IsoTransport,
        Name = IsoTransportDissector.Name,
        Title = "ISO transport on TCP",
        Group = ProtocolGroup.Industry,
        Source = "RFC 1006; ISO 8073",
        Ports = [Industrial.IsoTransport.Port],
        Stream = static (bytes, _, _) => Industrial.IsoTransport.Recognises(bytes) ? Recognition.Yes
            : bytes.Length is >= 2 and < 11 && Industrial.IsoTransport.Measure(bytes) >= 0 ? Recognition.More : Recognition.No,
        Dissector = static conversation => new IsoTransportDissector(conversation),
        Proof = [new("length", "tpkt.length"), new("type", "cotp.type")],
        Limits = "classes of transport other than 0; what is neither S7 communication nor MMS inside",
    };

    public static readonly Protocol S7 = new()
    {
        Application = Application.S7,
        Name = Industrial.S7.Name,
        Title = "S7 communication",
        Group = ProtocolGroup.Industry,
        Inside = Application.IsoTransport,
        Source = "not published; wireshark/epan/dissectors/packet-s7comm.c",
        Evidence = Controls,
        Proof = [new("kind", "s7comm.header.rosctr"), new("function", "s7comm.param.func")],
        Limits = "blocks and variables; what the scrambled password is",
    };

    public static readonly Protocol S7Plus = new()
    {
        Application = Application.S7Plus,
        Name = "s7comm-plus",
        Title = "S7 communication plus",
        Group = ProtocolGroup.Industry,
        Inside = Application.IsoTransport,
        Source = "not published; named by its first byte alone",
        Limits = "it is named and not read",
    };

    public static readonly Protocol Mms = new()
    {
        Application = Application.Mms,
        Name = Industrial.Mms.Name,
        Title = "MMS, as in IEC 61850",
        Group = ProtocolGroup.Industry,
        Inside = Application.IsoTransport,
        Source = "ISO 9506-2; IEC 61850-8-1",
        Evidence = [.. Controls, FindingKind.Credential],
        Proof = [new("invoke", "mms.invokeID"), new("request", "mms.confirmedServiceRequest"), new("response", "mms.confirmedServiceResponse")],
        Limits = "reports and other unconfirmed services; authentication by certificate",
    };

    public static readonly Protocol EtherNetIp = new()
    {
        Application = Application.EtherNetIp,
        Name = Industrial.EtherNetIp.Name,
        Title = "EtherNet/IP with CIP",
        Group = ProtocolGroup.Industry,
        Source = "CIP Networks Library, volumes 1 and 2",
        Ports = [EtherNetIpMessage.Port, EtherNetIpMessage.IoPort],
        Stream = static (bytes, _, port) => EtherNetIpMessage.Recognises(bytes) ? Recognition.Yes
            : port != EtherNetIpMessage.Port ? Recognition.No : EtherNetIpMessage.Measure(bytes) switch { > 0 => Recognition.Yes, 0 => Recognition.More, _ => Recognition.No },
        Dissector = static conversation => new EtherNetIpDissector(conversation),
        Datagram = static (bytes, usual) => EtherNetIpMessage.Recognises(bytes) && EtherNetIpMessage.Measure(bytes) == bytes.Length || usual && EtherNetIpMessage.RecognisesIo(bytes),
        Read = static (in datagram) =>
        {
            if (!EtherNetIpMessage.TryRead(datagram.Bytes, out _)) return EtherNetIpMessage.RecognisesIo(datagram.Bytes);
            return Guarded(datagram, static (in datagram) =>
            {
                EtherNetIpMessage.TryRead(datagram.Bytes, out var message);
                var toServer = datagram.At.DestinationPort == EtherNetIpMessage.Port || datagram.At.SourcePort != EtherNetIpMessage.Port && datagram.Outward;
                Industrial.EtherNetIp.Read(datagram.Notes, message, toServer, datagram.At);
                return true;
            });
        },
        Evidence = Controls,
        Proof = [new("command", "enip.command"), new("session", "enip.session"), new("service", "cip.sc")],
        Limits = "values of tags; data of connections over UDP",
    };

    public static readonly Protocol Bacnet = new()
    {
        Application = Application.Bacnet,
        Name = Industrial.Bacnet.Name,
        Title = "BACnet/IP",
        Group = ProtocolGroup.Industry,
        Source = "ANSI/ASHRAE 135-2020, clauses 6, 15, 16, 20 and annex J",
        Ports = [Industrial.Bacnet.Port],
        Datagram = static (bytes, _) => Industrial.Bacnet.Recognises(bytes),
        Read = static (in datagram) => Industrial.Bacnet.Recognises(datagram.Bytes) && Guarded(datagram, static (in datagram) =>
        {
            InClear(datagram, Industrial.Bacnet.Name, datagram.Outward);
            Industrial.Bacnet.Read(datagram.Notes, datagram.Bytes, datagram.At);
            return true;
        }),
        Evidence = [.. Controls, FindingKind.Credential],
        Proof = [new("function", "bvlc.function"), new("type", "bacapp.type"), new("confirmed", "bacapp.confirmed_service"), new("unconfirmed", "bacapp.unconfirmed_service")],
        Limits = "segments behind the first; BACnet over IPv6; BACnet/SC, which is TLS",
    };

    public static readonly Protocol OpcUa = new()
    {
        Application = Application.OpcUa,
        Name = OpcUaDissector.Name,
        Title = "OPC UA over TCP",
        Group = ProtocolGroup.Industry,
        Source = "OPC 10000-6, 5.2 and 7.1; OPC 10000-4, 5 and 7",
        Ports = [4840],
        Stream = static (bytes, _, _) => OpcUaDissector.Recognises(bytes),
        Dissector = static conversation => new OpcUaDissector(conversation),
        Evidence = [.. Controls, FindingKind.Credential, FindingKind.WeakCrypto],
        Proof = [new("kind", "opcua.transport.type"), new("service", "opcua.servicenodeid.numeric")],
        Limits = "services under any security policy but None; publish and subscribe over UDP",
    };

    public static readonly Protocol Gtp = new()
    {
        Application = Application.Gtp,
        Name = Industrial.Gtp.Name,
        Title = "GTP: control of versions 1 and 2, user data, GTP'",
        Group = ProtocolGroup.Mobile,
        Source = "3GPP TS 29.060, TS 29.274, TS 29.281, TS 32.295",
        Ports = [GtpMessage.ControlPort, GtpMessage.UserPort, GtpMessage.ChargingPort],
        OnlyOnPorts = true,
        Datagram = static (bytes, usual) => Industrial.Gtp.Recognises(bytes, usual),
        Read = static (in datagram) =>
        {
            if (!GtpMessage.TryRead(datagram.Bytes, out var message)) return false;
            Industrial.Gtp.Read(datagram.Notes, message, datagram.At);
            return true;
        },
        Evidence = [FindingKind.Cleartext, FindingKind.Exposure],
        Proof = [new("type", "gtp.message"), new("tunnel", "gtp.teid"), new("type2", "gtpv2.message_type"), new("tunnel2", "gtpv2.teid")],
        Limits = "its header fits too much else to be told off its ports; records of GTP'",
    };

    public static readonly Protocol Knx = new()
    {
        Application = Application.Knx,
        Name = Industrial.Knx.Name,
        Title = "KNXnet/IP",
        Group = ProtocolGroup.Industry,
        Source = "KNX Standard 3/8/2 to 3/8/5, 3/6/3",
        Ports = [Industrial.Knx.Port],
        Stream = static (bytes, _, _) => Industrial.Knx.Measure(bytes) switch { > 0 => Recognition.Yes, 0 when bytes.Length > 1 => Recognition.More, _ => Recognition.No },
        Dissector = static conversation => new KnxDissector(conversation),
        Datagram = static (bytes, _) => Industrial.Knx.Recognises(bytes),
        Read = static (in datagram) => Industrial.Knx.Recognises(datagram.Bytes) && Guarded(datagram, static (in datagram) =>
        {
            InClear(datagram, Industrial.Knx.Name, datagram.Outward);
            Industrial.Knx.Read(datagram.Notes, datagram.Bytes, datagram.At);
            return true;
        }),
        Evidence = Controls,
        Proof = [new("service", "knxip.service"), new("length", "knxip.totallength")],
        Limits = "encrypted services are named by number only",
    };

    public static readonly Protocol HartIp = new()
    {
        Application = Application.HartIp,
        Name = Industrial.HartIp.Name,
        Title = "HART-IP",
        Group = ProtocolGroup.Industry,
        Source = "FieldComm HCF_SPEC-085; wireshark/epan/dissectors/packet-hartip.c",
        Ports = [Industrial.HartIp.Port],
        Stream = static (bytes, _, port) => Industrial.HartIp.Recognises(bytes) ? Recognition.Yes
            : port != Industrial.HartIp.Port ? Recognition.No : Industrial.HartIp.Measure(bytes) switch { > 0 => Recognition.Yes, 0 => Recognition.More, _ => Recognition.No },
        Dissector = static conversation => new HartIpDissector(conversation),
        Datagram = static (bytes, usual) => Industrial.HartIp.Recognises(bytes) || usual && Industrial.HartIp.Measure(bytes) == bytes.Length,
        Read = static (in datagram) => Industrial.HartIp.Measure(datagram.Bytes) is > 0 and var length && length <= datagram.Bytes.Length && Guarded(datagram, static (in datagram) =>
        {
            InClear(datagram, Industrial.HartIp.Name, datagram.Bytes[1] == 0);
            Industrial.HartIp.Read(datagram.Notes, datagram.Bytes[..Industrial.HartIp.Measure(datagram.Bytes)], datagram.At);
            return true;
        }),
        Evidence = Controls,
        Proof = [new("message", "hart_ip.message_id"), new("transaction", "hart_ip.transaction_id")],
        Limits = "values of process variables; audit logs",
    };

    private static readonly object Noted = new();

    /// <summary>Says once in a flow that anybody on the way can read it.</summary>
    private static void InClear(in Datagram datagram, string protocol, bool toServer)
    {
        if (datagram.Conversation.Reading is not null) return;
        datagram.Conversation.Reading = Noted;
        ref readonly var at = ref datagram.At;
        var subject = toServer ? Orders.Subject(datagram.Notes, protocol, at.Destination, at.DestinationPort)
            : Orders.Subject(datagram.Notes, protocol, at.Source, at.SourcePort);
        datagram.Notes.Observe(at, protocol, Seen.ClearText, subject, "messages in clear text", FindingKind.Cleartext, 1);
    }

    /// <summary>A datagram that contradicts itself proves nothing, and does no harm.</summary>
    private static bool Guarded(in Datagram datagram, DatagramReader read)
    {
        try
        {
            return read(datagram);
        }
        catch (UnreadableException)
        {
            return false;
        }
    }
}
