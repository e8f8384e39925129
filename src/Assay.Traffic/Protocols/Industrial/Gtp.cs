using System.Buffers.Binary;
using System.Globalization;
using Assay.Evidence;
using Assay.Evidence.Cryptography;
using Assay.Traffic.Flows;

namespace Assay.Traffic.Protocols.Industrial;

/// <summary>
/// The header of GTP version 1 (3GPP TS 29.060, 6; TS 29.281, 5.1), version 2 (TS 29.274, 5.1) and GTP' (TS 32.295, 6.1).
/// </summary>
internal readonly ref struct GtpMessage
{
    public const ushort ControlPort = 2123, UserPort = 2152, ChargingPort = 3386;
    public const byte UserData = 255;

    private GtpMessage(ReadOnlySpan<byte> bytes, int headerLength, int length)
    {
        Version = bytes[0] >> 5;
        IsCharging = Version < 2 && (bytes[0] & 0x10) == 0;
        Type = bytes[1];
        var hasTunnel = Version == 2 ? (bytes[0] & 8) != 0 : !IsCharging;
        Tunnel = hasTunnel ? BinaryPrimitives.ReadUInt32BigEndian(bytes[4..]) : null;
        Sequence = Version == 2 ? (uint)(bytes[headerLength - 4] << 16 | bytes[headerLength - 3] << 8 | bytes[headerLength - 2])
            : IsCharging ? BinaryPrimitives.ReadUInt16BigEndian(bytes[4..]) : (bytes[0] & 2) != 0 ? BinaryPrimitives.ReadUInt16BigEndian(bytes[8..]) : null;
        Elements = bytes[headerLength..length];
    }

    /// <summary>1 or 2; 0 for old GTP'.</summary>
    public int Version { get; }
    /// <summary>GTP'.</summary>
    public bool IsCharging { get; }
    public byte Type { get; }
    /// <summary>The end of the tunnel that the message is for; null where the header has none.</summary>
    public uint? Tunnel { get; }
    public uint? Sequence { get; }
    /// <summary>What stands behind the header.</summary>
    public ReadOnlySpan<byte> Elements { get; }

    /// <summary>True where the header's length is the datagram's own; two messages of version 2 may share one datagram.</summary>
    public static bool TryRead(ReadOnlySpan<byte> bytes, out GtpMessage message)
    {
        message = default;
        if (bytes.Length < 8) return false;
        var said = BinaryPrimitives.ReadUInt16BigEndian(bytes[2..]);
        switch (bytes[0] >> 5)
        {
            case 0 or 1 when (bytes[0] & 0x10) == 0:
                // GTP': six bytes of header in later versions, twenty in version 0 with the bit for them unset.
                var charging = bytes[0] >> 5 == 0 && (bytes[0] & 1) == 0 ? 20 : 6;
                if (bytes.Length < charging || said != bytes.Length - charging) return false;
                message = new GtpMessage(bytes, charging, bytes.Length);
                return true;
            case 1:
                var options = (bytes[0] & 7) != 0;
                if (said != bytes.Length - 8 || options && said < 4 || (bytes[0] & 8) != 0) return false;
                var header = options ? 12 : 8;
                // Extension headers: length in units of four bytes, content, the next one's type.
                for (var next = options && (bytes[0] & 4) != 0 ? bytes[11] : (byte)0; next != 0;)
                {
                    if (header >= bytes.Length || bytes[header] == 0 || header + 4 * bytes[header] > bytes.Length) return false;
                    header += 4 * bytes[header];
                    next = bytes[header - 1];
                }
                message = new GtpMessage(bytes, header, bytes.Length);
                return true;
            case 2:
                var withTunnel = (bytes[0] & 8) != 0 ? 12 : 8;
                if (bytes.Length < withTunnel || said < withTunnel - 4 || (bytes[0] & 0x10) == 0 ? said != bytes.Length - 4 : said > bytes.Length - 4) return false;
                message = new GtpMessage(bytes, withTunnel, said + 4);
                return true;
            default:
                return false;
        }
    }
}

/// <summary>What GTP's control messages show: sessions asked for, changed and deleted, and names of subscribers in clear. GTP knows no authentication.</summary>
internal static class Gtp
{
    public const string Name = "gtp";

    /// <summary>Its ports are part of it: its header alone would fit too much else.</summary>
    public static bool Recognises(ReadOnlySpan<byte> bytes, bool usual) => usual && GtpMessage.TryRead(bytes, out _);

