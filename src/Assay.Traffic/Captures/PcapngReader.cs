using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using Assay.Evidence;

namespace Assay.Traffic.Captures;

/// <summary>The block format: sections with their own byte order, each with interfaces that have their own link type and clock.</summary>
/// <remarks>
/// Blocks that are not known are skipped by their length; both length fields of a block must agree. Names that the capture gives to addresses are read, and what the
/// capturing machine says it lost is counted. Secrets to decrypt with are counted and never kept.
/// </remarks>
internal sealed class PcapngReader : CaptureReader
{
    private const uint SectionHeader = 0x0a0d0d0a, ByteOrder = 0x1a2b3c4d;
    private const uint InterfaceDescription = 1, ObsoletePacket = 2, SimplePacket = 3, NameResolution = 4, InterfaceStatistics = 5, EnhancedPacket = 6, DecryptionSecrets = 10,
        Custom = 0xbad, CustomNotCopied = 0x4000_0bad;
    private const int MostInterfaces = 1 << 16, MostNames = 1 << 16;
    /// <summary>Of a block that holds no frame, so much is looked at.</summary>
    private const int MostRead = 1 << 20;

    private readonly List<Interface> interfaces = [];
    private readonly List<(Address, string)> names = [];
    private readonly Dictionary<uint, long> dropped = [];
    private long droppedBefore, secrets, custom, unknown;
    private bool big;

    public PcapngReader(Artefact artefact, CaptureBytes bytes) : base(artefact, bytes) { }

    internal override IReadOnlyList<(Address Address, string Name)> Names => names;

    internal override IEnumerable<(string Name, long Count)> Counts => new (string, long)[]
    {
        ("customBlocks", custom),
        ("droppedByCapture", droppedBefore + dropped.Values.Sum()),
        ("secretBlocks", secrets),
        ("unknownBlocks", unknown),
    }.Where(c => c.Item2 > 0);

    public override string Format => "pcapng";

    /// <param name="Snap">0 means no limit.</param>
    /// <param name="Resolution">As if_tsresol says: a power of ten, or with the top bit of two.</param>
    /// <param name="Shift">Seconds to add.</param>
    private readonly record struct Interface(LinkType LinkType, uint Snap, byte Resolution, long Shift);

    public static bool Recognises(ReadOnlySpan<byte> start) => start.Length >= 12 && BinaryPrimitives.ReadUInt32BigEndian(start) == SectionHeader
        && (BinaryPrimitives.ReadUInt32BigEndian(start[8..]) == ByteOrder || BinaryPrimitives.ReadUInt32LittleEndian(start[8..]) == ByteOrder);

    public override bool Next(out Frame frame)
    {
        frame = default;
        while (true)
        {
            var at = Position;
            if (!Bytes.Has(at, 12))
            {
                var left = Bytes.Left(at);
                return left > 0 ? End("a block of at least 12 bytes", $"{left} bytes to the end", at) : End();
            }
            var head = Bytes.Span(at, 12);
            // The type of a section header reads the same in both byte orders; only behind it is the order of the section known.
            if (BinaryPrimitives.ReadUInt32BigEndian(head) == SectionHeader)
            {
                if (BinaryPrimitives.ReadUInt32BigEndian(head[8..]) == ByteOrder) big = true;
                else if (BinaryPrimitives.ReadUInt32LittleEndian(head[8..]) == ByteOrder) big = false;
                else return End("the byte-order magic 0x1a2b3c4d", $"0x{BinaryPrimitives.ReadUInt32BigEndian(head[8..]):x8}", at + 8);
                interfaces.Clear();
                EndStatistics();
            }
            var type = U32(head);
            long length = U32(head[4..]);
            // Some writers leave the padding out of the length.
            var padded = (length + 3) & ~3L;
            if (length < 12) return End("a block length of at least 12", length.ToString(CultureInfo.InvariantCulture), at + 4);
            // Of a mapped file the end is known; compressed content would have to be unpacked to see it.
            var tooLong = padded > LongestFrame + 4096L;
            if ((!tooLong || Bytes.Compression is null) && !Bytes.Has(at, padded)) return End($"a block of {padded} bytes", $"{Bytes.Left(at)} bytes to the end", at);
            if (tooLong && (Bytes.Compression is not null || type is ObsoletePacket or SimplePacket or EnhancedPacket))
            {
                return End($"a block of at most {LongestFrame + 4096} bytes", $"a block of {padded} bytes", at + 4);
            }
            var trailer = U32(Bytes.Span(at + padded - 4, 4));
            if (trailer != length) return End($"the block length {length} again at its end", trailer.ToString(CultureInfo.InvariantCulture), at + padded - 4);
            Position = at + padded;
            var bodyLength = padded - 12;
            switch (type)
            {
                case EnhancedPacket or ObsoletePacket:
                    if (bodyLength < 20) return End("a packet block of at least 32 bytes", $"{length} bytes", at + 4);
                    var body = Bytes.Span(at + 8, 20);
                    var interfaceId = type == EnhancedPacket ? U32(body) : U16(body);
                    long captured = U32(body[12..]);
                    return Packet(interfaceId, captured, U32(body[16..]), ((ulong)U32(body[4..]) << 32) | U32(body[8..]), at + 28, bodyLength - 20, out frame);
                case SimplePacket:
                    if (bodyLength < 4) return End("a packet block of at least 16 bytes", $"{length} bytes", at + 4);
                    long original = U32(Bytes.Span(at + 8, 4));
                    var snap = interfaces.Count > 0 && interfaces[0].Snap > 0 ? interfaces[0].Snap : uint.MaxValue;
                    return Packet(0, Math.Min(Math.Min(original, snap), bodyLength - 4), original, null, at + 12, bodyLength - 4, out frame);
                case InterfaceDescription:
                    if (!Describe(Body(), at + 8)) return false;
                    break;
                case NameResolution:
                    Resolve(Body());
                    break;
                case InterfaceStatistics:
                    Count(Body());
                    break;
                case DecryptionSecrets:
                    secrets++;
                    break;
                case Custom or CustomNotCopied:
                    custom++;
                    break;
                case SectionHeader:
                    break;
                default:
                    unknown++;
                    break;
            }

            ReadOnlySpan<byte> Body() => Bytes.Span(at + 8, (int)Math.Min(bodyLength, MostRead));
        }
    }

