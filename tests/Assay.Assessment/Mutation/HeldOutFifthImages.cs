using System.Security.Cryptography;
using static Assay.Assessment.Tests.Mutation.HeldOutFourth;

namespace Assay.Assessment.Tests.Mutation;

/// <summary>Faults of the fifth set in firmware: the configuration of real programs, as a laboratory finds it in the images of many makers.</summary>
internal static class HeldOutFifthImages
{
    // Accounts.
    private static readonly HeldOutFault[] Accounts =
    [
        Image("root with a password that is on every list, and an SSH server", ["5.1-1-2c"], r => r.Write("etc/shadow", $"root:{Hash("6", "12345")}:19000:0:99999:7:::\ndoorbell:!:19000::::::\n", "600").Starts("usr/sbin/dropbear", "dropbear -R -p 22")),
        Image("a second account of user number 0 without a password", ["5.1-1-2c"], r => r.Append("etc/passwd", "toor::0:0::/root:/bin/sh\n")),
        Image("a hash of the time of DES in a file that everybody reads", ["5.4-1-2a"], r => r.Append("etc/passwd", "support:ab1cGlzLkGn8Q:500:500::/tmp:/bin/sh\n")),
        Image("the file of hashes readable by everybody", ["5.4-1-2a"], r => r.Write("etc/shadow", $"root:{Hash("6", "tumbling-otter-41-qx")}:19000:0:99999:7:::\n", "644")),
        Image("accounts of lighttpd in clear", ["5.4-1-2a", "5.4-3-2a", "5.1-1-2c"], r => r.Write("etc/lighttpd/lighttpd.conf", "server.port = 80\nserver.modules += ( \"mod_auth\", \"mod_authn_file\" )\nauth.backend = \"plain\"\nauth.backend.plain.userfile = \"/etc/lighttpd/lighttpd.user\"\nauth.require = ( \"/\" => ( \"method\" => \"basic\", \"realm\" => \"device\", \"require\" => \"valid-user\" ) )\n", "644").Write("etc/lighttpd/lighttpd.user", "admin:admin\noperator:Vf3xq81\n", "644")),
        Image("an account of the httpd of busybox in its configuration", ["5.4-1-2a", "5.4-3-2a", "5.1-1-2c"], r => r.Write("etc/httpd.conf", "A:192.168.0.0/16\n/:admin:admin\n/cgi-bin:service:service1\n", "644")),
        Image("an account of nginx with a known password", ["5.1-1-2c"], r => r.Write("etc/nginx/.htpasswd", $"admin:{Hash("apr1", "password")}\n", "644")),
        Image("an SSH server that takes empty passwords of root", ["5.1-1-2c", "5.5-4-2a", "5.1-5-2a"], r => r.Write("etc/ssh/sshd_config", "Port 22\nPermitRootLogin yes\nPermitEmptyPasswords yes\nPasswordAuthentication yes\n", "600").Starts("usr/sbin/sshd", "/usr/sbin/sshd")),
        Image("a developer's key lets the developer into every unit", ["5.1-1-2a", "5.1-5-2a", "5.5-4-2a", "5.4-4-1b", "5.6-6-1a"], r => r.Write("root/.ssh/authorized_keys", "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ2mB7Zl7b0q7n4z0Yp4r5vY8c0m3m1q9Jt5p3k1Qw7e build@dev-laptop\n", "600").Starts("usr/sbin/dropbear", "dropbear -s -g")),
        Image("sudo for everything without a password", ["5.6-7-1a"], r => r.Write("etc/sudoers.d/10-doorbell", "doorbell ALL=(ALL) NOPASSWD: ALL\n", "440")),
        Image("the account of PPPoE of the maker's test line", ["5.4-3-2a"], r => r.Write("etc/ppp/chap-secrets", "# client server secret addresses\n\"test0017@isp.example\" * \"k8Fs!2mmQ\" *\n", "600")),
        Image("Samba with guests that may write", ["5.5-4-2a", "5.6-1-2b"], r => r.Write("etc/samba/smb.conf", "[global]\n  workgroup = HOME\n  map to guest = Bad User\n[share]\n  path = /data\n  guest ok = yes\n  read only = no\n", "644").Starts("usr/sbin/smbd", "smbd -D")),
        Image("FTP for anybody, with upload", ["5.5-4-2a", "5.6-1-2b"], r => r.Write("etc/vsftpd.conf", "listen=YES\nanonymous_enable=YES\nwrite_enable=YES\nanon_upload_enable=YES\nanon_root=/data\n", "644").Starts("usr/sbin/vsftpd", "vsftpd /etc/vsftpd.conf")),
    ];

