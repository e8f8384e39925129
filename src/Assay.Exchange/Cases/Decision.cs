namespace Assay.Exchange.Cases;

/// <summary>What a person can decide about a label because of a case.</summary>
public enum DecisionKind { Suspend, UpdateNeeded, NotExploitable, Resume }

/// <summary>A named person's decision: its reasons, when it is looked at again, and how to object (semantics.md section 4).</summary>
public sealed record Decision
{
    public required DecisionKind Kind { get; init; }
    public required string Reason { get; init; }
    /// <summary>The day on which somebody looks again, UTC; an emergency suspension ends at its end unless confirmed.</summary>
    public required DateOnly LookAgain { get; init; }
    /// <summary>How the maker, or anyone concerned, objects.</summary>
    public required string Objection { get; init; }
    /// <summary>For <see cref="DecisionKind.Suspend"/>: decided before the evidence was whole.</summary>
    public bool Emergency { get; init; }
    /// <summary>For <see cref="DecisionKind.UpdateNeeded"/>: the first version without the flaw. A suspension may name it too: for a device that runs it, it ends.</summary>
    public string? UpdateBelow { get; init; }
    /// <summary>Where the vulnerable function was seen present and reachable, for a suspension on evidence.</summary>
    public string? Evidence { get; init; }
    /// <summary>For <see cref="DecisionKind.NotExploitable"/>: one of the five reasons of VEX.</summary>
    public string? Justification { get; init; }
    /// <summary>For <see cref="DecisionKind.NotExploitable"/>: SHA-256 of the signed statement, lower-case hexadecimal.</summary>
    public string? Statement { get; init; }

    /// <summary>The reasons that VEX knows for "not affected".</summary>
    public static readonly IReadOnlyList<string> Justifications =
        ["component_not_present", "vulnerable_code_not_present", "vulnerable_code_not_in_execute_path", "vulnerable_code_cannot_be_controlled_by_adversary", "inline_mitigations_already_exist"];
}
