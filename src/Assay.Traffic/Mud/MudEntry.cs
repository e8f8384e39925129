using System.Text.Json;
using Assay.Traffic.Captures;

namespace Assay.Traffic.Mud;

/// <summary>
/// One entry (ACE) of a list, as RFC 8519 section 4 and RFC 8520 section 8 mean it. A match that is not understood never widens the entry: one that accepts is
/// dropped whole, one that drops or rejects loses the match and so denies more.
/// </summary>
internal sealed class MudEntry(bool fromDevice, int? listVersion)
{
    private readonly List<MudRemark> remarks = [];
    private readonly List<Peer> peers = [];
    private int? version = listVersion;
    private byte? protocol, icmpType, icmpCode;
    private IReadOnlyList<PortRange> peerPorts = [], devicePorts = [];
    private InitiatedBy initiated;
    private bool lost;

    /// <summary>Their places are relative to the entry.</summary>
    public IReadOnlyList<MudRemark> Remarks => remarks;

    /// <summary>The entry; null where it is dropped, which <see cref="Remarks"/> explain.</summary>
    public Permission? Read(JsonElement ace, string name)
    {
        foreach (var member in ace.EnumerateObject())
        {
            if (member.Name is not ("name" or "matches" or "actions" or "statistics")) Lose("/" + member.Name, "name, matches and actions", "another node");
        }
        var accept = Accepts(ace);
        if (ace.TryGetProperty("matches", out var matches) && matches.ValueKind == JsonValueKind.Object) Matches(matches);
        else if (ace.TryGetProperty("matches", out _)) Lose("/matches", "an object", MudReader.Kind(matches));
        if (peers.Count == 2 && peers.Contains(new Peer(PeerKind.LocalNetworks)) && peers.Find(p => p.Kind == PeerKind.Network) is { Value: { } group } && IsGroup(group))
        {
            // MUDgee's profiles say both for multicast and broadcast, which stay on the link anyway: the group is the narrower of the two.
            Note("local-group", RemarkWeight.Advice, "/matches", "a group address, or local-networks", "both; the group counts");
            peers.RemoveAll(p => p.Kind == PeerKind.LocalNetworks);
        }
        if (peers.Count > 1)
        {
            // Several at once must all hold: which is less than each one allows.
            Lose("/matches", "one peer", FormattableString.Invariant($"{peers.Count} that must hold at once"));
        }
        if (initiated != InitiatedBy.Either && protocol != Packet.Tcp)
        {
            Lose("/matches", "direction-initiated with TCP only (RFC 8520 section 8.8)", "it with another protocol");
            initiated = InitiatedBy.Either;
        }
        if (lost && accept) return null;
        var peer = peers.Count == 1 ? peers[0] : default;
        if (accept && peers.Count == 0)
        {
            Note("any-peer", RemarkWeight.Advice, "/matches", "an entry that names its peer", "one that allows every host");
        }
        return new Permission
        {
            Name = name,
            FromDevice = fromDevice,
            Peer = peer,
            Accept = accept,
            IpVersion = version,
            Protocol = protocol,
            PeerPorts = peerPorts,
            DevicePorts = devicePorts,
            InitiatedBy = initiated,
            IcmpType = icmpType,
            IcmpCode = icmpCode,
        };
    }

    private bool Accepts(JsonElement ace)
    {
        string? text = null;
        if (ace.TryGetProperty("actions", out var actions) && actions.ValueKind == JsonValueKind.Object)
        {
            foreach (var member in actions.EnumerateObject())
            {
                if (member.Name == "forwarding" && member.Value.ValueKind == JsonValueKind.String) text = member.Value.GetString();
                // A limit that is not kept would allow more than was meant.
                else if (member.Name is not ("forwarding" or "logging")) Lose("/actions/" + member.Name, "forwarding and logging", "another action");
            }
        }
        switch (text is not null && text.StartsWith("ietf-access-control-list:", StringComparison.Ordinal) ? text[25..] : text)
        {
            case "accept": return true;
            case "drop" or "reject": return false;
            default:
                Note("action-not-understood", RemarkWeight.Dropped, "/actions/forwarding", "accept, drop or reject", text is null ? "none" : "another action");
                // What the entry would do is unknown; to deny what it matches is the only reading that opens nothing.
                return false;
        }
    }

