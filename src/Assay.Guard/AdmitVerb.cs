using System.Globalization;
using Assay.CommandLine;
using Assay.Evidence;
using Assay.Traffic.Mud;

namespace Assay.Guard;

/// <summary><c>guard admit</c>: a named person decides about a device, and lifts a cut by it.</summary>
internal static class AdmitVerb
{
    public static Verb Verb { get; } = new()
    {
        Name = "admit",
        Summary = "a named person decides about a device; a cut is lifted by it",
        Usage = "DEVICE --by NAME --role ROLE --reason TEXT [--action narrow] [--until DATE]",
        Example = "sudo assay guard admit 00:00:5e:00:53:0b --by \"A. Example\" --role householder --reason \"bought it today\" --until 2027-01-01",
        Options =
        [
            RunVerb.Configured,
            new("--by", "NAME", "who decides"),
            new("--role", "ROLE", "in which role"),
            new("--reason", "TEXT", "why"),
            new("--action", "ACTION", "notify, narrow, heal or cut; narrow unless said"),
            new("--until", "DATE", "the last day on which it counts"),
        ],
        Formats = ["table", "json"],
        Run = Run,
    };

    private static int Run(Arguments arguments, Terminal terminal)
    {
        if (arguments.Operands.Count != 1) throw new UsageException($"guard admit expects one device, found {arguments.Operands.Count}");
        string Need(string option) => arguments.Value(option) is { } text && !string.IsNullOrWhiteSpace(text) ? text : throw new UsageException($"guard admit expects {option}: a named person decides, and says why");
        var admit = new Admit(Action(arguments.Value("--action") ?? "narrow"), Need("--by"), Need("--role"), Need("--reason"), Until(arguments.Value("--until")), null);
        var configuration = RunVerb.Configuration(arguments);
        if (!Control.Answers(configuration.Socket)) throw new IOException($"expected a guard at {configuration.Socket}, found none that answers: assay guard run, or write the admission into guard.yaml");
        var document = Control.Ask(configuration.Socket, json =>
        {
            json.WriteString("verb", "admit");
            json.WriteString("device", arguments.Operands[0]);
            json.WritePropertyName("admit");
            State.Write(json, admit);
        });
        if (terminal.Format == "json") terminal.WriteBytes(stream => stream.Write(document));
        else terminal.Write(text => StatusVerb.Print(text, document, terminal.Width));
        return Exit.Done;
    }

    private static GuardAction Action(string text)
    {
        foreach (var action in Enum.GetValues<GuardAction>())
        {
            if (EvidenceJson.Name(action) == text) return action;
        }
        throw new UsageException($"--action expects notify, narrow, heal or cut, found {text}");
    }

    private static DateOnly? Until(string? text) => text is null ? null
        : DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day) ? day : throw new UsageException($"--until expects a date such as 2027-01-01, found {text}");
}
