using System.Globalization;
using System.Text;
using Assay.Traffic.Captures;

namespace Assay.Traffic.Mud;

/// <summary>
/// The rules of a gateway as text of nftables, table <c>inet assay</c>: a chain per profile, not per device, and maps from a device's address to its chain.
/// Pure: the same input gives the same text; nobody but <see cref="Whole"/> and the changes made here writes into the table.
/// Nothing out of a MUD file enters the text: names fill sets by their addresses, makers and models stand as hashes, numbers are written from numbers.
/// </summary>
/// <remarks>
/// A device's pair of MAC and address decides its chain, so a pair that is bound to nobody lands with the strangers: that is the check against forged
/// addresses. Chains for heal and cut never ask whether a connection is established; they stop live ones by that alone.
/// </remarks>
public sealed class RuleSet
{
    public const string Table = "assay";
    /// <summary>Addresses that a profile's set may hold at a time.</summary>
    public const int MostAddresses = 4096;
    private const int ElementsPerLine = 512;

    private readonly Gateway gateway;
    private readonly SortedDictionary<string, RuleSetPlan> plans = new(StringComparer.Ordinal);
    private readonly HashSet<string> kinds = new(StringComparer.Ordinal);

    /// <exception cref="ArgumentException">A profile's id, an interface name or the gateway's addresses cannot stand in a rule set.</exception>
    public RuleSet(Gateway gateway, IReadOnlyList<Profile> profiles)
    {
        this.gateway = gateway;
        foreach (var name in gateway.Inside.Append(gateway.Outside)) Check(name);
        if (gateway.Inside.Count == 0) throw new ArgumentException("expected at least one interface inside, found none");
        if (gateway.Inside.Contains(gateway.Outside)) throw new ArgumentException($"expected different interfaces inside and outside, found {gateway.Outside} as both");
        if (gateway.Names.Count(a => a.IsV4) != 1 || gateway.Names.Count(a => !a.IsV4) > 1) throw new ArgumentException("expected one IPv4 address and at most one IPv6 address to listen for names on");
        if (!System.Numerics.BitOperations.IsPow2(gateway.MarkBit) || !System.Numerics.BitOperations.IsPow2(gateway.FreeBit) || gateway.MarkBit == gateway.FreeBit)
        {
            throw new ArgumentException(FormattableString.Invariant($"expected two different bits of the connection mark, found 0x{gateway.MarkBit:x} and 0x{gateway.FreeBit:x}"));
        }
        foreach (var profile in profiles)
        {
            if (!plans.TryAdd(profile.Id, new RuleSetPlan(gateway, profile))) throw new ArgumentException($"the profile {profile.Id} is given twice");
            foreach (var kind in plans[profile.Id].Kinds.Keys) kinds.Add(kind);
        }
    }

    public Gateway Gateway => gateway;

    /// <summary>Entries that no rule was made of.</summary>
    public IReadOnlyList<RuleSetRemark> Remarks => plans.Values.SelectMany(p => p.Remarks).ToList();

    /// <summary>The whole table in one transaction; it takes the place of one that is there.</summary>
    /// <param name="admitted">Addresses of names that are still good, so that nothing has to be asked again.</param>
    /// <exception cref="ArgumentException">A device names a profile that is not there, or two devices share an address or a MAC.</exception>
    public string Whole(IReadOnlyList<DevicePolicy> devices, IReadOnlyList<NameAdmission>? admitted = null)
    {
        var text = new StringBuilder(1024 + devices.Count * 120 + plans.Count * 800);
        text.Append("table inet assay\ndelete table inet assay\ntable inet assay {\n");
        Common(text);
        foreach (var plan in plans.Values) Write(text, plan);
        text.Append("}\n");
        Fill(text, devices);
        foreach (var (set, elements) in Timed(admitted ?? [])) Add(text, set, elements);
        return text.ToString();
    }

    /// <summary>One device's change, as one transaction: from what stands in the kernel to what shall be. Null before: it is new; null after: it is gone.</summary>
    /// <exception cref="ArgumentException">Its profile is not there.</exception>
    public string Move(DevicePolicy? before, DevicePolicy? after)
    {
        var text = new StringBuilder();
        if (before is not null)
        {
            foreach (var element in Elements(before)) text.Append("delete element inet assay ").Append(element.Set).Append(" { ").Append(element.Key).Append(" }\n");
        }
        if (after is not null)
        {
            foreach (var element in Elements(after)) text.Append("add element inet assay ").Append(element.Set).Append(" { ").Append(element.Key).Append(element.Value).Append(" }\n");
        }
        return text.ToString();
    }

