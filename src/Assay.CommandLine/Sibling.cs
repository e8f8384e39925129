using System.Diagnostics;

namespace Assay.CommandLine;

/// <summary>The other programs of this house: beside ours when published, in the folders of their own builds in a clone.</summary>
public static class Sibling
{
    /// <summary>A verb that hands everything to another program and ends as it ends.</summary>
    /// <param name="program"><c>assay-guard</c></param>
    /// <param name="room"><c>Guard</c></param>
    public static Verb Verb(string name, string summary, string program, string room) => new()
    {
        Name = name,
        Summary = summary,
        Usage = "…",
        Example = $"assay {name} --help",
        Formats = ["text"],
        PassesAllOn = true,
        RunWords = words => Run(Find(program, room), words),
        Run = (_, _) => throw new InvalidOperationException("its words are passed on"),
    };

    /// <exception cref="MissingPartException">It is in neither place.</exception>
    public static string Find(string program, string room)
    {
        var beside = Path.Combine(AppContext.BaseDirectory, program);
        if (File.Exists(beside)) return beside;
        // .build/bin/Assay.Cli/release/ → .build/bin/Assay.Guard/release/
        var built = Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "..", "..", $"Assay.{room}", "release", program));
        return File.Exists(built) ? built : throw new MissingPartException($"{program} is not beside this program; ./publish makes all of them");
    }

    private static int Run(string program, string[] words)
    {
        var start = new ProcessStartInfo(program);
        foreach (var word in words) start.ArgumentList.Add(word);
        // Ctrl-C and SIGTERM belong to the other program; we wait for how it ends.
        ConsoleCancelEventHandler stay = (_, pressed) => pressed.Cancel = true;
        Console.CancelKeyPress += stay;
        using var process = Process.Start(start)!;
        using var terminate = System.Runtime.InteropServices.PosixSignalRegistration.Create(System.Runtime.InteropServices.PosixSignal.SIGTERM, signal =>
        {
            signal.Cancel = true;
            Process.Start("/bin/kill", ["-TERM", process.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)])?.WaitForExit();
        });
        process.WaitForExit();
        Console.CancelKeyPress -= stay;
        return process.ExitCode;
    }
}
