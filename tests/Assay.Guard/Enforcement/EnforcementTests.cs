using System.Diagnostics;
using System.Net.Sockets;
using Assay.Guard.Enforcement;
using Assay.Traffic.Captures;
using Assay.Traffic.Mud;

namespace Assay.Tests.Enforcement;

/// <summary>What a real kernel lets through: each expectation of silence stands beside one of an answer.</summary>
public sealed class EnforcementTests
{
    private static readonly NameAdmission[] Admitted =
    [
        new("doorbell", "update.example", [Address.Parse(Home.Update), Address.Parse(Home.Update6)], TimeSpan.FromMinutes(5)),
        new("doorbell", "cloud.example", [Address.Parse(Home.Cloud), Address.Parse(Home.Cloud6)], TimeSpan.FromMinutes(5)),
        new("doorbell", "time.example", [Address.Parse(Home.Resolver)], TimeSpan.FromMinutes(5)),
    ];

    // UDP answers come from the address that was asked only if it is the interface's: time runs on the resolver's here.
    [Theory]
    [InlineData(GuardAction.Notify, true, true, true, true, true)]
    [InlineData(GuardAction.Narrow, true, true, false, true, false)]
    [InlineData(GuardAction.Heal, true, false, false, true, false)]
    [InlineData(GuardAction.Cut, false, false, false, false, false)]
    public void Each_action_lets_through_what_it_says_and_no_more(GuardAction action, bool update, bool cloud, bool elsewhere, bool time, bool gateway)
    {
        using var home = new Home();
        home.Serve(home.InternetSpace, [443, 80, 8080], [123]);
        home.Serve(home.GatewaySpace, [22], [53, 123]);
        Assert.True(Home.Reaches(home.DoorbellSpace, Home.Elsewhere, 443, Home.Within(true)), "without rules everything is reached");
        var rules = new RuleSet(Home.TheGateway(), [Home.TheProfile()]);
        home.Nft.Run(rules.Whole([Home.TheDoorbell(action), Home.TheCamera(GuardAction.Notify)], Admitted));

        Assert.Equal(update, Home.Reaches(home.DoorbellSpace, Home.Update, 443, Home.Within(update)));
        Assert.Equal(cloud, Home.Reaches(home.DoorbellSpace, Home.Cloud, 443, Home.Within(cloud)));
        Assert.Equal(elsewhere, Home.Reaches(home.DoorbellSpace, Home.Elsewhere, 443, Home.Within(elsewhere)));
        Assert.Equal(elsewhere, Home.Reaches(home.DoorbellSpace, Home.Cloud, 8080, Home.Within(elsewhere)));
        Assert.Equal(time, Home.ReachesByUdp(home.DoorbellSpace, Home.Resolver, 123, Home.Within(time)));
        Assert.Equal(time, Home.ReachesByUdp(home.DoorbellSpace, Home.Gateway, 123, Home.Within(time)));
        // Names: asked of the gateway, or of anybody, the gateway answers.
        Assert.Equal(action != GuardAction.Cut, Home.ReachesByUdp(home.DoorbellSpace, Home.Gateway, 53, Home.Within(action != GuardAction.Cut)));
        Assert.Equal(action != GuardAction.Cut, Home.ReachesByUdp(home.DoorbellSpace, Home.Elsewhere, 53, Home.Within(action != GuardAction.Cut)));
        Assert.True(home.Counter("redirected") > 0);
        Assert.Equal(gateway, Home.Reaches(home.DoorbellSpace, Home.Gateway, 22, Home.Within(gateway)));
        // Its neighbour is not touched by any of this.
        Assert.True(Home.Reaches(home.CameraSpace, Home.Elsewhere, 443, Home.Within(true)));
    }

