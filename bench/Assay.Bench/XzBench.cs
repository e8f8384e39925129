using System.Diagnostics;
using Assay.Evidence.Compression;
using Assay.Evidence.Reading;

namespace Assay.Bench;

/// <summary>Decoding speed of one .xz file on one thread, after a first run that warms up.</summary>
internal static class XzBench
{
    internal static int Run(string file)
    {
        var input = File.ReadAllBytes(file);
        var times = new List<double>();
        var size = 0;
        for (var i = 0; i < 8; i++)
        {
            var watch = Stopwatch.StartNew();
            using var decoded = Decompression.Decode(CompressionKind.Xz, input, new Budget());
            if (decoded.Failure is not null) throw decoded.Failure;
            size = decoded.Content.Length;
            if (i > 0) times.Add(watch.Elapsed.TotalSeconds);
        }
        times.Sort();
        Console.WriteLine(FormattableString.Invariant($"{size} bytes in {times[3] * 1000:F0} ms: {size / times[3] / 1e6:F1} MB/s (median of 7)"));
        return 0;
    }
}
