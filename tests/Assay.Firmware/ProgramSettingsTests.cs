using Assay.Evidence;

namespace Assay.Firmware.Tests;

/// <summary>What settings of programs say themselves, and secrets in the form that programs write them in: each beside what only looks like it.</summary>
public class ProgramSettingsTests
{
    [Theory]
    [InlineData("mosquitto -c /etc/mosquitto.conf", "/etc/mosquitto.conf", "listener 1883\nallow_anonymous true\n", true)]
    [InlineData("mosquitto -c /etc/mosquitto.conf", "/etc/mosquitto.conf", "listener 1883\n#allow_anonymous true\n", false)]
    [InlineData("mosquitto -c /etc/mosquitto.conf", "/etc/mosquitto.conf", "listener 1883 127.0.0.1\nallow_anonymous true\n", false)]
    [InlineData("redis-server /etc/redis/redis.conf", "/etc/redis/redis.conf", "protected-mode no\n", true)]
    [InlineData("redis-server /etc/redis/redis.conf", "/etc/redis/redis.conf", "protected-mode no\nrequirepass Kf82-lm\n", false)]
    [InlineData("smbd -D", "/etc/samba/smb.conf", "[share]\n  guest ok = yes\n", true)]
    [InlineData("smbd -D", "/etc/samba/smb.conf", "[share]\n  guest ok = no\n", false)]
    [InlineData("vsftpd /etc/vsftpd.conf", "/etc/vsftpd.conf", "anonymous_enable=YES\n", true)]
    [InlineData("true", "/etc/vsftpd.conf", "anonymous_enable=YES\n", false)]
    [InlineData("rpc.nfsd 4", "/etc/exports", "/data *(rw,no_root_squash)\n", true)]
    [InlineData("rpc.nfsd 4", "/etc/exports", "/data 192.168.1.0/24(ro,root_squash)\n", false)]
    [InlineData("dockerd", "/etc/docker/daemon.json", "{\"hosts\": [\"tcp://0.0.0.0:2375\"]}", true)]
    [InlineData("dockerd", "/etc/docker/daemon.json", "{\"hosts\": [\"tcp://0.0.0.0:2376\"], \"tlsverify\": true}", false)]
    public void A_server_that_starts_and_lets_anybody_in_by_its_own_settings_is_told(string line, string path, string text, bool isOne) =>
        Assert.Equal(isOne, new MemoryTree().With("/etc/init.d/S50own", $"#!/bin/sh\n{line} &\n", "755").With(path, text).Facts().Findings.Any(f => f.Kind == FindingKind.Service && f.Has(Traits.WithoutLogin)));

    [Theory]
    [InlineData("nginx", "/etc/nginx/nginx.conf", "http { server { ssl_protocols TLSv1 TLSv1.2; } }\n", true)]
    [InlineData("nginx", "/etc/nginx/nginx.conf", "http {\n  ssl_protocols TLSv1.2 TLSv1.3;\n  ssl_ciphers HIGH:!RC4:!3DES;\n}\n", false)]
    [InlineData("true", "/etc/nginx/nginx.conf", "ssl_protocols TLSv1;\n", false)]
    [InlineData("apache2 -k start", "/etc/apache2/ssl.conf", "<VirtualHost *:443>\nSSLProtocol all -SSLv3\n</VirtualHost>\n", true)]
    [InlineData("apache2 -k start", "/etc/apache2/ssl.conf", "SSLProtocol -all +TLSv1.2 +TLSv1.3\n", false)]
    [InlineData("true", "/etc/ssl/openssl.cnf", "[system]\nMinProtocol = TLSv1\n", true)]
    [InlineData("true", "/etc/ssl/openssl.cnf", "[system]\nMinProtocol = TLSv1.2\nCipherString = DEFAULT@SECLEVEL=2\n", false)]
    [InlineData("hostapd /etc/hostapd.conf", "/etc/hostapd.conf", "wpa=1\nwpa_pairwise=TKIP\n", true)]
    [InlineData("hostapd /etc/hostapd.conf", "/etc/hostapd.conf", "wpa=2\nrsn_pairwise=CCMP\n", false)]
    public void Settings_that_accept_what_was_withdrawn_are_told(string line, string path, string text, bool isOne) =>
        Assert.Equal(isOne, new MemoryTree().With("/etc/init.d/S50own", $"#!/bin/sh\n{line} &\n", "755").With(path, text).Facts().Findings.Any(f => f.Kind == FindingKind.WeakCrypto && f.Has(Traits.StartedAtBoot)));

