using System.Globalization;
using System.Text.Json;
using Assay.Evidence;
using Assay.Traffic.Captures;

namespace Assay.Traffic.Mud;

/// <summary>
/// What a device was seen to need, in the form of a MUD file: a draft for its maker. It is no maker's statement and says so in every place that a reader looks at; it is never
/// signed and never bound to a label (docs/semantics.md, section 5).
/// </summary>
public sealed record ObservedProfile
{
    /// <summary>The host of the address that an observed profile gives itself: no such name can exist (RFC 2606 section 2).</summary>
    public const string Host = "observed.invalid";
    private const int Ephemeral = 32768;

    public required MacAddress Device { get; init; }
    public DateTimeOffset? Last { get; init; }
    /// <summary>Both directions of each need, from the device first; ordered, names distinct.</summary>
    public required IReadOnlyList<Permission> Permissions { get; init; }
    /// <summary>Talks that it was learnt from.</summary>
    public required int Talks { get; init; }
    /// <summary>Captures that these were in.</summary>
    public required int Captures { get; init; }

    /// <summary>Entries as narrow as the captures allow: a name where an answer gave one, else the address; the port that was asked.</summary>
    public static ObservedProfile Learn(DeviceTraffic traffic)
    {
        var talks = traffic.Talks().Where(t => !t.IsOfTheLink).ToList();
        var needs = talks.Select(Need).Distinct().OrderBy(n => n.Peer.Kind).ThenBy(n => n.Peer.Value, StringComparer.Ordinal).ThenBy(n => n.Version).ThenBy(n => n.Protocol)
            .ThenBy(n => n.PeerPort ?? -1).ThenBy(n => n.DevicePort ?? -1).ThenBy(n => n.ByDevice).ThenBy(n => n.IcmpType ?? -1).ThenBy(n => n.IcmpCode ?? -1).ToList();
        // Groups only hear.
        var outward = needs.Where(n => n.ByDevice || n.Answered).Select((n, i) => Entry(n, i, fromDevice: true));
        var inward = needs.Where(n => !n.ByDevice || n.Answered).Select((n, i) => Entry(n, i, fromDevice: false));
        return new ObservedProfile
        {
            Device = traffic.Device,
            Last = traffic.Last,
            Permissions = [.. outward, .. inward],
            Talks = talks.Count,
            Captures = talks.Select(t => t.Artefact).Distinct(StringComparer.Ordinal).Count(),
        };
    }

    /// <summary>What one talk shows that the device needs; talks that need the same are one.</summary>
    private readonly record struct Needed(Peer Peer, int? Version, byte Protocol, ushort? PeerPort, ushort? DevicePort, bool ByDevice, bool Answered, byte? IcmpType, byte? IcmpCode);

    private static Needed Need(Talk talk)
    {
        var version = talk.Peer.IsV4 ? 4 : 6;
        var (peerPort, devicePort) = Ports(talk);
        return new Needed(PeerOf(talk, peerPort), version, talk.Protocol, peerPort, devicePort, talk.ByDevice, !talk.Peer.IsMulticast, talk.Icmp?.Type, talk.Icmp?.Code);
    }

    private static (ushort? Peer, ushort? Device) Ports(Talk talk)
    {
        if (talk.Protocol is not (Packet.Tcp or Packet.Udp)) return (null, null);
        if (talk.Protocol == Packet.Tcp) return talk.ByDevice ? (talk.PeerPort, null) : (null, talk.DevicePort);
        // The side that was asked has a port that stays; the other one is drawn anew each time.
        if (talk.ByDevice && (talk.PeerPort < Ephemeral || talk.DevicePort >= Ephemeral || talk.Peer.IsMulticast)) return (talk.PeerPort, null);
        if (talk.DevicePort < Ephemeral) return (null, talk.DevicePort);
        return talk.PeerPort < Ephemeral ? (talk.PeerPort, null) : (null, talk.DevicePort);
    }

    private static Peer PeerOf(Talk talk, ushort? peerPort)
    {
        if (talk.Peer.IsMulticast) return new Peer(PeerKind.Network, talk.Peer + (talk.Peer.IsV4 ? "/32" : "/128"));
        if (!talk.Peer.IsLocal) return talk.Names.Count > 0 ? new Peer(PeerKind.Name, talk.Names[0]) : new Peer(PeerKind.Network, talk.Peer + (talk.Peer.IsV4 ? "/32" : "/128"));
        if (talk.ByDevice && peerPort == 53) return new Peer(PeerKind.Controller, "urn:ietf:params:mud:dns");
        if (talk.ByDevice && peerPort == 123 && talk.Protocol == Packet.Udp) return new Peer(PeerKind.Controller, "urn:ietf:params:mud:ntp");
        return new Peer(PeerKind.LocalNetworks);
    }

    private static Permission Entry(Needed need, int index, bool fromDevice) => new()
    {
        Name = string.Create(CultureInfo.InvariantCulture, $"seen-{index}-{(fromDevice ? "from" : "to")}"),
        FromDevice = fromDevice,
        Peer = need.Peer,
        Accept = true,
        IpVersion = need.Version,
        Protocol = need.Protocol,
        PeerPorts = need.PeerPort is { } peer ? [new PortRange(peer, peer)] : [],
        DevicePorts = need.DevicePort is { } own ? [new PortRange(own, own)] : [],
        InitiatedBy = need.Protocol != Packet.Tcp ? InitiatedBy.Either : need.ByDevice ? InitiatedBy.Device : InitiatedBy.Peer,
        // An answer has another type than its question.
        IcmpType = need.ByDevice == fromDevice ? need.IcmpType : null,
        IcmpCode = need.ByDevice == fromDevice ? need.IcmpCode : null,
    };

