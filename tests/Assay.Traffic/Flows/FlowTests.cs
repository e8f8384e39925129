using System.Text.Json;
using Assay.Evidence;
using Assay.Traffic.Captures;
using Assay.Traffic.Flows;
using static Assay.Traffic.Tests.Capture;

namespace Assay.Traffic.Tests.Flows;

public sealed class FlowTests
{
    private static List<Flow> Read(Capture capture)
    {
        using var artefact = Artefact.Of("test.pcap", capture.Pcap());
        var flows = new List<Flow>();
        FlowTable.Read(artefact, Options, flows.Add);
        return flows;
    }

    [Fact]
    public void A_flow_counts_both_directions_of_its_endpoints()
    {
        var capture = new Capture();
        capture.Udp(Device, 5000, Cloud, 53, new byte[10]);
        capture.Udp(Cloud, 53, Device, 5000, new byte[100]);
        capture.Udp(Device, 5000, Cloud, 53, new byte[20]);
        var flow = Assert.Single(Read(capture));
        Assert.Equal((Device, (ushort?)5000, Cloud, (ushort?)53, "udp"),
            (flow.Source.ToString(), flow.SourcePort, flow.Destination.ToString(), flow.DestinationPort, flow.ProtocolName));
        Assert.Equal(((2L, 1L), (28L + 10 + 28 + 20, 28L + 100)), (flow.Packets, flow.Bytes));
        Assert.Equal((1L, 3L), (flow.First.ToUnixTimeMilliseconds(), flow.Last.ToUnixTimeMilliseconds()));
    }

    [Theory]
    [InlineData(TcpFlags.Syn, Phone)]
    [InlineData(TcpFlags.Syn | TcpFlags.Acknowledge, Device)]
    [InlineData(TcpFlags.Acknowledge, Phone)]
    public void Who_began_is_the_sender_of_the_syn_else_of_the_first_packet(TcpFlags first, string source)
    {
        var capture = new Capture();
        capture.Tcp(Phone, 80, Device, 40000, 1, 1, first, []);
        Assert.Equal(source, Assert.Single(Read(capture)).Source.ToString());
    }

    [Fact]
    public void Silence_length_and_a_new_connection_end_a_flow()
    {
        var idle = new Capture();
        idle.Udp(Device, 1, Phone, 2, []);
        idle.Clock = 299_000;
        idle.Udp(Device, 1, Phone, 2, []);
        idle.Clock = 299_000 + 300_002;
        idle.Udp(Phone, 2, Device, 1, []);
        Assert.Equal([2L, 1L], Read(idle).Select(f => f.Packets.Out));

        var active = new Capture();
        for (var second = 0; second < 2000; second += 100)
        {
            active.Clock = second * 1000;
            active.Udp(Device, 1, Phone, 2, []);
        }
        Assert.Equal([19L, 1L], Read(active).Select(f => f.Packets.Out));

        var again = new Capture();
        again.Connect(Device, Cloud, 80);
        again.Tcp(Cloud, 80, Device, 40000, 1, 1, TcpFlags.Reset, []);
        again.Connect(Device, Cloud, 80);
        Assert.Equal([(2L, 2L), (2L, 1L)], Read(again).Select(f => f.Packets));
    }

    [Fact]
    public void Records_come_in_the_order_of_their_first_frames_and_a_full_cache_evicts_the_silent()
    {
        var capture = new Capture();
        for (var host = 0; host < 1000; host++)
        {
            capture.Udp($"10.0.{host / 250}.{host % 250 + 1}", 1000, Cloud, 2000, [1]);
            capture.Udp("10.9.9.9", 1, Cloud, 2, [1]);
        }
        using var artefact = Artefact.Of("test.pcap", capture.Pcap());
        List<Flow> whole = [], small = [];
        var all = new CaptureWalk(artefact, Options, false, whole.Add).Run();
        var bounded = new CaptureWalk(artefact, Options, false, small.Add, mostFlows: 64).Run();

        Assert.Equal(1001, whole.Count);
        Assert.Equal(whole.Select(f => f.FirstFrame).Order(), whole.Select(f => f.FirstFrame));
        Assert.Equal(0, all.Counts["evictedFlows"]);
        // The busy flow stays while the silent ones leave, and no packet is lost.
        Assert.Equal(1000, small.Single(f => f.SourcePort == 1).Packets.Out);
        Assert.Equal(2000, small.Sum(f => f.Packets.Out));
        Assert.True(bounded.Counts["evictedFlows"] > 0);
        Assert.Equal(bounded.Counts["flows"], small.Count);
    }

