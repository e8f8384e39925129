using Assay.Assessment.Catalogues;
using Assay.Assessment.Declarations;
using Assay.Assessment.Drafts;
using Assay.Evidence;

namespace Assay.Assessment.Verdicts;

/// <summary>All that is known of one test unit before it is answered. <see cref="Verdict.OfUnit"/> reads nothing else.</summary>
public sealed record UnitFacts
{
    public required TestUnit Unit { get; init; }
    public required Provision Provision { get; init; }
    /// <summary>Whether the provision applies, by the declaration's tables or by evidence; true where it holds without condition.</summary>
    public ConditionFacts Condition { get; init; } = ConditionFacts.Unconditional;
    /// <summary>Whether the product has what the unit asks about; false lets the unit's escape clause apply.</summary>
    public ConditionFacts Feature { get; init; } = ConditionFacts.Unconditional;
    /// <summary>Every line of the maker on the provision, from all papers; a self-assessment counts as a claim.</summary>
    public IReadOnlyList<Claim> Claims { get; init; } = [];
    public IReadOnlyList<Refutation> Refutations { get; init; } = [];
    public IReadOnlyList<Decision> Decisions { get; init; } = [];
    public IReadOnlyList<Supporting> Supports { get; init; } = [];
    public IReadOnlyList<Absence> Absences { get; init; } = [];
    public IReadOnlyList<Contradiction> Contradictions { get; init; } = [];
    public LabRecord? Lab { get; init; }
    /// <summary>Every row of the table whose every row the unit asks (<see cref="TestUnit.EachRow"/>), in the order of the table, with what speaks of that row alone.</summary>
    public IReadOnlyList<RowFacts> Rows { get; init; } = [];
    /// <summary>The cheapest further evidence, by the check that knows best; else the unit's kind says.</summary>
    public string? Settle { get; init; }
    /// <summary>The declared time between two update checks, which makes the words of <see cref="Settling"/> exact.</summary>
    public UpdatePeriod? UpdatePeriod { get; init; }
}

/// <summary>What is known of one row of a table before it is answered, where a unit asks every row.</summary>
public sealed record RowFacts
{
    public required RowPlace Row { get; init; }
    /// <summary>They stand among the refutations of the unit too: one row fails it.</summary>
    public IReadOnlyList<Refutation> Refutations { get; init; } = [];
    public IReadOnlyList<Decision> Decisions { get; init; } = [];
    public IReadOnlyList<Supporting> Supports { get; init; } = [];
    /// <summary>They stand among the contradictions of the unit too.</summary>
    public IReadOnlyList<Contradiction> Contradictions { get; init; } = [];
    public LabRecord? Lab { get; init; }
    /// <summary>Why a check left it open; null where no check spoke of it.</summary>
    public string? Open { get; init; }
}

/// <summary>What is known of a condition, and by whom.</summary>
public sealed record ConditionFacts
{
    public required Truth Truth { get; init; }
    /// <summary>What the truth was read from: a row of a table, a finding.</summary>
    public IReadOnlyList<Statement> From { get; init; } = [];
    /// <summary>What the word "false" rests on; null for an unsigned paper, which is enough for the answer and for no level.</summary>
    public Grade? Grade { get; init; }
    /// <summary>Evidence (not papers) that speaks against "false".</summary>
    public IReadOnlyList<Statement> Against { get; init; } = [];

    public static readonly ConditionFacts Unconditional = new() { Truth = Truth.True };
    public static readonly ConditionFacts Unknown = new() { Truth = Truth.Unknown };
}

/// <summary>One hit against a unit, with its place.</summary>
/// <param name="Check">Id of the check.</param>
/// <param name="Words">What was seen, secrets shortened.</param>
public sealed record Refutation(string Check, string Finding, string Words, Location Location);

/// <summary>What a closed-world check found to hold: documents, schemas, signatures, sets compared within a stated scope. That something does not hold is a <see cref="Refutation"/>.</summary>
/// <param name="Scope">What was looked at, in words; a decision without scope decides nothing.</param>
/// <param name="Findings">Ids of what it rests on.</param>
public sealed record Decision(string Check, string Words, string Scope, IReadOnlyList<string> Findings, Location? Location = null);

/// <summary>Something seen that agrees with the claim. Never a pass alone.</summary>
public sealed record Supporting(string Check, string Finding, string Words, Location? Location = null);

/// <summary>A check looked at all that it needs to see, and saw nothing.</summary>
public sealed record Absence(string Check, string Scope);

/// <summary>What a laboratory recorded of a unit.</summary>
public enum LabResult { Pass, Fail, Inconclusive, NotApplicable }

/// <summary>A named person's record of a test.</summary>
/// <param name="Signer">Null for a record that nobody signed, which decides nothing.</param>
/// <param name="Evidence">Files or findings that it names, with the place in them; a record without evidence decides nothing.</param>
public sealed record LabRecord(string Person, bool Passes, string Words, Signer? Signer, IReadOnlyList<string> Evidence, Location Location)
{
    public LabResult Result { get; init; } = Passes ? LabResult.Pass : LabResult.Fail;
    /// <summary>Why it decides nothing: its evidence is gone or was changed, it is of another version …; null where nothing speaks against it.</summary>
    public string? Note { get; init; }
    /// <summary>Signed, with evidence, and nothing speaks against it.</summary>
    public bool Counts => Signer is not null && Evidence.Count > 0 && Note is null;

    /// <summary>Who examined what, and when; null where only the person is known.</summary>
    public LabHead? Head { get; init; }
    /// <summary>How it was examined.</summary>
    public string? Method { get; init; }
    public string? Expected { get; init; }
    public string? Actual { get; init; }
    /// <summary>The same as <see cref="Evidence"/>, piece by piece.</summary>
    public IReadOnlyList<LabEvidence> References { get; init; } = [];
}

/// <summary>The head of a laboratory's record: who, when, and on which device.</summary>
public sealed record LabHead
{
    public required string Laboratory { get; init; }
    /// <summary>In the laboratory's own words; nobody here checked it.</summary>
    public string? Accreditation { get; init; }
    public required string Person { get; init; }
    public string? Role { get; init; }
    public DateOnly? Date { get; init; }
    /// <summary>Software versions that were examined.</summary>
    public IReadOnlyList<string> Versions { get; init; } = [];
    /// <summary>SHA-256 of the images that ran on it, lower-case hexadecimal.</summary>
    public IReadOnlyList<string> Images { get; init; } = [];
    /// <summary>Why a signature beside the file does not count; null where there is none, or where it counts.</summary>
    public string? SignatureNote { get; init; }
}

/// <summary>One piece of evidence that a record names.</summary>
/// <param name="Artefact">Name relative to the dossier.</param>
/// <param name="Sha256">As the record says; null where it says none.</param>
/// <param name="Place">Where in the file: <c>frame 12</c>, <c>line 3</c>, <c>request 4</c>, <c>page 2</c>; null for the file whole.</param>
/// <param name="Note">Why it does not count; null where it is there with these bytes.</param>
public sealed record LabEvidence(string Artefact, string? Sha256, string? Place, string? Words, string? Note);

/// <summary>One line of a laboratory's record, as a file of the dossier holds it: which unit, and what was recorded of it.</summary>
/// <param name="Unit">Id of TS 103 701: <c>5.1-4-2a</c>.</param>
/// <param name="Row">The row that was tried, by its id; null where the record speaks of the unit whole.</param>
public sealed record LabEntry(string Unit, LabRecord Record, string? Row = null);
