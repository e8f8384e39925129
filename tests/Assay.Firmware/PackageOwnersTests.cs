using System.Text;
using System.Text.Json;
using Assay.Evidence;
using Assay.Software.Components;
using Assay.Software.Sbom;
using Assay.Tests;

namespace Assay.Firmware.Tests;

/// <summary>Whose a program is by the lists of rpm, Python and Node: the package managers install, and say themselves what they installed.</summary>
public class PackageOwnersTests(ITestOutputHelper output)
{
    private static readonly ExaminationOptions Options = new() { AsOf = MemoryTree.AsOf, Workers = 2 };

    private static string Ran(string program, string? folder, params string[] arguments)
    {
        var done = Tool.Run(program, arguments, folder);
        Assert.True(done.Exit == 0, done.Error);
        return done.Text;
    }

    // Files that can run, each with bytes of its own.
    private static byte[] Program(string name) => [0x7f, (byte)'E', (byte)'L', (byte)'F', .. Encoding.ASCII.GetBytes($"\0\0{name}\0\0")];

    /// <summary>Every ELF file of our reading, with the packages that own it.</summary>
    private static Dictionary<string, string[]> Owners(string root, out Completeness completeness)
    {
        var examination = FirmwareExamination.OfFolder(root, "root", Options);
        var owners = examination.Components.Where(c => c.Package is not null).SelectMany(c => c.Files.Select(f => (File: f, c.Name))).ToLookup(f => f.File, f => f.Name, StringComparer.Ordinal);
        completeness = Completeness.Of(examination.Executables, examination.Components);
        return examination.Executables.ToDictionary(e => e.Path, e => owners[e.Path].Order(StringComparer.Ordinal).ToArray(), StringComparer.Ordinal);
    }

    private static void WriteAll(string folder, params (string Name, byte[] Content)[] files)
    {
        foreach (var (name, content) in files)
        {
            var path = Path.Combine(folder, name);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllBytes(path, content);
        }
    }

    [Theory]
    [InlineData("sqlite", "/usr/lib/sysimage/rpm")]
    [InlineData("ndb", "/var/lib/rpm")]
    public void What_rpm_installed_belongs_to_the_package_that_rpm_names(string backend, string place)
    {
        Tool.Need("rpm", "rpm");
        Tool.Need("rpmbuild", "rpm");
        if (!Environment.IsPrivilegedProcess) Assert.Skip("rpm installs into another root only for root");
        using var scratch = new Scratch();
        string[] files = ["/usr/sbin/reader", "/usr/libexec/reader/worker", "/usr/lib64/libreader.so.1", "/usr/lib/modules/5.14/extra/reader.ko", "/opt/reader/engine", "/usr/share/reader/blob", "/usr/sbin/tool", "/usr/lib/tool/plugin"];
        WriteAll(scratch.File("in"), [.. files.Select(f => (f[1..], Program(f)))]);
        File.WriteAllText(scratch.File("it.spec"), $$"""
            Name: reader
            Version: 1.2~rc1
            Release: 3
            License: MIT
            Summary: judged
            AutoReqProv: no
            %global __os_install_post %{nil}
            %description
            judged
            %package tool
            Summary: part
            %description tool
            part
            %install
            mkdir -p %{buildroot}
            cp -a {{scratch.File("in")}}/. %{buildroot}/
            %files
            /usr/sbin/reader
            /usr/libexec/reader
            /usr/lib64/libreader.so.1
            /usr/lib/modules
            /opt/reader
            /usr/share/reader
            %files tool
            /usr/sbin/tool
            /usr/lib/tool
            """);
        Ran("rpmbuild", null, "-bb", "--quiet", "--define", $"_topdir {scratch.File("top")}", "--define", "debug_package %{nil}", scratch.File("it.spec"));
        var root = scratch.File("root");
        Directory.CreateDirectory(root);
        // A system whose /sbin is a link, as most are today.
        Directory.CreateDirectory(Path.Combine(root, "usr/sbin"));
        File.CreateSymbolicLink(Path.Combine(root, "sbin"), "usr/sbin");
        string[] into = ["--root", root, "--dbpath", place, "--define", $"_db_backend {backend}"];
        if (Tool.Run("rpm", [.. into, "--initdb"]).Error.Contains("invalid %_db_backend", StringComparison.Ordinal)) Assert.Skip($"this rpm was built without {backend}");
        Ran("rpm", null, [.. into, "--nodeps", "--noscripts", "--nosignature", "-i", .. Directory.GetFiles(scratch.File("top/RPMS"), "*.rpm", SearchOption.AllDirectories).Order(StringComparer.Ordinal)]);
        WriteAll(root, ("usr/sbin/stray", Program("nobody's")));

        var judged = new[] { "reader", "reader-tool" }.SelectMany(p => Ran("rpm", null, [.. into, "-ql", p]).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(f => (File: f, Package: p)))
            .Where(f => files.Contains(f.File)).ToDictionary(f => f.File, f => f.Package, StringComparer.Ordinal);
        Assert.Equal(files.Length, judged.Count);
        var ours = Owners(root, out var completeness);
        foreach (var (file, package) in judged) Assert.Equal([package], ours[file]);
        Assert.Empty(ours["/usr/sbin/stray"]);
        Assert.Equal(files.Length + 1, ours.Count);
        Assert.Equal(completeness.ExecutableBytes - Program("nobody's").Length, completeness.NamedBytes);
        output.WriteLine($"{judged.Count} of {judged.Count} programs, libraries and modules belong to the package that rpm -ql names ({backend})");
    }

