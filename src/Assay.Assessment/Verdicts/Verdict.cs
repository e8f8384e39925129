using Assay.Evidence;

namespace Assay.Assessment.Verdicts;

/// <summary>What is answered for a unit, a provision or a profile (semantics.md section 1).</summary>
public enum Outcome { NotApplicable, Fail, Disputed, Pass, NotClaimed, Inconclusive }

/// <summary>What a pass rests on. Shown as counts in whole words, never as one lowest letter.</summary>
public enum Grade { Tool, Lab, Supported, Declared }

/// <summary>Two sources that do not agree; both sides are shown.</summary>
/// <param name="About">What they disagree on, in words.</param>
/// <param name="One">Who says what, and where.</param>
public sealed record Contradiction(string About, Statement One, Statement Other)
{
    /// <summary>Both sides are papers: it goes back to the supplier and is no failure of the device.</summary>
    public bool IsPaperAgainstPaper => One.IsPaper && Other.IsPaper;
}

/// <param name="Says">In words, secrets shortened.</param>
/// <param name="IsPaper">A declaration or document, as against an image, capture or probe.</param>
public sealed record Statement(string Says, Location Location, bool IsPaper);

/// <summary>The answer for one test unit of TS 103 701.</summary>
public sealed record UnitVerdict
{
    public required string Unit { get; init; }
    public required Outcome Outcome { get; init; }
    public Grade? Grade { get; init; }
    /// <summary>Why, in words, naming the checks that spoke.</summary>
    public required string Reason { get; init; }
    /// <summary>Ids of findings that the answer rests on.</summary>
    public IReadOnlyList<string> Findings { get; init; } = [];
    public IReadOnlyList<Contradiction> Contradictions { get; init; } = [];
    /// <summary>The cheapest further evidence, where the outcome is inconclusive or disputed.</summary>
    public string? Settle { get; init; }
}

/// <summary>The answer for one provision, rolled up from its units.</summary>
public sealed record ProvisionVerdict
{
    public required string Provision { get; init; }
    public required Outcome Outcome { get; init; }
    public Grade? Grade { get; init; }
    public required string Reason { get; init; }
    public required IReadOnlyList<UnitVerdict> Units { get; init; }
    public string? Settle { get; init; }
}