    [Theory]
    [InlineData(GuardAction.Narrow, true, true)]
    [InlineData(GuardAction.Heal, true, false)]
    [InlineData(GuardAction.Cut, false, false)]
    public void IPv6_is_handled_as_IPv4_is_where_the_gateway_carries_it(GuardAction action, bool update, bool cloud)
    {
        using var home = new Home();
        home.Serve(home.InternetSpace, [443], []);
        Assert.True(Home.Reaches(home.DoorbellSpace, Home.Cloud6, 443, Home.Within(true)), "without rules everything is reached");
        var profiles = new[] { Home.TheProfile() };
        home.Nft.Run(new RuleSet(Home.TheGateway(ipv6: true), profiles).Whole([Home.TheDoorbell(action)], Admitted));
        Assert.Equal(update, Home.Reaches(home.DoorbellSpace, Home.Update6, 443, Home.Within(update)));
        Assert.Equal(cloud, Home.Reaches(home.DoorbellSpace, Home.Cloud6, 443, Home.Within(cloud)));
        Assert.Equal(update, Home.Reaches(home.DoorbellSpace, Home.Update, 443, Home.Within(update)));
        // Where it is not carried, none passes, and that is counted.
        home.Nft.Run(new RuleSet(Home.TheGateway(ipv6: false), profiles).Whole([Home.TheDoorbell(action)], Admitted));
        Assert.False(Home.Reaches(home.DoorbellSpace, Home.Update6, 443));
        Assert.True(action == GuardAction.Cut || home.Counter("ipv6") > 0);
    }

    [Theory]
    [InlineData(GuardAction.Narrow, GuardAction.Heal)]
    [InlineData(GuardAction.Notify, GuardAction.Heal)]
    [InlineData(GuardAction.Notify, GuardAction.Narrow)]
    [InlineData(GuardAction.Narrow, GuardAction.Cut)]
    [InlineData(GuardAction.Heal, GuardAction.Cut)]
    public void A_live_connection_stops_within_a_second_while_the_update_goes_on(GuardAction before, GuardAction after)
    {
        using var home = new Home();
        home.Serve(home.InternetSpace, [443], []);
        var rules = new RuleSet(Home.TheGateway(), [Home.TheProfile()]);
        home.Nft.Run(rules.Whole([Home.TheDoorbell(before)], Admitted));
        var stopped = before == GuardAction.Heal ? Home.Update : after == GuardAction.Narrow ? Home.Elsewhere : Home.Cloud;
        using var doomed = Home.Connect(home.DoorbellSpace, stopped, 443)!;
        using var update = Home.Connect(home.DoorbellSpace, Home.Update, 443)!;
        Assert.True(Home.Echoes(doomed) && Home.Echoes(update));

        var watch = Stopwatch.StartNew();
        home.Nft.Run(rules.Move(Home.TheDoorbell(before), Home.TheDoorbell(after)));
        var moved = watch.Elapsed;
        Assert.False(Home.Echoes(doomed, 900));
        Assert.True(moved < TimeSpan.FromSeconds(1), $"moved after {moved}");
        Assert.Equal(after != GuardAction.Cut, Home.Echoes(update, after != GuardAction.Cut ? 4000 : 900));
        Assert.Equal(after != GuardAction.Cut, Home.Reaches(home.DoorbellSpace, Home.Update, 443, Home.Within(after != GuardAction.Cut)));

        // And it comes back by itself when the device may again.
        home.Nft.Run(rules.Move(Home.TheDoorbell(after), Home.TheDoorbell(GuardAction.Narrow)));
        Assert.True(Home.Echoes(update, 4000));
        Assert.True(Home.Reaches(home.DoorbellSpace, Home.Cloud, 443, Home.Within(true)));
    }

