namespace Assay.Labels.Status;

/// <summary>What a notice says of a label.</summary>
public enum NoticeKind { UnderReview = 1, UpdateNeeded = 2, Suspended = 3, Withdrawn = 4 }

/// <summary>Why a label's slot is not "in force": what the two bits have no room for. Names a role, never a person.</summary>
/// <param name="Index">The label's slot in the status list.</param>
/// <param name="UpdateBelow">Versions below this one are meant; always with <see cref="NoticeKind.UpdateNeeded"/>, perhaps with <see cref="NoticeKind.Suspended"/>.</param>
/// <param name="Reason">In plain words, for a person.</param>
/// <param name="Role">Who decided: "market surveillance", or "automatic" where a machine noticed.</param>
/// <param name="LookAgain">When it will be looked at again.</param>
/// <param name="Case">The case behind it.</param>
public sealed record Notice(long Index, NoticeKind Kind, string? UpdateBelow, string Reason, string Role, DateTimeOffset Since, DateOnly? LookAgain = null, string? Case = null);