    [Fact]
    public void A_record_has_the_shape_of_the_command()
    {
        var capture = new Capture();
        var talk = capture.Connect(Device, Cloud, 80);
        talk.Client("GET /a?b=c HTTP/1.1\r\nHost: told.example\r\n\r\n");
        talk.Server("HTTP/1.1 302 Found\r\nServer: x\r\nContent-Length: 0\r\n\r\n");
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream, EvidenceJson.Line)) FlowJson.Write(json, Read(capture).Single());
        Assert.Equal("""
            {"first":"1970-01-01T00:00:00.001000Z","last":"1970-01-01T00:00:00.005000Z","source":"192.168.1.20","sourcePort":40000,"destination":"203.0.113.9","destinationPort":80,"protocol":"tcp","application":"http","packets":[3,2],"bytes":[163,132],"names":["told.example"],"http":{"method":"GET","host":"told.example","path":"/a","status":302,"server":"x"},"firstFrame":1}
            """, System.Text.Encoding.UTF8.GetString(stream.ToArray()));
        var table = new StringWriter();
        FlowTable.Write(table, Read(capture).Single());
        Assert.Contains("192.168.1.20:40000", table.ToString());
        Assert.EndsWith("told.example" + Environment.NewLine, table.ToString());
    }

    [Fact]
    public void Both_ways_of_reading_give_the_same_flows()
    {
        var capture = new Capture();
        var talk = capture.Connect(Device, Cloud, 80);
        talk.Client("GET /a HTTP/1.1\r\nHost: told.example\r\n\r\n");
        talk.Server("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
        talk.Client("GET /b HTTP/1.1\r\nHost: other.example\r\n\r\n");
        capture.Udp(Device, 123, Cloud, 123, [0x23, .. new byte[47]]);
        static string Text(Flow f) => $"{f with { Names = [] }} {string.Join(' ', f.Names)}";
        Assert.Equal(Read(capture).Select(Text), capture.Examine().Flows.Select(Text));
    }

    [Fact]
    public void Two_walks_that_share_a_capture_give_what_one_gives()
    {
        var capture = new Capture();
        for (var round = 0; round < 3000; round++)
        {
            var host = $"10.1.{round % 40}.{round % 200 + 1}";
            if (round % 3 == 0) capture.Udp("192.168.1.1", 53, host, 5000,
                [0, 1, 0x81, 0, 0, 1, 0, 1, 0, 0, 0, 0, 1, (byte)('a' + round % 26), 0, 0, 1, 0, 1, 0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 9, 0, 4, 203, 0, 113, 9]);
            capture.Connect(host, Cloud, 80, 30000 + round).Client($"GET /{new string('x', 1000)} HTTP/1.1\r\nHost: h{round % 7}.example\r\n\r\n");
        }
        using var artefact = Artefact.Of("test.pcap", capture.Pcap());
        List<Flow> alone = [], shared = [];
        var one = new CaptureWalk(artefact, Options, false, alone.Add).Run();
        var two = new SharedWalk(artefact, Options).Run(shared.Add);
        static string Text(Flow f) => $"{f with { Names = [] }} {string.Join(' ', f.Names)}";
        Assert.Equal(alone.Select(Text), shared.Select(Text));
        Assert.Equal(one.Counts, two.Counts);
        Assert.Contains(shared, f => f.Names.Count == 2);
        var thrown = Assert.Throws<InvalidOperationException>(() => new SharedWalk(artefact, Options).Run(_ =>
            throw new InvalidOperationException("the reader has seen enough")));
        Assert.Equal("the reader has seen enough", thrown.Message);
    }

    [Fact]
    public void Nothing_is_allocated_per_packet()
    {
        static long Allocated(int packets)
        {
            var capture = new Capture();
            var talk = capture.Connect(Device, Cloud, 443);
            for (var i = 0; i < packets; i++) talk.Server(new byte[200]);
            using var artefact = Artefact.Of("test.pcap", capture.Pcap());
            Run();
            var before = GC.GetAllocatedBytesForCurrentThread();
            Run();
            return GC.GetAllocatedBytesForCurrentThread() - before;

            void Run() => new CaptureWalk(artefact, Options, false, _ => { }).Run();
        }

        // What the runtime allocates now and then on this thread is far from one byte a packet.
        Assert.InRange(Allocated(20_000) - Allocated(1_000), -19_000 / 2, 19_000 / 2);
    }
}
