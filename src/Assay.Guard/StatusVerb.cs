using System.Text.Json;
using Assay.CommandLine;
using Assay.Evidence;

namespace Assay.Guard;

/// <summary><c>guard status</c>: each device with what is done about it, and why.</summary>
internal static class StatusVerb
{
    public static Verb Verb { get; } = new()
    {
        Name = "status",
        Summary = "shows each device: label, binding, version, action, and why",
        Usage = "[--config guard.yaml]",
        Example = "sudo assay guard status --config examples/guard.yaml",
        Options = [RunVerb.Configured],
        Formats = ["table", "json"],
        Run = Run,
    };

    private static int Run(Arguments arguments, Terminal terminal)
    {
        var configuration = RunVerb.Configuration(arguments);
        var (document, guarding) = Ask(configuration, terminal);
        if (terminal.Format == "json") terminal.WriteBytes(stream => stream.Write(document));
        else terminal.Write(text => Print(text, document, terminal.Width));
        return guarding ? Exit.Done : Exit.No;
    }

    // From the guard; where none answers, what it would say, out of what it left on disk.
    private static (byte[] Document, bool Guarding) Ask(Configuration configuration, Terminal terminal)
    {
        if (Control.Answers(configuration.Socket)) return (Control.Ask(configuration.Socket, json => json.WriteString("verb", "status")), true);
        terminal.Hint($"no guard answers at {configuration.Socket} (its owner may ask: sudo): this is what is on disk; rules that it left are still in the kernel (nft list table inet assay)");
        var household = new Household(configuration, GuardPost.Trust(configuration), terminal.Time, keeps: false);
        return (household.Look(view => GuardStatus.Document(view, new GuardSelf { IsGuarding = false })), false);
    }

    /// <summary>The document as a person reads it.</summary>
    internal static void Print(TextWriter text, byte[] document, int width)
    {
        using var parsed = JsonDocument.Parse(document);
        var root = parsed.RootElement;
        var registry = root.GetProperty("registry");
        text.WriteLine(State.Text(root, "since") is { } since ? $"guarding {Words(root, "inside")} since {Moment(since)}" : $"not guarding {Words(root, "inside")}");
        if (State.Text(registry, "address") is { } address)
        {
            text.WriteLine($"registry {address}: {(State.Text(registry, "lastSeen") is { } seen ? $"last seen {Moment(seen)}" : "never seen")}"
                + (State.Text(registry, "lostSince") is { } lost ? $", lost since {Moment(lost)} ({Shortened.Visible(State.Text(registry, "trouble") ?? "")})" : ""));
        }
        text.WriteLine(State.Text(registry, "listAsOf") is { } asOf
            ? $"status list of {Moment(asOf)}, until {Moment(State.Need(registry, "until"))}{(registry.GetProperty("stale").GetBoolean() ? ": it has ended" : "")}"
            : "status list: none was verified yet");
        if (registry.TryGetProperty("refused", out var refused)) text.WriteLine($"a list was refused at {Moment(State.Need(refused, "at"))}: {Shortened.Visible(State.Need(refused, "reason"))}");
        foreach (var missing in root.GetProperty("missing").EnumerateArray()) text.WriteLine($"missing: {State.Need(missing, "feature")}: {State.Need(missing, "without")}");
        if (State.Text(root, "trouble") is { } trouble) text.WriteLine($"the kernel refused rules: {Shortened.Visible(trouble)}");
        foreach (var remark in root.GetProperty("remarks").EnumerateArray()) text.WriteLine(Shortened.Visible(remark.GetString()!));
        text.WriteLine();
        TextTable.Write(text, ["device", "address", "label", "binding", "version", "action", "why"], [.. root.GetProperty("devices").EnumerateArray().Select(Row)], width);
        foreach (var device in root.GetProperty("devices").EnumerateArray())
        {
            text.WriteLine();
            text.WriteLine($"{Shortened.Visible(Called(device))}, {State.Need(device, "mac")}: {State.Need(device, "action")} since {Moment(State.Need(device, "since"))}");
            foreach (var reason in device.GetProperty("reasons").EnumerateArray().Skip(1))
            {
                var lines = TextTable.Wrap(Shortened.Visible(reason.GetString()!), Math.Max(30, width - 4));
                for (var i = 0; i < lines.Count; i++) text.WriteLine($"  {(i == 0 ? "-" : " ")} {lines[i]}");
            }
        }
    }

    private static string Called(JsonElement device) => State.Text(device, "name") ?? State.Need(device, "mac");

    private static IReadOnlyList<string> Row(JsonElement device) =>
    [
        Called(device),
        string.Join(' ', device.GetProperty("addresses").EnumerateArray().Select(a => a.GetString())) is { Length: > 0 } addresses ? addresses : "-",
        device.TryGetProperty("label", out var label) ? $"{State.Need(label, "subject")} {State.Text(label, "notice")}".TrimEnd() : "none",
        State.Need(device, "binding"),
        State.Text(device, "version") ?? "unknown",
        $"{State.Need(device, "action")}{(device.GetProperty("alarm").GetBoolean() ? " ALARM" : "")}",
        $"{State.Need(device, "status")}: {State.Need(device, "reason")} (row {device.GetProperty("row").GetInt32()})",
    ];

    private static string Words(JsonElement root, string name) => string.Join(", ", root.GetProperty(name).EnumerateArray().Select(i => i.GetString()));

    // To the second: a person reads no microseconds.
    private static string Moment(string time) => time.Length > 19 ? time[..19] + "Z" : time;
}
