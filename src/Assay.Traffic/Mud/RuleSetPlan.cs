using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Assay.Traffic.Captures;

namespace Assay.Traffic.Mud;

/// <summary>An entry of a profile that no rule was made of, and why; what it would have let through stays shut.</summary>
public sealed record RuleSetRemark(string Profile, string Entry, string Reason)
{
    public override string ToString() => $"profile {Profile}, entry {Evidence.Shortened.Visible(Entry)}: {Reason}";
}

/// <summary>
/// One profile turned into rules, kept apart by where they stand: what the device may begin, what others may begin with it, and the part of both that stays
/// while it heals. A name becomes places in sets that are filled when it is resolved: the common case, a name with single ports, shares one set of
/// address, protocol and port a profile and family; any other match gets a set of addresses of its own.
/// </summary>
internal sealed class RuleSetPlan
{
    /// <summary>Where the addresses of a name go: a set without its family, and what follows the address in an element.</summary>
    public readonly record struct Place(string Set, string Suffix, int? IpVersion);

    private const int MostRules = 64;
    private const byte Tcp = 6, Udp = 17;
    private readonly Gateway gateway;
    private readonly Profile profile;
    private readonly Dictionary<string, string> namedSets = new(StringComparer.Ordinal);

    public RuleSetPlan(Gateway gateway, Profile profile)
    {
        this.gateway = gateway;
        this.profile = profile;
        var id = profile.Id;
        if (id.Length is 0 or > 24 || id.AsSpan().ContainsAnyExcept("abcdefghijklmnopqrstuvwxyz0123456789"))
        {
            throw new ArgumentException($"a profile's id is 1 to 24 characters of a-z and 0-9, found {Evidence.Shortened.Visible(id)}");
        }
        Updates = profile.UpdateHosts.Select(Name).Where(n => n.Length > 0).Distinct(StringComparer.Ordinal).ToList();
        foreach (var host in Updates)
        {
            Put(host, new Place("h_" + id, " . 6 . 443", null));
            Put(host, new Place("h_" + id, " . 6 . 80", null));
            Put(host, new Place("h_" + id, " . 17 . 443", null));
        }
        Compile(fromDevice: true, Out, HealOut, "o_");
        Compile(fromDevice: false, In, HealIn, "i_");
    }

    public Profile Profile => profile;
    public IReadOnlyList<string> Updates { get; }
    /// <summary>Bodies of rules, in order.</summary>
    public List<string> Out { get; } = [];
    public List<string> In { get; } = [];
    public List<string> HealOut { get; } = [];
    public List<string> HealIn { get; } = [];
    /// <summary>Timed sets without family: true for address, protocol and port, false for addresses alone.</summary>
    public SortedDictionary<string, bool> Sets { get; } = new(StringComparer.Ordinal);
    public Dictionary<string, List<Place>> Names { get; } = new(StringComparer.Ordinal);
    /// <summary>Sets of devices by maker or model that the rules refer to: the set's name without family, to what it stands for.</summary>
    public SortedDictionary<string, string> Kinds { get; } = new(StringComparer.Ordinal);
    public List<RuleSetRemark> Remarks { get; } = [];
    public bool Heals => Sets.ContainsKey("h_" + profile.Id) || HealOut.Count > 0 || HealIn.Count > 0;

    /// <summary>A DNS name as names are compared: lower case, no full stop at the end.</summary>
    public static string Name(string name) => name.TrimEnd('.').ToLowerInvariant();