    // Services.
    private static readonly HeldOutFault[] Services =
    [
        Image("a broker that takes anybody", ["5.5-4-2a", "5.5-5-2a", "5.6-1-2b"], r => r.Write("etc/mosquitto/mosquitto.conf", "listener 1883 0.0.0.0\nallow_anonymous true\n", "644").Starts("usr/sbin/mosquitto", "mosquitto -d -c /etc/mosquitto/mosquitto.conf")),
        Image("the password of the bridge of a broker", ["5.4-3-2a"], r => r.Write("etc/mosquitto/conf.d/bridge.conf", "connection cloud\naddress mq.doorbell.example:8883\nremote_username fleet\nremote_password 7Gq-wl0Zr2\ntopic # out 1\n", "644")),
        Image("SNMP that everybody may write", ["5.5-4-2a", "5.5-5-2a", "5.6-1-2b"], r => r.Write("etc/snmp/snmpd.conf", "agentAddress udp:161\nrocommunity public\nrwcommunity private\n", "644").Starts("usr/sbin/snmpd", "snmpd -c /etc/snmp/snmpd.conf")),
        Image("Telnet by inetd", ["5.6-1-2b", "5.1-3-2a", "5.5-1-2a"], r => r.Program("usr/sbin/telnetd").Write("etc/inetd.conf", "#ftp stream tcp nowait root /usr/sbin/ftpd ftpd\ntelnet\tstream\ttcp\tnowait\troot\t/usr/sbin/telnetd\ttelnetd -i\n", "644").Append("etc/init.d/rcS", "\ninetd /etc/inetd.conf\n")),
        Image("TFTP by xinetd", ["5.6-1-2b"], r => r.Program("usr/sbin/in.tftpd").Write("etc/xinetd.d/tftp", "service tftp\n{\n  socket_type = dgram\n  protocol = udp\n  wait = yes\n  user = root\n  server = /usr/sbin/in.tftpd\n  server_args = -c -s /tmp\n  disable = no\n}\n", "644").Starts("usr/sbin/xinetd", "xinetd -stayalive")),
        Image("TFTP by dnsmasq", ["5.6-1-2b"], r => r.Write("etc/dnsmasq.conf", "enable-tftp\ntftp-root=/tmp\ninterface=wlan0\n", "644").Starts("usr/sbin/dnsmasq", "dnsmasq -C /etc/dnsmasq.conf")),
        Image("a shell on a port by nc", ["5.5-4-2a", "5.6-1-2b", "5.6-4-2b"], r => r.Append("etc/init.d/rcS", "\nnc -lk -p 4444 -e /bin/sh &\n")),
        Image("a shell on a port by socat", ["5.5-4-2a", "5.6-1-2b", "5.6-4-2b"], r => r.Starts("usr/bin/socat", "socat TCP-LISTEN:9999,reuseaddr,fork EXEC:/bin/sh,stderr &")),
        Image("the debug bridge of Android, started by systemd", ["5.6-4-2b", "5.6-4-2a", "5.6-1-2b", "5.6-6-1a"], r => r.Program("usr/bin/adbd").Write("etc/systemd/system/adbd.service", "[Unit]\nDescription=adb\n[Service]\nExecStart=/usr/bin/adbd\nRestart=always\n[Install]\nWantedBy=multi-user.target\n", "644").Link("etc/systemd/system/multi-user.target.wants/adbd.service", "/etc/systemd/system/adbd.service")),
        Image("root at the serial console by systemd, without a question", ["5.6-4-2a", "5.6-4-2b"], r => r.Write("etc/systemd/system/serial-getty@ttyS0.service.d/autologin.conf", "[Service]\nExecStart=\nExecStart=-/sbin/agetty --autologin root --keep-baud 115200 %I $TERM\n", "644").Link("etc/systemd/system/getty.target.wants/serial-getty@ttyS0.service", "/lib/systemd/system/serial-getty@.service")),
        Image("Redis for everybody", ["5.5-4-2a", "5.6-1-2b"], r => r.Write("etc/redis/redis.conf", "bind 0.0.0.0\nprotected-mode no\nport 6379\n", "644").Starts("usr/bin/redis-server", "redis-server /etc/redis/redis.conf")),
        Image("a file server for root of everybody", ["5.5-4-2a", "5.6-1-2b"], r => r.Write("etc/exports", "/data *(rw,no_root_squash,insecure)\n", "644").Starts("usr/sbin/rpc.nfsd", "exportfs -a; rpc.nfsd 4")),
        Image("ports of the home opened for whoever asks", ["5.6-1-2b", "5.5-4-2a"], r => r.Write("etc/miniupnpd.conf", "ext_ifname=wlan0\nlistening_ip=wlan0\nport=5000\nenable_upnp=yes\nsecure_mode=no\n", "644").Starts("usr/sbin/miniupnpd", "miniupnpd -f /etc/miniupnpd.conf")),
        Image("a web server of the maker, port 8080, as root", ["5.6-1-2b"], r => r.Write("etc/boa/boa.conf", "Port 8080\nUser root\nGroup root\nDocumentRoot /www\nScriptAlias /cgi-bin/ /www/cgi-bin/\n", "644").Starts("usr/sbin/boa", "boa -c /etc/boa")),
        Image("the debugger's server at boot", ["5.6-4-2b", "5.6-1-2b", "5.6-6-1a"], r => r.Starts("usr/bin/gdbserver", "gdbserver --multi :2345 &")),
        Image("the bell's program started as root", ["5.6-7-1a"], r => r.Write("etc/init.d/S50doorbelld", "#!/bin/sh\necho 17 > /sys/class/gpio/export\nstart-stop-daemon -S -b -x /usr/sbin/doorbelld\n", "755")),
        Image("remote management by TR-069 in clear, with its password", ["5.4-3-2a", "5.5-1-2a"], r => r.Write("etc/config/easycwmp", "config local\n\toption enable '1'\n\toption port '7547'\nconfig acs\n\toption url 'http://acs.doorbell.example:7547/acs'\n\toption username 'cpe'\n\toption password 'Jr8-cpe-all'\n", "644").Starts("usr/sbin/easycwmpd", "easycwmpd -b")),
    ];

