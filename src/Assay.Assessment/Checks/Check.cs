using Assay.Assessment.Declarations;
using Assay.Assessment.Verdicts;
using Assay.Evidence;

namespace Assay.Assessment.Checks;

/// <summary>The most that a check may honestly say.</summary>
public enum Polarity
{
    /// <summary>One hit suffices against a unit; no hit says nothing.</summary>
    Refute,
    /// <summary>What it sees may speak against a unit or agree with a claim; it never passes a unit alone.</summary>
    Support,
    /// <summary>A closed world (documents, set inclusion): passes or fails the unit within the stated scope.</summary>
    Decide,
    /// <summary>As <see cref="Refute"/>; and where coverage is whole and nothing was seen, that supports a claim.</summary>
    Absent,
}

/// <summary>Looks for one thing in what was examined, and answers for the test units that it names. Pure: same input, same answers.</summary>
/// <param name="id">Lower case with hyphens; stays the same for ever.</param>
/// <param name="version">Grows when the same input may give another answer.</param>
/// <param name="needs">What must have been looked at before this check can speak; the documents count as <see cref="CoverageScope.Declaration"/>.</param>
/// <param name="looksFor">A sentence for the report.</param>
/// <param name="settle">The cheapest evidence that would let the check speak.</param>
/// <param name="units">Ids of TS 103 701 V1.1.1.</param>
public abstract class Check(string id, int version, Polarity polarity, CoverageScope needs, string looksFor, string settle, params string[] units)
{
    public string Id => id;
    public int Version => version;
    public Polarity Polarity => polarity;
    public CoverageScope Needs => needs;
    public string LooksFor => looksFor;
    public string Settle => settle;
    public IReadOnlyList<string> Units => units;

    /// <summary>At most one answer of each kind for a unit, unless locations differ. Never a pass from silence.</summary>
    public abstract IEnumerable<Answer> Look(Examined examined);

    /// <summary>One answer for each of <paramref name="against"/>, or for every unit of the check.</summary>
    protected IEnumerable<Answer> Refutes(string reason, IReadOnlyList<Finding> findings, params IReadOnlyList<string> against) =>
        (against.Count == 0 ? Units : against).Select(unit => new Answer
        {
            Check = Id,
            Unit = unit,
            Says = Says.Refutes,
            Reason = reason,
            Findings = findings,
            Locations = [.. findings.Select(f => f.Location)],
        });

    /// <summary>A refutation whose evidence is a place in a document.</summary>
    protected Answer Refutes(string unit, string reason, params IReadOnlyList<Location> places) =>
        new() { Check = Id, Unit = unit, Says = Says.Refutes, Reason = reason, Locations = places };

    protected Answer Holds(string unit, string reason, params IReadOnlyList<Location> places) =>
        new() { Check = Id, Unit = unit, Says = Says.Holds, Reason = reason, Locations = places };

    protected Answer Supports(string unit, string reason, params IReadOnlyList<Finding> findings) =>
        new() { Check = Id, Unit = unit, Says = Says.Supports, Reason = reason, Findings = findings, Locations = [.. findings.Select(f => f.Location)] };

    protected Answer Contradicts(string unit, Contradiction contradiction, params IReadOnlyList<Finding> findings) => new()
    {
        Check = Id,
        Unit = unit,
        Says = Says.Contradicts,
        Reason = contradiction.About,
        Contradiction = contradiction,
        Findings = findings,
        Locations = [contradiction.One.Location, contradiction.Other.Location],
        Settle = contradiction.IsPaperAgainstPaper ? $"the supplier's word on which of the two papers holds; {settle}" : settle,
    };

    /// <summary>It could not look, or what it saw needs a person: the unit stays open, and this is what would settle it.</summary>
    protected Answer Open(string unit, string reason, string? toSettle = null, params IReadOnlyList<Finding> findings) => new()
    {
        Check = Id,
        Unit = unit,
        Says = Says.Open,
        Reason = reason,
        Settle = toSettle ?? settle,
        Findings = findings,
        Locations = [.. findings.Select(f => f.Location)],
    };

