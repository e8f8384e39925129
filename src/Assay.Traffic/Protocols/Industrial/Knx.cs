using System.Buffers.Binary;
using System.Globalization;
using Assay.Evidence.Reading;
using Assay.Traffic.Captures;
using Assay.Traffic.Flows;

namespace Assay.Traffic.Protocols.Industrial;

/// <summary>
/// KNXnet/IP (ISO 22510; KNX Standard 3/8/2 to 3/8/5): a header of six bytes, then the body of a service. Without its encrypted services (0x0950 on)
/// nobody shows who he is.
/// </summary>
internal static class Knx
{
    public const string Name = "knx";
    public const ushort Port = 3671;
    public const int HeaderLength = 6;
    private const ushort SearchResponse = 0x0202, DescriptionResponse = 0x0204, ConfigurationRequest = 0x0310, ConfigurationAck = 0x0311, TunnelRequest = 0x0420, TunnelAck = 0x0421, Routing = 0x0530;

    /// <summary>Length of the message in front; 0 where more is needed, -1 where it is none.</summary>
    public static int Measure(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length >= 1 && bytes[0] != HeaderLength || bytes.Length >= 2 && bytes[1] is not (0x10 or 0x20)) return -1;
        if (bytes.Length < HeaderLength) return 0;
        var length = BinaryPrimitives.ReadUInt16BigEndian(bytes[4..]);
        return length < HeaderLength || !IsKnown(BinaryPrimitives.ReadUInt16BigEndian(bytes[2..])) ? -1 : length;
    }

    /// <summary>True on any port: the two bytes that all begin with, a service that exists, a length that is the datagram's own.</summary>
    public static bool Recognises(ReadOnlySpan<byte> bytes) => bytes.Length >= HeaderLength && Measure(bytes) == bytes.Length;

    private static bool IsKnown(int service) => (service >> 4) is 0x20 or 0x21 or 0x31 or 0x42 or 0x53 or 0x74 or 0x80 or 0x95;

    /// <exception cref="UnreadableException">Its lengths run over its end.</exception>
    public static void Read(Notes notes, ReadOnlySpan<byte> bytes, in Moment at)
    {
        var service = BinaryPrimitives.ReadUInt16BigEndian(bytes[2..]);
        notes.Saw(at, Name, "service", service);
        notes.Saw(at, Name, "length", BinaryPrimitives.ReadUInt16BigEndian(bytes[4..]));
        var body = bytes[HeaderLength..];
        switch (service)
        {
            case SearchResponse when body.Length > 8:
                Description(notes, body[8..], at);
                break;
            case DescriptionResponse:
                Description(notes, body, at);
                break;
            // A header of four bytes (length, channel, sequence, reserved or status), then cEMI.
            case TunnelRequest or ConfigurationRequest when body.Length > 4 && body[0] == 4:
                if (Order(body[4..]) is { } order) notes.Orders.Asked(notes, at, Name, (ulong)body[1] << 8 | body[2], order);
                break;
            case TunnelAck or ConfigurationAck when body.Length >= 4 && body[0] == 4:
                notes.Orders.Answered(notes, at, Name, (ulong)body[1] << 8 | body[2], body[3] == 0 ? null : string.Create(CultureInfo.InvariantCulture, $"status 0x{body[3]:x2}"));
                break;
            case Routing when Order(body) is { } routed:
                notes.Orders.Asked(notes, at, Name, at.Source.Low ^ (ulong)at.Frame << 32, routed);
                break;
        }
    }

    /// <summary>The order in a cEMI frame (3/6/3, 4): a write to a group, a property or memory, a restart; null for one that only reads.</summary>
    private static string? Order(ReadOnlySpan<byte> frame)
    {
        if (frame.Length < 2) return null;
        if (frame[0] == 0xf6) return "write a property";
        if (frame[0] == 0xf1) return "reset the device";
        // L_Data.req or L_Data.ind, additional information, two control bytes, source, destination, length, then the application's ten bits.
        if (frame[0] is not (0x11 or 0x29)) return null;
        var at = 2 + frame[1];
        if (frame.Length < at + 9) return null;
        var isGroup = (frame[at + 1] & 0x80) != 0;
        var service = (frame[at + 7] & 3) << 8 | frame[at + 8];
        return isGroup ? (service & 0x3c0) == 0x080 ? "write to a group" : null : (service & 0x3c0) switch
        {
            0x280 => "write memory",
            0x380 => "restart a bus device",
            0x3c0 when service == 0x3d7 => "write a property of a bus device",
            _ => null,
        };
    }

    /// <summary>Description of a device (3/8/2, 7.5.4.2): medium, state, address, project, serial number, multicast, MAC address, name of 30 bytes.</summary>
    private static void Description(Notes notes, ReadOnlySpan<byte> blocks, in Moment at)
    {
        while (blocks.Length >= 2 && blocks[0] >= 2 && blocks[0] <= blocks.Length)
        {
            if (blocks[1] == 1 && blocks[0] >= 54)
            {
                var name = Disclosure.Printable(blocks.Slice(24, 30));
                Disclosure.Note(notes, at, Name, "identity", string.Create(CultureInfo.InvariantCulture, $"{name}, serial number {Convert.ToHexStringLower(blocks.Slice(8, 6))}, MAC address {MacAddress.Of(blocks[18..])}"));
                return;
            }
            blocks = blocks[blocks[0]..];
        }
    }
}

/// <summary>KNXnet/IP over TCP.</summary>
internal sealed class KnxDissector(Conversation conversation) : MessageDissector(conversation)
{
    public override Application Application => Application.Knx;

    protected override int Measure(ReadOnlySpan<byte> bytes) => Knx.Measure(bytes);

    protected override void Take(bool outward, ReadOnlySpan<byte> message, in Moment at)
    {
        InClear(at, Knx.Name, at.DestinationPort == Knx.Port || at.SourcePort != Knx.Port && outward);
        Knx.Read(Notes, message, at);
    }
}