    // Radio and tunnels.
    private static readonly HeldOutFault[] Networks =
    [
        Image("the same passphrase on the access point of every unit", ["5.4-3-2a", "5.1-1-2c", "5.4-4-1b"], r => r.Write("etc/hostapd.conf", "interface=wlan0\nssid=EDB-SETUP\nwpa=2\nwpa_key_mgmt=WPA-PSK\nrsn_pairwise=CCMP\nwpa_passphrase=12345678\n", "600")),
        Image("an access point with WEP", ["5.5-1-2a", "5.4-3-2a"], r => r.Write("etc/hostapd/hostapd.conf", "interface=wlan0\nssid=EDB-SETUP\nauth_algs=3\nwep_default_key=0\nwep_key0=\"vwxyz\"\n", "600")),
        Image("an access point with a fixed PIN", ["5.4-3-2a", "5.1-1-2c", "5.4-4-1b"], r => r.Write("etc/hostapd-wps.conf", "interface=wlan0\nssid=EDB\nwpa=2\nwps_state=2\nap_pin=12345670\nconfig_methods=label\n", "600")),
        Image("the account of the maker's own enterprise network", ["5.4-3-2a"], r => r.Write("etc/wpa_supplicant/wpa_supplicant.conf", "network={\n  ssid=\"factory-line\"\n  key_mgmt=WPA-EAP\n  eap=PEAP\n  identity=\"line7\"\n  password=\"Umbrella-Kite-5\"\n  phase2=\"auth=MSCHAPV2\"\n}\n", "600")),
        Image("the wireless key in the configuration of OpenWrt", ["5.4-3-2a"], r => r.Write("etc/config/wireless", "config wifi-iface\n\toption device 'wlan0'\n\toption mode 'ap'\n\toption ssid 'EDB-setup'\n\toption encryption 'psk2'\n\toption key 'setup2020!'\n", "600")),
        Image("the private key of WireGuard", ["5.4-3-2a", "5.4-4-1b"], r => r.Write("etc/wireguard/wg0.conf", $"[Interface]\nPrivateKey = {Convert.ToBase64String(Some(32))}\nAddress = 10.8.0.2/32\n[Peer]\nPublicKey = {Convert.ToBase64String(Some(32))}\nEndpoint = vpn.doorbell.example:51820\nAllowedIPs = 10.8.0.0/24\n", "600")),
        Image("the shared key of IPsec", ["5.4-3-2a", "5.4-4-1b"], r => r.Write("etc/ipsec.secrets", "%any gw.doorbell.example : PSK \"maple-Orchard-77\"\n", "600")),
        Image("the static key of OpenVPN inside its profile", ["5.4-3-2a", "5.4-4-1b"], r => r.Write("etc/openvpn/support.ovpn", $"remote vpn.doorbell.example 1194\ndev tun\n<secret>\n-----BEGIN OpenVPN Static key V1-----\n{string.Join('\n', Convert.ToHexString(Some(256)).ToLowerInvariant().Chunk(32).Select(c => new string(c)))}\n-----END OpenVPN Static key V1-----\n</secret>\n", "600")),
        Image("the PIN of Bluetooth 0000", ["5.1-1-2c", "5.4-3-2a"], r => r.Write("etc/bluetooth/pin.conf", "* 0000\n", "600").Append("etc/init.d/rcS", "\nbt-agent -c NoInputNoOutput -p /etc/bluetooth/pin.conf -d\n")),
        Image("the key of LoRaWAN, the same for all", ["5.4-3-2a", "5.4-4-1b"], r => r.Write("etc/lora/config.json", "{\"DevEUI\": \"70B3D57ED0000001\", \"AppKey\": \"8A1F44C09D7E63B25510AE97F3C826DB\", \"region\": \"EU868\"}\n", "644")),
    ];

