using System.Buffers.Binary;
using System.Globalization;
using Assay.Traffic.Flows;

namespace Assay.Traffic.Protocols.Industrial;

/// <summary>
/// Messages of the Common Industrial Protocol (CIP Networks Library, volume 1, 2-4): a service, a path to a class and its instance, data. Without CIP
/// Security, which runs inside TLS, nobody shows who he is.
/// </summary>
internal static class Cip
{
    private const byte MultipleServices = 0x0a, UnconnectedSend = 0x52, Answer = 0x80;
    private const byte ExecutePccc = 0x4b;
    private const int ConnectionManager = 6, MessageRouter = 2, PcccObject = 0x67;
    private const int Deepest = 4, MostServices = 64;

    /// <param name="id">What a request and its answer share.</param>
    public static void Read(Notes notes, ReadOnlySpan<byte> bytes, bool toServer, ulong id, in Moment at) => Read(notes, bytes, toServer, id, at, 0);

    private static void Read(Notes notes, ReadOnlySpan<byte> bytes, bool toServer, ulong id, in Moment at, int depth)
    {
        if (bytes.Length < 2 || depth >= Deepest) return;
        var service = (byte)(bytes[0] & 0x7f);
        notes.Saw(at, EtherNetIp.Name, "service", service);
        if ((bytes[0] & Answer) != 0)
        {
            if (bytes.Length < 4) return;
            var (status, extra) = (bytes[2], 2 * bytes[3]);
            // Parts that do not fit yet are an answer too; 0x06 says that more follows.
            var refusal = status is 0 or 6 ? service == ExecutePccc && 4 + extra < bytes.Length ? Pccc.Refusal(bytes[(4 + extra)..]) : null : Status(status);
            notes.Orders.Answered(notes, at, EtherNetIp.Name, id ^ service, refusal);
            if (service == MultipleServices && 4 + extra < bytes.Length) Several(notes, bytes[(4 + extra)..], toServer, id, at, depth);
            return;
        }
        var pathLength = 2 * bytes[1];
        if (bytes.Length < 2 + pathLength) return;
        var path = bytes.Slice(2, pathLength);
        var data = bytes[(2 + pathLength)..];
        var kind = ClassOf(path);
        if (service == UnconnectedSend && kind == ConnectionManager)
        {
            // Time tick, ticks, length of the message, message.
            if (data.Length < 4) return;
            var length = BinaryPrimitives.ReadUInt16LittleEndian(data[2..]);
            if (length <= data.Length - 4) Read(notes, data.Slice(4, length), toServer, id, at, depth + 1);
            return;
        }
        if (service == MultipleServices && kind == MessageRouter)
        {
            Several(notes, data, toServer, id, at, depth);
            return;
        }
        if ((service == ExecutePccc && kind == PcccObject ? Pccc.Order(data) : Order(service, kind, path)) is { } order) notes.Orders.Asked(notes, at, EtherNetIp.Name, id ^ service, order);
    }

    /// <summary>A packet of several services: count, then offsets from the count, then the messages.</summary>
    private static void Several(Notes notes, ReadOnlySpan<byte> data, bool toServer, ulong id, in Moment at, int depth)
    {
        if (data.Length < 2) return;
        var count = BinaryPrimitives.ReadUInt16LittleEndian(data);
        for (var i = 0; i < count && i < MostServices && 4 + 2 * i <= data.Length; i++)
        {
            var begin = BinaryPrimitives.ReadUInt16LittleEndian(data[(2 + 2 * i)..]);
            var end = i + 1 < count && 6 + 2 * i <= data.Length ? BinaryPrimitives.ReadUInt16LittleEndian(data[(4 + 2 * i)..]) : data.Length;
            if (begin < 2 || end > data.Length || begin >= end) return;
            Read(notes, data[begin..end], toServer, id + ((ulong)i + 1 << 40), at, depth + 1);
        }
    }

    /// <summary>The class that a path begins with (volume 1, C-1.4); -1 for none, as in a path of a tag's name.</summary>
    private static int ClassOf(ReadOnlySpan<byte> path) => path switch
    {
        [0x20, var number, ..] => number,
        [0x21, _, var low, var high, ..] => low | high << 8,
        _ => -1,
    };

    private static string? Order(byte service, int kind, ReadOnlySpan<byte> path) => (service, kind) switch
    {
        (0x01 or 0x03 or 0x0e or 0x1b or 0x1c or 0x11, _) => null,
        (0x02, _) => "set all attributes of " + Class(kind),
        (0x04, _) => "set attributes of " + Class(kind),
        (0x10, _) => "set an attribute of " + Class(kind),
        (0x05, _) => "reset " + Class(kind),
        (0x06, _) => "start " + Class(kind),
        (0x07, _) => "stop " + Class(kind),
        (0x08, _) => "create in " + Class(kind),
        (0x09, _) => "delete in " + Class(kind),
        (0x0d, _) => "apply attributes of " + Class(kind),
        (0x15, _) => "restore " + Class(kind),
        (0x16, _) => "save " + Class(kind),
        // A service of Rockwell's own, as captures of unlocking show it.
        (0x4c, 0x8e) => "unlock the controller",
        // Services of Logix controllers on tags and programs (Logix 5000 Controllers Data Access, 1756-PM020).
        (0x4d or 0x53, not ConnectionManager) when IsTag(kind, path) => "write a tag",
        (0x4e, not ConnectionManager) when IsTag(kind, path) => "read, modify and write a tag",
        _ => null,
    };

    // A name, or an instance of the class of symbols or templates.
    private static bool IsTag(int kind, ReadOnlySpan<byte> path) => path is [0x91, ..] || kind is 0x6b or 0x6c;

    private static string Class(int kind) => kind switch
    {
        0x01 => "the identity object",
        0x02 => "the message router",
        0x04 => "an assembly",
        0x06 => "the connection manager",
        0x37 => "a file",
        0x64 or 0x8e => "the controller",
        0x67 => "PCCC",
        0x68 or 0x70 => "a program",
        0x69 or 0x72 => "the data table",
        0x8b => "the clock",
        0xa1 => "non-volatile storage",
        0xf5 => "the TCP/IP interface",
        0xf6 => "the Ethernet link",
        < 0 => "a named object",
        _ => string.Create(CultureInfo.InvariantCulture, $"class 0x{kind:x}"),
    };

    private static string Status(byte status) => status switch
    {
        0x01 => "connection failure",
        0x02 => "resource unavailable",
        0x04 => "path segment error",
        0x05 => "path destination unknown",
        0x08 => "service not supported",
        0x09 => "invalid attribute value",
        0x0c => "object state conflict",
        0x0e => "attribute not settable",
        0x0f => "privilege violation",
        0x10 => "device state conflict",
        0x13 => "not enough data",
        0x14 => "attribute not supported",
        0x16 => "object does not exist",
        _ => string.Create(CultureInfo.InvariantCulture, $"status 0x{status:x2}"),
    };
}
