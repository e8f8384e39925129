using Assay.Assessment.Catalogues;
using Assay.Assessment.Checks;
using Assay.Assessment.Tests.Checks;
using Assay.Assessment.Tests.Checks.Planted;
using Assay.Assessment.Verdicts;
using Assay.Evidence;

namespace Assay.Assessment.Tests.Probes;

/// <summary>What outside results decide, and what they must not.</summary>
public class OutsideEvidenceTests
{
    private static readonly string[] Web = ["Intf-Web", "Description: web page, TCP port 443", "Type: logical", "Status: enabled"];
    private static readonly string[] Lan = ["Intf-Lan", "Description: Ethernet", "Type: network", "Status: enabled"];
    private static readonly string[] Radio = ["Intf-Wlan", "Description: the radio to the home", "Type: Wi-Fi", "Status: enabled"];
    private static readonly string[] Telnet = ["Intf-Telnet", "Description: Telnet on port 23", "Type: logical", "Status: disabled"];

    [Fact]
    public void A_whole_scan_in_both_states_decides_ports_and_log_ins_by_tool()
    {
        var plant = Plant.Papers().Table(15, Lan, Web, Telnet).Table(1, ["AuthMech-1", "Description: password of the web page"]).Scanned("initialised", ["443/tcp https"]).Scanned("factoryDefault", ["443/tcp https"]);
        foreach (var unit in new[] { "5.6-1-2a", "5.6-1-2b", "5.1-1-2a" })
        {
            var verdict = Verdict(plant, unit);
            Assert.Equal((Outcome.Pass, Grade.Tool), (verdict.Outcome, verdict.Grade));
        }
        Assert.Equal(["Intf-Lan", "Intf-Web", "Intf-Telnet"], Verdict(plant, "5.6-1-2a").Rows.Select(r => r.Row.Id));
    }

    [Theory]
    [InlineData("initialised", "initialised", "1-65535", "1-65535")]
    [InlineData("initialised", null, "1-65535", "1-65535")]
    [InlineData("initialised", "factoryDefault", "1-1024", "1-65535")]
    [InlineData("initialised", "factoryDefault", "1-65535", "")]
    public void Less_than_every_port_in_both_states_decides_nothing(string one, string? other, string tcp, string udp)
    {
        var plant = Plant.Papers().Table(15, Lan, Web, Telnet).Table(1, ["AuthMech-1", "Description: password of the web page"]).Scanned(one, ["443/tcp https"]).Scanned(other, ["443/tcp https"], tcp, udp);
        foreach (var unit in new[] { "5.6-1-2a", "5.6-1-2b", "5.1-1-2a" }) Assert.Equal(Outcome.Inconclusive, Verdict(plant, unit).Outcome);
    }

    [Theory]
    [InlineData("Intf-Lan", "Intf-Wlan", true)]
    [InlineData("Intf-Lan", "Intf-Lan", false)]
    [InlineData(null, null, false)]
    public void A_scan_of_one_interface_passes_no_table_of_two(string? one, string? other, bool passes)
    {
        var plant = Plant.Papers().Table(15, Lan, Radio, Web).Table(1, ["AuthMech-1", "Description: password of the web page"]);
        foreach (var at in new[] { one, other }) plant.Scanned("initialised", ["443/tcp https"], at: at).Scanned("factoryDefault", ["443/tcp https"], at: at);
        foreach (var unit in new[] { "5.6-1-2b", "5.1-1-2a" }) Assert.Equal(passes ? Outcome.Pass : Outcome.Inconclusive, Verdict(plant, unit).Outcome);
        Assert.Equal(!passes, Result(plant).NotChecked.Any(n => n.Contains("Intf-Wlan", StringComparison.Ordinal)));
    }

    [Fact]
    public void A_scan_of_a_table_without_any_network_interface_is_a_part()
    {
        var plant = Plant.Papers().Table(15, Web).Table(1, ["AuthMech-1", "Description: password of the web page"]).Scanned("initialised", ["443/tcp https"]).Scanned("factoryDefault", ["443/tcp https"]);
        Assert.Equal(Outcome.Inconclusive, Verdict(plant, "5.6-1-2b").Outcome);
    }