    // Keys, tokens, leftovers.
    private static readonly HeldOutFault[] Secrets =
    [
        Image("a host key in the format of Dropbear", ["5.4-3-2a", "5.4-4-1b"], r => r.Bytes("etc/dropbear/dropbear_ed25519_host_key", [0, 0, 0, 11, .. "ssh-ed25519"u8, 0, 0, 0, 64, .. Some(64)], "600")),
        Image("a key of PuTTY", ["5.4-3-2a"], r => r.Write("root/support.ppk", $"PuTTY-User-Key-File-3: ssh-ed25519\nEncryption: none\nComment: support\nPublic-Lines: 2\nAAAAC3NzaC1lZDI1NTE5AAAAI{Convert.ToBase64String(Some(32))}\nPrivate-Lines: 1\n{Convert.ToBase64String(Some(32))}\nPrivate-MAC: {Convert.ToHexString(Some(32)).ToLowerInvariant()}\n", "600")),
        Image("a private key as JSON", ["5.4-3-2a"], r => r.Write("etc/cloud/identity.jwk", $"{{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"{Url(32)}\",\"y\":\"{Url(32)}\",\"d\":\"{Url(32)}\"}}", "644")),
        Image("a private key in one line of JSON", ["5.4-3-2a"], r => r.Write("etc/cloud/service-account.json", System.Text.Json.JsonSerializer.Serialize(new Dictionary<string, string> { ["type"] = "service_account", ["client_email"] = "fleet@doorbell.example", ["private_key"] = Key() }), "644")),
        Image("a private key as plain DER", ["5.4-3-2a"], r => r.Bytes("usr/share/device/id.bin", Der(), "644")),
        Image("a private key inside a program", ["5.4-3-2a"], r => r.Program("usr/sbin/enroll", Key())),
        Image("the claim key of a cloud in a folder of its own", ["5.4-3-2a", "5.4-4-1b"], r => r.Write("opt/aws/claim/claim.private.pem.key", Rsa(), "644")),
        Image("access to a cloud's storage in a script", ["5.4-3-2a"], r => r.Write("usr/sbin/upload-log", "#!/bin/sh\nexport AWS_ACCESS_KEY_ID=AKIAQ3ZL7WTVN5K2HBRD\nexport AWS_SECRET_ACCESS_KEY=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\naws s3 cp /tmp/log s3://doorbell-logs/\n", "755")),
        Image("a connection string of a cloud's hub", ["5.4-3-2a", "5.4-4-1b"], r => r.Write("etc/iothub.conf", $"connection_string=HostName=doorbell.azure-devices.example;DeviceId=edb;SharedAccessKey={Convert.ToBase64String(Some(32))}\n", "644")),
        Image("a password in the address of a broker", ["5.4-3-2a"], r => r.Write("etc/default/publish", "BROKER=mqtts://fleet:Pq7-zebra-19@mq.doorbell.example:8883\n", "644")),
        Image("the password of a mailbox", ["5.4-3-2a"], r => r.Write("etc/ssmtp/ssmtp.conf", "root=alerts@doorbell.example\nmailhub=mail.doorbell.example:587\nAuthUser=alerts@doorbell.example\nAuthPass=Wq91-lantern\nUseSTARTTLS=YES\n", "640")),
        Image("a token of the source's host left in its folder", ["5.4-3-2a", "5.6-6-1a"], r => r.Write("www/.git/config", "[core]\n\tbare = false\n[remote \"origin\"]\n\turl = https://ci:ghp_a7Xk29Qm4ZrT8vLw1NcB6yHd3JfSg5Ue0PoR@git.doorbell.example/fw.git\n", "644").Write("www/.git/HEAD", "ref: refs/heads/main\n", "644")),
        Image("a folder of Subversion", ["5.6-6-1a"], r => r.Bytes("www/.svn/wc.db", [.. "SQLite format 3\0"u8, .. new byte[84]], "644").Write("www/.svn/entries", "12\n", "644").Write("www/.svn/format", "12\n", "644")),
        Image("what a developer typed", ["5.6-6-1a", "5.4-3-2a"], r => r.Write("root/.ash_history", "ifconfig\nmount -o remount,rw /\ncurl -u admin:Velvet-Harbor-3 https://jenkins.doorbell.example/job/fw\nreboot\n", "600")),
        Image("the memory of a program that crashed", ["5.6-6-1a"], r => r.Bytes("root/core.412", Core(), "600")),
        Image("a test authority among those trusted", ["5.6-6-1a", "5.5-1-2a"], r => r.Write("etc/ssl/certs/mitmproxy-ca-cert.pem", Certificate("mitmproxy", 2025, 2035).ExportCertificatePem(), "644")),
    ];