    /// <summary>Records of kind, length and value: kind 1 is an IPv4 and 2 an IPv6 address, each with names that end in a zero byte.</summary>
    private void Resolve(ReadOnlySpan<byte> body)
    {
        while (body.Length >= 4)
        {
            int kind = U16(body), length = U16(body[2..]);
            if (kind == 0 || length > body.Length - 4) return;
            var value = body.Slice(4, length);
            body = body[Math.Min(body.Length, 4 + ((length + 3) & ~3))..];
            var size = kind switch { 1 => 4, 2 => 16, _ => 0 };
            if (size == 0 || value.Length <= size) continue;
            var address = size == 4 ? Address.V4(BinaryPrimitives.ReadUInt32BigEndian(value)) : Address.V6(value);
            for (var text = value[size..]; !text.IsEmpty && names.Count < MostNames;)
            {
                var end = text.IndexOf((byte)0);
                var name = end < 0 ? text : text[..end];
                if (name.Length is > 0 and <= 255) names.Add((address, Encoding.UTF8.GetString(name)));
                text = end < 0 ? [] : text[(end + 1)..];
            }
        }
    }

    /// <summary>Frames that an interface (option 5) and the system (option 7) dropped since the capture began; the last statement of an interface counts.</summary>
    private void Count(ReadOnlySpan<byte> body)
    {
        if (body.Length < 12 || U32(body) is var id && id >= interfaces.Count) return;
        ulong sum = 0;
        for (var options = body[12..]; options.Length >= 4;)
        {
            int code = U16(options), length = U16(options[2..]);
            if (code == 0 || length > options.Length - 4) break;
            if (code is 5 or 7 && length == 8) sum += big ? BinaryPrimitives.ReadUInt64BigEndian(options[4..]) : BinaryPrimitives.ReadUInt64LittleEndian(options[4..]);
            options = options[Math.Min(options.Length, 4 + ((length + 3) & ~3))..];
        }
        // A number that no capture reaches is damage of the number.
        if (sum < 1UL << 50) dropped[id] = (long)sum;
    }

    private void EndStatistics()
    {
        droppedBefore = Math.Min(long.MaxValue / 4, droppedBefore + dropped.Values.Sum());
        dropped.Clear();
    }

    private bool Packet(uint interfaceId, long captured, long original, ulong? stamp, long at, long room, out Frame frame)
    {
        frame = default;
        if (interfaceId >= interfaces.Count) return End($"one of {interfaces.Count} described interfaces", $"interface {interfaceId}", at);
        if (captured > room) return End($"{captured} bytes of a frame", $"{room} bytes in its block", at);
        var on = interfaces[(int)interfaceId];
        frame = new Frame
        {
            Number = ++Frames,
            Offset = at,
            Time = stamp is { } ticks ? Time(ticks, on) : 0,
            LinkType = on.LinkType,
            OriginalLength = original,
            Bytes = Bytes.Span(at, (int)captured),
        };
        return true;
    }

    private bool Describe(ReadOnlySpan<byte> body, long at)
    {
        if (body.Length < 8) return End("an interface description of at least 20 bytes", $"{body.Length + 12} bytes", at - 8);
        if (interfaces.Count == MostInterfaces) return End($"at most {MostInterfaces} interfaces in a section", "one more", at - 8);
        byte resolution = 6;
        long shift = 0;
        for (var options = body[8..]; options.Length >= 4;)
        {
            var code = U16(options);
            var length = U16(options[2..]);
            if (code == 0 || length > options.Length - 4) break;
            if (code == 9 && length >= 1) resolution = options[4];
            if (code == 14 && length >= 8) shift = (long)(big ? BinaryPrimitives.ReadUInt64BigEndian(options[4..])
                : BinaryPrimitives.ReadUInt64LittleEndian(options[4..]));
            options = options[Math.Min(options.Length, 4 + ((length + 3) & ~3))..];
        }
        interfaces.Add(new Interface((LinkType)U16(body), U32(body[4..]), resolution, shift));
        return true;
    }

    private static long Time(ulong ticks, Interface on)
    {
        UInt128 nanoseconds;
        var exponent = on.Resolution & 0x7f;
        if ((on.Resolution & 0x80) != 0)
        {
            nanoseconds = exponent >= 64 ? 0 : ((UInt128)ticks * 1_000_000_000) >> exponent;
        }
        else
        {
            nanoseconds = ticks;
            for (var i = exponent; i < 9; i++) nanoseconds *= 10;
            for (var i = exponent; i > 9 && nanoseconds > 0; i--) nanoseconds /= 10;
        }
        var shifted = (Int128)nanoseconds + (Int128)on.Shift * 1_000_000_000;
        return shifted < 0 ? 0 : shifted > long.MaxValue ? long.MaxValue : (long)shifted;
    }

    private uint U32(ReadOnlySpan<byte> at) => big ? BinaryPrimitives.ReadUInt32BigEndian(at) : BinaryPrimitives.ReadUInt32LittleEndian(at);
    private ushort U16(ReadOnlySpan<byte> at) => big ? BinaryPrimitives.ReadUInt16BigEndian(at) : BinaryPrimitives.ReadUInt16LittleEndian(at);
}
