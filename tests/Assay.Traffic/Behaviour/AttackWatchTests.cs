using Assay.Evidence;
using Assay.Traffic.Behaviour;
using Assay.Traffic.Captures;

namespace Assay.Traffic.Tests.Behaviour;

/// <summary>Each rule at its threshold and just below it; ordinary uses that look alike; bounded memory; nothing allocated per packet.</summary>
public sealed class AttackWatchTests
{
    private const string Bot = Capture.Device, Victim = Capture.Phone;

    private static (IReadOnlyList<Attack> All, List<Attack> Live) Watch(Capture capture)
    {
        using var artefact = Artefact.Of("test.pcap", capture.Pcap());
        var (watch, live, packet) = (new AttackWatch(), new List<Attack>(), default(Packet));
        var reader = CaptureReader.Open(artefact);
        while (reader.Next(out var frame))
        {
            if (watch.Take(frame, packet, packet.Decode(frame)) is { } attack) live.Add(attack);
        }
        Assert.Equal(watch.Attacks().Select(a => (a.Rule, a.Crossed)), live.Select(a => (a.Rule, a.Crossed)).Distinct());
        return (watch.Attacks(), live);
    }

    private static string Host(int number) => $"198.51.{100 + number / 250}.{1 + number % 250}";

    private static void Syn(Capture capture, string from, int port, string to, int toPort) => capture.Tcp(from, port, to, toPort, 1, 0, TcpFlags.Syn, []);

    private static void Accept(Capture capture, string client, int clientPort, string server, int port) =>
        capture.Tcp(server, port, client, clientPort, 1, 2, TcpFlags.Syn | TcpFlags.Acknowledge, []);

    private static Capture Scan(int hosts, int port, int milliseconds)
    {
        var capture = new Capture();
        for (var i = 0; i < hosts; i++)
        {
            Syn(capture, Bot, 40000 + i, Host(i), port);
            capture.Clock += milliseconds;
        }
        return capture;
    }

    [Theory]
    [InlineData(9, false)]
    [InlineData(10, true)]
    public void Ten_hosts_on_a_log_in_port_within_a_minute_are_a_scan_and_nine_are_none(int hosts, bool isScan)
    {
        var (all, live) = Watch(Scan(hosts, 23, 500));
        Assert.Equal(isScan, live.Count == 1);
        if (!isScan) return;
        var attack = live[0];
        Assert.Equal((AttackKind.HorizontalScan, "login-scan", 10), (attack.Kind, attack.Rule, attack.Crossed));
        Assert.Equal(Address.Parse(Bot), attack.Source);
        Assert.Equal(MacAddress.Of(Capture.Mac(Bot)), attack.Mac);
        Assert.Equal("10 hosts on one TCP log-in port (port 23) within 60 s; found 10", attack.Threshold);
        Assert.Equal(1, attack.Frames[0]);
        Assert.Equal(10, attack.Frames[^1]);
        Assert.Equal("198.51.100.1:23", attack.Targets[0]);
        Assert.Equal("and 2 more", attack.Targets[^1]);
        Assert.Equal(attack.Count, all[0].Count);
    }

    [Fact]
    public void A_scan_that_takes_hours_is_below_the_threshold_and_that_is_the_price_of_the_window() => Assert.Empty(Watch(Scan(40, 23, 20_000)).All);

    [Fact]
    public void An_attack_that_goes_on_is_answered_once_a_minute_and_one_that_ended_is_not()
    {
        var (all, live) = Watch(Scan(400, 23, 500));
        Assert.Equal(400, Assert.Single(all).Count);
        Assert.Equal(4, live.Count);
        Assert.All(live.Zip(live.Skip(1)), pair => Assert.True(pair.Second.Last - pair.First.Last >= TimeSpan.FromMinutes(1) && pair.Second.Count > pair.First.Count));
        // Half an hour later it is another attack.
        var capture = Scan(20, 23, 500);
        capture.Clock += 1_800_000;
        for (var i = 0; i < 20; i++) Syn(capture, Bot, 50000 + i, Host(100 + i), 23);
        Assert.Equal(2, Watch(capture).All.Count);
    }

    [Fact]
    public void Twenty_five_silent_hosts_that_no_name_led_to_are_a_scan() => Assert.Equal("horizontal-scan", Assert.Single(Watch(Scan(27, 8080, 1100)).All).Rule);

    [Fact]
    public void A_burst_that_is_over_within_a_second_is_a_scan_too() => Assert.Equal("horizontal-scan", Assert.Single(Watch(Scan(60, 8080, 2)).All).Rule);

