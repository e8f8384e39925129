using Assay.Assessment.Catalogues;
using Assay.Assessment.Checks;
using Assay.Assessment.Verdicts;
using Assay.Evidence;
using static Assay.Assessment.Tests.Checks.PlantedDossiers;
using static Assay.Evidence.FindingKind;

namespace Assay.Assessment.Tests.Checks;

/// <summary>Contradictions in the wordings and shapes of many makers: each beside its nearest harmless neighbour.</summary>
public class ConsistencyTests
{
    private static List<Answer> Against(Check check, Plant plant) => [.. check.Look(plant.Examined()).Where(a => a.Says is Says.Contradicts or Says.Refutes)];

    private static string Mud(string entries, string to = "") => """
        {"ietf-mud:mud":{"mud-version":1,"mud-url":"https://acme.example/bell.json","last-update":"2026-01-01T00:00:00Z","cache-validity":48,"is-supported":true,"systeminfo":"bell",
        "from-device-policy":{"access-lists":{"access-list":[{"name":"out"}]}},"to-device-policy":{"access-lists":{"access-list":[{"name":"in"}]}}},
        "ietf-access-control-list:acls":{"acl":[{"name":"out","type":"ipv4-acl-type","aces":{"ace":[ENTRIES]}},{"name":"in","type":"ipv4-acl-type","aces":{"ace":[TO]}}]}}
        """.Replace("ENTRIES", entries, StringComparison.Ordinal).Replace("TO", to, StringComparison.Ordinal);

    private static string Entry(string matches, string name = "e") =>
        """{"name":"NAME","matches":{MATCHES},"actions":{"forwarding":"accept"}}""".Replace("NAME", name, StringComparison.Ordinal).Replace("MATCHES", matches, StringComparison.Ordinal);

    private const string Cloud = """ "ipv4":{"ietf-acldns:dst-dnsname":"cloud.acme.example","protocol":6},"tcp":{"destination-port":{"operator":"eq","port":443}} """;

    [Theory]
    // outside for certain
    [InlineData(Cloud, "tcp 8443 192.0.2.7 cloud.acme.example", true)]
    [InlineData(Cloud, "tcp 443 192.0.2.7 other.example", true)]
    [InlineData(Cloud, "udp 443 192.0.2.7 cloud.acme.example", true)]
    [InlineData(Cloud, "tcp 443 10.0.0.9 nas.local", true)]
    [InlineData(Cloud, "in tcp 8080 10.0.0.9", true)]
    // allowed
    [InlineData(Cloud, "tcp 443 192.0.2.7 CLOUD.acme.example", false)]
    [InlineData(Cloud, "tcp 443 192.0.2.7 edge7.cdn.example cloud.acme.example", false)]
    // what every device may do, and what reaches nobody alone
    [InlineData(Cloud, "udp 53 10.0.0.1", false)]
    [InlineData(Cloud, "udp 123 192.0.2.12", false)]
    [InlineData(Cloud, "udp 67 10.0.0.1", false)]
    [InlineData(Cloud, "udp 1900 239.255.255.250", false)]
    [InlineData(Cloud, "udp 9999 10.0.0.255", false)]
    // a name rule and a capture without names: nobody can tell
    [InlineData(Cloud, "tcp 443 192.0.2.7", false)]
    // another side that only the network's owner knows: it allows nothing and accuses nobody
    [InlineData(""" "ietf-mud:mud":{"my-controller":[null]},"ipv4":{"protocol":6},"tcp":{"destination-port":{"operator":"eq","port":8883}} """, "tcp 8883 10.0.0.7", false)]
    [InlineData(""" "ietf-mud:mud":{"my-controller":[null]},"ipv4":{"protocol":6},"tcp":{"destination-port":{"operator":"eq","port":8883}} """, "tcp 443 10.0.0.7", true)]
    [InlineData(""" "ietf-mud:mud":{"local-networks":[null]},"ipv4":{"protocol":6} """, "tcp 8009 10.0.0.7", false)]
    [InlineData(""" "ietf-mud:mud":{"local-networks":[null]},"ipv4":{"protocol":6} """, "tcp 8009 198.51.100.7", true)]
    [InlineData(""" "ipv4":{"destination-ipv4-network":"192.0.2.0/24","protocol":6} """, "tcp 443 192.0.2.77", false)]
    [InlineData(""" "ipv4":{"destination-ipv4-network":"192.0.2.0/24","protocol":6} """, "tcp 443 198.51.100.7", true)]
    public void A_conversation_is_outside_a_mud_file_only_where_no_rule_may_fit(string rule, string conversation, bool outside)
    {
        var found = Against(new MudAgainstTraffic(), Quiet.File("mud/bell.json", Mud(Entry(rule))).Talked("tcp 443 192.0.2.7 cloud.acme.example", conversation)).Where(a => a.Contradiction!.Other.Location.Frame == 2).ToList();
        Assert.Equal(outside, found.Count > 0);
        Assert.All(found, a => Assert.False(a.Contradiction!.IsPaperAgainstPaper));
    }

