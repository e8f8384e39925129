using System.Text;
using Assay.Evidence;
using Assay.Tests;

namespace Assay.Firmware.Tests;

/// <summary>Each kind of finding with small files written here: what must be seen, and what must not.</summary>
public class RootFactsTests
{
    [Theory]
    [InlineData("root::0:0:99999:7:::", "credential /etc/shadow:1 emptyPassword root")]
    [InlineData("root:$6$abcdefgh$Nh8PDbhFYPZT8XFrZUULBdEtMWiO9mUCyHLmQhJu8hDiwUsFGRZtY1SEbmROgIiSTqdIV8rLZFzRnPGV6vCYU0:1:::::: ", "credential /etc/shadow:1 passwordHash root")]
    [InlineData("kim:abzzzzzzzzzzz:1:0:99999:7:::", "credential /etc/shadow:1 passwordHash weakHash")]
    [InlineData("root:*:10933:0:99999:7:::", null)]
    [InlineData("root:!:10933:0:99999:7:::", null)]
    [InlineData("root:!!:10933:0:99999:7:::", null)]
    [InlineData("daemon:x:0:0:99999:7:::", null)]
    [InlineData("# root::0:0:99999:7:::", null)]
    public void Shadow(string line, string? expected) => AssertLines(new MemoryTree().With("/etc/shadow", line + "\n", "600"), expected);

    [Fact]
    public void A_hash_that_every_account_may_read_is_said_to_be_so() =>
        AssertLines(new MemoryTree().With("/etc/shadow", "kim:abzzzzzzzzzzz:1:0:99999:7:::\n", "644"), "credential /etc/shadow:1 passwordHash weakHash worldReadable");

    [Theory]
    [InlineData("root:x:0:0:root:/root:/bin/sh", null)]
    [InlineData("admin:x:0:0::/:/bin/sh", "credential /etc/passwd:1 root")]
    [InlineData("admin:*:0:0::/:/bin/sh", null)]
    [InlineData("guest::1000:1000::/tmp:/bin/sh", "credential /etc/passwd:1 emptyPassword")]
    [InlineData("guest::1000:1000::/tmp:/bin/false", null)]
    [InlineData("kim:$y$j9T$abc$defghijklmnopqrstuv:1000:1000::/tmp:/bin/sh", "credential /etc/passwd:1 passwordHash worldReadable")]
    [InlineData("nonsense", null)]
    public void Passwd(string line, string? expected) => AssertLines(new MemoryTree().With("/rom/etc/passwd", line + "\n"), expected?.Replace("/etc/", "/rom/etc/", StringComparison.Ordinal));

