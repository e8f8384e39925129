using Assay.CommandLine;
using Assay.Demo.Home;

namespace Assay.Demo.Story;

/// <summary><c>assay demo</c>: the story, or <c>--clean</c>.</summary>
internal static class TellVerb
{
    public static readonly Verb Verb = new()
    {
        Name = "tell",
        Summary = "(may be left out) tell the whole loop: assessed, labelled, guarded, suspended, healed, cut, kept and published",
        Usage = "[--clean] [--fast] [--no-packets] [--keep] [--transcript FILE] [--pages DIR]",
        Example = "./assay demo --fast",
        Options =
        [
            new("--clean", null, "remove what a demo that was killed has left, and end"),
            new("--fast", null, "without the pauses for reading"),
            new("--no-packets", null, "without namespaces, as without root"),
            new("--keep", null, "leave namespaces and files for a look; --clean removes them"),
            new("--transcript", "FILE", "each step as a line of JSON: what held, figures, addresses, namespaces, files"),
            new("--pages", "DIR", "keep the public page of the label there as it was at each state"),
        ],
        Formats = ["text"],
        Run = Run,
    };

    private static int Run(Arguments arguments, Terminal terminal)
    {
        if (arguments.Operands.Count > 0) throw new UsageException($"demo expects options or exercise, found {arguments.Operands[0]}");
        if (arguments.Has("--clean"))
        {
            var removed = Home.Run.CleanAll() ?? throw new UsageException("a demo is running; --clean waits for its end");
            terminal.Write(text => text.WriteLine(removed.Count == 0 ? "nothing was left" : $"removed: {string.Join(", ", removed)}"));
            return Exit.Done;
        }
        var packets = !arguments.Has("--no-packets") && Environment.IsPrivilegedProcess;
        if (packets) Tools.Require(Tools.ForPackets);
        packets = packets && Space.MayBeMade();
        using var run = new Run(arguments.Has("--keep"));
        using var ends = new Ends(run);
        using var tell = new Narrator(terminal.Time, arguments.Has("--fast"), terminal.Width, arguments.Value("--transcript"));
        try
        {
            new Loop(run, tell, terminal.Time, packets, arguments.Value("--pages") is { } pages ? Path.GetFullPath(pages) : null).Tell();
        }
        catch (Exception broken) when (broken is HomeException or HttpRequestException or IOException or KeyNotFoundException or System.Text.Json.JsonException)
        {
            tell.Step("broken", false, $"the story cannot go on: {broken.Message}");
        }
        tell.Finish();
        return tell.AllHeld ? Exit.Done : Exit.No;
    }
}