    /// <summary>A refutation by one row: the unit fails by it, whatever the other rows show. Points to the findings, else to the row.</summary>
    /// <param name="row">A row of the table whose every row the unit asks (<see cref="Catalogues.TestUnit.EachRow"/>).</param>
    protected Answer Refutes(string unit, (IxitTable Table, IxitRow Row) row, string reason, params IReadOnlyList<Finding> findings) => Of(unit, Says.Refutes, row, reason, findings);

    /// <summary>This row is decided; the unit passes only where every row of the table is.</summary>
    protected Answer Holds(string unit, (IxitTable Table, IxitRow Row) row, string reason, params IReadOnlyList<Finding> findings) => Of(unit, Says.Holds, row, reason, findings);

    protected Answer Supports(string unit, (IxitTable Table, IxitRow Row) row, string reason, params IReadOnlyList<Finding> findings) => Of(unit, Says.Supports, row, reason, findings);

    /// <summary>This row stays open; <paramref name="toSettle"/> or the check's own words say what would settle it.</summary>
    protected Answer Open(string unit, (IxitTable Table, IxitRow Row) row, string reason, string? toSettle = null, params IReadOnlyList<Finding> findings) =>
        Of(unit, Says.Open, row, reason, findings) with { Settle = toSettle ?? settle };

    /// <summary>The sources do not agree on one row.</summary>
    protected Answer Contradicts(string unit, (IxitTable Table, IxitRow Row) row, Contradiction contradiction, params IReadOnlyList<Finding> findings) =>
        Contradicts(unit, contradiction, findings) with { Row = Papers.Place(row) };

    private Answer Of(string unit, Says says, (IxitTable Table, IxitRow Row) row, string reason, IReadOnlyList<Finding> findings) => new()
    {
        Check = Id,
        Unit = unit,
        Says = says,
        Reason = reason,
        Findings = findings,
        Locations = findings.Count > 0 ? [.. findings.Select(f => f.Location)] : [row.Row.Location],
        Row = Papers.Place(row),
    };

    /// <summary>What a check says that found nothing: support where it looked at everything and may say so, else open.</summary>
    protected IEnumerable<Answer> Silence(Examined examined, params IReadOnlyList<string> of)
    {
        foreach (var unit in of.Count == 0 ? Units : of)
        {
            yield return !examined.Looked(Needs) ? Open(unit, $"nothing of this kind was handed over ({Word(Needs)})")
                : !examined.LookedWhole(Needs) ? Open(unit, $"a part could not be read ({Word(Needs)}), so silence says nothing", $"the parts that were not read; then {settle}")
                : Polarity == Polarity.Absent ? Supports(unit, $"looked through all that was handed over ({Word(Needs)}) and saw no sign of it") with { IsSilence = true }
                : Open(unit, "nothing seen against it, which is no proof");
        }
    }

    private static string Word(CoverageScope scope) => scope switch
    {
        CoverageScope.Image => "image",
        CoverageScope.Files => "files of an image",
        CoverageScope.Capture => "capture",
        CoverageScope.Materials => "bill of materials",
        CoverageScope.Declaration => "declaration",
        CoverageScope.Scan => "scan",
        CoverageScope.Application => "companion app",
        CoverageScope.Advisories => "store of advisories",
        _ => "document",
    };
}

/// <summary>What one check says of one unit.</summary>
public enum Says { Refutes, Contradicts, Holds, Supports, Open }

/// <summary>One check's answer for one unit, with where it looked.</summary>
public sealed record Answer
{
    public required string Check { get; init; }
    public required string Unit { get; init; }
    public required Says Says { get; init; }
    public required string Reason { get; init; }
    public IReadOnlyList<Finding> Findings { get; init; } = [];
    public IReadOnlyList<Location> Locations { get; init; } = [];
    public Contradiction? Contradiction { get; init; }
    /// <summary>It looked at everything and saw nothing: worth as much as what was looked at.</summary>
    public bool IsSilence { get; init; }
    /// <summary>The cheapest further evidence.</summary>
    public string? Settle { get; init; }
    /// <summary>The row that this answer is for, where the unit asks every row of a table; null where it speaks of the unit whole.</summary>
    public RowPlace? Row { get; init; }
    /// <summary>Tables that do not hold what it speaks of: where a part of the declaration could not be read, nobody knows whether they do (<see cref="Weighing"/>).</summary>
    public IReadOnlyList<int> NotIn { get; init; } = [];
}
