namespace Assay.Exchange.Cases;

/// <summary>How sure a match is (semantics.md section 4): a version inside a stated range, or a product's name alone.</summary>
public enum Certainty { Candidate, Affected }

/// <summary>What was published.</summary>
public sealed record AdvisoryLink
{
    /// <summary>CVE where there is one.</summary>
    public required string Id { get; init; }
    public IReadOnlyList<string> Aliases { get; init; } = [];
    /// <summary>The lists that name it: <c>kev</c>, <c>osv</c>, <c>nvd</c>, <c>cve5</c>, <c>csaf</c>, with their own ids: <c>osv OSV-2024-1</c>.</summary>
    public required IReadOnlyList<string> Sources { get; init; }
    public string? Summary { get; init; }
    /// <summary>Somebody saw it used in attacks.</summary>
    public required bool Exploited { get; init; }
    public DateOnly? ExploitedSince { get; init; }
    /// <summary>The first version without it, where an advisory names one.</summary>
    public string? Fix { get; init; }
    /// <summary>SHA-256 of the store's advisories when this was matched, lower-case hexadecimal.</summary>
    public string? Snapshot { get; init; }
}

/// <summary>The part of a product that the advisory speaks of.</summary>
public sealed record ComponentLink
{
    public required string Name { get; init; }
    public string? Version { get; init; }
    public string? Purl { get; init; }
    public IReadOnlyList<string> Cpe { get; init; } = [];
    /// <summary>Where it was seen: <c>image.bin /usr/sbin/dropbear at 0x40</c>.</summary>
    public required string Seen { get; init; }
    /// <summary>How it was seen: <c>package database</c>, <c>string</c>, <c>bill of materials</c>.</summary>
    public required string Method { get; init; }
}

/// <summary>The list of components that was handed in with a label.</summary>
/// <param name="Digest">SHA-256 of the file, lower-case hexadecimal.</param>
/// <param name="Components">How many entries it has.</param>
public sealed record InventoryLink(string Digest, int Components);

/// <summary>The label that the inventory stands behind.</summary>
/// <param name="Id">The hallmark's token id, 16 hexadecimal digits.</param>
public sealed record LabelLink(string Id, string Subject, string Maker, string Model, IReadOnlyList<string> Versions);

/// <summary>Why a label says what it says: advisory, component, inventory, label.</summary>
public sealed record Chain
{
    public required AdvisoryLink Advisory { get; init; }
    public required ComponentLink Component { get; init; }
    public required InventoryLink Inventory { get; init; }
    public required LabelLink Label { get; init; }
    public required Certainty Certainty { get; init; }
    /// <summary>The match in words: <c>busybox 1.35.0 is within &gt;= 1.33.0, &lt; 1.36.0 (nvd)</c>.</summary>
    public required string Reason { get; init; }
    /// <summary>What a maker's VEX says about it, and whether evidence contradicts that; shown, and decides nothing by itself.</summary>
    public IReadOnlyList<MakersWord> MakerSays { get; init; } = [];
}

/// <summary>A VEX statement about a vulnerability in a product: a claim with its signer.</summary>
/// <param name="Status"><c>not_affected</c>, <c>affected</c>, <c>fixed</c>, <c>under_investigation</c>.</param>
/// <param name="Contradiction">What evidence says against it; null where nothing does.</param>
public sealed record MakersWord(string By, bool Signed, string Status, string? Justification, string? Contradiction);
