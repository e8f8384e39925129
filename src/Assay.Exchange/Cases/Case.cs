using Assay.Evidence;

namespace Assay.Exchange.Cases;

public enum CaseKind { Vulnerability, Incident }

/// <summary>Where a case stands (semantics.md section 4).</summary>
public enum CaseState { Signal, Triage, Aware, Notified, Closed }

/// <summary>What a case asks for the status of its label.</summary>
public enum Consequence { None, UnderReview, UpdateNeeded, Suspended }

/// <summary>
/// A case: nothing but the list of what happened, and what follows from it. The signal is stamped by a machine and stays as it was; awareness, decisions and their
/// ends are acts of named persons. Every act gives a new case with one event more, or is refused.
/// </summary>
public sealed record Case
{
    public const int LongestText = 4000;

    private Case(string id, IReadOnlyList<CaseEvent> events)
    {
        Id = id;
        Events = events;
    }

    /// <summary><c>C-2026-0001</c>.</summary>
    public string Id { get; }
    public IReadOnlyList<CaseEvent> Events { get; }

    public static Case Open(string id, MatchSignalled signal) => new(id, [signal]);
    public static Case Open(string id, IncidentSignalled signal) => new(id, [signal]);

    /// <summary>A case as it was kept.</summary>
    /// <exception cref="ArgumentException">The first event is no signal.</exception>
    public static Case Of(string id, IReadOnlyList<CaseEvent> events) =>
        events is [MatchSignalled or IncidentSignalled, ..] ? new(id, events) : throw new ArgumentException("a case begins with its signal", nameof(events));

    public CaseKind Kind => Events[0] is MatchSignalled ? CaseKind.Vulnerability : CaseKind.Incident;
    public DateTimeOffset SignalledAt => Events[0].At;
    public Actor SignalledBy => Events[0].By;
    public DateTimeOffset LastChange => Events[^1].At;
    public IncidentRecord? Incident => (Events[0] as IncidentSignalled)?.Incident;

    /// <summary>Every match, the first one first.</summary>
    public IEnumerable<Chain> Chains => Events.Select(e => e switch { MatchSignalled s => s.Chain, EvidenceAdded a => a.Chain, _ => null }).OfType<Chain>();

    /// <summary>The surest match, and of equal ones the latest.</summary>
    public Chain? Chain => Chains.Reverse().MaxBy(c => c.Certainty);

    public LabelLink? Label => Chain?.Label ?? (Events[0] as IncidentSignalled)?.Label;

    /// <summary>A vulnerability's id; null for an incident.</summary>
    public string? Vulnerability => Chain?.Advisory.Id;

    /// <summary>One line for a list.</summary>
    public string Title => Chain is { } chain
        ? $"{chain.Advisory.Id} in {chain.Component.Name}{(chain.Component.Version is { } v ? " " + v : "")}, {chain.Label.Maker} {chain.Label.Model}"
        : $"{Incident!.Kind} by {(Label is { } label ? $"{label.Maker} {label.Model}" : "a device without a label")}, seen by {Incident.Gateway}";

    /// <summary>Whose duty the clocks are.</summary>
    public string Maker => Label?.Maker ?? "the device's maker (no label names it)";

    public Certainty Certainty => Chains.Any() ? Chains.Max(c => c.Certainty) : Certainty.Affected;
    public bool Exploited => Chains.Any(c => c.Advisory.Exploited);

    private int ReopenedAt => Last<Reopened>();

    public CaseState State
    {
        get
        {
            if (Last<Closed>() > ReopenedAt) return CaseState.Closed;
            if (Last<NoticeSent>() > ReopenedAt) return CaseState.Notified;
            if (Last<BecameAware>() > ReopenedAt) return CaseState.Aware;
            return Last<Triaged>() > ReopenedAt || ReopenedAt >= 0 ? CaseState.Triage : CaseState.Signal;
        }
    }

    public bool IsOpen => State != CaseState.Closed;

    /// <summary>The latest statement of awareness.</summary>
    public BecameAware? Awareness => Events.OfType<BecameAware>().LastOrDefault();

    /// <summary>The first measure that could be had.</summary>
    public MeasureAvailable? Measure => Events.OfType<MeasureAvailable>().MinBy(m => m.Since);

    /// <summary>When each notice was sent, the first time.</summary>
    public IReadOnlyDictionary<Duty, DateTimeOffset> Sent =>
        Events.OfType<NoticeSent>().GroupBy(n => n.Duty).ToDictionary(g => g.Key, g => g.Min(n => n.SentAt));

    public IReadOnlyList<Clock> Clocks => Kind == CaseKind.Vulnerability
        ? Cases.Clocks.ExploitedVulnerability(Maker, Awareness?.Since, Measure?.Since, Sent)
        : Cases.Clocks.SevereIncident(Maker, Awareness?.Since, Sent);

    /// <summary>The decision that stands; null where none does.</summary>
    public Decided? Standing
    {
        get
        {
            var at = Last<Decided>();
            return at > ReopenedAt && at > Last<SuspensionEnded>() ? (Decided)Events[at] : null;
        }
    }

