using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using System.Text.Unicode;
using Assay.Evidence.Reading;

namespace Assay.Labels.Token;

/// <summary>Core deterministic encoding (RFC 8949 section 4.2.1) as our tokens use it: shortest heads, definite lengths, keys of a map in bytewise order, each once; no tag, no floating-point number.</summary>
/// <remarks>A label is read at every check, so strings of bytes are slices of the message. The framework's reader answers the same in the tests.</remarks>
internal ref struct DeterministicCbor
{
    private static readonly object True = true, False = false;

    private readonly ReadOnlyMemory<byte> bytes;
    private readonly ReadOnlySpan<byte> span;
    private readonly int origin;
    private int at;
    private int left;

    private DeterministicCbor(ReadOnlyMemory<byte> bytes, int origin)
    {
        this.bytes = bytes;
        span = bytes.Span;
        this.origin = origin;
        left = CborValue.MaxItems;
    }

    /// <param name="bytes">Must not change while the value is used.</param>
    /// <param name="origin">Where they begin, for what is said of them.</param>
    /// <exception cref="UnreadableException">Not one item in this form, or bytes follow it.</exception>
    public static CborValue Read(ReadOnlyMemory<byte> bytes, int origin)
    {
        var reader = new DeterministicCbor(bytes, origin);
        var item = reader.Item(CborValue.MaxDepth);
        return reader.at == bytes.Length ? item : throw new UnreadableException("the end", $"{bytes.Length - reader.at} more bytes", origin + reader.at);
    }

    private CborValue Item(int depth)
    {
        var start = origin + at;
        if (depth == 0) throw new UnreadableException($"at most {CborValue.MaxDepth} levels", "a deeper one", start);
        if (left-- == 0) throw new UnreadableException($"at most {CborValue.MaxItems} items", "more", start);
        var first = Byte();
        switch (first)
        {
            case 0xf4: return new CborValue(False, start);
            case 0xf5: return new CborValue(True, start);
            case 0xf6: return new CborValue(null, start);
        }
        var major = first >> 5;
        if (major > 5) throw new UnreadableException("an integer, string, array, map, boolean or null", major == 6 ? "a tag" : "another simple value or a floating-point number", start);
        var argument = Argument(first & 0x1f, start);
        switch (major)
        {
            case 0: return new CborValue(Integer(argument, start), start);
            case 1: return new CborValue(-1 - Integer(argument, start), start);
            case 2: return new CborValue(new ByteString(bytes.Slice(Taken(argument, start), (int)argument)), start);
            case 3:
                var text = span.Slice(Taken(argument, start), (int)argument);
                return Utf8.IsValid(text) ? new CborValue(Encoding.UTF8.GetString(text), start) : throw new UnreadableException("text in UTF-8", "other bytes", start);
            case 4:
                var items = new CborValue[Count(argument, 1, start)];
                for (var i = 0; i < items.Length; i++) items[i] = Item(depth - 1);
                return new CborValue(items, start);
            default:
                var entries = new KeyValuePair<CborValue, CborValue>[Count(argument, 2, start)];
                ReadOnlySpan<byte> before = default;
                for (var i = 0; i < entries.Length; i++)
                {
                    var keyAt = at;
                    var key = Item(depth - 1);
                    var encoded = span[keyAt..at];
                    if (i > 0 && before.SequenceCompareTo(encoded) is >= 0 and var order)
                        throw new UnreadableException("keys of a map in their order, each once", order == 0 ? "a key twice" : "a key out of order", origin + keyAt);
                    before = encoded;
                    entries[i] = new(key, Item(depth - 1));
                }
                return new CborValue(entries, start);
        }
    }

    private byte Byte() => at < span.Length ? span[at++] : throw new UnreadableException("another byte", "the end", origin + at);

    private ulong Argument(int information, int start)
    {
        if (information < 24) return (ulong)information;
        if (information > 27) throw new UnreadableException("a definite length", information == 31 ? "an indefinite one" : "a reserved one", start);
        var size = 1 << information - 24;
        if (size > span.Length - at) throw new UnreadableException($"{size} bytes of a number", "the end", origin + at);
        var rest = span.Slice(at, size);
        at += size;
        var (value, least) = size switch
        {
            1 => (rest[0], 24UL),
            2 => (BinaryPrimitives.ReadUInt16BigEndian(rest), 1UL << 8),
            4 => (BinaryPrimitives.ReadUInt32BigEndian(rest), 1UL << 16),
            _ => (BinaryPrimitives.ReadUInt64BigEndian(rest), 1UL << 32),
        };
        return value >= least ? value : throw new UnreadableException("the shortest form of a number", "a longer one", start);
    }

    private static long Integer(ulong argument, int start) =>
        argument <= long.MaxValue ? (long)argument : throw new UnreadableException("an integer up to 63 bits", argument.ToString(CultureInfo.InvariantCulture), start);

    private int Taken(ulong length, int start)
    {
        if (length > (ulong)(span.Length - at)) throw new UnreadableException($"{length} bytes of a string", $"{span.Length - at} to the end", start);
        var from = at;
        at += (int)length;
        return from;
    }

    // Each item takes a byte at least, so that a count beyond the message costs nothing.
    private readonly int Count(ulong count, int each, int start) =>
        count <= (ulong)(span.Length - at) / (ulong)each ? (int)count : throw new UnreadableException($"{count} items", $"{span.Length - at} bytes to the end", start);
}
