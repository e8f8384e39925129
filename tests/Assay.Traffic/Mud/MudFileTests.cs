using System.Diagnostics;
using System.Text;
using Assay.Evidence.Reading;
using Assay.Traffic.Mud;

namespace Assay.Traffic.Tests.Mud;

/// <summary>What entries of a MUD file mean, and that what is not understood never allows more.</summary>
public sealed class MudFileTests
{
    private static Permission Single(string matches, bool fromDevice = true, string type = "ipv4-acl-type")
    {
        var entry = MudText.Ace(matches);
        var file = MudFile.Read(fromDevice ? MudText.File(entry, type: type) : MudText.File("", entry, type: type));
        return Assert.Single(file.Permissions);
    }

    private static MudFile From(string entries) => MudFile.Read(MudText.File(entries));

    [Fact]
    public void A_file_says_where_it_lives_and_of_what_it_speaks()
    {
        var file = MudFile.Read(MudText.File(MudText.Ace(MudText.Update), mud: """, "cache-validity": 24, "mfg-name": "Maker", "model-name": "EDB-100", "firmware-rev": "1.1" """));
        Assert.Equal(("https://maker.example/edb-100", "maker.example", TimeSpan.FromHours(24)), (file.Url, file.Authority, file.CacheValidity));
        Assert.Equal(("Maker", "EDB-100", "1.1", "a doorbell", true), (file.Maker, file.Model, file.FirmwareRev, file.SystemInfo, file.IsSupported));
        Assert.Equal(new DateTimeOffset(2026, 11, 1, 12, 0, 0, TimeSpan.Zero), file.LastUpdate);
        Assert.Equal("https://maker.example/edb-100.p7s", file.SignatureUri);
        Assert.DoesNotContain(file.Remarks, r => r.Weight != RemarkWeight.Advice);
    }

    [Fact]
    public void From_the_device_the_destination_is_the_peer()
    {
        var p = Single(""" "ipv4": { "ietf-acldns:dst-dnsname": "Update.Maker.Example.", "protocol": 6 }, "tcp": { "source-port": { "lower-port": 1024, "upper-port": 2048 }, "destination-port": { "operator": "eq", "port": 443 }, "ietf-mud:direction-initiated": "from-device" } """);
        Assert.Equal((true, true, 4, (byte)6), (p.FromDevice, p.Accept, p.IpVersion, p.Protocol));
        Assert.Equal(new Peer(PeerKind.Name, "update.maker.example"), p.Peer);
        Assert.Equal([new PortRange(443, 443)], p.PeerPorts);
        Assert.Equal([new PortRange(1024, 2048)], p.DevicePorts);
        Assert.Equal(InitiatedBy.Device, p.InitiatedBy);
    }

    [Fact]
    public void To_the_device_the_source_is_the_peer()
    {
        var p = Single(""" "ipv4": { "ietf-acldns:src-dnsname": "update.maker.example", "protocol": 6 }, "tcp": { "source-port": { "operator": "eq", "port": 443 }, "ietf-mud:direction-initiated": "to-device" } """, fromDevice: false);
        Assert.Equal((false, InitiatedBy.Peer), (p.FromDevice, p.InitiatedBy));
        Assert.Equal(new Peer(PeerKind.Name, "update.maker.example"), p.Peer);
        Assert.Equal([new PortRange(443, 443)], p.PeerPorts);
        Assert.Empty(p.DevicePorts);
    }

    [Theory]
    [InlineData("local-networks", "[null]", PeerKind.LocalNetworks, null)]
    [InlineData("same-manufacturer", "[null]", PeerKind.SameManufacturer, null)]
    [InlineData("my-controller", "[null]", PeerKind.MyController, null)]
    [InlineData("controller", "\"urn:ietf:params:mud:dns\"", PeerKind.Controller, "urn:ietf:params:mud:dns")]
    [InlineData("manufacturer", "\"Lights.Example\"", PeerKind.Manufacturer, "lights.example")]
    [InlineData("model", "\"https://lights.example/bulb\"", PeerKind.Model, "https://lights.example/bulb")]
    public void A_class_of_peers_is_kept_as_it_is(string match, string value, PeerKind kind, string? named)
    {
        Assert.Equal(new Peer(kind, named), Single($$""" "ietf-mud:mud": { "{{match}}": {{value}} } """).Peer);
    }