    [Fact]
    public void Twenty_five_hosts_that_answer_are_an_app_with_many_servers()
    {
        var capture = new Capture();
        for (var i = 0; i < 100; i++)
        {
            Syn(capture, Bot, 40000 + i, Host(i), 8080);
            Accept(capture, Bot, 40000 + i, Host(i), 8080);
            capture.Clock += 100;
        }
        Assert.Empty(Watch(capture).All);
    }

    [Fact]
    public void A_device_that_is_cut_off_and_tries_every_address_that_dns_gave_it_does_not_scan()
    {
        var capture = new Capture();
        var cloud = new Capture();
        for (var i = 0; i < 60; i++)
        {
            Ask(capture, Bot, Host(i));
            Syn(capture, Bot, 40000 + i, Host(i), 443);
            // The same tries without the names are a scan: the positive control.
            Syn(cloud, Bot, 40000 + i, Host(i), 443);
            (capture.Clock, cloud.Clock) = (capture.Clock + 900, cloud.Clock + 900);
        }
        Assert.Empty(Watch(capture).All);
        Assert.Single(Watch(cloud).All);
    }

    [Fact]
    public void A_station_cannot_name_its_victims_itself()
    {
        var capture = new Capture();
        for (var i = 0; i < 60; i++)
        {
            // An answer that nobody asked for, from the bot's own accomplice.
            capture.Udp(Victim, 53, Bot, 5000, Answer(Host(i)));
            Syn(capture, Bot, 40000 + i, Host(i), 443);
            capture.Clock += 900;
        }
        Assert.Equal("horizontal-scan", Assert.Single(Watch(capture).All).Rule);
    }

    private static void Ask(Capture capture, string device, string address)
    {
        capture.Udp(device, 5000, "192.168.1.1", 53, [0, 1, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 1, (byte)'a', 0, 0, 1, 0, 1]);
        capture.Udp("192.168.1.1", 53, device, 5000, Answer(address));
    }

    private static byte[] Answer(string address) =>
        [0, 1, 0x81, 0x80, 0, 1, 0, 1, 0, 0, 0, 0, 1, (byte)'a', 0, 0, 1, 0, 1, 0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, .. System.Net.IPAddress.Parse(address).GetAddressBytes()];

    [Theory]
    [InlineData(19, false)]
    [InlineData(20, true)]
    public void Twenty_closed_ports_of_one_host_are_a_search_for_open_ones(int ports, bool isScan)
    {
        var capture = new Capture();
        for (var i = 0; i < ports; i++)
        {
            Syn(capture, Bot, 40000, Victim, 1000 + i);
            capture.Tcp(Victim, 1000 + i, Bot, 40000, 0, 2, TcpFlags.Reset | TcpFlags.Acknowledge, []);
        }
        var attacks = Watch(capture).All;
        Assert.Equal(isScan ? ["vertical-scan"] : [], attacks.Select(a => a.Rule));
        // The attempt is cited, not the refusal.
        if (isScan) Assert.All(attacks[0].Frames, f => Assert.Equal(1, f % 2));
    }

    [Theory]
    [InlineData(TcpFlags.None)]
    [InlineData(TcpFlags.Fin)]
    [InlineData(TcpFlags.Fin | TcpFlags.Push)]
    public void A_scan_with_flags_that_open_nothing_is_one_too(TcpFlags flags)
    {
        var capture = new Capture();
        for (var i = 0; i < 50; i++) capture.Tcp(Bot, 40000, Victim, 1000 + i, 1, 0, flags, []);
        Assert.Equal("vertical-scan", Assert.Single(Watch(capture).All).Rule);
        // The end of a connection carries its acknowledgement.
        var ends = new Capture();
        for (var i = 0; i < 50; i++) ends.Tcp(Bot, 40000, Victim, 1000 + i, 1, 1, TcpFlags.Fin | TcpFlags.Acknowledge, []);
        Assert.Empty(Watch(ends).All);
    }

    [Fact]
    public void Ten_connections_to_telnet_within_a_minute_are_tries_and_one_a_minute_is_a_monitor()
    {
        Assert.Equal("login-connections", Assert.Single(Watch(Logins(10, 2000)).All).Rule);
        Assert.Empty(Watch(Logins(9, 2000)).All);
        Assert.Empty(Watch(Logins(60, 60_000)).All);

        static Capture Logins(int count, int pause)
        {
            var capture = new Capture();
            for (var i = 0; i < count; i++)
            {
                Syn(capture, Bot, 40000 + i, Victim, 23);
                Accept(capture, Bot, 40000 + i, Victim, 23);
                capture.Clock += pause;
            }
            return capture;
        }
    }

    [Fact]
    public void Six_refused_log_ins_in_one_connection_are_tries()
    {
        var capture = new Capture();
        var talk = capture.Connect(Bot, Victim, 23);
        var last = 0;
        for (var i = 0; i < 6; i++)
        {
            talk.Client("root\r\n");
            last = talk.Server("Login incorrect\r\nlogin: ");
        }
        var attack = Assert.Single(Watch(capture).All);
        Assert.Equal(("login-refused", AttackKind.BruteForce, last), (attack.Rule, attack.Kind, attack.Crossed));
        Assert.Equal([$"{Victim}:23"], attack.Targets);
    }

