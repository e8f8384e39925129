using System.Text;
using Assay.Evidence;
using Assay.Evidence.Reading;
using Assay.Software.Components;
using Assay.Software.Components.Packages;
using Assay.Tests;

namespace Assay.Software.Tests.Components.Packages;

/// <summary>Java reads manifests and properties of real archives with its own classes; ours must name what they say.</summary>
public class JavaArchiveTests(ITestOutputHelper output)
{
    // One line an archive and kind: P path group artifact version · M path bundle bundle-version title version vendor-id.
    private const string Judge = """
        import java.util.*; import java.util.jar.*; import java.util.zip.*;
        public class Judge {
            static String of(Attributes a, String n) { String v = a.getValue(n); return v == null ? "" : v.trim(); }
            public static void main(String[] files) throws Exception {
                for (String file : files) try (JarFile jar = new JarFile(file)) {
                    for (ZipEntry e : Collections.list(jar.entries())) {
                        if (!e.getName().matches("META-INF/maven/[^/]+/[^/]+/pom\\.properties")) continue;
                        Properties p = new Properties(); p.load(jar.getInputStream(e));
                        System.out.println(String.join("\t", "P", file, p.getProperty("groupId", ""), p.getProperty("artifactId", ""), p.getProperty("version", "")));
                    }
                    if (jar.getManifest() == null) continue;
                    Attributes a = jar.getManifest().getMainAttributes();
                    System.out.println(String.join("\t", "M", file, of(a, "Bundle-SymbolicName").split(";")[0], of(a, "Bundle-Version"), of(a, "Implementation-Title"), of(a, "Implementation-Version"), of(a, "Implementation-Vendor-Id")));
                }
            }
        }
        """;

    private static IReadOnlyList<Component> Read(byte[] archive, List<Loss>? losses = null, string path = "/opt/it.jar", Budget? budget = null) =>
        JavaArchive.Read(archive, budget ?? new Budget(), new Location { Artefact = "it", Path = path }, losses ?? []);