    [Fact]
    public void What_pip_installed_belongs_to_the_distribution_whose_record_lists_it()
    {
        const string Python = "/usr/bin/python3";
        if (!File.Exists(Python) || Tool.Run(Python, ["-m", "pip", "--version"]).Exit != 0) Assert.Skip("pip is missing (apt-get install python3-pip)");
        using var scratch = new Scratch();
        byte[] Wheel(string name, params (string, byte[])[] files) => Packed.Zip([.. files,
            ($"{name}-1.0.dist-info/METADATA", Encoding.UTF8.GetBytes($"Metadata-Version: 2.1\nName: {name.Replace('_', '-')}\nVersion: 1.0\n")),
            ($"{name}-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\nGenerator: judged\nRoot-Is-Purelib: false\nTag: py3-none-any\n"u8.ToArray()),
            ($"{name}-1.0.dist-info/RECORD", [])]);
        WriteAll(scratch.Folder,
            ("sensor_core-1.0-py3-none-any.whl", Wheel("sensor_core", ("sensor_core/__init__.py", "x = 1\n"u8.ToArray()), ("sensor_core/_fast.so", Program("fast")), ("sensor_core/odd, \"named\".so", Program("odd")),
                ("sensor_core-1.0.data/scripts/sensor-daemon", Program("daemon")))),
            ("plot-1.0-py3-none-any.whl", Wheel("plot", ("plot/__init__.py", []), ("plot.libs/libplot-1a2b.so.3", Program("plot")), ("plot/engine/worker", Program("worker")))));
        var root = scratch.File("root");
        var wheels = Directory.GetFiles(scratch.Folder, "*.whl");
        // Into a prefix, so that programs lie outside of the folder of modules, and again as a target of its own.
        Ran(Python, null, ["-m", "pip", "install", "--quiet", "--no-index", "--no-deps", "--ignore-installed", "--no-warn-script-location", "--root-user-action=ignore", "--prefix", Path.Combine(root, "usr"), .. wheels]);
        Ran(Python, null, ["-m", "pip", "install", "--quiet", "--no-index", "--no-deps", "--root-user-action=ignore", "--target", Path.Combine(root, "opt/panel"), wheels.Single(w => w.Contains("plot", StringComparison.Ordinal))]);
        var folders = Directory.GetDirectories(root, "*.dist-info", SearchOption.AllDirectories).Select(d => Path.GetDirectoryName(d)!).Distinct().ToList();
        WriteAll(folders[0], ("stray.so", Program("nobody's")));

        // Python tells which files each distribution has.
        var judged = Ran(Python, null, ["-c", """
            import sys, os, importlib.metadata as m
            for d in m.distributions(path=sys.argv[1:]):
                for f in d.files or []: print(os.path.realpath(d.locate_file(f)) + "\t" + d.metadata["Name"])
            """, .. folders]).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => l.Split('\t'))
            .Where(l => File.Exists(l[0]) && File.ReadAllBytes(l[0]) is [0x7f, (byte)'E', ..]).ToDictionary(l => l[0][Path.GetFullPath(root).Length..], l => l[1], StringComparer.Ordinal);
        Assert.Equal(7, judged.Count);
        var ours = Owners(root, out _);
        foreach (var (file, name) in judged) Assert.Equal([name], ours[file]);
        Assert.Equal(judged.Count + 1, ours.Count);
        Assert.Empty(ours.Single(o => o.Key.EndsWith("/stray.so", StringComparison.Ordinal)).Value);
        output.WriteLine($"{judged.Count} of {judged.Count} programs and libraries belong to the distribution that importlib.metadata names");
    }

    [Fact]
    public void What_npm_installed_belongs_to_the_module_that_packed_it()
    {
        Tool.Need("npm", "npm");
        using var scratch = new Scratch();
        (string Name, string[] Files)[] modules = [("gpio", ["build/Release/gpio.node", "prebuilds/linux-arm/node.napi.node"]), ("@example/esbuilder", ["bin/esbuilder", "test/package.json", "test/fixture.node"]), ("plain", ["lib/x.so"])];
        var judged = new Dictionary<string, string>(StringComparer.Ordinal);
        var archives = new List<string>();
        foreach (var (name, files) in modules)
        {
            var folder = Directory.CreateDirectory(scratch.File("src/" + name)).FullName;
            File.WriteAllText(Path.Combine(folder, "package.json"), $$"""{ "name": "{{name}}", "version": "2.1.0", "license": "MIT" }""");
            WriteAll(folder, [.. files.Select(f => (f, f.EndsWith(".json", StringComparison.Ordinal) ? """{ "name": "fixture", "version": "9.9.9" }"""u8.ToArray() : Program(name + f)))]);
            using var packed = JsonDocument.Parse(Ran("npm", folder, "pack", "--json", "--offline", "--pack-destination", scratch.Folder));
            var told = packed.RootElement.EnumerateArray().Single();
            archives.Add(Directory.GetFiles(scratch.Folder, "*.tgz").Except(archives).Single());
            foreach (var file in told.GetProperty("files").EnumerateArray().Select(f => f.GetProperty("path").GetString()!))
            {
                if (File.ReadAllBytes(Path.Combine(folder, file)) is [0x7f, ..]) judged[$"/usr/lib/app/node_modules/{name}/{file}"] = name;
            }
        }
        Assert.Equal(5, judged.Count);
        var app = Directory.CreateDirectory(scratch.File("root/usr/lib/app")).FullName;
        File.WriteAllText(Path.Combine(app, "package.json"), """{ "private": true }""");
        Ran("npm", app, ["install", "--offline", "--no-audit", "--no-fund", "--ignore-scripts", .. archives]);
        // A module inside of a module has its own.
        WriteAll(Path.Combine(app, "node_modules/gpio/node_modules/inner"), ("package.json", """{ "name": "inner", "version": "1.0.0" }"""u8.ToArray()), ("inner.node", Program("inner")));
        WriteAll(Path.Combine(app, "native"), ("app.node", Program("nobody's")));
        judged["/usr/lib/app/node_modules/gpio/node_modules/inner/inner.node"] = "inner";

        var ours = Owners(scratch.File("root"), out _);
        foreach (var (file, module) in judged) Assert.Equal([module], ours[file]);
        Assert.Empty(ours["/usr/lib/app/native/app.node"]);
        Assert.Equal(judged.Count + 1, ours.Count);
        output.WriteLine($"{judged.Count} of {judged.Count} native files belong to the module that npm packed them into");
    }

    [Fact]
    public void Programs_of_Go_and_archives_of_Java_belong_to_those_whom_they_name_and_silent_ones_to_nobody()
    {
        byte[] modules = [.. new byte[16], .. "path\tx\nmod\texample.org/it\tv1.2.0\th1:\n"u8, .. new byte[16]];
        byte[] go = [.. Program("go"), .. new byte[64 - Program("go").Length], 0xff, .. " Go buildinf:"u8, 8, 2, .. new byte[16], 8, .. "go1.22.5"u8, (byte)modules.Length, .. modules];
        var library = Packed.Zip(("META-INF/maven/a.b/c/pom.properties", "groupId=a.b\nartifactId=c\nversion=1.0\n"u8.ToArray()));
        var (silent, holder) = (Packed.Zip(("META-INF/MANIFEST.MF", "Manifest-Version: 1.0\n"u8.ToArray())), Packed.Zip(("META-INF/MANIFEST.MF", []), ("WEB-INF/lib/c.jar", library)));
        var tree = new MemoryTree().With("/opt/c.jar", library).With("/opt/silent.jar", silent).With("/opt/app.war", holder).With("/usr/share/java/listed.jar", silent).With("/opt/photos.zip", Packed.Zip(("a.jpg", [])))
            .With("/var/lib/dpkg/status", "Package: liblisted-java\nVersion: 1\nStatus: install ok installed\n").With("/var/lib/dpkg/info/liblisted-java.list", "/usr/share/java/listed.jar\n");
        var facts = tree.Facts();
        Assert.Equal(["/opt/app.war", "/opt/c.jar", "/opt/silent.jar", "/usr/share/java/listed.jar"], facts.Executables.Select(e => e.Path));
        // The archive inside of another is named; what holds it is not.
        Assert.Equal(["c: /opt/c.jar", "liblisted-java: /usr/share/java/listed.jar"], facts.Components.Select(c => $"{c.Name}: {string.Join(' ', c.Files)}"));
        Assert.Equal((long)library.Length + silent.Length, Completeness.Of(facts.Executables, facts.Components).NamedBytes);

        var built = new MemoryTree().With("/usr/bin/it", go).With("/usr/bin/other", Program("other")).Facts();
        Assert.All(built.Components, c => Assert.Equal(["/usr/bin/it"], c.Files));
        Assert.Contains(built.Components, c => c.Name == "example.org/it");
        Assert.Equal(go.Length, Completeness.Of(built.Executables, built.Components).NamedBytes);
    }

    [Theory]
    [InlineData("../../../../../../bin/x,,")]
    [InlineData("\"")]
    [InlineData("\"\"\"")]
    [InlineData(",")]
    [InlineData("/")]
    [InlineData("..")]
    [InlineData("\"/bin/x")]
    public void Lines_of_a_record_that_lead_out_of_the_tree_or_nowhere_name_nothing(string line)
    {
        var tree = new MemoryTree().With("/usr/lib/python3/a-1.0.dist-info/METADATA", "Name: a\nVersion: 1.0\n").With("/usr/lib/python3/a-1.0.dist-info/RECORD", $"{line}\n{new string('x', 9000)}\na/ok.so,sha256=x,4\n")
            .With("/usr/lib/python3/a/ok.so", Program("ok")).With("/x", Program("x"));
        Assert.Equal(["/usr/lib/python3/a/ok.so"], tree.Facts().Components.Single(c => c.Name == "a").Files.Except(["/bin/x"]));
    }

    [Fact]
    public void The_older_list_of_setuptools_counts_from_its_own_folder()
    {
        var tree = new MemoryTree().With("/usr/lib/python3/a.egg-info/PKG-INFO", "Name: a\nVersion: 1.0\n").With("/usr/lib/python3/a.egg-info/installed-files.txt", "../a/ok.so\n../../../bin/a\nPKG-INFO\n")
            .With("/usr/lib/python3/a/ok.so", Program("ok")).With("/usr/bin/a", Program("a"));
        Assert.Equal(["/usr/bin/a", "/usr/lib/python3/a/ok.so"], Assert.Single(tree.Facts().Components).Files);
    }
}