    [Theory]
    [InlineData("""{ "operator": "eq", "port": 7 }""", "7-7")]
    [InlineData("""{ "operator": "lte", "port": 7 }""", "0-7")]
    [InlineData("""{ "operator": "gte", "port": 7 }""", "7-65535")]
    [InlineData("""{ "operator": "neq", "port": 7 }""", "0-6 8-65535")]
    [InlineData("""{ "operator": "neq", "port": 0 }""", "1-65535")]
    [InlineData("""{ "port": 7 }""", "7-7")]
    [InlineData("""{ "lower-port": 7 }""", "7-7")]
    [InlineData("""{ "operator": "eq", "lower-port": 7, "upper-port": 9 }""", "7-9")]
    [InlineData("""{ "operator": "range", "lower-port": 7, "upper-port": 9 }""", "7-9")]
    public void Ports_are_ranges(string node, string expected)
    {
        var ports = Single($$""" "udp": { "destination-port": {{node}} }, "ietf-mud:mud": { "local-networks": [null] } """).PeerPorts;
        Assert.Equal(expected, string.Join(' ', ports.Select(p => $"{p.First}-{p.Last}")));
    }

    [Fact]
    public void Networks_lose_their_host_bits()
    {
        Assert.Equal("192.0.2.0/24", Single(""" "ipv4": { "destination-ipv4-network": "192.0.2.77/24" } """).Peer.Value);
        Assert.Equal("2001:db8::/32", Single(""" "ipv6": { "destination-ipv6-network": "2001:db8:1::1/32" } """, type: "ipv6-acl-type").Peer.Value);
    }

    [Fact]
    public void The_list_says_which_ip_and_a_mixed_one_leaves_it_open()
    {
        Assert.Equal(4, Single(""" "ietf-mud:mud": { "local-networks": [null] } """).IpVersion);
        Assert.Null(Single(""" "ietf-mud:mud": { "local-networks": [null] } """, type: "mixed-ipv4-ipv6-acl-type").IpVersion);
        Assert.Equal(6, Single(""" "eth": { "ethertype": "0x86dd" }, "ietf-mud:mud": { "local-networks": [null] } """, type: "mixed-eth-ipv6-acl-type").IpVersion);
    }

    [Fact]
    public void The_order_of_entries_is_kept_because_the_first_match_decides()
    {
        var file = From(string.Join(',', MudText.Ace(""" "ipv4": { "protocol": 17 } """, """{ "forwarding": "drop" }""", "a"), MudText.Ace(""" "ietf-mud:mud": { "local-networks": [null] } """, name: "b"), MudText.Ace(MudText.Update, name: "c")));
        Assert.Equal(["a", "b", "c"], file.Permissions.Select(p => p.Name));
        Assert.Equal([false, true, true], file.Permissions.Select(p => p.Accept));
    }

