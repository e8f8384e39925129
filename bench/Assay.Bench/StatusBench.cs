using System.Diagnostics;
using Assay.Labels.Status;
using Assay.Labels.Token;
using Assay.Labels.Trust;

namespace Assay.Bench;

/// <summary>A list of ten million statuses: many changes at once, signed anew as a whole and as a delta.</summary>
internal static class StatusBench
{
    private const int Slots = 10_000_000, Changes = 300_000;
    private const string Uri = "https://office.example/status/1";

    internal static int Run()
    {
        using var key = SigningKey.Create();
        var at = new DateTimeOffset(2026, 11, 23, 0, 0, 0, TimeSpan.Zero);
        foreach (var (what, states) in new[] { ("all withdrawn", 1), ("three states", 3) })
        {
            var (list, random) = (new StatusList(Slots), new Random(8));
            for (var i = 0; i < Slots / 100; i++) list[random.Next(Slots)] = (LabelState)(1 + random.Next(states));
            var whole = StatusListToken.Sign(key, list, Uri, at, at.AddDays(1), TimeSpan.FromMinutes(5), 1);
            var delta = StatusDelta.Sign(key, new StatusList(Slots), list, Uri, 1, 2, at, at.AddDays(1));
            Console.WriteLine($"1 % of 10,000,000 set, {what}: whole list {whole.Length} bytes, delta {delta.Length} bytes");
        }
        var (wholes, deltas, applied) = (new List<double>(), new List<double>(), new List<double>());
        var sizes = (0, 0);
        for (var run = 0; run < 8; run++)
        {
            var (before, random) = (new StatusList(Slots), new Random(run));
            for (var i = 0; i < Slots / 100; i++) before[random.Next(Slots)] = LabelState.Withdrawn;
            var places = Enumerable.Range(0, Changes).Select(_ => random.Next(Slots)).ToArray();
            var cpu = Environment.CpuUsage.TotalTime;
            var watch = Stopwatch.StartNew();
            var after = before.Copy();
            foreach (var place in places) after[place] = LabelState.Suspended;
            var whole = StatusListToken.Sign(key, after, Uri, at, at.AddDays(1), TimeSpan.FromMinutes(5), 2);
            var (one, oneCpu) = (watch.Elapsed, Environment.CpuUsage.TotalTime - cpu);
            watch.Restart();
            var delta = StatusDelta.Sign(key, before, after, Uri, 1, 2, at, at.AddDays(1));
            var two = watch.Elapsed;
            watch.Restart();
            StatusDelta.Read(delta).Apply(before);
            var three = watch.Elapsed;
            sizes = (whole.Length, delta.Length);
            if (run == 0) continue;
            wholes.Add(one.TotalMilliseconds);
            deltas.Add(two.TotalMilliseconds);
            applied.Add(three.TotalMilliseconds);
            if (run == 7) Console.WriteLine(FormattableString.Invariant($"processor time of the last whole list: {oneCpu.TotalMilliseconds:F0} ms"));
        }
        Console.WriteLine(FormattableString.Invariant($"300,000 changes in 10,000,000: changed and signed as a whole list in {Median(wholes):F0} ms ({sizes.Item1} bytes), as a delta in {Median(deltas):F0} ms more ({sizes.Item2} bytes), read and applied in {Median(applied):F0} ms (medians of 7)"));
        return 0;
    }

    private static double Median(List<double> times) => times.Order().ElementAt(times.Count / 2);
}