    private void Matches(JsonElement matches)
    {
        foreach (var member in matches.EnumerateObject())
        {
            var at = "/matches/" + member.Name;
            var node = member.Value;
            if (node.ValueKind != JsonValueKind.Object)
            {
                Lose(at, "an object", MudReader.Kind(node));
                continue;
            }
            switch (member.Name)
            {
                case "ietf-mud:mud" or "mud":
                    MudMatches(node, at);
                    break;
                case "ipv4":
                    Ip(node, at, 4);
                    break;
                case "ipv6":
                    Ip(node, at, 6);
                    break;
                case "tcp":
                    Transport(node, at, Packet.Tcp);
                    break;
                case "udp":
                    Transport(node, at, Packet.Udp);
                    break;
                case "icmp":
                    Icmp(node, at);
                    break;
                case "eth":
                    Ethernet(node, at);
                    break;
                default:
                    Lose(at, "ipv4, ipv6, tcp, udp, icmp, eth or ietf-mud:mud", "another match");
                    break;
            }
        }
    }

    private void MudMatches(JsonElement node, string at)
    {
        foreach (var member in node.EnumerateObject())
        {
            var where = at + "/" + member.Name;
            var value = member.Value;
            switch (member.Name)
            {
                case "local-networks":
                    if (Present(value, where)) peers.Add(new Peer(PeerKind.LocalNetworks));
                    break;
                case "same-manufacturer":
                    if (Present(value, where)) peers.Add(new Peer(PeerKind.SameManufacturer));
                    break;
                case "my-controller":
                    if (Present(value, where)) peers.Add(new Peer(PeerKind.MyController));
                    break;
                case "controller":
                    if (value.ValueKind == JsonValueKind.String && MudReader.IsUri(value.GetString()!, out _)) Controller(value.GetString()!, where);
                    else Lose(where, "a class as an absolute URI", MudReader.Kind(value));
                    break;
                case "manufacturer":
                    if (value.ValueKind == JsonValueKind.String && Authority(value.GetString()!) is { } authority) peers.Add(new Peer(PeerKind.Manufacturer, authority));
                    else Lose(where, "the authority of MUD addresses, as maker.example", MudReader.Kind(value));
                    break;
                case "model":
                    if (value.ValueKind == JsonValueKind.String && MudReader.IsUri(value.GetString()!, out _)) peers.Add(new Peer(PeerKind.Model, value.GetString()));
                    else Lose(where, "a MUD address", MudReader.Kind(value));
                    break;
                // MUDgee writes it here too; RFC 8520 puts it under tcp.
                case "direction-initiated" or "ietf-mud:direction-initiated":
                    Initiated(value, where);
                    break;
                default:
                    Lose(where, "a match of RFC 8520 section 8", "another match");
                    break;
            }
        }
    }

    private void Controller(string uri, string where)
    {
        // RFC 8520 section 17.7 registers two classes; others are for the network's owner to fill.
        if (uri.StartsWith("urn:ietf:params:mud:", StringComparison.Ordinal) && uri is not ("urn:ietf:params:mud:dns" or "urn:ietf:params:mud:ntp"))
        {
            Note("controller-unregistered", RemarkWeight.Departs, where, "urn:ietf:params:mud:dns or urn:ietf:params:mud:ntp, or a class of one's own", uri);
        }
        peers.Add(new Peer(PeerKind.Controller, uri));
    }

    private static string? Authority(string text)
    {
        var colon = text.LastIndexOf(':');
        var host = text;
        var port = "";
        if (colon > 0 && ushort.TryParse(text.AsSpan(colon + 1), System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out _))
        {
            (host, port) = (text[..colon], text[colon..]);
        }
        return DnsName.TryRead(host, out var name) ? name + port : null;
    }

    // A leaf of type empty is [null] (RFC 7951 section 6.9).
    private bool Present(JsonElement value, string where)
    {
        if (value.ValueKind == JsonValueKind.Array && value.GetArrayLength() == 1 && value[0].ValueKind == JsonValueKind.Null) return true;
        if (value.ValueKind is JsonValueKind.True or JsonValueKind.Null || value.ValueKind == JsonValueKind.Array && value.GetArrayLength() == 0
            || value.ValueKind == JsonValueKind.String && value.GetString() is "" or "true")
        {
            Note("empty-leaf", RemarkWeight.Departs, where, "[null] (RFC 7951 section 6.9)", MudReader.Kind(value));
            return true;
        }
        Lose(where, "[null]", MudReader.Kind(value));
        return false;
    }

