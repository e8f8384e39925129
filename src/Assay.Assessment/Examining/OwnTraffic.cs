using System.Net;
using Assay.Traffic;
using Assay.Traffic.Captures;

namespace Assay.Assessment.Examining;

/// <summary>
/// Which machine of a capture is the device: the one that <c>mac:</c> or <c>addresses:</c> of <c>device.yaml</c> names; where neither is given, the only
/// machine beside the router. Anything else leaves it unknown, and then nobody's traffic is the device's.
/// </summary>
internal sealed record OwnTraffic
{
    public required IReadOnlySet<Address> Addresses { get; init; }
    /// <summary>The hardware address and the names that it gives itself: before it has an address, a device speaks under these.</summary>
    public IReadOnlySet<string> Names { get; init; } = new HashSet<string>();
    /// <summary>What it calls itself on the network (DHCP, mDNS), ordered.</summary>
    public IReadOnlyList<string> Called { get; init; } = [];
    /// <summary>Null where only its address is known, for instance behind a router.</summary>
    public MacAddress? Mac { get; init; }

    /// <returns>Null where nobody says, and the capture does not show, which machine is the device.</returns>
    public static OwnTraffic? Of(CaptureExamination capture, Device device)
    {
        var given = device.Addresses.Where(a => IPAddress.TryParse(a, out _)).Select(Address.Parse).ToHashSet();
        if (device.Mac is { } mac && capture.Stations.FirstOrDefault(s => string.Equals(s.Mac.ToString(), mac, StringComparison.OrdinalIgnoreCase)) is { } named) return Of(named);
        if (given.Count > 0)
        {
            // A router sends on what others wrote: then the address alone tells.
            if (capture.Stations.Where(s => !IsRouter(s) && s.Addresses.Any(given.Contains)).ToList() is [var one]) return Of(one);
            if (capture.Flows.Any(f => given.Contains(f.Source) || given.Contains(f.Destination))) return new OwnTraffic { Addresses = given };
        }
        if (device.Mac is not null || given.Count > 0) return null;
        if (capture.Stations.Count == 0) return Senders(capture) is [var alone] ? new OwnTraffic { Addresses = new HashSet<Address> { alone } } : null;
        var machines = capture.Stations.Where(s => IsRouterItself(device) || !IsRouter(s)).ToList();
        // Switches and bridges speak without an address of their own.
        if (machines.Any(s => s.Addresses.Count > 0)) machines.RemoveAll(s => s.Addresses.Count == 0);
        return machines is [var only] ? Of(only) : null;
    }

    private static OwnTraffic Of(Station station) => new()
    {
        Addresses = IsRouter(station) ? station.Addresses.ToHashSet() : station.Addresses.Concat(station.GlobalAddresses).ToHashSet(),
        Names = station.Names.Append(station.Mac.ToString()).ToHashSet(StringComparer.OrdinalIgnoreCase),
        Called = [.. station.Names.Order(StringComparer.Ordinal)],
        Mac = station.Mac,
    };

    private static bool IsRouter(Station station) => station.Roles.Contains("gateway");

    // Local machines of a capture without hardware addresses.
    private static List<Address> Senders(CaptureExamination capture) =>
        [.. capture.Flows.SelectMany(f => f.Packets.In > 0 ? new[] { f.Source, f.Destination } : [f.Source]).Where(a => a is { IsLocal: true, IsMulticast: false } && a != Address.V4(0) && a != default).Distinct().Take(3)];

    private static bool IsRouterItself(Device device) => new[] { "router", "gateway", "access point", "repeater", "extender", "mesh", "hotspot", "modem" }.Any(w => $"{device.Category} {device.Model}".Contains(w, StringComparison.OrdinalIgnoreCase));
}
