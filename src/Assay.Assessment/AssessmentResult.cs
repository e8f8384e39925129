using Assay.Assessment.Declarations;
using Assay.Assessment.Drafts;
using Assay.Assessment.Verdicts;
using Assay.Evidence;
using Assay.Software.Components;

namespace Assay.Assessment;

/// <summary>What one assessment found: the whole content of <c>assessment.json</c>, and all that a report shows. Nothing here knows the time of day.</summary>
public sealed record AssessmentResult
{
    public required Device Device { get; init; }
    /// <summary>The moment the answers are for.</summary>
    public required DateTimeOffset AsOf { get; init; }
    public required Editions Editions { get; init; }
    /// <summary>Every file of the dossier, ordered by name.</summary>
    public required IReadOnlyList<EvidenceItem> Evidence { get; init; }
    public required IReadOnlyList<Coverage> Coverage { get; init; }
    /// <summary>Ordered by <see cref="Finding.Compare"/>.</summary>
    public required IReadOnlyList<Finding> Findings { get; init; }
    /// <summary>Components that were found in images, ordered by name and version.</summary>
    public required IReadOnlyList<Component> Components { get; init; }
    /// <summary>Every ELF file of the images, for the bill of materials. Not part of the assessment itself.</summary>
    public IReadOnlyList<ExecutableSeen> Executables { get; init; } = [];
    /// <summary>One verdict for each provision of the edition, in the catalogue's order, with its units inside.</summary>
    public required IReadOnlyList<ProvisionVerdict> Verdicts { get; init; }
    /// <summary>What the catalogue says of each provision, by its id.</summary>
    public required IReadOnlyDictionary<string, ProvisionFacts> Provisions { get; init; }
    /// <summary>How many units rest on what, preparatory steps in no figure.</summary>
    public required UnitCounts Grades { get; init; }
    /// <summary>The answer for all mandatory provisions and claimed recommendations together; null where the catalogue gives none.</summary>
    public Outcome? Overall { get; init; }
    /// <summary>Every level of the scheme, from the lowest.</summary>
    public required IReadOnlyList<LevelResult> Levels { get; init; }
    /// <summary>All contradictions, each once, whichever provisions they touch.</summary>
    public required IReadOnlyList<Contradiction> Contradictions { get; init; }
    public required IReadOnlyList<Unread> Unread { get; init; }
    /// <summary>Every check that ran, ordered by id.</summary>
    public required IReadOnlyList<CheckRun> Checks { get; init; }
    /// <summary>16 hexadecimal digits by name of each part of the evidence that a check read, and for each unit of what its answer rests on besides (<c>unit:5.1-1-1a</c>): the same digests, the same answers.</summary>
    public IReadOnlyDictionary<string, string> Inputs { get; init; } = new SortedDictionary<string, string>(StringComparer.Ordinal);
    /// <summary>Units that were answered anew; the others were carried over from an earlier assessment with the same inputs. Not part of the assessment itself.</summary>
    public IReadOnlySet<string> Again { get; init; } = new HashSet<string>();
    /// <summary>What this assessment did not look at, in sentences for a certificate.</summary>
    public required IReadOnlyList<string> NotChecked { get; init; }
    /// <summary>Answers for the other catalogues that were asked for, each with where it came from.</summary>
    public IReadOnlyList<CatalogueResult> Others { get; init; } = [];
    /// <summary>The maker's records of paths through decision trees, answered; empty where the dossier holds none.</summary>
    public IReadOnlyList<TreeVerdict> Trees { get; init; } = [];
    /// <summary>Traps in the dossier, ordered by id and place.</summary>
    public IReadOnlyList<Lint> Lints { get; init; } = [];
    /// <summary>Every line of laboratories' records, those that decide nothing among them, by file and line.</summary>
    public IReadOnlyList<LabEntry> LabRecords { get; init; } = [];
    /// <summary>Every line of the maker's conformance statement, by file and line.</summary>
    public IReadOnlyList<Claim> Claims { get; init; } = [];
    /// <summary>The detail tables that were handed over, by number and place.</summary>
    public IReadOnlyList<TableFacts> Tables { get; init; } = [];
    /// <summary>What the giver of the dossier should mend in the dossier itself: a missing <c>device.yaml</c> and what to write into it.</summary>
    public IReadOnlyList<string> Advice { get; init; } = [];
    /// <summary>The declared time between two update checks; null where nobody declared one. Plans are made with it.</summary>
    public UpdatePeriod? UpdatePeriod { get; init; }
    /// <summary>One sentence: what to do next.</summary>
    public required string NextStep { get; init; }
}

/// <summary>The product that the dossier is about, as <c>device.yaml</c> names it.</summary>
public sealed record Device
{
    public required string Maker { get; init; }
    public required string Model { get; init; }
    /// <summary>Software versions that the evidence is for, ordered as given.</summary>
    public IReadOnlyList<string> Versions { get; init; } = [];
    /// <summary>What it is, in the maker's word: <c>doorbell</c>.</summary>
    public string? Category { get; init; }
    /// <summary>Until when security updates come, as <c>device.yaml</c> says; unread when it is no date.</summary>
    public DateOnly? SupportEnd { get; init; }
    /// <summary>The device's own hardware address in captures, lower case with colons.</summary>
    public string? Mac { get; init; }
    /// <summary>The device's own IP addresses in scans, as <c>device.yaml</c> says.</summary>
    public IReadOnlyList<string> Addresses { get; init; } = [];