    [Theory]
    [InlineData("/etc/yum.repos.d/a.repo", "[a]\nbaseurl=http://r.example\nenabled=1\ngpgcheck=0\n", true)]
    [InlineData("/etc/yum.repos.d/a.repo", "[a]\nenabled=0\ngpgcheck=0\n", false)]
    [InlineData("/etc/yum.repos.d/a.repo", "[a]\ngpgcheck=1\n", false)]
    [InlineData("/etc/apt/sources.list", "deb [trusted=yes] http://d.example stable main\n", true)]
    [InlineData("/etc/apt/sources.list", "deb [signed-by=/k.gpg] http://d.example stable main\n", false)]
    [InlineData("/etc/ostree/remotes.d/a.conf", "[remote \"a\"]\ngpg-verify=false\n", true)]
    [InlineData("/etc/ota.yaml", "skip_signature_check: true\n", true)]
    [InlineData("/etc/ota.yaml", "skip_signature_check: false\nverify_signature: true\n", false)]
    [InlineData("/etc/hotplug.d/block/20-usb", "#!/bin/sh\nmount /dev/$DEVNAME /mnt\nsh /mnt/run.sh\n", true)]
    [InlineData("/etc/hotplug.d/block/20-usb", "#!/bin/sh\nmount /dev/$DEVNAME /mnt\ncp /mnt/a.wav /data/a.wav\n", false)]
    public void What_is_installed_without_a_look_at_a_signature_is_told(string path, string text, bool isOne) =>
        Assert.Equal(isOne, new MemoryTree().With(path, text, "755").Facts().Findings.Any(f => f.Kind == FindingKind.Update && f.Has(Traits.WithoutVerification)));

    [Theory]
    [InlineData("/etc/a.conf", "broker mqtts://fleet:Pq7-zebra-19@mq.example:8883\n", true)]
    [InlineData("/etc/a.conf", "broker mqtts://$USER:$PASS@mq.example:8883\n", false)]
    [InlineData("/etc/mosquitto/b.conf", "remote_password 7Gq-wl0Zr2\n", true)]
    [InlineData("/etc/mosquitto/b.conf", "# remote_password 7Gq-wl0Zr2\npassword_file /data/p\n", false)]
    [InlineData("/etc/ipsec.secrets", "%any gw.example : PSK \"maple-Orchard-77\"\n", true)]
    [InlineData("/etc/hostapd.conf", "ap_pin=12345670\n", true)]
    [InlineData("/etc/gpio.conf", "led_pin=17\n", false)]
    [InlineData("/etc/lora.json", "{\"AppKey\": \"8A1F44C09D7E63B25510AE97F3C826DB\"}", true)]
    [InlineData("/etc/lora.json", "{\"key_id\": \"8A1F44C09D7E63B25510AE97F3C826DB\", \"public_key\": \"8A1F44C09D7E63B25510AE97F3C826DB\"}", false)]
    [InlineData("/root/.ash_history", "curl -u admin:Velvet-Harbor-3 https://a.example/x\n", true)]
    [InlineData("/root/.netrc", "machine a.example login b password Zebra-Quilt-8\n", true)]
    [InlineData("/etc/pam.d/login", "password required\n", false)]
    [InlineData("/etc/nsswitch.conf", "passwd: files\n", false)]
    public void A_secret_in_the_form_that_a_program_writes_is_told_and_never_in_full(string path, string text, bool isOne)
    {
        var found = new MemoryTree().With(path, text, "600").Facts().Findings.Where(f => f.Kind == FindingKind.Secret).ToList();
        Assert.Equal(isOne, found.Count > 0);
        foreach (var secret in new[] { "Pq7-zebra-19", "7Gq-wl0Zr2", "maple-Orchard-77", "12345670", "8A1F44C09D7E63B25510AE97F3C826DB", "Velvet-Harbor-3", "Zebra-Quilt-8" }) Assert.All(found, f => Assert.DoesNotContain(secret, f.Value, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("/www/.git/config", "[core]\n", true)]
    [InlineData("/root/.bash_history", "ls\n", true)]
    [InlineData("/etc/.passwd.swp", "b0VIM", true)]
    [InlineData("/www/.gitignore", "*.o\n", false)]
    [InlineData("/usr/share/doc/history", "1.0\n", false)]
    public void What_developers_left_is_told(string path, string text, bool isOne) => Assert.Equal(isOne, new MemoryTree().With(path, text).Facts().Findings.Any(f => f.Has(Traits.Leftover)));

    [Fact]
    public void Text_of_any_kind_ends_the_reading_of_settings_in_no_error()
    {
        var random = new Random(5);
        const string Signs = "{}[]<>=:;#\"' \n\taZ0/.-_!@%";
        for (var turn = 0; turn < 200; turn++)
        {
            var text = new string([.. Enumerable.Range(0, random.Next(0, 400)).Select(_ => Signs[random.Next(Signs.Length)])]);
            Assert.NotNull(new MemoryTree().With("/etc/init.d/S50own", "#!/bin/sh\nnginx\n", "755").With("/etc/nginx/any.conf", (turn % 2 == 0 ? "{" : "") + text).Facts());
        }
    }
}
