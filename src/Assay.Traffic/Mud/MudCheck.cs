using System.Globalization;
using Assay.Traffic.Captures;
using Assay.Traffic.Flows;

namespace Assay.Traffic.Mud;

/// <summary>What a MUD file says of one talk.</summary>
public enum MudVerdict
{
    /// <summary>An entry accepts it.</summary>
    Allowed,
    /// <summary>An entry drops it, or none speaks of it: what a MUD file does not allow is denied.</summary>
    Deviation,
    /// <summary>It is what the link itself needs, of which no file speaks.</summary>
    OfTheLink,
}

/// <param name="Entry">The entry that decided; for a deviation that none decided the nearest one; null where none speaks of this direction.</param>
/// <param name="Differs">For a deviation: in what the nearest entry differs, as "expected …, found …"; or that the entry refuses.</param>
public sealed record MudJudgement(Talk Talk, MudVerdict Verdict, Permission? Entry, string? Differs);

/// <summary>The talks of a device held against its MUD file.</summary>
public sealed record MudComparison
{
    /// <summary>In the order of talks.</summary>
    public required IReadOnlyList<MudJudgement> Judgements { get; init; }
    /// <summary>Entries that decided no talk, in the order of the file.</summary>
    public required IReadOnlyList<Permission> Unused { get; init; }

    public int Deviations => Judgements.Count(j => j.Verdict == MudVerdict.Deviation);
}

/// <summary>
/// Whether a MUD file allows what a device did (RFC 8520). Whoever opens a talk is judged: the device by entries from the device, the other side by entries to it; answers
/// follow, as the guard enforces it. The first entry that matches decides.
/// </summary>
/// <param name="members">Addresses of classes: <c>my-controller</c>, a class's URI, <c>maker AUTHORITY</c>, <c>model URL</c>. The classes of names, time and MUDgee's gateway
/// also hold the servers on the local link.</param>
public sealed class MudCheck(MudFile file, IReadOnlyDictionary<string, IReadOnlyList<Address>> members)
{
    /// <summary>The class of addresses that <c>my-controller</c> stands for.</summary>
    public const string MyController = "my-controller";

    public MudComparison Compare(IReadOnlyList<Talk> talks)
    {
        var used = new HashSet<Permission>(ReferenceEqualityComparer.Instance);
        var judgements = talks.Select(talk =>
        {
            var judged = Judge(talk);
            // An answer goes through an entry of the other direction: where that is written it is in use too.
            if (judged.Verdict == MudVerdict.Allowed)
            {
                used.Add(judged.Entry!);
                foreach (var answer in file.Permissions)
                {
                    if (answer.FromDevice != talk.ByDevice && (answer.FromDevice ? talk.Packets.Out : talk.Packets.In) > 0 && Differences(answer, talk, answers: true).Count == 0)
                    {
                        used.Add(answer);
                        break;
                    }
                }
            }
            else if (judged.Entry is { Accept: false } refusal && judged.Differs is not null) used.Add(refusal);
            return judged;
        }).ToList();
        return new MudComparison { Judgements = judgements, Unused = [.. file.Permissions.Where(p => !used.Contains(p))] };
    }

    private MudJudgement Judge(Talk talk)
    {
        if (talk.IsOfTheLink) return new MudJudgement(talk, MudVerdict.OfTheLink, null, null);
        Permission? nearest = null;
        List<string> least = [];
        var distance = int.MaxValue;
        foreach (var entry in file.Permissions)
        {
            if (entry.FromDevice != talk.ByDevice) continue;
            var differences = Differences(entry, talk, answers: false);
            if (differences.Count == 0)
            {
                return entry.Accept ? new MudJudgement(talk, MudVerdict.Allowed, entry, null) : new MudJudgement(talk, MudVerdict.Deviation, entry, "this entry refuses it");
            }
            // An entry of another host is farther than one of another port.
            var far = differences.Count + (IsPeer(entry.Peer, talk) ? 0 : 2);
            if (entry.Accept && far < distance) (nearest, least, distance) = (entry, differences, far);
        }
        return new MudJudgement(talk, MudVerdict.Deviation, nearest,
            nearest is null ? $"expected an entry {(talk.ByDevice ? "from" : "to")} the device, found none" : string.Join("; ", least));
    }

