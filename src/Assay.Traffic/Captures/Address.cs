using System.Buffers.Binary;
using System.Buffers.Text;
using System.Net;

namespace Assay.Traffic.Captures;

/// <summary>An IPv4 or IPv6 address as a value of 16 bytes; IPv4 in its mapped form (::ffff:0:0/96).</summary>
public readonly record struct Address(ulong High, ulong Low) : IComparable<Address>
{
    private const ulong Mapped = 0xffff_0000_0000;

    public static Address V4(uint bits) => new(0, Mapped | bits);
    /// <param name="bytes">16 bytes in network order.</param>
    public static Address V6(ReadOnlySpan<byte> bytes) => new(BinaryPrimitives.ReadUInt64BigEndian(bytes), BinaryPrimitives.ReadUInt64BigEndian(bytes[8..]));

    public static Address Parse(string text)
    {
        var address = IPAddress.Parse(text);
        Span<byte> bytes = stackalloc byte[16];
        address.TryWriteBytes(bytes, out var count);
        return count == 4 ? V4(BinaryPrimitives.ReadUInt32BigEndian(bytes)) : V6(bytes);
    }

    public bool IsV4 => High == 0 && Low >> 32 == 0xffff;
    public bool IsMulticast => IsV4 ? (byte)(Low >> 28 & 0xf) == 0xe || (uint)Low == uint.MaxValue : High >> 56 == 0xff;

    /// <summary>Both are of IPv6 and of one prefix of 64 bits: two machines of one link (RFC 4291, section 2.5.4), whoever assigned it.</summary>
    public bool IsBeside(Address other) => !IsV4 && !other.IsV4 && High == other.High;

    /// <summary>
    /// Not of the open Internet: private (RFC 1918), shared (RFC 6598), link-local, loopback, unspecified, multicast, broadcast; for IPv6 unique local
    /// (RFC 4193), link-local, loopback, unspecified and multicast.
    /// </summary>
    public bool IsLocal
    {
        get
        {
            if (!IsV4) return High >> 57 == 0x7e || High >> 54 == 0x3fa || High >> 56 == 0xff || High == 0 && Low <= 1;
            var bits = (uint)Low;
            return bits >> 24 is 10 or 127 or 0 || bits >> 20 == 0xac1 || bits >> 16 is 0xc0a8 or 0xa9fe || bits >> 22 == 0x191 || bits >> 28 >= 0xe;
        }
    }

    /// <summary>Writes 16 bytes in network order, IPv4 in its mapped form.</summary>
    public void CopyTo(Span<byte> bytes)
    {
        BinaryPrimitives.WriteUInt64BigEndian(bytes, High);
        BinaryPrimitives.WriteUInt64BigEndian(bytes[8..], Low);
    }

    public int CompareTo(Address other)
    {
        var order = High.CompareTo(other.High);
        return order != 0 ? order : Low.CompareTo(other.Low);
    }

    /// <summary>As text in UTF-8; <paramref name="text"/> needs room for 46 bytes. Answers the bytes written.</summary>
    public int Write(Span<byte> text)
    {
        int written;
        if (!IsV4)
        {
            ToIPAddress().TryFormat(text, out written);
            return written;
        }
        written = 0;
        for (var shift = 24; shift >= 0; shift -= 8)
        {
            Utf8Formatter.TryFormat((byte)(Low >> shift), text[written..], out var digits);
            written += digits;
            if (shift > 0) text[written++] = (byte)'.';
        }
        return written;
    }

    public IPAddress ToIPAddress()
    {
        Span<byte> bytes = stackalloc byte[16];
        BinaryPrimitives.WriteUInt64BigEndian(bytes, High);
        BinaryPrimitives.WriteUInt64BigEndian(bytes[8..], Low);
        return new IPAddress(IsV4 ? bytes[12..] : bytes);
    }

    /// <summary>Dotted for IPv4, RFC 5952 for IPv6.</summary>
    public override string ToString() => ToIPAddress().ToString();
}

/// <summary>A link-layer address of 6 bytes.</summary>
public readonly record struct MacAddress(ulong Bits) : IComparable<MacAddress>
{
    public static MacAddress Of(ReadOnlySpan<byte> bytes) =>
        new((ulong)BinaryPrimitives.ReadUInt16BigEndian(bytes) << 32 | BinaryPrimitives.ReadUInt32BigEndian(bytes[2..]));

    public static bool TryParse(string text, out MacAddress mac)
    {
        mac = default;
        var digits = text.Trim().Replace(":", "", StringComparison.Ordinal).Replace("-", "", StringComparison.Ordinal);
        if (digits.Length != 12 || !ulong.TryParse(digits, System.Globalization.NumberStyles.AllowHexSpecifier,
            System.Globalization.CultureInfo.InvariantCulture, out var bits)) return false;
        mac = new MacAddress(bits);
        return true;
    }

    public bool IsMulticast => (Bits >> 40 & 1) == 1;
    public int CompareTo(MacAddress other) => Bits.CompareTo(other.Bits);

    /// <summary><c>74:da:38:80:7a:08</c></summary>
    public override string ToString()
    {
        var bits = Bits;
        return string.Create(17, bits, static (text, value) =>
        {
            const string Digits = "0123456789abcdef";
            for (var i = 0; i < 6; i++)
            {
                var octet = (int)(value >> (40 - 8 * i)) & 0xff;
                text[3 * i] = Digits[octet >> 4];
                text[3 * i + 1] = Digits[octet & 15];
                if (i < 5) text[3 * i + 2] = ':';
            }
        });
    }
}