    [Fact]
    public void A_known_default_behind_a_hash_is_said_to_be_one()
    {
        Tool.Need("openssl", "openssl");
        var hash = Tool.Run("openssl", ["passwd", "-1", "-salt", "xyz", "juantech"]).Text.Trim();
        AssertLines(new MemoryTree().With("/etc/shadow", $"root:{hash}:1::::::\n", "600").With("/etc/other", $"root:{hash}:1::::::\n"), "credential /etc/shadow:1 knownDefault passwordHash root weakHash default");
        AssertLines(new MemoryTree().With("/www/.htpasswd", $"kim:{hash}\n"), "credential /www/.htpasswd:1 http knownDefault passwordHash weakHash default");
        Assert.DoesNotContain("juantech", new MemoryTree().With("/etc/shadow", $"root:{hash}:1::::::\n").Facts().Findings[0].ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("telnetd -l /bin/sh &", "service /etc/init.d/rcS:2 startedAtBoot telnet withoutLogin")]
    [InlineData("/usr/sbin/telnetd -l/bin/ash", "service /etc/init.d/rcS:2 startedAtBoot telnet withoutLogin")]
    [InlineData("busybox telnetd -p 2323 -l /bin/login", "service /etc/init.d/rcS:2 startedAtBoot telnet")]
    [InlineData("T=/usr/sbin/telnetd; [ -x $T ] && $T -l \"/bin/sh\"", "service /etc/init.d/rcS:2 startedAtBoot telnet withoutLogin")]
    [InlineData("start-stop-daemon -S -x /usr/sbin/vsftpd -- /etc/vsftpd.conf", "service /etc/init.d/rcS:2 ftp startedAtBoot")]
    [InlineData("start-stop-daemon -K -x /usr/sbin/vsftpd", null)]
    [InlineData("# telnetd -l /bin/sh", null)]
    [InlineData("echo starting # telnetd", null)]
    [InlineData("killall telnetd", null)]
    [InlineData("echo telnetd", null)]
    [InlineData("cat <<E\ntelnetd -l /bin/sh\nE", null)]
    [InlineData("dropbear -R", "service /etc/init.d/rcS:2 ssh startedAtBoot")]
    [InlineData("httpd -h /www", "service /etc/init.d/rcS:2 http startedAtBoot")]
    [InlineData("adbd &", "debug /etc/init.d/rcS:2 debugTool startedAtBoot")]
    [InlineData("dnsmasq --version", null)]
    public void Started_by_rcS(string command, string? expected) => AssertLines(new MemoryTree().With("/etc/init.d/rcS", $"#!/bin/sh\n{command}\n", "755"), expected);

    [Fact]
    public void A_start_script_counts_only_when_something_starts_it()
    {
        const string Script = "#!/bin/sh /etc/rc.common\nUSE_PROCD=1\nPROG=/usr/sbin/telnetd\nstart_service() {\n\tprocd_set_param command \"$PROG\" -F -l /bin/sh\n}\n";
        AssertLines(new MemoryTree().With("/etc/init.d/telnet", Script, "755").Link("/etc/rc.d/K50telnet", "../init.d/telnet"));
        AssertLines(new MemoryTree().With("/etc/init.d/telnet", Script, "755").Link("/etc/rc.d/S50telnet", "../init.d/telnet"), "service /etc/init.d/telnet:5 startedAtBoot telnet withoutLogin");
        AssertLines(new MemoryTree().With("/etc/init.d/S50telnet", "#!/bin/sh\ntelnetd\n", "755"), "service /etc/init.d/S50telnet:2 startedAtBoot telnet");
        AssertLines(new MemoryTree().With("/etc/rc.local", "#!/bin/sh\n/opt/start.sh\n").With("/opt/start.sh", "#!/bin/sh\ntelnetd\n"), "service /opt/start.sh:2 startedAtBoot telnet");
        AssertLines(new MemoryTree().With("/opt/start.sh", "#!/bin/sh\ntelnetd\n"));
    }

    [Fact]
    public void A_systemd_unit_counts_only_when_it_is_wanted()
    {
        const string Unit = "[Unit]\n[Service]\n#ExecStart=/usr/sbin/vsftpd\nExecStart=-/usr/sbin/in.telnetd -L /bin/sh\n";
        AssertLines(new MemoryTree().With("/lib/systemd/system/telnet.service", Unit));
        AssertLines(new MemoryTree().With("/lib/systemd/system/telnet.service", Unit).Link("/etc/systemd/system/multi-user.target.wants/telnet.service", "/lib/systemd/system/telnet.service"),
            "service /lib/systemd/system/telnet.service:4 startedAtBoot telnet withoutLogin");
        AssertLines(new MemoryTree().With("/lib/systemd/system/telnet@.service", Unit).Link("/etc/systemd/system/sockets.target.wants/telnet.socket", "/lib/systemd/system/telnet.socket"),
            "service /lib/systemd/system/telnet@.service:4 startedAtBoot telnet withoutLogin");
    }

    [Theory]
    [InlineData("telnet stream tcp nowait root /usr/sbin/tcpd /usr/sbin/telnetd -l /bin/sh", "service /etc/inetd.conf:1 startedAtBoot telnet withoutLogin|permission /etc/inetd.conf:1 runsAsRoot startedAtBoot")]
    [InlineData("ftp stream tcp nowait root /usr/sbin/ftpd ftpd", "service /etc/inetd.conf:1 ftp startedAtBoot|permission /etc/inetd.conf:1 runsAsRoot startedAtBoot")]
    [InlineData("ftp stream tcp nowait nobody /usr/sbin/ftpd ftpd", "service /etc/inetd.conf:1 ftp startedAtBoot")]
    [InlineData("#telnet stream tcp nowait root /usr/sbin/telnetd telnetd", null)]
    public void Inetd(string line, string? expected) => AssertLines(new MemoryTree().With("/etc/inetd.conf", line + "\n"), expected?.Split('|') ?? []);

    [Theory]
    [InlineData("disable = no", "service /etc/xinetd.d/telnet:4 startedAtBoot telnet")]
    [InlineData("disable = yes", null)]
    public void Xinetd(string disable, string? expected) => AssertLines(new MemoryTree().With("/etc/xinetd.d/telnet", $"service telnet\n{{\n {disable}\n server = /usr/sbin/in.telnetd\n}}\n"), expected);

    [Theory]
    [InlineData("ttyS0::respawn:/bin/sh", "debug /etc/inittab:1 serialConsole withoutLogin")]
    [InlineData("::askfirst:-/bin/ash", "debug /etc/inittab:1 serialConsole withoutLogin")]
    [InlineData("::askconsole:/bin/ash --login", "debug /etc/inittab:1 serialConsole withoutLogin")]
    [InlineData("T0:23:respawn:/sbin/getty -L -n -l /bin/sh ttyS0 115200 vt100", "debug /etc/inittab:1 serialConsole withoutLogin")]
    [InlineData("T0:23:respawn:/sbin/getty -L ttyS0 115200 vt100", null)]
    [InlineData("#ttyS0::respawn:/bin/sh", null)]
    [InlineData("::ctrlaltdel:/bin/sh", null)]
    [InlineData("::respawn:/usr/sbin/telnetd -F", "service /etc/inittab:1 startedAtBoot telnet")]
    public void Inittab(string line, string? expected) => AssertLines(new MemoryTree().With("/etc/inittab", line + "\n"), expected);

    [Theory]
    [InlineData("/etc/config/wireless", "config wifi-iface\n\toption ssid 'x'\n\toption key 'correct horse'\n", "secret /etc/config/wireless:3 wirelessKey")]
    [InlineData("/etc/config/wireless", "config wifi-iface\n\toption key '1'\n\toption encryption 'psk2'\n", null)]
    [InlineData("/etc/wpa_supplicant.conf", "network={\n ssid=\"home\"\n psk=\"12345678\"\n}\n", "secret /etc/wpa_supplicant.conf:3 wirelessKey default")]
    [InlineData("/etc/hostapd.conf", "ssid=home\nwpa_passphrase=Xyzzy-4711\n#wpa_passphrase=secret passphrase\nwpa_key_mgmt=WPA-PSK\n", "secret /etc/hostapd.conf:2 wirelessKey")]
    [InlineData("/etc/cloud.json", "{\"user\":\"factory\",\"token\":\"0123456789abcdef\",\"token_url\":\"https://x\"}", "secret /etc/cloud.json:1 token")]
    [InlineData("/etc/cloud.json", "{\"token\":\"\",\"password\":null,\"secret\":{\"a\":1},\"api_key\":\"${API_KEY}\"}", null)]
    [InlineData("/opt/app/.env", "DB_PASSWORD=Tr0ub4dor\nDB_HOST=localhost\n", "secret /opt/app/.env:1 password")]
    [InlineData("/opt/app/app.env", "DB_PASSWORD=Tr0ub4dor\nDB_HOST=localhost\n", "secret /opt/app/app.env:1 password")]
    [InlineData("/etc/app.yaml", "mqtt:\n  password: Tr0ub4dor\n  # password: other\n", "secret /etc/app.yaml:2 password")]
    [InlineData("/etc/app.ini", "[a]\npassword = $PASS\npassword_file = /etc/p\npassword=<your password>\npassword=/etc/secret\npassword=xxxxxx\n;password=abcdef1\n", null)]
    [InlineData("/etc/init.d/app", "#!/bin/sh\nPASSWORD=\"hunter2x\"\nTOKEN=$(cat /etc/token)\nPASSWD=$1\nread PASSWORD\n", "secret /etc/init.d/app:2 password")]
    [InlineData("/etc/nsswitch.conf", "passwd:         files systemd\nshadow: files\n", null)]
    [InlineData("/etc/samba/smb.conf", "passdb backend = tdbsam\npasswd program = /usr/bin/passwd %u\nunix password sync = no\nnull passwords = yes\n", null)]
    [InlineData("/www/js/app.js", "var k='AKIAIOSFODNN7ABCDEFG'; // password = 'abcdef'", "secret /www/js/app.js:1 token")]
    [InlineData("/www/js/app.js", "var k='AKIAIOSFODNN7EXAMPLE'", null)]
    [InlineData("/etc/pam.d/login", "password required pam_unix.so\n", null)]
    public void Secrets(string path, string text, string? expected) => AssertLines(new MemoryTree().With(path, text), expected);

    [Theory]
    [InlineData("wget http://u.example/fw.bin -O /tmp/fw.bin && mtd write /tmp/fw.bin firmware", "update /usr/bin/up:2 clearText withoutVerification")]
    [InlineData("URL=http://u.example\nwget $URL/fw.bin\nusign -V -m fw.bin -p /etc/key.pub && mtd write fw.bin firmware", "update /usr/bin/up:3 clearText")]
    [InlineData("curl -o /tmp/fw https://u.example/fw && dd if=/tmp/fw of=/dev/mtdblock2", "update /usr/bin/up:2 withoutVerification")]
    [InlineData("curl -o /tmp/fw https://u.example/fw && openssl dgst -verify k -signature s /tmp/fw && flashcp /tmp/fw /dev/mtd1", null)]
    [InlineData("tftp -g -r firmware.bin 10.0.0.1 && flashcp firmware.bin /dev/mtd1", "update /usr/bin/up:2 clearText withoutVerification")]
    [InlineData("wget http://news.example/today.html", null)]
    [InlineData("# wget http://u.example/fw.bin && mtd write fw.bin firmware", null)]
    [InlineData("mtd write /tmp/fw.bin firmware", null)]
    public void Updates(string commands, string? expected) => AssertLines(new MemoryTree().With("/usr/bin/up", $"#!/bin/sh\n{commands}\n", "755"), expected);

    [Fact]
    public void Feeds_of_opkg_over_clear_text_count_with_and_without_signed_lists()
    {
        AssertLines(new MemoryTree().With("/etc/opkg.conf", "dest root /\nsrc/gz base http://x.example/base\n# src/gz old http://x.example/old\n"), "update /etc/opkg.conf:2 clearText withoutVerification");
        AssertLines(new MemoryTree().With("/etc/opkg.conf", "option check_signature\n").With("/etc/opkg/feeds.conf", "src/gz base http://x.example/base\n"), "update /etc/opkg.conf:1 signed", "update /etc/opkg/feeds.conf:1 clearText signed");
        AssertLines(new MemoryTree().With("/etc/opkg.conf", "option check_signature\nsrc/gz base https://x.example/base\n"), "update /etc/opkg.conf:1 signed");
        AssertLines(new MemoryTree().With("/etc/ota.conf", "update_url=http://u.example/latest\n#update_url=http://x\nhome=http://www.example\n"), "update /etc/ota.conf:1 clearText");
    }

    [Fact]
    public void Permissions_of_start_scripts_programs_and_shells()
    {
        var shell = Encoding.ASCII.GetBytes("\u007fELF\0\0\0BusyBox v1.35.0 (x)\0applet not found\0");
        AssertLines(new MemoryTree().With("/etc/init.d/S99x", "#!/bin/sh\n", "777"), "permission /etc/init.d/S99x bootScript worldWritable");
        AssertLines(new MemoryTree().With("/usr/bin/tool", "#!/bin/sh\n", "757"), "permission /usr/bin/tool worldWritable");
        AssertLines(new MemoryTree().With("/etc/data", "x", "666"));
        AssertLines(new MemoryTree().With("/etc/init.d/S99x", "#!/bin/sh\n", "755"));
        AssertLines(new MemoryTree().With("/bin/busybox", shell, "755").With("/opt/door", shell, "4755"), "permission /opt/door setUid");
        AssertLines(new MemoryTree().With("/bin/busybox", shell, "4755").With("/bin/ping", "ping", "4755"));
        AssertLines(new MemoryTree().With("/bin/busybox", shell, "755").With("/opt/rescue", shell, "755"), "permission /opt/rescue");
    }

    [Fact]
    public void Keys_and_certificates_are_judged_by_place_size_date_and_company()
    {
        Tool.Need("openssl", "openssl");
        using var scratch = new Scratch();
        string Pem(string arguments) => Tool.Run("openssl", arguments.Split(' '), scratch.Folder).Text;
        var ec = Pem("ecparam -name prime256v1 -genkey -noout");
        AssertLines(new MemoryTree().With("/www/k", "x\n" + ec), "key /www/k:2 privateKey underWebRoot");
        AssertLines(new MemoryTree().With("/etc/ssh/ssh_host_ecdsa_key", ec), "key /etc/ssh/ssh_host_ecdsa_key:1 hostKey privateKey");
        AssertLines(new MemoryTree().With("/etc/k.pem", Pem("genrsa -aes128 -passout pass:abcd -traditional 1024")), "key /etc/k.pem:1 encrypted privateKey");
        AssertLines(new MemoryTree().With("/usr/bin/app", [0x7f, .. "ELF\0\0"u8, .. Encoding.ASCII.GetBytes(ec), 0]), "key /usr/bin/app privateKey");
        AssertLines(new MemoryTree().With("/etc/k.pub", Pem("genpkey -algorithm ed25519").Replace("PRIVATE", "PUBLIC", StringComparison.Ordinal)));

        Tool.Run("openssl", ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "k", "-out", "c", "-subj", "/CN=x", "-days", "2", "-sha256"], scratch.Folder);
        var certificate = File.ReadAllText(scratch.File("c"));
        var line = new MemoryTree().With("/etc/c.pem", certificate).Lines().Single();
        Assert.StartsWith("certificate /etc/c.pem:1 authority ", line, StringComparison.Ordinal);
        Assert.Contains("selfSigned", line, StringComparison.Ordinal);
        Assert.DoesNotContain("shortKey", line, StringComparison.Ordinal);
        Tool.Run("openssl", ["x509", "-in", "c", "-outform", "DER", "-out", "c.der"], scratch.Folder);
        Assert.StartsWith("certificate /etc/c.crt authority ", new MemoryTree().With("/etc/c.crt", File.ReadAllBytes(scratch.File("c.der"))).Lines().Single(), StringComparison.Ordinal);

        // The same certificate among others is one of a list of whom to trust; with its key beside it, it is the device's again.
        AssertLines(new MemoryTree().With("/etc/ssl/certs/ca-certificates.crt", certificate));
        AssertLines(new MemoryTree().With("/etc/all.pem", string.Concat(Enumerable.Repeat(certificate, 6))));
        Assert.Contains(new MemoryTree().With("/etc/ssl/certs/ca-certificates.crt", certificate).With("/etc/k.pem", File.ReadAllText(scratch.File("k"))).Lines(), l => l.StartsWith("certificate ", StringComparison.Ordinal));
    }