    [Fact]
    public void Without_the_devices_own_address_and_with_rules_that_were_not_understood_a_mud_file_accuses_nobody()
    {
        var plant = Quiet.File("mud/bell.json", Mud(Entry(Cloud))).Talked("tcp 443 198.51.100.9 tracker.example");
        Assert.NotEmpty(Against(new MudAgainstTraffic(), plant));
        var examined = plant.Examined();
        Assert.DoesNotContain(new MudAgainstTraffic().Look(examined with { Captures = [.. examined.Captures.Select(c => c with { IsOfDevice = false })] }), a => a.Says == Says.Contradicts);
        var odd = Quiet.File("mud/bell.json", Mud(Entry(Cloud) + "," + Entry(""" "ietf-mud:mud":{"local-networks":[null]},"quic":{"port":1} """, "odd"))).Talked("tcp 443 198.51.100.9 tracker.example");
        Assert.Empty(Against(new MudAgainstTraffic(), odd));
        Assert.Empty(Against(new MudAgainstTraffic(), Quiet.File("mud/bell.json", "{\"ietf-mud:mud\":{\"mud-version\":7}}").Talked("tcp 443 198.51.100.9 tracker.example")));
    }

    [Theory]
    [InlineData("Server: lighttpd/1.4.35", "lighttpd", "1.4.59", true)]
    [InlineData("SSH-2.0-dropbear_2019.78", "dropbear", "2022.83", true)]
    [InlineData("220 (vsFTPd 3.0.3)", "vsftpd", "3.0.5", true)]
    [InlineData("Linux/3.14.0 UPnP/1.0 Private UPnP SDK", "linux", "5.10.110", true)]
    [InlineData("Server: lighttpd/1.4.59", "lighttpd", "1.4.59", false)]
    [InlineData("Server: lighttpd/1.4", "lighttpd", "1.4.59", false)]
    [InlineData("SSH-2.0-dropbear_2022.83", "dropbear", "2022.83", false)]
    [InlineData("Linux/5.10 UPnP/1.0", "linux", "5.10.110", false)]
    [InlineData("Server: Acme/2.0", "lighttpd", "1.4.59", false)]
    [InlineData("SSH-2.0-OpenSSH_8.4", "openssl", "1.1.1k", false)]
    public void A_banner_is_held_against_the_component_of_the_same_name(string banner, string component, string version, bool differs)
    {
        var found = Against(new VersionsOnTheWire(), Quiet.WithImage().Has(component, version).Told(Disclosure, "tcp 10.0.0.4", banner, Traits.VersionDisclosed));
        Assert.Equal(differs, found.Count > 0);
        Assert.All(found, a => Assert.True(a.Contradiction!.IsEvidenceAgainstEvidence));
    }

