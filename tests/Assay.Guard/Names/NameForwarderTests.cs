using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Assay.Guard.Names;
using Assay.Tests.Enforcement;
using Assay.Traffic.Captures;
using Assay.Traffic.Mud;

namespace Assay.Tests.Names;

/// <summary>The forwarder between real devices, a real kernel, and name servers of every character.</summary>
public sealed class NameForwarderTests
{
    private static NameForwarder Forwarder(Home home, bool ipv6 = false, Action<string>? commit = null, string[]? upstream = null)
    {
        var options = new NameForwarderOptions
        {
            Listen = ipv6 ? [new(IPAddress.Parse(Home.Gateway), 53), new(IPAddress.Parse(Home.Gateway6), 53)] : [new(IPAddress.Parse(Home.Gateway), 53)],
            Upstream = [.. (upstream ?? [Home.Resolver]).Select(a => new IPEndPoint(IPAddress.Parse(a), 53))],
            Ipv6 = ipv6,
        };
        return Home.Inside(home.GatewaySpace, () =>
        {
            var forwarder = home.Keep(new NameForwarder(options, commit ?? home.Nft.Run, TimeProvider.System));
            forwarder.Start();
            // The loop's thread was made here, and makes its sockets here.
            return forwarder;
        });
    }

    private static (NameForwarder Forwarder, RuleSet Rules) Guard(Home home, GuardAction action, Profile? profile = null, bool ipv6 = false, Action<string>? commit = null, string[]? upstream = null)
    {
        Profile[] profiles = [profile ?? Home.TheProfile()];
        DevicePolicy[] devices = [Home.TheDoorbell(action, profiles[0].Id), Home.TheCamera(GuardAction.Notify)];
        var rules = new RuleSet(Home.TheGateway(ipv6), profiles);
        var forwarder = Forwarder(home, ipv6, commit, upstream);
        forwarder.Use(rules, NameTable.Of(profiles, devices), admitted =>
        {
            var text = rules.Whole(devices, admitted);
            if (commit is not null) home.Nft.Run(text);
            return commit is null ? text : "";
        });
        return (forwarder, rules);
    }

    private static IEnumerable<byte[]> Plain(DnsQuestion question) => [question.Type == DnsWire.A
        ? new Forged(question).Address(question.Name, Home.Cloud).Bytes()
        : new Forged(question).Address(question.Name, Home.Cloud6).Bytes()];