    [Fact]
    public void Package_databases_name_what_is_installed_and_say_when_they_were_stripped()
    {
        var facts = new MemoryTree()
            .With("/var/lib/dpkg/status", "Package: libexpat1\nStatus: install ok installed\nSource: expat\nArchitecture: armhf\nVersion: 2.5.0-1+deb12u1\nDescription: x\n Package: not\n\nPackage: gone\nStatus: deinstall ok config-files\nVersion: 1.0\n\nPackage: zlib1g\nStatus: install ok installed\nVersion: 1:1.2.13.dfsg-1\n")
            .With("/usr/lib/opkg/status", "Package: dropbear\nVersion: 2019.78-2\nStatus: install user installed\nArchitecture: arm_xscale\n\n")
            .With("/lib/apk/db/installed", "C:Q1abc=\nP:musl\nV:1.2.3-r4\nA:armhf\nL:MIT\n\nP:openssh\nV:9.2_p1-r0\n").Facts();
        Assert.Equal(["dropbear 2019.78 pkg:opkg/dropbear@2019.78-2?arch=arm_xscale", "libexpat1 2.5.0 pkg:deb/debian/libexpat1@2.5.0-1%2Bdeb12u1?arch=armhf", "musl 1.2.3 pkg:apk/alpine/musl@1.2.3-r4?arch=armhf",
            "openssh 9.2p1 pkg:apk/alpine/openssh@9.2_p1-r0", "zlib1g 1.2.13 pkg:deb/debian/zlib1g@1:1.2.13.dfsg-1"], facts.Components.Select(c => $"{c.Name} {c.Version} {c.Purl}"));
        Assert.Contains("cpe:2.3:a:libexpat_project:libexpat:2.5.0:*:*:*:*:*:*:*", facts.Components[1].Cpe);
        Assert.True(facts.Coverage.IsWhole);

        var stripped = new MemoryTree().With("/usr/lib/opkg/status", "Conffiles:\n /etc/passwd 0123\n").Facts();
        Assert.Empty(stripped.Components);
        Assert.Contains("stripped", Assert.Single(stripped.Coverage.Losses).Found, StringComparison.Ordinal);
    }

