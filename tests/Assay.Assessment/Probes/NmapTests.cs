using Assay.Evidence;
using Assay.Tests;

namespace Assay.Assessment.Tests.Probes;

public class NmapTests
{
    internal const string Sample = """
        <?xml version="1.0" encoding="UTF-8"?>
        <!DOCTYPE nmaprun>
        <nmaprun scanner="nmap" args="nmap -sS -sU -p- 192.168.1.0/24" start="1790000000" version="7.93">
        <scaninfo type="syn" protocol="tcp" numservices="65535" services="1-65535"/>
        <scaninfo type="udp" protocol="udp" numservices="1000" services="1-1000"/>
        <host><status state="up"/><address addr="192.168.1.7" addrtype="ipv4"/><address addr="AA:BB:CC:00:11:22" addrtype="mac"/>
        <ports><extraports state="closed" count="65532"><extrareasons reason="reset" count="65532" proto="tcp"/></extraports>
        <extraports state="open|filtered" count="990"><extrareasons reason="no-response" count="990" proto="udp"/></extraports>
        <extraports state="closed" count="10"><extrareasons reason="port-unreach" count="10" proto="udp"/></extraports>
        <port protocol="tcp" portid="80"><state state="open" reason="syn-ack"/><service name="http" product="lighttpd" version="1.4.55" method="probed" conf="10"/>
        <script id="http-auth" output="&#xa;HTTP/1.1 401 Unauthorized&#xa;  Basic realm=bell"/></port>
        <port protocol="tcp" portid="23"><state state="open" reason="syn-ack"/><service name="telnet" method="table" conf="3"/></port>
        <port protocol="tcp" portid="443"><state state="open" reason="syn-ack"/><service name="http" tunnel="ssl" method="probed" conf="10"/>
        <script id="ssl-enum-ciphers" output=""><table key="TLSv1.0"><table key="ciphers"><table><elem key="name">TLS_RSA_WITH_3DES_EDE_CBC_SHA</elem></table></table></table>
        <table key="TLSv1.2"><table key="ciphers"><table><elem key="name">TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256</elem></table></table></table></script></port>
        </ports></host>
        <host><status state="up"/><address addr="192.168.1.8" addrtype="ipv4"/><ports><port protocol="tcp" portid="22"><state state="open"/><service name="ssh"/></port></ports></host>
        <runstats><finished time="1790000100" exit="success"/></runstats>
        </nmaprun>
        """;

    [Fact]
    public void The_device_is_found_among_several_hosts_by_its_hardware_address()
    {
        var result = ToolSamplesTests.Read(Sample, mac: "aa:bb:cc:00:11:22")!;
        Assert.Equal(["192.168.1.7:23/tcp", "192.168.1.7:443/tcp", "192.168.1.7:80/tcp"], result.Findings.Where(f => f.Has(Traits.OpenPort)).Select(f => f.Subject).Order(StringComparer.Ordinal));
        Assert.Equal("192.168.1.8:22/tcp", Assert.Single(ToolSamplesTests.Read(Sample, null, "192.168.1.8")!.Findings, f => f.Has(Traits.OpenPort)).Subject);
    }

    [Fact]
    public void Several_hosts_and_no_address_are_unclear_and_say_what_is_missing()
    {
        var result = ToolSamplesTests.Read(Sample)!;
        Assert.DoesNotContain(result.Findings, f => f.Has(Traits.OpenPort));
        Assert.Equal(0, result.Coverage[0].Examined);
        Assert.Contains("device.yaml", Assert.Single(result.Coverage[0].Losses).Expected);
    }

    [Fact]
    public void Ports_of_which_nobody_knows_the_state_are_not_examined()
    {
        var coverage = ToolSamplesTests.Read(Sample, mac: "aa:bb:cc:00:11:22")!.Coverage[0];
        Assert.Equal(("ports", 131070L, 65545L), (coverage.Unit, coverage.Total, coverage.Examined));
        Assert.Equal(10, coverage.Counts["udp"]);
        Assert.Equal(990, coverage.Counts["udpUnknown"]);
        Assert.False(coverage.IsWhole);
    }

