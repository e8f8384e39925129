using System.Security.Cryptography;
using Assay.Evidence;

namespace Assay.Firmware.Tests;

/// <summary>Kinds of faults in scripts and settings that readers learnt later, each beside what only looks like it.</summary>
public class FurtherKindsTests
{
    [Theory]
    [InlineData("/usr/sbin/bellcfgd --listen 0.0.0.0 --port 9000", true)]
    [InlineData("/usr/sbin/bellcfgd --bind=[::]:9000", true)]
    [InlineData("nc -l -p 4444 -e /bin/sh", true)]
    [InlineData("socat TCP-LISTEN:4444,fork EXEC:/bin/sh", true)]
    [InlineData("/usr/sbin/bellcfgd --listen 127.0.0.1 --port 9000", false)]
    [InlineData("/usr/sbin/bellcfgd --listen /run/bell.sock", false)]
    [InlineData("/usr/sbin/bellcfgd --port 8883 --host mq.example", false)]
    [InlineData("nc 192.0.2.1 4444", false)]
    [InlineData("socat TCP-LISTEN:4444,bind=127.0.0.1 -", false)]
    public void A_start_line_that_tells_a_program_to_listen_names_a_service(string line, bool isService) =>
        Assert.Equal(isService, new MemoryTree().With("/etc/init.d/S50own", $"#!/bin/sh\n{line} &\n", "755").Facts().Findings.Any(f => f.Kind == FindingKind.Service));

    [Theory]
    [InlineData("listener 1883 0.0.0.0\n", true)]
    [InlineData("listener 1883\n", true)]
    [InlineData("listener 1883 127.0.0.1\nlistener 8883 0.0.0.0\n", true)]
    [InlineData("listener 1883 127.0.0.1\nlistener 9001 localhost\n", false)]
    public void A_server_whose_configuration_binds_it_to_its_own_device_serves_nobody_else(string settings, bool isService) =>
        Assert.Equal(isService, new MemoryTree().With("/etc/init.d/S50mq", "#!/bin/sh\nmosquitto -c /etc/mosquitto.conf &\n", "755").With("/etc/mosquitto.conf", settings).Facts().Findings.Any(f => f.Kind == FindingKind.Service));

    [Theory]
    [InlineData("/usr/bin/runsvdir", true)]
    [InlineData("/usr/bin/other", false)]
    public void What_a_supervisor_keeps_up_is_started_where_there_is_one(string program, bool isService) =>
        Assert.Equal(isService, new MemoryTree().With(program, "\u007fELF", "755").With("/etc/service/ftp/run", "#!/bin/sh\nexec vsftpd /etc/vsftpd.conf\n", "755").Facts().Findings.Any(f => f.Kind == FindingKind.Service));

    [Theory]
    [InlineData("/etc/crontabs/root", "*/5 * * * * wget -q -O - http://cdn.example/patch.sh | sh\n", true)]
    [InlineData("/etc/crontab", "0 3 * * * root curl -s http://cdn.example/run | sh -s\n", true)]
    [InlineData("/etc/crontabs/root", "*/5 * * * * wget -q -O - https://cdn.example/status | grep ok\n", false)]
    [InlineData("/usr/lib/ota.lua", "os.execute(\"wget http://ota.example/fw.bin -O /tmp/fw.bin\")\nos.execute(\"sysupgrade -n /tmp/fw.bin\")\n", true)]
    [InlineData("/usr/lib/ota.py", "subprocess.call([\"wget\", \"http://ota.example/fw.bin\", \"-O\", \"/tmp/fw.bin\"])\nos.system('flashcp /tmp/fw.bin /dev/mtd3')\n", true)]
    [InlineData("/usr/lib/ota.lua", "-- os.execute(\"wget http://ota.example/fw.bin\")\nos.execute(\"sysupgrade -n /tmp/fw.bin\")\n", false)]
    [InlineData("/usr/sbin/up", "#!/bin/sh\nfetcher https://up.example/fw.bin /tmp/f\nopenssl dgst -verify /etc/k.pem -signature /tmp/s /tmp/f || true\nmtd write /tmp/f spare\n", true)]
    [InlineData("/usr/sbin/up", "#!/bin/sh\nfetcher https://up.example/fw.bin /tmp/f\nopenssl dgst -verify /etc/k.pem -signature /tmp/s /tmp/f || exit 1\nmtd write /tmp/f spare\n", false)]
    public void An_update_that_nothing_checks_is_told_in_every_language(string path, string text, bool isOne) =>
        Assert.Equal(isOne, new MemoryTree().With(path, text, "755").Facts().Findings.Any(f => f.Kind == FindingKind.Update && f.Has(Traits.WithoutVerification)));

