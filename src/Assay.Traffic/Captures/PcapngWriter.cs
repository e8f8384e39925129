using System.Buffers.Binary;

namespace Assay.Traffic.Captures;

/// <summary>Writes a capture of blocks: one section, little endian, nanoseconds, an interface for each link type as it first comes (draft-ietf-opsawg-pcapng).</summary>
public sealed class PcapngWriter
{
    private readonly Stream stream;
    private readonly List<LinkType> interfaces = [];

    public PcapngWriter(Stream stream)
    {
        this.stream = stream;
        Span<byte> block = stackalloc byte[28];
        BinaryPrimitives.WriteUInt32LittleEndian(block, 0x0a0d0d0a);
        BinaryPrimitives.WriteUInt32LittleEndian(block[4..], 28);
        BinaryPrimitives.WriteUInt32LittleEndian(block[8..], 0x1a2b3c4d);
        BinaryPrimitives.WriteUInt32LittleEndian(block[12..], 1);
        BinaryPrimitives.WriteInt64LittleEndian(block[16..], -1);
        BinaryPrimitives.WriteUInt32LittleEndian(block[24..], 28);
        stream.Write(block);
    }

    /// <summary>Frames written.</summary>
    public long Frames { get; private set; }

    /// <param name="time">Nanoseconds since 1970-01-01 UTC, not negative.</param>
    /// <param name="originalLength">Bytes on the wire.</param>
    public void Write(long time, LinkType link, ReadOnlySpan<byte> bytes, long originalLength)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(time);
        var id = interfaces.IndexOf(link);
        if (id < 0)
        {
            id = interfaces.Count;
            interfaces.Add(link);
            Describe(link);
        }
        var padding = -bytes.Length & 3;
        var length = 32 + bytes.Length + padding;
        Span<byte> head = stackalloc byte[28];
        BinaryPrimitives.WriteUInt32LittleEndian(head, 6);
        BinaryPrimitives.WriteInt32LittleEndian(head[4..], length);
        BinaryPrimitives.WriteInt32LittleEndian(head[8..], id);
        BinaryPrimitives.WriteUInt32LittleEndian(head[12..], (uint)(time >> 32));
        BinaryPrimitives.WriteUInt32LittleEndian(head[16..], (uint)time);
        BinaryPrimitives.WriteInt32LittleEndian(head[20..], bytes.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(head[24..], (uint)Math.Clamp(originalLength, 0, uint.MaxValue));
        stream.Write(head);
        stream.Write(bytes);
        Span<byte> tail = stackalloc byte[8];
        tail.Clear();
        BinaryPrimitives.WriteInt32LittleEndian(tail[padding..], length);
        stream.Write(tail[..(padding + 4)]);
        Frames++;
    }

    private void Describe(LinkType link)
    {
        Span<byte> block = stackalloc byte[32];
        block.Clear();
        BinaryPrimitives.WriteUInt32LittleEndian(block, 1);
        BinaryPrimitives.WriteUInt32LittleEndian(block[4..], 32);
        BinaryPrimitives.WriteUInt16LittleEndian(block[8..], (ushort)link);
        // Option 9, if_tsresol, one byte: ten to the power of minus nine; then the end of options.
        BinaryPrimitives.WriteUInt16LittleEndian(block[16..], 9);
        BinaryPrimitives.WriteUInt16LittleEndian(block[18..], 1);
        block[20] = 9;
        BinaryPrimitives.WriteUInt32LittleEndian(block[28..], 32);
        stream.Write(block);
    }
}