    /// <summary>The set of a maker's devices (<c>maker AUTHORITY</c>) or of one model's (<c>model URL</c>), without its family.</summary>
    public static string Kind(string what) => "k_" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(what)).AsSpan(0, 8));

    public static string? Authority(string? url) => Uri.TryCreate(url, UriKind.Absolute, out var parsed) && parsed.Authority.Length > 0 ? parsed.Authority.ToLowerInvariant() : null;

    public static string Family(int version) => version == 4 ? "ip" : "ip6";

    private void Put(string name, Place place)
    {
        Sets[place.Set] = place.Suffix.Length > 0;
        if (!Names.TryGetValue(name, out var places)) Names[name] = places = [];
        if (!places.Contains(place)) places.Add(place);
    }

    private void Compile(bool fromDevice, List<string> rules, List<string> heal, string prefix)
    {
        var permissions = profile.Permissions.Where(p => p.FromDevice == fromDevice && (p.InitiatedBy == InitiatedBy.Either || (p.InitiatedBy == InitiatedBy.Device) == fromDevice)).ToList();
        // A refusal makes the order of entries count; without one they may share a set.
        var ordered = permissions.Any(p => !p.Accept);
        var shared = prefix + profile.Id;
        var mark = FormattableString.Invariant($"ct direction original ct mark set ct mark | 0x{gateway.MarkBit:x8} return");
        foreach (var permission in permissions)
        {
            var peer = permission.Peer;
            var name = peer.Kind == PeerKind.Name ? Name(peer.Value ?? "") : null;
            if (fromDevice && permission.Accept && name is not null && Simple(permission) && StaysWhileHealing(permission, name))
            {
                foreach (var port in permission.PeerPorts) Put(name, new Place("h_" + profile.Id, Suffix(permission.Protocol!.Value, port.First), permission.IpVersion));
            }
            if (name is not null && !ordered && Simple(permission))
            {
                foreach (var port in permission.PeerPorts) Put(name, new Place(shared, Suffix(permission.Protocol!.Value, port.First), permission.IpVersion));
                continue;
            }
            var matches = Matches(permission, name).ToList();
            if (matches.Count > MostRules)
            {
                Remark(permission, FormattableString.Invariant($"expected at most {MostRules} combinations of ports, found {matches.Count}"));
                continue;
            }
            foreach (var match in matches) rules.Add(permission.Accept ? $"{match} {Judged(gateway)}" : match + $" counter name \"refused_{profile.Id}\" drop");
            var stays = permission.Accept
                ? IsLocal(peer) || name is not null && !Simple(permission) && StaysWhileHealing(permission, name)
                : IsLocal(peer) || peer.Kind == PeerKind.Any;
            if (stays) heal.AddRange(matches.Select(match => permission.Accept ? $"{match} {mark}" : $"{match} counter name \"healed\" drop"));
        }
        if (Sets.ContainsKey(shared))
        {
            foreach (var version in Versions) rules.Add($"{Lookup(version, shared, fromDevice)} {Judged(gateway)}");
        }
    }

    /// <summary>Lets a packet pass whose connection the profile allows; the connection is as good as one that began under it.</summary>
    public static string Judged(Gateway gateway) => FormattableString.Invariant($"ct mark set ct mark & 0x{~gateway.FreeBit:x8} return");

    /// <summary>A packet's other side, protocol and port in a set.</summary>
    public static string Lookup(int version, string set, bool outward) =>
        outward ? $"{Family(version)} daddr . meta l4proto . th dport @{set}_{version}" : $"{Family(version)} saddr . meta l4proto . th sport @{set}_{version}";

    private IEnumerable<int> Versions => gateway.Ipv6 ? [4, 6] : [4];

    private static bool Simple(Permission p) => p.Protocol is Tcp or Udp && p.DevicePorts.Count == 0 && p.IcmpType is null && p.IcmpCode is null
        && p.PeerPorts.Count is > 0 and <= 16 && p.PeerPorts.All(r => r.First == r.Last);

    // Where updates come from, and time.
    private bool StaysWhileHealing(Permission p, string name) =>
        Updates.Contains(name, StringComparer.Ordinal) || p.Protocol == Udp && p.PeerPorts is [{ First: 123, Last: 123 }];

    private bool IsLocal(Peer peer) => peer.Kind switch
    {
        PeerKind.LocalNetworks or PeerKind.SameManufacturer or PeerKind.Manufacturer or PeerKind.Model => true,
        PeerKind.Network => Network.TryParse(peer.Value ?? "", out var network)
            && gateway.LocalNetworks.Any(l => l.Prefix <= network.Prefix && l.Contains(network.Address)),
        PeerKind.Controller or PeerKind.MyController => Addresses(peer) is { Count: > 0 } addresses && addresses.All(a => gateway.LocalNetworks.Any(l => l.Contains(a))),
        _ => false,
    };

    private IReadOnlyList<Address> Addresses(Peer peer) => peer.Kind switch
    {
        PeerKind.MyController => profile.MyController,
        _ when peer.Value is "urn:ietf:params:mud:ntp" => gateway.Time,
        // Names are asked of the forwarder before any profile is looked at.
        _ when peer.Value is "urn:ietf:params:mud:dns" => [],
        _ => profile.Controllers.TryGetValue(peer.Value ?? "", out var addresses) ? addresses : [],
    };

    private IEnumerable<string> Matches(Permission permission, string? name)
    {
        var side = permission.FromDevice ? "daddr" : "saddr";
        var any = false;
        foreach (var version in Versions.Where(v => permission.IpVersion is null || permission.IpVersion == v))
        {
            foreach (var peer in Peers(permission, name, version, side))
            {
                foreach (var rest in Ports(permission, version))
                {
                    any = true;
                    yield return rest.Length == 0 ? peer : $"{peer} {rest}";
                }
            }
        }
        if (!any && Remarks.LastOrDefault()?.Entry != permission.Name) Remark(permission, Unmatched(permission));
    }

    private string Unmatched(Permission permission) => permission.Peer.Kind switch
    {
        _ when permission.IpVersion == 6 && !gateway.Ipv6 => "it speaks of IPv6, which this gateway does not carry for guarded devices",
        PeerKind.Controller when permission.Peer.Value is "urn:ietf:params:mud:dns" or "urn:ietf:params:mud:ntp" => "the gateway's own names and time answer it, no rule is needed",
        PeerKind.Controller or PeerKind.MyController => "expected addresses of its controller in the guard's configuration, found none",
        PeerKind.SameManufacturer => "expected the URL of the MUD file to know the maker by, found none",
        _ => "its match can never hold on this gateway",
    };

    private IEnumerable<string> Peers(Permission permission, string? name, int version, string side)
    {
        var peer = permission.Peer;
        var family = Family(version);
        switch (peer.Kind)
        {
            case PeerKind.Any:
                yield return version == 4 ? "meta nfproto ipv4" : "meta nfproto ipv6";
                break;
            case PeerKind.Name when name is { Length: > 0 }:
                if (!namedSets.TryGetValue(name, out var set))
                {
                    namedSets[name] = set = FormattableString.Invariant($"n_{profile.Id}_{namedSets.Count}");
                    Put(name, new Place(set, "", null));
                }
                yield return $"{family} {side} @{set}_{version}";
                break;
            case PeerKind.Network when Network.TryParse(peer.Value ?? "", out var network) && network.Address.IsV4 == (version == 4):
                yield return $"{family} {side} {network}";
                break;
            case PeerKind.LocalNetworks:
                yield return $"{family} {side} @local_{version}";
                break;
            case PeerKind.Controller or PeerKind.MyController:
                foreach (var address in Addresses(peer).Where(a => a.IsV4 == (version == 4))) yield return $"{family} {side} {address}";
                break;
            case PeerKind.SameManufacturer when Authority(profile.MudUrl) is { } own:
                yield return $"{family} {side} @{Refer("maker " + own)}_{version}";
                break;
            case PeerKind.Manufacturer when peer.Value is { Length: > 0 } authority:
                yield return $"{family} {side} @{Refer("maker " + authority.ToLowerInvariant())}_{version}";
                break;
            case PeerKind.Model when peer.Value is { Length: > 0 } url:
                yield return $"{family} {side} @{Refer("model " + url)}_{version}";
                break;
        }
    }

    private string Refer(string what)
    {
        var set = Kind(what);
        Kinds[set] = what;
        return set;
    }

    private static IEnumerable<string> Ports(Permission permission, int version)
    {
        if (permission.IcmpType is not null || permission.IcmpCode is not null)
        {
            if (permission.Protocol is not (null or 1 or 58) || (permission.Protocol ?? (version == 4 ? 1 : 58)) != (version == 4 ? 1 : 58)) yield break;
            var icmp = version == 4 ? "icmp" : "icmpv6";
            var type = permission.IcmpType is { } t ? FormattableString.Invariant($"{icmp} type {t}") : FormattableString.Invariant($"meta l4proto {(version == 4 ? 1 : 58)}");
            yield return permission.IcmpCode is { } code ? FormattableString.Invariant($"{type} {icmp} code {code}") : type;
            yield break;
        }
        if (permission.Protocol is 1 && version == 6 || permission.Protocol is 58 && version == 4) yield break;
        var ported = permission.PeerPorts.Count + permission.DevicePorts.Count > 0;
        if (ported && permission.Protocol is not (null or Tcp or Udp or 33 or 132 or 136)) yield break;
        byte?[] protocols = ported && permission.Protocol is null ? [Tcp, Udp] : [permission.Protocol];
        var (peer, device) = permission.FromDevice ? ("th dport", "th sport") : ("th sport", "th dport");
        foreach (var protocol in protocols)
        {
            foreach (var theirs in Ranges(permission.PeerPorts, peer))
            {
                foreach (var own in Ranges(permission.DevicePorts, device))
                {
                    var words = new[] { protocol is { } p ? FormattableString.Invariant($"meta l4proto {p}") : "", theirs, own };
                    yield return string.Join(' ', words.Where(w => w.Length > 0));
                }
            }
        }
    }

    private static IEnumerable<string> Ranges(IReadOnlyList<PortRange> ranges, string field)
    {
        if (ranges.Count == 0) return [""];
        return ranges.Where(r => r.First <= r.Last).Select(r => r.First == r.Last
            ? FormattableString.Invariant($"{field} {r.First}")
            : FormattableString.Invariant($"{field} {r.First}-{r.Last}"));
    }

    private static string Suffix(byte protocol, ushort port) => string.Create(CultureInfo.InvariantCulture, $" . {protocol} . {port}");

    private void Remark(Permission permission, string reason) => Remarks.Add(new RuleSetRemark(profile.Id, permission.Name, reason));
}