    /// <summary>
    /// Addresses of names, for as long as they are good; given again, their time starts anew. An address that several names stand for gets the longest of
    /// their times, so give the others that are still good as well. Empty where the profiles do not know the names.
    /// </summary>
    /// <exception cref="ArgumentException">A profile is not there.</exception>
    public string Admit(params IReadOnlyList<NameAdmission> admissions)
    {
        var text = new StringBuilder();
        foreach (var (set, elements) in Timed(admissions))
        {
            // An element that is there keeps its old time on kernels before 6.12: in one transaction it is surely there, gone, and there with the new time.
            var keys = string.Join(", ", elements.Keys);
            text.Append("add element inet assay ").Append(set).Append(" { ").Append(keys).Append(" }\ndelete element inet assay ").Append(set).Append(" { ").Append(keys).Append(" }\n");
            Add(text, set, elements);
        }
        return text.ToString();
    }

    private SortedDictionary<string, SortedDictionary<string, long>> Timed(IReadOnlyList<NameAdmission> admissions)
    {
        var sets = new SortedDictionary<string, SortedDictionary<string, long>>(StringComparer.Ordinal);
        foreach (var admission in admissions)
        {
            IEnumerable<RuleSetPlan.Place> places = [new("time", "", null)];
            if (admission.Profile is not null)
            {
                if (!Plan(admission.Profile).Names.TryGetValue(RuleSetPlan.Name(admission.Name), out var known)) continue;
                places = known;
            }
            var seconds = (long)Math.Clamp(Math.Ceiling(admission.Lifetime.TotalSeconds), 1, 86_400);
            foreach (var place in places)
            {
                foreach (var address in admission.Addresses)
                {
                    var version = address.IsV4 ? 4 : 6;
                    if (!Versions.Contains(version) || place.IpVersion is { } only && only != version) continue;
                    var set = FormattableString.Invariant($"{place.Set}_{version}");
                    if (!sets.TryGetValue(set, out var elements)) sets[set] = elements = new(StringComparer.Ordinal);
                    var key = address + place.Suffix;
                    elements[key] = Math.Max(seconds, elements.GetValueOrDefault(key));
                }
            }
        }
        return sets;
    }

    private static void Add(StringBuilder text, string set, SortedDictionary<string, long> elements) =>
        text.Append("add element inet assay ").Append(set).Append(" { ").AppendJoin(", ", elements.Select(e => string.Create(CultureInfo.InvariantCulture, $"{e.Key} timeout {e.Value}s"))).Append(" }\n");

    /// <summary>What takes the table away; the gateway is then as it was without us.</summary>
    public static string Remove => "table inet assay\ndelete table inet assay\n";

    private IEnumerable<int> Versions => gateway.Ipv6 ? [4, 6] : [4];

    private RuleSetPlan Plan(string id) => plans.TryGetValue(id, out var plan) ? plan : throw new ArgumentException($"expected a profile of the rule set, found {Evidence.Shortened.Visible(id)}");

    private static void Check(string name)
    {
        if (name.Length is 0 or > 15 || name is "." or ".." || name.Any(c => !char.IsAsciiLetterOrDigit(c) && c is not ('.' or '_' or '-' or '@')))
        {
            throw new ArgumentException($"expected the name of an interface, found {Evidence.Shortened.Visible(name)}");
        }
    }

    private readonly record struct Element(string Set, string Key, string Value);

    private IEnumerable<Element> Elements(DevicePolicy device)
    {
        var (leaving, arriving) = Chains(device);
        if (device.Action == GuardAction.Cut) yield return new("cut", device.Mac.ToString(), "");
        foreach (var address in device.Addresses.Distinct())
        {
            var version = address.IsV4 ? 4 : 6;
            if (version == 6 && !gateway.Ipv6) continue;
            yield return new(version == 4 ? "out_4" : "out_6", $"{device.Mac} . {address}", " : goto " + leaving);
            yield return new(version == 4 ? "in_4" : "in_6", address.ToString(), " : goto " + arriving);
            foreach (var kind in KindsOf(device)) yield return new(FormattableString.Invariant($"{kind}_{version}"), address.ToString(), "");
        }
    }

