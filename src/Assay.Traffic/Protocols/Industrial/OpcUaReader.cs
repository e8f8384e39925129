using System.Text;
using Assay.Evidence.Reading;

namespace Assay.Traffic.Protocols.Industrial;

/// <summary>Values of OPC UA's binary encoding (OPC 10000-6, 5.2), little endian. Every step is checked; counts are bounded by the bytes that are left.</summary>
internal ref struct OpcUaReader(ReadOnlySpan<byte> bytes)
{
    private SpanReader reader = new(bytes);

    public readonly int Left => reader.Left;
    public byte U8() => reader.U8();
    public uint U32() => reader.U32();
    public void Skip(long count) => reader.Skip(count);

    /// <summary>A byte string; empty where it is null.</summary>
    /// <exception cref="UnreadableException">It runs over the end.</exception>
    public ReadOnlySpan<byte> Bytes()
    {
        var length = (int)reader.U32("length");
        return length <= 0 ? default : reader.Take(length, "bytes of a string");
    }

    public string Text()
    {
        var text = Bytes();
        return Encoding.UTF8.GetString(text[..Math.Min(text.Length, 256)]);
    }

    /// <summary>A count of things of at least <paramref name="least"/> bytes each.</summary>
    public int Count(int least)
    {
        var count = (int)reader.U32("count");
        if (count <= 0) return 0;
        if (count > reader.Left / least) throw new UnreadableException($"at most {reader.Left / least} entries", $"{count}", reader.Offset);
        return count;
    }

    /// <summary>A node id; its number, or -1 where it is none of namespace 0.</summary>
    public long NodeId()
    {
        var form = reader.U8("form of node id");
        long number = -1;
        switch (form & 0x3f)
        {
            case 0:
                number = reader.U8();
                break;
            case 1:
                var space = reader.U8();
                number = reader.U16();
                if (space != 0) number = -1;
                break;
            case 2:
                var wide = reader.U16();
                number = reader.U32();
                if (wide != 0) number = -1;
                break;
            case 3 or 5:
                reader.Skip(2);
                Bytes();
                break;
            case 4:
                reader.Skip(18);
                break;
            default:
                throw new UnreadableException("a form of node id from 0 to 5", $"{form & 0x3f}", reader.Offset);
        }
        if ((form & 0x80) != 0) Bytes();
        if ((form & 0x40) != 0) reader.Skip(4);
        return number;
    }

    /// <summary>An extension object; the number of its type, and its body.</summary>
    public long Extension(out ReadOnlySpan<byte> body)
    {
        var type = NodeId();
        body = reader.U8("encoding") == 0 ? default : Bytes();
        return type;
    }

    public string LocalizedText()
    {
        var mask = reader.U8("mask");
        if ((mask & 1) != 0) Bytes();
        return (mask & 2) != 0 ? Text() : "";
    }

    public void Strings()
    {
        for (var i = Count(4); i > 0; i--) Bytes();
    }

    /// <summary>Diagnostics (5.2.2.12), nested as deep as the encoding allows.</summary>
    public void Diagnostics()
    {
        for (var depth = 0; depth < 16; depth++)
        {
            var mask = reader.U8("mask of diagnostics");
            for (var bit = 0; bit < 4; bit++)
            {
                if ((mask & 1 << bit) != 0) reader.Skip(4);
            }
            if ((mask & 0x10) != 0) Bytes();
            if ((mask & 0x20) != 0) reader.Skip(4);
            if ((mask & 0x40) == 0) return;
        }
    }

    /// <summary>The header of a request (OPC 10000-4, 7.33).</summary>
    public void RequestHeader()
    {
        NodeId();
        reader.Skip(16, "bytes of time, handle and diagnostics");
        Bytes();
        reader.Skip(4, "bytes of time-out");
        Extension(out _);
    }

    /// <summary>The header of an answer (OPC 10000-4, 7.34); its result.</summary>
    public uint ResponseHeader()
    {
        reader.Skip(12, "bytes of time and handle");
        var result = reader.U32("result");
        Diagnostics();
        Strings();
        Extension(out _);
        return result;
    }
}