    public static void Read(Notes notes, in GtpMessage message, in Moment at)
    {
        notes.Saw(at, Name, message.Version == 2 ? "type2" : "type", message.Type);
        if (message.Tunnel is { } tunnel) notes.Saw(at, Name, message.Version == 2 ? "tunnel2" : "tunnel", tunnel);
        if (message.IsCharging || message.Type == GtpMessage.UserData || message.Sequence is not { } sequence) return;
        var isSecond = message.Version == 2;
        if (Order(message.Type, isSecond) is { } order)
        {
            notes.Orders.Asked(notes, at, Name, Key(message.Type, isSecond, sequence), order);
            Subscriber(notes, message.Elements, isSecond, at);
        }
        else if (Order((byte)(message.Type - 1), isSecond) is not null)
        {
            notes.Orders.Answered(notes, at, Name, Key((byte)(message.Type - 1), isSecond, sequence), Refusal(message.Elements, isSecond));
        }
    }

    private static ulong Key(byte type, bool isSecond, uint sequence) => (isSecond ? 1UL << 40 : 0) | (ulong)type << 32 | sequence;

    /// <summary>Requests that make, change or end a session; their answers have the next number (TS 29.060, 7.1; TS 29.274, 6.1).</summary>
    private static string? Order(byte type, bool isSecond) => (isSecond, type) switch
    {
        (false, 16) => "create a PDP context",
        (false, 18) => "update a PDP context",
        (false, 20) => "delete a PDP context",
        (true, 32) => "create a session",
        (true, 34) => "modify a bearer",
        (true, 36) => "delete a session",
        (true, 95) => "create a bearer",
        (true, 97) => "update a bearer",
        (true, 99) => "delete a bearer",
        _ => null,
    };

    /// <summary>The cause of an answer: first of its elements in version 1, an element of type 2 in version 2.</summary>
    private static string? Refusal(ReadOnlySpan<byte> elements, bool isSecond)
    {
        if (!isSecond) return elements is [1, var cause, ..] ? cause is >= 128 and < 192 ? null : string.Create(CultureInfo.InvariantCulture, $"cause {cause}") : "no cause";
        while (Element(ref elements, out var type, out var content))
        {
            if (type == 2 && content.Length >= 2) return content[0] is >= 16 and < 64 ? null : string.Create(CultureInfo.InvariantCulture, $"cause {content[0]}");
        }
        return "no cause";
    }

    /// <summary>An element of version 2: type, length, instance, content.</summary>
    private static bool Element(ref ReadOnlySpan<byte> elements, out byte type, out ReadOnlySpan<byte> content)
    {
        type = 0;
        content = default;
        if (elements.Length < 4) return false;
        var length = BinaryPrimitives.ReadUInt16BigEndian(elements[1..]);
        if (length > elements.Length - 4) return false;
        type = elements[0];
        content = elements.Slice(4, length);
        elements = elements[(4 + length)..];
        return true;
    }

    /// <summary>Numbers of a person's subscription in clear: IMSI and telephone number.</summary>
    private static void Subscriber(Notes notes, ReadOnlySpan<byte> elements, bool isSecond, in Moment at)
    {
        if (isSecond)
        {
            while (Element(ref elements, out var type, out var content))
            {
                if (type == 1) Marker(notes, "IMSI", content, at);
                else if (type == 76) Marker(notes, "telephone number", content, at);
            }
            return;
        }
        // Types below 128 have fixed sizes (TS 29.060, 7.7); the walk ends at one that is not listed here.
        while (elements.Length > 1)
        {
            var type = elements[0];
            int length;
            var head = 1;
            if (type >= 128)
            {
                if (elements.Length < 3) return;
                length = BinaryPrimitives.ReadUInt16BigEndian(elements[1..]);
                head = 3;
            }
            else
            {
                length = type switch { 1 => 1, 2 => 8, 3 => 6, 4 => 4, 5 => 4, 8 => 1, 14 => 1, 15 => 1, 16 => 4, 17 => 4, 18 => 5, 19 => 1, 20 => 1, 26 => 2, 27 => 2, 28 => 2, 29 => 1, _ => -1 };
                if (length < 0) return;
            }
            if (length > elements.Length - head) return;
            var content = elements.Slice(head, length);
            if (type == 2) Marker(notes, "IMSI", content, at);
            // Behind a byte that says the kind of number.
            else if (type == 134 && length > 1) Marker(notes, "telephone number", content[1..], at);
            elements = elements[(head + length)..];
        }
    }

    /// <summary>Digits, two in a byte, low half first; 15 fills.</summary>
    private static void Marker(Notes notes, string what, ReadOnlySpan<byte> content, in Moment at)
    {
        Span<char> digits = stackalloc char[32];
        var count = 0;
        foreach (var b in content[..Math.Min(content.Length, 16)])
        {
            foreach (var half in (ReadOnlySpan<int>)[b & 15, b >> 4])
            {
                if (half < 10) digits[count++] = (char)('0' + half);
            }
        }
        if (count < 5) return;
        notes.Observe(at, Name, Seen.PersonalMarker, Orders.Subject(notes, Name, at.Destination, at.DestinationPort),
            string.Create(CultureInfo.InvariantCulture, $"{what} {new string(digits[..3])}… ({count})"), FindingKind.Cleartext, 0.95, null, "a subscriber's number in clear text", Traits.PersonalMarker);
    }
}
