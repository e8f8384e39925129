using Assay.Evidence;

namespace Assay.Software.Components;

/// <summary>A piece of software that is in a product, and why we think so (command.md, "component").</summary>
/// <remarks>Its identity is a set: <see cref="Purl"/>, <see cref="Cpe"/> and <see cref="Source"/> all name it, and any of them may be what an advisory knows it by.</remarks>
public sealed record Component
{
    public required string Name { get; init; }
    /// <summary>The upstream version where it is known; a distribution's patch level stays in <see cref="Package"/>.</summary>
    public string? Version { get; init; }
    /// <summary>The version as a package database writes it, with epoch and patch level; null without a database.</summary>
    public string? Package { get; init; }
    public string? Purl { get; init; }
    /// <summary>CPE 2.3 names, all that the product is known under; several vendors may stand for one product.</summary>
    public IReadOnlyList<string> Cpe { get; init; } = [];
    public string? Supplier { get; init; }
    public string? Licence { get; init; }
    /// <summary>What the package was built from, where the database says so; null also where it was built from a source of its own name and version.</summary>
    public SourcePackage? Source { get; init; }
    /// <summary>What a distribution added to the upstream version: <c>4+deb12u1</c> of <c>1:1.35.0-4+deb12u1</c>, <c>r3</c> of <c>1.2.4-r3</c>; null where nothing was added or no database speaks.</summary>
    public string? PatchLevel { get; init; }
    /// <summary>The distribution whose package it is: <c>ID</c> of os-release (<c>debian</c>, <c>openwrt</c>, <c>alpine</c>); null where none is named.</summary>
    public string? Distribution { get; init; }
    /// <summary>True where only a library's name or a symbol speaks: the product is likely there, its version is not known.</summary>
    public bool IsGuess { get; init; }
    /// <summary>Versions of the same product that other witnesses state; never averaged, never dropped. Ordered by version, then place.</summary>
    public IReadOnlyList<OtherVersion> Conflicts { get; init; } = [];
    /// <summary>Paths that the package says it owns, as the tree shows them; empty where no list of files is kept. Not part of the JSON shape.</summary>
    public IReadOnlyList<string> Files { get; init; } = [];
    public required IReadOnlyList<ComponentEvidence> Evidence { get; init; }
}

/// <summary>The source that a distribution built a package from: dpkg's <c>Source</c>, opkg's <c>SourceName</c>, apk's origin, rpm's <c>SOURCERPM</c>.</summary>
/// <param name="Version">Where it differs from the package's own, or the database names it; else null.</param>
public sealed record SourcePackage(string Name, string? Version);

/// <summary>What another witness says the version is.</summary>
/// <param name="Method">As in <see cref="ComponentEvidence"/>.</param>
public sealed record OtherVersion(string Version, string Method, Location Location);

/// <param name="Method"><c>package database</c>, <c>manifest</c>, <c>string</c>, <c>note</c>, <c>file name</c>, <c>soname</c>, <c>symbol</c>, <c>kernel banner</c>, <c>kernel module</c>,
/// <c>folder name</c>, <c>build information</c>, <c>descriptor</c>, <c>os-release</c>, <c>declaration</c>, <c>bill of materials</c>.</param>
/// <param name="Confidence">0 to 1.</param>
public sealed record ComponentEvidence(string Method, Location Location, double Confidence);