    [Theory]
    [InlineData("/usr/bin/report.py", "requests.post(\"https://cloud.example/r\", verify=False)\n", true)]
    [InlineData("/usr/bin/report", "#!/bin/sh\ncurl -sk https://cloud.example/r -o /tmp/r\n", true)]
    [InlineData("/etc/mender/mender.conf", "{\n  \"ServerURL\": \"https://m.example\",\n  \"SkipVerify\": true\n}\n", true)]
    [InlineData("/usr/bin/report.py", "requests.post(\"https://cloud.example/r\", verify=True)\n", false)]
    [InlineData("/usr/bin/report.py", "# requests.post(\"https://cloud.example/r\", verify=False)\n", false)]
    [InlineData("/usr/bin/report.py", "requests.get(\"https://127.0.0.1/r\", verify=False)\n", false)]
    [InlineData("/usr/bin/report", "#!/bin/sh\ncurl -s https://cloud.example/r\necho curl -k https://a.example\n", false)]
    [InlineData("/etc/mender/mender.conf", "{\n  \"ServerURL\": \"https://m.example\",\n  \"SkipVerify\": false\n}\n", false)]
    public void A_client_that_looks_at_no_certificate_is_told(string path, string text, bool isOne) =>
        Assert.Equal(isOne, new MemoryTree().With(path, text, "755").Facts().Findings.Any(f => f.Has(Traits.UnverifiedPeer)));

    [Theory]
    [InlineData("/system/build.prop", "ro.debuggable=1\nro.adb.secure=0\npersist.sys.usb.config=mtp,adb\n", true)]
    [InlineData("/system/build.prop", "ro.debuggable=0\nro.adb.secure=1\npersist.sys.usb.config=mtp,adb\n", false)]
    [InlineData("/system/build.prop", "ro.debuggable=1\nro.adb.secure=0\npersist.sys.usb.config=mtp\n", false)]
    [InlineData("/boot/extlinux/extlinux.conf", "LABEL bell\n  APPEND console=ttyS0,115200 init=/bin/sh\n", true)]
    [InlineData("/boot/extlinux/extlinux.conf", "LABEL rescue\n  APPEND console=ttyS0,115200 init=/bin/sh\n", false)]
    [InlineData("/boot/cmdline.txt", "console=ttyS0,115200 root=/dev/mmcblk0p2 init=/sbin/init\n", false)]
    public void Settings_of_build_and_start_that_open_a_debugger_or_a_shell_are_told(string path, string text, bool isOne) =>
        Assert.Equal(isOne, new MemoryTree().With(path, text).Facts().Findings.Any(f => f.Kind == FindingKind.Debug));

    [Theory]
    [InlineData("bell ALL=(ALL) NOPASSWD: ALL", true)]
    [InlineData("root ALL=(ALL) NOPASSWD: ALL", false)]
    [InlineData("bell ALL=(ALL) ALL", false)]
    [InlineData("bell ALL=(root) NOPASSWD: /usr/sbin/ring", false)]
    public void An_account_that_may_do_all_as_root_unasked_is_told(string rule, bool isOne) =>
        Assert.Equal(isOne, new MemoryTree().With("/etc/sudoers.d/bell", rule + "\n", "440").Facts().Findings.Any(f => f.Has(Traits.AllAsRoot)));

    [Theory]
    [InlineData("\"edb\" * \"Zx81qWm-41\" *\n", true)]
    [InlineData("# client server secret\n\"edb\" * \"$SECRET\" *\n", false)]
    public void The_secret_of_dial_up_is_told_and_never_in_full(string text, bool isOne)
    {
        var found = new MemoryTree().With("/etc/ppp/chap-secrets", text, "600").Facts().Findings.Where(f => f.Kind == FindingKind.Secret).ToList();
        Assert.Equal(isOne, found.Count == 1);
        Assert.All(found, f => Assert.DoesNotContain("Zx81qWm-41", f.Value, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(1024, true, true)]
    [InlineData(2048, true, false)]
    [InlineData(1024, false, false)]
    public void A_short_key_counts_where_a_script_checks_updates_with_it(int bits, bool isUsed, bool isOne)
    {
        using var key = RSA.Create(bits);
        var tree = new MemoryTree().With("/etc/update/release.pem", key.ExportSubjectPublicKeyInfoPem() + "\n").With("/usr/sbin/up", $"#!/bin/sh\nopenssl dgst -sha256 -verify {(isUsed ? "/etc/update/release.pem" : "/etc/other.pem")} -signature /tmp/s /tmp/f || exit 1\n", "755");
        Assert.Equal(isOne, tree.Facts().Findings.Any(f => f.Kind == FindingKind.Update && f.Has(Traits.ShortKey)));
    }
}
