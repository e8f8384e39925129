using Assay.Evidence;

namespace Assay.Assessment.Declarations;

/// <summary>What the maker says: the conformance statement (ICS), the detail tables (IXIT), and own assessments. Claims, never facts.</summary>
/// <remarks>Layouts: docs/declaration.md.</remarks>
public sealed record Declaration
{
    /// <summary>Reads every declaration among the artefacts, recognised by content; a detached signature lies beside its file (<c>x.p7s</c>, <c>x.p7m</c>, <c>x.cose</c>).</summary>
    /// <param name="asOf">Certificates of signers are expired or not at this time.</param>
    public static Declaration Read(IReadOnlyList<Artefact> artefacts, DateTimeOffset asOf) => DeclarationReader.Read(artefacts, asOf);

    /// <summary>As above, for every file below a folder; names are relative to it.</summary>
    public static Declaration Read(string folder, DateTimeOffset asOf) => DeclarationReader.Read(folder, asOf);

    public required IReadOnlyList<Claim> Claims { get; init; }
    public required IReadOnlyList<IxitTable> Tables { get; init; }
    /// <summary>The maker's own verdicts on test groups: unsigned claims unless the file is signed.</summary>
    public IReadOnlyList<SelfAssessment> SelfAssessments { get; init; } = [];
    /// <summary>What fits no layout, kept with its place and counted.</summary>
    public IReadOnlyList<Unread> Unread { get; init; } = [];
    /// <summary>What a draft proposes and no person has taken over: shown and counted, and no claim.</summary>
    public IReadOnlyList<Proposal> Proposals { get; init; } = [];
    public IReadOnlyList<Coverage> Coverage { get; init; } = [];

    /// <summary>The maker's own words on facts of the product (<see cref="Catalogues.Condition.Means"/>), for instance <c>constrained: no</c>.</summary>
    public IReadOnlyList<FactClaim> Facts { get; init; } = [];
    /// <summary>The maker's records of paths through the decision trees of EN 18031, file by file and in their order.</summary>
    public IReadOnlyList<TreeRecord> Trees { get; init; } = [];
    /// <summary>Names of the files that were read as declarations, in order.</summary>
    public IReadOnlyList<string> Files { get; init; } = [];

    /// <summary>Names of the files that are laid out as declarations and in which nothing is filled in.</summary>
    public IReadOnlyList<string> Drafts { get; init; } = [];

    /// <summary>The first table of this number; several files may hold one each (<see cref="Rows"/>).</summary>
    public IxitTable? Table(int number) => Tables.FirstOrDefault(t => t.Number == number);

    /// <summary>The rows of all tables of this number, from all files.</summary>
    public IEnumerable<IxitRow> Rows(int number) => Tables.Where(t => t.Number == number).SelectMany(t => t.Rows);

    /// <summary>Every line on a provision: the conformance statement's, and self-assessments as what they are, claims.</summary>
    public IReadOnlyList<Claim> ClaimsOn(Catalogues.Provision provision) =>
        [.. Claims.Where(c => Is(c.Provision, provision)).Concat(SelfAssessments.Where(s => Is(s.Provision, provision)).Select(s => s.AsClaim()).OfType<Claim>())];

    /// <summary>The first part that was not read and may hold a row, parts of files that hold one of these tables first; null where every row was read.</summary>
    public Unread? Gap(IReadOnlyList<int> tables)
    {
        var files = Tables.Where(t => tables.Contains(t.Number)).Select(t => t.Location.Artefact).ToHashSet(StringComparer.Ordinal);
        return Unread.Where(u => !u.HidesNoRow)
            .Concat(Coverage.SelectMany(c => c.Losses).Where(l => l.Expected != DeclarationReader.FittingSignature).Select(l => new Unread(l.Location, l.Found, l.Expected)))
            .OrderBy(u => files.Contains(u.Location.Artefact) ? 0 : 1).FirstOrDefault();
    }

