using Assay.Exchange.Cases;
using Assay.Exchange.Csaf;

namespace Assay.Exchange.Tests;

/// <summary>Cases of a doorbell, as the tests of this room need them.</summary>
internal static class Examples
{
    public static readonly DateTimeOffset Signal = new(2026, 11, 23, 9, 0, 0, TimeSpan.Zero);
    public static readonly Actor Ada = new("Ada Example", "market surveillance");
    public static readonly DateOnly InTwoWeeks = new(2026, 12, 7);
    public static readonly CsafPublisher Publisher = new("Registry of Example", "https://registry.example", Contact: "csaf@registry.example");
    public const string Address = "https://registry.example";
    public static readonly LabelLink Doorbell = new("00112233445566aa", "example/edb-100", "Example Devices", "EDB-100", ["1.0", "1.1"]);

    public static Chain Match(string id = "CVE-2022-48174", Certainty certainty = Certainty.Affected, bool exploited = true, string component = "busybox", string source = "nvd") => new()
    {
        Advisory = new AdvisoryLink
        {
            Id = id,
            Aliases = ["GHSA-aaaa-bbbb-cccc"],
            Sources = exploited ? ["kev", source] : [source],
            Summary = "A stack overflow in ash.c.",
            Exploited = exploited,
            ExploitedSince = exploited ? new DateOnly(2026, 11, 20) : null,
            Fix = "1.35.1",
            Snapshot = new string('a', 64),
        },
        Component = new ComponentLink
        {
            Name = component,
            Version = "1.35.0",
            Purl = $"pkg:generic/{component}@1.35.0",
            Cpe = [$"cpe:2.3:a:{component}:{component}:1.35.0:*:*:*:*:*:*:*"],
            Seen = "doorbell-1.0.bin /bin/busybox at 0x2f1c0",
            Method = "string",
        },
        Inventory = new InventoryLink(new string('b', 64), 14),
        Label = Doorbell,
        Certainty = certainty,
        Reason = $"{component} 1.35.0 is within < 1.35.1 ({source})",
        MakerSays = [new MakersWord("Example Devices", false, "not_affected", "vulnerable_code_not_present", "the inventory has busybox 1.35.0")],
    };

    public static Case Vulnerability(Chain? match = null) => Case.Open("C-2026-0001", new MatchSignalled(Signal, Actor.Registry, match ?? Match()));

    public static Case Incident() => Case.Open("C-2026-0002", new IncidentSignalled(Signal, Actor.Gateway("home gateway"), new IncidentRecord
    {
        Id = "i-1",
        Gateway = "home gateway",
        Device = "device-7f3a",
        Label = Doorbell.Id,
        Kind = "horizontalScan",
        First = Signal.AddMinutes(-2),
        Last = Signal.AddMinutes(-1),
        Threshold = "25 hosts on port 23 within 60 s; found 40",
        Frames = [17, 18, 400],
        Targets = ["198.51.100.x"],
        Action = "cut",
        Version = "1.2",
        Evidence = new string('c', 64),
    }, Doorbell));

    public static Decision Decision(DecisionKind kind) => new()
    {
        Kind = kind,
        Reason = "The shell is reachable from the local network.",
        LookAgain = InTwoWeeks,
        Objection = "objections@registry.example within a month",
        UpdateBelow = kind == DecisionKind.UpdateNeeded ? "1.2" : null,
        Justification = kind == DecisionKind.NotExploitable ? "vulnerable_code_not_in_execute_path" : null,
        Statement = kind == DecisionKind.NotExploitable ? new string('d', 64) : null,
    };

    /// <summary>Cases in every state that others are told about.</summary>
    public static IEnumerable<(string Name, Case Case)> All()
    {
        yield return ("signal", Vulnerability());
        yield return ("candidate", Vulnerability(Match(certainty: Certainty.Candidate)));
        yield return ("noCve", Vulnerability(Match(id: "OSV-2024-17", exploited: false, source: "osv")));
        foreach (var kind in Enum.GetValues<DecisionKind>()) yield return (kind.ToString(), Vulnerability().Decide(Signal.AddHours(2), Ada, Decision(kind)));
        yield return ("measure", Vulnerability().Decide(Signal.AddHours(2), Ada, Decision(DecisionKind.Suspend))
            .MeasureIsAvailable(Signal.AddHours(30), Ada, Signal.AddHours(20), "1.2", "Version 1.2 replaces the shell."));
        yield return ("closed", Vulnerability().Decide(Signal.AddHours(2), Ada, Decision(DecisionKind.UpdateNeeded)).Close(Signal.AddHours(3), Ada, "The update is out."));
        yield return ("incident", Incident());
    }
}
