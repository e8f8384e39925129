using System.Buffers.Binary;
using System.Text;
using Assay.Evidence;
using Assay.Tests;
using Assay.Traffic.Captures;
using Assay.Traffic.Devices;

namespace Assay.Traffic.Tests.Devices;

/// <summary>What devices say of themselves, at which frame and by what means; who speaks for others is not believed; nothing is allocated for what is not new.</summary>
public sealed class DeviceWatchTests
{
    private const string Device = Capture.Device;
    private static readonly MacAddress Mac = MacAddress.Of(Capture.Mac(Device));

    private static List<Sighting> Watch(Capture capture) => Watch(capture, out _);

    private static List<Sighting> Watch(Capture capture, out DeviceWatch watch)
    {
        using var artefact = Artefact.Of("test.pcap", capture.Pcap());
        return Watch(artefact, out watch);
    }

    private static List<Sighting> Watch(Artefact artefact, out DeviceWatch watch)
    {
        var seen = new List<Sighting>();
        watch = new DeviceWatch(seen.Add);
        var packet = default(Packet);
        var reader = CaptureReader.Open(artefact);
        while (reader.Next(out var frame)) watch.Take(frame, packet, packet.Decode(frame));
        return seen;
    }

    private static byte[] Dhcp(byte kind, string mac, bool reply = false, string yours = "0.0.0.0", params (byte Code, byte[] Value)[] options)
    {
        var bytes = new byte[240];
        (bytes[0], bytes[1], bytes[2]) = ((byte)(reply ? 2 : 1), 1, 6);
        System.Net.IPAddress.Parse(yours).GetAddressBytes().CopyTo(bytes, 16);
        Capture.Mac(mac).CopyTo(bytes, 28);
        BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(236), 0x63825363);
        return [.. bytes, 53, 1, kind, .. options.SelectMany(o => (byte[])[o.Code, (byte)o.Value.Length, .. o.Value]), 255];
    }

    private static (byte, byte[]) Option(byte code, string text) => (code, Encoding.ASCII.GetBytes(text));

    private static byte[] Txt(string owner, params string[] pairs)
    {
        var name = owner.Split('.').SelectMany(l => (byte[])[(byte)l.Length, .. Encoding.ASCII.GetBytes(l)]).Append((byte)0).ToArray();
        var data = pairs.SelectMany(p => (byte[])[(byte)p.Length, .. Encoding.ASCII.GetBytes(p)]).ToArray();
        return [0, 0, 0x84, 0, 0, 0, 0, 1, 0, 0, 0, 0, .. name, 0, 16, 0x80, 1, 0, 0, 0, 120, (byte)(data.Length >> 8), (byte)data.Length, .. data];
    }

    [Fact]
    public void A_dhcp_request_names_address_host_vendor_class_and_mud_file()
    {
        var capture = new Capture();
        capture.Udp(Device, 68, "255.255.255.255", 67, Dhcp(3, Device, options: [(50, [192, 168, 1, 20]), Option(12, "front-door"), Option(60, "EDB-100 1.1"), Option(161, "https://maker.example/edb-100.json more")]));
        var seen = Watch(capture);
        Assert.All(seen, s => Assert.Equal((1L, Mac), (s.Frame, s.Mac)));
        Assert.Equal(
        [
            "Dhcp 192.168.1.20 (DHCP request)", "Name front-door (DHCP option 12)", "VendorClass EDB-100 1.1 (DHCP option 60)", "Version EDB-100 1.1 (DHCP option 60)",
            "MudUrl https://maker.example/edb-100.json (DHCP option 161)",
        ], seen.Select(s => $"{s.Kind} {s.Value} ({s.Source})"));
        Assert.Equal(new VersionStatement("EDB-100", "1.1"), seen.Single(s => s.Kind == SightingKind.Version).Version);
    }

    [Fact]
    public void A_mud_address_longer_than_one_option_goes_on_in_the_next()
    {
        var url = "https://maker.example/" + new string('a', 280);
        var capture = new Capture();
        capture.Udp(Device, 68, "255.255.255.255", 67, Dhcp(1, Device, options: [Option(161, url[..255]), Option(161, url[255..])]));
        Assert.StartsWith(url[..250], Assert.Single(Watch(capture)).Value, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("http://maker.example/x")]
    [InlineData("https://maker.example/\";reboot;\"")]
    [InlineData("https://maker.example/\u0001")]
    [InlineData("$(reboot)")]
    [InlineData("https://")]
    public void A_mud_address_that_is_none_is_not_handed_on(string url)
    {
        var capture = new Capture();
        capture.Udp(Device, 68, "255.255.255.255", 67, Dhcp(1, Device, options: [Option(161, url)]));
        Assert.Empty(Watch(capture, out var watch));
        Assert.Equal(1, watch.Unreported);
    }

    [Fact]
    public void A_station_that_asks_in_anothers_name_is_not_believed()
    {
        var capture = new Capture();
        capture.Udp(Capture.Phone, 68, "255.255.255.255", 67, Dhcp(3, Device, options: [Option(12, "front-door"), Option(161, "https://evil.example/x")]));
        Assert.Empty(Watch(capture, out var watch));
        Assert.Equal(1, watch.Unreported);
    }

    [Fact]
    public void A_lease_is_seen_when_the_server_gives_it()
    {
        var capture = new Capture();
        capture.Udp("192.168.1.1", 67, "255.255.255.255", 68, Dhcp(2, Device, reply: true, yours: "192.168.1.20"));
        capture.Udp("192.168.1.1", 67, "255.255.255.255", 68, Dhcp(5, Device, reply: true, yours: "192.168.1.20"));
        var lease = Assert.Single(Watch(capture));
        Assert.Equal((2L, Mac, true, Address.Parse(Device)), (lease.Frame, lease.Mac, lease.IsLeased, lease.Address!.Value));
    }

    [Fact]
    public void A_dhcpv6_request_names_the_mud_file()
    {
        var url = Encoding.ASCII.GetBytes("https://maker.example/edb-100.json");
        var capture = new Capture();
        capture.Udp("fe80::20", 546, "ff02::1:2", 547, [1, 0, 0, 1, 0, 112, 0, (byte)url.Length, .. url]);
        Assert.Equal((SightingKind.MudUrl, "DHCPv6 option 112"), (Watch(capture).Single().Kind, Watch(capture).Single().Source));
    }

    [Fact]
    public void Versions_are_read_from_mdns_http_and_ssdp()
    {
        var capture = new Capture();
        capture.Udp(Device, 5353, "224.0.0.251", 5353, Txt("EDB-100._http._tcp.local", "model=EDB-100", "fw=1.0"));
        capture.Udp(Device, 5353, "224.0.0.251", 5353, Txt("EDB-200._http._tcp.local", "path=/", "version=v2.0.1"));
        capture.Connect(Device, Capture.Cloud, 80, 41000).Client("GET /edb-100/version HTTP/1.1\r\nHost: update.maker.example\r\nUser-Agent: EDB-100-updater/1.1\r\n\r\n");
        capture.Connect(Capture.Phone, Device, 80, 41001).Server("HTTP/1.1 200 OK\r\nServer: EDB-100/1.2\r\nContent-Length: 0\r\n\r\n");
        capture.Udp(Device, 1900, "239.255.255.250", 1900, Encoding.ASCII.GetBytes("NOTIFY * HTTP/1.1\r\nNT: upnp:rootdevice\r\nSERVER: Linux/3.14 UPnP/1.0 IpBridge/1.16.0\r\n\r\n"));
        var versions = Watch(capture).Where(s => s.Kind == SightingKind.Version).ToList();
        Assert.Equal(["EDB-100 1.0 mDNS TXT fw 1", "EDB-200 2.0.1 mDNS TXT version 2", "EDB-100 1.1 HTTP User-Agent 6", "EDB-100 1.2 HTTP Server 10", "IpBridge 1.16.0 SSDP SERVER 11"],
            versions.Select(s => $"{s.Version!.Value.Model} {s.Version.Value.Version} {s.Source} {s.Frame}"));
        Assert.All(versions, s => Assert.Equal(Mac, s.Mac));
    }

    [Fact]
    public void A_newer_version_is_news_and_the_same_one_again_is_not()
    {
        var capture = new Capture();
        foreach (var version in new[] { "1.1", "1.1", "1.2", "1.2", "1.1" })
        {
            capture.Connect(Device, Capture.Cloud, 80, 41000 + capture.Count).Client($"GET / HTTP/1.1\r\nUser-Agent: EDB-100/{version}\r\n\r\n");
            capture.Connect(Device, Capture.Cloud, 80, 51000 + capture.Count).Client("GET / HTTP/1.1\r\nUser-Agent: Wget/1.21\r\n\r\n");
        }
        var seen = Watch(capture);
        Assert.Equal(["1.1", "1.2", "1.1"], seen.Where(s => s.Kind == SightingKind.Version).Select(s => s.Version!.Value.Version));
        Assert.Single(seen, s => s.Value == "Wget/1.21");
    }

    [Fact]
    public void What_comes_from_the_open_internet_is_no_statement_of_the_gateway_that_forwards_it()
    {
        var capture = new Capture();
        capture.Connect(Device, Capture.Cloud, 80).Server("HTTP/1.1 200 OK\r\nServer: EDB-100/9.9\r\n\r\n");
        Assert.Empty(Watch(capture));
    }

    [Fact]
    public void A_line_that_is_cut_states_nothing()
    {
        var capture = new Capture();
        capture.Connect(Device, Capture.Cloud, 80).Client("GET / HTTP/1.1\r\nUser-Agent: EDB-100/1.1");
        Assert.Empty(Watch(capture));
    }

    [Theory]
    [InlineData("EDB-100/1.1", "EDB-100", "1.1")]
    [InlineData("EDB-100-updater/1.1", "EDB-100", "1.1")]
    [InlineData("Linux/5.10 UPnP/1.1 EDB-100/v2.0.4-rc1", "EDB-100", "2.0.4-rc1")]
    [InlineData("Mozilla/5.0 (X11; CrKey/1.0) AppleWebKit/537", null, null)]
    [InlineData("curl/7.88.1", null, null)]
    [InlineData("EDB-100/latest", null, null)]
    [InlineData("/1.1", null, null)]
    [InlineData("100/1.1", null, null)]
    public void A_product_line_states_the_first_product_that_is_no_general_program(string line, string? model, string? version)
    {
        Assert.Equal(model is not null, VersionStatement.TryReadProducts(line, out var statement));
        if (model is not null) Assert.Equal(new VersionStatement(model, version!), statement);
    }

    [Theory]
    [InlineData("EDB-100 1.1", "EDB-100", "1.1")]
    [InlineData("EDB-100/1.1", "EDB-100", "1.1")]
    [InlineData("EDB-100-1.1", "EDB-100", "1.1")]
    [InlineData("EDB-100", null, null)]
    [InlineData("MSFT 5.0", null, null)]
    [InlineData("udhcp 1.24.1", null, null)]
    [InlineData("android-dhcp-9", null, null)]
    [InlineData("dhcpcd-5.5.6", null, null)]
    public void A_vendor_class_states_a_version_only_where_it_names_one(string text, string? model, string? version)
    {
        Assert.Equal(model is not null, VersionStatement.TryReadVendorClass(text, out var statement));
        if (model is not null) Assert.Equal(new VersionStatement(model, version!), statement);
    }

    [Fact]
    public void Who_says_something_new_all_the_time_is_heard_64_times_a_minute_and_the_rest_is_counted()
    {
        var capture = new Capture();
        for (var i = 0; i < 1000; i++) capture.Tcp(Device, 40000, Capture.Cloud, 80, 1, 1, TcpFlags.Acknowledge, Encoding.ASCII.GetBytes($"GET / HTTP/1.1\r\nUser-Agent: agent{i}\r\n\r\n"));
        var seen = Watch(capture, out var watch);
        Assert.Equal(64, seen.Count);
        Assert.Equal(1000 - 64, watch.Unreported);
    }

    [Fact]
    public void Nothing_is_allocated_for_what_is_not_new()
    {
        var capture = new Capture();
        for (var i = 0; i < 50; i++)
        {
            capture.Udp(Device, 5353, "224.0.0.251", 5353, Txt("EDB-100._http._tcp.local", "model=EDB-100", "fw=1.0"));
            capture.Udp(Device, 68, "255.255.255.255", 67, Dhcp(3, Device, options: [(50, [192, 168, 1, 20]), Option(12, "front-door"), Option(60, "EDB-100 1.1"), Option(161, "https://maker.example/e")]));
            capture.Connect(Device, Capture.Cloud, 80, 41000 + i).Client("GET / HTTP/1.1\r\nUser-Agent: EDB-100/1.1\r\n\r\n");
            capture.Connect(Device, Capture.Cloud, 443, 42000 + i).Client("anything else that is said");
        }
        using var artefact = Artefact.Of("test.pcap", capture.Pcap());
        var sightings = 0;
        var watch = new DeviceWatch(_ => sightings++);
        var packet = default(Packet);
        for (var pass = 0; pass < 3; pass++) Pass(watch);
        var (first, before) = (sightings, GC.GetAllocatedBytesForCurrentThread());
        Pass(watch);
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        before = GC.GetAllocatedBytesForCurrentThread();
        Pass(null);
        // What is left are the MUD addresses, whose characters are checked as text each time: one short string for each of the 50.
        Assert.InRange(allocated - (GC.GetAllocatedBytesForCurrentThread() - before), 0, 50 * 400);
        Assert.Equal(first, sightings);
        Assert.True(first > 5);

        void Pass(DeviceWatch? watch)
        {
            var reader = CaptureReader.Open(artefact);
            while (reader.Next(out var frame))
            {
                var depth = packet.Decode(frame);
                watch?.Take(frame, packet, depth);
            }
        }
    }

    [Fact]
    public void In_real_set_ups_every_host_name_of_dhcp_is_one_that_tshark_reads_too()
    {
        Tool.Need("tshark", "tshark");
        var (checkedNames, versions) = (0, 0);
        foreach (var folder in Corpus.Files("traffic/iot-sentinel", "*.pcap").GroupBy(f => Path.GetDirectoryName(f)!))
        {
            // One set-up of each device is enough for each of its ways to speak.
            var file = folder.First();
            using var artefact = Artefact.Open(file);
            var seen = Watch(artefact, out _);
            var theirs = Tool.Run("tshark", ["-n", "-r", file, "-Y", "dhcp.option.hostname && dhcp.type == 1", "-T", "fields", "-E", "separator=/t", "-e", "frame.number", "-e", "eth.src", "-e", "dhcp.option.hostname"]).Text
                .Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => l.Split('\t')).ToList();
            foreach (var sighting in seen.Where(s => s.Source == "DHCP option 12"))
            {
                Assert.Contains(theirs, t => t[0] == sighting.Frame.ToString(System.Globalization.CultureInfo.InvariantCulture) && t[1] == sighting.Mac.ToString() && t[2] == sighting.Value);
                checkedNames++;
            }
            Assert.Equal(theirs.Select(t => (t[1], t[2])).Distinct().Count(), seen.Where(s => s.Source == "DHCP option 12").Select(s => (s.Mac, s.Value)).Distinct().Count());
            versions += seen.Count(s => s.Kind == SightingKind.Version);
        }
        Assert.True(checkedNames > 5 && versions > 0, $"{checkedNames} names, {versions} versions");
    }

    [Fact]
    public void Damaged_and_invented_frames_end_no_watch()
    {
        var (sightings, frames) = (new List<Sighting>(), 0);
        var watch = new DeviceWatch(sightings.Add);
        var attacks = new Traffic.Behaviour.AttackWatch();
        var capture = new Capture();
        capture.Udp(Device, 5353, "224.0.0.251", 5353, Txt("EDB-100._http._tcp.local", "model=EDB-100", "fw=1.0"));
        capture.Udp(Device, 68, "255.255.255.255", 67, Dhcp(3, Device, options: [(50, [192, 168, 1, 20]), Option(12, "front-door"), Option(60, "EDB-100 1.1"), Option(161, "https://maker.example/e")]));
        capture.Udp("fe80::20", 546, "ff02::1:2", 547, [1, 0, 0, 1, 0, 112, 0, 19, .. "https://m.example/e"u8, 0, 39, 0, 6, 0, 4, .. "edb1"u8]);
        capture.Connect(Device, Capture.Cloud, 80).Client("GET / HTTP/1.1\r\nUser-Agent: EDB-100/1.1\r\n\r\n");
        capture.Udp(Device, 1900, "239.255.255.250", 1900, Encoding.ASCII.GetBytes("NOTIFY * HTTP/1.1\r\nSERVER: Linux/3.14 UPnP/1.0 IpBridge/1.16.0\r\n\r\n"));
        capture.Raw(Capture.Ethernet(Capture.Ip(Device, Capture.Phone, Packet.Icmp, [3, 3, 0, 0, 0, 0, 0, 0, .. Capture.Ip(Capture.Phone, Device, Packet.Udp, new byte[8])]), Device));
        var whole = new List<byte[]>();
        using var artefact = Artefact.Of("test.pcap", capture.Pcap());
        var reader = CaptureReader.Open(artefact);
        while (reader.Next(out var frame)) whole.Add(frame.Bytes.ToArray());
        var random = new Random(20261123);
        var packet = default(Packet);
        for (var i = 0; i < 200_000; i++)
        {
            var bytes = (byte[])whole[random.Next(whole.Count)].Clone();
            for (var changes = random.Next(0, 6); changes > 0; changes--) bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            var length = random.Next(4) == 0 ? random.Next(bytes.Length + 1) : bytes.Length;
            var frame = new Frame { Number = i + 1, Offset = 0, Time = 1 + i * 50_000_000L, LinkType = LinkType.Ethernet, OriginalLength = bytes.Length, Bytes = bytes.AsSpan(0, length) };
            var depth = packet.Decode(frame);
            watch.Take(frame, packet, depth);
            attacks.Take(frame, packet, depth);
            frames++;
        }
        Assert.True(sightings.Count > 100);
        Assert.All(sightings, s => Assert.True(s.Value.Length <= 4 * 256 && !s.Value.Any(char.IsControl)));
        Assert.All(sightings.Where(s => s.Kind == SightingKind.MudUrl), s => Assert.Matches("^https://[!-~]+$", s.Value));
        Assert.Equal(200_000, frames);
    }

    [Fact]
    public void Leases_of_dnsmasq_are_read_and_other_lines_passed_over()
    {
        var leases = Leases.Read("""
            1795392000 00:00:5e:00:53:0b 192.168.77.20 EDB-100 01:00:00:5e:00:53:0b
            0 00:00:5e:00:53:0c 192.168.77.21 * *
            nonsense
            1795392000 00:00:5e:00:53 192.168.77.22 x *
            1795392000 00:00:5e:00:53:0d 192.168.77.999 x *
            99999999999999 00:00:5e:00:53:0e 192.168.77.23 x *
            duid 00:01:00:01:2c
            1795392000 1342 fd00::20 EDB-100 00:01
            """);
        Assert.Equal(["00:00:5e:00:53:0b 192.168.77.20 EDB-100", "00:00:5e:00:53:0c 192.168.77.21 "], leases.Select(l => $"{l.Mac} {l.Address} {l.Name}"));
        Assert.Equal(DateTimeOffset.FromUnixTimeSeconds(1795392000), leases[0].Expires);
        Assert.Null(leases[1].Expires);
    }
}