    [Theory]
    [InlineData("127.0.0.1", null, false)]
    [InlineData("192.0.2.7", 60000L, false)]
    [InlineData("192.0.2.7", null, true)]
    public void Only_what_a_scan_saw_counts(string address, long? told, bool passes)
    {
        var plant = Plant.Papers().Table(15, Lan, Web).Scanned("initialised", ["443/tcp https"], address: address, told: told).Scanned("factoryDefault", ["443/tcp https"], address: address, told: told);
        Assert.Equal(passes ? Outcome.Pass : Outcome.Inconclusive, Verdict(plant, "5.6-1-2b").Outcome);
        // A service of the scanning machine is none of the device's.
        var open = Plant.Papers().Table(15, Lan, Web).Scanned("initialised", ["2323/tcp telnet"], address: address);
        Assert.Equal(address == "127.0.0.1" ? Outcome.Inconclusive : Outcome.Fail, Verdict(open, "5.6-1-2b").Outcome);
    }

    [Fact]
    public void A_row_without_a_port_keeps_its_unit_open()
    {
        var plant = Plant.Papers().Table(15, Web, ["Intf-Uart", "Description: test pads", "Type: physical", "Status: disabled"]).Scanned("initialised", ["443/tcp https"]).Scanned("factoryDefault", ["443/tcp https"]);
        Assert.Equal(Outcome.Inconclusive, Verdict(plant, "5.6-1-2a").Outcome);
    }

    [Theory]
    [InlineData("Password of the administrator", false)]
    [InlineData("Password of the web page", true)]
    public void A_log_in_is_refuted_only_where_no_row_may_speak_of_it(string row, bool refuted)
    {
        var examined = Plant.Papers().Table(1, ["AuthMech-1", $"Description: {row}"]).Scanned("initialised", ["22/tcp ssh"], scripts: OutsideTools.SshPassword).Examined();
        Assert.Equal(refuted, new LoginOutsideTable().Look(examined).Any(a => a.Says == Says.Refutes));
    }

    [Fact]
    public void A_port_of_which_only_the_number_is_known_may_be_a_row_without_one()
    {
        string[] rows = ["SoftServ-1", "Description: local control protocol", "Status: enabled"];
        Assert.DoesNotContain(new UndeclaredPort().Look(Plant.Papers().Table(13, Web, rows).Scanned(null, ["6668/tcp unknown"]).Examined()), a => a.Says == Says.Refutes);
        Assert.Contains(new UndeclaredPort().Look(Plant.Papers().Table(13, Web, rows).Scanned(null, ["2323/tcp telnet"]).Examined()), a => a.Says == Says.Refutes);
        Assert.Contains(new UndeclaredPort().Look(Plant.Papers().Table(13, Web).Scanned(null, ["443/tcp https", "6668/tcp unknown"]).Examined()), a => a.Says == Says.Refutes);
    }

    [Fact]
    public void A_certificate_that_was_fit_when_it_was_seen_is_not_called_expired_later()
    {
        // Seen in September 2026 by the run's own clock, assessed in November; the certificate ends in October.
        using var key = System.Security.Cryptography.RSA.Create(2048);
        var request = new System.Security.Cryptography.X509Certificates.CertificateRequest("CN=cloud.acme.test", key, System.Security.Cryptography.HashAlgorithmName.SHA256, System.Security.Cryptography.RSASignaturePadding.Pkcs1);
        using var made = request.CreateSelfSigned(new(2026, 7, 1, 0, 0, 0, TimeSpan.Zero), new(2026, 10, 1, 0, 0, 0, TimeSpan.Zero));
        foreach (var (start, expired) in new[] { (1789000000L, false), (1792900000L, true) })
        {
            var text = $$"""{ "Invocation": "testssl cloud.acme.test", "openssl": "x", "version": "3.0.8", "startTime": "{{start}}", "scanResult": [ { "targetHost": "cloud.acme.test", "ip": "198.51.100.7", "port": "443", "serverDefaults": [ { "id": "cert", "severity": "INFO", "finding": "{{made.ExportCertificatePem().ReplaceLineEndings(" ")}}" } ] } ], "scanTime": "9" }""";
            var certificate = Assert.Single(ToolSamplesTests.Read(text)!.Findings, f => f.Kind == FindingKind.Certificate);
            Assert.Equal(expired, certificate.Has(Traits.Expired));
        }
    }