    /// <summary>In what an entry does not fit a talk; empty where it matches.</summary>
    private List<string> Differences(Permission entry, Talk talk, bool answers)
    {
        var differences = new List<string>();
        if (!IsPeer(entry.Peer, talk)) differences.Add($"expected {Name(entry.Peer)}, found {Found(talk)}");
        if (entry.IpVersion is { } version && version != (talk.Peer.IsV4 ? 4 : 6)) differences.Add(FormattableString.Invariant($"expected IPv{version}, found IPv{(talk.Peer.IsV4 ? 4 : 6)}"));
        if (entry.Protocol is { } protocol && protocol != talk.Protocol) differences.Add($"expected {Flow.NameOf(protocol)}, found {Flow.NameOf(talk.Protocol)}");
        else if (entry.PeerPorts.Count + entry.DevicePorts.Count > 0 && talk.Protocol is not (Packet.Tcp or Packet.Udp)) differences.Add($"expected a protocol with ports, found {Flow.NameOf(talk.Protocol)}");
        if (!Within(entry.PeerPorts, talk.PeerPort)) differences.Add(FormattableString.Invariant($"expected port {Name(entry.PeerPorts)} of the other side, found {talk.PeerPort}"));
        if (!Within(entry.DevicePorts, talk.DevicePort)) differences.Add(FormattableString.Invariant($"expected port {Name(entry.DevicePorts)} of the device, found {talk.DevicePort}"));
        if (entry.IcmpType is { } type && type != talk.Icmp?.Type && !answers) differences.Add(FormattableString.Invariant($"expected ICMP type {type}, found {talk.Icmp?.Type}"));
        if (entry.IcmpCode is { } code && code != talk.Icmp?.Code && !answers) differences.Add(FormattableString.Invariant($"expected ICMP code {code}, found {talk.Icmp?.Code}"));
        if (entry.InitiatedBy != InitiatedBy.Either && talk.Protocol == Packet.Tcp && (entry.InitiatedBy == InitiatedBy.Device) != talk.ByDevice)
        {
            differences.Add($"expected the {(entry.InitiatedBy == InitiatedBy.Device ? "device" : "other side")} to open it, found the {(talk.ByDevice ? "device" : "other side")}");
        }
        return differences;
    }

    private static bool Within(IReadOnlyList<PortRange> ranges, ushort port) => ranges.Count == 0 || ranges.Any(r => port >= r.First && port <= r.Last);

    private bool IsPeer(Peer peer, Talk talk) => peer.Kind switch
    {
        PeerKind.Any => true,
        PeerKind.Name => talk.Names.Contains(peer.Value!, StringComparer.Ordinal),
        PeerKind.Network => Network.TryParse(peer.Value!, out var network) && network.Contains(talk.Peer),
        PeerKind.LocalNetworks => talk.Peer.IsLocal,
        PeerKind.MyController => IsMember(MyController, talk.Peer),
        PeerKind.Controller => IsMember(peer.Value!, talk.Peer) || talk.Peer is { IsLocal: true, IsMulticast: false } && (peer.Value == "urn:ietf:params:mud:dns" && talk.PeerPort == 53
            || peer.Value == "urn:ietf:params:mud:ntp" && talk.PeerPort == 123),
        PeerKind.SameManufacturer => IsMember("maker " + file.Authority, talk.Peer),
        PeerKind.Manufacturer => IsMember("maker " + peer.Value!.ToLowerInvariant(), talk.Peer),
        _ => IsMember("model " + peer.Value, talk.Peer),
    };

    private bool IsMember(string name, Address address) => members.TryGetValue(name, out var addresses) && addresses.Contains(address);

    private static string Found(Talk talk) => talk.Names.Count > 0 ? $"{talk.Names[0]} ({talk.Peer})" : $"{talk.Peer}, which no answer named";

    /// <summary>Whom an entry speaks of, in words.</summary>
    public static string Name(Peer peer) => peer.Kind switch
    {
        PeerKind.Any => "every host",
        PeerKind.LocalNetworks => "local networks",
        PeerKind.MyController => "its controller",
        PeerKind.SameManufacturer => "devices of the same maker",
        PeerKind.Manufacturer => $"devices of {peer.Value}",
        PeerKind.Model => $"devices with {peer.Value}",
        PeerKind.Controller => $"controllers of class {peer.Value}",
        _ => peer.Value!,
    };

    /// <summary>Ports in words: <c>443</c>, <c>80, 8000-8010</c>; <c>all</c> for an empty list.</summary>
    public static string Name(IReadOnlyList<PortRange> ports) => ports.Count == 0 ? "all"
        : string.Join(", ", ports.Select(r => r.First == r.Last ? r.First.ToString(CultureInfo.InvariantCulture) : FormattableString.Invariant($"{r.First}-{r.Last}")));
}
