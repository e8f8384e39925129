using System.Buffers.Binary;

namespace Assay.Traffic.Protocols.Industrial;

/// <summary>One object header of a DNP3 fragment with the objects behind it (IEEE 1815-2012, clause 4.2.2.7).</summary>
internal readonly ref struct Dnp3Object
{
    public required byte Group { get; init; }
    public required byte Variation { get; init; }
    public required byte Qualifier { get; init; }
    public required uint Count { get; init; }
    public required uint Start { get; init; }
    /// <summary>The objects with their prefixes; empty in a request that only names them.</summary>
    public required ReadOnlySpan<byte> Data { get; init; }
    /// <summary>Bytes of a prefix (index or size) before each object.</summary>
    public required int PrefixLength { get; init; }
}

/// <summary>Walks the object headers of a fragment, as far as the sizes of their objects are known.</summary>
internal ref struct Dnp3Objects(ReadOnlySpan<byte> bytes, bool withData)
{
    /// <summary>Headers looked at in one fragment.</summary>
    private const int Most = 128;

    private ReadOnlySpan<byte> rest = bytes;
    private int seen;

    /// <summary>The next header; false at the end, and where the rest cannot be measured.</summary>
    public bool Next(out Dnp3Object header)
    {
        header = default;
        if (rest.Length < 3 || seen++ >= Most) return false;
        var (group, variation, qualifier) = (rest[0], rest[1], rest[2]);
        var body = rest[3..];
        uint start = 0, count;
        int range = qualifier & 0x0f, width;
        switch (range)
        {
            case 0 or 3 or 1 or 4 or 2 or 5:
                width = 1 << range % 3;
                if (body.Length < 2 * width) return false;
                start = Number(body, width);
                var stop = Number(body[width..], width);
                if (stop < start || stop - start == uint.MaxValue) return false;
                count = stop - start + 1;
                body = body[(2 * width)..];
                break;
            case 6:
                count = 0;
                break;
            case 7 or 8 or 9:
                width = 1 << (range - 7);
                if (body.Length < width) return false;
                count = Number(body, width);
                body = body[width..];
                break;
            case 11:
                if (body.Length < 1) return false;
                count = body[0];
                body = body[1..];
                break;
            default:
                return false;
        }
        var prefixCode = qualifier >> 4 & 7;
        var prefix = prefixCode switch { 1 or 4 => 1, 2 or 5 => 2, 3 or 6 => 4, _ => 0 };
        long length = 0;
        if (prefixCode == 7) return false;
        if (prefixCode >= 4)
        {
            // Each object says its own size.
            var left = body;
            for (var i = 0u; withData && i < count; i++)
            {
                if (left.Length < prefix) return false;
                var size = Number(left, prefix);
                if (size > left.Length - prefix) return false;
                left = left[(prefix + (int)size)..];
            }
            length = body.Length - left.Length;
        }
        else if (withData && range != 6)
        {
            var bits = BitsOf(group, variation);
            if (bits < 0) return false;
            length = bits < 8 ? (count * (long)bits + 7) / 8 + count * (long)prefix : count * (long)(bits / 8 + prefix);
        }
        else if (prefix > 0) length = count * (long)prefix;
        if (length > body.Length) return false;
        header = new Dnp3Object
        {
            Group = group,
            Variation = variation,
            Qualifier = qualifier,
            Count = count,
            Start = start,
            Data = body[..(int)length],
            PrefixLength = prefix,
        };
        rest = body[(int)length..];
        return true;
    }

    private static uint Number(ReadOnlySpan<byte> bytes, int width) => width switch
    {
        1 => bytes[0],
        2 => BinaryPrimitives.ReadUInt16LittleEndian(bytes),
        _ => BinaryPrimitives.ReadUInt32LittleEndian(bytes),
    };

    /// <summary>Bits of one object of fixed size (IEEE 1815-2012, annex A); -1 where it is not known here.</summary>
    private static int BitsOf(byte group, byte variation)
    {
        if (group is 110 or 111 or 112 or 113) return 8 * variation;
        if (variation == 0) return group == 60 ? 0 : -1;
        ReadOnlySpan<byte> bytes = group switch
        {
            1 when variation == 1 => default,
            3 when variation == 1 => default,
            10 or 12 when variation == (group == 10 ? 1 : 3) => default,
            1 => [0, 1],
            2 => [1, 7, 3],
            3 => [0, 1],
            4 => [1, 7, 3],
            10 => [0, 1],
            11 or 13 => [1, 7],
            12 => [11, 11],
            20 => [5, 3, 5, 3, 4, 2, 4, 2],
            21 => [5, 3, 5, 3, 11, 9, 11, 9, 4, 2, 4, 2],
            22 or 23 => [5, 3, 5, 3, 11, 9, 11, 9],
            30 => [5, 3, 4, 2, 5, 9],
            31 => [5, 3, 11, 9, 4, 2, 5, 9],
            32 or 33 => [5, 3, 11, 9, 5, 9, 11, 15],
            34 => [2, 4, 4],
            40 => [5, 3, 5, 9],
            41 => [5, 3, 5, 9],
            42 or 43 => [5, 3, 11, 9, 5, 9, 11, 15],
            50 => [6, 10, 6, 11],
            51 => [6, 6],
            52 => [2, 2],
            60 => [0, 0, 0, 0],
            101 => [2, 4, 8],
            102 => [1],
            _ => default,
        };
        if (bytes.IsEmpty) return (group, variation) switch { (1 or 10 or 12 or 80, _) => 1, (3, _) => 2, _ => -1 };
        return variation <= bytes.Length ? 8 * bytes[variation - 1] : -1;
    }
}