    private void Ip(JsonElement node, string at, int number)
    {
        if (version is { } already && already != number)
        {
            Lose(at, FormattableString.Invariant($"matches of IPv{already}, as the list says"), FormattableString.Invariant($"of IPv{number}"));
            return;
        }
        version = number;
        var (mine, theirs) = fromDevice ? ("source", "destination") : ("destination", "source");
        foreach (var member in node.EnumerateObject())
        {
            var where = at + "/" + member.Name;
            var value = member.Value;
            var bare = member.Name.StartsWith("ietf-acldns:", StringComparison.Ordinal) ? member.Name[12..] : member.Name;
            if (bare == "protocol")
            {
                if (Number(value, 255, where) is { } wanted) Protocol((byte)wanted, where);
            }
            else if (bare == $"{theirs}-ipv{number}-network")
            {
                if (value.ValueKind == JsonValueKind.String && Network(value.GetString()!, number) is { } network) peers.Add(new Peer(PeerKind.Network, network));
                else Lose(where, number == 4 ? "a network as 192.0.2.0/24" : "a network as 2001:db8::/32", MudReader.Kind(value));
            }
            else if (bare == (fromDevice ? "dst-dnsname" : "src-dnsname"))
            {
                if (value.ValueKind == JsonValueKind.String && DnsName.TryRead(value.GetString(), out var name))
                {
                    peers.Add(new Peer(PeerKind.Name, name));
                    if (SharedHosts.IsShared(name)) Note("name-shared", RemarkWeight.Advice, where, "a name of this maker's own", $"{name}, behind which many others stand (RFC 9726 section 6)");
                }
                else Lose(where, "a DNS name of letters, digits, hyphens and dots", MudReader.Kind(value));
            }
            else if (bare == $"{mine}-ipv{number}-network" || bare is "src-dnsname" or "dst-dnsname")
            {
                Lose(where, "a match on the other side: the device's own address is not the file's to say", "one on the device's side");
            }
            else
            {
                Lose(where, "protocol, a network or a name", "another match");
            }
        }
    }

    private static bool IsGroup(string network) => network == "255.255.255.255/32"
        || System.Net.IPNetwork.Parse(network) is var parsed && Address.Parse(parsed.BaseAddress.ToString()).IsMulticast && parsed.PrefixLength >= 4;

    /// <summary>With its host bits cleared, so that equal networks are equal texts.</summary>
    private static string? Network(string text, int number)
    {
        var slash = text.IndexOf('/');
        var most = number == 4 ? 32 : 128;
        if (slash < 0 || !byte.TryParse(text.AsSpan(slash + 1), System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var length) || length > most) return null;
        var host = text[..slash];
        // Shorthands such as 10.1 or 0x7f.1 are read differently by different programs.
        if (number == 4 && host.Count(c => c == '.') != 3 || host.Contains('%', StringComparison.Ordinal) || host.Contains('x', StringComparison.OrdinalIgnoreCase)) return null;
        if (number == 4 && host.Split('.').Any(p => p.Length == 0 || p.Length > 1 && p[0] == '0')) return null;
        if (!System.Net.IPAddress.TryParse(host, out var address) || address.GetAddressBytes().Length != (number == 4 ? 4 : 16)) return null;
        var bytes = address.GetAddressBytes();
        for (var bit = (int)length; bit < most; bit++) bytes[bit / 8] &= (byte)~(0x80 >> (bit % 8));
        return FormattableString.Invariant($"{new System.Net.IPAddress(bytes)}/{length}");
    }

    private void Transport(JsonElement node, string at, byte number)
    {
        Protocol(number, at);
        foreach (var member in node.EnumerateObject())
        {
            var where = at + "/" + member.Name;
            switch (member.Name)
            {
                case "source-port" or "destination-port":
                    if (Ports(member.Value, where) is not { } ports) break;
                    if (member.Name == "source-port" == fromDevice) devicePorts = ports;
                    else peerPorts = ports;
                    break;
                case "ietf-mud:direction-initiated" or "direction-initiated" when number == Packet.Tcp:
                    Initiated(member.Value, where);
                    break;
                default:
                    Lose(where, number == Packet.Tcp ? "ports and direction-initiated" : "ports", "another match");
                    break;
            }
        }
    }

    private void Initiated(JsonElement value, string where)
    {
        switch (value.ValueKind == JsonValueKind.String ? value.GetString() : null)
        {
            case "from-device":
                initiated = InitiatedBy.Device;
                break;
            case "to-device":
                initiated = InitiatedBy.Peer;
                break;
            default:
                Lose(where, "from-device or to-device", MudReader.Kind(value));
                break;
        }
    }