    [Fact]
    public void Tcpdump_on_the_outside_counts_no_packet_of_what_was_stopped_and_all_of_the_update()
    {
        using var home = new Home();
        Tool.Need("tcpdump", "tcpdump");
        home.Serve(home.InternetSpace, [443], []);
        var rules = new RuleSet(Home.TheGateway(), [Home.TheProfile()]);
        home.Nft.Run(rules.Whole([Home.TheDoorbell(GuardAction.Narrow)], Admitted));
        var file = Path.Combine(home.Keep(new Scratch()).Folder, "wan.pcap");
        using var dump = Process.Start(new ProcessStartInfo("ip",
            ["netns", "exec", home.GatewaySpace, "tcpdump", "-Z", "root", "-U", "--immediate-mode", "-i", "wan0", "-w", file, "tcp port 443"])
        { RedirectStandardError = true })!;
        dump.StandardError.ReadLine();
        using var stop = new CancellationTokenSource();
        var threads = new[] { Home.Update, Home.Cloud }.Select(host =>
        {
            var socket = home.Keep(Home.Connect(home.DoorbellSpace, host, 443)!);
            var thread = new Thread(() =>
            {
                while (!stop.IsCancellationRequested) if (Home.Echoes(socket, 200)) Thread.Sleep(5);
            });
            thread.Start();
            return thread;
        }).ToList();
        Thread.Sleep(500);
        var moved = TimeProvider.System.GetUtcNow();
        home.Nft.Run(rules.Move(Home.TheDoorbell(GuardAction.Narrow), Home.TheDoorbell(GuardAction.Heal)));
        Thread.Sleep(2000);
        stop.Cancel();
        foreach (var thread in threads) thread.Join();
        dump.Kill();
        dump.WaitForExit();
        List<double> Times(string host) => [.. Tool.Run("tcpdump", ["-n", "-tt", "-r", file, "dst host " + host]).Text.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(l => double.Parse(l[..l.IndexOf(' ')], System.Globalization.CultureInfo.InvariantCulture) - moved.ToUnixTimeMilliseconds() / 1000.0)];
        var cloud = Times(Home.Cloud);
        var update = Times(Home.Update);
        Assert.True(cloud.Count(t => t < 0) > 10 && update.Count(t => t < 0) > 10, "both flowed before");
        TestContext.Current.SendDiagnosticMessage(FormattableString.Invariant($"last packet to the cloud {cloud[^1] * 1000:0} ms after the suspension began; {cloud.Count} and {update.Count} packets"));
        Assert.True(cloud[^1] < 1, $"{cloud[^1]} s");
        Assert.True(update.Count(t => t > 1) > 10, "the update goes on");
    }

    [Fact]
    public void A_download_that_outlives_its_address_in_the_set_goes_on_and_nothing_new_begins()
    {
        using var home = new Home();
        home.Serve(home.InternetSpace, [443], []);
        var rules = new RuleSet(Home.TheGateway(), [Home.TheProfile()]);
        home.Nft.Run(rules.Whole([Home.TheDoorbell(GuardAction.Heal)], [new("doorbell", "update.example", [Address.Parse(Home.Update)], TimeSpan.FromSeconds(1))]));
        using var update = Home.Connect(home.DoorbellSpace, Home.Update, 443)!;
        Assert.True(Home.Echoes(update));
        Thread.Sleep(1500);
        Assert.True(Home.Echoes(update));
        Assert.False(Home.Reaches(home.DoorbellSpace, Home.Update, 443));
        home.Nft.Run(rules.Admit(new NameAdmission("doorbell", "update.example", [Address.Parse(Home.Update)], TimeSpan.FromSeconds(60))));
        Assert.True(Home.Reaches(home.DoorbellSpace, Home.Update, 443, Home.Within(true)));
    }

    [Fact]
    public void An_address_that_is_admitted_again_stays_for_the_new_time()
    {
        using var home = new Home();
        home.Serve(home.InternetSpace, [443], []);
        var rules = new RuleSet(Home.TheGateway(), [Home.TheProfile()]);
        home.Nft.Run(rules.Whole([Home.TheDoorbell(GuardAction.Narrow)]));
        home.Nft.Run(rules.Admit(new NameAdmission("doorbell", "cloud.example", [Address.Parse(Home.Cloud)], TimeSpan.FromSeconds(1))));
        home.Nft.Run(rules.Admit(new NameAdmission("doorbell", "update.example", [Address.Parse(Home.Update)], TimeSpan.FromSeconds(1))));
        home.Nft.Run(rules.Admit(new NameAdmission("doorbell", "cloud.example", [Address.Parse(Home.Cloud)], TimeSpan.FromSeconds(60))));
        Thread.Sleep(1300);
        Assert.True(Home.Reaches(home.DoorbellSpace, Home.Cloud, 443, Home.Within(true)));
        Assert.False(Home.Reaches(home.DoorbellSpace, Home.Update, 443));
    }

