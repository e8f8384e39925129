using System.Text;
using Assay.Evidence.Reading;

namespace Assay.Firmware.Executables;

public enum Relro { None, Partial, Full }

/// <summary>What an ELF file says of itself (System V gABI): kind, machine, what it needs, and which hardening its makers switched on.</summary>
/// <remarks>Read from program headers and the dynamic section, as the loader does; section headers are optional and often stripped.</remarks>
public sealed record ElfFacts
{
    private const int MostHeaders = 4096, MostDynamic = 65536, MostSymbols = 200_000, MostNames = 4096;

    /// <summary><c>executable</c>, <c>library</c>, <c>module</c> (relocatable) or <c>core</c>.</summary>
    public required string Kind { get; init; }
    /// <summary><c>arm</c>, <c>aarch64</c>, <c>mips</c>, <c>x86</c>, <c>x86-64</c>, <c>riscv</c>, <c>s390</c>, <c>powerpc</c>, <c>powerpc64</c> … or <c>machine N</c>.</summary>
    public required string Machine { get; init; }
    /// <summary>32 or 64.</summary>
    public required int Bits { get; init; }
    public required bool BigEndian { get; init; }
    public string? Soname { get; init; }
    public IReadOnlyList<string> Needed { get; init; } = [];
    public string? Interpreter { get; init; }
    /// <summary>An executable without a dynamic section: nothing can be told of its canaries by name unless it kept its symbols.</summary>
    public bool IsStatic { get; init; }
    public bool IsStripped { get; init; }
    public bool IsPie { get; init; }
    /// <summary>False where the stack may be executed: the mark is missing, or says so.</summary>
    public bool NoExecute { get; init; }
    public Relro Relro { get; init; }
    /// <summary>Null where the file does not keep the names that would tell.</summary>
    public bool? Canary { get; init; }
    /// <summary>Checked variants of the C library's functions are called; null where none that has one is called, or names are not kept.</summary>
    public bool? Fortify { get; init; }
    /// <summary>Those of <see cref="Asked"/> that the file names, ordered; null where it does not keep its names. A name is a call that may be there, not a path to it; one that a linker kept as the tail of another is missed.</summary>
    public IReadOnlyList<string>? Calls { get; init; }
    /// <summary>A program that a loader started by <c>exec</c> would run: an executable, position independent or not.</summary>
    public bool IsProgram => Kind == "executable";

    public override string ToString() => $"{Machine} {Bits}-bit {(BigEndian ? "big" : "little")}-endian {Kind}";

    public static bool Is(ReadOnlySpan<byte> file) => file.StartsWith("\u007fELF"u8);

    /// <exception cref="UnreadableException">A header lies outside the file or contradicts itself.</exception>
    public static ElfFacts Read(ReadOnlySpan<byte> file)
    {
        var reader = new SpanReader(file);
        if (!reader.Take(4, "bytes of ELF magic").SequenceEqual("\u007fELF"u8)) throw new UnreadableException("ELF magic", "other bytes", 0);
        var bits = reader.U8() switch { 1 => 32, 2 => 64, var other => throw new UnreadableException("ELF class 1 or 2", $"{other}", 4) };
        var bigEndian = reader.U8() switch { 1 => false, 2 => true, var other => throw new UnreadableException("ELF data encoding 1 or 2", $"{other}", 5) };
        reader.BigEndian = bigEndian;
        reader.Seek(16);
        var type = reader.U16("ELF type");
        var machine = reader.U16("ELF machine");
        reader.Skip(4);
        Number(ref reader, bits);
        var programAt = Number(ref reader, bits);
        var sectionAt = Number(ref reader, bits);
        reader.Skip(6);
        int programSize = reader.U16(), programCount = reader.U16(), sectionSize = reader.U16(), sectionCount = reader.U16();

        var image = new Image(file, bits, bigEndian);
        ReadSegments(ref image, programAt, programSize, programCount);
        var dynamic = ReadDynamic(ref image);
        var stripped = ReadSections(ref image, sectionAt, sectionSize, sectionCount, out var symbolNames);
        var names = image.DynamicNames ?? symbolNames;

        var pie = type == 3 && (dynamic.IsPie || image.Interpreter is not null && dynamic.Soname is null);
        var kind = type switch { 1 => "module", 2 => "executable", 3 => pie ? "executable" : "library", 4 => "core", _ => $"type {type}" };
        return new ElfFacts
        {
            Kind = kind,
            Machine = Name(machine),
            Bits = bits,
            BigEndian = bigEndian,
            Soname = dynamic.Soname,
            Needed = dynamic.Needed,
            Interpreter = image.Interpreter,
            IsStatic = (type == 2 || pie) && image.Interpreter is null && dynamic.Needed.Count == 0,
            IsStripped = stripped,
            IsPie = pie,
            NoExecute = image.StackFlags is { } flags && (flags & 1) == 0,
            Relro = !image.HasRelro ? Relro.None : dynamic.BindNow ? Relro.Full : Relro.Partial,
            Canary = names is null ? null : names.Contains("__stack_chk_fail") || names.Contains("__stack_chk_fail_local") || names.Contains("__stack_chk_guard"),
            Calls = names is null ? null : [.. names.Where(Asked.Contains).Order(StringComparer.Ordinal)],
            Fortify = names is null ? null : names.Any(IsChecked) ? true : names.Any(Checkable.Contains) ? false : null,
        };
    }