    /// <summary>The version from which the consequence does not concern a device any more; null where none is known.</summary>
    public string? EndsWith => Standing?.Decision.UpdateBelow ?? Measure?.Version;

    /// <summary>The day on which the decision that stands is looked at again.</summary>
    public DateOnly? LookAgain => Standing is not { } standing ? null
        : Events.OfType<SuspensionConfirmed>().LastOrDefault(c => c.At >= standing.At)?.LookAgain ?? standing.Decision.LookAgain;

    /// <summary>An emergency suspension that nobody confirmed yet.</summary>
    public bool EndsByItself => Standing is { Decision: { Kind: DecisionKind.Suspend, Emergency: true } } && Last<SuspensionConfirmed>() < Last<Decided>();

    /// <summary>What this case asks for its label. Only a match with a version in a range, known to be exploited, or a person's decision, asks for anything.</summary>
    public Consequence Consequence => Label is null ? Consequence.None : Standing?.Decision.Kind switch
    {
        DecisionKind.Suspend => Consequence.Suspended,
        DecisionKind.UpdateNeeded => Consequence.UpdateNeeded,
        DecisionKind.NotExploitable or DecisionKind.Resume => Consequence.None,
        _ when !IsOpen => Consequence.None,
        _ when Kind == CaseKind.Vulnerability => Exploited && Certainty == Certainty.Affected ? Consequence.UnderReview : Consequence.None,
        _ => Consequence.None,
    };

    public Case Triage(DateTimeOffset at, Actor by, string assessment) => Open(by).With(new Triaged(at, by, Text(assessment, "assessment")));

    /// <param name="since">When the maker became aware; not after now, not before the signal's own evidence can be excluded, so any time before now.</param>
    public Case Aware(DateTimeOffset at, Actor by, DateTimeOffset since, string reason)
    {
        Open(by);
        if (Certainty == Certainty.Candidate) throw Refuse("a match with a version in a stated range, or an incident", "a candidate by name alone: triage it, or import an advisory with versions");
        if (since > at) throw Refuse("a time that has passed", $"{EvidenceJson.Time(since)}", "since");
        return With(new BecameAware(at, by, since.ToUniversalTime(), Text(reason, "reason")));
    }

    public Case Decide(DateTimeOffset at, Actor by, Decision decision)
    {
        Open(by);
        if (Label is null) throw Refuse("a case with a label behind it", "an incident of a device without one");
        Text(decision.Reason, "reason");
        Text(decision.Objection, "objection");
        if (decision.LookAgain <= DateOnly.FromDateTime(at.UtcDateTime)) throw Refuse("a day after today on which somebody looks again", $"{decision.LookAgain:yyyy-MM-dd}", "lookAgain");
        if (decision.LookAgain > DateOnly.FromDateTime(at.UtcDateTime.AddYears(1))) throw Refuse("a day within a year on which somebody looks again", $"{decision.LookAgain:yyyy-MM-dd}", "lookAgain");
        if (decision.Kind != DecisionKind.Suspend && (decision.Emergency || decision.Evidence is not null)) throw Refuse("emergency and evidence only with a suspension", EvidenceJson.Name(decision.Kind), "kind");
        if (decision.Kind == DecisionKind.UpdateNeeded ? decision.UpdateBelow is null : decision.Kind != DecisionKind.Suspend && decision.UpdateBelow is not null)
            throw Refuse("a version with updateNeeded, where it ends a suspension, and with nothing else", decision.UpdateBelow ?? "none", "updateBelow");
        if (decision.UpdateBelow is { } version) Text(version, "updateBelow", 64);
        if (decision.Kind == DecisionKind.NotExploitable)
        {
            if (Kind != CaseKind.Vulnerability) throw Refuse("a vulnerability for notExploitable", "an incident", "kind");
            if (decision.Justification is null || !Decision.Justifications.Contains(decision.Justification))
                throw Refuse($"one of {string.Join(", ", Decision.Justifications)}", decision.Justification ?? "none", "justification");
            if (decision.Statement is not { Length: 64 }) throw Refuse("the digest of a signed statement", decision.Statement ?? "none", "statement");
        }
        if (decision.Kind == DecisionKind.Resume && Standing?.Decision.Kind is not (DecisionKind.Suspend or DecisionKind.UpdateNeeded) && Consequence != Consequence.UnderReview)
            throw Refuse("a suspension, an update notice or a review that can end", Standing is { } s ? EvidenceJson.Name(s.Decision.Kind) : "none", "kind");
        return With(new Decided(at, by, decision));
    }

    /// <summary>An emergency suspension is made a standing one.</summary>
    public Case Confirm(DateTimeOffset at, Actor by, string reason, DateOnly lookAgain)
    {
        Open(by);
        if (!EndsByItself) throw Refuse("an emergency suspension that is not confirmed yet", Standing is { } s ? EvidenceJson.Name(s.Decision.Kind) : "no decision that stands");
        if (lookAgain <= DateOnly.FromDateTime(at.UtcDateTime)) throw Refuse("a day after today on which somebody looks again", $"{lookAgain:yyyy-MM-dd}", "lookAgain");
        return With(new SuspensionConfirmed(at, by, Text(reason, "reason"), lookAgain));
    }

