using Assay.Traffic.Tests;
using static Assay.Assessment.Tests.Mutation.HeldOutFourth;
using static Assay.Assessment.Tests.Mutation.Speech;

namespace Assay.Assessment.Tests.Mutation;

/// <summary>The kinds of the fifth set as another laboratory meets them: other programs, other layouts of files, other protocols. Written after the checks had learnt the fifth, before one of these was tried.</summary>
internal static class HeldOutSixth
{
    private const string Device = Capture.Device, Phone = Capture.Phone, Cloud = "198.51.100.20", Foreign = "192.0.2.88";

    private static readonly HeldOutFault[] Images =
    [
        Image("an account of the kind of the Samba of old", ["5.4-1-2a", "5.1-1-2c"], r => r.Write("etc/samba/smbpasswd", "admin:500:AAD3B435B51404EEAAD3B435B51404EE:8846F7EAEE8FB117AD06BDD830B7586C:[U          ]:LCT-5F000000:\n", "600")),
        Image("an account of ProFTPD with an MD5 hash", ["5.4-1-2a", "5.1-1-2c"], r => r.Write("etc/proftpd/ftpd.passwd", $"upload:{Hash("1", "upload")}:1001:1001::/data:/bin/false\n", "640")),
        Image("an account of root in the shell of a router's console", ["5.4-3-2a", "5.1-1-2c"], r => r.Write("etc/quagga/zebra.conf", "hostname edb\npassword zebra\nenable password zebra\nline vty\n", "640")),
        Image("a broker of another maker for everybody", ["5.5-4-2a", "5.6-1-2b"], r => r.Write("etc/nanomq.conf", "listeners.tcp {\n  bind = \"0.0.0.0:1883\"\n}\nauth {\n  allow_anonymous = true\n}\n", "644").Starts("usr/bin/nanomq", "nanomq start --conf /etc/nanomq.conf")),
        Image("a database for everybody", ["5.5-4-2a", "5.6-1-2b"], r => r.Write("etc/mongod.conf", "net:\n  bindIp: 0.0.0.0\n  port: 27017\nsecurity:\n  authorization: disabled\n", "644").Starts("usr/bin/mongod", "mongod -f /etc/mongod.conf --fork")),
        Image("containers for whoever calls", ["5.5-4-2a", "5.6-1-2b"], r => r.Write("etc/docker/daemon.json", "{\"hosts\": [\"unix:///run/docker.sock\", \"tcp://0.0.0.0:2375\"]}\n", "644").Starts("usr/bin/dockerd", "dockerd &")),
        Image("files by rsync for whoever calls", ["5.5-4-2a", "5.6-1-2b"], r => r.Write("etc/rsyncd.conf", "uid = root\n[data]\n  path = /data\n  read only = false\n", "644").Starts("usr/bin/rsync", "rsync --daemon --config=/etc/rsyncd.conf")),
        Image("pictures over the web by a streamer", ["5.6-1-2b"], r => r.Starts("usr/bin/mjpg_streamer", "mjpg_streamer -i input_uvc.so -o 'output_http.so -p 8090' &")),
        Image("a web terminal of another program", ["5.5-4-2a", "5.6-1-2b"], r => r.Starts("usr/bin/gotty", "gotty --permit-write --address 0.0.0.0 --port 8888 /bin/sh &")),
        Image("a shell by the Telnet of busybox under runit", ["5.5-4-2a", "5.6-1-2b"], r => r.Program("usr/bin/runsvdir").Write("etc/service/console/run", "#!/bin/sh\nexec /usr/sbin/telnetd -F -l /bin/ash -p 2323\n", "755").Program("usr/sbin/telnetd")),
        Image("a timer of systemd that runs what it fetches", ["5.3-2-2b", "5.3-9-1b", "5.3-10-1b"], r => r.Write("etc/systemd/system/selfupdate.service", "[Service]\nType=oneshot\nExecStart=/bin/sh -c 'curl -s http://update.doorbell.example/run.sh | sh'\n", "644").Write("etc/systemd/system/selfupdate.timer", "[Timer]\nOnCalendar=daily\n[Install]\nWantedBy=timers.target\n", "644").Link("etc/systemd/system/timers.target.wants/selfupdate.timer", "/etc/systemd/system/selfupdate.timer")),
        Image("packages of pacman without signatures", ["5.3-2-2b", "5.3-9-1b", "5.3-10-1b"], r => r.Write("etc/pacman.conf", "[options]\nArchitecture = auto\n[edb]\nSigLevel = Never\nServer = http://pac.doorbell.example/edb\n", "644")),
        Image("packages of apk over a script that trusts all", ["5.3-2-2b", "5.3-9-1b", "5.3-10-1b"], r => r.Write("etc/periodic/daily/upgrade", "#!/bin/sh\napk update\napk upgrade --allow-untrusted --repository http://apk.doorbell.example/edb\n", "755")),
        Image("trees of OSTree without signatures", ["5.3-2-2b", "5.3-9-1b", "5.3-10-1b"], r => r.Write("etc/ostree/remotes.d/edb.conf", "[remote \"edb\"]\nurl=https://ostree.doorbell.example/edb\ngpg-verify=false\n", "644")),
        Image("an updater of the maker's own that is told not to look", ["5.3-2-2b", "5.3-9-1b", "5.3-10-1b"], r => r.Write("etc/ota/agent.yaml", "server: https://update.doorbell.example\nverify_signature: false\ninterval: 86400\n", "644")),
        Image("an update by a stick in a rule of udev", ["5.3-2-2b", "5.3-9-1b"], r => r.Write("etc/udev/usb-update.sh", "#!/bin/sh\nmount /dev/sda1 /media/usb\nsh /media/usb/install.sh\numount /media/usb\n", "755")),
        Image("an update by scripts of Python without a look at the certificate", ["5.3-2-2b", "5.5-1-2a", "5.3-10-1b"], r => r.Write("usr/lib/edb/update.py", "#!/usr/bin/python3\nimport requests, subprocess\nr = requests.get('https://update.doorbell.example/fw.bin', verify=False)\nopen('/tmp/fw.bin', 'wb').write(r.content)\nsubprocess.call(['mtd', 'write', '/tmp/fw.bin', 'firmware'])\n", "755")),
        Image("Apache with old versions of TLS", ["5.5-1-2a"], r => r.Write("etc/apache2/mods-enabled/ssl.conf", "<IfModule mod_ssl.c>\n  SSLProtocol all -SSLv3\n  SSLCipherSuite HIGH:MEDIUM:!aNULL\n</IfModule>\n", "644").Starts("usr/sbin/apache2", "apache2 -k start")),
        Image("a tunnel of stunnel with old versions", ["5.5-1-2a"], r => r.Write("etc/stunnel/stunnel.conf", "[https]\naccept = 443\nconnect = 80\nsslVersion = TLSv1\ncert = /data/server.pem\n", "644").Starts("usr/bin/stunnel", "stunnel /etc/stunnel/stunnel.conf")),
        Image("an SSH server with ciphers that were withdrawn", ["5.5-1-2a", "5.1-3-2a", "5.6-1-2b"], r => r.Write("etc/ssh/sshd_config", "Ciphers 3des-cbc,aes128-cbc\nKexAlgorithms diffie-hellman-group1-sha1\n", "600").Starts("usr/sbin/sshd", "/usr/sbin/sshd")),
        Image("every program's TLS without a level", ["5.5-1-2a"], r => r.Write("etc/ssl/openssl.cnf", "openssl_conf = default_conf\n[default_conf]\nssl_conf = ssl_sect\n[ssl_sect]\nsystem_default = system_default_sect\n[system_default_sect]\nMinProtocol = TLSv1\nCipherString = DEFAULT@SECLEVEL=0\n", "644")),
        Image("the account of a log-in file of the net", ["5.4-3-2a"], r => r.Write("root/.netrc", "machine update.doorbell.example login fleet password Zebra-Quilt-8\n", "600")),
        Image("the account of a mail program in other words", ["5.4-3-2a"], r => r.Write("etc/msmtprc", "account default\nhost mail.doorbell.example\nport 587\nauth on\nuser alerts@doorbell.example\npassword Wq91-lantern\n", "600")),
        Image("the account of a name service", ["5.4-3-2a"], r => r.Write("etc/ddclient.conf", "protocol=dyndns2\nserver=dyn.example\nlogin=edb-fleet\npassword='Pond-Heron-55'\nedb.dyn.example\n", "600")),
        Image("a key of a mesh in bytes", ["5.4-3-2a", "5.4-4-1b"], r => r.Write("etc/zigbee/network.conf", "channel=15\npan_id=0x1a62\nnetwork_key=01:03:05:07:09:0B:0D:0F:00:02:04:06:08:0A:0C:0D\n", "644")),
        Image("the set-up code of a home's accessory", ["5.4-3-2a", "5.1-1-2c"], r => r.Write("etc/homekit.json", "{\"name\": \"EDB\", \"setup_code\": \"031-45-154\"}\n", "644")),
        Image("the password of a SIP line in XML", ["5.4-3-2a"], r => r.Write("etc/baresip/accounts.xml", "<accounts><account><user>edb</user><password>Ruby-Anchor-3</password><domain>sip.doorbell.example</domain></account></accounts>\n", "600")),
        Image("a token for the sources' host in a script of the build", ["5.4-3-2a", "5.6-6-1a"], r => r.Write("usr/share/build/fetch.sh", "#!/bin/sh\ngit clone https://oauth2:glpat-x7Qm2Lr9Tz4Wb8Vn1Kc5@git.doorbell.example/fw.git\n", "755")),
        Image("a key in the store of Java", ["5.4-3-2a"], r => r.Bytes("opt/app/identity.p12", Pkcs12(), "644")),
        Image("a folder of Mercurial", ["5.6-6-1a"], r => r.Write("opt/app/.hg/hgrc", "[paths]\ndefault = https://hg.doorbell.example/app\n", "644").Write("opt/app/.hg/requires", "dotencode\nstore\n", "644").Write("opt/app/.hg/store/00manifest.i", "x", "644")),
        Image("what an editor left of a file of accounts", ["5.6-6-1a"], r => r.Write("etc/.passwd.swp", "b0VIM 8.2 root /etc/passwd", "600")),
        Image("a profiler and a memory checker", ["5.6-6-1a"], r => r.Program("usr/bin/valgrind").Program("usr/bin/perf")),
        Image("a program of the system in the hands of all", ["5.6-7-1a"], r => r.Mode("usr/sbin/updater", "777")),
        Image("a unit of systemd in the hands of all", ["5.6-7-1a"], r => r.Write("etc/systemd/system/bell.service", "[Service]\nExecStart=/usr/sbin/doorbelld\n", "666")),
        Image("a group that may do all as root", ["5.6-7-1a"], r => r.Write("etc/sudoers", "root ALL=(ALL) ALL\n%doorbell ALL=(ALL:ALL) NOPASSWD:ALL\n", "440")),
        Image("an editor with the rights of root for all", ["5.6-7-1a"], r => r.Program("usr/bin/vim").Mode("usr/bin/vim", "4755")),
    ];

