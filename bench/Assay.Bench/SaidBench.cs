using System.Diagnostics;
using Assay.Software.Components;

namespace Assay.Bench;

/// <summary>What programs say of themselves: one line a product, and how fast they were read.</summary>
internal static class SaidBench
{
    /// <summary>Reads the files that <paramref name="list"/> names, one a line; prints path, product and version, and megabytes per second on standard error.</summary>
    public static int Run(string list)
    {
        var (bytes, files, clock) = (0L, 0, new Stopwatch());
        foreach (var path in File.ReadLines(list))
        {
            if (new FileInfo(path) is not { Exists: true, LinkTarget: null, Length: > 0 and < 64 << 20 }) continue;
            var content = File.ReadAllBytes(path);
            clock.Start();
            var seen = VersionReading.Read(content, Path.GetFileName(path));
            clock.Stop();
            (bytes, files) = (bytes + content.Length, files + 1);
            foreach (var version in seen) Console.WriteLine($"{path}\t{version.Pattern.Product}\t{version.Version}\t{version.Pattern.Rule}\t{version.Pattern.Anchor}");
        }
        Console.Error.WriteLine(FormattableString.Invariant($"{files} files, {bytes / 1e6:0.0} MB in {clock.Elapsed.TotalSeconds:0.00} s: {bytes / 1e6 / clock.Elapsed.TotalSeconds:0} MB/s, {VersionReading.Anchors.Count} anchors"));
        return 0;
    }
}
