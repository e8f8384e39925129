using System.Globalization;
using System.Runtime.InteropServices;
using Assay.CommandLine;
using Assay.Evidence;
using Assay.Evidence.Reading;
using Assay.Traffic;
using Assay.Traffic.Captures;
using Assay.Traffic.Flows;

namespace Assay.Cli;

/// <summary><c>assay flows CAPTURE…</c> or <c>--interface NAME</c>: who talked with whom, when, how much, and in which protocol.</summary>
public static class FlowsVerb
{
    public static readonly Verb Verb = new()
    {
        Name = "flows",
        Summary = "list the flows of captures or of an interface: who talked with whom, when, how much, in which protocol",
        Usage = "CAPTURE… | --interface NAME [--duration SECONDS]",
        Example = "./assay flows examples/doorbell-1.0/captures/setup.pcap",
        Options =
        [
            new Option("--counters", null, "endpoints, packets and bytes only: no payload is read, so no applications and no names"),
            new Option("--interface", "NAME", "what passes there now, until it is interrupted; needs root, and gives root up before the first frame"),
            new Option("--duration", "SECONDS", "end after so many seconds (with --interface)"),
        ],
        Formats = ["table", "json", "ndjson", "ipfix"],
        Run = Run,
    };

    private static int Run(Arguments arguments, Terminal terminal)
    {
        var options = terminal.Examination();
        var counters = arguments.Has("--counters");
        if (arguments.Value("--interface") is { } name) return Live(name, arguments, terminal, options, counters);
        if (arguments.Has("--duration")) throw new UsageException("--duration needs --interface");
        if (arguments.Operands.Count == 0) throw new UsageException("flows expects at least one CAPTURE, found none");
        var captures = arguments.Operands.SelectMany(Files).ToList();
        var coverage = new List<Coverage>();
        var unreadable = false;
        terminal.WriteBytes(stream =>
        {
            using var output = new FlowOutput(stream, terminal.Format);
            foreach (var capture in captures)
            {
                using var artefact = Artefact.Open(capture);
                try
                {
                    coverage.Add(FlowTable.Read(artefact, options, output.Write, counters));
                }
                catch (UnreadableException wrong)
                {
                    terminal.Complain($"{capture}: {wrong.Message}");
                    unreadable = true;
                }
            }
            output.Finish(coverage);
        });
        return Told(coverage, terminal) || unreadable ? Exit.Unreadable : Exit.Done;
    }

    private static int Live(string name, Arguments arguments, Terminal terminal, ExaminationOptions options, bool counters)
    {
        if (arguments.Operands.Count > 0) throw new UsageException($"flows expects CAPTURE or --interface, found both ({arguments.Operands[0]})");
        // A file is put in its place at the end, by somebody who may no longer do that.
        if (arguments.Has("-o")) throw new UsageException("--interface prints: send its output where it belongs (assay flows --interface NAME > FILE)");
        TimeSpan? duration = null;
        if (arguments.Value("--duration") is { } text)
        {
            if (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) || seconds == 0) throw new UsageException($"--duration expects a whole number of seconds from 1, found {text}");
            duration = TimeSpan.FromSeconds(seconds);
        }
        using var stop = new CancellationTokenSource();
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, End);
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, End);
        LiveReader reader;
        try
        {
            reader = new LiveReader(name, terminal.Time, duration, stop.Token) { Told = terminal.Hint };
        }
        catch (IOException wrong)
        {
            terminal.Complain(wrong.Message);
            return Exit.Unreadable;
        }
        using (reader)
        {
            terminal.Hint(Privileges.Drop() ? $"listening on {name}; the rights of root are given up" : $"listening on {name}");
            Coverage? coverage = null;
            terminal.WriteBytes(stream =>
            {
                using var output = new FlowOutput(stream, terminal.Format) { IsWatched = true };
                coverage = FlowTable.Read(reader, options with { Progress = null }, output.Write, counters);
                output.Finish([coverage]);
            });
            return Told([coverage!], terminal) ? Exit.Unreadable : Exit.Done;
        }

        void End(PosixSignalContext signal)
        {
            signal.Cancel = true;
            stop.Cancel();
        }
    }

    /// <summary>Says what was lost; true where anything was.</summary>
    private static bool Told(IReadOnlyList<Coverage> coverage, Terminal terminal)
    {
        foreach (var loss in coverage.SelectMany(c => c.Losses)) terminal.Complain(loss.ToString());
        return coverage.Any(c => c.Losses.Count > 0);
    }

    // In a folder, what is recognised as a capture counts; a file that is named must be one.
    private static IEnumerable<string> Files(string operand)
    {
        if (!Directory.Exists(operand)) return [operand];
        return Directory.EnumerateFiles(operand, "*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint })
            .Order(StringComparer.Ordinal).Where(file =>
            {
                using var artefact = Artefact.Open(file);
                return CaptureExamination.Recognises(artefact);
            });
    }
}
