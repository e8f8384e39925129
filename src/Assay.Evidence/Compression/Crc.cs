using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Assay.Evidence.Compression;

/// <summary>CRC-32 as in gzip, xz and uImage: ISO 3309, reflected, initial value and final inversion all ones; eight bytes a step.</summary>
public static class Crc32
{
    private static readonly uint[] Table = Make();

    /// <param name="crc">Of what came before, to go on.</param>
    public static uint Of(ReadOnlySpan<byte> bytes, uint crc = 0)
    {
        ref var t = ref MemoryMarshal.GetArrayDataReference(Table);
        crc = ~crc;
        while (bytes.Length >= 8)
        {
            var low = BinaryPrimitives.ReadUInt32LittleEndian(bytes) ^ crc;
            var high = BinaryPrimitives.ReadUInt32LittleEndian(bytes[4..]);
            crc = Entry(ref t, 7, low) ^ Entry(ref t, 6, low >> 8) ^ Entry(ref t, 5, low >> 16) ^ Entry(ref t, 4, low >> 24)
                ^ Entry(ref t, 3, high) ^ Entry(ref t, 2, high >> 8) ^ Entry(ref t, 1, high >> 16) ^ Entry(ref t, 0, high >> 24);
            bytes = bytes[8..];
        }
        foreach (var b in bytes) crc = (crc >> 8) ^ Table[(byte)(crc ^ b)];
        return ~crc;
    }

    private static uint Entry(ref uint table, int slice, uint index) => System.Runtime.CompilerServices.Unsafe.Add(ref table, slice * 256 + (int)(index & 0xff));

    private static uint[] Make()
    {
        var table = new uint[8 * 256];
        for (uint i = 0; i < 256; i++)
        {
            var c = i;
            for (var k = 0; k < 8; k++) c = (c & 1) != 0 ? (c >> 1) ^ 0xedb88320 : c >> 1;
            table[i] = c;
        }
        for (var i = 256; i < table.Length; i++) table[i] = (table[i - 256] >> 8) ^ table[(byte)table[i - 256]];
        return table;
    }
}

/// <summary>CRC-64 as in xz: ECMA-182, reflected, initial value and final inversion all ones; eight bytes a step.</summary>
public static class Crc64
{
    private static readonly ulong[] Table = Make();

    /// <param name="crc">Of what came before, to go on.</param>
    public static ulong Of(ReadOnlySpan<byte> bytes, ulong crc = 0)
    {
        ref var t = ref MemoryMarshal.GetArrayDataReference(Table);
        crc = ~crc;
        while (bytes.Length >= 8)
        {
            var x = BinaryPrimitives.ReadUInt64LittleEndian(bytes) ^ crc;
            crc = Entry(ref t, 7, x) ^ Entry(ref t, 6, x >> 8) ^ Entry(ref t, 5, x >> 16) ^ Entry(ref t, 4, x >> 24)
                ^ Entry(ref t, 3, x >> 32) ^ Entry(ref t, 2, x >> 40) ^ Entry(ref t, 1, x >> 48) ^ Entry(ref t, 0, x >> 56);
            bytes = bytes[8..];
        }
        foreach (var b in bytes) crc = (crc >> 8) ^ Table[(byte)(crc ^ b)];
        return ~crc;
    }

    private static ulong Entry(ref ulong table, int slice, ulong index) => System.Runtime.CompilerServices.Unsafe.Add(ref table, slice * 256 + (int)(index & 0xff));

    private static ulong[] Make()
    {
        var table = new ulong[8 * 256];
        for (uint i = 0; i < 256; i++)
        {
            ulong c = i;
            for (var k = 0; k < 8; k++) c = (c & 1) != 0 ? (c >> 1) ^ 0xc96c5795d7870f42 : c >> 1;
            table[i] = c;
        }
        for (var i = 256; i < table.Length; i++) table[i] = (table[i - 256] >> 8) ^ table[(byte)table[i - 256]];
        return table;
    }
}
