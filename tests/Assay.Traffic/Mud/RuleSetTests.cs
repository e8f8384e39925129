using System.Text;
using Assay.Evidence.Reading;
using Assay.Traffic.Captures;
using Assay.Traffic.Mud;

namespace Assay.Tests.Mud;

/// <summary>Rule sets as text: what enters them, and that the kernel takes each one, whatever the MUD file held.</summary>
public sealed class RuleSetTests
{
    private static Gateway Gateway(bool ipv6 = false) => new()
    {
        Inside = ["br0", "lan1.7"],
        Outside = "wan0",
        Addresses = [Address.Parse("192.168.77.1")],
        Names = ipv6 ? [Address.Parse("192.168.77.1"), Address.Parse("fd77::1")] : [Address.Parse("192.168.77.1")],
        Time = [Address.Parse("192.168.77.1"), Address.Parse("fd77::1")],
        Ipv6 = ipv6,
    };

    private static Permission To(string name, ushort port, byte protocol = 6) =>
        new() { Name = "e", FromDevice = true, Accept = true, Peer = new Peer(PeerKind.Name, name), Protocol = protocol, PeerPorts = [new(port, port)] };

    private static DevicePolicy Device(int number, GuardAction action, string? profile = null, params string[] addresses) => new()
    {
        Mac = new MacAddress(0x00005e005300ul + (ulong)number),
        Addresses = [.. addresses.Select(Address.Parse)],
        Action = action,
        Profile = profile,
    };

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void The_kernel_takes_every_rule_set_that_random_profiles_give(bool ipv6)
    {
        NeedKernel();
        var random = new Random(20261123);
        for (var round = 0; round < 6; round++)
        {
            var profiles = Enumerable.Range(0, 60).Select(i => Anything(random, "p" + i)).ToList();
            var rules = new RuleSet(Gateway(ipv6), profiles);
            var devices = Enumerable.Range(1, 200).Select(i => Device(i, (GuardAction)random.Next(4), random.Next(5) == 0 ? null : "p" + random.Next(60), $"192.168.78.{i}", $"fd77::{i}")).ToList();
            var admitted = profiles.SelectMany(p => p.UpdateHosts.Concat(p.Permissions.Where(e => e.Peer.Kind == PeerKind.Name).Select(e => e.Peer.Value!)).Distinct()
                .Select(name => new NameAdmission(p.Id, name, [Address.V4((uint)random.Next()), new Address((ulong)random.NextInt64() | 0x2000_0000_0000_0000, (ulong)random.NextInt64())], TimeSpan.FromSeconds(random.Next(1, 4000))))).ToList();
            var text = rules.Whole(devices, admitted);
            // Every change too, on top of the whole, in one go.
            var moves = devices.Take(50).Select(d => rules.Move(d, random.Next(6) == 0 ? null : d with { Action = (GuardAction)random.Next(4) }));
            Judge(text + string.Concat(moves) + rules.Admit(admitted));
            Assert.All(profiles.SelectMany(p => p.Permissions).Select(e => e.Name).Where(n => n.Length > 3), name => Assert.DoesNotContain(name, text));
            Assert.DoesNotContain("evil", text);
            Assert.Equal(text, new RuleSet(Gateway(ipv6), profiles).Whole(devices, admitted));
        }
    }

    [Fact]
    public void The_kernel_refuses_what_is_wrong()
    {
        // The control: the judge above does say no.
        NeedKernel();
        var text = new RuleSet(Gateway(), [new Profile { Id = "a", Permissions = [To("a.example", 443)] }]).Whole([]);
        Assert.NotEqual(0, Nft(text + "add element inet assay o_a_4 { 192.0.2.1 . 6 }\n").Exit);
        Assert.Equal(0, Nft(text + "add element inet assay o_a_4 { 192.0.2.1 . 6 . 443 }\n").Exit);
    }

