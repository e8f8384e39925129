using Assay.Traffic.Captures;
using Assay.Traffic.Tests;
using static Assay.Assessment.Tests.Mutation.HeldOutFourth;
using static Assay.Assessment.Tests.Mutation.Speech;

namespace Assay.Assessment.Tests.Mutation;

/// <summary>What looks like a fault of the fifth set and is none.</summary>
internal static class HeldOutFifthHonest
{
    private const string Device = Capture.Device, Phone = Capture.Phone;

    public static IReadOnlyList<(string Name, Func<HonestDossier> Dossier)> All =>
    [
        Image("an SSH server's settings that let nobody in by password", r => r.Write("etc/ssh/sshd_config", "# PermitEmptyPasswords yes\nPermitRootLogin no\nPermitEmptyPasswords no\nPasswordAuthentication no\n", "600")),
        Image("a list of keys that is empty", r => r.Write("root/.ssh/authorized_keys", "# none\n", "600")),
        Image("a broker for programs of the device alone", r => r.Write("etc/mosquitto/mosquitto.conf", "# allow_anonymous true\nlistener 1883 127.0.0.1\nallow_anonymous false\npassword_file /data/mosquitto.passwd\n", "644")),
        Image("a bridge whose password the unit has in its data", r => r.Write("etc/mosquitto/conf.d/bridge.conf", "connection cloud\naddress mq.doorbell.example:8883\n#remote_password secret\nbridge_cafile /etc/update/maker-root.pem\nbridge_certfile /data/device.pem\nbridge_keyfile /data/device.key\n", "644")),
        Image("SNMP that is commented out", r => r.Write("etc/snmp/snmpd.conf", "#rocommunity public\n#rwcommunity private\n", "644")),
        Image("an inetd without services", r => r.Write("etc/inetd.conf", "#telnet\tstream\ttcp\tnowait\troot\t/usr/sbin/telnetd\ttelnetd -i\n", "644")),
        Image("a xinetd whose service is off", r => r.Write("etc/xinetd.d/tftp", "service tftp\n{\n  server = /usr/sbin/in.tftpd\n  disable = yes\n}\n", "644")),
        Image("SWUpdate with its key", r => r.Write("etc/swupdate.cfg", "globals : {\n  verbose = false;\n  public-key-file = \"/etc/update/release.pem\";\n};\nsuricatta : {\n  url = \"https://update.doorbell.example\";\n};\n", "644")),
        Image("packages of opkg over http, signed", r => r.Write("etc/opkg.conf", "dest root /\noption check_signature 1\nsrc/gz base http://packages.doorbell.example/edb/base\n", "644")),
        Image("packages of rpm, signed", r => r.Write("etc/yum.repos.d/edb.repo", "[edb]\nname=EDB\nbaseurl=https://rpm.doorbell.example/edb/\nenabled=1\ngpgcheck=1\ngpgkey=file:///etc/update/release.pem\n", "644")),
        Image("packages of Debian, signed", r => r.Write("etc/apt/sources.list", "# deb [trusted=yes] http://old.doorbell.example/edb stable main\ndeb [signed-by=/etc/update/release.gpg] http://deb.doorbell.example/edb stable main\n", "644")),
        Image("Mender with its key", r => r.Write("etc/mender/mender.conf", "{\"ServerURL\": \"https://hosted.doorbell.example\", \"SkipVerify\": false, \"ArtifactVerifyKey\": \"/etc/update/release.pem\", \"UpdatePollIntervalSeconds\": 86400}\n", "644")),
        Image("RAUC with its keys and a server that is checked", r => r.Write("etc/rauc/system.conf", "[system]\ncompatible=edb-100\nbootloader=uboot\n[keyring]\npath=/etc/update/maker-root.pem\n", "644").Write("etc/rauc-hawkbit-updater/config.conf", "[client]\nhawkbit_server = hawkbit.doorbell.example\nssl = true\nssl_verify = true\n#gateway_token = cb115a721af28f781b493fa467819ef5\n", "644")),
        Image("an access point whose passphrase is made on the unit", r => r.Write("etc/hostapd.conf", "interface=wlan0\nssid=EDB-SETUP\nwpa=2\nwpa_key_mgmt=SAE\nrsn_pairwise=CCMP\nwpa_psk_file=/data/hostapd.psk\n#wpa_passphrase=12345678\n", "600")),
        Image("a wireless network still to be told", r => r.Write("etc/wpa_supplicant/wpa_supplicant.conf", "ctrl_interface=/run/wpa_supplicant\nupdate_config=1\n# network={ ssid=\"example\" psk=\"very secret passphrase\" }\n", "600")),
        Image("a tunnel whose key the unit makes", r => r.Write("etc/wireguard/wg0.conf", $"[Interface]\n# PrivateKey is set from /data/wg.key\nPostUp = wg set %i private-key /data/wg.key\n[Peer]\nPublicKey = {Convert.ToBase64String(new byte[32])}\nEndpoint = vpn.doorbell.example:51820\n", "600")),
        Image("secrets of IPsec that nobody filled", r => r.Write("etc/ipsec.secrets", "# include /data/ipsec.secrets\n", "600")),
        Image("nginx with versions of TLS that are in use", r => r.Write("etc/nginx/nginx.conf", "http {\n  # ssl_protocols SSLv3;\n  ssl_protocols TLSv1.2 TLSv1.3;\n  ssl_ciphers ECDHE-ECDSA-AES128-GCM-SHA256:!RC4:!3DES:!aNULL;\n}\n", "644")),
        Image("a template with places for passwords", r => r.Write("etc/templates/cloud.tmpl", "user=%(user)s\npassword=%(password)s\ntoken: {{ token }}\napi_key=<your key>\nsecret=${SECRET}\nAuthPass=\n", "644")),
        Image("a nightly look after logs", r => r.Write("etc/crontabs/root", "0 3 * * * find /tmp -name '*.log' -delete\n#0 4 * * * wget -qO- http://update.doorbell.example/run.sh | sh\n", "600")),
        Image("an update over http that is verified before it is written", r => r.Write("usr/sbin/update2", "#!/bin/sh\nset -e\nwget -q -O /tmp/fw.bin http://update.doorbell.example/fw.bin\nwget -q -O /tmp/fw.sig http://update.doorbell.example/fw.sig\nopenssl dgst -sha256 -verify /etc/update/release.pem -signature /tmp/fw.sig /tmp/fw.bin || exit 1\nmtd write /tmp/fw.bin firmware\n", "755")),
        Image("a stick whose update is verified", r => r.Write("etc/hotplug.d/block/20-usb", "#!/bin/sh\nmount /dev/$DEVNAME /mnt\nopenssl dgst -sha256 -verify /etc/update/release.pem -signature /mnt/firmware.sig /mnt/firmware.bin && mtd write /mnt/firmware.bin firmware\n", "755")),
        Image("a kernel whose memory is kept apart", r => r.Write("boot/config-5.10.245", "CONFIG_ARM=y\nCONFIG_MMU=y\n# CONFIG_DEVMEM is not set\nCONFIG_STRICT_KERNEL_RWX=y\nCONFIG_STACKPROTECTOR_STRONG=y\n", "644")),
        Image("a boot loader that does not wait", r => r.Write("boot/uEnv.txt", "bootdelay=-2\nsilent=1\nbootargs=quiet root=/dev/mtdblock3 ro init=/sbin/init\n", "644")),
        Image("a public key in many forms", r => r.Write("etc/update/next.pub", "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ2mB7Zl7b0q7n4z0Yp4r5vY8c0m3m1q9Jt5p3k1Qw7e release\n", "644").Write("etc/update/next.jwk", "{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU\",\"y\":\"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0\"}", "644")),
        Image("text files with names of leftovers", r => r.Write("usr/share/doc/core", "The core of the doorbell.\n", "644").Write("usr/share/doc/.gitignore", "*.o\n", "644").Write("usr/share/doc/history", "1.0 first version\n1.1 keys made on the unit\n", "644")),
        Image("one command of root for the bell's program", r => r.Write("etc/sudoers.d/10-doorbell", "doorbell ALL=(root) NOPASSWD: /sbin/reboot\n", "440")),
        Image("the settings of a web server that asks in its data", r => r.Write("etc/httpd.conf", "A:127.0.0.1\nD:*\n", "644").Write("etc/lighttpd/lighttpd.conf", "server.bind = \"127.0.0.1\"\nauth.backend = \"htdigest\"\nauth.backend.htdigest.userfile = \"/data/lighttpd.user\"\n", "644")),
        Wire("a knock at a door that is shut", c => c.Tcp(Phone, 40000, Device, 23, 1000, 0, TcpFlags.Syn, []).Tcp(Device, 23, Phone, 40000, 0, 1001, TcpFlags.Reset | TcpFlags.Acknowledge, [])),
        Wire("a phone that logs in to its router", c => c.Connect(Phone, "192.168.1.1", 80).Say(Http("GET / HTTP/1.1\r\nHost: 192.168.1.1\r\nAuthorization: Basic YWRtaW46YWRtaW4="), Http("HTTP/1.1 200 OK", "ok"))),
        Wire("a phone that dials another device", c => c.Connect(Phone, "192.168.1.40", 23).Say(Ascii("root\r\n"), Ascii("Password: "))),
        Wire("questions that nobody answers", c => c.Udp(Phone, 40100, Device, 161, [0x30, 0x26, 2, 1, 1, 4, 6, .. "public"u8, 0xa0, 0x19, 2, 1, 1, 2, 1, 0, 2, 1, 0, 0x30, 0x0e, 0x30, 0x0c, 6, 8, 0x2b, 6, 1, 2, 1, 1, 5, 0, 5, 0]).Udp(Phone, 1900, "239.255.255.250", 1900, Ascii("M-SEARCH * HTTP/1.1\r\nHOST: 239.255.255.250:1900\r\nMAN: \"ssdp:discover\"\r\nMX: 1\r\nST: ssdp:all\r\n\r\n"))),
        Field("the support period in another notation", d => d.Record("Support Period", "31.12.2031")),
        Field("the support period in words", d => d.Record("Support Period", "Security updates until 31 December 2031")),
        Field("old versions that are refused", d => d.Field("ComMech-2", "Cryptographic Details", "TLS 1.3; TLS 1.0, 1.1 and 1.2, SHA-1 and RC4 are refused")),
        Field("a look for updates every day", d => d.Field("UpdMech-1", "Update Checking", "Every 24 hours and after each start")),
        Field("five attempts in an hour", d => d.Field("AuthMech-1", "Brute Force Prevention", "5 attempts per hour, then locked for 60 minutes")),
        Field("a generator that is random", d => d.Condition("presetPasswords", "yes").Claim("5.1-2", "yes").Field("AuthMech-1", "Default Status", "A password is preset").Field("AuthMech-1", "Password Generation Mechanism", "16 characters of a random generator in hardware, each of 64, not derived from the serial number or the MAC address")),
        Field("confirmed in another word", d => d.Record("Confirmation of Secure Development", "Confirmed")),
        Field("a type in more words", d => d.Field("SecParam-2", "Type", "Critical security parameter").Field("SecParam-3", "Type", "Public security parameter")),
        Field("a service named in more words", d => d.Field("DelFunc-2", "Target Type", "Associated service (cloud)")),
        Field("a debug interface that is off for good", d => d.Field("Intf-2", "Status", "Disabled permanently")),
        Field("several channels in one field", d => d.Field("PersData-1", "Secure Communication Mechanisms", "ComMech-1, ComMech-2")),
    ];

    private static (string, Func<HonestDossier>) Image(string name, Action<RootFolder> change) => (name, HeldOutFourth.Image(name, [], change).Dossier);

    private static (string, Func<HonestDossier>) Wire(string name, Action<Capture> say) => (name, () => Heard(say));

    private static (string, Func<HonestDossier>) Field(string name, Func<HonestDossier, HonestDossier> change) => (name, () => change(HonestDossier.Of(0)));
}