    private static readonly HeldOutFault[] Captures =
    [
        Wire("a log-in by rlogin", ["5.1-3-2a", "5.5-1-2a", "5.6-1-2b"], c => c.Connect(Phone, Device, 513).Say([0, .. "root\0root\0xterm/38400\0"u8], [0, .. "\r\n# "u8])),
        Wire("a key of the interface in a header of its own, in clear", ["5.5-6-2a", "5.5-7-2a", "5.5-1-2a"], c => c.Connect(Device, Cloud, 80).Say(Http("GET /v1/config HTTP/1.1\r\nHost: cloud.doorbell.example\r\nX-Api-Key: 9fK2mQ7xT4vB8nZ1cR5w"), Http("HTTP/1.1 200 OK\r\nContent-Type: application/json", "{\"bell\":1}"))),
        Wire("a cookie of a session, in clear", ["5.5-6-2a", "5.5-7-2a", "5.5-1-2a"], c => c.Connect(Device, Cloud, 80).Say(Http("GET /v1/state HTTP/1.1\r\nHost: cloud.doorbell.example\r\nCookie: session=8fa1c0b27de94411a3b0c5d6e7f80912"), Http("HTTP/1.1 200 OK\r\nContent-Type: application/json", "{\"state\":1}"))),
        Wire("a log-in by STOMP in clear", ["5.5-6-2a", "5.5-7-2a", "5.5-1-2a"], c => c.Connect(Device, Cloud, 61613).Say(Ascii("CONNECT\naccept-version:1.2\nhost:cloud.doorbell.example\nlogin:edb-100\npasscode:Zx9-kp\n\n\0"), Ascii("CONNECTED\nversion:1.2\n\n\0"))),
        Wire("a log-in of SIP by Digest to the cloud", ["5.5-6-2a", "5.5-7-2a", "5.5-1-2a", "5.5-5-2b"], c =>
        {
            c.Udp(Device, 5060, Cloud, 5060, Ascii("REGISTER sip:sip.doorbell.example SIP/2.0\r\nVia: SIP/2.0/UDP 192.168.1.20:5060\r\nFrom: <sip:edb@sip.doorbell.example>;tag=1\r\nTo: <sip:edb@sip.doorbell.example>\r\nCall-ID: 77@edb\r\nCSeq: 2 REGISTER\r\nAuthorization: Digest username=\"edb\", realm=\"sip\", nonce=\"aa11\", uri=\"sip:sip.doorbell.example\", response=\"6629fae49393a05397450978507c4ef1\", algorithm=MD5\r\nContent-Length: 0\r\n\r\n"));
            c.Udp(Cloud, 5060, Device, 5060, Ascii("SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP 192.168.1.20:5060\r\nFrom: <sip:edb@sip.doorbell.example>;tag=1\r\nTo: <sip:edb@sip.doorbell.example>;tag=2\r\nCall-ID: 77@edb\r\nCSeq: 2 REGISTER\r\nContent-Length: 0\r\n\r\n"));
        }),
        Wire("a certificate of a wild card for another domain", ["5.5-1-2a"], c => c.Connect(Device, Cloud, 8883).Tls(0x0303, "cloud.doorbell.example", [0xc02f], 0xc02f, Certificate("*.hosting.example", 2025, 2030).RawData)),
        Wire("a certificate that is not valid yet", ["5.5-1-2a"], c => c.Connect(Device, Cloud, 443).Tls(0x0303, "cloud.doorbell.example", [0xc02f], 0xc02f, Certificate("cloud.doorbell.example", 2029, 2035).RawData)),
        Wire("TLS 1.1 between the phone and the device", ["5.5-1-2a", "5.1-3-2a", "5.6-1-2b"], c => c.Connect(Phone, Device, 443).Tls(0x0302, "edb-100.local", [0xc014, 0x0035], 0xc014)),
        Wire("export suites from the time of the last century", ["5.5-1-2a"], c => c.Connect(Device, Cloud, 443).Tls(0x0301, "cloud.doorbell.example", [0x0003, 0x0008], 0x0008)),
        Wire("the firmware as an archive over HTTP", ["5.3-2-2b", "5.3-10-1b", "5.3-7-1b"], c => c.Connect(Device, "203.0.113.10", 80).Say(Http("GET /releases/edb-100-1.2.tar.gz HTTP/1.1\r\nHost: update.doorbell.example"), [.. Ascii("HTTP/1.1 200 OK\r\nContent-Type: application/gzip\r\nContent-Length: 8200\r\n\r\n"), 0x1f, 0x8b, 8, 0, .. Noise(8196)])),
        Wire("the firmware as a Mender artefact over HTTP", ["5.3-2-2b", "5.3-10-1b", "5.3-7-1b"], c => c.Connect(Device, "203.0.113.10", 8080).Say(Http("GET /artifacts/edb-100.mender HTTP/1.1\r\nHost: update.doorbell.example:8080"), [.. Ascii("HTTP/1.1 200 OK\r\nContent-Type: application/vnd.mender-artifact\r\nContent-Length: 9000\r\n\r\nversion"), .. Noise(8993)])),
        Wire("the firmware over MQTT", ["5.3-2-2b", "5.3-10-1b", "5.3-10-1c", "5.5-1-2a"], c =>
        {
            var talk = c.Connect(Device, Cloud, 1883);
            talk.Say([0x10, 19, 0, 4, .. "MQTT"u8, 4, 2, 0, 60, 0, 7, .. "edb-100"u8], [0x20, 2, 0, 0]);
            talk.Server([0x30, 0x8c, 8, 0, 6, .. "fw/bin"u8, .. "hsqs"u8, .. Noise(1024)]);
        }),
        Wire("the names of people over UDP in JSON", ["5.8-1-2a", "5.8-2-2a", "5.5-1-2a"], c =>
        {
            c.Udp(Device, 46000, Cloud, 9200, Ascii("{\"owner\":\"j.doe@mail.example\",\"event\":\"ring\"}"));
            c.Udp(Cloud, 9200, Device, 46000, Ascii("{\"ok\":true}"));
        }),
        Wire("the place of a home over HTTP", ["5.8-1-2a", "5.8-2-2a", "5.5-1-2a"], c => c.Connect(Device, Cloud, 80).Say(Http("POST /v1/register HTTP/1.1\r\nHost: cloud.doorbell.example\r\nContent-Type: application/json", "{\"latitude\": 60.16990, \"longitude\": 24.93840}"), Http("HTTP/1.1 200 OK"))),
        Wire("settings changed by a GET", ["5.5-4-2a", "5.5-5-2a", "5.6-1-2b"], c => c.Connect(Phone, Device, 8081).Say(Http("GET /set?bell=off&volume=0 HTTP/1.1\r\nHost: 192.168.1.20:8081"), Http("HTTP/1.1 200 OK\r\nContent-Type: text/plain", "OK"))),
        Wire("a printer's port that answers IPP", ["5.6-1-2b"], c => c.Connect(Phone, Device, 631).Say(Http("POST /ipp/print HTTP/1.1\r\nHost: 192.168.1.20:631\r\nContent-Type: application/ipp", "xx"), Http("HTTP/1.1 200 OK\r\nServer: CUPS/2.3.3\r\nContent-Type: application/ipp", "yy"))),
        Wire("a discovery of the kind of ONVIF that is answered", ["5.6-1-2b", "5.6-2-2a"], c =>
        {
            c.Udp(Phone, 50000, "239.255.255.250", 3702, Ascii("<?xml version=\"1.0\"?><s:Envelope xmlns:s=\"http://www.w3.org/2003/05/soap-envelope\" xmlns:a=\"http://schemas.xmlsoap.org/ws/2004/08/addressing\"><s:Header><a:Action>http://schemas.xmlsoap.org/ws/2005/04/discovery/Probe</a:Action></s:Header><s:Body/></s:Envelope>"));
            c.Udp(Device, 3702, Phone, 50000, Ascii("<?xml version=\"1.0\"?><s:Envelope xmlns:s=\"http://www.w3.org/2003/05/soap-envelope\" xmlns:d=\"http://schemas.xmlsoap.org/ws/2005/04/discovery\"><s:Body><d:ProbeMatches><d:ProbeMatch><d:Scopes>onvif://www.onvif.org/name/EDB-100 onvif://www.onvif.org/hardware/V1.1</d:Scopes><d:XAddrs>http://192.168.1.20/onvif</d:XAddrs></d:ProbeMatch></d:ProbeMatches></s:Body></s:Envelope>"));
        }),
        Wire("a proxy of SOCKS for anybody", ["5.6-1-2b", "5.5-4-2a"], c => c.Connect(Phone, Device, 1080).Say([5, 1, 0], [5, 0])),
        Wire("a tunnel of OpenVPN to a stranger", ["5.5-5-2b"], c =>
        {
            c.Udp(Device, 47000, Foreign, 1194, [0x38, .. Noise(41)]);
            c.Udp(Foreign, 1194, Device, 47000, [0x40, .. Noise(53)]);
        }),
        Wire("use counted before set-up, by TLS", ["6-2-2a", "6-1-2b", "6-5-2b"], c => c.Resolve("metrics.vendor-cloud.example", Foreign).Connect(Device, Foreign, 443).Tls(0x0303, "metrics.vendor-cloud.example", [0xc02f], 0xc02f), "factoryDefault"),
        Wire("a resolver of strangers asked in clear", ["5.5-5-2b", "6-1-2b", "6-1-2d"], c =>
        {
            byte[] question = [.. Name("cloud.doorbell.example"), 0, 1, 0, 1];
            c.Udp(Device, 50200, "8.8.8.8", 53, [0x1a, 0x2c, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, .. question]);
            c.Udp("8.8.8.8", 53, Device, 50200, [0x1a, 0x2c, 0x81, 0x80, 0, 1, 0, 1, 0, 0, 0, 0, .. question, 0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 198, 51, 100, 20]);
        }),
    ];

