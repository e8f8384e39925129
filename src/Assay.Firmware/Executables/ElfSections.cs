using Assay.Evidence.Reading;

namespace Assay.Firmware.Executables;

/// <summary>Sections of an ELF file by name (System V gABI, section header table), for what is kept for readers and not for the loader.</summary>
public static class ElfSections
{
    private const int MostSections = 4096;

    /// <summary>The content of the first section called <paramref name="name"/>; empty where there is none, or no table of names.</summary>
    /// <exception cref="UnreadableException">The table or the section lies outside of the file.</exception>
    public static ReadOnlySpan<byte> Find(ReadOnlySpan<byte> file, ReadOnlySpan<byte> name)
    {
        if (file.Length < 64 || !ElfFacts.Is(file) || file[4] is not (1 or 2) || file[5] is not (1 or 2)) return [];
        var wide = file[4] == 2;
        var reader = new SpanReader(file, 0, file[5] == 2);
        reader.Seek(wide ? 0x28 : 0x20);
        var table = wide ? reader.U64() : reader.U32();
        reader.Seek(wide ? 0x3a : 0x2e);
        int size = reader.U16("size of a section header"), count = reader.U16("number of sections"), names = reader.U16("index of the section names");
        if (table == 0 || size < (wide ? 64 : 40) || names >= count || count > MostSections) return [];
        if (table > (ulong)file.Length || (ulong)size * (ulong)count > (ulong)file.Length - table) throw new UnreadableException($"{count} section headers of {size} bytes", "the end of the file", (long)Math.Min(table, long.MaxValue));
        var strings = Section(file, reader.BigEndian, wide, (int)table + names * size);
        for (var i = 0; i < count; i++)
        {
            var at = (int)table + i * size;
            var index = new SpanReader(file[at..], at, reader.BigEndian).U32("name of a section");
            if (index >= (uint)strings.Length) continue;
            var own = strings[(int)index..];
            if (own.StartsWith(name) && own.Length > name.Length && own[name.Length] == 0) return Section(file, reader.BigEndian, wide, at);
        }
        return [];
    }

    private static ReadOnlySpan<byte> Section(ReadOnlySpan<byte> file, bool bigEndian, bool wide, int at)
    {
        var header = new SpanReader(file[at..], at, bigEndian);
        header.Skip(4);
        // A section without bytes in the file (SHT_NOBITS) is empty here.
        if (header.U32("type of a section") == 8) return [];
        header.Skip(wide ? 16 : 8, "bytes of a section header");
        var offset = wide ? header.U64() : header.U32();
        var size = wide ? header.U64() : header.U32();
        if (offset > (ulong)file.Length || size > (ulong)file.Length - offset) throw new UnreadableException($"a section of {size} bytes at 0x{offset:x}", $"{file.Length} bytes of file", at);
        return file.Slice((int)offset, (int)size);
    }
}
