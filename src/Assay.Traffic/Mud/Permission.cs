namespace Assay.Traffic.Mud;

/// <summary>Whom an entry of a MUD file speaks of (RFC 8520 section 8).</summary>
public enum PeerKind { Any, Name, Network, LocalNetworks, Controller, MyController, SameManufacturer, Manufacturer, Model }

/// <param name="Value">A DNS name in lower case, a network as <c>192.0.2.0/24</c>, a class URI, an authority; null where the kind says all.</param>
public readonly record struct Peer(PeerKind Kind, string? Value = null);

/// <summary>Ports from <paramref name="First"/> to <paramref name="Last"/>, both included.</summary>
public readonly record struct PortRange(ushort First, ushort Last);

/// <summary>Who may open a TCP connection (RFC 8520, direction-initiated).</summary>
public enum InitiatedBy { Either, Device, Peer }

/// <summary>One thing that a MUD file allows or refuses, seen from the device, whatever list it stood in.</summary>
public sealed record Permission
{
    /// <summary>The entry's name, for reports; never put into a rule set unquoted.</summary>
    public required string Name { get; init; }
    /// <summary>True for packets that the device sends, false for packets that it gets.</summary>
    public required bool FromDevice { get; init; }
    public required Peer Peer { get; init; }
    /// <summary>False for an entry that drops or rejects; the order of entries counts.</summary>
    public required bool Accept { get; init; }
    /// <summary>4, 6, or null for both.</summary>
    public int? IpVersion { get; init; }
    /// <summary>IP protocol number; null for every one.</summary>
    public byte? Protocol { get; init; }
    /// <summary>Ports on the other side; empty for all.</summary>
    public IReadOnlyList<PortRange> PeerPorts { get; init; } = [];
    /// <summary>Ports on the device; empty for all.</summary>
    public IReadOnlyList<PortRange> DevicePorts { get; init; } = [];
    public InitiatedBy InitiatedBy { get; init; }
    public byte? IcmpType { get; init; }
    public byte? IcmpCode { get; init; }
}