    [Fact]
    public void A_device_must_use_the_address_that_is_bound_to_it()
    {
        using var home = new Home();
        home.Serve(home.InternetSpace, [443], []);
        var rules = new RuleSet(Home.TheGateway(), [Home.TheProfile()]);
        home.Nft.Run(rules.Whole([Home.TheDoorbell(GuardAction.Narrow), Home.TheCamera(GuardAction.Heal)], Admitted));
        Assert.True(Home.Reaches(home.DoorbellSpace, Home.Cloud, 443, Home.Within(true)));
        Assert.Equal(0, home.Counter("strangers"));
        // Another address than its own, while the right one still works.
        home.Batch(home.DoorbellSpace, "addr add 192.168.77.99/24 dev eth0\nroute replace default via 192.168.77.1 src 192.168.77.99");
        Assert.False(Home.Reaches(home.DoorbellSpace, Home.Cloud, 443));
        Assert.True(home.Counter("strangers") > 0);
        Assert.Contains((Home.DoorbellMac, Address.Parse("192.168.77.99")), RuleCounters.Strangers(home.Nft));
        var counters = RuleCounters.Of(home.Nft);
        Assert.Equal([.. RuleSet.Counters.Append("refused_doorbell").Order(StringComparer.Ordinal)], counters.Keys);
        Assert.True(counters["strangers"] is { Packets: > 0, Bytes: > 0 } && counters["cut"].Packets == 0);
        home.Batch(home.DoorbellSpace, $"route replace default via 192.168.77.1 src {Home.Doorbell}");
        Assert.True(Home.Reaches(home.DoorbellSpace, Home.Cloud, 443, Home.Within(true)));
        // The camera takes the doorbell's address: no freedom comes with it, on a live connection neither.
        var strangers = home.Counter("strangers");
        home.Batch(home.DoorbellSpace, "link set eth0 down");
        home.Batch(home.CameraSpace, $"addr add {Home.Doorbell}/24 dev eth0\nroute replace default via 192.168.77.1 src {Home.Doorbell}");
        home.In(home.GatewaySpace, "ip", "neigh", "flush", "all");
        Assert.False(Home.Reaches(home.CameraSpace, Home.Cloud, 443));
        Assert.True(home.Counter("strangers") > strangers);
        // And the doorbell's MAC as well: then it is the doorbell, as far as anybody can tell (a claimed binding).
        home.Batch(home.CameraSpace, $"link set eth0 down\nlink set eth0 address {Home.DoorbellMac}\nlink set eth0 up\nroute replace default via 192.168.77.1 src {Home.Doorbell}");
        Assert.True(Home.Reaches(home.CameraSpace, Home.Cloud, 443, Home.Within(true)));
    }

    [Fact]
    public void A_device_that_nobody_knows_gets_names_and_time_alone()
    {
        using var home = new Home();
        home.Serve(home.InternetSpace, [443], [123]);
        home.Serve(home.GatewaySpace, [22], [53, 123]);
        var rules = new RuleSet(Home.TheGateway(), [Home.TheProfile()]);
        home.Nft.Run(rules.Whole([Home.TheDoorbell(GuardAction.Narrow)], Admitted));
        Assert.False(Home.Reaches(home.CameraSpace, Home.Cloud, 443));
        Assert.False(Home.Reaches(home.CameraSpace, Home.Gateway, 22));
        Assert.True(Home.ReachesByUdp(home.CameraSpace, Home.Gateway, 53, Home.Within(true)));
        Assert.True(Home.ReachesByUdp(home.CameraSpace, Home.Gateway, 123, Home.Within(true)));
        Assert.False(Home.ReachesByUdp(home.CameraSpace, Home.Resolver, 123));
        home.Nft.Run(rules.Admit(new NameAdmission(null, "pool.ntp.org", [Address.Parse(Home.Resolver)], TimeSpan.FromSeconds(60))));
        Assert.True(Home.ReachesByUdp(home.CameraSpace, Home.Resolver, 123, Home.Within(true)));
    }

    [Fact]
    public void Encrypted_names_do_not_pass_even_where_a_profile_would_let_everything_through()
    {
        using var home = new Home();
        home.Serve(home.InternetSpace, [443, 853, 8443], []);
        var all = new Profile { Id = "all", Permissions = [new Permission { Name = "all", FromDevice = true, Accept = true, Peer = new Peer(PeerKind.Any) }] };
        home.Nft.Run(new RuleSet(Home.TheGateway(), [all]).Whole([Home.TheDoorbell(GuardAction.Narrow, "all"), Home.TheCamera(GuardAction.Notify)]));
        foreach (var space in new[] { home.DoorbellSpace, home.CameraSpace })
        {
            Assert.True(Home.Reaches(space, Home.Cloud, 443, Home.Within(true)));
            Assert.True(Home.Reaches(space, "8.8.8.8", 8443));
            Assert.False(Home.Reaches(space, "8.8.8.8", 443));
            Assert.False(Home.Reaches(space, Home.Cloud, 853));
        }
        Assert.True(home.Counter("names_over_https") > 0 && home.Counter("encrypted_names") > 0);
    }

