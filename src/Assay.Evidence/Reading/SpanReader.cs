using System.Buffers.Binary;
using System.Text;

namespace Assay.Evidence.Reading;

/// <summary>Reads numbers and runs out of hostile bytes; every step is checked and a failure names the offset.</summary>
/// <param name="origin">Where <paramref name="bytes"/> begin in the artefact, so that messages name its offsets.</param>
public ref struct SpanReader(ReadOnlySpan<byte> bytes, long origin = 0, bool bigEndian = false)
{
    private readonly ReadOnlySpan<byte> bytes = bytes;
    private int at;

    public bool BigEndian { get; set; } = bigEndian;
    public readonly int Position => at;
    public readonly int Left => bytes.Length - at;
    /// <summary>Position in the artefact.</summary>
    public readonly long Offset => origin + at;
    public readonly ReadOnlySpan<byte> Rest => bytes[at..];
    /// <summary>The <paramref name="count"/> bytes that were read last.</summary>
    public readonly ReadOnlySpan<byte> Before(int count) => bytes.Slice(at - count, count);

    /// <exception cref="UnreadableException">Fewer than <paramref name="count"/> bytes are left.</exception>
    public ReadOnlySpan<byte> Take(long count, string what = "bytes")
    {
        if (count < 0 || count > Left) throw new UnreadableException($"{count} {what}", $"{Left} bytes to the end", Offset);
        var run = bytes.Slice(at, (int)count);
        at += (int)count;
        return run;
    }

    public void Skip(long count, string what = "bytes") => Take(count, what);

    public void Seek(long position)
    {
        if (position < 0 || position > bytes.Length) throw new UnreadableException($"a position up to {bytes.Length}", position.ToString(System.Globalization.CultureInfo.InvariantCulture), Offset);
        at = (int)position;
    }

    public byte U8(string what = "byte") => Take(1, what)[0];
    public ushort U16(string what = "16-bit number") => BigEndian ? BinaryPrimitives.ReadUInt16BigEndian(Take(2, what)) : BinaryPrimitives.ReadUInt16LittleEndian(Take(2, what));
    public uint U32(string what = "32-bit number") => BigEndian ? BinaryPrimitives.ReadUInt32BigEndian(Take(4, what)) : BinaryPrimitives.ReadUInt32LittleEndian(Take(4, what));
    public ulong U64(string what = "64-bit number") => BigEndian ? BinaryPrimitives.ReadUInt64BigEndian(Take(8, what)) : BinaryPrimitives.ReadUInt64LittleEndian(Take(8, what));

    /// <summary>A field of fixed width that ends at its first zero byte; bytes outside ASCII become '?'.</summary>
    public string FixedText(int width, string what = "bytes of text")
    {
        var field = Take(width, what);
        var end = field.IndexOf((byte)0);
        return Encoding.ASCII.GetString(end < 0 ? field : field[..end]);
    }
}