    private static List<string[]> Judged(IEnumerable<string> archives)
    {
        using var scratch = new Scratch();
        File.WriteAllText(scratch.File("Judge.java"), Judge);
        var told = Tool.Run("java", [scratch.File("Judge.java"), .. archives]);
        Assert.True(told.Exit == 0, told.Error);
        return [.. told.Text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => l.Split('\t'))];
    }

    [Fact]
    public void Archives_of_this_machine_are_named_as_Java_reads_them()
    {
        Tool.Need("jar", "default-jdk-headless");
        var folders = new[] { "/usr/share/java", "/usr/share/maven-repo" }.Where(Directory.Exists);
        var archives = folders.SelectMany(f => Directory.EnumerateFiles(f, "*.jar", SearchOption.AllDirectories)).Where(f => File.ResolveLinkTarget(f, true) is null).Order(StringComparer.Ordinal).ToList();
        if (archives.Count == 0) Assert.Skip("no Java archives are installed (apt-get install libmaven3-core-java)");
        var judged = Judged(archives);
        var (coordinates, manifests, silent) = (0, 0, 0);
        foreach (var archive in archives)
        {
            var losses = new List<Loss>();
            var bytes = File.ReadAllBytes(archive);
            Assert.True(JavaArchive.Looks(bytes), archive);
            var read = Read(bytes, losses, archive);
            Assert.Empty(losses);
            var own = read.Where(c => c.Evidence[0].Location.Path == archive).ToList();
            var stated = judged.Where(j => j[0] == "P" && j[1] == archive).Select(j => $"pkg:maven/{j[2]}/{j[3]}@{Uri.EscapeDataString(j[4])}").Distinct().Order(StringComparer.Ordinal).ToList();
            if (stated.Count > 0)
            {
                Assert.Equal(stated, own.Select(c => c.Purl!).Order(StringComparer.Ordinal));
                coordinates += stated.Count;
                continue;
            }
            var manifest = judged.Single(j => j[0] == "M" && j[1] == archive);
            if (own.Count == 0)
            {
                // Only where no version stands, or nobody is named with it.
                Assert.True(manifest[3].Length == 0 && (manifest[5].Length == 0 || !manifest[5].Any(char.IsAsciiDigit) || manifest[4].Length == 0 || manifest[4].Contains(' ')), string.Join(' ', manifest));
                silent++;
                continue;
            }
            var component = Assert.Single(own);
            Assert.Contains(component.Version, new[] { manifest[3], manifest[5] });
            Assert.Contains(component.Name, new[] { manifest[2], manifest[4], Path.GetFileName(archive).Replace($"-{component.Version}.jar", "", StringComparison.Ordinal) });
            manifests++;
        }
        output.WriteLine($"{archives.Count} archives as Java reads them: {coordinates} coordinates, {manifests} by their manifest, {silent} that name nobody");
        Assert.True(coordinates > 0);
    }

    [Fact]
    public void Archives_inside_an_archive_that_jar_packed_are_named_with_their_place()
    {
        Tool.Need("jar", "default-jdk-headless");
        using var scratch = new Scratch();
        void Pack(string file, string manifest, string content)
        {
            File.WriteAllText(scratch.File("m.txt"), manifest);
            var packed = Tool.Run("jar", ["--create", "--file", scratch.File(file), "--manifest", scratch.File("m.txt"), "-C", scratch.File(content), "."]);
            Assert.True(packed.Exit == 0, packed.Error);
        }
        Directory.CreateDirectory(scratch.File("lib/META-INF/maven/org.example.parts/widget"));
        File.WriteAllText(scratch.File("lib/META-INF/maven/org.example.parts/widget/pom.properties"), "#Generated\nartifactId=widget\r\ngroupId=org.example.parts\nversion=2.17.1-rc.1\n");
        Directory.CreateDirectory(scratch.File("war/WEB-INF/lib"));
        Pack("war/WEB-INF/lib/widget-2.17.1-rc.1.jar", "Implementation-Title: another\nImplementation-Version: 9\n", "lib");
        Directory.CreateDirectory(scratch.File("none"));
        // A long name is broken over lines of 72 bytes by jar.
        var longName = "org.example." + string.Concat(Enumerable.Repeat("part.", 20)) + "end";
        Pack("war/WEB-INF/lib/other.jar", $"Bundle-SymbolicName: {longName};singleton:=true\nBundle-Version: 3.1.0.v2019\nBundle-Vendor: Example Works\n", "none");
        Pack("war/WEB-INF/lib/gadget-1.4.jar", "Implementation-Title: The Gadget\nImplementation-Version: 1.4\nImplementation-Vendor-Id: org.example\n", "none");
        Pack("app.war", "Implementation-Title: panel\nImplementation-Version: 0.9.2\nImplementation-Vendor: Example Works\n", "war");
        var losses = new List<Loss>();
        var read = Read(File.ReadAllBytes(scratch.File("app.war")), losses, "/opt/app.war");
        Assert.Empty(losses);
        Assert.Equal(
        [
            "/opt/app.war pkg:generic/panel@0.9.2",
            "/opt/app.war!/WEB-INF/lib/gadget-1.4.jar pkg:maven/org.example/gadget@1.4",
            $"/opt/app.war!/WEB-INF/lib/other.jar pkg:generic/{longName}@3.1.0.v2019",
            "/opt/app.war!/WEB-INF/lib/widget-2.17.1-rc.1.jar pkg:maven/org.example.parts/widget@2.17.1-rc.1",
        ], read.Select(c => $"{c.Evidence[0].Location.Path} {c.Purl}").Order(StringComparer.Ordinal));
        Assert.All(read, c => Purl.Parse(c.Purl!));
        Assert.Equal("Example Works", read[0].Supplier);
    }

    [Theory]
    [InlineData("META-INF/maven/a.b/c/pom.properties", "groupId=a.b\nartifactId=c\nversion=${project.version}\n", true)]
    [InlineData("META-INF/maven/a.b/c/pom.properties", "groupId=a.b\nartifactId=d\nversion=1.0\n", true)]
    [InlineData("META-INF/maven/a.b/c/pom.properties", "groupId=a.b\nartifactId=c\n", true)]
    [InlineData("META-INF/maven/../c/pom.properties", "groupId=..\nartifactId=c\nversion=1\n", true)]
    [InlineData("META-INF/MANIFEST.MF", "Manifest-Version: 1.0\nImplementation-Title: x y\nImplementation-Version: 1.0\n", false)]
    [InlineData("META-INF/MANIFEST.MF", "Implementation-Title: x\nImplementation-Version: unspecified\n", false)]
    [InlineData("META-INF/MANIFEST.MF", "Manifest-Version: 1.0\n\nName: x\nImplementation-Title: x\nImplementation-Version: 1.0\n", false)]
    [InlineData("META-INF/MANIFEST.MF", " \n : \n:\n  x", false)]
    public void An_archive_that_names_nobody_is_no_component(string entry, string text, bool lost)
    {
        var losses = new List<Loss>();
        Assert.Empty(Read(Packed.Zip((entry, Encoding.UTF8.GetBytes(text))), losses));
        Assert.Equal(lost ? 1 : 0, losses.Count);
    }

    private static readonly (string, byte[]) Widget = ("META-INF/maven/a.b/c/pom.properties", "groupId=a.b\nartifactId=c\nversion=1.0\n"u8.ToArray());

    [Fact]
    public void A_bomb_costs_its_share_and_loses_only_itself()
    {
        var zeros = new byte[96 << 20];
        var bomb = Packed.Zip(("x.class", zeros), Widget);
        // Named like an archive, it would be inflated; its share is sixteen times the bytes that hold it, and a few more.
        var archive = Packed.Zip(Widget, ("WEB-INF/lib/bomb.jar", zeros), ("WEB-INF/lib/c.jar", Packed.Zip(Widget)));
        var losses = new List<Loss>();
        var start = Environment.TickCount64;
        Assert.Contains(Read(archive, losses), c => c.Purl == "pkg:maven/a.b/c@1.0");
        Assert.Single(losses);
        // What is not asked for is not inflated.
        losses.Clear();
        Assert.Single(Read(bomb, losses));
        Assert.Empty(losses);
        Assert.True(Environment.TickCount64 - start < 20_000);
    }

    [Fact]
    public void Archives_deeper_than_one_level_are_told_as_lost()
    {
        var inner = Packed.Zip(Widget);
        for (var i = 0; i < 5; i++) inner = Packed.Zip(("lib/inner.jar", inner), ("META-INF/MANIFEST.MF", "Implementation-Title: level\nImplementation-Version: 1\n"u8.ToArray()));
        var losses = new List<Loss>();
        Assert.Equal(2, Read(inner, losses).Count);
        Assert.Contains("one level", Assert.Single(losses).Expected, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_damaged_archive_ends_with_what_could_be_read()
    {
        var archive = Packed.Zip(Widget, ("META-INF/MANIFEST.MF", "Implementation-Title: it\nImplementation-Version: 1\n"u8.ToArray()), ("lib/in.jar", Packed.Zip(("META-INF/maven/d.e/f/pom.properties", "groupId=d.e\nartifactId=f\nversion=2\n"u8.ToArray()))));
        Assert.Equal(["c 1.0", "f 2"], Read(archive).Select(c => $"{c.Name} {c.Version}"));
        var random = new Random(11);
        var lost = 0;
        for (var round = 0; round < 2000; round++)
        {
            var bytes = archive.ToArray();
            if (round % 3 == 0) bytes = bytes[..random.Next(4, bytes.Length)];
            else for (var i = 0; i < 4; i++) bytes[random.Next(4, bytes.Length)] = (byte)random.Next(256);
            var losses = new List<Loss>();
            var read = Read(bytes, losses);
            // CRC-32 guards what is read: it is right, or it is lost.
            Assert.All(read, c => Assert.Contains($"{c.Name} {c.Version}", new[] { "c 1.0", "f 2", "it 1" }));
            if (losses.Count > 0) lost++;
        }
        output.WriteLine($"2000 damaged archives, {lost} with a loss");
        Assert.True(lost > 1000);
    }
}
