using System.Buffers.Binary;
using System.Text;
using Assay.Evidence.Reading;

namespace Assay.Guard.Names;

/// <summary>The few parts of DNS messages (RFC 1035, RFC 6891) that questions and answers here share.</summary>
internal static class DnsWire
{
    public const ushort A = 1, Cname = 5, Aaaa = 28, Options = 41, Internet = 1;
    public const int NoError = 0, FormatError = 1, ServerFailure = 2, NoSuchName = 3, NotImplemented = 4, Refused = 5;
    /// <summary>What we say that we take by UDP: fits unfragmented everywhere (DNS flag day 2020).</summary>
    public const int UdpSize = 1232;

    /// <summary>A name in lower case with full stops between its labels; empty for the root. Labels may hold letters, digits, hyphen and underscore.</summary>
    /// <exception cref="UnreadableException">It runs in circles, is longer than 255 bytes, or holds other characters.</exception>
    public static string Name(ReadOnlySpan<byte> message, ref int at)
    {
        var text = new StringBuilder(64);
        var from = at;
        var jumped = false;
        for (var steps = 0; steps < 160; steps++)
        {
            if (from >= message.Length) throw new UnreadableException("a label", "the end of the message", from);
            int length = message[from];
            if (length == 0)
            {
                if (!jumped) at = from + 1;
                return text.ToString();
            }
            if (length >= 0xc0)
            {
                if (from + 1 >= message.Length) throw new UnreadableException("a pointer of two bytes", "the end of the message", from);
                var target = (length & 0x3f) << 8 | message[from + 1];
                // Names point backwards; a pointer forwards or to itself is a circle or a trap.
                if (target >= from) throw new UnreadableException("a pointer to an earlier name", $"one to 0x{target:x}", from);
                if (!jumped) at = from + 2;
                jumped = true;
                from = target;
                continue;
            }
            if (length > 63 || from + 1 + length > message.Length) throw new UnreadableException("a label of at most 63 bytes", $"length {length}", from);
            if (text.Length + length + 1 > 254) throw new UnreadableException("a name of at most 255 bytes", "a longer one", from);
            if (text.Length > 0) text.Append('.');
            foreach (var b in message.Slice(from + 1, length))
            {
                var character = (char)b;
                if (!char.IsAsciiLetterOrDigit(character) && character is not ('-' or '_')) throw new UnreadableException("letters, digits, hyphens", $"byte 0x{b:x2} in a name", from);
                text.Append(char.ToLowerInvariant(character));
            }
            from += 1 + length;
        }
        throw new UnreadableException("a name that ends", "more than 160 steps", at);
    }

    public static void Write(List<byte> message, ushort number)
    {
        message.Add((byte)(number >> 8));
        message.Add((byte)number);
    }

    public static void Write(List<byte> message, uint number)
    {
        Write(message, (ushort)(number >> 16));
        Write(message, (ushort)number);
    }

    public static void WriteName(List<byte> message, string name)
    {
        foreach (var label in name.Split('.', StringSplitOptions.RemoveEmptyEntries))
        {
            message.Add((byte)label.Length);
            message.AddRange(Encoding.ASCII.GetBytes(label));
        }
        message.Add(0);
    }

    public static void WriteOptions(List<byte> message)
    {
        message.Add(0);
        Write(message, Options);
        Write(message, (ushort)UdpSize);
        Write(message, 0u);
        Write(message, (ushort)0);
    }
}