    [Fact]
    public void A_connection_is_opened_only_by_the_side_that_may()
    {
        using var home = new Home();
        home.Serve(home.InternetSpace, [443, 9000], []);
        home.Serve(home.DoorbellSpace, [554, 555], []);
        // Routed, not translated, towards the device: the Internet reaches in where rules let it.
        home.Nft.Run("flush table ip home");
        home.Batch(home.InternetSpace, "route add 192.168.77.0/24 via 203.0.113.1");
        var profile = Home.TheProfile(
            new Permission { Name = "viewer", FromDevice = false, Accept = true, Peer = new Peer(PeerKind.Network, "198.51.100.0/24"), Protocol = 6, DevicePorts = [new(554, 554)], InitiatedBy = InitiatedBy.Peer },
            new Permission { Name = "viewer back", FromDevice = true, Accept = true, Peer = new Peer(PeerKind.Network, "198.51.100.0/24"), Protocol = 6, PeerPorts = [new(9000, 9000)], InitiatedBy = InitiatedBy.Peer });
        var rules = new RuleSet(Home.TheGateway(), [profile]);
        home.Nft.Run(rules.Whole([Home.TheDoorbell(GuardAction.Narrow)], Admitted));
        // From a peer that may, to the port that it may; the answers pass.
        Assert.True(ReachesFrom(home.InternetSpace, Home.Elsewhere, Home.Doorbell, 554, expected: true));
        Assert.False(ReachesFrom(home.InternetSpace, Home.Elsewhere, Home.Doorbell, 555));
        Assert.False(ReachesFrom(home.InternetSpace, Home.Resolver, Home.Doorbell, 554));
        // The device may not open what the peer shall open, and may what it may.
        Assert.False(Home.Reaches(home.DoorbellSpace, Home.Elsewhere, 9000));
        Assert.True(Home.Reaches(home.DoorbellSpace, Home.Cloud, 443, Home.Within(true)));
        // The update host is reached, and does not reach in.
        Assert.False(ReachesFrom(home.InternetSpace, Home.Update, Home.Doorbell, 555));
        Assert.True(home.Counter("refused_doorbell") > 0);
    }

    [Fact]
    public void Devices_on_one_bridge_are_kept_apart_by_isolated_ports_and_meet_by_their_profiles_through_the_gateway()
    {
        using var home = new Home();
        home.Serve(home.CameraSpace, [554, 555], []);
        Assert.True(Home.Reaches(home.DoorbellSpace, Home.Camera, 555, Home.Within(true)), "on the bridge no table stands between them");
        var before = Home.Inside(home.GatewaySpace, () => Kernel.Probe(home.Nft, ["br0"]));
        Assert.Contains(before.Missing, f => f.Name.Contains("br0", StringComparison.Ordinal) && f.Without.Contains("doorbell", StringComparison.Ordinal));
        Assert.Equal(["camera", "doorbell"], Home.Inside(home.GatewaySpace, () => BridgePorts.Isolate("br0")));
        Assert.Contains("isolated on", home.In(home.GatewaySpace, "bridge", "-d", "link", "show", "dev", "camera").Text);
        Assert.DoesNotContain(Home.Inside(home.GatewaySpace, () => Kernel.Probe(home.Nft, ["br0"])).Missing, f => f.Name.Contains("br0", StringComparison.Ordinal));
        Assert.False(Home.Reaches(home.DoorbellSpace, Home.Camera, 555));

        foreach (var space in new[] { home.DoorbellSpace, home.CameraSpace }) home.Batch(space, "neigh flush all");
        // The gateway answers for the neighbours (proxy_arp_pvlan), and what they say goes through the rules of both.
        Home.Inside(home.GatewaySpace, () => File.WriteAllText("/proc/sys/net/ipv4/conf/br0/proxy_arp_pvlan", "1"));
        var profile = Home.TheProfile(new Permission { Name = "camera", FromDevice = true, Accept = true, Peer = new Peer(PeerKind.SameManufacturer), Protocol = 6, PeerPorts = [new(554, 555)] });
        var camera = new Profile
        {
            Id = "camera",
            MudUrl = "https://maker.example/camera",
            Permissions = [new Permission { Name = "doorbell", FromDevice = false, Accept = true, Peer = new Peer(PeerKind.Model, "https://maker.example/doorbell"), Protocol = 6, DevicePorts = [new(554, 554)] }],
        };
        var rules = new RuleSet(Home.TheGateway(), [profile, camera]);
        home.Nft.Run(rules.Whole([Home.TheDoorbell(GuardAction.Narrow), Home.TheCamera(GuardAction.Narrow, "camera")]));
        Assert.True(Home.Reaches(home.DoorbellSpace, Home.Camera, 554, Home.Within(true)));
        Assert.False(Home.Reaches(home.DoorbellSpace, Home.Camera, 555, 800));
        // Local function stays while it heals; a device that is notified of does not go sideways.
        home.Nft.Run(rules.Move(Home.TheDoorbell(GuardAction.Narrow), Home.TheDoorbell(GuardAction.Heal)));
        Assert.True(Home.Reaches(home.DoorbellSpace, Home.Camera, 554, Home.Within(true)));
        home.Nft.Run(rules.Move(Home.TheDoorbell(GuardAction.Heal), Home.TheDoorbell(GuardAction.Notify)));
        Assert.False(Home.Reaches(home.DoorbellSpace, Home.Camera, 554, 800));
        Assert.True(home.Counter("sideways") > 0);
    }