    [Fact]
    public void The_kernel_takes_the_profile_of_every_public_MUD_file()
    {
        NeedKernel();
        var profiles = new List<Profile>();
        foreach (var file in Corpus.Files("mud", "*.json"))
        {
            MudFile mud;
            try
            {
                mud = MudFile.Read(File.ReadAllBytes(file));
            }
            catch (Assay.Evidence.Reading.UnreadableException)
            {
                continue;
            }
            profiles.Add(new Profile { Id = "m" + profiles.Count, Permissions = mud.Permissions, UpdateHosts = mud.UpdateHosts, MudUrl = mud.Url });
        }
        Assert.True(profiles.Count > 20, $"{profiles.Count} profiles");
        foreach (var ipv6 in new[] { false, true })
        {
            var rules = new RuleSet(Gateway(ipv6), profiles);
            var admitted = profiles.SelectMany(p => p.Permissions.Where(e => e.Peer.Kind == PeerKind.Name).Select(e => new NameAdmission(p.Id, e.Peer.Value!, [Address.Parse("198.51.100.1")], TimeSpan.FromHours(1)))).ToList();
            Judge(rules.Whole([.. profiles.Select((p, i) => Device(i + 1, GuardAction.Narrow, p.Id, $"192.168.79.{i + 1}"))], admitted));
            TestContext.Current.SendDiagnosticMessage($"{profiles.Count} profiles, {profiles.Sum(p => p.Permissions.Count)} entries, {rules.Remarks.Count} without a rule");
            // What no rule was made of has a reason that a person can act on.
            Assert.All(rules.Remarks, r => Assert.NotEmpty(r.Reason));
        }
    }

    [Theory]
    [InlineData("a b")]
    [InlineData("A")]
    [InlineData("")]
    [InlineData("x; drop")]
    [InlineData("aaaaaaaaaaaaaaaaaaaaaaaaa")]
    public void An_id_that_cannot_stand_in_the_kernel_is_refused(string id) =>
        Assert.Contains("1 to 24", Assert.Throws<ArgumentException>(() => new RuleSet(Gateway(), [new Profile { Id = id, Permissions = [] }])).Message);

    [Theory]
    [InlineData("br0\" drop")]
    [InlineData("br*")]
    [InlineData("abcdefghijklmnop")]
    public void An_interface_name_that_is_none_is_refused(string name) =>
        Assert.Throws<ArgumentException>(() => new RuleSet(Gateway() with { Inside = [name] }, []));

    [Fact]
    public void Two_devices_do_not_share_an_address_or_a_MAC_and_a_profile_must_be_there()
    {
        var rules = new RuleSet(Gateway(), []);
        Assert.Contains("192.168.77.20", Assert.Throws<ArgumentException>(() => rules.Whole([Device(1, GuardAction.Narrow, null, "192.168.77.20"), Device(2, GuardAction.Heal, null, "192.168.77.20")])).Message);
        Assert.Contains("twice", Assert.Throws<ArgumentException>(() => rules.Whole([Device(1, GuardAction.Narrow), Device(1, GuardAction.Heal)])).Message);
        Assert.Contains("nobody", Assert.Throws<ArgumentException>(() => rules.Whole([Device(1, GuardAction.Narrow, "nobody", "192.168.77.20")])).Message);
        Assert.Contains("goto heal_out", rules.Whole([Device(1, GuardAction.Narrow, null, "192.168.77.20")]));
    }

    [Fact]
    public void A_refusal_among_entries_keeps_their_order_and_nothing_is_shared_past_it()
    {
        var profile = new Profile
        {
            Id = "a",
            Permissions =
            [
                new Permission { Name = "not there", FromDevice = true, Accept = false, Peer = new Peer(PeerKind.Network, "198.51.100.0/24"), Protocol = 6 },
                To("a.example", 443),
            ],
        };
        var lines = new RuleSet(Gateway(), [profile]).Whole([]).Split('\n').Select(l => l.Trim()).ToList();
        var refusal = lines.IndexOf("ip daddr 198.51.100.0/24 meta l4proto 6 counter name \"refused_a\" drop");
        var accept = lines.IndexOf("ip daddr @n_a_0_4 meta l4proto 6 th dport 443 ct mark set ct mark & 0xbfffffff return");
        Assert.True(refusal > 0 && accept > refusal, $"{refusal} {accept}");
        Assert.DoesNotContain(lines, l => l.Contains("@o_a_4", StringComparison.Ordinal));
    }

