using Assay.Evidence;

namespace Assay.Software.Advisories;

/// <summary>What one file did to the store.</summary>
public sealed record ImportResult
{
    public required string Name { get; init; }
    /// <summary><c>kev</c>, <c>osv</c>, <c>nvd</c>, <c>cve5</c>, <c>csaf</c>, <c>epss</c>, <c>debian</c>, <c>alpine</c>, <c>openwrt</c>; null where the file was not recognised.</summary>
    public required string? Kind { get; init; }
    /// <summary>Of the file, 64 lower-case digits.</summary>
    public required string Sha256 { get; init; }
    /// <summary>Records that were read.</summary>
    public int Read { get; init; }
    /// <summary>Ids that the store did not know from this source.</summary>
    public IReadOnlyList<string> New { get; init; } = [];
    /// <summary>Ids about which this source now says something else.</summary>
    public IReadOnlyList<string> Changed { get; init; } = [];
    /// <summary>Other names of the new and changed advisories.</summary>
    public IReadOnlyList<string> Aliases { get; init; } = [];
    public int Unchanged { get; init; }
    /// <summary>Records that are older than what the store holds: left out.</summary>
    public int Older { get; init; }
    /// <summary>These very bytes were imported before: nothing was read, and <see cref="Read"/> and <see cref="Unchanged"/> are what was read then.</summary>
    public bool Skipped { get; init; }
    /// <summary>See <see cref="AdvisoryFile.IsDamaged"/>.</summary>
    public bool IsDamaged { get; init; }
    /// <summary>Records that could not be read, or the whole file; the rest counts.</summary>
    public IReadOnlyList<Loss> Losses { get; init; } = [];

    /// <summary>New and changed ids, each once, in the order of the file.</summary>
    public IEnumerable<string> Touched => New.Concat(Changed).Distinct(StringComparer.Ordinal);
}

/// <summary>What the store holds, for a person and for the record of an answer.</summary>
public sealed record StoreStatus
{
    public required IReadOnlyList<SourceStatus> Sources { get; init; }
    public required IReadOnlyList<FileStatus> Files { get; init; }
    /// <summary>See <see cref="AdvisoryStore.SnapshotDigest"/>.</summary>
    public required string Snapshot { get; init; }
}

/// <param name="Source"><c>kev</c>, <c>osv</c>, …, <c>epss</c>.</param>
/// <param name="Newest">The latest time that a record of it carries.</param>
/// <param name="WithoutRange">Records that name a product and no version that could be compared.</param>
public sealed record SourceStatus(string Source, int Advisories, DateTimeOffset? Newest, int Exploited, int WithoutRange);

/// <summary>A file that was imported.</summary>
public sealed record FileStatus(string Name, string Kind, string Sha256, DateTimeOffset Imported, int Read, int Lost);
