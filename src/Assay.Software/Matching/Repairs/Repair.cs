using Assay.Evidence;

namespace Assay.Software.Matching.Repairs;

/// <summary>What somebody who built a package says of one vulnerability in it.</summary>
public enum RepairKind
{
    /// <summary>A change of the package mends it.</summary>
    Fixed,
    /// <summary>The package as it is built does not have it.</summary>
    NotAffected,
}

/// <summary>One statement of a package's own history or recipe: it holds for the package from <see cref="Version"/> on.</summary>
public sealed record Repair
{
    /// <summary>The source package: <c>openssl</c>.</summary>
    public required string Source { get; init; }
    /// <summary>The installed package beside whose documents it lay; null where only the source is known.</summary>
    public string? Package { get; init; }
    /// <summary>The version whose entry says so, with revision; null where the recipe names none and so holds for what it builds.</summary>
    public string? Version { get; init; }
    /// <summary>The newest version of the same history: the one that is installed.</summary>
    public string? Newest { get; init; }
    public required string Vulnerability { get; init; }
    public RepairKind Kind { get; init; } = RepairKind.Fixed;
    /// <summary>What says so: <c>changelog</c>, <c>Buildroot recipe</c>, <c>OpenEmbedded recipe</c>.</summary>
    public required string By { get; init; }
    /// <summary>The author's own reason in short: a patch, a status.</summary>
    public string? Note { get; init; }
    public required Location Location { get; init; }
}