    // Updates.
    private static readonly HeldOutFault[] Updates =
    [
        Image("a script from the net piped into a shell every night", ["5.3-2-2b", "5.3-9-1a", "5.3-9-1b", "5.3-10-1b"], r => r.Write("etc/crontabs/root", "0 3 * * * wget -qO- http://update.doorbell.example/run.sh | sh\n", "600").Append("etc/init.d/rcS", "\ncrond\n")),
        Image("packages of opkg over http, unsigned", ["5.3-2-2b", "5.3-9-1b", "5.3-10-1b"], r => r.Write("etc/opkg.conf", "dest root /\nlists_dir ext /tmp/opkg-lists\nsrc/gz base http://packages.doorbell.example/edb/base\n", "644")),
        Image("packages of rpm without a look at the signature", ["5.3-2-2b", "5.3-9-1b", "5.3-10-1b"], r => r.Write("etc/yum.repos.d/edb.repo", "[edb]\nname=EDB\nbaseurl=http://rpm.doorbell.example/edb/\nenabled=1\ngpgcheck=0\n", "644")),
        Image("packages of Debian trusted as they come", ["5.3-2-2b", "5.3-9-1b", "5.3-10-1b"], r => r.Write("etc/apt/sources.list", "deb [trusted=yes] http://deb.doorbell.example/edb stable main\n", "644")),
        Image("SWUpdate without a key", ["5.3-2-2b", "5.3-9-1b", "5.3-10-1b"], r => r.Write("etc/swupdate.cfg", "globals : {\n  verbose = true;\n  no-signature-check = true;\n};\nsuricatta : {\n  url = \"http://hawkbit.doorbell.example:8080\";\n  id = \"edb\";\n  tenant = \"default\";\n};\n", "644")),
        Image("RAUC that asks a server in clear", ["5.3-2-2b", "5.3-10-1b", "5.5-1-2a"], r => r.Write("etc/rauc-hawkbit-updater/config.conf", "[client]\nhawkbit_server = hawkbit.doorbell.example:8080\nssl = false\nssl_verify = false\ntenant_id = DEFAULT\ntarget_name = edb\n", "644")),
        Image("the token with which all units ask for updates", ["5.4-3-2a", "5.4-4-1b"], r => r.Write("etc/rauc-hawkbit-updater/config.conf", "[client]\nhawkbit_server = hawkbit.doorbell.example\nssl = true\nssl_verify = true\ntenant_id = DEFAULT\ngateway_token = cb115a721af28f781b493fa467819ef5\n", "600")),
        Image("Mender that believes any server", ["5.3-2-2b", "5.3-10-1b", "5.5-1-2a"], r => r.Write("etc/mender/mender.conf", "{\"ServerURL\": \"https://hosted.doorbell.example\", \"SkipVerify\": true, \"UpdatePollIntervalSeconds\": 86400}\n", "644")),
        Image("an update from any stick that is plugged in", ["5.3-2-2b", "5.3-9-1a", "5.3-9-1b"], r => r.Write("etc/hotplug.d/block/20-usb", "#!/bin/sh\nmount /dev/$DEVNAME /mnt\n[ -f /mnt/autorun.sh ] && sh /mnt/autorun.sh\n[ -f /mnt/firmware.bin ] && mtd write /mnt/firmware.bin firmware && reboot\n", "755")),
        Image("an update whose certificate nobody checks", ["5.3-2-2b", "5.3-10-1b", "5.5-1-2a"], r => r.Write("usr/sbin/fwcheck", "#!/bin/sh\ncurl -k -s -o /tmp/fw.bin https://update.doorbell.example/fw.bin\nsysupgrade -F -n /tmp/fw.bin\n", "755").Append("etc/init.d/rcS", "\n/usr/sbin/fwcheck &\n")),
        Image("an update checked by a sum from the same place", ["5.3-2-2b", "5.3-9-1b", "5.3-10-1b"], r => r.Write("usr/sbin/getfw", "#!/bin/sh\ncd /tmp\nwget -q http://update.doorbell.example/fw.bin http://update.doorbell.example/fw.md5\nmd5sum -c fw.md5 || exit 1\ndd if=fw.bin of=/dev/mtdblock2 bs=64k\nreboot\n", "755").Append("etc/init.d/rcS", "\n/usr/sbin/getfw &\n")),
    ];

