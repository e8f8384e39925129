using System.Buffers.Binary;

namespace Assay.Firmware.Containers;

/// <summary>A program or an object outside a file system: boot loaders, kernels. What it is made of is read by <see cref="Executables.ElfFacts"/>.</summary>
internal static class Elf
{
    internal static readonly Format Format = new()
    {
        Kind = "elf",
        Title = "ELF program, library or object",
        Group = FormatGroup.Executable,
        Source = "System V ABI, chapters 4 and 5",
        Proof = "`readelf`, cross compilers",
        Signatures = [new([0x7f, (byte)'E', (byte)'L', (byte)'F'])],
        Recognise = Recognise,
        Open = opening => opening.Part(),
    };

    // System V ABI: the file ends with its section table, or with the last segment.
    private static Recognised? Recognise(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < 64 || bytes[4] is not (1 or 2) || bytes[5] is not (1 or 2) || bytes[6] != 1) return null;
        var wide = bytes[4] == 2;
        var big = bytes[5] == 2;
        ushort U16(ReadOnlySpan<byte> b, int at) => big ? BinaryPrimitives.ReadUInt16BigEndian(b[at..]) : BinaryPrimitives.ReadUInt16LittleEndian(b[at..]);
        ulong U(ReadOnlySpan<byte> b, int at) => (wide, big) switch
        {
            (true, true) => BinaryPrimitives.ReadUInt64BigEndian(b[at..]),
            (true, false) => BinaryPrimitives.ReadUInt64LittleEndian(b[at..]),
            (false, true) => BinaryPrimitives.ReadUInt32BigEndian(b[at..]),
            _ => BinaryPrimitives.ReadUInt32LittleEndian(b[at..]),
        };
        if (U16(bytes, 16) is 0 or > 4) return null;
        var sections = U(bytes, wide ? 0x28 : 0x20);
        var end = sections + (ulong)U16(bytes, wide ? 0x3a : 0x2e) * U16(bytes, wide ? 0x3c : 0x30);
        var segments = U(bytes, wide ? 0x20 : 0x1c);
        int each = U16(bytes, wide ? 0x36 : 0x2a), count = U16(bytes, wide ? 0x38 : 0x2c);
        if (each is not 0 && each != (wide ? 56 : 32)) return null;
        for (var i = 0; i < count && segments < (ulong)bytes.Length; i++)
        {
            var at = segments + (ulong)(i * each);
            if (at + (ulong)each > (ulong)bytes.Length) return null;
            end = Math.Max(end, U(bytes, (int)at + (wide ? 8 : 4)) + U(bytes, (int)at + (wide ? 32 : 16)));
        }
        return end is >= 52 and < 1L << 31 ? new("elf", (long)Math.Min(end, (ulong)bytes.Length)) : null;
    }
}
