using Assay.Evidence;

namespace Assay.Assessment.Declarations;

/// <summary>What the maker says: the conformance statement (ICS), the detail tables (IXIT), and own assessments. Claims, never facts.</summary>
public sealed record Declaration
{
    public required IReadOnlyList<Claim> Claims { get; init; }
    public required IReadOnlyList<IxitTable> Tables { get; init; }
    /// <summary>The maker's own verdicts on test groups: unsigned claims unless the file is signed.</summary>
    public IReadOnlyList<SelfAssessment> SelfAssessments { get; init; } = [];
    /// <summary>What fits no layout, kept with its place and counted.</summary>
    public IReadOnlyList<Unread> Unread { get; init; } = [];
    public IReadOnlyList<Coverage> Coverage { get; init; } = [];

    public IxitTable? Table(int number) => Tables.FirstOrDefault(t => t.Number == number);

    public static readonly Declaration Empty = new() { Claims = [], Tables = [] };
}

/// <summary>ICS support column: is the provision met, by the maker's word.</summary>
public enum Support { Yes, No, NotApplicable }

/// <summary>One line of the conformance statement.</summary>
public sealed record Claim
{
    /// <summary>Provision id as in the edition: <c>5.1-1</c>.</summary>
    public required string Provision { get; init; }
    public required Support Support { get; init; }
    public string? Justification { get; init; }
    public required Location Location { get; init; }
    /// <summary>Who signed the file that holds this claim and with which key; null for an unsigned claim.</summary>
    public Signer? SignedBy { get; init; }
    /// <summary>Why a signature beside the file does not count, for instance because the file was changed after signing; null where there is none.</summary>
    public string? SignatureNote { get; init; }
}

/// <summary>A verified signature over a declaration file.</summary>
/// <param name="Name">Common name or key id of the signer, as the signature names it.</param>
/// <param name="KeyDigest">SHA-256 of the public key (SubjectPublicKeyInfo), lower-case hexadecimal.</param>
/// <param name="Form"><c>CMS</c> or <c>COSE</c>.</param>
/// <param name="Note">What a reader should know of it: <c>self-signed, a named key that nobody vouches for</c>, <c>certificate expired on …</c>; null for nothing.</param>
public sealed record Signer(string Name, string KeyDigest, string Form, string? Note = null);

/// <summary>One of the 29 detail tables of TS 103 701; names of both editions lead to the same number.</summary>
public sealed record IxitTable
{
    /// <summary>1 to 29.</summary>
    public required int Number { get; init; }
    /// <summary>Name in the edition of the catalogue: <c>AuthMech</c>.</summary>
    public required string Name { get; init; }
    public required IReadOnlyList<IxitRow> Rows { get; init; }
    public required Location Location { get; init; }
    public Signer? SignedBy { get; init; }
}

/// <summary>One row of a detail table: fields by their column name, compared without case.</summary>
public sealed record IxitRow
{
    /// <summary>The row's own id: <c>AuthMech-1</c>.</summary>
    public required string Id { get; init; }
    public required IReadOnlyDictionary<string, string> Fields { get; init; }
    public required Location Location { get; init; }

    public string? this[string field] => Fields.TryGetValue(field, out var value) ? value : null;
}

/// <summary>A maker's own verdict on a test group or provision.</summary>
public sealed record SelfAssessment
{
    public required string Provision { get; init; }
    /// <summary>As written, upper case: <c>PASS</c>, <c>FAIL</c>, <c>N/A</c> or other words.</summary>
    public required string Verdict { get; init; }
    public required Location Location { get; init; }
    public Signer? SignedBy { get; init; }
}

/// <param name="Text">The beginning of what could not be placed.</param>
public sealed record Unread(Location Location, string Text, string Expected);
