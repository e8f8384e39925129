using System.Buffers.Binary;
using System.Globalization;
using Assay.Evidence;
using Assay.Evidence.Reading;
using Assay.Traffic.Flows;

namespace Assay.Traffic.Protocols.Industrial;

/// <summary>
/// S7 communication with Siemens controllers, inside ISO transport: jobs, their acknowledgements, and what a controller says of itself. The protocol
/// is not published; the layout follows Wireshark's packet-s7comm.c.
/// </summary>
internal sealed class S7(Notes notes)
{
    public const string Name = "s7comm";
    private const byte Job = 1, Acknowledge = 2, AcknowledgeData = 3, UserData = 7;

    private string? login;

    public static bool Recognises(ReadOnlySpan<byte> bytes) => bytes.Length >= 10 && bytes[0] == 0x32 && bytes[1] is Job or Acknowledge or AcknowledgeData or UserData;

    /// <exception cref="UnreadableException">Its lengths run over its end.</exception>
    public void Read(ReadOnlySpan<byte> bytes, in Moment at)
    {
        var kind = bytes[1];
        var reference = BinaryPrimitives.ReadUInt16BigEndian(bytes[4..]);
        notes.Saw(at, Name, "kind", kind);
        notes.Saw(at, Name, "reference", reference);
        var header = new SpanReader(bytes, 6, bigEndian: true);
        header.Skip(6);
        var (parameterLength, dataLength) = (header.U16("length of parameters"), header.U16("length of data"));
        ushort error = 0;
        if (kind is Acknowledge or AcknowledgeData) error = header.U16("error");
        var parameter = header.Take(parameterLength, "bytes of parameters");
        var data = header.Take(Math.Min(dataLength, header.Left), "bytes of data");
        if (parameter.IsEmpty)
        {
            if (kind is Acknowledge or AcknowledgeData) notes.Orders.Answered(notes, at, Name, reference, Error(error));
            return;
        }
        if (kind == UserData)
        {
            Functions(parameter, data, reference, at);
            return;
        }
        if (kind is Job or AcknowledgeData) notes.Saw(at, Name, "function", parameter[0]);
        if (kind == Job)
        {
            if (Order(parameter) is { } order) notes.Orders.Asked(notes, at, Name, reference, order, login);
            return;
        }
        notes.Orders.Answered(notes, at, Name, reference, Error(error) ?? (parameter[0] == 5 ? Items(data) : null));
    }

    private static string? Order(ReadOnlySpan<byte> parameter) => parameter[0] switch
    {
        0x05 => "write variables",
        0x1a => "download a block",
        0x28 when parameter.IndexOf("P_PROGRAM"u8) >= 0 => "start the program",
        0x28 when parameter.IndexOf("_DELE"u8) >= 0 => "delete blocks",
        0x28 when parameter.IndexOf("_INSE"u8) >= 0 => "insert blocks",
        0x28 when parameter.IndexOf("_MODU"u8) >= 0 => "copy memory to the card",
        0x28 when parameter.IndexOf("_GARB"u8) >= 0 => "compress memory",
        0x28 => "call a program service",
        0x29 => "stop the program",
        _ => null,
    };

    /// <summary>The answer to a write: one byte for each item, 0xff where it was done.</summary>
    private static string? Items(ReadOnlySpan<byte> data)
    {
        foreach (var item in data)
        {
            if (item != 0xff) return item switch
            {
                1 => "hardware fault",
                3 => "access denied",
                5 => "address out of range",
                6 => "type not supported",
                7 => "type inconsistent",
                10 => "object does not exist",
                _ => string.Create(CultureInfo.InvariantCulture, $"item error {item}"),
            };
        }
        return null;
    }

    private static string? Error(ushort error) => error == 0 ? null : string.Create(CultureInfo.InvariantCulture, $"error 0x{error:x4}");

    // Parameters of user data: 00 01 12, length, method 0x11 asks or 0x12 answers, type and group in one byte, subfunction, sequence, [unit, last, error].
    private void Functions(ReadOnlySpan<byte> parameter, ReadOnlySpan<byte> data, ushort reference, in Moment at)
    {
        if (parameter.Length < 8 || parameter[0] != 0 || parameter[1] != 1 || parameter[2] != 0x12) return;
        var isRequest = (parameter[5] & 0xf0) == 0x40;
        var isAnswer = (parameter[5] & 0xf0) == 0x80;
        var (group, function) = (parameter[5] & 0x0f, parameter[6]);
        var error = isAnswer && parameter.Length >= 12 ? BinaryPrimitives.ReadUInt16BigEndian(parameter[10..]) : (ushort)0;
        var id = 0x1_0000UL | reference;
        if (isRequest && Command(group, function) is { } order)
        {
            notes.Orders.Asked(notes, at, Name, id, order, login);
            return;
        }
        if (!isAnswer) return;
        var refusal = Error(error);
        if (group == 5 && function == 1)
        {
            if (refusal is null) login = "after a password";
            notes.Observe(at, Name, Seen.LoginAnswer, Orders.Subject(notes, Name, at.Source, at.SourcePort), refusal is null ? "accepted" : "refused");
        }
        else if (group == 4 && function == 1 && refusal is null) StatusList(data, at);
        notes.Orders.Answered(notes, at, Name, id, refusal);
    }

    private static string? Command(int group, byte function) => (group, function) switch
    {
        (1, 8) => "modify variables",
        (1, 9) => "force variables",
        (1, 12) => "reset the memory",
        (7, 2 or 4) => "set the clock",
        _ => null,
    };

    /// <summary>A system status list: return code, size, length, list id, index, length of an entry, count, entries.</summary>
    private void StatusList(ReadOnlySpan<byte> data, in Moment at)
    {
        if (data.Length < 12 || data[0] != 0xff) return;
        var (list, each, count) = (BinaryPrimitives.ReadUInt16BigEndian(data[4..]) & 0xff, BinaryPrimitives.ReadUInt16BigEndian(data[8..]), BinaryPrimitives.ReadUInt16BigEndian(data[10..]));
        if (each < 4) return;
        var entries = data[12..];
        for (var i = 0; i < count && i < 64 && entries.Length >= each; i++)
        {
            var index = BinaryPrimitives.ReadUInt16BigEndian(entries);
            var entry = entries[2..each];
            entries = entries[each..];
            var what = (list, index) switch
            {
                (0x11, 1) => "order number",
                (0x11, 6) => "hardware order number",
                (0x11, 7) => "firmware order number",
                (0x1c, 1) => "station name",
                (0x1c, 2) => "module name",
                (0x1c, 3) => "plant identification",
                (0x1c, 4) => "copyright",
                (0x1c, 5) => "serial number",
                (0x1c, 7) => "module type",
                _ => null,
            };
            if (what is null) continue;
            var text = Disclosure.Printable(list == 0x11 ? entry[..Math.Min(20, entry.Length)] : entry);
            if (list == 0x11 && entry.Length >= 26 && index is 6 or 7 && entry[22] == (byte)'V')
            {
                text = string.Create(CultureInfo.InvariantCulture, $"{text} V{entry[23]}.{entry[24]}.{entry[25]}");
            }
            if (text.Length > 0) Disclosure.Note(notes, at, Name, what, text);
        }
    }
}
