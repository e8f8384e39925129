namespace Assay.Assessment.Tests.Mutation;

/// <summary>Faults in single fields that hold a value of a list, a name of an algorithm, a date or a row's id; in bills, MUD files and the results of other tools.</summary>
internal static class HeldOutFourthFields
{
    private static readonly string[] Open = ["5.6-1-2b", "5.6-1-2a"], Login = ["5.1-1-2a", "5.1-5-2a", .. Open], Weak = ["5.5-1-2a", "5.5-1-1d"];

    public static IReadOnlyList<HeldOutFault> All =>
    [
        // Names of algorithms and lengths of keys.
        HeldOutFourth.Field("a channel of DES three times over", ["5.5-1-1c", "5.5-1-1d", "5.5-6-1a", "5.5-7-1a"], d => d.Field("ComMech-2", "Cryptographic Details", "TLS 1.2, TLS_RSA_WITH_3DES_EDE_CBC_SHA, RSA 1024")),
        HeldOutFourth.Field("a channel of SSL", ["5.5-1-1c", "5.5-1-1d"], d => d.Field("ComMech-1", "Cryptographic Details", "SSLv3, RC4-128, SHA-1")),
        HeldOutFourth.Field("a log-in over TLS 1.1 and plain SHA-1", ["5.1-3-1c", "5.1-3-1d"], d => d.Field("AuthMech-1", "Cryptographic Details", "TLS 1.1; unsalted SHA-1 of the password")),
        HeldOutFourth.Field("updates signed with SHA-1 and a short key", ["5.3-7-1c", "5.3-7-1d"], d => d.Field("UpdMech-1", "Cryptographic Details", "RSA-1024 PKCS#1 v1.5 over SHA-1")),
        HeldOutFourth.Field("updates with a sum only", ["5.3-7-1b", "5.3-7-1c", "5.3-9-1a", "5.3-9-1b", "5.3-10-1b"], d => d.Field("UpdMech-1", "Cryptographic Details", "CRC-32")),
        HeldOutFourth.Field("a secret under DES", ["5.4-1-1c"], d => d.Field("SecParam-4", "Protection Scheme", "DES-CBC, 56 bits")),
        HeldOutFourth.Field("a key made of an address", ["5.4-4-1b"], d => d.Field("SecParam-2", "Generation Mechanism", "MD5(MAC address)")),
        // Values of a list.
        HeldOutFourth.Field("a private key that is called public", ["5.4-1-1a"], d => d.Field("SecParam-2", "Type", "public")),
        HeldOutFourth.Field("a critical parameter with no guarantee", ["5.4-1-1b", "5.4-1-1c"], d => d.Field("SecParam-4", "Security Guarantees", "None")),
        HeldOutFourth.Field("a channel that guarantees to be there", ["5.5-1-1a", "5.5-6-1a", "5.5-7-1a", "5.8-1-1a", "5.8-2-1a"], d => d.Field("ComMech-2", "Security Guarantees", "Availability")),
        HeldOutFourth.Field("updates that are only confidential", ["5.3-7-1a", "5.3-9-1a", "5.3-9-1b"], d => d.Field("UpdMech-1", "Security Guarantees", "Confidentiality")),
        HeldOutFourth.Field("a log-in that promises nothing", ["5.1-3-1a"], d => d.Field("AuthMech-1", "Security Guarantees", "Availability")),
        HeldOutFourth.Field("updates that are never looked for", ["5.3-5-1a"], d => d.Field("UpdMech-1", "Update Checking", "Never")),
        HeldOutFourth.Field("updates that are off at first", ["5.3-4-1b", "5.3-6-1c"], d => d.Field("UpdMech-1", "Configuration", "Automatic updates: on or off; default: off")),
        HeldOutFourth.Field("updates by hand alone", ["5.3-4-1a"], d => d.Field("UpdMech-1", "Initiation and Interaction", "Manual only")),
        HeldOutFourth.Field("a decision whose default is off", ["5.12-1-1b", "5.3-4-1b", "5.3-6-1c"], d => d.Field("UserDec-2", "Default", "Off")),
        HeldOutFourth.Field("people's data over no channel", ["5.8-1-1a", "5.8-2-1a"], d => d.Field("PersData-1", "Secure Communication Mechanisms", "None")),
        HeldOutFourth.Field("settings without a log-in", ["5.5-4-1a", "5.5-5-1a"], d => d.Field("SoftServ-1", "Authentication Mechanism", "None")),
        HeldOutFourth.Field("ciphers that nothing will replace", ["5.5-3-1a", "5.3-1-1a"], d => d.Field("SoftComp-3", "Update Mechanism", "None")),
        HeldOutFourth.Field("an examination that is claimed and not made", ["5.10-1-1a"], d => d.Claim("5.10-1", "yes").Field("TelData-1", "Security Examination", "None")),
        HeldOutFourth.Field("nothing against a loss of power", ["5.9-1-1a", "5.9-2-1a"], d => d.Field("ResMech-2", "Type", "Network outage")),
        HeldOutFourth.Field("attempts without end", ["5.1-5-1a"], d => d.Field("AuthMech-1", "Brute Force Prevention", "Unlimited attempts")),
        // Dates.
        HeldOutFourth.Field("support that ended a quarter of a year ago", ["5.3-13-1a", "5.3-13-2c"], d => d.Record("Support Period", "Q2 2026")),
        HeldOutFourth.Field("support that ended, as Germans write it", ["5.3-13-1a", "5.3-13-2c"], d => d.Record("Support Period", "31.03.2025")),
        HeldOutFourth.Field("a sheet and papers that end in different years", ["5.3-13-1a", "5.3-13-2c"], d => d.Told(HonestDossier.Sheet, "supportEnd: 2031-12-31", "supportEnd: 2027-06-30"), contradiction: true),
        // Rows that the evidence asks for.
        HeldOutFourth.Field("a service that is on and called off", ["5.6-1-2a"], d => d.Field("SoftServ-4", "Status", "Disabled").Field("ExtAPI-1", "Status", "Disabled")),
        HeldOutFourth.Field("an answer in the house that no row has", ["5.6-1-2b", "5.13-1-2c", "5.6-5-1a"], d => d.WithoutRow("SoftServ-4").WithoutRow("ExtAPI-1").WithoutRow("InpVal-3").Told(HonestDossier.Ixit, "  28-ExtAPI:\n", "  28-ExtAPI: none\n")),
        HeldOutFourth.Field("names and time that no row has", ["5.5-5-2b"], d => d.WithoutRow("ComMech-3")),
        HeldOutFourth.Field("the only way to the network called off", ["5.6-1-2a"], d => d.Field("Intf-1", "Status", "Disabled")),
        // Bill, MUD file, platform.
        HeldOutFourth.Field("a bill with a library that nobody mends any more", ["5.5-2-2a", "5.5-2-1a", "5.5-2-1b", "5.5-1-1d"], d => d.Told("sbom/edb-100.cdx.json", "  \"components\": [\n",
            "  \"components\": [\n    { \"type\": \"library\", \"bom-ref\": \"openssl@1.0.2k\", \"name\": \"openssl\", \"version\": \"1.0.2k\", \"purl\": \"pkg:generic/openssl@1.0.2k\", \"cpe\": \"cpe:2.3:a:openssl:openssl:1.0.2k:*:*:*:*:*:*:*\" },\n")),
        HeldOutFourth.Field("a MUD file of another model", ["5.3-16-2b", "5.3-16-1a"], d => d.Told("mud/edb-100.json", "\"model-name\": \"EDB-100\"", "\"model-name\": \"WB-7\""), contradiction: true),
        HeldOutFourth.Field("a MUD file that has no support any more", ["5.3-13-1a", "5.3-13-2c"], d => d.Told("mud/edb-100.json", "\"is-supported\": true", "\"is-supported\": false"), contradiction: true),
        // What others measured.
        HeldOutFourth.Field("nmap: an open port", Open, d => d.Probed("scan.xml", Nmap(Port("tcp", 8291, "unknown")))),
        HeldOutFourth.Field("nmap: management in datagrams", Open, d => d.Probed("scan.xml", Nmap(Port("udp", 161, "snmp", " product=\"net-snmp\"")))),
        HeldOutFourth.Field("nmap: file shares", Open, d => d.Probed("scan.xml", Nmap(Port("tcp", 445, "microsoft-ds", " product=\"Samba smbd\" version=\"3.0.37\"")))),
        HeldOutFourth.Field("nmap: a log-in by password", Login, d => d.Probed("logins.xml", Nmap(Port("tcp", 2022, "ssh", " product=\"Dropbear sshd\"", "<script id=\"ssh-auth-methods\" output=\"&#xa;  Supported authentication methods: &#xa;    publickey&#xa;    password\"><table key=\"Supported authentication methods\"><elem>publickey</elem><elem>password</elem></table></script>")))),
        HeldOutFourth.Field("nmap: files for anybody", ["5.5-4-2a", .. Login], d => d.Probed("logins.xml", Nmap(Port("tcp", 21, "ftp", " product=\"vsftpd\"", "<script id=\"ftp-anon\" output=\"Anonymous FTP login allowed (FTP code 230)&#xa;drwxr-xr-x 2 0 0 40 Jan 01 00:00 data\"/>")))),
        HeldOutFourth.Field("testssl: an old version", [.. Weak, .. Open], d => d.Probed("tls.json", "[\n" + string.Join(",\n", Flat("service", "INFO", "HTTP"), Flat("SSLv3", "OK", "not offered"), Flat("TLS1", "LOW", "offered (deprecated)"), Flat("TLS1_2", "OK", "offered"), Flat("scanTime", "INFO", "61")) + "\n]\n")),
        HeldOutFourth.Field("testssl: a hole that is known", [.. Weak, .. Open], d => d.Probed("tls.json", "{\n  \"Invocation\": \"testssl --jsonfile-pretty tls.json 192.168.77.20:443\",\n  \"at\": \"bench:/usr/bin/openssl\",\n  \"version\": \"3.0.8 \",\n  \"openssl\": \"OpenSSL 3.0.19\",\n  \"startTime\": \"1790000000\",\n  \"scanResult\": [ {\n    \"targetHost\": \"192.168.77.20\", \"ip\": \"192.168.77.20\", \"port\": \"443\", \"rDNS\": \"\", \"service\": \"HTTP\",\n    \"protocols\": [ { \"id\": \"TLS1_2\", \"severity\": \"OK\", \"finding\": \"offered\" } ],\n    \"vulnerabilities\": [ { \"id\": \"heartbleed\", \"severity\": \"CRITICAL\", \"cve\": \"CVE-2014-0160\", \"cwe\": \"CWE-119\", \"finding\": \"VULNERABLE\" } ]\n  } ],\n  \"scanTime\": \"70\"\n}\n")),
        HeldOutFourth.Field("testssl: a certificate that is over", [.. Weak, .. Open], d => d.Probed("tls.json", "[\n" + string.Join(",\n", Flat("service", "INFO", "HTTP"), Flat("TLS1_2", "OK", "offered"), Flat("cert_expirationStatus", "CRITICAL", "expired"), Flat("cert_notBefore", "INFO", "2022-01-01 00:00"), Flat("cert_notAfter", "CRITICAL", "2024-01-01 00:00"), Flat("scanTime", "INFO", "61")) + "\n]\n")),
        HeldOutFourth.Field("ssh-audit: exchanges and ciphers of old", ["5.1-3-2a", "5.5-1-2a", .. Login], d => d.Probed("ssh.json", Audit("{\"algorithm\":\"diffie-hellman-group1-sha1\",\"notes\":{\"fail\":[\"using small 1024-bit modulus\"]}}", "{\"algorithm\":\"ssh-ed25519\",\"notes\":{}}", "{\"algorithm\":\"3des-cbc\",\"notes\":{\"fail\":[\"using broken & deprecated 3DES cipher\"]}}", "{\"algorithm\":\"hmac-md5\",\"notes\":{\"fail\":[\"using broken MD5 hash algorithm\"]}}"))),
        HeldOutFourth.Field("ssh-audit: a short host key", ["5.1-3-2a", "5.5-1-2a", .. Login], d => d.Probed("ssh.json", Audit("{\"algorithm\":\"curve25519-sha256\",\"notes\":{}}", "{\"algorithm\":\"ssh-rsa\",\"keysize\":1024,\"notes\":{\"fail\":[\"using small 1024-bit modulus\"]}}", "{\"algorithm\":\"aes256-ctr\",\"notes\":{}}", "{\"algorithm\":\"hmac-sha2-256\",\"notes\":{}}"))),
        HeldOutFourth.Field("SARIF: a question to the data base that was not meant", ["5.13-1-2a"], d => d.Probed("web.sarif", "{\n  \"$schema\": \"https://json.schemastore.org/sarif-2.1.0.json\",\n  \"version\": \"2.1.0\",\n  \"runs\": [ {\n    \"tool\": { \"driver\": { \"name\": \"webprobe\", \"version\": \"2.3\", \"rules\": [ { \"id\": \"sqli\", \"shortDescription\": { \"text\": \"SQL injection\" }, \"properties\": { \"tags\": [ \"security\", \"external/cwe/cwe-89\" ] } } ] } },\n    \"results\": [ { \"ruleId\": \"sqli\", \"level\": \"error\", \"message\": { \"text\": \"The parameter id changes the query; confirmed by the answer.\" },\n      \"locations\": [ { \"physicalLocation\": { \"artifactLocation\": { \"uri\": \"http://192.168.77.20/events\" } } } ],\n      \"webRequest\": { \"protocol\": \"HTTP\", \"version\": \"1.1\", \"method\": \"GET\", \"target\": \"http://192.168.77.20/events?id=1'+OR+'1'='1\", \"headers\": { \"Host\": \"192.168.77.20\" } },\n      \"webResponse\": { \"protocol\": \"HTTP\", \"version\": \"1.1\", \"statusCode\": 500, \"body\": { \"text\": \"sqlite3: near OR\" } } } ]\n  } ]\n}\n")),
        HeldOutFourth.Field("ZAP: a command that was not meant", ["5.13-1-2a"], d => d.Probed("zap.json", "{\n  \"@programName\": \"ZAP\",\n  \"@version\": \"2.14.0\",\n  \"@generated\": \"Mon, 21 Sep 2026 08:00:00\",\n  \"site\": [ { \"@name\": \"http://192.168.77.20\", \"@host\": \"192.168.77.20\", \"@port\": \"80\", \"@ssl\": \"false\",\n    \"alerts\": [ { \"pluginid\": \"90020\", \"alertRef\": \"90020\", \"alert\": \"Remote OS Command Injection\", \"name\": \"Remote OS Command Injection\", \"riskcode\": \"3\", \"confidence\": \"3\", \"riskdesc\": \"High (High)\", \"desc\": \"\",\n      \"instances\": [ { \"uri\": \"http://192.168.77.20/ping?host=1\", \"method\": \"GET\", \"param\": \"host\", \"attack\": \"1;cat /etc/passwd\", \"evidence\": \"root:x:0:0\" } ], \"count\": \"1\", \"solution\": \"\", \"otherinfo\": \"\", \"reference\": \"\", \"cweid\": \"78\", \"wascid\": \"31\", \"sourceid\": \"1\" } ] } ]\n}\n")),
        HeldOutFourth.Field("HAR: settings changed by nobody in particular", ["5.5-5-2a", "5.5-4-2a"], d => d.Probed("web.har", Har("{ \"method\": \"GET\", \"url\": \"http://192.168.77.20/api/v1/events\", \"httpVersion\": \"HTTP/1.1\", \"cookies\": [], \"headers\": [ { \"name\": \"Host\", \"value\": \"192.168.77.20\" }, { \"name\": \"Authorization\", \"value\": \"Bearer q8Zr2LmX0\" } ], \"queryString\": [], \"headersSize\": -1, \"bodySize\": 0 }", "{ \"method\": \"PUT\", \"url\": \"http://192.168.77.20/api/v1/config\", \"httpVersion\": \"HTTP/1.1\", \"cookies\": [], \"headers\": [ { \"name\": \"Host\", \"value\": \"192.168.77.20\" }, { \"name\": \"Content-Type\", \"value\": \"application/json\" } ], \"queryString\": [], \"postData\": { \"mimeType\": \"application/json\", \"text\": \"{\\\"tone\\\":3,\\\"adminPin\\\":false}\" }, \"headersSize\": -1, \"bodySize\": 27 }"))),
        HeldOutFourth.Field("HAR: a password that anybody on the way reads", ["5.1-3-2a", "5.5-1-2a", "5.5-6-2a", .. Open], d => d.Probed("web.har", Har("{ \"method\": \"POST\", \"url\": \"http://192.168.77.20/login\", \"httpVersion\": \"HTTP/1.1\", \"cookies\": [], \"headers\": [ { \"name\": \"Host\", \"value\": \"192.168.77.20\" }, { \"name\": \"Content-Type\", \"value\": \"application/x-www-form-urlencoded\" } ], \"queryString\": [], \"postData\": { \"mimeType\": \"application/x-www-form-urlencoded\", \"text\": \"user=owner&password=Zaunpfahl66\", \"params\": [ { \"name\": \"user\", \"value\": \"owner\" }, { \"name\": \"password\", \"value\": \"Zaunpfahl66\" } ] }, \"headersSize\": -1, \"bodySize\": 31 }"))),
    ];

