using System.Buffers.Binary;

namespace Assay.Traffic.Protocols;

/// <summary>A DNS message (RFC 1035), read record by record without allocating; names compressed in circles end.</summary>
internal ref struct DnsMessage
{
    /// <summary>Characters that a name may take here: 255 bytes, each at most written as \xNN.</summary>
    public const int LongestName = 1024;

    public const ushort A = 1, Ptr = 12, Txt = 16, Aaaa = 28, Srv = 33;

    private readonly ReadOnlySpan<byte> message;
    private int at;

    private DnsMessage(ReadOnlySpan<byte> message)
    {
        this.message = message;
        var flags = BinaryPrimitives.ReadUInt16BigEndian(message[2..]);
        IsResponse = (flags & 0x8000) != 0;
        Code = flags & 15;
        QuestionsLeft = BinaryPrimitives.ReadUInt16BigEndian(message[4..]);
        RecordsLeft = BinaryPrimitives.ReadUInt16BigEndian(message[6..]) + BinaryPrimitives.ReadUInt16BigEndian(message[8..]) + BinaryPrimitives.ReadUInt16BigEndian(message[10..]);
        at = 12;
    }

    public readonly int Transaction => BinaryPrimitives.ReadUInt16BigEndian(message);
    public bool IsResponse { get; }
    /// <summary>Response code; 3 is "no such name".</summary>
    public int Code { get; }
    public int QuestionsLeft { get; private set; }
    public int RecordsLeft { get; private set; }

    /// <summary>True where the header is whole and its counts may be true.</summary>
    public static bool TryRead(ReadOnlySpan<byte> bytes, out DnsMessage message)
    {
        message = default;
        if (bytes.Length < 12 || (bytes[2] & 0x78) is not (0 or 0x20 or 0x28)) return false;
        message = new DnsMessage(bytes);
        return message.QuestionsLeft * 5L + message.RecordsLeft * 11L <= bytes.Length - 12 || IsCut(bytes, message);
    }

    /// <summary>
    /// True where nothing but DNS looks like this: one question of class Internet with a name of more than one label, and records that end where the message does.
    /// </summary>
    [System.Runtime.CompilerServices.SkipLocalsInit]
    public static bool IsBeyondDoubt(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < 12 || bytes[4] != 0 || bytes[5] != 1 || (bytes[3] & 0x40) != 0 || !TryRead(bytes, out var message)) return false;
        Span<char> name = stackalloc char[LongestName];
        if (message.RecordsLeft > 64 || !message.NextQuestion(name, out var length, out var type)) return false;
        if (!IsPlain(name[..length], type)) return false;
        if (BinaryPrimitives.ReadUInt16BigEndian(bytes[(message.at - 2)..]) is not (1 or 255)) return false;
        var records = message.RecordsLeft;
        while (records-- > 0)
        {
            if (!message.NextRecord(name, out _, out _, out _, out _)) return false;
        }
        return message.at == bytes.Length;
    }

    /// <summary>The capture kept only the front: the question is whole, and counts are as servers make them.</summary>
    [System.Runtime.CompilerServices.SkipLocalsInit]
    private static bool IsCut(ReadOnlySpan<byte> bytes, DnsMessage message)
    {
        if (message.QuestionsLeft != 1 || message.RecordsLeft > 64) return false;
        Span<char> name = stackalloc char[LongestName];
        return message.NextQuestion(name, out var length, out var type) && IsPlain(name[..length], type) && bytes[message.at - 2] == 0 && bytes[message.at - 1] == 1;
    }

    private static bool IsPlain(ReadOnlySpan<char> name, ushort type) =>
        type is not 0 and (<= 110 or >= 249 and <= 260) && name.IndexOf('.') > 0 && !name.Contains('\\');

    public bool NextQuestion(scoped Span<char> name, out int length, out ushort type)
    {
        length = 0;
        type = 0;
        if (QuestionsLeft == 0) return false;
        QuestionsLeft--;
        if (!Name(ref at, name, out length) || at + 4 > message.Length) return Stop();
        type = BinaryPrimitives.ReadUInt16BigEndian(message[at..]);
        at += 4;
        return true;
    }

    /// <summary>The next record of any section; call after the last question.</summary>
    public bool NextRecord(scoped Span<char> name, out int length, out ushort type, out ReadOnlySpan<byte> data, out int dataAt)
    {
        length = dataAt = 0;
        type = 0;
        data = default;
        if (RecordsLeft == 0) return false;
        RecordsLeft--;
        if (!Name(ref at, name, out length) || at + 10 > message.Length) return Stop();
        type = BinaryPrimitives.ReadUInt16BigEndian(message[at..]);
        int size = BinaryPrimitives.ReadUInt16BigEndian(message[(at + 8)..]);
        dataAt = at + 10;
        if (dataAt + size > message.Length) return Stop();
        data = message.Slice(dataAt, size);
        at = dataAt + size;
        return true;
    }

    /// <summary>A name inside record data, for instance of PTR.</summary>
    public readonly bool NameAt(int position, scoped Span<char> name, out int length) => Name(ref position, name, out length);

    private bool Stop()
    {
        QuestionsLeft = RecordsLeft = 0;
        return false;
    }

    private readonly bool Name(scoped ref int position, scoped Span<char> name, out int length)
    {
        const string Digits = "0123456789abcdef";
        length = 0;
        var from = position;
        var jumped = false;
        // A name has at most 127 labels; as many jumps again are more than any writer needs.
        for (var steps = 0; steps < 256; steps++)
        {
            if (from >= message.Length) return false;
            int label = message[from];
            if (label == 0)
            {
                if (!jumped) position = from + 1;
                return true;
            }
            if (label >= 0xc0)
            {
                if (from + 1 >= message.Length) return false;
                if (!jumped) position = from + 2;
                jumped = true;
                from = (label & 0x3f) << 8 | message[from + 1];
                continue;
            }
            if (label > 63 || from + 1 + label > message.Length || length + 4 * label + 1 > name.Length) return false;
            if (length > 0) name[length++] = '.';
            foreach (var character in message.Slice(from + 1, label))
            {
                if (character is > 32 and < 127 and not (byte)'\\' || character == ' ') name[length++] = (char)character;
                else
                {
                    name[length++] = '\\';
                    name[length++] = 'x';
                    name[length++] = Digits[character >> 4];
                    name[length++] = Digits[character & 15];
                }
            }
            from += 1 + label;
        }
        return false;
    }

    public static string TypeName(ushort type) => type switch
    {
        1 => "A",
        2 => "NS",
        5 => "CNAME",
        6 => "SOA",
        10 => "NULL",
        12 => "PTR",
        13 => "HINFO",
        15 => "MX",
        16 => "TXT",
        28 => "AAAA",
        33 => "SRV",
        35 => "NAPTR",
        41 => "OPT",
        43 => "DS",
        46 => "RRSIG",
        47 => "NSEC",
        64 => "SVCB",
        65 => "HTTPS",
        255 => "ANY",
        257 => "CAA",
        _ => FormattableString.Invariant($"type {type}"),
    };
}