    // ---- as a MUD file

    /// <summary>As RFC 8520 writes it, in the standard's container.</summary>
    public void Write(Utf8JsonWriter json)
    {
        var mac = Device.ToString().Replace(":", "", StringComparison.Ordinal);
        json.WriteStartObject();
        json.WriteStartObject("ietf-mud:mud");
        json.WriteNumber("mud-version", 1);
        json.WriteString("mud-url", $"https://{Host}/{mac}.json");
        json.WriteString("last-update", (Last ?? DateTimeOffset.UnixEpoch).UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture));
        json.WriteNumber("cache-validity", 48);
        json.WriteBoolean("is-supported", true);
        json.WriteString("systeminfo", "Observed profile, learnt from captures; no maker stated it");
        var lists = new[] { (FromDevice: true, Policy: "from-device-policy"), (FromDevice: false, Policy: "to-device-policy") };
        foreach (var (fromDevice, policy) in lists)
        {
            json.WriteStartObject(policy);
            json.WriteStartObject("access-lists");
            json.WriteStartArray("access-list");
            foreach (var version in Versions(fromDevice))
            {
                json.WriteStartObject();
                json.WriteString("name", ListName(fromDevice, version));
                json.WriteEndObject();
            }
            json.WriteEndArray();
            json.WriteEndObject();
            json.WriteEndObject();
        }
        json.WriteEndObject();
        json.WriteStartObject("ietf-access-control-list:acls");
        json.WriteStartArray("acl");
        foreach (var (fromDevice, _) in lists)
        {
            foreach (var version in Versions(fromDevice)) List(json, fromDevice, version);
        }
        json.WriteEndArray();
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private IEnumerable<int> Versions(bool fromDevice) => Permissions.Where(p => p.FromDevice == fromDevice).Select(p => p.IpVersion ?? 4).Distinct().Order();

    private static string ListName(bool fromDevice, int version) => FormattableString.Invariant($"observed-{(fromDevice ? "from" : "to")}-ipv{version}");

    private void List(Utf8JsonWriter json, bool fromDevice, int version)
    {
        json.WriteStartObject();
        json.WriteString("name", ListName(fromDevice, version));
        json.WriteString("type", FormattableString.Invariant($"ipv{version}-acl-type"));
        json.WriteStartObject("aces");
        json.WriteStartArray("ace");
        foreach (var entry in Permissions.Where(p => p.FromDevice == fromDevice && p.IpVersion == version))
        {
            json.WriteStartObject();
            json.WriteString("name", entry.Name);
            json.WriteStartObject("matches");
            Matches(json, entry, version);
            json.WriteEndObject();
            json.WriteStartObject("actions");
            json.WriteString("forwarding", "accept");
            json.WriteEndObject();
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void Matches(Utf8JsonWriter json, Permission entry, int version)
    {
        switch (entry.Peer.Kind)
        {
            case PeerKind.LocalNetworks:
                json.WriteStartObject("ietf-mud:mud");
                json.WriteStartArray("local-networks");
                json.WriteNullValue();
                json.WriteEndArray();
                json.WriteEndObject();
                break;
            case PeerKind.Controller:
                json.WriteStartObject("ietf-mud:mud");
                json.WriteString("controller", entry.Peer.Value);
                json.WriteEndObject();
                break;
        }
        json.WriteStartObject(FormattableString.Invariant($"ipv{version}"));
        json.WriteNumber("protocol", entry.Protocol!.Value);
        if (entry.Peer.Kind == PeerKind.Name) json.WriteString(entry.FromDevice ? "ietf-acldns:dst-dnsname" : "ietf-acldns:src-dnsname", entry.Peer.Value);
        if (entry.Peer.Kind == PeerKind.Network) json.WriteString(FormattableString.Invariant($"{(entry.FromDevice ? "destination" : "source")}-ipv{version}-network"), entry.Peer.Value);
        json.WriteEndObject();
        if (entry.Protocol is Packet.Tcp or Packet.Udp)
        {
            json.WriteStartObject(entry.Protocol == Packet.Tcp ? "tcp" : "udp");
            Port(json, entry.FromDevice ? "destination-port" : "source-port", entry.PeerPorts);
            Port(json, entry.FromDevice ? "source-port" : "destination-port", entry.DevicePorts);
            if (entry.InitiatedBy != InitiatedBy.Either) json.WriteString("ietf-mud:direction-initiated", entry.InitiatedBy == InitiatedBy.Device ? "from-device" : "to-device");
            json.WriteEndObject();
        }
        else if (entry.IcmpType is { } type)
        {
            json.WriteStartObject("icmp");
            json.WriteNumber("type", type);
            if (entry.IcmpCode is { } code) json.WriteNumber("code", code);
            json.WriteEndObject();
        }
    }

    private static void Port(Utf8JsonWriter json, string name, IReadOnlyList<PortRange> ports)
    {
        if (ports is not [var range]) return;
        json.WriteStartObject(name);
        json.WriteString("operator", "eq");
        json.WriteNumber("port", range.First);
        json.WriteEndObject();
    }
}
