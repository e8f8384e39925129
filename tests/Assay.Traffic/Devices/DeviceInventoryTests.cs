using System.Buffers.Binary;
using System.Text;
using System.Text.Json.Nodes;
using Assay.Evidence;
using Assay.Evidence.Reading;
using Assay.Tests;
using Assay.Traffic.Captures;
using Assay.Traffic.Devices;

namespace Assay.Traffic.Tests.Devices;

/// <summary>An inventory grows capture by capture, takes names from where devices say them, and reads back what it wrote.</summary>
public sealed class DeviceInventoryTests(ITestOutputHelper output)
{
    private static readonly MacAddress Mac = MacAddress.Of(Capture.Mac(Capture.Device));

    private static byte[] Request(string host, string vendor) =>
    [
        .. Head(), 53, 1, 3, 12, (byte)host.Length, .. Encoding.ASCII.GetBytes(host), 60, (byte)vendor.Length, .. Encoding.ASCII.GetBytes(vendor), 255,
    ];

    private static byte[] Head()
    {
        var bytes = new byte[240];
        (bytes[0], bytes[1], bytes[2]) = (1, 1, 6);
        Capture.Mac(Capture.Device).CopyTo(bytes, 28);
        BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(236), 0x63825363);
        return bytes;
    }

    private static byte[] NetBios(string name, byte suffix = 0, ushort flags = 0x2910, ushort registration = 0)
    {
        var padded = name.PadRight(15)[..15] + (char)suffix;
        var encoded = padded.SelectMany(c => (byte[])[(byte)('A' + (c >> 4)), (byte)('A' + (c & 15))]);
        return [1, 2, (byte)(flags >> 8), (byte)flags, 0, 1, 0, 0, 0, 0, 0, 1, 32, .. encoded, 0, 0, 32, 0, 1, 0xc0, 12, 0, 32, 0, 1, 0, 0, 0, 0, 0, 6, (byte)(registration >> 8), (byte)registration, 192, 168, 1, 20];
    }

    private static DeviceInventory Of(params Capture[] captures)
    {
        var inventory = new DeviceInventory();
        foreach (var capture in captures) Add(inventory, capture);
        return inventory;
    }

    private static void Add(DeviceInventory inventory, Capture capture)
    {
        using var artefact = Artefact.Of("test.pcap", capture.Pcap());
        inventory.Add(artefact, Capture.Options);
    }

    private static Capture Morning() => new Capture().Udp(Capture.Device, 68, "255.255.255.255", 67, Request("front-door", "EDB-100 1.1")).Udp(Capture.Device, 137, "192.168.1.255", 137, NetBios("DOOR"));

    private static Capture Evening()
    {
        var capture = new Capture { Clock = 50_000 };
        var talk = capture.Connect(Capture.Phone, Capture.Device, 80);
        talk.Client("GET / HTTP/1.1\r\nHost: 192.168.1.20\r\n\r\n");
        talk.Server("HTTP/1.1 200 OK\r\nServer: doorbelld/1.0\r\nContent-Length: 0\r\n\r\n");
        return capture;
    }

    private static string Text(IReadOnlyList<Device> devices) => Encoding.UTF8.GetString(EvidenceJson.Bytes(json =>
    {
        json.WriteStartObject();
        json.WriteString("schema", DeviceJson.Schema);
        json.WriteStartArray("devices");
        foreach (var device in devices) DeviceJson.Write(json, device);
        json.WriteEndArray();
        json.WriteEndObject();
    }));

    [Fact]
    public void Names_come_from_dhcp_and_netbios_and_a_model_from_the_vendor_class()
    {
        var device = Of(Morning()).All().Single(d => d.Mac == Mac);
        Assert.Equal(["DOOR", "front-door"], device.Names);
        Assert.Equal(("EDB-100", 0.4), (device.Kinds[0].Name, device.Kinds[0].Confidence));
        Assert.Equal(["states this model in DHCP option 60"], device.Kinds[0].Reasons);
        Assert.True(device.IsRandomised);
        Assert.Null(device.Maker);
    }

    [Theory]
    [InlineData(0x1d, 0x2910, 0)]
    [InlineData(0, 0x2910, 0x8000)]
    [InlineData(0, 0x0110, 0)]
    [InlineData(0, 0xa910, 0)]
    public void A_name_of_a_group_a_question_and_an_answer_name_no_machine(byte suffix, int flags, int registration)
    {
        Assert.True(NetBiosName.TryRead(NetBios("DOOR"), out var name));
        Assert.Equal("DOOR", name);
        Assert.False(NetBiosName.TryRead(NetBios("DOOR", suffix, (ushort)flags, (ushort)registration), out _));
    }

    [Fact]
    public void A_service_counts_where_it_answered_with_the_protocol_that_was_seen()
    {
        var device = Of(Evening()).All().Single(d => d.Mac == Mac);
        Assert.Contains(new DeviceService("tcp", 80, "http", true), device.Services);
        // A program's name in one product line is no model.
        Assert.Empty(device.Kinds);
        Assert.Contains(new DeviceStatement("HTTP Server", "doorbelld/1.0"), device.Statements);
    }

    [Fact]
    public void Captures_in_any_order_and_an_inventory_before_them_give_the_same_devices()
    {
        var both = Text(Of(Morning(), Evening()).All());
        Assert.Equal(both, Text(Of(Evening(), Morning()).All()));
        var later = new DeviceInventory();
        later.Add(DeviceJson.Read(Encoding.UTF8.GetBytes(Text(Of(Morning()).All()))));
        Add(later, Evening());
        Assert.Equal(both, Text(later.All()));
        var device = later.All().Single(d => d.Mac == Mac);
        Assert.Equal((DateTimeOffset.UnixEpoch.AddMilliseconds(1), true), (device.FirstSeen, device.LastSeen > DateTimeOffset.UnixEpoch.AddSeconds(50)));
    }

    [Fact]
    public void An_inventory_reads_back_as_it_was_written_and_every_cut_is_refused()
    {
        var bytes = Encoding.UTF8.GetBytes(Text(Of(Morning(), Evening()).All()));
        Assert.Equal(bytes, Encoding.UTF8.GetBytes(Text(Known(bytes))));
        for (var length = 0; length < bytes.Length - 2; length += 11) Assert.Throws<UnreadableException>(() => DeviceJson.Read(bytes.AsMemory(0, length)));
        foreach (var (member, value) in new[] { ("mac", "\"none\""), ("firstSeen", "\"9999-01-01T00:00:00Z\""), ("lastSeen", "1") })
        {
            var node = JsonNode.Parse(bytes)!;
            node["devices"]![0]![member] = JsonNode.Parse(value);
            Assert.Throws<UnreadableException>(() => DeviceJson.Read(Encoding.UTF8.GetBytes(node.ToJsonString())));
        }
    }

    private static IReadOnlyList<Device> Known(byte[] bytes)
    {
        var inventory = new DeviceInventory();
        inventory.Add(DeviceJson.Read(bytes));
        return inventory.All();
    }

    [Fact]
    public void Host_names_and_addresses_that_tshark_reads_in_dhcp_are_those_of_the_inventory()
    {
        Tool.Need("tshark", "tshark");
        var (captures, names) = (0, 0);
        foreach (var label in Corpus.Files("traffic/iot-sentinel", "*mac.txt"))
        {
            var file = Directory.EnumerateFiles(Path.GetDirectoryName(label)!, "*.pcap").Order(StringComparer.Ordinal).First();
            var inventory = new DeviceInventory();
            using (var artefact = Artefact.Open(file)) inventory.Add(artefact, Capture.Options);
            var devices = inventory.All();
            var lines = Tool.Run("tshark", ["-n", "-r", file, "-Y", "dhcp.type == 1 && dhcp.option.hostname", "-T", "fields", "-e", "eth.src", "-e", "dhcp.option.hostname"]).Text;
            foreach (var line in lines.Split('\n', StringSplitOptions.RemoveEmptyEntries))
            {
                var fields = line.Split('\t');
                Assert.Contains(fields[1], devices.Single(d => d.Mac.ToString() == fields[0]).Names);
                names++;
            }
            captures++;
        }
        output.WriteLine($"{captures} captures, {names} host names as tshark reads them");
        Assert.True(names > 20);
    }
}
