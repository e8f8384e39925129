using System.Buffers.Binary;

namespace Assay.Traffic.Protocols.Industrial;

/// <summary>A DNP3 link frame (IEEE 1815-2012, clause 9): a header of ten bytes, then blocks of sixteen bytes, each under a CRC of its own.</summary>
internal readonly ref struct Dnp3Link
{
    public const int HeaderLength = 10;
    /// <summary>User data of the longest frame.</summary>
    public const int MostData = 250;
    private const int Block = 16;

    private readonly ReadOnlySpan<byte> blocks;

    private Dnp3Link(ReadOnlySpan<byte> frame)
    {
        DataLength = frame[2] - 5;
        Control = frame[3];
        Destination = BinaryPrimitives.ReadUInt16LittleEndian(frame[4..]);
        Source = BinaryPrimitives.ReadUInt16LittleEndian(frame[6..]);
        blocks = frame[HeaderLength..];
    }

    public byte Control { get; }
    public ushort Destination { get; }
    public ushort Source { get; }
    /// <summary>User data without the sums, in bytes.</summary>
    public int DataLength { get; }
    /// <summary>The master sends.</summary>
    public bool FromMaster => (Control & 0x80) != 0;
    /// <summary>Carries user data: confirmed or unconfirmed, from a primary station.</summary>
    public bool HasUserData => (Control & 0x4f) is 0x43 or 0x44;

    /// <summary>Length of the frame in front; 0 where more is needed, -1 where it is none.</summary>
    public static int Measure(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length >= 1 && bytes[0] != 5 || bytes.Length >= 2 && bytes[1] != 0x64) return -1;
        if (bytes.Length < HeaderLength) return 0;
        if (bytes[2] < 5 || Sum(bytes[..8]) != BinaryPrimitives.ReadUInt16LittleEndian(bytes[8..])) return -1;
        var data = bytes[2] - 5;
        return HeaderLength + data + 2 * ((data + Block - 1) / Block);
    }

    public static bool TryRead(ReadOnlySpan<byte> bytes, out Dnp3Link frame)
    {
        var length = Measure(bytes);
        frame = length > 0 && length <= bytes.Length ? new Dnp3Link(bytes[..length]) : default;
        return length > 0 && length <= bytes.Length;
    }

    /// <summary>Copies the user data; false where a block's sum does not agree.</summary>
    /// <param name="data">Room for <see cref="DataLength"/> bytes.</param>
    public bool TryCopyData(Span<byte> data)
    {
        var rest = blocks;
        while (!rest.IsEmpty)
        {
            var length = Math.Min(Block, rest.Length - 2);
            if (Sum(rest[..length]) != BinaryPrimitives.ReadUInt16LittleEndian(rest[length..])) return false;
            rest[..length].CopyTo(data);
            data = data[length..];
            rest = rest[(length + 2)..];
        }
        return true;
    }

    /// <summary>CRC-16/DNP: polynomial 0x3d65, reflected, inverted at the end.</summary>
    public static ushort Sum(ReadOnlySpan<byte> bytes)
    {
        ushort sum = 0;
        foreach (var b in bytes)
        {
            sum ^= b;
            for (var bit = 0; bit < 8; bit++) sum = (ushort)((sum & 1) != 0 ? sum >> 1 ^ 0xa6bc : sum >> 1);
        }
        return (ushort)~sum;
    }
}
