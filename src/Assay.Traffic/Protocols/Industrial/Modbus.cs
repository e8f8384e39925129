using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using Assay.Evidence;
using Assay.Traffic.Flows;

namespace Assay.Traffic.Protocols.Industrial;

/// <summary>
/// A Modbus message behind its header of seven bytes (MODBUS Messaging on TCP/IP Implementation Guide 1.0b, 3.1.3). Modbus knows no authentication.
/// </summary>
internal readonly ref struct ModbusMessage
{
    public const int HeaderLength = 7;
    public const int Longest = 260;
    public const ushort Port = 502;

    private ModbusMessage(ReadOnlySpan<byte> bytes)
    {
        Transaction = BinaryPrimitives.ReadUInt16BigEndian(bytes);
        Unit = bytes[6];
        Function = (byte)(bytes[7] & 0x7f);
        IsException = bytes[7] >= 0x80;
        Data = bytes[8..];
    }

    public ushort Transaction { get; }
    public byte Unit { get; }
    /// <summary>1 to 127, without the bit of exceptions.</summary>
    public byte Function { get; }
    public bool IsException { get; }
    /// <summary>What stands behind the function code.</summary>
    public ReadOnlySpan<byte> Data { get; }

    /// <summary>Length of the message in front; 0 where more is needed, -1 where it is none.</summary>
    public static int Measure(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length >= 3 && bytes[2] != 0 || bytes.Length >= 4 && bytes[3] != 0) return -1;
        if (bytes.Length < 6) return 0;
        var length = BinaryPrimitives.ReadUInt16BigEndian(bytes[4..]);
        return length is < 2 or > Longest - 6 ? -1 : 6 + length;
    }

    public static bool TryRead(ReadOnlySpan<byte> bytes, out ModbusMessage message)
    {
        var length = Measure(bytes);
        message = length > 0 && length <= bytes.Length ? new ModbusMessage(bytes[..length]) : default;
        return length > 0 && length <= bytes.Length;
    }

    /// <summary>True where the fields of a function agree with the length as a request's or an answer's do (Application Protocol 1.1b3, chapter 6).</summary>
    public bool IsConsistent => IsException ? Data.Length == 1 && Data[0] is >= 1 and <= 11 : Function switch
    {
        1 or 2 => Data.Length == 4 && Number(2) is >= 1 and <= 2000 || Counted(0),
        3 or 4 => Data.Length == 4 && Number(2) is >= 1 and <= 125 || Counted(0) && Data[0] % 2 == 0,
        5 => Data.Length == 4 && Number(2) is 0 or 0xff00,
        6 => Data.Length == 4,
        15 or 16 => Data.Length == 4 && Number(2) is >= 1 and <= 1968 || Counted(4),
        22 => Data.Length == 6,
        23 => Counted(8) || Counted(0),
        43 => Data.Length >= 3 && Data[0] == 14 && Data[1] is >= 1 and <= 4,
        _ => false,
    };

    /// <summary>True on any port: the stream begins with a message whose fields agree and that ends where the bytes end or another begins.</summary>
    public static bool Recognises(ReadOnlySpan<byte> bytes)
    {
        if (!TryRead(bytes, out var message) || !message.IsConsistent) return false;
        var rest = bytes[(HeaderLength + 1 + message.Data.Length)..];
        return rest.IsEmpty || Measure(rest) >= 0;
    }

    private int Number(int at) => BinaryPrimitives.ReadUInt16BigEndian(Data[at..]);
    private bool Counted(int at) => Data.Length > at + 1 && Data[at] == Data.Length - at - 1;
}

/// <summary>What Modbus messages show: orders and their answers, and what a machine says of itself.</summary>
internal static class Modbus
{
    public const string Name = "modbus";

