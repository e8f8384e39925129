using System.Buffers.Binary;

namespace Assay.Traffic.Captures;

/// <summary>Writes a classic capture: microseconds, little endian, one link type (draft-ietf-opsawg-pcap).</summary>
public sealed class PcapWriter
{
    private readonly Stream stream;
    private readonly int snap;

    /// <param name="snap">Bytes of a frame that are kept at most, 1 to 262,144; the length on the wire is noted beside.</param>
    public PcapWriter(Stream stream, int snap = 65535, LinkType link = LinkType.Ethernet)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(snap, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(snap, 262_144);
        (this.stream, this.snap) = (stream, snap);
        Span<byte> header = stackalloc byte[24];
        header.Clear();
        BinaryPrimitives.WriteUInt32LittleEndian(header, 0xa1b2c3d4);
        BinaryPrimitives.WriteUInt16LittleEndian(header[4..], 2);
        BinaryPrimitives.WriteUInt16LittleEndian(header[6..], 4);
        BinaryPrimitives.WriteUInt32LittleEndian(header[16..], (uint)snap);
        BinaryPrimitives.WriteUInt32LittleEndian(header[20..], (uint)link);
        stream.Write(header);
    }

    /// <summary>Frames written.</summary>
    public long Frames { get; private set; }

    /// <param name="time">Nanoseconds since 1970-01-01 UTC, 0 to the year 2106; written in microseconds.</param>
    /// <param name="originalLength">Bytes on the wire; at least those given.</param>
    public void Write(long time, ReadOnlySpan<byte> bytes, long originalLength)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(time);
        var kept = Math.Min(bytes.Length, snap);
        Span<byte> record = stackalloc byte[16];
        BinaryPrimitives.WriteUInt32LittleEndian(record, checked((uint)(time / 1_000_000_000)));
        BinaryPrimitives.WriteUInt32LittleEndian(record[4..], (uint)(time % 1_000_000_000 / 1000));
        BinaryPrimitives.WriteUInt32LittleEndian(record[8..], (uint)kept);
        BinaryPrimitives.WriteUInt32LittleEndian(record[12..], (uint)Math.Clamp(originalLength, bytes.Length, uint.MaxValue));
        stream.Write(record);
        stream.Write(bytes[..kept]);
        Frames++;
    }

    public void Write(in Frame frame) => Write(frame.Time, frame.Bytes, frame.OriginalLength);
}
