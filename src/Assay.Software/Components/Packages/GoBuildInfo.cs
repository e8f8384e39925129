using System.Text;
using Assay.Evidence;
using Assay.Evidence.Reading;

namespace Assay.Software.Components.Packages;

/// <summary>
/// What the Go linker writes into a program: the compiler's version and every module with its version (Go, debug/buildinfo).
/// The header of 32 bytes begins with <c>ff</c>, <c> Go buildinf:</c>, the size of a pointer and flags; since Go 1.18 (flag 2) two strings follow it, each behind its length as a varint.
/// </summary>
/// <remarks>Limits: the older layout, whose pointers lead to the strings, gives nothing; modules that were replaced go by what replaced them; a module called <c>(devel)</c> has no version.</remarks>
public static class GoBuildInfo
{
    private const int Header = 32, LargestVersion = 256, LargestModules = 1 << 20, MostModules = 20_000;
    // The text of the modules stands between two marks of sixteen bytes.
    private const int Mark = 16;

    /// <returns>The compiler and the modules; empty where the program holds no such header.</returns>
    /// <exception cref="UnreadableException">A header is there, and a string lies outside of the program or is larger than any that Go writes.</exception>
    public static IReadOnlyList<Component> Read(ReadOnlySpan<byte> program, Location at)
    {
        var magic = " Go buildinf:"u8;
        for (var from = 0; ;)
        {
            var found = program[from..].IndexOf(magic);
            if (found < 0) return [];
            var start = from + found - 1;
            from += found + magic.Length;
            // Aligned, with its first byte; elsewhere it is the text that debug/buildinfo itself looks for.
            if (start < 0 || program[start] != 0xff || start % 16 != 0 || start + Header > program.Length || program[start + 14] is not (4 or 8 or 0) || (program[start + 15] & 2) == 0) continue;
            var reader = new SpanReader(program[(start + Header)..], start + Header);
            var version = Text(ref reader, LargestVersion, "the compiler's version");
            var modules = Text(ref reader, LargestModules, "the modules");
            return Components(Encoding.UTF8.GetString(version), modules, at with { Offset = start });
        }
    }

    private static ReadOnlySpan<byte> Text(ref SpanReader reader, int largest, string what)
    {
        var (length, shift) = (0UL, 0);
        while (true)
        {
            var b = reader.U8("length of " + what);
            length |= (ulong)(b & 0x7f) << shift;
            if ((b & 0x80) == 0) break;
            shift += 7;
            if (shift > 28) throw new UnreadableException($"at most {largest} bytes of {what}", "a length of more than five bytes", reader.Offset);
        }
        if (length > (ulong)largest) throw new UnreadableException($"at most {largest} bytes of {what}", $"{length}", reader.Offset);
        return reader.Take((long)length, "bytes of " + what);
    }

    private static List<Component> Components(string compiler, ReadOnlySpan<byte> modules, Location at)
    {
        var components = new List<Component>();
        // "go1.22.5 X:experiment"
        var release = compiler.Split(' ')[0];
        if (release.StartsWith("go", StringComparison.Ordinal) && PackageText.IsVersion(release)) components.Add(Of("stdlib", release[2..], at));
        if (modules.Length < 2 * Mark) return components;
        string? name = null, version = null;
        foreach (var row in Encoding.UTF8.GetString(modules[Mark..^Mark]).Split('\n'))
        {
            var fields = row.Split('\t');
            if (fields.Length < 3 || fields[0] is not ("mod" or "dep" or "=>")) continue;
            if (fields[0] != "=>") Close();
            (name, version) = (fields[1], fields[2]);
            if (components.Count >= MostModules) break;
        }
        Close();
        return components;

        void Close()
        {
            if (name is not null && PackageText.IsName(name)) components.Add(Of(name, version is "(devel)" || version is null || !PackageText.IsVersion(version) ? null : version, at));
            name = null;
        }
    }

    private static Component Of(string module, string? version, Location at)
    {
        var slash = module.LastIndexOf('/');
        return new Component
        {
            Name = module,
            // A module's version begins with v; NVD and the Go database write it without.
            Version = version?.TrimStart('v'),
            Purl = slash > 0 ? Purl.Of("golang", module[..slash], module[(slash + 1)..], version) : Purl.Of("golang", null, module, version),
            Cpe = module == "stdlib" && version is not null ? [$"cpe:2.3:a:golang:go:{version}:*:*:*:*:*:*:*"] : [],
            Evidence = [new ComponentEvidence("build information", at, 0.95)],
        };
    }
}
