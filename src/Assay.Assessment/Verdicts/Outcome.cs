using Assay.Evidence;

namespace Assay.Assessment.Verdicts;

/// <summary>What is answered for a unit, a provision or a profile (semantics.md section 1).</summary>
public enum Outcome { NotApplicable, Fail, Disputed, Pass, NotClaimed, Inconclusive }

/// <summary>What an answer rests on, the strongest first. Shown as counts in whole words, never as one lowest letter.</summary>
public enum Grade { Tool, Lab, Supported, Declared }

/// <summary>Two sources that do not agree; both sides are shown.</summary>
/// <param name="About">What they disagree on, in words.</param>
/// <param name="One">Who says what, and where.</param>
public sealed record Contradiction(string About, Statement One, Statement Other)
{
    /// <summary>Both sides are papers: it goes back to the supplier and is no failure of the device.</summary>
    public bool IsPaperAgainstPaper => One.IsPaper && Other.IsPaper;
    /// <summary>Neither side is a paper: for instance a banner on the wire and a component of the image.</summary>
    public bool IsEvidenceAgainstEvidence => !One.IsPaper && !Other.IsPaper;
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
    /// <summary>What the maker says, signed or not: <c>yes</c>, <c>no</c>, <c>n/a</c>; null for nothing. Shown, and worth what <see cref="Grade"/> says.</summary>
    public string? Declared { get; init; }
    /// <summary>A step without a result of its own: it is in no count and no roll-up, unless it was refuted.</summary>
    public bool IsPreparatory { get; init; }
    /// <summary>What was looked at by the checks that the answer rests on.</summary>
    public string? Scope { get; init; }
    /// <summary>It failed or is disputed by single rows, and by nothing that touches the unit whole.</summary>
    internal bool IsOfRowsAlone { get; init; }
    /// <summary>One answer a row, where the unit asks every row of a table; empty elsewhere.</summary>
    public IReadOnlyList<RowVerdict> Rows { get; init; } = [];
    /// <summary>Units, cases or groups whose answers count in this one; with <c>~</c> before it only related.</summary>
    public IReadOnlyList<string> Inherited { get; init; } = [];
}

/// <summary>A row of a detail table, as an answer points to it.</summary>
/// <param name="Table">1 to 29.</param>
/// <param name="Id">The row's own id: <c>AuthMech-1</c>.</param>
public sealed record RowPlace(int Table, string Id, Location Location);

/// <summary>The answer for one row, where a unit asks every row of a table: "all" is never relaxed to "some".</summary>
public sealed record RowVerdict
{
    public required RowPlace Row { get; init; }
    public required Outcome Outcome { get; init; }
    public Grade? Grade { get; init; }
    public required string Reason { get; init; }
    /// <summary>Ids of findings that the answer rests on.</summary>
    public IReadOnlyList<string> Findings { get; init; } = [];
}

/// <summary>A trap in the dossier itself: how somebody came to a wrong verdict, or may (facts of the domain, "lints"). Never an outcome.</summary>
/// <param name="Id">Lower case with hyphens: <c>escape-clause</c>.</param>
/// <param name="Words">What is odd, and what to do about it.</param>
/// <param name="Provision">Null where it is about the dossier as a whole.</param>
public sealed record Lint(string Id, string Words, IReadOnlyList<Location> Locations, string? Provision = null);

/// <summary>The answer for one provision, rolled up from its units.</summary>
public sealed record ProvisionVerdict
{
    public required string Provision { get; init; }
    public required Outcome Outcome { get; init; }
    public Grade? Grade { get; init; }
    public required string Reason { get; init; }
    public required IReadOnlyList<UnitVerdict> Units { get; init; }
    public string? Settle { get; init; }
    /// <summary>The provision is mandatory in the catalogue.</summary>
    public bool IsMandatory { get; init; }
    /// <summary>A signed "yes" of the maker stands behind it: a recommendation counts in a profile only then.</summary>
    public bool IsClaimed { get; init; }
    /// <summary>What the maker says, signed or not.</summary>
    public string? Declared { get; init; }
}

/// <summary>How many units rest on what, in whole words; preparatory steps are in no figure.</summary>
public sealed record UnitCounts
{
    public int Tool { get; init; }
    public int Lab { get; init; }
    public int Supported { get; init; }
    public int Declared { get; init; }
    public int Fail { get; init; }
    public int Disputed { get; init; }
    public int NotApplicable { get; init; }
    public int NotClaimed { get; init; }
    /// <summary>Inconclusive.</summary>
    public int Open { get; init; }

    /// <summary><c>41 tool, 63 lab, 92 declared, 30 open</c>; what is zero is left out.</summary>
    public override string ToString()
    {
        var parts = new (int Count, string Word)[]
        {
            (Tool, "tool"), (Lab, "lab"), (Supported, "supported"), (Declared, "declared"), (Fail, "failed"), (Disputed, "disputed"),
            (NotApplicable, "not applicable"), (NotClaimed, "not claimed"), (Open, "open"),
        };
        var shown = string.Join(", ", parts.Where(p => p.Count > 0).Select(p => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{p.Count} {p.Word}")));
        return shown.Length > 0 ? shown : "nothing examined";
    }
}

/// <summary>The answer for a whole catalogue or profile.</summary>
/// <param name="Outcome">Null where the catalogue gives no overall verdict.</param>
public sealed record ProfileVerdict(Outcome? Outcome, string Reason, IReadOnlyList<ProvisionVerdict> Provisions, UnitCounts Counts);

/// <summary>Whether a level is met, and if not, by what.</summary>
public sealed record LevelVerdict(int Level, string Name, bool IsMet, IReadOnlyList<Block> Blocks);

/// <summary>One reason why a level is not met.</summary>
/// <param name="Unit">Null where the whole provision blocks, for instance because nothing was examined.</param>
public sealed record Block(string Provision, string? Unit, Outcome Outcome, Grade? Grade, string Reason, string? Settle);