    private static bool IsChecked(string name) => name.EndsWith("_chk", StringComparison.Ordinal) && name.StartsWith("__", StringComparison.Ordinal) && Checkable.Contains(name[2..^4]);

    /// <summary>Functions that have a checked variant in the C library (LSB and glibc's debug folder).</summary>
    private static readonly HashSet<string> Checkable = new(StringComparer.Ordinal)
    {
        "memcpy", "memmove", "memset", "mempcpy", "strcpy", "stpcpy", "strncpy", "stpncpy", "strcat", "strncat", "sprintf", "snprintf", "vsprintf", "vsnprintf",
        "printf", "fprintf", "vprintf", "vfprintf", "dprintf", "vdprintf", "asprintf", "vasprintf", "syslog", "vsyslog", "gets", "fgets", "fgets_unlocked", "fread",
        "fread_unlocked", "read", "pread", "pread64", "recv", "recvfrom", "readlink", "readlinkat", "realpath", "getcwd", "getwd", "poll", "ppoll", "confstr",
        "getgroups", "gethostname", "getdomainname", "ttyname_r", "getlogin_r", "wcscpy", "wmemcpy", "wcsncpy", "swprintf", "mbstowcs", "wcstombs", "fdelt", "longjmp",
    };

    /// <summary>Functions that tell what a program can do: listen, start others, copy without a bound, give rights up, confine itself.</summary>
    public static IReadOnlySet<string> Asked { get; } = new HashSet<string>(StringComparer.Ordinal)
    {
        "listen", "accept", "accept4", "system", "popen", "gets", "strcpy", "strcat", "sprintf", "vsprintf",
        "setuid", "setgid", "setreuid", "setregid", "setresuid", "setresgid", "setgroups", "initgroups", "capset", "cap_set_proc", "chroot", "unshare", "prctl",
        "seccomp_init", "seccomp_load", "landlock_restrict_self",
    };

    private static readonly HashSet<string> AskedNames = (HashSet<string>)Asked;

    private static string Name(ushort machine) => machine switch
    {
        2 or 18 => "sparc",
        3 => "x86",
        4 => "m68k",
        8 or 10 => "mips",
        20 => "powerpc",
        21 => "powerpc64",
        22 => "s390",
        40 => "arm",
        42 => "sh",
        43 => "sparc64",
        62 => "x86-64",
        93 or 195 => "arc",
        94 => "xtensa",
        183 => "aarch64",
        189 => "microblaze",
        243 => "riscv",
        258 => "loongarch",
        _ => $"machine {machine}",
    };

    private static ulong Number(ref SpanReader reader, int bits) => bits == 64 ? reader.U64() : reader.U32();

    /// <summary>The file with what its segments say; addresses are turned into offsets by the loadable ones.</summary>
    private ref struct Image(ReadOnlySpan<byte> file, int bits, bool bigEndian)
    {
        public readonly ReadOnlySpan<byte> File = file;
        public readonly int Bits = bits;
        public readonly bool BigEndian = bigEndian;
        public readonly List<(ulong Address, ulong Offset, ulong Size)> Loads = [];
        public (ulong Offset, ulong Size) Dynamic;
        public uint? StackFlags;
        public bool HasRelro;
        public string? Interpreter;
        public HashSet<string>? DynamicNames;

        public readonly long OffsetOf(ulong address)
        {
            foreach (var load in Loads)
            {
                if (address >= load.Address && address - load.Address < load.Size) return (long)(address - load.Address + load.Offset);
            }
            return -1;
        }

        /// <summary>A part of the file, cut where the file ends.</summary>
        public readonly ReadOnlySpan<byte> Part(ulong offset, ulong size) =>
            offset >= (ulong)File.Length ? [] : File.Slice((int)offset, (int)Math.Min(size, (ulong)File.Length - offset));

        public readonly string Text(ulong offset, int most = 256)
        {
            var text = Part(offset, (ulong)most);
            var end = text.IndexOf((byte)0);
            return end < 0 ? "" : Encoding.Latin1.GetString(text[..end]);
        }
    }

    private static void ReadSegments(scoped ref Image image, ulong at, int size, int count)
    {
        if (at == 0 || count == 0) return;
        if (size < (image.Bits == 64 ? 56 : 32)) throw new UnreadableException("program headers of at least 32 bytes", $"{size}", 42);
        for (var i = 0; i < Math.Min(count, MostHeaders); i++)
        {
            var from = at + (ulong)i * (ulong)size;
            var header = image.Part(from, (ulong)size);
            if (header.Length < size) throw new UnreadableException($"{count} program headers of {size} bytes", $"the end of the file in header {i}", (long)Math.Min(from, long.MaxValue));
            var reader = new SpanReader(header, 0, image.BigEndian);
            var type = reader.U32();
            var flags = image.Bits == 64 ? reader.U32() : 0;
            var offset = Number(ref reader, image.Bits);
            var address = Number(ref reader, image.Bits);
            Number(ref reader, image.Bits);
            var inFile = Number(ref reader, image.Bits);
            Number(ref reader, image.Bits);
            if (image.Bits == 32) flags = reader.U32();
            switch (type)
            {
                case 1: image.Loads.Add((address, offset, inFile)); break;
                case 2: image.Dynamic = (offset, inFile); break;
                case 3: image.Interpreter = image.Text(offset); break;
                case 0x6474e551: image.StackFlags = flags; break;
                case 0x6474e552: image.HasRelro = true; break;
            }
        }
    }