/// <summary>What a device asks: one question of class Internet.</summary>
/// <param name="Raw">The question section as it came; the answer repeats it, letter case included.</param>
/// <param name="UdpSize">Bytes that the device takes by UDP.</param>
internal sealed record DnsQuestion(ushort Id, bool RecursionDesired, string Name, ushort Type, byte[] Raw, int UdpSize, bool HasOptions)
{
    /// <exception cref="UnreadableException">No plain question. <c>null</c> where not even an error may be sent back: too short, or itself an answer.</exception>
    public static DnsQuestion? Read(ReadOnlySpan<byte> message)
    {
        if (message.Length < 12 || (message[2] & 0x80) != 0) return null;
        if ((message[2] & 0x78) != 0) throw new UnreadableException("a plain question", $"operation {message[2] >> 3 & 15}", 2);
        int questions = BinaryPrimitives.ReadUInt16BigEndian(message[4..]), answers = BinaryPrimitives.ReadUInt16BigEndian(message[6..]);
        int more = BinaryPrimitives.ReadUInt16BigEndian(message[10..]);
        if (questions != 1 || answers != 0) throw new UnreadableException("one question and no answer", $"{questions} and {answers}", 4);
        var at = 12;
        var name = DnsWire.Name(message, ref at);
        if (at + 4 > message.Length) throw new UnreadableException("type and class", "the end of the message", at);
        var type = BinaryPrimitives.ReadUInt16BigEndian(message[at..]);
        var kind = BinaryPrimitives.ReadUInt16BigEndian(message[(at + 2)..]);
        if (kind != DnsWire.Internet) throw new UnreadableException("class 1", $"class {kind}", at + 2);
        at += 4;
        var raw = message[12..at].ToArray();
        var size = 512;
        var options = false;
        // An OPT record stands with the root's name; its class is the size.
        if (more > 0 && BinaryPrimitives.ReadUInt16BigEndian(message[8..]) == 0 && at + 11 <= message.Length && message[at] == 0
            && BinaryPrimitives.ReadUInt16BigEndian(message[(at + 1)..]) == DnsWire.Options)
        {
            options = true;
            size = Math.Clamp((int)BinaryPrimitives.ReadUInt16BigEndian(message[(at + 3)..]), 512, DnsWire.UdpSize);
        }
        return new DnsQuestion(BinaryPrimitives.ReadUInt16BigEndian(message), (message[2] & 1) != 0, name, type, raw, size, options);
    }

    /// <summary>An answer with these addresses, all under the name that was asked for.</summary>
    /// <param name="overUdp">Where it does not fit, it says so instead (TC) and the device asks by TCP.</param>
    public byte[] Answer(int code, IReadOnlyList<Traffic.Captures.Address> addresses, uint seconds, bool overUdp)
    {
        var message = new List<byte>(64 + addresses.Count * 28);
        var size = 12 + Raw.Length + addresses.Count * (Type == DnsWire.A ? 16 : 28) + (HasOptions ? 11 : 0);
        var cut = overUdp && size > UdpSize;
        DnsWire.Write(message, Id);
        DnsWire.Write(message, (ushort)(0x8080 | (cut ? 0x0200 : 0) | (RecursionDesired ? 0x0100 : 0) | code));
        DnsWire.Write(message, (ushort)1);
        DnsWire.Write(message, (ushort)(cut ? 0 : addresses.Count));
        DnsWire.Write(message, (ushort)0);
        DnsWire.Write(message, (ushort)(HasOptions ? 1 : 0));
        message.AddRange(Raw);
        foreach (var address in cut ? [] : addresses)
        {
            DnsWire.Write(message, (ushort)0xc00c);
            DnsWire.Write(message, Type);
            DnsWire.Write(message, DnsWire.Internet);
            DnsWire.Write(message, seconds);
            var bytes = address.ToIPAddress().GetAddressBytes();
            DnsWire.Write(message, (ushort)bytes.Length);
            message.AddRange(bytes);
        }
        if (HasOptions) DnsWire.WriteOptions(message);
        return [.. message];
    }

    /// <summary>An error about bytes that are no question; only the id is theirs.</summary>
    public static byte[] Error(ReadOnlySpan<byte> message, int code)
    {
        var answer = new byte[12];
        message[..2].CopyTo(answer);
        answer[2] = (byte)(0x80 | message[2] & 0x79);
        answer[3] = (byte)(0x80 | code);
        return answer;
    }
}
