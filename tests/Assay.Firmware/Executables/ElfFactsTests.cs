using System.Text.RegularExpressions;
using Assay.Evidence.Files;
using Assay.Evidence.Reading;
using Assay.Firmware.Executables;
using Assay.Tests;

namespace Assay.Firmware.Tests.Executables;

public partial class ElfFactsTests
{
    [Fact]
    public void Programs_of_this_system_say_what_readelf_says() => Compare(Directory.EnumerateFiles("/usr/bin").Concat(Directory.EnumerateFiles("/usr/sbin")).Order(StringComparer.Ordinal).Take(60), 20);

    [Fact]
    public void Programs_and_libraries_of_other_machines_say_what_readelf_says()
    {
        Tool.Need("unsquashfs", "squashfs-tools");
        using var scratch = new Scratch();
        var number = 0;
        foreach (var image in Corpus.Files("firmware", "*.squashfs-*")) Tool.Run("unsquashfs", ["-q", "-n", "-no-xattrs", "-d", scratch.File($"root{number++}"), image]);
        // Only regular files: an unpacked root has pipes and device nodes that must not be opened.
        Compare(FolderTree.Open(scratch.Folder, "it", new Budget()).Entries.Where(e => e.Type == FileType.Regular).Select(e => scratch.Folder + e.Path.Text), 5);
    }

    [Theory]
    [InlineData("arm-linux-gnueabihf", "arm", 32, false)]
    [InlineData("mips-linux-gnu", "mips", 32, true)]
    [InlineData("mipsel-linux-gnu", "mips", 32, false)]
    [InlineData("mips64el-linux-gnuabi64", "mips", 64, false)]
    [InlineData("aarch64-linux-gnu", "aarch64", 64, false)]
    [InlineData("i386-linux-gnu", "x86", 32, false)]
    [InlineData("x86_64-linux-gnu", "x86-64", 64, false)]
    [InlineData("riscv64-linux-gnu", "riscv", 64, false)]
    [InlineData("powerpc64le-linux-gnu", "powerpc64", 64, false)]
    [InlineData("systemz-linux-gnu", "s390", 64, true)]
    public void Objects_of_every_machine_that_clang_knows_are_named(string target, string machine, int bits, bool bigEndian)
    {
        Tool.Need("clang", "clang");
        using var scratch = new Scratch();
        File.WriteAllText(scratch.File("a.c"), "int f(int a) { return a + 1; }\n");
        var made = Tool.Run("clang", [$"--target={target.Replace("systemz", "s390x", StringComparison.Ordinal)}", "-c", "-o", scratch.File("a.o"), scratch.File("a.c")]);
        if (made.Exit != 0) Assert.Skip($"this clang knows no {target}");
        var elf = ElfFacts.Read(File.ReadAllBytes(scratch.File("a.o")));
        Assert.Equal((machine, bits, bigEndian, "module"), (elf.Machine, elf.Bits, elf.BigEndian, elf.Kind));
    }

    [Theory]
    [InlineData("-fstack-protector-all -O2 -D_FORTIFY_SOURCE=2 -pie -fPIE -Wl,-z,relro,-z,now,-z,noexecstack", true, true, Relro.Full, true, true)]
    [InlineData("-fno-stack-protector -U_FORTIFY_SOURCE -no-pie -Wl,-z,norelro,-z,execstack", false, false, Relro.None, false, false)]
    [InlineData("-fno-stack-protector -O2 -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2 -pie -fPIE -Wl,-z,relro,-z,lazy", true, true, Relro.Partial, false, true)]
    public void Each_switch_of_the_compiler_is_seen(string switches, bool pie, bool noExecute, Relro relro, bool canary, bool fortify)
    {
        Tool.Need("gcc", "gcc");
        using var scratch = new Scratch();
        File.WriteAllText(scratch.File("a.c"), "#include <string.h>\n#include <stdio.h>\nint main(int n, char **v) { char b[64]; strcpy(b, v[n - 1]); printf(\"%s\", b); return b[0]; }\n");
        var made = Tool.Run("gcc", ["-w", .. switches.Split(' '), "-o", scratch.File("a"), scratch.File("a.c")]);
        if (made.Exit != 0) Assert.Skip($"this gcc makes no such program: {made.Error}");
        var elf = ElfFacts.Read(File.ReadAllBytes(scratch.File("a")));
        Assert.Equal((pie, noExecute, relro, canary, fortify), (elf.IsPie, elf.NoExecute, elf.Relro, elf.Canary, elf.Fortify));
        Assert.Equal(("executable", false, false), (elf.Kind, elf.IsStripped, elf.IsStatic));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(4)]
    [InlineData(20)]
    [InlineData(60)]
    [InlineData(100)]
    public void A_file_cut_short_is_refused_with_the_place(int length)
    {
        var whole = Program();
        Assert.NotNull(ElfFacts.Read(whole));
        Assert.Throws<UnreadableException>(() => ElfFacts.Read(whole.AsSpan(0, length)));
    }