    /// <summary>A match that no reader of ours understands, or that contradicts itself: each must cost an accepting entry its place.</summary>
    public static TheoryData<string> NotUnderstood =>
    [
        """ "ipv4": { "protocol": 6, "dscp": 3 } """,
        """ "ipv4": { "ttl": 64 }, "ietf-mud:mud": { "local-networks": [null] } """,
        """ "ietf-acl-tls:client-profile": { "tls-dtls-profiles": [] } """,
        """ "tcp": { "flags": "syn" } """,
        """ "udp": { "ietf-mud:direction-initiated": "from-device" } """,
        """ "ietf-mud:mud": { "local-networks": [null], "direction-initiated": "from-device" }, "ipv4": { "protocol": 17 } """,
        """ "tcp": { "ietf-mud:direction-initiated": "both" } """,
        """ "ipv4": { "source-ipv4-network": "192.0.2.1/32" } """,
        """ "ipv4": { "ietf-acldns:src-dnsname": "maker.example" } """,
        """ "ipv4": { "ietf-acldns:dst-dnsname": "*.maker.example" } """,
        """ "ipv4": { "ietf-acldns:dst-dnsname": "maker.example; drop table" } """,
        """ "ipv4": { "ietf-acldns:dst-dnsname": "maker.example\n}" } """,
        """ "ipv4": { "ietf-acldns:dst-dnsname": "a\"b.example" } """,
        """ "ipv4": { "ietf-acldns:dst-dnsname": "192.0.2.1" } """,
        """ "ipv4": { "ietf-acldns:dst-dnsname": "" } """,
        """ "ipv4": { "ietf-acldns:dst-dnsname": "a..example" } """,
        """ "ipv4": { "ietf-acldns:dst-dnsname": "münchen.example" } """,
        """ "ipv4": { "ietf-acldns:dst-dnsname": ["maker.example"] } """,
        """ "ipv4": { "destination-ipv4-network": "192.0.2.0/200" } """,
        """ "ipv4": { "destination-ipv4-network": "192.0.2.0" } """,
        """ "ipv4": { "destination-ipv4-network": "10.1/8" } """,
        """ "ipv4": { "destination-ipv4-network": "010.0.0.1/8" } """,
        """ "ipv4": { "destination-ipv4-network": "0x0a.0.0.1/8" } """,
        """ "ipv4": { "destination-ipv4-network": "2001:db8::/32" } """,
        """ "ipv4": { "destination-ipv6-network": "2001:db8::/32" } """,
        """ "ipv6": { "protocol": 6 } """,
        """ "ipv4": { "protocol": 300 } """,
        """ "ipv4": { "protocol": "6" } """,
        """ "ipv4": { "protocol": 17 }, "tcp": { } """,
        """ "tcp": { "destination-port": { "operator": "eq", "port": 70000 } } """,
        """ "tcp": { "destination-port": { "operator": "eq", "port": -1 } } """,
        """ "tcp": { "destination-port": { "operator": "eq", "port": "443" } } """,
        """ "tcp": { "destination-port": { "operator": "about", "port": 443 } } """,
        """ "tcp": { "destination-port": { "lower-port": 9, "upper-port": 7 } } """,
        """ "tcp": { "destination-port": { "operator": "eq", "lower-port": 9, "port": 7 } } """,
        """ "tcp": { "destination-port": { } } """,
        """ "tcp": { "destination-port": 443 } """,
        """ "tcp": [ ] """,
        """ "icmp": { "rest-of-header": "AAAA" } """,
        """ "eth": { "destination-mac-address": "ff:ff:ff:ff:ff:ff" } """,
        """ "eth": { "ethertype": "0x888e" } """,
        """ "ietf-mud:mud": { "local-networks": [false] } """,
        """ "ietf-mud:mud": { "local-networks": false } """,
        """ "ietf-mud:mud": { "controller": "not a uri" } """,
        """ "ietf-mud:mud": { "controller": "urn:x;y" } """,
        """ "ietf-mud:mud": { "manufacturer": "a b" } """,
        """ "ietf-mud:mud": { "local-networks": [null], "same-manufacturer": [null] } """,
        """ "ietf-mud:mud": { "local-networks": [null], "unheard-of": [null] } """,
    ];

    [Theory]
    [MemberData(nameof(NotUnderstood))]
    public void A_match_that_is_not_understood_takes_its_accepting_entry_with_it(string matches)
    {
        var file = From($"{MudText.Ace(matches, name: "bad")}, {MudText.Ace(MudText.Update, name: "well")}");
        Assert.Equal(["well"], file.Permissions.Select(p => p.Name));
        Assert.Equal(1, file.Dropped);
        Assert.Contains(file.Remarks, r => r.Weight == RemarkWeight.Dropped && r.Where.Contains("(bad)", StringComparison.Ordinal));
        Assert.All(file.Remarks, r => Assert.DoesNotContain(r.ToString(), char.IsControl));
        Holds(file);
    }

