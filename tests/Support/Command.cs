using System.Diagnostics;

namespace Assay.Tests;

/// <summary>The built command as a person runs it: a process of its own, with its exit status, output, time and peak memory.</summary>
public static class Command
{
    public sealed record Result(int Exit, string Output, string Error, TimeSpan Took, long PeakBytes);

    /// <summary>The program that <c>./assay</c> runs after its build.</summary>
    public static string Program => Path.Combine(Checkout.Root, ".build", "bin", "Assay.Cli", "release", "assay");

    public static Result Run(params string[] arguments) => RunIn(Checkout.Root, null, arguments);

    /// <param name="configuration">The folder for keys, in place of the user's own.</param>
    public static Result RunIn(string folder, string? configuration, params string[] arguments)
    {
        var start = new ProcessStartInfo(Program)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = folder,
        };
        foreach (var argument in arguments) start.ArgumentList.Add(argument);
        start.Environment["NO_COLOR"] = "1";
        if (configuration is not null) start.Environment["ASSAY_CONFIG"] = configuration;
        var watch = Stopwatch.StartNew();
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        long peak = 0;
        while (!process.WaitForExit(20))
        {
            peak = Math.Max(peak, Anonymous(process.Id));
            if (watch.Elapsed < TimeSpan.FromMinutes(2)) continue;
            process.Kill(entireProcessTree: true);
            Assert.Fail($"assay {string.Join(' ', arguments)} did not end within two minutes");
        }
        process.WaitForExit();
        return new Result(process.ExitCode, output.Result, error.Result, watch.Elapsed, peak);
    }

    // Anonymous and shared pages, not mapped files (command.md, "How figures are taken"); 0 once the process has ended.
    private static long Anonymous(int process)
    {
        try
        {
            long sum = 0;
            foreach (var line in File.ReadLines($"/proc/{process}/status"))
            {
                if (line.StartsWith("RssAnon:", StringComparison.Ordinal) || line.StartsWith("RssShmem:", StringComparison.Ordinal))
                {
                    sum += 1024 * long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], System.Globalization.CultureInfo.InvariantCulture);
                }
            }
            return sum;
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return 0;
        }
    }
}