    // Only sets that some rule looks at are in the kernel.
    private IEnumerable<string> KindsOf(DevicePolicy device)
    {
        if (kinds.Count == 0 || device.Profile is null || Plan(device.Profile).Profile.MudUrl is not { } url) yield break;
        if (RuleSetPlan.Authority(url) is { } authority && RuleSetPlan.Kind("maker " + authority) is var maker && kinds.Contains(maker)) yield return maker;
        if (RuleSetPlan.Kind("model " + url) is var model && kinds.Contains(model)) yield return model;
    }

    private (string Leaving, string Arriving) Chains(DevicePolicy device)
    {
        var plan = device.Profile is null ? null : Plan(device.Profile);
        return device.Action switch
        {
            GuardAction.Notify => ("notify_out", "notify_in"),
            GuardAction.Narrow when plan is not null => ($"o_{device.Profile}", plan.In.Count > 0 ? $"i_{device.Profile}" : "narrow_in"),
            GuardAction.Cut => ("cut_all", "cut_all"),
            _ when plan is { Heals: true } => ($"ho_{device.Profile}", $"hi_{device.Profile}"),
            _ => ("heal_out", "heal_in"),
        };
    }

    private void Fill(StringBuilder text, IReadOnlyList<DevicePolicy> devices)
    {
        var sets = new SortedDictionary<string, List<Element>>(StringComparer.Ordinal);
        var seen = new HashSet<(string, string)>();
        var macs = new HashSet<MacAddress>();
        foreach (var device in devices)
        {
            if (!macs.Add(device.Mac)) throw new ArgumentException($"the device {device.Mac} is given twice");
            foreach (var element in Elements(device))
            {
                if (element.Set.StartsWith("in_", StringComparison.Ordinal) && !seen.Add((element.Set, element.Key))) throw new ArgumentException($"the address {element.Key} is bound to two devices");
                if (!sets.TryGetValue(element.Set, out var elements)) sets[element.Set] = elements = [];
                elements.Add(element);
            }
        }
        foreach (var (set, elements) in sets)
        {
            for (var from = 0; from < elements.Count; from += ElementsPerLine)
            {
                text.Append("add element inet assay ").Append(set).Append(" { ");
                for (var i = from; i < Math.Min(elements.Count, from + ElementsPerLine); i++)
                {
                    if (i > from) text.Append(", ");
                    text.Append(elements[i].Key).Append(elements[i].Value);
                }
                text.Append(" }\n");
            }
        }
    }

    private void Write(StringBuilder text, RuleSetPlan plan)
    {
        var id = plan.Profile.Id;
        text.Append($"  counter refused_{id} {{ }}\n");
        foreach (var (set, ported) in plan.Sets)
        {
            foreach (var version in Versions)
            {
                text.Append(CultureInfo.InvariantCulture, $"  set {set}_{version} {{ type {(version == 4 ? "ipv4_addr" : "ipv6_addr")}{(ported ? " . inet_proto . inet_service" : "")}; flags timeout; size {MostAddresses}; }}\n");
            }
        }
        var hosts = plan.Sets.ContainsKey("h_" + id);
        text.Append($"  chain o_{id} {{\n    {Established}\n");
        foreach (var rule in plan.Out) Rule(text, rule);
        if (hosts) foreach (var version in Versions) Rule(text, $"{RuleSetPlan.Lookup(version, "h_" + id, true)} {RuleSetPlan.Judged(gateway)}");
        foreach (var version in Versions) Rule(text, FormattableString.Invariant($"udp dport 123 {RuleSetPlan.Family(version)} daddr @time_{version} {RuleSetPlan.Judged(gateway)}"));
        Rule(text, $"counter name \"refused_{id}\" drop");
        text.Append("  }\n");
        if (plan.In.Count > 0)
        {
            text.Append($"  chain i_{id} {{\n    {Established}\n");
            foreach (var rule in plan.In) Rule(text, rule);
            Rule(text, $"counter name \"refused_{id}\" drop");
            text.Append("  }\n");
        }
        if (!plan.Heals) return;
        text.Append($"  chain ho_{id} {{\n");
        foreach (var rule in plan.HealOut) Rule(text, rule);
        if (hosts) foreach (var version in Versions) Rule(text, $"{RuleSetPlan.Lookup(version, "h_" + id, true)} {Mark} return");
        text.Append($"    goto heal_out\n  }}\n  chain hi_{id} {{\n");
        foreach (var rule in plan.HealIn) Rule(text, rule);
        // What its update host still sends on a connection from before, that the device has not spoken on since.
        if (hosts) foreach (var version in Versions) Rule(text, RuleSetPlan.Lookup(version, "h_" + id, false) + " ct direction reply return");
        text.Append("    goto heal_in\n  }\n");
    }