    [Theory]
    [MemberData(nameof(NotUnderstood))]
    public void A_match_that_is_not_understood_lets_a_denying_entry_deny_more_and_never_less(string matches)
    {
        var file = From($"{MudText.Ace(matches, """{ "forwarding": "drop" }""", "bad")}, {MudText.Ace(MudText.Update, name: "well")}");
        Assert.Equal([false, true], file.Permissions.Select(p => p.Accept));
        Assert.Contains(file.Remarks, r => r.Weight == RemarkWeight.Dropped);
        Holds(file);
    }

    [Fact]
    public void A_limit_that_is_not_understood_takes_its_accepting_entry_with_it_and_logging_does_not()
    {
        var file = From($"{MudText.Ace(MudText.Update, """{ "forwarding": "accept", "example:rate": 10 }""", "bad")}, {MudText.Ace(MudText.Update, """{ "forwarding": "accept", "logging": "log-none" }""", "well")}");
        Assert.Equal(["well"], file.Permissions.Select(p => p.Name));
    }

    [Theory]
    [InlineData("""{ "forwarding": "mirror" }""")]
    [InlineData("""{ }""")]
    [InlineData("""[ ]""")]
    public void An_action_that_is_not_understood_denies(string actions)
    {
        var file = From($"{MudText.Ace(MudText.Update, actions, "bad")}, {MudText.Ace(MudText.Update, name: "well")}");
        Assert.Equal([false, true], file.Permissions.Select(p => p.Accept));
        Assert.Contains(file.Remarks, r => r.Rule == "action-not-understood");
    }

    /// <summary>What is wrong but clear: read, and remarked with the rule.</summary>
    [Theory]
    [InlineData("url-not-https", "", "http://maker.example/x")]
    [InlineData("cache-validity-range", """, "cache-validity": 0 """)]
    [InlineData("cache-validity-range", """, "cache-validity": 169 """)]
    [InlineData("cache-validity-range", """, "cache-validity": "24" """)]
    [InlineData("extension-unknown", """, "extensions": [ "reporter" ] """)]
    [InlineData("extension-undeclared", """, "assay-trust-label:trust-label": { "update-hosts": [ "update.maker.example" ] } """)]
    [InlineData("extension-undeclared", """, "ietf-mud-reporter-extension:reporter": { } """)]
    [InlineData("unknown-node", """, "colour": "red" """)]
    [InlineData("uri-form", """, "documentation": "not a uri" """)]
    [InlineData("text-form", """, "mfg-name": 7 """)]
    [InlineData("trust-label-form", """, "extensions": [ "trust-label" ], "assay-trust-label:trust-label": [ ] """)]
    [InlineData("name-form", """, "extensions": [ "trust-label" ], "assay-trust-label:trust-label": { "update-hosts": [ "a b" ] } """)]
    [InlineData("update-host-not-allowed", """, "extensions": [ "trust-label" ], "assay-trust-label:trust-label": { "update-hosts": [ "other.maker.example" ] } """)]
    public void What_departs_is_remarked(string rule, string mud, string url = "https://maker.example/x")
    {
        var file = MudFile.Read(MudText.File(MudText.Ace(MudText.Update), MudText.Ace(""" "ietf-mud:mud": { "local-networks": [null] } """), mud, url));
        Assert.Contains(file.Remarks, r => r.Rule == rule);
        Assert.Equal(2, file.Permissions.Count);
        Assert.DoesNotContain(MudFile.Read(MudText.File(MudText.Ace(MudText.Update))).Remarks, r => r.Rule == rule);
    }

    [Fact]
    public void Quoted_booleans_and_odd_empty_leaves_are_read_and_remarked()
    {
        var text = Encoding.UTF8.GetString(MudText.File(MudText.Ace(""" "ietf-mud:mud": { "local-networks": true } """))).Replace("\"is-supported\": true", "\"is-supported\": \"false\"", StringComparison.Ordinal);
        var file = MudFile.Read(Encoding.UTF8.GetBytes(text));
        Assert.False(file.IsSupported);
        Assert.Equal(PeerKind.LocalNetworks, Assert.Single(file.Permissions).Peer.Kind);
        Assert.Contains(file.Remarks, r => r.Rule == "boolean-quoted");
        Assert.Contains(file.Remarks, r => r.Rule == "not-supported");
        Assert.Contains(file.Remarks, r => r.Rule == "empty-leaf");
    }

    [Fact]
    public void Duplicates_long_texts_lists_that_are_missing_or_unused_are_remarked()
    {
        var text = Encoding.UTF8.GetString(MudText.File($"{MudText.Ace(MudText.Update, name: "same")}, {MudText.Ace(MudText.Update, name: "same")}"))
            .Replace("a doorbell", new string('x', 61), StringComparison.Ordinal).Replace("{ \"name\": \"t\" }", "{ \"name\": \"nowhere\" }, { \"name\": \"f\" }, { \"name\": \"f\" }", StringComparison.Ordinal)
            .Replace("\"mud-signature\"", "\"documentation\"", StringComparison.Ordinal);
        var file = MudFile.Read(Encoding.UTF8.GetBytes(text));
        foreach (var rule in new[] { "entry-twice", "systeminfo-long", "list-absent", "list-unused", "list-twice", "signature-missing" }) Assert.Contains(file.Remarks, r => r.Rule == rule);
        Assert.Equal(2, file.Permissions.Count(p => p.FromDevice));
    }

    [Fact]
    public void The_draft_container_is_read_and_remarked_and_of_two_only_the_standard_one_counts()
    {
        var file = MudFile.Read(MudText.File(MudText.Ace(MudText.Update), container: "ietf-access-control-list:access-lists"));
        Assert.Single(file.Permissions);
        Assert.Equal(RemarkWeight.Departs, Assert.Single(file.Remarks, r => r.Rule == "draft-container").Weight);
        var both = Encoding.UTF8.GetString(MudText.File(MudText.Ace(MudText.Update))).TrimEnd().TrimEnd('}') + """, "ietf-access-control-list:access-lists": { "acl": [] } }""";
        Assert.Single(MudFile.Read(Encoding.UTF8.GetBytes(both)).Permissions);
    }

    [Fact]
    public void Our_extension_names_update_hosts_and_label_when_it_is_declared()
    {
        const string Node = """, "assay-trust-label:trust-label": { "label-uri": "https://labels.example/l/1", "update-hosts": [ "Update.Maker.Example", "update.maker.example" ] } """;
        var declared = MudFile.Read(MudText.File(MudText.Ace(MudText.Update), mud: """, "extensions": [ "trust-label" ] """ + Node));
        Assert.Equal(["update.maker.example"], declared.UpdateHosts);
        Assert.Equal("https://labels.example/l/1", declared.LabelUri);
        var silent = MudFile.Read(MudText.File(MudText.Ace(MudText.Update), mud: Node));
        Assert.Empty(silent.UpdateHosts);
        Assert.Null(silent.LabelUri);
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("{ \"ietf-mud:mud\": 7 }")]
    [InlineData("{ \"ietf-mud:mud\": { \"mud-version\": 1 } }")]
    [InlineData("{ \"ietf-mud:mud\": { \"mud-version\": 2, \"mud-url\": \"https://a.example/\" } }")]
    [InlineData("{ \"ietf-mud:mud\": { \"mud-version\": 1, \"mud-url\": \"file:///etc/passwd\" } }")]
    [InlineData("{ \"ietf-mud:mud\": { \"mud-version\": 1, \"mud-url\": \"https://a.example/\", \"mud-url\": \"https://b.example/\" } }")]
    [InlineData("{ \"ietf-mud:mud\": { \"mud-version\": 1, \"mud-url\": \"https://a.example/;reboot\" } }")]
    [InlineData("{ \"ietf-mud:mud\": { \"mud-version\": 1, \"mud-url\": \"https://a.example/\" } ")]
    [InlineData("\u0000\u0001\u0002")]
    [InlineData("{ \"ietf-mud:mud\": { \"mud-version\": 1, \"mud-url\": \"https://a.example/\", \"mfg-name\": \"\\ud800\" } }")]
    [InlineData("{ \"ietf-mud:mud\": { \"mud-version\": 1, \"mud-url\": \"https://a.example/\", \"\\udfff\": 1 } }")]
    public void What_is_no_mud_file_is_refused_in_words(string text)
    {
        var refused = Assert.Throws<UnreadableException>(() => MudFile.Read(Encoding.UTF8.GetBytes(text)));
        Assert.True(refused.Expected.Length > 0 && refused.Found.Length > 0);
        Assert.DoesNotContain(refused.Message, char.IsControl);
    }

    [Fact]
    public void Depth_length_and_number_have_ends()
    {
        Assert.Throws<UnreadableException>(() => MudFile.Read(Encoding.UTF8.GetBytes(new string('[', 200_000) + new string(']', 200_000))));
        Assert.Throws<UnreadableException>(() => MudFile.Read(new byte[MudFile.LongestFile + 1]));
        var clock = Stopwatch.StartNew();
        var entries = string.Join(',', Enumerable.Range(0, 15_000).Select(i => MudText.Ace(MudText.Update, name: $"e{i}")));
        var file = From(entries);
        Assert.Equal(MudFile.MostEntries, file.Permissions.Count);
        Assert.Equal(15_000 - MudFile.MostEntries, file.Dropped);
        Assert.Contains(file.Remarks, r => r.Rule == "too-many");
        // Every one of a million empty entries is answered for, without a remark each.
        var many = From(string.Join(',', Enumerable.Repeat("{}", 1_000_000)));
        Assert.Equal(0, many.Permissions.Count(p => p.Accept));
        Assert.InRange(many.Remarks.Count, 1, 1001);
        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(10));
    }

    [Fact]
    public void A_file_with_random_bytes_changed_is_read_or_refused_and_never_names_what_a_rule_set_cannot_hold()
    {
        var whole = MudText.File($"{MudText.Ace(MudText.Update)}, {MudText.Ace(""" "ietf-mud:mud": { "controller": "urn:ietf:params:mud:ntp" }, "udp": { "destination-port": { "operator": "eq", "port": 123 } } """)}");
        var random = new Random(20261123);
        var (read, refused) = (0, 0);
        for (var i = 0; i < 20_000; i++)
        {
            var bytes = (byte[])whole.Clone();
            for (var changes = random.Next(1, 4); changes > 0; changes--) bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            try
            {
                Holds(MudFile.Read(bytes));
                read++;
            }
            catch (UnreadableException)
            {
                refused++;
            }
        }
        Assert.True(read > 100 && refused > 100, $"{read} read, {refused} refused");
    }

    /// <summary>What the type promises to whoever writes rules from it.</summary>
    internal static void Holds(MudFile file)
    {
        Assert.All(file.Permissions, p =>
        {
            Assert.True(p.Peer.Kind is PeerKind.Any or PeerKind.LocalNetworks or PeerKind.MyController or PeerKind.SameManufacturer == p.Peer.Value is null);
            if (p.Peer.Kind == PeerKind.Name) Assert.Matches("^[a-z0-9_.-]{1,253}$", p.Peer.Value);
            if (p.Peer.Kind == PeerKind.Network) Assert.True(System.Net.IPNetwork.TryParse(p.Peer.Value, out _));
            if (p.Peer.Kind is PeerKind.Controller or PeerKind.Model) Assert.Matches("^[!-~]{1,1024}$", p.Peer.Value);
            Assert.DoesNotContain(p.Peer.Value ?? "", c => c is '"' or ';' or '{' or '}' or ' ' || char.IsControl(c));
            Assert.All(p.PeerPorts.Concat(p.DevicePorts), r => Assert.True(r.First <= r.Last));
            Assert.True(p.InitiatedBy == InitiatedBy.Either || p.Protocol == 6);
            Assert.True(p.PeerPorts.Count + p.DevicePorts.Count == 0 || p.Protocol is 6 or 17);
            Assert.True(p.IcmpType is null && p.IcmpCode is null || p.Protocol is 1 or 58);
            Assert.DoesNotContain(p.Name, char.IsControl);
        });
        Assert.All(file.UpdateHosts, h => Assert.Matches("^[a-z0-9_.-]{1,253}$", h));
    }
}