    // Hardening and transport.
    private static readonly HeldOutFault[] Hardening =
    [
        Image("nginx with versions of TLS that are withdrawn", ["5.5-1-2a", "5.5-1-1c", "5.1-3-2a"], r => r.Write("etc/nginx/nginx.conf", "events {}\nhttp {\n  server {\n    listen 443 ssl;\n    ssl_certificate /data/server.pem;\n    ssl_protocols SSLv3 TLSv1 TLSv1.1;\n    ssl_ciphers RC4:3DES:!aNULL;\n  }\n}\n", "644").Starts("usr/sbin/nginx", "nginx -c /etc/nginx/nginx.conf")),
        Image("a library of TLS from 2013", ["5.5-2-1a", "5.5-2-2a", "5.5-1-1d", "5.5-2-1b"], r => r.Program("usr/lib/libssl.so.1.0.0", "OpenSSL 1.0.1e 11 Feb 2013\0SSLv3 part of OpenSSL 1.0.1e 11 Feb 2013")),
        Image("a short key in the server's certificate", ["5.5-1-2a", "5.1-3-2a"], r => r.Write("etc/lighttpd/server.crt", Certificate("edb.local", 2025, 2030, 1024).ExportCertificatePem(), "644")),
        Image("a program that starts any other, with the rights of root for everybody", ["5.6-7-1a"], r => r.Program("usr/bin/find").Mode("usr/bin/find", "4755")),
        Image("accounts that everybody can change", ["5.6-7-1a", "5.4-1-2a"], r => r.Mode("etc/passwd", "666")),
        Image("a nightly script of root that everybody can change", ["5.6-7-1a"], r => r.Write("etc/cron.daily/clean", "#!/bin/sh\nrm -rf /tmp/*.log\n", "777").Append("etc/init.d/rcS", "\ncrond\n")),
        Image("a start that ends in a shell", ["5.6-4-2a", "5.6-4-2b"], r => r.Write("boot/cmdline.txt", "console=ttyS0,115200 root=/dev/mmcblk0p2 rw init=/bin/sh\n", "644")),
        Image("a boot loader that waits for keys", ["5.6-4-2a"], r => r.Write("boot/uEnv.txt", "bootdelay=5\nconsole=ttyS0,115200\nbootargs=console=ttyS0,115200 root=/dev/mtdblock3\n", "644")) with { Contradiction = true },
    ];

