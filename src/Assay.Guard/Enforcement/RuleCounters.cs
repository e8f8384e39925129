using System.Text.Json;
using Assay.Traffic.Captures;

namespace Assay.Guard.Enforcement;

/// <summary>What one rule, or all rules of one kind, have met.</summary>
public readonly record struct Tally(long Packets, long Bytes);

/// <summary>What the kernel has counted in our table. For a person who asks, not for the loop.</summary>
public static class RuleCounters
{
    /// <summary>Counters by name: <see cref="Traffic.Mud.RuleSet.Counters"/>, and <c>refused_ID</c> of each profile. They begin anew with each whole table.</summary>
    /// <exception cref="RuleException">There is no such table.</exception>
    public static IReadOnlyDictionary<string, Tally> Of(Nft nft)
    {
        var found = new SortedDictionary<string, Tally>(StringComparer.Ordinal);
        using var json = JsonDocument.Parse(nft.List("list counters table inet assay"));
        foreach (var entry in json.RootElement.GetProperty("nftables").EnumerateArray())
        {
            if (!entry.TryGetProperty("counter", out var counter)) continue;
            found[counter.GetProperty("name").GetString()!] = new Tally(counter.GetProperty("packets").GetInt64(), counter.GetProperty("bytes").GetInt64());
        }
        return found;
    }

    /// <summary>Pairs of MAC and address that were seen in the last ten minutes and are bound to nobody; at most 1,024 a family.</summary>
    /// <exception cref="RuleException">There is no such table.</exception>
    public static IReadOnlyList<(MacAddress Mac, Address Address)> Strangers(Nft nft, bool ipv6 = false)
    {
        var found = new List<(MacAddress, Address)>();
        using var json = JsonDocument.Parse(nft.List("list set inet assay strangers_" + (ipv6 ? "6" : "4")));
        foreach (var entry in json.RootElement.GetProperty("nftables").EnumerateArray())
        {
            if (!entry.TryGetProperty("set", out var set) || !set.TryGetProperty("elem", out var elements)) continue;
            foreach (var element in elements.EnumerateArray())
            {
                // A timed element is an object around its value.
                var value = element.TryGetProperty("elem", out var timed) ? timed.GetProperty("val") : element;
                var pair = value.GetProperty("concat");
                if (MacAddress.TryParse(pair[0].GetString()!, out var mac)) found.Add((mac, Address.Parse(pair[1].GetString()!)));
            }
        }
        return found;
    }
}
