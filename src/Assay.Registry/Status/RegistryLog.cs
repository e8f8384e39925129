using Assay.Registry.Labels;

namespace Assay.Registry.Status;

/// <summary>What the registry enters in its log before anybody can see it.</summary>
public abstract record LogAct;

/// <summary>A label was issued; digests are SHA-256 of the signed files.</summary>
public sealed record LabelIssued(string Label, string Subject, ReadOnlyMemory<byte> Certificate, ReadOnlyMemory<byte> Statement, ReadOnlyMemory<byte> Decision, string List, long Slot) : LogAct;

/// <summary>A label's standing changed. Who decided stands here as a commitment: SHA-256 of a salt and the name, which live in the database alone.</summary>
public sealed record StandingChanged(string Label, long Slot, Standing To, string? UpdateBelow, string Reason, string Role, ReadOnlyMemory<byte>? Commitment, DateOnly? LookAgain, string? Case, DateTimeOffset At) : LogAct;
