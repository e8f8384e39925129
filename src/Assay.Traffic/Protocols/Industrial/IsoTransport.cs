using System.Buffers.Binary;

namespace Assay.Traffic.Protocols.Industrial;

/// <summary>A transport PDU of ISO 8073 class 0 in its envelope for TCP (RFC 1006, section 6): version 3, a length of 16 bits, then the PDU.</summary>
internal readonly ref struct IsoTransport
{
    public const ushort Port = 102;
    public const byte Data = 0xf0, ConnectionRequest = 0xe0, ConnectionConfirm = 0xd0;

    private IsoTransport(ReadOnlySpan<byte> bytes)
    {
        HeaderLength = bytes[4];
        Type = (byte)(bytes[5] & 0xf0);
        IsLast = Type != Data || HeaderLength < 2 || (bytes[6] & 0x80) != 0;
        var end = Math.Min(bytes.Length, 5 + HeaderLength);
        Parameters = end > 6 ? bytes[6..end] : default;
        UserData = bytes[end..];
    }

    /// <summary>The PDU's length field: bytes of header behind it.</summary>
    public byte HeaderLength { get; }
    public byte Type { get; }
    /// <summary>No more of this message follows (bit EOT).</summary>
    public bool IsLast { get; }
    /// <summary>The header behind the type.</summary>
    public ReadOnlySpan<byte> Parameters { get; }
    public ReadOnlySpan<byte> UserData { get; }

    /// <summary>Length of the envelope in front; 0 where more is needed, -1 where it is none.</summary>
    public static int Measure(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length >= 1 && bytes[0] != 3 || bytes.Length >= 2 && bytes[1] != 0) return -1;
        if (bytes.Length < 4) return 0;
        var length = BinaryPrimitives.ReadUInt16BigEndian(bytes[2..]);
        return length < 7 ? -1 : length;
    }

    public static bool TryRead(ReadOnlySpan<byte> bytes, out IsoTransport pdu)
    {
        var length = Measure(bytes);
        pdu = default;
        if (length <= 0 || length > bytes.Length || bytes[4] < 2 || bytes[4] > length - 5) return false;
        pdu = new IsoTransport(bytes[..length]);
        return true;
    }

    /// <summary>True on any port: a request or confirmation of a connection of class 0, or data behind a header of exactly two bytes.</summary>
    public static bool Recognises(ReadOnlySpan<byte> bytes)
    {
        var length = Measure(bytes);
        if (length <= 0 || bytes.Length < 7) return false;
        return (bytes[5] & 0xf0) switch
        {
            ConnectionRequest or ConnectionConfirm => bytes[4] >= 6 && bytes[4] == length - 5 && bytes.Length >= 11 && (bytes[10] & 0xf0) == 0,
            Data => bytes[4] == 2 && bytes[5] == Data && (bytes[6] & 0x7f) == 0,
            _ => false,
        };
    }
}
