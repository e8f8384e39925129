using Assay.Evidence;
using Assay.Labels.Trust;
using Assay.Traffic.Mud;

namespace Assay.Guard.Admission;

/// <summary>A device's own word on what it is, as it was seen on the wire.</summary>
/// <param name="Frame">Of the guard's own count since its start.</param>
public sealed record StatedVersion(string Model, string Version, string Source, DateTimeOffset At, long Frame);

/// <summary>Attack traffic that was seen from a device; it counts until a named person lifts it.</summary>
/// <param name="Threshold"><c>25 hosts on port 23 within 60 s; found 40</c></param>
/// <param name="Frames">Of the guard's own count since its start.</param>
public sealed record SeenAttack(string Kind, string Threshold, IReadOnlyList<long> Frames, IReadOnlyList<string> Targets, DateTimeOffset At);

/// <summary>Everything that a ruling on one device rests on.</summary>
public sealed record DeviceFacts
{
    public required DateTimeOffset Now { get; init; }
    public DeviceEntry? Entry { get; init; }
    public ShelfLabel? Label { get; init; }
    /// <summary>Why a label that is configured could not be read.</summary>
    public string? LabelRefused { get; init; }
    /// <summary>Set where <see cref="Label"/> is.</summary>
    public LabelReading? Reading { get; init; }
    public ConfiguredMud? Mud { get; init; }
    /// <summary>The last statement that names the label's model, or any model where there is no label.</summary>
    public StatedVersion? Stated { get; init; }
    /// <summary>Out of DHCP or elsewhere: a claim.</summary>
    public string? StatedMudUrl { get; init; }
    public SeenAttack? Attack { get; init; }
    /// <summary>By <c>guard admit</c>; the configuration's own stands in <see cref="Entry"/>.</summary>
    public Admit? Admit { get; init; }
    /// <summary>It was observed while a status list was fresh: a running device, and no new one.</summary>
    public bool IsSettled { get; init; }
}

/// <summary>What is done about one device, by which row of <c>actions</c>, and why. Pure: the same facts give the same ruling.</summary>
public sealed record Ruling
{
    public required DeviceStatus Status { get; init; }
    public required Grade Grade { get; init; }
    public required Binding Binding { get; init; }
    public required Criticality Criticality { get; init; }
    public required GuardAction Action { get; init; }
    public required ActionRow Row { get; init; }
    /// <summary>The admission that took the row's place; null where the row counts.</summary>
    public Admit? ByPerson { get; init; }
    /// <summary>The row's reason first, then what it rests on.</summary>
    public required IReadOnlyList<string> Reasons { get; init; }
    /// <summary>A person is to be told, because the machine itself stops nothing.</summary>
    public required bool Alarm { get; init; }
    /// <summary>Null where none counts.</summary>
    public MudFile? Mud { get; init; }
    /// <summary>It was observed under a fresh list.</summary>
    public required bool Settles { get; init; }

    public static Ruling Of(DeviceFacts facts, ActionTable table)
    {
        var reasons = new List<string>();
        var criticality = facts.Entry?.Critical ?? Criticality.None;
        var (status, binding) = Bound(facts, reasons, out var mud);
        var grade = facts.Label?.Grade ?? Grade.Declared;
        var stale = facts.Reading?.IsStale == true && status != DeviceStatus.None;
        var settles = binding != Binding.Claimed && !stale;
        if (stale)
        {
            reasons.Add(facts.Reading!.Until is { } until ? $"the status list ended on {EvidenceJson.Time(until)}" : "no verified status list speaks of this label yet");
            if (!facts.IsSettled && binding != Binding.Claimed)
            {
                binding = Binding.Claimed;
                reasons.Add("a new device waits for a fresh status list");
            }
        }
        var row = table.Row(status, grade, binding, criticality);
        if (stale && table.Row(DeviceStatus.Stale, grade, binding, criticality) is var staleRow && Freedom.Of(staleRow.Action) < Freedom.Of(row.Action))
        {
            // A list that has ended never widens: of what it last said and of being stale, the narrower counts.
            (status, row) = (DeviceStatus.Stale, staleRow);
        }
        if (facts.Attack is { } attack)
        {
            status = DeviceStatus.Attacking;
            row = table.Row(status, grade, binding, criticality);
            reasons.Insert(0, $"{attack.Kind} on {EvidenceJson.Time(attack.At)}: {attack.Threshold}; frames {string.Join(", ", attack.Frames)}; a named person lifts this");
        }
        var action = row.Action;
        var person = Person(facts, status, action);
        if (person is not null)
        {
            action = person.Action;
            reasons.Insert(0, $"admitted by {person.By} ({person.Role}){(person.Until is { } last ? FormattableString.Invariant($" until {last:yyyy-MM-dd}") : "")}: {person.Reason}");
        }
        reasons.Insert(0, row.Reason);
        if (action == GuardAction.Narrow && mud is null) reasons.Add("no MUD file counts, so this leaves no more than heal does");
        return new Ruling
        {
            Status = status,
            Grade = grade,
            Binding = binding,
            Criticality = criticality,
            Action = action,
            Row = row,
            ByPerson = person,
            Reasons = reasons,
            Alarm = facts.Attack is not null && action != GuardAction.Cut || stale && criticality == Criticality.Industrial
                || criticality == Criticality.Safety && status is (DeviceStatus.Suspended or DeviceStatus.Withdrawn),
            Mud = mud,
            Settles = settles,
        };
    }

