using System.Buffers.Binary;
using System.Text;
using Assay.Evidence;
using Assay.Traffic.Protocols.Industrial;

namespace Assay.Traffic.Tests.Protocols.Industrial;

/// <summary>Messages of plants' protocols, byte by byte, and what an examination says of them.</summary>
internal static class Plants
{
    public static byte[] Modbus(int transaction, byte unit, params byte[] pdu) => [(byte)(transaction >> 8), (byte)transaction, 0, 0, 0, (byte)(pdu.Length + 1), unit, .. pdu];

    /// <summary>A frame of a link with unconfirmed user data; the transport and application layers are in <paramref name="data"/>.</summary>
    public static byte[] Dnp3(bool fromMaster, int destination, int source, params byte[] data)
    {
        var frame = new List<byte> { 5, 0x64, (byte)(5 + data.Length), (byte)(fromMaster ? 0xc4 : 0x44), (byte)destination, (byte)(destination >> 8), (byte)source, (byte)(source >> 8) };
        Sum(frame, 0);
        for (var at = 0; at < data.Length; at += 16)
        {
            var begin = frame.Count;
            frame.AddRange(data[at..Math.Min(at + 16, data.Length)]);
            Sum(frame, begin);
        }
        return [.. frame];

        static void Sum(List<byte> frame, int begin)
        {
            var sum = Dnp3Link.Sum(frame.ToArray().AsSpan(begin));
            frame.AddRange([(byte)sum, (byte)(sum >> 8)]);
        }
    }

    /// <summary>An APDU of format I.</summary>
    public static byte[] Iec104(params byte[] asdu) => [0x68, (byte)(4 + asdu.Length), 0, 0, 0, 0, .. asdu];

    /// <summary>A data PDU of ISO transport.</summary>
    public static byte[] Iso(byte[] user, bool isLast = true) => [3, 0, (byte)((7 + user.Length) >> 8), (byte)(7 + user.Length), 2, 0xf0, (byte)(isLast ? 0x80 : 0), .. user];

    public static readonly byte[] IsoConnect = [3, 0, 0, 22, 17, 0xe0, 0, 0, 0, 1, 0, 0xc1, 2, 1, 0, 0xc2, 2, 1, 2, 0xc0, 1, 10];
    public static readonly byte[] IsoConfirm = [3, 0, 0, 22, 17, 0xd0, 0, 1, 0, 1, 0, 0xc0, 1, 10, 0xc1, 2, 1, 0, 0xc2, 2, 1, 2];

    public static byte[] S7(byte kind, int reference, byte[] parameter, byte[] data, ushort? error = null) =>
        Iso([0x32, kind, 0, 0, (byte)(reference >> 8), (byte)reference, 0, (byte)parameter.Length, 0, (byte)data.Length, .. error is { } e ? new[] { (byte)(e >> 8), (byte)e } : [],
            .. parameter, .. data]);

    public static byte[] Enip(ushort command, uint session, byte[] data, uint status = 0, ulong context = 7)
    {
        var message = new byte[24 + data.Length];
        BinaryPrimitives.WriteUInt16LittleEndian(message, command);
        BinaryPrimitives.WriteUInt16LittleEndian(message.AsSpan(2), (ushort)data.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(message.AsSpan(4), session);
        BinaryPrimitives.WriteUInt32LittleEndian(message.AsSpan(8), status);
        BinaryPrimitives.WriteUInt64LittleEndian(message.AsSpan(12), context);
        data.CopyTo(message, 24);
        return message;
    }

    /// <summary>A CIP message without a connection, in a request of EtherNet/IP.</summary>
    public static byte[] Cip(ulong context, params byte[] message) =>
        Enip(0x6f, 9, [0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0xb2, 0, (byte)message.Length, (byte)(message.Length >> 8), .. message], context: context);

    public static byte[] Bacnet(params byte[] apdu) => [0x81, 0x0a, 0, (byte)(6 + apdu.Length), 1, 4, .. apdu];

    public static byte[] OpcUa(string kind, params byte[] body) => [.. Encoding.ASCII.GetBytes(kind), (byte)'F', .. U32(8 + body.Length), .. body];

    public static byte[] U32(long value) => [(byte)value, (byte)(value >> 8), (byte)(value >> 16), (byte)(value >> 24)];

    /// <summary>A string of OPC UA.</summary>
    public static byte[] Text(string? text) => text is null ? U32(-1) : [.. U32(text.Length), .. Encoding.UTF8.GetBytes(text)];

    public static byte[] Gtp2(byte type, uint sequence, params byte[] elements) =>
        [0x48, type, (byte)((8 + elements.Length) >> 8), (byte)(8 + elements.Length), 0, 0, 0, 5, (byte)(sequence >> 16), (byte)(sequence >> 8), (byte)sequence, 0, .. elements];

    /// <summary>What machines were ordered and what they said, in order: frame and words.</summary>
    public static List<string> Control(this CaptureExamination examination) =>
        [.. examination.Observations.Where(o => o.What == Seen.Control).Select(o => FormattableString.Invariant($"{o.Frame} {o.Value}"))];

    /// <summary>Findings of control without authentication.</summary>
    public static List<Finding> Taken(this CaptureExamination examination) => [.. examination.Findings.Where(f => f.Has(Traits.Control))];

    public static List<string> Disclosed(this CaptureExamination examination) => [.. examination.Findings.Where(f => f.Kind == FindingKind.Disclosure).Select(f => f.Value)];
}