    private PortRange[]? Ports(JsonElement node, string where)
    {
        if (node.ValueKind != JsonValueKind.Object) return LosePorts(where, "operator and port, or lower-port and upper-port", MudReader.Kind(node));
        ushort? port = null, lower = null, upper = null;
        string? sign = null;
        foreach (var member in node.EnumerateObject())
        {
            switch (member.Name)
            {
                case "port": port = Port(member.Value); break;
                case "lower-port": lower = Port(member.Value); break;
                case "upper-port": upper = Port(member.Value); break;
                case "operator" when member.Value.ValueKind == JsonValueKind.String: sign = member.Value.GetString(); break;
                default: return LosePorts(where, "operator and port, or lower-port and upper-port", "another node");
            }
            if (member.Name != "operator" && Port(member.Value) is null) return LosePorts(where, "a port from 0 to 65535", MudReader.Kind(member.Value));
        }
        if (port is null && lower is { } from && (sign is null or "range" || sign == "eq" && upper is not null))
        {
            if (sign is not null) Note("port-range", RemarkWeight.Departs, where, "lower-port and upper-port without an operator", "one");
            var to = upper ?? from;
            return to >= from ? [new PortRange(from, to)] : LosePorts(where, "an upper port that is not below the lower one", "the other way round");
        }
        if (lower is not null || upper is not null || port is not { } one) return LosePorts(where, "operator and port, or lower-port and upper-port", "neither");
        switch (sign ?? "eq")
        {
            case "eq": return [new PortRange(one, one)];
            case "lte": return [new PortRange(0, one)];
            case "gte": return [new PortRange(one, ushort.MaxValue)];
            case "neq" when one == 0: return [new PortRange(1, ushort.MaxValue)];
            case "neq" when one == ushort.MaxValue: return [new PortRange(0, ushort.MaxValue - 1)];
            case "neq": return [new PortRange(0, (ushort)(one - 1)), new PortRange((ushort)(one + 1), ushort.MaxValue)];
            default: return LosePorts(where, "the operator eq, lte, gte or neq", "another");
        }
    }

    private static ushort? Port(JsonElement value) => value.ValueKind == JsonValueKind.Number && value.TryGetUInt16(out var port) ? port : null;

    private PortRange[]? LosePorts(string where, string expected, string found)
    {
        Lose(where, expected, found);
        return null;
    }

    private void Icmp(JsonElement node, string at)
    {
        if (protocol is not (Packet.Icmp or Packet.IcmpV6)) Protocol(version == 6 ? Packet.IcmpV6 : Packet.Icmp, at);
        foreach (var member in node.EnumerateObject())
        {
            var where = at + "/" + member.Name;
            if (member.Name is not ("type" or "code")) Lose(where, "type and code", "another match");
            else if (Number(member.Value, 255, where) is { } number)
            {
                if (member.Name == "type") icmpType = (byte)number;
                else icmpCode = (byte)number;
            }
        }
    }

    // Below IP only what says which IP is understood: the rules of a gateway begin there.
    private void Ethernet(JsonElement node, string at)
    {
        foreach (var member in node.EnumerateObject())
        {
            var where = at + "/" + member.Name;
            var text = member.Value.ValueKind == JsonValueKind.String ? member.Value.GetString()!.ToLowerInvariant() : "";
            int? number = member.Name == "ethertype" ? text switch { "0x0800" or "0x800" or "ipv4" => 4, "0x86dd" or "ipv6" => 6, _ => null } : null;
            if (number is null)
            {
                Lose(where, "the ethertype of IPv4 or IPv6", MudReader.Kind(member.Value));
            }
            else if (version is { } already && already != number) Lose(where, FormattableString.Invariant($"IPv{already}, as the list says"), FormattableString.Invariant($"IPv{number}"));
            else version = number;
        }
    }

    private void Protocol(byte wanted, string where)
    {
        if (protocol is { } already && already != wanted)
        {
            Lose(where, FormattableString.Invariant($"the protocol {already}, as another match says"), FormattableString.Invariant($"{wanted}"));
            return;
        }
        protocol = wanted;
    }

    private int? Number(JsonElement value, int most, string where)
    {
        if (value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var number) && number >= 0 && number <= most) return number;
        Lose(where, FormattableString.Invariant($"a number from 0 to {most}"), MudReader.Kind(value));
        return null;
    }

    private void Lose(string where, string expected, string found)
    {
        lost = true;
        Note("match-not-understood", RemarkWeight.Dropped, where, expected, found);
    }

    private void Note(string rule, RemarkWeight weight, string where, string expected, string found)
    {
        // An entry with thousands of unknown members says enough with the first ones.
        if (remarks.Count < 8) remarks.Add(new MudRemark(rule, weight, Evidence.Shortened.Visible(where.Length > 200 ? where[..200] + "…" : where), expected, Evidence.Shortened.Visible(found)));
    }
}
