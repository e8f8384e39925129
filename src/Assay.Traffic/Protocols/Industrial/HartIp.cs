using System.Buffers.Binary;
using System.Globalization;
using Assay.Evidence.Reading;
using Assay.Traffic.Flows;

namespace Assay.Traffic.Protocols.Industrial;

/// <summary>
/// HART-IP (FieldComm HCF_SPEC-085, 10): a header of eight bytes, then for pass-through a HART frame. Version 1 knows no authentication; version 2 puts
/// TLS or DTLS around it.
/// </summary>
internal static class HartIp
{
    public const string Name = "hartip";
    public const ushort Port = 5094;
    public const int HeaderLength = 8;
    private const byte Request = 0, Response = 1, PassThrough = 3;

    /// <summary>Length of the message in front; 0 where more is needed, -1 where it is none.</summary>
    public static int Measure(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length >= 1 && bytes[0] is not (1 or 2) || bytes.Length >= 2 && bytes[1] is not (0 or 1 or 2 or 15) || bytes.Length >= 3 && bytes[2] is not (<= 5 or 128)) return -1;
        if (bytes.Length < HeaderLength) return 0;
        var length = BinaryPrimitives.ReadUInt16BigEndian(bytes[6..]);
        return length < HeaderLength || length > 4096 ? -1 : length;
    }

    /// <summary>
    /// True on any port for what a session begins with: the request to open it (master type and a time-out of five bytes, without error), or a HART
    /// frame whose sum agrees.
    /// </summary>
    public static bool Recognises(ReadOnlySpan<byte> bytes)
    {
        var length = Measure(bytes);
        if (length <= 0 || length > bytes.Length) return false;
        return bytes[2] == 0 ? length == 13 && bytes[1] is Request or Response && bytes[8] is 0 or 1 : bytes[2] == PassThrough && IsWhole(bytes[HeaderLength..length]);
    }

    /// <exception cref="UnreadableException">Its lengths run over its end.</exception>
    public static void Read(Notes notes, ReadOnlySpan<byte> bytes, in Moment at)
    {
        var (type, id, sequence) = (bytes[1], bytes[2], BinaryPrimitives.ReadUInt16BigEndian(bytes[4..]));
        notes.Saw(at, Name, "message", id);
        notes.Saw(at, Name, "transaction", sequence);
        if (id != PassThrough) return;
        var frame = bytes[HeaderLength..];
        if (!IsWhole(frame)) return;
        var address = (frame[0] & 0x80) != 0 ? 5 : 1;
        address += frame[0] >> 5 & 3;
        var command = frame[1 + address];
        var data = frame.Slice(3 + address, frame[2 + address]);
        if (type == Request)
        {
            if (Order(command, data) is { } order) notes.Orders.Asked(notes, at, Name, (ulong)sequence << 8 | command, order);
            return;
        }
        // The first byte of an answer says how it went: its highest bit an error of the line, else a code, 0 for done, 8 to 14 with a warning.
        if (type != Response || data.Length < 2) return;
        var code = data[0];
        notes.Orders.Answered(notes, at, Name, (ulong)sequence << 8 | command, code == 0 ? null : code switch
        {
            2 => "invalid selection",
            5 => "too few data",
            7 => "write protected",
            16 => "access restricted",
            64 => "command not implemented",
            _ => string.Create(CultureInfo.InvariantCulture, $"response code {code}"),
        });
        if (command == 0 && code == 0 && data.Length >= 14)
        {
            Disclosure.Note(notes, at, Name, "identity", string.Create(CultureInfo.InvariantCulture, $"device type 0x{data[3]:x2}{data[4]:x2}, device revision {data[7]}, software revision {data[8]}, device {Convert.ToHexStringLower(data.Slice(11, 3))}"));
        }
        else if (command == 20 && code == 0 && data.Length > 4 && Disclosure.Printable(data[2..]) is { Length: > 0 } tag) Disclosure.Note(notes, at, Name, "long tag", tag);
    }

    /// <summary>Delimiter, address of one or five bytes, expansion bytes, command, count, data, and the sum of all by exclusive or (HCF_SPEC-081).</summary>
    private static bool IsWhole(ReadOnlySpan<byte> frame)
    {
        if (frame.Length < 5) return false;
        var head = 1 + ((frame[0] & 0x80) != 0 ? 5 : 1) + (frame[0] >> 5 & 3);
        if (frame.Length < head + 3 || frame.Length != head + 3 + frame[head + 1]) return false;
        byte sum = 0;
        foreach (var b in frame) sum ^= b;
        return sum == 0;
    }

    /// <summary>Commands that write (HCF_SPEC-127 and HCF_SPEC-151); null for those that read.</summary>
    private static string? Order(byte command, ReadOnlySpan<byte> data) => command switch
    {
        6 => "write the polling address",
        17 => "write the message",
        18 => "write tag, descriptor and date",
        19 => "write the final assembly number",
        22 => "write the long tag",
        34 => "write the damping",
        35 => "write the range",
        36 or 37 => "set the range to the process",
        38 => "reset the flag of changes",
        40 => "fix the loop current",
        41 => "self test",
        42 => "reset the device",
        43 or 45 or 46 => "trim",
        44 => "write the unit",
        47 => "write the transfer function",
        51 => "assign variables",
        53 => "write a variable's unit",
        59 => "write the number of preambles",
        71 when !data.IsEmpty => "lock the device",
        79 => "write a variable",
        _ => null,
    };
}

/// <summary>HART-IP over TCP.</summary>
internal sealed class HartIpDissector(Conversation conversation) : MessageDissector(conversation)
{
    public override Application Application => Application.HartIp;

    protected override int Measure(ReadOnlySpan<byte> bytes) => HartIp.Measure(bytes);

    protected override void Take(bool outward, ReadOnlySpan<byte> message, in Moment at)
    {
        InClear(at, HartIp.Name, message[1] == 0);
        HartIp.Read(Notes, message, at);
    }
}
