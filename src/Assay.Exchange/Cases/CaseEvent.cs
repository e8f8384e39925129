namespace Assay.Exchange.Cases;

/// <summary>What happened in a case; events are added, never changed or taken away.</summary>
/// <param name="At">When the registry wrote it down.</param>
public abstract record CaseEvent(DateTimeOffset At, Actor By);

/// <summary>A machine noticed: a match. The first event of a case, stamped at once.</summary>
public sealed record MatchSignalled(DateTimeOffset At, Actor By, Chain Chain) : CaseEvent(At, By);

/// <summary>A gateway reported an attack. The first event of an incident's case.</summary>
/// <param name="Label">The label behind the device, where one is bound.</param>
public sealed record IncidentSignalled(DateTimeOffset At, Actor By, IncidentRecord Incident, LabelLink? Label) : CaseEvent(At, By);

/// <summary>Another advisory, a surer match, a word of the maker: evidence that came later.</summary>
public sealed record EvidenceAdded(DateTimeOffset At, Actor By, Chain Chain) : CaseEvent(At, By);

/// <summary>A person looked: what they think it is.</summary>
public sealed record Triaged(DateTimeOffset At, Actor By, string Assessment) : CaseEvent(At, By);

/// <summary>A named person says that the maker is aware, since when and on which evidence. The clocks start at <paramref name="Since"/>.</summary>
public sealed record BecameAware(DateTimeOffset At, Actor By, DateTimeOffset Since, string Reason) : CaseEvent(At, By);

public sealed record Decided(DateTimeOffset At, Actor By, Decision Decision) : CaseEvent(At, By);

/// <summary>An emergency suspension stands until a new date.</summary>
public sealed record SuspensionConfirmed(DateTimeOffset At, Actor By, string Reason, DateOnly LookAgain) : CaseEvent(At, By);

/// <summary>An emergency suspension reached its date and nobody confirmed it.</summary>
public sealed record SuspensionEnded(DateTimeOffset At, Actor By, string Reason) : CaseEvent(At, By);

/// <summary>A corrective or mitigating measure can be had: an update, a setting.</summary>
/// <param name="Since">The final report's 14 days run from here.</param>
/// <param name="Version">The first version with it, where it is an update.</param>
public sealed record MeasureAvailable(DateTimeOffset At, Actor By, DateTimeOffset Since, string? Version, string Text) : CaseEvent(At, By);

/// <summary>A person sent a notice; the time is theirs.</summary>
public sealed record NoticeSent(DateTimeOffset At, Actor By, Duty Duty, DateTimeOffset SentAt, string To) : CaseEvent(At, By);

public sealed record Closed(DateTimeOffset At, Actor By, string Reason) : CaseEvent(At, By);

/// <summary>New evidence opens a closed case, or one that said "not exploitable here".</summary>
public sealed record Reopened(DateTimeOffset At, Actor By, string Reason) : CaseEvent(At, By);