    /// <param name="isRequest">It goes to the server.</param>
    public static void Read(Notes notes, in ModbusMessage message, bool isRequest, in Moment at)
    {
        notes.Saw(at, Name, "transaction", message.Transaction);
        notes.Saw(at, Name, "function", message.Function);
        var id = (ulong)message.Transaction << 16 | (uint)message.Unit << 8 | message.Function;
        if (isRequest)
        {
            if (!message.IsException && Order(message) is { } order) notes.Orders.Asked(notes, at, Name, id, order);
            return;
        }
        if (message.IsException)
        {
            var code = message.Data.Length > 0 ? message.Data[0] : 0;
            notes.Orders.Answered(notes, at, Name, id, Exception(code));
            return;
        }
        notes.Orders.Answered(notes, at, Name, id, message.Function == 90 ? Umas(message.Data) : null);
        switch (message.Function)
        {
            case 43 when message.Data.Length > 6 && message.Data[0] == 14:
                Identification(notes, message.Data[6..], message.Data[5], at);
                break;
            case 17 when message.Data.Length > 2 && message.Data[0] <= message.Data.Length - 1:
                var said = Printable(message.Data.Slice(1, message.Data[0]));
                if (said.Length >= 4) Disclose(notes, at, "server id", said);
                break;
        }
    }

    /// <summary>The order that a request gives; null for one that only reads.</summary>
    private static string? Order(in ModbusMessage message) => message.Function switch
    {
        5 => "write single coil",
        6 => "write single register",
        8 when message.Data is [0, 1, ..] => "restart communications",
        8 when message.Data is [0, 4, ..] => "force listen only mode",
        15 => "write multiple coils",
        16 => "write multiple registers",
        21 => "write file record",
        22 => "mask write register",
        23 => "read and write multiple registers",
        // Schneider's UMAS: session number, then its own function.
        90 when message.Data is [_, 0x40, ..] => "start the program (UMAS)",
        90 when message.Data is [_, 0x41, ..] => "stop the program (UMAS)",
        90 when message.Data is [_, 0x30, ..] => "begin a download of the program (UMAS)",
        90 when message.Data is [_, 0x23, ..] => "write variables (UMAS)",
        _ => null,
    };

    // UMAS answers 0xfe for done, 0xfd for an error.
    private static string? Umas(ReadOnlySpan<byte> data) => data.Length > 1 && data[1] == 0xfe ? null : "error";

    private static string Exception(int code) => code switch
    {
        1 => "illegal function",
        2 => "illegal data address",
        3 => "illegal data value",
        4 => "server device failure",
        5 => "acknowledged, not done yet",
        6 => "server device busy",
        8 => "memory parity error",
        10 => "gateway path unavailable",
        11 => "gateway target did not respond",
        _ => string.Create(CultureInfo.InvariantCulture, $"exception {code}"),
    };

    /// <summary>Objects of Read Device Identification (Application Protocol 1.1b3, 6.21): id, length, text.</summary>
    private static void Identification(Notes notes, ReadOnlySpan<byte> objects, int count, in Moment at)
    {
        for (var i = 0; i < count && objects.Length >= 2 && objects[1] <= objects.Length - 2; i++)
        {
            var what = objects[0] switch
            {
                0 => "vendor",
                1 => "product code",
                2 => "revision",
                3 => "vendor address",
                4 => "product name",
                5 => "model",
                6 => "user application",
                _ => null,
            };
            var text = Printable(objects.Slice(2, objects[1]));
            if (what is not null && text.Length > 0) Disclose(notes, at, what, text);
            objects = objects[(2 + objects[1])..];
        }
    }

    private static void Disclose(Notes notes, in Moment at, string what, string text) => Disclosure.Note(notes, at, Name, what, text);

    private static string Printable(ReadOnlySpan<byte> bytes) => Disclosure.Printable(bytes);
}

/// <summary>Modbus/TCP.</summary>
internal sealed class ModbusDissector(Conversation conversation) : MessageDissector(conversation)
{
    public override Application Application => Application.Modbus;

    protected override int Measure(ReadOnlySpan<byte> bytes) => ModbusMessage.Measure(bytes);

    protected override void Take(bool outward, ReadOnlySpan<byte> message, in Moment at)
    {
        if (!ModbusMessage.TryRead(message, out var read)) return;
        // The usual port tells who serves where the capture began in the middle.
        var isRequest = at.DestinationPort == ModbusMessage.Port || at.SourcePort != ModbusMessage.Port && outward;
        InClear(at, Modbus.Name, isRequest);
        Modbus.Read(Notes, read, isRequest, at);
    }
}
