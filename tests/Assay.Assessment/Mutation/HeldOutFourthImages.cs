using System.Security.Cryptography;
using Assay.Tests;

namespace Assay.Assessment.Tests.Mutation;

/// <summary>Faults in what lies in the image, in the notations of several kinds of firmware.</summary>
internal static class HeldOutFourthImages
{
    private static readonly string[] Secret = ["5.4-3-2a", "5.4-1-2a", "5.4-4-1b"], Service = ["5.6-1-2b", "5.6-1-2a", "5.6-5-1a", "5.1-1-2a", "5.1-5-2a"],
        Update = ["5.3-2-2b", "5.3-1-2a", "5.3-10-1c"], Console = ["5.6-4-2a", "5.6-4-2b"], Account = ["5.1-1-2a", "5.1-1-2b", "5.1-1-2c"];

    public static IReadOnlyList<HeldOutFault> All =>
    [
        // Services, in the words of several init systems.
        HeldOutFourth.Image("systemd starts a shell server on another port", Service, r => Systemd(r).Program("usr/sbin/sshd")
            .Write("etc/systemd/system/remote.service", "[Unit]\nDescription=Remote\n\n[Service]\nExecStart=/usr/sbin/sshd -D -p 2022\n\n[Install]\nWantedBy=multi-user.target\n", "644")
            .Link("etc/systemd/system/multi-user.target.wants/remote.service", "/etc/systemd/system/remote.service")),
        HeldOutFourth.Image("a socket of systemd that calls telnet", Service, r => Systemd(r).Program("usr/sbin/in.telnetd")
            .Write("usr/lib/systemd/system/telnet.socket", "[Socket]\nListenStream=0.0.0.0:23\nAccept=yes\n\n[Install]\nWantedBy=sockets.target\n", "644")
            .Write("usr/lib/systemd/system/telnet@.service", "[Service]\nExecStart=-/usr/sbin/in.telnetd\nStandardInput=socket\n", "644")
            .Link("etc/systemd/system/sockets.target.wants/telnet.socket", "/usr/lib/systemd/system/telnet.socket")),
        HeldOutFourth.Image("procd runs a web server", Service, r => r.Program("sbin/procd").Program("usr/sbin/uhttpd")
            .Write("etc/init.d/uhttpd", "#!/bin/sh /etc/rc.common\nSTART=50\nUSE_PROCD=1\nstart_service() {\n\tprocd_open_instance\n\tprocd_set_param command /usr/sbin/uhttpd -f -h /www -p 0.0.0.0:8080\n\tprocd_close_instance\n}\n", "755")
            .Link("etc/rc.d/S50uhttpd", "../init.d/uhttpd").Append("etc/inittab", "::sysinit:/etc/init.d/rcS S boot\n")),
        HeldOutFourth.Image("a shell behind netcat in rc.local", ["5.6-1-2b", "5.6-1-2a", "5.5-5-2a", "5.5-4-2a", "5.6-5-1a"], r =>
            r.Write("etc/rc.local", "#!/bin/sh\nwhile true; do nc -l -p 4444 -e /bin/sh; done &\nexit 0\n", "755").Append("etc/inittab", "::once:/etc/rc.local\n")),
        HeldOutFourth.Image("a broker for everybody", [.. Service, "5.5-4-2a", "5.5-5-2a"], r => r.Program("usr/sbin/mosquitto").Append("etc/inittab", "::respawn:/usr/sbin/mosquitto -c /etc/mosquitto/mosquitto.conf\n")
            .Write("etc/mosquitto/mosquitto.conf", "listener 1883 0.0.0.0\nallow_anonymous true\n", "644")),
        HeldOutFourth.Image("a shell server that takes root without a password", Service, r => r.Program("usr/sbin/sshd").Append("etc/init.d/rcS", "/usr/sbin/sshd\n")
            .Write("etc/ssh/sshd_config", "Port 22\nPermitRootLogin yes\nPermitEmptyPasswords yes\n", "600")),
        HeldOutFourth.Image("management that may be written", [.. Service, "5.5-5-2a"], r => r.Program("usr/sbin/snmpd").Append("etc/init.d/rcS", "/usr/sbin/snmpd -c /etc/snmp/snmpd.conf &\n")
            .Write("etc/snmp/snmpd.conf", "rocommunity public\nrwcommunity private\n", "644")),
        HeldOutFourth.Image("the provider's management", Service, r => r.Program("usr/sbin/cwmpd").Write("etc/init.d/S75cwmp", "#!/bin/sh\n[ \"$1\" = start ] && start-stop-daemon -S -b -x /usr/sbin/cwmpd -- -p 7547\n", "755")),
        HeldOutFourth.Image("a daemon of the maker's own that no row has", Service, r => r.Program("usr/sbin/bellcfgd").Write("etc/init.d/S55bellcfgd", "#!/bin/sh\n/usr/sbin/bellcfgd --listen 0.0.0.0 --port 9000 &\n", "755")),
        HeldOutFourth.Image("xinetd gives files away", Service, r => r.Program("usr/sbin/xinetd").Program("usr/sbin/in.tftpd").Append("etc/init.d/rcS", "xinetd -stayalive\n")
            .Write("etc/xinetd.d/tftp", "service tftp\n{\n\tdisable = no\n\tsocket_type = dgram\n\tprotocol = udp\n\twait = yes\n\tuser = root\n\tserver = /usr/sbin/in.tftpd\n\tserver_args = -s /data\n}\n", "644")),
        HeldOutFourth.Image("runit keeps a file server up", Service, r => r.Program("usr/bin/runsvdir").Program("usr/sbin/vsftpd").Append("etc/inittab", "::respawn:/usr/bin/runsvdir /etc/service\n")
            .Write("etc/service/ftp/run", "#!/bin/sh\nexec 2>&1\nexec vsftpd /etc/vsftpd.conf\n", "755").Write("etc/vsftpd.conf", "listen=YES\nanonymous_enable=YES\n", "644")),
        // Consoles.
        HeldOutFourth.Image("systemd's shell on the serial line", Console, r => Systemd(r)
            .Write("etc/systemd/system/debug-shell.service", "[Service]\nExecStart=/bin/sh\nRestart=always\nStandardInput=tty\nTTYPath=/dev/ttyS0\n\n[Install]\nWantedBy=sysinit.target\n", "644")
            .Link("etc/systemd/system/sysinit.target.wants/debug-shell.service", "/etc/systemd/system/debug-shell.service")),
        HeldOutFourth.Image("a shell for whoever presses a key", Console, r => r.Append("etc/inittab", "ttyAMA0::askfirst:-/bin/ash\n")),
        HeldOutFourth.Image("the kernel's line starts a shell", Console, r => r.Write("boot/extlinux/extlinux.conf", "LABEL bell\n  KERNEL /boot/zImage\n  APPEND console=ttyS0,115200 root=/dev/mtdblock3 ro init=/bin/sh\n", "644")),
        HeldOutFourth.Image("a build for developers", Console, r => r.Program("system/bin/adbd").Write("system/build.prop", "ro.build.type=userdebug\nro.debuggable=1\nro.secure=0\nro.adb.secure=0\npersist.sys.usb.config=mtp,adb\n", "644")),
        // Accounts.
        HeldOutFourth.Image("root without a password", Account, r => r.Write("etc/shadow", "root::20700:0:99999:7:::\ndoorbell:!:20700:0:99999:7:::\n", "600").Write("etc/passwd", "root:x:0:0:root:/root:/bin/sh\ndoorbell:x:100:100:doorbelld:/data:/bin/false\n", "644")),
        HeldOutFourth.Image("a second root that nobody is asked for", [.. Account, "5.6-7-1a"], r => r.Append("etc/passwd", "toor::0:0:maintenance:/:/bin/sh\n")),
        HeldOutFourth.Image("one password of the settings page for all", [.. Account, .. Secret], r => r.Write("etc/lighttpd/.htpasswd", $"admin:{HeldOutFourth.Hash("apr1", "admin")}\n", "644")),
        HeldOutFourth.Image("one key of the set-up network for all", [.. Account, .. Secret], r => r.Program("usr/sbin/hostapd").Write("etc/hostapd.conf", "interface=wlan0\nssid=EDB-SETUP\nwpa=2\nwpa_key_mgmt=WPA-PSK\nwpa_passphrase=12345678\nrsn_pairwise=CCMP\n", "644")),
        // Secrets.
        HeldOutFourth.Image("the shell server's own key", Secret, r => r.Write("etc/ssh/ssh_host_ed25519_key", HostKey(), "600")),
        HeldOutFourth.Image("a key in DER", Secret, r => { using var key = RSA.Create(2048); r.Bytes("etc/device/identity.der", key.ExportPkcs8PrivateKey(), "600"); }),
        HeldOutFourth.Image("a key inside a program", Secret, r => { using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256); r.Program("usr/bin/enrol", key.ExportECPrivateKeyPem()); }),
        HeldOutFourth.Image("a tunnel's key", Secret, r => r.Write("etc/wireguard/wg0.conf", $"[Interface]\nAddress = 10.9.0.2/32\nPrivateKey = {Tool.Run("openssl", ["rand", "-base64", "32"]).Text.Trim()}\n\n[Peer]\nPublicKey = {Tool.Run("openssl", ["rand", "-base64", "32"]).Text.Trim()}\nEndpoint = vpn.doorbell.example:51820\nAllowedIPs = 10.9.0.0/24\n", "600")),
        HeldOutFourth.Image("a repository's token in a script", Secret, r => r.Write("usr/bin/pull-sounds", "#!/bin/sh\nTOKEN=ghp_" + "R7kQ2mX9vLc4Tz8Wb1Yf6Hn3Sd5Jp0Ga7UeK\ncurl -s -H \"Authorization: token $TOKEN\" https://api.github.com/repos/doorbell/sounds/tarball -o /data/sounds.tgz\n", "755")),
        HeldOutFourth.Image("a service account in JSON", Secret, r => { using var key = RSA.Create(2048); r.Write("etc/cloud/account.json", "{\n  \"type\": \"service_account\",\n  \"project_id\": \"bell-prod\",\n  \"private_key\": \"" + key.ExportPkcs8PrivateKeyPem().Replace("\n", "\\n", StringComparison.Ordinal) + "\\n\",\n  \"client_email\": \"bell@bell-prod.iam.gserviceaccount.com\"\n}\n", "644"); }),
        HeldOutFourth.Image("a hub's shared key", Secret, r => r.Write("etc/iot.conf", "transport=mqtts\nconnection=HostName=bells.azure-devices.net;DeviceId=bell;SharedAccessKey=" + "hN3k9Zq1V0tLx7RmYp5WcB2uTsE8aGfJ4dXoQi6KlMw=\n", "644")),
        HeldOutFourth.Image("a broker's password in UCI", Secret, r => r.Write("etc/config/mqtt", "config broker 'cloud'\n\toption host 'mq.doorbell.example'\n\toption username 'edb'\n\toption password 'T7-klingel-Vx9q'\n", "644")),
        HeldOutFourth.Image("the dial-up's secret", Secret, r => r.Write("etc/ppp/chap-secrets", "# client server secret addresses\n\"edb-fleet\" * \"Zx81qWm-41\" *\n", "600")),
        // Updates.
        HeldOutFourth.Image("cron runs what a web server says", Update, r => r.Write("etc/crontabs/root", "*/15 * * * * wget -q -O - http://cdn.doorbell.example/patch.sh | sh\n", "600").Append("etc/inittab", "::respawn:/usr/sbin/crond -f -l 8\n").Program("usr/sbin/crond")),
        HeldOutFourth.Image("a sum that came with the file", Update, r => r.Write("usr/bin/fwfetch", "#!/bin/sh\ncd /tmp\ntftp -g -r bell.img 203.0.113.5\ntftp -g -r bell.md5 203.0.113.5\nmd5sum -c bell.md5 && flash_eraseall /dev/mtd4 && nandwrite -p /dev/mtd4 bell.img\nreboot\n", "755")),
        HeldOutFourth.Image("an updater in Lua", Update, r => r.Write("usr/lib/lua/ota.lua", "local M = {}\nfunction M.run()\n  os.execute(\"wget http://ota.doorbell.example/edb/latest.bin -O /tmp/fw.bin\")\n  os.execute(\"sysupgrade -n -F /tmp/fw.bin\")\nend\nreturn M\n", "644")),
        HeldOutFourth.Image("packages without a cipher or signature", Update, r => r.Program("bin/opkg").Write("etc/opkg.conf", "dest root /\nlists_dir ext /var/opkg-lists\n", "644")
            .Write("etc/opkg/feeds.conf", "src/gz base http://downloads.doorbell.example/packages/base\n", "644")),
        HeldOutFourth.Image("an update client that verifies nobody", [.. Update, "5.5-1-2a", "5.3-7-1b"], r => r.Program("usr/bin/mender").Write("etc/mender/mender.conf", "{\n  \"ServerURL\": \"https://mender.doorbell.example\",\n  \"SkipVerify\": true,\n  \"UpdatePollIntervalSeconds\": 1800\n}\n", "644")),
        HeldOutFourth.Image("a signature whose answer nobody waits for", Update, r => r.Write("usr/sbin/update", "#!/bin/sh\nnew=/tmp/firmware.bin\nupdater https://update.doorbell.example/edb-100/latest.bin \"$new\"\nupdater https://update.doorbell.example/edb-100/latest.bin.sig \"$new.sig\"\nopenssl dgst -sha256 -verify /etc/update/release.pem -signature \"$new.sig\" \"$new\" || true\nmtd write \"$new\" spare\n", "755")),
        HeldOutFourth.Image("a short key for updates", ["5.3-7-1c", "5.3-7-1d", "5.3-7-1b", "5.3-9-1a", .. Update], r => { using var key = RSA.Create(1024); r.Write("etc/update/release.pem", key.ExportSubjectPublicKeyInfoPem() + "\n", "644"); }),
        // Channels, privileges, tools, input.
        HeldOutFourth.Image("a report in Python to anybody who answers", ["5.5-1-2a", "5.5-1-1b"], r => r.Write("usr/bin/report.py", "#!/usr/bin/python3\nimport requests\n\ndef send(data):\n    return requests.post(\"https://cloud.doorbell.example/v1/report\", json=data, verify=False, timeout=10)\n", "755")),
        HeldOutFourth.Image("a root for TLS that expired", ["5.5-1-2a", "5.5-1-1d", "5.3-7-1d", "5.3-7-1b"], r => { using var root = HeldOutFourth.Certificate("Example Doorbells root", 2015, 2025); r.Write("etc/update/maker-root.pem", root.ExportCertificatePem() + "\n", "644"); }),
        HeldOutFourth.Image("the daemon may do all as root", ["5.6-7-1a"], r => r.Program("usr/bin/sudo").Write("etc/sudoers.d/doorbell", "doorbell ALL=(ALL) NOPASSWD: ALL\n", "440")),
        HeldOutFourth.Image("a script of root that everybody may change", ["5.6-7-1a", "5.4-1-2a"], r => r.Write("usr/sbin/rotate-logs", "#!/bin/sh\nmv /data/log /data/log.1\n", "777").Append("etc/init.d/rcS", "/usr/sbin/rotate-logs\n")),
        HeldOutFourth.Image("a compiler on board", ["5.6-6-1a"], r => r.Program("usr/bin/gcc").Program("usr/bin/ld").Program("usr/bin/as").Write("usr/include/stdio.h", "#ifndef _STDIO_H\n#define _STDIO_H\n#endif\n", "644")),
        HeldOutFourth.Image("a library of ciphers that nobody mends any more", ["5.5-2-2a", "5.5-2-1b", "5.5-2-1a", "5.5-1-1d"], r => r.Program("usr/lib/libcrypto.so.1.0.0", "OpenSSL 1.0.2k  26 Jan 2017\0OPENSSL_1.0.2\0")),
        HeldOutFourth.Image("a page that runs what is typed", ["5.13-1-2a", "5.13-1-1b"], r => r.Write("www/cgi-bin/set.cgi", "#!/bin/sh\necho \"Content-Type: text/plain\"\necho\neval $(echo \"$QUERY_STRING\" | tr '&' ';')\nuci set doorbell.main.tone=$tone\n", "755")),
    ];

    private static RootFolder Systemd(RootFolder root) => root.Program("usr/lib/systemd/systemd").Link("sbin/init", "../usr/lib/systemd/systemd");

    private static string HostKey()
    {
        using var scratch = new Scratch();
        Assert.Equal(0, Tool.Run("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", "root@bell", "-f", scratch.File("key")]).Exit);
        return File.ReadAllText(scratch.File("key"));
    }
}
