namespace Assay.Custody.Freezing;

/// <summary>A program that took part, with its version: what another person needs to repeat the work.</summary>
public sealed record FreezeTool(string Name, string Version);

/// <summary>What the page in words says (semantics.md section 7): what was captured, on whose authority, what was not captured.</summary>
public sealed record FreezePage
{
    /// <summary>The device as a person knows it, with its hardware address.</summary>
    public required string Device { get; init; }
    /// <summary>Who ordered this, in which role, and on what ground; for a freeze by rule: the rule and who put it in force.</summary>
    public required string Authority { get; init; }
    public required string Reason { get; init; }
    /// <summary>When the first item was taken and when the last one; both in UTC by the clock of <see cref="Clock"/>.</summary>
    public required DateTimeOffset Begun { get; init; }
    public required DateTimeOffset Ended { get; init; }
    /// <summary>Which clock, and how far it was off when it was last compared.</summary>
    public required string Clock { get; init; }
    /// <summary>What somebody might look for here and will not find, each with the reason.</summary>
    public required IReadOnlyList<string> NotCaptured { get; init; }
    public required IReadOnlyList<FreezeTool> Tools { get; init; }
    /// <summary>Until when this is kept, and who deletes it then.</summary>
    public string? Retention { get; init; }
}