    private static readonly HeldOutFault[] Fields =
    [
        Against("no personal data on consent, and rows that ask", ["6-2-1a", "6-3-1a"], d => d.Condition("consent", "no").Claim("6-3", "n/a", "Nothing rests on consent.")),
        Against("no notices of updates, and a notice", ["5.3-6-1d", "5.3-6-1e", "5.3-6-1a"], d => d.Condition("automaticUpdates", "no").Condition("updateNotifications", "no").Claim("5.3-6", "n/a", "There are none.")),
        Against("a component updated by a mechanism that no row has", ["5.3-3-1a", "5.3-1-1a", "5.5-3-1a"], d => d.Field("SoftComp-4", "Update Mechanism", "UpdMech-3")),
        Against("a service that logs in by a mechanism that no row has", ["5.5-4-1a"], d => d.Field("SoftServ-1", "Authentication Mechanism", "AuthMech-1, AuthMech-4")),
        Against("another model in the detail tables", ["5.3-16-2b", "5.3-16-1a"], d => d.Told(HonestDossier.Ixit, "model: EDB-100", "model: EDB-300")),
        Against("a page with another day", ["5.3-13-2c", "5.3-13-1a"], d => d.Told("documents/support.md", "until 2031-12-31", "until 2030-06-30")),
        Against("mail addresses kept a year, and until the account ends", ["6-1-2b"], d => d.Field("PersData-1", "Lifecycle", "Deleted after 2 years")),
        Against("a camera in the guide alone", ["5.8-3-1a", "5.8-3-1c"], d => d.Told("documents/user-guide.md", "The button is the only sensor: there is no camera and no microphone.", "The device contains a camera with a wide angle.")),
        Against("another version in the bill of materials", ["5.2-3-1a"], d => d.Told("sbom/edb-100.cdx.json", "\"name\": \"EDB-100 firmware\",\n      \"version\": \"1.1\"", "\"name\": \"EDB-100 firmware\",\n      \"version\": \"0.9\"")),
        Field("a look for updates every five years", ["5.3-5-1a"], d => d.Field("UpdMech-1", "Update Checking", "Once every 60 months")),
        Field("a signature with DSA of 1024 bits", ["5.3-7-1c", "5.3-7-1d"], d => d.Field("UpdMech-1", "Cryptographic Details", "DSA 1024 bit over SHA-1")),
        Field("a curve that is too short", ["5.5-1-1c", "5.5-1-1d"], d => d.Field("ComMech-2", "Cryptographic Details", "ECDH on secp160r1, AES-128-CBC")),
        Field("RC4 on the channel", ["5.5-1-1c", "5.5-1-1d"], d => d.Field("ComMech-1", "Cryptographic Details", "TLS_RSA_WITH_RC4_128_SHA")),
        Field("a password kept by the hash of LAN Manager", ["5.1-3-1c", "5.1-3-1d"], d => d.Field("AuthMech-1", "Cryptographic Details", "The device stores the password as SHA-1 without salt")),
        Field("half a million tries", ["5.1-5-1a"], d => d.Field("AuthMech-1", "Brute Force Prevention", "Locked after 500,000 failed tries")),
        Field("an end of support in figures of another order", ["5.3-13-1a", "5.3-13-2c"], d => d.Record("Support Period", "30/06/2024")),
        Field("a key of the device with authenticity alone", ["5.4-1-1b"], d => d.Field("SecParam-1", "Security Guarantees", "Authenticity, availability")),
        Field("a PIN told to everybody", ["5.6-2-1a", "5.6-2-1b"], d => d.Field("ExtAPI-1", "Disclosed Information", "Host name, pairing PIN")),
        Field("repairs in three years", ["5.2-2-1a"], d => d.Field("VulnTypes-2", "Time Frame", "Repaired within 36 months")),
        Field("consent kept, and asked by nobody", ["6-2-1a"], d => d.Field("PersData-2", "Obtaining Consent", "None")),
        Field("counting on at first", ["6-2-1a", "5.12-1-1b", "6-5-2b"], d => d.Field("UserDec-3", "Description", "Diagnostics and usage statistics").Field("UserDec-3", "Default", "Enabled")),
        Field("no confirmation in another word", ["5.6-9-1b"], d => d.Record("Confirmation of Secure Development", "Not yet")),
        Field("both resilience rows on power", ["5.9-1-1a"], d => d.Field("ResMech-1", "Type", "Power outage")),
        Field("nothing for the updates of the system", ["5.3-1-1a", "5.5-3-1a"], d => d.Field("SoftComp-3", "Update Mechanism", "None")),
    ];

