using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Assay.Demo.Home;

/// <summary>The few forms of DNS messages that the home speaks (RFC 1035): questions for A records, their answers, announcements of RFC 6762.</summary>
internal static class Names
{
    public static byte[] Question(ushort id, string name)
    {
        using var message = new MemoryStream();
        U16(message, id);
        U16(message, 0x0100);
        foreach (var count in new ushort[] { 1, 0, 0, 0 }) U16(message, count);
        Name(message, name);
        U16(message, 1);
        U16(message, 1);
        return message.ToArray();
    }

    /// <summary>The first address in an answer, or why there is none.</summary>
    public static (IPAddress? Address, string Reason) Answer(ReadOnlySpan<byte> message, ushort id)
    {
        if (message.Length < 12 || BinaryPrimitives.ReadUInt16BigEndian(message) != id) return (null, "no answer to this question");
        var code = message[3] & 15;
        if (code != 0) return (null, code switch { 3 => "no such name", 5 => "refused", 2 => "server failure", _ => $"code {code}" });
        int questions = BinaryPrimitives.ReadUInt16BigEndian(message[4..]), answers = BinaryPrimitives.ReadUInt16BigEndian(message[6..]);
        var at = 12;
        for (var i = 0; i < questions; i++) at = Skip(message, at) + 4;
        for (var i = 0; i < answers && at < message.Length; i++)
        {
            at = Skip(message, at);
            if (at + 10 > message.Length) break;
            int type = BinaryPrimitives.ReadUInt16BigEndian(message[at..]), length = BinaryPrimitives.ReadUInt16BigEndian(message[(at + 8)..]);
            at += 10;
            if (at + length > message.Length) break;
            if (type == 1 && length == 4) return (new IPAddress(message.Slice(at, 4)), "");
            at += length;
        }
        return (null, "no address");
    }

    /// <summary>Answers one question out of a table of names; a name outside it does not exist.</summary>
    public static byte[]? Reply(ReadOnlySpan<byte> question, IReadOnlyDictionary<string, IPAddress> names, uint lifetimeSeconds)
    {
        if (question.Length < 17 || (question[2] & 0x80) != 0) return null;
        var end = Skip(question, 12) + 4;
        if (end > question.Length) return null;
        var name = Text(question, 12);
        using var message = new MemoryStream();
        message.Write(question[..2]);
        var known = names.TryGetValue(name, out var address);
        var isA = BinaryPrimitives.ReadUInt16BigEndian(question[(end - 4)..]) == 1;
        U16(message, known ? (ushort)0x8180 : (ushort)0x8183);
        foreach (var count in new ushort[] { 1, (ushort)(known && isA ? 1 : 0), 0, 0 }) U16(message, count);
        message.Write(question[12..end]);
        if (known && isA)
        {
            U16(message, 0xc00c);
            U16(message, 1);
            U16(message, 1);
            U16(message, (ushort)(lifetimeSeconds >> 16));
            U16(message, (ushort)lifetimeSeconds);
            U16(message, 4);
            message.Write(address!.GetAddressBytes());
        }
        return message.ToArray();
    }

    /// <summary>An unasked announcement of a service with its TXT record (RFC 6762 section 8.3, RFC 6763).</summary>
    public static byte[] Announcement(string host, string service, IReadOnlyList<string> facts, IPAddress address)
    {
        var instance = $"{host}.{service}";
        using var text = new MemoryStream();
        foreach (var fact in facts)
        {
            text.WriteByte((byte)fact.Length);
            text.Write(Encoding.ASCII.GetBytes(fact));
        }
        using var pointer = new MemoryStream();
        Name(pointer, instance);
        using var message = new MemoryStream();
        foreach (var field in new ushort[] { 0, 0x8400, 0, 3, 0, 0 }) U16(message, field);
        foreach (var (owner, type, kind, data) in new (string, ushort, ushort, byte[])[]
        {
            (service, 12, 1, pointer.ToArray()), (instance, 16, 0x8001, text.ToArray()), ($"{host}.local", 1, 0x8001, address.GetAddressBytes()),
        })
        {
            Name(message, owner);
            U16(message, type);
            U16(message, kind);
            U16(message, 0);
            U16(message, 120);
            U16(message, (ushort)data.Length);
            message.Write(data);
        }
        return message.ToArray();
    }

    private static void Name(MemoryStream message, string name)
    {
        foreach (var part in name.Split('.'))
        {
            message.WriteByte((byte)part.Length);
            message.Write(Encoding.ASCII.GetBytes(part));
        }
        message.WriteByte(0);
    }

    private static string Text(ReadOnlySpan<byte> message, int at)
    {
        var name = new StringBuilder();
        while (at < message.Length && message[at] is > 0 and < 64 && at + 1 + message[at] <= message.Length)
        {
            if (name.Length > 0) name.Append('.');
            name.Append(Encoding.ASCII.GetString(message.Slice(at + 1, message[at])).ToLowerInvariant());
            at += 1 + message[at];
        }
        return name.ToString();
    }

    private static int Skip(ReadOnlySpan<byte> message, int at)
    {
        while (at < message.Length)
        {
            if (message[at] >= 0xc0) return at + 2;
            if (message[at] == 0) return at + 1;
            at += 1 + message[at];
        }
        return message.Length;
    }

    private static void U16(MemoryStream message, ushort value)
    {
        message.WriteByte((byte)(value >> 8));
        message.WriteByte((byte)value);
    }
}
