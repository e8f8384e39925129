using System.Diagnostics;
using System.Security.Cryptography;
using Assay.Evidence;
using Assay.Firmware;

namespace Assay.Bench;

/// <summary>An image opened, all its files decoded and hashed with SHA-256, nothing kept.</summary>
internal static class ImageBench
{
    private static readonly ExaminationOptions Options = new() { AsOf = new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero), Workers = Workers };

    private static int Workers => int.TryParse(Environment.GetEnvironmentVariable("WORKERS"), out var workers) ? workers : 2;

    internal static int Run(string file)
    {
        var watch = Stopwatch.StartNew();
        using var artefact = Artefact.Open(file);
        using var image = Image.Open(artefact, Options);
        var opened = watch.Elapsed.TotalMilliseconds;
        long bytes = 0, files = 0;
        foreach (var part in image.FileSystems)
        {
            part.FileSystem!.ReadContents((entries, content) =>
            {
                Span<byte> hash = stackalloc byte[32];
                SHA256.HashData(content, hash);
                Interlocked.Add(ref bytes, content.Length);
                Interlocked.Increment(ref files);
            }, Workers, CancellationToken.None);
        }
        var read = watch.Elapsed.TotalMilliseconds - opened;
        Console.WriteLine(FormattableString.Invariant($"opened in {opened:F0} ms; {files} contents, {bytes} bytes decoded and hashed in {read:F0} ms; {image.Losses.Count} losses; private memory peak {Peak()} MB"));
        return 0;
    }

    internal static int Map(string file)
    {
        using var artefact = Artefact.Open(file);
        using var image = Image.Open(artefact, Options);
        Console.Write(image.Map().ToText());
        foreach (var loss in image.Losses) Console.WriteLine($"lost: {loss}");
        Console.WriteLine($"{image.Coverage.Examined} of {image.Coverage.Total} bytes examined");
        return 0;
    }

    // Anonymous and shared pages now; after a full run nothing was given back yet, so this is near the peak. VmHWM would count the mapped file.
    private static long Peak() =>
        File.ReadLines("/proc/self/status").Where(l => l.StartsWith("RssAnon", StringComparison.Ordinal) || l.StartsWith("RssShmem", StringComparison.Ordinal))
            .Sum(l => long.Parse(l.Split(' ', StringSplitOptions.RemoveEmptyEntries)[^2], System.Globalization.CultureInfo.InvariantCulture)) / 1024;
}
