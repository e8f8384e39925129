using System.Text.Json;
using Assay.Traffic.Mud;

namespace Assay.Guard.Enforcement;

/// <summary>One thing that the guard needs of the kernel.</summary>
/// <param name="Without">What is not enforced, or not seen, where it is missing.</param>
/// <param name="Needed">True where the guard does not start without it.</param>
public sealed record KernelFeature(string Name, bool Present, string Without, bool Needed = false);

/// <summary>What the kernel of this machine offers, asked once at the start.</summary>
public sealed record Kernel
{
    public required IReadOnlyList<KernelFeature> Features { get; init; }
    public IEnumerable<KernelFeature> Missing => Features.Where(f => !f.Present);
    /// <summary>Interfaces whose connections some table hands past the rules (flowtables), with the table's name.</summary>
    public required IReadOnlyList<(string Interface, string Table)> Offloaded { get; init; }

    /// <summary>Why these interfaces cannot be guarded, or null: a connection in a flowtable is never looked at again, so no rule would stop it.</summary>
    public string? Refusal(Gateway gateway)
    {
        if (Features.FirstOrDefault(f => f is { Needed: true, Present: false }) is { } lacking) return $"the kernel lacks {lacking.Name}: {lacking.Without}";
        foreach (var (one, table) in Offloaded)
        {
            if (gateway.Inside.Contains(one) || gateway.Outside == one)
            {
                return $"expected {one} without flow offloading, found a flowtable in {table}: live connections would pass every rule; "
                    + "take it away (nft delete flowtable …, or in OpenWrt option flow_offloading '0')";
            }
        }
        return null;
    }

    /// <summary>What must be known before any rule is written, and costs next to nothing: each transaction that is only judged waits ten milliseconds in the kernel.</summary>
    public static Kernel Glance(Nft nft) => new() { Features = [], Offloaded = Flowtables(nft) };

    /// <summary>Lets the kernel judge one small transaction for each feature, without putting any in force.</summary>
    public static Kernel Probe(Nft nft, IReadOnlyList<string> inside)
    {
        const string Name = "assay_probe";
        bool Takes(string body, string family = "inet") => nft.Check($"table {family} {Name} {{\n{body}\n}}\n") is null;
        var features = new List<KernelFeature>
        {
            new("nftables with inet tables", Takes("chain a { type filter hook forward priority filter; policy accept; ct state established accept; }"),
                "nothing can be enforced", Needed: true),
            new("maps from address pairs to chains", Takes("map a { type ether_addr . ipv4_addr : verdict; }"), "nothing can be enforced", Needed: true),
            new("timed sets of address, protocol and port", Takes("set a { type ipv4_addr . inet_proto . inet_service; flags timeout; }"),
                "addresses of names would stay for ever", Needed: true),
            new("connection marks", Takes("chain a { ct mark set ct mark | 0x20000000; }"), "a healing device could not keep its update connection", Needed: true),
            new("address translation in inet tables", Takes("chain a { type nat hook prerouting priority dstnat; policy accept; udp dport 53 dnat ip to 192.0.2.1:53; }"),
                "names asked of other servers pass the forwarder by", Needed: true),
            new("sets filled by packets", Takes("set a { type ether_addr . ipv4_addr; flags dynamic,timeout; timeout 1m; size 16; }\nchain a { add @a { ether saddr . ip saddr }; }"),
                "strangers are held back, but not listed", Needed: true),
            new("the table of connections by netlink", Conntrack(), "live connections cannot be listed for a freeze; rules stop them all the same"),
            new("connection tracking on bridges", Takes("chain a { type filter hook forward priority filter; policy accept; ct state established accept; }", "bridge"),
                "devices on one bridge reach each other past the rules unless their ports are isolated"),
        };
        foreach (var one in inside)
        {
            var ports = BridgePorts.Of(one);
            if (ports is null) continue;
            var open = ports.Where(p => !p.Isolated).Select(p => p.Name).ToList();
            features.Add(new($"isolated ports of the bridge {one}", open.Count == 0, $"devices behind {string.Join(", ", open)} reach each other on the bridge, past every rule here"));
        }
        return new Kernel { Features = features, Offloaded = Flowtables(nft) };
    }

    private static bool Conntrack()
    {
        try
        {
            Connections.List(Traffic.Captures.Address.Parse("192.0.2.255"));
            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }

    private static List<(string, string)> Flowtables(Nft nft)
    {
        var found = new List<(string, string)>();
        string listing;
        try
        {
            listing = nft.List("list flowtables");
        }
        catch (RuleException)
        {
            return found; // The kernel knows no flowtables.
        }
        return Offloads(listing);
    }

    /// <summary>Interfaces in a listing of flowtables (libnftables-json(5)): a device is a text or a list of them.</summary>
    internal static List<(string Interface, string Table)> Offloads(string listing)
    {
        var found = new List<(string, string)>();
        if (listing.Length == 0) return found;
        using var json = JsonDocument.Parse(listing);
        foreach (var entry in json.RootElement.GetProperty("nftables").EnumerateArray())
        {
            if (!entry.TryGetProperty("flowtable", out var flowtable)) continue;
            var table = $"{flowtable.GetProperty("family").GetString()} {flowtable.GetProperty("table").GetString()} {flowtable.GetProperty("name").GetString()}";
            if (!flowtable.TryGetProperty("dev", out var devices)) continue;
            if (devices.ValueKind == JsonValueKind.String) found.Add((devices.GetString()!, table));
            if (devices.ValueKind == JsonValueKind.Array) found.AddRange(devices.EnumerateArray().Select(d => (d.GetString()!, table)));
        }
        return found;
    }
}