    private static void Rule(StringBuilder text, string rule) => text.Append("    ").Append(rule).Append('\n');

    private string Mark => FormattableString.Invariant($"ct mark set ct mark | 0x{gateway.MarkBit:x8}");
    private string Established => FormattableString.Invariant($"ct state established,related ct mark & 0x{gateway.FreeBit:x8} == 0 return");
    private string Marked => FormattableString.Invariant($"ct mark & 0x{gateway.MarkBit:x8} != 0 ct state established,related");

    private void Common(StringBuilder text)
    {
        foreach (var counter in Counters) text.Append($"  counter {counter} {{ }}\n");
        text.Append("  set cut { type ether_addr; }\n");
        foreach (var version in Versions)
        {
            var address = version == 4 ? "ipv4_addr" : "ipv6_addr";
            text.Append(CultureInfo.InvariantCulture, $"  map out_{version} {{ type ether_addr . {address} : verdict; }}\n  map in_{version} {{ type {address} : verdict; }}\n");
            text.Append(CultureInfo.InvariantCulture, $"  set strangers_{version} {{ type ether_addr . {address}; flags dynamic,timeout; size 1024; timeout 10m; }}\n");
            foreach (var kind in kinds.Order(StringComparer.Ordinal)) text.Append(CultureInfo.InvariantCulture, $"  set {kind}_{version} {{ type {address}; }}\n");
            Set(text, $"time_{version}", address, $" flags timeout; size {MostAddresses};", gateway.Time.Where(a => a.IsV4 == (version == 4)).Distinct().Select(a => a.ToString()));
            Set(text, $"local_{version}", address, " flags interval; auto-merge;", gateway.LocalNetworks.Where(n => n.Address.IsV4 == (version == 4)).Distinct().Select(n => n.ToString()));
            Set(text, $"https_{version}", address, "", NamesOverHttps.Addresses.Where(a => a.IsV4 == (version == 4)).Distinct().Select(a => a.ToString()));
        }
        var names4 = gateway.Names.First(a => a.IsV4);
        var port = gateway.NamesPort.ToString(CultureInfo.InvariantCulture);
        var names6 = gateway.Ipv6 ? gateway.Names.Where(a => !a.IsV4).Select(a => (Address?)a).FirstOrDefault() : null;

        // Questions to other name servers are answered by the forwarder.
        text.Append("  chain renamed {\n    type nat hook prerouting priority dstnat; policy accept;\n");
        foreach (var one in gateway.Inside)
        {
            foreach (var protocol in new[] { "udp", "tcp" })
            {
                Rule(text, $"iifname \"{one}\" ip daddr != {names4} {protocol} dport 53 counter name \"redirected\"");
                Rule(text, $"iifname \"{one}\" meta nfproto ipv4 {protocol} dport 53 dnat ip to {names4}:{port}");
                if (names6 is not { } listen) continue;
                Rule(text, $"iifname \"{one}\" ip6 daddr != {listen} {protocol} dport 53 counter name \"redirected\"");
                Rule(text, $"iifname \"{one}\" meta nfproto ipv6 {protocol} dport 53 dnat ip6 to [{listen}]:{port}");
            }
        }
        text.Append("  }\n  chain forwarded {\n    type filter hook forward priority filter; policy accept;\n");
        foreach (var one in gateway.Inside) Rule(text, $"iifname \"{one}\" jump leaving");
        foreach (var one in gateway.Inside) Rule(text, $"oifname \"{one}\" jump arriving");
        text.Append("  }\n  chain received {\n    type filter hook input priority filter; policy accept;\n");
        foreach (var one in gateway.Inside) Rule(text, $"iifname \"{one}\" jump reaching");

        // Towards elsewhere. Cut first, by MAC alone: a forged address does not help.
        text.Append("  }\n  chain leaving {\n");
        Rule(text, "ether saddr @cut counter name \"cut\" drop");
        Rule(text, "ct state invalid counter name \"invalid\" drop");
        foreach (var protocol in new[] { "tcp", "udp" }) Rule(text, $"{protocol} dport 853 counter name \"encrypted_names\" drop");
        foreach (var version in Versions)
        {
            foreach (var protocol in new[] { "tcp", "udp" })
            {
                Rule(text, FormattableString.Invariant($"{RuleSetPlan.Family(version)} daddr @https_{version} {protocol} dport 443 counter name \"names_over_https\" drop"));
            }
        }
        Bound(text);

        // Towards the gateway itself.
        text.Append("  }\n  chain reaching {\n");
        Rule(text, "udp sport 68 udp dport 67 accept");
        foreach (var type in new[] { 130, 131, 132, 133, 135, 136, 143 }) Rule(text, FormattableString.Invariant($"icmpv6 type {type} accept"));
        if (gateway.Ipv6) Rule(text, "udp sport 546 udp dport 547 accept");
        Rule(text, "ether saddr @cut counter name \"cut\" drop");
        foreach (var protocol in new[] { "udp", "tcp" })
        {
            Rule(text, $"ip daddr {names4} {protocol} dport {port} accept");
            if (names6 is { } listen) Rule(text, $"ip6 daddr {listen} {protocol} dport {port} accept");
        }
        Rule(text, gateway.Ipv6 ? "udp dport 123 accept" : "meta nfproto ipv4 udp dport 123 accept");
        // What the gateway itself asked of a device.
        Rule(text, "ct direction reply ct state established,related accept");
        Bound(text);

        text.Append("  }\n  chain arriving {\n");
        if (!gateway.Ipv6) Rule(text, "meta nfproto ipv6 counter name \"ipv6\" drop");
        foreach (var version in Versions) Rule(text, FormattableString.Invariant($"{RuleSetPlan.Family(version)} daddr vmap @in_{version}"));
        Rule(text, "goto heal_in");

        text.Append("  }\n  chain stranger {\n");
        foreach (var version in Versions) Rule(text, FormattableString.Invariant($"add @strangers_{version} {{ ether saddr . {RuleSetPlan.Family(version)} saddr }}"));
        Rule(text, "counter name \"strangers\" goto heal_out");
        text.Append("  }\n  chain cut_all {\n    counter name \"cut\" drop\n  }\n  chain heal_out {\n");
        foreach (var version in Versions) Rule(text, FormattableString.Invariant($"udp dport 123 {RuleSetPlan.Family(version)} daddr @time_{version} {Mark} return"));
        Rule(text, Marked + " return");
        Rule(text, "counter name \"healed\" drop");
        text.Append("  }\n  chain heal_in {\n");
        Rule(text, Marked + " return");
        Rule(text, "counter name \"healed\" drop");
        text.Append("  }\n  chain narrow_in {\n");
        Rule(text, Established);
        Rule(text, "counter name \"unasked\" drop");
        text.Append("  }\n  chain notify_out {\n");
        foreach (var one in gateway.Inside) Rule(text, $"oifname \"{one}\" ct direction original counter name \"sideways\" drop");
        Rule(text, FormattableString.Invariant($"counter name \"notified\" ct mark set ct mark | 0x{gateway.FreeBit:x8} return"));
        text.Append("  }\n  chain notify_in {\n");
        Rule(text, "ct state established,related return");
        // Who forwards a port to a device on this gateway has said that it shall be reached.
        Rule(text, FormattableString.Invariant($"ct status dnat ct mark set ct mark | 0x{gateway.FreeBit:x8} return"));
        Rule(text, "counter name \"unasked\" drop");
        text.Append("  }\n");
    }