    private static (DeviceStatus, Binding) Bound(DeviceFacts facts, List<string> reasons, out MudFile? mud)
    {
        mud = facts.Mud?.Mud;
        if (facts.Mud is { } entry) reasons.Add(entry.Reason);
        if (mud is not null && facts.Label is { } named && facts.Mud!.Against(named) is { } foreign)
        {
            mud = null;
            reasons.Add(foreign);
        }
        var contradicts = false;
        if (facts.StatedMudUrl is { } url)
        {
            if (mud is null) reasons.Add($"it names the MUD file {Shortened.Visible(url)}; no such file is configured, so nothing is opened for it");
            else if (contradicts = url != mud.Url) reasons.Add($"refused: it names the MUD file {Shortened.Visible(url)}, and {mud.Url} is configured for it");
        }
        if (facts.LabelRefused is { } refused) reasons.Add($"label refused: {refused}");
        if (facts.Label is not { } label || facts.Reading is not { } reading)
        {
            if (facts.LabelRefused is null) reasons.Add("no label is known for it");
            return (DeviceStatus.None, Binding.Claimed);
        }
        reasons.AddRange(reading.Reasons);
        if (reading.Check.IsTest && reading.Status != DeviceStatus.None) reasons.Add(LabelCheck.NotALabel);
        if (reading.Status == DeviceStatus.None) return (DeviceStatus.None, Binding.Claimed);
        if (facts.Stated is not { } stated)
        {
            reasons.Add($"version unknown: no statement of the model {Shortened.Visible(label.Model)} was seen on the wire");
            return (reading.Status, Binding.Claimed);
        }
        var within = VersionReading.Within(label.Versions, stated.Version);
        var seen = $"{Shortened.Visible(stated.Model)} {Shortened.Visible(stated.Version)} ({stated.Source}, frame {stated.Frame})";
        if (within is null)
        {
            reasons.Add($"it states {seen}, which cannot be put in order with the label's versions ({label.Versions})");
            return (reading.Status, Binding.Claimed);
        }
        if (within is false)
        {
            reasons.Add($"it states {seen}, and the label speaks of versions {label.Versions}");
            return (DeviceStatus.None, Binding.Claimed);
        }
        if (contradicts) return (reading.Status, Binding.Claimed);
        reasons.Add($"it states {seen}");
        if (reading.Status is DeviceStatus.UpdateNeeded or DeviceStatus.Suspended && reading.UpdateBelow is { } below && VersionReading.Compare(stated.Version, below) is >= 0)
        {
            reasons.Add($"the notice speaks of versions below {Shortened.Visible(below)}, and it runs a later one");
            return (reading.IsStale ? DeviceStatus.Stale : DeviceStatus.InForce, Binding.Observed);
        }
        return (reading.Status, Binding.Observed);
    }

    // An admission speaks of what was known when it was given: it narrows always, and frees from a suspension only when it came after it.
    private static Admit? Person(DeviceFacts facts, DeviceStatus status, GuardAction action)
    {
        if (status == DeviceStatus.Attacking) return null;
        var person = facts.Admit is { } said && said.Counts(facts.Now) ? said : facts.Entry?.Admit is { } written && written.Counts(facts.Now) ? written : null;
        if (person is null || person.Action == action) return null;
        if (Freedom.Of(person.Action) < Freedom.Of(action)) return person;
        if (status is not (DeviceStatus.Suspended or DeviceStatus.Withdrawn)) return person;
        var since = facts.Reading?.Notice?.Since ?? facts.Reading?.AsOf;
        return person.At is { } at && since is not null && at >= since ? person : null;
    }
}