    private sealed record DynamicPart(string? Soname, List<string> Needed, bool BindNow, bool IsPie);

    private static DynamicPart ReadDynamic(scoped ref Image image)
    {
        var needed = new List<ulong>();
        ulong strings = 0, stringBytes = 0, soname = ulong.MaxValue;
        var (bindNow, pie) = (false, false);
        var entry = image.Bits / 4;
        var part = image.Part(image.Dynamic.Offset, image.Dynamic.Size);
        for (var i = 0; i < MostDynamic && (i + 1) * entry <= part.Length; i++)
        {
            var reader = new SpanReader(part.Slice(i * entry, entry), 0, image.BigEndian);
            var tag = Number(ref reader, image.Bits);
            var value = Number(ref reader, image.Bits);
            if (tag == 0) break;
            switch (tag)
            {
                case 1 when needed.Count < MostNames: needed.Add(value); break;
                case 5: strings = value; break;
                case 10: stringBytes = value; break;
                case 14: soname = value; break;
                case 24: bindNow = true; break;
                case 30: bindNow |= (value & 8) != 0; break;
                case 0x6ffffffb:
                    bindNow |= (value & 1) != 0;
                    pie |= (value & 0x0800_0000) != 0;
                    break;
            }
        }
        var stringsAt = image.OffsetOf(strings);
        if (strings == 0 || stringsAt < 0) return new DynamicPart(null, [], bindNow, pie);
        image.DynamicNames = Names(image.Part((ulong)stringsAt, stringBytes));
        var names = new List<string>();
        foreach (var index in needed)
        {
            if (index < stringBytes) names.Add(image.Text((ulong)stringsAt + index));
        }
        var own = soname < stringBytes ? image.Text((ulong)stringsAt + soname) : "";
        return new DynamicPart(own.Length == 0 ? null : own, names, bindNow, pie);
    }

    /// <summary>The strings of a string table, which the checks look up by name. Shared tails are no whole strings and are not needed.</summary>
    private static HashSet<string> Names(ReadOnlySpan<byte> table)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        for (var count = 0; table.Length > 0 && count < MostSymbols; count++)
        {
            var end = table.IndexOf((byte)0);
            if (end < 0) break;
            if (end is > 2 and < 32) AddIfAsked(names, table[..end]);
            table = table[(end + 1)..];
        }
        return names;
    }

    private static void AddIfAsked(HashSet<string> names, ReadOnlySpan<byte> name)
    {
        Span<char> text = stackalloc char[name.Length];
        for (var i = 0; i < name.Length; i++) text[i] = (char)name[i];
        // A linker may keep a name as the tail of a longer one; to miss that a program gives its rights up would accuse it.
        if (text.EndsWith("setuid")) names.Add("setuid");
        if (text.EndsWith("setgid")) names.Add("setgid");
        if (text.EndsWith("_chk") || text.StartsWith("__stack_chk") || Checkable.GetAlternateLookup<ReadOnlySpan<char>>().Contains(text)
            || AskedNames.GetAlternateLookup<ReadOnlySpan<char>>().Contains(text)) names.Add(text.ToString());
    }

    /// <returns>True where no symbol table is left.</returns>
    private static bool ReadSections(scoped ref Image image, ulong at, int size, int count, out HashSet<string>? names)
    {
        names = null;
        var smallest = image.Bits == 64 ? 64 : 40;
        if (at == 0 || size < smallest) return true;
        for (var i = 0; i < Math.Min(count, MostHeaders * 16); i++)
        {
            if (Section(image, at, size, i) is not { Type: 2 } symbols) continue;
            if (Section(image, at, size, (int)Math.Min(symbols.Link, int.MaxValue)) is { Type: 3 } strings) names = Names(image.Part(strings.Offset, strings.Size));
            return false;
        }
        return true;
    }

    private static (uint Type, ulong Offset, ulong Size, uint Link)? Section(scoped in Image image, ulong at, int size, int index)
    {
        var header = image.Part(at + (ulong)index * (ulong)size, (ulong)size);
        if (header.Length < size) return null;
        var reader = new SpanReader(header, 0, image.BigEndian);
        reader.Skip(4);
        var type = reader.U32();
        Number(ref reader, image.Bits);
        Number(ref reader, image.Bits);
        var offset = Number(ref reader, image.Bits);
        var bytes = Number(ref reader, image.Bits);
        return (type, offset, bytes, reader.U32());
    }
}