    [Fact]
    public void A_device_that_is_cut_does_not_reach_its_neighbours_on_the_bridge()
    {
        using var home = new Home();
        home.Serve(home.CameraSpace, [554], []);
        home.Nft.Run(BridgeCut.Whole([]));
        Assert.True(Home.Reaches(home.DoorbellSpace, Home.Camera, 554, Home.Within(true)));
        home.Nft.Run(BridgeCut.Whole([Home.DoorbellMac]));
        Assert.False(Home.Reaches(home.DoorbellSpace, Home.Camera, 554, 800));
        Assert.Equal(0, home.In(home.DoorbellSpace, "ping", "-c", "1", "-W", "1", Home.Gateway).Exit);
        home.Nft.Run(BridgeCut.Whole([Home.CameraMac]));
        Assert.False(Home.Reaches(home.DoorbellSpace, Home.Camera, 554, 800));
        home.Nft.Run(BridgeCut.Remove);
        Assert.True(Home.Reaches(home.DoorbellSpace, Home.Camera, 554, Home.Within(true)));
    }

    [Fact]
    public void A_refused_transaction_changes_nothing_and_says_why()
    {
        using var home = new Home();
        home.Serve(home.InternetSpace, [443], []);
        var rules = new RuleSet(Home.TheGateway(), [Home.TheProfile()]);
        home.Nft.Run(rules.Whole([Home.TheDoorbell(GuardAction.Narrow)], Admitted));
        var wrong = Assert.Throws<RuleException>(() => home.Nft.Run(RuleSet.Remove + "add element inet assay nowhere { 192.0.2.1 }\n"));
        Assert.Contains("nowhere", wrong.Message);
        Assert.True(Home.Reaches(home.DoorbellSpace, Home.Cloud, 443, Home.Within(true)));
        Assert.False(Home.Reaches(home.DoorbellSpace, Home.Elsewhere, 443));
        home.Nft.Run(RuleSet.Remove);
        Assert.True(Home.Reaches(home.DoorbellSpace, Home.Elsewhere, 443, Home.Within(true)));
    }

    private static bool ReachesFrom(string space, string source, string address, int port, bool expected = false)
    {
        using var socket = Home.Inside(space, () =>
        {
            var one = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            one.Bind(new System.Net.IPEndPoint(System.Net.IPAddress.Parse(source), 0));
            return one;
        });
        using var patience = new CancellationTokenSource(Home.Within(expected));
        try
        {
            socket.ConnectAsync(new System.Net.IPEndPoint(System.Net.IPAddress.Parse(address), port), patience.Token).AsTask().GetAwaiter().GetResult();
            return Home.Echoes(socket);
        }
        catch (Exception failed) when (failed is SocketException or OperationCanceledException)
        {
            return false;
        }
    }
}