    [Fact]
    public void Forty_refused_http_requests_within_a_minute_are_tries_and_a_page_with_parts_is_none()
    {
        Assert.Equal("http-refused", Assert.Single(Watch(Refused(40)).All).Rule);
        Assert.Empty(Watch(Refused(15)).All);

        static Capture Refused(int count)
        {
            var capture = new Capture();
            for (var i = 0; i < count; i++) capture.Connect(Bot, Victim, 80, 40000 + i).Server("HTTP/1.1 401 Unauthorized\r\n\r\n");
            return capture;
        }
    }

    [Fact]
    public void A_syn_flood_from_forged_addresses_is_laid_at_the_station_that_sends_it()
    {
        var capture = new Capture();
        for (var i = 0; i < 500; i++)
        {
            var frame = Capture.Ethernet(Capture.Ip($"203.0.{i % 250}.{1 + i % 200}", Victim, Packet.Tcp, Capture.TcpSegment(1000 + i, 80, 1, 0, TcpFlags.Syn, [])), Bot);
            capture.Raw(frame);
        }
        var attack = Assert.Single(Watch(capture).All);
        Assert.Equal(("syn-flood", 400L), (attack.Rule, attack.Crossed));
        Assert.Null(attack.Source);
        Assert.Equal(MacAddress.Of(Capture.Mac(Bot)), attack.Mac);
        Assert.Equal(500, attack.Count);
        Assert.Equal([$"{Victim}:80"], attack.Targets);
    }

    [Fact]
    public void A_busy_server_that_answers_is_not_flooded()
    {
        var capture = new Capture();
        for (var i = 0; i < 2000; i++)
        {
            Syn(capture, Bot, 1000 + i, Victim, 80);
            Accept(capture, Bot, 1000 + i, Victim, 80);
        }
        Assert.Empty(Watch(capture).All);
    }

    [Fact]
    public void A_datagram_flood_counts_only_where_the_target_never_answers()
    {
        Assert.Equal("udp-flood", Assert.Single(Watch(Datagrams(answered: false)).All).Rule);
        Assert.Empty(Watch(Datagrams(answered: true)).All);

        static Capture Datagrams(bool answered)
        {
            var capture = new Capture();
            for (var i = 0; i < 12_000; i++)
            {
                capture.Udp(Bot, 5004, Capture.Cloud, 5004, [1, 2, 3, 4]);
                if (i % 3 > 0) capture.Clock--;
                if (answered && i % 1000 == 999) capture.Udp(Capture.Cloud, 5004, Bot, 5004, [1]);
            }
            return capture;
        }
    }

    [Fact]
    public void A_datagram_scan_is_seen_from_whatever_port_it_comes_and_answers_to_unseen_questions_are_no_search()
    {
        Assert.Equal("udp-scan", Assert.Single(Watch(Datagrams(120, i => (5000, Host(i), 161))).All).Rule);
        Assert.Equal("udp-scan", Assert.Single(Watch(Datagrams(120, i => (53, Host(i), 161))).All).Rule);
        Assert.Equal("udp-port-scan", Assert.Single(Watch(Datagrams(90, i => (5000, Victim, 2000 + i))).All).Rule);
        Assert.Empty(Watch(Datagrams(90, i => (53, Victim, 2000 + i))).All);
        Assert.Equal("udp-reflection", Assert.Single(Watch(Datagrams(300, i => (53, Victim, 2000 + i))).All).Rule);

        static Capture Datagrams(int count, Func<int, (int From, string To, int Port)> each)
        {
            var capture = new Capture();
            for (var i = 0; i < count; i++)
            {
                var (from, to, port) = each(i);
                capture.Udp(Bot, from, to, port, [1, 2, 3, 4]);
            }
            return capture;
        }
    }

    [Fact]
    public void A_search_by_arp_and_one_by_ping_are_seen_and_a_few_neighbours_are_none()
    {
        Assert.Equal("address-sweep", Assert.Single(Watch(Arps(35)).All).Rule);
        Assert.Empty(Watch(Arps(25)).All);
        Assert.Equal("ping-sweep", Assert.Single(Watch(Pings(12)).All).Rule);
        Assert.Empty(Watch(Pings(11)).All);

        static Capture Arps(int count)
        {
            var capture = new Capture();
            for (var i = 0; i < count; i++)
            {
                var sender = Capture.Mac(Bot);
                capture.Raw([255, 255, 255, 255, 255, 255, .. sender, 8, 6, 0, 1, 8, 0, 6, 4, 0, 1, .. sender, .. System.Net.IPAddress.Parse(Bot).GetAddressBytes(), 0, 0, 0, 0, 0, 0,
                    192, 168, 1, (byte)(100 + i)]);
                capture.Clock += 1100;
            }
            return capture;
        }

        static Capture Pings(int count)
        {
            var capture = new Capture();
            for (var i = 0; i < count; i++) capture.Raw(Capture.Ethernet(Capture.Ip(Bot, Host(i), Packet.Icmp, [8, 0, 0, 0, 0, 1, 0, 1]), Bot));
            return capture;
        }
    }

