using System.Formats.Cbor;
using System.Globalization;
using Assay.Evidence.Reading;

namespace Assay.Labels.Token;

/// <summary>How strictly CBOR is read.</summary>
public enum CborForm
{
    /// <summary>Core deterministic encoding (RFC 8949 section 4.2.1): shortest heads, definite lengths, keys sorted. Everything that we sign.</summary>
    Deterministic,
    /// <summary>Any well-formed encoding without duplicate keys, for messages that others made.</summary>
    WellFormed,
    /// <summary>The same, and tags are passed over: headers of others that decide nothing here.</summary>
    Tagged,
}

/// <summary>One data item of CBOR (RFC 8949), read whole. Floating-point numbers and integers beyond 64 bits stand in no token of ours and are refused.</summary>
internal sealed class CborValue
{
    /// <summary>Far more than any token of ours nests; a deeper message is refused before the stack feels it.</summary>
    public const int MaxDepth = 16;
    /// <summary>A list of 100,000 notices has fewer; more than that costs memory before a signature was looked at.</summary>
    public const int MaxItems = 1 << 20;

    // A number needs no box of its own: it stands beside the value, which then says that there is one.
    private static readonly object ANumber = new();

    private readonly object? value;
    private readonly long number;

    internal CborValue(object? value, int offset)
    {
        this.value = value;
        Offset = offset;
    }

    internal CborValue(long number, int offset)
    {
        value = ANumber;
        this.number = number;
        Offset = offset;
    }

    /// <summary>Bytes from the start of the message.</summary>
    public int Offset { get; }

    /// <exception cref="UnreadableException">Not one item of this form, or bytes follow it.</exception>
    public static CborValue Read(ReadOnlyMemory<byte> bytes, CborForm form, int origin = 0)
    {
        if (form == CborForm.Deterministic) return DeterministicCbor.Read(bytes, origin);
        var reader = new CborReader(bytes, CborConformanceMode.Strict);
        try
        {
            var left = MaxItems;
            var item = Read(reader, form, bytes.Length, origin, MaxDepth, ref left);
            if (reader.BytesRemaining > 0) throw new UnreadableException("the end", $"{reader.BytesRemaining} more bytes", origin + bytes.Length - reader.BytesRemaining);
            return item;
        }
        catch (Exception wrong) when (wrong is CborContentException or InvalidOperationException or OverflowException)
        {
            throw new UnreadableException("well-formed CBOR", wrong.Message, origin + bytes.Length - reader.BytesRemaining);
        }
    }

    private static CborValue Read(CborReader reader, CborForm form, int length, int origin, int depth, ref int left)
    {
        var at = origin + length - reader.BytesRemaining;
        if (depth == 0) throw new UnreadableException($"at most {MaxDepth} levels", "a deeper one", at);
        if (left-- == 0) throw new UnreadableException($"at most {MaxItems} items", "more", at);
        switch (reader.PeekState())
        {
            case CborReaderState.UnsignedInteger: return new CborValue(Integer(reader.ReadUInt64(), at), at);
            case CborReaderState.NegativeInteger: return new CborValue(reader.ReadInt64(), at);
            case CborReaderState.ByteString or CborReaderState.StartIndefiniteLengthByteString: return new CborValue(reader.ReadByteString(), at);
            case CborReaderState.TextString or CborReaderState.StartIndefiniteLengthTextString: return new CborValue(reader.ReadTextString(), at);
            case CborReaderState.Boolean: return new CborValue(reader.ReadBoolean(), at);
            case CborReaderState.Null:
                reader.ReadNull();
                return new CborValue(null, at);
            case CborReaderState.StartArray:
                var items = new List<CborValue>();
                reader.ReadStartArray();
                while (reader.PeekState() != CborReaderState.EndArray) items.Add(Read(reader, form, length, origin, depth - 1, ref left));
                reader.ReadEndArray();
                return new CborValue(items.ToArray(), at);
            case CborReaderState.StartMap:
                var entries = new List<KeyValuePair<CborValue, CborValue>>();
                reader.ReadStartMap();
                while (reader.PeekState() != CborReaderState.EndMap)
                {
                    var key = Read(reader, form, length, origin, depth - 1, ref left);
                    entries.Add(new(key, Read(reader, form, length, origin, depth - 1, ref left)));
                }
                reader.ReadEndMap();
                return new CborValue(entries.ToArray(), at);
            case CborReaderState.Tag when form == CborForm.Tagged:
                reader.ReadTag();
                return Read(reader, form, length, origin, depth - 1, ref left);
            case var other:
                throw new UnreadableException("an integer, string, array, map, boolean or null", other.ToString(), at);
        }
    }

    private static long Integer(ulong number, int at) =>
        number <= long.MaxValue ? (long)number : throw new UnreadableException("an integer up to 63 bits", number.ToString(CultureInfo.InvariantCulture), at);

    public bool IsNull => value is null;
    public ReadOnlyMemory<byte> Memory(string what) => value switch { byte[] own => own, ByteString own => own.Bytes, _ => throw Another(what, "a byte string") };
    public byte[] Bytes(string what) => value as byte[] ?? Memory(what).ToArray();
    public string Text(string what) => As<string>(what, "text");
    public long Number(string what) => value == ANumber ? number : throw Another(what, "an integer");
    public bool Boolean(string what) => As<bool>(what, "true or false");
    public CborValue[] Items(string what) => As<CborValue[]>(what, "an array");
    public KeyValuePair<CborValue, CborValue>[] Entries(string what) => As<KeyValuePair<CborValue, CborValue>[]>(what, "a map");

    public bool IsNumber(long number) => value == ANumber && this.number == number;
    public bool IsText(string text) => value is string own && own == text;
    public bool IsBytes => value is byte[] or ByteString;
    public bool IsText() => value is string;

    /// <summary>The value under an integer key of this map; null where the key is absent.</summary>
    public CborValue? this[long key]
    {
        get
        {
            foreach (var (own, value) in Entries("a map")) if (own.IsNumber(key)) return value;
            return null;
        }
    }

    public CborValue? this[string key]
    {
        get
        {
            foreach (var (own, value) in Entries("a map")) if (own.IsText(key)) return value;
            return null;
        }
    }

    /// <exception cref="UnreadableException">The key is absent.</exception>
    public CborValue Need(long key, string what) => this[key] ?? throw new UnreadableException($"{what} under {key}", "none", Offset);

    private T As<T>(string what, string kind) => value is T own ? own : throw Another(what, kind);

    private UnreadableException Another(string what, string kind) => new($"{kind} for {what}", value switch
    {
        null => "null",
        byte[] or ByteString => "a byte string",
        string => "text",
        bool => "true or false",
        CborValue[] => "an array",
        KeyValuePair<CborValue, CborValue>[] => "a map",
        _ => "an integer",
    }, Offset);
}

/// <summary>A byte string that lies in the message it was read from.</summary>
internal sealed record ByteString(ReadOnlyMemory<byte> Bytes);
