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
}

/// <summary>Who a source says is affected. At least one of package and name is set.</summary>
public sealed record AffectedProduct
{
    /// <summary>Without version.</summary>
    public PackageName? Package { get; init; }
    /// <summary>OSV's ecosystem (<c>Debian:12</c>, <c>npm</c>), empty or null for software outside of any.</summary>
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
