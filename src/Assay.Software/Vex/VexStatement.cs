using Assay.Software.Matching;

namespace Assay.Software.Vex;

/// <summary>The four states that VEX knows.</summary>
public enum VexStatus { NotAffected, Affected, Fixed, UnderInvestigation }

/// <summary>Why somebody says "not affected" (the five codes that OpenVEX and CSAF share).</summary>
public enum VexJustification
{
    ComponentNotPresent,
    VulnerableCodeNotPresent,
    VulnerableCodeNotInExecutePath,
    VulnerableCodeCannotBeControlledByAdversary,
    InlineMitigationsAlreadyExist,
}

/// <summary>What somebody says about one vulnerability in products. A claim: what it is worth depends on who signed it.</summary>
public sealed record VexStatement
{
    public required string Vulnerability { get; init; }
    public IReadOnlyList<string> Aliases { get; init; } = [];
    /// <summary>Package URLs, CPE names, or names that only the author knows.</summary>
    public required IReadOnlyList<VexProduct> Products { get; init; }
    public required VexStatus Status { get; init; }
    public VexJustification? Justification { get; init; }
    public string? Impact { get; init; }
    public string? Action { get; init; }
    public string? Notes { get; init; }
    public DateTimeOffset? Time { get; init; }
}

/// <param name="Id">The product's own identifier: package URL, CPE name, or any IRI.</param>
/// <param name="Components">The parts of it that the statement is about; empty: the product itself.</param>
/// <param name="Versions">Only these versions of the part, or of the product where no part is named; null: the one that the identifier names, or every one.</param>
public sealed record VexProduct(string Id, IReadOnlyList<string> Components, VersionSet? Versions = null);

/// <summary>One document of statements: who says, when, in which version.</summary>
public sealed record VexDocument
{
    public required string Id { get; init; }
    public required string Author { get; init; }
    public string? Role { get; init; }
    public required DateTimeOffset Time { get; init; }
    public int Version { get; init; } = 1;
    public required IReadOnlyList<VexStatement> Statements { get; init; }
}

/// <summary>A statement beside a vulnerability that it is about.</summary>
/// <param name="Author">Who says so, by the document's own words.</param>
/// <param name="Signer">Who signed the document, by a trust list; null: nobody whom the list knows, so it is shown and changes nothing.</param>
/// <param name="Contradiction">What was seen that speaks against it; then it does not count, signed or not.</param>
public sealed record VexClaim(VexStatement Statement, string Author, string? Signer, string? Contradiction)
{
    public bool Counts => Signer is not null && Contradiction is null;
}
