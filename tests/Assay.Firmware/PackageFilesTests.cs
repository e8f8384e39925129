using System.Text;
using Assay.Evidence;
using Assay.Evidence.Reading;
using Assay.Software.Components;
using Assay.Software.Sbom;
using Assay.Tests;

namespace Assay.Firmware.Tests;

public class PackageFilesTests(ITestOutputHelper output)
{
    private static readonly byte[] Program = [0x7f, (byte)'E', (byte)'L', (byte)'F'];

    private static string[] Files(MemoryTree tree) => [.. tree.Facts().Components.Select(c => $"{c.Name}: {string.Join(' ', c.Files)}")];

    [Fact]
    public void Programs_and_libraries_belong_to_the_package_whose_list_names_them()
    {
        const string Opkg = "Package: a\nVersion: 1-1\nStatus: install user installed\n\nPackage: b\nVersion: 2\nStatus: install user installed\n";
        Assert.Equal(["a: /usr/bin/a /usr/lib/a/plugin", "b: /usr/sbin/b-script"], Files(new MemoryTree().With("/usr/lib/opkg/status", Opkg)
            .With("/usr/lib/opkg/info/a.list", "/usr/bin/a\n/usr/lib/a/plugin\n/usr/share/a.txt\n/usr/bin/gone\n").With("/usr/lib/opkg/info/b.list", "/usr/sbin/b-script\t0755\n")
            .With("/usr/bin/a", Program).With("/usr/lib/a/plugin", Program).With("/usr/share/a.txt", "text").With("/usr/sbin/b-script", "#!/bin/sh\n")));
        Assert.Equal(["a: /usr/bin/a", "b: /usr/lib/libb.so.1"], Files(new MemoryTree()
            .With("/lib/apk/db/installed", "C:Q1x=\nP:a\nV:1-r0\nF:usr\nF:usr/bin\nR:a\nZ:Q1y=\nR:gone\n\nP:b\nV:2-r0\nF:usr/lib\nR:libb.so.1\n\n").With("/usr/bin/a", Program).With("/usr/lib/libb.so.1", Program)));
        Assert.Equal(["a: /bin/a"], Files(new MemoryTree().With("/var/lib/dpkg/status.d/a", "Package: a\nVersion: 1\n").With("/var/lib/dpkg/status.d/a.md5sums", "d41d8cd98f00b204e9800998ecf8427e  bin/a\n").With("/bin/a", Program)));
    }

    [Fact]
    public void A_list_leads_through_links_of_folders_and_a_root_below_the_root_keeps_to_itself()
    {
        const string Status = "Package: a\nVersion: 1\nStatus: install ok installed\n";
        Assert.Equal(["a: /usr/bin/a /usr/lib/x/liba.so"], Files(new MemoryTree().Link("/bin", "usr/bin").Link("/lib", "/usr/lib").Link("/usr/lib/y", "x")
            .With("/var/lib/dpkg/status", Status).With("/var/lib/dpkg/info/a:armhf.list", "/.\n/bin\n/bin/a\n/lib/y/liba.so\n").With("/usr/bin/a", Program).With("/usr/lib/x/liba.so", Program)));
        Assert.Equal(["a: /inner/bin/a"], Files(new MemoryTree().Link("/inner/lib", "/usr/lib").With("/inner/var/lib/dpkg/status", Status).With("/inner/var/lib/dpkg/info/a.list", "/bin/a\n").With("/inner/bin/a", Program).With("/bin/a", Program)));
    }

    [Theory]
    [InlineData("/loop/a")]
    [InlineData("/up/a")]
    [InlineData("/")]
    [InlineData("//")]
    [InlineData("a")]
    [InlineData("\t\t")]
    [InlineData("/bin/\ud800")]
    public void Lists_that_lead_round_in_circles_out_of_the_tree_or_nowhere_name_nothing(string line)
    {
        var tree = new MemoryTree().Link("/loop", "/loop2").Link("/loop2", "/loop").Link("/up", "../../..").With("/var/lib/dpkg/status", "Package: a\nVersion: 1\nStatus: install ok installed\n").With("/bin/a", Program);
        Assert.Equal(["a: "], Files(tree.With("/var/lib/dpkg/info/a.list", $"{line}\n{new string('/', 9000)}\n{string.Concat(Enumerable.Repeat("/a", 2000))}\n")));
    }

