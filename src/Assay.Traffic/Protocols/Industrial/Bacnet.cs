using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using Assay.Evidence;
using Assay.Evidence.Reading;
using Assay.Traffic.Flows;

namespace Assay.Traffic.Protocols.Industrial;

/// <summary>
/// BACnet/IP (ANSI/ASHRAE 135, annex J and clauses 6 and 20): orders to controllers of buildings, their answers, and what they say of themselves. The
/// protocol shows nobody's identity; passwords of two services travel in clear.
/// </summary>
internal static class Bacnet
{
    public const string Name = "bacnet";
    public const ushort Port = 47808;
    private const byte ConfirmedRequest = 0, UnconfirmedRequest = 1, SimpleAck = 2, ComplexAck = 3, SegmentAck = 4, Error = 5, Reject = 6, Abort = 7;
    private const byte IAm = 0, DeviceControl = 17, Reinitialize = 20, ReadProperty = 12;

    /// <summary>True on any port: the type of BACnet/IP, a function that exists, a length that is the datagram's own.</summary>
    public static bool Recognises(ReadOnlySpan<byte> bytes) => bytes.Length >= 4 && bytes[0] == 0x81 && bytes[1] <= 0x0c
        && BinaryPrimitives.ReadUInt16BigEndian(bytes[2..]) == bytes.Length && NetworkStart(bytes) is var start && (start < 0 || start < bytes.Length && bytes[start] == 1);

    /// <exception cref="UnreadableException">Its lengths run over its end.</exception>
    public static void Read(Notes notes, ReadOnlySpan<byte> bytes, in Moment at)
    {
        notes.Saw(at, Name, "function", bytes[1]);
        var start = NetworkStart(bytes);
        if (start < 0) return;
        var network = new SpanReader(bytes[start..], start, bigEndian: true);
        network.Skip(1, "byte of version");
        var control = network.U8("control");
        if ((control & 0x20) != 0)
        {
            network.Skip(2, "bytes of destination network");
            network.Skip(network.U8("length of address"), "bytes of address");
        }
        if ((control & 0x08) != 0)
        {
            network.Skip(2, "bytes of source network");
            network.Skip(network.U8("length of address"), "bytes of address");
        }
        if ((control & 0x20) != 0) network.Skip(1, "byte of hop count");
        // A message of the network layer itself.
        if ((control & 0x80) != 0) return;
        Application(notes, network.Rest, at);
    }

    /// <summary>Where the network layer begins; -1 for functions that carry none.</summary>
    private static int NetworkStart(ReadOnlySpan<byte> bytes) => bytes[1] switch { 0x04 => 10, 0x09 or 0x0a or 0x0b => 4, _ => -1 };

    private static void Application(Notes notes, ReadOnlySpan<byte> bytes, in Moment at)
    {
        if (bytes.IsEmpty) return;
        var type = (byte)(bytes[0] >> 4);
        notes.Saw(at, Name, "type", type);
        var apdu = new SpanReader(bytes, 1, bigEndian: true);
        apdu.Skip(1);
        switch (type)
        {
            case ConfirmedRequest:
                var segmented = (bytes[0] & 8) != 0;
                apdu.Skip(1, "byte of sizes");
                var id = apdu.U8("invoke id");
                if (segmented) apdu.Skip(2, "bytes of segment");
                var service = apdu.U8("service");
                notes.Saw(at, Name, "confirmed", service);
                Request(notes, service, id, apdu.Rest, at);
                break;
            case UnconfirmedRequest:
                service = apdu.U8("service");
                notes.Saw(at, Name, "unconfirmed", service);
                if (service == IAm) Identity(notes, apdu.Rest, at);
                break;
            case SimpleAck or ComplexAck:
                id = apdu.U8("invoke id");
                if (type == ComplexAck && (bytes[0] & 8) != 0) apdu.Skip(2, "bytes of segment");
                service = apdu.U8("service");
                notes.Saw(at, Name, "confirmed", service);
                notes.Orders.Answered(notes, at, Name, Key(service, id), null);
                if (type == ComplexAck && service == ReadProperty) Property(notes, apdu.Rest, at);
                break;
            case Error:
                id = apdu.U8("invoke id");
                service = apdu.U8("service");
                notes.Saw(at, Name, "confirmed", service);
                notes.Orders.Answered(notes, at, Name, Key(service, id), "error");
                break;
            case Reject or Abort:
                // They name no service: whatever waits under this number was not done.
                id = apdu.U8("invoke id");
                foreach (var possible in Ordering) notes.Orders.Answered(notes, at, Name, Key(possible, id), type == Reject ? "rejected" : "aborted");
                break;
        }
    }

    private static ulong Key(byte service, byte id) => (ulong)service << 8 | id;

