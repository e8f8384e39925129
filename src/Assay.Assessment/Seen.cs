using Assay.Evidence;
using Assay.Software.Components;

namespace Assay.Assessment;

/// <summary>What one file, looked at alone, tells.</summary>
public sealed record Seen
{
    public required string Artefact { get; init; }
    /// <summary>What it was recognised as: <c>image</c>, <c>capture</c>, <c>declaration</c> …, or <see cref="Unknown"/>.</summary>
    public required string Kind { get; init; }
    /// <summary>Bytes; 0 for a folder.</summary>
    public required long Size { get; init; }
    /// <summary>Null for a folder.</summary>
    public string? Sha256 { get; init; }
    public required IReadOnlyList<Coverage> Coverage { get; init; }
    public required IReadOnlyList<Finding> Findings { get; init; }
    public required IReadOnlyList<Component> Components { get; init; }
    /// <summary>What lies where, of an image.</summary>
    public string? Map { get; init; }

    public const string Unknown = "unknown";
}
