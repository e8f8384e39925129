using Assay.Evidence;
using Assay.Traffic.Captures;
using Assay.Traffic.Flows;

namespace Assay.Traffic.Tests.Flows;

/// <summary>A full cache gives up openings that nobody answered before anything else, and counts what it gave up.</summary>
public sealed class FlowCacheTests
{
    private static (List<Flow> Flows, Coverage Coverage) Walk(Capture capture, int mostFlows, bool counters = false)
    {
        using var artefact = Artefact.Of("x", capture.Pcap());
        var flows = new List<Flow>();
        return (flows, new CaptureWalk(artefact, Capture.Options, false, flows.Add, mostFlows, counters: counters).Run());
    }

    private static Capture Flooded(int openings)
    {
        var capture = new Capture();
        var talks = Enumerable.Range(0, 50).Select(i => capture.Connect(Capture.Phone, Capture.Cloud, 80, 20_000 + i)).ToList();
        for (var i = 0; i < openings; i++)
        {
            capture.Tcp($"10.{i >> 16}.{i >> 8 & 255}.{i & 255}", i & 0xffff, Capture.Device, 80, 1, 0, TcpFlags.Syn, []);
            if (i % 100 == 0) talks[i / 100 % 50].Client("GET /a HTTP/1.1\r\nHost: a\r\n\r\n");
        }
        foreach (var talk in talks) talk.Server("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
        return capture;
    }

    [Fact]
    public void A_flood_of_openings_pushes_no_conversation_out()
    {
        var capture = Flooded(20_000);
        var (flows, coverage) = Walk(capture, mostFlows: 512);
        var talks = flows.Where(f => f.Source.ToString() == Capture.Phone).ToList();
        Assert.Equal(50, talks.Count);
        Assert.All(talks, t => Assert.Equal((2L + 4, 2L, Application.Http), (t.Packets.Out, t.Packets.In, t.Application)));
        Assert.Equal((20_050, 20_050L), (flows.Count, coverage.Counts["flows"]));
        Assert.InRange(coverage.Counts["evictedFlows"], 19_000, 20_000);
        Assert.Equal(coverage.Counts["packets"], flows.Sum(f => f.Packets.Out + f.Packets.In));
    }

    [Fact]
    public void Counters_alone_count_the_same_and_name_nothing()
    {
        var capture = Flooded(1000);
        var (flows, _) = Walk(capture, 1 << 16);
        var (counted, _) = Walk(capture, 1 << 16, counters: true);
        Assert.Equal(flows.Select(f => (f.FirstFrame, f.Source, f.Packets, f.Bytes)), counted.Select(f => (f.FirstFrame, f.Source, f.Packets, f.Bytes)));
        Assert.Contains(flows, f => f.Application == Application.Http);
        Assert.All(counted, f => Assert.True(f.Application == Application.Unknown && f.Names.Count == 0));
    }

    [Fact]
    public void More_packets_in_the_same_flows_allocate_nothing()
    {
        static long Allocated(int packets, bool counters)
        {
            var capture = new Capture();
            for (var i = 0; i < packets; i++) capture.Udp(Capture.Device, 4000 + i % 16, Capture.Cloud, 4000, new byte[100]);
            using var artefact = Artefact.Of("x", capture.Pcap());
            long flows = 0;
            new CaptureWalk(artefact, Capture.Options, false, _ => flows++, counters: counters).Run();
            var before = GC.GetAllocatedBytesForCurrentThread();
            new CaptureWalk(artefact, Capture.Options, false, _ => flows++, counters: counters).Run();
            Assert.Equal(32, flows);
            return GC.GetAllocatedBytesForCurrentThread() - before;
        }
        foreach (var counters in new[] { true, false }) Assert.InRange(Allocated(50_000, counters) - Allocated(1000, counters), -4096, 4096);
    }
}
