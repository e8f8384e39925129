using System.Globalization;
using System.Runtime.InteropServices;
using Assay.CommandLine;

namespace Assay.Guard;

/// <summary><c>guard run</c>: guards until it is told to end.</summary>
internal static class RunVerb
{
    public static readonly Option Configured = new("--config", "FILE", "the guard's configuration (guard.yaml)");

    public static Verb Verb { get; } = new()
    {
        Name = "run",
        Summary = "guards the devices on the inside: puts the rules into the kernel, follows the registry, watches",
        Usage = "[--config guard.yaml] [--remove]",
        Example = "sudo assay guard run --config examples/guard.yaml",
        Options = [Configured, new("--remove", null, "takes the rules out of the kernel at the end; without it they stay, and what was held back stays held back")],
        Formats = ["text"],
        Run = Run,
    };

    public static Configuration Configuration(Arguments arguments) => Assay.Guard.Configuration.Open(arguments.Value("--config") ?? "guard.yaml");

    private static void Show(Terminal terminal, string line)
    {
        if (terminal.Quiet) return;
        try
        {
            Console.Out.WriteLine(line);
        }
        catch (IOException)
        {
            // Nobody reads any more: the log on disk has the line, and the guard goes on.
        }
    }

    private static int Run(Arguments arguments, Terminal terminal)
    {
        if (arguments.Operands.Count > 0) throw new UsageException($"guard run takes no file, found {arguments.Operands[0]}; --config names the configuration");
        var configuration = Configuration(arguments);
        using var stop = new CancellationTokenSource();
        void End(PosixSignalContext signal)
        {
            signal.Cancel = true;
            stop.Cancel();
        }
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, End);
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, End);
        GuardPost post;
        try
        {
            post = new GuardPost(configuration, terminal.Time, line => Show(terminal, line));
        }
        catch (RefusalException refused)
        {
            terminal.Complain($"refused: {refused.Message}");
            return Exit.No;
        }
        catch (Exception wrong) when (wrong is System.Net.Sockets.SocketException or Enforcement.RuleException or ArgumentException)
        {
            throw new IOException(wrong.Message);
        }
        using (post)
        {
            Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"guarding {string.Join(", ", configuration.Inside)}, {(post.Household.Policy().Devices.Count is var count and not 1 ? $"{count} devices" : "1 device")}"));
            Console.Out.Flush();
            post.Follow();
            post.Probe();
            post.Guard(stop.Token);
            if (arguments.Has("--remove"))
            {
                post.RemoveRules();
                terminal.Hint("ended; the rules are out of the kernel, nobody is held back any more");
            }
            else
            {
                terminal.Hint("ended; the rules stay in the kernel, and nothing widens until the guard runs again (guard run --remove takes them out at its end)");
            }
        }
        return Exit.Done;
    }
}
