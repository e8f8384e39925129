using System.Buffers.Binary;
using System.Globalization;
using Assay.Traffic.Flows;

namespace Assay.Traffic.Protocols.Industrial;

/// <summary>An APDU of IEC 60870-5-104 (clause 5): start byte 0x68, a length, four bytes of control, and an ASDU in those of format I.</summary>
internal readonly ref struct Iec104Message
{
    public const ushort Port = 2404;

    private Iec104Message(ReadOnlySpan<byte> bytes)
    {
        Control = bytes[2];
        Asdu = bytes[6..];
    }

    public byte Control { get; }
    /// <summary>0 for I (numbered data), 1 for S (acknowledgement), 3 for U (start, stop, test).</summary>
    public int Format => (Control & 1) == 0 ? 0 : Control & 3;
    public ReadOnlySpan<byte> Asdu { get; }

    /// <summary>Length of the APDU in front; 0 where more is needed, -1 where it is none.</summary>
    public static int Measure(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length >= 1 && bytes[0] != 0x68 || bytes.Length >= 2 && bytes[1] is < 4 or > 253) return -1;
        return bytes.Length < 2 ? 0 : bytes[1] + 2;
    }

    public static bool TryRead(ReadOnlySpan<byte> bytes, out Iec104Message message)
    {
        var length = Measure(bytes);
        message = length > 0 && length <= bytes.Length ? new Iec104Message(bytes[..length]) : default;
        return length > 0 && length <= bytes.Length;
    }

    /// <summary>
    /// True on any port: a U format with one function and nothing else, as every connection begins with, or a chain of APDUs to the end whose control
    /// fields are in order.
    /// </summary>
    public static bool Recognises(ReadOnlySpan<byte> bytes)
    {
        var seen = 0;
        while (!bytes.IsEmpty)
        {
            if (!TryRead(bytes, out var message)) return false;
            switch (message.Format)
            {
                case 0 when message.Asdu.Length < 9 || (bytes[4] & 1) != 0 || message.Asdu[0] is 0 or > 127 || message.Asdu[1] == 0 || (message.Asdu[2] & 0x3f) is 0 or > 47:
                case 1 when !message.Asdu.IsEmpty || bytes[2] != 1 || bytes[3] != 0 || (bytes[4] & 1) != 0:
                case 3 when !message.Asdu.IsEmpty || (bytes[2] is not (0x07 or 0x0b or 0x13 or 0x23 or 0x43 or 0x83)) || bytes[3] != 0 || bytes[4] != 0 || bytes[5] != 0:
                    return false;
            }
            seen++;
            bytes = bytes[(6 + message.Asdu.Length)..];
        }
        return seen > 0;
    }
}

/// <summary>IEC 60870-5-104: commands in the direction of control, and their confirmations. It knows no authentication (IEC 62351-3 puts TLS around it).</summary>
internal sealed class Iec104Dissector(Conversation conversation) : MessageDissector(conversation)
{
    public const string Name = "iec104";
    private const int Activation = 6, ActivationConfirmed = 7, Deactivation = 8, Negative = 0x40;

    public override Application Application => Application.Iec104;

    protected override int Measure(ReadOnlySpan<byte> bytes) => Iec104Message.Measure(bytes);

    protected override void Take(bool outward, ReadOnlySpan<byte> message, in Moment at)
    {
        if (!Iec104Message.TryRead(message, out var apdu)) return;
        InClear(at, Name, at.DestinationPort == Iec104Message.Port || at.SourcePort != Iec104Message.Port && outward);
        Notes.Saw(at, Name, "format", apdu.Format);
        if (apdu.Format != 0 || apdu.Asdu.Length < 6) return;
        var asdu = apdu.Asdu;
        var (type, cause) = (asdu[0], asdu[2] & 0x3f);
        Notes.Saw(at, Name, "type", type);
        Notes.Saw(at, Name, "cause", cause);
        if (asdu.Length < 9 || Order(type, asdu) is not { } order) return;
        var common = BinaryPrimitives.ReadUInt16LittleEndian(asdu[4..]);
        var point = (uint)(asdu[6] | asdu[7] << 8 | asdu[8] << 16);
        var id = (ulong)type << 40 | (ulong)common << 24 | point;
        if (cause is Activation or Deactivation) Notes.Orders.Asked(Notes, at, Name, id, order);
        else if ((asdu[2] & Negative) != 0) Notes.Orders.Answered(Notes, at, Name, id, "negative confirmation");
        else if (cause == ActivationConfirmed) Notes.Orders.Answered(Notes, at, Name, id, null);
        else if (cause is >= 44 and <= 47) Notes.Orders.Answered(Notes, at, Name, id, "unknown type, cause, address or point");
    }

    /// <summary>The command of a type in the direction of control (IEC 60870-5-101, 7.2.1.1); null for one that only asks.</summary>
    private static string? Order(byte type, ReadOnlySpan<byte> asdu)
    {
        var what = type switch
        {
            45 or 58 => "single command",
            46 or 59 => "double command",
            47 or 60 => "regulating step command",
            48 or 61 => "set point, normalised",
            49 or 62 => "set point, scaled",
            50 or 63 => "set point, floating point",
            51 or 64 => "bit string command",
            103 => "set the clock",
            105 => "reset process",
            110 or 111 or 112 => "set a parameter of measured values",
            113 => "activate a parameter",
            _ => null,
        };
        if (what is null) return null;
        // The qualifier's highest bit says select; it stands behind the value.
        var qualifier = type switch { 45 or 46 or 47 or 58 or 59 or 60 => 9, 48 or 49 or 61 or 62 => 11, 50 or 63 => 13, _ => -1 };
        return qualifier > 0 && asdu.Length > qualifier && (asdu[qualifier] & 0x80) != 0 ? string.Create(CultureInfo.InvariantCulture, $"select, {what}") : what;
    }
}
