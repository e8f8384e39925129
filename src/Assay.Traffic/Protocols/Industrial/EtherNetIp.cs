using System.Buffers.Binary;
using System.Globalization;
using Assay.Evidence.Reading;
using Assay.Traffic.Flows;

namespace Assay.Traffic.Protocols.Industrial;

/// <summary>An encapsulation message of EtherNet/IP (CIP Networks Library, volume 2, 2-3): a header of 24 bytes, little endian, then its data.</summary>
internal readonly ref struct EtherNetIpMessage
{
    public const int HeaderLength = 24;
    public const ushort Port = 44818, IoPort = 2222;
    public const ushort ListServices = 0x04, ListIdentity = 0x63, ListInterfaces = 0x64, RegisterSession = 0x65, UnregisterSession = 0x66, SendRequest = 0x6f, SendUnit = 0x70;

    private EtherNetIpMessage(ReadOnlySpan<byte> bytes)
    {
        Command = BinaryPrimitives.ReadUInt16LittleEndian(bytes);
        Session = BinaryPrimitives.ReadUInt32LittleEndian(bytes[4..]);
        Status = BinaryPrimitives.ReadUInt32LittleEndian(bytes[8..]);
        Context = BinaryPrimitives.ReadUInt64LittleEndian(bytes[12..]);
        Data = bytes[HeaderLength..];
    }

    public ushort Command { get; }
    public uint Session { get; }
    public uint Status { get; }
    /// <summary>What the sender of a request wants to have back.</summary>
    public ulong Context { get; }
    public ReadOnlySpan<byte> Data { get; }

    private static bool IsKnown(int command) => command is 0 or ListServices or ListIdentity or ListInterfaces or RegisterSession or UnregisterSession or SendRequest
        or SendUnit or 0x72 or 0x73;

    /// <summary>Length of the message in front; 0 where more is needed, -1 where it is none.</summary>
    public static int Measure(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < 4) return 0;
        if (!IsKnown(BinaryPrimitives.ReadUInt16LittleEndian(bytes))) return -1;
        return HeaderLength + BinaryPrimitives.ReadUInt16LittleEndian(bytes[2..]);
    }

    public static bool TryRead(ReadOnlySpan<byte> bytes, out EtherNetIpMessage message)
    {
        var length = Measure(bytes);
        message = length > 0 && length <= bytes.Length ? new EtherNetIpMessage(bytes[..length]) : default;
        return length > 0 && length <= bytes.Length;
    }

    /// <summary>True on any port: a command that exists, no options, and data that a message of that command has.</summary>
    public static bool Recognises(ReadOnlySpan<byte> bytes)
    {
        if (!TryRead(bytes, out var message) || message.Command == 0 || BinaryPrimitives.ReadUInt32LittleEndian(bytes[20..]) != 0 || message.Status > 0x6a) return false;
        var data = message.Data;
        return message.Command switch
        {
            RegisterSession => data.Length == 4 && BinaryPrimitives.ReadUInt16LittleEndian(data) == 1,
            UnregisterSession => data.IsEmpty && message.Session != 0,
            ListIdentity => data.IsEmpty && message.Session == 0 && message.Status == 0 && bytes.Length == HeaderLength || data is [1, 0, 0x0c, 0, ..] && data.Length > 36,
            ListServices => data is [1, 0, 0, 1, ..] && data.Length >= 26,
            SendRequest or SendUnit => message.Session != 0 && (message.Status != 0 || data.Length >= 16 && BinaryPrimitives.ReadUInt32LittleEndian(data) == 0
                && BinaryPrimitives.ReadUInt16LittleEndian(data[6..]) is >= 1 and <= 4),
            _ => false,
        };
    }

    /// <summary>True for a datagram of connected data (volume 2, 2-6): an address item with its sequence number, then data to the end.</summary>
    public static bool RecognisesIo(ReadOnlySpan<byte> bytes) => bytes.Length >= 18 && BinaryPrimitives.ReadUInt16LittleEndian(bytes) is 2 or 3
        && BinaryPrimitives.ReadUInt16LittleEndian(bytes[2..]) == 0x8002 && BinaryPrimitives.ReadUInt16LittleEndian(bytes[4..]) == 8
        && BinaryPrimitives.ReadUInt16LittleEndian(bytes[14..]) == 0xb1 && BinaryPrimitives.ReadUInt16LittleEndian(bytes[16..]) <= bytes.Length - 18;
}

