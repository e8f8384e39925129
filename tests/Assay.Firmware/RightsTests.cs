using Assay.Evidence;
using Assay.Firmware.Executables;
using Assay.Tests;

namespace Assay.Firmware.Tests;

/// <summary>Who starts services, what holds processes in bounds, what web requests reach, and what serves only developers.</summary>
public class RightsTests
{
    [Theory]
    [InlineData("User=root\n", true)]
    [InlineData("User=www-data\n", false)]
    [InlineData("DynamicUser=yes\n", false)]
    [InlineData("", false)]
    public void A_unit_that_names_root_says_so_and_one_without_a_name_leaves_it_open(string user, bool asRoot)
    {
        var tree = new MemoryTree().With("/lib/systemd/system/web.service", $"[Service]\n{user}ExecStart=/usr/sbin/lighttpd -D\n").Link("/etc/systemd/system/multi-user.target.wants/web.service", "/lib/systemd/system/web.service");
        Assert.Equal(asRoot, tree.Facts().Findings.Any(f => f.Has(Traits.RunsAsRoot)));
    }

    [Theory]
    [InlineData("start-stop-daemon -S -c nobody -x /usr/sbin/httpd", false)]
    [InlineData("start-stop-daemon -S -c root -x /usr/sbin/httpd", true)]
    [InlineData("/usr/sbin/httpd", false)]
    public void A_start_line_that_names_an_account_is_read(string line, bool asRoot) =>
        Assert.Equal(asRoot, new MemoryTree().With("/etc/init.d/S50web", $"#!/bin/sh\n{line}\n", "755").Facts().Findings.Any(f => f.Has(Traits.RunsAsRoot)));

    [Fact]
    public void A_program_of_this_system_that_gives_its_rights_up_is_not_told_and_one_that_does_not_is()
    {
        Tool.Need("clang", "clang");
        using var scratch = new Scratch();
        foreach (var (source, asRoot) in new[] { ("int listen(int,int); int main(void) { return listen(0, 0); }", true), ("int listen(int,int); int setuid(unsigned); int main(void) { return listen(0, 0) + setuid(5); }", false) })
        {
            File.WriteAllText(scratch.File("a.c"), source);
            var made = Tool.Run("clang", ["-o", scratch.File("a"), scratch.File("a.c")]);
            if (made.Exit != 0) Assert.Skip("clang has no C library here");
            var tree = new MemoryTree().With("/etc/init.d/S50web", "#!/bin/sh\n/usr/sbin/httpd\n", "755").With("/usr/sbin/httpd", File.ReadAllBytes(scratch.File("a")), "755");
            Assert.Equal(asRoot, tree.Facts().Findings.Any(f => f.Has(Traits.RunsAsRoot)));
        }
    }

    [Fact]
    public void Calls_are_what_readelf_lists()
    {
        Tool.Need("readelf", "binutils");
        var compared = 0;
        foreach (var file in Directory.EnumerateFiles("/usr/sbin").Concat(Directory.EnumerateFiles("/usr/bin")).Order(StringComparer.Ordinal))
        {
            if (compared >= 40) break;
            var info = new FileInfo(file);
            if (info.LinkTarget is not null || info.Length is < 4096 or > 8 << 20) continue;
            var bytes = File.ReadAllBytes(file);
            if (!ElfFacts.Is(bytes) || ElfFacts.Read(bytes).Calls is not { } calls) continue;
            // A name of the table that is no symbol belongs to a version or a library: only what readelf lists must be there, tails of longer names apart.
            var names = Tool.Run("readelf", ["--dyn-syms", "-W", file]).Text.Split('\n').Select(l => l.Split(' ', StringSplitOptions.RemoveEmptyEntries)).Where(w => w.Length >= 8).Select(w => w[7].Split('@')[0]).Distinct().ToList();
            Assert.DoesNotContain(names.Where(ElfFacts.Asked.Contains).Except(calls), n => !names.Any(o => o.Length > n.Length && o.EndsWith(n, StringComparison.Ordinal)));
            compared++;
        }
        Assert.True(compared >= 10, $"{compared} programs");
    }

    [Theory]
    [InlineData("/www/cgi-bin/ping.sh", "#!/bin/sh\neval $QUERY_STRING\n", true)]
    [InlineData("/www/cgi-bin/ping", "#!/bin/sh\nsh -c \"ping $QUERY_STRING\"\n", true)]
    [InlineData("/www/diag.php", "<?php\nsystem('ping ' . $_GET['host']);\n", true)]
    [InlineData("/usr/lib/lua/luci/controller/x.lua", "luci.sys.exec(\"ping \" .. luci.http.formvalue(\"a\"))\n", true)]
    [InlineData("/www/diag.php", "<?php\nsystem('ping ' . escapeshellarg($_GET['host']));\n", false)]
    [InlineData("/www/diag.php", "<?php\n// system($_GET['x']);\necho 'x';\n", false)]
    [InlineData("/www/cgi-bin/state", "#!/bin/sh\necho \"$QUERY_STRING\" | sed s/a/b/\n", false)]
    [InlineData("/etc/init.d/S50", "#!/bin/sh\neval $QUERY_STRING\n", false)]
    public void Lines_that_hand_a_request_to_a_shell_are_found_where_requests_come(string path, string text, bool found) =>
        Assert.Equal(found, new MemoryTree().With(path, text, "755").Facts().Findings.Any(f => f.Has(Traits.RequestToShell)));

    [Theory]
    [InlineData("/usr/bin/gdb", true)]
    [InlineData("/usr/sbin/tcpdump", true)]
    [InlineData("/usr/bin/ring", false)]
    [InlineData("/usr/share/doc/gdb", false)]
    public void Programs_of_developers_are_known_by_name_and_place(string path, bool found) =>
        Assert.Equal(found, new MemoryTree().With(path, "x", "755").Facts().Findings.Any(f => f.Has(Traits.DebugTool)));

    [Theory]
    [InlineData("/lib/systemd/system/a.service", "[Service]\nSystemCallFilter=@system-service\n", "seccomp")]
    [InlineData("/lib/systemd/system/a.service", "[Service]\nNoNewPrivileges=yes\n", "capabilities")]
    [InlineData("/etc/init.d/web", "#!/bin/sh /etc/rc.common\nprocd_add_jail web\n", "namespaces")]
    [InlineData("/etc/apparmor.d/usr.sbin.ring", "profile ring {}\n", "AppArmor")]
    [InlineData("/etc/init.d/web", "#!/bin/sh\n# chroot /x\n", null)]
    public void What_confines_processes_is_found_by_its_own_words(string path, string text, string? means) =>
        Assert.Equal(means is null ? [] : [means], new MemoryTree().With(path, text, "755").Facts().Findings.Where(f => f.Has(Traits.Confinement)).Select(f => f.Subject));
}