    private static ReadOnlySpan<byte> Ordering => [7, 8, 9, 10, 11, 15, 16, DeviceControl, 18, Reinitialize];

    private static void Request(Notes notes, byte service, byte id, ReadOnlySpan<byte> body, in Moment at)
    {
        var order = service switch
        {
            7 => "write a file",
            8 => "add to a list",
            9 => "remove from a list",
            10 => "create an object",
            11 => "delete an object",
            15 => "write a property",
            16 => "write properties",
            DeviceControl => "switch communication on or off",
            18 => "private transfer",
            Reinitialize => "restart the device",
            _ => null,
        };
        if (order is null) return;
        var password = service is DeviceControl or Reinitialize ? Password(body, service == DeviceControl ? 2 : 1) : null;
        notes.Orders.Asked(notes, at, Name, Key(service, id), order, password is null ? null : "after a password");
        if (password is null) return;
        var subject = Orders.Subject(notes, Name, at.Destination, at.DestinationPort);
        notes.Credential(at, Name, Seen.Login, subject, "", password, Traits.Login);
        notes.Observe(at, Name, Seen.ClearText, subject, "a password in clear text", FindingKind.Cleartext, 1, null, null, Traits.Login);
    }

    /// <summary>The character string under a context tag (clause 20.2); null for none.</summary>
    private static string? Password(ReadOnlySpan<byte> body, int number)
    {
        while (Tag(ref body, out var tag, out var isContext, out var content))
        {
            // One byte says the character set.
            if (isContext && tag == number) return content.Length < 1 ? "" : Encoding.UTF8.GetString(content[1..Math.Min(content.Length, 64)]);
        }
        return null;
    }

    /// <summary>I-Am (clause 16.10.2): device, longest message, segmentation, maker.</summary>
    private static void Identity(Notes notes, ReadOnlySpan<byte> body, in Moment at)
    {
        if (!Tag(ref body, out var tag, out _, out var device) || tag != 12 || device.Length != 4 || !Tag(ref body, out _, out _, out _) || !Tag(ref body, out _, out _, out _)
            || !Tag(ref body, out tag, out _, out var maker) || tag != 2 || maker.Length > 4) return;
        var vendor = 0u;
        foreach (var b in maker) vendor = vendor << 8 | b;
        Disclosure.Note(notes, at, Name, "identity", string.Create(CultureInfo.InvariantCulture, $"device {BinaryPrimitives.ReadUInt32BigEndian(device) & 0x3fffff}, vendor {vendor}"));
    }

    /// <summary>The answer to a read of one property (clause 15.5): object, property, [index], value between opening and closing tag 3.</summary>
    private static void Property(Notes notes, ReadOnlySpan<byte> body, in Moment at)
    {
        string? what = null;
        while (Tag(ref body, out var tag, out var isContext, out var content))
        {
            if (isContext && tag == 1 && content.Length is 1 or 2)
            {
                var property = content.Length == 1 ? content[0] : BinaryPrimitives.ReadUInt16BigEndian(content);
                what = property switch
                {
                    12 => "application version",
                    44 => "firmware revision",
                    70 => "model",
                    77 => "object name",
                    121 => "vendor",
                    _ => null,
                };
            }
            else if (!isContext && tag == 7 && what is not null && content.Length > 1)
            {
                if (Disclosure.Printable(content[1..]) is { Length: > 0 } said) Disclosure.Note(notes, at, Name, what, said);
                return;
            }
        }
    }

    /// <summary>The next tag (clause 20.2.1); opening and closing tags have no content.</summary>
    private static bool Tag(ref ReadOnlySpan<byte> body, out int tag, out bool isContext, out ReadOnlySpan<byte> content)
    {
        (tag, isContext) = (0, false);
        content = default;
        if (body.IsEmpty) return false;
        var (first, at) = (body[0], 1);
        tag = first >> 4;
        isContext = (first & 8) != 0;
        if (tag == 15)
        {
            if (body.Length < 2) return false;
            tag = body[at++];
        }
        long length = first & 7;
        if (isContext && length >= 6) length = 0;
        else if (!isContext && (first >> 4) == 1) length = 0;
        else if (length == 5)
        {
            if (at >= body.Length) return false;
            length = body[at++];
            var wide = length switch { 254 => 2, 255 => 4, _ => 0 };
            if (body.Length < at + wide) return false;
            if (wide == 2) length = BinaryPrimitives.ReadUInt16BigEndian(body[at..]);
            else if (wide == 4) length = BinaryPrimitives.ReadUInt32BigEndian(body[at..]);
            at += wide;
        }
        if (length > body.Length - at) return false;
        content = body.Slice(at, (int)length);
        body = body[(at + (int)length)..];
        return true;
    }
}