    [Fact]
    public void Modules_and_banner_that_disagree_are_shown_as_a_contradiction()
    {
        var facts = new MemoryTree().With("/lib/modules/4.9.190/a.ko", [0x7f, .. "ELF\0vermagic=4.9.191 mod_unload\0"u8]).With("/boot/vmlinux", [0, .. "Linux version 4.9.190 (a@b) (gcc) #1\0"u8]).Facts();
        Assert.Equal(["linux-kernel 4.9.190", "linux-kernel 4.9.191"], facts.Components.Select(c => $"{c.Name} {c.Version}"));
        Assert.Contains("4.9.190 (kernel banner /boot/vmlinux), 4.9.191 (kernel module", facts.Findings.Single(f => f.Kind == FindingKind.Component).Value, StringComparison.Ordinal);
        Assert.Equal("4.14.59", KernelFacts.Versions("\0Linux version 4.14.59 (builder@example) (gcc version 7.5.0) #0 SMP Tue\n\0"u8).Single().Version);
        Assert.Empty(KernelFacts.Versions("\0Linux version %s\0curl 7.1.1\0"u8));
    }

    [Theory]
    [InlineData("root::0:0:99999:7:::\n", "credential 1 emptyPassword root")]
    [InlineData("root:x:0:0:root:/root:/bin/sh\nguest::7:7::/:/bin/sh\n", "credential 2 emptyPassword")]
    [InlineData("ttyS0::respawn:/bin/sh\n", "debug 1 serialConsole withoutLogin")]
    [InlineData("{\"password\": \"Tr0ub4dor\"}", "secret 1 password")]
    [InlineData("hello\n", null)]
    public void A_file_handed_over_alone_is_known_by_its_content(string text, string? expected)
    {
        var facts = RootFacts.ExamineFile("some/unnamed", Encoding.UTF8.GetBytes(text), new ExaminationOptions { AsOf = MemoryTree.AsOf });
        Assert.Equal(expected is null ? [] : [expected], facts.Findings.Select(f => $"{EvidenceJson.Name(f.Kind)} {f.Location.Line} {string.Join(' ', f.Traits)}"));
        Assert.All(facts.Findings, f => Assert.Null(f.Location.Path));
    }