    [Fact]
    public void Services_are_told_by_what_they_answered_and_not_by_their_usual_port()
    {
        var findings = ToolSamplesTests.Read(Sample, mac: "aa:bb:cc:00:11:22")!.Findings;
        Assert.DoesNotContain(findings, f => f.Has(Traits.Telnet));
        Assert.Contains(findings, f => f.Kind == FindingKind.Disclosure && f.Value == "lighttpd 1.4.55");
        Assert.Contains(findings, f => f.Has(Traits.PasswordLogin) && f.Has(Traits.ClearText) && f.Has(Traits.Http));
        Assert.Contains(findings, f => f.Has(Traits.TlsOutdated) && f.Value.Contains("TLSv1.0"));
        Assert.Contains(findings, f => f.Has(Traits.WeakSuite) && f.Value.Contains("3DES"));
    }

    [Fact]
    public void A_run_that_broke_off_keeps_what_it_saw_and_examined_nothing()
    {
        var result = ToolSamplesTests.Read(Sample[..Sample.IndexOf("<script id=\"ssl", StringComparison.Ordinal)], mac: "aa:bb:cc:00:11:22")!;
        Assert.Equal(3, result.Findings.Count(f => f.Has(Traits.OpenPort)));
        Assert.Equal(0, result.Coverage[0].Examined);
        Assert.NotEmpty(result.Coverage[0].Losses);
    }

    [Fact]
    public void A_host_that_never_answered_was_not_examined()
    {
        const string Dead = """<nmaprun args="nmap -Pn -p- 192.0.2.9" start="1"><scaninfo type="syn" protocol="tcp" numservices="65535" services="1-65535"/><host><status state="up" reason="user-set"/><address addr="192.0.2.9" addrtype="ipv4"/><ports><extraports state="filtered" count="65535"/></ports></host><runstats><finished time="2" exit="success"/></runstats></nmaprun>""";
        var coverage = ToolSamplesTests.Read(Dead)!.Coverage[0];
        Assert.Equal(0, coverage.Examined);
        Assert.Contains("answer", Assert.Single(coverage.Losses).Expected);
    }

    [Fact]
    public void Entities_of_its_own_are_refused()
    {
        var bomb = Sample.Replace("<!DOCTYPE nmaprun>", "<!DOCTYPE nmaprun [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;\">]>");
        var result = ToolSamplesTests.Read(bomb, mac: "aa:bb:cc:00:11:22")!;
        Assert.Empty(result.Findings);
        Assert.Contains("definitions", Assert.Single(result.Coverage[0].Losses).Expected);
    }

    // The tool itself, in a network of its own: all ports of TCP and UDP, with a page and a datagram service that answer.
    [Fact]
    public void What_nmap_finds_on_a_real_host_is_what_listens_there()
    {
        Tool.Need("nmap", "nmap");
        Tool.Need("unshare", "util-linux");
        Tool.Need("ip", "iproute2");
        Tool.Need("python3", "python3");
        using var scratch = new Scratch();
        File.WriteAllText(scratch.File("serve.py"), """
            import socket, threading, http.server
            udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); udp.bind(("127.0.0.1", 5683))
            def answer():
                while True:
                    data, peer = udp.recvfrom(2048); udp.sendto(b"here", peer)
            threading.Thread(target=answer, daemon=True).start()
            http.server.HTTPServer(("127.0.0.1", 8080), http.server.SimpleHTTPRequestHandler).serve_forever()
            """);
        var run = Tool.Run("unshare", ["-n", "sh", "-c", "ip link set lo up && { python3 serve.py >/dev/null 2>&1 & } && sleep 1 && nmap -n -sS -sU -p- -sV --version-light -T5 --min-rate 5000 -oX scan.xml 127.0.0.1; kill $!"], scratch.Folder, 240);
        if (!File.Exists(scratch.File("scan.xml"))) Assert.Skip($"no network namespace here: {run.Error.Split('\n')[0]}");
        var result = ToolSamplesTests.Read(File.ReadAllText(scratch.File("scan.xml")))!;
        Assert.Equal(["127.0.0.1:5683/udp", "127.0.0.1:8080/tcp"], result.Findings.Where(f => f.Has(Traits.OpenPort)).Select(f => f.Subject).Order(StringComparer.Ordinal));
        var coverage = Assert.Single(result.Coverage);
        Assert.Equal(65535, coverage.Counts["tcpScanned"]);
        Assert.Equal(65535, coverage.Counts["udpScanned"]);
        Assert.True(coverage.IsWhole, string.Join('\n', coverage.Losses) + coverage.Examined);
        Assert.StartsWith("nmap -n -sS -sU -p-", Assert.Single(result.Findings, f => f.Has(Traits.ToolRun)).Value);
    }
}