    /// <summary>Stands where nobody said who made it or what it is called.</summary>
    public const string Unknown = "unknown";
}

/// <param name="Standard">The edition of the requirements: <c>EN 303 645 V2.1.1</c>.</param>
/// <param name="Methodology">The edition of the test units: <c>TS 103 701 V1.1.1</c>.</param>
/// <param name="Provisional">True where a part of the edition was not read (baseline notes).</param>
public sealed record Editions(string Standard, string Methodology, bool Provisional);

/// <param name="Artefact">Name relative to the dossier.</param>
/// <param name="Kind">What it was recognised as: <c>capture</c>, <c>image</c>, <c>declaration</c>, <c>billOfMaterials</c>, <c>document</c> …</param>
public sealed record EvidenceItem(string Artefact, string Kind, string Sha256, long Size);

/// <param name="Title">In own words.</param>
/// <param name="Mandatory">False for a recommendation.</param>
/// <param name="Conditional">It may be declared not applicable.</param>
/// <param name="Claimed">What the maker's conformance statement says; null where it says nothing.</param>
public sealed record ProvisionFacts(string Title, bool Mandatory, bool Conditional, Support? Claimed);

/// <summary>A detail table (IXIT) that was handed over.</summary>
/// <param name="Number">1 to 29.</param>
/// <param name="Name">In the edition of the catalogue: <c>AuthMech</c>.</param>
/// <param name="Rows">How many rows it has; none where the maker says that there is nothing to list.</param>
public sealed record TableFacts(int Number, string Name, int Rows, Location Location, Signer? SignedBy);

/// <summary>Whether a level of the scheme is met, and what stands in its way.</summary>
/// <param name="Profile">The list of provisions, by its name.</param>
public sealed record LevelResult(int Level, string Profile, bool Met, IReadOnlyList<Blocking> Blocking);

/// <param name="Unit">The unit that decides, where one does.</param>
/// <param name="Settle">The cheapest evidence or repair that takes it out of the way.</param>
public sealed record Blocking(string? Unit, string Provision, Outcome Outcome, string Reason, string? Settle = null);

/// <summary>A check that ran, so that another can repeat it.</summary>
/// <param name="Answers">For how many units it had something to say.</param>
/// <param name="Reads">Which parts of the evidence it read, by name: <c>findings:credential</c>, <c>table:13</c>.</param>
public sealed record CheckRun(string Id, int Version, string Polarity, string LooksFor, IReadOnlyList<string> Units, int Answers, IReadOnlyList<string> Reads);

/// <summary>What one dossier says for another catalogue (semantics.md section 1: a crosswalk carries a verdict over only where the relation is equal and reviewed).</summary>
/// <param name="Catalogue">Its id: <c>cra-annex-1</c>.</param>
/// <param name="Extent"><c>full</c>, <c>ids</c>, <c>partial</c>: only a full one could have an overall answer.</param>
public sealed record CatalogueResult(string Catalogue, string Name, string Extent, IReadOnlyList<CarriedVerdict> Items)
{
    /// <summary>What is not certain in the catalogue itself; null where nothing is.</summary>
    public string? Provisional { get; init; }
    /// <summary>All mandatory rows together; null unless the catalogue is complete.</summary>
    public Outcome? Overall { get; init; }
}

/// <summary>The answer for one requirement of another catalogue.</summary>
/// <param name="Outcome">Decided: carried over an equal and reviewed relation, or by a decision tree of that catalogue; null where nothing decides it.</param>
/// <param name="Proposed">What the related provisions would propose to a person; never counted.</param>
/// <param name="From">Where it came from: relation by relation.</param>
public sealed record CarriedVerdict(string Id, string Title, Outcome? Outcome, Outcome? Proposed, string Reason, IReadOnlyList<CarriedFrom> From)
{
    /// <summary>What is missing, where it is not decided as pass or not applicable.</summary>
    public string? Settle { get; init; }

    /// <summary>Something decides it; an answer that is inconclusive where it came from decides nothing here either.</summary>
    public bool IsDecided => Outcome is not (null or Verdicts.Outcome.Inconclusive);
    /// <summary>Related rows propose an answer to a person.</summary>
    public bool IsProposed => Outcome is null && Proposed is not null;
    public bool IsOpen => !IsDecided && !IsProposed;
}

/// <param name="Id">A requirement of the assessed catalogue: <c>5.1-1</c>; of a third one with its name before it: <c>cra-annex-1 I.2.a</c>.</param>
/// <param name="Relation"><c>equal</c>, <c>subset</c>, <c>superset</c>, <c>intersects</c>; <c>tree</c> for a decision tree of that catalogue itself.</param>
public sealed record CarriedFrom(string Id, string Relation, bool Reviewed, Outcome Outcome, string Source);
