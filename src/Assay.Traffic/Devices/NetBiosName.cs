using System.Buffers.Binary;
using Assay.Evidence;

namespace Assay.Traffic.Devices;

/// <summary>The name that a machine registers for itself in the NetBIOS name service (RFC 1002 section 4.2.2).</summary>
internal static class NetBiosName
{
    private const int Encoded = 32, Header = 12;

    /// <summary>False for anything but the registration or refresh of a machine's own name: names of groups are no names of machines.</summary>
    public static bool TryRead(ReadOnlySpan<byte> bytes, out string name)
    {
        name = "";
        if (bytes.Length < 64 || bytes[Header] != Encoded || bytes[Header + 1 + Encoded] != 0) return false;
        var flags = BinaryPrimitives.ReadUInt16BigEndian(bytes[2..]);
        if ((flags & 0x8000) != 0 || (flags >> 11 & 15) is not (5 or 8)) return false;
        // Behind the question a record whose flags say whether many share the name.
        if ((BinaryPrimitives.ReadUInt16BigEndian(bytes[62..]) & 0x8000) != 0) return false;
        Span<char> text = stackalloc char[16];
        for (var i = 0; i < 16; i++)
        {
            int high = bytes[Header + 1 + 2 * i] - 'A', low = bytes[Header + 2 + 2 * i] - 'A';
            if (high is < 0 or > 15 || low is < 0 or > 15) return false;
            text[i] = (char)(high << 4 | low);
        }
        if (text[15] is not ('\0' or ' ')) return false;
        name = Shortened.Visible(text[..15].TrimEnd().ToString());
        return name.Length > 0;
    }
}
