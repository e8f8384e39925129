using System.Diagnostics;
using System.Globalization;
using System.Text;
using Assay.Evidence;
using Assay.Software.Sbom;

namespace Assay.Bench;

/// <summary>A bill of materials as long as one is kept: made, and read, checked and understood.</summary>
internal static class BillBench
{
    /// <summary>Writes CycloneDX 1.6 with so many components in one circle of dependencies, each with what such documents usually tell.</summary>
    public static int Make(int count, string to)
    {
        using var writer = new StreamWriter(to, false, new UTF8Encoding(false), 1 << 20);
        writer.Write("""{"bomFormat":"CycloneDX","specVersion":"1.6","components":[""");
        for (var i = 0; i < count; i++) writer.Write(string.Create(CultureInfo.InvariantCulture, $$"""{{(i == 0 ? "" : ",")}}{"type":"library","name":"c{{i}}","version":"1","bom-ref":"{{i}}"}"""));
        writer.Write("""],"dependencies":[""");
        for (var i = 0; i < count; i++) writer.Write(string.Create(CultureInfo.InvariantCulture, $$"""{{(i == 0 ? "" : ",")}}{"ref":"{{i}}","dependsOn":["{{(i + 1) % count}}"]}"""));
        writer.Write("]}");
        return 0;
    }

    public static int Read(string file)
    {
        var peak = 0L;
        using var watching = new Timer(_ => peak = Math.Max(peak, Private()), null, 0, 5);
        using var artefact = Artefact.Open(file);
        var (clock, process) = (Stopwatch.StartNew(), Process.GetCurrentProcess());
        using var bill = BillFile.Read(Path.GetFileName(file), artefact.Bytes.Whole);
        var read = clock.Elapsed;
        var materials = bill.Materials();
        var understood = clock.Elapsed;
        GC.KeepAlive(materials);
        process.Refresh();
        Console.WriteLine(FormattableString.Invariant($"{artefact.Size / 1e6:0} MB read and checked in {read.TotalSeconds:0.0} s, understood in {(understood - read).TotalSeconds:0.0} s more; processor {process.TotalProcessorTime.TotalSeconds:0.0} s"));
        Console.WriteLine(FormattableString.Invariant($"{materials.Components.Count} components, {bill.Faults.Count} faults, {bill.Remarks.Count} remarks; anonymous and shared pages at most {Math.Max(peak, Private()) / 1024} MiB"));
        return 0;
    }

    private static long Private() => File.ReadLines("/proc/self/status").Where(l => l.StartsWith("RssAnon", StringComparison.Ordinal) || l.StartsWith("RssShmem", StringComparison.Ordinal))
        .Sum(l => long.Parse(l.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture));
}