    /// <summary>The maker speaks of the provision, and every line of it says "not applicable".</summary>
    public bool IsCalledInapplicable(string provision)
    {
        var said = Claims.Where(c => c.Provision == provision).Select(c => c.Support)
            .Concat(SelfAssessments.Where(s => s.Provision == provision).Select(s => s.AsClaim()).OfType<Claim>().Select(c => c.Support)).ToList();
        return said.Count > 0 && said.All(s => s == Support.NotApplicable);
    }

    // A line for the same provision under its number of the other edition counts; one for a part of it does not carry over by itself.
    private static bool Is(string id, Catalogues.Provision provision) => string.Equals(id, provision.Id, StringComparison.OrdinalIgnoreCase)
        || (provision.EarlierIsEqual && string.Equals(id, provision.Earlier, StringComparison.OrdinalIgnoreCase))
        || (provision.Id == "4-1" && id == "5.0-1");

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
    /// <summary>What stands in the table's document beside its rows: summaries, explanations.</summary>
    public IReadOnlyList<IxitSection> Sections { get; init; } = [];
    /// <summary>The maker says that there is nothing to list, as against saying nothing.</summary>
    public bool IsDeclaredEmpty { get; init; }
}

/// <summary>A part of a table's document that is no row: a heading with its text, or a summary whose rows keep their own columns.</summary>
public sealed record IxitSection(string Name, string Text, IReadOnlyList<IxitRow> Rows, Location Location);

/// <summary>One row of a detail table: fields by their column name, compared without case, spaces and marks.</summary>
public sealed record IxitRow
{
    /// <summary>The row's own id: <c>AuthMech-1</c>.</summary>
    public required string Id { get; init; }
    public required IReadOnlyDictionary<string, string> Fields { get; init; }
    public required Location Location { get; init; }

    /// <summary>The line of each field, where the layout gives fields lines of their own.</summary>
    public IReadOnlyDictionary<string, int> Lines { get; init; } = new Dictionary<string, int>();

    public string? this[string field] => Fields.TryGetValue(field, out var value) ? value : null;

    /// <summary>Where a field stands, else where the row stands.</summary>
    public Location At(string field) => Lines.TryGetValue(field, out var line) ? Location with { Line = line } : Location;
}

/// <summary>The maker's word on a fact of the product that conditions ask for.</summary>
/// <param name="Fact"><c>constrained</c>, <c>passwords</c>, …</param>
public sealed record FactClaim(string Fact, bool Holds, Location Location, Signer? SignedBy);

/// <summary>A maker's own verdict on a test group or provision.</summary>
public sealed record SelfAssessment
{
    public required string Provision { get; init; }
    /// <summary>As written, upper case: <c>PASS</c>, <c>FAIL</c>, <c>N/A</c> or other words.</summary>
    public required string Verdict { get; init; }
    public required Location Location { get; init; }
    public Signer? SignedBy { get; init; }
    public string? SignatureNote { get; init; }
    /// <summary>The verdict's line as it stands there.</summary>
    public string? Text { get; init; }

    /// <summary>What it claims; null where its verdict is none of the three words.</summary>
    public Claim? AsClaim() => Verdict switch { "PASS" => Declarations.Support.Yes, "FAIL" => Declarations.Support.No, "N/A" => Declarations.Support.NotApplicable, _ => (Support?)null } is { } support
        ? new Claim { Provision = Provision, Support = support, Justification = Text, Location = Location, SignedBy = SignedBy, SignatureNote = SignatureNote }
        : null;
}

/// <summary>A line or row that <c>assess --init</c> wrote out of the evidence. It counts as nothing while its mark stands.</summary>
/// <param name="Table">1 to 29; null for a line of the conformance statement or a condition.</param>
/// <param name="Id">The row's id, the provision, the condition, or the field of a table without rows.</param>
/// <param name="From">What the mark says: where it was seen.</param>
public sealed record Proposal(int? Table, string Id, string From, Location Location);

/// <param name="Text">The beginning of what could not be placed.</param>
public sealed record Unread(Location Location, string Text, string Expected)
{
    /// <summary>It is a word on a provision or condition, a value of a row that was read, or a name: no row of a table can stand in it.</summary>
    public bool HidesNoRow { get; init; }
}
