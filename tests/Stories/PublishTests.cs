using System.Diagnostics;

namespace Assay.Tests;

/// <summary>The native program: as quick to start as promised, and byte for byte of the same opinion. Long, so by name only: <c>./test --long stories</c>.</summary>
public class PublishTests
{
    [Fact(Explicit = true)]
    public void The_native_program_starts_within_30_ms_and_gives_the_same_bytes()
    {
        if (!Tool.Has("clang") && !Tool.Has("gcc")) Assert.Skip("a C compiler is missing (apt-get install clang zlib1g-dev)");
        using var scratch = new Scratch();
        var publish = Tool.Run(Path.Combine(Checkout.Root, "publish"), [scratch.File("out")], Checkout.Root, seconds: 600);
        Assert.True(publish.Exit == 0, publish.Text + publish.Error);
        var native = Path.Combine(scratch.Folder, "out", "assay");

        var times = Enumerable.Range(0, 9).Select(_ =>
        {
            var watch = Stopwatch.StartNew();
            Assert.Equal(0, Tool.Run(native, ["--help"]).Exit);
            return watch.Elapsed.TotalMilliseconds;
        }).Order().ToList();
        Assert.True(times[4] < 30, $"--help took {times[4]:0} ms (median of nine)");

        var dossier = Path.Combine(Checkout.Root, "examples", "doorbell-1.1");
        var keys = new Dictionary<string, string> { ["ASSAY_CONFIG"] = scratch.File("keys") };
        Assert.Equal(0, Tool.Run(native, ["assess", dossier, "--as-of", "2026-11-23", "-o", scratch.File("native")], environment: keys).Exit);
        Assert.Equal(0, Command.RunIn(Checkout.Root, scratch.File("keys"), "assess", dossier, "--as-of", "2026-11-23", "-o", scratch.File("other")).Exit);
        foreach (var name in (string[])["assessment.json", "report.html", "assessment-results.oscal.json", "sbom.cdx.json"])
        {
            Assert.Equal(File.ReadAllBytes(scratch.File($"other/{name}")), File.ReadAllBytes(scratch.File($"native/{name}")));
        }
        var repeated = Tool.Run(native, ["assess", dossier, "--reperform", scratch.File("other/statement.cose")]);
        Assert.True(repeated.Exit == 0, repeated.Text + repeated.Error);
    }
}