    public static HeldOutFault[] All => [.. Images, .. Captures, .. Fields];

    private static HeldOutFault Against(string name, string[] units, Func<HonestDossier, HonestDossier> change) => Field(name, units, change, contradiction: true);

    private static byte[] Pkcs12()
    {
        using var certificate = Certificate("edb", 2025, 2035);
        return certificate.Export(System.Security.Cryptography.X509Certificates.X509ContentType.Pkcs12, "changeit");
    }

    private static byte[] Noise(int length) => [.. Enumerable.Range(0, length).Select(i => (byte)((i * 193) + (i >> 4) + 41))];
}

/// <summary>What looks like a fault of the sixth set and is none.</summary>
internal static class HeldOutSixthHonest
{
    public static IReadOnlyList<(string Name, Func<HonestDossier> Dossier)> All =>
    [
        Image("a database for the device alone, not started", r => r.Write("etc/mongod.conf", "net:\n  bindIp: 127.0.0.1\nsecurity:\n  authorization: enabled\n", "644")),
        Image("containers by their socket alone", r => r.Write("etc/docker/daemon.json", "{\"hosts\": [\"unix:///run/docker.sock\"], \"tlsverify\": true}\n", "644")),
        Image("Apache with new versions of TLS", r => r.Write("etc/apache2/mods-enabled/ssl.conf", "<IfModule mod_ssl.c>\n  SSLProtocol -all +TLSv1.2 +TLSv1.3\n  SSLCipherSuite HIGH:!aNULL:!MD5:!RC4:!3DES\n</IfModule>\n", "644")),
        Image("the library of TLS with its usual level", r => r.Write("etc/ssl/openssl.cnf", "[system_default_sect]\nMinProtocol = TLSv1.2\nCipherString = DEFAULT@SECLEVEL=2\n", "644")),
        Image("packages of pacman with signatures", r => r.Write("etc/pacman.conf", "[options]\nSigLevel = Required DatabaseOptional\nLocalFileSigLevel = Optional\n", "644")),
        Image("trees of OSTree with signatures", r => r.Write("etc/ostree/remotes.d/edb.conf", "[remote \"edb\"]\nurl=https://ostree.doorbell.example/edb\ngpg-verify=true\n", "644")),
        Image("an updater that looks at signatures", r => r.Write("etc/ota/agent.yaml", "server: https://update.doorbell.example\nverify_signature: true\nskip_verification: false\n", "644")),
        Image("mail with a password from elsewhere", r => r.Write("etc/msmtprc", "account default\nhost mail.doorbell.example\nauth on\npasswordeval \"cat /data/mail.secret\"\ntls on\ntls_certcheck on\n", "600")),
        Image("addresses without credentials", r => r.Write("etc/default/net", "PROXY=http://proxy:3128/\nMAIL=mailto:alerts@doorbell.example\nURL=https://doorbell.example/a:b@c\nTEMPLATE=mqtts://$USER:$PASS@mq.doorbell.example\n", "644")),
        Image("keys that are no secrets", r => r.Write("etc/keys.conf", "public_key=00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff\nkey_id=8a1f44c09d7e63b25510ae97f3c826db\nsort_key=name\nimage_sha256=8a1f44c09d7e63b25510ae97f3c826db8a1f44c09d7e63b25510ae97f3c826db\n", "644")),
        Image("PINs of the processor and of a plug", r => r.Write("etc/gpio.conf", "led_pin=17\nbutton_pin=4\nreset_gpio=22\npin=27\n", "644")),
        Image("rules on passwords", r => r.Write("etc/login.defs", "PASS_MAX_DAYS 99999\nPASS_MIN_LEN 12\nENCRYPT_METHOD SHA512\n", "644").Write("etc/nsswitch.conf", "passwd: files\nshadow: files\n", "644").Write("etc/pam.d/login", "auth required pam_unix.so\npassword required pam_unix.so sha512\n", "644")),
        Image("a stick that is mounted to be read", r => r.Write("etc/hotplug.d/block/20-usb", "#!/bin/sh\nmount -o ro /dev/$DEVNAME /mnt\ncp /mnt/chime.wav /data/chime.wav\numount /mnt\n", "755")),
        Image("a unit of systemd with an account of its own", r => r.Write("etc/systemd/system/bell.service", "[Service]\nUser=doorbell\nExecStart=/usr/sbin/doorbelld\n[Install]\nWantedBy=multi-user.target\n", "644").Link("etc/systemd/system/multi-user.target.wants/bell.service", "/etc/systemd/system/bell.service")),
        Image("a client whose TLS is on", r => r.Write("etc/agent.conf", "[cloud]\nserver = cloud.doorbell.example\ntls = on\nssl_verify = yes\ninsecure = no\n", "644")),
        Image("hidden files that are none of a developer's", r => r.Write("etc/.pwd.lock", " \n", "600").Write("usr/share/.keep", " \n", "644")),
        Field("a period of days in words", d => d.Field("PersData-1", "Lifecycle", "30 days")),
        Field("a look for updates twice a year at least", d => d.Field("UpdMech-1", "Update Checking", "Every 12 hours; at least every 6 months in standby")),
        Field("keys of enough bits", d => d.Field("ComMech-2", "Cryptographic Details", "TLS 1.3, RSA 3072 bits, group of 2048 bits or more")),
        Field("times in months", d => d.Field("VulnTypes-1", "Time Frame", "Repaired within 3 months, critical ones within 7 days; supported for 5 years")),
        Field("a list of guarantees in another order", d => d.Field("SecParam-2", "Security Guarantees", "Integrity, authenticity and confidentiality")),
        Field("ten tries in all", d => d.Field("AuthMech-1", "Brute Force Prevention", "10 attempts per 24 hours; 1,000 attempts in the life of the device")),
        Field("a prompt for a password is disclosed", d => d.Field("Intf-1", "Disclosed Information", "Host name, MAC address; no password or key")),
        Field("a screen without sensors in the guide", d => d.Told("documents/user-guide.md", "The button is the only sensor: there is no camera and no microphone.", "The doorbell has one button. It has no camera and no microphone; your phone has both.")),
    ];

    private static (string, Func<HonestDossier>) Image(string name, Action<RootFolder> change) => (name, HeldOutFourth.Image(name, [], change).Dossier);

    private static (string, Func<HonestDossier>) Field(string name, Func<HonestDossier, HonestDossier> change) => (name, () => change(HonestDossier.Of(0)));
}