    /// <summary>The same case where no emergency suspension ran out; else with its end. The day itself still counts.</summary>
    public Case AsOf(DateTimeOffset now)
    {
        if (!EndsByItself || LookAgain is not { } day || DateOnly.FromDateTime(now.UtcDateTime) <= day) return this;
        return With(new SuspensionEnded(now, Actor.Registry, $"nobody confirmed the emergency suspension by {day:yyyy-MM-dd}"));
    }

    public Case MeasureIsAvailable(DateTimeOffset at, Actor by, DateTimeOffset since, string? version, string text)
    {
        Open(by);
        if (since > at) throw Refuse("a time that has passed", EvidenceJson.Time(since), "since");
        return With(new MeasureAvailable(at, by, since.ToUniversalTime(), version is null ? null : Text(version, "version", 64), Text(text, "text")));
    }

    /// <summary>A person says that a notice was sent.</summary>
    public Case Notified(DateTimeOffset at, Actor by, Duty duty, DateTimeOffset sentAt, string to)
    {
        Open(by);
        if (Awareness is null) throw Refuse("awareness before a notice", "none stated");
        if (sentAt > at) throw Refuse("a time that has passed", EvidenceJson.Time(sentAt), "sentAt");
        return With(new NoticeSent(at, by, duty, sentAt.ToUniversalTime(), Text(to, "to", 200)));
    }

    /// <summary>Closing needs a decision where the label carries a consequence: a case does not close over a label under review.</summary>
    public Case Close(DateTimeOffset at, Actor by, string reason)
    {
        Open(by);
        if (Consequence is Consequence.UnderReview or Consequence.Suspended)
            throw Refuse("a decision that ends the review or suspension (updateNeeded, notExploitable, resume) before closing", Consequence == Consequence.Suspended ? "suspended" : "under review");
        return With(new Closed(at, by, Text(reason, "reason")));
    }

    /// <summary>
    /// Evidence that came later. A case that was closed, or that says "not exploitable here", opens again; one that already knows this evidence stays the same.
    /// </summary>
    public Case Add(DateTimeOffset at, Chain chain)
    {
        if (Chains.Any(c => Same(c, chain) && c.MakerSays.SequenceEqual(chain.MakerSays))) return this;
        var added = With(new EvidenceAdded(at, Actor.Registry, chain));
        // A maker's word alone is shown and opens nothing.
        if (Chains.Any(c => Same(c, chain))) return added;
        if (IsOpen && Standing?.Decision.Kind is not DecisionKind.NotExploitable) return added;
        return added.With(new Reopened(at, Actor.Registry, $"new evidence: {chain.Advisory.Id} ({string.Join(", ", chain.Advisory.Sources)}) about {chain.Component.Name}"));
    }

    /// <summary>"Not exploitable here" reopens when another advisory speaks of the same component.</summary>
    public Case Concerned(DateTimeOffset at, AdvisoryLink other)
    {
        if (Standing?.Decision.Kind != DecisionKind.NotExploitable) return this;
        return With(new Reopened(at, Actor.Registry, $"a new advisory about the same component: {other.Id} ({string.Join(", ", other.Sources)})"));
    }

    // The snapshot's digest changes with every import and is no evidence by itself.
    private static bool Same(Chain a, Chain b) => a.Certainty == b.Certainty && a.Reason == b.Reason && a.Advisory.Exploited == b.Advisory.Exploited && a.Advisory.Id == b.Advisory.Id
        && a.Advisory.Fix == b.Advisory.Fix && a.Component.Name == b.Component.Name && a.Component.Version == b.Component.Version
        && a.Advisory.Sources.ToHashSet(StringComparer.Ordinal).SetEquals(b.Advisory.Sources);

    private Case With(CaseEvent added)
    {
        // Events are in the order of their writing; a clock that was set back does not turn it.
        if (added.At < Events[^1].At) added = added with { At = Events[^1].At };
        return new Case(Id, [.. Events, added]);
    }

    private Case Open(Actor by)
    {
        if (by.IsMachine) throw Refuse("a named person", by.ToString());
        if (!IsOpen) throw Refuse("an open case", "a closed one: new evidence opens it again");
        return this;
    }

    private string Text(string text, string where, int longest = LongestText)
    {
        if (string.IsNullOrWhiteSpace(text)) throw Refuse("words", "none", where);
        return text.Length <= longest ? text.Trim() : throw Refuse($"at most {longest} characters", $"{text.Length}", where);
    }

    private RefusedException Refuse(string expected, string found, string? where = null) => new(expected, found, where is null ? $"case {Id}" : $"case {Id}, {where}");

    private int Last<T>() where T : CaseEvent
    {
        for (var i = Events.Count - 1; i >= 0; i--) if (Events[i] is T) return i;
        return -1;
    }
}