    public static HeldOutFault[] All => [.. Accounts, .. Services, .. Networks, .. Secrets, .. Updates, .. Hardening];

    /// <summary>A program that is there and that the start script runs.</summary>
    public static RootFolder Starts(this RootFolder folder, string program, string command) => folder.Program(program).Append("etc/init.d/rcS", $"\n{command}\n");

    private static byte[] Some(int length) => RandomNumberGenerator.GetBytes(length);

    private static string Url(int length) => Convert.ToBase64String(Some(length)).TrimEnd('=').Replace('+', '-').Replace('/', '_');

    private static string Key()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return key.ExportPkcs8PrivateKeyPem();
    }

    private static byte[] Der()
    {
        using var key = RSA.Create(2048);
        return key.ExportPkcs8PrivateKey();
    }

    private static string Rsa()
    {
        using var key = RSA.Create(2048);
        return key.ExportRSAPrivateKeyPem();
    }

    /// <summary>The head of a file of the type core of ELF, 32 bits, little endian, and some memory.</summary>
    private static byte[] Core() => [0x7f, .. "ELF"u8, 1, 1, 1, .. new byte[9], 4, 0, 40, 0, 1, 0, 0, 0, .. new byte[4], 52, 0, 0, 0, .. new byte[8], 52, 0, 32, 0, 0, 0, 0, 0, 0, 0, 0, 0, .. Some(4096)];
}
