using System.Diagnostics;
using Assay.Evidence;
using Assay.Firmware;

namespace Assay.Bench;

/// <summary>A second image of a family beside a cache that knows the first: processor time and wall time with it and without, medians of seven.</summary>
internal static class FamilyBench
{
    internal static int Run(string first, string second, string folder)
    {
        var cold = new List<(double Wall, double Cpu)>();
        var (alone, known) = (new List<(double Wall, double Cpu)>(), new List<(double Wall, double Cpu)>());
        for (var i = 0; i < 8; i++)
        {
            if (Directory.Exists(folder)) Directory.Delete(folder, recursive: true);
            alone.Add(Timed(second, null));
            cold.Add(Timed(first, folder));
            known.Add(Timed(second, folder));
        }
        // The first round is the compiler's.
        Show("second image without a cache", alone[1..]);
        Show("first image, cache empty", cold[1..]);
        Show("second image, cache knows the first", known[1..]);
        Console.WriteLine(FormattableString.Invariant($"{Median(alone[1..].Select(t => t.Wall)) / Median(known[1..].Select(t => t.Wall)):F1} times faster on the clock, {Median(alone[1..].Select(t => t.Cpu)) / Median(known[1..].Select(t => t.Cpu)):F1} times by processor time; {Directory.GetFiles(folder, "*", SearchOption.AllDirectories).Length} entries, {Directory.GetFiles(folder, "*", SearchOption.AllDirectories).Sum(f => new FileInfo(f).Length) / 1024} kB"));
        return 0;
    }

    private static (double Wall, double Cpu) Timed(string file, string? folder)
    {
        var options = new ExaminationOptions { AsOf = new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero), Workers = 2, Cache = folder is null ? null : FactsFolder.OfContents(folder) };
        var (watch, before) = (Stopwatch.StartNew(), Environment.CpuUsage.TotalTime);
        using var artefact = Artefact.Open(file, "image");
        FirmwareExamination.Of(artefact, options);
        return (watch.Elapsed.TotalMilliseconds, (Environment.CpuUsage.TotalTime - before).TotalMilliseconds);
    }

    private static void Show(string what, IReadOnlyList<(double Wall, double Cpu)> times) =>
        Console.WriteLine(FormattableString.Invariant($"{what}: {Median(times.Select(t => t.Wall)):F0} ms, processor {Median(times.Select(t => t.Cpu)):F0} ms"));

    private static double Median(IEnumerable<double> values) => values.Order().ToList() is var sorted ? sorted[sorted.Count / 2] : 0;
}
