using Assay.Traffic.Captures;

namespace Assay.Traffic.Devices;

/// <summary>What was seen of a device.</summary>
public enum SightingKind
{
    /// <summary>It asked for an address, or was given one.</summary>
    Dhcp,
    /// <summary>It named its MUD file (RFC 8520 sections 10 and 11).</summary>
    MudUrl,
    /// <summary>It named itself.</summary>
    Name,
    /// <summary>It stated its model and version.</summary>
    Version,
    /// <summary>DHCP vendor class (RFC 2132 section 9.13).</summary>
    VendorClass,
    /// <summary>An HTTP product line: User-Agent or Server.</summary>
    HttpAgent,
}

/// <summary>One statement of a device about itself, at one frame. All of these are claims: anyone on the link can make them.</summary>
public sealed record Sighting
{
    public required DateTimeOffset Time { get; init; }
    /// <summary>From 1, as the capture counts.</summary>
    public required long Frame { get; init; }
    public required MacAddress Mac { get; init; }
    public required SightingKind Kind { get; init; }
    /// <summary>As stated, control characters made visible, at most 256 characters.</summary>
    public required string Value { get; init; }
    /// <summary>By what: <c>DHCP option 161</c>, <c>mDNS TXT fw</c>, <c>HTTP User-Agent</c>.</summary>
    public required string Source { get; init; }
    /// <summary>With <see cref="SightingKind.Dhcp"/> the address asked for or given; else the one it sent from, null where it had none.</summary>
    public Address? Address { get; init; }
    /// <summary>With <see cref="SightingKind.Dhcp"/>: true where a server gave the address.</summary>
    public bool IsLeased { get; init; }
    /// <summary>With <see cref="SightingKind.Version"/>.</summary>
    public VersionStatement? Version { get; init; }
}
