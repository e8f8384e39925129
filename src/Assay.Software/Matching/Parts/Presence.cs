using Assay.Evidence;

namespace Assay.Software.Matching.Parts;

/// <summary>What kind of thing a vulnerable part is.</summary>
public enum PartKind
{
    /// <summary>A program inside of a multi-call program.</summary>
    Applet,
    /// <summary>A part of the kernel that an option builds in or makes a module of.</summary>
    KernelOption,
    /// <summary>A file that is loaded where it is wanted: a plug-in, a program of its own.</summary>
    File,
}

/// <summary>The part of a component that a vulnerability is in.</summary>
/// <param name="Names">Any of them carries the flaw: <c>gunzip</c>, <c>zcat</c>; for the kernel one option.</param>
/// <param name="Module">With <see cref="PartKind.KernelOption"/>: the module that the option makes, or null.</param>
public sealed record VulnerablePart(PartKind Kind, IReadOnlyList<string> Names, string? Module = null)
{
    public override string ToString() => Kind switch
    {
        PartKind.Applet => $"applet {string.Join(" or ", Names)}",
        PartKind.KernelOption => $"kernel option {string.Join(" or ", Names)}",
        _ => string.Join(" or ", Names),
    };
}

public enum PresenceState { Present, Absent, Unknown }

/// <summary>Whether the vulnerable part is in this product.</summary>
public sealed record Presence
{
    public required VulnerablePart Part { get; init; }
    public required PresenceState State { get; init; }
    /// <summary>True where the part was taken out of an advisory's words; false where the source names the file that has the flaw.</summary>
    public required bool IsGuess { get; init; }
    /// <summary>The words or the file that name the part, and the row of the table with its source.</summary>
    public required string NamedBy { get; init; }
    /// <summary>Why the state is what it is, in one sentence without a full stop.</summary>
    public required string Reason { get; init; }
    /// <summary>Where it was seen, or where the whole list lies that does not have it; null where it is unknown.</summary>
    public Location? Seen { get; init; }
}

/// <summary>How near the vulnerable part is to somebody who wants to use it; the higher, the nearer.</summary>
public enum ReachState
{
    /// <summary>Nothing was looked at that could tell.</summary>
    Unknown,
    /// <summary>Start-up was read and names no program that uses it; another program may start it all the same.</summary>
    NotSeen,
    /// <summary>The product starts it, or a program that loads it.</summary>
    Started,
    /// <summary>It was seen to listen or to answer.</summary>
    Listening,
}

/// <param name="Reason">What was seen, in words; null where nothing was.</param>
public sealed record Reach(ReachState State, string? Reason = null, Location? Seen = null)
{
    public static readonly Reach Unknown = new(ReachState.Unknown);
}