    [Fact]
    public void Damaged_headers_never_crash_and_never_cost_much()
    {
        var (whole, random) = (Program(), new Random(9));
        whole = whole[..Math.Min(whole.Length, 300_000)];
        for (var i = 0; i < 3000; i++)
        {
            var damaged = whole.ToArray();
            for (var n = random.Next(1, 8); n > 0; n--) damaged[random.Next(Math.Min(damaged.Length, i % 2 == 0 ? 1024 : damaged.Length))] = (byte)random.Next(256);
            try
            {
                ElfFacts.Read(damaged);
            }
            catch (UnreadableException)
            {
                // Refused with a message.
            }
        }
    }

    private static byte[] Program() => File.ReadAllBytes(File.Exists("/bin/true") ? "/bin/true" : Environment.ProcessPath!);

    private static void Compare(IEnumerable<string> files, int least)
    {
        Tool.Need("readelf", "binutils");
        var compared = 0;
        foreach (var file in files)
        {
            var bytes = File.ReadAllBytes(file);
            if (!ElfFacts.Is(bytes)) continue;
            var elf = ElfFacts.Read(bytes);
            var text = Tool.Run("readelf", ["-W", "-h", "-l", "-d", "-s", file], environment: new Dictionary<string, string> { ["LC_ALL"] = "C" }).Text;
            string? One(string pattern) => Regex.Match(text, pattern, RegexOptions.Multiline) is { Success: true } m ? m.Groups[1].Value : null;
            var stack = One(@"^\s+GNU_STACK\s+(?:0x\w+\s+){5}([RWE ]{3})");
            var isPie = One(@"Type:\s+(DYN)") is not null && (text.Contains("FLAGS_1", StringComparison.Ordinal) && Regex.IsMatch(text, @"Flags:.*\bPIE\b") || One(@"(Requesting program interpreter)") is not null && One(@"Library soname: \[(.*)\]") is null);
            var bindNow = Regex.IsMatch(text, @"\(BIND_NOW\)|\(FLAGS\).*BIND_NOW|\(FLAGS_1\).*\bNOW\b");
            var names = SymbolNames().Matches(text).Select(m => m.Groups[1].Value).ToHashSet();
            Assert.Equal((file, One(@"Class:\s+ELF(\d\d)"), One(@"Data:.*(little|big) endian")), (file, $"{elf.Bits}", elf.BigEndian ? "big" : "little"));
            Assert.Equal((file, One(@"Library soname: \[(.*)\]"), One(@"program interpreter: (.*)\]")), (file, elf.Soname, elf.Interpreter));
            Assert.Equal(Regex.Matches(text, @"Shared library: \[(.*)\]").Select(m => m.Groups[1].Value), elf.Needed);
            Assert.Equal((file, stack is not null && !stack.Contains('E')), (file, elf.NoExecute));
            Assert.Equal((file, isPie), (file, elf.IsPie));
            Assert.Equal((file, !text.Contains("GNU_RELRO", StringComparison.Ordinal) ? Relro.None : bindNow ? Relro.Full : Relro.Partial), (file, elf.Relro));
            Assert.Equal((file, !text.Contains("'.symtab'", StringComparison.Ordinal)), (file, elf.IsStripped));
            if (names.Count > 0) Assert.Equal((file, names.Contains("__stack_chk_fail") || names.Contains("__stack_chk_guard") || names.Contains("__stack_chk_fail_local")), (file, elf.Canary == true));
            compared++;
        }
        Assert.True(compared >= least, $"only {compared} ELF files to compare");
    }

    [GeneratedRegex(@"^\s*\d+: [0-9a-f]+\s+\w+\s+\w+\s+\w+\s+\w+\s+(?:\[[^\]]*\]\s+)?\w+\s+([^\s@]+)", RegexOptions.Multiline)]
    private static partial Regex SymbolNames();
}