    [Fact]
    public void What_no_rule_can_be_made_of_is_remarked_and_stays_shut()
    {
        Permission[] permissions =
        [
            new() { Name = "controller", FromDevice = true, Accept = true, Peer = new Peer(PeerKind.Controller, "urn:example:hub") },
            new() { Name = "mine", FromDevice = true, Accept = true, Peer = new Peer(PeerKind.MyController) },
            new() { Name = "maker", FromDevice = true, Accept = true, Peer = new Peer(PeerKind.SameManufacturer) },
            new() { Name = "ports of icmp", FromDevice = true, Accept = true, Peer = new Peer(PeerKind.Any), Protocol = 1, PeerPorts = [new(1, 2)] },
            new() { Name = "six", FromDevice = true, Accept = true, Peer = new Peer(PeerKind.Any), IpVersion = 6 },
            new() { Name = "backwards", FromDevice = true, Accept = true, Peer = new Peer(PeerKind.Any), Protocol = 6, PeerPorts = [new(9, 1)] },
        ];
        var rules = new RuleSet(Gateway(), [new Profile { Id = "a", Permissions = permissions }]);
        Assert.Equal(permissions.Select(p => p.Name), rules.Remarks.Select(r => r.Entry));
        // With what was missing there is a rule.
        var whole = new Profile
        {
            Id = "a",
            Permissions = permissions,
            MudUrl = "https://Maker.example/a",
            MyController = [Address.Parse("192.168.77.9")],
            Controllers = new Dictionary<string, IReadOnlyList<Address>> { ["urn:example:hub"] = [Address.Parse("192.168.77.8")] },
        };
        var text = new RuleSet(Gateway(), [whole]).Whole([]);
        Assert.Contains("ip daddr 192.168.77.8 ct mark", text);
        Assert.Contains("ip daddr 192.168.77.9 ct mark", text);
    }

    [Fact]
    public void Who_opens_a_connection_is_kept()
    {
        static Profile Of(bool fromDevice, InitiatedBy who) => new() { Id = "a", Permissions = [To("a.example", 443) with { FromDevice = fromDevice, InitiatedBy = who }] };
        static bool Opens(Profile profile) => new RuleSet(Gateway(), [profile]).Admit(new NameAdmission("a", "a.example", [Address.Parse("198.51.100.1")], TimeSpan.FromMinutes(1))).Length > 0;
        Assert.True(Opens(Of(true, InitiatedBy.Either)) && Opens(Of(true, InitiatedBy.Device)) && Opens(Of(false, InitiatedBy.Peer)) && Opens(Of(false, InitiatedBy.Either)));
        Assert.False(Opens(Of(true, InitiatedBy.Peer)) || Opens(Of(false, InitiatedBy.Device)));
    }

    [Fact]
    public void Every_service_in_our_tables_has_its_source()
    {
        Assert.True(NamesOverHttps.Knows("dns.google") && NamesOverHttps.Addresses.Contains(Address.Parse("1.1.1.1")) && !NamesOverHttps.Knows("example.com"));
        Assert.True(TimeServices.Knows("pool.ntp.org") && TimeServices.Knows("0.de.pool.ntp.org") && !TimeServices.Knows("evilpool.ntp.org") && !TimeServices.Knows("x.time.google.com"));
        foreach (var table in new[] { "names-over-https.tsv", "time-services.tsv" })
        {
            Assert.All(DataFile.Open(typeof(TimeServices), table).Rows, row => Assert.StartsWith("https://", row.Need("source"), StringComparison.Ordinal));
        }
    }

    [Theory]
    [InlineData("192.0.2.77/24", "192.0.2.0/24")]
    [InlineData("10.1.2.3", "10.1.2.3/32")]
    [InlineData("0.0.0.0/0", "0.0.0.0/0")]
    [InlineData("2001:db8:ffff::1/33", "2001:db8:8000::/33")]
    [InlineData("2001:db8::ffff/127", "2001:db8::fffe/127")]
    [InlineData("::/0", "::/0")]
    public void Networks_lose_the_bits_behind_their_prefix(string text, string whole)
    {
        Assert.Equal(whole, Network.Parse(text).ToString());
        Assert.True(Network.Parse(text).Contains(Address.Parse(text.Split('/')[0])));
    }