    private void Bound(StringBuilder text)
    {
        if (!gateway.Ipv6) Rule(text, "meta nfproto ipv6 counter name \"ipv6\" drop");
        foreach (var version in Versions) Rule(text, FormattableString.Invariant($"ether saddr . {RuleSetPlan.Family(version)} saddr vmap @out_{version}"));
        Rule(text, "goto stranger");
    }

    private static void Set(StringBuilder text, string name, string type, string flags, IEnumerable<string> elements)
    {
        text.Append($"  set {name} {{ type {type};{flags}");
        var joined = string.Join(", ", elements);
        if (joined.Length > 0) text.Append($" elements = {{ {joined} }}");
        text.Append(" }\n");
    }

    /// <summary>
    /// Named counters of packets and bytes, besides <c>refused_ID</c> of each profile: from devices that are notified of (passed), healing, cut (dropped);
    /// strangers seen; connections begun from outside; guarded devices reached for sideways; packets of no connection; names asked elsewhere (redirected),
    /// encrypted or over HTTPS (dropped); IPv6 where it is not carried.
    /// </summary>
    public static IReadOnlyList<string> Counters { get; } =
        ["notified", "healed", "cut", "strangers", "unasked", "sideways", "invalid", "redirected", "encrypted_names", "names_over_https", "ipv6"];
}