    [Fact]
    public void The_first_packet_after_an_answer_already_passes()
    {
        using var home = new Home();
        Tool.Need("tcpdump", "tcpdump");
        const int Names = 30;
        home.Batch(home.InternetSpace, string.Join('\n', Enumerable.Range(0, Names).Select(i => $"addr add 198.51.100.{100 + i}/32 dev lo")));
        home.Serve(home.InternetSpace, [443], []);
        home.Keep(new ScriptedServer(home.InternetSpace, (question, _, _) =>
            [new Forged(question).Address(question.Name, $"198.51.100.{100 + int.Parse(question.Name[1..question.Name.IndexOf('.')])}").Bytes()]));
        var profile = new Profile { Id = "many", Permissions = [.. Enumerable.Range(0, Names).Select(i => Home.To($"n{i}.example", 443))] };
        Guard(home, GuardAction.Narrow, profile);
        var file = Path.Combine(home.Keep(new Scratch()).Folder, "syn.pcap");
        using var dump = Process.Start(new ProcessStartInfo("ip", ["netns", "exec", home.GatewaySpace, "tcpdump", "-Z", "root", "-U", "--immediate-mode", "-i", "br0", "-w", file, "tcp[tcpflags] & (tcp-syn|tcp-ack) == tcp-syn"]) { RedirectStandardError = true })!;
        dump.StandardError.ReadLine();
        Assert.False(Home.Reaches(home.DoorbellSpace, "198.51.100.100", 443), "nothing is open before a name was asked for");
        var slowest = TimeSpan.Zero;
        for (var i = 0; i < Names; i++)
        {
            var address = Ask(home, home.DoorbellSpace, $"n{i}.example");
            var watch = Stopwatch.StartNew();
            using var socket = Home.Connect(home.DoorbellSpace, address!, 443, 3000);
            Assert.NotNull(socket);
            if (watch.Elapsed > slowest) slowest = watch.Elapsed;
        }
        Assert.True(slowest < TimeSpan.FromMilliseconds(900), $"a packet was lost: {slowest}");
        Thread.Sleep(300);
        dump.Kill();
        dump.WaitForExit();
        // One for each name, and the one that was refused.
        Assert.Equal(Names + 1, Tool.Run("tcpdump", ["-n", "-r", file]).Text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
    }

    [Fact]
    public void An_answer_that_leaves_before_its_addresses_are_in_the_rules_loses_the_first_packet()
    {
        // The control for the test above: commits that come 100 ms late.
        using var home = new Home();
        home.Serve(home.InternetSpace, [443], []);
        home.Keep(new ScriptedServer(home.InternetSpace, (question, _, _) => Plain(question)));
        Guard(home, GuardAction.Narrow, commit: text => Task.Delay(100).ContinueWith(_ => home.Nft.Run(text)));
        var address = Ask(home, home.DoorbellSpace, "cloud.example");
        var watch = Stopwatch.StartNew();
        using var socket = Home.Connect(home.DoorbellSpace, address!, 443, 4000);
        Assert.NotNull(socket);
        Assert.True(watch.Elapsed > TimeSpan.FromMilliseconds(900), $"{watch.Elapsed}");
    }

    [Fact]
    public void Dig_and_dnsmasq_agree_with_us_on_aliases_both_families_absent_names_and_long_answers()
    {
        using var home = new Home();
        Tool.Need("dnsmasq", "dnsmasq");
        Tool.Need("dig", "bind9-dnsutils");
        home.Serve(home.InternetSpace, [443], []);
        var scratch = home.Keep(new Scratch());
        var lines = new List<string> { "no-resolv", "no-hosts", "bind-interfaces", $"listen-address={Home.Resolver}", $"pid-file={scratch.File("pid")}", "user=root",
            $"host-record=edge.cdn.example,{Home.Cloud},{Home.Cloud6}", "cname=middle.cdn.example,edge.cdn.example", "cname=cloud.example,middle.cdn.example", "address=/.example/" };
        lines.AddRange(Enumerable.Range(0, 40).Select(i => $"host-record=update.example,198.51.100.{100 + i}"));
        File.WriteAllLines(scratch.File("dnsmasq.conf"), lines);
        using var dnsmasq = Process.Start(new ProcessStartInfo("ip", ["netns", "exec", home.InternetSpace, "dnsmasq", "--keep-in-foreground", "--conf-file=" + scratch.File("dnsmasq.conf"), "--auth-ttl=60", "--local-ttl=60"]))!;
        try
        {
            Guard(home, GuardAction.Narrow, ipv6: true);
            Assert.Equal(Home.Cloud, Dig(home, "cloud.example", "+short"));
            Assert.Equal(Home.Cloud6, Dig(home, "cloud.example", "AAAA", "+short"));
            Assert.Equal(Home.Cloud, Dig(home, "CLOUD.Example", "+short", "+tcp"));
            Assert.True(Home.Reaches(home.DoorbellSpace, Home.Cloud, 443, Home.Within(true)) && Home.Reaches(home.DoorbellSpace, Home.Cloud6, 443, Home.Within(true)));
            Assert.Contains("status: NXDOMAIN", Dig(home, "time.example"));
            Assert.Contains("status: REFUSED", Dig(home, "elsewhere.example"));
            Assert.Contains("ANSWER: 0", Dig(home, "cloud.example", "TXT"));
            // Forty addresses do not fit in 512 bytes: dig comes again by TCP.
            var many = Dig(home, "update.example", "+noedns");
            Assert.Contains("Truncated, retrying in TCP mode", many);
            Assert.Contains("ANSWER: 40", many);
            // Asked elsewhere, the same answers.
            Assert.Equal(Home.Cloud, Tool.Run("ip", ["netns", "exec", home.DoorbellSpace, "dig", "@" + Home.Elsewhere, "cloud.example", "+short"]).Text.Trim());
        }
        finally
        {
            dnsmasq.Kill();
            dnsmasq.WaitForExit();
        }
    }

    [Fact]
    public void Each_device_is_told_what_its_action_allows_and_each_refusal_has_a_reason()
    {
        using var home = new Home();
        home.Keep(new ScriptedServer(home.InternetSpace, (question, _, _) => Plain(question)));
        var (forwarder, rules) = Guard(home, GuardAction.Narrow);
        Assert.Equal(Home.Cloud, Ask(home, home.DoorbellSpace, "cloud.example"));
        Assert.Equal(Home.Cloud, Ask(home, home.CameraSpace, "anything.example"));
        Assert.Null(Ask(home, home.CameraSpace, "dns.google"));
        Assert.Null(Ask(home, home.DoorbellSpace, "anything.example"));
        void Now(GuardAction action, DevicePolicy? camera = null)
        {
            DevicePolicy[] devices = camera is null ? [Home.TheDoorbell(action)] : [Home.TheDoorbell(action), camera];
            forwarder.Use(rules, NameTable.Of([Home.TheProfile()], devices), admitted => rules.Whole(devices, admitted));
        }
        Now(GuardAction.Heal);
        Assert.Null(Ask(home, home.DoorbellSpace, "cloud.example"));
        Assert.Equal(Home.Cloud, Ask(home, home.DoorbellSpace, "update.example"));
        Assert.Equal(Home.Cloud, Ask(home, home.DoorbellSpace, "time.example"));
        // A stranger may ask for time.
        Assert.Null(Ask(home, home.CameraSpace, "anything.example"));
        Assert.Equal(Home.Cloud, Ask(home, home.CameraSpace, "2.pool.ntp.org"));
        Now(GuardAction.Cut);
        Assert.Null(Ask(home, home.DoorbellSpace, "update.example", 300));
        var snapshot = forwarder.Snapshot();
        Assert.Equal(1, snapshot.Refused[NameTable.OutsideProfile]);
        Assert.Equal(1, snapshot.Refused[NameTable.NamesOver]);
        Assert.Equal(2, snapshot.Refused[NameTable.OutsideHealing]);
        Assert.Contains(snapshot.Recent, r => r.Name == "cloud.example" && r.Device == Address.Parse(Home.Doorbell) && r.Reason == NameTable.OutsideHealing);
    }

    [Fact]
    public void Who_asks_under_the_address_of_another_device_is_refused()
    {
        using var home = new Home();
        home.Keep(new ScriptedServer(home.InternetSpace, (question, _, _) => Plain(question)));
        var (forwarder, _) = Guard(home, GuardAction.Narrow);
        Assert.Equal(Home.Cloud, Ask(home, home.DoorbellSpace, "cloud.example"));
        Assert.Equal(Home.DoorbellMac, Home.Inside(home.GatewaySpace, () =>
        {
            using var neighbours = new Guard.Enforcement.Neighbours(["br0"]);
            Assert.Null(neighbours.Of(Address.Parse("192.168.77.200")));
            return neighbours.Of(Address.Parse(Home.Doorbell));
        }));
        home.Batch(home.DoorbellSpace, "link set eth0 down");
        home.Batch(home.CameraSpace, $"addr del {Home.Camera}/24 dev eth0\naddr add {Home.Doorbell}/24 dev eth0");
        home.Batch(home.GatewaySpace, "neigh flush all");
        Tool.Run("ip", ["netns", "exec", home.CameraSpace, "ping", "-c1", "-W1", Home.Gateway]);
        Home.Inside(home.GatewaySpace, () => Tool.Run("ip", ["netns", "exec", home.GatewaySpace, "ping", "-c1", "-W1", Home.Doorbell]));
        Assert.Null(Ask(home, home.CameraSpace, "cloud.example"));
        Assert.Equal(1, forwarder.Snapshot().Refused[NameTable.Foreign]);
    }

    [Fact]
    public void An_answer_from_memory_is_put_into_the_rules_again()
    {
        using var home = new Home();
        home.Serve(home.InternetSpace, [443], []);
        var server = home.Keep(new ScriptedServer(home.InternetSpace, (question, _, _) => Plain(question)));
        var (forwarder, _) = Guard(home, GuardAction.Narrow);
        Ask(home, home.DoorbellSpace, "cloud.example");
        Assert.True(Home.Reaches(home.DoorbellSpace, Home.Cloud, 443, Home.Within(true)));
        home.Nft.Run("flush set inet assay o_doorbell_4");
        Assert.False(Home.Reaches(home.DoorbellSpace, Home.Cloud, 443));
        Ask(home, home.DoorbellSpace, "cloud.example");
        Assert.True(Home.Reaches(home.DoorbellSpace, Home.Cloud, 443, Home.Within(true)));
        Assert.Equal(1, server.Asked);
        Assert.Equal(1, forwarder.Snapshot().FromCache);
        Assert.Equal(["cloud.example"], forwarder.Admitted().Select(a => a.Name));
    }

    public static TheoryData<string, string> Lies => new()
    {
        { "nothing", "" },
        { "another id", NameAnswer.OtherId },
        { "another question", NameAnswer.OtherQuestion },
        { "a question back", NameAnswer.NoAnswer },
        { "a private address", NameAnswer.LocalAddress },
        { "this machine", NameAnswer.LocalAddress },
        { "link-local", NameAnswer.LocalAddress },
        { "a private address among others", NameAnswer.LocalAddress },
        { "a private address under an alias", NameAnswer.LocalAddress },
        { "a mapped address", NameAnswer.LocalAddress },
        { "a translated private address", NameAnswer.LocalAddress },
        { "somebody else's name", NameAnswer.UnaskedName },
        { "a circle of aliases", NameAnswer.Circle },
        { "65 addresses", NameAnswer.TooMany },
        { "a record cut off", NameAnswer.Malformed },
        { "an address of three bytes", NameAnswer.Malformed },
        { "a name that points at itself", NameAnswer.Malformed },
        { "a count that lies", NameAnswer.Malformed },
        { "a failure", NameAnswer.Unwilling },
    };

    [Theory]
    [MemberData(nameof(Lies))]
    public void A_lie_of_the_name_server_opens_nothing_and_is_counted(string lie, string reason)
    {
        using var home = new Home();
        home.Serve(home.InternetSpace, [443], []);
        home.Keep(new ScriptedServer(home.InternetSpace, (question, _, _) => [Lie(question, lie)]));
        var (forwarder, _) = Guard(home, GuardAction.Narrow, ipv6: true);
        var six = lie.Contains("mapped", StringComparison.Ordinal) || lie.Contains("translated", StringComparison.Ordinal);
        var told = Ask(home, home.DoorbellSpace, "cloud.example", 5000, six);
        if (lie == "nothing")
        {
            // The control: the same server, telling the truth.
            Assert.Equal(Home.Cloud, told);
            Assert.True(Home.Reaches(home.DoorbellSpace, Home.Cloud, 443, Home.Within(true)));
            Assert.Empty(forwarder.Snapshot().Refused);
            return;
        }
        Assert.Null(told);
        Assert.False(Home.Reaches(home.DoorbellSpace, Home.Cloud, 443, 200));
        Assert.True(forwarder.Snapshot().Refused.GetValueOrDefault(reason) > 0, string.Join(", ", forwarder.Snapshot().Refused.Keys));
        Assert.Empty(forwarder.Admitted());
    }

    private static byte[] Lie(DnsQuestion question, string lie)
    {
        var answer = new Forged(question);
        return (lie switch
        {
            "nothing" => answer.Address(question.Name, Home.Cloud),
            "another id" => new Forged(question) { Id = (ushort)(question.Id ^ 1) }.Address(question.Name, Home.Cloud),
            "another question" => new Forged(question) { Question = Other(question) }.Address(question.Name, Home.Cloud),
            "a question back" => new Forged(question) { Flags = 0x0100 }.Address(question.Name, Home.Cloud),
            "a private address" => answer.Address(question.Name, "192.168.77.30"),
            "this machine" => answer.Address(question.Name, "127.0.0.1"),
            "link-local" => answer.Address(question.Name, "169.254.169.254"),
            "a private address among others" => answer.Address(question.Name, Home.Cloud).Address(question.Name, "10.0.0.1"),
            "a private address under an alias" => answer.Alias(question.Name, "a.example").Address("a.example", "172.16.0.1"),
            "a mapped address" => answer.Record(question.Name, DnsWire.Aaaa, IPAddress.Parse("::ffff:" + Home.Cloud).GetAddressBytes()),
            "a translated private address" => answer.Address(question.Name, "64:ff9b::c0a8:4d1e"),
            "somebody else's name" => answer.Address("bank.example", Home.Cloud),
            "a circle of aliases" => answer.Alias(question.Name, "b.example").Alias("b.example", question.Name).Address(question.Name, Home.Cloud),
            "65 addresses" => Enumerable.Range(1, 65).Aggregate(answer, (a, i) => a.Address(question.Name, $"198.51.100.{i}")),
            "a record cut off" => answer.Record(question.Name, DnsWire.A, [198, 51], length: 4),
            "an address of three bytes" => answer.Record(question.Name, DnsWire.A, [198, 51, 100]),
            "a name that points at itself" => answer.Record(question.Name, DnsWire.Cname, [0xc0, (byte)(12 + question.Raw.Length + question.Name.Length + 2 + 10)]),
            "a count that lies" => new Forged(question) { Count = 9 }.Address(question.Name, Home.Cloud),
            "a failure" => new Forged(question) { Flags = 0x8182 },
            _ => throw new ArgumentOutOfRangeException(nameof(lie)),
        }).Bytes();
    }

    private static byte[] Other(DnsQuestion question)
    {
        var raw = (byte[])question.Raw.Clone();
        raw[1] ^= 1;
        return raw;
    }

    [Fact]
    public void A_true_answer_behind_guesses_is_still_found_and_many_guesses_lead_to_TCP()
    {
        using var home = new Home();
        var guesses = 3;
        home.Keep(new ScriptedServer(home.InternetSpace, (question, _, tcp) =>
            [.. Enumerable.Range(1, tcp ? 0 : guesses).Select(i => new Forged(question) { Id = (ushort)(question.Id + i) }.Address(question.Name, "198.51.100.66").Bytes()), .. Plain(question)]));
        var (forwarder, _) = Guard(home, GuardAction.Narrow);
        Assert.Equal(Home.Cloud, Ask(home, home.DoorbellSpace, "cloud.example"));
        Assert.Equal(3, forwarder.Snapshot().Refused[NameAnswer.OtherId]);
        guesses = 40;
        Assert.Equal(Home.Cloud, Ask(home, home.DoorbellSpace, "update.example"));
        Assert.Equal(3 + 8, forwarder.Snapshot().Refused[NameAnswer.OtherId]);
    }

    [Fact]
    public async Task A_device_that_asks_while_its_place_changes_is_told_once_it_has_changed()
    {
        using var home = new Home();
        home.Keep(new ScriptedServer(home.InternetSpace, (question, _, _) => Plain(question)));
        var (forwarder, rules) = Guard(home, GuardAction.Heal);
        void Now(params DevicePolicy[] devices) => forwarder.Use(rules, NameTable.Of([Home.TheProfile()], devices), admitted => rules.Whole(devices, admitted));
        // A stranger that becomes a device, and a device that is widened; one that stays what it is hears its refusal a moment later.
        foreach (var (before, name) in new[] { ((DevicePolicy[])[], "update.example"), ([Home.TheDoorbell(GuardAction.Heal)], "cloud.example") })
        {
            Now(before);
            var asked = Task.Factory.StartNew(() => Ask(home, home.DoorbellSpace, name), TaskCreationOptions.LongRunning);
            await Task.Delay(100);
            Assert.False(asked.IsCompleted);
            Now(Home.TheDoorbell(GuardAction.Narrow));
            Assert.Equal(Home.Cloud, await asked);
        }
        Now(Home.TheDoorbell(GuardAction.Heal));
        Assert.Null(Ask(home, home.DoorbellSpace, "cloud.example"));
        Assert.Equal(1, forwarder.Snapshot().Refused[NameTable.OutsideHealing]);
    }

    [Fact]
    public async Task Addresses_that_the_kernel_does_not_take_are_not_told_and_hold_up_nobody_else()
    {
        using var home = new Home();
        home.Keep(new ScriptedServer(home.InternetSpace, (question, _, _) => [new Forged(question).Address(question.Name, question.Name == "cloud.example" ? "198.51.100.66" : Home.Update).Bytes()]));
        var (forwarder, _) = Guard(home, GuardAction.Narrow, commit: text =>
        {
            if (text.Contains("198.51.100.66", StringComparison.Ordinal)) throw new Guard.Enforcement.RuleException("the set is full");
            home.Nft.Run(text);
        });
        var asked = new[] { "cloud.example", "update.example", "time.example" }.Select(name => Task.Factory.StartNew(() => Ask(home, home.DoorbellSpace, name), TaskCreationOptions.LongRunning)).ToArray();
        await Task.WhenAll(asked);
        Assert.Equal([null, Home.Update, Home.Update], asked.Select(a => a.Result));
        Assert.Equal(1, forwarder.Snapshot().Refused[NameForwarder.Kernel]);
        Assert.Equal(["time.example", "update.example"], forwarder.Admitted().Select(a => a.Name).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void A_long_answer_upstream_is_fetched_by_TCP()
    {
        using var home = new Home();
        home.Keep(new ScriptedServer(home.InternetSpace, (question, _, tcp) => tcp ? Plain(question) : [new Forged(question) { Flags = 0x8380 }.Bytes()]));
        Guard(home, GuardAction.Narrow);
        Assert.Equal(Home.Cloud, Ask(home, home.DoorbellSpace, "cloud.example"));
    }

    [Fact]
    public void A_silent_name_server_costs_a_second_and_two_an_honest_failure()
    {
        using var home = new Home();
        home.Batch(home.InternetSpace, "addr add 203.0.113.54/24 dev eth0");
        var silent = home.Keep(new ScriptedServer(home.InternetSpace, (_, _, _) => []));
        var second = new ScriptedServer(home.InternetSpace, (question, _, _) => Plain(question), "203.0.113.54");
        var (forwarder, _) = Guard(home, GuardAction.Narrow, upstream: [Home.Resolver, "203.0.113.54"]);
        var watch = Stopwatch.StartNew();
        Assert.Equal(Home.Cloud, Ask(home, home.DoorbellSpace, "cloud.example", 5000));
        Assert.InRange(watch.Elapsed.TotalSeconds, 0.9, 3);
        // The one that answered is asked first from then on.
        watch.Restart();
        Assert.Equal(Home.Cloud, Ask(home, home.DoorbellSpace, "update.example", 5000));
        Assert.InRange(watch.Elapsed.TotalSeconds, 0, 0.9);
        second.Dispose();
        watch.Restart();
        Assert.Null(Ask(home, home.DoorbellSpace, "time.example", 5000));
        Assert.InRange(watch.Elapsed.TotalSeconds, 0, 4);
        // And it is well again when they are.
        using var again = new ScriptedServer(home.InternetSpace, (question, _, _) => Plain(question), "203.0.113.54");
        Assert.Equal(Home.Cloud, Ask(home, home.DoorbellSpace, "time.example", 5000));
        Assert.True(silent.Asked > 0);
    }

    [Fact]
    public async Task Answers_that_come_together_share_a_transaction_and_rules_may_change_meanwhile()
    {
        using var home = new Home();
        home.Keep(new ScriptedServer(home.InternetSpace, (question, _, _) => Plain(question)));
        var profile = new Profile { Id = "many", Permissions = [.. Enumerable.Range(0, 60).Select(i => Home.To($"n{i}.example", 443))] };
        var (forwarder, rules) = Guard(home, GuardAction.Narrow, profile);
        DevicePolicy[] devices = [Home.TheDoorbell(GuardAction.Narrow, "many")];
        using var stop = new CancellationTokenSource();
        var changes = 0;
        var changing = Task.Run(() =>
        {
            while (!stop.IsCancellationRequested)
            {
                forwarder.Use(rules, NameTable.Of([profile], devices), admitted => rules.Whole(devices, admitted));
                changes++;
                Thread.Sleep(5);
            }
        });
        var asking = Enumerable.Range(0, 60).Select(i => Task.Factory.StartNew(() => Ask(home, home.DoorbellSpace, $"n{i}.example", 4000), TaskCreationOptions.LongRunning)).ToArray();
        await Task.WhenAll(asking);
        stop.Cancel();
        await changing;
        Assert.All(asking, one => Assert.Equal(Home.Cloud, one.Result));
        var snapshot = forwarder.Snapshot();
        Assert.True(snapshot.Transactions <= 60 && changes > 1, $"{snapshot.Transactions} transactions, {changes} changes");
        Assert.Equal(60, forwarder.Admitted().Count);
    }

    [Fact]
    public void A_device_that_asks_without_end_is_held_back_and_its_neighbour_is_not()
    {
        using var home = new Home();
        home.Keep(new ScriptedServer(home.InternetSpace, (question, _, _) => question.Name.StartsWith('x') ? [] : Plain(question)));
        var (forwarder, _) = Guard(home, GuardAction.Narrow);
        var end = new IPEndPoint(IPAddress.Parse(Home.Gateway), 53);
        Ask(home, home.CameraSpace, "cloud.example");
        using var flood = Home.Inside(home.CameraSpace, () => new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp));
        for (var i = 0; i < 500; i++) flood.SendTo(Question($"x{i}.example", DnsWire.A), end);
        Assert.Equal(Home.Cloud, Ask(home, home.DoorbellSpace, "cloud.example"));
        var busy = forwarder.Snapshot().Refused.GetValueOrDefault(NameForwarder.TooBusy);
        Assert.True(busy > 100, $"{busy} of {forwarder.Snapshot().Questions}");
    }

    [Fact]
    public void A_name_that_holds_briefly_does_not_shorten_another_that_stands_for_the_same_address()
    {
        using var home = new Home();
        home.Keep(new ScriptedServer(home.InternetSpace, (question, _, _) => [new Forged(question).Address(question.Name, Home.Cloud, question.Name == "cloud.example" ? 900u : 1u).Bytes()]));
        Guard(home, GuardAction.Narrow);
        Ask(home, home.DoorbellSpace, "update.example");
        Assert.InRange(Expires(), 50, 61);
        Ask(home, home.DoorbellSpace, "cloud.example");
        Assert.InRange(Expires(), 900, 960);
        Ask(home, home.DoorbellSpace, "update.example");
        Assert.InRange(Expires(), 900, 960);

        long Expires()
        {
            using var json = System.Text.Json.JsonDocument.Parse(home.Nft.List("list set inet assay o_doorbell_4"));
            var set = json.RootElement.GetProperty("nftables").EnumerateArray().First(e => e.TryGetProperty("set", out _)).GetProperty("set");
            return Assert.Single(set.GetProperty("elem").EnumerateArray().ToList()).GetProperty("elem").GetProperty("expires").GetInt64();
        }
    }

    [Fact]
    public void Bytes_of_any_kind_are_refused_with_what_was_expected()
    {
        var random = new Random(9);
        var question = DnsQuestion.Read(Question("cloud.example", DnsWire.A))!;
        var whole = new Forged(question).Alias("cloud.example", "a.example").Address("a.example", Home.Cloud).Address("a.example", Home.Elsewhere).Bytes();
        int read = 0, refused = 0;
        for (var i = 0; i < 200_000; i++)
        {
            var bytes = (byte[])whole.Clone();
            for (var changes = random.Next(1, 6); changes > 0; changes--) bytes[random.Next(random.Next(4) == 0 ? 0 : 12 + question.Raw.Length, bytes.Length)] = (byte)random.Next(256);
            if (random.Next(4) == 0) bytes = bytes[..random.Next(12, bytes.Length + 1)];
            try
            {
                NameAnswer.Match(bytes, question.Id, question.Name, question.Type);
                var answer = NameAnswer.Read(bytes, question.Name, question.Type, 64, false);
                Assert.All(answer.Addresses, a => Assert.False(a.IsLocal));
                read++;
            }
            catch (DisbeliefException)
            {
                refused++;
            }
            try
            {
                DnsQuestion.Read(bytes);
            }
            catch (Assay.Evidence.Reading.UnreadableException)
            {
            }
        }
        Assert.True(read > 1000 && refused > 1000, $"{read} read, {refused} refused");
    }

    internal static byte[] Question(string name, ushort type)
    {
        var message = new List<byte>();
        DnsWire.Write(message, (ushort)0x4a31);
        DnsWire.Write(message, (ushort)0x0100);
        DnsWire.Write(message, (ushort)1);
        DnsWire.Write(message, 0u);
        DnsWire.Write(message, (ushort)0);
        DnsWire.WriteName(message, name);
        DnsWire.Write(message, type);
        DnsWire.Write(message, DnsWire.Internet);
        return [.. message];
    }

    /// <summary>The first address that a device is told, or null where it is told none.</summary>
    private static string? Ask(Home home, string space, string name, int milliseconds = 3000, bool six = false)
    {
        _ = home;
        using var socket = Home.Inside(space, () => new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp));
        socket.Connect(new IPEndPoint(IPAddress.Parse(Home.Gateway), 53));
        socket.Send(Question(name, six ? DnsWire.Aaaa : DnsWire.A));
        using var patience = new CancellationTokenSource(milliseconds);
        var buffer = new byte[2048];
        try
        {
            var length = socket.ReceiveAsync(buffer, patience.Token).AsTask().GetAwaiter().GetResult();
            NameAnswer.Match(buffer.AsSpan(0, length), 0x4a31, name, six ? DnsWire.Aaaa : DnsWire.A);
            return NameAnswer.Read(buffer[..length], name, six ? DnsWire.Aaaa : DnsWire.A, 64, true).Addresses.Select(a => a.ToString()).FirstOrDefault();
        }
        catch (Exception none) when (none is OperationCanceledException or SocketException or DisbeliefException)
        {
            return null;
        }
    }

    private static string Dig(Home home, params string[] words) =>
        Tool.Run("ip", ["netns", "exec", home.DoorbellSpace, "dig", "@" + Home.Gateway, "+tries=1", "+timeout=4", .. words]).Text.Trim();
}
