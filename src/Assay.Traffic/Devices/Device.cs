using Assay.Traffic.Captures;

namespace Assay.Traffic.Devices;

/// <summary>A port that a device answers on, or a service that it announces.</summary>
/// <param name="Protocol"><c>tcp</c> or <c>udp</c>.</param>
/// <param name="Port">Null where a service was announced without one.</param>
/// <param name="Name">The protocol that was seen there (<c>http</c>), or the announced service type (<c>_ipp._tcp</c>).</param>
/// <param name="Answered">True where it answered; false where it was only announced.</param>
public sealed record DeviceService(string Protocol, int? Port, string? Name, bool Answered);

/// <summary>What a device says of itself, and by what: <c>DHCP option 60</c>, <c>mDNS TXT fw</c>. A claim.</summary>
public sealed record DeviceStatement(string Source, string Value);

/// <summary>One device of an inventory, known by its MAC address. All lists are ordered.</summary>
public sealed record Device
{
    public required MacAddress Mac { get; init; }
    /// <summary>Who was given the address block of its network card; null where nobody was.</summary>
    public string? Maker { get; init; }
    /// <summary>True where the address was given by no maker: it may change.</summary>
    public bool IsRandomised { get; init; }
    public required IReadOnlyList<Address> Addresses { get; init; }
    public required IReadOnlyList<string> Names { get; init; }
    /// <summary><c>gateway</c>, <c>DHCP server</c>.</summary>
    public required IReadOnlyList<string> Roles { get; init; }
    /// <summary>The likeliest first; empty where nothing is known.</summary>
    public required IReadOnlyList<KindAnswer> Kinds { get; init; }
    /// <summary>Why profiles gave no answer; null where none were asked or they gave one.</summary>
    public string? Unknown { get; init; }
    /// <summary>The MUD file that it names.</summary>
    public string? MudUrl { get; init; }
    public required IReadOnlyList<DeviceStatement> Statements { get; init; }
    public required IReadOnlyList<DeviceService> Services { get; init; }
    public required DateTimeOffset FirstSeen { get; init; }
    public required DateTimeOffset LastSeen { get; init; }
    /// <summary>Frames that it sent.</summary>
    public required long Frames { get; init; }
}
