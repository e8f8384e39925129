using System.Buffers.Binary;
using System.Globalization;

namespace Assay.Traffic.Devices;

/// <summary>How a TLS client greets (RFC 8446 section 4.1.2): its version, its cipher suites and the kinds of its extensions, in their order, as one trait.</summary>
internal static class TlsHello
{
    /// <summary>False for anything but a ClientHello at the start of a record; what the segment cuts off is left out.</summary>
    public static bool TryRead(ReadOnlySpan<byte> bytes, out string trait)
    {
        trait = "";
        if (bytes.Length < 49 || bytes[0] != 0x16 || bytes[1] != 3 || bytes[5] != 1) return false;
        var hello = bytes[9..];
        var version = BinaryPrimitives.ReadUInt16BigEndian(hello);
        int session = hello[34];
        if (session > 32 || hello.Length < 35 + session + 2) return false;
        hello = hello[(35 + session)..];
        int size = BinaryPrimitives.ReadUInt16BigEndian(hello);
        if (size < 2 || (size & 1) != 0 || hello.Length < 2 + size) return false;
        var suites = hello.Slice(2, size);
        hello = hello[(2 + size)..];
        var hash = Mix(0xcbf2_9ce4_8422_2325, suites);
        var extensions = 0;
        if (hello.Length > 0 && hello.Length > 1 + hello[0] + 2)
        {
            hello = hello[(3 + hello[0])..];
            while (hello.Length >= 4 && extensions < 64)
            {
                var kind = BinaryPrimitives.ReadUInt16BigEndian(hello);
                int length = BinaryPrimitives.ReadUInt16BigEndian(hello[2..]);
                // GREASE (RFC 8701) is random on purpose; the name asked for is no trait of the client.
                if ((kind & 0x0f0f) != 0x0a0a) hash = Mix(hash, hello[..2]);
                extensions++;
                if (length > hello.Length - 4) break;
                hello = hello[(4 + length)..];
            }
        }
        trait = string.Create(CultureInfo.InvariantCulture, $"TLS client of version 0x{version:x4} with {size / 2} suites and {extensions} extensions, {(uint)(hash ^ hash >> 32):x8}");
        return true;
    }

    // FNV-1a, to tell greetings apart.
    private static ulong Mix(ulong hash, ReadOnlySpan<byte> bytes)
    {
        for (var at = 0; at + 1 < bytes.Length; at += 2)
        {
            var value = BinaryPrimitives.ReadUInt16BigEndian(bytes[at..]);
            if ((value & 0x0f0f) == 0x0a0a && value >> 8 == (value & 0xff)) continue;
            hash = (hash ^ value) * 0x100_0000_01b3;
        }
        return hash;
    }
}
