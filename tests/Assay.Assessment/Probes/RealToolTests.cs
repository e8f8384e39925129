using Assay.Evidence;
using Assay.Tests;

namespace Assay.Assessment.Tests.Probes;

/// <summary>The tools themselves against small servers, one that is weak and one that is not.</summary>
public class RealToolTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Testssl_against_a_server_of_openssl(bool weak)
    {
        Tool.Need("testssl", "testssl.sh");
        Tool.Need("openssl", "openssl");
        using var scratch = new Scratch();
        Tool.Run("openssl", ["req", "-x509", "-newkey", weak ? "rsa:1024" : "rsa:2048", "-nodes", "-keyout", "k.pem", "-out", "c.pem", "-days", "30", "-subj", "/CN=bell.local"], scratch.Folder);
        var server = weak ? "-min_protocol TLSv1 -cipher ALL:NULL:@SECLEVEL=0" : "-min_protocol TLSv1.2 -cipher ECDHE+AESGCM";
        var port = weak ? 24433 : 24434;
        var run = Tool.Run("sh", ["-c", $"openssl s_server -accept {port} -cert c.pem -key k.pem -www {server} >/dev/null 2>&1 & S=$!; sleep 1; testssl --quiet --color 0 --warnings off --nodns none -p -s -S --jsonfile-pretty pretty.json 127.0.0.1:{port} >/dev/null 2>&1; testssl --quiet --color 0 --warnings off --nodns none -p --jsonfile flat.json 127.0.0.1:{port} >/dev/null 2>&1; kill $S"], scratch.Folder, 280);
        Assert.True(File.Exists(scratch.File("pretty.json")), run.Error);
        var pretty = ToolSamplesTests.Read(File.ReadAllText(scratch.File("pretty.json")))!;
        var flat = ToolSamplesTests.Read(File.ReadAllText(scratch.File("flat.json")))!;
        Assert.All([pretty, flat], r => Assert.Equal("testssl report", r.Kind));
        var words = string.Join('\n', pretty.Findings.Select(f => $"{f.Subject}: {f.Value}"));
        foreach (var result in new[] { pretty, flat }) Assert.True(weak == result.Findings.Any(f => f.Has(Traits.TlsOutdated)), words);
        Assert.True(weak == pretty.Findings.Any(f => f.Has(Traits.WeakSuite)), words);
        Assert.True(weak == pretty.Findings.Any(f => f.Kind == FindingKind.Certificate && f.Has(Traits.ShortKey)), words);
        Assert.Contains(pretty.Findings, f => f.Kind == FindingKind.Certificate && f.Has(Traits.SelfSigned) && f.Has(Traits.Local));
        Assert.All(pretty.Findings.Where(f => f.Has(Traits.TlsOutdated)), f => Assert.Equal($"127.0.0.1:{port}/tcp", f.Subject));
        var tool = Assert.Single(pretty.Findings, f => f.Has(Traits.ToolRun));
        Assert.StartsWith("testssl 3.", tool.Subject);
        Assert.Contains("--jsonfile-pretty", tool.Value);
        Assert.NotNull(pretty.Coverage[0].From);
        Assert.True(pretty.Coverage[0].Examined > 20, $"{pretty.Coverage[0].Examined} tests");
    }

    // A greeting and an offer of algorithms is all that ssh-audit needs; that way the offer can be as weak as no server of today makes it.
    [Theory]
    [InlineData("diffie-hellman-group1-sha1", "ssh-dss", "3des-cbc", "hmac-md5", 4)]
    [InlineData("curve25519-sha256", "ssh-ed25519", "aes256-gcm@openssh.com", "hmac-sha2-256-etm@openssh.com", 0)]
    [InlineData("ecdh-sha2-nistp256", "ssh-rsa", "aes256-ctr", "hmac-sha1", 0)]
    public void Ssh_audit_against_an_offer_of_algorithms(string exchange, string key, string cipher, string mac, int weak)
    {
        Tool.Need("ssh-audit", "ssh-audit");
        Tool.Need("python3", "python3");
        using var scratch = new Scratch();
        File.WriteAllText(scratch.File("offer.py"), $$"""
            import os, socket, struct
            lists = ["{{exchange}}", "{{key}}", "{{cipher}}", "{{cipher}}", "{{mac}}", "{{mac}}", "none", "none", "", ""]
            body = b"\x14" + os.urandom(16) + b"".join(struct.pack(">I", len(l)) + l.encode() for l in lists) + b"\0" + b"\0\0\0\0"
            pad = 8 - (len(body) + 5) % 8 + 8
            packet = struct.pack(">IB", len(body) + pad + 1, pad) + body + b"\0" * pad
            server = socket.socket(); server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1); server.bind(("127.0.0.1", 0)); server.listen(16)
            open("port", "w").write(str(server.getsockname()[1]))
            while True:
                peer, _ = server.accept()
                try:
                    peer.settimeout(2); peer.sendall(b"SSH-2.0-bell_1.0\r\n" + packet); peer.recv(4096); peer.recv(4096)
                except OSError: pass
                peer.close()
            """);
        var run = Tool.Run("sh", ["-c", "python3 offer.py & S=$!; while [ ! -s port ] && kill -0 $S; do sleep 0.1; done; ssh-audit -j -p $(cat port) 127.0.0.1 > ssh.json; kill $S"], scratch.Folder, 120);
        var text = File.ReadAllText(scratch.File("ssh.json"));
        var result = ToolSamplesTests.Read(text);
        Assert.True(result is not null, text + run.Error);
        Assert.Equal("ssh-audit report", result.Kind);
        var marked = result.Findings.Where(f => f.Has(Traits.WeakSsh)).Select(f => f.Value).ToList();
        Assert.Equal(weak, marked.Count);
        if (weak > 0) Assert.Contains($"SSH offers {exchange}", marked);
        Assert.Contains(result.Findings, f => f.Kind == FindingKind.Disclosure && f.Value == "SSH-2.0-bell_1.0");
        Assert.Equal(4, result.Coverage[0].Examined);
    }

    [Fact]
    public void Log_ins_of_a_real_ssh_and_page_are_found_by_nmaps_scripts()
    {
        Tool.Need("nmap", "nmap");
        Tool.Need("dropbear", "dropbear-bin");
        Tool.Need("python3", "python3");
        using var scratch = new Scratch();
        File.WriteAllText(scratch.File("page.py"), """
            import http.server
            class Page(http.server.BaseHTTPRequestHandler):
                def do_GET(self):
                    self.send_response(401); self.send_header("WWW-Authenticate", 'Basic realm="bell"'); self.send_header("Content-Length", "0"); self.end_headers()
                do_HEAD = do_GET
                do_POST = do_GET
            http.server.HTTPServer(("127.0.0.1", 28080), Page).serve_forever()
            """);
        var run = Tool.Run("sh", ["-c", "dropbearkey -t ed25519 -f hk >/dev/null 2>&1; dropbear -F -r hk -p 127.0.0.1:22022 >/dev/null 2>&1 & D=$!; python3 page.py >/dev/null 2>&1 & P=$!; sleep 1; nmap -n -sT -sV -p 22022,28080,28081 --script ssh-auth-methods,ssh2-enum-algos,http-auth -oX scan.xml 127.0.0.1; kill $D $P"], scratch.Folder, 200);
        Assert.True(File.Exists(scratch.File("scan.xml")), run.Error);
        var result = ToolSamplesTests.Read(File.ReadAllText(scratch.File("scan.xml")))!;
        var logins = result.Findings.Where(f => f.Has(Traits.PasswordLogin)).Select(f => (f.Subject, f.Has(Traits.ClearText))).ToList();
        Assert.Equal([("127.0.0.1:22022/tcp", false), ("127.0.0.1:28080/tcp", true)], logins);
        Assert.Equal(3, result.Coverage[0].Examined);
        Assert.DoesNotContain(result.Findings, f => f.Has(Traits.WeakSsh));
    }
}
