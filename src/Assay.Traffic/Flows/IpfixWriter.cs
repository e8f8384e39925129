using System.Buffers.Binary;
using System.Text;

namespace Assay.Traffic.Flows;

/// <summary>Flow records as an IPFIX file: messages of RFC 7011 one after the other (RFC 5655), each flow one record with both directions (RFC 5103).</summary>
/// <remarks>
/// Two templates, for IPv4 and IPv6, in the first message and again in every hundredth, so that a part of a file can be read. Times in milliseconds; the export time of a
/// message is the end of its latest flow so far: same flows, same bytes. Names are in the other formats: no information element of IANA holds them.
/// </remarks>
public sealed class IpfixWriter(Stream stream)
{
    private const ushort Version = 10, TemplateSet = 2, FourTemplate = 256, SixTemplate = 257;
    private const int MessageHeader = 16, SetHeader = 4, MostBody = 1400, TemplatesEvery = 100;
    private const uint Reverse = 29305;

    /// <summary>Information elements of IANA: number, length in bytes, and whether it is that of the answering direction.</summary>
    private static readonly (ushort Id, ushort Length, bool Reverse)[] Common =
    [
        (7, 2, false),      // sourceTransportPort
        (11, 2, false),     // destinationTransportPort
        (4, 1, false),      // protocolIdentifier
        (239, 1, false),    // biflowDirection: 1 is the one that began
        (152, 8, false),    // flowStartMilliseconds
        (153, 8, false),    // flowEndMilliseconds
        (2, 8, false),      // packetDeltaCount
        (1, 8, false),      // octetDeltaCount
        (6, 1, false),      // tcpControlBits
        (2, 8, true),
        (1, 8, true),
        (6, 1, true),
        (96, 65535, false), // applicationName, of any length
    ];

    private readonly byte[] message = new byte[MessageHeader + 512 + MostBody];
    private int length, setStart;
    private ushort set;
    private uint sequence, inMessage;
    private long messages, latest;

    /// <summary>Messages written.</summary>
    public long Messages => messages;

    public void Write(Flow flow)
    {
        var v4 = flow.Source.IsV4 && flow.Destination.IsV4;
        var template = v4 ? FourTemplate : SixTemplate;
        var name = Flow.NameOf(flow.Application) ?? "";
        var room = (v4 ? 8 : 32) + 61 + 1 + Encoding.UTF8.GetByteCount(name) + SetHeader;
        if (length > 0 && length + room > MessageHeader + MostBody) End();
        if (length == 0) Begin();
        if (set != template)
        {
            EndSet();
            BeginSet(template);
        }
        var at = message.AsSpan();
        if (v4)
        {
            U32((uint)flow.Source.Low);
            U32((uint)flow.Destination.Low);
        }
        else
        {
            flow.Source.CopyTo(at[length..]);
            flow.Destination.CopyTo(at[(length + 16)..]);
            length += 32;
        }
        // A type and a code of ICMP are not kept apart; fragments have no ports.
        U16(flow.SourcePort ?? 0);
        U16(flow.DestinationPort ?? 0);
        message[length++] = flow.Protocol;
        message[length++] = 1;
        var last = flow.Last.ToUnixTimeMilliseconds();
        U64(flow.First.ToUnixTimeMilliseconds());
        U64(last);
        U64(flow.Packets.Out);
        U64(flow.Bytes.Out);
        message[length++] = (byte)flow.Flags.Out;
        U64(flow.Packets.In);
        U64(flow.Bytes.In);
        message[length++] = (byte)flow.Flags.In;
        message[length] = (byte)Encoding.UTF8.GetBytes(name, at[(length + 1)..]);
        length += 1 + message[length];
        if (last > latest) latest = last;
        inMessage++;
    }

    /// <summary>Writes what is left. A file without a flow holds the templates alone.</summary>
    public void Finish()
    {
        if (length == 0 && messages == 0) Begin();
        if (length > 0) End();
        stream.Flush();
    }

    private void Begin()
    {
        length = MessageHeader;
        set = 0;
        if (messages % TemplatesEvery != 0) return;
        BeginSet(TemplateSet);
        Template(FourTemplate, 8, 12, 4);
        Template(SixTemplate, 27, 28, 16);
        EndSet();
    }

    private void Template(ushort id, ushort source, ushort destination, ushort size)
    {
        U16(id);
        U16((ushort)(2 + Common.Length));
        Element(source, size, false);
        Element(destination, size, false);
        foreach (var (number, bytes, reverse) in Common) Element(number, bytes, reverse);
    }

    private void Element(ushort id, ushort size, bool reverse)
    {
        U16(reverse ? (ushort)(id | 0x8000) : id);
        U16(size);
        if (reverse) U32(Reverse);
    }

    private void BeginSet(ushort id)
    {
        (set, setStart) = (id, length);
        U16(id);
        length += 2;
    }

    private void EndSet()
    {
        if (set != 0) BinaryPrimitives.WriteUInt16BigEndian(message.AsSpan(setStart + 2), (ushort)(length - setStart));
        set = 0;
    }

    private void End()
    {
        EndSet();
        var head = message.AsSpan();
        BinaryPrimitives.WriteUInt16BigEndian(head, Version);
        BinaryPrimitives.WriteUInt16BigEndian(head[2..], (ushort)length);
        BinaryPrimitives.WriteUInt32BigEndian(head[4..], (uint)Math.Clamp(latest / 1000, 0, uint.MaxValue));
        BinaryPrimitives.WriteUInt32BigEndian(head[8..], sequence);
        BinaryPrimitives.WriteUInt32BigEndian(head[12..], 0);
        stream.Write(message, 0, length);
        sequence += inMessage;
        messages++;
        (length, inMessage) = (0, 0);
    }

    private void U16(ushort value)
    {
        BinaryPrimitives.WriteUInt16BigEndian(message.AsSpan(length), value);
        length += 2;
    }

    private void U32(uint value)
    {
        BinaryPrimitives.WriteUInt32BigEndian(message.AsSpan(length), value);
        length += 4;
    }

    private void U64(long value)
    {
        BinaryPrimitives.WriteInt64BigEndian(message.AsSpan(length), value);
        length += 8;
    }
}
