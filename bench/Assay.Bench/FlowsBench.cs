using System.Diagnostics;
using System.Globalization;
using Assay.Evidence;
using Assay.Traffic;
using Assay.Traffic.Captures;
using Assay.Traffic.Flows;

namespace Assay.Bench;

/// <summary>
/// Seven passes over a capture: headers only on one core, endpoints and counters, whole flow records, findings as <c>inspect</c> makes them, and all evidence with occurrences and flows; packets per second on the clock and per
/// second of processor time (each thread of two reads every frame), and bytes allocated per packet.
/// </summary>
internal static class FlowsBench
{

    public static int Run(string file)
    {
        using var artefact = Artefact.Open(file);
        var options = new ExaminationOptions { AsOf = DateTimeOffset.UnixEpoch, Workers = 1 };
        Measure("headers", artefact, () => Headers(artefact));
        Measure("counters", artefact, () => Flows(artefact, options, counters: true));
        Measure("flows", artefact, () => Flows(artefact, options, counters: false));
        return Evidence(artefact, options, 7);
    }

    public static int Evidence(string file)
    {
        using var artefact = Artefact.Open(file);
        return Evidence(artefact, new ExaminationOptions { AsOf = DateTimeOffset.UnixEpoch, Workers = 1 }, 3);
    }

    /// <summary>Findings alone, as <c>inspect</c> makes them.</summary>
    public static int Findings(string file)
    {
        using var artefact = Artefact.Open(file);
        var options = new ExaminationOptions { AsOf = DateTimeOffset.UnixEpoch, Workers = 1 };
        Measure("findings", artefact, () => (CaptureExamination.OfFindings(artefact, options).Coverage.Total, 0));
        return 0;
    }

    private static int Evidence(Artefact artefact, ExaminationOptions options, int passes)
    {
        Measure("findings", artefact, () => (CaptureExamination.OfFindings(artefact, options).Coverage.Total, 0), passes);
        Measure("evidence", artefact, () =>
        {
            var examination = CaptureExamination.Of(artefact, options);
            return (examination.Coverage.Total, examination.Flows.Count);
        }, passes);
        return 0;
    }

    private static (long Packets, long Flows) Flows(Artefact artefact, ExaminationOptions options, bool counters)
    {
        long flows = 0;
        var coverage = FlowTable.Read(artefact, options, _ => flows++, counters);
        return (coverage.Total, flows);
    }

    private static (long Packets, long Flows) Headers(Artefact artefact)
    {
        using var reader = CaptureReader.Open(artefact);
        var packet = default(Packet);
        long packets = 0;
        while (reader.Next(out var frame))
        {
            packet.Decode(frame);
            packets++;
        }
        return (packets, 0);
    }

    private static void Measure(string what, Artefact artefact, Func<(long Packets, long Flows)> pass, int passes = 7)
    {
        double[] seconds = new double[passes], worked = new double[passes];
        long allocated = 0;
        (long Packets, long Flows) result = default;
        using var self = Process.GetCurrentProcess();
        for (var run = 0; run < passes; run++)
        {
            var before = GC.GetTotalAllocatedBytes(precise: true);
            self.Refresh();
            var spent = self.TotalProcessorTime;
            var clock = Stopwatch.StartNew();
            result = pass();
            seconds[run] = clock.Elapsed.TotalSeconds;
            self.Refresh();
            worked[run] = (self.TotalProcessorTime - spent).TotalSeconds;
            allocated = GC.GetTotalAllocatedBytes(precise: true) - before;
        }
        Array.Sort(seconds);
        Array.Sort(worked);
        var (median, cpu) = (seconds[passes / 2], worked[passes / 2]);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{what,-8} {result.Packets} packets, {result.Flows} flows: median {median:f3} s, {result.Packets / median / 1e6:f2} Mpackets/s, {artefact.Size / median / 1e6:f0} MB/s; {cpu:f3} s of processor time, {result.Packets / cpu / 1e6:f2} Mpackets/s and core; {(double)allocated / result.Packets:f2} bytes allocated per packet, {allocated / (double)Math.Max(1, result.Flows):f0} per flow"));
    }
}
