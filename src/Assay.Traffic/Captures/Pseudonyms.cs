using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Assay.Traffic.Captures;

/// <summary>Other addresses in place of those of a capture: the same for the same address, and without the key nobody finds the way back.</summary>
/// <remarks>
/// Local IPv4 networks keep their kind (192.168/16 stays 192.168/16), two addresses of one network of any size down to /24 stay in one, and the last number stays 0 or 255 where
/// it was: after the prefix-preserving idea of Xu, Fan, Ammar and Moon (2002). Addresses of the open Internet become others of it, which may belong to somebody. Of IPv6 the two
/// halves are replaced, the upper one keeps its kind. Loopback, unspecified, multicast and broadcast addresses tell nothing of a person and stay. Of a link-layer address the maker's
/// half stays, unless it is one that a device made up. IPv4 and the maker's numbers are permuted: no two become one.
/// </remarks>
internal sealed class Pseudonyms(byte[] key)
{
    private const int MostKept = 1 << 20;

    private readonly Dictionary<Address, Address> addresses = [];
    private readonly Dictionary<ulong, ulong> macs = [];

    /// <summary>Different addresses that were replaced, as far as they are kept.</summary>
    public int Addresses => addresses.Count(a => a.Key != a.Value);
    public int Macs => macs.Count(m => m.Key != m.Value);

    public Address Of(Address address)
    {
        if (addresses.TryGetValue(address, out var known)) return known;
        var other = address.IsV4 ? Address.V4(V4((uint)address.Low)) : V6(address);
        if (addresses.Count < MostKept) addresses.Add(address, other);
        return other;
    }

    public MacAddress Of(MacAddress mac)
    {
        if (macs.TryGetValue(mac.Bits, out var known)) return new MacAddress(known);
        var other = Mac(mac.Bits);
        if (macs.Count < MostKept) macs.Add(mac.Bits, other);
        return new MacAddress(other);
    }

    private ulong Mac(ulong bits)
    {
        // The group for the neighbours of an IPv6 address holds that address' last three bytes.
        if (bits >> 24 == 0x3333ff) return bits & ~0xffffffUL | Permute(Tag.Neighbours, 0, (uint)bits & 0xffffff, 24);
        if (bits == 0 || (bits >> 40 & 1) == 1) return bits;
        if ((bits >> 40 & 2) == 2) return 2UL << 40 | Hash(Tag.MadeUp, bits, 0) & 0xfcff_ffff_ffff;
        return bits & ~0xffffffUL | Permute(Tag.Maker, bits >> 24, (uint)bits & 0xffffff, 24);
    }

    private uint V4(uint bits)
    {
        var kept = KeptBits(bits);
        if (kept == 32) return bits;
        if (kept == 0)
        {
            var open = bits;
            do open = Permute(Tag.Open, 0, open, 32);
            while (KeptBits(open) != 0);
            return open;
        }
        var other = bits & ~0u << (32 - kept);
        for (var i = kept; i < 24; i++)
        {
            var before = bits & ~0u << (32 - i);
            other |= (bits ^ (uint)Hash(Tag.Local, before, (ulong)i) << (31 - i)) & 1u << (31 - i);
        }
        var last = bits & 255;
        if (last is 0 or 255) return other & ~255u | last;
        do last = Permute(Tag.Host, bits >> 8, last, 8);
        while (last is 0 or 255);
        return other & ~255u | last;
    }

    /// <summary>Bits that say what kind of address it is: 0 for the open Internet, 32 where the whole address stays.</summary>
    private static int KeptBits(uint bits)
    {
        if (bits >> 24 is 0 or 127 || bits >> 28 >= 0xe) return 32;
        if (bits >> 24 == 10) return 8;
        if (bits >> 22 == 0x191) return 10;
        if (bits >> 20 == 0xac1) return 12;
        return bits >> 16 is 0xc0a8 or 0xa9fe ? 16 : 0;
    }

    private Address V6(Address address)
    {
        var (high, low) = (address.High, address.Low);
        if (high == 0 && low <= 1) return address;
        if (high >> 56 == 0xff)
        {
            // Solicited-node groups, ff02::1:ff00:0/104, end in the last three bytes of an address.
            return high == 0xff02_0000_0000_0000 && low >> 24 == 0x1ff
                ? new Address(high, low & ~0xffffffUL | Permute(Tag.Neighbours, 0, (uint)low & 0xffffff, 24)) : address;
        }
        var kept = high >> 54 == 0x3fa ? 64 : high >> 57 == 0x7e ? 8 : 3;
        var prefix = kept == 64 ? high : high & ~0UL << (64 - kept) | Hash(Tag.Prefix, high, 0) & ~0UL >> kept;
        return new Address(prefix, Hash(Tag.Interface, high, low));
    }

    private enum Tag : byte { Open = 1, Local, Host, Prefix, Interface, Maker, MadeUp, Neighbours }

    private ulong Hash(Tag tag, ulong first, ulong second)
    {
        Span<byte> text = stackalloc byte[17], sum = stackalloc byte[32];
        text[0] = (byte)tag;
        BinaryPrimitives.WriteUInt64BigEndian(text[1..], first);
        BinaryPrimitives.WriteUInt64BigEndian(text[9..], second);
        HMACSHA256.HashData(key, text, sum);
        return BinaryPrimitives.ReadUInt64BigEndian(sum);
    }

    /// <summary>A permutation of the numbers of so many bits (even), as Luby and Rackoff (1988) make it of a keyed function in rounds.</summary>
    private uint Permute(Tag tag, ulong within, uint value, int bits)
    {
        var half = bits / 2;
        var mask = (1u << half) - 1;
        var (left, right) = (value >> half & mask, value & mask);
        for (uint round = 0; round < 6; round++)
        {
            (left, right) = (right, left ^ (uint)Hash(tag, within, (ulong)round << 32 | right) & mask);
        }
        return left << half | right;
    }
}
