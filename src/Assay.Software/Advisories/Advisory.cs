using Assay.Software.Matching;

namespace Assay.Software.Advisories;

/// <summary>Whose list an advisory comes from, by its format.</summary>
public enum AdvisorySource
{
    /// <summary>CISA's list of known exploited vulnerabilities, or a list of the same form.</summary>
    Kev,
    /// <summary>Open Source Vulnerability format 1.x.</summary>
    Osv,
    /// <summary>The NVD API 2.0, and configurations in its form.</summary>
    Nvd,
    /// <summary>CVE record format 5.</summary>
    Cve5,
    /// <summary>CSAF 2.0.</summary>
    Csaf,
    /// <summary>Debian's security tracker: what it says of each source package in each release.</summary>
    Debian,
    /// <summary>Alpine's security database: the version of each package that mends a vulnerability, for one release.</summary>
    Alpine,
    /// <summary>OpenWrt's own advisories.</summary>
    Openwrt,
}

/// <summary>What a source says of a product, beside the versions that it names.</summary>
public enum Standing
{
    /// <summary>Versions inside of the range are affected; the ones outside are not.</summary>
    Affected,
    /// <summary>No version that the product has in this release was ever affected.</summary>
    NotAffected,
    /// <summary>The source knows the product and has not decided.</summary>
    Undetermined,
}

/// <summary>What one source says about one vulnerability, in the parts that matching needs.</summary>
public sealed record Advisory
{
    /// <summary>As its source calls it: <c>CVE-2022-30065</c>, <c>OSV-2025-657</c>.</summary>
    public required string Id { get; init; }
    /// <summary>Other names of the same vulnerability.</summary>
    public IReadOnlyList<string> Aliases { get; init; } = [];
    public string? Summary { get; init; }
    public required AdvisorySource Source { get; init; }
    public DateTimeOffset? Published { get; init; }
    public DateTimeOffset? Modified { get; init; }
    /// <summary>The source took it back: it is kept and never matched.</summary>
    public bool Withdrawn { get; init; }
    public IReadOnlyList<AffectedRange> Ranges { get; init; } = [];
    /// <summary>The source says that it is exploited in the wild.</summary>
    public bool Exploited { get; init; }
    public DateOnly? ExploitedSince { get; init; }
    /// <summary>The day by which the source asks for a remedy (KEV: United States' federal agencies).</summary>
    public DateOnly? Due { get; init; }
    /// <summary>Files of the product's source code that hold the flaw, as the source names them (CVE 5: <c>programFiles</c>).</summary>
    public IReadOnlyList<string> Files { get; init; } = [];
    /// <summary>What to do, where the source names one act for all products; the fixed version is with each range.</summary>
    public string? Fix { get; init; }

    /// <summary>The id and all aliases, each once.</summary>
    public IEnumerable<string> Names => Aliases.Prepend(Id).Distinct(StringComparer.Ordinal);

    /// <summary><c>kev CVE-2017-17562</c></summary>
    public string Reference => $"{Source.ToString().ToLowerInvariant()} {Id}";
}

/// <summary>One product that an advisory names, and its versions.</summary>
public sealed record AffectedRange
{
    public required AffectedProduct Product { get; init; }
    /// <summary>Null where the source names the product and no version that could be compared: then it gives a candidate, never an affected product.</summary>
    public VersionSet? Versions { get; init; }
    /// <summary>What else must be there: each entry needs one of its names ("running on", NVD nodes joined by AND).</summary>
    public IReadOnlyList<IReadOnlyList<CpeName>> Needs { get; init; } = [];
    /// <summary>The versions in the source's own words, where they could not be compared.</summary>
    public string? Told { get; init; }
    /// <summary>Where it is not <see cref="Standing.Affected"/>, <see cref="Versions"/> holds no run: nothing can be inside of it.</summary>
    public Standing Standing { get; init; }
    /// <summary>The source's own reason for its standing: <c>not affected: vulnerable code introduced later</c>, <c>no DSA: minor issue</c>; null where it gives none.</summary>
    public string? Note { get; init; }
}

/// <summary>Who a source says is affected. At least one of package and name is set.</summary>
public sealed record AffectedProduct
{
    /// <summary>Without version.</summary>
    public PackageName? Package { get; init; }
    /// <summary>OSV's ecosystem (<c>Debian:12</c>, <c>npm</c>), empty or null for software outside of any.</summary>
    /// <remarks>
    /// A distribution's name without a release (<c>Debian</c>) is what holds for every release that has no row of its own in the same advisory
    /// or in another one of the same source. The name of a package is there that of the source package (<see cref="DistributionRelease.NamesSources"/>).
    /// </remarks>
    public string? Ecosystem { get; init; }
    /// <summary>As written: a CPE's vendor, or a name in words.</summary>
    public string? Vendor { get; init; }
    public required string Name { get; init; }
    /// <summary>True where vendor and name come out of a CPE name and are compared exactly.</summary>
    public bool IsCpe { get; init; }
    /// <summary><c>a</c>, <c>o</c>, <c>h</c> of a CPE name, else null.</summary>
    public string? Part { get; init; }

    public override string ToString() => Package is { } package ? $"{package.Type}/{package.Name}" : Vendor is null ? Name : $"{Vendor}:{Name}";
}