    [Fact]
    public void What_a_package_lists_is_not_counted_for_a_product_whose_version_stands_in_it_and_else_the_product_has_the_file()
    {
        byte[] dropbear = [.. Program, .. Encoding.ASCII.GetBytes("\0\0Dropbear sshd v2022.83\0SSH-2.0-dropbear_2022.83\0\0")];
        var alone = new MemoryTree().With("/usr/sbin/dropbear", dropbear).Facts().Components;
        Assert.Equal(["/usr/sbin/dropbear"], Assert.Single(alone).Files);
        var listed = new MemoryTree().With("/usr/sbin/dropbear", dropbear).With("/usr/lib/opkg/status", "Package: tools\nVersion: 1\nStatus: install user installed\n").With("/usr/lib/opkg/info/tools.list", "/usr/sbin/dropbear\n").Facts().Components;
        Assert.Equal(["dropbear: ", "tools: /usr/sbin/dropbear"], listed.Select(c => $"{c.Name}: {string.Join(' ', c.Files)}"));
    }

    [Fact]
    public void On_a_real_Debian_system_every_program_belongs_to_the_package_that_dpkg_names_and_what_programs_load_agrees_with_what_packages_need()
    {
        Tool.Need("dpkg-query", "dpkg");
        Tool.Need("apt-cache", "apt");
        var wanted = Tool.Run("apt-cache", ["depends", "--recurse", "--installed", "-i", "curl", "openssl", "bash", "dpkg", "coreutils"]).Text.Split('\n')
            .Where(l => l.Length > 0 && char.IsAsciiLetterLower(l[0])).Select(l => l.Split(':')[0]).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToList();
        var status = Tool.Run("dpkg-query", ["--status", .. wanted]).Text.ReplaceLineEndings("\n");
        var tree = new MemoryTree().With("/var/lib/dpkg/status", status);
        foreach (var folder in new[] { "/bin", "/sbin", "/lib", "/lib64" })
        {
            if (new DirectoryInfo(folder).LinkTarget is { } target) tree.Link(folder, target);
        }
        var owners = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var package in wanted)
        {
            var list = Tool.Run("dpkg-query", ["--listfiles", package]).Text;
            tree.With($"/var/lib/dpkg/info/{package}.list", list);
            foreach (var path in list.Split('\n'))
            {
                var file = new FileInfo(path.Length > 0 ? path : "/");
                if (!file.Exists || file.LinkTarget is not null || file.Length is 0 or > 4 << 20) continue;
                var folder = path.Split('/', 3) is ["", var top, var rest] && new DirectoryInfo("/" + top).LinkTarget is { } real ? $"/{real}/{rest}" : path;
                if (owners.ContainsKey(folder)) continue;
                var bytes = File.ReadAllBytes(path);
                if (!bytes.AsSpan().StartsWith(Program)) continue;
                tree.With(folder, bytes);
                owners[folder] = path;
            }
        }
        var judged = Tool.Run("dpkg-query", ["--search", .. owners.Values]).Text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => l.Split(": ", 2)).ToDictionary(l => l[1], l => l[0].Split(':')[0], StringComparer.Ordinal);
        var facts = tree.Facts();
        var ours = facts.Components.Where(c => c.Package is not null).SelectMany(c => c.Files.Select(f => (File: f, c.Name))).ToLookup(f => f.File, f => f.Name);
        foreach (var (path, listed) in owners) Assert.Equal([judged[listed]], ours[path]);
        var completeness = Completeness.Of(facts.Executables, facts.Components);
        Assert.Equal(1, completeness.Share);

        // What a package's programs load, its own words have to ask for, at once or by another.
        var bare = BillDraft.EntriesOf(facts.Components.Select(c => c with { Needs = [] }), facts.Executables).Where(e => e.Component.Package is not null).ToList();
        var names = bare.ToDictionary(e => e.Reference!, e => e.Component.Name, StringComparer.Ordinal);
        var told = new Dictionary<string, List<string>>(StringComparer.Ordinal);
        foreach (var line in Tool.Run("apt-cache", ["depends", "--installed", "-i", .. facts.Components.Where(c => c.Package is not null).Select(c => $"{c.Name}={c.Package}")]).Text.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            if (line[0] != ' ') told[line] = [];
            else told.Last().Value.Add(line.Split(": ")[^1].Trim());
        }
        var count = 0;
        foreach (var entry in bare.Where(e => e.DependsOn.Count > 0))
        {
            var (needed, open) = (new HashSet<string>(StringComparer.Ordinal), new Queue<string>([entry.Component.Name]));
            while (open.TryDequeue(out var next))
            {
                foreach (var need in told.GetValueOrDefault(next, []).Where(needed.Add)) open.Enqueue(need);
            }
            foreach (var to in entry.DependsOn.Select(d => names[d]))
            {
                Assert.Contains(to, needed);
                count++;
            }
        }
        output.WriteLine($"{wanted.Count} packages, {owners.Count} programs and libraries of {completeness.ExecutableBytes} bytes, {count} relations by what they load");
        Assert.True(owners.Count > 100 && count > 20);
    }
}
