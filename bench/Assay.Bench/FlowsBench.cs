using System.Diagnostics;
using Assay.Evidence;
using Assay.Traffic.Captures;
using Assay.Traffic.Flows;

namespace Assay.Bench;

/// <summary>
/// Seven passes over a capture: headers only on one core, then whole flow records on two; packets per second, and bytes allocated per packet.
/// </summary>
internal static class FlowsBench
{
    public static int Run(string file)
    {
        using var artefact = Artefact.Open(file);
        var options = new ExaminationOptions { AsOf = DateTimeOffset.UnixEpoch, Workers = 1 };
        Measure("headers", artefact, () => Headers(artefact));
        Measure("flows", artefact, () =>
        {
            long flows = 0;
            var coverage = FlowTable.Read(artefact, options, _ => flows++);
            return (coverage.Total, flows);
        });
        return 0;
    }

    private static (long Packets, long Flows) Headers(Artefact artefact)
    {
        var reader = CaptureReader.Open(artefact);
        var packet = default(Packet);
        long packets = 0;
        while (reader.Next(out var frame))
        {
            packet.Decode(frame);
            packets++;
        }
        return (packets, 0);
    }

    private static void Measure(string what, Artefact artefact, Func<(long Packets, long Flows)> pass)
    {
        var seconds = new double[7];
        long allocated = 0;
        (long Packets, long Flows) result = default;
        for (var run = 0; run < seconds.Length; run++)
        {
            var before = GC.GetTotalAllocatedBytes(precise: true);
            var clock = Stopwatch.StartNew();
            result = pass();
            seconds[run] = clock.Elapsed.TotalSeconds;
            allocated = GC.GetTotalAllocatedBytes(precise: true) - before;
        }
        Array.Sort(seconds);
        var median = seconds[3];
        Console.WriteLine(FormattableString.Invariant(
            $"{what,-8} {result.Packets} packets, {result.Flows} flows: median {median:f3} s, {result.Packets / median / 1e6:f2} Mpackets/s, {artefact.Size / median / 1e6:f0} MB/s, {(double)allocated / result.Packets:f2} bytes allocated per packet, {allocated / (double)Math.Max(1, result.Flows):f0} per flow"));
    }
}