    [Fact]
    public void Random_damaged_and_hostile_files_never_crash()
    {
        var random = new Random(5);
        string[] paths = ["/etc/passwd", "/etc/shadow", "/etc/inittab", "/etc/init.d/rcS", "/etc/inetd.conf", "/etc/config/wireless", "/var/lib/dpkg/status", "/lib/apk/db/installed", "/etc/opkg.conf", "/lib/systemd/system/a.service", "/bin/app", "/etc/key.der"];
        string[] seeds = ["root:$1$a$b:0:0:x:/:/bin/sh\n", "-----BEGIN RSA PRIVATE KEY-----\nMIIB\n-----END RSA PRIVATE KEY-----\n", "#!/bin/sh\nA=$A$A$A\nif case while $A 'unclosed \"\\\n", "$6$rounds=999999999$x$y:", "Package: a\nVersion: 1\n", "::respawn:", "\u007fELF\u0001\u0001", "telnetd -l", "option key '"];
        for (var i = 0; i < 150; i++)
        {
            var tree = new MemoryTree();
            foreach (var path in paths)
            {
                var content = new byte[random.Next(4000)];
                random.NextBytes(content);
                for (var n = random.Next(12); n > 0; n--)
                {
                    var seed = Encoding.Latin1.GetBytes(seeds[random.Next(seeds.Length)]);
                    var at = random.Next(content.Length + 1);
                    seed.AsSpan(0, Math.Min(seed.Length, content.Length - at)).CopyTo(content.AsSpan(at));
                }
                if (i % 2 == 0) content = [.. content.Select(b => b is 9 or 10 or (>= 32 and < 127) ? b : (byte)(32 + b % 95))];
                tree.With(path, content, "755");
            }
            Assert.NotNull(tree.Facts());
        }
    }

    [Theory]
    [InlineData("A=x\n", "A=$A$A\n", 60)]
    [InlineData("", "((((((((((((((((((((((\n", 20000)]
    [InlineData("", "if case while for\n", 20000)]
    [InlineData("password=", "\"'\"'", 5000)]
    public void A_text_that_grows_when_it_is_read_stays_bounded(string start, string repeated, int times)
    {
        var watch = System.Diagnostics.Stopwatch.StartNew();
        new MemoryTree().With("/etc/init.d/rcS", "#!/bin/sh\n" + start + string.Concat(Enumerable.Repeat(repeated, times)), "755").With("/etc/x.conf", start + string.Concat(Enumerable.Repeat(repeated, times))).Facts();
        Assert.True(watch.Elapsed.TotalSeconds < 20, watch.Elapsed.ToString());
    }

    private static void AssertLines(MemoryTree tree, params string?[] expected) => Assert.Equal(expected.OfType<string>(), tree.Lines());
}
