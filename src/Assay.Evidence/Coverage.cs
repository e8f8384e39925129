namespace Assay.Evidence;

/// <summary>What part of an artefact was looked at. Silence counts only where coverage says that somebody looked.</summary>
public enum CoverageScope
{
    /// <summary>Bytes of an image that belong to a recognised structure.</summary>
    Image,
    /// <summary>Files of a root file system whose content was read whole.</summary>
    Files,
    /// <summary>Frames of a capture that were decoded to their transport layer.</summary>
    Capture,
    /// <summary>Rows of a declaration that were understood.</summary>
    Declaration,
    /// <summary>Components of a bill of materials that were understood.</summary>
    Materials,
    /// <summary>Ports of a device, or checks of one service, that an outside tool tried.</summary>
    Scan,
    /// <summary>Parts of a companion app's archive that were understood.</summary>
    Application,
    /// <summary>Components with a version that were compared with a store of advisories.</summary>
    Advisories,
    /// <summary>Any other document: it was kept and hashed, its meaning was not read.</summary>
    Document,
}

/// <summary>How much was looked at, and what was lost on the way.</summary>
public sealed record Coverage
{
    public required string Artefact { get; init; }
    public required CoverageScope Scope { get; init; }
    /// <summary>What <see cref="Total"/> and <see cref="Examined"/> count: bytes, files, frames, rows, components.</summary>
    public required string Unit { get; init; }
    public required long Total { get; init; }
    public required long Examined { get; init; }
    /// <summary>First and last time stamp, for captures.</summary>
    public DateTimeOffset? From { get; init; }
    public DateTimeOffset? To { get; init; }
    /// <summary>Further figures by name, for instance <c>flows</c>, <c>fileSystems</c>, <c>executables</c>.</summary>
    public IReadOnlyDictionary<string, long> Counts { get; init; } = new SortedDictionary<string, long>(StringComparer.Ordinal);
    public IReadOnlyList<Loss> Losses { get; init; } = [];

    public bool IsWhole => Examined == Total && Losses.Count == 0;
}

/// <summary>Something that could not be read, or was not read because a budget ended: never an exception to the outside, always said.</summary>
public sealed record Loss
{
    public required Location Location { get; init; }
    public required string Expected { get; init; }
    public required string Found { get; init; }

    public override string ToString() => $"{Location}: expected {Expected}, found {Found}";
}