    [Theory]
    [InlineData("192.0.2.0/33")]
    [InlineData("192.0.2.0/-1")]
    [InlineData("192.0.2.0/")]
    [InlineData("fe80::1%eth0")]
    [InlineData("; drop")]
    public void What_is_no_network_is_refused(string text) => Assert.False(Network.TryParse(text, out _));

    // Entries as no reader of ours would let them through.
    private static Profile Anything(Random random, string id)
    {
        string[] names = ["update.example", "cloud.example", "evil\"; drop #", "evil } flush ruleset", "xn--evil-\u00e9.example", "time.example", "a.example."];
        IReadOnlyList<PortRange> Ports(int one) => random.Next(3) switch
        {
            0 => [],
            1 => [.. Enumerable.Range(0, random.Next(1, 4)).Select(_ => (ushort)random.Next(65536)).Select(p => new PortRange(p, p))],
            _ => [new PortRange((ushort)random.Next(65536), (ushort)random.Next(65536)), new((ushort)one, (ushort)one)],
        };
        var permissions = Enumerable.Range(0, random.Next(12)).Select(_ => new Permission
        {
            Name = "evil \"name\" ; } drop\n#" + random.Next(),
            FromDevice = random.Next(2) == 0,
            Accept = random.Next(8) > 0,
            Peer = (PeerKind)random.Next(9) switch
            {
                PeerKind.Name => new Peer(PeerKind.Name, names[random.Next(names.Length)]),
                PeerKind.Network => new Peer(PeerKind.Network, new[] { "192.0.2.0/24", "2001:db8::/32", "evil; drop", "10.0.0.0/8" }[random.Next(4)]),
                PeerKind.Controller => new Peer(PeerKind.Controller, new[] { "urn:ietf:params:mud:dns", "urn:ietf:params:mud:ntp", "urn:evil \" drop" }[random.Next(3)]),
                PeerKind.Manufacturer => new Peer(PeerKind.Manufacturer, names[random.Next(names.Length)]),
                PeerKind.Model => new Peer(PeerKind.Model, "https://maker.example/evil\" drop"),
                var kind => new Peer(kind),
            },
            IpVersion = random.Next(3) switch { 0 => 4, 1 => 6, _ => null },
            Protocol = random.Next(4) switch { 0 => null, 1 => 6, 2 => 17, _ => (byte)random.Next(256) },
            PeerPorts = Ports(443),
            DevicePorts = random.Next(3) == 0 ? Ports(554) : [],
            InitiatedBy = (InitiatedBy)random.Next(3),
            IcmpType = random.Next(8) == 0 ? (byte)random.Next(256) : null,
            IcmpCode = random.Next(10) == 0 ? (byte)random.Next(256) : null,
        }).ToList();
        return new Profile
        {
            Id = id,
            Permissions = permissions,
            UpdateHosts = [.. names.Where(_ => random.Next(3) == 0)],
            MudUrl = random.Next(3) > 0 ? $"https://maker{random.Next(3)}.example/{random.Next(5)}" : null,
            Controllers = new Dictionary<string, IReadOnlyList<Address>> { ["urn:evil \" drop"] = [Address.Parse("192.168.77.8"), Address.Parse("2001:db8::8")] },
            MyController = random.Next(2) == 0 ? [] : [Address.Parse("192.168.77.9")],
        };
    }

    private static void NeedKernel()
    {
        Tool.Need("nft", "nftables");
        Tool.Need("unshare", "util-linux");
        if (Environment.UserName != "root") Assert.Skip("the kernel judges rule sets for root alone");
    }

    private static void Judge(string text)
    {
        var result = Nft(text);
        Assert.True(result.Exit == 0, result.Error.Length > 2000 ? result.Error[..2000] : result.Error);
    }

    // In a network namespace of its own: judged by library and kernel, never in force.
    private static Tool.Result Nft(string text) => Tool.Run("unshare", ["-n", "nft", "-c", "-f", "-"], input: Encoding.UTF8.GetBytes(text));
}