/// <summary>What EtherNet/IP and the CIP messages in it show: orders to a controller, their answers, and what a device says of itself.</summary>
internal static class EtherNetIp
{
    public const string Name = "enip";

    /// <param name="toServer">It goes to the side that serves.</param>
    /// <exception cref="UnreadableException">Its lengths run over its end.</exception>
    public static void Read(Notes notes, in EtherNetIpMessage message, bool toServer, in Moment at)
    {
        notes.Saw(at, Name, "command", message.Command);
        notes.Saw(at, Name, "session", message.Session);
        switch (message.Command)
        {
            case EtherNetIpMessage.ListIdentity when !toServer && message.Data.Length > 2:
                Identities(notes, message.Data, at);
                break;
            case EtherNetIpMessage.SendRequest or EtherNetIpMessage.SendUnit when message.Data.Length > 8:
                Items(notes, message, toServer, at);
                break;
        }
    }

    private static void Items(Notes notes, in EtherNetIpMessage message, bool toServer, in Moment at)
    {
        // Interface handle and time-out, then items: type, length, content.
        var reader = new SpanReader(message.Data, 6);
        reader.Skip(6);
        var count = reader.U16("count of items");
        for (var i = 0; i < count && i < 8; i++)
        {
            var (type, length) = (reader.U16("type of item"), reader.U16("length of item"));
            var item = reader.Take(length, "bytes of item");
            switch (type)
            {
                case 0xb2:
                    Cip.Read(notes, item, toServer, Mix(message.Context, message.Session), at);
                    break;
                case 0xb1 when item.Length > 2:
                    // The two directions have different connections; the sequence count is the same in both.
                    Cip.Read(notes, item[2..], toServer, (ulong)message.Session << 32 | BinaryPrimitives.ReadUInt16LittleEndian(item), at);
                    break;
            }
        }
    }

    private static ulong Mix(ulong context, uint session) => context * 0x9e37_79b9_7f4a_7c15 ^ session ^ 1UL << 63;

    /// <summary>Items of identity (volume 2, 2-4.2.3): version, socket address, vendor, type, product, revision, status, serial number, name, state.</summary>
    private static void Identities(Notes notes, ReadOnlySpan<byte> data, in Moment at)
    {
        var reader = new SpanReader(data);
        var count = reader.U16("count of items");
        for (var i = 0; i < count && i < 8; i++)
        {
            var (type, length) = (reader.U16("type of item"), reader.U16("length of item"));
            var item = new SpanReader(reader.Take(length, "bytes of item"));
            if (type != 0x0c) continue;
            item.Skip(18, "bytes of version and socket address");
            var (vendor, kind, product) = (item.U16("vendor"), item.U16("device type"), item.U16("product code"));
            var (major, minor) = (item.U8("revision"), item.U8("revision"));
            item.Skip(2, "bytes of status");
            var serial = item.U32("serial number");
            var name = Disclosure.Printable(item.Take(item.U8("length of name"), "bytes of name"));
            Disclosure.Note(notes, at, Name, "identity", string.Create(CultureInfo.InvariantCulture, $"{name}, revision {major}.{minor}, vendor {vendor}, type {kind}, product {product}, serial number {serial:x8}"));
        }
    }
}

/// <summary>EtherNet/IP over TCP.</summary>
internal sealed class EtherNetIpDissector(Conversation conversation) : MessageDissector(conversation)
{
    public override Application Application => Application.EtherNetIp;

    protected override int Measure(ReadOnlySpan<byte> bytes) => EtherNetIpMessage.Measure(bytes);

    protected override void Take(bool outward, ReadOnlySpan<byte> message, in Moment at)
    {
        if (!EtherNetIpMessage.TryRead(message, out var read)) return;
        var toServer = at.DestinationPort == EtherNetIpMessage.Port || at.SourcePort != EtherNetIpMessage.Port && outward;
        InClear(at, EtherNetIp.Name, toServer);
        EtherNetIp.Read(Notes, read, toServer, at);
    }
}