    [Theory]
    [InlineData("versions: [1.0]", "/check?fw=1.0.0", false)]
    [InlineData("versions: [1.0]", "/check?model=3&version=0.9.4", true)]
    [InlineData("versions: [1.0, 1.1]", "/check?firmware=1.1", false)]
    [InlineData("version: { from: 1.0, to: 1.9 }", "/check?firmware=1.4.2", false)]
    [InlineData("version: { from: 1.0, to: 1.9 }", "/check?firmware=2.0", true)]
    [InlineData("versions: [1.0]", "/api?v=2", false)]
    [InlineData("category: doorbell", "/check?fw=3.3", false)]
    public void The_version_that_a_device_asks_with_is_held_against_the_sheet(string sheet, string address, bool differs) =>
        Assert.Equal(differs, Against(new VersionsOnTheWire(), PlantedDossiers.Quiet.File("device.yaml", $"maker: Acme\nmodel: Bell 3\n{sheet}\n").Told(Update, "http u.example", $"update asked for in clear text: {address}", Traits.UpdateQuery)).Count > 0);

    [Theory]
    [InlineData("busybox", "1.35.0", true)]
    [InlineData("busybox", "1.36.1", false)]
    [InlineData("BusyBox", "v1.36.1-r2", false)]
    [InlineData("pkg/busybox", "1.36", false)]
    public void A_bill_of_materials_in_another_version_is_shown(string name, string version, bool differs)
    {
        var bill = $$"""{"bomFormat":"CycloneDX","specVersion":"1.6","components":[{"name":"{{name}}","version":"{{version}}"},{"name":"left-over","version":"1"}]}""";
        Assert.Equal(differs, Against(new MaterialsAgainstImage(), Plant.Image().Has("busybox", "1.36.1").File("sbom/b.cdx.json", bill)).Count > 0);
    }

    [Theory]
    [InlineData("Update Mechanism: UpdMech-2", true)]
    [InlineData("Update Mechanism: `UpdMech-1`, see also RFC-9019", false)]
    [InlineData("Update Mechanism: updmech-1.", false)]
    [InlineData("Update Mechanism: by UpdMech-Auto", false)]
    public void A_reference_counts_as_one_where_ids_look_like_that(string field, bool dangling) =>
        Assert.Equal(dangling, Against(new DanglingReference(), Plant.Papers().Table(6, ["SoftComp-1", field]).Table(7, ["UpdMech-1", "Description: over the air"])).Count > 0);

    [Theory]
    [InlineData("Report vulnerabilities to psirt@acme.example", true)]
    [InlineData("Report vulnerabilities to security@acme.example or psirt@acme.example", false)]
    [InlineData("For questions on privacy write to dpo@acme.example", false)]
    [InlineData("Press: press@acme.example", false)]
    public void Two_papers_that_name_two_contacts_are_shown(string line, bool differ) =>
        Assert.Equal(differ, Against(new SecurityContact(), Plant.Papers().File("documents/policy.md", Policy).File("documents/manual.md", $"# Manual\n\n{line}\n")).Count > 0);

    [Fact]
    public void Enormous_tables_are_compared_in_time()
    {
        var rows = Enumerable.Range(1, 1000).Select(i => new[] { $"SoftComp-{i}", $"Update Mechanism: UpdMech-{i % 7}", "Cryptographic Usage: Yes" }).ToArray();
        var plant = Plant.Papers().Table(6, rows).TableIn("declaration/second.yaml", 6, rows).Table(7, [.. Enumerable.Range(1, 600).Select(i => new[] { $"UpdMech-{i}", "Cryptographic Details: TLS 1.3" })])
            .Table(11, [.. Enumerable.Range(1, 600).Select(i => new[] { $"ComMech-{i}", "Cryptographic Details: RC4" })]).Table(10, [.. Enumerable.Range(1, 600).Select(i => new[] { $"SecParam-{i}", "Type: critical", $"Communication Mechanisms: ComMech-{i}" })]);
        var examined = plant.Examined(signed: true);
        var watch = System.Diagnostics.Stopwatch.StartNew();
        var result = Evaluation.Of(examined, Catalogue.Default);
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(60), $"{watch.Elapsed}");
        Assert.Contains(result.Contradictions, c => c.About.Contains("UpdMech-0", StringComparison.Ordinal));
        Assert.Equal(Outcome.Fail, result.Verdicts.SelectMany(v => v.Units).Single(u => u.Unit == "5.5-1-1c").Outcome);
        Assert.All(result.Verdicts.SelectMany(v => v.Units), u => Assert.InRange(u.Rows.Count, 0, 500));
    }
}