    [Fact]
    public void The_same_frames_give_the_same_answers()
    {
        var capture = Scan(300, 23, 10);
        Assert.Equal(Watch(capture).All.Select(a => $"{a.Threshold} {string.Join(' ', a.Frames)}"), Watch(capture).All.Select(a => $"{a.Threshold} {string.Join(' ', a.Frames)}"));
    }

    [Fact]
    public void An_examination_reports_an_attack_as_a_finding_of_behaviour()
    {
        var examination = Scan(40, 23, 100).Examine();
        var finding = Assert.Single(examination.Findings, f => f.Kind == FindingKind.Behaviour);
        Assert.Equal((Bot, 10L), (finding.Subject, finding.Location.Frame));
        Assert.Equal("scan of many hosts: 10 hosts on one TCP log-in port (port 23) within 60 s; found 40", finding.Value);
        Assert.Contains("frames 1, ", finding.Note, StringComparison.Ordinal);
        Assert.Contains("and 32 more", finding.Note, StringComparison.Ordinal);
    }

    [Fact]
    public void Nothing_is_allocated_for_packets_of_ordinary_traffic()
    {
        var capture = new Capture();
        for (var i = 0; i < 40; i++) capture.Connect(Bot, Host(i), 443, 40000 + i).Client("hello, this is data of a connection");
        for (var i = 0; i < 40; i++) capture.Udp(Bot, 5000 + i, Host(i), 123, new byte[48]);
        for (var i = 0; i < 40; i++) Ask(capture, Bot, Host(i));
        using var artefact = Artefact.Of("test.pcap", capture.Pcap());
        var (watch, packet, frames) = (new AttackWatch(), default(Packet), 0L);
        // The first passes meet every source for the first time.
        for (var pass = 0; pass < 3; pass++) Pass(watch);
        var before = GC.GetAllocatedBytesForCurrentThread();
        Pass(watch);
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        var reading = GC.GetAllocatedBytesForCurrentThread();
        Pass(null);
        reading = GC.GetAllocatedBytesForCurrentThread() - reading;
        Assert.Equal(reading, allocated);
        Assert.True(frames > 1000);

        void Pass(AttackWatch? watch)
        {
            var reader = CaptureReader.Open(artefact);
            while (reader.Next(out var frame))
            {
                var depth = packet.Decode(frame);
                watch?.Take(frame, packet, depth);
                frames++;
            }
        }
    }

    [Fact]
    public void A_million_forged_sources_cost_no_more_memory_than_the_tables_hold()
    {
        var watch = new AttackWatch();
        var bytes = Capture.Ethernet(Capture.Ip("1.0.0.1", Victim, Packet.Tcp, Capture.TcpSegment(1000, 80, 1, 0, TcpFlags.Syn, [])), Bot);
        var packet = default(Packet);
        var attacks = 0;
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1_000_000; i++)
        {
            var (mac, ip) = ((uint)i * 2654435761, (uint)i * 40503);
            System.Buffers.Binary.BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(8), mac);
            System.Buffers.Binary.BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(26), ip | 0x0100_0000);
            var frame = new Frame { Number = i + 1, Offset = 0, Time = 1_000_000_000 + i * 1000L, LinkType = LinkType.Ethernet, OriginalLength = bytes.Length, Bytes = bytes };
            if (watch.Take(frame, packet, packet.Decode(frame)) is not null) attacks++;
        }
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.InRange(allocated, 1, 16 << 20);
        Assert.InRange(attacks, 0, 256);
        Assert.True(watch.Evictions > 900_000, "what gave way is counted");
    }

    [Fact]
    public void Every_threshold_has_a_reason_and_is_twice_what_is_ordinary()
    {
        Assert.True(AttackThreshold.All.Count >= 15);
        Assert.All(AttackThreshold.All, t => Assert.True(t.Reason.Length > 30 && t.Count > 0 && t.Seconds > 0 && t.Count >= 2 * t.Ordinary));
        Assert.Equal(AttackThreshold.All.Count, AttackThreshold.All.Select(t => t.Rule).Distinct().Count());
        Assert.Contains((ushort)23, AttackThreshold.PortsOf("login-ports").Ports);
    }
}