    /// <summary>A scan of all ports of both transports, of which these are open.</summary>
    internal static string Nmap(string ports) =>
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<!DOCTYPE nmaprun>\n<!-- Nmap 7.93 scan initiated Mon Sep 21 08:00:00 2026 -->\n"
        + "<nmaprun scanner=\"nmap\" args=\"nmap -sS -sU -p- -sV -oX scan.xml 192.168.77.20\" start=\"1790000000\" startstr=\"Mon Sep 21 08:00:00 2026\" version=\"7.93\" xmloutputversion=\"1.05\">\n"
        + "<scaninfo type=\"syn\" protocol=\"tcp\" numservices=\"65535\" services=\"1-65535\"/>\n<scaninfo type=\"udp\" protocol=\"udp\" numservices=\"65535\" services=\"1-65535\"/>\n"
        + "<host starttime=\"1790000001\" endtime=\"1790003600\"><status state=\"up\" reason=\"arp-response\" reason_ttl=\"0\"/>\n<address addr=\"192.168.77.20\" addrtype=\"ipv4\"/>\n<address addr=\"00:00:5E:00:53:0B\" addrtype=\"mac\"/>\n<hostnames>\n</hostnames>\n"
        + $"<ports><extraports state=\"closed\" count=\"131068\">\n<extrareasons reason=\"reset\" count=\"65534\" proto=\"tcp\"/>\n<extrareasons reason=\"port-unreach\" count=\"65534\" proto=\"udp\"/>\n</extraports>\n{Port("udp", 5353, "mdns")}{ports}</ports>\n</host>\n"
        + "<runstats><finished time=\"1790003600\" timestr=\"Mon Sep 21 09:00:00 2026\" elapsed=\"3600.00\" exit=\"success\"/><hosts up=\"1\" down=\"0\" total=\"1\"/>\n</runstats>\n</nmaprun>\n";

