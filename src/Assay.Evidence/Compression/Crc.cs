using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Assay.Evidence.Compression;

/// <summary>CRC-32 as in gzip, xz and uImage: ISO 3309, reflected, initial value and final inversion all ones; eight bytes a step, sixty-four where the processor multiplies without carries.</summary>
public static class Crc32
{
    private static readonly uint[] Table = Make();
    // x^544, x^480, x^160 and x^96 modulo the polynomial, reflected: what 64 or 16 bytes weigh that lie so far ahead.
    private static Vector128<ulong> Ahead64 => Vector128.Create(0x1_5444_2bd4ul, 0x1_c6e4_1596ul);
    private static Vector128<ulong> Ahead16 => Vector128.Create(0x1_7519_97d0ul, 0x0_ccaa_009eul);

    /// <param name="crc">Of what came before, to go on.</param>
    public static uint Of(ReadOnlySpan<byte> bytes, uint crc = 0)
    {
        crc = ~crc;
        if (Pclmulqdq.IsSupported && bytes.Length >= 128)
        {
            Span<byte> rest = stackalloc byte[16];
            bytes = Fold(bytes, crc, rest);
            crc = Sum(rest, 0);
        }
        return ~Sum(bytes, crc);
    }

    // Carry-less multiplication folds what was read onto what comes next, so that all but the last bytes shrink to sixteen of the same remainder.
    private static ReadOnlySpan<byte> Fold(ReadOnlySpan<byte> bytes, uint crc, scoped Span<byte> remainder)
    {
        var (a, b, c, d) = (At(bytes, 0) ^ Vector128.CreateScalar((ulong)crc), At(bytes, 16), At(bytes, 32), At(bytes, 48));
        for (bytes = bytes[64..]; bytes.Length >= 64; bytes = bytes[64..])
        {
            a = Onto(a, Ahead64, At(bytes, 0));
            b = Onto(b, Ahead64, At(bytes, 16));
            c = Onto(c, Ahead64, At(bytes, 32));
            d = Onto(d, Ahead64, At(bytes, 48));
        }
        Onto(Onto(Onto(a, Ahead16, b), Ahead16, c), Ahead16, d).AsByte().CopyTo(remainder);
        return bytes;
    }

    private static Vector128<ulong> At(ReadOnlySpan<byte> bytes, int at) => Vector128.Create(bytes.Slice(at, 16)).AsUInt64();

    private static Vector128<ulong> Onto(Vector128<ulong> read, Vector128<ulong> ahead, Vector128<ulong> next) =>
        Pclmulqdq.CarrylessMultiply(read, ahead, 0x00) ^ Pclmulqdq.CarrylessMultiply(read, ahead, 0x11) ^ next;

    private static uint Sum(ReadOnlySpan<byte> bytes, uint crc)
    {
        ref var t = ref MemoryMarshal.GetArrayDataReference(Table);
        while (bytes.Length >= 8)
        {
            var low = BinaryPrimitives.ReadUInt32LittleEndian(bytes) ^ crc;
            var high = BinaryPrimitives.ReadUInt32LittleEndian(bytes[4..]);
            crc = Entry(ref t, 7, low) ^ Entry(ref t, 6, low >> 8) ^ Entry(ref t, 5, low >> 16) ^ Entry(ref t, 4, low >> 24)
                ^ Entry(ref t, 3, high) ^ Entry(ref t, 2, high >> 8) ^ Entry(ref t, 1, high >> 16) ^ Entry(ref t, 0, high >> 24);
            bytes = bytes[8..];
        }
        foreach (var b in bytes) crc = (crc >> 8) ^ Table[(byte)(crc ^ b)];
        return crc;
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
