using Assay.Evidence;

namespace Assay.Software.Components;

/// <summary>A piece of software that is in a product, and why we think so (command.md, "component").</summary>
public sealed record Component
{
    public required string Name { get; init; }
    /// <summary>The upstream version where it is known; a distribution's patch level stays in <see cref="Package"/>.</summary>
    public string? Version { get; init; }
    /// <summary>The version as a package database writes it, with epoch and patch level; null without a database.</summary>
    public string? Package { get; init; }
    public string? Purl { get; init; }
    public IReadOnlyList<string> Cpe { get; init; } = [];
    public string? Supplier { get; init; }
    public string? Licence { get; init; }
    public required IReadOnlyList<ComponentEvidence> Evidence { get; init; }
}

/// <param name="Method"><c>package database</c>, <c>string</c>, <c>kernel banner</c>, <c>declaration</c>, <c>bill of materials</c>.</param>
/// <param name="Confidence">0 to 1.</param>
public sealed record ComponentEvidence(string Method, Location Location, double Confidence);