    // Ordinary words of other makers for what they have: none of these is a fault.
    [Theory]
    [InlineData("443/tcp https", "Browser-based user interface")]
    [InlineData("8443/tcp https-alt", "Local REST API for the app")]
    [InlineData("80/tcp http", "Configuration portal, ports 80 and 443")]
    [InlineData("22/tcp ssh", "Secure shell for service staff")]
    [InlineData("5353/udp mdns", "Bonjour, so that the app finds the device")]
    [InlineData("1900/udp upnp", "SSDP discovery")]
    [InlineData("554/tcp rtsp", "Video stream in the local network")]
    [InlineData("1883/tcp mqtt", "Broker for sensors")]
    [InlineData("68/udp dhcpc", "Local REST API for the app")]
    [InlineData("6668/tcp unknown", "Local control on TCP 6668")]
    [InlineData("49152/tcp unknown", "Event service, tcp/49152")]
    [InlineData("53/udp domain", "DNS for guests of the access point")]
    public void Honest_rows_in_other_words_are_not_refuted(string port, string row)
    {
        var examined = Plant.Papers().Table(13, ["SoftServ-1", $"Description: {row}", "Status: enabled"], ["SoftServ-2", "Description: serial protocol"]).Scanned("initialised", [port]).Examined();
        Assert.DoesNotContain(new UndeclaredPort().Look(examined), a => a.Says == Says.Refutes);
        Assert.DoesNotContain(new PortAgainstStatus().Look(examined), a => a.Says == Says.Refutes);
    }

    [Theory]
    [InlineData("disabled; enabled by the user for an hour")]
    [InlineData("off by default, can be enabled in the app")]
    [InlineData("enabled")]
    [InlineData("disabled in factory default, active after set-up")]
    public void A_status_that_depends_on_something_is_not_judged(string status)
    {
        var examined = Plant.Papers().Table(15, ["Intf-Ssh", "Description: SSH, port 22", $"Status: {status}"]).Scanned("initialised", ["22/tcp ssh"]).Examined();
        Assert.DoesNotContain(new PortAgainstStatus().Look(examined), a => a.Says is Says.Refutes or Says.Contradicts);
    }

    [Theory]
    [InlineData("disabled")]
    [InlineData("Permanently disabled")]
    [InlineData("not active")]
    [InlineData("Switched off")]
    [InlineData("closed")]
    public void Declared_off_and_open_is_refuted_in_any_words(string status)
    {
        var examined = Plant.Papers().Table(15, ["Intf-Ssh", "Description: SSH, port 22", $"Status: {status}"]).Scanned(null, ["22/tcp ssh"]).Examined();
        var answer = Assert.Single(new PortAgainstStatus().Look(examined), a => a.Says == Says.Refutes);
        Assert.Equal("Intf-Ssh", answer.Row!.Id);
    }

    [Fact]
    public void A_certificate_of_the_platform_supports_and_never_passes_alone()
    {
        var plant = Plant.Papers().File("platform.yaml", OutsideTools.Platform("2028-10-01")).File("documents/psa.txt", OutsideTools.Copy).Table(20, ["SecBoot-1", "Description: boot ROM of the STM32U585"]);
        Assert.Contains(new PlatformEvidence().Look(plant.Examined()), a => a is { Unit: "5.7-1-1b", Says: Says.Supports });
        Assert.Equal(Outcome.Inconclusive, Verdict(plant, "5.7-1-1b").Outcome);
        Assert.DoesNotContain(new PlatformEvidence().Look(plant.Examined()), a => a.Unit == "5.5-2-1a");
    }

    [Fact]
    public void Another_platform_than_the_papers_name_is_a_contradiction()
    {
        var examined = Plant.Papers().File("platform.yaml", OutsideTools.Platform("2028-10-01", "nRF5340")).File("documents/psa.txt", OutsideTools.Copy).Table(20, ["SecBoot-1", "Description: boot ROM of the STM32U585"]).Examined();
        Assert.Contains(new PlatformEvidence().Look(examined), a => a is { Unit: "5.7-1-1b", Says: Says.Contradicts });
    }

    [Fact]
    public void What_no_scan_looked_at_is_said()
    {
        Assert.Contains(Result(Plant.Papers()).NotChecked, n => n.StartsWith("Open ports: no port scan"));
        var half = Result(Plant.Papers().Scanned(null, ["443/tcp https"])).NotChecked;
        Assert.Contains(half, n => n.Contains("in which state", StringComparison.OrdinalIgnoreCase));
        Assert.Contains(half, n => n.Contains("factory default"));
        var whole = Result(Plant.Papers().Scanned("initialised", ["443/tcp https"]).Scanned("factoryDefault", ["443/tcp https"])).NotChecked;
        Assert.DoesNotContain(whole, n => n.StartsWith("Open ports"));
    }

    private static AssessmentResult Result(Plant plant) => Evaluation.Of(plant.Examined(), Catalogue.Default);

    private static UnitVerdict Verdict(Plant plant, string unit) => Result(plant).Verdicts.SelectMany(v => v.Units).Single(u => u.Unit == unit);
}
