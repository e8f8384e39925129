using System.Diagnostics;
using System.Text.Json;
using Assay.CommandLine;

namespace Assay.Demo.Home;

/// <summary>A part of the home that runs as a process of this same program in a namespace and is told what to do, one line at a time.</summary>
internal sealed class Part(Run run, Space space, string name)
{
    private readonly Process process = run.Begin(Tools.Start("ip", space.Words(run.Program, ["part", name])));

    /// <summary>Sends a command and gives its answer: an object with <c>ok</c>, and <c>reason</c> when not.</summary>
    /// <exception cref="HomeException">The part has ended.</exception>
    public JsonElement Ask(string command)
    {
        lock (process)
        {
            process.StandardInput.WriteLine(command);
            process.StandardInput.Flush();
            return Answer();
        }
    }

    /// <summary>The next answer; a part that serves says so first.</summary>
    public JsonElement Answer()
    {
        var line = process.StandardOutput.ReadLine() ?? throw new HomeException($"the part {name} ended");
        using var document = JsonDocument.Parse(line);
        return document.RootElement.Clone();
    }

    // The home alone, until it is told to end: how the tests look at every kind of end.
    private static int Hold()
    {
        using var run = new Run(keep: false);
        using var ends = new Ends(run);
        _ = new House(run);
        Console.Out.WriteLine(run.Id);
        Console.Out.Flush();
        Thread.Sleep(Timeout.Infinite);
        return Exit.Done;
    }

    /// <summary>The words <c>assay-demo part …</c>, which only this program itself speaks.</summary>
    public static readonly Verb Verb = new()
    {
        Name = "part",
        Summary = "one part of the home; only the demo itself starts these",
        Usage = "doorbell | internet",
        Example = "assay demo --help",
        Formats = ["text"],
        Run = (arguments, terminal) => arguments.Operands switch
        {
            ["doorbell"] => new Doorbell(terminal.Time).Serve(),
            ["internet"] => new Internet(terminal.Time).Serve(),
            ["hold"] => Hold(),
            ["watcher", var id, var keep] => Home.Run.Watch(id, keep == "keep"),
            _ => throw new UsageException("part expects doorbell or internet"),
        },
    };
}