    private static string Port(string transport, int number, string service, string more = "", string script = "") =>
        $"<port protocol=\"{transport}\" portid=\"{number}\"><state state=\"open\" reason=\"{(transport == "tcp" ? "syn-ack" : "udp-response")}\" reason_ttl=\"64\"/><service name=\"{service}\"{more} method=\"probed\" conf=\"10\"/>{script}</port>\n";

    private static string Flat(string id, string severity, string finding) =>
        $"  {{ \"id\": \"{id}\", \"ip\": \"192.168.77.20/192.168.77.20\", \"port\": \"443\", \"severity\": \"{severity}\", \"finding\": \"{finding}\" }}";

    private static string Audit(string exchange, string key, string cipher, string sum) =>
        "{\"banner\":{\"comments\":null,\"protocol\":\"2.0\",\"raw\":\"SSH-2.0-bell\",\"software\":\"bell\"},\"compression\":[\"none\"],\"cves\":[]," + $"\"enc\":[{cipher}],\"fingerprints\":[],\"kex\":[{exchange}],\"key\":[{key}],\"mac\":[{sum}],\"recommendations\":{{}},\"target\":\"192.168.77.20:22\"}}\n";

    internal static string Har(params string[] requests) => Har(200, requests);

    internal static string Har(int status, params string[] requests) => "{ \"log\": { \"version\": \"1.2\", \"creator\": { \"name\": \"Firefox\", \"version\": \"128.0\" }, \"pages\": [], \"entries\": [ "
        + string.Join(", ", requests.Select(request => "{ \"startedDateTime\": \"2026-09-21T08:00:00.000Z\", \"time\": 12, \"request\": " + request
        + $", \"response\": {{ \"status\": {status}, \"statusText\": \"\", \"httpVersion\": \"HTTP/1.1\", \"cookies\": [], \"headers\": [ {{ \"name\": \"Content-Type\", \"value\": \"application/json\" }} ], \"content\": {{ \"size\": 2, \"mimeType\": \"application/json\", \"text\": \"{{}}\" }}, \"redirectURL\": \"\", \"headersSize\": -1, \"bodySize\": 2 }}, \"cache\": {{}}, \"timings\": {{ \"send\": 1, \"wait\": 10, \"receive\": 1 }}, \"serverIPAddress\": \"192.168.77.20\" }}"))
        + " ] } }\n";
}
