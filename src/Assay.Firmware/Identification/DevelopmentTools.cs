using Assay.Evidence;
using Assay.Evidence.Files;

namespace Assay.Firmware.Identification;

/// <summary>Programs that serve those who build and test a device, and no user: compilers, debuggers, tracers, packet dumpers. Known by the names of their files.</summary>
internal static class DevelopmentTools
{
    private static readonly Dictionary<string, string> Tools = new(StringComparer.Ordinal)
    {
        ["gdb"] = "a debugger",
        ["gdbserver"] = "a debugger's remote part",
        ["lldb-server"] = "a debugger's remote part",
        ["strace"] = "a tracer",
        ["ltrace"] = "a tracer",
        ["valgrind"] = "a memory checker",
        ["perf"] = "a profiler",
        ["tcpdump"] = "a packet dumper",
        ["tshark"] = "a packet dumper",
        ["nmap"] = "a port scanner",
        ["gcc"] = "a compiler",
        ["g++"] = "a compiler",
        ["cc1"] = "a compiler",
        ["clang"] = "a compiler",
        ["tcc"] = "a compiler",
        ["ld.bfd"] = "a linker",
        ["objdump"] = "a disassembler",
        ["jtag"] = "a JTAG tool",
        ["openocd"] = "a JTAG tool",
        ["hydra"] = "a password guesser",
        ["john"] = "a password guesser",
    };

    public static void Read(IReadOnlyList<FileEntry> entries, Notebook notes)
    {
        foreach (var entry in entries)
        {
            // A link to a program of another name is an applet or an alias, and the program itself is listed where it lies.
            if (entry.Type != FileType.Regular || entry.Size == 0) continue;
            var path = entry.Path.Text;
            var folder = path[..Math.Max(0, path.LastIndexOf('/'))];
            if (!folder.EndsWith("bin", StringComparison.Ordinal) && !folder.Contains("/libexec", StringComparison.Ordinal)) continue;
            var name = path[(path.LastIndexOf('/') + 1)..];
            if (Tools.TryGetValue(name, out var what)) notes.Add(FindingKind.Debug, name, $"{name}, {what}, is in the image", 0.9, notes.At(path), [Traits.DebugTool]);
        }
    }
}
